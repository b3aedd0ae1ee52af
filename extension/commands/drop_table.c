/*-------------------------------------------------------------------------
 *
 * drop_table.c
 *	  drop_table: away with a table.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "catalog/namespace.h"
#include "catalog/pg_class.h"
#include "nodes/makefuncs.h"
#include "utils/lsyscache.h"

#include "catalog.h"
#include "commands/commands.h"
#include "commands/ddl.h"

enum
{
	TABLE,
	IF_EXISTS,
	CASCADE
};

static const Member members[] = {
	{"table", MEMBER_TABLE, true, "Table to drop."},
	{"if_exists", MEMBER_BOOL, false, "Do nothing if there is no such table."},
	{"cascade", MEMBER_BOOL, false, "Drop what depends on it, too."},
	{NULL}
};

static const Refusal refusals[] = {
	{"42P01", "no such table, without \"if_exists\""},
	{"3F000", "no such schema, without \"if_exists\""},
	{"42809", "not a table but a view or the like"},
	{"2BP01", "something depends on it, without \"cascade\""},
	{NULL}
};

static const char *const examples[] = {
	"{\"table\": \"users\", \"if_exists\": true}",
	NULL
};

static void
run(Call *call)
{
	JsonNode   *if_exists = call_member(call, IF_EXISTS);
	JsonNode   *cascade = call_member(call, CASCADE);
	bool		missing_ok = node_given(if_exists) && node_bool(if_exists);
	Oid			relid = catalog_find_table(call_member(call, TABLE), missing_ok);
	RangeVar   *name = catalog_table_name(call_member(call, TABLE));
	DropStmt   *drop = makeNode(DropStmt);

	if (!OidIsValid(relid))
	{
		appendStringInfoString(call->out, "{\"success\":true,\"dropped\":false}");
		return;
	}
	drop->removeType = get_rel_relkind(relid) == RELKIND_FOREIGN_TABLE ?
		OBJECT_FOREIGN_TABLE : OBJECT_TABLE;
	drop->objects = list_make1(name->schemaname ?
							   list_make2(makeString(name->schemaname),
										  makeString(name->relname)) :
							   list_make1(makeString(name->relname)));
	drop->behavior = node_given(cascade) && node_bool(cascade) ?
		DROP_CASCADE : DROP_RESTRICT;
	drop->missing_ok = missing_ok;
	ddl_execute(call, (Node *) drop, call_member(call, TABLE));
	appendStringInfoString(call->out, "{\"success\":true,\"dropped\":true}");
}

const Command command_drop_table = {
	.name = "drop_table",
	.summary = "Drop a table.",
	.kinds = KIND_DDL,
	.members = members,
	.result = "\"success\": {\"const\": true}, \"dropped\": {\"type\": \"boolean\"}",
	.refusals = refusals,
	.examples = examples,
	.run = run
};

/*-------------------------------------------------------------------------
 *
 * drop_table.c
 *	  drop_table: away with a table.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "catalog/pg_class.h"
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
	{"42622", "a name longer than 63 bytes"},
	{"42809", "not a table but a view or the like"},
	{"2BP01", "something depends on it, without \"cascade\""},
	{"42501", "somebody else's table"},
	{NULL}
};

static const char *const examples[] = {
	"{\"table\": \"visits\", \"if_exists\": true}",
	"{\"table\": \"users\", \"cascade\": true}",
	NULL
};

static void
run(Call *call)
{
	JsonNode   *table = call_member(call, TABLE);
	bool		missing_ok = node_is_true(call_member(call, IF_EXISTS));
	RangeVar   *name = ddl_find_table(table, missing_ok);
	DropStmt   *drop = makeNode(DropStmt);

	if (name == NULL)
	{
		appendStringInfoString(call->out, "{\"success\":true,\"dropped\":false}");
		return;
	}
	drop->removeType =
		get_rel_relkind(catalog_find_table(table, true)) == RELKIND_FOREIGN_TABLE ?
		OBJECT_FOREIGN_TABLE : OBJECT_TABLE;
	drop->objects = list_make1(ddl_name_list(name));
	drop->behavior = node_is_true(call_member(call, CASCADE)) ?
		DROP_CASCADE : DROP_RESTRICT;
	ddl_execute(ddl_begin(call), (Node *) drop, table);
	appendStringInfoString(call->out, "{\"success\":true,\"dropped\":true}");
}

const Command command_drop_table = {
	.name = "drop_table",
	.summary = "Drop a table.",
	.kinds = KIND_DDL,
	.members = members,
	.result = "\"success\": {\"const\": true}, \"dropped\": {\"type\": \"boolean\", \"description\": \"Whether the table was dropped; not where there was none.\"}",
	.refusals = refusals,
	.examples = examples,
	.run = run
};

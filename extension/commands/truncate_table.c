/*-------------------------------------------------------------------------
 *
 * truncate_table.c
 *	  truncate_table: empty a table at once.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "commands/commands.h"
#include "commands/ddl.h"
#include "error.h"

enum
{
	TABLE,
	RESTART_IDENTITY,
	CASCADE
};

static const Member members[] = {
	{"table", MEMBER_TABLE, true, "Table to empty."},
	{"restart_identity", MEMBER_BOOL, false, "Let its serial and identity columns begin anew."},
	{"cascade", MEMBER_BOOL, false, "Empty the tables that refer to it, too."},
	{NULL}
};

static const Refusal refusals[] = {
	{"42P01", "no such table"},
	{"3F000", "no such schema"},
	{"42622", "a name longer than 63 bytes"},
	{"42809", "not a table but a view or the like"},
	{"0A000", "another table refers to it, without \"cascade\""},
	{"42501", "pg_connector.affected_cap is set, since the rows are not counted; or no privilege"},
	{NULL}
};

static const char *const examples[] = {
	"{\"table\": \"visits\", \"restart_identity\": true}",
	NULL
};

static void
run(Call *call)
{
	JsonNode   *table = call_member(call, TABLE);
	TruncateStmt *truncate = makeNode(TruncateStmt);

	if (call->limits.affected_cap > 0)
		ereport(ERROR,
				(errcode(ERRCODE_INSUFFICIENT_PRIVILEGE),
				 errmsg("truncate_table writes uncounted rows, which is not allowed here"),
				 errdetail("Setting \"pg_connector.affected_cap\" is %d.",
						   call->limits.affected_cap),
				 errhint("Use delete_rows."),
				 errplace(call->request)));

	truncate->relations = list_make1(ddl_find_table(table, false));
	truncate->restart_seqs = node_is_true(call_member(call, RESTART_IDENTITY));
	truncate->behavior = node_is_true(call_member(call, CASCADE)) ?
		DROP_CASCADE : DROP_RESTRICT;
	ddl_execute(ddl_begin(call), (Node *) truncate, table);
	appendStringInfoString(call->out, "{\"success\":true}");
}

const Command command_truncate_table = {
	.name = "truncate_table",
	.summary = "Delete all rows of a table at once.",
	.kinds = KIND_DDL,
	.members = members,
	.result = "\"success\": {\"const\": true}",
	.refusals = refusals,
	.examples = examples,
	.run = run
};

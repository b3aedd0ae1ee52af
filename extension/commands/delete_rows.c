/*-------------------------------------------------------------------------
 *
 * delete_rows.c
 *	  delete_rows: away with rows.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "commands/commands.h"
#include "commands/read.h"
#include "commands/write.h"

enum
{
	TABLE,
	FIRST_OF_WRITE
};

static const Member members[] = {
	{"table", MEMBER_TABLE, true, "Table or view to delete from."},
	WRITE_MEMBERS("delete", "deleted"),
	READ_MEMBERS,
	{NULL}
};

static const Refusal refusals[] = {
	WRITE_REFUSALS,
	{"23503", "a row that another refers to"},
	{NULL}
};

static const char *const examples[] = {
	"{\"table\": \"sessions\", \"where\": [[\"expires_at\", \"<\", \"2026-01-01T00:00:00Z\"]]}",
	"{\"table\": \"sessions\", \"key\": [\"id\"], \"rows\": [{\"id\": 1}, {\"id\": 2}]}",
	"{\"table\": \"sessions\", \"all_rows\": true, \"order_by\": [\"expires_at\"], \"limit\": 1, "
	"\"skip_locked\": true, \"returning\": true}",
	NULL
};

static void
run(Call *call)
{
	Write		write;

	write_begin(&write, call, call_member(call, TABLE),
				call_member(call, FIRST_OF_WRITE));
	write_run(&write);
}

const Command command_delete_rows = {
	.name = "delete_rows",
	.summary = "Delete the rows that meet conditions, or each by its key.",
	.kinds = KIND_WRITE,
	.members = members,
	.together = WRITE_TOGETHER(""),
	.result = WRITE_RESULT,
	.refusals = refusals,
	.examples = examples,
	.run = run
};

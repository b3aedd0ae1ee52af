/*-------------------------------------------------------------------------
 *
 * postgres_v2_table.c
 *	  postgres_v2/CreateTableV2 and postgres_v2/DropTableV2.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "commands/commands.h"
#include "commands/postgres_v2.h"

static const Member drop_members[] = {
	V2_CONNECTION_MEMBER,
	V2_TABLE_MEMBER,
	{NULL}
};

static const Refusal drop_refusals[] = {
	{"42809", "not a table but a view or the like"},
	{"2BP01", "something depends on it"},
	{"42501", "somebody else's table"},
	{NULL}
};

static const char *const drop_examples[] = {
	"{\"table_name\": \"users\"}",
	NULL
};

static void
run_drop(Call *call)
{
	JsonNode   *table = call_member(call, V2_TABLE);
	int			start = call->out->len;

	v2_refuse_connection(call);
	{
		GivenMember given[] = {
			{"table", v2_table(table)},
			{"if_exists", node_with_text(table, JSON_TRUE, "true")}
		};

		call_as(call, &command_drop_table, given, lengthof(given));
	}
	call->out->len = start;
	v2_append_ok(call);
}

const Command command_v2_drop_table = {
	.name = V2_PREFIX "DropTableV2",
	.summary = "Drop a table, if it exists.",
	.kinds = KIND_DDL,
	.members = drop_members,
	.result = V2_OK_RESULT,
	.refusals = drop_refusals,
	.examples = drop_examples,
	.envelope = &v2_envelope,
	.run = run_drop
};

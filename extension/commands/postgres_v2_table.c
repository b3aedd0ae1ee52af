/*-------------------------------------------------------------------------
 *
 * postgres_v2_table.c
 *	  postgres_v2/CreateTableV2 and postgres_v2/DropTableV2, by create_table
 *	  and drop_table.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "commands/commands.h"
#include "commands/postgres_v2.h"

#define DEFINITIONS_SCHEMA \
	"\"type\":\"object\",\"additionalProperties\":false,\"required\":[\"column_definitions\"],\"properties\":{" \
	"\"column_definitions\":{\"type\":\"array\",\"items\":{\"type\":\"object\",\"additionalProperties\":false," \
	"\"required\":[\"name\",\"type\"],\"properties\":{\"name\":{\"type\":\"string\"}," \
	"\"type\":{\"type\":\"string\",\"description\":\"The type and what may follow it, such as NOT NULL, DEFAULT or PRIMARY KEY.\"}}}}}"

static const Member create_members[] = {
	V2_CONNECTION_MEMBER,
	V2_TABLE_MEMBER,
	{"schema", MEMBER_OTHER, true, "The columns.", NULL, DEFINITIONS_SCHEMA},
	{NULL}
};

static const Refusal create_refusals[] = {
	{"3F000", "no such schema"},
	{"42704", "no such type"},
	{"42P16", "a type that no column can have"},
	{"42701", "two columns of one name"},
	{"42622", "a name longer than 63 bytes"},
	{"42501", "an SQL expression where pg_connector.allow does not have \"sql\""},
	{NULL}
};

static const char *const create_examples[] = {
	"{\"table_name\": \"users\", \"schema\": {\"column_definitions\": ["
	"{\"name\": \"id\", \"type\": \"serial PRIMARY KEY\"}, "
	"{\"name\": \"name\", \"type\": \"varchar(255)\"}, "
	"{\"name\": \"created_at\", \"type\": \"timestamp DEFAULT NOW()\"}]}}",
	NULL
};

static void
run_create(Call *call)
{
	static const char *const names[] = {"column_definitions"};
	JsonNode   *table = call_member(call, V2_TABLE);
	int			start = call->out->len;
	JsonNode   *schema;

	v2_begin(call);
	schema = v2_schema(call, call_member(call, V2_SCHEMA), names, lengthof(names), 1);
	call_as(call, &command_create_table,
			(GivenMember[]) {
				{"table", v2_table(table)},
				{"columns", v2_definitions(&schema[0])},
				{"if_not_exists", node_with_text(table, JSON_TRUE, "true")}
			}, 3);

	/* How a table that is there differs is not for this form to tell. */
	call->out->len = start;
	v2_append_ok(call);
}

const Command command_v2_create_table = {
	.name = V2_PREFIX "CreateTableV2",
	.summary = "Create a table, unless it exists.",
	.kinds = KIND_DDL,
	.members = create_members,
	.result = V2_OK_RESULT,
	.refusals = create_refusals,
	.examples = create_examples,
	.envelope = &v2_envelope,
	.run = run_create
};

static const Member drop_members[] = {
	V2_CONNECTION_MEMBER,
	V2_TABLE_MEMBER,
	{NULL}
};

static const Refusal drop_refusals[] = {
	{"42809", "not a table but a view or the like"},
	{"2BP01", "something depends on it"},
	{"42622", "a name longer than 63 bytes"},
	{"42501", "somebody else's table"},
	{NULL}
};

static const char *const drop_examples[] = {
	"{\"table_name\": \"old_users\"}",
	NULL
};

static void
run_drop(Call *call)
{
	JsonNode   *table = call_member(call, V2_TABLE);
	int			start = call->out->len;

	v2_begin(call);
	call_as(call, &command_drop_table,
			(GivenMember[]) {
				{"table", v2_table(table)},
				{"if_exists", node_with_text(table, JSON_TRUE, "true")}
			}, 2);
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

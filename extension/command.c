/*-------------------------------------------------------------------------
 *
 * command.c
 *	  The table of commands, and the check of a request against it.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include <limits.h>

#include "command.h"
#include "commands/commands.h"
#include "error.h"
#include "nearest.h"

const Command *const commands_all[] = {
	&command_select_rows,
	&command_insert_rows,
	&command_update_rows,
	&command_delete_rows,
	&command_create_table,
	&command_alter_table,
	&command_drop_table,
	&command_truncate_table,
	&command_create_index,
	&command_query,
	&command_execute,
	&command_describe,
	&command_test_connection,
	&command_commands,
	NULL
};

static const Member common_members[COMMON_MEMBERS] = {
	[COMMON_TIMEOUT_MS] = {"timeout_ms", MEMBER_MILLISECONDS, false,
	"Time limit in milliseconds, instead of pg_connector.timeout."},
};

const Member *
command_member(const Command *command, int i)
{
	const Member *own = command->members;

	for (; own->type != MEMBER_END; own++)
	{
		if (i-- == 0)
			return own;
	}
	return i < COMMON_MEMBERS ? &common_members[i] : NULL;
}

const Command *
command_find(const char *name)
{
	Nearest		nearest;

	for (int i = 0; commands_all[i] != NULL; i++)
	{
		if (strcmp(commands_all[i]->name, name) == 0)
			return commands_all[i];
	}

	nearest_init(&nearest, name);
	for (int i = 0; commands_all[i] != NULL; i++)
		nearest_offer(&nearest, commands_all[i]->name);
	ereport(ERROR,
			(errcode(ERRCODE_UNDEFINED_FUNCTION),
			 errmsg("unrecognized command \"%s\"", text_shown(name)),
			 nearest.name[0] != '\0' ? errhint_nearest(&nearest) :
			 errhint("SELECT connector.commands() lists the commands.")));
}

/*
 * The JSON types that a member may have.  What is inside arrays and objects
 * is looked at by whoever uses the member.
 */
static void
check_type(const JsonNode *node, MemberType type)
{
	JsonType	json = node_type(node);
	bool		ok = false;
	const char *expected = NULL;

	switch (type)
	{
		case MEMBER_BOOL:
			ok = json == JSON_TRUE || json == JSON_FALSE;
			expected = "true or false";
			break;
		case MEMBER_COUNT:
			(void) node_integer(node, 0, INT_MAX - 1);
			return;
		case MEMBER_MILLISECONDS:
			(void) node_integer(node, 1, INT_MAX);
			return;
		case MEMBER_STRING:
			ok = json == JSON_STRING;
			expected = "a string";
			break;
		case MEMBER_TABLE:
			ok = json == JSON_STRING || json == JSON_ARRAY;
			expected = "a table's name or [\"schema\", \"name\"]";
			break;
		case MEMBER_RETURNING:
			ok = json == JSON_ARRAY || json == JSON_TRUE;
			expected = "a list of column names or true";
			break;
		case MEMBER_ROW:
		case MEMBER_NAMES:
		case MEMBER_PARTITION_BY:
		case MEMBER_PARTITION_OF:
			ok = json == JSON_OBJECT;
			expected = "an object";
			break;
		case MEMBER_PARAMS:
			ok = json == JSON_ARRAY || json == JSON_OBJECT;
			expected = "a list of values or {\"$1\": value}";
			break;
		case MEMBER_COLUMNS:
		case MEMBER_COLUMN_LISTS:
		case MEMBER_COLUMN_DEFINITIONS:
		case MEMBER_COLUMN_CHANGES:
		case MEMBER_CONSTRAINTS:
		case MEMBER_INDEX_COLUMNS:
		case MEMBER_WHERE:
		case MEMBER_ORDER:
		case MEMBER_ROWS:
		case MEMBER_VALUES:
			ok = json == JSON_ARRAY;
			expected = "a list";
			break;
		case MEMBER_END:
			break;
	}
	if (!ok)
		ereport(ERROR,
				(errcode(ERRCODE_SYNTAX_ERROR),
				 errmsg("expected %s, found %s", expected, json_type_name(json)),
				 errplace(node)));
}

static void unknown_member(const Call *call, const JsonNode *member) pg_attribute_noreturn();

static void
unknown_member(const Call *call, const JsonNode *member)
{
	char	   *name = node_name(member);
	const Member *m;
	Nearest		nearest;

	nearest_init(&nearest, name);
	for (int i = 0; (m = command_member(call->command, i)) != NULL; i++)
		nearest_offer(&nearest, m->name);
	ereport(ERROR,
			(errcode(ERRCODE_SYNTAX_ERROR),
			 errmsg("unrecognized member \"%s\" for %s",
					text_shown(name), call->command->name),
			 errhint_nearest(&nearest),
			 errplace(member)));
}

/* The position of the member that a name is, or -1. */
static int
find_member(const Command *command, const JsonValue *name)
{
	const Member *member;

	for (int i = 0; (member = command_member(command, i)) != NULL; i++)
	{
		if (json_string_equals(name, member->name, strlen(member->name)))
			return i;
	}
	return -1;
}

void
command_check(Call *call)
{
	const Command *command = call->command;
	const Member *member;
	JsonNode   *given;
	int			ngiven;
	int			n = 0;

	while (command->members[n].type != MEMBER_END)
		n++;
	call->members = palloc0(sizeof(JsonNode) * (n + COMMON_MEMBERS));
	call->common = call->members + n;

	node_expect(call->request, JSON_OBJECT);
	given = node_children(call->request, &ngiven);
	for (int i = 0; i < ngiven; i++)
	{
		int			m = find_member(command, &given[i].key);

		if (m < 0)
			unknown_member(call, &given[i]);
		check_type(&given[i], command_member(command, m)->type);
		call->members[m] = given[i];
	}

	for (int m = 0; (member = command_member(command, m)) != NULL; m++)
	{
		if (member->required && !node_given(&call->members[m]))
			ereport(ERROR,
					(errcode(ERRCODE_SYNTAX_ERROR),
					 errmsg("%s needs the member \"%s\"",
							command->name, member->name),
					 errplace(call->request)));
	}
}

int
command_timeout(const Call *call)
{
	const JsonNode *node = call_common(call, COMMON_TIMEOUT_MS);
	int			timeout;

	if (!node_given(node))
		return call->limits.timeout;

	timeout = (int) node_integer(node, 1, INT_MAX);
	if (policy_timeout_cap > 0 && timeout > policy_timeout_cap)
		ereport(ERROR,
				(errcode(ERRCODE_PROGRAM_LIMIT_EXCEEDED),
				 errmsg("time limit of %d ms is longer than allowed", timeout),
				 errdetail("Setting \"pg_connector.timeout_cap\" is %d ms.",
						   policy_timeout_cap),
				 errplace(node)));
	return timeout;
}

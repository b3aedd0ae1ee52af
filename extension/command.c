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
#include "pointer.h"

const Command *const commands_all[] = {
	&command_select_rows,
	&command_insert_rows,
	&command_upsert_rows,
	&command_update_rows,
	&command_delete_rows,
	&command_create_table,
	&command_alter_table,
	&command_drop_table,
	&command_truncate_table,
	&command_create_index,
	&command_query,
	&command_execute,
	&command_batch,
	&command_describe,
	&command_sink_open,
	&command_sink_stage,
	&command_sink_apply,
	&command_statements,
	&command_test_connection,
	&command_commands,
	&command_v2_create_table,
	&command_v2_drop_table,
	&command_v2_insert_values,
	&command_v2_select_values,
	&command_v2_update_values,
	&command_v2_delete_values,
	&command_v2_do_sql,
	&command_actions_query_rows,
	&command_actions_insert_row,
	&command_actions_update_rows,
	&command_actions_delete_rows,
	&command_actions_execute_query,
	&command_task_query,
	&command_task_execute,
	NULL
};

/* Which commands take a common member. */
typedef enum Takers
{
	TAKEN_BY_ALL,
	TAKEN_BY_ALL_THAT_LOCK,
	TAKEN_BY_ALL_THAT_CHANGE,	/* tables or rows */
	TAKEN_BY_ALL_THAT_WRITE,	/* rows */
	TAKEN_BY_ALL_THAT_PLAN		/* a statement on rows */
} Takers;

static const struct
{
	Member		member;
	Takers		takers;
	bool		in_step;		/* of a batch, or only of the batch itself */
	Refusal		refusal;		/* that goes with it; code NULL: none */
	const char *result;			/* schema of what it adds to the result, or NULL */
}			common_members[COMMON_MEMBERS] = {
	[COMMON_TIMEOUT_MS] = {
		{"timeout_ms", MEMBER_MILLISECONDS, false,
		"Time limit in milliseconds, instead of pg_connector.timeout."},
		TAKEN_BY_ALL, false
	},
	[COMMON_LOCK_TIMEOUT_MS] = {
		{"lock_timeout_ms", MEMBER_MILLISECONDS, false,
		"Milliseconds to wait for any one lock; the error says who holds it, as far as the role may know."},
		TAKEN_BY_ALL_THAT_LOCK, true,
		{"55P03", "another session holds a lock for longer than \"lock_timeout_ms\""}
	},
	[COMMON_DRY_RUN] = {
		{"dry_run", MEMBER_BOOL, false,
		"Do everything, deferred constraints included, then undo it. Sequences still move."},
		TAKEN_BY_ALL_THAT_CHANGE, false, {NULL},
		"\"dryRun\": {\"const\": true, \"description\": \"With \\\"dry_run\\\": it was undone.\"}"
	},
	[COMMON_EXPLAIN] = {
		{"explain", MEMBER_BOOL, false,
		"Instead of running it, return the SQL, the types of its parameters and its plan."},
		TAKEN_BY_ALL_THAT_PLAN, false,
		{"22023", "\"explain\" of what has no plan"},
		"\"sql\": {\"type\": \"string\", \"description\": \"With \\\"explain\\\", and then all: the statement.\"}, "
		"\"params\": {\"type\": \"array\", \"items\": {\"type\": \"string\"}, \"description\": \"The types of its parameters.\"}, "
		"\"plan\": {\"type\": \"array\", \"description\": \"As EXPLAIN (FORMAT JSON) has it.\"}"
	},
	[COMMON_IDEMPOTENCY_KEY] = {
		{"idempotency_key", MEMBER_STRING, false,
		"Do it once: the same request with the same key gets the first result again, another request is refused."},
		TAKEN_BY_ALL_THAT_WRITE, false,
		{"22023", "\"idempotency_key\" was used for another request"},
		"\"replayed\": {\"const\": true, \"description\": \"With \\\"idempotency_key\\\": it was done before.\"}"
	},
	[COMMON_CHECK_CONSTRAINTS] = {
		{"check_constraints", MEMBER_BOOL, false,
		"In a transaction block, check deferred constraints now; they stay immediate to its end."},
		TAKEN_BY_ALL_THAT_WRITE, true
	},
};

static bool
takes(const Command *command, Takers takers)
{
	int			kinds = command->kinds;

	/* What a batch needs is what its steps need. */
	if (command == &command_batch)
		return takers != TAKEN_BY_ALL_THAT_PLAN;
	switch (takers)
	{
		case TAKEN_BY_ALL:
			return true;
		case TAKEN_BY_ALL_THAT_LOCK:
			return kinds != 0;
		case TAKEN_BY_ALL_THAT_CHANGE:
			return kinds != 0 && (kinds & KIND_READ) == 0;
		case TAKEN_BY_ALL_THAT_WRITE:
			return kinds != 0 && (kinds & (KIND_READ | KIND_DDL)) == 0;
		case TAKEN_BY_ALL_THAT_PLAN:
			return kinds != 0 && (kinds & KIND_DDL) == 0;
	}
	return false;
}

const Member *
command_member(const Command *command, int i)
{
	const Member *own = command->members;

	for (; own->type != MEMBER_END; own++)
	{
		if (i-- == 0)
			return own;
	}
	for (int m = 0; m < COMMON_MEMBERS; m++)
	{
		if (takes(command, common_members[m].takers) && i-- == 0)
			return &common_members[m].member;
	}
	return NULL;
}

const Refusal *
command_common_refusal(const Command *command, int i)
{
	for (int m = 0; m < COMMON_MEMBERS; m++)
	{
		if (common_members[m].refusal.code != NULL &&
			takes(command, common_members[m].takers) && i-- == 0)
			return &common_members[m].refusal;
	}
	return NULL;
}

const char *
command_common_result(const Command *command, int i)
{
	for (int m = 0; m < COMMON_MEMBERS; m++)
	{
		if (common_members[m].result != NULL &&
			takes(command, common_members[m].takers) && i-- == 0)
			return common_members[m].result;
	}
	return NULL;
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

/* "a", "b" or "c" */
static char *
choices_text(const char *const *choices)
{
	StringInfoData buf;

	initStringInfo(&buf);
	for (int i = 0; choices[i] != NULL; i++)
		appendStringInfo(&buf, "%s\"%s\"", i == 0 ? "" :
						 choices[i + 1] == NULL ? " or " : ", ", choices[i]);
	return buf.data;
}

static void
check_choice(const JsonNode *node, const char *const *choices)
{
	Nearest		nearest;
	char	   *value;

	for (int i = 0; choices[i] != NULL; i++)
	{
		if (node_is(node, choices[i]))
			return;
	}
	value = node_string(node);
	nearest_init(&nearest, value);
	for (int i = 0; choices[i] != NULL; i++)
		nearest_offer(&nearest, choices[i]);
	ereport(ERROR,
			(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
			 errmsg("unrecognized value \"%s\"", text_shown(value)),
			 nearest.name[0] != '\0' ? errhint_nearest(&nearest) :
			 errhint("It is %s.", choices_text(choices)),
			 errplace(node)));
}

const char *const member_on_error[] = {"abort", "continue", NULL};

int
member_choice(const JsonNode *node, const char *const *choices)
{
	int			i = 0;

	if (node == NULL || !node_given(node))
		return 0;
	while (!node_is(node, choices[i]))
		i++;
	return i;
}

/*
 * The JSON types that a member may have.  What is inside arrays and objects
 * is looked at by whoever uses the member.
 */
static void
check_type(const JsonNode *node, const Member *member)
{
	JsonType	json = node_type(node);
	bool		ok = false;
	const char *expected = NULL;

	switch (member->type)
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
		case MEMBER_CHOICE:
			ok = json == JSON_STRING;
			expected = "a string";
			if (ok)
				check_choice(node, member->choices);
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
		case MEMBER_OBJECTS:
		case MEMBER_LISTS:
		case MEMBER_AGGREGATES:
		case MEMBER_CONFLICT:
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
		case MEMBER_KEY:
		case MEMBER_COLUMN_LISTS:
		case MEMBER_COLUMN_DEFINITIONS:
		case MEMBER_COLUMN_CHANGES:
		case MEMBER_CONSTRAINTS:
		case MEMBER_INDEX_COLUMNS:
		case MEMBER_WHERE:
		case MEMBER_ORDER:
		case MEMBER_ROWS:
		case MEMBER_VALUES:
		case MEMBER_STEPS:
			ok = json == JSON_ARRAY;
			expected = "a list";
			break;
		case MEMBER_OTHER:
			return;
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

/*
 * The declaration of the member that a name is, and its place in
 * call->members, or NULL.
 */
static const Member *
find_member(const Command *command, const JsonValue *name, int *place)
{
	const Member *own = command->members;

	for (*place = 0; own->type != MEMBER_END; own++, (*place)++)
	{
		if (json_string_equals(name, own->name, strlen(own->name)))
			return own;
	}
	for (int m = 0; m < COMMON_MEMBERS; m++, (*place)++)
	{
		const Member *common = &common_members[m].member;

		if (json_string_equals(name, common->name, strlen(common->name)) &&
			takes(command, common_members[m].takers))
			return common;
	}
	return NULL;
}

/* What makes a step of an object is the batch's business. */
static bool
belongs_to_batch(const Call *call, const JsonNode *member)
{
	return call->step >= 0 &&
		(json_string_equals(&member->key, "command", strlen("command")) ||
		 json_string_equals(&member->key, "bind", strlen("bind")));
}

JsonNode *
call_find_member(const Call *call, const char *name)
{
	const Member *members = call->command->members;

	for (int i = 0; members[i].type != MEMBER_END; i++)
	{
		if (strcmp(members[i].name, name) == 0)
			return &call->members[i];
	}
	return NULL;
}

static int
own_members(const Command *command)
{
	int			n = 0;

	while (command->members[n].type != MEMBER_END)
		n++;
	return n;
}

JsonNode
node_with_text(const JsonNode *at, JsonType type, const char *text)
{
	JsonNode	node = *at;

	node.value = (JsonValue) {
		.type = type,
		.text = text,
		.len = strlen(text),
		.escaped = type == JSON_STRING && strchr(text, '\\') != NULL
	};
	return node;
}

void
call_as(Call *call, const Command *command, const GivenMember *given, int n)
{
	const Command *called = call->command;
	JsonNode   *members = call->members;
	bool		as_another = call->as_another;

	call->command = command;
	call->as_another = true;
	call->members = palloc0(sizeof(JsonNode) * (own_members(command) + 1));
	for (int i = 0; i < n; i++)
	{
		JsonNode   *member = call_find_member(call, given[i].name);

		if (member == NULL)
			elog(ERROR, "command \"%s\" has no member \"%s\"",
				 command->name, given[i].name);
		*member = given[i].node;
	}
	command->run(call);
	call->command = called;
	call->as_another = as_another;
	call->members = members;
}

int64
call_take_count(Call *call, int start)
{
	StringInfo	out = call->out;
	JsonPointer pointer = {.parts = (char *[]) {"rowCount"}, .n = 1};
	JsonValue	result = {
		.type = JSON_OBJECT,
		.text = out->data + start,
		.len = out->len - start
	};
	JsonValue	count;

	if (!pointer_find(&pointer, 0, &result, &count))
		elog(ERROR, "result has no \"rowCount\"");
	out->len = start;
	out->data[start] = '\0';
	return strtoll(count.text, NULL, 10);
}

void
command_check(Call *call)
{
	const Command *command = call->command;
	const Member *member;
	JsonNode   *given;
	int			ngiven;
	int			n = own_members(command);

	call->members = palloc0(sizeof(JsonNode) * (n + COMMON_MEMBERS));
	call->common = call->members + n;

	node_expect(call->request, JSON_OBJECT);
	given = node_children(call->request, &ngiven);
	for (int i = 0; i < ngiven; i++)
	{
		int			place;

		if (belongs_to_batch(call, &given[i]))
			continue;
		member = find_member(command, &given[i].key, &place);
		if (member == NULL)
			unknown_member(call, &given[i]);
		if (call->step >= 0 && place >= n && !common_members[place - n].in_step)
			ereport(ERROR,
					(errcode(ERRCODE_SYNTAX_ERROR),
					 errmsg("\"%s\" cannot be said of one step", member->name),
					 errhint("Say it of the batch, or call the command by itself."),
					 errplace(&given[i])));
		check_type(&given[i], member);
		call->members[place] = given[i];
	}

	for (int m = 0; m < n; m++)
	{
		if (command->members[m].required && !node_given(&call->members[m]))
			ereport(ERROR,
					(errcode(ERRCODE_SYNTAX_ERROR),
					 errmsg("%s needs the member \"%s\"",
							command->name, command->members[m].name),
					 errplace(call->request)));
	}
}

int
call_out_limit(const Call *call)
{
	return VARHDRSZ + call->limits.response_cap - call->tail;
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

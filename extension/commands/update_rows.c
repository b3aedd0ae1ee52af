/*-------------------------------------------------------------------------
 *
 * update_rows.c
 *	  update_rows: new values for rows.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "commands/commands.h"
#include "commands/read.h"
#include "commands/write.h"
#include "error.h"

enum
{
	TABLE,
	SET,
	INCREMENT,
	MERGE,
	APPEND,
	FIRST_OF_WRITE
};

static const Member members[] = {
	{"table", MEMBER_TABLE, true, "Table or view to update."},
	{"set", MEMBER_ROW, false, "New values: column name to value."},
	{"increment", MEMBER_ROW, false, "What to add: column name to number, or to interval for a time, or to days for a date. NULL stays NULL."},
	{"merge", MEMBER_OBJECTS, false, "Objects whose members replace or join those in a json or jsonb column, where NULL is {}."},
	{"append", MEMBER_LISTS, false, "Lists to append to an array, json or jsonb column, where NULL is []."},
	WRITE_MEMBERS("update", "updated"),
	READ_MEMBERS,
	{NULL}
};

static const Refusal refusals[] = {
	WRITE_REFUSALS,
	ROW_REFUSALS,
	{"23505", "another row has that key"},
	{"22023", "\"increment\", \"merge\" or \"append\" for a type that has no such operation, or with null"},
	{"428C9", "a generated column is to be set"},
	{NULL}
};

static const char *const examples[] = {
	"{\"table\": \"users\", \"set\": {\"status\": \"inactive\"}, "
	"\"where\": [[\"email\", \"=\", \"ada@example.com\"]], \"expect_affected\": 1}",
	"{\"table\": \"users\", \"key\": [\"id\"], "
	"\"rows\": [{\"id\": 1, \"name\": \"Ada\"}, {\"id\": 2, \"name\": \"Grace\"}]}",
	"{\"table\": \"users\", \"increment\": {\"age\": 1}, \"where\": [[\"status\", \"=\", \"active\"]], "
	"\"order_by\": [\"id\"], \"limit\": 10, \"skip_locked\": true, \"returning\": [\"id\"]}",
	NULL
};

static const JsonNode *
name_node(const JsonNode *member)
{
	JsonNode   *name = palloc(sizeof(JsonNode));

	*name = *member;
	name->value = member->key;
	return name;
}

/* Add one member's assignments: column name to value. */
static void
add_assignments(const Write *write, const JsonNode *member, AssignmentKind kind,
				Assignments *set)
{
	JsonNode   *values;
	int			n;

	if (!node_given(member))
		return;
	values = node_children(member, &n);
	for (int i = 0; i < n; i++)
		write_assign(write, set, name_node(&values[i]), &values[i], kind);
}

static void
run(Call *call)
{
	static const AssignmentKind kinds[] = {
		[SET] = ASSIGN_SET,
		[INCREMENT] = ASSIGN_INCREMENT,
		[MERGE] = ASSIGN_MERGE,
		[APPEND] = ASSIGN_APPEND
	};
	Write		write;
	Assignments set = {0};

	write_begin(&write, call, call_member(call, TABLE),
				call_member(call, FIRST_OF_WRITE));
	write.set = &set;
	for (int i = SET; i <= APPEND; i++)
	{
		const JsonNode *member = call_member(call, i);

		if (node_given(member) && node_given(write.rows))
			ereport(ERROR,
					(errcode(ERRCODE_SYNTAX_ERROR),
					 errmsg("\"%s\" and \"rows\" contradict each other", node_name(member)),
					 errhint("With \"rows\", each row has its own new values."),
					 errplace(member)));
		if (node_given(member) && write.values == NULL)
			write.values = member;
		add_assignments(&write, member, kinds[i], &set);
	}
	if (set.n == 0 && !node_given(write.rows))
		ereport(ERROR,
				(errcode(ERRCODE_SYNTAX_ERROR),
				 errmsg("there is nothing to update"),
				 errhint("Give one of \"set\", \"increment\", \"merge\" and \"append\" with a column, or \"rows\" with \"key\"."),
				 errplace(write.values ? write.values : call->request)));
	write_run(&write);
}

const Command command_update_rows = {
	.name = "update_rows",
	.summary = "Update the rows that meet conditions, or each by its key.",
	.kinds = KIND_WRITE,
	.members = members,
	.together = WRITE_TOGETHER(",\"set\":false,\"increment\":false,\"merge\":false,\"append\":false")
	",\"anyOf\":[{\"required\":[\"rows\"]},{\"required\":[\"set\"]},{\"required\":[\"increment\"]},"
	"{\"required\":[\"merge\"]},{\"required\":[\"append\"]}]",
	.result = WRITE_RESULT,
	.refusals = refusals,
	.examples = examples,
	.run = run
};

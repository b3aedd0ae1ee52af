/*-------------------------------------------------------------------------
 *
 * postgres_v2_rows.c
 *	  postgres_v2/InsertValuesV2, SelectValuesV2, UpdateValuesV2 and
 *	  DeleteValuesV2, by insert_rows, select_rows, update_rows and
 *	  delete_rows.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "catalog/namespace.h"

#include "catalog.h"
#include "commands/commands.h"
#include "commands/postgres_v2.h"
#include "commands/write.h"
#include "error.h"
#include "predicate.h"

/* Parts of the schemas of "schema". */
#define OBJECT_SCHEMA "\"type\":\"object\",\"additionalProperties\":false"
#define COLUMNS_SCHEMA "\"columns\":{\"type\":\"array\",\"items\":{\"type\":\"string\"}}"
#define WHERE_SCHEMA \
	"\"where\":{\"type\":\"array\",\"description\":\"Conditions that all must hold, each [column, operator, value], as those of select_rows.\"," \
	"\"items\":{\"$ref\":\"#/$defs/condition\"}"

static const Member insert_members[] = {
	V2_CONNECTION_MEMBER,
	V2_TABLE_MEMBER,
	{"schema", MEMBER_OTHER, true, "The columns, and for each row a list of their values.", NULL,
		OBJECT_SCHEMA ",\"required\":[\"columns\",\"values\"],\"properties\":{"
	COLUMNS_SCHEMA ",\"values\":{\"type\":\"array\",\"items\":{\"type\":\"array\"}}}"},
	{NULL}
};

static const Member select_members[] = {
	V2_CONNECTION_MEMBER,
	V2_TABLE_MEMBER,
	{"schema", MEMBER_OTHER, true, "The columns, [\"*\"] for all, and conditions.", NULL,
		OBJECT_SCHEMA ",\"required\":[\"columns\"],\"properties\":{"
	COLUMNS_SCHEMA "," WHERE_SCHEMA "}}"},
	{NULL}
};

static const Member update_members[] = {
	V2_CONNECTION_MEMBER,
	V2_TABLE_MEMBER,
	{"schema", MEMBER_OTHER, true, "New values, as \"set\" or as \"columns\" and \"values\", and conditions; without \"where\" for every row.", NULL,
		OBJECT_SCHEMA ",\"oneOf\":[{\"required\":[\"set\"]},{\"required\":[\"columns\",\"values\"]}],"
		"\"dependentRequired\":{\"columns\":[\"values\"],\"values\":[\"columns\"]},"
		"\"properties\":{\"set\":{\"type\":\"object\",\"minProperties\":1},"
	COLUMNS_SCHEMA ",\"values\":{\"type\":\"array\",\"minItems\":1}," WHERE_SCHEMA ",\"minItems\":1}}"},
	{NULL}
};

static const Member delete_members[] = {
	V2_CONNECTION_MEMBER,
	V2_TABLE_MEMBER,
	{"schema", MEMBER_OTHER, true, "Conditions; without \"where\" every row is deleted.", NULL,
		OBJECT_SCHEMA ",\"properties\":{" WHERE_SCHEMA ",\"minItems\":1}}"},
	{NULL}
};

#define V2_ROW_REFUSALS \
	{"42P01", "no such table, or no such schema"}, \
	{"42703", "no such column"}, \
	{"42622", "a name longer than 63 bytes"}, \
	VALUE_REFUSALS

#define WHERE_REFUSALS \
	V2_ROW_REFUSALS, \
	{"22023", "unknown operator, or one that the column's type does not have"}

#define UNFILTERED_REFUSALS \
	WHERE_REFUSALS, \
	{"21000", "\"where\" is empty or true for every row, or missing where pg_connector.v2_allow_unfiltered is off"}, \
	{"54000", "more rows than pg_connector.affected_cap"}

static const Refusal insert_refusals[] = {
	V2_ROW_REFUSALS,
	{"42701", "a column is named twice"},
	ROW_REFUSALS,
	{"23505", "a row with that key exists"},
	{"428C9", "a value for a column that is generated always"},
	{"54000", "more rows than pg_connector.affected_cap"},
	{NULL}
};

static const Refusal select_refusals[] = {
	WHERE_REFUSALS,
	{"54000", "more rows than pg_connector.row_cap, or larger than pg_connector.response_cap"},
	{NULL}
};

static const Refusal update_refusals[] = {
	UNFILTERED_REFUSALS,
	{"42701", "a column is named twice"},
	ROW_REFUSALS,
	{"23505", "another row has that key"},
	{"428C9", "a generated column is to be set"},
	{NULL}
};

static const Refusal delete_refusals[] = {
	UNFILTERED_REFUSALS,
	{"23503", "a row that another refers to"},
	{NULL}
};

static const char *const insert_examples[] = {
	"{\"table_name\": \"users\", \"schema\": {\"columns\": [\"name\", \"email\"], "
	"\"values\": [[\"John Doe\", \"john@example.com\"], [\"Jane Smith\", \"jane@example.com\"]]}}",
	NULL
};

static const char *const select_examples[] = {
	"{\"table_name\": \"users\", \"schema\": {\"columns\": [\"id\", \"name\"], \"where\": [[\"id\", \">\", 10]]}}",
	NULL
};

static const char *const update_examples[] = {
	"{\"table_name\": \"users\", \"schema\": {\"set\": {\"email\": \"new@example.com\"}, \"where\": [[\"name\", \"=\", \"John Doe\"]]}}",
	"{\"table_name\": \"users\", \"schema\": {\"columns\": [\"email\"], \"values\": [\"newer@example.com\"], "
	"\"where\": [[\"name\", \"=\", \"John Doe\"]]}}",
	NULL
};

static const char *const delete_examples[] = {
	"{\"table_name\": \"users\", \"schema\": {\"where\": [[\"email\", \"=\", \"newer@example.com\"]]}}",
	NULL
};

/*
 * The table that rows are in.  In a schema that does not exist there is none:
 * that is what PostgreSQL says, and what processes catch.
 */
static JsonNode
existing_table(const Call *call)
{
	const JsonNode *node = call_member(call, V2_TABLE);
	JsonNode	table = v2_table(node);
	RangeVar   *name = catalog_table_name(&table);

	if (name->schemaname != NULL &&
		!OidIsValid(get_namespace_oid(name->schemaname, true)))
		ereport(ERROR,
				(errcode(ERRCODE_UNDEFINED_TABLE),
				 errmsg("table \"%s.%s\" does not exist",
						name->schemaname, name->relname),
				 errdetail("There is no schema \"%s\".", name->schemaname),
				 errplace(node)));
	return table;
}

static void
run_insert(Call *call)
{
	static const char *const names[] = {"columns", "values"};
	int			start = call->out->len;
	JsonNode   *schema;

	v2_begin(call);
	schema = v2_schema(call, call_member(call, V2_SCHEMA), names, lengthof(names), 2);
	node_expect(&schema[1], JSON_ARRAY);
	call_as(call, &command_insert_rows,
			(GivenMember[]) {
				{"table", existing_table(call)},
				{"columns", v2_columns(&schema[0])},
				{"values", schema[1]}
			}, 3);
	v2_append_affected(call, call_take_count(call, start));
}

/* ["*"] */
static bool
all_columns(const JsonNode *list)
{
	JsonNode   *names;
	int			n;

	node_expect(list, JSON_ARRAY);
	names = node_children(list, &n);
	return n == 1 && node_is(&names[0], "*");
}

static void
run_select(Call *call)
{
	static const char *const names[] = {"columns", "where"};
	JsonNode   *schema;
	JsonNode	columns = {.parent = NULL};

	v2_begin(call);
	schema = v2_schema(call, call_member(call, V2_SCHEMA), names, lengthof(names), 1);
	if (!all_columns(&schema[0]))
		columns = v2_columns(&schema[0]);
	call->bare_rows = true;
	call_as(call, &command_select_rows,
			(GivenMember[]) {
				{"table", existing_table(call)},
				{"columns", columns},
				{"where", v2_where(&schema[1])},
				{"format", node_with_text(&schema[0], JSON_STRING, "\"arrays\"")}
			}, 4);
}

/* How to mean every row. */
static const char *
all_rows_hint(const Call *call)
{
	return call->limits.v2_allow_unfiltered ?
		"To mean every row, leave out \"where\"." :
		"To mean every row, use update_rows or delete_rows with \"all_rows\": true; setting \"pg_connector.v2_allow_unfiltered\" is off.";
}

static void unfiltered(const Call *call, const JsonNode *at, const char *message) pg_attribute_noreturn();

static void
unfiltered(const Call *call, const JsonNode *at, const char *message)
{
	ereport(ERROR,
			(errcode(ERRCODE_CARDINALITY_VIOLATION),
			 errmsg_internal("%s", message),
			 errhint("%s", all_rows_hint(call)),
			 errplace(at)));
}

/*
 * Begin an update or a delete.  The original takes an empty list, and one
 * whose name is misspelt, for none, and none for all rows; only that it is
 * left out is what the guide says.
 */
static void
begin_write(Write *write, Call *call, const Command *command,
			const JsonNode *where)
{
	JsonNode	table = existing_table(call);
	JsonNode   *members = palloc0(sizeof(JsonNode) * (WRITE_EXPECT_AFFECTED + 1));
	int			n = 0;

	if (node_given(where))
	{
		node_expect(where, JSON_ARRAY);
		(void) node_children(where, &n);
		if (n == 0)
			unfiltered(call, where, "\"where\" is empty");
		members[WRITE_WHERE] = v2_where(where);
	}
	else if (call->limits.v2_allow_unfiltered)
		members[WRITE_ALL_ROWS] = node_with_text(call->request, JSON_TRUE, "true");
	else
		unfiltered(call, call_member(call, V2_SCHEMA), "\"where\" is missing");
	write_begin(write, call, &table, members);
	write->command = command->name;
	write->all_rows_hint = all_rows_hint(call);
}

static void
end_write(Write *write)
{
	Call	   *call = write->call;
	int			start = call->out->len;

	write_run(write);
	v2_append_affected(call, call_take_count(call, start));
}

/* A member's name as a string in its place. */
static JsonNode
name_of(const JsonNode *member)
{
	JsonNode	name = *member;

	name.value = member->key;
	return name;
}

static void
assign(const Write *write, Assignments *set, const JsonNode *name,
	   const JsonNode *value)
{
	JsonNode   *column = palloc(sizeof(JsonNode));

	*column = v2_column(name);
	write_assign(write, set, column, value, ASSIGN_SET);
}

static void
run_update(Call *call)
{
	static const char *const member_names[] = {"set", "columns", "values", "where"};
	enum
	{
		SET,
		COLUMNS,
		VALUES,
		WHERE
	};
	const JsonNode *at = call_member(call, V2_SCHEMA);
	JsonNode   *schema;
	JsonNode   *names;
	JsonNode   *values;
	int			n;
	int			nvalues;
	bool		lists;
	Write		write;
	Assignments set = {0};

	v2_begin(call);
	schema = v2_schema(call, at, member_names, lengthof(member_names), 0);
	lists = node_given(&schema[COLUMNS]) && node_given(&schema[VALUES]);
	if (node_given(&schema[SET]) ?
		node_given(&schema[COLUMNS]) || node_given(&schema[VALUES]) : !lists)
		ereport(ERROR,
				(errcode(ERRCODE_SYNTAX_ERROR),
				 errmsg("%s needs either \"set\" or both \"columns\" and \"values\"",
						call->command->name),
				 errplace(at)));

	node_expect(&schema[lists ? COLUMNS : SET], lists ? JSON_ARRAY : JSON_OBJECT);
	names = values = node_children(&schema[lists ? COLUMNS : SET], &n);
	if (lists)
	{
		node_expect(&schema[VALUES], JSON_ARRAY);
		values = node_children(&schema[VALUES], &nvalues);
		if (n != nvalues)
			ereport(ERROR,
					(errcode(ERRCODE_SYNTAX_ERROR),
					 errmsg("there are %d values for %d columns", nvalues, n),
					 errplace(&schema[VALUES])));
	}
	if (n == 0)
		ereport(ERROR,
				(errcode(ERRCODE_SYNTAX_ERROR),
				 errmsg("there is nothing to update"),
				 errplace(&schema[lists ? COLUMNS : SET])));

	begin_write(&write, call, &command_update_rows, &schema[WHERE]);
	write.set = &set;
	write.values = &schema[lists ? VALUES : SET];
	for (int i = 0; i < n; i++)
	{
		JsonNode	name = lists ? names[i] : name_of(&names[i]);

		assign(&write, &set, &name, &values[i]);
	}
	end_write(&write);
}

static void
run_delete(Call *call)
{
	static const char *const names[] = {"where"};
	JsonNode   *schema;
	Write		write;

	v2_begin(call);
	schema = v2_schema(call, call_member(call, V2_SCHEMA), names, lengthof(names), 0);
	begin_write(&write, call, &command_delete_rows, &schema[0]);
	end_write(&write);
}

const Command command_v2_insert_values = {
	.name = V2_PREFIX "InsertValuesV2",
	.summary = "Insert rows.",
	.kinds = KIND_WRITE,
	.members = insert_members,
	.result = V2_AFFECTED_RESULT,
	.refusals = insert_refusals,
	.examples = insert_examples,
	.envelope = &v2_envelope,
	.run = run_insert
};

const Command command_v2_select_values = {
	.name = V2_PREFIX "SelectValuesV2",
	.summary = "Read rows, as lists of values.",
	.kinds = KIND_READ,
	.members = select_members,
	.result = "",
	.bare_result = V2_ROWS_RESULT "\"The rows, each a list of values.\"",
	.refusals = select_refusals,
	.examples = select_examples,
	.envelope = &v2_envelope,
	.run = run_select
};

const Command command_v2_update_values = {
	.name = V2_PREFIX "UpdateValuesV2",
	.summary = "Update the rows that meet conditions.",
	.kinds = KIND_WRITE,
	.members = update_members,
	.result = V2_AFFECTED_RESULT,
	.refusals = update_refusals,
	.examples = update_examples,
	.envelope = &v2_envelope,
	.run = run_update
};

const Command command_v2_delete_values = {
	.name = V2_PREFIX "DeleteValuesV2",
	.summary = "Delete the rows that meet conditions.",
	.kinds = KIND_WRITE,
	.members = delete_members,
	.result = V2_AFFECTED_RESULT,
	.refusals = delete_refusals,
	.examples = delete_examples,
	.envelope = &v2_envelope,
	.run = run_delete
};

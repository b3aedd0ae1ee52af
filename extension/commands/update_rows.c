/*-------------------------------------------------------------------------
 *
 * update_rows.c
 *	  update_rows: new values for the rows that meet conditions.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "access/table.h"
#include "utils/rel.h"

#include "catalog.h"
#include "commands/commands.h"
#include "commands/read.h"
#include "commands/write.h"
#include "error.h"
#include "predicate.h"
#include "statement.h"

enum
{
	TABLE,
	SET,
	WHERE,
	ALL_ROWS,
	RETURNING
};

static const Member members[] = {
	{"table", MEMBER_TABLE, true, "Table or view to update."},
	{"set", MEMBER_ROW, true, "New values: column name to value."},
	{"where", MEMBER_WHERE, false, "Conditions that all must hold."},
	{"all_rows", MEMBER_BOOL, false, "Instead of \"where\": update every row."},
	{"returning", MEMBER_RETURNING, false, "Columns to return of each updated row, or true for all."},
	READ_MEMBERS,
	{NULL}
};

static const Refusal refusals[] = {
	{"21000", "\"where\" is missing or true for every row, without \"all_rows\""},
	{"42P01", "no such table"},
	{"42703", "no such column"},
	{"22023", "unknown operator, or one that the column's type does not have"},
	{"22P02", "a value that the column's type does not accept"},
	{"54000", "more rows than pg_connector.affected_cap, or more to return than a cap allows"},
	{NULL}
};

static const char *const examples[] = {
	"{\"table\": \"users\", \"set\": {\"status\": \"inactive\"}, "
	"\"where\": [[\"email\", \"=\", \"ada@example.com\"]]}",
	NULL
};

static JsonNode *
name_node(const JsonNode *member)
{
	JsonNode	   *name = palloc(sizeof(JsonNode));

	*name = *member;
	name->value = member->key;
	return name;
}

static ColumnList
set_columns(Relation rel, JsonNode *set, int n)
{
	ColumnList	list = {n, palloc(sizeof(AttrNumber) * n)};

	for (int i = 0; i < n; i++)
		list.columns[i] = catalog_column(rel, name_node(&set[i]));
	return list;
}

static void
run(Call *call)
{
	JsonNode	   *returning = call_member(call, RETURNING);
	Relation	rel = catalog_open_table(call_member(call, TABLE), RowExclusiveLock);
	JsonNode	   *set;
	int			nset;
	Predicate  *where;
	Shape		shape;
	KeptPlan	   *plan;

	set = node_children(call_member(call, SET), &nset);
	if (nset == 0)
		ereport(ERROR,
				(errcode(ERRCODE_SYNTAX_ERROR),
				 errmsg("\"set\" names no column"),
				 errplace(call_member(call, SET))));

	shape_init(&shape, "update_rows", RelationGetRelid(rel));
	for (int i = 0; i < nset; i++)
	{
		shape_add_bytes(&shape, set[i].key.text, set[i].key.len);
		shape_bind(&shape, &set[i]);
	}
	where = predicate_parse(call_member(call, WHERE), &shape);
	write_check_filter(call, call_member(call, WHERE), where,
					   call_member(call, ALL_ROWS));
	shape_add(&shape, returning);

	plan = plan_lookup(&shape);
	if (plan == NULL)
	{
		plan = plan_create(RelationGetRelid(rel));
		statement_update(plan, rel, set_columns(rel, set, nset), where,
						 columns_returning(rel, returning));
		plan_keep(plan, &shape);
	}
	table_close(rel, NoLock);

	write_run(call, plan, &shape, returning);
}

const Command command_update_rows = {
	.name = "update_rows",
	.summary = "Update the rows that meet conditions.",
	.kinds = KIND_WRITE,
	.members = members,
	.result = "\"rowCount\": {\"type\": \"integer\"}, "
	"\"rows\": {\"type\": \"array\", \"items\": {\"type\": [\"object\", \"array\"]}}, "
	READ_COLUMNS_RESULT,
	.refusals = refusals,
	.examples = examples,
	.run = run
};

/*-------------------------------------------------------------------------
 *
 * select_rows.c
 *	  select_rows: rows of one table or view.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "access/table.h"
#include "utils/rel.h"

#include "catalog.h"
#include "commands/commands.h"
#include "commands/read.h"
#include "guard.h"
#include "order.h"
#include "predicate.h"
#include "statement.h"

enum
{
	TABLE,
	COLUMNS,
	WHERE,
	ORDER_BY,
	LIMIT,
	OFFSET
};

static const Member members[] = {
	{"table", MEMBER_TABLE, true, "Table or view to read."},
	{"columns", MEMBER_COLUMNS, false, "Columns to return; all if left out."},
	{"where", MEMBER_WHERE, false, "Conditions that all must hold."},
	{"order_by", MEMBER_ORDER, false, "Columns, each \"column\" or [\"column\", \"asc\" or \"desc\"]."},
	{"limit", MEMBER_COUNT, false, "Rows to return, instead of pg_connector.default_limit."},
	{"offset", MEMBER_COUNT, false, "Rows to skip."},
	{NULL}
};

static const Refusal refusals[] = {
	{"42P01", "no such table"},
	{"42703", "no such column"},
	{"22023", "unknown operator, or one that the column's type does not have"},
	{"22P02", "a value that the column's type does not accept"},
	{"54000", "the first row alone is larger than pg_connector.response_cap"},
	{NULL}
};

static const char *const examples[] = {
	"{\"table\": \"users\", \"columns\": [\"id\", \"name\"], "
	"\"where\": [[\"status\", \"=\", \"active\"], {\"or\": [[\"age\", \">\", 30], [\"email\", \"is_null\"]]}], "
	"\"order_by\": [[\"created_at\", \"desc\"], \"id\"], \"limit\": 100}",
	NULL
};

static void
run(Call *call)
{
	Relation	rel;
	JsonNode	   *columns = call_member(call, COLUMNS);
	JsonNode	   *order_by = call_member(call, ORDER_BY);
	JsonNode	   *offset = call_member(call, OFFSET);
	Order		order;
	Predicate  *where;
	Shape		shape;
	KeptPlan	   *plan;
	RowsOut		rows;

	if ((call->limits.kinds & KIND_WRITE) == 0)
		guard_read_only(call);
	rel = catalog_open_table(call_member(call, TABLE), AccessShareLock);
	read_begin(call, &rows, call_member(call, LIMIT));

	shape_init(&shape, "select_rows", RelationGetRelid(rel));
	shape_add(&shape, columns);
	where = predicate_parse(call_member(call, WHERE), &shape);
	shape_add(&shape, order_by);
	shape_bind_datum(&shape, Int64GetDatum(read_rows_needed(&rows)));
	shape_add_flag(&shape, node_given(offset) ? 'o' : '-');
	if (node_given(offset))
		shape_bind_datum(&shape, Int64GetDatum(node_integer(offset, 0, INT_MAX)));

	plan = plan_lookup(&shape);
	if (plan == NULL)
	{
		order = order_parse(order_by);
		order_resolve(&order, rel);
		plan = plan_create(RelationGetRelid(rel));
		statement_select(plan, rel,
						 node_given(columns) ? columns_named(rel, columns) :
						 columns_all(rel),
						 where, &order, node_given(offset));
		plan_keep(plan, &shape);
	}
	table_close(rel, NoLock);

	(void) plan_execute(plan, plan_bind(plan, &shape), &rows);
	read_end(call, &rows);
}

const Command command_select_rows = {
	.name = "select_rows",
	.summary = "Read rows of one table or view.",
	.kinds = KIND_READ,
	.members = members,
	.result = READ_RESULT,
	.refusals = refusals,
	.examples = examples,
	.run = run
};

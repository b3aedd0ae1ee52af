/*-------------------------------------------------------------------------
 *
 * delete_rows.c
 *	  delete_rows: away with the rows that meet conditions.
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
#include "predicate.h"
#include "statement.h"

enum
{
	TABLE,
	WHERE,
	ALL_ROWS,
	RETURNING
};

static const Member members[] = {
	{"table", MEMBER_TABLE, true, "Table or view to delete from."},
	{"where", MEMBER_WHERE, false, "Conditions that all must hold."},
	{"all_rows", MEMBER_BOOL, false, "Instead of \"where\": delete every row."},
	{"returning", MEMBER_RETURNING, false, "Columns to return of each deleted row, or true for all."},
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
	"{\"table\": \"sessions\", \"where\": [[\"expires_at\", \"<\", \"2026-01-01T00:00:00Z\"]]}",
	NULL
};

static void
run(Call *call)
{
	JsonNode	   *returning = call_member(call, RETURNING);
	Relation	rel = catalog_open_table(call_member(call, TABLE), RowExclusiveLock);
	Predicate  *where;
	Shape		shape;
	KeptPlan	   *plan;

	shape_init(&shape, "delete_rows", RelationGetRelid(rel));
	where = predicate_parse(call_member(call, WHERE), &shape);
	write_check_filter(call, call_member(call, WHERE), where,
					   call_member(call, ALL_ROWS));
	shape_add(&shape, returning);

	plan = plan_lookup(&shape);
	if (plan == NULL)
	{
		plan = plan_create(RelationGetRelid(rel));
		statement_delete(plan, rel, where, columns_returning(rel, returning));
		plan_keep(plan, &shape);
	}
	table_close(rel, NoLock);

	write_run(call, plan, &shape, returning);
}

const Command command_delete_rows = {
	.name = "delete_rows",
	.summary = "Delete the rows that meet conditions.",
	.kinds = KIND_WRITE,
	.members = members,
	.result = "\"rowCount\": {\"type\": \"integer\"}, "
	"\"rows\": {\"type\": \"array\", \"items\": {\"type\": [\"object\", \"array\"]}}, "
	READ_COLUMNS_RESULT,
	.refusals = refusals,
	.examples = examples,
	.run = run
};

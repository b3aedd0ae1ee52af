/*-------------------------------------------------------------------------
 *
 * insert_rows.c
 *	  insert_rows: one or many rows into a table.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "access/table.h"
#include "utils/memutils.h"
#include "utils/rel.h"

#include "catalog.h"
#include "commands/commands.h"
#include "commands/read.h"
#include "commands/write.h"
#include "error.h"
#include "rows_in.h"
#include "statement.h"

enum
{
	TABLE,
	ROWS,
	ROW,
	COLUMNS,
	VALUES,
	RETURNING
};

static const Member members[] = {
	{"table", MEMBER_TABLE, true, "Table or view to insert into."},
	{"rows", MEMBER_ROWS, false, "Rows as objects; a column that a row leaves out gets its default."},
	{"row", MEMBER_ROW, false, "A single row."},
	{"columns", MEMBER_COLUMNS, false, "With \"values\": the columns that are given."},
	{"values", MEMBER_VALUES, false, "Rows as lists of values, in the order of \"columns\"."},
	{"returning", MEMBER_RETURNING, false, "Columns to return of each row, or true for all."},
	READ_MEMBERS,
	{NULL}
};

static const Refusal refusals[] = {
	{"42P01", "no such table"},
	{"42703", "no such column"},
	{"22P02", "a value that the column's type does not accept"},
	{"23505", "a row with that key exists"},
	{"54000", "more rows than pg_connector.affected_cap, or more to return than a cap allows"},
	{NULL}
};

static const char *const examples[] = {
	"{\"table\": \"users\", \"row\": {\"name\": \"Ada\", \"email\": \"ada@example.com\"}}",
	"{\"table\": \"users\", \"columns\": [\"name\", \"email\"], "
	"\"values\": [[\"Grace\", \"grace@example.com\"], [\"Edsger\", null]], \"returning\": [\"id\"]}",
	NULL
};

/* The statement for a group of rows, from the cache or made anew. */
static KeptPlan *
group_plan(Call *call, Relation rel, RowsIn *in, AttrNumber id)
{
	TupleDesc	desc = RelationGetDescr(rel);
	ColumnList	columns;
	Shape		shape;
	KeptPlan	   *plan;

	shape_init(&shape, "insert_rows", RelationGetRelid(rel));
	for (int i = 0; i < in->ncolumns; i++)
		shape_add_bytes(&shape, in->columns[i].text, in->columns[i].len);
	shape_add(&shape, call_member(call, RETURNING));
	shape_add_bytes(&shape, &id, sizeof(id));

	plan = plan_lookup(&shape);
	if (plan != NULL)
		return plan;

	plan = plan_create(RelationGetRelid(rel));
	plan->ncolumns = in->ncolumns;
	plan->columns = MemoryContextAllocZero(plan->context,
										   sizeof(PlanColumn) * (in->ncolumns + 1));
	columns.n = in->ncolumns;
	columns.columns = palloc(sizeof(AttrNumber) * (in->ncolumns + 1));
	for (int i = 0; i < in->ncolumns; i++)
	{
		AttrNumber	number = catalog_column(rel, rows_in_column(in, i));
		Form_pg_attribute att = TupleDescAttr(desc, number - 1);
		PlanColumn *column = &plan->columns[i];

		columns.columns[i] = number;
		column->number = number;
		column->type = type_info(att->atttypid);
		column->typmod = att->atttypmod;
		strlcpy(column->name, NameStr(att->attname), NAMEDATALEN);
	}
	statement_insert(plan, rel, columns,
					 columns_returning(rel, call_member(call, RETURNING)), id);
	plan_keep(plan, &shape);
	return plan;
}

static ParamListInfo
row_type_param(const KeptPlan *plan)
{
	ParamListInfo params;

	if (plan->nparams == 0)
		return NULL;
	params = makeParamList(1);
	params->params[0].ptype = plan->params[0].oid;
	params->params[0].pflags = PARAM_FLAG_CONST;
	params->params[0].isnull = true;
	params->params[0].value = (Datum) 0;
	return params;
}

/*
 * The column whose value in the first row is the result's insertedId.  Nobody
 * asked for it, so where a rule might not let it be returned it is left out.
 */
static AttrNumber
id_column(Relation rel)
{
	RuleLock   *rules = rel->rd_rules;

	for (int i = 0; rules != NULL && i < rules->numLocks; i++)
	{
		if (rules->rules[i]->event == CMD_INSERT && rules->rules[i]->isInstead)
			return InvalidAttrNumber;
	}
	return catalog_readable_key(rel);
}

static void
run(Call *call)
{
	bool		returning = node_given(call_member(call, RETURNING));
	Relation	rel = catalog_open_table(call_member(call, TABLE), RowExclusiveLock);
	RowsIn	   *in = rows_in_open(call->request, call_member(call, ROW),
								  call_member(call, ROWS),
								  call_member(call, COLUMNS),
								  call_member(call, VALUES));
	AttrNumber	id = id_column(rel);
	int			nreturning = columns_returning(rel, call_member(call, RETURNING)).n;
	MemoryContext context = CurrentMemoryContext;
	MemoryContext group_context;
	StringInfoData inserted_id;
	RowsOut		rows;
	uint64		written = 0;

	/* Unknown names are refused even where there is no row. */
	if (in->lists)
		(void) columns_named(rel, call_member(call, COLUMNS));

	initStringInfo(&inserted_id);
	write_rows_init(call, &rows);
	appendStringInfoString(call->out, returning ? "{\"rows\":[" : "{");
	rows.id = &inserted_id;
	group_context = AllocSetContextCreate(context, "pg_connector group",
										  ALLOCSET_DEFAULT_SIZES);
	MemoryContextSwitchTo(group_context);

	while (rows_in_next_group(in))
	{
		KeptPlan	   *plan = group_plan(call, rel, in, id);

		rows.id_column = id == InvalidAttrNumber ? -1 : nreturning;
		rows.id_only = rows.id_column == 0;
		rows_in_feed(in, plan, rel->rd_rel->reltype);
		written += plan_execute(plan, row_type_param(plan),
								returning || id != InvalidAttrNumber ? &rows : NULL);
		rows_in_end_group(in);
		plan_release(plan);
		write_check_affected(call, written);

		/* Only the first row's key is wanted; a trigger may have dropped rows. */
		if (inserted_id.len > 0)
			id = InvalidAttrNumber;
		MemoryContextReset(group_context);
	}

	MemoryContextSwitchTo(context);
	table_close(rel, NoLock);
	if (returning)
	{
		appendStringInfoChar(call->out, ']');
		read_append_columns(call, &rows);
		appendStringInfoChar(call->out, ',');
	}
	if (inserted_id.len > 0)
		appendStringInfo(call->out, "\"insertedId\":%s,", inserted_id.data);
	appendStringInfo(call->out, "\"rowCount\":" UINT64_FORMAT "}", written);
}

const Command command_insert_rows = {
	.name = "insert_rows",
	.summary = "Insert one or many rows.",
	.kinds = KIND_WRITE,
	.members = members,
	.result = "\"rowCount\": {\"type\": \"integer\"}, "
	"\"insertedId\": {\"description\": \"The first row's primary key, if it is one column that the caller may read.\"}, "
	"\"rows\": {\"type\": \"array\", \"items\": {\"type\": [\"object\", \"array\"]}}, "
	READ_COLUMNS_RESULT,
	.refusals = refusals,
	.examples = examples,
	.run = run
};

/*-------------------------------------------------------------------------
 *
 * write.c
 *	  What insert_rows, update_rows and delete_rows share.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include <limits.h>

#include "access/table.h"
#include "utils/rel.h"

#include "catalog.h"
#include "commands/read.h"
#include "commands/write.h"
#include "error.h"

void
write_rows_init(Call *call, RowsOut *rows)
{
	rows_out_init(rows, call->out);
	read_options(call, rows);
	rows->row_cap = call->limits.row_cap;
	rows->response_cap = call->limits.response_cap;
	rows->out_limit = call_out_limit(call);
}

void
write_check_affected(const Call *call, uint64 written)
{
	if (call->limits.affected_cap > 0 &&
		written > (uint64) call->limits.affected_cap)
		ereport(ERROR,
				(errcode(ERRCODE_PROGRAM_LIMIT_EXCEEDED),
				 errmsg("command writes more rows than \"pg_connector.affected_cap\" allows"),
				 errdetail("The setting is %d; nothing was changed.",
						   call->limits.affected_cap)));
}

void
write_check_count(const Write *write, uint64 written, bool complete)
{
	const JsonNode *max = write->max_affected;
	const JsonNode *expect = write->expect_affected;

	write_check_affected(write->call, written);
	if (node_given(max) && written > (uint64) node_integer(max, 0, INT_MAX))
		ereport(ERROR,
				(errcode(ERRCODE_PROGRAM_LIMIT_EXCEEDED),
				 errmsg("command writes more rows than \"max_affected\" allows"),
				 complete ?
				 errdetail("The number of rows is " UINT64_FORMAT "; nothing was changed.", written) :
				 errdetail("The number of rows is at least " UINT64_FORMAT "; nothing was changed.", written),
				 errplace(max)));
	if (complete && node_given(expect) &&
		written != (uint64) node_integer(expect, 0, INT_MAX))
		ereport(ERROR,
				(errcode(ERRCODE_CARDINALITY_VIOLATION),
				 errmsg("number of rows is not the one that \"expect_affected\" says"),
				 errdetail("The number of rows is " UINT64_FORMAT ", not " INT64_FORMAT "; nothing was changed.",
						   written, node_integer(expect, 0, INT_MAX)),
				 errplace(expect)));
}

/* Raise 21000 for a write that would touch every row without saying so. */
static void
check_filter(const Write *write, const Predicate *predicate)
{
	const Call *call = write->call;
	const JsonNode *where = write->where;
	bool		all = node_given(write->all_rows) && node_bool(write->all_rows);

	if (all && node_given(where))
		ereport(ERROR,
				(errcode(ERRCODE_SYNTAX_ERROR),
				 errmsg("\"where\" and \"all_rows\" contradict each other"),
				 errplace(write->all_rows)));
	if (all || !call->limits.require_where || !predicate_always_true(predicate))
		return;
	ereport(ERROR,
			(errcode(ERRCODE_CARDINALITY_VIOLATION),
			 node_given(where) ?
			 errmsg("\"where\" is true for every row") :
			 errmsg("\"where\" is missing"),
			 errhint("%s", write->all_rows_hint),
			 errplace(node_given(where) ? where : call->request)));
}

Predicate *
write_where(const Write *write, Shape *shape)
{
	Predicate  *where = predicate_parse(write->where, shape);

	check_filter(write, where);
	return where;
}

void
write_shape_set(const Write *write, Shape *shape)
{
	for (int i = 0; write->set != NULL && i < write->set->n; i++)
	{
		const Assignment *assignment = &write->set->list[i];

		shape_add_flag(shape, "=+|&"[assignment->kind]);
		shape_add_bytes(shape, &assignment->column, sizeof(AttrNumber));
		shape_bind(shape, assignment->value);
	}
	shape_add_flag(shape, ';');
}

/* "member" needs "other", which is not given. */
static void
refuse_alone(const JsonNode *member, const char *other)
{
	if (node_given(member))
		ereport(ERROR,
				(errcode(ERRCODE_SYNTAX_ERROR),
				 errmsg("\"%s\" needs \"%s\"", node_name(member), other),
				 errplace(member)));
}

/* "member" tells which rows are meant, and "rows" does so already. */
static void
refuse_beside_rows(const JsonNode *member)
{
	if (node_given(member))
		ereport(ERROR,
				(errcode(ERRCODE_SYNTAX_ERROR),
				 errmsg("\"%s\" and \"rows\" contradict each other", node_name(member)),
				 errhint("With \"rows\", the columns of \"key\" tell which rows are meant."),
				 errplace(member)));
}

void
write_begin(Write *write, Call *call, const JsonNode *table,
			const JsonNode *members)
{
	memset(write, 0, sizeof(Write));
	write->call = call;
	write->command = call->command->name;
	write->all_rows_hint = "To write all rows of the table, say \"all_rows\": true instead of \"where\".";
	write->where = &members[WRITE_WHERE];
	write->all_rows = &members[WRITE_ALL_ROWS];
	write->order_by = &members[WRITE_ORDER_BY];
	write->limit = &members[WRITE_LIMIT];
	write->skip_locked = &members[WRITE_SKIP_LOCKED];
	write->rows = &members[WRITE_ROWS];
	write->key = &members[WRITE_KEY];
	write->returning = &members[WRITE_RETURNING];
	write->max_affected = &members[WRITE_MAX_AFFECTED];
	write->expect_affected = &members[WRITE_EXPECT_AFFECTED];

	if (node_given(write->rows))
	{
		for (int i = WRITE_WHERE; i <= WRITE_SKIP_LOCKED; i++)
			refuse_beside_rows(&members[i]);
		if (!node_given(write->key))
			refuse_alone(write->rows, "key");
	}
	else
		refuse_alone(write->key, "rows");
	if (!node_given(write->limit))
	{
		refuse_alone(write->order_by, "limit");
		refuse_alone(write->skip_locked, "limit");
	}
	write->rel = catalog_open_table(table, RowExclusiveLock);
}

void
write_check_assignable(Relation rel, AttrNumber column, const JsonNode *at)
{
	Form_pg_attribute att = TupleDescAttr(RelationGetDescr(rel), column - 1);
	bool		identity = att->attidentity == ATTRIBUTE_IDENTITY_ALWAYS;

	if (att->attgenerated || identity)
		ereport(ERROR,
				(errcode(ERRCODE_GENERATED_ALWAYS),
				 errmsg("column \"%s\" cannot be set", NameStr(att->attname)),
				 identity ?
				 errdetail("It is an identity column, GENERATED ALWAYS.") :
				 errdetail("It is a generated column."),
				 errplace(at)));
}

/* What a value must be beyond what its column's type says. */
static void
check_value(const JsonNode *value, AssignmentKind kind)
{
	if (kind == ASSIGN_MERGE)
		node_expect(value, JSON_OBJECT);
	else if (kind == ASSIGN_APPEND)
		node_expect(value, JSON_ARRAY);
	else if (kind == ASSIGN_INCREMENT && node_type(value) == JSON_NULL)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("cannot increment by null"),
				 errplace(value)));
}

void
write_assign(const Write *write, Assignments *set, const JsonNode *name,
			 const JsonNode *value, AssignmentKind kind)
{
	AttrNumber	column;

	check_value(value, kind);
	column = catalog_column(write->rel, name);
	for (int i = 0; i < set->n; i++)
	{
		const JsonNode *other = set->list[i].value;

		if (set->list[i].column == column)
			ereport(ERROR,
					(errcode(ERRCODE_DUPLICATE_COLUMN),
					 errmsg("column \"%s\" is given more than one new value",
							node_string(name)),
					 errdetail("It is in \"%s\", too.", node_name(other->parent)),
					 errplace(name)));
	}
	write_check_assignable(write->rel, column, name);
	if (set->n == set->room)
	{
		set->room = set->room ? set->room * 2 : 8;
		set->list = set->list ?
			repalloc(set->list, sizeof(Assignment) * set->room) :
			palloc(sizeof(Assignment) * set->room);
	}
	set->list[set->n++] = (Assignment) {kind, column, value};
}

/* By conditions, in one statement. */
static uint64
write_all(Write *write, RowsOut *rows)
{
	Relation	rel = write->rel;
	Predicate  *where;
	Shape		shape;
	KeptPlan   *plan;

	shape_init(&shape, write->command, RelationGetRelid(rel));
	shape_add_flag(&shape, 'w');
	write_shape_set(write, &shape);
	where = write_where(write, &shape);
	shape_add(&shape, write->returning);

	plan = plan_lookup(&shape);
	if (plan == NULL)
	{
		ErrorPlace	outer = error_current_place;

		/* A view may have columns that cannot be set. */
		error_current_place.node = write->values;
		plan = plan_create(RelationGetRelid(rel));
		statement_write(plan, rel, write->set, where,
						columns_returning(rel, write->returning));
		plan_keep(plan, &shape);
		error_current_place = outer;
	}
	return plan_execute(plan, plan_bind(plan, &shape),
						node_given(write->returning) ? rows : NULL);
}

/*
 * Once all rows are written, what fails concerns all of them: foreign keys
 * and other triggers that run at the end.
 */
static void
end_of_rows(DestReceiver *self)
{
	error_current_place.index = -1;
}

uint64
write_execute_numbered(const Write *write, KeptPlan *plan, ParamListInfo params,
					   RowsOut *rows, int nreturning)
{
	StringInfoData number;

	if (statement_has_rules(write->rel, write->set == NULL))
		return plan_execute(plan, params, nreturning > 0 ? rows : NULL);
	initStringInfo(&number);
	rows->pub.rShutdown = end_of_rows;
	rows->id = &number;
	rows->id_column = nreturning;
	rows->id_only = nreturning == 0;
	return plan_execute(plan, params, rows);
}

void
write_run(Write *write)
{
	StringInfo	out = write->call->out;
	bool		returning = node_given(write->returning);
	RowsOut		rows;
	uint64		written;
	uint64		unmatched;

	write_rows_init(write->call, &rows);
	write->call->assignments = write->set;
	appendStringInfoString(out, returning ? "{\"rows\":[" : "{");
	if (node_given(write->rows))
		written = write_keyed(write, &rows, &unmatched);
	else if (node_given(write->limit))
		written = write_claimed(write, &rows);
	else
		written = write_all(write, &rows);
	write_check_count(write, written, true);
	table_close(write->rel, NoLock);

	if (returning)
	{
		appendStringInfoChar(out, ']');
		read_append_columns(write->call, &rows);
		appendStringInfoChar(out, ',');
	}
	appendStringInfoString(out, "\"rowCount\":");
	json_out_integer(out, written);
	if (node_given(write->rows))
		appendStringInfo(out, ",\"unmatched\":" UINT64_FORMAT, unmatched);
	appendStringInfoChar(out, '}');
}

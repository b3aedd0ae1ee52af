/*-------------------------------------------------------------------------
 *
 * write_keyed.c
 *	  Updates and deletes with "rows": each finds its row by a key.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "utils/memutils.h"
#include "utils/rel.h"

#include "catalog.h"
#include "commands/write.h"
#include "error.h"
#include "rows_in.h"

/* A node for the row that the group starts with. */
static const JsonNode *
group_node(const RowsIn *in)
{
	JsonNode   *node = palloc0(sizeof(JsonNode));

	node->parent = in->node;
	node->index = in->group.index;
	return node;
}

/*
 * The columns of the group that are to be set.  Raises errors if columns of
 * the key are missing, if there is nothing to set, or anything to delete.
 */
static ColumnList
columns_to_set(Write *write, RowsIn *in, const PlanColumn *columns,
			   ColumnList key)
{
	ColumnList	set = {0, palloc(sizeof(AttrNumber) * (in->ncolumns + 1))};
	int			nkey = 0;

	for (int i = 0; i < in->ncolumns; i++)
	{
		if (columns[i].is_key)
			nkey++;
		else
		{
			if (write->set == NULL)
				ereport(ERROR,
						(errcode(ERRCODE_SYNTAX_ERROR),
						 errmsg("column \"%s\" is not one of \"key\"", columns[i].name),
						 errhint("A row to delete has the columns of \"key\" and no other."),
						 errplace(rows_in_column(in, i))));
			set.columns[set.n++] = columns[i].number;
		}
	}
	for (int i = 0; nkey < key.n && i < key.n; i++)
	{
		bool		found = false;

		for (int j = 0; j < in->ncolumns && !found; j++)
			found = columns[j].number == key.columns[i];
		if (!found)
			ereport(ERROR,
					(errcode(ERRCODE_SYNTAX_ERROR),
					 errmsg("row lacks the key column \"%s\"",
							NameStr(TupleDescAttr(RelationGetDescr(write->rel),
												  key.columns[i] - 1)->attname)),
					 errplace(group_node(in))));
	}
	if (write->set != NULL && set.n == 0)
		ereport(ERROR,
				(errcode(ERRCODE_SYNTAX_ERROR),
				 errmsg("row has no column to set beside its key"),
				 errplace(group_node(in))));
	return set;
}

/* The statement for a group of rows, from the cache or made anew. */
static KeptPlan *
group_plan(Write *write, RowsIn *in, ColumnList key, ColumnList returning)
{
	Relation	rel = write->rel;
	TupleDesc	desc = RelationGetDescr(rel);
	Shape		shape;
	KeptPlan   *plan;

	shape_init(&shape, write->command, RelationGetRelid(rel));
	shape_add_flag(&shape, 'k');
	for (int i = 0; i < in->ncolumns; i++)
		shape_add_bytes(&shape, in->columns[i].text, in->columns[i].len);
	shape_add(&shape, write->key);
	shape_add(&shape, write->returning);

	plan = plan_lookup(&shape);
	if (plan != NULL)
		return plan;

	plan = plan_create(RelationGetRelid(rel));
	plan->ncolumns = in->ncolumns;
	plan->columns = MemoryContextAllocZero(plan->context,
										   sizeof(PlanColumn) * (in->ncolumns + 1));
	for (int i = 0; i < in->ncolumns; i++)
	{
		AttrNumber	number = catalog_column(rel, rows_in_column(in, i));
		bool		is_key = column_list_has(key, number);

		rows_in_plan_column(&plan->columns[i], TupleDescAttr(desc, number - 1), is_key);
		if (!is_key)
			write_check_assignable(rel, number, rows_in_column(in, i));
	}
	statement_write_keyed(plan, rel, write->set == NULL,
						  columns_to_set(write, in, plan->columns, key),
						  key, returning, write->key);
	plan_keep(plan, &shape);
	return plan;
}

uint64
write_keyed(Write *write, RowsOut *rows, uint64 *unmatched)
{
	static const JsonNode none;
	Relation	rel = write->rel;
	ColumnList	key = columns_named(rel, write->key);
	ColumnList	returning = columns_returning(rel, write->returning);
	RowsIn	   *in = rows_in_open(write->call->request, &none, write->rows,
								  &none, &none);
	MemoryContext context = CurrentMemoryContext;
	MemoryContext group_context;
	uint64		written = 0;

	if (key.n == 0)
		ereport(ERROR,
				(errcode(ERRCODE_SYNTAX_ERROR),
				 errmsg("\"key\" names no column"),
				 errplace(write->key)));
	*unmatched = 0;
	in->reached = palloc(ROWS_IN_KEYED_GROUP / 8);
	group_context = AllocSetContextCreate(context, "pg_connector group",
										  ALLOCSET_DEFAULT_SIZES);
	MemoryContextSwitchTo(group_context);

	while (rows_in_next_group(in))
	{
		KeptPlan   *plan = group_plan(write, in, key, returning);
		ParamListInfo params = makeParamList(1);

		params->params[0].ptype = plan->params[0].oid;
		params->params[0].pflags = PARAM_FLAG_CONST;
		params->params[0].isnull = true;
		rows_in_feed(in, plan, rel->rd_rel->reltype);
		written += write_execute_numbered(write, plan, params, rows, returning.n);
		rows_in_end_group(in);
		plan_release(plan);
		*unmatched += rows_in_group_size(in) - in->nreached;
		write_check_count(write, written, false);
		MemoryContextReset(group_context);
	}

	MemoryContextSwitchTo(context);
	return written;
}

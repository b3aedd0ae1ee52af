/*-------------------------------------------------------------------------
 *
 * table_columns.c
 *	  A plan's target list that is nothing but columns of a table.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "executor/executor.h"
#include "nodes/primnodes.h"

#include "table_columns.h"

bool
table_columns_read(TableColumns *columns, List *targets)
{
	ListCell   *lc;

	columns->last = 0;
	columns->columns = palloc(sizeof(AttrNumber) * (list_length(targets) + 1));
	foreach(lc, targets)
	{
		TargetEntry *target = lfirst_node(TargetEntry, lc);
		Var		   *column = (Var *) target->expr;

		if (target->resjunk || !IsA(column, Var) || column->varattno <= 0)
			return false;
		columns->columns[foreach_current_index(lc)] = column->varattno;
		columns->last = Max(columns->last, column->varattno);
	}
	columns->desc = ExecTypeFromTL(targets);
	return true;
}

void
table_columns_store(const TableColumns *columns, TupleTableSlot *row,
					TupleTableSlot *result)
{
	if (columns->last > 0)
		slot_getsomeattrs(row, columns->last);
	ExecClearTuple(result);
	for (int i = 0; i < columns->desc->natts; i++)
	{
		result->tts_values[i] = row->tts_values[columns->columns[i] - 1];
		result->tts_isnull[i] = row->tts_isnull[columns->columns[i] - 1];
	}
	ExecStoreVirtualTuple(result);
}

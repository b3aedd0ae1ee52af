/*-------------------------------------------------------------------------
 *
 * table_columns.h
 *	  A plan's target list that is nothing but columns of a table.
 *
 *-------------------------------------------------------------------------
 */
#ifndef PGC_TABLE_COLUMNS_H
#define PGC_TABLE_COLUMNS_H

#include "executor/tuptable.h"

typedef struct TableColumns
{
	TupleDesc	desc;			/* of the result */
	AttrNumber *columns;		/* of the table, one for each of the result's */
	AttrNumber	last;			/* of them */
} TableColumns;

/* False if the targets are anything else. */
extern bool table_columns_read(TableColumns *columns, List *targets);

/* Store a row's columns in the slot of the result. */
extern void table_columns_store(const TableColumns *columns, TupleTableSlot *row,
								TupleTableSlot *result);

#endif							/* PGC_TABLE_COLUMNS_H */

/*-------------------------------------------------------------------------
 *
 * key_order.h
 *	  Rows of a request in the order of their key.
 *
 *-------------------------------------------------------------------------
 */
#ifndef PGC_KEY_ORDER_H
#define PGC_KEY_ORDER_H

#include "utils/sortsupport.h"

#include "plan_cache.h"

/* A row, its place in the text, and the values of its key. */
typedef struct KeyedRow
{
	JsonIter	before;
	int64		index;
	Datum	   *keys;
	bool	   *nulls;
} KeyedRow;

typedef struct KeyOrder
{
	int			n;
	int		   *columns;		/* of the plan */
	SortSupport sorts;
} KeyOrder;

/*
 * The order of a plan's rows: by those columns that are its key, in the order
 * of the table's, and by their types' usual order.  Raises 42883 for a type
 * that has none.
 */
extern KeyOrder *key_order(const KeptPlan *plan);

/*
 * The rows in their order, of those with the same key only the last; a NULL is
 * like no other.  "kept" is how many are left.
 */
extern KeyedRow **key_order_sort(const KeyOrder *order, KeyedRow *rows, int64 n,
								 int64 *kept);

#endif							/* PGC_KEY_ORDER_H */

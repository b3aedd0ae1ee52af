/*-------------------------------------------------------------------------
 *
 * order.h
 *	  The order of a request's rows ("order_by").
 *
 *-------------------------------------------------------------------------
 */
#ifndef PGC_ORDER_H
#define PGC_ORDER_H

#include "utils/relcache.h"

#include "plan_cache.h"
#include "request.h"

typedef struct OrderBy
{
	const JsonNode *name;		/* NULL: a column that makes the order total */
	bool		descending;
	bool		nulls_first;

	/* What is ordered by: a column of the table, or */
	AttrNumber	column;
	int			position;		/* one of the result, from 1 */

	/* Of a column of the table: how its values are compared. */
	bool		nullable;
	TypeInfo   *type;			/* what the operators take */
	Oid			collation;
	Oid			less;
	Oid			equal;
	Oid			greater;
} OrderBy;

typedef struct Order
{
	int			n;
	OrderBy    *items;			/* with room for those of a key */
	bool		total;			/* no two rows are in the same place */
} Order;

/*
 * Read a list of "column", ["column", "asc" or "desc"] and ["column", "asc"
 * or "desc", "nulls_first" or "nulls_last"].  Raises 42601.
 */
extern Order order_parse(const JsonNode *order_by);

/*
 * Find the columns of the table that are ordered by.  Raises 42703, 42701
 * for one that is named twice, and 22023 for a type that has no order.
 */
extern void order_resolve(Order *order, Relation rel);

/*
 * Make an order that was resolved total, where the table has a primary key,
 * or another key without NULLs, that the caller may read: its columns are
 * appended as far as they are missing, and what follows a key is left out.  So the last column of a total order is never NULL.
 */
extern void order_complete(Order *order, Relation rel);

/* What an order depends on beyond the request's text. */
extern void order_add_to_shape(const Order *order, Shape *shape);

#endif							/* PGC_ORDER_H */

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

#include "request.h"

typedef struct OrderBy
{
	const JsonNode *name;
	bool		descending;
	AttrNumber	column;
} OrderBy;

typedef struct Order
{
	int			n;
	OrderBy    *items;
} Order;

/* Read a list of "column" and ["column", "asc" or "desc"].  Raises 42601. */
extern Order order_parse(const JsonNode *order_by);

/* Find the columns of the table that are ordered by.  Raises 42703. */
extern void order_resolve(Order *order, Relation rel);

#endif							/* PGC_ORDER_H */

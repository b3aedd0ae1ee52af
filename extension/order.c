/*-------------------------------------------------------------------------
 *
 * order.c
 *	  The order of a request's rows ("order_by").
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "storage/lockdefs.h"

#include "catalog.h"
#include "error.h"
#include "order.h"

static void
parse_one(const JsonNode *node, OrderBy *order)
{
	order->name = node;
	if (node_type(node) == JSON_ARRAY)
	{
		int			n;
		JsonNode   *parts = node_children(node, &n);

		if (n != 2 || !(node_is(&parts[1], "asc") || node_is(&parts[1], "desc")))
			ereport(ERROR,
					(errcode(ERRCODE_SYNTAX_ERROR),
					 errmsg("an order is \"column\" or [\"column\", \"asc\" or \"desc\"]"),
					 errplace(node)));
		order->name = &parts[0];
		order->descending = node_is(&parts[1], "desc");
	}
	node_expect(order->name, JSON_STRING);
}

Order
order_parse(const JsonNode *order_by)
{
	Order		order = {0};
	JsonNode   *nodes;

	if (!node_given(order_by))
		return order;
	nodes = node_children(order_by, &order.n);
	order.items = palloc0(sizeof(OrderBy) * (order.n + 1));
	for (int i = 0; i < order.n; i++)
		parse_one(&nodes[i], &order.items[i]);
	return order;
}

void
order_resolve(Order *order, Relation rel)
{
	for (int i = 0; i < order->n; i++)
		order->items[i].column = catalog_column(rel, order->items[i].name);
}

/*-------------------------------------------------------------------------
 *
 * order.c
 *	  The order that a request asks for ("order_by").
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "error.h"
#include "order.h"

/* "column" or ["column", "desc"] */
static OrderBy
parse_one(const JsonNode *node)
{
	OrderBy		order = {.column = node};

	if (node_type(node) == JSON_ARRAY)
	{
		int			n;
		JsonNode   *parts = node_children(node, &n);

		if (n != 2 || !(node_is(&parts[1], "asc") || node_is(&parts[1], "desc")))
			ereport(ERROR,
					(errcode(ERRCODE_SYNTAX_ERROR),
					 errmsg("an order is \"column\" or [\"column\", \"asc\" or \"desc\"]"),
					 errplace(node)));
		order.column = &parts[0];
		order.descending = node_is(&parts[1], "desc");
	}
	node_expect(order.column, JSON_STRING);
	return order;
}

OrderBy *
order_parse(const JsonNode *list, int *n)
{
	JsonNode   *nodes;
	OrderBy    *order;

	*n = 0;
	if (!node_given(list))
		return NULL;
	nodes = node_children(list, n);
	order = palloc(sizeof(OrderBy) * (*n + 1));
	for (int i = 0; i < *n; i++)
		order[i] = parse_one(&nodes[i]);
	return order;
}

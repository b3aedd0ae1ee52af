/*-------------------------------------------------------------------------
 *
 * order.h
 *	  The order that a request asks for ("order_by").
 *
 *-------------------------------------------------------------------------
 */
#ifndef PGC_ORDER_H
#define PGC_ORDER_H

#include "request.h"
#include "statement.h"

/*
 * Read a list of "column" or ["column", "asc" or "desc"]; none if it is not
 * given.
 */
extern OrderBy *order_parse(const JsonNode *list, int *n);

#endif							/* PGC_ORDER_H */

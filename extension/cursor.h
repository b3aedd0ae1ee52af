/*-------------------------------------------------------------------------
 *
 * cursor.h
 *	  Places between pages of rows, as opaque tokens ("next", "after").
 *
 * A token holds the order's values in the last row of a page, as exact text.
 * It is bound to the table, the conditions and the order that the page was
 * read by, and good for nothing else.
 *
 *-------------------------------------------------------------------------
 */
#ifndef PGC_CURSOR_H
#define PGC_CURSOR_H

#include "lib/stringinfo.h"

#include "order.h"

/* What a token for this request is bound to. */
extern uint64 cursor_binding(Relation rel, const JsonNode *where,
							 const Order *order);

/* Append the token of a place's values, of which NULL is NULL. */
extern void cursor_append(StringInfo out, uint64 binding, int n,
						  char *const *values);

/*
 * The n values of a token.  Raises 22023 if it is not one for this request.
 */
extern char **cursor_values(const JsonNode *after, uint64 binding, int n);

#endif							/* PGC_CURSOR_H */

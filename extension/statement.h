/*-------------------------------------------------------------------------
 *
 * statement.h
 *	  The only place where SQL text is made.
 *
 * It is made from fixed words, from names that came out of the catalogs,
 * quoted, and from parameters.  Nothing of a request can get into it.
 *
 *-------------------------------------------------------------------------
 */
#ifndef PGC_STATEMENT_H
#define PGC_STATEMENT_H

#include "lib/stringinfo.h"
#include "nodes/pg_list.h"
#include "utils/relcache.h"

#include "plan_cache.h"
#include "predicate.h"

/* Some of a table's columns: attribute numbers. */
typedef struct ColumnList
{
	int			n;
	AttrNumber *columns;
} ColumnList;

/* All columns of a table. */
extern ColumnList columns_all(Relation rel);

/* Those that a list in the request names, each once. */
extern ColumnList columns_named(Relation rel, const JsonNode *list);

/* What "returning" asks for: a list, true for all, nothing if not given. */
extern ColumnList columns_returning(Relation rel, const JsonNode *returning);

typedef struct OrderBy
{
	const JsonNode *column;
	bool		descending;
} OrderBy;

/*
 * Each of these prepares the statement and its parameters in "plan", in the
 * order in which the shape's values were bound: as the arguments stand here.
 */

/* SELECT columns FROM rel WHERE where ORDER BY order LIMIT $n [OFFSET $n] */
extern void statement_select(KeptPlan *plan, Relation rel, ColumnList columns,
							 const Predicate *where,
							 const OrderBy *order, int norder, bool offset);

/*
 * INSERT INTO rel (columns) from the rows that rows_in.c feeds, one
 * parameter: a NULL of the table's row type.  Without columns: one row of
 * defaults, and no parameter.  RETURNING returning, then id where it is a
 * column.
 */
extern void statement_insert(KeptPlan *plan, Relation rel, ColumnList columns,
							 ColumnList returning, AttrNumber id);

/* UPDATE rel SET columns = $n WHERE where RETURNING returning */
extern void statement_update(KeptPlan *plan, Relation rel, ColumnList columns,
							 const Predicate *where, ColumnList returning);

/* DELETE FROM rel WHERE where RETURNING returning */
extern void statement_delete(KeptPlan *plan, Relation rel,
							 const Predicate *where, ColumnList returning);

#endif							/* PGC_STATEMENT_H */

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

#include "order.h"
#include "plan_cache.h"
#include "predicate.h"

/* Some of a table's columns: attribute numbers. */
typedef struct ColumnList
{
	int			n;
	AttrNumber *columns;
} ColumnList;

static inline bool
column_list_has(ColumnList list, AttrNumber column)
{
	for (int i = 0; i < list.n; i++)
	{
		if (list.columns[i] == column)
			return true;
	}
	return false;
}

/* All columns of a table. */
extern ColumnList columns_all(Relation rel);

/* Those that a list in the request names, each once. */
extern ColumnList columns_named(Relation rel, const JsonNode *list);

/* What "returning" asks for: a list, true for all, nothing if not given. */
extern ColumnList columns_returning(Relation rel, const JsonNode *returning);

/* A value that is computed from the rows of a group. */
typedef struct Aggregate
{
	const JsonNode *member;		/* its name in the result, for errors */
	const char *schema;
	const char *function;
	bool		distinct;		/* of different values only */
	AttrNumber	column;			/* InvalidAttrNumber: the rows themselves */
} Aggregate;

/* What is read of a table, beyond the conditions. */
typedef struct Select
{
	ColumnList	columns;
	bool		distinct;

	/* Rows stand for groups of the table's rows, where there are either. */
	bool		grouped;
	ColumnList	groups;
	int			naggregates;
	Aggregate  *aggregates;

	Order		order;
	bool		offset;

	/* Rows behind a place in a total order: which of its values are NULL. */
	const bool *after_nulls;	/* NULL: from the first row on */
} Select;

/*
 * Whether the rows behind a place are read as two pieces, one behind the
 * other, each with a bound that an index can begin at: those where the first
 * column of the order is NULL, and those where it is not.
 */
extern bool select_in_two(const Select *select);

/*
 * Each of these prepares the statement and its parameters in "plan", in the
 * order in which the shape's values were bound: as the arguments stand here.
 */

/*
 * SELECT ... FROM rel WHERE where ORDER BY order LIMIT $n [OFFSET $n].  The
 * values of the place that is read behind, NULLs left out, are bound after
 * those of "where".  Where the rows are read in two pieces, "again" is the
 * same conditions, bound once more after all else.  The values of a total
 * order are hidden columns at the end.
 */
extern void statement_select(KeptPlan *plan, Relation rel, const Select *select,
							 const Predicate *where, const Predicate *again);

/*
 * The rows that it has without limit, offset and place: a SELECT of them, or
 * of their number.
 */
extern void statement_select_all(KeptPlan *plan, Relation rel, const Select *select,
								 const Predicate *where, bool number);

/*
 * INSERT INTO rel (columns) from the rows that rows_in.c feeds, one
 * parameter: a NULL of the table's row type; or, with "values", of one row
 * whose values are the parameters.  Without columns: one row of defaults, and
 * no parameter.  RETURNING returning, then id where it is a column.
 */
extern void statement_insert(KeptPlan *plan, Relation rel, ColumnList columns,
							 bool values, ColumnList returning, AttrNumber id);

/* What an update does to a column. */
typedef enum AssignmentKind
{
	ASSIGN_SET,
	ASSIGN_INCREMENT,
	ASSIGN_MERGE,
	ASSIGN_APPEND
} AssignmentKind;

typedef struct Assignment
{
	AssignmentKind kind;
	AttrNumber	column;
	const JsonNode *value;		/* the member of "set" and so on */
} Assignment;

/* NULL, where one is asked for, makes the statement a DELETE. */
typedef struct Assignments
{
	int			n;
	int			room;
	Assignment *list;
} Assignments;

/*
 * UPDATE rel SET set WHERE where RETURNING returning.  One value to bind for
 * each assignment.
 */
extern void statement_write(KeptPlan *plan, Relation rel,
							const Assignments *set, const Predicate *where,
							ColumnList returning);

/*
 * SELECT key FROM rel WHERE where ORDER BY order LIMIT $n, locking these
 * rows as the write to come will.  The key may be of system columns.
 */
extern void statement_claim(KeptPlan *plan, Relation rel, ColumnList key,
							const Predicate *where,
							const Order *order,
							bool to_delete, bool skip_locked);

/*
 * The next two give what is returned in a certain order, with a number to
 * order it by as the last column; but if the table has rules, in any order
 * and without it.
 */

/*
 * UPDATE rel SET set for the rows whose keys are in as many arrays as the key
 * has columns, one parameter each, in the order of the arrays.
 */
extern void statement_write_claimed(KeptPlan *plan, Relation rel,
									const Assignments *set, ColumnList key,
									ColumnList returning);

/*
 * UPDATE rel SET columns for the rows that rows_in.c feeds, found by the key;
 * or DELETE, without columns, in the order of the request's rows.  One
 * parameter: a NULL of the table's row type.  "at" is for errors about the
 * key.
 */
extern void statement_write_keyed(KeptPlan *plan, Relation rel, bool to_delete,
								  ColumnList columns, ColumnList key,
								  ColumnList returning, const JsonNode *at);

/* Whether there are rewrite rules on a table for UPDATE or DELETE. */
extern bool statement_has_rules(Relation rel, bool to_delete);

#endif							/* PGC_STATEMENT_H */

/*-------------------------------------------------------------------------
 *
 * statement_parts.h
 *	  What the makers of statements put them together from.
 *
 * Private to statement*.c.
 *
 *-------------------------------------------------------------------------
 */
#ifndef PGC_STATEMENT_PARTS_H
#define PGC_STATEMENT_PARTS_H

#include "statement.h"

typedef struct Statement
{
	StringInfoData sql;
	KeptPlan   *plan;
	Relation	rel;
	int			room;			/* in plan->params */
} Statement;

/* Begin the statement of a plan on a table. */
extern void statement_begin(Statement *st, KeptPlan *plan, Relation rel);

/* Fixed words. */
extern void statement_add(Statement *st, const char *sql);

/* Names as the catalogs have them, quoted. */
extern void statement_add_table(Statement *st);
extern void statement_add_column(Statement *st, AttrNumber column);
extern void statement_add_columns(Statement *st, ColumnList columns);

/* A column's definition, system columns included. */
extern const FormData_pg_attribute *statement_column_form(const Statement *st,
														  AttrNumber column);

/*
 * A column behind "of", "target." for one, as the operand of an operator.  A
 * domain over an extension's type becomes that type: beside it, where the
 * operator is looked for, somebody may have made one for the domain, which
 * would fit better.
 */
extern void statement_add_operand(Statement *st, const char *of, AttrNumber column);

/* Whether it does. */
extern bool statement_operand_is_cast(const Statement *st, AttrNumber column);

/*
 * The equality operator of a column's type, its own whatever the search path
 * is.  Raises 22023 at the given place where there is none.
 */
extern void statement_add_equals(Statement *st, AttrNumber column,
								 const JsonNode *at);

/*
 * The next parameter, of the given type or, for a list, of its array type:
 * its number alone, or appended as $n.
 */
extern int	statement_param(Statement *st, Oid type, int32 typmod, bool list);
extern void statement_add_param(Statement *st, Oid type, int32 typmod, bool list);

/* " (columns) VALUES (...)", with a parameter for each column. */
extern void statement_add_values(Statement *st, ColumnList columns);

/*
 * "connector.request_rows($n)", or another name of it, where the parameter is a NULL of the table's
 * row type: it takes no value, so there is nothing to learn, and keep, about
 * the type.
 */
extern void statement_add_fed_rows(Statement *st, const char *function);

/*
 * " (columns) SELECT ..." of the rows that rows_in.c feeds, with a parameter
 * of the table's row type; without columns one row of defaults, and none.
 */
extern void statement_add_rows(Statement *st, ColumnList columns);

/* How an operator is called. */
typedef struct SqlOperator
{
	const char *schema;
	const char *name;
	Oid			right;			/* what it is declared to take */
} SqlOperator;

/*
 * The operator for these types, in the schema where it must be looked for.
 * Neither the search path, which may be another role's when the plan is used
 * again, nor whoever may create operators in some schema must decide which
 * one is meant: it runs as the caller.  An extension's type has its operators
 * beside it, of the same owner.
 */
extern bool statement_find_operator(const char *name, Oid left, Oid right,
									SqlOperator *found);
extern void statement_add_operator(Statement *st, const SqlOperator *operator);

/* " WHERE ..." or nothing. */
extern void statement_add_where(Statement *st, const Predicate *where);

/* " ORDER BY ..." or nothing. */
extern void statement_add_order(Statement *st, const Order *order);

/* The statement is complete: prepare the plan. */
extern void statement_prepare(Statement *st);

#endif							/* PGC_STATEMENT_PARTS_H */

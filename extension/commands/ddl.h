/*-------------------------------------------------------------------------
 *
 * ddl.h
 *	  What the commands that define tables share.
 *
 *-------------------------------------------------------------------------
 */
#ifndef PGC_DDL_H
#define PGC_DDL_H

#include "nodes/parsenodes.h"

#include "command.h"

/*
 * Execute a utility statement that was put together as a parse tree.  What
 * PostgreSQL has against it is said to be at the given place.
 */
extern void ddl_execute(Call *call, Node *statement, const JsonNode *at);

/*
 * A column definition out of its name and its type as the request has them;
 * the type may carry constraints, as in "serial PRIMARY KEY".  PostgreSQL's
 * parser reads that text alone, and it must yield one column definition and
 * nothing else.  Raises 42601, 42704, and 42501 for an expression where SQL
 * is not allowed.
 */
extern ColumnDef *ddl_column(Call *call, const JsonNode *name,
							 const JsonNode *type);

/* An SQL expression, read alone likewise.  Raises 42601 and 42501. */
extern Node *ddl_expression(Call *call, const JsonNode *text);

/* A JSON value as a constant of a column's type. */
extern Node *ddl_constant(const ColumnDef *column, const JsonNode *value);

#endif							/* PGC_DDL_H */

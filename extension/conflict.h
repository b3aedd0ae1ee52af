/*-------------------------------------------------------------------------
 *
 * conflict.h
 *	  What an upsert does about rows that exist ("on_conflict").
 *
 *-------------------------------------------------------------------------
 */
#ifndef PGC_CONFLICT_H
#define PGC_CONFLICT_H

#include "predicate.h"
#include "request.h"
#include "statement.h"

/* One test of "if": the new row's column against the existing row's. */
typedef struct ConflictTest
{
	const JsonNode *node;
	AttrNumber	left;
	const char *name;			/* of the operator, in a request */
	const char *sql;
	bool		null_safe;		/* NULL is a value like others */
	AttrNumber	right;
} ConflictTest;

typedef struct OnConflict
{
	const JsonNode *node;		/* the member, or the request without it */
	const JsonNode *where;		/* of a partial index; not given: NULL */
	bool		nothing;
	const JsonNode *update;		/* the columns to update, or NULL */
	int			ntests;			/* "if" */
	ConflictTest *tests;

	/* The target. */
	const char *constraint;		/* by name, as the catalogs have it, or NULL */
	ColumnList	columns;		/* its columns, if it has no expressions */
	List	   *indexes;		/* OIDs of those that may decide; NIL: unknown */
} OnConflict;

/*
 * Read the member and find the target: the constraint or columns it names,
 * else the primary key.  Raises 42P10 if nothing there decides conflicts,
 * with a hint naming what does, as far as the caller may see it.
 */
extern OnConflict *conflict_open(Relation rel, const JsonNode *node,
								 const JsonNode *request);

/*
 * The columns that decide conflicts, those of the list or else the primary
 * key's, and the unique indexes on them, unless it is a view's.  Raises 42P10.
 */
extern ColumnList conflict_key(Relation rel, const JsonNode *columns,
							   const JsonNode *request, List **indexes);

/*
 * The columns that a row updates which gives those of "given".
 */
extern ColumnList conflict_update_columns(const OnConflict *conflict,
										  Relation rel, ColumnList given);

/* The operators of "if", for the catalogue: i from 0 to NULL. */
extern const char *conflict_operator(int i);

/*
 * INSERT INTO rel (columns) of the rows that rows_in.c feeds, ON CONFLICT as
 * told, where an update calls request_row_conflict().  Parameters: a NULL of
 * the table's row type if there are columns; those of "where", the target's
 * condition; if there is anything to update, the token.  RETURNING returning,
 * or a constant.  Part of statement.h; in statement_upsert.c.
 */
extern void statement_upsert(KeptPlan *plan, Relation rel, ColumnList columns,
							 const OnConflict *conflict, const Predicate *where,
							 ColumnList update, ColumnList returning);

#endif							/* PGC_CONFLICT_H */

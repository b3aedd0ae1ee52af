/*-------------------------------------------------------------------------
 *
 * sink.h
 *	  The server's side of a sink: records on their way into a table.
 *
 * A sink copies records straight into the table where COPY does what INSERT
 * would do; elsewhere it gives them to sink_apply, or copies them into a
 * staging table, a temporary one of the session, and has sink_apply write them
 * from there.  A staging table
 * has two columns of its own and one for each of the table's that can be
 * given a value, called c and its number, so that no names can collide.
 *
 *-------------------------------------------------------------------------
 */
#ifndef PGC_SINK_H
#define PGC_SINK_H

#include "plan_cache.h"
#include "request.h"
#include "statement.h"

/* The staging table's own columns. */
#define SINK_ORDINAL "ordinal"	/* counts a batch's records */
#define SINK_GROUP "record_group"	/* of records with the same members */

typedef enum SinkOperation
{
	SINK_INSERT,
	SINK_INSERT_IGNORE,
	SINK_UPSERT,
	SINK_UPDATE,
	SINK_DELETE
} SinkOperation;

/* Whether records are joined with the rows that they are for. */
static inline bool
sink_joins(SinkOperation operation)
{
	return operation == SINK_UPDATE || operation == SINK_DELETE;
}

/* The values of a member that is a SinkOperation, in that order. */
extern const char *const sink_operations[];

/* The staging table's name for a table, without its schema, pg_temp. */
extern char *sink_stage_name(Oid relid);

/* How staged records are applied. */
typedef struct SinkApply
{
	SinkOperation operation;
	ColumnList	columns;		/* that the records have */
	ColumnList	key;			/* conflicts, or rows to write, are found by it */
	ColumnList	update;			/* what an upsert updates; none: nothing */
	bool		merge;			/* of records with the same key the last counts */
	bool		given;			/* they are in the request: fed, sorted and merged */
} SinkApply;

/*
 * The statement that applies one group of the staged records.  Parameters:
 * the group, the first ordinal, the one behind the last; of records that are
 * given, a NULL of the table's row type.  It returns a
 * record's ordinal for each row that is updated or deleted, and a constant
 * for each that is inserted.  Part of statement.h; in statement_sink.c.
 */
extern void statement_sink_apply(KeptPlan *plan, Relation rel,
								 const SinkApply *apply, const JsonNode *at);

/*
 * SELECT of one row: how many different keys the staged records have.  The
 * parameters are the same; a group that is NULL stands for all.
 */
extern void statement_sink_keys(KeptPlan *plan, Relation rel, ColumnList key,
								const JsonNode *at);

#endif							/* PGC_SINK_H */

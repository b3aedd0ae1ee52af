/*-------------------------------------------------------------------------
 *
 * rows_in.h
 *	  Rows of a request, fed to the executor one by one.
 *
 * Rows stay text until the executor asks for the next one: the statement
 * that writes them selects from connector.request_rows(), which converts a
 * row and hands it over.  So memory does not grow with the request, and when
 * anything fails it is known which row the executor was at.
 *
 *-------------------------------------------------------------------------
 */
#ifndef PGC_ROWS_IN_H
#define PGC_ROWS_IN_H

#include "plan_cache.h"
#include "request.h"

/* How far the rows were read. */
typedef struct RowsPosition
{
	JsonIter	iter;			/* behind the row in hand */
	bool		have_row;
	JsonValue	row;			/* the row in hand: read, but not yet fed */
	int64		index;			/* of the last row read */
} RowsPosition;

/*
 * Neighbouring rows with the same columns form a group, for one statement.
 */
typedef struct RowsIn
{
	const JsonNode *node;			/* "rows", "values" or "row" */
	bool		single;			/* "row": there is only the one in hand */
	bool		lists;			/* "values": rows are lists, columns given */

	RowsPosition group;			/* where the group starts */
	RowsPosition next;			/* and ends, once it was read */
	bool		read;

	/* The group's columns: names as they stand in the request. */
	int			ncolumns;
	JsonValue  *columns;

	/* While the group is fed. */
	const KeptPlan *plan;
	Oid			rowtype;
	uint64		feed;			/* no other group has this number */
	int64		fed;			/* the row fed last */

	/*
	 * Rows of a plan with key columns: a group ends before a key that it
	 * already has, so that the later row is applied after the earlier one.
	 * Here are those of its rows for which the executor found one to write.
	 */
	uint8	   *reached;
	int			nreached;
} RowsIn;

/* Rows of a group with keys, at most. */
#define ROWS_IN_KEYED_GROUP 10000

/*
 * Open "row", "rows", or "columns" with "values", of which exactly one must
 * be given.  Whether there are such columns, each named once, is the caller's
 * to find out.
 */
extern RowsIn *rows_in_open(const JsonNode *request, const JsonNode *row,
							const JsonNode *rows,
							const JsonNode *columns, const JsonNode *values);

/*
 * Go to the next group and find out its columns.  False if all rows were
 * fed.  Raises errors for malformed rows, naming the row.
 */
extern bool rows_in_next_group(RowsIn *in);

/*
 * A node for the name of the group's i-th column, to raise errors with.
 */
extern const JsonNode *rows_in_column(const RowsIn *in, int i);

/*
 * Let connector.request_rows() feed the group's rows to the plan's statement.
 */
extern void rows_in_feed(RowsIn *in, const KeptPlan *plan, Oid rowtype);

/*
 * End the group, after its statement.  A statement that did not read its
 * rows (a rule may make it do nothing) is done with them all the same.  Of a
 * group without columns only the first row is done: each row needs a
 * statement of its own.
 */
extern void rows_in_end_group(RowsIn *in);

/* How many rows the group had, once it was ended. */
extern int64 rows_in_group_size(const RowsIn *in);

#endif							/* PGC_ROWS_IN_H */

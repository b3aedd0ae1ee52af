/*-------------------------------------------------------------------------
 *
 * rows_in.h
 *	  Rows of a request, fed to the executor one by one.
 *
 * Rows stay text until the executor asks for the next one: the statement
 * that writes them selects from connector.request_rows(), which converts a
 * row and hands it over (but see multi_insert.c).  So memory does not grow with the request, and when
 * anything fails it is known which row the executor was at.
 *
 *-------------------------------------------------------------------------
 */
#ifndef PGC_ROWS_IN_H
#define PGC_ROWS_IN_H

#include "catalog/pg_attribute.h"
#include "utils/expandedrecord.h"

#include "plan_cache.h"
#include "request.h"
#include "statement.h"

/* How far the rows were read. */
typedef struct RowsPosition
{
	JsonIter	iter;			/* behind the row in hand */
	bool		have_row;
	JsonValue	row;			/* the row in hand: read, but not yet fed */
	int64		index;			/* of the last row read */
} RowsPosition;

/* What the command is at with a group, to tell what an error is about. */
typedef enum RowsPhase
{
	ROWS_GROUPING,				/* at the row "index", of which a group is made */
	ROWS_STARTING,				/* the statement has not asked for a row yet */
	ROWS_FEEDING,				/* the row "index" is in the executor's hands */
	ROWS_FED,					/* the executor had all rows of the group */
	ROWS_DONE					/* there is no further group */
} RowsPhase;

/*
 * Who wants to know of each row that is fed, see upsert_rows.c.
 */
typedef struct RowsWatch
{
	/* A row is about to be fed; false ends the group before it. */
	bool		(*accept) (struct RowsWatch *watch, ExpandedRecordHeader *record);

	/* What request_row_conflict() needs to be given, and what it found out. */
	int64		token;
	bool		conflicts;		/* the row in hand meets an existing one */
	bool		updates;		/* which is to be updated */
} RowsWatch;

/*
 * Neighbouring rows with the same columns form a group, for one statement.
 */
typedef struct RowsIn
{
	const JsonNode *node;			/* "rows", "values" or "row" */
	bool		single;			/* "row": there is only the one in hand */
	bool		lists;			/* "values": rows are lists, columns given */

	RowsPosition start;			/* before all rows */
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
	RowsWatch  *watch;			/* or NULL */

	/*
	 * Feed "values" in the order of their key instead, which is all columns
	 * of the plan that say so in the order of the table's, by their types'
	 * usual order; of rows with the same key only the last.  A NULL is like
	 * no other.  This takes memory for the place and the key of each row.
	 */
	bool		sorted;
	int64		nsorted;		/* rows that are fed then, once one was asked for */

	/* Rows from this index on are not read yet. */
	int64		stop;

	RowsPhase	phase;
	int64		index;
} RowsIn;

/* Rows of a group with keys, at most. */
#define ROWS_IN_KEYED_GROUP 10000

/* JSON Schema of the members that are rows. */
#define ROWS_IN_TOGETHER \
	"\"oneOf\":[{\"required\":[\"rows\"]},{\"required\":[\"row\"]},{\"required\":[\"columns\",\"values\"]}]," \
	"\"dependentRequired\":{\"columns\":[\"values\"],\"values\":[\"columns\"]}"

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
 * Note the group's columns in a new plan, and return them.  Raises 42703, and
 * 428C9 for a column that PostgreSQL fills itself.
 */
extern ColumnList rows_in_plan_columns(const RowsIn *in, KeptPlan *plan,
									   Relation rel);

/* What a plan notes of one column. */
extern void rows_in_plan_column(PlanColumn *column, Form_pg_attribute att,
								bool is_key);

/*
 * Let connector.request_rows() feed the group's rows to the plan's statement.
 */
extern void rows_in_feed(RowsIn *in, const KeptPlan *plan, Oid rowtype);

/*
 * To read the group's rows without connector.request_rows(), for a plan
 * without keys.  The next row's values go to the places that their columns
 * have in the table, and are good until the call after; false at the end.
 */
typedef struct RowsReading RowsReading;

extern RowsReading *rows_in_begin(RowsIn *in);
extern bool rows_in_read(RowsReading *reading, Datum *values, bool *nulls);

/* Whether there is a next row, and reading it cannot fail. */
extern bool rows_in_certain(RowsReading *reading);

/* What fails from now on concerns this row. */
extern void rows_in_blame(RowsIn *in, int64 index);

/*
 * For "row": its values as the parameters of a statement that is executed
 * without a feed, one for each column of the plan.
 */
extern ParamListInfo rows_in_bind(RowsIn *in, const KeptPlan *plan);

/*
 * End the group, after its statement.  A statement that did not read its
 * rows (a rule may make it do nothing) is done with them all the same.  Of a
 * group without columns only the first row is done: each row needs a
 * statement of its own.
 */
extern void rows_in_end_group(RowsIn *in);

/* How many rows the group had, once it was ended. */
extern int64 rows_in_group_size(const RowsIn *in);
/*
 * Which row comes next, seen from a position: positions can be kept, and
 * in->next set back to one.
 */
#define rows_position_index(position) \
	((position)->have_row ? (position)->index : (position)->index + 1)

/* Leave out the row at in->next. */
extern void rows_in_skip(RowsIn *in);

/* Append the pointer to a row. */
extern void rows_in_pointer(const RowsIn *in, int64 index, StringInfo buf);

#endif							/* PGC_ROWS_IN_H */

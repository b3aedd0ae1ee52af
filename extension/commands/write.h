/*-------------------------------------------------------------------------
 *
 * write.h
 *	  What insert_rows, update_rows and delete_rows share.
 *
 *-------------------------------------------------------------------------
 */
#ifndef PGC_WRITE_H
#define PGC_WRITE_H

#include "command.h"
#include "json_out.h"
#include "plan_cache.h"
#include "statement.h"

/* A receiver of returned rows, which raises 54000 at a cap. */
extern void write_rows_init(Call *call, RowsOut *rows);

/* Raise 54000 if more rows were written than may be. */
extern void write_check_affected(const Call *call, uint64 written);

/*
 * An update or a delete.  Its rows are found by conditions, or claimed (with
 * "limit"), or each row of the request finds its own by a key.
 */
typedef struct Write
{
	Call	   *call;
	Relation	rel;
	const char *command;		/* its name */
	const Assignments *set;		/* NULL: delete */
	const JsonNode *values;		/* for errors: "set", or the like */
	const char *all_rows_hint;	/* how to ask for all rows */

	/* Members of the request. */
	const JsonNode *where;
	const JsonNode *all_rows;
	const JsonNode *order_by;
	const JsonNode *limit;
	const JsonNode *skip_locked;
	const JsonNode *rows;
	const JsonNode *key;
	const JsonNode *returning;
	const JsonNode *max_affected;
	const JsonNode *expect_affected;
} Write;

/* The members that both commands declare, and their places in a Write. */
#define WRITE_MEMBERS(verb, done) \
	{"where", MEMBER_WHERE, false, "Conditions that all must hold."}, \
	{"all_rows", MEMBER_BOOL, false, "Instead of \"where\": " verb " every row."}, \
	{"order_by", MEMBER_ORDER, false, "With \"limit\": which rows come first."}, \
	{"limit", MEMBER_COUNT, false, "At most so many rows: they are locked first, then " done "."}, \
	{"skip_locked", MEMBER_BOOL, false, "With \"limit\": pass over rows that another session has locked instead of waiting for them."}, \
	{"rows", MEMBER_ROWS, false, "Instead of \"where\": one object for each row to " verb ", found by \"key\"."}, \
	{"key", MEMBER_KEY, false, "With \"rows\": the columns that tell which row is meant."}, \
	{"returning", MEMBER_RETURNING, false, "Columns to return of each " done " row, or true for all."}, \
	{"max_affected", MEMBER_COUNT, false, "Fail, changing nothing, if there are more rows."}, \
	{"expect_affected", MEMBER_COUNT, false, "Fail, changing nothing, if there are not exactly so many rows."}

/* Which of them go together; "others" are more that say how rows are written. */
#define WRITE_TOGETHER(others) \
	"\"dependentRequired\":{\"key\":[\"rows\"],\"rows\":[\"key\"],\"order_by\":[\"limit\"],\"skip_locked\":[\"limit\"]}," \
	"\"dependentSchemas\":{\"rows\":{\"properties\":{\"where\":false,\"all_rows\":false,\"order_by\":false," \
	"\"limit\":false,\"skip_locked\":false" others "}}," \
	"\"where\":{\"properties\":{\"all_rows\":{\"const\":false}}}}"

enum
{
	WRITE_WHERE,
	WRITE_ALL_ROWS,
	WRITE_ORDER_BY,
	WRITE_LIMIT,
	WRITE_SKIP_LOCKED,
	WRITE_ROWS,
	WRITE_KEY,
	WRITE_RETURNING,
	WRITE_MAX_AFFECTED,
	WRITE_EXPECT_AFFECTED
};

/* What the rows that are written can break. */
#define ROW_REFUSALS \
	{"22001", "a string longer than the column's type"}, \
	{"23502", "a null in a column that is not null"}, \
	{"23503", "a foreign key's row is missing"}, \
	{"23514", "a check is not met, or no partition takes the row"}

#define WRITE_REFUSALS \
	{"21000", "\"where\" is missing or true for every row, without \"all_rows\""}, \
	{"21000", "the number of rows is not \"expect_affected\""}, \
	TABLE_REFUSALS, \
	{"42701", "a column is named twice"}, \
	{"42809", "\"limit\" for a view or foreign table"}, \
	{"22023", "unknown operator, or one that the column's type does not have"}, \
	{"22023", "a null in a column of \"key\""}, \
	VALUE_REFUSALS, \
	{"54000", "more rows than \"max_affected\" or pg_connector.affected_cap, or more to return than a cap allows"}, \
	{"54000", "\"limit\" is larger than pg_connector.row_cap"}

#define WRITE_RESULT \
	"\"rowCount\": {\"type\": \"integer\", \"description\": \"Rows that were written.\"}, " \
	"\"unmatched\": {\"type\": \"integer\", \"description\": \"With \\\"key\\\": how many of \\\"rows\\\" found no row.\"}, " \
	READ_ROWS_RESULT ", " \
	READ_COLUMNS_RESULT

/*
 * Begin a write: open the table and take over the members, those of
 * WRITE_MEMBERS in their order.  Raises 42601 where they do not go together.
 */
extern void write_begin(Write *write, Call *call, const JsonNode *table,
						const JsonNode *members);

/*
 * One more assignment for an update.  Raises 42703, 42701, 428C9, and for a
 * value that is not of the assignment's kind 42601 or 22023.
 */
extern void write_assign(const Write *write, Assignments *set,
						 const JsonNode *name, const JsonNode *value,
						 AssignmentKind kind);

/* Raise 428C9 for a column that has no value of its own to set. */
extern void write_check_assignable(Relation rel, AttrNumber column,
								   const JsonNode *at);

/* Run it, and append the whole result. */
extern void write_run(Write *write);

/*
 * For the ways to find rows: bind the values of the assignments, and check
 * the number of rows written; "complete" if there are no more to come.
 */
extern void write_shape_set(const Write *write, Shape *shape);
extern void write_check_count(const Write *write, uint64 written, bool complete);

/* The conditions, bound.  Raises 21000 if they do not limit anything. */
extern Predicate *write_where(const Write *write, Shape *shape);

/*
 * Run a statement whose last column (unless there are rules) is a row's
 * number, which is not for the caller.  Returns how many rows were written.
 */
extern uint64 write_execute_numbered(const Write *write, KeptPlan *plan,
									 ParamListInfo params, RowsOut *rows,
									 int nreturning);

/* With "limit": lock the rows, then write them. */
extern uint64 write_claimed(Write *write, RowsOut *rows);

/* With "rows" and "key".  Tells how many rows of the request found none. */
extern uint64 write_keyed(Write *write, RowsOut *rows, uint64 *unmatched);

#endif							/* PGC_WRITE_H */

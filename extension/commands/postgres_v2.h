/*-------------------------------------------------------------------------
 *
 * postgres_v2.h
 *	  What the commands postgres_v2/... share.
 *
 * They take the parameters of the workflow connector of that name and give
 * its results, and leave the work to the commands of ours.  Names of tables
 * and columns, which that connector splices into SQL, are read here as SQL
 * reads them, and are then exact names like those of any request.
 *
 *-------------------------------------------------------------------------
 */
#ifndef PGC_POSTGRES_V2_H
#define PGC_POSTGRES_V2_H

#include "command.h"

#define V2_PREFIX "postgres_v2/"

/* try_call()'s form of what they return. */
extern const Envelope v2_envelope;

/*
 * The first of their members, refused: the connection is the session's.
 */
#define V2_CONNECTION_MEMBER \
	{"database_connection_str", MEMBER_OTHER, false, \
	"Not to be given here: the connection is the one that the command comes through.", \
	NULL, "\"not\":{}"}

#define V2_TABLE_MEMBER \
	{"table_name", MEMBER_STRING, true, \
	"A table, or schema.table, as SQL reads it: folded to lower case but for what stands in double quotes."}

/* Their places. */
enum
{
	V2_CONNECTION,
	V2_TABLE,
	V2_SCHEMA
};

/* Begin such a command.  Raises 22023 where a connection string is given. */
extern void v2_begin(Call *call);

/*
 * The members of "schema", in the order of names, of which the first
 * "required" must be there.
 */
extern JsonNode *v2_schema(const Call *call, const JsonNode *schema,
						   const char *const *names, int n, int required);

/*
 * Parts of a request at their places, but with exact names: a table, a
 * column, a list of columns, conditions, definitions of columns.
 */
extern JsonNode v2_table(const JsonNode *node);
extern JsonNode v2_column(const JsonNode *node);
extern JsonNode v2_columns(const JsonNode *list);
extern JsonNode v2_where(const JsonNode *where);
extern JsonNode v2_definitions(const JsonNode *list);

/* The result where rows were written, and where there is nothing to tell. */
extern void v2_append_affected(Call *call, int64 count);
extern void v2_append_ok(Call *call);

#define V2_AFFECTED_RESULT \
	"\"result\": {\"type\": \"string\", \"description\": \"3 rows affected\"}"

/* A description follows. */
#define V2_ROWS_RESULT \
	"\"type\":\"array\",\"items\":{\"type\":\"array\"},\"description\":"

#define V2_OK_RESULT "\"result\": {\"const\": \"ok\"}"

#endif							/* PGC_POSTGRES_V2_H */

/*-------------------------------------------------------------------------
 *
 * sql_text.h
 *	  SQL text of the caller's: one statement with $n parameters.
 *
 *-------------------------------------------------------------------------
 */
#ifndef PGC_SQL_TEXT_H
#define PGC_SQL_TEXT_H

#include "command.h"
#include "plan_cache.h"

typedef struct SqlText
{
	Call	   *call;
	char	   *text;
	struct RawStmt *statement;
	const char *tag;			/* "SELECT", "CREATE TABLE", ... */
	int			kinds;			/* that running it needs, beside KIND_SQL;
								 * complete once it is planned */
	bool		literals;		/* parameters take the place of constants: a
								 * number or boolean has the type of one */
	KeptPlan   *plan;
	Shape		shape;			/* its key and the values of the parameters */
} SqlText;

/*
 * Parse "sql": raises 42601 unless it is exactly one statement, and 22023
 * for those that cannot run inside a command.
 */
extern SqlText *sql_text_parse(Call *call, const JsonNode *sql);

/* One of several statements in a text. */
typedef struct SqlPart
{
	char	   *text;
	int			offset;			/* characters before it */
} SqlPart;

/*
 * Take "sql" apart into its statements; *atomic tells whether they stand
 * between BEGIN and COMMIT, which are not among them.  Raises 42601, and
 * 22023 for any other transaction control.
 */
extern SqlPart *sql_text_split(Call *call, const JsonNode *sql, int *n,
							   bool *atomic);

/*
 * Plan it, with the types of its parameters inferred as for a prepared
 * statement, for the values of "params".  Raises 22023 if those are not as
 * many as it uses.  Where none are given those of the batch are taken, of
 * which it may leave some unused.
 */
extern void sql_text_plan(SqlText *sql, const JsonNode *params);

/* The same for a list of values, one for each parameter. */
extern void sql_text_plan_values(SqlText *sql, const JsonNode *const *values,
								 int n, const JsonNode *at);

/*
 * Whether it writes rows, or may, that are not counted when it is run.  It
 * must be planned.
 */
extern bool sql_text_writes_uncounted(const SqlText *sql);

/* Whether it returns rows. */
extern bool sql_text_returns_rows(const SqlText *sql);

#endif							/* PGC_SQL_TEXT_H */

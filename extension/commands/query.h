/*-------------------------------------------------------------------------
 *
 * query.h
 *	  query for commands that take SQL text in another form.
 *
 *-------------------------------------------------------------------------
 */
#ifndef PGC_QUERY_H
#define PGC_QUERY_H

#include "command.h"
#include "json_out.h"
#include "sql_text.h"

/* Which command to use for a statement that may write. */
typedef const char *(*QueryHint) (const SqlText *sql);

/*
 * Run the statement "node", the rows going where "rows" says.  Raises 25006
 * if it may write.
 */
extern void query_run(Call *call, const JsonNode *node, const JsonNode *params,
					  RowsOut *rows, QueryHint hint);

#endif							/* PGC_QUERY_H */

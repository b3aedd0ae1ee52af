/*-------------------------------------------------------------------------
 *
 * read.c
 *	  What select_rows and query share: rows within limits.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include <limits.h>

#include "commands/read.h"

void
read_rows_init(Call *call, RowsOut *rows, const JsonNode *limit)
{
	rows_out_init(rows, call->out);
	rows->reader = true;
	rows->limit = node_given(limit) ? node_integer(limit, 0, INT_MAX) :
		call->limits.default_limit;
	rows->row_cap = call->limits.row_cap;
	rows->response_cap = call->limits.response_cap;
}

void
read_begin(Call *call, RowsOut *rows, const JsonNode *limit)
{
	read_rows_init(call, rows, limit);
	appendStringInfoString(call->out, "{\"rows\":[");
}

int64
read_rows_needed(const RowsOut *rows)
{
	return (int64) Min(rows->limit, (uint64) rows->row_cap) + 1;
}

void
read_end(Call *call, const RowsOut *rows)
{
	appendStringInfo(call->out, "],\"rowCount\":" UINT64_FORMAT, rows->nrows);
	if (rows->limited_by != ROWS_ALL)
		appendStringInfo(call->out, ",\"more\":true,\"limitedBy\":\"%s\"",
						 rows_limit_name(rows->limited_by));
	appendStringInfoChar(call->out, '}');
}

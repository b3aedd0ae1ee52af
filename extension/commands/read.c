/*-------------------------------------------------------------------------
 *
 * read.c
 *	  Rows of a result, as the request wants them and within limits.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include <limits.h>

#include "commands/read.h"
#include "error.h"

const char *const read_formats[] = {"objects", "arrays", NULL};
const char *const read_numbers[] = {"exact", "string", NULL};
const char *const read_results[] = {"full", "rows", "row_or_rows", NULL};

typedef enum ReadResult
{
	RESULT_FULL,
	RESULT_ROWS,
	RESULT_ROW_OR_ROWS
} ReadResult;

bool
read_result_is_bare(const Call *call)
{
	const JsonNode *result = call_find_member(call, "result");

	return call->command->bare_result != NULL &&
		(result == NULL || member_choice(result, read_results) != RESULT_FULL);
}

void
read_options(const Call *call, RowsOut *rows)
{
	const JsonNode *result = NULL;
	const Member *member = call->command->members;

	rows->bare = call->bare_rows;
	for (int i = 0; member[i].type != MEMBER_END; i++)
	{
		const JsonNode *node = call_member(call, i);

		if (!node_given(node))
			continue;
		if (member[i].choices == read_formats)
			rows->arrays = member_choice(node, read_formats) != 0;
		else if (member[i].choices == read_numbers)
			rows->number_strings = member_choice(node, read_numbers) != 0;
		else if (member[i].choices == read_results)
		{
			ReadResult	wanted = member_choice(node, read_results);

			result = node;
			rows->bare = rows->bare || wanted != RESULT_FULL;
			rows->lone_row = wanted == RESULT_ROW_OR_ROWS;
		}
		else if (strcmp(member[i].name, "metadata") == 0)
			rows->metadata = node_bool(node);
	}
	if (rows->bare && rows->metadata)
		ereport(ERROR,
				(errcode(ERRCODE_SYNTAX_ERROR),
				 errmsg("\"metadata\" and a result of rows alone contradict each other"),
				 errhint("Only the result \"full\" has room for \"columns\"."),
				 errplace(result)));
}

void
read_rows_init(Call *call, RowsOut *rows, const JsonNode *limit)
{
	rows_out_init(rows, call->out);
	read_options(call, rows);
	rows->reader = true;
	if (limit != NULL && node_given(limit))
		rows->limit = node_integer(limit, 0, INT_MAX);
	else if (!rows->bare)
		rows->limit = call->limits.default_limit;
	rows->row_cap = call->limits.row_cap;
	rows->response_cap = call->limits.response_cap;
	rows->out_limit = call_out_limit(call);
	rows->tail = strlen("]");
	if (!rows->bare)
	{
		rows->tail += strlen(",\"rowCount\":}");
		rows->number_follows = true;
		rows->cut_tail = strlen(",\"more\":true,\"limitedBy\":\"response_cap\"");
	}
}

void
read_list_begin(Call *call, RowsOut *rows)
{
	rows->start = call->out->len;
	appendStringInfoChar(call->out, '[');
}

void
read_list_end(Call *call, const RowsOut *rows)
{
	StringInfo	out = call->out;

	if (rows->nrows == 1 && rows->lone_row)
	{
		out->len--;
		memmove(out->data + rows->start, out->data + rows->start + 1,
				out->len - rows->start);
		out->data[out->len] = '\0';
	}
	else
		appendStringInfoChar(out, ']');
}

void
read_begin(Call *call, RowsOut *rows, const JsonNode *limit)
{
	read_rows_init(call, rows, limit);
	if (!rows->bare)
		appendStringInfoString(call->out, "{\"rows\":");
	read_list_begin(call, rows);
}

int64
read_rows_needed(const RowsOut *rows)
{
	return (int64) Min(rows->limit, (uint64) rows->row_cap) + 1;
}

void
read_end(Call *call, const RowsOut *rows)
{
	read_list_end(call, rows);
	if (rows->bare)
		return;
	appendStringInfoString(call->out, ",\"rowCount\":");
	json_out_integer(call->out, rows->nrows);
	if (rows->limited_by != ROWS_ALL)
		appendStringInfo(call->out, ",\"more\":true,\"limitedBy\":\"%s\"",
						 rows_limit_name(rows->limited_by));
}

void
read_append_columns(Call *call, const RowsOut *rows)
{
	if (!rows->metadata)
		return;
	rows_out_columns(call->out, rows);
}

void
read_finish(Call *call, const RowsOut *rows)
{
	read_append_columns(call, rows);
	if (!rows->bare)
		appendStringInfoChar(call->out, '}');
}

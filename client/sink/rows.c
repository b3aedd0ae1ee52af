/*-------------------------------------------------------------------------
 *
 * rows.c
 *	  Records as rows of a command.
 *
 * The commands know how to apply rows one after the other: for a handful of
 * records, and for those that COPY cannot do.
 *
 *-------------------------------------------------------------------------
 */
#include <stdlib.h>
#include <string.h>

#include "sink.h"

/* A command gets no more rows when its request is that long. */
#define ROWS_BYTES (8 * 1024 * 1024)

void
put_columns(PgcSink *sink, const uint8_t *shape, bool updated)
{
	Bytes	   *out = &sink->request;
	const char *separator = "";

	bytes_put_text(out, "[");
	for (int i = 0; i < sink->table.ncolumns; i++)
	{
		if (!SHAPE_HAS(shape, i))
			continue;
		if (updated && !sink->table.columns[i].may_update)
			continue;
		bytes_put_text(out, separator);
		bytes_put_string(out, sink->table.columns[i].name);
		separator = ",";
	}
	bytes_put_text(out, "]");
}

static void
put_row(PgcSink *sink)
{
	Bytes	   *out = &sink->request;
	const char *separator = "{";

	for (int i = 0; i < sink->table.ncolumns; i++)
	{
		const JsonValue *value = &sink->record.values[i];

		if (value->text == NULL)
			continue;
		bytes_put_text(out, separator);
		bytes_put_string(out, sink->table.columns[i].name);
		bytes_put_text(out, ":");
		bytes_put(out, value->text, value->len);
		separator = ",";
	}
	bytes_put_text(out, separator[0] == '{' ? "{}" : "}");
}

static const char *
begin_rows(PgcSink *sink, Operation operation, const uint8_t *shape)
{
	static const char *const commands[] = {
		"insert_rows", "upsert_rows", "upsert_rows", "update_rows", "delete_rows"
	};
	Bytes	   *out = &sink->request;
	bool		updates = operation == OPERATION_UPSERT;

	out->len = 0;
	bytes_put_text(out, "{\"table\":");
	bytes_put_text(out, sink->table_json);
	if (operation == OPERATION_UPSERT || operation == OPERATION_INSERT_IGNORE)
	{
		bytes_put_text(out, ",\"on_conflict\":{\"columns\":");
		bytes_put_text(out, sink->key_json);
		if (updates && sink->has_update)
		{
			updates = false;
			for (int i = 0; i < sink->table.ncolumns; i++)
				updates = updates || (SHAPE_HAS(shape, i) && sink->table.columns[i].may_update);
			if (updates)
			{
				bytes_put_text(out, ",\"update\":");
				put_columns(sink, shape, true);
			}
		}
		bytes_put_text(out, updates ? "}" : ",\"action\":\"nothing\"}");
	}
	else if (operation != OPERATION_INSERT)
	{
		bytes_put_text(out, ",\"key\":");
		bytes_put_text(out, sink->key_json);
	}
	bytes_put_text(out, ",\"rows\":[");
	return commands[operation];
}

int64_t
error_row(const PgcError *error)
{
	static const char *const prefixes[] = {"/rows/", "/values/"};
	const char *path = pgc_error_path(error);

	for (int i = 0; path != NULL && i < 2; i++)
	{
		size_t		len = strlen(prefixes[i]);

		if (strncmp(path, prefixes[i], len) == 0)
			return strtoll(path + len, NULL, 10);
	}
	return -1;
}

/* Send the rows that were collected, whose items sink->lines tells. */
static bool
send_rows(PgcSink *sink, const char *command, int64_t nrows, PgcError **error)
{
	PgcReply   *reply;
	int64_t		written;

	if (nrows == 0)
		return true;
	bytes_put_text(&sink->request, "]}");
	if (sink->request.failed)
		return sink_out_of_memory(error);
	reply = sink_call(sink, command, &sink->request, error);
	if (reply == NULL)
	{
		int64_t		row = error_row(*error);

		if (row >= 0 && row < nrows)
			sink->failed_at = sink->lines[row];
		return false;
	}
	if (strcmp(command, "upsert_rows") == 0)
	{
		sink->counts.written += reply_integer(reply, "inserted") + reply_integer(reply, "updated");
		sink->counts.skipped += reply_integer(reply, "skipped");
		sink->counts.deduplicated += reply_integer(reply, "superseded");
	}
	else if (strcmp(command, "insert_rows") == 0)
	{
		written = reply_integer(reply, "rowCount");
		sink->counts.written += written;
		sink->counts.skipped += nrows - written;
	}
	else
	{
		int64_t		unmatched = reply_integer(reply, "unmatched");

		/* Of the others a trigger may have kept some as they are. */
		written = reply_integer(reply, "rowCount");
		if (written > nrows - unmatched)
			written = nrows - unmatched;
		sink->counts.unmatched += unmatched;
		sink->counts.written += written;
		sink->counts.skipped += nrows - unmatched - written;
	}
	pgc_reply_free(reply);
	return true;
}

/* Neighbours that are treated alike go into one command. */
bool
attempt_rows(PgcSink *sink, size_t lo, size_t hi, bool left_out, PgcError **error)
{
	uint8_t    *shape = sink->shapes[0].present;
	Operation	operation = OPERATION_INSERT;
	const char *command = NULL;
	int64_t		nrows = 0;

	if (!make_lines(&sink->lines, &sink->lines_room, hi - lo))
		return sink_out_of_memory(error);
	for (size_t i = lo; i < hi; i++)
	{
		bool		good;

		if (left_out && sink->items[i].shape != -1)
			continue;
		if (!read_item(sink, i, &good))
			return sink_out_of_memory(error);
		if (!good)
			continue;
		if (command == NULL || operation != sink->record.operation ||
			sink->request.len >= ROWS_BYTES || sink->request.len >= sink->table.request_cap / 2 ||
			(sink->has_update && memcmp(shape, sink->record.present, SHAPE_SIZE(&sink->table)) != 0))
		{
			if (!send_rows(sink, command, nrows, error))
				return false;
			operation = sink->record.operation;
			memcpy(shape, sink->record.present, SHAPE_SIZE(&sink->table));
			command = begin_rows(sink, operation, shape);
			nrows = 0;
		}
		if (nrows > 0)
			bytes_put_text(&sink->request, ",");
		put_row(sink);
		sink->lines[nrows++] = (int64_t) i;
	}
	return send_rows(sink, command, nrows, error);
}

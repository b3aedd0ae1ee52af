/*-------------------------------------------------------------------------
 *
 * letters.c
 *	  Dead letters as records: out of a table, or a file.
 *
 *-------------------------------------------------------------------------
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/json_scan.h"
#include "buffer.h"
#include "exit_status.h"
#include "letters.h"
#include "session.h"
#include "show.h"

/* Dead letters that are read at once. */
#define PAGE 500

static void
out_of_memory(int *status)
{
	fputs("pgconnector: out of memory\n", stderr);
	*status = STATUS_INTERNAL;
}

/*
 * The record in a letter's "data": as it stands if it is JSON, or the text
 * that it came as.  False if memory ran out.
 */
static bool
unwrap(const JsonValue *data, Buffer *buffer, SourceRecord *record)
{
	size_t		len;

	record->text = data->text;
	record->len = data->len;
	if (data->type != JSON_STRING)
		return true;
	buffer->len = 0;
	if (!buffer_reserve(buffer, data->len))
		return false;
	if (json_unescape(data, buffer->data, &len, NULL) != JSON_ERROR_NONE)
		return true;
	record->text = buffer->data;
	record->len = len;
	return true;
}

/*-------------------------------------------------------------------------
 * A file
 *-------------------------------------------------------------------------
 */

typedef struct LetterFile
{
	Source		source;
	Source	   *lines;
	char	   *name;
	Buffer		record;
} LetterFile;

static bool
file_seek(Source *source, unsigned long long position)
{
	LetterFile *file = (LetterFile *) source;

	return file->lines->seek(file->lines, position);
}

static SourceEvent
file_next(Source *source, SourceRecord *record, int timeout)
{
	LetterFile *file = (LetterFile *) source;
	SourceEvent event = file->lines->next(file->lines, record, timeout);
	JsonScan	scan;
	JsonValue	letter;
	JsonValue	data;

	source->status = file->lines->status;
	if (event != SOURCE_RECORD)
		return event;
	json_scan_init(&scan, record->text, record->len, NULL);
	if (!json_scan_document(&scan, &letter) || !find_member(&letter, "data", &data))
	{
		/* As the end of a line is whose writer was killed. */
		record->problem = "this is no dead letter";
		return event;
	}
	if (unwrap(&data, &file->record, record))
		return event;
	out_of_memory(&source->status);
	return SOURCE_FAILED;
}

static void
file_progress(const Source *source, unsigned long long *done, unsigned long long *all)
{
	const LetterFile *file = (const LetterFile *) source;

	file->lines->progress(file->lines, done, all);
}

static void
file_close(Source *source)
{
	LetterFile *file = (LetterFile *) source;

	source_close(file->lines);
	buffer_free(&file->record);
	free(file);
}

Source *
source_of_letter_file(char *name)
{
	LetterFile *file = calloc(1, sizeof(LetterFile));

	if (file == NULL)
	{
		int			ignored;

		out_of_memory(&ignored);
		return NULL;
	}
	file->source = (Source) {NULL, STATUS_OK, false, NULL, file_seek, file_next, file_progress, file_close};
	file->name = name;
	file->lines = source_of_files(&file->name, 1, SOURCE_NDJSON);
	if (file->lines == NULL)
	{
		free(file);
		return NULL;
	}
	return &file->source;
}

/*-------------------------------------------------------------------------
 * A table
 *-------------------------------------------------------------------------
 */

static cJSON *
describe(PgcConnection *conn, const char *table, int *status)
{
	cJSON	   *request = cJSON_CreateObject();
	char	   *text;
	PgcReply   *reply = NULL;
	PgcError   *error;
	cJSON	   *result = NULL;

	cJSON_AddStringToObject(request, "table", table);
	text = cJSON_PrintUnformatted(request);
	cJSON_Delete(request);
	if (text != NULL)
	{
		reply = pgc_call(conn, "describe", text, &error);
		if (reply == NULL)
			*status = print_error(error);
		else
			result = cJSON_Parse(pgc_reply_text(reply));
	}
	if (text == NULL || (reply != NULL && result == NULL))
		out_of_memory(status);
	cJSON_free(text);
	pgc_reply_free(reply);
	return result;
}

bool
letter_table_read(LetterTable *letters, PgcConnection *conn, const char *table,
				  const char *name, int *status)
{
	cJSON	   *description = describe(conn, table, status);
	const cJSON *found = cJSON_GetArrayItem(cJSON_GetObjectItemCaseSensitive(description, "tables"), 0);
	const cJSON *item;

	memset(letters, 0, sizeof(*letters));
	letters->table = table;
	cJSON_ArrayForEach(item, cJSON_GetObjectItemCaseSensitive(found, "columns"))
	{
		const char *column = cJSON_GetStringValue(cJSON_GetObjectItemCaseSensitive(item, "name"));

		if (column != NULL && strcmp(column, "connection") == 0)
			letters->connection = name;
	}
	cJSON_ArrayForEach(item, cJSON_GetObjectItemCaseSensitive(found, "keys"))
	{
		const char *kind = cJSON_GetStringValue(cJSON_GetObjectItemCaseSensitive(item, "kind"));

		if (kind != NULL && strcmp(kind, "primary key") == 0)
			letters->key = cJSON_Duplicate(cJSON_GetObjectItemCaseSensitive(item, "columns"), true);
	}
	cJSON_Delete(description);
	return description != NULL;
}

void
letter_table_free(LetterTable *letters)
{
	cJSON_Delete(letters->key);
	letters->key = NULL;
}

char *
letter_table_request(const LetterTable *letters, const char *columns, const char *after, long limit)
{
	cJSON	   *request = cJSON_CreateObject();
	char	   *text;

	cJSON_AddStringToObject(request, "table", letters->table);
	cJSON_AddNumberToObject(request, "limit", (double) limit);
	if (letters->connection != NULL)
	{
		const char *condition[] = {"connection", "=", letters->connection};
		cJSON	   *where = cJSON_AddArrayToObject(request, "where");

		cJSON_AddItemToArray(where, cJSON_CreateStringArray(condition, 3));
	}
	if (letters->key != NULL)
		cJSON_AddItemToObject(request, "order_by", cJSON_Duplicate(letters->key, true));
	if (columns != NULL)
	{
		cJSON_AddRawToObject(request, "columns", columns);
		cJSON_AddStringToObject(request, "numbers", "string");
	}
	if (after != NULL)
		cJSON_AddRawToObject(request, "after", after);
	else if (columns != NULL)
		cJSON_AddStringToObject(request, "count", "exact");
	text = cJSON_PrintUnformatted(request);
	cJSON_Delete(request);
	return text;
}

typedef struct LetterRows
{
	Source		source;
	PgcConnection *conn;
	PgcSink    *sink;
	LetterTable letters;
	char	   *columns;		/* the key's, and data */
	PgcReply   *page;
	JsonIter	rows;			/* of the page */
	char	   *after;			/* where the next one begins, or NULL */
	long long	left;			/* of those that were there at the beginning */
	unsigned long long number;
	Buffer		record;

	/* Of the sink's transaction: */
	Buffer		pending;		/* keys, to be deleted */
	long		npending;
	long long	transactions;	/* that were committed before it */
} LetterRows;

/* Read a page.  False with source->status set. */
static bool
read_page(LetterRows *rows)
{
	int		   *status = &rows->source.status;
	char	   *request = letter_table_request(&rows->letters, rows->columns, rows->after, PAGE);
	bool		first = rows->after == NULL;
	JsonScan	scan;
	JsonValue	reply;
	JsonValue	value;
	PgcError   *error;

	pgc_reply_free(rows->page);
	free(rows->after);
	rows->page = NULL;
	rows->after = NULL;
	if (request == NULL)
	{
		out_of_memory(status);
		return false;
	}
	rows->page = pgc_call(rows->conn, "select_rows", request, &error);
	cJSON_free(request);
	if (rows->page == NULL)
	{
		*status = print_error(error);
		return false;
	}
	json_scan_init(&scan, pgc_reply_text(rows->page), pgc_reply_length(rows->page), NULL);
	if (!json_scan_document(&scan, &reply) || !find_member(&reply, "rows", &value))
	{
		fputs("pgconnector: the reply of select_rows has no rows\n", stderr);
		*status = STATUS_INTERNAL;
		return false;
	}
	json_iter_init(&rows->rows, &value, NULL);
	if (first && find_member(&reply, "count", &value))
		rows->left = strtoll(value.text + (value.type == JSON_STRING), NULL, 10);
	if (find_member(&reply, "next", &value))
	{
		rows->after = strndup(value.text, value.len);
		if (rows->after == NULL)
		{
			out_of_memory(status);
			return false;
		}
	}
	return true;
}

/* Note a letter's key: all of its row but the data.  False: out of memory. */
static bool
note_key(LetterRows *rows, const JsonValue *row)
{
	const char *separator = rows->npending > 0 ? ",{" : "{";
	JsonIter	iter;
	JsonValue	name;
	JsonValue	value;
	int			n = cJSON_GetArraySize(rows->letters.key);

	json_iter_init(&iter, row, NULL);
	for (int i = 0; i < n && json_iter_next(&iter, &name, &value); i++)
	{
		if (!buffer_append(&rows->pending, separator, strlen(separator)) ||
			!buffer_append(&rows->pending, name.text, name.len) ||
			!buffer_append(&rows->pending, ":", 1) ||
			!buffer_append(&rows->pending, value.text, value.len))
			return false;
		separator = ",";
	}
	rows->npending++;
	return buffer_append(&rows->pending, "}", 1);
}

/* In the sink's transaction: its letters are no longer. */
static bool
delete_pending(PgcConnection *conn, void *arg, PgcError **error)
{
	LetterRows *rows = arg;
	cJSON	   *request;
	char	   *list;
	char	   *text;
	PgcReply   *reply = NULL;

	*error = NULL;
	if (rows->npending == 0)
		return true;
	list = malloc(rows->pending.len + sizeof("[]"));
	request = cJSON_CreateObject();
	if (list != NULL)
		strcat(strcat(strcpy(list, "["), rows->pending.data), "]");
	cJSON_AddStringToObject(request, "table", rows->letters.table);
	cJSON_AddItemToObject(request, "key", cJSON_Duplicate(rows->letters.key, true));
	cJSON_AddRawToObject(request, "rows", list);
	cJSON_AddNumberToObject(request, "expect_affected", (double) rows->npending);
	text = list != NULL ? cJSON_PrintUnformatted(request) : NULL;
	if (text != NULL)
		reply = pgc_call(conn, "delete_rows", text, error);
	cJSON_free(text);
	cJSON_Delete(request);
	free(list);
	pgc_reply_free(reply);
	return reply != NULL;
}

static SourceEvent
rows_next(Source *source, SourceRecord *record, int timeout)
{
	LetterRows *rows = (LetterRows *) source;
	PgcSinkStats stats;
	JsonValue	row;
	JsonValue	data;

	(void) timeout;
	pgc_sink_stats(rows->sink, &stats, sizeof(stats));
	if (stats.transactions != rows->transactions)
	{
		rows->transactions = stats.transactions;
		rows->pending.len = 0;
		rows->npending = 0;
	}
	while (rows->left > 0)
	{
		if (!json_iter_next(&rows->rows, NULL, &row))
		{
			if (rows->after == NULL)
				break;
			if (!read_page(rows))
				return SOURCE_FAILED;
			continue;
		}
		rows->left--;

		/* Without data there is nothing to write: it stays. */
		if (!find_member(&row, "data", &data) || data.type == JSON_NULL)
			continue;
		*record = (SourceRecord) {NULL, 0, ++rows->number, NULL};
		if (unwrap(&data, &rows->record, record) && note_key(rows, &row))
			return SOURCE_RECORD;
		out_of_memory(&source->status);
		return SOURCE_FAILED;
	}
	return SOURCE_END;
}

static void
rows_close(Source *source)
{
	LetterRows *rows = (LetterRows *) source;

	pgc_sink_before_commit(rows->sink, NULL, NULL);
	letter_table_free(&rows->letters);
	pgc_reply_free(rows->page);
	buffer_free(&rows->pending);
	buffer_free(&rows->record);
	cJSON_free(rows->columns);
	free(rows->after);
	free(rows);
}

/* Columns to read: the key's, then data. */
static char *
key_and_data(const cJSON *key)
{
	cJSON	   *columns = cJSON_Duplicate(key, true);
	char	   *text;

	cJSON_AddItemToArray(columns, cJSON_CreateString("data"));
	text = cJSON_PrintUnformatted(columns);
	cJSON_Delete(columns);
	return text;
}

Source *
source_of_letter_table(PgcConnection *conn, PgcSink *sink, const char *table,
					   const char *name, int *status)
{
	LetterRows *rows = calloc(1, sizeof(LetterRows));

	if (rows == NULL)
	{
		out_of_memory(status);
		return NULL;
	}
	rows->source = (Source) {NULL, STATUS_OK, false, NULL, NULL, rows_next, NULL, rows_close};
	rows->conn = conn;
	rows->sink = sink;
	if (!letter_table_read(&rows->letters, conn, table, name != NULL ? name : "", status))
	{
		rows_close(&rows->source);
		return NULL;
	}
	if (rows->letters.key == NULL)
	{
		fprintf(stderr, "pgconnector: data: the table of dead letters has no primary key (22023)\n"
				"detail: Replaying deletes each dead letter in the transaction that writes it.\n"
				"hint: ALTER TABLE %s ADD COLUMN id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY;\n", table);
		*status = exit_status_of(PGC_KIND_DATA);
		rows_close(&rows->source);
		return NULL;
	}
	rows->columns = key_and_data(rows->letters.key);
	if (rows->columns == NULL)
		out_of_memory(status);
	if (rows->columns == NULL || !read_page(rows))
	{
		if (rows->columns != NULL)
			*status = rows->source.status;
		rows_close(&rows->source);
		return NULL;
	}
	pgc_sink_before_commit(sink, delete_pending, rows);
	return &rows->source;
}

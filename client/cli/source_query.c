/*-------------------------------------------------------------------------
 *
 * source_query.c
 *	  The rows of a query as records of a sink.
 *
 *-------------------------------------------------------------------------
 */
#include <stdio.h>
#include <stdlib.h>

#include "exit_status.h"
#include "session.h"
#include "source.h"

typedef struct QuerySource
{
	Source		source;
	PgcStream  *stream;
	unsigned long long rows;
} QuerySource;

static bool
fit(Source *source, const Columns *columns)
{
	QuerySource *query = (QuerySource *) source;
	const char *name;

	for (int i = 0; (name = pgc_stream_column(query->stream, i)) != NULL; i++)
	{
		if (!columns_accept(columns, name, "the query"))
		{
			source->status = exit_status_of(PGC_KIND_NOT_FOUND);
			return false;
		}
	}
	return true;
}

static SourceEvent
next(Source *source, SourceRecord *record, int timeout)
{
	QuerySource *query = (QuerySource *) source;
	PgcError   *error;

	if (!pgc_stream_wait(query->stream, timeout))
		return SOURCE_WAIT;
	*record = (SourceRecord) {NULL, 0, query->rows + 1, NULL};
	if (pgc_stream_next(query->stream, &record->text, &record->len, &error))
	{
		query->rows++;
		return SOURCE_RECORD;
	}
	if (error == NULL)
		return SOURCE_END;
	source->status = print_error(error);
	return SOURCE_FAILED;
}

static void
close_source(Source *source)
{
	QuerySource *query = (QuerySource *) source;

	pgc_stream_close(query->stream);
	free(query);
}

Source *
source_of_query(PgcConnection *conn, const char *sql, PgcError **error)
{
	QuerySource *query = calloc(1, sizeof(QuerySource));

	*error = NULL;
	if (query == NULL)
		return NULL;
	query->source = (Source) {NULL, STATUS_OK, false, fit, NULL, next, NULL, close_source};
	query->stream = pgc_stream_open(conn, PGC_STREAM_NDJSON, sql, 0, NULL, error);
	if (query->stream == NULL)
	{
		free(query);
		return NULL;
	}
	return &query->source;
}

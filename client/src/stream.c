/*-------------------------------------------------------------------------
 *
 * stream.c
 *	  The rows of a query, one by one.
 *
 * The query runs as a subquery, of which each row becomes the JSON that
 * commands give:
 *
 *		SELECT connector.to_json(q) FROM (query) AS q
 *
 * Nothing can come of that but a subquery, since the query is first prepared
 * alone: what is a statement by itself, quotes, comments and parentheses
 * closed, is one between parentheses.  The transaction is rolled back at the
 * end, since a read-only one lets some things through, as large objects.
 *
 *-------------------------------------------------------------------------
 */
#include <poll.h>
#include <stdlib.h>
#include <string.h>

#include "core/json_scan.h"
#include "internal.h"

#define BEFORE "SELECT connector.to_json(q) FROM (\n"
#define AFTER "\n) AS q"

/* For a cancelled query to end. */
#define CANCEL_MS 10000

struct PgcStream
{
	PgcConnection *conn;
	PgcStreamFormat format;
	bool		own_transaction;
	bool		header;			/* is the next line */
	bool		ended;			/* no more rows are to come */
	PGresult   *columns;		/* describes them */
	PGresult   *row;			/* of which the line is */
	char	   *line;			/* of CSV */
	size_t		len;
	size_t		size;
};

static void
report_late(PgcError **error)
{
	pgc_error_format(error, "08006", NULL, NULL,
					 "the server did not answer in the time that the client allows");
}

/* The result of what was sent; NULL with *error set if it failed. */
static PGresult *
only_result(PgcConnection *conn, bool sent, PgcError **error)
{
	PGresult   *first = NULL;
	PGresult   *result;
	bool		late = false;

	if (sent)
	{
		connection_start_clock(conn);
		while ((result = connection_result(conn, &late)) != NULL)
		{
			if (first == NULL)
				first = result;
			else
				PQclear(result);
		}
	}
	if (late)
		report_late(error);
	else if (first == NULL || PQresultStatus(first) != PGRES_COMMAND_OK)
		pgc_error_of_sql(error, conn->pg, first, 0);
	else
		return first;
	PQclear(first);
	return NULL;
}

static bool
run(PgcConnection *conn, const char *sql, PgcError **error)
{
	PGresult   *result = only_result(conn, PQsendQuery(conn->pg, sql) != 0, error);

	PQclear(result);
	return result != NULL;
}

/* The columns of the query, which makes sure that it is one. */
static PGresult *
describe(PgcConnection *conn, const char *sql, int nparams, PgcError **error)
{
	PGresult   *result;

	result = only_result(conn, PQsendPrepare(conn->pg, "", sql, nparams, NULL) != 0, error);
	if (result == NULL)
		return NULL;
	PQclear(result);
	result = only_result(conn, PQsendDescribePrepared(conn->pg, "") != 0, error);
	if (result == NULL)
		return NULL;

	if (PQnfields(result) == 0)
	{
		pgc_error_format(error, "42601", NULL,
						 "A stream takes one SELECT, WITH, VALUES or TABLE that returns columns.",
						 "the statement returns no rows");
		PQclear(result);
		return NULL;
	}
	for (int i = 1; i < PQnfields(result); i++)
	{
		for (int j = 0; j < i; j++)
		{
			if (strcmp(PQfname(result, i), PQfname(result, j)) != 0)
				continue;
			pgc_error_format(error, "42701", NULL,
							 "Give each a name of its own with AS.",
							 "two columns of the result are named \"%s\"", PQfname(result, i));
			PQclear(result);
			return NULL;
		}
	}
	return result;
}

/* The query as a subquery, in a new string; NULL if memory ran out. */
static char *
wrap(const char *sql)
{
	size_t		len = strlen(sql);
	char	   *text;

	while (len > 0 && strchr("; \t\r\n", sql[len - 1]) != NULL)
		len--;
	text = malloc(strlen(BEFORE) + len + strlen(AFTER) + 1);
	if (text != NULL)
	{
		strcpy(text, BEFORE);
		memcpy(text + strlen(BEFORE), sql, len);
		strcpy(text + strlen(BEFORE) + len, AFTER);
	}
	return text;
}

/* Have rows come. */
static bool
start(PgcStream *stream, const char *sql, int nparams,
	  const char *const *params, PgcError **error)
{
	PGconn	   *pg = stream->conn->pg;
	char	   *text = wrap(sql);
	bool		sent;

	if (text == NULL)
	{
		pgc_error_out_of_memory(error);
		return false;
	}
	sent = PQsendQueryParams(pg, text, nparams, NULL, params, NULL, NULL, 0) != 0 &&
		PQsetSingleRowMode(pg) != 0;
	free(text);
	if (!sent)
	{
		pgc_error_of_sql(error, pg, NULL, 0);
		return false;
	}
	stream->ended = false;
	connection_start_clock(stream->conn);
	return true;
}

PgcStream *
pgc_stream_open(PgcConnection *conn, PgcStreamFormat format, const char *sql,
				int nparams, const char *const *params, PgcError **error)
{
	PgcStream  *stream;
	bool		ok = true;

	if (error != NULL)
		*error = NULL;
	if (conn == NULL || !pgc_connection_is_open(conn))
	{
		pgc_error_format(error, "08003", NULL, "Open another connection.",
						 "connection is not open");
		return NULL;
	}
	if (conn->streaming || conn->pipeline || conn->pending > 0)
	{
		pgc_error_format(error, "55000", NULL, NULL,
						 "cannot open a stream before everything else on the connection has ended");
		return NULL;
	}
	stream = calloc(1, sizeof(PgcStream));
	if (stream == NULL)
	{
		pgc_error_out_of_memory(error);
		return NULL;
	}
	stream->conn = conn;
	stream->format = format;
	stream->header = format == PGC_STREAM_CSV;
	stream->ended = true;
	stream->own_transaction = PQtransactionStatus(conn->pg) == PQTRANS_IDLE;
	conn->streaming = true;
	conn->session_changed = true;

	if (stream->own_transaction)
		ok = run(conn, "BEGIN ISOLATION LEVEL REPEATABLE READ, READ ONLY", error);
	if (ok)
		stream->columns = describe(conn, sql, nparams, error);
	if (stream->columns == NULL || !start(stream, sql, nparams, params, error))
	{
		pgc_stream_close(stream);
		return NULL;
	}
	return stream;
}

/*-------------------------------------------------------------------------
 * Lines
 *-------------------------------------------------------------------------
 */

/* Make room; false if memory ran out. */
static bool
reserve(PgcStream *stream, size_t len)
{
	size_t		size = (stream->len + len) * 2;
	char	   *grown;

	if (stream->size - stream->len >= len)
		return true;
	grown = malloc(size);
	if (grown == NULL)
		return false;
	if (stream->len > 0)
		memcpy(grown, stream->line, stream->len);
	free(stream->line);
	stream->line = grown;
	stream->size = size;
	return true;
}

static bool
put(PgcStream *stream, const char *text, size_t len)
{
	if (!reserve(stream, len))
		return false;
	memcpy(stream->line + stream->len, text, len);
	stream->len += len;
	return true;
}

/* A text as a field: in quotes where it must be. */
static bool
put_field(PgcStream *stream, const char *text, size_t len)
{
	size_t		plain = 0;

	while (plain < len && strchr(",\"\r\n", text[plain]) == NULL)
		plain++;
	if (plain == len && len > 0)
		return put(stream, text, len);

	if (!reserve(stream, 2 * len + 2))
		return false;
	stream->line[stream->len++] = '"';
	for (size_t i = 0; i < len; i++)
	{
		if (text[i] == '"')
			stream->line[stream->len++] = '"';
		stream->line[stream->len++] = text[i];
	}
	stream->line[stream->len++] = '"';
	return true;
}

/* Types whose values are JSON, in which a text has quotes of its own. */
#define JSON_OID 114
#define JSONB_OID 3802

static bool
put_value(PgcStream *stream, const JsonValue *value, Oid type)
{
	char	   *text;
	size_t		len;
	bool		ok;

	if (value->type == JSON_NULL)
		return true;
	if (value->type != JSON_STRING || type == JSON_OID || type == JSONB_OID)
		return put_field(stream, value->text, value->len);
	if (!value->escaped)
		return put_field(stream, json_string_text(value), json_string_len(value));
	text = malloc(value->len);
	ok = text != NULL && json_unescape(value, text, &len, NULL) == JSON_ERROR_NONE &&
		put_field(stream, text, len);
	free(text);
	return ok;
}

static bool
csv_header(PgcStream *stream)
{
	for (int i = 0; i < PQnfields(stream->columns); i++)
	{
		const char *name = PQfname(stream->columns, i);

		if ((i > 0 && !put(stream, ",", 1)) ||
			!put_field(stream, name, strlen(name)))
			return false;
	}
	return put(stream, "\n", 1);
}

static bool
csv_line(PgcStream *stream, const char *json, size_t json_len)
{
	JsonValue	object = {JSON_OBJECT, false, json, json_len};
	JsonIter	iter;
	JsonValue	key;
	JsonValue	value;
	int			n = 0;

	json_iter_init(&iter, &object, NULL);
	for (; json_iter_next(&iter, &key, &value); n++)
	{
		if ((n > 0 && !put(stream, ",", 1)) ||
			!put_value(stream, &value, PQftype(stream->columns, n)))
			return false;
	}
	return put(stream, "\n", 1);
}

/*
 * A JSON text may be written in several lines, but only between its values:
 * within a string, a line end is escaped.
 */
static bool
json_line(PgcStream *stream, const char *json, size_t json_len)
{
	if (!put(stream, json, json_len) || !put(stream, "\n", 1))
		return false;
	for (size_t i = 0; i < json_len; i++)
	{
		if (stream->line[i] == '\n' || stream->line[i] == '\r')
			stream->line[i] = ' ';
	}
	return true;
}

/* The next row; false at the end and on failure. */
static bool
next_row(PgcStream *stream, PgcError **error)
{
	PgcConnection *conn = stream->conn;
	bool		late;

	PQclear(stream->row);
	connection_start_clock(conn);
	stream->row = connection_result(conn, &late);
	if (late)
	{
		stream->ended = true;
		report_late(error);
		return false;
	}
	if (stream->row != NULL && PQresultStatus(stream->row) == PGRES_SINGLE_TUPLE &&
		!PQgetisnull(stream->row, 0, 0))
		return true;

	/* The last result has no rows; only NULL is the end. */
	stream->ended = true;
	if (stream->row == NULL || PQresultStatus(stream->row) != PGRES_TUPLES_OK)
	{
		if (stream->row != NULL && extension_missing(stream->row))
			pgc_error_no_extension(error, conn->pg, stream->row);
		else
			pgc_error_of_sql(error, conn->pg, stream->row, (int) strlen(BEFORE));
	}
	else
	{
		PGresult   *result;

		while ((result = connection_result(conn, &late)) != NULL)
			PQclear(result);
		if (late)
			report_late(error);
		else if (stream->own_transaction && run(conn, "ROLLBACK", error))
			stream->own_transaction = false;
	}
	return false;
}

const char *
pgc_stream_column(const PgcStream *stream, int n)
{
	return n >= 0 && n < PQnfields(stream->columns) ? PQfname(stream->columns, n) : NULL;
}

bool
pgc_stream_wait(PgcStream *stream, int timeout_ms)
{
	PGconn	   *pg = stream->conn->pg;
	int64_t		end = timeout_ms < 0 ? 0 : clock_ms() + timeout_ms;

	while (!stream->header && !stream->ended && pgc_connection_is_open(stream->conn) &&
		   PQisBusy(pg))
	{
		struct pollfd pfd = {.fd = PQsocket(pg), .events = POLLIN};
		int64_t		left = timeout_ms < 0 ? -1 : end - clock_ms();

		if (poll(&pfd, 1, timeout_ms < 0 ? -1 : left > 0 ? (int) left : 0) <= 0)
			return false;
		if (!PQconsumeInput(pg))
			break;
	}
	return true;
}

bool
pgc_stream_next(PgcStream *stream, const char **line, size_t *len,
				PgcError **error)
{
	bool		ok;

	if (error != NULL)
		*error = NULL;
	*line = NULL;
	*len = 0;
	stream->len = 0;
	if (stream->ended)
		return false;

	if (stream->header)
	{
		stream->header = false;
		ok = csv_header(stream);
	}
	else
	{
		const char *json;
		size_t		json_len;

		if (!next_row(stream, error))
			return false;
		json = PQgetvalue(stream->row, 0, 0);
		json_len = (size_t) PQgetlength(stream->row, 0, 0);
		ok = stream->format == PGC_STREAM_CSV ?
			csv_line(stream, json, json_len) : json_line(stream, json, json_len);
	}
	if (!ok)
	{
		pgc_error_out_of_memory(error);
		return false;
	}
	*line = stream->line;
	*len = stream->len;
	return true;
}

void
pgc_stream_close(PgcStream *stream)
{
	PgcConnection *conn;
	PGresult   *result;
	bool		late;

	if (stream == NULL)
		return;
	conn = stream->conn;
	if (pgc_connection_is_open(conn))
	{
		int			timeout = conn->timeout_ms;

		if (!stream->ended)
			pgc_connection_cancel(conn);
		conn->timeout_ms = CANCEL_MS;
		connection_start_clock(conn);
		while ((result = connection_result(conn, &late)) != NULL)
			PQclear(result);
		if (stream->own_transaction && pgc_connection_is_open(conn) &&
			PQtransactionStatus(conn->pg) != PQTRANS_IDLE)
			run(conn, "ROLLBACK", NULL);
		conn->timeout_ms = timeout;
	}
	conn->streaming = false;
	PQclear(stream->columns);
	PQclear(stream->row);
	free(stream->line);
	free(stream);
}

/*-------------------------------------------------------------------------
 *
 * copy.c
 *	  COPY ... FROM STDIN on a connection.
 *
 *-------------------------------------------------------------------------
 */
#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "copy.h"

/*
 * Wait for the socket, as long as the connection's time limit allows without
 * anything happening.  What then is heard no more is lost.
 */
static int
wait_for(PgcConnection *conn, int wanted)
{
	int			ready = socket_wait(PQsocket(conn->pg), wanted,
									conn->timeout_ms > 0 ? clock_ms() + conn->timeout_ms : 0);

	if (ready == 0)
	{
		conn->broken = true;
		shutdown(PQsocket(conn->pg), SHUT_RDWR);
	}
	return ready;
}

/* Wait until everything that was put is on its way.  False if lost. */
static bool
send_all(PgcConnection *conn)
{
	int			left;

	while (pgc_connection_is_open(conn) && (left = PQflush(conn->pg)) != 0)
	{
		int			ready;

		if (left < 0)
			return false;
		ready = wait_for(conn, PGC_WANT_READ | PGC_WANT_WRITE);
		if ((ready & PGC_WANT_READ) != 0 && !PQconsumeInput(conn->pg))
			return false;
	}
	return pgc_connection_is_open(conn);
}

/* The next result, or NULL. */
static PGresult *
next_result(PgcConnection *conn)
{
	while (pgc_connection_is_open(conn) && PQisBusy(conn->pg))
	{
		if (wait_for(conn, PGC_WANT_READ) == 0 || !PQconsumeInput(conn->pg))
			break;
	}
	return conn->broken ? NULL : PQgetResult(conn->pg);
}

/* A lost connection has taken the transaction with it. */
static void
report(PgcConnection *conn, const PGresult *failure, PgcError **error)
{
	if (!pgc_connection_is_open(conn))
	{
		bool		late = conn->broken && PQstatus(conn->pg) == CONNECTION_OK;
		char	   *detail = late ? NULL : connection_message(conn->pg);

		pgc_error_rolled_back(error, late ?
							  "The server did not answer in the time that the client allows." : detail);
		free(detail);
	}
	else
		pgc_error_of_result(error, conn->pg, failure);
}

bool
copy_begin(PgcConnection *conn, const char *sql, PgcError **error)
{
	bool		committed;

	return copy_begin_next(conn, sql, &committed, error);
}

bool
copy_begin_next(PgcConnection *conn, const char *sql, bool *committed, PgcError **error)
{
	PGresult   *result = NULL;

	*error = NULL;
	*committed = false;
	connection_limit_sending(conn, false);
	if (pgc_connection_is_open(conn) && PQsendQuery(conn->pg, sql) && send_all(conn))
		result = next_result(conn);
	while (PQresultStatus(result) == PGRES_COMMAND_OK || PQresultStatus(result) == PGRES_TUPLES_OK)
	{
		if (strcmp(PQcmdStatus(result), "COMMIT") == 0)
			*committed = true;
		else if (PQntuples(result) == 1)
			snprintf(conn->number, sizeof(conn->number), "%s", PQgetvalue(result, 0, 0));
		PQclear(result);
		result = next_result(conn);
	}
	if (PQresultStatus(result) == PGRES_COPY_IN)
	{
		PQclear(result);
		return true;
	}
	report(conn, result, error);
	while (result != NULL)
	{
		PQclear(result);
		result = next_result(conn);
	}
	connection_limit_sending(conn, true);
	return false;
}

bool
copy_put(PgcConnection *conn, Bytes *chunk)
{
	bool		ok;

	ok = send_all(conn) &&
		PQputCopyData(conn->pg, chunk->data, (int) chunk->len) == 1 &&
		PQflush(conn->pg) >= 0;
	chunk->len = 0;
	return ok;
}

/*
 * The line's number in an error's context, "COPY relation, line 3, column x:
 * ...", where all words but COPY are in the server's language.  Lines of
 * other functions, which may have numbers, stand before it.
 */
static int64_t
context_line(const PGresult *failure, const char *relation)
{
	const char *context = PQresultErrorField(failure, PG_DIAG_CONTEXT);
	size_t		len = strlen(relation);

	while (context != NULL)
	{
		if (strncmp(context, "COPY ", 5) == 0 &&
			strncmp(context + 5, relation, len) == 0 &&
			strncmp(context + 5 + len, ", ", 2) == 0)
		{
			const char *number = context + 5 + len + 2;

			while (*number != '\0' && *number != '\n' && !isdigit((unsigned char) *number))
				number++;
			return strtoll(number, NULL, 10);
		}
		context = strchr(context, '\n');
		if (context != NULL)
			context++;
	}
	return 0;
}

bool
copy_end(PgcConnection *conn, const char *relation, int64_t *rows, int64_t *line,
		 PgcError **error)
{
	PGresult   *failure = NULL;
	PGresult   *result;
	bool		done = false;

	*error = NULL;
	*line = 0;
	if (send_all(conn) && PQputCopyEnd(conn->pg, NULL) == 1)
		(void) send_all(conn);
	while ((result = next_result(conn)) != NULL)
	{
		if (PQresultStatus(result) == PGRES_COMMAND_OK)
		{
			*rows = strtoll(PQcmdTuples(result), NULL, 10);
			done = true;
		}
		else if (PQresultStatus(result) == PGRES_FATAL_ERROR && failure == NULL)
		{
			failure = result;
			continue;
		}
		PQclear(result);
	}
	if (!done || failure != NULL || !pgc_connection_is_open(conn))
	{
		if (failure != NULL)
			*line = context_line(failure, relation);
		report(conn, failure, error);
		done = false;
	}
	PQclear(failure);
	connection_limit_sending(conn, true);
	return done;
}

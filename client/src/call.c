/*-------------------------------------------------------------------------
 *
 * call.c
 *	  One command, one round trip; several in a pipeline; without waiting.
 *
 * A command travels as an unnamed statement with two parameters, followed
 * by Sync.  Outside a transaction block the server commits at the Sync, and
 * deferred constraints are checked there, after the reply has already been
 * sent.  So a call has succeeded only when the Sync was answered: outside a
 * pipeline PQgetResult() has returned NULL then, in one PGRES_PIPELINE_SYNC.
 *
 * libpq never waits here, so that every wait has an end, and so that what
 * the server sends is read while there is still something to send: neither
 * side can block the other.
 *
 *-------------------------------------------------------------------------
 */
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "internal.h"
#include "retry.h"

/* pg_type.h's, which is the server's header. */
#define TEXTOID 25

/* In a pipeline, so much may wait to be sent. */
#define UNSENT_MAX ((size_t) 1024 * 1024)

/*
 * Whether the result is a reply; if not, the server has something else under
 * the name of our function, and *error says so.
 */
static bool
check_reply(const PGresult *result, PgcError **error)
{
	if (PQresultStatus(result) == PGRES_TUPLES_OK &&
		PQntuples(result) == 1 && PQnfields(result) == 1 &&
		!PQgetisnull(result, 0, 0))
		return true;
	pgc_error_format(error, "08P01", NULL,
					 "The function connector.call() of this database does not seem to be pg_connector's.",
					 "unexpected kind of reply");
	return false;
}

/*-------------------------------------------------------------------------
 * Answers
 *-------------------------------------------------------------------------
 */

/*
 * Of several errors the first is the server's reason, what follows is
 * libpq's, about the connection.  A reply that an error follows is void.
 */
static void
keep_result(PgcConnection *conn, PGresult *result)
{
	switch (PQresultStatus(result))
	{
		case PGRES_PIPELINE_SYNC:
			PQclear(result);
			conn->answered = true;
			break;

		case PGRES_FATAL_ERROR:
		case PGRES_PIPELINE_ABORTED:
			if (conn->failure == NULL)
				conn->failure = result;
			else
				PQclear(result);
			break;

		case PGRES_COPY_IN:
		case PGRES_COPY_OUT:
		case PGRES_COPY_BOTH:
			/* A function cannot start one; do not wait for it to end. */
			conn->broken = true;
			conn->answered = true;
			/* FALLTHROUGH */

		default:
			if (conn->reply == NULL)
				conn->reply = result;
			else
				PQclear(result);
			break;
	}
}

static bool
is_lost(const PgcConnection *conn)
{
	return conn->broken || PQstatus(conn->pg) != CONNECTION_OK;
}

/*
 * Take what has arrived of the answer to the first call; true once it is
 * complete, which it also is when the connection is lost.
 */
static bool
collect(PgcConnection *conn)
{
	while (!conn->answered)
	{
		PGresult   *result;

		if (conn->broken)
		{
			conn->answered = true;
			break;
		}
		if (PQstatus(conn->pg) == CONNECTION_OK && PQisBusy(conn->pg))
			return false;
		result = PQgetResult(conn->pg);
		if (result != NULL)
			keep_result(conn, result);
		else if (!conn->pipeline || PQstatus(conn->pg) != CONNECTION_OK)
			conn->answered = true;
	}
	return true;
}

/* Read what has arrived. */
static void
consume(PgcConnection *conn)
{
	/* To fail without having lost the connection is to be out of memory. */
	if (!PQconsumeInput(conn->pg) && PQstatus(conn->pg) == CONNECTION_OK)
		conn->broken = true;
}

/* Give what is to be sent to the system, as far as it takes it. */
static void
flush(PgcConnection *conn)
{
	if (!is_lost(conn) && PQflush(conn->pg) == 0)
		conn->unsent = 0;
}

static int
wanted(const PgcConnection *conn)
{
	return PGC_WANT_READ | (conn->unsent > 0 ? PGC_WANT_WRITE : 0);
}

static bool
all_sent(PgcConnection *conn)
{
	return conn->unsent == 0 || is_lost(conn);
}

static bool
enough_sent(PgcConnection *conn)
{
	return conn->unsent <= UNSENT_MAX || is_lost(conn);
}

/* Wait until the condition holds; false if the time is over before. */
static bool
wait_until(PgcConnection *conn, bool (*holds) (PgcConnection *))
{
	for (;;)
	{
		int			ready;

		flush(conn);
		if (holds(conn))
			return true;
		ready = socket_wait(PQsocket(conn->pg), wanted(conn), conn->end);
		if (ready == 0)
			return false;
		if (ready & PGC_WANT_READ)
			consume(conn);
	}
}

/*
 * The time is over: nothing can be made of the connection any more, since
 * the answer may still come.  What was not sent to its end has no effect.
 */
static void
give_up(PgcConnection *conn, PgcError **error)
{
	bool		sent = conn->unsent == 0;

	conn->broken = true;
	shutdown(PQsocket(conn->pg), SHUT_RDWR);
	if (conn->in_block)
		pgc_error_rolled_back(error, "The server did not answer in the time that the client allows for a call.");
	else if (sent)
		pgc_error_outcome_unknown(error, "The server did not answer in the time that the client allows for a call.");
	else
		pgc_error_format(error, "08006", NULL, NULL,
						 "the server did not take the command in the time that the client allows for a call");
}

/*
 * Report that the first call failed.  Where its answer is not whole, it may
 * have taken effect, but not within a transaction block, which goes with the
 * connection.  An error that ends the session is no answer if it comes after
 * the reply: the Sync may have been reached.
 */
static void
report_failure(PgcConnection *conn, PgcError **error)
{
	PGresult   *failure = conn->failure;
	const char *severity = PQresultErrorField(failure, PG_DIAG_SEVERITY_NONLOCALIZED);

	if (conn->reply != NULL && severity != NULL && strcmp(severity, "FATAL") == 0)
		failure = NULL;
	if (conn->in_block && is_lost(conn) &&
		PQresultErrorField(failure, PG_DIAG_SQLSTATE) == NULL)
	{
		char	   *reason = connection_message(conn->pg);

		pgc_error_rolled_back(error, reason);
		free(reason);
	}
	else
		pgc_error_of_result(error, conn->pg, failure);
}

/* Each call has its time from when the server can turn to it. */
static void
start_clock(PgcConnection *conn)
{
	conn->end = conn->timeout_ms > 0 ? clock_ms() + conn->timeout_ms : 0;
}

static void
next_call(PgcConnection *conn)
{
	PQclear(conn->reply);
	PQclear(conn->failure);
	conn->reply = NULL;
	conn->failure = NULL;
	conn->answered = false;
	conn->pending--;
	if (conn->pending > 0)
		start_clock(conn);
}

void
connection_start_clock(PgcConnection *conn)
{
	conn->unsent = 1;			/* as far as is known */
	start_clock(conn);
}

static bool
not_busy(PgcConnection *conn)
{
	return is_lost(conn) || !PQisBusy(conn->pg);
}

PGresult *
connection_result(PgcConnection *conn, bool *late)
{
	*late = !wait_until(conn, not_busy);
	if (*late)
	{
		conn->broken = true;
		shutdown(PQsocket(conn->pg), SHUT_RDWR);
		return NULL;
	}
	return conn->broken ? NULL : PQgetResult(conn->pg);
}

/*-------------------------------------------------------------------------
 * Sending and receiving
 *-------------------------------------------------------------------------
 */

static bool
check_open(PgcConnection *conn, PgcError **error)
{
	if (error != NULL)
		*error = NULL;
	if (conn != NULL && !is_lost(conn))
		return true;
	pgc_error_format(error, "08003", NULL,
					 "Open another connection.",
					 "connection is not open");
	return false;
}

static bool
misused(PgcError **error, const char *message)
{
	pgc_error_format(error, "55000", NULL, NULL, "%s", message);
	return false;
}

static bool
queue_call(PgcConnection *conn, const char *command, const char *request,
		   size_t request_len)
{
	static const Oid types[2] = {TEXTOID, TEXTOID};
	static const int formats[2] = {0, 1};	/* binary text is its bytes */
	const char *values[2] = {command, request};
	int			lengths[2] = {0, (int) request_len};

	/*
	 * A connection that was lost while idle shows when it is read from.  That
	 * is worth a system call: once something is sent, what became of the
	 * command would not be known.
	 */
	if (conn->pending == 0 && !PQconsumeInput(conn->pg))
		return false;
	return PQsendQueryParams(conn->pg, PGC_CALL_SQL, 2, types, values, lengths,
							 formats, 0) != 0 &&
		(!conn->pipeline || PQpipelineSync(conn->pg) != 0);
}

bool
pgc_send(PgcConnection *conn, const char *command, const char *request,
		 size_t request_len, PgcError **error)
{
	if (!check_open(conn, error))
		return false;
	if (conn->streaming)
		return misused(error, "a stream is open on the connection");
	if (conn->pending > 0 && !conn->pipeline)
		return misused(error, "the reply to the call before was not received yet");
	if (command == NULL)
		command = "";
	if (request == NULL)
	{
		request = "{}";
		request_len = 2;
	}
	if (request_len > INT_MAX)
	{
		pgc_error_format(error, "54000", NULL, "Send it in several requests.",
						 "request of %zu bytes is larger than possible",
						 request_len);
		return false;
	}
	if (command_changes_session(command))
		conn->session_changed = true;
	if (conn->pending == 0)
		conn->in_block = pgc_session_in_block(conn);
	if (!queue_call(conn, command, request, request_len))
	{
		char	   *detail = connection_message(conn->pg);

		/* Nothing complete has been sent, so nothing has happened. */
		if (PQstatus(conn->pg) == CONNECTION_BAD)
			pgc_error_format(error, "08006", detail, NULL,
							 "connection lost before the command was sent");
		else
		{
			/* Half of a message may wait to be sent. */
			conn->broken = conn->pipeline;
			pgc_error_format(error, "53200", detail, NULL,
							 "could not send the command");
		}
		free(detail);
		return false;
	}
	conn->pending++;
	conn->unsent += request_len + 1;
	if (conn->pending == 1)
		start_clock(conn);
	flush(conn);
	if (conn->pipeline && !wait_until(conn, enough_sent))
	{
		conn->pending--;
		give_up(conn, error);
		return false;
	}
	return true;
}

bool
pgc_flush(PgcConnection *conn, PgcError **error)
{
	if (!check_open(conn, error))
		return false;
	if (wait_until(conn, all_sent))
		return true;
	give_up(conn, error);
	return false;
}

PgcReply *
pgc_receive(PgcConnection *conn, PgcError **error)
{
	PgcReply   *reply = NULL;

	if (error != NULL)
		*error = NULL;
	if (conn == NULL || conn->pending == 0)
	{
		misused(error, "no call waits for its reply");
		return NULL;
	}
	if (!wait_until(conn, collect))
		give_up(conn, error);
	else if (conn->failure != NULL || conn->reply == NULL)
		report_failure(conn, error);
	else if (check_reply(conn->reply, error))
	{
		reply = (PgcReply *) conn->reply;
		conn->reply = NULL;
	}
	next_call(conn);
	return reply;
}

PgcReply *
pgc_call_len(PgcConnection *conn, const char *command, const char *request,
			 size_t request_len, PgcError **error)
{
	if (!check_open(conn, error))
		return NULL;
	if (conn->pipeline || conn->pending > 0)
	{
		misused(error, "there are calls whose replies were not received yet");
		return NULL;
	}
	if (!pgc_send(conn, command, request, request_len, error))
		return NULL;
	return pgc_receive(conn, error);
}

PgcReply *
pgc_call(PgcConnection *conn, const char *command, const char *request,
		 PgcError **error)
{
	return pgc_call_len(conn, command, request,
						request != NULL ? strlen(request) : 0, error);
}

/*-------------------------------------------------------------------------
 * Pipelines and event loops
 *-------------------------------------------------------------------------
 */

bool
pgc_pipeline_begin(PgcConnection *conn, PgcError **error)
{
	if (!check_open(conn, error))
		return false;
	if (conn->streaming || conn->pipeline || conn->pending > 0 || PQenterPipelineMode(conn->pg) == 0)
		return misused(error, "cannot begin a pipeline before the calls made so far have their replies");
	conn->pipeline = true;

	/* A server that works on a call need not take the next one. */
	connection_limit_sending(conn, false);
	return true;
}

bool
pgc_pipeline_end(PgcConnection *conn, PgcError **error)
{
	if (!check_open(conn, error))
		return false;
	if (!conn->pipeline || conn->pending > 0 || PQexitPipelineMode(conn->pg) == 0)
		return misused(error, conn->pipeline ?
					   "cannot end a pipeline before its calls have their replies" :
					   "no pipeline has begun");
	conn->pipeline = false;
	connection_limit_sending(conn, true);
	return true;
}

int
pgc_pending(const PgcConnection *conn)
{
	return conn->pending;
}

int
pgc_wants(const PgcConnection *conn)
{
	return is_lost(conn) ? 0 : wanted(conn);
}

bool
pgc_poll(PgcConnection *conn)
{
	if (conn->pending == 0)
		return false;
	flush(conn);
	if (collect(conn))
		return true;
	consume(conn);
	flush(conn);
	return collect(conn) || (conn->end > 0 && clock_ms() >= conn->end);
}

int
pgc_time_left(const PgcConnection *conn)
{
	int64_t		left;

	if (conn->pending == 0 || conn->end == 0)
		return -1;
	left = conn->end - clock_ms();
	return left < 0 ? 0 : left > INT_MAX ? INT_MAX : (int) left;
}

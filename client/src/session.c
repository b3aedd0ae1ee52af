/*-------------------------------------------------------------------------
 *
 * session.c
 *	  The library's own statements on a connection, and the time.
 *
 * Statements are sent as one pipeline: each waits for nothing but the end of
 * the one before it, and the whole costs one round trip.
 *
 *-------------------------------------------------------------------------
 */
#include "session.h"

#include <errno.h>
#include <sys/socket.h>
#include <time.h>

int64_t
pgc_clock_us(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (int64_t) now.tv_sec * 1000000 + now.tv_nsec / 1000;
}

void
pgc_sleep_us(int64_t us)
{
	struct timespec left = {
		.tv_sec = (time_t) (us / 1000000),
		.tv_nsec = (long) (us % 1000000) * 1000
	};

	while (nanosleep(&left, &left) < 0 && errno == EINTR)
		;
}

bool
pgc_session_in_block(const PgcConnection *conn)
{
	PGTransactionStatusType status = PQtransactionStatus(conn->pg);

	return status == PQTRANS_INTRANS || status == PQTRANS_INERROR;
}

static void
give_up(PgcConnection *conn)
{
	conn->broken = true;
	shutdown(PQsocket(conn->pg), SHUT_RDWR);
}

/*
 * Send what there is to send, and wait until a result can be had.  False if
 * in vain.
 */
static bool
wait_for_result(PGconn *pg, int64_t deadline)
{
	int64_t		end = deadline == PGC_NO_DEADLINE ? 0 : deadline / 1000 + 1;

	for (;;)
	{
		int			unsent = PQflush(pg);
		int			ready;

		if (unsent < 0)
			return false;
		if (!PQisBusy(pg))
			return true;
		ready = socket_wait(PQsocket(pg), PGC_WANT_READ |
							(unsent > 0 ? PGC_WANT_WRITE : 0), end);
		if (ready == 0 || ((ready & PGC_WANT_READ) && !PQconsumeInput(pg)))
			return false;
	}
}

static bool
send_all(PGconn *pg, const Statement *statements)
{
	if (!PQenterPipelineMode(pg))
		return false;
	for (; statements->sql != NULL; statements++)
	{
		if (!PQsendQueryParams(pg, statements->sql, statements->nvalues, NULL,
							   statements->values, NULL, NULL, 0))
			return false;
	}
	return PQpipelineSync(pg) != 0;
}

/*
 * Take everything up to the answer to the Sync.  *last is the result of the
 * statement that came last, *failure that of the first that failed.  False if
 * the answer did not come.
 */
static bool
receive_all(PGconn *pg, int64_t deadline, PGresult **last, PGresult **failure)
{
	while (wait_for_result(pg, deadline))
	{
		PGresult   *result = PQgetResult(pg);
		ExecStatusType status = PQresultStatus(result);

		/* NULL stands between the results of two statements. */
		if (result == NULL)
		{
			if (PQstatus(pg) != CONNECTION_OK)
				return false;
		}
		else if (status == PGRES_PIPELINE_SYNC)
		{
			PQclear(result);
			return true;
		}
		else if (status == PGRES_FATAL_ERROR && *failure == NULL)
			*failure = result;
		else
		{
			PQclear(*last);
			*last = result;
		}
	}
	return false;
}

PGresult *
pgc_session_run(PgcConnection *conn, const Statement *statements,
				int64_t deadline, PgcError **error)
{
	PGconn	   *pg = conn->pg;
	PGresult   *last = NULL;
	PGresult   *failure = NULL;
	bool		answered;

	if (conn->pipeline || conn->streaming || conn->pending > 0)
	{
		pgc_error_format(error, "55000", NULL, NULL,
						 "there are calls or rows that were not received yet");
		return NULL;
	}
	if (deadline == PGC_NO_DEADLINE && conn->timeout_ms > 0)
		deadline = pgc_clock_us() + (int64_t) conn->timeout_ms * 1000;

	/* Whoever was lost while idle shows before anything is sent. */
	answered = pgc_connection_is_open(conn) && PQconsumeInput(pg) &&
		send_all(pg, statements) &&
		receive_all(pg, deadline, &last, &failure) &&
		PQexitPipelineMode(pg) != 0;

	if (answered && failure == NULL)
		return last;

	PQclear(last);
	if (answered)
		pgc_error_of_result(error, pg, failure);
	else
	{
		/* What could not be sent or heard whole leaves nothing to go on. */
		give_up(conn);
		pgc_error_format(error, "08006", failure != NULL ?
						 PQresultErrorField(failure, PG_DIAG_MESSAGE_PRIMARY) : NULL,
						 NULL, "connection lost");
	}
	PQclear(failure);
	return NULL;
}

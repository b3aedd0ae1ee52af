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
#include <poll.h>
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

/* Make libpq take the connection for lost. */
static void
give_up(PGconn *pg)
{
	shutdown(PQsocket(pg), SHUT_RDWR);
	while (PQstatus(pg) == CONNECTION_OK && PQconsumeInput(pg))
		;
}

/* Wait until a result can be had without blocking.  False if in vain. */
static bool
wait_for_result(PGconn *pg, int64_t deadline)
{
	while (PQisBusy(pg))
	{
		struct pollfd fd = {.fd = PQsocket(pg), .events = POLLIN};
		int			timeout = -1;

		if (deadline != PGC_NO_DEADLINE)
		{
			int64_t		left = deadline - pgc_clock_us();

			if (left <= 0)
			{
				give_up(pg);
				return false;
			}
			timeout = left / 1000 < 60000 ? (int) (left / 1000) + 1 : 60000;
		}
		if (poll(&fd, 1, timeout) < 0 && errno != EINTR)
		{
			give_up(pg);
			return false;
		}
		if (fd.revents != 0 && !PQconsumeInput(pg))
			return false;
	}
	return true;
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

	/* Whoever was lost while idle shows before anything is sent. */
	answered = PQstatus(pg) == CONNECTION_OK && PQconsumeInput(pg) &&
		send_all(pg, statements) &&
		receive_all(pg, deadline, &last, &failure);
	if (answered)
		answered = PQexitPipelineMode(pg) != 0;

	if (answered && failure == NULL)
		return last;

	PQclear(last);
	if (answered)
		pgc_error_of_result(error, pg, failure);
	else
	{
		/* What could not be sent or heard whole leaves nothing to go on. */
		give_up(pg);
		pgc_error_format(error, "08006", failure != NULL ?
						 PQresultErrorField(failure, PG_DIAG_MESSAGE_PRIMARY) : NULL,
						 NULL, "connection lost");
	}
	PQclear(failure);
	return NULL;
}

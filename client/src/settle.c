/*-------------------------------------------------------------------------
 *
 * settle.c
 *	  What became of a transaction whose commit was not answered.
 *
 * The server tells by pg_xact_status().  Its answer is about our transaction
 * only if the number still means what it meant:
 *
 * - It must be the same server: the same system identifier and, lest it be a
 *	 standby that was promoted and never received the commit, the same
 *	 timeline.  Otherwise the outcome is unknown.
 *
 * - A crash in between loses what had not reached the disk.  If that is all
 *	 of our transaction, its number is given out again, so that "committed"
 *	 may then be said of somebody else's, and is not believed.  "aborted" and
 *	 "not given out yet" mean all the same that ours did not commit: a number
 *	 whose commit has reached the disk is never given out again.  A crash
 *	 shows by the time at which the statistics were reset, which is part of
 *	 a recovery and which a restart without recovery keeps.
 *
 * While the transaction is "in progress", its session may not have noticed
 * yet that we are gone, or may never: it is ended, as far as the role may.
 *
 *-------------------------------------------------------------------------
 */
#include "settle.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Between attempts; doubled up to the second. */
#define FIRST_PAUSE_US 10000
#define LAST_PAUSE_US 1000000

/*
 * "system identifier, timeline" and, behind a slash, the time.  No row where
 * nothing can be committed.
 */
#define SERVER_SQL \
	"SELECT pg_catalog.concat(system_identifier, ' '," \
	" pg_catalog.left(pg_catalog.pg_walfile_name(pg_catalog.pg_current_wal_insert_lsn()), 8), '/'," \
	" pg_catalog.date_part('epoch', pg_catalog.pg_stat_get_bgwriter_stat_reset_time()))" \
	" FROM pg_catalog.pg_control_system() WHERE NOT pg_catalog.pg_is_in_recovery()"

#define STATUS_SQL "SELECT pg_catalog.pg_xact_status($1::pg_catalog.xid8)"

#define END_SESSION_SQL \
	"SELECT pg_catalog.pg_terminate_backend(pid) FROM pg_catalog.pg_stat_activity" \
	" WHERE backend_xid OPERATOR(pg_catalog.=) $1::pg_catalog.xid8::pg_catalog.xid"

/* Which server this is, into server[size]; empty if it cannot be told. */
static bool
read_server(PgcConnection *conn, int64_t deadline, char *server, size_t size,
			PgcError **error)
{
	static const Statement statements[] = {{SERVER_SQL, NULL, 0}, {NULL, NULL, 0}};
	PGresult   *result = pgc_session_run(conn, statements, deadline, error);

	server[0] = '\0';
	if (result == NULL)
		return false;
	if (PQntuples(result) == 1 && (size_t) PQgetlength(result, 0, 0) < size)
		strcpy(server, PQgetvalue(result, 0, 0));
	PQclear(result);
	return true;
}

bool
settle_prepare(PgcConnection *conn, PgcError **error)
{
	PgcError   *reason = NULL;

	if (conn->server[0] != '\0' ||
		read_server(conn, PGC_NO_DEADLINE, conn->server,
					sizeof(conn->server), &reason))
		return true;

	/* A role that may not ask does without. */
	if (pgc_connection_is_open(conn))
	{
		pgc_error_free(reason);
		return true;
	}
	*error = reason;
	return false;
}

/*
 * Open a connection by the parameters of another.  NULL if that fails, for
 * whatever reason.
 */
static PgcConnection *
open_another(const PgcConnection *lost)
{
	PQconninfoOption *options = PQconninfo(lost->pg);
	const char **keywords;
	const char **values;
	PgcConnection *conn = NULL;
	size_t		count = 0;

	while (options != NULL && options[count].keyword != NULL)
		count++;
	keywords = calloc(count + 1, sizeof(char *));
	values = calloc(count + 1, sizeof(char *));
	if (options != NULL && keywords != NULL && values != NULL)
	{
		for (size_t i = 0; i < count; i++)
		{
			keywords[i] = options[i].keyword;
			values[i] = options[i].val;
		}
		conn = pgc_connect_params(NULL, keywords, values, NULL);
	}
	free(keywords);
	free(values);
	PQconninfoFree(options);
	return conn;
}

/*
 * pg_xact_status()'s answer, into status[size]: "" where it is NULL, the
 * number being too old, and "future" for one not given out yet.
 */
static bool
read_status(PgcConnection *conn, const char *xid, int64_t deadline,
			char *status, size_t size)
{
	const char *values[] = {xid};
	const Statement statements[] = {{STATUS_SQL, values, 1}, {NULL, NULL, 0}};
	PgcError   *error = NULL;
	PGresult   *result = pgc_session_run(conn, statements, deadline, &error);

	if (result != NULL)
		snprintf(status, size, "%s", PQntuples(result) == 1 ? PQgetvalue(result, 0, 0) : "");
	else if (error != NULL && strcmp(pgc_error_code(error), "22023") == 0)
		snprintf(status, size, "future");
	else
	{
		pgc_error_free(error);
		return false;
	}
	PQclear(result);
	pgc_error_free(error);
	return true;
}

static void
end_session(PgcConnection *conn, const char *xid, int64_t deadline)
{
	const char *values[] = {xid};
	const Statement statements[] = {{END_SESSION_SQL, values, 1}, {NULL, NULL, 0}};
	PgcError   *error = NULL;

	PQclear(pgc_session_run(conn, statements, deadline, &error));
	pgc_error_free(error);
}

/* Ask one connection.  False if it is too early to tell. */
static bool
ask(PgcConnection *conn, const char *before, const char *xid,
	int64_t deadline, Outcome *outcome)
{
	char		server[sizeof(conn->server)];
	char		status[20];
	size_t		identity = strcspn(before, "/");
	bool		crashed;
	PgcError   *error = NULL;

	*outcome = OUTCOME_UNKNOWN;
	if (!read_server(conn, deadline, server, sizeof(server), &error))
	{
		pgc_error_free(error);
		return false;
	}
	/* A standby: the primary may be another host of the list. */
	if (server[0] == '\0')
		return false;
	if (strcspn(server, "/") != identity || memcmp(server, before, identity) != 0)
		return true;
	crashed = strcmp(server, before) != 0;

	if (!read_status(conn, xid, deadline, status, sizeof(status)))
		return false;
	if (strcmp(status, "in progress") == 0)
	{
		/* After a crash, the session may be anybody's. */
		if (!crashed)
			end_session(conn, xid, deadline);
		return false;
	}
	if (strcmp(status, "aborted") == 0 || (crashed && strcmp(status, "future") == 0))
		*outcome = OUTCOME_ROLLED_BACK;
	else if (!crashed && strcmp(status, "committed") == 0)
		*outcome = OUTCOME_COMMITTED;
	return true;
}

Outcome
settle_outcome(const PgcConnection *lost, const char *xid, int64_t deadline)
{
	Outcome		outcome = OUTCOME_UNKNOWN;
	PgcConnection *conn = NULL;
	int64_t		pause = FIRST_PAUSE_US;
	bool		settled = false;

	if (lost->server[0] == '\0')
		return OUTCOME_UNKNOWN;
	while (!settled && pgc_clock_us() < deadline)
	{
		if (!pgc_connection_is_open(conn))
		{
			pgc_connection_close(conn);
			conn = open_another(lost);
		}
		if (conn != NULL)
			settled = ask(conn, lost->server, xid, deadline, &outcome);
		if (!settled)
		{
			pgc_sleep_us(pause);
			pause = pause * 2 < LAST_PAUSE_US ? pause * 2 : LAST_PAUSE_US;
		}
	}
	pgc_connection_close(conn);
	return settled ? outcome : OUTCOME_UNKNOWN;
}

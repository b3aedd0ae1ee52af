/*
 * calls.c: what one call costs.
 */
#include <stdio.h>
#include <string.h>

#include "bench.h"

#define LOOKUPS "100000"

/* Key lookup inside the server */

static void
lookup_connector(void)
{
	run_command("CALL bench_loop_connector(" LOOKUPS ")", NULL);
}

static void
lookup_dynamic(void)
{
	run_command("CALL bench_loop_dynamic(" LOOKUPS ")", NULL);
}

static void
lookup_static(void)
{
	run_command("CALL bench_loop_static(" LOOKUPS ")", NULL);
}

static long
lookup_differences(void)
{
	return fetch_number("SELECT bench_lookup_differences()", NULL);
}

/* Key lookup over one connection, each its own round trip */

#define ROUND_TRIPS 20000
#define OURS "SELECT connector.select_rows($1)"
#define THEIRS "SELECT id, name FROM bench_users WHERE id = $1"

static Buffer trips_ours,
			trips_theirs;

static void
trips_setup(void)
{
	PQclear(PQprepare(conn, "ours", OURS, 1, NULL));
	PQclear(PQprepare(conn, "theirs", THEIRS, 1, NULL));
}

/* The i-th key; some do not exist. */
static void
trip(int i, const char *name, const char *sql, bool connector, Buffer *answers)
{
	char		request[100];
	const char *param = request;
	int			key = i * 7919 % 100100 + 1;
	PGresult   *result;

	if (connector)
		snprintf(request, sizeof(request),
				 "{\"table\":\"bench_users\",\"columns\":[\"id\",\"name\"],\"where\":[[\"id\",\"=\",%d]]}", key);
	else
		snprintf(request, sizeof(request), "%d", key);
	result = name != NULL ? PQexecPrepared(conn, name, 1, &param, NULL, NULL, 0) :
		PQexecParams(conn, sql, 1, NULL, &param, NULL, NULL, 0);
	if (PQresultStatus(result) != PGRES_TUPLES_OK)
		die("%s", PQerrorMessage(conn));
	if (connector)
		buffer_add(answers, PQgetvalue(result, 0, 0), PQgetlength(result, 0, 0));
	else
	{
		char		answer[200];
		int			len = PQntuples(result) == 0 ? snprintf(answer, sizeof(answer), "{\"rows\":[],\"rowCount\":0}") :
			snprintf(answer, sizeof(answer), "{\"rows\":[{\"id\":%s,\"name\":\"%s\"}],\"rowCount\":1}",
					 PQgetvalue(result, 0, 0), PQgetvalue(result, 0, 1));

		buffer_add(answers, answer, len);
	}
	PQclear(result);
}

static void
trips(const char *name, const char *sql, bool connector, Buffer *answers)
{
	answers->len = 0;
	for (int i = 0; i < ROUND_TRIPS; i++)
		trip(i, name, sql, connector, answers);
}

static void
prepared_connector(void)
{
	trips("ours", NULL, true, &trips_ours);
}

static void
prepared_libpq(void)
{
	trips("theirs", NULL, false, &trips_theirs);
}

static void
unprepared_connector(void)
{
	trips(NULL, OURS, true, &trips_ours);
}

static void
unprepared_libpq(void)
{
	trips(NULL, THEIRS, false, &trips_theirs);
}

static long
trips_differences(void)
{
	return trips_ours.len != trips_theirs.len ||
		memcmp(trips_ours.data, trips_theirs.data, trips_ours.len) != 0;
}

/* More shapes of requests than most applications have */

static PGconn *shapes_uncached;

static void
shapes_setup(void)
{
	shapes_uncached = connect_server();
	PQclear(PQexec(shapes_uncached, "SET pg_connector.plan_cache = 0"));
}

static void
shapes_connector(void)
{
	run_command("CALL bench_loop_shapes(10)", NULL);
}

static void
shapes_off(void)
{
	PGconn	   *cached = conn;

	conn = shapes_uncached;
	shapes_connector();
	conn = cached;
}

static long
shapes_differences(void)
{
	return fetch_number("SELECT bench_shape_differences()", NULL);
}

Figure		calls_figures[] = {
	{
		"lookup", "Key lookup inside the server, 100,000 calls in one PL/pgSQL loop", "call", 100000,
		NULL, NULL, lookup_differences,
		{{"pg_connector", lookup_connector}, {"PL/pgSQL, dynamic SQL", lookup_dynamic},
		{"PL/pgSQL, static SQL", lookup_static}}
	},
	{
		"lookup_prepared", "Key lookup from a client, ours a prepared statement", "call", ROUND_TRIPS,
		trips_setup, NULL, trips_differences,
		{{"pg_connector", prepared_connector}, {"libpq, prepared statement", prepared_libpq},
		{"libpq, PQexecParams", unprepared_libpq}}
	},
	{
		"lookup_unprepared", "Key lookup from a client, nothing prepared (as behind a transaction pooler)", "call", ROUND_TRIPS,
		NULL, NULL, trips_differences,
		{{"pg_connector", unprepared_connector}, {"libpq, PQexecParams", unprepared_libpq}}
	},
	{
		"shapes", "1,000 different requests in turn", "call", 10000,
		shapes_setup, NULL, shapes_differences,
		{{"pg_connector", shapes_connector}, {"pg_connector, no plans kept", shapes_off}}
	},
	{NULL}
};

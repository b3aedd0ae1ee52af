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
#define SLICES 200
#define OURS "SELECT connector.select_rows($1)"
#define THEIRS "SELECT id, name FROM bench_users WHERE id = $1"

/* A way to look up; its answers of one round. */
typedef struct Trips
{
	const char *sql;
	const char *name;			/* of the prepared statement, or NULL */
	int			done;
	Buffer		answers;
} Trips;

static Trips ours_prepared = {OURS, "ours"};
static Trips ours_plain = {OURS};
static Trips theirs_prepared = {THEIRS, "theirs"};
static Trips theirs_plain = {THEIRS};

static void
trips_setup(void)
{
	PQclear(PQprepare(conn, ours_prepared.name, OURS, 1, NULL));
	PQclear(PQprepare(conn, theirs_prepared.name, THEIRS, 1, NULL));
}

/* The i-th key; some do not exist. */
static void
trip(int i, Trips *trips)
{
	char		request[100];
	const char *param = request;
	int			key = i * 7919 % 100100 + 1;
	bool		connector = strcmp(trips->sql, OURS) == 0;
	PGresult   *result;

	if (connector)
		snprintf(request, sizeof(request),
				 "{\"table\":\"bench_users\",\"columns\":[\"id\",\"name\"],\"where\":[[\"id\",\"=\",%d]]}", key);
	else
		snprintf(request, sizeof(request), "%d", key);
	result = trips->name != NULL ? PQexecPrepared(conn, trips->name, 1, &param, NULL, NULL, 0) :
		PQexecParams(conn, trips->sql, 1, NULL, &param, NULL, NULL, 0);
	if (PQresultStatus(result) != PGRES_TUPLES_OK)
		die("%s", PQerrorMessage(conn));
	if (connector)
		buffer_add(&trips->answers, PQgetvalue(result, 0, 0), PQgetlength(result, 0, 0));
	else
	{
		char		answer[200];
		int			len = PQntuples(result) == 0 ? snprintf(answer, sizeof(answer), "{\"rows\":[],\"rowCount\":0}") :
			snprintf(answer, sizeof(answer), "{\"rows\":[{\"id\":%s,\"name\":\"%s\"}],\"rowCount\":1}",
					 PQgetvalue(result, 0, 0), PQgetvalue(result, 0, 1));

		buffer_add(&trips->answers, answer, len);
	}
	PQclear(result);
}

/* The next slice of a round. */
static void
make_trips(Trips *trips)
{
	if (trips->done == ROUND_TRIPS)
		trips->done = 0;
	if (trips->done == 0)
		trips->answers.len = 0;
	for (int i = 0; i < ROUND_TRIPS / SLICES; i++)
		trip(trips->done++, trips);
}

static void
prepared_connector(void)
{
	make_trips(&ours_prepared);
}

static void
prepared_libpq(void)
{
	make_trips(&theirs_prepared);
}

static void
unprepared_connector(void)
{
	make_trips(&ours_plain);
}

static void
unprepared_libpq(void)
{
	make_trips(&theirs_plain);
}

static bool
trips_differ(const Trips *a, const Trips *b)
{
	return a->answers.len != b->answers.len ||
		memcmp(a->answers.data, b->answers.data, a->answers.len) != 0;
}

static long
prepared_differences(void)
{
	return trips_differ(&ours_prepared, &theirs_prepared) ||
		trips_differ(&ours_prepared, &theirs_plain);
}

static long
unprepared_differences(void)
{
	return trips_differ(&ours_plain, &theirs_plain);
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
		.name = "lookup",
		.title = "Key lookup inside the server, 100,000 calls in one PL/pgSQL loop",
		.unit = "call",
		.count = 100000,
		.differences = lookup_differences,
		.contestants = {
			{.name = "pg_connector", .run = lookup_connector},
			{.name = "PL/pgSQL, dynamic SQL", .run = lookup_dynamic},
			{.name = "PL/pgSQL, static SQL", .run = lookup_static},
		},
	},
	{
		.name = "lookup_prepared",
		.title = "Key lookup from a client, ours a prepared statement",
		.unit = "call",
		.count = ROUND_TRIPS,
		.slices = SLICES,
		.setup = trips_setup,
		.differences = prepared_differences,
		.contestants = {
			{.name = "pg_connector", .run = prepared_connector},
			{.name = "libpq, prepared statement", .run = prepared_libpq},
			{.name = "libpq, PQexecParams", .run = unprepared_libpq},
		},
	},
	{
		.name = "lookup_unprepared",
		.title = "Key lookup from a client, nothing prepared (as behind a transaction pooler)",
		.unit = "call",
		.count = ROUND_TRIPS,
		.slices = SLICES,
		.differences = unprepared_differences,
		.contestants = {
			{.name = "pg_connector", .run = unprepared_connector},
			{.name = "libpq, PQexecParams", .run = unprepared_libpq},
		},
	},
	{
		.name = "shapes",
		.title = "1,000 different requests in turn",
		.unit = "call",
		.count = 10000,
		.setup = shapes_setup,
		.differences = shapes_differences,
		.contestants = {
			{.name = "pg_connector", .run = shapes_connector},
			{.name = "pg_connector, no plans kept", .run = shapes_off},
		},
	},
	{.name = NULL}
};

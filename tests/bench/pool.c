/*
 * pool.c: a connection out of the client library's pool and back.
 */
#include "bench.h"
#include "pgconnector.h"

#define PAIRS 200

static PgcPool *pool;
static long failed;

static void
setup(void)
{
	PgcError   *error;

	pool = pgc_pool_open(NULL, "{\"connection_pool_size\": 10, \"connection_pool_min\": 1}", &error);
	if (pool == NULL)
		die("%s", pgc_error_message(error));
}

static void
acquire_and_release(void)
{
	for (int i = 0; i < PAIRS; i++)
	{
		PgcConnection *pooled = pgc_pool_acquire(pool, NULL, NULL);

		failed += pooled == NULL || !pgc_pool_release(pool, pooled);
	}
}

static void
round_trip(void)
{
	for (int i = 0; i < PAIRS; i++)
		PQclear(PQexec(conn, ""));
}

static void
connect_and_close(void)
{
	for (int i = 0; i < PAIRS; i++)
		PQfinish(connect_server());
}

static long
differences(void)
{
	return failed;
}

Figure pool_figures[] = {
	{
		.name = "pool",
		.title = "A connection out of the client's pool and back",
		.unit = "pair",
		.count = PAIRS,
		.setup = setup,
		.differences = differences,
		.contestants = {
			{.name = "pgc_pool_acquire, _release", .run = acquire_and_release},
			{.name = "an empty query", .run = round_trip},
			{.name = "connecting and closing", .run = connect_and_close},
		},
	},
	{.name = NULL}
};

/*
 * calls.c: what one call costs.
 */
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

Figure		calls_figures[] = {
	{
		"lookup", "Key lookup inside the server, 100,000 calls in one PL/pgSQL loop", "call", 100000,
		NULL, NULL, lookup_differences,
		{{"pg_connector", lookup_connector}, {"PL/pgSQL, dynamic SQL", lookup_dynamic},
		{"PL/pgSQL, static SQL", lookup_static}}
	},
	{NULL}
};

/*
 * reads.c: many rows out.
 */
#include "bench.h"

/* 50,000 rows out, into the client's memory */

static Buffer out_ours,
			out_theirs,
			out_copy;

static void
out_connector(void)
{
	fetch(&out_ours, "SELECT connector.select_rows($1)",
		  "{\"table\": \"bench_rows\", \"limit\": 50000,"
		  " \"columns\": [\"id\", \"name\", \"note\", \"amount\", \"at\", \"active\"]}");
}

static void
out_json_agg(void)
{
	fetch(&out_theirs, "SELECT json_build_object('rows', json_agg(t), 'rowCount', count(*)) "
		  "FROM (SELECT " COLUMNS " FROM bench_rows LIMIT 50000) t", NULL);
}

static void
out_copy_to(void)
{
	copy_out(&out_copy, "COPY (SELECT " COLUMNS " FROM bench_rows LIMIT 50000) TO STDOUT");
}

static long
out_differences(void)
{
	long		differences = 0;

	differences += fetch_number("SELECT bench_row_differences($1::json -> 'rows')", out_ours.data);
	differences += fetch_number("SELECT bench_row_differences($1::json -> 'rows')", out_theirs.data);
	differences += fetch_number("SELECT count(*) FROM (SELECT $1::jsonb - 'rows') t(rest) "
								"WHERE rest <> '{\"rowCount\": 50000}'", out_ours.data);
	run_command("TRUNCATE bench_back", NULL);
	copy_in(&out_copy, "COPY bench_back FROM STDIN");
	differences += fetch_number("SELECT bench_row_differences(json_agg(t)) FROM bench_back t", NULL);
	return differences;
}

/*
 * What a backend needs at most while it makes a response of 10 MB, beyond what
 * it needs for a function that does nothing.  What becomes of the response, on
 * its way to a client say, is the same for all.
 */

#define LARGE "{\"table\": \"bench_large\", \"limit\": 100000}"

static double peak;

static void
peak_over_empty(const char *sql)
{
	const char *warm_up = "SELECT connector.select_rows('{\"table\": \"bench_large\", \"limit\": 1}'), "
	"(SELECT json_agg(t) FROM (TABLE bench_large LIMIT 1) t), bench_empty('{}')";

	peak = backend_peak(warm_up, sql, LARGE) - backend_peak(warm_up, "SELECT bench_empty($1) IS NULL", LARGE);
}

static void
peak_connector(void)
{
	peak_over_empty("SELECT connector.select_rows($1) IS NULL");
}

static void
peak_json_agg(void)
{
	peak_over_empty("SELECT json_build_object('rows', json_agg(t), 'rowCount', count(*)) IS NULL "
					"FROM (SELECT * FROM bench_large LIMIT ($1::json ->> 'limit')::int) t");
}

static double
peak_reading(void)
{
	return peak;
}

/* The response is 10 MB, and whole. */
static long
peak_differences(void)
{
	return fetch_number("SELECT (length(r::text) NOT BETWEEN 10000000 AND 10500000 OR (r ->> 'rowCount')::int <> (SELECT count(*) FROM bench_large) "
						"OR json_array_length(r -> 'rows') <> (SELECT count(*) FROM bench_large) OR r -> 'more' IS NOT NULL)::int "
						"FROM connector.select_rows($1) r", LARGE);
}

Figure		reads_figures[] = {
	{
		"rows_out", "50,000 rows of 6 columns out, as JSON to the client", "row", 50000,
		NULL, NULL, out_differences,
		{{"pg_connector", out_connector}, {"json_agg", out_json_agg}, {"COPY TO (text, not JSON)", out_copy_to}}
	},
	{
		"rows_out_memory", "Peak memory for a response of 10 MB", "MB", 1,
		NULL, NULL, peak_differences,
		{{"pg_connector", peak_connector}, {"json_agg", peak_json_agg}},
		peak_reading
	},
	{NULL}
};

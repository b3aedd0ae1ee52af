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

Figure		reads_figures[] = {
	{
		"rows_out", "50,000 rows of 6 columns out, as JSON to the client", "row", 50000,
		NULL, NULL, out_differences,
		{{"pg_connector", out_connector}, {"json_agg", out_json_agg}, {"COPY TO (text, not JSON)", out_copy_to}}
	},
	{NULL}
};

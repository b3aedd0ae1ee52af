/*
 * writes.c: rows in.
 */
#include "bench.h"

/* 50,000 rows in */

static Buffer in_request,
			in_rows,
			in_copy;
static bool in_loaded;
static long in_wrong;

static void
in_setup(void)
{
	fetch(&in_rows, "SELECT json_agg(t) FROM (SELECT " COLUMNS " FROM bench_rows ORDER BY id) t", NULL);
	buffer_set(&in_request, "{\"table\": \"bench_in\", \"rows\": ", 30);
	buffer_add(&in_request, in_rows.data, in_rows.len);
	buffer_add(&in_request, "}", 1);
	copy_out(&in_copy, "COPY (SELECT " COLUMNS " FROM bench_rows ORDER BY id) TO STDOUT");
}

/* Checks what the run before left, and makes room for the next. */
static void
in_before(void)
{
	if (in_loaded)
		in_wrong += fetch_number("SELECT (count(*) <> 50000 OR EXISTS (TABLE bench_in EXCEPT ALL TABLE bench_rows))::int "
								 "FROM bench_in", NULL);
	in_loaded = false;
	run_command("TRUNCATE bench_in", NULL);
	run_command("CHECKPOINT", NULL);
}

static void
in_connector(void)
{
	run_command("SELECT connector.insert_rows($1)", in_request.data);
	in_loaded = true;
}

static void
in_recordset(void)
{
	run_command("INSERT INTO bench_in SELECT * FROM json_to_recordset($1::json) "
				"AS x(id int, name text, note text, amount numeric(12,2), at timestamptz, active bool)",
				in_rows.data);
	in_loaded = true;
}

static void
in_copy_from(void)
{
	copy_in(&in_copy, "COPY bench_in FROM STDIN");
	in_loaded = true;
}

static long
in_differences(void)
{
	in_before();
	return in_wrong;
}

Figure		writes_figures[] = {
	{
		"rows_in", "50,000 JSON rows of 6 columns into a table with a primary key", "row", 50000,
		in_setup, in_before, in_differences,
		{{"pg_connector", in_connector}, {"json_to_recordset", in_recordset},
		{"COPY FROM (text, not JSON)", in_copy_from}}
	},
	{NULL}
};

/*
 * writes.c: rows in.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

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

/* What is left once there is no text to read at all: the insert itself. */
static void
in_select(void)
{
	run_command("INSERT INTO bench_in SELECT * FROM bench_rows", NULL);
	in_loaded = true;
}

static long
in_differences(void)
{
	in_before();
	return in_wrong;
}

/* One row in, in a transaction of its own */

#define ONE_CALLS 2000

static void
one_setup(void)
{
	PQclear(PQprepare(conn, "one_ours", "SELECT connector.insert_rows($1)", 0, NULL));
	PQclear(PQprepare(conn, "one_insert",
					  "INSERT INTO bench_one (name, note, amount, at, active) VALUES ($1, $2, $3, $4, $5) RETURNING id",
					  0, NULL));
}

static void
one_before(void)
{
	run_command("TRUNCATE bench_one RESTART IDENTITY", NULL);
	run_command("SET synchronous_commit = off", NULL);
}

static void
one_execute(const char *statement, int nparams, const char *const *params)
{
	PGresult   *result = PQexecPrepared(conn, statement, nparams, params, NULL, NULL, 0);

	if (PQresultStatus(result) != PGRES_TUPLES_OK)
		die("%s", PQerrorMessage(conn));
	PQclear(result);
}

/* The i-th row's values that are not the same in every row. */
static void
one_values(int i, char *name, char *amount)
{
	sprintf(name, "Customer %d", i);
	sprintf(amount, "%d.%02d", i * 37 % 10000, i % 100);
}

static void
one_connector(void)
{
	for (int i = 0; i < ONE_CALLS; i++)
	{
		char		name[32];
		char		amount[32];
		char		request[300];
		const char *params[] = {request};

		one_values(i, name, amount);
		sprintf(request, "{\"table\": \"bench_one\", \"row\": {\"name\": \"%s\", \"note\": \"a note on it\", "
				"\"amount\": %s, \"at\": \"2026-01-01T12:30:00+00:00\", \"active\": true}}", name, amount);
		one_execute("one_ours", 1, params);
	}
}

static void
one_prepared(void)
{
	for (int i = 0; i < ONE_CALLS; i++)
	{
		char		name[32];
		char		amount[32];
		const char *params[] = {name, "a note on it", amount, "2026-01-01T12:30:00+00:00", "true"};

		one_values(i, name, amount);
		one_execute("one_insert", 5, params);
	}
}

static long
one_differences(void)
{
	long		differences = 0;

	one_before();
	one_connector();
	run_command("TRUNCATE bench_one_back", NULL);
	run_command("INSERT INTO bench_one_back SELECT * FROM bench_one", NULL);
	one_before();
	one_prepared();
	differences += fetch_number("SELECT count(*) FROM (TABLE bench_one EXCEPT ALL TABLE bench_one_back) t", NULL);
	differences += fetch_number("SELECT count(*) FROM (TABLE bench_one_back EXCEPT ALL TABLE bench_one) t", NULL);
	run_command("SET synchronous_commit = on", NULL);
	return differences;
}

/* 5,000 rows to a table of 50,000, of which every other one is there. */

#define FEW "(SELECT CASE i % 2 WHEN 0 THEN i * 10 ELSE 50000 + i END AS id, name || ' changed' AS name, note, " \
	"amount + 1 AS amount, at, NOT active AS active FROM bench_rows, LATERAL (SELECT id AS i) x " \
	"WHERE i <= 5000 ORDER BY i)"
#define PRESENT "(SELECT i * 10 AS id, name || ' changed' AS name, note, amount + 1 AS amount, at, NOT active AS active " \
	"FROM bench_rows, LATERAL (SELECT id AS i) x WHERE i <= 5000 ORDER BY i)"

static Buffer upsert_request,
			upsert_copy,
			update_request,
			update_arrays[6];

static void
few_setup(void)
{
	fetch(&upsert_request, "SELECT json_build_object('table', 'bench_few', 'rows', json_agg(t)) FROM " FEW " t", NULL);
	copy_out(&upsert_copy, "COPY " FEW " TO STDOUT");
	fetch(&update_request, "SELECT json_build_object('table', 'bench_few', 'key', json_build_array('id'), "
		  "'rows', json_agg(t)) FROM " PRESENT " t", NULL);
	fetch(&update_arrays[0], "SELECT array_agg(id) FROM " PRESENT " t", NULL);
	fetch(&update_arrays[1], "SELECT array_agg(name) FROM " PRESENT " t", NULL);
	fetch(&update_arrays[2], "SELECT array_agg(note) FROM " PRESENT " t", NULL);
	fetch(&update_arrays[3], "SELECT array_agg(amount) FROM " PRESENT " t", NULL);
	fetch(&update_arrays[4], "SELECT array_agg(at) FROM " PRESENT " t", NULL);
	fetch(&update_arrays[5], "SELECT array_agg(active) FROM " PRESENT " t", NULL);
}

static void
upsert_setup(void)
{
	few_setup();
	run_command("CREATE TEMP TABLE bench_staging (LIKE bench_rows) ON COMMIT DELETE ROWS", NULL);
}

static void
few_before(void)
{
	run_command("TRUNCATE bench_few", NULL);
	run_command("INSERT INTO bench_few SELECT * FROM bench_rows", NULL);
	run_command("VACUUM ANALYZE bench_few", NULL);
	run_command("CHECKPOINT", NULL);
}

static void
upsert_connector(void)
{
	run_command("SELECT connector.upsert_rows($1)", upsert_request.data);
}

static void
upsert_staging(void)
{
	run_command("BEGIN", NULL);
	copy_in(&upsert_copy, "COPY bench_staging FROM STDIN");
	run_command("INSERT INTO bench_few SELECT * FROM bench_staging ON CONFLICT (id) DO UPDATE SET "
				"name = excluded.name, note = excluded.note, amount = excluded.amount, at = excluded.at, "
				"active = excluded.active", NULL);
	run_command("COMMIT", NULL);
}

static void
update_connector(void)
{
	run_command("SELECT connector.update_rows($1)", update_request.data);
}

static void
update_unnest(void)
{
	const char *params[6];
	PGresult   *result;

	for (int i = 0; i < 6; i++)
		params[i] = update_arrays[i].data;
	result = PQexecParams(conn, "UPDATE bench_few t SET name = u.name, note = u.note, amount = u.amount, at = u.at, "
						  "active = u.active FROM unnest($1::int[], $2::text[], $3::text[], $4::numeric[], "
						  "$5::timestamptz[], $6::bool[]) AS u (id, name, note, amount, at, active) WHERE t.id = u.id",
						  6, NULL, params, NULL, NULL, 0);
	if (PQresultStatus(result) != PGRES_COMMAND_OK)
		die("%s", PQerrorMessage(conn));
	PQclear(result);
}

/* Whether two ways to write leave the same table. */
static long
few_compare(void (*ours) (void), void (*theirs) (void))
{
	few_before();
	ours();
	run_command("TRUNCATE bench_few_back", NULL);
	run_command("INSERT INTO bench_few_back SELECT * FROM bench_few", NULL);
	few_before();
	theirs();
	return fetch_number("SELECT count(*) FROM (TABLE bench_few EXCEPT ALL TABLE bench_few_back) t", NULL) +
		fetch_number("SELECT count(*) FROM (TABLE bench_few_back EXCEPT ALL TABLE bench_few) t", NULL) +
		fetch_number("SELECT (count(*) FILTER (WHERE name LIKE '%changed') <> 5000)::int FROM bench_few", NULL);
}

static long
upsert_differences(void)
{
	return few_compare(upsert_connector, upsert_staging);
}

static long
update_differences(void)
{
	return few_compare(update_connector, update_unnest);
}

/*
 * Memory: what a session's address space grows by at most.  Resident memory
 * would count the table's pages in shared memory, too.
 */

static Buffer big_rows,
			big_request;
static double big_growth;

static double
address_space(const char *what)
{
	return fetch_number("SELECT substring(pg_read_file('/proc/self/status') FROM $1 || ':\\s+(\\d+)')", what) / 1024.0;
}

static void
big_run(const char *sql, const char *param)
{
	PGconn	   *usual = conn;
	double		before;

	conn = connect_server();
	before = address_space("VmSize");
	run_command(sql, param);
	big_growth = address_space("VmPeak") - before;
	PQfinish(conn);
	conn = usual;
}

static void
big_setup(void)
{
	fetch(&big_rows, "SELECT json_agg(t) FROM (SELECT " COLUMNS " FROM bench_rows, generate_series(1, 8) g "
		  "WHERE id <= 47500) t", NULL);
	buffer_set(&big_request, "{\"table\": \"bench_big\", \"rows\": ", 31);
	buffer_add(&big_request, big_rows.data, big_rows.len);
	buffer_add(&big_request, "}", 1);
}

static void
big_before(void)
{
	run_command("TRUNCATE bench_big", NULL);
}

static void
big_connector(void)
{
	big_run("SELECT connector.insert_rows($1)", big_request.data);
}

static void
big_recordset(void)
{
	big_run("INSERT INTO bench_big SELECT * FROM json_to_recordset($1::json) "
			"AS x(id int, name text, note text, amount numeric(12,2), at timestamptz, active bool)",
			big_rows.data);
}

static void
big_nothing(void)
{
	big_run("SELECT bench_empty($1)", big_request.data);
}

static double
big_reading(void)
{
	return big_growth;
}

static long
big_differences(void)
{
	long		differences = 0;

	big_before();
	big_connector();
	differences += fetch_number("SELECT abs(count(*) - 380000) FROM bench_big", NULL);
	big_before();
	big_recordset();
	differences += fetch_number("SELECT abs(count(*) - 380000) FROM bench_big", NULL);
	return differences;
}

Figure		writes_figures[] = {
	{
		"rows_in", "50,000 JSON rows of 6 columns into a table with a primary key", "row", 50000,
		in_setup, in_before, in_differences,
		{{"pg_connector", in_connector}, {"json_to_recordset", in_recordset},
		{"COPY FROM (text, not JSON)", in_copy_from},
		{"INSERT SELECT from a table", in_select}}
	},
	{
		"one_row_in", "One row in, 2,000 times, synchronous_commit off", "row", ONE_CALLS,
		one_setup, one_before, one_differences,
		{{"pg_connector", one_connector}, {"prepared INSERT", one_prepared}}
	},
	{
		"upsert", "Upsert of 5,000 rows, half of them present", "row", 5000,
		upsert_setup, few_before, upsert_differences,
		{{"pg_connector", upsert_connector}, {"COPY to staging, ON CONFLICT", upsert_staging}}
	},
	{
		"update", "Update by key of 5,000 different rows", "row", 5000,
		few_setup, few_before, update_differences,
		{{"pg_connector", update_connector}, {"UPDATE FROM unnest", update_unnest}}
	},
	{
		"rows_in_memory", "Peak memory for inserting 60 MB of JSON rows", "MB", 1,
		big_setup, big_before, big_differences,
		{{"pg_connector", big_connector}, {"json_to_recordset", big_recordset},
		{"a function that does nothing", big_nothing}},
		big_reading
	},
	{NULL}
};

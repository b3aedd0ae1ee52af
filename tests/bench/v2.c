/*
 * v2.c: the commands postgres_v2/... against the way of the connector they stand in for.
 *
 * That opens a connection for each command and sends a statement for each row, all in one transaction, the values
 * written into the text; here from C, without what Python takes.
 */
#include <stdio.h>

#include "bench.h"

#define V2_ROWS 20000

static Buffer v2_request;
static long v2_wrong;
static int	v2_loaded;

static void
v2_setup(void)
{
	fetch(&v2_request,
		  "SELECT json_build_object('table_name', 'bench_v2', 'schema', json_build_object('columns', '[\"name\", \"email\", \"age\"]'::json, "
		  "'values', json_agg(json_build_array('name ' || i, 'user' || i || '@example.com', i % 90)))) FROM generate_series(1, 20000) AS i", NULL);
}

static void
v2_before(void)
{
	if (v2_loaded)
		v2_wrong += fetch_number("SELECT (count(*) <> 20000 OR sum(age) <> 889320 OR count(DISTINCT email) <> 20000)::int FROM bench_v2", NULL);
	v2_loaded = 0;
	run_command("TRUNCATE bench_v2 RESTART IDENTITY", NULL);
	run_command("CHECKPOINT", NULL);
}

static void
v2_connector(void)
{
	run_command("SELECT connector.try_call('postgres_v2/InsertValuesV2', $1)", v2_request.data);
	v2_loaded = 1;
}

static void
row_by_row(PGconn *to, const char *sql)
{
	PGresult   *result = PQexec(to, sql);

	if (PQresultStatus(result) != PGRES_COMMAND_OK)
		die("%s", PQerrorMessage(to));
	PQclear(result);
}

static void
v2_row_by_row(void)
{
	PGconn	   *to = connect_server();
	char		sql[256];

	row_by_row(to, "BEGIN");
	for (int i = 1; i <= V2_ROWS; i++)
	{
		snprintf(sql, sizeof(sql), "INSERT INTO bench_v2 (name,email,age) VALUES ('name %d','user%d@example.com',%d);",
				 i, i, i % 90);
		row_by_row(to, sql);
	}
	row_by_row(to, "COMMIT");
	PQfinish(to);
	v2_loaded = 1;
}

static long
v2_differences(void)
{
	v2_before();
	return v2_wrong;
}

Figure		v2_figures[] = {
	{
		"v2_insert", "20,000 rows by postgres_v2/InsertValuesV2, a statement for each row as before", "row", V2_ROWS,
		v2_setup, v2_before, v2_differences,
		{{"pg_connector", v2_connector}, {"connection, statement for each row", v2_row_by_row}}
	},
	{NULL}
};

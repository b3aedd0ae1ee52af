/*
 * sink.c: pgconnector sink against psql with the same rows, which it gets in
 * the form that COPY reads, in the same batches.
 *
 * Both are programs that read files, made once, each into a table of its own.
 * There are 200,000 records, with BENCH_FULL=1 a million, in five runs, or a
 * round would take longer than the machine stays the same; half as many in the
 * modes with a key, ten times as many for the memory.
 */
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "bench.h"

#define TEXT_LEN 600

/* A contestant's table, and how many slices of this round are in it. */
typedef struct Side
{
	const char *table;
	int			slice;
} Side;

static Side ours = {"bench_sink"};
static Side theirs = {"bench_sink_theirs"};
static char directory[200];
static int	ninserted;			/* records of the figures that insert */
static int	nkeyed;				/* of those that have a key */
static int	nslices;
static char expected[TEXT_LEN]; /* rows of both tables after a round: a query */
static long wrong;
static double peak_mb;			/* of the program that was run last */

/* The rows: those of bench_rows, and more of the kind. */
static const char rows_sql[] =
"CREATE UNLOGGED TABLE bench_sink_rows AS "
"SELECT i AS id, 'Customer ' || i || CASE i %% 5 WHEN 0 THEN ' \"Zoë\"' WHEN 1 THEN ' Łukasz' ELSE '' END AS name, "
"CASE WHEN i %% 50 = 0 THEN NULL ELSE md5(i::text) || CASE i %% 7 WHEN 0 THEN E' a\\\\b\\n' ELSE ' and more' END END AS note, "
"((i * 37::bigint %% 1000000) / 100.0)::numeric(12,2) AS amount, "
"timestamptz '2026-01-01 00:00:00Z' + i * interval '61.137 seconds' AS at, i %% 3 = 0 AS active "
"FROM generate_series(1, %d) i";

static void format_text(char *text, const char *format,...) __attribute__((format(printf, 2, 3)));

static void
format_text(char *text, const char *format,...)
{
	va_list		args;
	int			len;

	va_start(args, format);
	len = vsnprintf(text, TEXT_LEN, format, args);
	va_end(args);
	if (len >= TEXT_LEN)
		die("a text is too long: %s", text);
}

/*-------------------------------------------------------------------------
 * Files and programs
 *-------------------------------------------------------------------------
 */

static void
end_file(FILE *file)
{
	if (fclose(file) != 0)
		die("could not write to \"%s\"", directory);
}

/* End a file, if there is one, and begin that of this name and number. */
static FILE *
next_file(FILE *file, const char *name, const char *suffix, int number)
{
	char		end[40];
	char		path[TEXT_LEN];

	if (file != NULL)
		end_file(file);
	snprintf(end, sizeof(end), suffix, number);
	format_text(path, "%s/%s%s", directory, name, end);
	file = fopen(path, "w");
	if (file == NULL)
		die("could not write \"%s\"", path);
	return file;
}

static void
remove_files(void)
{
	char		command[TEXT_LEN];

	format_text(command, "rm -rf '%s'", directory);
	if (system(command) != 0)
		fprintf(stderr, "bench: could not remove \"%s\"\n", directory);
}

/*
 * The rows of a query as records, in NAME.0.json and so on, "per_file" in each;
 * each bad_each'th cannot be read.
 */
static void
make_records(const char *name, const char *query, int per_file, int bad_each)
{
	FILE	   *file = NULL;
	char		sql[TEXT_LEN];
	PGresult   *result;
	int			n = 0;

	format_text(sql, "SELECT row_to_json(t) FROM (%s) t", query);
	if (!PQsendQuery(conn, sql) || !PQsetSingleRowMode(conn))
		die("%s", PQerrorMessage(conn));
	while ((result = PQgetResult(conn)) != NULL)
	{
		if (PQresultStatus(result) == PGRES_SINGLE_TUPLE)
		{
			if (n++ % per_file == 0)
				file = next_file(file, name, ".%d.json", n / per_file);
			fprintf(file, "%s\n", PQgetvalue(result, 0, 0));
			if (bad_each > 0 && n % bad_each == 0)
				fputs("{\"id\":-1,\"name\":\"bad\",\"at\":\"2026-02-30T00:00:00Z\"}\n", file);
		}
		else if (PQresultStatus(result) != PGRES_TUPLES_OK)
			die("%s\n%s", sql, PQerrorMessage(conn));
		PQclear(result);
	}
	end_file(file);
}

/*
 * The rows of a query as COPY has them, in files of a batch each, and
 * NAME.0.sql and so on for psql, each for "per_script" of them: what is to be
 * done first, and with each file what stands before and behind its name.
 */
static void
make_copies(const char *name, const char *query, int per_script, int batch,
			const char *first, const char *before, const char *behind)
{
	FILE	   *script = NULL;
	FILE	   *file = NULL;
	char		sql[TEXT_LEN];
	char	   *line;
	int			n = 0;

	format_text(sql, "COPY (%s) TO STDOUT", query);
	PQclear(PQexec(conn, sql));
	while (PQgetCopyData(conn, &line, 0) > 0)
	{
		if (n % per_script == 0)
		{
			script = next_file(script, name, ".%d.sql", n / per_script);
			fputs(first, script);
		}
		if (n % batch == 0)
		{
			file = next_file(file, name, ".%d", n / batch);
			fprintf(script, "%s'%s/%s.%d'%s", before, directory, name, n / batch, behind);
		}
		n++;
		fputs(line, file);
		PQfreemem(line);
	}
	PQclear(PQgetResult(conn));
	PQclear(PQgetResult(conn));
	if (file == NULL)
		die("%s\n%s", sql, PQerrorMessage(conn));
	end_file(file);
	end_file(script);
}

/*
 * A process starts with the peak memory of the one it was forked from, and
 * keeps it when it becomes another program.  So this program, which has grown,
 * becomes itself anew, and that small one runs the command and tells its peak.
 */
int
run_measured(int out, const char *command)
{
	struct rusage usage;
	pid_t		child = fork();
	int			status;

	if (child == 0)
	{
		close(out);
		execl("/bin/sh", "sh", "-c", command, (char *) NULL);
		_exit(127);
	}
	if (child < 0 || wait4(child, &status, 0, &usage) < 0 || status != 0)
		return 1;
	return write(out, &usage.ru_maxrss, sizeof(usage.ru_maxrss)) != sizeof(usage.ru_maxrss);
}

static void run_program(const char *format,...) __attribute__((format(printf, 1, 2)));

/* Run a command of the shell. */
static void
run_program(const char *format,...)
{
	char		command[2 * TEXT_LEN];
	char		out[20];
	int			ends[2];
	long		peak_kb;
	va_list		args;
	pid_t		child;
	int			status;

	va_start(args, format);
	if (vsnprintf(command, sizeof(command), format, args) >= (int) sizeof(command))
		die("a command is too long");
	va_end(args);
	if (pipe(ends) != 0)
		die("could not make a pipe");
	snprintf(out, sizeof(out), "%d", ends[1]);
	child = fork();
	if (child == 0)
	{
		execl("/proc/self/exe", "bench", "--measured", out, command, (char *) NULL);
		_exit(127);
	}
	close(ends[1]);
	if (child < 0 || read(ends[0], &peak_kb, sizeof(peak_kb)) != sizeof(peak_kb) ||
		waitpid(child, &status, 0) < 0 || status != 0)
		die("failed: %s", command);
	close(ends[0]);
	peak_mb = (double) peak_kb / 1024;
}

static void
run_psql(const char *name)
{
	run_program("exec psql -X -q -v ON_ERROR_STOP=1 -f '%s/%s.%d.sql'", directory, name, theirs.slice++);
}

static void
run_sink(Side *side, const char *name, const char *options)
{
	run_program("exec pgconnector sink --table %s %s '%s/%s.%d.json' 2>'%s/log' || { cat '%s/log'; exit 1; }",
				side->table, options, directory, name, side->slice++, directory, directory);
}

/*-------------------------------------------------------------------------
 * The tables
 *-------------------------------------------------------------------------
 */

static void
prepare(void)
{
	const char *full = getenv("BENCH_FULL");
	const char *parent = getenv("TMPDIR");
	char		sql[2 * TEXT_LEN];

	if (ninserted > 0)
		return;
	nslices = full != NULL && strcmp(full, "1") == 0 ? 5 : 1;
	ninserted = 200000 * nslices;
	nkeyed = ninserted / 2;
	snprintf(directory, sizeof(directory), "%s/pgc-bench.XXXXXX", parent != NULL ? parent : "/tmp");
	if (mkdtemp(directory) == NULL)
		die("could not make a directory");
	(void) atexit(remove_files);

	snprintf(sql, sizeof(sql), rows_sql, ninserted);
	run_command(sql, NULL);
	run_command("VACUUM (ANALYZE, FREEZE) bench_sink_rows", NULL);
	run_command("CREATE TABLE bench_sink (id int PRIMARY KEY, name text, note text, amount numeric(12,2), "
				"at timestamptz, active bool)", NULL);
	run_command("CREATE TABLE bench_sink_theirs (LIKE bench_sink INCLUDING ALL)", NULL);
	run_command("CREATE FUNCTION bench_digest(query text) RETURNS text LANGUAGE plpgsql AS $$ DECLARE result text; BEGIN "
				"EXECUTE 'SELECT count(*) || '' '' || sum(hashtextextended(t::text, 0)) FROM (' || query || ') t' INTO result; "
				"RETURN result; END $$", NULL);
}

static void
empty_tables(void)
{
	run_command("TRUNCATE bench_sink, bench_sink_theirs", NULL);
	run_command("DELETE FROM connector.sink_ledger", NULL);
	run_command("CHECKPOINT", NULL);
	ours.slice = theirs.slice = 0;
}

static long
differences(void)
{
	return fetch_number("SELECT (bench_digest('TABLE bench_sink') IS DISTINCT FROM bench_digest($1))::int + "
						"(bench_digest('TABLE bench_sink_theirs') IS DISTINCT FROM bench_digest($1))::int", expected);
}

static void
set_size(Figure *figure, const char *format, int count)
{
	char	   *title = malloc(TEXT_LEN);

	snprintf(title, TEXT_LEN, format, count);
	figure->title = title;
	figure->count = count;
	figure->slices = nslices;
}

/*-------------------------------------------------------------------------
 * Inserting
 *-------------------------------------------------------------------------
 */

enum
{
	INSERT_LARGE, INSERT, UPSERT, UPDATE, DELETE, BAD, ONCE, MEMORY
};

static const char all_rows[] = "SELECT * FROM bench_sink_rows ORDER BY id";

static void
prepare_inserts(int figure, const char *title)
{
	prepare();
	make_records("insert", all_rows, ninserted / nslices, 0);
	set_size(&sink_figures[figure], title, ninserted);
	strcpy(expected, all_rows);
}

static void
insert_large_setup(void)
{
	prepare_inserts(INSERT_LARGE, "Sink: %d JSON records inserted, 10,000 at a time");
	make_copies("insert_large", all_rows, ninserted / nslices, 10000, "", "\\copy bench_sink_theirs from ", "\n");
}

static void
insert_large_sink(void)
{
	run_sink(&ours, "insert", "--write-mode insert --batch-size 10000");
}

static void
insert_large_psql(void)
{
	run_psql("insert_large");
}

static void
insert_setup(void)
{
	prepare_inserts(INSERT, "Sink: %d JSON records inserted, 1,000 at a time");
	make_copies("insert", all_rows, ninserted / nslices, 1000, "", "\\copy bench_sink_theirs from ", "\n");
}

static void
insert_sink(void)
{
	run_sink(&ours, "insert", "--write-mode insert");
}

static void
insert_psql(void)
{
	run_psql("insert");
}

/* What our own other ways are measured against. */
static void
insert_other(void)
{
	run_sink(&theirs, "insert", "--write-mode insert");
}

static void
bad_setup(void)
{
	prepare_inserts(BAD, "Sink: %d JSON records inserted, one in 5,000 is bad");
	make_records("bad", all_rows, ninserted / nslices, 5000);
}

static void
bad_sink(void)
{
	char		options[TEXT_LEN];

	format_text(options, "--write-mode insert --dead-letter-file '%s/letters'", directory);
	run_sink(&ours, "bad", options);
}

static void
once_setup(void)
{
	prepare_inserts(ONCE, "Sink: %d JSON records inserted exactly once");
}

static void
once_sink(void)
{
	char		options[TEXT_LEN];

	format_text(options, "--name bench%d --write-mode insert --exactly-once true", ours.slice);
	run_sink(&ours, "insert", options);
}

/*-------------------------------------------------------------------------
 * With a key: half of the records find a row.  They come in no order.
 *-------------------------------------------------------------------------
 */

/* Rows that no record is for. */
static const char *
other_rows(void)
{
	static char sql[TEXT_LEN];

	format_text(sql, "SELECT i, 'other', 'other ' || i, i::numeric(12,2), timestamptz '2026-01-01 00:00:00Z', true "
				"FROM generate_series(%d, %d) i", nkeyed + 1, nkeyed + nkeyed / 2);
	return sql;
}

static void
fill_tables(void)
{
	char		sql[2 * TEXT_LEN];

	empty_tables();
	snprintf(sql, sizeof(sql), "INSERT INTO bench_sink %s UNION ALL SELECT id, 'old', note, 0, now(), true "
			 "FROM bench_sink_rows WHERE id <= %d", other_rows(), nkeyed / 2);
	run_command(sql, NULL);
	run_command("INSERT INTO bench_sink_theirs TABLE bench_sink", NULL);
	run_command("VACUUM (ANALYZE) bench_sink, bench_sink_theirs", NULL);
	run_command("CHECKPOINT", NULL);
}

/* Of the rows that the records are for "nwritten" are there in the end. */
static void
prepare_keyed(int figure, const char *title, const char *name, const char *columns,
			  const char *statement, int nwritten)
{
	char		query[TEXT_LEN];
	char		behind[TEXT_LEN];

	set_size(&sink_figures[figure], title, nkeyed);
	format_text(query, "SELECT %s FROM bench_sink_rows WHERE id <= %d ORDER BY md5(id::text)", columns, nkeyed);
	make_records(name, query, nkeyed / nslices, 0);
	format_text(behind, "\n%s;\nCOMMIT;\n", statement);
	make_copies(name, query, nkeyed / nslices, 1000,
				"CREATE TEMP TABLE stage (LIKE bench_sink) ON COMMIT DELETE ROWS;\n",
				strcmp(columns, "id") == 0 ? "BEGIN;\n\\copy stage (id) from " : "BEGIN;\n\\copy stage from ", behind);
	format_text(expected, "SELECT * FROM bench_sink_rows WHERE id <= %d UNION ALL %s", nwritten, other_rows());
}

static void
upsert_setup(void)
{
	prepare();
	prepare_keyed(UPSERT, "Sink: %d JSON records upserted, 1,000 at a time", "upsert", "*",
				  "INSERT INTO bench_sink_theirs SELECT * FROM stage ON CONFLICT (id) DO UPDATE SET name = excluded.name, "
				  "note = excluded.note, amount = excluded.amount, at = excluded.at, active = excluded.active", nkeyed);
}

static void
upsert_sink(void)
{
	run_sink(&ours, "upsert", "--write-mode upsert");
}

static void
upsert_psql(void)
{
	run_psql("upsert");
}

static void
update_setup(void)
{
	prepare();
	prepare_keyed(UPDATE, "Sink: %d JSON records update rows by key, 1,000 at a time", "update", "*",
				  "UPDATE bench_sink_theirs t SET name = s.name, note = s.note, amount = s.amount, at = s.at, active = s.active "
				  "FROM stage s WHERE t.id = s.id", nkeyed / 2);
}

static void
update_sink(void)
{
	run_sink(&ours, "update", "--write-mode update");
}

static void
update_psql(void)
{
	run_psql("update");
}

static void
delete_setup(void)
{
	prepare();
	prepare_keyed(DELETE, "Sink: %d JSON records delete rows by key, 1,000 at a time", "delete", "id",
				  "DELETE FROM bench_sink_theirs t USING stage s WHERE t.id = s.id", 0);
}

static void
delete_sink(void)
{
	run_sink(&ours, "delete", "--write-mode delete");
}

static void
delete_psql(void)
{
	run_psql("delete");
}

/*-------------------------------------------------------------------------
 * Memory
 *-------------------------------------------------------------------------
 */

static void
memory_setup(void)
{
	static char title[TEXT_LEN];

	prepare();
	make_records("few", all_rows, ninserted, 0);
	run_program("cd '%s' && for i in 1 2 3 4 5 6 7 8 9 10; do sed \"s/^{\\\"id\\\":/&$i/\" few.0.json; done >many.0.json",
				directory);
	format_text(title, "Sink: memory for %d JSON records", 10 * ninserted);
	sink_figures[MEMORY].title = title;
	run_command("CREATE TABLE bench_sink_many (LIKE bench_sink)", NULL);
}

static void
memory_before(void)
{
	run_command("TRUNCATE bench_sink_many", NULL);
}

static void
load_many(const char *name, int nrecords)
{
	run_program("exec pgconnector sink --table bench_sink_many '%s/%s.0.json' 2>'%s/log'", directory, name, directory);
	wrong += fetch_number("SELECT count(*) FROM bench_sink_many", NULL) != nrecords;
}

static void
memory_many(void)
{
	load_many("many", 10 * ninserted);
}

static void
memory_few(void)
{
	load_many("few", ninserted);
}

static double
memory_reading(void)
{
	return peak_mb;
}

static long
memory_differences(void)
{
	return wrong;
}

Figure		sink_figures[] = {
	[INSERT_LARGE] = {
		.name = "sink_insert_large",
		.unit = "record",
		.setup = insert_large_setup,
		.before_round = empty_tables,
		.differences = differences,
		.contestants = {
			{.name = "pgconnector sink", .run = insert_large_sink},
			{.name = "psql \\copy of text", .run = insert_large_psql},
		},
	},
	[INSERT] = {
		.name = "sink_insert",
		.unit = "record",
		.setup = insert_setup,
		.before_round = empty_tables,
		.differences = differences,
		.contestants = {
			{.name = "pgconnector sink", .run = insert_sink},
			{.name = "psql \\copy of text", .run = insert_psql},
		},
	},
	[UPSERT] = {
		.name = "sink_upsert",
		.unit = "record",
		.setup = upsert_setup,
		.before_round = fill_tables,
		.differences = differences,
		.contestants = {
			{.name = "pgconnector sink", .run = upsert_sink},
			{.name = "psql, staged by \\copy", .run = upsert_psql},
		},
	},
	[UPDATE] = {
		.name = "sink_update",
		.unit = "record",
		.setup = update_setup,
		.before_round = fill_tables,
		.differences = differences,
		.contestants = {
			{.name = "pgconnector sink", .run = update_sink},
			{.name = "psql, staged by \\copy", .run = update_psql},
		},
	},
	[DELETE] = {
		.name = "sink_delete",
		.unit = "record",
		.setup = delete_setup,
		.before_round = fill_tables,
		.differences = differences,
		.contestants = {
			{.name = "pgconnector sink", .run = delete_sink},
			{.name = "psql, staged by \\copy", .run = delete_psql},
		},
	},
	[BAD] = {
		.name = "sink_bad",
		.unit = "record",
		.setup = bad_setup,
		.before_round = empty_tables,
		.differences = differences,
		.contestants = {
			{.name = "one bad in 5,000", .run = bad_sink},
			{.name = "none bad", .run = insert_other},
		},
	},
	[ONCE] = {
		.name = "sink_once",
		.unit = "record",
		.setup = once_setup,
		.before_round = empty_tables,
		.differences = differences,
		.contestants = {
			{.name = "exactly once", .run = once_sink},
			{.name = "at least once", .run = insert_other},
		},
	},
	[MEMORY] = {
		.name = "sink_memory",
		.unit = "MB",
		.count = 1,
		.setup = memory_setup,
		.before = memory_before,
		.differences = memory_differences,
		.reading = memory_reading,
		.contestants = {
			{.name = "pgconnector sink", .run = memory_many},
			{.name = "of a tenth of them", .run = memory_few},
		},
	},
	{.name = NULL}
};

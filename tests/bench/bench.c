/*
 * bench.c: pg_connector against what one would write by hand.
 *
 * Every figure has contestants doing the same job.  They take turns in each
 * round, in an order that rotates, so that what the machine does besides
 * hits all of them; a first round, not counted, warms caches and plans.  A
 * ratio is their time / ours, taken within a round, the median over the
 * rounds: above 1 pg_connector is faster.  The answers are compared; a figure
 * whose answers differ fails the run.
 *
 * usage: bench DIRECTORY [FIGURE...]   (connection from the environment)
 */
#include <math.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include <libpq-fe.h>

#define MAX_CONTESTANTS 4
#define LOOKUPS "100000"
#define COLUMNS "id, name, note, amount, at, active"

typedef struct Buffer
{
	char	   *data;
	size_t		len;
	size_t		size;
} Buffer;

typedef struct Contestant
{
	const char *name;
	void		(*run) (void);
	double	   *seconds;		/* one per round */
	double		median;
	double		ratio;
} Contestant;

typedef struct Figure
{
	const char *name;
	const char *title;
	const char *unit;
	int			count;			/* units of work in one run */
	void		(*setup) (void);	/* once; may be NULL */
	void		(*before) (void);	/* before each run, not timed; may be NULL */
	long		(*differences) (void);	/* after each round's runs: how many answers differ */
	Contestant	contestants[MAX_CONTESTANTS];	/* ours first */
} Figure;

static PGconn *conn;
static int	rounds = 7;

static void die(const char *format,...) __attribute__((format(printf, 1, 2), noreturn));

static void
die(const char *format,...)
{
	va_list		args;

	va_start(args, format);
	fputs("bench: ", stderr);
	vfprintf(stderr, format, args);
	fputc('\n', stderr);
	va_end(args);
	exit(1);
}

static double
now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return t.tv_sec + t.tv_nsec / 1e9;
}

static void
buffer_add(Buffer *buffer, const char *data, size_t len)
{
	if (buffer->len + len + 1 > buffer->size)
	{
		buffer->size = (buffer->len + len + 1) * 2;
		buffer->data = realloc(buffer->data, buffer->size);
		if (buffer->data == NULL)
			die("out of memory");
	}
	memcpy(buffer->data + buffer->len, data, len);
	buffer->len += len;
	buffer->data[buffer->len] = '\0';
}

static void
buffer_set(Buffer *buffer, const char *data, size_t len)
{
	buffer->len = 0;
	buffer_add(buffer, data, len);
}

/* Runs SQL with at most one parameter; the caller clears the result. */
static PGresult *
run_sql(const char *sql, const char *param)
{
	PGresult   *result = PQexecParams(conn, sql, param != NULL, NULL, &param, NULL, NULL, 0);
	ExecStatusType status = PQresultStatus(result);

	if (status != PGRES_COMMAND_OK && status != PGRES_TUPLES_OK)
		die("%.200s\n%s", sql, PQerrorMessage(conn));
	return result;
}

static void
run_command(const char *sql, const char *param)
{
	PQclear(run_sql(sql, param));
}

static void
fetch(Buffer *into, const char *sql, const char *param)
{
	PGresult   *result = run_sql(sql, param);

	buffer_set(into, PQgetvalue(result, 0, 0), PQgetlength(result, 0, 0));
	PQclear(result);
}

static long
fetch_number(const char *sql, const char *param)
{
	PGresult   *result = run_sql(sql, param);
	long		number = atol(PQgetvalue(result, 0, 0));

	PQclear(result);
	return number;
}

static void
copy_out(Buffer *into, const char *sql)
{
	PGresult   *result = PQexec(conn, sql);
	char	   *line;
	int			len;

	if (PQresultStatus(result) != PGRES_COPY_OUT)
		die("%s\n%s", sql, PQerrorMessage(conn));
	PQclear(result);
	into->len = 0;
	while ((len = PQgetCopyData(conn, &line, 0)) > 0)
	{
		buffer_add(into, line, len);
		PQfreemem(line);
	}
	while ((result = PQgetResult(conn)) != NULL)
		PQclear(result);
}

static void
copy_in(const Buffer *from, const char *sql)
{
	PGresult   *result = PQexec(conn, sql);

	if (PQresultStatus(result) != PGRES_COPY_IN)
		die("%s\n%s", sql, PQerrorMessage(conn));
	PQclear(result);
	for (size_t at = 0; at < from->len; at += 65536)
	{
		size_t		len = from->len - at;

		if (PQputCopyData(conn, from->data + at, len > 65536 ? 65536 : len) != 1)
			die("%s", PQerrorMessage(conn));
	}
	if (PQputCopyEnd(conn, NULL) != 1)
		die("%s", PQerrorMessage(conn));
	while ((result = PQgetResult(conn)) != NULL)
	{
		if (PQresultStatus(result) != PGRES_COMMAND_OK)
			die("%s\n%s", sql, PQerrorMessage(conn));
		PQclear(result);
	}
}

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

static Figure figures[] = {
	{
		"lookup", "Key lookup inside the server, 100,000 calls in one PL/pgSQL loop", "call", 100000,
		NULL, NULL, lookup_differences,
		{{"pg_connector", lookup_connector}, {"PL/pgSQL, dynamic SQL", lookup_dynamic},
		{"PL/pgSQL, static SQL", lookup_static}}
	},
	{
		"rows_out", "50,000 rows of 6 columns out, as JSON to the client", "row", 50000,
		NULL, NULL, out_differences,
		{{"pg_connector", out_connector}, {"json_agg", out_json_agg}, {"COPY TO (text, not JSON)", out_copy_to}}
	},
	{
		"rows_in", "50,000 JSON rows of 6 columns into a table with a primary key", "row", 50000,
		in_setup, in_before, in_differences,
		{{"pg_connector", in_connector}, {"json_to_recordset", in_recordset},
		{"COPY FROM (text, not JSON)", in_copy_from}}
	}
};

#define FIGURES ((int) (sizeof(figures) / sizeof(figures[0])))

static int
compare_doubles(const void *a, const void *b)
{
	double		x = *(const double *) a;
	double		y = *(const double *) b;

	return (x > y) - (x < y);
}

static double
median(const double *values)
{
	double	   *sorted = malloc(sizeof(double) * rounds);
	double		result;

	memcpy(sorted, values, sizeof(double) * rounds);
	qsort(sorted, rounds, sizeof(double), compare_doubles);
	result = (sorted[(rounds - 1) / 2] + sorted[rounds / 2]) / 2;
	free(sorted);
	return result;
}

static void
measure(Figure *figure)
{
	Contestant *all = figure->contestants;
	double	   *ratios = malloc(sizeof(double) * rounds);
	int			n = 0;
	long		differences;

	while (n < MAX_CONTESTANTS && all[n].name != NULL)
		all[n++].seconds = calloc(rounds, sizeof(double));
	if (figure->setup != NULL)
		figure->setup();
	for (int round = -1; round < rounds; round++)
	{
		for (int turn = 0; turn < n; turn++)
		{
			Contestant *contestant = &all[(turn + round + 1) % n];
			double		start;

			if (figure->before != NULL)
				figure->before();
			start = now();
			contestant->run();
			if (round >= 0)
				contestant->seconds[round] = now() - start;
		}
		if (round < 0 || round == rounds - 1)
		{
			differences = figure->differences();
			if (differences > 0)
				die("%s: %ld differences between the contestants' answers", figure->name, differences);
		}
	}
	for (int i = 0; i < n; i++)
	{
		for (int round = 0; round < rounds; round++)
			ratios[round] = all[i].seconds[round] / all[0].seconds[round];
		all[i].median = median(all[i].seconds);
		all[i].ratio = median(ratios);
	}
	free(ratios);
}

static double
longest(const Figure *figure)
{
	double		result = 0;

	for (int i = 0; i < MAX_CONTESTANTS && figure->contestants[i].name != NULL; i++)
		result = fmax(result, figure->contestants[i].median);
	return result;
}

static void
print_figure(const Figure *figure)
{
	double		scale = 32 / longest(figure);

	printf("\n%s\n", figure->title);
	for (int i = 0; i < MAX_CONTESTANTS && figure->contestants[i].name != NULL; i++)
	{
		const Contestant *c = &figure->contestants[i];

		printf("  %-27s %8.3f s  %7.2f us/%-4s  %5.2f  ", c->name, c->median,
			   c->median / figure->count * 1e6, figure->unit, c->ratio);
		for (int bar = 0; bar < (int) fmax(1, c->median * scale + 0.5); bar++)
			fputs(i == 0 ? "█" : "▒", stdout);
		putchar('\n');
	}
	fflush(stdout);
}

/* The machine, for whoever compares figures later. */
static char cpu[200] = "unknown CPU";
static long cores;
static Buffer server;

static void
look_at_machine(void)
{
	FILE	   *f = fopen("/proc/cpuinfo", "r");
	char		line[400];

	while (f != NULL && fgets(line, sizeof(line), f) != NULL)
	{
		if (strncmp(line, "model name", 10) == 0 && strchr(line, ':') != NULL)
		{
			line[strcspn(line, "\n")] = '\0';
			snprintf(cpu, sizeof(cpu), "%.190s", strchr(line, ':') + 2);
			break;
		}
	}
	if (f != NULL)
		fclose(f);
	cores = sysconf(_SC_NPROCESSORS_ONLN);
	fetch(&server, "SELECT 'PostgreSQL ' || current_setting('server_version')", NULL);
}

static FILE *
open_output(const char *directory, const char *name)
{
	char		path[4096];
	FILE	   *f;

	snprintf(path, sizeof(path), "%s/%s", directory, name);
	f = fopen(path, "w");
	if (f == NULL)
		die("could not write \"%s\"", path);
	return f;
}

static void
write_json(const char *directory, Figure **run, int count)
{
	FILE	   *f = open_output(directory, "bench.json");

	fprintf(f, "{\n  \"machine\": {\"cpu\": \"%s\", \"cores\": %ld, \"server\": \"%s\"},\n  \"rounds\": %d,\n  \"figures\": [",
			cpu, cores, server.data, rounds);
	for (int i = 0; i < count; i++)
	{
		fprintf(f, "%s\n    {\"name\": \"%s\", \"title\": \"%s\", \"unit\": \"%s\", \"count\": %d, \"equal\": true, \"contestants\": [",
				i > 0 ? "," : "", run[i]->name, run[i]->title, run[i]->unit, run[i]->count);
		for (int j = 0; j < MAX_CONTESTANTS && run[i]->contestants[j].name != NULL; j++)
		{
			const Contestant *c = &run[i]->contestants[j];

			fprintf(f, "%s\n      {\"name\": \"%s\", \"median_s\": %.6f, \"ratio\": %.3f, \"seconds\": [",
					j > 0 ? "," : "", c->name, c->median, c->ratio);
			for (int round = 0; round < rounds; round++)
				fprintf(f, "%s%.6f", round > 0 ? ", " : "", c->seconds[round]);
			fputs("]}", f);
		}
		fputs("\n    ]}", f);
	}
	fputs("\n  ]\n}\n", f);
	fclose(f);
}

static void
write_svg(const char *directory, Figure **run, int count)
{
	FILE	   *f = open_output(directory, "bench.svg");
	int			height = 50;
	int			y = 40;

	for (int i = 0; i < count; i++)
	{
		height += 44;
		for (int j = 0; j < MAX_CONTESTANTS && run[i]->contestants[j].name != NULL; j++)
			height += 24;
	}
	fprintf(f, "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"860\" height=\"%d\" font-family=\"sans-serif\" font-size=\"13\">\n"
			"<rect width=\"100%%\" height=\"100%%\" fill=\"#ffffff\"/>\n"
			"<text x=\"20\" y=\"24\" fill=\"#555555\">%s, %ld cores, %s; medians of %d rounds; x = their time / ours</text>\n",
			height, cpu, cores, server.data, rounds);
	for (int i = 0; i < count; i++)
	{
		double		scale = 420 / longest(run[i]);

		fprintf(f, "<text x=\"20\" y=\"%d\" fill=\"#111111\" font-weight=\"bold\">%s</text>\n", y + 20, run[i]->title);
		y += 30;
		for (int j = 0; j < MAX_CONTESTANTS && run[i]->contestants[j].name != NULL; j++)
		{
			const Contestant *c = &run[i]->contestants[j];
			double		width = fmax(1, c->median * scale);

			fprintf(f, "<text x=\"210\" y=\"%d\" text-anchor=\"end\" fill=\"#111111\">%s</text>"
					"<rect x=\"220\" y=\"%d\" width=\"%.1f\" height=\"16\" fill=\"%s\"/>"
					"<text x=\"%.1f\" y=\"%d\" fill=\"#111111\">%.0f ms",
					y + 13, c->name, y, width, j == 0 ? "#336791" : "#b8c4ce", 228 + width, y + 13, c->median * 1000);
			if (j > 0)
				fprintf(f, ", %.2fx", c->ratio);
			fputs("</text>\n", f);
			y += 24;
		}
		y += 14;
	}
	fputs("</svg>\n", f);
	fclose(f);
}

int
main(int argc, char **argv)
{
	Figure	   *run[FIGURES];
	int			count = 0;

	if (argc < 2)
		die("usage: bench DIRECTORY [FIGURE...]");
	if (getenv("BENCH_REPEATS") != NULL && *getenv("BENCH_REPEATS") != '\0')
		rounds = atoi(getenv("BENCH_REPEATS"));
	if (rounds < 1)
		die("BENCH_REPEATS must be at least 1");
	for (int i = 0; i < FIGURES; i++)
	{
		bool		wanted = argc == 2;

		for (int j = 2; j < argc; j++)
			wanted = wanted || strcmp(argv[j], figures[i].name) == 0;
		if (wanted)
			run[count++] = &figures[i];
	}
	if (count == 0)
		die("no such figure");

	conn = PQconnectdb("application_name=bench client_encoding=UTF8");
	if (PQstatus(conn) != CONNECTION_OK)
		die("%s", PQerrorMessage(conn));
	look_at_machine();
	printf("%s, %ld cores, %s\n", cpu, cores, server.data);
	printf("median of %d interleaved rounds, time per unit, ratio = their time / ours\n", rounds);
	fflush(stdout);
	for (int i = 0; i < count; i++)
	{
		measure(run[i]);
		print_figure(run[i]);
	}
	write_json(argv[1], run, count);
	write_svg(argv[1], run, count);
	PQfinish(conn);
	return 0;
}

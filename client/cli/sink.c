/*-------------------------------------------------------------------------
 *
 * sink.c
 *	  pgconnector sink: a stream of records into a table.
 *
 *-------------------------------------------------------------------------
 */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/json_write.h"
#include "buffer.h"
#include "exit_status.h"
#include "options.h"
#include "pipeline.h"
#include "session.h"
#include "sink.h"

/* The longest wait, for signals that come just before it. */
#define WAIT_MS 1000

/* The clock is looked at once for so many records. */
#define LOOK_EVERY 64

static volatile sig_atomic_t stopping;

static void
stop(int signal_number)
{
	(void) signal_number;
	stopping = 1;
}

void
sink_catch_signals(void)
{
	catch_stop_signals(stop, (int) SA_RESETHAND);
}

static int
out_of_memory(void)
{
	fputs("pgconnector: out of memory\n", stderr);
	return STATUS_INTERNAL;
}

/*-------------------------------------------------------------------------
 * Moving records
 *-------------------------------------------------------------------------
 */

/* The next record; waits until there is something else to do. */
static SourceEvent
next_record(Source *source, SourceRecord *record, const PgcSink *sink, const Watch *watch)
{
	SourceEvent event;
	int			due;
	int			wait = WAIT_MS;

	if (stopping)
		return SOURCE_END;
	event = source->next(source, record, 0);
	if (event != SOURCE_WAIT || stopping)
		return event;
	due = pgc_sink_due(sink);
	if (due >= 0 && due < wait)
		wait = due;
	due = watch_due(watch);
	if (due >= 0 && due < wait)
		wait = due;
	return source->next(source, record, wait);
}

/* Move records from the source to the sink.  Returns a status. */
static int
pump(PgcSink *sink, Source *source, Watch *watch)
{
	PgcError   *error;

	for (unsigned int n = 1;; n++)
	{
		SourceRecord record;
		SourceEvent event = next_record(source, &record, sink, watch);
		bool		at_end = event == SOURCE_END || event == SOURCE_FAILED;

		if (event == SOURCE_RECORD)
		{
			if (record.problem == NULL ?
				!pgc_sink_write(sink, record.text, record.len, record.position, &error) :
				!pgc_sink_reject(sink, record.text, record.len, record.position, record.problem, &error))
				return print_error(error);
			if (n % LOOK_EVERY != 0)
				continue;
		}
		if ((at_end || pgc_sink_due(sink) == 0) && !pgc_sink_flush(sink, &error))
			return print_error(error);
		if (event == SOURCE_FAILED)
			return source->status;
		if (event == SOURCE_END && stopping)
		{
			fputs("pgconnector: stopped by a signal; what had been read is written\n", stderr);
			return STATUS_CANCELLED;
		}
		if (event == SOURCE_END)
			return STATUS_OK;
		watch_tick(watch, sink, source);
	}
}

static void
add_stats(PgcSinkStats *total, const PgcSinkStats *stats)
{
	long long	transactions = total->transactions + stats->transactions;

	if (transactions > 0)
		total->latency_ms = (total->latency_ms * (double) total->transactions +
							 stats->latency_ms * (double) stats->transactions) / (double) transactions;
	total->transactions = transactions;
	total->read += stats->read;
	total->written += stats->written;
	total->deduplicated += stats->deduplicated;
	total->skipped += stats->skipped;
	total->unmatched += stats->unmatched;
	total->dead_lettered += stats->dead_lettered;
	total->batches += stats->batches;
	total->failed_writes += stats->failed_writes;
	total->retries += stats->retries;
	total->seconds += stats->seconds;
}

int
sink_run(PgcSink *sink, const cJSON *options, const char *name, Source *source,
		 Watch *watch, PgcSinkStats *total)
{
	static char last_error[128];
	PgcSinkStats stats;
	Columns		columns;
	unsigned long long position;
	int			status = STATUS_OK;

	if (!columns_init(&columns, pgc_sink_table(sink), options))
		return out_of_memory();
	source->resumes = cJSON_IsTrue(cJSON_GetObjectItemCaseSensitive(options, "exactly_once"));
	if (source->fit != NULL && !source->fit(source, &columns))
		status = source->status;
	else if (pgc_sink_position(sink, &position) &&
			 (source->seek == NULL || !source->seek(source, position)))
		status = STATUS_USAGE;
	else if (!watch_begin(watch, name, sink, source))
		status = STATUS_USAGE;
	else
	{
		status = pump(sink, source, watch);
		watch_end(watch, sink);
	}
	pgc_sink_stats(sink, &stats, sizeof(stats));
	add_stats(total, &stats);
	if (stats.last_error != NULL)
	{
		(void) snprintf(last_error, sizeof(last_error), "%s", stats.last_error);
		total->last_error = last_error;
	}
	columns_free(&columns);
	return status;
}

static void
put_stdout(void *to, const char *data, size_t len)
{
	fwrite(data, 1, len, to);
}

int
sink_report(const Arguments *arguments, const PgcSinkStats *total, int status)
{
	if (arguments->summary != NULL && strcmp(arguments->summary, "json") == 0)
	{
		printf("{\"read\":%lld,\"written\":%lld,\"deduplicated\":%lld,\"skipped\":%lld,\"unmatched\":%lld,"
			   "\"dead_lettered\":%lld,\"batches\":%lld,\"transactions\":%lld,\"failed_writes\":%lld,"
			   "\"retries\":%lld,\"latency_ms\":%.3f,\"seconds\":%.3f,\"last_error\":",
			   total->read, total->written, total->deduplicated, total->skipped, total->unmatched,
			   total->dead_lettered, total->batches, total->transactions, total->failed_writes,
			   total->retries, total->latency_ms, total->seconds);
		if (total->last_error != NULL)
			json_write_string(put_stdout, stdout, total->last_error, strlen(total->last_error));
		else
			fputs("null", stdout);
		fputs("}\n", stdout);
	}
	else if (arguments->summary == NULL || strcmp(arguments->summary, "none") != 0)
	{
		fprintf(stderr, "pgconnector: %lld read, %lld written, %lld deduplicated, %lld skipped, %lld unmatched, "
				"%lld dead letters, %lld retries, %.1f s",
				total->read, total->written, total->deduplicated, total->skipped, total->unmatched,
				total->dead_lettered, total->retries, total->seconds);
		if (total->last_error != NULL)
			fprintf(stderr, ", last error %s", total->last_error);
		putc('\n', stderr);
	}
	if (status == STATUS_OK &&
		total->read != total->written + total->deduplicated + total->skipped + total->unmatched + total->dead_lettered)
	{
		fputs("pgconnector: what was read and what became of it do not add up\n", stderr);
		status = STATUS_INTERNAL;
	}
	return status;
}

/*-------------------------------------------------------------------------
 * Opening
 *-------------------------------------------------------------------------
 */

PgcSink *
sink_open(const cJSON *options, const char *name, const char *input, int *status)
{
	PgcError   *error;
	PgcSink    *sink = NULL;
	char	   *text = cJSON_PrintUnformatted(options);

	if (text == NULL)
		*status = out_of_memory();
	else
	{
		sink = pgc_sink_open(text, name, input, &error);
		if (sink == NULL)
			*status = print_error(error);
	}
	cJSON_free(text);
	return sink;
}

PgcConnection *
sink_connection(const cJSON *options, char **begin, int *status)
{
	static const char *const moved[] = {"set_role", "session_variables"};
	cJSON	   *rest = cJSON_Duplicate(options, true);
	cJSON	   *transaction = cJSON_CreateObject();
	PgcConnection *conn = NULL;
	PgcError   *error;
	char	   *text;

	for (int i = 0; i < 2; i++)
	{
		cJSON	   *item = cJSON_DetachItemFromObjectCaseSensitive(rest, moved[i]);

		if (item != NULL)
			cJSON_AddItemToObject(transaction, moved[i], item);
	}
	cJSON_AddStringToObject(transaction, "isolation_level", "repeatable read");
	cJSON_AddTrueToObject(transaction, "read_only");
	*begin = cJSON_PrintUnformatted(transaction);
	text = cJSON_PrintUnformatted(rest);
	if (text == NULL || *begin == NULL)
		*status = out_of_memory();
	else
	{
		conn = pgc_connect(text, &error);
		if (conn == NULL)
			*status = print_error(error);
	}
	cJSON_free(text);
	cJSON_Delete(rest);
	cJSON_Delete(transaction);
	return conn;
}

/*-------------------------------------------------------------------------
 * Queries
 *-------------------------------------------------------------------------
 */

/* Where the rows of a query go. */
typedef struct Target
{
	const char *name;
	const char *sql;
	cJSON	   *options;
	PgcSink    *sink;
} Target;

static bool
begin(PgcConnection *conn, const char *options, int *status)
{
	PgcError   *error;

	if (pgc_begin(conn, options, &error))
		return true;
	*status = print_error(error);
	return false;
}

/* Open a query in the transaction that was begun. */
static Source *
open_query(PgcConnection *conn, const char *sql, int *status)
{
	PgcError   *error;
	Source	   *source = source_of_query(conn, sql, &error);

	if (source == NULL)
		*status = error != NULL ? print_error(error) : out_of_memory();
	return source;
}

/* Whether a query is one and its columns are the table's, before any is run. */
static int
check_query(PgcConnection *conn, const char *begin_options, const Target *target)
{
	int			status = STATUS_OK;
	Columns		columns;
	Source	   *source = NULL;

	if (!columns_init(&columns, pgc_sink_table(target->sink), target->options))
		return out_of_memory();
	if (begin(conn, begin_options, &status))
		source = open_query(conn, target->sql, &status);
	if (source != NULL && !source->fit(source, &columns))
		status = source->status;
	source_close(source);
	(void) pgc_rollback(conn, NULL);
	columns_free(&columns);
	return status;
}

/* Run the queries, one after the other, all in one snapshot. */
static int
run_queries(const Arguments *arguments, Target *targets, int ntargets, Watch *watch,
			PgcSinkStats *total)
{
	const char *from = arguments->from;
	int			status = STATUS_OK;
	char	   *begin_options = NULL;
	cJSON	   *options = NULL;
	PgcConnection *conn = NULL;

	for (int i = 0; i < ntargets && status == STATUS_OK; i++)
	{
		targets[i].options = arguments_options(arguments, &targets[i].name, &status);
		if (targets[i].options != NULL)
			targets[i].sink = sink_open(targets[i].options, targets[i].name, NULL, &status);
	}
	if (status == STATUS_OK && from != NULL)
	{
		Arguments	others = {.given = cJSON_CreateObject(), .file = arguments->file};

		options = arguments_options(&others, &from, &status);
		cJSON_Delete(others.given);
	}
	if (status == STATUS_OK)
		conn = sink_connection(from != NULL ? options : targets[0].options, &begin_options, &status);
	for (int i = 0; i < ntargets && ntargets > 1 && status == STATUS_OK; i++)
		status = check_query(conn, begin_options, &targets[i]);
	if (status == STATUS_OK && begin(conn, begin_options, &status))
	{
		for (int i = 0; i < ntargets && status == STATUS_OK; i++)
		{
			Source	   *source = open_query(conn, targets[i].sql, &status);

			if (source != NULL)
				status = sink_run(targets[i].sink, targets[i].options, targets[i].name, source, watch, total);
			source_close(source);
		}
		(void) pgc_rollback(conn, NULL);
	}
	pgc_connection_close(conn);
	for (int i = 0; i < ntargets; i++)
	{
		pgc_sink_close(targets[i].sink);
		cJSON_Delete(targets[i].options);
	}
	cJSON_free(begin_options);
	cJSON_Delete(options);
	return status;
}

static int
run_pipeline(const Arguments *arguments, Watch *watch, PgcSinkStats *total)
{
	const char *text = pgc_config_pipeline(arguments->file, arguments->pipeline);
	Pipeline	pipeline = {NULL, 0};
	Target	   *targets = NULL;
	int			status = STATUS_USAGE;

	if (text == NULL)
	{
		fprintf(stderr, "pgconnector: not_found: there is no pipeline \"%s\" in the connections file (42704)\n",
				arguments->pipeline);
		return exit_status_of(PGC_KIND_NOT_FOUND);
	}
	if (pipeline_read(&pipeline, text))
	{
		targets = calloc((size_t) pipeline.nbranches, sizeof(Target));
		status = targets == NULL ? out_of_memory() : STATUS_OK;
		for (int i = 0; i < pipeline.nbranches && targets != NULL; i++)
		{
			targets[i].name = pipeline.branches[i].target;
			targets[i].sql = pipeline.branches[i].sql;
		}
	}
	if (status == STATUS_OK)
		status = run_queries(arguments, targets, pipeline.nbranches, watch, total);
	free(targets);
	pipeline_free(&pipeline);
	return status;
}

static int
run_files(const Arguments *arguments, SourceFormat format, Watch *watch, PgcSinkStats *total)
{
	const char *name = arguments->connection;
	int			status;
	cJSON	   *options = arguments_options(arguments, &name, &status);
	Source	   *source = NULL;
	PgcSink    *sink = NULL;

	if (options != NULL)
	{
		source = source_of_files(arguments->words, arguments->nwords, format);
		if (source == NULL)
			status = STATUS_USAGE;
		else
			sink = sink_open(options, name, source->identity, &status);
	}
	if (sink != NULL)
		status = sink_run(sink, options, name, source, watch, total);
	pgc_sink_close(sink);
	source_close(source);
	cJSON_Delete(options);
	return status;
}

/*-------------------------------------------------------------------------
 * The command line
 *-------------------------------------------------------------------------
 */

const char sink_options_help[] =
"Connection and table:\n"
"      --config FILE       connections, as JSON or CREATE CONNECTION statements,\n"
"                          else the file that PGCONNECTOR_CONNECTIONS names,\n"
"                          else ~/.pgconnector/connections\n"
"  -c, --connection NAME   which of them\n"
"  -h, --host, -p, --port, -d, --database, -U, --username and other options of a\n"
"                          connection; what is not given is as for psql\n"
"      --table NAME, --schema NAME\n"
"      --dead-letter-table TABLE | --dead-letter-file FILE\n"
"\n"
"Every option of a sink is one here, with dashes (--write-mode upsert), and goes\n"
"before what the connections file says; pgconnector-sink(1) tells them all.\n"
"\n"
"      --name NAME         what the sink is called in the ledger, the metrics and\n"
"                          dead letters; else it is the connection's, or table's\n"
"      --summary json      what was done, as JSON on standard output; text; none\n"
"      --progress SECONDS  between lines of progress; 0: none\n"
"      --metrics FILE      kept up to date, in the text form of Prometheus\n";

static const char help[] =
"Usage: pgconnector sink [OPTION]... [FILE]...\n"
"\n"
"Writes a stream of JSON records into one table, at the speed of COPY: from\n"
"files, or from standard input where there are none or a file is -; all of that\n"
"may be compressed by gzip.\n"
"\n"
"What is read:\n"
"      --format FORMAT     ndjson, json (an array), csv (with a header), or auto\n"
"      --query SQL         the rows of a query instead, on the connection\n"
"      --from CONNECTION   of the connections file, or else on the sink's own\n"
"      --pipeline NAME     a CREATE PIPELINE of the connections file\n"
"\n";

static const char examples[] =
"\n"
"Examples:\n"
"  pgconnector sink --table events events.ndjson.gz\n"
"  tail -f log | pgconnector sink --table log --dead-letter-file bad.ndjson\n"
"  pgconnector sink --config my.sql --pipeline copy_users --from shop\n"
"\n"
"Options and exit statuses: pgconnector --help\n";

/* Options that say several things at once.  False with the mistake on stderr. */
static bool
check(const Arguments *arguments, SourceFormat *format)
{
	const char *summary = arguments->summary;

	*format = SOURCE_AUTO;
	if (arguments->format != NULL && !source_format(arguments->format, format))
		usage_error("option \"--format\" is auto, ndjson, json or csv, not \"%s\"", arguments->format);
	else if (summary != NULL && strcmp(summary, "json") != 0 && strcmp(summary, "text") != 0 && strcmp(summary, "none") != 0)
		usage_error("option \"--summary\" is json, text or none, not \"%s\"", summary);
	else if (arguments->limit != NULL)
		usage_error("sink does not take the option \"--limit\"");
	else if (arguments->query != NULL && arguments->pipeline != NULL)
		usage_error("options \"--query\" and \"--pipeline\" exclude each other");
	else if (arguments->pipeline != NULL && arguments->connection != NULL)
		usage_error("the pipeline says which connection it writes to, so leave out \"--connection\"");
	else if (arguments->query == NULL && arguments->pipeline == NULL && arguments->from != NULL)
		usage_error("option \"--from\" goes with \"--query\" or \"--pipeline\"");
	else if ((arguments->query != NULL || arguments->pipeline != NULL) &&
			 (arguments->nwords > 0 || arguments->format != NULL))
		usage_error("a query is read instead of files");
	else
		return true;
	return false;
}

int
sink_main(int argc, char **argv)
{
	Arguments	arguments;
	SourceFormat format;
	Watch		watch;
	PgcSinkStats total = {0};
	int			status = STATUS_USAGE;

	if (!arguments_read(&arguments, argc, argv))
		goto done;
	if (arguments.help)
	{
		printf("%s%s%s", help, sink_options_help, examples);
		status = STATUS_OK;
		goto done;
	}
	if (!check(&arguments, &format) || !watch_init(&watch, arguments.metrics, arguments.progress))
		goto done;
	status = arguments_load(&arguments);
	if (status != STATUS_OK)
		goto done;
	sink_catch_signals();
	if (arguments.pipeline != NULL)
		status = run_pipeline(&arguments, &watch, &total);
	else if (arguments.query != NULL)
	{
		Target		target = {.name = arguments.connection, .sql = arguments.query};

		status = run_queries(&arguments, &target, 1, &watch, &total);
	}
	else
		status = run_files(&arguments, format, &watch, &total);
	if (watch.started != 0)
		status = sink_report(&arguments, &total, status);
done:
	arguments_free(&arguments);
	return status;
}

/*
 * The library when memory runs out: each of its allocations fails in turn,
 * and every call must end in the result or in an error that says so.  Also
 * what the errors that are constants say.  Prints TAP.
 *
 * The linker puts the functions below in front of malloc() and its like, for
 * the library's own calls.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "core/error_kind.h"
#include "pgconnector.h"

/* Allocations still to succeed; negative: all. */
static long countdown = -1;

static bool
fails_now(void)
{
	if (countdown < 0)
		return false;
	return countdown-- == 0;
}

void	   *__real_malloc(size_t size);
void	   *__wrap_malloc(size_t size);
void	   *__real_calloc(size_t n, size_t size);
void	   *__wrap_calloc(size_t n, size_t size);
void	   *__real_realloc(void *block, size_t size);
void	   *__wrap_realloc(void *block, size_t size);
char	   *__real_strdup(const char *text);
char	   *__wrap_strdup(const char *text);

void *
__wrap_malloc(size_t size)
{
	return fails_now() ? NULL : __real_malloc(size);
}

void *
__wrap_calloc(size_t n, size_t size)
{
	return fails_now() ? NULL : __real_calloc(n, size);
}

void *
__wrap_realloc(void *block, size_t size)
{
	return fails_now() ? NULL : __real_realloc(block, size);
}

char *
__wrap_strdup(const char *text)
{
	return fails_now() ? NULL : __real_strdup(text);
}

static int	tests;
static int	failures;

static void
check(bool ok, const char *name)
{
	tests++;
	if (!ok)
		failures++;
	printf("%sok %d - %s\n", ok ? "" : "not ", tests, name);
}

static char *put_end;

static void
put(void *to, const char *data, size_t len)
{
	(void) to;
	memcpy(put_end, data, len);
	put_end += len;
}

/* An error that is a constant must be what the shared table makes of it. */
static void
check_constant(const PgcError *error)
{
	ErrorObject object = {
		.code = pgc_error_code(error),
		.message = pgc_error_message(error),
		.hint = pgc_error_hint(error),
		.step = -1
	};
	ErrorClass	class = error_classify(object.code, false);
	char		json[1000];

	put_end = json;
	put(NULL, "{\"error\":", 9);
	error_object_write(put, NULL, &object);
	put(NULL, "}", 2);
	check(strcmp(pgc_error_json(error), json) == 0, "constant error: JSON");
	check((int) class.kind == (int) pgc_error_kind(error) &&
		  class.retryable == pgc_error_retryable(error) &&
		  class.http_status == pgc_error_http_status(error), "constant error: class");
	check(strcmp(pgc_error_condition(error), error_condition(object.code)) == 0,
		  "constant error: condition");
}

/* Try connecting; false at the first n that no allocation reaches. */
static bool
connect_with_fault(long n, const char *conninfo, bool *ok)
{
	PgcError   *error;
	PgcConnection *conn;
	bool		reached;

	countdown = n;
	conn = pgc_connect(conninfo, &error);
	reached = countdown < 0;
	countdown = -1;
	if (reached && error != NULL)
		*ok = *ok && conn == NULL && strcmp(pgc_error_code(error), "53200") == 0;
	pgc_error_free(error);
	pgc_connection_close(conn);
	return reached;
}

static bool
call_with_fault(PgcConnection *conn, long n, const char *command, const char *request, bool *ok)
{
	PgcError   *error;
	PgcReply   *reply;
	bool		reached;

	countdown = n;
	reply = pgc_call(conn, command, request, &error);
	reached = countdown < 0;
	countdown = -1;
	*ok = *ok && (reply == NULL) == (error != NULL);
	if (reached && n == 0 && error != NULL)
	{
		*ok = *ok && strcmp(pgc_error_code(error), "53200") == 0;
		check_constant(error);
	}
	pgc_reply_free(reply);
	pgc_error_free(error);
	return reached;
}

/* What succeeds needs no memory but libpq's. */
static void
test_calls(PgcConnection *conn, const char *command, const char *request, bool succeeds)
{
	bool		ok = true;
	long		n = 0;

	while (call_with_fault(conn, n, command, request, &ok))
		n++;
	check(ok && (n > 0) != succeeds, command);
	check(pgc_connection_is_open(conn), "connection survives");
}

/* Losing the connection must be told even where there is no memory for it. */
static void
test_lost_connection(const char *conninfo)
{
	bool		ok = true;
	long		n;

	for (n = 0; n < 10; n++)
	{
		PgcConnection *conn = pgc_connect(conninfo, NULL);
		PgcError   *error;

		if (conn == NULL)
			break;

		countdown = n;
		if (pgc_call(conn, "test_connection", NULL, &error) != NULL)
			ok = false;
		else if (strcmp(pgc_error_code(error), "08007") != 0)
			ok = false;
		else if (n == 1)
			check_constant(error);
		countdown = -1;
		pgc_error_free(error);
		pgc_connection_close(conn);
	}
	check(ok && n == 10, "unknown outcome is told without memory");
}

/* What was lost while idle was not sent, so that trying again is safe. */
static void
test_lost_before(const char *conninfo)
{
	struct timespec pause = {0, 300 * 1000 * 1000};
	PgcConnection *conn = pgc_connect(conninfo, NULL);
	PgcError   *error = NULL;

	nanosleep(&pause, NULL);
	check(conn != NULL && pgc_call(conn, "test_connection", NULL, &error) == NULL &&
		  strcmp(pgc_error_code(error), "08006") == 0 &&
		  pgc_error_retryable(error), "connection lost before the call");
	check(!pgc_connection_is_open(conn), "is not open any more");
	pgc_error_free(error);
	pgc_connection_close(conn);
}

/* Reading connections, in both forms. */
static bool
parse_with_fault(long n, const char *text, bool *ok)
{
	PgcError   *error;
	PgcConfig  *config;
	bool		reached;

	countdown = n;
	config = pgc_config_parse(text, strlen(text), &error);
	reached = countdown < 0;
	countdown = -1;
	*ok = *ok && (config == NULL) == (error != NULL);
	if (reached && error != NULL)
		*ok = *ok && strcmp(pgc_error_code(error), "53200") == 0;
	pgc_error_free(error);
	pgc_config_free(config);
	return reached;
}

static void
test_config(void)
{
	static const char *const texts[] = {
		"CREATE CONNECTION a TO postgresql (host = 'h''h', port = 1, keepalives_idle = 5, "
		"session_variables = MAP {'x': 'y'}); CREATE PIPELINE p AS SELECT 1",
		"{\"connections\": {\"a\": {\"host\": \"h\", \"session_variables\": {\"x\": 1}}}, \"pipelines\": {\"p\": \"SELECT 1\"}}",
		"CREATE CONNECTION a TO postgresql (hots = 'h')"
	};
	/* Of several blocks. */
	static char long_text[50000];
	char	   *end = long_text;
	bool		ok = true;
	long		n;

	end += sprintf(end, "CREATE CONNECTION a TO postgresql (host = '");
	memset(end, 'x', 20000);
	end += 20000;
	sprintf(end, "', session_variables = MAP {'x': 'y'})");
	for (size_t i = 0; i < 3; i++)
	{
		for (n = 0; parse_with_fault(n, texts[i], &ok);)
			n++;
		check(ok && n > 1, "reading connections");
	}
	for (n = 0; parse_with_fault(n, long_text, &ok);)
		n++;
	check(ok && n > 4, "reading a long one");
}

/* Sending and receiving in two parts. */
static void
test_pipeline(PgcConnection *conn)
{
	bool		ok = true;

	for (long n = 0; n < 5 && ok; n++)
	{
		PgcError   *error;
		PgcReply   *first;
		PgcReply   *second;

		countdown = n;
		ok = pgc_pipeline_begin(conn, NULL) &&
			pgc_send(conn, "no_such", "{}", 2, NULL) &&
			pgc_send(conn, "test_connection", "{}", 2, NULL);
		first = pgc_receive(conn, &error);
		ok = ok && first == NULL && error != NULL;
		pgc_error_free(error);
		second = pgc_receive(conn, &error);
		ok = ok && second != NULL && error == NULL && pgc_pipeline_end(conn, NULL);
		countdown = -1;
		pgc_reply_free(second);
	}
	check(ok, "pipeline");
}

/* The work of a transaction. */
static bool
select_one(PgcConnection *conn, void *arg, PgcError **error)
{
	PgcReply   *reply = pgc_call(conn, "query", "{\"sql\": \"SELECT 1\"}", error);

	(void) arg;
	pgc_reply_free(reply);
	return reply != NULL;
}

/*
 * Everything about pools and transactions, once.  True if all of it worked;
 * whatever did not must say why.
 */
static bool
use_pool(PgcError **error)
{
	PgcRetryPolicy *policy = pgc_retry_policy_new("{\"retry_on_errors\": [\"deadlock\", \"53200\"], \"max_retries\": 0}", error);
	PgcPool    *pool = NULL;
	PgcConnection *conn = NULL;
	PgcReply   *reply = NULL;
	bool		ok = false;

	if (policy != NULL)
		pool = pgc_pool_open("{\"application_name\": \"fault\", \"connection_pool_size\": 2}",
							 "{\"connection_name\": \"fault\", \"session_reset\": \"always\"}", error);
	if (pool != NULL)
		reply = pgc_pool_call(pool, policy, "test_connection", "{}", error);
	if (reply != NULL)
		conn = pgc_pool_acquire(pool, "fault", error);
	if (conn != NULL)
		ok = pgc_begin(conn, "{\"isolation_level\": \"serializable\", \"set_role\": \"postgres\","
					   " \"session_variables\": {\"a.b\": \"c\", \"d.e\": \"f\"}}", error) &&
			pgc_savepoint(conn, "here", error) &&
			pgc_savepoint_release(conn, "here", error) &&
			pgc_commit(conn, error);
	pgc_pool_release(pool, conn);
	ok = ok && pgc_pool_transaction(pool, policy, NULL, select_one, NULL, error);
	pgc_reply_free(reply);
	if (pgc_pool_close(pool, 0) != 0)
		ok = false;
	pgc_retry_policy_free(policy);
	return ok;
}

static PgcConnection *
connect_for_pool(void *arg, int timeout_ms, PgcError **error)
{
	(void) timeout_ms;
	return pgc_connect(arg, error);
}

/* A pool whose connections a function opens, and one that is opened warm. */
static bool
use_warm_pool(PgcError **error)
{
	PgcPoolStats stats;
	static char conninfo[] = "application_name=fault";
	PgcPool    *pool = pgc_pool_open_with(connect_for_pool, conninfo,
										  "{\"connection_pool_size\": 2, \"connection_pool_min\": 1}", error);
	PgcConnection *conn = NULL;
	PgcReply   *reply = NULL;

	if (pool == NULL)
		return false;
	conn = pgc_pool_acquire(pool, NULL, error);
	if (conn != NULL)
		reply = pgc_retry_call(conn, NULL, "query", "{\"sql\": \"SELECT 1\"}", error);
	pgc_pool_stats(pool, &stats, sizeof(stats));
	pgc_pool_release(pool, conn);
	pgc_reply_free(reply);
	pgc_pool_close(pool, 0);
	return reply != NULL;
}

static void
ignore_notice(void *arg, const char *severity, const PgcError *notice)
{
	(void) severity;
	*(size_t *) arg += strlen(pgc_error_message(notice));
}

/* Transactions on a connection of one's own, a secret and a notice. */
static bool
use_connection(PgcError **error)
{
	const char *const keywords[] = {"application_name", "options", NULL};
	const char *const values[] = {"fault", "-c client_min_messages=notice", NULL};
	PgcConnection *conn = pgc_connect_params("{\"password\": \"${secret:fault}\", \"call_timeout_ms\": 60000}",
											 keywords, values, error);
	const char *request = "{\"sql\": \"DO $$BEGIN RAISE NOTICE 'heard'; END$$\"}";
	size_t		heard = 0;
	bool		ok = false;

	if (conn == NULL)
		return false;
	pgc_connection_set_notice(conn, ignore_notice, &heard);
	if (pgc_begin(conn, "{\"settle_timeout_ms\": 1000}", error))
	{
		PgcReply   *reply = pgc_call_len(conn, "execute", request, strlen(request), error);

		ok = reply != NULL &&
			pgc_savepoint(conn, "a \"quoted\" name", error) &&
			pgc_savepoint_rollback(conn, "a \"quoted\" name", error) &&
			pgc_rollback(conn, error);
		pgc_reply_free(reply);
	}
	ok = ok && pgc_transaction(conn, NULL, "{\"read_only\": true}", select_one, NULL, error);
	pgc_connection_close(conn);
	return ok;
}

/* The lines of a stream, to its end or only the first of them. */
static bool
use_stream(PgcStreamFormat format, bool whole, PgcError **error)
{
	const char *const params[] = {"400", NULL};
	PgcConnection *conn = pgc_connect("application_name=fault", error);
	PgcStream  *stream = NULL;
	const char *line;
	size_t		len;
	int			n = 0;

	if (conn != NULL)
		stream = pgc_stream_open(conn, format,
								 "SELECT g, repeat('x\"', g) AS x, $2 AS n FROM generate_series(1, $1::int) AS g", 2, params, error);
	if (stream != NULL)
	{
		while ((whole || n == 0) && pgc_stream_next(stream, &line, &len, error))
			n++;
		pgc_stream_close(stream);
	}
	pgc_connection_close(conn);
	return n == (!whole ? 1 : format == PGC_STREAM_CSV ? 401 : 400);
}

static bool
use_lines(PgcError **error)
{
	return use_stream(PGC_STREAM_NDJSON, true, error);
}

static bool
use_csv(PgcError **error)
{
	return use_stream(PGC_STREAM_CSV, true, error);
}

static bool
use_first_line(PgcError **error)
{
	return use_stream(PGC_STREAM_NDJSON, false, error);
}

/* The file that main() was given. */
static const char *config_file;

static bool
use_config(PgcError **error)
{
	PgcConfig  *config = pgc_config_read(config_file, error);
	bool		ok = config != NULL && pgc_config_connection(config, "fault") != NULL;

	pgc_config_free(config);
	return ok;
}

/* A call in an event loop. */
static bool
use_events(PgcError **error)
{
	PgcConnection *conn = pgc_connect("application_name=fault", error);
	PgcReply   *reply = NULL;

	if (conn != NULL && pgc_send(conn, "query", "{\"sql\": \"SELECT 1\"}", 19, error) && pgc_flush(conn, error))
	{
		while (!pgc_poll(conn))
		{
			struct timespec pause = {0, 1000 * 1000};

			nanosleep(&pause, NULL);
		}
		reply = pgc_receive(conn, error);
	}
	pgc_reply_free(reply);
	pgc_connection_close(conn);
	return reply != NULL;
}

/* A sink that merges what it can, and has letters that are dead. */
static bool
use_sink(PgcError **error)
{
	static const char *const records[] = {
		"{\"id\": 1, \"v\": \"one\"}",
		"{\"id\": 2, \"v\": \"tw\\u00f6\"}",
		"{\"id\": \"none\", \"v\": \"dead\"}",
		"{\"v\": \"one again\", \"id\": 1}",
		"{\"id\": 3}"
	};
	PgcSink    *sink = pgc_sink_open("{\"table\": \"fault_sink\", \"write_mode\": \"upsert\", \"batch_size\": 2, \"conflict_columns\": \"id\","
									 " \"dead_letter_table\": \"fault_dead\", \"max_retries\": 0}", "fault", NULL, error);
	PgcSinkStats stats;
	bool		ok = sink != NULL;

	for (size_t i = 0; ok && i < sizeof(records) / sizeof(records[0]); i++)
		ok = pgc_sink_write(sink, records[i], strlen(records[i]), i + 1, error);
	ok = ok && pgc_sink_flush(sink, error);
	if (ok)
	{
		pgc_sink_stats(sink, &stats, sizeof(stats));
		ok = stats.read == 5 && stats.dead_lettered == 1 && stats.read == stats.written +
			stats.deduplicated + stats.skipped + stats.unmatched + stats.dead_lettered;
	}
	pgc_sink_close(sink);
	return ok;
}

/*
 * Do the work with each allocation failing in turn: it works all the same, or
 * says why not.
 */
static void
test_faults(bool (*work) (PgcError **error), long least, const char *name)
{
	bool		ok = true;
	bool		reached = true;
	long		n;

	for (n = 0; ok && reached; n++)
	{
		PgcError   *error = NULL;
		bool		worked;

		countdown = n;
		worked = work(&error);
		reached = countdown < 0;
		countdown = -1;
		ok = worked ? error == NULL : reached && error != NULL;
		if (!ok)
			printf("# allocation %ld: %s\n", n, error ? pgc_error_json(error) : "no error");
		pgc_error_free(error);
	}
	if (n <= least)
		printf("# only %ld allocations\n", n);
	check(ok && n > least, name);
}

/* The number of rows in a table, or -1. */
static int
count_rows(PgcConnection *conn, const char *table)
{
	char		request[100];
	PgcReply   *reply;
	const char *rows;
	int			count = -1;

	snprintf(request, sizeof(request), "{\"sql\": \"SELECT count(*)::text AS n FROM %s\"}", table);
	reply = pgc_call(conn, "query", request, NULL);
	rows = reply != NULL ? strstr(pgc_reply_text(reply), "\"n\":\"") : NULL;
	if (rows != NULL)
		count = atoi(rows + strlen("\"n\":\""));
	pgc_reply_free(reply);
	return count;
}

static void
run_sql(PgcConnection *conn, const char *sql)
{
	char		request[500];

	snprintf(request, sizeof(request), "{\"sql\": \"%s\"}", sql);
	pgc_reply_free(pgc_call(conn, "execute", request, NULL));
}

/*
 * Write records by a sink while the n-th allocation fails: what it says to
 * have committed must be there, whatever it says.
 */
static bool
sink_with_fault(PgcConnection *conn, long n, const char *options, const char *input, int nrecords, bool *ok)
{
	PgcError   *error = NULL;
	PgcSink    *sink;
	PgcSinkStats stats = {0};
	bool		reached;
	bool		done;

	run_sql(conn, "TRUNCATE fault_rows, fault_letters, connector.sink_ledger");
	countdown = n;
	sink = pgc_sink_open(options, "fault", input, &error);
	done = sink != NULL;
	for (int i = 1; i <= nrecords && done; i++)
	{
		char		record[200];

		if (i == 5)
			snprintf(record, sizeof(record), "{\"id\": \"\\ud800\"}");
		else
			snprintf(record, sizeof(record), i == 7 ? "{\"id\": %d, \"name\": null}" :
					 "{\"id\": %d, \"name\": \"a\\\"\\u00e9\", \"list\": [1, \"two\"], \"pair\": {\"a\": \"x\"}, \"more\": 1}", i);
		done = pgc_sink_write(sink, record, strlen(record), (unsigned long long) i, &error);
	}
	done = done && pgc_sink_flush(sink, &error);
	reached = countdown < 0;
	countdown = -1;
	if (sink != NULL)
		pgc_sink_stats(sink, &stats, sizeof(stats));
	*ok = *ok && done == (error == NULL) &&
		(!done || stats.written + stats.dead_lettered == nrecords) &&
		stats.written == count_rows(conn, "fault_rows") &&
		stats.dead_lettered == count_rows(conn, "fault_letters");
	if (reached && error != NULL)
		*ok = *ok && strcmp(pgc_error_code(error), "53200") == 0;
	pgc_error_free(error);
	pgc_sink_close(sink);
	return reached;
}

static void
test_sinks(PgcConnection *conn, int step)
{
	static const struct
	{
		const char *options;
		const char *input;
		int			nrecords;
	}			sinks[] = {
		{"\"write_mode\": \"insert\"", NULL, 60},
		{"\"write_mode\": \"upsert\", \"exactly_once\": true", "somewhere", 60},
		{"\"write_mode\": \"insert\", \"session_variables\": {\"work_mem\": \"1MB\"}", NULL, 9},
	};

	run_sql(conn, "CREATE TYPE fault_pair AS (a text, b int)");
	run_sql(conn, "CREATE TABLE fault_rows (id int PRIMARY KEY, name text NOT NULL, list text[], pair fault_pair, rest jsonb)");
	run_sql(conn, "CREATE TABLE fault_letters (data jsonb, code text, message text)");
	for (size_t i = 0; i < sizeof(sinks) / sizeof(sinks[0]); i++)
	{
		char		options[500];
		bool		ok = true;
		long		n;

		snprintf(options, sizeof(options),
				 "{\"table\": \"fault_rows\", \"dead_letter_table\": \"fault_letters\", \"unknown_keys\": \"rest\", \"batch_size\": 55, %s}",
				 sinks[i].options);
		for (n = 0; sink_with_fault(conn, n, options, sinks[i].input, sinks[i].nrecords, &ok) && ok;)
			n += step;
		check(ok && n > 20, "a sink");
	}
	run_sql(conn, "DROP TABLE fault_rows, fault_letters");
	run_sql(conn, "DROP TYPE fault_pair");
}

int
main(int argc, char **argv)
{
	PgcConnection *conn;
	bool		ok = true;
	long		n = 0;

	while (connect_with_fault(n, "application_name=fault", &ok))
		n++;
	check(ok && n > 2, "connecting");
	ok = true;
	for (n = 0; connect_with_fault(n, "host=/nowhere", &ok);)
		n++;
	check(ok && n > 4, "connecting in vain");
	ok = true;
	for (n = 0; connect_with_fault(n, "nonsense", &ok);)
		n++;
	check(ok && n > 1, "a connection string that is none");

	ok = true;
	for (n = 0; connect_with_fault(n, "{\"application_name\": \"fault\", \"connection_timeout_ms\": 5000}", &ok);)
		n++;
	check(ok && n > 4, "connecting by JSON");
	ok = true;
	for (n = 0; connect_with_fault(n, "host=/nowhere,/elsewhere port=1,2", &ok);)
		n++;
	check(ok && n > 4, "connecting to several hosts in vain");
	test_config();
	setenv("PGCONNECTOR_SECRET_fault", "none", 1);
	config_file = argc > 1 ? argv[1] : "";
	test_faults(use_pool, 20, "a pool and its transactions");
	test_faults(use_warm_pool, 5, "a pool with a function");
	test_faults(use_connection, 10, "transactions on a connection, and a notice");
	test_faults(use_lines, 2, "a stream");
	test_faults(use_csv, 4, "a stream of CSV");
	test_faults(use_first_line, 2, "a stream that is closed early");
	test_faults(use_config, 2, "a file of connections");
	test_faults(use_events, 2, "an event loop");
	test_faults(use_sink, 20, "a sink");

	conn = pgc_connect(NULL, NULL);
	check(conn != NULL, "connected");
	test_calls(conn, "test_connection", "{}", true);
	test_calls(conn, "no_such_command", "{}", false);
	test_calls(conn, "select_rows", "{\"wher\": 1}", false);
	test_pipeline(conn);
	/* Of a sink's, which are many, every so manieth. */
	test_sinks(conn, argc > 4 ? atoi(argv[4]) : 1);
	pgc_connection_close(conn);

	/* Servers that hang up: on every call, and before. */
	if (argc > 2)
		test_lost_connection(argv[2]);
	if (argc > 3)
		test_lost_before(argv[3]);

	printf("1..%d\n", tests);
	return failures > 0;
}

/*
 * The library against a real server that has the extension, found through
 * the environment.  Prints TAP.
 */
#include <poll.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "pgconnector.h"

static int	tests;
static int	failures;

static void
check(bool ok, const char *name)
{
	tests++;
	if (!ok)
		failures++;
	printf("%sok %d - %s\n", ok ? "" : "not ", tests, name);
	fflush(stdout);
}

static void
check_text(const char *got, const char *expected, const char *name)
{
	bool		ok = got == expected ||
		(got != NULL && expected != NULL && strcmp(got, expected) == 0);

	check(ok, name);
	if (!ok)
		printf("# got %s\n# expected %s\n", got ? got : "nothing",
			   expected ? expected : "nothing");
}

static void
check_contains(const char *got, const char *part, const char *name)
{
	bool		ok = got != NULL && strstr(got, part) != NULL;

	check(ok, name);
	if (!ok)
		printf("# got %s\n# expected it to contain %s\n", got ? got : "nothing", part);
}

static PgcConnection *
connect_or_die(void)
{
	PgcError   *error;
	PgcConnection *conn = pgc_connect(NULL, &error);

	if (conn == NULL)
	{
		printf("Bail out! %s\n", pgc_error_message(error));
		exit(1);
	}
	return conn;
}

/* A call that must work; returns its reply. */
static PgcReply *
must(PgcConnection *conn, const char *command, const char *request)
{
	PgcError   *error;
	PgcReply   *reply = pgc_call(conn, command, request, &error);

	if (reply == NULL)
	{
		printf("# %s %s: %s\n", command, request, pgc_error_json(error));
		pgc_error_free(error);
	}
	check(reply != NULL && error == NULL, command);
	return reply;
}

/* A call that must fail; returns its error. */
static PgcError *
must_fail(PgcConnection *conn, const char *command, const char *request)
{
	PgcError   *error;
	PgcReply   *reply = pgc_call(conn, command, request, &error);

	if (reply != NULL || error == NULL)
	{
		printf("Bail out! %s %s succeeded: %s\n", command, request,
			   reply ? pgc_reply_text(reply) : "");
		exit(1);
	}
	return error;
}

static void
run_sql(PgcConnection *conn, const char *sql)
{
	char		request[1000];

	snprintf(request, sizeof(request), "{\"sql\": \"%s\"}", sql);
	pgc_reply_free(must(conn, "execute", request));
}

static void
test_nothing(void)
{
	check(pgc_version_num() == PGC_VERSION_NUM, "header and library are of one version");
	pgc_connection_close(NULL);
	pgc_reply_free(NULL);
	pgc_error_free(NULL);
	check(!pgc_connection_is_open(NULL), "no connection is not open");
}

static void
test_replies(void)
{
	static const char not_ended[] = {
		'{', '"', 's', 'q', 'l', '"', ':', '"', 's', 'e', 'l', 'e', 'c', 't', ' ', '1', '"', '}', 'x'
	};
	PgcConnection *conn = connect_or_die();
	PgcError   *error;
	PgcReply   *reply;
	PgcReply   *second;

	check(pgc_connection_is_open(conn), "connection is open");
	reply = must(conn, "test_connection", NULL);
	check_contains(pgc_reply_text(reply), "\"ok\"", "test_connection answers");
	pgc_reply_free(reply);

	reply = must(conn, "query",
				 "{\"sql\": \"select 9223372036854775807 as big, "
				 "1234567890123456789012345678901234567890.12::numeric as num, "
				 "'\\u00e9\\ud83d\\ude00' as text\"}");
	check_contains(pgc_reply_text(reply), "9223372036854775807", "bigint has every digit");
	check_contains(pgc_reply_text(reply),
				   "1234567890123456789012345678901234567890.12", "so has numeric");
	check_contains(pgc_reply_text(reply), "\xc3\xa9\xf0\x9f\x98\x80", "text is UTF-8");
	check(pgc_reply_length(reply) == strlen(pgc_reply_text(reply)), "length is without the NUL");

	second = pgc_call_len(conn, "query", not_ended, sizeof(not_ended) - 1, &error);
	check(second != NULL, "request by its length");
	pgc_connection_close(conn);
	check_contains(pgc_reply_text(second), "1", "reply outlives its connection");
	check_contains(pgc_reply_text(reply), "9223372036854775807", "an earlier one too");
	pgc_reply_free(reply);
	pgc_reply_free(second);
}

static void
test_errors(void)
{
	PgcConnection *conn = connect_or_die();
	PgcError   *error;
	PgcReply   *reply;

	run_sql(conn, "CREATE TABLE errors_t (id int CONSTRAINT errors_t_pk PRIMARY KEY, name text NOT NULL)");
	pgc_reply_free(must(conn, "insert_rows",
						"{\"table\": \"errors_t\", \"row\": {\"id\": 1, \"name\": \"one\"}}"));

	error = must_fail(conn, "insert_rows",
					  "{\"table\": \"errors_t\", \"rows\": [{\"id\": 2, \"name\": \"two\"}, {\"id\": 1, \"name\": \"again\"}]}");
	check_text(pgc_error_code(error), "23505", "code");
	check_text(pgc_error_condition(error), "unique_violation", "condition");
	check(pgc_error_kind(error) == PGC_KIND_CONSTRAINT, "kind");
	check_text(pgc_error_kind_name(error), "constraint", "its name");
	check_contains(pgc_error_message(error), "errors_t_pk", "message");
	check_contains(pgc_error_detail(error), "already exists", "detail");
	check_text(pgc_error_path(error), "/rows/1", "path");
	check_text(pgc_error_schema(error), "public", "schema");
	check_text(pgc_error_table(error), "errors_t", "table");
	check_text(pgc_error_constraint(error), "errors_t_pk", "constraint");
	check_text(pgc_error_column(error), NULL, "no column");
	check_text(pgc_error_datatype(error), NULL, "no type");
	check(pgc_error_position(error) == 0, "no position");
	check(pgc_error_step(error) == -1, "no step");
	check(!pgc_error_retryable(error), "not retryable");
	check(pgc_error_http_status(error) == 409, "HTTP status");
	check(strncmp(pgc_error_json(error), "{\"error\":{\"code\":\"23505\",", 25) == 0, "JSON");
	check_contains(pgc_error_json(error), "\"constraint\":\"errors_t_pk\"", "JSON has the members");
	pgc_error_free(error);

	error = must_fail(conn, "insert_rows", "{\"table\": \"errors_t\", \"row\": {\"id\": 3}}");
	check_text(pgc_error_code(error), "23502", "not null: code");
	check_text(pgc_error_column(error), "name", "not null: column");
	pgc_error_free(error);

	error = must_fail(conn, "batch",
					  "{\"commands\": [{\"command\": \"test_connection\"}, "
					  "{\"command\": \"insert_rows\", \"table\": \"errors_t\", \"row\": {\"id\": 4}}]}");
	check_text(pgc_error_path(error), "/commands/1/row", "path in a batch");
	check(pgc_error_step(error) == 1, "step");
	check_contains(pgc_error_json(error), "\"step\":1", "step in the JSON");
	pgc_error_free(error);

	error = must_fail(conn, "delete_rows", "{\"table\": \"errors_t\", \"wher\": []}");
	check_text(pgc_error_code(error), "42601", "unknown member: code");
	check(pgc_error_kind(error) == PGC_KIND_REQUEST, "unknown member: kind");
	check_text(pgc_error_path(error), "/wher", "unknown member: path");
	check_contains(pgc_error_hint(error), "where", "unknown member: hint");
	pgc_error_free(error);

	error = must_fail(conn, "select_rows", "[]");
	check_text(pgc_error_path(error), "", "the request as a whole");
	check(pgc_error_kind(error) == PGC_KIND_REQUEST, "the request as a whole: kind");
	pgc_error_free(error);

	error = must_fail(conn, "select_rows", "{\"table\": ");
	check(pgc_error_kind(error) == PGC_KIND_REQUEST, "request that ends too early: kind");
	pgc_error_free(error);

	error = must_fail(conn, "query", "{\"sql\": \"SELECT 1 FORM errors_t WHERE\"}");
	check_text(pgc_error_code(error), "42601", "SQL syntax: code");
	check(pgc_error_position(error) > 0, "SQL syntax: position");
	pgc_error_free(error);

	error = must_fail(conn, "selekt_rows", "{}");
	check_text(pgc_error_code(error), "42883", "unknown command: code");
	check_contains(pgc_error_hint(error), "select_rows", "unknown command: nearest");
	pgc_error_free(error);

	error = must_fail(conn, "select_rows", "{\"table\": \"error_t\"}");
	check_text(pgc_error_code(error), "42P01", "unknown table: code");
	check(pgc_error_kind(error) == PGC_KIND_NOT_FOUND, "unknown table: kind");
	check_text(pgc_error_path(error), "/table", "unknown table: path");
	pgc_error_free(error);

	error = must_fail(conn, "query", "{\"sql\": \"SELECT '\xff'\"}");
	check_text(pgc_error_code(error), "22021", "bytes that are not UTF-8");
	pgc_error_free(error);

	/* Errors may be ignored, and outlive their connection. */
	check(pgc_call(conn, "selekt_rows", "{}", NULL) == NULL, "error not asked for");
	reply = must(conn, "query", "{\"sql\": \"SELECT count(*) FROM errors_t\"}");
	check_contains(pgc_reply_text(reply), "1", "nothing half done");
	pgc_reply_free(reply);
	error = must_fail(conn, NULL, NULL);
	run_sql(conn, "DROP TABLE errors_t");
	pgc_connection_close(conn);
	check_text(pgc_error_code(error), "42883", "error outlives its connection");
	pgc_error_free(error);
}

static void
test_deferred_constraint(void)
{
	PgcConnection *conn = connect_or_die();
	PgcError   *error;

	run_sql(conn, "CREATE TABLE parents (id int PRIMARY KEY)");
	run_sql(conn, "CREATE TABLE children (parent int REFERENCES parents DEFERRABLE INITIALLY DEFERRED)");
	error = must_fail(conn, "insert_rows", "{\"table\": \"children\", \"row\": {\"parent\": 1}}");
	check_text(pgc_error_code(error), "23503", "deferred constraint fails the call");
	pgc_error_free(error);
	run_sql(conn, "DROP TABLE children, parents");
	pgc_connection_close(conn);
}

static void *
cancel_later(void *arg)
{
	struct timespec pause = {0, 20 * 1000 * 1000};

	/* The call may not have arrived yet when the first one does. */
	for (int i = 0; i < 20; i++)
	{
		nanosleep(&pause, NULL);
		pgc_connection_cancel(arg);
	}
	return NULL;
}

static void
test_cancel(void)
{
	PgcConnection *conn = connect_or_die();
	PgcError   *error;
	PgcReply   *reply = NULL;
	pthread_t	thread;

	check(pgc_connection_cancel(conn), "cancelling nothing");
	pthread_create(&thread, NULL, cancel_later, conn);
	error = must_fail(conn, "query", "{\"sql\": \"SELECT pg_sleep(20)\"}");
	pthread_join(thread, NULL);
	check(pgc_error_kind(error) == PGC_KIND_CANCELLED, "cancelled: kind");
	check_text(pgc_error_code(error), "57014", "cancelled: code");
	check_contains(pgc_error_json(error), "\"kind\":\"cancelled\"", "cancelled: JSON");
	pgc_error_free(error);

	/* A late cancel may meet this one. */
	for (int i = 0; i < 3 && reply == NULL; i++)
		reply = pgc_call(conn, "test_connection", NULL, NULL);
	check(reply != NULL, "connection is good after a cancel");
	pgc_reply_free(reply);

	error = must_fail(conn, "query", "{\"sql\": \"SELECT pg_sleep(20)\", \"timeout_ms\": 50}");
	check(pgc_error_kind(error) == PGC_KIND_TIMEOUT, "time limit: kind");
	pgc_error_free(error);
	pgc_connection_close(conn);
}

static void
test_lost_connection(void)
{
	PgcConnection *conn = connect_or_die();
	PgcError   *error;

	error = must_fail(conn, "execute",
					  "{\"sql\": \"SELECT pg_terminate_backend(pg_backend_pid())\"}");
	check(pgc_error_kind(error) == PGC_KIND_CONNECTION, "terminated: kind");
	check_text(pgc_error_code(error), "57P01", "terminated: code");
	pgc_error_free(error);
	check(!pgc_connection_is_open(conn), "connection is not open any more");
	error = must_fail(conn, "test_connection", NULL);
	check_text(pgc_error_code(error), "08003", "next call: code");
	pgc_error_free(error);
	pgc_connection_close(conn);

	error = must_fail(NULL, "test_connection", NULL);
	check_text(pgc_error_code(error), "08003", "call without a connection");
	pgc_error_free(error);
}

static void
test_parameters(void)
{
	static const char *const keywords[] = {"application_name", "host", NULL};
	static const char *const values[] = {"over 'it'", "", NULL};
	static const char *const wrong_keywords[] = {"colour", NULL};
	static const char *const wrong_values[] = {"red", NULL};
	PgcConnection *conn;
	PgcError   *error;
	PgcReply   *reply;

	conn = pgc_connect_params("application_name=under client_encoding=LATIN1", keywords, values, &error);
	check(conn != NULL, "parameters");
	reply = must(conn, "query",
				 "{\"sql\": \"SELECT current_setting('application_name') AS name, current_setting('client_encoding') AS encoding\"}");
	check_contains(pgc_reply_text(reply), "over 'it'", "take precedence");
	check_contains(pgc_reply_text(reply), "UTF8", "but for the encoding");
	pgc_reply_free(reply);
	pgc_connection_close(conn);

	check(pgc_connect_params(NULL, wrong_keywords, wrong_values, &error) == NULL,
		  "unknown parameter");
	check_contains(pgc_error_message(error), "colour", "unknown parameter: message");
	pgc_error_free(error);
}

static void *
call_often(void *arg)
{
	PgcConnection *conn = pgc_connect(NULL, NULL);
	bool	   *ok = arg;

	*ok = conn != NULL;
	for (int i = 0; i < 50 && *ok; i++)
	{
		PgcError   *error;
		PgcReply   *reply = pgc_call(conn, i % 2 ? "test_connection" : "no_such", NULL, &error);

		*ok = (reply != NULL) == (i % 2 == 1) && (error == NULL) == (i % 2 == 1);
		pgc_reply_free(reply);
		pgc_error_free(error);
	}
	pgc_connection_close(conn);
	return NULL;
}

static void
test_threads(void)
{
	pthread_t	threads[8];
	bool		ok[8];
	bool		all = true;

	for (int i = 0; i < 8; i++)
		pthread_create(&threads[i], NULL, call_often, &ok[i]);
	for (int i = 0; i < 8; i++)
	{
		pthread_join(threads[i], NULL);
		all = all && ok[i];
	}
	check(all, "connections of eight threads");
}

static void
test_large(void)
{
	PgcConnection *conn = connect_or_die();
	size_t		n = 5 * 1000 * 1000;
	char	   *request = malloc(n + 100);
	char	   *end = request;
	PgcReply   *reply;

	end += sprintf(end, "{\"sql\": \"SELECT $1::text AS t\", \"params\": [\"");
	memset(end, 'x', n);
	strcpy(end + n, "\"]}");
	reply = pgc_call(conn, "query", request, NULL);
	check(reply != NULL && pgc_reply_length(reply) > n, "five megabytes there and back");
	pgc_reply_free(reply);
	free(request);
	pgc_connection_close(conn);
}

/* Far more than the sockets' buffers hold, in both directions at once. */
static void
test_pipeline(void)
{
	enum
	{
		CALLS = 40
	};
	PgcConnection *conn = connect_or_die();
	size_t		n = 1000 * 1000;
	char	   *request = malloc(n + 200);
	char	   *end = request;
	PgcError   *error;
	bool		ok;

	end += sprintf(end, "{\"sql\": \"SELECT $1::text AS t\", \"params\": [\"");
	memset(end, 'y', n);
	strcpy(end + n, "\"]}");

	ok = pgc_pipeline_begin(conn, NULL);
	for (int i = 0; i < CALLS && ok; i++)
		ok = pgc_send(conn, i == 7 ? "no_such" : "query", request, strlen(request), NULL);
	check(ok && pgc_pending(conn) == CALLS, "pipeline: sent");
	check(pgc_call(conn, "test_connection", NULL, &error) == NULL, "pipeline: no call among them");
	check_text(pgc_error_code(error), "55000", "pipeline: code of that");
	pgc_error_free(error);
	check(!pgc_pipeline_end(conn, NULL), "pipeline: cannot end before its replies");
	for (int i = 0; i < CALLS; i++)
	{
		PgcReply   *reply = pgc_receive(conn, &error);

		ok = ok && (i == 7 ? error != NULL && strcmp(pgc_error_code(error), "42883") == 0 :
					reply != NULL && pgc_reply_length(reply) > n);
		pgc_reply_free(reply);
		pgc_error_free(error);
	}
	check(ok, "pipeline: each call has its answer");
	check(pgc_pending(conn) == 0 && pgc_pipeline_end(conn, NULL), "pipeline: ended");
	check(pgc_receive(conn, &error) == NULL, "nothing to receive");
	pgc_error_free(error);
	check(!pgc_pipeline_end(conn, NULL), "no pipeline to end");

	/* A failure at the Sync is the call's that it belongs to. */
	run_sql(conn, "CREATE TABLE pipe_parents (id int PRIMARY KEY)");
	run_sql(conn, "CREATE TABLE pipe_children (parent int REFERENCES pipe_parents DEFERRABLE INITIALLY DEFERRED)");
	ok = pgc_pipeline_begin(conn, NULL);
	for (int i = 0; i < 3; i++)
	{
		const char *insert = i == 1 ? "{\"table\": \"pipe_children\", \"row\": {\"parent\": 1}}" :
			"{\"table\": \"pipe_children\", \"row\": {\"parent\": null}}";

		ok = ok && pgc_send(conn, "insert_rows", insert, strlen(insert), NULL);
	}
	for (int i = 0; i < 3; i++)
	{
		PgcReply   *reply = pgc_receive(conn, &error);

		ok = ok && (reply != NULL) == (i != 1) && (error != NULL) == (i == 1) &&
			(error == NULL || strcmp(pgc_error_code(error), "23503") == 0);
		pgc_reply_free(reply);
		pgc_error_free(error);
	}
	check(ok && pgc_pipeline_end(conn, NULL), "pipeline: deferred constraint fails its own call");
	run_sql(conn, "DROP TABLE pipe_children, pipe_parents");

	/* Lost in the middle: what was committed is known, all else is not. */
	ok = pgc_pipeline_begin(conn, NULL) &&
		pgc_send(conn, "test_connection", "{}", 2, NULL) &&
		pgc_send(conn, "execute", "{\"sql\": \"SELECT pg_terminate_backend(pg_backend_pid())\"}", 56, NULL) &&
		pgc_send(conn, "test_connection", "{}", 2, NULL);
	for (int i = 0; i < 3; i++)
	{
		PgcReply   *reply = pgc_receive(conn, &error);

		ok = ok && (reply != NULL) == (i == 0);
		if (i == 1)
			check_text(error ? pgc_error_code(error) : NULL, "57P01", "pipeline: the call that lost the connection");
		if (i == 2)
			check_text(error ? pgc_error_code(error) : NULL, "08007", "pipeline: the call after it");
		pgc_reply_free(reply);
		pgc_error_free(error);
	}
	check(ok && pgc_pending(conn) == 0 && !pgc_connection_is_open(conn), "pipeline: connection lost");
	pgc_connection_close(conn);
	free(request);
}

/* An event loop of its own: never waits but in poll(). */
static void
test_event_loop(void)
{
	PgcConnection *conn = connect_or_die();
	const char *request = "{\"sql\": \"SELECT pg_sleep(0.1), repeat('z', 1000000) AS z\"}";
	PgcReply   *reply;
	PgcError   *error;
	int			turns = 0;

	check(pgc_time_left(conn) == -1 && !pgc_poll(conn), "nothing is going on");
	check(pgc_send(conn, "query", request, strlen(request), NULL), "sent");
	check(!pgc_send(conn, "query", request, strlen(request), &error), "one at a time without a pipeline");
	pgc_error_free(error);
	while (!pgc_poll(conn))
	{
		struct pollfd fd = {.fd = pgc_connection_socket(conn)};

		fd.events = (short) ((pgc_wants(conn) & PGC_WANT_READ ? POLLIN : 0) |
							 (pgc_wants(conn) & PGC_WANT_WRITE ? POLLOUT : 0));
		poll(&fd, 1, pgc_time_left(conn));
		turns++;
	}
	reply = pgc_receive(conn, &error);
	check(reply != NULL && pgc_reply_length(reply) > 1000000 && turns > 0, "received by an event loop");
	pgc_reply_free(reply);
	pgc_connection_close(conn);
}

static void
test_client_timeout(void)
{
	PgcConnection *conn = connect_or_die();
	PgcReply   *reply;
	PgcError   *error;

	pgc_connection_set_timeout(conn, 60000);
	reply = must(conn, "test_connection", NULL);
	pgc_reply_free(reply);
	pgc_connection_set_timeout(conn, 200);
	error = must_fail(conn, "query", "{\"sql\": \"SELECT pg_sleep(30)\"}");
	check_text(pgc_error_code(error), "08007", "client's time limit: code");
	check_contains(pgc_error_detail(error), "time that the client allows", "client's time limit: detail");
	pgc_error_free(error);
	check(!pgc_connection_is_open(conn), "client's time limit: connection is gone");
	error = must_fail(conn, "test_connection", NULL);
	check_text(pgc_error_code(error), "08003", "client's time limit: next call");
	pgc_error_free(error);
	pgc_connection_close(conn);

	conn = pgc_connect("{\"call_timeout_ms\": 200}", NULL);
	error = must_fail(conn, "query", "{\"sql\": \"SELECT pg_sleep(30)\"}");
	check_text(pgc_error_code(error), "08007", "call_timeout_ms");
	pgc_error_free(error);
	pgc_connection_close(conn);
}

static void
keep_notice(void *arg, const char *severity, const PgcError *notice)
{
	snprintf(arg, 200, "%s %s %s", severity, pgc_error_code(notice), pgc_error_message(notice));
}

static void
test_notices(void)
{
	PgcConnection *conn = connect_or_die();
	char		seen[200] = "";

	run_sql(conn, "DO $$ BEGIN RAISE WARNING 'nobody listens'; END $$");
	pgc_connection_set_notice(conn, keep_notice, seen);
	run_sql(conn, "DO $$ BEGIN RAISE WARNING 'look out' USING ERRCODE = '01004'; END $$");
	check_text(seen, "WARNING 01004 look out", "notice");
	pgc_connection_set_notice(conn, NULL, NULL);
	run_sql(conn, "DO $$ BEGIN RAISE WARNING 'nobody listens'; END $$");
	check_text(seen, "WARNING 01004 look out", "no notice");
	pgc_connection_close(conn);
}

int
main(void)
{
	test_pipeline();
	test_event_loop();
	test_client_timeout();
	test_notices();
	test_nothing();
	test_replies();
	test_errors();
	test_deferred_constraint();
	test_cancel();
	test_lost_connection();
	test_parameters();
	test_threads();
	test_large();
	printf("1..%d\n", tests);
	return failures > 0;
}

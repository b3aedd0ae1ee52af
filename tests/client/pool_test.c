/*
 * Pools and retry policies against a real server that has the extension,
 * found through the environment.  Prints TAP.
 *
 *	  pool_test --threads			only what concerns threads, for a checker
 *	  pool_test --unknown CONNINFO	only calls on a server that hangs up on them
 */
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

/* The error, which is freed, must have this code. */
static void
check_code(PgcError *error, const char *code, const char *name)
{
	bool		ok = error != NULL && strcmp(pgc_error_code(error), code) == 0;

	check(ok, name);
	if (!ok)
		printf("# %s\n", error ? pgc_error_json(error) : "no error");
	pgc_error_free(error);
}

static void
check_contains(const char *got, const char *part, const char *name)
{
	bool		ok = got != NULL && strstr(got, part) != NULL;

	check(ok, name);
	if (!ok)
		printf("# got %s\n# expected it to contain %s\n", got ? got : "nothing", part);
}

static PgcPool *
open_pool(const char *options)
{
	PgcError   *error;
	PgcPool    *pool = pgc_pool_open(NULL, options, &error);

	if (pool == NULL)
	{
		printf("Bail out! %s\n", pgc_error_json(error));
		exit(1);
	}
	return pool;
}

static PgcConnection *
acquire(PgcPool *pool)
{
	PgcError   *error;
	PgcConnection *conn = pgc_pool_acquire(pool, "test", &error);

	if (conn == NULL)
	{
		printf("Bail out! %s\n", pgc_error_json(error));
		exit(1);
	}
	return conn;
}

static PgcPoolStats
stats_of(PgcPool *pool)
{
	PgcPoolStats stats;

	pgc_pool_stats(pool, &stats, sizeof(stats));
	return stats;
}

static void
pause_ms(long ms)
{
	struct timespec pause = {ms / 1000, ms % 1000 * 1000000};

	nanosleep(&pause, NULL);
}

/* What a query that gives one value gives, the rest of the reply cut off. */
static char *
ask(PgcConnection *conn, const char *sql)
{
	char		request[1000];
	PgcError   *error;
	PgcReply   *reply;
	char	   *text;

	snprintf(request, sizeof(request), "{\"sql\": \"%s\", \"result\": \"rows\"}", sql);
	reply = pgc_call(conn, "execute", request, &error);
	if (reply == NULL)
	{
		printf("# %s\n", pgc_error_json(error));
		pgc_error_free(error);
		return strdup("");
	}
	text = strdup(pgc_reply_text(reply));
	pgc_reply_free(reply);
	return text;
}

static void
run_sql(PgcConnection *conn, const char *sql)
{
	free(ask(conn, sql));
}

/* Poll until it holds; the condition is about what the pool's thread does. */
static bool
comes_true(PgcPool *pool, bool (*condition) (const PgcPoolStats *stats))
{
	for (int i = 0; i < 3000; i++)
	{
		PgcPoolStats stats = stats_of(pool);

		if (condition(&stats))
			return true;
		pause_ms(10);
	}
	return false;
}

/*-------------------------------------------------------------------------
 * One thread
 *-------------------------------------------------------------------------
 */

static void
refused(const char *options, const char *code, const char *path)
{
	PgcError   *error;
	PgcPool    *pool = pgc_pool_open(NULL, options, &error);

	check(pool == NULL && error != NULL && strcmp(pgc_error_code(error), code) == 0 &&
		  strcmp(pgc_error_path(error) ? pgc_error_path(error) : "-", path) == 0, options);
	if (error != NULL && strcmp(pgc_error_code(error), code) != 0)
		printf("# %s\n", pgc_error_json(error));
	pgc_error_free(error);
	pgc_pool_close(pool, 0);
}

static void
test_options(void)
{
	PgcError   *error;

	refused("{\"connection_pool_size\": 0}", "22023", "/connection_pool_size");
	refused("{\"connection_pool_size\": \"ten\"}", "22023", "/connection_pool_size");
	refused("{\"connection_pool_size\": 1.5}", "22023", "/connection_pool_size");
	refused("{\"connection_pool_size\": 99999999999999999999}", "22023", "/connection_pool_size");
	refused("{\"connection_pool_size\": 2, \"connection_pool_min\": 3}", "22023", "/connection_pool_min");
	refused("{\"idle_timeout_ms\": -1}", "22023", "/idle_timeout_ms");
	refused("{\"connection_name\": \"\"}", "22023", "/connection_name");
	refused("{\"connection_name\": \"\\u0000\"}", "22023", "/connection_name");
	refused("{\"session_reset\": \"sometimes\"}", "22023", "/session_reset");
	refused("{\"pool_size\": 3}", "42601", "");
	refused("{\"leak_after_ms\": 3, \"leak_after_ms\": 3}", "22023", "/leak_after_ms");
	refused("[]", "42601", "");
	refused("{", "42601", "-");
	refused("", "42601", "-");

	check(pgc_pool_open(NULL, "{\"\xc3\xa9\": 1}", &error) == NULL, "an option that is not known");
	check_contains(pgc_error_message(error), "unrecognized option \"\xc3\xa9\"", "is named");
	check_contains(pgc_error_hint(error),
				   "The options are connection_name, connection_pool_size, ", "and those that are");
	pgc_error_free(error);

	check(pgc_pool_open("host=/nowhere", "{\"connection_pool_min\": 1}", &error) == NULL,
		  "a pool that is to be warm must reach the server");
	check_code(error, "08001", "and says why not");
	check(pgc_pool_close(NULL, 0) == 0, "closing no pool");
}

static PgcConnection *
connect_with_salt(void *arg, int timeout_ms, PgcError **error)
{
	int		   *calls = arg;

	(*calls)++;
	if (timeout_ms < 1 || timeout_ms > 30000)
		return NULL;
	return pgc_connect("application_name=by_function", error);
}

static void
test_acquire(void)
{
	PgcPool    *pool = open_pool("{\"connection_pool_size\": 2, \"connection_timeout_ms\": 100,"
								 " \"connection_name\": \"main\", \"leak_after_ms\": 1}");
	PgcPool    *other;
	PgcConnection *one;
	PgcConnection *two;
	PgcError   *error;
	PgcPoolStats stats = stats_of(pool);
	char	   *text;
	int			calls = 0;

	check(strcmp(stats.connection_name, "main") == 0 && stats.pool_size == 2 &&
		  stats.active_connections == 0 && stats.idle_connections == 0, "a pool begins empty");
	one = pgc_pool_acquire(pool, "a holder whose name is too long to be kept in full, by far, and \xc3\xa9", NULL);
	pause_ms(5);
	two = pgc_pool_acquire(pool, NULL, NULL);
	check(one != NULL && two != NULL && one != two, "two connections");
	check(pgc_pool_acquire(pool, NULL, &error) == NULL, "but not three");
	check_contains(pgc_error_message(error), "all 2 connections of the pool were in use for 0.1 s",
				   "which is an error that says so");
	check_contains(pgc_error_detail(error),
				   "by \"a holder whose name is too long to be kept in full, by far, and\".",
				   "and who has one of them");
	check_code(error, "53300", "of its own code");
	stats = stats_of(pool);
	check(stats.active_connections == 2 && stats.timeouts == 1 && stats.leaked_connections == 2 &&
		  stats.longest_held_ms >= 5 && strncmp(stats.longest_holder, "a holder", 8) == 0,
		  "the statistics say so, too");

	check(pgc_pool_release(pool, two), "giving one back");
	check(pgc_pool_acquire(pool, NULL, NULL) == two, "the one used last is handed out first");
	pgc_pool_release(pool, one);
	pgc_pool_release(pool, two);
	check(pgc_pool_release(pool, NULL), "giving back nothing");
	stats = stats_of(pool);
	check(stats.idle_connections == 2 && stats.acquired == 3 && stats.opened == 2 &&
		  stats.wait_p50_ms <= stats.wait_p99_ms && stats.wait_p99_ms <= stats.wait_max_ms &&
		  stats.use_max_ms >= 100 && stats.leaked_connections == 0, "and what there has been");

	other = pgc_pool_open_with(connect_with_salt, &calls, "{\"connection_pool_min\": 2}", NULL);
	check(calls == 2 && stats_of(other).idle_connections == 2, "a pool with a function, and warm");
	one = acquire(other);
	check(!pgc_pool_release(pool, one), "a connection of another pool is not taken");
	text = ask(one, "SELECT current_setting('application_name') AS a");
	check_contains(text, "by_function", "the function has opened it");
	free(text);
	check(pgc_pool_release(other, one), "but by its own it is");
	check(pgc_pool_close(other, 0) == 0 && pgc_pool_close(pool, 0) == 0, "nothing is leaked");
}

static bool
is_empty(const PgcPoolStats *stats)
{
	return stats->idle_connections + stats->active_connections == 0;
}

static bool
has_two(const PgcPoolStats *stats)
{
	return stats->idle_connections == 2 && stats->active_connections == 0;
}

static bool
has_replaced(const PgcPoolStats *stats)
{
	return stats->opened >= 5 && stats->idle_connections == 2;
}

static void
test_keeping(void)
{
	PgcPool    *pool = open_pool("{\"connection_pool_size\": 3, \"idle_timeout_ms\": 20}");
	PgcConnection *conn[3];

	for (int i = 0; i < 3; i++)
		conn[i] = acquire(pool);
	for (int i = 0; i < 3; i++)
		pgc_pool_release(pool, conn[i]);
	check(comes_true(pool, is_empty), "unused connections are closed");
	pgc_pool_close(pool, 0);

	pool = open_pool("{\"connection_pool_size\": 3, \"connection_pool_min\": 2, \"idle_timeout_ms\": 20}");
	for (int i = 0; i < 3; i++)
		conn[i] = acquire(pool);
	for (int i = 0; i < 3; i++)
		pgc_pool_release(pool, conn[i]);
	check(comes_true(pool, has_two), "but not the least");
	conn[0] = acquire(pool);
	run_sql(conn[0], "SELECT pg_terminate_backend(pg_backend_pid())");
	check(!pgc_connection_is_open(conn[0]), "a connection is lost");
	pgc_pool_release(pool, conn[0]);
	check(comes_true(pool, has_two), "and made up for");
	check(stats_of(pool).broken_connections == 1, "and counted");
	pgc_pool_close(pool, 0);

	pool = open_pool("{\"connection_pool_size\": 2, \"connection_pool_min\": 2, \"max_lifetime_ms\": 50}");
	check(comes_true(pool, has_replaced), "old connections are replaced");
	conn[0] = acquire(pool);
	pause_ms(60);
	pgc_pool_release(pool, conn[0]);
	check(stats_of(pool).broken_connections == 0, "which is no fault of theirs");
	pgc_pool_close(pool, 0);
}

/* Sessions that are ended while they are idle. */
static void
test_validation(void)
{
	PgcPool    *pool = open_pool("{\"validate_after_ms\": 0, \"connection_pool_size\": 2}");
	PgcConnection *one = acquire(pool);
	PgcConnection *two = acquire(pool);
	PgcReply   *reply;

	pgc_pool_release(pool, one);
	run_sql(two, "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity"
			" WHERE application_name = 'pool_test' AND pid <> pg_backend_pid()");
	one = acquire(pool);
	check(pgc_connection_is_open(one), "a connection that was lost is replaced");
	reply = pgc_call(one, "test_connection", NULL, NULL);
	check(reply != NULL, "by one that works");
	check(stats_of(pool).broken_connections == 1, "and counted");
	pgc_reply_free(reply);
	pgc_pool_release(pool, one);
	pgc_pool_release(pool, two);
	pgc_pool_close(pool, 0);

	/* Not tried, and lost: the call finds out, and is made again. */
	pool = open_pool("{\"validate_after_ms\": 100000, \"connection_pool_size\": 2}");
	one = acquire(pool);
	two = acquire(pool);
	run_sql(one, "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity"
			" WHERE application_name = 'pool_test' AND pid <> pg_backend_pid()");
	pgc_pool_release(pool, one);
	pgc_pool_release(pool, two);
	reply = pgc_pool_call(pool, NULL, "test_connection", NULL, NULL);
	check(reply != NULL && stats_of(pool).retries == 1, "a call on a lost connection is repeated on another");
	pgc_reply_free(reply);
	pgc_pool_close(pool, 0);
}

static void
test_sessions(void)
{
	PgcPool    *pool = open_pool("{\"connection_pool_size\": 1}");
	PgcConnection *conn = acquire(pool);
	char	   *text;

	run_sql(conn, "SELECT set_config('my.setting', 'left', false) AS a, set_config('work_mem', '123kB', false) AS b, pg_advisory_lock(42)");
	run_sql(conn, "CREATE TEMPORARY TABLE left_over (a int)");
	check(pgc_pool_release(pool, conn), "a session is left with settings, a lock and a table");
	conn = acquire(pool);
	text = ask(conn, "SELECT coalesce(current_setting('my.setting', true), '') || current_setting('work_mem')"
			   " || coalesce(to_regclass('left_over')::text, '') || (SELECT count(*) FROM pg_locks WHERE locktype = 'advisory') AS a");
	check(strcmp(text, "[{\"a\":\"4MB0\"}]") == 0 || strcmp(text, "[{\"a\": \"4MB0\"}]") == 0, "the next finds none of it");
	printf("# %s\n", text);
	free(text);
	pgc_pool_release(pool, conn);
	check(stats_of(pool).session_resets == 2, "raw SQL has the session reset");

	pgc_reply_free(pgc_pool_call(pool, NULL, "select_rows", "{\"table\": \"pg_catalog.pg_class\", \"limit\": 1}", NULL));
	check(stats_of(pool).session_resets == 2, "other commands do not");

	conn = acquire(pool);
	pgc_begin(conn, NULL, NULL);
	run_sql(conn, "CREATE TABLE not_committed (a int)");
	check(!pgc_pool_release(pool, conn), "a transaction is left open");
	conn = acquire(pool);
	text = ask(conn, "SELECT to_regclass('not_committed') IS NULL AS a");
	check_contains(text, "true", "and rolled back");
	free(text);
	check(!pgc_connection_in_transaction(conn) && stats_of(pool).abandoned_transactions == 1, "and counted");
	pgc_pool_release(pool, conn);
	pgc_pool_close(pool, 0);

	pool = open_pool("{\"connection_pool_size\": 1, \"session_reset\": \"never\"}");
	conn = acquire(pool);
	run_sql(conn, "SELECT set_config('my.setting', 'left', false)");
	pgc_pool_release(pool, conn);
	conn = acquire(pool);
	text = ask(conn, "SELECT current_setting('my.setting', true) AS a");
	check_contains(text, "left", "unless told never to");
	free(text);
	pgc_pool_release(pool, conn);
	pgc_pool_close(pool, 0);

	pool = open_pool("{\"connection_pool_size\": 1, \"session_reset\": \"always\"}");
	pgc_pool_release(pool, acquire(pool));
	check(stats_of(pool).session_resets == 1, "or always to");
	pgc_pool_close(pool, 0);
}

static void
test_leak(void)
{
	PgcPool    *pool = open_pool("{\"connection_pool_size\": 2}");
	PgcConnection *conn = acquire(pool);

	pgc_pool_release(pool, acquire(pool));
	check(pgc_pool_close(pool, 10) == 1, "closing a pool tells how many connections are missing");
	check(pgc_connection_is_open(conn), "which stay usable");
	check(pgc_pool_release(pool, conn), "and may be given back late");
}

/*-------------------------------------------------------------------------
 * Policies
 *-------------------------------------------------------------------------
 */

static void
policy_refused(const char *options, const char *code)
{
	PgcError   *error;

	check(pgc_retry_policy_new(options, &error) == NULL, options);
	check_code(error, code, "is refused");
}

/* Whether a policy has an error that a call really gives. */
static bool
matches(const char *options, const char *raise)
{
	PgcRetryPolicy *policy = options ? pgc_retry_policy_new(options, NULL) : NULL;
	PgcConnection *conn = pgc_connect(NULL, NULL);
	PgcError   *error;
	char		request[300];
	bool		result;

	snprintf(request, sizeof(request),
			 "{\"sql\": \"DO $$BEGIN RAISE EXCEPTION 'x' USING ERRCODE = '%s'; END$$\"}", raise);
	if (pgc_call(conn, "execute", request, &error) != NULL || strcmp(pgc_error_code(error), raise) != 0)
		check(false, raise);
	result = pgc_retry_policy_matches(policy, error);
	pgc_error_free(error);
	pgc_connection_close(conn);
	pgc_retry_policy_free(policy);
	return result;
}

static void
test_policies(void)
{
	PgcRetryPolicy *policy;
	PgcConnection *conn = pgc_connect(NULL, NULL);
	PgcError   *error;
	bool		in_range = true;
	int			longest = 0;

	policy_refused("{\"retry_on_errors\": \"connection_failure,deadlok\"}", "22023");
	policy_refused("{\"retry_on_errors\": \"deadlock serialization\"}", "22023");
	policy_refused("{\"retry_on_errors\": \"deadlock,\"}", "22023");
	policy_refused("{\"retry_on_errors\": \"40p01\"}", "22023");
	policy_refused("{\"retry_on_errors\": [\"deadlock\", 1]}", "22023");
	policy_refused("{\"retry_on_errors\": 40001}", "22023");
	policy_refused("{\"max_retries\": -1}", "22023");
	policy_refused("{\"retries\": 1}", "42601");
	pgc_retry_policy_free(NULL);

	check(matches(NULL, "40001") && matches(NULL, "40P01") && matches(NULL, "55P03"), "by default: conflicts");
	check(matches(NULL, "08006") && matches(NULL, "57P01") && matches(NULL, "53300"), "and connections");
	check(!matches(NULL, "23505") && !matches(NULL, "57014") && !matches(NULL, "53100") &&
		  !matches(NULL, "08P01"), "and nothing else");
	check(matches("{\"retry_on_errors\": \"connection_failure,deadlock\"}", "40P01") &&
		  !matches("{\"retry_on_errors\": \"connection_failure,deadlock\"}", "40001"), "named ones replace the default");
	check(matches("{\"retry_on_errors\": \" deadlock , 23505 \"}", "23505"), "an SQLSTATE");
	check(matches("{\"retry_on_errors\": [\"deadlock\", \"23\"]}", "23514"), "a class of them");
	check(matches("{\"retry_on_errors\": \"resource\"}", "53100") &&
		  matches("{\"retry_on_errors\": \"resource\"}", "58030"), "resource");
	check(matches("{\"retry_on_errors\": \"statement_timeout\"}", "57014"), "statement_timeout");
	check(!matches("{\"retry_on_errors\": []}", "40001") &&
		  !matches("{\"retry_on_errors\": \"\"}", "40001"), "none");

	policy = pgc_retry_policy_new("{\"retry_on_errors\": \"57014\"}", NULL);
	pgc_call(conn, "execute", "{\"sql\": \"DO $$BEGIN RAISE EXCEPTION 'canceling statement due to user request'"
			 " USING ERRCODE = '57014'; END$$\"}", &error);
	check(!pgc_retry_policy_matches(policy, error), "a user's cancel is never among them");
	pgc_error_free(error);
	pgc_retry_policy_free(policy);
	pgc_connection_close(conn);

	policy = pgc_retry_policy_new("{\"retry_backoff_ms\": 100, \"retry_max_backoff_ms\": 1000}", NULL);
	for (int retry = 1; retry < 40; retry++)
	{
		int			most = retry > 4 ? 1000 : 100 << (retry - 1);

		for (int i = 0; i < 50; i++)
		{
			int			delay = pgc_retry_policy_delay_ms(policy, retry);

			in_range = in_range && delay >= 0 && delay <= most;
			if (delay > longest)
				longest = delay;
		}
	}
	check(in_range, "waits double up to the longest");
	check(longest > 500, "and are spread over it");
	pgc_retry_policy_free(policy);
}

static void
test_retry_call(void)
{
	PgcRetryPolicy *policy = pgc_retry_policy_new("{\"max_retries\": 3, \"retry_backoff_ms\": 1}", NULL);
	PgcPool    *pool = open_pool("{\"connection_pool_size\": 1}");
	PgcConnection *conn = acquire(pool);
	PgcReply   *reply;
	PgcError   *error;

	run_sql(conn, "CREATE SEQUENCE attempts");
	run_sql(conn, "CREATE TABLE counted (n int)");
	run_sql(conn, "CREATE FUNCTION fail_until(n int, code text) RETURNS int LANGUAGE plpgsql AS"
			" $$BEGIN IF nextval('attempts') < n THEN RAISE EXCEPTION 'attempt' USING ERRCODE = code; END IF; RETURN n; END$$");

	reply = pgc_retry_call(conn, policy, "execute", "{\"sql\": \"SELECT fail_until(3, '40001')\"}", &error);
	check(reply != NULL && error == NULL, "a call is repeated until it succeeds");
	pgc_reply_free(reply);

	run_sql(conn, "SELECT setval('attempts', 1, false)");
	reply = pgc_retry_call(conn, policy, "execute", "{\"sql\": \"SELECT fail_until(100, '40001')\"}", &error);
	check(reply == NULL, "but not without end");
	check_code(error, "40001", "and then the error is the last one");
	reply = pgc_retry_call(conn, policy, "execute", "{\"sql\": \"SELECT nextval('attempts') AS n\"}", NULL);
	check_contains(pgc_reply_text(reply), "5", "after as many attempts as allowed");
	pgc_reply_free(reply);

	run_sql(conn, "SELECT setval('attempts', 1, false)");
	reply = pgc_retry_call(conn, policy, "execute", "{\"sql\": \"SELECT fail_until(2, '23505')\"}", NULL);
	check(reply == NULL, "nor after another error");
	pgc_reply_free(reply);

	run_sql(conn, "SELECT setval('attempts', 1, false)");
	pgc_begin(conn, NULL, NULL);
	reply = pgc_retry_call(conn, policy, "execute", "{\"sql\": \"SELECT fail_until(2, '40001')\"}", &error);
	check(reply == NULL, "nor within a transaction");
	check_code(error, "40001", "whose error it is");
	pgc_rollback(conn, NULL);
	pgc_pool_release(pool, conn);

	/* Ended before there was a reply, so that nothing has happened. */
	reply = pgc_pool_call(pool, policy, "execute", "{\"sql\": \"SELECT pg_terminate_backend(pg_backend_pid())\"}", &error);
	check(reply == NULL && stats_of(pool).retries == 3, "a session that is ended is replaced for each attempt");
	check_code(error, "57P01", "until it is enough");
	pgc_pool_close(pool, 0);
	pgc_retry_policy_free(policy);
}

/*-------------------------------------------------------------------------
 * Many threads
 *-------------------------------------------------------------------------
 */

typedef struct Crowd
{
	PgcPool    *pool;
	pthread_mutex_t mutex;
	int			turns;			/* for each */
	const char *request;
	int			served;
	int			failed;
	int			order[16];
} Crowd;

static void *
take_turns(void *arg)
{
	Crowd	   *crowd = arg;
	int			served = 0;

	for (int i = 0; i < crowd->turns; i++)
	{
		PgcConnection *conn = pgc_pool_acquire(crowd->pool, NULL, NULL);
		PgcReply   *reply = NULL;

		if (conn != NULL)
			reply = pgc_call(conn, "query", crowd->request, NULL);
		served += reply != NULL;
		pgc_reply_free(reply);
		pgc_pool_release(crowd->pool, conn);
	}
	pthread_mutex_lock(&crowd->mutex);
	crowd->served += served;
	crowd->failed += crowd->turns - served;
	pthread_mutex_unlock(&crowd->mutex);
	return NULL;
}

static void
crowd_run(Crowd *crowd, int nthreads)
{
	pthread_t  *threads = calloc((size_t) nthreads, sizeof(pthread_t));

	pthread_mutex_init(&crowd->mutex, NULL);
	for (int i = 0; i < nthreads; i++)
		pthread_create(&threads[i], NULL, take_turns, crowd);
	for (int i = 0; i < nthreads; i++)
		pthread_join(threads[i], NULL);
	pthread_mutex_destroy(&crowd->mutex);
	free(threads);
}

/* However long it takes: it is the line that nobody waits in for long. */
static PgcConnection *
connect_patiently(void *arg, int timeout_ms, PgcError **error)
{
	(void) arg;
	(void) timeout_ms;
	return pgc_connect(NULL, error);
}

static void
test_crowd(void)
{
	Crowd		crowd = {.turns = 20, .request = "{\"sql\": \"SELECT 1\"}"};
	PgcPoolStats stats;

	crowd.pool = open_pool("{\"connection_pool_size\": 10}");
	crowd_run(&crowd, 200);
	stats = stats_of(crowd.pool);
	check(crowd.served == 200 * 20 && stats.timeouts == 0 && stats.acquired == 200 * 20,
		  "200 threads on 10 connections: each gets all its turns");
	check(stats.idle_connections == stats.opened - stats.closed && stats.idle_connections <= 10 &&
		  stats.active_connections == 0 && stats.waiting_requests == 0,
		  "and all connections are back");
	check(pgc_pool_close(crowd.pool, 0) == 0, "and the pool can be closed");

	/* Waiters who give up when they are about to be served lose nothing. */
	crowd = (Crowd) {.turns = 100, .request = "{\"sql\": \"SELECT pg_sleep(0.003)\"}"};
	crowd.pool = pgc_pool_open_with(connect_patiently, NULL,
									"{\"connection_pool_size\": 2, \"connection_timeout_ms\": 20,"
									" \"max_lifetime_ms\": 200, \"validate_after_ms\": 1}", NULL);
	crowd_run(&crowd, 20);
	stats = stats_of(crowd.pool);
	check(crowd.served + crowd.failed == 2000 && stats.waiting_requests == 0,
		  "impatient threads: nobody waits for ever");
	printf("# %d served, %lld timed out, %lld opened\n", crowd.served, stats.timeouts, stats.opened);
	check(pgc_pool_close(crowd.pool, 30000) == 0, "and no connection is lost");
}

static void *
take_one_turn(void *arg)
{
	Crowd	   *crowd = arg;
	PgcConnection *conn = pgc_pool_acquire(crowd->pool, "in line", NULL);

	pthread_mutex_lock(&crowd->mutex);
	if (conn == NULL)
		crowd->failed++;
	else
		crowd->order[crowd->served++] = stats_of(crowd->pool).waiting_requests;
	pthread_mutex_unlock(&crowd->mutex);
	pgc_pool_release(crowd->pool, conn);
	return NULL;
}

typedef struct InLine
{
	Crowd	   *crowd;
	int			number;
} InLine;

static void *
stand_in_line(void *arg)
{
	InLine	   *me = arg;
	Crowd	   *crowd = me->crowd;
	PgcConnection *conn = pgc_pool_acquire(crowd->pool, "in line", NULL);

	pthread_mutex_lock(&crowd->mutex);
	crowd->order[crowd->served++] = me->number;
	pthread_mutex_unlock(&crowd->mutex);
	pgc_pool_release(crowd->pool, conn);
	return NULL;
}

static void
wait_for_line(PgcPool *pool, int length)
{
	while (stats_of(pool).waiting_requests < length)
		pause_ms(1);
}

static void
test_line(void)
{
	Crowd		crowd = {0};
	PgcConnection *conn;
	pthread_t	threads[16];
	InLine		places[16];
	bool		in_order = true;

	pthread_mutex_init(&crowd.mutex, NULL);
	crowd.pool = open_pool("{\"connection_pool_size\": 1}");
	conn = acquire(crowd.pool);
	for (int i = 0; i < 16; i++)
	{
		places[i] = (InLine) {&crowd, i};
		pthread_create(&threads[i], NULL, stand_in_line, &places[i]);
		wait_for_line(crowd.pool, i + 1);
	}
	pgc_pool_release(crowd.pool, conn);
	for (int i = 0; i < 16; i++)
		pthread_join(threads[i], NULL);
	for (int i = 0; i < 16; i++)
		in_order = in_order && crowd.order[i] == i;
	check(in_order, "first come, first served");

	/* Closing sends those away who still wait. */
	crowd.served = crowd.failed = 0;
	conn = acquire(crowd.pool);
	for (int i = 0; i < 4; i++)
		pthread_create(&threads[i], NULL, take_one_turn, &crowd);
	wait_for_line(crowd.pool, 4);
	check(pgc_pool_close(crowd.pool, 10) == 1, "a pool is closed while threads wait");
	for (int i = 0; i < 4; i++)
		pthread_join(threads[i], NULL);
	check(crowd.failed == 4, "who get an error");
	pgc_pool_release(crowd.pool, conn);
	pthread_mutex_destroy(&crowd.mutex);
}

/*
 * A server that hangs up on every call: whether it took effect is not known,
 * so only what does no harm is repeated.
 */
static void
test_unknown(const char *conninfo)
{
	static const struct
	{
		const char *command;
		const char *request;
		int			retries;
	}			calls[] = {
		{"insert_rows", "{\"table\": \"t\", \"row\": {}}", 0},
		{"insert_rows", "{\"table\": \"t\", \"row\": {\"idempotency_key\": \"a\"}}", 0},
		{"insert_rows", "{\"table\": \"t\", \"row\": {}, \"idempotency_key\": null}", 0},
		{"insert_rows", "{\"table\": \"t\", \"row\": {}, \"idempotency_key\": \"a\"", 0},
		{"execute", "{\"sql\": \"SELECT 1\"}", 0},
		{"no_such_command", NULL, 0},
		{"insert_rows", "{\"table\": \"t\", \"row\": {}, \"idempotency_key\": \"a\"}", 2},
		{"select_rows", "{\"table\": \"t\"}", 2},
		{"query", "{\"sql\": \"SELECT 1\"}", 2},
		{"test_connection", NULL, 2},
	};
	PgcRetryPolicy *policy = pgc_retry_policy_new("{\"max_retries\": 2, \"retry_backoff_ms\": 1}", NULL);

	for (size_t i = 0; i < sizeof(calls) / sizeof(calls[0]); i++)
	{
		PgcPool    *pool = pgc_pool_open(conninfo, "{\"connection_pool_size\": 1}", NULL);
		PgcError   *error;

		check(pgc_pool_call(pool, policy, calls[i].command, calls[i].request, &error) == NULL &&
			  stats_of(pool).retries == calls[i].retries,
			  calls[i].retries > 0 ? "repeated" : "not repeated");
		check_code(error, "08007", calls[i].request ? calls[i].request : calls[i].command);
		pgc_pool_close(pool, 0);
	}
	pgc_retry_policy_free(policy);
}

int
main(int argc, char **argv)
{
	setenv("PGAPPNAME", "pool_test", 1);
	if (argc > 2)
		test_unknown(argv[2]);
	if (argc < 2)
	{
		test_options();
		test_acquire();
		test_validation();
		test_sessions();
		test_leak();
		test_policies();
		test_retry_call();
	}
	if (argc < 3)
	{
		test_keeping();
		test_line();
		test_crowd();
	}
	printf("1..%d\n", tests);
	return failures > 0;
}

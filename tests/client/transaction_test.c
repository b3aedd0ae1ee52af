/*
 * Transactions against a real server that has the extension, found through
 * the environment.  Prints TAP.
 *
 *	  transaction_test --commit CONNINFO [OPTIONS]
 *			Adds a row over a connection that may be cut at its COMMIT, and
 *			prints how that ended: "committed", or the error's code.
 */
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

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
check_code(PgcError *error, const char *code, const char *name)
{
	bool		ok = error != NULL && strcmp(pgc_error_code(error), code) == 0;

	check(ok, name);
	if (!ok)
		printf("# %s\n", error ? pgc_error_json(error) : "no error");
	pgc_error_free(error);
}

static PgcConnection *
connect_or_die(const char *conninfo)
{
	PgcError   *error;
	PgcConnection *conn = pgc_connect(conninfo, &error);

	if (conn == NULL)
	{
		printf("Bail out! %s\n", pgc_error_json(error));
		exit(1);
	}
	return conn;
}

static bool
run_sql(PgcConnection *conn, const char *sql, PgcError **error)
{
	char		request[1000];
	PgcReply   *reply;

	snprintf(request, sizeof(request), "{\"sql\": \"%s\"}", sql);
	reply = pgc_call(conn, "execute", request, error);
	pgc_reply_free(reply);
	return reply != NULL;
}

/* Whether the query's one row has the one value, which is text. */
static bool
gives(PgcConnection *conn, const char *sql, const char *value)
{
	char		request[1000];
	char		wanted[1000];
	PgcReply   *reply;
	bool		ok;

	snprintf(request, sizeof(request), "{\"sql\": \"%s\", \"format\": \"arrays\", \"result\": \"rows\"}", sql);
	snprintf(wanted, sizeof(wanted), "[[\"%s\"]]", value);
	reply = pgc_call(conn, "query", request, NULL);
	ok = reply != NULL && strcmp(pgc_reply_text(reply), wanted) == 0;
	if (!ok)
		printf("# %s: %s\n", sql, reply ? pgc_reply_text(reply) : "an error");
	pgc_reply_free(reply);
	return ok;
}

static void
refused(PgcConnection *conn, const char *options, const char *code)
{
	PgcError   *error;
	bool		begun = pgc_begin(conn, options, &error);

	check(!begun && !pgc_connection_in_transaction(conn) && pgc_connection_is_open(conn), options);
	check_code(error, code, "is refused");
}

static void
test_options(PgcConnection *conn)
{
	PgcError   *error;

	refused(conn, "{\"isolation_level\": \"chaos\"}", "22023");
	refused(conn, "{\"isolation_level\": \"serializable; DROP TABLE kept\"}", "22023");
	refused(conn, "{\"isolation\": \"serializable\"}", "42601");
	refused(conn, "{\"read_only\": \"yes\"}", "22023");
	refused(conn, "{\"set_role\": \"no such role\"}", "22023");
	refused(conn, "{\"session_variables\": [\"a.b\"]}", "22023");
	refused(conn, "{\"session_variables\": {\"a.b\": 1}}", "22023");
	refused(conn, "{\"session_variables\": {\"Role\": \"postgres\"}}", "22023");
	refused(conn, "{\"session_variables\": {\"session_authorization\": \"postgres\"}}", "22023");
	refused(conn, "{\"session_variables\": {\"PG_connector.row_cap\": \"1\"}}", "22023");
	refused(conn, "{\"session_variables\": {\"no_such_setting\": \"1\"}}", "42704");
	refused(conn, "{\"session_variables\": {\"work_mem\": \"much\"}}", "22023");
	refused(conn, "{\"session_variables\": {\"a.b\": \"\\u0000\"}}", "22023");

	check(pgc_begin(conn, "{\"isolation_level\": \"Repeatable_Read\", \"read_only\": true}", &error) && error == NULL,
		  "an isolation level");
	check(pgc_connection_in_transaction(conn), "is in a transaction");
	check(gives(conn, "SELECT current_setting('transaction_isolation')", "repeatable read"), "it is in force");
	check(!run_sql(conn, "CREATE TABLE nothing (a int)", &error), "read only");
	check_code(error, "25006", "is in force, too");
	check(!pgc_commit(conn, &error), "a transaction that has failed is not committed");
	check_code(error, "25P02", "and that is an error");
	check(!pgc_connection_in_transaction(conn), "but it is ended");

	check(pgc_begin(conn, "{\"isolation_level\": \"serializable\", \"read_only\": true, \"deferrable\": true}", NULL) &&
		  gives(conn, "SELECT current_setting('transaction_deferrable')", "on") && pgc_commit(conn, NULL),
		  "deferrable");
	check(pgc_begin(conn, "{\"set_role\": \"transaction_role\", \"session_variables\":"
					" {\"app.tenant\": \"it's $1 \\\"x\\\" \\u00e9\", \"work_mem\": \"77kB\"}}", &error), "a role and variables");
	if (error != NULL)
		printf("# %s\n", pgc_error_json(error));
	check(gives(conn, "SELECT concat(current_user, ' ', current_setting('work_mem'), ' ', length(current_setting('app.tenant')))",
				"transaction_role 77kB 13"), "are in force");
	check(!pgc_begin(conn, NULL, &error), "no transaction within another");
	check_code(error, "25001", "is refused");
	check(pgc_commit(conn, NULL), "commit");
	check(gives(conn, "SELECT concat(current_user, ' ', current_setting('work_mem'), current_setting('app.tenant'))", "postgres 4MB"),
		  "and after the transaction not any more");
	check(!pgc_commit(conn, &error), "no commit without a transaction");
	check_code(error, "25P01", "is refused");
	check(!pgc_rollback(conn, &error), "nor a rollback");
	check_code(error, "25P01", "is refused");
	check(!pgc_begin(NULL, NULL, &error), "nor anything without a connection");
	check_code(error, "08003", "is refused");
}

static void
test_savepoints(PgcConnection *conn)
{
	PgcError   *error;

	check(!pgc_savepoint(conn, "a", &error), "a savepoint needs a transaction");
	check_code(error, "25P01", "is refused");
	pgc_begin(conn, NULL, NULL);
	run_sql(conn, "INSERT INTO kept VALUES ('before')", NULL);
	check(pgc_savepoint(conn, "a \"b\"; DROP TABLE kept", NULL), "a savepoint, whatever its name");
	check(!run_sql(conn, "INSERT INTO no_such_table VALUES (1)", NULL), "a call fails");
	check(pgc_savepoint_rollback(conn, "a \"b\"; DROP TABLE kept", NULL), "back to the savepoint");
	run_sql(conn, "INSERT INTO kept VALUES ('after')", NULL);
	check(pgc_savepoint_release(conn, "a \"b\"; DROP TABLE kept", NULL), "done with it");
	check(pgc_savepoint(conn, "123456789012345678901234567890123456789012345678901234567890123", NULL), "63 bytes");
	check(!pgc_savepoint(conn, "1234567890123456789012345678901234567890123456789012345678901234", &error), "64 bytes");
	check_code(error, "42622", "is refused");
	check(!pgc_savepoint(conn, "", &error), "no name");
	check_code(error, "42622", "is refused");
	check(pgc_connection_in_transaction(conn) && pgc_commit(conn, NULL), "commit");
	check(gives(conn, "SELECT string_agg(what, ' ' ORDER BY what) FROM kept", "after before"), "both are kept");
	pgc_begin(conn, NULL, NULL);
	check(!pgc_savepoint_rollback(conn, "never made", &error), "a savepoint that there is not");
	check_code(error, "3B001", "is refused");
	check(pgc_rollback(conn, NULL), "rollback");
}

/*-------------------------------------------------------------------------
 * Whole transactions
 *-------------------------------------------------------------------------
 */

typedef struct Work
{
	const char *what;
	int			attempts;
	PgcConnection *other;
} Work;

static bool
transfer(PgcConnection *conn, void *arg, PgcError **error)
{
	Work	   *work = arg;

	work->attempts++;
	if (!run_sql(conn, "SELECT what FROM counter", error))
		return false;

	/* The first time, somebody else is quicker. */
	if (work->other != NULL && work->attempts == 1)
		run_sql(work->other, "UPDATE counter SET what = what || '0'", NULL);
	return run_sql(conn, "UPDATE counter SET what = what || '1'", error);
}

static bool
misbehave(PgcConnection *conn, void *arg, PgcError **error)
{
	Work	   *work = arg;

	work->attempts++;
	if (!run_sql(conn, "INSERT INTO kept VALUES ('misbehaved')", error))
		return false;
	if (strcmp(work->what, "commit") == 0)
		return pgc_commit(conn, error);
	if (strcmp(work->what, "ignore") == 0)
	{
		run_sql(conn, "SELECT 1 / 0", NULL);
		return true;
	}
	if (strcmp(work->what, "lose") == 0)
		return run_sql(conn, "SELECT pg_terminate_backend(pg_backend_pid())", error);
	if (strcmp(work->what, "defer") == 0)
		return run_sql(conn, "INSERT INTO child VALUES (1)", error);
	return false;
}

static void
misbehaves(PgcConnection *conn, const char *what, const char *code, int attempts)
{
	Work		work = {.what = what};
	PgcRetryPolicy *policy = pgc_retry_policy_new("{\"retry_backoff_ms\": 1, \"max_retries\": 2}", NULL);
	PgcPool    *pool = NULL;
	PgcError   *error;

	if (conn != NULL)
		check(!pgc_transaction(conn, policy, NULL, misbehave, &work, &error), what);
	else
	{
		pool = pgc_pool_open(NULL, NULL, NULL);
		check(!pgc_pool_transaction(pool, policy, NULL, misbehave, &work, &error), what);
	}
	check_code(error, code, "fails");
	check(work.attempts == attempts, "as often as it should");
	pgc_pool_close(pool, 0);
	pgc_retry_policy_free(policy);
}

typedef struct Locker
{
	PgcPool    *pool;
	int			number;
	int			attempts;
	bool		ok;
} Locker;

/* Two of these want the same rows, in different order. */
static bool
lock_both(PgcConnection *conn, void *arg, PgcError **error)
{
	Locker	   *me = arg;
	char		sql[200];

	me->attempts++;
	snprintf(sql, sizeof(sql), "UPDATE pair SET n = n + 1 WHERE id = %d", me->number);
	if (!run_sql(conn, sql, error))
		return false;
	/* Until the other has its first row, too, or has had both. */
	if (!run_sql(conn, "DO $$BEGIN PERFORM nextval('rendezvous'); FOR i IN 1 .. 2000 LOOP"
				 " EXIT WHEN (SELECT last_value FROM rendezvous) >= 2; PERFORM pg_sleep(0.005); END LOOP; END$$", error))
		return false;
	snprintf(sql, sizeof(sql), "UPDATE pair SET n = n + 1 WHERE id = %d", 3 - me->number);
	return run_sql(conn, sql, error);
}

static void *
locker(void *arg)
{
	Locker	   *me = arg;
	PgcRetryPolicy *policy = pgc_retry_policy_new("{\"retry_backoff_ms\": 1}", NULL);
	PgcError   *error;

	me->ok = pgc_pool_transaction(me->pool, policy, NULL, lock_both, me, &error);
	if (!me->ok)
		printf("# %s\n", pgc_error_json(error));
	pgc_error_free(error);
	pgc_retry_policy_free(policy);
	return NULL;
}

static void
test_whole(PgcConnection *conn)
{
	PgcConnection *other = connect_or_die(NULL);
	PgcConnection *lost = connect_or_die(NULL);
	PgcRetryPolicy *policy = pgc_retry_policy_new("{\"retry_backoff_ms\": 1}", NULL);
	PgcPool    *pool = pgc_pool_open(NULL, NULL, NULL);
	Locker		one = {.pool = pool, .number = 1};
	Locker		two = {.pool = pool, .number = 2};
	Work		work = {0};
	PgcError   *error;
	pthread_t	threads[2];

	check(pgc_transaction(conn, NULL, NULL, transfer, &work, &error) && error == NULL && work.attempts == 1,
		  "a transaction");
	work = (Work) {.other = other};
	check(pgc_transaction(conn, policy, "{\"isolation_level\": \"serializable\"}", transfer, &work, &error) &&
		  work.attempts == 2, "is repeated after a serialization failure");
	if (error != NULL)
		printf("# %s\n", pgc_error_json(error));
	check(gives(conn, "SELECT what FROM counter", "1101"), "and done once");

	misbehaves(conn, "false", "40000", 1);
	misbehaves(conn, "commit", "2D000", 1);
	misbehaves(conn, "ignore", "25P02", 1);
	misbehaves(conn, "defer", "23503", 1);
	misbehaves(lost, "lose", "57P01", 1);
	misbehaves(NULL, "lose", "57P01", 3);
	check(!pgc_connection_in_transaction(conn) && gives(conn, "SELECT count(*)::text FROM kept", "3"),
		  "nothing is left but what was committed");

	pthread_create(&threads[0], NULL, locker, &one);
	pthread_create(&threads[1], NULL, locker, &two);
	pthread_join(threads[0], NULL);
	pthread_join(threads[1], NULL);
	check(one.ok && two.ok && one.attempts + two.attempts >= 3, "a deadlock: one is repeated");
	check(gives(conn, "SELECT string_agg(n::text, ' ') FROM pair", "2 2"), "and both are done once");

	pgc_pool_close(pool, 0);
	pgc_retry_policy_free(policy);
	pgc_connection_close(lost);
	pgc_connection_close(other);
}

static int
commit_one(const char *conninfo, const char *options)
{
	PgcConnection *conn = connect_or_die(conninfo);
	PgcError   *error;

	if (pgc_begin(conn, options, &error) &&
		run_sql(conn, "INSERT INTO kept VALUES ('one')", &error) &&
		pgc_commit(conn, &error))
		printf("committed\n");
	else
		printf("%s\n", pgc_error_code(error));
	pgc_error_free(error);
	pgc_connection_close(conn);
	return 0;
}

int
main(int argc, char **argv)
{
	PgcConnection *conn;

	if (argc > 2)
		return commit_one(argv[2], argc > 3 ? argv[3] : NULL);

	conn = connect_or_die(NULL);
	run_sql(conn, "CREATE TABLE kept (what text)", NULL);
	run_sql(conn, "CREATE TABLE counter AS SELECT '1' AS what", NULL);
	run_sql(conn, "CREATE TABLE pair AS SELECT generate_series(1, 2) AS id, 0 AS n", NULL);
	run_sql(conn, "CREATE SEQUENCE rendezvous", NULL);
	run_sql(conn, "CREATE TABLE parent (id int PRIMARY KEY)", NULL);
	run_sql(conn, "CREATE TABLE child (id int REFERENCES parent DEFERRABLE INITIALLY DEFERRED)", NULL);
	run_sql(conn, "CREATE ROLE transaction_role", NULL);
	test_options(conn);
	test_savepoints(conn);
	test_whole(conn);
	run_sql(conn, "DROP ROLE transaction_role", NULL);
	pgc_connection_close(conn);
	printf("1..%d\n", tests);
	return failures > 0;
}

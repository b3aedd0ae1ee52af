/*-------------------------------------------------------------------------
 *
 * pgconnector.h
 *	  Call the commands of the PostgreSQL extension pg_connector from C.
 *
 * A program opens a connection, calls commands with a request in JSON, reads
 * the replies, which are JSON too, and closes the connection:
 *
 *	  PgcError	 *error;
 *	  PgcConnection *conn = pgc_connect("service=shop", &error);
 *	  PgcReply	 *reply = NULL;
 *
 *	  if (conn != NULL)
 *		  reply = pgc_call(conn, "select_rows",
 *						   "{\"table\": \"orders\", \"limit\": 10}", &error);
 *	  if (reply != NULL)
 *		  puts(pgc_reply_text(reply));
 *	  else
 *	  {
 *		  fprintf(stderr, "%s\n", pgc_error_message(error));
 *		  pgc_error_free(error);
 *	  }
 *	  pgc_reply_free(reply);
 *	  pgc_connection_close(conn);
 *
 * Text.  Every string that goes in or comes out is UTF-8, whatever the
 * locale and the encoding of the database.
 *
 * Ownership.  Whoever receives a PgcConnection, PgcReply or PgcError closes
 * or frees it, with the one function there is for it; all of these accept
 * NULL.  They are independent of each other and go in any order: a reply or
 * an error stays valid after its connection is closed.  A string that an
 * accessor returns belongs to the object it was asked of and lives as long.
 * Strings passed in are not kept.  Connections out of a pool are the pool's:
 * they are given back, not closed.
 *
 * Errors.  A function that can fail takes a "PgcError **error" last.  Unless
 * that is NULL, it is always set: to NULL on success, otherwise to an error
 * that the caller frees.  Running out of memory is an error like any other
 * (kind PGC_KIND_CAPACITY, code 53200).
 *
 * Threads.  There is no global state.  Different connections may be used by
 * different threads at once; one connection by one thread at a time, except
 * for pgc_connection_cancel().  A pool may be used by any number of threads.
 * Replies, errors and retry policies never change, and may be read by
 * several threads.
 *
 * The library writes nothing to any stream, installs no signal handler, does
 * not touch the locale and never ends the process.
 *
 * Releases of one major version stay compatible: constants are only
 * appended, so be ready for values that this header does not know.
 *
 *-------------------------------------------------------------------------
 */
#ifndef PGCONNECTOR_H
#define PGCONNECTOR_H

#include <stdbool.h>
#include <stddef.h>

#ifdef __cplusplus
extern "C"
{
#endif

/* The version of this header, which is the extension's too. */
#define PGC_VERSION_MAJOR 0
#define PGC_VERSION_MINOR 1
#define PGC_VERSION_PATCH 0

/* One number to compare with: 1.2.3 is 10203. */
#define PGC_VERSION_NUM \
	(PGC_VERSION_MAJOR * 10000 + PGC_VERSION_MINOR * 100 + PGC_VERSION_PATCH)

/*
 * Features, for programs that are built against several versions:
 * #ifdef PGC_HAS_CANCEL.
 */
#define PGC_HAS_CANCEL 1		/* pgc_connection_cancel() */
#define PGC_HAS_CONFIG 1		/* pgc_config_read() and JSON for pgc_connect() */
#define PGC_HAS_STREAM 1		/* pgc_stream_open() */
#define PGC_HAS_PIPELINE 1		/* pgc_send(), pgc_receive(), pgc_poll(), ... */
#define PGC_HAS_RETRY 1			/* pgc_retry_call() and policies */
#define PGC_HAS_TRANSACTIONS 1	/* pgc_begin(), pgc_transaction() */
#define PGC_HAS_POOL 1			/* pgc_pool_open() */
#define PGC_HAS_SINK 1			/* pgc_sink_open() */

#if defined(__GNUC__) || defined(__clang__)
#define PGC_API __attribute__((visibility("default")))
#else
#define PGC_API
#endif

typedef struct PgcConnection PgcConnection;
typedef struct PgcReply PgcReply;
typedef struct PgcError PgcError;
typedef struct PgcConfig PgcConfig;
typedef struct PgcRetryPolicy PgcRetryPolicy;
typedef struct PgcPool PgcPool;
typedef struct PgcSink PgcSink;
typedef struct PgcStream PgcStream;

/*
 * What went wrong, coarsely: what a program decides by.  The manual says for
 * each kind what can be done about it.
 */
typedef enum PgcErrorKind
{
	PGC_KIND_INTERNAL,			/* a fault of the server or of the library */
	PGC_KIND_CONNECTION,		/* server not reached, or connection lost */
	PGC_KIND_AUTHENTICATION,	/* the server does not let this user in */
	PGC_KIND_TLS,				/* no encrypted connection as required */
	PGC_KIND_PERMISSION,		/* the role may not do this */
	PGC_KIND_SYNTAX,			/* SQL text that does not parse */
	PGC_KIND_NOT_FOUND,			/* no such table, column, command, database */
	PGC_KIND_ALREADY_EXISTS,	/* what should be created is there already */
	PGC_KIND_CONSTRAINT,		/* unique, foreign key, check, not null */
	PGC_KIND_DATA,				/* a value that its type does not accept */
	PGC_KIND_REQUEST,			/* the request is not as the command wants it */
	PGC_KIND_LIMIT,				/* more rows or bytes than allowed */
	PGC_KIND_TIMEOUT,			/* not finished within the time limit */
	PGC_KIND_CANCELLED,			/* cancelled by the user */
	PGC_KIND_CONFLICT,			/* serialization failure or deadlock */
	PGC_KIND_CAPACITY,			/* out of connections, memory or disk */
	PGC_KIND_READ_ONLY			/* a write where only reading is possible */
} PgcErrorKind;

/*
 * The version of the library that is in use, as text ("0.1.0") and as
 * PGC_VERSION_NUM would be.
 */
PGC_API const char *pgc_version(void);
PGC_API int pgc_version_num(void);

/*-------------------------------------------------------------------------
 * Connections
 *-------------------------------------------------------------------------
 */

/*
 * Open a connection.
 *
 * conninfo is a connection string of libpq: "host=db.example.com dbname=shop"
 * or "postgresql://app@db.example.com/shop".  Everything it leaves out, or
 * everything if it is NULL or empty, comes from the service file, the
 * environment (PGHOST, PGDATABASE, PGSERVICE, ...), the password file and
 * libpq's defaults, in that order.  See the chapter "Database Connection
 * Control Functions" of PostgreSQL's manual.
 *
 * Instead, conninfo may be a JSON object of options, which begins with "{":
 *
 *	  {"host": "db.example.com", "port": 5432, "database": "shop",
 *	   "username": "app", "password": "${secret:shop}", "ssl_mode": "verify-full"}
 *
 * with host, port, database, username, password, ssl_mode, ssl_cert, ssl_key,
 * ssl_key_password, ssl_root_cert, connection_timeout_ms, call_timeout_ms, or
 * any of libpq's parameters by its own name.  ${secret:NAME} is the secret of
 * that name, read anew at each connect: the file NAME in the directory that
 * PGCONNECTOR_SECRETS names (/run/secrets if none), or else the environment
 * variable PGCONNECTOR_SECRET_NAME; $${ stands for ${.  Options of a pool or a
 * sink are checked, and are of no account here; set_role and
 * session_variables are refused.
 *
 * Of libpq's parameters, these are treated differently: client_encoding is
 * always UTF8; application_name is "pgconnector" unless given.  Connecting
 * takes at most 30 seconds in all, unless connection_timeout_ms says another
 * time (0: any), or connect_timeout one for each host, in seconds.  Where
 * keepalives_idle, keepalives_interval and keepalives_count are not given,
 * they are 30, 10 and 3, so that a network that is gone is noticed in about a
 * minute; tcp_user_timeout is that minute, or less where keepalives are to
 * notice it sooner.
 *
 * The call waits until the connection is open.  It returns NULL on failure.
 * Kinds: connection, authentication, tls, not_found (the database), permission
 * (to connect to it), capacity (too many connections), data (a parameter
 * that cannot be right, code 22023); also code 0A000 if the server is older
 * than PostgreSQL 14.  No error contains a password.  Whether the extension is installed shows with the
 * first call.
 *
 * Close the connection with pgc_connection_close().
 */
PGC_API PgcConnection *pgc_connect(const char *conninfo, PgcError **error);

/*
 * The same, with parameters that take precedence over conninfo: two arrays
 * of equal length, keywords ended by NULL, both of which may be NULL.  A
 * value that is NULL or empty counts as not given.  Values need no quoting,
 * so this is the way to pass a password that a program holds.
 */
PGC_API PgcConnection *pgc_connect_params(const char *conninfo,
										  const char *const *keywords,
										  const char *const *values,
										  PgcError **error);

/*
 * Limit the time that a call may take, in milliseconds, on this side; 0 is
 * no limit, which is the default unless the option call_timeout_ms says
 * otherwise.  It is for servers and networks that do not answer: leave it
 * longer than the command's own limit ("timeout_ms" in the request, or the
 * setting pg_connector.timeout), for which the server gives a proper error.
 *
 * A call that takes longer fails with code 08007, or 08006 if the command was
 * not sent to its end and so had no effect; the connection is not open any
 * more then.  A new limit holds from the next call on.
 */
PGC_API void pgc_connection_set_timeout(PgcConnection *conn, int milliseconds);

/*
 * Have the server's notices and warnings told to a function; NULL, the
 * default, ignores them.  severity is WARNING, NOTICE, INFO, LOG or DEBUG;
 * message, detail and hint are asked of the notice as of an error, and it is
 * freed after the function has returned.  The function is called from within
 * a call, and must not use the connection.
 */
typedef void (*PgcNoticeCallback) (void *arg, const char *severity,
								   const PgcError *notice);
PGC_API void pgc_connection_set_notice(PgcConnection *conn,
									   PgcNoticeCallback callback, void *arg);

/* Close the connection and free what belongs to it. */
PGC_API void pgc_connection_close(PgcConnection *conn);

/*
 * Whether the connection can be used, as far as is known: false once a call
 * has found it lost.  Open another one then.
 */
PGC_API bool pgc_connection_is_open(const PgcConnection *conn);

/*
 * Ask the server to cancel the call that is running on the connection.
 *
 * That call then fails with kind cancelled (code 57014), or succeeds if it
 * was about to finish; if none is running, nothing happens.  Returns whether
 * the server was reached, waiting as long as that takes.
 *
 * May be called from another thread or from a signal handler (it is
 * async-signal-safe, and preserves errno), as long as the connection is not
 * being closed at the same time.
 */
PGC_API bool pgc_connection_cancel(const PgcConnection *conn);

/*-------------------------------------------------------------------------
 * Named connections
 *-------------------------------------------------------------------------
 */

/*
 * Read a file of named connections, in one of two forms:
 *
 *	  CREATE CONNECTION shop TO postgresql (
 *		  host = 'db.example.com', port = 5432, database = 'shop',
 *		  username = 'app', password = '${secret:shop}');
 *	  CREATE PIPELINE copy_orders AS INSERT INTO shop SELECT * FROM orders;
 *
 *	  {"connections": {"shop": {"host": "db.example.com", ...}},
 *	   "pipelines": {"copy_orders": "INSERT INTO shop SELECT * FROM orders"}}
 *
 * The options are those of pgc_connect() and the sink's.  Kinds: syntax, data
 * (an unknown option or a value of the wrong type, code 22023),
 * already_exists (a name given twice), each with the line; internal (the file
 * cannot be read, code 58P01).  A file with a password in it, rather than a
 * reference to one, must not be accessible to others.
 *
 * Free the configuration with pgc_config_free().  It never changes, and may
 * be read by several threads.
 */
PGC_API PgcConfig *pgc_config_read(const char *file, PgcError **error);

/* The same from text[0 .. len), whoever may read that. */
PGC_API PgcConfig *pgc_config_parse(const char *text, size_t len,
									PgcError **error);

PGC_API void pgc_config_free(PgcConfig *config);

/*
 * A connection's options as a JSON object, references to secrets as they
 * stand: what pgc_connect() takes.  NULL if there is none of that name.
 */
PGC_API const char *pgc_config_connection(const PgcConfig *config,
										  const char *name);

/* A pipeline's statement, as it was written. */
PGC_API const char *pgc_config_pipeline(const PgcConfig *config,
										const char *name);

/* The names, in the order given, n from 0; NULL beyond the last. */
PGC_API const char *pgc_config_connection_name(const PgcConfig *config,
											   size_t n);
PGC_API const char *pgc_config_pipeline_name(const PgcConfig *config,
											 size_t n);

/*
 * What an option of a connection, a pool or a sink takes: "text", "integer",
 * "number", "boolean", "choice" (one of several words), "port" (an integer, or
 * a text that lists several) or "map" (an object of texts).  NULL if there is
 * no such option; libpq's own parameters are text, and not known here.
 */
PGC_API const char *pgc_option_type(const char *name);

/*-------------------------------------------------------------------------
 * Calls
 *-------------------------------------------------------------------------
 */

/*
 * Call a command, in one round trip, and wait for its reply.
 *
 * request is the command's request, a JSON object, or NULL for an empty one.
 * The commands and their requests are described in the extension's manual,
 * and by the reply of the command "commands".
 *
 * Outside pgc_begin() and pgc_commit(), each call is a transaction of its
 * own: when a reply is returned, its effects are committed; when NULL is, it
 * had none.  The one exception is an
 * error of code 08007: the reply was lost, mostly with the connection, and
 * whether the command took effect is not known.
 *
 * The time limit is the command's ("timeout_ms" in the request, or the
 * setting pg_connector.timeout), and besides that the connection's,
 * pgc_connection_set_timeout().
 *
 * Free the reply with pgc_reply_free().
 */
PGC_API PgcReply *pgc_call(PgcConnection *conn, const char *command,
						   const char *request, PgcError **error);

/*
 * The same for a request given by its length in bytes, which need not end in
 * a NUL.
 */
PGC_API PgcReply *pgc_call_len(PgcConnection *conn, const char *command,
							   const char *request, size_t request_len,
							   PgcError **error);

/*-------------------------------------------------------------------------
 * Calls in two parts: for pipelines and event loops
 *
 * pgc_send() sends a command, pgc_receive() waits for its reply; pgc_call()
 * is both.  Between pgc_pipeline_begin() and pgc_pipeline_end() several may
 * be sent before the first reply is received: then all of them together take
 * hardly longer than one round trip.  Each remains a transaction of its own,
 * whatever becomes of the others, and the replies come in the order of the
 * calls.
 *
 * An event loop waits for pgc_connection_socket() to be ready for what
 * pgc_wants() says, then calls pgc_poll(), and pgc_receive() once that
 * returns true.
 *-------------------------------------------------------------------------
 */

/*
 * Send a command.  Returns false on failure; the command then has no effect.
 *
 * In a pipeline it waits while more than a megabyte is still to be sent, in
 * the meantime keeping in memory what the server answers.  Otherwise it does
 * not wait, and what the system does not take at once is sent by pgc_poll(),
 * pgc_flush() or pgc_receive().  So an event loop with a pipeline holds
 * back while pgc_wants() has PGC_WANT_WRITE.
 */
PGC_API bool pgc_send(PgcConnection *conn, const char *command,
					  const char *request, size_t request_len,
					  PgcError **error);

/*
 * Wait for the reply to the first command that was sent and not received
 * yet.  Fails as pgc_call() does; where the connection is lost, each command
 * that waits fails with code 08007.
 */
PGC_API PgcReply *pgc_receive(PgcConnection *conn, PgcError **error);

/* Wait until all that was sent has left this process. */
PGC_API bool pgc_flush(PgcConnection *conn, PgcError **error);

PGC_API bool pgc_pipeline_begin(PgcConnection *conn, PgcError **error);

/* Every reply must have been received. */
PGC_API bool pgc_pipeline_end(PgcConnection *conn, PgcError **error);

/* How many commands were sent whose replies were not received yet. */
PGC_API int pgc_pending(const PgcConnection *conn);

/* The socket, to be waited for and nothing else; -1 if there is none. */
PGC_API int pgc_connection_socket(const PgcConnection *conn);

#define PGC_WANT_READ 1
#define PGC_WANT_WRITE 2

/* What the socket should be ready for: a sum of these. */
PGC_API int pgc_wants(const PgcConnection *conn);

/*
 * Send and read what is possible without waiting.  True once pgc_receive()
 * will not wait, because the reply is complete, the time is over, or the
 * connection lost.
 */
PGC_API bool pgc_poll(PgcConnection *conn);

/*
 * Milliseconds until the first call's time is over, after which pgc_poll()
 * returns true; -1 if there is no limit.
 */
PGC_API int pgc_time_left(const PgcConnection *conn);

/*-------------------------------------------------------------------------
 * Replies
 *-------------------------------------------------------------------------
 */

/*
 * The reply: JSON text, ended by a NUL, exactly as the server sent it.
 * Numbers have all their digits (bigint, numeric), so read it with a
 * parser that keeps them where that matters.
 */
PGC_API const char *pgc_reply_text(const PgcReply *reply);

/* Its length in bytes, without the NUL. */
PGC_API size_t pgc_reply_length(const PgcReply *reply);

/*
 * The reply as a tree, for those who use cJSON and include its header before
 * this one; NULL if memory ran out.  Its numbers are doubles: large integers
 * lose digits.  End it with cJSON_Delete().
 */
#ifdef cJSON__h
static inline cJSON *
pgc_reply_tree(const PgcReply *reply)
{
	return cJSON_ParseWithLength(pgc_reply_text(reply), pgc_reply_length(reply));
}
#endif

PGC_API void pgc_reply_free(PgcReply *reply);

/*-------------------------------------------------------------------------
 * Streams: the rows of a query, however many
 *-------------------------------------------------------------------------
 */

typedef enum PgcStreamFormat
{
	PGC_STREAM_NDJSON,			/* each row a JSON object in a line of its own */
	PGC_STREAM_CSV				/* a line of names, then the rows */
} PgcStreamFormat;

/*
 * Run a query, of which the rows are then read one by one in constant memory,
 * here and on the server.
 *
 * sql is one SELECT, WITH, VALUES or TABLE with parameters $1, $2, ..., whose
 * values are the nparams texts params, NULL being NULL.  It runs as plain SQL
 * does, in a transaction that is read-only and sees one snapshot, unless one
 * is open already: what the role may read decides, and the limits of the
 * extension's commands on rows, bytes and time do not apply, but
 * statement_timeout does.  Values have the form that select_rows gives them.
 *
 * Errors are those of the server; code 42701 where two columns have one name.
 * No other function may use the connection until the stream is closed.
 */
PGC_API PgcStream *pgc_stream_open(PgcConnection *conn, PgcStreamFormat format,
								   const char *sql, int nparams,
								   const char *const *params,
								   PgcError **error);

/*
 * Read the next line, its line end included; it is valid until the next
 * call.  In CSV, NULL is empty and an empty text is "".  Returns false at the
 * end, and on failure, which only *error tells apart.
 *
 * The limit of pgc_connection_set_timeout() is for each line.
 */
PGC_API bool pgc_stream_next(PgcStream *stream, const char **line, size_t *len,
							 PgcError **error);

/*
 * Wait until pgc_stream_next() has something to return, at most so many
 * milliseconds, or without limit if that is -1.  False if it has not; a signal
 * ends the wait, too.
 */
PGC_API bool pgc_stream_wait(PgcStream *stream, int timeout_ms);

/* The name of the n-th column, counted from 0; NULL beyond the last. */
PGC_API const char *pgc_stream_column(const PgcStream *stream, int n);

/*
 * Close the stream.  Before its end, that has the server cancel the query,
 * which takes a moment.  To be done before the connection is closed.
 */
PGC_API void pgc_stream_close(PgcStream *stream);

/*-------------------------------------------------------------------------
 * Retries
 *-------------------------------------------------------------------------
 */

/*
 * Make a policy: after which errors work is done again, how often, and how
 * long to wait before.
 *
 * options is a JSON object, or NULL for an empty one:
 *
 *	  max_retries			after the first attempt; 5
 *	  retry_backoff_ms		the longest wait before the first retry; doubled
 *							for each further one; 1000
 *	  retry_max_backoff_ms	the longest wait of all; 30000
 *	  retry_timeout_ms		no retry begins later than this after the first
 *							attempt has begun; 0, which is no limit
 *	  retry_on_errors		which errors, as "deadlock,40001" or a list of
 *							strings; replaces what is there by default
 *
 * A wait is a random time up to the longest (full jitter).  Errors are named
 * by SQLSTATE ("40001"), by the class of it ("40"), or as
 *
 *	  connection_failure	the server is not there, or the connection lost
 *	  serialization			40001
 *	  deadlock				40P01
 *	  lock_timeout			55P03
 *	  too_many_connections	53300
 *	  admin_shutdown		57P01 to 57P05: the server went down, or comes up
 *	  statement_timeout		57014, unless it was cancelled by a user
 *	  resource				class 53 and 58030: memory, disk, connections
 *
 * of which the first five are the default.  A name that is not known is an
 * error.
 *
 * A policy never changes, so threads may share it.  Wherever one is taken,
 * NULL is the default policy.  Free it with pgc_retry_policy_free().
 */
PGC_API PgcRetryPolicy *pgc_retry_policy_new(const char *options,
											 PgcError **error);
PGC_API void pgc_retry_policy_free(PgcRetryPolicy *policy);

/*
 * For loops of one's own: whether the error is one of the policy's, which
 * does not say that what was done may be repeated; and a wait, in
 * milliseconds, before the n-th retry, counted from 1.
 */
PGC_API bool pgc_retry_policy_matches(const PgcRetryPolicy *policy,
									  const PgcError *error);
PGC_API int pgc_retry_policy_delay_ms(const PgcRetryPolicy *policy, int retry);

/*
 * As pgc_call(), and again after errors of the policy, as long as the
 * connection is open: once it is lost, that is the result, and the caller
 * opens another.  (pgc_pool_call() does that, too.)  Within a transaction the
 * call is made once, since the whole of it would have to be repeated.
 */
PGC_API PgcReply *pgc_retry_call(PgcConnection *conn,
								 const PgcRetryPolicy *policy,
								 const char *command, const char *request,
								 PgcError **error);

/*-------------------------------------------------------------------------
 * Transactions
 *-------------------------------------------------------------------------
 */

/*
 * Begin a transaction: the calls that follow belong to it, up to pgc_commit()
 * or pgc_rollback().  When one of them fails, nothing but rolling back is
 * possible, at least to a savepoint.
 *
 * options is a JSON object, or NULL for an empty one:
 *
 *	  isolation_level		"read committed", "repeatable read",
 *							"serializable"; case does not matter, and "_"
 *							may stand for a blank
 *	  read_only				true: nothing can be written
 *	  deferrable			true: a serializable and read_only transaction
 *							waits until it cannot fail any more
 *	  set_role				a role of which the user is a member: for this
 *							transaction, the user is that
 *	  session_variables		settings for this transaction, an object of
 *							strings: {"app.tenant": "17"}; not role,
 *							session_authorization and pg_connector.*
 *	  settle_timeout_ms		how long pgc_commit() tries to find out about a
 *							commit that was not answered; 30000; 0: not at
 *							all
 *	  writes				true: it is going to write, so pgc_commit() need
 *							not ask whether it has
 *
 * Returns false with *error set if the transaction could not be begun just
 * so; then there is none.  Code 25001 if there is one already.
 */
PGC_API bool pgc_begin(PgcConnection *conn, const char *options,
					   PgcError **error);

/*
 * Commit.  True says that the transaction is committed; the connection may
 * be lost nevertheless.  False says that nothing of it is, unless the code is
 * 08007: then it is not known.
 *
 * A commit whose answer was lost is looked up over a new connection, by the
 * transaction's number: the server knows whether it is committed.  If it was
 * not, the code is 08006.  What cannot be told so remains 08007: the server
 * did not come back within settle_timeout_ms, is another one than before (a
 * standby that took over), or has crashed and knows of a commit by that
 * number, which may have been given to somebody else since; or nothing had
 * been written, in a transaction that is not read_only.
 *
 * For that, a transaction that is not read_only takes one round trip more,
 * unless settle_timeout_ms is 0 or it was said that it writes.
 *
 * A transaction in which a call has failed is rolled back, with code 25P02.
 */
PGC_API bool pgc_commit(PgcConnection *conn, PgcError **error);
PGC_API bool pgc_rollback(PgcConnection *conn, PgcError **error);

/*
 * Savepoints within a transaction: roll back to one, which stays; or release
 * it, which keeps what was done since.  A name has up to 63 bytes.
 */
PGC_API bool pgc_savepoint(PgcConnection *conn, const char *name,
						   PgcError **error);
PGC_API bool pgc_savepoint_rollback(PgcConnection *conn, const char *name,
									PgcError **error);
PGC_API bool pgc_savepoint_release(PgcConnection *conn, const char *name,
								   PgcError **error);

/* Whether a transaction has been begun on the connection. */
PGC_API bool pgc_connection_in_transaction(const PgcConnection *conn);

/*
 * What is to be done in a transaction: makes calls on conn and returns true
 * to have them committed.  Otherwise returns false, passing on the error that
 * a call has set, for that decides about doing it again.  It is run once for
 * each attempt, so it should do nothing outside the database that may not be
 * done twice, and must not end the transaction itself.
 */
typedef bool (*PgcTransactionWork) (PgcConnection *conn, void *arg,
									PgcError **error);

/*
 * Begin, do the work, commit; and again from the beginning after errors of
 * the policy, serialization failures and deadlocks above all, as long as the
 * connection is open.  options are pgc_begin()'s.
 *
 * True says that the transaction is committed.  False says that nothing of
 * it is, unless the code is 08007, after which it is not repeated either.
 * Work that returns false without an error gives code 40000.
 */
PGC_API bool pgc_transaction(PgcConnection *conn, const PgcRetryPolicy *policy,
							 const char *options, PgcTransactionWork work,
							 void *arg, PgcError **error);

/*-------------------------------------------------------------------------
 * Pools
 *-------------------------------------------------------------------------
 */

/*
 * Open a pool: up to so many connections, shared by any number of threads,
 * opened when they are needed.
 *
 * conninfo is as for pgc_connect(); secrets it refers to are read anew for
 * each connection.  options is a JSON object, or NULL for an empty one, times
 * being in milliseconds; where conninfo is a JSON object, too, such as a named
 * connection, they may also stand there:
 *
 *	  connection_pool_size	the most connections; 10
 *	  connection_pool_min	the least: opened at once, which must succeed, and
 *							kept open; 0
 *	  connection_timeout_ms how long to wait for a connection, opening it
 *							included; 30000
 *	  idle_timeout_ms		unused connections above the least are closed
 *							after that time; 600000; 0: never
 *	  max_lifetime_ms		connections are replaced after that time, or up to
 *							a tenth of it earlier, lest all go at once;
 *							1800000; 0: never
 *	  validate_after_ms		a connection unused for that long is tried before
 *							it is handed out; 500
 *	  session_reset			"auto": what a session was left with (settings,
 *							locks, temporary tables, ...) is reset when a
 *							connection comes back on which raw SQL was run,
 *							or another command that is not about rows and
 *							tables; "always": every time, for databases whose
 *							triggers leave something; "never": behind a pooler
 *							that shares sessions between transactions
 *	  leak_after_ms			connections held longer than that count as leaked
 *							in the statistics; 0: none do
 *	  connection_name		for the statistics
 *
 * A pool has a thread of its own, which closes and opens connections and
 * takes no signals.  A pool is not for use in a child process after fork().
 *
 * Close the pool with pgc_pool_close().
 */
PGC_API PgcPool *pgc_pool_open(const char *conninfo, const char *options,
							   PgcError **error);

/*
 * The same for a pool whose connections are opened by a function, which may
 * be called by several threads at once: for servers that are looked up, for
 * example.  It should take no longer than timeout_ms.
 */
typedef PgcConnection *(*PgcConnectFunction) (void *arg, int timeout_ms,
											  PgcError **error);

PGC_API PgcPool *pgc_pool_open_with(PgcConnectFunction connect, void *arg,
									const char *options, PgcError **error);

/*
 * Take a connection out of the pool, waiting if all are in use: first come,
 * first served.  It is the caller's until pgc_pool_release(), which gives it
 * back; it must not be closed.
 *
 * holder says what for, for people who look for a connection that is not
 * given back; NULL if nobody needs to know.  It is cut at 63 bytes.
 *
 * Returns NULL on failure: code 53300 if the time was over, 55000 if the pool
 * is closed, otherwise what pgc_connect() gives.
 */
PGC_API PgcConnection *pgc_pool_acquire(PgcPool *pool, const char *holder,
										PgcError **error);

/*
 * Give a connection back.  If it is lost or busy it is closed; another will
 * be opened in its place.  A transaction that was left open is rolled back,
 * and that is a mistake, so it returns false and is counted.
 */
PGC_API bool pgc_pool_release(PgcPool *pool, PgcConnection *conn);

/*
 * As pgc_call(), on any connection, and again after errors of the policy, on
 * another connection if that one is lost.
 *
 * A command that may have taken effect, the reply being lost (code 08007), is
 * repeated only if it does no harm: if it only reads (select_rows, query,
 * describe, ...), or if the request has an "idempotency_key".
 */
PGC_API PgcReply *pgc_pool_call(PgcPool *pool, const PgcRetryPolicy *policy,
								const char *command, const char *request,
								PgcError **error);

/*
 * As pgc_transaction(), on any connection, and again after errors of the
 * policy, on another connection if that one is lost.
 */
PGC_API bool pgc_pool_transaction(PgcPool *pool, const PgcRetryPolicy *policy,
								  const char *options, PgcTransactionWork work,
								  void *arg, PgcError **error);

/*
 * What a pool is doing, and has done since it was opened.  Members are only
 * ever appended.
 */
typedef struct PgcPoolStats
{
	const char *connection_name;	/* as given, or ""; valid as long as the
									 * pool is */
	int			pool_size;		/* connection_pool_size */
	int			active_connections; /* in use, or being opened or closed */
	int			idle_connections;
	int			waiting_requests;	/* threads that wait for a connection */
	double		connection_wait_time_ms;	/* for a connection, on average */

	int			leaked_connections; /* in use for longer than leak_after_ms */
	double		longest_held_ms;	/* of the connections in use */
	char		longest_holder[64]; /* and what for */

	long long	acquired;		/* connections handed out */
	long long	opened;			/* connections opened, */
	long long	closed;			/* closed, */
	long long	failed_connections; /* or not opened, for an error */
	long long	timeouts;		/* waited for a connection in vain */
	long long	broken_connections; /* closed because they were lost or busy */
	long long	session_resets;
	long long	abandoned_transactions; /* rolled back by pgc_pool_release() */
	long long	retries;		/* by pgc_pool_call() and _transaction() */

	/* Half, 95 and 99 of 100 took up to that long; to an eighth of it. */
	double		wait_p50_ms;
	double		wait_p95_ms;
	double		wait_p99_ms;
	double		wait_max_ms;
	double		use_p50_ms;		/* from being handed out to coming back */
	double		use_p95_ms;
	double		use_p99_ms;
	double		use_max_ms;
} PgcPoolStats;

/* size is sizeof(PgcPoolStats), as the caller knows it. */
PGC_API void pgc_pool_stats(PgcPool *pool, PgcPoolStats *stats, size_t size);

/*
 * Close the pool: hand out no more connections, wait up to timeout_ms until
 * those in use have come back, close all, and free the pool.
 *
 * Returns how many connections are still in use: 0 unless they are leaked.
 * They are closed when they are released, which remains possible; otherwise
 * the pool must not be used any more.  Threads that wait for a connection
 * get an error.  Accepts NULL.
 */
PGC_API int pgc_pool_close(PgcPool *pool, int timeout_ms);

/*-------------------------------------------------------------------------
 * Sinks: a stream of records into one table
 *-------------------------------------------------------------------------
 */

/*
 * Open a sink: connect, and check its options against the table.
 *
 * options is a JSON object of a connection's and a sink's options, as
 * pgc_config_connection() gives them; the manual page pgconnector-sink(1)
 * says what each means.  name is what the sink is called in the ledger, the
 * metrics and dead letters.  input names what is read, for "exactly_once";
 * NULL if it cannot be read again from a position.
 *
 * Kinds, beside those of connecting: data (options that do not fit each other
 * or the table, code 22023), not_found, permission, syntax.
 *
 * With "exactly_once" each record is written once, whatever fails and however
 * often the sink is started again.  Without, a sink that is killed and started
 * again begins anew: what it had committed is written twice.  As long as it
 * runs, nothing is: what became of a commit that was not answered is asked of
 * the server.  Where that cannot be told, as after a crash of the server, the
 * sink ends with code 08007.
 *
 * A sink is used by one thread at a time.  Close it with pgc_sink_close().
 */
PGC_API PgcSink *pgc_sink_open(const char *options, const char *name,
							   const char *input, PgcError **error);

/*
 * With "exactly_once": behind which position everything is still to be
 * written.  False if nothing was written yet.
 */
PGC_API bool pgc_sink_position(const PgcSink *sink,
							   unsigned long long *position);

/*
 * Write a record, a JSON object; it is copied.  position is the place behind
 * it in the input, larger for each record.
 *
 * When a batch or a transaction is complete, this sends it and waits.  While
 * records come fast, a transaction's last batch may only be sent, and is waited
 * for, and the transaction committed, when the next one begins, or by
 * pgc_sink_flush() or pgc_sink_close(), whichever is first; an error is told
 * then.  A record that the table does not accept is a dead
 * letter, if there is a place for these; otherwise it is an error, as is
 * whatever else cannot be mended by trying again.  After an error nothing more
 * can be written: what was not committed is to be read again.
 *
 * Tried again, max_retries times for each batch and each commit, is what
 * retry_on_errors says; by default connections that are lost or not to be had,
 * deadlocks, serialization failures, lock_timeout and, with fewer records at
 * once, time limits of a command.  Where the table has been changed, it is
 * looked at anew.
 */
PGC_API bool pgc_sink_write(PgcSink *sink, const char *record, size_t len,
							unsigned long long position, PgcError **error);

/*
 * The same for what the caller knows to be no record: a dead letter with code
 * 22P02 and this message.  The text may be anything.
 */
PGC_API bool pgc_sink_reject(PgcSink *sink, const char *text, size_t len,
							 unsigned long long position, const char *message,
							 PgcError **error);

/*
 * Have a function called in each transaction before it is committed, after
 * everything else, as the role that has logged in: what it does is committed
 * with the records, or not at all.  It is called again if the transaction is
 * done again.  Meanwhile a transaction that is complete is committed before
 * pgc_sink_write() returns.  NULL ends that.
 */
PGC_API void pgc_sink_before_commit(PgcSink *sink, PgcTransactionWork work,
									void *arg);

/*
 * Milliseconds until the oldest record is to be written whether its batch is
 * complete or not, or a transaction to be committed whether another one begins
 * or not; -1 if there is none.  Call pgc_sink_flush() then.
 */
PGC_API int pgc_sink_due(const PgcSink *sink);

/* Write and commit all records that there are. */
PGC_API bool pgc_sink_flush(PgcSink *sink, PgcError **error);

/* What a sink has done.  Members are only ever appended. */
typedef struct PgcSinkStats
{
	long long	read;			/* records that pgc_sink_write() was given */
	long long	written;		/* these and the following are committed */
	long long	deduplicated;	/* merged into a later record of the same key */
	long long	skipped;		/* conflicts ignored, or dropped by a trigger */
	long long	unmatched;		/* no row to update or delete */
	long long	dead_lettered;
	long long	batches;
	long long	transactions;
	long long	failed_writes;	/* attempts that failed */
	long long	retries;
	double		latency_ms;		/* of a transaction, on average */
	double		seconds;		/* since it was opened */
	double		lag_ms;			/* age of the oldest record not committed, or 0 */
	const char *last_error;		/* the condition of the last attempt's that
								 * failed, or NULL; until the next call */
} PgcSinkStats;

/* size is sizeof(PgcSinkStats), as the caller knows it. */
PGC_API void pgc_sink_stats(const PgcSink *sink, PgcSinkStats *stats,
							size_t size);

/* What sink_open said of the table, as JSON. */
PGC_API const char *pgc_sink_table(const PgcSink *sink);

/* Close the sink.  What was not flushed is not written.  Accepts NULL. */
PGC_API void pgc_sink_close(PgcSink *sink);

/*-------------------------------------------------------------------------
 * Errors
 *
 * Members that are not known are NULL where they are strings.
 *-------------------------------------------------------------------------
 */

/* The SQLSTATE, five characters.  Never NULL. */
PGC_API const char *pgc_error_code(const PgcError *error);

/* PostgreSQL's name for it, as "unique_violation", if it has one. */
PGC_API const char *pgc_error_condition(const PgcError *error);

PGC_API PgcErrorKind pgc_error_kind(const PgcError *error);

/* The kind as text: "constraint", "not_found", ...  Never NULL. */
PGC_API const char *pgc_error_kind_name(const PgcError *error);

/* What happened, for people: one short line.  Never NULL. */
PGC_API const char *pgc_error_message(const PgcError *error);

/* More about it, and what to do about it: sentences. */
PGC_API const char *pgc_error_detail(const PgcError *error);
PGC_API const char *pgc_error_hint(const PgcError *error);

/*
 * The place in the request that is at fault, as a JSON Pointer (RFC 6901):
 * "/where/0/1"; "" is the request as a whole.
 */
PGC_API const char *pgc_error_path(const PgcError *error);

/* The step of a batch, counted from 0; -1 if there is none. */
PGC_API int pgc_error_step(const PgcError *error);

/* The database objects concerned. */
PGC_API const char *pgc_error_schema(const PgcError *error);
PGC_API const char *pgc_error_table(const PgcError *error);
PGC_API const char *pgc_error_column(const PgcError *error);
PGC_API const char *pgc_error_datatype(const PgcError *error);
PGC_API const char *pgc_error_constraint(const PgcError *error);

/* The place in the SQL text, in characters from 1; 0 if there is none. */
PGC_API int pgc_error_position(const PgcError *error);

/* Whether the same call may succeed if it is simply made again. */
PGC_API bool pgc_error_retryable(const PgcError *error);

/* The HTTP status that fits the error, 400 to 599. */
PGC_API int pgc_error_http_status(const PgcError *error);

/*
 * All of it as JSON: {"error": {"code": "23505", "kind": "constraint", ...}},
 * the same that connector.try_call() returns.  Never NULL.
 */
PGC_API const char *pgc_error_json(const PgcError *error);

PGC_API void pgc_error_free(PgcError *error);

#ifdef __cplusplus
}
#endif

#endif							/* PGCONNECTOR_H */

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
 * Strings passed in are not kept.
 *
 * Errors.  A function that can fail takes a "PgcError **error" last.  Unless
 * that is NULL, it is always set: to NULL on success, otherwise to an error
 * that the caller frees.  Running out of memory is an error like any other
 * (kind PGC_KIND_CAPACITY, code 53200).
 *
 * Threads.  There is no global state.  Different connections may be used by
 * different threads at once; one connection by one thread at a time, except
 * for pgc_connection_cancel().  Replies and errors never change, and may be
 * read by several threads.
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

#if defined(__GNUC__) || defined(__clang__)
#define PGC_API __attribute__((visibility("default")))
#else
#define PGC_API
#endif

typedef struct PgcConnection PgcConnection;
typedef struct PgcReply PgcReply;
typedef struct PgcError PgcError;
typedef struct PgcConfig PgcConfig;
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
 * keepalives_idle, keepalives_interval, keepalives_count and tcp_user_timeout
 * are not given, they are 30, 10, 3 and 60000, so that a network that is gone
 * is noticed in about a minute.
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
 * Each call is a transaction of its own: when a reply is returned, its
 * effects are committed; when NULL is, it had none.  The one exception is an
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
 * Close the stream.  Before its end, that has the server cancel the query,
 * which takes a moment.  To be done before the connection is closed.
 */
PGC_API void pgc_stream_close(PgcStream *stream);

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

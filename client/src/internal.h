/*-------------------------------------------------------------------------
 *
 * internal.h
 *	  What the handles of pgconnector.h are, and how the library makes errors.
 *
 *-------------------------------------------------------------------------
 */
#ifndef PGCONNECTOR_INTERNAL_H
#define PGCONNECTOR_INTERNAL_H

#include <stdint.h>

#include <libpq-fe.h>

#include "core/error_kind.h"
#include "pgconnector.h"

struct PgcConnection
{
	PGconn	   *pg;				/* NULL only while opening; never blocking */
	PGcancel   *cancel;			/* likewise; immutable, for any thread */
	int			timeout_ms;		/* of a call, on this side; 0: none */
	PgcNoticeCallback notice;	/* or NULL */
	void	   *notice_arg;
	int			sending_limit_ms;	/* for connection_limit_sending(); 0: not ours
									 * to do */

	bool		broken;			/* not to be used, whatever libpq thinks */
	bool		pipeline;		/* libpq is in pipeline mode */
	int			pending;		/* calls sent whose replies were not received */
	bool		version_checked;	/* the extension's, against ours */
	bool		streaming;		/* a stream has the connection */
	size_t		unsent;			/* bytes that libpq may still hold, about */
	int64_t		end;			/* of the first call's time, 0: none */

	/* Of the first call's answer, what has come so far. */
	PGresult   *reply;
	PGresult   *failure;
	bool		answered;		/* all of it */
	bool		in_block;		/* the calls belong to a transaction block */

	/* Of the transaction: transaction.c's. */
	bool		read_only;		/* asked for by pgc_begin() */
	int			settle_timeout_ms;
	char		number[24];		/* its number, or "" if that is not known yet */
	char		server[100];	/* which server, and its last crash; or "" */

	struct PoolSlot *slot;		/* the pool's, if it is a pool's connection */
	bool		session_changed;	/* something may be left in the session */
};

/* A PgcReply is a PGresult: one row, one column, not NULL. */

/* Milliseconds of a clock that is never set. */
extern int64_t clock_ms(void);

/*
 * Wait until the socket is ready for one of what is wanted (PGC_WANT_...) and
 * return for which; 0 once clock_ms() is "end" (0: never).
 */
extern int	socket_wait(int sock, int wanted, int64_t end);

/* Prepare a connection that was just opened; false if memory ran out. */
extern bool connection_prepare(PgcConnection *conn);

/*
 * Whether the system may give up a connection over which nothing can be sent
 * for its sending_limit_ms.  To be turned off where the server may have reasons not to
 * read so long: in a pipeline, and in COPY.
 */
extern void connection_limit_sending(PgcConnection *conn, bool on);

/*
 * Report a connection that was lost within a transaction block, without any
 * effect being left.  reason, which may be NULL, says how.
 */
extern void pgc_error_rolled_back(PgcError **error, const char *reason);

/* Open what a configuration says.  Of set_role and the like it does nothing. */
struct ConfigEntry;
extern PgcConnection *connect_entry(const struct ConfigEntry *entry,
									PgcError **error);

/* The statement that calls a command. */
#define PGC_CALL_SQL "SELECT connector.call($1, $2)"

/*
 * An error is one block of memory, its strings included, and never changes.
 * "object" has the hint that is to be shown, the error class's own included.
 */
struct PgcError
{
	ErrorObject object;
	ErrorClass	class;
	const char *condition;
	const char *json;
};

/* The oldest server that the extension runs on, as PQserverVersion() says. */
#define PGC_OLDEST_SERVER 140000

/*
 * A parameter of the connection that cannot be right: unlike 08001, which is
 * about the server, trying again is of no use.
 */
#define PGC_INVALID_PARAMETER "22023"

/* For ErrorObject initializers: what is not said is not known. */
#define ERROR_OBJECT_UNKNOWN .step = -1

/*
 * Report an error whose strings are the caller's: copies them.  error may be
 * NULL.  Never fails: for want of memory it reports that instead.
 */
extern void pgc_error_report(PgcError **error, const ErrorObject *object);

/* The same from what is usually known, the message being formatted. */
extern void pgc_error_format(PgcError **error, const char *code,
							 const char *detail, const char *hint,
							 const char *message,...)
			__attribute__((format(printf, 5, 6)));

/* Report that memory ran out.  Allocates nothing. */
extern void pgc_error_out_of_memory(PgcError **error);

/*
 * Report that a command may or may not have taken effect (08007), also when
 * there is no memory.  detail may be NULL.
 */
extern void pgc_error_outcome_unknown(PgcError **error, const char *detail);

/*
 * Report why the connection could not be opened, classified by what libpq
 * and the server say.  may_name_secret: the parameters are such that libpq's
 * message could quote a part of the password.
 */
extern void pgc_error_of_connecting(PgcError **error, PGconn *pg,
									bool may_name_secret);

/*
 * Report the error of a result: the server's, or libpq's own.  result is
 * NULL if libpq had no memory for one.
 */
extern void pgc_error_of_result(PgcError **error, PGconn *pg,
								const PGresult *result);

/*
 * libpq's own text about the connection, without the line end, in a new
 * string; NULL if memory ran out.
 */
extern char *connection_message(PGconn *pg);

/*
 * Whether the server does not know the function that a statement of ours,
 * "SELECT connector....", calls.
 */
extern bool extension_missing(const PGresult *result);
extern void pgc_error_no_extension(PgcError **error, PGconn *pg,
								   const PGresult *result);

/*
 * Report the error of a statement that only reads, the user's, of whose text
 * "before" characters are ours.
 */
extern void pgc_error_of_sql(PgcError **error, PGconn *pg,
							 const PGresult *result, int before);

/*
 * For a statement that was sent by libpq's functions: start the clock, and
 * get its results one by one as PQgetResult() does, except that *late says
 * that the time was over, upon which the connection is of no use any more.
 */
extern void connection_start_clock(PgcConnection *conn);
extern PGresult *connection_result(PgcConnection *conn, bool *late);

/* Add to the hint of a call's error what the connection knows about it. */
extern void pgc_error_advise(PgcConnection *conn, const char *command,
							 PgcError **error);

/* Report connecting that took too long. */
extern void pgc_error_connect_timeout(PgcError **error, PGconn *pg,
									  bool may_name_secret);

/* PQnoticeReceiver of a connection, which is its arg. */
extern void pgc_notice_receive(void *arg, const PGresult *result);

#endif							/* PGCONNECTOR_INTERNAL_H */

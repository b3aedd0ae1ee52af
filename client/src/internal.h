/*-------------------------------------------------------------------------
 *
 * internal.h
 *	  What the handles of pgconnector.h are, and how the library makes errors.
 *
 *-------------------------------------------------------------------------
 */
#ifndef PGCONNECTOR_INTERNAL_H
#define PGCONNECTOR_INTERNAL_H

#include <libpq-fe.h>

#include "core/error_kind.h"
#include "pgconnector.h"

struct PgcConnection
{
	PGconn	   *pg;				/* never NULL */
	PGcancel   *cancel;			/* never NULL; immutable, for any thread */
	bool		session_changed;	/* something may be left in the session */
	struct PoolSlot *slot;		/* the pool's, if it is a pool's connection */
	struct
	{
		bool		read_only;	/* asked for by pgc_begin() */
		int			settle_timeout_ms;
		char		server[100];	/* which server, and its last crash; or "" */
	}			transaction;
};

struct PgcReply
{
	PGresult   *result;			/* one row, one column, not NULL */
};

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

#endif							/* PGCONNECTOR_INTERNAL_H */

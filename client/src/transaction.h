/*-------------------------------------------------------------------------
 *
 * transaction.h
 *	  One attempt at a transaction, for the pool, which makes several; and one
 *	  transaction after the other, for the sink.
 *
 *-------------------------------------------------------------------------
 */
#ifndef PGCONNECTOR_TRANSACTION_H
#define PGCONNECTOR_TRANSACTION_H

#include "internal.h"

/*
 * Begin, work, commit; or roll back.  error must not be NULL.  An error of
 * code 08007 means that the outcome is not known; after any other, nothing
 * has happened.
 */
extern bool transaction_once(PgcConnection *conn, const char *options,
							 PgcTransactionWork work, void *arg,
							 PgcError **error);

/*
 * pgc_begin(), and in the same round trip a statement that is run when the
 * transaction's settings are made, if it is not NULL.
 */
extern bool transaction_begin(PgcConnection *conn, const char *options,
							  const char *first, PgcError **error);

/*
 * COMMIT, what transaction_begin() would send for the next transaction, and
 * "last", as one text: to be sent as one query, of which nothing is run behind
 * what fails.  With "writes" and unless it need not be known,
 * the last row before "last" is the new transaction's number.  To be freed;
 * NULL with *error set.
 */
extern char *transaction_next_text(PgcConnection *conn, const char *options,
								   const char *first, const char *last,
								   PgcError **error);

/*
 * The COMMIT of that text was not answered, for a reason that is freed: whether
 * the transaction was committed; otherwise *error is as transaction_once() says.
 */
extern bool transaction_settle(PgcConnection *conn, PgcError *reason, PgcError **error);

#endif							/* PGCONNECTOR_TRANSACTION_H */

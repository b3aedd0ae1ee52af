/*-------------------------------------------------------------------------
 *
 * transaction.h
 *	  One attempt at a transaction: for the pool, which makes several.
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

#endif							/* PGCONNECTOR_TRANSACTION_H */

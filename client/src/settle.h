/*-------------------------------------------------------------------------
 *
 * settle.h
 *	  What became of a transaction whose commit was not answered.
 *
 *-------------------------------------------------------------------------
 */
#ifndef PGCONNECTOR_SETTLE_H
#define PGCONNECTOR_SETTLE_H

#include "session.h"

typedef enum Outcome
{
	OUTCOME_UNKNOWN,
	OUTCOME_COMMITTED,
	OUTCOME_ROLLED_BACK
} Outcome;

/*
 * Note in the connection which server it is connected to, if that is not
 * known yet.  To be called outside a transaction block, before the
 * transaction that settle_outcome() may be asked about.  False with *error
 * set if the connection was lost.
 */
extern bool settle_prepare(PgcConnection *conn, PgcError **error);

/*
 * Find out over a new connection, until "deadline" of pgc_clock_us(), what
 * became of transaction "xid", which the connection, lost by now, ran.
 */
extern Outcome settle_outcome(const PgcConnection *lost, const char *xid,
							  int64_t deadline);

#endif							/* PGCONNECTOR_SETTLE_H */

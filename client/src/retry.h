/*-------------------------------------------------------------------------
 *
 * retry.h
 *	  Doing work again: for the files that do some.
 *
 *-------------------------------------------------------------------------
 */
#ifndef PGCONNECTOR_RETRY_H
#define PGCONNECTOR_RETRY_H

#include "session.h"

/* Work that is under way, perhaps not for the first time. */
typedef struct Retry
{
	const PgcRetryPolicy *policy;	/* never NULL */
	int			done;			/* retries so far */
	int64_t		deadline;		/* of pgc_clock_us() */
} Retry;

/* Begin.  A policy that is NULL is the default one. */
extern void retry_begin(Retry *retry, const PgcRetryPolicy *policy);

/*
 * Whether to do it again after *error: if so, waits as long as the policy
 * says, and frees the error.
 */
extern bool retry_again(Retry *retry, PgcError **error);

/* Whether the error says that it is not known what was done. */
extern bool retry_outcome_unknown(const PgcError *error);

/*
 * Whether a command may be repeated although it may have taken effect: it
 * only reads, or the request has an idempotency key.
 */
extern bool retry_harmless(const char *command, const char *request);

/* Whether a command may leave something behind in its session. */
extern bool command_changes_session(const char *command);

#endif							/* PGCONNECTOR_RETRY_H */

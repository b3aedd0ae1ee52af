/*-------------------------------------------------------------------------
 *
 * pool_calls.c
 *	  Calls and transactions on whatever connection of a pool is free,
 *	  repeated where that may help and can do no harm.
 *
 *-------------------------------------------------------------------------
 */
#include "pool.h"
#include "retry.h"
#include "transaction.h"

#include <stddef.h>

static void
count_retry(PgcPool *pool)
{
	pthread_mutex_lock(&pool->mutex);
	pool->retries++;
	pthread_mutex_unlock(&pool->mutex);
}

/*
 * An attempt may have taken effect, and none since has shown whether: that is
 * what the caller must know, whatever the last one failed of.
 */
static void
keep_doubt(PgcError **failure)
{
	PgcError   *doubt = NULL;

	pgc_error_outcome_unknown(&doubt, pgc_error_message(*failure));
	pgc_error_free(*failure);
	*failure = doubt;
}

static void
hand_over(PgcError **error, PgcError *failure)
{
	if (error != NULL)
		*error = failure;
	else
		pgc_error_free(failure);
}

PgcReply *
pgc_pool_call(PgcPool *pool, const PgcRetryPolicy *policy,
			  const char *command, const char *request, PgcError **error)
{
	PgcError   *failure = NULL;
	PgcReply   *reply = NULL;
	bool		in_doubt = false;
	Retry		retry;

	if (error != NULL)
		*error = NULL;
	retry_begin(&retry, policy);
	for (;;)
	{
		bool		waited_in_vain;
		bool		unknown = false;
		PgcConnection *conn = pool_acquire(pool, command, retry.deadline,
										   &waited_in_vain, &failure);

		if (conn != NULL)
		{
			reply = pgc_call(conn, command, request, &failure);
			pgc_pool_release(pool, conn);
			if (reply != NULL)
				break;
			unknown = retry_outcome_unknown(failure);
			in_doubt |= unknown;
		}

		/* Who waited for a connection in vain once is told so. */
		if (waited_in_vain || (unknown && !retry_harmless(command, request)) ||
			!retry_again(&retry, &failure))
			break;
		count_retry(pool);
	}
	if (reply == NULL && in_doubt)
		keep_doubt(&failure);
	hand_over(error, failure);
	return reply;
}

bool
pgc_pool_transaction(PgcPool *pool, const PgcRetryPolicy *policy,
					 const char *options, PgcTransactionWork work, void *arg,
					 PgcError **error)
{
	PgcError   *failure = NULL;
	bool		ok = false;
	Retry		retry;

	if (error != NULL)
		*error = NULL;
	retry_begin(&retry, policy);
	for (;;)
	{
		bool		waited_in_vain;
		PgcConnection *conn = pool_acquire(pool, "transaction", retry.deadline,
										   &waited_in_vain, &failure);

		if (conn != NULL)
		{
			ok = transaction_once(conn, options, work, arg, &failure);
			pgc_pool_release(pool, conn);
		}
		if (ok || waited_in_vain || retry_outcome_unknown(failure) ||
			!retry_again(&retry, &failure))
			break;
		count_retry(pool);
	}
	hand_over(error, failure);
	return ok;
}

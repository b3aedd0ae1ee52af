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
	Retry		retry;

	if (error != NULL)
		*error = NULL;
	retry_begin(&retry, policy);
	for (;;)
	{
		bool		repeatable;
		PgcConnection *conn = pool_acquire(pool, command, retry.deadline,
										   &repeatable, &failure);

		/* Who waited in vain once is told so. */
		repeatable = !repeatable;
		if (conn != NULL)
		{
			reply = pgc_call(conn, command, request, &failure);
			pgc_pool_release(pool, conn);
			if (reply != NULL)
				break;
			repeatable = !retry_outcome_unknown(failure) ||
				retry_harmless(command, request);
		}
		if (!repeatable || !retry_again(&retry, &failure))
			break;
		count_retry(pool);
	}
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
		bool		repeatable;
		PgcConnection *conn = pool_acquire(pool, "transaction", retry.deadline,
										   &repeatable, &failure);

		repeatable = !repeatable;
		if (conn != NULL)
		{
			ok = transaction_once(conn, options, work, arg, &failure);
			pgc_pool_release(pool, conn);
			if (ok)
				break;
			repeatable = !retry_outcome_unknown(failure);
		}
		if (!repeatable || !retry_again(&retry, &failure))
			break;
		count_retry(pool);
	}
	hand_over(error, failure);
	return ok;
}

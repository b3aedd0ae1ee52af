/*-------------------------------------------------------------------------
 *
 * pool_keeper.c
 *	  The thread that keeps a pool in order while nobody uses it: closes what
 *	  has been idle for long or has grown old, and opens what is missing to
 *	  the least that is to be open.
 *
 *-------------------------------------------------------------------------
 */
#include "pool.h"

#include <signal.h>
#include <stddef.h>

/* After a connection could not be opened: doubled up to the last. */
#define FIRST_PAUSE_US 100000
#define LAST_PAUSE_US (30 * 1000000)

/* How long opening may take, where nobody waits for it. */
#define OPEN_US (30 * 1000000)

/* When an idle connection is to be closed. */
static int64_t
due_of(const PgcPool *pool, const PoolSlot *slot)
{
	int64_t		due = slot->expires;

	if (pool->idle_timeout > 0 && pool->size - pool->nfree > pool->min &&
		slot->idle_since + pool->idle_timeout < due)
		due = slot->idle_since + pool->idle_timeout;
	return due;
}

/*
 * Take out an idle slot that is due, the one idle for longest; NULL if there
 * is none, and then *next is when there will be.
 */
static PoolSlot *
take_due(PgcPool *pool, int64_t now, int64_t *next)
{
	PoolSlot  **found = NULL;
	PoolSlot   *slot;

	*next = PGC_NO_DEADLINE;
	for (PoolSlot **link = &pool->idle; *link != NULL; link = &(*link)->next)
	{
		int64_t		due = due_of(pool, *link);

		if (due <= now)
			found = link;
		else if (due < *next)
			*next = due;
	}
	if (found == NULL)
		return NULL;
	slot = *found;
	*found = slot->next;
	pool->nidle--;
	return slot;
}

static void
wait_until(PgcPool *pool, int64_t due)
{
	struct timespec until = {
		.tv_sec = (time_t) (due / 1000000),
		.tv_nsec = (long) (due % 1000000) * 1000
	};

	pool->keeper_due = due;
	if (due == PGC_NO_DEADLINE)
		pthread_cond_wait(&pool->keeper_wake, &pool->mutex);
	else
		pthread_cond_timedwait(&pool->keeper_wake, &pool->mutex, &until);
	pool->keeper_due = 0;
}

static void *
keep(void *arg)
{
	PgcPool    *pool = arg;
	int64_t		pause = FIRST_PAUSE_US;
	int64_t		not_before = 0;

	pthread_mutex_lock(&pool->mutex);
	while (!pool->closing)
	{
		int64_t		now = pgc_clock_us();
		int64_t		next;
		PoolSlot   *slot = take_due(pool, now, &next);

		if (slot != NULL)
		{
			pthread_mutex_unlock(&pool->mutex);
			pool_close_slot(slot);
			pthread_mutex_lock(&pool->mutex);
			pool_give(pool, slot, now);
			continue;
		}
		if (pool->size - pool->nfree < pool->min)
		{
			if (now >= not_before)
			{
				bool		ok;

				slot = pool_pop_free(pool);
				pthread_mutex_unlock(&pool->mutex);
				ok = pool_open_slot(slot, now + OPEN_US, NULL);
				now = pgc_clock_us();
				pthread_mutex_lock(&pool->mutex);
				pool_give(pool, slot, now);
				if (!ok)
					not_before = now + pause;
				pause = ok ? FIRST_PAUSE_US :
					pause * 2 < LAST_PAUSE_US ? pause * 2 : LAST_PAUSE_US;
				continue;
			}
			if (not_before < next)
				next = not_before;
		}
		wait_until(pool, next);
	}
	pthread_mutex_unlock(&pool->mutex);
	return NULL;
}

void
pool_keeper_wake(PgcPool *pool, int64_t due)
{
	if (due < pool->keeper_due)
	{
		pool->keeper_due = due;
		pthread_cond_signal(&pool->keeper_wake);
	}
}

bool
pool_keeper_start(PgcPool *pool)
{
	sigset_t	all;
	sigset_t	before;
	bool		ok;

	/* Signals are for the program's own threads. */
	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, &before);
	ok = pthread_create(&pool->keeper, NULL, keep, pool) == 0;
	pthread_sigmask(SIG_SETMASK, &before, NULL);
	return ok;
}

/*-------------------------------------------------------------------------
 *
 * pool.c
 *	  A pool of connections: handing out and taking back.
 *
 * pool.h says how it works; pool_open.c opens and closes pools.
 *
 *-------------------------------------------------------------------------
 */
#include "pool.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* How long a question to the server about a connection may take. */
#define CHECK_US (5 * 1000000)

/*-------------------------------------------------------------------------
 * Slots
 *-------------------------------------------------------------------------
 */

PoolSlot *
pool_pop_idle(PgcPool *pool)
{
	PoolSlot   *slot = pool->idle;

	if (slot != NULL)
	{
		pool->idle = slot->next;
		pool->nidle--;
	}
	return slot;
}

PoolSlot *
pool_pop_free(PgcPool *pool)
{
	PoolSlot   *slot = pool->free;

	if (slot != NULL)
	{
		pool->free = slot->next;
		pool->nfree--;
	}
	return slot;
}

void
pool_give(PgcPool *pool, PoolSlot *slot, int64_t now)
{
	Waiter	   *waiter = pool->first;

	slot->out = false;
	slot->idle_since = now;
	if (waiter != NULL)
	{
		pool->first = waiter->next;
		if (pool->first == NULL)
			pool->last = &pool->first;
		pool->nwaiting--;
		waiter->slot = slot;
		pthread_cond_signal(&waiter->wake);
	}
	else if (slot->conn != NULL)
	{
		slot->next = pool->idle;
		pool->idle = slot;
		pool->nidle++;
		if (pool->idle_timeout > 0 && now + pool->idle_timeout < pool->keeper_due)
			pool_keeper_wake(pool, now + pool->idle_timeout);
		else if (slot->expires < pool->keeper_due)
			pool_keeper_wake(pool, slot->expires);
	}
	else
	{
		slot->next = pool->free;
		pool->free = slot;
		pool->nfree++;
		if (pool->size - pool->nfree < pool->min)
			pool_keeper_wake(pool, now);
	}
	if (pool->closing && pool->nidle + pool->nfree == pool->size)
		pthread_cond_broadcast(&pool->all_back);
}

bool
pool_is_left(const PgcPool *pool)
{
	return pool->abandoned && pool->nwaiting == 0 &&
		pool->nidle + pool->nfree == pool->size;
}

void
pool_close_slot(PoolSlot *slot)
{
	PgcPool    *pool = slot->pool;

	if (slot->conn == NULL)
		return;
	slot->conn->slot = NULL;
	pgc_connection_close(slot->conn);
	slot->conn = NULL;
	pthread_mutex_lock(&pool->mutex);
	pool->closed++;
	pthread_mutex_unlock(&pool->mutex);
}

bool
pool_open_slot(PoolSlot *slot, int64_t deadline, PgcError **error)
{
	PgcPool    *pool = slot->pool;
	int64_t		left = deadline - pgc_clock_us();
	int			timeout_ms = left < 1000 ? 1 : (int) (left / 1000);
	int64_t		now;

	slot->conn = pool->connect(pool->connect_arg, timeout_ms, error);
	now = pgc_clock_us();

	/* Not all at once, when all were opened at once: up to a tenth earlier. */
	slot->expires = PGC_NO_DEADLINE;
	if (pool->lifetime > 0)
		slot->expires = now + pool->lifetime -
			(int64_t) ((uint64_t) (now ^ (int64_t) (intptr_t) slot) * UINT64_C(0x9e3779b97f4a7c15) >> 32) %
			(pool->lifetime / 10 + 1);

	pthread_mutex_lock(&pool->mutex);
	if (slot->conn != NULL)
		pool->opened++;
	else
		pool->failed++;
	pthread_mutex_unlock(&pool->mutex);
	if (slot->conn == NULL)
		return false;
	slot->conn->slot = slot;
	slot->timeout_ms = slot->conn->timeout_ms;
	return true;
}

static bool
answers(PgcConnection *conn, int64_t deadline)
{
	static const Statement statements[] = {{"SELECT 1", NULL, 0}, {NULL, NULL, 0}};
	PGresult   *result = pgc_session_run(conn, statements, deadline, NULL);

	PQclear(result);
	return result != NULL;
}

/*
 * Make the slot's connection one that works.  False with *error set if none
 * can be had.
 */
static bool
prepare(PoolSlot *slot, int64_t now, int64_t deadline, PgcError **error)
{
	PgcPool    *pool = slot->pool;

	if (slot->conn != NULL)
	{
		int64_t		check = now + CHECK_US < deadline ? now + CHECK_US : deadline;
		bool		expired = now >= slot->expires;

		if (!expired && (now - slot->idle_since < pool->validate_after ||
						 answers(slot->conn, check)))
			return true;
		pool_close_slot(slot);
		if (!expired)
		{
			pthread_mutex_lock(&pool->mutex);
			pool->broken++;
			pthread_mutex_unlock(&pool->mutex);
		}
	}
	return pool_open_slot(slot, deadline, error);
}

/*-------------------------------------------------------------------------
 * Handing out
 *-------------------------------------------------------------------------
 */

/* Wait in line.  NULL if the time is over or the pool is being closed. */
static PoolSlot *
wait_in_line(PgcPool *pool, int64_t deadline)
{
	Waiter		me = {0};
	struct timespec until = {
		.tv_sec = (time_t) (deadline / 1000000),
		.tv_nsec = (long) (deadline % 1000000) * 1000
	};

	pthread_cond_init(&me.wake, &pool->clock);
	*pool->last = &me;
	pool->last = &me.next;
	pool->nwaiting++;

	while (me.slot == NULL && !pool->closing &&
		   pthread_cond_timedwait(&me.wake, &pool->mutex, &until) != ETIMEDOUT)
		;

	if (me.slot == NULL)
	{
		Waiter	  **link = &pool->first;

		while (*link != &me)
			link = &(*link)->next;
		*link = me.next;
		if (me.next == NULL)
			pool->last = link;
		pool->nwaiting--;
	}
	pthread_cond_destroy(&me.wake);
	return me.slot;
}

static void
report_closed(PgcError **error)
{
	pgc_error_format(error, "55000", NULL, NULL, "pool is closed");
}

/* The mutex is held.  Says who has had a connection for longest. */
static void
report_exhausted(const PgcPool *pool, int64_t waited, PgcError **error)
{
	const PoolSlot *oldest = NULL;
	char		detail[HOLDER_SIZE + 100] = "";

	for (int i = 0; i < pool->size; i++)
	{
		const PoolSlot *slot = &pool->slots[i];

		if (slot->out && (oldest == NULL || slot->out_since < oldest->out_since))
			oldest = slot;
	}
	if (oldest != NULL)
		snprintf(detail, sizeof(detail), "One of them has been held for %.1f s%s%s%s.",
				 (double) (pgc_clock_us() - oldest->out_since) / 1e6,
				 oldest->holder[0] ? " by \"" : "", oldest->holder,
				 oldest->holder[0] ? "\"" : "");
	pgc_error_format(error, "53300", detail[0] ? detail : NULL,
					 "Give connections back sooner, wait longer (connection_timeout_ms), or make the pool larger (connection_pool_size).",
					 "all %d connections of the pool were in use for %.1f s",
					 pool->size, (double) waited / 1e6);
}

/* A name cut to what there is room for, at the end of a character. */
static void
note_holder(PoolSlot *slot, const char *holder)
{
	size_t		len = 0;

	if (holder != NULL)
		len = strnlen(holder, HOLDER_SIZE);
	if (len == HOLDER_SIZE)
	{
		len--;
		while (len > 0 && ((unsigned char) holder[len] & 0xc0) == 0x80)
			len--;
	}
	if (len > 0)
		memcpy(slot->holder, holder, len);
	slot->holder[len] = '\0';
}

PgcConnection *
pool_acquire(PgcPool *pool, const char *holder, int64_t deadline,
			 bool *waited_in_vain, PgcError **error)
{
	int64_t		start = pgc_clock_us();
	int64_t		now = start;
	PoolSlot   *slot = NULL;
	bool		left;

	*waited_in_vain = false;
	if (start + pool->timeout < deadline)
		deadline = start + pool->timeout;

	pthread_mutex_lock(&pool->mutex);
	if (!pool->closing)
	{
		slot = pool_pop_idle(pool);
		if (slot == NULL)
			slot = pool_pop_free(pool);
		if (slot == NULL)
		{
			slot = wait_in_line(pool, deadline);
			now = pgc_clock_us();
		}
	}
	if (slot == NULL)
	{
		if (pool->closing)
			report_closed(error);
		else
		{
			*waited_in_vain = true;
			pool->timeouts++;
			report_exhausted(pool, now - start, error);
		}
		left = pool_is_left(pool);
		pthread_mutex_unlock(&pool->mutex);
		if (left)
			pool_free(pool);
		return NULL;
	}
	slot->out = true;
	slot->out_since = now;
	note_holder(slot, holder);

	/* The usual case: nothing to do, and no need to let go of the mutex. */
	if (slot->conn != NULL && now < slot->expires &&
		now - slot->idle_since < pool->validate_after)
	{
		histogram_add(&pool->waits, now - start);
		pthread_mutex_unlock(&pool->mutex);
		return slot->conn;
	}
	pthread_mutex_unlock(&pool->mutex);

	if (prepare(slot, now, deadline, error))
	{
		now = pgc_clock_us();
		pthread_mutex_lock(&pool->mutex);
		slot->out_since = now;
		histogram_add(&pool->waits, now - start);
		pthread_mutex_unlock(&pool->mutex);
		return slot->conn;
	}

	/* Whoever waits next tries himself, and learns why not. */
	pthread_mutex_lock(&pool->mutex);
	pool_give(pool, slot, pgc_clock_us());
	left = pool_is_left(pool);
	pthread_mutex_unlock(&pool->mutex);
	if (left)
		pool_free(pool);
	return NULL;
}

PgcConnection *
pgc_pool_acquire(PgcPool *pool, const char *holder, PgcError **error)
{
	bool		waited_in_vain;

	if (error != NULL)
		*error = NULL;
	return pool_acquire(pool, holder, PGC_NO_DEADLINE, &waited_in_vain, error);
}

/*-------------------------------------------------------------------------
 * Taking back
 *-------------------------------------------------------------------------
 */

/* What DISCARD ALL does, but for the plans: those are what makes calls fast. */
static bool
reset_session(PgcConnection *conn)
{
	static const Statement statements[] = {
		{"CLOSE ALL", NULL, 0},
		{"RESET SESSION AUTHORIZATION", NULL, 0},
		{"RESET ALL", NULL, 0},
		{"DEALLOCATE ALL", NULL, 0},
		{"UNLISTEN *", NULL, 0},
		{"SELECT pg_catalog.pg_advisory_unlock_all()", NULL, 0},
		{"DISCARD TEMP", NULL, 0},
		{"DISCARD SEQUENCES", NULL, 0},
		{NULL, NULL, 0}
	};
	PGresult   *result = pgc_session_run(conn, statements, pgc_clock_us() + CHECK_US, NULL);

	PQclear(result);
	conn->session_changed = false;
	return result != NULL;
}

static bool
roll_back(PgcConnection *conn)
{
	static const Statement statements[] = {{"ROLLBACK", NULL, 0}, {NULL, NULL, 0}};
	PGresult   *result = pgc_session_run(conn, statements, pgc_clock_us() + CHECK_US, NULL);

	PQclear(result);
	return result != NULL;
}

bool
pgc_pool_release(PgcPool *pool, PgcConnection *conn)
{
	PoolSlot   *slot;
	bool		in_block;
	bool		keep;
	bool		reset;
	bool		left;
	int64_t		now;

	if (conn == NULL)
		return true;
	slot = conn->slot;
	if (slot == NULL || slot->pool != pool)
		return false;

	in_block = pgc_connection_in_transaction(conn);
	reset = pool->reset == RESET_ALWAYS ||
		(pool->reset == RESET_AUTO && conn->session_changed);

	pgc_connection_set_notice(conn, NULL, NULL);
	pgc_connection_set_timeout(conn, slot->timeout_ms);

	/* One that a call is still running on is not waited for. */
	keep = pgc_connection_is_open(conn) && !conn->pipeline && !conn->streaming &&
		conn->pending == 0 &&
		(PQtransactionStatus(conn->pg) == PQTRANS_IDLE || (in_block && roll_back(conn)));
	if (keep && reset)
		keep = reset_session(conn);

	now = pgc_clock_us();
	if (!keep || now >= slot->expires)
		pool_close_slot(slot);

	pthread_mutex_lock(&pool->mutex);
	histogram_add(&pool->uses, now - slot->out_since);
	pool->rolled_back += in_block;
	pool->resets += keep && reset;
	pool->broken += !keep;
	if (pool->closing && slot->conn != NULL)
	{
		pthread_mutex_unlock(&pool->mutex);
		pool_close_slot(slot);
		pthread_mutex_lock(&pool->mutex);
	}
	pool_give(pool, slot, now);
	left = pool_is_left(pool);
	pthread_mutex_unlock(&pool->mutex);
	if (left)
		pool_free(pool);
	return !in_block;
}

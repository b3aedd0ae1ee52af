/*-------------------------------------------------------------------------
 *
 * pool_open.c
 *	  Opening and closing pools, and what they tell about themselves.
 *
 *-------------------------------------------------------------------------
 */
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "options.h"
#include "pool.h"

#define MAX_MS (24 * 60 * 60 * 1000)

typedef struct PoolOptions
{
	char	   *name;
	char	   *session_reset;
	int			size;
	int			min;
	int			timeout_ms;
	int			idle_timeout_ms;
	int			lifetime_ms;
	int			validate_after_ms;
	int			leak_after_ms;
} PoolOptions;

static const PoolOptions default_options = {
	.size = 10,
	.timeout_ms = 30 * 1000,
	.idle_timeout_ms = 10 * 60 * 1000,
	.lifetime_ms = 30 * 60 * 1000,
	.validate_after_ms = 500
};

static const Option option_table[] = {
	{"connection_name", MEMBER_TEXT, offsetof(PoolOptions, name), 0, 0},
	{"connection_pool_size", MEMBER_INT, offsetof(PoolOptions, size), 1, 10000},
	{"connection_pool_min", MEMBER_INT, offsetof(PoolOptions, min), 0, 10000},
	{"connection_timeout_ms", MEMBER_INT, offsetof(PoolOptions, timeout_ms), 1, MAX_MS},
	{"idle_timeout_ms", MEMBER_INT, offsetof(PoolOptions, idle_timeout_ms), 0, MAX_MS},
	{"max_lifetime_ms", MEMBER_INT, offsetof(PoolOptions, lifetime_ms), 0, MAX_MS},
	{"validate_after_ms", MEMBER_INT, offsetof(PoolOptions, validate_after_ms), 0, MAX_MS},
	{"leak_after_ms", MEMBER_INT, offsetof(PoolOptions, leak_after_ms), 0, MAX_MS},
	{"session_reset", MEMBER_TEXT, offsetof(PoolOptions, session_reset), 0, 0},
	{NULL, MEMBER_INT, 0, 0, 0}
};

/*-------------------------------------------------------------------------
 * Opening
 *-------------------------------------------------------------------------
 */

/* PgcConnectFunction of a pool that has a connection string. */
static PgcConnection *
connect_by_string(void *arg, int timeout_ms, PgcError **error)
{
	static const char *const keywords[] = {"connection_timeout_ms", NULL};
	char		number[16];
	const char *const values[] = {number};

	snprintf(number, sizeof(number), "%d", timeout_ms);
	return pgc_connect_params(arg, keywords, values, error);
}

static bool
read_reset(const char *text, SessionReset *reset, PgcError **error)
{
	*reset = RESET_AUTO;
	if (text == NULL || strcmp(text, "auto") == 0)
		return true;
	if (strcmp(text, "always") == 0)
		*reset = RESET_ALWAYS;
	else if (strcmp(text, "never") == 0)
		*reset = RESET_NEVER;
	else
	{
		pgc_options_refuse(error, "session_reset", NULL,
						   "must be \"auto\", \"always\" or \"never\"");
		return false;
	}
	return true;
}

static void
init_locks(PgcPool *pool)
{
	pthread_condattr_init(&pool->clock);
	pthread_condattr_setclock(&pool->clock, CLOCK_MONOTONIC);
	pthread_mutex_init(&pool->mutex, NULL);
	pthread_cond_init(&pool->all_back, &pool->clock);
	pthread_cond_init(&pool->keeper_wake, &pool->clock);
}

void
pool_free(PgcPool *pool)
{
	pthread_cond_destroy(&pool->keeper_wake);
	pthread_cond_destroy(&pool->all_back);
	pthread_mutex_destroy(&pool->mutex);
	pthread_condattr_destroy(&pool->clock);
	free(pool->slots);
	free(pool->conninfo);
	free(pool->name);
	free(pool);
}

/* A pool without connections; NULL for want of memory. */
static PgcPool *
make_pool(const PoolOptions *options)
{
	PgcPool    *pool = calloc(1, sizeof(PgcPool));

	if (pool == NULL)
		return NULL;
	init_locks(pool);
	pool->size = options->size;
	pool->min = options->min;
	pool->timeout = (int64_t) options->timeout_ms * 1000;
	pool->idle_timeout = (int64_t) options->idle_timeout_ms * 1000;
	pool->lifetime = (int64_t) options->lifetime_ms * 1000;
	pool->validate_after = (int64_t) options->validate_after_ms * 1000;
	pool->leak_after = (int64_t) options->leak_after_ms * 1000;
	pool->last = &pool->first;

	pool->slots = calloc((size_t) options->size, sizeof(PoolSlot));
	pool->name = strdup(options->name != NULL ? options->name : "");
	if (pool->slots == NULL || pool->name == NULL)
	{
		pool_free(pool);
		return NULL;
	}
	for (int i = options->size - 1; i >= 0; i--)
	{
		pool->slots[i].pool = pool;
		pool->slots[i].next = pool->free;
		pool->free = &pool->slots[i];
		pool->nfree++;
	}
	return pool;
}

/* Close what is idle; the keeper does not run (any more). */
static void
close_idle(PgcPool *pool)
{
	for (;;)
	{
		PoolSlot   *slot;

		pthread_mutex_lock(&pool->mutex);
		slot = pool_pop_idle(pool);
		pthread_mutex_unlock(&pool->mutex);
		if (slot == NULL)
			return;
		pool_close_slot(slot);
		pthread_mutex_lock(&pool->mutex);
		pool_give(pool, slot, 0);
		pthread_mutex_unlock(&pool->mutex);
	}
}

/* Open the least that is to be open, then start the keeper. */
static bool
warm_up(PgcPool *pool, PgcError **error)
{
	int64_t		deadline = pgc_clock_us() + pool->timeout;

	for (int i = 0; i < pool->min; i++)
	{
		PoolSlot   *slot = pool_pop_free(pool);
		bool		ok = pool_open_slot(slot, deadline, error);

		pool_give(pool, slot, pgc_clock_us());
		if (!ok)
			return false;
	}
	if (pool_keeper_start(pool))
		return true;
	pgc_error_format(error, "53000", NULL, NULL, "could not start a thread for the pool");
	return false;
}

static PgcPool *
open_pool(const char *conninfo, PgcConnectFunction connect, void *arg,
		  const PoolOptions *options, PgcError **error)
{
	SessionReset reset;
	PgcPool    *pool;

	if (options->min > options->size)
	{
		pgc_options_refuse(error, "connection_pool_min", NULL,
						   "must not be more than \"connection_pool_size\"");
		return NULL;
	}
	if (!read_reset(options->session_reset, &reset, error))
		return NULL;

	pool = make_pool(options);
	if (pool == NULL)
	{
		pgc_error_out_of_memory(error);
		return NULL;
	}
	pool->reset = reset;
	pool->connect = connect;
	pool->connect_arg = arg;
	if (connect == NULL)
	{
		pool->conninfo = strdup(conninfo != NULL ? conninfo : "");
		pool->connect = connect_by_string;
		pool->connect_arg = pool->conninfo;
		if (pool->conninfo == NULL)
		{
			pgc_error_out_of_memory(error);
			pool_free(pool);
			return NULL;
		}
	}
	if (!warm_up(pool, error))
	{
		close_idle(pool);
		pool_free(pool);
		return NULL;
	}
	return pool;
}

static PgcPool *
read_and_open(const char *conninfo, PgcConnectFunction connect, void *arg,
			  const char *options, PgcError **error)
{
	PoolOptions given = default_options;
	PgcPool    *pool = NULL;

	if (error != NULL)
		*error = NULL;
	if (pgc_options_pick(conninfo, option_table, &given, error) &&
		pgc_options_read(options, option_table, &given, error))
		pool = open_pool(conninfo, connect, arg, &given, error);
	free(given.name);
	free(given.session_reset);
	return pool;
}

PgcPool *
pgc_pool_open(const char *conninfo, const char *options, PgcError **error)
{
	return read_and_open(conninfo, NULL, NULL, options, error);
}

PgcPool *
pgc_pool_open_with(PgcConnectFunction connect, void *arg,
				   const char *options, PgcError **error)
{
	return read_and_open(NULL, connect, arg, options, error);
}

/*-------------------------------------------------------------------------
 * Closing
 *-------------------------------------------------------------------------
 */

int
pgc_pool_close(PgcPool *pool, int timeout_ms)
{
	int64_t		deadline;
	struct timespec until;
	int			leaked;
	bool		left;

	if (pool == NULL)
		return 0;
	deadline = pgc_clock_us() + (int64_t) (timeout_ms > 0 ? timeout_ms : 0) * 1000;
	until.tv_sec = (time_t) (deadline / 1000000);
	until.tv_nsec = (long) (deadline % 1000000) * 1000;

	pthread_mutex_lock(&pool->mutex);
	pool->closing = true;
	for (Waiter *waiter = pool->first; waiter != NULL; waiter = waiter->next)
		pthread_cond_signal(&waiter->wake);
	pthread_cond_signal(&pool->keeper_wake);
	while (pool->nidle + pool->nfree < pool->size &&
		   pthread_cond_timedwait(&pool->all_back, &pool->mutex, &until) == 0)
		;
	pthread_mutex_unlock(&pool->mutex);

	pthread_join(pool->keeper, NULL);
	close_idle(pool);

	pthread_mutex_lock(&pool->mutex);
	pool->abandoned = true;
	leaked = pool->size - pool->nidle - pool->nfree;
	left = pool_is_left(pool);
	pthread_mutex_unlock(&pool->mutex);
	if (left)
		pool_free(pool);
	return leaked;
}

/*-------------------------------------------------------------------------
 * Statistics
 *-------------------------------------------------------------------------
 */

static double
percentile_ms(const Histogram *histogram, double percent)
{
	return (double) histogram_percentile(histogram, percent) / 1000.0;
}

static double
mean_ms(const Histogram *histogram)
{
	if (histogram->count == 0)
		return 0;
	return (double) histogram->sum / (double) histogram->count / 1000.0;
}

/* Who has a connection, and for how long.  The mutex is held. */
static void
count_holders(const PgcPool *pool, PgcPoolStats *stats)
{
	int64_t		now = pgc_clock_us();
	int64_t		longest = -1;

	for (int i = 0; i < pool->size; i++)
	{
		const PoolSlot *slot = &pool->slots[i];
		int64_t		held = now - slot->out_since;

		if (!slot->out)
			continue;
		if (pool->leak_after > 0 && held >= pool->leak_after)
			stats->leaked_connections++;
		if (held > longest)
		{
			longest = held;
			stats->longest_held_ms = (double) held / 1000.0;
			memcpy(stats->longest_holder, slot->holder, HOLDER_SIZE);
		}
	}
}

void
pgc_pool_stats(PgcPool *pool, PgcPoolStats *stats, size_t size)
{
	PgcPoolStats all = {.connection_name = pool->name, .pool_size = pool->size};

	pthread_mutex_lock(&pool->mutex);
	all.active_connections = pool->size - pool->nidle - pool->nfree;
	all.idle_connections = pool->nidle;
	all.waiting_requests = pool->nwaiting;
	all.connection_wait_time_ms = mean_ms(&pool->waits);
	all.acquired = (long long) pool->waits.count;
	all.opened = (long long) pool->opened;
	all.closed = (long long) pool->closed;
	all.failed_connections = (long long) pool->failed;
	all.timeouts = (long long) pool->timeouts;
	all.broken_connections = (long long) pool->broken;
	all.session_resets = (long long) pool->resets;
	all.abandoned_transactions = (long long) pool->rolled_back;
	all.retries = (long long) pool->retries;
	all.wait_p50_ms = percentile_ms(&pool->waits, 50);
	all.wait_p95_ms = percentile_ms(&pool->waits, 95);
	all.wait_p99_ms = percentile_ms(&pool->waits, 99);
	all.wait_max_ms = (double) pool->waits.max / 1000.0;
	all.use_p50_ms = percentile_ms(&pool->uses, 50);
	all.use_p95_ms = percentile_ms(&pool->uses, 95);
	all.use_p99_ms = percentile_ms(&pool->uses, 99);
	all.use_max_ms = (double) pool->uses.max / 1000.0;
	count_holders(pool, &all);
	pthread_mutex_unlock(&pool->mutex);

	if (size > sizeof(all))
	{
		memset((char *) stats + sizeof(all), 0, size - sizeof(all));
		size = sizeof(all);
	}
	memcpy(stats, &all, size);
}

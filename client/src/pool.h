/*-------------------------------------------------------------------------
 *
 * pool.h
 *	  What a pool is made of: for the files pool*.c.
 *
 * One mutex guards everything here but what is said to be the holder's.  It
 * is never held while a connection is used, opened or closed.
 *
 * A slot is either free (it has no connection), idle, or out: in the hands
 * of a caller, or of whoever opens or closes its connection.  Only who has
 * it out touches its connection.
 *
 * Waiters stand in line, first come first served.  A slot that comes back
 * goes straight to the first of them, with its connection or, if that was
 * given up, without: then the waiter opens one itself.  So nobody overtakes,
 * and a wake-up cannot be lost, for it is the slot that is passed on.  While
 * somebody waits there are no idle and no free slots.
 *
 *-------------------------------------------------------------------------
 */
#ifndef PGCONNECTOR_POOL_H
#define PGCONNECTOR_POOL_H

#include <pthread.h>

#include "histogram.h"
#include "session.h"

#define HOLDER_SIZE 64

typedef struct PoolSlot
{
	PgcPool    *pool;
	struct PoolSlot *next;		/* in the list of the idle or the free */
	PgcConnection *conn;		/* the holder's; NULL: none */
	int64_t		expires;		/* when the connection is too old; the holder's */
	int			timeout_ms;		/* of a call, as the connection came with it */
	int64_t		idle_since;
	int64_t		out_since;
	bool		out;			/* in the hands of a caller */
	char		holder[HOLDER_SIZE];	/* what for */
} PoolSlot;

/* Somebody who waits for a slot. */
typedef struct Waiter
{
	struct Waiter *next;
	pthread_cond_t wake;
	PoolSlot   *slot;			/* what he got */
} Waiter;

typedef enum SessionReset
{
	RESET_AUTO,
	RESET_ALWAYS,
	RESET_NEVER
} SessionReset;

struct PgcPool
{
	/* Never changes. */
	char	   *name;
	char	   *conninfo;
	PgcConnectFunction connect;
	void	   *connect_arg;
	int			size;
	int			min;
	int64_t		timeout;		/* microseconds, as are the following */
	int64_t		idle_timeout;	/* 0: none */
	int64_t		lifetime;		/* 0: none */
	int64_t		validate_after;
	int64_t		leak_after;		/* 0: none */
	SessionReset reset;
	pthread_condattr_t clock;	/* for conditions that wait by pgc_clock_us() */

	pthread_mutex_t mutex;
	PoolSlot   *slots;			/* size of them */
	PoolSlot   *idle;			/* the one used last comes first */
	PoolSlot   *free;
	Waiter	   *first;			/* the line */
	Waiter	  **last;
	int			nidle;
	int			nfree;
	int			nwaiting;
	bool		closing;
	bool		abandoned;		/* by its owner: whoever leaves last frees it */
	pthread_cond_t all_back;

	pthread_t	keeper;
	pthread_cond_t keeper_wake;
	int64_t		keeper_due;		/* when the keeper looks next */

	Histogram	waits;
	Histogram	uses;
	uint64_t	opened;
	uint64_t	closed;
	uint64_t	failed;
	uint64_t	timeouts;
	uint64_t	broken;
	uint64_t	resets;
	uint64_t	rolled_back;
	uint64_t	retries;
};

/* The mutex is held: */
extern PoolSlot *pool_pop_idle(PgcPool *pool);
extern PoolSlot *pool_pop_free(PgcPool *pool);

/* Give a slot to who waits first, or put it with the idle or the free. */
extern void pool_give(PgcPool *pool, PoolSlot *slot, int64_t now);

/* Whether the pool is to be freed, nobody being left. */
extern bool pool_is_left(const PgcPool *pool);

/* The mutex is not held, the slot is out: */

/* Open its connection.  False with *error set if that fails. */
extern bool pool_open_slot(PoolSlot *slot, int64_t deadline, PgcError **error);
extern void pool_close_slot(PoolSlot *slot);

extern void pool_free(PgcPool *pool);

/*
 * As pgc_pool_acquire(), not waiting beyond the deadline.  *waited_in_vain
 * says whether that was the reason of the failure.
 */
extern PgcConnection *pool_acquire(PgcPool *pool, const char *holder,
								   int64_t deadline, bool *waited_in_vain,
								   PgcError **error);

/* Start and end the thread that keeps the pool in order. */
extern bool pool_keeper_start(PgcPool *pool);
extern void pool_keeper_wake(PgcPool *pool, int64_t due);

#endif							/* PGCONNECTOR_POOL_H */

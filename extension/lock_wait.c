/*-------------------------------------------------------------------------
 *
 * lock_wait.c
 *	  Who holds the lock that a command waited for in vain.
 *
 * When PostgreSQL tells that the wait is over, it has already forgotten what
 * it waited for.  So a timer looks while it waits: more often than a wait
 * lasts before it is given up, and what it saw last is the lock in question.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "catalog/pg_type.h"
#include "executor/spi.h"
#include "utils/array.h"
#include "utils/builtins.h"
#include "utils/timestamp.h"

#include "lock_wait.h"
#include "pg_version.h"
#include "request.h"

/* Looks per wait. */
#define LOOKS 4

static bool timer_registered;
static TimeoutId timer;
static int	watched;			/* milliseconds, 0: not */

/* The handler's: the lock last seen to be waited for. */
static volatile sig_atomic_t seen;
static LOCKTAG seen_tag;
static LOCKMODE seen_mode;

/*
 * A signal handler.  The lock cannot go away: while we wait for it, or have
 * been given it and not yet noticed, we are in its queue or hold it.
 */
static void
look(void)
{
	LOCK	   *lock = MyProc->waitLock;

	if (lock == NULL)
		return;
	seen_tag = lock->tag;
	seen_mode = MyProc->waitLockMode;
	seen = true;
}

void
lock_wait_watch(int ms)
{
	int			every = Max(ms / LOOKS, 1);

	if (ms == watched)
		return;
	if (watched != 0)
		disable_timeout(timer, false);
	watched = ms;
	seen = false;
	if (ms == 0)
		return;

	/* There are few slots, so take one only when there is a use for it. */
	if (!timer_registered)
	{
		timer = RegisterTimeout(USER_TIMEOUT, look);
		timer_registered = true;
	}
	start_timer(timer, TimestampTzPlusMilliseconds(GetCurrentTimestamp(), every),
				every);
}

int
lock_wait_watched(void)
{
	return watched;
}

bool
lock_wait_ended_by(const ErrorData *edata)
{
	return watched != 0 && seen && edata->sqlerrcode == ERRCODE_LOCK_NOT_AVAILABLE;
}

/*
 * One row: the process, its role, for how long its transaction has been open
 * and its statement, the latter two NULL where the caller may not see them.
 * A statement that may carry a password is nobody's to see.
 */
static const char *const holder_sql =
"SELECT a.pid, a.usename,"
" pg_catalog.round(EXTRACT(epoch FROM pg_catalog.clock_timestamp() OPERATOR(pg_catalog.-) a.xact_start)),"
" CASE WHEN a.xact_start IS NOT NULL AND a.query OPERATOR(pg_catalog.!~*) 'password' THEN a.query END"
" FROM pg_catalog.pg_stat_activity AS a"
" WHERE a.pid OPERATOR(pg_catalog.=) ANY ($1)"
" ORDER BY a.xact_start LIMIT 1";

void
lock_wait_name_holder(ErrorData *edata, bool terse)
{
	MemoryContext context = CurrentMemoryContext;
	Oid			type = INT4ARRAYOID;
	VirtualTransactionId *holders;
	Datum	   *pids;
	Datum		param;
	int			n;
	int			rc;

	holders = GetLockConflicts(&seen_tag, seen_mode, &n);
	pids = palloc(sizeof(Datum) * (n + 1));
	for (int i = 0; i < n; i++)
		pids[i] = Int32GetDatum(vxid_pid(holders[i]));
	param = PointerGetDatum(construct_array(pids, n, INT4OID, sizeof(int32),
											true, TYPALIGN_INT));

	rc = SPI_execute_with_args(holder_sql, 1, &type, &param, NULL, false, 0);
	if (rc == SPI_OK_SELECT && SPI_processed == 1)
	{
		HeapTuple	row = SPI_tuptable->vals[0];
		TupleDesc	desc = SPI_tuptable->tupdesc;
		char	   *role = SPI_getvalue(row, desc, 2);
		char	   *seconds = SPI_getvalue(row, desc, 3);
		char	   *query = SPI_getvalue(row, desc, 4);
		MemoryContext old = MemoryContextSwitchTo(context);
		StringInfoData detail;

		initStringInfo(&detail);
		appendStringInfo(&detail, "Process %s", SPI_getvalue(row, desc, 1));
		if (role != NULL)
			appendStringInfo(&detail, " of role \"%s\"", role);
		appendStringInfoString(&detail, " holds the lock");
		if (seconds != NULL)
			appendStringInfo(&detail, ", in a transaction that began %s s ago", seconds);
		appendStringInfoChar(&detail, '.');
		if (query != NULL && !terse)
			appendStringInfo(&detail, " Its statement: %s", text_shown(query));
		edata->detail = detail.data;
		edata->hint = pstrdup("Repeat the command later, or wait longer with lock_timeout_ms.");
		MemoryContextSwitchTo(old);
	}
	MemoryContextSwitchTo(context);
}

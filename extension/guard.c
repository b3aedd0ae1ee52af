/*-------------------------------------------------------------------------
 *
 * guard.c
 *	  What stands around every command: subtransaction, read-only mode, time
 *	  limit, errors.
 *
 * The order matters.  SPI is connected outside the subtransaction and used
 * inside, so that its connection survives the subtransaction's abort.  The
 * timer is disarmed before the guarded block is left, whichever way, and a
 * cancel that it has already sent is taken there too: it must never hit the
 * caller's next statement.  An error is swallowed only after the subtrans-
 * action it happened in was rolled back; every other one goes on its way.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "access/xact.h"
#include "executor/spi.h"
#include "storage/latch.h"
#include "storage/proc.h"
#include "utils/memutils.h"
#include "utils/resowner.h"
#include "utils/timestamp.h"

#include "error.h"
#include "guard.h"
#include "pg_version.h"

/*
 * A function that catches the cancel and carries on is sent another one
 * after so many milliseconds.
 */
#define CANCEL_AGAIN_MS 100

/* How an exceeded time limit is told apart from a cancel by the user. */
#define TIME_LIMIT_MESSAGE "time limit"

static int	depth;
static Call *current_call;

static bool timer_registered;
static TimeoutId timer;
static TimestampTz deadline;	/* 0: none */
static volatile sig_atomic_t deadline_passed;

int
guard_depth(void)
{
	return depth;
}

Call *
guard_call(void)
{
	return current_call;
}

/* Like a cancel by the user, but remembered to be ours; a signal handler. */
static void
deadline_handler(void)
{
	deadline_passed = true;
	InterruptPending = true;
	QueryCancelPending = true;
	SetLatch(MyLatch);
}

/*
 * A function that catches the cancel has rolled back to do so.  Cancelling
 * it again at once, while its handler runs, takes the error past the block
 * that would catch it.
 */
static void
cancel_once_more(SubXactEvent event, SubTransactionId mine,
				 SubTransactionId parent, void *arg)
{
	if (event == SUBXACT_EVENT_ABORT_SUB && deadline_passed)
	{
		InterruptPending = true;
		QueryCancelPending = true;
	}
}

static void
deadline_set(TimestampTz at)
{
	if (at == deadline)
		return;
	if (deadline != 0)
		disable_timeout(timer, false);
	deadline_passed = false;
	deadline = at;
	if (at != 0)
	{
		/* There are few slots, so take one only when there is a use for it. */
		if (!timer_registered)
		{
			timer = RegisterTimeout(USER_TIMEOUT, deadline_handler);
			timer_registered = true;
			RegisterSubXactCallback(cancel_once_more, NULL);
		}
		start_timer(timer, at, CANCEL_AGAIN_MS);
	}
}

/* The end of a time limit, or of the one around it if that is sooner. */
static TimestampTz
deadline_after(TimestampTz start, int ms, TimestampTz outer)
{
	TimestampTz at;

	if (ms == 0)
		return outer;
	at = TimestampTzPlusMilliseconds(start, ms);
	return outer != 0 && outer < at ? outer : at;
}

/*
 * The work is done: disarm, then take a cancel that was sent at the last
 * moment, or that the command caught and ignored.
 */
static void
deadline_end(TimestampTz outer)
{
	if (deadline == outer)
		return;
	disable_timeout(timer, false);
	CHECK_FOR_INTERRUPTS();
	if (deadline_passed)
		ereport(ERROR,
				(errcode(ERRCODE_QUERY_CANCELED),
				 errmsg(TIME_LIMIT_MESSAGE " exceeded")));
}

/*
 * Errors that are not an answer to the request.
 */
static bool
must_be_raised(const ErrorData *edata)
{
	switch (edata->sqlerrcode)
	{
		case ERRCODE_QUERY_CANCELED:
			/* Of this call, or of one inside it, which raised it. */
			return strncmp(edata->message, TIME_LIMIT_MESSAGE,
						   strlen(TIME_LIMIT_MESSAGE)) != 0;
		case ERRCODE_ADMIN_SHUTDOWN:
		case ERRCODE_CRASH_SHUTDOWN:
		case ERRCODE_DATABASE_DROPPED:
		case ERRCODE_IDLE_SESSION_TIMEOUT:
		case ERRCODE_DATA_CORRUPTED:
		case ERRCODE_INDEX_CORRUPTED:
		case ERRCODE_ASSERT_FAILURE:
			return true;
		default:
			return false;
	}
}

static void
begin_subtransaction(Call *call)
{
	MemoryContext context = CurrentMemoryContext;

	if (call->in_subtransaction)
		return;
	BeginInternalSubTransaction(NULL);
	MemoryContextSwitchTo(context);
	call->in_subtransaction = true;
}

void
guard_read_only(Call *call)
{
	begin_subtransaction(call);
	call->read_only = true;
	XactReadOnly = true;
}

ErrorData *
guard_attempt(Call *call, void (*work) (void *arg), void *arg)
{
	MemoryContext context = CurrentMemoryContext;
	ResourceOwner owner = CurrentResourceOwner;
	ErrorData  *volatile edata = NULL;

	BeginInternalSubTransaction(NULL);
	MemoryContextSwitchTo(context);
	PG_TRY();
	{
		work(arg);
		ReleaseCurrentSubTransaction();
	}
	PG_CATCH();
	{
		MemoryContextSwitchTo(context);
		edata = CopyErrorData();
		FlushErrorState();
		error_decorate(edata, call);
		error_current_place = (ErrorPlace) {.index = -1};
		call->feed = NULL;
		call->statement = NULL;
		RollbackAndReleaseCurrentSubTransaction();
	}
	PG_END_TRY();
	MemoryContextSwitchTo(context);
	CurrentResourceOwner = owner;
	return edata;
}

void
guard_check_deferred_constraints(void)
{
	ConstraintsSetStmt all = {.type = T_ConstraintsSetStmt};

	if (!current_call->in_block)
		AfterTriggerSetState(&all);
}

Datum
guard_run(const char *command, const char *request, size_t len,
		  bool capture_errors)
{
	MemoryContext caller = CurrentMemoryContext;
	ResourceOwner owner = CurrentResourceOwner;
	TimestampTz start = GetCurrentTimestamp();
	TimestampTz outer_deadline = deadline;
	ErrorPlace	outer_place = error_current_place;
	Call	   *outer_call = current_call;
	StringInfoData out;
	MemoryContext context;
	Call		call = {.out = &out, .in_block = IsTransactionBlock()};

	policy_limits(&call.limits);

	/* The result is built where it is returned, its header first. */
	initStringInfo(&out);
	out.len = VARHDRSZ;
	context = AllocSetContextCreate(caller, "pg_connector call",
									ALLOCSET_DEFAULT_SIZES);
	SPI_connect();
	MemoryContextSwitchTo(context);

	depth++;
	current_call = &call;
	error_current_place = (ErrorPlace) {.index = -1};

	PG_TRY();
	{
		call.timeout = call.limits.timeout;
		deadline_set(deadline_after(start, call.timeout, outer_deadline));
		if (capture_errors)
			begin_subtransaction(&call);

		call.command = command_find(command);
		policy_check_request_size(len);
		call.request = request_parse(request, len);
		command_check(&call);
		if ((call.command->kinds & ~call.limits.kinds) != 0)
			policy_require(&call.limits, call.command->kinds,
						   psprintf("command \"%s\"", call.command->name),
						   call.request);
		call.timeout = command_timeout(&call);
		deadline_set(deadline_after(start, call.timeout, outer_deadline));

		call.command->run(&call);
		if (!call.read_only && (call.command->kinds & ~KIND_READ) != 0)
			guard_check_deferred_constraints();
		deadline_end(outer_deadline);

		if (call.read_only)
			RollbackAndReleaseCurrentSubTransaction();
		else if (call.in_subtransaction)
			ReleaseCurrentSubTransaction();
		MemoryContextSwitchTo(context);
		CurrentResourceOwner = owner;
	}
	PG_CATCH();
	{
		ErrorData  *edata;
		bool		timed_out;

		MemoryContextSwitchTo(context);
		edata = CopyErrorData();
		FlushErrorState();

		/* A time limit of a call around this one is for that call to tell. */
		timed_out = edata->sqlerrcode == ERRCODE_QUERY_CANCELED &&
			deadline_passed && deadline != outer_deadline;
		if (deadline != outer_deadline)
		{
			/*
			 * A cancel that we sent and that no one has taken must not hit
			 * the caller's next statement.
			 */
			disable_timeout(timer, false);
			if (deadline_passed)
				QueryCancelPending = false;
		}
		deadline_set(outer_deadline);
		depth--;
		current_call = outer_call;
		if (timed_out)
		{
			edata->message = psprintf(TIME_LIMIT_MESSAGE " of %d ms exceeded", call.timeout);
			edata->hint = pstrdup("Give it more with timeout_ms, or let it do less: an index, a limit, smaller steps. pg_stat_activity shows whether it waits for a lock.");
		}
		error_decorate(edata, &call);
		error_current_place = outer_place;

		/* Nobody outside could end the subtransaction. */
		if (call.in_subtransaction)
		{
			RollbackAndReleaseCurrentSubTransaction();
			MemoryContextSwitchTo(context);
			CurrentResourceOwner = owner;
		}

		if (!capture_errors || must_be_raised(edata))
		{
			/* To a command around this one it is no place in its request. */
			if (depth > 0)
				error_nest(edata, command);
			ReThrowError(edata);
		}

		out.len = VARHDRSZ;
		error_to_json(&out, edata);
		SPI_finish();
		MemoryContextSwitchTo(caller);
		MemoryContextDelete(context);
		SET_VARSIZE(out.data, out.len);
		return PointerGetDatum(out.data);
	}
	PG_END_TRY();

	deadline_set(outer_deadline);
	depth--;
	current_call = outer_call;
	error_current_place = outer_place;
	SPI_finish();
	MemoryContextSwitchTo(caller);
	MemoryContextDelete(context);
	SET_VARSIZE(out.data, out.len);
	return PointerGetDatum(out.data);
}

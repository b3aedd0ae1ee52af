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
 * A step of a batch is a Call of its own inside the batch's.  Only a step
 * whose failure the batch survives is guarded by itself; any other's error
 * ends up in the batch's handler, which finds it in current_call.  So a Call
 * that is not the guard's own must not be on the stack.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include <limits.h>

#include "access/xact.h"
#include "commands/trigger.h"
#include "executor/spi.h"
#include "storage/latch.h"
#include "storage/proc.h"
#include "utils/memutils.h"
#include "utils/resowner.h"
#include "utils/timestamp.h"

#include "commands/commands.h"
#include "commands/read.h"
#include "error.h"
#include "guard.h"
#include "idempotency.h"
#include "lock_wait.h"
#include "pg_version.h"
#include "template.h"

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
	if (deadline != 0 && get_timeout_active(timer))
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
 * The work has failed: disarm, and take back a cancel that was sent but not
 * yet served, or it would hit whoever carries on.
 */
static void
deadline_cancel(TimestampTz outer)
{
	bool		ours = deadline != outer;

	if (ours)
		disable_timeout(timer, false);
	if (ours && deadline_passed)
		QueryCancelPending = false;
	deadline_set(outer);
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

static void
end_subtransaction(Call *call, bool commit)
{
	if (!call->in_subtransaction)
		return;
	call->in_subtransaction = false;
	if (commit)
		ReleaseCurrentSubTransaction();
	else
		RollbackAndReleaseCurrentSubTransaction();
	MemoryContextSwitchTo(call->context);
	CurrentResourceOwner = call->owner;
}

void
guard_read_only(Call *call)
{
	begin_subtransaction(call);
	call->read_only = true;
	XactReadOnly = true;
}

/*
 * Deferred constraints fail at commit, which is too late for a caller who
 * was already told of success.  Outside a transaction block that is right
 * behind this statement, so check them now; inside one they are the caller's
 * to decide about.
 */
static void
check_deferred_constraints(void)
{
	ConstraintsSetStmt all = {.type = T_ConstraintsSetStmt};

	AfterTriggerSetState(&all);
}

void
guard_check_deferred_constraints(void)
{
	if (current_call->check_constraints)
		check_deferred_constraints();
}

/*
 * Waiting for locks ends by PostgreSQL's own lock_timeout, in a subtrans-
 * action, so that afterwards it can be found out who holds the lock.
 */
static void
limit_lock_waits(Call *call)
{
	const JsonNode *node = call_common(call, COMMON_LOCK_TIMEOUT_MS);
	int			ms;

	if (!node_given(node))
		return;
	ms = (int) node_integer(node, 1, INT_MAX);
	begin_subtransaction(call);
	call->guc_level = NewGUCNestLevel();
	set_config_option("lock_timeout", psprintf("%d", ms), PGC_USERSET,
					  PGC_S_SESSION, GUC_ACTION_SAVE, true, 0, false);
	lock_wait_watch(ms);
}

/* Two members of which only one can be meant. */
static void
refuse_both(Call *call, CommonMember a, const char *a_name,
			CommonMember b, const char *b_name)
{
	bool		b_given = b == COMMON_IDEMPOTENCY_KEY ?
		node_given(call_common(call, b)) : call_wants(call, b);

	if (call_wants(call, a) && b_given)
		ereport(ERROR,
				(errcode(ERRCODE_SYNTAX_ERROR),
				 errmsg("\"%s\" and \"%s\" contradict each other", a_name, b_name),
				 errplace(call_common(call, b))));
}

/*
 * One more member at the end of the result.  Rows by themselves have no room
 * for it: in a single row it would look like a column.
 */
static void
append_true(Call *call, const char *name)
{
	StringInfo	out = call->out;

	if (out->data[call->start] != '{' || read_result_is_bare(call))
		return;
	out->len--;
	appendStringInfo(out, "%s\"%s\":true}",
					 out->data[out->len - 1] == '{' ? "" : ",", name);
}

/*
 * Reads leave room for what follows their rows; everything else fails here if
 * it is too large.  The catalogue is always the same: there is nothing to
 * limit.  Of a step's result the batch takes care.
 */
void
guard_check_response_size(const Call *call)
{
	if (call->step >= 0 || call->command == &command_commands ||
		call->out->len <= call_out_limit(call))
		return;
	ereport(ERROR,
			(errcode(ERRCODE_PROGRAM_LIMIT_EXCEEDED),
			 errmsg("result is larger than allowed"),
			 errdetail("It has %d bytes; setting \"pg_connector.response_cap\" is %d bytes.",
					   call->out->len - VARHDRSZ + call->tail,
					   call->limits.response_cap),
			 errhint("Ask for fewer rows or columns.")));
}

/*
 * What stands around the result in try_call()'s form of it.  No response is
 * larger than the cap, so what follows the result is reserved.
 */
static void
envelope_begin(Call *call)
{
	const Envelope *envelope = call->command->envelope;

	appendStringInfoString(call->out, envelope->before);
	call->start = call->out->len;
	call->tail += (int) strlen(envelope->after);
	call->envelope = envelope;
}

static void
envelope_end(Call *call)
{
	if (call->envelope != NULL)
		appendStringInfoString(call->out, call->envelope->after);
}

/*
 * Run a command whose request was checked, up to the end of its subtrans-
 * action.
 */
static void
run_call(Call *call)
{
	const Command *command = call->command;
	bool		dry_run = call_wants(call, COMMON_DRY_RUN);

	if ((command->kinds & ~call->limits.kinds) != 0)
		policy_require(&call->limits, command->kinds,
					   psprintf("command \"%s\"", command->name),
					   call->request);
	refuse_both(call, COMMON_DRY_RUN, "dry_run", COMMON_EXPLAIN, "explain");
	refuse_both(call, COMMON_DRY_RUN, "dry_run", COMMON_IDEMPOTENCY_KEY, "idempotency_key");
	refuse_both(call, COMMON_EXPLAIN, "explain", COMMON_IDEMPOTENCY_KEY, "idempotency_key");

	/* A result that is kept for a key must have room when it is replayed, too. */
	if (dry_run)
		call->tail += strlen(",\"dryRun\":true");
	else if (node_given(call_common(call, COMMON_IDEMPOTENCY_KEY)))
		call->tail += strlen(",\"replayed\":true");
	limit_lock_waits(call);
	if (call_wants(call, COMMON_EXPLAIN))
		guard_read_only(call);
	if (dry_run)
		begin_subtransaction(call);

	if (idempotency_replay(call))
	{
		guard_check_response_size(call);
		append_true(call, "replayed");
	}
	else
	{
		command->run(call);
		guard_check_response_size(call);
		if (call_wants(call, COMMON_EXPLAIN))
			ereport(ERROR,
					(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
					 errmsg("there is nothing to explain"),
					 errplace(call_common(call, COMMON_EXPLAIN))));
		if (!call->read_only && command->kinds != KIND_READ &&
			(call->check_constraints || dry_run ||
			 call_wants(call, COMMON_CHECK_CONSTRAINTS)))
		{
			/* All that can be told of what is found only now. */
			if (error_current_place.node == NULL)
				error_current_place.node = call->request;
			check_deferred_constraints();
		}
		idempotency_keep(call);
	}
	if (dry_run)
		append_true(call, "dryRun");
}

/* What run_call() began ends with success. */
static void
end_call(Call *call, int outer_lock_wait)
{
	if (call->guc_level != 0)
		AtEOXact_GUC(true, call->guc_level);
	lock_wait_watch(outer_lock_wait);
	end_subtransaction(call, !call->read_only && !call_wants(call, COMMON_DRY_RUN));
}

/*
 * After an error in a call: undo what is inside it, down to a nesting level.
 * Nobody outside could end those subtransactions.
 */
static void
undo(Call *call, int level)
{
	bool		undone = false;

	while (GetCurrentTransactionNestLevel() > level)
	{
		RollbackAndReleaseCurrentSubTransaction();
		undone = true;
	}
	call->in_subtransaction = false;
	if (undone)
	{
		MemoryContextSwitchTo(call->context);
		CurrentResourceOwner = call->owner;
	}
}

void
guard_step(Call *step, void (*prepare) (Call *step, void *arg), void *arg,
		   bool capture_errors)
{
	Call	   *batch = current_call;
	ErrorPlace	outer_place = error_current_place;
	int			outer_lock_wait = lock_wait_watched();
	int			level = GetCurrentTransactionNestLevel();

	step->out = batch->out;
	step->start = batch->out->len;
	step->limits = batch->limits;
	step->owner = CurrentResourceOwner;
	step->context = CurrentMemoryContext;

	/*
	 * A batch that goes on checks what is deferred after each step, to know
	 * which one is at fault; one that does not leaves it to the end.
	 */
	step->check_constraints = capture_errors && batch->check_constraints;
	current_call = step;
	error_current_place = (ErrorPlace) {.node = step->request, .index = -1};

	if (!capture_errors)
	{
		prepare(step, arg);
		command_check(step);
		run_call(step);
		end_call(step, outer_lock_wait);
	}
	else
	{
		PG_TRY();
		{
			begin_subtransaction(step);
			prepare(step, arg);
			command_check(step);
			run_call(step);
			end_call(step, outer_lock_wait);
		}
		PG_CATCH();
		{
			MemoryContext error_context = MemoryContextSwitchTo(step->context);
			ErrorData  *edata = CopyErrorData();
			bool		locked;

			/* The time limit is the batch's. */
			if (must_be_raised(edata))
			{
				MemoryContextSwitchTo(error_context);
				PG_RE_THROW();
			}
			FlushErrorState();
			error_decorate(edata, step);
			locked = lock_wait_ended_by(edata);
			lock_wait_watch(outer_lock_wait);
			undo(step, level);
			if (locked)
				lock_wait_name_holder(edata, step->limits.terse);
			step->out->len = step->start;
			error_to_json(step->out, edata);
			step->failed = true;
		}
		PG_END_TRY();
	}

	current_call = batch;
	error_current_place = outer_place;
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

Datum
guard_run(const char *command, const char *request, size_t len,
		  bool capture_errors)
{
	MemoryContext caller = CurrentMemoryContext;
	MemoryContext context;
	TimestampTz start = GetCurrentTimestamp();
	TimestampTz outer_deadline = deadline;
	ErrorPlace	outer_place = error_current_place;
	Call	   *outer_call = current_call;
	int			outer_lock_wait = lock_wait_watched();
	int			level = GetCurrentTransactionNestLevel();
	StringInfoData out;
	Call		call = {
		.out = &out,
		.step = -1,
		.owner = CurrentResourceOwner
	};

	policy_limits(&call.limits);

	/*
	 * A command inside another leaves deferred constraints to that one.  In
	 * a subtransaction of ours it always looks like a transaction block.
	 */
	call.check_constraints = depth == 0 && !IsTransactionBlock();

	/* The result is built where it is returned, its header first. */
	initStringInfo(&out);
	out.len = call.start = VARHDRSZ;

	/* Everything else lives in SPI's context of this call. */
	SPI_connect();
	call.context = context = CurrentMemoryContext;

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
		if (capture_errors && call.command->envelope != NULL)
			envelope_begin(&call);
		policy_check_request_size(len);
		call.request = request_parse(request, len);
		if (!template_fits(&call))
			command_check(&call);
		call.timeout = command_timeout(&call);
		deadline_set(deadline_after(start, call.timeout, outer_deadline));

		run_call(&call);
		envelope_end(&call);
		deadline_end(outer_deadline);
		end_call(&call, outer_lock_wait);

		/* From here on nothing can fail. */
		deadline_set(outer_deadline);
		depth--;
		current_call = outer_call;
		error_current_place = outer_place;
	}
	PG_CATCH();
	{
		Call	   *failed = current_call;	/* this one or a step of it */
		ErrorData  *edata;
		bool		timed_out;
		bool		locked;

		MemoryContextSwitchTo(context);
		edata = CopyErrorData();
		FlushErrorState();

		/* A time limit of a call around this one is for that call to tell. */
		timed_out = edata->sqlerrcode == ERRCODE_QUERY_CANCELED &&
			deadline_passed && deadline != outer_deadline;
		deadline_cancel(outer_deadline);
		depth--;
		current_call = outer_call;
		if (timed_out)
		{
			edata->message = psprintf(TIME_LIMIT_MESSAGE " of %d ms exceeded", call.timeout);
			edata->hint = pstrdup("Give it more with timeout_ms, or let it do less: an index, a limit, smaller steps. pg_stat_activity shows whether it waits for a lock.");
		}
		error_decorate(edata, failed);
		error_current_place = outer_place;
		locked = lock_wait_ended_by(edata) &&
			GetCurrentTransactionNestLevel() > level;
		lock_wait_watch(outer_lock_wait);
		undo(&call, level);
		if (locked)
			lock_wait_name_holder(edata, call.limits.terse);

		if (!call.explained)
		{
			if (!capture_errors || must_be_raised(edata))
			{
				/* To a command around this one it is no place in its request. */
				if (depth > 0)
					error_nest(edata, command);
				ReThrowError(edata);
			}
			out.len = VARHDRSZ;
			if (call.envelope != NULL)
				call.envelope->error(&out, failed, edata);
			else
				error_to_json(&out, edata);
		}
		else
			envelope_end(&call);
	}
	PG_END_TRY();

	SPI_finish();
	MemoryContextSwitchTo(caller);
	SET_VARSIZE(out.data, out.len);
	return PointerGetDatum(out.data);
}

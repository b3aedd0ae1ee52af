/*-------------------------------------------------------------------------
 *
 * guard.h
 *	  What stands around every command: subtransaction, read-only mode, time
 *	  limit, errors.
 *
 *-------------------------------------------------------------------------
 */
#ifndef PGC_GUARD_H
#define PGC_GUARD_H

#include "command.h"

/*
 * Run a command on a request and return its result, a json datum in the
 * caller's memory context.
 *
 * With capture_errors, whatever the command did is undone when it fails, and
 * the error is returned as {"error": {...}}.  A cancel by the user, an end of
 * the session and signs of corruption are raised all the same.
 */
extern Datum guard_run(const char *command, const char *request, size_t len,
					   bool capture_errors);

/*
 * For a command, before it does anything: let this call leave nothing behind.
 * The rest of it runs in a subtransaction that is read-only and is always
 * rolled back.  Read-only alone would let temporary tables, large objects,
 * NOTIFY and set_config() through.
 */
extern void guard_read_only(Call *call);

/* Raise 54000 if a whole result is larger than a response may be. */
extern void guard_check_response_size(const Call *call);

/*
 * Do work(arg) in a subtransaction.  NULL if it is done; if it failed,
 * whatever it did is undone, and the error is returned as a caller would see
 * it.  The error is any error: some must be raised again.
 */
extern ErrorData *guard_attempt(Call *call, void (*work) (void *arg), void *arg);

/*
 * Deferred constraints fail at commit, which is too late for a caller who
 * was already told of success.  Outside a transaction block that is right
 * behind this statement, so check them now; inside one they are the caller's
 * to decide about.
 */
extern void guard_check_deferred_constraints(void);

/*
 * Run a step of the batch that is running; its result goes to the end of the
 * batch's.  "prepare" fills in the step's command and request; step->step and,
 * for errors before that, step->request are already there.  The step must
 * stay allocated as long as the batch runs.
 *
 * With capture_errors its failure is undone and becomes its result, and
 * step->failed is set; otherwise it is the batch's failure.
 */
extern void guard_step(Call *step, void (*prepare) (Call *step, void *arg),
					   void *arg, bool capture_errors);

/* How many commands are running, one inside the other. */
extern int	guard_depth(void);

/* The innermost of them, or NULL. */
extern Call *guard_call(void);

#endif							/* PGC_GUARD_H */

/*-------------------------------------------------------------------------
 *
 * lock_wait.h
 *	  Who holds the lock that a command waited for in vain.
 *
 *-------------------------------------------------------------------------
 */
#ifndef PGC_LOCK_WAIT_H
#define PGC_LOCK_WAIT_H

/*
 * From now on look, a few times in as many milliseconds as lock_timeout is
 * set to, at which lock this backend waits for.  0: no longer.
 */
extern void lock_wait_watch(int ms);

/* What was last given to lock_wait_watch(). */
extern int	lock_wait_watched(void);

/* Whether the error is that of a wait which was watched. */
extern bool lock_wait_ended_by(const ErrorData *edata);

/*
 * Say in the error's detail who holds that lock, as far as the caller may
 * know: the rules are those of pg_stat_activity.  Only after the subtrans-
 * action that failed was rolled back, with SPI connected.  Where nobody holds
 * it any more the error stays as it is.
 */
extern void lock_wait_name_holder(ErrorData *edata, bool terse);

#endif							/* PGC_LOCK_WAIT_H */

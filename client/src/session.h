/*-------------------------------------------------------------------------
 *
 * session.h
 *	  The library's own statements on a connection, and the time.
 *
 *-------------------------------------------------------------------------
 */
#ifndef PGCONNECTOR_SESSION_H
#define PGCONNECTOR_SESSION_H

#include <stdint.h>

#include "internal.h"

/* Microseconds of a clock that is never set. */
extern int64_t pgc_clock_us(void);

/* Wait that long, signals or not. */
extern void pgc_sleep_us(int64_t us);

/* A deadline that never comes. */
#define PGC_NO_DEADLINE INT64_MAX

/* One statement with text parameters; a NULL sql ends a list. */
typedef struct Statement
{
	const char *sql;
	const char *const *values;
	int			nvalues;
} Statement;

/*
 * Run statements in one round trip and wait for the answer, until "deadline"
 * of pgc_clock_us() at most, or, where there is none, as long as a call may
 * take on the connection; when that is over, the connection is given up.
 *
 * Returns the result of the last statement, which the caller clears, or NULL
 * with *error set: the first statement that failed, those after it not run;
 * or 08006, where the connection was lost or given up.
 */
extern PGresult *pgc_session_run(PgcConnection *conn,
								 const Statement *statements,
								 int64_t deadline, PgcError **error);

/* Whether the server has a transaction block open on the connection. */
extern bool pgc_session_in_block(const PgcConnection *conn);

#endif							/* PGCONNECTOR_SESSION_H */

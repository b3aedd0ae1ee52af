/*-------------------------------------------------------------------------
 *
 * policy.h
 *	  Settings, kinds of command, caps (DESIGN 3.3).
 *
 *-------------------------------------------------------------------------
 */
#ifndef PGC_POLICY_H
#define PGC_POLICY_H

#include "request.h"

/* Kinds of command, a set. */
#define KIND_READ	0x01
#define KIND_WRITE	0x02
#define KIND_DDL	0x04
#define KIND_SQL	0x08

/*
 * The limits of one call, copied from the settings when it starts: SQL that
 * runs later in the call cannot change them.  Rows, bytes, milliseconds; 0
 * is "none" for affected_cap and timeout.
 */
typedef struct Limits
{
	int			kinds;			/* allowed */
	int			default_limit;
	int			row_cap;
	int			response_cap;
	int			affected_cap;
	int			timeout;
	bool		require_where;
	bool		v2_allow_unfiltered;
	bool		terse;			/* errors without row values */
} Limits;

/* Define the settings; from _PG_init. */
extern void policy_init(void);

/*
 * The limits now in force.  Raises 42501 in a session whose administrator's
 * settings were displaced or could not be read.
 */
extern void policy_limits(Limits *limits);

/*
 * Raise 42501 unless all the given kinds are allowed.  "what" is the command
 * or statement that needs them.
 */
extern void policy_require(const Limits *limits, int kinds, const char *what,
						   const JsonNode *at);

/* "read, write", for messages and the catalogue. */
extern char *policy_kinds_text(int kinds);

/* Raise 54000 if a request is larger than allowed. */
extern void policy_check_request_size(size_t len);

/* pg_connector.plan_cache */
extern int	policy_plan_cache;

/* pg_connector.idempotency_retention, in seconds */
extern int	policy_idempotency_retention;

/* pg_connector.request_cap */
extern int	policy_request_cap;

/* pg_connector.timeout_cap, for a request's own timeout_ms; 0: none */
extern int	policy_timeout_cap;

#endif							/* PGC_POLICY_H */

/*-------------------------------------------------------------------------
 *
 * exit_status.h
 *	  How the program ends: one status for each kind of error.
 *
 *-------------------------------------------------------------------------
 */
#ifndef EXIT_STATUS_H
#define EXIT_STATUS_H

#include <stdio.h>

#include "pgconnector.h"

enum
{
	STATUS_OK = 0,
	STATUS_INTERNAL = 1,
	STATUS_USAGE = 2,
	STATUS_CANCELLED = PGC_KIND_CANCELLED + 2
};

extern int	exit_status_of(PgcErrorKind kind);

/* The table of them all, for --help. */
extern void exit_status_print(FILE *out);

#endif							/* EXIT_STATUS_H */

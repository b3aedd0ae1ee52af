/*-------------------------------------------------------------------------
 *
 * direct.h
 *	  Statements that need no executor.
 *
 *-------------------------------------------------------------------------
 */
#ifndef PGC_DIRECT_H
#define PGC_DIRECT_H

#include "plan_cache.h"

/*
 * Run the plan without the executor, if it is one of those that can be; false
 * if it is not, and nothing was done.  Rows go to "dest", which may be NULL
 * where the plan has none.  "n" is the number of rows written or returned.
 */
extern bool direct_execute(KeptPlan *plan, ParamListInfo params,
						   DestReceiver *dest, uint64 *n);

#endif							/* PGC_DIRECT_H */

/*-------------------------------------------------------------------------
 *
 * key_lookup.h
 *	  The row of a unique key, without the executor.
 *
 *-------------------------------------------------------------------------
 */
#ifndef PGC_KEY_LOOKUP_H
#define PGC_KEY_LOOKUP_H

#include "plan_cache.h"

/*
 * Run the plan, if all it does is to look a unique key up; false if it is
 * something else, and nothing was done.  "n" is the number of rows returned.
 */
extern bool key_lookup(KeptPlan *plan, ParamListInfo params, DestReceiver *dest,
					   uint64 *n);

#endif							/* PGC_KEY_LOOKUP_H */

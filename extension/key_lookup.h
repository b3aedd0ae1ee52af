/*-------------------------------------------------------------------------
 *
 * key_lookup.h
 *	  The row of a unique key, without the executor.
 *
 *-------------------------------------------------------------------------
 */
#ifndef PGC_KEY_LOOKUP_H
#define PGC_KEY_LOOKUP_H

#include "utils/plancache.h"

#include "plan_cache.h"

typedef struct KeyLookup KeyLookup;

/* Whether key_lookup_read() is worth a try: not where it was in vain. */
extern bool key_lookup_may(const KeptPlan *plan, const CachedPlanSource *source);

/*
 * What a plan of this generation comes to, or NULL: it does something else.
 * It is read once and kept.
 */
extern const KeyLookup *key_lookup_read(const PlannedStmt *statement,
										int generation, KeptPlan *plan);

/* Do it, and return the number of rows. */
extern uint64 key_lookup(const KeyLookup *lookup, ParamListInfo params,
						 DestReceiver *dest);

#endif							/* PGC_KEY_LOOKUP_H */

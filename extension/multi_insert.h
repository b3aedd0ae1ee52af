/*-------------------------------------------------------------------------
 *
 * multi_insert.h
 *	  Rows of a request into a table, many at once.
 *
 *-------------------------------------------------------------------------
 */
#ifndef PGC_MULTI_INSERT_H
#define PGC_MULTI_INSERT_H

#include "nodes/plannodes.h"
#include "utils/plancache.h"

#include "plan_cache.h"
#include "rows_in.h"

/* Whether multi_insert_read() is worth a try. */
extern bool multi_insert_may(const RowsIn *feed, const CachedPlanSource *source);

/*
 * The statement's insert, if it does nothing but to insert the rows that are
 * fed into the plan's table; or NULL.
 */
extern const ModifyTable *multi_insert_read(const PlannedStmt *statement,
											const KeptPlan *plan);

/* Do it, and return the number of rows. */
extern uint64 multi_insert(PlannedStmt *statement, const ModifyTable *insert,
						   RowsIn *feed, DestReceiver *dest);

#endif							/* PGC_MULTI_INSERT_H */

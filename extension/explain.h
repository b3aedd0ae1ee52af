/*-------------------------------------------------------------------------
 *
 * explain.h
 *	  A statement's SQL, parameters and plan instead of its result.
 *
 *-------------------------------------------------------------------------
 */
#ifndef PGC_EXPLAIN_H
#define PGC_EXPLAIN_H

#include "command.h"
#include "plan_cache.h"

/*
 * Make {"sql", "params", "plan"} the result of the call and end its command
 * right there: by an error that the guard, having undone the command's read-
 * only subtransaction, takes for success.  So no command needs to know.
 * Raises 22023 for a statement that has no plan.
 */
extern void explain_plan(Call *call, KeptPlan *plan, ParamListInfo params) pg_attribute_noreturn();

#endif							/* PGC_EXPLAIN_H */

/*-------------------------------------------------------------------------
 *
 * direct.c
 *	  Statements that need no executor.
 *
 * What PostgreSQL's own generic plan says stays what is done: it is looked
 * at, locked and checked for permission as for each execution, and made anew
 * when anything it depends on has changed.  A plan that says anything more
 * than key_lookup.c and multi_insert.c do is not of their kind.
 *
 * Extensions that watch executions see these too: while there is one, all is
 * left to the executor.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "access/xact.h"
#include "executor/executor.h"
#include "utils/plancache.h"
#include "utils/resowner.h"
#include "utils/snapmgr.h"

#include "direct.h"
#include "guard.h"
#include "key_lookup.h"
#include "multi_insert.h"
#include "pg_version.h"
#include "rows_in.h"

bool
direct_execute(KeptPlan *plan, ParamListInfo params, DestReceiver *dest,
			   uint64 *n)
{
	CachedPlanSource *source = linitial(SPI_plan_get_plan_sources(plan->spi));
	RowsIn	   *feed = plan->fed ? guard_call()->feed : NULL;
	ResourceOwner owner = plan->kept ? CurrentResourceOwner : NULL;
	CachedPlan *cached;
	PlannedStmt *statement;
	const KeyLookup *lookup = NULL;
	const ModifyTable *insert = NULL;

	Assert(feed == NULL || feed->plan == plan);
	if (ExecutorStart_hook != NULL || ExecutorRun_hook != NULL ||
		ExecutorFinish_hook != NULL || ExecutorEnd_hook != NULL)
		return false;
	if (feed != NULL ? !multi_insert_may(feed, source) :
		dest == NULL || !key_lookup_may(plan, source))
		return false;
	cached = SPI_plan_get_cached_plan(plan->spi);
	if (cached == NULL)
		return false;
	statement = list_length(cached->stmt_list) == 1 ?
		linitial_node(PlannedStmt, cached->stmt_list) : NULL;
	if (feed != NULL)
		insert = multi_insert_read(statement, plan);
	else
		lookup = key_lookup_read(statement, cached->generation, plan);

	/* If permission is denied, the executor tells what for. */
	if ((lookup == NULL && insert == NULL) || !may_execute(statement))
	{
		ReleaseCachedPlan(cached, owner);
		return false;
	}

	/* As SPI does it. */
	PushActiveSnapshot(GetTransactionSnapshot());
	CommandCounterIncrement();
	UpdateActiveSnapshotCommandId();
	*n = insert != NULL ? multi_insert(statement, insert, feed, dest) :
		key_lookup(lookup, params, dest);
	PopActiveSnapshot();
	ReleaseCachedPlan(cached, owner);
	CommandCounterIncrement();
	return true;
}

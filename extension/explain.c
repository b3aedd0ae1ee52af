/*-------------------------------------------------------------------------
 *
 * explain.c
 *	  A statement's SQL, parameters and plan instead of its result.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "utils/builtins.h"
#include "utils/plancache.h"

#include "error.h"
#include "explain.h"
#include "guard.h"
#include "json_out.h"

/* EXPLAIN's own output, JSON, for the statement with these parameters. */
static char *
plan_as_json(Call *call, KeptPlan *plan, CachedPlanSource *source,
			 ParamListInfo params)
{
	Oid		   *types = palloc(sizeof(Oid) * (plan->nparams + 1));
	char	   *sql;
	SPIPlanPtr	explain;
	char	   *json;
	int			rc;

	for (int i = 0; i < plan->nparams; i++)
		types[i] = plan->params[i].oid;

	/*
	 * The text is one statement that was parsed by itself, and is one that
	 * can be explained, so with this in front it is one EXPLAIN of it.
	 */
	sql = psprintf("EXPLAIN (FORMAT JSON) %s", source->query_string);
	call->statement = sql;
	explain = SPI_prepare(sql, plan->nparams, types);
	if (explain == NULL)
		elog(ERROR, "could not prepare statement: %s",
			 SPI_result_code_string(SPI_result));
	rc = SPI_execute_plan_with_paramlist(explain, params, false, 0);
	if (rc != SPI_OK_UTILITY || SPI_processed != 1)
		elog(ERROR, "could not explain statement: %s",
			 SPI_result_code_string(rc));
	json = SPI_getvalue(SPI_tuptable->vals[0], SPI_tuptable->tupdesc, 1);
	SPI_freeplan(explain);
	return json;
}

/* Utility statements have none, and they are the ones that hold passwords. */
static bool
has_plan(const CachedPlanSource *source)
{
	ListCell   *lc;

	foreach(lc, source->query_list)
	{
		if (lfirst_node(Query, lc)->commandType == CMD_UTILITY)
			return false;
	}
	return true;
}

void
explain_plan(Call *call, KeptPlan *plan, ParamListInfo params)
{
	CachedPlanSource *source = linitial(SPI_plan_get_plan_sources(plan->spi));
	StringInfo	out = call->out;

	if (!has_plan(source))
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("%s has no plan to explain",
						GetCommandTagName(source->commandTag)),
				 errplace(call_common(call, COMMON_EXPLAIN))));

	out->len = call->start;
	appendStringInfoString(out, "{\"sql\":");
	json_out_string(out, source->query_string);
	appendStringInfoString(out, ",\"params\":[");
	for (int i = 0; i < plan->nparams; i++)
	{
		if (i > 0)
			appendStringInfoChar(out, ',');
		json_out_string(out, format_type_be(plan->params[i].oid));
	}
	appendStringInfo(out, "],\"plan\":%s}",
					 plan_as_json(call, plan, source, params));

	guard_check_response_size(call);

	call->explained = true;
	ereport(ERROR,
			(errcode(ERRCODE_SUCCESSFUL_COMPLETION),
			 errmsg("the command was explained")));
}

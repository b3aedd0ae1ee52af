/*-------------------------------------------------------------------------
 *
 * write.c
 *	  What insert_rows, update_rows and delete_rows share.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "commands/read.h"
#include "commands/write.h"
#include "error.h"

void
write_rows_init(Call *call, RowsOut *rows)
{
	rows_out_init(rows, call->out);
	read_options(call, rows);
	rows->row_cap = call->limits.row_cap;
	rows->response_cap = call->limits.response_cap;
}

void
write_run(Call *call, KeptPlan *plan, const Shape *shape, const JsonNode *returning)
{
	ParamListInfo params = plan_bind(plan, shape);
	RowsOut		rows;
	uint64		written;

	if (node_given(returning))
	{
		write_rows_init(call, &rows);
		appendStringInfoString(call->out, "{\"rows\":[");
		written = plan_execute(plan, params, &rows);
		appendStringInfoChar(call->out, ']');
		read_append_columns(call, &rows);
		appendStringInfoChar(call->out, ',');
	}
	else
	{
		appendStringInfoChar(call->out, '{');
		written = plan_execute(plan, params, NULL);
	}
	write_check_affected(call, written);
	appendStringInfo(call->out, "\"rowCount\":" UINT64_FORMAT "}", written);
}

void
write_check_affected(const Call *call, uint64 written)
{
	if (call->limits.affected_cap > 0 &&
		written > (uint64) call->limits.affected_cap)
		ereport(ERROR,
				(errcode(ERRCODE_PROGRAM_LIMIT_EXCEEDED),
				 errmsg("command writes more than %d rows", call->limits.affected_cap),
				 errdetail("Setting \"pg_connector.affected_cap\" is %d; nothing was changed.",
						   call->limits.affected_cap)));
}

void
write_check_filter(const Call *call, const JsonNode *where,
				   const Predicate *predicate, const JsonNode *all_rows)
{
	bool		all = node_given(all_rows) && node_bool(all_rows);

	if (all && node_given(where))
		ereport(ERROR,
				(errcode(ERRCODE_SYNTAX_ERROR),
				 errmsg("\"where\" and \"all_rows\" contradict each other"),
				 errplace(all_rows)));
	if (all || !call->limits.require_where || !predicate_always_true(predicate))
		return;
	ereport(ERROR,
			(errcode(ERRCODE_CARDINALITY_VIOLATION),
			 node_given(where) ?
			 errmsg("\"where\" is true for every row") :
			 errmsg("\"where\" is missing"),
			 errhint("To write all rows of the table, say \"all_rows\": true instead of \"where\"."),
			 errplace(node_given(where) ? where : call->request)));
}

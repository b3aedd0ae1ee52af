/*-------------------------------------------------------------------------
 *
 * query.c
 *	  query: one SQL statement that only reads.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "commands/commands.h"
#include "commands/query.h"
#include "commands/read.h"
#include "error.h"
#include "guard.h"

enum
{
	SQL,
	PARAMS,
	LIMIT
};

static const Member members[] = {
	{"sql", MEMBER_STRING, true, "One statement: SELECT, WITH, VALUES, TABLE, SHOW or EXPLAIN."},
	{"params", MEMBER_PARAMS, false, "Values of $1, $2, ..., as a list or as {\"$1\": value}."},
	{"limit", MEMBER_COUNT, false, "Rows to return, instead of pg_connector.default_limit."},
	READ_RESULT_MEMBER,
	READ_MEMBERS,
	{NULL}
};

static const Refusal refusals[] = {
	{"25006", "the statement writes"},
	{"42601", "the text is not SQL, or not exactly one statement"},
	{"22023", "\"params\" are not those that the statement uses"},
	{"42701", "two columns of the result have one name, and rows are objects"},
	{"54000", "the first row alone is larger than pg_connector.response_cap, or a result of rows alone would be cut"},
	{NULL}
};

static const char *const examples[] = {
	"{\"sql\": \"SELECT status, count(*) FROM users WHERE age > $1 GROUP BY status\", \"params\": [30]}",
	"{\"sql\": \"SELECT max(age) AS oldest FROM users\", \"result\": \"row_or_rows\"}",
	NULL
};

/* As far as is known: only once it is planned, whether a WITH writes. */
static void
check_reads(const Call *call, const SqlText *sql, const JsonNode *at,
			QueryHint hint)
{
	if (sql->kinds != KIND_READ)
		ereport(ERROR,
				(errcode(ERRCODE_READ_ONLY_SQL_TRANSACTION),
				 errmsg("%s only reads, and %s may write",
						call->command->name, sql->tag),
				 strcmp(sql->tag, "SELECT") == 0 ?
				 errdetail("It has INTO, FOR UPDATE or the like, or a WITH that writes.") : 0,
				 errhint("%s", hint(sql)),
				 errplace(at)));
}

void
query_run(Call *call, const JsonNode *node, const JsonNode *params,
		  RowsOut *rows, QueryHint hint)
{
	SqlText    *sql;

	guard_read_only(call);
	sql = sql_text_parse(call, node);
	check_reads(call, sql, node, hint);
	sql_text_plan(sql, params);
	check_reads(call, sql, node, hint);
	rows->sql = node;
	(void) plan_execute(sql->plan, plan_bind(sql->plan, &sql->shape), rows);
}

static const char *
hint_execute(const SqlText *sql)
{
	return "Use execute.";
}

static void
run(Call *call)
{
	RowsOut		rows;

	read_begin(call, &rows, call_member(call, LIMIT));
	query_run(call, call_member(call, SQL), call_member(call, PARAMS), &rows,
			  hint_execute);
	read_end(call, &rows);
	read_finish(call, &rows);
}

const Command command_query = {
	.name = "query",
	.summary = "Run one SQL statement that only reads; whatever else it does is undone.",
	.kinds = KIND_READ | KIND_SQL,
	.members = members,
	.result = READ_RESULT,
	.bare_result = READ_BARE_RESULT,
	.refusals = refusals,
	.examples = examples,
	.sql = "/sql",
	.run = run
};

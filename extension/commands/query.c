/*-------------------------------------------------------------------------
 *
 * query.c
 *	  query: one SQL statement that only reads.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "commands/commands.h"
#include "commands/read.h"
#include "error.h"
#include "guard.h"
#include "sql_text.h"

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

static void
run(Call *call)
{
	JsonNode   *node = call_member(call, SQL);
	SqlText    *sql;
	RowsOut		rows;

	guard_read_only(call);
	sql = sql_text_parse(call, node);
	sql_text_plan(sql, call_member(call, PARAMS));
	if (sql->kinds != KIND_READ)
		ereport(ERROR,
				(errcode(ERRCODE_READ_ONLY_SQL_TRANSACTION),
				 errmsg("query only reads, and %s may write", sql->tag),
				 strcmp(sql->tag, "SELECT") == 0 ?
				 errdetail("It has INTO, FOR UPDATE or the like, or a WITH that writes.") : 0,
				 errhint("Use execute."),
				 errplace(node)));

	read_begin(call, &rows, call_member(call, LIMIT));
	rows.sql = node;
	(void) plan_execute(sql->plan, plan_bind(sql->plan, &sql->shape), &rows);
	read_end(call, &rows);
	read_finish(call, &rows);
}

const Command command_query = {
	.name = "query",
	.summary = "Run one SQL statement that only reads.",
	.kinds = KIND_READ | KIND_SQL,
	.members = members,
	.result = READ_RESULT,
	.bare_result = true,
	.refusals = refusals,
	.examples = examples,
	.sql = "/sql",
	.run = run
};

/*-------------------------------------------------------------------------
 *
 * task.c
 *	  task/...: the two kinds of action that task platforms have for
 *	  PostgreSQL.
 *
 * Query is query, Execute is execute; theirs is the form of the result.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "commands/commands.h"
#include "commands/execute.h"
#include "commands/query.h"
#include "commands/read.h"
#include "commands/sql_request.h"
#include "commands/write.h"

static const Member members[] = {
	SQL_REQUEST_MEMBERS,
	{NULL}
};

static const char *
hint_execute(const SqlText *sql)
{
	return "Use task/Execute.";
}

static void
run_query(Call *call)
{
	RowsOut		rows;

	call->bare_rows = true;
	read_begin(call, &rows, NULL);
	query_run(call, call_member(call, SQL_REQUEST_QUERY),
			  call_member(call, SQL_REQUEST_PARAMETERS), &rows, hint_execute);
	read_end(call, &rows);
}

static void
run_execute(Call *call)
{
	JsonNode   *node = call_member(call, SQL_REQUEST_QUERY);
	SqlText    *sql = execute_parse(call, node);
	RowsOut		rows;
	uint64		count;

	sql_text_plan(sql, call_member(call, SQL_REQUEST_PARAMETERS));
	write_rows_init(call, &rows);
	rows.lone_row = true;
	count = execute_run(call, sql, node, &rows);
	if (!sql_text_returns_rows(sql))
		appendStringInfo(call->out, "{\"rowCount\":" UINT64_FORMAT "}", count);
}

static const Refusal query_refusals[] = {
	{"25006", "the statement writes"},
	SQL_REQUEST_REFUSALS,
	{NULL}
};

static const Refusal execute_refusals[] = {
	{"42501", "pg_connector.allow does not have the kind of statement"},
	SQL_REQUEST_REFUSALS,
	{NULL}
};

static const char *const query_examples[] = {
	"{\"query\": \"SELECT * FROM users WHERE id = $1 AND status = $2\", \"parameters\": [1, \"active\"]}",
	NULL
};

static const char *const execute_examples[] = {
	"{\"query\": \"INSERT INTO users (name, status) VALUES ($1, $2) RETURNING id\", \"parameters\": [\"Ada\", \"pending\"]}",
	"{\"query\": \"UPDATE users SET status = $1 WHERE id = $2\", \"parameters\": [\"active\", 1]}",
	NULL
};

const Command command_task_query = {
	.name = "task/Query",
	.summary = "Run one SQL statement that only reads, and return the list of all its rows.",
	.kinds = KIND_READ | KIND_SQL,
	.members = members,
	.result = "",
	.bare_result = "\"type\":\"array\",\"items\":{\"type\":\"object\"},\"description\":\"The rows.\"",
	.refusals = query_refusals,
	.examples = query_examples,
	.sql = SQL_REQUEST_SQL,
	.run = run_query
};

const Command command_task_execute = {
	.name = "task/Execute",
	.summary = "Run one SQL statement of any kind; of one that returns rows, return a single row by itself and others as a list.",
	.kinds = KIND_SQL,
	.members = members,
	.result = "\"rowCount\": {\"type\": \"integer\"}",
	.bare_result = "\"type\":[\"array\",\"object\"],\"description\":\"The rows that it returns; a single one by itself.\"",
	.refusals = execute_refusals,
	.examples = execute_examples,
	.sql = SQL_REQUEST_SQL,
	.run = run_execute
};

/*-------------------------------------------------------------------------
 *
 * execute.c
 *	  execute: one SQL statement of any kind.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "commands/commands.h"
#include "commands/execute.h"
#include "commands/read.h"
#include "commands/write.h"
#include "error.h"
#include "guard.h"

enum
{
	SQL,
	PARAMS
};

static const Member members[] = {
	{"sql", MEMBER_STRING, true, "One statement."},
	{"params", MEMBER_PARAMS, false, "Values of $1, $2, ..., as a list or as {\"$1\": value}."},
	READ_RESULT_MEMBER,
	READ_MEMBERS,
	{NULL}
};

static const Refusal refusals[] = {
	{"42501", "pg_connector.allow does not have the kind of statement"},
	{"42601", "the text is not SQL, or not exactly one statement"},
	{"22023", "\"params\" are not those that the statement uses, or the statement cannot run inside a command"},
	{"42701", "two columns of the result have one name, and rows are objects"},
	{"54000", "more rows than pg_connector.affected_cap, or more to return than a cap allows"},
	{NULL}
};

static const char *const examples[] = {
	"{\"sql\": \"UPDATE accounts SET balance = balance - $1 WHERE id = $2 RETURNING balance\", \"params\": [10, 1]}",
	"{\"sql\": \"CREATE INDEX IF NOT EXISTS idx_users_email ON users (email)\"}",
	NULL
};

/*
 * With a cap on rows to be written, refuse what writes rows that cannot be
 * counted.
 */
static void
refuse_uncounted(const Call *call, const SqlText *sql, const JsonNode *at)
{
	if (call->limits.affected_cap > 0 && sql_text_writes_uncounted(sql))
		ereport(ERROR,
				(errcode(ERRCODE_INSUFFICIENT_PRIVILEGE),
				 errmsg("%s writes uncounted rows, which is not allowed here", sql->tag),
				 errdetail("Setting \"pg_connector.affected_cap\" is %d.",
						   call->limits.affected_cap),
				 errhint("Let one INSERT, UPDATE, DELETE or MERGE do it, whose rows can be counted."),
				 errplace(at)));
}

SqlText *
execute_parse(Call *call, const JsonNode *node)
{
	SqlText    *sql = sql_text_parse(call, node);

	/* A role that must not write must not do it through a function either. */
	if (sql->kinds == KIND_READ && (call->limits.kinds & KIND_WRITE) == 0)
		guard_read_only(call);
	return sql;
}

uint64
execute_run(Call *call, SqlText *sql, const JsonNode *node, RowsOut *rows)
{
	ParamListInfo params;
	uint64		count;

	policy_require(&call->limits, sql->kinds, sql->tag, node);
	refuse_uncounted(call, sql, node);
	params = plan_bind(sql->plan, &sql->shape);
	rows->sql = node;
	rows->reads = sql->kinds == KIND_READ;
	if (sql_text_returns_rows(sql))
	{
		if (!rows->id_only)
			read_list_begin(call, rows);
		count = plan_execute(sql->plan, params, rows);
		if (!rows->id_only)
			read_list_end(call, rows);
		count = Max(count, rows->nrows);
	}
	else
		count = plan_execute(sql->plan, params, NULL);
	if (sql->kinds != KIND_READ)
		write_check_affected(call, count);
	return count;
}

static void
run(Call *call)
{
	JsonNode   *node = call_member(call, SQL);
	SqlText    *sql = execute_parse(call, node);
	RowsOut		rows;
	uint64		count;

	sql_text_plan(sql, call_member(call, PARAMS));
	write_rows_init(call, &rows);
	if (!rows.bare)
		appendStringInfo(call->out, "{\"success\":true%s",
						 sql_text_returns_rows(sql) ? ",\"rows\":" : "");
	else if (!sql_text_returns_rows(sql))
		appendStringInfoString(call->out, "[]");
	count = execute_run(call, sql, node, &rows);
	if (rows.bare)
		return;
	if (sql_text_returns_rows(sql))
		read_append_columns(call, &rows);
	appendStringInfo(call->out, ",\"rowCount\":" UINT64_FORMAT "}", count);
}

const Command command_execute = {
	.name = "execute",
	.summary = "Run one SQL statement of any kind.",
	.kinds = KIND_SQL,
	.members = members,
	.result = "\"success\": {\"const\": true}, \"rowCount\": {\"type\": \"integer\", \"description\": \"Rows written or returned.\"}, "
	READ_ROWS_RESULT ", "
	READ_COLUMNS_RESULT,
	.bare_result = READ_BARE_RESULT,
	.refusals = refusals,
	.examples = examples,
	.sql = "/sql",
	.run = run
};

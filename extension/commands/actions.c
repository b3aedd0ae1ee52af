/*-------------------------------------------------------------------------
 *
 * actions.c
 *	  actions/...: the actions that workflow platforms have for PostgreSQL.
 *
 * QueryRows is query, InsertRow insert_rows, the others are execute.  Theirs
 * is which statements each takes, and the form of the result.  An UPDATE or
 * DELETE without WHERE is taken: SQL says which rows it means, where a request
 * of ours could have left them out by mistake.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "nodes/parsenodes.h"
#include "tcop/utility.h"

#include "commands/commands.h"
#include "commands/execute.h"
#include "commands/query.h"
#include "commands/read.h"
#include "commands/sql_request.h"
#include "commands/write.h"
#include "error.h"

#define ROWS_RESULT \
	"\"rows\": {\"type\": \"array\", \"items\": {\"type\": \"object\"}}, "

#define COUNT_RESULT "\"rowCount\": {\"type\": \"integer\"}"

/*
 * What a WITH of the statement writes by another kind of statement than it is
 * itself, or NULL.  Rows so written are not among those that it counts.
 */
static Node *
other_write(Node *statement)
{
	WithClause *with = NULL;
	ListCell   *lc;

	if (IsA(statement, SelectStmt))
		with = ((SelectStmt *) statement)->withClause;
	else if (IsA(statement, UpdateStmt))
		with = ((UpdateStmt *) statement)->withClause;
	else if (IsA(statement, DeleteStmt))
		with = ((DeleteStmt *) statement)->withClause;
	if (with == NULL)
		return NULL;
	foreach(lc, with->ctes)
	{
		Node	   *query = lfirst_node(CommonTableExpr, lc)->ctequery;

		if (!IsA(query, SelectStmt) && nodeTag(query) != nodeTag(statement))
			return query;
	}
	return NULL;
}

/* The way out for a statement that an action does not take. */
static const char *
hint_other_action(const SqlText *sql)
{
	Node	   *statement = sql->statement->stmt;

	if (other_write(statement) == NULL)
	{
		if (sql->kinds == KIND_READ)
			return "Use actions/QueryRows.";
		if (IsA(statement, UpdateStmt))
			return "Use actions/UpdateRows.";
		if (IsA(statement, DeleteStmt))
			return "Use actions/DeleteRows.";
		if (IsA(statement, InsertStmt))
			return "Use actions/InsertRow, which needs no SQL, or actions/ExecuteQuery.";
	}
	return "Use actions/ExecuteQuery, which takes any statement.";
}

static void
run_query_rows(Call *call)
{
	RowsOut		rows;

	appendStringInfoString(call->out, "{\"rows\":");
	call->bare_rows = true;
	read_begin(call, &rows, NULL);
	query_run(call, call_member(call, SQL_REQUEST_QUERY),
			  call_member(call, SQL_REQUEST_PARAMETERS), &rows,
			  hint_other_action);
	read_end(call, &rows);
	appendStringInfo(call->out, ",\"rowCount\":" UINT64_FORMAT "}", rows.nrows);
}

/* Raise 22023 unless the statement, with all that it writes, is of one kind. */
static void
check_only(const Call *call, const SqlText *sql, const JsonNode *at,
		   NodeTag type, const char *tag)
{
	Node	   *statement = sql->statement->stmt;
	Node	   *other = other_write(statement);

	if (nodeTag(statement) != type || other != NULL)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 nodeTag(statement) != type ?
				 errmsg("%s takes only %s, found %s",
						call->command->name, tag, sql->tag) :
				 errmsg("%s takes only %s, found %s in WITH",
						call->command->name, tag, CreateCommandName(other)),
				 errhint("%s", hint_other_action(sql)),
				 errplace(at)));
}

static void
run_write(Call *call, NodeTag type, const char *tag)
{
	JsonNode   *node = call_member(call, SQL_REQUEST_QUERY);
	SqlText    *sql = execute_parse(call, node);
	StringInfo	out = call->out;
	RowsOut		rows;
	uint64		count;

	check_only(call, sql, node, type, tag);
	sql_text_plan(sql, call_member(call, SQL_REQUEST_PARAMETERS));
	write_rows_init(call, &rows);
	appendStringInfoString(out, sql_text_returns_rows(sql) ? "{\"rows\":" : "{");
	count = execute_run(call, sql, node, &rows);
	appendStringInfo(out, "%s\"rowCount\":" UINT64_FORMAT "}",
					 sql_text_returns_rows(sql) ? "," : "", count);
}

static void
run_update_rows(Call *call)
{
	run_write(call, T_UpdateStmt, "UPDATE");
}

static void
run_delete_rows(Call *call)
{
	run_write(call, T_DeleteStmt, "DELETE");
}

static void
run_execute_query(Call *call)
{
	GivenMember given[] = {
		{"sql", *call_member(call, SQL_REQUEST_QUERY)},
		{"params", *call_member(call, SQL_REQUEST_PARAMETERS)}
	};

	call_as(call, &command_execute, given, lengthof(given));
}

enum
{
	TABLE,
	COLUMNS
};

static void
run_insert_row(Call *call)
{
	GivenMember given[] = {
		{"table", *call_member(call, TABLE)},
		{"row", *call_member(call, COLUMNS)}
	};

	call_as(call, &command_insert_rows, given, lengthof(given));
}

static const Member sql_members[] = {
	SQL_REQUEST_MEMBERS,
	{NULL}
};

static const Member insert_members[] = {
	{"table", MEMBER_TABLE, true, "Table or view to insert into."},
	{"columns", MEMBER_ROW, true, "The row; a column that it leaves out gets its default."},
	{NULL}
};

static const Refusal query_refusals[] = {
	{"25006", "the statement writes"},
	SQL_REQUEST_REFUSALS,
	{NULL}
};

static const Refusal write_refusals[] = {
	{"22023", "the statement, or a WITH of it, is of another kind"},
	SQL_REQUEST_REFUSALS,
	{NULL}
};

static const Refusal execute_refusals[] = {
	{"42501", "pg_connector.allow does not have the kind of statement"},
	SQL_REQUEST_REFUSALS,
	{NULL}
};

static const Refusal insert_refusals[] = {
	TABLE_REFUSALS,
	VALUE_REFUSALS,
	ROW_REFUSALS,
	{"23505", "a row with that key exists"},
	{"428C9", "a value for a column that is generated always"},
	{NULL}
};

static const char *const query_examples[] = {
	"{\"query\": \"SELECT name, email FROM users WHERE status = $1\", \"parameters\": {\"$1\": \"active\"}}",
	NULL
};

static const char *const insert_examples[] = {
	"{\"table\": \"users\", \"columns\": {\"name\": \"Barbara\", \"email\": \"barbara@example.com\"}}",
	NULL
};

static const char *const update_examples[] = {
	"{\"query\": \"UPDATE users SET status = $1 WHERE email = $2\", \"parameters\": [\"inactive\", \"ada@example.com\"]}",
	NULL
};

static const char *const delete_examples[] = {
	"{\"query\": \"DELETE FROM sessions WHERE expires_at < $1\", \"parameters\": [\"2026-01-15T10:30:00Z\"]}",
	NULL
};

static const char *const execute_examples[] = {
	"{\"query\": \"CREATE INDEX IF NOT EXISTS idx_users_email ON users (email)\"}",
	NULL
};

const Command command_actions_query_rows = {
	.name = "actions/QueryRows",
	.summary = "Run a SELECT, or another statement that only reads, and return all of its rows.",
	.kinds = KIND_READ | KIND_SQL,
	.members = sql_members,
	.result = ROWS_RESULT COUNT_RESULT,
	.refusals = query_refusals,
	.examples = query_examples,
	.sql = SQL_REQUEST_SQL,
	.run = run_query_rows
};

const Command command_actions_insert_row = {
	.name = "actions/InsertRow",
	.summary = "Insert one row.",
	.kinds = KIND_WRITE,
	.members = insert_members,
	.result = COUNT_RESULT ", "
	"\"insertedId\": {\"description\": \"The row's primary key, if it is one column that the caller may read.\"}",
	.refusals = insert_refusals,
	.examples = insert_examples,
	.run = run_insert_row
};

const Command command_actions_update_rows = {
	.name = "actions/UpdateRows",
	.summary = "Run an UPDATE; with RETURNING there are rows in the result, too.",
	.kinds = KIND_WRITE | KIND_SQL,
	.members = sql_members,
	.result = ROWS_RESULT COUNT_RESULT,
	.refusals = write_refusals,
	.examples = update_examples,
	.sql = SQL_REQUEST_SQL,
	.run = run_update_rows
};

const Command command_actions_delete_rows = {
	.name = "actions/DeleteRows",
	.summary = "Run a DELETE; with RETURNING there are rows in the result, too.",
	.kinds = KIND_WRITE | KIND_SQL,
	.members = sql_members,
	.result = ROWS_RESULT COUNT_RESULT,
	.refusals = write_refusals,
	.examples = delete_examples,
	.sql = SQL_REQUEST_SQL,
	.run = run_delete_rows
};

const Command command_actions_execute_query = {
	.name = "actions/ExecuteQuery",
	.summary = "Run one SQL statement of any kind; what returns rows has them in the result.",
	.kinds = KIND_SQL,
	.members = sql_members,
	.result = "\"success\": {\"const\": true}, " ROWS_RESULT COUNT_RESULT,
	.refusals = execute_refusals,
	.examples = execute_examples,
	.sql = SQL_REQUEST_SQL,
	.run = run_execute_query
};

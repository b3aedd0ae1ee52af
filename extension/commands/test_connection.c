/*-------------------------------------------------------------------------
 *
 * test_connection.c
 *	  test_connection: where the caller has arrived, and as whom.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "commands/commands.h"
#include "plan_cache.h"

static const Member members[] = {
	{NULL}
};

static const Refusal refusals[] = {
	{NULL}
};

static const char *const examples[] = {
	"{}",
	NULL
};

/* One row; the names of its columns are those of the result's members. */
static const char *const session_sql =
"SELECT true AS ok,"
" pg_catalog.current_setting('server_version') AS \"serverVersion\","
" (SELECT extversion FROM pg_catalog.pg_extension WHERE extname = 'pg_connector') AS \"extensionVersion\","
" pg_catalog.current_database() AS database,"
" current_user AS role, session_user AS \"loginRole\","
" pg_catalog.current_setting('server_encoding') AS encoding,"
" COALESCE((SELECT ssl FROM pg_catalog.pg_stat_ssl"
"  WHERE pid = pg_catalog.pg_backend_pid()), false) AS tls,"
" (SELECT version FROM pg_catalog.pg_stat_ssl"
"  WHERE pid = pg_catalog.pg_backend_pid()) AS \"tlsVersion\","
" pg_catalog.current_setting('transaction_read_only')::pg_catalog.bool AS \"readOnly\","
" pg_catalog.pg_is_in_recovery() AS standby";

static void
run(Call *call)
{
	Limits	   *limits = &call->limits;
	StringInfoData row;
	RowsOut		rows;

	initStringInfo(&row);
	rows_out_init(&rows, &row);
	rows.row_cap = limits->row_cap;
	rows.response_cap = limits->response_cap;
	rows.out_limit = call_out_limit(call);
	plan_run_once(session_sql, NULL, 0, NULL, &rows);

	/* The row's object goes on with the limits. */
	appendBinaryStringInfo(call->out, row.data, row.len - 1);
	appendStringInfo(call->out,
					 ",\"limits\":{\"allow\":\"%s\",\"defaultLimit\":%d,\"rowCap\":%d,"
					 "\"responseCap\":%d,\"requestCap\":%d,\"timeout\":%d,\"timeoutCap\":%d,"
					 "\"affectedCap\":%d,\"requireWhere\":%s,\"errorDetail\":\"%s\"}}",
					 policy_kinds_text(limits->kinds), limits->default_limit,
					 limits->row_cap, limits->response_cap, policy_request_cap,
					 limits->timeout, policy_timeout_cap, limits->affected_cap,
					 limits->require_where ? "true" : "false",
					 limits->terse ? "terse" : "full");
}

const Command command_test_connection = {
	.name = "test_connection",
	.summary = "Tell the server's version, role, database, TLS and the limits in force.",
	.kinds = 0,
	.members = members,
	.result = "\"ok\": {\"const\": true}, \"serverVersion\": {\"type\": \"string\"}, "
	"\"extensionVersion\": {\"type\": \"string\"}, \"database\": {\"type\": \"string\"}, "
	"\"role\": {\"type\": \"string\", \"description\": \"Whose privileges count.\"}, "
	"\"loginRole\": {\"type\": \"string\", \"description\": \"Whose settings count.\"}, "
	"\"encoding\": {\"type\": \"string\"}, \"tls\": {\"type\": \"boolean\", \"description\": \"Whether this connection is encrypted.\"}, "
	"\"tlsVersion\": {\"type\": [\"string\", \"null\"]}, \"readOnly\": {\"type\": \"boolean\", \"description\": \"Whether this transaction is.\"}, "
	"\"standby\": {\"type\": \"boolean\"}, "
	"\"limits\": {\"type\": \"object\", \"description\": \"The settings pg_connector.* as they apply to this session.\"}",
	.refusals = refusals,
	.examples = examples,
	.run = run
};

/*-------------------------------------------------------------------------
 *
 * postgres_v2_error.c
 *	  The envelope of postgres_v2/...: a result or an error, as a workflow
 *	  engine expects it from its connectors.
 *
 * The engine throws the error's code, which processes catch by name: that of
 * the exception class that psycopg2 has for the SQLSTATE.  Whether it tries
 * again is decided by http_status alone, so that is a 5xx only where trying
 * again can help, and always a 4xx where it cannot.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "commands/postgres_v2.h"
#include "core/error_kind.h"
#include "error.h"
#include "json_out.h"

static void
append_error(StringInfo out, const Call *call, const ErrorData *edata)
{
	appendStringInfoString(out, "{\"command_response\":{\"body\":null,\"mimetype\":\"application/json\"},\"error\":{\"error_code\":");
	json_out_string(out, unpack_sql_state(edata->sqlerrcode));
	appendStringInfoString(out, ",\"message\":");
	json_out_string(out, edata->message);
	appendStringInfoString(out, "},\"command_response_version\":2}");
}

const Envelope v2_envelope = {
	.before = "{\"command_response\":{\"body\":",
	.after = ",\"mimetype\":\"application/json\"},\"error\":null,\"command_response_version\":2}",
	.error = append_error
};

/*-------------------------------------------------------------------------
 *
 * module.c
 *	  SQL entry points.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "access/detoast.h"
#include "fmgr.h"
#include "utils/builtins.h"
#include "utils/jsonb.h"

#include "guard.h"
#include "plan_cache.h"
#include "policy.h"
#include "types.h"

PG_MODULE_MAGIC;

void		_PG_init(void);

void
_PG_init(void)
{
	policy_init();
	types_init();
	plan_cache_init();
}

/*
 * The n-th argument, a request as text or json, which are the same bytes.
 * Too large a one, which guard_run() refuses before it looks at the text, is
 * not even decompressed.
 */
static Datum
run_text(FunctionCallInfo fcinfo, int n, const char *command, bool capture_errors)
{
	text	   *request;
	Size		size;

	if (PG_ARGISNULL(n))
		ereport(ERROR,
				(errcode(ERRCODE_NULL_VALUE_NOT_ALLOWED),
				 errmsg("request must not be null")));
	size = toast_raw_datum_size(PG_GETARG_DATUM(n)) - VARHDRSZ;
	if (size > (Size) policy_request_cap)
		return guard_run(command, NULL, size, capture_errors);
	request = PG_GETARG_TEXT_PP(n);
	return guard_run(command, VARDATA_ANY(request), VARSIZE_ANY_EXHDR(request),
					 capture_errors);
}

static Datum
run_jsonb(FunctionCallInfo fcinfo, const char *command)
{
	Jsonb	   *request;
	StringInfoData text;

	if (PG_ARGISNULL(0))
		ereport(ERROR,
				(errcode(ERRCODE_NULL_VALUE_NOT_ALLOWED),
				 errmsg("request must not be null")));
	policy_check_request_size(toast_raw_datum_size(PG_GETARG_DATUM(0)) - VARHDRSZ);
	request = PG_GETARG_JSONB_P(0);
	initStringInfo(&text);
	(void) JsonbToCString(&text, &request->root, VARSIZE(request));
	return guard_run(command, text.data, text.len, false);
}

/* The two functions of a command: with text or json, and with jsonb. */
#define COMMAND_FUNCTIONS(name) \
PG_FUNCTION_INFO_V1(pg_connector_##name); \
Datum \
pg_connector_##name(PG_FUNCTION_ARGS) \
{ \
	return run_text(fcinfo, 0, #name, false); \
} \
PG_FUNCTION_INFO_V1(pg_connector_##name##_jsonb); \
Datum \
pg_connector_##name##_jsonb(PG_FUNCTION_ARGS) \
{ \
	return run_jsonb(fcinfo, #name); \
} \
extern int	no_such_variable

COMMAND_FUNCTIONS(select_rows);
COMMAND_FUNCTIONS(insert_rows);
COMMAND_FUNCTIONS(upsert_rows);
COMMAND_FUNCTIONS(update_rows);
COMMAND_FUNCTIONS(delete_rows);
COMMAND_FUNCTIONS(create_table);
COMMAND_FUNCTIONS(alter_table);
COMMAND_FUNCTIONS(drop_table);
COMMAND_FUNCTIONS(truncate_table);
COMMAND_FUNCTIONS(create_index);
COMMAND_FUNCTIONS(query);
COMMAND_FUNCTIONS(execute);
COMMAND_FUNCTIONS(batch);
COMMAND_FUNCTIONS(describe);
COMMAND_FUNCTIONS(sink_open);
COMMAND_FUNCTIONS(sink_stage);
COMMAND_FUNCTIONS(sink_apply);
COMMAND_FUNCTIONS(statements);
COMMAND_FUNCTIONS(test_connection);
COMMAND_FUNCTIONS(commands);

static Datum
run_named(FunctionCallInfo fcinfo, bool capture_errors)
{
	if (PG_ARGISNULL(0))
		ereport(ERROR,
				(errcode(ERRCODE_NULL_VALUE_NOT_ALLOWED),
				 errmsg("command must not be null")));
	return run_text(fcinfo, 1, text_to_cstring(PG_GETARG_TEXT_PP(0)), capture_errors);
}

PG_FUNCTION_INFO_V1(pg_connector_call);

/* call(command text, request text): any command by name */
Datum
pg_connector_call(PG_FUNCTION_ARGS)
{
	return run_named(fcinfo, false);
}

PG_FUNCTION_INFO_V1(pg_connector_try_call);

/* try_call(command text, request text): the same, errors returned as JSON */
Datum
pg_connector_try_call(PG_FUNCTION_ARGS)
{
	return run_named(fcinfo, true);
}

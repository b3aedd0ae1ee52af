/*-------------------------------------------------------------------------
 *
 * to_json.c
 *	  A value as the results of commands have it, for SQL.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "fmgr.h"
#include "utils/builtins.h"

#include "json_out.h"

PG_FUNCTION_INFO_V1(pg_connector_to_json);

/*
 * to_json(value anyelement): the JSON that select_rows gives for the value,
 * whatever the session's settings are.  A row is an object.
 */
Datum
pg_connector_to_json(PG_FUNCTION_ARGS)
{
	Oid			type = get_fn_expr_argtype(fcinfo->flinfo, 0);
	StringInfoData out;

	if (!OidIsValid(type))
		elog(ERROR, "could not determine the type of the value");
	initStringInfo(&out);
	json_out_datum(&out, PG_GETARG_DATUM(0), type_info(type));
	PG_RETURN_TEXT_P(cstring_to_text_with_len(out.data, out.len));
}

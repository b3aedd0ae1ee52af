/*-------------------------------------------------------------------------
 *
 * concat_jsonb.c
 *	  What "merge" and "append" do to a json or jsonb column.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "fmgr.h"
#include "utils/builtins.h"
#include "utils/fmgrprotos.h"
#include "utils/jsonb.h"

#include "error.h"
#include "guard.h"
#include "statement.h"

/* The place in the request of what is done to a column. */
static int
errplace_assignment(int column)
{
	const Call *call = guard_call();
	const Assignments *set = call ? call->assignments : NULL;

	for (int i = 0; set != NULL && i < set->n; i++)
	{
		if (set->list[i].column == column)
			return errplace(set->list[i].value);
	}
	return 0;
}

PG_FUNCTION_INFO_V1(pg_connector_concat_jsonb);

/*
 * concat_jsonb(stored jsonb, given jsonb, number of the column): stored ||
 * given, for two objects or two arrays.  The operator itself makes an array of whatever does not fit
 * together; here that is an error, and NULL and null are empty.
 */
Datum
pg_connector_concat_jsonb(PG_FUNCTION_ARGS)
{
	Jsonb	   *stored;
	Jsonb	   *given;
	JsonbValue	scalar;
	const char *found;

	if (PG_ARGISNULL(1))
		PG_RETURN_NULL();
	if (PG_ARGISNULL(0))
		PG_RETURN_DATUM(PG_GETARG_DATUM(1));

	stored = PG_GETARG_JSONB_P(0);
	given = PG_GETARG_JSONB_P(1);
	if (JB_ROOT_IS_SCALAR(stored))
	{
		(void) JsonbExtractScalar(&stored->root, &scalar);
		if (scalar.type == jbvNull)
			PG_RETURN_DATUM(PG_GETARG_DATUM(1));
		found = JsonbTypeName(&scalar);
	}
	else if (JB_ROOT_IS_OBJECT(stored) == JB_ROOT_IS_OBJECT(given))
		return DirectFunctionCall2(jsonb_concat, PG_GETARG_DATUM(0), PG_GETARG_DATUM(1));
	else
		found = JB_ROOT_IS_OBJECT(stored) ? "object" : "array";

	ereport(ERROR,
			(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
			 JB_ROOT_IS_OBJECT(given) ?
			 errmsg("cannot merge an object into a JSON %s", found) :
			 errmsg("cannot append to a JSON %s", found),
			 errhint("Replace the value with \"set\"."),
			 errplace_assignment(PG_ARGISNULL(2) ? 0 : PG_GETARG_INT32(2))));
}

/*-------------------------------------------------------------------------
 *
 * types.c
 *	  What conversion from and to JSON needs to know about a type.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "catalog/pg_type.h"
#include "miscadmin.h"
#include "pgtime.h"
#include "utils/builtins.h"
#include "utils/bytea.h"
#include "utils/cash.h"
#include "utils/float.h"
#include "utils/hsearch.h"
#include "utils/inval.h"
#include "utils/lsyscache.h"
#include "utils/memutils.h"
#include "utils/syscache.h"

#include "types.h"

static HTAB *types;
static MemoryContext types_context;

static const struct
{
	Oid			type;
	TypeClass	class;
}			classes[] = {
	{BOOLOID, TYPE_BOOL},
	{INT2OID, TYPE_INT2},
	{INT4OID, TYPE_INT4},
	{INT8OID, TYPE_INT8},
	{FLOAT4OID, TYPE_FLOAT4},
	{FLOAT8OID, TYPE_FLOAT8},
	{NUMERICOID, TYPE_NUMERIC},
	{TEXTOID, TYPE_TEXT},
	{VARCHAROID, TYPE_TEXT},
	{BPCHAROID, TYPE_TEXT},
	{DATEOID, TYPE_DATE},
	{TIMESTAMPOID, TYPE_TIMESTAMP},
	{TIMESTAMPTZOID, TYPE_TIMESTAMPTZ},
	{BYTEAOID, TYPE_BYTEA},
	{CASHOID, TYPE_MONEY},
	{JSONOID, TYPE_JSON},
	{JSONBOID, TYPE_JSONB},
};

static TypeClass
classify(Oid base)
{
	for (int i = 0; i < lengthof(classes); i++)
	{
		if (classes[i].type == base)
			return classes[i].class;
	}

	/*
	 * These two are arrays to the catalogs, but their lower bound is 0 and
	 * their functions take nothing else.
	 */
	if (base == INT2VECTOROID || base == OIDVECTOROID)
		return TYPE_OTHER;
	if (OidIsValid(get_element_type(base)))
		return TYPE_ARRAY;
	if (type_is_rowtype(base))
		return TYPE_COMPOSITE;
	return TYPE_OTHER;
}

static void
invalidate(Datum arg, int cacheid, uint32 hashvalue)
{
	HASH_SEQ_STATUS status;
	TypeInfo   *type;

	hash_seq_init(&status, types);
	while ((type = hash_seq_search(&status)) != NULL)
	{
		if (hashvalue == 0 || type->syscache_hash == hashvalue)
			type->valid = false;
	}
}

void
types_init(void)
{
	HASHCTL		ctl = {
		.keysize = sizeof(Oid),
		.entrysize = sizeof(TypeInfo)
	};

	types_context = AllocSetContextCreate(CacheMemoryContext ?
										  CacheMemoryContext : TopMemoryContext,
										  "pg_connector types",
										  ALLOCSET_DEFAULT_SIZES);
	ctl.hcxt = types_context;
	types = hash_create("pg_connector types", 64, &ctl,
						HASH_ELEM | HASH_BLOBS | HASH_CONTEXT);
	CacheRegisterSyscacheCallback(TYPEOID, invalidate, (Datum) 0);
}

MemoryContext
type_cache_context(void)
{
	return types_context;
}

TypeInfo *
type_info(Oid oid)
{
	TypeInfo   *type;
	bool		found;
	Oid			function;
	bool		varlena;

	type = hash_search(types, &oid, HASH_ENTER, &found);
	if (found && type->valid)
		return type;

	/* An error on the way leaves an entry that is not valid. */
	if (!found)
	{
		memset(type, 0, sizeof(TypeInfo));
		type->oid = oid;
		type->syscache_hash = GetSysCacheHashValue1(TYPEOID, ObjectIdGetDatum(oid));
	}
	type->base_typmod = -1;
	type->base = getBaseTypeAndTypmod(oid, &type->base_typmod);
	type->is_domain = type->base != oid;
	type->class = classify(type->base);
	type->element = type->class == TYPE_ARRAY ?
		get_element_type(type->base) : InvalidOid;
	get_typlenbyvalalign(type->base, &type->len, &type->byval, &type->align);
	getTypeInputInfo(type->base, &function, &type->in_param);
	fmgr_info_cxt(function, &type->in, types_context);
	getTypeOutputInfo(type->base, &function, &varlena);
	fmgr_info_cxt(function, &type->out, types_context);
	type->valid = true;
	return type;
}

/* The settings that input and output functions of PostgreSQL look at. */
typedef struct TextSettings
{
	int			date_style;
	int			interval_style;
	int			float_digits;
	int			bytea_output;
	bool		quote_all;
	pg_tz	   *timezone;
} TextSettings;

/*
 * Fix them, as pg_dump would set them.  The variables are set, not the
 * settings: the statement that is running sees them again as they were
 * before anything else of it runs.
 */
static void
fix_settings(TextSettings *save)
{
	*save = (TextSettings) {
		DateStyle, IntervalStyle, extra_float_digits, bytea_output,
		quote_all_identifiers, session_timezone
	};
	DateStyle = USE_ISO_DATES;
	IntervalStyle = INTSTYLE_POSTGRES;
	extra_float_digits = 1;
	bytea_output = BYTEA_OUTPUT_HEX;
	quote_all_identifiers = false;
	session_timezone = pg_tzset("GMT");
}

static void
restore_settings(const TextSettings *save)
{
	DateStyle = save->date_style;
	IntervalStyle = save->interval_style;
	extra_float_digits = save->float_digits;
	bytea_output = save->bytea_output;
	quote_all_identifiers = save->quote_all;
	session_timezone = save->timezone;
}

char *
type_to_text(TypeInfo *type, Datum value)
{
	TextSettings save;
	char	   *text;

	/* The money format is a matter of lc_monetary, a plain amount is not. */
	if (type->class == TYPE_MONEY)
		return DatumGetCString(DirectFunctionCall1(numeric_out,
												   DirectFunctionCall1(cash_numeric, value)));

	fix_settings(&save);
	PG_TRY();
	{
		text = OutputFunctionCall(&type->out, value);
	}
	PG_FINALLY();
	{
		restore_settings(&save);
	}
	PG_END_TRY();
	return text;
}

Datum
type_from_text(TypeInfo *type, char *text)
{
	TextSettings save;
	Datum		value;

	if (type->class == TYPE_MONEY)
		return DirectFunctionCall1(numeric_cash,
								   DirectFunctionCall3(numeric_in, CStringGetDatum(text),
													   ObjectIdGetDatum(InvalidOid),
													   Int32GetDatum(-1)));

	fix_settings(&save);
	PG_TRY();
	{
		value = InputFunctionCall(&type->in, text, type->in_param, -1);
	}
	PG_FINALLY();
	{
		restore_settings(&save);
	}
	PG_END_TRY();
	return value;
}

/*-------------------------------------------------------------------------
 *
 * types.c
 *	  What conversion from and to JSON needs to know about a type.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "catalog/pg_type.h"
#include "utils/builtins.h"
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

/*-------------------------------------------------------------------------
 *
 * types.h
 *	  What conversion from and to JSON needs to know about a type.
 *
 *-------------------------------------------------------------------------
 */
#ifndef PGC_TYPES_H
#define PGC_TYPES_H

#include "fmgr.h"

/*
 * How a type is written as JSON and read from it; a domain goes by its base
 * type.  json_in.c and json_out.c each have one case per class.
 */
typedef enum TypeClass
{
	TYPE_OTHER,					/* a string, by input and output function */
	TYPE_BOOL,
	TYPE_INT2,
	TYPE_INT4,
	TYPE_INT8,
	TYPE_FLOAT4,
	TYPE_FLOAT8,
	TYPE_NUMERIC,
	TYPE_TEXT,					/* text, varchar, bpchar */
	TYPE_DATE,
	TYPE_TIMESTAMP,
	TYPE_TIMESTAMPTZ,
	TYPE_BYTEA,
	TYPE_MONEY,
	TYPE_JSON,
	TYPE_JSONB,
	TYPE_ARRAY,
	TYPE_COMPOSITE
} TypeClass;

typedef struct TypeInfo
{
	Oid			oid;			/* hash key; a domain's own */
	bool		valid;
	uint32		syscache_hash;	/* by which an invalidation names it */
	TypeClass	class;
	Oid			base;			/* the domain's base type, else oid */
	int32		base_typmod;	/* that the domain prescribes, else -1 */
	bool		is_domain;
	void	   *domain_extra;	/* of domain_check() */
	int16		len;
	bool		byval;
	char		align;
	FmgrInfo	in;				/* of the base type */
	Oid			in_param;
	FmgrInfo	out;
	Oid			element;		/* of an array type, else InvalidOid */
} TypeInfo;

/*
 * The facts about a type, kept for the life of the backend.  The pointer
 * stays good: facts are looked up again in place when the type changes.
 */
extern TypeInfo *type_info(Oid type);

/*
 * A value of the type's base type as text and back, the same value exactly:
 * by its output and input functions, whatever the session's settings are.
 */
extern char *type_to_text(TypeInfo *type, Datum value);
extern Datum type_from_text(TypeInfo *type, char *text);

/* Where TypeInfo.domain_extra and the like live. */
extern MemoryContext type_cache_context(void);

/* Register for invalidation; from _PG_init. */
extern void types_init(void);

#endif							/* PGC_TYPES_H */

/*-------------------------------------------------------------------------
 *
 * options.h
 *	  Options given as a JSON object, read into a struct by a table.
 *
 *-------------------------------------------------------------------------
 */
#ifndef PGCONNECTOR_OPTIONS_H
#define PGCONNECTOR_OPTIONS_H

#include "core/json_scan.h"
#include "internal.h"

typedef enum MemberType
{
	MEMBER_INT,					/* int, within min .. max */
	MEMBER_BOOL,				/* bool */
	MEMBER_TEXT,				/* char *, allocated, not empty */
	MEMBER_VALUE				/* JsonValue, a slice of the options' text */
} MemberType;

typedef struct Option
{
	const char *name;
	MemberType	type;
	size_t		offset;			/* of the member in the struct */
	int			min;
	int			max;
} Option;

/*
 * Read the object "json" (NULL: nothing given) by the table, whose last entry
 * has no name, into the struct, which holds the defaults.  Unknown, repeated
 * and ill-typed members are errors.  False with *error set on failure.  A
 * MEMBER_TEXT that is not NULL before is freed; the caller frees it either way.
 */
extern bool pgc_options_read(const char *json, const Option *table,
							 void *options, PgcError **error);

/*
 * The same for a text that has other members too, which are left alone; where
 * it is no JSON object, nothing is read.
 */
extern bool pgc_options_pick(const char *text, const Option *table,
							 void *options, PgcError **error);

/*
 * Report that the value of an option cannot be taken: 'option "x" MESSAGE'.
 */
extern void pgc_options_refuse(PgcError **error, const char *option,
							   const char *hint, const char *message);

/*
 * A JSON string's characters in a new string; NULL with *error set if it
 * stands for no text, or for want of memory.
 */
extern char *pgc_options_text(const JsonValue *value, const char *option,
							  PgcError **error);

#endif							/* PGCONNECTOR_OPTIONS_H */

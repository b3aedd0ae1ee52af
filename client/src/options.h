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

typedef enum OptionType
{
	OPTION_INT,					/* int, within min .. max */
	OPTION_BOOL,				/* bool */
	OPTION_TEXT,				/* char *, allocated, not empty */
	OPTION_VALUE				/* JsonValue, a slice of the options' text */
} OptionType;

typedef struct Option
{
	const char *name;
	OptionType	type;
	size_t		offset;			/* of the member in the struct */
	int			min;
	int			max;
} Option;

/*
 * Read the object "json" (NULL: nothing given) by the table, whose last entry
 * has no name, into the struct, which holds the defaults.  Unknown, repeated
 * and ill-typed members are errors.  False with *error set on failure.  An
 * OPTION_TEXT must be NULL before, and is the caller's to free either way.
 */
extern bool pgc_options_read(const char *json, const Option *table,
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

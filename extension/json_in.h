/*-------------------------------------------------------------------------
 *
 * json_in.h
 *	  JSON values to values of a type.
 *
 *-------------------------------------------------------------------------
 */
#ifndef PGC_JSON_IN_H
#define PGC_JSON_IN_H

#include "core/json_scan.h"
#include "types.h"

/*
 * Convert, by the rules of jsonb_populate_record() with those of DESIGN 3.1
 * made plain, into the current memory context.  The type modifier is applied
 * as assignment to a column does.  Returns false for NULL.  Raises what the
 * type's input function does, mostly class 22.
 */
extern bool json_to_datum(const JsonValue *value, TypeInfo *type,
						  int32 typmod, Datum *datum);

/*
 * The same for a value in the usual spelling of one of the commonest types;
 * false for any other, null among them.  For a domain it is the base type's
 * value, and the type modifier the domain's.  See json_in_fast.c.
 */
extern bool json_to_datum_fast(const JsonValue *value, const TypeInfo *type,
							   int32 typmod, Datum *datum);

/*
 * The elements of a JSON array as a one-dimensional array of the given
 * element type; null elements are left out.
 */
extern Datum json_list_to_array(const JsonValue *list, TypeInfo *element,
								int32 typmod);

#endif							/* PGC_JSON_IN_H */

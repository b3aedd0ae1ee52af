/*-------------------------------------------------------------------------
 *
 * pointer.h
 *	  JSON Pointers (RFC 6901): places in the request, and values at a place.
 *
 *-------------------------------------------------------------------------
 */
#ifndef PGC_POINTER_H
#define PGC_POINTER_H

#include "lib/stringinfo.h"

#include "request.h"

/* Append the pointer to a node; nothing for the whole request. */
extern void pointer_append(StringInfo buf, const JsonNode *node);

/* Append one more step, an array's index. */
extern void pointer_append_index(StringInfo buf, int64 index);

/*
 * The parts of a pointer's text, unescaped.  Raises 22023 where it is none.
 */
typedef struct JsonPointer
{
	char	  **parts;
	int			n;
} JsonPointer;

extern JsonPointer pointer_parse(const char *text, const JsonNode *at);

/*
 * An array's index as a part has it, or -1.
 */
extern int	pointer_index(const char *part);

/*
 * The value in a JSON text that the parts from the given one on lead to;
 * false if there is none.
 */
extern bool pointer_find(const JsonPointer *pointer, int from,
						 const JsonValue *in, JsonValue *found);

/*
 * A copy of a JSON text with the value at the pointer replaced.  The last
 * part may also be a member that the object does not have yet, or the index
 * behind an array's last element, or "-" for that.  Returns NULL if there is
 * no such place.
 */
extern char *pointer_replace(const JsonPointer *pointer, const JsonValue *in,
							 const JsonValue *value, size_t *len);

#endif							/* PGC_POINTER_H */

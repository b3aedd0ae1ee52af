/*-------------------------------------------------------------------------
 *
 * pointer.h
 *	  Places in the request as JSON Pointers (RFC 6901).
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

#endif							/* PGC_POINTER_H */

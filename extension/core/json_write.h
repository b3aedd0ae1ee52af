/*-------------------------------------------------------------------------
 *
 * json_write.h
 *	  What writing JSON strings needs, for every writer.
 *
 * Pure C: no PostgreSQL headers, no allocation, no global state, reentrant.
 *
 *-------------------------------------------------------------------------
 */
#ifndef JSON_WRITE_H
#define JSON_WRITE_H

#include <stddef.h>

/* Where written text goes: called with consecutive pieces of it. */
typedef void (*JsonPut) (void *to, const char *data, size_t len);

/*
 * The number of leading bytes of text[0 .. len) that may stand in a JSON
 * string as they are: no control character, quote or backslash.
 */
extern size_t json_plain_len(const char *text, size_t len);

/* The escape for a byte that may not; returns its length, 2 or 6. */
extern size_t json_escape_byte(unsigned char byte, char dst[6]);

/*
 * Write text[0 .. len) with its escapes at dst, where there is room for
 * JSON_ESCAPED_SIZE(len) bytes; returns where it ends.  Texts must not overlap.
 */
#define JSON_ESCAPED_SIZE(len) ((len) * 6 + 16)
extern char *json_escape(char *dst, const char *text, size_t len);

/* text[0 .. len) as a JSON string, quotes included. */
extern void json_write_string(JsonPut put, void *to,
							  const char *text, size_t len);

#endif							/* JSON_WRITE_H */

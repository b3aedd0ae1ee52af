/*-------------------------------------------------------------------------
 *
 * json_scan.h
 *	  One JSON scanner for requests, rows and record streams.
 *
 * The scanner copies nothing: a value is a slice of the text it was read
 * from, valid as long as that text is.  It accepts exactly RFC 8259 (white
 * space, literals, numbers and escapes alike) and never recurses, so that no
 * input can exhaust the stack.  The text need not end in a NUL byte, and may
 * be in any encoding in which every byte of a multibyte character is at
 * least 0x80, as in all PostgreSQL server encodings.  What the bytes above
 * 0x7f mean is not looked at.
 *
 * Pure C: no PostgreSQL headers, no allocation, no global state, reentrant.
 *
 *-------------------------------------------------------------------------
 */
#ifndef JSON_SCAN_H
#define JSON_SCAN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Containers nested deeper than this are JSON_ERROR_TOO_DEEP. */
#define JSON_SCAN_MAX_DEPTH 65536

typedef enum JsonType
{
	JSON_NULL,
	JSON_FALSE,
	JSON_TRUE,
	JSON_NUMBER,
	JSON_STRING,
	JSON_ARRAY,
	JSON_OBJECT
} JsonType;

typedef enum JsonError
{
	JSON_ERROR_NONE,
	JSON_ERROR_END,				/* the text ends inside a value */
	JSON_ERROR_TOKEN,			/* something that cannot stand here */
	JSON_ERROR_NUMBER,			/* not a JSON number */
	JSON_ERROR_CONTROL,			/* unescaped control character in a string */
	JSON_ERROR_ESCAPE,			/* unknown or incomplete escape in a string */
	JSON_ERROR_TRAILING,		/* text after the value */
	JSON_ERROR_TOO_DEEP,		/* nesting beyond JSON_SCAN_MAX_DEPTH */
	JSON_ERROR_NUL,				/* \u0000: valid JSON, but no text value */
	JSON_ERROR_SURROGATE		/* lone surrogate: likewise */
} JsonError;

/* A complete value: text[0 .. len) with its quotes or brackets. */
typedef struct JsonValue
{
	JsonType	type;
	bool		escaped;		/* a string that contains a backslash */
	const char *text;
	size_t		len;
} JsonValue;

/*
 * A reading position.  "poll", where set, is called about every 64 kB of
 * text; it may leave the scanner by longjmp.
 */
typedef struct JsonScan
{
	const char *pos;
	const char *end;
	JsonError	error;			/* once set, every further call fails */
	const char *error_at;		/* where in the text */
	void		(*poll) (void);
} JsonScan;

/* Start reading text[0 .. len).  poll may be NULL. */
extern void json_scan_init(JsonScan *scan, const char *text, size_t len,
						   void (*poll) (void));

/*
 * Read the next value, white space before it skipped, checked to its last
 * byte.  False with scan->error set where there is none; at the end of the
 * text that is JSON_ERROR_END with error_at == end.  After a failure pos is
 * where the value began, so pos == end tells a clean end of a stream from a
 * value that was cut short.
 */
extern bool json_scan_value(JsonScan *scan, JsonValue *value);

/*
 * Read the one value that is the whole text, white space around it allowed.
 */
extern bool json_scan_document(JsonScan *scan, JsonValue *value);

/*
 * The elements of an array or the members of an object, one by one, in
 * order.  Each is checked as it is read, so the container's text need not
 * have been scanned before.
 */
typedef struct JsonIter
{
	JsonScan	scan;
	JsonType	container;		/* JSON_ARRAY or JSON_OBJECT */
	bool		started;
} JsonIter;

extern void json_iter_init(JsonIter *iter, const JsonValue *container,
						   void (*poll) (void));

/*
 * Step to the next element.  For an object, *key is the member's name as a
 * JSON_STRING value; for an array it is left alone and may be NULL.  False
 * at the end, and on error, which only iter->scan.error tells apart.  Text
 * behind the closing bracket is an error, too.
 */
extern bool json_iter_next(JsonIter *iter, JsonValue *key, JsonValue *value);

/*
 * Step to the next element and read what is in it at once, if it is an object
 * of exactly n members in the order of "names", each name spelt the same, or,
 * where names is NULL, an array of n elements.  False, and the position as it
 * was, if it is anything else, or malformed, or there is none: that is for
 * json_iter_next() to tell.
 */
extern bool json_iter_next_row(JsonIter *iter, const JsonValue *names, int n,
							   JsonValue *values);

/* The characters between a string's quotes, escapes as they stand. */
static inline const char *
json_string_text(const JsonValue *string)
{
	return string->text + 1;
}

static inline size_t
json_string_len(const JsonValue *string)
{
	return string->len - 2;
}

/*
 * Write one Unicode code point (1 .. 0x10ffff, no surrogate) at dst, at most
 * 16 bytes, in the encoding of the text; returns the bytes written.
 */
typedef size_t (*JsonPutUnicode) (uint32_t codepoint, char *dst);

/* UTF-8, the default. */
extern size_t json_put_utf8(uint32_t codepoint, char *dst);

/*
 * Decode a string's escapes into dst (no NUL added) and set *len to what was
 * written, which is never more than the string's own length, provided that
 * "put" writes no more than 6 bytes for a code point below 0x10000 and 12
 * above; NULL means UTF-8.  Fails with JSON_ERROR_NUL or JSON_ERROR_SURROGATE where an escape
 * stands for no character.
 */
extern JsonError json_unescape(const JsonValue *string, char *dst, size_t *len,
							   JsonPutUnicode put);

/*
 * Whether a JSON string, decoded as by json_unescape(), is exactly the given
 * bytes.
 */
extern bool json_string_equals_in(const JsonValue *string, const char *text,
								  size_t len, JsonPutUnicode put);

/* The same in UTF-8, and in any encoding where the bytes are all ASCII. */
static inline bool
json_string_equals(const JsonValue *string, const char *text, size_t len)
{
	return json_string_equals_in(string, text, len, json_put_utf8);
}

/* A short lower-case phrase for an error, for use after "invalid JSON: ". */
extern const char *json_error_text(JsonError error);

#endif							/* JSON_SCAN_H */

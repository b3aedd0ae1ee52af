/*-------------------------------------------------------------------------
 *
 * test.h
 *	  What the tests of the pure C core share.
 *
 * Each program tests one module and prints TAP.  Every text that is scanned is
 * first copied to memory of exactly its size, so that under AddressSanitizer a
 * read beyond it is an error.  Built with -U__SSE2__ as well, to test the
 * portable paths.
 *
 *-------------------------------------------------------------------------
 */
#ifndef PGC_TEST_H
#define PGC_TEST_H

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/json_scan.h"

#define lengthof(array) (sizeof(array) / sizeof((array)[0]))

/* A text with NUL bytes in it, or none at its end. */
#define TEXT(literal) literal, sizeof(literal) - 1

static int	failures;			/* of the test that is running */

#define CHECK(condition, ...) \
	do { \
		if (!(condition)) \
			complain(__LINE__, #condition, __VA_ARGS__); \
	} while (0)

static inline void
complain(int line, const char *condition, const char *format,...)
{
	va_list		args;

	/* Enough to see what is wrong, also where everything is. */
	if (++failures > 10)
		return;
	printf("# line %d: not (%s): ", line, condition);
	va_start(args, format);
	vprintf(format, args);
	va_end(args);
	printf("\n");
}

/* Memory of exactly len bytes. */
static inline char *
exact(const char *text, size_t len)
{
	char	   *copy = malloc(len);

	if (copy == NULL)
		abort();
	memcpy(copy, text, len);
	return copy;
}

/* Scan as a document; *offset is where the error is. */
static inline JsonError
document_error(const char *text, size_t len, size_t *offset)
{
	char	   *copy = exact(text, len);
	JsonScan	scan;
	JsonValue	value;
	bool		valid;

	json_scan_init(&scan, copy, len, NULL);
	valid = json_scan_document(&scan, &value);
	CHECK(valid == (scan.error == JSON_ERROR_NONE), "%.*s", (int) len, text);
	*offset = valid ? len : (size_t) (scan.error_at - copy);
	CHECK(*offset <= len, "%.*s", (int) len, text);
	free(copy);
	return scan.error;
}

/* A growing text to write to. */
typedef struct Buffer
{
	char		data[8192];
	size_t		len;
} Buffer;

static inline void
buffer_put(void *to, const char *data, size_t len)
{
	Buffer	   *buffer = to;

	if (len > sizeof(buffer->data) - 1 - buffer->len)
		abort();
	memcpy(buffer->data + buffer->len, data, len);
	buffer->len += len;
	buffer->data[buffer->len] = '\0';
}

/* A string value of a text that is known to be one. */
static inline JsonValue
string_value(const char *text, size_t len)
{
	JsonScan	scan;
	JsonValue	value = {JSON_NULL, false, text, len};

	json_scan_init(&scan, text, len, NULL);
	CHECK(json_scan_document(&scan, &value) && value.type == JSON_STRING,
		  "%.*s", (int) len, text);
	return value;
}

/* Decode the JSON string in "text"; *len is what the result is long. */
static inline JsonError
unescape(const char *text, size_t text_len, char **result, size_t *len)
{
	char	   *copy = exact(text, text_len);
	JsonValue	string = string_value(copy, text_len);
	JsonError	error;

	/* Exactly as much room as is promised to be enough. */
	*result = exact(text, json_string_len(&string));
	*len = 0;
	error = json_unescape(&string, *result, len, json_put_utf8);
	if (error == JSON_ERROR_NONE)
	{
		CHECK(*len <= json_string_len(&string), "%s", text);
		CHECK(json_string_equals(&string, *result, *len), "%s", text);
	}
	else
		CHECK(!json_string_equals(&string, "", 0), "%s", text);
	free(copy);
	return error;
}

typedef struct Test
{
	const char *name;
	void		(*run) (void);
} Test;

/* The whole of main(). */
static inline int
run_tests(const Test *tests, size_t n)
{
	int			failed = 0;

	printf("1..%zu\n", n);
	for (size_t i = 0; i < n; i++)
	{
		failures = 0;
		tests[i].run();
		printf("%sok %zu - %s\n", failures ? "not " : "", i + 1, tests[i].name);
		fflush(stdout);
		failed += failures != 0;
	}
	return failed != 0;
}

#endif							/* PGC_TEST_H */

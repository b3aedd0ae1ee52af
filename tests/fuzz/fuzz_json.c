/*-------------------------------------------------------------------------
 *
 * fuzz_json.c
 *	  Laws of the JSON scanner and writer, for libFuzzer.
 *
 * - Nothing beyond the text is read (AddressSanitizer watches the copy).
 * - The scanner accepts what a plain recursive reading of RFC 8259 accepts,
 *	 and nothing else.
 * - A document that was accepted can be iterated to its last leaf, each value
 *	 being the one that scanning it alone gives.
 * - Iterating what was not scanned before accepts exactly the same.
 * - Decoding a string never makes it longer, and what is decoded, written and
 *	 decoded again is the same.
 *
 *	clang -g -O1 -fsanitize=fuzzer,address,undefined -Iextension \
 *		tests/fuzz/fuzz_json.c extension/core/json_*.c -o fuzz_json
 *	./fuzz_json -dict=tests/fuzz/json.dict DIRECTORY tests/fuzz/corpus/json
 *
 *-------------------------------------------------------------------------
 */
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/json_scan.h"
#include "core/json_write.h"

/* How deep the recursive functions here follow. */
#define MAX_DEPTH 500

#define LAW(condition) \
	do { \
		if (!(condition)) \
		{ \
			fprintf(stderr, "line %d: law broken: %s\n", __LINE__, #condition); \
			abort(); \
		} \
	} while (0)

int			LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/*
 * The reference: RFC 8259's grammar, one function a rule, each taking a place
 * and returning the place after what it matched, or NULL.
 */
typedef struct Reference
{
	const char *end;
	bool		too_deep;
} Reference;

static const char *
ref_space(const Reference *ref, const char *p)
{
	while (p < ref->end && (*p == ' ' || *p == '\t' || *p == '\n' || *p == '\r'))
		p++;
	return p;
}

static const char *
ref_word(const Reference *ref, const char *p, const char *word)
{
	for (; *word; p++, word++)
		if (p == ref->end || *p != *word)
			return NULL;
	return p;
}

static const char *
ref_digits(const Reference *ref, const char *p)
{
	const char *start = p;

	while (p < ref->end && *p >= '0' && *p <= '9')
		p++;
	return p > start ? p : NULL;
}

static const char *
ref_number(const Reference *ref, const char *p)
{
	if (p < ref->end && *p == '-')
		p++;
	if (p < ref->end && *p == '0')
		p++;
	else if ((p = ref_digits(ref, p)) == NULL)
		return NULL;
	if (p < ref->end && *p == '.' && (p = ref_digits(ref, p + 1)) == NULL)
		return NULL;
	if (p < ref->end && (*p == 'e' || *p == 'E'))
	{
		p++;
		if (p < ref->end && (*p == '+' || *p == '-'))
			p++;
		p = ref_digits(ref, p);
	}
	return p;
}

static const char *
ref_string(const Reference *ref, const char *p)
{
	if (p == ref->end || *p++ != '"')
		return NULL;
	for (; p < ref->end; p++)
	{
		if (*p == '"')
			return p + 1;
		if ((unsigned char) *p < 0x20)
			return NULL;
		if (*p != '\\')
			continue;
		if (++p == ref->end)
			return NULL;
		if (*p != '\0' && strchr("\"\\/bfnrt", *p))
			continue;
		if (*p != 'u' || ref->end - p < 5)
			return NULL;
		for (int i = 0; i < 4; i++)
		{
			p++;
			if (*p == '\0' || !strchr("0123456789abcdefABCDEF", *p))
				return NULL;
		}
	}
	return NULL;
}

static const char *ref_value(Reference *ref, const char *p, int depth);

static const char *
ref_container(Reference *ref, const char *p, int depth)
{
	bool		object = *p == '{';
	char		close = object ? '}' : ']';

	if (depth == MAX_DEPTH)
	{
		ref->too_deep = true;
		return NULL;
	}
	p = ref_space(ref, p + 1);
	if (p < ref->end && *p == close)
		return p + 1;
	for (;;)
	{
		if (object)
		{
			if ((p = ref_string(ref, ref_space(ref, p))) == NULL)
				return NULL;
			p = ref_space(ref, p);
			if (p == ref->end || *p++ != ':')
				return NULL;
		}
		if ((p = ref_value(ref, p, depth + 1)) == NULL)
			return NULL;
		if (p == ref->end)
			return NULL;
		if (*p == close)
			return p + 1;
		if (*p++ != ',')
			return NULL;
	}
}

/* A value with the white space around it. */
static const char *
ref_value(Reference *ref, const char *p, int depth)
{
	p = ref_space(ref, p);
	if (p == ref->end)
		return NULL;
	if (*p == '{' || *p == '[')
		p = ref_container(ref, p, depth);
	else if (*p == '"')
		p = ref_string(ref, p);
	else if (*p == 'n')
		p = ref_word(ref, p, "null");
	else if (*p == 't')
		p = ref_word(ref, p, "true");
	else if (*p == 'f')
		p = ref_word(ref, p, "false");
	else
		p = ref_number(ref, p);
	return p ? ref_space(ref, p) : NULL;
}

/* A buffer to write to, as large as the worst text can become. */
typedef struct Buffer
{
	char	   *data;
	size_t		len;
	size_t		size;
} Buffer;

static void
buffer_put(void *to, const char *data, size_t len)
{
	Buffer	   *buffer = to;

	LAW(len > 0);
	LAW(len <= buffer->size - buffer->len);
	memcpy(buffer->data + buffer->len, data, len);
	buffer->len += len;
}

static void *
allocate(size_t size)
{
	void	   *memory = malloc(size);

	if (memory == NULL)
		abort();
	return memory;
}

/*
 * text[0 .. len) as a JSON string is read as that text, unless a NUL byte
 * makes that impossible.
 */
static void
check_written(const char *text, size_t len)
{
	Buffer		json = {allocate(len * 6 + 2), 0, len * 6 + 2};
	char	   *decoded;
	size_t		decoded_len;
	JsonScan	scan;
	JsonValue	string;
	JsonError	error;

	json_write_string(buffer_put, &json, text, len);
	json_scan_init(&scan, json.data, json.len, NULL);
	LAW(json_scan_document(&scan, &string));
	LAW(string.type == JSON_STRING);
	decoded = allocate(json_string_len(&string));
	error = json_unescape(&string, decoded, &decoded_len, json_put_utf8);
	if (memchr(text, '\0', len))
		LAW(error == JSON_ERROR_NUL);
	else
	{
		LAW(error == JSON_ERROR_NONE);
		LAW(decoded_len == len && memcmp(decoded, text, len) == 0);
		LAW(json_string_equals(&string, text, len));
	}
	free(decoded);
	free(json.data);
}

static void
check_string(const JsonValue *string)
{
	char	   *decoded = allocate(json_string_len(string));
	size_t		len;
	JsonError	error;

	LAW(string->len >= 2);
	LAW(string->escaped == (memchr(string->text, '\\', string->len) != NULL));
	error = json_unescape(string, decoded, &len, json_put_utf8);
	if (error == JSON_ERROR_NONE)
	{
		LAW(len <= json_string_len(string));
		LAW(json_string_equals(string, decoded, len));
		if (len > 0)
			LAW(!json_string_equals(string, decoded, len - 1));
		check_written(decoded, len);
	}
	else
	{
		LAW(error == JSON_ERROR_NUL || error == JSON_ERROR_SURROGATE);
		LAW(string->escaped);
	}
	free(decoded);
}

/*
 * An array's element that was read from "before" to "after" can be read at
 * once, too, by the names it has, and not with a member less.
 */
static void
check_row(JsonIter before, const JsonIter *after, const JsonValue *row)
{
	enum {MOST = 8};
	JsonIter	iter;
	JsonIter	fewer = before;
	JsonValue	names[MOST];
	JsonValue	members[MOST];
	JsonValue	values[MOST];
	JsonValue	key = {0};
	JsonValue	member;
	bool		object = row->type == JSON_OBJECT;
	int			n = 0;

	json_iter_init(&iter, row, NULL);
	while (json_iter_next(&iter, &key, &member))
	{
		if (n == MOST)
			return;
		names[n] = key;
		members[n++] = member;
	}
	LAW(json_iter_next_row(&before, object ? names : NULL, n, values));
	LAW(before.scan.pos == after->scan.pos && before.started);
	for (int i = 0; i < n; i++)
		LAW(values[i].text == members[i].text && values[i].len == members[i].len &&
			values[i].type == members[i].type && values[i].escaped == members[i].escaped);
	if (n > 0)
		LAW(!json_iter_next_row(&fewer, object ? names : NULL, n - 1, values) &&
			fewer.scan.pos != after->scan.pos);
}

/* The value that was read is the one its own text gives. */
static void
check_value(const JsonValue *value, int depth)
{
	JsonScan	scan;
	JsonValue	again;

	json_scan_init(&scan, value->text, value->len, NULL);
	LAW(json_scan_document(&scan, &again));
	LAW(again.type == value->type && again.escaped == value->escaped);
	LAW(again.text == value->text && again.len == value->len);

	if (value->type == JSON_STRING)
		check_string(value);
	else if ((value->type == JSON_ARRAY || value->type == JSON_OBJECT) && depth < 20)
	{
		JsonIter	iter;
		JsonIter	before;
		JsonValue	key;
		JsonValue	element;
		const char *last = value->text;

		json_iter_init(&iter, value, NULL);
		while (before = iter, json_iter_next(&iter, &key, &element))
		{
			if (value->type == JSON_ARRAY &&
				(element.type == JSON_ARRAY || element.type == JSON_OBJECT))
				check_row(before, &iter, &element);
			if (value->type == JSON_OBJECT)
			{
				LAW(key.type == JSON_STRING && key.text > last);
				check_string(&key);
				last = key.text + key.len;
			}
			LAW(element.text > last);
			check_value(&element, depth + 1);
			last = element.text + element.len;
			LAW(last < value->text + value->len);
		}
		LAW(iter.scan.error == JSON_ERROR_NONE);
		LAW(iter.scan.pos == value->text + value->len - 1);
	}
}

/* Iterate over a text that was not scanned before; was there no error? */
static bool
iterate(const char *text, size_t len)
{
	JsonValue	container = {*text == '{' ? JSON_OBJECT : JSON_ARRAY, false, text, len};
	JsonValue	key;
	JsonValue	element;
	JsonIter	iter;

	json_iter_init(&iter, &container, NULL);
	while (json_iter_next(&iter, &key, &element))
		;
	return iter.scan.error == JSON_ERROR_NONE;
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char	   *text = allocate(size);
	Reference	ref = {text + size, false};
	JsonScan	scan;
	JsonValue	value;
	bool		valid;
	bool		ref_valid;

	memcpy(text, data, size);
	ref_valid = ref_value(&ref, text, 0) == ref.end;

	json_scan_init(&scan, text, size, NULL);
	valid = json_scan_document(&scan, &value);
	LAW(valid == (scan.error == JSON_ERROR_NONE));
	if (!ref.too_deep)
		LAW(valid == ref_valid);
	if (valid)
		check_value(&value, 0);
	else
		LAW(scan.error_at >= text && scan.error_at <= text + size);

	/* An array or object with nothing around it. */
	if (size > 0 && (text[0] == '{' || text[0] == '['))
		LAW(iterate(text, size) == (valid && value.len == size));

	/* As a stream of values: each is valid by itself. */
	json_scan_init(&scan, text, size, NULL);
	while (json_scan_value(&scan, &value))
	{
		JsonScan	alone;
		JsonValue	again;

		json_scan_init(&alone, value.text, value.len, NULL);
		LAW(json_scan_document(&alone, &again));
		LAW(again.type == value.type && again.len == value.len);
		LAW(scan.pos == value.text + value.len);
	}

	/* As any text at all. */
	check_written(text, size);
	free(text);
	return 0;
}

/*-------------------------------------------------------------------------
 *
 * json_scan.c
 *	  One JSON scanner for requests, rows and record streams.
 *
 * Every scan_ function takes the place where its token begins and returns
 * the place after it, or NULL with the error noted in the scanner.  None
 * reads a byte at or beyond scan->end, and none moves scan->pos: that is left
 * to the exported functions, which do so for a complete value only.  So where
 * json_scan_value() has failed, pos is where the value that failed begins (or
 * the end of the text, if there was none).  error_at is the first byte that
 * cannot stand where it is.
 *
 * Polling is bound to the text's addresses: whoever passes a multiple of
 * POLL_BLOCK calls poll.  That needs no counter, and a caller that takes a
 * long array in small steps is polled as often as one that scans it whole.
 *
 *-------------------------------------------------------------------------
 */
#include "json_scan.h"

#include <string.h>

#ifdef __SSE2__
#include <emmintrin.h>
#elif defined(__aarch64__) && defined(__ARM_NEON)
#include <arm_neon.h>
#endif

#include "json_write.h"

#define POLL_BLOCK 65536

#if defined(__GNUC__)
#define likely(x) __builtin_expect((x) != 0, 1)
#define unlikely(x) __builtin_expect((x) != 0, 0)
#define NOINLINE __attribute__((noinline))
#else
#define likely(x) (x)
#define unlikely(x) (x)
#define NOINLINE
#endif

static NOINLINE const char *
fail(JsonScan *scan, JsonError error, const char *at)
{
	scan->error = error;
	scan->error_at = at;
	return NULL;
}

/* Of something unexpected at p: is it that the text ends? */
static const char *
fail_at(JsonScan *scan, JsonError error, const char *p)
{
	return fail(scan, p == scan->end ? JSON_ERROR_END : error, p);
}

/* Where to stop for a poll when reading on from p. */
static inline const char *
block_end(const JsonScan *scan, const char *p)
{
	size_t		left = POLL_BLOCK - ((uintptr_t) p & (POLL_BLOCK - 1));

	return (size_t) (scan->end - p) < left ? scan->end : p + left;
}

static inline void
poll_now(const JsonScan *scan)
{
	if (scan->poll != NULL)
		scan->poll();
}

/* Poll if reading from one place to the other has passed a block's end. */
static inline void
poll_passed(const JsonScan *scan, const char *from, const char *to)
{
	if (unlikely((((uintptr_t) from ^ (uintptr_t) to) & ~(uintptr_t) (POLL_BLOCK - 1)) != 0))
		poll_now(scan);
}

static inline bool
is_digit(char c)
{
	return (unsigned char) (c - '0') <= 9;
}

static inline bool
is_space(char c)
{
	return c == ' ' || c == '\n' || c == '\t' || c == '\r';
}

/* What would make another word or number of the one it follows. */
static inline bool
is_word(char c)
{
	return is_digit(c) || (unsigned char) ((c | 0x20) - 'a') < 26 ||
		c == '.' || c == '+' || c == '-' || c == '_' ||
		(unsigned char) c >= 0x80;
}

/* The value of a hexadecimal digit, or -1. */
static inline int
hex_value(char c)
{
	if (is_digit(c))
		return c - '0';
	c |= 0x20;
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/*
 * Long white space, as in indented text.
 */
static NOINLINE const char *
skip_long_space(const JsonScan *scan, const char *p)
{
	for (;;)
	{
		const char *stop = block_end(scan, p);

#ifdef __SSE2__
		while (stop - p >= 16)
		{
			__m128i		text = _mm_loadu_si128((const __m128i *) p);
			__m128i		space;
			unsigned	other;

			space = _mm_or_si128(_mm_or_si128(_mm_cmpeq_epi8(text, _mm_set1_epi8(' ')),
											  _mm_cmpeq_epi8(text, _mm_set1_epi8('\n'))),
								 _mm_or_si128(_mm_cmpeq_epi8(text, _mm_set1_epi8('\t')),
											  _mm_cmpeq_epi8(text, _mm_set1_epi8('\r'))));
			other = ~(unsigned) _mm_movemask_epi8(space) & 0xffff;
			if (other != 0)
				return p + __builtin_ctz(other);
			p += 16;
		}
#elif defined(__aarch64__) && defined(__ARM_NEON)
		while (stop - p >= 16)
		{
			uint8x16_t	text = vld1q_u8((const uint8_t *) p);
			uint8x16_t	space;

			space = vorrq_u8(vorrq_u8(vceqq_u8(text, vdupq_n_u8(' ')),
									  vceqq_u8(text, vdupq_n_u8('\n'))),
							 vorrq_u8(vceqq_u8(text, vdupq_n_u8('\t')),
									  vceqq_u8(text, vdupq_n_u8('\r'))));
			/* The loop below finds which of the sixteen it was. */
			if (vminvq_u8(space) == 0)
				break;
			p += 16;
		}
#else
		while (stop - p >= 8 && memcmp(p, "        ", 8) == 0)
			p += 8;
#endif
		while (p < stop && is_space(*p))
			p++;
		if (p < stop || p == scan->end)
			return p;
		poll_now(scan);
	}
}

/* Most tokens follow each other directly or after one space. */
static inline const char *
skip_space(const JsonScan *scan, const char *p)
{
	if (likely(p < scan->end && (unsigned char) *p > ' '))
		return p;
	if (p < scan->end && *p == ' ')
	{
		p++;
		if (likely(p < scan->end && (unsigned char) *p > ' '))
			return p;
	}
	return skip_long_space(scan, p);
}

/*
 * A string from after its opening quote.  Sets *escaped if there is a
 * backslash in it.
 */
static NOINLINE const char *
scan_string(JsonScan *scan, const char *p, bool *escaped)
{
	const char *end = scan->end;
	const char *stop = block_end(scan, p);

	*escaped = false;
	for (;;)
	{
		/* An escape may have led beyond stop. */
		if (p < stop)
			p += json_plain_len(p, stop - p);
		if (p >= stop)
		{
			if (p == end)
				return fail(scan, JSON_ERROR_END, p);
			poll_now(scan);
			stop = block_end(scan, p);
			continue;
		}
		if (*p == '"')
			return p + 1;
		if (*p != '\\')
			return fail(scan, JSON_ERROR_CONTROL, p);

		*escaped = true;
		p++;
		if (p == end)
			return fail(scan, JSON_ERROR_END, p);
		switch (*p++)
		{
			case '"':
			case '\\':
			case '/':
			case 'b':
			case 'f':
			case 'n':
			case 'r':
			case 't':
				break;
			case 'u':
				for (int i = 0; i < 4; i++, p++)
					if (p == end || hex_value(*p) < 0)
						return fail_at(scan, JSON_ERROR_ESCAPE, p);
				break;
			default:
				return fail(scan, JSON_ERROR_ESCAPE, p - 1);
		}
	}
}

/* The same; most strings are short, and without escapes. */
static inline const char *
scan_short_string(JsonScan *scan, const char *p, bool *escaped)
{
#ifdef JSON_PLAIN_16
	if (likely(scan->end - p > 16))
	{
		const char *after = p + json_plain_16(p);

		if (*after == '"')
		{
			*escaped = false;
			return after + 1;
		}
	}
#endif
	return scan_string(scan, p, escaped);
}

static inline const char *
skip_digits(const JsonScan *scan, const char *p)
{
	for (;;)
	{
		const char *stop = block_end(scan, p);

		while (p < stop && is_digit(*p))
			p++;
		if (likely(p < stop || p == scan->end))
			return p;
		poll_now(scan);
	}
}

/* A number from its sign or first digit. */
static inline const char *
scan_number(JsonScan *scan, const char *p)
{
	const char *end = scan->end;

	if (*p == '-')
		p++;
	if (unlikely(p == end || !is_digit(*p)))
		return fail_at(scan, JSON_ERROR_NUMBER, p);
	if (*p == '0')
		p++;
	else
		p = skip_digits(scan, p);

	if (p < end && *p == '.')
	{
		p++;
		if (p == end || !is_digit(*p))
			return fail_at(scan, JSON_ERROR_NUMBER, p);
		p = skip_digits(scan, p);
	}
	if (p < end && (*p | 0x20) == 'e')
	{
		p++;
		if (p < end && (*p == '+' || *p == '-'))
			p++;
		if (p == end || !is_digit(*p))
			return fail_at(scan, JSON_ERROR_NUMBER, p);
		p = skip_digits(scan, p);
	}

	/* "01", "1.2.3", "0x10" and the like */
	if (unlikely(p < end && is_word(*p)))
		return fail(scan, JSON_ERROR_NUMBER, p);
	return p;
}

/* "null", "true" or "false". */
static inline const char *
scan_literal(JsonScan *scan, const char *p, const char *literal, size_t len)
{
	if (likely((size_t) (scan->end - p) >= len && memcmp(p, literal, len) == 0))
	{
		p += len;
		if (likely(p == scan->end || !is_word(*p)))
			return p;
		return fail(scan, JSON_ERROR_TOKEN, p);
	}
	while (p < scan->end && *p == *literal)
		p++, literal++;
	return fail_at(scan, JSON_ERROR_TOKEN, p);
}

/*
 * Any value but an array or object, for which, and for what can begin no
 * value, it is a JSON_ERROR_TOKEN.  Its type is known from its first byte.
 */
static inline const char *
scan_scalar(JsonScan *scan, const char *p, JsonType *type, bool *escaped)
{
	switch (*p)
	{
		case '"':
			*type = JSON_STRING;
			return scan_short_string(scan, p + 1, escaped);
		case '-':
		case '0':
		case '1':
		case '2':
		case '3':
		case '4':
		case '5':
		case '6':
		case '7':
		case '8':
		case '9':
			*type = JSON_NUMBER;
			return scan_number(scan, p);
		case 't':
			*type = JSON_TRUE;
			return scan_literal(scan, p, "true", 4);
		case 'f':
			*type = JSON_FALSE;
			return scan_literal(scan, p, "false", 5);
		case 'n':
			*type = JSON_NULL;
			return scan_literal(scan, p, "null", 4);
		default:
			return fail(scan, JSON_ERROR_TOKEN, p);
	}
}

/*
 * The containers that are open, one bit each: whether it is an object.  The
 * innermost is the lowest bit of "bits"; whenever 64 more are opened, those
 * bits move to "outer".
 */
typedef struct Nesting
{
	uint64_t	bits;
	unsigned	depth;
	uint64_t	outer[JSON_SCAN_MAX_DEPTH / 64];
} Nesting;

static inline void
nesting_push(Nesting *nesting, bool object)
{
	if (unlikely(nesting->depth % 64 == 0))
		nesting->outer[nesting->depth / 64] = nesting->bits;
	nesting->bits = nesting->bits << 1 | object;
	nesting->depth++;
}

static inline void
nesting_pop(Nesting *nesting)
{
	nesting->depth--;
	if (unlikely(nesting->depth % 64 == 0))
		nesting->bits = nesting->outer[nesting->depth / 64];
	else
		nesting->bits >>= 1;
}

/*
 * An array or object from its opening bracket, with all that is in it.
 */
static NOINLINE const char *
scan_container(JsonScan *scan, const char *p)
{
	const char *end = scan->end;
	const char *poll_at = block_end(scan, p);
	Nesting		nesting;
	JsonType	type;
	bool		escaped;

	nesting.bits = 0;
	nesting.depth = 0;

opening:
	if (unlikely(nesting.depth == JSON_SCAN_MAX_DEPTH))
		return fail(scan, JSON_ERROR_TOO_DEEP, p);
	nesting_push(&nesting, *p == '{');
	p = skip_space(scan, p + 1);
	if (p < end && *p == (nesting.bits & 1 ? '}' : ']'))
		goto closing;

element:
	/* Here an element or member must begin; white space has been skipped. */
	if (unlikely(p >= poll_at))
	{
		poll_now(scan);
		poll_at = block_end(scan, p);
	}
	if (nesting.bits & 1)
	{
		if (unlikely(p == end || *p != '"'))
			return fail_at(scan, JSON_ERROR_TOKEN, p);
		if ((p = scan_short_string(scan, p + 1, &escaped)) == NULL)
			return NULL;
		p = skip_space(scan, p);
		if (unlikely(p == end || *p != ':'))
			return fail_at(scan, JSON_ERROR_TOKEN, p);
		p = skip_space(scan, p + 1);
	}
	if (unlikely(p == end))
		return fail(scan, JSON_ERROR_END, p);
	if (*p == '{' || *p == '[')
		goto opening;
	if ((p = scan_scalar(scan, p, &type, &escaped)) == NULL)
		return NULL;

after_element:
	p = skip_space(scan, p);
	if (unlikely(p == end))
		return fail(scan, JSON_ERROR_END, p);
	if (*p == ',')
	{
		p = skip_space(scan, p + 1);
		goto element;
	}
	if (unlikely(*p != (nesting.bits & 1 ? '}' : ']')))
		return fail(scan, JSON_ERROR_TOKEN, p);

closing:
	nesting_pop(&nesting);
	p++;
	if (nesting.depth == 0)
		return p;
	goto after_element;
}

/* Read the value that begins at p, where the text does not end. */
static inline const char *
scan_value_at(JsonScan *scan, const char *p, JsonValue *value)
{
	JsonType	type = JSON_NULL;
	bool		escaped = false;
	const char *after;

	if (*p == '{')
	{
		type = JSON_OBJECT;
		after = scan_container(scan, p);
	}
	else if (*p == '[')
	{
		type = JSON_ARRAY;
		after = scan_container(scan, p);
	}
	else
		after = scan_scalar(scan, p, &type, &escaped);
	if (unlikely(after == NULL))
		return NULL;

	value->type = type;
	value->escaped = escaped;
	value->text = p;
	value->len = after - p;
	return after;
}

void
json_scan_init(JsonScan *scan, const char *text, size_t len,
			   void (*poll) (void))
{
	scan->pos = text;
	scan->end = text + len;
	scan->error = JSON_ERROR_NONE;
	scan->error_at = NULL;
	scan->poll = poll;
}

bool
json_scan_value(JsonScan *scan, JsonValue *value)
{
	const char *from = scan->pos;
	const char *p;

	if (scan->error != JSON_ERROR_NONE)
		return false;
	scan->pos = p = skip_space(scan, from);
	if (p == scan->end)
	{
		fail(scan, JSON_ERROR_END, p);
		return false;
	}
	if ((p = scan_value_at(scan, p, value)) == NULL)
		return false;
	scan->pos = p;
	poll_passed(scan, from, p);
	return true;
}

bool
json_scan_document(JsonScan *scan, JsonValue *value)
{
	JsonValue	document;

	if (!json_scan_value(scan, &document))
		return false;
	scan->pos = skip_space(scan, scan->pos);
	if (scan->pos != scan->end)
	{
		fail(scan, JSON_ERROR_TRAILING, scan->pos);
		return false;
	}
	*value = document;
	return true;
}

void
json_iter_init(JsonIter *iter, const JsonValue *container,
			   void (*poll) (void))
{
	json_scan_init(&iter->scan, container->text, container->len, poll);
	iter->container = container->type;
	iter->started = false;
	if (container->len == 0)
		fail(&iter->scan, JSON_ERROR_END, container->text);
	else if (*container->text != (container->type == JSON_OBJECT ? '{' : '['))
		fail(&iter->scan, JSON_ERROR_TOKEN, container->text);
	else
		iter->scan.pos++;
}

bool
json_iter_next(JsonIter *iter, JsonValue *key, JsonValue *value)
{
	JsonScan   *scan = &iter->scan;
	const char *end = scan->end;
	const char *from = scan->pos;
	const char *p;
	bool		object = iter->container == JSON_OBJECT;

	if (unlikely(scan->error != JSON_ERROR_NONE))
		return false;

	p = skip_space(scan, from);
	if (unlikely(p == end))
	{
		fail(scan, JSON_ERROR_END, p);
		return false;
	}
	if (*p == (object ? '}' : ']'))
	{
		/* pos stays at the bracket, so that another call ends here too. */
		scan->pos = p;
		if (unlikely(p + 1 != end))
			fail(scan, JSON_ERROR_TRAILING, p + 1);
		return false;
	}
	if (iter->started)
	{
		if (unlikely(*p != ','))
		{
			fail(scan, JSON_ERROR_TOKEN, p);
			return false;
		}
		p = skip_space(scan, p + 1);
	}
	iter->started = true;

	if (object)
	{
		const char *name = p;

		if (unlikely(p == end || *p != '"'))
		{
			fail_at(scan, JSON_ERROR_TOKEN, p);
			return false;
		}
		if ((p = scan_short_string(scan, p + 1, &key->escaped)) == NULL)
			return false;
		key->type = JSON_STRING;
		key->text = name;
		key->len = p - name;
		p = skip_space(scan, p);
		if (unlikely(p == end || *p != ':'))
		{
			fail_at(scan, JSON_ERROR_TOKEN, p);
			return false;
		}
		p = skip_space(scan, p + 1);
	}

	if (unlikely(p == end))
	{
		fail(scan, JSON_ERROR_END, p);
		return false;
	}
	if ((p = scan_value_at(scan, p, value)) == NULL)
		return false;
	scan->pos = p;
	poll_passed(scan, from, p);
	return true;
}

/*
 * What json_iter_next_row() is asked for, from its opening bracket.  Returns
 * the place after it, or NULL.
 */
static inline const char *
scan_row(JsonScan *scan, const char *p, const JsonValue *names, int n,
		 JsonValue *values)
{
	const char *end = scan->end;

	if (p == end || *p != (names ? '{' : '['))
		return NULL;
	p = skip_space(scan, p + 1);
	for (int i = 0; i < n; i++)
	{
		if (i > 0)
		{
			if (p == end || *p != ',')
				return NULL;
			p = skip_space(scan, p + 1);
		}
		if (names != NULL)
		{
			size_t		len = names[i].len;

			if ((size_t) (end - p) < len || memcmp(p, names[i].text, len) != 0)
				return NULL;
			p = skip_space(scan, p + len);
			if (p == end || *p != ':')
				return NULL;
			p = skip_space(scan, p + 1);
		}
		if (p == end || (p = scan_value_at(scan, p, &values[i])) == NULL)
			return NULL;
		p = skip_space(scan, p);
	}
	if (p == end || *p != (names ? '}' : ']'))
		return NULL;
	return p + 1;
}

bool
json_iter_next_row(JsonIter *iter, const JsonValue *names, int n,
				   JsonValue *values)
{
	JsonScan   *scan = &iter->scan;
	const char *end = scan->end;
	const char *from = scan->pos;
	const char *p;

	if (scan->error != JSON_ERROR_NONE || iter->container != JSON_ARRAY)
		return false;
	p = skip_space(scan, from);
	if (iter->started)
	{
		if (p == end || *p != ',')
			return false;
		p = skip_space(scan, p + 1);
	}
	if ((p = scan_row(scan, p, names, n, values)) == NULL)
	{
		scan->error = JSON_ERROR_NONE;
		scan->error_at = NULL;
		return false;
	}
	iter->started = true;
	scan->pos = p;
	poll_passed(scan, from, p);
	return true;
}

size_t
json_put_utf8(uint32_t codepoint, char *dst)
{
	if (codepoint < 0x80)
	{
		dst[0] = (char) codepoint;
		return 1;
	}
	if (codepoint < 0x800)
	{
		dst[0] = (char) (0xc0 | codepoint >> 6);
		dst[1] = (char) (0x80 | (codepoint & 0x3f));
		return 2;
	}
	if (codepoint < 0x10000)
	{
		dst[0] = (char) (0xe0 | codepoint >> 12);
		dst[1] = (char) (0x80 | (codepoint >> 6 & 0x3f));
		dst[2] = (char) (0x80 | (codepoint & 0x3f));
		return 3;
	}
	dst[0] = (char) (0xf0 | codepoint >> 18);
	dst[1] = (char) (0x80 | (codepoint >> 12 & 0x3f));
	dst[2] = (char) (0x80 | (codepoint >> 6 & 0x3f));
	dst[3] = (char) (0x80 | (codepoint & 0x3f));
	return 4;
}

/* The four hexadecimal digits at p, which have been scanned. */
static uint32_t
hex4(const char *p)
{
	uint32_t	value = 0;

	for (int i = 0; i < 4; i++)
		value = value << 4 | (uint32_t) hex_value(p[i]);
	return value;
}

/*
 * What the escape at *p, in a string that has been scanned, stands for; *p
 * moves behind it.
 */
static JsonError
decode_escape(const char **p, const char *end, uint32_t *codepoint)
{
	const char *escape = *p + 1;
	uint32_t	unit;

	*p += 2;
	switch (*escape)
	{
		case 'b':
			*codepoint = '\b';
			return JSON_ERROR_NONE;
		case 'f':
			*codepoint = '\f';
			return JSON_ERROR_NONE;
		case 'n':
			*codepoint = '\n';
			return JSON_ERROR_NONE;
		case 'r':
			*codepoint = '\r';
			return JSON_ERROR_NONE;
		case 't':
			*codepoint = '\t';
			return JSON_ERROR_NONE;
		case 'u':
			break;
		default:
			*codepoint = (unsigned char) *escape;
			return JSON_ERROR_NONE;
	}

	unit = hex4(escape + 1);
	*p += 4;
	if (unit == 0)
		return JSON_ERROR_NUL;
	if (unit >= 0xd800 && unit <= 0xdbff)
	{
		uint32_t	low;

		if (end - *p < 6 || (*p)[0] != '\\' || (*p)[1] != 'u')
			return JSON_ERROR_SURROGATE;
		low = hex4(*p + 2);
		if (low < 0xdc00 || low > 0xdfff)
			return JSON_ERROR_SURROGATE;
		*p += 6;
		unit = 0x10000 + ((unit - 0xd800) << 10) + (low - 0xdc00);
	}
	else if (unit >= 0xdc00 && unit <= 0xdfff)
		return JSON_ERROR_SURROGATE;
	*codepoint = unit;
	return JSON_ERROR_NONE;
}

JsonError
json_unescape(const JsonValue *string, char *dst, size_t *len,
			  JsonPutUnicode put)
{
	const char *p = json_string_text(string);
	const char *end = p + json_string_len(string);
	char	   *to = dst;

	if (put == NULL)
		put = json_put_utf8;
	while (p < end)
	{
		const char *backslash = NULL;
		size_t		plain;
		uint32_t	codepoint;
		JsonError	error;

		if (string->escaped)
			backslash = memchr(p, '\\', end - p);
		plain = (backslash ? backslash : end) - p;
		memcpy(to, p, plain);
		to += plain;
		p += plain;
		if (backslash == NULL)
			break;

		if ((error = decode_escape(&p, end, &codepoint)) != JSON_ERROR_NONE)
			return error;
		to += put(codepoint, to);
	}
	*len = to - dst;
	return JSON_ERROR_NONE;
}

bool
json_string_equals_in(const JsonValue *string, const char *text, size_t len,
					  JsonPutUnicode put)
{
	const char *p = json_string_text(string);
	const char *end = p + json_string_len(string);
	const char *text_end = text + len;

	if (!string->escaped)
		return (size_t) (end - p) == len && memcmp(p, text, len) == 0;

	/* Decoding never makes it longer. */
	if ((size_t) (end - p) < len)
		return false;
	while (p < end)
	{
		char		decoded[16];
		uint32_t	codepoint;
		size_t		n = 1;

		if (*p != '\\')
			decoded[0] = *p++;
		else
		{
			if (decode_escape(&p, end, &codepoint) != JSON_ERROR_NONE)
				return false;
			n = put(codepoint, decoded);
		}
		if ((size_t) (text_end - text) < n || memcmp(text, decoded, n) != 0)
			return false;
		text += n;
	}
	return text == text_end;
}

const char *
json_error_text(JsonError error)
{
	switch (error)
	{
		case JSON_ERROR_NONE:
			return "no error";
		case JSON_ERROR_END:
			return "unexpected end of the text";
		case JSON_ERROR_TOKEN:
			return "unexpected character";
		case JSON_ERROR_NUMBER:
			return "malformed number";
		case JSON_ERROR_CONTROL:
			return "control character in a string is not escaped";
		case JSON_ERROR_ESCAPE:
			return "unrecognized escape in a string";
		case JSON_ERROR_TRAILING:
			return "text after the value";
		case JSON_ERROR_TOO_DEEP:
			return "nested too deeply";
		case JSON_ERROR_NUL:
			return "\\u0000 stands for no character of a text";
		case JSON_ERROR_SURROGATE:
			return "half of a surrogate pair stands alone";
	}
	return "unrecognized error";
}

/*-------------------------------------------------------------------------
 *
 * test_core.c
 *	  The pure C core by itself: scanner, writer and error table.
 *
 * Prints TAP.  Every text that is scanned is first copied to memory of
 * exactly its size, so that under AddressSanitizer a read beyond it is an
 * error.  Build with -U__SSE2__ as well to test the portable paths.
 *
 *-------------------------------------------------------------------------
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/error_conditions.h"
#include "core/error_kind.h"
#include "core/json_scan.h"
#include "core/json_write.h"

#define lengthof(array) (sizeof(array) / sizeof((array)[0]))

/* A text with NUL bytes in it, or none at its end. */
#define TEXT(literal) literal, sizeof(literal) - 1

static int	failures;			/* of the test that is running */

#define CHECK(condition, ...) \
	do { \
		if (!(condition)) \
			complain(__LINE__, #condition, __VA_ARGS__); \
	} while (0)

static void
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
static char *
exact(const char *text, size_t len)
{
	char	   *copy = malloc(len);

	if (copy == NULL)
		abort();
	memcpy(copy, text, len);
	return copy;
}

/* Scan as a document; *offset is where the error is. */
static JsonError
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

static void
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
static JsonValue
string_value(const char *text, size_t len)
{
	JsonScan	scan;
	JsonValue	value = {JSON_NULL, false, text, len};

	json_scan_init(&scan, text, len, NULL);
	CHECK(json_scan_document(&scan, &value) && value.type == JSON_STRING,
		  "%.*s", (int) len, text);
	return value;
}

static void
test_valid_documents(void)
{
	static const struct
	{
		const char *text;
		JsonType	type;
	}			documents[] = {
		{"null", JSON_NULL},
		{"true", JSON_TRUE},
		{"false", JSON_FALSE},
		{" \t\r\n null \t\r\n ", JSON_NULL},
		{"0", JSON_NUMBER},
		{"-0", JSON_NUMBER},
		{"-0.0e-0", JSON_NUMBER},
		{"7", JSON_NUMBER},
		{"1234567890", JSON_NUMBER},
		{"123456789012345678901234567890123456789012345678901234567890.5", JSON_NUMBER},
		{"0.1", JSON_NUMBER},
		{"10.01", JSON_NUMBER},
		{"1e5", JSON_NUMBER},
		{"1E5", JSON_NUMBER},
		{"1e+5", JSON_NUMBER},
		{"1e-5", JSON_NUMBER},
		{"0e0", JSON_NUMBER},
		{"0E+00", JSON_NUMBER},
		{"1.5e0001", JSON_NUMBER},
		{"1e999999", JSON_NUMBER},
		{"\"\"", JSON_STRING},
		{"\"a\"", JSON_STRING},
		{"\"\\\"\\\\\\/\\b\\f\\n\\r\\t\\u0000\\uABCD\\uabcd\\ud800\"", JSON_STRING},
		{"\"\x7f\"", JSON_STRING},
		{"\"\xc3\xa9\xe2\x82\xac\xf0\x9f\x98\x80\"", JSON_STRING},
		{"\"\xff\xfe\x80\"", JSON_STRING},	/* bytes are not looked at */
		{"\"fifteen bytes..\"", JSON_STRING},
		{"\"sixteen bytes...\"", JSON_STRING},
		{"\"more than sixteen bytes, and then a \\n escape\"", JSON_STRING},
		{"[]", JSON_ARRAY},
		{"[ ]", JSON_ARRAY},
		{"[[]]", JSON_ARRAY},
		{"[[],{},[[]],null]", JSON_ARRAY},
		{"[1,2,3]", JSON_ARRAY},
		{"[\n\t\t1 ,\r\n  2\t,   3 ]", JSON_ARRAY},
		{"[1                                                  ,2]", JSON_ARRAY},
		{"{}", JSON_OBJECT},
		{"{ \n }", JSON_OBJECT},
		{"{\"\":0}", JSON_OBJECT},
		{"{\"a\":1,\"a\":2}", JSON_OBJECT},
		{"{ \"a\" : { \"b\" : [ true , false , null , -1.5e3 , \"x\" ] } , \"c\" : { } }", JSON_OBJECT},
		{"{\"\\u0061\":\"\\\\\"}", JSON_OBJECT},
	};

	for (size_t i = 0; i < lengthof(documents); i++)
	{
		const char *text = documents[i].text;
		size_t		len = strlen(text);
		char	   *copy = exact(text, len);
		JsonScan	scan;
		JsonValue	value = {0};

		json_scan_init(&scan, copy, len, NULL);
		CHECK(json_scan_document(&scan, &value), "%s", text);
		CHECK(value.type == documents[i].type, "%s", text);
		CHECK(value.escaped == (value.type == JSON_STRING && strchr(text, '\\') != NULL),
			  "%s", text);
		CHECK(scan.error == JSON_ERROR_NONE && scan.pos == scan.end, "%s", text);
		CHECK(value.len == strlen(text + strspn(text, " \t\r\n")) -
			  (text[0] == ' ' ? strlen(" \t\r\n ") : 0), "%s", text);
		free(copy);
	}
}

static void
test_invalid_documents(void)
{
	static const struct
	{
		const char *text;
		size_t		len;
		JsonError	error;
		size_t		offset;
	}			documents[] = {
		{TEXT(""), JSON_ERROR_END, 0},
		{TEXT("  \n"), JSON_ERROR_END, 3},

		/* literals */
		{TEXT("n"), JSON_ERROR_END, 1},
		{TEXT("nul"), JSON_ERROR_END, 3},
		{TEXT("tru"), JSON_ERROR_END, 3},
		{TEXT("fals"), JSON_ERROR_END, 4},
		{TEXT("nulL"), JSON_ERROR_TOKEN, 3},
		{TEXT("True"), JSON_ERROR_TOKEN, 0},
		{TEXT("NULL"), JSON_ERROR_TOKEN, 0},
		{TEXT("nule"), JSON_ERROR_TOKEN, 3},
		{TEXT("trux"), JSON_ERROR_TOKEN, 3},
		{TEXT("nulll"), JSON_ERROR_TOKEN, 4},
		{TEXT("true1"), JSON_ERROR_TOKEN, 4},
		{TEXT("false_"), JSON_ERROR_TOKEN, 5},
		{TEXT("[truefalse]"), JSON_ERROR_TOKEN, 5},
		{TEXT("undefined"), JSON_ERROR_TOKEN, 0},
		{TEXT("nan"), JSON_ERROR_TOKEN, 1},
		{TEXT("NaN"), JSON_ERROR_TOKEN, 0},
		{TEXT("Infinity"), JSON_ERROR_TOKEN, 0},

		/* numbers */
		{TEXT("-"), JSON_ERROR_END, 1},
		{TEXT("--1"), JSON_ERROR_NUMBER, 1},
		{TEXT("-a"), JSON_ERROR_NUMBER, 1},
		{TEXT("- 1"), JSON_ERROR_NUMBER, 1},
		{TEXT("-Infinity"), JSON_ERROR_NUMBER, 1},
		{TEXT("+1"), JSON_ERROR_TOKEN, 0},
		{TEXT(".5"), JSON_ERROR_TOKEN, 0},
		{TEXT("-.5"), JSON_ERROR_NUMBER, 1},
		{TEXT("01"), JSON_ERROR_NUMBER, 1},
		{TEXT("00"), JSON_ERROR_NUMBER, 1},
		{TEXT("-01"), JSON_ERROR_NUMBER, 2},
		{TEXT("1."), JSON_ERROR_END, 2},
		{TEXT("1.]"), JSON_ERROR_NUMBER, 2},
		{TEXT("1.e5"), JSON_ERROR_NUMBER, 2},
		{TEXT("1.2.3"), JSON_ERROR_NUMBER, 3},
		{TEXT("1e"), JSON_ERROR_END, 2},
		{TEXT("1e+"), JSON_ERROR_END, 3},
		{TEXT("1e+ "), JSON_ERROR_NUMBER, 3},
		{TEXT("1ee5"), JSON_ERROR_NUMBER, 2},
		{TEXT("1e+-5"), JSON_ERROR_NUMBER, 3},
		{TEXT("1e5.5"), JSON_ERROR_NUMBER, 3},
		{TEXT("1e5e5"), JSON_ERROR_NUMBER, 3},
		{TEXT("0x10"), JSON_ERROR_NUMBER, 1},
		{TEXT("1_000"), JSON_ERROR_NUMBER, 1},
		{TEXT("1-2"), JSON_ERROR_NUMBER, 1},
		{TEXT("1+2"), JSON_ERROR_NUMBER, 1},
		{TEXT("12f"), JSON_ERROR_NUMBER, 2},
		{TEXT("1\xc2\xa0"), JSON_ERROR_NUMBER, 1},
		{TEXT("1\0"), JSON_ERROR_TRAILING, 1},
		{TEXT("\xef\xbc\x91"), JSON_ERROR_TOKEN, 0},

		/* strings */
		{TEXT("\""), JSON_ERROR_END, 1},
		{TEXT("\"abc"), JSON_ERROR_END, 4},
		{TEXT("'a'"), JSON_ERROR_TOKEN, 0},
		{TEXT("\"\\"), JSON_ERROR_END, 2},
		{TEXT("\"\\\""), JSON_ERROR_END, 3},
		{TEXT("\"\\x\""), JSON_ERROR_ESCAPE, 2},
		{TEXT("\"\\'\""), JSON_ERROR_ESCAPE, 2},
		{TEXT("\"\\0\""), JSON_ERROR_ESCAPE, 2},
		{TEXT("\"\\B\""), JSON_ERROR_ESCAPE, 2},
		{TEXT("\"\\U0041\""), JSON_ERROR_ESCAPE, 2},
		{TEXT("\"\\\n\""), JSON_ERROR_ESCAPE, 2},
		{TEXT("\"\\u"), JSON_ERROR_END, 3},
		{TEXT("\"\\u12"), JSON_ERROR_END, 5},
		{TEXT("\"\\u\""), JSON_ERROR_ESCAPE, 3},
		{TEXT("\"\\u12\""), JSON_ERROR_ESCAPE, 5},
		{TEXT("\"\\u123\""), JSON_ERROR_ESCAPE, 6},
		{TEXT("\"\\u123g\""), JSON_ERROR_ESCAPE, 6},
		{TEXT("\"\\u 123\""), JSON_ERROR_ESCAPE, 3},
		{TEXT("\"\\u+123\""), JSON_ERROR_ESCAPE, 3},
		{TEXT("\"\\u{41}\""), JSON_ERROR_ESCAPE, 3},
		{TEXT("\"a\nb\""), JSON_ERROR_CONTROL, 2},
		{TEXT("\"a\tb\""), JSON_ERROR_CONTROL, 2},
		{TEXT("\"\0\""), JSON_ERROR_CONTROL, 1},
		{TEXT("\"\x1f\""), JSON_ERROR_CONTROL, 1},
		{TEXT("\"a long text before it\x01\""), JSON_ERROR_CONTROL, 22},
		{TEXT("{\"a\nb\":1}"), JSON_ERROR_CONTROL, 3},

		/* arrays */
		{TEXT("["), JSON_ERROR_END, 1},
		{TEXT("[1"), JSON_ERROR_END, 2},
		{TEXT("[1,"), JSON_ERROR_END, 3},
		{TEXT("]"), JSON_ERROR_TOKEN, 0},
		{TEXT("[,1]"), JSON_ERROR_TOKEN, 1},
		{TEXT("[1,]"), JSON_ERROR_TOKEN, 3},
		{TEXT("[1,,2]"), JSON_ERROR_TOKEN, 3},
		{TEXT("[1 2]"), JSON_ERROR_TOKEN, 3},
		{TEXT("[1;2]"), JSON_ERROR_TOKEN, 2},
		{TEXT("[1:2]"), JSON_ERROR_TOKEN, 2},
		{TEXT("[\"a\":1]"), JSON_ERROR_TOKEN, 4},
		{TEXT("[1}"), JSON_ERROR_TOKEN, 2},
		{TEXT("[}"), JSON_ERROR_TOKEN, 1},
		{TEXT("[[]"), JSON_ERROR_END, 3},
		{TEXT("[{]}"), JSON_ERROR_TOKEN, 2},

		/* objects */
		{TEXT("{"), JSON_ERROR_END, 1},
		{TEXT("}"), JSON_ERROR_TOKEN, 0},
		{TEXT("{]"), JSON_ERROR_TOKEN, 1},
		{TEXT("{1:2}"), JSON_ERROR_TOKEN, 1},
		{TEXT("{a:1}"), JSON_ERROR_TOKEN, 1},
		{TEXT("{'a':1}"), JSON_ERROR_TOKEN, 1},
		{TEXT("{null:1}"), JSON_ERROR_TOKEN, 1},
		{TEXT("{\"a\""), JSON_ERROR_END, 4},
		{TEXT("{\"a\"}"), JSON_ERROR_TOKEN, 4},
		{TEXT("{\"a\" 1}"), JSON_ERROR_TOKEN, 5},
		{TEXT("{\"a\"=1}"), JSON_ERROR_TOKEN, 4},
		{TEXT("{\"a\":"), JSON_ERROR_END, 5},
		{TEXT("{\"a\":}"), JSON_ERROR_TOKEN, 5},
		{TEXT("{\"a\":1"), JSON_ERROR_END, 6},
		{TEXT("{\"a\":1,}"), JSON_ERROR_TOKEN, 7},
		{TEXT("{\"a\":1 \"b\":2}"), JSON_ERROR_TOKEN, 7},
		{TEXT("{\"a\":1,,\"b\":2}"), JSON_ERROR_TOKEN, 7},
		{TEXT("{,\"a\":1}"), JSON_ERROR_TOKEN, 1},
		{TEXT("{\"a\"::1}"), JSON_ERROR_TOKEN, 5},
		{TEXT("{\"a\":1]"), JSON_ERROR_TOKEN, 6},
		{TEXT("{\"a\",\"b\"}"), JSON_ERROR_TOKEN, 4},

		/* text after the value */
		{TEXT("1 2"), JSON_ERROR_TRAILING, 2},
		{TEXT("null null"), JSON_ERROR_TRAILING, 5},
		{TEXT("[] x"), JSON_ERROR_TRAILING, 3},
		{TEXT("[]]"), JSON_ERROR_TRAILING, 2},
		{TEXT("{}}"), JSON_ERROR_TRAILING, 2},
		{TEXT("{},"), JSON_ERROR_TRAILING, 2},
		{TEXT("\"a\"\"b\""), JSON_ERROR_TRAILING, 3},
		{TEXT("{}\0"), JSON_ERROR_TRAILING, 2},

		/* what is not white space, and what is no JSON at all */
		{TEXT("\v1"), JSON_ERROR_TOKEN, 0},
		{TEXT("\f1"), JSON_ERROR_TOKEN, 0},
		{TEXT("\xc2\xa0" "1"), JSON_ERROR_TOKEN, 0},
		{TEXT("\xef\xbb\xbf{}"), JSON_ERROR_TOKEN, 0},
		{TEXT("[1,\v2]"), JSON_ERROR_TOKEN, 3},
		{TEXT("[1]\f"), JSON_ERROR_TRAILING, 3},
		{TEXT("// comment\n1"), JSON_ERROR_TOKEN, 0},
		{TEXT("[1 /* one */]"), JSON_ERROR_TOKEN, 3},
		{TEXT("\0"), JSON_ERROR_TOKEN, 0},
	};

	for (size_t i = 0; i < lengthof(documents); i++)
	{
		size_t		offset;
		JsonError	error = document_error(documents[i].text, documents[i].len,
										   &offset);

		CHECK(error == documents[i].error && offset == documents[i].offset,
			  "%.*s: error %d at %zu", (int) documents[i].len,
			  documents[i].text, error, offset);
	}
}

static const char rich_document[] =
	"{\"null\": null, \"yes\":true,\"no\" :false, \"numbers\":[0,-1,2.5,-3.75e+10,4E-2,"
	"123456789012345678901234567890], \"escapes\":\"\\\"\\\\\\/\\b\\f\\n\\r\\t\\u00e9\\ud83d\\ude00\","
	"\"\\u006bey\":\"plain text that is longer than two blocks of sixteen bytes\","
	"\"utf8\":\"\xc3\xa9\xe2\x82\xac\xf0\x9f\x98\x80\",\n\t\t\t\t\t\t\t\t\t\t\"nested\":[[[]],{\"a\":{\"b\":[{}]}}],"
	"                    \"empty\":[\"\",{},[]]}";

static void
test_truncation(void)
{
	size_t		len = sizeof(rich_document) - 1;
	size_t		offset;

	CHECK(document_error(rich_document, len, &offset) == JSON_ERROR_NONE,
		  "at %zu", offset);
	for (size_t cut = 0; cut < len; cut++)
	{
		JsonError	error = document_error(rich_document, cut, &offset);

		CHECK(error == JSON_ERROR_END && offset == cut,
			  "cut at %zu: error %d at %zu", cut, error, offset);
	}
}

/* n opening brackets, and as many closing ones. */
static char *
nested(size_t n, bool objects, bool closed, size_t *len)
{
	char	   *text = malloc(n * 6 + 1);
	size_t		at = 0;

	if (text == NULL)
		abort();
	for (size_t i = 0; i < n; i++)
	{
		/* Mixed, so that every bit of the stack matters. */
		if (objects && i % 3 != 0)
		{
			memcpy(text + at, "{\"\":", 4);
			at += 4;
		}
		else
			text[at++] = '[';
	}
	if (objects)
		text[at++] = '1';
	for (size_t i = n; closed && i-- > 0;)
		text[at++] = objects && i % 3 != 0 ? '}' : ']';
	*len = at;
	return text;
}

static void
test_depth(void)
{
	for (int objects = 0; objects < 2; objects++)
	{
		static const size_t depths[] = {
			1, 2, 63, 64, 65, 127, 128, 129, 1000, 4096, 65535, 65536,
			65537, 100000, 1000000
		};

		for (size_t i = 0; i < lengthof(depths); i++)
		{
			size_t		n = depths[i];
			size_t		len;
			size_t		offset;
			char	   *text = nested(n, objects, true, &len);
			JsonError	error = document_error(text, len, &offset);

			if (n <= JSON_SCAN_MAX_DEPTH)
			{
				CHECK(error == JSON_ERROR_NONE, "depth %zu: %d at %zu", n, error, offset);

				/* The wrong bracket at any level is found. */
				text[len - 1 - n / 2] ^= ']' ^ '}';
				CHECK(document_error(text, len, &offset) == JSON_ERROR_TOKEN &&
					  offset == len - 1 - n / 2, "depth %zu: at %zu", n, offset);
				CHECK(document_error(text, len - 1 - n / 2, &offset) == JSON_ERROR_END,
					  "depth %zu", n);
			}
			else
			{
				CHECK(error == JSON_ERROR_TOO_DEEP, "depth %zu: %d", n, error);
				if (!objects)
					CHECK(offset == JSON_SCAN_MAX_DEPTH, "depth %zu: at %zu", n, offset);
			}
			free(text);

			text = nested(n, objects, false, &len);
			error = document_error(text, len, &offset);
			CHECK(error == (n <= JSON_SCAN_MAX_DEPTH ? JSON_ERROR_END : JSON_ERROR_TOO_DEEP),
				  "depth %zu: %d", n, error);
			free(text);
		}
	}
}

/*
 * What iterating yields, as "key=value" separated by "|", and then the error
 * if there is one.
 */
static void
iterate(const char *text, size_t len, Buffer *out)
{
	char	   *copy = exact(text, len);
	JsonValue	container = {len > 0 && *text == '{' ? JSON_OBJECT : JSON_ARRAY, false, copy, len};
	JsonIter	iter;
	JsonValue	key = {0};
	JsonValue	value;

	out->len = 0;
	out->data[0] = '\0';
	json_iter_init(&iter, &container, NULL);
	while (json_iter_next(&iter, &key, &value))
	{
		if (out->len > 0)
			buffer_put(out, "|", 1);
		if (container.type == JSON_OBJECT)
		{
			CHECK(key.type == JSON_STRING, "%s", text);
			buffer_put(out, json_string_text(&key), json_string_len(&key));
			buffer_put(out, "=", 1);
		}
		buffer_put(out, value.text, value.len);
	}

	/* At its end an iteration stays there. */
	for (int i = 0; i < 2; i++)
	{
		JsonError	error = iter.scan.error;

		CHECK(!json_iter_next(&iter, &key, &value) && iter.scan.error == error,
			  "%s", text);
	}
	if (iter.scan.error != JSON_ERROR_NONE)
	{
		char		error[64];

		snprintf(error, sizeof(error), "!%d@%td", iter.scan.error,
				 iter.scan.error_at - copy);
		buffer_put(out, error, strlen(error));
	}
	free(copy);
}

static void
test_iteration(void)
{
	static const struct
	{
		const char *text;
		const char *elements;
	}			containers[] = {
		{"[]", ""},
		{"[ \n ]", ""},
		{"{}", ""},
		{"{\t}", ""},
		{"[1]", "1"},
		{"[1,2,3]", "1|2|3"},
		{"[ 1 , 2\n,\t3\r]", "1|2|3"},
		{"[\n\n\n\n\n\n\n\n\n\n\n\n\n\n\n\n\n\n\n\n\n1\n\n\n\n\n\n\n\n\n\n\n\n\n\n\n\n\n\n\n\n\n\n]", "1"},
		{"[[1,[2]],{\"a\":[3]},\"x,]\",null,true,false,-0.5e1]",
		"[1,[2]]|{\"a\":[3]}|\"x,]\"|null|true|false|-0.5e1"},
		{"{\"a\":1}", "a=1"},
		{"{\"a\":1,\"b\":2,\"a\":3}", "a=1|b=2|a=3"},
		{" {\"not\":\"reached\"}", "!2@0"},
		{"{ \"a\"  :\t1 ,\n\"b\"\r:  { } , \"\" : [ ] }", "a=1|b={ }|=[ ]"},
		{"{\"\\u0061 longer than sixteen\":\"}\"}", "\\u0061 longer than sixteen=\"}\""},
	};
	static const struct
	{
		const char *text;
		const char *elements;
	}			broken[] = {
		/* The container's own text need not have been scanned before. */
		{"", "!1@0"},
		{"[", "!1@1"},
		{"[ ", "!1@2"},
		{"[1", "1!1@2"},
		{"[1,", "1!1@3"},
		{"[1,2", "1|2!1@4"},
		{"[1,]", "1!2@3"},
		{"[,1]", "!2@1"},
		{"[1 2]", "1!2@3"},
		{"[1}", "1!2@2"},
		{"[01]", "!3@2"},
		{"[1]]", "1!6@3"},
		{"[1] ", "1!6@3"},
		{"[]x", "!6@2"},
		{"x", "!2@0"},
		{"[1,[2,]]", "1!2@6"},
		{"{", "!1@1"},
		{"{\"a", "!1@3"},
		{"{\"a\"", "!1@4"},
		{"{\"a\":", "!1@5"},
		{"{\"a\":1", "a=1!1@6"},
		{"{\"a\":1,", "a=1!1@7"},
		{"{\"a\":1,}", "a=1!2@7"},
		{"{\"a\":1]", "a=1!2@6"},
		{"{\"a\" 1}", "!2@5"},
		{"{a:1}", "!2@1"},
		{"{\"a\":1 \"b\":2}", "a=1!2@7"},
		{"{\"a\":\"\n\"}", "!4@6"},
		{"{\"\\x\":1}", "!5@3"},
	};
	Buffer		out;

	for (size_t i = 0; i < lengthof(containers); i++)
	{
		iterate(containers[i].text, strlen(containers[i].text), &out);
		CHECK(strcmp(out.data, containers[i].elements) == 0, "%s: %s",
			  containers[i].text, out.data);
	}
	for (size_t i = 0; i < lengthof(broken); i++)
	{
		iterate(broken[i].text, strlen(broken[i].text), &out);
		CHECK(strcmp(out.data, broken[i].elements) == 0, "%s: %s",
			  broken[i].text, out.data);
	}

	/* Cut short anywhere, iterating ends with an error. */
	for (size_t cut = 0; cut < sizeof(rich_document) - 1; cut++)
	{
		iterate(rich_document, cut, &out);
		CHECK(strchr(out.data, '!') != NULL, "cut at %zu: %s", cut, out.data);
	}
}

static void
test_iteration_of_a_scalar(void)
{
	JsonValue	scalar = {JSON_NUMBER, false, "12", 2};
	JsonIter	iter;
	JsonValue	key;
	JsonValue	value;

	json_iter_init(&iter, &scalar, NULL);
	CHECK(!json_iter_next(&iter, &key, &value), "no element");
	CHECK(iter.scan.error == JSON_ERROR_TOKEN, "%d", iter.scan.error);
}

static void
test_record_stream(void)
{
	static const char text[] = "{\"a\":1}\n{\"a\":2} [3]\"x\"\n null 4 5\n\n";
	static const char *const records[] = {
		"{\"a\":1}", "{\"a\":2}", "[3]", "\"x\"", "null", "4", "5"
	};
	JsonScan	scan;
	JsonValue	value;

	json_scan_init(&scan, text, strlen(text), NULL);
	for (size_t i = 0; i < lengthof(records); i++)
	{
		CHECK(json_scan_value(&scan, &value), "%s", records[i]);
		CHECK(value.len == strlen(records[i]) &&
			  memcmp(value.text, records[i], value.len) == 0, "%s", records[i]);
	}
	CHECK(!json_scan_value(&scan, &value), "after the last");
	CHECK(scan.error == JSON_ERROR_END && scan.error_at == scan.end &&
		  scan.pos == scan.end, "%d", scan.error);
	CHECK(!json_scan_value(&scan, &value) && scan.error == JSON_ERROR_END,
		  "an error stays");

	/* A record that is cut short can be told from the end of the text. */
	json_scan_init(&scan, TEXT("1 {\"a\":"), NULL);
	CHECK(json_scan_value(&scan, &value), "1");
	CHECK(!json_scan_value(&scan, &value) && scan.error == JSON_ERROR_END &&
		  scan.error_at == scan.end && *scan.pos == '{', "cut short");

	/* Once set, an error is not lost by more calls of any kind. */
	json_scan_init(&scan, TEXT("x 1"), NULL);
	CHECK(!json_scan_document(&scan, &value), "x");
	CHECK(!json_scan_value(&scan, &value) && !json_scan_document(&scan, &value) &&
		  scan.error == JSON_ERROR_TOKEN && *scan.error_at == 'x', "%d", scan.error);
}

/* Decode the JSON string in "text"; *len is what the result is long. */
static JsonError
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

static void
test_unescape(void)
{
	static const struct
	{
		const char *text;
		const char *decoded;
		size_t		len;
	}			strings[] = {
		{"\"\"", TEXT("")},
		{"\"plain\"", TEXT("plain")},
		{"\"\\\"\\\\\\/\\b\\f\\n\\r\\t\"", TEXT("\"\\/\b\f\n\r\t")},
		{"\"a\\nb\"", TEXT("a\nb")},
		{"\"\\n\"", TEXT("\n")},
		{"\"\\\\n\"", TEXT("\\n")},
		{"\"\\\\\\\\\"", TEXT("\\\\")},
		{"\"\\u0001\"", TEXT("\x01")},
		{"\"\\u0041\\u005A\"", TEXT("AZ")},
		{"\"\\u007f\"", TEXT("\x7f")},
		{"\"\\u0080\"", TEXT("\xc2\x80")},
		{"\"\\u00e9\\u00E9\"", TEXT("\xc3\xa9\xc3\xa9")},
		{"\"\\u07ff\"", TEXT("\xdf\xbf")},
		{"\"\\u0800\"", TEXT("\xe0\xa0\x80")},
		{"\"\\u20ac\"", TEXT("\xe2\x82\xac")},
		{"\"\\ud7ff\\ue000\"", TEXT("\xed\x9f\xbf\xee\x80\x80")},
		{"\"\\uffff\"", TEXT("\xef\xbf\xbf")},
		{"\"\\ud800\\udc00\"", TEXT("\xf0\x90\x80\x80")},
		{"\"\\uD83D\\uDE00\"", TEXT("\xf0\x9f\x98\x80")},
		{"\"\\udbff\\udfff\"", TEXT("\xf4\x8f\xbf\xbf")},
		{"\"x\\ud83d\\ude00y\\ud83d\\ude00\"", TEXT("x\xf0\x9f\x98\x80y\xf0\x9f\x98\x80")},
		{"\"\xc3\xa9\\u00e9\"", TEXT("\xc3\xa9\xc3\xa9")},
		{"\"\xff\\n\xfe\"", TEXT("\xff\n\xfe")},
	};
	static const struct
	{
		const char *text;
		JsonError	error;
	}			failing[] = {
		{"\"\\u0000\"", JSON_ERROR_NUL},
		{"\"abc\\u0000def\"", JSON_ERROR_NUL},
		{"\"\\ud800\"", JSON_ERROR_SURROGATE},
		{"\"\\udbff\"", JSON_ERROR_SURROGATE},
		{"\"\\udc00\"", JSON_ERROR_SURROGATE},
		{"\"\\udfff\"", JSON_ERROR_SURROGATE},
		{"\"\\ud800x\"", JSON_ERROR_SURROGATE},
		{"\"\\ud800xxxxxx\"", JSON_ERROR_SURROGATE},
		{"\"\\ud800\\n\"", JSON_ERROR_SURROGATE},
		{"\"\\ud800\\nudc00\"", JSON_ERROR_SURROGATE},
		{"\"\\ud800\\u0041\"", JSON_ERROR_SURROGATE},
		{"\"\\ud800\\ud800\"", JSON_ERROR_SURROGATE},
		{"\"\\ud800\\ue000\"", JSON_ERROR_SURROGATE},
		{"\"\\udc00\\ud800\"", JSON_ERROR_SURROGATE},
		{"\"\\ud800\\ud800\\udc00\"", JSON_ERROR_SURROGATE},
		{"\"\\ud83d\\ude00\\ude00\"", JSON_ERROR_SURROGATE},
	};
	char	   *result;
	size_t		len;

	for (size_t i = 0; i < lengthof(strings); i++)
	{
		JsonError	error = unescape(strings[i].text, strlen(strings[i].text), &result, &len);

		CHECK(error == JSON_ERROR_NONE, "%s: %d", strings[i].text, error);
		CHECK(len == strings[i].len && memcmp(result, strings[i].decoded, len) == 0,
			  "%s", strings[i].text);
		free(result);
	}
	for (size_t i = 0; i < lengthof(failing); i++)
	{
		JsonError	error = unescape(failing[i].text, strlen(failing[i].text), &result, &len);

		CHECK(error == failing[i].error, "%s: %d", failing[i].text, error);
		free(result);
	}
}

static void
test_every_code_point(void)
{
	for (uint32_t c = 1; c <= 0x10ffff; c++)
	{
		char		text[16];
		char		expected[4];
		char		decoded[16];
		size_t		expected_len;
		size_t		len;
		JsonValue	string = {JSON_STRING, true, text, 0};

		if (c >= 0xd800 && c <= 0xdfff)
			continue;
		if (c < 0x10000)
			string.len = (size_t) snprintf(text, sizeof(text), "\"\\u%04x\"", c);
		else
			string.len = (size_t) snprintf(text, sizeof(text), "\"\\u%04X\\u%04x\"",
										   0xd800 + ((c - 0x10000) >> 10),
										   0xdc00 + (c & 0x3ff));

		/* UTF-8 by its definition */
		if (c < 0x80)
		{
			expected_len = 1;
			expected[0] = (char) c;
		}
		else
		{
			uint32_t	rest = c;

			expected_len = c < 0x800 ? 2 : c < 0x10000 ? 3 : 4;
			for (size_t i = expected_len; --i > 0; rest /= 64)
				expected[i] = (char) (0x80 + rest % 64);
			expected[0] = (char) (0xf00 >> expected_len | rest);
		}

		CHECK(json_unescape(&string, decoded, &len, json_put_utf8) == JSON_ERROR_NONE,
			  "%s", text);
		CHECK(len == expected_len && memcmp(decoded, expected, len) == 0, "%s", text);
		CHECK(json_string_equals(&string, expected, expected_len), "%s", text);
	}
}

/* As for an encoding other than UTF-8: "?", or nothing. */
static size_t
put_question_mark(uint32_t codepoint, char *dst)
{
	if (codepoint == 'x')
		return 0;
	*dst = '?';
	return 1;
}

static void
test_other_encodings(void)
{
	static const char text[] = "\"a\\u20ac\xa4\\ud83d\\ude00\\u0078b\\n\"";
	JsonValue	string = string_value(text, strlen(text));
	char		decoded[sizeof(text)];
	size_t		len;

	CHECK(json_unescape(&string, decoded, &len, put_question_mark) == JSON_ERROR_NONE,
		  "%s", text);
	CHECK(len == 6 && memcmp(decoded, "a?\xa4?b?", len) == 0, "%.*s", (int) len, decoded);

	/* No put at all: UTF-8. */
	CHECK(json_unescape(&string, decoded, &len, NULL) == JSON_ERROR_NONE, "%s", text);
	CHECK(len == 12, "%zu", len);
}

static void
test_string_equals(void)
{
	static const struct
	{
		const char *string;
		const char *text;
		size_t		len;
		bool		equal;
	}			pairs[] = {
		{"\"\"", TEXT(""), true},
		{"\"\"", TEXT("a"), false},
		{"\"a\"", TEXT(""), false},
		{"\"where\"", TEXT("where"), true},
		{"\"where\"", TEXT("wher"), false},
		{"\"where\"", TEXT("where "), false},
		{"\"where\"", TEXT("Where"), false},
		{"\"\\u0077here\"", TEXT("where"), true},
		{"\"wher\\u0065\"", TEXT("where"), true},
		{"\"wher\\u0065\"", TEXT("wher"), false},
		{"\"wher\\u0065\"", TEXT("wheree"), false},
		{"\"wher\\u0045\"", TEXT("where"), false},
		{"\"\\n\"", TEXT("\n"), true},
		{"\"\\n\"", TEXT("n"), false},
		{"\"\\n\"", TEXT("\\n"), false},
		{"\"\\\\n\"", TEXT("\\n"), true},
		{"\"\\u20ac\"", TEXT("\xe2\x82\xac"), true},
		{"\"\\u20ac\"", TEXT("\xe2\x82"), false},
		{"\"\\ud83d\\ude00\"", TEXT("\xf0\x9f\x98\x80"), true},
		{"\"\\u0000\"", TEXT("\0"), false},
		{"\"a\\u0000\"", TEXT("a"), false},
		{"\"a\\u0000\"", TEXT("a\0"), false},
		{"\"\\ud800\"", TEXT("\xed\xa0\x80"), false},
		{"\"\\udc00\"", TEXT("\xed\xb0\x80"), false},
		{"\"a\\ud800\"", TEXT("a"), false},
	};

	for (size_t i = 0; i < lengthof(pairs); i++)
	{
		char	   *copy = exact(pairs[i].string, strlen(pairs[i].string));
		char	   *text = exact(pairs[i].text, pairs[i].len);
		JsonValue	string = string_value(copy, strlen(pairs[i].string));

		CHECK(json_string_equals(&string, text, pairs[i].len) == pairs[i].equal,
			  "%s", pairs[i].string);
		free(copy);
		free(text);
	}
}

static void
test_escape_byte(void)
{
	static const char *const short_forms[256] = {
		['\b'] = "\\b",['\f'] = "\\f",['\n'] = "\\n",['\r'] = "\\r",
		['\t'] = "\\t",['"'] = "\\\"",['\\'] = "\\\\"
	};

	for (int c = 0; c < 256; c++)
	{
		char		plain = (char) c;
		char		dst[6];
		char		expected[8];
		size_t		len = json_escape_byte((unsigned char) c, dst);
		bool		needed = c < 0x20 || c == '"' || c == '\\';

		if (short_forms[c])
			strcpy(expected, short_forms[c]);
		else
			snprintf(expected, sizeof(expected), "\\u%04x", c);
		CHECK(len == strlen(expected) && memcmp(dst, expected, len) == 0, "%d", c);
		CHECK(json_plain_len(&plain, 1) == !needed, "%d", c);
	}
}

static void
check_write(const char *text, size_t len)
{
	static Buffer out;
	char	   *decoded;
	size_t		decoded_len;
	char	   *escaped = malloc(JSON_ESCAPED_SIZE(len));

	if (escaped == NULL)
		abort();
	out.len = 0;
	json_write_string(buffer_put, &out, text, len);
	CHECK((size_t) (json_escape(escaped, text, len) - escaped) == out.len - 2 &&
		  memcmp(escaped, out.data + 1, out.len - 2) == 0, "%s", out.data);
	free(escaped);
	CHECK(unescape(out.data, out.len, &decoded, &decoded_len) ==
		  (memchr(text, '\0', len) ? JSON_ERROR_NUL : JSON_ERROR_NONE), "%s", out.data);
	if (memchr(text, '\0', len) == NULL)
		CHECK(decoded_len == len && memcmp(decoded, text, len) == 0, "%s", out.data);
	free(decoded);
}

static void
test_write(void)
{
	static const struct
	{
		const char *text;
		size_t		len;
		const char *json;
	}			strings[] = {
		{TEXT(""), "\"\""},
		{TEXT("plain"), "\"plain\""},
		{TEXT("\""), "\"\\\"\""},
		{TEXT("a\"b\\c/d"), "\"a\\\"b\\\\c/d\""},
		{TEXT("\b\f\n\r\t"), "\"\\b\\f\\n\\r\\t\""},
		{TEXT("\x01\x1f \x7f"), "\"\\u0001\\u001f \x7f\""},
		{TEXT("a\0b"), "\"a\\u0000b\""},
		{TEXT("\xc3\xa9"), "\"\xc3\xa9\""},
		{TEXT("\n at the start, at the end\n"), "\"\\n at the start, at the end\\n\""},
	};
	uint32_t	random = 1;

	for (size_t i = 0; i < lengthof(strings); i++)
	{
		Buffer		out = {.len = 0};

		json_write_string(buffer_put, &out, strings[i].text, strings[i].len);
		CHECK(strcmp(out.data, strings[i].json) == 0, "%s", out.data);
		check_write(strings[i].text, strings[i].len);
	}

	/* What is written reads back as it was, whatever it is. */
	for (int i = 0; i < 20000; i++)
	{
		char		text[200];
		size_t		len;

		random = random * 1664525 + 1013904223;
		len = (random >> 8) % sizeof(text);
		for (size_t j = 0; j < len; j++)
		{
			random = random * 1664525 + 1013904223;
			text[j] = (char) (random >> 24);

			/* Few NULs and control characters, or every text would fail. */
			if ((unsigned char) text[j] < 0x20 && (random >> 8) % 16 != 0)
				text[j] = 'a';
		}
		check_write(text, len);
	}
}

static size_t
plain_len_by_bytes(const char *text, size_t len)
{
	size_t		i = 0;

	while (i < len && (unsigned char) text[i] >= 0x20 &&
		   text[i] != '"' && text[i] != '\\')
		i++;
	return i;
}

/*
 * Every length to 70 at every alignment, with each byte that matters, or is
 * near one, at each place.
 */
static void
test_every_alignment(void)
{
	static const unsigned char bytes[] = {
		0x00, 0x01, 0x1f, 0x20, 0x21, '"', 0x23, 0x5b, '\\', 0x5d, 0x7f,
		0x80, 0x9f, 0xa0, 0xa2, 0xdc, 0xfe, 0xff
	};

	for (size_t align = 0; align < 16; align++)
	{
		for (size_t len = 0; len <= 70; len++)
		{
			/* The text ends where the memory does. */
			char	   *memory = malloc(align + len + 2);
			char	   *text = memory + align;

			if (memory == NULL)
				abort();
			for (size_t at = 0; at <= len; at++)
			{
				for (size_t b = 0; b < lengthof(bytes); b++)
				{
					JsonScan	scan;
					JsonValue	value;
					size_t		expected;
					bool		valid;

					memset(text, 'x', len + 2);
					if (at < len)
						text[at] = (char) bytes[b];
					/* A second one, for a wrong answer to hide behind. */
					if (at + 1 < len)
						text[at + 1] = (char) (bytes[b] ^ 1);
					expected = plain_len_by_bytes(text, len);
					CHECK(json_plain_len(text, len) == expected,
						  "align %zu len %zu byte %02x at %zu", align, len, bytes[b], at);
					check_write(text, len);

					/* The same bytes as a string: it ends at its quote. */
					memmove(text + 1, text, len);
					text[0] = '"';
					text[len + 1] = '"';
					json_scan_init(&scan, text, len + 2, NULL);
					valid = json_scan_value(&scan, &value);
					if (expected == len || text[expected + 1] == '"')
						CHECK(valid && value.len == expected + 2,
							  "align %zu len %zu byte %02x at %zu", align, len, bytes[b], at);
					else if (text[expected + 1] == '\\')
						CHECK(!valid && (scan.error == JSON_ERROR_ESCAPE ||
										 scan.error == JSON_ERROR_END),
							  "align %zu len %zu at %zu", align, len, at);
					else
						CHECK(!valid && scan.error == JSON_ERROR_CONTROL &&
							  scan.error_at == text + expected + 1,
							  "align %zu len %zu byte %02x at %zu", align, len, bytes[b], at);
				}
			}

			/* White space of that length, and all but white space in it. */
			for (size_t at = 0; at <= len; at++)
			{
				static const char spaces[] = " \t\n\r";
				JsonScan	scan;
				JsonValue	value;

				for (size_t i = 0; i < len; i++)
					text[i] = spaces[(i / 3 + len) % 4];
				text[len] = '1';
				json_scan_init(&scan, text, len + 1, NULL);
				CHECK(json_scan_document(&scan, &value) && value.text == text + len,
					  "align %zu len %zu", align, len);
				if (at == len)
					continue;
				text[at] = "\v\f\0\x01\x1f\x21\x7f\x80\xa0"[at % 9];
				json_scan_init(&scan, text, len + 1, NULL);
				CHECK(!json_scan_document(&scan, &value) &&
					  scan.error == JSON_ERROR_TOKEN && scan.error_at == text + at,
					  "align %zu len %zu at %zu", align, len, at);
			}
			free(memory);
		}
	}
}

static int	polls;
static jmp_buf poll_jump;

static void
count_poll(void)
{
	polls++;
}

static void
jump_out(void)
{
	longjmp(poll_jump, 1);
}

/* Scan 4 MB whose middle is "unit" repeated, and count the polls. */
static void
check_polls(const char *name, const char *before, const char *unit, const char *after)
{
	size_t		size = 4 * 1024 * 1024;
	size_t		unit_len = strlen(unit);
	char	   *text = malloc(size + 1);
	size_t		len = strlen(before);
	JsonScan	scan;
	JsonValue	value;
	int			expected;

	if (text == NULL)
		abort();
	memcpy(text, before, len);
	while (len + unit_len + strlen(after) <= size)
	{
		memcpy(text + len, unit, unit_len);
		len += unit_len;
	}
	memcpy(text + len, after, strlen(after));
	len += strlen(after);
	expected = (int) (len / 65536);

	polls = 0;
	json_scan_init(&scan, text, len, count_poll);
	CHECK(json_scan_document(&scan, &value), "%s: %d", name, scan.error);
	/* A token that ends with a block may be polled for twice. */
	CHECK(polls >= expected - 1 && polls <= 2 * expected + 4, "%s: %d polls, not about %d",
		  name, polls, expected);

	if (value.type == JSON_ARRAY)
	{
		JsonIter	iter;
		JsonValue	element;

		polls = 0;
		json_iter_init(&iter, &value, count_poll);
		while (json_iter_next(&iter, NULL, &element))
			;
		CHECK(iter.scan.error == JSON_ERROR_NONE, "%s", name);
		CHECK(polls >= expected - 1 && polls <= 3 * expected + 4,
			  "%s: %d polls while iterating, not about %d", name, polls, expected);
	}

	json_scan_init(&scan, text, len, jump_out);
	if (setjmp(poll_jump) == 0)
	{
		json_scan_document(&scan, &value);
		CHECK(false, "%s: poll did not leave", name);
	}
	free(text);
}

static void
test_polls(void)
{
	check_polls("array", "[0", ",1", "]");
	check_polls("array of strings", "[0", ",\"one two three\"", "]");
	check_polls("array of objects", "[0", ",{\"a\": [1, 2, {}], \"b\": null}", "]");
	check_polls("array of empty arrays", "[0", ",[]", "]");
	check_polls("object", "{\"\":0", ",\"a\":1", "}");
	check_polls("string", "\"", "text ", "\"");
	check_polls("string of escapes", "\"", "\\n", "\"");
	check_polls("element", "[\"", "text ", "\"]");
	check_polls("white space", "[", " ", "]");
	check_polls("white space before", "", "\n", "1");
	check_polls("number", "1", "0", "");
	check_polls("fraction", "0.", "1", "e5");
}

static void
test_error_text(void)
{
	for (int e = JSON_ERROR_NONE; e <= JSON_ERROR_SURROGATE; e++)
	{
		const char *text = json_error_text((JsonError) e);

		CHECK(text != NULL && strlen(text) > 4, "%d", e);
		CHECK(text[0] == '\\' || (text[0] >= 'a' && text[0] <= 'z'), "%s", text);
		CHECK(text[strlen(text) - 1] != '.', "%s", text);
		CHECK(json_plain_len(text, strlen(text)) == strlen(text) || text[0] == '\\', "%s", text);
	}
}

static void
test_conditions(void)
{
	static const char *const unknown[] = {
		"", "0", "2350", "235055", "23506", "ZZZZZ", "0000", "XX003", "xx000"
	};

	for (size_t i = 0; i < lengthof(error_conditions); i++)
	{
		const ErrorCondition *condition = &error_conditions[i];
		const char *name = error_condition(condition->code);

		CHECK(name != NULL && strcmp(name, condition->name) == 0, "%s", condition->code);
		CHECK(strlen(condition->code) == 5, "%s", condition->code);
		if (i > 0)
			CHECK(strcmp(error_conditions[i - 1].code, condition->code) < 0,
				  "%s", condition->code);
	}
	CHECK(lengthof(error_conditions) > 260, "%zu", lengthof(error_conditions));
	for (size_t i = 0; i < lengthof(unknown); i++)
		CHECK(error_condition(unknown[i]) == NULL, "%s", unknown[i]);
	CHECK(strcmp(error_condition("23505"), "unique_violation") == 0, "23505");
	CHECK(strcmp(error_condition("22001"), error_condition("01004")) == 0, "one name");
	CHECK(strcmp(error_condition("25P04"), "transaction_timeout") == 0, "25P04");
}

typedef struct Expected
{
	const char *code;
	bool		in_request;
	ErrorKind	kind;
	bool		retryable;
	int			http_status;
	bool		hint;
} Expected;

static const Expected expected_classes[] = {
	/* connections */
	{"08000", false, ERROR_KIND_CONNECTION, true, 503, true},
	{"08001", false, ERROR_KIND_CONNECTION, true, 503, true},
	{"08006", false, ERROR_KIND_CONNECTION, true, 503, true},
	{"08007", false, ERROR_KIND_CONNECTION, false, 503, true},
	{"08P01", false, ERROR_KIND_CONNECTION, false, 502, false},
	{"40003", false, ERROR_KIND_CONNECTION, false, 503, true},
	{"25P03", false, ERROR_KIND_CONNECTION, true, 503, false},
	{"57P01", false, ERROR_KIND_CONNECTION, true, 503, true},
	{"57P02", false, ERROR_KIND_CONNECTION, true, 503, true},
	{"57P03", false, ERROR_KIND_CONNECTION, true, 503, true},
	{"57P04", false, ERROR_KIND_CONNECTION, false, 503, false},
	{"57P05", false, ERROR_KIND_CONNECTION, true, 503, false},
	{"HV00N", false, ERROR_KIND_CONNECTION, true, 503, true},

	/* who may do what */
	{"28000", false, ERROR_KIND_AUTHENTICATION, false, 401, true},
	{"28P01", false, ERROR_KIND_AUTHENTICATION, false, 401, true},
	{"28ABC", false, ERROR_KIND_AUTHENTICATION, false, 401, false},
	{"42501", false, ERROR_KIND_PERMISSION, false, 403, true},
	{"42501", true, ERROR_KIND_PERMISSION, false, 403, true},
	{"0L000", false, ERROR_KIND_PERMISSION, false, 403, false},
	{"25006", false, ERROR_KIND_READ_ONLY, false, 403, true},
	{"25006", true, ERROR_KIND_READ_ONLY, false, 403, true},

	/* SQL text against request */
	{"42601", false, ERROR_KIND_SYNTAX, false, 400, true},
	{"42601", true, ERROR_KIND_REQUEST, false, 400, false},
	{"42622", false, ERROR_KIND_SYNTAX, false, 400, false},
	{"42622", true, ERROR_KIND_REQUEST, false, 400, false},
	{"42804", false, ERROR_KIND_SYNTAX, false, 400, false},
	{"42P02", true, ERROR_KIND_REQUEST, false, 400, false},
	{"42P10", false, ERROR_KIND_REQUEST, false, 400, false},
	{"42P10", true, ERROR_KIND_REQUEST, false, 400, false},
	{"22023", false, ERROR_KIND_DATA, false, 400, false},
	{"22023", true, ERROR_KIND_REQUEST, false, 400, false},
	{"2201W", true, ERROR_KIND_REQUEST, false, 400, false},
	{"2201X", true, ERROR_KIND_REQUEST, false, 400, false},
	{"21000", false, ERROR_KIND_DATA, false, 400, false},
	{"21000", true, ERROR_KIND_REQUEST, false, 400, false},
	{"0A000", false, ERROR_KIND_REQUEST, false, 400, false},
	{"0A000", true, ERROR_KIND_REQUEST, false, 400, false},
	{"25001", false, ERROR_KIND_REQUEST, false, 400, false},
	{"25P02", false, ERROR_KIND_REQUEST, false, 400, true},
	{"55000", false, ERROR_KIND_REQUEST, false, 400, false},

	/* names */
	{"42P01", false, ERROR_KIND_NOT_FOUND, false, 404, true},
	{"42P01", true, ERROR_KIND_NOT_FOUND, false, 404, true},
	{"42703", true, ERROR_KIND_NOT_FOUND, false, 404, true},
	{"42704", true, ERROR_KIND_NOT_FOUND, false, 404, false},
	{"42883", false, ERROR_KIND_NOT_FOUND, false, 404, false},
	{"42883", true, ERROR_KIND_REQUEST, false, 400, false},
	{"3D000", false, ERROR_KIND_NOT_FOUND, false, 404, true},
	{"3F000", false, ERROR_KIND_NOT_FOUND, false, 404, false},
	{"26000", false, ERROR_KIND_NOT_FOUND, false, 404, false},
	{"34000", false, ERROR_KIND_NOT_FOUND, false, 404, false},
	{"3B001", false, ERROR_KIND_NOT_FOUND, false, 404, false},
	{"HV005", false, ERROR_KIND_NOT_FOUND, false, 404, false},
	{"HV00J", false, ERROR_KIND_NOT_FOUND, false, 404, false},
	{"HV00Q", false, ERROR_KIND_NOT_FOUND, false, 404, false},
	{"HV00R", false, ERROR_KIND_NOT_FOUND, false, 404, false},
	{"42P07", true, ERROR_KIND_ALREADY_EXISTS, false, 409, true},
	{"42701", false, ERROR_KIND_ALREADY_EXISTS, false, 409, false},
	{"42701", true, ERROR_KIND_REQUEST, false, 400, false},
	{"42710", false, ERROR_KIND_ALREADY_EXISTS, false, 409, false},
	{"42723", false, ERROR_KIND_ALREADY_EXISTS, false, 409, false},
	{"42P03", false, ERROR_KIND_ALREADY_EXISTS, false, 409, false},
	{"42P04", false, ERROR_KIND_ALREADY_EXISTS, false, 409, false},
	{"42P05", false, ERROR_KIND_ALREADY_EXISTS, false, 409, false},
	{"42P06", false, ERROR_KIND_ALREADY_EXISTS, false, 409, false},

	/* rows */
	{"23505", true, ERROR_KIND_CONSTRAINT, false, 409, false},
	{"23503", true, ERROR_KIND_CONSTRAINT, false, 409, false},
	{"23P01", false, ERROR_KIND_CONSTRAINT, false, 409, false},
	{"23502", true, ERROR_KIND_CONSTRAINT, false, 422, false},
	{"23514", true, ERROR_KIND_CONSTRAINT, false, 422, false},
	{"44000", true, ERROR_KIND_CONSTRAINT, false, 422, false},
	{"40002", false, ERROR_KIND_CONSTRAINT, false, 409, false},
	{"2BP01", false, ERROR_KIND_CONSTRAINT, false, 409, false},
	{"22P02", false, ERROR_KIND_DATA, false, 400, false},
	{"22P02", true, ERROR_KIND_DATA, false, 400, false},
	{"22003", true, ERROR_KIND_DATA, false, 400, false},
	{"22XYZ", true, ERROR_KIND_DATA, false, 400, false},
	{"P0001", false, ERROR_KIND_DATA, false, 400, false},
	{"P0004", false, ERROR_KIND_INTERNAL, false, 500, false},

	/* limits and load */
	{"54000", false, ERROR_KIND_LIMIT, false, 413, false},
	{"54000", true, ERROR_KIND_LIMIT, false, 413, false},
	{"54001", false, ERROR_KIND_LIMIT, false, 413, false},
	{"54001", true, ERROR_KIND_REQUEST, false, 400, false},
	{"54011", true, ERROR_KIND_LIMIT, false, 413, false},
	{"53400", false, ERROR_KIND_LIMIT, false, 413, false},
	{"53100", false, ERROR_KIND_CAPACITY, true, 503, false},
	{"53200", false, ERROR_KIND_CAPACITY, true, 503, false},
	{"53300", false, ERROR_KIND_CAPACITY, true, 503, true},
	{"HV001", false, ERROR_KIND_CAPACITY, true, 503, false},
	{"2200H", false, ERROR_KIND_CAPACITY, false, 507, false},
	{"57014", false, ERROR_KIND_TIMEOUT, false, 504, true},
	{"57014", true, ERROR_KIND_TIMEOUT, false, 504, true},
	{"25P04", false, ERROR_KIND_TIMEOUT, false, 504, false},
	{"40001", false, ERROR_KIND_CONFLICT, true, 409, true},
	{"40P01", true, ERROR_KIND_CONFLICT, true, 409, true},
	{"40000", false, ERROR_KIND_CONFLICT, true, 409, true},
	{"55P03", false, ERROR_KIND_CONFLICT, true, 409, true},
	{"55006", false, ERROR_KIND_CONFLICT, true, 409, false},
	{"72000", false, ERROR_KIND_CONFLICT, true, 409, true},

	/* and what nobody can help */
	{"XX000", false, ERROR_KIND_INTERNAL, false, 500, false},
	{"XX001", true, ERROR_KIND_INTERNAL, false, 500, false},
	{"58030", false, ERROR_KIND_INTERNAL, false, 500, false},
	{"39P01", false, ERROR_KIND_INTERNAL, false, 500, false},
	{"HV000", false, ERROR_KIND_INTERNAL, false, 500, false},
	{"00000", false, ERROR_KIND_INTERNAL, false, 500, false},
	{"ZZ123", true, ERROR_KIND_INTERNAL, false, 500, false},
	{"", false, ERROR_KIND_INTERNAL, false, 500, false},
	{"4", false, ERROR_KIND_INTERNAL, false, 500, false},
	{"42", false, ERROR_KIND_INTERNAL, false, 500, false},
};

static void
test_classification(void)
{
	for (size_t i = 0; i < lengthof(expected_classes); i++)
	{
		const Expected *expected = &expected_classes[i];
		ErrorClass	class = error_classify(expected->code, expected->in_request);

		CHECK(class.kind == expected->kind && class.retryable == expected->retryable &&
			  class.http_status == expected->http_status &&
			  (class.hint != NULL) == expected->hint,
			  "%s: %s, %s, %d, hint: %s", expected->code, error_kind_name(class.kind),
			  class.retryable ? "retryable" : "not retryable", class.http_status,
			  class.hint ? class.hint : "none");
	}
}

/* What must hold for every code there is. */
static void
test_classification_laws(void)
{
	for (size_t i = 0; i < lengthof(error_conditions); i++)
	{
		const char *code = error_conditions[i].code;

		for (int in_request = 0; in_request < 2; in_request++)
		{
			ErrorClass	class = error_classify(code, in_request);

			if (class.retryable)
				CHECK(class.kind == ERROR_KIND_CONNECTION ||
					  class.kind == ERROR_KIND_CONFLICT ||
					  class.kind == ERROR_KIND_CAPACITY, "%s", code);
			CHECK(class.http_status >= 400 && class.http_status <= 599, "%s", code);
			CHECK((class.http_status >= 500) ==
				  (class.kind == ERROR_KIND_INTERNAL || class.kind == ERROR_KIND_CONNECTION ||
				   class.kind == ERROR_KIND_CAPACITY || class.kind == ERROR_KIND_TIMEOUT),
				  "%s", code);
			if (class.hint != NULL)
			{
				size_t		len = strlen(class.hint);

				CHECK(class.hint[0] >= 'A' && class.hint[0] <= 'Z' &&
					  class.hint[len - 1] == '.', "%s", class.hint);
				CHECK(json_plain_len(class.hint, len) == len, "%s", class.hint);
			}
			/* At a place nothing is blamed on SQL text. */
			if (in_request && code[0] == '4' && code[1] == '2')
				CHECK(class.kind != ERROR_KIND_SYNTAX, "%s", code);
		}
	}
}

static void
test_kind_names(void)
{
	static const char *const names[] = {
		"internal", "connection", "authentication", "tls", "permission",
		"syntax", "not_found", "already_exists", "constraint", "data",
		"request", "limit", "timeout", "cancelled", "conflict", "capacity",
		"read_only"
	};

	CHECK(lengthof(names) == ERROR_KIND_READ_ONLY + 1, "a kind without a name here");
	for (size_t i = 0; i < lengthof(names); i++)
		CHECK(strcmp(error_kind_name((ErrorKind) i), names[i]) == 0, "%s", names[i]);
	CHECK(strcmp(error_kind_name((ErrorKind) 99), "internal") == 0, "unknown kind");
}

static void
check_object(const ErrorObject *error, const char *expected)
{
	Buffer		out = {.len = 0};
	size_t		offset;

	error_object_write(buffer_put, &out, error);
	CHECK(strcmp(out.data, expected) == 0, "%s", out.data);
	CHECK(document_error(out.data, out.len, &offset) == JSON_ERROR_NONE, "%s", out.data);
}

static void
test_error_object(void)
{
	ErrorObject full = {
		.code = "23505",
		.message = "duplicate key value violates unique constraint \"users_email_key\"",
		.detail = "Key (email)=(a@example.com) already exists.",
		.hint = "line\nline",
		.path = "/rows/3",
		.step = 2,
		.schema = "public",
		.table = "users",
		.column = "email",
		.datatype = "text",
		.constraint = "users_email_key",
		.position = 17
	};
	ErrorObject least = {.code = "ZZ000",.message = "",.step = -1};
	ErrorObject error = {.code = "42601",.message = "syntax error",.step = -1};

	check_object(&full,
				 "{\"code\":\"23505\",\"condition\":\"unique_violation\",\"kind\":\"constraint\","
				 "\"message\":\"duplicate key value violates unique constraint \\\"users_email_key\\\"\","
				 "\"detail\":\"Key (email)=(a@example.com) already exists.\","
				 "\"hint\":\"line\\nline\",\"path\":\"/rows/3\",\"step\":2,\"schema\":\"public\","
				 "\"table\":\"users\",\"column\":\"email\",\"datatype\":\"text\","
				 "\"constraint\":\"users_email_key\",\"position\":17,"
				 "\"retryable\":false,\"http_status\":409}");
	check_object(&least,
				 "{\"code\":\"ZZ000\",\"kind\":\"internal\",\"message\":\"\","
				 "\"retryable\":false,\"http_status\":500}");

	/* The hint of the table, where the error brings none. */
	error.code = "40P01";
	error.step = 0;
	check_object(&error,
				 "{\"code\":\"40P01\",\"condition\":\"deadlock_detected\",\"kind\":\"conflict\","
				 "\"message\":\"syntax error\","
				 "\"hint\":\"Repeat the whole transaction from its beginning.\",\"step\":0,"
				 "\"retryable\":true,\"http_status\":409}");
	error.hint = "Do not.";
	error.step = -1;
	check_object(&error,
				 "{\"code\":\"40P01\",\"condition\":\"deadlock_detected\",\"kind\":\"conflict\","
				 "\"message\":\"syntax error\",\"hint\":\"Do not.\","
				 "\"retryable\":true,\"http_status\":409}");

	/* A path makes it the request's, the empty path too. */
	error.code = "42601";
	error.hint = NULL;
	error.path = "";
	check_object(&error,
				 "{\"code\":\"42601\",\"condition\":\"syntax_error\",\"kind\":\"request\","
				 "\"message\":\"syntax error\",\"path\":\"\","
				 "\"retryable\":false,\"http_status\":400}");

	/* A user's cancel is told from a time limit by its message. */
	error.code = "57014";
	error.path = NULL;
	error.message = "canceling statement due to user request";
	check_object(&error,
				 "{\"code\":\"57014\",\"condition\":\"query_canceled\",\"kind\":\"cancelled\","
				 "\"message\":\"canceling statement due to user request\","
				 "\"retryable\":false,\"http_status\":499}");
	error.message = "canceling statement due to statement timeout";
	error.hint = "Wait.";
	check_object(&error,
				 "{\"code\":\"57014\",\"condition\":\"query_canceled\",\"kind\":\"timeout\","
				 "\"message\":\"canceling statement due to statement timeout\",\"hint\":\"Wait.\","
				 "\"retryable\":false,\"http_status\":504}");
}

static const struct
{
	const char *name;
	void		(*run) (void);
}			tests[] = {
	{"valid documents", test_valid_documents},
	{"invalid documents: which error, and where", test_invalid_documents},
	{"a document cut short anywhere", test_truncation},
	{"nesting: 65536 levels, no more, no crash", test_depth},
	{"iteration over arrays and objects", test_iteration},
	{"iteration over what is neither", test_iteration_of_a_scalar},
	{"a stream of values", test_record_stream},
	{"every escape", test_unescape},
	{"every code point", test_every_code_point},
	{"escapes in other encodings", test_other_encodings},
	{"a string equals a text", test_string_equals},
	{"the escape of every byte", test_escape_byte},
	{"what is written reads back", test_write},
	{"every alignment and length", test_every_alignment},
	{"poll is called, and may jump", test_polls},
	{"texts of scan errors", test_error_text},
	{"condition names", test_conditions},
	{"classes of errors", test_classification},
	{"what holds for every class", test_classification_laws},
	{"names of kinds", test_kind_names},
	{"an error as an object", test_error_object}
};

int
main(void)
{
	int			failed = 0;

	printf("1..%zu\n", lengthof(tests));
	for (size_t i = 0; i < lengthof(tests); i++)
	{
		failures = 0;
		tests[i].run();
		printf("%sok %zu - %s\n", failures ? "not " : "", i + 1, tests[i].name);
		fflush(stdout);
		failed += failures != 0;
	}
	return failed != 0;
}

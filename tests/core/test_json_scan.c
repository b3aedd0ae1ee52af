/*-------------------------------------------------------------------------
 *
 * test_json_scan.c
 *	  Documents, their parts, and streams of them, as the scanner sees them.
 *
 *-------------------------------------------------------------------------
 */
#include <setjmp.h>

#include "core/json_write.h"
#include "test.h"

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

/* The members or elements of a value, at most n; -1 if there are more. */
static int
members_of(const JsonValue *value, JsonValue *keys, JsonValue *values, int n)
{
	JsonIter	iter;
	JsonValue	key = {0};
	JsonValue	member;
	int			found = 0;

	json_iter_init(&iter, value, NULL);
	while (json_iter_next(&iter, &key, &member))
	{
		if (found == n)
			return -1;
		keys[found] = key;
		values[found++] = member;
	}
	return found;
}

static bool
same_slice(const JsonValue *a, const JsonValue *b)
{
	return a->type == b->type && a->escaped == b->escaped &&
		a->text == b->text && a->len == b->len;
}

/*
 * Read the rows of a list at once where that goes, the first one's names
 * being expected of all, and hold that to reading them one by one.  Returns
 * how many could be read at once.
 */
static int
read_rows(const char *text, size_t len, bool lists)
{
	enum {MOST = 8};
	char	   *copy = exact(text, len);
	JsonValue	container = {JSON_ARRAY, false, copy, len};
	JsonIter	iter;
	JsonValue	row;
	JsonValue	names[MOST];
	JsonValue	values[MOST];
	int			n = -1;
	int			at_once = 0;
	bool		more = true;

	json_iter_init(&iter, &container, NULL);
	while (more)
	{
		JsonIter	before = iter;
		JsonValue	read[MOST];
		bool		fast;
		bool		alike;

		fast = n >= 0 && json_iter_next_row(&iter, lists ? NULL : names, n, read);
		CHECK(fast || (iter.scan.pos == before.scan.pos && iter.started == before.started &&
					   iter.scan.error == before.scan.error), "%.*s", (int) len, text);

		/* The same step, as any other reader takes it. */
		more = json_iter_next(&before, NULL, &row);
		alike = n >= 0 && more && row.type == (lists ? JSON_ARRAY : JSON_OBJECT);
		if (alike)
		{
			JsonValue	keys[MOST];

			alike = members_of(&row, keys, values, MOST) == n;
			for (int i = 0; alike && !lists && i < n; i++)
				alike = keys[i].len == names[i].len &&
					memcmp(keys[i].text, names[i].text, keys[i].len) == 0;
		}
		CHECK(fast == alike, "%.*s: %d, %d", (int) len, text, fast, alike);
		if (fast && alike)
		{
			CHECK(iter.scan.pos == before.scan.pos && iter.started, "%.*s", (int) len, text);
			for (int i = 0; i < n; i++)
				CHECK(same_slice(&read[i], &values[i]), "%.*s: %d", (int) len, text, i);
			at_once++;
		}
		if (n < 0 && more && (row.type == JSON_OBJECT || row.type == JSON_ARRAY))
			n = members_of(&row, names, values, MOST);
		iter = before;
	}
	CHECK(!json_iter_next_row(&iter, NULL, 0, values), "%.*s", (int) len, text);
	free(copy);
	return at_once;
}

static void
test_rows(void)
{
	static const struct
	{
		const char *text;
		bool		lists;
		int			at_once;	/* of those behind the first */
	}			rows[] = {
		{"[]", false, 0},
		{"[{\"a\":1,\"b\":\"x\"},{\"a\":2,\"b\":\"\\n\"}]", false, 1},
		{"[{\"a\":1} , { \"a\"\n:\t2 }\r, {\"a\":[{\"a\":3}]}]", false, 2},
		{"[{},{},{ },{\"a\":1}]", false, 2},
		{"[{\"a\":1,\"b\":2},{\"b\":2,\"a\":1},{\"a\":1},{\"a\":1,\"b\":2,\"c\":3},{\"a\":1,\"b\":null}]", false, 1},
		{"[{\"a\":1},{\"\\u0061\":1},{\"ab\":1},[1],1,null,{\"a\":-1e5}]", false, 1},
		{"[{\"a\":1},{\"a\":1,\"a\":2},{\"a\":\"more than sixteen bytes of text\"}]", false, 1},
		{"[[1,2],[ 3 , 4 ],[5],[6,7,8],{\"a\":9},[\"\",[]]]", true, 2},
		{"[{\"a\":1},{\"a\":1]", false, 0},
		{"[{\"a\":1},{\"a\":01}]", false, 0},
		{"[{\"a\":1} {\"a\":1}]", false, 0},
		{"[{\"a\":1},{\"a\":1}}", false, 1},
		{"[{\"a\":1},{\"a\":\"\\x\"}]", false, 0},
	};

	for (size_t i = 0; i < lengthof(rows); i++)
	{
		size_t		len = strlen(rows[i].text);
		int			at_once = read_rows(rows[i].text, len, rows[i].lists);

		CHECK(at_once == rows[i].at_once, "%s: %d", rows[i].text, at_once);
		for (size_t cut = 0; cut < len; cut++)
			read_rows(rows[i].text, cut, rows[i].lists);
	}
}

static const Test tests[] = {
	{"valid documents", test_valid_documents},
	{"invalid documents: which error, and where", test_invalid_documents},
	{"a document cut short anywhere", test_truncation},
	{"nesting: 65536 levels, no more, no crash", test_depth},
	{"iteration over arrays and objects", test_iteration},
	{"iteration over what is neither", test_iteration_of_a_scalar},
	{"rows read at once", test_rows},
	{"a stream of values", test_record_stream},
	{"poll is called, and may jump", test_polls},
	{"texts of scan errors", test_error_text}
};

int
main(void)
{
	return run_tests(tests, lengthof(tests));
}

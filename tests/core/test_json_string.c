/*-------------------------------------------------------------------------
 *
 * test_json_string.c
 *	  What the strings of JSON stand for.
 *
 *-------------------------------------------------------------------------
 */
#include "test.h"

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

static const Test tests[] = {
	{"every escape", test_unescape},
	{"every code point", test_every_code_point},
	{"escapes in other encodings", test_other_encodings},
	{"a string equals a text", test_string_equals}
};

int
main(void)
{
	return run_tests(tests, lengthof(tests));
}

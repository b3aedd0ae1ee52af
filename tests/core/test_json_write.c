/*-------------------------------------------------------------------------
 *
 * test_json_write.c
 *	  Strings written as JSON.
 *
 *-------------------------------------------------------------------------
 */
#include "core/json_write.h"
#include "test.h"

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

static const Test tests[] = {
	{"the escape of every byte", test_escape_byte},
	{"what is written reads back", test_write},
	{"every alignment and length", test_every_alignment}
};

int
main(void)
{
	return run_tests(tests, lengthof(tests));
}

/*-------------------------------------------------------------------------
 *
 * text.c
 *	  Text for people.
 *
 *-------------------------------------------------------------------------
 */
#include <locale.h>
#include <stdint.h>
#include <string.h>
#include <wchar.h>

#include "text.h"

void
text_init(void)
{
	/*
	 * Only for wcwidth().  Everything is UTF-8 whatever the user's locale
	 * is, and messages stay untranslated, as libpq's are recognized by text.
	 */
	if (setlocale(LC_CTYPE, "C.UTF-8") == NULL &&
		setlocale(LC_CTYPE, "en_US.UTF-8") == NULL)
		setlocale(LC_CTYPE, "");
}

/* A character: its bytes, or the escape that is shown in its place. */
typedef struct Glyph
{
	size_t		len;			/* of the source */
	size_t		width;
	char		escape[12];		/* "" for the character itself */
} Glyph;

/*
 * Decode one character of UTF-8, 0 if there is none.  Overlong forms,
 * surrogates and what is beyond Unicode are none.
 */
static size_t
decode_utf8(const char *text, size_t len, uint32_t *codepoint)
{
	static const uint32_t smallest[] = {0, 0, 0x80, 0x800, 0x10000};
	unsigned char first = (unsigned char) text[0];
	size_t		n = first < 0x80 ? 1 : first < 0xc0 ? 0 : first < 0xe0 ? 2 :
		first < 0xf0 ? 3 : first < 0xf8 ? 4 : 0;
	uint32_t	value;

	if (n == 0 || n > len)
		return 0;
	value = n == 1 ? first : first & (0x7f >> n);
	for (size_t i = 1; i < n; i++)
	{
		if (((unsigned char) text[i] & 0xc0) != 0x80)
			return 0;
		value = value << 6 | ((unsigned char) text[i] & 0x3f);
	}
	if (value < smallest[n] || value > 0x10ffff ||
		(value >= 0xd800 && value <= 0xdfff))
		return 0;
	*codepoint = value;
	return n;
}

/* Line and paragraph separators, and what changes the direction of writing. */
static int
is_steering(uint32_t c)
{
	return (c >= 0x80 && c < 0xa0) || c == 0x2028 || c == 0x2029 ||
		c == 0x061c || c == 0x200e || c == 0x200f ||
		(c >= 0x202a && c <= 0x202e) || (c >= 0x2066 && c <= 0x2069);
}

static Glyph
next_glyph(const char *text, size_t len)
{
	static const char names[] = "abtnvfr";	/* 0x07 to 0x0d */
	Glyph		glyph = {.len = 1};
	unsigned char byte = (unsigned char) text[0];
	uint32_t	c = 0;
	size_t		n = decode_utf8(text, len, &c);

	if (n == 0 || (n == 1 && (byte < 0x20 || byte == 0x7f)))
	{
		if (byte >= 0x07 && byte <= 0x0d)
			snprintf(glyph.escape, sizeof(glyph.escape), "\\%c",
					 names[byte - 0x07]);
		else
			snprintf(glyph.escape, sizeof(glyph.escape), "\\x%02x", byte);
	}
	else if (is_steering(c))
	{
		glyph.len = n;
		snprintf(glyph.escape, sizeof(glyph.escape), "\\u%04x", (unsigned) c);
	}
	else
	{
		int			width = n == 1 ? 1 : wcwidth((wchar_t) c);

		glyph.len = n;
		glyph.width = width < 0 ? 1 : (size_t) width;
		return glyph;
	}
	glyph.width = strlen(glyph.escape);
	return glyph;
}

size_t
text_width(const char *text, size_t len)
{
	size_t		width = 0;

	while (len > 0)
	{
		Glyph		glyph = next_glyph(text, len);

		width += glyph.width;
		text += glyph.len;
		len -= glyph.len;
	}
	return width;
}

void
text_put(FILE *out, const char *text, size_t len)
{
	while (len > 0)
	{
		Glyph		glyph = next_glyph(text, len);

		if (glyph.escape[0] != '\0')
			fputs(glyph.escape, out);
		else
			fwrite(text, 1, glyph.len, out);
		text += glyph.len;
		len -= glyph.len;
	}
}

void
text_put_lines(FILE *out, const char *text, const char *indent)
{
	for (;;)
	{
		size_t		len = strcspn(text, "\n");

		text_put(out, text, len);
		text += len;
		if (*text == '\0')
			break;
		fprintf(out, "\n%s", indent);
		text++;
	}
}

void
text_repeat(FILE *out, char c, size_t n)
{
	while (n-- > 0)
		putc(c, out);
}

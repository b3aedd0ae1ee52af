/*-------------------------------------------------------------------------
 *
 * json_write.c
 *	  What writing JSON strings needs, for every writer.
 *
 * json_plain_len() is also how the scanner skips through strings: writer and
 * reader agree on what needs an escape because they ask the same function.
 *
 *-------------------------------------------------------------------------
 */
#include "json_write.h"

#include <stdbool.h>
#include <stdint.h>
#include <string.h>

#ifdef __SSE2__
#include <emmintrin.h>
#elif defined(__aarch64__) && defined(__ARM_NEON)
#include <arm_neon.h>
#endif

static inline bool
is_plain(char c)
{
	return (unsigned char) c >= 0x20 && c != '"' && c != '\\';
}

/*
 * Nonzero if one of eight bytes is not plain.  Where a byte is, its borrow
 * may mark the byte above it too, so this tells whether, not which.
 */
static inline uint64_t
has_special(uint64_t word)
{
	const uint64_t ones = UINT64_C(0x0101010101010101);
	uint64_t	quote = word ^ ones * '"';
	uint64_t	backslash = word ^ ones * '\\';

	return (((word - ones * 0x20) & ~word) |
			((quote - ones) & ~quote) |
			((backslash - ones) & ~backslash)) & ones * 0x80;
}

#ifdef __SSE2__
/* One bit for each of sixteen bytes: whether it is not plain. */
static inline unsigned
special_bytes(__m128i chunk)
{
	const __m128i control = _mm_set1_epi8(0x1f);
	__m128i		special;

	/* A byte is a control character if 0x1f is not less than it. */
	special = _mm_or_si128(_mm_or_si128(_mm_cmpeq_epi8(chunk, _mm_set1_epi8('"')),
										_mm_cmpeq_epi8(chunk, _mm_set1_epi8('\\'))),
						   _mm_cmpeq_epi8(_mm_max_epu8(chunk, control), control));
	return (unsigned) _mm_movemask_epi8(special);
}
#endif

size_t
json_plain_len(const char *text, size_t len)
{
	size_t		i = 0;

#ifdef __SSE2__
	for (; len - i >= 16; i += 16)
	{
		unsigned	mask = special_bytes(_mm_loadu_si128((const __m128i *) (text + i)));

		if (mask != 0)
			return i + __builtin_ctz(mask);
	}
#elif defined(__aarch64__) && defined(__ARM_NEON)
	for (; len - i >= 16; i += 16)
	{
		uint8x16_t	chunk = vld1q_u8((const uint8_t *) (text + i));
		uint8x16_t	special;
		uint64_t	mask;

		special = vorrq_u8(vorrq_u8(vceqq_u8(chunk, vdupq_n_u8('"')),
									vceqq_u8(chunk, vdupq_n_u8('\\'))),
						   vcltq_u8(chunk, vdupq_n_u8(0x20)));
		/* Four bits of the mask for each byte, there being no movemask. */
		mask = vget_lane_u64(vreinterpret_u64_u8(vshrn_n_u16(vreinterpretq_u16_u8(special), 4)), 0);
		if (mask != 0)
			return i + __builtin_ctzll(mask) / 4;
	}
#else
	for (; len - i >= 8; i += 8)
	{
		uint64_t	word;

		memcpy(&word, text + i, 8);
		if (has_special(word) != 0)
			break;
	}
#endif
	while (i < len && is_plain(text[i]))
		i++;
	return i;
}

size_t
json_escape_byte(unsigned char byte, char dst[6])
{
	static const char hex[] = "0123456789abcdef";

	dst[0] = '\\';
	switch (byte)
	{
		case '\b':
			dst[1] = 'b';
			return 2;
		case '\f':
			dst[1] = 'f';
			return 2;
		case '\n':
			dst[1] = 'n';
			return 2;
		case '\r':
			dst[1] = 'r';
			return 2;
		case '\t':
			dst[1] = 't';
			return 2;
		case '"':
		case '\\':
			dst[1] = (char) byte;
			return 2;
	}
	dst[1] = 'u';
	dst[2] = '0';
	dst[3] = '0';
	dst[4] = hex[byte >> 4];
	dst[5] = hex[byte & 0xf];
	return 6;
}

/*
 * Bytes are copied by the block, and looked at while they are: what was
 * copied behind one that needs an escape is overwritten.
 */
char *
json_escape(char *dst, const char *text, size_t len)
{
	const char *end = text + len;

#ifdef __SSE2__
	while (end - text >= 16)
	{
		__m128i		chunk = _mm_loadu_si128((const __m128i *) text);
		unsigned	mask = special_bytes(chunk);

		_mm_storeu_si128((__m128i *) dst, chunk);
		if (mask == 0)
		{
			text += 16;
			dst += 16;
		}
		else
		{
			int			plain = __builtin_ctz(mask);

			text += plain;
			dst += plain;
			dst += json_escape_byte((unsigned char) *text++, dst);
		}
	}
#endif
	while (text < end)
	{
		if (end - text >= 8)
		{
			uint64_t	word;

			memcpy(&word, text, 8);
			if (has_special(word) == 0)
			{
				memcpy(dst, &word, 8);
				text += 8;
				dst += 8;
				continue;
			}
		}
		/* To the next one that needs an escape, which is near. */
		while (text < end && is_plain(*text))
			*dst++ = *text++;
		if (text < end)
			dst += json_escape_byte((unsigned char) *text++, dst);
	}
	return dst;
}

void
json_write_string(JsonPut put, void *to, const char *text, size_t len)
{
	size_t		i = 0;

	put(to, "\"", 1);
	for (;;)
	{
		size_t		plain = json_plain_len(text + i, len - i);
		char		escape[6];

		if (plain > 0)
			put(to, text + i, plain);
		i += plain;
		if (i == len)
			break;
		put(to, escape, json_escape_byte((unsigned char) text[i], escape));
		i++;
	}
	put(to, "\"", 1);
}

/*-------------------------------------------------------------------------
 *
 * json_write.h
 *	  What writing JSON strings needs, for every writer.
 *
 * Pure C: no PostgreSQL headers, no allocation, no global state, reentrant.
 *
 *-------------------------------------------------------------------------
 */
#ifndef JSON_WRITE_H
#define JSON_WRITE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __SSE2__
#include <emmintrin.h>
#elif defined(__aarch64__) && defined(__ARM_NEON)
#include <arm_neon.h>
#endif

/* Where written text goes: called with consecutive pieces of it. */
typedef void (*JsonPut) (void *to, const char *data, size_t len);

/* Whether a byte may stand in a JSON string as it is. */
static inline bool
json_is_plain(char c)
{
	return (unsigned char) c >= 0x20 && c != '"' && c != '\\';
}

#ifdef __SSE2__
/* One bit for each of sixteen bytes: whether it is not plain. */
static inline unsigned
json_special_bytes(__m128i chunk)
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

/*
 * How many of the sixteen bytes at text are plain, up to the first that is
 * not.  Defined only where the compiler has instructions for it.
 */
#ifdef __SSE2__
#define JSON_PLAIN_16
static inline unsigned
json_plain_16(const char *text)
{
	__m128i		chunk = _mm_loadu_si128((const __m128i *) text);

	return (unsigned) __builtin_ctz(json_special_bytes(chunk) | 0x10000);
}
#elif defined(__aarch64__) && defined(__ARM_NEON)
#define JSON_PLAIN_16
static inline unsigned
json_plain_16(const char *text)
{
	uint8x16_t	chunk = vld1q_u8((const uint8_t *) text);
	uint8x16_t	special;
	uint64_t	mask;

	special = vorrq_u8(vorrq_u8(vceqq_u8(chunk, vdupq_n_u8('"')),
								vceqq_u8(chunk, vdupq_n_u8('\\'))),
					   vcltq_u8(chunk, vdupq_n_u8(0x20)));
	/* Four bits of the mask for each byte, there being no movemask. */
	mask = vget_lane_u64(vreinterpret_u64_u8(vshrn_n_u16(vreinterpretq_u16_u8(special), 4)), 0);
	return mask == 0 ? 16 : (unsigned) __builtin_ctzll(mask) / 4;
}
#endif

/*
 * The number of leading bytes of text[0 .. len) that may stand in a JSON
 * string as they are: no control character, quote or backslash.
 */
extern size_t json_plain_len(const char *text, size_t len);

/* The escape for a byte that may not; returns its length, 2 or 6. */
extern size_t json_escape_byte(unsigned char byte, char dst[6]);

/*
 * Write text[0 .. len) with its escapes at dst, where there is room for
 * JSON_ESCAPED_SIZE(len) bytes; returns where it ends.  Texts must not overlap.
 */
#define JSON_ESCAPED_SIZE(len) ((len) * 6 + 16)
extern char *json_escape(char *dst, const char *text, size_t len);

/* text[0 .. len) as a JSON string, quotes included. */
extern void json_write_string(JsonPut put, void *to,
							  const char *text, size_t len);

#endif							/* JSON_WRITE_H */

/*-------------------------------------------------------------------------
 *
 * json_out_fast.c
 *	  Values of the commonest types to text.
 *
 * What is written here is to the last byte what the type's output function
 * writes, dates and timestamps as json has them.  What is out of the ordinary
 * is left to that function.  Nothing here depends on settings of the session,
 * and nothing here fails.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "utils/datetime.h"
#include "utils/uuid.h"

#include "json_out_fast.h"

/*
 * A numeric as it is stored, the short form of it, of which all but very long
 * and very small ones are: a header with sign, number of digits behind the
 * point and weight of the first "digit", then "digits" to the base 10000.
 */
#define NUMERIC_FORM(header)	((header) & 0xc000)
#define NUMERIC_SHORT_FORM		0x8000
#define NUMERIC_SHORT_NEGATIVE	0x2000
#define NUMERIC_SHORT_SCALE(header)	(((header) & 0x1f80) >> 7)
#define NUMERIC_SHORT_WEIGHT(header) \
	((int) ((header) & 0x003f) - (int) ((header) & 0x0040))

/* Beyond these it would not fit into FAST_TEXT_SIZE. */
#define NUMERIC_MAX_WEIGHT 12

#define FIRST_FAST_DAY	(-730119)	/* 0001-01-01 */
#define LAST_FAST_DAY	2921939		/* 9999-12-31 */

static inline char *
put_two(char *dst, uint32 value)
{
	dst[0] = '0' + value / 10;
	dst[1] = '0' + value % 10;
	return dst + 2;
}

static inline char *
put_four(char *dst, uint32 value)
{
	return put_two(put_two(dst, value / 100), value % 100);
}

/* Days since 2000-01-01, in the range above. */
static inline char *
put_date(char *dst, int32 days)
{
	int			year;
	int			month;
	int			day;

	j2date(days + POSTGRES_EPOCH_JDATE, &year, &month, &day);
	dst = put_four(dst, year);
	*dst++ = '-';
	dst = put_two(dst, month);
	*dst++ = '-';
	return put_two(dst, day);
}

size_t
fast_date(char *dst, DateADT date)
{
	if (date < FIRST_FAST_DAY || date > LAST_FAST_DAY)
		return 0;
	return put_date(dst, date) - dst;
}

size_t
fast_timestamp(char *dst, Timestamp timestamp)
{
	char	   *p = dst;
	int64		days = timestamp / USECS_PER_DAY;
	int64		usecs = timestamp % USECS_PER_DAY;
	uint32		seconds;
	uint32		fraction;

	if (usecs < 0)
	{
		usecs += USECS_PER_DAY;
		days--;
	}
	if (days < FIRST_FAST_DAY || days > LAST_FAST_DAY)
		return 0;

	p = put_date(p, (int32) days);
	seconds = usecs / USECS_PER_SEC;
	fraction = usecs % USECS_PER_SEC;
	*p++ = 'T';
	p = put_two(p, seconds / SECS_PER_HOUR);
	*p++ = ':';
	p = put_two(p, seconds / SECS_PER_MINUTE % MINS_PER_HOUR);
	*p++ = ':';
	p = put_two(p, seconds % SECS_PER_MINUTE);
	if (fraction != 0)
	{
		*p++ = '.';
		p = put_two(p, fraction / 10000);
		p = put_four(p, fraction % 10000);
		while (p[-1] == '0')
			p--;
	}
	return p - dst;
}

/* The i-th digit to the base 10000; those that are not stored are 0. */
static inline uint32
numeric_digit(const char *digits, int ndigits, int i)
{
	int16		digit = 0;

	if (i >= 0 && i < ndigits)
		memcpy(&digit, digits + i * sizeof(int16), sizeof(int16));
	return digit;
}

size_t
fast_numeric(char *dst, const char *stored, size_t len)
{
	char	   *p = dst;
	const char *digits = stored + sizeof(uint16);
	int			ndigits = (len - sizeof(uint16)) / sizeof(int16);
	uint16		header;
	int			weight;
	int			scale;

	memcpy(&header, stored, sizeof(uint16));
	if (NUMERIC_FORM(header) != NUMERIC_SHORT_FORM)
		return 0;
	weight = NUMERIC_SHORT_WEIGHT(header);
	scale = NUMERIC_SHORT_SCALE(header);
	if (weight > NUMERIC_MAX_WEIGHT)
		return 0;

	if (header & NUMERIC_SHORT_NEGATIVE)
		*p++ = '-';
	if (weight < 0)
		*p++ = '0';
	else
	{
		/* No zeros in front. */
		uint32		first = numeric_digit(digits, ndigits, 0);
		int			skip = first >= 1000 ? 0 : first >= 100 ? 1 : first >= 10 ? 2 : 3;

		put_four(p, first);
		memmove(p, p + skip, 4 - skip);
		p += 4 - skip;
		for (int i = 1; i <= weight; i++)
			p = put_four(p, numeric_digit(digits, ndigits, i));
	}
	if (scale > 0)
	{
		char	   *end = p + 1 + scale;

		*p++ = '.';
		for (int i = weight + 1; p < end; i++)
			p = put_four(p, numeric_digit(digits, ndigits, i));
		p = end;
	}
	return p - dst;
}

size_t
fast_uuid(char *dst, const struct pg_uuid_t *uuid)
{
	static const char hex[] = "0123456789abcdef";
	char	   *p = dst;

	for (int i = 0; i < UUID_LEN; i++)
	{
		if (i == 4 || i == 6 || i == 8 || i == 10)
			*p++ = '-';
		*p++ = hex[uuid->data[i] >> 4];
		*p++ = hex[uuid->data[i] & 0xf];
	}
	return p - dst;
}

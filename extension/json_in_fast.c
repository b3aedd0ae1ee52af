/*-------------------------------------------------------------------------
 *
 * json_in_fast.c
 *	  JSON values in their usual spelling to values of the commonest types.
 *
 * What is accepted here is accepted by the type's input function too, and
 * makes the same value, to the last bit.  Everything else, malformed values
 * first of all, is left to that function: it alone knows all spellings and
 * raises the errors.  So nothing here depends on settings of the session, and
 * nothing here fails.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include <float.h>

#include "catalog/pg_type.h"
#include "common/int.h"
#include "utils/builtins.h"
#include "utils/date.h"
#include "utils/datetime.h"
#include "utils/numeric.h"
#include "utils/timestamp.h"
#include "utils/uuid.h"

#include "json_in.h"

/* Digits of which any number fits an int64. */
#define MAX_DIGITS 18

/* A number without an exponent: digits / 10^scale. */
typedef struct Decimal
{
	bool		negative;
	int			ndigits;
	int			scale;			/* digits behind the point */
	int64		digits;
} Decimal;

static const int64 powers_of_ten[MAX_DIGITS + 1] = {
	INT64CONST(1),
	INT64CONST(10),
	INT64CONST(100),
	INT64CONST(1000),
	INT64CONST(10000),
	INT64CONST(100000),
	INT64CONST(1000000),
	INT64CONST(10000000),
	INT64CONST(100000000),
	INT64CONST(1000000000),
	INT64CONST(10000000000),
	INT64CONST(100000000000),
	INT64CONST(1000000000000),
	INT64CONST(10000000000000),
	INT64CONST(100000000000000),
	INT64CONST(1000000000000000),
	INT64CONST(10000000000000000),
	INT64CONST(100000000000000000),
	INT64CONST(1000000000000000000)
};

static bool
read_decimal(const char *text, size_t len, Decimal *decimal)
{
	const char *p = text;
	const char *end = text + len;
	const char *first;
	const char *point = NULL;
	int64		digits = 0;

	/* More digits than that, a sign and a point. */
	if (len > MAX_DIGITS + 2)
		return false;
	decimal->negative = p < end && *p == '-';
	if (decimal->negative)
		p++;
	for (first = p; p < end; p++)
	{
		if (*p >= '0' && *p <= '9')
			digits = digits * 10 + (*p - '0');
		else if (*p == '.' && point == NULL && p > first)
			point = p;
		else
			return false;
	}
	decimal->scale = point ? (int) (end - point) - 1 : 0;
	decimal->ndigits = (int) (end - first) - (point ? 1 : 0);
	decimal->digits = digits;
	return decimal->ndigits > 0 && decimal->ndigits <= MAX_DIGITS &&
		(point == NULL || decimal->scale > 0);
}

static bool
fast_integer(const char *text, size_t len, TypeClass class, Datum *datum)
{
	Decimal		decimal;
	int64		n;

	if (!read_decimal(text, len, &decimal) || decimal.scale > 0)
		return false;
	n = decimal.negative ? -decimal.digits : decimal.digits;
	switch (class)
	{
		case TYPE_INT2:
			*datum = Int16GetDatum((int16) n);
			return n >= PG_INT16_MIN && n <= PG_INT16_MAX;
		case TYPE_INT4:
			*datum = Int32GetDatum((int32) n);
			return n >= PG_INT32_MIN && n <= PG_INT32_MAX;
		default:
			*datum = Int64GetDatum(n);
			return true;
	}
}

/*
 * Both the digits and the power of ten are exact as doubles, so that their
 * quotient is the nearest double to the number.
 */
static bool
fast_float8(const char *text, size_t len, Datum *datum)
{
#if defined(FLT_EVAL_METHOD) && FLT_EVAL_METHOD == 0
	Decimal		decimal;
	double		value;

	if (!read_decimal(text, len, &decimal) || decimal.ndigits > DBL_DIG)
		return false;
	value = (double) decimal.digits / (double) powers_of_ten[decimal.scale];
	*datum = Float8GetDatum(decimal.negative ? -value : value);
	return true;
#else
	return false;
#endif
}

/*
 * What numeric.c calls a short numeric, in which every number of so few
 * digits is kept.  It is the form in which values are stored, and so the same
 * in all versions: a header with the sign, the digits behind the point and
 * the weight of the first group, then groups of four digits without those
 * that are zero at either end.
 */
#define GROUP_DIGITS 4
#define GROUP 10000
#define SHORT_NUMERIC 0x8000
#define SHORT_NEGATIVE 0x2000
#define SHORT_SCALE_SHIFT 7
#define SHORT_WEIGHT_MASK 0x7f	/* with its sign */

static Datum
make_numeric(int64 digits, bool negative, int scale)
{
	int			pad = -scale & (GROUP_DIGITS - 1);
	int			weight = -(scale + pad) / GROUP_DIGITS;
	int			n = 0;
	int16		groups[MAX_DIGITS / GROUP_DIGITS + 2];	/* the last first */
	char	   *result;
	char	   *p;
	uint16		header;

	if (digits >= powers_of_ten[MAX_DIGITS - pad])
		return NumericGetDatum(int64_div_fast_to_numeric(negative ? -digits : digits,
														 scale));
	for (digits *= powers_of_ten[pad]; digits > 0; digits /= GROUP)
	{
		if (n == 0 && digits % GROUP == 0)
			weight++;
		else
			groups[n++] = digits % GROUP;
	}
	weight = n > 0 ? weight + n - 1 : 0;
	header = SHORT_NUMERIC | (negative && n > 0 ? SHORT_NEGATIVE : 0) |
		scale << SHORT_SCALE_SHIFT | (weight & SHORT_WEIGHT_MASK);

	result = palloc(VARHDRSZ + sizeof(uint16) + sizeof(int16) * n);
	SET_VARSIZE(result, VARHDRSZ + sizeof(uint16) + sizeof(int16) * n);
	p = VARDATA(result);
	memcpy(p, &header, sizeof(uint16));
	for (p += sizeof(uint16); n > 0; p += sizeof(int16))
		memcpy(p, &groups[--n], sizeof(int16));
	return PointerGetDatum(result);
}

static bool
fast_numeric(const char *text, size_t len, int32 typmod, Datum *datum)
{
	Decimal		decimal;
	int64		n;

	if (!read_decimal(text, len, &decimal))
		return false;
	n = decimal.digits;
	if (typmod >= (int32) VARHDRSZ)
	{
		/* A negative scale is a large one by these bits. */
		int			precision = ((typmod - VARHDRSZ) >> 16) & 0xffff;
		int			scale = (typmod - VARHDRSZ) & 0x7ff;

		/* No rounding, no overflow. */
		if (scale > MAX_DIGITS || decimal.scale > scale ||
			pg_mul_s64_overflow(n, powers_of_ten[scale - decimal.scale], &n) ||
			(precision <= MAX_DIGITS && n >= powers_of_ten[precision]))
			return false;
		decimal.scale = scale;
	}
	*datum = make_numeric(n, decimal.negative, decimal.scale);
	return true;
}

/* So many digits as a number. */
static bool
read_digits(const char *text, int n, int *number)
{
	*number = 0;
	for (int i = 0; i < n; i++)
	{
		if (text[i] < '0' || text[i] > '9')
			return false;
		*number = *number * 10 + (text[i] - '0');
	}
	return true;
}

/* YYYY-MM-DD, which no DateStyle takes for anything else; days from 2000. */
static bool
read_date(const char *text, int *date)
{
	int			year;
	int			month;
	int			day;

	if (!read_digits(text, 4, &year) || text[4] != '-' ||
		!read_digits(text + 5, 2, &month) || text[7] != '-' ||
		!read_digits(text + 8, 2, &day) ||
		year < 1 || month < 1 || month > MONTHS_PER_YEAR ||
		day < 1 || day > day_tab[isleap(year)][month - 1])
		return false;
	*date = date2j(year, month, day) - POSTGRES_EPOCH_JDATE;
	return true;
}

/*
 * The zone at the end of a time: Z, +HH, +HH:MM or +HHMM, as seconds east of
 * UTC.
 */
static bool
read_zone(const char *text, size_t len, int *zone)
{
	int			hours;
	int			minutes = 0;

	if (len == 1 && (*text == 'Z' || *text == 'z'))
	{
		*zone = 0;
		return true;
	}
	if (len < 3 || (*text != '+' && *text != '-') ||
		!read_digits(text + 1, 2, &hours))
		return false;
	if (len == 5 ? !read_digits(text + 3, 2, &minutes) :
		len == 6 ? text[3] != ':' || !read_digits(text + 4, 2, &minutes) :
		len != 3)
		return false;
	if (hours > MAX_TZDISP_HOUR || minutes >= MINS_PER_HOUR)
		return false;
	*zone = (hours * MINS_PER_HOUR + minutes) * SECS_PER_MINUTE;
	if (*text == '-')
		*zone = -*zone;
	return true;
}

/*
 * YYYY-MM-DDTHH:MM:SS, T or a space, with up to six digits of a fraction.  A
 * type without time zone ignores one; a type with needs it, since otherwise
 * the session's would have to be asked.
 */
static bool
fast_timestamp(const char *text, size_t len, bool with_zone, int32 typmod,
			   Datum *datum)
{
	const char *p = text + 19;
	const char *end = text + len;
	int			date;
	int			hour;
	int			minute;
	int			second;
	int			zone = 0;
	int64		fraction = 0;
	Timestamp	result;

	/* Fewer digits of the fraction are a matter of rounding. */
	if (typmod >= 0 && typmod < MAX_TIMESTAMP_PRECISION)
		return false;
	if (len < 19 || !read_date(text, &date) ||
		(text[10] != 'T' && text[10] != ' ') ||
		!read_digits(text + 11, 2, &hour) || text[13] != ':' ||
		!read_digits(text + 14, 2, &minute) || text[16] != ':' ||
		!read_digits(text + 17, 2, &second) ||
		hour >= HOURS_PER_DAY || minute >= MINS_PER_HOUR ||
		second >= SECS_PER_MINUTE)
		return false;
	if (p < end && *p == '.')
	{
		int			n = 0;

		for (p++; p < end && *p >= '0' && *p <= '9'; p++, n++)
		{
			if (n == MAX_TIMESTAMP_PRECISION)
				return false;
			fraction = fraction * 10 + (*p - '0');
		}
		if (n == 0)
			return false;
		fraction *= powers_of_ten[MAX_TIMESTAMP_PRECISION - n];
	}
	if (p < end ? !read_zone(p, end - p, &zone) : with_zone)
		return false;

	result = ((((int64) date * HOURS_PER_DAY + hour) * MINS_PER_HOUR + minute) *
			  SECS_PER_MINUTE + second) * USECS_PER_SEC + fraction;
	if (with_zone)
		result -= zone * USECS_PER_SEC;
	*datum = TimestampGetDatum(result);
	return true;
}

/* 8-4-4-4-12 hexadecimal digits */
static bool
fast_uuid(const char *text, size_t len, Datum *datum)
{
	pg_uuid_t	uuid;
	const char *p = text;

	if (len != 36)
		return false;
	for (int i = 0; i < UUID_LEN; i++)
	{
		int			byte = 0;

		if ((i == 4 || i == 6 || i == 8 || i == 10) && *p++ != '-')
			return false;
		for (int j = 0; j < 2; j++, p++)
		{
			char		lower = *p | 0x20;

			if (*p >= '0' && *p <= '9')
				byte = byte << 4 | (*p - '0');
			else if (lower >= 'a' && lower <= 'f')
				byte = byte << 4 | (lower - 'a' + 10);
			else
				return false;
		}
		uuid.data[i] = (unsigned char) byte;
	}
	*datum = UUIDPGetDatum(memcpy(palloc(sizeof(uuid)), &uuid, sizeof(uuid)));
	return true;
}

bool
json_to_datum_fast(const JsonValue *value, const TypeInfo *type, int32 typmod,
				   Datum *datum)
{
	const char *text = value->text;
	size_t		len = value->len;
	int			date;

	if (value->type == JSON_STRING)
	{
		if (value->escaped)
			return false;
		text = json_string_text(value);
		len = json_string_len(value);
	}
	else if (value->type != JSON_NUMBER)
	{
		if (type->class != TYPE_BOOL ||
			(value->type != JSON_TRUE && value->type != JSON_FALSE))
			return false;
		*datum = BoolGetDatum(value->type == JSON_TRUE);
		return true;
	}

	switch (type->class)
	{
		case TYPE_INT2:
		case TYPE_INT4:
		case TYPE_INT8:
			return fast_integer(text, len, type->class, datum);
		case TYPE_FLOAT8:
			return fast_float8(text, len, datum);
		case TYPE_NUMERIC:
			return fast_numeric(text, len, typmod, datum);
		case TYPE_DATE:
			if (len != 10 || !read_date(text, &date))
				return false;
			*datum = DateADTGetDatum(date);
			return true;
		case TYPE_TIMESTAMP:
		case TYPE_TIMESTAMPTZ:
			return fast_timestamp(text, len, type->class == TYPE_TIMESTAMPTZ,
								  typmod, datum);
		case TYPE_TEXT:

			/*
			 * Where the bytes are not too many the characters are not
			 * either; but char(n) wants its blanks.
			 */
			if (typmod >= 0 && (type->base != VARCHAROID ||
								len > (size_t) (typmod - VARHDRSZ)))
				return false;
			*datum = PointerGetDatum(cstring_to_text_with_len(text, (int) len));
			return true;
		case TYPE_OTHER:
			return type->base == UUIDOID && fast_uuid(text, len, datum);
		default:
			return false;
	}
}

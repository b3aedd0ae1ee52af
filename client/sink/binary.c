/*-------------------------------------------------------------------------
 *
 * binary.c
 *	  JSON values as COPY's binary format has them.
 *
 *-------------------------------------------------------------------------
 */
#include <errno.h>
#include <locale.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "binary.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

/* More digits of a numeric are left to the server. */
#define NUMERIC_DIGITS 200
#define NUMERIC_NEGATIVE 0x4000

/* Days from 0001-01-01 to 2000-01-01, which PostgreSQL counts from. */
#define EPOCH 730119

#define SECONDS_PER_DAY 86400
#define MICROSECONDS 1000000

BinaryType
binary_type(const char *name)
{
	static const char *const names[] = {
		[BINARY_BOOL] = "bool", [BINARY_INT2] = "int2", [BINARY_INT4] = "int4",
		[BINARY_INT8] = "int8", [BINARY_FLOAT4] = "float4", [BINARY_FLOAT8] = "float8",
		[BINARY_NUMERIC] = "numeric", [BINARY_TEXT] = "text", [BINARY_JSON] = "json",
		[BINARY_JSONB] = "jsonb", [BINARY_UUID] = "uuid", [BINARY_DATE] = "date",
		[BINARY_TIMESTAMP] = "timestamp", [BINARY_TIMESTAMPTZ] = "timestamptz"
	};

	for (size_t i = BINARY_NONE + 1; name != NULL && i < COUNT(names); i++)
	{
		if (strcmp(names[i], name) == 0)
			return (BinaryType) i;
	}
	return BINARY_NONE;
}

/* Store the lowest n bytes, the highest of them first. */
static void
store(char *dst, uint64_t value, size_t n)
{
	while (n > 0)
	{
		dst[--n] = (char) (value & 0xff);
		value >>= 8;
	}
}

static void
put_integer(Bytes *out, uint64_t value, size_t n)
{
	char		bytes[8];

	store(bytes, value, n);
	bytes_put(out, bytes, n);
}

/* An integer as a column's value. */
static bool
put_value(Bytes *out, uint64_t value, size_t n)
{
	char		bytes[12];

	store(bytes, n, 4);
	store(bytes + 4, value, n);
	bytes_put(out, bytes, 4 + n);
	return true;
}

void
binary_put_header(Bytes *out)
{
	/* Neither flags nor an extension. */
	bytes_put(out, "PGCOPY\n\377\r\n\0\0\0\0\0\0\0\0\0", 19);
}

void
binary_put_trailer(Bytes *out)
{
	put_integer(out, (uint64_t) -1, 2);
}

void
binary_put_row(Bytes *out, int ncolumns)
{
	put_integer(out, (uint64_t) ncolumns, 2);
}

/*-------------------------------------------------------------------------
 * Reading text
 *-------------------------------------------------------------------------
 */

/* A position in the text of a number, or of a string without escapes. */
typedef struct Reader
{
	const char *pos;
	const char *end;
} Reader;

static bool
reader_init(Reader *reader, const JsonValue *value)
{
	if (value->type == JSON_NUMBER)
		*reader = (Reader) {value->text, value->text + value->len};
	else if (value->type == JSON_STRING && !value->escaped)
		*reader = (Reader) {json_string_text(value), json_string_text(value) + json_string_len(value)};
	else
		return false;
	return true;
}

static bool
is_digit(char c)
{
	return c >= '0' && c <= '9';
}

/* Step over the character, if it is there. */
static bool
skip(Reader *reader, char c)
{
	if (reader->pos == reader->end || *reader->pos != c)
		return false;
	reader->pos++;
	return true;
}

/* Step over digits, and return how many there are. */
static size_t
skip_digits(Reader *reader)
{
	const char *start = reader->pos;

	while (reader->pos < reader->end && is_digit(*reader->pos))
		reader->pos++;
	return (size_t) (reader->pos - start);
}

/* Exactly so many digits, which are no more than "max". */
static bool
read_digits(Reader *reader, size_t n, int max, int *value)
{
	const char *digit = reader->pos;

	if ((size_t) (reader->end - digit) < n)
		return false;
	*value = 0;
	for (; digit < reader->pos + n; digit++)
	{
		if (!is_digit(*digit))
			return false;
		*value = *value * 10 + (*digit - '0');
	}
	reader->pos = digit;
	return *value <= max;
}

/*-------------------------------------------------------------------------
 * Numbers
 *-------------------------------------------------------------------------
 */

static bool
put_int(const JsonValue *value, uint64_t max, size_t n, Bytes *out)
{
	Reader		reader;
	bool		negative;
	uint64_t	absolute = 0;

	if (!reader_init(&reader, value))
		return false;
	negative = skip(&reader, '-');
	/* Of 18 digits none is too much for a uint64_t. */
	if (reader.pos == reader.end || reader.end - reader.pos > 18)
		return false;
	for (; reader.pos < reader.end; reader.pos++)
	{
		if (!is_digit(*reader.pos))
			return false;
		absolute = absolute * 10 + (uint64_t) (*reader.pos - '0');
	}
	return absolute <= max + negative && put_value(out, negative ? 0 - absolute : absolute, n);
}

static locale_t c_locale;

static void
make_locale(void)
{
	c_locale = newlocale(LC_ALL_MASK, "C", (locale_t) 0);
}

/* Like the server's own conversion, with the C library's in the locale "C". */
static bool
read_float(const char *text, bool single, double *result)
{
	static pthread_once_t once = PTHREAD_ONCE_INIT;
	locale_t	before;

	(void) pthread_once(&once, make_locale);
	if (c_locale == (locale_t) 0)
		return false;
	before = uselocale(c_locale);
	errno = 0;
	*result = single ? (double) strtof(text, NULL) : strtod(text, NULL);
	(void) uselocale(before);
	return errno == 0;
}

/* What ends a number's text, a bracket, comma or quote, ends it for strtod, too. */
static bool
put_float(const JsonValue *value, bool single, Bytes *out)
{
	Reader		reader;
	const char *start;
	double		number;
	float		number4;
	uint64_t	bits = 0;
	uint32_t	bits4;

	if (!reader_init(&reader, value))
		return false;
	start = reader.pos;
	(void) skip(&reader, '-');
	if (skip_digits(&reader) == 0)
		return false;
	if (skip(&reader, '.') && skip_digits(&reader) == 0)
		return false;
	if (skip(&reader, 'e') || skip(&reader, 'E'))
	{
		if (!skip(&reader, '-'))
			(void) skip(&reader, '+');
		if (skip_digits(&reader) == 0)
			return false;
	}
	if (reader.pos != reader.end || !read_float(start, single, &number))
		return false;
	if (!single)
	{
		memcpy(&bits, &number, sizeof(bits));
		return put_value(out, bits, 8);
	}
	number4 = (float) number;
	memcpy(&bits4, &number4, sizeof(bits4));
	return put_value(out, bits4, 4);
}

/* Digits as base 10000 has them, the first "lead" of which make a group. */
static void
put_groups(Bytes *out, const char *digits, size_t n, size_t lead)
{
	for (size_t i = 0; i < n;)
	{
		size_t		end = i == 0 ? lead : i + 4;
		unsigned	group = 0;

		for (; i < end; i++)
			group = group * 10 + (i < n ? (unsigned) (digits[i] - '0') : 0);
		put_integer(out, group, 2);
	}
}

static bool
put_numeric(const JsonValue *value, Bytes *out)
{
	Reader		reader;
	const char *whole;
	const char *fraction;
	size_t		nwhole;
	size_t		nfraction = 0;
	size_t		ngroups;
	bool		negative;

	if (!reader_init(&reader, value) || reader.end - reader.pos > NUMERIC_DIGITS)
		return false;
	negative = skip(&reader, '-');
	whole = reader.pos;
	nwhole = skip_digits(&reader);
	if (nwhole == 0)
		return false;
	fraction = reader.pos + 1;
	if (skip(&reader, '.'))
	{
		nfraction = skip_digits(&reader);
		if (nfraction == 0)
			return false;
	}
	if (reader.pos != reader.end)
		return false;

	ngroups = (nwhole + 3) / 4 + (nfraction + 3) / 4;
	put_integer(out, 8 + 2 * ngroups, 4);
	put_integer(out, ngroups, 2);
	put_integer(out, (nwhole + 3) / 4 - 1, 2);
	put_integer(out, negative ? NUMERIC_NEGATIVE : 0, 2);
	put_integer(out, nfraction, 2);
	put_groups(out, whole, nwhole, (nwhole + 3) % 4 + 1);
	put_groups(out, fraction, nfraction, 4);
	return true;
}

/*-------------------------------------------------------------------------
 * Dates and times, as ISO 8601 has them
 *-------------------------------------------------------------------------
 */

static bool
read_date(Reader *reader, int64_t *days)
{
	static const int before[] = {0, 31, 59, 90, 120, 151, 181, 212, 243, 273, 304, 334, 365};
	int			year;
	int			month;
	int			day;
	int			last;
	bool		leap;

	if (!read_digits(reader, 4, 9999, &year) || !skip(reader, '-') ||
		!read_digits(reader, 2, 12, &month) || !skip(reader, '-') ||
		!read_digits(reader, 2, 31, &day) || year == 0 || month == 0 || day == 0)
		return false;
	leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
	last = before[month] - before[month - 1] + (leap && month == 2);
	if (day > last)
		return false;
	year--;
	*days = year * 365 + year / 4 - year / 100 + year / 400 +
		before[month - 1] + (leap && month > 2) + day - 1 - EPOCH;
	return true;
}

/* Up to six digits of a second, if there are any, in microseconds. */
static bool
read_fraction(Reader *reader, int *microseconds)
{
	const char *start;
	size_t		n;

	*microseconds = 0;
	if (!skip(reader, '.'))
		return true;
	start = reader->pos;
	n = skip_digits(reader);
	if (n == 0 || n > 6)
		return false;
	for (size_t i = 0; i < 6; i++)
		*microseconds = *microseconds * 10 + (i < n ? start[i] - '0' : 0);
	return true;
}

/* "Z" or "+hh", "+hhmm", "+hh:mm", in seconds east of Greenwich. */
static bool
read_zone(Reader *reader, int *zone)
{
	bool		west;
	int			hours;
	int			minutes = 0;

	*zone = 0;
	if (skip(reader, 'Z'))
		return true;
	west = skip(reader, '-');
	if ((!west && !skip(reader, '+')) || !read_digits(reader, 2, 15, &hours))
		return false;
	if (reader->pos < reader->end)
	{
		(void) skip(reader, ':');
		if (!read_digits(reader, 2, 59, &minutes))
			return false;
	}
	*zone = (hours * 60 + minutes) * (west ? -60 : 60);
	return true;
}

static bool
put_date(const JsonValue *value, Bytes *out)
{
	Reader		reader;
	int64_t		days;

	return reader_init(&reader, value) && read_date(&reader, &days) &&
		reader.pos == reader.end && put_value(out, (uint64_t) days, 4);
}

/* Without a time zone that of the session counts, which is not known here. */
static bool
put_timestamp(const JsonValue *value, bool has_zone, Bytes *out)
{
	Reader		reader;
	int64_t		days;
	int			hour;
	int			minute;
	int			second;
	int			microsecond;
	int			zone = 0;

	if (!reader_init(&reader, value) || !read_date(&reader, &days) ||
		(!skip(&reader, 'T') && !skip(&reader, ' ')) ||
		!read_digits(&reader, 2, 23, &hour) || !skip(&reader, ':') ||
		!read_digits(&reader, 2, 59, &minute) || !skip(&reader, ':') ||
		!read_digits(&reader, 2, 59, &second) || !read_fraction(&reader, &microsecond))
		return false;
	if (reader.pos < reader.end ? !read_zone(&reader, &zone) : has_zone)
		return false;
	if (reader.pos != reader.end)
		return false;
	/* A timestamp without time zone takes no notice of one. */
	if (!has_zone)
		zone = 0;
	return put_value(out, (uint64_t) ((days * SECONDS_PER_DAY + hour * 3600 + minute * 60 + second - zone)
									  * MICROSECONDS + microsecond), 8);
}

/*-------------------------------------------------------------------------
 * Other types
 *-------------------------------------------------------------------------
 */

static int
hex_value(char c)
{
	if (is_digit(c))
		return c - '0';
	if (c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	if (c >= 'A' && c <= 'F')
		return c - 'A' + 10;
	return -1;
}

static bool
put_uuid(const JsonValue *value, Bytes *out)
{
	Reader		reader;
	char		bytes[16];

	if (!reader_init(&reader, value) || reader.end - reader.pos != 36)
		return false;
	for (size_t i = 0; i < 16; i++)
	{
		int			high;
		int			low;

		if ((i == 4 || i == 6 || i == 8 || i == 10) && !skip(&reader, '-'))
			return false;
		high = hex_value(reader.pos[0]);
		low = hex_value(reader.pos[1]);
		if (high < 0 || low < 0)
			return false;
		bytes[i] = (char) (high * 16 + low);
		reader.pos += 2;
	}
	put_integer(out, 16, 4);
	bytes_put(out, bytes, 16);
	return true;
}

static bool
put_bool(const JsonValue *value, Bytes *out)
{
	bool		yes = value->type == JSON_TRUE ||
		(value->type == JSON_STRING && json_string_equals(value, "true", 4));
	bool		no = value->type == JSON_FALSE ||
		(value->type == JSON_STRING && json_string_equals(value, "false", 5));

	return (yes || no) && put_value(out, yes, 1);
}

/* A string's characters; anything else as it stands. */
static bool
put_text(const JsonValue *value, Bytes *out)
{
	char	   *dst;
	size_t		len;

	if (value->type != JSON_STRING)
	{
		put_integer(out, value->len, 4);
		bytes_put(out, value->text, value->len);
		return true;
	}
	if (!value->escaped)
	{
		put_integer(out, json_string_len(value), 4);
		bytes_put(out, json_string_text(value), json_string_len(value));
		return true;
	}
	dst = bytes_reserve(out, 4 + value->len);
	if (dst == NULL)
		return true;
	if (json_unescape(value, dst + 4, &len, NULL) != JSON_ERROR_NONE)
		return false;
	store(dst, len, 4);
	out->len += 4 + len;
	return true;
}

bool
binary_put(BinaryType type, const JsonValue *value, Bytes *out)
{
	if (value->text == NULL || value->type == JSON_NULL)
	{
		put_integer(out, (uint64_t) -1, 4);
		return true;
	}
	switch (type)
	{
		case BINARY_NONE:
			return false;
		case BINARY_BOOL:
			return put_bool(value, out);
		case BINARY_INT2:
			return put_int(value, INT16_MAX, 2, out);
		case BINARY_INT4:
			return put_int(value, INT32_MAX, 4, out);
		case BINARY_INT8:
			return put_int(value, INT64_MAX, 8, out);
		case BINARY_FLOAT4:
			return put_float(value, true, out);
		case BINARY_FLOAT8:
			return put_float(value, false, out);
		case BINARY_NUMERIC:
			return put_numeric(value, out);
		case BINARY_TEXT:
			return put_text(value, out);
		case BINARY_JSON:
			put_integer(out, value->len, 4);
			bytes_put(out, value->text, value->len);
			return true;
		case BINARY_JSONB:
			put_integer(out, 1 + value->len, 4);
			put_integer(out, 1, 1);
			bytes_put(out, value->text, value->len);
			return true;
		case BINARY_UUID:
			return put_uuid(value, out);
		case BINARY_DATE:
			return put_date(value, out);
		case BINARY_TIMESTAMP:
			return put_timestamp(value, false, out);
		case BINARY_TIMESTAMPTZ:
			return put_timestamp(value, true, out);
	}
	return false;
}

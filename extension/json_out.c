/*-------------------------------------------------------------------------
 *
 * json_out.c
 *	  Values and rows to JSON.
 *
 * Values are written by class: those whose text could depend on a setting
 * (dates, floats, bytea) by code of our own, everything that is left to a
 * type's output function under fixed settings.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "access/detoast.h"
#include "access/htup_details.h"
#include "catalog/pg_type.h"
#include "common/shortest_dec.h"
#include "funcapi.h"
#include "mb/pg_wchar.h"
#include "miscadmin.h"
#include "pgtime.h"
#include "utils/array.h"
#include "utils/builtins.h"
#include "utils/bytea.h"
#include "utils/cash.h"
#include "utils/date.h"
#include "utils/datetime.h"
#include "utils/float.h"
#include "utils/jsonb.h"
#include "utils/lsyscache.h"
#include "utils/memutils.h"
#include "utils/numeric.h"
#include "utils/typcache.h"

#include "core/json_write.h"
#include "error.h"
#include "json_out.h"

typedef struct ColumnFormat
{
	TypeInfo   *type;
	Oid			typid;
	char		name[NAMEDATALEN];
	char	   *key;			/* ,"name": with the comma but for the first */
	int			key_len;
} ColumnFormat;

typedef struct RowsFormat
{
	int			ncolumns;
	ColumnFormat columns[FLEXIBLE_ARRAY_MEMBER];
} RowsFormat;

void
json_out_text(StringInfo out, const char *text, size_t len)
{
	const char *end = text + len;

	/* Room for the plain case at once; escapes ask for more themselves. */
	enlargeStringInfo(out, (int) len + 2);
	appendStringInfoCharMacro(out, '"');
	while (text < end)
	{
		size_t		plain = json_plain_len(text, end - text);
		char		escape[6];

		appendBinaryStringInfoNT(out, text, (int) plain);
		text += plain;
		if (text < end)
			appendBinaryStringInfoNT(out, escape,
									 (int) json_escape_byte((unsigned char) *text++,
															escape));
	}
	appendStringInfoChar(out, '"');
}

void
json_out_string(StringInfo out, const char *text)
{
	json_out_text(out, text, strlen(text));
}

/*
 * Run a type's output function with the settings that any output function of
 * PostgreSQL's own looks at fixed, as pg_dump would set them.  The variables
 * are set, not the settings: the statement that is running sees them again
 * as they were before anything else of it runs.
 */
static char *
output_text(Datum value, TypeInfo *type)
{
	int			save_date_style = DateStyle;
	int			save_interval_style = IntervalStyle;
	int			save_float_digits = extra_float_digits;
	int			save_bytea_output = bytea_output;
	bool		save_quote_all = quote_all_identifiers;
	pg_tz	   *save_timezone = session_timezone;
	char	   *text;

	PG_TRY();
	{
		DateStyle = USE_ISO_DATES;
		IntervalStyle = INTSTYLE_POSTGRES;
		extra_float_digits = 1;
		bytea_output = BYTEA_OUTPUT_HEX;
		quote_all_identifiers = false;
		session_timezone = pg_tzset("GMT");
		text = OutputFunctionCall(&type->out, value);
	}
	PG_FINALLY();
	{
		DateStyle = save_date_style;
		IntervalStyle = save_interval_style;
		extra_float_digits = save_float_digits;
		bytea_output = save_bytea_output;
		quote_all_identifiers = save_quote_all;
		session_timezone = save_timezone;
	}
	PG_END_TRY();
	return text;
}

static void
out_timestamp(StringInfo out, Timestamp timestamp, bool utc)
{
	char		buf[MAXDATELEN + 3];
	struct pg_tm tm;
	fsec_t		fsec;

	if (TIMESTAMP_NOT_FINITE(timestamp))
		EncodeSpecialTimestamp(timestamp, buf);
	else if (timestamp2tm(timestamp, NULL, &tm, &fsec, NULL, NULL) == 0)
	{
		EncodeDateTime(&tm, fsec, false, 0, NULL, USE_XSD_DATES, buf);
		if (utc)
		{
			/* The zone stands before the era, or it is not read back. */
			if (tm.tm_year <= 0)
				strcpy(buf + strlen(buf) - strlen(" BC"), "Z BC");
			else
				strcat(buf, "Z");
		}
	}
	else
		ereport(ERROR,
				(errcode(ERRCODE_DATETIME_VALUE_OUT_OF_RANGE),
				 errmsg("timestamp out of range")));
	json_out_string(out, buf);
}

static void
out_date(StringInfo out, DateADT date)
{
	char		buf[MAXDATELEN + 1];
	struct pg_tm tm;

	if (DATE_NOT_FINITE(date))
		EncodeSpecialDate(date, buf);
	else
	{
		j2date(date + POSTGRES_EPOCH_JDATE, &tm.tm_year, &tm.tm_mon, &tm.tm_mday);
		EncodeDateOnly(&tm, USE_XSD_DATES, buf);
	}
	json_out_string(out, buf);
}

static void
out_float(StringInfo out, double value, TypeClass class)
{
	if (isnan(value))
		appendStringInfoString(out, "\"NaN\"");
	else if (isinf(value))
		appendStringInfoString(out, value > 0 ? "\"Infinity\"" : "\"-Infinity\"");
	else
	{
		char		buf[Max(DOUBLE_SHORTEST_DECIMAL_LEN, FLOAT_SHORTEST_DECIMAL_LEN)];
		int			len = class == TYPE_FLOAT8 ?
			double_to_shortest_decimal_bufn(value, buf) :
			float_to_shortest_decimal_bufn((float) value, buf);

		appendBinaryStringInfo(out, buf, len);
	}
}

static void
out_bytea(StringInfo out, Datum value)
{
	bytea	   *bytes = DatumGetByteaPP(value);
	size_t		len = VARSIZE_ANY_EXHDR(bytes);

	enlargeStringInfo(out, (int) Min(len * 2 + 6, MaxAllocSize));
	appendStringInfoString(out, "\"\\\\x");
	out->len += hex_encode(VARDATA_ANY(bytes), len, out->data + out->len);
	appendStringInfoChar(out, '"');
}

static void
out_dimension(StringInfo out, TypeInfo *element, int ndims, const int *dims,
			  const Datum *values, const bool *nulls, int *next)
{
	appendStringInfoChar(out, '[');
	for (int i = 0; i < dims[0]; i++)
	{
		if (i > 0)
			appendStringInfoChar(out, ',');
		if (ndims > 1)
			out_dimension(out, element, ndims - 1, dims + 1, values, nulls, next);
		else
		{
			if (nulls[*next])
				appendStringInfoString(out, "null");
			else
				json_out_datum(out, values[*next], element);
			(*next)++;
		}
		CHECK_FOR_INTERRUPTS();
	}
	appendStringInfoChar(out, ']');
}

static void
out_array(StringInfo out, Datum value, TypeInfo *type)
{
	ArrayType  *array = DatumGetArrayTypeP(value);
	TypeInfo   *element = type_info(type->element);
	Datum	   *values;
	bool	   *nulls;
	int			n;
	int			next = 0;

	/*
	 * Several dimensions of something that is itself written as an array can
	 * not be told from its elements (see json_in.c): then array syntax.
	 */
	if (ARR_NDIM(array) > 1 &&
		(element->class == TYPE_JSON || element->class == TYPE_JSONB ||
		 element->class == TYPE_ARRAY))
	{
		json_out_string(out, output_text(value, type));
		return;
	}
	if (ARR_NDIM(array) == 0)
	{
		appendStringInfoString(out, "[]");
		return;
	}
	deconstruct_array(array, element->oid, element->len, element->byval,
					  element->align, &values, &nulls, &n);
	out_dimension(out, element, ARR_NDIM(array), ARR_DIMS(array),
				  values, nulls, &next);
}

static void
out_composite(StringInfo out, Datum value)
{
	HeapTupleHeader header = DatumGetHeapTupleHeader(value);
	TupleDesc	desc = lookup_rowtype_tupdesc(HeapTupleHeaderGetTypeId(header),
											  HeapTupleHeaderGetTypMod(header));
	HeapTupleData tuple = {.t_len = HeapTupleHeaderGetDatumLength(header),
	.t_data = header};
	Datum	   *values = palloc(sizeof(Datum) * desc->natts);
	bool	   *nulls = palloc(sizeof(bool) * desc->natts);
	const char *separator = "{";

	heap_deform_tuple(&tuple, desc, values, nulls);
	for (int i = 0; i < desc->natts; i++)
	{
		Form_pg_attribute att = TupleDescAttr(desc, i);

		if (att->attisdropped)
			continue;
		appendStringInfoString(out, separator);
		separator = ",";
		json_out_string(out, NameStr(att->attname));
		appendStringInfoChar(out, ':');
		if (nulls[i])
			appendStringInfoString(out, "null");
		else
			json_out_datum(out, values[i], type_info(att->atttypid));
	}
	appendStringInfoString(out, *separator == '{' ? "{}" : "}");
	ReleaseTupleDesc(desc);
}

void
json_out_datum(StringInfo out, Datum value, TypeInfo *type)
{
	char		buf[32];
	char	   *cstring;
	text	   *varlena;

	check_stack_depth();
	switch (type->class)
	{
		case TYPE_BOOL:
			appendStringInfoString(out, DatumGetBool(value) ? "true" : "false");
			break;
		case TYPE_INT2:
			appendBinaryStringInfo(out, buf, pg_ltoa(DatumGetInt16(value), buf));
			break;
		case TYPE_INT4:
			appendBinaryStringInfo(out, buf, pg_ltoa(DatumGetInt32(value), buf));
			break;
		case TYPE_INT8:
			appendBinaryStringInfo(out, buf, pg_lltoa(DatumGetInt64(value), buf));
			break;
		case TYPE_FLOAT4:
			out_float(out, DatumGetFloat4(value), TYPE_FLOAT4);
			break;
		case TYPE_FLOAT8:
			out_float(out, DatumGetFloat8(value), TYPE_FLOAT8);
			break;
		case TYPE_NUMERIC:
			cstring = OutputFunctionCall(&type->out, value);
			if (numeric_is_nan(DatumGetNumeric(value)) ||
				numeric_is_inf(DatumGetNumeric(value)))
				json_out_string(out, cstring);
			else
				appendStringInfoString(out, cstring);
			break;
		case TYPE_TEXT:
			varlena = DatumGetTextPP(value);
			json_out_text(out, VARDATA_ANY(varlena), VARSIZE_ANY_EXHDR(varlena));
			break;
		case TYPE_DATE:
			out_date(out, DatumGetDateADT(value));
			break;
		case TYPE_TIMESTAMP:
			out_timestamp(out, DatumGetTimestamp(value), false);
			break;
		case TYPE_TIMESTAMPTZ:
			out_timestamp(out, DatumGetTimestampTz(value), true);
			break;
		case TYPE_BYTEA:
			out_bytea(out, value);
			break;
		case TYPE_MONEY:
			/* A plain amount: the money format is a matter of lc_monetary. */
			cstring = DatumGetCString(DirectFunctionCall1(numeric_out,
													   DirectFunctionCall1(cash_numeric, value)));
			json_out_string(out, cstring);
			break;
		case TYPE_JSON:
			varlena = DatumGetTextPP(value);
			appendBinaryStringInfo(out, VARDATA_ANY(varlena),
								   VARSIZE_ANY_EXHDR(varlena));
			break;
		case TYPE_JSONB:
			{
				Jsonb	   *jsonb = DatumGetJsonbP(value);

				(void) JsonbToCString(out, &jsonb->root, VARSIZE(jsonb));
				break;
			}
		case TYPE_ARRAY:
			out_array(out, value, type);
			break;
		case TYPE_COMPOSITE:
			out_composite(out, value);
			break;
		case TYPE_OTHER:
			json_out_string(out, output_text(value, type));
			break;
	}
}

/*
 * Whether the format made for an earlier execution fits this one's columns.
 */
static bool
format_fits(const RowsFormat *format, TupleDesc desc)
{
	if (format == NULL || format->ncolumns != desc->natts)
		return false;
	for (int i = 0; i < desc->natts; i++)
	{
		Form_pg_attribute att = TupleDescAttr(desc, i);

		if (format->columns[i].typid != att->atttypid ||
			strcmp(format->columns[i].name, NameStr(att->attname)) != 0)
			return false;
	}
	return true;
}

static void
refuse_duplicate_names(const RowsOut *rows, TupleDesc desc)
{
	for (int i = 1; i < desc->natts; i++)
	{
		const char *name = NameStr(TupleDescAttr(desc, i)->attname);

		for (int j = 0; j < i; j++)
		{
			if (i != rows->id_column && j != rows->id_column &&
				strcmp(name, NameStr(TupleDescAttr(desc, j)->attname)) == 0)
				ereport(ERROR,
						(errcode(ERRCODE_DUPLICATE_COLUMN),
						 errmsg("result has two columns named \"%s\"", name),
						 errhint("Give each its own name with AS."),
						 rows->sql ? errplace(rows->sql) : 0));
		}
	}
}

static void
rows_startup(DestReceiver *self, int operation, TupleDesc desc)
{
	RowsOut    *rows = (RowsOut *) self;
	RowsFormat *format;
	MemoryContext old;

	if (format_fits(rows->format, desc))
		return;

	refuse_duplicate_names(rows, desc);
	old = MemoryContextSwitchTo(rows->format_context);
	format = palloc0(offsetof(RowsFormat, columns) +
					 sizeof(ColumnFormat) * desc->natts);
	format->ncolumns = desc->natts;
	for (int i = 0; i < desc->natts; i++)
	{
		Form_pg_attribute att = TupleDescAttr(desc, i);
		ColumnFormat *column = &format->columns[i];
		StringInfoData key;

		initStringInfo(&key);
		if (i > 0)
			appendStringInfoChar(&key, ',');
		json_out_string(&key, NameStr(att->attname));
		appendStringInfoChar(&key, ':');
		column->key = key.data;
		column->key_len = key.len;
		column->type = type_info(att->atttypid);
		column->typid = att->atttypid;
		strlcpy(column->name, NameStr(att->attname), NAMEDATALEN);
	}
	MemoryContextSwitchTo(old);
	rows->format = format;
}

static void response_too_large(const RowsOut *rows) pg_attribute_noreturn();

static void
response_too_large(const RowsOut *rows)
{
	ereport(ERROR,
			(errcode(ERRCODE_PROGRAM_LIMIT_EXCEEDED),
			 errmsg("result is larger than allowed"),
			 errdetail("Row " UINT64_FORMAT " would make it larger than setting \"pg_connector.response_cap\", %d bytes.",
					   rows->nrows + 1, rows->response_cap),
			 errhint("Ask for fewer rows or columns.")));
}

/*
 * A value that alone is larger than the response may be is not even
 * decompressed.
 */
static bool
value_too_large(const RowsOut *rows, Datum value, const TypeInfo *type)
{
	return type->len == -1 &&
		toast_raw_datum_size(value) > (Size) rows->response_cap;
}

/*
 * Whether there is room for another row; a reader is told why not, a writer
 * gets an error.
 */
static bool
want_row(RowsOut *rows)
{
	if (rows->reader && rows->nrows >= rows->limit)
	{
		rows->limited_by = ROWS_LIMIT;
		return false;
	}
	if (rows->nrows < (uint64) rows->row_cap)
		return true;
	if (!rows->reader)
		ereport(ERROR,
				(errcode(ERRCODE_PROGRAM_LIMIT_EXCEEDED),
				 errmsg("statement returns more than %d rows", rows->row_cap),
				 errdetail("Setting \"pg_connector.row_cap\" is %d.", rows->row_cap),
				 errhint("Return fewer rows; nothing was changed.")));
	rows->limited_by = ROWS_ROW_CAP;
	return false;
}

/* Append the row's object; false if it does not fit into the response. */
static bool
out_row(RowsOut *rows, TupleTableSlot *slot)
{
	RowsFormat *format = rows->format;
	StringInfo	out = rows->out;

	appendStringInfoString(out, rows->nrows > 0 ? ",{" : "{");
	for (int i = 0; i < format->ncolumns; i++)
	{
		ColumnFormat *column = &format->columns[i];

		if (i == rows->id_column)
			continue;
		appendBinaryStringInfo(out, column->key, column->key_len);
		if (slot->tts_isnull[i])
			appendBinaryStringInfo(out, "null", 4);
		else
		{
			if (value_too_large(rows, slot->tts_values[i], column->type))
				return false;
			json_out_datum(out, slot->tts_values[i], column->type);
			if (out->len > rows->response_cap)
				return false;
		}
	}
	appendStringInfoChar(out, '}');
	return true;
}

static bool
rows_receive(TupleTableSlot *slot, DestReceiver *self)
{
	RowsOut    *rows = (RowsOut *) self;
	StringInfo	out = rows->out;
	int			start = out->len;
	bool		fits = true;
	MemoryContext old;

	CHECK_FOR_INTERRUPTS();
	if (rows->id_only && rows->nrows++ > 0)
		return true;
	if (!rows->id_only && !want_row(rows))
		return false;

	slot_getallattrs(slot);
	old = MemoryContextSwitchTo(rows->row_context);
	if (rows->id_column >= 0 && rows->id->len == 0 &&
		!slot->tts_isnull[rows->id_column])
		json_out_datum(rows->id, slot->tts_values[rows->id_column],
					   rows->format->columns[rows->id_column].type);
	if (!rows->id_only)
		fits = out_row(rows, slot);
	MemoryContextSwitchTo(old);
	MemoryContextReset(rows->row_context);

	if (!fits)
	{
		if (!rows->reader || rows->nrows == 0)
			response_too_large(rows);
		out->len = start;
		out->data[start] = '\0';
		rows->limited_by = ROWS_RESPONSE_CAP;
		return false;
	}
	if (!rows->id_only)
		rows->nrows++;
	return true;
}

static void
rows_shutdown(DestReceiver *self)
{
}

static void
rows_destroy(DestReceiver *self)
{
}

void
rows_out_init(RowsOut *rows, StringInfo out)
{
	memset(rows, 0, sizeof(RowsOut));
	rows->pub.receiveSlot = rows_receive;
	rows->pub.rStartup = rows_startup;
	rows->pub.rShutdown = rows_shutdown;
	rows->pub.rDestroy = rows_destroy;

	/* Any value but DestNone, which SPI takes to mean no result at all. */
	rows->pub.mydest = DestTuplestore;
	rows->out = out;
	rows->limit = PG_UINT64_MAX;
	rows->id_column = -1;
	rows->format_context = CurrentMemoryContext;
	rows->row_context = AllocSetContextCreate(CurrentMemoryContext,
											  "pg_connector row",
											  ALLOCSET_DEFAULT_SIZES);
}

const char *
rows_limit_name(RowsLimit limit)
{
	switch (limit)
	{
		case ROWS_LIMIT:
			return "limit";
		case ROWS_ROW_CAP:
			return "row_cap";
		case ROWS_RESPONSE_CAP:
			return "response_cap";
		case ROWS_ALL:
			break;
	}
	return NULL;
}

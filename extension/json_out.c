/*-------------------------------------------------------------------------
 *
 * json_out.c
 *	  Values and rows to JSON.
 *
 * Values are written by class: the commonest types, and those whose text
 * could depend on a setting (dates, floats, bytea), by code of our own,
 * everything else by the type's output function under fixed settings.
 *
 * What is written need not end in a NUL byte before the row does.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include <ctype.h>

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
#include "utils/date.h"
#include "utils/datetime.h"
#include "utils/datum.h"
#include "utils/float.h"
#include "utils/jsonb.h"
#include "utils/lsyscache.h"
#include "utils/memutils.h"
#include "utils/typcache.h"
#include "utils/uuid.h"

#include "core/json_write.h"
#include "error.h"
#include "json_out.h"
#include "json_out_fast.h"

typedef struct ColumnFormat
{
	TypeInfo   *type;
	Oid			typid;
	int32		typmod;
	char		name[NAMEDATALEN];
	char	   *key;			/* ,"name": with the comma but for the first */
	int			key_len;
} ColumnFormat;

typedef struct RowsFormat
{
	int			ncolumns;
	bool		names_differ;	/* known to */
	ColumnFormat columns[FLEXIBLE_ARRAY_MEMBER];
} RowsFormat;

static void out_datum(StringInfo out, Datum value, TypeInfo *type,
					  bool number_strings);

/* Where the next "len" bytes of the output go; whoever writes them adds to its length. */
static inline char *
room(StringInfo out, Size len)
{
	if ((Size) (out->maxlen - out->len) <= len)
		enlargeStringInfo(out, (int) len);
	return out->data + out->len;
}

static inline void
out_bytes(StringInfo out, const char *bytes, Size len)
{
	memcpy(room(out, len), bytes, len);
	out->len += len;
}

static inline void
out_byte(StringInfo out, char byte)
{
	*room(out, 1) = byte;
	out->len++;
}

void
json_out_text(StringInfo out, const char *text, size_t len)
{
	/* A long one piece by piece, lest there be room for the worst of it all. */
	const size_t piece = 4096;

	if (len > piece)
		enlargeStringInfo(out, (int) len + 2);
	out_byte(out, '"');
	for (;;)
	{
		size_t		n = Min(len, piece);
		char	   *to = room(out, JSON_ESCAPED_SIZE(n));

		out->len += json_escape(to, text, n) - to;
		if (n == len)
			break;
		text += n;
		len -= n;
	}
	appendStringInfoChar(out, '"');
}

void
json_out_integer(StringInfo out, int64 value)
{
	out->len += pg_lltoa(value, room(out, MAXINT8LEN + 1));
}

void
json_out_string(StringInfo out, const char *text)
{
	json_out_text(out, text, strlen(text));
}

static void
out_timestamp(StringInfo out, Timestamp timestamp, bool utc)
{
	char		buf[MAXDATELEN + 3];
	struct pg_tm tm;
	fsec_t		fsec;
	char	   *to = room(out, FAST_TEXT_SIZE + 3);
	size_t		len = fast_timestamp(to + 1, timestamp);

	if (len > 0)
	{
		to[0] = '"';
		if (utc)
			to[++len] = 'Z';
		to[++len] = '"';
		out->len += len + 1;
		return;
	}
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
	char	   *to = room(out, FAST_TEXT_SIZE + 2);
	size_t		len = fast_date(to + 1, date);

	if (len > 0)
	{
		to[0] = '"';
		to[len + 1] = '"';
		out->len += len + 2;
		return;
	}
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
		char	   *to = room(out, Max(DOUBLE_SHORTEST_DECIMAL_LEN, FLOAT_SHORTEST_DECIMAL_LEN));

		out->len += class == TYPE_FLOAT8 ?
			double_to_shortest_decimal_bufn(value, to) :
			float_to_shortest_decimal_bufn((float) value, to);
	}
}

static void
out_numeric(StringInfo out, Datum value, TypeInfo *type, bool number_strings)
{
	struct varlena *stored = PG_DETOAST_DATUM_PACKED(value);
	char	   *text;

	if (!number_strings)
	{
		size_t		len = fast_numeric(room(out, FAST_TEXT_SIZE),
									   VARDATA_ANY(stored), VARSIZE_ANY_EXHDR(stored));

		out->len += len;
		if (len > 0)
			return;
	}
	text = OutputFunctionCall(&type->out, PointerGetDatum(stored));
	if (number_strings || !isdigit((unsigned char) text[strlen(text) - 1]))
		json_out_string(out, text);
	else
		appendStringInfoString(out, text);
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
out_dimension(StringInfo out, TypeInfo *element, bool number_strings,
			  int ndims, const int *dims,
			  const Datum *values, const bool *nulls, int *next)
{
	appendStringInfoChar(out, '[');
	for (int i = 0; i < dims[0]; i++)
	{
		if (i > 0)
			appendStringInfoChar(out, ',');
		if (ndims > 1)
			out_dimension(out, element, number_strings, ndims - 1, dims + 1,
						  values, nulls, next);
		else
		{
			if (nulls[*next])
				appendStringInfoString(out, "null");
			else
				out_datum(out, values[*next], element, number_strings);
			(*next)++;
		}
		CHECK_FOR_INTERRUPTS();
	}
	appendStringInfoChar(out, ']');
}

static void
out_array(StringInfo out, Datum value, TypeInfo *type, bool number_strings)
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
		json_out_string(out, type_to_text(type, value));
		return;
	}
	if (ARR_NDIM(array) == 0)
	{
		appendStringInfoString(out, "[]");
		return;
	}
	deconstruct_array(array, element->oid, element->len, element->byval,
					  element->align, &values, &nulls, &n);
	out_dimension(out, element, number_strings, ARR_NDIM(array), ARR_DIMS(array),
				  values, nulls, &next);
}

static void
out_composite(StringInfo out, Datum value, bool number_strings)
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
			out_datum(out, values[i], type_info(att->atttypid), number_strings);
	}
	appendStringInfoString(out, *separator == '{' ? "{}" : "}");
	ReleaseTupleDesc(desc);
}

static void
out_datum(StringInfo out, Datum value, TypeInfo *type, bool number_strings)
{
	text	   *varlena;
	char	   *to;

	switch (type->class)
	{
		case TYPE_BOOL:
			if (DatumGetBool(value))
				out_bytes(out, "true", 4);
			else
				out_bytes(out, "false", 5);
			break;
		case TYPE_INT2:
			out->len += pg_ltoa(DatumGetInt16(value), room(out, 12));
			break;
		case TYPE_INT4:
			out->len += pg_ltoa(DatumGetInt32(value), room(out, 12));
			break;
		case TYPE_INT8:
			if (number_strings)
				out_byte(out, '"');
			json_out_integer(out, DatumGetInt64(value));
			if (number_strings)
				out_byte(out, '"');
			break;
		case TYPE_FLOAT4:
			out_float(out, DatumGetFloat4(value), TYPE_FLOAT4);
			break;
		case TYPE_FLOAT8:
			out_float(out, DatumGetFloat8(value), TYPE_FLOAT8);
			break;
		case TYPE_NUMERIC:
			out_numeric(out, value, type, number_strings);
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
			check_stack_depth();
			out_array(out, value, type, number_strings);
			break;
		case TYPE_COMPOSITE:
			check_stack_depth();
			out_composite(out, value, number_strings);
			break;
		case TYPE_OTHER:
			if (type->base == UUIDOID)
			{
				to = room(out, FAST_TEXT_SIZE);
				to[0] = '"';
				out->len += fast_uuid(to + 1, DatumGetUUIDP(value)) + 1;
				out_byte(out, '"');
				break;
			}
			/* FALLTHROUGH */
		case TYPE_MONEY:
			json_out_string(out, type_to_text(type, value));
			break;
	}
}

void
json_out_datum(StringInfo out, Datum value, TypeInfo *type)
{
	out_datum(out, value, type, false);
	*room(out, 1) = '\0';
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
			format->columns[i].typmod != att->atttypmod ||
			strcmp(format->columns[i].name, NameStr(att->attname)) != 0)
			return false;
	}
	return true;
}

/* A column's name in the result. */
static const char *
column_name(const RowsOut *rows, TupleDesc desc, int i)
{
	return rows->names ? rows->names[i] : NameStr(TupleDescAttr(desc, i)->attname);
}

/* Whether a column is written with the rows. */
static bool
is_shown(const RowsOut *rows, int ncolumns, int i)
{
	return i != rows->id_column && i < ncolumns - rows->mark.n;
}

static void
refuse_duplicate_names(const RowsOut *rows, TupleDesc desc)
{
	for (int i = 1; i < desc->natts; i++)
	{
		const char *name = column_name(rows, desc, i);

		for (int j = 0; j < i; j++)
		{
			if (is_shown(rows, desc->natts, i) && is_shown(rows, desc->natts, j) &&
				strcmp(name, column_name(rows, desc, j)) == 0)
				ereport(ERROR,
						(errcode(ERRCODE_DUPLICATE_COLUMN),
						 errmsg("result has two columns named \"%s\"", name),
						 errhint("Give each its own name with AS, or ask for the format \"arrays\"."),
						 rows->sql ? errplace(rows->sql) : 0));
		}
	}
}

static void
rows_startup(DestReceiver *self, int operation, TupleDesc desc)
{
	RowsOut    *rows = (RowsOut *) self;
	RowsFormat *format = rows->format;
	bool		fits = format_fits(format, desc);
	StringInfoData key;

	/* A plan's format may have been made for lists, whose names are free. */
	if (!rows->arrays && !(fits && format->names_differ))
	{
		refuse_duplicate_names(rows, desc);
		if (fits)
			format->names_differ = true;
	}
	if (fits)
		return;

	format = MemoryContextAllocZero(rows->format_context,
									offsetof(RowsFormat, columns) +
									sizeof(ColumnFormat) * desc->natts);
	format->ncolumns = desc->natts;
	format->names_differ = !rows->arrays;
	initStringInfo(&key);
	for (int i = 0; i < desc->natts; i++)
	{
		Form_pg_attribute att = TupleDescAttr(desc, i);
		ColumnFormat *column = &format->columns[i];

		resetStringInfo(&key);
		if (i > 0)
			appendStringInfoChar(&key, ',');
		json_out_string(&key, column_name(rows, desc, i));
		appendStringInfoChar(&key, ':');
		column->key = MemoryContextAlloc(rows->format_context, key.len);
		memcpy(column->key, key.data, key.len);
		column->key_len = key.len;
		column->type = type_info(att->atttypid);
		column->typid = att->atttypid;
		column->typmod = att->atttypmod;
		strlcpy(column->name, NameStr(att->attname), NAMEDATALEN);
	}
	pfree(key.data);
	rows->format = format;
}

void
rows_out_columns(StringInfo out, const RowsOut *rows)
{
	const RowsFormat *format = rows->format;
	const char *separator = "";

	appendStringInfoChar(out, '[');
	for (int i = 0; format != NULL && i < format->ncolumns; i++)
	{
		const ColumnFormat *column = &format->columns[i];
		int			comma = i > 0 ? 1 : 0;

		if (!is_shown(rows, format->ncolumns, i))
			continue;
		appendStringInfo(out, "%s{\"name\":", separator);
		separator = ",";
		appendBinaryStringInfo(out, column->key + comma, column->key_len - comma - 1);
		appendStringInfoString(out, ",\"type\":");
		json_out_string(out, format_type_with_typemod(column->typid, column->typmod));
		appendStringInfoChar(out, '}');
	}
	appendStringInfoChar(out, ']');
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
static inline bool
value_too_large(const RowsOut *rows, Datum value, const TypeInfo *type)
{
	struct varlena *stored = (struct varlena *) DatumGetPointer(value);

	if (type->len != -1)
		return false;
	return (VARATT_IS_EXTENDED(stored) && !VARATT_IS_SHORT(stored) ?
			toast_raw_datum_size(value) : VARSIZE_ANY(stored)) > (Size) rows->response_cap;
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
	if (!rows->reader || rows->bare)
		ereport(ERROR,
				(errcode(ERRCODE_PROGRAM_LIMIT_EXCEEDED),
				 errmsg("statement returns more than %d rows", rows->row_cap),
				 errdetail("Setting \"pg_connector.row_cap\" is %d.", rows->row_cap),
				 rows->reader ?
				 errhint("Give a smaller limit, or ask for the full result, which says where it was cut.") :
				 errhint("Return fewer rows; nothing was changed.")));
	rows->limited_by = ROWS_ROW_CAP;
	return false;
}

/* Append the row; false if it does not fit into the response. */
static bool
out_row(RowsOut *rows, TupleTableSlot *slot)
{
	RowsFormat *format = rows->format;
	StringInfo	out = rows->out;

	if (rows->nrows > 0)
		out_byte(out, ',');
	out_byte(out, rows->arrays ? '[' : '{');
	for (int i = 0; i < format->ncolumns; i++)
	{
		ColumnFormat *column = &format->columns[i];

		if (!is_shown(rows, format->ncolumns, i))
			continue;
		if (!rows->arrays)
			out_bytes(out, column->key, column->key_len);
		else if (i > 0)
			out_byte(out, ',');
		if (slot->tts_isnull[i])
			out_bytes(out, "null", 4);
		else
		{
			if (value_too_large(rows, slot->tts_values[i], column->type))
				return false;
			out_datum(out, slot->tts_values[i], column->type, rows->number_strings);
			if (out->len > rows->response_cap)
				return false;
		}
	}
	appendStringInfoChar(out, rows->arrays ? ']' : '}');
	return true;
}

/*
 * Whether the place of this row, should it be the last, will fit as well.
 * The first row is let pass: if its place does not fit, that is an error.
 */
static bool
mark_fits(const RowsOut *rows, TupleTableSlot *slot)
{
	static const char tail[] =
	"],\"rowCount\":18446744073709551615,\"more\":true,\"limitedBy\":\"response_cap\",\"next\":\"\"}";
	const RowsMark *mark = &rows->mark;
	Size		cap = rows->response_cap;
	Size		size = rows->out->len + sizeof(tail);
	Size		stored = 0;
	Size		bytes = 8;
	int			first = rows->format->ncolumns - mark->n;

	if (mark->n == 0 || rows->nrows == 0)
		return true;

	/* Far from the cap a guess will do; one value alone may not be read. */
	for (int i = 0; i < mark->n; i++)
	{
		if (!slot->tts_isnull[first + i] && mark->types[i]->len == -1)
			stored += toast_raw_datum_size(slot->tts_values[first + i]);
	}
	if (size + stored * 5 + mark->n * 96 <= cap / 2)
		return true;
	if (size + stored > cap)
		return false;

	/* As cursor_append() writes it. */
	for (int i = 0; i < mark->n; i++)
	{
		bytes += 4;
		if (!slot->tts_isnull[first + i])
			bytes += strlen(type_to_text(mark->types[i],
										 slot->tts_values[first + i]));
	}
	return size + (bytes * 4 + 2) / 3 <= cap;
}

/* Keep what the place of the last row is made of; it may yet be asked for. */
static void
mark_row(RowsOut *rows, TupleTableSlot *slot)
{
	RowsMark   *mark = &rows->mark;
	int			first = rows->format->ncolumns - mark->n;
	MemoryContext old;

	MemoryContextReset(mark->context);
	old = MemoryContextSwitchTo(mark->context);
	for (int i = 0; i < mark->n; i++)
	{
		TypeInfo   *type = mark->types[i];

		mark->nulls[i] = slot->tts_isnull[first + i];
		if (!mark->nulls[i])
			mark->values[i] = datumCopy(slot->tts_values[first + i],
										type->byval, type->len);
	}
	MemoryContextSwitchTo(old);
}

/*
 * The rows end here, with more to come.  The values are made text while the
 * executor has its snapshot, under which they may still have to be fetched.
 */
static void
mark_end(RowsOut *rows)
{
	RowsMark   *mark = &rows->mark;
	MemoryContext old;

	if (mark->n == 0 || rows->nrows == 0)
		return;
	old = MemoryContextSwitchTo(mark->result_context);
	mark->texts = palloc(sizeof(char *) * mark->n);
	for (int i = 0; i < mark->n; i++)
		mark->texts[i] = mark->nulls[i] ? NULL :
			type_to_text(mark->types[i], mark->values[i]);
	MemoryContextSwitchTo(old);
}

void
rows_out_mark(RowsOut *rows, int n, TypeInfo **types)
{
	rows->mark = (RowsMark) {
		.n = n,
		.types = types,
		.values = palloc(sizeof(Datum) * n),
		.nulls = palloc(sizeof(bool) * n),
		.context = AllocSetContextCreate(CurrentMemoryContext,
										 "pg_connector mark",
										 ALLOCSET_SMALL_SIZES),
		.result_context = CurrentMemoryContext
	};
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
	{
		mark_end(rows);
		return false;
	}

	slot_getallattrs(slot);
	old = MemoryContextSwitchTo(rows->row_context);
	if (rows->id_column >= 0 && rows->id->len == 0 &&
		!slot->tts_isnull[rows->id_column])
	{
		out_datum(rows->id, slot->tts_values[rows->id_column],
				  rows->format->columns[rows->id_column].type,
				  rows->number_strings);
		*room(rows->id, 1) = '\0';
	}
	if (!rows->id_only)
		fits = out_row(rows, slot) && mark_fits(rows, slot);
	MemoryContextSwitchTo(old);
	MemoryContextReset(rows->row_context);

	if (!fits)
	{
		if (!rows->reader || rows->bare || rows->nrows == 0)
			response_too_large(rows);
		out->len = start;
		out->data[start] = '\0';
		rows->limited_by = ROWS_RESPONSE_CAP;
		mark_end(rows);
		return false;
	}
	if (!rows->id_only)
	{
		rows->nrows++;
		if (rows->mark.n > 0)
			mark_row(rows, slot);
	}
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

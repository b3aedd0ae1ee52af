/*-------------------------------------------------------------------------
 *
 * json_in.c
 *	  JSON values to values of a type.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "access/htup_details.h"
#include "catalog/pg_type.h"
#include "funcapi.h"
#include "miscadmin.h"
#include "utils/array.h"
#include "utils/builtins.h"
#include "utils/cash.h"
#include "utils/lsyscache.h"
#include "utils/numeric.h"
#include "utils/typcache.h"

#include "command.h"
#include "error.h"
#include "guard.h"
#include "json_in.h"
#include "request.h"

/* Values collected for an array. */
typedef struct Elements
{
	TypeInfo   *type;
	int32		typmod;
	Datum	   *values;
	bool	   *nulls;
	int			n;
	int			room;
	int			ndims;			/* 0: not known yet */
	int			dims[MAXDIM];
} Elements;

/*
 * The text that the type's input function is given: a string's characters,
 * anything else as it stands in the JSON.
 */
static char *
input_text(const JsonValue *value)
{
	if (value->type == JSON_STRING)
		return json_string_decode(value, NULL);
	return pnstrdup(value->text, value->len);
}

/* See command.h. */
static bool
like_constants(void)
{
	const Call *call = guard_call();

	return call != NULL && call->like_constants;
}

/*
 * Whether the value in hand is one of a condition, where a string is compared
 * with what is inside json.
 */
static bool
in_condition(void)
{
	const JsonNode *node = error_current_place.node;

	while (node != NULL && (node = node->parent) != NULL)
	{
		if (node->parent != NULL && node_type(node->parent) == JSON_OBJECT &&
			json_string_equals(&node->key, "where", strlen("where")))
			return true;
	}
	return false;
}

/* A number's text without a fraction of zeros. */
static char *
integer_text(const JsonValue *value)
{
	char	   *text = pnstrdup(value->text, value->len);
	char	   *point = strchr(text, '.');

	if (point != NULL && strspn(point + 1, "0") == strlen(point + 1))
		*point = '\0';
	return text;
}

/* A plain integer of at most 18 digits, so that nothing can overflow. */
static bool
short_integer(const char *text, size_t len, int64 *result)
{
	size_t		i = 0;
	int64		n = 0;

	if (len > 0 && text[0] == '-')
		i = 1;
	if (i == len || len - i > 18)
		return false;
	for (size_t j = i; j < len; j++)
	{
		if (text[j] < '0' || text[j] > '9')
			return false;
		n = n * 10 + (text[j] - '0');
	}
	*result = i ? -n : n;
	return true;
}

static bool
fast_integer(const JsonValue *value, TypeClass class, Datum *datum)
{
	int64		n;

	if (value->type == JSON_STRING)
	{
		if (!short_integer(json_string_text(value), json_string_len(value), &n))
			return false;
	}
	else if (!short_integer(value->text, value->len, &n))
		return false;

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

/* A decimal number, which money takes as an amount in any locale. */
static bool
is_decimal(const char *text)
{
	if (*text == '-')
		text++;
	if (*text == '\0' || text[strspn(text, "0123456789.")] != '\0')
		return false;
	return strchr(text, '.') == strrchr(text, '.') && strcmp(text, ".") != 0;
}

static void
collect(Elements *elements, Datum value, bool isnull)
{
	if (elements->n == elements->room)
	{
		elements->room = elements->room ? elements->room * 2 : 16;
		if (elements->values == NULL)
		{
			elements->values = palloc(sizeof(Datum) * elements->room);
			elements->nulls = palloc(sizeof(bool) * elements->room);
		}
		else
		{
			elements->values = repalloc_huge(elements->values,
											 sizeof(Datum) * elements->room);
			elements->nulls = repalloc_huge(elements->nulls,
											sizeof(bool) * elements->room);
		}
	}
	elements->values[elements->n] = value;
	elements->nulls[elements->n] = isnull;
	elements->n++;
}

static void malformed_array(const char *detail) pg_attribute_noreturn();

static void
malformed_array(const char *detail)
{
	ereport(ERROR,
			(errcode(ERRCODE_INVALID_TEXT_REPRESENTATION),
			 errmsg("malformed JSON array"),
			 errdetail("%s", detail)));
}

/* One level of a JSON array, "depth" from 0; the values go to the end. */
static void
collect_level(Elements *elements, const JsonValue *array, int depth)
{
	JsonIter	iter;
	JsonValue	value;
	int			n = 0;
	bool		nested;

	/*
	 * An element type that is itself written as an array (json, or a domain
	 * over an array type) leaves no way to tell a dimension from an element.
	 * There is one dimension then.
	 */
	nested = elements->type->class != TYPE_JSON &&
		elements->type->class != TYPE_JSONB &&
		elements->type->class != TYPE_ARRAY;

	if (depth >= MAXDIM)
		ereport(ERROR,
				(errcode(ERRCODE_PROGRAM_LIMIT_EXCEEDED),
				 errmsg("number of array dimensions exceeds the maximum allowed (%d)",
						MAXDIM)));

	json_iter_init(&iter, array, request_poll);
	while (json_iter_next(&iter, NULL, &value))
	{
		bool		is_level = nested && value.type == JSON_ARRAY;

		/* The first innermost element fixes the number of dimensions. */
		if (is_level && elements->ndims == depth + 1)
			malformed_array("Values and arrays are mixed at one level.");
		if (!is_level && elements->ndims == 0)
			elements->ndims = depth + 1;
		else if (!is_level && elements->ndims != depth + 1)
		{
			/* A composite may be written as a list only inside an object. */
			malformed_array("Values and arrays are mixed at one level.");
		}

		if (is_level)
			collect_level(elements, &value, depth + 1);
		else
		{
			Datum		datum = (Datum) 0;
			bool		notnull;

			notnull = json_to_datum(&value, elements->type, elements->typmod,
									&datum);
			collect(elements, datum, !notnull);
		}
		n++;
		CHECK_FOR_INTERRUPTS();
	}

	if (elements->dims[depth] == -1)
		elements->dims[depth] = n;
	else if (elements->dims[depth] != n)
		malformed_array("Sub-arrays must have matching dimensions.");
}

static Datum
elements_to_array(Elements *elements)
{
	int			lbs[MAXDIM];
	TypeInfo   *type = elements->type;

	if (elements->n == 0)
		return PointerGetDatum(construct_empty_array(type->oid));
	for (int i = 0; i < elements->ndims; i++)
		lbs[i] = 1;
	return PointerGetDatum(construct_md_array(elements->values, elements->nulls,
											  elements->ndims, elements->dims,
											  lbs, type->oid, type->len,
											  type->byval, type->align));
}

static Datum
array_in_json(const JsonValue *value, TypeInfo *type, int32 typmod)
{
	Elements	elements = {.type = type_info(type->element), .typmod = typmod};

	for (int i = 0; i < MAXDIM; i++)
		elements.dims[i] = -1;
	collect_level(&elements, value, 0);
	return elements_to_array(&elements);
}

Datum
json_list_to_array(const JsonValue *list, TypeInfo *element, int32 typmod)
{
	Elements	elements = {.type = element, .typmod = typmod, .ndims = 1};
	JsonIter	iter;
	JsonValue	value;

	json_iter_init(&iter, list, request_poll);
	for (int64 i = 0; json_iter_next(&iter, NULL, &value); i++)
	{
		Datum		datum;

		error_current_place.index = i;
		if (json_to_datum(&value, element, typmod, &datum))
			collect(&elements, datum, false);
		CHECK_FOR_INTERRUPTS();
	}
	elements.dims[0] = elements.n;
	return elements_to_array(&elements);
}

/*
 * The attribute that a member of an object stands for: by its name, else by
 * position where it is called f1 to fn, as row_to_json() names the fields of
 * a row that has no names.
 */
static int
composite_attribute(TupleDesc desc, const JsonValue *key)
{
	char	   *name = json_string_decode(key, NULL);
	int			live = 0;

	for (int i = 0; i < desc->natts; i++)
	{
		Form_pg_attribute att = TupleDescAttr(desc, i);

		if (!att->attisdropped && strcmp(NameStr(att->attname), name) == 0)
			return i;
	}
	for (int i = 0; i < desc->natts; i++)
	{
		char		position[16];

		if (TupleDescAttr(desc, i)->attisdropped)
			continue;
		snprintf(position, sizeof(position), "f%d", ++live);
		if (strcmp(position, name) == 0)
			return i;
	}
	ereport(ERROR,
			(errcode(ERRCODE_UNDEFINED_COLUMN),
			 errmsg("type %s has no attribute \"%s\"",
					format_type_be(desc->tdtypeid), name)));
}

static Datum
composite_in_json(const JsonValue *value, TypeInfo *type)
{
	TupleDesc	desc = lookup_rowtype_tupdesc(type->base, -1);
	Datum	   *values = palloc0(sizeof(Datum) * desc->natts);
	bool	   *nulls = palloc(sizeof(bool) * desc->natts);
	bool	   *given = palloc0(sizeof(bool) * desc->natts);
	int			next = 0;
	JsonIter	iter;
	JsonValue	key;
	JsonValue	field;
	HeapTuple	tuple;
	Datum		result;

	memset(nulls, true, sizeof(bool) * desc->natts);
	json_iter_init(&iter, value, request_poll);
	while (json_iter_next(&iter, &key, &field))
	{
		Form_pg_attribute att;
		int			i;

		if (value->type == JSON_OBJECT)
			i = composite_attribute(desc, &key);
		else
		{
			while (next < desc->natts && TupleDescAttr(desc, next)->attisdropped)
				next++;
			i = next++;
			if (i >= desc->natts)
				ereport(ERROR,
						(errcode(ERRCODE_INVALID_TEXT_REPRESENTATION),
						 errmsg("list has more values than type %s has attributes",
								format_type_be(type->base))));
		}
		att = TupleDescAttr(desc, i);
		if (given[i])
			ereport(ERROR,
					(errcode(ERRCODE_INVALID_TEXT_REPRESENTATION),
					 errmsg("attribute \"%s\" of type %s is given twice",
							NameStr(att->attname), format_type_be(type->base))));
		given[i] = true;
		nulls[i] = !json_to_datum(&field, type_info(att->atttypid),
								  att->atttypmod, &values[i]);
	}
	if (value->type == JSON_ARRAY)
	{
		while (next < desc->natts && TupleDescAttr(desc, next)->attisdropped)
			next++;
		if (next < desc->natts)
			ereport(ERROR,
					(errcode(ERRCODE_INVALID_TEXT_REPRESENTATION),
					 errmsg("list has fewer values than type %s has attributes",
							format_type_be(type->base))));
	}

	/* Attributes not given are NULL, which a domain among them may refuse. */
	for (int i = 0; i < desc->natts; i++)
	{
		Form_pg_attribute att = TupleDescAttr(desc, i);

		if (!given[i] && !att->attisdropped)
		{
			TypeInfo   *field_type = type_info(att->atttypid);

			if (field_type->is_domain)
				domain_check((Datum) 0, true, field_type->oid,
							 &field_type->domain_extra, type_cache_context());
		}
	}

	tuple = heap_form_tuple(desc, values, nulls);
	result = heap_copy_tuple_as_datum(tuple, desc);
	ReleaseTupleDesc(desc);
	return result;
}

/* The base type's value; the JSON value is not null. */
static Datum
base_in_json(const JsonValue *value, TypeInfo *type, int32 typmod)
{
	Datum		datum;
	char	   *text;

	switch (type->class)
	{
		case TYPE_BOOL:
			if (value->type == JSON_TRUE || value->type == JSON_FALSE)
				return BoolGetDatum(value->type == JSON_TRUE);
			break;

		case TYPE_INT2:
		case TYPE_INT4:
		case TYPE_INT8:
			if (fast_integer(value, type->class, &datum))
				return datum;
			if (value->type == JSON_NUMBER && like_constants())
				return InputFunctionCall(&type->in, integer_text(value),
										 type->in_param, typmod);
			break;

		case TYPE_TEXT:
			if (typmod < 0 && value->type == JSON_STRING)
			{
				size_t		len;

				if (!value->escaped)
					return PointerGetDatum(cstring_to_text_with_len(json_string_text(value),
																	(int) json_string_len(value)));
				text = json_string_decode(value, &len);
				return PointerGetDatum(cstring_to_text_with_len(text, (int) len));
			}
			break;

		case TYPE_MONEY:
			text = input_text(value);
			if (is_decimal(text))
				return DirectFunctionCall1(numeric_cash,
										   DirectFunctionCall3(numeric_in,
															   CStringGetDatum(text),
															   ObjectIdGetDatum(InvalidOid),
															   Int32GetDatum(-1)));
			return InputFunctionCall(&type->in, text, type->in_param, typmod);

		case TYPE_JSON:
		case TYPE_JSONB:
			/* Every JSON value is itself, a string included. */
			if (value->type == JSON_STRING && like_constants() && !in_condition())
				break;
			text = pnstrdup(value->text, value->len);
			return InputFunctionCall(&type->in, text, type->in_param, typmod);

		case TYPE_ARRAY:
			if (value->type == JSON_ARRAY)
				return array_in_json(value, type, typmod);
			if (value->type != JSON_STRING)
				ereport(ERROR,
						(errcode(ERRCODE_INVALID_TEXT_REPRESENTATION),
						 errmsg("expected an array for type %s, found %s",
								format_type_be(type->oid),
								json_type_name(value->type))));
			break;

		case TYPE_COMPOSITE:
			if (value->type == JSON_OBJECT || value->type == JSON_ARRAY)
				return composite_in_json(value, type);
			if (value->type != JSON_STRING)
				ereport(ERROR,
						(errcode(ERRCODE_INVALID_TEXT_REPRESENTATION),
						 errmsg("expected an object or a list for type %s, found %s",
								format_type_be(type->oid),
								json_type_name(value->type))));
			break;

		default:
			break;
	}

	return InputFunctionCall(&type->in, input_text(value), type->in_param, typmod);
}

bool
json_to_datum(const JsonValue *value, TypeInfo *type, int32 typmod,
			  Datum *datum)
{
	bool		isnull = value->type == JSON_NULL;

	*datum = (Datum) 0;
	if (!isnull)
	{
		check_stack_depth();
		*datum = base_in_json(value, type,
							  type->is_domain ? type->base_typmod : typmod);
	}
	if (type->is_domain)
		domain_check(*datum, isnull, type->oid, &type->domain_extra,
					 type_cache_context());
	return !isnull;
}

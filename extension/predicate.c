/*-------------------------------------------------------------------------
 *
 * predicate.c
 *	  The conditions of a request ("where").
 *
 * This file reads JSON and makes no SQL; what a condition becomes is in
 * statement_where.c.  Whatever that depends on goes into the shape here.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include <ctype.h>

#include "catalog/pg_type.h"
#include "miscadmin.h"
#include "utils/array.h"
#include "utils/builtins.h"
#include "utils/lsyscache.h"
#include "utils/rel.h"

#include "error.h"
#include "predicate.h"

/*
 * Marks in the shape.  What a name is followed by in the request's text
 * never matters: each part is marked by its kind and ends where it ends.
 */
#define SHAPE_GROUP_BEGIN	'('
#define SHAPE_GROUP_END		')'
#define SHAPE_COLUMNS		'c'
#define SHAPE_TEST			't'
#define SHAPE_COLUMN		'.'
#define SHAPE_PATH			'#'
#define SHAPE_NULL			'0'
#define SHAPE_SINGLE		'1'
#define SHAPE_END			';'

static void parse_list(const JsonNode *list, PredicateKind kind,
					   Predicate *predicate, Shape *shape);
static void parse_one(const JsonNode *node, Predicate *predicate, Shape *shape);

/*
 * [column, key, ...], the way to a value inside a json or jsonb column; the
 * keys are bound.
 */
static void
parse_path(const JsonNode *node, PredicateColumn *column, Shape *shape)
{
	int			n;
	JsonNode   *steps = node_children(node, &n);
	Datum	   *keys;

	if (n < 2)
		ereport(ERROR,
				(errcode(ERRCODE_SYNTAX_ERROR),
				 errmsg("a path is [column, key, ...]"),
				 errplace(node)));
	column->name = &steps[0];
	node_expect(column->name, JSON_STRING);

	keys = palloc(sizeof(Datum) * (n - 1));
	for (int i = 1; i < n; i++)
	{
		const JsonNode *step = &steps[i];

		if (node_type(step) == JSON_NUMBER)
		{
			int64		index = node_integer(step, PG_INT32_MIN, PG_INT32_MAX);

			keys[i - 1] = CStringGetTextDatum(psprintf(INT64_FORMAT, index));
		}
		else
			keys[i - 1] = CStringGetTextDatum(node_string(step));
	}
	column->path = (struct varlena *) construct_array(keys, n - 1, TEXTOID,
													  -1, false, TYPALIGN_INT);
	shape_bind_datum(shape, PointerGetDatum(column->path));
}

static void
parse_column(const JsonNode *node, PredicateColumn *column, Shape *shape)
{
	column->node = node;
	if (node_type(node) == JSON_ARRAY)
		parse_path(node, column, shape);
	else
	{
		column->name = node;
		node_expect(node, JSON_STRING);
	}
	shape_add_flag(shape, column->path ? SHAPE_PATH : SHAPE_COLUMN);
	shape_add(shape, column->name);
}

static void
parse_operator(const JsonNode *node, Predicate *test, Shape *shape)
{
	test->operator = predicate_operator(node);
	shape_add_bytes(shape, test->operator->name, strlen(test->operator->name) + 1);
}

static void
refuse_null(const Predicate *test, const JsonNode *operand)
{
	if (node_type(operand) == JSON_NULL)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("operator \"%s\" cannot compare with null",
						test->operator->name),
				 errhint("Use \"is_null\" or \"is_not_null\"."),
				 errplace(operand)));
}

/* Whether a list's element is written as an array's value can be. */
static bool
looks_like_array(const JsonValue *value)
{
	const char *text = value->text + 1;

	if (value->type != JSON_STRING || value->escaped)
		return value->type == JSON_ARRAY || value->escaped;
	while (isspace((unsigned char) *text))
		text++;
	return *text == '{' || *text == '[';
}

/*
 * Whether a list of the column's values can be no array: they are arrays
 * themselves, and there are no arrays of arrays.
 */
static bool
has_no_array_type(const PredicateColumn *column, const Shape *shape)
{
	char	   *name;
	Relation	rel;
	TupleDesc	desc;
	bool		result = false;

	if (column->path)
		return false;

	/* The command has the table open.  Unknown columns are found out later. */
	name = node_string(column->name);
	rel = RelationIdGetRelation(shape->relid);
	desc = RelationGetDescr(rel);
	for (int i = 0; i < desc->natts; i++)
	{
		Form_pg_attribute att = TupleDescAttr(desc, i);

		if (!att->attisdropped && strcmp(NameStr(att->attname), name) == 0)
			result = !OidIsValid(get_array_type(getBaseType(att->atttypid)));
	}
	RelationClose(rel);
	return result;
}

/* A list is one parameter, an array, wherever that can be. */
static void
parse_list_operand(const JsonNode *operand, Predicate *test, Shape *shape)
{
	JsonIter	iter;
	JsonValue	value;
	bool		have_value = false;
	JsonNode   *elements;
	int			n;

	node_expect(operand, JSON_ARRAY);
	test->empty_list = true;
	json_iter_init(&iter, &operand->value, request_poll);
	while (!(have_value && test->null_operand) &&
		   json_iter_next(&iter, NULL, &value))
	{
		test->empty_list = false;
		if (value.type == JSON_NULL)
			test->null_operand = true;
		else if (!have_value)
		{
			have_value = true;
			test->single = looks_like_array(&value);
		}
	}
	if (!have_value || test->single)
		test->single = has_no_array_type(&test->column, shape);

	if (!test->single)
	{
		shape_bind(shape, operand);
		return;
	}
	elements = node_children(operand, &n);
	for (int i = 0; i < n; i++)
	{
		if (node_type(&elements[i]) == JSON_NULL)
			continue;
		shape_bind(shape, &elements[i]);
		test->nelements++;
	}
	shape_add_flag(shape, SHAPE_SINGLE);
	shape_add_bytes(shape, &test->nelements, sizeof(test->nelements));
}

static void
parse_bounds(const JsonNode *operand, Predicate *test, Shape *shape)
{
	JsonNode   *bounds;
	int			n;

	node_expect(operand, JSON_ARRAY);
	bounds = node_children(operand, &n);
	if (n != 2)
		ereport(ERROR,
				(errcode(ERRCODE_SYNTAX_ERROR),
				 errmsg("operator \"%s\" takes [low, high]", test->operator->name),
				 errplace(operand)));
	for (int i = 0; i < n; i++)
	{
		refuse_null(test, &bounds[i]);
		shape_bind_opaque(shape, &bounds[i]);
	}
}

/* The pattern for LIKE that what begins with the text matches. */
static text *
prefix_pattern(const char *prefix)
{
	StringInfoData pattern;

	initStringInfo(&pattern);
	for (; *prefix != '\0'; prefix++)
	{
		if (*prefix == '\\' || *prefix == '%' || *prefix == '_')
			appendStringInfoChar(&pattern, '\\');
		appendStringInfoChar(&pattern, *prefix);
	}
	appendStringInfoChar(&pattern, '%');
	return cstring_to_text_with_len(pattern.data, pattern.len);
}

static OperandForm
operand_form(const JsonNode *operand)
{
	const char *text;
	int			commas = 0;

	if (node_type(operand) == JSON_NUMBER)
		return FORM_ELEMENT;
	if (node_type(operand) != JSON_STRING)
		return FORM_OTHER;

	text = node_string(operand);
	while (isspace((unsigned char) *text))
		text++;
	for (const char *p = text; *p != '\0'; p++)
		commas += *p == ',';
	switch (*text)
	{
		case '{':
			return FORM_MULTIRANGE;
		case '<':
			return FORM_CIRCLE;
		case '[':
			return commas > 1 ? FORM_OPEN_PATH : FORM_RANGE;
		case '(':
			return commas <= 1 ? FORM_RANGE :
				commas == 3 ? FORM_TWO_POINTS : FORM_POINTS;
		default:
			if (pg_strncasecmp(text, "empty", 5) == 0 &&
				text[5 + strspn(text + 5, " \t\n\r\f\v")] == '\0')
				return FORM_RANGE;
			return FORM_ELEMENT;
	}
}

static void
parse_operand(const JsonNode *operand, Predicate *test, Shape *shape)
{
	switch (test->operator->operand)
	{
		case OPERAND_NONE:
			break;

		case OPERAND_VALUE:
		case OPERAND_DISTINCT:
			test->null_operand = node_type(operand) == JSON_NULL;
			if (test->operator->if_null == NULL_REFUSED)
				refuse_null(test, operand);
			if (!test->null_operand)
				shape_bind_opaque(shape, operand);
			break;

		case OPERAND_BOUNDS:
			parse_bounds(operand, test, shape);
			break;

		case OPERAND_LIST:
			parse_list_operand(operand, test, shape);
			break;

		case OPERAND_PATTERN:
		case OPERAND_KEY:
			refuse_null(test, operand);
			node_expect(operand, JSON_STRING);
			shape_bind_opaque(shape, operand);
			break;

		case OPERAND_PREFIX:
			refuse_null(test, operand);
			shape_bind_datum(shape,
							 PointerGetDatum(prefix_pattern(node_string(operand))));
			break;

		case OPERAND_CONTAINED:
			refuse_null(test, operand);
			test->form = operand_form(operand);
			shape_add_flag(shape, test->form);
			shape_bind(shape, operand);
			break;
	}
	if (test->null_operand)
		shape_add_flag(shape, SHAPE_NULL);
}

/* [column, operator] or [column, operator, value] */
static void
parse_test(const JsonNode *node, Predicate *test, Shape *shape)
{
	int			n;
	JsonNode   *parts = node_children(node, &n);
	int			expected;

	if (n < 2)
		ereport(ERROR,
				(errcode(ERRCODE_SYNTAX_ERROR),
				 errmsg("a condition is [column, operator, value]"),
				 errplace(node)));
	test->kind = PREDICATE_TEST;
	test->node = node;
	shape_add_flag(shape, SHAPE_TEST);
	parse_column(&parts[0], &test->column, shape);
	parse_operator(&parts[1], test, shape);
	expected = test->operator->operand == OPERAND_NONE ? 2 : 3;
	if (n != expected)
		ereport(ERROR,
				(errcode(ERRCODE_SYNTAX_ERROR),
				 expected == 2 ?
				 errmsg("operator \"%s\" takes no value", test->operator->name) :
				 errmsg("operator \"%s\" takes one value", test->operator->name),
				 errplace(node)));
	if (expected == 3)
		parse_operand(&parts[2], test, shape);
	shape_add_flag(shape, SHAPE_END);
}

/* {"columns": [column, operator, column]} */
static void
parse_columns(const JsonNode *node, Predicate *test, Shape *shape)
{
	int			n;
	JsonNode   *parts;

	node_expect(node, JSON_ARRAY);
	parts = node_children(node, &n);
	if (n != 3)
		ereport(ERROR,
				(errcode(ERRCODE_SYNTAX_ERROR),
				 errmsg("a comparison of columns is [column, operator, column]"),
				 errplace(node)));
	test->kind = PREDICATE_TEST;
	test->node = node;
	shape_add_flag(shape, SHAPE_COLUMNS);
	parse_column(&parts[0], &test->column, shape);
	parse_operator(&parts[1], test, shape);
	if (!predicate_compares_columns(test->operator))
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("operator \"%s\" cannot compare two columns",
						test->operator->name),
				 errplace(&parts[1])));
	parse_column(&parts[2], &test->other, shape);
	shape_add_flag(shape, SHAPE_END);
}

/* {"and": [...]}, {"or": [...]}, {"not": ...} or {"columns": [...]} */
static void
parse_group(const JsonNode *node, Predicate *predicate, Shape *shape)
{
	int			n;
	JsonNode   *members = node_children(node, &n);

	if (n == 1)
	{
		const JsonValue *key = &members[0].key;

		if (json_string_equals(key, "and", 3))
		{
			parse_list(&members[0], PREDICATE_AND, predicate, shape);
			return;
		}
		if (json_string_equals(key, "or", 2))
		{
			parse_list(&members[0], PREDICATE_OR, predicate, shape);
			return;
		}
		if (json_string_equals(key, "not", 3))
		{
			predicate->kind = PREDICATE_NOT;
			predicate->nargs = 1;
			predicate->args = palloc0(sizeof(Predicate));
			shape_add_flag(shape, 'n');
			parse_one(&members[0], predicate->args, shape);
			return;
		}
		if (json_string_equals(key, "columns", 7))
		{
			parse_columns(&members[0], predicate, shape);
			return;
		}
	}
	ereport(ERROR,
			(errcode(ERRCODE_SYNTAX_ERROR),
			 errmsg("a condition that is an object is {\"and\": [...]}, {\"or\": [...]}, {\"not\": ...} or {\"columns\": [...]}"),
			 errplace(node)));
}

static void
parse_one(const JsonNode *node, Predicate *predicate, Shape *shape)
{
	check_stack_depth();
	CHECK_FOR_INTERRUPTS();
	if (node_type(node) == JSON_ARRAY)
		parse_test(node, predicate, shape);
	else if (node_type(node) == JSON_OBJECT)
		parse_group(node, predicate, shape);
	else
		ereport(ERROR,
				(errcode(ERRCODE_SYNTAX_ERROR),
				 errmsg("expected a condition, found %s",
						json_type_name(node_type(node))),
				 errplace(node)));
}

static void
parse_list(const JsonNode *list, PredicateKind kind, Predicate *predicate,
		   Shape *shape)
{
	JsonNode   *nodes;

	node_expect(list, JSON_ARRAY);
	nodes = node_children(list, &predicate->nargs);
	predicate->kind = kind;
	predicate->args = palloc0(sizeof(Predicate) * (predicate->nargs + 1));
	shape_add_flag(shape, kind == PREDICATE_AND ? 'a' : 'o');
	shape_add_flag(shape, SHAPE_GROUP_BEGIN);
	for (int i = 0; i < predicate->nargs; i++)
		parse_one(&nodes[i], &predicate->args[i], shape);
	shape_add_flag(shape, SHAPE_GROUP_END);
}

Predicate *
predicate_parse(const JsonNode *where, Shape *shape)
{
	Predicate  *predicate = palloc0(sizeof(Predicate));

	if (node_given(where))
		parse_list(where, PREDICATE_AND, predicate, shape);
	else
		predicate->kind = PREDICATE_AND;
	return predicate;
}

/* What a predicate is for every row, where that can be told without one. */
typedef enum Constant
{
	ALWAYS_FALSE,
	ALWAYS_TRUE,
	NOT_CONSTANT
} Constant;

/* Whether a test compares something with itself. */
static bool
same_column(const Predicate *test)
{
	const PredicateColumn *a = &test->column;
	const PredicateColumn *b = &test->other;

	if (b->node == NULL || strcmp(node_string(a->name), node_string(b->name)) != 0)
		return false;
	if (a->path == NULL || b->path == NULL)
		return a->path == b->path;
	return VARSIZE(a->path) == VARSIZE(b->path) &&
		memcmp(a->path, b->path, VARSIZE(a->path)) == 0;
}

static Constant
constant_test(const Predicate *test)
{
	bool		equal = test->operator->if_null == NULL_IS_NULL;

	if (test->operator->operand == OPERAND_LIST && test->empty_list)
		return equal ? ALWAYS_FALSE : ALWAYS_TRUE;
	if (test->operator->operand == OPERAND_DISTINCT && same_column(test))
		return equal ? ALWAYS_TRUE : ALWAYS_FALSE;
	return NOT_CONSTANT;
}

static Constant
constant(const Predicate *predicate)
{
	Constant	result;

	switch (predicate->kind)
	{
		case PREDICATE_NOT:
			result = constant(&predicate->args[0]);
			if (result == NOT_CONSTANT)
				return NOT_CONSTANT;
			return result == ALWAYS_TRUE ? ALWAYS_FALSE : ALWAYS_TRUE;

		case PREDICATE_AND:
		case PREDICATE_OR:
			result = predicate->kind == PREDICATE_AND ? ALWAYS_TRUE : ALWAYS_FALSE;
			for (int i = 0; i < predicate->nargs; i++)
			{
				Constant	arg = constant(&predicate->args[i]);

				if (arg == NOT_CONSTANT)
					result = NOT_CONSTANT;
				else if (arg == (predicate->kind == PREDICATE_AND ?
								 ALWAYS_FALSE : ALWAYS_TRUE))
					return arg;
			}
			return result;

		case PREDICATE_TEST:
			return constant_test(predicate);
	}
	return NOT_CONSTANT;
}

bool
predicate_always_true(const Predicate *predicate)
{
	return constant(predicate) == ALWAYS_TRUE;
}

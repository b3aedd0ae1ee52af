/*-------------------------------------------------------------------------
 *
 * predicate.c
 *	  The conditions of a request ("where").
 *
 * This file knows JSON and no SQL beyond the operators' names; what a
 * condition becomes is in statement.c.  A new operator is a row in the table
 * below, unless its operand is of a new kind.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "miscadmin.h"

#include "error.h"
#include "nearest.h"
#include "predicate.h"

const PredicateOperator predicate_operators[] = {
	{"=", OPERAND_VALUE, "=", "IS NULL"},
	{"!=", OPERAND_VALUE, "<>", "IS NOT NULL"},
	{"<>", OPERAND_VALUE, "<>", "IS NOT NULL"},
	{"<", OPERAND_VALUE, "<", NULL},
	{"<=", OPERAND_VALUE, "<=", NULL},
	{">", OPERAND_VALUE, ">", NULL},
	{">=", OPERAND_VALUE, ">=", NULL},
	{"in", OPERAND_LIST, "=", "IS NULL"},
	{"like", OPERAND_PATTERN, "~~", NULL},
	{"is_null", OPERAND_NONE, "IS NULL", NULL},
	{"is_not_null", OPERAND_NONE, "IS NOT NULL", NULL},
	{NULL}
};

/*
 * Marks in the shape.  What a name is followed by in the request's text
 * never matters: each part is marked by its kind and ends where it ends.
 */
#define SHAPE_GROUP_BEGIN	'('
#define SHAPE_GROUP_END		')'
#define SHAPE_TEST			'?'
#define SHAPE_TEST_NULL		'0'

static void parse_list(const JsonNode *list, PredicateKind kind,
					   Predicate *predicate, Shape *shape);
static void parse_one(const JsonNode *node, Predicate *predicate, Shape *shape);

static const PredicateOperator *
find_operator(const JsonNode *node)
{
	Nearest		nearest;
	char	   *name;

	node_expect(node, JSON_STRING);
	for (const PredicateOperator *op = predicate_operators; op->name; op++)
	{
		if (node_is(node, op->name))
			return op;
	}

	name = node_string(node);
	nearest_init(&nearest, name);
	for (const PredicateOperator *op = predicate_operators; op->name; op++)
		nearest_offer(&nearest, op->name);
	ereport(ERROR,
			(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
			 errmsg("unrecognized operator \"%s\"", text_shown(name)),
			 errhint_nearest(&nearest),
			 errplace(node)));
}

/* Whether a list has a null among its elements, and whether it has any. */
static void
inspect_list(Predicate *test)
{
	JsonIter	iter;
	JsonValue	value;

	node_expect(test->operand, JSON_ARRAY);
	test->empty_list = true;
	json_iter_init(&iter, &test->operand->value, request_poll);
	while (json_iter_next(&iter, NULL, &value))
	{
		test->empty_list = false;
		if (value.type == JSON_NULL)
		{
			test->null_operand = true;
			break;
		}
	}
}

/* [column, operator] or [column, operator, value] */
static void
parse_test(const JsonNode *node, Predicate *test, Shape *shape)
{
	int			n;
	JsonNode	   *parts = node_children(node, &n);
	int			expected;

	if (n < 2)
		ereport(ERROR,
				(errcode(ERRCODE_SYNTAX_ERROR),
				 errmsg("a condition is [column, operator, value]"),
				 errplace(node)));
	test->kind = PREDICATE_TEST;
	test->node = node;
	test->column = &parts[0];
	node_expect(test->column, JSON_STRING);
	test->operator = find_operator(&parts[1]);
	expected = test->operator->operand == OPERAND_NONE ? 2 : 3;
	if (n != expected)
		ereport(ERROR,
				(errcode(ERRCODE_SYNTAX_ERROR),
				 expected == 2 ?
				 errmsg("operator \"%s\" takes no value", test->operator->name) :
				 errmsg("operator \"%s\" takes one value", test->operator->name),
				 errplace(node)));

	if (expected == 3)
	{
		test->operand = &parts[2];
		if (test->operator->operand == OPERAND_LIST)
			inspect_list(test);
		else
			test->null_operand = node_type(test->operand) == JSON_NULL;
		if (test->null_operand && test->operator->if_null == NULL)
			ereport(ERROR,
					(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
					 errmsg("operator \"%s\" cannot compare with null",
							test->operator->name),
					 errhint("Use \"is_null\" or \"is_not_null\"."),
					 errplace(test->operand)));
	}

	shape_add_flag(shape, test->null_operand ? SHAPE_TEST_NULL : SHAPE_TEST);
	shape_add(shape, test->column);
	shape_add_bytes(shape, test->operator->name, strlen(test->operator->name) + 1);
	if (test->operator->operand == OPERAND_LIST ||
		(test->operator->operand != OPERAND_NONE && !test->null_operand))
		shape_bind(shape, test->operand);
}

/* {"and": [...]}, {"or": [...]} or {"not": ...} */
static void
parse_group(const JsonNode *node, Predicate *predicate, Shape *shape)
{
	int			n;
	JsonNode	   *members = node_children(node, &n);

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
	}
	ereport(ERROR,
			(errcode(ERRCODE_SYNTAX_ERROR),
			 errmsg("a group of conditions is {\"and\": [...]}, {\"or\": [...]} or {\"not\": ...}"),
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
	JsonNode	   *nodes;

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
			if (predicate->operator->operand == OPERAND_LIST &&
				predicate->empty_list)
				return ALWAYS_FALSE;
			return NOT_CONSTANT;
	}
	return NOT_CONSTANT;
}

bool
predicate_always_true(const Predicate *predicate)
{
	return constant(predicate) == ALWAYS_TRUE;
}

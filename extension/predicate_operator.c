/*-------------------------------------------------------------------------
 *
 * predicate_operator.c
 *	  The operators of conditions: their table, their names elsewhere, and
 *	  the JSON Schema of a condition.
 *
 * A new operator is a row in the table below, unless its operand is of a new
 * kind.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "error.h"
#include "nearest.h"
#include "predicate.h"

const PredicateOperator predicate_operators[] = {
	{"=", OPERAND_VALUE, "=", NULL_IS_NULL},
	{"!=", OPERAND_VALUE, "<>", NULL_IS_NOT_NULL},
	{"<>", OPERAND_VALUE, "<>", NULL_IS_NOT_NULL},
	{"<", OPERAND_VALUE, "<", NULL_REFUSED},
	{"<=", OPERAND_VALUE, "<=", NULL_REFUSED},
	{">", OPERAND_VALUE, ">", NULL_REFUSED},
	{">=", OPERAND_VALUE, ">=", NULL_REFUSED},
	{"in", OPERAND_LIST, "=", NULL_IS_NULL},
	{"not_in", OPERAND_LIST, "<>", NULL_IS_NOT_NULL},
	{"between", OPERAND_BOUNDS, ">=", NULL_REFUSED},
	{"like", OPERAND_PATTERN, "~~", NULL_REFUSED},
	{"not_like", OPERAND_PATTERN, "!~~", NULL_REFUSED},
	{"ilike", OPERAND_PATTERN, "~~*", NULL_REFUSED},
	{"not_ilike", OPERAND_PATTERN, "!~~*", NULL_REFUSED},
	{"~", OPERAND_PATTERN, "~", NULL_REFUSED},
	{"~*", OPERAND_PATTERN, "~*", NULL_REFUSED},
	{"starts_with", OPERAND_PREFIX, "~~", NULL_REFUSED},
	{"is_null", OPERAND_NONE, NULL, NULL_IS_NULL},
	{"is_not_null", OPERAND_NONE, NULL, NULL_IS_NOT_NULL},
	{"is_distinct_from", OPERAND_DISTINCT, "<>", NULL_IS_NOT_NULL},
	{"is_not_distinct_from", OPERAND_DISTINCT, "=", NULL_IS_NULL},
	{"contains", OPERAND_CONTAINED, "@>", NULL_REFUSED},
	{"contained_in", OPERAND_CONTAINED, "<@", NULL_REFUSED},
	{"overlaps", OPERAND_CONTAINED, "&&", NULL_REFUSED},
	{"has_key", OPERAND_KEY, "?", NULL_REFUSED},
	{NULL}
};

/*
 * What SQL and other systems call them, folded as fold_name() does.  What
 * differs from our name in nothing but that needs no row.
 */
static const struct
{
	const char *elsewhere;
	const char *ours;
}			aliases[] = {
	{"==", "="},
	{"===", "="},
	{"eq", "="},
	{"equal", "="},
	{"equals", "="},
	{"is", "="},
	{"!==", "!="},
	{"~=", "!="},
	{"^=", "!="},
	{"ne", "!="},
	{"neq", "!="},
	{"noteq", "!="},
	{"notequal", "!="},
	{"notequals", "!="},
	{"isnot", "!="},
	{"not", "!="},
	{"lt", "<"},
	{"less", "<"},
	{"lessthan", "<"},
	{"before", "<"},
	{"le", "<="},
	{"lte", "<="},
	{"=<", "<="},
	{"lessthanorequal", "<="},
	{"lessthanorequals", "<="},
	{"lessthanorequalto", "<="},
	{"gt", ">"},
	{"greater", ">"},
	{"greaterthan", ">"},
	{"after", ">"},
	{"ge", ">="},
	{"gte", ">="},
	{"=>", ">="},
	{"greaterthanorequal", ">="},
	{"greaterthanorequals", ">="},
	{"greaterthanorequalto", ">="},
	{"any", "in"},
	{"anyof", "in"},
	{"oneof", "in"},
	{"isin", "in"},
	{"nin", "not_in"},
	{"noneof", "not_in"},
	{"isnotin", "not_in"},
	{"!in", "not_in"},
	{"range", "between"},
	{"~~", "like"},
	{"!~~", "not_like"},
	{"nlike", "not_like"},
	{"~~*", "ilike"},
	{"!~~*", "not_ilike"},
	{"nilike", "not_ilike"},
	{"=~", "~"},
	{"regex", "~"},
	{"regexp", "~"},
	{"rlike", "~"},
	{"match", "~"},
	{"matches", "~"},
	{"=~*", "~*"},
	{"iregex", "~*"},
	{"imatch", "~*"},
	{"^@", "starts_with"},
	{"prefix", "starts_with"},
	{"startwith", "starts_with"},
	{"beginswith", "starts_with"},
	{"null", "is_null"},
	{"isempty", "is_null"},
	{"notnull", "is_not_null"},
	{"isnotempty", "is_not_null"},
	{"exists", "is_not_null"},
	{"isdistinct", "is_distinct_from"},
	{"distinct", "is_distinct_from"},
	{"<=>", "is_not_distinct_from"},
	{"isnotdistinct", "is_not_distinct_from"},
	{"@>", "contains"},
	{"cs", "contains"},
	{"contain", "contains"},
	{"includes", "contains"},
	{"<@", "contained_in"},
	{"cd", "contained_in"},
	{"containedby", "contained_in"},
	{"iscontainedby", "contained_in"},
	{"within", "contained_in"},
	{"&&", "overlaps"},
	{"ov", "overlaps"},
	{"overlap", "overlaps"},
	{"intersects", "overlaps"},
	{"?", "has_key"},
	{"haskeys", "has_key"},
	{"keyexists", "has_key"},
};

/*
 * In lower case, without what words are joined with and without the "$" of
 * document stores.
 */
static char *
fold_name(const char *name)
{
	char	   *folded = palloc(strlen(name) + 1);
	char	   *out = folded;

	for (; *name != '\0'; name++)
	{
		if (strchr(" _-$", *name) == NULL)
			*out++ = pg_ascii_tolower((unsigned char) *name);
	}
	*out = '\0';
	return folded;
}

/* Our name for what somebody called an operator, or NULL. */
static const char *
meant_operator(const char *name)
{
	char	   *folded = fold_name(name);

	for (const PredicateOperator *op = predicate_operators; op->name; op++)
	{
		if (strcmp(fold_name(op->name), folded) == 0)
			return op->name;
	}
	for (int i = 0; i < lengthof(aliases); i++)
	{
		if (strcmp(aliases[i].elsewhere, folded) == 0)
			return aliases[i].ours;
	}
	return NULL;
}

static void unknown_operator(const JsonNode *node) pg_attribute_noreturn();

static void
unknown_operator(const JsonNode *node)
{
	char	   *name = node_string(node);
	const char *meant = strlen(name) < NAMEDATALEN ? meant_operator(name) : NULL;
	Nearest		nearest;
	StringInfoData all;

	nearest_init(&nearest, name);
	initStringInfo(&all);
	for (const PredicateOperator *op = predicate_operators; op->name; op++)
	{
		nearest_offer(&nearest, op->name);
		appendStringInfo(&all, "%s%s", all.len > 0 ? " " : "", op->name);
	}
	ereport(ERROR,
			(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
			 errmsg("unrecognized operator \"%s\"", text_shown(name)),
			 meant != NULL ? errhint("Perhaps you meant \"%s\".", meant) :
			 nearest.name[0] != '\0' ? errhint_nearest(&nearest) :
			 errhint("The operators are: %s.", all.data),
			 errplace(node)));
}

const PredicateOperator *
predicate_operator(const JsonNode *node)
{
	node_expect(node, JSON_STRING);
	for (const PredicateOperator *op = predicate_operators; op->name; op++)
	{
		if (node_is(node, op->name))
			return op;
	}
	unknown_operator(node);
}

bool
predicate_compares_columns(const PredicateOperator *operator)
{
	return operator->operand == OPERAND_VALUE ||
		operator->operand == OPERAND_DISTINCT;
}

/* The schema of what an operator takes, or NULL. */
static const char *
operand_schema(const PredicateOperator *operator)
{
	switch (operator->operand)
	{
		case OPERAND_NONE:
			return NULL;
		case OPERAND_VALUE:
		case OPERAND_DISTINCT:
		case OPERAND_CONTAINED:
			return operator->if_null == NULL_REFUSED ?
				"{\"not\":{\"type\":\"null\"}}" : "true";
		case OPERAND_BOUNDS:
			return "{\"type\":\"array\",\"items\":{\"not\":{\"type\":\"null\"}},\"minItems\":2,\"maxItems\":2}";
		case OPERAND_LIST:
			return "{\"type\":\"array\"}";
		case OPERAND_PATTERN:
		case OPERAND_PREFIX:
		case OPERAND_KEY:
			return "{\"type\":\"string\"}";
	}
	return NULL;
}

/* [column, one of the operators that take this, this] */
static void
append_test_schema(StringInfo out, const char *operand)
{
	const char *separator = "";

	appendStringInfo(out, "{\"type\":\"array\",\"minItems\":%d,\"maxItems\":%d,"
					 "\"prefixItems\":[{\"$ref\":\"#/$defs/columnOrPath\"},{\"enum\":[",
					 operand ? 3 : 2, operand ? 3 : 2);
	for (const PredicateOperator *op = predicate_operators; op->name; op++)
	{
		const char *schema = operand_schema(op);

		if (operand == NULL ? schema == NULL :
			schema != NULL && strcmp(schema, operand) == 0)
		{
			appendStringInfo(out, "%s\"%s\"", separator, op->name);
			separator = ",";
		}
	}
	appendStringInfo(out, "]}%s%s]}", operand ? "," : "", operand ? operand : "");
}

void
predicate_append_schema(StringInfo out)
{
	const char *separator = "";

	appendStringInfoString(out, "\"columnOrPath\":{\"anyOf\":[{\"type\":\"string\",\"minLength\":1,\"description\":\"column\"},"
						   "{\"type\":\"array\",\"description\":\"A json or jsonb column and the way to a value inside.\","
						   "\"prefixItems\":[{\"type\":\"string\",\"minLength\":1,\"description\":\"column\"}],"
						   "\"items\":{\"type\":[\"string\",\"integer\"]},\"minItems\":2}]}");

	/* Each kind of operand once, where its first operator stands. */
	appendStringInfoString(out, ",\"condition\":{\"anyOf\":[");
	for (const PredicateOperator *op = predicate_operators; op->name; op++)
	{
		const PredicateOperator *first = predicate_operators;
		const char *schema = operand_schema(op);

		while (operand_schema(first) != schema &&
			   (schema == NULL || operand_schema(first) == NULL ||
				strcmp(operand_schema(first), schema) != 0))
			first++;
		if (first == op)
		{
			appendStringInfoString(out, separator);
			append_test_schema(out, schema);
			separator = ",";
		}
	}

	appendStringInfoString(out, ",{\"type\":\"object\",\"required\":[\"columns\"],\"additionalProperties\":false,"
						   "\"properties\":{\"columns\":{\"type\":\"array\",\"minItems\":3,\"maxItems\":3,"
						   "\"prefixItems\":[{\"$ref\":\"#/$defs/columnOrPath\"},{\"enum\":[");
	separator = "";
	for (const PredicateOperator *op = predicate_operators; op->name; op++)
	{
		if (predicate_compares_columns(op))
		{
			appendStringInfo(out, "%s\"%s\"", separator, op->name);
			separator = ",";
		}
	}
	appendStringInfoString(out, "]},{\"$ref\":\"#/$defs/columnOrPath\"}]}}}");

	for (int i = 0; i < 2; i++)
		appendStringInfo(out, ",{\"type\":\"object\",\"required\":[\"%s\"],\"additionalProperties\":false,"
						 "\"properties\":{\"%s\":{\"type\":\"array\",\"items\":{\"$ref\":\"#/$defs/condition\"}}}}",
						 i == 0 ? "and" : "or", i == 0 ? "and" : "or");
	appendStringInfoString(out, ",{\"type\":\"object\",\"required\":[\"not\"],\"additionalProperties\":false,"
						   "\"properties\":{\"not\":{\"$ref\":\"#/$defs/condition\"}}}]}");
}

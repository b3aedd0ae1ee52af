/*-------------------------------------------------------------------------
 *
 * statement_where.c
 *	  What a condition of a request becomes in SQL.
 *
 * Domains are compared as their base types and json as jsonb.  What a path
 * leads to is a jsonb value, or its text for operators on text; a JSON null
 * there counts as NULL.  JSON values of different types are different, and neither is less.
 *
 * A test that is not true for a row need not tell false from NULL, unless it
 * stands inside a NOT; then it is "exact".  That leaves the plain form, the
 * one that an index can serve, wherever it will do.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "catalog/pg_operator.h"
#include "catalog/pg_type.h"
#include "miscadmin.h"
#include "nodes/value.h"
#include "parser/parse_coerce.h"
#include "parser/parse_oper.h"
#include "utils/builtins.h"
#include "utils/lsyscache.h"
#include "utils/rel.h"
#include "utils/syscache.h"
#include "utils/typcache.h"

#include "catalog.h"
#include "error.h"
#include "statement_parts.h"

/* One side of a test. */
typedef struct Side
{
	const PredicateColumn *named;
	AttrNumber	column;
	Oid			column_type;	/* without domain */
	Oid			type;			/* of what is compared */
	bool		cast;			/* the column is cast to it */
	int			path;			/* parameter that holds the keys, 0: no path */
} Side;

static void no_operator(const Predicate *test, const Side *left, const char *hint) pg_attribute_noreturn();

static void
no_operator(const Predicate *test, const Side *left, const char *hint)
{
	ereport(ERROR,
			(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
			 errmsg("operator \"%s\" cannot be used with column \"%s\" of type %s",
					test->operator->name, node_string(left->named->name),
					format_type_be(left->column_type)),
			 hint ? errhint("%s", hint) : 0,
			 errplace(test->node)));
}

/*
 * The type as which a column's values are compared.  json has no operators,
 * and values for an array of domains would be checked by the domain, which is
 * not for what is only searched for.
 */
static Oid
compared_type(Oid column_type)
{
	Oid			element = get_element_type(column_type);

	if (column_type == JSONOID)
		return JSONBOID;
	if (OidIsValid(element) && getBaseType(element) != element)
	{
		Oid			type = get_array_type(getBaseType(element));

		return OidIsValid(type) ? type : column_type;
	}
	return column_type;
}

static Side
side_open(Statement *st, const PredicateColumn *named)
{
	Side		side = {.named = named};
	Form_pg_attribute att;

	side.column = catalog_column(st->rel, named->name);
	att = TupleDescAttr(RelationGetDescr(st->rel), side.column - 1);
	side.column_type = getBaseType(att->atttypid);
	side.type = compared_type(side.column_type);
	side.cast = side.type != side.column_type ||
		statement_operand_is_cast(st, side.column);
	if (named->path != NULL)
	{
		if (side.type != JSONBOID)
			ereport(ERROR,
					(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
					 errmsg("a path cannot go into column \"%s\" of type %s",
							node_string(named->name),
							format_type_be(side.column_type)),
					 errhint("Paths are for columns of type json and jsonb."),
					 errplace(named->node)));
		side.path = statement_param(st, TEXTOID, -1, true);
	}
	return side;
}

/* The text of a string inside json; anything else there is JSON text. */
static void
add_text(Statement *st, const Side *side)
{
	if (side->type != JSONBOID)
	{
		statement_add_operand(st, "", side->column);
		return;
	}
	statement_add(st, "(");
	statement_add_column(st, side->column);
	statement_add(st, " OPERATOR(pg_catalog.#>>) ");
	if (side->path != 0)
		appendStringInfo(&st->sql, "$%d)", side->path);
	else
		statement_add(st, "'{}')");
}

static void
add_value(Statement *st, const Side *side, bool exact)
{
	bool		guard = exact && side->path != 0;

	if (guard)
	{
		statement_add(st, "(CASE WHEN ");
		add_text(st, side);
		statement_add(st, " IS NOT NULL THEN ");
	}
	if (side->path != 0)
		statement_add(st, "(");
	statement_add_column(st, side->column);
	if (side->path != 0)
		appendStringInfo(&st->sql, " OPERATOR(pg_catalog.#>) $%d)", side->path);
	if (side->cast)
		appendStringInfo(&st->sql, "::%s",
						 format_type_extended(side->type, -1, FORMAT_TYPE_FORCE_QUALIFY));
	if (guard)
		statement_add(st, " END)");
}

/*
 * IS NULL asks of a composite whether all of its fields are NULL, which is
 * another question.
 */
static void
add_null_test(Statement *st, const Side *side, bool is_null)
{
	if (side->path != 0)
		add_text(st, side);
	else
		statement_add_column(st, side->column);
	if (type_is_rowtype(side->column_type))
		statement_add(st, is_null ? " IS NOT DISTINCT FROM NULL" : " IS DISTINCT FROM NULL");
	else
		statement_add(st, is_null ? " IS NULL" : " IS NOT NULL");
}

/*
 * The operator by which the type is ordered or hashed, which nobody but a
 * superuser can choose; or InvalidOid.
 */
static Oid
default_operator(const char *name, Oid type)
{
	TypeCacheEntry *entry = lookup_type_cache(type, TYPECACHE_EQ_OPR |
											  TYPECACHE_LT_OPR |
											  TYPECACHE_GT_OPR);

	if (strcmp(name, "=") == 0)
		return entry->eq_opr;
	if (strcmp(name, "<>") == 0)
		return OidIsValid(entry->eq_opr) ? get_negator(entry->eq_opr) : InvalidOid;
	if (strcmp(name, "<") == 0)
		return entry->lt_opr;
	if (strcmp(name, ">") == 0)
		return entry->gt_opr;
	if (strcmp(name, "<=") == 0)
		return OidIsValid(entry->gt_opr) ? get_negator(entry->gt_opr) : InvalidOid;
	if (strcmp(name, ">=") == 0)
		return OidIsValid(entry->lt_opr) ? get_negator(entry->lt_opr) : InvalidOid;
	return InvalidOid;
}

/*
 * The schema of a type that did not come with PostgreSQL, or NULL; and its
 * owner.
 */
static char *
type_schema(Oid type, Oid *owner)
{
	HeapTuple	tuple;
	char	   *schema = NULL;

	*owner = InvalidOid;

	if (type < FirstNormalObjectId)
		return NULL;
	tuple = SearchSysCache1(TYPEOID, ObjectIdGetDatum(type));
	if (HeapTupleIsValid(tuple))
	{
		schema = get_namespace_name(((Form_pg_type) GETSTRUCT(tuple))->typnamespace);
		*owner = ((Form_pg_type) GETSTRUCT(tuple))->typowner;
		ReleaseSysCache(tuple);
	}
	return schema;
}

bool
statement_find_operator(const char *name, Oid left, Oid right, SqlOperator *found)
{
	Oid			left_owner;
	Oid			right_owner;
	const char *schemas[] = {
		type_schema(left, &left_owner),
		type_schema(right, &right_owner),
		"pg_catalog"
	};
	Oid			standard = left == right ? default_operator(name, left) : InvalidOid;

	if (OidIsValid(standard))
	{
		HeapTuple	tuple = SearchSysCache1(OPEROID, ObjectIdGetDatum(standard));

		if (HeapTupleIsValid(tuple))
		{
			Form_pg_operator form = (Form_pg_operator) GETSTRUCT(tuple);
			bool		same_name = strcmp(NameStr(form->oprname), name) == 0;

			*found = (SqlOperator) {
				get_namespace_name(form->oprnamespace), name, form->oprright
			};
			ReleaseSysCache(tuple);
			if (same_name)
				return true;
		}
	}

	for (int i = 0; i < lengthof(schemas); i++)
	{
		Operator	operator;
		Form_pg_operator form;
		bool		fits;

		if (schemas[i] == NULL)
			continue;
		operator = oper(NULL, list_make2(makeString(pstrdup(schemas[i])),
										 makeString(pstrdup(name))),
						left, right, true, -1);
		if (operator == NULL)
			continue;
		form = (Form_pg_operator) GETSTRUCT(operator);
		*found = (SqlOperator) {schemas[i], name, form->oprright};

		/* The lookup takes any two arrays for anyarray, but they must agree. */
		fits = !(IsPolymorphicType(form->oprleft) && form->oprleft == form->oprright &&
				 left != right);

		/* The other side's type may be open, but this one must be meant. */
		if (right == UNKNOWNOID)
			fits = form->oprleft == left && !IsPolymorphicType(form->oprright);
		if (form->oprowner != left_owner && form->oprowner != right_owner &&
			!superuser_arg(form->oprowner))
			fits = false;
		ReleaseSysCache(operator);
		if (fits)
			return true;
	}
	return false;
}

void
statement_add_operator(Statement *st, const SqlOperator *operator)
{
	appendStringInfo(&st->sql, " OPERATOR(%s.%s) ",
					 quote_identifier(operator->schema), operator->name);
}

/*
 * The type that a value is given to be compared with the column's: its own,
 * unless that would silently cut the value.
 */
static Oid
operand_type(const Side *side)
{
	return side->type == NAMEOID || side->type == CHAROID ? TEXTOID : side->type;
}

/*
 * value OPERATOR $n, where the value has an order among those of its own
 * JSON type only.
 */
static void
add_comparison(Statement *st, const Predicate *test, const Side *left,
			   const char *name, bool exact)
{
	SqlOperator operator;
	bool		unequal = strcmp(name, "<>") == 0;
	bool		order = !unequal && strcmp(name, "=") != 0;
	int			param;

	if (!statement_find_operator(name, left->type, operand_type(left), &operator))
		no_operator(test, left, NULL);

	/* A JSON null is not equal to anything, which "<>" takes for true. */
	if (unequal)
		exact = true;

	param = statement_param(st, operand_type(left), -1, false);
	if (left->type == JSONBOID && order)
	{
		statement_add(st, "(pg_catalog.jsonb_typeof(");
		add_value(st, left, exact);
		appendStringInfo(&st->sql, ") OPERATOR(pg_catalog.=) pg_catalog.jsonb_typeof($%d) AND ", param);
	}
	add_value(st, left, exact);
	statement_add_operator(st, &operator);
	appendStringInfo(&st->sql, "$%d", param);
	if (left->type == JSONBOID && order)
		statement_add(st, ")");
}

static void
add_list(Statement *st, const Predicate *test, const Side *left, bool exact)
{
	bool		in = test->operator->if_null == NULL_IS_NULL;
	SqlOperator operator;
	Oid			type = operand_type(left);

	if (!statement_find_operator(test->operator->sql, left->type, type, &operator))
		no_operator(test, left, NULL);
	if (!test->single && !OidIsValid(get_array_type(type)))
		no_operator(test, left,
					"The values in the list must be arrays, as those of the column are; \"contains\" and \"overlaps\" look for elements.");

	statement_add(st, "((");
	if (test->single)
	{
		if (test->nelements == 0)
			statement_add(st, in ? "false" : "true");
		for (int i = 0; i < test->nelements; i++)
		{
			if (i > 0)
				statement_add(st, in ? " OR " : " AND ");
			add_value(st, left, exact);
			statement_add_operator(st, &operator);
			statement_add_param(st, type, -1, false);
		}
	}
	else
	{
		add_value(st, left, exact);
		statement_add_operator(st, &operator);
		statement_add(st, in ? "ANY (" : "ALL (");
		statement_add_param(st, type, -1, true);
		statement_add(st, ")");
	}
	statement_add(st, ")");

	/* "in" with a null matches NULL, "not_in" is true where "in" is not. */
	if (!in || test->null_operand)
	{
		bool		is_null = in || !test->null_operand;

		statement_add(st, is_null ? " OR " : " AND ");
		add_null_test(st, left, is_null);
	}
	statement_add(st, ")");
}

static void
add_pattern(Statement *st, const Predicate *test, const Side *left)
{
	Oid			type = left->type == JSONBOID ? TEXTOID : left->type;
	SqlOperator operator;

	/* A type may have patterns of its own, as ltree has; they are no prefix. */
	if (statement_find_operator(test->operator->sql, type, TEXTOID, &operator))
		operator.right = TEXTOID;
	else if (test->operator->operand == OPERAND_PREFIX ||
			 !statement_find_operator(test->operator->sql, type, UNKNOWNOID, &operator))
		no_operator(test, left, NULL);

	add_text(st, left);
	statement_add_operator(st, &operator);
	statement_add_param(st, operator.right, -1, false);
}

/*
 * The type of the value that a column contains, is contained in or overlaps:
 * its own, or one that goes with it if the value is written like that.
 */
static Oid
contained_type(const Predicate *test, const Side *left)
{
	bool		contains = strcmp(test->operator->sql, "@>") == 0;
	bool		contained = strcmp(test->operator->sql, "<@") == 0;
	bool		bracketed = test->form == FORM_RANGE ||
		test->form == FORM_TWO_POINTS || test->form == FORM_POINTS ||
		test->form == FORM_OPEN_PATH;
	Oid			type = left->type;

	if (type_is_range(type))
	{
		if (test->form == FORM_MULTIRANGE)
			return get_range_multirange(type);
		if (test->form == FORM_ELEMENT && contains)
			return get_range_subtype(type);
	}
	else if (type_is_multirange(type))
	{
		if (bracketed)
			return get_multirange_range(type);
		if (test->form == FORM_ELEMENT && contains)
			return get_range_subtype(get_multirange_range(type));
	}
	else if (type == POINTOID && contained)
	{
		switch (test->form)
		{
			case FORM_CIRCLE:
				return CIRCLEOID;
			case FORM_TWO_POINTS:
				return BOXOID;
			case FORM_OPEN_PATH:
				return PATHOID;
			default:
				return POLYGONOID;
		}
	}
	else if ((type == BOXOID || type == CIRCLEOID || type == POLYGONOID ||
			  type == PATHOID) && contains && test->form == FORM_RANGE)
		return POINTOID;
	return type;
}

static void
add_contained(Statement *st, const Predicate *test, const Side *left, bool exact)
{
	Oid			type = contained_type(test, left);
	SqlOperator operator;

	if (!statement_find_operator(test->operator->sql, left->type, type, &operator))
	{
		if (!statement_find_operator(test->operator->sql, left->type, UNKNOWNOID, &operator))
			no_operator(test, left,
						left->type == JSONBOID ?
						"Use \"or\" with \"contains\" for each value." : NULL);
		type = operator.right;
	}

	/* A JSON null is contained in [null]. */
	add_value(st, left, exact || strcmp(test->operator->sql, "<@") == 0);
	statement_add_operator(st, &operator);
	statement_add_param(st, type, -1, false);
}

/* Two columns, of types that can be compared as they are. */
static void
add_columns(Statement *st, const Predicate *test, const Side *left,
			const Side *right)
{
	const char *name = test->operator->sql;
	bool		distinct = test->operator->operand == OPERAND_DISTINCT;
	bool		order = strcmp(name, "=") != 0 && strcmp(name, "<>") != 0;
	SqlOperator operator;

	if (!statement_find_operator(name, left->type, right->type, &operator))
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("operator \"%s\" cannot compare column \"%s\" of type %s with column \"%s\" of type %s",
						test->operator->name,
						node_string(left->named->name),
						format_type_be(left->column_type),
						node_string(right->named->name),
						format_type_be(right->column_type)),
				 errplace(test->node)));

	if (distinct)
	{
		bool		equal = test->operator->if_null == NULL_IS_NULL;

		statement_add(st, "CASE WHEN ");
		add_null_test(st, left, true);
		statement_add(st, " OR ");
		add_null_test(st, right, true);
		statement_add(st, " THEN ");
		add_null_test(st, left, equal);
		statement_add(st, equal ? " AND " : " OR ");
		add_null_test(st, right, equal);
		statement_add(st, " ELSE ");
	}
	else if (left->type == JSONBOID && order)
	{
		statement_add(st, "(pg_catalog.jsonb_typeof(");
		add_value(st, left, true);
		statement_add(st, ") OPERATOR(pg_catalog.=) pg_catalog.jsonb_typeof(");
		add_value(st, right, true);
		statement_add(st, ") AND ");
	}
	add_value(st, left, true);
	statement_add_operator(st, &operator);
	add_value(st, right, true);
	if (distinct)
		statement_add(st, " END");
	else if (left->type == JSONBOID && order)
		statement_add(st, ")");
}

/* One test.  Parameters: keys of paths, then the operand unless it is null. */
static void
add_test(Statement *st, const Predicate *test, bool exact)
{
	Side		left = side_open(st, &test->column);
	bool		equal = test->operator->if_null == NULL_IS_NULL;
	SqlOperator operator;

	if (test->other.node != NULL)
	{
		Side		right = side_open(st, &test->other);

		add_columns(st, test, &left, &right);
		return;
	}

	switch (test->operator->operand)
	{
		case OPERAND_NONE:
			add_null_test(st, &left, equal);
			break;

		case OPERAND_VALUE:
			if (test->null_operand)
				add_null_test(st, &left, equal);
			else
				add_comparison(st, test, &left, test->operator->sql, exact);
			break;

		case OPERAND_DISTINCT:
			if (test->null_operand)
				add_null_test(st, &left, equal);
			else
			{
				statement_add(st, "(");
				add_comparison(st, test, &left, test->operator->sql, false);
				statement_add(st, equal ? " AND " : " OR ");
				add_null_test(st, &left, !equal);
				statement_add(st, ")");
			}
			break;

		case OPERAND_BOUNDS:
			statement_add(st, "(");
			add_comparison(st, test, &left, ">=", exact);
			statement_add(st, " AND ");
			add_comparison(st, test, &left, "<=", exact);
			statement_add(st, ")");
			break;

		case OPERAND_LIST:
			add_list(st, test, &left, exact);
			break;

		case OPERAND_PATTERN:
		case OPERAND_PREFIX:
			add_pattern(st, test, &left);
			break;

		case OPERAND_CONTAINED:
			add_contained(st, test, &left, exact);
			break;

		case OPERAND_KEY:
			if (!statement_find_operator(test->operator->sql, left.type, TEXTOID, &operator))
				no_operator(test, &left, NULL);
			add_value(st, &left, exact);
			statement_add_operator(st, &operator);
			statement_add_param(st, TEXTOID, -1, false);
			break;
	}
}

/* "exact": false and NULL are to be told apart, see above. */
static void
add_condition(Statement *st, const Predicate *predicate, bool exact)
{
	switch (predicate->kind)
	{
		case PREDICATE_TEST:
			add_test(st, predicate, exact);
			break;

		case PREDICATE_NOT:
			statement_add(st, "NOT (");
			add_condition(st, &predicate->args[0], true);
			statement_add(st, ")");
			break;

		case PREDICATE_AND:
		case PREDICATE_OR:
			if (predicate->nargs == 0)
				statement_add(st, predicate->kind == PREDICATE_AND ? "true" : "false");
			for (int i = 0; i < predicate->nargs; i++)
			{
				if (i > 0)
					statement_add(st, predicate->kind == PREDICATE_AND ? " AND " : " OR ");
				statement_add(st, "(");
				add_condition(st, &predicate->args[i], exact);
				statement_add(st, ")");
			}
			break;
	}
}

void
statement_add_where(Statement *st, const Predicate *where)
{
	if (where->kind == PREDICATE_AND && where->nargs == 0)
		return;
	statement_add(st, " WHERE ");
	add_condition(st, where, false);
}

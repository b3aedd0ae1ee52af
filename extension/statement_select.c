/*-------------------------------------------------------------------------
 *
 * statement_select.c
 *	  What a select_rows becomes in SQL.
 *
 * In the result, names of the request's own (of aggregates) are not the
 * statement's: they are put in when the rows are written.
 *
 * Rows behind a place: with the order a, b, c, and x, y, z there, those are
 * the rows with (a, b, c) > (x, y, z), which is written so where that is what
 * it means to SQL; else as a > x OR a = x AND (b > y OR ...), each with its
 * direction and its NULLs, and with a bound on the first column by itself
 * that an index can begin at.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "access/htup_details.h"
#include "catalog/pg_index.h"
#include "catalog/pg_operator.h"
#include "catalog/pg_type.h"
#include "utils/builtins.h"
#include "utils/lsyscache.h"
#include "utils/rel.h"
#include "utils/syscache.h"

#include "catalog.h"
#include "statement_parts.h"

/* A place in the order while the condition for it is written. */
typedef struct Place
{
	const OrderBy *items;
	int			n;
	const bool *nulls;
	int		   *params;			/* numbers of its values, 0: not yet asked for */
} Place;

/* A column by the table's name, lest it be taken for one of the result. */
static void
add_table_column(Statement *st, AttrNumber column)
{
	statement_add(st, quote_identifier(RelationGetRelationName(st->rel)));
	statement_add(st, ".");
	statement_add_column(st, column);
}

static void
add_item(Statement *st, const OrderBy *item)
{
	if (item->column != InvalidAttrNumber)
		add_table_column(st, item->column);
	else
		appendStringInfo(&st->sql, "%d", item->position);
}

static void
add_direction(Statement *st, const OrderBy *item)
{
	if (item->descending)
		statement_add(st, " DESC");
	if (item->nulls_first != item->descending)
		statement_add(st, item->nulls_first ? " NULLS FIRST" : " NULLS LAST");
}

void
statement_add_order(Statement *st, const Order *order)
{
	for (int i = 0; i < order->n; i++)
	{
		statement_add(st, i == 0 ? " ORDER BY " : ", ");
		add_item(st, &order->items[i]);
		add_direction(st, &order->items[i]);
	}
}

/* "schema." and "name" of an operator. */
static char *
operator_name(Oid operator, Oid *schema)
{
	HeapTuple	tuple = SearchSysCache1(OPEROID, ObjectIdGetDatum(operator));
	Form_pg_operator form;
	char	   *name;

	if (!HeapTupleIsValid(tuple))
		elog(ERROR, "cache lookup failed for operator %u", operator);
	form = (Form_pg_operator) GETSTRUCT(tuple);
	*schema = form->oprnamespace;
	name = pstrdup(NameStr(form->oprname));
	ReleaseSysCache(tuple);
	return name;
}

static void
add_operator(Statement *st, Oid operator)
{
	Oid			schema;
	char	   *name = operator_name(operator, &schema);

	appendStringInfo(&st->sql, " OPERATOR(%s.%s) ",
					 quote_identifier(get_namespace_name(schema)), name);
}

/* The operator that holds for what is behind a value. */
static Oid
behind_operator(const OrderBy *item)
{
	return item->descending ? item->less : item->greater;
}

static Oid
not_before_operator(const OrderBy *item)
{
	return get_negator(item->descending ? item->greater : item->less);
}

static void
add_value(Statement *st, const Place *place, int i)
{
	if (place->params[i] == 0)
	{
		statement_add_param(st, place->items[i].type->oid, -1, false);
		place->params[i] = st->plan->nparams;
	}
	else
		appendStringInfo(&st->sql, "$%d", place->params[i]);
}

static void
add_comparison(Statement *st, const Place *place, int i, Oid operator)
{
	add_table_column(st, place->items[i].column);
	add_operator(st, operator);
	add_value(st, place, i);
}

/* IS NULL would be true of a row whose fields are NULL, too. */
static void
add_null_test(Statement *st, const OrderBy *item, bool null)
{
	add_table_column(st, item->column);
	statement_add(st, null ? " IS NOT DISTINCT FROM NULL" : " IS DISTINCT FROM NULL");
}

/* Whether NULLs of the i-th column are behind the place. */
static bool
nulls_behind(const Place *place, int i)
{
	return !place->nulls[i] && place->items[i].nullable &&
		!place->items[i].nulls_first;
}

/*
 * Whether a comparison of rows says what is behind the place from the i-th
 * column on.  A NULL in the first of them makes it NULL, which is right where
 * the NULLs are not behind the place; one in another would hide rows.
 */
static bool
is_row_comparison(const Place *place, int i)
{
	Oid			schema;
	Oid			other_schema;
	char	   *name = operator_name(behind_operator(&place->items[i]), &schema);

	for (int j = i; j < place->n; j++)
	{
		const OrderBy *item = &place->items[j];

		if (place->nulls[j] || (j > i && item->nullable) || nulls_behind(place, j) ||
			item->descending != place->items[i].descending ||
			strcmp(name, operator_name(behind_operator(item), &other_schema)) != 0 ||
			schema != other_schema)
			return false;
	}
	return i < place->n - 1;
}

static void
add_row_comparison(Statement *st, const Place *place, int i)
{
	for (int j = i; j < place->n; j++)
	{
		statement_add(st, j == i ? "ROW(" : ", ");
		add_table_column(st, place->items[j].column);
	}
	statement_add(st, ")");
	add_operator(st, behind_operator(&place->items[i]));
	for (int j = i; j < place->n; j++)
	{
		statement_add(st, j == i ? "ROW(" : ", ");
		add_value(st, place, j);
	}
	statement_add(st, ")");
}

/* What is behind the place, among rows that are the same before the i-th. */
static void
add_behind(Statement *st, const Place *place, int i)
{
	const OrderBy *item = &place->items[i];
	bool		last = i == place->n - 1;

	if (is_row_comparison(place, i))
	{
		add_row_comparison(st, place, i);
		return;
	}

	statement_add(st, "(");
	if (place->nulls[i])
	{
		if (item->nulls_first)
		{
			add_null_test(st, item, false);
			statement_add(st, " OR ");
		}
		add_null_test(st, item, true);
	}
	else
	{
		add_comparison(st, place, i, behind_operator(item));
		if (nulls_behind(place, i))
		{
			statement_add(st, " OR ");
			add_null_test(st, item, true);
		}
		if (!last)
		{
			statement_add(st, " OR ");
			add_comparison(st, place, i, item->equal);
		}
	}

	/* The last column is a key's or comes after one: it cannot be NULL. */
	if (!last)
	{
		statement_add(st, " AND ");
		add_behind(st, place, i + 1);
	}
	statement_add(st, ")");
}

/* The rows behind the place whose first column is not NULL. */
static void
add_behind_value(Statement *st, const Place *place)
{
	Oid			not_before = not_before_operator(&place->items[0]);
	Place		without_nulls = *place;
	OrderBy    *items;

	/* NULLs are another piece's, or before the place. */
	items = palloc(sizeof(OrderBy) * place->n);
	memcpy(items, place->items, sizeof(OrderBy) * place->n);
	items[0].nullable = false;
	without_nulls.items = items;

	if (OidIsValid(not_before) && !is_row_comparison(&without_nulls, 0))
	{
		add_comparison(st, place, 0, not_before);
		statement_add(st, " AND ");
	}
	add_behind(st, &without_nulls, 0);
}

/* The rows behind the place whose first column is NULL, as the place's is. */
static void
add_behind_null(Statement *st, const Place *place)
{
	add_null_test(st, &place->items[0], true);
	if (place->n > 1)
	{
		statement_add(st, " AND ");
		add_behind(st, place, 1);
	}
}

bool
select_in_two(const Select *select)
{
	const OrderBy *first = select->order.items;

	if (select->after_nulls == NULL)
		return false;
	return select->after_nulls[0] ? first->nulls_first :
		first->nullable && !first->nulls_first;
}

/*
 * The rows behind the place: the only piece of them, or the first.  The
 * second, if there is one, is all NULLs behind a value, or all values behind
 * a NULL.
 */
static void
add_place(Statement *st, const Place *place)
{
	if (place->nulls[0])
		add_behind_null(st, place);
	else
		add_behind_value(st, place);
}

static void
add_aggregate(Statement *st, const Aggregate *aggregate)
{
	statement_add(st, quote_qualified_identifier(aggregate->schema,
												 aggregate->function));
	statement_add(st, aggregate->distinct ? "(DISTINCT " : "(");
	if (aggregate->column == InvalidAttrNumber)
		statement_add(st, "*");
	else
		add_table_column(st, aggregate->column);
	statement_add(st, ")");
}

/* SELECT ... FROM ..., and how many columns that are. */
static int
add_select(Statement *st, const Select *select)
{
	int			n = 0;

	statement_add(st, select->distinct ? "SELECT DISTINCT " : "SELECT ");
	for (int i = 0; i < select->columns.n; i++)
	{
		if (n++ > 0)
			statement_add(st, ", ");
		add_table_column(st, select->columns.columns[i]);
	}
	for (int i = 0; i < select->naggregates; i++)
	{
		if (n++ > 0)
			statement_add(st, ", ");
		add_aggregate(st, &select->aggregates[i]);
	}
	for (int i = 0; select->order.total && i < select->order.n; i++)
	{
		if (n++ > 0)
			statement_add(st, ", ");
		add_table_column(st, select->order.items[i].column);
	}
	statement_add(st, " FROM ");
	statement_add_table(st);
	return n;
}

/* " WHERE " or " AND ", after the conditions of the request. */
static void
add_where_and(Statement *st, const Predicate *where)
{
	int			start = st->sql.len;

	statement_add_where(st, where);
	statement_add(st, st->sql.len == start ? " WHERE " : " AND ");
}

static void
add_groups(Statement *st, const Select *select)
{
	for (int i = 0; i < select->groups.n; i++)
	{
		statement_add(st, i == 0 ? " GROUP BY " : ", ");
		add_table_column(st, select->groups.columns[i]);
	}
}

/* The names of a result with aggregates, kept with the plan. */
static void
keep_names(KeptPlan *plan, Relation rel, const Select *select)
{
	const char **names = MemoryContextAlloc(plan->context,
											sizeof(char *) * (select->columns.n +
															  select->naggregates));
	int			n = 0;

	for (int i = 0; i < select->columns.n; i++)
	{
		Form_pg_attribute att = TupleDescAttr(RelationGetDescr(rel),
											  select->columns.columns[i] - 1);

		names[n++] = MemoryContextStrdup(plan->context, NameStr(att->attname));
	}
	for (int i = 0; i < select->naggregates; i++)
		names[n++] = MemoryContextStrdup(plan->context,
										 node_name(select->aggregates[i].member));
	plan->names = names;
}

/* Whether a column must equal a value. */
static bool
is_given(Relation rel, const Predicate *where, AttrNumber column)
{
	for (int i = 0; i < where->nargs; i++)
	{
		const Predicate *test = &where->args[i];

		if (test->kind == PREDICATE_TEST && test->column.path == NULL &&
			test->other.node == NULL && !test->null_operand &&
			test->operator->operand == OPERAND_VALUE &&
			strcmp(test->operator->sql, "=") == 0 &&
			catalog_column(rel, test->column.name) == column)
			return true;
	}
	return false;
}

/*
 * Whether the conditions, all of which must hold, give the columns of a
 * unique index.  There is at most one such row then, or one in each table
 * that inherits from this one, so that a LIMIT would only cost time.
 */
static bool
is_key_lookup(Relation rel, const Predicate *where)
{
	List	   *indexes;
	ListCell   *lc;
	bool		result = false;

	if (where->kind != PREDICATE_AND || where->nargs == 0)
		return false;
	indexes = RelationGetIndexList(rel);
	foreach(lc, indexes)
	{
		HeapTuple	tuple = SearchSysCache1(INDEXRELID, ObjectIdGetDatum(lfirst_oid(lc)));
		Form_pg_index index;

		if (!HeapTupleIsValid(tuple))
			continue;
		index = (Form_pg_index) GETSTRUCT(tuple);
		result = index->indisunique && index->indisvalid &&
			heap_attisnull(tuple, Anum_pg_index_indpred, NULL);
		for (int i = 0; result && i < index->indnkeyatts; i++)
			result = index->indkey.values[i] > 0 &&
				is_given(rel, where, index->indkey.values[i]);
		ReleaseSysCache(tuple);
		if (result)
			break;
	}
	list_free(indexes);
	return result;
}

void
statement_select(KeptPlan *plan, Relation rel, const Select *select,
				 const Predicate *where, const Predicate *again)
{
	const Order *order = &select->order;
	bool		two = select_in_two(select);
	Statement	st;
	int			ncolumns;
	int			limit;

	statement_begin(&st, plan, rel);
	if (two)
		statement_add(&st, "(");
	ncolumns = add_select(&st, select);
	if (select->after_nulls != NULL)
	{
		Place		place = {
			order->items, order->n, select->after_nulls,
			palloc0(sizeof(int) * order->n)
		};

		add_where_and(&st, where);
		statement_add(&st, "(");
		add_place(&st, &place);
		statement_add(&st, ")");
	}
	else
		statement_add_where(&st, where);
	add_groups(&st, select);
	statement_add_order(&st, order);
	if (select->after_nulls != NULL || select->offset || select->grouped ||
		!is_key_lookup(rel, where))
	{
		statement_add(&st, " LIMIT ");
		statement_add_param(&st, INT8OID, -1, false);
	}
	limit = plan->nparams;

	if (two)
	{
		statement_add(&st, ") UNION ALL (");
		(void) add_select(&st, select);
		add_where_and(&st, again);
		add_null_test(&st, &order->items[0], !select->after_nulls[0]);
		statement_add_order(&st, order);
		appendStringInfo(&st.sql, " LIMIT $%d)", limit);

		/* The hidden columns are the order's. */
		for (int i = 0; i < order->n; i++)
		{
			appendStringInfo(&st.sql, "%s%d", i == 0 ? " ORDER BY " : ", ",
							 ncolumns - order->n + i + 1);
			add_direction(&st, &order->items[i]);
		}
		appendStringInfo(&st.sql, " LIMIT $%d", limit);
	}
	if (select->offset)
	{
		statement_add(&st, " OFFSET ");
		statement_add_param(&st, INT8OID, -1, false);
	}

	if (select->naggregates > 0)
		keep_names(plan, rel, select);
	statement_prepare(&st);
}

void
statement_select_all(KeptPlan *plan, Relation rel, const Select *select,
					 const Predicate *where, bool number)
{
	bool		nested = select->grouped || select->distinct;
	Select		all = {
		.columns = select->columns, .distinct = select->distinct,
		.groups = select->groups
	};
	Statement	st;

	statement_begin(&st, plan, rel);
	if (number)
		statement_add(&st, nested ? "SELECT pg_catalog.count(*) FROM (" :
					  "SELECT pg_catalog.count(*) FROM ");
	if (nested && select->groups.n == 0 && select->grouped)
	{
		/* All rows are one group, even where there are none. */
		statement_add(&st, "SELECT pg_catalog.count(*) FROM ");
		statement_add_table(&st);
	}
	else if (nested)
		(void) add_select(&st, &all);
	else
	{
		if (!number)
			statement_add(&st, "SELECT FROM ");
		statement_add_table(&st);
	}
	statement_add_where(&st, where);
	add_groups(&st, &all);
	if (number && nested)
		statement_add(&st, ") AS counted");
	statement_prepare(&st);
}

/*-------------------------------------------------------------------------
 *
 * statement.c
 *	  The only place where SQL text is made.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "catalog/namespace.h"
#include "catalog/pg_namespace.h"
#include "catalog/pg_operator.h"
#include "catalog/pg_type.h"
#include "nodes/makefuncs.h"
#include "nodes/value.h"
#include "parser/parse_oper.h"
#include "utils/builtins.h"
#include "utils/lsyscache.h"
#include "utils/rel.h"
#include "utils/syscache.h"

#include "catalog.h"
#include "error.h"
#include "statement.h"

typedef struct Statement
{
	StringInfoData sql;
	KeptPlan	   *plan;
	Relation	rel;
	int			room;			/* in plan->params */
} Statement;

static void
statement_init(Statement *st, KeptPlan *plan, Relation rel)
{
	initStringInfo(&st->sql);
	st->plan = plan;
	st->rel = rel;
	st->room = 0;
}

static void
add(Statement *st, const char *sql)
{
	appendStringInfoString(&st->sql, sql);
}

static void
add_table(Statement *st)
{
	add(st, quote_qualified_identifier(get_namespace_name(RelationGetNamespace(st->rel)),
									   RelationGetRelationName(st->rel)));
}

static void
add_column(Statement *st, AttrNumber column)
{
	Form_pg_attribute att = TupleDescAttr(RelationGetDescr(st->rel), column - 1);

	add(st, quote_identifier(NameStr(att->attname)));
}

static void
add_columns(Statement *st, ColumnList columns)
{
	for (int i = 0; i < columns.n; i++)
	{
		if (i > 0)
			add(st, ", ");
		add_column(st, columns.columns[i]);
	}
}

/* The next parameter, of a type of its own or an array of "type". */
static void
add_param(Statement *st, Oid type, int32 typmod, bool list)
{
	KeptPlan	   *plan = st->plan;
	PlanParam  *param;

	if (plan->nparams == st->room)
	{
		st->room = st->room ? st->room * 2 : 8;
		plan->params = plan->params ?
			repalloc(plan->params, sizeof(PlanParam) * st->room) :
			MemoryContextAlloc(plan->context, sizeof(PlanParam) * st->room);
	}
	param = &plan->params[plan->nparams++];
	param->type = type_info(type);
	param->typmod = typmod;
	param->list = list;
	param->oid = list ? get_array_type(type) : type;
	appendStringInfo(&st->sql, "$%d", plan->nparams);
}

static void
prepare(Statement *st)
{
	plan_prepare(st->plan, st->sql.data);
}

/*
 * An operator, in the schema where it must be looked for.  A plan may be used
 * by one role after it was made for another, so the search path of either
 * must not decide which operator of a built-in type is meant.
 */
static void
add_operator(Statement *st, const Predicate *test, Oid left, Oid right)
{
	const char *name = test->operator->sql;
	const char *schemas[2] = {NULL, "pg_catalog"};

	if (left >= FirstNormalObjectId)
	{
		/* An extension's type has its operators beside it. */
		HeapTuple	tuple = SearchSysCache1(TYPEOID, ObjectIdGetDatum(left));

		if (HeapTupleIsValid(tuple))
		{
			schemas[0] = get_namespace_name(((Form_pg_type) GETSTRUCT(tuple))->typnamespace);
			ReleaseSysCache(tuple);
		}
	}

	for (int i = 0; i < lengthof(schemas); i++)
	{
		Operator	operator;

		if (schemas[i] == NULL)
			continue;
		operator = oper(NULL, list_make2(makeString(pstrdup(schemas[i])),
										 makeString(pstrdup(name))),
						left, right, true, -1);
		if (operator != NULL)
		{
			ReleaseSysCache(operator);
			appendStringInfo(&st->sql, " OPERATOR(%s.%s) ",
							 quote_identifier(schemas[i]), name);
			return;
		}
	}
	ereport(ERROR,
			(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
			 errmsg("operator \"%s\" cannot be used with column \"%s\" of type %s",
					test->operator->name, node_string(test->column),
					format_type_be(left)),
			 errplace(test->node)));
}

/* One test.  Parameters: none for IS NULL, else its operand. */
static void
add_test(Statement *st, const Predicate *test)
{
	AttrNumber	column = catalog_column(st->rel, test->column);
	Form_pg_attribute att = TupleDescAttr(RelationGetDescr(st->rel), column - 1);
	Oid			type = getBaseType(att->atttypid);

	switch (test->operator->operand)
	{
		case OPERAND_NONE:
			add_column(st, column);
			appendStringInfo(&st->sql, " %s", test->operator->sql);
			break;

		case OPERAND_VALUE:
			add_column(st, column);
			if (test->null_operand)
			{
				appendStringInfo(&st->sql, " %s", test->operator->if_null);
				break;
			}
			add_operator(st, test, type, type);
			add_param(st, type, -1, false);
			break;

		case OPERAND_PATTERN:
			add_column(st, column);
			add_operator(st, test, type, TEXTOID);
			add_param(st, TEXTOID, -1, false);
			break;

		case OPERAND_LIST:
			if (!OidIsValid(get_array_type(type)))
				ereport(ERROR,
						(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
						 errmsg("operator \"%s\" cannot be used with column \"%s\" of type %s",
								test->operator->name, node_string(test->column),
								format_type_be(type)),
						 errhint("Use \"or\" with one condition for each value."),
						 errplace(test->node)));
			add(st, "(");
			add_column(st, column);
			add_operator(st, test, type, type);
			add(st, "ANY (");
			add_param(st, type, -1, true);
			add(st, ")");
			if (test->null_operand)
			{
				add(st, " OR ");
				add_column(st, column);
				appendStringInfo(&st->sql, " %s", test->operator->if_null);
			}
			add(st, ")");
			break;
	}
}

static void
add_condition(Statement *st, const Predicate *predicate)
{
	switch (predicate->kind)
	{
		case PREDICATE_TEST:
			add_test(st, predicate);
			break;

		case PREDICATE_NOT:
			add(st, "NOT (");
			add_condition(st, &predicate->args[0]);
			add(st, ")");
			break;

		case PREDICATE_AND:
		case PREDICATE_OR:
			if (predicate->nargs == 0)
				add(st, predicate->kind == PREDICATE_AND ? "true" : "false");
			for (int i = 0; i < predicate->nargs; i++)
			{
				if (i > 0)
					add(st, predicate->kind == PREDICATE_AND ? " AND " : " OR ");
				add(st, "(");
				add_condition(st, &predicate->args[i]);
				add(st, ")");
			}
			break;
	}
}

static void
add_where(Statement *st, const Predicate *where)
{
	if (where->kind == PREDICATE_AND && where->nargs == 0)
		return;
	add(st, " WHERE ");
	add_condition(st, where);
}

static void
add_returning(Statement *st, ColumnList returning)
{
	if (returning.n == 0)
		return;
	add(st, " RETURNING ");
	add_columns(st, returning);
}

ColumnList
columns_all(Relation rel)
{
	TupleDesc	desc = RelationGetDescr(rel);
	ColumnList	list = {0, palloc(sizeof(AttrNumber) * (desc->natts + 1))};

	for (int i = 0; i < desc->natts; i++)
	{
		if (!TupleDescAttr(desc, i)->attisdropped)
			list.columns[list.n++] = i + 1;
	}
	return list;
}

ColumnList
columns_named(Relation rel, const JsonNode *list)
{
	ColumnList	result = {0};
	JsonNode	   *names;

	names = node_children(list, &result.n);
	result.columns = palloc(sizeof(AttrNumber) * (result.n + 1));
	for (int i = 0; i < result.n; i++)
	{
		result.columns[i] = catalog_column(rel, &names[i]);
		for (int j = 0; j < i; j++)
		{
			if (result.columns[j] == result.columns[i])
				ereport(ERROR,
						(errcode(ERRCODE_DUPLICATE_COLUMN),
						 errmsg("column \"%s\" is named twice", node_string(&names[i])),
						 errplace(&names[i])));
		}
	}
	return result;
}

ColumnList
columns_returning(Relation rel, const JsonNode *returning)
{
	if (!node_given(returning))
		return (ColumnList) {0};
	if (node_type(returning) == JSON_TRUE)
		return columns_all(rel);
	return columns_named(rel, returning);
}

void
statement_select(KeptPlan *plan, Relation rel, ColumnList columns,
				 const Predicate *where,
				 const OrderBy *order, int norder, bool offset)
{
	Statement	st;

	statement_init(&st, plan, rel);
	add(&st, "SELECT ");
	add_columns(&st, columns);
	add(&st, " FROM ");
	add_table(&st);
	add_where(&st, where);
	for (int i = 0; i < norder; i++)
	{
		add(&st, i == 0 ? " ORDER BY " : ", ");
		add_column(&st, catalog_column(rel, order[i].column));
		if (order[i].descending)
			add(&st, " DESC");
	}
	add(&st, " LIMIT ");
	add_param(&st, INT8OID, -1, false);
	if (offset)
	{
		add(&st, " OFFSET ");
		add_param(&st, INT8OID, -1, false);
	}
	prepare(&st);
}

void
statement_insert(KeptPlan *plan, Relation rel, ColumnList columns,
				 ColumnList returning, AttrNumber id)
{
	Statement	st;

	statement_init(&st, plan, rel);
	add(&st, "INSERT INTO ");
	add_table(&st);
	if (columns.n == 0)
		add(&st, " DEFAULT VALUES");
	else
	{
		add(&st, " (");
		add_columns(&st, columns);
		add(&st, ") SELECT ");
		for (int i = 0; i < columns.n; i++)
		{
			add(&st, i == 0 ? "(r).": ", (r).");
			add_column(&st, columns.columns[i]);
		}
		add(&st, " FROM (SELECT connector.request_rows(");
		add_param(&st, rel->rd_rel->reltype, -1, false);
		add(&st, ") AS r) AS request");
	}
	add_returning(&st, returning);
	if (id != InvalidAttrNumber)
	{
		add(&st, returning.n == 0 ? " RETURNING " : ", ");
		add_column(&st, id);
	}
	prepare(&st);
}

void
statement_update(KeptPlan *plan, Relation rel, ColumnList columns,
				 const Predicate *where, ColumnList returning)
{
	TupleDesc	desc = RelationGetDescr(rel);
	Statement	st;

	statement_init(&st, plan, rel);
	add(&st, "UPDATE ");
	add_table(&st);
	for (int i = 0; i < columns.n; i++)
	{
		Form_pg_attribute att = TupleDescAttr(desc, columns.columns[i] - 1);

		add(&st, i == 0 ? " SET " : ", ");
		add_column(&st, columns.columns[i]);
		add(&st, " = ");
		add_param(&st, att->atttypid, att->atttypmod, false);
	}
	add_where(&st, where);
	add_returning(&st, returning);
	prepare(&st);
}

void
statement_delete(KeptPlan *plan, Relation rel,
				 const Predicate *where, ColumnList returning)
{
	Statement	st;

	statement_init(&st, plan, rel);
	add(&st, "DELETE FROM ");
	add_table(&st);
	add_where(&st, where);
	add_returning(&st, returning);
	prepare(&st);
}

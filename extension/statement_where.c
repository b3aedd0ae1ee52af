/*-------------------------------------------------------------------------
 *
 * statement_where.c
 *	  What a condition of a request becomes in SQL.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "catalog/pg_operator.h"
#include "catalog/pg_type.h"
#include "miscadmin.h"
#include "nodes/value.h"
#include "parser/parse_oper.h"
#include "utils/builtins.h"
#include "utils/lsyscache.h"
#include "utils/rel.h"
#include "utils/syscache.h"
#include "utils/typcache.h"

#include "catalog.h"
#include "error.h"
#include "statement_parts.h"

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
 * An operator, in the schema where it must be looked for.  Neither the search
 * path nor whoever else may create operators in some schema must decide which
 * one is meant: it runs as the caller.
 */
static void
add_operator(Statement *st, const Predicate *test, Oid left, Oid right)
{
	const char *name = test->operator->sql;
	const char *schemas[2] = {NULL, "pg_catalog"};
	Oid			owner = InvalidOid;
	Oid			found = left == right ? default_operator(name, left) : InvalidOid;

	if (OidIsValid(found))
	{
		HeapTuple	tuple = SearchSysCache1(OPEROID, ObjectIdGetDatum(found));

		if (HeapTupleIsValid(tuple))
		{
			Form_pg_operator form = (Form_pg_operator) GETSTRUCT(tuple);

			appendStringInfo(&st->sql, " OPERATOR(%s.%s) ",
							 quote_identifier(get_namespace_name(form->oprnamespace)),
							 NameStr(form->oprname));
			ReleaseSysCache(tuple);
			return;
		}
	}

	if (left >= FirstNormalObjectId)
	{
		/* An extension's type has its operators beside it. */
		HeapTuple	tuple = SearchSysCache1(TYPEOID, ObjectIdGetDatum(left));

		if (HeapTupleIsValid(tuple))
		{
			schemas[0] = get_namespace_name(((Form_pg_type) GETSTRUCT(tuple))->typnamespace);
			owner = ((Form_pg_type) GETSTRUCT(tuple))->typowner;
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
			Oid			oprowner = ((Form_pg_operator) GETSTRUCT(operator))->oprowner;

			ReleaseSysCache(operator);
			if (oprowner != owner && !superuser_arg(oprowner))
				continue;
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
			statement_add_column(st, column);
			appendStringInfo(&st->sql, " %s", test->operator->sql);
			break;

		case OPERAND_VALUE:
			statement_add_column(st, column);
			if (test->null_operand)
			{
				appendStringInfo(&st->sql, " %s", test->operator->if_null);
				break;
			}
			add_operator(st, test, type, type);
			statement_add_param(st, type, -1, false);
			break;

		case OPERAND_PATTERN:
			statement_add_column(st, column);
			add_operator(st, test, type, TEXTOID);
			statement_add_param(st, TEXTOID, -1, false);
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
			statement_add(st, "(");
			statement_add_column(st, column);
			add_operator(st, test, type, type);
			statement_add(st, "ANY (");
			statement_add_param(st, type, -1, true);
			statement_add(st, ")");
			if (test->null_operand)
			{
				statement_add(st, " OR ");
				statement_add_column(st, column);
				appendStringInfo(&st->sql, " %s", test->operator->if_null);
			}
			statement_add(st, ")");
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
			statement_add(st, "NOT (");
			add_condition(st, &predicate->args[0]);
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
				add_condition(st, &predicate->args[i]);
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
	add_condition(st, where);
}

/*-------------------------------------------------------------------------
 *
 * statement_parts.c
 *	  What the makers of statements put them together from.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "access/htup_details.h"
#include "catalog/heap.h"
#include "catalog/pg_namespace.h"
#include "catalog/pg_operator.h"
#include "catalog/pg_type.h"
#include "utils/builtins.h"
#include "utils/lsyscache.h"
#include "utils/rel.h"
#include "utils/syscache.h"
#include "utils/typcache.h"

#include "error.h"
#include "statement_parts.h"

void
statement_begin(Statement *st, KeptPlan *plan, Relation rel)
{
	initStringInfo(&st->sql);
	st->plan = plan;
	st->rel = rel;
	st->room = 0;
}

void
statement_add(Statement *st, const char *sql)
{
	appendStringInfoString(&st->sql, sql);
}

void
statement_add_table(Statement *st)
{
	statement_add(st, quote_qualified_identifier(get_namespace_name(RelationGetNamespace(st->rel)),
									   RelationGetRelationName(st->rel)));
}

void
statement_add_column(Statement *st, AttrNumber column)
{
	Form_pg_attribute att = TupleDescAttr(RelationGetDescr(st->rel), column - 1);

	statement_add(st, quote_identifier(NameStr(att->attname)));
}

void
statement_add_columns(Statement *st, ColumnList columns)
{
	for (int i = 0; i < columns.n; i++)
	{
		if (i > 0)
			statement_add(st, ", ");
		statement_add_column(st, columns.columns[i]);
	}
}

const FormData_pg_attribute *
statement_column_form(const Statement *st, AttrNumber column)
{
	if (column < 0)
		return SystemAttributeDefinition(column);
	return TupleDescAttr(RelationGetDescr(st->rel), column - 1);
}

bool
statement_operand_is_cast(const Statement *st, AttrNumber column)
{
	Oid			type = statement_column_form(st, column)->atttypid;
	Oid			base = getBaseType(type);
	HeapTuple	tuple;
	Oid			namespace;

	if (base == type)
		return false;
	tuple = SearchSysCache1(TYPEOID, ObjectIdGetDatum(base));
	if (!HeapTupleIsValid(tuple))
		elog(ERROR, "cache lookup failed for type %u", base);
	namespace = ((Form_pg_type) GETSTRUCT(tuple))->typnamespace;
	ReleaseSysCache(tuple);

	/* Nobody can make an operator there. */
	return namespace != PG_CATALOG_NAMESPACE;
}

void
statement_add_operand(Statement *st, const char *of, AttrNumber column)
{
	const FormData_pg_attribute *att = statement_column_form(st, column);
	bool		cast = statement_operand_is_cast(st, column);

	statement_add(st, cast ? "CAST(" : "");
	statement_add(st, of);
	statement_add(st, quote_identifier(NameStr(att->attname)));
	if (cast)
		appendStringInfo(&st->sql, " AS %s)",
						 format_type_be_qualified(getBaseType(att->atttypid)));
}

void
statement_add_equals(Statement *st, AttrNumber column, const JsonNode *at)
{
	const FormData_pg_attribute *att = statement_column_form(st, column);
	TypeCacheEntry *type = lookup_type_cache(att->atttypid, TYPECACHE_EQ_OPR);
	HeapTuple	tuple = NULL;
	Form_pg_operator operator;

	if (OidIsValid(type->eq_opr))
		tuple = SearchSysCache1(OPEROID, ObjectIdGetDatum(type->eq_opr));
	if (!HeapTupleIsValid(tuple))
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("column \"%s\" of type %s cannot be a key",
						NameStr(att->attname), format_type_be(att->atttypid)),
				 errdetail("The type has no equality operator."),
				 errplace(at)));
	operator = (Form_pg_operator) GETSTRUCT(tuple);
	appendStringInfo(&st->sql, " OPERATOR(%s.%s) ",
					 quote_identifier(get_namespace_name(operator->oprnamespace)),
					 NameStr(operator->oprname));
	ReleaseSysCache(tuple);
}

static PlanParam *
new_param(Statement *st)
{
	KeptPlan   *plan = st->plan;

	if (plan->nparams == st->room)
	{
		st->room = st->room ? st->room * 2 : 8;
		plan->params = plan->params ?
			repalloc(plan->params, sizeof(PlanParam) * st->room) :
			MemoryContextAlloc(plan->context, sizeof(PlanParam) * st->room);
	}
	return &plan->params[plan->nparams++];
}

/* The next parameter, of a type of its own or an array of "type". */
int
statement_param(Statement *st, Oid type, int32 typmod, bool list)
{
	*new_param(st) = (PlanParam) {
		.type = type_info(type),
		.typmod = typmod,
		.list = list,
		.oid = list ? get_array_type(type) : type
	};
	return st->plan->nparams;
}

void
statement_add_param(Statement *st, Oid type, int32 typmod, bool list)
{
	appendStringInfo(&st->sql, "$%d", statement_param(st, type, typmod, list));
}

void
statement_add_fed_rows(Statement *st, const char *function)
{
	*new_param(st) = (PlanParam) {.typmod = -1, .oid = st->rel->rd_rel->reltype};
	appendStringInfo(&st->sql, "connector.%s($%d)", function, st->plan->nparams);
	st->plan->fed = true;
}

void
statement_add_values(Statement *st, ColumnList columns)
{
	statement_add(st, " (");
	statement_add_columns(st, columns);
	statement_add(st, ") VALUES (");
	for (int i = 0; i < columns.n; i++)
	{
		Form_pg_attribute att = TupleDescAttr(RelationGetDescr(st->rel),
											  columns.columns[i] - 1);

		if (i > 0)
			statement_add(st, ", ");
		statement_add_param(st, att->atttypid, att->atttypmod, false);
	}
	statement_add(st, ")");
}

void
statement_add_rows(Statement *st, ColumnList columns)
{
	if (columns.n == 0)
	{
		statement_add(st, " DEFAULT VALUES");
		return;
	}
	statement_add(st, " (");
	statement_add_columns(st, columns);
	statement_add(st, ") SELECT ");
	for (int i = 0; i < columns.n; i++)
	{
		statement_add(st, i == 0 ? "(r)." : ", (r).");
		statement_add_column(st, columns.columns[i]);
	}
	statement_add(st, " FROM (SELECT ");
	statement_add_fed_rows(st, "request_rows");
	statement_add(st, " AS r) AS request");
}

void
statement_prepare(Statement *st)
{
	plan_prepare(st->plan, st->sql.data);
}

/*-------------------------------------------------------------------------
 *
 * statement.c
 *	  The only place where SQL text is made, with statement_parts.c and
 *	  statement_where.c.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "catalog/pg_type.h"
#include "utils/rel.h"

#include "catalog.h"
#include "error.h"
#include "statement_parts.h"

static void
statement_add_returning(Statement *st, ColumnList returning)
{
	if (returning.n == 0)
		return;
	statement_add(st, " RETURNING ");
	statement_add_columns(st, returning);
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

	statement_begin(&st, plan, rel);
	statement_add(&st, "SELECT ");
	statement_add_columns(&st, columns);
	statement_add(&st, " FROM ");
	statement_add_table(&st);
	statement_add_where(&st, where);
	for (int i = 0; i < norder; i++)
	{
		statement_add(&st, i == 0 ? " ORDER BY " : ", ");
		statement_add_column(&st, catalog_column(rel, order[i].column));
		if (order[i].descending)
			statement_add(&st, " DESC");
	}
	statement_add(&st, " LIMIT ");
	statement_add_param(&st, INT8OID, -1, false);
	if (offset)
	{
		statement_add(&st, " OFFSET ");
		statement_add_param(&st, INT8OID, -1, false);
	}
	statement_prepare(&st);
}

void
statement_insert(KeptPlan *plan, Relation rel, ColumnList columns,
				 ColumnList returning, AttrNumber id)
{
	Statement	st;

	statement_begin(&st, plan, rel);
	statement_add(&st, "INSERT INTO ");
	statement_add_table(&st);
	statement_add_rows(&st, columns);
	statement_add_returning(&st, returning);
	if (id != InvalidAttrNumber)
	{
		statement_add(&st, returning.n == 0 ? " RETURNING " : ", ");
		statement_add_column(&st, id);
	}
	statement_prepare(&st);
}

void
statement_update(KeptPlan *plan, Relation rel, ColumnList columns,
				 const Predicate *where, ColumnList returning)
{
	TupleDesc	desc = RelationGetDescr(rel);
	Statement	st;

	statement_begin(&st, plan, rel);
	statement_add(&st, "UPDATE ");
	statement_add_table(&st);
	for (int i = 0; i < columns.n; i++)
	{
		Form_pg_attribute att = TupleDescAttr(desc, columns.columns[i] - 1);

		statement_add(&st, i == 0 ? " SET " : ", ");
		statement_add_column(&st, columns.columns[i]);
		statement_add(&st, " = ");
		statement_add_param(&st, att->atttypid, att->atttypmod, false);
	}
	statement_add_where(&st, where);
	statement_add_returning(&st, returning);
	statement_prepare(&st);
}

void
statement_delete(KeptPlan *plan, Relation rel,
				 const Predicate *where, ColumnList returning)
{
	Statement	st;

	statement_begin(&st, plan, rel);
	statement_add(&st, "DELETE FROM ");
	statement_add_table(&st);
	statement_add_where(&st, where);
	statement_add_returning(&st, returning);
	statement_prepare(&st);
}

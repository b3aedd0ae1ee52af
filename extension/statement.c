/*-------------------------------------------------------------------------
 *
 * statement.c
 *	  The only place where SQL text is made, with statement_parts.c,
 *	  statement_select.c, statement_where.c and statement_write.c.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

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
	JsonNode   *names;

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
	ColumnList	list;

	if (!node_given(returning))
		return (ColumnList) {0};
	if (node_type(returning) == JSON_TRUE)
		return columns_all(rel);
	list = columns_named(rel, returning);
	if (list.n == 0)
		ereport(ERROR,
				(errcode(ERRCODE_SYNTAX_ERROR),
				 errmsg("\"returning\" names no column"),
				 errplace(returning)));
	return list;
}

void
statement_insert(KeptPlan *plan, Relation rel, ColumnList columns, bool values,
				 ColumnList returning, AttrNumber id)
{
	Statement	st;

	statement_begin(&st, plan, rel);
	statement_add(&st, "INSERT INTO ");
	statement_add_table(&st);
	if (values)
		statement_add_values(&st, columns);
	else
		statement_add_rows(&st, columns);
	statement_add_returning(&st, returning);
	if (id != InvalidAttrNumber)
	{
		statement_add(&st, returning.n == 0 ? " RETURNING " : ", ");
		statement_add_column(&st, id);
	}
	statement_prepare(&st);
}

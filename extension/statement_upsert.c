/*-------------------------------------------------------------------------
 *
 * statement_upsert.c
 *	  What an upsert becomes in SQL.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "catalog/pg_type.h"
#include "utils/builtins.h"
#include "utils/lsyscache.h"
#include "utils/rel.h"

#include "conflict.h"
#include "error.h"
#include "statement_parts.h"

/* The existing row's alias: no table can be mistaken for "excluded". */
#define EXISTING "existing"

static void
add_new_column(Statement *st, AttrNumber column)
{
	statement_add(st, "excluded.");
	statement_add_column(st, column);
}

static void
add_existing_column(Statement *st, AttrNumber column)
{
	statement_add(st, EXISTING ".");
	statement_add_column(st, column);
}

static void
add_test(Statement *st, const ConflictTest *test)
{
	TupleDesc	desc = RelationGetDescr(st->rel);
	Oid			left = getBaseType(TupleDescAttr(desc, test->left - 1)->atttypid);
	Oid			right = getBaseType(TupleDescAttr(desc, test->right - 1)->atttypid);
	SqlOperator operator;

	if (!statement_find_operator(test->sql, left, right, &operator))
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("operator \"%s\" cannot compare types %s and %s",
						test->name, format_type_be(left), format_type_be(right)),
				 errplace(test->node)));

	/* IS DISTINCT FROM would look for its operator in the search path. */
	if (test->null_safe)
	{
		bool		distinct = strcmp(test->sql, "<>") == 0;

		statement_add(st, "CASE WHEN ");
		add_new_column(st, test->left);
		statement_add(st, " IS NOT DISTINCT FROM NULL THEN ");
		add_existing_column(st, test->right);
		statement_add(st, distinct ? " IS DISTINCT FROM NULL WHEN " :
					  " IS NOT DISTINCT FROM NULL WHEN ");
		add_existing_column(st, test->right);
		statement_add(st, distinct ? " IS NOT DISTINCT FROM NULL THEN true ELSE " :
					  " IS NOT DISTINCT FROM NULL THEN false ELSE ");
	}
	statement_add_operand(st, "excluded.", test->left);
	statement_add_operator(st, &operator);
	statement_add_operand(st, EXISTING ".", test->right);
	if (test->null_safe)
		statement_add(st, " END");
}

/* " ON CONFLICT ..." up to DO */
static void
add_target(Statement *st, const OnConflict *conflict, const Predicate *where)
{
	if (conflict->constraint != NULL)
	{
		statement_add(st, " ON CONFLICT ON CONSTRAINT ");
		statement_add(st, quote_identifier(conflict->constraint));
		return;
	}
	statement_add(st, " ON CONFLICT (");
	statement_add_columns(st, conflict->columns);
	statement_add(st, ")");
	statement_add_where(st, where);
}

void
statement_upsert(KeptPlan *plan, Relation rel, ColumnList columns,
				 const OnConflict *conflict, const Predicate *where,
				 ColumnList update, ColumnList returning)
{
	Statement	st;

	/* A partial index is only found by the condition's values. */
	plan->needs_values = conflict->where != NULL;

	statement_begin(&st, plan, rel);
	statement_add(&st, "INSERT INTO ");
	statement_add_table(&st);
	statement_add(&st, " AS " EXISTING);
	statement_add_rows(&st, columns);
	add_target(&st, conflict, where);
	if (update.n == 0)
		statement_add(&st, " DO NOTHING");
	for (int i = 0; i < update.n; i++)
	{
		statement_add(&st, i == 0 ? " DO UPDATE SET " : ", ");
		statement_add_column(&st, update.columns[i]);
		statement_add(&st, " = ");
		add_new_column(&st, update.columns[i]);
	}
	if (update.n > 0)
	{
		statement_add(&st, " WHERE connector.request_row_conflict(");
		statement_add_param(&st, INT8OID, -1, false);
		statement_add(&st, ", ");
		for (int i = 0; i < conflict->ntests; i++)
		{
			statement_add(&st, i == 0 ? "(" : " AND (");
			add_test(&st, &conflict->tests[i]);
			statement_add(&st, ")");
		}
		statement_add(&st, conflict->ntests == 0 ? "true)" : ")");
	}
	statement_add(&st, " RETURNING ");
	if (returning.n > 0)
		statement_add_columns(&st, returning);
	else
		statement_add(&st, "true");
	statement_prepare(&st);
}

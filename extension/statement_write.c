/*-------------------------------------------------------------------------
 *
 * statement_write.c
 *	  UPDATE and DELETE, in each of the ways in which a request finds rows.
 *
 * The table always goes by the name "target", for the other names of these
 * statements must not be taken for columns of it, nor the other way round.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "access/htup_details.h"
#include "catalog/heap.h"
#include "catalog/pg_operator.h"
#include "catalog/pg_type.h"
#include "utils/builtins.h"
#include "utils/lsyscache.h"
#include "utils/rel.h"
#include "utils/syscache.h"
#include "utils/typcache.h"

#include "error.h"
#include "statement_parts.h"

static void
add_name(Statement *st, AttrNumber column)
{
	statement_add(st, quote_identifier(NameStr(statement_column_form(st, column)->attname)));
}

static void
add_target(Statement *st, AttrNumber column)
{
	statement_add(st, "target.");
	add_name(st, column);
}

static void cannot_apply(const Statement *st, const Assignment *assignment,
						 const char *what, const char *types) pg_attribute_noreturn();

static void
cannot_apply(const Statement *st, const Assignment *assignment,
			 const char *what, const char *types)
{
	const FormData_pg_attribute *att = statement_column_form(st, assignment->column);

	ereport(ERROR,
			(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
			 errmsg("\"%s\" cannot be used with column \"%s\" of type %s",
					what, NameStr(att->attname), format_type_be(att->atttypid)),
			 errhint("It is for %s.", types),
			 errplace(assignment->value)));
}

/*
 * What can be added to a value of a type: the same, days to a date, and an
 * interval to a time.
 */
static Oid
increment_type(Oid type)
{
	switch (type)
	{
		case INT2OID:
		case INT4OID:
		case INT8OID:
		case FLOAT4OID:
		case FLOAT8OID:
		case NUMERICOID:
		case CASHOID:
		case INTERVALOID:
			return type;
		case DATEOID:
			return INT4OID;
		case TIMEOID:
		case TIMETZOID:
		case TIMESTAMPOID:
		case TIMESTAMPTZOID:
			return INTERVALOID;
		default:
			return InvalidOid;
	}
}

/* json goes through jsonb, where values can be put together. */
static void
add_concat_jsonb(Statement *st, const Assignment *assignment, Oid type)
{
	if (type == JSONOID)
		statement_add(st, "CAST(");
	statement_add(st, "connector.concat_jsonb(");
	if (type == JSONOID)
		statement_add(st, "CAST(");
	add_target(st, assignment->column);
	if (type == JSONOID)
		statement_add(st, " AS pg_catalog.jsonb)");
	statement_add(st, ", ");
	statement_add_param(st, JSONBOID, -1, false);
	appendStringInfo(&st->sql, ", %d)", assignment->column);
	if (type == JSONOID)
		statement_add(st, " AS pg_catalog.json)");
}

static void
add_assignment(Statement *st, const Assignment *assignment)
{
	const FormData_pg_attribute *att = statement_column_form(st, assignment->column);
	Oid			type = getBaseType(att->atttypid);
	bool		json = type == JSONOID || type == JSONBOID;

	add_name(st, assignment->column);
	statement_add(st, " = ");
	switch (assignment->kind)
	{
		case ASSIGN_SET:
			statement_add_param(st, att->atttypid, att->atttypmod, false);
			break;

		case ASSIGN_INCREMENT:
			if (!OidIsValid(increment_type(type)))
				cannot_apply(st, assignment, "increment",
							 "numbers, money, intervals, dates and times");
			add_target(st, assignment->column);
			statement_add(st, " OPERATOR(pg_catalog.+) ");
			statement_add_param(st, increment_type(type), -1, false);
			break;

		case ASSIGN_MERGE:
			if (!json)
				cannot_apply(st, assignment, "merge", "json and jsonb");
			add_concat_jsonb(st, assignment, type);
			break;

		case ASSIGN_APPEND:
			if (json)
			{
				add_concat_jsonb(st, assignment, type);
				break;
			}
			if (type_info(type)->class != TYPE_ARRAY)
				cannot_apply(st, assignment, "append", "arrays, json and jsonb");

			/* To this operator, too, a NULL is empty. */
			add_target(st, assignment->column);
			statement_add(st, " OPERATOR(pg_catalog.||) ");
			statement_add_param(st, type, -1, false);
			break;
	}
}

/* UPDATE or DELETE, up to where its rows come from. */
static void
add_write(Statement *st, const Assignments *set)
{
	statement_add(st, set ? "UPDATE " : "DELETE FROM ");
	statement_add_table(st);
	statement_add(st, " AS target");
	for (int i = 0; set != NULL && i < set->n; i++)
	{
		statement_add(st, i == 0 ? " SET " : ", ");
		add_assignment(st, &set->list[i]);
	}
}

void
statement_write(KeptPlan *plan, Relation rel, const Assignments *set,
				const Predicate *where, ColumnList returning)
{
	Statement	st;

	statement_begin(&st, plan, rel);
	add_write(&st, set);
	statement_add_where(&st, where);
	if (returning.n > 0)
	{
		statement_add(&st, " RETURNING ");
		statement_add_columns(&st, returning);
	}
	statement_prepare(&st);
}

void
statement_claim(KeptPlan *plan, Relation rel, ColumnList key,
				const Predicate *where, const Order *order,
				bool to_delete, bool skip_locked)
{
	Statement	st;

	statement_begin(&st, plan, rel);
	for (int i = 0; i < key.n; i++)
	{
		statement_add(&st, i == 0 ? "SELECT " : ", ");
		add_name(&st, key.columns[i]);
	}
	statement_add(&st, " FROM ");
	statement_add_table(&st);
	statement_add_where(&st, where);
	statement_add_order(&st, order);
	statement_add(&st, " LIMIT ");
	statement_add_param(&st, INT8OID, -1, false);

	/* As UPDATE does, so that foreign keys to the row may still be checked. */
	statement_add(&st, to_delete ? " FOR UPDATE" : " FOR NO KEY UPDATE");
	if (skip_locked)
		statement_add(&st, " SKIP LOCKED");
	statement_prepare(&st);
}

bool
statement_has_rules(Relation rel, bool to_delete)
{
	RuleLock   *rules = rel->rd_rules;

	for (int i = 0; rules != NULL && i < rules->numLocks; i++)
	{
		if (rules->rules[i]->event == (to_delete ? CMD_DELETE : CMD_UPDATE))
			return true;
	}
	return false;
}

/*
 * The result of a statement that writes, in the order of "source".n, which is
 * its last column.  Rows of RETURNING come as the plan finds them, so they
 * are sorted outside; but rules forbid WITH, and may forbid RETURNING.
 */
static void
begin_ordered(Statement *st, ColumnList returning, bool rules)
{
	if (returning.n == 0 || rules)
		return;
	statement_add(st, "WITH done (");
	for (int i = 0; i < returning.n; i++)
		appendStringInfo(&st->sql, "c%d, ", i + 1);
	statement_add(st, "n) AS (");
}

static void
end_ordered(Statement *st, ColumnList returning, bool rules)
{
	for (int i = 0; i < returning.n; i++)
	{
		statement_add(st, i == 0 ? " RETURNING " : ", ");
		add_target(st, returning.columns[i]);
	}
	if (rules)
		return;
	statement_add(st, returning.n == 0 ? " RETURNING source.n" : ", source.n");
	if (returning.n == 0)
		return;
	statement_add(st, ") SELECT ");
	for (int i = 0; i < returning.n; i++)
	{
		appendStringInfo(&st->sql, "c%d AS ", i + 1);
		add_name(st, returning.columns[i]);
		statement_add(st, ", ");
	}
	statement_add(st, "n FROM done ORDER BY done.n");
}

void
statement_write_claimed(KeptPlan *plan, Relation rel, const Assignments *set,
						ColumnList key, ColumnList returning)
{
	bool		rules = statement_has_rules(rel, set == NULL);
	Statement	st;

	statement_begin(&st, plan, rel);
	begin_ordered(&st, returning, rules);
	add_write(&st, set);
	statement_add(&st, set ? " FROM" : " USING");
	for (int i = 0; i < key.n; i++)
	{
		Oid			type = getBaseType(statement_column_form(&st, key.columns[i])->atttypid);

		statement_add(&st, i == 0 ? " ROWS FROM (pg_catalog.unnest(" :
					  ", pg_catalog.unnest(");
		statement_add_param(&st, type, -1, true);
		statement_add(&st, ")");
	}
	statement_add(&st, ") WITH ORDINALITY AS source (");
	for (int i = 0; i < key.n; i++)
		appendStringInfo(&st.sql, "k%d, ", i + 1);
	statement_add(&st, "n)");
	for (int i = 0; i < key.n; i++)
	{
		statement_add(&st, i == 0 ? " WHERE " : " AND ");
		statement_add_operand(&st, "target.", key.columns[i]);
		statement_add_equals(&st, key.columns[i], NULL);
		appendStringInfo(&st.sql, "source.k%d", i + 1);
	}
	end_ordered(&st, returning, rules);
	statement_prepare(&st);
}

/*
 * The feed is read first and its rows numbered.  request_row_at() is the
 * last condition of the join to be looked at (its cost sees to that), so it
 * knows which row the executor is about to write.
 */
void
statement_write_keyed(KeptPlan *plan, Relation rel, bool to_delete,
					  ColumnList columns, ColumnList key,
					  ColumnList returning, const JsonNode *at)
{
	bool		rules = statement_has_rules(rel, to_delete);
	Statement	st;

	statement_begin(&st, plan, rel);
	begin_ordered(&st, returning, rules);
	add_write(&st, to_delete ? NULL : &(Assignments) {0});
	for (int i = 0; i < columns.n; i++)
	{
		statement_add(&st, i == 0 ? " SET " : ", ");
		add_name(&st, columns.columns[i]);
		statement_add(&st, " = (source.r).");
		add_name(&st, columns.columns[i]);
	}
	statement_add(&st, to_delete ? " USING" : " FROM");
	statement_add(&st, " (SELECT r, connector.request_row_number() AS n"
				  " FROM (SELECT ");
	statement_add_fed_rows(&st, "request_rows");
	statement_add(&st, " AS r) AS request) AS source WHERE ");
	for (int i = 0; i < key.n; i++)
	{
		statement_add_operand(&st, "target.", key.columns[i]);
		statement_add_equals(&st, key.columns[i], at);
		statement_add_operand(&st, "(source.r).", key.columns[i]);
		statement_add(&st, " AND ");
	}
	statement_add(&st, "connector.request_row_at(source.n, ");
	add_target(&st, key.columns[0]);
	statement_add(&st, ")");
	end_ordered(&st, returning, rules);
	statement_prepare(&st);
}

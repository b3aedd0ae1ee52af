/*-------------------------------------------------------------------------
 *
 * statement_sink.c
 *	  How records of a sink get into their table.
 *
 * The records are sorted by their key before they are written, so that
 * writers of one table take their locks in one order: staged ones here, those
 * that are given by rows_in.c.  sink_read() is asked
 * about each record that was read and not merged into another, sink_row() when
 * it is about to be written and nothing can come between: a subquery with
 * OFFSET is not merged into the statement, and no volatile condition moves
 * into it.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "catalog/pg_type.h"
#include "utils/builtins.h"
#include "utils/lsyscache.h"

#include "sink.h"
#include "statement_parts.h"

char *
sink_stage_name(Oid relid)
{
	return psprintf("pg_connector_stage_%u", relid);
}

static void
add_staged(Statement *st, const char *alias, AttrNumber column)
{
	appendStringInfo(&st->sql, "%sc%d", alias, column);
}

/* "key, another, ...", where a key with a NULL is like no other. */
static void
add_key(Statement *st, ColumnList key)
{
	bool		nullable = false;

	for (int i = 0; i < key.n; i++)
	{
		add_staged(st, i == 0 ? "" : ", ", key.columns[i]);
		nullable = nullable || !statement_column_form(st, key.columns[i])->attnotnull;
	}
	if (!nullable)
		return;
	statement_add(st, ", CASE WHEN ");
	for (int i = 0; i < key.n; i++)
	{
		add_staged(st, i == 0 ? "" : " OR ", key.columns[i]);
		statement_add(st, " IS NOT DISTINCT FROM NULL");
	}
	statement_add(st, " THEN " SINK_ORDINAL " END");
}

/* Whether a column's value is needed: the key, and what is written. */
static bool
is_needed(const SinkApply *apply, AttrNumber column)
{
	return column_list_has(apply->key, column) ||
		column_list_has(sink_joins(apply->operation) ? apply->update : apply->columns, column);
}

/* The records that are given, as "source". */
static void
add_given_source(Statement *st, const SinkApply *apply)
{
	statement_add(st, "(SELECT connector.request_row_number() AS " SINK_ORDINAL);
	for (int i = 0; i < apply->columns.n; i++)
	{
		AttrNumber	column = apply->columns.columns[i];

		if (!is_needed(apply, column))
			continue;
		statement_add(st, ", (r).");
		statement_add_column(st, column);
		add_staged(st, " AS ", column);
	}
	statement_add(st, " FROM (SELECT ");
	statement_add_fed_rows(st, "sink_rows");
	statement_add(st, " AS r) AS request OFFSET 0) AS source");
}

/* " FROM staging WHERE ...": the records that the parameters say. */
static void
add_records(Statement *st)
{
	appendStringInfo(&st->sql, " FROM pg_temp.%s WHERE ("
					 SINK_GROUP " OPERATOR(pg_catalog.=) ",
					 sink_stage_name(RelationGetRelid(st->rel)));
	statement_add_param(st, INT4OID, -1, false);
	statement_add(st, " OR $1 IS NULL) AND " SINK_ORDINAL " OPERATOR(pg_catalog.>=) ");
	statement_add_param(st, INT8OID, -1, false);
	statement_add(st, " AND " SINK_ORDINAL " OPERATOR(pg_catalog.<) ");
	statement_add_param(st, INT8OID, -1, false);
}

/*
 * The records in the order in which they are written, as "source": of their
 * values the key and those that are written, for a join carries all of them.
 */
static void
add_source(Statement *st, const SinkApply *apply)
{
	ColumnList	written = sink_joins(apply->operation) ? apply->update : apply->columns;

	if (apply->given)
	{
		add_given_source(st, apply);
		return;
	}
	statement_add(st, "(SELECT ");
	if (apply->merge)
	{
		statement_add(st, "DISTINCT ON (");
		add_key(st, apply->key);
		statement_add(st, ") ");
	}
	statement_add(st, SINK_ORDINAL);
	for (int i = 0; i < apply->key.n; i++)
		add_staged(st, ", ", apply->key.columns[i]);
	for (int i = 0; i < written.n; i++)
	{
		if (!column_list_has(apply->key, written.columns[i]))
			add_staged(st, ", ", written.columns[i]);
	}
	add_records(st);
	statement_add(st, " ORDER BY ");
	if (apply->key.n > 0)
	{
		add_key(st, apply->key);
		statement_add(st, ", ");
	}
	statement_add(st, apply->merge ? SINK_ORDINAL " DESC" : SINK_ORDINAL);
	statement_add(st, " OFFSET 0) AS source");
}

static void
add_insert(Statement *st, const SinkApply *apply)
{
	ColumnList	columns = apply->columns;

	statement_add(st, "INSERT INTO ");
	statement_add_table(st);
	if (columns.n > 0)
	{
		statement_add(st, " (");
		statement_add_columns(st, columns);
		statement_add(st, ")");
	}
	statement_add(st, " SELECT ");
	for (int i = 0; i < columns.n; i++)
		add_staged(st, i == 0 ? "source." : ", source.", columns.columns[i]);
	statement_add(st, " FROM ");
	add_source(st, apply);
	statement_add(st, " WHERE connector.sink_row(source." SINK_ORDINAL
				  ", source." SINK_ORDINAL ")");
	if (apply->operation == SINK_INSERT)
		return;

	statement_add(st, " ON CONFLICT");
	if (apply->key.n > 0)
	{
		statement_add(st, " (");
		statement_add_columns(st, apply->key);
		statement_add(st, ")");
	}
	if (apply->update.n == 0)
		statement_add(st, " DO NOTHING");
	for (int i = 0; i < apply->update.n; i++)
	{
		statement_add(st, i == 0 ? " DO UPDATE SET " : ", ");
		statement_add_column(st, apply->update.columns[i]);
		statement_add(st, " = excluded.");
		statement_add_column(st, apply->update.columns[i]);
	}
}

static void
add_write(Statement *st, const SinkApply *apply, const JsonNode *at)
{
	ColumnList	set = apply->update;

	statement_add(st, apply->operation == SINK_UPDATE ? "UPDATE " : "DELETE FROM ");
	statement_add_table(st);
	statement_add(st, " AS target");
	for (int i = 0; apply->operation == SINK_UPDATE && i < set.n; i++)
	{
		statement_add(st, i == 0 ? " SET " : ", ");
		statement_add_column(st, set.columns[i]);
		add_staged(st, " = source.", set.columns[i]);
	}
	statement_add(st, apply->operation == SINK_UPDATE ? " FROM " : " USING ");
	add_source(st, apply);
	statement_add(st, " WHERE connector.sink_read(source." SINK_ORDINAL ") AND ");
	for (int i = 0; i < apply->key.n; i++)
	{
		statement_add_operand(st, "target.", apply->key.columns[i]);
		statement_add_equals(st, apply->key.columns[i], at);
		add_staged(st, "source.", apply->key.columns[i]);
		statement_add(st, " AND ");
	}
	statement_add(st, "connector.sink_row(source." SINK_ORDINAL ", target.");
	statement_add_column(st, apply->key.columns[0]);
	statement_add(st, ")");
}

void
statement_sink_apply(KeptPlan *plan, Relation rel, const SinkApply *apply,
					 const JsonNode *at)
{
	bool		joins = sink_joins(apply->operation);
	Statement	st;

	statement_begin(&st, plan, rel);
	if (joins)
	{
		/*
		 * The planner takes the records for a few, so that it looks each up
		 * by an index where there is one.  A plan kept from when the table
		 * was small might read all of it for each record.
		 */
		plan->needs_values = true;
		add_write(&st, apply, at);
	}
	else
		add_insert(&st, apply);
	statement_add(&st, joins ? " RETURNING source." SINK_ORDINAL : " RETURNING true");
	statement_prepare(&st);
}

void
statement_sink_keys(KeptPlan *plan, Relation rel, ColumnList key, const JsonNode *at)
{
	Statement	st;

	statement_begin(&st, plan, rel);
	statement_add(&st, "SELECT pg_catalog.count(*) FROM (SELECT DISTINCT ");
	add_key(&st, key);
	add_records(&st);
	statement_add(&st, ") AS keys");
	statement_prepare(&st);
}

/*-------------------------------------------------------------------------
 *
 * sink_apply.c
 *	  sink_apply: write records of a sink into the table.
 *
 * An error is said to be at /rows and a staged record's ordinal, or at
 * /values and the index of one that is given, as long as the executor is at
 * one record: for conversion to a domain, NOT NULL, CHECK, unique constraints
 * and BEFORE triggers.  What fails behind the last record, foreign keys and
 * AFTER triggers, is at /rows or /values.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include <limits.h>

#include "access/htup_details.h"
#include "access/table.h"
#include "catalog/namespace.h"
#include "catalog/pg_class.h"
#include "catalog/pg_type.h"
#include "executor/tuptable.h"
#include "miscadmin.h"
#include "utils/lsyscache.h"
#include "utils/rel.h"
#include "utils/syscache.h"

#include "catalog.h"
#include "commands/commands.h"
#include "commands/write.h"
#include "conflict.h"
#include "error.h"
#include "guard.h"
#include "rows_in.h"
#include "sink.h"

enum
{
	TABLE,
	OPERATION,
	COLUMNS,
	KEY,
	UPDATE,
	GROUP,
	FROM,
	TO,
	MERGE,
	COUNT_KEYS,
	VALUES
};

const char *const sink_operations[] = {
	"insert", "insert_ignore", "upsert", "update", "delete", NULL
};

static const Member members[] = {
	{"table", MEMBER_TABLE, true, "Table to write to; without \"values\", sink_stage was called for it in this session."},
	{"operation", MEMBER_CHOICE, false, "What is done with the records.", sink_operations},
	{"columns", MEMBER_COLUMNS, true, "Columns that the records have."},
	{"key", MEMBER_KEY, false, "Columns that decide conflicts, or tell which row is meant."},
	{"update", MEMBER_COLUMNS, false, "What an upsert updates, instead of all columns but the key's; an empty list: nothing."},
	{"group", MEMBER_COUNT, false, "Only the records of this group."},
	{"from", MEMBER_COUNT, false, "The first record's ordinal."},
	{"to", MEMBER_COUNT, false, "The ordinal behind the last record's."},
	{"merge", MEMBER_BOOL, false, "Of records with the same key only the last is written."},
	{"count_keys", MEMBER_BOOL, false, "Write nothing, only tell how many different keys the records have."},
	{"values", MEMBER_VALUES, false, "Instead of staged records: records as lists of values, in the order of \"columns\"; the last with a key is written."},
	{NULL}
};

static const Refusal refusals[] = {
	{"42P01", "no such table, or nothing was staged for it"},
	{"3F000", "no such schema"},
	{"42703", "no such column"},
	{"42622", "a name longer than 63 bytes"},
	{"42701", "a column is named twice"},
	{"42P10", "no unique key is on exactly the columns of \"key\""},
	{"23505", "a row with that key exists"},
	{"42601", "\"key\" is missing, or there is nothing to update"},
	{"42883", "values of a type without an order for \"key\""},
	{"428C9", "a value for a column that is generated always"},
	VALUE_REFUSALS,
	ROW_REFUSALS,
	{"54000", "more rows than pg_connector.affected_cap"},
	{NULL}
};

static const char *const examples[] = {
	"{\"table\": \"users\", \"operation\": \"upsert\", \"columns\": [\"id\", \"name\"], \"key\": [\"id\"], "
	"\"from\": 0, \"to\": 1000, \"merge\": true}",
	"{\"table\": \"users\", \"operation\": \"delete\", \"columns\": [\"id\"], \"key\": [\"id\"], \"values\": [[3], [1]]}",
	NULL
};

/* Some of the records' ordinals. */
typedef struct Ordinals
{
	uint8	   *bits;			/* one for each ordinal, from the first record's on */
	int64		room;			/* bytes of it */
	uint64		n;
} Ordinals;

/* What becomes of the records while they are written. */
typedef struct Applying
{
	RowsOut		rows;			/* first: the executor hands this back */
	JsonNode	place;			/* "values", or "rows", which no request has */
	MemoryContext context;
	int64		from;
	int64		to;				/* of those that are given it is not known */
	bool		joins;			/* records are joined with the rows that they are for */
	Ordinals	read;			/* if they are */
	Ordinals	matched;
	Ordinals	written;
	uint64		noted;			/* records that sink_row() was asked about */
} Applying;

/* The innermost; a trigger may call sink_apply itself. */
static Applying *applying;

static void
add_ordinal(Ordinals *ordinals, int64 ordinal)
{
	int64		offset = ordinal - applying->from;

	if (offset < 0 || (applying->to >= 0 && offset >= applying->to - applying->from))
		elog(ERROR, "staged record has another ordinal than before");
	if (offset / 8 >= ordinals->room)
	{
		int64		room = Max(ordinals->room * 2, offset / 8 + 128);

		if (ordinals->bits == NULL)
			ordinals->bits = MemoryContextAlloc(applying->context, room);
		else
			ordinals->bits = repalloc(ordinals->bits, room);
		memset(ordinals->bits + ordinals->room, 0, room - ordinals->room);
		ordinals->room = room;
	}
	if ((ordinals->bits[offset / 8] & (1 << (offset % 8))) == 0)
	{
		ordinals->bits[offset / 8] |= 1 << (offset % 8);
		ordinals->n++;
	}
}

static void
check_applying(FunctionCallInfo fcinfo, const char *function)
{
	Call	   *call = guard_call();

	if (call == NULL || call->command != &command_sink_apply || !call->executing ||
		applying == NULL || PG_ARGISNULL(0))
		ereport(ERROR,
				(errcode(ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE),
				 errmsg("%s() is for statements of pg_connector only", function)));
}

PG_FUNCTION_INFO_V1(pg_connector_sink_read);
PG_FUNCTION_INFO_V1(pg_connector_sink_row);

/*
 * sink_read(ordinal): always true.  The executor has read the record, and not
 * merged it into another.
 */
Datum
pg_connector_sink_read(PG_FUNCTION_ARGS)
{
	check_applying(fcinfo, "sink_read");
	add_ordinal(&applying->read, PG_GETARG_INT64(0));
	PG_RETURN_BOOL(true);
}

/*
 * sink_row(ordinal, any value of the target's): always true.  The executor is
 * about to write the record.
 */
Datum
pg_connector_sink_row(PG_FUNCTION_ARGS)
{
	check_applying(fcinfo, "sink_row");
	applying->noted++;
	if (applying->joins)
		add_ordinal(&applying->matched, PG_GETARG_INT64(0));
	error_current_place = (ErrorPlace) {
		.node = &applying->place, .index = PG_GETARG_INT64(0)
	};
	PG_RETURN_BOOL(true);
}

static void
start_up(DestReceiver *self, int operation, TupleDesc desc)
{
}

static bool
receive(TupleTableSlot *slot, DestReceiver *self)
{
	Applying   *state = (Applying *) self;
	bool		isnull;

	if (state->joins)
		add_ordinal(&state->written, DatumGetInt64(slot_getattr(slot, 1, &isnull)));
	return true;
}

/* Whatever fails from here on is no longer about one record. */
static void
shut_down(DestReceiver *self)
{
	error_current_place.index = -1;
}

static void
destroy(DestReceiver *self)
{
}

/*
 * Whether a relation of that name is what sink_stage makes: anybody can have
 * something else in pg_temp, with an ordinal that is not what it seems.
 */
static bool
is_staging_table(Oid relid)
{
	HeapTuple	tuple = SearchSysCache1(RELOID, ObjectIdGetDatum(relid));
	Form_pg_class class;
	bool		result;

	if (!HeapTupleIsValid(tuple))
		return false;
	class = (Form_pg_class) GETSTRUCT(tuple);
	result = class->relkind == RELKIND_RELATION &&
		class->relpersistence == RELPERSISTENCE_TEMP &&
		class->relowner == GetUserId() &&
		get_atttype(relid, get_attnum(relid, SINK_ORDINAL)) == INT8OID &&
		get_atttype(relid, get_attnum(relid, SINK_GROUP)) == INT4OID;
	ReleaseSysCache(tuple);
	return result;
}

static void
check_staged(Relation rel, const JsonNode *table)
{
	Oid			namespace = LookupExplicitNamespace("pg_temp", true);

	if (!OidIsValid(namespace) ||
		!is_staging_table(get_relname_relid(sink_stage_name(RelationGetRelid(rel)), namespace)))
		ereport(ERROR,
				(errcode(ERRCODE_UNDEFINED_TABLE),
				 errmsg("nothing was staged for table \"%s\"", RelationGetRelationName(rel)),
				 errhint("Call sink_stage first, in the same session and as the same role."),
				 errplace(table)));
}

/* Columns of a list that are not in another one. */
static ColumnList
columns_without(ColumnList list, ColumnList without)
{
	ColumnList	result = {0, palloc(sizeof(AttrNumber) * (list.n + 1))};

	for (int i = 0; i < list.n; i++)
	{
		if (!column_list_has(without, list.columns[i]))
			result.columns[result.n++] = list.columns[i];
	}
	return result;
}

static void
bind_range(Call *call, Shape *shape)
{
	JsonNode   *group = call_member(call, GROUP);

	if (node_given(group))
		shape_bind_datum(shape, Int32GetDatum(node_integer(group, 0, INT_MAX - 1)));
	else
		shape_bind_null(shape);
	shape_bind_datum(shape, Int64GetDatum(node_integer(call_member(call, FROM), 0, INT_MAX - 1)));
	shape_bind_datum(shape, Int64GetDatum(node_integer(call_member(call, TO), 0, INT_MAX - 1)));
}

/* How many different keys the records have. */
static uint64
count_keys(Call *call, Relation rel, ColumnList key)
{
	Oid			relid = RelationGetRelid(rel);
	Shape		shape;
	KeptPlan   *plan;
	StringInfoData number;
	RowsOut		rows;

	shape_init(&shape, "sink_keys", InvalidOid);
	shape_add_bytes(&shape, &relid, sizeof(relid));
	shape_add(&shape, call_member(call, KEY));
	bind_range(call, &shape);
	plan = plan_lookup(&shape);
	if (plan == NULL)
	{
		plan = plan_create(InvalidOid);
		statement_sink_keys(plan, rel, key, call_member(call, KEY));
		plan_keep(plan, &shape);
	}
	initStringInfo(&number);
	rows_out_init(&rows, &number);
	rows.arrays = true;
	rows.row_cap = 1;
	rows.out_limit = 100;
	rows.response_cap = call->limits.response_cap;
	(void) plan_execute(plan, plan_bind(plan, &shape), &rows);
	plan_release(plan);

	/* [n] */
	return strtou64(number.data + 1, NULL, 10);
}

/* Note the columns of the records that are given. */
static void
note_columns(Call *call, Relation rel, const SinkApply *apply, KeptPlan *plan)
{
	JsonNode   *names = call_member(call, COLUMNS);

	plan->ncolumns = apply->columns.n;
	plan->columns = MemoryContextAllocZero(plan->context,
										   sizeof(PlanColumn) * plan->ncolumns);
	for (int i = 0; i < plan->ncolumns; i++)
	{
		AttrNumber	number = apply->columns.columns[i];
		bool		is_key = column_list_has(apply->key, number);

		rows_in_plan_column(&plan->columns[i],
							TupleDescAttr(RelationGetDescr(rel), number - 1), is_key);
		if (!is_key)
			write_check_assignable(rel, number, names);
	}
}

static KeptPlan *
apply_plan(Call *call, Relation rel, const SinkApply *apply, Shape *shape)
{
	KeptPlan   *plan;
	List	   *indexes;

	shape_init(shape, "sink_apply", RelationGetRelid(rel));
	shape_add_flag(shape, 'a' + apply->operation);
	shape_add_flag(shape, apply->given ? 'g' : apply->merge ? 'm' : '-');
	shape_add(shape, call_member(call, COLUMNS));
	shape_add(shape, call_member(call, KEY));
	shape_add(shape, call_member(call, UPDATE));
	if (apply->given)
		shape_bind_null(shape);
	else
		bind_range(call, shape);

	plan = plan_lookup(shape);
	if (plan != NULL)
		return plan;
	/* For a refusal that says what there is instead. */
	if (apply->operation == SINK_UPSERT)
		(void) conflict_key(rel, call_member(call, KEY), call->request, &indexes);

	plan = plan_create(RelationGetRelid(rel));
	if (apply->given)
		note_columns(call, rel, apply, plan);
	statement_sink_apply(plan, rel, apply, call_member(call, KEY));
	plan_keep(plan, shape);
	return plan;
}

static void
read_apply(Call *call, Relation rel, SinkApply *apply)
{
	JsonNode   *key = call_member(call, KEY);
	JsonNode   *update = call_member(call, UPDATE);

	apply->operation = member_choice(call_member(call, OPERATION), sink_operations);
	apply->given = node_given(call_member(call, VALUES));
	apply->columns = columns_named(rel, call_member(call, COLUMNS));
	if (node_given(key))
		apply->key = columns_named(rel, key);
	if (apply->key.n == 0 &&
		(apply->operation >= SINK_UPSERT || node_is_true(call_member(call, COUNT_KEYS))))
		ereport(ERROR,
				(errcode(ERRCODE_SYNTAX_ERROR),
				 errmsg("\"key\" names no column"),
				 errplace(node_given(key) ? key : call->request)));
	for (int i = 0; apply->given && i < apply->key.n; i++)
	{
		if (!column_list_has(apply->columns, apply->key.columns[i]))
			ereport(ERROR,
					(errcode(ERRCODE_SYNTAX_ERROR),
					 errmsg("the records lack a column of \"key\""),
					 errplace(call_member(call, COLUMNS))));
	}

	if (apply->operation == SINK_UPSERT && node_given(update))
		apply->update = columns_named(rel, update);
	else if (apply->operation == SINK_UPSERT || apply->operation == SINK_UPDATE)
		apply->update = columns_without(apply->columns, apply->key);
	if (apply->operation == SINK_UPDATE && apply->update.n == 0)
		ereport(ERROR,
				(errcode(ERRCODE_SYNTAX_ERROR),
				 errmsg("there is no column to update beside the key"),
				 errplace(call_member(call, COLUMNS))));
	apply->merge = node_is_true(call_member(call, MERGE)) &&
		apply->operation >= SINK_UPSERT;
}

/* Whether there is exactly what the records are told by. */
static void
check_source(Call *call)
{
	static const int staged[] = {GROUP, FROM, TO, MERGE, COUNT_KEYS};
	JsonNode   *values = call_member(call, VALUES);
	int			operation = member_choice(call_member(call, OPERATION), sink_operations);

	for (int i = 0; node_given(values) && i < lengthof(staged); i++)
	{
		if (node_given(call_member(call, staged[i])))
			ereport(ERROR,
					(errcode(ERRCODE_SYNTAX_ERROR),
					 errmsg("\"%s\" is not for records that are given",
							node_name(call_member(call, staged[i]))),
					 errplace(call_member(call, staged[i]))));
	}
	if (node_given(values) && operation < SINK_UPSERT)
		ereport(ERROR,
				(errcode(ERRCODE_SYNTAX_ERROR),
				 errmsg("records are given to upsert, update or delete"),
				 errplace(values)));
	if (!node_given(values) &&
		(!node_given(call_member(call, FROM)) || !node_given(call_member(call, TO))))
		ereport(ERROR,
				(errcode(ERRCODE_SYNTAX_ERROR),
				 errmsg("the records are missing"),
				 errhint("Give \"values\", or \"from\" and \"to\" of staged records."),
				 errplace(call->request)));
}

/* Run the statement; returns how many rows it wrote. */
static uint64
execute(Call *call, Relation rel, const SinkApply *apply, Applying *state, RowsIn *given)
{
	Applying   *outer = applying;
	ErrorPlace	outer_place = error_current_place;
	Shape		shape;
	KeptPlan   *plan;
	uint64		written;

	plan = apply_plan(call, rel, apply, &shape);
	if (given != NULL)
	{
		rows_in_feed(given, plan, rel->rd_rel->reltype);

		/* Until the first is read nothing is about one of them. */
		error_current_place.index = -1;
	}
	PG_TRY();
	{
		applying = state;
		written = plan_execute(plan, plan_bind(plan, &shape), &state->rows);
	}
	PG_FINALLY();
	{
		applying = outer;
	}
	PG_END_TRY();
	if (given != NULL)
		rows_in_end_group(given);
	error_current_place = outer_place;
	plan_release(plan);
	write_check_affected(call, written);
	return written;
}

/* The records that are given, or NULL if they are staged. */
static RowsIn *
open_given(Call *call, const SinkApply *apply)
{
	static const JsonNode none;
	RowsIn	   *in;

	if (!apply->given)
		return NULL;
	in = rows_in_open(call->request, &none, &none, call_member(call, COLUMNS),
					  call_member(call, VALUES));
	in->sorted = true;
	return in;
}

static void
run(Call *call)
{
	static const char rows_name[] = "\"rows\"";
	JsonNode   *table = call_member(call, TABLE);
	Relation	rel;
	SinkApply	apply = {0};
	Applying   *state = palloc0(sizeof(Applying));	/* an error may name its place */
	RowsIn	   *given;
	uint64		records = 0;
	uint64		written = 0;

	check_source(call);
	rel = catalog_open_table(table, RowExclusiveLock);
	if (!node_given(call_member(call, VALUES)))
		check_staged(rel, table);
	read_apply(call, rel, &apply);
	if (node_is_true(call_member(call, COUNT_KEYS)))
	{
		appendStringInfo(call->out, "{\"keys\":" UINT64_FORMAT "}",
						 count_keys(call, rel, apply.key));
		table_close(rel, NoLock);
		return;
	}

	given = open_given(call, &apply);
	state->context = CurrentMemoryContext;
	state->joins = sink_joins(apply.operation);
	state->rows.pub = (DestReceiver) {
		.receiveSlot = receive, .rStartup = start_up,
			.rShutdown = shut_down, .rDestroy = destroy, .mydest = DestNone
	};
	if (given != NULL)
	{
		state->place = *given->node;
		state->to = -1;
	}
	else
	{
		state->place.parent = call->request;
		state->place.key = (JsonValue) {JSON_STRING, false, rows_name, strlen(rows_name)};
		state->from = node_integer(call_member(call, FROM), 0, INT_MAX - 1);
		state->to = Max(node_integer(call_member(call, TO), 0, INT_MAX - 1), state->from);
	}

	if (given == NULL || rows_in_next_group(given))
		written = execute(call, rel, &apply, state, given);
	if (state->joins)
	{
		/* Not all are read by a plan that knows that the rest finds no row. */
		records = given != NULL ? (uint64) given->nsorted : state->read.n;
		if (given == NULL && records < state->to - state->from)
			records = count_keys(call, rel, apply.key);
		appendStringInfo(call->out, "{\"records\":" UINT64_FORMAT ",\"written\":" UINT64_FORMAT
						 ",\"skipped\":" UINT64_FORMAT ",\"unmatched\":" UINT64_FORMAT "}",
						 records, state->written.n, state->matched.n - state->written.n,
						 records - state->matched.n);
	}
	else
		appendStringInfo(call->out, "{\"records\":" UINT64_FORMAT ",\"written\":" UINT64_FORMAT
						 ",\"skipped\":" UINT64_FORMAT ",\"unmatched\":0}",
						 state->noted, written, state->noted - written);
	table_close(rel, NoLock);
}

const Command command_sink_apply = {
	.name = "sink_apply",
	.summary = "Write records of a sink into the table.",
	.kinds = KIND_WRITE,
	.members = members,
	.together = "\"oneOf\":[{\"required\":[\"from\",\"to\"]},{\"required\":[\"values\"]}],"
	"\"dependentSchemas\":{\"values\":{\"required\":[\"operation\",\"key\"],\"properties\":{\"operation\":{\"enum\":[\"upsert\",\"update\",\"delete\"]},"
	"\"group\":false,\"from\":false,\"to\":false,\"merge\":false,\"count_keys\":false}}}",
	.result = "\"records\": {\"type\": \"integer\", \"description\": \"How many were not merged into a later one.\"}, "
	"\"written\": {\"type\": \"integer\", \"description\": \"Those that inserted, updated or deleted something.\"}, "
	"\"skipped\": {\"type\": \"integer\", \"description\": \"Those that met an existing row and left it, or that a trigger dropped.\"}, "
	"\"unmatched\": {\"type\": \"integer\", \"description\": \"Those that found no row.\"}, "
	"\"keys\": {\"type\": \"integer\"}",
	.refusals = refusals,
	.examples = examples,
	.run = run
};

/*-------------------------------------------------------------------------
 *
 * insert_rows.c
 *	  insert_rows: one or many rows into a table.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include <limits.h>

#include "access/table.h"
#include "miscadmin.h"
#include "utils/memutils.h"
#include "utils/rel.h"

#include "catalog.h"
#include "commands/commands.h"
#include "commands/read.h"
#include "commands/write.h"
#include "core/error_kind.h"
#include "error.h"
#include "guard.h"
#include "rows_in.h"
#include "statement.h"

#define DEFAULT_MAX_ERRORS 1000

enum
{
	TABLE,
	ROWS,
	ROW,
	COLUMNS,
	VALUES,
	RETURNING,
	ON_ERROR,
	MAX_ERRORS
};

static const Member members[] = {
	{"table", MEMBER_TABLE, true, "Table or view to insert into."},
	{"rows", MEMBER_ROWS, false, "Rows as objects; a column that a row leaves out gets its default."},
	{"row", MEMBER_ROW, false, "A single row."},
	{"columns", MEMBER_COLUMNS, false, "With \"values\": the columns that are given."},
	{"values", MEMBER_VALUES, false, "Rows as lists of values, in the order of \"columns\"."},
	{"returning", MEMBER_RETURNING, false, "Columns to return of each row, or true for all."},
	{"on_error", MEMBER_CHOICE, false, "Insert all rows or none, or keep those that can be kept and report the others.", member_on_error},
	{"max_errors", MEMBER_COUNT, false, "With \"on_error\": \"continue\": how many rows may fail, 1000 if left out."},
	READ_MEMBERS,
	{NULL}
};

static const Refusal refusals[] = {
	TABLE_REFUSALS,
	{"42701", "a column is named twice"},
	VALUE_REFUSALS,
	ROW_REFUSALS,
	{"23505", "a row with that key exists"},
	{"428C9", "a value for a column that is generated always"},
	{"54000", "more rows than pg_connector.affected_cap, more to return than a cap allows, or more failed rows than \"max_errors\""},
	{NULL}
};

static const char *const examples[] = {
	"{\"table\": \"users\", \"row\": {\"name\": \"Ada\", \"email\": \"ada@example.com\"}}",
	"{\"table\": \"users\", \"columns\": [\"name\", \"email\"], "
	"\"values\": [[\"Grace\", \"grace@example.com\"], [\"Edsger\", null]], \"returning\": [\"id\"]}",
	"{\"table\": \"users\", \"rows\": [{\"name\": \"Alan\"}, {\"name\": null}], \"on_error\": \"continue\"}",
	NULL
};

/*
 * An insert at work.
 */
typedef struct Insert
{
	RowsOut		rows;			/* first: the executor hands this back */
	bool		(*receive) (TupleTableSlot *slot, DestReceiver *self);
	Call	   *call;
	Relation	rel;
	RowsIn	   *in;
	MemoryContext group_context;
	bool		returning;
	int			nreturning;
	AttrNumber	id;				/* wanted of the first row, or Invalid */
	StringInfoData inserted_id;
	uint64		written;

	/*
	 * A single row is parameters of its statement, which takes less to start
	 * than one that is fed.  But only of a row that is fed it is known whether
	 * it, or the statement itself, is what failed.
	 */
	bool		as_values;

	/* What fails now is not about a row: it is a limit on the whole. */
	bool		limiting;

	/* Where rows that fail are left out: */
	int			max_errors;
	int			nerrors;
	StringInfoData errors;
} Insert;

/* The statement for a group of rows, from the cache or made anew. */
static KeptPlan *
group_plan(Insert *insert)
{
	Relation	rel = insert->rel;
	RowsIn	   *in = insert->in;
	JsonNode   *returning = call_member(insert->call, RETURNING);
	ColumnList	columns;
	Shape		shape;
	KeptPlan   *plan;

	shape_init(&shape, "insert_rows", RelationGetRelid(rel));
	for (int i = 0; i < in->ncolumns; i++)
		shape_add_bytes(&shape, in->columns[i].text, in->columns[i].len);
	shape_add(&shape, returning);
	shape_add_bytes(&shape, &insert->id, sizeof(insert->id));
	shape_add_flag(&shape, insert->as_values ? 'v' : 'r');

	plan = plan_lookup(&shape);
	if (plan != NULL)
		return plan;

	plan = plan_create(RelationGetRelid(rel));
	columns = rows_in_plan_columns(in, plan, rel);
	statement_insert(plan, rel, columns, insert->as_values && columns.n > 0,
					 columns_returning(rel, returning), insert->id);
	plan_keep(plan, &shape);
	return plan;
}

static ParamListInfo
row_type_param(const KeptPlan *plan)
{
	ParamListInfo params;

	if (plan->nparams == 0)
		return NULL;
	params = makeParamList(1);
	params->params[0].ptype = plan->params[0].oid;
	params->params[0].pflags = PARAM_FLAG_CONST;
	params->params[0].isnull = true;
	params->params[0].value = (Datum) 0;
	return params;
}

/*
 * The column whose value in the first row is the result's insertedId.  Nobody
 * asked for it, so where a rule might not let it be returned it is left out.
 */
static AttrNumber
id_column(Relation rel)
{
	RuleLock   *rules = rel->rd_rules;

	for (int i = 0; rules != NULL && i < rules->numLocks; i++)
	{
		if (rules->rules[i]->event == CMD_INSERT && rules->rules[i]->isInstead)
			return InvalidAttrNumber;
	}
	return catalog_readable_key(rel);
}

/* Insert the rows from in->next on. */
static void
insert_groups(Insert *insert)
{
	RowsIn	   *in = insert->in;
	RowsOut    *rows = &insert->rows;
	MemoryContext context = CurrentMemoryContext;

	MemoryContextReset(insert->group_context);
	MemoryContextSwitchTo(insert->group_context);
	while (rows_in_next_group(in))
	{
		KeptPlan   *plan = group_plan(insert);
		ParamListInfo params;
		bool		id = insert->id != InvalidAttrNumber;

		rows->id_column = id ? insert->nreturning : -1;
		rows->id_only = rows->id_column == 0;
		if (insert->as_values && in->ncolumns > 0)
			params = rows_in_bind(in, plan);
		else
		{
			params = row_type_param(plan);
			rows_in_feed(in, plan, insert->rel->rd_rel->reltype);
		}
		insert->written += plan_execute(plan, params,
										insert->returning || id ? rows : NULL);
		rows_in_end_group(in);
		plan_release(plan);
		insert->limiting = true;
		write_check_affected(insert->call, insert->written);
		insert->limiting = false;

		/* Only the first row's key is wanted; a trigger may have dropped rows. */
		if (insert->inserted_id.len > 0)
			insert->id = InvalidAttrNumber;
		MemoryContextReset(insert->group_context);
	}
	MemoryContextSwitchTo(context);
}

/* The same as something to try. */
static void
try_groups(void *arg)
{
	insert_groups(arg);
	guard_check_deferred_constraints();
}

/* A row over a cap is not a bad row. */
static bool
receive(TupleTableSlot *slot, DestReceiver *self)
{
	Insert	   *insert = (Insert *) self;
	bool		more;

	insert->limiting = true;
	more = insert->receive(slot, self);
	insert->limiting = false;
	return more;
}

/*
 * Errors that are not about rows, so that leaving rows out is no answer.
 */
static bool
must_be_raised(const Insert *insert, const ErrorData *edata)
{
	const RowsIn *in = insert->in;

	if (insert->limiting || insert->call->explained || in->phase == ROWS_STARTING)
		return true;
	if (in->phase == ROWS_FEEDING && in->ncolumns == 0 &&
		edata->sqlerrcode == ERRCODE_INSUFFICIENT_PRIVILEGE)
		return true;
	switch (ERRCODE_TO_CATEGORY(edata->sqlerrcode))
	{
		case ERRCODE_CONNECTION_EXCEPTION:
		case ERRCODE_INVALID_TRANSACTION_STATE:
		case ERRCODE_TRANSACTION_ROLLBACK:
		case ERRCODE_INSUFFICIENT_RESOURCES:
		case ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE:
		case ERRCODE_OPERATOR_INTERVENTION:
		case ERRCODE_SYSTEM_ERROR:
		case ERRCODE_INTERNAL_ERROR:
			return true;
		default:
			return false;
	}
}

static void
report_row(Insert *insert, int64 index, ErrorData *edata)
{
	Call	   *call = insert->call;
	StringInfoData pointer;

	initStringInfo(&pointer);
	rows_in_pointer(insert->in, index, &pointer);
	if (++insert->nerrors > insert->max_errors)
		ereport(ERROR,
				(errcode(ERRCODE_PROGRAM_LIMIT_EXCEEDED),
				 errmsg("too many rows cannot be inserted"),
				 errdetail("\"max_errors\" is %d; one more is at %s: %s.",
						   insert->max_errors, pointer.data, edata->message),
				 errhint("Correct the rows, or allow more errors; nothing was changed."),
				 errplace(call_member(call, ON_ERROR))));

	edata->context = psprintf(ERROR_PLACE_PREFIX "%s", pointer.data);
	if (insert->errors.len > 0)
		appendStringInfoChar(&insert->errors, ',');
	error_object_to_json(&insert->errors, edata);
	if (insert->errors.len + call->out->len > call_out_limit(call))
		ereport(ERROR,
				(errcode(ERRCODE_PROGRAM_LIMIT_EXCEEDED),
				 errmsg("result is larger than allowed"),
				 errdetail("The errors of %d rows would make it larger than setting \"pg_connector.response_cap\", %d bytes.",
						   insert->nerrors, call->limits.response_cap),
				 errplace(call_member(call, ON_ERROR))));
}

/*
 * Insert those of the rows from a position up to an index that can be
 * inserted, and report the others.
 *
 * All of them are tried at once.  When that fails at a row that is known, the
 * rows before it are done by themselves, and it is tried again, now as the
 * first one: only if it fails so too it is to blame, and not what went before
 * it.  Where no row is known, as for foreign keys, the rows that may be to
 * blame are halved until there is one.  So there are a few subtransactions for
 * each row that fails, and none for those that do not.
 */
static void
insert_good_rows(Insert *insert, RowsPosition from, int64 stop)
{
	RowsIn	   *in = insert->in;
	StringInfo	out = insert->call->out;

	check_stack_depth();
	while (rows_position_index(&from) < stop)
	{
		int64		first = rows_position_index(&from);
		int64		low;		/* the rows that may be to blame */
		int64		high;
		int			out_len = out->len;
		int			id_len = insert->inserted_id.len;
		AttrNumber	id = insert->id;
		uint64		nrows = insert->rows.nrows;
		uint64		written = insert->written;
		ErrorData  *edata;

		CHECK_FOR_INTERRUPTS();
		in->next = from;
		in->stop = stop;
		edata = guard_attempt(insert->call, try_groups, insert);
		if (edata == NULL)
			return;
		if (must_be_raised(insert, edata))
			ReThrowError(edata);

		out->len = out_len;
		out->data[out_len] = '\0';
		insert->inserted_id.len = id_len;
		insert->id = id;
		insert->rows.nrows = nrows;
		insert->written = written;

		switch (in->phase)
		{
			case ROWS_FED:
				low = in->group.index;
				high = rows_position_index(&in->next);
				break;
			case ROWS_DONE:
				low = first;
				high = rows_position_index(&in->next);
				break;
			default:
				low = in->index;
				high = low + 1;
				break;
		}

		if (low > first)
			insert_good_rows(insert, from, low);
		else if (high > low + 1)
		{
			insert_good_rows(insert, from, low + (high - low) / 2);
			insert_good_rows(insert, in->next, high);
		}
		else
		{
			report_row(insert, low, edata);
			in->next = from;
			rows_in_skip(in);
		}
		FreeErrorData(edata);
		from = in->next;
	}
	in->next = from;
}

/* Whether "on_error" says to go on. */
static bool
continues(Call *call)
{
	JsonNode   *max_errors = call_member(call, MAX_ERRORS);
	bool		result = member_choice(call_member(call, ON_ERROR), member_on_error) != 0;

	if (node_given(max_errors) && !result)
		ereport(ERROR,
				(errcode(ERRCODE_SYNTAX_ERROR),
				 errmsg("\"max_errors\" is for \"on_error\": \"continue\""),
				 errplace(max_errors)));
	return result;
}

static void
run(Call *call)
{
	JsonNode   *returning = call_member(call, RETURNING);
	JsonNode   *max_errors = call_member(call, MAX_ERRORS);
	bool		go_on = continues(call);
	Insert		insert = {.call = call};

	insert.rel = catalog_open_table(call_member(call, TABLE), RowExclusiveLock);
	insert.in = rows_in_open(call->request, call_member(call, ROW),
							 call_member(call, ROWS),
							 call_member(call, COLUMNS),
							 call_member(call, VALUES));
	insert.as_values = insert.in->single && !go_on;
	insert.id = id_column(insert.rel);
	insert.returning = node_given(returning);
	insert.nreturning = columns_returning(insert.rel, returning).n;
	insert.group_context = AllocSetContextCreate(CurrentMemoryContext,
												 "pg_connector group",
												 ALLOCSET_DEFAULT_SIZES);
	initStringInfo(&insert.inserted_id);
	write_rows_init(call, &insert.rows);
	insert.rows.id = &insert.inserted_id;

	/* Unknown names are refused even where there is no row. */
	if (insert.in->lists)
		(void) columns_named(insert.rel, call_member(call, COLUMNS));

	appendStringInfoString(call->out, insert.returning ? "{\"rows\":[" : "{");
	if (go_on)
	{
		insert.max_errors = node_given(max_errors) ?
			(int) node_integer(max_errors, 0, INT_MAX - 1) : DEFAULT_MAX_ERRORS;
		initStringInfo(&insert.errors);
		insert.receive = insert.rows.pub.receiveSlot;
		insert.rows.pub.receiveSlot = receive;
		insert_good_rows(&insert, insert.in->next, PG_INT64_MAX);
	}
	else
		insert_groups(&insert);

	table_close(insert.rel, NoLock);
	if (insert.returning)
	{
		appendStringInfoChar(call->out, ']');
		read_append_columns(call, &insert.rows);
		appendStringInfoChar(call->out, ',');
	}
	if (insert.inserted_id.len > 0)
	{
		appendStringInfoString(call->out, "\"insertedId\":");
		appendBinaryStringInfo(call->out, insert.inserted_id.data, insert.inserted_id.len);
		appendStringInfoChar(call->out, ',');
	}
	appendStringInfoString(call->out, "\"rowCount\":");
	json_out_integer(call->out, insert.written);
	if (go_on)
		appendStringInfo(call->out, ",\"errors\":[%s]", insert.errors.data);
	appendStringInfoChar(call->out, '}');
}

const Command command_insert_rows = {
	.name = "insert_rows",
	.summary = "Insert one or many rows.",
	.kinds = KIND_WRITE,
	.members = members,
	.together = ROWS_IN_TOGETHER,
	.result = "\"rowCount\": {\"type\": \"integer\", \"description\": \"Rows that were inserted.\"}, "
	"\"insertedId\": {\"description\": \"The first row's primary key, if it is one column that the caller may read.\"}, "
	READ_ROWS_RESULT ", "
	"\"errors\": {\"type\": \"array\", \"items\": {\"type\": \"object\"}, "
	"\"description\": \"With \\\"on_error\\\": \\\"continue\\\": the rows that were left out, each by its path.\"}, "
	READ_COLUMNS_RESULT,
	.refusals = refusals,
	.examples = examples,
	.run = run
};

/*-------------------------------------------------------------------------
 *
 * upsert_rows.c
 *	  upsert_rows: insert rows, or update those that exist.
 *
 * The rows are applied one after the other.  One statement cannot update a
 * row twice, so it is ended before a row whose key it has already seen; for
 * that, hashes of the keys are enough, since a statement that ends too early
 * is only a little slower.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "access/genam.h"
#include "access/htup_details.h"
#include "access/table.h"
#include "catalog/pg_class.h"
#include "catalog/pg_inherits.h"
#include "catalog/pg_trigger.h"
#include "common/hashfn.h"
#include "miscadmin.h"
#include "nodes/nodeFuncs.h"
#include "rewrite/rewriteHandler.h"
#include "utils/fmgroids.h"
#include "utils/lsyscache.h"
#include "utils/memutils.h"
#include "utils/rel.h"
#include "utils/syscache.h"

#include "catalog.h"
#include "commands/commands.h"
#include "commands/read.h"
#include "commands/write.h"
#include "conflict.h"
#include "error.h"
#include "pg_version.h"
#include "rows_in.h"

/* Rows of one statement, so that the keys it has seen stay few. */
#define MAX_STATEMENT_ROWS 65536

typedef struct SeenKey
{
	uint32		hash;
	char		status;
} SeenKey;

#define SH_PREFIX seen
#define SH_ELEMENT_TYPE SeenKey
#define SH_KEY_TYPE uint32
#define SH_KEY hash
#define SH_HASH_KEY(table, key) (key)
#define SH_EQUAL(table, a, b) ((a) == (b))
#define SH_SCOPE static inline
#define SH_DECLARE
#define SH_DEFINE
#include "lib/simplehash.h"

enum
{
	TABLE,
	ROWS,
	ROW,
	COLUMNS,
	VALUES,
	ON_CONFLICT,
	RETURNING
};

static const Member members[] = {
	{"table", MEMBER_TABLE, true, "Table or view to write to."},
	{"rows", MEMBER_ROWS, false, "Rows as objects; a column that a row leaves out gets its default where the row is new, and stays as it is where it exists."},
	{"row", MEMBER_ROW, false, "A single row."},
	{"columns", MEMBER_COLUMNS, false, "With \"values\": the columns that are given."},
	{"values", MEMBER_VALUES, false, "Rows as lists of values, in the order of \"columns\"."},
	{"on_conflict", MEMBER_CONFLICT, false, "When a row exists, and what is then done."},
	{"returning", MEMBER_RETURNING, false, "Columns to return of each row that was written, or true for all."},
	READ_MEMBERS,
	{NULL}
};

static const Refusal refusals[] = {
	TABLE_REFUSALS,
	{"42701", "a column is named twice"},
	{"42P10", "no unique key that \"on_conflict\" could mean"},
	{"22023", "unrecognized action or operator"},
	VALUE_REFUSALS,
	ROW_REFUSALS,
	{"23505", "a row conflicts with another key than the one meant"},
	{"428C9", "a value for a column that is generated always"},
	{"54000", "more rows than pg_connector.affected_cap, or more to return than a cap allows"},
	{NULL}
};

static const char *const examples[] = {
	"{\"table\": \"users\", \"row\": {\"id\": 7, \"name\": \"Ada\"}}",
	"{\"table\": \"users\", \"rows\": [{\"email\": \"ada@example.com\", \"name\": \"Ada\"}], "
	"\"on_conflict\": {\"columns\": [\"email\"], \"update\": [\"name\"], "
	"\"if\": [[\"updated_at\", \">\", \"updated_at\"]]}, \"returning\": [\"id\"]}",
	NULL
};

/* A column of the key that decides conflicts. */
typedef struct KeyColumn
{
	AttrNumber	number;
	FmgrInfo	hash;			/* fn_oid invalid: values cannot be compared */
	Oid			collation;
	bool		default_differs;	/* two rows without a value never are equal */
	bool		nulls_equal;

	bool		given;			/* by the group's rows */
} KeyColumn;

/*
 * An upsert at work.
 */
typedef struct Upsert
{
	RowsOut		rows;			/* first: the executor hands this back */
	bool		(*receive) (TupleTableSlot *slot, DestReceiver *self);
	RowsWatch	watch;
	Call	   *call;
	Relation	rel;
	RowsIn	   *in;
	OnConflict *conflict;
	bool		returning;
	StringInfoData actions;
	StringInfoData unused;

	/* The keys that the statement has seen, if it may not meet one twice. */
	int			nkeys;
	KeyColumn  *keys;
	bool		keys_known;		/* they are what the rows say */
	seen_hash  *seen;
	int			nrows;			/* of the statement, so far */
	bool		updating;		/* the statement may update */

	/* The row in hand. */
	bool		in_hand;
	bool		written;

	uint64		inserted;
	uint64		updated;
	uint64		skipped;
	uint64		superseded;
} Upsert;

/* What became of the row in hand is now known. */
static void
settle_row(Upsert *upsert)
{
	if (!upsert->in_hand)
		return;
	upsert->in_hand = false;
	if (upsert->written)
	{
		if (upsert->watch.conflicts)
			upsert->updated++;
		else
			upsert->inserted++;
	}
	else if (upsert->watch.conflicts && !upsert->watch.updates)
		upsert->superseded++;
	else
		upsert->skipped++;
}

static void
begin_row(Upsert *upsert)
{
	upsert->in_hand = true;
	upsert->written = false;
	upsert->watch.conflicts = false;
	upsert->watch.updates = false;
}

/*
 * The hash of the row's key; false if no other row's key can be equal.  What
 * is not known of a key does not count, as if it were always the same.
 */
static bool
key_hash(const Upsert *upsert, const ExpandedRecordHeader *record, uint32 *hash)
{
	*hash = 0;
	for (int i = 0; i < upsert->nkeys; i++)
	{
		KeyColumn  *key = &upsert->keys[i];
		int			field = key->number - 1;
		uint32		part = 0;

		if (!key->given)
		{
			if (key->default_differs)
				return false;
			continue;
		}
		if (record->dnulls[field])
		{
			if (!key->nulls_equal)
				return false;
		}
		else if (OidIsValid(key->hash.fn_oid))
			part = DatumGetUInt32(FunctionCall1Coll(&key->hash, key->collation,
													record->dvalues[field]));
		*hash = hash_combine(*hash, part);
	}
	return true;
}

/* A row is about to be fed: does it have to wait for the next statement? */
static bool
accept_row(RowsWatch *watch, ExpandedRecordHeader *record)
{
	Upsert	   *upsert = (Upsert *) ((char *) watch - offsetof(Upsert, watch));
	uint32		hash = 0;
	bool		found;

	settle_row(upsert);
	if (upsert->updating && !upsert->in->single)
	{
		if (upsert->nrows == MAX_STATEMENT_ROWS)
			return false;
		if (!upsert->keys_known)
		{
			if (upsert->nrows > 0)
				return false;
		}
		else if (key_hash(upsert, record, &hash))
		{
			(void) seen_insert(upsert->seen, hash, &found);
			if (found)
				return false;
		}
	}
	upsert->nrows++;
	begin_row(upsert);
	return true;
}

/* The row in hand was written, and this is what it is now. */
static bool
receive(TupleTableSlot *slot, DestReceiver *self)
{
	Upsert	   *upsert = (Upsert *) self;

	upsert->written = true;
	if (!upsert->returning)
		return true;
	appendStringInfo(&upsert->actions, "%s\"%s\"", upsert->actions.len > 0 ? "," : "",
					 upsert->watch.conflicts ? "updated" : "inserted");
	if (upsert->rows.out->len + upsert->actions.len > upsert->rows.out_limit)
		ereport(ERROR,
				(errcode(ERRCODE_PROGRAM_LIMIT_EXCEEDED),
				 errmsg("result is larger than allowed"),
				 errdetail("Setting \"pg_connector.response_cap\" is %d bytes.",
						   upsert->rows.response_cap),
				 errhint("Ask for fewer rows or columns.")));
	return upsert->receive(slot, self);
}

/*
 * Whether two rows without a value for a column get different ones, or NULLs,
 * which never are equal.
 */
static bool
default_differs(Relation rel, AttrNumber column, bool nulls_equal)
{
	Form_pg_attribute att = TupleDescAttr(RelationGetDescr(rel), column - 1);
	Node	   *expression;

	if (att->attidentity != '\0')
		return true;
	if (att->attgenerated != '\0')
		return false;
	expression = build_column_default(rel, column);
	if (expression == NULL)
		return !nulls_equal;
	expression = strip_implicit_coercions(expression);
	return IsA(expression, FuncExpr) && castNode(FuncExpr, expression)->funcid == F_NEXTVAL;
}

static bool
has_before_insert_trigger(Relation triggers, Oid relid)
{
	ScanKeyData key;
	SysScanDesc scan;
	HeapTuple	tuple;
	bool		found = false;

	ScanKeyInit(&key, Anum_pg_trigger_tgrelid, BTEqualStrategyNumber, F_OIDEQ,
				ObjectIdGetDatum(relid));
	scan = systable_beginscan(triggers, TriggerRelidNameIndexId, true, NULL, 1, &key);
	while (!found && HeapTupleIsValid(tuple = systable_getnext(scan)))
	{
		int16		type = ((Form_pg_trigger) GETSTRUCT(tuple))->tgtype;

		found = TRIGGER_TYPE_MATCHES(type, TRIGGER_TYPE_ROW, TRIGGER_TYPE_BEFORE,
									 TRIGGER_TYPE_INSERT);
	}
	systable_endscan(scan);
	return found;
}

/*
 * Whether a partition has a trigger of its own that may change a row.  None
 * of them is locked; should one get such a trigger at this very moment, and
 * it make two keys equal, PostgreSQL refuses the statement.
 */
static bool
partitions_have_triggers(Relation rel)
{
	Relation	triggers = table_open(TriggerRelationId, AccessShareLock);
	List	   *partitions = find_all_inheritors(RelationGetRelid(rel), NoLock, NULL);
	ListCell   *lc;
	bool		found = false;

	foreach(lc, partitions)
	{
		HeapTuple	tuple = SearchSysCache1(RELOID, ObjectIdGetDatum(lfirst_oid(lc)));
		bool		has_triggers = HeapTupleIsValid(tuple) &&
			((Form_pg_class) GETSTRUCT(tuple))->relhastriggers;

		if (HeapTupleIsValid(tuple))
			ReleaseSysCache(tuple);
		CHECK_FOR_INTERRUPTS();
		found = has_triggers && has_before_insert_trigger(triggers, lfirst_oid(lc));
		if (found)
			break;
	}
	table_close(triggers, AccessShareLock);
	return found;
}

/*
 * Learn what makes two keys equal.  Where that cannot be told from the rows,
 * because a trigger may change them or the table is below a view, each row
 * gets a statement of its own.
 */
static void
learn_keys(Upsert *upsert)
{
	Relation	rel = upsert->rel;
	OnConflict *conflict = upsert->conflict;
	ListCell   *lc;

	if (conflict->nothing || conflict->indexes == NIL || conflict->columns.n == 0 ||
		(rel->trigdesc != NULL && rel->trigdesc->trig_insert_before_row) ||
		(rel->rd_rel->relkind == RELKIND_PARTITIONED_TABLE &&
		 partitions_have_triggers(rel)))
		return;

	upsert->keys_known = true;
	upsert->nkeys = conflict->columns.n;
	upsert->keys = palloc0(sizeof(KeyColumn) * upsert->nkeys);
	upsert->seen = seen_create(CurrentMemoryContext, 64, NULL);
	foreach(lc, conflict->indexes)
	{
		Relation	index = index_open(lfirst_oid(lc), AccessShareLock);

		for (int i = 0; i < upsert->nkeys; i++)
		{
			KeyColumn  *key = &upsert->keys[i];
			int			k = 0;
			Oid			equal;
			Oid			left = InvalidOid;
			Oid			right = InvalidOid;

			key->number = conflict->columns.columns[i];
			while (index->rd_index->indkey.values[k] != key->number)
				k++;

			/* Several indexes may take different values for equal. */
			equal = get_opfamily_member(index->rd_opfamily[k], index->rd_opcintype[k],
										index->rd_opcintype[k], BTEqualStrategyNumber);
			if (OidIsValid(equal) && op_hashjoinable(equal, index->rd_opcintype[k]))
				(void) get_op_hash_functions(equal, &left, &right);
			if (foreach_current_index(lc) == 0)
			{
				if (OidIsValid(left))
					fmgr_info(left, &key->hash);
				key->collation = index->rd_indcollation[k];
			}
			else if (left != key->hash.fn_oid ||
					 index->rd_indcollation[k] != key->collation)
				key->hash.fn_oid = InvalidOid;
			key->nulls_equal = key->nulls_equal || index_nulls_equal(index->rd_index);
		}
		index_close(index, AccessShareLock);
	}
	for (int i = 0; i < upsert->nkeys; i++)
		upsert->keys[i].default_differs =
			default_differs(rel, upsert->keys[i].number, upsert->keys[i].nulls_equal);
}

/* The statement for a group of rows, from the cache or made anew. */
static KeptPlan *
group_plan(Upsert *upsert, Shape *shape)
{
	Relation	rel = upsert->rel;
	RowsIn	   *in = upsert->in;
	OnConflict *conflict = upsert->conflict;
	JsonNode   *returning = call_member(upsert->call, RETURNING);
	JsonNode	none = {0};
	Predicate  *where;
	KeptPlan   *plan;
	ColumnList	columns;

	shape_init(shape, "upsert_rows", RelationGetRelid(rel));
	for (int i = 0; i < in->ncolumns; i++)
		shape_add_bytes(shape, in->columns[i].text, in->columns[i].len);
	shape_add(shape, returning);
	shape_add_bytes(shape, conflict->columns.columns,
					sizeof(AttrNumber) * conflict->columns.n);
	shape_add_flag(shape, conflict->constraint ? 'c' : '-');
	if (conflict->constraint)
		shape_add_bytes(shape, conflict->constraint, strlen(conflict->constraint) + 1);
	shape_add_flag(shape, conflict->nothing ? 'n' : 'u');
	shape_add(shape, conflict->update ? conflict->update : &none);
	for (int i = 0; i < conflict->ntests; i++)
		shape_add(shape, conflict->tests[i].node);

	/* The values, in the order of the statement's parameters. */
	if (in->ncolumns > 0)
		shape_bind_null(shape);
	where = predicate_parse(conflict->where ? conflict->where : &none, shape);

	plan = plan_lookup(shape);
	if (plan == NULL)
	{
		plan = plan_create(RelationGetRelid(rel));
		columns = rows_in_plan_columns(in, plan, rel);
		statement_upsert(plan, rel, columns, conflict, where,
						 conflict_update_columns(conflict, rel, columns),
						 columns_returning(rel, returning));
		plan_keep(plan, shape);
	}

	/* One parameter more is the token: there is something to update. */
	upsert->updating = plan->nparams > shape->nbindings;
	if (upsert->updating)
		shape_bind_datum(shape, Int64GetDatum(upsert->watch.token));
	return plan;
}

/* Make ready for the statement of a group. */
static void
begin_group(Upsert *upsert, const KeptPlan *plan)
{
	for (int i = 0; i < upsert->nkeys; i++)
	{
		upsert->keys[i].given = false;
		for (int j = 0; j < plan->ncolumns; j++)
			if (plan->columns[j].number == upsert->keys[i].number)
				upsert->keys[i].given = true;
	}
	if (upsert->seen != NULL)
		seen_reset(upsert->seen);
	upsert->nrows = 0;

	/* Nobody asks for a row of defaults only. */
	if (plan->ncolumns == 0)
		begin_row(upsert);
}

/*
 * Say more than PostgreSQL does of what keeps a statement from starting.  It
 * alone knows a view's keys, and whether a condition is a partial index'.
 */
static void
start_callback(void *arg)
{
	Upsert	   *upsert = arg;
	OnConflict *conflict = upsert->conflict;

	if (upsert->in->phase != ROWS_STARTING)
		return;
	if (geterrcode() == ERRCODE_INSUFFICIENT_PRIVILEGE)
	{
		if (upsert->updating)
			errhint("An upsert needs INSERT on the columns that are given, UPDATE on those it updates, and SELECT on those and on the key.");
		return;
	}
	if (geterrcode() != ERRCODE_INVALID_COLUMN_REFERENCE)
		return;
	error_current_place = (ErrorPlace) {.node = conflict->node, .index = -1};
	if (conflict->where != NULL)
		errhint("\"where\" must imply the condition of a partial unique index on exactly these columns.");
	else
		errhint("The table below the view needs a unique key on exactly these columns.");
}

static void
upsert_groups(Upsert *upsert)
{
	RowsIn	   *in = upsert->in;
	MemoryContext context = CurrentMemoryContext;
	MemoryContext group_context = AllocSetContextCreate(context, "pg_connector group",
														ALLOCSET_DEFAULT_SIZES);
	ErrorContextCallback callback = {
		.previous = error_context_stack,
		.callback = start_callback,
		.arg = upsert
	};

	error_context_stack = &callback;
	MemoryContextSwitchTo(group_context);
	while (rows_in_next_group(in))
	{
		Shape		shape;
		KeptPlan   *plan = group_plan(upsert, &shape);
		ParamListInfo params = plan_bind(plan, &shape);

		begin_group(upsert, plan);
		rows_in_feed(in, plan, upsert->rel->rd_rel->reltype);
		(void) plan_execute(plan, params, &upsert->rows);
		settle_row(upsert);
		rows_in_end_group(in);
		plan_release(plan);
		write_check_affected(upsert->call, upsert->inserted + upsert->updated);
		MemoryContextReset(group_context);
	}
	MemoryContextSwitchTo(context);
	error_context_stack = callback.previous;
}

static void
run(Call *call)
{
	JsonNode   *returning = call_member(call, RETURNING);
	Upsert		upsert = {.call = call};
	Shape		shape;

	upsert.rel = catalog_open_table(call_member(call, TABLE), RowExclusiveLock);
	upsert.in = rows_in_open(call->request, call_member(call, ROW),
							 call_member(call, ROWS),
							 call_member(call, COLUMNS),
							 call_member(call, VALUES));

	/* What is unknown or malformed is refused even where there is no row. */
	if (upsert.in->lists)
		(void) columns_named(upsert.rel, call_member(call, COLUMNS));
	upsert.conflict = conflict_open(upsert.rel, call_member(call, ON_CONFLICT),
									call->request);
	if (upsert.conflict->where != NULL)
	{
		shape_init(&shape, "upsert_rows", RelationGetRelid(upsert.rel));
		(void) predicate_parse(upsert.conflict->where, &shape);
	}
	learn_keys(&upsert);
	upsert.in->watch = &upsert.watch;
	upsert.watch.accept = accept_row;
	if (!pg_strong_random(&upsert.watch.token, sizeof(upsert.watch.token)))
		ereport(ERROR,
				(errcode(ERRCODE_INTERNAL_ERROR),
				 errmsg("could not generate random numbers")));

	initStringInfo(&upsert.actions);
	initStringInfo(&upsert.unused);
	write_rows_init(call, &upsert.rows);
	upsert.returning = node_given(returning);
	upsert.receive = upsert.rows.pub.receiveSlot;
	upsert.rows.pub.receiveSlot = receive;

	/* A list of no columns: what is returned instead is no part of the rows. */
	upsert.rows.id = &upsert.unused;
	if (columns_returning(upsert.rel, returning).n == 0)
		upsert.rows.id_column = 0;

	appendStringInfoString(call->out, upsert.returning ? "{\"rows\":[" : "{");
	upsert_groups(&upsert);
	table_close(upsert.rel, NoLock);
	if (upsert.returning)
	{
		appendStringInfo(call->out, "],\"actions\":[%s]", upsert.actions.data);
		read_append_columns(call, &upsert.rows);
		appendStringInfoChar(call->out, ',');
	}
	appendStringInfo(call->out, "\"rowCount\":" UINT64_FORMAT ",\"inserted\":" UINT64_FORMAT
					 ",\"updated\":" UINT64_FORMAT ",\"skipped\":" UINT64_FORMAT
					 ",\"superseded\":" UINT64_FORMAT "}",
					 upsert.inserted + upsert.updated, upsert.inserted,
					 upsert.updated, upsert.skipped, upsert.superseded);
}

const Command command_upsert_rows = {
	.name = "upsert_rows",
	.summary = "Insert rows, or update those that exist.",
	.kinds = KIND_WRITE,
	.members = members,
	.together = ROWS_IN_TOGETHER,
	.result = "\"rowCount\": {\"type\": \"integer\", \"description\": \"Rows inserted or updated.\"}, "
	"\"inserted\": {\"type\": \"integer\"}, "
	"\"updated\": {\"type\": \"integer\"}, "
	"\"skipped\": {\"type\": \"integer\", \"description\": \"Rows that exist where nothing was to be updated, or that a trigger left out.\"}, "
	"\"superseded\": {\"type\": \"integer\", \"description\": \"Rows that exist and did not meet \\\"if\\\".\"}, "
	READ_ROWS_RESULT ", "
	"\"actions\": {\"type\": \"array\", \"items\": {\"enum\": [\"inserted\", \"updated\"]}, \"description\": \"What happened to each of the rows.\"}, "
	READ_COLUMNS_RESULT,
	.refusals = refusals,
	.examples = examples,
	.run = run
};

/*-------------------------------------------------------------------------
 *
 * multi_insert.c
 *	  Rows of a request into a table, many at once.
 *
 * Of the time to insert a row, the executor's nodes around it and a visit of
 * the table's last page for each take a good part.  So where the plan is
 * nothing but an insert of the rows that are fed, they are written as COPY
 * does it: a page is filled in one go, and then the rows' index entries are
 * made.
 *
 * Nobody can tell but by the time it takes.  Rows wait for others only while
 * nothing in the next one can fail, and while no code of the user's that might
 * look at the table runs in between: so a row that fails is the first that
 * does.  Where defaults, checks or generated columns may do so, rows
 * are written one by one.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "access/heapam.h"
#include "access/heaptoast.h"
#include "access/table.h"
#include "access/tableam.h"
#include "access/xact.h"
#include "commands/trigger.h"
#include "executor/executor.h"
#include "executor/nodeModifyTable.h"
#include "miscadmin.h"
#include "nodes/nodeFuncs.h"
#include "optimizer/optimizer.h"
#include "parser/parsetree.h"
#include "utils/memutils.h"
#include "utils/rel.h"

#include "error.h"
#include "multi_insert.h"
#include "pg_version.h"
#include "table_columns.h"

/*
 * So many rows wait at most, or so many bytes of them: with their index
 * entries still to make they should be in the processor's caches.
 */
#define WAITING_ROWS 256
#define WAITING_BYTES 65536

/* A column that the rows do not give. */
typedef struct Default
{
	int			field;
	ExprState  *state;			/* NULL: always the same */
	Datum		value;
	bool		isnull;
} Default;

typedef struct MultiInsert
{
	RowsIn	   *feed;
	EState	   *estate;
	ResultRelInfo *target;
	BulkInsertState bulk;
	CommandId	cid;
	Default    *defaults;
	int			ndefaults;

	/* Nothing of the table's own runs, or may fail, before a row is written. */
	bool		plain;

	/*
	 * Rows that wait to be written, and which of the request's they are.  The
	 * slot after them is the row in hand's.
	 */
	TupleTableSlot *slots[WAITING_ROWS + 1];
	int64		indexes[WAITING_ROWS];
	int			n;
	Size		size;

	/* RETURNING, or NULL. */
	DestReceiver *dest;
	TableColumns returning;
	TupleTableSlot *result;
} MultiInsert;

bool
multi_insert_may(const RowsIn *feed, const CachedPlanSource *source)
{
	return source->commandTag == CMDTAG_INSERT && !feed->sorted &&
		feed->watch == NULL && !XactReadOnly;
}

/* Whether a plan is connector.request_rows(), a row by itself. */
static bool
is_feed(const Plan *plan)
{
	return IsA(plan, ProjectSet) && list_length(plan->targetlist) == 1 &&
		IsA(linitial_node(TargetEntry, plan->targetlist)->expr, FuncExpr);
}

/* Whether an expression is that row's column. */
static bool
is_fed_column(const Expr *expr, AttrNumber column)
{
	const FieldSelect *select = (const FieldSelect *) expr;

	return IsA(select, FieldSelect) && select->fieldnum == column &&
		IsA(select->arg, Var);
}

static bool
is_given(const KeptPlan *plan, AttrNumber column)
{
	for (int i = 0; i < plan->ncolumns; i++)
	{
		if (plan->columns[i].number == column)
			return true;
	}
	return false;
}

static bool
reads_rows(const List *targets, const KeptPlan *plan)
{
	ListCell   *lc;

	foreach(lc, targets)
	{
		const TargetEntry *target = lfirst_node(TargetEntry, lc);

		if (target->resjunk ||
			(is_given(plan, target->resno) ? !is_fed_column(target->expr, target->resno) :
			 contain_var_clause((Node *) target->expr)))
			return false;
	}
	return true;
}

/* The table must be one whose rows just go to its pages and indexes. */
static bool
stores_rows(Oid relid)
{
	Relation	rel = table_open(relid, NoLock);
	const TriggerDesc *triggers = rel->trigdesc;
	bool		result = rel->rd_rel->relkind == RELKIND_RELATION &&
		rel->rd_tableam == GetHeapamTableAmRoutine();

	if (triggers != NULL &&
		(triggers->trig_insert_before_row || triggers->trig_insert_instead_row ||
		 triggers->trig_insert_before_statement ||
		 triggers->trig_insert_after_statement || triggers->trig_insert_new_table))
		result = false;
	table_close(rel, NoLock);
	return result;
}

const ModifyTable *
multi_insert_read(const PlannedStmt *statement, const KeptPlan *plan)
{
	const ModifyTable *insert;
	const SubqueryScan *rows;
	TableColumns returning;

	if (statement == NULL)
		return NULL;
	insert = (const ModifyTable *) statement->planTree;
	if (statement->commandType != CMD_INSERT || !statement->canSetTag ||
		statement->hasModifyingCTE || statement->rowMarks != NIL ||
		statement->subplans != NIL ||
		!IsA(insert, ModifyTable) || insert->plan.initPlan != NIL ||
		insert->operation != CMD_INSERT || insert->rootRelation != 0 ||
		insert->withCheckOptionLists != NIL ||
		insert->onConflictAction != ONCONFLICT_NONE ||
		list_length(insert->resultRelations) != 1 ||
		rt_fetch(linitial_int(insert->resultRelations), statement->rtable)->relid != plan->relid)
		return NULL;
	rows = (const SubqueryScan *) outerPlan(insert);
	if (!IsA(rows, SubqueryScan) || rows->scan.plan.qual != NIL ||
		rows->scan.plan.initPlan != NIL || !is_feed(rows->subplan) ||
		!reads_rows(rows->scan.plan.targetlist, plan) ||
		(insert->returningLists != NIL &&
		 !table_columns_read(&returning, linitial_node(List, insert->returningLists))) ||
		!stores_rows(plan->relid))
		return NULL;
	return insert;
}

/* Columns that are not given, as the plan has them. */
static void
begin_defaults(MultiInsert *mi, const List *targets, const KeptPlan *plan)
{
	ListCell   *lc;

	mi->defaults = palloc0(sizeof(Default) * (list_length(targets) + 1));
	foreach(lc, targets)
	{
		TargetEntry *target = lfirst_node(TargetEntry, lc);
		Default    *value = &mi->defaults[mi->ndefaults];

		if (is_given(plan, target->resno))
			continue;
		mi->ndefaults++;
		value->field = target->resno - 1;
		if (IsA(target->expr, Const))
		{
			value->value = ((Const *) target->expr)->constvalue;
			value->isnull = ((Const *) target->expr)->constisnull;
		}
		else
			value->state = ExecInitExpr(target->expr, NULL);
		if (contain_volatile_functions_not_nextval((Node *) target->expr))
			mi->plain = false;
	}
}

static bool
has_generated(TupleDesc desc)
{
	for (int i = 0; i < desc->natts; i++)
	{
		if (TupleDescAttr(desc, i)->attgenerated != '\0')
			return true;
	}
	return false;
}

static void
begin_target(MultiInsert *mi, Index rti)
{
	Relation	rel;

	mi->target = makeNode(ResultRelInfo);
	ExecInitResultRelation(mi->estate, mi->target, rti);
	ExecOpenIndices(mi->target, false);
	rel = mi->target->ri_RelationDesc;
	mi->bulk = GetBulkInsertState();
	mi->cid = GetCurrentCommandId(true);
	mi->plain = !rel->rd_rel->relispartition && !has_generated(RelationGetDescr(rel)) &&
		(rel->rd_att->constr == NULL || rel->rd_att->constr->num_check == 0);
}

static void
begin_returning(MultiInsert *mi, List *targets, DestReceiver *dest)
{
	mi->dest = dest;
	(void) table_columns_read(&mi->returning, targets);
	mi->result = ExecInitExtraTupleSlot(mi->estate, mi->returning.desc, &TTSOpsVirtual);
	dest->rStartup(dest, CMD_INSERT, mi->returning.desc);
}

/* Write the rows that wait. */
static void
write_rows(MultiInsert *mi)
{
	int64		in_hand = mi->feed->index;
	TupleTableSlot *next = mi->slots[mi->n];
	MemoryContext old;

	if (mi->n == 0)
		return;
	rows_in_blame(mi->feed, mi->indexes[0]);
	old = MemoryContextSwitchTo(GetPerTupleMemoryContext(mi->estate));
	table_multi_insert(mi->target->ri_RelationDesc, mi->slots, mi->n, mi->cid,
					   0, mi->bulk);
	MemoryContextSwitchTo(old);

	for (int i = 0; i < mi->n; i++)
	{
		TupleTableSlot *row = mi->slots[i];
		List	   *recheck = NIL;

		rows_in_blame(mi->feed, mi->indexes[i]);
		if (mi->target->ri_NumIndices > 0)
			recheck = insert_index_entries(mi->target, row, mi->estate);
		ExecARInsertTriggers(mi->estate, mi->target, row, recheck, NULL);
		list_free(recheck);
		if (mi->dest != NULL)
		{
			table_columns_store(&mi->returning, row, mi->result);
			(void) mi->dest->receiveSlot(mi->result, mi->dest);
		}
		ExecClearTuple(row);
	}
	mi->slots[mi->n] = mi->slots[0];
	mi->slots[0] = next;
	mi->n = 0;
	mi->size = 0;
	rows_in_blame(mi->feed, in_hand);
}

static void
fill_defaults(MultiInsert *mi, TupleTableSlot *row)
{
	ExprContext *econtext = GetPerTupleExprContext(mi->estate);

	for (int i = 0; i < mi->ndefaults; i++)
	{
		Default    *value = &mi->defaults[i];

		if (value->state != NULL)
			value->value = ExecEvalExprSwitchContext(value->state, econtext,
													 &value->isnull);
		row->tts_values[value->field] = value->value;
		row->tts_isnull[value->field] = value->isnull;
	}
}

static bool
misses_value(TupleTableSlot *row)
{
	TupleDesc	desc = row->tts_tupleDescriptor;

	for (int i = 0; i < desc->natts; i++)
	{
		if (row->tts_isnull[i] && TupleDescAttr(desc, i)->attnotnull)
			return true;
	}
	return false;
}

/* What the table demands of a row that is not written yet. */
static void
check_row(MultiInsert *mi, TupleTableSlot *row)
{
	ResultRelInfo *target = mi->target;
	const TupleConstr *constr = target->ri_RelationDesc->rd_att->constr;

	if (constr != NULL && constr->has_generated_stored)
		ExecComputeStoredGenerated(target, mi->estate, row, CMD_INSERT);
	if (constr != NULL)
		ExecConstraints(target, row, mi->estate);
	if (target->ri_RelationDesc->rd_rel->relispartition)
		(void) ExecPartitionCheck(target, row, mi->estate, true);
}

/* Let the row in hand wait for others. */
static void
add_row(MultiInsert *mi, TupleTableSlot *row)
{
	HeapTuple	tuple;
	bool		copied;

	if (misses_value(row))
		write_rows(mi);
	if (mi->n == 0)
		check_row(mi, row);
	ExecMaterializeSlot(row);
	tuple = ExecFetchSlotHeapTuple(row, false, &copied);
	Assert(!copied);

	/* Of a long one nobody knows yet whether a page takes it. */
	if (tuple->t_len > TOAST_TUPLE_THRESHOLD)
	{
		write_rows(mi);
		mi->size = WAITING_BYTES;
	}
	mi->size += tuple->t_len;
	mi->indexes[mi->n++] = mi->feed->index;
}

static TupleTableSlot *
next_slot(MultiInsert *mi)
{
	Relation	rel = mi->target->ri_RelationDesc;

	if (mi->slots[mi->n] == NULL)
		mi->slots[mi->n] = table_slot_create(rel, &mi->estate->es_tupleTable);
	mi->slots[mi->n]->tts_tableOid = RelationGetRelid(rel);
	return mi->slots[mi->n];
}

static uint64
insert_rows(MultiInsert *mi)
{
	RowsReading *reading = rows_in_begin(mi->feed);
	uint64		n = 0;

	for (;;)
	{
		TupleTableSlot *row;

		CHECK_FOR_INTERRUPTS();
		ResetPerTupleExprContext(mi->estate);
		if (!mi->plain || mi->n == WAITING_ROWS || mi->size >= WAITING_BYTES ||
			!rows_in_certain(reading))
			write_rows(mi);
		row = next_slot(mi);
		if (!rows_in_read(reading, row->tts_values, row->tts_isnull))
			return n;
		fill_defaults(mi, row);
		ExecStoreVirtualTuple(row);
		add_row(mi, row);
		n++;
	}
}

uint64
multi_insert(PlannedStmt *statement, const ModifyTable *insert, RowsIn *feed,
			 DestReceiver *dest)
{
	EState	   *estate = CreateExecutorState();
	MemoryContext old = MemoryContextSwitchTo(estate->es_query_cxt);
	MultiInsert *mi = palloc0(sizeof(MultiInsert));
	uint64		n;

	mi->feed = feed;
	mi->estate = estate;
	init_range_table(estate, statement);
	begin_target(mi, linitial_int(insert->resultRelations));
	begin_defaults(mi, outerPlan(insert)->targetlist, feed->plan);
	if (insert->returningLists != NIL)
		begin_returning(mi, linitial_node(List, insert->returningLists), dest);

	AfterTriggerBeginQuery();
	n = insert_rows(mi);
	AfterTriggerEndQuery(estate);

	if (mi->dest != NULL)
		mi->dest->rShutdown(mi->dest);
	table_finish_bulk_insert(mi->target->ri_RelationDesc, 0);
	FreeBulkInsertState(mi->bulk);
	ExecResetTupleTable(estate->es_tupleTable, false);
	ExecCloseResultRelations(estate);
	ExecCloseRangeTableRelations(estate);
	MemoryContextSwitchTo(old);
	FreeExecutorState(estate);
	return n;
}

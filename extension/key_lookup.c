/*-------------------------------------------------------------------------
 *
 * key_lookup.c
 *	  The row of a unique key, without the executor.
 *
 * To look a key up takes less time than to start and end the executor for
 * it.  So where the plan is nothing but a scan of a unique btree index for
 * one value of each of its columns, which returns columns of the table as
 * they are, that scan is done here.  A plan that has a condition besides, as
 * of row-level security, is not of that kind.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "access/genam.h"
#include "access/table.h"
#include "access/tableam.h"
#include "catalog/pg_am.h"
#include "executor/executor.h"
#include "nodes/nodeFuncs.h"
#include "nodes/plannodes.h"
#include "parser/parsetree.h"
#include "utils/datum.h"
#include "utils/lsyscache.h"
#include "utils/memutils.h"
#include "utils/rel.h"
#include "utils/snapmgr.h"

#include "guard.h"
#include "key_lookup.h"
#include "pg_version.h"
#include "table_columns.h"

struct KeyLookup
{
	MemoryContext context;		/* that all of it is in */
	Oid			relid;
	Oid			index;
	int			nkeys;
	ScanKeyData *keys;			/* without the parameters' values */
	int		   *params;			/* their numbers, 0 for a constant */
	TableColumns result;
};

/*
 * "column = value" of the index's column "n", from 0 on, as
 * ExecIndexBuildScanKeys() makes a scan key of it.
 */
static bool
read_key(KeyLookup *lookup, int n, Node *clause, Oid family)
{
	OpExpr	   *op = (OpExpr *) clause;
	Var		   *column;
	Node	   *value;
	int			flags = 0;
	Datum		constant = (Datum) 0;
	int			strategy;
	Oid			lefttype;
	Oid			righttype;

	if (!IsA(clause, OpExpr))
		return false;
	column = (Var *) get_leftop(clause);
	value = get_rightop(clause);
	while (IsA(value, RelabelType))
		value = (Node *) ((RelabelType *) value)->arg;
	if (!IsA(column, Var) || column->varattno != n + 1)
		return false;
	get_op_opfamily_properties(op->opno, family, false, &strategy, &lefttype, &righttype);
	if (strategy != BTEqualStrategyNumber)
		return false;

	lookup->params[n] = 0;
	if (IsA(value, Param) && ((Param *) value)->paramkind == PARAM_EXTERN)
		lookup->params[n] = ((Param *) value)->paramid;
	else if (IsA(value, Const))
	{
		Const	   *given = (Const *) value;

		if (given->constisnull)
			flags = SK_ISNULL;
		else
			constant = datumCopy(given->constvalue, given->constbyval, given->constlen);
	}
	else
		return false;
	ScanKeyEntryInitialize(&lookup->keys[n], flags, n + 1, strategy, righttype,
						   op->inputcollid, op->opfuncid, constant);
	return true;
}

static bool
read_keys(KeyLookup *lookup, List *clauses)
{
	Relation	index = index_open(lookup->index, AccessShareLock);
	int			nkeys = IndexRelationGetNumberOfKeyAttributes(index);
	bool		result = index->rd_rel->relam == BTREE_AM_OID &&
		index->rd_index->indisunique && list_length(clauses) == nkeys;

	lookup->nkeys = nkeys;
	lookup->keys = palloc(sizeof(ScanKeyData) * nkeys);
	lookup->params = palloc(sizeof(int) * nkeys);
	for (int i = 0; i < nkeys && result; i++)
		result = read_key(lookup, i, list_nth(clauses, i), index->rd_opfamily[i]);
	index_close(index, NoLock);
	return result;
}

static bool
read_plan(KeyLookup *lookup, const PlannedStmt *statement)
{
	IndexScan  *scan;

	if (statement == NULL)
		return false;
	scan = (IndexScan *) statement->planTree;
	if (statement->commandType != CMD_SELECT || statement->hasModifyingCTE ||
		statement->rowMarks != NIL || statement->subplans != NIL ||
		!IsA(scan, IndexScan) || scan->scan.plan.qual != NIL ||
		scan->scan.plan.initPlan != NIL || scan->indexorderby != NIL ||
		ScanDirectionIsBackward(scan->indexorderdir))
		return false;
	lookup->relid = rt_fetch(scan->scan.scanrelid, statement->rtable)->relid;
	lookup->index = scan->indexid;
	return read_keys(lookup, scan->indexqual) &&
		table_columns_read(&lookup->result, scan->scan.plan.targetlist);
}

bool
key_lookup_may(const KeptPlan *plan, const CachedPlanSource *source)
{
	return plan->kept && source->gplan != NULL &&
		(plan->lookup != NULL || plan->lookup_generation != source->gplan->generation);
}

/* The one before is freed where no call around this one can be using it. */
const KeyLookup *
key_lookup_read(const PlannedStmt *statement, int generation, KeptPlan *plan)
{
	MemoryContext context;
	MemoryContext old;
	KeyLookup  *lookup;

	if (plan->lookup_generation == generation)
		return plan->lookup;
	context = AllocSetContextCreate(CurrentMemoryContext, "pg_connector key lookup",
									ALLOCSET_SMALL_SIZES);
	old = MemoryContextSwitchTo(context);
	lookup = palloc0(sizeof(KeyLookup));
	lookup->context = context;
	if (!read_plan(lookup, statement))
		lookup = NULL;
	MemoryContextSwitchTo(old);

	if (plan->lookup != NULL && guard_depth() == 1)
		MemoryContextDelete(plan->lookup->context);
	plan->lookup = lookup;
	plan->lookup_generation = generation;
	if (lookup != NULL)
		MemoryContextSetParent(context, plan->context);
	return lookup;
}

uint64
key_lookup(const KeyLookup *lookup, ParamListInfo params, DestReceiver *dest)
{
	Relation	rel = table_open(lookup->relid, NoLock);
	Relation	index = index_open(lookup->index, AccessShareLock);
	TupleTableSlot *row = table_slot_create(rel, NULL);
	TupleTableSlot *result = MakeSingleTupleTableSlot(lookup->result.desc, &TTSOpsVirtual);
	IndexScanDesc scan = begin_index_scan(rel, index, GetActiveSnapshot(), lookup->nkeys);
	ScanKey		keys = palloc(sizeof(ScanKeyData) * lookup->nkeys);
	uint64		n = 0;

	memcpy(keys, lookup->keys, sizeof(ScanKeyData) * lookup->nkeys);
	for (int i = 0; i < lookup->nkeys; i++)
	{
		ParamExternData *value;

		if (lookup->params[i] == 0)
			continue;
		value = &params->params[lookup->params[i] - 1];
		keys[i].sk_argument = value->value;
		if (value->isnull)
			keys[i].sk_flags |= SK_ISNULL;
	}
	index_rescan(scan, keys, lookup->nkeys, NULL, 0);
	dest->rStartup(dest, CMD_SELECT, lookup->result.desc);

	/* Until a transaction ends, a deferred constraint may leave several. */
	while (index_getnext_slot(scan, ForwardScanDirection, row))
	{
		table_columns_store(&lookup->result, row, result);
		if (!dest->receiveSlot(result, dest))
			break;
		n++;
	}
	dest->rShutdown(dest);
	index_endscan(scan);
	ExecDropSingleTupleTableSlot(result);
	ExecDropSingleTupleTableSlot(row);
	index_close(index, NoLock);
	table_close(rel, NoLock);
	return n;
}

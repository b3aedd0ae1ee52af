/*-------------------------------------------------------------------------
 *
 * pg_version.h
 *	  Every difference between the supported PostgreSQL versions, 14 to 18.
 *
 * No other file tests PG_VERSION_NUM.
 *
 *-------------------------------------------------------------------------
 */
#ifndef PGC_PG_VERSION_H
#define PGC_PG_VERSION_H

#include "access/genam.h"
#include "access/tupdesc.h"
#include "catalog/objectaddress.h"
#include "catalog/pg_index.h"
#include "catalog/pg_attribute.h"
#include "catalog/pg_namespace.h"
#include "commands/trigger.h"
#include "executor/executor.h"
#include "miscadmin.h"
#include "nodes/parsenodes.h"
#include "parser/analyze.h"
#include "storage/lock.h"
#include "storage/proc.h"
#include "storage/procarray.h"
#include "storage/sinvaladt.h"
#include "utils/acl.h"
#include "utils/guc.h"
#include "utils/guc_tables.h"
#include "utils/regproc.h"
#include "utils/timeout.h"

#if PG_VERSION_NUM < 140000
#error "pg_connector needs PostgreSQL 14 or later"
#endif

/* The value in a constant's node is a struct of its own until 14. */
static inline void
set_string_constant(A_Const *constant, char *text)
{
#if PG_VERSION_NUM < 150000
	constant->val.type = T_String;
	constant->val.val.str = text;
#else
	constant->val.sval.type = T_String;
	constant->val.sval.sval = text;
#endif
}

static inline void
set_null_constant(A_Const *constant)
{
#if PG_VERSION_NUM < 150000
	constant->val.type = T_Null;
#else
	constant->isnull = true;
#endif
}

/* MarkGUCPrefixReserved() replaced EmitWarningsOnPlaceholders() in 15. */
#if PG_VERSION_NUM < 150000
#define MarkGUCPrefixReserved(prefix) EmitWarningsOnPlaceholders(prefix)
#endif

/* A repeating timer exists from 15; before, one shot has to do. */
static inline void
start_timer(TimeoutId id, TimestampTz at, int again_ms)
{
#if PG_VERSION_NUM < 150000
	enable_timeout_at(id, at);
#else
	enable_timeout_every(id, at, again_ms);
#endif
}

/* The record of a setting, placeholders included, or NULL. */
static inline struct config_generic *
find_setting(const char *name)
{
#if PG_VERSION_NUM < 160000
	struct config_generic **all = get_guc_variables();
	int			n = GetNumConfigOptions();

	for (int i = 0; i < n; i++)
	{
		if (pg_strcasecmp(all[i]->name, name) == 0)
			return all[i];
	}
	return NULL;
#else
	return find_option(name, false, true, 0);
#endif
}

/* What a check hook hands to its assign hook is from guc_malloc() from 16. */
static inline void *
setting_malloc(size_t size)
{
#if PG_VERSION_NUM < 160000
	return malloc(size);
#else
	return guc_malloc(LOG, size);
#endif
}

/* Types of $n are inferred with a query environment argument from 15. */
static inline Query *
analyze_with_inferred_types(RawStmt *statement, const char *sql,
							Oid **types, int *ntypes)
{
#if PG_VERSION_NUM < 150000
	return parse_analyze_varparams(statement, sql, types, ntypes);
#else
	return parse_analyze_varparams(statement, sql, types, ntypes, NULL);
#endif
}

/* The process of a virtual transaction, or 0; backends are numbered anew in 17. */
static inline int
vxid_pid(VirtualTransactionId vxid)
{
#if PG_VERSION_NUM < 170000
	PGPROC	   *proc = BackendIdGetProc(vxid.backendId);
#else
	PGPROC	   *proc = ProcNumberGetProc(vxid.procNumber);
#endif

	return proc ? proc->pid : 0;
}

/* MERGE exists from 15. */
static inline bool
is_merge(const Node *statement)
{
#if PG_VERSION_NUM < 150000
	return false;
#else
	return IsA(statement, MergeStmt);
#endif
}

/* NULLS NOT DISTINCT exists from 15. */
static inline bool
index_nulls_equal(Form_pg_index index)
{
#if PG_VERSION_NUM < 150000
	return false;
#else
	return index->indnullsnotdistinct;
#endif
}

/* One aclcheck function for all object classes from 16. */
static inline AclResult
schema_aclcheck(Oid schema, Oid role, AclMode mode)
{
#if PG_VERSION_NUM < 160000
	return pg_namespace_aclcheck(schema, role, mode);
#else
	return object_aclcheck(NamespaceRelationId, schema, role, mode);
#endif
}

/* From 18 a NOT NULL constraint may not be valid yet, and attnotnull set. */
static inline bool
column_is_not_null(TupleDesc desc, AttrNumber column)
{
#if PG_VERSION_NUM < 180000
	return TupleDescAttr(desc, column - 1)->attnotnull;
#else
	return TupleDescAttr(desc, column - 1)->attnotnull &&
		TupleDescCompactAttr(desc, column - 1)->attnullability == ATTNULLABLE_VALID;
#endif
}

/*
 * What the grammar says of every constraint that is not written down with
 * NOT VALID, NOT ENFORCED (from 18) or VIRTUAL (likewise).
 */
static inline void
set_constraint_defaults(Constraint *constraint)
{
	constraint->initially_valid = true;
#if PG_VERSION_NUM >= 180000
	constraint->is_enforced = true;
	if (constraint->contype == CONSTR_GENERATED)
		constraint->generated_kind = ATTRIBUTE_GENERATED_STORED;
#endif
}

/* The strategy of a partitioned table is a word until 15. */
static inline void
set_partition_strategy(PartitionSpec *spec, char strategy)
{
#if PG_VERSION_NUM < 160000
	spec->strategy = strategy == PARTITION_STRATEGY_RANGE ? "range" :
		strategy == PARTITION_STRATEGY_LIST ? "list" : "hash";
#else
	spec->strategy = (PartitionStrategy) strategy;
#endif
}

static inline char
partition_spec_strategy(const PartitionSpec *spec)
{
#if PG_VERSION_NUM < 160000
	return *spec->strategy;
#else
	return (char) spec->strategy;
#endif
}

/* Whether the caller may execute a statement; permissions have a list of their own from 16. */
static inline bool
may_execute(PlannedStmt *statement)
{
#if PG_VERSION_NUM < 160000
	return ExecCheckRTPerms(statement->rtable, false);
#else
	return ExecCheckPermissions(statement->rtable, statement->permInfos, false);
#endif
}

/* A scan may count its searches, for EXPLAIN, from 18. */
static inline IndexScanDesc
begin_index_scan(Relation rel, Relation index, Snapshot snapshot, int nkeys)
{
#if PG_VERSION_NUM < 180000
	return index_beginscan(rel, index, snapshot, nkeys, 0);
#else
	return index_beginscan(rel, index, snapshot, NULL, nkeys, 0);
#endif
}

/* Tables of a statement, their permissions (from 16), those that were not pruned (from 18). */
static inline void
init_range_table(EState *estate, PlannedStmt *statement)
{
#if PG_VERSION_NUM < 160000
	ExecInitRangeTable(estate, statement->rtable);
#elif PG_VERSION_NUM < 180000
	ExecInitRangeTable(estate, statement->rtable, statement->permInfos);
#else
	ExecInitRangeTable(estate, statement->rtable, statement->permInfos,
					   bms_copy(statement->unprunableRelids));
#endif
}

/* Index entries of a new row; of an update there may be only those that summarize, from 16. */
static inline List *
insert_index_entries(ResultRelInfo *target, TupleTableSlot *slot, EState *estate)
{
#if PG_VERSION_NUM < 160000
	return ExecInsertIndexTuples(target, slot, estate, false, false, NULL, NIL);
#else
	return ExecInsertIndexTuples(target, slot, estate, false, false, NULL, NIL, false);
#endif
}

#endif							/* PGC_PG_VERSION_H */

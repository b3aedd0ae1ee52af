/*-------------------------------------------------------------------------
 *
 * write_claimed.c
 *	  Updates and deletes with "limit": some of the rows, each for one caller.
 *
 * The rows are locked by a statement of their own, and written by another.
 * In one statement, a row that was changed by somebody else after the
 * statement began would be locked as it is now, but looked for as it was
 * then: it would count towards the limit and not be written.  The second
 * statement sees the locked rows as they are, and nobody can change them.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include <limits.h>

#include "access/htup_details.h"
#include "access/sysattr.h"
#include "catalog/pg_class.h"
#include "catalog/pg_index.h"
#include "catalog/pg_inherits.h"
#include "miscadmin.h"
#include "utils/acl.h"
#include "utils/array.h"
#include "utils/lsyscache.h"
#include "utils/rel.h"
#include "utils/syscache.h"

#include "commands/write.h"
#include "error.h"
#include "order.h"

static void refuse_relation(const Write *write, const char *detail) pg_attribute_noreturn();

static void
refuse_relation(const Write *write, const char *detail)
{
	ereport(ERROR,
			(errcode(ERRCODE_WRONG_OBJECT_TYPE),
			 errmsg("\"limit\" cannot be used with \"%s\"",
					RelationGetRelationName(write->rel)),
			 errdetail("%s", detail),
			 errhint("Name the table that has the rows, or leave out \"limit\"."),
			 errplace(write->limit)));
}

/* Only where rows can be locked one by one can they be claimed. */
static void
check_relation(const Write *write)
{
	Relation	rel = write->rel;
	List	   *parts;
	ListCell   *part;

	switch (rel->rd_rel->relkind)
	{
		case RELKIND_RELATION:
		case RELKIND_PARTITIONED_TABLE:
			break;
		case RELKIND_FOREIGN_TABLE:
			refuse_relation(write, "Rows of a foreign table cannot be locked reliably.");
		default:
			refuse_relation(write, "Rows of a view cannot be told apart.");
	}
	if (!rel->rd_rel->relhassubclass)
		return;
	parts = find_all_inheritors(RelationGetRelid(rel), NoLock, NULL);
	foreach(part, parts)
	{
		if (get_rel_relkind(lfirst_oid(part)) == RELKIND_FOREIGN_TABLE)
			refuse_relation(write, "Some of its rows are in a foreign table, where they cannot be locked reliably.");
	}
}

/* Whether values of the column can be read by the caller, and be in arrays. */
static bool
usable_in_key(Relation rel, AttrNumber column)
{
	Oid			type;

	if (column <= 0)
		return false;
	type = getBaseType(TupleDescAttr(RelationGetDescr(rel), column - 1)->atttypid);
	return OidIsValid(get_array_type(type)) && !type_is_rowtype(type) &&
		(pg_class_aclcheck(RelationGetRelid(rel), GetUserId(), ACL_SELECT) == ACLCHECK_OK ||
		 pg_attribute_aclcheck(RelationGetRelid(rel), column, GetUserId(),
							   ACL_SELECT) == ACLCHECK_OK);
}

/*
 * What tells the table's rows apart: the primary key, which prunes partitions
 * and which a role may use that can read only some columns; else where the
 * row is.  Tables that inherit share no key.
 */
static ColumnList
row_identity(Relation rel)
{
	ColumnList	key = {0, palloc(sizeof(AttrNumber) * INDEX_MAX_KEYS)};
	HeapTuple	tuple = NULL;

	if (!rel->rd_indexvalid)
		list_free(RelationGetIndexList(rel));
	if (OidIsValid(rel->rd_pkindex) &&
		(rel->rd_rel->relkind == RELKIND_PARTITIONED_TABLE ||
		 !rel->rd_rel->relhassubclass))
		tuple = SearchSysCache1(INDEXRELID, ObjectIdGetDatum(rel->rd_pkindex));
	if (HeapTupleIsValid(tuple))
	{
		Form_pg_index index = (Form_pg_index) GETSTRUCT(tuple);
		bool		usable = index->indimmediate;

		for (int i = 0; i < index->indnkeyatts && usable; i++)
		{
			key.columns[key.n++] = index->indkey.values[i];
			usable = usable_in_key(rel, index->indkey.values[i]);
		}
		ReleaseSysCache(tuple);
		if (usable)
			return key;
	}

	key.n = 2;
	key.columns[0] = TableOidAttributeNumber;
	key.columns[1] = SelfItemPointerAttributeNumber;
	return key;
}

/* Lock the rows; their keys are then in SPI_tuptable. */
static uint64
claim(Write *write, ColumnList key)
{
	Relation	rel = write->rel;
	int64		limit = node_integer(write->limit, 0, INT_MAX);
	bool		skip_locked = node_given(write->skip_locked) &&
		node_bool(write->skip_locked);
	Predicate  *where;
	Shape		shape;
	KeptPlan   *plan;

	/* The keys are in memory, so there cannot be any number of them. */
	if (limit > write->call->limits.row_cap)
		ereport(ERROR,
				(errcode(ERRCODE_PROGRAM_LIMIT_EXCEEDED),
				 errmsg("\"limit\" is larger than allowed"),
				 errdetail("Setting \"pg_connector.row_cap\" is %d.",
						   write->call->limits.row_cap),
				 errplace(write->limit)));

	/* A partition of a partition may be new without a kept plan's noticing. */
	check_relation(write);

	shape_init(&shape, write->command, RelationGetRelid(rel));
	shape_add_flag(&shape, 'l');
	shape_add_flag(&shape, skip_locked ? 's' : '-');
	shape_add_bytes(&shape, &key.n, sizeof(key.n));
	shape_add_bytes(&shape, key.columns, sizeof(AttrNumber) * key.n);
	where = write_where(write, &shape);
	shape_add(&shape, write->order_by);
	shape_bind_datum(&shape, Int64GetDatum(limit));

	plan = plan_lookup(&shape);
	if (plan == NULL)
	{
		Order		order = order_parse(write->order_by);

		order_resolve(&order, rel);
		plan = plan_create(RelationGetRelid(rel));
		statement_claim(plan, rel, key, where, &order,
						write->set == NULL, skip_locked);
		plan_keep(plan, &shape);
	}
	return plan_execute(plan, plan_bind(plan, &shape), NULL);
}

/* A column of the locked rows as an array. */
static Datum
claimed_array(SPITupleTable *table, uint64 n, int column)
{
	Oid			type = getBaseType(SPI_gettypeid(table->tupdesc, column));
	Datum	   *values = palloc(sizeof(Datum) * (n + 1));
	int16		len;
	bool		byval;
	char		align;

	for (uint64 i = 0; i < n; i++)
	{
		bool		isnull;

		values[i] = SPI_getbinval(table->vals[i], table->tupdesc, column, &isnull);
		Assert(!isnull);
	}
	get_typlenbyvalalign(type, &len, &byval, &align);
	return PointerGetDatum(construct_array(values, (int) n, type, len, byval, align));
}

uint64
write_claimed(Write *write, RowsOut *rows)
{
	Relation	rel = write->rel;
	ColumnList	key = row_identity(rel);
	ColumnList	returning;
	Shape		shape;
	KeptPlan   *plan;
	uint64		nclaimed = claim(write, key);
	SPITupleTable *claimed = SPI_tuptable;

	shape_init(&shape, write->command, RelationGetRelid(rel));
	shape_add_flag(&shape, 'c');
	write_shape_set(write, &shape);
	shape_add_bytes(&shape, &key.n, sizeof(key.n));
	shape_add_bytes(&shape, key.columns, sizeof(AttrNumber) * key.n);
	for (int i = 0; i < key.n; i++)
		shape_bind_datum(&shape, claimed_array(claimed, nclaimed, i + 1));
	SPI_freetuptable(claimed);
	shape_add(&shape, write->returning);

	returning = columns_returning(rel, write->returning);
	plan = plan_lookup(&shape);
	if (plan == NULL)
	{
		plan = plan_create(RelationGetRelid(rel));
		statement_write_claimed(plan, rel, write->set, key, returning);
		plan_keep(plan, &shape);
	}
	return write_execute_numbered(write, plan, plan_bind(plan, &shape), rows,
								  returning.n);
}

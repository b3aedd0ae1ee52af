/*-------------------------------------------------------------------------
 *
 * order.c
 *	  The order of a request's rows ("order_by").
 *
 * Values are compared by the operators of their type's default B-tree
 * operator class, as ORDER BY does whatever the search path is, so that what
 * is "behind" a row is the same to both.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "access/htup_details.h"
#include "catalog/pg_class.h"
#include "catalog/pg_inherits.h"
#include "catalog/pg_index.h"
#include "catalog/pg_type.h"
#include "utils/builtins.h"
#include "utils/lsyscache.h"
#include "utils/rel.h"
#include "utils/syscache.h"
#include "utils/typcache.h"

#include "catalog.h"
#include "error.h"
#include "order.h"
#include "pg_version.h"

static void malformed_order(const JsonNode *node) pg_attribute_noreturn();

static void
malformed_order(const JsonNode *node)
{
	ereport(ERROR,
			(errcode(ERRCODE_SYNTAX_ERROR),
			 errmsg("malformed order"),
			 errhint("Write \"column\", [\"column\", \"asc\" or \"desc\"], or [\"column\", \"asc\" or \"desc\", \"nulls_first\" or \"nulls_last\"]."),
			 errplace(node)));
}

static void
parse_one(const JsonNode *node, OrderBy *order)
{
	order->name = node;
	if (node_type(node) == JSON_ARRAY)
	{
		int			n;
		JsonNode   *parts = node_children(node, &n);

		if (n < 2 || n > 3 ||
			!(node_is(&parts[1], "asc") || node_is(&parts[1], "desc")))
			malformed_order(node);
		order->name = &parts[0];
		order->descending = node_is(&parts[1], "desc");
		order->nulls_first = order->descending;
		if (n == 3)
		{
			order->nulls_first = node_is(&parts[2], "nulls_first");
			if (!order->nulls_first && !node_is(&parts[2], "nulls_last"))
				malformed_order(node);
		}
	}
	if (node_type(order->name) != JSON_STRING)
		malformed_order(node);
}

Order
order_parse(const JsonNode *order_by)
{
	Order		order = {0};
	JsonNode   *nodes;

	if (!node_given(order_by))
		return order;
	nodes = node_children(order_by, &order.n);
	order.items = palloc0(sizeof(OrderBy) * (order.n + INDEX_MAX_KEYS));
	for (int i = 0; i < order.n; i++)
		parse_one(&nodes[i], &order.items[i]);
	return order;
}

/* How values of a column are compared; false if they cannot be. */
static bool
resolve_column(OrderBy *item, Relation rel, AttrNumber column)
{
	Form_pg_attribute att = TupleDescAttr(RelationGetDescr(rel), column - 1);
	Oid			type = getBaseType(att->atttypid);
	TypeCacheEntry *entry = lookup_type_cache(type, TYPECACHE_LT_OPR | TYPECACHE_EQ_OPR |
											  TYPECACHE_GT_OPR);

	if (!OidIsValid(entry->lt_opr) || !OidIsValid(entry->eq_opr) ||
		!OidIsValid(entry->gt_opr))
		return false;
	item->column = column;
	item->nullable = !column_is_not_null(RelationGetDescr(rel), column);
	item->collation = att->attcollation;
	item->less = entry->lt_opr;
	item->equal = entry->eq_opr;
	item->greater = entry->gt_opr;

	/*
	 * The operator class may be another type's (varchar by text, regclass by
	 * oid, whose text does not depend on names); one for all types of a kind
	 * (arrays, enums) says nothing of the value's text.
	 */
	if (get_typtype(entry->btree_opintype) != TYPTYPE_PSEUDO)
		type = entry->btree_opintype;
	item->type = type_info(type);
	return true;
}

void
order_resolve(Order *order, Relation rel)
{
	for (int i = 0; i < order->n; i++)
	{
		OrderBy    *item = &order->items[i];
		AttrNumber	column = catalog_column(rel, item->name);

		for (int j = 0; j < i; j++)
		{
			if (order->items[j].column == column)
				ereport(ERROR,
						(errcode(ERRCODE_DUPLICATE_COLUMN),
						 errmsg("column \"%s\" is named twice", node_string(item->name)),
						 errplace(item->name)));
		}
		if (!resolve_column(item, rel, column))
			ereport(ERROR,
					(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
					 errmsg("cannot order by column \"%s\" of type %s",
							node_string(item->name),
							format_type_be(TupleDescAttr(RelationGetDescr(rel), column - 1)->atttypid)),
					 errplace(item->name)));
	}
}

static bool
is_ordered_by(const Order *order, AttrNumber column)
{
	for (int i = 0; i < order->n; i++)
	{
		if (order->items[i].column == column)
			return true;
	}
	return false;
}

/* The columns of a key: what makes a row the only one of its kind. */
typedef struct Key
{
	int			n;
	OrderBy		columns[INDEX_MAX_KEYS];
	int			missing;		/* in the order */
	bool		primary;
} Key;

static bool
is_of_key(const Key *key, AttrNumber column)
{
	for (int i = 0; i < key->n; i++)
	{
		if (key->columns[i].column == column)
			return true;
	}
	return false;
}

/*
 * Whether an index lets no two rows be the same to the order's operators.
 * One that is checked at the end of the transaction only does not.
 */
static bool
index_is_key(HeapTuple tuple, Relation rel, const Order *order, Key *key)
{
	Form_pg_index index = (Form_pg_index) GETSTRUCT(tuple);
	bool		readable = pg_class_aclcheck(RelationGetRelid(rel), GetUserId(),
											 ACL_SELECT) == ACLCHECK_OK;
	oidvector  *classes;
	oidvector  *collations;
	bool		isnull;

	if (!index->indisunique || !index->indisvalid || !index->indimmediate ||
		!heap_attisnull(tuple, Anum_pg_index_indpred, NULL))
		return false;
	classes = (oidvector *) DatumGetPointer(SysCacheGetAttr(INDEXRELID, tuple,
															Anum_pg_index_indclass, &isnull));
	collations = (oidvector *) DatumGetPointer(SysCacheGetAttr(INDEXRELID, tuple,
															   Anum_pg_index_indcollation, &isnull));

	memset(key, 0, sizeof(Key));
	key->n = index->indnkeyatts;
	key->primary = index->indisprimary;
	for (int i = 0; i < key->n; i++)
	{
		AttrNumber	column = index->indkey.values[i];
		OrderBy    *item = &key->columns[i];

		if (column <= 0 || !resolve_column(item, rel, column) ||
			item->nullable || collations->values[i] != item->collation ||
			!op_in_opfamily(item->equal, get_opclass_family(classes->values[i])))
			return false;
		if (!readable &&
			pg_attribute_aclcheck(RelationGetRelid(rel), column, GetUserId(),
								  ACL_SELECT) != ACLCHECK_OK)
			return false;
		if (!is_ordered_by(order, column))
			key->missing++;
	}
	return true;
}

static bool
is_better(const Key *key, const Key *than)
{
	if ((key->missing == 0) != (than->missing == 0))
		return key->missing == 0;
	if (key->primary != than->primary)
		return key->primary;
	return key->n < than->n;
}

static bool
find_key(Relation rel, const Order *order, Key *best)
{
	List	   *indexes;
	ListCell   *lc;

	memset(best, 0, sizeof(Key));

	/* A key of one table says nothing of the rows that its children add. */
	if (rel->rd_rel->relkind != RELKIND_PARTITIONED_TABLE &&
		rel->rd_rel->relhassubclass &&
		find_inheritance_children(RelationGetRelid(rel), NoLock) != NIL)
		return false;

	indexes = RelationGetIndexList(rel);
	foreach(lc, indexes)
	{
		HeapTuple	tuple = SearchSysCache1(INDEXRELID, ObjectIdGetDatum(lfirst_oid(lc)));
		Key			key;

		if (!HeapTupleIsValid(tuple))
			continue;
		if (index_is_key(tuple, rel, order, &key) &&
			(best->n == 0 || is_better(&key, best)))
			*best = key;
		ReleaseSysCache(tuple);
	}
	list_free(indexes);
	return best->n > 0;
}

void
order_complete(Order *order, Relation rel)
{
	Key			key;
	bool		descending;

	if (order->n == 0 || !find_key(rel, order, &key))
		return;

	/* One direction lets one index serve the whole order. */
	descending = order->items[order->n - 1].descending;
	for (int i = 0; i < key.n; i++)
	{
		if (is_ordered_by(order, key.columns[i].column))
			continue;
		key.columns[i].descending = descending;
		key.columns[i].nulls_first = descending;
		order->items[order->n++] = key.columns[i];
	}

	/* What comes after the key decides nothing, and may be NULL. */
	while (!is_of_key(&key, order->items[order->n - 1].column))
		order->n--;
	order->total = true;
}

void
order_add_to_shape(const Order *order, Shape *shape)
{
	for (int i = 0; i < order->n; i++)
		shape_add_bytes(shape, &order->items[i].column, sizeof(AttrNumber));
	shape_add_flag(shape, order->total ? 't' : '-');
}

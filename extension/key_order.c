/*-------------------------------------------------------------------------
 *
 * key_order.c
 *	  Rows of a request in the order of their key.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "miscadmin.h"
#include "utils/builtins.h"
#include "utils/typcache.h"

#include "key_order.h"

KeyOrder *
key_order(const KeptPlan *plan)
{
	KeyOrder   *order = palloc0(sizeof(KeyOrder));

	order->columns = palloc(sizeof(int) * plan->ncolumns);
	for (int i = 0; i < plan->ncolumns; i++)
	{
		int			place = order->n;

		if (!plan->columns[i].is_key)
			continue;
		order->n++;
		for (; place > 0 && plan->columns[order->columns[place - 1]].number > plan->columns[i].number; place--)
			order->columns[place] = order->columns[place - 1];
		order->columns[place] = i;
	}
	order->sorts = palloc0(sizeof(SortSupportData) * order->n);
	for (int k = 0; k < order->n; k++)
	{
		const PlanColumn *column = &plan->columns[order->columns[k]];
		TypeCacheEntry *type = lookup_type_cache(column->type->base, TYPECACHE_LT_OPR);
		SortSupport sort = &order->sorts[k];

		if (!OidIsValid(type->lt_opr))
			ereport(ERROR,
					(errcode(ERRCODE_UNDEFINED_FUNCTION),
					 errmsg("could not identify an ordering operator for type %s",
							format_type_be(column->type->oid))));
		sort->ssup_cxt = CurrentMemoryContext;
		sort->ssup_collation = column->collation;
		PrepareSortSupportFromOrderingOp(type->lt_opr, sort);
	}
	return order;
}

/* As if those with a NULL were all the same. */
static int
compare_keys(const KeyedRow *a, const KeyedRow *b, const KeyOrder *order)
{
	for (int k = 0; k < order->n; k++)
	{
		int			result = ApplySortComparator(a->keys[k], a->nulls[k],
												 b->keys[k], b->nulls[k],
												 &order->sorts[k]);

		if (result != 0)
			return result;
	}
	return 0;
}

static int
compare_rows(const void *a, const void *b, void *arg)
{
	const KeyedRow *left = *(KeyedRow *const *) a;
	const KeyedRow *right = *(KeyedRow *const *) b;
	int			result = compare_keys(left, right, arg);

	CHECK_FOR_INTERRUPTS();
	return result != 0 ? result : left->index < right->index ? -1 : 1;
}

static bool
has_null(const KeyedRow *row, const KeyOrder *order)
{
	for (int k = 0; k < order->n; k++)
	{
		if (row->nulls[k])
			return true;
	}
	return false;
}

KeyedRow **
key_order_sort(const KeyOrder *order, KeyedRow *rows, int64 n, int64 *kept)
{
	KeyedRow  **sorted = palloc_extended(sizeof(KeyedRow *) * (n + 1), MCXT_ALLOC_HUGE);

	for (int64 i = 0; i < n; i++)
		sorted[i] = &rows[i];
	qsort_arg(sorted, n, sizeof(KeyedRow *), compare_rows, (void *) order);
	*kept = 0;
	for (int64 i = 0; i < n; i++)
	{
		if (i + 1 == n || has_null(sorted[i], order) ||
			compare_keys(sorted[i], sorted[i + 1], order) != 0)
			sorted[(*kept)++] = sorted[i];
	}
	return sorted;
}

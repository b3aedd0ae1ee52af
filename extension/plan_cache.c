/*-------------------------------------------------------------------------
 *
 * plan_cache.c
 *	  Request shape to kept plan.
 *
 * A plan on a table is found by the table's OID, which the caller has just
 * resolved the request's name to and locked.  That alone would not do: the
 * plan's statement names the table, and once the table was renamed and
 * another one took its name, planning the statement anew would end up at the
 * wrong table.  So any change of the table, and any change of a schema, makes
 * the plan stale; and after each execution it is checked that the plan that
 * ran was on that OID.
 *
 * Where all room is taken, the plan that was not used for the longest time
 * makes way, but only for a shape that comes again soon.
 *
 * Plans are freed only by the outermost call of a backend.  A call that is
 * nested in another, as in a trigger, never frees a plan that the outer one
 * may be executing.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include <math.h>

#include "catalog/namespace.h"
#include "catalog/pg_type.h"
#include "common/hashfn.h"
#include "miscadmin.h"
#include "parser/parse_expr.h"
#include "parser/parser.h"
#include "pgtime.h"
#include "storage/lmgr.h"
#include "utils/inval.h"
#include "utils/lsyscache.h"
#include "utils/memutils.h"
#include "utils/plancache.h"
#include "utils/syscache.h"

#include "direct.h"
#include "error.h"
#include "explain.h"
#include "guard.h"
#include "json_in.h"
#include "pg_version.h"
#include "plan_cache.h"
#include "policy.h"
#include "template.h"

#define NBUCKETS 1024

/* Shapes that are remembered though their plans are not kept. */
#define NREMEMBERED 256

static dlist_head buckets[NBUCKETS];
static dlist_head lru;			/* most recently used first */
static dlist_head doomed;		/* replaced while perhaps in use */
static int	nkept;
static uint64 nrefused;

static struct
{
	uint32		hash;
	uint64		refused;		/* which of those refused it was, from 1 */
}			remembered[NREMEMBERED];
static MemoryContext plans_context;

static void
table_changed(Datum arg, Oid relid)
{
	dlist_iter	iter;

	dlist_foreach(iter, &lru)
	{
		KeptPlan   *plan = dlist_container(KeptPlan, lru, iter.cur);

		if (!OidIsValid(relid) || plan->relid == relid)
			plan->stale = true;
	}
}

/*
 * Statements name tables, and operators of extensions' types, with their
 * schemas.
 */
static void
schema_changed(Datum arg, int cacheid, uint32 hashvalue)
{
	table_changed((Datum) 0, InvalidOid);
}

/*
 * A name in SQL text may now mean something else: a new temporary table hides
 * another, a new function fits the arguments better.  A kept plan of
 * PostgreSQL's own would not notice.
 */
static void
names_changed(Datum arg, int cacheid, uint32 hashvalue)
{
	dlist_iter	iter;

	dlist_foreach(iter, &lru)
	{
		KeptPlan   *plan = dlist_container(KeptPlan, lru, iter.cur);

		if (!OidIsValid(plan->relid))
			plan->stale = true;
	}
}

void
plan_cache_init(void)
{
	for (int i = 0; i < NBUCKETS; i++)
		dlist_init(&buckets[i]);
	dlist_init(&lru);
	dlist_init(&doomed);
	plans_context = AllocSetContextCreate(TopMemoryContext,
										  "pg_connector plans",
										  ALLOCSET_DEFAULT_SIZES);
	CacheRegisterRelcacheCallback(table_changed, (Datum) 0);
	CacheRegisterSyscacheCallback(NAMESPACEOID, schema_changed, (Datum) 0);
	CacheRegisterSyscacheCallback(RELNAMENSP, names_changed, (Datum) 0);
	CacheRegisterSyscacheCallback(TYPENAMENSP, names_changed, (Datum) 0);
	CacheRegisterSyscacheCallback(PROCNAMEARGSNSP, names_changed, (Datum) 0);
	CacheRegisterSyscacheCallback(OPERNAMENSP, schema_changed, (Datum) 0);
}

/*
 * What SQL text means depends on more than its words: on the schemas that the
 * role may use, and on how the session reads the constants in it.
 */
static void
shape_add_session(Shape *shape)
{
	Oid			role = GetUserId();
	int			styles[] = {DateStyle, DateOrder, IntervalStyle};
	const char *zone = pg_get_timezone_name(session_timezone);

	shape_add_bytes(shape, &role, sizeof(role));
	shape_add_bytes(shape, styles, sizeof(styles));
	shape_add_bytes(shape, zone, strlen(zone) + 1);
	shape_add_flag(shape, standard_conforming_strings ? 's' : '-');
	shape_add_flag(shape, Transform_null_equals ? 'n' : '-');
}

void
shape_init(Shape *shape, const char *command, Oid relid)
{
	memset(shape, 0, sizeof(Shape));
	shape->relid = relid;
	initStringInfo(&shape->key);
	shape_add_bytes(shape, command, strlen(command) + 1);
	shape_add_bytes(shape, &relid, sizeof(relid));
	if (!OidIsValid(relid))
		shape_add_session(shape);
}

void
shape_add_bytes(Shape *shape, const void *data, size_t len)
{
	appendBinaryStringInfo(&shape->key, data, (int) len);
}

void
shape_add_flag(Shape *shape, char flag)
{
	appendStringInfoCharMacro(&shape->key, flag);
}

/*
 * A JSON value ends where it ends, so that the parts of a key cannot run
 * into each other; a member that is not there has a mark of its own.
 */
void
shape_add(Shape *shape, const JsonNode *node)
{
	if (node_given(node))
		shape_add_bytes(shape, node->value.text, node->value.len);
	shape_add_flag(shape, ';');
}

static Binding *
new_binding(Shape *shape)
{
	if (shape->nbindings == shape->room)
	{
		shape->room = shape->room ? shape->room * 2 : 8;
		shape->bindings = shape->bindings ?
			repalloc(shape->bindings, sizeof(Binding) * shape->room) :
			palloc(sizeof(Binding) * shape->room);
	}
	return &shape->bindings[shape->nbindings++];
}

void
shape_bind(Shape *shape, const JsonNode *value)
{
	Binding    *binding = new_binding(shape);

	*binding = (Binding) {.node = value};
}

void
shape_bind_opaque(Shape *shape, const JsonNode *value)
{
	Binding    *binding = new_binding(shape);

	*binding = (Binding) {.node = value, .opaque = true};
}

void
shape_bind_datum(Shape *shape, Datum datum)
{
	Binding    *binding = new_binding(shape);

	*binding = (Binding) {.datum = datum};
}

void
shape_bind_null(Shape *shape)
{
	Binding    *binding = new_binding(shape);

	*binding = (Binding) {.isnull = true};
}

static void
forget(KeptPlan *plan)
{
	template_forget(plan);
	dlist_delete(&plan->bucket);
	dlist_delete(&plan->lru);
	nkept--;
}

static void
destroy(KeptPlan *plan)
{
	SPI_freeplan(plan->spi);
	MemoryContextDelete(plan->context);
}

/* Make room, as the outermost call. */
static void
evict(int room)
{
	while (!dlist_is_empty(&doomed))
	{
		KeptPlan   *plan = dlist_container(KeptPlan, lru, dlist_pop_head_node(&doomed));

		destroy(plan);
	}
	while (nkept > Max(policy_plan_cache - room, 0))
	{
		KeptPlan   *plan = dlist_tail_element(KeptPlan, lru, &lru);

		forget(plan);
		destroy(plan);
	}
}

void
plan_cache_trim(void)
{
	if (guard_depth() == 1)
		evict(0);
}

bool
plan_is_usable(KeptPlan *plan, Oid relid)
{
	if (plan->stale || plan->relid != relid)
		return false;
	dlist_move_head(&lru, &plan->lru);
	return true;
}

static KeptPlan *
find(const Shape *shape, uint32 hash)
{
	dlist_iter	iter;

	dlist_foreach(iter, &buckets[hash % NBUCKETS])
	{
		KeptPlan   *plan = dlist_container(KeptPlan, bucket, iter.cur);

		if (plan->hash == hash && plan->key_len == shape->key.len &&
			memcmp(plan->key, shape->key.data, shape->key.len) == 0)
			return plan;
	}
	return NULL;
}

static uint32
shape_hash(const Shape *shape)
{
	return hash_bytes((unsigned char *) shape->key.data, shape->key.len);
}

KeptPlan *
plan_lookup(const Shape *shape)
{
	KeptPlan   *plan;

	/* The setting may have been lowered since. */
	plan_cache_trim();
	plan = find(shape, shape_hash(shape));
	if (plan == NULL)
		return NULL;

	/*
	 * SQL text of the caller's is prepared anew when anything it uses has
	 * changed, since its parameters may then be of other types.
	 */
	if (!OidIsValid(plan->relid) && !plan->stale)
		plan->stale = !SPI_plan_is_valid(plan->spi);

	if (plan->stale)
	{
		forget(plan);
		if (guard_depth() == 1)
			destroy(plan);
		else
			dlist_push_head(&doomed, &plan->lru);
		return NULL;
	}
	dlist_move_head(&lru, &plan->lru);
	return plan;
}

void
plan_lock_tables(const KeptPlan *plan)
{
	CachedPlanSource *source = linitial(SPI_plan_get_plan_sources(plan->spi));
	ListCell   *lc;

	foreach(lc, source->relationOids)
		LockRelationOid(lfirst_oid(lc), AccessShareLock);
}

KeptPlan *
plan_create(Oid relid)
{
	MemoryContext context = AllocSetContextCreate(CurrentMemoryContext,
												  "pg_connector plan",
												  ALLOCSET_SMALL_SIZES);
	KeptPlan   *plan = MemoryContextAllocZero(context, sizeof(KeptPlan));

	plan->context = context;
	plan->relid = relid;
	return plan;
}

void
plan_prepare(KeptPlan *plan, const char *sql)
{
	MemoryContext old = CurrentMemoryContext;
	Oid		   *types = palloc(sizeof(Oid) * (plan->nparams + 1));

	for (int i = 0; i < plan->nparams; i++)
		types[i] = plan->params[i].oid;
	guard_call()->statement = sql;
	plan->spi = SPI_prepare_cursor(sql, plan->nparams, types,
								   CURSOR_OPT_PARALLEL_OK |
								   (plan->needs_values ? CURSOR_OPT_CUSTOM_PLAN :
									plan->fed ? CURSOR_OPT_GENERIC_PLAN : 0));
	MemoryContextSwitchTo(old);
	if (plan->spi == NULL)
		elog(ERROR, "could not prepare statement: %s",
			 SPI_result_code_string(SPI_result));
	pfree(types);
}

/*
 * Whether a plan may take another one's room: if its shape has come before,
 * not many other ones ago.  Else shapes in turn that are more than there is
 * room for would all lose their plans just before they come again.
 */
static bool
deserves_room(uint32 hash)
{
	int			place = hash % NREMEMBERED;
	uint64		few = Min(NREMEMBERED, policy_plan_cache / 4 + 1);

	if (nkept < policy_plan_cache)
		return true;
	nrefused++;
	if (remembered[place].hash == hash && remembered[place].refused != 0 &&
		nrefused - remembered[place].refused <= few)
		return true;
	remembered[place].hash = hash;
	remembered[place].refused = nrefused;
	return false;
}

void
plan_keep(KeptPlan *plan, const Shape *shape)
{
	KeptPlan   *other;

	if (policy_plan_cache == 0)
		return;

	/* A nested call of the same shape may have been quicker. */
	plan->hash = shape_hash(shape);
	other = find(shape, plan->hash);
	if (other != NULL || !deserves_room(plan->hash))
		return;
	if (guard_depth() == 1)
		evict(1);

	plan->key_len = shape->key.len;
	plan->key = MemoryContextAlloc(plan->context, shape->key.len);
	memcpy(plan->key, shape->key.data, shape->key.len);

	/* From here on nothing can fail. */
	if (SPI_keepplan(plan->spi) != 0)
		return;
	MemoryContextSetParent(plan->context, plans_context);
	plan->kept = true;
	dlist_push_head(&buckets[plan->hash % NBUCKETS], &plan->bucket);
	dlist_push_head(&lru, &plan->lru);
	nkept++;
}

ParamListInfo
plan_bind(KeptPlan *plan, const Shape *shape)
{
	ParamListInfo params;
	ErrorPlace	outer = error_current_place;

	Assert(plan->nparams <= shape->nbindings);
	if (plan->nparams == 0)
		return NULL;
	params = makeParamList(plan->nparams);
	for (int i = 0; i < plan->nparams; i++)
	{
		const Binding *binding = &shape->bindings[i];
		PlanParam  *param = &plan->params[i];
		ParamExternData *value = &params->params[i];

		value->ptype = param->oid;
		value->pflags = PARAM_FLAG_CONST;
		value->isnull = binding->isnull;
		if (binding->node == NULL)
		{
			value->value = binding->datum;
			continue;
		}
		error_current_place = (ErrorPlace) {
			.node = binding->node, .index = -1, .value = true
		};
		if (param->list)
			value->value = json_list_to_array(&binding->node->value,
											  param->type, param->typmod);
		else
			value->isnull = !json_to_datum(&binding->node->value, param->type,
										   param->typmod, &value->value);
	}
	error_current_place = outer;
	return params;
}

uint64
plan_execute(KeptPlan *plan, ParamListInfo params, RowsOut *rows)
{
	MemoryContext old = CurrentMemoryContext;
	SPIExecuteOptions options = {.params = params};
	CachedPlanSource *source;
	uint64		n;

	if (call_wants(guard_call(), COMMON_EXPLAIN))
		explain_plan(guard_call(), plan, params);

	if (rows != NULL)
	{
		options.dest = &rows->pub;
		rows->format = plan->format;
		rows->format_context = old;
		if (plan->kept && plan->format == NULL)
			rows->format_context = AllocSetContextCreate(old, "pg_connector format",
														 ALLOCSET_SMALL_SIZES);
	}
	source = linitial(SPI_plan_get_plan_sources(plan->spi));
	guard_call()->statement = source->query_string;
	guard_call()->executing = true;
	if (!direct_execute(plan, params, rows != NULL ? &rows->pub : NULL, &n))
	{
		int			rc = SPI_execute_plan_extended(plan->spi, &options);

		if (rc < 0)
			elog(ERROR, "could not execute statement: %s",
				 SPI_result_code_string(rc));
		n = SPI_processed;
	}
	guard_call()->executing = false;
	MemoryContextSwitchTo(old);

	/* It may be freed before the next one runs. */
	guard_call()->statement = NULL;

	/* Only now, or an execution that fails would leave its format behind. */
	if (rows != NULL && rows->format != NULL &&
		plan->kept && plan->format == NULL)
	{
		MemoryContextSetParent(rows->format_context, plan->context);
		plan->format = rows->format;
	}

	/* A rule may leave nothing of the statement (DO INSTEAD NOTHING). */
	if (OidIsValid(plan->relid) && source->query_list != NIL &&
		!list_member_oid(source->relationOids, plan->relid))
		ereport(ERROR,
				(errcode(ERRCODE_T_R_SERIALIZATION_FAILURE),
				 errmsg("table was replaced while the command ran"),
				 errhint("Repeat the command.")));
	return n;
}

int64
plan_estimate(KeptPlan *plan, ParamListInfo params)
{
	CachedPlanSource *source = linitial(SPI_plan_get_plan_sources(plan->spi));
	CachedPlan *cached = GetCachedPlan(source, params, NULL, NULL);
	double		rows = 0;

	if (cached->stmt_list != NIL)
		rows = linitial_node(PlannedStmt, cached->stmt_list)->planTree->plan_rows;
	ReleaseCachedPlan(cached, NULL);
	return rows < (double) PG_INT64_MAX ? (int64) rint(rows) : PG_INT64_MAX;
}

void
plan_run_once(const char *sql, const Oid *types, int ntypes,
			  ParamListInfo params, RowsOut *rows)
{
	KeptPlan   *plan = plan_create(InvalidOid);
	int			nest = NewGUCNestLevel();

	/* Or operators that somebody else made would run as the caller. */
	(void) set_config_option("search_path", "pg_catalog, pg_temp",
							 PGC_USERSET, PGC_S_SESSION,
							 GUC_ACTION_SAVE, true, 0, false);
	plan->nparams = ntypes;
	plan->params = palloc0(sizeof(PlanParam) * (ntypes + 1));
	for (int i = 0; i < ntypes; i++)
		plan->params[i].oid = types[i];
	plan_prepare(plan, sql);
	(void) plan_execute(plan, params, rows);
	AtEOXact_GUC(true, nest);
}

void
plan_release(KeptPlan *plan)
{
	if (!plan->kept)
		SPI_freeplan(plan->spi);
}

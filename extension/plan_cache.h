/*-------------------------------------------------------------------------
 *
 * plan_cache.h
 *	  Request shape to kept plan.
 *
 * The shape of a request is everything in it but the values.  Requests of
 * one shape run one kept plan, each with its own values bound.
 *
 *-------------------------------------------------------------------------
 */
#ifndef PGC_PLAN_CACHE_H
#define PGC_PLAN_CACHE_H

#include "executor/spi.h"
#include "lib/ilist.h"
#include "lib/stringinfo.h"
#include "nodes/params.h"

#include "json_out.h"
#include "request.h"
#include "types.h"

/* A value to bind to the parameter of its position. */
typedef struct Binding
{
	const JsonNode *node;			/* converted by the parameter's type, or */
	Datum		datum;			/* taken as it is, where node is NULL */
	bool		isnull;
	bool		opaque;			/* nothing depends on what the value is, only
								 * on its JSON type */
} Binding;

typedef struct Shape
{
	Oid			relid;			/* the table, or InvalidOid for SQL text */
	StringInfoData key;
	Binding    *bindings;
	int			nbindings;
	int			room;
} Shape;

extern void shape_init(Shape *shape, const char *command, Oid relid);

/* A part of the request that belongs to the shape, as its text stands. */
extern void shape_add(Shape *shape, const JsonNode *node);

/* Anything else that the statement depends on. */
extern void shape_add_bytes(Shape *shape, const void *data, size_t len);
extern void shape_add_flag(Shape *shape, char flag);

/*
 * A value, which does not; or of which not even anything that was added
 * depends on, but for its JSON type.
 */
extern void shape_bind(Shape *shape, const JsonNode *value);
extern void shape_bind_opaque(Shape *shape, const JsonNode *value);
extern void shape_bind_datum(Shape *shape, Datum datum);
extern void shape_bind_null(Shape *shape);

/* How a parameter's value is made. */
typedef struct PlanParam
{
	TypeInfo   *type;			/* NULL: it is always NULL */
	int32		typmod;
	bool		list;			/* a JSON list to an array of "type" */
	Oid			oid;			/* the parameter's own type */
} PlanParam;

/* A column that rows are written to. */
typedef struct PlanColumn
{
	AttrNumber	number;
	TypeInfo   *type;
	int32		typmod;
	Oid			collation;
	bool		is_key;			/* the row to write is found by it */
	char		name[NAMEDATALEN];
} PlanColumn;

typedef struct KeptPlan
{
	SPIPlanPtr	spi;
	Oid			relid;			/* the table, or InvalidOid for SQL text */
	int			nparams;
	PlanParam  *params;
	struct RowsFormat *format;	/* of its result, once there was one */
	MemoryContext context;		/* for what belongs to the plan */

	/* To be planned for the values of each execution. */
	bool		needs_values;

	/* It reads rows that are fed, see rows_in.h. */
	bool		fed;

	/* Columns that rows are written to, in the order of the shape. */
	int			ncolumns;
	PlanColumn *columns;

	/* What the result's columns are called, or NULL: by their own names. */
	const char *const *names;

	/* See template.h; or NULL. */
	struct Template *template;

	/* See key_lookup.c: of the generic plan of that generation; or NULL. */
	struct KeyLookup *lookup;
	int			lookup_generation;

	/* The cache's own. */
	bool		kept;
	bool		stale;
	dlist_node	lru;
	dlist_node	bucket;
	uint32		hash;
	int			key_len;
	char	   *key;
} KeptPlan;

/* Register for invalidation; from _PG_init. */
extern void plan_cache_init(void);

/* The kept plan for a shape, or NULL.  Good for this call only. */
extern KeptPlan *plan_lookup(const Shape *shape);

/*
 * Free what is too much, if that is allowed here; every other kept plan is
 * good for this call.  And whether one of them is still for a table as it is.
 */
extern void plan_cache_trim(void);
extern bool plan_is_usable(KeptPlan *plan, Oid relid);

/*
 * Wait until nobody alters the tables that a kept plan of SQL text uses, and
 * keep it so.  It may have become stale: look it up again.
 */
extern void plan_lock_tables(const KeptPlan *plan);

/*
 * A new plan, to be filled in and then handed to plan_keep().  Until then it
 * lives in the current memory context.
 */
extern KeptPlan *plan_create(Oid relid);

/*
 * Prepare the statement with the types of plan->params.
 */
extern void plan_prepare(KeptPlan *plan, const char *sql);

/* Keep a prepared plan for requests of this shape. */
extern void plan_keep(KeptPlan *plan, const Shape *shape);

/*
 * Convert the shape's values to the plan's parameters, which the last of them
 * may have no use for.  Raises the conversion's errors, naming the value's
 * place.
 */
extern ParamListInfo plan_bind(KeptPlan *plan, const Shape *shape);

/*
 * Run the plan.  Rows go to "rows", which may be NULL.  Returns the number of
 * rows written, or returned by a SELECT.
 */
extern uint64 plan_execute(KeptPlan *plan, ParamListInfo params, RowsOut *rows);

/*
 * Run a statement of our own once, with parameters of these types.  Its
 * operators are those of pg_catalog, whatever the search path is.
 */
extern void plan_run_once(const char *sql, const Oid *types, int ntypes,
						  ParamListInfo params, RowsOut *rows);

/*
 * The number of rows that the planner expects of the plan's statement, which
 * must not be kept.
 */
extern int64 plan_estimate(KeptPlan *plan, ParamListInfo params);

/*
 * After the last execution in this call: free a plan that was not kept, where
 * waiting for the end of the call would pile them up.
 */
extern void plan_release(KeptPlan *plan);

#endif							/* PGC_PLAN_CACHE_H */

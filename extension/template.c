/*-------------------------------------------------------------------------
 *
 * template.c
 *	  Requests that differ from an earlier one only in values that are bound.
 *
 * A template belongs to a plan, and lives and dies with it.  It is found by
 * how the request's text begins, which for most requests names the table.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "common/hashfn.h"

#include "catalog.h"
#include "json_in.h"
#include "template.h"

/* So many bytes of a request find its template; no value may be in them. */
#define PREFIX_LEN 24

/* A longer request is not remembered. */
#define MAX_LEN 2048

#define MAX_HOLES 16

#define NBUCKETS 64
#define BUCKET_SIZE 4

/* Where a value stands in the text. */
typedef struct Hole
{
	size_t		start;
	size_t		end;
	JsonType	type;
} Hole;

/* A member that was given. */
typedef struct GivenAt
{
	int			place;			/* in call->members */
	JsonNode	node;
} GivenAt;

typedef struct Template
{
	const Command *command;
	const RangeVar *table;
	int			table_place;	/* in call->members */
	uint32		bucket;
	const char *text;
	size_t		len;
	int			nholes;			/* in the order of the plan's parameters */
	Hole		holes[MAX_HOLES];
	int			nmembers;
	int			ngiven;
	GivenAt		given[FLEXIBLE_ARRAY_MEMBER];
} Template;

/* A request that fits the template of a plan. */
typedef struct Fitting
{
	KeptPlan   *plan;
	JsonValue	values[MAX_HOLES];
} Fitting;

/* The latest first. */
static KeptPlan *buckets[NBUCKETS][BUCKET_SIZE];

static uint32
find_bucket(const char *text)
{
	return hash_bytes((const unsigned char *) text, PREFIX_LEN) % NBUCKETS;
}

/* Put a plan's template before the others of its bucket. */
static void
put_first(KeptPlan *plan)
{
	KeptPlan  **bucket = buckets[plan->template->bucket];
	KeptPlan   *moving = plan;

	for (int i = 0; i < BUCKET_SIZE && moving != NULL; i++)
	{
		KeptPlan   *other = bucket[i];

		bucket[i] = moving;
		moving = other == plan ? NULL : other;
	}
}

void
template_forget(KeptPlan *plan)
{
	KeptPlan  **bucket;
	int			n = 0;

	if (plan->template == NULL)
		return;
	bucket = buckets[plan->template->bucket];
	for (int i = 0; i < BUCKET_SIZE; i++)
	{
		if (bucket[i] != plan)
			bucket[n++] = bucket[i];
	}
	while (n < BUCKET_SIZE)
		bucket[n++] = NULL;
}

/* Whether the text is the template's but for the values, which are read. */
static bool
read_values(const Template *template, const char *text, size_t len,
			JsonValue *values)
{
	const char *end = text + len;
	size_t		done = 0;

	for (int i = 0; i < template->nholes; i++)
	{
		const Hole *hole = &template->holes[i];
		size_t		same = hole->start - done;
		JsonScan	scan;

		if ((size_t) (end - text) <= same ||
			memcmp(text, template->text + done, same) != 0)
			return false;
		text += same;
		json_scan_init(&scan, text, end - text, request_poll);
		if (!json_scan_value(&scan, &values[i]) || values[i].type != hole->type)
			return false;
		text = scan.pos;
		done = hole->end;
	}
	return (size_t) (end - text) == template->len - done &&
		memcmp(text, template->text + done, end - text) == 0;
}

bool
template_fits(Call *call)
{
	const JsonValue *request = &call->request->value;
	KeptPlan  **bucket;
	Fitting    *fitting = NULL;

	plan_cache_trim();
	if (request->len < PREFIX_LEN)
		return false;
	bucket = buckets[find_bucket(request->text)];
	for (int i = 0; i < BUCKET_SIZE && bucket[i] != NULL; i++)
	{
		const Template *template = bucket[i]->template;

		if (template->command != call->command)
			continue;
		if (fitting == NULL)
			fitting = palloc(sizeof(Fitting));
		if (!read_values(template, request->text, request->len, fitting->values))
			continue;

		call->members = palloc0(sizeof(JsonNode) * (template->nmembers + COMMON_MEMBERS));
		call->common = call->members + template->nmembers;
		for (int j = 0; j < template->ngiven; j++)
		{
			JsonNode   *member = &call->members[template->given[j].place];

			*member = template->given[j].node;
			member->parent = call->request;
		}
		fitting->plan = bucket[i];
		call->fitting = fitting;
		return true;
	}
	return false;
}

KeptPlan *
template_bind(Call *call, ParamListInfo *params)
{
	Fitting    *fitting = call->fitting;
	KeptPlan   *plan;
	const Template *template;
	bool		usable;

	if (fitting == NULL)
		return NULL;
	plan = fitting->plan;
	template = plan->template;
	usable = plan_is_usable(plan, catalog_lock_table(template->table, AccessShareLock,
													 call_member(call, template->table_place)));
	*params = usable ? makeParamList(plan->nparams) : NULL;
	for (int i = 0; usable && i < plan->nparams; i++)
	{
		const PlanParam *param = &plan->params[i];
		ParamExternData *value = &(*params)->params[i];

		value->ptype = param->oid;
		value->pflags = PARAM_FLAG_CONST;
		value->isnull = false;
		if (i < template->nholes)
			usable = json_to_datum_fast(&fitting->values[i], param->type,
										param->typmod, &value->value);
	}
	if (usable)
		return plan;
	call->fitting = NULL;
	command_check(call);
	return NULL;
}

void
template_bind_last(const KeptPlan *plan, ParamListInfo params, Datum datum)
{
	if (plan->nparams > plan->template->nholes)
		params->params[plan->template->nholes].value = datum;
}

/* Where the values stand; false if some are not plain ones of the request. */
static bool
find_holes(const JsonValue *request, const KeptPlan *plan, const Shape *shape,
		   Template *template)
{
	size_t		done = PREFIX_LEN;

	template->nholes = shape->nbindings - 1;
	if (template->nholes < 1 || template->nholes > MAX_HOLES ||
		shape->bindings[template->nholes].node != NULL)
		return false;
	for (int i = 0; i < template->nholes; i++)
	{
		const Binding *binding = &shape->bindings[i];
		const PlanParam *param = &plan->params[i];
		const JsonValue *value;
		Datum		datum;
		Hole	   *hole = &template->holes[i];

		if (!binding->opaque || i >= plan->nparams || param->list ||
			param->type == NULL || param->type->is_domain)
			return false;
		value = &binding->node->value;
		if (!json_to_datum_fast(value, param->type, param->typmod, &datum))
			return false;
		hole->type = value->type;
		hole->start = value->text - request->text;
		hole->end = hole->start + value->len;
		if (value->type == JSON_ARRAY || value->type == JSON_OBJECT || hole->start < done)
			return false;
		done = hole->end;
	}
	return true;
}

void
template_keep(Call *call, const JsonNode *table, KeptPlan *plan,
			  const Shape *shape)
{
	const JsonValue *request = &call->request->value;
	int			nmembers;
	int			ngiven = 0;
	Template   *template;
	char	   *text;
	MemoryContext old;

	if (plan->template != NULL)
	{
		put_first(plan);
		return;
	}
	if (!plan->kept || call->step >= 0 || call->as_another ||
		request->len < PREFIX_LEN || request->len > MAX_LEN)
		return;
	for (int i = 0; i < COMMON_MEMBERS; i++)
	{
		if (node_given(call_common(call, i)))
			return;
	}
	nmembers = call->common - call->members;
	for (int i = 0; i < nmembers; i++)
		ngiven += node_given(call_member(call, i));
	template = MemoryContextAllocZero(plan->context,
									  offsetof(Template, given) + sizeof(GivenAt) * ngiven);
	if (!find_holes(request, plan, shape, template))
	{
		pfree(template);
		return;
	}
	text = MemoryContextAlloc(plan->context, request->len);
	memcpy(text, request->text, request->len);
	template->command = call->command;
	old = MemoryContextSwitchTo(plan->context);
	template->table = catalog_table_name(table);
	template->table_place = table - call->members;
	MemoryContextSwitchTo(old);
	template->bucket = find_bucket(text);
	template->text = text;
	template->len = request->len;
	template->nmembers = nmembers;
	for (int i = 0; i < nmembers; i++)
	{
		GivenAt    *given = &template->given[template->ngiven];

		if (!node_given(call_member(call, i)))
			continue;
		given->place = i;
		given->node = *call_member(call, i);
		given->node.value.text = text + (given->node.value.text - request->text);
		given->node.key.text = text + (given->node.key.text - request->text);
		template->ngiven++;
	}
	plan->template = template;
	put_first(plan);
}

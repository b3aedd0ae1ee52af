/*-------------------------------------------------------------------------
 *
 * select_rows.c
 *	  select_rows: rows of one table or view.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include <limits.h>

#include "access/table.h"
#include "catalog/pg_proc.h"
#include "catalog/pg_type.h"
#include "executor/spi.h"
#include "nodes/value.h"
#include "miscadmin.h"
#include "parser/parse_func.h"
#include "utils/builtins.h"
#include "utils/lsyscache.h"
#include "utils/rel.h"
#include "utils/syscache.h"
#include "utils/typcache.h"

#include "catalog.h"
#include "commands/commands.h"
#include "commands/read.h"
#include "cursor.h"
#include "error.h"
#include "guard.h"
#include "nearest.h"
#include "predicate.h"
#include "statement.h"
#include "template.h"

enum
{
	TABLE,
	COLUMNS,
	DISTINCT,
	WHERE,
	GROUP_BY,
	AGGREGATES,
	ORDER_BY,
	LIMIT,
	OFFSET,
	AFTER,
	COUNT
};

static const char *const counts[] = {"none", "exact", "estimated", NULL};

typedef enum CountWanted
{
	COUNT_NONE,
	COUNT_EXACT,
	COUNT_ESTIMATED
} CountWanted;

static const Member members[] = {
	{"table", MEMBER_TABLE, true, "Table or view to read."},
	{"columns", MEMBER_COLUMNS, false, "Columns to return; all if left out."},
	{"distinct", MEMBER_BOOL, false, "Give rows that are alike only once."},
	{"where", MEMBER_WHERE, false, "Conditions that all must hold."},
	{"group_by", MEMBER_COLUMNS, false, "Columns whose values make a group; each group is one row."},
	{"aggregates", MEMBER_AGGREGATES, false, "Values computed for each group, or for all rows, by the names they are to have."},
	{"order_by", MEMBER_ORDER, false, "Columns, or names of aggregates, the most important first."},
	{"limit", MEMBER_COUNT, false, "Rows to return, instead of pg_connector.default_limit."},
	{"offset", MEMBER_COUNT, false, "Rows to skip, 0 if left out."},
	{"after", MEMBER_STRING, false, "The \"next\" of a page: go on behind it."},
	{"count", MEMBER_CHOICE, false, "Give \"count\", the number of rows without limit, offset and after, exactly or as the planner estimates it.", counts},
	READ_MEMBERS,
	{NULL}
};

static const Refusal refusals[] = {
	TABLE_REFUSALS,
	{"42701", "a column or name of the result is given twice"},
	{"22023", "unknown operator, function or choice, one that the column's type does not have, or a cursor of another request"},
	VALUE_REFUSALS,
	{"54000", "the first row alone is larger than pg_connector.response_cap"},
	{NULL}
};

static const char *const examples[] = {
	"{\"table\": \"users\", \"columns\": [\"id\", \"name\"], "
	"\"where\": [[\"status\", \"=\", \"active\"], {\"or\": [[\"age\", \">\", 30], [\"email\", \"is_null\"]]}], "
	"\"order_by\": [[\"created_at\", \"desc\"], \"id\"], \"limit\": 100}",
	"{\"table\": \"users\", \"group_by\": [\"status\"], \"aggregates\": {\"n\": [\"count\"], \"oldest\": [\"max\", \"age\"]}, "
	"\"order_by\": [[\"n\", \"desc\"]]}",
	NULL
};

/* What aggregates call functions of PostgreSQL's. */
static const struct
{
	const char *name;			/* in a request */
	const char *function;
	bool		distinct;
	bool		of_rows;		/* takes no column, too */
}			functions[] = {
	{"count", "count", false, true},
	{"count_distinct", "count", true, false},
	{"sum", "sum", false, false},
	{"avg", "avg", false, false},
	{"min", "min", false, false},
	{"max", "max", false, false},
};

static void
contradiction(const char *one, const char *other, const JsonNode *at)
{
	ereport(ERROR,
			(errcode(ERRCODE_SYNTAX_ERROR),
			 errmsg("\"%s\" and \"%s\" contradict each other", one, other),
			 errplace(at)));
}

static Oid
column_type(Relation rel, AttrNumber column)
{
	return TupleDescAttr(RelationGetDescr(rel), column - 1)->atttypid;
}

/* Refuse a column whose values cannot be told to be the same. */
static void
check_equality(Relation rel, AttrNumber column, const char *what, const JsonNode *at)
{
	Oid			type = column_type(rel, column);

	if (!OidIsValid(lookup_type_cache(getBaseType(type), TYPECACHE_EQ_OPR)->eq_opr))
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("\"%s\" cannot be used with column \"%s\" of type %s", what,
						NameStr(TupleDescAttr(RelationGetDescr(rel), column - 1)->attname),
						format_type_be(type)),
				 errplace(at)));
}

/* The columns of a list whose rows are lists, which may name one twice. */
static ColumnList
columns_repeated(Relation rel, const JsonNode *list)
{
	ColumnList	result;
	JsonNode   *names = node_children(list, &result.n);

	result.columns = palloc(sizeof(AttrNumber) * (result.n + 1));
	for (int i = 0; i < result.n; i++)
		result.columns[i] = catalog_column(rel, &names[i]);
	return result;
}

/*
 * Whether a function is the type's owner's or a superuser's: it runs as the
 * caller, so nobody else may have slipped it in beside the type.
 */
static bool
is_trusted_function(Oid function, Oid type_owner)
{
	HeapTuple	tuple = SearchSysCache1(PROCOID, ObjectIdGetDatum(function));
	Oid			owner;

	if (!HeapTupleIsValid(tuple))
		return false;
	owner = ((Form_pg_proc) GETSTRUCT(tuple))->proowner;
	ReleaseSysCache(tuple);
	return owner == type_owner || superuser_arg(owner);
}

/*
 * The schema of a function that can be called with values of the type as its
 * only argument: an extension's type has its functions beside it.
 */
static const char *
function_schema(const char *function, Oid type)
{
	const char *schemas[2] = {NULL, "pg_catalog"};
	Oid			owner = InvalidOid;

	if (type >= FirstNormalObjectId)
	{
		HeapTuple	tuple = SearchSysCache1(TYPEOID, ObjectIdGetDatum(type));

		if (HeapTupleIsValid(tuple))
		{
			schemas[0] = get_namespace_name(((Form_pg_type) GETSTRUCT(tuple))->typnamespace);
			owner = ((Form_pg_type) GETSTRUCT(tuple))->typowner;
			ReleaseSysCache(tuple);
		}
	}
	for (int i = 0; i < lengthof(schemas); i++)
	{
		Oid			id;
		Oid			result;
		bool		set;
		int			nvariadic;
		Oid			variadic;
		Oid		   *types;

		if (schemas[i] != NULL &&
			func_get_detail(list_make2(makeString(pstrdup(schemas[i])),
									   makeString(pstrdup(function))),
							NIL, NIL, 1, &type, false, false, false, &id, &result,
							&set, &nvariadic, &variadic, &types, NULL) == FUNCDETAIL_AGGREGATE &&
			is_trusted_function(id, owner))
			return schemas[i];
	}
	return NULL;
}

/* "name": [function] or [function, column] */
static Aggregate
parse_aggregate(Relation rel, const JsonNode *node)
{
	Aggregate	aggregate = {.member = node, .schema = "pg_catalog"};
	Nearest		nearest;
	int			n;
	int			f;
	JsonNode   *parts;

	node_expect(node, JSON_ARRAY);
	parts = node_children(node, &n);
	if (n < 1 || n > 2)
		ereport(ERROR,
				(errcode(ERRCODE_SYNTAX_ERROR),
				 errmsg("an aggregate is [function, column] or [\"count\"]"),
				 errplace(node)));

	node_expect(&parts[0], JSON_STRING);
	for (f = 0; f < lengthof(functions); f++)
	{
		if (node_is(&parts[0], functions[f].name))
			break;
	}
	if (f == lengthof(functions))
	{
		char	   *name = node_string(&parts[0]);

		nearest_init(&nearest, name);
		for (f = 0; f < lengthof(functions); f++)
			nearest_offer(&nearest, functions[f].name);
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("unrecognized aggregate \"%s\"", text_shown(name)),
				 nearest.name[0] != '\0' ? errhint_nearest(&nearest) :
				 errhint("There are count, count_distinct, sum, avg, min and max; query takes any SQL."),
				 errplace(&parts[0])));
	}
	aggregate.function = functions[f].function;
	aggregate.distinct = functions[f].distinct;
	if (n == 1)
	{
		if (!functions[f].of_rows)
			ereport(ERROR,
					(errcode(ERRCODE_SYNTAX_ERROR),
					 errmsg("aggregate \"%s\" needs a column", functions[f].name),
					 errplace(node)));
		return aggregate;
	}

	aggregate.column = catalog_column(rel, &parts[1]);
	if (aggregate.distinct)
		check_equality(rel, aggregate.column, functions[f].name, &parts[1]);
	else if (strcmp(aggregate.function, "count") != 0)
	{
		Oid			type = getBaseType(column_type(rel, aggregate.column));

		aggregate.schema = function_schema(aggregate.function, type);
		if (aggregate.schema == NULL)
			ereport(ERROR,
					(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
					 errmsg("\"%s\" cannot be used with column \"%s\" of type %s",
							functions[f].name, node_string(&parts[1]),
							format_type_be(column_type(rel, aggregate.column))),
					 errplace(&parts[1])));
	}
	return aggregate;
}

/* The groups, and the columns that are returned of them. */
static void
parse_groups(Call *call, Relation rel, Select *select)
{
	JsonNode   *columns = call_member(call, COLUMNS);
	JsonNode   *group_by = call_member(call, GROUP_BY);
	JsonNode   *nodes;

	if (node_given(group_by))
	{
		select->groups = columns_named(rel, group_by);
		nodes = node_children(group_by, &select->groups.n);
		for (int i = 0; i < select->groups.n; i++)
			check_equality(rel, select->groups.columns[i], "group_by", &nodes[i]);
	}
	if (!node_given(columns))
	{
		select->columns = select->groups;
		return;
	}
	nodes = node_children(columns, &select->columns.n);
	for (int i = 0; i < select->columns.n; i++)
	{
		if (!column_list_has(select->groups, select->columns.columns[i]))
			ereport(ERROR,
					(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
					 errmsg("column \"%s\" is not in \"group_by\"", node_string(&nodes[i])),
					 errhint("A group has one value of the columns that make it, and its aggregates."),
					 errplace(&nodes[i])));
	}
}

static void
parse_aggregates(Call *call, Relation rel, Select *select)
{
	JsonNode   *aggregates = call_member(call, AGGREGATES);
	JsonNode   *nodes = NULL;

	if (node_given(aggregates))
		nodes = node_children(aggregates, &select->naggregates);
	if (select->groups.n == 0 && select->naggregates == 0)
		ereport(ERROR,
				(errcode(ERRCODE_SYNTAX_ERROR),
				 errmsg("neither \"group_by\" names a column nor \"aggregates\" a function"),
				 errplace(node_given(aggregates) ? aggregates : call_member(call, GROUP_BY))));
	select->aggregates = palloc(sizeof(Aggregate) * (select->naggregates + 1));
	for (int i = 0; i < select->naggregates; i++)
	{
		char	   *name = node_name(&nodes[i]);

		for (int j = 0; j < select->columns.n; j++)
		{
			if (strcmp(name, NameStr(TupleDescAttr(RelationGetDescr(rel),
												   select->columns.columns[j] - 1)->attname)) == 0)
				ereport(ERROR,
						(errcode(ERRCODE_DUPLICATE_COLUMN),
						 errmsg("result has two columns named \"%s\"", text_shown(name)),
						 errplace(&nodes[i])));
		}
		select->aggregates[i] = parse_aggregate(rel, &nodes[i]);
	}
}

/* Groups are ordered by their aggregates' names or the columns of "group_by". */
static void
resolve_group_order(Relation rel, Select *select)
{
	Order	   *order = &select->order;
	Order		columns = {0};

	columns.items = palloc(sizeof(OrderBy) * (order->n + 1));
	for (int i = 0; i < order->n; i++)
	{
		OrderBy    *item = &order->items[i];

		for (int j = 0; j < select->naggregates && item->position == 0; j++)
		{
			if (strcmp(node_string(item->name),
					   node_name(select->aggregates[j].member)) == 0)
				item->position = select->columns.n + j + 1;
		}
		for (int j = 0; j < i && item->position != 0; j++)
		{
			if (order->items[j].position == item->position)
				ereport(ERROR,
						(errcode(ERRCODE_DUPLICATE_COLUMN),
						 errmsg("aggregate \"%s\" is named twice", node_string(item->name)),
						 errplace(item->name)));
		}
		if (item->position != 0)
			continue;
		item->column = catalog_column(rel, item->name);
		if (!column_list_has(select->groups, item->column))
			ereport(ERROR,
					(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
					 errmsg("cannot order groups by column \"%s\"", node_string(item->name)),
					 errhint("Name a column of \"group_by\" or an aggregate."),
					 errplace(item->name)));
		columns.items[columns.n++] = *item;
	}
	order_resolve(&columns, rel);
}

static void
resolve_distinct_order(Relation rel, Select *select)
{
	Order	   *order = &select->order;

	order_resolve(order, rel);
	for (int i = 0; i < order->n; i++)
	{
		if (!column_list_has(select->columns, order->items[i].column))
			ereport(ERROR,
					(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
					 errmsg("cannot order distinct rows by column \"%s\", which they do not have",
							node_string(order->items[i].name)),
					 errplace(order->items[i].name)));
	}
}

/* Look up all that is named, for a new statement. */
static void
resolve(Call *call, Relation rel, const RowsOut *rows, Select *select)
{
	JsonNode   *columns = call_member(call, COLUMNS);

	if (!node_given(columns))
		select->columns = columns_all(rel);
	else
		select->columns = rows->arrays ? columns_repeated(rel, columns) :
			columns_named(rel, columns);
	if (select->grouped)
	{
		parse_groups(call, rel, select);
		parse_aggregates(call, rel, select);
		resolve_group_order(rel, select);
	}
	else if (select->distinct)
	{
		if (select->columns.n == 0)
			ereport(ERROR,
					(errcode(ERRCODE_SYNTAX_ERROR),
					 errmsg("\"distinct\" needs a column"),
					 errplace(node_given(columns) ? columns : call_member(call, DISTINCT))));
		for (int i = 0; i < select->columns.n; i++)
			check_equality(rel, select->columns.columns[i], "distinct",
						   call_member(call, DISTINCT));
		resolve_distinct_order(rel, select);
	}
}

/* What kind of reading it is; the order of plain rows is looked up, too. */
static void
parse_select(Call *call, Relation rel, Select *select)
{
	JsonNode   *distinct = call_member(call, DISTINCT);
	JsonNode   *after = call_member(call, AFTER);
	JsonNode   *offset = call_member(call, OFFSET);

	select->distinct = node_given(distinct) && node_bool(distinct);
	select->grouped = node_given(call_member(call, GROUP_BY)) ||
		node_given(call_member(call, AGGREGATES));
	select->offset = node_given(offset);
	if (select->distinct && select->grouped)
		contradiction("distinct", node_given(call_member(call, GROUP_BY)) ?
					  "group_by" : "aggregates", distinct);
	if (node_given(after) && select->offset)
		contradiction("after", "offset", offset);

	select->order = order_parse(call_member(call, ORDER_BY));
	if (!select->grouped && !select->distinct)
	{
		order_resolve(&select->order, rel);
		order_complete(&select->order, rel);
	}
	if (node_given(after) && !select->order.total)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("\"after\" needs rows in a total order"),
				 errdetail("That is an \"order_by\" on a table with a primary key, or another key without NULLs, that you may read."),
				 errhint("Use offset instead."),
				 errplace(after)));
}

/* The values of the place that is read behind, and which are NULL. */
static Datum *
parse_after(const JsonNode *after, uint64 binding, Select *select)
{
	const Order *order = &select->order;
	char	  **texts = cursor_values(after, binding, order->n);
	Datum	   *values = palloc0(sizeof(Datum) * order->n);
	bool	   *nulls = palloc(sizeof(bool) * order->n);
	ErrorPlace	outer = error_current_place;

	error_current_place = (ErrorPlace) {.node = after, .index = -1};
	for (int i = 0; i < order->n; i++)
	{
		nulls[i] = texts[i] == NULL;
		if (!nulls[i])
			values[i] = type_from_text(order->items[i].type, texts[i]);
	}
	error_current_place = outer;
	select->after_nulls = nulls;
	return values;
}

/* What the statement depends on beside the conditions. */
static void
shape_add_select(Shape *shape, Call *call, const RowsOut *rows, const Select *select)
{
	/* Lists may have a column twice. */
	shape_add_flag(shape, rows->arrays ? 'l' : 'o');
	shape_add(shape, call_member(call, COLUMNS));
	shape_add_flag(shape, select->distinct ? 'd' : '-');
	shape_add(shape, call_member(call, GROUP_BY));
	shape_add(shape, call_member(call, AGGREGATES));
}

/*
 * Append the number of rows that there are without limit, offset and place.
 * It is known where nothing of them was left out.
 */
static void
append_count(Call *call, Relation rel, const RowsOut *rows, const Select *select,
			 CountWanted wanted)
{
	Select		all = *select;
	Shape		shape;
	Predicate  *where;
	KeptPlan   *plan = NULL;
	int64		count;

	if (rows->limited_by == ROWS_ALL && !select->offset &&
		select->after_nulls == NULL)
	{
		appendStringInfo(call->out, ",\"count\":" UINT64_FORMAT, rows->nrows);
		return;
	}

	shape_init(&shape, "select_rows count", RelationGetRelid(rel));
	shape_add_select(&shape, call, rows, select);
	where = predicate_parse(call_member(call, WHERE), &shape);
	if (wanted == COUNT_EXACT)
		plan = plan_lookup(&shape);
	if (plan == NULL)
	{
		all.order.n = 0;
		resolve(call, rel, rows, &all);
		plan = plan_create(RelationGetRelid(rel));
		statement_select_all(plan, rel, &all, where, wanted == COUNT_EXACT);
		if (wanted == COUNT_EXACT)
			plan_keep(plan, &shape);
	}
	if (wanted == COUNT_ESTIMATED)
		count = plan_estimate(plan, plan_bind(plan, &shape));
	else
	{
		bool		isnull;

		(void) plan_execute(plan, plan_bind(plan, &shape), NULL);
		count = DatumGetInt64(SPI_getbinval(SPI_tuptable->vals[0],
											SPI_tuptable->tupdesc, 1, &isnull));
		SPI_freetuptable(SPI_tuptable);
	}
	appendStringInfo(call->out, ",\"count\":" INT64_FORMAT, count);
}

/* The last row's place will be wanted if there are more. */
static void
want_next(RowsOut *rows, const Order *order)
{
	TypeInfo  **types = palloc(sizeof(TypeInfo *) * order->n);

	for (int i = 0; i < order->n; i++)
		types[i] = order->items[i].type;
	rows_out_mark(rows, order->n, types);
	rows->cut_tail += strlen(",\"next\":\"\"");
}

static void
append_next(Call *call, const RowsOut *rows, uint64 binding)
{
	appendStringInfoString(call->out, ",\"next\":\"");
	cursor_append(call->out, binding, rows->mark.n, rows->mark.texts);
	appendStringInfoChar(call->out, '"');
}

/* What a request means: its plan, and the values for it. */
static KeptPlan *
find_plan(Call *call, Relation rel, const RowsOut *rows, CountWanted count,
		  Select *select, uint64 *binding, ParamListInfo *params)
{
	JsonNode   *where_node = call_member(call, WHERE);
	Order	   *order = &select->order;
	Datum	   *after = NULL;
	Predicate  *where;
	Predicate  *again = NULL;
	Shape		shape;
	KeptPlan   *plan;

	parse_select(call, rel, select);
	if (order->total)
		*binding = cursor_binding(rel, where_node, order);
	if (node_given(call_member(call, AFTER)))
		after = parse_after(call_member(call, AFTER), *binding, select);

	shape_init(&shape, "select_rows", RelationGetRelid(rel));
	shape_add_select(&shape, call, rows, select);
	shape_add(&shape, call_member(call, ORDER_BY));
	order_add_to_shape(order, &shape);
	where = predicate_parse(where_node, &shape);
	shape_add_flag(&shape, after ? 'a' : '-');
	for (int i = 0; after != NULL && i < order->n; i++)
	{
		shape_add_flag(&shape, select->after_nulls[i] ? '0' : '?');
		if (!select->after_nulls[i])
			shape_bind_datum(&shape, after[i]);
	}
	shape_bind_datum(&shape, Int64GetDatum(read_rows_needed(rows)));
	shape_add_flag(&shape, select->offset ? 'o' : '-');
	if (select->offset)
		shape_bind_datum(&shape, Int64GetDatum(node_integer(call_member(call, OFFSET),
															0, INT_MAX)));
	if (select_in_two(select))
		again = predicate_parse(where_node, &shape);

	plan = plan_lookup(&shape);
	if (plan == NULL)
	{
		resolve(call, rel, rows, select);
		plan = plan_create(RelationGetRelid(rel));
		statement_select(plan, rel, select, where, again);
		plan_keep(plan, &shape);
	}
	else if (count == COUNT_NONE && !node_given(call_member(call, ORDER_BY)))
	{
		/* What is in no order says no more than the rows. */
		template_keep(call, call_member(call, TABLE), plan, &shape);
	}
	*params = plan_bind(plan, &shape);
	return plan;
}

static void
run(Call *call)
{
	CountWanted count;
	Select		select = {0};
	uint64		binding = 0;
	Relation	rel = NULL;
	KeptPlan   *plan;
	ParamListInfo params;
	RowsOut		rows;

	if ((call->limits.kinds & KIND_WRITE) == 0)
		guard_read_only(call);
	plan = template_bind(call, &params);
	if (plan == NULL)
		rel = catalog_open_table(call_member(call, TABLE), AccessShareLock);
	read_begin(call, &rows, call_member(call, LIMIT));
	count = member_choice(call_member(call, COUNT), counts);
	if (plan == NULL)
		plan = find_plan(call, rel, &rows, count, &select, &binding, &params);
	else
		template_bind_last(plan, params, Int64GetDatum(read_rows_needed(&rows)));
	rows.names = plan->names;
	if (select.order.total)
		want_next(&rows, &select.order);
	if (count != COUNT_NONE)
		rows.tail += strlen(",\"count\":9223372036854775807");

	(void) plan_execute(plan, params, &rows);
	read_end(call, &rows);
	if (rows.mark.texts != NULL)
		append_next(call, &rows, binding);
	if (count != COUNT_NONE)
		append_count(call, rel, &rows, &select, count);
	if (rel != NULL)
		table_close(rel, NoLock);
	read_finish(call, &rows);
}

const Command command_select_rows = {
	.name = "select_rows",
	.summary = "Read rows of one table or view.",
	.kinds = KIND_READ,
	.members = members,
	.together = "\"dependentSchemas\":{\"after\":{\"properties\":{\"offset\":false}},"
	"\"group_by\":{\"properties\":{\"distinct\":{\"const\":false}}},"
	"\"aggregates\":{\"properties\":{\"distinct\":{\"const\":false}}}}",
	.result = READ_RESULT ", "
	"\"next\": {\"type\": \"string\", \"description\": \"With \\\"more\\\", where the order is total: \\\"after\\\" of the request for the next page.\"}, "
	"\"count\": {\"type\": \"integer\", \"description\": \"With \\\"count\\\": how many rows there are.\"}",
	.refusals = refusals,
	.examples = examples,
	.run = run
};

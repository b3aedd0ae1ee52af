/*-------------------------------------------------------------------------
 *
 * rows_in.c
 *	  Rows of a request, fed to the executor one by one.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "access/htup_details.h"
#include "common/hashfn.h"
#include "fmgr.h"
#include "miscadmin.h"
#include "nodes/execnodes.h"
#include "utils/expandedrecord.h"
#include "utils/hsearch.h"
#include "utils/lsyscache.h"
#include "utils/memutils.h"
#include "utils/rel.h"
#include "utils/typcache.h"

#include "catalog.h"
#include "error.h"
#include "guard.h"
#include "json_in.h"
#include "key_order.h"
#include "pointer.h"
#include "rows_in.h"

/*
 * Rows are read ahead until there are so many, so many values, or so much
 * text of them.
 */
#define AHEAD_ROWS 32
#define AHEAD_VALUES 1024
#define AHEAD_TEXT 8192

/* A value of a row, which is in the statement's column i. */
typedef struct Cell
{
	JsonValue	value;
	bool		converted;
	bool		isnull;
	Datum		datum;
} Cell;

/*
 * One reading of a group.  A rewrite rule may make the statement read it
 * more than once.
 *
 * Between two rows the executor runs through more code than a processor's
 * caches hold, so rows that look alike are read and converted some at a time.
 * Nobody can tell: what might fail, or depend on anything but its text, is
 * left as it is until its row is fed.
 */
struct RowsReading
{
	RowsIn	   *in;
	uint64		feed;			/* of "in" */
	RowsPosition at;
	RowsPosition before;		/* the row that was read last, if it may be refused */
	JsonValue  *values;			/* of the row, in the order of the columns */
	ExpandedRecordHeader *record;
	MemoryContext row_context;

	/*
	 * The rows read ahead: ncolumns cells each, whether all are converted, and
	 * where the row ends.
	 */
	Cell	   *cells;
	bool		certain[AHEAD_ROWS];
	const char *ends[AHEAD_ROWS];
	int			nrows;
	int			row;			/* the next to be fed */
	MemoryContext ahead_context;	/* their values */

	HTAB	   *keys;			/* hashes of the keys so far, or NULL */
	int			nkeys;

	KeyedRow  **sorted;			/* or NULL */
	int64		next_sorted;
	RowsPosition end;			/* behind all of them */
};

static uint64 feeds;

RowsIn *
rows_in_open(const JsonNode *request, const JsonNode *row, const JsonNode *rows,
			 const JsonNode *columns, const JsonNode *values)
{
	RowsIn	   *in = palloc0(sizeof(RowsIn));
	int			forms = node_given(row) + node_given(rows) + node_given(values);

	in->stop = PG_INT64_MAX;
	if (forms != 1)
		ereport(ERROR,
				(errcode(ERRCODE_SYNTAX_ERROR),
				 forms == 0 ?
				 errmsg("rows to write are missing") :
				 errmsg("rows to write are given more than once"),
				 errhint("Give one of \"rows\", \"row\", or \"columns\" with \"values\"."),
				 errplace(request)));
	if (node_given(columns) != node_given(values))
		ereport(ERROR,
				(errcode(ERRCODE_SYNTAX_ERROR),
				 errmsg("\"columns\" and \"values\" go together"),
				 errplace(request)));

	if (node_given(row))
	{
		in->node = row;
		in->single = true;
		in->next.have_row = true;
		in->next.row = row->value;
		return in;
	}

	in->next.index = -1;
	if (node_given(values))
	{
		JsonNode   *names;

		in->node = values;
		in->lists = true;
		names = node_children(columns, &in->ncolumns);
		in->columns = palloc(sizeof(JsonValue) * (in->ncolumns + 1));
		for (int i = 0; i < in->ncolumns; i++)
		{
			node_expect(&names[i], JSON_STRING);
			in->columns[i] = names[i].value;
		}
	}
	else
		in->node = rows;
	json_iter_init(&in->next.iter, &in->node->value, request_poll);
	in->start = in->next;
	return in;
}

static const JsonNode *
row_node(const RowsIn *in, int64 index)
{
	JsonNode   *node;

	if (in->single)
		return in->node;
	node = palloc0(sizeof(JsonNode));
	node->parent = in->node;
	node->index = index;
	return node;
}

static const JsonNode *
member_node(const RowsIn *in, int64 index, const JsonValue *key)
{
	JsonNode   *node = palloc0(sizeof(JsonNode));
	JsonNode   *row = palloc(sizeof(JsonNode));

	*row = *row_node(in, index);
	row->value.type = JSON_OBJECT;
	node->parent = row;
	node->key = *key;
	return node;
}

const JsonNode *
rows_in_column(const RowsIn *in, int i)
{
	if (in->lists)
	{
		/* The name is in "columns", beside "values". */
		JsonNode   *columns = palloc0(sizeof(JsonNode));
		JsonNode   *name = palloc0(sizeof(JsonNode));

		columns->parent = in->node->parent;
		columns->key = (JsonValue) {JSON_STRING, false, "\"columns\"", 9};
		columns->value.type = JSON_ARRAY;
		name->parent = columns;
		name->value = in->columns[i];
		name->index = i;
		return name;
	}
	else
	{
		JsonNode   *name = palloc(sizeof(JsonNode));

		*name = *member_node(in, in->group.index, &in->columns[i]);
		name->value = in->columns[i];
		return name;
	}
}

static void expect_row(const RowsIn *in, int64 index, const JsonValue *row,
					   JsonType type);

static void
expect_row(const RowsIn *in, int64 index, const JsonValue *row, JsonType type)
{
	if (row->type != type)
		ereport(ERROR,
				(errcode(ERRCODE_SYNTAX_ERROR),
				 errmsg("expected %s for a row, found %s",
						json_type_name(type), json_type_name(row->type)),
				 errplace(row_node(in, index))));
}

/* The names of the members of the row in hand are the group's columns. */
static void
group_columns(RowsIn *in)
{
	JsonIter	iter;
	JsonValue	key;
	JsonValue	value;
	int			room = 0;

	in->ncolumns = 0;
	in->columns = NULL;
	json_iter_init(&iter, &in->group.row, NULL);
	while (json_iter_next(&iter, &key, &value))
	{
		if (in->ncolumns == room)
		{
			room = room ? room * 2 : 16;
			in->columns = in->columns ?
				repalloc(in->columns, sizeof(JsonValue) * room) :
				palloc(sizeof(JsonValue) * room);
		}
		if (in->ncolumns == MaxTupleAttributeNumber)
			ereport(ERROR,
					(errcode(ERRCODE_TOO_MANY_COLUMNS),
					 errmsg("row has more members than a table can have columns"),
					 errplace(row_node(in, in->group.index))));
		for (int i = 0; i < in->ncolumns; i++)
		{
			if (json_strings_equal(&in->columns[i], &key))
				ereport(ERROR,
						(errcode(ERRCODE_SYNTAX_ERROR),
						 errmsg("member \"%s\" is given twice",
								text_shown(node_name(member_node(in, in->group.index, &key)))),
						 errplace(member_node(in, in->group.index, &key))));
		}
		in->columns[in->ncolumns++] = key;
	}
}

/* Take the next row in hand; false if there is none. */
static bool
read_row(const RowsIn *in, RowsPosition *at)
{
	if (at->have_row)
		return true;
	if (in->single || !json_iter_next(&at->iter, NULL, &at->row))
		return false;
	at->have_row = true;
	at->index++;
	return true;
}

/* The elements of a row that is a list, as many as there are columns. */
static void
list_values(const RowsIn *in, int64 index, const JsonValue *row,
			JsonValue *values)
{
	int			found = 0;
	JsonIter	iter;
	JsonValue	value;

	expect_row(in, index, row, JSON_ARRAY);
	json_iter_init(&iter, row, NULL);
	while (json_iter_next(&iter, NULL, &value))
	{
		if (found < in->ncolumns)
			values[found] = value;
		found++;
	}
	if (found != in->ncolumns)
		ereport(ERROR,
				(errcode(ERRCODE_SYNTAX_ERROR),
				 errmsg("row has %d values for %d columns", found, in->ncolumns),
				 errplace(row_node(in, index))));
}

bool
rows_in_next_group(RowsIn *in)
{
	in->group = in->next;
	in->read = false;
	in->phase = ROWS_DONE;
	if (!read_row(in, &in->group))
		return false;
	if (in->group.index >= in->stop)
	{
		in->next = in->group;
		return false;
	}
	in->phase = ROWS_GROUPING;
	in->index = in->group.index;
	if (!in->lists)
	{
		expect_row(in, in->group.index, &in->group.row, JSON_OBJECT);
		group_columns(in);
	}
	else if (in->ncolumns == 0)
	{
		/* Nothing will read the row. */
		list_values(in, in->group.index, &in->group.row, NULL);
	}
	error_current_place.node = in->node;
	error_current_place.index = in->single ? -1 : in->group.index;
	return true;
}

void
rows_in_feed(RowsIn *in, const KeptPlan *plan, Oid rowtype)
{
	Assert(plan->ncolumns == in->ncolumns);
	in->plan = plan;
	in->rowtype = rowtype;
	in->feed = ++feeds;
	if (in->reached != NULL)
		memset(in->reached, 0, ROWS_IN_KEYED_GROUP / 8);
	in->nreached = 0;

	/* A row of defaults only is part of the statement. */
	in->phase = in->ncolumns == 0 ? ROWS_FEEDING : ROWS_STARTING;
	guard_call()->feed = in;
}

ParamListInfo
rows_in_bind(RowsIn *in, const KeptPlan *plan)
{
	ParamListInfo params = makeParamList(in->ncolumns);
	JsonIter	iter;
	JsonValue	key;
	JsonValue	value;

	Assert(in->single && plan->nparams == in->ncolumns);
	in->phase = ROWS_FEEDING;
	error_current_place.value = true;
	json_iter_init(&iter, &in->group.row, request_poll);
	for (int i = 0; json_iter_next(&iter, &key, &value); i++)
	{
		const PlanColumn *column = &plan->columns[i];
		ParamExternData *param = &params->params[i];

		/* Not PARAM_FLAG_CONST: the planner would copy the value. */
		param->ptype = column->type->oid;
		param->pflags = 0;
		error_current_place.column = column->name;
		param->isnull = !json_to_datum(&value, column->type, column->typmod,
									   &param->value);
	}
	error_current_place.value = false;
	error_current_place.column = NULL;

	in->next = in->group;
	in->next.have_row = false;
	in->read = true;
	return params;
}

void
rows_in_plan_column(PlanColumn *column, Form_pg_attribute att, bool is_key)
{
	column->number = att->attnum;
	column->type = type_info(att->atttypid);
	column->typmod = att->atttypmod;
	column->collation = att->attcollation;
	column->is_key = is_key;
	strlcpy(column->name, NameStr(att->attname), NAMEDATALEN);
}

ColumnList
rows_in_plan_columns(const RowsIn *in, KeptPlan *plan, Relation rel)
{
	TupleDesc	desc = RelationGetDescr(rel);
	ColumnList	list = {in->ncolumns, palloc(sizeof(AttrNumber) * (in->ncolumns + 1))};

	plan->ncolumns = in->ncolumns;
	plan->columns = MemoryContextAllocZero(plan->context,
										   sizeof(PlanColumn) * (in->ncolumns + 1));
	for (int i = 0; i < in->ncolumns; i++)
	{
		const JsonNode *name = rows_in_column(in, i);
		AttrNumber	number = catalog_column(rel, name);
		Form_pg_attribute att = TupleDescAttr(desc, number - 1);
		PlanColumn *column = &plan->columns[i];

		if (att->attidentity == ATTRIBUTE_IDENTITY_ALWAYS ||
			att->attgenerated != '\0')
			ereport(ERROR,
					(errcode(ERRCODE_GENERATED_ALWAYS),
					 errmsg("column \"%s\" cannot be set", NameStr(att->attname)),
					 att->attgenerated != '\0' ?
					 errdetail("It is a generated column.") :
					 errdetail("It is an identity column, GENERATED ALWAYS."),
					 errhint("Leave it out of the row."),
					 errplace(name)));
		list.columns[i] = number;
		rows_in_plan_column(column, att, false);
	}
	return list;
}

/*
 * Find the row's values in the order of the columns.  False if the row is an
 * object with other members, and so belongs to the next group.
 */
static bool
row_values(RowsReading *reading)
{
	RowsIn	   *in = reading->in;
	int			n = in->ncolumns;
	int			found = 0;
	JsonIter	iter;
	JsonValue	key;
	JsonValue	value;

	if (in->lists)
	{
		list_values(in, reading->at.index, &reading->at.row, reading->values);
		return true;
	}

	expect_row(in, reading->at.index, &reading->at.row, JSON_OBJECT);
	for (int i = 0; i < n; i++)
		reading->values[i].text = NULL;
	json_iter_init(&iter, &reading->at.row, NULL);
	while (json_iter_next(&iter, &key, &value))
	{
		/* Mostly the members come in the same order each time. */
		int			i = found;

		if (i >= n || !json_strings_equal(&in->columns[i], &key))
		{
			for (i = 0; i < n; i++)
			{
				if (json_strings_equal(&in->columns[i], &key))
					break;
			}
			if (i == n)
				return false;
		}
		if (reading->values[i].text != NULL)
			ereport(ERROR,
					(errcode(ERRCODE_SYNTAX_ERROR),
					 errmsg("member \"%s\" is given twice",
							text_shown(node_name(member_node(in, reading->at.index, &key)))),
					 errplace(member_node(in, reading->at.index, &key))));
		reading->values[i] = value;
		found++;
	}
	return found == n;
}

/*
 * Read and convert some rows ahead of the executor, starting with the next,
 * as far as they look like the group's first and nothing in them can fail.
 */
static void
read_ahead(RowsReading *reading)
{
	RowsIn	   *in = reading->in;
	const KeptPlan *plan = in->plan;
	int			n = in->ncolumns;
	int64		most = Min(AHEAD_ROWS, reading->sorted ? in->nsorted - reading->next_sorted :
						   in->stop - 1 - reading->at.index);
	JsonIter	iter = reading->at.iter;
	ptrdiff_t	size = 0;
	MemoryContext old;

	reading->row = 0;
	reading->nrows = 0;
	if (reading->at.have_row || in->single)
		return;
	most = Min(most, AHEAD_VALUES / (n + 1) + 1);
	MemoryContextReset(reading->ahead_context);
	old = MemoryContextSwitchTo(reading->ahead_context);
	while (reading->nrows < most && size < AHEAD_TEXT)
	{
		Cell	   *cells = &reading->cells[reading->nrows * n];
		bool		certain = true;
		const char *before;

		if (reading->sorted)
			iter = reading->sorted[reading->next_sorted + reading->nrows]->before;
		before = iter.scan.pos;
		if (!json_iter_next_row(&iter, in->lists ? NULL : in->columns, n, reading->values))
			break;
		size += iter.scan.pos - before;
		for (int i = 0; i < n; i++)
		{
			const PlanColumn *column = &plan->columns[i];
			Cell	   *cell = &cells[i];

			cell->isnull = reading->values[i].type == JSON_NULL;
			cell->converted = !column->type->is_domain &&
				(cell->isnull ||
				 json_to_datum_fast(&reading->values[i], column->type,
									column->typmod, &cell->datum));
			if (!cell->converted)
			{
				cell->value = reading->values[i];
				certain = false;
			}
		}
		reading->certain[reading->nrows] = certain;
		reading->ends[reading->nrows++] = iter.scan.pos;
	}
	MemoryContextSwitchTo(old);
}

/* Convert a value of the row in hand. */
static void
convert(const PlanColumn *column, const JsonValue *value, Datum *datum, bool *isnull)
{
	error_current_place.value = true;
	error_current_place.column = column->name;
	*isnull = !json_to_datum(value, column->type, column->typmod, datum);
	error_current_place.value = false;
	error_current_place.column = NULL;
}

/* Put the row's values where the table has their columns, from what was read ahead or not. */
static void
fill(RowsReading *reading, const Cell *cells, Datum *values, bool *nulls)
{
	const KeptPlan *plan = reading->in->plan;

	for (int i = 0; i < plan->ncolumns; i++)
	{
		const PlanColumn *column = &plan->columns[i];
		int			field = column->number - 1;

		if (cells == NULL)
			convert(column, &reading->values[i], &values[field], &nulls[field]);
		else if (!cells[i].converted)
			convert(column, &cells[i].value, &values[field], &nulls[field]);
		else
		{
			nulls[field] = cells[i].isnull;
			values[field] = cells[i].datum;
		}
	}
}

/* Go to where the next row is in the text; false if there is none. */
static bool
next_in_order(RowsReading *reading)
{
	const KeyedRow *row;

	if (reading->next_sorted == reading->in->nsorted)
	{
		reading->at = reading->end;
		return false;
	}
	row = reading->sorted[reading->next_sorted];
	reading->at.iter = row->before;
	reading->at.index = row->index - 1;
	reading->at.have_row = false;
	return true;
}

/* The group ends before the row in hand. */
static void
end_reading(RowsReading *reading)
{
	RowsIn	   *in = reading->in;

	/* What fails now concerns all rows: constraint triggers, for one. */
	error_current_place.index = -1;
	in->phase = ROWS_FED;
	in->next = reading->at;
	in->read = true;
}

void
rows_in_blame(RowsIn *in, int64 index)
{
	in->phase = ROWS_FEEDING;
	in->index = index;
	error_current_place.node = in->node;
	error_current_place.index = in->single ? -1 : index;
}

/*
 * Take the group's next row in hand, and its values; false at the end.  The
 * cells are those of a row that was read ahead, or NULL.
 */
static bool
next_row(RowsReading *reading, const Cell **cells)
{
	RowsIn	   *in = reading->in;
	RowsPosition *at = &reading->at;

	if (reading->keys != NULL || in->watch != NULL)
		reading->before = *at;
	*cells = NULL;
	if (reading->sorted && !next_in_order(reading))
	{
		end_reading(reading);
		return false;
	}
	if (reading->row == reading->nrows)
		read_ahead(reading);
	if (reading->row < reading->nrows)
	{
		*cells = &reading->cells[reading->row * in->ncolumns];
		at->iter.started = true;
		at->iter.scan.pos = reading->ends[reading->row++];
		at->index++;
	}
	if (*cells != NULL || (read_row(in, at) && at->index < in->stop))
	{
		reading->next_sorted++;
		rows_in_blame(in, at->index);
		if (*cells != NULL || row_values(reading))
		{
			at->have_row = false;
			return true;
		}
	}

	end_reading(reading);
	return false;
}

/* Read the next row, and note its key and where it is; false at the end. */
static bool
note_row(RowsReading *reading, const KeyOrder *order, KeyedRow *row)
{
	RowsIn	   *in = reading->in;
	RowsPosition *at = &reading->at;

	row->before = at->iter;
	row->index = at->index + 1;
	if (json_iter_next_row(&at->iter, NULL, in->ncolumns, reading->values))
		at->index++;
	else if (read_row(in, at))
	{
		rows_in_blame(in, row->index);
		list_values(in, row->index, &at->row, reading->values);
		at->have_row = false;
	}
	else
		return false;

	rows_in_blame(in, row->index);
	row->keys = palloc((sizeof(Datum) + sizeof(bool)) * order->n);
	row->nulls = (bool *) (row->keys + order->n);
	for (int k = 0; k < order->n; k++)
	{
		int			i = order->columns[k];

		convert(&in->plan->columns[i], &reading->values[i], &row->keys[k], &row->nulls[k]);
	}
	return true;
}

/*
 * Find out where the rows are in the text, and their keys, and the order they
 * are fed in; then each is read again in its turn.
 */
static void
sort_rows(RowsReading *reading)
{
	RowsIn	   *in = reading->in;
	KeyOrder   *order = key_order(in->plan);
	int64		room = 1024;
	int64		n = 0;
	KeyedRow   *rows = palloc(sizeof(KeyedRow) * room);

	Assert(in->lists && in->group.index == 0);
	reading->at = in->start;
	while (note_row(reading, order, &rows[n]))
	{
		CHECK_FOR_INTERRUPTS();
		if (++n == room)
		{
			room *= 2;
			rows = repalloc_huge(rows, sizeof(KeyedRow) * room);
		}
	}
	reading->end = reading->at;
	reading->sorted = key_order_sort(order, rows, n, &in->nsorted);
}

static RowsReading *
begin_reading(RowsIn *in, MemoryContext context)
{
	MemoryContext old = MemoryContextSwitchTo(context);
	RowsReading *reading = palloc0(sizeof(RowsReading));

	reading->in = in;
	reading->feed = in->feed;
	reading->at = in->group;
	reading->values = palloc(sizeof(JsonValue) * (in->ncolumns + 1));
	reading->row_context = AllocSetContextCreate(context, "pg_connector rows",
												 ALLOCSET_DEFAULT_SIZES);
	reading->cells = palloc(sizeof(Cell) * (AHEAD_VALUES + in->ncolumns + 1));
	reading->ahead_context = AllocSetContextCreate(context, "pg_connector rows ahead",
												   ALLOCSET_DEFAULT_SIZES);
	if (in->sorted)
		sort_rows(reading);
	for (int i = 0; i < in->ncolumns && reading->keys == NULL && !in->sorted; i++)
	{
		HASHCTL		ctl = {
			.keysize = sizeof(uint32),
			.entrysize = sizeof(uint32),
			.hcxt = context
		};

		if (in->plan->columns[i].is_key)
			reading->keys = hash_create("pg_connector keys", 64, &ctl,
										HASH_ELEM | HASH_BLOBS | HASH_CONTEXT);
	}
	MemoryContextSwitchTo(old);
	return reading;
}

/* A reading into a record. */
static RowsReading *
begin_feeding(RowsIn *in, MemoryContext context)
{
	RowsReading *reading = begin_reading(in, context);

	reading->record = make_expanded_record_from_typeid(in->rowtype, -1, context);
	memset(reading->record->dnulls, true,
		   sizeof(bool) * reading->record->nfields);
	return reading;
}

/*
 * Whether the row in hand, which is in the record, can join the group as far
 * as its key goes.  Hashes will do: where two different keys have the same
 * one the group ends early, and no harm is done.  A type without hashes gets
 * a group for each row.
 */
static bool
admit_key(RowsReading *reading)
{
	RowsIn	   *in = reading->in;
	const KeptPlan *plan = in->plan;
	bool		hashable = true;
	bool		found;
	uint32		hash = 0;

	for (int i = 0; i < plan->ncolumns; i++)
	{
		const PlanColumn *column = &plan->columns[i];
		int			field = column->number - 1;
		TypeCacheEntry *type;

		if (!column->is_key)
			continue;
		if (reading->record->dnulls[field])
			ereport(ERROR,
					(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
					 errmsg("key column \"%s\" is null", column->name),
					 errdetail("A null is not equal to anything, so no row has this key."),
					 errplace(member_node(in, reading->at.index, &in->columns[i]))));
		type = lookup_type_cache(column->type->base, TYPECACHE_HASH_PROC_FINFO);
		if (OidIsValid(type->hash_proc_finfo.fn_oid))
			hash = hash_combine(hash,
								DatumGetUInt32(FunctionCall1Coll(&type->hash_proc_finfo,
																 column->collation,
																 reading->record->dvalues[field])));
		else
			hashable = false;
	}
	if (reading->nkeys > 0 &&
		(!hashable || reading->nkeys == ROWS_IN_KEYED_GROUP))
		return false;
	hash_search(reading->keys, &hash, HASH_ENTER, &found);
	if (!found)
		reading->nkeys++;
	return !found;
}

/* Get the group's next row into the record; false at the end. */
static bool
feed_row(RowsReading *reading, bool watched)
{
	RowsIn	   *in = reading->in;
	ExpandedRecordHeader *record = reading->record;
	const Cell *cells;
	MemoryContext old;
	bool		more;

	MemoryContextReset(reading->row_context);
	old = MemoryContextSwitchTo(reading->row_context);
	more = next_row(reading, &cells);
	if (more)
	{
		fill(reading, cells, record->dvalues, record->dnulls);
		record->flags |= ER_FLAG_DVALUES_VALID;
		record->flat_size = 0;
		if ((reading->keys != NULL && !admit_key(reading)) ||
			(watched && in->watch != NULL &&
			 !in->watch->accept(in->watch, record)))
		{
			reading->at = reading->before;
			end_reading(reading);
			more = false;
		}
		else
			in->fed = reading->at.index;
	}
	MemoryContextSwitchTo(old);
	return more;
}

RowsReading *
rows_in_begin(RowsIn *in)
{
	return begin_reading(in, CurrentMemoryContext);
}

bool
rows_in_certain(RowsReading *reading)
{
	if (reading->row == reading->nrows)
		read_ahead(reading);
	return reading->row < reading->nrows && reading->certain[reading->row];
}

bool
rows_in_read(RowsReading *reading, Datum *values, bool *nulls)
{
	const Cell *cells;
	MemoryContext old;
	bool		more;

	Assert(reading->keys == NULL && reading->in->watch == NULL);
	MemoryContextReset(reading->row_context);
	old = MemoryContextSwitchTo(reading->row_context);
	more = next_row(reading, &cells);
	if (more)
		fill(reading, cells, values, nulls);
	MemoryContextSwitchTo(old);
	return more;
}

void
rows_in_skip(RowsIn *in)
{
	(void) read_row(in, &in->next);
	in->next.have_row = false;
}

void
rows_in_pointer(const RowsIn *in, int64 index, StringInfo buf)
{
	pointer_append(buf, in->node);
	if (!in->single)
		pointer_append_index(buf, index);
}

void
rows_in_end_group(RowsIn *in)
{
	guard_call()->feed = NULL;
	if (in->ncolumns == 0)
	{
		in->next = in->group;
		in->next.have_row = false;
	}
	else if (!in->read)
	{
		RowsReading *reading = begin_feeding(in, CurrentMemoryContext);

		while (feed_row(reading, false))
			CHECK_FOR_INTERRUPTS();
	}
}

int64
rows_in_group_size(const RowsIn *in)
{
	return in->next.index + (in->next.have_row ? 0 : 1) - in->group.index;
}

static void not_for_others(const char *function) pg_attribute_noreturn();

static void
not_for_others(const char *function)
{
	ereport(ERROR,
			(errcode(ERRCODE_FEATURE_NOT_SUPPORTED),
			 errmsg("%s() is for statements of pg_connector's own", function)));
}

PG_FUNCTION_INFO_V1(pg_connector_request_rows);

/*
 * request_rows(anyelement) returns setof anyelement: the rows of the group
 * that is being written.  The argument only tells the table's row type.
 */
Datum
pg_connector_request_rows(PG_FUNCTION_ARGS)
{
	ReturnSetInfo *result = (ReturnSetInfo *) fcinfo->resultinfo;
	RowsReading *reading = fcinfo->flinfo->fn_extra;
	Call	   *call = guard_call();

	/* A cursor over this function may outlive the command it was opened in. */
	if (call == NULL || call->feed == NULL ||
		(reading != NULL && reading->feed != call->feed->feed) ||
		result == NULL || !IsA(result, ReturnSetInfo))
		not_for_others("request_rows");
	if (reading == NULL)
	{
		if (get_fn_expr_argtype(fcinfo->flinfo, 0) != call->feed->rowtype)
			not_for_others("request_rows");
		reading = begin_feeding(call->feed, fcinfo->flinfo->fn_mcxt);
		fcinfo->flinfo->fn_extra = reading;
	}

	if (!feed_row(reading, true))
	{
		fcinfo->flinfo->fn_extra = NULL;
		result->isDone = ExprEndResult;
		PG_RETURN_NULL();
	}
	result->isDone = ExprMultipleResult;
	return ExpandedRecordGetRODatum(reading->record);
}

PG_FUNCTION_INFO_V1(pg_connector_request_row_number);

/* request_row_number(): which row request_rows() gave last. */
Datum
pg_connector_request_row_number(PG_FUNCTION_ARGS)
{
	Call	   *call = guard_call();

	if (call == NULL || call->feed == NULL)
		not_for_others("request_row_number");
	PG_RETURN_INT64(call->feed->fed);
}

PG_FUNCTION_INFO_V1(pg_connector_request_row_at);

/*
 * request_row_at(number, any value of the target's): always true.  The
 * executor joined a row of the request with one of the table, and will write
 * that next.
 */
Datum
pg_connector_request_row_at(PG_FUNCTION_ARGS)
{
	Call	   *call = guard_call();
	RowsIn	   *in = call != NULL ? call->feed : NULL;
	int64		index = PG_GETARG_INT64(0);
	int64		offset = in != NULL ? index - in->group.index : -1;

	if (offset < 0 || offset >= ROWS_IN_KEYED_GROUP || in->reached == NULL)
		not_for_others("request_row_at");
	if ((in->reached[offset / 8] & (1 << (offset % 8))) == 0)
	{
		in->reached[offset / 8] |= 1 << (offset % 8);
		in->nreached++;
	}
	error_current_place.node = in->node;
	error_current_place.index = index;
	PG_RETURN_BOOL(true);
}

PG_FUNCTION_INFO_V1(pg_connector_request_row_conflict);

/*
 * request_row_conflict(token int8, updates bool): stands in the WHERE of ON
 * CONFLICT DO UPDATE, and so is called when the row in hand has met an
 * existing one, with what the condition says about them.  That is how an
 * update is told apart from an insert.  The token keeps others, a trigger for
 * one, from having a say in it.
 */
Datum
pg_connector_request_row_conflict(PG_FUNCTION_ARGS)
{
	Call	   *call = guard_call();
	RowsWatch  *watch = call != NULL && call->feed != NULL ? call->feed->watch : NULL;

	if (watch == NULL || PG_ARGISNULL(0) || PG_GETARG_INT64(0) != watch->token)
		not_for_others("request_row_conflict");
	watch->conflicts = true;
	watch->updates = !PG_ARGISNULL(1) && PG_GETARG_BOOL(1);
	PG_RETURN_BOOL(watch->updates);
}

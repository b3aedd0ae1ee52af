/*-------------------------------------------------------------------------
 *
 * describe.c
 *	  describe: the tables that the caller may use.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "catalog/namespace.h"
#include "catalog/pg_type.h"
#include "utils/builtins.h"
#include "utils/lsyscache.h"

#include "catalog.h"
#include "commands/commands.h"
#include "commands/read.h"
#include "error.h"
#include "plan_cache.h"

enum
{
	TABLE,
	SCHEMA,
	AFTER,
	LIMIT
};

static const Member members[] = {
	{"table", MEMBER_TABLE, false, "Only this one."},
	{"schema", MEMBER_STRING, false, "Only those of this schema."},
	{"after", MEMBER_TABLE, false, "Go on behind this one: \"next\" of the page before."},
	{"limit", MEMBER_COUNT, false, "Tables to return, instead of pg_connector.default_limit."},
	{NULL}
};

static const Refusal refusals[] = {
	{"42P01", "no such table"},
	{"3F000", "no such schema"},
	{"42622", "a name longer than 63 bytes"},
	{"42809", "neither a table nor a view"},
	{NULL}
};

static const char *const examples[] = {
	"{\"table\": \"users\"}",
	"{\"schema\": \"public\", \"limit\": 50}",
	NULL
};

/*
 * Names that the caller has no privilege on are not shown.  $1: a table's
 * OID or NULL; $2: a schema's likewise; $3 and $4: schema and name to go on
 * behind; $5: how many.
 *
 * Each operator is one that pg_catalog has for just these types of operands,
 * so that none of anybody's in the search path can fit better.
 */
static const char *const describe_sql =
"SELECT n.nspname AS schema, c.relname AS name,"
" CASE c.relkind WHEN 'r' THEN 'table' WHEN 'p' THEN 'partitioned table'"
"  WHEN 'v' THEN 'view' WHEN 'm' THEN 'materialized view'"
"  ELSE 'foreign table' END AS kind,"
" pg_catalog.obj_description(c.oid, 'pg_class') AS comment,"
" COALESCE((SELECT pg_catalog.json_agg(pg_catalog.json_strip_nulls(pg_catalog.json_build_object("
"   'name', a.attname,"
"   'type', pg_catalog.format_type(a.atttypid, a.atttypmod),"
"   'nullable', NOT a.attnotnull,"
"   'default', CASE WHEN a.attgenerated = '' THEN pg_catalog.pg_get_expr(d.adbin, d.adrelid) END,"
"   'generated', CASE WHEN a.attgenerated <> '' THEN pg_catalog.pg_get_expr(d.adbin, d.adrelid) END,"
"   'identity', CASE a.attidentity WHEN 'a' THEN 'always' WHEN 'd' THEN 'by default' END,"
"   'comment', pg_catalog.col_description(c.oid, a.attnum),"
"   'privileges', ARRAY(SELECT pg_catalog.lower(p)"
"     FROM pg_catalog.unnest('{SELECT,INSERT,UPDATE,REFERENCES}'::pg_catalog.text[]) AS p"
"     WHERE pg_catalog.has_column_privilege(c.oid, a.attnum, p))))"
"   ORDER BY a.attnum)"
"  FROM pg_catalog.pg_attribute a"
"  LEFT JOIN pg_catalog.pg_attrdef d ON d.adrelid = a.attrelid AND d.adnum = a.attnum"
"  WHERE a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped"
"  AND pg_catalog.has_column_privilege(c.oid, a.attnum, 'SELECT, INSERT, UPDATE, REFERENCES')),"
"  '[]') AS columns,"
" COALESCE((SELECT pg_catalog.json_agg(pg_catalog.json_build_object("
"   'name', k.conname,"
"   'kind', CASE k.contype WHEN 'p' THEN 'primary key' WHEN 'u' THEN 'unique'"
"    WHEN 'f' THEN 'foreign key' WHEN 'x' THEN 'exclusion' ELSE 'check' END,"
"   'columns', ARRAY(SELECT a.attname"
"     FROM pg_catalog.unnest(k.conkey) WITH ORDINALITY AS o(attnum, ordinality)"
"     JOIN pg_catalog.pg_attribute a ON a.attrelid = k.conrelid AND a.attnum = o.attnum"
"     ORDER BY o.ordinality),"
"   'definition', pg_catalog.pg_get_constraintdef(k.oid))"
"   ORDER BY k.contype = 'p' DESC, k.conname)"
"  FROM pg_catalog.pg_constraint k"
"  WHERE k.conrelid = c.oid AND k.contype IN ('p', 'u', 'f', 'c', 'x')"
"  AND NOT EXISTS (SELECT FROM pg_catalog.unnest(k.conkey) AS o(attnum)"
"   WHERE NOT pg_catalog.has_column_privilege(c.oid, o.attnum, 'SELECT, INSERT, UPDATE, REFERENCES'))),"
"  '[]') AS keys,"
" COALESCE((SELECT pg_catalog.json_agg(pg_catalog.json_build_object("
"   'name', i.relname, 'unique', x.indisunique, 'valid', x.indisvalid,"
"   'definition', pg_catalog.pg_get_indexdef(x.indexrelid)) ORDER BY i.relname)"
"  FROM pg_catalog.pg_index x JOIN pg_catalog.pg_class i ON i.oid = x.indexrelid"
"  WHERE x.indrelid = c.oid"
"  AND NOT EXISTS (SELECT FROM pg_catalog.pg_attribute a WHERE a.attrelid = c.oid"
"   AND (a.attnum = ANY (x.indkey) OR a.attnum > 0 AND NOT a.attisdropped"
"    AND (x.indexprs IS NOT NULL OR x.indpred IS NOT NULL))"
"   AND NOT pg_catalog.has_column_privilege(c.oid, a.attnum, 'SELECT, INSERT, UPDATE, REFERENCES'))),"
"  '[]') AS indexes,"
" CASE WHEN c.reltuples >= 0::pg_catalog.float4 THEN c.reltuples::pg_catalog.int8 END AS \"estimatedRows\","
" ARRAY(SELECT pg_catalog.lower(p)"
"   FROM pg_catalog.unnest('{SELECT,INSERT,UPDATE,DELETE,TRUNCATE,REFERENCES,TRIGGER}'::pg_catalog.text[]) AS p"
"   WHERE pg_catalog.has_table_privilege(c.oid, p)) AS privileges"
" FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace"
" WHERE c.relkind IN ('r', 'p', 'v', 'm', 'f')"
"  AND ($1 IS NULL OR c.oid = $1)"
"  AND CASE WHEN $2 IS NOT NULL THEN n.oid = $2 WHEN $1 IS NOT NULL THEN true"
"   ELSE n.nspname <> 'information_schema' AND n.nspname <> 'connector' AND"
"    NOT pg_catalog.starts_with(n.nspname::pg_catalog.text, 'pg_') END"
"  AND ($4 IS NULL OR n.nspname > $3 OR n.nspname = $3 AND c.relname > $4)"
"  AND pg_catalog.has_schema_privilege(n.oid, 'USAGE')"
"  AND (pg_catalog.has_table_privilege(c.oid, 'SELECT, INSERT, UPDATE, DELETE, TRUNCATE, REFERENCES, TRIGGER')"
"   OR pg_catalog.has_any_column_privilege(c.oid, 'SELECT, INSERT, UPDATE, REFERENCES'))"
" ORDER BY n.nspname, c.relname LIMIT $5";

static const Oid param_types[] = {OIDOID, OIDOID, NAMEOID, NAMEOID, INT8OID};

static Datum
name_datum(const char *name)
{
	return DirectFunctionCall1(namein, CStringGetDatum(name));
}

/* Append "next", the name of the last table in the list that begins there. */
static void
append_next(StringInfo out, int tables)
{
	JsonValue	list = {JSON_ARRAY, false, out->data + tables, out->len - tables};
	JsonIter	rows;
	JsonIter	row;
	JsonValue	last = {0};
	JsonValue	key;
	JsonValue	value;
	const char *separator = ",\"next\":[";

	json_iter_init(&rows, &list, NULL);
	while (json_iter_next(&rows, NULL, &value))
		last = value;
	json_iter_init(&row, &last, NULL);
	while (json_iter_next(&row, &key, &value))
	{
		if (json_string_equals(&key, "schema", 6) ||
			json_string_equals(&key, "name", 4))
		{
			char	   *text = pnstrdup(value.text, value.len);

			appendStringInfo(out, "%s%s", separator, text);
			separator = ",";
		}
	}
	appendStringInfoChar(out, ']');
}

/* Its length, should the list end with this row: schema and name come first. */
static int
next_len(const RowsOut *rows, TupleTableSlot *slot)
{
	StringInfoData names;

	initStringInfo(&names);
	for (int i = 0; i < 2; i++)
		json_out_string(&names, NameStr(*DatumGetName(slot->tts_values[i])));
	return names.len + strlen(",\"next\":[,]");
}

/*
 * The catalog's functions look at the catalogs as they are at that moment,
 * and fail with an internal error where a table was just dropped or altered.
 */
static void
describe_tables(ParamListInfo params, RowsOut *rows)
{
	MemoryContext context = CurrentMemoryContext;

	PG_TRY();
	{
		plan_run_once(describe_sql, param_types, lengthof(param_types),
					  params, rows);
	}
	PG_CATCH();
	{
		if (geterrcode() != ERRCODE_INTERNAL_ERROR)
			PG_RE_THROW();
		MemoryContextSwitchTo(context);
		FlushErrorState();
		ereport(ERROR,
				(errcode(ERRCODE_T_R_SERIALIZATION_FAILURE),
				 errmsg("tables changed while they were described"),
				 errhint("Repeat the command.")));
	}
	PG_END_TRY();
}

static void
run(Call *call)
{
	JsonNode   *table = call_member(call, TABLE);
	JsonNode   *schema = call_member(call, SCHEMA);
	JsonNode   *after = call_member(call, AFTER);
	ParamListInfo params = makeParamList(lengthof(param_types));
	ParamExternData *param = params->params;
	RowsOut		rows;
	int			start;

	read_rows_init(call, &rows, call_member(call, LIMIT));
	rows.tail = strlen("]}");
	rows.number_follows = false;
	rows.cut_tail = 0;
	rows.next_len = next_len;
	for (int i = 0; i < lengthof(param_types); i++)
		param[i] = (ParamExternData) {.ptype = param_types[i], .pflags = PARAM_FLAG_CONST};
	param[0].isnull = !node_given(table);
	if (node_given(table))
		param[0].value = ObjectIdGetDatum(catalog_find_table(table, false));
	param[1].isnull = !node_given(schema);
	if (node_given(schema))
		param[1].value = ObjectIdGetDatum(catalog_find_schema(node_string(schema), schema));
	param[2].isnull = param[3].isnull = !node_given(after);
	if (node_given(after))
	{
		RangeVar   *name = catalog_table_name(after);

		if (name->schemaname == NULL)
			ereport(ERROR,
					(errcode(ERRCODE_SYNTAX_ERROR),
					 errmsg("\"after\" names no schema"),
					 errplace(after)));
		param[2].value = name_datum(name->schemaname);
		param[3].value = name_datum(name->relname);
	}
	param[4].value = Int64GetDatum(read_rows_needed(&rows));

	appendStringInfoString(call->out, "{\"tables\":[");
	start = call->out->len - 1;
	describe_tables(params, &rows);
	appendStringInfoChar(call->out, ']');
	if (rows.limited_by != ROWS_ALL && rows.nrows > 0)
		append_next(call->out, start);
	appendStringInfoChar(call->out, '}');
}

const Command command_describe = {
	.name = "describe",
	.summary = "Describe the tables and views that the caller may use.",
	.kinds = KIND_READ,
	.members = members,
	.result = "\"tables\": {\"type\": \"array\", \"items\": {\"type\": \"object\"}, "
	"\"description\": \"schema, name, kind, comment, columns, keys, indexes, estimatedRows and privileges of each.\"}, "
	"\"next\": {\"description\": \"Given if there are more tables: what \\\"after\\\" of the next request is.\"}",
	.refusals = refusals,
	.examples = examples,
	.run = run
};

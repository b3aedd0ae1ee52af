/*-------------------------------------------------------------------------
 *
 * statements.c
 *	  statements: the slowest ones, where pg_stat_statements is installed.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "access/genam.h"
#include "access/htup_details.h"
#include "access/table.h"
#include "catalog/pg_extension.h"
#include "catalog/pg_type.h"
#include "utils/builtins.h"
#include "utils/fmgroids.h"
#include "utils/lsyscache.h"

#include "commands/commands.h"
#include "commands/read.h"
#include "error.h"
#include "plan_cache.h"

enum
{
	ORDER_BY,
	LIMIT
};

/* Columns, in our own text. */
static const char *const orders[] = {
	"total_exec_time", "mean_exec_time", "max_exec_time", "calls", "rows", NULL
};

static const Member members[] = {
	{"order_by", MEMBER_CHOICE, false, "What those that come first have most of.", orders},
	{"limit", MEMBER_COUNT, false, "Statements to return, instead of pg_connector.default_limit."},
	{NULL}
};

static const Refusal refusals[] = {
	{"42P01", "pg_stat_statements is not installed in this database"},
	{"55000", "the server does not load pg_stat_statements"},
	{NULL}
};

static const char *const examples[] = {
	"{\"order_by\": \"mean_exec_time\", \"limit\": 10}",
	NULL
};

/*
 * Statements of this database, as PostgreSQL lets the role see them, but for
 * the text of those that carry passwords.  The view's schema stands between
 * the two parts, the column to order by behind them.
 */
static const char *const statements_sql[] = {
	"SELECT r.rolname AS role,"
	" CASE WHEN s.query OPERATOR(pg_catalog.~*) '\\m(create|alter)\\s+(role|user|group|server|subscription)\\M'"
	"  THEN NULL ELSE s.query END AS query,"
	" s.calls, s.rows, s.total_exec_time, s.mean_exec_time, s.min_exec_time,"
	" s.max_exec_time, s.stddev_exec_time, s.total_plan_time,"
	" s.shared_blks_hit, s.shared_blks_read, s.shared_blks_dirtied, s.shared_blks_written,"
	" s.temp_blks_read, s.temp_blks_written, s.wal_bytes"
	" FROM ",
	".pg_stat_statements AS s LEFT JOIN pg_catalog.pg_roles AS r ON r.oid OPERATOR(pg_catalog.=) s.userid"
	" WHERE s.dbid OPERATOR(pg_catalog.=) (SELECT d.oid FROM pg_catalog.pg_database AS d"
	"  WHERE d.datname OPERATOR(pg_catalog.=) pg_catalog.current_database())"
	" ORDER BY s."
};

/* The schema that the extension is in, or InvalidOid. */
static Oid
extension_schema(void)
{
	Relation	rel = table_open(ExtensionRelationId, AccessShareLock);
	Oid			schema = InvalidOid;
	ScanKeyData key;
	SysScanDesc scan;
	HeapTuple	tuple;

	ScanKeyInit(&key, Anum_pg_extension_extname, BTEqualStrategyNumber, F_NAMEEQ,
				CStringGetDatum("pg_stat_statements"));
	scan = systable_beginscan(rel, ExtensionNameIndexId, true, NULL, 1, &key);
	tuple = systable_getnext(scan);
	if (HeapTupleIsValid(tuple))
		schema = ((Form_pg_extension) GETSTRUCT(tuple))->extnamespace;
	systable_endscan(scan);
	table_close(rel, AccessShareLock);
	return schema;
}

static void
run(Call *call)
{
	const char *order = orders[member_choice(call_member(call, ORDER_BY), orders)];
	Oid			schema = extension_schema();
	ParamListInfo params = makeParamList(1);
	KeptPlan   *plan = plan_create(InvalidOid);
	StringInfoData sql;
	RowsOut		rows;

	if (!OidIsValid(schema))
		ereport(ERROR,
				(errcode(ERRCODE_UNDEFINED_TABLE),
				 errmsg("pg_stat_statements is not installed in this database"),
				 errhint("An administrator can add it to shared_preload_libraries, restart the server, and CREATE EXTENSION pg_stat_statements here."),
				 errplace(call->request)));

	read_rows_init(call, &rows, call_member(call, LIMIT));
	params->params[0] = (ParamExternData) {
		.value = Int64GetDatum(read_rows_needed(&rows)),
		.pflags = PARAM_FLAG_CONST,
		.ptype = INT8OID
	};
	plan->nparams = 1;
	plan->params = palloc0(sizeof(PlanParam));
	plan->params[0].oid = INT8OID;

	initStringInfo(&sql);
	appendStringInfo(&sql, "%s%s%s%s DESC NULLS LAST, s.queryid, s.userid LIMIT $1",
					 statements_sql[0],
					 quote_identifier(get_namespace_name(schema)),
					 statements_sql[1], order);
	plan_prepare(plan, sql.data);

	appendStringInfoString(call->out, "{\"statements\":[");
	(void) plan_execute(plan, params, &rows);
	appendStringInfo(call->out, "],\"rowCount\":" UINT64_FORMAT, rows.nrows);
	if (rows.limited_by != ROWS_ALL)
		appendStringInfo(call->out, ",\"more\":true,\"limitedBy\":\"%s\"",
						 rows_limit_name(rows.limited_by));
	appendStringInfoChar(call->out, '}');
}

const Command command_statements = {
	.name = "statements",
	.summary = "List the slowest statements, where pg_stat_statements is installed.",
	.kinds = KIND_READ,
	.members = members,
	.result = "\"statements\": {\"type\": \"array\", \"items\": {\"type\": \"object\"}, "
	"\"description\": \"Times are milliseconds. A text that may hold a password is null.\"}, "
	"\"rowCount\": {\"type\": \"integer\", \"description\": \"How many are in \\\"statements\\\".\"}, "
	READ_LIMITED_RESULT,
	.refusals = refusals,
	.examples = examples,
	.run = run
};

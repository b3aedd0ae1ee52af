/*-------------------------------------------------------------------------
 *
 * sink_stage.c
 *	  sink_stage: the staging table of a sink, made anew.
 *
 * It belongs to the session and is empty at the start of each transaction.
 * Its columns have the types of the table's, but domains are checked only
 * when a record is written, as all constraints are.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "access/table.h"
#include "catalog/namespace.h"
#include "catalog/pg_type.h"
#include "nodes/makefuncs.h"
#include "parser/parser.h"
#include "utils/lsyscache.h"
#include "utils/rel.h"

#include "catalog.h"
#include "commands/commands.h"
#include "commands/ddl.h"
#include "json_out.h"
#include "sink.h"

enum
{
	TABLE
};

static const Member members[] = {
	{"table", MEMBER_TABLE, true, "Table that the records are for."},
	{NULL}
};

static const Refusal refusals[] = {
	{"42P01", "no such table"},
	{"3F000", "no such schema"},
	{"42622", "a name longer than 63 bytes"},
	{"42501", "the role may not create temporary tables in this database"},
	{NULL}
};

static const char *const examples[] = {
	"{\"table\": \"users\"}",
	NULL
};

static void
drop_stage(Call *call, char *name)
{
	Oid			namespace = LookupExplicitNamespace("pg_temp", true);
	DropStmt   *drop;

	if (!OidIsValid(namespace) || !OidIsValid(get_relname_relid(name, namespace)))
		return;
	drop = makeNode(DropStmt);
	drop->removeType = OBJECT_TABLE;
	drop->objects = list_make1(list_make2(makeString("pg_temp"), makeString(name)));
	drop->behavior = DROP_RESTRICT;
	ddl_execute(ddl_begin(call), (Node *) drop, call->request);
}

/*
 * A column that nobody fills in or reads.  COPY keeps the rows for a table
 * in up to a thousand slots, and for each batch makes and drops them, at a
 * cost that grows faster than their number; but where a default is volatile
 * it writes each row at once, which in a temporary table costs little.
 */
static ColumnDef *
volatile_column(void)
{
	ColumnDef  *column = makeColumnDef("at_once", FLOAT8OID, -1, InvalidOid);

	column->raw_default = (Node *) makeFuncCall(SystemFuncName("random"), NIL,
												COERCE_EXPLICIT_CALL, -1);
	return column;
}

static void
run(Call *call)
{
	JsonNode   *table = call_member(call, TABLE);
	Relation	rel = catalog_open_table(table, RowExclusiveLock);
	TupleDesc	desc = RelationGetDescr(rel);
	CreateStmt *create = makeNode(CreateStmt);
	char	   *name = sink_stage_name(RelationGetRelid(rel));

	/* A definition has no plan, which the caller of this will say. */
	if (call_wants(call, COMMON_EXPLAIN))
		return;
	drop_stage(call, name);
	create->relation = makeRangeVar("pg_temp", name, -1);
	create->relation->relpersistence = RELPERSISTENCE_TEMP;
	create->oncommit = ONCOMMIT_DELETE_ROWS;
	create->tableElts = list_make2(makeColumnDef(SINK_ORDINAL, INT8OID, -1, InvalidOid),
								   makeColumnDef(SINK_GROUP, INT4OID, -1, InvalidOid));
	for (int i = 0; i < desc->natts; i++)
	{
		Form_pg_attribute att = TupleDescAttr(desc, i);
		int32		typmod = att->atttypmod;
		Oid			type;

		if (att->attisdropped)
			continue;
		type = getBaseTypeAndTypmod(att->atttypid, &typmod);
		create->tableElts = lappend(create->tableElts,
									makeColumnDef(psprintf("c%d", att->attnum), type, typmod,
										   att->attcollation));
	}
	create->tableElts = lappend(create->tableElts, volatile_column());
	ddl_execute(ddl_begin(call), (Node *) create, call->request);

	appendStringInfoString(call->out, "{\"sql\":");
	json_out_string(call->out, psprintf("pg_temp.%s", name));
	appendStringInfoString(call->out, "}");
	table_close(rel, NoLock);
}

const Command command_sink_stage = {
	.name = "sink_stage",
	.summary = "Make the staging table of a sink.",
	.kinds = KIND_WRITE,
	.members = members,
	.result = "\"sql\": {\"type\": \"string\", \"description\": \"Its name, quoted for COPY.\"}",
	.refusals = refusals,
	.examples = examples,
	.run = run
};

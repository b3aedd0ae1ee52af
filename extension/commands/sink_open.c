/*-------------------------------------------------------------------------
 *
 * sink_open.c
 *	  sink_open: check a sink's options against its table, and tell the
 *	  client how records are to be written.
 *
 * Nothing is kept here: whatever the client needs to know of the table it is
 * told once.  The table may change afterwards; then a statement fails, and
 * the client opens the sink again.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "access/genam.h"
#include "access/htup_details.h"
#include "access/table.h"
#include "catalog/index.h"
#include "catalog/pg_am.h"
#include "catalog/pg_class.h"
#include "catalog/pg_inherits.h"
#include "catalog/pg_trigger.h"
#include "catalog/pg_type.h"
#include "commands/dbcommands.h"
#include "commands/defrem.h"
#include "miscadmin.h"
#include "utils/acl.h"
#include "utils/builtins.h"
#include "utils/lsyscache.h"
#include "utils/rel.h"
#include "utils/rls.h"
#include "utils/typcache.h"

#include "catalog.h"
#include "commands/commands.h"
#include "conflict.h"
#include "error.h"
#include "json_out.h"
#include "pg_version.h"
#include "policy.h"
#include "sink.h"
#include "types.h"

enum
{
	TABLE,
	WRITE_MODE,
	CONFLICT_COLUMNS,
	UPDATE_COLUMNS,
	KEY_COLUMNS,
	UNKNOWN_KEYS,
	USE_COPY,
	BATCH_SIZE
};

typedef enum WriteMode
{
	MODE_INSERT,
	MODE_INSERT_IGNORE,
	MODE_UPSERT,
	MODE_UPDATE,
	MODE_DELETE,
	MODE_AUTO
} WriteMode;

static const char *const write_modes[] = {
	"insert", "insert_ignore", "upsert", "update", "delete", "auto", NULL
};

static const char *const use_copy[] = {"auto", "true", "false", NULL};

static const Member members[] = {
	{"table", MEMBER_TABLE, true, "Table to write to."},
	{"write_mode", MEMBER_CHOICE, false, "What is done with a record; \"auto\" does what each record says.", write_modes},
	{"conflict_columns", MEMBER_COLUMNS, false, "The unique key that decides conflicts, instead of the primary key."},
	{"update_columns", MEMBER_COLUMNS, false, "What an upsert updates, instead of all columns but the key's."},
	{"key_columns", MEMBER_KEY, false, "What tells which row is updated or deleted, instead of the primary key."},
	{"unknown_keys", MEMBER_STRING, false, "What becomes of members that are no columns: \"error\", \"ignore\", or a json or jsonb column that collects them."},
	{"use_copy", MEMBER_CHOICE, false, "Whether records are copied: \"true\" insists on it.", use_copy},
	{"batch_size", MEMBER_COUNT, false, "How many records a statement will write."},
	{NULL}
};

static const Refusal refusals[] = {
	TABLE_REFUSALS,
	{"42701", "a column is named twice"},
	{"42P10", "no unique key is on exactly the columns that are to decide conflicts"},
	{"22023", "an option that the write mode does not have, or that does not fit the table"},
	{"42501", "the role may not write to the table as the mode does"},
	{"42809", "not something that rows can be written to"},
	{"428C9", "a column in \"update_columns\" that is generated always"},
	{"54000", "\"batch_size\" is larger than pg_connector.affected_cap"},
	{NULL}
};

static const char *const examples[] = {
	"{\"table\": \"users\", \"write_mode\": \"upsert\"}",
	NULL
};

typedef struct Sink
{
	Call	   *call;
	Relation	rel;
	WriteMode	mode;
	ColumnList	key;
	bool		unordered;		/* its values cannot be sorted */
	List	   *indexes;		/* that decide conflicts */
	ColumnList	update;
	bool		staging;		/* sink_apply can do it */
	bool		given;			/* sink_apply can be given the records */
	const char *why_not_copy;	/* straight into the table */
} Sink;

/* Which members go with which modes. */
static void
check_members(Call *call, WriteMode mode)
{
	static const struct
	{
		int			member;
		int			modes;
		const char *hint;
	}			rules[] = {
		{CONFLICT_COLUMNS, 1 << MODE_UPSERT | 1 << MODE_INSERT_IGNORE | 1 << MODE_AUTO,
		"It is for \"upsert\", \"insert_ignore\" and \"auto\"."},
		{UPDATE_COLUMNS, 1 << MODE_UPSERT | 1 << MODE_AUTO,
		"It is for \"upsert\" and \"auto\"."},
		{KEY_COLUMNS, 1 << MODE_UPDATE | 1 << MODE_DELETE,
		"It is for \"update\" and \"delete\"; the others have \"conflict_columns\"."},
	};

	for (int i = 0; i < lengthof(rules); i++)
	{
		JsonNode   *node = call_member(call, rules[i].member);

		if (node_given(node) && (rules[i].modes & (1 << mode)) == 0)
			ereport(ERROR,
					(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
					 errmsg("\"%s\" does not go with write mode \"%s\"",
							members[rules[i].member].name, write_modes[mode]),
					 errhint("%s", rules[i].hint),
					 errplace(node)));
	}
}

/* What the role must be allowed to do with some column of the table. */
static void
check_privileges(const Sink *sink)
{
	static const struct
	{
		AclMode		right;
		const char *name;
		int			modes;
	}			needs[] = {
		{ACL_INSERT, "INSERT", 1 << MODE_INSERT | 1 << MODE_INSERT_IGNORE | 1 << MODE_UPSERT | 1 << MODE_AUTO},
		{ACL_UPDATE, "UPDATE", 1 << MODE_UPSERT | 1 << MODE_UPDATE | 1 << MODE_AUTO},
		{ACL_DELETE, "DELETE", 1 << MODE_DELETE | 1 << MODE_AUTO},
		{ACL_SELECT, "SELECT", 1 << MODE_UPSERT | 1 << MODE_UPDATE | 1 << MODE_DELETE | 1 << MODE_AUTO},
	};
	Oid			relid = RelationGetRelid(sink->rel);

	for (int i = 0; i < lengthof(needs); i++)
	{
		if ((needs[i].modes & (1 << sink->mode)) == 0 ||
			pg_class_aclcheck(relid, GetUserId(), needs[i].right) == ACLCHECK_OK ||
			(needs[i].right != ACL_DELETE &&
			 pg_attribute_aclcheck_all(relid, GetUserId(), needs[i].right,
									   ACLMASK_ANY) == ACLCHECK_OK))
			continue;

		ereport(ERROR,
				(errcode(ERRCODE_INSUFFICIENT_PRIVILEGE),
				 errmsg("permission denied for table %s", RelationGetRelationName(sink->rel)),
				 errdetail("Write mode \"%s\" needs the privilege %s.",
						   write_modes[sink->mode], needs[i].name),
				 errhint("GRANT %s ON %s TO %s;", needs[i].name,
						 quote_qualified_identifier(get_namespace_name(RelationGetNamespace(sink->rel)),
													RelationGetRelationName(sink->rel)),
						 quote_identifier(GetUserNameFromId(GetUserId(), false))),
				 errplace(call_member(sink->call, TABLE))));
	}
}

/* Rows are found by operators of the types of their keys, and sorted by others. */
static void
check_key(Sink *sink, const JsonNode *columns)
{
	for (int i = 0; i < sink->key.n; i++)
	{
		Form_pg_attribute att = TupleDescAttr(RelationGetDescr(sink->rel),
											  sink->key.columns[i] - 1);
		TypeCacheEntry *type = lookup_type_cache(att->atttypid,
												 TYPECACHE_EQ_OPR | TYPECACHE_LT_OPR);

		if (!OidIsValid(type->eq_opr))
			ereport(ERROR,
					(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
					 errmsg("column \"%s\" of type %s cannot be a key",
							NameStr(att->attname), format_type_be(att->atttypid)),
					 errdetail("The type has no equality operator."),
					 errplace(columns)));
		sink->unordered = sink->unordered || !OidIsValid(type->lt_opr);
	}
}

/* The primary key, for modes that only need to tell rows apart. */
static void
find_key(Sink *sink)
{
	Call	   *call = sink->call;
	JsonNode   *columns = call_member(call, KEY_COLUMNS);
	Bitmapset  *key;
	int			column = -1;

	if (node_given(columns))
	{
		sink->key = columns_named(sink->rel, columns);
		if (sink->key.n == 0)
			ereport(ERROR,
					(errcode(ERRCODE_SYNTAX_ERROR),
					 errmsg("\"key_columns\" names no column"),
					 errplace(columns)));
		check_key(sink, columns);
		return;
	}
	key = RelationGetIndexAttrBitmap(sink->rel, INDEX_ATTR_BITMAP_PRIMARY_KEY);
	sink->key.columns = palloc(sizeof(AttrNumber) * (bms_num_members(key) + 1));
	while ((column = bms_next_member(key, column)) >= 0)
		sink->key.columns[sink->key.n++] = column + FirstLowInvalidHeapAttributeNumber;
	if (sink->key.n == 0)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_COLUMN_REFERENCE),
				 errmsg("\"%s\" has no primary key", RelationGetRelationName(sink->rel)),
				 errhint("Name the columns that tell its rows apart in \"key_columns\"."),
				 errplace(call->request)));
}

static void
find_keys(Sink *sink)
{
	Call	   *call = sink->call;
	JsonNode   *conflict = call_member(call, CONFLICT_COLUMNS);

	switch (sink->mode)
	{
		case MODE_INSERT:
			break;
		case MODE_INSERT_IGNORE:
			if (node_given(conflict))
				sink->key = conflict_key(sink->rel, conflict, call->request, &sink->indexes);
			break;
		case MODE_UPSERT:
		case MODE_AUTO:
			sink->key = conflict_key(sink->rel, conflict, call->request, &sink->indexes);
			break;
		case MODE_UPDATE:
		case MODE_DELETE:
			find_key(sink);
			break;
	}
	if (node_given(call_member(call, UPDATE_COLUMNS)))
	{
		sink->update = columns_named(sink->rel, call_member(call, UPDATE_COLUMNS));
		for (int i = 0; i < sink->update.n; i++)
		{
			Form_pg_attribute att = TupleDescAttr(RelationGetDescr(sink->rel),
												  sink->update.columns[i] - 1);

			if (att->attgenerated != '\0' || att->attidentity == ATTRIBUTE_IDENTITY_ALWAYS)
				ereport(ERROR,
						(errcode(ERRCODE_GENERATED_ALWAYS),
						 errmsg("column \"%s\" can only be updated to DEFAULT", NameStr(att->attname)),
						 errplace(call_member(call, UPDATE_COLUMNS))));
		}
	}
}

/*
 * Whether two records of one key that are told apart by the table's own
 * order, and by a NULL, are so by the index, too.
 */
static bool
index_orders_as_type(Oid indexid)
{
	Relation	index = index_open(indexid, AccessShareLock);
	bool		same = index->rd_rel->relam == BTREE_AM_OID && !index_nulls_equal(index->rd_index);

	for (int i = 0; same && i < index->rd_index->indnkeyatts; i++)
	{
		Oid			type = TupleDescAttr(RelationGetDescr(index), i)->atttypid;
		Oid			opclass = GetDefaultOpClass(type, BTREE_AM_OID);

		same = OidIsValid(opclass) &&
			get_opclass_family(opclass) == index->rd_opfamily[i] &&
			(!OidIsValid(index->rd_indcollation[i]) ||
			 get_collation_isdeterministic(index->rd_indcollation[i]));
	}
	index_close(index, AccessShareLock);
	return same;
}

/* A trigger that users made, and that is called for each row. */
static bool
has_row_triggers(Relation rel)
{
	TriggerDesc *triggers = rel->trigdesc;

	for (int i = 0; triggers != NULL && i < triggers->numtriggers; i++)
	{
		if (!triggers->triggers[i].tgisinternal &&
			TRIGGER_FOR_ROW(triggers->triggers[i].tgtype))
			return true;
	}
	return false;
}

/*
 * Whether it makes no difference if of several records of one key only the
 * last is written.
 */
static bool
may_merge(const Sink *sink)
{
	Oid			relid = RelationGetRelid(sink->rel);
	List	   *parts;
	ListCell   *lc;
	bool		result = sink->rel->rd_rel->relkind == RELKIND_RELATION ||
		sink->rel->rd_rel->relkind == RELKIND_PARTITIONED_TABLE;

	if (!result || has_row_triggers(sink->rel))
		return false;
	if (sink->rel->rd_rel->relkind == RELKIND_RELATION)
		return true;
	parts = find_all_inheritors(relid, AccessShareLock, NULL);
	foreach(lc, parts)
	{
		Relation	part = table_open(lfirst_oid(lc), NoLock);

		result = result && !has_row_triggers(part) &&
			part->rd_rel->relkind != RELKIND_FOREIGN_TABLE;
		table_close(part, NoLock);
	}
	return result;
}

static bool
has_rules(Relation rel)
{
	return rel->rd_rules != NULL && rel->rd_rel->relkind != RELKIND_VIEW;
}

/* How the records get there. */
static void
choose_path(Sink *sink)
{
	Call	   *call = sink->call;
	Relation	rel = sink->rel;
	int			wish = member_choice(call_member(call, USE_COPY), use_copy);
	ListCell   *lc;

	if (wish == 2)
		sink->why_not_copy = "\"use_copy\" is false.";
	else if (sink->mode != MODE_INSERT)
		sink->why_not_copy = "COPY only inserts.";
	else if (rel->rd_rel->relkind != RELKIND_RELATION &&
			 rel->rd_rel->relkind != RELKIND_PARTITIONED_TABLE)
		sink->why_not_copy = "It is not a table of this database.";
	else if (check_enable_rls(RelationGetRelid(rel), InvalidOid, true) == RLS_ENABLED)
		sink->why_not_copy = "Row-level security applies, which COPY does not support.";
	else if (has_rules(rel))
		sink->why_not_copy = "It has rules, which COPY ignores.";

	if (wish == 1 && sink->mode == MODE_INSERT && sink->why_not_copy != NULL)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("records cannot be copied into \"%s\"", RelationGetRelationName(rel)),
				 errdetail("%s", sink->why_not_copy),
				 errhint("Leave \"use_copy\" at \"auto\"."),
				 errplace(call_member(call, USE_COPY))));

	/* Rules and views may make more or less of a statement than it says. */
	sink->staging = !has_rules(rel) && rel->rd_rel->relkind != RELKIND_VIEW && !sink->unordered;
	foreach(lc, sink->indexes)
		sink->staging = sink->staging && index_orders_as_type(lfirst_oid(lc));
	sink->given = wish != 1 &&
		(sink->mode == MODE_INSERT ||
		 (sink->staging && may_merge(sink) &&
		  (sink->mode == MODE_UPSERT || sink->mode == MODE_UPDATE || sink->mode == MODE_DELETE)));
	sink->staging = sink->staging && wish != 2 &&
		pg_database_aclcheck(MyDatabaseId, GetUserId(), ACL_CREATE_TEMP) == ACLCHECK_OK;
	if (wish == 1 && sink->why_not_copy != NULL && !sink->staging)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("records for \"%s\" cannot be copied", RelationGetRelationName(rel)),
				 errdetail("They cannot go through a staging table: that needs a table without rules, a key in the usual order and the privilege TEMPORARY on the database."),
				 errhint("Leave \"use_copy\" at \"auto\"."),
				 errplace(call_member(call, USE_COPY))));
}

static void
check_unknown_keys(const Sink *sink)
{
	JsonNode   *node = call_member(sink->call, UNKNOWN_KEYS);
	AttrNumber	column;
	TypeClass	class;

	if (!node_given(node) || node_is(node, "error") || node_is(node, "ignore"))
		return;
	column = catalog_column(sink->rel, node);
	class = type_info(TupleDescAttr(RelationGetDescr(sink->rel), column - 1)->atttypid)->class;
	if (class != TYPE_JSON && class != TYPE_JSONB)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("column \"%s\" cannot collect unknown keys", node_string(node)),
				 errhint("Name a column of type json or jsonb."),
				 errplace(node)));
}

/*
 * How a JSON value becomes the text of a type for COPY: what it is made of.
 */
static void
append_form(StringInfo out, Oid typid)
{
	TypeInfo   *type = type_info(typid);

	check_stack_depth();
	switch (type->class)
	{
		case TYPE_JSON:
		case TYPE_JSONB:
			appendStringInfoString(out, "\"form\":\"json\"");
			break;
		case TYPE_ARRAY:
			{
				Oid			element = type->element;
				int16		len;
				bool		byval;
				char		align;
				char		delimiter;
				Oid			ioparam;
				Oid			function;

				get_type_io_data(element, IOFunc_input, &len, &byval, &align,
								 &delimiter, &ioparam, &function);
				appendStringInfoString(out, "\"form\":\"array\",\"delimiter\":");
				json_out_text(out, &delimiter, 1);
				appendStringInfoString(out, ",\"element\":{");
				append_form(out, element);
				appendStringInfoChar(out, '}');
				break;
			}
		case TYPE_COMPOSITE:
			{
				TupleDesc	desc = lookup_rowtype_tupdesc_domain(typid, -1, false);
				bool		first = true;

				appendStringInfoString(out, "\"form\":\"composite\",\"attributes\":[");
				for (int i = 0; i < desc->natts; i++)
				{
					Form_pg_attribute att = TupleDescAttr(desc, i);

					if (att->attisdropped)
						continue;
					appendStringInfoString(out, first ? "{\"name\":" : ",{\"name\":");
					json_out_string(out, NameStr(att->attname));
					appendStringInfoChar(out, ',');
					append_form(out, att->atttypid);
					appendStringInfoChar(out, '}');
					first = false;
				}
				appendStringInfoChar(out, ']');
				ReleaseTupleDesc(desc);
				break;
			}
		case TYPE_TIMESTAMP:
		case TYPE_TIMESTAMPTZ:
			appendStringInfoString(out, "\"form\":\"timestamp\"");
			break;
		default:
			appendStringInfoString(out, "\"form\":\"scalar\"");
			break;
	}
}

/* Whether the column may be named in an insert. */
static bool
may_insert(const Sink *sink, AttrNumber column)
{
	return pg_class_aclcheck(RelationGetRelid(sink->rel), GetUserId(), ACL_INSERT) == ACLCHECK_OK ||
		pg_attribute_aclcheck(RelationGetRelid(sink->rel), column, GetUserId(), ACL_INSERT) == ACLCHECK_OK;
}

/* What the client calls the types whose binary form it knows. */
static const char *
binary_name(Oid typid)
{
	static const struct
	{
		Oid			oid;
		const char *name;
	}			types[] = {
		{BOOLOID, "bool"}, {INT2OID, "int2"}, {INT4OID, "int4"}, {INT8OID, "int8"},
		{FLOAT4OID, "float4"}, {FLOAT8OID, "float8"}, {NUMERICOID, "numeric"},
		{TEXTOID, "text"}, {VARCHAROID, "text"}, {BPCHAROID, "text"},
		{JSONOID, "json"}, {JSONBOID, "jsonb"}, {UUIDOID, "uuid"},
		{DATEOID, "date"}, {TIMESTAMPOID, "timestamp"}, {TIMESTAMPTZOID, "timestamptz"},
	};

	for (int i = 0; i < lengthof(types); i++)
	{
		if (types[i].oid == typid)
			return types[i].name;
	}
	return NULL;
}

/*
 * What the client must know of a column.  One with a "default" it names only
 * where records give it; the columns of a view may have that of a table's.
 */
static void
append_column(const Sink *sink, Form_pg_attribute att)
{
	const char *binary = binary_name(att->atttypid);
	StringInfo	out = sink->call->out;

	appendStringInfoString(out, "{\"name\":");
	json_out_string(out, NameStr(att->attname));
	appendStringInfoString(out, ",\"sql\":");
	json_out_string(out, quote_identifier(NameStr(att->attname)));
	appendStringInfo(out, ",\"staged\":\"c%d\",\"type\":", att->attnum);
	json_out_string(out, format_type_with_typemod(att->atttypid, att->atttypmod));
	appendStringInfoChar(out, ',');
	append_form(out, att->atttypid);
	if (binary != NULL)
		appendStringInfo(out, ",\"binary\":\"%s\"", binary);
	appendStringInfo(out, ",\"key\":%s", column_list_has(sink->key, att->attnum) ? "true" : "false");
	if (sink->update.n > 0)
		appendStringInfo(out, ",\"update\":%s",
						 column_list_has(sink->update, att->attnum) ? "true" : "false");
	if (att->attgenerated != '\0' || att->attidentity == ATTRIBUTE_IDENTITY_ALWAYS)
		appendStringInfoString(out, ",\"generated\":true");
	if (att->atthasdef || att->attidentity != '\0' || get_typdefault(att->atttypid) != NULL ||
		sink->rel->rd_rel->relkind == RELKIND_VIEW || !may_insert(sink, att->attnum))
		appendStringInfoString(out, ",\"default\":true");
	appendStringInfoChar(out, '}');
}

static void
run(Call *call)
{
	JsonNode   *table = call_member(call, TABLE);
	JsonNode   *batch_size = call_member(call, BATCH_SIZE);
	StringInfo	out = call->out;
	Sink		sink = {.call = call};
	TupleDesc	desc;
	bool		first = true;

	sink.mode = member_choice(call_member(call, WRITE_MODE), write_modes);
	check_members(call, sink.mode);
	if (call->limits.affected_cap > 0 && node_given(batch_size) &&
		node_integer(batch_size, 0, INT_MAX - 1) > call->limits.affected_cap)
		ereport(ERROR,
				(errcode(ERRCODE_PROGRAM_LIMIT_EXCEEDED),
				 errmsg("a batch would write more rows than allowed"),
				 errdetail("Setting \"pg_connector.affected_cap\" is %d.",
						   call->limits.affected_cap),
				 errhint("Write smaller batches."),
				 errplace(batch_size)));

	sink.rel = catalog_open_table(table, RowExclusiveLock);
	if (sink.rel->rd_rel->relkind == RELKIND_MATVIEW)
		ereport(ERROR,
				(errcode(ERRCODE_WRONG_OBJECT_TYPE),
				 errmsg("cannot write to materialized view \"%s\"",
						RelationGetRelationName(sink.rel)),
				 errplace(table)));
	check_privileges(&sink);
	find_keys(&sink);
	check_unknown_keys(&sink);
	choose_path(&sink);

	appendStringInfoString(out, "{\"schema\":");
	json_out_string(out, get_namespace_name(RelationGetNamespace(sink.rel)));
	appendStringInfoString(out, ",\"table\":");
	json_out_string(out, RelationGetRelationName(sink.rel));
	appendStringInfoString(out, ",\"sql\":");
	json_out_string(out, quote_qualified_identifier(get_namespace_name(RelationGetNamespace(sink.rel)),
													RelationGetRelationName(sink.rel)));
	appendStringInfo(out, ",\"copy\":%s,\"staging\":%s,\"given\":%s,\"request_cap\":%d,\"merge\":%s,\"columns\":[",
					 sink.why_not_copy == NULL ? "true" : "false",
					 sink.staging ? "true" : "false",
					 sink.given ? "true" : "false", policy_request_cap,
					 may_merge(&sink) ? "true" : "false");
	desc = RelationGetDescr(sink.rel);
	for (int i = 0; i < desc->natts; i++)
	{
		Form_pg_attribute att = TupleDescAttr(desc, i);

		if (att->attisdropped)
			continue;
		if (!first)
			appendStringInfoChar(out, ',');
		append_column(&sink, att);
		first = false;
	}
	appendStringInfoString(out, "]}");
	table_close(sink.rel, NoLock);
}

const Command command_sink_open = {
	.name = "sink_open",
	.summary = "Check a sink's options against its table, and tell how to write to it.",
	.kinds = KIND_WRITE,
	.members = members,
	.result = "\"schema\": {\"type\": \"string\"}, "
	"\"table\": {\"type\": \"string\"}, "
	"\"sql\": {\"type\": \"string\", \"description\": \"The table's name, quoted for COPY.\"}, "
	"\"copy\": {\"type\": \"boolean\", \"description\": \"COPY into the table does what INSERT would do.\"}, "
	"\"staging\": {\"type\": \"boolean\", \"description\": \"Records can go through a staging table.\"}, "
	"\"given\": {\"type\": \"boolean\", \"description\": \"sink_apply, or insert_rows, can be given them as values.\"}, "
	"\"request_cap\": {\"type\": \"integer\", \"description\": \"Bytes that a request may have.\"}, "
	"\"merge\": {\"type\": \"boolean\", \"description\": \"Of records with one key only the last need be written.\"}, "
	"\"columns\": {\"type\": \"array\", \"items\": {\"type\": \"object\"}}",
	.refusals = refusals,
	.examples = examples,
	.run = run
};

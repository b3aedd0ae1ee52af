/*-------------------------------------------------------------------------
 *
 * create_table.c
 *	  create_table: a table out of typed, checked definitions.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "access/table.h"
#include "access/xact.h"
#include "catalog/namespace.h"
#include "nodes/makefuncs.h"
#include "utils/lsyscache.h"
#include "utils/rel.h"
#include "utils/resowner.h"

#include "catalog.h"
#include "commands/commands.h"
#include "commands/difference.h"
#include "commands/partition.h"
#include "error.h"

enum
{
	TABLE,
	COLUMNS,
	PRIMARY_KEY,
	UNIQUE,
	CONSTRAINTS,
	PARTITION_BY,
	PARTITION_OF,
	COMMENT,
	IF_NOT_EXISTS
};

static const Member members[] = {
	{"table", MEMBER_TABLE, true, "Table to create."},
	{"columns", MEMBER_COLUMN_DEFINITIONS, false, "Its columns; a partition has its parent's."},
	{"primary_key", MEMBER_KEY, false, "Columns of the primary key."},
	{"unique", MEMBER_COLUMN_LISTS, false, "Lists of columns; each list is a unique key."},
	{"constraints", MEMBER_CONSTRAINTS, false, "Constraints that have a name, several columns or are deferrable."},
	{"partition_by", MEMBER_PARTITION_BY, false, "Make it a partitioned table."},
	{"partition_of", MEMBER_PARTITION_OF, false, "Make it a partition of that table."},
	{"comment", MEMBER_STRING, false, "A comment on the table."},
	{"if_not_exists", MEMBER_BOOL, false, "Leave a table of that name as it is, and tell how it differs."},
	{NULL}
};

static const Refusal refusals[] = {
	{"42P07", "a relation of that name exists, without \"if_not_exists\""},
	{"3F000", "no such schema"},
	{"42704", "no such type"},
	{"42601", "a type or expression that is more or less than one; members that contradict each other"},
	{"42701", "two columns of one name"},
	{"42703", "a key, a reference or an expression names a column that does not exist"},
	{"42P01", "\"references\" or \"partition_of\" names a table that does not exist"},
	{"42809", "\"partition_of\" names a table that is not partitioned, \"references\" one that is no table"},
	{"42830", "\"references\" names columns that are not a key"},
	{"42804", "an expression, or a foreign key, of another type than its column"},
	{"42P16", "two primary keys"},
	{"42P17", "bounds that are empty or overlap another partition's; an expression that is not allowed there"},
	{"0A000", "a key that lacks a column of the partition key, or the like"},
	{"42622", "a name longer than 63 bytes"},
	{"54011", "more columns than a table can have"},
	{"22023", "an unknown word for \"identity\", \"on_delete\" or \"on_update\""},
	{"22P02", "a default or a bound that the column's type does not accept"},
	DDL_COLUMN_REFUSALS,
	{"42501", "an SQL expression where pg_connector.allow does not have \"sql\"; the parent is somebody else's"},
	{NULL}
};

static const char *const examples[] = {
	"{\"table\": \"users\", \"columns\": [{\"name\": \"id\", \"type\": \"serial\", \"primary_key\": true}, "
	"{\"name\": \"name\", \"type\": \"varchar(255)\", \"nullable\": false}, "
	"{\"name\": \"email\", \"type\": \"text\", \"unique\": true}, "
	"{\"name\": \"status\", \"type\": \"text\", \"default\": \"active\"}, "
	"{\"name\": \"age\", \"type\": \"integer\"}, "
	"{\"name\": \"created_at\", \"type\": \"timestamptz DEFAULT now()\"}, "
	"{\"name\": \"updated_at\", \"type\": \"timestamptz\", \"default_expression\": \"now()\"}], \"if_not_exists\": true}",
	"{\"table\": \"visits\", \"columns\": [{\"name\": \"id\", \"type\": \"bigint\", \"identity\": \"always\", \"primary_key\": true}, "
	"{\"name\": \"user_id\", \"type\": \"integer\", \"references\": {\"table\": \"users\", \"on_delete\": \"cascade\"}}, "
	"{\"name\": \"seconds\", \"type\": \"numeric\", \"check\": \"seconds >= 0\"}, "
	"{\"name\": \"hours\", \"type\": \"numeric\", \"generated\": \"seconds / 3600\"}]}",
	"{\"table\": \"events\", \"columns\": [{\"name\": \"day\", \"type\": \"date\"}, {\"name\": \"payload\", \"type\": \"jsonb\"}], "
	"\"partition_by\": {\"range\": [\"day\"]}}",
	"{\"table\": \"events_2026\", \"partition_of\": {\"table\": \"events\", \"from\": [\"2026-01-01\"], \"to\": [\"2027-01-01\"]}}",
	NULL
};

/* The relation of that name where the table would be, or InvalidOid. */
static Oid
existing(RangeVar *name, const JsonNode *node)
{
	ErrorPlace	outer = error_current_place;
	Oid			schema;

	error_current_place = (ErrorPlace) {.node = node, .index = -1};
	schema = RangeVarGetCreationNamespace(name);
	error_current_place = outer;
	return get_relname_relid(name->relname, schema);
}

static void
check_members(Call *call)
{
	bool		columns = node_given(call_member(call, COLUMNS));
	bool		partition = node_given(call_member(call, PARTITION_OF));

	if (!columns && !partition)
		ereport(ERROR,
				(errcode(ERRCODE_SYNTAX_ERROR),
				 errmsg("create_table needs the member \"columns\""),
				 errplace(call->request)));
	if (columns && partition)
		ereport(ERROR,
				(errcode(ERRCODE_SYNTAX_ERROR),
				 errmsg("a partition has the columns of its parent"),
				 errhint("Leave out \"columns\"."),
				 errplace(call_member(call, COLUMNS))));
}

static void
read_request(Call *call, Ddl *ddl, AskedTable *asked)
{
	JsonNode   *node;
	KnownColumns known = {0};

	asked->partition_of = call_member(call, PARTITION_OF);
	if (node_given(asked->partition_of))
	{
		asked->parent = known.rel = partition_parent(asked->partition_of);
		asked->parent_name = ddl_name(asked->parent);
		asked->bound = partition_bound(ddl, asked->partition_of, asked->parent);
	}
	else
	{
		asked->partition_of = NULL;
		asked->columns = known.definitions =
			definition_columns(ddl, call_member(call, COLUMNS), &asked->foreign_keys);
	}

	node = call_member(call, PRIMARY_KEY);
	if (node_given(node))
		asked->constraints = lappend(asked->constraints,
									 definition_key(ddl, CONSTR_PRIMARY, node, &known));
	node = call_member(call, UNIQUE);
	if (node_given(node))
	{
		int			n;
		JsonNode   *lists = node_children(node, &n);

		for (int i = 0; i < n; i++)
			asked->constraints = lappend(asked->constraints,
										 definition_key(ddl, CONSTR_UNIQUE,
														&lists[i], &known));
	}
	node = call_member(call, CONSTRAINTS);
	if (node_given(node))
		asked->constraints =
			list_concat(asked->constraints,
						definition_constraints(ddl, node, &known,
											   &asked->foreign_keys));
	node = call_member(call, PARTITION_BY);
	if (node_given(node))
	{
		asked->partition_by = node;
		asked->partition_spec = partition_by(ddl, node, &known);
	}
	node = call_member(call, COMMENT);
	if (node_given(node))
		asked->comment = node_string(node);
}

/*
 * PostgreSQL adds foreign keys to a table that is already there, too.  Done
 * here, the table itself can be referenced, and an error is at its place.
 */
static void
add_foreign_key(Ddl *ddl, Oid relid, ForeignKey *key)
{
	Relation	rel = table_open(relid, NoLock);
	AlterTableStmt *alter = definition_alter(rel);

	table_close(rel, NoLock);
	(void) definition_resolve(key, InvalidOid);
	(void) definition_command(alter, AT_AddConstraint, NULL,
							  (Node *) key->constraint);
	ddl_execute(ddl, (Node *) alter, key->references);
}

static void
add_comment(Ddl *ddl, Oid relid, const char *text, const JsonNode *at)
{
	Relation	rel = table_open(relid, NoLock);
	CommentStmt *comment = makeNode(CommentStmt);

	comment->objtype = OBJECT_TABLE;
	comment->object = (Node *) ddl_name_list(ddl_name(rel));
	comment->comment = pstrdup(text);
	table_close(rel, NoLock);
	ddl_execute(ddl, (Node *) comment, at);
}

static void
create(Call *call, Ddl *ddl, const AskedTable *asked)
{
	JsonNode   *table = call_member(call, TABLE);
	CreateStmt *stmt = makeNode(CreateStmt);
	Oid			relid;
	ListCell   *lc;

	stmt->relation = catalog_table_name(table);
	stmt->oncommit = ONCOMMIT_NOOP;
	stmt->tableElts = list_concat_copy(asked->columns, asked->constraints);
	stmt->partspec = asked->partition_spec;
	if (asked->bound != NULL)
	{
		stmt->inhRelations = list_make1(asked->parent_name);
		stmt->partbound = asked->bound;
	}
	ddl_execute(ddl, (Node *) stmt, call->request);

	/* By its name alone it might be another one, of pg_temp or pg_catalog. */
	relid = existing(catalog_table_name(table), table);
	foreach(lc, asked->foreign_keys)
		add_foreign_key(ddl, relid, lfirst(lc));
	if (asked->comment != NULL)
		add_comment(ddl, relid, asked->comment, call_member(call, COMMENT));
}

/*
 * The same for "if_not_exists": false if another session, for which this one
 * may have had to wait, has created the table meanwhile.
 */
static bool
create_if_still_missing(Call *call, Ddl *ddl, const AskedTable *asked)
{
	MemoryContext context = CurrentMemoryContext;
	ResourceOwner owner = CurrentResourceOwner;
	ErrorPlace	outer = error_current_place;
	volatile bool created = true;

	BeginInternalSubTransaction(NULL);
	MemoryContextSwitchTo(context);
	PG_TRY();
	{
		create(call, ddl, asked);
		ReleaseCurrentSubTransaction();
	}
	PG_CATCH();
	{
		ErrorData  *edata;

		MemoryContextSwitchTo(context);
		edata = CopyErrorData();
		FlushErrorState();
		RollbackAndReleaseCurrentSubTransaction();
		MemoryContextSwitchTo(context);
		CurrentResourceOwner = owner;

		/* An index of the table's may have met the name of something else. */
		if (edata->sqlerrcode != ERRCODE_DUPLICATE_TABLE ||
			!OidIsValid(existing(catalog_table_name(call_member(call, TABLE)),
								 call_member(call, TABLE))))
			ReThrowError(edata);
		error_current_place = outer;
		created = false;
	}
	PG_END_TRY();
	MemoryContextSwitchTo(context);
	CurrentResourceOwner = owner;
	return created;
}

static void
append_differences(Call *call, Ddl *ddl, Oid relid, const AskedTable *asked)
{
	appendStringInfoString(call->out, "{\"success\":true,\"created\":false,\"differences\":");
	if (!difference_append(ddl, call->out, relid, asked))
		appendStringInfoString(call->out, "null");
	appendStringInfoChar(call->out, '}');
}

static void
run(Call *call)
{
	JsonNode   *table = call_member(call, TABLE);
	bool		if_not_exists = node_is_true(call_member(call, IF_NOT_EXISTS));
	bool		created = false;

	check_members(call);
	do
	{
		Ddl		   *ddl = ddl_begin(call);
		RangeVar   *name = catalog_table_name(table);
		AskedTable	asked = {0};
		Oid			relid;

		ddl->made = name;
		read_request(call, ddl, &asked);
		relid = existing(name, table);
		if (OidIsValid(relid))
		{
			if (!if_not_exists)
				ereport(ERROR,
						(errcode(ERRCODE_DUPLICATE_TABLE),
						 errmsg("relation \"%s\" already exists", name->relname),
						 errplace(table)));
			append_differences(call, ddl, relid, &asked);
		}

		/* Open, it would be in use. */
		if (asked.parent != NULL)
			table_close(asked.parent, NoLock);
		if (OidIsValid(relid))
			return;
		if (if_not_exists)
			created = create_if_still_missing(call, ddl, &asked);
		else
		{
			create(call, ddl, &asked);
			created = true;
		}
	} while (!created);
	appendStringInfoString(call->out, "{\"success\":true,\"created\":true}");
}

const Command command_create_table = {
	.name = "create_table",
	.summary = "Create a table.",
	.kinds = KIND_DDL,
	.members = members,
	.together = "\"oneOf\":[{\"required\":[\"columns\"]},{\"required\":[\"partition_of\"]}]",
	.result = "\"success\": {\"const\": true}, \"created\": {\"type\": \"boolean\", \"description\": \"Whether the table was created; not where it existed.\"}, "
	"\"differences\": {\"type\": [\"array\", \"null\"], "
	"\"description\": \"How the table that existed differs from what was asked; null if the caller has no privilege on it.\", "
	"\"items\": {\"type\": \"object\", \"required\": [\"difference\"], \"properties\": {\"column\": {\"type\": \"string\"}, "
	"\"difference\": {\"enum\": [\"kind\", \"missing\", \"extra\", \"type\", \"collation\", \"nullable\", \"identity\", \"default\", "
	"\"generated\", \"primary_key\", \"unique\", \"check\", \"foreign_key\", \"partition_by\", \"partition_of\", \"comment\"]}, "
	"\"asked\": {}, \"found\": {}}}}",
	.refusals = refusals,
	.examples = examples,
	.run = run
};

/*-------------------------------------------------------------------------
 *
 * alter_table.c
 *	  alter_table: a table's columns and constraints as they should be.
 *
 * The changes are made in the order of the members below, whatever their
 * order in the request.  It takes up to three steps, each seeing what the
 * one before has done: drop, rename, and the rest, which is one ALTER TABLE
 * so that the table is rewritten once at most.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "access/genam.h"
#include "access/htup_details.h"
#include "access/table.h"
#include "catalog/indexing.h"
#include "catalog/pg_constraint.h"
#include "miscadmin.h"
#include "nodes/makefuncs.h"
#include "utils/fmgroids.h"
#include "utils/lsyscache.h"
#include "utils/rel.h"

#include "catalog.h"
#include "commands/commands.h"
#include "commands/definition.h"
#include "error.h"
#include "nearest.h"

enum
{
	TABLE,
	DROP_CONSTRAINTS,
	DROP_COLUMNS,
	RENAME_COLUMNS,
	ALTER_COLUMNS,
	ADD_COLUMNS,
	ADD_CONSTRAINTS,
	RENAME_TO,
	CASCADE,
	IF_EXISTS
};

static const Member members[] = {
	{"table", MEMBER_TABLE, true, "Table to alter."},
	{"drop_constraints", MEMBER_COLUMNS, false, "Names of constraints to drop, first of all."},
	{"drop_columns", MEMBER_COLUMNS, false, "Columns to drop."},
	{"rename_columns", MEMBER_NAMES, false, "New names by the old ones, all at once; what follows goes by the new ones."},
	{"alter_columns", MEMBER_COLUMN_CHANGES, false, "Types, nullability and defaults to change."},
	{"add_columns", MEMBER_COLUMN_DEFINITIONS, false, "Columns to add."},
	{"add_constraints", MEMBER_CONSTRAINTS, false, "Constraints to add."},
	{"rename_to", MEMBER_TABLE, false, "The table's new name, in the same schema, last of all."},
	{"cascade", MEMBER_BOOL, false, "Drop what depends on dropped columns and constraints, too."},
	{"if_exists", MEMBER_BOOL, false, "Do nothing if there is no such table."},
	{NULL}
};

/* The members of an element of "alter_columns"; ddl_schema.c has their schema. */
enum
{
	CHANGE_NAME,
	CHANGE_TYPE,
	CHANGE_USING_EXPRESSION,
	CHANGE_NULLABLE,
	CHANGE_DEFAULT,
	CHANGE_DEFAULT_EXPRESSION,
	CHANGE_DROP_DEFAULT
};

static const char *const change_members[] = {
	"name", "type", "using_expression", "nullable", "default",
	"default_expression", "drop_default"
};

static const Refusal refusals[] = {
	{"42P01", "no such table, without \"if_exists\"; or \"references\" names one that does not exist"},
	{"3F000", "no such schema, without \"if_exists\""},
	{"42703", "no such column"},
	{"42704", "no such constraint or type"},
	{"42601", "nothing to change; members that contradict each other; a type or expression that is more or less than one"},
	{"42701", "a column of that name exists"},
	{"42710", "a constraint of that name exists"},
	{"42P07", "a relation of that name exists"},
	{"42P16", "the column is part of a partition key, inherited, or the like"},
	{"42804", "values of the old type are not converted by themselves: give \"using_expression\""},
	{"42830", "\"references\" names columns that are not a key"},
	{"2BP01", "something depends on what is dropped, without \"cascade\""},
	{"0A000", "a view depends on the column whose type is to change"},
	{"23502", "a column that is to be not null has nulls"},
	{"23505", "rows violate a new key"},
	{"23514", "rows violate a new check"},
	{"23503", "rows violate a new foreign key"},
	{"22P02", "a value does not fit the new type"},
	DDL_COLUMN_REFUSALS,
	{"42809", "not a table but a view or the like"},
	{"42622", "a name longer than 63 bytes"},
	{"54011", "more columns than a table can have"},
	{"22023", "an unknown word for \"identity\", \"on_delete\" or \"on_update\"; another schema in \"rename_to\""},
	{"42501", "somebody else's table; an SQL expression where pg_connector.allow does not have \"sql\""},
	{NULL}
};

static const char *const examples[] = {
	"{\"table\": \"users\", \"add_columns\": [{\"name\": \"phone\", \"type\": \"varchar(50)\"}], "
	"\"alter_columns\": [{\"name\": \"age\", \"type\": \"smallint\", \"nullable\": true, \"default\": 18}]}",
	"{\"table\": \"users\", \"rename_columns\": {\"phone\": \"telephone\"}, "
	"\"add_constraints\": [{\"name\": \"age_sane\", \"check\": \"age >= 0\"}]}",
	"{\"table\": \"users\", \"drop_constraints\": [\"age_sane\"], \"drop_columns\": [\"telephone\"]}",
	NULL
};

/* Raises 42704 with a hint if the table has no such constraint. */
static void
check_constraint(Relation rel, const char *name, const JsonNode *at)
{
	Relation	pg_constraint = table_open(ConstraintRelationId, AccessShareLock);
	ScanKeyData key;
	SysScanDesc scan;
	HeapTuple	tuple;
	Nearest		nearest;
	bool		found = false;

	nearest_init(&nearest, name);
	ScanKeyInit(&key, Anum_pg_constraint_conrelid, BTEqualStrategyNumber, F_OIDEQ,
				ObjectIdGetDatum(RelationGetRelid(rel)));
	scan = systable_beginscan(pg_constraint, ConstraintRelidTypidNameIndexId, true,
							  NULL, 1, &key);
	while (!found && HeapTupleIsValid(tuple = systable_getnext(scan)))
	{
		const char *conname = NameStr(((Form_pg_constraint) GETSTRUCT(tuple))->conname);

		found = strcmp(conname, name) == 0;
		nearest_offer(&nearest, conname);
	}
	systable_endscan(scan);
	table_close(pg_constraint, AccessShareLock);
	if (!found)
		ereport(ERROR,
				(errcode(ERRCODE_UNDEFINED_OBJECT),
				 errmsg("constraint \"%s\" of table \"%s\" does not exist",
						text_shown(name), RelationGetRelationName(rel)),
				 errhint_nearest(&nearest),
				 errplace(at)));
}

/* Drop constraints, then columns. */
static void
drop(Call *call, Ddl *ddl, Oid relid)
{
	DropBehavior behavior = node_is_true(call_member(call, CASCADE)) ?
		DROP_CASCADE : DROP_RESTRICT;

	/*
	 * One at a time, so that an error is at its place; rows are not looked at
	 * anyway.
	 */
	for (int m = DROP_CONSTRAINTS; m <= DROP_COLUMNS; m++)
	{
		JsonNode   *names;
		int			n = 0;

		names = node_given(call_member(call, m)) ?
			node_children(call_member(call, m), &n) : NULL;
		for (int i = 0; i < n; i++)
		{
			Relation	rel = table_open(relid, NoLock);
			AlterTableStmt *alter = definition_alter(rel);
			char	   *name = node_string(&names[i]);

			if (m == DROP_CONSTRAINTS)
				check_constraint(rel, name, &names[i]);
			else
				(void) catalog_column_named(rel, name, &names[i]);
			table_close(rel, NoLock);
			definition_command(alter, m == DROP_CONSTRAINTS ? AT_DropConstraint :
							   AT_DropColumn, name, NULL)->behavior = behavior;
			ddl_execute(ddl, (Node *) alter, &names[i]);
			CHECK_FOR_INTERRUPTS();
		}
	}
}

static void
rename_relation(Ddl *ddl, Oid relid, const char *column, const char *new_name,
				const JsonNode *at)
{
	Relation	rel = table_open(relid, NoLock);
	AlterTableStmt *alter = definition_alter(rel);
	RenameStmt *rename = makeNode(RenameStmt);

	table_close(rel, NoLock);
	rename->renameType = column != NULL ? OBJECT_COLUMN : alter->objtype;
	rename->relationType = alter->objtype;
	rename->relation = alter->relation;
	rename->subname = column != NULL ? pstrdup(column) : NULL;
	rename->newname = pstrdup(new_name);
	rename->behavior = DROP_RESTRICT;
	ddl_execute(ddl, (Node *) rename, at);
	CHECK_FOR_INTERRUPTS();
}

/* A name that no column has. */
static char *
free_name(Oid relid)
{
	for (int i = 1;; i++)
	{
		char	   *name = psprintf("pg_connector_%d", i);

		if (get_attnum(relid, name) == InvalidAttrNumber)
			return name;
	}
}

/*
 * All at once: two columns may swap their names.  A column that has the new
 * name of one before it is therefore put aside.
 */
static void
rename_columns(Ddl *ddl, Oid relid, const JsonNode *renames)
{
	int			n;
	JsonNode   *nodes = node_children(renames, &n);
	char	  **old_names = palloc(sizeof(char *) * (n + 1));
	char	  **new_names = palloc(sizeof(char *) * (n + 1));
	Relation	rel = table_open(relid, NoLock);

	for (int i = 0; i < n; i++)
	{
		old_names[i] = node_name(&nodes[i]);
		new_names[i] = ddl_new_name(&nodes[i]);
		(void) catalog_column_named(rel, old_names[i], &nodes[i]);
	}
	table_close(rel, NoLock);

	for (int i = 0; i < n; i++)
	{
		if (strcmp(old_names[i], new_names[i]) == 0)
			continue;
		for (int j = i + 1; j < n; j++)
		{
			char	   *aside;

			if (strcmp(old_names[j], new_names[i]) != 0 ||
				strcmp(old_names[j], new_names[j]) == 0)
				continue;
			aside = free_name(relid);
			rename_relation(ddl, relid, old_names[j], aside, &nodes[j]);
			old_names[j] = aside;
		}
		rename_relation(ddl, relid, old_names[i], new_names[i], &nodes[i]);
	}
}

/* The column as it is, or with the type that it is to have. */
static ColumnDef *
changed_column(Ddl *ddl, Form_pg_attribute att, const JsonNode *type)
{
	ColumnDef  *column;

	if (!node_given(type))
		return makeColumnDef(NameStr(att->attname), att->atttypid,
							 att->atttypmod, att->attcollation);
	column = ddl_column(ddl, pstrdup(NameStr(att->attname)), type);
	if (column->constraints != NIL || ddl_is_serial(column->typeName))
		ereport(ERROR,
				(errcode(ERRCODE_SYNTAX_ERROR),
				 errmsg("a column cannot be changed to \"%s\"",
						text_shown(node_string(type))),
				 errhint("Give the type alone; constraints and defaults are members of their own."),
				 errplace(type)));
	return column;
}

/* What an element of "alter_columns" says about the default. */
static void
change_default(Ddl *ddl, AlterTableStmt *alter, Form_pg_attribute att,
			   const ColumnDef *column, JsonNode *given)
{
	JsonNode   *value = &given[CHANGE_DEFAULT];
	JsonNode   *expression = &given[CHANGE_DEFAULT_EXPRESSION];
	JsonNode   *none = &given[CHANGE_DROP_DEFAULT];
	bool		drop = node_is_true(none);
	Node	   *def = NULL;

	if (node_given(value) + node_given(expression) + drop > 1)
		ereport(ERROR,
				(errcode(ERRCODE_SYNTAX_ERROR),
				 errmsg("\"default\", \"default_expression\" and \"drop_default\" exclude each other"),
				 errplace(drop ? none : expression)));
	if (node_given(value))
		def = ddl_constant(ddl, column, value);
	else if (node_given(expression))
		def = ddl_expression(ddl, expression);
	else if (!drop)
		return;

	/* With a new type, the old default need not fit. */
	if (def != NULL && node_given(&given[CHANGE_TYPE]) && att->atthasdef &&
		!att->attgenerated)
		(void) definition_command(alter, AT_ColumnDefault, column->colname, NULL);
	(void) definition_command(alter, AT_ColumnDefault, column->colname, def);
}

static void
change_column(Ddl *ddl, AlterTableStmt *alter, Relation rel, const JsonNode *node)
{
	JsonNode   *given = ddl_members(node, "a change of a column", change_members,
									lengthof(change_members), CHANGE_NAME + 1);
	AttrNumber	number = catalog_column(rel, &given[CHANGE_NAME]);
	Form_pg_attribute att = TupleDescAttr(RelationGetDescr(rel), number - 1);
	JsonNode   *type = &given[CHANGE_TYPE];
	JsonNode   *using = &given[CHANGE_USING_EXPRESSION];
	ColumnDef  *column = changed_column(ddl, att, type);
	int			before = list_length(alter->cmds);

	if (node_given(using) && !node_given(type))
		ereport(ERROR,
				(errcode(ERRCODE_SYNTAX_ERROR),
				 errmsg("\"using_expression\" needs \"type\""),
				 errplace(using)));
	if (node_given(type))
	{
		ColumnDef  *retyped = copyObject(column);

		retyped->location = ddl_location(ddl, type);
		if (node_given(using))
			retyped->raw_default = ddl_expression(ddl, using);
		(void) definition_command(alter, AT_AlterColumnType, column->colname,
								  (Node *) retyped);
	}
	change_default(ddl, alter, att, column, given);
	if (node_given(&given[CHANGE_NULLABLE]))
		(void) definition_command(alter, node_bool(&given[CHANGE_NULLABLE]) ?
								  AT_DropNotNull : AT_SetNotNull,
								  column->colname, NULL);
	if (list_length(alter->cmds) == before)
		ereport(ERROR,
				(errcode(ERRCODE_SYNTAX_ERROR),
				 errmsg("nothing to change about column \"%s\"", column->colname),
				 errplace(node)));
}

static void
add_command(AlterTableStmt *alter, AlterTableType type, void *def)
{
	(void) definition_command(alter, type, NULL, (Node *) def);
}

/*
 * Alter columns, add columns, add constraints.
 */
static void
change(Call *call, Ddl *ddl, Oid relid)
{
	JsonNode   *columns = call_member(call, ADD_COLUMNS);
	JsonNode   *constraints = call_member(call, ADD_CONSTRAINTS);
	Relation	rel = table_open(relid, NoLock);
	AlterTableStmt *alter = definition_alter(rel);
	KnownColumns known = {.rel = rel};
	List	   *foreign_keys = NIL;
	const JsonNode *at = NULL;
	ListCell   *lc;

	for (int m = ALTER_COLUMNS; m <= ADD_CONSTRAINTS; m++)
	{
		JsonNode   *list = call_member(call, m);
		JsonNode   *nodes;
		int			n;

		if (!node_given(list))
			continue;
		nodes = node_children(list, &n);
		if (n == 1)
			list = nodes;
		at = at == NULL ? list : call->request;
		for (int i = 0; i < n && m == ALTER_COLUMNS; i++)
			change_column(ddl, alter, rel, &nodes[i]);
	}
	if (node_given(columns))
		known.definitions = definition_columns(ddl, columns, &foreign_keys);
	foreach(lc, known.definitions)
		add_command(alter, AT_AddColumn, lfirst(lc));
	if (node_given(constraints))
	{
		List	   *list = definition_constraints(ddl, constraints, &known,
												  &foreign_keys);

		foreach(lc, list)
			add_command(alter, AT_AddConstraint, lfirst(lc));
	}
	foreach(lc, foreign_keys)
	{
		ForeignKey *key = lfirst(lc);

		(void) definition_resolve(key, relid);
		add_command(alter, AT_AddConstraint, key->constraint);
	}
	table_close(rel, NoLock);
	if (alter->cmds != NIL)
		ddl_execute(ddl, (Node *) alter, at);
}

/* Foreign keys alone let others read on. */
static LOCKMODE
lock_mode(Call *call)
{
	JsonNode   *constraints = call_member(call, ADD_CONSTRAINTS);
	JsonNode   *nodes;
	int			n;

	for (int m = DROP_CONSTRAINTS; m <= RENAME_TO; m++)
	{
		if (node_given(call_member(call, m)) != (m == ADD_CONSTRAINTS))
			return AccessExclusiveLock;
	}
	nodes = node_children(constraints, &n);
	for (int i = 0; i < n; i++)
	{
		JsonIter	iter;
		JsonValue	key;
		JsonValue	value;
		bool		foreign_key = false;

		if (node_type(&nodes[i]) != JSON_OBJECT)
			return AccessExclusiveLock;
		json_iter_init(&iter, &nodes[i].value, request_poll);
		while (json_iter_next(&iter, &key, &value))
			foreign_key |= json_string_equals(&key, "foreign_key", strlen("foreign_key"));
		if (!foreign_key)
			return AccessExclusiveLock;
	}
	return ShareRowExclusiveLock;
}

/* The new name, which may repeat the schema's. */
static void
rename_table(Ddl *ddl, Oid relid, const JsonNode *node)
{
	RangeVar   *name = catalog_table_name(node);
	char	   *schema = get_namespace_name(get_rel_namespace(relid));

	if (name->schemaname != NULL &&
		(schema == NULL || strcmp(name->schemaname, schema) != 0))
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("\"rename_to\" cannot move a table to another schema"),
				 errhint("A name that contains a dot stands in double quotes."),
				 errplace(node)));
	rename_relation(ddl, relid, NULL, name->relname, node);
}

static void
check_something_to_do(Call *call)
{
	for (int m = DROP_CONSTRAINTS; m <= RENAME_TO; m++)
	{
		if (node_given(call_member(call, m)))
			return;
	}
	ereport(ERROR,
			(errcode(ERRCODE_SYNTAX_ERROR),
			 errmsg("nothing to change"),
			 errhint("Give one of \"drop_constraints\", \"drop_columns\", \"rename_columns\", \"alter_columns\", \"add_columns\", \"add_constraints\" and \"rename_to\"."),
			 errplace(call->request)));
}

static void
run(Call *call)
{
	JsonNode   *table = call_member(call, TABLE);
	JsonNode   *renames = call_member(call, RENAME_COLUMNS);
	JsonNode   *rename_to = call_member(call, RENAME_TO);
	Ddl		   *ddl = ddl_begin(call);
	Relation	rel;
	Oid			relid;

	check_something_to_do(call);
	if (!OidIsValid(catalog_find_table(table, node_is_true(call_member(call, IF_EXISTS)))))
	{
		appendStringInfoString(call->out, "{\"success\":true,\"altered\":false}");
		return;
	}
	rel = ddl_open_owned(table, lock_mode(call));
	ddl_refuse_view(rel->rd_rel->relkind, RelationGetRelationName(rel), table);
	relid = RelationGetRelid(rel);
	table_close(rel, NoLock);

	drop(call, ddl, relid);
	if (node_given(renames))
		rename_columns(ddl, relid, renames);
	change(call, ddl, relid);
	if (node_given(rename_to))
		rename_table(ddl, relid, rename_to);
	appendStringInfoString(call->out, "{\"success\":true,\"altered\":true}");
}

const Command command_alter_table = {
	.name = "alter_table",
	.summary = "Change a table: all that is asked, in the order of the members, or nothing.",
	.kinds = KIND_DDL,
	.members = members,
	.together = "\"anyOf\":[{\"required\":[\"drop_constraints\"]},{\"required\":[\"drop_columns\"]},"
	"{\"required\":[\"rename_columns\"]},{\"required\":[\"alter_columns\"]},{\"required\":[\"add_columns\"]},"
	"{\"required\":[\"add_constraints\"]},{\"required\":[\"rename_to\"]}]",
	.result = "\"success\": {\"const\": true}, \"altered\": {\"type\": \"boolean\", \"description\": \"Whether the table was altered; not where there is none.\"}",
	.refusals = refusals,
	.examples = examples,
	.run = run
};

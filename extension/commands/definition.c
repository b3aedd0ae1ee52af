/*-------------------------------------------------------------------------
 *
 * definition.c
 *	  Definitions of columns and constraints to parse trees.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "access/htup_details.h"
#include "access/table.h"
#include "nodes/makefuncs.h"
#include "parser/parse_type.h"
#include "utils/rel.h"

#include "catalog.h"
#include "commands/definition.h"
#include "error.h"
#include "nearest.h"
#include "pg_version.h"

/* The members of a column's definition; ddl_schema.c has their schema. */
enum
{
	COLUMN_NAME,
	COLUMN_TYPE,
	COLUMN_NULLABLE,
	COLUMN_DEFAULT,
	COLUMN_DEFAULT_EXPRESSION,
	COLUMN_PRIMARY_KEY,
	COLUMN_UNIQUE,
	COLUMN_REFERENCES,
	COLUMN_CHECK,
	COLUMN_IDENTITY,
	COLUMN_GENERATED
};

static const char *const column_members[] = {
	"name", "type", "nullable", "default", "default_expression",
	"primary_key", "unique", "references", "check", "identity", "generated"
};

/* Those of a constraint's; the kinds stand first. */
enum
{
	CONSTRAINT_PRIMARY_KEY,
	CONSTRAINT_UNIQUE,
	CONSTRAINT_CHECK,
	CONSTRAINT_FOREIGN_KEY,
	CONSTRAINT_REFERENCES,
	CONSTRAINT_NAME,
	CONSTRAINT_DEFERRABLE,
	CONSTRAINT_INITIALLY_DEFERRED
};

static const char *const constraint_members[] = {
	"primary_key", "unique", "check", "foreign_key", "references", "name",
	"deferrable", "initially_deferred"
};

/* Those of "references". */
enum
{
	REFERENCES_TABLE,
	REFERENCES_COLUMN,
	REFERENCES_COLUMNS,
	REFERENCES_ON_DELETE,
	REFERENCES_ON_UPDATE
};

static const char *const references_members[] = {
	"table", "column", "columns", "on_delete", "on_update"
};

static Constraint *
new_constraint(Ddl *ddl, ConstrType type, const JsonNode *at)
{
	Constraint *constraint = makeNode(Constraint);

	constraint->contype = type;
	constraint->location = ddl_location(ddl, at);
	set_constraint_defaults(constraint);
	return constraint;
}

static char
referential_action(const JsonNode *node)
{
	static const char *const words[] = {
		"no_action", "restrict", "cascade", "set_null", "set_default"
	};
	static const char actions[] = {
		FKCONSTR_ACTION_NOACTION, FKCONSTR_ACTION_RESTRICT,
		FKCONSTR_ACTION_CASCADE, FKCONSTR_ACTION_SETNULL,
		FKCONSTR_ACTION_SETDEFAULT
	};

	if (!node_given(node))
		return FKCONSTR_ACTION_NOACTION;
	return actions[ddl_word(node, words, lengthof(words))];
}

/* The members of "references", of which a table's name alone is a short form. */
static JsonNode *
references_of(const JsonNode *node)
{
	JsonNode   *given;

	if (node_type(node) == JSON_OBJECT)
		return ddl_members(node, "\"references\"", references_members,
						   lengthof(references_members), 1);
	given = palloc0(sizeof(JsonNode) * lengthof(references_members));
	given[REFERENCES_TABLE] = *node;
	return given;
}

static ForeignKey *
make_foreign_key(Ddl *ddl, List *columns, const JsonNode *references)
{
	ForeignKey *key = palloc0(sizeof(ForeignKey));
	JsonNode   *given = references_of(references);
	Constraint *constraint = new_constraint(ddl, CONSTR_FOREIGN, references);

	if (node_given(&given[REFERENCES_COLUMN]) && node_given(&given[REFERENCES_COLUMNS]))
		ereport(ERROR,
				(errcode(ERRCODE_SYNTAX_ERROR),
				 errmsg("\"column\" and \"columns\" cannot both be given"),
				 errplace(&given[REFERENCES_COLUMNS])));
	constraint->pktable = catalog_table_name(&given[REFERENCES_TABLE]);
	constraint->fk_attrs = columns;
	constraint->fk_matchtype = FKCONSTR_MATCH_SIMPLE;
	constraint->fk_del_action = referential_action(&given[REFERENCES_ON_DELETE]);
	constraint->fk_upd_action = referential_action(&given[REFERENCES_ON_UPDATE]);
	key->constraint = constraint;
	key->references = references;
	return key;
}

Oid
definition_resolve(ForeignKey *key, Oid self)
{
	JsonNode   *given = references_of(key->references);
	Relation	rel = catalog_open_table(&given[REFERENCES_TABLE], AccessShareLock);
	Oid			relid = RelationGetRelid(rel);
	JsonNode   *names = &given[REFERENCES_COLUMN];
	int			n = node_given(names) ? 1 : 0;

	if (node_given(&given[REFERENCES_COLUMNS]))
	{
		node_expect(&given[REFERENCES_COLUMNS], JSON_ARRAY);
		names = node_children(&given[REFERENCES_COLUMNS], &n);
	}
	key->constraint->pktable = ddl_name(rel);
	for (int i = 0; i < n; i++)
	{
		char	   *name = node_string(&names[i]);

		if (relid != self)
			(void) catalog_column_named(rel, name, &names[i]);
		key->constraint->pk_attrs = lappend(key->constraint->pk_attrs,
											makeString(name));
	}
	table_close(rel, NoLock);
	return relid;
}

static void
add_constraint(ColumnDef *column, Constraint *constraint)
{
	column->constraints = lappend(column->constraints, constraint);
}

static ColumnDef *
make_column(Ddl *ddl, const JsonNode *node, List **foreign_keys)
{
	static const char *const identities[] = {"always", "by_default"};
	JsonNode   *given = ddl_members(node, "a column's definition", column_members,
									lengthof(column_members), COLUMN_TYPE + 1);
	ColumnDef  *column = ddl_column(ddl, ddl_new_name(&given[COLUMN_NAME]),
									&given[COLUMN_TYPE]);
	JsonNode   *member;
	Constraint *constraint;

	column->location = ddl_location(ddl, node);
	member = &given[COLUMN_NULLABLE];
	if (node_is_true(member) && ddl_is_serial(column->typeName))
		ereport(ERROR,
				(errcode(ERRCODE_SYNTAX_ERROR),
				 errmsg("conflicting NULL/NOT NULL declarations for column \"%s\"",
						column->colname),
				 errdetail("A column of type %s is never null.",
						   TypeNameToString(column->typeName)),
				 errplace(member)));
	if (node_given(member))
		add_constraint(column, new_constraint(ddl, node_bool(member) ?
											  CONSTR_NULL : CONSTR_NOTNULL, member));
	member = &given[COLUMN_DEFAULT];
	if (node_given(member))
	{
		constraint = new_constraint(ddl, CONSTR_DEFAULT, member);
		constraint->raw_expr = ddl_constant(ddl, column, member);
		add_constraint(column, constraint);
	}
	member = &given[COLUMN_DEFAULT_EXPRESSION];
	if (node_given(member))
	{
		constraint = new_constraint(ddl, CONSTR_DEFAULT, member);
		constraint->raw_expr = ddl_expression(ddl, member);
		add_constraint(column, constraint);
	}
	member = &given[COLUMN_IDENTITY];
	if (node_given(member))
	{
		constraint = new_constraint(ddl, CONSTR_IDENTITY, member);
		constraint->generated_when =
			ddl_word(member, identities, lengthof(identities)) == 0 ?
			ATTRIBUTE_IDENTITY_ALWAYS : ATTRIBUTE_IDENTITY_BY_DEFAULT;
		add_constraint(column, constraint);
	}
	member = &given[COLUMN_GENERATED];
	if (node_given(member))
	{
		constraint = new_constraint(ddl, CONSTR_GENERATED, member);
		constraint->generated_when = ATTRIBUTE_IDENTITY_ALWAYS;
		constraint->raw_expr = ddl_expression(ddl, member);
		add_constraint(column, constraint);
	}
	member = &given[COLUMN_PRIMARY_KEY];
	if (node_is_true(member))
		add_constraint(column, new_constraint(ddl, CONSTR_PRIMARY, member));
	member = &given[COLUMN_UNIQUE];
	if (node_is_true(member))
		add_constraint(column, new_constraint(ddl, CONSTR_UNIQUE, member));
	member = &given[COLUMN_CHECK];
	if (node_given(member))
	{
		constraint = new_constraint(ddl, CONSTR_CHECK, member);
		constraint->raw_expr = ddl_expression(ddl, member);
		add_constraint(column, constraint);
	}
	member = &given[COLUMN_REFERENCES];
	if (node_given(member))
		*foreign_keys = lappend(*foreign_keys,
								make_foreign_key(ddl, list_make1(makeString(column->colname)),
												 member));
	return column;
}

static const ColumnDef *
find_column(List *columns, const char *name)
{
	ListCell   *lc;

	foreach(lc, columns)
	{
		const ColumnDef *column = lfirst_node(ColumnDef, lc);

		if (strcmp(column->colname, name) == 0)
			return column;
	}
	return NULL;
}

List *
definition_columns(Ddl *ddl, const JsonNode *list, List **foreign_keys)
{
	List	   *columns = NIL;
	int			n;
	JsonNode   *definitions = node_children(list, &n);

	if (n > MaxHeapAttributeNumber)
		ereport(ERROR,
				(errcode(ERRCODE_TOO_MANY_COLUMNS),
				 errmsg("tables can have at most %d columns",
						MaxHeapAttributeNumber),
				 errplace(list)));
	for (int i = 0; i < n; i++)
	{
		ColumnDef  *column = make_column(ddl, &definitions[i], foreign_keys);

		if (find_column(columns, column->colname) != NULL)
			ereport(ERROR,
					(errcode(ERRCODE_DUPLICATE_COLUMN),
					 errmsg("column \"%s\" is defined twice", column->colname),
					 errplace(&definitions[i])));
		columns = lappend(columns, column);
	}
	return columns;
}

void
definition_check_column(const JsonNode *node, const KnownColumns *known)
{
	char	   *name = node_string(node);
	Nearest		nearest;
	ListCell   *lc;

	if (find_column(known->definitions, name) != NULL)
		return;
	if (known->rel != NULL)
	{
		/* It offers those of the table. */
		(void) catalog_column_named(known->rel, name, node);
		return;
	}
	nearest_init(&nearest, name);
	foreach(lc, known->definitions)
		nearest_offer(&nearest, lfirst_node(ColumnDef, lc)->colname);
	ereport(ERROR,
			(errcode(ERRCODE_UNDEFINED_COLUMN),
			 errmsg("column \"%s\" named in key does not exist",
					text_shown(name)),
			 errhint_nearest(&nearest),
			 errplace(node)));
}

/* Names of known columns, as String nodes. */
static List *
column_names(const JsonNode *list, const KnownColumns *known)
{
	List	   *keys = NIL;
	JsonNode   *names;
	int			n;

	node_expect(list, JSON_ARRAY);
	names = node_children(list, &n);
	if (n == 0)
		ereport(ERROR,
				(errcode(ERRCODE_SYNTAX_ERROR),
				 node_type(list->parent) == JSON_OBJECT ?
				 errmsg("\"%s\" names no column", node_name(list)) :
				 errmsg("key names no column"),
				 errplace(list)));
	for (int i = 0; i < n; i++)
	{
		definition_check_column(&names[i], known);
		keys = lappend(keys, makeString(node_string(&names[i])));
	}
	return keys;
}

Constraint *
definition_key(Ddl *ddl, ConstrType type, const JsonNode *names,
			   const KnownColumns *known)
{
	Constraint *constraint = new_constraint(ddl, type, names);

	constraint->keys = column_names(names, known);
	return constraint;
}

/* The one kind of constraint that an object defines. */
static int
constraint_kind(const JsonNode *node, const JsonNode *given)
{
	int			kind = -1;

	for (int m = CONSTRAINT_PRIMARY_KEY; m <= CONSTRAINT_FOREIGN_KEY; m++)
	{
		if (!node_given(&given[m]))
			continue;
		if (kind >= 0)
			ereport(ERROR,
					(errcode(ERRCODE_SYNTAX_ERROR),
					 errmsg("a constraint cannot be both \"%s\" and \"%s\"",
							constraint_members[kind], constraint_members[m]),
					 errplace(&given[m])));
		kind = m;
	}
	if (kind < 0)
		ereport(ERROR,
				(errcode(ERRCODE_SYNTAX_ERROR),
				 errmsg("a constraint needs one of \"primary_key\", \"unique\", \"check\" and \"foreign_key\""),
				 errplace(node)));
	if ((kind == CONSTRAINT_FOREIGN_KEY) != node_given(&given[CONSTRAINT_REFERENCES]))
		ereport(ERROR,
				(errcode(ERRCODE_SYNTAX_ERROR),
				 errmsg("\"foreign_key\" and \"references\" need each other"),
				 errplace(node)));
	return kind;
}

/* What the grammar would have said about it. */
static void
set_deferrable(Constraint *constraint, const JsonNode *given)
{
	const JsonNode *deferrable = &given[CONSTRAINT_DEFERRABLE];
	const JsonNode *deferred = &given[CONSTRAINT_INITIALLY_DEFERRED];

	constraint->initdeferred = node_is_true(deferred);
	constraint->deferrable = node_given(deferrable) ? node_bool(deferrable) :
		constraint->initdeferred;
	if (constraint->initdeferred && !constraint->deferrable)
		ereport(ERROR,
				(errcode(ERRCODE_SYNTAX_ERROR),
				 errmsg("a constraint that is initially deferred must be deferrable"),
				 errplace(deferrable)));
	if (constraint->deferrable && constraint->contype == CONSTR_CHECK)
		ereport(ERROR,
				(errcode(ERRCODE_SYNTAX_ERROR),
				 errmsg("a check cannot be deferrable"),
				 errplace(node_is_true(deferrable) ? deferrable : deferred)));
}

List *
definition_constraints(Ddl *ddl, const JsonNode *list,
					   const KnownColumns *known, List **foreign_keys)
{
	List	   *constraints = NIL;
	int			n;
	JsonNode   *nodes = node_children(list, &n);

	for (int i = 0; i < n; i++)
	{
		JsonNode   *given = ddl_members(&nodes[i], "a constraint", constraint_members,
										lengthof(constraint_members), 0);
		int			kind = constraint_kind(&nodes[i], given);
		Constraint *constraint;
		ForeignKey *key;

		switch (kind)
		{
			case CONSTRAINT_FOREIGN_KEY:
				key = make_foreign_key(ddl, column_names(&given[kind], known),
									   &given[CONSTRAINT_REFERENCES]);
				*foreign_keys = lappend(*foreign_keys, key);
				constraint = key->constraint;
				break;
			case CONSTRAINT_CHECK:
				constraint = new_constraint(ddl, CONSTR_CHECK, &given[kind]);
				constraint->raw_expr = ddl_expression(ddl, &given[kind]);
				break;
			default:
				constraint = definition_key(ddl, kind == CONSTRAINT_UNIQUE ?
											CONSTR_UNIQUE : CONSTR_PRIMARY,
											&given[kind], known);
				break;
		}
		if (node_given(&given[CONSTRAINT_NAME]))
			constraint->conname = ddl_new_name(&given[CONSTRAINT_NAME]);
		set_deferrable(constraint, given);
		if (kind != CONSTRAINT_FOREIGN_KEY)
			constraints = lappend(constraints, constraint);
	}
	return constraints;
}

AlterTableStmt *
definition_alter(Relation rel)
{
	AlterTableStmt *alter = makeNode(AlterTableStmt);

	alter->relation = ddl_name(rel);
	alter->objtype = rel->rd_rel->relkind == RELKIND_FOREIGN_TABLE ?
		OBJECT_FOREIGN_TABLE : OBJECT_TABLE;
	return alter;
}

AlterTableCmd *
definition_command(AlterTableStmt *alter, AlterTableType type, char *name,
				   Node *def)
{
	AlterTableCmd *command = makeNode(AlterTableCmd);

	command->subtype = type;
	command->name = name;
	command->def = def;
	command->behavior = DROP_RESTRICT;
	alter->cmds = lappend(alter->cmds, command);
	return command;
}

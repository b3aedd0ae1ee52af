/*-------------------------------------------------------------------------
 *
 * create_table.c
 *	  create_table: a table out of typed, checked definitions.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "access/htup_details.h"
#include "catalog/namespace.h"
#include "nodes/makefuncs.h"
#include "utils/lsyscache.h"

#include "catalog.h"
#include "commands/commands.h"
#include "commands/ddl.h"
#include "error.h"
#include "nearest.h"

enum
{
	TABLE,
	COLUMNS,
	PRIMARY_KEY,
	IF_NOT_EXISTS
};

static const Member members[] = {
	{"table", MEMBER_TABLE, true, "Table to create."},
	{"columns", MEMBER_COLUMN_DEFINITIONS, true, "Its columns."},
	{"primary_key", MEMBER_COLUMNS, false, "Columns of the primary key, where it has several."},
	{"if_not_exists", MEMBER_BOOL, false, "Leave a table of that name as it is."},
	{NULL}
};

/* The members of a column's definition; see also column_schema in commands.c. */
enum
{
	COLUMN_NAME,
	COLUMN_TYPE,
	COLUMN_NULLABLE,
	COLUMN_DEFAULT,
	COLUMN_DEFAULT_EXPRESSION,
	COLUMN_PRIMARY_KEY,
	COLUMN_UNIQUE,
	COLUMN_MEMBERS
};

static const char *const column_members[] = {
	"name", "type", "nullable", "default", "default_expression",
	"primary_key", "unique"
};

static const Refusal refusals[] = {
	{"42P07", "a relation of that name exists, without \"if_not_exists\""},
	{"42704", "no such type"},
	{"42601", "a type that is more or less than a type"},
	{"42701", "two columns of one name"},
	{"42703", "a column of the primary key that is not among the columns"},
	{"42622", "a name longer than 63 bytes"},
	{"22P02", "a default that the column's type does not accept"},
	{"42501", "an SQL expression where pg_connector.allow does not have \"sql\""},
	{NULL}
};

static const char *const examples[] = {
	"{\"table\": \"users\", \"columns\": [{\"name\": \"id\", \"type\": \"serial\", \"primary_key\": true}, "
	"{\"name\": \"name\", \"type\": \"varchar(255)\", \"nullable\": false}, "
	"{\"name\": \"email\", \"type\": \"text\", \"unique\": true}, "
	"{\"name\": \"status\", \"type\": \"text\", \"default\": \"active\"}, "
	"{\"name\": \"age\", \"type\": \"integer\"}, "
	"{\"name\": \"created_at\", \"type\": \"timestamptz DEFAULT now()\"}], \"if_not_exists\": true}",
	NULL
};

static Constraint *
new_constraint(ConstrType type)
{
	Constraint *constraint = makeNode(Constraint);

	constraint->contype = type;
	constraint->location = -1;
	return constraint;
}

static void unknown_column_member(const JsonNode *member) pg_attribute_noreturn();

static void
unknown_column_member(const JsonNode *member)
{
	char	   *name = node_name(member);
	Nearest		nearest;

	nearest_init(&nearest, name);
	for (int m = 0; m < COLUMN_MEMBERS; m++)
		nearest_offer(&nearest, column_members[m]);
	ereport(ERROR,
			(errcode(ERRCODE_SYNTAX_ERROR),
			 errmsg("unrecognized member \"%s\" of a column's definition",
					text_shown(name)),
			 errhint_nearest(&nearest),
			 errplace(member)));
}

static void
read_column_members(const JsonNode *node, JsonNode *found)
{
	int			n;
	JsonNode   *given;

	node_expect(node, JSON_OBJECT);
	given = node_children(node, &n);
	for (int i = 0; i < n; i++)
	{
		int			m;

		for (m = 0; m < COLUMN_MEMBERS; m++)
		{
			if (json_string_equals(&given[i].key, column_members[m],
								   strlen(column_members[m])))
				break;
		}
		if (m == COLUMN_MEMBERS)
			unknown_column_member(&given[i]);
		found[m] = given[i];
	}
	for (int m = COLUMN_NAME; m <= COLUMN_TYPE; m++)
	{
		if (!node_given(&found[m]))
			ereport(ERROR,
					(errcode(ERRCODE_SYNTAX_ERROR),
					 errmsg("a column's definition needs the member \"%s\"",
							column_members[m]),
					 errplace(node)));
	}
}

static bool
is_true(const JsonNode *node)
{
	return node_given(node) && node_bool(node);
}

static ColumnDef *
make_column(Call *call, const JsonNode *node)
{
	/* Not on the stack: an error that names one is told after we are gone. */
	JsonNode   *given = palloc0(sizeof(JsonNode) * COLUMN_MEMBERS);
	ColumnDef  *column;
	Constraint *constraint;

	read_column_members(node, given);
	column = ddl_column(call, &given[COLUMN_NAME], &given[COLUMN_TYPE]);

	if (node_given(&given[COLUMN_NULLABLE]))
		column->constraints =
			lappend(column->constraints,
					new_constraint(node_bool(&given[COLUMN_NULLABLE]) ?
								   CONSTR_NULL : CONSTR_NOTNULL));
	if (node_given(&given[COLUMN_DEFAULT]))
	{
		constraint = new_constraint(CONSTR_DEFAULT);
		constraint->raw_expr = ddl_constant(column, &given[COLUMN_DEFAULT]);
		column->constraints = lappend(column->constraints, constraint);
	}
	if (node_given(&given[COLUMN_DEFAULT_EXPRESSION]))
	{
		constraint = new_constraint(CONSTR_DEFAULT);
		constraint->raw_expr = ddl_expression(call, &given[COLUMN_DEFAULT_EXPRESSION]);
		column->constraints = lappend(column->constraints, constraint);
	}
	if (is_true(&given[COLUMN_PRIMARY_KEY]))
		column->constraints = lappend(column->constraints,
									  new_constraint(CONSTR_PRIMARY));
	if (is_true(&given[COLUMN_UNIQUE]))
		column->constraints = lappend(column->constraints,
									  new_constraint(CONSTR_UNIQUE));
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

static List *
make_columns(Call *call, const JsonNode *list)
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
		ColumnDef  *column = make_column(call, &definitions[i]);

		if (find_column(columns, column->colname) != NULL)
			ereport(ERROR,
					(errcode(ERRCODE_DUPLICATE_COLUMN),
					 errmsg("column \"%s\" is defined twice", column->colname),
					 errplace(&definitions[i])));
		columns = lappend(columns, column);
	}
	return columns;
}

static Constraint *
make_primary_key(List *columns, const JsonNode *list)
{
	Constraint *constraint = new_constraint(CONSTR_PRIMARY);
	int			n;
	JsonNode   *names = node_children(list, &n);

	if (n == 0)
		ereport(ERROR,
				(errcode(ERRCODE_SYNTAX_ERROR),
				 errmsg("\"primary_key\" names no column"),
				 errplace(list)));
	for (int i = 0; i < n; i++)
	{
		char	   *name = node_string(&names[i]);
		Nearest		nearest;
		ListCell   *lc;

		constraint->keys = lappend(constraint->keys, makeString(name));
		if (find_column(columns, name) != NULL)
			continue;
		nearest_init(&nearest, name);
		foreach(lc, columns)
			nearest_offer(&nearest, lfirst_node(ColumnDef, lc)->colname);
		ereport(ERROR,
				(errcode(ERRCODE_UNDEFINED_COLUMN),
				 errmsg("column \"%s\" named in key does not exist",
						text_shown(name)),
				 errhint_nearest(&nearest),
				 errplace(&names[i])));
	}
	return constraint;
}

/* Whether there is a relation of that name where the table would be. */
static bool
exists(RangeVar *name, const JsonNode *node)
{
	ErrorPlace	outer = error_current_place;
	Oid			schema;

	error_current_place = (ErrorPlace) {.node = node, .index = -1};
	schema = RangeVarGetCreationNamespace(name);
	error_current_place = outer;
	return OidIsValid(get_relname_relid(name->relname, schema));
}

static void
run(Call *call)
{
	JsonNode   *primary_key = call_member(call, PRIMARY_KEY);
	CreateStmt *create = makeNode(CreateStmt);

	create->relation = catalog_table_name(call_member(call, TABLE));
	create->oncommit = ONCOMMIT_NOOP;
	create->if_not_exists = is_true(call_member(call, IF_NOT_EXISTS));
	create->tableElts = make_columns(call, call_member(call, COLUMNS));
	if (node_given(primary_key))
		create->tableElts = lappend(create->tableElts,
									make_primary_key(create->tableElts, primary_key));

	if (exists(create->relation, call_member(call, TABLE)))
	{
		if (!create->if_not_exists)
			ereport(ERROR,
					(errcode(ERRCODE_DUPLICATE_TABLE),
					 errmsg("relation \"%s\" already exists",
							create->relation->relname),
					 errplace(call_member(call, TABLE))));
		appendStringInfoString(call->out, "{\"success\":true,\"created\":false}");
		return;
	}
	ddl_execute(call, (Node *) create, call->request);
	appendStringInfoString(call->out, "{\"success\":true,\"created\":true}");
}

const Command command_create_table = {
	.name = "create_table",
	.summary = "Create a table.",
	.kinds = KIND_DDL,
	.members = members,
	.result = "\"success\": {\"const\": true}, \"created\": {\"type\": \"boolean\"}",
	.refusals = refusals,
	.examples = examples,
	.run = run
};

/*-------------------------------------------------------------------------
 *
 * create_index.c
 *	  create_index: an index on columns or expressions of a table.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "access/table.h"
#include "catalog/index.h"
#include "commands/defrem.h"
#include "nodes/makefuncs.h"
#include "utils/lsyscache.h"
#include "utils/rel.h"

#include "catalog.h"
#include "commands/commands.h"
#include "commands/ddl.h"
#include "error.h"
#include "nearest.h"

enum
{
	TABLE,
	COLUMNS,
	NAME,
	UNIQUE,
	METHOD,
	INCLUDE,
	WHERE_EXPRESSION,
	IF_NOT_EXISTS
};

static const Member members[] = {
	{"table", MEMBER_TABLE, true, "Table to index."},
	{"columns", MEMBER_INDEX_COLUMNS, true,
	"What is indexed, the most important first."},
	{"name", MEMBER_STRING, false, "The index's name; PostgreSQL chooses one if left out."},
	{"unique", MEMBER_BOOL, false, "No two rows may have the same values."},
	{"method", MEMBER_STRING, false, "Access method: btree (default), hash, gin, gist, spgist, brin or another that is installed."},
	{"include", MEMBER_KEY, false, "Columns that the index carries along."},
	{"where_expression", MEMBER_STRING, false, "An SQL condition: index only the rows that meet it."},
	{"if_not_exists", MEMBER_BOOL, false, "Do nothing if there is an index of that name."},
	{NULL}
};

static const Refusal refusals[] = {
	{"42P01", "no such table"},
	{"3F000", "no such schema"},
	{"42809", "not a table or materialized view"},
	{"42703", "no such column"},
	{"42704", "no such method or operator class, or a column whose type the method cannot index"},
	{"42601", "a column or an expression that is not exactly one; \"if_not_exists\" without \"name\""},
	{"42P17", "an expression that is not immutable"},
	{"42804", "a condition that is not boolean"},
	{"42803", "an aggregate in an expression"},
	{"42P20", "a window function in an expression"},
	{"22P02", "a constant in an expression that its type does not accept"},
	{"42P02", "a parameter in an expression"},
	{"0A000", "unique, but not with the columns of the partition key; or what the method does not support"},
	{"42622", "a name longer than 63 bytes"},
	{"54011", "more columns than an index can have"},
	{"42P07", "an index of that name exists, without \"if_not_exists\""},
	{"23505", "unique, but there are rows with the same values"},
	{"22023", "an unknown word for \"order\" or \"nulls\""},
	{"42501", "somebody else's table; an SQL expression where pg_connector.allow does not have \"sql\""},
	{NULL}
};

static const char *const examples[] = {
	"{\"table\": \"users\", \"columns\": [\"email\"], \"unique\": true, \"name\": \"users_email\", \"if_not_exists\": true}",
	"{\"table\": \"users\", \"columns\": [{\"expression\": \"lower(name)\"}, [\"age\", \"desc\"]]}",
	NULL
};

/* The members of an indexed column; ddl_schema.c has their schema. */
enum
{
	ELEMENT_COLUMN,
	ELEMENT_EXPRESSION,
	ELEMENT_ORDER,
	ELEMENT_NULLS,
	ELEMENT_OPERATOR_CLASS
};

static const char *const element_members[] = {
	"column", "expression", "order", "nulls", "operator_class"
};

static IndexElem *
column_element(Relation rel, const JsonNode *node)
{
	IndexElem  *element = makeNode(IndexElem);
	AttrNumber	number = catalog_column(rel, node);

	element->name = pstrdup(NameStr(TupleDescAttr(RelationGetDescr(rel), number - 1)->attname));
	return element;
}

static SortByDir
read_order(const JsonNode *node)
{
	static const char *const words[] = {"asc", "desc"};

	return ddl_word(node, words, lengthof(words)) == 0 ? SORTBY_ASC : SORTBY_DESC;
}

static SortByNulls
read_nulls(const JsonNode *node)
{
	static const char *const words[] = {"first", "last"};

	return ddl_word(node, words, lengthof(words)) == 0 ?
		SORTBY_NULLS_FIRST : SORTBY_NULLS_LAST;
}

static IndexElem *
object_element(Ddl *ddl, Relation rel, const JsonNode *node)
{
	JsonNode   *given = ddl_members(node, "an indexed column", element_members,
									lengthof(element_members), 0);
	JsonNode   *column = &given[ELEMENT_COLUMN];
	JsonNode   *expression = &given[ELEMENT_EXPRESSION];
	IndexElem  *element;

	if (node_given(column) == node_given(expression))
		ereport(ERROR,
				(errcode(ERRCODE_SYNTAX_ERROR),
				 errmsg("an indexed column needs either \"column\" or \"expression\""),
				 errplace(node)));
	if (node_given(column))
		element = column_element(rel, column);
	else
	{
		element = makeNode(IndexElem);
		element->expr = ddl_expression(ddl, expression);
	}
	if (node_given(&given[ELEMENT_ORDER]))
		element->ordering = read_order(&given[ELEMENT_ORDER]);
	if (node_given(&given[ELEMENT_NULLS]))
		element->nulls_ordering = read_nulls(&given[ELEMENT_NULLS]);
	if (node_given(&given[ELEMENT_OPERATOR_CLASS]))
		element->opclass =
			ddl_name_list(catalog_table_name(&given[ELEMENT_OPERATOR_CLASS]));
	return element;
}

/* "column", ["column", "desc"] or an object */
static IndexElem *
index_element(Ddl *ddl, Relation rel, const JsonNode *node)
{
	IndexElem  *element;
	SortByDir	ordering;
	JsonNode   *parts;
	int			n;

	if (node_type(node) == JSON_STRING)
		return column_element(rel, node);
	if (node_type(node) == JSON_OBJECT)
		return object_element(ddl, rel, node);
	node_expect(node, JSON_ARRAY);
	parts = node_children(node, &n);
	if (n != 2)
		ereport(ERROR,
				(errcode(ERRCODE_SYNTAX_ERROR),
				 errmsg("expected [\"column\", \"asc\" or \"desc\"]"),
				 errplace(node)));
	ordering = read_order(&parts[1]);
	element = column_element(rel, &parts[0]);
	element->ordering = ordering;
	return element;
}

static char *
read_method(const JsonNode *node)
{
	static const char *const common[] = {
		"btree", "hash", "gin", "gist", "spgist", "brin"
	};
	char	   *method;
	Nearest		nearest;

	if (!node_given(node))
		return pstrdup(DEFAULT_INDEX_TYPE);
	method = node_string(node);
	if (OidIsValid(get_index_am_oid(method, true)))
		return method;
	nearest_init(&nearest, method);
	for (int i = 0; i < lengthof(common); i++)
		nearest_offer(&nearest, common[i]);
	ereport(ERROR,
			(errcode(ERRCODE_UNDEFINED_OBJECT),
			 errmsg("access method \"%s\" does not exist", text_shown(method)),
			 errhint_nearest(&nearest),
			 errplace(node)));
}

static List *
index_elements(Ddl *ddl, Relation rel, const JsonNode *list, bool plain)
{
	List	   *elements = NIL;
	int			n;
	JsonNode   *nodes = node_children(list, &n);

	if (n == 0)
		ereport(ERROR,
				(errcode(ERRCODE_SYNTAX_ERROR),
				 errmsg("\"%s\" names no column", node_name(list)),
				 errplace(list)));
	for (int i = 0; i < n; i++)
		elements = lappend(elements, plain ? column_element(rel, &nodes[i]) :
						   index_element(ddl, rel, &nodes[i]));
	return elements;
}

static IndexStmt *
make_index(Call *call, Ddl *ddl, Relation rel)
{
	JsonNode   *include = call_member(call, INCLUDE);
	JsonNode   *where = call_member(call, WHERE_EXPRESSION);
	JsonNode   *name = call_member(call, NAME);
	IndexStmt  *index = makeNode(IndexStmt);

	index->relation = ddl_name(rel);
	index->accessMethod = read_method(call_member(call, METHOD));
	index->unique = node_is_true(call_member(call, UNIQUE));
	if (node_given(name))
		index->idxname = ddl_new_name(name);
	index->indexParams = index_elements(ddl, rel, call_member(call, COLUMNS), false);
	if (node_given(include))
		index->indexIncludingParams = index_elements(ddl, rel, include, true);
	if (node_given(where))
		index->whereClause = ddl_expression(ddl, where);
	return index;
}

static void
run(Call *call)
{
	JsonNode   *name = call_member(call, NAME);
	JsonNode   *if_not_exists = call_member(call, IF_NOT_EXISTS);
	Ddl		   *ddl = ddl_begin(call);
	IndexStmt  *index;
	Relation	rel;
	bool		exists;

	if (node_is_true(if_not_exists) && !node_given(name))
		ereport(ERROR,
				(errcode(ERRCODE_SYNTAX_ERROR),
				 errmsg("\"if_not_exists\" needs the index's \"name\""),
				 errplace(if_not_exists)));

	rel = ddl_open_owned(call_member(call, TABLE), ShareLock);
	if (rel->rd_rel->relkind == RELKIND_VIEW)
		ereport(ERROR,
				(errcode(ERRCODE_WRONG_OBJECT_TYPE),
				 errmsg("\"%s\" is a view and cannot have indexes",
						RelationGetRelationName(rel)),
				 errhint("Index the tables that it reads."),
				 errplace(call_member(call, TABLE))));
	index = make_index(call, ddl, rel);
	exists = index->idxname != NULL &&
		OidIsValid(get_relname_relid(index->idxname, RelationGetNamespace(rel)));
	table_close(rel, NoLock);

	if (exists && !node_is_true(if_not_exists))
		ereport(ERROR,
				(errcode(ERRCODE_DUPLICATE_TABLE),
				 errmsg("relation \"%s\" already exists", index->idxname),
				 errplace(name)));
	if (!exists)
		ddl_execute(ddl, (Node *) index, call->request);
	appendStringInfo(call->out, "{\"success\":true,\"created\":%s}",
					 exists ? "false" : "true");
}

const Command command_create_index = {
	.name = "create_index",
	.summary = "Create an index.",
	.kinds = KIND_DDL,
	.members = members,
	.result = "\"success\": {\"const\": true}, \"created\": {\"type\": \"boolean\", \"description\": \"Whether the index was created; not where one of that name existed.\"}",
	.refusals = refusals,
	.examples = examples,
	.run = run
};

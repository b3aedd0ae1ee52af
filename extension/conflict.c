/*-------------------------------------------------------------------------
 *
 * conflict.c
 *	  What an upsert does about rows that exist ("on_conflict").
 *
 * PostgreSQL finds the unique indexes that decide conflicts from columns or a
 * constraint's name.  They are found here before, so that a refusal can say
 * what there is, and because the command must know what it takes for two rows
 * to have the same key.  A view's indexes are those of some table below it,
 * and only PostgreSQL knows them.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "access/genam.h"
#include "access/htup_details.h"
#include "catalog/pg_class.h"
#include "catalog/pg_constraint.h"
#include "catalog/pg_index.h"
#include "miscadmin.h"
#include "nodes/bitmapset.h"
#include "utils/acl.h"
#include "utils/lsyscache.h"
#include "utils/rel.h"
#include "utils/syscache.h"

#include "catalog.h"
#include "conflict.h"
#include "error.h"
#include "nearest.h"

enum
{
	COLUMNS,
	CONSTRAINT,
	WHERE,
	ACTION,
	UPDATE,
	IF,
	NMEMBERS
};

static const char *const member_names[NMEMBERS] = {
	"columns", "constraint", "where", "action", "update", "if"
};

static const struct
{
	const char *name;
	const char *sql;
	bool		null_safe;
}			operators[] = {
	{"=", "=", false},
	{"!=", "<>", false},
	{"<>", "<>", false},
	{"<", "<", false},
	{"<=", "<=", false},
	{">", ">", false},
	{">=", ">=", false},
	{"is_distinct_from", "<>", true},
	{"is_not_distinct_from", "=", true}
};

const char *
conflict_operator(int i)
{
	return i < lengthof(operators) ? operators[i].name : NULL;
}

/* Whether the caller may do anything with a column, and so may know of it. */
static bool
may_see_column(Relation rel, AttrNumber column)
{
	Oid			relid = RelationGetRelid(rel);
	AclMode		mode = ACL_SELECT | ACL_INSERT | ACL_UPDATE;

	return pg_class_aclmask(relid, GetUserId(), mode, ACLMASK_ANY) != 0 ||
		pg_attribute_aclmask(relid, column, GetUserId(), mode, ACLMASK_ANY) != 0;
}

/* Whether an index can decide conflicts at all, if its columns are named. */
static bool
is_key(Relation index)
{
	return index->rd_index->indisunique && index->rd_index->indisvalid &&
		index->rd_index->indimmediate && RelationGetIndexExpressions(index) == NIL;
}

static bool
is_partial(Relation index)
{
	return RelationGetIndexPredicate(index) != NIL;
}

static ColumnList
index_columns(Relation index)
{
	ColumnList	list = {index->rd_index->indnkeyatts};

	list.columns = palloc(sizeof(AttrNumber) * list.n);
	for (int i = 0; i < list.n; i++)
		list.columns[i] = index->rd_index->indkey.values[i];
	return list;
}

/* "(id), (a, b)": the keys that the caller may see, or "". */
static char *
keys_text(Relation rel)
{
	StringInfoData text;
	ListCell   *lc;

	initStringInfo(&text);
	foreach(lc, RelationGetIndexList(rel))
	{
		Relation	index = index_open(lfirst_oid(lc), AccessShareLock);
		bool		seen = is_key(index);

		for (int i = 0; seen && i < index->rd_index->indnkeyatts; i++)
			seen = may_see_column(rel, index->rd_index->indkey.values[i]);
		if (seen)
		{
			ColumnList	columns = index_columns(index);

			for (int i = 0; i < columns.n; i++)
				appendStringInfo(&text, "%s%s", i > 0 ? ", " : text.len > 0 ? ", (" : "(",
								 NameStr(TupleDescAttr(RelationGetDescr(rel), columns.columns[i] - 1)->attname));
			appendStringInfoString(&text, is_partial(index) ? ") with \"where\"" : ")");
		}
		index_close(index, AccessShareLock);
	}
	return text.data;
}

static int
errhint_keys(Relation rel)
{
	char	   *keys = keys_text(rel);

	if (rel->rd_rel->relkind == RELKIND_FOREIGN_TABLE)
		return errhint("PostgreSQL knows no keys of a foreign table.");
	if (keys[0] == '\0')
		return errhint("It has no unique key that you may see and that could decide conflicts.");
	return errhint("What can decide conflicts: %s.", keys);
}

/* The constraint that "on_conflict" names. */
static void
find_constraint(OnConflict *conflict, Relation rel, const JsonNode *node)
{
	char	   *name = node_string(node);
	Oid			oid = get_relation_constraint_oid(RelationGetRelid(rel), name, true);
	HeapTuple	tuple = SearchSysCache1(CONSTROID, ObjectIdGetDatum(oid));
	Form_pg_constraint form;
	Relation	index;

	if (!HeapTupleIsValid(tuple))
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_COLUMN_REFERENCE),
				 errmsg("constraint \"%s\" of table \"%s\" does not exist",
						text_shown(name), RelationGetRelationName(rel)),
				 errdetail("An index that is no constraint is named by its \"columns\"; one on expressions cannot be named."),
				 errhint_keys(rel), errplace(node)));
	form = (Form_pg_constraint) GETSTRUCT(tuple);
	if (form->contype != CONSTRAINT_PRIMARY && form->contype != CONSTRAINT_UNIQUE &&
		form->contype != CONSTRAINT_EXCLUSION)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_COLUMN_REFERENCE),
				 errmsg("constraint \"%s\" is not a unique constraint", name),
				 errhint_keys(rel), errplace(node)));
	if (form->condeferrable)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_COLUMN_REFERENCE),
				 errmsg("constraint \"%s\" is deferrable and cannot decide conflicts", name),
				 errhint_keys(rel), errplace(node)));
	if (form->contype == CONSTRAINT_EXCLUSION && !conflict->nothing)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_COLUMN_REFERENCE),
				 errmsg("exclusion constraint \"%s\" cannot tell which row to update", name),
				 errhint("Use the action \"nothing\"."), errplace(node)));

	index = index_open(form->conindid, AccessShareLock);
	conflict->constraint = pstrdup(NameStr(form->conname));
	conflict->indexes = list_make1_oid(form->conindid);
	if (is_key(index))
		conflict->columns = index_columns(index);
	index_close(index, AccessShareLock);
	ReleaseSysCache(tuple);
}

/* The columns of the primary key. */
static void
find_primary_key(OnConflict *conflict, Relation rel)
{
	ListCell   *lc;

	foreach(lc, RelationGetIndexList(rel))
	{
		Relation	index = index_open(lfirst_oid(lc), AccessShareLock);

		if (index->rd_index->indisprimary)
			conflict->columns = index_columns(index);
		index_close(index, AccessShareLock);
	}
	if (conflict->columns.n == 0)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_COLUMN_REFERENCE),
				 errmsg("\"%s\" has no primary key", RelationGetRelationName(rel)),
				 rel->rd_rel->relkind == RELKIND_VIEW ?
				 errhint("Name the columns that decide conflicts in \"on_conflict\".") :
				 errhint_keys(rel),
				 errplace(conflict->node)));
}

/*
 * The unique indexes on exactly the target's columns: those that PostgreSQL
 * will find.  Whether a partial one is among them, its planner must say.
 */
static void
find_indexes(OnConflict *conflict, Relation rel, const JsonNode *at)
{
	Bitmapset  *wanted = NULL;
	bool		partial = false;
	const char *deferrable = NULL;
	ListCell   *lc;

	for (int i = 0; i < conflict->columns.n; i++)
		wanted = bms_add_member(wanted, conflict->columns.columns[i]);
	foreach(lc, RelationGetIndexList(rel))
	{
		Relation	index = index_open(lfirst_oid(lc), AccessShareLock);
		Bitmapset  *columns = NULL;

		for (int i = 0; i < index->rd_index->indnkeyatts; i++)
			columns = bms_add_member(columns, index->rd_index->indkey.values[i]);
		if (index->rd_index->indisunique && index->rd_index->indisvalid &&
			bms_equal(columns, wanted))
		{
			if (!index->rd_index->indimmediate)
				deferrable = pstrdup(RelationGetRelationName(index));
			else if (is_partial(index) && conflict->where == NULL)
				partial = true;
			else
				conflict->indexes = lappend_oid(conflict->indexes, RelationGetRelid(index));
		}
		index_close(index, AccessShareLock);
	}
	if (deferrable != NULL)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_COLUMN_REFERENCE),
				 errmsg("constraint \"%s\" is deferrable and cannot decide conflicts", deferrable),
				 errhint_keys(rel), errplace(at)));
	if (conflict->indexes == NIL)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_COLUMN_REFERENCE),
				 errmsg("no unique key of table \"%s\" is on exactly these columns",
						RelationGetRelationName(rel)),
				 partial ?
				 errhint("There is one on some of the rows: give its condition as \"where\".") :
				 errhint_keys(rel),
				 errplace(at)));
}

/* [column, operator, column] */
static void
parse_test(Relation rel, const JsonNode *node, ConflictTest *test)
{
	JsonNode   *parts = NULL;
	int			n = 0;
	Nearest		nearest;
	char	   *name;

	if (node_type(node) == JSON_ARRAY)
		parts = node_children(node, &n);
	if (n != 3)
		ereport(ERROR,
				(errcode(ERRCODE_SYNTAX_ERROR),
				 errmsg("a condition of \"if\" is [column, operator, column]"),
				 errdetail("The new row's column stands left, the existing row's right."),
				 errplace(node)));
	test->node = node;
	test->left = catalog_column(rel, &parts[0]);
	test->right = catalog_column(rel, &parts[2]);
	name = node_string(&parts[1]);
	nearest_init(&nearest, name);
	for (int i = 0; i < lengthof(operators); i++)
	{
		if (strcmp(operators[i].name, name) == 0)
		{
			test->name = operators[i].name;
			test->sql = operators[i].sql;
			test->null_safe = operators[i].null_safe;
			return;
		}
		nearest_offer(&nearest, operators[i].name);
	}
	ereport(ERROR,
			(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
			 errmsg("unrecognized operator \"%s\"", text_shown(name)),
			 errhint_nearest(&nearest),
			 errplace(&parts[1])));
}

static void
read_members(const JsonNode *node, const JsonNode **members)
{
	int			n;
	JsonNode   *given = node_children(node, &n);

	for (int i = 0; i < n; i++)
	{
		char	   *name = node_name(&given[i]);
		Nearest		nearest;
		int			m;

		nearest_init(&nearest, name);
		for (m = 0; m < NMEMBERS && strcmp(member_names[m], name) != 0; m++)
			nearest_offer(&nearest, member_names[m]);
		if (m == NMEMBERS)
			ereport(ERROR,
					(errcode(ERRCODE_SYNTAX_ERROR),
					 errmsg("unrecognized member \"%s\" of \"on_conflict\"", text_shown(name)),
					 errhint_nearest(&nearest),
					 errplace(&given[i])));
		node_expect(&given[i], m == CONSTRAINT || m == ACTION ? JSON_STRING : JSON_ARRAY);
		members[m] = &given[i];
	}
}

/* Refuse members that do not go together. */
static void
check_members(const JsonNode **members, bool nothing)
{
	const JsonNode *unfit = NULL;
	const char *to = NULL;

	if (members[CONSTRAINT] != NULL && members[COLUMNS] != NULL)
	{
		unfit = members[CONSTRAINT];
		to = "columns";
	}
	else if (members[CONSTRAINT] != NULL && members[WHERE] != NULL)
	{
		unfit = members[WHERE];
		to = "constraint";
	}
	else if (nothing)
	{
		unfit = members[UPDATE] ? members[UPDATE] : members[IF];
		to = "action";
	}
	if (unfit != NULL)
		ereport(ERROR,
				(errcode(ERRCODE_SYNTAX_ERROR),
				 errmsg("\"%s\" and \"%s\" contradict each other", node_name(unfit), to),
				 errplace(unfit)));
}

OnConflict *
conflict_open(Relation rel, const JsonNode *node, const JsonNode *request)
{
	OnConflict *conflict = palloc0(sizeof(OnConflict));
	const JsonNode *members[NMEMBERS] = {NULL};
	const JsonNode *at;

	conflict->node = node_given(node) ? node : request;
	if (node_given(node))
		read_members(node, members);
	if (members[ACTION] != NULL)
	{
		conflict->nothing = node_is(members[ACTION], "nothing");
		if (!conflict->nothing && !node_is(members[ACTION], "update"))
			ereport(ERROR,
					(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
					 errmsg("unrecognized action \"%s\"",
							text_shown(node_string(members[ACTION]))),
					 errhint("Say \"update\" or \"nothing\"."),
					 errplace(members[ACTION])));
	}
	check_members(members, conflict->nothing);
	conflict->where = members[WHERE];
	conflict->update = members[UPDATE];
	if (conflict->update != NULL)
		(void) columns_named(rel, conflict->update);

	if (members[IF] != NULL)
	{
		JsonNode   *tests = node_children(members[IF], &conflict->ntests);

		conflict->tests = palloc0(sizeof(ConflictTest) * (conflict->ntests + 1));
		for (int i = 0; i < conflict->ntests; i++)
			parse_test(rel, &tests[i], &conflict->tests[i]);
	}

	if (members[CONSTRAINT] != NULL)
	{
		find_constraint(conflict, rel, members[CONSTRAINT]);
		return conflict;
	}
	at = conflict->node;
	if (members[COLUMNS] != NULL)
	{
		at = members[COLUMNS];
		conflict->columns = columns_named(rel, at);
		if (conflict->columns.n == 0)
			ereport(ERROR,
					(errcode(ERRCODE_SYNTAX_ERROR),
					 errmsg("\"columns\" names no column"),
					 errplace(at)));
	}
	else
		find_primary_key(conflict, rel);
	if (rel->rd_rel->relkind != RELKIND_VIEW)
		find_indexes(conflict, rel, at);
	return conflict;
}

ColumnList
conflict_key(Relation rel, const JsonNode *columns, const JsonNode *request,
			 List **indexes)
{
	OnConflict	conflict = {.node = node_given(columns) ? columns : request};

	if (node_given(columns))
		conflict.columns = columns_named(rel, columns);
	else
		find_primary_key(&conflict, rel);
	if (rel->rd_rel->relkind != RELKIND_VIEW)
		find_indexes(&conflict, rel, conflict.node);
	*indexes = conflict.indexes;
	return conflict.columns;
}

ColumnList
conflict_update_columns(const OnConflict *conflict, Relation rel, ColumnList given)
{
	ColumnList	list = {0};

	if (conflict->nothing)
		return list;
	if (conflict->update != NULL)
		return columns_named(rel, conflict->update);

	list.columns = palloc(sizeof(AttrNumber) * (given.n + 1));
	for (int i = 0; i < given.n; i++)
	{
		bool		key = false;

		for (int j = 0; j < conflict->columns.n; j++)
			key = key || conflict->columns.columns[j] == given.columns[i];
		if (!key)
			list.columns[list.n++] = given.columns[i];
	}
	return list;
}

/*-------------------------------------------------------------------------
 *
 * difference.c
 *	  How a table that exists differs from the one that was asked for.
 *
 * Expressions are compared as what PostgreSQL makes of them for that table,
 * so that two ways to write one expression are the same.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "access/htup_details.h"
#include "access/relation.h"
#include "access/transam.h"
#include "access/xact.h"
#include "catalog/heap.h"
#include "catalog/partition.h"
#include "catalog/pg_class.h"
#include "catalog/pg_constraint.h"
#include "catalog/pg_type.h"
#include "commands/comment.h"
#include "nodes/nodeFuncs.h"
#include "optimizer/optimizer.h"
#include "parser/parse_coerce.h"
#include "parser/parse_collate.h"
#include "parser/parse_expr.h"
#include "parser/parse_relation.h"
#include "parser/parse_type.h"
#include "parser/parse_utilcmd.h"
#include "utils/acl.h"
#include "utils/builtins.h"
#include "utils/lsyscache.h"
#include "utils/partcache.h"
#include "utils/rel.h"
#include "utils/resowner.h"
#include "utils/ruleutils.h"
#include "utils/syscache.h"

#include "catalog.h"
#include "commands/difference.h"
#include "json_out.h"
#include "pg_version.h"

typedef struct Differences
{
	Ddl		   *ddl;
	StringInfo	out;
	Relation	rel;
	const AskedTable *asked;
	int			n;
} Differences;

/* A text as JSON, NULL as null. */
static char *
json_text(const char *text)
{
	StringInfoData buf;

	if (text == NULL)
		return "null";
	initStringInfo(&buf);
	json_out_string(&buf, text);
	return buf.data;
}

/* A part of the request as it stands. */
static char *
json_verbatim(const JsonNode *node)
{
	return node == NULL ? "null" : pnstrdup(node->value.text, node->value.len);
}

static char *
json_bool(bool value)
{
	return value ? "true" : "false";
}

/* Column names, of String nodes. */
static char *
json_names(List *names)
{
	StringInfoData buf;
	ListCell   *lc;

	if (names == NIL)
		return "null";
	initStringInfo(&buf);
	foreach(lc, names)
	{
		appendStringInfoChar(&buf, buf.len == 0 ? '[' : ',');
		json_out_string(&buf, strVal(lfirst(lc)));
	}
	appendStringInfoChar(&buf, ']');
	return buf.data;
}

/* One difference; asked and found are JSON, or both NULL. */
static void
report(Differences *d, const char *column, const char *difference,
	   const char *asked, const char *found)
{
	appendStringInfo(d->out, "%s{", d->n++ > 0 ? "," : "");
	if (column != NULL)
		appendStringInfo(d->out, "\"column\":%s,", json_text(column));
	appendStringInfo(d->out, "\"difference\":\"%s\"", difference);
	if (asked != NULL)
		appendStringInfo(d->out, ",\"asked\":%s,\"found\":%s", asked, found);
	appendStringInfoChar(d->out, '}');
}

/* An expression as SQL, the same text whatever the session's settings are. */
static char *
deparse_in_context(Node *expression, List *context)
{
	int			nest_level = ddl_exact_settings();
	char	   *sql = deparse_expression(expression, context, false, false);

	AtEOXact_GUC(true, nest_level);
	return sql;
}

static char *
deparse(const Differences *d, Node *expression)
{
	return deparse_in_context(expression,
							  deparse_context_for(RelationGetRelationName(d->rel),
												  RelationGetRelid(d->rel)));
}

/*
 * What an expression is for the table, or NULL if it makes no sense there:
 * it may name a column that is missing.
 */
static Node *
cook(const Differences *d, const Constraint *constraint, Form_pg_attribute att)
{
	MemoryContext context = CurrentMemoryContext;
	ResourceOwner owner = CurrentResourceOwner;
	ParseState *pstate = make_parsestate(NULL);
	Node	   *volatile cooked = NULL;

	BeginInternalSubTransaction(NULL);
	MemoryContextSwitchTo(context);
	PG_TRY();
	{
		Node	   *raw = copyObject(constraint->raw_expr);

		if (constraint->contype != CONSTR_DEFAULT)
			addNSItemToQuery(pstate,
							 addRangeTableEntryForRelation(pstate, d->rel,
														   AccessShareLock,
														   NULL, false, true),
							 true, true, true);
		if (constraint->contype == CONSTR_CHECK)
		{
			cooked = transformExpr(pstate, raw, EXPR_KIND_CHECK_CONSTRAINT);
			cooked = coerce_to_boolean(pstate, cooked, "CHECK");
			assign_expr_collations(pstate, cooked);
		}
		else
			cooked = cookDefault(pstate, raw, att->atttypid, att->atttypmod,
								 NameStr(att->attname),
								 constraint->contype == CONSTR_GENERATED ?
								 ATTRIBUTE_GENERATED_STORED : '\0');
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
		if (ERRCODE_TO_CATEGORY(edata->sqlerrcode) !=
			ERRCODE_SYNTAX_ERROR_OR_ACCESS_RULE_VIOLATION)
			ReThrowError(edata);
		FreeErrorData(edata);
		cooked = NULL;
	}
	PG_END_TRY();
	MemoryContextSwitchTo(context);
	CurrentResourceOwner = owner;
	return cooked;
}

static bool
is_foreign_function(Oid function, void *context)
{
	return function >= FirstNormalObjectId;
}

static bool
calls_foreign_functions(Node *node, void *context)
{
	if (node == NULL)
		return false;
	if (check_functions_in_node(node, is_foreign_function, context))
		return true;
	return expression_tree_walker(node, calls_foreign_functions, context);
}

/*
 * 5 and '5'::numeric(10,2) are the same default of a column.  To find that out
 * nothing is run but PostgreSQL's own functions: the table may be somebody
 * else's.
 */
static Node *
folded(Node *expression)
{
	return calls_foreign_functions(expression, NULL) ? expression :
		eval_const_expressions(NULL, copyObject(expression));
}

/* A default of NULL is none. */
static bool
is_null_constant(Node *expression)
{
	Node	   *constant = folded(expression);

	return IsA(constant, Const) && ((Const *) constant)->constisnull;
}

static bool
same_expression(Node *a, Node *b)
{
	return a != NULL && b != NULL &&
		(equal(a, b) || equal(folded(a), folded(b)));
}

/* The column's constraint of a type, or NULL. */
static const Constraint *
find_constraint(const ColumnDef *column, ConstrType type)
{
	ListCell   *lc;

	foreach(lc, column->constraints)
	{
		const Constraint *constraint = lfirst_node(Constraint, lc);

		if (constraint->contype == type)
			return constraint;
	}
	return NULL;
}

static bool
names_have(List *names, const char *name)
{
	ListCell   *lc;

	foreach(lc, names)
	{
		if (strcmp(strVal(lfirst(lc)), name) == 0)
			return true;
	}
	return false;
}

/* The columns of the primary key that was asked for, or NIL. */
static List *
asked_primary_key(const AskedTable *asked)
{
	ListCell   *lc;

	foreach(lc, asked->columns)
	{
		const ColumnDef *column = lfirst_node(ColumnDef, lc);

		if (find_constraint(column, CONSTR_PRIMARY))
			return list_make1(makeString(column->colname));
	}
	foreach(lc, asked->constraints)
	{
		const Constraint *constraint = lfirst_node(Constraint, lc);

		if (constraint->contype == CONSTR_PRIMARY)
			return constraint->keys;
	}
	return NIL;
}

/* The expression that fills the column, its own or a generated one. */
static Node *
found_expression(const Differences *d, AttrNumber number)
{
	TupleConstr *constr = RelationGetDescr(d->rel)->constr;

	for (int i = 0; constr != NULL && i < constr->num_defval; i++)
	{
		if (constr->defval[i].adnum == number)
			return stringToNode(constr->defval[i].adbin);
	}
	return NULL;
}

static void
compare_expression(Differences *d, const char *difference,
				   const Constraint *asked, Form_pg_attribute att, Node *found)
{
	Node	   *cooked = asked ? cook(d, asked, att) : NULL;

	if (cooked != NULL && is_null_constant(cooked))
	{
		asked = NULL;
		cooked = NULL;
	}
	if (found != NULL && is_null_constant(found))
		found = NULL;
	if (asked == NULL ? found == NULL : same_expression(cooked, found))
		return;
	report(d, NameStr(att->attname), difference,
		   cooked != NULL ? json_text(deparse(d, cooked)) :
		   asked != NULL ? json_verbatim(ddl_node(d->ddl, asked->location)) : "null",
		   json_text(found ? deparse(d, found) : NULL));
}

static const char *
identity_word(char identity)
{
	return identity == ATTRIBUTE_IDENTITY_ALWAYS ? "always" :
		identity == ATTRIBUTE_IDENTITY_BY_DEFAULT ? "by_default" : NULL;
}

static Oid
serial_type(const TypeName *type)
{
	const char *name = strVal(linitial(type->names));

	return strcmp(name, "smallserial") == 0 || strcmp(name, "serial2") == 0 ? INT2OID :
		strcmp(name, "bigserial") == 0 || strcmp(name, "serial8") == 0 ? INT8OID :
		INT4OID;
}

static void
compare_column(Differences *d, const ColumnDef *column, Form_pg_attribute att,
			   List *primary_key)
{
	const Constraint *identity = find_constraint(column, CONSTR_IDENTITY);
	bool		serial = ddl_is_serial(column->typeName);
	char	   *name = NameStr(att->attname);
	Node	   *found = found_expression(d, att->attnum);
	Oid			typid;
	int32		typmod = -1;
	Oid			collation;
	bool		nullable;
	char		asked_identity;

	if (serial)
		typid = serial_type(column->typeName);
	else
		typenameTypeIdAndMod(NULL, column->typeName, &typid, &typmod);
	if (typid != att->atttypid || typmod != att->atttypmod)
		report(d, name, "type",
			   json_text(format_type_with_typemod(typid, typmod)),
			   json_text(format_type_with_typemod(att->atttypid, att->atttypmod)));

	collation = GetColumnDefCollation(NULL, (ColumnDef *) column, typid);
	if (typid == att->atttypid && collation != att->attcollation)
		report(d, name, "collation", json_text(get_collation_name(collation)),
			   json_text(get_collation_name(att->attcollation)));

	nullable = !serial && identity == NULL &&
		!find_constraint(column, CONSTR_NOTNULL) && !names_have(primary_key, name);
	if (nullable != !att->attnotnull)
		report(d, name, "nullable", json_bool(nullable), json_bool(!nullable));

	asked_identity = identity ? identity->generated_when : '\0';
	if (asked_identity != att->attidentity)
		report(d, name, "identity", json_text(identity_word(asked_identity)),
			   json_text(identity_word(att->attidentity)));

	/* An expression for a column of another type cannot be compared. */
	if (typid != att->atttypid)
		return;
	if (!serial)
		compare_expression(d, "default", find_constraint(column, CONSTR_DEFAULT),
						   att, att->attgenerated ? NULL : found);
	else if (found == NULL || att->attgenerated)
		report(d, name, "default", json_text("serial"), "null");
	compare_expression(d, "generated", find_constraint(column, CONSTR_GENERATED),
					   att, att->attgenerated ? found : NULL);
}

static void
compare_columns(Differences *d)
{
	TupleDesc	desc = RelationGetDescr(d->rel);
	List	   *primary_key = asked_primary_key(d->asked);
	ListCell   *lc;

	foreach(lc, d->asked->columns)
	{
		const ColumnDef *column = lfirst_node(ColumnDef, lc);
		AttrNumber	number = get_attnum(RelationGetRelid(d->rel), column->colname);

		if (number > 0)
			compare_column(d, column, TupleDescAttr(desc, number - 1), primary_key);
		else
			report(d, column->colname, "missing", NULL, NULL);
	}

	/* A partition's columns are its parent's. */
	for (int i = 0; i < desc->natts && d->asked->partition_of == NULL; i++)
	{
		Form_pg_attribute att = TupleDescAttr(desc, i);
		bool		found = att->attisdropped;

		foreach(lc, d->asked->columns)
		{
			if (strcmp(lfirst_node(ColumnDef, lc)->colname, NameStr(att->attname)) == 0)
				found = true;
		}
		if (!found)
			report(d, NameStr(att->attname), "extra", NULL, NULL);
	}
}

static List *
index_columns(const Differences *d, Form_pg_index index)
{
	List	   *names = NIL;

	for (int i = 0; i < index->indnkeyatts; i++)
	{
		if (index->indkey.values[i] == 0)
			return NIL;
		names = lappend(names,
						makeString(get_attname(RelationGetRelid(d->rel),
											   index->indkey.values[i], false)));
	}
	return names;
}

static bool
same_names(List *a, List *b)
{
	ListCell   *lc;

	if (list_length(a) != list_length(b))
		return false;
	foreach(lc, a)
	{
		if (!names_have(b, strVal(lfirst(lc))))
			return false;
	}
	return true;
}

/*
 * The columns of each unique index that holds for every row; those of the
 * primary key go to *primary_key.
 */
static List *
unique_columns(const Differences *d, List **primary_key)
{
	List	   *indexes = RelationGetIndexList(d->rel);
	List	   *found = NIL;
	ListCell   *lc;

	*primary_key = NIL;
	foreach(lc, indexes)
	{
		HeapTuple	tuple = SearchSysCache1(INDEXRELID, ObjectIdGetDatum(lfirst_oid(lc)));
		Form_pg_index index;

		if (!HeapTupleIsValid(tuple))
			continue;
		index = (Form_pg_index) GETSTRUCT(tuple);
		if (index->indisunique && index->indisvalid &&
			heap_attisnull(tuple, Anum_pg_index_indpred, NULL))
		{
			List	   *names = index_columns(d, index);

			if (index->indisprimary)
				*primary_key = names;
			found = lappend(found, names);
		}
		ReleaseSysCache(tuple);
	}
	return found;
}

static void
compare_unique(Differences *d, List *asked, List *found)
{
	ListCell   *lc;

	foreach(lc, found)
	{
		if (same_names(asked, lfirst(lc)))
			return;
	}
	report(d, NULL, "unique", json_names(asked), "null");
}

static void
compare_check(Differences *d, const Constraint *asked)
{
	TupleConstr *constr = RelationGetDescr(d->rel)->constr;
	Node	   *cooked = cook(d, asked, NULL);

	for (int i = 0; constr != NULL && i < constr->num_check; i++)
	{
		if (same_expression(cooked, stringToNode(constr->check[i].ccbin)))
			return;
	}
	report(d, NULL, "check",
		   cooked != NULL ? json_text(deparse(d, cooked)) :
		   json_verbatim(ddl_node(d->ddl, asked->location)), "null");
}

static void
compare_constraints(Differences *d)
{
	List	   *asked_key = asked_primary_key(d->asked);
	List	   *found_key;
	List	   *unique = unique_columns(d, &found_key);
	ListCell   *lc;

	/* A partition has its parent's, asked for or not. */
	if (!same_names(asked_key, found_key) &&
		(asked_key != NIL || d->asked->partition_of == NULL))
		report(d, NULL, "primary_key", json_names(asked_key), json_names(found_key));

	foreach(lc, d->asked->columns)
	{
		const ColumnDef *column = lfirst_node(ColumnDef, lc);
		ListCell   *lc2;

		foreach(lc2, column->constraints)
		{
			const Constraint *constraint = lfirst_node(Constraint, lc2);

			if (constraint->contype == CONSTR_UNIQUE)
				compare_unique(d, list_make1(makeString(column->colname)), unique);
			else if (constraint->contype == CONSTR_CHECK)
				compare_check(d, constraint);
		}
	}
	foreach(lc, d->asked->constraints)
	{
		const Constraint *constraint = lfirst_node(Constraint, lc);

		if (constraint->contype == CONSTR_UNIQUE)
			compare_unique(d, constraint->keys, unique);
		else if (constraint->contype == CONSTR_CHECK)
			compare_check(d, constraint);
	}
}

/* Whether a foreign key that exists has these columns and actions. */
static bool
same_foreign_key(const Differences *d, const Constraint *asked, Oid referenced,
				 const ForeignKeyCacheInfo *info)
{
	HeapTuple	tuple;
	Form_pg_constraint form;
	bool		same;

	if (info->confrelid != referenced || info->nkeys != list_length(asked->fk_attrs))
		return false;
	for (int i = 0; i < info->nkeys; i++)
	{
		char	   *column = strVal(list_nth(asked->fk_attrs, i));
		AttrNumber	number = get_attnum(RelationGetRelid(d->rel), column);
		int			j = 0;

		while (j < info->nkeys && info->conkey[j] != number)
			j++;
		if (j == info->nkeys)
			return false;
		if (asked->pk_attrs != NIL &&
			(i >= list_length(asked->pk_attrs) ||
			 info->confkey[j] != get_attnum(referenced,
											strVal(list_nth(asked->pk_attrs, i)))))
			return false;
	}
	tuple = SearchSysCache1(CONSTROID, ObjectIdGetDatum(info->conoid));
	if (!HeapTupleIsValid(tuple))
		return false;
	form = (Form_pg_constraint) GETSTRUCT(tuple);
	same = form->confdeltype == asked->fk_del_action &&
		form->confupdtype == asked->fk_upd_action;
	ReleaseSysCache(tuple);
	return same;
}

static void
compare_foreign_keys(Differences *d)
{
	List	   *found = copyObject(RelationGetFKeyList(d->rel));
	ListCell   *lc;

	foreach(lc, d->asked->foreign_keys)
	{
		ForeignKey *key = lfirst(lc);
		Oid			referenced;
		ListCell   *lc2;
		bool		same = false;

		referenced = definition_resolve(key, RelationGetRelid(d->rel));
		foreach(lc2, found)
			same |= same_foreign_key(d, key->constraint, referenced, lfirst(lc2));
		if (!same)
			report(d, NULL, "foreign_key",
				   psprintf("{\"foreign_key\":%s,\"references\":%s}",
							json_names(key->constraint->fk_attrs),
							json_verbatim(key->references)),
				   "null");
	}
}

static bool
same_partition_key(const Differences *d)
{
	PartitionSpec *spec = d->asked->partition_spec;
	PartitionKey key = RelationGetPartitionKey(d->rel);

	if (key == NULL || spec == NULL)
		return key == NULL && spec == NULL;
	if (key->strategy != partition_spec_strategy(spec) ||
		key->partnatts != list_length(spec->partParams))
		return false;
	for (int i = 0; i < key->partnatts; i++)
	{
		PartitionElem *element = list_nth_node(PartitionElem, spec->partParams, i);
		AttrNumber	number = key->partattrs[i];

		if ((element->name == NULL) != (number == 0) ||
			(number != 0 && get_attnum(RelationGetRelid(d->rel), element->name) != number))
			return false;
	}
	return true;
}

static char *
bound_text(Oid relid)
{
	HeapTuple	tuple = SearchSysCache1(RELOID, ObjectIdGetDatum(relid));
	Datum		bound;
	bool		isnull = true;
	char	   *shown = NULL;

	if (!HeapTupleIsValid(tuple))
		return NULL;
	bound = SysCacheGetAttr(RELOID, tuple, Anum_pg_class_relpartbound, &isnull);
	if (!isnull)
		shown = deparse_in_context(stringToNode(TextDatumGetCString(bound)), NIL);
	ReleaseSysCache(tuple);
	return shown;
}

static void
compare_partitioning(Differences *d)
{
	Oid			relid = RelationGetRelid(d->rel);
	const AskedTable *asked = d->asked;
	Oid			parent = InvalidOid;
	char	   *bound = NULL;

	if (!same_partition_key(d))
		report(d, NULL, "partition_by", json_verbatim(asked->partition_by),
			   d->rel->rd_rel->relkind != RELKIND_PARTITIONED_TABLE ? "null" :
			   json_text(TextDatumGetCString(DirectFunctionCall1(pg_get_partkeydef,
																 ObjectIdGetDatum(relid)))));

	if (d->rel->rd_rel->relispartition)
	{
		parent = get_partition_parent(relid, true);
		bound = bound_text(relid);
	}
	if (asked->partition_of != NULL)
	{
		ParseState *pstate = make_parsestate(NULL);
		Node	   *spec = (Node *) transformPartitionBound(pstate, asked->parent,
															asked->bound);

		if (parent == RelationGetRelid(asked->parent) && bound != NULL &&
			strcmp(deparse_in_context(spec, NIL), bound) == 0)
			return;
	}
	else if (!OidIsValid(parent))
		return;
	report(d, NULL, "partition_of", json_verbatim(asked->partition_of),
		   bound == NULL ? "null" :
		   json_text(psprintf("%s %s", get_rel_name(parent), bound)));
}

static const char *
kind_name(char relkind)
{
	switch (relkind)
	{
		case RELKIND_VIEW:
			return "view";
		case RELKIND_MATVIEW:
			return "materialized view";
		case RELKIND_FOREIGN_TABLE:
			return "foreign table";
		case RELKIND_SEQUENCE:
			return "sequence";
		case RELKIND_INDEX:
		case RELKIND_PARTITIONED_INDEX:
			return "index";
		case RELKIND_COMPOSITE_TYPE:
			return "type";
		default:
			return NULL;
	}
}

bool
difference_append(Ddl *ddl, StringInfo out, Oid relid, const AskedTable *asked)
{
	Differences d = {.ddl = ddl, .out = out, .asked = asked};
	const char *kind;

	if (pg_class_aclmask(relid, GetUserId(),
						 ACL_SELECT | ACL_INSERT | ACL_UPDATE | ACL_REFERENCES,
						 ACLMASK_ANY) == 0)
		return false;

	appendStringInfoChar(out, '[');
	d.rel = relation_open(relid, AccessShareLock);
	kind = kind_name(d.rel->rd_rel->relkind);
	if (kind != NULL)
		report(&d, NULL, "kind", json_text("table"), json_text(kind));
	else
	{
		const char *comment = GetComment(relid, RelationRelationId, 0);

		compare_columns(&d);
		compare_constraints(&d);
		compare_foreign_keys(&d);
		compare_partitioning(&d);
		if (asked->comment != NULL &&
			(comment == NULL || strcmp(comment, asked->comment) != 0))
			report(&d, NULL, "comment", json_text(asked->comment), json_text(comment));
	}
	relation_close(d.rel, NoLock);
	appendStringInfoChar(out, ']');
	return true;
}

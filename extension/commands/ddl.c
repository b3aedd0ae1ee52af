/*-------------------------------------------------------------------------
 *
 * ddl.c
 *	  What the commands that define tables share.
 *
 * Definitions are executed as parse trees.  Where a part of one is given as
 * text, that text is parsed by itself, and only the nodes it became are used:
 * whatever else it tries to say is either refused or never gets anywhere.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "access/relation.h"
#include "access/xact.h"
#include "catalog/namespace.h"
#include "catalog/pg_class.h"
#include "catalog/pg_type.h"
#include "commands/tablecmds.h"
#include "mb/pg_wchar.h"
#include "nodes/makefuncs.h"
#include "parser/parse_type.h"
#include "parser/parser.h"
#include "tcop/dest.h"
#include "tcop/utility.h"
#include "utils/builtins.h"
#include "utils/lsyscache.h"
#include "utils/rel.h"
#include "utils/syscache.h"

#include "catalog.h"
#include "commands/ddl.h"
#include "error.h"
#include "json_in.h"
#include "nearest.h"
#include "pg_version.h"

/* A stretch of the text, from here to the next one. */
typedef struct DdlPlace
{
	int			start;
	const JsonNode *node;
	const char *text;			/* of the node, if it was parsed, */
	int			text_start;		/* and where that begins */
} DdlPlace;

Ddl *
ddl_begin(Call *call)
{
	Ddl		   *ddl = palloc0(sizeof(Ddl));

	/* What stands in front is for logs and statistics. */
	ddl->call = call;
	ddl->length = strlen("connector.") + strlen(call->command->name);
	return ddl;
}

static DdlPlace *
add_place(Ddl *ddl, const JsonNode *at, int length)
{
	DdlPlace   *place;

	if (ddl->nplaces == ddl->room)
	{
		ddl->room = ddl->room ? ddl->room * 2 : 16;
		ddl->places = ddl->places ?
			repalloc_huge(ddl->places, sizeof(DdlPlace) * ddl->room) :
			palloc(sizeof(DdlPlace) * ddl->room);
	}
	place = &ddl->places[ddl->nplaces++];
	*place = (DdlPlace) {.start = ddl->length, .node = at};
	ddl->length += length;
	return place;
}

int
ddl_location(Ddl *ddl, const JsonNode *at)
{
	return add_place(ddl, at, 1)->start;
}

static const DdlPlace *
find_place(const Ddl *ddl, int location)
{
	const DdlPlace *place = NULL;

	for (int i = 0; i < ddl->nplaces && ddl->places[i].start <= location; i++)
		place = &ddl->places[i];
	return place;
}

const JsonNode *
ddl_node(const Ddl *ddl, int location)
{
	return find_place(ddl, location)->node;
}

/* So many blanks, with something in front of or behind them. */
static char *
blank_text(const char *before, int length, const char *behind)
{
	int			nbefore = strlen(before);
	int			nbehind = strlen(behind);
	char	   *text = palloc_extended((Size) length + nbehind + 1, MCXT_ALLOC_HUGE);

	Assert(nbefore <= length);
	memcpy(text, before, nbefore);
	memset(text + nbefore, ' ', length - nbefore);
	memcpy(text + length, behind, nbehind + 1);
	return text;
}

/*
 * A position in our text, as a place in the request and perhaps a position
 * there.  This is an error context callback, since those of the callers
 * around us would take the position for one in their own text.
 */
static void
locate_error(void *arg)
{
	Ddl		   *ddl = arg;
	int			position = geterrposition() - 1;

	/* A notice may have been here before. */
	ddl->error_at = NULL;
	if (position < 0)
		return;
	errposition(0);
	ddl->error_at = find_place(ddl, position);
	if (ddl->error_at == NULL || ddl->error_at->text == NULL)
		return;
	position -= ddl->error_at->text_start;
	if (position >= 0 && position < strlen(ddl->error_at->text))
	{
		internalerrposition(pg_mbstrlen_with_len(ddl->error_at->text, position) + 1);
		internalerrquery(ddl->error_at->text);
	}
}

void
ddl_execute(Ddl *ddl, Node *statement, const JsonNode *at)
{
	MemoryContext context = CurrentMemoryContext;
	PlannedStmt *planned = makeNode(PlannedStmt);
	ErrorPlace	outer = error_current_place;
	char	   *text = blank_text(psprintf("connector.%s", ddl->call->command->name),
								  ddl->length, "");
	ErrorContextCallback callback = {
		.callback = locate_error,
		.arg = ddl,
		.previous = error_context_stack
	};

	planned->commandType = CMD_UTILITY;
	planned->canSetTag = true;
	planned->utilityStmt = statement;
	planned->stmt_location = -1;

	error_current_place = (ErrorPlace) {.node = at, .index = -1};
	PG_TRY();
	{
		error_context_stack = &callback;
		ProcessUtility(planned, text, false, PROCESS_UTILITY_QUERY, NULL, NULL,
					   None_Receiver, NULL);
		error_context_stack = callback.previous;
	}
	PG_CATCH();
	{
		ErrorData  *edata;

		MemoryContextSwitchTo(context);
		edata = CopyErrorData();
		FlushErrorState();
		if (ddl->error_at != NULL)
		{
			error_current_place.node = ddl->error_at->node;
			ddl->call->sql = ddl->error_at->text;
		}

		/* Two sessions at once: this one waited for the other's name. */
		if (edata->sqlerrcode == ERRCODE_UNIQUE_VIOLATION &&
			edata->schema_name != NULL &&
			strcmp(edata->schema_name, "pg_catalog") == 0)
		{
			edata->sqlerrcode = ERRCODE_DUPLICATE_TABLE;
			edata->message = pstrdup("another session has just used that name");
			edata->detail = edata->schema_name = NULL;
			edata->table_name = edata->constraint_name = NULL;
		}

		/* Keywords are the same in every language. */
		if (edata->hint != NULL && strstr(edata->hint, "CASCADE") != NULL)
			edata->hint = pstrdup("Say \"cascade\": true to include them.");
		else if (edata->hint != NULL && strstr(edata->hint, "USING ") != NULL)
			edata->hint = pstrdup("Say with \"using_expression\" what the new value is.");
		ReThrowError(edata);
	}
	PG_END_TRY();
	CommandCounterIncrement();
	error_current_place = outer;
}

Relation
ddl_open_owned(const JsonNode *table, LOCKMODE lockmode)
{
	ErrorPlace	outer = error_current_place;
	Oid			relid;

	/* This one gives hints. */
	(void) catalog_find_table(table, false);

	error_current_place = (ErrorPlace) {.node = table, .index = -1};
	relid = RangeVarGetRelidExtended(catalog_table_name(table), lockmode, 0,
									 RangeVarCallbackOwnsRelation, NULL);
	error_current_place = outer;
	return relation_open(relid, NoLock);
}

void
ddl_refuse_view(char relkind, const char *name, const JsonNode *at)
{
	if (relkind == RELKIND_VIEW || relkind == RELKIND_MATVIEW)
		ereport(ERROR,
				(errcode(ERRCODE_WRONG_OBJECT_TYPE),
				 errmsg("\"%s\" is not a table", name),
				 relkind == RELKIND_VIEW ?
				 errhint("It is a view; use execute.") :
				 errhint("It is a materialized view; use execute."),
				 errplace(at)));
}

RangeVar *
ddl_find_table(const JsonNode *table, bool missing_ok)
{
	Oid			relid = catalog_find_table(table, missing_ok);
	char	   *name;
	char	   *schema;

	if (!OidIsValid(relid))
		return NULL;
	name = get_rel_name(relid);
	schema = get_namespace_name(get_rel_namespace(relid));

	/* It may just have been dropped; PostgreSQL will say so. */
	if (name == NULL || schema == NULL)
		return catalog_table_name(table);
	ddl_refuse_view(get_rel_relkind(relid), name, table);
	return makeRangeVar(schema, name, -1);
}

RangeVar *
ddl_name(Relation rel)
{
	return makeRangeVar(get_namespace_name(RelationGetNamespace(rel)),
						pstrdup(RelationGetRelationName(rel)), -1);
}

List *
ddl_name_list(const RangeVar *name)
{
	List	   *list = list_make1(makeString(name->relname));

	return name->schemaname ? lcons(makeString(name->schemaname), list) : list;
}

JsonNode *
ddl_members(const JsonNode *object, const char *what,
			const char *const *names, int n, int nrequired)
{
	/* Not on the stack: an error that names one is told after we are gone. */
	JsonNode   *found = palloc0(sizeof(JsonNode) * n);
	JsonNode   *given;
	int			ngiven;

	node_expect(object, JSON_OBJECT);
	given = node_children(object, &ngiven);
	for (int i = 0; i < ngiven; i++)
	{
		int			m;

		for (m = 0; m < n; m++)
		{
			if (json_string_equals(&given[i].key, names[m], strlen(names[m])))
				break;
		}
		if (m == n)
		{
			char	   *name = node_name(&given[i]);
			Nearest		nearest;

			nearest_init(&nearest, name);
			for (m = 0; m < n; m++)
				nearest_offer(&nearest, names[m]);
			ereport(ERROR,
					(errcode(ERRCODE_SYNTAX_ERROR),
					 errmsg("unrecognized member \"%s\" of %s",
							text_shown(name), what),
					 errhint_nearest(&nearest),
					 errplace(&given[i])));
		}
		found[m] = given[i];
	}
	for (int m = 0; m < nrequired; m++)
	{
		if (!node_given(&found[m]))
			ereport(ERROR,
					(errcode(ERRCODE_SYNTAX_ERROR),
					 errmsg("%s needs the member \"%s\"", what, names[m]),
					 errplace(object)));
	}
	return found;
}

int
ddl_word(const JsonNode *node, const char *const *words, int n)
{
	char	   *word = node_string(node);
	StringInfoData list;

	initStringInfo(&list);
	for (int i = 0; i < n; i++)
	{
		if (strcmp(word, words[i]) == 0)
			return i;
		appendStringInfo(&list, "%s\"%s\"",
						 i == 0 ? "" : i < n - 1 ? ", " : " or ", words[i]);
	}
	ereport(ERROR,
			(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
			 errmsg("expected %s, found \"%s\"", list.data, text_shown(word)),
			 errplace(node)));
}

char *
ddl_new_name(const JsonNode *node)
{
	char	   *name = node_string(node);

	catalog_check_name(name, node);
	return name;
}

static void not_a_type(const JsonNode *node, const char *why) pg_attribute_noreturn();

static void
not_a_type(const JsonNode *node, const char *why)
{
	ereport(ERROR,
			(errcode(ERRCODE_SYNTAX_ERROR),
			 errmsg("\"%s\" is not a column's type",
					text_shown(node_string(node))),
			 why ? errdetail("PostgreSQL says: %s.", why) : 0,
			 errhint("Give one type, perhaps with constraints of the column: \"varchar(20) NOT NULL\"."),
			 errplace(node)));
}

static void not_an_expression(const JsonNode *node, const char *why) pg_attribute_noreturn();

static void
not_an_expression(const JsonNode *node, const char *why)
{
	ereport(ERROR,
			(errcode(ERRCODE_SYNTAX_ERROR),
			 errmsg("\"%s\" is not an expression",
					text_shown(node_string(node))),
			 why ? errdetail("PostgreSQL says: %s.", why) : 0,
			 errplace(node)));
}

/*
 * Parse the node's text, with what we put before and behind it, at a stretch
 * of our text; *end is where "behind" begins there.  The parser's complaint
 * goes on as the node's refusal, with what it says only where it speaks of
 * the node's own text.
 */
static List *
parse_alone(Ddl *ddl, const char *before, const JsonNode *node,
			const char *behind, int *end,
			void (*refuse) (const JsonNode *node, const char *why))
{
	MemoryContext context = CurrentMemoryContext;
	char	   *text = node_string(node);
	int			length = strlen(before) + strlen(text) + strlen(behind);
	int			start = ddl->length + strlen(before);
	char	   *whole = blank_text("", ddl->length,
								   psprintf("%s%s%s", before, text, behind));
	DdlPlace   *place = add_place(ddl, node, length);
	ErrorPlace	outer = error_current_place;
	List	   *volatile statements = NIL;

	CHECK_FOR_INTERRUPTS();
	error_current_place = (ErrorPlace) {.node = node, .index = -1};
	place->text = text;
	place->text_start = start;
	*end = start + strlen(text);
	PG_TRY();
	{
		statements = raw_parser(whole, RAW_PARSE_DEFAULT);
	}
	PG_CATCH();
	{
		ErrorData  *edata;

		MemoryContextSwitchTo(context);
		edata = CopyErrorData();
		if (edata->sqlerrcode != ERRCODE_SYNTAX_ERROR)
			PG_RE_THROW();
		FlushErrorState();
		refuse(node, edata->cursorpos > start &&
			   edata->cursorpos <= start + pg_mbstrlen(text) &&
			   strstr(edata->message, behind) == NULL ?
			   text_shown(edata->message) : NULL);
	}
	PG_END_TRY();
	error_current_place = outer;
	pfree(whole);
	return statements;
}

static void
require_sql(const Ddl *ddl, const JsonNode *node)
{
	policy_require(&ddl->call->limits, KIND_SQL, "an SQL expression", node);
}

/* A constant, perhaps with a sign or a cast, is no expression to speak of. */
static bool
is_constant(const Node *expression)
{
	if (expression == NULL || IsA(expression, A_Const))
		return true;
	if (IsA(expression, TypeCast))
		return is_constant(((const TypeCast *) expression)->arg);
	if (IsA(expression, A_Expr))
	{
		const A_Expr *expr = (const A_Expr *) expression;

		return expr->kind == AEXPR_OP && expr->lexpr == NULL &&
			list_length(expr->name) == 1 &&
			(strcmp(strVal(linitial(expr->name)), "-") == 0 ||
			 strcmp(strVal(linitial(expr->name)), "+") == 0) &&
			IsA(expr->rexpr, A_Const);
	}
	return false;
}

/*
 * A table that is referred to in the text of a type is there, or is the one
 * that will be made.  PostgreSQL would say so, too, but not where.  Where the
 * one to be made exists, nothing is going to refer to anything.
 */
static void
check_reference(const Ddl *ddl, const RangeVar *name, const JsonNode *node)
{
	if (OidIsValid(RangeVarGetRelid(name, NoLock, true)))
		return;
	if (ddl->made == NULL ||
		(strcmp(name->relname, ddl->made->relname) != 0 &&
		 !OidIsValid(RangeVarGetRelid(ddl->made, NoLock, true))))
		catalog_no_such_table(name, node);
}

static void
check_constraint(const Ddl *ddl, const Constraint *constraint, const JsonNode *node)
{
	switch (constraint->contype)
	{
		case CONSTR_NULL:
		case CONSTR_NOTNULL:
		case CONSTR_PRIMARY:
		case CONSTR_UNIQUE:
		case CONSTR_IDENTITY:
		case CONSTR_ATTR_DEFERRABLE:
		case CONSTR_ATTR_NOT_DEFERRABLE:
		case CONSTR_ATTR_DEFERRED:
		case CONSTR_ATTR_IMMEDIATE:
			break;
		case CONSTR_FOREIGN:
			check_reference(ddl, constraint->pktable, node);
			break;
		case CONSTR_DEFAULT:
			if (!is_constant(constraint->raw_expr))
				require_sql(ddl, node);
			break;
		case CONSTR_CHECK:
		case CONSTR_GENERATED:
			require_sql(ddl, node);
			break;
		default:
			not_a_type(node, NULL);
	}
}

bool
ddl_is_serial(const TypeName *type)
{
	static const char *const names[] = {
		"smallserial", "serial2", "serial", "serial4", "bigserial", "serial8"
	};

	for (int i = 0; i < lengthof(names); i++)
	{
		if (list_length(type->names) == 1 && type->typmods == NIL &&
			type->arrayBounds == NIL &&
			strcmp(strVal(linitial(type->names)), names[i]) == 0)
			return true;
	}
	return false;
}

static void
check_type(const TypeName *type, const JsonNode *node)
{
	static const char *const common[] = {
		"bigint", "bigserial", "boolean", "bytea", "char", "date", "decimal",
		"double precision", "inet", "integer", "interval", "json", "jsonb",
		"numeric", "real", "serial", "smallint", "text", "time", "timestamp",
		"timestamptz", "uuid", "varchar"
	};
	ErrorPlace	outer = error_current_place;
	Nearest		nearest;
	HeapTuple	tuple;

	if (type->setof || type->pct_type)
		not_a_type(node, NULL);
	if (ddl_is_serial(type))
		return;

	/* A type modifier that is wrong for the type is found here, too. */
	error_current_place = (ErrorPlace) {.node = node, .index = -1};
	tuple = LookupTypeName(NULL, type, NULL, true);
	if (tuple != NULL)
		ReleaseSysCache(tuple);
	error_current_place = outer;
	if (tuple != NULL)
		return;

	nearest_init(&nearest, strVal(llast(type->names)));
	for (int i = 0; i < lengthof(common) && list_length(type->names) == 1; i++)
		nearest_offer(&nearest, common[i]);
	ereport(ERROR,
			(errcode(ERRCODE_UNDEFINED_OBJECT),
			 errmsg("type \"%s\" does not exist", TypeNameToString(type)),
			 errhint_nearest(&nearest),
			 errplace(node)));
}

ColumnDef *
ddl_column(Ddl *ddl, char *name, const JsonNode *type)
{
	int			end;
	List	   *statements = parse_alone(ddl, "CREATE TABLE x (c ", type,
										 ", after_it int)", &end, not_a_type);
	CreateStmt *create;
	ColumnDef  *column;
	ListCell   *lc;

	/*
	 * That the parser comes upon the column behind the text, as the second
	 * one, is proof that the text has not left the first one's definition.
	 */
	if (list_length(statements) != 1)
		not_a_type(type, NULL);
	create = (CreateStmt *) linitial_node(RawStmt, statements)->stmt;
	if (!IsA(create, CreateStmt) ||
		list_length(create->tableElts) != 2 ||
		!IsA(linitial(create->tableElts), ColumnDef) ||
		!IsA(lsecond(create->tableElts), ColumnDef) ||
		lsecond_node(ColumnDef, create->tableElts)->location != end + 2 ||
		create->inhRelations != NIL || create->partbound != NULL ||
		create->partspec != NULL || create->ofTypename != NULL ||
		create->constraints != NIL || create->options != NIL ||
		create->oncommit != ONCOMMIT_NOOP || create->tablespacename != NULL ||
		create->accessMethod != NULL)
		not_a_type(type, NULL);

	column = linitial_node(ColumnDef, create->tableElts);
	if (column->fdwoptions != NIL)
		not_a_type(type, NULL);
	foreach(lc, column->constraints)
		check_constraint(ddl, lfirst_node(Constraint, lc), type);
	check_type(column->typeName, type);

	column->colname = name;
	return column;
}

/* In a list of what to select it is something, in an expression nothing. */
static bool
is_star(const Node *expression)
{
	return IsA(expression, ColumnRef) &&
		IsA(linitial(((const ColumnRef *) expression)->fields), A_Star);
}

Node *
ddl_expression(Ddl *ddl, const JsonNode *text)
{
	int			end;
	List	   *statements;
	SelectStmt *select;
	ResTarget  *target;

	node_expect(text, JSON_STRING);
	require_sql(ddl, text);
	statements = parse_alone(ddl, "SELECT ", text, ", after_it", &end,
							 not_an_expression);
	if (list_length(statements) == 1)
	{
		/* As above, there must be our column behind the text's. */
		select = (SelectStmt *) linitial_node(RawStmt, statements)->stmt;
		if (IsA(select, SelectStmt) && list_length(select->targetList) == 2 &&
			lsecond_node(ResTarget, select->targetList)->location == end + 2 &&
			select->distinctClause == NIL && select->intoClause == NULL &&
			select->fromClause == NIL && select->whereClause == NULL &&
			select->groupClause == NIL && select->havingClause == NULL &&
			select->windowClause == NIL && select->valuesLists == NIL &&
			select->sortClause == NIL && select->limitOffset == NULL &&
			select->limitCount == NULL && select->lockingClause == NIL &&
			select->withClause == NULL && select->op == SETOP_NONE)
		{
			target = linitial_node(ResTarget, select->targetList);
			if (target->name == NULL && target->indirection == NIL &&
				!is_star(target->val))
				return target->val;
		}
	}
	not_an_expression(text, NULL);
}

int
ddl_exact_settings(void)
{
	static const char *const settings[][2] = {
		{"datestyle", "ISO"},
		{"intervalstyle", "postgres"},
		{"extra_float_digits", "1"},
		{"bytea_output", "hex"},
		{"timezone", "UTC"}
	};
	int			nest_level = NewGUCNestLevel();

	for (int i = 0; i < lengthof(settings); i++)
		(void) set_config_option(settings[i][0], settings[i][1], PGC_USERSET,
								 PGC_S_SESSION, GUC_ACTION_SAVE, true, 0, false);
	return nest_level;
}

/*
 * A value as text that stands for just that value whatever the settings it
 * is read under, as far as there is one; compare pg_dump.
 */
static char *
exact_text(TypeInfo *type, Datum value)
{
	int			nest_level = ddl_exact_settings();
	char	   *text = OutputFunctionCall(&type->out, value);

	AtEOXact_GUC(true, nest_level);
	return text;
}

A_Const *
ddl_literal(Ddl *ddl, Oid typid, int32 typmod, const JsonNode *value)
{
	A_Const    *constant = makeNode(A_Const);
	ErrorPlace	outer = error_current_place;
	TypeInfo   *type = type_info(typid);
	Datum		datum;

	/* Converted here, so that a value that does not fit is found now. */
	error_current_place = (ErrorPlace) {.node = value, .index = -1, .value = true};
	if (json_to_datum(&value->value, type, typmod, &datum))
		set_string_constant(constant, exact_text(type, datum));
	else
		set_null_constant(constant);
	error_current_place = outer;
	constant->location = ddl_location(ddl, value);
	return constant;
}

Node *
ddl_constant(Ddl *ddl, const ColumnDef *column, const JsonNode *value)
{
	TypeCast   *cast = makeNode(TypeCast);
	Oid			typid;
	int32		typmod;

	if (ddl_is_serial(column->typeName))
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("a serial column has a default already"),
				 errplace(value)));
	typenameTypeIdAndMod(NULL, column->typeName, &typid, &typmod);
	cast->arg = (Node *) ddl_literal(ddl, typid, typmod, value);
	cast->typeName = copyObject(column->typeName);
	cast->location = -1;
	return (Node *) cast;
}

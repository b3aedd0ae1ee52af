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

#include "access/xact.h"
#include "catalog/pg_type.h"
#include "mb/pg_wchar.h"
#include "nodes/makefuncs.h"
#include "parser/parse_type.h"
#include "parser/parser.h"
#include "tcop/dest.h"
#include "tcop/utility.h"
#include "utils/builtins.h"
#include "utils/syscache.h"

#include "catalog.h"
#include "commands/ddl.h"
#include "error.h"
#include "json_in.h"
#include "nearest.h"
#include "pg_version.h"

void
ddl_execute(Call *call, Node *statement, const JsonNode *at)
{
	PlannedStmt *planned = makeNode(PlannedStmt);
	ErrorPlace	outer = error_current_place;

	planned->commandType = CMD_UTILITY;
	planned->canSetTag = true;
	planned->utilityStmt = statement;
	planned->stmt_location = -1;

	/* There is no text; this one is for logs and statistics. */
	error_current_place = (ErrorPlace) {.node = at, .index = -1};
	ProcessUtility(planned, psprintf("connector.%s", call->command->name),
				   false, PROCESS_UTILITY_QUERY, NULL, NULL,
				   None_Receiver, NULL);
	CommandCounterIncrement();
	error_current_place = outer;
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
 * Parse the node's text, with what we put before and behind it.  The
 * parser's complaint goes on as the node's refusal, with what it says only
 * where it speaks of the node's own text.
 */
static List *
parse_alone(const char *before, const JsonNode *node, const char *behind,
			void (*refuse) (const JsonNode *node, const char *why))
{
	MemoryContext context = CurrentMemoryContext;
	char	   *text = node_string(node);
	char	   *whole = psprintf("%s%s%s", before, text, behind);
	List	   *volatile statements = NIL;

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
		refuse(node, edata->cursorpos > strlen(before) &&
			   edata->cursorpos <= strlen(before) + pg_mbstrlen(text) &&
			   strstr(edata->message, behind) == NULL ?
			   text_shown(edata->message) : NULL);
	}
	PG_END_TRY();
	return statements;
}

static void
require_sql(Call *call, const JsonNode *node)
{
	policy_require(&call->limits, KIND_SQL, "an SQL expression", node);
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

static void
check_constraint(Call *call, const Constraint *constraint, const JsonNode *node)
{
	switch (constraint->contype)
	{
		case CONSTR_NULL:
		case CONSTR_NOTNULL:
		case CONSTR_PRIMARY:
		case CONSTR_UNIQUE:
		case CONSTR_FOREIGN:
		case CONSTR_IDENTITY:
		case CONSTR_ATTR_DEFERRABLE:
		case CONSTR_ATTR_NOT_DEFERRABLE:
		case CONSTR_ATTR_DEFERRED:
		case CONSTR_ATTR_IMMEDIATE:
			break;
		case CONSTR_DEFAULT:
			if (!is_constant(constraint->raw_expr))
				require_sql(call, node);
			break;
		case CONSTR_CHECK:
		case CONSTR_GENERATED:
			require_sql(call, node);
			break;
		default:
			not_a_type(node, NULL);
	}
}

/* These are no types, but CREATE TABLE knows what is meant by them. */
static bool
is_serial(const TypeName *type)
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
	if (is_serial(type))
		return;

	/* A type modifier that is wrong for the type is found here, too. */
	error_current_place.node = node;
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
ddl_column(Call *call, const JsonNode *name, const JsonNode *type)
{
	static const char before[] = "CREATE TABLE x (c ";
	static const char behind[] = ", after_it int)";
	List	   *statements = parse_alone(before, type, behind, not_a_type);
	int			end = strlen(before) + strlen(node_string(type)) + strlen(", ");
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
		lsecond_node(ColumnDef, create->tableElts)->location != end ||
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
		check_constraint(call, lfirst_node(Constraint, lc), type);
	check_type(column->typeName, type);

	column->colname = node_string(name);
	catalog_check_name(column->colname, name);
	return column;
}

Node *
ddl_expression(Call *call, const JsonNode *text)
{
	static const char before[] = "SELECT ";
	static const char behind[] = ", after_it";
	int			end = strlen(before) + strlen(node_string(text)) + strlen(", ");
	List	   *statements;
	SelectStmt *select;
	ResTarget  *target;

	require_sql(call, text);
	statements = parse_alone(before, text, behind, not_an_expression);
	if (list_length(statements) == 1)
	{
		/* As above, there must be our column behind the text's. */
		select = (SelectStmt *) linitial_node(RawStmt, statements)->stmt;
		if (IsA(select, SelectStmt) && list_length(select->targetList) == 2 &&
			lsecond_node(ResTarget, select->targetList)->location == end &&
			select->distinctClause == NIL && select->intoClause == NULL &&
			select->fromClause == NIL && select->whereClause == NULL &&
			select->groupClause == NIL && select->havingClause == NULL &&
			select->windowClause == NIL && select->valuesLists == NIL &&
			select->sortClause == NIL && select->limitOffset == NULL &&
			select->limitCount == NULL && select->lockingClause == NIL &&
			select->withClause == NULL && select->op == SETOP_NONE)
		{
			target = linitial_node(ResTarget, select->targetList);
			if (target->name == NULL && target->indirection == NIL)
				return target->val;
		}
	}
	not_an_expression(text, NULL);
}

/*
 * A value as text that stands for just that value whatever the settings it
 * is read under, as far as there is one; compare pg_dump.
 */
static char *
exact_text(TypeInfo *type, Datum value)
{
	int			nest_level = NewGUCNestLevel();
	char	   *text;

	set_config_option("datestyle", "ISO", PGC_USERSET, PGC_S_SESSION,
					  GUC_ACTION_SAVE, true, 0, false);
	set_config_option("intervalstyle", "postgres", PGC_USERSET, PGC_S_SESSION,
					  GUC_ACTION_SAVE, true, 0, false);
	set_config_option("extra_float_digits", "1", PGC_USERSET, PGC_S_SESSION,
					  GUC_ACTION_SAVE, true, 0, false);
	text = OutputFunctionCall(&type->out, value);
	AtEOXact_GUC(true, nest_level);
	return text;
}

Node *
ddl_constant(const ColumnDef *column, const JsonNode *value)
{
	A_Const    *constant = makeNode(A_Const);
	TypeCast   *cast = makeNode(TypeCast);
	ErrorPlace	outer = error_current_place;
	TypeInfo   *type;
	Oid			typid;
	int32		typmod;
	Datum		datum;
	bool		notnull;

	if (is_serial(column->typeName))
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("a serial column has a default already"),
				 errplace(value)));
	typenameTypeIdAndMod(NULL, column->typeName, &typid, &typmod);
	type = type_info(typid);

	/* Converted here, so that a value that does not fit is found now. */
	error_current_place.node = value;
	error_current_place.index = -1;
	notnull = json_to_datum(&value->value, type, typmod, &datum);
	error_current_place = outer;

	constant->location = -1;
	if (notnull)
		set_string_constant(constant, exact_text(type, datum));
	else
		set_null_constant(constant);
	cast->arg = (Node *) constant;
	cast->typeName = copyObject(column->typeName);
	cast->location = -1;
	return (Node *) cast;
}

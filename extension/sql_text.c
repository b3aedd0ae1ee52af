/*-------------------------------------------------------------------------
 *
 * sql_text.c
 *	  SQL text of the caller's: one statement with $n parameters.
 *
 * The text is run as it is; nothing is added to it and nothing is put into
 * it.  What it may do is decided by what PostgreSQL's own parser makes of it.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "catalog/namespace.h"
#include "catalog/pg_type.h"
#include "mb/pg_wchar.h"
#include "nodes/nodeFuncs.h"
#include "tcop/tcopprot.h"
#include "tcop/utility.h"
#include "utils/builtins.h"
#include "utils/inval.h"
#include "utils/plancache.h"

#include "error.h"
#include "pg_version.h"
#include "sql_text.h"

/* Parameters are numbered from 1 to this, as in the protocol. */
#define MAX_PARAMS 65535

/*
 * Errors of parsing and analysis point into the caller's text, not into that
 * of the statement which called us.
 */
static void
sql_error_position(void *arg)
{
	int			position = geterrposition();

	if (position > 0)
	{
		errposition(0);
		internalerrposition(position);
		internalerrquery((const char *) arg);
	}
}

/* Statements that a command cannot run, each with the way out. */
static const struct
{
	NodeTag		type;
	const char *hint;
}			refused[] = {
	{T_TransactionStmt, "A command is a whole by itself; begin and end transactions around it, in the session that calls it."},
	{T_CopyStmt, "Use insert_rows, or COPY by itself."},
	{T_PrepareStmt, "Plans are kept anyway; send the statement and its params."},
	{T_ExecuteStmt, "Plans are kept anyway; send the statement and its params."},
	{T_DeallocateStmt, "Plans are kept anyway; send the statement and its params."},
	{T_DeclareCursorStmt, "Use query with a limit."},
	{T_FetchStmt, "Use query with a limit."},
	{T_ClosePortalStmt, "Use query with a limit."},
	{T_ListenStmt, "LISTEN in a session of your own."},
	{T_UnlistenStmt, "LISTEN in a session of your own."},
	{T_DiscardStmt, "It would act on the whole session; run it by itself."},
	{T_LoadStmt, "It would act on the whole session; run it by itself."},
	{T_VacuumStmt, "It cannot run inside a function; run it by itself."},
	{T_CreatedbStmt, "It cannot run inside a function; run it by itself."},
	{T_DropdbStmt, "It cannot run inside a function; run it by itself."},
	{T_CreateTableSpaceStmt, "It cannot run inside a function; run it by itself."},
	{T_DropTableSpaceStmt, "It cannot run inside a function; run it by itself."},
	{T_AlterSystemStmt, "It cannot run inside a function; run it by itself."},
	{T_CreateSubscriptionStmt, "It cannot run inside a function; run it by itself."},
	{T_DropSubscriptionStmt, "It cannot run inside a function; run it by itself."},
};

static void refuse(Node *statement, const JsonNode *at, const char *hint) pg_attribute_noreturn();

static void
refuse(Node *statement, const JsonNode *at, const char *hint)
{
	ereport(ERROR,
			(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
			 errmsg("%s cannot run inside a command",
					CreateCommandName(statement)),
			 errhint("%s", hint),
			 errplace(at)));
}

/* Settings that decide on whose behalf, or within what limits, we run. */
static bool
is_guarded_setting(const VariableSetStmt *set)
{
	if (set->kind == VAR_RESET_ALL || set->kind == VAR_SET_MULTI)
		return true;
	return pg_strcasecmp(set->name, "role") == 0 ||
		pg_strcasecmp(set->name, "session_authorization") == 0 ||
		pg_strncasecmp(set->name, "transaction_", strlen("transaction_")) == 0 ||
		pg_strncasecmp(set->name, "pg_connector.", strlen("pg_connector.")) == 0;
}

static void
check_refused(Node *statement, const JsonNode *at)
{
	/* It may run, or describe, one that is refused: EXECUTE. */
	if (IsA(statement, ExplainStmt))
		statement = ((ExplainStmt *) statement)->query;
	if (IsA(statement, CreateTableAsStmt))
		statement = ((CreateTableAsStmt *) statement)->query;

	/* ANALYZE is a VacuumStmt, too, but runs anywhere. */
	if (IsA(statement, VacuumStmt) && !((VacuumStmt *) statement)->is_vacuumcmd)
		return;

	for (int i = 0; i < lengthof(refused); i++)
	{
		if (nodeTag(statement) == refused[i].type)
			refuse(statement, at, refused[i].hint);
	}
	if (IsA(statement, VariableSetStmt) &&
		is_guarded_setting((VariableSetStmt *) statement))
		refuse(statement, at, "Set it in the session that calls the command.");
}

/* Only with ANALYZE does what is explained run, and do what it does. */
static bool
explains_by_running(const ExplainStmt *explain)
{
	ListCell   *lc;

	foreach(lc, explain->options)
	{
		if (strcmp(lfirst_node(DefElem, lc)->defname, "analyze") == 0)
			return true;
	}
	return false;
}

/*
 * What a statement of this kind does, before anything is looked up.  What is
 * not named here defines something: for a role without "ddl", whatever a
 * later version may add is refused.
 */
static int
kinds_of(Node *statement)
{
	switch (nodeTag(statement))
	{
		case T_SelectStmt:
			{
				SelectStmt *select = (SelectStmt *) statement;
				int			kinds = KIND_READ;

				if (select->lockingClause != NIL)
					kinds |= KIND_WRITE;

				/* In a UNION it is the first SELECT that has the INTO. */
				while (select->op != SETOP_NONE)
					select = select->larg;
				if (select->intoClause != NULL)
					kinds |= KIND_DDL;
				return kinds;
			}
		case T_CreateTableAsStmt:
			return KIND_DDL | kinds_of(((CreateTableAsStmt *) statement)->query);
		case T_VariableShowStmt:
			return KIND_READ;
		case T_ExplainStmt:
			{
				ExplainStmt *explain = (ExplainStmt *) statement;

				if (explains_by_running(explain))
					return KIND_READ | kinds_of(explain->query);
				return KIND_READ;
			}
		case T_InsertStmt:
		case T_UpdateStmt:
		case T_DeleteStmt:
		case T_NotifyStmt:
		case T_LockStmt:
			/* What is set outlasts the command. */
		case T_VariableSetStmt:
		case T_ConstraintsSetStmt:
			return KIND_WRITE;
		case T_DoStmt:
		case T_CallStmt:
			/* There is no telling. */
			return KIND_READ | KIND_WRITE | KIND_DDL;
		default:
			return is_merge(statement) ? KIND_WRITE : KIND_DDL;
	}
}

static bool
mentions_password(const char *text)
{
	static const char word[] = "password";

	for (; *text != '\0'; text++)
	{
		if (pg_strncasecmp(text, word, strlen(word)) == 0)
			return true;
	}
	return false;
}

/*
 * Whether a statement may carry a password.  Those that work on rows have
 * parameters for what is not to be seen.
 */
static bool
may_carry_password(Node *statement, const char *text)
{
	switch (nodeTag(statement))
	{
		case T_SelectStmt:
		case T_InsertStmt:
		case T_UpdateStmt:
		case T_DeleteStmt:
			return false;
		case T_CreateForeignServerStmt:
		case T_AlterForeignServerStmt:
		case T_CreateUserMappingStmt:
		case T_AlterUserMappingStmt:
		case T_CreateSubscriptionStmt:
		case T_AlterSubscriptionStmt:
			return true;
		default:
			return mentions_password(text);
	}
}

/*
 * The statements of a text.  What does not parse is told with its position,
 * but not quoted where a password may be part of it.
 */
static List *
parse(Call *call, const char *text)
{
	ErrorContextCallback callback = {
		.callback = sql_error_position,
		.arg = unconstify(char *, text),
		.previous = error_context_stack
	};
	List	   *statements;
	ListCell   *lc;

	call->sql = text;
	call->sql_secret = mentions_password(text);
	error_context_stack = &callback;
	statements = pg_parse_query(text);
	error_context_stack = callback.previous;

	call->sql_secret = false;
	foreach(lc, statements)
		call->sql_secret |= may_carry_password(lfirst_node(RawStmt, lc)->stmt, text);
	return statements;
}

SqlPart *
sql_text_split(Call *call, const JsonNode *node, int *n, bool *atomic)
{
	char	   *text = node_string(node);
	ErrorPlace	outer = error_current_place;
	List	   *statements;
	ListCell   *lc;
	SqlPart    *parts;
	int			position = 0;
	int			seen = 0;		/* bytes of the text, and */
	int			offset = 0;		/* characters */
	bool		ends = false;

	error_current_place.node = node;
	statements = parse(call, text);
	error_current_place = outer;

	*n = 0;
	*atomic = false;
	parts = palloc(sizeof(SqlPart) * (list_length(statements) + 1));
	foreach(lc, statements)
	{
		RawStmt    *statement = lfirst_node(RawStmt, lc);
		bool		first = position++ == 0;
		bool		last = position == list_length(statements);

		if (IsA(statement->stmt, TransactionStmt))
		{
			TransactionStmt *control = (TransactionStmt *) statement->stmt;
			bool		begins = first && control->options == NIL &&
				(control->kind == TRANS_STMT_BEGIN ||
				 control->kind == TRANS_STMT_START);

			ends = last && *atomic && control->kind == TRANS_STMT_COMMIT &&
				!control->chain;
			if (!begins && !ends)
				ereport(ERROR,
						(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
						 errmsg("%s is not allowed there",
								CreateCommandName(statement->stmt)),
						 errhint("BEGIN, without options, may be the first statement if COMMIT is the last; \"dry_run\" undoes everything in the end."),
						 errplace(node)));
			*atomic = true;
			continue;
		}
		offset += pg_mbstrlen_with_len(text + seen, statement->stmt_location - seen);
		seen = statement->stmt_location;
		parts[*n].text = statement->stmt_len > 0 ?
			pnstrdup(text + seen, statement->stmt_len) : pstrdup(text + seen);
		parts[*n].offset = offset;
		(*n)++;
	}
	if (*atomic && !ends)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("BEGIN has no COMMIT"),
				 errplace(node)));
	if (*n == 0)
		ereport(ERROR,
				(errcode(ERRCODE_SYNTAX_ERROR),
				 errmsg("SQL text holds no statement"),
				 errplace(node)));
	return parts;
}

SqlText *
sql_text_parse(Call *call, const JsonNode *node)
{
	SqlText    *sql = palloc0(sizeof(SqlText));
	List	   *statements;

	sql->call = call;
	sql->text = node_string(node);
	if (call->step >= 0)
		error_current_place.node = node;
	statements = parse(call, sql->text);

	if (list_length(statements) != 1)
		ereport(ERROR,
				(errcode(ERRCODE_SYNTAX_ERROR),
				 statements == NIL ?
				 errmsg("SQL text holds no statement") :
				 errmsg("SQL text holds %d statements, expected one",
						list_length(statements)),
				 statements == NIL ? 0 :
				 errhint("batch takes several, to do all of them or none."),
				 errplace(node)));
	sql->statement = linitial_node(RawStmt, statements);
	sql->tag = CreateCommandName(sql->statement->stmt);
	sql->kinds = kinds_of(sql->statement->stmt);
	check_refused(sql->statement->stmt, node);
	return sql;
}

/* The values of "params", each at its number less one. */
static JsonNode **
list_params(const JsonNode *params, int *n)
{
	JsonNode   *nodes;
	JsonNode  **list;
	int			given;

	*n = 0;
	if (!node_given(params))
		return NULL;
	nodes = node_children(params, &given);
	list = palloc0(sizeof(JsonNode *) * (given + 1));
	for (int i = 0; i < given; i++)
	{
		int			number = i + 1;

		if (node_type(params) == JSON_OBJECT)
		{
			char	   *name = node_name(&nodes[i]);
			char		expected[16];

			number = *name == '$' ? atoi(name + 1) : 0;
			snprintf(expected, sizeof(expected), "$%d", number);
			if (number < 1 || number > given || strcmp(name, expected) != 0)
				ereport(ERROR,
						(errcode(ERRCODE_SYNTAX_ERROR),
						 errmsg("parameters must be named \"$1\" to \"$%d\" without gaps, found \"%s\"",
								given, text_shown(name)),
						 errplace(&nodes[i])));
		}
		list[number - 1] = &nodes[i];
	}
	*n = given;
	return list;
}

/*
 * The names in the text mean what the search path makes of them, which also
 * decides the types of the parameters.
 */
static void
shape_add_search_path(Shape *shape)
{
	List	   *path = fetch_search_path(true);
	ListCell   *lc;

	foreach(lc, path)
	{
		Oid			schema = lfirst_oid(lc);

		shape_add_bytes(shape, &schema, sizeof(schema));
	}
	shape_add_flag(shape, ';');
	list_free(path);
}

/*
 * A constant like 'now' or 'today' is the time at which it was analyzed, and
 * so must be analyzed each time.
 */
static bool
has_relative_time(const char *sql)
{
	static const char *const words[] = {"now", "today", "tomorrow", "yesterday"};

	for (; *sql != '\0'; sql++)
	{
		if (*sql != '\'' && *sql != '$')
			continue;
		for (int i = 0; i < lengthof(words); i++)
		{
			if (pg_strncasecmp(sql + 1 + strspn(sql + 1, " \t\r\n"),
							   words[i], strlen(words[i])) == 0)
				return true;
		}
	}
	return false;
}

/* Plans of anything else are not worth keeping, and may hold a password. */
static bool
is_worth_keeping(const Query *query, const char *sql)
{
	return query->commandType != CMD_UTILITY && !has_relative_time(sql);
}

/* Whether $1 can stand in the statement: in a query, or around one. */
static bool
takes_params(const Query *query)
{
	const Node *utility = query->utilityStmt;

	return utility == NULL || IsA(utility, CallStmt) ||
		IsA(utility, CreateTableAsStmt) || IsA(utility, DeclareCursorStmt) ||
		IsA(utility, ExplainStmt);
}

static KeptPlan *
new_plan(SqlText *sql, const Oid *known, int nparams, const JsonNode *params,
		 bool shared)
{
	KeptPlan   *plan = plan_create(InvalidOid);
	ErrorContextCallback callback = {
		.callback = sql_error_position,
		.arg = sql->text,
		.previous = error_context_stack
	};
	Query	   *query;
	Oid		   *types = NULL;
	int			ntypes = 0;

	if (sql->literals)
	{
		ntypes = nparams;
		types = palloc(sizeof(Oid) * (ntypes + 1));
		memcpy(types, known, sizeof(Oid) * ntypes);
	}
	error_context_stack = &callback;
	query = analyze_with_inferred_types(copyObject(sql->statement), sql->text,
										&types, &ntypes);
	error_context_stack = callback.previous;

	if (nparams > 0 && !shared && !takes_params(query))
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("%s takes no parameters", sql->tag),
				 errhint("Only SELECT, VALUES, INSERT, UPDATE, DELETE and MERGE do; here the value is part of the text."),
				 errplace(params)));
	if (shared ? ntypes > nparams : ntypes != nparams)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg_plural("expected a value for %d parameter, found %d",
							   "expected values for %d parameters, found %d",
							   ntypes, ntypes, nparams),
				 errplace(params)));
	plan->nparams = nparams;
	plan->params = MemoryContextAllocZero(plan->context,
										  sizeof(PlanParam) * (nparams + 1));
	for (int i = 0; i < nparams; i++)
	{
		bool		used = i < ntypes && OidIsValid(types[i]);

		/* It may be that nothing can be told of its type. */
		Oid			type = used && types[i] != UNKNOWNOID ? types[i] : TEXTOID;

		plan->params[i].oid = type;
		plan->params[i].type = used ? type_info(type) : NULL;
		plan->params[i].typmod = -1;
	}
	plan_prepare(plan, sql->text);
	if (is_worth_keeping(query, sql->text))
		plan_keep(plan, &sql->shape);
	return plan;
}

static bool
has_modifying_cte(const Query *query)
{
	if (query->commandType != CMD_UTILITY)
		return query->hasModifyingCTE;
	if (IsA(query->utilityStmt, ExplainStmt))
	{
		const ExplainStmt *explain = (const ExplainStmt *) query->utilityStmt;

		return explains_by_running(explain) &&
			has_modifying_cte(castNode(Query, explain->query));
	}
	if (IsA(query->utilityStmt, CreateTableAsStmt))
		return has_modifying_cte(castNode(Query, ((const CreateTableAsStmt *) query->utilityStmt)->query));
	return false;
}

/*
 * What the analyzed statement does, beyond what its text shows: a WITH may
 * write.
 */
static bool
sql_text_has_modifying_cte(const SqlText *sql)
{
	ListCell   *source;

	foreach(source, SPI_plan_get_plan_sources(sql->plan->spi))
	{
		ListCell   *query;

		foreach(query, ((CachedPlanSource *) lfirst(source))->query_list)
		{
			if (has_modifying_cte(lfirst_node(Query, query)))
				return true;
		}
	}
	return false;
}

/*
 * The type of the constant that a value would be if it stood in the text, or
 * InvalidOid where the context decides, as for a quoted string.
 */
static Oid
literal_type(const JsonNode *value)
{
	const JsonValue *number = &value->value;
	char		digits[MAXINT8LEN + 1];
	int64		integer;

	if (node_type(value) == JSON_TRUE || node_type(value) == JSON_FALSE)
		return BOOLOID;
	if (node_type(value) != JSON_NUMBER)
		return InvalidOid;
	if (number->len >= sizeof(digits))
		return NUMERICOID;
	memcpy(digits, number->text, number->len);
	digits[number->len] = '\0';
	errno = 0;
	integer = strtoll(digits, NULL, 10);
	if (errno != 0 || strpbrk(digits, ".eE") != NULL)
		return NUMERICOID;
	return integer >= PG_INT32_MIN && integer <= PG_INT32_MAX ? INT4OID : INT8OID;
}

static void
plan_values(SqlText *sql, const JsonNode *const *values, int n,
			const JsonNode *at, bool shared)
{
	Oid		   *types = palloc0(sizeof(Oid) * (n + 1));

	if (n > MAX_PARAMS)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("more than %d parameters", MAX_PARAMS),
				 errplace(at)));
	for (int i = 0; i < n && sql->literals; i++)
		types[i] = literal_type(values[i]);

	shape_init(&sql->shape, shared ? "shared sql" : "sql", InvalidOid);
	shape_add_search_path(&sql->shape);
	shape_add_bytes(&sql->shape, &n, sizeof(n));
	shape_add_bytes(&sql->shape, types, sizeof(Oid) * n);
	shape_add_bytes(&sql->shape, sql->text, strlen(sql->text));
	for (int i = 0; i < n; i++)
		shape_bind(&sql->shape, values[i]);

	/* No lock has been taken yet that would have seen to this. */
	AcceptInvalidationMessages();
	sql->plan = plan_lookup(&sql->shape);
	if (sql->plan != NULL)
	{
		/*
		 * The types of its parameters must be those that would be inferred
		 * now, also where a table is being altered.
		 */
		plan_lock_tables(sql->plan);
		sql->plan = plan_lookup(&sql->shape);
	}
	if (sql->plan == NULL)
		sql->plan = new_plan(sql, types, n, at, shared);
	for (int i = 0; i < n; i++)
	{
		if (sql->plan->params[i].type == NULL)
			sql->shape.bindings[i] = (Binding) {.isnull = true};
		else if (shared)
			sql->call->shared_used[i] = true;
	}
	if (sql_text_has_modifying_cte(sql))
		sql->kinds |= KIND_WRITE;
}

void
sql_text_plan(SqlText *sql, const JsonNode *params)
{
	bool		shared = !node_given(params) && sql->call->shared_params != NULL;
	JsonNode  **values;
	int			n;

	if (shared)
		params = sql->call->shared_params;
	values = list_params(params, &n);
	plan_values(sql, (const JsonNode *const *) values, n, params, shared);
}

void
sql_text_plan_values(SqlText *sql, const JsonNode *const *values, int n,
					 const JsonNode *at)
{
	plan_values(sql, values, n, at, false);
}

bool
sql_text_writes_uncounted(const SqlText *sql)
{
	switch (nodeTag(sql->statement->stmt))
	{
		case T_DoStmt:
		case T_CallStmt:
		case T_TruncateStmt:
		case T_RefreshMatViewStmt:
			return true;
		case T_ExplainStmt:
			return sql->kinds != KIND_READ;
		default:
			return sql_text_has_modifying_cte(sql);
	}
}

bool
sql_text_returns_rows(const SqlText *sql)
{
	CachedPlanSource *source = linitial(SPI_plan_get_plan_sources(sql->plan->spi));

	return source->resultDesc != NULL;
}

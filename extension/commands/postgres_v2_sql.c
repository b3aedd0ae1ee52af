/*-------------------------------------------------------------------------
 *
 * postgres_v2_sql.c
 *	  postgres_v2/DoSQL, by execute.
 *
 * The original puts the values into the text where %s or %(name)s stands,
 * quoted; here these places become parameters.  As there, %% is a percent
 * sign wherever it stands; but a single one, and a %s in a string, a quoted
 * name or a comment, is no more than what it looks like.  A text that has
 * $1, $2, ... is run as it stands.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "mb/pg_wchar.h"
#include "miscadmin.h"
#include "nodes/parsenodes.h"
#include "parser/parser.h"

#include "commands/commands.h"
#include "commands/execute.h"
#include "commands/postgres_v2.h"
#include "commands/write.h"
#include "error.h"
#include "json_out.h"
#include "pg_version.h"

static const Member members[] = {
	V2_CONNECTION_MEMBER,
	{"schema", MEMBER_OTHER, true, "One statement, and values for its parameters: %s, %(name)s or $1.", NULL,
		"\"type\":\"object\",\"additionalProperties\":false,\"required\":[\"sql\"],\"properties\":{"
		"\"sql\":{\"type\":\"string\"},\"values\":{\"type\":[\"array\",\"object\"]},"
	"\"fetch_results\":{\"type\":\"boolean\",\"description\":\"Whether to return the rows, as lists of values, and not their number.\"}}"},
	{NULL}
};

static const Refusal refusals[] = {
	{"42501", "pg_connector.allow does not have the kind of statement"},
	{"42601", "the text is not SQL, or not exactly one statement"},
	{"22023", "\"values\" are not those that the statement uses, or the statement cannot run inside a command"},
	{"02000", "\"fetch_results\" of a statement that returns no rows"},
	{"54000", "more rows than pg_connector.affected_cap, or more to return than a cap allows"},
	{NULL}
};

static const char *const examples[] = {
	"{\"schema\": {\"sql\": \"SELECT name FROM users WHERE age > %s\", \"values\": [30], \"fetch_results\": true}}",
	NULL
};

enum
{
	CONNECTION,
	SCHEMA
};

/* The statement's text on its way to one with parameters. */
typedef struct Rewriting
{
	const JsonNode *sql;
	const JsonNode *values;
	JsonNode   *given;			/* the values, as they stand */
	int			ngiven;
	bool	   *used;			/* which of them have a place */
	const JsonNode **params;	/* one for each parameter */
	int			nparams;
	int			room;
	bool		quoted_place;	/* there is a %s where it is none */
	StringInfoData text;
	List	   *edits;			/* of SqlEdit */
} Rewriting;

static bool
is_name_char(unsigned char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
		(c >= '0' && c <= '9') || c == '_' || c == '$' || IS_HIGHBIT_SET(c);
}

/* Where the comment ends, which may hold others. */
static const char *
comment_end(const char *p)
{
	int			depth = 0;

	do
	{
		if (p[0] == '/' && p[1] == '*')
		{
			depth++;
			p += 2;
		}
		else if (p[0] == '*' && p[1] == '/')
		{
			depth--;
			p += 2;
		}
		else
			p++;
	} while (*p != '\0' && depth > 0);
	return p;
}

/* Where a string between $tag$ and $tag$ ends, or p if none begins there. */
static const char *
dollar_end(const char *p)
{
	const char *tag = p + 1;
	const char *end;
	char	   *quote;

	if (*tag >= '0' && *tag <= '9')
		return p;
	while (*tag != '$' && is_name_char(*tag))
		tag++;
	if (*tag != '$')
		return p;
	quote = pnstrdup(p, tag + 1 - p);
	end = strstr(tag + 1, quote);
	return end ? end + strlen(quote) : p + strlen(p);
}

/* Where what begins with a quote ends; a doubled one is part of it. */
static const char *
quote_end(const char *p, bool backslashes)
{
	char		quote = *p++;

	for (; *p != '\0'; p++)
	{
		if (*p == '\\' && backslashes && p[1] != '\0')
			p++;
		else if (*p == quote && *++p != quote)
			return p;
	}
	return p;
}

/*
 * If a string, a quoted name or a comment begins at p, where it ends;
 * otherwise p.  What does not end reaches to the end of the text: PostgreSQL's
 * parser will say so.
 */
static const char *
skip_quoted(const char *p, const char *text)
{
	bool		in_name = p > text && is_name_char(p[-1]);

	switch (*p)
	{
		case '"':
			return quote_end(p, false);
		case '\'':
			return quote_end(p, !standard_conforming_strings ||
							 (in_name && (p[-1] == 'e' || p[-1] == 'E') &&
							  (p == text + 1 || !is_name_char(p[-2]))));
		case '$':
			return in_name ? p : dollar_end(p);
		case '-':
			return p[1] == '-' ? p + strcspn(p, "\r\n") : p;
		case '/':
			return p[1] == '*' ? comment_end(p) : p;
		default:
			return p;
	}
}

/* Whether $1 or the like stands in the text. */
static bool
has_numbered_params(const char *text)
{
	for (const char *p = text; *p != '\0';)
	{
		const char *end = skip_quoted(p, text);

		if (end > p)
			p = end;
		else if (*p == '$' && p[1] >= '0' && p[1] <= '9' &&
				 (p == text || !is_name_char(p[-1])))
			return true;
		else
			p++;
	}
	return false;
}

/* Where %s or %(name)s ends, or p if neither begins there. */
static const char *
place_end(const char *p)
{
	const char *end = p + 1;

	if (*end == '(')
	{
		end += strcspn(end, ")");
		if (*end == ')')
			end++;
	}
	return *end == 's' && !is_name_char(end[1]) ? end + 1 : p;
}

/* The value for a place in the text, or NULL if there are too few. */
static const JsonNode *
value_for(Rewriting *rewriting, const char *place, const char *end)
{
	bool		named = place[1] == '(';
	bool		object = node_given(rewriting->values) &&
		node_type(rewriting->values) == JSON_OBJECT;
	int			i = 0;

	if (named != object)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 named ?
				 errmsg("%%(name)s needs \"values\" that is an object") :
				 errmsg("%%s needs \"values\" that is a list"),
				 errplace(object ? rewriting->values : rewriting->sql)));
	if (!named)
		i = rewriting->nparams;
	else
	{
		/* Between the brackets. */
		while (i < rewriting->ngiven &&
			   !json_string_is(&rewriting->given[i].key, place + 2, end - place - 4))
			i++;
		if (i == rewriting->ngiven)
			ereport(ERROR,
					(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
					 errmsg("there is no value for \"%s\"",
							text_shown(pnstrdup(place, end - place))),
					 errplace(rewriting->values)));
	}
	if (i >= rewriting->ngiven)
		return NULL;
	rewriting->used[i] = true;
	return &rewriting->given[i];
}

/* A parameter in the place of %s. */
static void
append_param(Rewriting *rewriting, const char *text, const char *place,
			 const char *end)
{
	if (rewriting->nparams == rewriting->room)
	{
		rewriting->room = rewriting->room ? rewriting->room * 2 : 8;
		rewriting->params = rewriting->params ?
			repalloc(rewriting->params, sizeof(JsonNode *) * rewriting->room) :
			palloc(sizeof(JsonNode *) * rewriting->room);
	}
	rewriting->params[rewriting->nparams] = value_for(rewriting, place, end);
	rewriting->nparams++;

	/* Behind a letter it would be a part of the name. */
	appendStringInfo(&rewriting->text, "%s$%d",
					 place > text && is_name_char(place[-1]) ? " " : "",
					 rewriting->nparams);
}

static void
rewrite(Rewriting *rewriting, const char *text)
{
	StringInfo	out = &rewriting->text;
	const char *quoted = text;	/* where the quoted part ends */
	int			old_position = 1;	/* characters, from 1 */
	int			new_position = 1;

	for (const char *p = text; *p != '\0';)
	{
		int			start = out->len;
		const char *end;

		CHECK_FOR_INTERRUPTS();
		if (p >= quoted)
			quoted = skip_quoted(p, text);
		if (*p != '%')
		{
			end = p + pg_mblen(p);
			appendBinaryStringInfo(out, p, end - p);
		}
		else if (p[1] == '%')
		{
			end = p + 2;
			appendStringInfoChar(out, '%');
		}
		else if (place_end(p) > p && p >= quoted)
		{
			end = place_end(p);
			append_param(rewriting, text, p, end);
		}
		else
		{
			rewriting->quoted_place |= place_end(p) > p;
			end = p + 1;
			appendStringInfoChar(out, '%');
		}

		old_position += pg_mbstrlen_with_len(p, end - p);
		new_position += pg_mbstrlen_with_len(out->data + start, out->len - start);
		if (end - p != out->len - start)
		{
			SqlEdit    *edit = palloc(sizeof(SqlEdit));

			*edit = (SqlEdit) {new_position, old_position - new_position};
			rewriting->edits = lappend(rewriting->edits, edit);
		}
		p = end;
	}
}

/* Every value is for a place, and every place has one. */
static void
check_values(const Rewriting *rewriting)
{
	bool		object = node_given(rewriting->values) &&
		node_type(rewriting->values) == JSON_OBJECT;
	int			unused = 0;

	while (unused < rewriting->ngiven && rewriting->used[unused])
		unused++;
	if (unused == rewriting->ngiven && (object || rewriting->nparams <= rewriting->ngiven))
		return;
	ereport(ERROR,
			(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
			 object ?
			 errmsg("the statement has no place for \"%s\"",
					text_shown(node_name(&rewriting->given[unused]))) :
			 errmsg_plural("expected a value for %d parameter, found %d",
						   "expected values for %d parameters, found %d",
						   rewriting->nparams, rewriting->nparams, rewriting->ngiven),
			 rewriting->quoted_place ?
			 errhint("A %%s in quotes is no place for a value: write %%s without quotes, and put strings together with ||.") : 0,
			 errplace(unused < rewriting->ngiven ? &rewriting->given[unused] :
					  node_given(rewriting->values) ? rewriting->values : rewriting->sql)));
}

/* Parse and plan the statement with its values. */
static SqlText *
prepare(Call *call, const JsonNode *node, const JsonNode *values)
{
	char	   *text = node_string(node);
	Rewriting	rewriting = {.sql = node, .values = values};
	StringInfoData json;
	JsonNode   *rewritten = palloc(sizeof(JsonNode));
	SqlEdit    *edits;
	SqlText    *sql;
	ListCell   *lc;

	if (has_numbered_params(text))
	{
		sql = execute_parse(call, node);
		sql_text_plan(sql, values);
		return sql;
	}

	if (node_given(values))
	{
		rewriting.given = node_children(values, &rewriting.ngiven);
		rewriting.used = palloc0(rewriting.ngiven + 1);
	}
	initStringInfo(&rewriting.text);
	rewrite(&rewriting, text);
	check_values(&rewriting);

	edits = palloc(sizeof(SqlEdit) * (list_length(rewriting.edits) + 1));
	foreach(lc, rewriting.edits)
		edits[call->nedits++] = *(SqlEdit *) lfirst(lc);
	call->edits = edits;

	initStringInfo(&json);
	json_out_string(&json, rewriting.text.data);
	*rewritten = node_with_text(node, JSON_STRING, json.data);
	sql = execute_parse(call, rewritten);
	sql->literals = true;
	sql_text_plan_values(sql, rewriting.params, rewriting.nparams,
						 node_given(values) ? values : node);
	return sql;
}

/* Whether a statement that returns no rows has a number of them to tell. */
static bool
counts_rows(const SqlText *sql)
{
	const Node *statement = sql->statement->stmt;

	switch (nodeTag(statement))
	{
		case T_SelectStmt:
		case T_InsertStmt:
		case T_UpdateStmt:
		case T_DeleteStmt:
			return true;
		case T_CreateTableAsStmt:
			return !((const CreateTableAsStmt *) statement)->into->skipData;
		default:
			return is_merge(statement);
	}
}

static void
run(Call *call)
{
	static const char *const names[] = {"sql", "values", "fetch_results"};
	enum
	{
		SQL,
		VALUES,
		FETCH_RESULTS
	};
	JsonNode   *schema;
	SqlText    *sql;
	RowsOut		rows;
	bool		fetch;
	uint64		count;

	v2_begin(call);
	schema = v2_schema(call, call_member(call, SCHEMA), names, lengthof(names), 1);
	fetch = node_is_true(&schema[FETCH_RESULTS]);
	if (node_given(&schema[VALUES]) && node_type(&schema[VALUES]) != JSON_OBJECT)
		node_expect(&schema[VALUES], JSON_ARRAY);

	sql = prepare(call, &schema[SQL], &schema[VALUES]);
	if (fetch && !sql_text_returns_rows(sql))
		ereport(ERROR,
				(errcode(ERRCODE_NO_DATA),
				 errmsg("%s returns no rows to fetch", sql->tag),
				 errhint("Leave out \"fetch_results\", or let it return rows with RETURNING; nothing was done."),
				 errplace(&schema[FETCH_RESULTS])));

	call->bare_rows = true;
	write_rows_init(call, &rows);
	rows.arrays = true;
	rows.id_only = !fetch;
	count = execute_run(call, sql, &schema[SQL], &rows);
	if (fetch)
		return;
	if (sql_text_returns_rows(sql) || counts_rows(sql))
		v2_append_affected(call, (int64) count);
	else
		v2_append_ok(call);
}

const Command command_v2_do_sql = {
	.name = V2_PREFIX "DoSQL",
	.summary = "Run one SQL statement of any kind.",
	.kinds = KIND_SQL,
	.members = members,
	.result = V2_AFFECTED_RESULT,
	.bare_result = V2_ROWS_RESULT "\"With \\\"fetch_results\\\": the rows, each a list of values.\"",
	.refusals = refusals,
	.examples = examples,
	.sql = "/schema/sql",
	.envelope = &v2_envelope,
	.run = run
};

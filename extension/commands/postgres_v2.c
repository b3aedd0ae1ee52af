/*-------------------------------------------------------------------------
 *
 * postgres_v2.c
 *	  What the commands postgres_v2/... share: names, members, results.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "miscadmin.h"
#include "parser/scansup.h"

#include "catalog.h"
#include "commands/postgres_v2.h"
#include "error.h"
#include "json_out.h"
#include "nearest.h"

void
v2_begin(Call *call)
{
	const JsonNode *node = call_member(call, V2_CONNECTION);

	/* It holds a password, and the log would show the statement. */
	if (node_given(node))
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("a command inside the database takes no connection string"),
				 errhint("Leave out \"database_connection_str\": the connection is the one that this command came through."),
				 errhidestmt(true),
				 errplace(node)));
	call->like_constants = true;
}

static int
member_position(const JsonNode *member, const char *const *names, int n)
{
	for (int i = 0; i < n; i++)
	{
		if (json_string_equals(&member->key, names[i], strlen(names[i])))
			return i;
	}
	return -1;
}

JsonNode *
v2_schema(const Call *call, const JsonNode *schema, const char *const *names,
		  int n, int required)
{
	JsonNode   *members = palloc0(sizeof(JsonNode) * n);
	JsonNode   *given;
	int			ngiven;

	if (node_type(schema) == JSON_STRING)
		ereport(ERROR,
				(errcode(ERRCODE_SYNTAX_ERROR),
				 errmsg("\"schema\" is a string, not an object"),
				 errhint("Remove the quotes around it: {\"columns\": [...]} instead of \"{\\\"columns\\\": [...]}\"."),
				 errplace(schema)));
	node_expect(schema, JSON_OBJECT);
	given = node_children(schema, &ngiven);
	for (int i = 0; i < ngiven; i++)
	{
		int			position = member_position(&given[i], names, n);
		Nearest		nearest;

		if (position < 0)
		{
			char	   *name = node_name(&given[i]);

			nearest_init(&nearest, name);
			for (int j = 0; j < n; j++)
				nearest_offer(&nearest, names[j]);
			ereport(ERROR,
					(errcode(ERRCODE_SYNTAX_ERROR),
					 errmsg("unrecognized member \"%s\" of \"schema\" for %s",
							text_shown(name), call->command->name),
					 errhint_nearest(&nearest),
					 errplace(&given[i])));
		}
		members[position] = given[i];
	}
	for (int i = 0; i < required; i++)
	{
		if (!node_given(&members[i]))
			ereport(ERROR,
					(errcode(ERRCODE_SYNTAX_ERROR),
					 errmsg("\"schema\" of %s needs the member \"%s\"",
							call->command->name, names[i]),
					 errplace(schema)));
	}
	return members;
}

static bool
is_name_start(unsigned char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' ||
		IS_HIGHBIT_SET(c);
}

static void malformed_name(const char *what, const JsonNode *node) pg_attribute_noreturn();

static void
malformed_name(const char *what, const JsonNode *node)
{
	ereport(ERROR,
			(errcode(ERRCODE_SYNTAX_ERROR),
			 errmsg("\"%s\" is not a %s name", text_shown(node_string(node)), what),
			 errhint("A name has letters, digits and underscores, or stands in double quotes. For anything more, use " V2_PREFIX "DoSQL."),
			 errplace(node)));
}

/*
 * One part of a name by the rules of SQL's own scanner, and white space
 * around it; *pos moves behind.
 */
static char *
name_part(const char **pos, const char *what, const JsonNode *node)
{
	const char *p = *pos;
	char	   *part;

	while (scanner_isspace(*p))
		p++;
	if (*p == '"')
	{
		char	   *to = part = palloc(strlen(p) + 1);

		for (p++;; p++)
		{
			if (*p == '\0')
				malformed_name(what, node);
			if (*p == '"' && *++p != '"')
				break;
			*to++ = *p;
		}
		*to = '\0';
	}
	else
	{
		const char *start = p;

		if (!is_name_start(*p))
			malformed_name(what, node);
		while (is_name_start(*p) || (*p >= '0' && *p <= '9') || *p == '$')
			p++;
		part = downcase_identifier(start, p - start, false, false);
	}
	while (scanner_isspace(*p))
		p++;
	*pos = p;
	catalog_check_name(part, node);
	return part;
}

JsonNode
v2_table(const JsonNode *node)
{
	const char *pos = node_string(node);
	char	   *parts[2];
	int			n = 0;
	StringInfoData name;
	StringInfoData text;

	for (;;)
	{
		if (n == lengthof(parts))
			malformed_name("table", node);
		parts[n++] = name_part(&pos, "table", node);
		if (*pos == '\0')
			break;
		if (*pos++ != '.')
			malformed_name("table", node);
	}

	initStringInfo(&name);
	for (int i = 0; i < n; i++)
	{
		appendStringInfoString(&name, i == 0 ? "\"" : ".\"");
		for (const char *p = parts[i]; *p != '\0'; p++)
		{
			if (*p == '"')
				appendStringInfoChar(&name, '"');
			appendStringInfoChar(&name, *p);
		}
		appendStringInfoChar(&name, '"');
	}
	initStringInfo(&text);
	json_out_string(&text, name.data);
	return node_with_text(node, JSON_STRING, text.data);
}

/* How a part of a request is written anew. */
typedef void (*AppendNode) (StringInfo out, const JsonNode *node);

/* As it stands. */
static void
append_value(StringInfo out, const JsonNode *node)
{
	appendBinaryStringInfo(out, node->value.text, (int) node->value.len);
}

/* A column's exact name. */
static void
append_column(StringInfo out, const JsonNode *node)
{
	const char *pos = node_string(node);
	char	   *name = name_part(&pos, "column", node);

	if (*pos != '\0')
		malformed_name("column", node);
	json_out_string(out, name);
}

/* An array or an object, each of its parts anew. */
static void
append_each(StringInfo out, const JsonNode *node, AppendNode append)
{
	bool		object = node_type(node) == JSON_OBJECT;
	JsonNode   *parts;
	int			n;

	check_stack_depth();
	CHECK_FOR_INTERRUPTS();
	parts = node_children(node, &n);
	appendStringInfoChar(out, object ? '{' : '[');
	for (int i = 0; i < n; i++)
	{
		if (i > 0)
			appendStringInfoChar(out, ',');
		if (object)
		{
			appendBinaryStringInfo(out, parts[i].key.text, (int) parts[i].key.len);
			appendStringInfoChar(out, ':');
		}
		append(out, &parts[i]);
	}
	appendStringInfoChar(out, object ? '}' : ']');
}

/* If it is an array; what is not well-formed is for others to refuse. */
static void
append_list(StringInfo out, const JsonNode *node, AppendNode append)
{
	if (node_type(node) == JSON_ARRAY)
		append_each(out, node, append);
	else
		append_value(out, node);
}

/* The way to a value in a json column begins with the column. */
static void
append_path_part(StringInfo out, const JsonNode *node)
{
	if (node->index == 0)
		append_column(out, node);
	else
		append_value(out, node);
}

static void
append_operand(StringInfo out, const JsonNode *node)
{
	if (node_type(node) == JSON_STRING)
		append_column(out, node);
	else
		append_list(out, node, append_path_part);
}

/* Of [column, operator, value] */
static void
append_test_part(StringInfo out, const JsonNode *node)
{
	if (node->index == 0)
		append_operand(out, node);
	else
		append_value(out, node);
}

/* Of [column, operator, column] */
static void
append_comparison_part(StringInfo out, const JsonNode *node)
{
	if (node->index == 1)
		append_value(out, node);
	else
		append_operand(out, node);
}

static void append_condition(StringInfo out, const JsonNode *node);

/* Of {"and": [...]}, {"or": [...]}, {"not": ...} or {"columns": [...]} */
static void
append_group(StringInfo out, const JsonNode *node)
{
	if (json_string_equals(&node->key, "not", strlen("not")))
		append_condition(out, node);
	else if (json_string_equals(&node->key, "columns", strlen("columns")))
		append_list(out, node, append_comparison_part);
	else
		append_list(out, node, append_condition);
}

static void
append_condition(StringInfo out, const JsonNode *node)
{
	if (node_type(node) == JSON_OBJECT)
		append_each(out, node, append_group);
	else
		append_list(out, node, append_test_part);
}

/* Of a column's definition */
static void
append_definition_part(StringInfo out, const JsonNode *node)
{
	if (json_string_equals(&node->key, "name", strlen("name")))
		append_column(out, node);
	else if (json_string_equals(&node->key, "type", strlen("type")))
		append_value(out, node);
	else
		ereport(ERROR,
				(errcode(ERRCODE_SYNTAX_ERROR),
				 errmsg("unrecognized member \"%s\" of a column's definition",
						text_shown(node_name(node))),
				 errhint("All that there is to say follows the type: \"type\": \"integer NOT NULL\"."),
				 errplace(node)));
}

static void
append_definition(StringInfo out, const JsonNode *node)
{
	if (node_type(node) == JSON_OBJECT)
		append_each(out, node, append_definition_part);
	else
		append_value(out, node);
}

/* A list with its parts anew, at the same place. */
static JsonNode
list_anew(const JsonNode *list, AppendNode append)
{
	StringInfoData text;

	if (!node_given(list))
		return *list;
	node_expect(list, JSON_ARRAY);
	initStringInfo(&text);
	append_each(&text, list, append);
	return node_with_text(list, JSON_ARRAY, text.data);
}

JsonNode
v2_columns(const JsonNode *list)
{
	return list_anew(list, append_column);
}

JsonNode
v2_where(const JsonNode *where)
{
	return list_anew(where, append_condition);
}

JsonNode
v2_definitions(const JsonNode *list)
{
	return list_anew(list, append_definition);
}

JsonNode
v2_column(const JsonNode *node)
{
	StringInfoData text;

	initStringInfo(&text);
	append_column(&text, node);
	return node_with_text(node, JSON_STRING, text.data);
}

void
v2_append_affected(Call *call, int64 count)
{
	appendStringInfo(call->out, "{\"result\":\"" INT64_FORMAT " rows affected\"}",
					 count);
}

void
v2_append_ok(Call *call)
{
	appendStringInfoString(call->out, "{\"result\":\"ok\"}");
}

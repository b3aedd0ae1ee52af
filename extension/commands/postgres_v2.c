/*-------------------------------------------------------------------------
 *
 * postgres_v2.c
 *	  What the commands postgres_v2/... share: names, members, results.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "parser/scansup.h"

#include "catalog.h"
#include "commands/postgres_v2.h"
#include "error.h"
#include "json_out.h"
#include "nearest.h"

void
v2_refuse_connection(const Call *call)
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

JsonNode
v2_column(const JsonNode *node)
{
	const char *pos = node_string(node);
	char	   *name = name_part(&pos, "column", node);
	StringInfoData text;

	if (*pos != '\0')
		malformed_name("column", node);
	initStringInfo(&text);
	json_out_string(&text, name);
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

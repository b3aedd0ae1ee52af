/*-------------------------------------------------------------------------
 *
 * commands.c
 *	  pgconnector commands: the catalogue, or what one command takes.
 *
 *-------------------------------------------------------------------------
 */
#include <stdio.h>
#include <string.h>

#include <cjson/cJSON.h>

#include "exit_status.h"
#include "session.h"
#include "show.h"
#include "subcommand.h"
#include "table.h"
#include "text.h"

/* {"commands": [...]}, one line each. */
static bool
show_list(FILE *out, const JsonValue *reply)
{
	static const char *const columns[] = {"name", "kinds", "summary", NULL};
	TableStyle	style = {
		.columns = columns,
		.plain_lists = true,
		.max_width = terminal_width()
	};
	JsonValue	commands;
	size_t		count;

	if (!find_member(reply, "commands", &commands) ||
		commands.type != JSON_ARRAY)
		return show_reply(out, reply);
	if (!table_write(out, &commands, &style, &count))
		return false;
	fprintf(out, "(%zu command%s; \"pgconnector commands NAME\" tells more about one)\n",
			count, count == 1 ? "" : "s");
	return true;
}

/* Append to a description of a type what else it may be, once. */
static void
append_type(char *text, size_t size, const char *type)
{
	size_t		len = strlen(text);

	if (strstr(text, type) == NULL)
		snprintf(text + len, size - len, "%s%s", len > 0 ? " or " : "", type);
}

/*
 * Describe in a few words what a JSON Schema allows.  "root" is the schema
 * whose "$defs" it refers to.  What says nothing about types stays "".
 */
static void
describe_type(const cJSON *root, const cJSON *schema, char *text, size_t size,
			  int depth)
{
	static const char prefix[] = "#/$defs/";
	const cJSON *type = cJSON_GetObjectItemCaseSensitive(schema, "type");
	const cJSON *ref = cJSON_GetObjectItemCaseSensitive(schema, "$ref");
	const cJSON *any = cJSON_GetObjectItemCaseSensitive(schema, "anyOf");
	const cJSON *list = cJSON_IsArray(type) ? type :
		cJSON_GetObjectItemCaseSensitive(schema, "enum");
	const cJSON *one;

	if (cJSON_IsString(type))
		append_type(text, size, type->valuestring);
	cJSON_ArrayForEach(one, list)
	{
		if (cJSON_IsString(one))
			append_type(text, size, one->valuestring);
	}
	if (cJSON_IsBool(cJSON_GetObjectItemCaseSensitive(schema, "const")))
		append_type(text, size, "boolean");

	/* A schema may refer to itself. */
	if (depth == 0)
		return;
	cJSON_ArrayForEach(one, any)
		describe_type(root, one, text, size, depth - 1);
	if (cJSON_IsString(ref) &&
		strncmp(ref->valuestring, prefix, strlen(prefix)) == 0)
	{
		const cJSON *defs = cJSON_GetObjectItemCaseSensitive(root, "$defs");

		describe_type(root, cJSON_GetObjectItemCaseSensitive(defs, ref->valuestring + strlen(prefix)),
					  text, size, depth - 1);
	}
}

static bool
is_required(const cJSON *schema, const char *name)
{
	const cJSON *required = cJSON_GetObjectItemCaseSensitive(schema, "required");
	const cJSON *one;

	cJSON_ArrayForEach(one, required)
	{
		if (cJSON_IsString(one) && strcmp(one->valuestring, name) == 0)
			return true;
	}
	return false;
}

/* Turn the properties of a JSON Schema into rows. */
static bool
add_properties(cJSON *rows, const cJSON *schema)
{
	const cJSON *property;
	const cJSON *properties = cJSON_GetObjectItemCaseSensitive(schema, "properties");

	cJSON_ArrayForEach(property, properties)
	{
		const cJSON *description =
			cJSON_GetObjectItemCaseSensitive(property, "description");
		cJSON	   *row = cJSON_CreateObject();
		char		type[200] = "";

		describe_type(schema, property, type, sizeof(type), 3);
		if (!cJSON_AddItemToArray(rows, row))
			return false;
		if (!cJSON_AddStringToObject(row, "member", property->string) ||
			!cJSON_AddStringToObject(row, "type", type[0] ? type : "any") ||
			!cJSON_AddStringToObject(row, "required",
									 is_required(schema, property->string) ? "yes" : "") ||
			!cJSON_AddStringToObject(row, "description",
									 cJSON_IsString(description) ? description->valuestring : ""))
			return false;
	}
	return true;
}

/* The members that a JSON Schema allows, as a table. */
static bool
show_schema(FILE *out, const char *title, const JsonValue *text)
{
	TableStyle	style = {.max_width = terminal_width()};
	cJSON	   *schema = cJSON_ParseWithLength(text->text, text->len);
	cJSON	   *rows = cJSON_CreateArray();
	char	   *printed = NULL;
	bool		ok = schema != NULL && rows != NULL && add_properties(rows, schema);
	JsonScan	scan;
	JsonValue	value;
	size_t		count;

	if (ok && cJSON_GetArraySize(rows) > 0)
	{
		printed = cJSON_PrintUnformatted(rows);
		ok = printed != NULL;
		if (ok)
		{
			json_scan_init(&scan, printed, strlen(printed), NULL);
			fprintf(out, "\n%s:\n", title);
			ok = json_scan_document(&scan, &value) &&
				table_write(out, &value, &style, &count);
		}
	}
	cJSON_free(printed);
	cJSON_Delete(rows);
	cJSON_Delete(schema);
	return ok;
}

/* Requests, each as one would type it into a shell. */
static void
show_examples(FILE *out, const JsonValue *name, const JsonValue *examples)
{
	JsonIter	iter;
	JsonValue	example;

	fputs("\nexamples:\n", out);
	json_iter_init(&iter, examples, NULL);
	while (json_iter_next(&iter, NULL, &example))
	{
		fputs("  pgconnector call ", out);
		text_put(out, json_string_text(name), json_string_len(name));
		fputs(" '", out);
		for (size_t i = 0; i < example.len;)
		{
			const char *quote = memchr(example.text + i, '\'', example.len - i);
			size_t		len = quote ? (size_t) (quote - example.text) - i : example.len - i;

			text_put(out, example.text + i, len);
			if (quote)
				fputs("'\\''", out);
			i += len + 1;
		}
		fputs("'\n", out);
	}
}

/* One element of the catalogue. */
static bool
show_command(FILE *out, const JsonValue *command)
{
	static const char *const apart[] = {
		"request", "result", "refusals", "examples", NULL
	};
	TableStyle	style = {.max_width = terminal_width()};
	JsonValue	name;
	JsonValue	value;
	size_t		count;

	if (!show_object(out, command, apart))
		return false;
	if (find_member(command, "request", &value) &&
		!show_schema(out, "request", &value))
		return false;
	if (find_member(command, "result", &value) &&
		!show_schema(out, "result", &value))
		return false;
	if (find_member(command, "refusals", &value) && value.type == JSON_ARRAY)
	{
		fputs("\nrefusals:\n", out);
		if (!table_write(out, &value, &style, &count))
			return false;
	}
	if (find_member(command, "examples", &value) && value.type == JSON_ARRAY &&
		find_member(command, "name", &name) && name.type == JSON_STRING)
		show_examples(out, &name, &value);
	return true;
}

/* Find a command in the catalogue by its name. */
static bool
find_command(const PgcReply *reply, const char *name, JsonValue *command)
{
	JsonScan	scan;
	JsonValue	value;
	JsonValue	commands;
	JsonIter	iter;

	json_scan_init(&scan, pgc_reply_text(reply), pgc_reply_length(reply), NULL);
	if (!json_scan_document(&scan, &value) ||
		!find_member(&value, "commands", &commands) ||
		commands.type != JSON_ARRAY)
		return false;
	json_iter_init(&iter, &commands, NULL);
	while (json_iter_next(&iter, NULL, command))
	{
		if (find_member(command, "name", &value) && value.type == JSON_STRING &&
			json_string_equals(&value, name, strlen(name)))
			return true;
	}
	return false;
}

static int
run(const Options *options, char **words, int nwords)
{
	Session		session;
	PgcReply   *reply = NULL;
	JsonValue	command;

	if (nwords == 0)
		return run_call(options, "commands", "{}", 2, show_list);

	if (session_open(&session, options))
		reply = session_call(&session, "commands", "{}", 2);
	if (reply == NULL)
		return session_close(&session);
	if (find_command(reply, words[0], &command))
		session_write_text(&session, command.text, command.len, show_command);
	else
	{
		fprintf(stderr, "pgconnector: not_found: there is no command \"%s\" (42883)\n"
				"hint: \"pgconnector commands\" lists them.\n", words[0]);
		session.status = exit_status_of(PGC_KIND_NOT_FOUND);
	}
	pgc_reply_free(reply);
	return session_close(&session);
}

const Subcommand subcommand_commands = {
	.name = "commands",
	.arguments = "[NAME]",
	.summary = "list the commands, or tell what one takes",
	.help =
	"Without NAME, lists the commands that \"pgconnector call\" can call.  With it,\n"
	"tells what a request of that command may hold and gives examples; as JSON, this\n"
	"is the command's entry in the catalogue, with JSON Schemas.\n"
	"\n"
	"Examples:\n"
	"  pgconnector commands\n"
	"  pgconnector commands insert_rows\n"
	"  pgconnector --json commands insert_rows | jq .request\n",
	.min_words = 0,
	.max_words = 1,
	.run = run
};

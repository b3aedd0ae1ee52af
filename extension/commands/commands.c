/*-------------------------------------------------------------------------
 *
 * commands.c
 *	  commands: the catalogue, made from the declarations.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "commands/batch.h"
#include "commands/commands.h"
#include "commands/ddl_schema.h"
#include "conflict.h"
#include "error.h"
#include "json_out.h"
#include "predicate.h"

enum
{
	NAME
};

static const Member members[] = {
	{"name", MEMBER_STRING, false, "Only the command of this name."},
	{NULL}
};

/* What every command can raise. */
static const Refusal common_refusals[] = {
	{"42601", "the request is not JSON, or a member is unknown, missing, given twice or of another type"},
	{"22023", "a number or a word that is not one the member may have"},
	{"22P05", "a string holds \\u0000, or a character that the database's encoding does not have"},
	{"42501", "pg_connector.allow does not have the command's kind, or the role lacks a privilege"},
	{"54000", "the request is larger than pg_connector.request_cap, or \"timeout_ms\" than pg_connector.timeout_cap"},
	{"54001", "the request is nested too deeply"},
	{"57014", "the time limit is exceeded"},
	{NULL}
};

static const Refusal refusals[] = {
	{"42883", "no such command"},
	{NULL}
};

static const char *const examples[] = {
	"{}",
	"{\"name\": \"select_rows\"}",
	NULL
};

static char *
choice_schema(const char *const *choices)
{
	StringInfoData buf;

	initStringInfo(&buf);
	for (int i = 0; choices[i] != NULL; i++)
		appendStringInfo(&buf, "%s\"%s\"", i == 0 ? "\"enum\":[" : ",", choices[i]);
	appendStringInfo(&buf, "],\"default\":\"%s\"", choices[0]);
	return buf.data;
}

static const char *
member_schema(const Member *member)
{
	switch (member->type)
	{
		case MEMBER_BOOL:
			return "\"type\":\"boolean\",\"default\":false";
		case MEMBER_COUNT:
			return "\"type\":\"integer\",\"minimum\":0,\"maximum\":2147483646";
		case MEMBER_MILLISECONDS:
			return "\"type\":\"integer\",\"minimum\":1,\"maximum\":2147483647";
		case MEMBER_STRING:
			return "\"type\":\"string\"";
		case MEMBER_CHOICE:
			return choice_schema(member->choices);
		case MEMBER_TABLE:
			return "\"$ref\":\"#/$defs/table\"";
		case MEMBER_COLUMNS:
			return "\"$ref\":\"#/$defs/columns\"";
		case MEMBER_KEY:
			return "\"$ref\":\"#/$defs/columns\",\"minItems\":1";
		case MEMBER_RETURNING:
			return "\"anyOf\":[{\"$ref\":\"#/$defs/columns\",\"minItems\":1},{\"const\":true}]";
		case MEMBER_COLUMN_LISTS:
		case MEMBER_COLUMN_DEFINITIONS:
		case MEMBER_COLUMN_CHANGES:
		case MEMBER_CONSTRAINTS:
		case MEMBER_INDEX_COLUMNS:
		case MEMBER_NAMES:
		case MEMBER_PARTITION_BY:
		case MEMBER_PARTITION_OF:
			return ddl_member_schema(member->type);
		case MEMBER_WHERE:
			return "\"type\":\"array\",\"items\":{\"$ref\":\"#/$defs/condition\"}";
		case MEMBER_ORDER:
			return "\"type\":\"array\",\"items\":{\"$ref\":\"#/$defs/order\"}";
		case MEMBER_AGGREGATES:
			return "\"type\":\"object\",\"additionalProperties\":{\"$ref\":\"#/$defs/aggregate\"}";
		case MEMBER_ROW:
			return "\"type\":\"object\"";
		case MEMBER_OBJECTS:
			return "\"type\":\"object\",\"additionalProperties\":{\"type\":\"object\"}";
		case MEMBER_LISTS:
			return "\"type\":\"object\",\"additionalProperties\":{\"type\":\"array\"}";
		case MEMBER_ROWS:
			return "\"type\":\"array\",\"items\":{\"type\":\"object\"}";
		case MEMBER_VALUES:
			return "\"type\":\"array\",\"items\":{\"type\":\"array\"}";
		case MEMBER_CONFLICT:
			return "\"$ref\":\"#/$defs/conflict\"";
		case MEMBER_STEPS:
			return "\"$ref\":\"#/$defs/steps\"";
		case MEMBER_OTHER:
			return member->schema;
		case MEMBER_PARAMS:
			return "\"type\":[\"array\",\"object\"]";
		case MEMBER_END:
			break;
	}
	return "";
}

/* "on_conflict" */
static void
append_conflict(StringInfo out, const char *separator)
{
	appendStringInfo(out, "%s\"conflict\":{\"type\":\"object\",\"description\":\"What tells that a row exists, and what is then done.\",\"additionalProperties\":false,\"properties\":{"
					 "\"columns\":{\"$ref\":\"#/$defs/columns\",\"minItems\":1,\"description\":\"A unique key that tells; the primary key if nothing is named.\"},"
					 "\"constraint\":{\"type\":\"string\",\"minLength\":1,\"description\":\"The same by the name of the constraint.\"},"
					 "\"where\":{\"type\":\"array\",\"items\":{\"$ref\":\"#/$defs/condition\"},\"description\":\"The condition of a partial index.\"},"
					 "\"action\":{\"enum\":[\"update\",\"nothing\"],\"default\":\"update\",\"description\":\"What is done to the row that exists.\"},"
					 "\"update\":{\"$ref\":\"#/$defs/columns\",\"description\":\"The columns to update, instead of all that the new row gives.\"},"
					 "\"if\":{\"type\":\"array\",\"description\":\"Update only where these hold.\",\"items\":{\"type\":\"array\",\"minItems\":3,\"maxItems\":3,"
					 "\"prefixItems\":[{\"type\":\"string\",\"minLength\":1,\"description\":\"column of the new row\"},{\"enum\":[",
					 separator);
	for (int i = 0; conflict_operator(i) != NULL; i++)
		appendStringInfo(out, "%s\"%s\"", i == 0 ? "" : ",", conflict_operator(i));
	appendStringInfoString(out, "]},{\"type\":\"string\",\"minLength\":1,\"description\":\"column of the existing row\"}]}}},"
					 "\"dependentSchemas\":{\"constraint\":{\"properties\":{\"columns\":false,\"where\":false}},"
					 "\"update\":{\"properties\":{\"action\":{\"const\":\"update\"}}},"
					 "\"if\":{\"properties\":{\"action\":{\"const\":\"update\"}}}}}");
}

/* The definitions that the schemas of a command's members refer to. */
static void
append_definitions(StringInfo out, const Command *command)
{
	bool		wants[MEMBER_PARAMS + 1] = {false};
	const char *separator = ",\"$defs\":{";
	int			start = out->len;
	const Member *m;

	for (int i = 0; (m = command_member(command, i)) != NULL; i++)
	{
		wants[m->type] = true;
		if (m->type == MEMBER_OTHER && strstr(m->schema, "#/$defs/condition") != NULL)
			wants[MEMBER_WHERE] = true;
	}

	if (wants[MEMBER_TABLE])
	{
		appendStringInfo(out, "%s\"table\":{\"description\":\"Exact names; a part that contains a dot stands in double quotes.\","
						 "\"anyOf\":[{\"type\":\"string\",\"minLength\":1,\"description\":\"name or schema.name\"},"
						 "{\"type\":\"array\",\"prefixItems\":[{\"type\":\"string\",\"minLength\":1,\"description\":\"schema, or the name alone\"},"
						 "{\"type\":\"string\",\"minLength\":1,\"description\":\"name\"}],\"minItems\":1,\"maxItems\":2}]}",
						 separator);
		separator = ",";
	}
	if (wants[MEMBER_COLUMNS] || wants[MEMBER_KEY] || wants[MEMBER_RETURNING] || wants[MEMBER_CONFLICT])
	{
		appendStringInfo(out, "%s\"columns\":{\"description\":\"Names of columns.\",\"type\":\"array\",\"items\":{\"type\":\"string\",\"minLength\":1,\"description\":\"column\"}}",
						 separator);
		separator = ",";
	}
	if (wants[MEMBER_STEPS])
	{
		appendStringInfo(out, "%s\"steps\":{\"type\":\"array\",\"maxItems\":%d,\"items\":{\"type\":\"object\",\"required\":[\"command\"],"
						 "\"properties\":{\"command\":{\"type\":\"string\",\"description\":\"Any command but batch; its members follow.\"},"
						 "\"bind\":{\"type\":\"object\",\"additionalProperties\":{\"type\":\"string\"},"
						 "\"description\":\"JSON Pointers: a place in this step to one in the list of results so far.\"}}}}",
						 separator, BATCH_MAX_STEPS);
		separator = ",";
	}
	ddl_append_definitions(out, wants, &separator);
	if (wants[MEMBER_ORDER])
	{
		appendStringInfo(out, "%s\"order\":{\"description\":\"Ascending and with NULLs last, descending with NULLs first, if nothing else is said.\","
						 "\"anyOf\":[{\"type\":\"string\",\"minLength\":1,\"description\":\"column\"},"
						 "{\"type\":\"array\",\"prefixItems\":[{\"type\":\"string\",\"minLength\":1,\"description\":\"column\"},{\"enum\":[\"asc\",\"desc\"]},"
						 "{\"enum\":[\"nulls_first\",\"nulls_last\"]}],"
						 "\"minItems\":2,\"maxItems\":3}]}",
						 separator);
		separator = ",";
	}
	if (wants[MEMBER_AGGREGATES])
	{
		appendStringInfo(out, "%s\"aggregate\":{\"description\":\"count without a column counts rows.\","
						 "\"anyOf\":[{\"type\":\"array\",\"minItems\":1,\"maxItems\":1,\"prefixItems\":[{\"const\":\"count\"}]},"
						 "{\"type\":\"array\",\"minItems\":2,\"maxItems\":2,"
						 "\"prefixItems\":[{\"enum\":[\"count\",\"count_distinct\",\"sum\",\"avg\",\"min\",\"max\"]},"
						 "{\"type\":\"string\",\"minLength\":1,\"description\":\"column\"}]}]}",
						 separator);
		separator = ",";
	}
	if (wants[MEMBER_CONFLICT])
	{
		append_conflict(out, separator);
		separator = ",";
	}
	if (wants[MEMBER_WHERE] || wants[MEMBER_CONFLICT])
	{
		appendStringInfoString(out, separator);
		predicate_append_schema(out);
	}
	if (out->len > start)
		appendStringInfoChar(out, '}');
}

static void
append_refusal(StringInfo out, const Refusal *refusal, const char *separator)
{
	appendStringInfo(out, "%s{\"code\":\"%s\",\"when\":", separator, refusal->code);
	json_out_string(out, refusal->when);
	appendStringInfoChar(out, '}');
}

static void
append_refusals(StringInfo out, const Refusal *list, const char *separator)
{
	for (; list->code != NULL; list++)
	{
		append_refusal(out, list, separator);
		separator = ",";
	}
}

static void
append_command(StringInfo out, const Command *command)
{
	const char *separator;
	const Refusal *refusal;
	const char *result;
	const Member *m;

	appendStringInfo(out, "{\"name\":\"%s\",\"summary\":", command->name);
	json_out_string(out, command->summary);

	appendStringInfoString(out, ",\"kinds\":[");
	separator = "";
	for (int kind = 1; kind <= KIND_SQL; kind <<= 1)
	{
		if (command->kinds & kind)
		{
			appendStringInfo(out, "%s\"%s\"", separator, policy_kinds_text(kind));
			separator = ",";
		}
	}

	appendStringInfoString(out, "],\"request\":{\"$schema\":\"https://json-schema.org/draft/2020-12/schema\","
						   "\"type\":\"object\",\"additionalProperties\":false,\"properties\":{");
	for (int i = 0; (m = command_member(command, i)) != NULL; i++)
	{
		appendStringInfo(out, "%s\"%s\":{%s,\"description\":",
						 i == 0 ? "" : ",", m->name, member_schema(m));
		json_out_string(out, m->summary);
		appendStringInfoChar(out, '}');
	}
	appendStringInfoString(out, "},\"required\":[");
	separator = "";
	for (int i = 0; (m = command_member(command, i)) != NULL; i++)
	{
		if (m->required)
		{
			appendStringInfo(out, "%s\"%s\"", separator, m->name);
			separator = ",";
		}
	}
	appendStringInfoChar(out, ']');
	if (command->together != NULL)
		appendStringInfo(out, ",%s", command->together);
	append_definitions(out, command);

	appendStringInfo(out, "},\"result\":{\"$schema\":\"https://json-schema.org/draft/2020-12/schema\","
					 "%s\"type\":\"object\",\"properties\":{%s",
					 command->bare_result ? "\"anyOf\":[{" : "", command->result);
	separator = command->result[0] != '\0' ? "," : "";
	for (int i = 0; (result = command_common_result(command, i)) != NULL; i++)
	{
		appendStringInfo(out, "%s%s", separator, result);
		separator = ",";
	}
	appendStringInfo(out, "}}%s,\"refusals\":[",
					 command->bare_result ? psprintf(",{%s}]}", command->bare_result) : "");
	append_refusals(out, common_refusals, "");
	for (int i = 0; (refusal = command_common_refusal(command, i)) != NULL; i++)
		append_refusal(out, refusal, ",");
	append_refusals(out, command->refusals, ",");

	appendStringInfoString(out, "],\"examples\":[");
	for (int i = 0; command->examples[i] != NULL; i++)
		appendStringInfo(out, "%s%s", i == 0 ? "" : ",", command->examples[i]);
	appendStringInfoString(out, "]}");
}

static void
run(Call *call)
{
	JsonNode   *name = call_member(call, NAME);

	appendStringInfoString(call->out, "{\"commands\":[");
	if (node_given(name))
	{
		error_current_place.node = name;
		append_command(call->out, command_find(node_string(name)));
	}
	else
	{
		for (int i = 0; commands_all[i] != NULL; i++)
		{
			if (i > 0)
				appendStringInfoChar(call->out, ',');
			append_command(call->out, commands_all[i]);
		}
	}
	appendStringInfoString(call->out, "]}");
}

const Command command_commands = {
	.name = "commands",
	.summary = "List the commands: what each takes, returns and refuses.",
	.kinds = 0,
	.members = members,
	.result = "\"commands\": {\"type\": \"array\", \"items\": {\"type\": \"object\"}, "
	"\"description\": \"name, summary, kinds, request and result (JSON Schema), refusals and examples of each.\"}",
	.refusals = refusals,
	.examples = examples,
	.run = run
};

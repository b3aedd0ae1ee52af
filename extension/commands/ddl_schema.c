/*-------------------------------------------------------------------------
 *
 * ddl_schema.c
 *	  JSON Schema of what the commands that define tables take.
 *
 * The members of each object are those that definition.c, partition.c,
 * alter_table.c and create_index.c read.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "commands/ddl_schema.h"

static const struct
{
	const char *name;
	MemberType	used_by[2];		/* MEMBER_END is none */
	const char *schema;
}			definitions[] = {
	{"columnDefinition", {MEMBER_COLUMN_DEFINITIONS},
		"{\"type\":\"object\",\"required\":[\"name\",\"type\"],\"additionalProperties\":false,"
		"\"properties\":{\"name\":{\"type\":\"string\",\"minLength\":1},\"type\":{\"type\":\"string\",\"minLength\":1,\"description\":\"A type,"
		" perhaps with constraints: serial PRIMARY KEY.\"},"
		"\"nullable\":{\"type\":\"boolean\",\"description\":\"Whether it may be NULL; it may if left out.\"},"
		"\"default\":{\"description\":\"A value.\"},\"default_expression\":{\"type\":\"string\",\"minLength\":1,"
		"\"description\":\"An SQL expression.\"},"
		"\"primary_key\":{\"type\":\"boolean\",\"description\":\"It is the primary key.\"},"
		"\"unique\":{\"type\":\"boolean\",\"description\":\"No two rows may have the same value.\"},"
		"\"references\":{\"$ref\":\"#/$defs/references\",\"description\":\"Its values must be there.\"},"
		"\"check\":{\"type\":\"string\",\"minLength\":1,\"description\":\"An SQL expression that must not be false.\"},"
		"\"identity\":{\"enum\":[\"always\",\"by_default\"],"
		"\"description\":\"Numbers of its own: always, or where a row gives none.\"},"
		"\"generated\":{\"type\":\"string\",\"minLength\":1,\"description\":\"An SQL expression whose value is stored.\"}}}"},
	{"columnChange", {MEMBER_COLUMN_CHANGES},
		"{\"type\":\"object\",\"required\":[\"name\"],\"additionalProperties\":false,"
		"\"properties\":{\"name\":{\"type\":\"string\",\"minLength\":1},\"type\":{\"type\":\"string\",\"minLength\":1,\"description\":\"The new type.\"},"
		"\"using_expression\":{\"type\":\"string\",\"minLength\":1,\"description\":\"An SQL expression for the value of the new type.\"},"
		"\"nullable\":{\"type\":\"boolean\",\"description\":\"Whether it may be NULL from now on.\"},"
		"\"default\":{\"description\":\"A value: the new default.\"},\"default_expression\":{\"type\":\"string\",\"minLength\":1,"
		"\"description\":\"An SQL expression: the new default.\"},"
		"\"drop_default\":{\"type\":\"boolean\",\"description\":\"No default any more.\"}}}"},
	{"constraint", {MEMBER_CONSTRAINTS},
		"{\"description\":\"PostgreSQL chooses a name if none is given.\",\"anyOf\":[{\"type\":\"object\",\"required\":[\"primary_key\"],\"additionalProperties\":false,"
		"\"properties\":{\"primary_key\":{\"$ref\":\"#/$defs/columns\",\"minItems\":1},\"name\":{\"type\":\"string\",\"minLength\":1},"
		"\"deferrable\":{\"type\":\"boolean\"},\"initially_deferred\":{\"type\":\"boolean\"}}},{\"type\":\"object\","
		"\"required\":[\"unique\"],\"additionalProperties\":false,"
		"\"properties\":{\"unique\":{\"$ref\":\"#/$defs/columns\",\"minItems\":1},\"name\":{\"type\":\"string\",\"minLength\":1},"
		"\"deferrable\":{\"type\":\"boolean\"},\"initially_deferred\":{\"type\":\"boolean\"}}},{\"type\":\"object\","
		"\"required\":[\"foreign_key\",\"references\"],\"additionalProperties\":false,"
		"\"properties\":{\"foreign_key\":{\"$ref\":\"#/$defs/columns\",\"minItems\":1},"
		"\"references\":{\"$ref\":\"#/$defs/references\"},\"name\":{\"type\":\"string\",\"minLength\":1},"
		"\"deferrable\":{\"type\":\"boolean\"},\"initially_deferred\":{\"type\":\"boolean\"}}},{\"type\":\"object\","
		"\"required\":[\"check\"],\"additionalProperties\":false,\"properties\":{\"check\":{\"type\":\"string\",\"minLength\":1,"
		"\"description\":\"SQL expression\"},\"name\":{\"type\":\"string\",\"minLength\":1},\"deferrable\":{\"const\":false},"
		"\"initially_deferred\":{\"const\":false}}}]}"},
	{"references", {MEMBER_COLUMN_DEFINITIONS, MEMBER_CONSTRAINTS},
		"{\"description\":\"The table's primary key if no columns are named.\",\"anyOf\":[{\"$ref\":\"#/$defs/table\"},{\"type\":\"object\",\"required\":[\"table\"],"
		"\"additionalProperties\":false,\"properties\":{\"table\":{\"$ref\":\"#/$defs/table\"},"
		"\"column\":{\"type\":\"string\",\"minLength\":1,\"description\":\"column\"},\"on_delete\":{\"$ref\":\"#/$defs/action\"},"
		"\"on_update\":{\"$ref\":\"#/$defs/action\"}}},{\"type\":\"object\",\"required\":[\"table\",\"columns\"],"
		"\"additionalProperties\":false,\"properties\":{\"table\":{\"$ref\":\"#/$defs/table\"},"
		"\"columns\":{\"$ref\":\"#/$defs/columns\"},\"on_delete\":{\"$ref\":\"#/$defs/action\"},"
		"\"on_update\":{\"$ref\":\"#/$defs/action\"}}}]}"},
	{"action", {MEMBER_COLUMN_DEFINITIONS, MEMBER_CONSTRAINTS},
		"{\"enum\":[\"no_action\",\"restrict\",\"cascade\",\"set_null\",\"set_default\"]}"},
	{"indexColumn", {MEMBER_INDEX_COLUMNS},
		"{\"anyOf\":[{\"type\":\"string\",\"minLength\":1,\"description\":\"column\"},{\"type\":\"array\",\"prefixItems\":[{\"type\":\"string\",\"minLength\":1,\"description\":\"column\"},"
		"{\"enum\":[\"asc\",\"desc\"]}],\"minItems\":2,\"maxItems\":2},{\"type\":\"object\",\"required\":[\"column\"],"
		"\"additionalProperties\":false,\"properties\":{\"column\":{\"type\":\"string\",\"minLength\":1,\"description\":\"column\"},\"order\":{\"enum\":[\"asc\","
		"\"desc\"]},\"nulls\":{\"enum\":[\"first\",\"last\"]},\"operator_class\":{\"$ref\":\"#/$defs/table\"}}},"
		"{\"type\":\"object\",\"required\":[\"expression\"],\"additionalProperties\":false,"
		"\"properties\":{\"expression\":{\"type\":\"string\",\"minLength\":1,\"description\":\"SQL expression\"},"
		"\"order\":{\"enum\":[\"asc\",\"desc\"]},\"nulls\":{\"enum\":[\"first\",\"last\"]},"
		"\"operator_class\":{\"$ref\":\"#/$defs/table\"}}}]}"},
	{"partitionBy", {MEMBER_PARTITION_BY},
		"{\"anyOf\":[{\"type\":\"object\",\"required\":[\"range\"],\"additionalProperties\":false,"
		"\"properties\":{\"range\":{\"$ref\":\"#/$defs/partitionKey\"}}},{\"type\":\"object\",\"required\":[\"list\"],"
		"\"additionalProperties\":false,\"properties\":{\"list\":{\"$ref\":\"#/$defs/partitionKey\"}}},"
		"{\"type\":\"object\",\"required\":[\"hash\"],\"additionalProperties\":false,"
		"\"properties\":{\"hash\":{\"$ref\":\"#/$defs/partitionKey\"}}}]}"},
	{"partitionKey", {MEMBER_PARTITION_BY},
		"{\"type\":\"array\",\"minItems\":1,\"items\":{\"anyOf\":[{\"type\":\"string\",\"minLength\":1,\"description\":\"column\"},{\"type\":\"object\","
		"\"required\":[\"expression\"],\"additionalProperties\":false,"
		"\"properties\":{\"expression\":{\"type\":\"string\",\"minLength\":1,\"description\":\"SQL expression\"}}}]}}"},
	{"partitionOf", {MEMBER_PARTITION_OF},
		"{\"description\":\"Bounds are a value for each column of the key, {\\\"minvalue\\\": true} or {\\\"maxvalue\\\": true}; \\\"to\\\" is not in the partition.\","
		"\"anyOf\":[{\"type\":\"object\",\"required\":[\"table\",\"from\",\"to\"],\"additionalProperties\":false,"
		"\"properties\":{\"table\":{\"$ref\":\"#/$defs/table\"},\"from\":{\"type\":\"array\",\"minItems\":1,"
		"\"description\":\"bounds\"},\"to\":{\"type\":\"array\",\"minItems\":1,"
		"\"description\":\"bounds\"}}},"
		"{\"type\":\"object\",\"required\":[\"table\",\"in\"],\"additionalProperties\":false,"
		"\"properties\":{\"table\":{\"$ref\":\"#/$defs/table\"},\"in\":{\"type\":\"array\",\"minItems\":1,"
		"\"description\":\"values, of which null may be one\"}}},{\"type\":\"object\",\"required\":[\"table\",\"modulus\","
		"\"remainder\"],\"additionalProperties\":false,\"properties\":{\"table\":{\"$ref\":\"#/$defs/table\"},"
		"\"modulus\":{\"type\":\"integer\",\"minimum\":1,\"maximum\":2147483647},\"remainder\":{\"type\":\"integer\","
		"\"minimum\":0,\"maximum\":2147483646}}},{\"type\":\"object\",\"required\":[\"table\",\"default\"],"
		"\"additionalProperties\":false,\"properties\":{\"table\":{\"$ref\":\"#/$defs/table\"},"
		"\"default\":{\"const\":true}}}]}"},
};

const char *
ddl_member_schema(MemberType type)
{
	switch (type)
	{
		case MEMBER_COLUMN_LISTS:
			return "\"type\":\"array\",\"items\":{\"$ref\":\"#/$defs/columns\",\"minItems\":1}";
		case MEMBER_COLUMN_DEFINITIONS:
			return "\"type\":\"array\",\"items\":{\"$ref\":\"#/$defs/columnDefinition\"}";
		case MEMBER_COLUMN_CHANGES:
			return "\"type\":\"array\",\"items\":{\"$ref\":\"#/$defs/columnChange\"}";
		case MEMBER_CONSTRAINTS:
			return "\"type\":\"array\",\"items\":{\"$ref\":\"#/$defs/constraint\"}";
		case MEMBER_INDEX_COLUMNS:
			return "\"type\":\"array\",\"minItems\":1,\"items\":{\"$ref\":\"#/$defs/indexColumn\"}";
		case MEMBER_NAMES:
			return "\"type\":\"object\",\"additionalProperties\":{\"type\":\"string\",\"minLength\":1}";
		case MEMBER_PARTITION_BY:
			return "\"$ref\":\"#/$defs/partitionBy\"";
		case MEMBER_PARTITION_OF:
			return "\"$ref\":\"#/$defs/partitionOf\"";
		default:
			return NULL;
	}
}

void
ddl_append_definitions(StringInfo out, const bool *wants, const char **separator)
{
	for (int i = 0; i < lengthof(definitions); i++)
	{
		bool		wanted = false;

		for (int j = 0; j < lengthof(definitions[i].used_by); j++)
			wanted |= definitions[i].used_by[j] != MEMBER_END &&
				wants[definitions[i].used_by[j]];
		if (!wanted)
			continue;
		appendStringInfo(out, "%s\"%s\":%s", *separator, definitions[i].name,
						 definitions[i].schema);
		*separator = ",";
	}
}

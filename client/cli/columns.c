/*-------------------------------------------------------------------------
 *
 * columns.c
 *	  What members a sink's records may have.
 *
 *-------------------------------------------------------------------------
 */
#include <stdio.h>
#include <string.h>

#include "columns.h"

static const char *
text_of(const cJSON *object, const char *name)
{
	return cJSON_GetStringValue(cJSON_GetObjectItemCaseSensitive(object, name));
}

bool
columns_init(Columns *columns, const char *table, const cJSON *options)
{
	const char *unknown = text_of(options, "unknown_keys");

	columns->table = cJSON_Parse(table);
	columns->operation = text_of(options, "operation_column");
	columns->any = unknown != NULL && strcmp(unknown, "error") != 0;
	return columns->table != NULL;
}

void
columns_free(Columns *columns)
{
	cJSON_Delete(columns->table);
	columns->table = NULL;
}

ColumnForm
columns_form(const Columns *columns, const char *name)
{
	static const char *const forms[] = {
		[COLUMN_SCALAR] = "scalar",
		[COLUMN_JSON] = "json",
		[COLUMN_ARRAY] = "array",
		[COLUMN_COMPOSITE] = "composite"
	};
	const cJSON *column;

	cJSON_ArrayForEach(column, cJSON_GetObjectItemCaseSensitive(columns->table, "columns"))
	{
		const char *its_name = text_of(column, "name");
		const char *form = text_of(column, "form");

		if (its_name == NULL || form == NULL || strcmp(its_name, name) != 0)
			continue;
		for (int i = COLUMN_SCALAR; i <= COLUMN_COMPOSITE; i++)
		{
			if (strcmp(forms[i], form) == 0)
				return (ColumnForm) i;
		}
		return COLUMN_SCALAR;
	}
	return COLUMN_UNKNOWN;
}

bool
columns_accept(const Columns *columns, const char *name, const char *where)
{
	if (columns->any || columns_form(columns, name) != COLUMN_UNKNOWN ||
		(columns->operation != NULL && strcmp(columns->operation, name) == 0))
		return true;
	fprintf(stderr, "pgconnector: not_found: the table has no column \"%s\", which %s has (42703)\n"
			"hint: Rename it, or say with --unknown-keys what becomes of it.\n", name, where);
	return false;
}

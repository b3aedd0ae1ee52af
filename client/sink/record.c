/*-------------------------------------------------------------------------
 *
 * record.c
 *	  The columns of a sink's table, and records that are meant for them.
 *
 *-------------------------------------------------------------------------
 */
#include <stdlib.h>
#include <string.h>

#include "record.h"

static char *
copy_string(const cJSON *object, const char *name)
{
	const char *text = cJSON_GetStringValue(cJSON_GetObjectItemCaseSensitive(object, name));

	return text != NULL ? strdup(text) : NULL;
}

static bool
is_true(const cJSON *object, const char *name)
{
	return cJSON_IsTrue(cJSON_GetObjectItemCaseSensitive(object, name));
}

static bool
read_column(Column *column, const cJSON *json)
{
	const cJSON *update = cJSON_GetObjectItemCaseSensitive(json, "update");

	column->name = copy_string(json, "name");
	column->sql = copy_string(json, "sql");
	column->staged = copy_string(json, "staged");
	if (column->name == NULL || column->sql == NULL || column->staged == NULL)
		return false;
	column->name_len = strlen(column->name);
	column->is_key = is_true(json, "key");
	column->generated = is_true(json, "generated");
	column->may_update = update != NULL ? cJSON_IsTrue(update) :
		!column->is_key && !column->generated;
	column->has_default = is_true(json, "default");
	column->binary = binary_type(cJSON_GetStringValue(cJSON_GetObjectItemCaseSensitive(json, "binary")));
	return form_read(&column->form, json);
}

bool
table_read(Table *table, const char *reply, size_t len)
{
	cJSON	   *json = cJSON_ParseWithLength(reply, len);
	const cJSON *columns = cJSON_GetObjectItemCaseSensitive(json, "columns");
	const cJSON *column;
	const cJSON *cap;
	bool		ok;

	table->schema = copy_string(json, "schema");
	table->name = copy_string(json, "table");
	table->sql = copy_string(json, "sql");
	table->copy = is_true(json, "copy");
	table->staging = is_true(json, "staging");
	table->given = is_true(json, "given");
	cap = cJSON_GetObjectItemCaseSensitive(json, "request_cap");
	table->request_cap = cJSON_IsNumber(cap) ? (size_t) cap->valuedouble : 0;
	table->merge = is_true(json, "merge");
	table->columns = calloc((size_t) cJSON_GetArraySize(columns) + 1, sizeof(Column));
	table->binary = true;
	ok = table->schema != NULL && table->name != NULL && table->sql != NULL &&
		table->columns != NULL && cJSON_IsArray(columns);
	if (ok)
	{
		cJSON_ArrayForEach(column, columns)
		{
			Column	   *c = &table->columns[table->ncolumns++];

			ok = ok && read_column(c, column);
			table->nkeys += c->is_key;
			table->binary = table->binary && (c->binary != BINARY_NONE || c->generated);
		}
	}
	cJSON_Delete(json);
	return ok;
}

void
table_free(Table *table)
{
	for (int i = 0; i < table->ncolumns; i++)
	{
		free(table->columns[i].name);
		free(table->columns[i].sql);
		free(table->columns[i].staged);
		form_free(&table->columns[i].form);
	}
	free(table->columns);
	free(table->schema);
	free(table->name);
	free(table->sql);
	memset(table, 0, sizeof(*table));
}

static bool
is_column(const Column *column, const JsonValue *name)
{
	if (!name->escaped)
		return json_string_len(name) == column->name_len &&
			memcmp(json_string_text(name), column->name, column->name_len) == 0;
	return json_string_equals(name, column->name, column->name_len);
}

int
table_column(const Table *table, const JsonValue *name, int hint)
{
	if (hint < table->ncolumns && is_column(&table->columns[hint], name))
		return hint;
	for (int i = 0; i < table->ncolumns; i++)
	{
		if (is_column(&table->columns[i], name))
			return i;
	}
	return -1;
}

bool
record_init(Record *record, const Table *table)
{
	memset(record, 0, sizeof(*record));
	record->values = calloc((size_t) table->ncolumns + 1, sizeof(JsonValue));
	record->present = calloc(SHAPE_SIZE(table) + 1, 1);
	if (record->values != NULL && record->present != NULL)
		return true;
	record_free(record);
	return false;
}

void
record_free(Record *record)
{
	free(record->values);
	free(record->present);
	bytes_free(&record->collected);
	memset(record, 0, sizeof(*record));
}

/* Part of a name or value, for messages. */
#define SHOWN(value) ((value)->len < 100 ? (int) (value)->len : 100), (value)->text

static bool
read_operation(Record *record, const JsonValue *value, Problem *problem)
{
	static const struct
	{
		const char *name;
		Operation	operation;
	}			names[] = {
		{"create", OPERATION_UPSERT}, {"c", OPERATION_UPSERT},
		{"update", OPERATION_UPDATE}, {"u", OPERATION_UPDATE},
		{"delete", OPERATION_DELETE}, {"d", OPERATION_DELETE},
	};

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
	{
		if (value->type == JSON_STRING &&
			json_string_equals(value, names[i].name, strlen(names[i].name)))
		{
			record->operation = names[i].operation;
			return true;
		}
	}
	problem_set(problem, "22023", "unrecognized operation %.*s; it is create, update or delete",
				SHOWN(value));
	return false;
}

/* Put a member that is no column with the others. */
static void
collect(Record *record, const JsonValue *key, const JsonValue *value)
{
	Bytes	   *to = &record->collected;

	bytes_put(to, to->len == 0 ? "{" : ",", 1);
	bytes_put(to, key->text, key->len);
	bytes_put(to, ":", 1);
	bytes_put(to, value->text, value->len);
}

static bool
set_value(Record *record, const Table *table, int i, const JsonValue *value,
		  Problem *problem)
{
	const Column *column = &table->columns[i];

	if (record->values[i].text != NULL)
	{
		problem_set(problem, "42601", "\"%s\" is given twice", column->name);
		return false;
	}
	record->values[i] = *value;
	record->present[i / 8] |= (uint8_t) (1 << (i % 8));
	return true;
}

/*
 * Whether what is to be done can be done with these columns: a row is found by
 * its whole key, and what is generated takes no value.
 */
static bool
check_columns(const Record *record, const Table *table, Problem *problem)
{
	bool		by_key = record->operation == OPERATION_UPDATE ||
		record->operation == OPERATION_DELETE;
	bool		has_more = false;

	for (int i = 0; i < table->ncolumns; i++)
	{
		const JsonValue *value = &record->values[i];

		if (!table->columns[i].is_key || !by_key)
		{
			has_more = has_more || value->text != NULL;
			if (value->text == NULL || !table->columns[i].generated ||
				record->operation == OPERATION_DELETE)
				continue;
			problem_set(problem, "428C9", "column \"%s\" is generated always and takes no value",
						table->columns[i].name);
			return false;
		}
		if (value->text == NULL)
			problem_set(problem, "23502", "the record lacks the key column \"%s\"",
						table->columns[i].name);
		else if (value->type == JSON_NULL)
			problem_set(problem, "23502", "null in the key column \"%s\"",
						table->columns[i].name);
		else
			continue;
		return false;
	}
	if (record->operation == OPERATION_UPDATE && !has_more)
	{
		problem_set(problem, "22023", "the record has nothing to update beside its key");
		return false;
	}
	return true;
}

/* A record to delete is its key. */
static void
drop_all_but_key(Record *record, const Table *table)
{
	for (int i = 0; i < table->ncolumns; i++)
	{
		if (table->columns[i].is_key)
			continue;
		record->values[i].text = NULL;
		record->present[i / 8] &= (uint8_t) ~(1 << (i % 8));
	}
}

/*
 * A column without a default is NULL where a record to insert does not give
 * it: so that such records have one shape, it counts as given.
 */
static void
add_nulls(Record *record, const Table *table)
{
	for (int i = 0; i < table->ncolumns; i++)
	{
		if (!table->columns[i].has_default && !table->columns[i].generated)
			record->present[i / 8] |= (uint8_t) (1 << (i % 8));
	}
}

static bool
is_blank(char c)
{
	return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

bool
record_read(Record *record, const RecordRules *rules, const char *text, size_t len,
			Problem *problem)
{
	const Table *table = rules->table;
	JsonScan	scan;
	JsonValue	object;
	JsonIter	iter;
	JsonValue	key;
	JsonValue	value;
	JsonValue	unknown = {0};
	bool		has_operation = false;
	int			hint = 0;

	for (int i = 0; i < table->ncolumns; i++)
		record->values[i].text = NULL;
	memset(record->present, 0, SHAPE_SIZE(table));
	record->collected.len = 0;
	record->operation = rules->operation;

	json_scan_init(&scan, text, len, NULL);
	while (scan.pos < scan.end && is_blank(*scan.pos))
		scan.pos++;
	if (scan.pos == scan.end || *scan.pos != '{')
	{
		if (!json_scan_document(&scan, &object))
			problem_set(problem, "22P02", "invalid JSON: %s", json_error_text(scan.error));
		else
			problem_set(problem, "22023", "a record is a JSON object");
		return false;
	}

	/* The members are checked as they are read, and what is behind them. */
	object = (JsonValue) {JSON_OBJECT, false, scan.pos, (size_t) (scan.end - scan.pos)};
	while (object.len > 0 && is_blank(object.text[object.len - 1]))
		object.len--;
	json_iter_init(&iter, &object, NULL);
	while (json_iter_next(&iter, &key, &value))
	{
		int			i = table_column(table, &key, hint);

		if (rules->operation_column != NULL &&
			json_string_equals(&key, rules->operation_column, strlen(rules->operation_column)))
		{
			if (has_operation)
			{
				problem_set(problem, "42601", "%.*s is given twice", SHOWN(&key));
				return false;
			}
			has_operation = true;
			if (!read_operation(record, &value, problem))
				return false;
		}
		else if (i >= 0)
		{
			hint = i + 1;
			if (!set_value(record, table, i, &value, problem))
				return false;
		}
		else if (rules->collector >= 0)
			collect(record, &key, &value);
		else if (unknown.text == NULL)
			unknown = key;
	}
	if (iter.scan.error != JSON_ERROR_NONE)
	{
		problem_set(problem, "22P02", "invalid JSON: %s", json_error_text(iter.scan.error));
		return false;
	}
	if (rules->operation_column != NULL && !has_operation)
	{
		problem_set(problem, "22023", "the record lacks \"%s\", which says what to do with it",
					rules->operation_column);
		return false;
	}
	/* To delete only the key is wanted. */
	if (unknown.text != NULL && !rules->ignore_unknown && record->operation != OPERATION_DELETE)
	{
		problem_set(problem, "42703", "the table has no column %.*s", SHOWN(&unknown));
		return false;
	}
	if (record->collected.len > 0)
	{
		JsonValue	collected;

		bytes_put(&record->collected, "}", 1);
		if (record->collected.failed)
			return false;
		collected = (JsonValue) {JSON_OBJECT, false, record->collected.data, record->collected.len};
		if (!set_value(record, table, rules->collector, &collected, problem))
			return false;
	}
	if (!check_columns(record, table, problem))
		return false;
	if (record->operation == OPERATION_DELETE)
		drop_all_but_key(record, table);
	else if (record->operation == OPERATION_INSERT)
		add_nulls(record, table);
	return true;
}

/*-------------------------------------------------------------------------
 *
 * options.c
 *	  Options given as a JSON object, read into a struct by a table.
 *
 *-------------------------------------------------------------------------
 */
#include "options.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Names longer than this are unknown; it bounds what a place can take. */
#define MAX_NAME 63

/* The most options that a table may have: a bit each. */
#define MAX_OPTIONS 32

static void
refuse_at(PgcError **error, const char *code, const char *path,
		  const char *hint, const char *message)
{
	pgc_error_report(error, &(ErrorObject) {.code = code, .message = message,
					 .hint = hint, .path = path, ERROR_OBJECT_UNKNOWN});
}

void
pgc_options_refuse(PgcError **error, const char *option, const char *hint,
				   const char *message)
{
	char		path[MAX_NAME + 2];
	char		text[MAX_NAME + 150];

	snprintf(path, sizeof(path), "/%s", option);
	snprintf(text, sizeof(text), "option \"%s\" %s", option, message);
	refuse_at(error, "22023", path, hint, text);
}

char *
pgc_options_text(const JsonValue *value, const char *option, PgcError **error)
{
	size_t		len = json_string_len(value);
	char	   *text = malloc(len + 1);
	JsonError	wrong;

	if (text == NULL)
	{
		pgc_error_out_of_memory(error);
		return NULL;
	}
	wrong = json_unescape(value, text, &len, NULL);
	if (wrong != JSON_ERROR_NONE)
	{
		free(text);
		pgc_options_refuse(error, option, NULL, "has an escape that stands for no character");
		return NULL;
	}
	text[len] = '\0';
	return text;
}

/* An integer in JSON, without fraction and exponent. */
static bool
read_int(const JsonValue *value, const Option *option, int *into)
{
	long		number;
	char		text[16];
	char	   *end;

	if (value->type != JSON_NUMBER || value->len >= sizeof(text))
		return false;
	memcpy(text, value->text, value->len);
	text[value->len] = '\0';
	number = strtol(text, &end, 10);
	if (*end != '\0' || number < option->min || number > option->max)
		return false;
	*into = (int) number;
	return true;
}

static bool
read_option(const JsonValue *value, const Option *option, void *options,
			PgcError **error)
{
	void	   *into = (char *) options + option->offset;
	char		message[100];

	switch (option->type)
	{
		case MEMBER_INT:
			if (read_int(value, option, into))
				return true;
			snprintf(message, sizeof(message),
					 "must be an integer from %d to %d", option->min, option->max);
			break;
		case MEMBER_BOOL:
			*(bool *) into = value->type == JSON_TRUE;
			if (value->type == JSON_TRUE || value->type == JSON_FALSE)
				return true;
			snprintf(message, sizeof(message), "must be true or false");
			break;
		case MEMBER_TEXT:
			if (value->type == JSON_STRING && json_string_len(value) > 0)
			{
				free(*(char **) into);
				*(char **) into = pgc_options_text(value, option->name, error);
				return *(char **) into != NULL;
			}
			snprintf(message, sizeof(message), "must be a string that is not empty");
			break;
		case MEMBER_VALUE:
			*(JsonValue *) into = *value;
			return true;
	}
	pgc_options_refuse(error, option->name, NULL, message);
	return false;
}

static const Option *
find_option(const Option *table, const JsonValue *key)
{
	for (; table->name != NULL; table++)
	{
		if (json_string_equals(key, table->name, strlen(table->name)))
			return table;
	}
	return NULL;
}

/* How much of a name to show: at most MAX_NAME bytes, whole characters. */
static int
shown_len(const JsonValue *key)
{
	const char *name = json_string_text(key);
	size_t		len = json_string_len(key);

	if (len > MAX_NAME)
	{
		len = MAX_NAME;
		while (len > 0 && ((unsigned char) name[len] & 0xc0) == 0x80)
			len--;
	}
	return (int) len;
}

static void
refuse_unknown(const Option *table, const JsonValue *key, PgcError **error)
{
	char		message[MAX_NAME + 30];
	char		hint[MAX_OPTIONS * (MAX_NAME + 2) + 20] = "The options are";
	char	   *end = hint + strlen(hint);
	const char *separator = "";

	snprintf(message, sizeof(message), "unrecognized option \"%.*s\"",
			 shown_len(key), json_string_text(key));
	for (; table->name != NULL; table++)
	{
		end += sprintf(end, "%s %s", separator, table->name);
		separator = ",";
	}
	strcpy(end, ".");
	refuse_at(error, "42601", "", hint, message);
}

/* Read the members of the object.  all: those not of the table are errors. */
static bool
read_members(const JsonValue *object, const Option *table, bool all,
			 void *options, PgcError **error)
{
	JsonIter	iter;
	JsonValue	key;
	JsonValue	value;
	unsigned	seen = 0;

	json_iter_init(&iter, object, NULL);
	while (json_iter_next(&iter, &key, &value))
	{
		const Option *option = find_option(table, &key);
		unsigned	bit;

		if (option == NULL)
		{
			if (!all)
				continue;
			refuse_unknown(table, &key, error);
			return false;
		}
		bit = 1u << ((option - table) % MAX_OPTIONS);
		if (seen & bit)
		{
			pgc_options_refuse(error, option->name, NULL, "is given twice");
			return false;
		}
		seen |= bit;
		if (!read_option(&value, option, options, error))
			return false;
	}
	return true;
}

bool
pgc_options_read(const char *json, const Option *table, void *options,
				 PgcError **error)
{
	JsonScan	scan;
	JsonValue	object;

	if (json == NULL)
		return true;
	json_scan_init(&scan, json, strlen(json), NULL);
	if (!json_scan_document(&scan, &object))
	{
		pgc_error_format(error, "42601", NULL, NULL,
						 "invalid JSON in the options: %s at byte %zu",
						 json_error_text(scan.error),
						 (size_t) (scan.error_at - json));
		return false;
	}
	if (object.type != JSON_OBJECT)
	{
		refuse_at(error, "42601", "", NULL, "options must be a JSON object");
		return false;
	}
	return read_members(&object, table, true, options, error);
}

bool
pgc_options_pick(const char *text, const Option *table, void *options,
				 PgcError **error)
{
	JsonScan	scan;
	JsonValue	object;

	if (text == NULL)
		return true;
	json_scan_init(&scan, text, strlen(text), NULL);
	return !json_scan_document(&scan, &object) || object.type != JSON_OBJECT ||
		read_members(&object, table, false, options, error);
}

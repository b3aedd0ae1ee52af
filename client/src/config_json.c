/*-------------------------------------------------------------------------
 *
 * config_json.c
 *	  Connections and pipelines in JSON.
 *
 *		{"connections": {"name": {"host": "...", "port": 5432, ...}, ...},
 *		 "pipelines": {"name": "INSERT INTO connection SELECT ...", ...}}
 *
 *-------------------------------------------------------------------------
 */
#include <string.h>

#include "config.h"
#include "core/json_scan.h"
#include "internal.h"

typedef struct Reader
{
	PgcConfig  *config;
	bool		lines;			/* tell them in errors */
	const char *counted;		/* up to here, lines were counted */
	int			line;
	PgcError  **error;
} Reader;

/* The line of a place in the text; places come in order. */
static int
line_of(Reader *reader, const char *place)
{
	if (!reader->lines)
		return 0;
	while (reader->counted < place)
	{
		if (*reader->counted++ == '\n')
			reader->line++;
	}
	return reader->line;
}

static bool
invalid(Reader *reader, const char *place, JsonError problem)
{
	config_error(reader->error, "42601", line_of(reader, place), NULL,
				 "invalid JSON: %s", json_error_text(problem));
	return false;
}

static bool
wrong(Reader *reader, const char *place, const char *message)
{
	config_error(reader->error, PGC_INVALID_PARAMETER, line_of(reader, place), NULL,
				 "%s", message);
	return false;
}

static const char *
read_string(Reader *reader, const JsonValue *string)
{
	char	   *text = arena_alloc(&reader->config->arena, string->len);
	JsonError	problem;
	size_t		len;

	if (text == NULL)
	{
		pgc_error_out_of_memory(reader->error);
		return NULL;
	}
	problem = json_unescape(string, text, &len, NULL);
	if (problem != JSON_ERROR_NONE)
	{
		invalid(reader, string->text, problem);
		return NULL;
	}
	text[len] = '\0';
	return text;
}

/* The text of a value that is no map; NULL with the error reported. */
static const char *
read_scalar(Reader *reader, const JsonValue *value, GivenType *type)
{
	const char *text;

	switch (value->type)
	{
		case JSON_STRING:
			*type = GIVEN_TEXT;
			return read_string(reader, value);
		case JSON_TRUE:
			*type = GIVEN_BOOLEAN;
			return "true";
		case JSON_FALSE:
			*type = GIVEN_BOOLEAN;
			return "false";
		case JSON_NUMBER:
			*type = GIVEN_NUMBER;
			text = arena_copy(&reader->config->arena, value->text, value->len);
			if (text == NULL)
				pgc_error_out_of_memory(reader->error);
			return text;
		default:
			wrong(reader, value->text, "an option's value is a string, a number, true or false");
			return NULL;
	}
}

static bool
read_map(Reader *reader, const JsonValue *object, ConfigPair **pairs)
{
	JsonIter	iter;
	JsonValue	key;
	JsonValue	value;

	*pairs = NULL;
	json_iter_init(&iter, object, NULL);
	while (json_iter_next(&iter, &key, &value))
	{
		const char *name = read_string(reader, &key);
		GivenType	type;
		const char *text = name ? read_scalar(reader, &value, &type) : NULL;

		if (text == NULL)
			return false;
		if (!config_add_pair(&reader->config->arena, pairs, name, text))
			return wrong(reader, key.text, "an object has a name twice");
		if (reader->config->arena.failed)
		{
			pgc_error_out_of_memory(reader->error);
			return false;
		}
	}
	return true;
}

static bool
read_connection(Reader *reader, const char *name, int line, const JsonValue *object)
{
	ConfigEntry *connection;
	JsonIter	iter;
	JsonValue	key;
	JsonValue	value;

	if (object->type != JSON_OBJECT)
		return wrong(reader, object->text, "a connection is an object of options");
	connection = config_add(reader->config, &reader->config->connections,
							"connection", name, line, reader->error);
	if (connection == NULL)
		return false;
	json_iter_init(&iter, object, NULL);
	while (json_iter_next(&iter, &key, &value))
	{
		const char *option = read_string(reader, &key);
		Given		given = {.line = line_of(reader, key.text)};

		if (option == NULL)
			return false;
		if (value.type == JSON_OBJECT)
		{
			given.type = GIVEN_MAP;
			if (!read_map(reader, &value, &given.pairs))
				return false;
		}
		else
		{
			given.text = read_scalar(reader, &value, &given.type);
			if (given.text == NULL)
				return false;
		}
		if (!config_set(reader->config, connection, option, &given, reader->error))
			return false;
	}
	return config_finish(reader->config, connection, reader->error);
}

static bool
read_pipeline(Reader *reader, const char *name, int line, const JsonValue *value)
{
	ConfigEntry *pipeline;

	if (value->type != JSON_STRING || json_string_len(value) == 0)
		return wrong(reader, value->text, "a pipeline is a string, its statement");
	pipeline = config_add(reader->config, &reader->config->pipelines,
						  "pipeline", name, line, reader->error);
	if (pipeline == NULL)
		return false;
	pipeline->text = read_string(reader, value);
	return pipeline->text != NULL;
}

static bool
read_members(Reader *reader, const JsonValue *object,
			 bool (*read) (Reader *, const char *, int, const JsonValue *))
{
	JsonIter	iter;
	JsonValue	key;
	JsonValue	value;

	if (object->type != JSON_OBJECT)
		return wrong(reader, object->text, "connections and pipelines are objects, by name");
	json_iter_init(&iter, object, NULL);
	while (json_iter_next(&iter, &key, &value))
	{
		const char *name = read_string(reader, &key);

		if (name == NULL)
			return false;
		if (name[0] == '\0')
			return wrong(reader, key.text, "a name is empty");
		if (!read(reader, name, line_of(reader, key.text), &value))
			return false;
	}
	return true;
}

static bool
read_document(Reader *reader, const char *text, size_t len, JsonValue *value)
{
	JsonScan	scan;

	json_scan_init(&scan, text, len, NULL);
	return json_scan_document(&scan, value) ||
		invalid(reader, scan.error_at, scan.error);
}

bool
config_read_json(PgcConfig *config, const char *text, size_t len,
				 PgcError **error)
{
	Reader		reader = {config, true, text, 1, error};
	bool		seen[2] = {false, false};
	JsonValue	document;
	JsonIter	iter;
	JsonValue	key;
	JsonValue	value;

	if (!read_document(&reader, text, len, &document))
		return false;
	if (document.type != JSON_OBJECT)
		return wrong(&reader, document.text, "expected an object");
	json_iter_init(&iter, &document, NULL);
	while (json_iter_next(&iter, &key, &value))
	{
		bool		pipelines = json_string_equals(&key, "pipelines", 9);

		if (!pipelines && !json_string_equals(&key, "connections", 11))
			return wrong(&reader, key.text, "expected the members \"connections\" and \"pipelines\" only");
		if (seen[pipelines])
			return wrong(&reader, key.text, "a member is given twice");
		seen[pipelines] = true;
		if (!read_members(&reader, &value, pipelines ? read_pipeline : read_connection))
			return false;
	}
	return true;
}

PgcConfig *
config_of_connection(const char *text, size_t len, PgcError **error)
{
	PgcConfig  *config = config_create(error);
	Reader		reader = {config, false, text, 0, error};
	JsonValue	document;

	if (config == NULL)
		return NULL;
	if (!read_document(&reader, text, len, &document) ||
		!read_connection(&reader, "", 0, &document))
	{
		pgc_config_free(config);
		return NULL;
	}
	return config;
}

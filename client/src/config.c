/*-------------------------------------------------------------------------
 *
 * config.c
 *	  Named connections and pipelines: keeping them, and what may be said.
 *
 * No message quotes a value: where quotes are missing, any piece of text can
 * be a piece of a password.
 *
 *-------------------------------------------------------------------------
 */
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "config.h"
#include "core/json_write.h"
#include "internal.h"

/* Of a file; more is no configuration. */
#define MAX_FILE (16 * 1024 * 1024)

void
config_error(PgcError **error, const char *code, int line, const char *hint,
			 const char *format,...)
{
	char		text[1000];
	va_list		args;

	if (hint == NULL && strcmp(code, "42601") == 0)
		hint = "The manual page libpgconnector(3) shows how connections are written.";
	va_start(args, format);
	vsnprintf(text, sizeof(text), format, args);
	va_end(args);
	if (line > 0)
		pgc_error_format(error, code, NULL, hint, "line %d: %s", line, text);
	else
		pgc_error_format(error, code, NULL, hint, "%s", text);
}

PgcConfig *
config_create(PgcError **error)
{
	PgcConfig  *config = calloc(1, sizeof(PgcConfig));

	if (config != NULL)
		config->keywords = PQconndefaults();
	if (config == NULL || config->keywords == NULL)
	{
		pgc_config_free(config);
		pgc_error_out_of_memory(error);
		return NULL;
	}
	return config;
}

void
pgc_config_free(PgcConfig *config)
{
	if (config == NULL)
		return;
	arena_free(&config->arena);
	PQconninfoFree(config->keywords);
	free(config);
}

const ConfigEntry *
config_find(const ConfigEntry *list, const char *name)
{
	while (list != NULL && strcmp(list->name, name) != 0)
		list = list->next;
	return list;
}

ConfigEntry *
config_add(PgcConfig *config, ConfigEntry **list, const char *what,
		   const char *name, int line, PgcError **error)
{
	const ConfigEntry *present = config_find(*list, name);
	ConfigEntry *entry;

	if (present != NULL)
	{
		config_error(error, "42710", line, NULL, "%s \"%s\" is defined already, in line %d",
					 what, name, present->line);
		return NULL;
	}
	entry = arena_alloc(&config->arena, sizeof(ConfigEntry));
	if (entry != NULL)
		entry->name = arena_copy(&config->arena, name, strlen(name));
	if (config->arena.failed)
	{
		pgc_error_out_of_memory(error);
		return NULL;
	}
	entry->line = line;
	while (*list != NULL)
		list = &(*list)->next;
	*list = entry;
	return entry;
}

bool
config_add_pair(Arena *arena, ConfigPair **pairs, const char *name,
				const char *text)
{
	ConfigPair *pair;

	for (; *pairs != NULL; pairs = &(*pairs)->next)
	{
		if (strcmp((*pairs)->name, name) == 0)
			return false;
	}
	pair = arena_alloc(arena, sizeof(ConfigPair));
	if (pair != NULL)
	{
		pair->name = name;
		pair->text = text;
		*pairs = pair;
	}
	return true;
}

/*-------------------------------------------------------------------------
 * What a value may be
 *-------------------------------------------------------------------------
 */

static bool
is_keyword(const PgcConfig *config, const char *name)
{
	for (int i = 0; config->keywords[i].keyword != NULL; i++)
	{
		if (strcmp(config->keywords[i].keyword, name) == 0)
			return true;
	}
	return false;
}

static bool
read_integer(const char *text, long long *value)
{
	char	   *end;

	errno = 0;
	*value = strtoll(text, &end, 10);
	return errno == 0 && end > text && *end == '\0';
}

/* A list of ports: "5432,5433". */
static bool
is_port_list(const char *text)
{
	return strchr(text, ',') != NULL && text[strspn(text, "0123456789,")] == '\0';
}

static char
fold(char c)
{
	if (c >= 'A' && c <= 'Z')
		return (char) (c - 'A' + 'a');
	return c == '_' ? ' ' : c;
}

/* Case does not matter, nor whether words are parted by _ or a blank. */
static const char *
find_choice(const char *const *choices, const char *text)
{
	for (; *choices != NULL; choices++)
	{
		size_t		i = 0;

		while (text[i] != '\0' && fold(text[i]) == fold((*choices)[i]))
			i++;
		if (text[i] == '\0' && (*choices)[i] == '\0')
			return *choices;
	}
	return NULL;
}

static bool
wrong_type(const ConfigValue *value, const char *wanted, PgcError **error)
{
	config_error(error, PGC_INVALID_PARAMETER, value->line, NULL,
				 "option \"%s\" needs %s", value->name, wanted);
	return false;
}

static bool
wrong_choice(const ConfigValue *value, PgcError **error)
{
	char		hint[200] = "It is one of";

	for (int i = 0; value->option->choices[i] != NULL; i++)
	{
		size_t		len = strlen(hint);

		snprintf(hint + len, sizeof(hint) - len, "%s %s", i > 0 ? "," : "",
				 value->option->choices[i]);
	}
	strcat(hint, ".");
	config_error(error, PGC_INVALID_PARAMETER, value->line, hint,
				 "option \"%s\" has no such value", value->name);
	return false;
}

static bool
set_integer(PgcConfig *config, ConfigValue *value, const Given *given,
			PgcError **error)
{
	const ConfigOption *option = value->option;
	char		text[32];
	long long	number;

	if (given->type != GIVEN_NUMBER || !read_integer(given->text, &number))
		return wrong_type(value, "an integer, without quotes", error);
	if (option != NULL && (number < option->min || number > option->max))
	{
		config_error(error, PGC_INVALID_PARAMETER, value->line, NULL,
					 "option \"%s\" needs an integer from %lld to %lld",
					 value->name, option->min, option->max);
		return false;
	}
	value->type = OPTION_INTEGER;
	snprintf(text, sizeof(text), "%lld", number);
	value->text = arena_copy(&config->arena, text, strlen(text));
	return true;
}

static bool
check_secrets(const ConfigValue *value, const char *text, PgcError **error)
{
	const char *problem;

	if (secret_check(text, strcmp(value->name, "prepared_transaction_id") == 0, &problem))
		return true;
	config_error(error, PGC_INVALID_PARAMETER, value->line,
				 "Write ${secret:NAME} for a secret, and $${ for the two characters ${.",
				 "option \"%s\" %s", value->name, problem);
	return false;
}

/* Sets the value's type and what was given. */
static bool
set_given(PgcConfig *config, ConfigValue *value, const Given *given,
		  PgcError **error)
{
	const ConfigOption *option = value->option;
	OptionType	type = option ? option->type : OPTION_TEXT;

	value->type = type;
	value->text = given->text;
	switch (type)
	{
		case OPTION_TEXT:
			/* libpq's own numbers are its own affair. */
			if (option == NULL && given->type == GIVEN_NUMBER)
				return set_integer(config, value, given, error);
			if (given->type != GIVEN_TEXT)
				return wrong_type(value, "a text, in quotes", error);
			return check_secrets(value, given->text, error);

		case OPTION_PORT:
			if (given->type == GIVEN_TEXT && is_port_list(given->text))
			{
				value->type = OPTION_TEXT;
				return true;
			}
			return set_integer(config, value, given, error);

		case OPTION_INTEGER:
			return set_integer(config, value, given, error);

		case OPTION_NUMBER:
			if (given->type != GIVEN_NUMBER ||
				strtod(given->text, NULL) < (double) option->min ||
				strtod(given->text, NULL) > (double) option->max)
			{
				config_error(error, PGC_INVALID_PARAMETER, value->line, NULL,
							 "option \"%s\" needs a number from %lld to %lld",
							 value->name, option->min, option->max);
				return false;
			}
			return true;

		case OPTION_BOOLEAN:
			if (given->type != GIVEN_BOOLEAN)
				return wrong_type(value, "true or false, without quotes", error);
			return true;

		case OPTION_CHOICE:
			if (given->type != GIVEN_TEXT && given->type != GIVEN_BOOLEAN)
				return wrong_type(value, "a text, in quotes", error);
			value->text = find_choice(option->choices, given->text);
			return value->text != NULL || wrong_choice(value, error);

		case OPTION_MAP:
			if (given->type != GIVEN_MAP)
				return wrong_type(value, "names and values: MAP {'name': 'value'}, or an object in JSON", error);
			value->text = NULL;
			value->pairs = given->pairs;
			for (const ConfigPair *pair = given->pairs; pair != NULL; pair = pair->next)
			{
				if (!check_secrets(value, pair->text, error))
					return false;
			}
			return true;
	}
	return false;
}

bool
config_set(PgcConfig *config, ConfigEntry *connection, const char *name,
		   const Given *given, PgcError **error)
{
	const ConfigOption *option = config_option(name);
	ConfigValue **end = &connection->values;
	ConfigValue *value;

	if (option != NULL)
		name = option->name;
	else if (!is_keyword(config, name))
	{
		config_error(error, PGC_INVALID_PARAMETER, given->line, NULL,
					 "unrecognized option \"%s\"", name);
		return false;
	}

	for (; *end != NULL; end = &(*end)->next)
	{
		if (strcmp((*end)->name, name) == 0)
		{
			config_error(error, PGC_INVALID_PARAMETER, given->line, NULL,
						 "option \"%s\" is given twice", name);
			return false;
		}
	}
	value = arena_alloc(&config->arena, sizeof(ConfigValue));
	if (value != NULL)
	{
		value->option = option;
		value->line = given->line;
		value->name = option ? name : arena_copy(&config->arena, name, strlen(name));
	}
	if (config->arena.failed)
	{
		pgc_error_out_of_memory(error);
		return false;
	}
	if (!set_given(config, value, given, error))
		return false;
	if (config->arena.failed)
	{
		pgc_error_out_of_memory(error);
		return false;
	}
	*end = value;
	return true;
}

/*-------------------------------------------------------------------------
 * What there is
 *-------------------------------------------------------------------------
 */

const ConfigValue *
config_value(const ConfigEntry *connection, const char *name)
{
	const ConfigValue *value = connection->values;

	while (value != NULL && strcmp(value->name, name) != 0)
		value = value->next;
	return value;
}

const char *
config_text(const ConfigEntry *connection, const char *name)
{
	const ConfigValue *value = config_value(connection, name);
	const ConfigOption *option;

	if (value != NULL)
		return value->text;
	option = config_option(name);
	return option ? option->initial : NULL;
}

long long
config_integer(const ConfigEntry *connection, const char *name)
{
	const char *text = config_text(connection, name);

	return text != NULL ? strtoll(text, NULL, 10) : 0;
}

bool
config_boolean(const ConfigEntry *connection, const char *name)
{
	const char *text = config_text(connection, name);

	return text != NULL && strcmp(text, "true") == 0;
}

static void
put_string(Text *to, const char *text)
{
	json_write_string(text_put, to, text, strlen(text));
}

static void
put_pairs(Text *to, const ConfigPair *pairs)
{
	text_put(to, "{", 1);
	for (const ConfigPair *pair = pairs; pair != NULL; pair = pair->next)
	{
		if (pair != pairs)
			text_put(to, ",", 1);
		put_string(to, pair->name);
		text_put(to, ":", 1);
		put_string(to, pair->text);
	}
	text_put(to, "}", 1);
}

bool
config_finish(PgcConfig *config, ConfigEntry *connection, PgcError **error)
{
	Text		to = {.arena = &config->arena};

	text_put(&to, "{", 1);
	for (const ConfigValue *value = connection->values; value != NULL; value = value->next)
	{
		if (value != connection->values)
			text_put(&to, ",", 1);
		put_string(&to, value->name);
		text_put(&to, ":", 1);
		if (value->type == OPTION_MAP)
			put_pairs(&to, value->pairs);
		else if (value->type == OPTION_TEXT || value->type == OPTION_CHOICE)
			put_string(&to, value->text);
		else
			text_put(&to, value->text, strlen(value->text));
	}
	text_put(&to, "}", 1);
	if (config->arena.failed)
	{
		pgc_error_out_of_memory(error);
		return false;
	}
	connection->text = to.data;
	return true;
}

static const ConfigEntry *
nth(const ConfigEntry *list, size_t n)
{
	while (list != NULL && n-- > 0)
		list = list->next;
	return list;
}

static const char *
name_of(const ConfigEntry *entry)
{
	return entry ? entry->name : NULL;
}

static const char *
text_of(const ConfigEntry *entry)
{
	return entry ? entry->text : NULL;
}

const char *
pgc_config_connection_name(const PgcConfig *config, size_t n)
{
	return name_of(nth(config->connections, n));
}

const char *
pgc_config_connection(const PgcConfig *config, const char *name)
{
	return text_of(config_find(config->connections, name));
}

const char *
pgc_config_pipeline_name(const PgcConfig *config, size_t n)
{
	return name_of(nth(config->pipelines, n));
}

const char *
pgc_config_pipeline(const PgcConfig *config, const char *name)
{
	return text_of(config_find(config->pipelines, name));
}

/*-------------------------------------------------------------------------
 * Reading
 *-------------------------------------------------------------------------
 */

PgcConfig *
pgc_config_parse(const char *text, size_t len, PgcError **error)
{
	PgcConfig  *config;
	size_t		start = 0;
	bool		ok;

	if (error != NULL)
		*error = NULL;
	config = config_create(error);
	if (config == NULL)
		return NULL;

	/* A byte order mark is no text. */
	if (len >= 3 && memcmp(text, "\xef\xbb\xbf", 3) == 0)
	{
		text += 3;
		len -= 3;
	}
	if (memchr(text, '\0', len) != NULL)
	{
		config_error(error, "22021", 0, NULL, "it contains a zero byte, so it is not UTF-8 text");
		pgc_config_free(config);
		return NULL;
	}
	while (start < len && strchr(" \t\r\n", text[start]) != NULL)
		start++;
	if (start < len && text[start] == '{')
		ok = config_read_json(config, text, len, error);
	else
		ok = config_read_sql(config, text, len, error);
	if (!ok)
	{
		pgc_config_free(config);
		return NULL;
	}
	return config;
}

static bool
holds_password(const PgcConfig *config)
{
	static const char *const secrets[] = {"password", "ssl_key_password"};

	for (const ConfigEntry *entry = config->connections; entry != NULL; entry = entry->next)
	{
		for (size_t i = 0; i < 2; i++)
		{
			const ConfigValue *value = config_value(entry, secrets[i]);

			if (value != NULL && secret_has_plain_text(value->text))
				return true;
		}
	}
	return false;
}

/* The whole file, to be freed; NULL with errno set. */
static char *
read_file(const char *file, size_t *len, mode_t *mode)
{
	int			fd = open(file, O_RDONLY | O_CLOEXEC);
	struct stat st;
	char	   *text = NULL;
	ssize_t		n = 0;

	*len = 0;
	if (fd < 0)
		return NULL;
	if (fstat(fd, &st) == 0)
	{
		*mode = st.st_mode;
		if (!S_ISREG(st.st_mode))
			errno = S_ISDIR(st.st_mode) ? EISDIR : EINVAL;
		else if (st.st_size > MAX_FILE)
			errno = EFBIG;
		else
			text = malloc((size_t) st.st_size + 1);
	}
	if (text != NULL)
	{
		while (*len < (size_t) st.st_size &&
			   ((n = read(fd, text + *len, (size_t) st.st_size - *len)) > 0 ||
				(n < 0 && errno == EINTR)))
			*len += n > 0 ? (size_t) n : 0;
		if (n < 0)
		{
			free(text);
			text = NULL;
		}
	}
	close(fd);
	return text;
}

PgcConfig *
pgc_config_read(const char *file, PgcError **error)
{
	PgcConfig  *config;
	PgcError   *reason;
	size_t		len;
	mode_t		mode = 0;
	char	   *text = read_file(file, &len, &mode);

	if (error != NULL)
		*error = NULL;
	if (text == NULL && errno == ENOMEM)
	{
		pgc_error_out_of_memory(error);
		return NULL;
	}
	if (text == NULL)
	{
		pgc_error_format(error, "58P01", NULL, NULL,
						 "could not read connections file \"%s\": %s",
						 file, strerror(errno));
		return NULL;
	}
	config = pgc_config_parse(text, len, &reason);
	memset(text, 0, len);
	free(text);
	if (config == NULL)
	{
		if (pgc_error_kind(reason) == PGC_KIND_CAPACITY)
			pgc_error_out_of_memory(error);
		else
			pgc_error_format(error, pgc_error_code(reason), NULL, pgc_error_hint(reason),
							 "in connections file \"%s\", %s", file, pgc_error_message(reason));
		pgc_error_free(reason);
		return NULL;
	}
	if ((mode & (S_IRWXG | S_IRWXO)) != 0 && holds_password(config))
	{
		pgc_config_free(config);
		pgc_error_format(error, PGC_INVALID_PARAMETER, NULL,
						 "Run \"chmod 600\" on it, or refer to the password as ${secret:NAME}.",
						 "connections file \"%s\" holds a password and is open to others", file);
		return NULL;
	}
	return config;
}

/*-------------------------------------------------------------------------
 *
 * arguments.c
 *	  The command line of "sink" and "deadletters".
 *
 *-------------------------------------------------------------------------
 */
#include <errno.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "arguments.h"
#include "exit_status.h"
#include "options.h"
#include "session.h"

/* Options that are not the sink's. */
static const struct
{
	const char *name;
	size_t		offset;
}			own[] = {
	{"config", offsetof(Arguments, config)},
	{"connections", offsetof(Arguments, config)},	/* the other subcommands' */
	{"connection", offsetof(Arguments, connection)},
	{"pipeline", offsetof(Arguments, pipeline)},
	{"query", offsetof(Arguments, query)},
	{"from", offsetof(Arguments, from)},
	{"summary", offsetof(Arguments, summary)},
	{"format", offsetof(Arguments, format)},
	{"metrics", offsetof(Arguments, metrics)},
	{"progress", offsetof(Arguments, progress)},
	{"limit", offsetof(Arguments, limit)},
};

/* Other names of options, and the letters that stand for some. */
static const struct
{
	const char *name;
	const char *option;
}			others[] = {
	{"dbname", "database"},
	{"user", "username"},
	{"c", "connection"},
	{"h", "host"},
	{"p", "port"},
	{"d", "database"},
	{"U", "username"},
};

/* A flag as JSON, by the type that the option has. */
static cJSON *
option_value(const char *name, const char *text)
{
	const char *type = pgc_option_type(name);

	if (strcmp(type, "boolean") == 0 && (strcmp(text, "true") == 0 || strcmp(text, "false") == 0))
		return cJSON_CreateBool(text[0] == 't');
	if (strcmp(type, "integer") == 0 || strcmp(type, "number") == 0)
	{
		char	   *end;

		errno = 0;
		(void) strtod(text, &end);
		if (errno == 0 && end != text && *end == '\0' && strspn(text, "+-.0123456789eE") == strlen(text))
			return cJSON_CreateRaw(text);
	}
	if (strcmp(type, "map") == 0)
		return cJSON_Parse(text);
	return cJSON_CreateString(text);
}

/* --batch-size N is the option batch_size. */
static bool
set_option(Arguments *arguments, const char *flag, const char *value)
{
	char		name[64];
	cJSON	   *json;

	(void) snprintf(name, sizeof(name), "%s", flag);
	for (char *p = name; *p != '\0'; p++)
	{
		if (*p == '-')
			*p = '_';
	}
	if (strcmp(name, "password") == 0)
	{
		usage_error("a password on the command line can be seen by others; it comes from the connections file, PGPASSWORD or the password file");
		return false;
	}
	if (pgc_option_type(name) == NULL)
	{
		usage_error("unrecognized option \"--%s\"", flag);
		return false;
	}
	json = option_value(name, value);
	if (json == NULL)
	{
		usage_error("option \"--%s\" cannot be \"%s\"", flag, value);
		return false;
	}
	cJSON_DeleteItemFromObjectCaseSensitive(arguments->given, name);
	return cJSON_AddItemToObject(arguments->given, name, json);
}

static bool
set(Arguments *arguments, const char *name, char *value)
{
	for (size_t i = 0; i < sizeof(others) / sizeof(others[0]); i++)
	{
		if (strcmp(others[i].name, name) == 0)
			name = others[i].option;
	}
	for (size_t i = 0; i < sizeof(own) / sizeof(own[0]); i++)
	{
		if (strcmp(own[i].name, name) == 0)
		{
			*(const char **) ((char *) arguments + own[i].offset) = value;
			return true;
		}
	}
	return set_option(arguments, name, value);
}

bool
arguments_read(Arguments *arguments, int argc, char **argv)
{
	bool		only_words = false;

	memset(arguments, 0, sizeof(*arguments));
	arguments->given = cJSON_CreateObject();
	arguments->words = argv;
	for (int i = 1; i < argc; i++)
	{
		char	   *word = argv[i];
		char	   *value;
		bool		is_long = strncmp(word, "--", 2) == 0;

		if (only_words || word[0] != '-' || word[1] == '\0')
		{
			arguments->words[arguments->nwords++] = word;
			continue;
		}
		if (strcmp(word, "--") == 0)
		{
			only_words = true;
			continue;
		}
		if (strcmp(word, "--help") == 0)
		{
			arguments->help = true;
			continue;
		}
		word += is_long ? 2 : 1;
		value = is_long ? strchr(word, '=') : NULL;
		if (value != NULL)
			*value++ = '\0';
		else if ((is_long && strlen(word) < 2) || (!is_long && (strlen(word) != 1 || strchr("chpdU", word[0]) == NULL)))
		{
			usage_error("unrecognized option \"%s\"", argv[i]);
			return false;
		}
		else if (i + 1 < argc)
			value = argv[++i];
		else
		{
			usage_error("option \"%s\" needs a value", argv[i]);
			return false;
		}
		if (!set(arguments, word, value))
			return false;
	}
	return true;
}

void
arguments_free(Arguments *arguments)
{
	cJSON_Delete(arguments->given);
	pgc_config_free(arguments->file);
}

int
arguments_load(Arguments *arguments)
{
	PgcError   *error;
	char	   *file;

	if (arguments->config == NULL && arguments->connection == NULL &&
		arguments->pipeline == NULL && arguments->from == NULL)
		return STATUS_OK;
	file = connections_file(arguments->config);
	if (file == NULL)
	{
		fputs("pgconnector: out of memory\n", stderr);
		return STATUS_INTERNAL;
	}
	arguments->file = pgc_config_read(file, &error);
	free(file);
	return arguments->file != NULL ? STATUS_OK : print_error(error);
}

cJSON *
arguments_options(const Arguments *arguments, const char **name, int *status)
{
	const PgcConfig *file = arguments->file;
	cJSON	   *options = cJSON_Duplicate(arguments->given, true);
	cJSON	   *json;

	*status = STATUS_OK;
	if (*name == NULL && file != NULL)
	{
		*name = pgc_config_connection_name(file, 0);
		if (*name != NULL && pgc_config_connection_name(file, 1) != NULL)
		{
			usage_error("the connections file has several connections: say which with --connection");
			*status = STATUS_USAGE;
			cJSON_Delete(options);
			return NULL;
		}
	}
	if (*name == NULL)
		return options;
	if (pgc_config_connection(file, *name) == NULL)
	{
		fprintf(stderr, "pgconnector: not_found: there is no connection \"%s\" in the connections file (42704)\n", *name);
		*status = exit_status_of(PGC_KIND_NOT_FOUND);
		cJSON_Delete(options);
		return NULL;
	}
	json = cJSON_Parse(pgc_config_connection(file, *name));
	while (json != NULL && json->child != NULL)
	{
		cJSON	   *item = cJSON_DetachItemViaPointer(json, json->child);

		if (cJSON_HasObjectItem(options, item->string))
			cJSON_Delete(item);
		else
			cJSON_AddItemToObject(options, item->string, item);
	}
	cJSON_Delete(json);
	return options;
}

/*-------------------------------------------------------------------------
 *
 * options.c
 *	  The command line.
 *
 * Not getopt: options may follow the words they belong to, while words like
 * "-5" (a parameter) and "-" (standard input) are none.
 *
 *-------------------------------------------------------------------------
 */
#include <ctype.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "options.h"

typedef struct OptionName
{
	const char *name;			/* without the dashes */
	char		letter;			/* 0: none */
	int			value_offset;	/* in Options, of the value; -1: takes none */
} OptionName;

static const OptionName option_names[] = {
	{"dsn", 0, offsetof(Options, dsn)},
	{"connection", 'c', offsetof(Options, connection)},
	{"connections", 0, offsetof(Options, connections)},
	{"host", 'h', offsetof(Options, host)},
	{"port", 'p', offsetof(Options, port)},
	{"dbname", 'd', offsetof(Options, dbname)},
	{"user", 'U', offsetof(Options, user)},
	{"username", 0, offsetof(Options, user)},	/* psql's name */
	{"limit", 0, offsetof(Options, limit)},
	{"format", 0, offsetof(Options, format)},
	{"json", 'j', -1},
	{"table", 't', -1},
	{"help", '?', -1},
	{"version", 'V', -1},
};

#define NOPTIONS ((int) (sizeof(option_names) / sizeof(option_names[0])))

void
usage_error(const char *message,...)
{
	va_list		args;

	fputs("pgconnector: ", stderr);
	va_start(args, message);
	vfprintf(stderr, message, args);
	va_end(args);
	fputs("\nhint: See pgconnector --help.\n", stderr);
}

static const OptionName *
find_long(const char *name, size_t len)
{
	for (int i = 0; i < NOPTIONS; i++)
	{
		if (strncmp(option_names[i].name, name, len) == 0 &&
			option_names[i].name[len] == '\0')
			return &option_names[i];
	}
	return NULL;
}

static const OptionName *
find_letter(char letter)
{
	for (int i = 0; i < NOPTIONS; i++)
	{
		if (option_names[i].letter != 0 && option_names[i].letter == letter)
			return &option_names[i];
	}
	return NULL;
}

static void
set_switch(Options *options, const char *name)
{
	if (strcmp(name, "json") == 0)
		options->output = OUTPUT_JSON;
	else if (strcmp(name, "table") == 0)
		options->output = OUTPUT_TABLE;
	else if (strcmp(name, "help") == 0)
		options->help = true;
	else
		options->version = true;
}

static bool
set_value(Options *options, const OptionName *option, char *value)
{
	bool		is_dsn = strcmp(option->name, "dsn") == 0;

	if (is_dsn)
	{
		char	   *copy = strdup(value);

		if (copy == NULL)
		{
			fputs("pgconnector: out of memory\n", stderr);
			return false;
		}
		memset(value, 'x', strlen(value));
		value = copy;
	}
	*(const char **) ((char *) options + option->value_offset) = value;
	return true;
}

static bool
is_option(const char *word)
{
	return word[0] == '-' && word[1] != '\0' &&
		!isdigit((unsigned char) word[1]) && word[1] != '.';
}

/*
 * Read the option argv[*i], and its value from the same word or the next.
 */
static bool
read_option(Options *options, int argc, char **argv, int *i)
{
	char	   *word = argv[*i];
	const OptionName *option;
	char	   *value = NULL;

	if (word[1] == '-')
	{
		size_t		len = strcspn(word + 2, "=");

		option = find_long(word + 2, len);
		if (word[2 + len] == '=')
			value = word + 2 + len + 1;
	}
	else
	{
		option = find_letter(word[1]);
		if (word[2] != '\0')
			value = word + 2;
	}

	if (option == NULL)
	{
		usage_error("unrecognized option \"%s\"; after \"--\", everything is an argument",
					word);
		return false;
	}
	if (option->value_offset < 0)
	{
		if (value != NULL)
		{
			usage_error("option \"--%s\" takes no value", option->name);
			return false;
		}
		set_switch(options, option->name);
		return true;
	}
	if (value == NULL)
	{
		if (*i + 1 == argc)
		{
			/* Many programs know -h as the way to their help. */
			usage_error(strcmp(word, "-h") == 0 ?
						"option \"%s\" needs a host (--help is the help)" :
						"option \"%s\" needs a value", word);
			return false;
		}
		value = argv[++*i];
	}
	return set_value(options, option, value);
}

bool
options_read(Options *options, int argc, char **argv)
{
	bool		only_words = false;

	memset(options, 0, sizeof(*options));
	options->words = argv;
	for (int i = 1; i < argc; i++)
	{
		if (!only_words && strcmp(argv[i], "--") == 0)
			only_words = true;
		else if (only_words || !is_option(argv[i]))
			options->words[options->nwords++] = argv[i];
		else if (!read_option(options, argc, argv, &i))
			return false;
	}
	return true;
}

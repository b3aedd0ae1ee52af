/*-------------------------------------------------------------------------
 *
 * sink.c
 *	  pgconnector sink: a stream of records into one table.
 *
 *-------------------------------------------------------------------------
 */
#include <cjson/cJSON.h>
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "exit_status.h"
#include "options.h"
#include "session.h"
#include "sink.h"
#include "source.h"

typedef struct Arguments
{
	const char *config;			/* a file of connections */
	const char *connection;		/* one of them */
	const char *summary;
	const char *format;
	cJSON	   *options;		/* of the sink */
	char	  **files;
	int			nfiles;
	bool		help;
} Arguments;

static volatile sig_atomic_t stopping;

static void
stop(int signal_number)
{
	(void) signal_number;
	stopping = 1;
}

/* The first signal ends the reading, the second the program. */
static void
catch_signals(void)
{
	struct sigaction action;

	memset(&action, 0, sizeof(action));
	action.sa_handler = stop;
	action.sa_flags = (int) SA_RESETHAND;
	sigemptyset(&action.sa_mask);
	sigaction(SIGINT, &action, NULL);
	sigaction(SIGTERM, &action, NULL);
}

static int
out_of_memory(void)
{
	fputs("pgconnector: out of memory\n", stderr);
	return STATUS_INTERNAL;
}

/* A flag as JSON, by the type that the option has. */
static cJSON *
option_value(const char *name, const char *text)
{
	const char *type = pgc_option_type(name);

	if (strcmp(type, "text") == 0 || strcmp(type, "choice") == 0)
		return cJSON_CreateString(text);
	if (strcmp(type, "boolean") == 0 && (strcmp(text, "true") == 0 || strcmp(text, "false") == 0))
		return cJSON_CreateBool(text[0] == 't');
	if (strcmp(type, "integer") == 0 || strcmp(type, "number") == 0)
	{
		char	   *end;

		errno = 0;
		(void) strtod(text, &end);
		if (errno == 0 && end != text && *end == '\0')
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
	if (pgc_option_type(name) == NULL)
	{
		usage_error("unrecognized option \"--%s\" of sink", flag);
		return false;
	}
	json = option_value(name, value);
	if (json == NULL)
	{
		usage_error("option \"--%s\" cannot be \"%s\"", flag, value);
		return false;
	}
	cJSON_DeleteItemFromObjectCaseSensitive(arguments->options, name);
	cJSON_AddItemToObject(arguments->options, name, json);
	return true;
}

static bool
read_arguments(Arguments *arguments, int argc, char **argv)
{
	static const struct
	{
		const char *name;
		size_t		offset;
	}			own[] = {
		{"config", offsetof(Arguments, config)},
		{"connection", offsetof(Arguments, connection)},
		{"summary", offsetof(Arguments, summary)},
		{"format", offsetof(Arguments, format)},
	};
	bool		only_files = false;

	arguments->files = argv;
	for (int i = 1; i < argc; i++)
	{
		char	   *word = argv[i];
		char	   *value;
		bool		found = false;

		if (only_files || strncmp(word, "--", 2) != 0)
		{
			arguments->files[arguments->nfiles++] = word;
			continue;
		}
		word += 2;
		if (*word == '\0')
		{
			only_files = true;
			continue;
		}
		if (strcmp(word, "help") == 0)
		{
			arguments->help = true;
			continue;
		}
		value = strchr(word, '=');
		if (value != NULL)
			*value++ = '\0';
		else if (i + 1 < argc)
			value = argv[++i];
		else
		{
			usage_error("option \"--%s\" needs a value", word);
			return false;
		}
		for (size_t o = 0; o < sizeof(own) / sizeof(own[0]) && !found; o++)
		{
			found = strcmp(own[o].name, word) == 0;
			if (found)
				*(const char **) ((char *) arguments + own[o].offset) = value;
		}
		if (!found && !set_option(arguments, word, value))
			return false;
	}
	return true;
}

/* What the connection of the file says, where the flags say nothing. */
static int
add_connection(Arguments *arguments)
{
	PgcError   *error;
	PgcConfig  *config;
	const char *name = arguments->connection;
	const char *text;
	cJSON	   *json;
	int			status = STATUS_OK;

	if (arguments->config == NULL)
		return STATUS_OK;
	config = pgc_config_read(arguments->config, &error);
	if (config == NULL)
		return print_error(error);
	if (name == NULL && pgc_config_connection_name(config, 1) == NULL)
		name = pgc_config_connection_name(config, 0);
	text = name != NULL ? pgc_config_connection(config, name) : NULL;
	if (text == NULL)
	{
		if (name == NULL)
			usage_error("\"%s\" has several connections: say which with --connection", arguments->config);
		else
			usage_error("there is no connection \"%s\" in \"%s\"", name, arguments->config);
		status = STATUS_USAGE;
	}
	else
	{
		json = cJSON_Parse(text);
		for (cJSON *item = json != NULL ? json->child : NULL; item != NULL;)
		{
			cJSON	   *next = item->next;

			if (!cJSON_HasObjectItem(arguments->options, item->string))
				cJSON_AddItemToObject(arguments->options, item->string, cJSON_Duplicate(item, true));
			item = next;
		}
		cJSON_Delete(json);
		if (arguments->connection == NULL)
			arguments->connection = strdup(name);
	}
	pgc_config_free(config);
	return status;
}

static void
print_summary(const PgcSinkStats *stats, bool json)
{
	if (json)
		printf("{\"read\":%lld,\"written\":%lld,\"deduplicated\":%lld,\"skipped\":%lld,\"unmatched\":%lld,"
			   "\"dead_lettered\":%lld,\"batches\":%lld,\"transactions\":%lld,\"failed_writes\":%lld,"
			   "\"retries\":%lld,\"latency_ms\":%.3f,\"seconds\":%.3f}\n",
			   stats->read, stats->written, stats->deduplicated, stats->skipped, stats->unmatched,
			   stats->dead_lettered, stats->batches, stats->transactions, stats->failed_writes,
			   stats->retries, stats->latency_ms, stats->seconds);
	else
		fprintf(stderr, "pgconnector: %lld read, %lld written, %lld deduplicated, %lld skipped, %lld unmatched, "
				"%lld dead letters, %lld retries, %.1f s\n",
				stats->read, stats->written, stats->deduplicated, stats->skipped, stats->unmatched,
				stats->dead_lettered, stats->retries, stats->seconds);
}

/* Move records from the source to the sink.  Returns a status. */
static int
pump(PgcSink *sink, Source *source)
{
	PgcError   *error;

	for (;;)
	{
		const char *record;
		size_t		len;
		unsigned long long position;
		int			due = pgc_sink_due(sink);
		SourceEvent event = stopping ? SOURCE_END : source_next(source, &record, &len, &position, due);

		if (event == SOURCE_FAILED)
			return STATUS_USAGE;
		if (event == SOURCE_RECORD)
		{
			if (!pgc_sink_write(sink, record, len, position, &error))
				return print_error(error);
			due = pgc_sink_due(sink);
		}
		if (event == SOURCE_END || event == SOURCE_WAIT || due == 0)
		{
			if ((event == SOURCE_END || pgc_sink_due(sink) == 0) && !pgc_sink_flush(sink, &error))
				return print_error(error);
			if (event == SOURCE_END)
				return STATUS_OK;
		}
	}
}

int
sink_main(int argc, char **argv)
{
	Arguments	arguments = {.options = cJSON_CreateObject()};
	Source	   *source = NULL;
	PgcSink    *sink = NULL;
	PgcError   *error;
	PgcSinkStats stats = {0};
	unsigned long long position;
	char	   *options = NULL;
	int			status;

	if (arguments.options == NULL)
		return out_of_memory();
	if (!read_arguments(&arguments, argc, argv))
	{
		status = STATUS_USAGE;
		goto done;
	}
	status = add_connection(&arguments);
	if (status != STATUS_OK)
		goto done;
	options = cJSON_PrintUnformatted(arguments.options);
	source = source_open(arguments.files, arguments.nfiles, SOURCE_AUTO);
	if (options == NULL || source == NULL)
	{
		status = out_of_memory();
		goto done;
	}
	sink = pgc_sink_open(options, arguments.connection, source_identity(source), &error);
	if (sink == NULL)
	{
		status = print_error(error);
		goto done;
	}
	catch_signals();
	if (pgc_sink_position(sink, &position) && !source_seek(source, position))
		status = STATUS_USAGE;
	else
		status = pump(sink, source);

	pgc_sink_stats(sink, &stats, sizeof(stats));
	print_summary(&stats, arguments.summary != NULL && strcmp(arguments.summary, "json") == 0);
	if (status == STATUS_OK &&
		stats.read != stats.written + stats.deduplicated + stats.skipped + stats.unmatched + stats.dead_lettered)
	{
		fputs("pgconnector: what was read and what became of it do not add up\n", stderr);
		status = STATUS_INTERNAL;
	}
done:
	pgc_sink_close(sink);
	source_close(source);
	cJSON_free(options);
	cJSON_Delete(arguments.options);
	return status;
}

/*-------------------------------------------------------------------------
 *
 * main.c
 *	  pgconnector: the commands of pg_connector for people and scripts.
 *
 *-------------------------------------------------------------------------
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "exit_status.h"
#include "options.h"
#include "sink.h"
#include "subcommand.h"
#include "text.h"

static const Subcommand *const subcommands[] = {
	&subcommand_call,
	&subcommand_query,
	&subcommand_export,
	&subcommand_tables,
	&subcommand_commands,
	&subcommand_test,
	NULL
};

static void
print_help(void)
{
	printf("pgconnector calls the commands of the PostgreSQL extension pg_connector.\n"
		   "\n"
		   "Usage: pgconnector [OPTION]... SUBCOMMAND [ARGUMENT]...\n"
		   "\n"
		   "Subcommands (SUBCOMMAND --help tells more, with examples):\n");
	for (int i = 0; subcommands[i] != NULL; i++)
		printf("  %-9s %-29s  %s\n", subcommands[i]->name,
			   subcommands[i]->arguments, subcommands[i]->summary);
	printf("  %-9s %-29s  %s\n", "sink", "[FILE]...", "write a stream of records into a table");
	printf("  deadletters list|replay                  the records that a sink could not write\n");
	printf("\n"
		   "Connection (what is not given comes from PGHOST, PGPORT, PGDATABASE, PGUSER,\n"
		   "PGPASSWORD, PGSERVICE and the other variables that psql knows, the service\n"
		   "file and the password file):\n"
		   "      --dsn DSN        \"host=... dbname=...\", \"service=...\" or \"postgresql://...\"\n"
		   "  -c, --connection NAME\n"
		   "                       a connection of the connections file\n"
		   "      --connections FILE\n"
		   "                       that file, else PGCONNECTOR_CONNECTIONS, else\n"
		   "                       ~/.pgconnector/connections\n"
		   "  -h, --host HOST      server, or directory of its socket\n"
		   "  -p, --port PORT      port of the server\n"
		   "  -d, --dbname NAME    database\n"
		   "  -U, --user NAME      role\n"
		   "\n"
		   "Output (by default a table on a terminal, and JSON into a file or pipe):\n"
		   "  -j, --json           the reply as the server sent it, every digit of it\n"
		   "  -t, --table          a table, whatever the output is\n"
		   "\n"
		   "      --help           this, or the help of the subcommand\n"
		   "      --version        the version\n"
		   "\n"
		   "First steps:\n"
		   "  pgconnector --dsn 'host=localhost dbname=shop user=me' test\n"
		   "  export PGDATABASE=shop\n"
		   "  pgconnector tables\n"
		   "  pgconnector call select_rows '{\"table\": \"orders\", \"limit\": 5}'\n"
		   "  pgconnector query 'SELECT count(*) FROM orders WHERE status = $1' open\n"
		   "\n"
		   "Errors go to standard error, the first line being\n"
		   "\"pgconnector: KIND: MESSAGE (SQLSTATE)\", and the exit status tells the kind:\n");
	exit_status_print(stdout);
}

static void
print_subcommand_help(const Subcommand *subcommand)
{
	printf("Usage: pgconnector [OPTION]... %s%s%s\n\n%s\n"
		   "Options and exit statuses: pgconnector --help\n",
		   subcommand->name, subcommand->arguments[0] ? " " : "",
		   subcommand->arguments, subcommand->help);
}

static const Subcommand *
find_subcommand(const char *name)
{
	for (int i = 0; subcommands[i] != NULL; i++)
	{
		if (strcmp(subcommands[i]->name, name) == 0)
			return subcommands[i];
	}
	usage_error("unrecognized subcommand \"%s\"", name);
	return NULL;
}

static int
run(int argc, char **argv)
{
	Options		options;
	const Subcommand *subcommand;
	bool		help;

	/* Their options are those of sinks, which have names that others use. */
	if (argc > 1 && strcmp(argv[1], "sink") == 0)
		return sink_main(argc - 1, argv + 1);
	if (argc > 1 && strcmp(argv[1], "deadletters") == 0)
		return deadletters_main(argc - 1, argv + 1);
	if (!options_read(&options, argc, argv))
		return STATUS_USAGE;
	if (options.version)
	{
		printf("pgconnector (pg_connector) %s\n", pgc_version());
		return STATUS_OK;
	}

	/* "help call" is "call --help". */
	help = options.help;
	if (options.nwords > 0 && strcmp(options.words[0], "help") == 0)
	{
		help = true;
		options.words++;
		options.nwords--;
	}
	if (options.nwords == 0)
	{
		if (!help)
		{
			usage_error("no subcommand given");
			return STATUS_USAGE;
		}
		print_help();
		return STATUS_OK;
	}

	subcommand = find_subcommand(options.words[0]);
	if (subcommand == NULL)
		return STATUS_USAGE;
	if (help)
	{
		print_subcommand_help(subcommand);
		return STATUS_OK;
	}

	options.words++;
	options.nwords--;
	if (options.nwords < subcommand->min_words)
	{
		usage_error("%s needs more arguments: %s", subcommand->name,
					subcommand->arguments);
		return STATUS_USAGE;
	}
	if (subcommand->max_words >= 0 && options.nwords > subcommand->max_words)
	{
		usage_error("%s does not take the argument \"%s\"", subcommand->name,
					options.words[subcommand->max_words]);
		return STATUS_USAGE;
	}
	if (options.limit != NULL && !subcommand->takes_limit)
	{
		usage_error("%s does not take the option \"--limit\"", subcommand->name);
		return STATUS_USAGE;
	}
	if (options.format != NULL && !subcommand->takes_format)
	{
		usage_error("%s does not take the option \"--format\"", subcommand->name);
		return STATUS_USAGE;
	}
	if (options.dsn != NULL && options.connection != NULL)
	{
		usage_error("options \"--dsn\" and \"--connection\" exclude each other");
		return STATUS_USAGE;
	}
	return subcommand->run(&options, options.words, options.nwords);
}

int
main(int argc, char **argv)
{
	int			status;

	text_init();
	status = run(argc, argv);

	/* What was written by session_write() is known to have arrived. */
	if (fclose(stdout) != 0 && status == STATUS_OK)
	{
		fprintf(stderr, "pgconnector: could not write: %s\n", strerror(errno));
		status = STATUS_INTERNAL;
	}
	return status;
}

/*-------------------------------------------------------------------------
 *
 * deadletters.c
 *	  pgconnector deadletters: look at the records that a sink could not
 *	  write, and write them after all.
 *
 * Out of a table, each is deleted in the transaction that writes it, or that
 * makes another dead letter of it.  Out of a file, which is set aside first,
 * they are written exactly once, the ledger knowing how far that has come;
 * what is bad still goes into a new file.
 *
 *-------------------------------------------------------------------------
 */
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "buffer.h"
#include "exit_status.h"
#include "letters.h"
#include "options.h"
#include "session.h"
#include "show.h"
#include "sink.h"

static const char help[] =
"Usage: pgconnector deadletters list [OPTION]...\n"
"       pgconnector deadletters replay [OPTION]...\n"
"\n"
"The records that a sink could not write, each with the reason, in the table or\n"
"the file where its options say they go.  \"list\" shows them, at most --limit N\n"
"(1000).  \"replay\" writes them again: what is written now is taken away, what is\n"
"bad still is a dead letter anew.  If it is killed in between, nothing is lost\n"
"and nothing written twice: start it again then.\n"
"\n";

static const char examples[] =
"\n"
"Examples:\n"
"  pgconnector deadletters list --dead-letter-table bad_events\n"
"  pgconnector deadletters replay --config sinks.sql --connection events\n"
"\n"
"Options and exit statuses: pgconnector --help\n";

static int
out_of_memory(void)
{
	fputs("pgconnector: out of memory\n", stderr);
	return STATUS_INTERNAL;
}

static const char *
text_of(const cJSON *object, const char *name)
{
	return cJSON_GetStringValue(cJSON_GetObjectItemCaseSensitive(object, name));
}

/*-------------------------------------------------------------------------
 * Listing
 *-------------------------------------------------------------------------
 */

static int
list_table(const cJSON *options, const char *name, long limit)
{
	Options		output = {.output = OUTPUT_BY_DESTINATION};
	Session		session = {.options = &output};
	LetterTable table;
	char	   *request = NULL;
	char	   *begin = NULL;
	PgcReply   *reply;

	session.conn = sink_connection(options, &begin, &session.status);
	cJSON_free(begin);
	if (session.conn == NULL)
		return session.status;
	if (letter_table_read(&table, session.conn, text_of(options, "dead_letter_table"), name, &session.status))
	{
		request = letter_table_request(&table, NULL, NULL, limit);
		if (request == NULL)
			session.status = out_of_memory();
	}
	reply = request != NULL ? session_call(&session, "select_rows", request, strlen(request)) : NULL;
	if (reply != NULL)
		session_write(&session, reply, show_reply);
	pgc_reply_free(reply);
	free(request);
	letter_table_free(&table);
	return session_close(&session);
}

static int
list_file(const char *name, long limit)
{
	FILE	   *file = fopen(name, "r");
	bool		begins = true;
	int			c;

	if (file == NULL && errno == ENOENT)
		return STATUS_OK;
	if (file == NULL)
	{
		fprintf(stderr, "pgconnector: could not open \"%s\": %s\n", name, strerror(errno));
		return STATUS_USAGE;
	}
	while ((c = getc(file)) != EOF)
	{
		if (begins && limit-- == 0)
		{
			fputs("pgconnector: there are more; say how many with --limit\n", stderr);
			break;
		}
		begins = c == '\n';
		putchar(c);
	}
	fclose(file);
	return STATUS_OK;
}

/*-------------------------------------------------------------------------
 * Replaying
 *-------------------------------------------------------------------------
 */

static int
replay_table(const Arguments *arguments, const cJSON *options, const char *name)
{
	const char *table = text_of(options, "dead_letter_table");
	PgcSinkStats total = {0};
	Watch		watch;
	int			status = STATUS_USAGE;
	PgcSink    *sink;
	Source	   *source = NULL;
	PgcConnection *conn;
	char	   *begin = NULL;

	if (!watch_init(&watch, arguments->metrics, arguments->progress))
		return status;
	sink = sink_open(options, name, NULL, &status);
	if (sink == NULL)
		return status;
	conn = sink_connection(options, &begin, &status);
	cJSON_free(begin);
	if (conn != NULL)
		source = source_of_letter_table(conn, sink, table, name, &status);
	if (source != NULL)
		status = sink_report(arguments, &total, sink_run(sink, options, name, source, &watch, &total));
	source_close(source);
	pgc_sink_close(sink);
	pgc_connection_close(conn);
	return status;
}

/* What a file that is replayed is called, in a new string. */
static char *
aside_name(const char *file)
{
	static const char tail[] = ".replaying";
	char	   *name = malloc(strlen(file) + sizeof(tail));

	if (name != NULL)
		strcat(strcpy(name, file), tail);
	return name;
}

/* Forget in the ledger how far a replay has come. */
static int
forget(const cJSON *options, const char *name)
{
	int			status = STATUS_OK;
	char	   *begin = NULL;
	PgcConnection *conn = sink_connection(options, &begin, &status);
	cJSON	   *request = cJSON_Parse("{\"table\":[\"connector\",\"sink_ledger\"],\"where\":[[\"sink\",\"=\"]]}");
	cJSON	   *where = cJSON_GetArrayItem(cJSON_GetObjectItemCaseSensitive(request, "where"), 0);
	char	   *text;
	PgcReply   *reply;
	PgcError   *error;

	cJSON_free(begin);
	cJSON_AddItemToArray(where, cJSON_CreateString(name));
	text = cJSON_PrintUnformatted(request);
	cJSON_Delete(request);
	if (conn != NULL && text == NULL)
		status = out_of_memory();
	else if (conn != NULL)
	{
		reply = pgc_call(conn, "delete_rows", text, &error);
		if (reply == NULL)
			status = print_error(error);
		pgc_reply_free(reply);
	}
	cJSON_free(text);
	pgc_connection_close(conn);
	return status;
}

/*
 * Set the file aside, unless one still is: *fd is then the file that is,
 * locked, or -1 if there is nothing to do.  What the ledger knows of a replay
 * is about another file, unless this goes on with one.
 */
static int
set_aside(const cJSON *options, const char *ledger, const char *file, const char *aside, int *fd)
{
	struct stat st;
	bool		again;
	int			status;

	*fd = open(aside, O_RDONLY | O_CLOEXEC);
	again = *fd >= 0;
	if (*fd < 0 && errno == ENOENT)
		*fd = open(file, O_RDONLY | O_CLOEXEC);
	if (*fd < 0 && errno == ENOENT)
		return STATUS_OK;
	if (*fd < 0)
	{
		fprintf(stderr, "pgconnector: could not open \"%s\": %s\n", again ? aside : file, strerror(errno));
		return STATUS_USAGE;
	}
	if (fstat(*fd, &st) != 0 || !S_ISREG(st.st_mode))
	{
		fprintf(stderr, "pgconnector: \"%s\" is not a regular file\n", again ? aside : file);
		return STATUS_USAGE;
	}
	if (flock(*fd, LOCK_EX | LOCK_NB) != 0)
	{
		fprintf(stderr, "pgconnector: \"%s\" is in use\n"
				"hint: End the sink that writes dead letters to it, or wait for the replay that reads it.\n", file);
		return STATUS_USAGE;
	}
	if (again)
		return STATUS_OK;
	status = forget(options, ledger);
	if (status == STATUS_OK && rename(file, aside) != 0)
	{
		fprintf(stderr, "pgconnector: could not rename \"%s\": %s\n", file, strerror(errno));
		status = STATUS_USAGE;
	}
	return status;
}

static int
replay_aside(const Arguments *arguments, cJSON *options, const char *name, char *aside, int fd)
{
	char		identity[100];
	struct stat st;
	PgcSinkStats total = {0};
	Watch		watch;
	int			status = STATUS_USAGE;
	Source	   *source;
	PgcSink    *sink = NULL;

	if (!watch_init(&watch, arguments->metrics, arguments->progress) || fstat(fd, &st) != 0)
		return status;
	(void) snprintf(identity, sizeof(identity), "dead letters %ju of %jd.%09ld",
					(uintmax_t) st.st_ino, (intmax_t) st.st_mtim.tv_sec, st.st_mtim.tv_nsec);
	cJSON_DeleteItemFromObjectCaseSensitive(options, "exactly_once");
	cJSON_AddTrueToObject(options, "exactly_once");
	source = source_of_letter_file(aside);
	if (source != NULL)
		sink = sink_open(options, name, identity, &status);
	if (sink != NULL)
		status = sink_report(arguments, &total, sink_run(sink, options, name, source, &watch, &total));
	pgc_sink_close(sink);
	source_close(source);
	return status;
}

static int
replay_file(const Arguments *arguments, cJSON *options, const char *name)
{
	static const char tail[] = " (replay)";
	const char *file = text_of(options, "dead_letter_file");
	char	   *aside = aside_name(file);
	char	   *ledger = malloc((name != NULL ? strlen(name) : 0) + sizeof(tail));
	int			fd = -1;
	int			status;

	if (aside == NULL || ledger == NULL)
	{
		status = out_of_memory();
		goto done;
	}
	strcat(strcpy(ledger, name != NULL ? name : ""), tail);
	status = set_aside(options, ledger, file, aside, &fd);
	if (status == STATUS_OK && fd < 0)
	{
		PgcSinkStats none = {0};

		status = sink_report(arguments, &none, STATUS_OK);
		goto done;
	}
	if (status == STATUS_OK)
		status = replay_aside(arguments, options, ledger, aside, fd);
	if (status == STATUS_OK && unlink(aside) != 0)
	{
		fprintf(stderr, "pgconnector: could not remove \"%s\": %s\n", aside, strerror(errno));
		status = STATUS_INTERNAL;
	}
	else if (status == STATUS_OK)
		status = forget(options, ledger);
done:
	if (fd >= 0)
		close(fd);
	free(aside);
	free(ledger);
	return status;
}

/*-------------------------------------------------------------------------
 * The command line
 *-------------------------------------------------------------------------
 */

static int
run(const Arguments *arguments, cJSON *options, const char *name)
{
	bool		in_table = text_of(options, "dead_letter_table") != NULL;
	long		limit = 1000;

	if (!in_table && text_of(options, "dead_letter_file") == NULL)
	{
		usage_error("it is not said where the dead letters are: --dead-letter-table or --dead-letter-file");
		return STATUS_USAGE;
	}
	if (strcmp(arguments->words[0], "replay") == 0)
	{
		sink_catch_signals();
		return in_table ? replay_table(arguments, options, name) : replay_file(arguments, options, name);
	}
	if (arguments->limit != NULL)
	{
		char	   *end;

		errno = 0;
		limit = strtol(arguments->limit, &end, 10);
		if (errno != 0 || end == arguments->limit || *end != '\0' || limit < 1)
		{
			usage_error("option \"--limit\" is a number of dead letters, not \"%s\"", arguments->limit);
			return STATUS_USAGE;
		}
	}
	return in_table ? list_table(options, name, limit) : list_file(text_of(options, "dead_letter_file"), limit);
}

int
deadletters_main(int argc, char **argv)
{
	Arguments	arguments;
	cJSON	   *options = NULL;
	const char *name;
	int			status = STATUS_USAGE;

	if (!arguments_read(&arguments, argc, argv))
		goto done;
	if (arguments.help)
	{
		printf("%s%s%s", help, sink_options_help, examples);
		status = STATUS_OK;
		goto done;
	}
	if (arguments.nwords != 1 ||
		(strcmp(arguments.words[0], "list") != 0 && strcmp(arguments.words[0], "replay") != 0))
	{
		usage_error("deadletters needs one word, list or replay");
		goto done;
	}
	if (arguments.query != NULL || arguments.pipeline != NULL || arguments.from != NULL || arguments.format != NULL)
	{
		usage_error("deadletters reads dead letters, and takes none of --query, --pipeline, --from and --format");
		goto done;
	}
	status = arguments_load(&arguments);
	if (status != STATUS_OK)
		goto done;
	name = arguments.connection;
	options = arguments_options(&arguments, &name, &status);
	if (options != NULL)
		status = run(&arguments, options, name);
done:
	cJSON_Delete(options);
	arguments_free(&arguments);
	return status;
}

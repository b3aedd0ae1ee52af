/*-------------------------------------------------------------------------
 *
 * export.c
 *	  pgconnector export: all rows of a query, however many.
 *
 *-------------------------------------------------------------------------
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "exit_status.h"
#include "input.h"
#include "session.h"
#include "subcommand.h"

#define JSON_PREFIX "json:"

/* What a word stands for: text, or after json: a JSON text or NULL. */
static const char *
param_of(const char *word)
{
	if (strncmp(word, JSON_PREFIX, strlen(JSON_PREFIX)) != 0)
		return word;
	word += strlen(JSON_PREFIX);
	return strcmp(word, "null") == 0 ? NULL : word;
}

/* Write the lines to stdout. */
static void
write_lines(Session *session, PgcStream *stream)
{
	const char *line;
	size_t		len;
	PgcError   *error = NULL;

	errno = 0;
	while (pgc_stream_next(stream, &line, &len, &error))
	{
		if (fwrite(line, 1, len, stdout) != len)
			break;
	}
	if (error != NULL)
		session_error(session, error);
	if (ferror(stdout) || fflush(stdout) != 0)
	{
		/* A reader that has enough, as head has, is no failure to report. */
		if (errno != EPIPE)
			fprintf(stderr, "pgconnector: could not write the rows: %s\n", strerror(errno));
		session->status = STATUS_INTERNAL;
	}
}

static int
run(const Options *options, char **words, int nwords)
{
	PgcStreamFormat format = PGC_STREAM_NDJSON;
	Session		session;
	Buffer		sql = {0};
	const char **params;

	if (options->format != NULL && strcmp(options->format, "csv") == 0)
		format = PGC_STREAM_CSV;
	else if (options->format != NULL && strcmp(options->format, "ndjson") != 0)
	{
		usage_error("option \"--format\" is ndjson or csv, not \"%s\"", options->format);
		return STATUS_USAGE;
	}
	if (!input_read(&sql, words[0]))
		return STATUS_USAGE;
	params = calloc((size_t) nwords, sizeof(char *));
	if (params == NULL)
	{
		fputs("pgconnector: out of memory\n", stderr);
		buffer_free(&sql);
		return STATUS_INTERNAL;
	}
	for (int i = 1; i < nwords; i++)
		params[i - 1] = param_of(words[i]);

	if (session_open(&session, options))
	{
		PgcError   *error;
		PgcStream  *stream;

		session_begin(&session);
		stream = pgc_stream_open(session.conn, format, sql.data, nwords - 1, params, &error);
		if (stream == NULL)
			session_error(&session, error);
		else
			write_lines(&session, stream);
		session_end();
		pgc_stream_close(stream);
	}
	free(params);
	buffer_free(&sql);
	return session_close(&session);
}

const Subcommand subcommand_export = {
	.name = "export",
	.arguments = "SQL|-|@FILE [PARAM]...",
	.summary = "write all rows of a query, however many",
	.help =
	"Runs one SELECT, WITH, VALUES or TABLE in a transaction that is read-only and\n"
	"sees one snapshot, and writes each row as it comes, in constant memory: as JSON\n"
	"in a line of its own, or with --format csv as CSV with a line of names.  With -\n"
	"the statement is read from standard input, with @FILE from that file.\n"
	"\n"
	"It is plain SQL: what the role may read decides, and the limits of the\n"
	"extension's commands do not apply, but statement_timeout does.\n"
	"\n"
	"Each PARAM is the value of $1, $2, ...: text, as the parameter's type reads it;\n"
	"json:null is NULL, and what else comes after json: is a JSON text.\n"
	"\n"
	"Where the exit status is not 0, the rows are not all there.\n"
	"\n"
	"Examples:\n"
	"  pgconnector export 'SELECT * FROM events' | gzip >events.ndjson.gz\n"
	"  pgconnector export --format csv 'SELECT id, at FROM events WHERE at > $1' 2026-01-01\n",
	.min_words = 1,
	.max_words = -1,
	.takes_format = true,
	.run = run
};

/*-------------------------------------------------------------------------
 *
 * options.h
 *	  The command line: options, which may stand anywhere, and the rest.
 *
 *-------------------------------------------------------------------------
 */
#ifndef OPTIONS_H
#define OPTIONS_H

#include <stdbool.h>

typedef enum OutputForm
{
	OUTPUT_BY_DESTINATION,		/* a table on a terminal, otherwise JSON */
	OUTPUT_JSON,
	OUTPUT_TABLE
} OutputForm;

typedef struct Options
{
	const char *dsn;			/* connection string, or NULL */
	const char *connection;		/* name of a connection, or NULL */
	const char *connections;	/* the file it is in, or NULL */
	const char *host;			/* these take precedence over it */
	const char *port;
	const char *dbname;
	const char *user;
	const char *limit;			/* of the subcommand that takes it */
	const char *format;			/* likewise */
	OutputForm	output;
	bool		help;
	bool		version;
	char	  **words;			/* what is no option, in order */
	int			nwords;
} Options;

/*
 * Read the command line.  On a mistake, says so on stderr and returns false.
 * Moves the words to the front of argv, and overwrites the value of --dsn,
 * which may hold a password, so that it does not stay in the process list.
 */
extern bool options_read(Options *options, int argc, char **argv);

/* Say on stderr that the program was not used as it should be. */
extern void usage_error(const char *message,...)
			__attribute__((format(printf, 1, 2)));

#endif							/* OPTIONS_H */

/*-------------------------------------------------------------------------
 *
 * arguments.h
 *	  The command line of "sink" and "deadletters": options of theirs, of a
 *	  connection and of a sink, and the connections file.
 *
 *-------------------------------------------------------------------------
 */
#ifndef ARGUMENTS_H
#define ARGUMENTS_H

#include <cjson/cJSON.h>
#include <stdbool.h>

#include "pgconnector.h"

typedef struct Arguments
{
	const char *config;			/* a file of connections */
	const char *connection;		/* one of them, or NULL */
	const char *pipeline;		/* one of the pipelines, or NULL */
	const char *query;			/* what to read instead of files */
	const char *from;			/* on which connection */
	const char *summary;
	const char *format;
	const char *metrics;		/* a file */
	const char *progress;		/* seconds between lines */
	const char *limit;			/* of deadletters list */
	cJSON	   *given;			/* options of the sink */
	PgcConfig  *file;			/* what the config says, or NULL */
	char	  **words;			/* what is no option */
	int			nwords;
	bool		help;
} Arguments;

/* argv[0] is the subcommand.  False with the mistake on stderr. */
extern bool arguments_read(Arguments *arguments, int argc, char **argv);
extern void arguments_free(Arguments *arguments);

/* Read the connections file, if there is need of one.  Returns a status. */
extern int	arguments_load(Arguments *arguments);

/*
 * The options of a sink on a connection of the file: what was given, and
 * where nothing was, what the file says.  *name is what the sink is called; a
 * name that is NULL is the only connection there is, or none.  NULL with
 * *status set, and the reason on stderr.
 */
extern cJSON *arguments_options(const Arguments *arguments, const char **name, int *status);

#endif							/* ARGUMENTS_H */

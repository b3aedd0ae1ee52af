/*-------------------------------------------------------------------------
 *
 * subcommand.h
 *	  What a subcommand of the program is.
 *
 *-------------------------------------------------------------------------
 */
#ifndef SUBCOMMAND_H
#define SUBCOMMAND_H

#include "options.h"

typedef struct Subcommand
{
	const char *name;
	const char *arguments;		/* "COMMAND [REQUEST]" */
	const char *summary;
	const char *help;			/* what --help says after the usage line */
	int			min_words;
	int			max_words;		/* -1: any number */
	bool		takes_limit;	/* the option --limit */
	bool		takes_format;	/* the option --format */

	/* Do it, and return the exit status. */
	int			(*run) (const Options *options, char **words, int nwords);
} Subcommand;

extern const Subcommand subcommand_call;
extern const Subcommand subcommand_query;
extern const Subcommand subcommand_export;
extern const Subcommand subcommand_tables;
extern const Subcommand subcommand_commands;
extern const Subcommand subcommand_test;

#endif							/* SUBCOMMAND_H */

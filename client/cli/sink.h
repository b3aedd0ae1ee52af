/*-------------------------------------------------------------------------
 *
 * sink.h
 *	  pgconnector sink and deadletters, which have command lines of their own.
 *
 *-------------------------------------------------------------------------
 */
#ifndef CLI_SINK_H
#define CLI_SINK_H

#include <cjson/cJSON.h>
#include <stdbool.h>

#include "arguments.h"
#include "pgconnector.h"
#include "source.h"
#include "watch.h"

/* argv[0] is the subcommand.  Return the status to exit with. */
extern int	sink_main(int argc, char **argv);
extern int	deadletters_main(int argc, char **argv);

/* From now on a signal ends the reading, and a second one the program. */
extern void sink_catch_signals(void);

/*
 * Move all records from the source to the sink, whose options these are, and
 * add what was done to the total.  Returns a status; what went wrong was said
 * on stderr.
 */
extern int	sink_run(PgcSink *sink, const cJSON *options, const char *name,
					 Source *source, Watch *watch, PgcSinkStats *total);

/*
 * Say what was done, on stdout as JSON if that is asked for, and whether it
 * adds up.  Returns the status, or another if it does not.
 */
extern int	sink_report(const Arguments *arguments, const PgcSinkStats *total, int status);

/* A sink of these options; NULL with *status set. */
extern PgcSink *sink_open(const cJSON *options, const char *name, const char *input, int *status);

/*
 * A connection of these options, but for what they say of a role and of
 * variables, which *begin is given for pgc_begin(), to be freed by
 * cJSON_free().  NULL with *status set.
 */
extern PgcConnection *sink_connection(const cJSON *options, char **begin, int *status);

/* The options of both. */
extern const char sink_options_help[];

#endif							/* CLI_SINK_H */

/*-------------------------------------------------------------------------
 *
 * sink.h
 *	  pgconnector sink, which has a command line of its own.
 *
 *-------------------------------------------------------------------------
 */
#ifndef CLI_SINK_H
#define CLI_SINK_H

/* argv[0] is "sink".  Returns the status to exit with. */
extern int	sink_main(int argc, char **argv);

#endif							/* CLI_SINK_H */

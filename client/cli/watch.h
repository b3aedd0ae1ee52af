/*-------------------------------------------------------------------------
 *
 * watch.h
 *	  What a sink is doing, told while it runs and at its end.
 *
 *-------------------------------------------------------------------------
 */
#ifndef WATCH_H
#define WATCH_H

#include <stdbool.h>
#include <stdint.h>

#include "pgconnector.h"
#include "source.h"

typedef struct Watch
{
	const char *name;			/* the sink's, or NULL */
	const char *metrics;		/* a file, or NULL */
	int64_t		every_ms;		/* between lines of progress; 0: none */
	bool		terminal;		/* they take each other's place */
	int64_t		started;
	int64_t		next;			/* when to look again */
	int64_t		last_line;
	long long	last_read;
	unsigned long long first_done;	/* of the source, when it began */
	bool		shown;
	bool		warned;
} Watch;

/*
 * seconds is between lines of progress: NULL is 1 on a terminal and 10
 * elsewhere.  False with the mistake on stderr.
 */
extern bool watch_init(Watch *watch, const char *metrics, const char *seconds);

/* A sink begins.  False with the reason on stderr if there is no writing the file. */
extern bool watch_begin(Watch *watch, const char *name, PgcSink *sink, const Source *source);

/* Milliseconds until there is something to tell. */
extern int	watch_due(const Watch *watch);

/* Tell it, if it is time. */
extern void watch_tick(Watch *watch, PgcSink *sink, const Source *source);

/* The sink has ended: the last line is taken away, the metrics are the last. */
extern void watch_end(Watch *watch, PgcSink *sink);

#endif							/* WATCH_H */

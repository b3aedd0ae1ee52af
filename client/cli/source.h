/*-------------------------------------------------------------------------
 *
 * source.h
 *	  Where the records of a sink come from.
 *
 *-------------------------------------------------------------------------
 */
#ifndef SOURCE_H
#define SOURCE_H

#include <stdbool.h>
#include <stddef.h>

typedef enum SourceFormat
{
	SOURCE_AUTO,				/* NDJSON, or a JSON array, by the first byte */
	SOURCE_NDJSON,
	SOURCE_ARRAY,
	SOURCE_CSV
} SourceFormat;

typedef enum SourceEvent
{
	SOURCE_RECORD,
	SOURCE_WAIT,				/* nothing came in the time that was given */
	SOURCE_END,
	SOURCE_FAILED				/* and why was said on stderr */
} SourceEvent;

typedef struct Source Source;

/* Files, "-" being standard input, one after the other; none: that. */
extern Source *source_open(char **files, int nfiles, SourceFormat format);

/*
 * What the input is called in the ledger: a single plain file.  NULL if it
 * is not one, and so cannot be read again.  Valid as long as the source.
 */
extern const char *source_identity(const Source *source);

/* Go on behind a position.  False with the reason on stderr. */
extern bool source_seek(Source *source, unsigned long long position);

/*
 * The next record, valid until the next call, and the position behind it;
 * waiting for it at most so many milliseconds, or -1.  A signal ends the wait.
 */
extern SourceEvent source_next(Source *source, const char **record, size_t *len,
							   unsigned long long *position, int timeout);

/* Bytes read so far, and in all; 0 if that is not known. */
extern void source_progress(const Source *source, unsigned long long *done,
							unsigned long long *all);

extern void source_close(Source *source);

#endif							/* SOURCE_H */

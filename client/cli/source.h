/*-------------------------------------------------------------------------
 *
 * source.h
 *	  Where the records of a sink come from: files, the rows of a query, or
 *	  dead letters.
 *
 *-------------------------------------------------------------------------
 */
#ifndef SOURCE_H
#define SOURCE_H

#include <stdbool.h>
#include <stddef.h>

#include "columns.h"
#include "pgconnector.h"

typedef enum SourceFormat
{
	SOURCE_AUTO,				/* CSV by its name; a JSON array by its first byte; NDJSON */
	SOURCE_NDJSON,
	SOURCE_ARRAY,
	SOURCE_CSV
} SourceFormat;

typedef enum SourceEvent
{
	SOURCE_RECORD,
	SOURCE_WAIT,				/* nothing came in the time that was given */
	SOURCE_END,
	SOURCE_FAILED				/* and source->status says how to exit */
} SourceEvent;

/* Valid until the next one is asked for. */
typedef struct SourceRecord
{
	const char *text;
	size_t		len;
	unsigned long long position;	/* behind it */
	const char *problem;		/* why the text is no record, or NULL */
} SourceRecord;

/* What each kind of source begins with.  Members that are NULL do nothing. */
typedef struct Source
{
	/* What the input is called in the ledger; NULL: cannot be read again. */
	const char *identity;
	int			status;
	bool		resumes;		/* it will be read on where this run has ended */

	/*
	 * What the records are for: called once before the first.  False with
	 * the reason on stderr if they cannot be.
	 */
	bool		(*fit) (struct Source *source, const Columns *columns);

	/* Go on behind a position.  False with the reason on stderr. */
	bool		(*seek) (struct Source *source, unsigned long long position);

	/*
	 * The next record, waiting for it at most so many milliseconds, or -1.
	 * A signal ends the wait.
	 */
	SourceEvent (*next) (struct Source *source, SourceRecord *record, int timeout);

	/* Bytes read so far, and in all; 0 if that is not known. */
	void		(*progress) (const struct Source *source, unsigned long long *done,
							 unsigned long long *all);

	void		(*close) (struct Source *source);
} Source;

/*
 * Files, "-" being standard input, one after the other; none: that.  NULL
 * with the reason on stderr if one cannot be read.
 */
extern Source *source_of_files(char **files, int nfiles, SourceFormat format);

/*
 * The rows of a query, in a transaction that the connection has begun, which
 * stays the caller's.  NULL with *error set.
 */
extern Source *source_of_query(PgcConnection *conn, const char *sql, PgcError **error);

/* The name of a format: auto, ndjson, json or csv; false if it is none. */
extern bool source_format(const char *name, SourceFormat *format);

/* Accepts NULL. */
extern void source_close(Source *source);

#endif							/* SOURCE_H */

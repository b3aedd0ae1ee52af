/*-------------------------------------------------------------------------
 *
 * reader.h
 *	  The bytes of a file, a pipe or standard input, decompressed if they are
 *	  compressed by gzip.
 *
 *-------------------------------------------------------------------------
 */
#ifndef READER_H
#define READER_H

#include <stdbool.h>
#include <stddef.h>

typedef struct Reader Reader;

typedef enum ReadEvent
{
	READ_BYTES,
	READ_WAIT,					/* nothing came in the time that was given */
	READ_END,
	READ_FAILED					/* and why was said on stderr */
} ReadEvent;

/* Open a file, "-" being standard input.  NULL with the reason on stderr. */
extern Reader *reader_open(const char *name);

/*
 * Read up to size bytes, waiting for them at most so many milliseconds, or
 * -1.  A signal ends the wait.
 */
extern ReadEvent reader_read(Reader *reader, char *data, size_t size,
							 size_t *len, int timeout);

/*
 * Go on at an offset, of a plain file of which something was read.  False if
 * it is not one or is shorter; then it is where it was.
 */
extern bool reader_seek(Reader *reader, unsigned long long offset);

/* Bytes taken from the file, compressed as they may be. */
extern unsigned long long reader_taken(const Reader *reader);

extern void reader_close(Reader *reader);

#endif							/* READER_H */

/*-------------------------------------------------------------------------
 *
 * letters.h
 *	  Dead letters as records: out of a table, or a file.
 *
 *-------------------------------------------------------------------------
 */
#ifndef LETTERS_H
#define LETTERS_H

#include <cjson/cJSON.h>

#include "source.h"

/* A table of dead letters, of which those of one sink are meant. */
typedef struct LetterTable
{
	const char *table;
	const char *connection;		/* the sink's name, where the table has it; or NULL */
	cJSON	   *key;			/* columns of the primary key; NULL if there is none */
} LetterTable;

/*
 * What there is to know of it; name is the sink's, or NULL.  False with
 * *status set.  Free it either way.
 */
extern bool letter_table_read(LetterTable *letters, PgcConnection *conn,
							  const char *table, const char *name, int *status);
extern void letter_table_free(LetterTable *letters);

/*
 * A request of select_rows for them, in the order of their key; columns and
 * after are JSON texts or NULL.  In a new string, NULL if memory ran out.
 */
extern char *letter_table_request(const LetterTable *letters, const char *columns,
								  const char *after, long limit);

/*
 * Those that are there now, read on the connection; each is deleted by the
 * sink, in the transaction that writes it.  NULL with *status set.
 */
extern Source *source_of_letter_table(PgcConnection *conn, PgcSink *sink, const char *table,
									  const char *name, int *status);

/* Those of a file.  NULL with the reason on stderr. */
extern Source *source_of_letter_file(char *file);

#endif							/* LETTERS_H */

/*-------------------------------------------------------------------------
 *
 * copy.h
 *	  COPY ... FROM STDIN on a connection.
 *
 *-------------------------------------------------------------------------
 */
#ifndef SINK_COPY_H
#define SINK_COPY_H

#include "bytes.h"
#include "internal.h"

/* So much is put at once, about: the server waits for the end of each. */
#define COPY_CHUNK (16 * 1024)

/*
 * Begin with the statement.  False with *error set if the server refuses it
 * or the connection is lost.
 */
extern bool copy_begin(PgcConnection *conn, const char *sql, PgcError **error);

/*
 * The same, behind the COMMIT of a transaction and the beginning of the next
 * one, as transaction_next_text() has it, and in one round trip with those.
 * *committed tells whether COMMIT has succeeded.
 */
extern bool copy_begin_next(PgcConnection *conn, const char *sql, bool *committed,
							PgcError **error);

/*
 * Send what is in "chunk", and empty it; waits while earlier chunks are not
 * on their way yet, so that no more than two are in memory.  False if the
 * connection is lost, of which copy_end() says more.
 */
extern bool copy_put(PgcConnection *conn, Bytes *chunk);

/*
 * End it and wait for the answer: how many rows were written.  False with
 * *error set; *line is then the line at which COPY failed, counted from 1,
 * or 0 if it is not said.  relation is the table's name as COPY tells it.
 */
extern bool copy_end(PgcConnection *conn, const char *relation, int64_t *rows,
					 int64_t *line, PgcError **error);

#endif							/* SINK_COPY_H */

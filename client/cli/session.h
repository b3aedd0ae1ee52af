/*-------------------------------------------------------------------------
 *
 * session.h
 *	  A connection of the program: calls that Ctrl-C cancels, errors and
 *	  results written where they belong.
 *
 *-------------------------------------------------------------------------
 */
#ifndef SESSION_H
#define SESSION_H

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

#include "core/json_scan.h"
#include "options.h"
#include "pgconnector.h"

typedef struct Session
{
	const Options *options;
	PgcConnection *conn;
	int			status;			/* to exit with; not 0 once anything failed */
} Session;

/*
 * Connect.  On failure, says why on stderr, sets session->status and returns
 * false.
 */
extern bool session_open(Session *session, const Options *options);

/*
 * Call a command.  On failure, says why on stderr, sets session->status and
 * returns NULL.
 */
extern PgcReply *session_call(Session *session, const char *command,
							  const char *request, size_t request_len);

/*
 * The name of the connections file, to be freed: the one given, or else the
 * one that is looked for by default.  NULL if memory ran out.
 */
extern char *connections_file(const char *given);

/* Print an error on stderr, free it, and return the status to exit with. */
extern int	print_error(PgcError *error);

/* Say what went wrong on stderr, free it, and set session->status. */
extern void session_error(Session *session, PgcError *error);

/* Between these, Ctrl-C cancels what runs on the connection. */
extern void session_begin(Session *session);
extern void session_end(void);

/*
 * Have Ctrl-C and a terminate signal call the handler, with flags of
 * sigaction(), unless they are ignored.
 */
extern void catch_stop_signals(void (*handler) (int), int flags);

/* Disconnect, and return the status to exit with. */
extern int	session_close(Session *session);

/* Whether results are to be JSON rather than a table. */
extern bool wants_json(const Options *options);

/* Shows a reply; false if memory runs out. */
typedef bool (*ShowReply) (FILE *out, const JsonValue *reply);

/*
 * Write a reply to stdout, as JSON or as "show" does it, and make sure that
 * it got there.  On failure, says why on stderr and sets session->status.
 */
extern void session_write(Session *session, const PgcReply *reply,
						  ShowReply show);

/* The same of any JSON text. */
extern void session_write_text(Session *session, const char *text, size_t len,
							   ShowReply show);

/* Out of memory: says so on stderr and sets session->status. */
extern void session_out_of_memory(Session *session);

/* Connect, call, write, disconnect: returns the status to exit with. */
extern int	run_call(const Options *options, const char *command,
					 const char *request, size_t request_len, ShowReply show);

#endif							/* SESSION_H */

/*-------------------------------------------------------------------------
 *
 * error_kind.h
 *	  What an SQLSTATE means to a caller: its kind, whether trying again can
 *	  help, the HTTP status that goes with it, and what to do about it.
 *
 * Server and client share this one table, so that an error is the same
 * object wherever it is met.
 *
 * Pure C: no PostgreSQL headers, no allocation, no global state, reentrant.
 *
 *-------------------------------------------------------------------------
 */
#ifndef ERROR_KIND_H
#define ERROR_KIND_H

#include <stdbool.h>

#include "json_write.h"

/* New kinds are only ever appended. */
typedef enum ErrorKind
{
	ERROR_KIND_INTERNAL,
	ERROR_KIND_CONNECTION,
	ERROR_KIND_AUTHENTICATION,
	ERROR_KIND_TLS,
	ERROR_KIND_PERMISSION,
	ERROR_KIND_SYNTAX,
	ERROR_KIND_NOT_FOUND,
	ERROR_KIND_ALREADY_EXISTS,
	ERROR_KIND_CONSTRAINT,
	ERROR_KIND_DATA,
	ERROR_KIND_REQUEST,
	ERROR_KIND_LIMIT,
	ERROR_KIND_TIMEOUT,
	ERROR_KIND_CANCELLED,
	ERROR_KIND_CONFLICT,
	ERROR_KIND_CAPACITY,
	ERROR_KIND_READ_ONLY
} ErrorKind;

typedef struct ErrorClass
{
	ErrorKind	kind;
	bool		retryable;		/* the same command may succeed later */
	int			http_status;
	const char *hint;			/* a sentence of advice, or NULL */
} ErrorClass;

/*
 * Classify by SQLSTATE (5 characters).  "in_request" says that the error
 * names a place in the request, which makes a 42601 or 22023 the request's
 * fault (ERROR_KIND_REQUEST) rather than the SQL text's.  Never fails: an
 * unknown SQLSTATE goes by its class, an unknown class is internal.
 */
extern ErrorClass error_classify(const char *sqlstate, bool in_request);

/* "constraint", "not_found", ... */
extern const char *error_kind_name(ErrorKind kind);

/* PostgreSQL's condition name ("unique_violation"), or NULL. */
extern const char *error_condition(const char *sqlstate);

/*
 * An error as a caller sees it.  Members not known are NULL (step: -1,
 * position: 0) and left out of the JSON.
 */
typedef struct ErrorObject
{
	const char *code;			/* SQLSTATE, never NULL */
	const char *message;		/* never NULL */
	const char *detail;
	const char *hint;			/* NULL: error_classify()'s, if any */
	const char *path;			/* JSON Pointer into the request */
	int			step;			/* of a batch, from 0 */
	const char *schema;
	const char *table;
	const char *column;
	const char *datatype;
	const char *constraint;
	int			position;		/* in the SQL text, characters from 1 */
} ErrorObject;

/*
 * Classify an error of which more is known than the SQLSTATE.  A time limit
 * and a user's cancel have the same one, 57014: it is the user's where the
 * message is the one that PostgreSQL has for that; where the server's
 * messages are translated (lc_messages), it passes for a time limit.
 */
extern ErrorClass error_object_classify(const ErrorObject *error);

/*
 * The object {"code": ..., "condition": ..., "kind": ..., "message": ...,
 * "detail", "hint", "path", "step", "schema", "table", "column", "datatype",
 * "constraint", "position", "retryable": ..., "http_status": ...}.
 */
extern void error_object_write(JsonPut put, void *to, const ErrorObject *error);

/*
 * The place in the request travels through PostgreSQL's error fields as the
 * first line of CONTEXT: ERROR_PLACE_PREFIX and a JSON Pointer, which starts
 * with a slash ("at /where/0/1"), or, where it is the request as a whole
 * (the empty pointer), ERROR_PLACE_WHOLE.
 */
#define ERROR_PLACE_PREFIX "at "
#define ERROR_PLACE_WHOLE "at the request"

/* In a batch, the line behind it has the step's number, from 0. */
#define ERROR_STEP_PREFIX "step "

#endif							/* ERROR_KIND_H */

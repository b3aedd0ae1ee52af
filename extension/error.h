/*-------------------------------------------------------------------------
 *
 * error.h
 *	  Refusals with a place, and any error as JSON.
 *
 *-------------------------------------------------------------------------
 */
#ifndef PGC_ERROR_H
#define PGC_ERROR_H

#include "lib/stringinfo.h"

#include "request.h"

struct Call;

/*
 * For use in ereport(): the place in the request that the error is about,
 * as the first line of CONTEXT.
 */
extern int	errplace(const JsonNode *node);

/*
 * What is being worked on while code that knows nothing of requests runs: an
 * input function, the executor.  An error raised there gets this place.
 */
typedef struct ErrorPlace
{
	const JsonNode *node;			/* NULL: unknown */
	int64		index;			/* of one of the node's elements, or -1 */
	bool		value;			/* a value is being converted */
	const char *column;			/* which that value is for, or NULL */
} ErrorPlace;

extern ErrorPlace error_current_place;

/*
 * Make a caught error fit for the caller: its place as CONTEXT's first line,
 * no statement of ours, and without values of rows where those are not to be
 * shown.
 */
extern void error_decorate(ErrorData *edata, const struct Call *call);

/* Mark an error as one of a command inside another, which has the place. */
extern void error_nest(ErrorData *edata, const char *command);

/*
 * The place that an error's CONTEXT names, as a JSON Pointer in the current
 * memory context, or NULL.
 */
extern char *error_place(const ErrorData *edata);

/* The step of a batch that the line behind the place names, or -1. */
extern int	error_step(const ErrorData *edata);

/*
 * Append an error as {"error": {...}} (DESIGN 3.4).
 */
extern void error_to_json(StringInfo out, const ErrorData *edata);

/* The same without the {"error": } around it. */
extern void error_object_to_json(StringInfo out, const ErrorData *edata);

/* JsonPut into a StringInfo. */
extern void stringinfo_put(void *to, const char *data, size_t len);

#endif							/* PGC_ERROR_H */

/*-------------------------------------------------------------------------
 *
 * form.h
 *	  JSON values as the text that COPY reads.
 *
 * The conversion is the type's own: what a column's input function would
 * make of the text is for the server to say.  Only arrays and composites are
 * put together here, in the syntax of their literals, and json and jsonb
 * take a value as it stands.  The T of an ISO 8601 timestamp becomes a space,
 * which means the same and is read in three quarters of the time.
 *
 *-------------------------------------------------------------------------
 */
#ifndef SINK_FORM_H
#define SINK_FORM_H

#include <cjson/cJSON.h>

#include "bytes.h"
#include "core/json_scan.h"

typedef enum FormKind
{
	FORM_SCALAR,
	FORM_TIMESTAMP,
	FORM_JSON,
	FORM_ARRAY,
	FORM_COMPOSITE
} FormKind;

typedef struct Form
{
	FormKind	kind;
	char		delimiter;		/* between an array's elements */
	struct Form *element;
	int			nattributes;
	struct Form *attributes;	/* of a composite, which have names */
	char	   *name;
} Form;

/* Why a value or a record cannot be sent: an SQLSTATE and a message. */
typedef struct Problem
{
	const char *code;
	char		message[256];
} Problem;

extern void problem_set(Problem *problem, const char *code,
						const char *format,...)
			__attribute__((format(printf, 3, 4)));

/*
 * What sink_open says about a column's type, in a new form; false if memory
 * ran out or it is not understood.  Free it either way.
 */
extern bool form_read(Form *form, const cJSON *json);
extern void form_free(Form *form);

/*
 * Append a value, not null, as COPY's text; false with *problem set.
 * scratch is for whatever.
 */
extern bool form_put(const Form *form, const JsonValue *value, Bytes *out,
					 Bytes *scratch, Problem *problem);

#endif							/* SINK_FORM_H */

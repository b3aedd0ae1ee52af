/*-------------------------------------------------------------------------
 *
 * binary.h
 *	  JSON values as COPY's binary format has them.
 *
 * The server reads most types' binary form much faster than their text.  Only
 * values are put of which it is beyond doubt what the type's input function
 * would make of their text; the others are left to it.
 *
 * The formats are those of "COPY, Binary Format" in PostgreSQL's manual and of
 * the types' receive functions.
 *
 *-------------------------------------------------------------------------
 */
#ifndef SINK_BINARY_H
#define SINK_BINARY_H

#include "bytes.h"
#include "core/json_scan.h"

typedef enum BinaryType
{
	BINARY_NONE,				/* not known here */
	BINARY_BOOL,
	BINARY_INT2,
	BINARY_INT4,
	BINARY_INT8,
	BINARY_FLOAT4,
	BINARY_FLOAT8,
	BINARY_NUMERIC,
	BINARY_TEXT,				/* and what is sent as text is */
	BINARY_JSON,
	BINARY_JSONB,
	BINARY_UUID,
	BINARY_DATE,
	BINARY_TIMESTAMP,
	BINARY_TIMESTAMPTZ
} BinaryType;

/* The type that sink_open calls so. */
extern BinaryType binary_type(const char *name);

/* What a COPY begins with, what it ends with, and what a row begins with. */
extern void binary_put_header(Bytes *out);
extern void binary_put_trailer(Bytes *out);
extern void binary_put_row(Bytes *out, int ncolumns);

/*
 * Append a column's value.  False if it is to be sent as text, whatever the
 * server then has to say; part of it may have been put.
 */
extern bool binary_put(BinaryType type, const JsonValue *value, Bytes *out);

#endif							/* SINK_BINARY_H */

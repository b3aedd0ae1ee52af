/*-------------------------------------------------------------------------
 *
 * json_out.h
 *	  Values and rows to JSON.
 *
 *-------------------------------------------------------------------------
 */
#ifndef PGC_JSON_OUT_H
#define PGC_JSON_OUT_H

#include "lib/stringinfo.h"
#include "tcop/dest.h"

#include "request.h"
#include "types.h"

/*
 * Append a value as JSON (DESIGN 3.2): the same text whatever the session's
 * settings are.
 */
extern void json_out_datum(StringInfo out, Datum value, TypeInfo *type);

/* Append a C string in the server encoding as a JSON string. */
extern void json_out_string(StringInfo out, const char *text);
extern void json_out_text(StringInfo out, const char *text, size_t len);

extern void json_out_integer(StringInfo out, int64 value);

/* Why rows were left out of a result. */
typedef enum RowsLimit
{
	ROWS_ALL,					/* none were */
	ROWS_LIMIT,					/* the request's or the default limit */
	ROWS_ROW_CAP,
	ROWS_RESPONSE_CAP
} RowsLimit;

/*
 * The place of the last row in the order of the rows, for a result that was
 * cut: the values of the last n columns, which are not part of the rows.
 */
typedef struct RowsMark
{
	int			n;				/* 0: it is not wanted */
	TypeInfo  **types;			/* that their values are written by */
	char	  **texts;			/* NULL is NULL; set when the rows are cut */

	/* The receiver's own. */
	Datum	   *values;
	bool	   *nulls;
	MemoryContext context;
	MemoryContext result_context;
} RowsMark;

/*
 * Where an executor's rows go: each is appended to "out" as a JSON object or
 * list while the executor runs.
 *
 * A reader stops the executor when it has enough.  Nothing else may be
 * stopped early, or a write would be cut (DESIGN 3, rule 5): there, rows
 * over a cap raise 54000.
 */
typedef struct RowsOut
{
	DestReceiver pub;
	StringInfo	out;
	bool		reader;
	uint64		limit;			/* rows to return; reader only */
	int			row_cap;
	int			response_cap;	/* bytes of "out", all told */
	int			start;			/* where in "out" the list of rows begins */
	const JsonNode *sql;		/* what the columns come from, for errors */

	/* How they are written. */
	bool		arrays;			/* as lists, not objects */
	bool		number_strings; /* int8 and numeric as strings */
	bool		bare;			/* with no room to say that rows were left out:
								 * a cap raises 54000 for a reader, too */
	bool		row_alone;		/* a single one is not to be in a list */
	bool		metadata;		/* the columns are told, too */
	const char *const *names;	/* of the columns, or NULL: their own */
	RowsMark	mark;

	/*
	 * A column that is not part of the rows: its value in the first row goes
	 * to "id", as JSON.  -1: there is none.
	 */
	int			id_column;
	StringInfo	id;
	bool		id_only;		/* no rows are wanted at all */

	/* What came out. */
	uint64		nrows;
	RowsLimit	limited_by;

	/* The rest is the receiver's own. */
	struct RowsFormat *format;
	MemoryContext row_context;
	MemoryContext format_context;
} RowsOut;

extern void rows_out_init(RowsOut *rows, StringInfo out);

/* Ask for the place of the last row; "types" must stay. */
extern void rows_out_mark(RowsOut *rows, int n, TypeInfo **types);

/* Append [{"name": ..., "type": ...}, ...] of the columns, after the rows. */
extern void rows_out_columns(StringInfo out, const RowsOut *rows);

/* "limit", "row_cap" or "response_cap". */
extern const char *rows_limit_name(RowsLimit limit);

#endif							/* PGC_JSON_OUT_H */

/*-------------------------------------------------------------------------
 *
 * read.h
 *	  Rows of a result, as the request wants them and within limits.
 *
 *-------------------------------------------------------------------------
 */
#ifndef PGC_READ_H
#define PGC_READ_H

#include "command.h"
#include "json_out.h"

#define READ_RESULT \
	READ_ROWS_RESULT ", " \
	"\"rowCount\": {\"type\": \"integer\", \"description\": \"How many are in \\\"rows\\\".\"}, " \
	READ_LIMITED_RESULT ", " \
	READ_COLUMNS_RESULT

/* What "result" may ask for instead. */
#define READ_BARE_RESULT \
	"\"type\":[\"array\",\"object\"],\"description\":\"Rows alone, as \\\"result\\\" asks.\""

#define READ_ROWS_RESULT \
	"\"rows\": {\"type\": \"array\", \"items\": {\"type\": [\"object\", \"array\"]}, " \
	"\"description\": \"Each an object by column, or a list of values as \\\"format\\\" says.\"}"

#define READ_LIMITED_RESULT \
	"\"more\": {\"const\": true, \"description\": \"There are rows that were left out.\"}, " \
	"\"limitedBy\": {\"enum\": [\"limit\", \"row_cap\", \"response_cap\"], \"description\": \"With \\\"more\\\": by what.\"}"

#define READ_COLUMNS_RESULT \
	"\"columns\": {\"type\": \"array\", \"items\": {\"type\": \"object\", " \
	"\"properties\": {\"name\": {\"type\": \"string\"}, \"type\": {\"type\": \"string\"}}}, " \
	"\"description\": \"With \\\"metadata\\\": the name and type of each column.\"}"

/*
 * Members of every command that returns rows; they are found by name, so
 * they need no place in the command's enumeration if they stand last.
 */
#define READ_MEMBERS \
	{"format", MEMBER_CHOICE, false, "Each row as an object by column, or as a list of values.", read_formats}, \
	{"numbers", MEMBER_CHOICE, false, "How bigint and numeric are given: as JSON numbers with all their digits, or as strings, for clients whose numbers are doubles.", read_numbers}, \
	{"metadata", MEMBER_BOOL, false, "Give \"columns\", the name and type of each, too."}

extern const char *const read_formats[];
extern const char *const read_numbers[];

/* A member of query and execute. */
#define READ_RESULT_MEMBER \
	{"result", MEMBER_CHOICE, false, "The result: all of it, the bare list of rows, or the same but a single row by itself. The bare ones fail where rows would be left out.", read_results}

extern const char *const read_results[];

/* Whether the result is rows by themselves. */
extern bool read_result_is_bare(const Call *call);

/* Take READ_MEMBERS, as far as the command has them, and "result". */
extern void read_options(const Call *call, RowsOut *rows);

/*
 * A receiver of rows that stops where the limit (NULL: none is given) or a
 * cap is reached.
 */
extern void read_rows_init(Call *call, RowsOut *rows, const JsonNode *limit);

/*
 * The brackets around the rows.  The closing one must follow the last row,
 * as one row alone may be asked for without them.
 */
extern void read_list_begin(Call *call, RowsOut *rows);
extern void read_list_end(Call *call, const RowsOut *rows);

/* read_rows_init(), and the beginning of the result. */
extern void read_begin(Call *call, RowsOut *rows, const JsonNode *limit);

/*
 * How many rows the statement needs to produce: one more than are returned,
 * to know whether there are more.
 */
extern int64 read_rows_needed(const RowsOut *rows);

/* End the rows, with their number and why some were left out. */
extern void read_end(Call *call, const RowsOut *rows);

/* Append "columns":[...], if they are asked for, with the comma before. */
extern void read_append_columns(Call *call, const RowsOut *rows);

/* The same, and the end of the result. */
extern void read_finish(Call *call, const RowsOut *rows);

#endif							/* PGC_READ_H */

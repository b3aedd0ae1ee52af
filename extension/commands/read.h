/*-------------------------------------------------------------------------
 *
 * read.h
 *	  What select_rows and query share: rows within limits.
 *
 *-------------------------------------------------------------------------
 */
#ifndef PGC_READ_H
#define PGC_READ_H

#include "command.h"
#include "json_out.h"

#define READ_RESULT \
	"\"rows\": {\"type\": \"array\", \"items\": {\"type\": \"object\"}}, " \
	"\"rowCount\": {\"type\": \"integer\"}, " \
	"\"more\": {\"const\": true, \"description\": \"There are rows that were left out.\"}, " \
	"\"limitedBy\": {\"enum\": [\"limit\", \"row_cap\", \"response_cap\"]}"

/* A receiver of rows that stops where the limit or a cap is reached. */
extern void read_rows_init(Call *call, RowsOut *rows, const JsonNode *limit);

/* The same, and the beginning of the result. */
extern void read_begin(Call *call, RowsOut *rows, const JsonNode *limit);

/*
 * How many rows the statement needs to produce: one more than are returned,
 * to know whether there are more.
 */
extern int64 read_rows_needed(const RowsOut *rows);

/* End the result. */
extern void read_end(Call *call, const RowsOut *rows);

#endif							/* PGC_READ_H */

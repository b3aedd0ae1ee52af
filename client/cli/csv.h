/*-------------------------------------------------------------------------
 *
 * csv.h
 *	  CSV with a header, its lines as JSON objects.
 *
 * As RFC 4180 has it: a field in quotes may hold commas, line ends and
 * quotes, which are doubled.  An empty field without quotes is NULL.
 *
 *-------------------------------------------------------------------------
 */
#ifndef CSV_H
#define CSV_H

#include "buffer.h"
#include "columns.h"

/* All zero is a file of which nothing was read. */
typedef struct Csv
{
	char	  **names;			/* of the header */
	ColumnForm *forms;
	int			ncolumns;
	int			state;			/* of the search for a line's end */
	bool		failed;			/* memory ran out */
	Buffer		field;
	Buffer		record;
} Csv;

/* Forget the header: another file begins. */
extern void csv_reset(Csv *csv);

/*
 * Search for the end of a line in text[*scanned .. len), going on where the
 * last search came to.  True if it was found: at text[*end].
 */
extern bool csv_find_line(Csv *csv, const char *text, size_t *scanned, size_t len,
						  size_t *end);

/* A line that is the header.  False with the reason on stderr. */
extern bool csv_read_header(Csv *csv, const char *line, size_t len,
							const Columns *columns, const char *file);

/*
 * A line as an object in csv->record.  False with *problem set if it is none.
 */
extern bool csv_read_line(Csv *csv, const char *line, size_t len, const char **problem);

#endif							/* CSV_H */

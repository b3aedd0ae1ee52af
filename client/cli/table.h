/*-------------------------------------------------------------------------
 *
 * table.h
 *	  Rows in JSON as an aligned table.
 *
 * The text of each value is taken from the reply as it stands; no number
 * ever becomes a double.
 *
 *-------------------------------------------------------------------------
 */
#ifndef TABLE_H
#define TABLE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

#include "core/json_scan.h"

typedef struct TableStyle
{
	/*
	 * The columns to show, ended by NULL, of which those that no row has are
	 * left out; or NULL for all that the rows have.
	 */
	const char *const *columns;

	/*
	 * Where rows are arrays: names of the columns, a JSON array of strings
	 * or of objects with a "name"; NULL for numbers.
	 */
	const JsonValue *names;

	/* Show a list of strings by its elements, not as JSON. */
	bool		plain_lists;

	/*
	 * A table wider than this is written record by record; 0 for no limit.
	 */
	size_t		max_width;
} TableStyle;

/*
 * Write a JSON array of objects or arrays.  Other elements are a row with
 * one nameless column.  *count is the number of rows.  Returns false if
 * memory runs out.
 */
extern bool table_write(FILE *out, const JsonValue *rows,
						const TableStyle *style, size_t *count);

/* Room for text that is not a slice of the reply; all zero is an empty one. */
typedef struct TextSpace
{
	char	   *data;
	size_t		size;
} TextSpace;

/*
 * The text by which a value is shown, and its length: a slice of the reply,
 * or in the space, until that is used again.  NULL if memory runs out.  SQL's
 * NULL is NULL; a string that would read the same is put into quotes.
 */
extern const char *value_text(const JsonValue *value, TextSpace *space,
							  size_t *len);

/*
 * The same, but a list of strings is shown as "one, two".
 */
extern const char *value_plain_text(const JsonValue *value, TextSpace *space,
									size_t *len);

extern void text_space_free(TextSpace *space);

#endif							/* TABLE_H */

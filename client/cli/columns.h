/*-------------------------------------------------------------------------
 *
 * columns.h
 *	  What members a sink's records may have.
 *
 *-------------------------------------------------------------------------
 */
#ifndef COLUMNS_H
#define COLUMNS_H

#include <cjson/cJSON.h>
#include <stdbool.h>
#include <stddef.h>

typedef enum ColumnForm
{
	COLUMN_UNKNOWN,				/* there is no such column */
	COLUMN_SCALAR,
	COLUMN_JSON,
	COLUMN_ARRAY,
	COLUMN_COMPOSITE
} ColumnForm;

typedef struct Columns
{
	cJSON	   *table;			/* what sink_open says */
	const char *operation;		/* the member that says what to do, or NULL */
	bool		any;			/* other members do no harm */
} Columns;

/* By the sink's options; false if memory ran out. */
extern bool columns_init(Columns *columns, const char *table, const cJSON *options);
extern void columns_free(Columns *columns);

extern ColumnForm columns_form(const Columns *columns, const char *name);

/* Whether records may have it; otherwise says on stderr what is wrong. */
extern bool columns_accept(const Columns *columns, const char *name, const char *where);

#endif							/* COLUMNS_H */

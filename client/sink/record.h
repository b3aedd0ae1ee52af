/*-------------------------------------------------------------------------
 *
 * record.h
 *	  The columns of a sink's table, and records that are meant for them.
 *
 *-------------------------------------------------------------------------
 */
#ifndef SINK_RECORD_H
#define SINK_RECORD_H

#include <stdint.h>

#include "binary.h"
#include "form.h"

/* What is done with a record; the names are those of sink_apply. */
typedef enum Operation
{
	OPERATION_INSERT,
	OPERATION_INSERT_IGNORE,
	OPERATION_UPSERT,
	OPERATION_UPDATE,
	OPERATION_DELETE
} Operation;

typedef struct Column
{
	char	   *name;
	size_t		name_len;
	char	   *sql;			/* quoted, for COPY into the table */
	char	   *staged;			/* its name in the staging table */
	Form		form;
	BinaryType	binary;
	bool		is_key;
	bool		may_update;		/* by an upsert */
	bool		has_default;	/* to be named only where it is given */
	bool		generated;		/* always: takes no value */
} Column;

typedef struct Table
{
	char	   *schema;
	char	   *name;
	char	   *sql;			/* both, quoted */
	bool		copy;			/* COPY does what INSERT would do */
	bool		binary;			/* in its binary format, too */
	bool		staging;		/* a staging table will do */
	bool		given;			/* a command can be given the records, */
	size_t		request_cap;	/* in a request of so many bytes */
	bool		merge;			/* of one key only the last record counts */
	int			ncolumns;
	Column	   *columns;
	int			nkeys;			/* columns of the key */
} Table;

/* What sink_open says.  Free it either way. */
extern bool table_read(Table *table, const char *reply, size_t len);
extern void table_free(Table *table);

/* The column of a name, or -1.  hint is where it probably is. */
extern int	table_column(const Table *table, const JsonValue *name, int hint);

/* How records are to be read. */
typedef struct RecordRules
{
	const Table *table;
	Operation	operation;		/* of each record, unless it says its own: */
	const char *operation_column;	/* the member that does, or NULL */
	bool		ignore_unknown;
	int			collector;		/* column for unknown members, or -1 */
} RecordRules;

/*
 * A record as it was read: slices of its text.  Made with room for all the
 * columns.
 */
typedef struct Record
{
	Operation	operation;
	JsonValue  *values;			/* by column; text is NULL if not in its text */
	uint8_t    *present;		/* the same as bits: the record's shape */
	Bytes		collected;		/* unknown members, as a JSON object */
} Record;

extern bool record_init(Record *record, const Table *table);
extern void record_free(Record *record);

/* Bytes of "present". */
#define SHAPE_SIZE(table) ((size_t) ((table)->ncolumns + 7) / 8)
#define SHAPE_HAS(shape, i) (((shape)[(i) / 8] >> ((i) % 8)) & 1)

/*
 * Read a record, a JSON object.  False with *problem set if it cannot be
 * written as it is; record->collected.failed if memory ran out.
 */
extern bool record_read(Record *record, const RecordRules *rules,
						const char *text, size_t len, Problem *problem);

#endif							/* SINK_RECORD_H */

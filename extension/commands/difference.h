/*-------------------------------------------------------------------------
 *
 * difference.h
 *	  How a table that exists differs from the one that was asked for.
 *
 *-------------------------------------------------------------------------
 */
#ifndef PGC_DIFFERENCE_H
#define PGC_DIFFERENCE_H

#include "commands/definition.h"

/* A table as create_table was asked for it. */
typedef struct AskedTable
{
	List	   *columns;		/* of ColumnDef */
	List	   *constraints;	/* of Constraint, without foreign keys */
	List	   *foreign_keys;	/* of ForeignKey, for columns as well */
	const JsonNode *partition_by;	/* and what it became; */
	PartitionSpec *partition_spec;	/* NULL if not given */
	const JsonNode *partition_of;	/* likewise */
	Relation	parent;
	RangeVar   *parent_name;
	PartitionBoundSpec *bound;
	const char *comment;		/* or NULL */
} AskedTable;

/*
 * Append the differences of the relation, a JSON list.  Of a relation that
 * the caller has no privilege on nothing is told: returns false.
 */
extern bool difference_append(Ddl *ddl, StringInfo out, Oid relid,
							  const AskedTable *asked);

#endif							/* PGC_DIFFERENCE_H */

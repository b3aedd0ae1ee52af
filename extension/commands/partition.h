/*-------------------------------------------------------------------------
 *
 * partition.h
 *	  Partitioned tables and their partitions to parse trees.
 *
 *-------------------------------------------------------------------------
 */
#ifndef PGC_PARTITION_H
#define PGC_PARTITION_H

#include "commands/definition.h"

/* {"range" | "list" | "hash": [columns]}.  Raises 42601 and 42703. */
extern PartitionSpec *partition_by(Ddl *ddl, const JsonNode *node,
								   const KnownColumns *known);

/*
 * Open the table that "partition_of" names, with the lock that a new
 * partition needs.  Raises 42P01, 42501, and 42809 if it is not partitioned.
 */
extern Relation partition_parent(const JsonNode *node);

/*
 * The bounds in "partition_of", their values converted by the types of the
 * parent's partition key.  Raises 42601, 42P17 and 22P02.
 */
extern PartitionBoundSpec *partition_bound(Ddl *ddl, const JsonNode *node,
										   Relation parent);

#endif							/* PGC_PARTITION_H */

/*-------------------------------------------------------------------------
 *
 * catalog.h
 *	  Names in a request to relations and columns.
 *
 * SQL is made from the names that come back from the catalogs, never from
 * those of the request.
 *
 *-------------------------------------------------------------------------
 */
#ifndef PGC_CATALOG_H
#define PGC_CATALOG_H

#include "nodes/primnodes.h"
#include "storage/lockdefs.h"
#include "utils/relcache.h"

#include "request.h"

/*
 * A table's name in a request: "name", "schema.name" (double quotes around a
 * part that contains a dot), or ["schema", "name"]; exact, nothing is folded
 * to lower case.  Raises 42601 and, for a name that is too long, 42622.
 */
extern RangeVar *catalog_table_name(const JsonNode *node);

/* A schema's OID.  Raises 3F000, 42501 or 42622. */
extern Oid	catalog_find_schema(const char *name, const JsonNode *at);

/*
 * The named table's or view's OID, without a lock.  Where there is none, that
 * is InvalidOid if missing_ok, else raises 42P01 with a hint.
 */
extern Oid	catalog_find_table(const JsonNode *node, bool missing_ok);

/*
 * Raise 42P01 with a hint for a table that does not exist, or 3F000 for its
 * schema.
 */
extern void catalog_no_such_table(const RangeVar *name, const JsonNode *at) pg_attribute_noreturn();

/*
 * The OID of a table or anything else of that name, locked, or InvalidOid.
 * The node is where the request names it.
 */
extern Oid	catalog_lock_table(const RangeVar *name, LOCKMODE lockmode,
							   const JsonNode *node);

/*
 * Open the named table, view, partitioned or foreign table with the lock that
 * its use will need, which is kept to the end of the transaction.  Raises
 * 42P01 with a hint.
 */
extern Relation catalog_open_table(const JsonNode *node, LOCKMODE lockmode);

/* A column's number.  Raises 42703 with a hint. */
extern AttrNumber catalog_column(Relation rel, const JsonNode *name);
extern AttrNumber catalog_column_named(Relation rel, const char *name,
									   const JsonNode *at);

/* A name that a catalog would cut raises 42622 instead; an empty one 42601. */
extern void catalog_check_name(const char *name, const JsonNode *at);

/*
 * The single column of the primary key if the caller may read it after a
 * write, else InvalidAttrNumber.
 */
extern AttrNumber catalog_readable_key(Relation rel);

#endif							/* PGC_CATALOG_H */

/*-------------------------------------------------------------------------
 *
 * definition.h
 *	  Definitions of columns and constraints to parse trees.
 *
 *-------------------------------------------------------------------------
 */
#ifndef PGC_DEFINITION_H
#define PGC_DEFINITION_H

#include "commands/ddl.h"

/*
 * The columns that a constraint can name: those that are being defined, and
 * those of a table that is there.
 */
typedef struct KnownColumns
{
	List	   *definitions;	/* of ColumnDef */
	Relation	rel;			/* or NULL */
} KnownColumns;

/*
 * A foreign key, whose referenced table may be the very one that is being
 * created: it is looked up by definition_resolve().
 */
typedef struct ForeignKey
{
	Constraint *constraint;
	const JsonNode *references;
} ForeignKey;

/* A name must be that of a known column.  Raises 42703 with a hint. */
extern void definition_check_column(const JsonNode *name,
									const KnownColumns *known);

/*
 * A list of column definitions as ColumnDefs.  Foreign keys of columns are
 * added to *foreign_keys, as constraints of the table.  Raises 42601, 42701
 * and what ddl_column() does.
 */
extern List *definition_columns(Ddl *ddl, const JsonNode *list,
								List **foreign_keys);

/* A constraint over a list of columns: a primary key or a unique one. */
extern Constraint *definition_key(Ddl *ddl, ConstrType type,
								  const JsonNode *names,
								  const KnownColumns *known);

/*
 * A list of constraints.  Foreign keys go to *foreign_keys instead.  Raises
 * 42601, 42703, 42501.
 */
extern List *definition_constraints(Ddl *ddl, const JsonNode *list,
									const KnownColumns *known,
									List **foreign_keys);

/*
 * Look up the referenced table, whose OID is returned, and its columns; but
 * not those of "self", some of which may not be there yet.  Raises 42P01 and
 * 42703.
 */
extern Oid	definition_resolve(ForeignKey *key, Oid self);

/* ALTER TABLE, of a relation that was opened, and its commands. */
extern AlterTableStmt *definition_alter(Relation rel);
extern AlterTableCmd *definition_command(AlterTableStmt *alter,
										 AlterTableType type, char *name,
										 Node *def);

#endif							/* PGC_DEFINITION_H */

/*-------------------------------------------------------------------------
 *
 * ddl.h
 *	  What the commands that define tables share.
 *
 *-------------------------------------------------------------------------
 */
#ifndef PGC_DDL_H
#define PGC_DDL_H

#include "nodes/parsenodes.h"
#include "storage/lockdefs.h"
#include "utils/relcache.h"

#include "command.h"

/* What the definition of a column can raise by its default and expressions. */
#define DDL_COLUMN_REFUSALS \
	{"22001", "a string longer than the column's type"}, \
	{"22003", "a number beyond the column's type"}, \
	{"22007", "a date or time in another form than the column's type has"}, \
	{"22008", "a date or time beyond the column's type"}, \
	{"42803", "an aggregate in an expression"}, \
	{"42P20", "a window function in an expression"}, \
	{"42P02", "a parameter in an expression"}

/*
 * Statements that are put together as parse trees out of one request.
 *
 * The locations in those trees are positions in a text that nobody writes:
 * each part of the request that became nodes has a stretch of it.  So what
 * PostgreSQL has against a node is said to be at the node's place.
 */
typedef struct Ddl
{
	Call	   *call;
	const RangeVar *made;		/* the table that is to be, or NULL */
	int			length;			/* of the text so far */
	struct DdlPlace *places;	/* in the order of the text */
	int			nplaces;
	int			room;
	const struct DdlPlace *error_at;	/* of the error that is on its way */
} Ddl;

extern Ddl *ddl_begin(Call *call);

/* A location for nodes that are made of a part of the request. */
extern int	ddl_location(Ddl *ddl, const JsonNode *at);

/* What a location is made of. */
extern const JsonNode *ddl_node(const Ddl *ddl, int location);

/*
 * Execute a utility statement.  An error that has no location of ours is
 * said to be at the given place.
 */
extern void ddl_execute(Ddl *ddl, Node *statement, const JsonNode *at);

/*
 * Open a table with a lock that is kept, for its owner only.  Raises 42P01
 * with a hint, or 42501 before it waits for anything.
 */
extern Relation ddl_open_owned(const JsonNode *table, LOCKMODE lockmode);

/*
 * A table's name as the catalogs have it, without a lock.  Where there is
 * none, that is NULL if missing_ok, else raises 42P01 with a hint.  A view
 * raises 42809.
 */
extern RangeVar *ddl_find_table(const JsonNode *table, bool missing_ok);

/* Raises 42809 for a view. */
extern void ddl_refuse_view(char relkind, const char *name, const JsonNode *at);

/* The name of a relation that is open. */
extern RangeVar *ddl_name(Relation rel);
extern List *ddl_name_list(const RangeVar *name);

/*
 * The members of an object inside the request, each at its name's position;
 * the first nrequired names must be there.  "what" says what the object is,
 * for messages.  Raises 42601.
 */
extern JsonNode *ddl_members(const JsonNode *object, const char *what,
							 const char *const *names, int n, int nrequired);

/*
 * A string that must be one of several words; its position.  Raises 22023.
 */
extern int	ddl_word(const JsonNode *node, const char *const *words, int n);

/* A new name of the caller's.  Raises 42601 and 42622. */
extern char *ddl_new_name(const JsonNode *node);

/*
 * A column definition out of its name and its type as the request has them;
 * the type may carry constraints, as in "serial PRIMARY KEY".  PostgreSQL's
 * parser reads that text alone, and it must yield one column definition and
 * nothing else.  Raises 42601, 42704, and 42501 for an expression where SQL
 * is not allowed.
 */
extern ColumnDef *ddl_column(Ddl *ddl, char *name, const JsonNode *type);

/* Whether a type is serial or the like, which are no types of their own. */
extern bool ddl_is_serial(const TypeName *type);

/* An SQL expression, read alone likewise.  Raises 42601 and 42501. */
extern Node *ddl_expression(Ddl *ddl, const JsonNode *text);

/*
 * Let output functions give texts that stand for just their values, and that
 * are the same in every session; AtEOXact_GUC() with the result ends it.
 */
extern int	ddl_exact_settings(void);

/* A JSON value as a constant of a column's type. */
extern Node *ddl_constant(Ddl *ddl, const ColumnDef *column,
						  const JsonNode *value);

/* The same, as the literal that a type's input function will read. */
extern A_Const *ddl_literal(Ddl *ddl, Oid typid, int32 typmod,
							const JsonNode *value);

#endif							/* PGC_DDL_H */

/*-------------------------------------------------------------------------
 *
 * predicate.h
 *	  The conditions of a request ("where").
 *
 *-------------------------------------------------------------------------
 */
#ifndef PGC_PREDICATE_H
#define PGC_PREDICATE_H

#include "plan_cache.h"
#include "request.h"

/* What stands to the right of an operator. */
typedef enum OperandKind
{
	OPERAND_NONE,
	OPERAND_VALUE,				/* a value of the column's type */
	OPERAND_PATTERN,			/* text, whatever string type the column has */
	OPERAND_LIST				/* a list of values of the column's type */
} OperandKind;

typedef struct PredicateOperator
{
	const char *name;			/* in a request */
	OperandKind operand;
	const char *sql;			/* operator's name; OPERAND_NONE: the test */
	const char *if_null;		/* the test if the operand is null, or NULL */
} PredicateOperator;

typedef enum PredicateKind
{
	PREDICATE_AND,
	PREDICATE_OR,
	PREDICATE_NOT,
	PREDICATE_TEST
} PredicateKind;

typedef struct Predicate
{
	PredicateKind kind;

	/* and, or, not */
	int			nargs;
	struct Predicate *args;

	/* a test */
	const JsonNode *node;
	const JsonNode *column;
	const PredicateOperator *operator;
	const JsonNode *operand;		/* NULL for OPERAND_NONE */
	bool		null_operand;	/* or a list that has a null in it */
	bool		empty_list;
} Predicate;

/*
 * Read the list of a "where", all of which must hold.  Its values are bound
 * to the shape, in the order in which statement.c asks for parameters: depth
 * first, left to right, one for each test whose operand is not null.
 */
extern Predicate *predicate_parse(const JsonNode *where, Shape *shape);

/* Whether it holds for every row, whatever is in the table. */
extern bool predicate_always_true(const Predicate *predicate);

/* All operators, for the catalogue; name NULL ends the list. */
extern const PredicateOperator predicate_operators[];

#endif							/* PGC_PREDICATE_H */

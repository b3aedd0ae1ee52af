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
	OPERAND_DISTINCT,			/* the same, and NULL is a value like others */
	OPERAND_BOUNDS,				/* two of them, [low, high] */
	OPERAND_LIST,				/* a list of them */
	OPERAND_PATTERN,			/* text, whatever string type the column has */
	OPERAND_PREFIX,				/* text in which no character is special */
	OPERAND_CONTAINED,			/* a value of a type that goes with the column's */
	OPERAND_KEY					/* text */
} OperandKind;

/* What it means that the operand is null. */
typedef enum NullOperand
{
	NULL_REFUSED,
	NULL_IS_NULL,
	NULL_IS_NOT_NULL
} NullOperand;

typedef struct PredicateOperator
{
	const char *name;			/* in a request */
	OperandKind operand;
	const char *sql;			/* operator's name; OPERAND_BOUNDS: the lower's */
	NullOperand if_null;		/* OPERAND_NONE: the test itself */
} PredicateOperator;

typedef enum PredicateKind
{
	PREDICATE_AND,
	PREDICATE_OR,
	PREDICATE_NOT,
	PREDICATE_TEST
} PredicateKind;

/* A column, or the way to a value inside a json or jsonb column. */
typedef struct PredicateColumn
{
	const JsonNode *node;		/* NULL: there is none */
	const JsonNode *name;		/* the column's */
	struct varlena *path;		/* the keys that are bound, text[], or NULL */
} PredicateColumn;

/*
 * How a value for OPERAND_CONTAINED is written, which tells a range from an
 * element and the geometric types from each other.
 */
typedef enum OperandForm
{
	FORM_OTHER = 'v',			/* neither a number nor a string */
	FORM_ELEMENT = 'e',			/* no bracket in front */
	FORM_RANGE = 'r',			/* [a,b), (a,b), empty: a range or a point */
	FORM_TWO_POINTS = 'b',		/* (a,b),(c,d) */
	FORM_POINTS = 'p',			/* ((a,b),(c,d),(e,f)) */
	FORM_OPEN_PATH = 'o',		/* [(a,b),(c,d)] */
	FORM_CIRCLE = 'c',			/* <(a,b),r> */
	FORM_MULTIRANGE = 'm'		/* {[a,b),(c,d)} */
} OperandForm;

typedef struct Predicate
{
	PredicateKind kind;

	/* and, or, not */
	int			nargs;
	struct Predicate *args;

	/* a test */
	const JsonNode *node;
	PredicateColumn column;
	PredicateColumn other;		/* that it is compared with, for a value */
	const PredicateOperator *operator;
	bool		null_operand;	/* or a list that has a null in it */
	bool		empty_list;
	bool		single;			/* OPERAND_LIST: a parameter for each element */
	int			nelements;		/* which are so many */
	OperandForm form;			/* for OPERAND_CONTAINED */
} Predicate;

/*
 * Read the list of a "where", all of which must hold.  Its values are bound
 * to the shape, in the order in which statement_where.c asks for parameters:
 * depth first, left to right; for a test its paths, then its operands, of
 * which a null one has none.
 */
extern Predicate *predicate_parse(const JsonNode *where, Shape *shape);

/* Whether it holds for every row, whatever is in the table. */
extern bool predicate_always_true(const Predicate *predicate);

/* All operators; name NULL ends the list. */
extern const PredicateOperator predicate_operators[];

/* Whether an operator can stand between two columns. */
extern bool predicate_compares_columns(const PredicateOperator *operator);

/* The operator that a string names.  Raises 22023 with a hint. */
extern const PredicateOperator *predicate_operator(const JsonNode *node);

/* Append JSON Schema's "condition": {...} and what it refers to. */
extern void predicate_append_schema(StringInfo out);

#endif							/* PGC_PREDICATE_H */

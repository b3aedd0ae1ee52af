/*-------------------------------------------------------------------------
 *
 * command.h
 *	  What a command is, and a call of one.
 *
 * A command is a declaration: validation, policy, the catalogue that
 * connector.commands() returns, and the reference all read it.  To add a
 * command is to add a file in commands/ and a row in command.c.
 *
 *-------------------------------------------------------------------------
 */
#ifndef PGC_COMMAND_H
#define PGC_COMMAND_H

#include "lib/stringinfo.h"

#include "policy.h"
#include "request.h"

/* What a member of a request may be. */
typedef enum MemberType
{
	MEMBER_END,					/* ends the list of members */
	MEMBER_BOOL,
	MEMBER_COUNT,				/* integer from 0 */
	MEMBER_MILLISECONDS,		/* integer from 1 */
	MEMBER_STRING,
	MEMBER_TABLE,				/* "name", "schema.name", ["schema", "name"] */
	MEMBER_COLUMNS,				/* list of column names */
	MEMBER_RETURNING,			/* the same, or true for all columns */
	MEMBER_COLUMN_LISTS,		/* list of lists of column names */
	MEMBER_COLUMN_DEFINITIONS,
	MEMBER_COLUMN_CHANGES,
	MEMBER_CONSTRAINTS,
	MEMBER_INDEX_COLUMNS,
	MEMBER_NAMES,				/* object: name to name */
	MEMBER_PARTITION_BY,
	MEMBER_PARTITION_OF,
	MEMBER_WHERE,
	MEMBER_ORDER,
	MEMBER_ROW,					/* object: column name to value */
	MEMBER_ROWS,				/* list of them */
	MEMBER_VALUES,				/* list of lists of values */
	MEMBER_PARAMS				/* list of values, or {"$1": value} */
} MemberType;

typedef struct Member
{
	const char *name;
	MemberType	type;
	bool		required;
	const char *summary;		/* what it means, for the catalogue */
} Member;

/* A refusal or failure that the catalogue announces. */
typedef struct Refusal
{
	const char *code;			/* SQLSTATE */
	const char *when;
} Refusal;

typedef struct Call Call;

typedef struct Command
{
	const char *name;
	const char *summary;
	int			kinds;			/* that it needs; see also policy_require() */
	const Member *members;		/* MEMBER_END ends it */
	const char *result;			/* JSON Schema of the result's properties */
	const Refusal *refusals;	/* beyond the common ones; code NULL ends it */
	const char *const *examples;	/* requests; NULL ends it */

	/*
	 * Run it: append the result, one JSON object, to call->out.  Errors are
	 * raised.
	 */
	void		(*run) (Call *call);
} Command;

/* Members that every command takes beside its own. */
typedef enum CommonMember
{
	COMMON_TIMEOUT_MS,
	COMMON_MEMBERS				/* how many there are */
} CommonMember;

struct Call
{
	const Command *command;
	JsonNode	   *request;		/* the whole */
	JsonNode   *members;		/* in the order of command->members */
	JsonNode   *common;			/* in the order of CommonMember */
	Limits		limits;
	StringInfo	out;			/* the result, in the caller's context */
	struct RowsIn *feed;		/* the rows being written, see rows_in.h */

	/* For errors: a statement of ours that runs, or SQL of the caller's. */
	const char *statement;
	const char *sql;

	/* The guard's own. */
	int			timeout;		/* in force, in milliseconds */
	bool		in_subtransaction;
	bool		read_only;
};

/* A member's node; node_given() tells whether it is there. */
#define call_member(call, index) (&(call)->members[index])
#define call_common(call, index) (&(call)->common[index])

/* The i-th member that a command takes, the common ones last, or NULL. */
extern const Member *command_member(const Command *command, int i);

/* All commands, in the order of the reference; name NULL ends the list. */
extern const Command *const commands_all[];

/* Raises 42883 for an unknown one, naming the nearest. */
extern const Command *command_find(const char *name);

/*
 * Check the request against the command's declaration and fill in
 * call->members.  Raises 42601 for unknown, missing and ill-typed members.
 */
extern void command_check(Call *call);

/* The time limit of a call in milliseconds, 0: none.  Raises 54000. */
extern int	command_timeout(const Call *call);

#endif							/* PGC_COMMAND_H */

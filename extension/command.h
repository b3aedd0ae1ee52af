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
#include "utils/resowner.h"

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
	MEMBER_CHOICE,				/* one of the member's choices */
	MEMBER_TABLE,				/* "name", "schema.name", ["schema", "name"] */
	MEMBER_COLUMNS,				/* list of column names */
	MEMBER_KEY,					/* the same, and at least one */
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
	MEMBER_AGGREGATES,			/* object: name to [function, column] */
	MEMBER_ROW,					/* object: column name to value */
	MEMBER_OBJECTS,				/* object: column name to object */
	MEMBER_LISTS,				/* object: column name to list */
	MEMBER_ROWS,				/* list of rows */
	MEMBER_VALUES,				/* list of lists of values */
	MEMBER_CONFLICT,			/* what to do about rows that exist: object */
	MEMBER_STEPS,				/* list of commands */
	MEMBER_OTHER,				/* what the member's schema says; the command
								 * checks it */
	MEMBER_PARAMS				/* list of values, or {"$1": value} */
} MemberType;

typedef struct Member
{
	const char *name;
	MemberType	type;
	bool		required;
	const char *summary;		/* what it means, for the catalogue */
	const char *const *choices; /* of a MEMBER_CHOICE, the default first; NULL
								 * ends it */
	const char *schema;			/* JSON Schema of a MEMBER_OTHER, its members */
} Member;

/* A refusal or failure that the catalogue announces. */
typedef struct Refusal
{
	const char *code;			/* SQLSTATE */
	const char *when;
} Refusal;

/* What naming tables and columns, and giving values, can raise anywhere. */
#define TABLE_REFUSALS \
	{"42P01", "no such table"}, \
	{"3F000", "no such schema"}, \
	{"42703", "no such column"}, \
	{"42622", "a name longer than 63 bytes"}

#define VALUE_REFUSALS \
	{"22P02", "a value that the column's type does not accept"}, \
	{"22003", "a number beyond the column's type"}, \
	{"22007", "a date or time in another form than the column's type has"}, \
	{"22008", "a date or time beyond the column's type"}

typedef struct Call Call;

/*
 * The form in which try_call() returns what a command says, where that is not
 * the result by itself and {"error": ...}.
 */
typedef struct Envelope
{
	const char *before;			/* a result */
	const char *after;
	void		(*error) (StringInfo out, const Call *call, const ErrorData *edata);
} Envelope;

typedef struct Command
{
	const char *name;
	const char *summary;
	int			kinds;			/* that it needs; see also policy_require() */
	const Member *members;		/* MEMBER_END ends it */
	const char *together;		/* JSON Schema of what members go together, or
								 * NULL */
	const char *result;			/* JSON Schema of the result's properties */
	const char *bare_result;	/* JSON Schema of rows and nothing else in its
								 * place: if a member "result" asks for it,
								 * always without one; or NULL */
	const Refusal *refusals;	/* beyond the common ones; code NULL ends it */
	const char *const *examples;	/* requests; NULL ends it */
	const char *sql;			/* JSON Pointer of the member that is SQL text,
								 * to which nothing can be bound; or NULL */

	/*
	 * Commands in another system's form have its name and a slash before
	 * their own.  They have no function of their own, and leave the work to
	 * the commands above, see call_as().
	 */
	const Envelope *envelope;	/* or NULL */

	/*
	 * Run it: append the result, one JSON object, to call->out.  Errors are
	 * raised.
	 */
	void		(*run) (Call *call);
} Command;

/* Members that commands take beside their own, each where it makes sense. */
typedef enum CommonMember
{
	COMMON_TIMEOUT_MS,
	COMMON_LOCK_TIMEOUT_MS,
	COMMON_DRY_RUN,
	COMMON_EXPLAIN,
	COMMON_IDEMPOTENCY_KEY,
	COMMON_CHECK_CONSTRAINTS,
	COMMON_MEMBERS				/* how many there are */
} CommonMember;

/*
 * Where the SQL text that runs is not the one in the request: how far a
 * position from this one on, up to that of the next edit, is from the same
 * one in the request's.
 */
typedef struct SqlEdit
{
	int			position;		/* characters, from 1 */
	int			shift;
} SqlEdit;

struct Call
{
	const Command *command;
	JsonNode   *request;		/* the whole */
	JsonNode   *members;		/* in the order of command->members */
	JsonNode   *common;			/* in the order of CommonMember */
	Limits		limits;
	StringInfo	out;			/* the result, in the caller's context */
	struct RowsIn *feed;		/* the rows being written, see rows_in.h */
	const struct Assignments *assignments;	/* of the update that runs */

	/* For errors: a statement of ours that runs, or SQL of the caller's. */
	const char *statement;
	const char *sql;
	bool		executing;		/* the statement was planned and runs */
	int			sql_offset;		/* characters before it in the caller's text */
	const SqlEdit *edits;		/* by position */
	int			nedits;
	bool		sql_secret;		/* it may carry a password: not to be shown */

	/* As a step of a batch; step is -1 where this is none. */
	int			step;
	const JsonNode *shared_params;	/* for SQL that has none itself, or NULL */
	bool	   *shared_used;	/* which of them were */
	bool		failed;			/* its result is an error */
	int			tail;			/* bytes that will follow its result */

	/* The template that the request fits, see template.h, or NULL. */
	struct Fitting *fitting;

	/* As another command than the one that was called. */
	bool		as_another;
	bool		bare_rows;		/* the result is the list of rows */
	bool		like_constants; /* values are what they would be as constants in
								 * SQL: to be json, a string is JSON text, and
								 * for an integer column 5.0 is 5 */

	/* The guard's own. */
	int			timeout;		/* in force, in milliseconds */
	int			start;			/* where in "out" the result begins */
	const Envelope *envelope;	/* that it is put into, or NULL */
	bool		check_constraints;	/* the deferred ones, at the end */
	bool		in_subtransaction;
	bool		read_only;
	bool		explained;		/* "out" holds the explanation */
	int			guc_level;		/* of settings made for the call; 0: none */
	ResourceOwner owner;			/* outside the subtransaction */
	MemoryContext context;
};

/* A member's node; node_given() tells whether it is there. */
#define call_member(call, index) (&(call)->members[index])
#define call_common(call, index) (&(call)->common[index])

/* The node of a member that not every command has, or NULL. */
extern JsonNode *call_find_member(const Call *call, const char *name);

/* A member for call_as(); a node that is not given leaves it out. */
typedef struct GivenMember
{
	const char *name;
	JsonNode	node;
} GivenMember;

/*
 * Run another command in the place of the one that was called, its members
 * those that are given here and the common ones those of the call.  A node
 * may have another text than the request has at its place, as long as what
 * is inside it stands at the same places: errors name them.
 */
extern void call_as(Call *call, const Command *command,
					const GivenMember *given, int n);

/*
 * Cut off the result that begins at "start" of call->out, and return its
 * "rowCount".
 */
extern int64 call_take_count(Call *call, int start);

/* A node for the same place with another text, which must stay allocated. */
extern JsonNode node_with_text(const JsonNode *at, JsonType type, const char *text);

/* Which of the member's choices a checked node is; the first if not given. */
extern int	member_choice(const JsonNode *node, const char *const *choices);

/* Choices of "on_error", wherever there is one. */
extern const char *const member_on_error[];

/* Whether a common member that is true or false is true. */
#define call_wants(call, index) \
	(node_given(call_common(call, index)) && node_bool(call_common(call, index)))

/*
 * The i-th member that a command takes, those common ones that it takes last,
 * or NULL.
 */
extern const Member *command_member(const Command *command, int i);

/* The i-th refusal that a command has because of a common member, or NULL. */
extern const Refusal *command_common_refusal(const Command *command, int i);

/* The i-th part of a result's schema that it has because of one, or NULL. */
extern const char *command_common_result(const Command *command, int i);

/* All commands, in the order of the reference; name NULL ends the list. */
extern const Command *const commands_all[];

/* Raises 42883 for an unknown one, naming the nearest. */
extern const Command *command_find(const char *name);

/*
 * Check the request against the command's declaration and fill in
 * call->members and call->common.  Raises 42601 for unknown, missing and
 * ill-typed members.
 */
extern void command_check(Call *call);

/* How long "out" may get with the call's result. */
extern int	call_out_limit(const Call *call);

/* The time limit of a call in milliseconds, 0: none.  Raises 54000. */
extern int	command_timeout(const Call *call);

#endif							/* PGC_COMMAND_H */

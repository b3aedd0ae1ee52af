/*-------------------------------------------------------------------------
 *
 * error_kind.c
 *	  What an SQLSTATE means to a caller.
 *
 * A code is looked up whole; failing that, by its class, which is its first
 * two characters; failing that it is internal.  The HTTP status follows from
 * the kind, save where a rule names another.
 *
 * How the kinds were drawn:
 *
 * - What the caller can mend by sending something else is a 4xx.  5xx means
 *	 that the same request, sent to a healthy server, would have been fine.
 * - "retryable" promises that the same command may succeed later with nothing
 *	 changed, and that repeating it is harmless: it is never set where the
 *	 outcome of a commit is unknown (08007, 40003).  A time limit is not
 *	 retryable: the same work would take the same time again.
 * - "syntax" means SQL text that the server could not make sense of.  Where
 *	 the error names a place in the request, the caller wrote no SQL, or not
 *	 wrong SQL: all of class 42 is then "request", but for names that do not
 *	 exist or exist already and for permissions, which are that either way.
 * - 42883 and 42701 at a place are the request's, though: there is no such
 *	 command, or no such operator for that column; one name is given twice.
 *	 Were the latter "already_exists", a caller to whom that is welcome would
 *	 take it for success.
 * - A constraint is 409 where other rows stand in the way (unique, foreign
 *	 key, exclusion), and 422 where the row itself is at fault.
 * - 403 for read_only: the request is understood and refused, and repeating
 *	 it here changes nothing.
 * - What a function or trigger raises of its own accord (class P0) is said
 *	 about the data it was given.  A function that breaks the rules of its
 *	 own language (classes 0Z, 2F, 38, 39; P0004) is internal.
 *
 *-------------------------------------------------------------------------
 */
#include "error_kind.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "error_conditions.h"

#define lengthof(array) (sizeof(array) / sizeof((array)[0]))

/* The PostgreSQL message that tells a user's cancel from a time limit. */
#define CANCEL_CODE "57014"
#define CANCEL_MESSAGE "canceling statement due to user request"

static const struct
{
	const char *name;
	int			http_status;
}			kinds[] = {
	[ERROR_KIND_INTERNAL] = {"internal", 500},
	[ERROR_KIND_CONNECTION] = {"connection", 503},
	[ERROR_KIND_AUTHENTICATION] = {"authentication", 401},
	[ERROR_KIND_TLS] = {"tls", 502},
	[ERROR_KIND_PERMISSION] = {"permission", 403},
	[ERROR_KIND_SYNTAX] = {"syntax", 400},
	[ERROR_KIND_NOT_FOUND] = {"not_found", 404},
	[ERROR_KIND_ALREADY_EXISTS] = {"already_exists", 409},
	[ERROR_KIND_CONSTRAINT] = {"constraint", 409},
	[ERROR_KIND_DATA] = {"data", 400},
	[ERROR_KIND_REQUEST] = {"request", 400},
	[ERROR_KIND_LIMIT] = {"limit", 413},
	[ERROR_KIND_TIMEOUT] = {"timeout", 504},
	[ERROR_KIND_CANCELLED] = {"cancelled", 499},	/* nginx's, none official */
	[ERROR_KIND_CONFLICT] = {"conflict", 409},
	[ERROR_KIND_CAPACITY] = {"capacity", 503},
	[ERROR_KIND_READ_ONLY] = {"read_only", 403}
};

#define HINT_CONNECTION \
	"Check that host and port are right, that the server is running, and that no firewall or allow list stands between."
#define HINT_RESTART \
	"The server is restarting, or an administrator has ended the session; connect again shortly."
#define HINT_UNKNOWN_OUTCOME \
	"Find out whether the transaction was committed before repeating it; with an idempotency key, repeating is safe."
#define HINT_REPEAT \
	"Repeat the whole transaction from its beginning."

typedef struct ErrorRule
{
	char		code[6];		/* SQLSTATE, or its class */
	ErrorKind	kind;
	int			flags;
	int			http_status;	/* 0: the kind's */
	const char *hint;
} ErrorRule;

#define RETRY 1					/* retryable */
#define AT_PLACE 2				/* at a place: ERROR_KIND_REQUEST */

/* Sorted by code, for bsearch. */
static const ErrorRule code_rules[] = {
	{"08007", ERROR_KIND_CONNECTION, 0, 0, HINT_UNKNOWN_OUTCOME},
	/* What answered does not speak the protocol as we do. */
	{"08P01", ERROR_KIND_CONNECTION, 0, 502, NULL},
	/* PostgreSQL has none for TLS; this one is of the client's making. */
	{"08T01", ERROR_KIND_TLS, 0, 0,
	"Check sslmode, the certificate files it needs, and that the server offers TLS."},
	{"0L000", ERROR_KIND_PERMISSION, 0, 0, NULL},
	/* A sequence is used up: no request would do better. */
	{"2200H", ERROR_KIND_CAPACITY, 0, 507, NULL},
	{"2201W", ERROR_KIND_DATA, AT_PLACE, 0, NULL},
	{"2201X", ERROR_KIND_DATA, AT_PLACE, 0, NULL},
	{"22023", ERROR_KIND_DATA, AT_PLACE, 0, NULL},
	{"23502", ERROR_KIND_CONSTRAINT, 0, 422, NULL},
	{"23514", ERROR_KIND_CONSTRAINT, 0, 422, NULL},
	{"25001", ERROR_KIND_REQUEST, 0, 0,
	"A command is always part of a transaction; what cannot be must run by itself, outside of one."},
	{"25006", ERROR_KIND_READ_ONLY, 0, 0,
	"Send writes to the primary server, by a command and a role that may write."},
	{"25P02", ERROR_KIND_REQUEST, 0, 0,
	"Roll the transaction back and begin a new one."},
	/* The session is gone, and its transaction with it. */
	{"25P03", ERROR_KIND_CONNECTION, RETRY, 0, NULL},
	{"25P04", ERROR_KIND_TIMEOUT, 0, 0, NULL},
	{"28000", ERROR_KIND_AUTHENTICATION, 0, 0,
	"Check that the role exists, that it may log in, and that the server's pg_hba.conf admits it from this host, with TLS if that is asked for."},
	{"28P01", ERROR_KIND_AUTHENTICATION, 0, 0,
	"Check the user name, the password and the database name, and that the role may log in."},
	{"3B001", ERROR_KIND_NOT_FOUND, 0, 0, NULL},
	{"3D000", ERROR_KIND_NOT_FOUND, 0, 0,
	"Check the spelling of the database name, upper and lower case included."},
	{"40001", ERROR_KIND_CONFLICT, RETRY, 0, HINT_REPEAT},
	{"40002", ERROR_KIND_CONSTRAINT, 0, 0, NULL},
	{"40003", ERROR_KIND_CONNECTION, 0, 0, HINT_UNKNOWN_OUTCOME},
	{"40P01", ERROR_KIND_CONFLICT, RETRY, 0, HINT_REPEAT},
	{"42501", ERROR_KIND_PERMISSION, 0, 0,
	"The object's owner can allow this with GRANT, or with a row-level security policy that admits the row."},
	{"42601", ERROR_KIND_SYNTAX, AT_PLACE, 0,
	"Try the statement in psql, look for a typo at the position given, and pass values as parameters ($1, $2) instead of writing them into the text."},
	{"42701", ERROR_KIND_ALREADY_EXISTS, AT_PLACE, 0, NULL},
	{"42703", ERROR_KIND_NOT_FOUND, 0, 0,
	"Check the spelling of the column, upper and lower case included."},
	{"42704", ERROR_KIND_NOT_FOUND, 0, 0, NULL},
	{"42710", ERROR_KIND_ALREADY_EXISTS, 0, 0, NULL},
	{"42723", ERROR_KIND_ALREADY_EXISTS, 0, 0, NULL},
	{"42883", ERROR_KIND_NOT_FOUND, AT_PLACE, 0, NULL},
	{"42P01", ERROR_KIND_NOT_FOUND, 0, 0,
	"Check the spelling, upper and lower case included, and name the schema if the table's is not in search_path."},
	{"42P03", ERROR_KIND_ALREADY_EXISTS, 0, 0, NULL},
	{"42P04", ERROR_KIND_ALREADY_EXISTS, 0, 0, NULL},
	{"42P05", ERROR_KIND_ALREADY_EXISTS, 0, 0, NULL},
	{"42P06", ERROR_KIND_ALREADY_EXISTS, 0, 0, NULL},
	{"42P07", ERROR_KIND_ALREADY_EXISTS, 0, 0,
	"Choose another name, or create it only where it does not exist yet."},
	/* An ON CONFLICT target that is no key; the text itself parses. */
	{"42P10", ERROR_KIND_REQUEST, 0, 0, NULL},
	{"53300", ERROR_KIND_CAPACITY, RETRY, 0,
	"Close connections that are no longer used (pg_stat_activity lists them), share them through a pool, or raise max_connections."},
	/* temp_file_limit: this statement is too large, today and tomorrow. */
	{"53400", ERROR_KIND_LIMIT, 0, 0, NULL},
	{"54001", ERROR_KIND_LIMIT, AT_PLACE, 0, NULL},
	{"55006", ERROR_KIND_CONFLICT, RETRY, 0, NULL},
	{"55P03", ERROR_KIND_CONFLICT, RETRY, 0,
	"Another session holds the lock: repeat the command later, wait longer with lock_timeout_ms, or find that session in pg_locks."},
	{CANCEL_CODE, ERROR_KIND_TIMEOUT, 0, 0,
	"Add a limit or an index, look in pg_locks for a session that stands in the way, or give more time with timeout_ms."},
	{"57P01", ERROR_KIND_CONNECTION, RETRY, 0, HINT_RESTART},
	{"57P02", ERROR_KIND_CONNECTION, RETRY, 0, HINT_RESTART},
	{"57P03", ERROR_KIND_CONNECTION, RETRY, 0, HINT_RESTART},
	/* The database will not come back. */
	{"57P04", ERROR_KIND_CONNECTION, 0, 0, NULL},
	{"HV001", ERROR_KIND_CAPACITY, RETRY, 0, NULL},
	{"HV005", ERROR_KIND_NOT_FOUND, 0, 0, NULL},
	{"HV00J", ERROR_KIND_NOT_FOUND, 0, 0, NULL},
	{"HV00N", ERROR_KIND_CONNECTION, RETRY, 0, HINT_CONNECTION},
	{"HV00Q", ERROR_KIND_NOT_FOUND, 0, 0, NULL},
	{"HV00R", ERROR_KIND_NOT_FOUND, 0, 0, NULL},
	{"P0004", ERROR_KIND_INTERNAL, 0, 0, NULL}
};

/* Likewise.  Classes that are not here are internal, XX among them. */
static const ErrorRule class_rules[] = {
	/* Warnings and "no data", raised as errors. */
	{"01", ERROR_KIND_DATA, 0, 0, NULL},
	{"02", ERROR_KIND_DATA, 0, 0, NULL},
	{"03", ERROR_KIND_SYNTAX, 0, 0, NULL},
	{"08", ERROR_KIND_CONNECTION, RETRY, 0, HINT_CONNECTION},
	{"09", ERROR_KIND_DATA, 0, 0, NULL},
	{"0A", ERROR_KIND_REQUEST, 0, 0, NULL},
	{"0B", ERROR_KIND_REQUEST, 0, 0, NULL},
	{"0F", ERROR_KIND_DATA, 0, 0, NULL},
	{"0L", ERROR_KIND_REQUEST, 0, 0, NULL},
	{"0P", ERROR_KIND_REQUEST, 0, 0, NULL},
	{"10", ERROR_KIND_DATA, 0, 0, NULL},
	{"20", ERROR_KIND_DATA, 0, 0, NULL},
	{"21", ERROR_KIND_DATA, AT_PLACE, 0, NULL},
	{"22", ERROR_KIND_DATA, 0, 0, NULL},
	{"23", ERROR_KIND_CONSTRAINT, 0, 0, NULL},
	{"24", ERROR_KIND_REQUEST, 0, 0, NULL},
	{"25", ERROR_KIND_REQUEST, 0, 0, NULL},
	{"26", ERROR_KIND_NOT_FOUND, 0, 0, NULL},
	{"27", ERROR_KIND_CONSTRAINT, 0, 0, NULL},
	{"28", ERROR_KIND_AUTHENTICATION, 0, 0, NULL},
	/* What depends on it stands in the way. */
	{"2B", ERROR_KIND_CONSTRAINT, 0, 0, NULL},
	{"2D", ERROR_KIND_REQUEST, 0, 0, NULL},
	{"34", ERROR_KIND_NOT_FOUND, 0, 0, NULL},
	{"3B", ERROR_KIND_REQUEST, 0, 0, NULL},
	{"3D", ERROR_KIND_NOT_FOUND, 0, 0, NULL},
	{"3F", ERROR_KIND_NOT_FOUND, 0, 0, NULL},
	{"40", ERROR_KIND_CONFLICT, RETRY, 0, HINT_REPEAT},
	{"42", ERROR_KIND_SYNTAX, AT_PLACE, 0, NULL},
	{"44", ERROR_KIND_CONSTRAINT, 0, 422, NULL},
	{"53", ERROR_KIND_CAPACITY, RETRY, 0, NULL},
	{"54", ERROR_KIND_LIMIT, 0, 0, NULL},
	/* Something was asked of an object that is not ready for it. */
	{"55", ERROR_KIND_REQUEST, 0, 0, NULL},
	{"57", ERROR_KIND_CONNECTION, RETRY, 0, NULL},
	{"72", ERROR_KIND_CONFLICT, RETRY, 0, HINT_REPEAT},
	{"P0", ERROR_KIND_DATA, 0, 0, NULL}
};

static int
compare_rule(const void *code, const void *rule)
{
	return strcmp(code, ((const ErrorRule *) rule)->code);
}

static int
compare_condition(const void *code, const void *condition)
{
	return strcmp(code, ((const ErrorCondition *) condition)->code);
}

ErrorClass
error_classify(const char *sqlstate, bool in_request)
{
	ErrorClass	result = {ERROR_KIND_INTERNAL, false, 500, NULL};
	const ErrorRule *rule;

	rule = bsearch(sqlstate, code_rules, lengthof(code_rules),
				   sizeof(ErrorRule), compare_rule);
	if (rule == NULL && strlen(sqlstate) == 5)
	{
		char		class[3] = {sqlstate[0], sqlstate[1], '\0'};

		rule = bsearch(class, class_rules, lengthof(class_rules),
					   sizeof(ErrorRule), compare_rule);
	}
	if (rule == NULL)
		return result;

	if (in_request && (rule->flags & AT_PLACE))
	{
		result.kind = ERROR_KIND_REQUEST;
		result.http_status = kinds[ERROR_KIND_REQUEST].http_status;
		return result;
	}
	result.kind = rule->kind;
	result.retryable = (rule->flags & RETRY) != 0;
	result.http_status = rule->http_status ?
		rule->http_status : kinds[rule->kind].http_status;
	result.hint = rule->hint;
	return result;
}

const char *
error_kind_name(ErrorKind kind)
{
	return kinds[(size_t) kind < lengthof(kinds) ? kind : ERROR_KIND_INTERNAL].name;
}

const char *
error_condition(const char *sqlstate)
{
	const ErrorCondition *condition;

	condition = bsearch(sqlstate, error_conditions, lengthof(error_conditions),
						sizeof(ErrorCondition), compare_condition);
	return condition ? condition->name : NULL;
}

static void
put_text(JsonPut put, void *to, const char *text)
{
	put(to, text, strlen(text));
}

/* A further member of the object, unless the value is not known. */
static void
put_string_member(JsonPut put, void *to, const char *name, const char *value)
{
	if (value == NULL)
		return;
	put_text(put, to, ",\"");
	put_text(put, to, name);
	put_text(put, to, "\":");
	json_write_string(put, to, value, strlen(value));
}

static void
put_int_member(JsonPut put, void *to, const char *name, int value)
{
	char		buf[64];

	snprintf(buf, sizeof(buf), ",\"%s\":%d", name, value);
	put_text(put, to, buf);
}

ErrorClass
error_object_classify(const ErrorObject *error)
{
	if (strcmp(error->code, CANCEL_CODE) == 0 &&
		strcmp(error->message, CANCEL_MESSAGE) == 0)
	{
		ErrorClass	cancelled = {
			ERROR_KIND_CANCELLED, false,
			kinds[ERROR_KIND_CANCELLED].http_status, NULL
		};

		return cancelled;
	}
	/* A position is one in SQL text, wherever in the request that stands. */
	return error_classify(error->code,
						  error->path != NULL && error->position == 0);
}

void
error_object_write(JsonPut put, void *to, const ErrorObject *error)
{
	ErrorClass	class = error_object_classify(error);

	put_text(put, to, "{\"code\":");
	json_write_string(put, to, error->code, strlen(error->code));
	put_string_member(put, to, "condition", error_condition(error->code));
	put_string_member(put, to, "kind", error_kind_name(class.kind));
	put_string_member(put, to, "message", error->message);
	put_string_member(put, to, "detail", error->detail);
	put_string_member(put, to, "hint", error->hint ? error->hint : class.hint);
	put_string_member(put, to, "path", error->path);
	if (error->step >= 0)
		put_int_member(put, to, "step", error->step);
	put_string_member(put, to, "schema", error->schema);
	put_string_member(put, to, "table", error->table);
	put_string_member(put, to, "column", error->column);
	put_string_member(put, to, "datatype", error->datatype);
	put_string_member(put, to, "constraint", error->constraint);
	if (error->position > 0)
		put_int_member(put, to, "position", error->position);
	put_text(put, to, ",\"retryable\":");
	put_text(put, to, class.retryable ? "true" : "false");
	put_int_member(put, to, "http_status", class.http_status);
	put_text(put, to, "}");
}

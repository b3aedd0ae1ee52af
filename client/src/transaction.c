/*-------------------------------------------------------------------------
 *
 * transaction.c
 *	  Transactions over several calls.
 *
 * A transaction whose COMMIT was sent and not answered may have been
 * committed or not.  Its number, asked for just before, lets the server tell
 * afterwards (settle.c); what cannot be told so is reported as unknown.
 *
 *-------------------------------------------------------------------------
 */
#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "arena.h"
#include "options.h"
#include "retry.h"
#include "settle.h"
#include "transaction.h"

#define SETTLE_TIMEOUT_MS 30000

/* Longer names PostgreSQL would cut, and take for each other. */
#define MAX_IDENTIFIER 63

typedef struct TransactionOptions
{
	char	   *isolation_level;
	bool		read_only;
	bool		deferrable;
	char	   *set_role;
	JsonValue	session_variables;
	int			settle_timeout_ms;
	bool		writes;
} TransactionOptions;

static const Option option_table[] = {
	{"isolation_level", MEMBER_TEXT, offsetof(TransactionOptions, isolation_level), 0, 0},
	{"read_only", MEMBER_BOOL, offsetof(TransactionOptions, read_only), 0, 0},
	{"deferrable", MEMBER_BOOL, offsetof(TransactionOptions, deferrable), 0, 0},
	{"set_role", MEMBER_TEXT, offsetof(TransactionOptions, set_role), 0, 0},
	{"session_variables", MEMBER_VALUE, offsetof(TransactionOptions, session_variables), 0, 0},
	{"settle_timeout_ms", MEMBER_INT, offsetof(TransactionOptions, settle_timeout_ms), 0, 3600 * 1000},
	{"writes", MEMBER_BOOL, offsetof(TransactionOptions, writes), 0, 0},
	{NULL, MEMBER_INT, 0, 0, 0}
};

#define SET_CONFIG_SQL "SELECT pg_catalog.set_config($1, $2, true)"

#define NUMBER_SQL "SELECT pg_catalog.pg_current_xact_id_if_assigned()"

/* Takes one if need be. */
#define NEW_NUMBER_SQL "SELECT pg_catalog.pg_current_xact_id()"

/*-------------------------------------------------------------------------
 * Beginning
 *-------------------------------------------------------------------------
 */

/* Whether two names are the same but for case, and "_" for a blank. */
static bool
same_words(const char *given, const char *name)
{
	for (; *name != '\0'; name++, given++)
	{
		int			c = *given == '_' ? ' ' : toupper((unsigned char) *given);

		if (c != *name)
			return false;
	}
	return *given == '\0';
}

/* The text of BEGIN; false if there is no such isolation level. */
static bool
begin_text(const TransactionOptions *options, char *text, size_t size,
		   PgcError **error)
{
	static const char *const levels[] = {
		"READ UNCOMMITTED", "READ COMMITTED", "REPEATABLE READ", "SERIALIZABLE", NULL
	};
	const char *level = NULL;

	for (int i = 0; options->isolation_level != NULL && levels[i] != NULL; i++)
	{
		if (same_words(options->isolation_level, levels[i]))
			level = levels[i];
	}
	if (options->isolation_level != NULL && level == NULL)
	{
		pgc_options_refuse(error, "isolation_level",
						   "Known are \"read uncommitted\", \"read committed\", \"repeatable read\" and \"serializable\".",
						   "is not an isolation level");
		return false;
	}
	snprintf(text, size, "BEGIN%s%s%s%s",
			 level ? " ISOLATION LEVEL " : "", level ? level : "",
			 options->read_only ? " READ ONLY" : "",
			 options->deferrable ? " DEFERRABLE" : "");
	return true;
}

/* What has members of its own, or is the administrator's to set. */
static bool
is_reserved(const char *name)
{
	return strcasecmp(name, "role") == 0 ||
		strcasecmp(name, "session_authorization") == 0 ||
		strncasecmp(name, "pg_connector.", 13) == 0;
}

/* The statements that begin a transaction, and the strings they hold. */
typedef struct Beginning
{
	Statement  *statements;
	int			nstatements;
	const char **values;		/* two for each set_config */
	int			nvalues;
} Beginning;

static void
beginning_free(Beginning *beginning)
{
	/* The role's name and value are not ours. */
	for (int i = 0; i < beginning->nvalues; i++)
		free((char *) beginning->values[i]);
	free(beginning->statements);
	free(beginning->values);
}

static void
add_text(Beginning *beginning, const char *sql)
{
	beginning->statements[beginning->nstatements++] = (Statement) {sql, NULL, 0};
}

static void
add_set_config(Beginning *beginning, char *name, char *value)
{
	const char **values = beginning->values + beginning->nvalues;

	values[0] = name;
	values[1] = value;
	beginning->nvalues += 2;
	beginning->statements[beginning->nstatements++] = (Statement) {SET_CONFIG_SQL, values, 2};
}

static bool
add_variable(Beginning *beginning, const JsonValue *key, const JsonValue *value,
			 PgcError **error)
{
	char	   *name;
	char	   *text;

	if (value->type != JSON_STRING)
	{
		pgc_options_refuse(error, "session_variables", NULL,
						   "must be an object whose values are strings");
		return false;
	}
	name = pgc_options_text(key, "session_variables", error);
	if (name == NULL)
		return false;
	if (is_reserved(name))
	{
		free(name);
		pgc_options_refuse(error, "session_variables",
						   "A role is named by \"set_role\"; the settings pg_connector.* and session_authorization are not for requests.",
						   "holds a variable that may not be set this way");
		return false;
	}
	text = pgc_options_text(value, "session_variables", error);
	if (text == NULL)
	{
		free(name);
		return false;
	}
	add_set_config(beginning, name, text);
	return true;
}

/* How many members an object has. */
static size_t
count_members(const JsonValue *object)
{
	JsonIter	iter;
	JsonValue	key;
	JsonValue	value;
	size_t		count = 0;

	json_iter_init(&iter, object, NULL);
	while (json_iter_next(&iter, &key, &value))
		count++;
	return count;
}

/* Whether a transaction is to have a number from the start. */
static bool
takes_number(const TransactionOptions *options)
{
	return options->writes && !options->read_only && options->settle_timeout_ms > 0;
}

/* The role is the first to be set: the variables are what it may set. */
static bool
add_settings(Beginning *beginning, const TransactionOptions *options, PgcError **error)
{
	const JsonValue *variables = &options->session_variables;
	JsonIter	iter;
	JsonValue	key;
	JsonValue	value;

	if (options->set_role != NULL)
	{
		char	   *name = strdup("role");
		char	   *role = strdup(options->set_role);

		if (name == NULL || role == NULL)
		{
			free(name);
			free(role);
			pgc_error_out_of_memory(error);
			return false;
		}
		add_set_config(beginning, name, role);
	}
	if (variables->text == NULL)
		return true;
	json_iter_init(&iter, variables, NULL);
	while (json_iter_next(&iter, &key, &value))
	{
		if (!add_variable(beginning, &key, &value, error))
			return false;
	}
	return true;
}

/*
 * Collect the statements: "text" is that of BEGIN, "first" is run when
 * everything is set, or NULL.  To be freed either way.
 */
static bool
beginning_fill(Beginning *beginning, const TransactionOptions *options,
			   const char *text, const char *first, PgcError **error)
{
	const JsonValue *variables = &options->session_variables;
	size_t		most = 1;

	if (variables->text != NULL && variables->type != JSON_OBJECT)
	{
		pgc_options_refuse(error, "session_variables", NULL,
						   "must be an object whose values are strings");
		return false;
	}
	if (variables->text != NULL)
		most += count_members(variables);

	beginning->statements = calloc(most + 4, sizeof(Statement));
	beginning->values = calloc(2 * most, sizeof(char *));
	if (beginning->statements == NULL || beginning->values == NULL)
	{
		pgc_error_out_of_memory(error);
		return false;
	}
	add_text(beginning, text);
	if (!add_settings(beginning, options, error))
		return false;
	if (first != NULL)
		add_text(beginning, first);
	if (takes_number(options))
		add_text(beginning, NEW_NUMBER_SQL);
	return true;
}

static bool
check_open(const PgcConnection *conn, PgcError **error)
{
	if (pgc_connection_is_open(conn))
		return true;
	pgc_error_format(error, "08003", NULL, "Open another connection.",
					 "connection is not open");
	return false;
}

/* Run one statement without parameters. */
static PGresult *
run_text(PgcConnection *conn, const char *sql, PgcError **error)
{
	const Statement statements[] = {{sql, NULL, 0}, {NULL, NULL, 0}};

	return pgc_session_run(conn, statements, PGC_NO_DEADLINE, error);
}

static bool
begin(PgcConnection *conn, const TransactionOptions *options, const char *first,
	  PgcError **error)
{
	Beginning	beginning = {0};
	char		text[100];
	PGresult   *result = NULL;
	bool		settles = !options->read_only && options->settle_timeout_ms > 0;

	conn->read_only = options->read_only;
	conn->settle_timeout_ms = options->settle_timeout_ms;
	conn->number[0] = '\0';

	if (begin_text(options, text, sizeof(text), error) &&
		beginning_fill(&beginning, options, text, first, error) &&
		(!settles || settle_prepare(conn, error)))
	{
		result = pgc_session_run(conn, beginning.statements, PGC_NO_DEADLINE, error);
		if (result != NULL && takes_number(options))
			snprintf(conn->number, sizeof(conn->number), "%s", PQgetvalue(result, 0, 0));
	}
	beginning_free(&beginning);
	PQclear(result);
	if (result != NULL)
		return true;

	/* Of a transaction that could not be made as it should be nothing stays. */
	if (pgc_connection_is_open(conn) && pgc_session_in_block(conn))
		PQclear(run_text(conn, "ROLLBACK", NULL));
	return false;
}

static void
put(Text *text, const char *what)
{
	text_put(text, what, strlen(what));
}

static void
put_literal(Text *text, PGconn *pg, const char *value)
{
	char	   *literal = PQescapeLiteral(pg, value, strlen(value));

	if (literal != NULL)
		put(text, literal);
	else
		text->arena->failed = true;
	PQfreemem(literal);
}

/* All of it as one text; NULL if memory ran out. */
static char *
next_text(PgcConnection *conn, const Beginning *beginning, const char *last)
{
	Arena		arena = {NULL, false};
	Text		text = {&arena, NULL, 0, 0};
	char	   *result = NULL;

	put(&text, "COMMIT; ");
	for (const Statement *s = beginning->statements; s->sql != NULL; s++)
	{
		if (s->nvalues == 0)
			put(&text, s->sql);
		else
		{
			put(&text, "SELECT pg_catalog.set_config(");
			put_literal(&text, conn->pg, s->values[0]);
			put(&text, ", ");
			put_literal(&text, conn->pg, s->values[1]);
			put(&text, ", true)");
		}
		put(&text, "; ");
	}
	put(&text, last);
	if (!arena.failed)
		result = strdup(text.data);
	arena_free(&arena);
	return result;
}

char *
transaction_next_text(PgcConnection *conn, const char *options, const char *first,
					  const char *last, PgcError **error)
{
	TransactionOptions given = {.settle_timeout_ms = SETTLE_TIMEOUT_MS};
	Beginning	beginning = {0};
	char		sql[100];
	char	   *text = NULL;

	*error = NULL;
	if (pgc_options_read(options, option_table, &given, error) &&
		begin_text(&given, sql, sizeof(sql), error) &&
		beginning_fill(&beginning, &given, sql, first, error))
	{
		text = next_text(conn, &beginning, last);
		if (text == NULL)
			pgc_error_out_of_memory(error);
	}
	beginning_free(&beginning);
	free(given.isolation_level);
	free(given.set_role);
	return text;
}

bool
transaction_begin(PgcConnection *conn, const char *options, const char *first,
				  PgcError **error)
{
	TransactionOptions given = {.settle_timeout_ms = SETTLE_TIMEOUT_MS};
	bool		ok = false;

	if (error != NULL)
		*error = NULL;
	if (!check_open(conn, error))
		return false;
	if (pgc_session_in_block(conn))
	{
		pgc_error_format(error, "25001", NULL, "For one within another, use pgc_savepoint().",
						 "a transaction is already in progress on the connection");
		return false;
	}
	if (pgc_options_read(options, option_table, &given, error))
		ok = begin(conn, &given, first, error);
	free(given.isolation_level);
	free(given.set_role);
	return ok;
}

bool
pgc_begin(PgcConnection *conn, const char *options, PgcError **error)
{
	return transaction_begin(conn, options, NULL, error);
}

/*-------------------------------------------------------------------------
 * Ending
 *-------------------------------------------------------------------------
 */

bool
pgc_connection_in_transaction(const PgcConnection *conn)
{
	return pgc_connection_is_open(conn) && pgc_session_in_block(conn);
}

static bool
check_in_block(const PgcConnection *conn, PgcError **error)
{
	if (!check_open(conn, error))
		return false;
	if (pgc_session_in_block(conn))
		return true;
	pgc_error_format(error, "25P01", NULL, "Begin one with pgc_begin().",
					 "there is no transaction in progress on the connection");
	return false;
}

/*
 * Report a connection that was lost without any effect being left.  Frees
 * the reason, which may be NULL.
 */
static void
report_rolled_back(PgcError **error, PgcError *reason)
{
	pgc_error_rolled_back(error, reason ? pgc_error_message(reason) : NULL);
	pgc_error_free(reason);
}

/*
 * COMMIT was not answered.  Returns whether the transaction was committed;
 * otherwise sets *error.
 */
static bool
settle_commit(PgcConnection *conn, const char *xid, PgcError *reason,
			  PgcError **error)
{
	Outcome		outcome = OUTCOME_UNKNOWN;

	if (conn->read_only)
		outcome = OUTCOME_ROLLED_BACK;
	else if (xid[0] != '\0')
		outcome = settle_outcome(conn, xid, pgc_clock_us() +
								 (int64_t) conn->settle_timeout_ms * 1000);
	switch (outcome)
	{
		case OUTCOME_COMMITTED:
			pgc_error_free(reason);
			return true;
		case OUTCOME_ROLLED_BACK:
			report_rolled_back(error, reason);
			return false;
		case OUTCOME_UNKNOWN:
			break;
	}
	pgc_error_outcome_unknown(error, pgc_error_message(reason));
	pgc_error_free(reason);
	return false;
}

/*
 * The transaction's number, "" if it has none or need not be known.  False
 * with *error set if it could not be asked for: nothing is committed then.
 */
static bool
read_number(PgcConnection *conn, char *xid, size_t size, PgcError **error)
{
	PGresult   *result;

	snprintf(xid, size, "%s", conn->number);
	if (xid[0] != '\0' || conn->read_only || conn->settle_timeout_ms == 0 ||
		PQtransactionStatus(conn->pg) != PQTRANS_INTRANS)
		return true;
	result = run_text(conn, NUMBER_SQL, error);
	if (result == NULL)
		return false;
	snprintf(xid, size, "%s", PQgetvalue(result, 0, 0));
	PQclear(result);
	return true;
}

bool
transaction_settle(PgcConnection *conn, PgcError *reason, PgcError **error)
{
	return settle_commit(conn, conn->number, reason, error);
}

bool
pgc_commit(PgcConnection *conn, PgcError **error)
{
	PgcError   *reason = NULL;
	PGresult   *result;
	char		xid[24];
	bool		committed;

	if (error != NULL)
		*error = NULL;
	if (!check_in_block(conn, error))
		return false;
	if (!read_number(conn, xid, sizeof(xid), &reason))
	{
		if (!pgc_connection_is_open(conn))
			report_rolled_back(error, reason);
		else
		{
			PQclear(run_text(conn, "ROLLBACK", NULL));
			if (error != NULL)
				*error = reason;
			else
				pgc_error_free(reason);
		}
		return false;
	}

	result = run_text(conn, "COMMIT", &reason);
	if (result == NULL && !pgc_connection_is_open(conn))
		return settle_commit(conn, xid, reason, error);
	if (result == NULL)
	{
		if (error != NULL)
			*error = reason;
		else
			pgc_error_free(reason);
		return false;
	}

	/* A transaction that has failed is ended by COMMIT, but not committed. */
	committed = strcmp(PQcmdStatus(result), "COMMIT") == 0;
	PQclear(result);
	if (!committed)
		pgc_error_format(error, "25P02", NULL, "Repeat the whole transaction from its beginning.",
						 "transaction was rolled back because a command in it had failed");
	return committed;
}

bool
pgc_rollback(PgcConnection *conn, PgcError **error)
{
	PGresult   *result;

	if (error != NULL)
		*error = NULL;
	if (!check_in_block(conn, error))
		return false;
	result = run_text(conn, "ROLLBACK", error);
	PQclear(result);
	return result != NULL;
}

/*-------------------------------------------------------------------------
 * Savepoints
 *-------------------------------------------------------------------------
 */

static bool
run_with_name(PgcConnection *conn, const char *command, const char *name,
			  PgcError **error)
{
	char	   *quoted;
	char		sql[2 * MAX_IDENTIFIER + 40];
	PGresult   *result;

	if (error != NULL)
		*error = NULL;
	if (!check_in_block(conn, error))
		return false;
	if (name == NULL || name[0] == '\0' || strlen(name) > MAX_IDENTIFIER)
	{
		pgc_error_format(error, "42622", NULL, NULL,
						 "name of a savepoint must have from 1 to %d bytes",
						 MAX_IDENTIFIER);
		return false;
	}
	quoted = PQescapeIdentifier(conn->pg, name, strlen(name));
	if (quoted == NULL)
	{
		pgc_error_format(error, "22021", NULL, NULL,
						 "name of a savepoint is not valid UTF-8, or memory ran out");
		return false;
	}
	snprintf(sql, sizeof(sql), "%s %s", command, quoted);
	PQfreemem(quoted);
	result = run_text(conn, sql, error);
	PQclear(result);
	return result != NULL;
}

bool
pgc_savepoint(PgcConnection *conn, const char *name, PgcError **error)
{
	return run_with_name(conn, "SAVEPOINT", name, error);
}

bool
pgc_savepoint_rollback(PgcConnection *conn, const char *name, PgcError **error)
{
	return run_with_name(conn, "ROLLBACK TO SAVEPOINT", name, error);
}

bool
pgc_savepoint_release(PgcConnection *conn, const char *name, PgcError **error)
{
	return run_with_name(conn, "RELEASE SAVEPOINT", name, error);
}

/*-------------------------------------------------------------------------
 * Whole transactions
 *-------------------------------------------------------------------------
 */

/*
 * The work has failed, or has ended what was not its to end.  Rolls back.
 */
static void
abandon(PgcConnection *conn, PgcError **error)
{
	PgcError   *reason = *error;

	if (!pgc_connection_is_open(conn))
	{
		/* Nothing was committed, whatever the call that found out says. */
		if (reason == NULL || retry_outcome_unknown(reason))
		{
			*error = NULL;
			report_rolled_back(error, reason);
		}
		return;
	}
	if (pgc_session_in_block(conn))
		PQclear(run_text(conn, "ROLLBACK", NULL));
	if (reason == NULL)
		pgc_error_format(error, "40000", NULL, NULL,
						 "transaction was rolled back as its work asked for");
}

bool
transaction_once(PgcConnection *conn, const char *options,
				 PgcTransactionWork work, void *arg, PgcError **error)
{
	if (!pgc_begin(conn, options, error))
		return false;
	if (work(conn, arg, error))
	{
		pgc_error_free(*error);
		*error = NULL;
		if (pgc_connection_in_transaction(conn))
			return pgc_commit(conn, error);
		if (pgc_connection_is_open(conn))
		{
			pgc_error_format(error, "2D000", NULL, "Leave it to return true or false.",
							 "the work of a transaction must not end it");
			return false;
		}
	}
	abandon(conn, error);
	return false;
}

bool
pgc_transaction(PgcConnection *conn, const PgcRetryPolicy *policy,
				const char *options, PgcTransactionWork work, void *arg,
				PgcError **error)
{
	PgcError   *failure = NULL;
	Retry		retry;
	bool		ok;

	retry_begin(&retry, policy);
	for (;;)
	{
		ok = transaction_once(conn, options, work, arg, &failure);
		if (ok || !pgc_connection_is_open(conn) || !retry_again(&retry, &failure))
			break;
	}
	if (error != NULL)
		*error = failure;
	else
		pgc_error_free(failure);
	return ok;
}

/*-------------------------------------------------------------------------
 *
 * call.c
 *	  One command, one round trip.
 *
 * The command travels as an unnamed statement with two parameters, followed
 * by Sync.  Outside a transaction block the server commits at the Sync, and
 * deferred constraints are checked there, after the reply has already been
 * sent.  So a call has succeeded only when PQgetResult() has returned NULL.
 *
 *-------------------------------------------------------------------------
 */
#include <limits.h>
#include <stdlib.h>
#include <string.h>

#include "internal.h"
#include "retry.h"

/* pg_type.h's, which is the server's header. */
#define TEXTOID 25

#define CALL_SQL "SELECT connector.call($1, $2)"

/* Where CALL_SQL names our function, in characters from 1. */
#define CALL_SQL_POSITION "8"

static bool
field_equals(const PGresult *result, int field, const char *text)
{
	const char *value = PQresultErrorField(result, field);

	return value != NULL && strcmp(value, text) == 0;
}

/*
 * Whether the server does not know the function we call: an error of the
 * statement itself, not of anything that ran.
 */
static bool
extension_missing(const PGresult *result)
{
	return (field_equals(result, PG_DIAG_SQLSTATE, "3F000") ||
			field_equals(result, PG_DIAG_SQLSTATE, "42883")) &&
		field_equals(result, PG_DIAG_STATEMENT_POSITION, CALL_SQL_POSITION) &&
		PQresultErrorField(result, PG_DIAG_CONTEXT) == NULL;
}

/*
 * Copy the place in the request from the first line of the error's context
 * into a new string.  *path stays NULL if there is none; false if memory
 * ran out.
 */
static bool
place_of_result(const PGresult *result, char **path)
{
	const char *context = PQresultErrorField(result, PG_DIAG_CONTEXT);
	size_t		prefix_len = strlen(ERROR_PLACE_PREFIX);
	size_t		len;

	*path = NULL;
	if (context == NULL)
		return true;

	len = strcspn(context, "\n");
	if (len == strlen(ERROR_PLACE_WHOLE) &&
		memcmp(context, ERROR_PLACE_WHOLE, len) == 0)
		prefix_len = len;
	else if (len <= prefix_len ||
			 memcmp(context, ERROR_PLACE_PREFIX, prefix_len) != 0 ||
			 context[prefix_len] != '/')
		return true;

	*path = malloc(len - prefix_len + 1);
	if (*path == NULL)
		return false;
	memcpy(*path, context + prefix_len, len - prefix_len);
	(*path)[len - prefix_len] = '\0';
	return true;
}

/* The step of a batch, which stands behind the place, or -1. */
static int
step_of_result(const PGresult *result)
{
	const char *context = PQresultErrorField(result, PG_DIAG_CONTEXT);
	size_t		prefix_len = strlen(ERROR_STEP_PREFIX);
	long		value;

	if (context == NULL)
		return -1;
	context = strchr(context, '\n');
	if (context == NULL || strncmp(context + 1, ERROR_STEP_PREFIX, prefix_len) != 0)
		return -1;
	value = strtol(context + 1 + prefix_len, NULL, 10);
	return value >= 0 && value <= INT_MAX ? (int) value : -1;
}

/*
 * The position in the user's SQL text.  An error within it is reported as
 * one of an internal query; one in CALL_SQL is none of the user's.
 */
static int
position_of_result(const PGresult *result)
{
	const char *position = PQresultErrorField(result, PG_DIAG_INTERNAL_POSITION);
	long		value;

	if (position == NULL)
		return 0;
	value = strtol(position, NULL, 10);
	return value > 0 && value <= INT_MAX ? (int) value : 0;
}

/*
 * libpq's own text about the connection, without the line end, in a new
 * string; NULL if memory ran out.
 */
static char *
connection_message(PGconn *pg)
{
	char	   *text = strdup(PQerrorMessage(pg));
	size_t		len;

	if (text != NULL)
	{
		len = strlen(text);
		while (len > 0 && text[len - 1] == '\n')
			text[--len] = '\0';
	}
	return text;
}

void
pgc_error_of_result(PgcError **error, PGconn *pg, const PGresult *result)
{
	ErrorObject object = {ERROR_OBJECT_UNKNOWN};
	char	   *path;

	if (result == NULL || PQresultErrorField(result, PG_DIAG_SQLSTATE) == NULL)
	{
		/*
		 * Not from the server: libpq lost the connection, or had no memory
		 * for what it received.
		 */
		char	   *detail = connection_message(pg);

		pgc_error_outcome_unknown(error, detail);
		free(detail);
		return;
	}
	object.code = PQresultErrorField(result, PG_DIAG_SQLSTATE);

	if (extension_missing(result))
	{
		pgc_error_format(error, "42704",
						 PQresultErrorField(result, PG_DIAG_MESSAGE_PRIMARY),
						 "Run \"CREATE EXTENSION pg_connector;\" in that database, as its owner or a superuser.",
						 "extension \"pg_connector\" is not installed in database \"%s\"",
						 PQdb(pg));
		return;
	}

	if (!place_of_result(result, &path))
	{
		pgc_error_out_of_memory(error);
		return;
	}
	object.path = path;
	object.step = path ? step_of_result(result) : -1;
	object.message = PQresultErrorField(result, PG_DIAG_MESSAGE_PRIMARY);
	if (object.message == NULL)
		object.message = "the server gave no message";
	object.detail = PQresultErrorField(result, PG_DIAG_MESSAGE_DETAIL);
	object.hint = PQresultErrorField(result, PG_DIAG_MESSAGE_HINT);
	object.schema = PQresultErrorField(result, PG_DIAG_SCHEMA_NAME);
	object.table = PQresultErrorField(result, PG_DIAG_TABLE_NAME);
	object.column = PQresultErrorField(result, PG_DIAG_COLUMN_NAME);
	object.datatype = PQresultErrorField(result, PG_DIAG_DATATYPE_NAME);
	object.constraint = PQresultErrorField(result, PG_DIAG_CONSTRAINT_NAME);
	object.position = position_of_result(result);
	pgc_error_report(error, &object);
	free(path);
}

/*
 * Whether the result is a reply; if not, the server has something else under
 * the name of our function, and *error says so.
 */
static bool
check_reply(const PGresult *result, PgcError **error)
{
	if (PQresultStatus(result) == PGRES_TUPLES_OK &&
		PQntuples(result) == 1 && PQnfields(result) == 1 &&
		!PQgetisnull(result, 0, 0))
		return true;
	pgc_error_format(error, "08P01", NULL,
					 "The function connector.call() of this database does not seem to be pg_connector's.",
					 "unexpected kind of reply");
	return false;
}

static bool
send_call(PGconn *pg, const char *command, const char *request,
		  size_t request_len)
{
	static const Oid types[2] = {TEXTOID, TEXTOID};
	static const int formats[2] = {0, 1};	/* binary text is its bytes */
	const char *values[2] = {command, request};
	int			lengths[2] = {0, (int) request_len};

	return PQsendQueryParams(pg, CALL_SQL, 2, types, values, lengths,
							 formats, 0) != 0;
}

/*
 * Collect all that the server answers.  Returns the reply's result, or NULL
 * with the reason in *failure, which is NULL too if libpq had no memory.
 */
static PGresult *
receive_reply(PGconn *pg, PGresult **failure)
{
	PGresult   *reply = NULL;
	PGresult   *result;

	*failure = NULL;
	while ((result = PQgetResult(pg)) != NULL)
	{
		ExecStatusType status = PQresultStatus(result);

		/*
		 * Of several errors the first is the server's reason, what follows
		 * is libpq's, about the connection.  A reply that an error follows
		 * is void.
		 */
		if (status == PGRES_FATAL_ERROR && *failure == NULL)
			*failure = result;
		else if (status == PGRES_FATAL_ERROR || reply != NULL)
			PQclear(result);
		else
			reply = result;

		/* A function cannot start a COPY; do not wait for one to end. */
		if (status == PGRES_COPY_IN || status == PGRES_COPY_OUT ||
			status == PGRES_COPY_BOTH)
			break;
	}
	if (*failure != NULL)
	{
		/*
		 * The session ended by the server's will, but after the reply: the
		 * Sync may have been reached.  An error at the Sync is another
		 * matter, for nothing is committed then.
		 */
		if (reply != NULL &&
			field_equals(*failure, PG_DIAG_SEVERITY_NONLOCALIZED, "FATAL"))
		{
			PQclear(*failure);
			*failure = NULL;
		}
		PQclear(reply);
		return NULL;
	}
	return reply;
}

PgcReply *
pgc_call_len(PgcConnection *conn, const char *command, const char *request,
			 size_t request_len, PgcError **error)
{
	PgcReply   *reply;
	PGresult   *failure;
	bool		in_block;

	if (error != NULL)
		*error = NULL;

	if (conn == NULL || PQstatus(conn->pg) != CONNECTION_OK)
	{
		pgc_error_format(error, "08003", NULL,
						 "Open another connection.",
						 "connection is not open");
		return NULL;
	}
	if (command == NULL)
		command = "";
	if (request == NULL)
	{
		request = "{}";
		request_len = 2;
	}
	if (request_len > INT_MAX)
	{
		pgc_error_format(error, "54000", NULL, "Send it in several requests.",
						 "request of %zu bytes is larger than possible",
						 request_len);
		return NULL;
	}

	/* Everything is ready before anything is sent. */
	reply = malloc(sizeof(PgcReply));
	if (reply == NULL)
	{
		pgc_error_out_of_memory(error);
		return NULL;
	}

	if (command_changes_session(command))
		conn->session_changed = true;
	in_block = pgc_session_in_block(conn);

	/*
	 * A connection that was lost while idle shows when it is read from.  That
	 * is worth a system call: once something is sent, what became of the
	 * command would not be known.
	 */
	if (!PQconsumeInput(conn->pg) ||
		!send_call(conn->pg, command, request, request_len))
	{
		char	   *detail = connection_message(conn->pg);

		/* Nothing complete has been sent, so nothing has happened. */
		if (detail == NULL)
			pgc_error_out_of_memory(error);
		else if (PQstatus(conn->pg) == CONNECTION_BAD)
			pgc_error_format(error, "08006", detail, NULL,
							 "connection lost before the command was sent");
		else
			pgc_error_format(error, "53200", detail, NULL,
							 "could not send the command");
		free(detail);
		free(reply);
		return NULL;
	}

	reply->result = receive_reply(conn->pg, &failure);
	if (reply->result == NULL)
	{
		if (in_block && PQstatus(conn->pg) == CONNECTION_BAD &&
			PQresultErrorField(failure, PG_DIAG_SQLSTATE) == NULL)
		{
			/* Only a COMMIT leaves doubts. */
			char	   *detail = connection_message(conn->pg);

			pgc_error_format(error, "08006", detail,
							 "Repeat the whole transaction from its beginning.",
							 "connection lost and the transaction rolled back");
			free(detail);
		}
		else
			pgc_error_of_result(error, conn->pg, failure);
		PQclear(failure);
		free(reply);
		return NULL;
	}
	if (!check_reply(reply->result, error))
	{
		pgc_reply_free(reply);
		return NULL;
	}
	return reply;
}

PgcReply *
pgc_call(PgcConnection *conn, const char *command, const char *request,
		 PgcError **error)
{
	return pgc_call_len(conn, command, request,
						request != NULL ? strlen(request) : 0, error);
}

/*-------------------------------------------------------------------------
 *
 * call_error.c
 *	  What the server says about a command that failed, and its notices.
 *
 *-------------------------------------------------------------------------
 */
#include <limits.h>
#include <stdlib.h>
#include <string.h>

#include "internal.h"

/* Where PGC_CALL_SQL names our function, in characters from 1. */
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
bool
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
char *
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

/*
 * The error or notice as an object, whose path is to be freed.  False if
 * memory ran out.
 */
static bool
object_of_result(const PGresult *result, ErrorObject *object, char **path)
{
	if (!place_of_result(result, path))
		return false;
	object->code = PQresultErrorField(result, PG_DIAG_SQLSTATE);
	if (object->code == NULL)
		object->code = "00000";
	object->path = *path;
	object->step = *path ? step_of_result(result) : -1;
	object->message = PQresultErrorField(result, PG_DIAG_MESSAGE_PRIMARY);
	if (object->message == NULL)
		object->message = "the server gave no message";
	object->detail = PQresultErrorField(result, PG_DIAG_MESSAGE_DETAIL);
	object->hint = PQresultErrorField(result, PG_DIAG_MESSAGE_HINT);
	object->schema = PQresultErrorField(result, PG_DIAG_SCHEMA_NAME);
	object->table = PQresultErrorField(result, PG_DIAG_TABLE_NAME);
	object->column = PQresultErrorField(result, PG_DIAG_COLUMN_NAME);
	object->datatype = PQresultErrorField(result, PG_DIAG_DATATYPE_NAME);
	object->constraint = PQresultErrorField(result, PG_DIAG_CONSTRAINT_NAME);
	object->position = position_of_result(result);
	return true;
}

void
pgc_error_no_extension(PgcError **error, PGconn *pg, const PGresult *result)
{
	pgc_error_format(error, "42704",
					 PQresultErrorField(result, PG_DIAG_MESSAGE_PRIMARY),
					 "Run \"CREATE EXTENSION pg_connector;\" in that database, as its owner or a superuser.",
					 "extension \"pg_connector\" is not installed in database \"%s\"",
					 PQdb(pg));
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
	if (extension_missing(result))
	{
		pgc_error_no_extension(error, pg, result);
		return;
	}
	if (!object_of_result(result, &object, &path))
	{
		pgc_error_out_of_memory(error);
		return;
	}
	pgc_error_report(error, &object);
	free(path);
}

void
pgc_error_of_sql(PgcError **error, PGconn *pg, const PGresult *result, int before)
{
	const char *position;
	ErrorObject object = {ERROR_OBJECT_UNKNOWN};
	char	   *path;

	if (result == NULL || PQresultErrorField(result, PG_DIAG_SQLSTATE) == NULL)
	{
		char	   *detail = connection_message(pg);

		pgc_error_format(error, "08006", detail, NULL,
						 "connection lost while reading");
		free(detail);
		return;
	}
	if (!object_of_result(result, &object, &path))
	{
		pgc_error_out_of_memory(error);
		return;
	}
	position = PQresultErrorField(result, PG_DIAG_STATEMENT_POSITION);
	if (position != NULL && strtol(position, NULL, 10) > before)
		object.position = (int) strtol(position, NULL, 10) - before;
	pgc_error_report(error, &object);
	free(path);
}

void
pgc_notice_receive(void *arg, const PGresult *result)
{
	const PgcConnection *conn = arg;
	const char *severity = PQresultErrorField(result, PG_DIAG_SEVERITY_NONLOCALIZED);
	ErrorObject object = {ERROR_OBJECT_UNKNOWN};
	PgcError   *notice;
	char	   *path;

	if (conn->notice == NULL)
		return;
	if (object_of_result(result, &object, &path))
	{
		pgc_error_report(&notice, &object);
		free(path);
	}
	else
		pgc_error_out_of_memory(&notice);
	conn->notice(conn->notice_arg, severity ? severity : "WARNING", notice);
	pgc_error_free(notice);
}

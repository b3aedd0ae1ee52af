/*-------------------------------------------------------------------------
 *
 * postgres_v2_error.c
 *	  The envelope of postgres_v2/...: a result or an error, in the form that
 *	  a workflow engine expects of its connectors.
 *
 * The engine throws the error's code, which processes catch by its name: that
 * of the class that psycopg2 has for the SQLSTATE.  The message is what libpq
 * would have made of the error.  Whether the engine tries again is decided by
 * http_status alone: a 5xx, or 429, only where that can help.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "mb/pg_wchar.h"

#include "commands/postgres_v2.h"
#include "core/error_kind.h"
#include "error.h"
#include "json_out.h"
#include "pointer.h"

/* What is shown of a line of SQL, and how near to its end it is cut. */
#define LINE_WIDTH 60
#define LINE_RIGHT_MARGIN 10

/* Classes whose names are not the conditions', and those of SQLSTATEs that
 * have no condition, by their beginning. */
static const struct
{
	const char *sqlstate;
	const char *name;
}			named_otherwise[] = {
	{"38002", "ModifyingSqlDataNotPermittedExt"},
	{"38003", "ProhibitedSqlStatementAttemptedExt"},
	{"38004", "ReadingSqlDataNotPermittedExt"},
	{"39004", "NullValueNotAllowedExt"},
	{"XX000", "InternalError_"},
	{"00", "DatabaseError"},
	{"01", "DatabaseError"},
},			unnamed[] = {
	{"08", "OperationalError"},
	{"0A", "NotSupportedError"},
	{"20", "ProgrammingError"},
	{"21", "ProgrammingError"},
	{"22", "DataError"},
	{"23", "IntegrityError"},
	{"24", "InternalError"},
	{"25", "InternalError"},
	{"26", "OperationalError"},
	{"27", "OperationalError"},
	{"28", "OperationalError"},
	{"2B", "InternalError"},
	{"2D", "InternalError"},
	{"2F", "InternalError"},
	{"34", "OperationalError"},
	{"38", "InternalError"},
	{"39", "InternalError"},
	{"3B", "InternalError"},
	{"3D", "ProgrammingError"},
	{"3F", "ProgrammingError"},
	{"40", "TransactionRollbackError"},
	{"42", "ProgrammingError"},
	{"44", "ProgrammingError"},
	{"5", "OperationalError"},
	{"F", "InternalError"},
	{"H", "OperationalError"},
	{"P", "InternalError"},
	{"X", "InternalError"},
};

/* "unique_violation" as "UniqueViolation" */
static void
append_camel_case(StringInfo out, const char *condition)
{
	bool		upper = true;

	for (; *condition != '\0'; condition++)
	{
		if (*condition != '_')
			appendStringInfoChar(out, upper ? pg_toupper(*condition) : *condition);
		upper = *condition == '_';
	}
}

static void
append_error_code(StringInfo out, const char *sqlstate)
{
	const char *condition = error_condition(sqlstate);

	for (int i = 0; i < lengthof(named_otherwise); i++)
	{
		if (strncmp(sqlstate, named_otherwise[i].sqlstate,
					strlen(named_otherwise[i].sqlstate)) == 0)
		{
			appendStringInfoString(out, named_otherwise[i].name);
			return;
		}
	}
	if (condition != NULL)
	{
		append_camel_case(out, condition);
		return;
	}
	for (int i = 0; i < lengthof(unnamed); i++)
	{
		if (strncmp(sqlstate, unnamed[i].sqlstate, strlen(unnamed[i].sqlstate)) == 0)
		{
			appendStringInfoString(out, unnamed[i].name);
			return;
		}
	}
	appendStringInfoString(out, "DatabaseError");
}

/* The SQL text of the request, or NULL. */
static char *
sql_sent(const Call *call)
{
	JsonPointer pointer;
	JsonValue	text;

	if (call->command->sql == NULL)
		return NULL;
	pointer = pointer_parse(call->command->sql, NULL);
	if (!pointer_find(&pointer, 0, &call->request->value, &text))
		return NULL;
	return json_string_decode(&text, NULL);
}

/*
 * "LINE 1: SELECT x" and a caret under the character at the position, which
 * is counted from 1.  Of a long line only what is around it is shown.
 */
static void
append_line(StringInfo out, const char *sql, int position)
{
	int			length = pg_mbstrlen(sql);
	int		   *offsets = palloc(sizeof(int) * (length + 1));	/* bytes */
	int			line = 1;
	int			begin = 0;		/* of the line, and of what is shown of it */
	int			end;
	int			at = Min(position - 1, length);
	int			width;
	int			prompt;

	offsets[0] = 0;
	for (int i = 0; i < length; i++)
		offsets[i + 1] = offsets[i] + pg_mblen(sql + offsets[i]);
	for (int i = 0; i < at; i++)
	{
		if (sql[offsets[i]] == '\n')
		{
			line++;
			begin = i + 1;
		}
	}
	for (end = at; end < length && strchr("\r\n", sql[offsets[end]]) == NULL; end++)
		;

	prompt = out->len;
	appendStringInfo(out, "LINE %d: ", line);
	if (end - begin > LINE_WIDTH)
	{
		if (at - begin > LINE_WIDTH - LINE_RIGHT_MARGIN)
		{
			begin = Min(at - LINE_WIDTH + LINE_RIGHT_MARGIN, end - LINE_WIDTH);
			appendStringInfoString(out, "...");
		}
		width = Min(LINE_WIDTH, end - begin);
	}
	else
		width = end - begin;
	prompt = out->len - prompt;

	for (int i = begin; i < begin + width; i++)
	{
		if (sql[offsets[i]] == '\t')
			appendStringInfoChar(out, ' ');
		else
			appendBinaryStringInfo(out, sql + offsets[i], offsets[i + 1] - offsets[i]);
	}
	if (begin + width < end)
		appendStringInfoString(out, "...");
	appendStringInfoChar(out, '\n');

	/* As wide as what stands before it. */
	for (int i = begin; i < at; i++)
		prompt += Max(pg_dsplen(sql + offsets[i]), 0);
	appendStringInfoSpaces(out, prompt);
	appendStringInfoString(out, "^\n");
}

static void
append_field(StringInfo out, const char *label, const char *text)
{
	if (text != NULL)
		appendStringInfo(out, "%s:  %s\n", label, text);
}

/* What psycopg2 gives as the exception's text. */
static void
append_message(StringInfo out, const Call *call, const ErrorData *edata)
{
	bool		quotable = !call->sql_secret && !call->limits.terse;

	appendStringInfo(out, "%s\n", edata->message);
	if (edata->internalpos > 0 && quotable)
	{
		char	   *sql = sql_sent(call);

		if (sql != NULL)
			append_line(out, sql, edata->internalpos);
	}
	append_field(out, "DETAIL", edata->detail);
	append_field(out, "HINT", edata->hint);
	append_field(out, "CONTEXT", edata->context);
}

static int
engine_status(const ErrorClass *class)
{
	bool		tried_again = class->http_status >= 500 || class->http_status == 429;

	if (class->retryable)
		return tried_again ? class->http_status : 503;
	return tried_again ? 422 : class->http_status;
}

static void
append_error(StringInfo out, const Call *call, const ErrorData *edata)
{
	ErrorObject object = {
		.code = unpack_sql_state(edata->sqlerrcode),
		.message = edata->message,
		.path = error_place(edata),
		.position = edata->internalpos
	};
	ErrorClass	class = error_object_classify(&object);
	StringInfoData message;

	initStringInfo(&message);
	if (class.kind != ERROR_KIND_REQUEST)
		appendStringInfoString(&message, "Error executing sql statement: ");
	append_message(&message, call, edata);

	appendStringInfo(out, "{\"command_response\":{\"body\":null,\"mimetype\":\"application/json\",\"http_status\":%d},"
					 "\"error\":{\"error_code\":\"", engine_status(&class));
	append_error_code(out, unpack_sql_state(edata->sqlerrcode));
	appendStringInfoString(out, "\",\"message\":");
	json_out_string(out, message.data);
	appendStringInfoString(out, "},\"command_response_version\":2}");
}

const Envelope v2_envelope = {
	.before = "{\"command_response\":{\"body\":",
	.after = ",\"mimetype\":\"application/json\"},\"error\":null,\"command_response_version\":2}",
	.error = append_error
};

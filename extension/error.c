/*-------------------------------------------------------------------------
 *
 * error.c
 *	  Refusals with a place, and any error as JSON.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "command.h"
#include "core/error_kind.h"
#include "error.h"
#include "pointer.h"
#include "sql_hint.h"

ErrorPlace	error_current_place = {.index = -1};

int
errplace(const JsonNode *node)
{
	StringInfoData pointer;

	initStringInfo(&pointer);
	pointer_append(&pointer, node);
	if (pointer.len == 0)
		errcontext(ERROR_PLACE_WHOLE);
	else
		errcontext(ERROR_PLACE_PREFIX "%s", pointer.data);
	pfree(pointer.data);
	return 0;					/* return value does not matter */
}

char *
error_place(const ErrorData *edata)
{
	const char *context = edata->context;
	size_t		len;

	if (context == NULL)
		return NULL;
	len = strcspn(context, "\n");
	if (len == strlen(ERROR_PLACE_WHOLE) &&
		strncmp(context, ERROR_PLACE_WHOLE, len) == 0)
		return pstrdup("");
	if (strncmp(context, ERROR_PLACE_PREFIX "/",
				strlen(ERROR_PLACE_PREFIX "/")) == 0)
		return pnstrdup(context + strlen(ERROR_PLACE_PREFIX),
						len - strlen(ERROR_PLACE_PREFIX));
	return NULL;
}

int
error_step(const ErrorData *edata)
{
	const char *line = error_place(edata) ? strchr(edata->context, '\n') : NULL;

	if (line == NULL || strncmp(line + 1, ERROR_STEP_PREFIX,
								strlen(ERROR_STEP_PREFIX)) != 0)
		return -1;
	return atoi(line + 1 + strlen(ERROR_STEP_PREFIX));
}

/* The context's first line, if it is a place, and the step's number. */
static char *
place_lines(const ErrorData *edata, int step)
{
	char	   *pointer = error_place(edata);
	StringInfoData lines;

	if (pointer == NULL)
		return NULL;
	initStringInfo(&lines);
	if (*pointer == '\0')
		appendStringInfoString(&lines, ERROR_PLACE_WHOLE);
	else
		appendStringInfo(&lines, ERROR_PLACE_PREFIX "%s", pointer);
	if (step >= 0)
		appendStringInfo(&lines, "\n" ERROR_STEP_PREFIX "%d", step);
	return lines.data;
}

/*
 * Whether an error's message may quote a row's value: all that input
 * functions say, and what functions say of their arguments, which may be of
 * class 42 where they are names, as with regclass.
 */
static bool
may_quote_value(const ErrorData *edata, const Call *call)
{
	switch (ERRCODE_TO_CATEGORY(edata->sqlerrcode))
	{
		case ERRCODE_DATA_EXCEPTION:
			return true;
		case ERRCODE_SYNTAX_ERROR_OR_ACCESS_RULE_VIOLATION:
			return edata->sqlerrcode != ERRCODE_INSUFFICIENT_PRIVILEGE &&
				(call->executing || error_current_place.value);
		case ERRCODE_INTEGRITY_CONSTRAINT_VIOLATION:
			return false;
		default:
			return error_current_place.value;
	}
}

/* What is said instead, to a reader who must not see it. */
static char *
terse_message(int sqlerrcode)
{
	const char *condition = error_condition(unpack_sql_state(sqlerrcode));

	return psprintf("a value is not valid (%s)",
					condition ? condition : "data_exception");
}

/*
 * What SPI says about the statement that was running.  A statement of ours
 * helps nobody, and the caller knows its own.
 */
static char *
without_statement(const char *context, const char *statement)
{
	char	   *line;
	char	   *found;
	StringInfoData rest;

	if (context == NULL || statement == NULL)
		return context ? pstrdup(context) : NULL;
	line = psprintf(_("SQL statement \"%s\""), statement);
	found = strstr(context, line);
	if (found == NULL)
		return pstrdup(context);

	initStringInfo(&rest);
	appendBinaryStringInfo(&rest, context, found - context);
	found += strlen(line);
	if (*found == '\n')
		found++;
	else if (rest.len > 0)
		rest.data[--rest.len] = '\0';
	appendStringInfoString(&rest, found);
	return rest.len > 0 ? rest.data : NULL;
}

/*
 * Whatever may quote a statement that carries a password: syntax errors do,
 * and those of connection strings.  Where it went wrong may be told.
 */
static void
hide_statement(ErrorData *edata, int step)
{
	int			category = ERRCODE_TO_CATEGORY(edata->sqlerrcode);
	const char *condition = error_condition(unpack_sql_state(edata->sqlerrcode));

	edata->detail = NULL;
	edata->context = place_lines(edata, step);
	if (edata->sqlerrcode == ERRCODE_SYNTAX_ERROR ||
		category == ERRCODE_DATA_EXCEPTION ||
		category == ERRCODE_CONNECTION_EXCEPTION)
		edata->message = psprintf("a statement that may carry a password is not valid (%s)",
								  condition ? condition : "unknown");
}

/* A position in the SQL text that runs as one in the text that was sent. */
static int
sent_position(const Call *call, int position)
{
	int			shift = call->sql_offset;

	for (int i = 0; i < call->nedits && call->edits[i].position <= position; i++)
		shift = call->edits[i].shift;
	return position + shift;
}

void
error_decorate(ErrorData *edata, const Call *call)
{
	const ErrorPlace *place = &error_current_place;
	char	   *context = without_statement(edata->context, call->statement);
	bool		refusal = error_place(edata) != NULL;	/* of our own */

	if (!refusal && place->node != NULL)
	{
		StringInfoData line;

		initStringInfo(&line);
		pointer_append(&line, place->node);
		if (place->index >= 0)
			pointer_append_index(&line, place->index);
		context = psprintf("%s%s%s%s",
						   line.len > 0 ? ERROR_PLACE_PREFIX : ERROR_PLACE_WHOLE,
						   line.data,
						   context ? "\n" : "", context ? context : "");
	}
	edata->context = context;
	edata->backtrace = NULL;
	if (call->step >= 0 && error_place(edata) != NULL)
		edata->context = psprintf("%s%s", place_lines(edata, call->step),
								  context + strcspn(context, "\n"));
	if (edata->column_name == NULL && place->column != NULL)
		edata->column_name = pstrdup(place->column);

	/* A position counts in the caller's own SQL text, or means nothing. */
	if (call->sql == NULL || edata->internalquery == NULL ||
		strcmp(call->sql, edata->internalquery) != 0)
		edata->internalpos = 0;
	if (edata->internalpos > 0)
	{
		const char *hint = sql_hint(edata->sqlerrcode, call->sql, edata->internalpos);

		if (hint != NULL)
			edata->hint = pstrdup(hint);
		edata->internalpos = sent_position(call, edata->internalpos);
	}
	edata->internalquery = NULL;
	edata->cursorpos = 0;

	if (call->limits.terse)
	{
		edata->detail = NULL;
		edata->context = place_lines(edata, call->step);
		if (!refusal && may_quote_value(edata, call))
			edata->message = terse_message(edata->sqlerrcode);
	}
	if (call->sql_secret && !refusal)
		hide_statement(edata, call->step);
}

void
error_nest(ErrorData *edata, const char *command)
{
	if (error_place(edata) != NULL)
		edata->context = psprintf("command \"%s\" %s", command, edata->context);
}

void
stringinfo_put(void *to, const char *data, size_t len)
{
	appendBinaryStringInfo((StringInfo) to, data, (int) len);
}

void
error_object_to_json(StringInfo out, const ErrorData *edata)
{
	ErrorObject object = {
		.code = unpack_sql_state(edata->sqlerrcode),
		.message = edata->message ? edata->message : "missing error text",
		.detail = edata->detail,
		.hint = edata->hint,
		.path = error_place(edata),
		.step = error_step(edata),
		.schema = edata->schema_name,
		.table = edata->table_name,
		.column = edata->column_name,
		.datatype = edata->datatype_name,
		.constraint = edata->constraint_name,
		.position = edata->internalpos > 0 ? edata->internalpos : 0
	};

	error_object_write(stringinfo_put, out, &object);
}

void
error_to_json(StringInfo out, const ErrorData *edata)
{
	appendStringInfoString(out, "{\"error\":");
	error_object_to_json(out, edata);
	appendStringInfoChar(out, '}');
}

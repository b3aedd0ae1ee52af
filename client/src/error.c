/*-------------------------------------------------------------------------
 *
 * error.c
 *	  Errors: making them and asking them.
 *
 * An error is made in one allocation, with its JSON, so that asking it can
 * neither fail nor change it.  The two that must be told when there is no
 * memory left are constants.
 *
 *-------------------------------------------------------------------------
 */
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "internal.h"

/* The public kinds are the shared table's, under names of their own. */
_Static_assert((int) PGC_KIND_INTERNAL == (int) ERROR_KIND_INTERNAL &&
			   (int) PGC_KIND_SYNTAX == (int) ERROR_KIND_SYNTAX &&
			   (int) PGC_KIND_DATA == (int) ERROR_KIND_DATA &&
			   (int) PGC_KIND_TIMEOUT == (int) ERROR_KIND_TIMEOUT &&
			   (int) PGC_KIND_READ_ONLY == (int) ERROR_KIND_READ_ONLY,
			   "PgcErrorKind and ErrorKind differ");

#define UNKNOWN_MESSAGE "connection lost while the command was running"
#define UNKNOWN_HINT \
	"It is not known whether the command took effect: look before you repeat it."

/* What a caller must learn even when there is no memory to say why. */
static const PgcError outcome_unknown = {
	.object = {
		.code = "08007",
		.message = UNKNOWN_MESSAGE,
		.hint = UNKNOWN_HINT,
		ERROR_OBJECT_UNKNOWN
	},
	.class = {
		.kind = ERROR_KIND_CONNECTION,
		.retryable = false,
		.http_status = 503,
		.hint = UNKNOWN_HINT
	},
	.condition = "transaction_resolution_unknown",
	.json = "{\"error\":{\"code\":\"08007\","
	"\"condition\":\"transaction_resolution_unknown\","
	"\"kind\":\"connection\",\"message\":\"" UNKNOWN_MESSAGE "\","
	"\"hint\":\"" UNKNOWN_HINT "\","
	"\"retryable\":false,\"http_status\":503}}"
};

#define OUT_OF_MEMORY_HINT "Send less at once, or free memory on this machine."

static const PgcError out_of_memory = {
	.object = {
		.code = "53200",
		.message = "out of memory in the client",
		.hint = OUT_OF_MEMORY_HINT,
		ERROR_OBJECT_UNKNOWN
	},
	.class = {
		.kind = ERROR_KIND_CAPACITY,
		.retryable = true,
		.http_status = 503,
		.hint = OUT_OF_MEMORY_HINT
	},
	.condition = "out_of_memory",
	.json = "{\"error\":{\"code\":\"53200\",\"condition\":\"out_of_memory\","
	"\"kind\":\"capacity\",\"message\":\"out of memory in the client\","
	"\"hint\":\"" OUT_OF_MEMORY_HINT "\","
	"\"retryable\":true,\"http_status\":503}}"
};

void
pgc_error_out_of_memory(PgcError **error)
{
	/* Nothing writes to an error, so the constant may stand for one. */
	if (error != NULL)
		*error = (PgcError *) &out_of_memory;
}

/* JsonPut that only counts. */
static void
count_put(void *to, const char *data, size_t len)
{
	(void) data;
	*(size_t *) to += len;
}

/* JsonPut into memory that is large enough. */
static void
memory_put(void *to, const char *data, size_t len)
{
	char	  **end = to;

	memcpy(*end, data, len);
	*end += len;
}

static void
write_json(JsonPut put, void *to, const ErrorObject *object)
{
	put(to, "{\"error\":", 9);
	error_object_write(put, to, object);
	put(to, "}", 1);
}

/* The strings of an object, to go through them all. */
#define NSTRINGS 10

static void
string_members(ErrorObject *object, const char **member[NSTRINGS])
{
	int			n = 0;

	member[n++] = &object->code;
	member[n++] = &object->message;
	member[n++] = &object->detail;
	member[n++] = &object->hint;
	member[n++] = &object->path;
	member[n++] = &object->schema;
	member[n++] = &object->table;
	member[n++] = &object->column;
	member[n++] = &object->datatype;
	member[n++] = &object->constraint;
}

void
pgc_error_report(PgcError **error, const ErrorObject *object)
{
	PgcError	made = {.object = *object};
	const char **member[NSTRINGS];
	size_t		size = sizeof(PgcError);
	PgcError   *block;
	char	   *end;

	if (error == NULL)
		return;

	made.class = error_object_classify(object);
	made.condition = error_condition(object->code);
	if (made.object.hint == NULL)
		made.object.hint = made.class.hint;

	string_members(&made.object, member);
	for (int i = 0; i < NSTRINGS; i++)
	{
		if (*member[i] != NULL)
			size += strlen(*member[i]) + 1;
	}
	write_json(count_put, &size, &made.object);
	size++;

	block = malloc(size);
	if (block == NULL)
	{
		pgc_error_out_of_memory(error);
		return;
	}

	end = (char *) (block + 1);
	for (int i = 0; i < NSTRINGS; i++)
	{
		if (*member[i] != NULL)
		{
			size_t		len = strlen(*member[i]) + 1;

			memcpy(end, *member[i], len);
			*member[i] = end;
			end += len;
		}
	}
	made.json = end;
	write_json(memory_put, &end, &made.object);
	*end = '\0';

	*block = made;
	*error = block;
}

void
pgc_error_outcome_unknown(PgcError **error, const char *detail)
{
	ErrorObject object = outcome_unknown.object;

	if (error == NULL)
		return;
	object.detail = detail;
	pgc_error_report(error, &object);
	if (*error == &out_of_memory)
		*error = (PgcError *) &outcome_unknown;
}

void
pgc_error_rolled_back(PgcError **error, const char *reason)
{
	pgc_error_format(error, "08006", reason,
					 "Repeat the whole transaction from its beginning.",
					 "connection lost and the transaction rolled back");
}

void
pgc_error_format(PgcError **error, const char *code, const char *detail,
				 const char *hint, const char *message,...)
{
	va_list		args;
	int			len;
	char	   *text;

	va_start(args, message);
	len = vsnprintf(NULL, 0, message, args);
	va_end(args);

	text = len < 0 ? NULL : malloc((size_t) len + 1);
	if (text == NULL)
	{
		pgc_error_out_of_memory(error);
		return;
	}
	va_start(args, message);
	vsnprintf(text, (size_t) len + 1, message, args);
	va_end(args);

	pgc_error_report(error,
					 &(ErrorObject) {.code = code, .message = text,
					 .detail = detail, .hint = hint, ERROR_OBJECT_UNKNOWN});
	free(text);
}

void
pgc_error_free(PgcError *error)
{
	if (error != &out_of_memory && error != &outcome_unknown)
		free(error);
}

const char *
pgc_error_code(const PgcError *error)
{
	return error->object.code;
}

const char *
pgc_error_condition(const PgcError *error)
{
	return error->condition;
}

PgcErrorKind
pgc_error_kind(const PgcError *error)
{
	return (PgcErrorKind) error->class.kind;
}

const char *
pgc_error_kind_name(const PgcError *error)
{
	return error_kind_name(error->class.kind);
}

const char *
pgc_error_message(const PgcError *error)
{
	return error->object.message;
}

const char *
pgc_error_detail(const PgcError *error)
{
	return error->object.detail;
}

const char *
pgc_error_hint(const PgcError *error)
{
	return error->object.hint;
}

const char *
pgc_error_path(const PgcError *error)
{
	return error->object.path;
}

int
pgc_error_step(const PgcError *error)
{
	return error->object.step;
}

const char *
pgc_error_schema(const PgcError *error)
{
	return error->object.schema;
}

const char *
pgc_error_table(const PgcError *error)
{
	return error->object.table;
}

const char *
pgc_error_column(const PgcError *error)
{
	return error->object.column;
}

const char *
pgc_error_datatype(const PgcError *error)
{
	return error->object.datatype;
}

const char *
pgc_error_constraint(const PgcError *error)
{
	return error->object.constraint;
}

int
pgc_error_position(const PgcError *error)
{
	return error->object.position;
}

bool
pgc_error_retryable(const PgcError *error)
{
	return error->class.retryable;
}

int
pgc_error_http_status(const PgcError *error)
{
	return error->class.http_status;
}

const char *
pgc_error_json(const PgcError *error)
{
	return error->json;
}

/*-------------------------------------------------------------------------
 *
 * test_error_kind.c
 *	  SQLSTATEs, their kinds, and errors as JSON.
 *
 *-------------------------------------------------------------------------
 */
#include "core/error_conditions.h"
#include "core/error_kind.h"
#include "test.h"

static void
test_conditions(void)
{
	static const char *const unknown[] = {
		"", "0", "2350", "235055", "23506", "ZZZZZ", "0000", "XX003", "xx000"
	};

	for (size_t i = 0; i < lengthof(error_conditions); i++)
	{
		const ErrorCondition *condition = &error_conditions[i];
		const char *name = error_condition(condition->code);

		CHECK(name != NULL && strcmp(name, condition->name) == 0, "%s", condition->code);
		CHECK(strlen(condition->code) == 5, "%s", condition->code);
		if (i > 0)
			CHECK(strcmp(error_conditions[i - 1].code, condition->code) < 0,
				  "%s", condition->code);
	}
	CHECK(lengthof(error_conditions) > 260, "%zu", lengthof(error_conditions));
	for (size_t i = 0; i < lengthof(unknown); i++)
		CHECK(error_condition(unknown[i]) == NULL, "%s", unknown[i]);
	CHECK(strcmp(error_condition("23505"), "unique_violation") == 0, "23505");
	CHECK(strcmp(error_condition("22001"), error_condition("01004")) == 0, "one name");
	CHECK(strcmp(error_condition("25P04"), "transaction_timeout") == 0, "25P04");
}

typedef struct Expected
{
	const char *code;
	bool		in_request;
	ErrorKind	kind;
	bool		retryable;
	int			http_status;
	bool		hint;
} Expected;

static const Expected expected_classes[] = {
	/* connections */
	{"08000", false, ERROR_KIND_CONNECTION, true, 503, true},
	{"08001", false, ERROR_KIND_CONNECTION, true, 503, true},
	{"08006", false, ERROR_KIND_CONNECTION, true, 503, true},
	{"08007", false, ERROR_KIND_CONNECTION, false, 503, true},
	{"08P01", false, ERROR_KIND_CONNECTION, false, 502, false},
	{"40003", false, ERROR_KIND_CONNECTION, false, 503, true},
	{"25P03", false, ERROR_KIND_CONNECTION, true, 503, false},
	{"57P01", false, ERROR_KIND_CONNECTION, true, 503, true},
	{"57P02", false, ERROR_KIND_CONNECTION, true, 503, true},
	{"57P03", false, ERROR_KIND_CONNECTION, true, 503, true},
	{"57P04", false, ERROR_KIND_CONNECTION, false, 503, false},
	{"57P05", false, ERROR_KIND_CONNECTION, true, 503, false},
	{"HV00N", false, ERROR_KIND_CONNECTION, true, 503, true},

	/* who may do what */
	{"28000", false, ERROR_KIND_AUTHENTICATION, false, 401, true},
	{"28P01", false, ERROR_KIND_AUTHENTICATION, false, 401, true},
	{"28ABC", false, ERROR_KIND_AUTHENTICATION, false, 401, false},
	{"42501", false, ERROR_KIND_PERMISSION, false, 403, true},
	{"42501", true, ERROR_KIND_PERMISSION, false, 403, true},
	{"0L000", false, ERROR_KIND_PERMISSION, false, 403, false},
	{"25006", false, ERROR_KIND_READ_ONLY, false, 403, true},
	{"25006", true, ERROR_KIND_READ_ONLY, false, 403, true},

	/* SQL text against request */
	{"42601", false, ERROR_KIND_SYNTAX, false, 400, true},
	{"42601", true, ERROR_KIND_REQUEST, false, 400, false},
	{"42622", false, ERROR_KIND_SYNTAX, false, 400, false},
	{"42622", true, ERROR_KIND_REQUEST, false, 400, false},
	{"42804", false, ERROR_KIND_SYNTAX, false, 400, false},
	{"42P02", true, ERROR_KIND_REQUEST, false, 400, false},
	{"42P10", false, ERROR_KIND_REQUEST, false, 400, false},
	{"42P10", true, ERROR_KIND_REQUEST, false, 400, false},
	{"22023", false, ERROR_KIND_DATA, false, 400, false},
	{"22023", true, ERROR_KIND_REQUEST, false, 400, false},
	{"2201W", true, ERROR_KIND_REQUEST, false, 400, false},
	{"2201X", true, ERROR_KIND_REQUEST, false, 400, false},
	{"21000", false, ERROR_KIND_DATA, false, 400, false},
	{"21000", true, ERROR_KIND_REQUEST, false, 400, false},
	{"0A000", false, ERROR_KIND_REQUEST, false, 400, false},
	{"0A000", true, ERROR_KIND_REQUEST, false, 400, false},
	{"25001", false, ERROR_KIND_REQUEST, false, 400, true},
	{"25P02", false, ERROR_KIND_REQUEST, false, 400, true},
	{"55000", false, ERROR_KIND_REQUEST, false, 400, false},

	/* names */
	{"42P01", false, ERROR_KIND_NOT_FOUND, false, 404, true},
	{"42P01", true, ERROR_KIND_NOT_FOUND, false, 404, true},
	{"42703", true, ERROR_KIND_NOT_FOUND, false, 404, true},
	{"42704", true, ERROR_KIND_NOT_FOUND, false, 404, false},
	{"42883", false, ERROR_KIND_NOT_FOUND, false, 404, false},
	{"42883", true, ERROR_KIND_REQUEST, false, 400, false},
	{"3D000", false, ERROR_KIND_NOT_FOUND, false, 404, true},
	{"3F000", false, ERROR_KIND_NOT_FOUND, false, 404, false},
	{"26000", false, ERROR_KIND_NOT_FOUND, false, 404, false},
	{"34000", false, ERROR_KIND_NOT_FOUND, false, 404, false},
	{"3B001", false, ERROR_KIND_NOT_FOUND, false, 404, false},
	{"HV005", false, ERROR_KIND_NOT_FOUND, false, 404, false},
	{"HV00J", false, ERROR_KIND_NOT_FOUND, false, 404, false},
	{"HV00Q", false, ERROR_KIND_NOT_FOUND, false, 404, false},
	{"HV00R", false, ERROR_KIND_NOT_FOUND, false, 404, false},
	{"42P07", true, ERROR_KIND_ALREADY_EXISTS, false, 409, true},
	{"42701", false, ERROR_KIND_ALREADY_EXISTS, false, 409, false},
	{"42701", true, ERROR_KIND_REQUEST, false, 400, false},
	{"42710", false, ERROR_KIND_ALREADY_EXISTS, false, 409, false},
	{"42723", false, ERROR_KIND_ALREADY_EXISTS, false, 409, false},
	{"42P03", false, ERROR_KIND_ALREADY_EXISTS, false, 409, false},
	{"42P04", false, ERROR_KIND_ALREADY_EXISTS, false, 409, false},
	{"42P05", false, ERROR_KIND_ALREADY_EXISTS, false, 409, false},
	{"42P06", false, ERROR_KIND_ALREADY_EXISTS, false, 409, false},

	/* rows */
	{"23505", true, ERROR_KIND_CONSTRAINT, false, 409, false},
	{"23503", true, ERROR_KIND_CONSTRAINT, false, 409, false},
	{"23P01", false, ERROR_KIND_CONSTRAINT, false, 409, false},
	{"23502", true, ERROR_KIND_CONSTRAINT, false, 422, false},
	{"23514", true, ERROR_KIND_CONSTRAINT, false, 422, false},
	{"44000", true, ERROR_KIND_CONSTRAINT, false, 422, false},
	{"40002", false, ERROR_KIND_CONSTRAINT, false, 409, false},
	{"2BP01", false, ERROR_KIND_CONSTRAINT, false, 409, false},
	{"22P02", false, ERROR_KIND_DATA, false, 400, false},
	{"22P02", true, ERROR_KIND_DATA, false, 400, false},
	{"22003", true, ERROR_KIND_DATA, false, 400, false},
	{"22XYZ", true, ERROR_KIND_DATA, false, 400, false},
	{"P0001", false, ERROR_KIND_DATA, false, 400, false},
	{"P0004", false, ERROR_KIND_INTERNAL, false, 500, false},

	/* limits and load */
	{"54000", false, ERROR_KIND_LIMIT, false, 413, false},
	{"54000", true, ERROR_KIND_LIMIT, false, 413, false},
	{"54001", false, ERROR_KIND_LIMIT, false, 413, false},
	{"54001", true, ERROR_KIND_REQUEST, false, 400, false},
	{"54011", true, ERROR_KIND_LIMIT, false, 413, false},
	{"53400", false, ERROR_KIND_LIMIT, false, 413, false},
	{"53100", false, ERROR_KIND_CAPACITY, true, 503, false},
	{"53200", false, ERROR_KIND_CAPACITY, true, 503, false},
	{"53300", false, ERROR_KIND_CAPACITY, true, 503, true},
	{"HV001", false, ERROR_KIND_CAPACITY, true, 503, false},
	{"2200H", false, ERROR_KIND_CAPACITY, false, 507, false},
	{"57014", false, ERROR_KIND_TIMEOUT, false, 504, true},
	{"57014", true, ERROR_KIND_TIMEOUT, false, 504, true},
	{"25P04", false, ERROR_KIND_TIMEOUT, false, 504, false},
	{"40001", false, ERROR_KIND_CONFLICT, true, 409, true},
	{"40P01", true, ERROR_KIND_CONFLICT, true, 409, true},
	{"40000", false, ERROR_KIND_CONFLICT, true, 409, true},
	{"55P03", false, ERROR_KIND_CONFLICT, true, 409, true},
	{"55006", false, ERROR_KIND_CONFLICT, true, 409, false},
	{"72000", false, ERROR_KIND_CONFLICT, true, 409, true},

	/* and what nobody can help */
	{"XX000", false, ERROR_KIND_INTERNAL, false, 500, false},
	{"XX001", true, ERROR_KIND_INTERNAL, false, 500, false},
	{"58030", false, ERROR_KIND_INTERNAL, false, 500, false},
	{"39P01", false, ERROR_KIND_INTERNAL, false, 500, false},
	{"HV000", false, ERROR_KIND_INTERNAL, false, 500, false},
	{"00000", false, ERROR_KIND_INTERNAL, false, 500, false},
	{"ZZ123", true, ERROR_KIND_INTERNAL, false, 500, false},
	{"", false, ERROR_KIND_INTERNAL, false, 500, false},
	{"4", false, ERROR_KIND_INTERNAL, false, 500, false},
	{"42", false, ERROR_KIND_INTERNAL, false, 500, false},
};

static void
test_classification(void)
{
	for (size_t i = 0; i < lengthof(expected_classes); i++)
	{
		const Expected *expected = &expected_classes[i];
		ErrorClass	class = error_classify(expected->code, expected->in_request);

		CHECK(class.kind == expected->kind && class.retryable == expected->retryable &&
			  class.http_status == expected->http_status &&
			  (class.hint != NULL) == expected->hint,
			  "%s: %s, %s, %d, hint: %s", expected->code, error_kind_name(class.kind),
			  class.retryable ? "retryable" : "not retryable", class.http_status,
			  class.hint ? class.hint : "none");
	}
}

/* What must hold for every code there is. */
static void
test_classification_laws(void)
{
	for (size_t i = 0; i < lengthof(error_conditions); i++)
	{
		const char *code = error_conditions[i].code;

		for (int in_request = 0; in_request < 2; in_request++)
		{
			ErrorClass	class = error_classify(code, in_request);

			if (class.retryable)
				CHECK(class.kind == ERROR_KIND_CONNECTION ||
					  class.kind == ERROR_KIND_CONFLICT ||
					  class.kind == ERROR_KIND_CAPACITY, "%s", code);
			CHECK(class.http_status >= 400 && class.http_status <= 599, "%s", code);
			CHECK((class.http_status >= 500) ==
				  (class.kind == ERROR_KIND_INTERNAL || class.kind == ERROR_KIND_CONNECTION ||
				   class.kind == ERROR_KIND_CAPACITY || class.kind == ERROR_KIND_TIMEOUT),
				  "%s", code);
			if (class.hint != NULL)
			{
				size_t		len = strlen(class.hint);

				CHECK(class.hint[0] >= 'A' && class.hint[0] <= 'Z' &&
					  class.hint[len - 1] == '.', "%s", class.hint);
				CHECK(json_plain_len(class.hint, len) == len, "%s", class.hint);
			}
			/* At a place nothing is blamed on SQL text. */
			if (in_request && code[0] == '4' && code[1] == '2')
				CHECK(class.kind != ERROR_KIND_SYNTAX, "%s", code);
		}
	}
}

static void
test_kind_names(void)
{
	static const char *const names[] = {
		"internal", "connection", "authentication", "tls", "permission",
		"syntax", "not_found", "already_exists", "constraint", "data",
		"request", "limit", "timeout", "cancelled", "conflict", "capacity",
		"read_only"
	};

	CHECK(lengthof(names) == ERROR_KIND_READ_ONLY + 1, "a kind without a name here");
	for (size_t i = 0; i < lengthof(names); i++)
		CHECK(strcmp(error_kind_name((ErrorKind) i), names[i]) == 0, "%s", names[i]);
	CHECK(strcmp(error_kind_name((ErrorKind) 99), "internal") == 0, "unknown kind");
}

static void
check_object(const ErrorObject *error, const char *expected)
{
	Buffer		out = {.len = 0};
	size_t		offset;

	error_object_write(buffer_put, &out, error);
	CHECK(strcmp(out.data, expected) == 0, "%s", out.data);
	CHECK(document_error(out.data, out.len, &offset) == JSON_ERROR_NONE, "%s", out.data);
}

static void
test_error_object(void)
{
	ErrorObject full = {
		.code = "23505",
		.message = "duplicate key value violates unique constraint \"users_email_key\"",
		.detail = "Key (email)=(a@example.com) already exists.",
		.hint = "line\nline",
		.path = "/rows/3",
		.step = 2,
		.schema = "public",
		.table = "users",
		.column = "email",
		.datatype = "text",
		.constraint = "users_email_key",
		.position = 17
	};
	ErrorObject least = {.code = "ZZ000",.message = "",.step = -1};
	ErrorObject error = {.code = "42601",.message = "syntax error",.step = -1};

	check_object(&full,
				 "{\"code\":\"23505\",\"condition\":\"unique_violation\",\"kind\":\"constraint\","
				 "\"message\":\"duplicate key value violates unique constraint \\\"users_email_key\\\"\","
				 "\"detail\":\"Key (email)=(a@example.com) already exists.\","
				 "\"hint\":\"line\\nline\",\"path\":\"/rows/3\",\"step\":2,\"schema\":\"public\","
				 "\"table\":\"users\",\"column\":\"email\",\"datatype\":\"text\","
				 "\"constraint\":\"users_email_key\",\"position\":17,"
				 "\"retryable\":false,\"http_status\":409}");
	check_object(&least,
				 "{\"code\":\"ZZ000\",\"kind\":\"internal\",\"message\":\"\","
				 "\"retryable\":false,\"http_status\":500}");

	/* The hint of the table, where the error brings none. */
	error.code = "40P01";
	error.step = 0;
	check_object(&error,
				 "{\"code\":\"40P01\",\"condition\":\"deadlock_detected\",\"kind\":\"conflict\","
				 "\"message\":\"syntax error\","
				 "\"hint\":\"Repeat the whole transaction from its beginning.\",\"step\":0,"
				 "\"retryable\":true,\"http_status\":409}");
	error.hint = "Do not.";
	error.step = -1;
	check_object(&error,
				 "{\"code\":\"40P01\",\"condition\":\"deadlock_detected\",\"kind\":\"conflict\","
				 "\"message\":\"syntax error\",\"hint\":\"Do not.\","
				 "\"retryable\":true,\"http_status\":409}");

	/* A path makes it the request's, the empty path too. */
	error.code = "42601";
	error.hint = NULL;
	error.path = "";
	check_object(&error,
				 "{\"code\":\"42601\",\"condition\":\"syntax_error\",\"kind\":\"request\","
				 "\"message\":\"syntax error\",\"path\":\"\","
				 "\"retryable\":false,\"http_status\":400}");

	/* A user's cancel is told from a time limit by its message. */
	error.code = "57014";
	error.path = NULL;
	error.message = "canceling statement due to user request";
	check_object(&error,
				 "{\"code\":\"57014\",\"condition\":\"query_canceled\",\"kind\":\"cancelled\","
				 "\"message\":\"canceling statement due to user request\","
				 "\"retryable\":false,\"http_status\":499}");
	error.message = "canceling statement due to statement timeout";
	error.hint = "Wait.";
	check_object(&error,
				 "{\"code\":\"57014\",\"condition\":\"query_canceled\",\"kind\":\"timeout\","
				 "\"message\":\"canceling statement due to statement timeout\",\"hint\":\"Wait.\","
				 "\"retryable\":false,\"http_status\":504}");
}

static const Test tests[] = {
	{"condition names", test_conditions},
	{"classes of errors", test_classification},
	{"what holds for every class", test_classification_laws},
	{"names of kinds", test_kind_names},
	{"an error as an object", test_error_object}
};

int
main(void)
{
	return run_tests(tests, lengthof(tests));
}

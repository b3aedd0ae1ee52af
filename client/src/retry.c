/*-------------------------------------------------------------------------
 *
 * retry.c
 *	  Whether, when and how often to do work again.
 *
 * Two questions are kept apart.  Whether an error is one that may pass is the
 * policy's matter, a list of SQLSTATEs.  Whether the work may be repeated is
 * nobody's choice: never where it may have taken effect already, unless
 * repeating it does no harm.
 *
 *-------------------------------------------------------------------------
 */
#include "retry.h"

#include <stdlib.h>
#include <string.h>

#include "options.h"

#define lengthof(array) (sizeof(array) / sizeof((array)[0]))

/* Longer lists are nobody's; it bounds the memory of a policy. */
#define MAX_CODES 64

struct PgcRetryPolicy
{
	int			max_retries;
	int			backoff_ms;
	int			max_backoff_ms;
	int			timeout_ms;		/* 0: none */
	int			ncodes;
	char		codes[MAX_CODES][6];	/* SQLSTATEs, or their classes */
};

/*
 * Names for what may pass.  Of class 08, 08P01 (not the protocol) and 08T01
 * (no encryption) will not.
 */
static const struct
{
	const char *name;
	const char *codes;			/* five characters each, or two and three blanks */
	bool		is_default;
}			classes[] = {
	{"connection_failure", "08000" "08001" "08003" "08004" "08006" "08007"
	"25P03" "57P01" "57P02" "57P03" "57P05", true},
	{"serialization", "40001", true},
	{"deadlock", "40P01", true},
	{"lock_timeout", "55P03", true},
	{"too_many_connections", "53300", true},
	{"admin_shutdown", "57P01" "57P02" "57P03" "57P05", false},
	{"statement_timeout", "57014", false},
	{"resource", "53   " "58030", false},
};

#define KNOWN_CLASSES \
	"Known are connection_failure, serialization, deadlock, lock_timeout, too_many_connections, admin_shutdown, statement_timeout and resource, and any SQLSTATE (\"40001\") or class of them (\"40\")."

typedef struct RetryOptions
{
	int			max_retries;
	int			backoff_ms;
	int			max_backoff_ms;
	int			timeout_ms;
	JsonValue	errors;
} RetryOptions;

static const RetryOptions default_options = {
	.max_retries = 5,
	.backoff_ms = 1000,
	.max_backoff_ms = 30000
};

#define MAX_MS (24 * 60 * 60 * 1000)

static const Option option_table[] = {
	{"max_retries", MEMBER_INT, offsetof(RetryOptions, max_retries), 0, 1000},
	{"retry_backoff_ms", MEMBER_INT, offsetof(RetryOptions, backoff_ms), 0, MAX_MS},
	{"retry_max_backoff_ms", MEMBER_INT, offsetof(RetryOptions, max_backoff_ms), 0, MAX_MS},
	{"retry_timeout_ms", MEMBER_INT, offsetof(RetryOptions, timeout_ms), 0, MAX_MS},
	{"retry_on_errors", MEMBER_VALUE, offsetof(RetryOptions, errors), 0, 0},
	{NULL, MEMBER_INT, 0, 0, 0}
};

/*-------------------------------------------------------------------------
 * Policies
 *-------------------------------------------------------------------------
 */

static bool
add_code(PgcRetryPolicy *policy, const char *code, size_t len)
{
	if (policy->ncodes == MAX_CODES)
		return false;
	memcpy(policy->codes[policy->ncodes], code, len);
	policy->codes[policy->ncodes][len] = '\0';
	policy->ncodes++;
	return true;
}

static bool
add_class(PgcRetryPolicy *policy, size_t i)
{
	for (const char *code = classes[i].codes; *code != '\0'; code += 5)
	{
		if (!add_code(policy, code, code[2] == ' ' ? 2 : 5))
			return false;
	}
	return true;
}

static bool
is_sqlstate(const char *name, size_t len)
{
	if (len != 2 && len != 5)
		return false;
	for (size_t i = 0; i < len; i++)
	{
		if (!(name[i] >= '0' && name[i] <= '9') && !(name[i] >= 'A' && name[i] <= 'Z'))
			return false;
	}
	return true;
}

static void
refuse_errors(PgcError **error, const char *message)
{
	pgc_options_refuse(error, "retry_on_errors", KNOWN_CLASSES, message);
}

/* Add what a name of "retry_on_errors" means. */
static bool
add_name(PgcRetryPolicy *policy, const char *name, size_t len, PgcError **error)
{
	bool		ok;
	size_t		i = 0;

	while (i < lengthof(classes) &&
		   (strlen(classes[i].name) != len || memcmp(classes[i].name, name, len) != 0))
		i++;
	if (i < lengthof(classes))
		ok = add_class(policy, i);
	else if (is_sqlstate(name, len))
		ok = add_code(policy, name, len);
	else
	{
		refuse_errors(error, "holds a name that is not known");
		return false;
	}
	if (!ok)
		refuse_errors(error, "is too long");
	return ok;
}

/* The names in a text, between commas, blanks around them allowed. */
static bool
add_names(PgcRetryPolicy *policy, const char *text, PgcError **error)
{
	static const char blank[] = " \t\r\n";

	for (;;)
	{
		size_t		len;

		text += strspn(text, blank);
		len = strcspn(text, ", \t\r\n");
		if (!add_name(policy, text, len, error))
			return false;
		text += len;
		text += strspn(text, blank);
		if (*text == '\0')
			return true;
		if (*text++ != ',')
		{
			refuse_errors(error, "must have commas between the names");
			return false;
		}
	}
}

/* One value: the text of names, or an element of a list of them. */
static bool
add_value(PgcRetryPolicy *policy, const JsonValue *value, PgcError **error)
{
	char	   *text;
	bool		ok;

	if (value->type != JSON_STRING)
	{
		refuse_errors(error, "must be a string or a list of strings");
		return false;
	}
	text = pgc_options_text(value, "retry_on_errors", error);
	if (text == NULL)
		return false;
	ok = add_names(policy, text, error);
	free(text);
	return ok;
}

/* Nothing given: the default; "" or []: nothing is repeated. */
static bool
add_errors(PgcRetryPolicy *policy, const JsonValue *errors, PgcError **error)
{
	JsonIter	iter;
	JsonValue	element;

	if (errors->text == NULL)
	{
		for (size_t i = 0; i < lengthof(classes); i++)
		{
			if (classes[i].is_default)
				add_class(policy, i);
		}
		return true;
	}
	if (errors->type == JSON_STRING && json_string_len(errors) == 0)
		return true;
	if (errors->type != JSON_ARRAY)
		return add_value(policy, errors, error);

	json_iter_init(&iter, errors, NULL);
	while (json_iter_next(&iter, NULL, &element))
	{
		if (!add_value(policy, &element, error))
			return false;
	}
	return true;
}

static bool
policy_init(PgcRetryPolicy *policy, const RetryOptions *options, PgcError **error)
{
	policy->max_retries = options->max_retries;
	policy->backoff_ms = options->backoff_ms;
	policy->max_backoff_ms = options->max_backoff_ms;
	policy->timeout_ms = options->timeout_ms;
	policy->ncodes = 0;
	return add_errors(policy, &options->errors, error);
}

PgcRetryPolicy *
pgc_retry_policy_new(const char *options, PgcError **error)
{
	RetryOptions given = default_options;
	PgcRetryPolicy *policy;

	if (error != NULL)
		*error = NULL;
	if (!pgc_options_read(options, option_table, &given, error))
		return NULL;
	policy = malloc(sizeof(PgcRetryPolicy));
	if (policy == NULL)
		pgc_error_out_of_memory(error);
	else if (!policy_init(policy, &given, error))
	{
		free(policy);
		policy = NULL;
	}
	return policy;
}

void
pgc_retry_policy_free(PgcRetryPolicy *policy)
{
	free(policy);
}

bool
pgc_retry_policy_matches(const PgcRetryPolicy *policy, const PgcError *error)
{
	const char *code = pgc_error_code(error);

	/* The default, without a place to keep it in. */
	if (policy == NULL)
	{
		PgcRetryPolicy standard;

		policy_init(&standard, &default_options, NULL);
		return pgc_retry_policy_matches(&standard, error);
	}

	/* Whoever cancels means it. */
	if (pgc_error_kind(error) == PGC_KIND_CANCELLED)
		return false;
	for (int i = 0; i < policy->ncodes; i++)
	{
		if (strncmp(code, policy->codes[i], strlen(policy->codes[i])) == 0)
			return true;
	}
	return false;
}

/* A number that differs from call to call and thread to thread. */
static uint64_t
random_number(const void *salt)
{
	uint64_t	x = (uint64_t) pgc_clock_us() * 2654435761u ^ (uint64_t) (uintptr_t) salt;

	/* splitmix64's finish */
	x = (x ^ (x >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
	x = (x ^ (x >> 27)) * UINT64_C(0x94d049bb133111eb);
	return x ^ (x >> 31);
}

int
pgc_retry_policy_delay_ms(const PgcRetryPolicy *policy, int retry)
{
	int			backoff = policy ? policy->backoff_ms : default_options.backoff_ms;
	int			cap = policy ? policy->max_backoff_ms : default_options.max_backoff_ms;
	int64_t		most = backoff;

	for (int i = 1; i < retry && most < cap; i++)
		most *= 2;
	if (most > cap)
		most = cap;
	return (int) (random_number(&most) % (uint64_t) (most + 1));
}

/*-------------------------------------------------------------------------
 * Doing it again
 *-------------------------------------------------------------------------
 */

void
retry_begin(Retry *retry, const PgcRetryPolicy *policy)
{
	int			timeout_ms = policy ? policy->timeout_ms : default_options.timeout_ms;

	retry->policy = policy;
	retry->done = 0;
	retry->deadline = timeout_ms > 0 ?
		pgc_clock_us() + (int64_t) timeout_ms * 1000 : PGC_NO_DEADLINE;
}

bool
retry_again(Retry *retry, PgcError **error)
{
	int			max = retry->policy ? retry->policy->max_retries : default_options.max_retries;
	int64_t		delay;

	if (retry->done >= max || !pgc_retry_policy_matches(retry->policy, *error))
		return false;
	delay = (int64_t) pgc_retry_policy_delay_ms(retry->policy, retry->done + 1) * 1000;
	if (retry->deadline != PGC_NO_DEADLINE &&
		pgc_clock_us() + delay >= retry->deadline)
		return false;
	pgc_error_free(*error);
	*error = NULL;
	pgc_sleep_us(delay);
	retry->done++;
	return true;
}

bool
retry_outcome_unknown(const PgcError *error)
{
	return strcmp(pgc_error_code(error), "08007") == 0 ||
		strcmp(pgc_error_code(error), "40003") == 0;
}

/*-------------------------------------------------------------------------
 * Commands
 *-------------------------------------------------------------------------
 */

#define READS 1					/* whatever it does is undone at its end */
#define PLAIN 2					/* runs no SQL text of the caller's */

/* What is not here may do anything. */
static const struct
{
	const char *name;
	int			flags;
}			commands[] = {
	{"alter_table", PLAIN},
	{"commands", READS | PLAIN},
	{"create_index", PLAIN},
	{"create_table", PLAIN},
	{"delete_rows", PLAIN},
	{"describe", READS | PLAIN},
	{"drop_table", PLAIN},
	{"insert_rows", PLAIN},
	{"query", READS},
	{"select_rows", READS | PLAIN},
	{"statements", READS | PLAIN},
	{"test_connection", READS | PLAIN},
	{"truncate_table", PLAIN},
	{"update_rows", PLAIN},
	{"upsert_rows", PLAIN},
};

static int
command_flags(const char *command)
{
	for (size_t i = 0; command != NULL && i < lengthof(commands); i++)
	{
		if (strcmp(commands[i].name, command) == 0)
			return commands[i].flags;
	}
	return 0;
}

bool
command_changes_session(const char *command)
{
	return (command_flags(command) & PLAIN) == 0;
}

/* Whether the request has the member, with a string for its value. */
static bool
has_string_member(const char *request, const char *name)
{
	JsonScan	scan;
	JsonIter	iter;
	JsonValue	object;
	JsonValue	key;
	JsonValue	value;

	json_scan_init(&scan, request, strlen(request), NULL);
	if (!json_scan_document(&scan, &object) || object.type != JSON_OBJECT)
		return false;
	json_iter_init(&iter, &object, NULL);
	while (json_iter_next(&iter, &key, &value))
	{
		if (json_string_equals(&key, name, strlen(name)))
			return value.type == JSON_STRING;
	}
	return false;
}

bool
retry_harmless(const char *command, const char *request)
{
	return (command_flags(command) & READS) != 0 ||
		(request != NULL && has_string_member(request, "idempotency_key"));
}

PgcReply *
pgc_retry_call(PgcConnection *conn, const PgcRetryPolicy *policy,
			   const char *command, const char *request, PgcError **error)
{
	PgcError   *failure = NULL;
	PgcReply   *reply;
	Retry		retry;

	if (error != NULL)
		*error = NULL;
	retry_begin(&retry, policy);
	for (;;)
	{
		reply = pgc_call(conn, command, request, &failure);

		/*
		 * A transaction is repeated as a whole or not at all, and a
		 * connection that is lost is its owner's to replace.
		 */
		if (reply != NULL || !pgc_connection_is_open(conn) ||
			pgc_session_in_block(conn) || !retry_again(&retry, &failure))
			break;
	}
	if (error != NULL)
		*error = failure;
	else
		pgc_error_free(failure);
	return reply;
}

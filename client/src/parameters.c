/*-------------------------------------------------------------------------
 *
 * parameters.c
 *	  What a connection is to be opened with: a connection string, a JSON
 *	  object of options, single parameters.
 *
 *-------------------------------------------------------------------------
 */
#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>

#include "internal.h"
#include "parameters.h"

void
parameters_free(Parameters *parameters)
{
	arena_free(&parameters->arena);
	pgc_config_free(parameters->config);
	PQconninfoFree(parameters->options);
	free(parameters->keywords);
	free(parameters->values);
}

static bool
is_uri(const char *conninfo)
{
	return strncmp(conninfo, "postgresql://", 13) == 0 ||
		strncmp(conninfo, "postgres://", 11) == 0;
}

/*
 * Whether a connection string could hold a password, so that messages which
 * quote parts of it must not be shown: libpq's do so when they cannot make
 * sense of it, and what makes no sense is as a rule a password that should
 * have been quoted.
 */
static bool
could_hold_password(const char *conninfo)
{
	return strstr(conninfo, "pass") != NULL ||
		(is_uri(conninfo) && strchr(conninfo, '@') != NULL);
}

/*
 * Whether the hosts of a URI, hosts[0 .. len), have a port that is no number.
 */
static bool
port_is_no_number(const char *hosts, size_t len)
{
	bool		in_port = false;
	bool		in_address = false; /* IPv6, in brackets */

	for (size_t i = 0; i < len; i++)
	{
		char		c = hosts[i];

		if (c == '[' || c == ']')
			in_address = c == '[';
		else if (c == ',')
			in_port = false;
		else if (c == ':' && !in_address)
			in_port = true;
		else if (in_port && (c < '0' || c > '9'))
			return true;
	}
	return false;
}

/*
 * A user name or password in a URI ends at the first @ or /, so one that
 * contains them makes libpq take the rest of it for a host or a port, and
 * quote it in its messages.  Tell from the host or port that cannot be one.
 */
static bool
uri_is_misunderstood(const char *conninfo)
{
	const char *start = strstr(conninfo, "://") + 3;
	size_t		len = strcspn(start, "@/");

	if (start[len] == '@')
	{
		const char *hosts = start + len + 1;

		return memchr(hosts, '@', strcspn(hosts, "/?")) != NULL;
	}
	return strchr(start, '@') != NULL &&
		port_is_no_number(start, strcspn(start, "/?"));
}

static void
report_unreadable(PgcError **error, const char *reason, bool is_secret)
{
	pgc_error_format(error, PGC_INVALID_PARAMETER, is_secret ? NULL : reason,
					 is_secret ?
					 "Quote values that contain spaces, as in password='a b'; in a URI, write %40 for @, %2F for /, %3A for : and %25 for % in a user name or password." :
					 "Write \"keyword=value keyword=value\" or \"postgresql://user@host:port/database\".",
					 "could not understand the connection string");
}

/* libpq's keyword, also by the name that the option has here; -1: none. */
static int
find_keyword(const Parameters *parameters, const char *keyword)
{
	const ConfigOption *option = config_option(keyword);

	if (option != NULL && option->keyword != NULL)
		keyword = option->keyword;
	for (int i = 0; i < parameters->count; i++)
	{
		if (strcmp(parameters->keywords[i], keyword) == 0)
			return i;
	}
	return -1;
}

const char *
parameters_get(const Parameters *parameters, const char *keyword)
{
	int			i = find_keyword(parameters, keyword);
	const char *value = i < 0 ? NULL : parameters->values[i];

	return value != NULL && value[0] != '\0' ? value : NULL;
}

void
parameters_set(Parameters *parameters, const char *keyword, const char *value)
{
	int			i = find_keyword(parameters, keyword);

	if (i >= 0)
		parameters->values[i] = value;
}

/* One of the limits that libpq does not know; NULL if it is none. */
static int *
own_limit(Parameters *parameters, const char *keyword)
{
	if (strcmp(keyword, "connection_timeout_ms") == 0)
		return &parameters->connection_timeout_ms;
	if (strcmp(keyword, "call_timeout_ms") == 0)
		return &parameters->call_timeout_ms;
	return NULL;
}

static bool
read_limit(const char *keyword, const char *text, int *limit, PgcError **error)
{
	char	   *end;
	long		value;

	errno = 0;
	value = strtol(text, &end, 10);
	if (errno != 0 || end == text || *end != '\0' || value < 0 || value > INT_MAX)
	{
		pgc_error_format(error, PGC_INVALID_PARAMETER, NULL, NULL,
						 "connection parameter \"%s\" needs a number of milliseconds",
						 keyword);
		return false;
	}
	*limit = (int) value;
	return true;
}

static bool
read_conninfo(Parameters *parameters, const char *conninfo, PgcError **error)
{
	char	   *reason = NULL;
	int			count = 0;

	if (is_uri(conninfo) && uri_is_misunderstood(conninfo))
	{
		report_unreadable(error, NULL, true);
		return false;
	}
	parameters->options = PQconninfoParse(conninfo, &reason);
	if (parameters->options == NULL)
	{
		if (reason == NULL)
			pgc_error_out_of_memory(error);
		else
		{
			reason[strcspn(reason, "\n")] = '\0';
			report_unreadable(error, reason, parameters->secret_in_text);
		}
		PQfreemem(reason);
		return false;
	}

	while (parameters->options[count].keyword != NULL)
		count++;
	parameters->count = count;
	parameters->keywords = calloc((size_t) count + 1, sizeof(char *));
	parameters->values = calloc((size_t) count + 1, sizeof(char *));
	if (parameters->keywords == NULL || parameters->values == NULL)
	{
		pgc_error_out_of_memory(error);
		return false;
	}
	for (int i = 0; i < count; i++)
	{
		parameters->keywords[i] = parameters->options[i].keyword;
		parameters->values[i] = parameters->options[i].val;
	}
	return true;
}

/* What a named connection says, its secrets fetched. */
static bool
read_entry(Parameters *parameters, const ConfigEntry *entry, PgcError **error)
{
	for (const ConfigValue *value = entry->values; value != NULL; value = value->next)
	{
		int		   *limit = own_limit(parameters, value->name);
		const char *text = value->text;

		if (limit != NULL)
		{
			if (!read_limit(value->name, text, limit, error))
				return false;
			continue;
		}
		if (find_keyword(parameters, value->name) < 0)
			continue;			/* of a pool or a sink */
		if (value->type == OPTION_TEXT)
		{
			PgcError   *reason = NULL;

			text = secret_expand(&parameters->arena, text, &reason);
			if (text == NULL)
			{
				if (error != NULL)
					*error = reason;
				else
					pgc_error_free(reason);
				return false;
			}
		}
		parameters_set(parameters, value->name, text);
	}
	return true;
}

/*
 * A JSON object.  A role or variables that nothing would set are refused:
 * whoever asked for them counts on what they keep from being done.
 */
static bool
read_object(Parameters *parameters, const char *text, PgcError **error)
{
	static const char *const per_transaction[] = {"set_role", "session_variables"};

	parameters->config = config_of_connection(text, strlen(text), error);
	if (parameters->config == NULL)
		return false;
	for (size_t i = 0; i < 2; i++)
	{
		if (config_value(parameters->config->connections, per_transaction[i]) == NULL)
			continue;
		pgc_error_format(error, "0A000", NULL,
						 "It is set in each transaction of a sink; leave it out to connect.",
						 "option \"%s\" is not for a connection alone", per_transaction[i]);
		return false;
	}
	return read_entry(parameters, parameters->config->connections, error);
}

static bool
read_pairs(Parameters *parameters, const char *const *keywords,
		   const char *const *values, PgcError **error)
{
	for (int i = 0; keywords != NULL && keywords[i] != NULL; i++)
	{
		int		   *limit;

		if (values[i] == NULL || values[i][0] == '\0')
			continue;
		limit = own_limit(parameters, keywords[i]);
		if (limit != NULL)
		{
			if (!read_limit(keywords[i], values[i], limit, error))
				return false;
		}
		else if (find_keyword(parameters, keywords[i]) < 0)
		{
			pgc_error_format(error, PGC_INVALID_PARAMETER, NULL, NULL,
							 "unrecognized connection parameter \"%s\"",
							 keywords[i]);
			return false;
		}
		else
			parameters_set(parameters, keywords[i], values[i]);
	}
	return true;
}

static bool
is_object(const char *conninfo)
{
	return conninfo[strspn(conninfo, " \t\r\n")] == '{';
}

bool
parameters_read(Parameters *parameters, const char *conninfo,
				const ConfigEntry *entry,
				const char *const *keywords, const char *const *values,
				PgcError **error)
{
	bool		object;

	memset(parameters, 0, sizeof(*parameters));
	parameters->connection_timeout_ms = -1;
	parameters->call_timeout_ms = -1;
	if (conninfo == NULL)
		conninfo = "";
	object = is_object(conninfo);
	parameters->secret_in_text = !object && could_hold_password(conninfo);

	return read_conninfo(parameters, object ? "" : conninfo, error) &&
		(!object || read_object(parameters, conninfo, error)) &&
		(entry == NULL || read_entry(parameters, entry, error)) &&
		read_pairs(parameters, keywords, values, error);
}

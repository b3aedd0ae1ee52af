/*-------------------------------------------------------------------------
 *
 * connection.c
 *	  Opening and closing connections.
 *
 *-------------------------------------------------------------------------
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "internal.h"

/* Seconds for each address, where nobody says otherwise. */
#define CONNECT_TIMEOUT "30"

const char *
pgc_version(void)
{
	return PG_CONNECTOR_VERSION;
}

int
pgc_version_num(void)
{
	return PGC_VERSION_NUM;
}

/*-------------------------------------------------------------------------
 * Parameters: libpq's list of all there are, with the values given.
 *-------------------------------------------------------------------------
 */

typedef struct Parameters
{
	PQconninfoOption *options;	/* libpq's; keyword NULL ends it */
	const char **keywords;		/* the same, as PQconnectdbParams wants them */
	const char **values;		/* NULL: not given */
	int			count;
	bool		secret_in_text; /* conninfo could hold a password */
} Parameters;

static void
parameters_free(Parameters *parameters)
{
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

static int
find_keyword(const Parameters *parameters, const char *keyword)
{
	for (int i = 0; i < parameters->count; i++)
	{
		if (strcmp(parameters->keywords[i], keyword) == 0)
			return i;
	}
	return -1;
}

static const char *
get_value(const Parameters *parameters, const char *keyword)
{
	int			i = find_keyword(parameters, keyword);
	const char *value = i < 0 ? NULL : parameters->values[i];

	return value != NULL && value[0] != '\0' ? value : NULL;
}

static void
set_value(Parameters *parameters, const char *keyword, const char *value)
{
	int			i = find_keyword(parameters, keyword);

	if (i >= 0)
		parameters->values[i] = value;
}

/*
 * Read conninfo and what takes precedence over it.  False with *error set on
 * failure; to be freed either way.
 */
static bool
parameters_read(Parameters *parameters, const char *conninfo,
				const char *const *keywords, const char *const *values,
				PgcError **error)
{
	char	   *reason = NULL;
	int			count = 0;

	memset(parameters, 0, sizeof(*parameters));
	if (conninfo == NULL)
		conninfo = "";
	parameters->secret_in_text = could_hold_password(conninfo);

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

	for (int i = 0; keywords != NULL && keywords[i] != NULL; i++)
	{
		if (values[i] == NULL || values[i][0] == '\0')
			continue;
		if (find_keyword(parameters, keywords[i]) < 0)
		{
			pgc_error_format(error, PGC_INVALID_PARAMETER, NULL, NULL,
							 "unrecognized connection parameter \"%s\"",
							 keywords[i]);
			return false;
		}
		set_value(parameters, keywords[i], values[i]);
	}
	return true;
}

/*
 * Whether the service file, which only libpq reads, sets a connect timeout.
 * To make libpq tell without connecting, it is given a parameter on which it
 * gives up before.
 */
static bool
service_sets_timeout(const char *service)
{
	const char *keywords[] = {"service", "host", "port", NULL};
	const char *values[] = {service, "/", "1,2,3", NULL};
	PGconn	   *pg = PQconnectStartParams(keywords, values, 0);
	PQconninfoOption *options = PQconninfo(pg);
	bool		found = false;

	for (int i = 0; options != NULL && options[i].keyword != NULL; i++)
	{
		if (strcmp(options[i].keyword, "connect_timeout") == 0)
			found = options[i].val != NULL && options[i].val[0] != '\0';
	}
	PQconninfoFree(options);
	PQfinish(pg);
	return found;
}

static const char *
environment(const char *name)
{
	const char *value = getenv(name);

	return value != NULL && value[0] != '\0' ? value : NULL;
}

static bool
timeout_is_set(const Parameters *parameters)
{
	const char *service = get_value(parameters, "service");

	if (get_value(parameters, "connect_timeout") != NULL ||
		environment("PGCONNECT_TIMEOUT") != NULL)
		return true;
	if (service == NULL)
		service = environment("PGSERVICE");
	return service != NULL && service_sets_timeout(service);
}

/*-------------------------------------------------------------------------
 * Connections
 *-------------------------------------------------------------------------
 */

/* PQnoticeProcessor: a library prints nothing. */
static void
ignore_notice(void *arg, const char *message)
{
	(void) arg;
	(void) message;
}

static bool
check_server(PGconn *pg, PgcError **error)
{
	int			version = PQserverVersion(pg);

	/* 0 is a pooler that does not say; the call will show. */
	if (version == 0 || version >= PGC_OLDEST_SERVER)
		return true;
	pgc_error_format(error, "0A000", NULL,
					 "pg_connector needs PostgreSQL 14 or later.",
					 "server version %d is too old", version / 10000);
	return false;
}

PgcConnection *
pgc_connect_params(const char *conninfo, const char *const *keywords,
				   const char *const *values, PgcError **error)
{
	Parameters	parameters;
	PgcConnection *conn;
	bool		ok = false;

	if (error != NULL)
		*error = NULL;

	if (!parameters_read(&parameters, conninfo, keywords, values, error))
	{
		parameters_free(&parameters);
		return NULL;
	}
	set_value(&parameters, "client_encoding", "UTF8");
	if (get_value(&parameters, "fallback_application_name") == NULL)
		set_value(&parameters, "fallback_application_name", "pgconnector");
	if (!timeout_is_set(&parameters))
		set_value(&parameters, "connect_timeout", CONNECT_TIMEOUT);

	conn = calloc(1, sizeof(PgcConnection));
	if (conn != NULL)
		conn->pg = PQconnectdbParams(parameters.keywords, parameters.values, 0);

	if (conn == NULL || conn->pg == NULL)
		pgc_error_out_of_memory(error);
	else if (PQstatus(conn->pg) != CONNECTION_OK)
		pgc_error_of_connecting(error, conn->pg, parameters.secret_in_text);
	else if (check_server(conn->pg, error))
	{
		PQsetNoticeProcessor(conn->pg, ignore_notice, NULL);
		conn->cancel = PQgetCancel(conn->pg);
		ok = conn->cancel != NULL;
		if (!ok)
			pgc_error_out_of_memory(error);
	}
	parameters_free(&parameters);
	if (!ok)
	{
		pgc_connection_close(conn);
		return NULL;
	}
	return conn;
}

PgcConnection *
pgc_connect(const char *conninfo, PgcError **error)
{
	return pgc_connect_params(conninfo, NULL, NULL, error);
}

void
pgc_connection_close(PgcConnection *conn)
{
	if (conn == NULL)
		return;
	PQfreeCancel(conn->cancel);
	PQfinish(conn->pg);
	free(conn);
}

bool
pgc_connection_is_open(const PgcConnection *conn)
{
	return conn != NULL && PQstatus(conn->pg) == CONNECTION_OK;
}

bool
pgc_connection_cancel(const PgcConnection *conn)
{
	char		ignored[256];
	int			saved_errno = errno;
	bool		ok = PQcancel(conn->cancel, ignored, sizeof(ignored)) != 0;

	errno = saved_errno;
	return ok;
}

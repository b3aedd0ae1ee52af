/*-------------------------------------------------------------------------
 *
 * connect.c
 *	  Opening a connection within a time.
 *
 * libpq keeps its connect_timeout, which is one for each address, only where
 * it waits itself.  Here we wait, so the limit of the whole, of each host and
 * of each address are kept here.  A host whose time is over is left out and
 * the others are tried from the beginning: they fail or succeed as they did,
 * and what target_session_attrs asks for is still found.  The time that
 * looking up names takes is not ours to limit.
 *
 *-------------------------------------------------------------------------
 */
#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "internal.h"
#include "parameters.h"

/* For the whole, where nobody says otherwise. */
#define CONNECT_TIMEOUT_MS 30000

/*
 * A network that is gone without a word is noticed after about a minute, or
 * sooner if something is being sent; libpq leaves that to the system, which
 * takes hours.
 */
#define KEEPALIVE_IDLE 30		/* seconds */
#define KEEPALIVE_INTERVAL 10
#define KEEPALIVE_COUNT 3
#define SENDING_LIMIT 60

typedef struct Hosts
{
	char	   *names;			/* "a,b": host, or hostaddr where there is no host */
	char	   *addresses;		/* hostaddr, or NULL */
	char	   *ports;			/* or NULL */
	int			count;
	bool		named;			/* names are from host */
} Hosts;

typedef struct Limits
{
	int64_t		end;			/* of the whole, 0: none */
	int			host_ms;		/* for each, 0: its share of the whole */
	int			address_ms;		/* for an address to answer at all, 0: none */
} Limits;

typedef enum Outcome
{
	OUTCOME_DONE,				/* connected, or not */
	OUTCOME_STALLED				/* the time is over */
} Outcome;

static const char *
option_value(const PQconninfoOption *options, const char *keyword)
{
	for (int i = 0; options[i].keyword != NULL; i++)
	{
		if (strcmp(options[i].keyword, keyword) == 0)
			return options[i].val != NULL && options[i].val[0] != '\0' ?
				options[i].val : NULL;
	}
	return NULL;
}

static int
count_items(const char *list)
{
	int			count = 1;

	for (; *list != '\0'; list++)
		count += *list == ',';
	return count;
}

/* The nth item of a list, not copied. */
static const char *
item(const char *list, int n, size_t *len)
{
	while (n-- > 0)
		list = strchr(list, ',') + 1;
	*len = strcspn(list, ",");
	return list;
}

static bool
item_equals(const char *list, int n, const char *text)
{
	size_t		len;
	const char *found = item(list, n, &len);

	return strlen(text) == len && memcmp(found, text, len) == 0;
}

/* Take the nth item out of a list. */
static void
remove_item(char *list, int n)
{
	size_t		len;
	char	   *start = list + (item(list, n, &len) - list);

	if (start[len] == ',')
		memmove(start, start + len + 1, strlen(start + len + 1) + 1);
	else if (start > list)
		start[-1] = '\0';
}

static void
hosts_free(Hosts *hosts)
{
	free(hosts->names);
	free(hosts->addresses);
	free(hosts->ports);
}

static bool
copy_list(char **copy, const char *list)
{
	*copy = list ? strdup(list) : NULL;
	return list == NULL || *copy != NULL;
}

/* False if memory ran out. */
static bool
hosts_read(Hosts *hosts, const PQconninfoOption *options)
{
	const char *names = option_value(options, "host");
	const char *addresses = option_value(options, "hostaddr");
	const char *ports = option_value(options, "port");

	memset(hosts, 0, sizeof(*hosts));
	hosts->count = 1;
	hosts->named = names != NULL;
	if (names == NULL)
		names = addresses;
	if (names == NULL)
		return true;
	hosts->count = count_items(names);
	if (ports != NULL && count_items(ports) != hosts->count)
		ports = NULL;			/* one for all */
	return copy_list(&hosts->names, names) &&
		copy_list(&hosts->addresses, addresses) &&
		copy_list(&hosts->ports, ports);
}

/* Which host libpq is at, the last time having been at "from". */
static int
hosts_current(const Hosts *hosts, PGconn *pg, int from)
{
	for (int i = 0; i < hosts->count && hosts->count > 1; i++)
	{
		int			n = (from + i) % hosts->count;

		if (item_equals(hosts->names, n, PQhost(pg)) &&
			(hosts->ports == NULL || item_equals(hosts->ports, n, PQport(pg))))
			return n;
	}
	return from;
}

static void
hosts_remove(Hosts *hosts, int n)
{
	remove_item(hosts->names, n);
	if (hosts->addresses != NULL)
		remove_item(hosts->addresses, n);
	if (hosts->ports != NULL)
		remove_item(hosts->ports, n);
	hosts->count--;
}

static bool
limits_read(Limits *limits, const Parameters *parameters,
			const PQconninfoOption *options, int64_t now, PgcError **error)
{
	const char *text = option_value(options, "connect_timeout");
	int			whole_ms = parameters->connection_timeout_ms;

	memset(limits, 0, sizeof(*limits));
	if (text != NULL)
	{
		char	   *end;
		long		seconds;

		errno = 0;
		seconds = strtol(text, &end, 10);
		if (errno != 0 || end == text || *end != '\0' || seconds > INT32_MAX / 1000)
		{
			pgc_error_format(error, PGC_INVALID_PARAMETER, NULL, NULL,
							 "invalid integer value for connection option \"connect_timeout\"");
			return false;
		}
		limits->host_ms = limits->address_ms = seconds > 0 ? (int) seconds * 1000 : 0;
		if (whole_ms < 0)
			whole_ms = 0;
	}
	else
	{
		if (whole_ms < 0)
			whole_ms = CONNECT_TIMEOUT_MS;
		limits->address_ms = whole_ms / 3;
	}
	limits->end = whole_ms > 0 ? now + whole_ms : 0;
	return true;
}

static int64_t
earlier(int64_t a, int64_t b)
{
	return b == 0 || (a != 0 && a < b) ? a : b;
}

/* Have libpq connect, until it has or a host's time is over. */
static Outcome
poll_connection(PGconn *pg, const Hosts *hosts, const Limits *limits, int *host)
{
	PostgresPollingStatusType want = PGRES_POLLING_WRITING;
	int			current = -1;
	int64_t		host_end = 0;
	bool		stalled = false;

	*host = 0;
	while (want != PGRES_POLLING_OK && want != PGRES_POLLING_FAILED)
	{
		int64_t		now = clock_ms();
		int64_t		end;
		bool		answered = PQstatus(pg) != CONNECTION_STARTED;
		int			ready;

		*host = hosts_current(hosts, pg, *host);
		if (*host != current)
		{
			current = *host;
			if (limits->host_ms > 0)
				host_end = now + limits->host_ms;
			else if (limits->end > 0)
				host_end = now + (limits->end - now) / hosts->count;
		}
		end = earlier(host_end, limits->end);
		if (!answered && limits->address_ms > 0)
			end = earlier(now + limits->address_ms, end);

		ready = socket_wait(PQsocket(pg), want == PGRES_POLLING_READING ? PGC_WANT_READ : PGC_WANT_WRITE, end);
		if (ready == 0)
		{
			/*
			 * An address that does not answer is given up by closing its
			 * socket, upon which libpq turns to the host's next one.
			 */
			now = clock_ms();
			stalled = true;
			if (answered || (host_end > 0 && now >= host_end) ||
				(limits->end > 0 && now >= limits->end) ||
				shutdown(PQsocket(pg), SHUT_RDWR) != 0)
				return OUTCOME_STALLED;
		}
		else
			stalled = false;
		want = PQconnectPoll(pg);
	}
	return stalled && want == PGRES_POLLING_FAILED ? OUTCOME_STALLED : OUTCOME_DONE;
}

/* A library prints nothing. */
static void
ignore_notice(void *arg, const PGresult *result)
{
	(void) arg;
	(void) result;
}

static bool
limits_over(const Limits *limits)
{
	return limits->end > 0 && clock_ms() >= limits->end;
}

/*
 * Connect.  NULL with the error reported; a connection that is not to be
 * used never comes out.
 */
static PGconn *
open_in_time(Parameters *parameters, PgcError **error)
{
	int64_t		start = clock_ms();
	Hosts		hosts = {0};
	Limits		limits;
	bool		first = true;

	for (;;)
	{
		PGconn	   *pg = PQconnectStartParams(parameters->keywords, parameters->values, 0);
		Outcome		outcome = OUTCOME_DONE;
		int			host = 0;
		bool		ok = pg != NULL;

		if (ok)
			PQsetNoticeReceiver(pg, ignore_notice, NULL);
		if (ok && first && PQstatus(pg) != CONNECTION_BAD)
		{
			PQconninfoOption *options = PQconninfo(pg);
			bool		known = options != NULL &&
				limits_read(&limits, parameters, options, start, error);

			ok = options != NULL && known && hosts_read(&hosts, options);
			PQconninfoFree(options);
			if (options != NULL && !known)
			{
				PQfinish(pg);
				return NULL;
			}
			first = false;
		}
		if (!ok)
		{
			PQfinish(pg);
			hosts_free(&hosts);
			pgc_error_out_of_memory(error);
			return NULL;
		}
		if (PQstatus(pg) != CONNECTION_BAD)
			outcome = poll_connection(pg, &hosts, &limits, &host);
		if (outcome == OUTCOME_DONE && PQstatus(pg) == CONNECTION_OK)
		{
			hosts_free(&hosts);
			return pg;
		}
		if (outcome == OUTCOME_STALLED && hosts.count > 1 && !limits_over(&limits))
		{
			PQfinish(pg);
			hosts_remove(&hosts, host);
			if (hosts.named)
				parameters_set(parameters, "host", hosts.names);
			if (hosts.addresses != NULL)
				parameters_set(parameters, "hostaddr", hosts.addresses);
			if (hosts.ports != NULL)
				parameters_set(parameters, "port", hosts.ports);
			continue;
		}
		if (outcome == OUTCOME_STALLED)
			pgc_error_connect_timeout(error, pg, parameters->secret_in_text);
		else
			pgc_error_of_connecting(error, pg, parameters->secret_in_text);
		PQfinish(pg);
		hosts_free(&hosts);
		return NULL;
	}
}

/* Our defaults, where nobody gave others.  To fail in it does no harm. */
static void
keep_alive(PgcConnection *conn)
{
	PQconninfoOption *options = PQconninfo(conn->pg);
	const char *on = options ? option_value(options, "keepalives") : NULL;
	int			sock = PQsocket(conn->pg);
	int			limit = SENDING_LIMIT;
	struct sockaddr_storage address;
	socklen_t	len = sizeof(address);

	if (options != NULL && (on == NULL || strtol(on, NULL, 10) != 0) &&
		getpeername(sock, (struct sockaddr *) &address, &len) == 0 &&
		(address.ss_family == AF_INET || address.ss_family == AF_INET6))
	{
#if defined(TCP_KEEPIDLE) && defined(TCP_KEEPINTVL) && defined(TCP_KEEPCNT)
		static const struct
		{
			const char *keyword;
			int			option;
			int			value;
		}			settings[] = {
			{"keepalives_idle", TCP_KEEPIDLE, KEEPALIVE_IDLE},
			{"keepalives_interval", TCP_KEEPINTVL, KEEPALIVE_INTERVAL},
			{"keepalives_count", TCP_KEEPCNT, KEEPALIVE_COUNT},
		};
		int			actual[3];
		bool		known = true;

		for (int i = 0; i < 3; i++)
		{
			socklen_t	size = sizeof(int);

			if (option_value(options, settings[i].keyword) == NULL)
				setsockopt(sock, IPPROTO_TCP, settings[i].option,
						   &settings[i].value, sizeof(int));
			known &= getsockopt(sock, IPPROTO_TCP, settings[i].option,
								&actual[i], &size) == 0;
		}

		/* A longer limit would hold back keepalives that are sooner, too. */
		if (known && actual[0] + (int64_t) actual[1] * actual[2] < limit)
			limit = actual[0] + actual[1] * actual[2];
#endif
		if (option_value(options, "tcp_user_timeout") == NULL)
			conn->sending_limit_ms = limit * 1000;
		connection_limit_sending(conn, true);
	}
	PQconninfoFree(options);
}

void
connection_limit_sending(PgcConnection *conn, bool on)
{
#ifdef TCP_USER_TIMEOUT
	unsigned int milliseconds = on ? (unsigned int) conn->sending_limit_ms : 0;

	if (conn->sending_limit_ms > 0)
		setsockopt(PQsocket(conn->pg), IPPROTO_TCP, TCP_USER_TIMEOUT,
				   &milliseconds, sizeof(milliseconds));
#else
	(void) conn;
	(void) on;
#endif
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

static PgcConnection *
connect_with(Parameters *parameters, PgcError **error)
{
	PgcConnection *conn = calloc(1, sizeof(PgcConnection));

	parameters_set(parameters, "client_encoding", "UTF8");
	if (parameters_get(parameters, "fallback_application_name") == NULL)
		parameters_set(parameters, "fallback_application_name", "pgconnector");
	if (conn == NULL)
	{
		pgc_error_out_of_memory(error);
		return NULL;
	}
	conn->pg = open_in_time(parameters, error);
	if (conn->pg != NULL && check_server(conn->pg, error))
	{
		conn->cancel = PQgetCancel(conn->pg);
		if (conn->cancel != NULL && connection_prepare(conn))
		{
			keep_alive(conn);
			conn->timeout_ms = parameters->call_timeout_ms > 0 ?
				parameters->call_timeout_ms : 0;
			return conn;
		}
		pgc_error_out_of_memory(error);
	}
	pgc_connection_close(conn);
	return NULL;
}

static PgcConnection *
connect_to(const char *conninfo, const ConfigEntry *entry,
		   const char *const *keywords, const char *const *values,
		   PgcError **error)
{
	Parameters	parameters;
	PgcConnection *conn = NULL;

	if (error != NULL)
		*error = NULL;
	if (parameters_read(&parameters, conninfo, entry, keywords, values, error))
		conn = connect_with(&parameters, error);
	parameters_free(&parameters);
	return conn;
}

PgcConnection *
pgc_connect_params(const char *conninfo, const char *const *keywords,
				   const char *const *values, PgcError **error)
{
	return connect_to(conninfo, NULL, keywords, values, error);
}

PgcConnection *
pgc_connect(const char *conninfo, PgcError **error)
{
	return connect_to(conninfo, NULL, NULL, NULL, error);
}

PgcConnection *
connect_entry(const ConfigEntry *entry, PgcError **error)
{
	return connect_to(NULL, entry, NULL, NULL, error);
}

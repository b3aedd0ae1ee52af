/*-------------------------------------------------------------------------
 *
 * connect_error.c
 *	  Why a connection could not be opened.
 *
 * libpq tells that in prose only: several lines where it tried several
 * addresses, or with and without encryption.  The server's part of it begins
 * with "FATAL:", and its SQLSTATE is not passed on, so that it has to be
 * found from the message.  What is not recognized, a translated message
 * for example, is an error of connecting all the same.
 *
 *-------------------------------------------------------------------------
 */
#include <stdlib.h>
#include <string.h>

#include "internal.h"

/*
 * No encrypted connection, or not with the server that was meant.  SQL has
 * no code for it, and PostgreSQL none either; subclasses that begin with a
 * letter from I on are left to implementations.
 */
#define TLS_FAILURE "08T01"

#define HINT_SERVER_TLS \
	"The server offers no TLS: turn it on there (ssl = on), or, where the network is trusted, connect with sslmode=prefer."
#define HINT_NEEDS_TLS \
	"The server may accept encrypted connections only: connect with sslmode=require or stricter."
#define HINT_CERTIFICATE \
	"Check that sslrootcert names the file of the authority that signed the server's certificate, and that host is the name in it."

typedef struct ConnectError
{
	const char *pattern;		/* found in a line of the message */
	const char *code;
	const char *hint;			/* NULL: the code's own */
} ConnectError;

/*
 * The first that fits any line decides, so what is more telling comes first:
 * of two servers, one unreachable and one refusing the password, the
 * password is worth knowing about.
 */
static const ConnectError connect_errors[] = {
	{"password authentication failed", "28P01", NULL},
	{"no password supplied", "28P01",
	"The server asks for a password: set PGPASSWORD, or put it into the password file (~/.pgpass)."},
	{"empty password returned", "28P01", NULL},
	{"password could not be read", "28P01", NULL},
	{"SASL authentication failed", "28P01", NULL},

	{"too many clients already", "53300", NULL},
	{"too many connections for", "53300", NULL},
	{"remaining connection slots are reserved", "53300", NULL},
	{"no more connections allowed", "53300", NULL}, /* PgBouncer */

	{"certificate authentication failed", "28000", NULL},
	{"requires a valid client certificate", "28000", NULL},

	{"server does not support SSL, but SSL was required", TLS_FAILURE, HINT_SERVER_TLS},
	{"SSL required", TLS_FAILURE, HINT_NEEDS_TLS},	/* PgBouncer */
	{"certificate verify failed", TLS_FAILURE, HINT_CERTIFICATE},
	{"does not match host name", TLS_FAILURE, HINT_CERTIFICATE},
	{"root certificate", TLS_FAILURE, HINT_CERTIFICATE},
	{"SSL error", TLS_FAILURE, NULL},
	{"certificate file", TLS_FAILURE, NULL},
	{"private key file", TLS_FAILURE, NULL},
	{"no SSL error reported", TLS_FAILURE, NULL},
	{"channel binding", TLS_FAILURE, NULL},

	{"no pg_hba.conf entry", "28000", NULL},
	{"pg_hba.conf rejects", "28000", NULL},
	{"authentication failed for user", "28000", NULL},
	{"is not permitted to log in", "28000", NULL},
	{"FATAL:  role \"", "28000", NULL},

	{"permission denied for database", "42501",
	"The database's owner can allow this with GRANT CONNECT ON DATABASE."},
	{"is not currently accepting connections", "55000", NULL},
	{"FATAL:  database \"", "3D000", NULL},
	{"no such database", "3D000", NULL},	/* PgBouncer */

	{"the database system is", "57P03", NULL},
	{"administrator command", "57P01", NULL},
	{"unsupported frontend protocol", "08P01", NULL},
	{"invalid response to SSL negotiation", "08P01",
	"Check that host and port are those of a PostgreSQL server."},
	{"expected authentication request", "08P01",
	"Check that host and port are those of a PostgreSQL server."},
	{"connection option \"", PGC_INVALID_PARAMETER, NULL},
	{"invalid port number", PGC_INVALID_PARAMETER, NULL},
	{"invalid sslmode value", PGC_INVALID_PARAMETER, NULL},
	{"invalid SSL protocol version", PGC_INVALID_PARAMETER, NULL},
	{"could not match", PGC_INVALID_PARAMETER, NULL},
	{"in service file", PGC_INVALID_PARAMETER, NULL},
	{"service file \"", PGC_INVALID_PARAMETER, NULL},
	{"definition of service", PGC_INVALID_PARAMETER,
	"Services are defined in ~/.pg_service.conf, or the file that PGSERVICEFILE names."},
	{"could not translate host name", "08001",
	"Check the spelling of the host, and that this machine can look up names."},
	{"timeout expired", "08001", NULL},
};

/* What comes before the server's words: "connection to ... failed: FATAL:  " */
#define SERVER_SAID ": FATAL:  "

/* Anything else that the server said, and anything else. */
static const ConnectError rejected = {NULL, "08004", NULL};
static const ConnectError unreachable = {NULL, "08001", NULL};

/* The line of the text that holds the position. */
static const char *
line_start(const char *text, const char *at)
{
	while (at > text && at[-1] != '\n')
		at--;
	return at;
}

/*
 * Find the error that fits the message best, and where its line begins.
 */
static const ConnectError *
recognize(const char *text, const char **line)
{
	const char *found;

	for (size_t i = 0; i < sizeof(connect_errors) / sizeof(connect_errors[0]); i++)
	{
		found = strstr(text, connect_errors[i].pattern);
		if (found != NULL)
		{
			*line = line_start(text, found);
			return &connect_errors[i];
		}
	}
	found = strstr(text, "FATAL:  ");
	*line = found ? line_start(text, found) : text;
	return found ? &rejected : &unreachable;
}

/* Append the text to a string of lines, each without its indentation. */
static char *
append_lines(char *end, const char *text, const char *text_end)
{
	while (text < text_end)
	{
		const char *line_end = memchr(text, '\n', (size_t) (text_end - text));

		if (line_end == NULL)
			line_end = text_end;
		while (text < line_end && *text == '\t')
			text++;
		memcpy(end, text, (size_t) (line_end - text));
		end += line_end - text;
		*end++ = '\n';
		text = line_end + 1;
	}
	return end;
}

/*
 * Whether the server turns away who comes without encryption, which this
 * client was told to do.
 */
static bool
needs_encryption(PGconn *pg, const char *text)
{
	PQconninfoOption *options;
	bool		disabled = false;

	if (strstr(text, "no encryption") == NULL || strstr(text, "[local]") != NULL)
		return false;
	options = PQconninfo(pg);
	for (int i = 0; options != NULL && options[i].keyword != NULL; i++)
	{
		if (strcmp(options[i].keyword, "sslmode") == 0)
			disabled = options[i].val != NULL && strcmp(options[i].val, "disable") == 0;
	}
	PQconninfoFree(options);
	return disabled;
}

static bool
holds_at(const char *name)
{
	return name != NULL && strchr(name, '@') != NULL;
}

void
pgc_error_of_connecting(PgcError **error, PGconn *pg, bool may_name_secret)
{
	const char *text = PQerrorMessage(pg);
	const char *line;
	const char *said;
	size_t		line_len;
	size_t		message_len;
	size_t		len = strlen(text);
	const ConnectError *found = recognize(text, &line);
	ErrorObject object = {.code = found->code, .hint = found->hint,
	ERROR_OBJECT_UNKNOWN};
	char	   *message;
	char	   *detail;
	char	   *end;

	if (strcmp(found->code, "28000") == 0 && needs_encryption(pg, text))
	{
		object.code = TLS_FAILURE;
		object.hint = HINT_NEEDS_TLS;
	}

	/*
	 * Where a URI was not understood as it was meant, a piece of the
	 * password can have become the host or the database.
	 */
	if (may_name_secret && (holds_at(PQhost(pg)) || holds_at(PQdb(pg))))
	{
		pgc_error_format(error, object.code, NULL, object.hint,
						 "could not connect with these parameters");
		return;
	}
	if (len == 0)
	{
		pgc_error_format(error, found->code, NULL, NULL, "could not connect");
		return;
	}

	/*
	 * The line that says it is the message, all others are the detail.  Of
	 * the server's line, the server's words are the message.
	 */
	line_len = strcspn(line, "\n");
	said = strstr(line, SERVER_SAID);
	if (said == NULL || said > line + line_len)
		said = line;
	else
		said += strlen(SERVER_SAID);
	message_len = line_len - (size_t) (said - line);

	message = malloc(message_len + 1);
	detail = malloc(len + 3);
	if (message == NULL || detail == NULL)
		pgc_error_out_of_memory(error);
	else
	{
		memcpy(message, said, message_len);
		message[message_len] = '\0';

		end = append_lines(detail, text, line);
		if (said > line)
			end = append_lines(end, line, said - strlen(SERVER_SAID));
		if (line[line_len] == '\n')
			end = append_lines(end, line + line_len + 1, text + len);

		/* The last line end, if there is any line. */
		if (end > detail)
			end--;
		*end = '\0';
		object.message = message;
		object.detail = detail[0] != '\0' ? detail : NULL;
		pgc_error_report(error, &object);
	}
	free(message);
	free(detail);
}

void
pgc_error_connect_timeout(PgcError **error, PGconn *pg, bool may_name_secret)
{
	const char *host = PQhost(pg);
	const char *hint = "The server, or something before it, does not answer: check host, port and firewall, or give it more time with connect_timeout or connection_timeout_ms.";

	if (may_name_secret && (holds_at(host) || holds_at(PQdb(pg))))
		pgc_error_format(error, "08001", NULL, hint, "could not connect: timeout expired");
	else
		pgc_error_format(error, "08001", NULL, hint,
						 "connection to server at \"%s\", port %s failed: timeout expired",
						 host ? host : "", PQport(pg) ? PQport(pg) : "");
}

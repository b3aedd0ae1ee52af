/*-------------------------------------------------------------------------
 *
 * session.c
 *	  A connection of the program.
 *
 *-------------------------------------------------------------------------
 */
#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "exit_status.h"
#include "session.h"
#include "show.h"
#include "text.h"

/* For the signal handler: the connection on which a call is running. */
static PgcConnection *volatile running;

/* Seconds after which to cancel again what still runs. */
#define CANCEL_AGAIN 1

/*
 * A server that has not begun with the call, or is between two statements of
 * one, takes no notice of being told to cancel.
 */
static void
cancel_again(int signal_number)
{
	(void) signal_number;
	if (running == NULL)
		return;
	pgc_connection_cancel(running);
	(void) alarm(CANCEL_AGAIN);
}

/*
 * Ctrl-C or a terminate signal: have the server cancel the call, whose error
 * then ends the program.  As long as none runs there is nothing to wait for.
 * The handler is good for one signal, so that a second ends the program
 * even if the server does not answer.
 */
static void
handle_signal(int signal_number)
{
	static const char message[] = "pgconnector: cancelled\n";

	if (running != NULL)
		cancel_again(signal_number);
	else
	{
		ssize_t		ignored = write(STDERR_FILENO, message, sizeof(message) - 1);

		(void) ignored;
		_exit(STATUS_CANCELLED);
	}
}

static void
set_handler(int signal_number, void (*handler) (int), int flags)
{
	struct sigaction action;

	memset(&action, 0, sizeof(action));
	action.sa_handler = handler;
	action.sa_flags = flags;
	sigemptyset(&action.sa_mask);
	sigaction(signal_number, &action, NULL);
}

void
catch_stop_signals(void (*handler) (int), int flags)
{
	static const int signals[] = {SIGINT, SIGTERM};

	for (int i = 0; i < 2; i++)
	{
		struct sigaction action;

		/* A background job's shell may have it ignored; leave it so. */
		if (sigaction(signals[i], NULL, &action) == 0 &&
			action.sa_handler == SIG_IGN)
			continue;
		set_handler(signals[i], handler, flags);
	}
}

static void
catch_signals(void)
{
	catch_stop_signals(handle_signal, (int) (SA_RESETHAND | SA_NODEFER | SA_RESTART));
	set_handler(SIGALRM, cancel_again, SA_RESTART);
}

/* A member of an error, on lines of its own. */
static void
print_member(const char *name, const char *text)
{
	if (text == NULL)
		return;
	fprintf(stderr, "%s: ", name);
	text_put_lines(stderr, text, "  ");
	putc('\n', stderr);
}

int
print_error(PgcError *error)
{
	int			status = exit_status_of(pgc_error_kind(error));
	const char *path = pgc_error_path(error);

	fprintf(stderr, "pgconnector: %s: ", pgc_error_kind_name(error));
	text_put_lines(stderr, pgc_error_message(error), "  ");
	fprintf(stderr, " (%s)\n", pgc_error_code(error));
	print_member("detail", pgc_error_detail(error));
	print_member("at", path == NULL || path[0] != '\0' ? path : "the request");
	if (pgc_error_position(error) > 0)
		fprintf(stderr, "position: character %d of the SQL text\n",
				pgc_error_position(error));
	print_member("hint", pgc_error_hint(error));
	pgc_error_free(error);
	return status;
}

/* Where connections are by default, below the home directory. */
#define CONNECTIONS_FILE "/.pgconnector/connections"

char *
connections_file(const char *given)
{
	const char *file = given;
	const char *home = getenv("HOME");
	char	   *path;

	if (file == NULL)
		file = getenv("PGCONNECTOR_CONNECTIONS");
	if (file != NULL && file[0] != '\0')
		return strdup(file);
	if (home == NULL)
		home = "";
	path = malloc(strlen(home) + sizeof(CONNECTIONS_FILE));
	if (path != NULL)
	{
		strcpy(path, home);
		strcat(path, CONNECTIONS_FILE);
	}
	return path;
}

/*
 * Read the connections file, and what it says of the connection.  NULL with
 * session->status set if there is no such file or connection.
 */
static const char *
find_connection(Session *session, const Options *options, PgcConfig **config)
{
	char	   *file = connections_file(options->connections);
	const char *connection = NULL;
	PgcError   *error;

	*config = NULL;
	if (file == NULL)
	{
		session_out_of_memory(session);
		return NULL;
	}
	*config = pgc_config_read(file, &error);
	if (*config == NULL)
		session->status = print_error(error);
	else
	{
		connection = pgc_config_connection(*config, options->connection);
		if (connection == NULL)
		{
			fprintf(stderr, "pgconnector: not_found: there is no connection \"%s\" in \"%s\" (42704)\n",
					options->connection, file);
			session->status = exit_status_of(PGC_KIND_NOT_FOUND);
		}
	}
	free(file);
	return connection;
}

bool
session_open(Session *session, const Options *options)
{
	PgcConfig  *config = NULL;
	const char *conninfo = options->dsn;
	const char *keywords[] = {"host", "port", "dbname", "user", NULL};
	const char *values[] = {
		options->host, options->port, options->dbname, options->user, NULL
	};
	PgcError   *error;

	memset(session, 0, sizeof(*session));
	session->options = options;
	catch_signals();
	if (options->connection != NULL)
	{
		conninfo = find_connection(session, options, &config);
		if (conninfo == NULL)
		{
			pgc_config_free(config);
			return false;
		}
	}
	session->conn = pgc_connect_params(conninfo, keywords, values, &error);
	pgc_config_free(config);
	if (session->conn == NULL)
		session->status = print_error(error);
	return session->conn != NULL;
}

void
session_error(Session *session, PgcError *error)
{
	session->status = print_error(error);
}

void
session_begin(Session *session)
{
	running = session->conn;
}

void
session_end(void)
{
	running = NULL;
	(void) alarm(0);
}

PgcReply *
session_call(Session *session, const char *command, const char *request,
			 size_t request_len)
{
	PgcError   *error;
	PgcReply   *reply;

	session_begin(session);
	reply = pgc_call_len(session->conn, command, request, request_len, &error);
	session_end();
	if (reply == NULL)
		session_error(session, error);
	return reply;
}

int
session_close(Session *session)
{
	pgc_connection_close(session->conn);
	session->conn = NULL;
	return session->status;
}

bool
wants_json(const Options *options)
{
	if (options->output == OUTPUT_BY_DESTINATION)
		return !isatty(STDOUT_FILENO);
	return options->output == OUTPUT_JSON;
}

void
session_out_of_memory(Session *session)
{
	fputs("pgconnector: out of memory\n", stderr);
	session->status = STATUS_INTERNAL;
}

static void
write_json(const char *text, size_t len)
{
	fwrite(text, 1, len, stdout);
	if (len == 0 || text[len - 1] != '\n')
		putc('\n', stdout);
}

/*
 * Write, and return 0 or why it failed.  stdio keeps no errno, so nothing
 * that sets it must come between a failed write and the look at it: hence
 * the buffer (without one stdio asks what stdout is), and the questions about
 * the terminal before.
 */
static int
write_result(const Options *options, const char *text, size_t len,
			 ShowReply show, bool *ok)
{
	static char buffer[65536];
	bool		json = wants_json(options);
	JsonScan	scan;
	JsonValue	value;

	(void) terminal_width();
	setvbuf(stdout, buffer, _IOFBF, sizeof(buffer));
	json_scan_init(&scan, text, len, NULL);
	errno = 0;

	/* What is not JSON after all is still the reply. */
	if (json || !json_scan_document(&scan, &value))
		write_json(text, len);
	else
		*ok = show(stdout, &value);
	if (ferror(stdout) || fflush(stdout) != 0)
		return errno != 0 ? errno : EIO;
	return 0;
}

void
session_write_text(Session *session, const char *text, size_t len,
				   ShowReply show)
{
	bool		ok = true;
	int			failure = write_result(session->options, text, len, show, &ok);

	if (failure != 0)
	{
		fprintf(stderr, "pgconnector: could not write the result: %s\n"
				"detail: The command itself has succeeded.\n",
				strerror(failure));
		session->status = STATUS_INTERNAL;
	}
	else if (!ok)
		session_out_of_memory(session);
}

void
session_write(Session *session, const PgcReply *reply, ShowReply show)
{
	session_write_text(session, pgc_reply_text(reply),
					   pgc_reply_length(reply), show);
}

int
run_call(const Options *options, const char *command, const char *request,
		 size_t request_len, ShowReply show)
{
	Session		session;
	PgcReply   *reply = NULL;

	if (session_open(&session, options))
		reply = session_call(&session, command, request, request_len);
	if (reply != NULL)
	{
		session_write(&session, reply, show);
		pgc_reply_free(reply);
	}
	return session_close(&session);
}

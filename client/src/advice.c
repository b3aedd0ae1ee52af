/*-------------------------------------------------------------------------
 *
 * advice.c
 *	  What can be done about an error, where it takes more than the error
 *	  itself to know.
 *
 * An error that cannot be added to, for want of memory or because the server
 * is gone, stays as it is.
 *
 *-------------------------------------------------------------------------
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "arena.h"
#include "core/json_scan.h"
#include "internal.h"

/* Replace an error's hint. */
static void
set_hint(PgcError **error, const char *hint)
{
	ErrorObject object = (*error)->object;
	PgcError   *made = NULL;

	object.hint = hint;
	pgc_error_report(&made, &object);
	if (strcmp(pgc_error_code(made), pgc_error_code(*error)) == 0)
	{
		pgc_error_free(*error);
		*error = made;
	}
	else
		pgc_error_free(made);
}

/*-------------------------------------------------------------------------
 * Privileges
 *-------------------------------------------------------------------------
 */

static const struct
{
	const char *command;
	const char *privileges;
}			needed[] = {
	{"select_rows", "SELECT"},
	{"query", "SELECT"},
	{"insert_rows", "INSERT"},
	{"upsert_rows", "SELECT, INSERT, UPDATE"},
	{"update_rows", "SELECT, UPDATE"},
	{"delete_rows", "SELECT, DELETE"},
	{"truncate_table", "TRUNCATE"},
};

static void
put_text(Text *to, const char *text)
{
	text_put(to, text, strlen(text));
}

/* A name as it is written in SQL. */
static void
put_name(Text *to, const char *name)
{
	if (name[0] != '\0' && (name[0] < '0' || name[0] > '9') &&
		name[strspn(name, "abcdefghijklmnopqrstuvwxyz0123456789_")] == '\0')
	{
		put_text(to, name);
		return;
	}
	put_text(to, "\"");
	for (; *name != '\0'; name++)
		text_put(to, *name == '"' ? "\"\"" : name, *name == '"' ? 2 : 1);
	put_text(to, "\"");
}

/*
 * The GRANT that is missing.  Only outside a transaction block, since within
 * one another role may have been set.
 */
static void
advise_grant(PgcConnection *conn, const char *command, PgcError **error)
{
	static const char denied[] = "permission denied for ";
	const char *what = pgc_error_message(*error);
	const char *privileges = NULL;
	const char *kind;
	Arena		arena = {0};
	Text		hint = {.arena = &arena};

	if (strncmp(what, denied, strlen(denied)) != 0)
		return;
	what += strlen(denied);
	for (size_t i = 0; i < sizeof(needed) / sizeof(needed[0]); i++)
	{
		if (strcmp(needed[i].command, command) == 0)
			privileges = needed[i].privileges;
	}
	if (strncmp(what, "table ", 6) == 0 || strncmp(what, "view ", 5) == 0)
	{
		kind = "TABLE ";
		what = strchr(what, ' ') + 1;
	}
	else if (strncmp(what, "schema ", 7) == 0)
	{
		kind = "SCHEMA ";
		what += 7;
		privileges = strcmp(command, "create_table") == 0 ? "CREATE" :
			privileges != NULL ? "USAGE" : NULL;
	}
	else
		return;
	if (privileges == NULL)
		return;

	put_text(&hint, "Its owner can allow this: GRANT ");
	put_text(&hint, privileges);
	put_text(&hint, " ON ");
	put_text(&hint, kind);
	put_name(&hint, what);
	put_text(&hint, " TO ");
	put_name(&hint, PQuser(conn->pg));
	put_text(&hint, ";");
	if (!arena.failed)
		set_hint(error, hint.data);
	arena_free(&arena);
}

/*-------------------------------------------------------------------------
 * Versions
 *-------------------------------------------------------------------------
 */

/* "1.2.3" as one number to compare with, 0 if it is none. */
static long
version_number(const char *text)
{
	int			major;
	int			minor = 0;
	int			patch = 0;

	if (sscanf(text, "%4d.%4d.%4d", &major, &minor, &patch) < 1)
		return 0;
	return major * 10000L + minor * 100L + patch;
}

/* The version of the extension in the database; false if it cannot be told. */
static bool
extension_version(PgcConnection *conn, char *version, size_t size)
{
	PgcReply   *reply;
	JsonValue	object = {JSON_OBJECT, false, NULL, 0};
	JsonIter	iter;
	JsonValue	key;
	JsonValue	value;
	bool		found = false;

	reply = pgc_send(conn, "test_connection", NULL, 0, NULL) ? pgc_receive(conn, NULL) : NULL;
	if (reply == NULL)
		return false;
	object.text = pgc_reply_text(reply);
	object.len = pgc_reply_length(reply);
	if (object.text[0] == '{')
	{
		json_iter_init(&iter, &object, NULL);
		while (!found && json_iter_next(&iter, &key, &value))
		{
			if (!json_string_equals(&key, "extensionVersion", 16) ||
				value.type != JSON_STRING || json_string_len(&value) >= size)
				continue;
			memcpy(version, json_string_text(&value), json_string_len(&value));
			version[json_string_len(&value)] = '\0';
			found = true;
		}
	}
	pgc_reply_free(reply);
	return found;
}

/*
 * What the server does not know may be what another version of the extension
 * has: ask, once.
 */
static void
advise_version(PgcConnection *conn, PgcError **error)
{
	char		version[50];
	char		advice[300];
	const char *hint = pgc_error_hint(*error);
	Arena		arena = {0};
	Text		text = {.arena = &arena};
	long		theirs;

	if (conn->version_checked)
		return;
	conn->version_checked = true;
	if (!extension_version(conn, version, sizeof(version)))
		return;
	theirs = version_number(version);
	if (theirs == 0 || theirs == PGC_VERSION_NUM)
		return;
	snprintf(advice, sizeof(advice),
			 theirs < PGC_VERSION_NUM ?
			 "The database has pg_connector %s, older than this client, %s: run \"ALTER EXTENSION pg_connector UPDATE;\" there, once the server has the newer release installed." :
			 "The database has pg_connector %s, newer than this client, %s: upgrade the client.",
			 version, pgc_version());
	if (hint != NULL)
	{
		put_text(&text, hint);
		put_text(&text, " ");
	}
	put_text(&text, advice);
	if (!arena.failed)
		set_hint(error, text.data);
	arena_free(&arena);
}

void
pgc_error_advise(PgcConnection *conn, const char *command, PgcError **error)
{
	const char *code;

	if (error == NULL || *error == NULL || !pgc_connection_is_open(conn) ||
		PQtransactionStatus(conn->pg) != PQTRANS_IDLE)
		return;
	code = pgc_error_code(*error);
	if (strcmp(code, "42501") == 0 && command != NULL)
		advise_grant(conn, command, error);
	else if ((strcmp(code, "42883") == 0 || strcmp(code, "42601") == 0) &&
			 pgc_error_position(*error) == 0)
		advise_version(conn, error);
}

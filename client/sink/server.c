/*-------------------------------------------------------------------------
 *
 * server.c
 *	  A sink's connection, and what the server says of its table.
 *
 * A connection that was lost is replaced by another one when there is work for
 * it; what the session left behind is ended then.  Of the table is kept what
 * sink_open says, which is asked again for each connection, once in a while,
 * and when the table seems to have become another one.
 *
 *-------------------------------------------------------------------------
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "session.h"
#include "sink.h"

/* How often it is looked whether the table is what it was, in milliseconds. */
#define CHECK_EVERY 1000

PgcReply *
sink_call(PgcSink *sink, const char *command, const Bytes *request, PgcError **error)
{
	return pgc_call_len(sink->conn, command, request->data, request->len, error);
}

int64_t
reply_integer(const PgcReply *reply, const char *name)
{
	JsonValue	object = {JSON_OBJECT, false, pgc_reply_text(reply), pgc_reply_length(reply)};
	JsonIter	iter;
	JsonValue	key;
	JsonValue	value;

	json_iter_init(&iter, &object, NULL);
	while (json_iter_next(&iter, &key, &value))
	{
		if (value.type == JSON_NUMBER && json_string_equals(&key, name, strlen(name)))
			return strtoll(value.text, NULL, 10);
	}
	return 0;
}

bool
sink_run(PgcSink *sink, const char *sql, PgcError **error)
{
	Statement	statements[] = {{sql, NULL, 0}, {NULL, NULL, 0}};
	PGresult   *result = pgc_session_run(sink->conn, statements, PGC_NO_DEADLINE, error);

	PQclear(result);
	return result != NULL;
}

void
sink_disconnect(PgcSink *sink)
{
	pgc_connection_close(sink->conn);
	sink->conn = NULL;
	sink->session_left = sink->session[0] != '\0';
	sink->in_transaction = false;
	sink->staged = false;
	sink->sent = false;
}

/*
 * A session that was lost may not know it yet, and hold locks that ours would
 * wait for: end it, and wait until it is gone.  It is known by its number and
 * the time it began; behind a pooler it would be other people's, too, and
 * is left alone.
 */
#define SESSION_SQL "pg_catalog.concat(pid, ' ', pg_catalog.date_part('epoch', backend_start))"

#define READ_SESSION_SQL \
	"SELECT pid, " SESSION_SQL " FROM pg_catalog.pg_stat_activity" \
	" WHERE pid OPERATOR(pg_catalog.=) pg_catalog.pg_backend_pid()"

#define END_SESSION_SQL \
	"SELECT pg_catalog.pg_terminate_backend(pid, 10000) FROM pg_catalog.pg_stat_activity" \
	" WHERE " SESSION_SQL " OPERATOR(pg_catalog.=) $1::pg_catalog.text"

/* Replace the session that was left by the one there is. */
static bool
change_session(PgcSink *sink, PgcError **error)
{
	const char *values[] = {sink->session};
	const Statement end[] = {{END_SESSION_SQL, values, 1}, {NULL, NULL, 0}};
	const Statement read[] = {{READ_SESSION_SQL, NULL, 0}, {NULL, NULL, 0}};
	PGresult   *result;

	if (sink->session_left)
	{
		result = pgc_session_run(sink->conn, end, PGC_NO_DEADLINE, error);
		if (result == NULL)
		{
			/* Not being allowed to is no reason to stop. */
			if (!pgc_connection_is_open(sink->conn))
				return false;
			pgc_error_free(*error);
			*error = NULL;
		}
		PQclear(result);
		sink->session_left = false;
	}
	sink->session[0] = '\0';
	result = pgc_session_run(sink->conn, read, PGC_NO_DEADLINE, error);
	if (result == NULL)
		return false;
	if (PQntuples(result) == 1 && atoi(PQgetvalue(result, 0, 0)) == PQbackendPID(sink->conn->pg))
		snprintf(sink->session, sizeof(sink->session), "%s", PQgetvalue(result, 0, 1));
	PQclear(result);
	return true;
}

void
sink_note_failure(PgcSink *sink, const PgcError *error)
{
	char	   *text;

	sink->failed_writes++;
	text = strdup(pgc_error_condition(error) != NULL ? pgc_error_condition(error) :
				  pgc_error_code(error));
	if (text != NULL)
	{
		free(sink->last_error);
		sink->last_error = text;
	}
}

bool
error_timed_out(const PgcError *error)
{
	return pgc_error_kind(error) == PGC_KIND_TIMEOUT && strcmp(pgc_error_code(error), "57014") == 0;
}

bool
sink_wait_to_retry(PgcSink *sink, int *retry, PgcError **error)
{
	if (*retry >= sink->max_retries ||
		(!pgc_retry_policy_matches(sink->policy, *error) &&
		 !(sink->retry_timeouts && error_timed_out(*error))))
		return false;
	pgc_error_free(*error);
	*error = NULL;
	sink->retries++;
	pgc_sleep_us((int64_t) pgc_retry_policy_delay_ms(sink->policy, ++*retry) * 1000);
	return true;
}

/* Note what sink_open said.  The reply becomes ours. */
static bool
take_table(PgcSink *sink, PgcReply *reply, PgcError **error)
{
	Table		table = {0};
	Record		record = {0};
	char	   *text = strdup(pgc_reply_text(reply));
	bool		ok = text != NULL &&
		table_read(&table, pgc_reply_text(reply), pgc_reply_length(reply)) &&
		record_init(&record, &table);

	pgc_reply_free(reply);
	if (!ok)
	{
		free(text);
		table_free(&table);
		record_free(&record);
		return sink_out_of_memory(error);
	}
	free(sink->table_reply);
	table_free(&sink->table);
	record_free(&sink->record);
	sink->table_reply = text;
	sink->table = table;
	sink->record = record;

	/* Neither the staging table nor what we found fits any more. */
	sink->staged = false;
	sink->table_changed = true;
	return sink_table_known(sink) || sink_out_of_memory(error);
}

static PgcReply *
call_sink_open(PgcSink *sink, PgcError **error)
{
	sink->scratch.len = 0;
	if (!sink_open_request(sink, &sink->scratch))
	{
		(void) sink_out_of_memory(error);
		return NULL;
	}
	return sink_call(sink, "sink_open", &sink->scratch, error);
}

static bool
is_known_table(const PgcSink *sink, const PgcReply *reply)
{
	return sink->table_reply != NULL && strcmp(sink->table_reply, pgc_reply_text(reply)) == 0;
}

/* What the server has to say about the options. */
static bool
open_table(PgcSink *sink, PgcError **error)
{
	PgcReply   *reply;
	bool		ok = true;

	if (!pgc_begin(sink->conn, sink->begin_options, error))
		return false;
	reply = call_sink_open(sink, error);
	if (reply == NULL)
	{
		if (pgc_connection_is_open(sink->conn))
			pgc_rollback(sink->conn, NULL);
		return false;
	}
	sink->table_checked = clock_ms();
	if (is_known_table(sink, reply))
		pgc_reply_free(reply);
	else
		ok = take_table(sink, reply, error);
	return pgc_rollback(sink->conn, ok ? error : NULL) && ok;
}

bool
sink_check_due(const PgcSink *sink)
{
	return clock_ms() - sink->table_checked >= CHECK_EVERY;
}

bool
sink_connect_once(PgcSink *sink, PgcError **error)
{
	if (sink->conn != NULL && !pgc_connection_is_open(sink->conn))
		sink_disconnect(sink);
	if (sink->conn == NULL)
	{
		int64_t		start = pgc_clock_us();

		sink->conn = connect_entry(sink->entry, error);
		if (sink->conn == NULL)
			return false;
		sink->connected++;
		sink->connecting_us += pgc_clock_us() - start;
		sink->opened = false;
		if (!change_session(sink, error))
		{
			sink_disconnect(sink);
			return false;
		}
	}
	if (!sink->opened || sink_check_due(sink))
	{
		sink->opened = false;
		if (!open_table(sink, error) || !dead_letters_open(sink, error))
			return false;
		if (sink->exactly_once && !sink->registered && !ledger_register(sink, error))
			return false;
		sink->registered = true;
		sink->opened = true;
	}
	return true;
}

bool
sink_connect(PgcSink *sink, PgcError **error)
{
	int			retry = 0;

	for (;;)
	{
		*error = NULL;
		if (sink_connect_once(sink, error))
			return true;
		sink_note_failure(sink, *error);
		if (!sink_wait_to_retry(sink, &retry, error))
			return false;
	}
}

bool
sink_table_is_same(PgcSink *sink, bool *same, PgcError **error)
{
	PgcReply   *reply = call_sink_open(sink, error);

	if (reply == NULL)
		return false;
	*same = is_known_table(sink, reply);
	pgc_reply_free(reply);
	return true;
}

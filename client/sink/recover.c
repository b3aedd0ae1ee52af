/*-------------------------------------------------------------------------
 *
 * recover.c
 *	  The transactions of a sink, and what is done when they fail.
 *
 * The records of a transaction are kept until it is committed.  When an
 * attempt fails, the transaction is rolled back and all of it is done again:
 * after a while and over another connection if need be, where the error will
 * pass; and if the error is about a record, in steps behind savepoints, which
 * find that record without a savepoint for each.
 *
 *-------------------------------------------------------------------------
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "session.h"
#include "sink.h"

#define SAVEPOINT "pg_connector_sink"

/* How often it is looked whether the table is what it was, in milliseconds. */
#define CHECK_EVERY 1000

/* With so many bad ones found one by one, there may be more than a few. */
#define FEW 3

/*-------------------------------------------------------------------------
 * The server
 *-------------------------------------------------------------------------
 */

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

static void
disconnect(PgcSink *sink)
{
	pgc_connection_close(sink->conn);
	sink->conn = NULL;
	sink->session_left = sink->session[0] != '\0';
	sink->in_transaction = false;
	sink->staged = false;
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
		PQclear(result);
		if (!pgc_connection_is_open(sink->conn))
			return false;
		if (result == NULL)
			pgc_error_free(*error);
		*error = NULL;
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

/* Note why the last attempt failed. */
static void
note_failure(PgcSink *sink, const PgcError *error)
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

/* A time limit: whoever held a lock may be done, and fewer records take less. */
static bool
timed_out(const PgcError *error)
{
	return pgc_error_kind(error) == PGC_KIND_TIMEOUT && strcmp(pgc_error_code(error), "57014") == 0;
}

/*
 * Whether to try again after an error that may pass, having waited; "retry"
 * counts.  Frees the error then.
 */
static bool
wait_to_retry(PgcSink *sink, int *retry, PgcError **error)
{
	if (*retry >= sink->max_retries ||
		(!pgc_retry_policy_matches(sink->policy, *error) &&
		 !(sink->retry_timeouts && timed_out(*error))))
		return false;
	pgc_error_free(*error);
	*error = NULL;
	sink->retries++;
	pgc_sleep_us((int64_t) pgc_retry_policy_delay_ms(sink->policy, ++*retry) * 1000);
	return true;
}

static bool
out_of_memory(PgcError **error)
{
	pgc_error_out_of_memory(error);
	return false;
}

/*
 * Forget what the server had against records: it may be different now.  So it
 * may be with what we found, if the table is another one.
 */
static void
forgive(PgcSink *sink)
{
	for (size_t i = 0; i < sink->nitems; i++)
	{
		Item	   *item = &sink->items[i];

		if (item->error != NULL && (sink->table_changed || !item->client_found))
		{
			pgc_error_free(item->error);
			item->error = NULL;
		}
	}
	sink->table_changed = false;
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
		return out_of_memory(error);
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
	return sink_table_known(sink) || out_of_memory(error);
}

static PgcReply *
call_sink_open(PgcSink *sink, PgcError **error)
{
	sink->scratch.len = 0;
	if (!sink_open_request(sink, &sink->scratch))
	{
		(void) out_of_memory(error);
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

static bool
connect_once(PgcSink *sink, PgcError **error)
{
	if (sink->conn != NULL && !pgc_connection_is_open(sink->conn))
		disconnect(sink);
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
			disconnect(sink);
			return false;
		}
	}
	if (!sink->opened || clock_ms() - sink->table_checked >= CHECK_EVERY)
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
		if (connect_once(sink, error))
			return true;
		note_failure(sink, *error);
		if (!wait_to_retry(sink, &retry, error))
			return false;
	}
}

/*-------------------------------------------------------------------------
 * Errors
 *-------------------------------------------------------------------------
 */

bool
error_is_about_data(const PgcError *error)
{
	static const char *const classes[] = {
		"22", "23", "44", "54",
		"P0", "20", "21", "09", "27", "2F", "38", "39"	/* of triggers and functions */
	};
	static const char *const others[] = {"08", "53", "57", "58", "XX"};
	const char *code = pgc_error_code(error);
	bool		unknown = pgc_error_condition(error) == NULL;

	/* A code that PostgreSQL does not have is a trigger's own. */
	for (size_t i = 0; i < sizeof(others) / sizeof(others[0]); i++)
		unknown = unknown && strncmp(code, others[i], 2) != 0;
	if (unknown)
		return true;
	for (size_t i = 0; i < sizeof(classes) / sizeof(classes[0]); i++)
	{
		if (strncmp(code, classes[i], 2) == 0)
			return true;
	}
	/* What is wrong with the table or our rights is so for all records. */
	if (strncmp(code, "42", 2) == 0 && error_row(error) >= 0)
		return true;
	return strcmp(code, "42804") == 0 || strcmp(code, "428C9") == 0;
}

/* Whether the table may have become another one than sink_open has seen. */
static bool
is_about_table(const PgcError *error)
{
	static const char *const codes[] = {
		"0A000", "42P01", "42703", "42704", "42804", "42P10", "428C9"
	};

	for (size_t i = 0; i < sizeof(codes) / sizeof(codes[0]); i++)
	{
		if (strcmp(pgc_error_code(error), codes[i]) == 0)
			return error_row(error) < 0;
	}
	return false;
}

void
item_is_bad(PgcSink *sink, size_t i, PgcError *error, bool client_found)
{
	sink->items[i].error = error;
	sink->items[i].client_found = client_found;
}

/*-------------------------------------------------------------------------
 * Transactions
 *-------------------------------------------------------------------------
 */

static bool
begin(PgcSink *sink, PgcError **error)
{
	if (!connect_once(sink, error) || !pgc_begin(sink->conn, sink->begin_options, error))
		return false;
	sink->in_transaction = true;
	sink->counts = (Counts) {0, 0, 0, 0};
	sink->next_ordinal = 0;
	sink->sending_since = pgc_clock_us();
	return true;
}

static void
roll_back(PgcSink *sink)
{
	bool		was_open = sink->in_transaction;

	sink->in_transaction = false;
	/* The staging table may be as old as the transaction. */
	sink->staged = false;
	if (sink->conn != NULL && was_open &&
		(!pgc_connection_is_open(sink->conn) || !pgc_rollback(sink->conn, NULL)))
		disconnect(sink);
}

/* Whether an item is still to be written. */
static bool
is_left(const Item *item)
{
	return item->error == NULL && !item->written;
}

static bool
undo_to_savepoint(PgcSink *sink, PgcError **error)
{
	return pgc_savepoint_rollback(sink->conn, SAVEPOINT, error) &&
		pgc_savepoint_release(sink->conn, SAVEPOINT, error);
}

/*
 * Write the good ones of items[lo .. hi), marking those that are bad.
 *
 * All of them are tried at once.  Where that fails at an item that is known,
 * the others are tried once more; when there is more than a few of those, or
 * the item is not known, each half by itself, until one item fails alone.  So
 * the depth is that of halves, and an item is sent as often, whatever is bad.
 */
static bool
write_carefully(PgcSink *sink, size_t lo, size_t hi, PgcError **error)
{
	for (int found = 0; found < FEW;)
	{
		Counts		counts = sink->counts;
		bool		staged = sink->staged;
		int64_t		next_ordinal = sink->next_ordinal;
		size_t		bad;

		while (lo < hi && !is_left(&sink->items[lo]))
			lo++;
		while (hi > lo && !is_left(&sink->items[hi - 1]))
			hi--;
		if (lo == hi)
			return true;

		if (!pgc_savepoint(sink->conn, SAVEPOINT, error))
			return false;
		if (attempt(sink, lo, hi, error))
			return pgc_savepoint_release(sink->conn, SAVEPOINT, error);
		if (!error_is_about_data(*error) || (is_about_table(*error) && !sink->reopened) ||
			!pgc_connection_is_open(sink->conn))
			return false;
		sink->failed_writes++;
		bad = hi - lo == 1 ? lo : sink->failed_at >= 0 ? (size_t) sink->failed_at : hi;
		if (bad < hi && !dead_letters_wanted(sink))
			return false;
		if (bad < hi && is_left(&sink->items[bad]))
		{
			item_is_bad(sink, bad, *error, false);
			found++;
		}
		else
		{
			pgc_error_free(*error);
			found = FEW;
		}
		*error = NULL;
		if (!undo_to_savepoint(sink, error))
			return false;
		sink->counts = counts;
		sink->staged = staged;
		sink->next_ordinal = next_ordinal;
	}
	return write_carefully(sink, lo, lo + (hi - lo) / 2, error) &&
		write_carefully(sink, lo + (hi - lo) / 2, hi, error);
}

/*
 * A record may refer to one behind it, if all are written before that is
 * checked.  Where they were written in smaller steps, or a constraint that is
 * deferred was not, it only seems to be bad: try these again, when the others
 * are there, as long as some of them go in.  Not where a later record of the
 * same key must stay the last.
 */
static bool
write_references(PgcSink *sink, size_t end, PgcError **error)
{
	size_t		before = 0;
	size_t		left;
	bool		ok = true;

	while (ok && sink->mode == WRITE_INSERT)
	{
		left = 0;
		for (size_t i = 0; i < end; i++)
		{
			Item	   *item = &sink->items[i];

			if (item->error == NULL)
				item->written = true;
			else if (!item->client_found && strcmp(pgc_error_code(item->error), "23503") == 0)
				left++;
		}
		if (left == 0 || left == before)
			break;
		before = left;
		for (size_t i = 0; i < end; i++)
		{
			Item	   *item = &sink->items[i];

			if (item->error != NULL && !item->client_found &&
				strcmp(pgc_error_code(item->error), "23503") == 0)
			{
				pgc_error_free(item->error);
				item->error = NULL;
			}
		}
		ok = write_carefully(sink, 0, end, error);
	}
	for (size_t i = 0; i < end; i++)
		sink->items[i].written = false;
	return ok;
}

/* How a transaction is done again. */
typedef enum Care
{
	CARELESS,
	SAVEPOINTS,					/* to find bad records */
	IMMEDIATE					/* also those that are bad only at COMMIT */
} Care;

typedef struct Recovery
{
	Care		care;
	size_t		step;			/* records that are written at once */
	int			retry;
} Recovery;

/* Write the transaction's items up to "end" again, from the first on. */
static bool
rewrite(PgcSink *sink, size_t end, const Recovery *recovery, PgcError **error)
{
	if (!begin(sink, error))
		return false;
	forgive(sink);
	if (recovery->care == IMMEDIATE && !sink_run(sink, "SET CONSTRAINTS ALL IMMEDIATE", error))
		return false;
	for (size_t lo = 0; lo < end;)
	{
		size_t		hi = end - lo > recovery->step ? lo + recovery->step : end;

		if (!(recovery->care != CARELESS ? write_carefully : attempt) (sink, lo, hi, error))
			return false;
		lo = hi;
	}
	return recovery->care == CARELESS || write_references(sink, end, error);
}

/*
 * An attempt has failed with *error: do the transaction again, as long as
 * that may help.
 */
static bool
recover(PgcSink *sink, size_t end, bool at_commit, Recovery *recovery, PgcError **error)
{
	for (;;)
	{
		Care		care = at_commit ? IMMEDIATE : SAVEPOINTS;

		at_commit = false;
		note_failure(sink, *error);
		roll_back(sink);
		if (is_about_table(*error) && !sink->reopened)
		{
			pgc_error_free(*error);
			*error = NULL;
			sink->reopened = true;
			sink->opened = false;
		}
		else if (error_is_about_data(*error))
		{
			if (recovery->care >= care)
				return false;
			recovery->care = care;
			pgc_error_free(*error);
			*error = NULL;
		}
		else
		{
			if (timed_out(*error) && recovery->step > 1)
				recovery->step /= 2;
			if (!wait_to_retry(sink, &recovery->retry, error))
				return false;
		}
		if (rewrite(sink, end, recovery, error))
			return true;
	}
}

/*
 * Begin to write a batch while it comes in.  What goes wrong is the batch's to
 * tell, when it is full: it is tried again then.
 */
void
sink_write_early(PgcSink *sink)
{
	PgcError   *error;

	if (sink->in_transaction || begin(sink, &error))
		attempt_early(sink, sink->batch_start);
	else
		pgc_error_free(error);
}

void
sink_abandon(PgcSink *sink)
{
	attempt_abandon(sink);
	roll_back(sink);
}

bool
sink_write_batch(PgcSink *sink, PgcError **error)
{
	size_t		end = sink->nitems;
	Recovery	recovery = {.step = (size_t) sink->batch_size};

	*error = NULL;
	if (sink->batch_start == end)
		return true;
	if (sink->early && sink->batch_start == 0)
		sink->sending_since = pgc_clock_us();
	if (!((sink->in_transaction || begin(sink, error)) &&
		  attempt(sink, sink->batch_start, end, error)) &&
		!recover(sink, end, false, &recovery, error))
		return false;
	sink->batch_start = end;
	sink->batch_offset = sink->text.len;
	sink->batches++;
	return true;
}

static void
committed(PgcSink *sink)
{
	sink->in_transaction = false;
	sink->total.written += sink->counts.written;
	sink->total.deduplicated += sink->counts.deduplicated;
	sink->total.skipped += sink->counts.skipped;
	sink->total.unmatched += sink->counts.unmatched;
	sink->transactions++;
	sink->batches_sent += sink->batches;
	sink->batches = 0;
	sink->latency_us += pgc_clock_us() - sink->sending_since;
	if (sink->nitems > 0)
	{
		sink->position = sink->items[sink->nitems - 1].position;
		sink->has_position = true;
	}
	for (size_t i = 0; i < sink->nitems; i++)
	{
		if (sink->items[i].error != NULL)
			sink->dead_lettered++;
		pgc_error_free(sink->items[i].error);
	}
	sink->nitems = 0;
	sink->reopened = false;
	sink->batch_start = 0;
	sink->batch_offset = 0;
	sink->text.len = 0;
	sink->counts = (Counts) {0, 0, 0, 0};
}

/* Whether so many records are bad that something else must be. */
static bool
check_brake(PgcSink *sink, PgcError **error)
{
	int64_t		bad = sink->dead_lettered;
	const PgcError *example = NULL;

	for (size_t i = 0; i < sink->nitems; i++)
	{
		if (sink->items[i].error != NULL)
		{
			example = sink->items[i].error;
			bad++;
		}
	}
	if (example == NULL)
		return true;
	if (!dead_letters_wanted(sink))
	{
		/* There is no place for it: it is the error. */
		for (size_t i = 0; i < sink->nitems; i++)
		{
			if (sink->items[i].error == example)
			{
				*error = sink->items[i].error;
				sink->items[i].error = NULL;
			}
		}
		return false;
	}
	if ((sink->max_dead_letters >= 0 && bad > sink->max_dead_letters) ||
		(sink->max_dead_letter_ratio >= 0 && sink->read >= 100 &&
		 (double) bad > sink->max_dead_letter_ratio * (double) sink->read))
	{
		pgc_error_format(error, "54000", pgc_error_message(example),
						 "Look at the dead letters: the table or the options may not be what was meant.",
						 "%lld of %lld records are bad, which is more than allowed",
						 (long long) bad, (long long) sink->read);
		return false;
	}
	return true;
}

/*
 * Records are not bad for members that the table has got in the meantime: if
 * some seem to be, ask about it again.  False with *error set if the table is
 * another one now.
 */
static bool
check_table(PgcSink *sink, PgcError **error)
{
	PgcReply   *reply;
	bool		suspect = false;

	for (size_t i = 0; i < sink->nitems && !suspect && !sink->reopened; i++)
		suspect = sink->items[i].error != NULL && sink->items[i].client_found &&
			is_about_table(sink->items[i].error);
	if (!suspect)
		return true;
	reply = call_sink_open(sink, error);
	if (reply == NULL)
		return false;
	if (!is_known_table(sink, reply))
		pgc_error_format(error, "42P01", NULL, NULL, "the table has been changed");
	pgc_reply_free(reply);
	return *error == NULL;
}

/* All that goes into the transaction behind its records, and its end. */
static bool
finish(PgcSink *sink, bool *brake, bool *committing, PgcError **error)
{
	*committing = false;
	*brake = false;
	if (!check_table(sink, error))
		return false;
	*brake = !check_brake(sink, error);
	if (*brake)
		return false;
	if (sink->has_role && !sink_run(sink, "SET LOCAL ROLE NONE", error))
		return false;
	if (!dead_letters_write(sink, error))
		return false;
	if (sink->exactly_once &&
		!ledger_advance(sink, sink->items[sink->nitems - 1].position, error))
		return false;
	if (sink->before_commit != NULL &&
		!sink->before_commit(sink->conn, sink->before_commit_arg, error))
		return false;
	*committing = true;
	return pgc_commit(sink->conn, error);
}

/*
 * What became of a commit that was not answered.  With a ledger that is
 * looked up; pgc_commit() has already tried to tell by the transaction's number.
 */
static bool
settle(PgcSink *sink, bool *done, PgcError **error)
{
	int			retry = 0;
	PgcError   *doubt = *error;

	*done = false;
	if (!sink->exactly_once)
		return false;
	disconnect(sink);
	for (;;)
	{
		*error = NULL;
		if (connect_once(sink, error) &&
			ledger_find(sink, sink->items[sink->nitems - 1].position, done, error))
		{
			pgc_error_free(doubt);
			return true;
		}
		note_failure(sink, *error);
		if (!wait_to_retry(sink, &retry, error))
			break;
	}

	/* That another writer has taken over is certain. */
	if (strcmp(pgc_error_code(*error), "55000") == 0)
		pgc_error_free(doubt);
	else
	{
		pgc_error_free(*error);
		*error = doubt;
	}
	return false;
}

bool
sink_commit(PgcSink *sink, PgcError **error)
{
	Recovery	recovery = {.step = (size_t) sink->batch_size};
	bool		brake;
	bool		committing;

	if (!sink_write_batch(sink, error))
		return false;
	if (sink->nitems == 0)
		return true;
	while (!finish(sink, &brake, &committing, error))
	{
		sink->in_transaction = pgc_connection_in_transaction(sink->conn);
		if (brake)
		{
			roll_back(sink);
			return false;
		}
		if (committing && strcmp(pgc_error_code(*error), "08007") == 0)
		{
			bool		done;

			if (!settle(sink, &done, error))
				return false;
			if (done)
				break;
			pgc_error_format(error, "08006", NULL, NULL, "the commit was lost");
		}
		if (!recover(sink, sink->nitems, committing, &recovery, error))
			return false;
	}
	committed(sink);
	return true;
}

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
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "session.h"
#include "sink.h"

#define SAVEPOINT "pg_connector_sink"

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
	sink->in_transaction = false;
	sink->staged = false;
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

/*
 * Whether to try again after an error that may pass, having waited; "retry"
 * counts.  Frees the error then.
 */
static bool
wait_to_retry(PgcSink *sink, int *retry, PgcError **error)
{
	if (!pgc_retry_policy_matches(sink->policy, *error) || *retry >= sink->max_retries)
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

/* What the server has to say about the options; once for each connection. */
static bool
open_table(PgcSink *sink, PgcError **error)
{
	PgcReply   *reply;
	Table		table = {0};
	Record		record;

	if (!pgc_begin(sink->conn, sink->begin_options, error))
		return false;
	reply = sink_call(sink, "sink_open", &sink->scratch, error);
	if (reply == NULL)
	{
		pgc_rollback(sink->conn, NULL);
		return false;
	}
	if (!table_read(&table, pgc_reply_text(reply), pgc_reply_length(reply)) ||
		!record_init(&record, &table))
	{
		pgc_reply_free(reply);
		table_free(&table);
		pgc_rollback(sink->conn, NULL);
		return out_of_memory(error);
	}
	free(sink->table_reply);
	sink->table_reply = strdup(pgc_reply_text(reply));
	pgc_reply_free(reply);
	table_free(&sink->table);
	record_free(&sink->record);
	sink->table = table;
	sink->record = record;
	if (sink->table_reply == NULL || !sink_table_known(sink))
	{
		pgc_rollback(sink->conn, NULL);
		return out_of_memory(error);
	}
	return pgc_rollback(sink->conn, error);
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
	}
	if (!sink->opened)
	{
		sink->scratch.len = 0;
		if (!sink_open_request(sink, &sink->scratch))
			return out_of_memory(error);
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
	const char *code = pgc_error_code(error);

	/* A policy that refuses a row; a composite that has no such attribute. */
	if (strcmp(code, "42501") == 0 || strcmp(code, "42703") == 0)
		return pgc_error_path(error) != NULL &&
			strncmp(pgc_error_path(error), "/rows/", strlen("/rows/")) == 0;
	return strncmp(code, "22", 2) == 0 || strncmp(code, "23", 2) == 0 ||
		strncmp(code, "44", 2) == 0 || strncmp(code, "P0", 2) == 0 ||
		strcmp(code, "21000") == 0 || strcmp(code, "54000") == 0 ||
		strcmp(code, "42804") == 0 || strcmp(code, "428C9") == 0;
}

void
item_is_bad(PgcSink *sink, size_t i, PgcError *error, bool client_found)
{
	sink->items[i].error = error;
	sink->items[i].client_found = client_found;
}

/* Forget what the server had against records: it may be different now. */
static void
forgive(PgcSink *sink)
{
	for (size_t i = 0; i < sink->nitems; i++)
	{
		Item	   *item = &sink->items[i];

		if (item->error != NULL && !item->client_found)
		{
			pgc_error_free(item->error);
			item->error = NULL;
		}
	}
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
	if (sink->conn == NULL)
		return;
	if (!sink->in_transaction)
		return;
	sink->in_transaction = false;
	/* The staging table may be as old as the transaction. */
	sink->staged = false;
	if (!pgc_connection_is_open(sink->conn) || !pgc_rollback(sink->conn, NULL))
		disconnect(sink);
}

/*
 * Write the good ones of items[lo .. hi), marking those that are bad.
 *
 * All of them are tried at once.  Where it fails at an item that is known,
 * those before it are written by themselves and then those behind it;
 * otherwise halves are tried, until there is one item that fails alone.
 */
static bool
write_carefully(PgcSink *sink, size_t lo, size_t hi, PgcError **error)
{
	while (lo < hi)
	{
		Counts		counts = sink->counts;
		size_t		bad;

		if (!pgc_savepoint(sink->conn, SAVEPOINT, error))
			return false;
		if (attempt(sink, lo, hi, error))
			return pgc_savepoint_release(sink->conn, SAVEPOINT, error);
		if (!error_is_about_data(*error) || !pgc_connection_is_open(sink->conn))
			return false;
		sink->failed_writes++;
		sink->counts = counts;
		sink->staged = false;
		bad = sink->failed_at >= 0 ? (size_t) sink->failed_at : lo;
		if (sink->failed_at < 0 && hi - lo > 1)
		{
			size_t		middle = lo + (hi - lo) / 2;

			pgc_error_free(*error);
			if (!pgc_savepoint_rollback(sink->conn, SAVEPOINT, error) ||
				!pgc_savepoint_release(sink->conn, SAVEPOINT, error) ||
				!write_carefully(sink, lo, middle, error))
				return false;
			lo = middle;
			continue;
		}
		if (!dead_letters_wanted(sink))
			return false;
		item_is_bad(sink, bad, *error, false);
		*error = NULL;
		if (!pgc_savepoint_rollback(sink->conn, SAVEPOINT, error) ||
			!pgc_savepoint_release(sink->conn, SAVEPOINT, error) ||
			!write_carefully(sink, lo, bad, error))
			return false;
		lo = bad + 1;
	}
	return true;
}

/* Write the transaction's items up to "end" again, from the first on. */
static bool
rewrite(PgcSink *sink, size_t end, bool carefully, PgcError **error)
{
	if (!begin(sink, error))
		return false;
	forgive(sink);
	if (carefully && !sink_run(sink, "SET CONSTRAINTS ALL IMMEDIATE", error))
		return false;
	for (size_t lo = 0; lo < end;)
	{
		size_t		hi = lo + (size_t) sink->batch_size < end ? lo + (size_t) sink->batch_size : end;

		if (!(carefully ? write_carefully : attempt) (sink, lo, hi, error))
			return false;
		lo = hi;
	}
	return true;
}

/*
 * An attempt has failed with *error: do the transaction again, as long as
 * that may help.
 */
static bool
recover(PgcSink *sink, size_t end, bool *careful, int *retry, PgcError **error)
{
	for (;;)
	{
		bool		data = error_is_about_data(*error);

		note_failure(sink, *error);
		roll_back(sink);
		if (data && *careful)
			return false;
		if (data)
		{
			*careful = true;
			pgc_error_free(*error);
			*error = NULL;
		}
		else if (!wait_to_retry(sink, retry, error))
			return false;
		if (rewrite(sink, end, *careful, error))
			return true;
	}
}

bool
sink_write_batch(PgcSink *sink, PgcError **error)
{
	size_t		end = sink->nitems;
	bool		careful = false;
	int			retry = 0;

	*error = NULL;
	if (sink->batch_start == end)
		return true;
	if (!((sink->in_transaction || begin(sink, error)) &&
		  attempt(sink, sink->batch_start, end, error)) &&
		!recover(sink, end, &careful, &retry, error))
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

/* All that goes into the transaction behind its records, and its end. */
static bool
finish(PgcSink *sink, bool *brake, PgcError **error)
{
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
		if (!wait_to_retry(sink, &retry, error))
			break;
	}
	pgc_error_free(*error);
	*error = doubt;
	return false;
}

bool
sink_commit(PgcSink *sink, PgcError **error)
{
	bool		careful = false;
	bool		brake = false;
	int			retry = 0;

	if (!sink_write_batch(sink, error))
		return false;
	if (sink->nitems == 0)
		return true;
	if (!sink->in_transaction && !begin(sink, error) &&
		!recover(sink, sink->nitems, &careful, &retry, error))
		return false;
	while (!finish(sink, &brake, error))
	{
		sink->in_transaction = sink->in_transaction && pgc_connection_is_open(sink->conn) &&
			pgc_connection_in_transaction(sink->conn);
		if (brake)
		{
			roll_back(sink);
			return false;
		}
		if (strcmp(pgc_error_code(*error), "08007") == 0)
		{
			bool		done;

			if (!settle(sink, &done, error))
				return false;
			if (done)
				break;
			pgc_error_format(error, "08006", NULL, NULL, "the commit was lost");
		}
		if (!recover(sink, sink->nitems, &careful, &retry, error))
			return false;
	}
	committed(sink);
	return true;
}

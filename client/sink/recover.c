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
#include <stdlib.h>
#include <string.h>

#include "session.h"
#include "sink.h"
#include "transaction.h"

#define SAVEPOINT "pg_connector_sink"

/* The first number of advisory locks on tables; the second is the table's. */
#define PG_CLASS 1259

/* So many transactions are made without other sinks after a deadlock. */
#define ALONE_FOR 100

/* So many bad records are found one by one; then there may be many more. */
#define FEW 3

/*-------------------------------------------------------------------------
 * Errors
 *-------------------------------------------------------------------------
 */

/* Whether the server has told a record at which an attempt failed. */
static bool
is_at_record(const PgcSink *sink, const PgcError *error)
{
	return error_row(error) >= 0 || sink->failed_at >= 0;
}

bool
error_is_about_data(const PgcSink *sink, const PgcError *error)
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

	/*
	 * What is wrong with the table or our rights is so for all records, but a
	 * value or a trigger may have to do with another table.
	 */
	if ((strncmp(code, "42", 2) == 0 || strncmp(code, "3F", 2) == 0) && is_at_record(sink, error))
		return true;
	return strcmp(code, "42804") == 0 || strcmp(code, "428C9") == 0;
}

/* Whether the table may have become another one than sink_open has seen. */
static bool
is_about_table(const PgcSink *sink, const PgcError *error)
{
	static const char *const codes[] = {
		"0A000", "42P01", "42703", "42704", "42804", "42P10", "428C9"
	};

	for (size_t i = 0; i < sizeof(codes) / sizeof(codes[0]); i++)
	{
		if (strcmp(pgc_error_code(error), codes[i]) == 0)
			return !is_at_record(sink, error);
	}
	return false;
}

void
item_is_bad(PgcSink *sink, size_t i, PgcError *error, bool client_found)
{
	sink->items[i].error = error;
	sink->items[i].client_found = client_found;
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

		if (item->error != NULL && !item->no_record &&
			(sink->table_changed || !item->client_found))
		{
			pgc_error_free(item->error);
			item->error = NULL;
		}
	}
	sink->table_changed = false;
}

/*-------------------------------------------------------------------------
 * Transactions
 *-------------------------------------------------------------------------
 */

/*
 * The statement with which a transaction begins, if any; false if memory ran
 * out.
 *
 * Sinks that write the same rows in different orders wait for each other.  A
 * batch takes its rows in the order of their keys; several of them do not, nor
 * do records of several shapes.  So all sinks that may wait hold an advisory
 * lock that is the table's, and the one that was to give way in a deadlock has
 * it for itself when it tries again.
 */
static bool
first_statement(PgcSink *sink, const char **sql, PgcError **error)
{
	Bytes	   *out = &sink->scratch;
	char	   *table;

	*sql = NULL;
	if (sink->mode == WRITE_INSERT)
		return true;
	table = PQescapeLiteral(sink->conn->pg, sink->table.sql, strlen(sink->table.sql));
	out->len = 0;
	bytes_put_format(out, "SELECT pg_catalog.pg_advisory_xact_lock%s("
					 "%d, %s::pg_catalog.regclass::pg_catalog.oid::pg_catalog.int4)",
					 sink->alone > 0 ? "" : "_shared", PG_CLASS, table != NULL ? table : "");
	PQfreemem(table);
	if (table == NULL || !bytes_terminate(out))
		return sink_out_of_memory(error);
	*sql = out->data;
	return true;
}

/* A transaction has begun. */
static void
began(PgcSink *sink)
{
	sink->in_transaction = true;
	sink->in_order = false;
	/* Behind a pooler it may be in another session. */
	if (sink->session[0] == '\0')
		sink->staged = false;
	sink->counts = (Counts) {0, 0, 0, 0};
	sink->next_ordinal = 0;
	sink->sending_since = pgc_clock_us();
}

static bool
begin(PgcSink *sink, PgcError **error)
{
	const char *first;

	sink->failed_at = -1;
	if (!sink_connect_once(sink, error) || !first_statement(sink, &first, error) ||
		!transaction_begin(sink->conn, sink->begin_options, first, error))
		return false;
	began(sink);
	return true;
}

static void
roll_back(PgcSink *sink)
{
	bool		was_open = sink->in_transaction;
	PgcError   *ignored;

	if (sink->sent && !receive_given(sink, &ignored))
		pgc_error_free(ignored);
	given_forget(sink);
	sink->in_transaction = false;
	/* The staging table may be as old as the transaction. */
	sink->staged = false;
	if (sink->conn != NULL && was_open &&
		(!pgc_connection_is_open(sink->conn) || !pgc_rollback(sink->conn, NULL)))
		sink_disconnect(sink);
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

static bool
is_conflict(const char *code)
{
	return strcmp(code, "23505") == 0 || strcmp(code, "23P01") == 0;
}

/*
 * Whether records must be written in their order to tell which one is bad:
 * of two that cannot both be there it is the later one, but in a staging table
 * they are sorted by their keys; and a trigger may give two the same key.
 */
static bool
must_be_in_order(const PgcSink *sink, const PgcError *error)
{
	const char *code = pgc_error_code(error);

	return !sink->in_order && sink->mode != WRITE_INSERT && sink->key_json != NULL &&
		(is_conflict(code) || strcmp(code, "21000") == 0);
}

/*
 * Write the good ones of items[lo .. hi), marking those that are bad.
 *
 * All of them are tried at once.  Where that fails at an item that is known,
 * the others are tried once more; when there is more than a few of those, or
 * the item is not known, each half by itself, until one item fails alone.  So
 * no item is sent more often than a batch can be halved, but for a factor,
 * however many are bad.
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
		if (!error_is_about_data(sink, *error) || (is_about_table(sink, *error) && !sink->reopened) ||
			!pgc_connection_is_open(sink->conn))
			return false;
		sink->failed_writes++;
		if (must_be_in_order(sink, *error))
		{
			pgc_error_free(*error);
			*error = NULL;
			if (!undo_to_savepoint(sink, error))
				return false;
			sink->counts = counts;
			sink->staged = staged;
			sink->next_ordinal = next_ordinal;
			sink->in_order = true;
			continue;
		}
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

/* How many records the server has found bad; of them, those that conflict. */
static size_t
count_bad(const PgcSink *sink, size_t end, size_t *conflicts)
{
	size_t		n = 0;

	*conflicts = 0;
	for (size_t i = 0; i < end; i++)
	{
		const Item *item = &sink->items[i];

		if (item->error == NULL || item->client_found)
			continue;
		n++;
		*conflicts += is_conflict(pgc_error_code(item->error));
	}
	return n;
}

/*
 * Try again those that conflict, or those that refer to what is not there.  What
 * still is bad is so for its first error.
 */
static bool
write_kind_again(PgcSink *sink, size_t end, bool conflicts, PgcError **error)
{
	bool		ok;

	for (size_t i = 0; i < end; i++)
	{
		Item	   *item = &sink->items[i];
		const char *code = item->error != NULL ? pgc_error_code(item->error) : "";

		item->written = item->error == NULL;
		if (item->written || item->client_found ||
			!(conflicts ? is_conflict(code) : strcmp(code, "23503") == 0))
			continue;
		item->seeming = item->error;
		item->error = NULL;
	}
	ok = write_carefully(sink, 0, end, error);
	for (size_t i = 0; i < end; i++)
	{
		Item	   *item = &sink->items[i];

		if (item->seeming != NULL && item->error != NULL)
		{
			pgc_error_free(item->error);
			item->error = item->seeming;
		}
		else
			pgc_error_free(item->seeming);
		item->seeming = NULL;
	}
	return ok;
}

/*
 * A record may refer to one behind it, if all are written before that is
 * checked.  Where they were written in smaller steps, or a constraint that is
 * deferred was not, it only seems to be bad; so does one that conflicts with
 * another that turned out to be bad itself.  Try these again, when the others
 * are there, as long as some of them go in.  Not where a later record of the
 * same key must stay the last.
 */
static bool
write_again(PgcSink *sink, size_t end, PgcError **error)
{
	size_t		conflicts;
	size_t		bad = count_bad(sink, end, &conflicts);
	size_t		before = bad + 1;
	bool		ok = true;

	while (ok && sink->mode == WRITE_INSERT && bad > 0 && bad < before)
	{
		before = bad;
		ok = write_kind_again(sink, end, false, error);
		bad = ok ? count_bad(sink, end, &conflicts) : 0;
		if (!ok || conflicts == 0 || conflicts == bad)
			continue;
		ok = write_kind_again(sink, end, true, error);
		bad = ok ? count_bad(sink, end, &conflicts) : 0;
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
	size_t		bad;			/* an item that is known to be, */
	PgcError   *why;			/* and why; NULL: none */
} Recovery;

/* Write the transaction's items up to "end" again, from the first on. */
static bool
rewrite(PgcSink *sink, size_t end, Recovery *recovery, PgcError **error)
{
	if (!begin(sink, error))
		return false;
	forgive(sink);
	if (recovery->why != NULL && sink->items[recovery->bad].error == NULL)
	{
		item_is_bad(sink, recovery->bad, recovery->why, false);
		recovery->why = NULL;
	}
	if (recovery->care == IMMEDIATE && !sink_run(sink, "SET CONSTRAINTS ALL IMMEDIATE", error))
		return false;
	for (size_t lo = 0; lo < end;)
	{
		size_t		hi = end - lo > recovery->step ? lo + recovery->step : end;

		if (!(recovery->care != CARELESS ? write_carefully : attempt) (sink, lo, hi, error))
			return false;
		lo = hi;
	}
	return recovery->care == CARELESS || write_again(sink, end, error);
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
		sink_note_failure(sink, *error);
		roll_back(sink);
		if (strcmp(pgc_error_code(*error), "40P01") == 0)
			sink->alone = ALONE_FOR;
		if (is_about_table(sink, *error) && !sink->reopened)
		{
			pgc_error_free(*error);
			*error = NULL;
			sink->reopened = true;
			sink->opened = false;
		}
		else if (error_is_about_data(sink, *error))
		{
			if (recovery->care >= care)
				return false;
			recovery->care = care;
			if (care == SAVEPOINTS && sink->failed_at >= 0 && dead_letters_wanted(sink) &&
				!must_be_in_order(sink, *error))
			{
				pgc_error_free(recovery->why);
				recovery->bad = (size_t) sink->failed_at;
				recovery->why = *error;
			}
			else
				pgc_error_free(*error);
			*error = NULL;
		}
		else
		{
			if (error_timed_out(*error) && recovery->step > 1)
				recovery->step /= 2;
			if (!sink_wait_to_retry(sink, &recovery->retry, error))
				return false;
		}
		if (rewrite(sink, end, recovery, error))
			return true;
	}
}

/* An attempt to write a batch has failed: do it again, likewise. */
static bool
retry(PgcSink *sink, size_t end, PgcError **error)
{
	Recovery	recovery = {.step = (size_t) sink->batch_size};
	bool		ok = recover(sink, end, false, &recovery, error);

	pgc_error_free(recovery.why);
	return ok;
}

/* What has become of a batch that was sent, the items up to "end". */
static bool
settle_sent(PgcSink *sink, size_t end, PgcError **error)
{
	return !sink->sent || receive_given(sink, error) || retry(sink, end, error);
}

static void
committed(PgcSink *sink)
{
	sink->in_transaction = false;
	if (sink->alone > 0)
		sink->alone--;
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
	bool		suspect = false;
	bool		same;

	for (size_t i = 0; i < sink->nitems && !suspect && !sink->reopened; i++)
		suspect = sink->items[i].error != NULL && sink->items[i].client_found &&
			is_about_table(sink, sink->items[i].error);
	if (!suspect)
		return true;
	if (!sink_table_is_same(sink, &same, error))
		return false;
	if (!same)
		pgc_error_format(error, "42P01", NULL, NULL, "the table has been changed");
	return same;
}

/* All that goes into the transaction behind its records. */
static bool
finish(PgcSink *sink, bool *brake, PgcError **error)
{
	*brake = false;
	sink->failed_at = -1;
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
	return sink->before_commit == NULL ||
		sink->before_commit(sink->conn, sink->before_commit_arg, error);
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
	sink_disconnect(sink);
	for (;;)
	{
		*error = NULL;
		if (sink_connect_once(sink, error) &&
			ledger_find(sink, sink->items[sink->nitems - 1].position, done, error))
		{
			pgc_error_free(doubt);
			return true;
		}
		sink_note_failure(sink, *error);
		if (!sink_wait_to_retry(sink, &retry, error))
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

/*
 * Commit, and begin the next transaction and its COPY, with the statement in
 * sink->request, in one round trip.  False with *error set as pgc_commit()
 * does; *begun tells what came of the rest, of which nothing is left if it
 * failed.
 */
static bool
commit_and_begin(PgcSink *sink, bool *begun, PgcError **error)
{
	bool		done;
	PgcError   *reason;
	const char *first;
	char	   *sql = NULL;

	if (first_statement(sink, &first, error))
		sql = transaction_next_text(sink->conn, sink->begin_options, first,
									sink->request.data, error);
	*begun = sql != NULL && copy_begin_next(sink->conn, sql, &done, &reason);
	free(sql);
	if (*begun || sql == NULL)
		return *begun;
	if (!done && !pgc_connection_is_open(sink->conn))
		return transaction_settle(sink->conn, reason, error);
	if (!done)
		*error = reason;
	else
	{
		pgc_error_free(reason);
		sink->in_transaction = true;
		roll_back(sink);
	}
	return done;
}

/* The transaction was not finished, or not committed: do it again. */
static bool
redo(PgcSink *sink, bool at_commit, Recovery *recovery, PgcError **error)
{
	bool		ok = recover(sink, sink->nitems, at_commit, recovery, error);

	pgc_error_free(recovery->why);
	recovery->why = NULL;
	return ok;
}

/* Do all but COMMIT, as often as that may help. */
static bool
finish_at_last(PgcSink *sink, Recovery *recovery, PgcError **error)
{
	bool		brake;

	while (!finish(sink, &brake, error))
	{
		sink->in_transaction = pgc_connection_in_transaction(sink->conn);
		if (brake)
		{
			roll_back(sink);
			return false;
		}
		if (!redo(sink, false, recovery, error))
			return false;
	}
	return true;
}

/*
 * Commit the transaction, of which all else may be finished already; and begin
 * the next one, if *begun says so, as long as nothing fails.
 */
static bool
commit(PgcSink *sink, bool finished, bool *begun, PgcError **error)
{
	Recovery	recovery = {.step = (size_t) sink->batch_size};
	bool		begins = *begun && PQtransactionStatus(sink->conn->pg) == PQTRANS_INTRANS;

	*begun = false;
	for (;;)
	{
		if (!finished && !finish_at_last(sink, &recovery, error))
			return false;
		if (begins ? commit_and_begin(sink, begun, error) : pgc_commit(sink->conn, error))
			break;
		begins = false;
		finished = false;
		sink->in_transaction = pgc_connection_in_transaction(sink->conn);
		if (strcmp(pgc_error_code(*error), "08007") == 0)
		{
			bool		done;

			if (!settle(sink, &done, error))
				return false;
			if (done)
				break;
			pgc_error_format(error, "08006", NULL, NULL, "the commit was lost");
		}
		if (!redo(sink, true, &recovery, error))
			return false;
	}
	committed(sink);
	if (*begun)
		began(sink);
	return true;
}

/*
 * Commit what was only finished, or sent.  The items that have come since are put aside
 * meanwhile.
 */
static bool
commit_finished(PgcSink *sink, bool *begun, PgcError **error)
{
	size_t		n = sink->nfinished;
	size_t		later = sink->nitems - n;
	size_t		text = sink->batch_offset;
	size_t		end = sink->text.len;
	bool		finished = !sink->sent;
	bool		ok;

	*error = NULL;
	if (n == 0)
		return true;
	sink->nfinished = 0;
	sink->nitems = n;
	sink->read -= (int64_t) later;
	ok = settle_sent(sink, n, error) && commit(sink, finished, begun, error);
	sink->read += (int64_t) later;
	if (!ok)
	{
		sink->nitems = n + later;
		return false;
	}

	memmove(sink->items, sink->items + n, later * sizeof(Item));
	memmove(sink->text.data, sink->text.data + text, end - text);
	for (size_t i = 0; i < later; i++)
		sink->items[i].offset -= text;
	sink->nitems = later;
	sink->text.len = end - text;
	sink->early_offset -= text;
	sink->early_item -= n;
	sink->oldest = sink->batch_since;
	if (metrics_due(sink))
		metrics_report(sink, true);
	return true;
}

bool
sink_finish(PgcSink *sink, PgcError **error)
{
	Recovery	recovery = {.step = (size_t) sink->batch_size};

	/* Not before it is known what has become of the last batch. */
	if (!sink->sent && !finish_at_last(sink, &recovery, error))
		return false;
	sink->nfinished = sink->nitems;
	return true;
}

/*
 * Begin to write a batch while it comes in.  What goes wrong is the batch's to
 * tell, when it is full: it is tried again then.
 */
bool
sink_write_early(PgcSink *sink, PgcError **error)
{
	PgcError   *ignored;
	bool		begun = false;

	if (sink->nfinished > 0)
	{
		begun = !sink->sent && !sink_check_due(sink) && !metrics_due(sink) &&
			attempt_statement(sink, sink->batch_start);
		if (!commit_finished(sink, &begun, error))
			return false;
	}
	if (!settle_sent(sink, sink->batch_start, error))
		return false;
	if (sink->in_order)
		return true;
	if (sink->in_transaction || begin(sink, &ignored))
		attempt_early(sink, sink->batch_start, begun);
	else
		pgc_error_free(ignored);
	return true;
}

bool
sink_write_batch(PgcSink *sink, bool leave, PgcError **error)
{
	size_t		end;
	bool		begun = false;
	bool		ok;

	if (!commit_finished(sink, &begun, error) ||
		!settle_sent(sink, sink->batch_start, error))
		return false;
	end = sink->nitems;
	if (sink->batch_start == end)
		return true;
	if (sink->early && sink->batch_start == 0)
		sink->sending_since = pgc_clock_us();
	sink->leave_sent = leave;
	ok = (sink->in_transaction || begin(sink, error)) &&
		attempt(sink, sink->batch_start, end, error);
	sink->leave_sent = false;
	if (!ok && !retry(sink, end, error))
		return false;
	sink->batch_start = end;
	sink->batch_offset = sink->text.len;
	sink->batches++;
	return true;
}

bool
sink_commit(PgcSink *sink, PgcError **error)
{
	bool		begun = false;

	if (!sink_write_batch(sink, false, error))
		return false;
	return sink->nitems == 0 || commit(sink, false, &begun, error);
}

void
sink_abandon(PgcSink *sink)
{
	bool		begun = false;
	PgcError   *error;

	/* What was to be committed is. */
	if (!commit_finished(sink, &begun, &error))
		pgc_error_free(error);
	attempt_abandon(sink);
	roll_back(sink);
}

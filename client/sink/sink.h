/*-------------------------------------------------------------------------
 *
 * sink.h
 *	  What a sink is made of.
 *
 * Records are collected as text.  When a batch is full it is written; when a
 * transaction is full it is committed, and only then are its records
 * forgotten: whatever fails before is done again from their text, as often as
 * the options allow.  So an attempt to write (attempt.c) may fail anywhere,
 * and to recover (recover.c) is to roll back and to try in smaller steps.
 *
 * While records come fast, COMMIT is left until the next batch begins to be
 * written, and is sent together with that; or until records have become old.
 *
 *-------------------------------------------------------------------------
 */
#ifndef SINK_SINK_H
#define SINK_SINK_H

#include "config.h"
#include "copy.h"
#include "internal.h"
#include "record.h"

typedef enum WriteMode
{
	WRITE_INSERT,
	WRITE_INSERT_IGNORE,
	WRITE_UPSERT,
	WRITE_UPDATE,
	WRITE_DELETE,
	WRITE_AUTO
} WriteMode;

/* A record of the transaction. */
typedef struct Item
{
	size_t		offset;			/* in the sink's text */
	size_t		len;
	uint64_t	position;		/* behind it, in the input */
	PgcError   *error;			/* it is bad: to the dead letters with it */
	PgcError   *seeming;		/* the error, while it is tried again */
	bool		client_found;	/* by us, so it will be so again */
	bool		no_record;		/* nor will its text ever be a record */
	bool		written;		/* in this transaction; to be left alone */
	bool		as_text;		/* its dead letter has it as a string, */
	bool		as_ascii;		/* in which other characters are escaped */
	int			shape;			/* its group, in an attempt; -1: left out */
} Item;

/* Records that differ in no member, and what is done with them. */
typedef struct ShapeInfo
{
	Operation	operation;
	uint8_t    *present;
	int64_t		nrecords;		/* that were staged */
} ShapeInfo;

#define MAX_SHAPES 64

/* A COPY, into the table of the records of one shape, or into the staging table. */
typedef struct CopyPass
{
	int			pass;			/* counts the shapes */
	bool		begun;
	bool		lost;			/* the connection; the end of COPY tells */
	bool		more;			/* there are records of other shapes */
	bool		binary;			/* in the binary format, */
	bool		ended;			/* until a record came that must be text */
	bool		too_many;		/* shapes to stage them all */
	int64_t		nlines;
} CopyPass;

/* A batch as the values of a request. */
typedef struct GivenBatch
{
	Bytes		values;			/* the request so far */
	size_t		nitems;			/* that are in it, or bad */
	int64_t		nrecords;		/* in it */
	int64_t    *lines;			/* of each, which item of the batch it is */
	size_t		room;
} GivenBatch;

/* What became of records. */
typedef struct Counts
{
	int64_t		written;
	int64_t		deduplicated;
	int64_t		skipped;
	int64_t		unmatched;
} Counts;

struct PgcSink
{
	/* What was said. */
	PgcConfig  *config;
	const ConfigEntry *entry;
	char	   *name;
	WriteMode	mode;
	int64_t		batch_size;
	size_t		batch_bytes;
	int64_t		batch_timeout_ms;
	int64_t		transaction_size;
	bool		exactly_once;
	int			worker;
	char	   *input;
	PgcRetryPolicy *policy;
	int			max_retries;
	bool		retry_timeouts; /* nothing else was said */
	int64_t		max_dead_letters;	/* -1: any number */
	double		max_dead_letter_ratio;	/* negative: any */
	char	   *begin_options;
	bool		has_role;
	PgcTransactionWork before_commit;	/* or NULL */
	void	   *before_commit_arg;

	/* The server. */
	PgcConnection *conn;		/* NULL: none */
	char		session[60];	/* which one it is, or "" */
	bool		session_left;	/* it may still be there, without us */
	bool		in_transaction;
	int			alone;			/* so many transactions without other sinks */
	bool		staged;			/* the session has the staging table */
	char	   *stage_sql;
	int64_t		next_ordinal;	/* in the staging table, in this transaction */

	/* The table. */
	bool		opened;
	bool		reopened;		/* for this transaction */
	bool		table_changed;	/* since the items were read */
	int64_t		table_checked;	/* clock_ms() when sink_open was asked last */
	Table		table;
	RecordRules rules;
	Record		record;
	char	   *table_reply;	/* what sink_open said */
	char	   *table_json;		/* ["schema", "table"] */
	char	   *key_json;		/* ["a", "b"], or NULL */
	bool		has_update;		/* update_columns were given */

	/* The transaction's records. */
	Bytes		text;
	Item	   *items;
	size_t		nitems;
	size_t		room;
	size_t		batch_start;	/* the first that was not written yet */
	size_t		batch_offset;	/* where its text begins */
	int64_t		batch_since;	/* clock_ms() when it came */
	int64_t		oldest;			/* clock_ms() when the first of all came */
	size_t		nfinished;		/* the first of them: all but COMMIT was done, or
								 * their last batch was sent */
	Counts		counts;			/* of what the transaction has written */
	int64_t		batches;

	/* Of an attempt: */
	Bytes		chunk;
	Bytes		scratch;
	Bytes		request;
	int64_t    *lines;			/* of COPY: which item */
	size_t		lines_room;
	ShapeInfo	shapes[MAX_SHAPES];
	int			nshapes;
	bool		mixed;			/* the last batch had records of several shapes */
	int			text_batches;	/* so many batches more are copied as text, */
	int			text_next;		/* and so many after that, if it is no use */
	bool		leave_sent;		/* do not wait for a reply */
	GivenBatch		given;			/* the batch that is collected */
	bool		sent;			/* a reply is to be received, */
	GivenBatch		sent_given;		/* to this, */
	size_t		sent_from;		/* which begins with that item */
	bool		in_order;		/* as rows of commands, one after the other */
	int64_t		failed_at;		/* the item that an attempt failed at, or -1 */

	/* An attempt that began before the batch was full, by COPY. */
	bool		early;
	size_t		early_next;		/* the item to go on with */
	size_t		early_offset;	/* it goes on when so much text has come, */
	size_t		early_item;		/* or so many items */
	CopyPass	copying;
	PgcError   *early_error;	/* for the attempt to tell */

	/* Exactly once. */
	bool		registered;
	int64_t		epoch;
	bool		has_position;
	uint64_t	position;		/* committed */

	/* Dead letters. */
	char	   *dead_letter_table;	/* as the request has it, JSON, or NULL */
	int			dead_letter_columns;	/* a set, see dead_letter.c */
	int			dead_letter_file;	/* a file descriptor, or -1 */
	bool		torn;			/* its last line is not whole */

	/* What was committed. */
	int64_t		read;
	Counts		total;
	int64_t		dead_lettered;
	int64_t		batches_sent;
	int64_t		transactions;
	int64_t		failed_writes;
	int64_t		retries;
	int64_t		latency_us;		/* of all transactions, from sending to commit */
	int64_t		sending_since;
	int64_t		connected;		/* connections that were opened, */
	int64_t		connecting_us;	/* and how long all of that took */
	int64_t		started;
	int64_t		reported;		/* clock_ms() of the last row in sink_metrics */
	char	   *last_error;
	bool		broken;			/* an error was reported: nothing more is written */
};

/* attempt.c */

/*
 * Write the good ones of items[lo .. hi) in the transaction that is open.
 * Records that cannot even be sent are marked as bad.  False with *error set;
 * sink->failed_at tells the item, if it is known.
 */
extern bool attempt(PgcSink *sink, size_t lo, size_t hi, PgcError **error);

/*
 * Begin with what has come of a batch, from item lo on, or go on with it, so
 * that the server has something to do; attempt() of all of the batch does the
 * rest.  COPY may have "begun" with the statement that attempt_statement() has
 * put into sink->request, if it could.  Or give it up.
 */
extern bool attempt_statement(PgcSink *sink, size_t lo);
extern void attempt_early(PgcSink *sink, size_t lo, bool begun);
extern void attempt_abandon(PgcSink *sink);

/*
 * Read an item into sink->record; *good is false if it was found bad, now or
 * before, or is written already.  False if memory ran out.
 */
extern bool read_item(PgcSink *sink, size_t i, bool *good);

/* Make room to note which item a line of COPY, or a row, is. */
extern bool make_lines(int64_t **lines, size_t *room, size_t n);

/* apply.c */

/* Whether the next batch is likely to be given. */
extern bool may_give(const PgcSink *sink);

/* Get ahead with the batch that is collected; forget what was so prepared. */
extern void given_prepare(PgcSink *sink);
extern void given_forget(PgcSink *sink);

/*
 * attempt(), that way; *done tells whether it could be.  With leave_sent the
 * reply is left to receive_given().
 */
extern bool attempt_given(PgcSink *sink, size_t lo, size_t hi, bool *done, PgcError **error);
extern bool receive_given(PgcSink *sink, PgcError **error);

/*
 * Whether records of the one shape there is may be merged where they repeat a
 * key: an upsert that leaves columns alone, which an insert would set, may not.
 */
extern bool may_merge(const PgcSink *sink);

/* Of staged records: apply those of a shape, the first of which is item "lo". */
extern bool apply_shape(PgcSink *sink, int shape, int64_t nrecords, bool merge, size_t lo,
						int64_t from, int64_t to, PgcError **error);

/* Whether no two of them have the same key. */
extern bool keys_differ(PgcSink *sink, int64_t from, int64_t to, int64_t nrecords, bool *differ,
						PgcError **error);

/* rows.c */

/* attempt(), that way; with left_out, only items of the shape -1. */
extern bool attempt_rows(PgcSink *sink, size_t lo, size_t hi, bool left_out,
						 PgcError **error);

/*
 * Append the names of a shape's columns to sink->request, as a JSON list: all,
 * or those that are updated.
 */
extern void put_columns(PgcSink *sink, const uint8_t *shape, bool updated);

/* The index in the path of an error, "/rows/7" or "/values/7", or -1. */
extern int64_t error_row(const PgcError *error);

/* sink.c */

/* Report it; false. */
extern bool sink_out_of_memory(PgcError **error);

/* The request of sink_open; false if memory ran out. */
extern bool sink_open_request(PgcSink *sink, Bytes *out);

/* The table was read: note what follows from it; false if memory ran out. */
extern bool sink_table_known(PgcSink *sink);

/* server.c */

/* A call in whose request everything was put. */
extern PgcReply *sink_call(PgcSink *sink, const char *command, const Bytes *request,
						   PgcError **error);

/* A member of a reply that is an integer, or 0. */
extern int64_t reply_integer(const PgcReply *reply, const char *name);

/* Run SQL of our own without parameters. */
extern bool sink_run(PgcSink *sink, const char *sql, PgcError **error);

/* Connect and open the sink, unless that is done; the first one retries. */
extern bool sink_connect(PgcSink *sink, PgcError **error);
extern bool sink_connect_once(PgcSink *sink, PgcError **error);
extern void sink_disconnect(PgcSink *sink);

/* Whether it is time to look at the table again. */
extern bool sink_check_due(const PgcSink *sink);

/* In a transaction: whether the table is still what sink_open has said. */
extern bool sink_table_is_same(PgcSink *sink, bool *same, PgcError **error);

/* Note why the last attempt failed. */
extern void sink_note_failure(PgcSink *sink, const PgcError *error);

/*
 * Whether to try again after an error that may pass, having waited; "retry"
 * counts.  Frees the error then.
 */
extern bool sink_wait_to_retry(PgcSink *sink, int *retry, PgcError **error);

/* A time limit: whoever held a lock may be done, and fewer records take less. */
extern bool error_timed_out(const PgcError *error);

/* recover.c */

/* Whether the error is about a record, which others need not share. */
extern bool error_is_about_data(const PgcSink *sink, const PgcError *error);

/* Write what was collected, or with "leave" perhaps only send it; commit it, too. */
extern bool sink_write_batch(PgcSink *sink, bool leave, PgcError **error);
extern bool sink_write_early(PgcSink *sink, PgcError **error);
extern bool sink_commit(PgcSink *sink, PgcError **error);

/* Commit later, with the beginning of the next batch. */
extern bool sink_finish(PgcSink *sink, PgcError **error);

/* Give up what was not committed. */
extern void sink_abandon(PgcSink *sink);

/* Mark an item as bad.  The error becomes the item's. */
extern void item_is_bad(PgcSink *sink, size_t i, PgcError *error, bool client_found);

/* ledger.c: all in the transaction that is open, but for the first. */
extern bool ledger_register(PgcSink *sink, PgcError **error);
extern bool ledger_advance(PgcSink *sink, uint64_t position, PgcError **error);
/*
 * Whether the position was committed, waiting for whatever transaction of this
 * epoch may be about to; fails if there is a newer epoch.
 */
extern bool ledger_find(PgcSink *sink, uint64_t position, bool *found, PgcError **error);

/* dead_letter.c */
extern bool dead_letters_open(PgcSink *sink, PgcError **error);
/* Write those of the transaction. */
extern bool dead_letters_write(PgcSink *sink, PgcError **error);
extern bool dead_letters_wanted(const PgcSink *sink);

/* metrics.c */
extern bool metrics_due(const PgcSink *sink);
extern void metrics_report(PgcSink *sink, bool running);

#endif							/* SINK_SINK_H */

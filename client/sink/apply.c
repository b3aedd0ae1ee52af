/*-------------------------------------------------------------------------
 *
 * apply.c
 *	  Requests of sink_apply: for records that were staged, or are given.
 *
 * Records that are given are values in the request.  The server sorts and
 * merges them by their key as it does with staged ones, but need not put
 * them into a table first; to insert them there is insert_rows.  The reply need
 * not be waited for: meanwhile the next batch is collected, and put into a
 * request.
 *
 *-------------------------------------------------------------------------
 */
#include <string.h>

#include "sink.h"

/* More at once is staged, so that it need not be in memory as a whole. */
#define GIVEN_RECORDS 10000
#define GIVEN_BYTES (8 * 1024 * 1024)

#define REQUEST_END "]}"

/* COPY costs more to begin with, and less for each record. */
#define GIVEN_INSERTS 2000

static void
begin_request(PgcSink *sink)
{
	Bytes	   *out = &sink->request;

	out->len = 0;
	bytes_put_text(out, "{\"table\":");
	bytes_put_text(out, sink->table_json);
	if (sink->key_json != NULL)
	{
		bytes_put_text(out, ",\"key\":");
		bytes_put_text(out, sink->key_json);
	}
}

/* What is done with records of a shape. */
static void
put_shape(PgcSink *sink, const ShapeInfo *info)
{
	static const char *const names[] = {
		"insert", "insert_ignore", "upsert", "update", "delete"
	};
	Bytes	   *out = &sink->request;

	bytes_put_format(out, ",\"operation\":\"%s\",\"columns\":", names[info->operation]);
	put_columns(sink, info->present, false);
	if (info->operation == OPERATION_UPSERT && sink->has_update)
	{
		bytes_put_text(out, ",\"update\":");
		put_columns(sink, info->present, true);
	}
}

static void
count_reply(PgcSink *sink, const PgcReply *reply, int64_t nrecords)
{
	sink->counts.written += reply_integer(reply, "written");
	sink->counts.skipped += reply_integer(reply, "skipped");
	sink->counts.unmatched += reply_integer(reply, "unmatched");
	sink->counts.deduplicated += nrecords - reply_integer(reply, "records");
}

bool
may_merge(const PgcSink *sink)
{
	const ShapeInfo *info = &sink->shapes[0];

	if (!sink->table.merge || sink->nshapes > 1)
		return false;
	/* What the table itself fills in differs in each record. */
	for (int i = 0; i < sink->table.ncolumns; i++)
	{
		if (sink->table.columns[i].is_key && !SHAPE_HAS(info->present, i))
			return false;
	}
	if (info->operation != OPERATION_UPSERT || !sink->has_update)
		return true;
	for (int i = 0; i < sink->table.ncolumns; i++)
	{
		const Column *column = &sink->table.columns[i];

		if (SHAPE_HAS(info->present, i) && !column->is_key && !column->may_update)
			return false;
	}
	return true;
}

/*-------------------------------------------------------------------------
 * Staged records
 *-------------------------------------------------------------------------
 */

static void
begin_staged(PgcSink *sink, int64_t from, int64_t to)
{
	begin_request(sink);
	bytes_put_format(&sink->request, ",\"from\":%lld,\"to\":%lld", (long long) from, (long long) to);
}

bool
keys_differ(PgcSink *sink, int64_t from, int64_t to, int64_t nrecords, bool *differ,
			PgcError **error)
{
	PgcReply   *reply;

	begin_staged(sink, from, to);
	bytes_put_text(&sink->request, ",\"columns\":[],\"count_keys\":true}");
	if (sink->request.failed)
		return sink_out_of_memory(error);
	reply = sink_call(sink, "sink_apply", &sink->request, error);
	if (reply == NULL)
		return false;
	*differ = reply_integer(reply, "keys") == nrecords;
	pgc_reply_free(reply);
	return true;
}

bool
apply_shape(PgcSink *sink, int shape, int64_t nrecords, bool merge, size_t lo,
			int64_t from, int64_t to, PgcError **error)
{
	PgcReply   *reply;

	if (nrecords == 0)
		return true;
	begin_staged(sink, from, to);
	put_shape(sink, &sink->shapes[shape]);
	bytes_put_format(&sink->request, ",\"group\":%d,\"merge\":%s}", shape,
					 merge ? "true" : "false");
	if (sink->request.failed)
		return sink_out_of_memory(error);
	reply = sink_call(sink, "sink_apply", &sink->request, error);
	if (reply == NULL)
	{
		int64_t		ordinal = error_row(*error);

		if (ordinal >= from && ordinal < to)
			sink->failed_at = (int64_t) lo + ordinal - from;
		return false;
	}
	count_reply(sink, reply, nrecords);
	pgc_reply_free(reply);
	return true;
}

/*-------------------------------------------------------------------------
 * Records that are given
 *-------------------------------------------------------------------------
 */

bool
may_give(const PgcSink *sink)
{
	return sink->table.given && !sink->mixed &&
		sink->batch_size <= (sink->mode == WRITE_INSERT ? GIVEN_INSERTS : GIVEN_RECORDS);
}

static void
put_values(PgcSink *sink)
{
	Bytes	   *out = &sink->given.values;
	const char *separator = "[";

	for (int i = 0; i < sink->table.ncolumns; i++)
	{
		const JsonValue *value = &sink->record.values[i];

		if (!SHAPE_HAS(sink->record.present, i))
			continue;
		bytes_put_text(out, separator);
		if (value->text == NULL)
			bytes_put_text(out, "null");
		else
			bytes_put(out, value->text, value->len);
		separator = ",";
	}
	bytes_put_text(out, separator[0] == '[' ? "[]" : "]");
}

/* The shape of the record in hand is the one of all; false if it cannot be. */
static bool
begin_given(PgcSink *sink)
{
	ShapeInfo  *info = &sink->shapes[0];

	info->operation = sink->record.operation;
	memcpy(info->present, sink->record.present, SHAPE_SIZE(&sink->table));
	sink->nshapes = 1;
	begin_request(sink);
	if (sink->mode == WRITE_INSERT)
	{
		bytes_put_text(&sink->request, ",\"columns\":");
		put_columns(sink, info->present, false);
	}
	else if (may_merge(sink))
		put_shape(sink, info);
	else
		return false;
	bytes_put_text(&sink->request, ",\"values\":");
	sink->given.values.len = 0;
	bytes_put(&sink->given.values, sink->request.data, sink->request.len);
	sink->given.values.failed = sink->given.values.failed || sink->request.failed;
	return true;
}

/*
 * Put the records of items[lo .. hi) into the request, those that are not there
 * yet; as long as they have one shape.  False if memory ran out.
 */
static bool
put_given(PgcSink *sink, size_t lo, size_t hi)
{
	GivenBatch *given = &sink->given;

	if (!make_lines(&given->lines, &given->room, hi - lo))
		return false;
	for (; lo + given->nitems < hi; given->nitems++)
	{
		size_t		i = lo + given->nitems;
		bool		good;

		if (!read_item(sink, i, &good))
			return false;
		if (!good)
			continue;
		sink->mixed = given->nrecords == 0 ? !begin_given(sink) :
			memcmp(sink->shapes[0].present, sink->record.present, SHAPE_SIZE(&sink->table)) != 0;
		if (sink->mixed)
		{
			given_forget(sink);
			return true;
		}
		bytes_put_text(&given->values, given->nrecords == 0 ? "[" : ",");
		put_values(sink);
		given->lines[given->nrecords++] = (int64_t) given->nitems;
	}
	return !given->values.failed;
}

void
given_forget(PgcSink *sink)
{
	sink->given.nitems = 0;
	sink->given.nrecords = 0;
	sink->given.values.failed = false;
}

void
given_prepare(PgcSink *sink)
{
	if (sink->text.len - sink->batch_offset > GIVEN_BYTES ||
		!put_given(sink, sink->batch_start, sink->nitems))
		given_forget(sink);
}

bool
receive_given(PgcSink *sink, PgcError **error)
{
	const GivenBatch *sent = &sink->sent_given;
	PgcReply   *reply = pgc_receive(sink->conn, error);

	sink->sent = false;
	sink->failed_at = -1;
	if (reply == NULL)
	{
		int64_t		row = error_row(*error);

		if (row >= 0 && row < sent->nrecords)
			sink->failed_at = (int64_t) sink->sent_from + sent->lines[row];
		return false;
	}
	if (sink->mode == WRITE_INSERT)
	{
		sink->counts.written += reply_integer(reply, "rowCount");
		sink->counts.skipped += sent->nrecords - reply_integer(reply, "rowCount");
	}
	else
		count_reply(sink, reply, sent->nrecords);
	pgc_reply_free(reply);
	return true;
}

/* Send the request, and make room for the next one. */
static bool
send_given(PgcSink *sink, size_t lo, PgcError **error)
{
	GivenBatch	sent;

	bytes_put_text(&sink->given.values, REQUEST_END);
	if (sink->given.values.failed)
		return sink_out_of_memory(error);
	sent = sink->given;
	sink->given = sink->sent_given;
	sink->sent_given = sent;
	sink->sent_from = lo;
	given_forget(sink);
	sink->sent = pgc_send(sink->conn, sink->mode == WRITE_INSERT ? "insert_rows" : "sink_apply",
						  sent.values.data, sent.values.len, error);
	return sink->sent;
}

bool
attempt_given(PgcSink *sink, size_t lo, size_t hi, bool *done, PgcError **error)
{
	const Item *last = &sink->items[hi - 1];

	*done = false;
	if (lo != sink->batch_start || hi != sink->nitems)
		given_forget(sink);
	if (last->offset + last->len - sink->items[lo].offset > GIVEN_BYTES)
		return true;
	if (!put_given(sink, lo, hi))
		return sink_out_of_memory(error);
	if (sink->mixed)
		return true;
	if (sink->given.values.len + strlen(REQUEST_END) > sink->table.request_cap)
	{
		given_forget(sink);
		return true;
	}
	*done = true;
	if (sink->given.nrecords == 0)
	{
		given_forget(sink);
		return true;
	}
	if (!send_given(sink, lo, error))
		return false;
	if (!sink->leave_sent)
		return receive_given(sink, error);

	/* The server does not begin before it has all of it. */
	return pgc_flush(sink->conn, error);
}

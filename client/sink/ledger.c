/*-------------------------------------------------------------------------
 *
 * ledger.c
 *	  How far a sink has come, kept in the database (connector.sink_ledger).
 *
 * The position is written in the transaction that writes the records, by a
 * writer of the newest epoch only: one that was left behind somewhere and
 * comes to life again finds that its epoch is over.
 *
 *-------------------------------------------------------------------------
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sink.h"

/* The conditions that find the writer's row. */
static void
put_where(PgcSink *sink, Bytes *out)
{
	bytes_put_text(out, "[[\"role\",\"=\",");
	bytes_put_string(out, PQuser(sink->conn->pg));
	bytes_put_text(out, "],[\"sink\",\"=\",");
	bytes_put_string(out, sink->name);
	bytes_put_format(out, "],[\"worker\",\"=\",%d]", sink->worker);
}

/* Call with sink->request; the first of the rows of a step's result. */
static cJSON *
call_for_row(PgcSink *sink, const char *command, const char *pointer, const cJSON **row,
			 PgcError **error)
{
	PgcReply   *reply;
	cJSON	   *tree;
	const cJSON *result;

	*row = NULL;
	if (sink->request.failed)
	{
		(void) sink_out_of_memory(error);
		return NULL;
	}
	reply = sink_call(sink, command, &sink->request, error);
	if (reply == NULL)
		return NULL;
	tree = cJSON_ParseWithLength(pgc_reply_text(reply), pgc_reply_length(reply));
	pgc_reply_free(reply);
	if (tree == NULL)
	{
		(void) sink_out_of_memory(error);
		return NULL;
	}
	result = tree;
	if (pointer != NULL)
		result = cJSON_GetArrayItem(cJSON_GetObjectItemCaseSensitive(tree, pointer), 1);
	*row = cJSON_GetArrayItem(cJSON_GetObjectItemCaseSensitive(result, "rows"), 0);
	return tree;
}

static const char *
row_text(const cJSON *row, const char *name)
{
	return cJSON_GetStringValue(cJSON_GetObjectItemCaseSensitive(row, name));
}

bool
ledger_register(PgcSink *sink, PgcError **error)
{
	Bytes	   *out = &sink->request;
	const cJSON *row;
	cJSON	   *tree;
	const char *input;
	const char *position;
	const char *epoch;

	/* Both or none: a row that is there, and an epoch that is ours. */
	out->len = 0;
	bytes_put_text(out, "{\"commands\":[{\"command\":\"upsert_rows\",\"table\":[\"connector\",\"sink_ledger\"],\"row\":{\"sink\":");
	bytes_put_string(out, sink->name);
	bytes_put_format(out, ",\"worker\":%d,\"input\":", sink->worker);
	bytes_put_string(out, sink->input);
	bytes_put_text(out, "},\"on_conflict\":{\"columns\":[\"role\",\"sink\",\"worker\"],\"action\":\"nothing\"}},"
				   "{\"command\":\"update_rows\",\"table\":[\"connector\",\"sink_ledger\"],\"increment\":{\"epoch\":1},\"where\":");
	put_where(sink, out);
	bytes_put_text(out, "],\"returning\":[\"epoch\",\"position\",\"input\"],\"numbers\":\"string\"}]}");
	tree = call_for_row(sink, "batch", "results", &row, error);
	if (tree == NULL)
		return false;
	epoch = row_text(row, "epoch");
	position = row_text(row, "position");
	input = row_text(row, "input");
	if (epoch == NULL || input == NULL)
	{
		cJSON_Delete(tree);
		pgc_error_format(error, "55000", NULL, NULL, "the ledger does not have the sink's row");
		return false;
	}
	if (strcmp(input, sink->input) != 0)
	{
		pgc_error_format(error, "22023", NULL,
						 "Give another sink another name; or, to begin anew, delete its row in connector.sink_ledger.",
						 "sink \"%s\" has read \"%s\" before, not \"%s\"", sink->name, input, sink->input);
		cJSON_Delete(tree);
		return false;
	}
	sink->epoch = strtoll(epoch, NULL, 10);
	sink->has_position = position != NULL;
	if (position != NULL)
		sink->position = strtoull(position, NULL, 10);
	cJSON_Delete(tree);
	return true;
}

static void
fenced_off(PgcSink *sink, PgcError **error)
{
	pgc_error_format(error, "55000", "Only the newest writer may write, lest a record be written twice.",
					 "If there is none, start this one again.",
					 "another writer of sink \"%s\" was started after this one", sink->name);
}

bool
ledger_advance(PgcSink *sink, uint64_t position, PgcError **error)
{
	Bytes	   *out = &sink->request;
	PgcReply   *reply;
	bool		found;

	out->len = 0;
	bytes_put_format(out, "{\"table\":[\"connector\",\"sink_ledger\"],\"set\":{\"position\":\"%llu\",\"written_at\":\"now\"},\"where\":",
					 (unsigned long long) position);
	put_where(sink, out);
	bytes_put_format(out, ",[\"epoch\",\"=\",%lld]]}", (long long) sink->epoch);
	if (out->failed)
		return sink_out_of_memory(error);
	reply = sink_call(sink, "update_rows", out, error);
	if (reply == NULL)
		return false;
	found = reply_integer(reply, "rowCount") == 1;
	pgc_reply_free(reply);
	if (!found)
		fenced_off(sink, error);
	return found;
}

bool
ledger_find(PgcSink *sink, uint64_t position, bool *found, PgcError **error)
{
	Bytes	   *out = &sink->request;
	const cJSON *row;
	cJSON	   *tree;
	const char *text;

	/*
	 * An update of nothing: the transaction that was lost has updated the row
	 * before its COMMIT was sent, and this waits until it has ended.
	 */
	out->len = 0;
	bytes_put_text(out, "{\"table\":[\"connector\",\"sink_ledger\"],\"increment\":{\"epoch\":0},\"where\":");
	put_where(sink, out);
	bytes_put_format(out, ",[\"epoch\",\"=\",%lld]],\"returning\":[\"epoch\",\"position\"]}",
					 (long long) sink->epoch);
	tree = call_for_row(sink, "update_rows", NULL, &row, error);
	if (tree == NULL)
		return false;
	if (row == NULL)
	{
		cJSON_Delete(tree);
		fenced_off(sink, error);
		return false;
	}
	text = row_text(row, "position");
	*found = text != NULL && strtoull(text, NULL, 10) >= position;
	cJSON_Delete(tree);
	return true;
}

/*-------------------------------------------------------------------------
 *
 * metrics.c
 *	  What a sink has done, told to connector.sink_metrics, and what it has
 *	  of connections, told to connector.pool_stats.
 *
 *-------------------------------------------------------------------------
 */
#include <stdlib.h>
#include <string.h>

#include "sink.h"

/* How often sink_metrics is written, in milliseconds. */
#define REPORT_EVERY 1000

bool
metrics_due(const PgcSink *sink)
{
	return clock_ms() - sink->reported >= REPORT_EVERY;
}

/* A sink has one connection, which it opens when there is none. */
static void
put_pool(PgcSink *sink, Bytes *out, bool running)
{
	const ConfigValue *size = config_value(sink->entry, "connection_pool_size");

	bytes_put_text(out, "{\"command\":\"upsert_rows\",\"table\":[\"connector\",\"pool_stats\"],\"on_conflict\":{\"columns\":[\"role\",\"connection_name\"]},\"row\":{\"connection_name\":");
	bytes_put_string(out, sink->name);
	bytes_put_format(out, ",\"pool_size\":%s,\"active_connections\":%d,\"idle_connections\":0,\"waiting_requests\":0,"
					 "\"connection_wait_time_ms\":%.3f,\"updated_at\":\"now\"}}",
					 size != NULL ? size->text : "2", running ? 1 : 0,
					 (double) sink->connecting_us / 1000.0 / (double) sink->connected);
}

void
metrics_report(PgcSink *sink, bool running)
{
	Bytes	   *out = &sink->request;
	const Counts *total = &sink->total;
	PgcReply   *reply;

	if (sink->conn == NULL || !pgc_connection_is_open(sink->conn) || sink->in_transaction)
		return;
	out->len = 0;
	bytes_put_text(out, "{\"commands\":[{\"command\":\"upsert_rows\",\"table\":[\"connector\",\"sink_metrics\"],\"on_conflict\":{\"columns\":[\"role\",\"connection_name\",\"worker\"]},\"row\":{\"connection_name\":");
	bytes_put_string(out, sink->name);
	bytes_put_format(out, ",\"worker\":%d,\"rows_read\":%lld,\"rows_written\":%lld,\"rows_deduplicated\":%lld,"
					 "\"rows_skipped\":%lld,\"rows_unmatched\":%lld,\"rows_dead_lettered\":%lld,\"batches_sent\":%lld,"
					 "\"failed_writes\":%lld,\"retry_count\":%lld,\"running\":%s,\"updated_at\":\"now\"",
					 sink->worker, (long long) sink->read, (long long) total->written,
					 (long long) total->deduplicated, (long long) total->skipped,
					 (long long) total->unmatched, (long long) sink->dead_lettered,
					 (long long) sink->batches_sent, (long long) sink->failed_writes,
					 (long long) sink->retries, running ? "true" : "false");
	if (sink->batches_sent > 0)
		bytes_put_format(out, ",\"avg_batch_size\":%.3f,\"avg_write_latency_ms\":%.3f",
						 (double) (total->written + total->deduplicated + total->skipped +
								   total->unmatched + sink->dead_lettered) / (double) sink->batches_sent,
						 (double) sink->latency_us / 1000.0 / (double) sink->transactions);
	bytes_put_text(out, ",\"last_error\":");
	if (sink->last_error != NULL)
		bytes_put_string(out, sink->last_error);
	else
		bytes_put_text(out, "null");
	if (sink->reported == 0)
		bytes_put_text(out, ",\"started_at\":\"now\"");
	bytes_put_text(out, "}},");
	put_pool(sink, out, running);
	bytes_put_text(out, "]}");
	sink->reported = clock_ms();
	if (out->failed)
		return;

	/* To be watched is not worth failing for. */
	reply = sink_call(sink, "batch", out, NULL);
	pgc_reply_free(reply);
}

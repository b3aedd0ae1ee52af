/*-------------------------------------------------------------------------
 *
 * watch.c
 *	  What a sink is doing, told while it runs and at its end.
 *
 *-------------------------------------------------------------------------
 */
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "options.h"
#include "watch.h"

/* How often the file of metrics is written, in milliseconds. */
#define METRICS_EVERY 1000

static int64_t
now_ms(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (int64_t) now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

bool
watch_init(Watch *watch, const char *metrics, const char *seconds)
{
	char	   *end;
	double		every;

	memset(watch, 0, sizeof(*watch));
	watch->metrics = metrics;
	watch->terminal = isatty(STDERR_FILENO);
	watch->every_ms = watch->terminal ? 1000 : 10000;
	if (seconds == NULL)
		return true;
	every = strtod(seconds, &end);
	if (end == seconds || *end != '\0' || !(every >= 0) || every > 1e6)
	{
		usage_error("option \"--progress\" is a number of seconds, not \"%s\"", seconds);
		return false;
	}
	watch->every_ms = every > 0 && every < 0.001 ? 1 : (int64_t) (every * 1000);
	return true;
}

/* A label's value, with what Prometheus wants escaped. */
static void
put_label(FILE *file, const char *text)
{
	for (; *text != '\0'; text++)
	{
		if (*text == '\n')
			fputs("\\n", file);
		else
		{
			if (*text == '"' || *text == '\\')
				putc('\\', file);
			putc(*text, file);
		}
	}
}

static void
put_metric(const Watch *watch, FILE *file, const char *name, const char *type,
		   const char *help, double value)
{
	fprintf(file, "# HELP pgconnector_sink_%s %s\n# TYPE pgconnector_sink_%s %s\npgconnector_sink_%s{connection_name=\"",
			name, help, name, type, name);
	put_label(file, watch->name != NULL ? watch->name : "");
	fprintf(file, "\"} %.17g\n", value);
}

static void
put_metrics(const Watch *watch, FILE *file, const PgcSinkStats *stats, bool running)
{
	const struct
	{
		const char *name;
		const char *help;
		long long	value;
	}			counters[] = {
		{"records_read_total", "Records that were read.", stats->read},
		{"rows_written_total", "Records that were written and committed.", stats->written},
		{"records_deduplicated_total", "Records merged into a later one of the same key.", stats->deduplicated},
		{"records_skipped_total", "Records that conflicted or that a trigger dropped.", stats->skipped},
		{"records_unmatched_total", "Records without a row to update or delete.", stats->unmatched},
		{"dead_letters_total", "Records that became dead letters.", stats->dead_lettered},
		{"batches_sent_total", "Batches that were committed.", stats->batches},
		{"transactions_total", "Transactions that were committed.", stats->transactions},
		{"failed_writes_total", "Attempts to write that failed.", stats->failed_writes},
		{"retries_total", "Attempts that were made again.", stats->retries},
	};

	for (size_t i = 0; i < sizeof(counters) / sizeof(counters[0]); i++)
		put_metric(watch, file, counters[i].name, "counter", counters[i].help, (double) counters[i].value);
	put_metric(watch, file, "write_latency_seconds", "gauge",
			   "From sending a transaction to its commit, on average.", stats->latency_ms / 1000);
	put_metric(watch, file, "lag_seconds", "gauge", "Age of the oldest record that is not committed.",
			   stats->lag_ms / 1000);
	put_metric(watch, file, "running", "gauge", "1 until the sink has ended.", running);
	if (stats->last_error == NULL)
		return;
	fputs("# HELP pgconnector_sink_last_error_info Why the last attempt that failed did.\n"
		  "# TYPE pgconnector_sink_last_error_info gauge\npgconnector_sink_last_error_info{connection_name=\"", file);
	put_label(file, watch->name != NULL ? watch->name : "");
	fputs("\",condition=\"", file);
	put_label(file, stats->last_error);
	fputs("\"} 1\n", file);
}

/* Whoever reads the file finds all of one moment in it. */
static bool
write_metrics(const Watch *watch, const PgcSinkStats *stats, bool running)
{
	size_t		len = strlen(watch->metrics);
	char	   *other = malloc(len + sizeof(".tmp"));
	FILE	   *file;
	bool		ok;

	if (other == NULL)
		return false;
	memcpy(other, watch->metrics, len);
	strcpy(other + len, ".tmp");
	file = fopen(other, "w");
	ok = file != NULL;
	if (ok)
	{
		put_metrics(watch, file, stats, running);
		ok = !ferror(file);
		ok = fclose(file) == 0 && ok;
		ok = ok && rename(other, watch->metrics) == 0;
	}
	free(other);
	return ok;
}

static void
put_time(FILE *file, int64_t seconds)
{
	if (seconds >= 3600)
		fprintf(file, "%d:%02d:%02d", (int) (seconds / 3600), (int) (seconds / 60 % 60), (int) (seconds % 60));
	else
		fprintf(file, "%d:%02d", (int) (seconds / 60), (int) (seconds % 60));
}

static void
print_line(Watch *watch, const PgcSinkStats *stats, const Source *source, int64_t now)
{
	unsigned long long done = 0;
	unsigned long long all = 0;
	int64_t		since = watch->last_line > 0 ? watch->last_line : watch->started;

	if (source->progress != NULL)
		source->progress(source, &done, &all);
	fprintf(stderr, "pgconnector: %lld records", stats->read);
	if (now > since)
		fprintf(stderr, ", %.0f/s", (double) (stats->read - watch->last_read) * 1000 / (double) (now - since));
	fprintf(stderr, ", lag %.1f s", stats->lag_ms / 1000);
	if (stats->retries > 0)
		fprintf(stderr, ", %lld retries", stats->retries);
	if (stats->dead_lettered > 0)
		fprintf(stderr, ", %lld dead letters", stats->dead_lettered);
	if (all > 0 && done <= all)
	{
		fprintf(stderr, ", %.0f %%", (double) done * 100 / (double) all);
		if (done > watch->first_done && done < all && now - watch->started < LLONG_MAX / 2)
		{
			double		left = (double) (now - watch->started) * (double) (all - done) /
				(double) (done - watch->first_done) / 1000;

			if (left < 1e8)
			{
				fputs(", ", stderr);
				put_time(stderr, (int64_t) left);
				fputs(" left", stderr);
			}
		}
	}
	/* What is written next takes its place. */
	fputs(watch->terminal ? "\033[K\r" : "\n", stderr);
	fflush(stderr);
	watch->shown = watch->terminal;
	watch->last_line = now;
	watch->last_read = stats->read;
}

static void
schedule(Watch *watch, int64_t now)
{
	int64_t		wait = watch->every_ms;

	if (watch->metrics != NULL && (wait == 0 || wait > METRICS_EVERY))
		wait = METRICS_EVERY;
	watch->next = wait > 0 ? now + wait : INT64_MAX;
}

bool
watch_begin(Watch *watch, const char *name, PgcSink *sink, const Source *source)
{
	PgcSinkStats stats;
	unsigned long long all;

	watch->name = name;
	watch->started = now_ms();
	watch->last_line = 0;
	watch->last_read = 0;
	watch->first_done = 0;
	if (source->progress != NULL)
		source->progress(source, &watch->first_done, &all);
	schedule(watch, watch->started);
	pgc_sink_stats(sink, &stats, sizeof(stats));
	if (watch->metrics == NULL || write_metrics(watch, &stats, true))
		return true;
	fprintf(stderr, "pgconnector: could not write \"%s\": %s\n", watch->metrics, strerror(errno));
	watch->started = 0;
	return false;
}

int
watch_due(const Watch *watch)
{
	int64_t		left;

	if (watch->next == INT64_MAX)
		return -1;
	left = watch->next - now_ms();
	return left <= 0 ? 0 : left < INT_MAX ? (int) left : INT_MAX;
}

void
watch_tick(Watch *watch, PgcSink *sink, const Source *source)
{
	int64_t		now;
	PgcSinkStats stats;

	if (watch->next == INT64_MAX)
		return;
	now = now_ms();
	if (now < watch->next)
		return;
	pgc_sink_stats(sink, &stats, sizeof(stats));
	if (watch->every_ms > 0 &&
		now - (watch->last_line > 0 ? watch->last_line : watch->started) >= watch->every_ms)
		print_line(watch, &stats, source, now);
	if (watch->metrics != NULL && !write_metrics(watch, &stats, true) && !watch->warned)
	{
		fprintf(stderr, "pgconnector: could not write \"%s\": %s\n", watch->metrics, strerror(errno));
		watch->warned = true;
	}
	schedule(watch, now);
}

void
watch_end(Watch *watch, PgcSink *sink)
{
	PgcSinkStats stats;

	if (watch->shown)
		fputs("\033[K", stderr);
	watch->shown = false;
	if (watch->metrics == NULL)
		return;
	pgc_sink_stats(sink, &stats, sizeof(stats));
	if (!write_metrics(watch, &stats, false) && !watch->warned)
		fprintf(stderr, "pgconnector: could not write \"%s\": %s\n", watch->metrics, strerror(errno));
}

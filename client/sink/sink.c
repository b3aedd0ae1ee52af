/*-------------------------------------------------------------------------
 *
 * sink.c
 *	  A stream of records into one table.
 *
 *-------------------------------------------------------------------------
 */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <errno.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/json_write.h"
#include "session.h"
#include "sink.h"

/* A batch is written while it comes in, when COPY_CHUNK bytes or so many records are there. */
#define EARLY_RECORDS 100

/*
 * But only where they come fast, which is so many in a millisecond; and these
 * will do where the server has nothing to do until it may commit, too.
 */
#define FAST_RECORDS 10

bool
sink_out_of_memory(PgcError **error)
{
	pgc_error_out_of_memory(error);
	return false;
}

/*-------------------------------------------------------------------------
 * Options
 *-------------------------------------------------------------------------
 */

static bool
refuse(PgcError **error, const char *hint, const char *message)
{
	pgc_error_format(error, "22023", NULL, hint, "%s", message);
	return false;
}

static bool
is_given(const PgcSink *sink, const char *name)
{
	return config_value(sink->entry, name) != NULL;
}

/* Options that name something this sink does not do. */
static bool
check_known(const PgcSink *sink, PgcError **error)
{
	static const char *const unknown[] = {
		"validate", "partition_column", "partition_type", "create_partitions",
		"partition_interval", "max_partitions_created", "use_2pc",
		"prepared_transaction_id", "parallelism", "partition_by", "fire_triggers",
		"disable_triggers", "is_foreign_table", "publication", "replication_slot"
	};

	for (size_t i = 0; i < sizeof(unknown) / sizeof(unknown[0]); i++)
	{
		if (is_given(sink, unknown[i]))
		{
			pgc_error_format(error, "22023", NULL, "Leave it out.",
							 "unknown option \"%s\" of a sink", unknown[i]);
			return false;
		}
	}
	return true;
}

/* Which options go with which write modes is the server's to say. */
static bool
read_options(PgcSink *sink, const char *input, PgcError **error)
{
	static const char *const modes[] = {
		"insert", "insert_ignore", "upsert", "update", "delete", "auto"
	};
	static const Operation operations[] = {
		OPERATION_INSERT, OPERATION_INSERT_IGNORE, OPERATION_UPSERT,
		OPERATION_UPDATE, OPERATION_DELETE, OPERATION_UPSERT
	};
	const ConfigEntry *entry = sink->entry;
	const char *mode = config_text(entry, "write_mode");
	const char *use_copy = config_text(entry, "use_copy");
	const char *text;
	bool		copies;

	if (!check_known(sink, error))
		return false;
	if (!is_given(sink, "table"))
		return refuse(error, NULL, "the option \"table\" is missing");
	while (strcmp(modes[sink->mode], mode) != 0)
		sink->mode++;
	sink->rules.operation = operations[sink->mode];
	sink->rules.operation_column = config_text(entry, "operation_column");
	if ((sink->mode == WRITE_AUTO) != (sink->rules.operation_column != NULL))
		return refuse(error, NULL, sink->mode == WRITE_AUTO ?
					  "write mode \"auto\" needs the option \"operation_column\"" :
					  "the option \"operation_column\" is for write mode \"auto\"");
	sink->rules.ignore_unknown = strcmp(config_text(entry, "unknown_keys"), "ignore") == 0;
	sink->has_update = is_given(sink, "update_columns");

	copies = strcmp(use_copy, "false") != 0;
	if (!copies && is_given(sink, "copy_batch_size"))
		return refuse(error, NULL, "the option \"copy_batch_size\" goes with COPY, and \"use_copy\" is false");
	sink->batch_size = is_given(sink, "copy_batch_size") ?
		config_integer(entry, "copy_batch_size") : config_integer(entry, "batch_size");
	sink->batch_bytes = (size_t) config_integer(entry, "batch_bytes");
	sink->batch_timeout_ms = config_integer(entry, "batch_timeout_ms");
	sink->transaction_size = is_given(sink, "transaction_size") ?
		config_integer(entry, "transaction_size") : 0;
	if (sink->transaction_size > 0 && sink->transaction_size < sink->batch_size)
		sink->batch_size = sink->transaction_size;

	sink->max_retries = (int) config_integer(entry, "max_retries");
	sink->max_dead_letters = is_given(sink, "max_dead_letters") ?
		config_integer(entry, "max_dead_letters") : -1;
	text = config_text(entry, "max_dead_letter_ratio");
	sink->max_dead_letter_ratio = text != NULL ? strtod(text, NULL) : -1;
	sink->retry_timeouts = !is_given(sink, "retry_on_errors");
	sink->has_role = is_given(sink, "set_role");

	sink->exactly_once = config_boolean(entry, "exactly_once");
	if (sink->exactly_once && input == NULL)
		return refuse(error, "Read from a file.",
					  "\"exactly_once\" needs an input that can be read again from any position");
	if (sink->exactly_once && sink->name[0] == '\0')
		return refuse(error, "Name the connection.",
					  "\"exactly_once\" needs a name under which to remember how far the sink has come");
	if (is_given(sink, "dead_letter_table") && is_given(sink, "dead_letter_file"))
		return refuse(error, NULL, "the options \"dead_letter_table\" and \"dead_letter_file\" contradict each other");
	if (!dead_letters_wanted(sink) && !is_given(sink, "dead_letter_table") &&
		!is_given(sink, "dead_letter_file") &&
		(is_given(sink, "max_dead_letters") || is_given(sink, "max_dead_letter_ratio")))
		return refuse(error, "Name a dead_letter_table or a dead_letter_file.",
					  "there is no place for dead letters that could be limited");
	return true;
}

/* What pgc_begin() is told. */
static bool
make_begin_options(PgcSink *sink)
{
	Bytes		out = {NULL, 0, 0, false};
	const ConfigValue *variables = config_value(sink->entry, "session_variables");
	const char *role = config_text(sink->entry, "set_role");

	bytes_put_text(&out, "{\"writes\":true,\"isolation_level\":");
	bytes_put_string(&out, config_text(sink->entry, "isolation_level"));
	if (role != NULL)
	{
		bytes_put_text(&out, ",\"set_role\":");
		bytes_put_string(&out, role);
	}
	if (variables != NULL)
	{
		const char *separator = ",\"session_variables\":{";

		for (const ConfigPair *pair = variables->pairs; pair != NULL; pair = pair->next)
		{
			bytes_put_text(&out, separator);
			bytes_put_string(&out, pair->name);
			bytes_put_text(&out, ":");
			bytes_put_string(&out, pair->text);
			separator = ",";
		}
		if (variables->pairs != NULL)
			bytes_put_text(&out, "}");
	}

	/* With a ledger there is no need to ask for the transaction's number. */
	if (sink->exactly_once)
		bytes_put_text(&out, ",\"settle_timeout_ms\":0");
	bytes_put_text(&out, "}");
	(void) bytes_terminate(&out);
	sink->begin_options = out.data;
	return !out.failed;
}

static bool
make_policy(PgcSink *sink, PgcError **error)
{
	Bytes		out = {NULL, 0, 0, false};
	const char *classes = config_text(sink->entry, "retry_on_errors");

	bytes_put_format(&out, "{\"max_retries\":%d,\"retry_backoff_ms\":%lld", sink->max_retries,
					 (long long) config_integer(sink->entry, "retry_backoff_ms"));
	if (classes != NULL)
	{
		bytes_put_text(&out, ",\"retry_on_errors\":");
		bytes_put_string(&out, classes);
	}
	bytes_put_text(&out, "}");
	if (!bytes_terminate(&out))
	{
		bytes_free(&out);
		return sink_out_of_memory(error);
	}
	sink->policy = pgc_retry_policy_new(out.data, error);
	bytes_free(&out);
	return sink->policy != NULL;
}

/* Whether a file is there whose last line was not written to its end. */
static bool
ends_within_line(const char *file)
{
	int			fd = open(file, O_RDONLY | O_NONBLOCK | O_CLOEXEC);
	struct stat st;
	char		last = '\n';

	if (fd < 0)
		return false;
	if (fstat(fd, &st) == 0 && S_ISREG(st.st_mode) && st.st_size > 0 &&
		pread(fd, &last, 1, st.st_size - 1) != 1)
		last = '\n';
	close(fd);
	return last != '\n';
}

/*
 * Whoever takes the file away has it locked, so that nothing more is written
 * to what is no longer there.
 */
static bool
open_dead_letter_file(PgcSink *sink, const char *file, PgcError **error)
{
	for (;;)
	{
		int			fd = open(file, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
		struct stat opened;
		struct stat named;

		if (fd < 0)
		{
			pgc_error_format(error, "58P01", strerror(errno), NULL,
							 "could not open the file for dead letters, \"%s\"", file);
			return false;
		}
		if (flock(fd, LOCK_SH | LOCK_NB) != 0 && errno == EWOULDBLOCK)
		{
			close(fd);
			pgc_error_format(error, "55006", NULL, "Wait until that has ended.",
							 "the file for dead letters, \"%s\", is being replayed", file);
			return false;
		}
		if (fstat(fd, &opened) != 0 || !S_ISREG(opened.st_mode) ||
			(stat(file, &named) == 0 && opened.st_ino == named.st_ino && opened.st_dev == named.st_dev))
		{
			sink->dead_letter_file = fd;
			return true;
		}
		close(fd);
	}
}

static bool
open_dead_letters(PgcSink *sink, PgcError **error)
{
	const char *table = config_text(sink->entry, "dead_letter_table");
	const char *file = config_text(sink->entry, "dead_letter_file");
	Bytes		json = {NULL, 0, 0, false};

	if (table != NULL)
	{
		bytes_put_string(&json, table);
		if (!bytes_terminate(&json))
		{
			bytes_free(&json);
			return sink_out_of_memory(error);
		}
		sink->dead_letter_table = json.data;
	}
	if (file != NULL)
		sink->torn = ends_within_line(file);
	return file == NULL || open_dead_letter_file(sink, file, error);
}

/*
 * The names in a list, "a, b", as a JSON list; one in double quotes may hold
 * commas and blanks.
 */
static void
put_list(Bytes *out, const char *list)
{
	const char *separator = "[";

	while (*list != '\0')
	{
		Bytes		name = {NULL, 0, 0, false};
		bool		quoted;

		list += strspn(list, " \t\n");
		quoted = *list == '"';
		if (quoted)
		{
			for (list++; *list != '\0' && (*list != '"' || list[1] == '"'); list++)
			{
				if (*list == '"')
					list++;
				bytes_put(&name, list, 1);
			}
			list += *list == '"';
			list += strcspn(list, ",");
		}
		else
		{
			size_t		len = strcspn(list, ",");
			size_t		end = len;

			while (end > 0 && strchr(" \t\n", list[end - 1]) != NULL)
				end--;
			bytes_put(&name, list, end);
			list += len;
		}
		bytes_put_text(out, separator);
		json_write_string(bytes_put, out, name.len > 0 ? name.data : "", name.len);
		separator = ",";
		bytes_free(&name);
		list += *list == ',';
	}
	bytes_put_text(out, separator[0] == '[' ? "[]" : "]");
}

bool
sink_open_request(PgcSink *sink, Bytes *out)
{
	static const char *const lists[] = {
		"conflict_columns", "update_columns", "key_columns"
	};
	static const char *const words[] = {"write_mode", "unknown_keys", "use_copy"};

	bytes_put_text(out, "{\"table\":[");
	bytes_put_string(out, config_text(sink->entry, "schema"));
	bytes_put_text(out, ",");
	bytes_put_string(out, config_text(sink->entry, "table"));
	bytes_put_text(out, "]");
	for (size_t i = 0; i < sizeof(lists) / sizeof(lists[0]); i++)
	{
		if (!is_given(sink, lists[i]))
			continue;
		bytes_put_format(out, ",\"%s\":", lists[i]);
		put_list(out, config_text(sink->entry, lists[i]));
	}
	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++)
	{
		bytes_put_format(out, ",\"%s\":", words[i]);
		bytes_put_string(out, config_text(sink->entry, words[i]));
	}
	bytes_put_format(out, ",\"batch_size\":%lld}", (long long) sink->batch_size);
	return !out->failed;
}

bool
sink_table_known(PgcSink *sink)
{
	Bytes		table = {NULL, 0, 0, false};
	Bytes		key = {NULL, 0, 0, false};
	const char *unknown = config_text(sink->entry, "unknown_keys");
	const char *separator = "[";

	given_forget(sink);
	sink->text_batches = sink->text_next = 0;
	free(sink->table_json);
	free(sink->key_json);
	bytes_put_text(&table, "[");
	bytes_put_string(&table, sink->table.schema);
	bytes_put_text(&table, ",");
	bytes_put_string(&table, sink->table.name);
	bytes_put_text(&table, "]");
	(void) bytes_terminate(&table);

	sink->rules.table = &sink->table;
	sink->rules.collector = -1;
	for (int i = 0; i < sink->table.ncolumns; i++)
	{
		const Column *column = &sink->table.columns[i];

		if (!sink->rules.ignore_unknown && strcmp(unknown, "error") != 0 &&
			strcmp(unknown, column->name) == 0)
			sink->rules.collector = i;
		if (!column->is_key)
			continue;
		bytes_put_text(&key, separator);
		bytes_put_string(&key, column->name);
		separator = ",";
	}
	if (key.len > 0)
	{
		bytes_put_text(&key, "]");
		(void) bytes_terminate(&key);
	}
	sink->table_json = table.data;
	sink->key_json = key.data;
	for (int i = 0; i < MAX_SHAPES; i++)
	{
		free(sink->shapes[i].present);
		sink->shapes[i].present = calloc(SHAPE_SIZE(&sink->table) + 1, 1);
		if (sink->shapes[i].present == NULL)
			return false;
	}
	return !table.failed && !key.failed;
}

/*-------------------------------------------------------------------------
 * Opening and closing
 *-------------------------------------------------------------------------
 */

static PgcSink *
open_failed(PgcSink *sink)
{
	pgc_sink_close(sink);
	return NULL;
}

PgcSink *
pgc_sink_open(const char *options, const char *name, const char *input, PgcError **error)
{
	PgcError   *ignored = NULL;
	PgcSink    *sink = calloc(1, sizeof(PgcSink));

	if (error == NULL)
		error = &ignored;
	*error = NULL;
	if (sink == NULL)
	{
		(void) sink_out_of_memory(error);
		return NULL;
	}
	sink->dead_letter_file = -1;
	sink->started = clock_ms();
	sink->config = config_of_connection(options, strlen(options), error);
	if (sink->config == NULL)
		return open_failed(sink);
	sink->entry = sink->config->connections;
	sink->name = strdup(name != NULL ? name : "");
	sink->input = strdup(input != NULL ? input : "");
	if (sink->name == NULL || sink->input == NULL)
	{
		(void) sink_out_of_memory(error);
		return open_failed(sink);
	}
	if (!read_options(sink, input, error))
		return open_failed(sink);
	if (!make_begin_options(sink))
	{
		(void) sink_out_of_memory(error);
		return open_failed(sink);
	}
	if (!make_policy(sink, error) || !open_dead_letters(sink, error) ||
		!sink_connect(sink, error))
		return open_failed(sink);
	if (sink->mode == WRITE_INSERT_IGNORE && sink->key_json == NULL && !sink->table.staging)
	{
		(void) refuse(error, "Name the key in \"conflict_columns\".",
					  "where records are not staged, for \"use_copy\" or for what their table is, it must be said which conflicts to ignore");
		return open_failed(sink);
	}
	metrics_report(sink, true);
	return sink;
}

void
pgc_sink_close(PgcSink *sink)
{
	if (sink == NULL)
		return;
	sink_abandon(sink);
	if (sink->opened)
		metrics_report(sink, false);
	pgc_connection_close(sink->conn);
	pgc_retry_policy_free(sink->policy);
	for (size_t i = 0; i < sink->nitems; i++)
		pgc_error_free(sink->items[i].error);
	free(sink->items);
	free(sink->lines);
	for (int i = 0; i < MAX_SHAPES; i++)
		free(sink->shapes[i].present);
	bytes_free(&sink->text);
	bytes_free(&sink->chunk);
	bytes_free(&sink->scratch);
	bytes_free(&sink->request);
	bytes_free(&sink->given.values);
	bytes_free(&sink->sent_given.values);
	free(sink->given.lines);
	free(sink->sent_given.lines);
	table_free(&sink->table);
	record_free(&sink->record);
	if (sink->dead_letter_file >= 0)
		close(sink->dead_letter_file);
	free(sink->dead_letter_table);
	free(sink->begin_options);
	free(sink->table_reply);
	free(sink->table_json);
	free(sink->key_json);
	free(sink->stage_sql);
	free(sink->last_error);
	free(sink->name);
	free(sink->input);
	pgc_config_free(sink->config);
	free(sink);
}

/*-------------------------------------------------------------------------
 * Writing
 *-------------------------------------------------------------------------
 */

/* The result of a write: after a failure there is no other. */
static bool
result_of(PgcSink *sink, bool done)
{
	if (!done)
		sink->broken = true;
	else if (!sink->in_transaction && metrics_due(sink))
		metrics_report(sink, true);
	return done;
}

static bool
check_usable(const PgcSink *sink, PgcError **error)
{
	*error = NULL;
	if (!sink->broken)
		return true;
	pgc_error_format(error, "55000", NULL, "Close it, and read again what was not committed.",
					 "the sink has failed before");
	return false;
}

static bool
keep(PgcSink *sink, const char *record, size_t len, uint64_t position)
{
	if (sink->nitems == sink->room)
	{
		size_t		room = sink->room > 0 ? sink->room * 2 : 1024;
		Item	   *items = realloc(sink->items, room * sizeof(Item));

		if (items == NULL)
			return false;
		sink->items = items;
		sink->room = room;
	}
	sink->items[sink->nitems] = (Item) {.offset = sink->text.len, .len = len, .position = position};
	bytes_put(&sink->text, record, len);
	if (sink->text.failed)
	{
		sink->text.failed = false;
		return false;
	}
	sink->nitems++;
	return true;
}

/* A transaction must not wait for an input that may be silent. */
static bool
comes_fast(const PgcSink *sink)
{
	int64_t		n = (int64_t) (sink->nitems - sink->batch_start);

	return sink->batch_timeout_ms > 0 &&
		(clock_ms() - sink->batch_since) * FAST_RECORDS <=
		(n > FAST_RECORDS ? n : FAST_RECORDS);
}

/* Whether a batch that will soon be full can be written while it comes in. */
static bool
is_written_early(const PgcSink *sink)
{
	return sink->early ||
		((sink->table.copy || sink->table.staging) && !may_give(sink) && !sink->in_order &&
		 comes_fast(sink));
}

static void
set_early(PgcSink *sink)
{
	sink->early_offset = sink->text.len + COPY_CHUNK;
	sink->early_item = sink->nitems + (sink->nfinished > 0 ? FAST_RECORDS : EARLY_RECORDS);
}

/* A record; or a text that is none, and why. */
static bool
take(PgcSink *sink, const char *record, size_t len, uint64_t position,
	 const char *problem, PgcError **error)
{
	bool		full;
	bool		leave;

	if (!check_usable(sink, error))
		return false;
	if (sink->nitems == sink->batch_start)
	{
		sink->batch_since = clock_ms();
		set_early(sink);
		given_forget(sink);
	}
	if (sink->nitems == 0)
		sink->oldest = sink->batch_since;
	if (!keep(sink, record, len, position))
		return result_of(sink, sink_out_of_memory(error));
	sink->read++;
	if (problem != NULL)
	{
		PgcError   *why;

		pgc_error_format(&why, "22P02", NULL, NULL, "%s", problem);
		item_is_bad(sink, sink->nitems - 1, why, true);
		sink->items[sink->nitems - 1].no_record = true;
		sink->items[sink->nitems - 1].as_text = true;
	}
	full = (int64_t) (sink->nitems - sink->batch_start) >= sink->batch_size ||
		sink->text.len - sink->batch_offset >= sink->batch_bytes;
	if (!full && sink->text.len < sink->early_offset && sink->nitems < sink->early_item)
		return true;
	if (may_give(sink))
		given_prepare(sink);
	if (!full)
	{
		set_early(sink);
		return !is_written_early(sink) || result_of(sink, sink_write_early(sink, error));
	}

	/* What is done before a commit is about the records that came so far. */
	leave = (sink->early || (may_give(sink) && comes_fast(sink))) &&
		sink->before_commit == NULL;
	if (!sink_write_batch(sink, leave, error))
		return result_of(sink, false);
	if ((int64_t) sink->nitems < sink->transaction_size)
		return true;
	return result_of(sink, leave ? sink_finish(sink, error) : sink_commit(sink, error));
}

bool
pgc_sink_write(PgcSink *sink, const char *record, size_t len,
			   unsigned long long position, PgcError **error)
{
	PgcError   *ignored = NULL;

	return take(sink, record, len, position, NULL, error != NULL ? error : &ignored);
}

bool
pgc_sink_reject(PgcSink *sink, const char *text, size_t len,
				unsigned long long position, const char *message, PgcError **error)
{
	PgcError   *ignored = NULL;

	return take(sink, text, len, position, message, error != NULL ? error : &ignored);
}

void
pgc_sink_before_commit(PgcSink *sink, PgcTransactionWork work, void *arg)
{
	sink->before_commit = work;
	sink->before_commit_arg = arg;
}

int
pgc_sink_due(const PgcSink *sink)
{
	int64_t		left;

	if (sink->nitems == 0 || sink->batch_timeout_ms == 0)
		return -1;
	/* It has come fast so far; if there is time to ask, it may have ended. */
	if (sink->nitems == sink->nfinished)
		return 0;
	left = sink->oldest + sink->batch_timeout_ms - clock_ms();
	return left > 0 ? (int) left : 0;
}

bool
pgc_sink_flush(PgcSink *sink, PgcError **error)
{
	PgcError   *ignored = NULL;

	if (error == NULL)
		error = &ignored;
	return check_usable(sink, error) && result_of(sink, sink_commit(sink, error));
}

bool
pgc_sink_position(const PgcSink *sink, unsigned long long *position)
{
	*position = sink->position;
	return sink->has_position;
}

void
pgc_sink_stats(const PgcSink *sink, PgcSinkStats *stats, size_t size)
{
	PgcSinkStats all = {
		.read = sink->read,
		.written = sink->total.written,
		.deduplicated = sink->total.deduplicated,
		.skipped = sink->total.skipped,
		.unmatched = sink->total.unmatched,
		.dead_lettered = sink->dead_lettered,
		.batches = sink->batches_sent,
		.transactions = sink->transactions,
		.failed_writes = sink->failed_writes,
		.retries = sink->retries,
		.latency_ms = sink->transactions > 0 ?
		(double) sink->latency_us / 1000.0 / (double) sink->transactions : 0,
		.seconds = (double) (clock_ms() - sink->started) / 1000.0,
		.lag_ms = sink->nitems > 0 ? (double) (clock_ms() - sink->oldest) : 0,
		.last_error = sink->last_error,
	};

	memcpy(stats, &all, size < sizeof(all) ? size : sizeof(all));
}

const char *
pgc_sink_table(const PgcSink *sink)
{
	return sink->table_reply;
}

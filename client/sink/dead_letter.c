/*-------------------------------------------------------------------------
 *
 * dead_letter.c
 *	  Where records go that the table does not accept.
 *
 * Into a table, in the transaction that writes the others; or into a file,
 * a line for each, on disk before that transaction is committed: a dead
 * letter may be there twice then, but none is lost.
 *
 *-------------------------------------------------------------------------
 */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "core/json_write.h"
#include "sink.h"

/* What is told of a dead letter, each where the table has such a column. */
typedef enum Member
{
	DATA,
	ERROR_TYPE,
	ERROR_TIME,
	CODE,
	MESSAGE,
	PATH,
	CONSTRAINT,
	CONNECTION,
	POSITION,
	MEMBERS
} Member;

static const char *const names[MEMBERS] = {
	"data", "error_type", "error_time", "code", "message", "path", "constraint",
	"connection", "position"
};

/* Rows of one insert, and bytes of which the request has few more. */
#define AT_ONCE 500
#define BYTES_AT_ONCE (4 * 1024 * 1024)

bool
dead_letters_wanted(const PgcSink *sink)
{
	return sink->dead_letter_table != NULL || sink->dead_letter_file >= 0;
}

bool
dead_letters_open(PgcSink *sink, PgcError **error)
{
	PgcReply   *reply;
	cJSON	   *tree;
	const cJSON *table;
	const cJSON *column;

	if (sink->dead_letter_table == NULL)
		return true;
	sink->request.len = 0;
	bytes_put_text(&sink->request, "{\"table\":");
	bytes_put_text(&sink->request, sink->dead_letter_table);
	bytes_put_text(&sink->request, "}");
	if (sink->request.failed)
		return sink_out_of_memory(error);
	reply = sink_call(sink, "describe", &sink->request, error);
	if (reply == NULL)
		return false;
	tree = cJSON_ParseWithLength(pgc_reply_text(reply), pgc_reply_length(reply));
	pgc_reply_free(reply);
	if (tree == NULL)
		return sink_out_of_memory(error);
	table = cJSON_GetArrayItem(cJSON_GetObjectItemCaseSensitive(tree, "tables"), 0);
	sink->dead_letter_columns = 0;
	cJSON_ArrayForEach(column, cJSON_GetObjectItemCaseSensitive(table, "columns"))
	{
		const char *name = cJSON_GetStringValue(cJSON_GetObjectItemCaseSensitive(column, "name"));

		for (int i = 0; name != NULL && i < MEMBERS; i++)
		{
			if (strcmp(name, names[i]) == 0)
				sink->dead_letter_columns |= 1 << i;
		}
	}
	cJSON_Delete(tree);
	if ((sink->dead_letter_columns & (1 << DATA)) == 0)
	{
		pgc_error_format(error, "22023", NULL,
						 "It takes the records in a column \"data\" of type jsonb or text, and error_type, error_time, code, message, path, constraint, connection and position where it has such columns.",
						 "the table for dead letters has no column \"data\" that you may see");
		return false;
	}
	return true;
}

/* The length of the UTF-8 sequence that begins there, 0 if it is none. */
static size_t
utf8_len(const unsigned char *s, size_t left)
{
	size_t		len = s[0] < 0x80 ? 1 : s[0] >= 0xc2 && s[0] <= 0xdf ? 2 :
		(s[0] & 0xf0) == 0xe0 ? 3 : s[0] >= 0xf0 && s[0] <= 0xf4 ? 4 : 0;

	if (len == 0 || len > left)
		return 0;
	for (size_t i = 1; i < len; i++)
	{
		if ((s[i] & 0xc0) != 0x80)
			return 0;
	}
	if ((s[0] == 0xe0 && s[1] < 0xa0) || (s[0] == 0xed && s[1] > 0x9f) ||
		(s[0] == 0xf0 && s[1] < 0x90) || (s[0] == 0xf4 && s[1] > 0x8f))
		return 0;
	return len;
}

/* A character that is not ASCII as JSON escapes it. */
static void
put_escape(Bytes *out, const unsigned char *s, size_t len)
{
	unsigned	c = s[0] & (0xffu >> (len + 1));

	for (size_t i = 1; i < len; i++)
		c = c << 6 | (s[i] & 0x3f);
	if (c >= 0x10000)
	{
		bytes_put_format(out, "\\u%04x", 0xd800 + ((c - 0x10000) >> 10));
		c = 0xdc00 + ((c - 0x10000) & 0x3ff);
	}
	bytes_put_format(out, "\\u%04x", c);
}

/*
 * A text as a JSON string, with U+FFFD for what is no UTF-8 and for NUL.  The
 * string holds escapes as they stand, if the database may lack a character: a
 * record, which is JSON, is the same with them.
 */
static void
put_lossy(Bytes *out, const char *text, size_t len, bool as_ascii)
{
	static const char replacement[] = "\xef\xbf\xbd";
	const unsigned char *s = (const unsigned char *) text;
	Bytes		clean = {NULL, 0, 0, false};

	for (size_t i = 0; i < len;)
	{
		size_t		n = s[i] == 0 ? 0 : utf8_len(s + i, len - i);
		const char *from = n == 0 ? replacement : text + i;
		size_t		width = n == 0 ? strlen(replacement) : n;

		if (as_ascii && width > 1)
			put_escape(&clean, (const unsigned char *) from, width);
		else
			bytes_put(&clean, from, width);
		i += n > 0 ? n : 1;
	}
	json_write_string(bytes_put, out, clean.len > 0 ? clean.data : "", clean.len);
	out->failed = out->failed || clean.failed;
	bytes_free(&clean);
}

/*
 * The record: as JSON if it is valid and nothing in it keeps it from being
 * stored, otherwise as the text it came as.
 */
static void
put_data(Bytes *out, const Item *item, const char *text)
{
	JsonScan	scan;
	JsonValue	value;
	size_t		len = item->len;
	bool		json;
	size_t		start;

	json_scan_init(&scan, text, len, NULL);
	json = !item->as_text && json_scan_document(&scan, &value);
	for (size_t i = 0; json && i < len;)
	{
		size_t		n = utf8_len((const unsigned char *) text + i, len - i);

		json = n > 0;
		i += n;
	}
	if (!json)
	{
		put_lossy(out, text, len, item->as_ascii);
		return;
	}

	/* In one line: a line break in JSON stands between what counts. */
	start = out->len;
	bytes_put(out, value.text, value.len);
	for (size_t i = start; i < out->len; i++)
	{
		if (out->data[i] == '\n' || out->data[i] == '\r')
			out->data[i] = ' ';
	}
}

static void
put_text(Bytes *out, const Item *item, const char *text)
{
	/* A message may quote what is no UTF-8, or have been cut. */
	if (text != NULL)
		put_lossy(out, text, strlen(text), item->as_ascii);
	else
		bytes_put_text(out, "null");
}

static void
put_now(Bytes *out)
{
	struct timespec now;
	struct tm	tm;
	time_t		seconds;
	char		text[40];

	clock_gettime(CLOCK_REALTIME, &now);
	seconds = now.tv_sec;
	gmtime_r(&seconds, &tm);
	(void) strftime(text, sizeof(text), "%Y-%m-%dT%H:%M:%S", &tm);
	bytes_put_format(out, "\"%s.%06ldZ\"", text, now.tv_nsec / 1000);
}

/* A dead letter as an object with the members of a set. */
static void
put_letter(PgcSink *sink, Bytes *out, const Item *item, int columns)
{
	const PgcError *error = item->error;
	const char *type = pgc_error_condition(error);
	const char *separator = "{";

	for (int i = 0; i < MEMBERS; i++)
	{
		if ((columns & (1 << i)) == 0)
			continue;
		bytes_put_format(out, "%s\"%s\":", separator, names[i]);
		separator = ",";
		switch ((Member) i)
		{
			case DATA:
				put_data(out, item, sink->text.data + item->offset);
				break;
			case ERROR_TYPE:
				put_text(out, item, type != NULL ? type : pgc_error_kind_name(error));
				break;
			case ERROR_TIME:
				put_now(out);
				break;
			case CODE:
				put_text(out, item, pgc_error_code(error));
				break;
			case MESSAGE:
				put_text(out, item, pgc_error_message(error));
				break;
			case PATH:
				put_text(out, item, pgc_error_column(error));
				break;
			case CONSTRAINT:
				put_text(out, item, pgc_error_constraint(error));
				break;
			case CONNECTION:
				put_text(out, item, sink->name);
				break;
			case POSITION:
				bytes_put_format(out, "%llu", (unsigned long long) item->position);
				break;
			case MEMBERS:
				break;
		}
	}
	bytes_put_text(out, "}");
}

/*
 * A dead letter that cannot be stored must not be taken for a bad record of
 * the table's, of which the transaction could be rid.
 */
static bool
cannot_store(PgcError **error)
{
	PgcError   *why = *error;

	pgc_error_format(error, "55000", pgc_error_message(why),
					 "Its columns take the types that the sink writes, and it has no others that must be given.",
					 "dead letters cannot be written to their table");
	pgc_error_free(why);
	return false;
}

/*
 * Insert up to "most" dead letters from *next on, and move it behind them.
 * On failure *failed is the item it failed at, or the number of items if that
 * is not known, and *count how many there were.
 */
static bool
insert_some(PgcSink *sink, size_t *next, size_t most, size_t *failed, size_t *count,
			PgcError **error)
{
	Bytes	   *out = &sink->request;
	size_t		items[AT_ONCE];
	PgcReply   *reply;
	size_t		n = 0;
	size_t		i;

	out->len = 0;
	bytes_put_text(out, "{\"table\":");
	bytes_put_text(out, sink->dead_letter_table);
	bytes_put_text(out, ",\"rows\":[");
	for (i = *next; i < sink->nitems && n < most && out->len < BYTES_AT_ONCE; i++)
	{
		if (sink->items[i].error == NULL)
			continue;
		if (n > 0)
			bytes_put_text(out, ",");
		items[n++] = i;
		put_letter(sink, out, &sink->items[i], sink->dead_letter_columns);
	}
	bytes_put_text(out, "]}");
	if (out->failed)
		return sink_out_of_memory(error);
	if (n > 0)
	{
		reply = sink_call(sink, "insert_rows", out, error);
		if (reply == NULL)
		{
			int64_t		row = error_row(*error);

			*failed = n == 1 ? items[0] :
				row >= 0 && (size_t) row < n ? items[row] : sink->nitems;
			*count = n;
			return false;
		}
		pgc_reply_free(reply);
	}
	*next = i;
	return true;
}

/*
 * jsonb does not take everything that is JSON, but any string; nor does any
 * database's encoding every character, but all take ASCII: what is refused is
 * written so, and only that.  After a failure fewer are tried at once, down to
 * one by itself, and then more again.
 */
static bool
write_table(PgcSink *sink, PgcError **error)
{
	static const char savepoint[] = "pg_connector_dead_letters";
	size_t		most = AT_ONCE;

	for (size_t next = 0; next < sink->nitems;)
	{
		size_t		failed;
		size_t		count;

		if (!pgc_savepoint(sink->conn, savepoint, error))
			return false;
		if (insert_some(sink, &next, most, &failed, &count, error))
		{
			most = most * 2 < AT_ONCE ? most * 2 : AT_ONCE;
			if (!pgc_savepoint_release(sink->conn, savepoint, error))
				return false;
			continue;
		}
		if (!error_is_about_data(sink, *error))
			return false;
		if (failed < sink->nitems && sink->items[failed].as_ascii)
			return cannot_store(error);
		if (failed < sink->nitems)
		{
			sink->items[failed].as_ascii = sink->items[failed].as_text;
			sink->items[failed].as_text = true;
		}
		most = count > 1 ? count / 2 : 1;
		pgc_error_free(*error);
		*error = NULL;
		if (!pgc_savepoint_rollback(sink->conn, savepoint, error) ||
			!pgc_savepoint_release(sink->conn, savepoint, error))
			return false;
	}
	return true;
}

static bool
write_file(PgcSink *sink, PgcError **error)
{
	Bytes	   *out = &sink->request;
	size_t		done = 0;

	out->len = 0;
	if (sink->torn)
		bytes_put_text(out, "\n");
	for (size_t i = 0; i < sink->nitems; i++)
	{
		if (sink->items[i].error == NULL)
			continue;
		put_letter(sink, out, &sink->items[i], (1 << MEMBERS) - 1);
		bytes_put_text(out, "\n");
	}
	if (out->failed)
		return sink_out_of_memory(error);
	while (done < out->len)
	{
		ssize_t		n = write(sink->dead_letter_file, out->data + done, out->len - done);

		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			break;
		done += (size_t) n;
	}
	if (done > 0)
		sink->torn = out->data[done - 1] != '\n';
	if (done == out->len && (out->len == 0 || fsync(sink->dead_letter_file) == 0 || errno == EINVAL))
		return true;
	pgc_error_format(error, "58030", strerror(errno), NULL,
					 "could not write to the file for dead letters");
	return false;
}

bool
dead_letters_write(PgcSink *sink, PgcError **error)
{
	bool		any = false;

	for (size_t i = 0; i < sink->nitems && !any; i++)
		any = sink->items[i].error != NULL;
	if (!any)
		return true;
	if (sink->dead_letter_file >= 0 && !write_file(sink, error))
		return false;
	return sink->dead_letter_table == NULL || write_table(sink, error);
}

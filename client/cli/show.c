/*-------------------------------------------------------------------------
 *
 * show.c
 *	  Replies for people.
 *
 *-------------------------------------------------------------------------
 */
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "show.h"
#include "table.h"
#include "text.h"

size_t
terminal_width(void)
{
	static bool asked = false;
	static size_t width = 0;
	struct winsize size;

	/* Asked only once, as a failed write's errno must not be overwritten. */
	if (!asked)
	{
		asked = true;
		if (isatty(STDOUT_FILENO) &&
			ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0)
			width = size.ws_col;
	}
	return width;
}

bool
find_member(const JsonValue *object, const char *name, JsonValue *value)
{
	JsonIter	iter;
	JsonValue	key;

	if (object->type != JSON_OBJECT)
		return false;
	json_iter_init(&iter, object, NULL);
	while (json_iter_next(&iter, &key, value))
	{
		if (json_string_equals(&key, name, strlen(name)))
			return true;
	}
	return false;
}

static bool
is_one_of(const JsonValue *key, const char *const *names)
{
	for (int i = 0; names != NULL && names[i] != NULL; i++)
	{
		if (json_string_equals(key, names[i], strlen(names[i])))
			return true;
	}
	return false;
}

static bool
show_value(FILE *out, const JsonValue *value, TextSpace *space)
{
	size_t		len;
	const char *text = value_text(value, space, &len);

	if (text == NULL)
		return false;
	text_put(out, text, len);
	return true;
}

/* A list whose elements all are objects is shown as a table. */
static bool
is_table(const JsonValue *value)
{
	JsonIter	iter;
	JsonValue	element;
	bool		any = false;

	if (value->type != JSON_ARRAY)
		return false;
	json_iter_init(&iter, value, NULL);
	while (json_iter_next(&iter, NULL, &element))
	{
		if (element.type != JSON_OBJECT)
			return false;
		any = true;
	}
	return any;
}

/* Whether a member's value is too large for a line. */
static bool
is_large(const JsonValue *value)
{
	return value->type == JSON_OBJECT || is_table(value);
}

/*
 * The members as lines "name: value", of an object within another all,
 * otherwise those that are not large.
 */
static bool
show_lines(FILE *out, const JsonValue *object, bool within,
		   const char *const *skip, TextSpace *space)
{
	JsonIter	iter;
	JsonValue	key;
	JsonValue	value;
	size_t		longest = 0;

	json_iter_init(&iter, object, NULL);
	while (json_iter_next(&iter, &key, &value))
	{
		size_t		width = text_width(json_string_text(&key),
									   json_string_len(&key));

		if (width > longest && !is_one_of(&key, skip) &&
			(within || !is_large(&value)))
			longest = width;
	}

	json_iter_init(&iter, object, NULL);
	while (json_iter_next(&iter, &key, &value))
	{
		const char *name = json_string_text(&key);
		size_t		name_len = json_string_len(&key);
		const char *text;
		size_t		len;

		if (is_one_of(&key, skip) || (!within && is_large(&value)))
			continue;
		text = value_plain_text(&value, space, &len);
		if (text == NULL)
			return false;
		fputs(within ? "  " : "", out);
		text_put(out, name, name_len);
		putc(':', out);
		text_repeat(out, ' ', longest - text_width(name, name_len) + 1);
		text_put(out, text, len);
		putc('\n', out);
	}
	return true;
}

bool
show_object(FILE *out, const JsonValue *object, const char *const *skip)
{
	TableStyle	style = {.max_width = terminal_width(), .plain_lists = true};
	TextSpace	space = {0};
	JsonIter	iter;
	JsonValue	key;
	JsonValue	value;
	bool		ok = show_lines(out, object, false, skip, &space);

	json_iter_init(&iter, object, NULL);
	while (ok && json_iter_next(&iter, &key, &value))
	{
		size_t		count;

		if (is_one_of(&key, skip) || !is_large(&value))
			continue;
		putc('\n', out);
		text_put(out, json_string_text(&key), json_string_len(&key));
		fputs(":\n", out);
		if (value.type == JSON_ARRAY)
			ok = table_write(out, &value, &style, &count);
		else
			ok = show_lines(out, &value, true, NULL, &space);
	}
	text_space_free(&space);
	return ok;
}

/* "(1000 rows, more available: limit reached)" */
static bool
show_count(FILE *out, const JsonValue *reply, size_t count)
{
	static const struct
	{
		const char *name;
		const char *text;
	}			limits[] = {
		{"limit", "limit reached"},
		{"row_cap", "row cap reached"},
		{"response_cap", "size cap of a response reached"},
	};
	JsonValue	value;
	TextSpace	space = {0};
	bool		ok = true;

	if (find_member(reply, "rowCount", &value) && value.type == JSON_NUMBER)
		fprintf(out, "(%.*s row%s", (int) value.len, value.text,
				value.len == 1 && value.text[0] == '1' ? "" : "s");
	else
		fprintf(out, "(%zu row%s", count, count == 1 ? "" : "s");

	if (find_member(reply, "more", &value) && value.type == JSON_TRUE)
	{
		const char *text = NULL;

		fputs(", more available", out);
		if (find_member(reply, "limitedBy", &value) &&
			value.type == JSON_STRING)
		{
			fputs(": ", out);
			for (size_t i = 0; i < sizeof(limits) / sizeof(limits[0]); i++)
			{
				if (json_string_equals(&value, limits[i].name,
									   strlen(limits[i].name)))
					text = limits[i].text;
			}
			if (text != NULL)
				fputs(text, out);
			else
				ok = show_value(out, &value, &space);
		}
	}
	fputs(")\n", out);
	text_space_free(&space);
	return ok;
}

bool
show_reply(FILE *out, const JsonValue *reply)
{
	/* What the table and the line below it say. */
	static const char *const said[] = {
		"rows", "rowCount", "more", "limitedBy", NULL
	};
	TableStyle	style = {.max_width = terminal_width()};
	JsonValue	rows;
	JsonValue	names;
	size_t		count;
	bool		in_object;

	in_object = find_member(reply, "rows", &rows) && rows.type == JSON_ARRAY;
	if (in_object || reply->type == JSON_ARRAY)
	{
		if (!in_object)
			rows = *reply;
		if (find_member(reply, "columns", &names) && names.type == JSON_ARRAY)
			style.names = &names;
		return table_write(out, &rows, &style, &count) &&
			show_count(out, reply, count) &&
			(!in_object || show_object(out, reply, said));
	}
	if (reply->type == JSON_OBJECT)
		return show_object(out, reply, NULL);

	{
		TextSpace	space = {0};
		bool		ok = show_value(out, reply, &space);

		putc('\n', out);
		text_space_free(&space);
		return ok;
	}
}

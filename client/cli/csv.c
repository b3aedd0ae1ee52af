/*-------------------------------------------------------------------------
 *
 * csv.c
 *	  CSV with a header, its lines as JSON objects.
 *
 *-------------------------------------------------------------------------
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/json_scan.h"
#include "core/json_write.h"
#include "csv.h"

/* Where in a line a search is. */
enum
{
	AT_START,					/* of a field */
	IN_FIELD,					/* without quotes, or behind them */
	IN_QUOTES,
	AT_QUOTE					/* within quotes: their end, or the first of two */
};

static const char no_memory[] = "out of memory";

void
csv_reset(Csv *csv)
{
	for (int i = 0; i < csv->ncolumns; i++)
		free(csv->names[i]);
	free(csv->names);
	free(csv->forms);
	buffer_free(&csv->field);
	buffer_free(&csv->record);
	memset(csv, 0, sizeof(*csv));
}

bool
csv_find_line(Csv *csv, const char *text, size_t *scanned, size_t len, size_t *end)
{
	int			state = csv->state;
	size_t		i;

	for (i = *scanned; i < len; i++)
	{
		char		c = text[i];

		if (state == IN_QUOTES)
		{
			if (c == '"')
				state = AT_QUOTE;
		}
		else if (c == '"')
			state = state == AT_START || state == AT_QUOTE ? IN_QUOTES : IN_FIELD;
		else if (c == '\n')
		{
			csv->state = AT_START;
			*end = *scanned = i;
			return true;
		}
		else
			state = c == ',' ? AT_START : IN_FIELD;
	}
	csv->state = state;
	*scanned = len;
	return false;
}

/*
 * Take a field off a line, into csv->field; *more: another follows.  False
 * with *problem set.
 */
static bool
read_field(Csv *csv, const char **pos, const char *end, bool *quoted, bool *more,
		   const char **problem)
{
	const char *p = *pos;
	Buffer	   *field = &csv->field;

	field->len = 0;
	*quoted = p < end && *p == '"';
	while (*quoted)
	{
		const char *quote = memchr(p + 1, '"', (size_t) (end - p - 1));

		if (quote == NULL)
		{
			*problem = "a quoted field does not end";
			return false;
		}
		if (!buffer_append(field, p + 1, (size_t) (quote - p - 1)))
			goto out_of_memory;
		p = quote + 1;
		if (p == end || *p != '"')
			break;
		if (!buffer_append(field, "\"", 1))
			goto out_of_memory;
	}
	if (*quoted && p < end && *p != ',')
	{
		*problem = "something follows a quoted field";
		return false;
	}
	if (!*quoted)
	{
		const char *comma = memchr(p, ',', (size_t) (end - p));
		size_t		len = (size_t) ((comma != NULL ? comma : end) - p);

		if (!buffer_append(field, p, len))
			goto out_of_memory;
		p += len;
	}
	*more = p < end;
	*pos = p + *more;
	return true;

out_of_memory:
	csv->failed = true;
	*problem = no_memory;
	return false;
}

bool
csv_read_header(Csv *csv, const char *line, size_t len, const Columns *columns,
				const char *file)
{
	const char *end = line + len;
	const char *problem = no_memory;
	bool		more = true;

	while (more)
	{
		bool		quoted;
		char	  **names = realloc(csv->names, ((size_t) csv->ncolumns + 1) * sizeof(char *));
		ColumnForm *forms = realloc(csv->forms, ((size_t) csv->ncolumns + 1) * sizeof(ColumnForm));
		char	   *name;

		csv->names = names != NULL ? names : csv->names;
		csv->forms = forms != NULL ? forms : csv->forms;
		if (names == NULL || forms == NULL ||
			!read_field(csv, &line, end, &quoted, &more, &problem))
			goto failed;
		if (csv->field.len == 0)
		{
			problem = "its first line does not name all its columns";
			goto failed;
		}
		name = strndup(csv->field.data, csv->field.len);
		if (name == NULL)
			goto failed;
		csv->names[csv->ncolumns] = name;
		csv->forms[csv->ncolumns++] = columns_form(columns, name);
		if (!columns_accept(columns, name, "the CSV file"))
			return false;
		for (int i = 0; i < csv->ncolumns - 1; i++)
		{
			if (strcmp(csv->names[i], name) == 0)
			{
				problem = "its first line names a column twice";
				goto failed;
			}
		}
	}
	return true;

failed:
	fprintf(stderr, "pgconnector: could not read \"%s\" as CSV: %s\n", file, problem);
	return false;
}

/* Where json_write_string() puts what it writes. */
typedef struct Target
{
	Buffer	   *buffer;
	bool		failed;
} Target;

static void
put(void *to, const char *data, size_t len)
{
	Target	   *target = to;

	if (!target->failed)
		target->failed = !buffer_append(target->buffer, data, len);
}

/* Whether the field is to be taken as JSON. */
static bool
is_json(ColumnForm form, const Buffer *field, bool *ok)
{
	char		first = field->len > 0 ? field->data[0] : '\0';
	JsonScan	scan;
	JsonValue	value;

	*ok = true;
	if (form != COLUMN_JSON && !(form == COLUMN_ARRAY && first == '[') &&
		!(form == COLUMN_COMPOSITE && (first == '{' || first == '[')))
		return false;
	json_scan_init(&scan, field->data, field->len, NULL);
	if (json_scan_document(&scan, &value))
		return true;
	*ok = form != COLUMN_JSON;
	return false;
}

bool
csv_read_line(Csv *csv, const char *line, size_t len, const char **problem)
{
	Target		to = {&csv->record, false};
	const char *end = line + len;
	bool		more = true;

	csv->record.len = 0;
	put(&to, "{", 1);
	for (int i = 0; i < csv->ncolumns; i++)
	{
		bool		quoted;
		bool		ok;

		if (!more)
		{
			*problem = "the line has fewer fields than the header";
			return false;
		}
		if (!read_field(csv, &line, end, &quoted, &more, problem))
			return false;
		if (i > 0)
			put(&to, ",", 1);
		json_write_string(put, &to, csv->names[i], strlen(csv->names[i]));
		put(&to, ":", 1);
		if (csv->field.len == 0 && !quoted)
			put(&to, "null", 4);
		else if (is_json(csv->forms[i], &csv->field, &ok))
			put(&to, csv->field.data, csv->field.len);
		else if (!ok)
		{
			*problem = "a field for a json column is no JSON";
			return false;
		}
		else
			json_write_string(put, &to, csv->field.len > 0 ? csv->field.data : "", csv->field.len);
	}
	if (more)
	{
		*problem = "the line has more fields than the header";
		return false;
	}
	put(&to, "}", 1);
	csv->failed = to.failed;
	*problem = no_memory;
	return !to.failed;
}

/*-------------------------------------------------------------------------
 *
 * table.c
 *	  Rows in JSON as an aligned table.
 *
 * The rows are walked twice, to measure and to write, so that nothing but
 * the columns is kept in memory.
 *
 *-------------------------------------------------------------------------
 */
#include <stdlib.h>
#include <string.h>

#include "table.h"
#include "text.h"

typedef struct Column
{
	JsonValue	key;			/* its name; text NULL: its number */
	char		number[24];
	size_t		width;
	bool		has_values;		/* other than NULL */
	bool		all_numbers;	/* as far as there are values */
	bool		seen;
	JsonValue	cell;			/* in the row at hand */
	bool		has_cell;
} Column;

typedef struct Table
{
	Column	   *columns;
	size_t		ncolumns;
	size_t		size;
	bool		fixed;			/* the columns were named by the caller */
	bool		plain_lists;
	bool		failed;			/* out of memory */
	TextSpace	space;
} Table;

static bool
reserve_space(TextSpace *space, size_t size)
{
	char	   *data;

	if (size <= space->size)
		return true;
	data = realloc(space->data, size);
	if (data == NULL)
		return false;
	space->data = data;
	space->size = size;
	return true;
}

void
text_space_free(TextSpace *space)
{
	free(space->data);
	memset(space, 0, sizeof(*space));
}

/* Whether a text, less quotes around it, is the word by which NULL is shown. */
static bool
reads_as_null(const char *text, size_t len)
{
	while (len >= 2 && text[0] == '"' && text[len - 1] == '"')
	{
		text++;
		len -= 2;
	}
	return len == 4 && memcmp(text, "NULL", 4) == 0;
}

const char *
value_text(const JsonValue *value, TextSpace *space, size_t *len)
{
	const char *text;

	if (value->type == JSON_NULL)
	{
		*len = 4;
		return "NULL";
	}
	if (value->type != JSON_STRING)
	{
		*len = value->len;
		return value->text;
	}

	text = json_string_text(value);
	*len = json_string_len(value);
	if (value->escaped)
	{
		if (!reserve_space(space, value->len))
			return NULL;

		/* A string in a json column may stand for no text (\u0000). */
		if (json_unescape(value, space->data, len,
						  json_put_utf8) != JSON_ERROR_NONE)
		{
			*len = value->len;
			return value->text;
		}
		text = space->data;
	}
	if (reads_as_null(text, *len))
	{
		/* "text" may be in the space, so move it before it is quoted. */
		if (!reserve_space(space, value->len + 2))
			return NULL;
		if (value->escaped)
			memmove(space->data + 1, space->data, *len);
		else
			memcpy(space->data + 1, text, *len);
		space->data[0] = '"';
		space->data[*len + 1] = '"';
		*len += 2;
		text = space->data;
	}
	return text;
}

const char *
value_plain_text(const JsonValue *value, TextSpace *space, size_t *len)
{
	JsonIter	iter;
	JsonValue	element;
	char	   *end;

	if (value->type != JSON_ARRAY)
		return value_text(value, space, len);

	/* Two bytes between elements take the place of at least as many. */
	if (!reserve_space(space, value->len))
		return NULL;
	end = space->data;
	json_iter_init(&iter, value, NULL);
	while (json_iter_next(&iter, NULL, &element))
	{
		size_t		element_len;

		if (element.type != JSON_STRING)
			return value_text(value, space, len);
		if (end > space->data)
		{
			*end++ = ',';
			*end++ = ' ';
		}
		if (json_unescape(&element, end, &element_len,
						  json_put_utf8) != JSON_ERROR_NONE)
			return value_text(value, space, len);
		end += element_len;
	}
	*len = (size_t) (end - space->data);
	return space->data;
}

/*
 * The text of a cell, "" for one that the row does not have.
 */
static const char *
cell_text(Table *table, const Column *column, size_t *len)
{
	const char *text;

	*len = 0;
	if (!column->has_cell)
		return "";
	text = table->plain_lists ?
		value_plain_text(&column->cell, &table->space, len) :
		value_text(&column->cell, &table->space, len);
	if (text == NULL)
	{
		table->failed = true;
		*len = 0;
		return "";
	}
	return text;
}

static const char *
column_name(Table *table, const Column *column, size_t *len)
{
	const char *text;

	if (column->key.text == NULL)
	{
		*len = strlen(column->number);
		return column->number;
	}
	text = json_string_text(&column->key);
	*len = json_string_len(&column->key);
	if (column->key.escaped)
	{
		if (!reserve_space(&table->space, column->key.len))
		{
			table->failed = true;
			*len = 0;
			return "";
		}
		if (json_unescape(&column->key, table->space.data, len,
						  json_put_utf8) != JSON_ERROR_NONE)
			*len = json_string_len(&column->key);
		else
			text = table->space.data;
	}
	return text;
}

static Column *
add_column(Table *table, const JsonValue *key)
{
	Column	   *column;

	if (table->ncolumns == table->size)
	{
		size_t		size = table->size > 0 ? table->size * 2 : 16;
		Column	   *columns = realloc(table->columns, size * sizeof(Column));

		if (columns == NULL)
		{
			table->failed = true;
			return NULL;
		}
		table->columns = columns;
		table->size = size;
	}
	column = &table->columns[table->ncolumns];
	memset(column, 0, sizeof(*column));
	column->all_numbers = true;
	if (key != NULL)
		column->key = *key;
	else
		snprintf(column->number, sizeof(column->number), "%zu",
				 table->ncolumns + 1);
	table->ncolumns++;
	return column;
}

static bool
same_string(const JsonValue *a, const JsonValue *b)
{
	return a->len == b->len && memcmp(a->text, b->text, a->len) == 0;
}

/*
 * The column of a row's member, which is mostly where it was in the row
 * before: at "guess".  NULL if it is none to be shown.
 */
static Column *
find_column(Table *table, const JsonValue *key, size_t guess)
{
	if (guess < table->ncolumns &&
		same_string(&table->columns[guess].key, key))
		return &table->columns[guess];
	for (size_t i = 0; i < table->ncolumns; i++)
	{
		if (same_string(&table->columns[i].key, key))
			return &table->columns[i];
	}
	return table->fixed ? NULL : add_column(table, key);
}

/*
 * Set the cells from a row.
 */
static void
read_row(Table *table, const JsonValue *row)
{
	JsonIter	iter;
	JsonValue	key;
	JsonValue	value;
	size_t		position = 0;

	for (size_t i = 0; i < table->ncolumns; i++)
		table->columns[i].has_cell = false;

	if (row->type != JSON_OBJECT && row->type != JSON_ARRAY)
	{
		Column	   *column = table->ncolumns > 0 ? table->columns :
			add_column(table, NULL);

		if (column != NULL)
		{
			column->cell = *row;
			column->has_cell = true;
		}
		return;
	}

	json_iter_init(&iter, row, NULL);
	while (!table->failed && json_iter_next(&iter, &key, &value))
	{
		Column	   *column;

		if (row->type == JSON_OBJECT)
			column = find_column(table, &key, position);
		else if (position < table->ncolumns)
			column = &table->columns[position];
		else
			column = add_column(table, NULL);
		if (column != NULL)
		{
			column->cell = value;
			column->has_cell = true;
		}
		position++;
	}
}

/* Take the cells of the row at hand into account. */
static void
measure_row(Table *table)
{
	for (size_t i = 0; i < table->ncolumns; i++)
	{
		Column	   *column = &table->columns[i];
		size_t		len;
		size_t		width;
		const char *text;

		if (!column->has_cell)
			continue;
		column->seen = true;
		if (column->cell.type != JSON_NULL)
		{
			column->has_values = true;
			if (column->cell.type != JSON_NUMBER)
				column->all_numbers = false;
		}
		text = cell_text(table, column, &len);
		width = text_width(text, len);
		if (width > column->width)
			column->width = width;
	}
}

/* Leave out the columns that no row has. */
static void
drop_unseen(Table *table)
{
	size_t		kept = 0;

	for (size_t i = 0; i < table->ncolumns; i++)
	{
		if (table->columns[i].seen)
			table->columns[kept++] = table->columns[i];
	}
	table->ncolumns = kept;
}

/* Make the names of the columns count; returns the width of the table. */
static size_t
measure_names(Table *table)
{
	size_t		total = 0;

	for (size_t i = 0; i < table->ncolumns; i++)
	{
		Column	   *column = &table->columns[i];
		size_t		len;
		const char *name = column_name(table, column, &len);
		size_t		width = text_width(name, len);

		if (width > column->width)
			column->width = width;
		total += column->width + 3;
	}
	return total > 0 ? total - 1 : 0;
}

/* One field of a line: blanks on one side, none at the end of the line. */
static void
write_field(Table *table, FILE *out, size_t i, const char *text, size_t len)
{
	const Column *column = &table->columns[i];
	bool		right = column->has_values && column->all_numbers;
	size_t		blanks = column->width - text_width(text, len);

	fputs(i == 0 ? " " : " | ", out);
	if (right)
		text_repeat(out, ' ', blanks);
	text_put(out, text, len);
	if (!right && i + 1 < table->ncolumns)
		text_repeat(out, ' ', blanks);
}

static void
write_header(Table *table, FILE *out)
{
	for (size_t i = 0; i < table->ncolumns; i++)
	{
		size_t		len;
		const char *name = column_name(table, &table->columns[i], &len);

		write_field(table, out, i, name, len);
	}
	putc('\n', out);
	for (size_t i = 0; i < table->ncolumns; i++)
	{
		if (i > 0)
			putc('+', out);
		text_repeat(out, '-', table->columns[i].width + 2);
	}
	putc('\n', out);
}

static void
write_row(Table *table, FILE *out)
{
	for (size_t i = 0; i < table->ncolumns; i++)
	{
		size_t		len;
		const char *text = cell_text(table, &table->columns[i], &len);

		write_field(table, out, i, text, len);
	}
	putc('\n', out);
}

/* The row as a record: a line for each column. */
static void
write_record(Table *table, FILE *out, size_t number)
{
	size_t		name_width = 0;
	int			rule;

	for (size_t i = 0; i < table->ncolumns; i++)
	{
		size_t		len;
		const char *name = column_name(table, &table->columns[i], &len);
		size_t		width = text_width(name, len);

		if (width > name_width)
			name_width = width;
	}
	rule = fprintf(out, "-[ %zu ]", number);
	if (rule > 0 && (size_t) rule < name_width + 10)
		text_repeat(out, '-', name_width + 10 - (size_t) rule);
	putc('\n', out);
	for (size_t i = 0; i < table->ncolumns; i++)
	{
		size_t		len;
		const char *text = column_name(table, &table->columns[i], &len);

		text_put(out, text, len);
		text_repeat(out, ' ', name_width - text_width(text, len));
		fputs(" | ", out);
		text = cell_text(table, &table->columns[i], &len);
		text_put(out, text, len);
		putc('\n', out);
	}
}

/* The columns for rows that are arrays. */
static void
add_named_columns(Table *table, const JsonValue *names)
{
	JsonIter	iter;
	JsonValue	element;

	json_iter_init(&iter, names, NULL);
	while (!table->failed && json_iter_next(&iter, NULL, &element))
	{
		JsonValue	name = element;
		bool		found = element.type == JSON_STRING;

		if (element.type == JSON_OBJECT)
		{
			JsonIter	members;
			JsonValue	key;

			json_iter_init(&members, &element, NULL);
			while (!found && json_iter_next(&members, &key, &name))
				found = name.type == JSON_STRING &&
					json_string_equals(&key, "name", 4);
		}
		add_column(table, found ? &name : NULL);
	}
}

/*
 * The columns that the caller wants.  Their names are made JSON strings, in
 * one block that *text is set to and the caller frees.
 */
static void
add_fixed_columns(Table *table, const char *const *names, char **text)
{
	size_t		size = 1;
	char	   *end;

	for (int i = 0; names[i] != NULL; i++)
		size += strlen(names[i]) + 3;
	end = *text = malloc(size);
	if (end == NULL)
	{
		table->failed = true;
		return;
	}
	for (int i = 0; names[i] != NULL && !table->failed; i++)
	{
		JsonValue	key = {.type = JSON_STRING, .text = end};

		key.len = (size_t) snprintf(end, strlen(names[i]) + 3, "\"%s\"", names[i]);
		end += key.len + 1;
		add_column(table, &key);
	}
	table->fixed = true;
}

bool
table_write(FILE *out, const JsonValue *rows, const TableStyle *style,
			size_t *count)
{
	Table		table = {.plain_lists = style->plain_lists};
	JsonIter	iter;
	JsonValue	row;
	char	   *fixed_names = NULL;
	size_t		width;
	size_t		number = 0;

	if (style->columns != NULL)
		add_fixed_columns(&table, style->columns, &fixed_names);

	*count = 0;
	json_iter_init(&iter, rows, NULL);
	while (!table.failed && json_iter_next(&iter, NULL, &row))
	{
		if (*count == 0 && row.type == JSON_ARRAY && style->names != NULL)
			add_named_columns(&table, style->names);
		read_row(&table, &row);
		measure_row(&table);
		++*count;
	}
	drop_unseen(&table);
	width = measure_names(&table);

	if (*count > 0 && !table.failed)
	{
		bool		records = style->max_width > 0 && width > style->max_width;

		table.fixed = true;
		if (!records)
			write_header(&table, out);
		json_iter_init(&iter, rows, NULL);
		while (!table.failed && !ferror(out) &&
			   json_iter_next(&iter, NULL, &row))
		{
			read_row(&table, &row);
			if (records)
				write_record(&table, out, ++number);
			else
				write_row(&table, out);
		}
	}
	free(fixed_names);
	free(table.columns);
	text_space_free(&table.space);
	return !table.failed;
}

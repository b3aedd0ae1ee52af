/*-------------------------------------------------------------------------
 *
 * form.c
 *	  JSON values as the text that COPY reads.
 *
 *-------------------------------------------------------------------------
 */
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "form.h"

/* PostgreSQL's arrays have no more. */
#define MAX_DIMENSIONS 6

void
problem_set(Problem *problem, const char *code, const char *format,...)
{
	va_list		args;

	problem->code = code;
	va_start(args, format);
	(void) vsnprintf(problem->message, sizeof(problem->message), format, args);
	va_end(args);
}

static bool
read_attributes(Form *form, const cJSON *list)
{
	int			n = cJSON_GetArraySize(list);
	const cJSON *attribute;

	form->attributes = calloc((size_t) n + 1, sizeof(Form));
	if (form->attributes == NULL)
		return false;
	cJSON_ArrayForEach(attribute, list)
	{
		const char *name = cJSON_GetStringValue(cJSON_GetObjectItemCaseSensitive(attribute, "name"));
		Form	   *member = &form->attributes[form->nattributes++];

		member->name = name != NULL ? strdup(name) : NULL;
		if (member->name == NULL || !form_read(member, attribute))
			return false;
	}
	return true;
}

bool
form_read(Form *form, const cJSON *json)
{
	const char *kind = cJSON_GetStringValue(cJSON_GetObjectItemCaseSensitive(json, "form"));
	const char *delimiter;

	if (kind == NULL)
		return false;
	if (strcmp(kind, "scalar") == 0)
		form->kind = FORM_SCALAR;
	else if (strcmp(kind, "timestamp") == 0)
		form->kind = FORM_TIMESTAMP;
	else if (strcmp(kind, "json") == 0)
		form->kind = FORM_JSON;
	else if (strcmp(kind, "array") == 0)
	{
		form->kind = FORM_ARRAY;
		delimiter = cJSON_GetStringValue(cJSON_GetObjectItemCaseSensitive(json, "delimiter"));
		form->element = calloc(1, sizeof(Form));
		if (delimiter == NULL || form->element == NULL)
			return false;
		form->delimiter = delimiter[0];
		return form_read(form->element, cJSON_GetObjectItemCaseSensitive(json, "element"));
	}
	else if (strcmp(kind, "composite") == 0)
	{
		form->kind = FORM_COMPOSITE;
		return read_attributes(form, cJSON_GetObjectItemCaseSensitive(json, "attributes"));
	}
	else
		return false;
	return true;
}

void
form_free(Form *form)
{
	if (form->element != NULL)
		form_free(form->element);
	free(form->element);
	for (int i = 0; i < form->nattributes; i++)
		form_free(&form->attributes[i]);
	free(form->attributes);
	free(form->name);
	*form = (Form) {FORM_SCALAR, 0, NULL, 0, NULL, NULL};
}

/*-------------------------------------------------------------------------
 * Values as plain text
 *-------------------------------------------------------------------------
 */

/* A JSON string's characters. */
static bool
put_string(const JsonValue *value, Bytes *out, Problem *problem)
{
	char	   *dst = bytes_reserve(out, value->len);
	size_t		len;

	if (dst == NULL)
		return true;
	switch (json_unescape(value, dst, &len, NULL))
	{
		case JSON_ERROR_NONE:
			out->len += len;
			return true;
		case JSON_ERROR_NUL:
			problem_set(problem, "22P05", "\\u0000 cannot be converted to text");
			return false;
		default:
			problem_set(problem, "22P05", "a lone surrogate cannot be converted to text");
			return false;
	}
}

/* Put what stands behind "start" in quotes, as array and record input read it. */
static void
quote(Bytes *out, size_t start)
{
	size_t		len;
	size_t		nspecial = 0;
	char	   *from;
	char	   *to;

	if (out->failed)
		return;
	len = out->len - start;
	for (size_t i = 0; i < len; i++)
		nspecial += out->data[start + i] == '"' || out->data[start + i] == '\\';
	if (bytes_reserve(out, nspecial + 2) == NULL)
		return;
	from = out->data + start + len;
	out->len += nspecial + 2;
	to = out->data + out->len;
	*--to = '"';
	while (from > out->data + start)
	{
		*--to = *--from;
		if (*to == '"' || *to == '\\')
			*--to = '\\';
	}
	*--to = '"';
}

static bool put_plain(const Form *form, const JsonValue *value, Bytes *out,
					  Problem *problem);

/* Whether there is no element in any dimension: [], [[], []] and so on. */
static bool
is_hollow(const JsonValue *list, int dimensions)
{
	JsonIter	iter;
	JsonValue	value;

	if (dimensions > MAX_DIMENSIONS)
		return false;
	json_iter_init(&iter, list, NULL);
	while (json_iter_next(&iter, NULL, &value))
	{
		if (value.type != JSON_ARRAY || !is_hollow(&value, dimensions + 1))
			return false;
	}
	return true;
}

static bool
put_array(const Form *form, const JsonValue *list, int dimensions, Bytes *out,
		  Problem *problem)
{
	const Form *element = form->element;
	JsonIter	iter;
	JsonValue	value;
	bool		first = true;

	if (dimensions > MAX_DIMENSIONS)
	{
		problem_set(problem, "54000", "an array has more than %d dimensions", MAX_DIMENSIONS);
		return false;
	}
	bytes_put(out, "{", 1);
	json_iter_init(&iter, list, NULL);
	while (json_iter_next(&iter, NULL, &value))
	{
		size_t		start;

		if (!first)
			bytes_put(out, &form->delimiter, 1);
		first = false;
		if (value.type == JSON_NULL)
			bytes_put(out, "NULL", 4);
		else if (value.type == JSON_ARRAY &&
				 element->kind != FORM_JSON && element->kind != FORM_ARRAY)
		{
			if (!put_array(form, &value, dimensions + 1, out, problem))
				return false;
		}
		else
		{
			start = out->len;
			if (!put_plain(element, &value, out, problem))
				return false;
			if (value.type != JSON_NUMBER)
				quote(out, start);
		}
	}
	bytes_put(out, "}", 1);
	return true;
}

/*
 * The attribute that a member's name means: by its own name, else by position
 * where it is called f1 to fn, as ROW(...) becomes JSON.
 */
static int
find_attribute(const Form *form, const JsonValue *key)
{
	char		name[16];

	for (int i = 0; i < form->nattributes; i++)
	{
		if (json_string_equals(key, form->attributes[i].name, strlen(form->attributes[i].name)))
			return i;
	}
	for (int i = 0; i < form->nattributes; i++)
	{
		(void) snprintf(name, sizeof(name), "f%d", i + 1);
		if (json_string_equals(key, name, strlen(name)))
			return i;
	}
	return -1;
}

/* The attributes' values in their order; those not given stay as they are. */
static bool
read_composite(const Form *form, const JsonValue *value, JsonValue *values,
			   Problem *problem)
{
	JsonIter	iter;
	JsonValue	key;
	JsonValue	member;
	int			n = 0;

	json_iter_init(&iter, value, NULL);
	while (json_iter_next(&iter, &key, &member))
	{
		int			i = value->type == JSON_OBJECT ? find_attribute(form, &key) : n;

		if (i < 0)
		{
			problem_set(problem, "42703", "the composite type has no attribute %.*s",
						key.len < 100 ? (int) key.len : 100, key.text);
			return false;
		}
		n++;
		if (i >= form->nattributes)
			break;
		if (values[i].text != NULL)
		{
			problem_set(problem, "22P02", "attribute \"%s\" is given twice", form->attributes[i].name);
			return false;
		}
		values[i] = member;
	}
	if (value->type == JSON_ARRAY && n != form->nattributes)
	{
		problem_set(problem, "22P02", "the list has not as many values as the composite type has attributes, %d",
					form->nattributes);
		return false;
	}
	return true;
}

static bool
put_composite(const Form *form, const JsonValue *value, Bytes *out, Problem *problem)
{
	JsonValue  *values = calloc((size_t) form->nattributes + 1, sizeof(JsonValue));
	bool		ok;

	if (values == NULL)
	{
		out->failed = true;
		return true;
	}
	ok = read_composite(form, value, values, problem);
	bytes_put(out, "(", 1);
	for (int i = 0; ok && i < form->nattributes; i++)
	{
		size_t		start;

		if (i > 0)
			bytes_put(out, ",", 1);
		start = out->len;
		if (values[i].text == NULL || values[i].type == JSON_NULL)
			continue;
		ok = put_plain(&form->attributes[i], &values[i], out, problem);
		quote(out, start);
	}
	bytes_put(out, ")", 1);
	free(values);
	return ok;
}

/* A value as what its type's input function reads. */
static bool
put_plain(const Form *form, const JsonValue *value, Bytes *out, Problem *problem)
{
	if (form->kind == FORM_ARRAY && value->type == JSON_ARRAY)
	{
		/* Not every version reads {{}}. */
		if (form->element->kind != FORM_JSON && is_hollow(value, 1))
		{
			bytes_put(out, "{}", 2);
			return true;
		}
		return put_array(form, value, 1, out, problem);
	}
	/* The text {} would be an empty array. */
	if (form->kind == FORM_ARRAY && value->type == JSON_OBJECT)
	{
		problem_set(problem, "22P02", "expected an array, found an object");
		return false;
	}
	if (form->kind == FORM_COMPOSITE &&
		(value->type == JSON_OBJECT || value->type == JSON_ARRAY))
		return put_composite(form, value, out, problem);
	if (form->kind != FORM_JSON && value->type == JSON_STRING)
		return put_string(value, out, problem);
	bytes_put(out, value->text, value->len);
	return true;
}

/*-------------------------------------------------------------------------
 * Plain text as COPY reads it
 *-------------------------------------------------------------------------
 */

/* The letter behind the backslash, for a character that needs one. */
static char
copy_escape(char c)
{
	switch (c)
	{
		case '\\':
			return '\\';
		case '\n':
			return 'n';
		case '\r':
			return 'r';
		case '\t':
			return 't';
		default:
			return 0;
	}
}

static void
put_escaped(Bytes *out, const char *text, size_t len)
{
	const char *end = text + len;

	while (text < end)
	{
		const char *plain = text;

		while (text < end && ((unsigned char) *text > '\r' || copy_escape(*text) == 0) &&
			   *text != '\\')
			text++;
		bytes_put(out, plain, (size_t) (text - plain));
		if (text < end)
		{
			char		escape[2] = {'\\', copy_escape(*text++)};

			bytes_put(out, escape, 2);
		}
	}
}

/* Whether it begins as 2026-01-31T01:02:03 does. */
static bool
is_iso_timestamp(const char *text, size_t len)
{
	static const char pattern[] = "dddd-dd-ddTdd:dd:dd";

	if (len < sizeof(pattern) - 1)
		return false;
	for (size_t i = 0; i < sizeof(pattern) - 1; i++)
	{
		if (pattern[i] == 'd' ? text[i] < '0' || text[i] > '9' : text[i] != pattern[i])
			return false;
	}
	return true;
}

bool
form_put(const Form *form, const JsonValue *value, Bytes *out, Bytes *scratch,
		 Problem *problem)
{
	if (form->kind != FORM_JSON)
	{
		/* What most values are: nothing in them needs a look. */
		if (value->type == JSON_STRING && !value->escaped)
		{
			const char *text = json_string_text(value);
			size_t		len = json_string_len(value);

			bytes_put(out, text, len);
			if (form->kind == FORM_TIMESTAMP && is_iso_timestamp(text, len) && !out->failed)
				out->data[out->len - len + 10] = ' ';
			return true;
		}
		if (value->type == JSON_NUMBER || value->type == JSON_TRUE || value->type == JSON_FALSE)
		{
			bytes_put(out, value->text, value->len);
			return true;
		}
	}
	else
	{
		put_escaped(out, value->text, value->len);
		return true;
	}

	scratch->len = 0;
	if (!put_plain(form, value, scratch, problem))
		return false;
	if (scratch->failed)
		out->failed = true;
	else
		put_escaped(out, scratch->data, scratch->len);
	return true;
}

/*-------------------------------------------------------------------------
 *
 * pointer.c
 *	  JSON Pointers (RFC 6901): places in the request, and values at a place.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "mb/pg_wchar.h"

#include "error.h"
#include "json_out.h"
#include "pointer.h"

/*
 * Bytes of a name that go into a pointer.  A name of ours or of a column is
 * never longer, however it is escaped, so that only a pointer to what does
 * not exist is cut.
 */
#define MAX_NAME (NAMEDATALEN * 6)

/*
 * A name goes into the pointer as it stands in the request, escapes and all,
 * but for the two characters that a pointer itself escapes.  So a pointer is
 * always a single line without control characters, whatever the name.
 */
static void
append_name(StringInfo buf, const JsonValue *name)
{
	const char *text = json_string_text(name);
	size_t		len = json_string_len(name);

	if (len > MAX_NAME)
		len = pg_mbcliplen(text, MAX_NAME + 1, MAX_NAME);

	for (size_t i = 0; i < len; i++)
	{
		if (text[i] == '~')
			appendStringInfoString(buf, "~0");
		else if (text[i] == '/')
			appendStringInfoString(buf, "~1");
		else
			appendStringInfoChar(buf, text[i]);
	}
}

void
pointer_append(StringInfo buf, const JsonNode *node)
{
	if (node->parent == NULL)
		return;
	pointer_append(buf, node->parent);
	if (node_type(node->parent) == JSON_OBJECT)
	{
		appendStringInfoChar(buf, '/');
		append_name(buf, &node->key);
	}
	else
		pointer_append_index(buf, node->index);
}

void
pointer_append_index(StringInfo buf, int64 index)
{
	appendStringInfo(buf, "/" INT64_FORMAT, index);
}

JsonPointer
pointer_parse(const char *text, const JsonNode *at)
{
	JsonPointer	pointer = {0};
	char	   *copy = pstrdup(text);
	char	   *part = NULL;
	char	   *to = copy;
	bool		valid = *text == '\0' || *text == '/';

	pointer.parts = palloc(sizeof(char *) * (strlen(text) + 1));
	for (const char *from = text; *from != '\0' && valid; from++)
	{
		if (*from == '/')
		{
			/* It ends the part before it, whose text is never longer. */
			*to++ = '\0';
			part = to;
			pointer.parts[pointer.n++] = part;
		}
		else if (*from == '~')
		{
			from++;
			valid = *from == '0' || *from == '1';
			if (valid)
				*to++ = *from == '0' ? '~' : '/';
		}
		else
			*to++ = *from;
	}
	*to = '\0';
	if (!valid)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("\"%s\" is not a JSON Pointer", text_shown(text)),
				 errhint("It is empty or begins with a slash: \"/rows/0/id\"."),
				 errplace(at)));
	return pointer;
}

int
pointer_index(const char *part)
{
	size_t		digits = strspn(part, "0123456789");

	if (digits == 0 || digits > 9 || part[digits] != '\0' ||
		(digits > 1 && part[0] == '0'))
		return -1;
	return atoi(part);
}

/* The child that a part names; where there is none, *n is how many there are. */
static bool
find_child(const JsonValue *in, const char *part, JsonValue *child, int *n)
{
	int			index = in->type == JSON_ARRAY ? pointer_index(part) : -1;
	JsonIter	iter;
	JsonValue	key;

	*n = 0;
	if (in->type != JSON_ARRAY && in->type != JSON_OBJECT)
		return false;
	json_iter_init(&iter, in, request_poll);
	while (json_iter_next(&iter, &key, child))
	{
		if (in->type == JSON_ARRAY ? *n == index :
			json_string_is(&key, part, strlen(part)))
			return true;
		(*n)++;
	}
	return false;
}

bool
pointer_find(const JsonPointer *pointer, int from, const JsonValue *in,
			 JsonValue *found)
{
	JsonValue	value = *in;
	int			n;

	for (int i = from; i < pointer->n; i++)
	{
		JsonValue	child;

		if (!find_child(&value, pointer->parts[i], &child, &n))
			return false;
		value = child;
	}
	*found = value;
	return true;
}

char *
pointer_replace(const JsonPointer *pointer, const JsonValue *in,
				const JsonValue *value, size_t *len)
{
	JsonPointer	way = *pointer;
	const char *last = pointer->parts[pointer->n - 1];
	JsonValue	parent;
	JsonValue	old;
	const char *at;				/* what is before it, and */
	const char *behind;			/* from it on, stays */
	bool		adds;
	int			n;
	StringInfoData out;

	way.n--;
	if (!pointer_find(&way, 0, in, &parent))
		return NULL;
	adds = !find_child(&parent, last, &old, &n);
	if (adds)
	{
		if (parent.type == JSON_ARRAY ?
			strcmp(last, "-") != 0 && pointer_index(last) != n :
			parent.type != JSON_OBJECT)
			return NULL;
		at = behind = parent.text + parent.len - 1;
	}
	else
	{
		at = old.text;
		behind = old.text + old.len;
	}

	initStringInfo(&out);
	appendBinaryStringInfo(&out, in->text, at - in->text);
	if (adds && n > 0)
		appendStringInfoChar(&out, ',');
	if (adds && parent.type == JSON_OBJECT)
	{
		json_out_string(&out, last);
		appendStringInfoChar(&out, ':');
	}
	appendBinaryStringInfo(&out, value->text, value->len);
	appendBinaryStringInfo(&out, behind, in->text + in->len - behind);
	*len = out.len;
	return out.data;
}

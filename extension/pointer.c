/*-------------------------------------------------------------------------
 *
 * pointer.c
 *	  Places in the request as JSON Pointers (RFC 6901).
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "mb/pg_wchar.h"

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

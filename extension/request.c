/*-------------------------------------------------------------------------
 *
 * request.c
 *	  The request as a tree with places.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "common/hashfn.h"
#include "mb/pg_wchar.h"
#include "miscadmin.h"
#include "utils/hsearch.h"
#include "utils/memutils.h"

#include "error.h"
#include "request.h"

/* Bytes of a text that go into a message. */
#define MAX_SHOWN 200

void
request_poll(void)
{
	CHECK_FOR_INTERRUPTS();
}

void
request_json_error(const JsonNode *at, const JsonScan *scan, const char *start)
{
	/* Positions are counted in bytes: the text may be 64 MB of anything. */
	size_t		offset = scan->error_at - start;

	if (scan->error == JSON_ERROR_TOO_DEEP)
		ereport(ERROR,
				(errcode(ERRCODE_STATEMENT_TOO_COMPLEX),
				 errmsg("JSON is nested too deeply"),
				 errdetail("More than %d levels at byte %zu.",
						   JSON_SCAN_MAX_DEPTH, offset + 1),
				 errplace(at)));
	ereport(ERROR,
			(errcode(ERRCODE_SYNTAX_ERROR),
			 errmsg("request is not valid JSON: %s",
					json_error_text(scan->error)),
			 errdetail("At byte %zu of the text.", offset + 1),
			 errplace(at)));
}

/*
 * An object, which is what a request is, is checked when its members are
 * read: lest its text be gone through twice.
 */
JsonNode *
request_parse(const char *text, size_t len)
{
	JsonNode   *node = palloc0(sizeof(JsonNode));
	JsonScan	scan;

	if (len > 0 && *text == '{')
	{
		node->value = (JsonValue) {
			.type = JSON_OBJECT, .text = text, .len = len
		};
		return node;
	}

	json_scan_init(&scan, text, len, request_poll);
	if (!json_scan_document(&scan, &node->value))
		request_json_error(node, &scan, text);
	return node;
}

/*
 * Raise an error if two of n sibling members have one name.  Names that
 * differ only in how they are escaped are the same.
 */
static void
refuse_duplicates(const JsonNode *members, int n)
{
	/* A few are compared pairwise; a long list would make that quadratic. */
	if (n <= 16)
	{
		for (int i = 1; i < n; i++)
		{
			const JsonValue *key = &members[i].key;

			for (int j = 0; j < i; j++)
			{
				if (json_strings_equal(key, &members[j].key))
					ereport(ERROR,
							(errcode(ERRCODE_SYNTAX_ERROR),
							 errmsg("member \"%s\" is given twice",
									text_shown(node_name(&members[i]))),
							 errplace(&members[i])));
			}
		}
	}
	else
	{
		HASHCTL		ctl = {
			.keysize = NAMEDATALEN * 4,
			.entrysize = NAMEDATALEN * 4,
			.hcxt = CurrentMemoryContext
		};
		HTAB	   *names;

		names = hash_create("member names", n, &ctl,
							HASH_ELEM | HASH_STRINGS | HASH_CONTEXT);
		for (int i = 0; i < n; i++)
		{
			char	   *name = node_name(&members[i]);
			bool		found;

			/* No member that we know has a name as long as that. */
			if (strlen(name) >= NAMEDATALEN * 4)
				ereport(ERROR,
						(errcode(ERRCODE_NAME_TOO_LONG),
						 errmsg("member name is too long"),
						 errplace(&members[i])));
			hash_search(names, name, HASH_ENTER, &found);
			if (found)
				ereport(ERROR,
						(errcode(ERRCODE_SYNTAX_ERROR),
						 errmsg("member \"%s\" is given twice", name),
						 errplace(&members[i])));
		}
		hash_destroy(names);
	}
}

/*
 * Where its members end, or cannot be read further, a whole request may have
 * white space.  All others have been checked before.
 */
static void
check_end(const JsonNode *node, JsonScan *scan)
{
	const char *start = node->value.text;

	Assert(node->parent == NULL);
	if (scan->error == JSON_ERROR_TRAILING)
	{
		JsonScan	rest;
		JsonValue	value;

		json_scan_init(&rest, scan->error_at, scan->end - scan->error_at, request_poll);
		if (!json_scan_value(&rest, &value) && rest.pos == rest.end)
			return;
		scan->error_at = rest.error == JSON_ERROR_NONE ? value.text : rest.pos;
	}
	request_json_error(node, scan, start);
}

JsonNode *
node_children(const JsonNode *node, int *n)
{
	JsonNode   *children = NULL;
	int			count = 0;
	int			room = 0;
	int			depth = 0;
	JsonIter	iter;
	JsonValue	key = {0};
	JsonValue	value;

	Assert(node_type(node) == JSON_ARRAY || node_type(node) == JSON_OBJECT);

	for (const JsonNode *up = node; up != NULL; up = up->parent)
		depth++;
	if (depth > REQUEST_MAX_DEPTH)
		ereport(ERROR,
				(errcode(ERRCODE_STATEMENT_TOO_COMPLEX),
				 errmsg("request is nested too deeply"),
				 errdetail("At most %d levels are allowed.",
						   REQUEST_MAX_DEPTH),
				 errplace(node)));

	json_iter_init(&iter, &node->value, request_poll);
	while (json_iter_next(&iter, &key, &value))
	{
		if (count == room)
		{
			room = room ? room * 2 : 8;
			children = children ?
				repalloc_huge(children, sizeof(JsonNode) * room) :
				palloc(sizeof(JsonNode) * room);
		}
		children[count].value = value;
		children[count].parent = node;
		children[count].key = key;
		children[count].index = count;
		count++;
	}
	if (iter.scan.error != JSON_ERROR_NONE)
		check_end(node, &iter.scan);

	if (node_type(node) == JSON_OBJECT)
		refuse_duplicates(children, count);
	*n = count;
	return children;
}

const char *
json_type_name(JsonType type)
{
	switch (type)
	{
		case JSON_NULL:
			return "null";
		case JSON_FALSE:
		case JSON_TRUE:
			return "a boolean";
		case JSON_NUMBER:
			return "a number";
		case JSON_STRING:
			return "a string";
		case JSON_ARRAY:
			return "an array";
		case JSON_OBJECT:
			return "an object";
	}
	return "unknown";
}

static void wrong_type(const JsonNode *node, const char *expected) pg_attribute_noreturn();

static void
wrong_type(const JsonNode *node, const char *expected)
{
	ereport(ERROR,
			(errcode(ERRCODE_SYNTAX_ERROR),
			 errmsg("expected %s, found %s",
					expected, json_type_name(node_type(node))),
			 errplace(node)));
}

void
node_expect(const JsonNode *node, JsonType type)
{
	if (node_type(node) != type)
		wrong_type(node, json_type_name(type));
}

/* A code point that an escape stands for, in the server encoding. */
static size_t
put_server_encoding(uint32 codepoint, char *dst)
{
	unsigned char buf[MAX_UNICODE_EQUIVALENT_STRING + 1];
	size_t		len;

	pg_unicode_to_server(codepoint, buf);
	len = strlen((char *) buf);
	memcpy(dst, buf, len);
	return len;
}

static JsonPutUnicode
server_encoding(void)
{
	return GetDatabaseEncoding() == PG_UTF8 ? json_put_utf8 : put_server_encoding;
}

static JsonError
decode_string(const JsonValue *string, char **text, size_t *len)
{
	JsonError	error = JSON_ERROR_NONE;

	*len = 0;
	*text = palloc_extended(json_string_len(string) + 1, MCXT_ALLOC_HUGE);
	if (string->escaped)
		error = json_unescape(string, *text, len, server_encoding());
	else
	{
		*len = json_string_len(string);
		memcpy(*text, json_string_text(string), *len);
	}
	(*text)[*len] = '\0';
	return error;
}

char *
json_string_decode(const JsonValue *string, size_t *len)
{
	char	   *text;
	size_t		ignored;
	JsonError	error = decode_string(string, &text, len ? len : &ignored);

	if (error != JSON_ERROR_NONE)
		ereport(ERROR,
				(errcode(ERRCODE_UNTRANSLATABLE_CHARACTER),
				 errmsg("string cannot be converted to text: %s",
						json_error_text(error))));
	return text;
}

bool
json_string_is(const JsonValue *string, const char *text, size_t len)
{
	return json_string_equals_in(string, text, len, server_encoding());
}

bool
json_strings_equal(const JsonValue *a, const JsonValue *b)
{
	size_t		len;
	char	   *decoded;

	if (a->len == b->len && memcmp(a->text, b->text, a->len) == 0)
		return true;
	if (!a->escaped && !b->escaped)
		return false;
	if (!b->escaped)
		return json_string_is(a, json_string_text(b), json_string_len(b));
	return decode_string(b, &decoded, &len) == JSON_ERROR_NONE &&
		json_string_is(a, decoded, len);
}

/* A string of the node's, or its name. */
static char *
decode_at(const JsonNode *node, const JsonValue *string)
{
	char	   *text;
	size_t		len;
	JsonError	error = decode_string(string, &text, &len);

	if (error != JSON_ERROR_NONE)
		ereport(ERROR,
				(errcode(ERRCODE_UNTRANSLATABLE_CHARACTER),
				 errmsg("string cannot be converted to text: %s",
						json_error_text(error)),
				 errplace(node)));
	return text;
}

char *
node_string(const JsonNode *node)
{
	node_expect(node, JSON_STRING);
	return decode_at(node, &node->value);
}

char *
node_name(const JsonNode *member)
{
	return decode_at(member, &member->key);
}

const char *
text_shown(const char *text)
{
	int			len = strlen(text);

	if (len <= MAX_SHOWN)
		return text;
	return psprintf("%.*s...", pg_mbcliplen(text, len, MAX_SHOWN), text);
}

bool
node_bool(const JsonNode *node)
{
	if (node_type(node) == JSON_TRUE)
		return true;
	if (node_type(node) == JSON_FALSE)
		return false;
	wrong_type(node, "true or false");
}

int64
node_integer(const JsonNode *node, int64 min, int64 max)
{
	char		digits[32];
	char	   *end;
	int64		result;

	if (node_type(node) != JSON_NUMBER)
		wrong_type(node, "a number");

	/* Nothing longer is an integer in range; 1e3 and 1.0 are not meant. */
	if (node->value.len < sizeof(digits))
	{
		memcpy(digits, node->value.text, node->value.len);
		digits[node->value.len] = '\0';
		errno = 0;
		result = strtoll(digits, &end, 10);
		if (*end == '\0' && errno == 0 && result >= min && result <= max)
			return result;
	}
	ereport(ERROR,
			(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
			 errmsg("%s is not an integer between " INT64_FORMAT " and " INT64_FORMAT,
					text_shown(pnstrdup(node->value.text, node->value.len)), min, max),
			 errplace(node)));
}

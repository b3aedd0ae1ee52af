/*-------------------------------------------------------------------------
 *
 * cursor.c
 *	  Places between pages of rows, as opaque tokens ("next", "after").
 *
 * A token is, in the URL-safe alphabet of base64 without padding: a hash of
 * the binding and all that follows (8 bytes), then for each value its length
 * plus one as 4 bytes, 0 for NULL, and its text.  The hash guards against
 * mistakes.  Who forges a token gets rows that the request could as well
 * have asked for by "where".
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "common/hashfn.h"
#include "miscadmin.h"
#include "port/pg_bswap.h"
#include "utils/rel.h"

#include "cursor.h"
#include "error.h"

static const char alphabet[] =
"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

/* A JSON text without the white space between its tokens. */
static void
append_compact(StringInfo out, const JsonValue *value)
{
	const char *end = value->text + value->len;
	bool		in_string = false;

	for (const char *p = value->text; p < end; p++)
	{
		if (in_string)
		{
			if (*p == '\\')
				appendStringInfoCharMacro(out, *p++);
			else if (*p == '"')
				in_string = false;
		}
		else if (*p == '"')
			in_string = true;
		else if (*p == ' ' || *p == '\t' || *p == '\n' || *p == '\r')
			continue;
		appendStringInfoCharMacro(out, *p);
	}
}

uint64
cursor_binding(Relation rel, const JsonNode *where, const Order *order)
{
	Oid			relid = RelationGetRelid(rel);
	StringInfoData buf;
	uint64		binding;

	initStringInfo(&buf);
	appendBinaryStringInfo(&buf, (char *) &MyDatabaseId, sizeof(Oid));
	appendBinaryStringInfo(&buf, (char *) &relid, sizeof(Oid));
	if (node_given(where))
		append_compact(&buf, &where->value);
	else
		appendStringInfoString(&buf, "[]");
	for (int i = 0; i < order->n; i++)
	{
		const OrderBy *item = &order->items[i];
		uint32		parts[] = {item->column, item->type->oid, item->collation,
		item->descending, item->nulls_first};

		appendBinaryStringInfo(&buf, (char *) parts, sizeof(parts));
	}
	binding = hash_bytes_extended((unsigned char *) buf.data, buf.len, 0);
	pfree(buf.data);
	return binding;
}

static void
append_base64(StringInfo out, const unsigned char *bytes, int len)
{
	enlargeStringInfo(out, len / 3 * 4 + 5);
	for (int i = 0; i < len; i += 3)
	{
		int			n = Min(len - i, 3);
		uint32		bits = bytes[i] << 16;

		if (n > 1)
			bits |= bytes[i + 1] << 8;
		if (n > 2)
			bits |= bytes[i + 2];
		for (int j = 0; j <= n; j++)
			appendStringInfoCharMacro(out, alphabet[(bits >> (18 - 6 * j)) & 63]);
	}
}

/* In place; -1 if it is not what append_base64() writes. */
static int
decode_base64(char *text)
{
	uint32		bits = 0;
	int			nbits = 0;
	int			len = 0;

	for (const char *p = text; *p != '\0'; p++)
	{
		const char *digit = strchr(alphabet, *p);

		if (digit == NULL)
			return -1;
		bits = bits << 6 | (uint32) (digit - alphabet);
		nbits += 6;
		if (nbits >= 8)
		{
			nbits -= 8;
			text[len++] = (char) (bits >> nbits & 0xff);
			bits &= (1 << nbits) - 1;
		}
	}
	return nbits >= 6 || bits != 0 ? -1 : len;
}

void
cursor_append(StringInfo out, uint64 binding, int n, char *const *values)
{
	StringInfoData buf;
	uint64		hash = 0;

	initStringInfo(&buf);
	appendBinaryStringInfo(&buf, (char *) &hash, sizeof(hash));
	for (int i = 0; i < n; i++)
	{
		int			len = values[i] ? (int) strlen(values[i]) : -1;
		uint32		size = pg_hton32((uint32) (len + 1));

		appendBinaryStringInfo(&buf, (char *) &size, sizeof(size));
		if (len > 0)
			appendBinaryStringInfo(&buf, values[i], len);
	}
	hash = hash_bytes_extended((unsigned char *) buf.data + sizeof(hash),
							   buf.len - sizeof(hash), binding);
	hash = pg_hton64(hash);
	memcpy(buf.data, &hash, sizeof(hash));
	append_base64(out, (unsigned char *) buf.data, buf.len);
	pfree(buf.data);
}

/* Split the bytes behind the hash; false if they are not n values. */
static bool
split_values(const char *bytes, int len, int n, char **values)
{
	for (int i = 0; i < n; i++)
	{
		uint32		size;

		if (len < (int) sizeof(size))
			return false;
		memcpy(&size, bytes, sizeof(size));
		size = pg_ntoh32(size);
		bytes += sizeof(size);
		len -= sizeof(size);
		values[i] = NULL;
		if (size > 0)
		{
			if (size - 1 > (uint32) len)
				return false;
			values[i] = pnstrdup(bytes, size - 1);
			bytes += size - 1;
			len -= size - 1;
		}
	}
	return len == 0;
}

char **
cursor_values(const JsonNode *after, uint64 binding, int n)
{
	char	   *bytes = node_string(after);
	int			len = decode_base64(bytes);
	char	  **values = palloc(sizeof(char *) * n);
	uint64		hash;

	if (len >= (int) sizeof(hash))
	{
		const char *rest = bytes + sizeof(hash);
		int			rest_len = len - (int) sizeof(hash);

		memcpy(&hash, bytes, sizeof(hash));
		if (pg_ntoh64(hash) == hash_bytes_extended((const unsigned char *) rest,
												   rest_len, binding) &&
			split_values(rest, rest_len, n, values))
			return values;
	}
	ereport(ERROR,
			(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
			 errmsg("cursor does not belong to this request"),
			 errhint("Give as \"after\" the \"next\" of the page before, with the same table, where and order_by."),
			 errplace(after)));
}

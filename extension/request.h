/*-------------------------------------------------------------------------
 *
 * request.h
 *	  The request as a tree with places.
 *
 * A node is a slice of the request's text together with the way to it, so
 * that every refusal can name its place.  Nodes are made one level at a
 * time, as far as a command looks; rows to write never become nodes, they
 * stay slices of the text.
 *
 *-------------------------------------------------------------------------
 */
#ifndef PGC_REQUEST_H
#define PGC_REQUEST_H

#include "core/json_scan.h"

/* Request nesting that is looked into; values of columns are not. */
#define REQUEST_MAX_DEPTH 64

typedef struct JsonNode
{
	JsonValue	value;
	const struct JsonNode *parent;	/* NULL: the whole request */
	JsonValue	key;			/* if the parent is an object */
	int64		index;			/* if the parent is an array, from 0 */
} JsonNode;

/*
 * The whole text as one node.  Raises 42601 where it is not valid JSON, if it
 * is an object only when its members are asked for.
 */
extern JsonNode *request_parse(const char *text, size_t len);

/* What a scan's error is to the caller; raises it at the given place. */
extern void request_json_error(const JsonNode *at, const JsonScan *scan,
							   const char *start) pg_attribute_noreturn();

/*
 * The elements of an array or members of an object, in order, each checked to
 * its last byte.  A member's name that is given twice raises 42601, nesting beyond REQUEST_MAX_DEPTH
 * 54001.
 */
extern JsonNode *node_children(const JsonNode *node, int *n);

/* Whether an object member was given at all. */
#define node_given(node) ((node)->value.text != NULL)

/* Whether it was given and is true; raises 42601 if it is no boolean. */
#define node_is_true(node) (node_given(node) && node_bool(node))

#define node_type(node) ((node)->value.type)

/*
 * Typed contents.  Each raises 42601 naming the place where the JSON type is
 * another one.  Strings are in the server encoding, NUL-terminated, palloc'd;
 * one that contains \u0000 is refused.
 */
extern char *node_string(const JsonNode *node);
extern bool node_bool(const JsonNode *node);
extern int64 node_integer(const JsonNode *node, int64 min, int64 max);
extern void node_expect(const JsonNode *node, JsonType type);

/* Whether the node is a string of exactly these characters. */
#define node_is(node, literal) \
	(node_type(node) == JSON_STRING && \
	 json_string_equals(&(node)->value, literal, strlen(literal)))

/* A member's name, likewise. */
extern char *node_name(const JsonNode *member);

/* A text of the caller's as a message can hold it: not all of a long one. */
extern const char *text_shown(const char *text);

/* A JSON string, decoded to the server encoding.  Raises 22P05. */
extern char *json_string_decode(const JsonValue *string, size_t *len);

/*
 * Whether a JSON string, decoded to the server encoding, is these bytes, or
 * is the same as another.  Raises 22P05 where the encoding lacks a character.
 */
extern bool json_string_is(const JsonValue *string, const char *text, size_t len);
extern bool json_strings_equal(const JsonValue *a, const JsonValue *b);

/* "a string", "an object", ... */
extern const char *json_type_name(JsonType type);

/* CHECK_FOR_INTERRUPTS() as the scanner's poll function. */
extern void request_poll(void);

#endif							/* PGC_REQUEST_H */

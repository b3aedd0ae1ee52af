/*-------------------------------------------------------------------------
 *
 * partition.c
 *	  Partitioned tables and their partitions to parse trees.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include <limits.h>

#include "nodes/makefuncs.h"
#include "utils/partcache.h"
#include "utils/rel.h"

#include "catalog.h"
#include "commands/partition.h"
#include "error.h"
#include "nearest.h"
#include "pg_version.h"

/* The members of "partition_by"; ddl_schema.c has their schema. */
static const char *const strategy_words[] = {"range", "list", "hash"};
static const char strategies[] = {
	PARTITION_STRATEGY_RANGE, PARTITION_STRATEGY_LIST, PARTITION_STRATEGY_HASH
};

/* Those of "partition_of", likewise. */
enum
{
	OF_TABLE,
	OF_FROM,
	OF_TO,
	OF_IN,
	OF_MODULUS,
	OF_REMAINDER,
	OF_DEFAULT
};

static const char *const of_members[] = {
	"table", "from", "to", "in", "modulus", "remainder", "default"
};

/* "column" or {"expression": "..."} */
static PartitionElem *
key_element(Ddl *ddl, const JsonNode *node, const KnownColumns *known)
{
	static const char *const members[] = {"expression"};
	PartitionElem *element = makeNode(PartitionElem);

	if (node_type(node) == JSON_OBJECT)
	{
		JsonNode   *given = ddl_members(node, "an element of a partition key",
										members, lengthof(members), 1);

		element->expr = ddl_expression(ddl, given);
	}
	else
	{
		element->name = node_string(node);
		definition_check_column(node, known);
	}
	element->location = ddl_location(ddl, node);
	return element;
}

PartitionSpec *
partition_by(Ddl *ddl, const JsonNode *node, const KnownColumns *known)
{
	PartitionSpec *spec = makeNode(PartitionSpec);
	JsonNode   *given = ddl_members(node, "\"partition_by\"", strategy_words,
									lengthof(strategy_words), 0);
	JsonNode   *key = NULL;
	JsonNode   *elements;
	int			n;

	for (int i = 0; i < lengthof(strategies); i++)
	{
		if (!node_given(&given[i]))
			continue;
		if (key != NULL)
			ereport(ERROR,
					(errcode(ERRCODE_SYNTAX_ERROR),
					 errmsg("a table cannot be partitioned in two ways"),
					 errplace(&given[i])));
		key = &given[i];
		set_partition_strategy(spec, strategies[i]);
	}
	if (key == NULL)
		ereport(ERROR,
				(errcode(ERRCODE_SYNTAX_ERROR),
				 errmsg("\"partition_by\" needs one of \"range\", \"list\" and \"hash\""),
				 errplace(node)));

	node_expect(key, JSON_ARRAY);
	elements = node_children(key, &n);
	if (n == 0)
		ereport(ERROR,
				(errcode(ERRCODE_SYNTAX_ERROR),
				 errmsg("\"%s\" names no column", node_name(key)),
				 errplace(key)));
	for (int i = 0; i < n; i++)
		spec->partParams = lappend(spec->partParams,
								   key_element(ddl, &elements[i], known));
	spec->location = ddl_location(ddl, key);
	return spec;
}

static JsonNode *
of_given(const JsonNode *node)
{
	return ddl_members(node, "\"partition_of\"", of_members,
					   lengthof(of_members), OF_TABLE + 1);
}

Relation
partition_parent(const JsonNode *node)
{
	JsonNode   *table = &of_given(node)[OF_TABLE];
	Relation	parent = ddl_open_owned(table, ShareUpdateExclusiveLock);

	if (parent->rd_rel->relkind != RELKIND_PARTITIONED_TABLE)
		ereport(ERROR,
				(errcode(ERRCODE_WRONG_OBJECT_TYPE),
				 errmsg("table \"%s\" is not partitioned",
						RelationGetRelationName(parent)),
				 errplace(table)));
	return parent;
}

static const char *
strategy_word(PartitionKey key)
{
	for (int i = 0; i < lengthof(strategies); i++)
	{
		if (key->strategy == strategies[i])
			return strategy_words[i];
	}
	return "unknown";
}

/*
 * The way in which the bounds are given must be the parent's.
 */
static void
check_form(const JsonNode *node, const JsonNode *given, PartitionKey key)
{
	static const struct
	{
		char		strategy;	/* 0: any */
		int			members[2];
		const char *form;
	}			forms[] = {
		{PARTITION_STRATEGY_RANGE, {OF_FROM, OF_TO}, "\"from\" and \"to\""},
		{PARTITION_STRATEGY_LIST, {OF_IN, OF_IN}, "\"in\""},
		{PARTITION_STRATEGY_HASH, {OF_MODULUS, OF_REMAINDER}, "\"modulus\" and \"remainder\""},
		{0, {OF_DEFAULT, OF_DEFAULT}, NULL},
	};
	const char *wanted = NULL;
	int			found = -1;
	bool		ok = true;

	for (int i = 0; i < lengthof(forms); i++)
	{
		bool		first = node_given(&given[forms[i].members[0]]);
		bool		second = node_given(&given[forms[i].members[1]]);

		if (forms[i].strategy == key->strategy)
			wanted = forms[i].form;
		if (!first && !second)
			continue;
		if (!first || !second || found >= 0)
			ok = false;
		found = i;
	}
	if (ok && found >= 0 &&
		(forms[found].strategy == key->strategy ||
		 (forms[found].strategy == 0 && node_bool(&given[OF_DEFAULT]) &&
		  key->strategy != PARTITION_STRATEGY_HASH)))
		return;
	ereport(ERROR,
			(errcode(ERRCODE_SYNTAX_ERROR),
			 errmsg("a partition of a table that is partitioned by %s needs %s%s",
					strategy_word(key), wanted,
					key->strategy == PARTITION_STRATEGY_HASH ? "" :
					", or \"default\": true"),
			 errplace(node)));
}

/* {"minvalue": true} or {"maxvalue": true} as the parser has them, or NULL. */
static Node *
unbounded(Ddl *ddl, const JsonNode *node)
{
	static const char *const words[] = {"minvalue", "maxvalue"};
	ColumnRef  *ref;
	JsonNode   *members;
	int			n;

	if (node_type(node) != JSON_OBJECT)
		return NULL;
	members = node_children(node, &n);
	if (n != 1 || node_type(&members[0]) != JSON_TRUE)
		return NULL;
	for (int i = 0; i < lengthof(words); i++)
	{
		if (!json_string_equals(&members[0].key, words[i], strlen(words[i])))
			continue;
		ref = makeNode(ColumnRef);
		ref->fields = list_make1(makeString(pstrdup(words[i])));
		ref->location = ddl_location(ddl, node);
		return (Node *) ref;
	}
	return NULL;
}

/* One end of a range: a value for each column of the key. */
static List *
range_end(Ddl *ddl, const JsonNode *list, PartitionKey key)
{
	List	   *end = NIL;
	JsonNode   *values;
	int			n;

	node_expect(list, JSON_ARRAY);
	values = node_children(list, &n);
	if (n != key->partnatts)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_OBJECT_DEFINITION),
				 errmsg("\"%s\" must have as many values as the partition key has columns, %d",
						node_name(list), key->partnatts),
				 errplace(list)));
	for (int i = 0; i < n; i++)
	{
		Node	   *value = unbounded(ddl, &values[i]);

		if (value == NULL && node_type(&values[i]) == JSON_NULL)
			ereport(ERROR,
					(errcode(ERRCODE_INVALID_OBJECT_DEFINITION),
					 errmsg("a range cannot end at null"),
					 errhint("For a range without an end write {\"minvalue\": true} or {\"maxvalue\": true}."),
					 errplace(&values[i])));
		if (value == NULL)
			value = (Node *) ddl_literal(ddl, key->parttypid[i],
										 key->parttypmod[i], &values[i]);
		end = lappend(end, value);
	}
	return end;
}

PartitionBoundSpec *
partition_bound(Ddl *ddl, const JsonNode *node, Relation parent)
{
	PartitionBoundSpec *spec = makeNode(PartitionBoundSpec);
	PartitionKey key = RelationGetPartitionKey(parent);
	JsonNode   *given = of_given(node);
	JsonNode   *values;
	int			n;

	check_form(node, given, key);
	spec->location = ddl_location(ddl, node);
	if (node_given(&given[OF_DEFAULT]))
	{
		spec->is_default = true;
		return spec;
	}
	spec->strategy = key->strategy;
	switch (key->strategy)
	{
		case PARTITION_STRATEGY_RANGE:
			spec->lowerdatums = range_end(ddl, &given[OF_FROM], key);
			spec->upperdatums = range_end(ddl, &given[OF_TO], key);
			break;
		case PARTITION_STRATEGY_LIST:
			node_expect(&given[OF_IN], JSON_ARRAY);
			values = node_children(&given[OF_IN], &n);
			if (n == 0)
				ereport(ERROR,
						(errcode(ERRCODE_SYNTAX_ERROR),
						 errmsg("\"in\" has no value"),
						 errplace(&given[OF_IN])));
			for (int i = 0; i < n; i++)
				spec->listdatums = lappend(spec->listdatums,
										   ddl_literal(ddl, key->parttypid[0],
													   key->parttypmod[0], &values[i]));
			break;
		default:
			spec->modulus = (int) node_integer(&given[OF_MODULUS], 1, INT_MAX);
			spec->remainder = (int) node_integer(&given[OF_REMAINDER], 0,
												 spec->modulus - 1);
			break;
	}
	return spec;
}

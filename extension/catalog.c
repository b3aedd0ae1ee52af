/*-------------------------------------------------------------------------
 *
 * catalog.c
 *	  Names in a request to relations and columns.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "access/genam.h"
#include "access/htup_details.h"
#include "access/relation.h"
#include "access/table.h"
#include "catalog/indexing.h"
#include "catalog/namespace.h"
#include "catalog/pg_class.h"
#include "catalog/pg_index.h"
#include "catalog/pg_namespace.h"
#include "mb/pg_wchar.h"
#include "nodes/makefuncs.h"
#include "utils/fmgroids.h"
#include "utils/lsyscache.h"
#include "utils/rel.h"
#include "utils/rls.h"
#include "utils/syscache.h"

#include "catalog.h"
#include "error.h"
#include "nearest.h"
#include "pg_version.h"

/* Names looked at for a hint, so that a hint never costs much. */
#define MAX_CANDIDATES 10000

void
catalog_check_name(const char *name, const JsonNode *at)
{
	if (strlen(name) >= NAMEDATALEN)
		ereport(ERROR,
				(errcode(ERRCODE_NAME_TOO_LONG),
				 errmsg("name is longer than %d bytes", NAMEDATALEN - 1),
				 errplace(at)));
	if (*name == '\0')
		ereport(ERROR,
				(errcode(ERRCODE_SYNTAX_ERROR),
				 errmsg("name is empty"),
				 errplace(at)));
}

static void malformed_name(const JsonNode *node) pg_attribute_noreturn();

static void
malformed_name(const JsonNode *node)
{
	ereport(ERROR,
			(errcode(ERRCODE_SYNTAX_ERROR),
			 errmsg("malformed table name"),
			 errhint("Write \"table\", \"schema.table\" or [\"schema\", \"table\"]; a part that contains a dot stands in double quotes."),
			 errplace(node)));
}

/*
 * One part of a name, up to a dot or the end; *pos moves behind it.
 */
static char *
name_part(const char **pos, const JsonNode *node)
{
	const char *p = *pos;
	char	   *part = palloc(strlen(p) + 1);
	char	   *out = part;

	if (*p == '"')
	{
		for (p++;; p++)
		{
			if (*p == '\0')
				malformed_name(node);
			if (*p == '"' && *++p != '"')
				break;
			*out++ = *p;
		}
		if (*p != '.' && *p != '\0')
			malformed_name(node);
	}
	else
	{
		while (*p != '.' && *p != '\0')
			*out++ = *p++;
	}
	*out = '\0';
	*pos = p;
	catalog_check_name(part, node);
	return part;
}

RangeVar *
catalog_table_name(const JsonNode *node)
{
	char	   *parts[2];
	int			n = 0;

	if (node_type(node) == JSON_ARRAY)
	{
		JsonNode   *names = node_children(node, &n);

		if (n < 1 || n > 2)
			malformed_name(node);
		for (int i = 0; i < n; i++)
		{
			parts[i] = node_string(&names[i]);
			catalog_check_name(parts[i], &names[i]);
		}
	}
	else
	{
		char	   *text = node_string(node);
		const char *pos = text;

		for (;;)
		{
			if (n == lengthof(parts))
				malformed_name(node);
			parts[n++] = name_part(&pos, node);
			if (*pos == '\0')
				break;
			pos++;
		}
	}
	return makeRangeVar(n == 2 ? parts[0] : NULL, parts[n - 1], -1);
}

/* Whether the caller may do anything at all with a relation. */
static bool
may_see(Oid relid)
{
	return pg_class_aclmask(relid, GetUserId(),
							ACL_SELECT | ACL_INSERT | ACL_UPDATE | ACL_DELETE |
							ACL_TRUNCATE | ACL_REFERENCES | ACL_TRIGGER,
							ACLMASK_ANY) != 0 ||
		pg_attribute_aclcheck_all(relid, GetUserId(),
								  ACL_SELECT | ACL_INSERT | ACL_UPDATE | ACL_REFERENCES,
								  ACLMASK_ANY) == ACLCHECK_OK;
}

/*
 * Offer the tables that the caller may use: those of one schema, or those
 * that an unqualified name can mean.  A table of that very name in another
 * schema is the likeliest of all.
 */
static void
offer_tables(Nearest *nearest, Oid schema, const char *wanted)
{
	Relation	pg_class = table_open(RelationRelationId, AccessShareLock);
	SysScanDesc scan = systable_beginscan(pg_class, InvalidOid, false, NULL, 0, NULL);
	HeapTuple	tuple;
	int			n = 0;

	while (HeapTupleIsValid(tuple = systable_getnext(scan)) &&
		   n++ < MAX_CANDIDATES)
	{
		Form_pg_class form = (Form_pg_class) GETSTRUCT(tuple);

		CHECK_FOR_INTERRUPTS();
		if (form->relkind != RELKIND_RELATION && form->relkind != RELKIND_VIEW &&
			form->relkind != RELKIND_MATVIEW &&
			form->relkind != RELKIND_FOREIGN_TABLE &&
			form->relkind != RELKIND_PARTITIONED_TABLE)
			continue;
		if (OidIsValid(schema) ? form->relnamespace != schema :
			form->relnamespace == PG_CATALOG_NAMESPACE ||
			schema_aclcheck(form->relnamespace, GetUserId(), ACL_USAGE) != ACLCHECK_OK)
			continue;
		if (!may_see(form->oid))
			continue;
		if (OidIsValid(schema) || RelationIsVisible(form->oid))
			nearest_offer(nearest, NameStr(form->relname));
		else if (strcmp(NameStr(form->relname), wanted) == 0)
		{
			char	   *nspname = get_namespace_name(form->relnamespace);

			if (nspname != NULL)
			{
				nearest->distance = 0;
				snprintf(nearest->name, sizeof(nearest->name), "%s.%s",
						 nspname, wanted);
			}
		}
	}
	systable_endscan(scan);
	table_close(pg_class, AccessShareLock);
}

void
catalog_no_such_table(const RangeVar *name, const JsonNode *node)
{
	Nearest		nearest;
	Oid			schema = InvalidOid;

	if (name->schemaname != NULL)
		schema = catalog_find_schema(name->schemaname, node);

	nearest_init(&nearest, name->relname);
	offer_tables(&nearest, schema, name->relname);
	ereport(ERROR,
			(errcode(ERRCODE_UNDEFINED_TABLE),
			 name->schemaname ?
			 errmsg("table \"%s.%s\" does not exist",
					name->schemaname, name->relname) :
			 errmsg("table \"%s\" does not exist", name->relname),
			 errhint_nearest(&nearest),
			 errplace(node)));
}

Oid
catalog_find_schema(const char *name, const JsonNode *at)
{
	ErrorPlace	outer = error_current_place;
	Oid			schema;

	catalog_check_name(name, at);

	/* Raises PostgreSQL's own errors. */
	error_current_place = (ErrorPlace) {.node = at, .index = -1};
	schema = LookupExplicitNamespace(name, false);
	error_current_place = outer;
	return schema;
}

static void
check_kind(char relkind, const char *name, const JsonNode *node)
{
	switch (relkind)
	{
		case RELKIND_RELATION:
		case RELKIND_PARTITIONED_TABLE:
		case RELKIND_VIEW:
		case RELKIND_MATVIEW:
		case RELKIND_FOREIGN_TABLE:
			return;
		default:
			ereport(ERROR,
					(errcode(ERRCODE_WRONG_OBJECT_TYPE),
					 errmsg("\"%s\" is not a table or view", name),
					 errplace(node)));
	}
}

Oid
catalog_lock_table(const RangeVar *name, LOCKMODE lockmode, const JsonNode *node)
{
	ErrorPlace	outer = error_current_place;
	Oid			relid;

	/* The schema may be one that the caller must not use. */
	error_current_place = (ErrorPlace) {.node = node, .index = -1};
	relid = RangeVarGetRelidExtended(name, lockmode, RVR_MISSING_OK, NULL, NULL);
	error_current_place = outer;
	return relid;
}

Oid
catalog_find_table(const JsonNode *node, bool missing_ok)
{
	RangeVar   *name = catalog_table_name(node);
	Oid			relid = catalog_lock_table(name, NoLock, node);

	if (OidIsValid(relid))
		check_kind(get_rel_relkind(relid), name->relname, node);
	else if (!missing_ok)
		catalog_no_such_table(name, node);
	return relid;
}

Relation
catalog_open_table(const JsonNode *node, LOCKMODE lockmode)
{
	RangeVar   *name = catalog_table_name(node);
	Oid			relid;
	Relation	rel;

	relid = catalog_lock_table(name, lockmode, node);
	if (!OidIsValid(relid))
		catalog_no_such_table(name, node);
	rel = relation_open(relid, NoLock);
	check_kind(rel->rd_rel->relkind, name->relname, node);
	return rel;
}

AttrNumber
catalog_column_named(Relation rel, const char *name, const JsonNode *at)
{
	TupleDesc	desc = RelationGetDescr(rel);
	Nearest		nearest;

	for (int i = 0; i < desc->natts; i++)
	{
		Form_pg_attribute att = TupleDescAttr(desc, i);

		if (!att->attisdropped && strcmp(NameStr(att->attname), name) == 0)
			return att->attnum;
	}

	nearest_init(&nearest, name);
	for (int i = 0; i < desc->natts; i++)
	{
		Form_pg_attribute att = TupleDescAttr(desc, i);

		if (!att->attisdropped &&
			(pg_class_aclcheck(RelationGetRelid(rel), GetUserId(),
							   ACL_SELECT | ACL_INSERT | ACL_UPDATE) == ACLCHECK_OK ||
			 pg_attribute_aclcheck(RelationGetRelid(rel), att->attnum,
								   GetUserId(),
								   ACL_SELECT | ACL_INSERT | ACL_UPDATE) == ACLCHECK_OK))
			nearest_offer(&nearest, NameStr(att->attname));
	}
	ereport(ERROR,
			(errcode(ERRCODE_UNDEFINED_COLUMN),
			 errmsg("column \"%s\" of table \"%s\" does not exist",
					text_shown(name), RelationGetRelationName(rel)),
			 errhint_nearest(&nearest),
			 errplace(at)));
}

AttrNumber
catalog_column(Relation rel, const JsonNode *name)
{
	return catalog_column_named(rel, node_string(name), name);
}

/*
 * The primary key's index, or InvalidOid.  The relation knows one that is
 * deferrable from PostgreSQL 18 only.
 */
static Oid
primary_key_index(Relation rel)
{
	List	   *indexes = NIL;
	ListCell   *lc;
	Oid			found;

	if (!rel->rd_indexvalid || !OidIsValid(rel->rd_pkindex))
		indexes = RelationGetIndexList(rel);
	found = rel->rd_pkindex;
	foreach(lc, indexes)
	{
		HeapTuple	tuple;

		if (OidIsValid(found))
			break;
		tuple = SearchSysCache1(INDEXRELID, ObjectIdGetDatum(lfirst_oid(lc)));
		if (!HeapTupleIsValid(tuple))
			continue;
		if (((Form_pg_index) GETSTRUCT(tuple))->indisprimary)
			found = lfirst_oid(lc);
		ReleaseSysCache(tuple);
	}
	list_free(indexes);
	return found;
}

AttrNumber
catalog_readable_key(Relation rel)
{
	Oid			index_oid;
	Form_pg_index index;
	HeapTuple	tuple;
	AttrNumber	key = InvalidAttrNumber;
	Oid			relid = RelationGetRelid(rel);

	if (rel->rd_rel->relkind != RELKIND_RELATION &&
		rel->rd_rel->relkind != RELKIND_PARTITIONED_TABLE)
		return InvalidAttrNumber;

	/* RETURNING would then need a SELECT policy to let the new row pass. */
	if (check_enable_rls(relid, InvalidOid, true) == RLS_ENABLED)
		return InvalidAttrNumber;

	index_oid = primary_key_index(rel);
	if (!OidIsValid(index_oid))
		return InvalidAttrNumber;

	tuple = SearchSysCache1(INDEXRELID, ObjectIdGetDatum(index_oid));
	if (!HeapTupleIsValid(tuple))
		return InvalidAttrNumber;
	index = (Form_pg_index) GETSTRUCT(tuple);
	if (index->indnkeyatts == 1)
		key = index->indkey.values[0];
	ReleaseSysCache(tuple);

	if (key > 0 &&
		pg_class_aclcheck(relid, GetUserId(), ACL_SELECT) != ACLCHECK_OK &&
		pg_attribute_aclcheck(relid, key, GetUserId(), ACL_SELECT) != ACLCHECK_OK)
		return InvalidAttrNumber;
	return key;
}

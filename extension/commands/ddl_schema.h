/*-------------------------------------------------------------------------
 *
 * ddl_schema.h
 *	  JSON Schema of what the commands that define tables take.
 *
 *-------------------------------------------------------------------------
 */
#ifndef PGC_DDL_SCHEMA_H
#define PGC_DDL_SCHEMA_H

#include "command.h"

/* The schema of a member of these commands' own, or NULL. */
extern const char *ddl_member_schema(MemberType type);

/*
 * Append the definitions that the wanted types of members refer to, each
 * behind *separator.
 */
extern void ddl_append_definitions(StringInfo out, const bool *wants,
								   const char **separator);

#endif							/* PGC_DDL_SCHEMA_H */

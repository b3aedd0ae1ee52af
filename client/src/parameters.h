/*-------------------------------------------------------------------------
 *
 * parameters.h
 *	  What a connection is to be opened with.
 *
 *-------------------------------------------------------------------------
 */
#ifndef PGCONNECTOR_PARAMETERS_H
#define PGCONNECTOR_PARAMETERS_H

#include "config.h"

typedef struct Parameters
{
	PQconninfoOption *options;	/* libpq's; keyword NULL ends it */
	const char **keywords;		/* the same, as PQconnectdbParams wants them */
	const char **values;		/* NULL: not given */
	int			count;
	bool		secret_in_text; /* the connection string could hold a password */
	int			connection_timeout_ms;	/* -1: not given */
	int			call_timeout_ms;	/* -1: not given */
	PgcConfig  *config;			/* of a JSON object */
	Arena		arena;			/* of the secrets */
} Parameters;

/*
 * Read conninfo, a connection string or a JSON object, or a named connection,
 * and what takes precedence over it.  False with *error set on failure; to be
 * freed either way.
 */
extern bool parameters_read(Parameters *parameters, const char *conninfo,
							const ConfigEntry *entry,
							const char *const *keywords,
							const char *const *values, PgcError **error);

extern void parameters_free(Parameters *parameters);

/* By libpq's keyword; NULL if not given. */
extern const char *parameters_get(const Parameters *parameters,
								  const char *keyword);
extern void parameters_set(Parameters *parameters, const char *keyword,
						   const char *value);

#endif							/* PGCONNECTOR_PARAMETERS_H */

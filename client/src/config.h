/*-------------------------------------------------------------------------
 *
 * config.h
 *	  Named connections and pipelines: the options there are, and what a file
 *	  or a JSON object says about them.
 *
 * Every option of a connection and of the sink is in one table, with its
 * type and default.  What libpq knows besides is accepted under libpq's name.
 *
 *-------------------------------------------------------------------------
 */
#ifndef PGCONNECTOR_CONFIG_H
#define PGCONNECTOR_CONFIG_H

#include <libpq-fe.h>

#include "arena.h"
#include "pgconnector.h"

typedef enum OptionType
{
	OPTION_TEXT,
	OPTION_INTEGER,
	OPTION_NUMBER,				/* with a fraction, perhaps */
	OPTION_BOOLEAN,
	OPTION_CHOICE,				/* one of several words */
	OPTION_PORT,				/* an integer, or a text that lists several */
	OPTION_MAP					/* names and their values, all text */
} OptionType;

typedef enum OptionOwner
{
	OWNER_CONNECTION,			/* of a connection */
	OWNER_POOL,					/* of several */
	OWNER_SINK
} OptionOwner;

typedef struct ConfigOption
{
	const char *name;
	OptionOwner owner;
	OptionType	type;
	const char *keyword;		/* libpq's name for it, or NULL */
	const char *initial;		/* what holds where nothing is said, or NULL */
	long long	min;			/* of an integer or a number */
	long long	max;
	const char *const *choices; /* of a choice, ended by NULL */
} ConfigOption;

/* All of them, ended by one without a name. */
extern const ConfigOption config_options[];

/* By its name or libpq's; NULL if it is not in the table. */
extern const ConfigOption *config_option(const char *name);

typedef struct ConfigPair
{
	struct ConfigPair *next;
	const char *name;
	const char *text;
} ConfigPair;

/*
 * A value that was given.  Numbers, booleans and choices are text in one
 * spelling; secrets in text are still references.
 */
typedef struct ConfigValue
{
	struct ConfigValue *next;
	const ConfigOption *option; /* NULL: libpq's own */
	const char *name;			/* the option's, or libpq's keyword */
	OptionType	type;			/* as given: text or integer for a port */
	const char *text;			/* NULL for a map */
	ConfigPair *pairs;
	int			line;
} ConfigValue;

typedef struct ConfigEntry
{
	struct ConfigEntry *next;
	const char *name;
	const char *text;			/* of a connection its JSON, of a pipeline its SQL */
	ConfigValue *values;		/* of a connection, in the order given */
	int			line;
} ConfigEntry;

struct PgcConfig
{
	Arena		arena;
	PQconninfoOption *keywords; /* all that libpq knows */
	ConfigEntry *connections;	/* in the order given */
	ConfigEntry *pipelines;
};

/* What a connection says about an option, or NULL. */
extern const ConfigValue *config_value(const ConfigEntry *connection,
									   const char *name);

/* The same, or else the option's default, or NULL. */
extern const char *config_text(const ConfigEntry *connection, const char *name);

/* For an option that has a default. */
extern long long config_integer(const ConfigEntry *connection, const char *name);
extern bool config_boolean(const ConfigEntry *connection, const char *name);

extern const ConfigEntry *config_find(const ConfigEntry *list, const char *name);

/*-------------------------------------------------------------------------
 * For the readers of the two forms.  All report their errors.
 *-------------------------------------------------------------------------
 */

/* A value as it was read, before it is known what it should be. */
typedef enum GivenType
{
	GIVEN_TEXT,
	GIVEN_NUMBER,
	GIVEN_BOOLEAN,
	GIVEN_MAP
} GivenType;

typedef struct Given
{
	GivenType	type;
	const char *text;			/* "true" or "false", the number, the text */
	ConfigPair *pairs;
	int			line;
} Given;

/* An empty configuration, or NULL. */
extern PgcConfig *config_create(PgcError **error);

/* A new connection or pipeline; NULL if the name is taken or nothing. */
extern ConfigEntry *config_add(PgcConfig *config, ConfigEntry **list,
							   const char *what, const char *name, int line,
							   PgcError **error);

/* Check and keep what a connection says about an option. */
extern bool config_set(PgcConfig *config, ConfigEntry *connection,
					   const char *name, const Given *given, PgcError **error);

/* Add a pair to a map; false if the name is there already. */
extern bool config_add_pair(Arena *arena, ConfigPair **pairs,
							const char *name, const char *text);

/* Write the connection's JSON, once all its options are set. */
extern bool config_finish(PgcConfig *config, ConfigEntry *connection,
						  PgcError **error);

/* Report what is wrong with the text; line 0 is that of no line. */
extern void config_error(PgcError **error, const char *code, int line,
						 const char *hint, const char *format,...)
			__attribute__((format(printf, 5, 6)));

extern bool config_read_sql(PgcConfig *config, const char *text, size_t len,
							PgcError **error);
extern bool config_read_json(PgcConfig *config, const char *text, size_t len,
							 PgcError **error);

/*
 * Read one connection, a JSON object of options: a configuration with that
 * one, under the name "".
 */
extern PgcConfig *config_of_connection(const char *text, size_t len,
									   PgcError **error);

/*-------------------------------------------------------------------------
 * Secrets
 *-------------------------------------------------------------------------
 */

/*
 * Whether the references in a text are well formed; false with *problem set.
 * "uuid" says whether ${uuid} may stand there.
 */
extern bool secret_check(const char *text, bool uuid, const char **problem);

/* Whether anything in the text is not a reference. */
extern bool secret_has_plain_text(const char *text);

/* The text with its references replaced; NULL with *error set. */
extern char *secret_expand(Arena *arena, const char *text, PgcError **error);

#endif							/* PGCONNECTOR_CONFIG_H */

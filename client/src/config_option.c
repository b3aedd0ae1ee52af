/*-------------------------------------------------------------------------
 *
 * config_option.c
 *	  The options of connections, pools and sinks.
 *
 *-------------------------------------------------------------------------
 */
#include <limits.h>
#include <string.h>

#include "config.h"

#define WORDS(...) ((const char *const []) {__VA_ARGS__, NULL})

#define TEXT(name, owner, keyword, initial) \
	{name, owner, OPTION_TEXT, keyword, initial, 0, 0, NULL}
#define INTEGER(name, owner, initial, min, max) \
	{name, owner, OPTION_INTEGER, NULL, initial, min, max, NULL}
#define BOOLEAN(name, owner, initial) \
	{name, owner, OPTION_BOOLEAN, NULL, initial, 0, 0, NULL}
#define CHOICE(name, owner, keyword, initial, ...) \
	{name, owner, OPTION_CHOICE, keyword, initial, 0, 0, WORDS(__VA_ARGS__)}

const ConfigOption config_options[] = {
	TEXT("host", OWNER_CONNECTION, "host", NULL),
	{"port", OWNER_CONNECTION, OPTION_PORT, "port", "5432", 1, 65535, NULL},
	TEXT("database", OWNER_CONNECTION, "dbname", NULL),
	TEXT("username", OWNER_CONNECTION, "user", NULL),
	TEXT("password", OWNER_CONNECTION, "password", NULL),
	CHOICE("ssl_mode", OWNER_CONNECTION, "sslmode", "prefer",
		   "disable", "allow", "prefer", "require", "verify-ca", "verify-full"),
	TEXT("ssl_cert", OWNER_CONNECTION, "sslcert", NULL),
	TEXT("ssl_key", OWNER_CONNECTION, "sslkey", NULL),
	TEXT("ssl_key_password", OWNER_CONNECTION, "sslpassword", NULL),
	TEXT("ssl_root_cert", OWNER_CONNECTION, "sslrootcert", NULL),
	INTEGER("connection_timeout_ms", OWNER_CONNECTION, "30000", 0, INT_MAX),
	INTEGER("call_timeout_ms", OWNER_CONNECTION, "0", 0, INT_MAX),
	TEXT("set_role", OWNER_CONNECTION, NULL, NULL),
	{"session_variables", OWNER_CONNECTION, OPTION_MAP, NULL, NULL, 0, 0, NULL},

	INTEGER("connection_pool_size", OWNER_POOL, NULL, 1, 10000),
	INTEGER("idle_timeout_ms", OWNER_POOL, "600000", 0, INT_MAX),

	CHOICE("type", OWNER_SINK, NULL, "sink", "sink"),
	TEXT("table", OWNER_SINK, NULL, NULL),
	TEXT("schema", OWNER_SINK, NULL, "public"),
	CHOICE("write_mode", OWNER_SINK, NULL, "insert",
		   "insert", "insert_ignore", "upsert", "update", "delete", "auto"),
	TEXT("conflict_columns", OWNER_SINK, NULL, NULL),
	TEXT("update_columns", OWNER_SINK, NULL, NULL),
	TEXT("key_columns", OWNER_SINK, NULL, NULL),
	TEXT("operation_column", OWNER_SINK, NULL, NULL),
	INTEGER("batch_size", OWNER_SINK, "1000", 1, INT_MAX),
	INTEGER("batch_bytes", OWNER_SINK, "16777216", 1, INT_MAX),
	INTEGER("batch_timeout_ms", OWNER_SINK, "1000", 0, INT_MAX),
	INTEGER("transaction_size", OWNER_SINK, NULL, 1, INT_MAX),
	CHOICE("use_copy", OWNER_SINK, NULL, "auto", "auto", "true", "false"),
	INTEGER("copy_batch_size", OWNER_SINK, "10000", 1, INT_MAX),
	BOOLEAN("use_prepared_statements", OWNER_SINK, "true"),
	INTEGER("statement_cache_size", OWNER_SINK, "100", 0, INT_MAX),
	CHOICE("isolation_level", OWNER_SINK, NULL, "read committed",
		   "read committed", "repeatable read", "serializable"),
	TEXT("unknown_keys", OWNER_SINK, NULL, "error"),
	TEXT("validate", OWNER_SINK, NULL, NULL),
	TEXT("partition_column", OWNER_SINK, NULL, NULL),
	CHOICE("partition_type", OWNER_SINK, NULL, NULL, "range", "list"),
	BOOLEAN("create_partitions", OWNER_SINK, "false"),
	CHOICE("partition_interval", OWNER_SINK, NULL, NULL,
		   "hour", "day", "week", "month", "year"),
	INTEGER("max_partitions_created", OWNER_SINK, "100", 0, INT_MAX),
	BOOLEAN("exactly_once", OWNER_SINK, "false"),
	BOOLEAN("use_2pc", OWNER_SINK, "false"),
	TEXT("prepared_transaction_id", OWNER_SINK, NULL, NULL),
	TEXT("dead_letter_table", OWNER_SINK, NULL, NULL),
	TEXT("dead_letter_file", OWNER_SINK, NULL, NULL),
	INTEGER("max_dead_letters", OWNER_SINK, NULL, 0, LLONG_MAX),
	{"max_dead_letter_ratio", OWNER_SINK, OPTION_NUMBER, NULL, NULL, 0, 1, NULL},
	INTEGER("parallelism", OWNER_SINK, "1", 1, 1000),
	TEXT("partition_by", OWNER_SINK, NULL, NULL),
	INTEGER("max_retries", OWNER_SINK, "5", 0, INT_MAX),
	INTEGER("retry_backoff_ms", OWNER_SINK, "1000", 0, INT_MAX),
	TEXT("retry_on_errors", OWNER_SINK, NULL, NULL),
	CHOICE("fire_triggers", OWNER_SINK, NULL, NULL, "always", "replica", "disabled"),
	BOOLEAN("disable_triggers", OWNER_SINK, NULL),
	BOOLEAN("is_foreign_table", OWNER_SINK, "false"),
	TEXT("publication", OWNER_SINK, NULL, NULL),
	TEXT("replication_slot", OWNER_SINK, NULL, NULL),
	{NULL, OWNER_SINK, OPTION_TEXT, NULL, NULL, 0, 0, NULL}
};

const ConfigOption *
config_option(const char *name)
{
	for (const ConfigOption *option = config_options; option->name != NULL; option++)
	{
		if (strcmp(option->name, name) == 0 ||
			(option->keyword != NULL && strcmp(option->keyword, name) == 0))
			return option;
	}
	return NULL;
}

const char *
pgc_option_type(const char *name)
{
	static const char *const names[] = {
		[OPTION_TEXT] = "text",
		[OPTION_INTEGER] = "integer",
		[OPTION_NUMBER] = "number",
		[OPTION_BOOLEAN] = "boolean",
		[OPTION_CHOICE] = "choice",
		[OPTION_PORT] = "port",
		[OPTION_MAP] = "map"
	};
	const ConfigOption *option = config_option(name);

	return option != NULL ? names[option->type] : NULL;
}

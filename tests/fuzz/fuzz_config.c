/*-------------------------------------------------------------------------
 *
 * fuzz_config.c
 *	  Laws of the readers of named connections, for libFuzzer.
 *
 * - Nothing beyond the text is read (AddressSanitizer watches the copy).
 * - A text is either understood or refused with an error that has a message.
 * - What was understood, written as JSON and read again, is the same.
 * - Each connection by itself, as pgc_connect() takes it, is the same too.
 *
 * built with: -Iclient/include -DPG_CONNECTOR_VERSION="fuzz" client/src/arena.c client/src/config.c client/src/config_json.c client/src/config_option.c client/src/config_secret.c client/src/config_sql.c client/src/error.c -lpq
 *
 *-------------------------------------------------------------------------
 */
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../../client/src/config.h"
#include "core/json_write.h"

#define LAW(condition) \
	do { \
		if (!(condition)) \
		{ \
			fprintf(stderr, "line %d: law broken: %s\n", __LINE__, #condition); \
			abort(); \
		} \
	} while (0)

int			LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void
put_text(Text *to, const char *text)
{
	text_put(to, text, strlen(text));
}

static void
put_string(Text *to, const char *text)
{
	json_write_string(text_put, to, text, strlen(text));
}

/* The whole configuration as JSON. */
static void
write_config(Text *to, const PgcConfig *config)
{
	const char *name;

	put_text(to, "{\"connections\":{");
	for (size_t i = 0; (name = pgc_config_connection_name(config, i)) != NULL; i++)
	{
		put_text(to, i > 0 ? "," : "");
		put_string(to, name);
		put_text(to, ":");
		put_text(to, pgc_config_connection(config, name));
	}
	put_text(to, "},\"pipelines\":{");
	for (size_t i = 0; (name = pgc_config_pipeline_name(config, i)) != NULL; i++)
	{
		put_text(to, i > 0 ? "," : "");
		put_string(to, name);
		put_text(to, ":");
		put_string(to, pgc_config_pipeline(config, name));
	}
	put_text(to, "}}");
}

static void
check_connections(const PgcConfig *config)
{
	const char *name;

	for (size_t i = 0; (name = pgc_config_connection_name(config, i)) != NULL; i++)
	{
		const char *text = pgc_config_connection(config, name);
		PgcError   *error = NULL;
		PgcConfig  *alone = config_of_connection(text, strlen(text), &error);

		LAW(alone != NULL && error == NULL);
		LAW(strcmp(alone->connections->text, text) == 0);
		pgc_config_free(alone);
	}
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char	   *text = malloc(size);
	PgcError   *error;
	PgcConfig  *config;
	Arena		arena = {0};

	if (text == NULL && size > 0)
		abort();
	if (size > 0)
		memcpy(text, data, size);
	config = pgc_config_parse(text, size, &error);
	LAW((config == NULL) == (error != NULL));
	if (config == NULL)
	{
		LAW(pgc_error_message(error)[0] != '\0');
		pgc_error_free(error);
	}
	else
	{
		Text		first = {.arena = &arena};
		Text		second = {.arena = &arena};
		PgcConfig  *again;

		write_config(&first, config);
		check_connections(config);
		again = pgc_config_parse(first.data, first.len, &error);
		LAW(again != NULL && error == NULL);
		write_config(&second, again);
		LAW(first.len == second.len && memcmp(first.data, second.data, first.len) == 0);
		pgc_config_free(again);
		pgc_config_free(config);
	}
	arena_free(&arena);
	free(text);
	return 0;
}

/*
 * Reads connections from standard input and writes them as JSON, or says what
 * is wrong with them.
 */
#include <stdio.h>
#include <string.h>

#include "core/json_write.h"
#include "pgconnector.h"

static char text[1024 * 1024];

static void
put(void *to, const char *data, size_t len)
{
	fwrite(data, 1, len, to);
}

int
main(void)
{
	size_t		len = fread(text, 1, sizeof(text), stdin);
	PgcError   *error;
	PgcConfig  *config = pgc_config_parse(text, len, &error);
	const char *name;

	if (config == NULL)
	{
		fprintf(stderr, "%s %s\n", pgc_error_code(error), pgc_error_message(error));
		if (pgc_error_hint(error) != NULL)
			fprintf(stderr, "hint: %s\n", pgc_error_hint(error));
		pgc_error_free(error);
		return 1;
	}
	printf("{\"connections\":{");
	for (size_t i = 0; (name = pgc_config_connection_name(config, i)) != NULL; i++)
	{
		printf(i > 0 ? ",\n" : "\n");
		json_write_string(put, stdout, name, strlen(name));
		printf(":%s", pgc_config_connection(config, name));
	}
	printf("},\n\"pipelines\":{");
	for (size_t i = 0; (name = pgc_config_pipeline_name(config, i)) != NULL; i++)
	{
		const char *sql = pgc_config_pipeline(config, name);

		printf(i > 0 ? ",\n" : "\n");
		json_write_string(put, stdout, name, strlen(name));
		printf(":");
		json_write_string(put, stdout, sql, strlen(sql));
	}
	printf("}}\n");
	pgc_config_free(config);
	return 0;
}

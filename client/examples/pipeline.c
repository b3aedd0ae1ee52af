/*
 * Inserts each line of standard input, a row as JSON, into a table, many calls in flight at once; says which failed.
 *
 *	cc pipeline.c $(pkg-config --cflags --libs libpgconnector) -o pipeline
 *	./pipeline users < rows.ndjson
 */
#include <stdio.h>
#include <string.h>

#include <pgconnector.h>

/* So many may be on their way. */
#define IN_FLIGHT 100

static long received;
static long failed;

static void
receive(PgcConnection *conn)
{
	PgcError   *error;
	PgcReply   *reply = pgc_receive(conn, &error);

	received++;
	if (reply == NULL)
	{
		failed++;
		fprintf(stderr, "line %ld: %s (%s)\n", received,
				pgc_error_message(error), pgc_error_code(error));
	}
	pgc_reply_free(reply);
	pgc_error_free(error);
}

int
main(int argc, char **argv)
{
	static char line[100000];
	static char request[200000];
	PgcConnection *conn;
	PgcError   *error;

	if (argc < 2)
	{
		fprintf(stderr, "usage: pipeline TABLE [CONNECTION]\n");
		return 2;
	}
	conn = pgc_connect(argc > 2 ? argv[2] : NULL, &error);
	if (conn == NULL)
	{
		fprintf(stderr, "%s\n", pgc_error_message(error));
		pgc_error_free(error);
		return 1;
	}

	pgc_pipeline_begin(conn, NULL);
	while (fgets(line, sizeof(line), stdin) != NULL)
	{
		int			len = snprintf(request, sizeof(request), "{\"table\": \"%s\", \"row\": %s}",
								   argv[1], line);

		if (pgc_pending(conn) == IN_FLIGHT)
			receive(conn);
		if (!pgc_send(conn, "insert_rows", request, (size_t) len, &error))
		{
			fprintf(stderr, "%s\n", pgc_error_message(error));
			pgc_error_free(error);
			break;
		}
	}
	while (pgc_pending(conn) > 0)
		receive(conn);
	pgc_pipeline_end(conn, NULL);
	pgc_connection_close(conn);
	printf("%ld inserted, %ld failed\n", received - failed, failed);
	return failed > 0;
}

/*
 * Select the rows of a table and print the reply.
 *
 *	  cc select_rows.c $(pkg-config --cflags --libs libpgconnector) -o select_rows
 *	  ./select_rows '{"table": "users", "limit": 10}' 'host=localhost dbname=shop'
 */
#include <stdio.h>

#include <pgconnector.h>

/* Say what went wrong, and free the error. */
static int
fail(PgcError *error)
{
	fprintf(stderr, "%s: %s (%s)\n", pgc_error_kind_name(error),
			pgc_error_message(error), pgc_error_code(error));
	if (pgc_error_path(error) != NULL)
		fprintf(stderr, "at: %s\n", pgc_error_path(error));
	if (pgc_error_hint(error) != NULL)
		fprintf(stderr, "hint: %s\n", pgc_error_hint(error));
	pgc_error_free(error);
	return 1;
}

int
main(int argc, char **argv)
{
	PgcConnection *conn;
	PgcReply   *reply;
	PgcError   *error;

	if (argc < 2)
	{
		fprintf(stderr, "usage: select_rows REQUEST [CONNECTION]\n");
		return 2;
	}

	/* Without a connection string, the environment says where to. */
	conn = pgc_connect(argc > 2 ? argv[2] : NULL, &error);
	if (conn == NULL)
		return fail(error);

	reply = pgc_call(conn, "select_rows", argv[1], &error);
	pgc_connection_close(conn);
	if (reply == NULL)
		return fail(error);

	/* {"rows": [{"id": 1, ...}, ...], "rowCount": 10} */
	puts(pgc_reply_text(reply));
	pgc_reply_free(reply);
	return 0;
}

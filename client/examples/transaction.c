/* transaction: add two rows to the table "users" or neither, whatever the others do. */
#include <stdio.h>

#include <pgconnector.h>

static bool
add_user(PgcConnection *conn, const char *request, PgcError **error)
{
    PgcReply   *reply = pgc_call(conn, "insert_rows", request, error);

    pgc_reply_free(reply);
    return reply != NULL;
}

/* Done again from its beginning after a conflict. */
static bool
add_users(PgcConnection *conn, void *arg, PgcError **error)
{
    (void) arg;
    return add_user(conn, "{\"table\": \"users\", \"row\": {\"id\": 101}}", error) &&
        add_user(conn, "{\"table\": \"users\", \"row\": {\"id\": 102}}", error);
}

int
main(void)
{
    PgcError   *error;
    PgcPool    *pool = pgc_pool_open(NULL, "{\"connection_pool_size\": 5}", &error);
    bool        ok = pool != NULL &&
        pgc_pool_transaction(pool, NULL, "{\"isolation_level\": \"serializable\"}",
                             add_users, NULL, &error);

    if (!ok)
        fprintf(stderr, "%s (%s)\n", pgc_error_message(error), pgc_error_code(error));
    pgc_error_free(error);
    pgc_pool_close(pool, 0);
    return ok ? 0 : 1;
}

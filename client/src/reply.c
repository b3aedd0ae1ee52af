/*-------------------------------------------------------------------------
 *
 * reply.c
 *	  The reply of a command: the text as libpq received it, not copied.
 *
 *-------------------------------------------------------------------------
 */
#include "internal.h"

const char *
pgc_reply_text(const PgcReply *reply)
{
	return PQgetvalue((const PGresult *) reply, 0, 0);
}

size_t
pgc_reply_length(const PgcReply *reply)
{
	return (size_t) PQgetlength((const PGresult *) reply, 0, 0);
}

void
pgc_reply_free(PgcReply *reply)
{
	PQclear((PGresult *) reply);
}

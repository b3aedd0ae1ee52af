/*-------------------------------------------------------------------------
 *
 * exit_status.c
 *	  How the program ends.
 *
 *-------------------------------------------------------------------------
 */
#include "exit_status.h"

/*
 * By status.  Never changed, only appended to: scripts go by them.
 */
static const struct
{
	const char *name;
	const char *meaning;
}			statuses[] = {
	{"ok", "it worked"},
	{"internal", "a fault of the server or the program, or the output could not be written"},
	{"usage", "the program was not called as it should be, or a file could not be read"},
	{"connection", "the server was not reached, or the connection was lost"},
	{"authentication", "the server does not let this user in"},
	{"tls", "no encrypted connection as required"},
	{"permission", "the role may not do this"},
	{"syntax", "the SQL text does not parse"},
	{"not_found", "no such table, column, command, database, or no extension"},
	{"already_exists", "what should be created is there already"},
	{"constraint", "unique, foreign key, check or not-null constraint violated"},
	{"data", "a value that its type does not accept"},
	{"request", "the request is not as the command wants it"},
	{"limit", "more rows or bytes than allowed"},
	{"timeout", "not finished within the time limit"},
	{"cancelled", "cancelled by the user (Ctrl-C)"},
	{"conflict", "serialization failure, deadlock or a lock held by others"},
	{"capacity", "out of connections, memory or disk"},
	{"read_only", "a write where only reading is possible"},
};

_Static_assert(sizeof(statuses) / sizeof(statuses[0]) == PGC_KIND_READ_ONLY + 3,
			   "a kind of error without an exit status");

int
exit_status_of(PgcErrorKind kind)
{
	return kind == PGC_KIND_INTERNAL ? STATUS_INTERNAL : (int) kind + 2;
}

void
exit_status_print(FILE *out)
{
	for (int i = 0; i < (int) (sizeof(statuses) / sizeof(statuses[0])); i++)
		fprintf(out, "  %2d  %-15s %s\n", i, statuses[i].name,
				statuses[i].meaning);
}

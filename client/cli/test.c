/*-------------------------------------------------------------------------
 *
 * test.c
 *	  pgconnector test: connect, and say to what.
 *
 *-------------------------------------------------------------------------
 */
#include "session.h"
#include "show.h"
#include "subcommand.h"

static int
run(const Options *options, char **words, int nwords)
{
	(void) words;
	(void) nwords;
	return run_call(options, "test_connection", "{}", 2, show_reply);
}

const Subcommand subcommand_test = {
	.name = "test",
	.arguments = "",
	.summary = "connect, and say to what",
	.help =
	"Connects and says which server, database and role this is, whether TLS is used,\n"
	"and which limits are in force.  The exit status tells what is wrong if it fails.\n"
	"\n"
	"Examples:\n"
	"  pgconnector --dsn 'host=db.example.com dbname=shop sslmode=verify-full' test\n"
	"  PGSERVICE=shop pgconnector test\n",
	.min_words = 0,
	.max_words = 0,
	.run = run
};

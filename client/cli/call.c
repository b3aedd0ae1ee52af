/*-------------------------------------------------------------------------
 *
 * call.c
 *	  pgconnector call: any command, with a request in JSON.
 *
 *-------------------------------------------------------------------------
 */
#include "exit_status.h"
#include "input.h"
#include "session.h"
#include "show.h"
#include "subcommand.h"

static int
run(const Options *options, char **words, int nwords)
{
	Buffer		request = {0};
	int			status;

	if (!input_read(&request, nwords > 1 ? words[1] : "{}"))
		return STATUS_USAGE;
	status = run_call(options, words[0], request.data, request.len, show_reply);
	buffer_free(&request);
	return status;
}

const Subcommand subcommand_call = {
	.name = "call",
	.arguments = "COMMAND [REQUEST | - | @FILE]",
	.summary = "call a command with a request in JSON",
	.help =
	"Calls a command of the extension.  REQUEST is a JSON object; with - it is read\n"
	"from standard input, with @FILE from that file; without it, it is {}.\n"
	"\"pgconnector commands\" lists the commands, \"pgconnector commands COMMAND\" says\n"
	"what the request of one may hold.\n"
	"\n"
	"Examples:\n"
	"  pgconnector call create_table '{\"table\": \"users\", \"columns\": [\n"
	"      {\"name\": \"id\", \"type\": \"bigint\", \"primary_key\": true},\n"
	"      {\"name\": \"email\", \"type\": \"text\"}]}'\n"
	"  pgconnector call insert_rows '{\"table\": \"users\", \"row\": {\"id\": 1, \"email\": \"a@example.com\"}}'\n"
	"  pgconnector call select_rows '{\"table\": \"users\", \"where\": [[\"id\", \"=\", 1]]}'\n"
	"  pgconnector call insert_rows @users.json\n"
	"  generate-request | pgconnector call update_rows -\n",
	.min_words = 1,
	.max_words = 2,
	.run = run
};

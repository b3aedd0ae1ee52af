/*-------------------------------------------------------------------------
 *
 * tables.c
 *	  pgconnector tables: what tables there are, or what one looks like.
 *
 *-------------------------------------------------------------------------
 */
#include <stdio.h>
#include <string.h>

#include <cjson/cJSON.h>

#include "buffer.h"
#include "exit_status.h"
#include "session.h"
#include "show.h"
#include "subcommand.h"
#include "table.h"

/*
 * Make the request for one table in an empty buffer.  False if memory runs
 * out.
 */
static bool
request_table(Buffer *request, const char *name)
{
	cJSON	   *object = cJSON_CreateObject();
	char	   *text = NULL;
	bool		ok;

	if (cJSON_AddStringToObject(object, "table", name) != NULL)
		text = cJSON_PrintUnformatted(object);
	ok = text != NULL && buffer_append(request, text, strlen(text));
	cJSON_free(text);
	cJSON_Delete(object);
	return ok;
}

/* {"tables": [...]} with everything about each. */
static bool
show_tables(FILE *out, const JsonValue *reply)
{
	JsonValue	tables;
	JsonValue	table;
	JsonIter	iter;
	bool		ok = true;

	if (!find_member(reply, "tables", &tables) || tables.type != JSON_ARRAY)
		return show_reply(out, reply);
	json_iter_init(&iter, &tables, NULL);
	while (ok && json_iter_next(&iter, NULL, &table))
	{
		if (table.type == JSON_OBJECT)
			ok = show_object(out, &table, NULL);
	}
	return ok;
}

/* A list of tables, one line each. */
static bool
show_list(FILE *out, const JsonValue *tables)
{
	static const char *const columns[] = {
		"schema", "name", "kind", "estimatedRows", NULL
	};
	TableStyle	style = {.columns = columns, .max_width = terminal_width()};
	size_t		count;

	if (!table_write(out, tables, &style, &count))
		return false;
	fprintf(out, "(%zu table%s)\n", count, count == 1 ? "" : "s");
	return true;
}

/*
 * Append the elements of the reply's "tables" to a list that is being made.
 * False if memory runs out.
 */
static bool
append_tables(Buffer *list, const JsonValue *reply)
{
	JsonValue	tables;
	JsonValue	table;
	JsonIter	iter;

	if (!find_member(reply, "tables", &tables) || tables.type != JSON_ARRAY)
		return true;
	json_iter_init(&iter, &tables, NULL);
	while (json_iter_next(&iter, NULL, &table))
	{
		if (!buffer_append(list, list->len > 1 ? "," : "", list->len > 1) ||
			!buffer_append(list, table.text, table.len))
			return false;
	}
	return true;
}

/*
 * Make the request for the page after the reply, whose member "next" says
 * where that begins.  Returns false at the last page, and with *failed set if
 * memory runs out.
 */
static bool
request_next(Buffer *request, const JsonValue *reply, bool *failed)
{
	JsonValue	next;

	if (!find_member(reply, "next", &next) || next.type == JSON_NULL)
		return false;
	request->len = 0;
	*failed = !buffer_append(request, "{\"after\":", 9) ||
		!buffer_append(request, next.text, next.len) ||
		!buffer_append(request, "}", 1);
	return !*failed;
}

/* All tables, page after page, as one table. */
static int
list_tables(const Options *options)
{
	Session		session;
	Buffer		list = {0};
	Buffer		request = {0};
	bool		more = session_open(&session, options);
	bool		failed = more && (!buffer_append(&request, "{}", 2) ||
								  !buffer_append(&list, "[", 1));

	while (more && !failed)
	{
		PgcReply   *reply = session_call(&session, "describe",
										 request.data, request.len);
		JsonScan	scan;
		JsonValue	value;

		if (reply == NULL)
			break;
		json_scan_init(&scan, pgc_reply_text(reply), pgc_reply_length(reply), NULL);
		more = json_scan_document(&scan, &value);
		if (more)
		{
			failed = !append_tables(&list, &value);
			more = !failed && request_next(&request, &value, &failed);
		}
		pgc_reply_free(reply);
	}
	if (failed || (session.status == STATUS_OK && !buffer_append(&list, "]", 1)))
		session_out_of_memory(&session);
	if (session.status == STATUS_OK)
		session_write_text(&session, list.data, list.len, show_list);
	buffer_free(&request);
	buffer_free(&list);
	return session_close(&session);
}

static int
run(const Options *options, char **words, int nwords)
{
	Buffer		request = {0};
	int			status;

	if (nwords == 0 && !wants_json(options))
		return list_tables(options);

	if (nwords == 0 ? !buffer_append(&request, "{}", 2) :
		!request_table(&request, words[0]))
	{
		fputs("pgconnector: out of memory\n", stderr);
		return STATUS_INTERNAL;
	}
	status = run_call(options, "describe", request.data, request.len, show_tables);
	buffer_free(&request);
	return status;
}

const Subcommand subcommand_tables = {
	.name = "tables",
	.arguments = "[NAME]",
	.summary = "list the tables, or describe one",
	.help =
	"Without NAME, lists the tables and views that this role can see.  With it,\n"
	"describes one: columns, keys, indexes, and what the role may do with it.\n"
	"NAME is \"table\" or \"schema.table\", in upper and lower case as it is.\n"
	"\n"
	"As JSON, a long list comes in pages: where the reply has a member \"next\",\n"
	"pgconnector call describe '{\"after\": NEXT}' has the following one.\n"
	"\n"
	"Examples:\n"
	"  pgconnector tables\n"
	"  pgconnector tables sales.orders\n"
	"  pgconnector --json tables users | jq '.tables[0].columns'\n",
	.min_words = 0,
	.max_words = 1,
	.run = run
};

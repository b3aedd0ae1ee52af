/*-------------------------------------------------------------------------
 *
 * query.c
 *	  pgconnector query: SQL that only reads, with parameters.
 *
 *-------------------------------------------------------------------------
 */
#include <stdio.h>
#include <string.h>

#include <cjson/cJSON.h>

#include "exit_status.h"
#include "input.h"
#include "session.h"
#include "show.h"
#include "subcommand.h"

#define JSON_PREFIX "json:"

/* Add a parameter.  Returns STATUS_OK, or says why not on stderr. */
static int
add_param(cJSON *params, const char *word)
{
	const char *json = word + strlen(JSON_PREFIX);
	JsonScan	scan;
	JsonValue	value;
	cJSON	   *item;

	if (strncmp(word, JSON_PREFIX, strlen(JSON_PREFIX)) != 0)
		item = cJSON_CreateString(word);
	else
	{
		json_scan_init(&scan, json, strlen(json), NULL);
		if (!json_scan_document(&scan, &value))
		{
			usage_error("parameter \"%s\" is invalid JSON: %s", word,
						json_error_text(scan.error));
			return STATUS_USAGE;
		}
		item = cJSON_CreateRaw(json);	/* as it stands, digits and all */
	}
	if (item == NULL || !cJSON_AddItemToArray(params, item))
	{
		cJSON_Delete(item);
		fputs("pgconnector: out of memory\n", stderr);
		return STATUS_INTERNAL;
	}
	return STATUS_OK;
}

/* The request, to be freed with cJSON_free(); NULL with *status set. */
static char *
make_request(const char *sql, char **words, int nwords, const char *limit,
			 int *status)
{
	cJSON	   *request = cJSON_CreateObject();
	cJSON	   *params = NULL;
	char	   *text = NULL;
	bool		ok = cJSON_AddStringToObject(request, "sql", sql) != NULL;

	if (ok && limit != NULL)
		ok = cJSON_AddRawToObject(request, "limit", limit) != NULL;

	*status = STATUS_OK;
	if (ok && nwords > 0)
	{
		params = cJSON_AddArrayToObject(request, "params");
		ok = params != NULL;
	}
	for (int i = 0; ok && i < nwords && *status == STATUS_OK; i++)
		*status = add_param(params, words[i]);
	if (ok && *status == STATUS_OK)
		text = cJSON_PrintUnformatted(request);
	if (text == NULL && *status == STATUS_OK)
	{
		fputs("pgconnector: out of memory\n", stderr);
		*status = STATUS_INTERNAL;
	}
	cJSON_Delete(request);
	return text;
}

static int
run(const Options *options, char **words, int nwords)
{
	Buffer		sql = {0};
	char	   *request;
	int			status;

	if (options->limit != NULL &&
		(options->limit[0] == '\0' ||
		 options->limit[strspn(options->limit, "0123456789")] != '\0'))
	{
		usage_error("option \"--limit\" needs a number of rows, not \"%s\"",
					options->limit);
		return STATUS_USAGE;
	}
	if (!input_read(&sql, words[0]))
		return STATUS_USAGE;
	request = make_request(sql.data, words + 1, nwords - 1,
						   options->limit, &status);
	buffer_free(&sql);
	if (request == NULL)
		return status;
	status = run_call(options, "query", request, strlen(request), show_reply);
	cJSON_free(request);
	return status;
}

const Subcommand subcommand_query = {
	.name = "query",
	.arguments = "SQL|-|@FILE [PARAM]...",
	.summary = "run one SQL statement that only reads",
	.help =
	"Runs one SELECT, WITH, VALUES, TABLE, SHOW or EXPLAIN; it can change nothing.\n"
	"With - the statement is read from standard input, with @FILE from that file.\n"
	"\n"
	"Each PARAM is the value of $1, $2, ...: text, as the parameter's type reads it,\n"
	"so 42, 2024-02-29 and O'Hara need no quoting beyond the shell's.  What is not\n"
	"text is given as JSON after the prefix json: json:null is NULL, json:[1,2] an\n"
	"array, json:{\"a\":1} an object for a parameter of type json or jsonb.\n"
	"A PARAM that begins with a dash and is no number comes after --.\n"
	"\n"
	"Without --limit ROWS, at most as many rows are returned as the setting\n"
	"pg_connector.default_limit says.\n"
	"\n"
	"Examples:\n"
	"  pgconnector query 'SELECT * FROM users WHERE id = $1' 42\n"
	"  pgconnector query 'SELECT * FROM users WHERE id = ANY ($1::int[])' json:[1,2]\n"
	"  pgconnector query 'SELECT $1::jsonb' 'json:{\"a\": 1}'\n"
	"  pgconnector query 'SELECT $1::text' -- --not-an-option\n"
	"  pgconnector --table query @report.sql >report.txt\n",
	.min_words = 1,
	.max_words = -1,
	.takes_limit = true,
	.run = run
};

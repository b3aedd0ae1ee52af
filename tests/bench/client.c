/*
 * client.c: a call through the client library against the same by libpq alone.
 *
 * The difference is a fraction of what the network and the server take, so
 * both do each call in turn within one run, which measures them apart.
 */
#include <string.h>

#include "bench.h"
#include "pgconnector.h"

#define CALLS 2000

static const char command[] = "select_rows";
static const char request[] = "{\"table\": \"bench_rows\", \"where\": [[\"id\", \"=\", 4711]]}";

static PgcConnection *ours;
static Buffer our_reply;
static Buffer their_reply;
static double library_us;
static double libpq_us;
static double *measured;

static void
setup(void)
{
	PgcError   *error;

	ours = pgc_connect(NULL, &error);
	if (ours == NULL)
		die("%s", pgc_error_message(error));
}

static void
call_library(bool keep)
{
	PgcReply   *reply = pgc_call_len(ours, command, request, sizeof(request) - 1, NULL);

	if (reply == NULL)
		die("a call failed");
	if (keep)
		buffer_set(&our_reply, pgc_reply_text(reply), pgc_reply_length(reply));
	pgc_reply_free(reply);
}

static void
call_libpq(bool keep)
{
	static const Oid types[2] = {25, 25};	/* text */
	const char *values[2] = {command, request};
	PGresult   *result = PQexecParams(conn, "SELECT connector.call($1, $2)", 2, types, values, NULL, NULL, 0);

	if (PQresultStatus(result) != PGRES_TUPLES_OK)
		die("%s", PQerrorMessage(conn));
	if (keep)
		buffer_set(&their_reply, PQgetvalue(result, 0, 0), PQgetlength(result, 0, 0));
	PQclear(result);
}

static void
measure(void)
{
	double		library = 0;
	double		libpq = 0;

	for (int i = 0; i < CALLS; i++)
	{
		double		start = now();
		double		between;

		call_library(i == 0);
		between = now();
		call_libpq(i == 0);
		library += between - start;
		libpq += now() - between;
	}
	library_us = library / CALLS * 1e6;
	libpq_us = libpq / CALLS * 1e6;
}

static void
run_library(void)
{
	measure();
	measured = &library_us;
}

static void
run_libpq(void)
{
	measure();
	measured = &libpq_us;
}

static double
reading(void)
{
	return *measured;
}

static long
differences(void)
{
	return our_reply.len != their_reply.len || memcmp(our_reply.data, their_reply.data, our_reply.len) != 0;
}

Figure client_figures[] = {
	{
		.name = "client_call",
		.title = "A call through libpgconnector",
		.unit = "us",
		.count = 1,
		.setup = setup,
		.differences = differences,
		.reading = reading,
		.contestants = {
			{.name = "pgc_call", .run = run_library},
			{.name = "PQexecParams", .run = run_libpq},
		},
	},
	{.name = NULL}
};

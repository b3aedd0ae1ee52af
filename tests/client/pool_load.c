/*
 * Adds rows with many threads over a pool, by transactions and by calls with
 * an idempotency key in turn, and tells what became of each, a line each:
 * "committed ID", "nothing ID CODE" or "unknown ID".  What the program says
 * is true whatever happens to the server, or the test has found a bug.
 *
 *	  pool_load THREADS ROWS STOP CONNINFO OPTIONS
 *
 * Each thread adds so many rows, or fewer if there is a file STOP.
 */
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "pgconnector.h"

static PgcPool *pool;
static PgcRetryPolicy *policy;
static const char *stop;
static int	rows;
static pthread_mutex_t output = PTHREAD_MUTEX_INITIALIZER;

static bool
add_row(PgcConnection *conn, void *arg, PgcError **error)
{
	char		request[100];
	PgcReply   *reply;

	snprintf(request, sizeof(request), "{\"table\": \"added\", \"row\": {\"id\": %d}}", *(int *) arg);
	reply = pgc_call(conn, "insert_rows", request, error);
	pgc_reply_free(reply);
	return reply != NULL;
}

static bool
add_row_by_key(int id, PgcError **error)
{
	char		request[150];
	PgcReply   *reply;

	snprintf(request, sizeof(request),
			 "{\"table\": \"added\", \"row\": {\"id\": %d}, \"idempotency_key\": \"row %d\"}", id, id);
	reply = pgc_pool_call(pool, policy, "insert_rows", request, error);
	pgc_reply_free(reply);
	return reply != NULL;
}

static void *
add_rows(void *arg)
{
	int			first = *(int *) arg * 1000000;

	for (int id = first; id < first + rows && access(stop, F_OK) != 0; id++)
	{
		PgcError   *error;
		bool		ok = id % 2 == 0 ?
			pgc_pool_transaction(pool, policy, "{\"settle_timeout_ms\": 20000}", add_row, &id, &error) :
			add_row_by_key(id, &error);

		pthread_mutex_lock(&output);
		if (ok)
			printf("committed %d\n", id);
		else if (strcmp(pgc_error_code(error), "08007") == 0)
			printf("unknown %d\n", id);
		else
			printf("nothing %d %s %s\n", id, pgc_error_code(error), pgc_error_message(error));
		pthread_mutex_unlock(&output);
		pgc_error_free(error);
	}
	return NULL;
}

int
main(int argc, char **argv)
{
	PgcError   *error;
	pthread_t  *threads;
	int		   *numbers;
	int			count;

	if (argc != 6)
		return 2;
	count = atoi(argv[1]);
	rows = atoi(argv[2]);
	stop = argv[3];
	policy = pgc_retry_policy_new("{\"max_retries\": 50, \"retry_backoff_ms\": 100, \"retry_max_backoff_ms\": 500}", NULL);
	pool = pgc_pool_open(argv[4], argv[5], &error);
	threads = calloc((size_t) count, sizeof(pthread_t));
	numbers = calloc((size_t) count, sizeof(int));
	if (pool == NULL || threads == NULL || numbers == NULL)
	{
		fprintf(stderr, "%s\n", error ? pgc_error_json(error) : "out of memory");
		return 1;
	}
	for (int i = 0; i < count; i++)
	{
		numbers[i] = i;
		pthread_create(&threads[i], NULL, add_rows, &numbers[i]);
	}
	for (int i = 0; i < count; i++)
		pthread_join(threads[i], NULL);
	if (pgc_pool_close(pool, 0) != 0)
		printf("leaked\n");
	pgc_retry_policy_free(policy);
	free(threads);
	free(numbers);
	return 0;
}

/*-------------------------------------------------------------------------
 *
 * idempotency.c
 *	  Keys that let a request be repeated without being done twice.
 *
 * The key's row is inserted before the command does anything, and gets the
 * command's result in the end, in the same (sub)transaction: a failure leaves
 * neither.  Whoever comes with the same key meanwhile waits at the unique
 * index until that transaction ends, and then finds either the result or
 * nothing.
 *
 * The table is reached as the caller.  Row-level security confines everybody
 * to rows of their own role; for those that it does not confine, each
 * statement names the role.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "access/xact.h"
#include "catalog/pg_type.h"
#include "common/cryptohash.h"
#include "common/sha2.h"
#include "executor/spi.h"
#include "mb/pg_wchar.h"
#include "miscadmin.h"
#include "utils/builtins.h"
#include "utils/timestamp.h"

#include "error.h"
#include "idempotency.h"
#include "pg_version.h"

/* Characters of a key. */
#define MAX_KEY 255

/* Rows that one call removes at most. */
#define MAX_REMOVED 100

typedef enum Action
{
	FIND,
	REMOVE_EXPIRED_KEY,
	REMOVE_EXPIRED,
	CLAIM,
	KEEP,
	ACTIONS
} Action;

#define MINE "role OPERATOR(pg_catalog.=) CURRENT_USER"
#define EXPIRED "created_at OPERATOR(pg_catalog.<) $2"

static const struct
{
	const char *sql;
	int			nparams;
	Oid			types[4];
}			actions[ACTIONS] = {
	[FIND] = {
		"SELECT command, digest, result, created_at"
		" FROM connector.idempotency WHERE " MINE " AND key OPERATOR(pg_catalog.=) $1",
		1, {TEXTOID}
	},
	[REMOVE_EXPIRED_KEY] = {
		"DELETE FROM connector.idempotency WHERE " MINE
		" AND key OPERATOR(pg_catalog.=) $1 AND " EXPIRED,
		2, {TEXTOID, TIMESTAMPTZOID}
	},
	[REMOVE_EXPIRED] = {
		"DELETE FROM connector.idempotency WHERE " MINE
		" AND key OPERATOR(pg_catalog.=) ANY (ARRAY(SELECT key"
		" FROM connector.idempotency WHERE " MINE " AND " EXPIRED
		" ORDER BY created_at LIMIT $1 FOR UPDATE SKIP LOCKED))",
		2, {INT8OID, TIMESTAMPTZOID}
	},
	[CLAIM] = {
		"INSERT INTO connector.idempotency (role, key, command, digest)"
		" VALUES (CURRENT_USER, $1, $2, $3) ON CONFLICT DO NOTHING",
		3, {TEXTOID, TEXTOID, BYTEAOID}
	},
	[KEEP] = {
		"UPDATE connector.idempotency SET result = $2 WHERE " MINE
		" AND key OPERATOR(pg_catalog.=) $1",
		2, {TEXTOID, JSONOID}
	}
};

/* Prepared when first used, and kept. */
static SPIPlanPtr plans[ACTIONS];

/* Returns the number of rows. */
static uint64
run_action(Call *call, Action action, Datum *params)
{
	int			rc;

	call->statement = actions[action].sql;
	if (plans[action] == NULL)
	{
		SPIPlanPtr	plan = SPI_prepare(actions[action].sql, actions[action].nparams,
									   (Oid *) actions[action].types);

		if (plan == NULL || SPI_keepplan(plan) != 0)
			elog(ERROR, "could not prepare statement: %s",
				 SPI_result_code_string(SPI_result));
		plans[action] = plan;
	}
	rc = SPI_execute_plan(plans[action], params, NULL, false, 0);
	if (rc < 0)
		elog(ERROR, "could not execute statement: %s",
			 SPI_result_code_string(rc));
	return SPI_processed;
}

static void
digest_add(pg_cryptohash_ctx *hash, const char *data, size_t len)
{
	if (pg_cryptohash_update(hash, (const uint8 *) data, len) < 0)
		elog(ERROR, "could not compute a digest");
}

/* How long to wait does not make it another request. */
static bool
is_left_out(const JsonNode *member)
{
	static const char *const names[] = {
		"idempotency_key", "timeout_ms", "lock_timeout_ms"
	};

	for (int i = 0; i < lengthof(names); i++)
	{
		if (json_string_equals(&member->key, names[i], strlen(names[i])))
			return true;
	}
	return false;
}

/* Of the command and the members of its request, as their text stands. */
static bytea *
request_digest(Call *call)
{
	bytea	   *digest = palloc(VARHDRSZ + PG_SHA256_DIGEST_LENGTH);
	pg_cryptohash_ctx *hash = pg_cryptohash_create(PG_SHA256);
	int			n;
	JsonNode   *members = node_children(call->request, &n);

	if (hash == NULL || pg_cryptohash_init(hash) < 0)
		elog(ERROR, "could not compute a digest");
	digest_add(hash, call->command->name, strlen(call->command->name));
	for (int i = 0; i < n; i++)
	{
		if (is_left_out(&members[i]))
			continue;
		digest_add(hash, ",", 1);
		digest_add(hash, members[i].key.text, members[i].key.len);
		digest_add(hash, ":", 1);
		digest_add(hash, members[i].value.text, members[i].value.len);
	}
	SET_VARSIZE(digest, VARHDRSZ + PG_SHA256_DIGEST_LENGTH);
	if (pg_cryptohash_final(hash, (uint8 *) VARDATA(digest), PG_SHA256_DIGEST_LENGTH) < 0)
		elog(ERROR, "could not compute a digest");
	pg_cryptohash_free(hash);
	return digest;
}

static char *
read_key(const JsonNode *node)
{
	char	   *key = node_string(node);
	int			len = pg_mbstrlen(key);

	if (len < 1 || len > MAX_KEY)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("an idempotency key has 1 to %d characters, found %d",
						MAX_KEY, len),
				 errplace(node)));
	return key;
}

/*
 * The key's row is in the result: check that it is this request's, and append
 * its result.  Returns false where it is too old to count.
 */
static bool
take_result(Call *call, const char *key, const bytea *digest, TimestampTz expiry)
{
	const JsonNode *node = call_common(call, COMMON_IDEMPOTENCY_KEY);
	HeapTuple	row = SPI_tuptable->vals[0];
	TupleDesc	desc = SPI_tuptable->tupdesc;
	bool		isnull;
	bytea	   *kept;
	Datum		result;
	text	   *json;

	if (DatumGetTimestampTz(SPI_getbinval(row, desc, 4, &isnull)) < expiry)
		return false;

	kept = DatumGetByteaPP(SPI_getbinval(row, desc, 2, &isnull));
	if (VARSIZE_ANY_EXHDR(kept) != PG_SHA256_DIGEST_LENGTH ||
		memcmp(VARDATA_ANY(kept), VARDATA(digest), PG_SHA256_DIGEST_LENGTH) != 0)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("idempotency key \"%s\" was used for another request",
						text_shown(key)),
				 errdetail("It was a request of %s.", SPI_getvalue(row, desc, 1)),
				 errhint("Repeat a request exactly, and give a new request a new key."),
				 errplace(node)));

	/* Only a transaction's own rows can be seen without a result. */
	result = SPI_getbinval(row, desc, 3, &isnull);
	if (isnull)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("idempotency key \"%s\" is that of a command that is still running",
						text_shown(key)),
				 errplace(node)));
	json = DatumGetTextPP(result);
	appendBinaryStringInfo(call->out, VARDATA_ANY(json), VARSIZE_ANY_EXHDR(json));
	return true;
}

bool
idempotency_replay(Call *call)
{
	const JsonNode *node = call_common(call, COMMON_IDEMPOTENCY_KEY);
	ErrorPlace	outer = error_current_place;
	MemoryContext context = CurrentMemoryContext;
	TimestampTz expiry;
	bytea	   *digest;
	char	   *key;
	Datum		params[4];
	bool		replay = false;

	if (!node_given(node))
		return false;
	key = read_key(node);
	digest = request_digest(call);
	error_current_place = (ErrorPlace) {.node = node, .index = -1};

	for (;;)
	{
		CHECK_FOR_INTERRUPTS();
		expiry = GetCurrentTimestamp() -
			(TimestampTz) policy_idempotency_retention * USECS_PER_SEC;
		params[0] = CStringGetTextDatum(key);

		if (run_action(call, FIND, params) > 0)
		{
			replay = take_result(call, key, digest, expiry);
			SPI_freetuptable(SPI_tuptable);
			if (replay)
				break;
			params[1] = TimestampTzGetDatum(expiry);
			(void) run_action(call, REMOVE_EXPIRED_KEY, params);
		}

		/*
		 * This waits for others that come with the key.  Where one of them
		 * has committed, its row is there to be found now; in a transaction
		 * that cannot see it, this has raised a serialization failure.
		 */
		params[1] = CStringGetTextDatum(call->command->name);
		params[2] = PointerGetDatum(digest);
		if (run_action(call, CLAIM, params) > 0)
			break;
	}

	/* In a transaction with a snapshot of its own that could fail. */
	if (!replay && !IsolationUsesXactSnapshot())
	{
		params[0] = Int64GetDatum(MAX_REMOVED);
		params[1] = TimestampTzGetDatum(expiry);
		(void) run_action(call, REMOVE_EXPIRED, params);
	}
	call->statement = NULL;
	error_current_place = outer;
	MemoryContextSwitchTo(context);
	return replay;
}

void
idempotency_keep(Call *call)
{
	const JsonNode *node = call_common(call, COMMON_IDEMPOTENCY_KEY);
	ErrorPlace	outer = error_current_place;
	MemoryContext context = CurrentMemoryContext;
	Datum		params[2];

	if (!node_given(node))
		return;
	error_current_place = (ErrorPlace) {.node = node, .index = -1};
	params[0] = CStringGetTextDatum(node_string(node));
	params[1] = PointerGetDatum(cstring_to_text_with_len(call->out->data + call->start,
														 call->out->len - call->start));
	(void) run_action(call, KEEP, params);
	error_current_place = outer;
	MemoryContextSwitchTo(context);
}

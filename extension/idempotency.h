/*-------------------------------------------------------------------------
 *
 * idempotency.h
 *	  Keys that let a request be repeated without being done twice.
 *
 *-------------------------------------------------------------------------
 */
#ifndef PGC_IDEMPOTENCY_H
#define PGC_IDEMPOTENCY_H

#include "command.h"

/*
 * If the request has a key and was done before, append the kept result and
 * return true.  Otherwise the key, if any, is the call's: others that come
 * with it wait for this transaction.  Raises 22023 if the key was another
 * request's.
 */
extern bool idempotency_replay(Call *call);

/* Keep the call's result, if its request has a key. */
extern void idempotency_keep(Call *call);

#endif							/* PGC_IDEMPOTENCY_H */

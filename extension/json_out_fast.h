/*-------------------------------------------------------------------------
 *
 * json_out_fast.h
 *	  Values of the commonest types to text.
 *
 * Each writes at most FAST_TEXT_SIZE bytes at dst, no NUL among them, and
 * returns how many; 0 where the value is none that it knows to write.
 *
 *-------------------------------------------------------------------------
 */
#ifndef PGC_JSON_OUT_FAST_H
#define PGC_JSON_OUT_FAST_H

#include "datatype/timestamp.h"
#include "utils/date.h"

#define FAST_TEXT_SIZE 128

/* As yyyy-mm-dd, with Thh:mm:ss behind it, and as many of six digits as say something. */
extern size_t fast_date(char *dst, DateADT date);
extern size_t fast_timestamp(char *dst, Timestamp timestamp);

/* A numeric, the bytes behind its length word, which need not be aligned. */
extern size_t fast_numeric(char *dst, const char *stored, size_t len);

extern size_t fast_uuid(char *dst, const struct pg_uuid_t *uuid);

#endif							/* PGC_JSON_OUT_FAST_H */

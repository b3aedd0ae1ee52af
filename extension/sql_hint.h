/*-------------------------------------------------------------------------
 *
 * sql_hint.h
 *	  Old and misremembered names in SQL, and what to write instead.
 *
 *-------------------------------------------------------------------------
 */
#ifndef PGC_SQL_HINT_H
#define PGC_SQL_HINT_H

/*
 * The hint for an error at a position (characters, from 1) of an SQL text, or
 * NULL where PostgreSQL's own, if any, is as good.
 */
extern const char *sql_hint(int sqlerrcode, const char *sql, int position);

#endif							/* PGC_SQL_HINT_H */

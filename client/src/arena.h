/*-------------------------------------------------------------------------
 *
 * arena.h
 *	  Memory that is freed all at once, and text that grows in it.
 *
 * Running out of memory is noted in the arena, so that a reader of many small
 * things need not look after each.
 *
 *-------------------------------------------------------------------------
 */
#ifndef PGCONNECTOR_ARENA_H
#define PGCONNECTOR_ARENA_H

#include <stdbool.h>
#include <stddef.h>

typedef struct Arena
{
	struct ArenaBlock *blocks;	/* the newest first */
	bool		failed;			/* an allocation has failed */
} Arena;

/* Zeroed memory, or NULL. */
extern void *arena_alloc(Arena *arena, size_t size);

/* text[0 .. len) with a NUL, or NULL. */
extern char *arena_copy(Arena *arena, const char *text, size_t len);

/* Also overwrites it, since there may be passwords in it. */
extern void arena_free(Arena *arena);

typedef struct Text
{
	Arena	   *arena;
	char	   *data;			/* ends in a NUL once anything was put */
	size_t		len;
	size_t		size;
} Text;

/* A JsonPut: "to" is a Text. */
extern void text_put(void *to, const char *data, size_t len);

#endif							/* PGCONNECTOR_ARENA_H */

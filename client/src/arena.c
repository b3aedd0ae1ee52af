/*-------------------------------------------------------------------------
 *
 * arena.c
 *	  Memory that is freed all at once, and text that grows in it.
 *
 *-------------------------------------------------------------------------
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "arena.h"

#define BLOCK_SIZE 4000

typedef struct ArenaBlock
{
	struct ArenaBlock *next;
	size_t		size;
	size_t		used;
	max_align_t data[];
} ArenaBlock;

void *
arena_alloc(Arena *arena, size_t size)
{
	ArenaBlock *block = arena->blocks;
	size_t		unit = sizeof(max_align_t);
	void	   *result;

	if (size > SIZE_MAX / 2)
	{
		arena->failed = true;
		return NULL;
	}
	size = (size + unit - 1) / unit * unit;
	if (block == NULL || block->size - block->used < size)
	{
		size_t		block_size = size > BLOCK_SIZE ? size : BLOCK_SIZE;

		block = calloc(1, sizeof(ArenaBlock) + block_size);
		if (block == NULL)
		{
			arena->failed = true;
			return NULL;
		}
		block->size = block_size;
		block->next = arena->blocks;
		arena->blocks = block;
	}
	result = (char *) block->data + block->used;
	block->used += size;
	return result;
}

char *
arena_copy(Arena *arena, const char *text, size_t len)
{
	char	   *copy = arena_alloc(arena, len + 1);

	if (copy != NULL && len > 0)
		memcpy(copy, text, len);
	return copy;
}

void
arena_free(Arena *arena)
{
	while (arena->blocks != NULL)
	{
		ArenaBlock *block = arena->blocks;
		volatile char *byte = (volatile char *) block->data;

		for (size_t i = 0; i < block->used; i++)
			byte[i] = 0;
		arena->blocks = block->next;
		free(block);
	}
	arena->failed = false;
}

void
text_put(void *to, const char *data, size_t len)
{
	Text	   *text = to;

	if (text->size - text->len < len + 1 || text->data == NULL)
	{
		size_t		size = (text->len + len + 1) * 2;
		char	   *grown = arena_alloc(text->arena, size);

		if (grown == NULL)
			return;
		if (text->len > 0)
			memcpy(grown, text->data, text->len);
		text->data = grown;
		text->size = size;
	}
	if (len > 0)
		memcpy(text->data + text->len, data, len);
	text->len += len;
	text->data[text->len] = '\0';
}

/*-------------------------------------------------------------------------
 *
 * buffer.h
 *	  Text that grows.
 *
 *-------------------------------------------------------------------------
 */
#ifndef BUFFER_H
#define BUFFER_H

#include <stdbool.h>
#include <stddef.h>

/* All zero is an empty one. */
typedef struct Buffer
{
	char	   *data;			/* NULL as long as nothing was reserved */
	size_t		len;
	size_t		size;
} Buffer;

/* Make room for so many more bytes and a NUL.  False: out of memory. */
extern bool buffer_reserve(Buffer *buffer, size_t more);

/* Append, and end with a NUL that does not count.  False: out of memory. */
extern bool buffer_append(Buffer *buffer, const char *data, size_t len);

extern void buffer_free(Buffer *buffer);

#endif							/* BUFFER_H */

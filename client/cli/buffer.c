/*-------------------------------------------------------------------------
 *
 * buffer.c
 *	  Text that grows.
 *
 *-------------------------------------------------------------------------
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "buffer.h"

bool
buffer_reserve(Buffer *buffer, size_t more)
{
	size_t		size = buffer->size > 0 ? buffer->size : 256;
	char	   *data;

	if (more > SIZE_MAX / 4 - buffer->len)
		return false;
	if (buffer->data != NULL && buffer->size - buffer->len > more)
		return true;
	while (size - buffer->len <= more)
		size *= 2;
	data = realloc(buffer->data, size);
	if (data == NULL)
		return false;
	buffer->data = data;
	buffer->size = size;
	return true;
}

bool
buffer_append(Buffer *buffer, const char *data, size_t len)
{
	if (!buffer_reserve(buffer, len))
		return false;
	if (len > 0)
		memcpy(buffer->data + buffer->len, data, len);
	buffer->len += len;
	buffer->data[buffer->len] = '\0';
	return true;
}

void
buffer_free(Buffer *buffer)
{
	free(buffer->data);
	memset(buffer, 0, sizeof(*buffer));
}

/*-------------------------------------------------------------------------
 *
 * bytes.c
 *	  Text that grows.
 *
 *-------------------------------------------------------------------------
 */
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bytes.h"
#include "core/json_write.h"

#define FIRST_SIZE 1024

char *
bytes_reserve(Bytes *bytes, size_t len)
{
	if (bytes->failed)
		return NULL;
	if (len > bytes->size - bytes->len)
	{
		size_t		size = bytes->size > 0 ? bytes->size : FIRST_SIZE;
		char	   *data;

		while (size - bytes->len < len && size <= SIZE_MAX / 2)
			size *= 2;
		data = size - bytes->len >= len ? realloc(bytes->data, size) : NULL;
		if (data == NULL)
		{
			bytes->failed = true;
			return NULL;
		}
		bytes->data = data;
		bytes->size = size;
	}
	return bytes->data + bytes->len;
}

void
bytes_put_text(Bytes *bytes, const char *text)
{
	bytes_put(bytes, text, strlen(text));
}

void
bytes_put_string(Bytes *bytes, const char *text)
{
	json_write_string(bytes_put, bytes, text, strlen(text));
}

void
bytes_put_format(Bytes *bytes, const char *format,...)
{
	va_list		args;
	int			len;
	char	   *dst;

	va_start(args, format);
	len = vsnprintf(NULL, 0, format, args);
	va_end(args);
	dst = len >= 0 ? bytes_reserve(bytes, (size_t) len + 1) : NULL;
	if (dst == NULL)
	{
		bytes->failed = true;
		return;
	}
	va_start(args, format);
	(void) vsnprintf(dst, (size_t) len + 1, format, args);
	va_end(args);
	bytes->len += (size_t) len;
}

bool
bytes_terminate(Bytes *bytes)
{
	char	   *dst = bytes_reserve(bytes, 1);

	if (dst == NULL)
		return false;
	*dst = '\0';
	return true;
}

void
bytes_free(Bytes *bytes)
{
	free(bytes->data);
	*bytes = (Bytes) {NULL, 0, 0, false};
}

/*-------------------------------------------------------------------------
 *
 * bytes.h
 *	  Text that grows.
 *
 *-------------------------------------------------------------------------
 */
#ifndef SINK_BYTES_H
#define SINK_BYTES_H

#include <stdbool.h>
#include <stddef.h>
#include <string.h>

/*
 * Starts zeroed.  Once memory ran out nothing more is put, so that a writer
 * of many pieces looks at "failed" once.
 */
typedef struct Bytes
{
	char	   *data;
	size_t		len;
	size_t		size;
	bool		failed;
} Bytes;

/* Make room for so many more; where to put them, or NULL. */
extern char *bytes_reserve(Bytes *bytes, size_t len);

/* A JsonPut: "to" is a Bytes. */
static inline void
bytes_put(void *to, const char *data, size_t len)
{
	Bytes	   *bytes = to;

	if ((bytes->failed || len > bytes->size - bytes->len) && bytes_reserve(bytes, len) == NULL)
		return;
	if (len > 0)
		memcpy(bytes->data + bytes->len, data, len);
	bytes->len += len;
}

extern void bytes_put_text(Bytes *bytes, const char *text);
/* A text as a JSON string. */
extern void bytes_put_string(Bytes *bytes, const char *text);

extern void bytes_put_format(Bytes *bytes, const char *format,...)
			__attribute__((format(printf, 2, 3)));

/* End it with a NUL that does not count; false if memory ran out. */
extern bool bytes_terminate(Bytes *bytes);

extern void bytes_free(Bytes *bytes);

#endif							/* SINK_BYTES_H */

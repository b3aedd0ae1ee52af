/*-------------------------------------------------------------------------
 *
 * reader.c
 *	  The bytes of a file, a pipe or standard input, decompressed if they are
 *	  compressed by gzip.
 *
 * Whether they are is told by their first two bytes, which begin no text.
 *
 *-------------------------------------------------------------------------
 */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#ifdef HAVE_ZLIB
#include <zlib.h>
#endif

#include "reader.h"

#define RAW_SIZE (64 * 1024)

struct Reader
{
	int			fd;
	const char *name;
	bool		known;			/* whether it is compressed */
	bool		compressed;
	bool		at_end;			/* of the file */
	unsigned long long taken;

	/* What was read and not handed out. */
	unsigned char raw[RAW_SIZE];
	size_t		start;
	size_t		end;
#ifdef HAVE_ZLIB
	z_stream	stream;
	bool		within;			/* a member that has not ended */
#endif
};

Reader *
reader_open(const char *name)
{
	bool		is_stdin = strcmp(name, "-") == 0;
	Reader	   *reader = calloc(1, sizeof(Reader));

	if (reader == NULL)
	{
		fputs("pgconnector: out of memory\n", stderr);
		return NULL;
	}
	reader->name = is_stdin ? "standard input" : name;
	reader->fd = is_stdin ? STDIN_FILENO : open(name, O_RDONLY | O_CLOEXEC);
	if (reader->fd < 0)
	{
		fprintf(stderr, "pgconnector: could not open \"%s\": %s\n", name, strerror(errno));
		free(reader);
		return NULL;
	}
	return reader;
}

void
reader_close(Reader *reader)
{
	if (reader == NULL)
		return;
#ifdef HAVE_ZLIB
	if (reader->compressed)
		inflateEnd(&reader->stream);
#endif
	if (reader->fd != STDIN_FILENO)
		close(reader->fd);
	free(reader);
}

static ReadEvent
broken(const Reader *reader, const char *why)
{
	fprintf(stderr, "pgconnector: could not read \"%s\": %s\n", reader->name, why);
	return READ_FAILED;
}

/* Read from the file itself. */
static ReadEvent
read_raw(Reader *reader, void *data, size_t size, size_t *len, int timeout)
{
	struct pollfd pfd = {.fd = reader->fd, .events = POLLIN};
	ssize_t		n;

	*len = 0;
	if (reader->at_end)
		return READ_END;
	if (poll(&pfd, 1, timeout) <= 0)
		return READ_WAIT;
	n = read(reader->fd, data, size);
	if (n < 0 && (errno == EINTR || errno == EAGAIN))
		return READ_WAIT;
	if (n < 0)
		return broken(reader, strerror(errno));
	reader->at_end = n == 0;
	reader->taken += (unsigned long long) n;
	*len = (size_t) n;
	return n > 0 ? READ_BYTES : READ_END;
}

/* Have some raw bytes; READ_END if there are none left. */
static ReadEvent
fill(Reader *reader, int timeout)
{
	ReadEvent	event;
	size_t		len;

	if (reader->start == reader->end)
		reader->start = reader->end = 0;
	event = read_raw(reader, reader->raw + reader->end, RAW_SIZE - reader->end, &len, timeout);
	reader->end += len;
	return event;
}

/* Find out about the first bytes; READ_BYTES once it is known. */
static ReadEvent
look(Reader *reader, int timeout)
{
	while (!reader->known)
	{
		size_t		len = reader->end - reader->start;
		ReadEvent	event = READ_BYTES;

		if (len < 2 && (len == 0 || reader->raw[0] == 0x1f))
			event = fill(reader, timeout);
		if (event == READ_WAIT || event == READ_FAILED)
			return event;
		len = reader->end - reader->start;
		if (len < 2 && len > 0 && reader->raw[0] == 0x1f && event != READ_END)
			continue;
		reader->known = true;
		if (len < 2 || reader->raw[0] != 0x1f || reader->raw[1] != 0x8b)
			break;
#ifdef HAVE_ZLIB
		if (inflateInit2(&reader->stream, 16 + MAX_WBITS) != Z_OK)
			return broken(reader, "out of memory");
		reader->compressed = true;
#else
		return broken(reader, "it is compressed, and this program was built without zlib");
#endif
	}
	return READ_BYTES;
}

#ifdef HAVE_ZLIB
static ReadEvent
read_compressed(Reader *reader, char *data, size_t size, size_t *len, int timeout)
{
	z_stream   *z = &reader->stream;

	for (;;)
	{
		int			status;

		if (reader->start == reader->end)
		{
			ReadEvent	event = fill(reader, timeout);

			if (event == READ_END && reader->within)
				return broken(reader, "the compressed data ends too early");
			if (event != READ_BYTES)
				return event;
		}
		reader->within = true;
		z->next_in = reader->raw + reader->start;
		z->avail_in = (uInt) (reader->end - reader->start);
		z->next_out = (Bytef *) data;
		z->avail_out = (uInt) size;
		status = inflate(z, Z_NO_FLUSH);
		reader->start = reader->end - z->avail_in;
		*len = size - z->avail_out;
		if (status == Z_STREAM_END)
		{
			/* Another member may follow, as after cat a.gz b.gz. */
			reader->within = false;
			status = inflateReset(z);
		}
		if (status != Z_OK && status != Z_BUF_ERROR)
			return broken(reader, status == Z_MEM_ERROR ? "out of memory" :
						  "the compressed data is damaged");
		if (*len > 0)
			return READ_BYTES;
	}
}
#endif

ReadEvent
reader_read(Reader *reader, char *data, size_t size, size_t *len, int timeout)
{
	ReadEvent	event = look(reader, timeout);

	*len = 0;
	if (event != READ_BYTES)
		return event;
#ifdef HAVE_ZLIB
	if (reader->compressed)
		return read_compressed(reader, data, size, len, timeout);
#endif
	if (reader->start == reader->end)
		return read_raw(reader, data, size, len, timeout);
	*len = reader->end - reader->start;
	if (*len > size)
		*len = size;
	memcpy(data, reader->raw + reader->start, *len);
	reader->start += *len;
	return READ_BYTES;
}

bool
reader_seek(Reader *reader, unsigned long long offset)
{
	struct stat st;

	if (reader->compressed || fstat(reader->fd, &st) != 0 || !S_ISREG(st.st_mode) ||
		(unsigned long long) st.st_size < offset || lseek(reader->fd, (off_t) offset, SEEK_SET) < 0)
		return false;
	reader->start = reader->end = 0;
	reader->taken = offset;
	reader->at_end = false;
	return true;
}

unsigned long long
reader_taken(const Reader *reader)
{
	return reader->taken;
}

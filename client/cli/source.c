/*-------------------------------------------------------------------------
 *
 * source.c
 *	  Where the records of a sink come from.
 *
 * Input is read in large pieces into a buffer that holds at least one record;
 * nothing is read as long as there is a whole record in it, so what the sink
 * cannot take waits outside.
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

#include "source.h"

#define READ_SIZE (256 * 1024)

/* A longer record is none. */
#define RECORD_MAX (256 * 1024 * 1024)

struct Source
{
	char	  **files;
	int			nfiles;
	int			next_file;
	SourceFormat format;		/* as asked for */
	SourceFormat current;		/* of this file */
	int			fd;				/* -1: no file is open */
	const char *name;
	char	   *identity;

	char	   *data;
	size_t		size;
	size_t		start;			/* of what was not handed out yet */
	size_t		end;
	size_t		scanned;		/* no record ends before this */
	bool		at_end;			/* of the file */
	uint64_t	offset;			/* of data[0] in all the input */
	uint64_t	all;

	/* Between the elements of an array. */
	int			depth;
	bool		in_string;
	bool		escaped;
	bool		closed;
};

static void
failed(const Source *source, const char *what)
{
	fprintf(stderr, "pgconnector: %s \"%s\": %s\n", what, source->name, strerror(errno));
}

Source *
source_open(char **files, int nfiles, SourceFormat format)
{
	static char dash[] = "-";
	static char *standard_input[] = {dash};
	Source	   *source = calloc(1, sizeof(Source));
	struct stat st;

	if (source == NULL)
		return NULL;
	source->files = nfiles > 0 ? files : standard_input;
	source->nfiles = nfiles > 0 ? nfiles : 1;
	source->format = format;
	source->fd = -1;
	source->size = 2 * READ_SIZE;
	source->data = malloc(source->size);
	for (int i = 0; i < source->nfiles; i++)
	{
		if (strcmp(source->files[i], "-") == 0 ? fstat(0, &st) == 0 : stat(source->files[i], &st) == 0)
			source->all += S_ISREG(st.st_mode) ? (uint64_t) st.st_size : 0;
	}
	if (source->nfiles == 1 && stat(source->files[0], &st) == 0 && S_ISREG(st.st_mode))
	{
		char	   *path = realpath(source->files[0], NULL);

		if (path != NULL)
		{
			source->identity = malloc(strlen(path) + sizeof("file "));
			if (source->identity != NULL)
				strcat(strcpy(source->identity, "file "), path);
			free(path);
		}
	}
	if (source->data == NULL)
	{
		source_close(source);
		return NULL;
	}
	return source;
}

void
source_close(Source *source)
{
	if (source == NULL)
		return;
	if (source->fd > 0)
		close(source->fd);
	free(source->data);
	free(source->identity);
	free(source);
}

const char *
source_identity(const Source *source)
{
	return source->identity;
}

/* False if there is no further file. */
static bool
open_next(Source *source, bool *ok)
{
	*ok = true;
	if (source->next_file == source->nfiles)
		return false;
	source->name = source->files[source->next_file++];
	source->fd = strcmp(source->name, "-") == 0 ? 0 : open(source->name, O_RDONLY | O_CLOEXEC);
	*ok = source->fd >= 0;
	if (!*ok)
		failed(source, "could not open");
	source->at_end = false;
	source->current = source->format;
	source->depth = 0;
	source->closed = false;
	return *ok;
}

bool
source_seek(Source *source, unsigned long long position)
{
	bool		ok;
	struct stat st;

	if (!open_next(source, &ok))
		return ok;
	if (fstat(source->fd, &st) != 0 || (unsigned long long) st.st_size < position ||
		lseek(source->fd, (off_t) position, SEEK_SET) < 0)
	{
		fprintf(stderr, "pgconnector: \"%s\" is not what was read before: it is shorter than what was written of it, %llu bytes\n",
				source->name, position);
		return false;
	}
	source->offset = position;
	source->current = SOURCE_NDJSON;
	return true;
}

/* Read some more.  False on failure. */
static bool
read_more(Source *source)
{
	ssize_t		n;

	if (source->start > 0)
	{
		memmove(source->data, source->data + source->start, source->end - source->start);
		source->offset += source->start;
		source->end -= source->start;
		source->scanned -= source->start;
		source->start = 0;
	}
	if (source->size - source->end < READ_SIZE)
	{
		char	   *data = source->size < RECORD_MAX ? realloc(source->data, source->size * 2) : NULL;

		if (data == NULL)
		{
			fprintf(stderr, "pgconnector: a record in \"%s\" is too long\n", source->name);
			return false;
		}
		source->data = data;
		source->size *= 2;
	}
	do
		n = read(source->fd, source->data + source->end, READ_SIZE);
	while (n < 0 && errno == EINTR);
	if (n < 0)
	{
		failed(source, "could not read");
		return false;
	}
	source->at_end = n == 0;
	source->end += (size_t) n;
	return true;
}

/*
 * A line: data[start .. *end); *next is where the one behind it begins.
 * False if its end is not there yet.
 */
static bool
find_line(Source *source, size_t *end, size_t *next)
{
	char	   *newline = memchr(source->data + source->scanned, '\n', source->end - source->scanned);

	if (newline == NULL && (!source->at_end || source->start == source->end))
	{
		source->scanned = source->end;
		return false;
	}
	*end = newline != NULL ? (size_t) (newline - source->data) : source->end;
	*next = newline != NULL ? *end + 1 : *end;
	return true;
}

static bool
is_space(char c)
{
	return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

/*
 * An element of an array, likewise.  What is between the elements is looked
 * at no further than to find them: a comma too many is a record that is no
 * JSON.
 */
static bool
find_element(Source *source, size_t *end, size_t *next)
{
	if (source->depth == 0 && source->scanned < source->end && !source->closed)
	{
		/* The bracket that opens it. */
		source->depth = 1;
		source->start = source->scanned = source->scanned + 1;
	}
	for (size_t i = source->scanned; i < source->end; i++)
	{
		char		c = source->data[i];

		if (source->in_string)
		{
			if (source->escaped)
				source->escaped = false;
			else if (c == '\\')
				source->escaped = true;
			else if (c == '"')
				source->in_string = false;
			continue;
		}
		if (c == '"')
			source->in_string = true;
		else if (c == '{' || c == '[')
			source->depth++;
		else if (c == '}' || (c == ']' && source->depth > 1))
			source->depth--;
		else if (source->depth == 1 && (c == ',' || c == ']'))
		{
			source->closed = c == ']';
			if (source->closed)
				source->depth = 0;
			*end = i;
			*next = i + 1;
			return true;
		}
	}
	source->scanned = source->end;
	if (!source->at_end || source->start == source->end || source->closed)
		return false;

	/* It is cut short; what there is of its last element is a record. */
	*end = *next = source->end;
	return true;
}

/* A record that is in the buffer. */
static bool
find_record(Source *source, const char **record, size_t *len, unsigned long long *position)
{
	for (;;)
	{
		size_t		end;
		size_t		next;

		if (source->current == SOURCE_AUTO)
		{
			while (source->start < source->end && is_space(source->data[source->start]))
				source->start++;
			source->scanned = source->start;
			if (source->start == source->end)
				return false;
			source->current = source->data[source->start] == '[' ? SOURCE_ARRAY : SOURCE_NDJSON;
		}
		if (source->current == SOURCE_ARRAY ? !find_element(source, &end, &next) :
			!find_line(source, &end, &next))
			return false;
		while (source->start < end && is_space(source->data[source->start]))
			source->start++;
		while (end > source->start && is_space(source->data[end - 1]))
			end--;
		*record = source->data + source->start;
		*len = end - source->start;
		*position = source->offset + next;
		source->start = source->scanned = next;
		if (*len > 0)
			return true;
	}
}

SourceEvent
source_next(Source *source, const char **record, size_t *len,
			unsigned long long *position, int timeout)
{
	for (;;)
	{
		bool		ok;
		struct pollfd pfd;

		if (source->fd >= 0)
		{
			if (find_record(source, record, len, position))
				return SOURCE_RECORD;
			if (source->at_end)
			{
				if (source->fd > 0)
					close(source->fd);
				source->fd = -1;
				source->offset += source->end;
				source->start = source->end = source->scanned = 0;
			}
		}
		if (source->fd < 0 && !open_next(source, &ok))
			return ok ? SOURCE_END : SOURCE_FAILED;

		pfd = (struct pollfd) {.fd = source->fd, .events = POLLIN};
		if (poll(&pfd, 1, timeout) <= 0)
			return SOURCE_WAIT;
		if (!read_more(source))
			return SOURCE_FAILED;
	}
}

void
source_progress(const Source *source, unsigned long long *done, unsigned long long *all)
{
	*done = source->offset + source->start;
	*all = source->all;
}

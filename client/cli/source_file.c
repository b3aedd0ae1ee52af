/*-------------------------------------------------------------------------
 *
 * source_file.c
 *	  Records out of files: NDJSON, a JSON array, or CSV.
 *
 * Input is read in large pieces into a buffer that holds at least one record;
 * nothing is read as long as there is a whole record in it, so what the sink
 * cannot take waits outside.
 *
 * Positions are bytes of the input, decompressed.
 *
 *-------------------------------------------------------------------------
 */
#include <errno.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/json_scan.h"
#include "csv.h"
#include "exit_status.h"
#include "reader.h"
#include "source.h"

#define READ_SIZE (256 * 1024)

/* A longer record is none. */
#define RECORD_MAX (256 * 1024 * 1024)

typedef struct FileSource
{
	Source		source;
	char	  **files;
	int			nfiles;
	int			next_file;
	SourceFormat format;		/* as asked for */
	SourceFormat current;		/* of this file, once it is known */
	Reader	   *reader;			/* NULL: no file is open */
	const char *name;
	char	   *identity;
	const Columns *columns;

	char	   *data;
	size_t		size;
	size_t		start;			/* of what was not handed out yet */
	size_t		end;
	size_t		scanned;		/* no record ends before this */
	bool		at_end;			/* of the file */
	bool		at_begin;
	uint64_t	offset;			/* of data[0] in all the input */
	unsigned long long taken;	/* of files that are closed */
	unsigned long long all;

	Csv			csv;
	bool		has_header;

	/* Between the elements of an array. */
	int			depth;
	bool		in_string;
	bool		escaped;
	bool		opened;
	bool		closed;
	bool		any;			/* there was an element */
} FileSource;

/* What looking for a record gives. */
typedef enum Found
{
	FOUND_RECORD,
	FOUND_NONE,					/* none ends in the buffer */
	FOUND_FAULT					/* and why was said on stderr */
} Found;

static Found
fault(const FileSource *file, const char *what)
{
	fprintf(stderr, "pgconnector: could not read \"%s\": %s\n", file->name, what);
	return FOUND_FAULT;
}

bool
source_format(const char *name, SourceFormat *format)
{
	static const char *const names[] = {
		[SOURCE_AUTO] = "auto",
		[SOURCE_NDJSON] = "ndjson",
		[SOURCE_ARRAY] = "json",
		[SOURCE_CSV] = "csv"
	};

	for (int i = SOURCE_AUTO; i <= SOURCE_CSV; i++)
	{
		if (strcmp(names[i], name) == 0)
		{
			*format = (SourceFormat) i;
			return true;
		}
	}
	return false;
}

static bool
ends_in(const char *name, const char *tail)
{
	size_t		len = strlen(name);

	return len >= strlen(tail) && strcmp(name + len - strlen(tail), tail) == 0;
}

/*-------------------------------------------------------------------------
 * Files
 *-------------------------------------------------------------------------
 */

/* False if there is no further file, or *ok is false. */
static bool
open_next(FileSource *file, bool *ok)
{
	const char *name;

	*ok = true;
	if (file->next_file == file->nfiles)
		return false;
	name = file->files[file->next_file++];
	file->name = strcmp(name, "-") == 0 ? "standard input" : name;
	file->reader = reader_open(name);
	*ok = file->reader != NULL;
	file->at_end = false;
	file->at_begin = true;
	file->current = file->format;
	if (file->format == SOURCE_AUTO && (ends_in(name, ".csv") || ends_in(name, ".csv.gz")))
		file->current = SOURCE_CSV;
	csv_reset(&file->csv);
	file->has_header = false;
	file->depth = 0;
	file->in_string = file->escaped = file->opened = file->closed = file->any = false;
	return *ok;
}

static void
close_file(FileSource *file)
{
	file->taken += reader_taken(file->reader);
	reader_close(file->reader);
	file->reader = NULL;
	file->offset += file->end;
	file->start = file->end = file->scanned = 0;
}

/* Read some more. */
static ReadEvent
read_more(FileSource *file, int timeout)
{
	ReadEvent	event;
	size_t		len;

	if (file->start > 0)
	{
		memmove(file->data, file->data + file->start, file->end - file->start);
		file->offset += file->start;
		file->end -= file->start;
		file->scanned -= file->start;
		file->start = 0;
	}
	if (file->size - file->end < READ_SIZE)
	{
		char	   *data = file->size < RECORD_MAX ? realloc(file->data, file->size * 2) : NULL;

		if (data == NULL)
		{
			(void) fault(file, file->size < RECORD_MAX ? "out of memory" : "a record in it is longer than 256 MB");
			return READ_FAILED;
		}
		file->data = data;
		file->size *= 2;
	}
	event = reader_read(file->reader, file->data + file->end, READ_SIZE, &len, timeout);
	file->end += len;
	file->at_end = event == READ_END;
	return event;
}

/*-------------------------------------------------------------------------
 * Records
 *-------------------------------------------------------------------------
 */

static bool
is_space(char c)
{
	return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

/*
 * A line: data[start .. *end); *next is where the one behind it begins.
 */
static Found
find_line(FileSource *file, size_t *end, size_t *next)
{
	char	   *newline;

	if (file->current == SOURCE_CSV)
	{
		if (csv_find_line(&file->csv, file->data, &file->scanned, file->end, end))
		{
			*next = *end + 1;
			*end -= *end > file->start && file->data[*end - 1] == '\r';
			return FOUND_RECORD;
		}
		newline = NULL;
	}
	else
		newline = memchr(file->data + file->scanned, '\n', file->end - file->scanned);
	if (newline == NULL && (!file->at_end || file->start == file->end))
	{
		file->scanned = file->end;
		return FOUND_NONE;
	}
	*end = newline != NULL ? (size_t) (newline - file->data) : file->end;
	*next = newline != NULL ? *end + 1 : *end;
	return FOUND_RECORD;
}

/* Behind the array: nothing but white space. */
static Found
look_behind(FileSource *file)
{
	while (file->start < file->end && is_space(file->data[file->start]))
		file->start++;
	file->scanned = file->start;
	return file->start == file->end ? FOUND_NONE : fault(file, "something follows the end of its array");
}

/*
 * An element of an array, likewise.  What is between the elements is looked
 * at no further than to find them: a comma too many is a record that is none.
 */
static Found
find_element(FileSource *file, size_t *end, size_t *next)
{
	if (file->closed)
		return look_behind(file);
	if (!file->opened)
	{
		if (file->start == file->end)
			return FOUND_NONE;
		if (file->data[file->start] != '[')
			return fault(file, "it is not a JSON array");
		file->opened = true;
		file->depth = 1;
		file->start = file->scanned = file->start + 1;
	}
	for (size_t i = file->scanned; i < file->end; i++)
	{
		char		c = file->data[i];

		if (file->in_string)
		{
			if (file->escaped)
				file->escaped = false;
			else if (c == '\\')
				file->escaped = true;
			else if (c == '"')
				file->in_string = false;
		}
		else if (c == '"')
			file->in_string = true;
		else if (c == '{' || c == '[')
			file->depth++;
		else if ((c == '}' || c == ']') && file->depth > 1)
			file->depth--;
		else if (c == ',' && file->depth > 1)
			continue;
		else if (c == ',' || c == ']')
		{
			file->closed = c == ']';
			*end = i;
			*next = i + 1;
			return FOUND_RECORD;
		}
	}
	file->scanned = file->end;
	return file->at_end ? fault(file, "its array ends too early") : FOUND_NONE;
}

/* The first bytes of a file; FOUND_RECORD if they are behind us. */
static Found
begin(FileSource *file)
{
	static const char mark[] = "\xef\xbb\xbf";
	size_t		len = file->end - file->start;

	if (!file->at_end && len < 3 && memcmp(file->data + file->start, mark, len) == 0)
		return FOUND_NONE;
	if (len >= 3 && memcmp(file->data + file->start, mark, 3) == 0)
		file->start += 3;
	file->scanned = file->start;
	if (file->current != SOURCE_CSV)
	{
		while (file->start < file->end && is_space(file->data[file->start]))
			file->start++;
		file->scanned = file->start;
		if (file->start == file->end)
			return FOUND_NONE;
		if (file->current == SOURCE_AUTO)
			file->current = file->data[file->start] == '[' ? SOURCE_ARRAY : SOURCE_NDJSON;
	}
	file->at_begin = false;
	return FOUND_RECORD;
}

/* Make a record of a line of CSV; *skip: it is none. */
static Found
read_csv(FileSource *file, SourceRecord *record, bool *skip)
{
	*skip = false;
	if (!file->has_header)
	{
		*skip = file->has_header = true;
		return csv_read_header(&file->csv, record->text, record->len, file->columns, file->name) ?
			FOUND_RECORD : FOUND_FAULT;
	}
	if (record->len == 0 && file->csv.ncolumns > 1)
	{
		*skip = true;
		return FOUND_RECORD;
	}
	if (csv_read_line(&file->csv, record->text, record->len, &record->problem))
	{
		record->text = file->csv.record.data;
		record->len = file->csv.record.len;
		record->problem = NULL;
	}
	return file->csv.failed ? fault(file, "out of memory") : FOUND_RECORD;
}

/*
 * Whether a last line without an end may be half of what is being written to
 * the file: to be read when it is all there, lest both halves be bad records.
 */
static bool
is_half(const FileSource *file, const SourceRecord *record, size_t end, size_t next)
{
	JsonScan	scan;
	JsonValue	value;

	if (!file->source.resumes || file->current != SOURCE_NDJSON || next > end || record->len == 0)
		return false;
	json_scan_init(&scan, record->text, record->len, NULL);
	return !json_scan_document(&scan, &value);
}

/* A record that is in the buffer. */
static Found
find_record(FileSource *file, SourceRecord *record)
{
	for (;;)
	{
		size_t		end;
		size_t		next;
		size_t		line_end;
		bool		skip;
		Found		found = file->at_begin ? begin(file) : FOUND_RECORD;

		if (found == FOUND_RECORD)
			found = file->current == SOURCE_ARRAY ? find_element(file, &end, &next) :
				find_line(file, &end, &next);
		if (found != FOUND_RECORD)
			return found;

		line_end = end;

		/* White space is part of CSV's fields. */
		while (file->current != SOURCE_CSV && file->start < end && is_space(file->data[file->start]))
			file->start++;
		while (file->current != SOURCE_CSV && end > file->start && is_space(file->data[end - 1]))
			end--;
		*record = (SourceRecord) {file->data + file->start, end - file->start, file->offset + next, NULL};
		if (is_half(file, record, line_end, next))
			return fault(file, "its last line is not complete, and is left to be read when it is");
		file->start = file->scanned = next;

		skip = record->len == 0;
		if (file->current == SOURCE_CSV)
			found = read_csv(file, record, &skip);
		else if (file->current == SOURCE_ARRAY)
		{
			/* Only [] may have nothing in it. */
			skip = skip && file->closed && !file->any;
			file->any = true;
			if (record->len == 0)
				record->problem = "nothing is where an element of the array should be";
		}
		if (found != FOUND_RECORD || !skip)
			return found;
	}
}

static SourceEvent
next(Source *source, SourceRecord *record, int timeout)
{
	FileSource *file = (FileSource *) source;

	for (;;)
	{
		bool		ok;

		if (file->reader != NULL)
		{
			Found		found = find_record(file, record);

			if (found == FOUND_RECORD)
				return SOURCE_RECORD;
			if (found == FOUND_FAULT)
				return SOURCE_FAILED;
			if (file->at_end && file->current == SOURCE_CSV && !file->has_header)
			{
				(void) fault(file, "it has no line that names its columns");
				return SOURCE_FAILED;
			}
			if (file->at_end)
				close_file(file);
		}
		if (file->reader == NULL && !open_next(file, &ok))
			return ok ? SOURCE_END : SOURCE_FAILED;
		switch (read_more(file, timeout))
		{
			case READ_WAIT:
				return SOURCE_WAIT;
			case READ_FAILED:
				return SOURCE_FAILED;
			case READ_BYTES:
			case READ_END:
				break;
		}
	}
}

/*
 * Lines are found from anywhere; other records only by those before them.
 */
static bool
seek(Source *source, unsigned long long position)
{
	FileSource *file = (FileSource *) source;
	SourceRecord record = {NULL, 0, 0, NULL};
	bool		ok;

	if (!open_next(file, &ok))
		return ok;
	if (read_more(file, -1) == READ_FAILED)
		return false;
	if (begin(file) == FOUND_RECORD && file->current == SOURCE_NDJSON && reader_seek(file->reader, position))
	{
		file->offset = position;
		file->start = file->end = file->scanned = 0;
		file->at_end = false;
		return true;
	}
	while (record.position < position)
	{
		SourceEvent event = next(source, &record, -1);

		if (event == SOURCE_FAILED)
			return false;
		if (event == SOURCE_END)
			break;
	}
	if (record.position == position)
		return true;
	fprintf(stderr, "pgconnector: \"%s\" is not what was read before: no record of it ends at %llu, where the ledger says it was written to\n",
			file->name, position);
	return false;
}

static bool
fit(Source *source, const Columns *columns)
{
	((FileSource *) source)->columns = columns;
	return true;
}

static void
progress(const Source *source, unsigned long long *done, unsigned long long *all)
{
	const FileSource *file = (const FileSource *) source;

	*done = file->taken + (file->reader != NULL ? reader_taken(file->reader) : 0);
	*all = file->all;
}

static void
close_source(Source *source)
{
	FileSource *file = (FileSource *) source;

	reader_close(file->reader);
	csv_reset(&file->csv);
	free(file->data);
	free(file->identity);
	free(file);
}

/* A single plain file can be read again; another one of its name is not the same. */
static bool
identify(FileSource *file)
{
	struct stat st;
	char	   *path;
	size_t		size;

	if (file->nfiles != 1 || stat(file->files[0], &st) != 0 || !S_ISREG(st.st_mode))
		return true;
	path = realpath(file->files[0], NULL);
	if (path == NULL)
		return true;
	size = strlen(path) + 50;
	file->identity = malloc(size);
	if (file->identity != NULL)
		(void) snprintf(file->identity, size, "file %s (inode %ju)", path, (uintmax_t) st.st_ino);
	free(path);
	file->source.identity = file->identity;
	return file->identity != NULL;
}

Source *
source_of_files(char **files, int nfiles, SourceFormat format)
{
	static char dash[] = "-";
	static char *standard_input[] = {dash};
	FileSource *file = calloc(1, sizeof(FileSource));
	bool		sized = true;

	if (file == NULL)
	{
		fputs("pgconnector: out of memory\n", stderr);
		return NULL;
	}
	file->source = (Source) {NULL, STATUS_USAGE, false, fit, seek, next, progress, close_source};
	file->files = nfiles > 0 ? files : standard_input;
	file->nfiles = nfiles > 0 ? nfiles : 1;
	file->format = format;
	file->size = 2 * READ_SIZE;
	file->data = malloc(file->size);
	for (int i = 0; i < file->nfiles; i++)
	{
		bool		is_stdin = strcmp(file->files[i], "-") == 0;
		struct stat st;

		if (!is_stdin && access(file->files[i], R_OK) != 0)
		{
			fprintf(stderr, "pgconnector: could not open \"%s\": %s\n", file->files[i], strerror(errno));
			close_source(&file->source);
			return NULL;
		}
		if ((is_stdin ? fstat(STDIN_FILENO, &st) : stat(file->files[i], &st)) == 0 && S_ISREG(st.st_mode))
			file->all += (unsigned long long) st.st_size;
		else
			sized = false;
	}
	if (!sized)
		file->all = 0;
	if (file->data == NULL || !identify(file))
	{
		fputs("pgconnector: out of memory\n", stderr);
		close_source(&file->source);
		return NULL;
	}
	return &file->source;
}

void
source_close(Source *source)
{
	if (source != NULL)
		source->close(source);
}

/*-------------------------------------------------------------------------
 *
 * input.c
 *	  Text that an argument is, or names.
 *
 *-------------------------------------------------------------------------
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "input.h"

/* Nothing larger fits into a value of the server. */
#define MAX_INPUT ((size_t) 1024 * 1024 * 1024)

/* Returns NULL, or what went wrong. */
static const char *
read_all(Buffer *text, FILE *file)
{
	while (!feof(file))
	{
		size_t		n;

		if (!buffer_reserve(text, 65536))
			return "out of memory";
		n = fread(text->data + text->len, 1, text->size - text->len - 1, file);
		text->len += n;
		text->data[text->len] = '\0';
		if (ferror(file))
			return strerror(errno);
		if (text->len > MAX_INPUT)
			return "larger than 1 GB";
	}
	return NULL;
}

bool
input_read(Buffer *text, const char *argument)
{
	bool		is_stdin = strcmp(argument, "-") == 0;
	const char *name = is_stdin ? "standard input" : argument + 1;
	const char *problem;

	if (!is_stdin && argument[0] != '@')
	{
		name = "the argument";
		problem = buffer_append(text, argument, strlen(argument)) ?
			NULL : "out of memory";
	}
	else
	{
		FILE	   *file = is_stdin ? stdin : fopen(name, "rb");

		problem = file == NULL ? strerror(errno) : read_all(text, file);
		if (file != NULL && !is_stdin)
			fclose(file);
	}

	/* Neither JSON nor SQL has one; it would end the text in silence. */
	if (problem == NULL && memchr(text->data, '\0', text->len) != NULL)
		problem = "it contains a zero byte, so it is not UTF-8 text";
	if (problem != NULL)
	{
		fprintf(stderr, "pgconnector: could not read %s: %s\n", name, problem);
		buffer_free(text);
		return false;
	}
	return true;
}

/*-------------------------------------------------------------------------
 *
 * config_secret.c
 *	  Secrets by reference: ${secret:NAME}.
 *
 * A secret is the file NAME in the directory that PGCONNECTOR_SECRETS names,
 * /run/secrets if it names none, or else the environment variable
 * PGCONNECTOR_SECRET_NAME.  It is read each time it is needed, and what it
 * holds is not looked into for references.  "$${" stands for "${".
 *
 *-------------------------------------------------------------------------
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "config.h"
#include "internal.h"

#define DIRECTORY_VARIABLE "PGCONNECTOR_SECRETS"
#define DIRECTORY "/run/secrets"
#define VALUE_VARIABLE "PGCONNECTOR_SECRET_"
#define REFERENCE "${secret:"
#define REFERENCE_LEN (sizeof(REFERENCE) - 1)
#define UUID "${uuid}"
#define MAX_NAME 200
#define MAX_SECRET 65536

/*
 * A name is no path: letters, digits, _ . and -, not beginning with a dot.
 * Returns its length, 0 if it is none.
 */
static size_t
name_len(const char *text)
{
	size_t		len = strspn(text, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_.-");

	return text[0] == '.' || len > MAX_NAME ? 0 : len;
}

/* The length of the reference at the text's beginning, or 0. */
static size_t
reference_len(const char *text)
{
	size_t		len;

	if (strncmp(text, REFERENCE, REFERENCE_LEN) != 0)
		return 0;
	len = name_len(text + REFERENCE_LEN);
	return len > 0 && text[REFERENCE_LEN + len] == '}' ? REFERENCE_LEN + len + 1 : 0;
}

bool
secret_check(const char *text, bool uuid, const char **problem)
{
	for (const char *at = text; (at = strstr(at, "${")) != NULL; at += 2)
	{
		if (at > text && at[-1] == '$')
			continue;
		if (reference_len(at) > 0 ||
			(uuid && strncmp(at, UUID, strlen(UUID)) == 0))
			continue;
		*problem = strncmp(at, REFERENCE, REFERENCE_LEN) == 0 ?
			"refers to a secret by something that is no name" :
			"has a ${ that is no reference to a secret";
		return false;
	}
	return true;
}

bool
secret_has_plain_text(const char *text)
{
	while (*text != '\0')
	{
		size_t		len = reference_len(text);

		if (len == 0)
			return true;
		text += len;
	}
	return false;
}

/*
 * The file's text without a line end at its end; NULL if there is none, or
 * with *error set.
 */
static char *
secret_file(Arena *arena, const char *name, PgcError **error)
{
	const char *directory = getenv(DIRECTORY_VARIABLE);
	Text		path = {.arena = arena};
	char	   *buffer;
	size_t		len = 0;
	ssize_t		n = 0;
	int			fd;

	if (directory == NULL || directory[0] == '\0')
		directory = DIRECTORY;
	text_put(&path, directory, strlen(directory));
	text_put(&path, "/", 1);
	text_put(&path, name, strlen(name));
	buffer = arena_alloc(arena, MAX_SECRET + 1);
	if (arena->failed)
	{
		pgc_error_out_of_memory(error);
		return NULL;
	}

	fd = open(path.data, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	if (fd < 0 && (errno == ENOENT || errno == ENOTDIR))
		return NULL;
	if (fd >= 0)
	{
		while (len <= MAX_SECRET &&
			   ((n = read(fd, buffer + len, MAX_SECRET + 1 - len)) > 0 ||
				(n < 0 && errno == EINTR)))
			len += n > 0 ? (size_t) n : 0;
	}
	if (fd < 0 || n < 0)
	{
		pgc_error_format(error, "58P01", NULL, NULL, "could not read secret \"%s\": %s",
						 name, strerror(errno));
		if (fd >= 0)
			close(fd);
		return NULL;
	}
	close(fd);
	if (len > 0 && len <= MAX_SECRET && buffer[len - 1] == '\n')
		len--;
	if (len > 0 && len <= MAX_SECRET && buffer[len - 1] == '\r')
		len--;
	if (len > MAX_SECRET || memchr(buffer, '\0', len) != NULL)
	{
		pgc_error_format(error, PGC_INVALID_PARAMETER, NULL, NULL,
						 "secret \"%s\" is no text of at most %d bytes", name, MAX_SECRET);
		return NULL;
	}
	buffer[len] = '\0';
	return buffer;
}

static const char *
find_secret(Arena *arena, const char *name, PgcError **error)
{
	char		variable[sizeof(VALUE_VARIABLE) + MAX_NAME];
	const char *text;

	if (error != NULL)
		*error = NULL;
	text = secret_file(arena, name, error);
	if (text != NULL || (error != NULL && *error != NULL))
		return text;
	snprintf(variable, sizeof(variable), VALUE_VARIABLE "%s", name);
	text = getenv(variable);
	if (text == NULL)
		pgc_error_format(error, "58P01", NULL,
						 "Put it into a file of that name in the directory that " DIRECTORY_VARIABLE " names (" DIRECTORY " if none), or into the environment variable " VALUE_VARIABLE "NAME.",
						 "there is no secret \"%s\"", name);
	return text;
}

char *
secret_expand(Arena *arena, const char *text, PgcError **error)
{
	Text		to = {.arena = arena};

	text_put(&to, "", 0);
	while (*text != '\0')
	{
		size_t		len = reference_len(text);

		if (len > 0)
		{
			const char *name = arena_copy(arena, text + REFERENCE_LEN, len - REFERENCE_LEN - 1);
			const char *secret = name ? find_secret(arena, name, error) : NULL;

			if (secret == NULL && !arena->failed)
				return NULL;
			if (secret != NULL)
				text_put(&to, secret, strlen(secret));
			text += len;
		}
		else if (strncmp(text, "$${", 3) == 0)
		{
			text_put(&to, "${", 2);
			text += 3;
		}
		else
			text_put(&to, text++, 1);
	}
	if (arena->failed)
	{
		pgc_error_out_of_memory(error);
		return NULL;
	}
	return to.data;
}

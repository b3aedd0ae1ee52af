/*-------------------------------------------------------------------------
 *
 * pipeline.c
 *	  What CREATE PIPELINE says: queries, and where their rows go.
 *
 * The text is taken apart at the words INSERT INTO that stand outside of
 * quotes, comments and parentheses.  What the queries are is the server's to
 * read.
 *
 *-------------------------------------------------------------------------
 */
#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "options.h"
#include "pipeline.h"

static bool
is_word(char c)
{
	return isalnum((unsigned char) c) || c == '_' || c == '$' || (unsigned char) c >= 0x80;
}

/* Behind a text in quotes that begins at p; an unfinished one goes to the end. */
static const char *
skip_quoted(const char *p, bool escapes)
{
	char		quote = *p++;

	while (*p != '\0' && *p != quote)
		p += escapes && *p == '\\' && p[1] != '\0' ? 2 : 1;
	return *p != '\0' ? p + 1 : p;
}

/* Behind $tag$...$tag$, or behind the dollar if there is none. */
static const char *
skip_dollar(const char *p)
{
	size_t		len = 1;
	const char *end;
	char	   *tag;

	while (is_word(p[len]) && p[len] != '$')
		len++;
	if (p[len] != '$' || isdigit((unsigned char) p[1]))
		return p + 1;
	tag = strndup(p, len + 1);
	end = tag != NULL ? strstr(p + len + 1, tag) : NULL;
	free(tag);
	return end != NULL ? end + len + 1 : p + strlen(p);
}

static const char *
skip_comment(const char *p)
{
	int			depth = 0;

	if (*p == '-')
		return p + strcspn(p, "\n");
	do
	{
		if (p[0] == '/' && p[1] == '*')
			depth++;
		else if (p[0] == '*' && p[1] == '/')
			depth--;
		else
		{
			p++;
			continue;
		}
		p += 2;
	} while (depth > 0 && *p != '\0');
	return p;
}

static bool
begins_comment(const char *p)
{
	return (p[0] == '-' && p[1] == '-') || (p[0] == '/' && p[1] == '*');
}

static const char *
skip_space(const char *p)
{
	for (;;)
	{
		if (*p != '\0' && isspace((unsigned char) *p))
			p++;
		else if (begins_comment(p))
			p = skip_comment(p);
		else
			return p;
	}
}

static size_t
word_len(const char *p)
{
	size_t		len = 0;

	while (is_word(p[len]))
		len++;
	return len;
}

static bool
is_at(const char *p, const char *word)
{
	return word_len(p) == strlen(word) && strncasecmp(p, word, strlen(word)) == 0;
}

/*
 * The next INSERT INTO from p on; *behind is where its target stands.  NULL
 * if there is none.  *last_union is where the last UNION ALL before it began.
 */
static const char *
find_insert(const char *p, const char **behind, const char **last_union)
{
	int			depth = 0;
	const char *start = p;

	*last_union = NULL;
	while (*p != '\0')
	{
		if (*p == '\'' || *p == '"')
			p = skip_quoted(p, *p == '\'' && p > start && (p[-1] == 'e' || p[-1] == 'E') &&
							(p - 1 == start || !is_word(p[-2])));
		else if (*p == '$')
			p = skip_dollar(p);
		else if (begins_comment(p))
			p = skip_comment(p);
		else if (is_word(*p))
		{
			const char *second = skip_space(p + word_len(p));

			if (depth == 0 && is_at(p, "insert") && is_at(second, "into"))
			{
				*behind = skip_space(second + strlen("into"));
				return p;
			}
			if (depth == 0 && is_at(p, "union") && is_at(second, "all") &&
				is_at(skip_space(second + strlen("all")), "insert"))
				*last_union = p;
			p += word_len(p);
		}
		else
		{
			depth += *p == '(' || *p == '[';
			depth -= *p == ')' || *p == ']';
			p++;
		}
	}
	return NULL;
}

/* The connection's name, folded as CREATE CONNECTION does. */
static char *
read_target(const char **pos)
{
	const char *p = *pos;
	size_t		len;
	char	   *name = malloc(strlen(p) + 1);

	if (name == NULL)
		return NULL;
	if (*p != '"')
	{
		len = word_len(p);
		for (size_t i = 0; i < len; i++)
			name[i] = (char) (p[i] >= 'A' && p[i] <= 'Z' ? p[i] - 'A' + 'a' : p[i]);
		p += len;
	}
	else
	{
		len = 0;
		for (p++; *p != '\0' && (*p != '"' || p[1] == '"'); p++)
		{
			p += *p == '"';
			name[len++] = *p;
		}
		p += *p == '"';
	}
	name[len] = '\0';
	*pos = p;
	return name;
}

/* Two texts in a new one. */
static char *
join(const char *a, size_t a_len, const char *b, size_t b_len)
{
	char	   *text = malloc(a_len + b_len + 1);

	if (text != NULL)
	{
		memcpy(text, a, a_len);
		memcpy(text + a_len, b, b_len);
		text[a_len + b_len] = '\0';
	}
	return text;
}

bool
pipeline_read(Pipeline *pipeline, const char *text)
{
	const char *target;
	const char *ignored;
	const char *insert = find_insert(text, &target, &ignored);
	size_t		prefix = insert != NULL ? (size_t) (insert - text) : 0;

	memset(pipeline, 0, sizeof(*pipeline));
	if (insert == NULL)
	{
		usage_error("the pipeline does not say INSERT INTO a connection");
		return false;
	}
	while (insert != NULL)
	{
		Branch	   *branches = realloc(pipeline->branches, ((size_t) pipeline->nbranches + 1) * sizeof(Branch));
		Branch	   *branch;
		const char *query = target;
		const char *end;

		if (branches == NULL)
		{
			fputs("pgconnector: out of memory\n", stderr);
			return false;
		}
		pipeline->branches = branches;
		branch = &branches[pipeline->nbranches++];
		branch->target = read_target(&query);
		insert = find_insert(query, &target, &end);
		if (insert != NULL && end == NULL)
		{
			usage_error("before another INSERT INTO the pipeline does not say UNION ALL");
			branch->sql = NULL;
			return false;
		}
		if (end == NULL)
			end = query + strlen(query);
		branch->sql = join(text, prefix, query, (size_t) (end - query));
		if (branch->target == NULL || branch->sql == NULL)
		{
			fputs("pgconnector: out of memory\n", stderr);
			return false;
		}
		if (branch->target[0] == '\0')
		{
			usage_error("the pipeline does not name a connection behind INSERT INTO");
			return false;
		}
	}
	return true;
}

void
pipeline_free(Pipeline *pipeline)
{
	for (int i = 0; i < pipeline->nbranches; i++)
	{
		free(pipeline->branches[i].target);
		free(pipeline->branches[i].sql);
	}
	free(pipeline->branches);
}

/*-------------------------------------------------------------------------
 *
 * config_sql.c
 *	  CREATE CONNECTION and CREATE PIPELINE.
 *
 *		CREATE CONNECTION name TO postgresql (option = value, ...);
 *		CREATE PIPELINE name AS INSERT INTO connection SELECT ...;
 *
 * Names are as in SQL: folded to lower case unless in double quotes.  A
 * value is 'text', in which '' stands for ', a number, true, false, or
 * MAP {'name': value, ...}.  Comments are SQL's.  A pipeline's statement is
 * kept as it stands.
 *
 *-------------------------------------------------------------------------
 */
#include <string.h>

#include "config.h"
#include "internal.h"

typedef struct Reader
{
	PgcConfig  *config;
	const char *pos;
	const char *end;
	int			line;			/* of pos, from 1 */
	PgcError  **error;
} Reader;

static bool
is_name_start(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' ||
		(unsigned char) c >= 0x80;
}

static bool
is_digit(char c)
{
	return c >= '0' && c <= '9';
}

static bool
is_name_part(char c)
{
	return is_name_start(c) || is_digit(c) || c == '$';
}

/* What is wrong is told by what should have come, never by what did. */
static bool
expected(Reader *reader, int line, const char *what)
{
	config_error(reader->error, "42601", line, NULL, "expected %s", what);
	return false;
}

static bool
unterminated(Reader *reader, int line, const char *what)
{
	config_error(reader->error, "42601", line, NULL, "%s does not end", what);
	return false;
}

static char
peek(const Reader *reader, size_t ahead)
{
	return (size_t) (reader->end - reader->pos) > ahead ? reader->pos[ahead] : '\0';
}

static void
advance(Reader *reader, size_t n)
{
	for (; n > 0 && reader->pos < reader->end; n--)
	{
		if (*reader->pos++ == '\n')
			reader->line++;
	}
}

static bool
skip_comment(Reader *reader)
{
	int			line = reader->line;
	int			depth = 0;

	do
	{
		if (peek(reader, 0) == '/' && peek(reader, 1) == '*')
		{
			depth++;
			advance(reader, 2);
		}
		else if (peek(reader, 0) == '*' && peek(reader, 1) == '/')
		{
			depth--;
			advance(reader, 2);
		}
		else if (reader->pos == reader->end)
			return unterminated(reader, line, "comment");
		else
			advance(reader, 1);
	} while (depth > 0);
	return true;
}

/* White space and comments; false if a comment does not end. */
static bool
skip_space(Reader *reader)
{
	while (reader->pos < reader->end)
	{
		if (strchr(" \t\r\n\f\v", *reader->pos) != NULL)
			advance(reader, 1);
		else if (peek(reader, 0) == '-' && peek(reader, 1) == '-')
		{
			while (reader->pos < reader->end && *reader->pos != '\n')
				advance(reader, 1);
		}
		else if (peek(reader, 0) == '/' && peek(reader, 1) == '*')
		{
			if (!skip_comment(reader))
				return false;
		}
		else
			break;
	}
	return true;
}

static size_t
word_len(const Reader *reader)
{
	size_t		len = 0;

	if (!is_name_start(peek(reader, 0)))
		return 0;
	while (is_name_part(peek(reader, len)))
		len++;
	return len;
}

static char
lower(char c)
{
	return c >= 'A' && c <= 'Z' ? (char) (c - 'A' + 'a') : c;
}

/* Take the word if it comes next. */
static bool
take_word(Reader *reader, const char *word)
{
	size_t		len = word_len(reader);

	if (len != strlen(word))
		return false;
	for (size_t i = 0; i < len; i++)
	{
		if (lower(reader->pos[i]) != word[i])
			return false;
	}
	advance(reader, len);
	return true;
}

static bool
want_word(Reader *reader, const char *word, const char *what)
{
	return skip_space(reader) &&
		(take_word(reader, word) || expected(reader, reader->line, what));
}

static bool
want_char(Reader *reader, char c, const char *what)
{
	if (!skip_space(reader))
		return false;
	if (reader->pos == reader->end || *reader->pos != c)
		return expected(reader, reader->line, what);
	advance(reader, 1);
	return true;
}

static bool
out_of_memory(Reader *reader)
{
	pgc_error_out_of_memory(reader->error);
	return false;
}

/* Text in quotes, each of which is doubled within. */
static bool
read_quoted(Reader *reader, char quote, const char *what, const char **text)
{
	Text		to = {.arena = &reader->config->arena};
	int			line = reader->line;

	advance(reader, 1);
	text_put(&to, "", 0);
	for (;;)
	{
		size_t		left = (size_t) (reader->end - reader->pos);
		const char *found = memchr(reader->pos, quote, left);
		size_t		len = found ? (size_t) (found - reader->pos) : left;

		if (found == NULL)
			return unterminated(reader, line, what);
		text_put(&to, reader->pos, len);
		advance(reader, len + 1);
		if (peek(reader, 0) != quote)
			break;
		text_put(&to, &quote, 1);
		advance(reader, 1);
	}
	if (to.arena->failed)
		return out_of_memory(reader);
	*text = to.data;
	return true;
}

static bool
read_name(Reader *reader, const char *what, const char **name)
{
	size_t		len;
	char	   *copy;

	if (!skip_space(reader))
		return false;
	if (peek(reader, 0) == '"')
	{
		int			line = reader->line;

		if (!read_quoted(reader, '"', "quoted name", name))
			return false;
		return **name != '\0' || expected(reader, line, what);
	}
	len = word_len(reader);
	if (len == 0)
		return expected(reader, reader->line, what);
	copy = arena_copy(&reader->config->arena, reader->pos, len);
	if (copy == NULL)
		return out_of_memory(reader);
	for (size_t i = 0; i < len; i++)
		copy[i] = lower(copy[i]);
	advance(reader, len);
	*name = copy;
	return true;
}

/* A number, in JSON's spelling. */
static bool
read_number(Reader *reader, const char **text)
{
	Text		to = {.arena = &reader->config->arena};
	size_t		len = 0;

	if (peek(reader, 0) == '-')
	{
		text_put(&to, "-", 1);
		advance(reader, 1);
	}
	while (peek(reader, 0) == '0' && is_digit(peek(reader, 1)))
		advance(reader, 1);
	while (is_digit(peek(reader, len)))
		len++;
	if (len == 0)
		return expected(reader, reader->line, "a value");
	if (peek(reader, len) == '.' && is_digit(peek(reader, len + 1)))
	{
		len += 2;
		while (is_digit(peek(reader, len)))
			len++;
	}
	if (is_name_part(peek(reader, len)) || peek(reader, len) == '.')
		return expected(reader, reader->line, "a number that ends after its digits");
	text_put(&to, reader->pos, len);
	advance(reader, len);
	if (to.arena->failed)
		return out_of_memory(reader);
	*text = to.data;
	return true;
}

/* A value but for a map. */
static bool
read_scalar(Reader *reader, Given *given)
{
	char		c;

	if (!skip_space(reader))
		return false;
	given->line = reader->line;
	c = peek(reader, 0);
	if (c == '\'')
	{
		given->type = GIVEN_TEXT;
		return read_quoted(reader, '\'', "text in quotes", &given->text);
	}
	if (is_digit(c) || c == '-')
	{
		given->type = GIVEN_NUMBER;
		return read_number(reader, &given->text);
	}
	given->type = GIVEN_BOOLEAN;
	if (take_word(reader, "true"))
		given->text = "true";
	else if (take_word(reader, "false"))
		given->text = "false";
	else
		return expected(reader, reader->line, "a value: 'text', a number, true, false, or MAP {...}");
	return true;
}

/* What follows MAP. */
static bool
read_map(Reader *reader, Given *given)
{
	given->type = GIVEN_MAP;
	given->pairs = NULL;
	if (!want_char(reader, '{', "\"{\" after MAP"))
		return false;
	if (!skip_space(reader))
		return false;
	if (peek(reader, 0) == '}')
	{
		advance(reader, 1);
		return true;
	}
	for (;;)
	{
		const char *name;
		Given		value;
		int			line;

		if (!skip_space(reader))
			return false;
		line = reader->line;
		if (peek(reader, 0) != '\'')
			return expected(reader, line, "a name in quotes");
		if (!read_quoted(reader, '\'', "text in quotes", &name) ||
			!want_char(reader, ':', "\":\" after a name in MAP {...}") ||
			!read_scalar(reader, &value))
			return false;
		if (!config_add_pair(&reader->config->arena, &given->pairs, name, value.text))
		{
			config_error(reader->error, PGC_INVALID_PARAMETER, line, NULL,
						 "MAP {...} has a name twice");
			return false;
		}
		if (reader->config->arena.failed)
			return out_of_memory(reader);
		if (!skip_space(reader))
			return false;
		if (peek(reader, 0) == '}')
		{
			advance(reader, 1);
			return true;
		}
		if (!want_char(reader, ',', "\",\" or \"}\" after a value in MAP {...}"))
			return false;
	}
}

static bool
read_value(Reader *reader, Given *given)
{
	if (!skip_space(reader))
		return false;
	given->line = reader->line;
	if (take_word(reader, "map"))
		return read_map(reader, given);
	return read_scalar(reader, given);
}

/* name TO postgresql (options) */
static bool
read_connection(Reader *reader, int line)
{
	const char *name;
	const char *connector;
	ConfigEntry *connection;
	int			at;

	if (!read_name(reader, "the connection's name", &name) ||
		!want_word(reader, "to", "TO"))
		return false;
	at = reader->line;
	if (!read_name(reader, "postgresql", &connector))
		return false;
	if (strcmp(connector, "postgresql") != 0)
		return expected(reader, at, "postgresql, the only kind of connection there is");
	connection = config_add(reader->config, &reader->config->connections,
							"connection", name, line, reader->error);
	if (connection == NULL || !want_char(reader, '(', "\"(\""))
		return false;

	if (!skip_space(reader))
		return false;
	if (peek(reader, 0) == ')')
		advance(reader, 1);
	else
	{
		for (;;)
		{
			const char *option;
			Given		given;

			if (!read_name(reader, "the name of an option", &option) ||
				!want_char(reader, '=', "\"=\" after the name of an option") ||
				!read_value(reader, &given) ||
				!config_set(reader->config, connection, option, &given, reader->error) ||
				!skip_space(reader))
				return false;
			if (peek(reader, 0) == ')')
			{
				advance(reader, 1);
				break;
			}
			if (!want_char(reader, ',', "\",\" or \")\" after a value"))
				return false;
		}
	}
	return config_finish(reader->config, connection, reader->error);
}

/* Over a dollar-quoted text, if one begins here: $tag$ ... $tag$. */
static bool
skip_dollar_quoted(Reader *reader, bool *skipped)
{
	size_t		tag_len = 1;
	const char *tag = reader->pos;
	int			line = reader->line;

	*skipped = false;
	if (is_name_start(peek(reader, 1)))
	{
		while (is_name_part(peek(reader, tag_len)) && peek(reader, tag_len) != '$')
			tag_len++;
	}
	if (peek(reader, tag_len) != '$')
		return true;
	tag_len++;
	*skipped = true;
	advance(reader, tag_len);
	for (;;)
	{
		if ((size_t) (reader->end - reader->pos) < tag_len)
			return unterminated(reader, line, "text in dollar quotes");
		if (memcmp(reader->pos, tag, tag_len) == 0)
			break;
		advance(reader, 1);
	}
	advance(reader, tag_len);
	return true;
}

/* Over SQL to the semicolon or the end. */
static bool
skip_statement(Reader *reader)
{
	while (reader->pos < reader->end && *reader->pos != ';')
	{
		char		c = *reader->pos;
		int			line = reader->line;

		if (c == '\'' || c == '"')
		{
			/* In E'...' a backslash takes its meaning from a quote. */
			bool		escapes = c == '\'' && lower(reader->pos[-1]) == 'e' &&
				!is_name_part(reader->pos[-2]);

			advance(reader, 1);
			while (reader->pos < reader->end && *reader->pos != c)
				advance(reader, escapes && *reader->pos == '\\' ? 2 : 1);
			if (reader->pos == reader->end)
				return unterminated(reader, line, "text in quotes");
			advance(reader, 1);
		}
		else if (c == '$' && !is_name_part(reader->pos[-1]))
		{
			bool		skipped;

			if (!skip_dollar_quoted(reader, &skipped))
				return false;
			if (!skipped)
				advance(reader, 1);
		}
		else if ((c == '-' && peek(reader, 1) == '-') ||
				 (c == '/' && peek(reader, 1) == '*'))
		{
			if (!skip_space(reader))
				return false;
		}
		else
			advance(reader, 1);
	}
	return true;
}

/* name AS statement */
static bool
read_pipeline(Reader *reader, int line)
{
	const char *name;
	const char *start;
	ConfigEntry *pipeline;
	size_t		len;
	int			at;

	if (!read_name(reader, "the pipeline's name", &name) ||
		!want_word(reader, "as", "AS") ||
		!skip_space(reader))
		return false;
	start = reader->pos;
	at = reader->line;
	if (!skip_statement(reader))
		return false;
	len = (size_t) (reader->pos - start);
	while (len > 0 && strchr(" \t\r\n\f\v", start[len - 1]) != NULL)
		len--;
	if (len == 0)
		return expected(reader, at, "the pipeline's statement after AS");
	pipeline = config_add(reader->config, &reader->config->pipelines,
						  "pipeline", name, line, reader->error);
	if (pipeline == NULL)
		return false;
	pipeline->text = arena_copy(&reader->config->arena, start, len);
	return pipeline->text != NULL || out_of_memory(reader);
}

bool
config_read_sql(PgcConfig *config, const char *text, size_t len,
				PgcError **error)
{
	Reader		reader = {config, text, text + len, 1, error};

	for (;;)
	{
		int			line;

		if (!skip_space(&reader))
			return false;
		if (reader.pos == reader.end)
			return true;
		line = reader.line;
		if (!take_word(&reader, "create"))
			return expected(&reader, line, "CREATE CONNECTION or CREATE PIPELINE");
		if (!skip_space(&reader))
			return false;
		if (take_word(&reader, "connection"))
		{
			if (!read_connection(&reader, line))
				return false;
		}
		else if (take_word(&reader, "pipeline"))
		{
			if (!read_pipeline(&reader, line))
				return false;
		}
		else
			return expected(&reader, reader.line, "CONNECTION or PIPELINE after CREATE");

		if (!skip_space(&reader))
			return false;
		if (reader.pos < reader.end && !want_char(&reader, ';', "\";\" after the statement"))
			return false;
	}
}

/*-------------------------------------------------------------------------
 *
 * text.h
 *	  Text for people: how wide it is, and writing it safely.
 *
 * What came out of a database must not steer a terminal, so control
 * characters, those that change the direction of writing and bytes that are
 * not UTF-8 are written as escapes (\n, \x1b, \u202e).
 *
 *-------------------------------------------------------------------------
 */
#ifndef TEXT_H
#define TEXT_H

#include <stddef.h>
#include <stdio.h>

/* Let text_width() know wide characters.  Once, at the program's start. */
extern void text_init(void);

/* Columns of a terminal that the text takes. */
extern size_t text_width(const char *text, size_t len);

extern void text_put(FILE *out, const char *text, size_t len);

/* The same, but line ends stay, and each new line is indented. */
extern void text_put_lines(FILE *out, const char *text, const char *indent);

/* The same character n times. */
extern void text_repeat(FILE *out, char c, size_t n);

#endif							/* TEXT_H */

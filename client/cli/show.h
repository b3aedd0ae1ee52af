/*-------------------------------------------------------------------------
 *
 * show.h
 *	  Replies for people.
 *
 * Nothing here knows what members a certain command's reply has, beyond the
 * few that have a form of their own: what is not known is shown by its name.
 *
 *-------------------------------------------------------------------------
 */
#ifndef SHOW_H
#define SHOW_H

#include <stdbool.h>
#include <stdio.h>

#include "core/json_scan.h"

/* Columns of the terminal that stdout is; 0 if it is none. */
extern size_t terminal_width(void);

/* Find an object's member; false if there is none, or no object. */
extern bool find_member(const JsonValue *object, const char *name,
						JsonValue *value);

/*
 * Any reply: its rows as a table, what else it has as lines below.  False if
 * memory runs out.
 */
extern bool show_reply(FILE *out, const JsonValue *reply);

/*
 * An object: its values as lines "name: value", then what is larger under
 * its name: each object within, and each list of objects, as a table.
 * "skip", ended by NULL, are members to leave out, or NULL.  False if memory
 * runs out.
 */
extern bool show_object(FILE *out, const JsonValue *object,
						const char *const *skip);

#endif							/* SHOW_H */

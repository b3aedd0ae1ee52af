/*-------------------------------------------------------------------------
 *
 * input.h
 *	  Text that an argument is, or names: "-" standard input, "@FILE" a file.
 *
 *-------------------------------------------------------------------------
 */
#ifndef INPUT_H
#define INPUT_H

#include "buffer.h"

/*
 * Read it into an empty buffer.  On failure, says why on stderr and returns
 * false.
 */
extern bool input_read(Buffer *text, const char *argument);

#endif							/* INPUT_H */

/*-------------------------------------------------------------------------
 *
 * nearest.h
 *	  The name somebody probably meant.
 *
 *-------------------------------------------------------------------------
 */
#ifndef PGC_NEAREST_H
#define PGC_NEAREST_H

typedef struct Nearest
{
	const char *wanted;
	int			distance;		/* of the best so far */
	char		name[2 * NAMEDATALEN + 2];	/* empty: none is near */
} Nearest;

extern void nearest_init(Nearest *nearest, const char *wanted);

/* Consider a candidate. */
extern void nearest_offer(Nearest *nearest, const char *candidate);

/* For ereport(): a hint naming it, or nothing. */
extern int	errhint_nearest(const Nearest *nearest);

#endif							/* PGC_NEAREST_H */

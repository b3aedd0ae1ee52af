/*-------------------------------------------------------------------------
 *
 * nearest.c
 *	  The name somebody probably meant.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "utils/varlena.h"

#include "nearest.h"

/* As far apart as PostgreSQL itself lets a misspelt column name be. */
#define MAX_DISTANCE 3

void
nearest_init(Nearest *nearest, const char *wanted)
{
	nearest->wanted = wanted;
	nearest->distance = MAX_DISTANCE + 1;
	nearest->name[0] = '\0';
}

void
nearest_offer(Nearest *nearest, const char *candidate)
{
	int			wanted_len = strlen(nearest->wanted);
	int			distance;

	/* A name is as near as another in case alone. */
	if (pg_strcasecmp(nearest->wanted, candidate) == 0)
		distance = 0;
	else if (wanted_len > NAMEDATALEN)
		return;
	else
		distance = varstr_levenshtein_less_equal(nearest->wanted, wanted_len,
												 candidate, strlen(candidate),
												 1, 1, 1,
												 nearest->distance, true);

	/* Nor may most of it be different. */
	if (distance < nearest->distance && distance <= wanted_len / 2)
	{
		nearest->distance = distance;
		strlcpy(nearest->name, candidate, sizeof(nearest->name));
	}
}

int
errhint_nearest(const Nearest *nearest)
{
	if (nearest->name[0] != '\0')
		errhint("Perhaps you meant \"%s\".", nearest->name);
	return 0;					/* return value does not matter */
}

/*-------------------------------------------------------------------------
 *
 * batch.h
 *	  What others need to know of the command batch.
 *
 *-------------------------------------------------------------------------
 */
#ifndef PGC_BATCH_H
#define PGC_BATCH_H

/* Steps that a batch may have. */
#define BATCH_MAX_STEPS 1000

#endif							/* PGC_BATCH_H */

/*-------------------------------------------------------------------------
 *
 * histogram.h
 *	  How long something took, over any number of times, in fixed memory.
 *
 * A bucket is at most an eighth wide of what it stands for: eight for each
 * power of two, from 1 microsecond to an hour and more.
 *
 *-------------------------------------------------------------------------
 */
#ifndef PGCONNECTOR_HISTOGRAM_H
#define PGCONNECTOR_HISTOGRAM_H

#include <stdint.h>

#define HISTOGRAM_BUCKETS (8 * 32)

typedef struct Histogram
{
	uint64_t	count;
	uint64_t	sum;			/* microseconds */
	uint64_t	max;
	uint64_t	bucket[HISTOGRAM_BUCKETS];
} Histogram;

extern void histogram_add(Histogram *histogram, int64_t us);

/* The time that "percent" of all stayed within; 0 where there are none. */
extern int64_t histogram_percentile(const Histogram *histogram, double percent);

#endif							/* PGCONNECTOR_HISTOGRAM_H */

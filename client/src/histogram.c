/*-------------------------------------------------------------------------
 *
 * histogram.c
 *	  How long something took, over any number of times, in fixed memory.
 *
 *-------------------------------------------------------------------------
 */
#include "histogram.h"

/*
 * Below 8 each value has a bucket; from there on, the value's highest four
 * bits are the bucket's place: 8 to 15 of the power of two that it has.
 */
static int
bucket_of(uint64_t us)
{
	int			power = 0;

	while (us >> power >= 16)
		power++;
	if (us < 8)
		return (int) us;
	return 8 * power + (int) (us >> power);
}

/* The largest value that falls into the bucket. */
static uint64_t
bucket_end(int bucket)
{
	int			power = bucket < 16 ? 0 : bucket / 8 - 1;

	if (bucket < 8)
		return (uint64_t) bucket;
	return ((uint64_t) (bucket - 8 * power) << power) + (((uint64_t) 1 << power) - 1);
}

void
histogram_add(Histogram *histogram, int64_t us)
{
	uint64_t	value = us > 0 ? (uint64_t) us : 0;
	int			bucket = bucket_of(value);

	if (bucket >= HISTOGRAM_BUCKETS)
		bucket = HISTOGRAM_BUCKETS - 1;
	histogram->bucket[bucket]++;
	histogram->count++;
	histogram->sum += value;
	if (value > histogram->max)
		histogram->max = value;
}

int64_t
histogram_percentile(const Histogram *histogram, double percent)
{
	double		wanted = (double) histogram->count * percent / 100.0;
	uint64_t	seen = 0;

	for (int i = 0; i < HISTOGRAM_BUCKETS; i++)
	{
		seen += histogram->bucket[i];
		if (seen > 0 && (double) seen >= wanted)
		{
			uint64_t	end = bucket_end(i);

			return (int64_t) (end < histogram->max ? end : histogram->max);
		}
	}
	return 0;
}

/*
 * bench.c: pg_connector against what one would write by hand.
 *
 * Every figure has contestants doing the same job.  They take turns in each
 * round, once or in many slices, in an order that rotates, so that what the
 * machine does besides hits all of them; a first round, not counted, warms
 * caches and plans.  A ratio is theirs / ours, taken within a round, the
 * median over the rounds: above 1 pg_connector is faster, or takes less
 * memory.  The answers are compared; a figure whose answers differ fails the
 * run.
 *
 * usage: bench DIRECTORY [FIGURE...]   (connection from the environment)
 */
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "bench.h"

#define MAX_FIGURES 100

static Figure *const themes[] = {
	calls_figures,
	reads_figures,
	writes_figures,
	v2_figures,
	pool_figures,
	client_figures,
	sink_figures,
	NULL
};

int			rounds = 7;

void
die(const char *format,...)
{
	va_list		args;

	va_start(args, format);
	fputs("bench: ", stderr);
	vfprintf(stderr, format, args);
	fputc('\n', stderr);
	va_end(args);
	exit(1);
}

double
now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return t.tv_sec + t.tv_nsec / 1e9;
}

static int
compare_doubles(const void *a, const void *b)
{
	double		x = *(const double *) a;
	double		y = *(const double *) b;

	return (x > y) - (x < y);
}

static double
median(const double *values)
{
	double	   *sorted = malloc(sizeof(double) * rounds);
	double		result;

	memcpy(sorted, values, sizeof(double) * rounds);
	qsort(sorted, rounds, sizeof(double), compare_doubles);
	result = (sorted[(rounds - 1) / 2] + sorted[rounds / 2]) / 2;
	free(sorted);
	return result;
}

static void
take_turn(Figure *figure, Contestant *contestant, int round)
{
	double		start;
	double		reading;

	if (figure->before != NULL)
		figure->before();
	start = now();
	contestant->run();
	reading = now() - start;
	if (figure->reading != NULL)
		reading = figure->reading();
	if (round >= 0)
		contestant->readings[round] += reading;
}

static void
measure(Figure *figure)
{
	Contestant *all = figure->contestants;
	double	   *ratios = malloc(sizeof(double) * rounds);
	int			n = 0;

	for (; all[n].name != NULL; n++)
		all[n].readings = calloc(rounds, sizeof(double));
	if (figure->setup != NULL)
		figure->setup();
	for (int round = -1; round < rounds; round++)
	{
		if (figure->before_round != NULL)
			figure->before_round();
		for (int slice = 0; slice == 0 || slice < figure->slices; slice++)
		{
			for (int turn = 0; turn < n; turn++)
				take_turn(figure, &all[(turn + slice + round + 1) % n], round);
		}
		if (round < 0 || round == rounds - 1)
		{
			long		differences = figure->differences();

			if (differences > 0)
				die("%s: %ld differences between the contestants' answers", figure->name, differences);
		}
	}
	for (int i = 0; i < n; i++)
	{
		for (int round = 0; round < rounds; round++)
			ratios[round] = all[i].readings[round] / all[0].readings[round];
		all[i].median = median(all[i].readings);
		all[i].ratio = median(ratios);
	}
	free(ratios);
}

/* The figures named in the arguments, or all of them, in the order of the themes. */
static int
choose(Figure **chosen, int nnames, char **names)
{
	int			count = 0;

	for (int theme = 0; themes[theme] != NULL; theme++)
	{
		for (Figure *figure = themes[theme]; figure->name != NULL; figure++)
		{
			bool		wanted = nnames == 0;

			for (int i = 0; i < nnames; i++)
				wanted = wanted || strcmp(names[i], figure->name) == 0;
			if (wanted && count < MAX_FIGURES)
				chosen[count++] = figure;
		}
	}
	return count;
}

int
main(int argc, char **argv)
{
	Figure	   *chosen[MAX_FIGURES];
	int			count;

	if (argc == 4 && strcmp(argv[1], "--measured") == 0)
		return run_measured(atoi(argv[2]), argv[3]);
	if (argc < 2)
		die("usage: bench DIRECTORY [FIGURE...]");
	if (getenv("BENCH_REPEATS") != NULL && *getenv("BENCH_REPEATS") != '\0')
		rounds = atoi(getenv("BENCH_REPEATS"));
	if (rounds < 1)
		die("BENCH_REPEATS must be at least 1");
	count = choose(chosen, argc - 2, argv + 2);
	if (count == 0)
		die("no such figure");

	conn = connect_server();
	report_machine();
	for (int i = 0; i < count; i++)
	{
		measure(chosen[i]);
		report_figure(chosen[i]);
	}
	report_files(argv[1], chosen, count);
	PQfinish(conn);
	return 0;
}

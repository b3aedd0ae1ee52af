/*
 * report.c: the figures as text, as JSON, and as a table for the README.
 */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "bench.h"

/* Characters that a ratio of 1 is long in the table's chart, and that any is at most. */
#define BAR_UNIT 4
#define BAR_MAX 32

/* The machine, for whoever compares figures later. */
static char cpu[200] = "unknown CPU";
static long cores;
static Buffer server;

void
report_machine(void)
{
	FILE	   *f = fopen("/proc/cpuinfo", "r");
	char		line[400];

	while (f != NULL && fgets(line, sizeof(line), f) != NULL)
	{
		if (strncmp(line, "model name", 10) == 0 && strchr(line, ':') != NULL)
		{
			line[strcspn(line, "\n")] = '\0';
			snprintf(cpu, sizeof(cpu), "%.190s", strchr(line, ':') + 2);
			break;
		}
	}
	if (f != NULL)
		fclose(f);
	cores = sysconf(_SC_NPROCESSORS_ONLN);
	fetch(&server, "SELECT 'PostgreSQL ' || current_setting('server_version')", NULL);
	printf("%s, %ld cores, %s\n", cpu, cores, server.data);
	printf("median of %d interleaved rounds, ratio = theirs / ours\n", rounds);
	fflush(stdout);
}

void
report_figure(const Figure *figure)
{
	double		longest = 0;

	printf("\n%s\n", figure->title);
	for (const Contestant *c = figure->contestants; c->name != NULL; c++)
		longest = fmax(longest, c->median);
	for (const Contestant *c = figure->contestants; c->name != NULL; c++)
	{
		printf("  %-27s ", c->name);
		if (figure->reading != NULL)
			printf("%8.2f %-10s  ", c->median, figure->unit);
		else
			printf("%8.3f s  %8.2f us/%-4s  ", c->median, c->median / figure->count * 1e6, figure->unit);
		printf("%6.2f  ", c->ratio);
		for (int bar = 0; bar < (int) fmax(1, c->median / longest * 32 + 0.5); bar++)
			fputs(c == figure->contestants ? "█" : "▒", stdout);
		putchar('\n');
	}
	fflush(stdout);
}

static FILE *
open_output(const char *directory, const char *name)
{
	char		path[4096];
	FILE	   *f;

	snprintf(path, sizeof(path), "%s/%s", directory, name);
	f = fopen(path, "w");
	if (f == NULL)
		die("could not write \"%s\"", path);
	return f;
}

/* Text of ours as a JSON string. */
static void
write_string(FILE *f, const char *text)
{
	putc('"', f);
	for (; *text != '\0'; text++)
	{
		if (*text == '"' || *text == '\\')
			putc('\\', f);
		putc(*text, f);
	}
	putc('"', f);
}

static void
write_json(FILE *f, Figure **run, int count)
{
	fprintf(f, "{\n  \"machine\": {\"cpu\": \"%s\", \"cores\": %ld, \"server\": \"%s\"},\n  \"rounds\": %d,\n  \"figures\": [",
			cpu, cores, server.data, rounds);
	for (int i = 0; i < count; i++)
	{
		const Figure *figure = run[i];

		fprintf(f, "%s\n    {\"name\": \"%s\", \"title\": ", i > 0 ? "," : "", figure->name);
		write_string(f, figure->title);
		fprintf(f, ", \"reading\": \"%s\", \"unit\": \"%s\", \"count\": %d, \"equal\": true, \"contestants\": [",
				figure->reading != NULL ? figure->unit : "seconds", figure->unit, figure->count);
		for (const Contestant *c = figure->contestants; c->name != NULL; c++)
		{
			fprintf(f, "%s\n      {\"name\": ", c > figure->contestants ? "," : "");
			write_string(f, c->name);
			fprintf(f, ", \"median\": %.6f, \"ratio\": %.3f, \"readings\": [", c->median, c->ratio);
			for (int round = 0; round < rounds; round++)
				fprintf(f, "%s%.6f", round > 0 ? ", " : "", c->readings[round]);
			fputs("]}", f);
		}
		fputs("\n    ]}", f);
	}
	fputs("\n  ]\n}\n", f);
}

/* Ratios only: times are this machine's, ratios carry further. */
static void
write_table(FILE *f, Figure **run, int count)
{
	fputs("| work | against | theirs / ours | |\n|---|---|--:|---|\n", f);
	for (int i = 0; i < count; i++)
	{
		const Contestant *all = run[i]->contestants;

		for (int j = 1; all[j].name != NULL; j++)
		{
			int			bar = (int) fmax(1, all[j].ratio * BAR_UNIT + 0.5);

			fprintf(f, "| %s | %s | %.*f | ", j == 1 ? run[i]->title : "", all[j].name,
					all[j].ratio < 9.95 ? 1 : 0, all[j].ratio);
			for (int at = 0; at < bar && at < BAR_MAX; at++)
				fputs(at < BAR_UNIT ? "▓" : "█", f);
			fputs(bar > BAR_MAX ? "… |\n" : " |\n", f);
		}
	}
	fprintf(f, "\nMedians of %d interleaved rounds on %s, %ld cores, %s.\n", rounds, cpu, cores, server.data);
}

void
report_files(const char *directory, Figure **run, int count)
{
	FILE	   *f = open_output(directory, "bench.json");

	write_json(f, run, count);
	fclose(f);
	f = open_output(directory, "bench.md");
	write_table(f, run, count);
	fclose(f);
}

/*-------------------------------------------------------------------------
 *
 * pipeline.h
 *	  What CREATE PIPELINE says: queries, and where their rows go.
 *
 *-------------------------------------------------------------------------
 */
#ifndef PIPELINE_H
#define PIPELINE_H

#include <stdbool.h>

typedef struct Branch
{
	char	   *target;			/* a connection */
	char	   *sql;
} Branch;

typedef struct Pipeline
{
	Branch	   *branches;
	int			nbranches;
} Pipeline;

/*
 * Read [WITH ...] INSERT INTO connection query [UNION ALL INSERT INTO
 * connection query ...]: WITH is before each query.  False with the mistake on
 * stderr.  Free it either way.
 */
extern bool pipeline_read(Pipeline *pipeline, const char *text);
extern void pipeline_free(Pipeline *pipeline);

#endif							/* PIPELINE_H */

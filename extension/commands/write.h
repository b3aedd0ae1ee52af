/*-------------------------------------------------------------------------
 *
 * write.h
 *	  What insert_rows, update_rows and delete_rows share.
 *
 *-------------------------------------------------------------------------
 */
#ifndef PGC_WRITE_H
#define PGC_WRITE_H

#include "command.h"
#include "json_out.h"
#include "plan_cache.h"
#include "predicate.h"

/* A receiver of returned rows, which raises 54000 at a cap. */
extern void write_rows_init(Call *call, RowsOut *rows);

/*
 * Run an update or delete with the shape's values and append the whole
 * result: what "returning" asks for, if anything, and the count.
 */
extern void write_run(Call *call, KeptPlan *plan, const Shape *shape,
					  const JsonNode *returning);

/* Raise 54000 if more rows were written than may be. */
extern void write_check_affected(const Call *call, uint64 written);

/*
 * Raise 21000 for a write that would touch every row without saying so.
 */
extern void write_check_filter(const Call *call, const JsonNode *where,
							   const Predicate *predicate, const JsonNode *all_rows);

#endif							/* PGC_WRITE_H */

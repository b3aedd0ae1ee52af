/*-------------------------------------------------------------------------
 *
 * execute.h
 *	  execute for commands that take SQL text in another form.
 *
 * Parse the text, plan it with sql_text_plan() or sql_text_plan_values(), and
 * run it.
 *
 *-------------------------------------------------------------------------
 */
#ifndef PGC_EXECUTE_H
#define PGC_EXECUTE_H

#include "command.h"
#include "json_out.h"
#include "sql_text.h"

extern SqlText *execute_parse(Call *call, const JsonNode *node);

/*
 * Run the planned statement, if it is allowed here, and append the list of
 * the rows that it returns, unless rows->id_only says that none are wanted.
 * Returns how many rows it wrote or returned.
 */
extern uint64 execute_run(Call *call, SqlText *sql, const JsonNode *node,
						  RowsOut *rows);

#endif							/* PGC_EXECUTE_H */

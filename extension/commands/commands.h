/*-------------------------------------------------------------------------
 *
 * commands.h
 *	  The commands, each declared in a file of its own name.
 *
 *-------------------------------------------------------------------------
 */
#ifndef PGC_COMMANDS_H
#define PGC_COMMANDS_H

#include "command.h"

extern const Command command_alter_table;
extern const Command command_batch;
extern const Command command_commands;
extern const Command command_create_index;
extern const Command command_create_table;
extern const Command command_delete_rows;
extern const Command command_describe;
extern const Command command_drop_table;
extern const Command command_execute;
extern const Command command_insert_rows;
extern const Command command_query;
extern const Command command_select_rows;
extern const Command command_sink_apply;
extern const Command command_sink_open;
extern const Command command_sink_stage;
extern const Command command_statements;
extern const Command command_test_connection;
extern const Command command_truncate_table;
extern const Command command_update_rows;
extern const Command command_upsert_rows;

/* In the form of other systems. */
extern const Command command_v2_create_table;
extern const Command command_v2_delete_values;
extern const Command command_v2_do_sql;
extern const Command command_v2_drop_table;
extern const Command command_v2_insert_values;
extern const Command command_v2_select_values;
extern const Command command_v2_update_values;
extern const Command command_actions_delete_rows;
extern const Command command_actions_execute_query;
extern const Command command_actions_insert_row;
extern const Command command_actions_query_rows;
extern const Command command_actions_update_rows;
extern const Command command_task_execute;
extern const Command command_task_query;

#endif							/* PGC_COMMANDS_H */

/* pg_connector--0.1.0.sql */

-- complain if script is sourced in psql, rather than via CREATE EXTENSION
\echo Use "CREATE EXTENSION pg_connector" to load this file. \quit

-- The schema is made here, not by CREATE EXTENSION, so that it belongs to the
-- extension and to no role that could add to it.  One that exists is refused.
CREATE SCHEMA connector;

-- Every function runs as its caller and can do nothing that the caller could
-- not do without it, so EXECUTE is everybody's, and so is the schema.
GRANT USAGE ON SCHEMA connector TO PUBLIC;

-- A request is text: that is what a literal, an untyped parameter and every
-- driver's string become.

CREATE FUNCTION connector.select_rows(request text) RETURNS json
AS 'MODULE_PATHNAME', 'pg_connector_select_rows' LANGUAGE C VOLATILE PARALLEL UNSAFE;
COMMENT ON FUNCTION connector.select_rows(text) IS 'Read rows of one table or view';

CREATE FUNCTION connector.select_rows(request json) RETURNS json
AS 'MODULE_PATHNAME', 'pg_connector_select_rows' LANGUAGE C VOLATILE PARALLEL UNSAFE;
COMMENT ON FUNCTION connector.select_rows(json) IS 'Read rows of one table or view';

CREATE FUNCTION connector.select_rows(request jsonb) RETURNS json
AS 'MODULE_PATHNAME', 'pg_connector_select_rows_jsonb' LANGUAGE C VOLATILE PARALLEL UNSAFE;
COMMENT ON FUNCTION connector.select_rows(jsonb) IS 'Read rows of one table or view';

CREATE FUNCTION connector.insert_rows(request text) RETURNS json
AS 'MODULE_PATHNAME', 'pg_connector_insert_rows' LANGUAGE C VOLATILE PARALLEL UNSAFE;
COMMENT ON FUNCTION connector.insert_rows(text) IS 'Insert one or many rows';

CREATE FUNCTION connector.insert_rows(request json) RETURNS json
AS 'MODULE_PATHNAME', 'pg_connector_insert_rows' LANGUAGE C VOLATILE PARALLEL UNSAFE;
COMMENT ON FUNCTION connector.insert_rows(json) IS 'Insert one or many rows';

CREATE FUNCTION connector.insert_rows(request jsonb) RETURNS json
AS 'MODULE_PATHNAME', 'pg_connector_insert_rows_jsonb' LANGUAGE C VOLATILE PARALLEL UNSAFE;
COMMENT ON FUNCTION connector.insert_rows(jsonb) IS 'Insert one or many rows';

CREATE FUNCTION connector.upsert_rows(request text) RETURNS json
AS 'MODULE_PATHNAME', 'pg_connector_upsert_rows' LANGUAGE C VOLATILE PARALLEL UNSAFE;
COMMENT ON FUNCTION connector.upsert_rows(text) IS 'Insert rows, or update those that exist';

CREATE FUNCTION connector.upsert_rows(request json) RETURNS json
AS 'MODULE_PATHNAME', 'pg_connector_upsert_rows' LANGUAGE C VOLATILE PARALLEL UNSAFE;
COMMENT ON FUNCTION connector.upsert_rows(json) IS 'Insert rows, or update those that exist';

CREATE FUNCTION connector.upsert_rows(request jsonb) RETURNS json
AS 'MODULE_PATHNAME', 'pg_connector_upsert_rows_jsonb' LANGUAGE C VOLATILE PARALLEL UNSAFE;
COMMENT ON FUNCTION connector.upsert_rows(jsonb) IS 'Insert rows, or update those that exist';

CREATE FUNCTION connector.update_rows(request text) RETURNS json
AS 'MODULE_PATHNAME', 'pg_connector_update_rows' LANGUAGE C VOLATILE PARALLEL UNSAFE;
COMMENT ON FUNCTION connector.update_rows(text) IS 'Update the rows that meet conditions';

CREATE FUNCTION connector.update_rows(request json) RETURNS json
AS 'MODULE_PATHNAME', 'pg_connector_update_rows' LANGUAGE C VOLATILE PARALLEL UNSAFE;
COMMENT ON FUNCTION connector.update_rows(json) IS 'Update the rows that meet conditions';

CREATE FUNCTION connector.update_rows(request jsonb) RETURNS json
AS 'MODULE_PATHNAME', 'pg_connector_update_rows_jsonb' LANGUAGE C VOLATILE PARALLEL UNSAFE;
COMMENT ON FUNCTION connector.update_rows(jsonb) IS 'Update the rows that meet conditions';

CREATE FUNCTION connector.delete_rows(request text) RETURNS json
AS 'MODULE_PATHNAME', 'pg_connector_delete_rows' LANGUAGE C VOLATILE PARALLEL UNSAFE;
COMMENT ON FUNCTION connector.delete_rows(text) IS 'Delete the rows that meet conditions';

CREATE FUNCTION connector.delete_rows(request json) RETURNS json
AS 'MODULE_PATHNAME', 'pg_connector_delete_rows' LANGUAGE C VOLATILE PARALLEL UNSAFE;
COMMENT ON FUNCTION connector.delete_rows(json) IS 'Delete the rows that meet conditions';

CREATE FUNCTION connector.delete_rows(request jsonb) RETURNS json
AS 'MODULE_PATHNAME', 'pg_connector_delete_rows_jsonb' LANGUAGE C VOLATILE PARALLEL UNSAFE;
COMMENT ON FUNCTION connector.delete_rows(jsonb) IS 'Delete the rows that meet conditions';

CREATE FUNCTION connector.create_table(request text) RETURNS json
AS 'MODULE_PATHNAME', 'pg_connector_create_table' LANGUAGE C VOLATILE PARALLEL UNSAFE;
COMMENT ON FUNCTION connector.create_table(text) IS 'Create a table';

CREATE FUNCTION connector.create_table(request json) RETURNS json
AS 'MODULE_PATHNAME', 'pg_connector_create_table' LANGUAGE C VOLATILE PARALLEL UNSAFE;
COMMENT ON FUNCTION connector.create_table(json) IS 'Create a table';

CREATE FUNCTION connector.create_table(request jsonb) RETURNS json
AS 'MODULE_PATHNAME', 'pg_connector_create_table_jsonb' LANGUAGE C VOLATILE PARALLEL UNSAFE;
COMMENT ON FUNCTION connector.create_table(jsonb) IS 'Create a table';

CREATE FUNCTION connector.alter_table(request text) RETURNS json
AS 'MODULE_PATHNAME', 'pg_connector_alter_table' LANGUAGE C VOLATILE PARALLEL UNSAFE;
COMMENT ON FUNCTION connector.alter_table(text) IS 'Change columns and constraints of a table';

CREATE FUNCTION connector.alter_table(request json) RETURNS json
AS 'MODULE_PATHNAME', 'pg_connector_alter_table' LANGUAGE C VOLATILE PARALLEL UNSAFE;
COMMENT ON FUNCTION connector.alter_table(json) IS 'Change columns and constraints of a table';

CREATE FUNCTION connector.alter_table(request jsonb) RETURNS json
AS 'MODULE_PATHNAME', 'pg_connector_alter_table_jsonb' LANGUAGE C VOLATILE PARALLEL UNSAFE;
COMMENT ON FUNCTION connector.alter_table(jsonb) IS 'Change columns and constraints of a table';

CREATE FUNCTION connector.drop_table(request text) RETURNS json
AS 'MODULE_PATHNAME', 'pg_connector_drop_table' LANGUAGE C VOLATILE PARALLEL UNSAFE;
COMMENT ON FUNCTION connector.drop_table(text) IS 'Drop a table';

CREATE FUNCTION connector.drop_table(request json) RETURNS json
AS 'MODULE_PATHNAME', 'pg_connector_drop_table' LANGUAGE C VOLATILE PARALLEL UNSAFE;
COMMENT ON FUNCTION connector.drop_table(json) IS 'Drop a table';

CREATE FUNCTION connector.drop_table(request jsonb) RETURNS json
AS 'MODULE_PATHNAME', 'pg_connector_drop_table_jsonb' LANGUAGE C VOLATILE PARALLEL UNSAFE;
COMMENT ON FUNCTION connector.drop_table(jsonb) IS 'Drop a table';

CREATE FUNCTION connector.truncate_table(request text) RETURNS json
AS 'MODULE_PATHNAME', 'pg_connector_truncate_table' LANGUAGE C VOLATILE PARALLEL UNSAFE;
COMMENT ON FUNCTION connector.truncate_table(text) IS 'Delete all rows of a table at once';

CREATE FUNCTION connector.truncate_table(request json) RETURNS json
AS 'MODULE_PATHNAME', 'pg_connector_truncate_table' LANGUAGE C VOLATILE PARALLEL UNSAFE;
COMMENT ON FUNCTION connector.truncate_table(json) IS 'Delete all rows of a table at once';

CREATE FUNCTION connector.truncate_table(request jsonb) RETURNS json
AS 'MODULE_PATHNAME', 'pg_connector_truncate_table_jsonb' LANGUAGE C VOLATILE PARALLEL UNSAFE;
COMMENT ON FUNCTION connector.truncate_table(jsonb) IS 'Delete all rows of a table at once';

CREATE FUNCTION connector.create_index(request text) RETURNS json
AS 'MODULE_PATHNAME', 'pg_connector_create_index' LANGUAGE C VOLATILE PARALLEL UNSAFE;
COMMENT ON FUNCTION connector.create_index(text) IS 'Create an index';

CREATE FUNCTION connector.create_index(request json) RETURNS json
AS 'MODULE_PATHNAME', 'pg_connector_create_index' LANGUAGE C VOLATILE PARALLEL UNSAFE;
COMMENT ON FUNCTION connector.create_index(json) IS 'Create an index';

CREATE FUNCTION connector.create_index(request jsonb) RETURNS json
AS 'MODULE_PATHNAME', 'pg_connector_create_index_jsonb' LANGUAGE C VOLATILE PARALLEL UNSAFE;
COMMENT ON FUNCTION connector.create_index(jsonb) IS 'Create an index';

CREATE FUNCTION connector.query(request text) RETURNS json
AS 'MODULE_PATHNAME', 'pg_connector_query' LANGUAGE C VOLATILE PARALLEL UNSAFE;
COMMENT ON FUNCTION connector.query(text) IS 'Run one SQL statement that only reads';

CREATE FUNCTION connector.query(request json) RETURNS json
AS 'MODULE_PATHNAME', 'pg_connector_query' LANGUAGE C VOLATILE PARALLEL UNSAFE;
COMMENT ON FUNCTION connector.query(json) IS 'Run one SQL statement that only reads';

CREATE FUNCTION connector.query(request jsonb) RETURNS json
AS 'MODULE_PATHNAME', 'pg_connector_query_jsonb' LANGUAGE C VOLATILE PARALLEL UNSAFE;
COMMENT ON FUNCTION connector.query(jsonb) IS 'Run one SQL statement that only reads';

CREATE FUNCTION connector.execute(request text) RETURNS json
AS 'MODULE_PATHNAME', 'pg_connector_execute' LANGUAGE C VOLATILE PARALLEL UNSAFE;
COMMENT ON FUNCTION connector.execute(text) IS 'Run one SQL statement of any kind';

CREATE FUNCTION connector.execute(request json) RETURNS json
AS 'MODULE_PATHNAME', 'pg_connector_execute' LANGUAGE C VOLATILE PARALLEL UNSAFE;
COMMENT ON FUNCTION connector.execute(json) IS 'Run one SQL statement of any kind';

CREATE FUNCTION connector.execute(request jsonb) RETURNS json
AS 'MODULE_PATHNAME', 'pg_connector_execute_jsonb' LANGUAGE C VOLATILE PARALLEL UNSAFE;
COMMENT ON FUNCTION connector.execute(jsonb) IS 'Run one SQL statement of any kind';

CREATE FUNCTION connector.batch(request text) RETURNS json
AS 'MODULE_PATHNAME', 'pg_connector_batch' LANGUAGE C VOLATILE PARALLEL UNSAFE;
COMMENT ON FUNCTION connector.batch(text) IS 'Run a list of commands, all or nothing, or continuing past failures';

CREATE FUNCTION connector.batch(request json) RETURNS json
AS 'MODULE_PATHNAME', 'pg_connector_batch' LANGUAGE C VOLATILE PARALLEL UNSAFE;
COMMENT ON FUNCTION connector.batch(json) IS 'Run a list of commands, all or nothing, or continuing past failures';

CREATE FUNCTION connector.batch(request jsonb) RETURNS json
AS 'MODULE_PATHNAME', 'pg_connector_batch_jsonb' LANGUAGE C VOLATILE PARALLEL UNSAFE;
COMMENT ON FUNCTION connector.batch(jsonb) IS 'Run a list of commands, all or nothing, or continuing past failures';

CREATE FUNCTION connector.describe(request text DEFAULT '{}') RETURNS json
AS 'MODULE_PATHNAME', 'pg_connector_describe' LANGUAGE C VOLATILE PARALLEL UNSAFE;
COMMENT ON FUNCTION connector.describe(text) IS 'Describe the tables and views that the caller may use';

CREATE FUNCTION connector.describe(request json) RETURNS json
AS 'MODULE_PATHNAME', 'pg_connector_describe' LANGUAGE C VOLATILE PARALLEL UNSAFE;
COMMENT ON FUNCTION connector.describe(json) IS 'Describe the tables and views that the caller may use';

CREATE FUNCTION connector.describe(request jsonb) RETURNS json
AS 'MODULE_PATHNAME', 'pg_connector_describe_jsonb' LANGUAGE C VOLATILE PARALLEL UNSAFE;
COMMENT ON FUNCTION connector.describe(jsonb) IS 'Describe the tables and views that the caller may use';

CREATE FUNCTION connector.sink_open(request text) RETURNS json
AS 'MODULE_PATHNAME', 'pg_connector_sink_open' LANGUAGE C VOLATILE PARALLEL UNSAFE;
COMMENT ON FUNCTION connector.sink_open(text) IS 'Check a sinks options against its table, and tell how to write to it';

CREATE FUNCTION connector.sink_open(request json) RETURNS json
AS 'MODULE_PATHNAME', 'pg_connector_sink_open' LANGUAGE C VOLATILE PARALLEL UNSAFE;
COMMENT ON FUNCTION connector.sink_open(json) IS 'Check a sinks options against its table, and tell how to write to it';

CREATE FUNCTION connector.sink_open(request jsonb) RETURNS json
AS 'MODULE_PATHNAME', 'pg_connector_sink_open_jsonb' LANGUAGE C VOLATILE PARALLEL UNSAFE;
COMMENT ON FUNCTION connector.sink_open(jsonb) IS 'Check a sinks options against its table, and tell how to write to it';

CREATE FUNCTION connector.sink_stage(request text) RETURNS json
AS 'MODULE_PATHNAME', 'pg_connector_sink_stage' LANGUAGE C VOLATILE PARALLEL UNSAFE;
COMMENT ON FUNCTION connector.sink_stage(text) IS 'Make the staging table of a sink';

CREATE FUNCTION connector.sink_stage(request json) RETURNS json
AS 'MODULE_PATHNAME', 'pg_connector_sink_stage' LANGUAGE C VOLATILE PARALLEL UNSAFE;
COMMENT ON FUNCTION connector.sink_stage(json) IS 'Make the staging table of a sink';

CREATE FUNCTION connector.sink_stage(request jsonb) RETURNS json
AS 'MODULE_PATHNAME', 'pg_connector_sink_stage_jsonb' LANGUAGE C VOLATILE PARALLEL UNSAFE;
COMMENT ON FUNCTION connector.sink_stage(jsonb) IS 'Make the staging table of a sink';

CREATE FUNCTION connector.sink_apply(request text) RETURNS json
AS 'MODULE_PATHNAME', 'pg_connector_sink_apply' LANGUAGE C VOLATILE PARALLEL UNSAFE;
COMMENT ON FUNCTION connector.sink_apply(text) IS 'Write staged records into the table';

CREATE FUNCTION connector.sink_apply(request json) RETURNS json
AS 'MODULE_PATHNAME', 'pg_connector_sink_apply' LANGUAGE C VOLATILE PARALLEL UNSAFE;
COMMENT ON FUNCTION connector.sink_apply(json) IS 'Write staged records into the table';

CREATE FUNCTION connector.sink_apply(request jsonb) RETURNS json
AS 'MODULE_PATHNAME', 'pg_connector_sink_apply_jsonb' LANGUAGE C VOLATILE PARALLEL UNSAFE;
COMMENT ON FUNCTION connector.sink_apply(jsonb) IS 'Write staged records into the table';

CREATE FUNCTION connector.statements(request text DEFAULT '{}') RETURNS json
AS 'MODULE_PATHNAME', 'pg_connector_statements' LANGUAGE C VOLATILE PARALLEL UNSAFE;
COMMENT ON FUNCTION connector.statements(text) IS 'List the slowest statements, where pg_stat_statements is installed';

CREATE FUNCTION connector.statements(request json) RETURNS json
AS 'MODULE_PATHNAME', 'pg_connector_statements' LANGUAGE C VOLATILE PARALLEL UNSAFE;
COMMENT ON FUNCTION connector.statements(json) IS 'List the slowest statements, where pg_stat_statements is installed';

CREATE FUNCTION connector.statements(request jsonb) RETURNS json
AS 'MODULE_PATHNAME', 'pg_connector_statements_jsonb' LANGUAGE C VOLATILE PARALLEL UNSAFE;
COMMENT ON FUNCTION connector.statements(jsonb) IS 'List the slowest statements, where pg_stat_statements is installed';

CREATE FUNCTION connector.test_connection(request text DEFAULT '{}') RETURNS json
AS 'MODULE_PATHNAME', 'pg_connector_test_connection' LANGUAGE C VOLATILE PARALLEL UNSAFE;
COMMENT ON FUNCTION connector.test_connection(text) IS 'Tell the server''s version, role, database, TLS and the limits in force';

CREATE FUNCTION connector.test_connection(request json) RETURNS json
AS 'MODULE_PATHNAME', 'pg_connector_test_connection' LANGUAGE C VOLATILE PARALLEL UNSAFE;
COMMENT ON FUNCTION connector.test_connection(json) IS 'Tell the server''s version, role, database, TLS and the limits in force';

CREATE FUNCTION connector.test_connection(request jsonb) RETURNS json
AS 'MODULE_PATHNAME', 'pg_connector_test_connection_jsonb' LANGUAGE C VOLATILE PARALLEL UNSAFE;
COMMENT ON FUNCTION connector.test_connection(jsonb) IS 'Tell the server''s version, role, database, TLS and the limits in force';

CREATE FUNCTION connector.commands(request text DEFAULT '{}') RETURNS json
AS 'MODULE_PATHNAME', 'pg_connector_commands' LANGUAGE C VOLATILE PARALLEL UNSAFE;
COMMENT ON FUNCTION connector.commands(text) IS 'List the commands: what each takes, returns and refuses';

CREATE FUNCTION connector.commands(request json) RETURNS json
AS 'MODULE_PATHNAME', 'pg_connector_commands' LANGUAGE C VOLATILE PARALLEL UNSAFE;
COMMENT ON FUNCTION connector.commands(json) IS 'List the commands: what each takes, returns and refuses';

CREATE FUNCTION connector.commands(request jsonb) RETURNS json
AS 'MODULE_PATHNAME', 'pg_connector_commands_jsonb' LANGUAGE C VOLATILE PARALLEL UNSAFE;
COMMENT ON FUNCTION connector.commands(jsonb) IS 'List the commands: what each takes, returns and refuses';

CREATE FUNCTION connector.call(command text, request text) RETURNS json
AS 'MODULE_PATHNAME', 'pg_connector_call' LANGUAGE C VOLATILE PARALLEL UNSAFE;
COMMENT ON FUNCTION connector.call(text, text) IS 'Run a command by name; errors are raised';

CREATE FUNCTION connector.try_call(command text, request text) RETURNS json
AS 'MODULE_PATHNAME', 'pg_connector_try_call' LANGUAGE C VOLATILE PARALLEL UNSAFE;
COMMENT ON FUNCTION connector.try_call(text, text) IS 'Run a command by name; an error is returned as JSON and what the command did is undone';

CREATE FUNCTION connector.to_json(value anyelement) RETURNS json
AS 'MODULE_PATHNAME', 'pg_connector_to_json' LANGUAGE C STABLE STRICT PARALLEL RESTRICTED;
COMMENT ON FUNCTION connector.to_json(anyelement) IS 'A value as the results of commands have it; a row is an object';

-- Only statements of the extension's own use these.
CREATE FUNCTION connector.request_rows(anyelement) RETURNS SETOF anyelement
AS 'MODULE_PATHNAME', 'pg_connector_request_rows' LANGUAGE C VOLATILE PARALLEL UNSAFE ROWS 1000;
COMMENT ON FUNCTION connector.request_rows(anyelement) IS 'Internal: the rows of the request that is being executed';

-- For a planner that takes them for a few.
CREATE FUNCTION connector.sink_rows(anyelement) RETURNS SETOF anyelement
AS 'MODULE_PATHNAME', 'pg_connector_request_rows' LANGUAGE C VOLATILE PARALLEL UNSAFE ROWS 10;
COMMENT ON FUNCTION connector.sink_rows(anyelement) IS 'Internal: the records of a sink that are being written';

CREATE FUNCTION connector.request_row_number() RETURNS bigint
AS 'MODULE_PATHNAME', 'pg_connector_request_row_number' LANGUAGE C VOLATILE PARALLEL UNSAFE;
COMMENT ON FUNCTION connector.request_row_number() IS 'Internal: the number of the row that request_rows() gave last';

-- Its cost makes it the last condition that is looked at.
CREATE FUNCTION connector.request_row_at(number bigint, target "any") RETURNS boolean
AS 'MODULE_PATHNAME', 'pg_connector_request_row_at' LANGUAGE C VOLATILE STRICT PARALLEL UNSAFE COST 1000;
COMMENT ON FUNCTION connector.request_row_at(bigint, "any") IS 'Internal: notes the row of the request that is being applied';

CREATE FUNCTION connector.concat_jsonb(stored jsonb, given jsonb, column_number integer) RETURNS jsonb
AS 'MODULE_PATHNAME', 'pg_connector_concat_jsonb' LANGUAGE C STABLE PARALLEL UNSAFE;
COMMENT ON FUNCTION connector.concat_jsonb(jsonb, jsonb, integer) IS 'Internal: two objects merged, or an array appended to another';

CREATE FUNCTION connector.request_row_conflict(token bigint, updates boolean) RETURNS boolean
AS 'MODULE_PATHNAME', 'pg_connector_request_row_conflict' LANGUAGE C VOLATILE PARALLEL UNSAFE;
COMMENT ON FUNCTION connector.request_row_conflict(bigint, boolean) IS 'Internal: takes note that the row in hand meets an existing one';

CREATE FUNCTION connector.sink_read(ordinal bigint) RETURNS boolean
AS 'MODULE_PATHNAME', 'pg_connector_sink_read' LANGUAGE C VOLATILE PARALLEL UNSAFE;
COMMENT ON FUNCTION connector.sink_read(bigint) IS 'Internal: notes a staged record that is about to be looked up';

CREATE FUNCTION connector.sink_row(ordinal bigint, target "any") RETURNS boolean
AS 'MODULE_PATHNAME', 'pg_connector_sink_row' LANGUAGE C VOLATILE PARALLEL UNSAFE COST 1000;
COMMENT ON FUNCTION connector.sink_row(bigint, "any") IS 'Internal: notes the staged record that is being written';

-- The results of commands that were given an idempotency key.  The functions
-- read and write it as their caller, so everybody may, but each role its own
-- rows only: they are part of the key by role, so that no role can meet, read
-- or forge another's.  It is not dumped: pg_dump would fail for a database's
-- owner, whom the policy keeps from the rows of others.
CREATE TABLE connector.idempotency (
	role name COLLATE "C" NOT NULL DEFAULT current_user,
	key text COLLATE "C" NOT NULL CHECK (octet_length(key) BETWEEN 1 AND 1020),
	command text NOT NULL,
	digest bytea NOT NULL,
	result json,
	created_at timestamptz NOT NULL DEFAULT clock_timestamp(),
	PRIMARY KEY (role, key)
);
CREATE INDEX idempotency_created_at ON connector.idempotency (role, created_at);
COMMENT ON TABLE connector.idempotency IS 'Results kept for idempotency keys, removed after pg_connector.idempotency_retention';
COMMENT ON COLUMN connector.idempotency.digest IS 'SHA-256 of the request without its key and time limits';
ALTER TABLE connector.idempotency ENABLE ROW LEVEL SECURITY;
CREATE POLICY own ON connector.idempotency USING (role = current_user) WITH CHECK (role = current_user);
GRANT SELECT, INSERT, UPDATE, DELETE ON connector.idempotency TO PUBLIC;

-- How far a sink has come: a row for each of its writers, written in the
-- transaction that writes the records.  A writer that is opened again raises
-- the epoch, and one of an older epoch finds its row gone.  Like the above it
-- is everybody's, but each role's own, and it is not dumped.
CREATE TABLE connector.sink_ledger (
	role name COLLATE "C" NOT NULL DEFAULT current_user,
	sink text COLLATE "C" NOT NULL CHECK (octet_length(sink) BETWEEN 1 AND 1020),
	worker integer NOT NULL DEFAULT 0,
	input text NOT NULL,
	epoch bigint NOT NULL DEFAULT 0,
	position text,
	opened_at timestamptz NOT NULL DEFAULT clock_timestamp(),
	written_at timestamptz,
	PRIMARY KEY (role, sink, worker)
);
COMMENT ON TABLE connector.sink_ledger IS 'How far each writer of a sink with exactly_once has come';
COMMENT ON COLUMN connector.sink_ledger.input IS 'What is read: only there does the position mean anything';
COMMENT ON COLUMN connector.sink_ledger.epoch IS 'How often the writer was opened; only the newest may write';
COMMENT ON COLUMN connector.sink_ledger.position IS 'Behind the last record that was written';
ALTER TABLE connector.sink_ledger ENABLE ROW LEVEL SECURITY;
CREATE POLICY own ON connector.sink_ledger USING (role = current_user) WITH CHECK (role = current_user);
GRANT SELECT, INSERT, UPDATE, DELETE ON connector.sink_ledger TO PUBLIC;

-- What sinks report about each second.  Everybody sees their own; pg_monitor
-- sees all.
CREATE TABLE connector.sink_metrics (
	connection_name text COLLATE "C" NOT NULL,
	rows_written bigint NOT NULL DEFAULT 0,
	batches_sent bigint NOT NULL DEFAULT 0,
	avg_batch_size double precision,
	avg_write_latency_ms double precision,
	failed_writes bigint NOT NULL DEFAULT 0,
	retry_count bigint NOT NULL DEFAULT 0,
	last_error text,
	role name COLLATE "C" NOT NULL DEFAULT current_user,
	worker integer NOT NULL DEFAULT 0,
	rows_read bigint NOT NULL DEFAULT 0,
	rows_deduplicated bigint NOT NULL DEFAULT 0,
	rows_skipped bigint NOT NULL DEFAULT 0,
	rows_unmatched bigint NOT NULL DEFAULT 0,
	rows_dead_lettered bigint NOT NULL DEFAULT 0,
	running boolean NOT NULL DEFAULT true,
	started_at timestamptz NOT NULL DEFAULT clock_timestamp(),
	updated_at timestamptz NOT NULL DEFAULT clock_timestamp(),
	PRIMARY KEY (role, connection_name, worker)
);
COMMENT ON TABLE connector.sink_metrics IS 'What each sink has written, as it reports itself';
ALTER TABLE connector.sink_metrics ENABLE ROW LEVEL SECURITY;
CREATE POLICY own ON connector.sink_metrics USING (role = current_user) WITH CHECK (role = current_user);
CREATE POLICY monitor ON connector.sink_metrics FOR SELECT TO pg_monitor USING (true);
GRANT SELECT, INSERT, UPDATE, DELETE ON connector.sink_metrics TO PUBLIC;

CREATE TABLE connector.pool_stats (
	connection_name text COLLATE "C" NOT NULL,
	pool_size integer NOT NULL DEFAULT 0,
	active_connections integer NOT NULL DEFAULT 0,
	idle_connections integer NOT NULL DEFAULT 0,
	waiting_requests integer NOT NULL DEFAULT 0,
	connection_wait_time_ms double precision NOT NULL DEFAULT 0,
	role name COLLATE "C" NOT NULL DEFAULT current_user,
	updated_at timestamptz NOT NULL DEFAULT clock_timestamp(),
	PRIMARY KEY (role, connection_name)
);
COMMENT ON TABLE connector.pool_stats IS 'The connections of each sink, as it reports itself';
ALTER TABLE connector.pool_stats ENABLE ROW LEVEL SECURITY;
CREATE POLICY own ON connector.pool_stats USING (role = current_user) WITH CHECK (role = current_user);
CREATE POLICY monitor ON connector.pool_stats FOR SELECT TO pg_monitor USING (true);
GRANT SELECT, INSERT, UPDATE, DELETE ON connector.pool_stats TO PUBLIC;

/* pg_connector--0.1.0.sql */

-- complain if script is sourced in psql, rather than via CREATE EXTENSION
\echo Use "CREATE EXTENSION pg_connector" to load this file. \quit

-- Every function runs as its caller and can do nothing that the caller could
-- not do without it, so EXECUTE is everybody's, and so is the schema.
GRANT USAGE ON SCHEMA connector TO PUBLIC;

-- A request is text: that is what a literal, an untyped parameter and every
-- driver's string become.

CREATE FUNCTION select_rows(request text) RETURNS json
AS 'MODULE_PATHNAME', 'pg_connector_select_rows' LANGUAGE C VOLATILE PARALLEL UNSAFE;
COMMENT ON FUNCTION select_rows(text) IS 'Read rows of one table or view';

CREATE FUNCTION select_rows(request json) RETURNS json
AS 'MODULE_PATHNAME', 'pg_connector_select_rows' LANGUAGE C VOLATILE PARALLEL UNSAFE;
COMMENT ON FUNCTION select_rows(json) IS 'Read rows of one table or view';

CREATE FUNCTION select_rows(request jsonb) RETURNS json
AS 'MODULE_PATHNAME', 'pg_connector_select_rows_jsonb' LANGUAGE C VOLATILE PARALLEL UNSAFE;
COMMENT ON FUNCTION select_rows(jsonb) IS 'Read rows of one table or view';

CREATE FUNCTION insert_rows(request text) RETURNS json
AS 'MODULE_PATHNAME', 'pg_connector_insert_rows' LANGUAGE C VOLATILE PARALLEL UNSAFE;
COMMENT ON FUNCTION insert_rows(text) IS 'Insert one or many rows';

CREATE FUNCTION insert_rows(request json) RETURNS json
AS 'MODULE_PATHNAME', 'pg_connector_insert_rows' LANGUAGE C VOLATILE PARALLEL UNSAFE;
COMMENT ON FUNCTION insert_rows(json) IS 'Insert one or many rows';

CREATE FUNCTION insert_rows(request jsonb) RETURNS json
AS 'MODULE_PATHNAME', 'pg_connector_insert_rows_jsonb' LANGUAGE C VOLATILE PARALLEL UNSAFE;
COMMENT ON FUNCTION insert_rows(jsonb) IS 'Insert one or many rows';

CREATE FUNCTION update_rows(request text) RETURNS json
AS 'MODULE_PATHNAME', 'pg_connector_update_rows' LANGUAGE C VOLATILE PARALLEL UNSAFE;
COMMENT ON FUNCTION update_rows(text) IS 'Update the rows that meet conditions';

CREATE FUNCTION update_rows(request json) RETURNS json
AS 'MODULE_PATHNAME', 'pg_connector_update_rows' LANGUAGE C VOLATILE PARALLEL UNSAFE;
COMMENT ON FUNCTION update_rows(json) IS 'Update the rows that meet conditions';

CREATE FUNCTION update_rows(request jsonb) RETURNS json
AS 'MODULE_PATHNAME', 'pg_connector_update_rows_jsonb' LANGUAGE C VOLATILE PARALLEL UNSAFE;
COMMENT ON FUNCTION update_rows(jsonb) IS 'Update the rows that meet conditions';

CREATE FUNCTION delete_rows(request text) RETURNS json
AS 'MODULE_PATHNAME', 'pg_connector_delete_rows' LANGUAGE C VOLATILE PARALLEL UNSAFE;
COMMENT ON FUNCTION delete_rows(text) IS 'Delete the rows that meet conditions';

CREATE FUNCTION delete_rows(request json) RETURNS json
AS 'MODULE_PATHNAME', 'pg_connector_delete_rows' LANGUAGE C VOLATILE PARALLEL UNSAFE;
COMMENT ON FUNCTION delete_rows(json) IS 'Delete the rows that meet conditions';

CREATE FUNCTION delete_rows(request jsonb) RETURNS json
AS 'MODULE_PATHNAME', 'pg_connector_delete_rows_jsonb' LANGUAGE C VOLATILE PARALLEL UNSAFE;
COMMENT ON FUNCTION delete_rows(jsonb) IS 'Delete the rows that meet conditions';

CREATE FUNCTION create_table(request text) RETURNS json
AS 'MODULE_PATHNAME', 'pg_connector_create_table' LANGUAGE C VOLATILE PARALLEL UNSAFE;
COMMENT ON FUNCTION create_table(text) IS 'Create a table';

CREATE FUNCTION create_table(request json) RETURNS json
AS 'MODULE_PATHNAME', 'pg_connector_create_table' LANGUAGE C VOLATILE PARALLEL UNSAFE;
COMMENT ON FUNCTION create_table(json) IS 'Create a table';

CREATE FUNCTION create_table(request jsonb) RETURNS json
AS 'MODULE_PATHNAME', 'pg_connector_create_table_jsonb' LANGUAGE C VOLATILE PARALLEL UNSAFE;
COMMENT ON FUNCTION create_table(jsonb) IS 'Create a table';

CREATE FUNCTION drop_table(request text) RETURNS json
AS 'MODULE_PATHNAME', 'pg_connector_drop_table' LANGUAGE C VOLATILE PARALLEL UNSAFE;
COMMENT ON FUNCTION drop_table(text) IS 'Drop a table';

CREATE FUNCTION drop_table(request json) RETURNS json
AS 'MODULE_PATHNAME', 'pg_connector_drop_table' LANGUAGE C VOLATILE PARALLEL UNSAFE;
COMMENT ON FUNCTION drop_table(json) IS 'Drop a table';

CREATE FUNCTION drop_table(request jsonb) RETURNS json
AS 'MODULE_PATHNAME', 'pg_connector_drop_table_jsonb' LANGUAGE C VOLATILE PARALLEL UNSAFE;
COMMENT ON FUNCTION drop_table(jsonb) IS 'Drop a table';

CREATE FUNCTION query(request text) RETURNS json
AS 'MODULE_PATHNAME', 'pg_connector_query' LANGUAGE C VOLATILE PARALLEL UNSAFE;
COMMENT ON FUNCTION query(text) IS 'Run one SQL statement that only reads';

CREATE FUNCTION query(request json) RETURNS json
AS 'MODULE_PATHNAME', 'pg_connector_query' LANGUAGE C VOLATILE PARALLEL UNSAFE;
COMMENT ON FUNCTION query(json) IS 'Run one SQL statement that only reads';

CREATE FUNCTION query(request jsonb) RETURNS json
AS 'MODULE_PATHNAME', 'pg_connector_query_jsonb' LANGUAGE C VOLATILE PARALLEL UNSAFE;
COMMENT ON FUNCTION query(jsonb) IS 'Run one SQL statement that only reads';

CREATE FUNCTION execute(request text) RETURNS json
AS 'MODULE_PATHNAME', 'pg_connector_execute' LANGUAGE C VOLATILE PARALLEL UNSAFE;
COMMENT ON FUNCTION execute(text) IS 'Run one SQL statement of any kind';

CREATE FUNCTION execute(request json) RETURNS json
AS 'MODULE_PATHNAME', 'pg_connector_execute' LANGUAGE C VOLATILE PARALLEL UNSAFE;
COMMENT ON FUNCTION execute(json) IS 'Run one SQL statement of any kind';

CREATE FUNCTION execute(request jsonb) RETURNS json
AS 'MODULE_PATHNAME', 'pg_connector_execute_jsonb' LANGUAGE C VOLATILE PARALLEL UNSAFE;
COMMENT ON FUNCTION execute(jsonb) IS 'Run one SQL statement of any kind';

CREATE FUNCTION describe(request text DEFAULT '{}') RETURNS json
AS 'MODULE_PATHNAME', 'pg_connector_describe' LANGUAGE C VOLATILE PARALLEL UNSAFE;
COMMENT ON FUNCTION describe(text) IS 'Describe the tables and views that the caller may use';

CREATE FUNCTION describe(request json) RETURNS json
AS 'MODULE_PATHNAME', 'pg_connector_describe' LANGUAGE C VOLATILE PARALLEL UNSAFE;
COMMENT ON FUNCTION describe(json) IS 'Describe the tables and views that the caller may use';

CREATE FUNCTION describe(request jsonb) RETURNS json
AS 'MODULE_PATHNAME', 'pg_connector_describe_jsonb' LANGUAGE C VOLATILE PARALLEL UNSAFE;
COMMENT ON FUNCTION describe(jsonb) IS 'Describe the tables and views that the caller may use';

CREATE FUNCTION test_connection(request text DEFAULT '{}') RETURNS json
AS 'MODULE_PATHNAME', 'pg_connector_test_connection' LANGUAGE C VOLATILE PARALLEL UNSAFE;
COMMENT ON FUNCTION test_connection(text) IS 'Tell the server''s version, role, database, TLS and the limits in force';

CREATE FUNCTION test_connection(request json) RETURNS json
AS 'MODULE_PATHNAME', 'pg_connector_test_connection' LANGUAGE C VOLATILE PARALLEL UNSAFE;
COMMENT ON FUNCTION test_connection(json) IS 'Tell the server''s version, role, database, TLS and the limits in force';

CREATE FUNCTION test_connection(request jsonb) RETURNS json
AS 'MODULE_PATHNAME', 'pg_connector_test_connection_jsonb' LANGUAGE C VOLATILE PARALLEL UNSAFE;
COMMENT ON FUNCTION test_connection(jsonb) IS 'Tell the server''s version, role, database, TLS and the limits in force';

CREATE FUNCTION commands(request text DEFAULT '{}') RETURNS json
AS 'MODULE_PATHNAME', 'pg_connector_commands' LANGUAGE C VOLATILE PARALLEL UNSAFE;
COMMENT ON FUNCTION commands(text) IS 'List the commands: what each takes, returns and refuses';

CREATE FUNCTION commands(request json) RETURNS json
AS 'MODULE_PATHNAME', 'pg_connector_commands' LANGUAGE C VOLATILE PARALLEL UNSAFE;
COMMENT ON FUNCTION commands(json) IS 'List the commands: what each takes, returns and refuses';

CREATE FUNCTION commands(request jsonb) RETURNS json
AS 'MODULE_PATHNAME', 'pg_connector_commands_jsonb' LANGUAGE C VOLATILE PARALLEL UNSAFE;
COMMENT ON FUNCTION commands(jsonb) IS 'List the commands: what each takes, returns and refuses';

CREATE FUNCTION call(command text, request text) RETURNS json
AS 'MODULE_PATHNAME', 'pg_connector_call' LANGUAGE C VOLATILE PARALLEL UNSAFE;
COMMENT ON FUNCTION call(text, text) IS 'Run a command by name; errors are raised';

CREATE FUNCTION try_call(command text, request text) RETURNS json
AS 'MODULE_PATHNAME', 'pg_connector_try_call' LANGUAGE C VOLATILE PARALLEL UNSAFE;
COMMENT ON FUNCTION try_call(text, text) IS 'Run a command by name; an error is returned as JSON and what the command did is undone';

-- Only statements of the extension's own select from this one.
CREATE FUNCTION request_rows(anyelement) RETURNS SETOF anyelement
AS 'MODULE_PATHNAME', 'pg_connector_request_rows' LANGUAGE C VOLATILE PARALLEL UNSAFE ROWS 1000;
COMMENT ON FUNCTION request_rows(anyelement) IS 'Internal: the rows of the request that is being executed';

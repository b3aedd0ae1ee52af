-- actions/*: the guide "PostgreSQL Integration", section by section, each of its snippets as it stands there
\pset format unaligned
\pset tuples_only on
SET client_min_messages = warning;
CREATE SCHEMA actions_guide;
SET search_path = actions_guide;

-- What an engine sends once it has filled in its {{...}}, here at 2026-01-15T10:30:00Z.
CREATE FUNCTION request(query text, parameters json DEFAULT NULL) RETURNS text LANGUAGE sql AS $$
	SELECT CASE WHEN parameters IS NULL THEN json_build_object('query', query) ELSE json_build_object('query', query, 'parameters', parameters) END::text
$$;
CREATE FUNCTION said(reply json) RETURNS text LANGUAGE sql AS $$
	SELECT CASE WHEN reply -> 'error' IS NULL THEN reply::text
		ELSE concat_ws(' ', e ->> 'code', e ->> 'kind', 'at "' || (e ->> 'path') || '":', e ->> 'message', 'POSITION: ' || (e ->> 'position'),
			'DETAIL: ' || (e ->> 'detail'), 'HINT: ' || (e ->> 'hint')) END
	FROM (SELECT reply -> 'error' AS e) AS error
$$;

CREATE TABLE users (id serial PRIMARY KEY, name text NOT NULL, email text UNIQUE, status text NOT NULL DEFAULT 'active', created_at timestamptz, updated_at timestamptz);
INSERT INTO users (name, email, status, created_at) VALUES ('John Doe', 'john@example.com', 'active', '2026-01-15T10:30:00Z'), ('Jane Roe', 'jane@example.com', 'pending', '2026-01-14T08:00:00Z');
ALTER SEQUENCE users_id_seq RESTART 123;
CREATE TABLE sessions (id int PRIMARY KEY, expires_at timestamptz);
INSERT INTO sessions SELECT n, timestamptz '2026-01-15T10:30:00Z' + (n - 15.5) * interval '1 minute' FROM generate_series(1, 20) AS n;
CREATE TABLE logs (id int PRIMARY KEY, created_at timestamptz);
INSERT INTO logs SELECT n, timestamptz '2026-01-15T10:30:00Z' + n * interval '1 second' FROM generate_series(1, 1200) AS n;

--
-- Available Actions
--

-- Query Rows
SELECT connector.call('actions/QueryRows', request($$
SELECT id, name, email, created_at
FROM users
WHERE status = $1
ORDER BY created_at DESC
LIMIT 10
$$, '{"$1": "active"}'));

-- Insert Row
SELECT connector.call('actions/InsertRow', '{
  "table": "users",
  "columns": {
    "name": "Ada Lovelace",
    "email": "ada@example.com",
    "status": "active",
    "created_at": "2026-01-15T10:30:00Z"
  }}');

-- Update Rows
SELECT connector.call('actions/UpdateRows', request($$
UPDATE users
SET status = $1, updated_at = $2
WHERE email = $3
$$, '{"$1": "inactive", "$2": "2026-01-15T10:30:00Z", "$3": "ada@example.com"}'));

-- Delete Rows
SELECT connector.call('actions/DeleteRows', request($$
DELETE FROM sessions
WHERE expires_at < $1
$$, '{"$1": "2026-01-15T10:30:00Z"}'));

-- Execute Query
SELECT connector.call('actions/ExecuteQuery', request($$
CREATE INDEX IF NOT EXISTS idx_users_email
ON users(email)
$$));

-- What they did
SELECT id, name, email, status, created_at AT TIME ZONE 'UTC', updated_at AT TIME ZONE 'UTC' FROM users ORDER BY id;
SELECT count(*) FROM sessions;
SELECT indexdef FROM pg_indexes WHERE schemaname = 'actions_guide' AND indexname = 'idx_users_email';

-- Again: it exists, and that is well.
SELECT connector.call('actions/ExecuteQuery', request('CREATE INDEX IF NOT EXISTS idx_users_email ON users(email)'));

--
-- Common Errors & Fixes: those of a session that has connected
--
CREATE ROLE regress_app_user;
GRANT USAGE ON SCHEMA actions_guide TO regress_app_user;

-- "Permission denied for table", and its fix
SET ROLE regress_app_user;
SELECT said(connector.try_call('actions/QueryRows', request('SELECT name FROM users')));
SELECT said(connector.try_call('actions/InsertRow', '{"table": "users", "columns": {"name": "x"}}'));
SELECT said(connector.try_call('actions/UpdateRows', request('UPDATE users SET status = $1 WHERE id = $2', '["x", 1]')));
SELECT said(connector.try_call('actions/DeleteRows', request('DELETE FROM users WHERE id = $1', '[1]')));
RESET ROLE;
SELECT connector.call('actions/ExecuteQuery', request('GRANT SELECT, INSERT, UPDATE, DELETE ON users TO regress_app_user;'));
SELECT connector.call('actions/QueryRows', request($$
SELECT privilege_type FROM information_schema.table_privileges
WHERE grantee = 'regress_app_user' ORDER BY privilege_type;
$$));
-- The grant of a table does not cover the sequence of a serial column, which the error says.
SET ROLE regress_app_user;
SELECT connector.call('actions/QueryRows', request('SELECT name FROM users WHERE id = 1'));
SELECT said(connector.try_call('actions/InsertRow', '{"table": "users", "columns": {"name": "x"}}'));
RESET ROLE;
GRANT USAGE ON SEQUENCE users_id_seq TO regress_app_user;
SET ROLE regress_app_user;
SELECT said(connector.try_call('actions/InsertRow', '{"table": "users", "columns": {"name": "by app_user"}}'));
RESET ROLE;

-- "Syntax error in SQL query"
SELECT said(connector.try_call('actions/QueryRows', request('SELECT name FORM users')));
SELECT said(connector.try_call('actions/QueryRows', request('SELECT nmae FROM users')));
SELECT said(connector.try_call('actions/QueryRows', request('SELECT name FROM user_s')));
SELECT said(connector.try_call('actions/UpdateRows', request('UPDATE users SET status = ''it''s'' WHERE id = 1')));

-- "Too many connections", its first fix
SELECT (connector.call('actions/QueryRows', request('SELECT count(*) FROM pg_stat_activity;')) #>> '{rows,0,count}')::int > 0;

-- "Query timeout"
SELECT said(connector.try_call('actions/QueryRows', '{"query": "SELECT pg_sleep(60)", "timeout_ms": 50}'));
SELECT said(connector.try_call('actions/ExecuteQuery', '{"query": "SELECT pg_sleep(60)", "timeout_ms": 50}'));
-- "Increase timeout setting", as far as "Limitations" lets it: 60 seconds
SELECT said(connector.try_call('actions/QueryRows', '{"query": "SELECT 1 AS one", "timeout_ms": 60000}'));
SELECT said(connector.try_call('actions/QueryRows', '{"query": "SELECT 1 AS one", "timeout_ms": 60001}'));

--
-- Tips & Best Practices
--

-- Security: parameters are values, whatever is in them
SELECT connector.call('actions/QueryRows', request('SELECT * FROM users WHERE email = $1', '["'' OR ''1''=''1"]'));
SELECT connector.call('actions/QueryRows', request('SELECT id, email FROM users WHERE email = $1', '["john@example.com"]'));

-- Performance: indexes, limits, many rows in one statement
SELECT connector.call('actions/QueryRows', request('EXPLAIN SELECT * FROM users WHERE email = $1;', '["john@example.com"]')) #>> '{rows,0,QUERY PLAN}' ~ 'Scan .*users';
SELECT connector.call('actions/QueryRows', request('SELECT * FROM logs ORDER BY created_at DESC LIMIT 100;')) ->> 'rowCount';
SELECT connector.call('actions/UpdateRows', request($$
UPDATE users SET status = 'active'
WHERE id = ANY($1::int[]);
$$, '[[1, 2, 123, 999]]'));
-- and as parameter $1 by name
SELECT connector.call('actions/UpdateRows', request('UPDATE users SET status = ''active'' WHERE id = ANY($1::int[])', '{"$1": [1, 2]}'));

-- Data integrity: "Use Transactions". Actions are steps of a batch like any command.
SELECT connector.batch('{"commands": [
  {"command": "actions/InsertRow", "table": "users", "columns": {"name": "Grace", "email": "grace@example.com"}},
  {"command": "actions/UpdateRows", "query": "UPDATE users SET status = $1 WHERE id = $2", "parameters": ["pending", null], "bind": {"/parameters/1": "/0/insertedId"}},
  {"command": "actions/QueryRows", "query": "SELECT name, status FROM users WHERE id = $1", "parameters": [null], "bind": {"/parameters/0": "/0/insertedId"}}]}');
SELECT said(connector.try_call('batch', '{"commands": [
  {"command": "actions/DeleteRows", "query": "DELETE FROM users WHERE email = $1", "parameters": ["grace@example.com"]},
  {"command": "actions/InsertRow", "table": "users", "columns": {"name": null}}]}'));
SELECT count(*) FROM users WHERE email = 'grace@example.com';
-- "Handle Nulls"
SELECT connector.call('actions/UpdateRows', request('UPDATE users SET updated_at = $1 WHERE id = $2', '[null, 123]'));
SELECT connector.call('actions/QueryRows', request('SELECT updated_at FROM users WHERE id = 123'));
-- "Check Constraints"
SELECT said(connector.try_call('actions/InsertRow', '{"table": "users", "columns": {"name": "Eve", "email": "john@example.com"}}'));
SELECT said(connector.try_call('actions/InsertRow', '{"table": "users", "columns": {"email": "nobody@example.com"}}'));
-- "Backup First: Test destructive operations": or do them and undo them
SELECT connector.call('actions/DeleteRows', '{"query": "DELETE FROM sessions WHERE id > $1", "parameters": [0], "dry_run": true}');
SELECT count(*) FROM sessions;

-- Query optimization: EXPLAIN ANALYZE of what only reads, CREATE INDEX
SELECT connector.call('actions/QueryRows', request('EXPLAIN (ANALYZE, COSTS OFF, TIMING OFF, SUMMARY OFF, BUFFERS OFF) SELECT 1')) -> 'rows' -> 0 ->> 'QUERY PLAN' LIKE 'Result (actual rows=1%';
SELECT connector.call('actions/ExecuteQuery', request('CREATE INDEX logs_created_at ON logs (created_at)'));

--
-- Limitations: no default limit of rows, and no silent cut at a cap
--
SELECT connector.call('actions/QueryRows', request('SELECT id FROM logs')) ->> 'rowCount';
SET pg_connector.row_cap = 1199;
SELECT said(connector.try_call('actions/QueryRows', request('SELECT id FROM logs')));
SELECT connector.call('actions/QueryRows', request('SELECT id FROM logs LIMIT 1199')) ->> 'rowCount';
SELECT said(connector.try_call('actions/ExecuteQuery', request('SELECT id FROM logs')));
RESET pg_connector.row_cap;
-- "Maximum 10 MB response"
SHOW pg_connector.response_cap;
SET pg_connector.response_cap = '2kB';
SELECT said(connector.try_call('actions/QueryRows', request('SELECT id, created_at FROM logs')));
SELECT said(connector.try_call('actions/QueryRows', request('SELECT repeat(''x'', 3000) AS one_row')));
RESET pg_connector.response_cap;
-- "Maximum 60 seconds per query"
SHOW pg_connector.timeout_cap;

REVOKE ALL ON users, users_id_seq FROM regress_app_user;
REVOKE ALL ON SCHEMA actions_guide FROM regress_app_user;
DROP ROLE regress_app_user;
DROP SCHEMA actions_guide CASCADE;

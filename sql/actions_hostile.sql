-- actions/* and task/*: what they refuse, and whom
\pset format unaligned
\pset tuples_only on
SET client_min_messages = warning;
CREATE SCHEMA actions_hostile;
SET search_path = actions_hostile;

CREATE FUNCTION request(query text, parameters json DEFAULT NULL) RETURNS text LANGUAGE sql AS $$
	SELECT CASE WHEN parameters IS NULL THEN json_build_object('query', query) ELSE json_build_object('query', query, 'parameters', parameters) END::text
$$;
CREATE FUNCTION said(reply json) RETURNS text LANGUAGE sql AS $$
	SELECT CASE WHEN json_typeof(reply) <> 'object' OR reply -> 'error' IS NULL THEN reply::text
		ELSE concat_ws(' ', e ->> 'code', e ->> 'kind', 'at "' || (e ->> 'path') || '":', e ->> 'message', 'POSITION: ' || (e ->> 'position'),
			'DETAIL: ' || (e ->> 'detail'), 'HINT: ' || (e ->> 'hint')) END
	FROM (SELECT CASE json_typeof(reply) WHEN 'object' THEN reply -> 'error' END AS e) AS error
$$;
-- the reply to a statement, by the short name of an action
CREATE FUNCTION a(action text, query text, parameters json DEFAULT NULL) RETURNS text LANGUAGE sql AS $$
	SELECT actions_hostile.said(connector.try_call(CASE action WHEN 'Query' THEN 'task/' WHEN 'Execute' THEN 'task/' ELSE 'actions/' END || action, actions_hostile.request(query, parameters)))
$$;

CREATE TABLE users (id serial PRIMARY KEY, name text, status text);
INSERT INTO users (name, status) VALUES ('Ada', 'active'), ('Grace', 'active'), ('O''Reilly', NULL);
CREATE TABLE gone (LIKE users);

--
-- Each action takes its own kind of statement, and says where others belong.
--
CREATE TABLE statement (n serial, sql text);
INSERT INTO statement (sql) VALUES ('SELECT id FROM users WHERE false'), ('VALUES (1)'), ('TABLE gone'), ('SHOW search_path'), ('EXPLAIN (COSTS OFF) VALUES (1)'), ('EXPLAIN ANALYZE DELETE FROM users'),
	('SELECT id FROM users FOR UPDATE'), ('SELECT 1 AS a INTO t'), ('INSERT INTO gone VALUES (1, $1)'), ('INSERT INTO gone DEFAULT VALUES'), ('UPDATE gone SET name = NULL'), ('DELETE FROM gone'),
	('MERGE INTO gone USING users u ON false WHEN MATCHED THEN DELETE'), ('WITH u AS (SELECT 1) SELECT * FROM u WHERE false'), ('WITH u AS (SELECT 1 AS id) UPDATE gone SET name = NULL FROM u WHERE gone.id = u.id'),
	('WITH u AS (SELECT 1 AS id) DELETE FROM gone USING u WHERE gone.id = u.id'), ('WITH u AS (UPDATE gone SET name = NULL RETURNING id) UPDATE gone SET name = NULL FROM u WHERE gone.id = u.id + 1'),
	('WITH u AS (DELETE FROM gone RETURNING id) DELETE FROM users USING u WHERE users.id = u.id'), ('WITH u AS (DELETE FROM users RETURNING *) UPDATE gone SET name = NULL FROM u'),
	('WITH u AS (INSERT INTO gone VALUES (9) RETURNING id) DELETE FROM users USING u WHERE users.id = u.id'), ('WITH d AS (DELETE FROM users RETURNING id) SELECT * FROM d'),
	('WITH d AS (DELETE FROM users RETURNING *) INSERT INTO gone SELECT * FROM d'), ('TRUNCATE users'), ('DROP TABLE users'), ('CREATE TABLE t (a int)'), ('EXPLAIN UPDATE users SET name = NULL'), ('DO $$ BEGIN DELETE FROM users; END $$'), ('CALL nosuch()'),
	('SET work_mem = ''1MB'''), ('LOCK TABLE users'), ('REFRESH MATERIALIZED VIEW nosuch');
SELECT sql || '  =>  ' || a('QueryRows', sql) FROM statement ORDER BY n;
SELECT sql || '  =>  ' || a('UpdateRows', sql) FROM statement ORDER BY n;
SELECT sql || '  =>  ' || a('DeleteRows', sql) FROM statement ORDER BY n;
SELECT sql || '  =>  ' || a('Query', sql) FROM statement ORDER BY n;
SELECT count(*) FROM users;
SELECT count(*) FROM gone;
-- What a function does to the database while it is read from is undone, or refused.
CREATE FUNCTION writes() RETURNS int LANGUAGE sql AS 'DELETE FROM actions_hostile.users RETURNING 1';
SELECT action || '  =>  ' || a(action, 'SELECT writes()') FROM unnest(ARRAY['QueryRows', 'Query']) AS action;
SELECT action || '  =>  ' || a(action, 'SELECT set_config(''work_mem'', ''123kB'', false) AS set') FROM unnest(ARRAY['QueryRows', 'Query']) AS action;
SELECT current_setting('work_mem') <> '123kB', count(*) FROM users;

--
-- One statement, whatever surrounds it
--
SELECT action || ' ' || coalesce(sql, 'NULL') || '  =>  ' || a(action, sql) FROM unnest(ARRAY['QueryRows', 'ExecuteQuery', 'Query', 'Execute']) WITH ORDINALITY AS action (action, i),
	unnest(ARRAY['', ' ;; ', '-- nothing', 'SELECT 1; SELECT 2', 'SELECT 1 AS a; DROP TABLE users', 'SELECT 1 AS a /* ; */ ; -- DROP TABLE users;', 'BEGIN', 'COMMIT', 'VACUUM users', 'COPY users TO STDOUT', 'SELECT ''', NULL]) WITH ORDINALITY AS sql (sql, j)
	ORDER BY i, j;
SELECT a('UpdateRows', 'UPDATE users SET status = $1 WHERE id = 1; DELETE FROM users', '["x"]');
SELECT a('UpdateRows', 'UPDATE users /* DELETE */ SET status = $1 -- ; DELETE FROM users' || E'\n' || 'WHERE id = 1;', '["x; DELETE FROM users; --"]');
SELECT a('DeleteRows', 'DELETE FROM users WHERE name = ''; UPDATE''');
SELECT status FROM users WHERE id = 1;

--
-- Parameters
--
SELECT p || '  =>  ' || a('UpdateRows', 'UPDATE users SET status = $1 WHERE id = $2', p::json) FROM unnest(ARRAY['[]', '{}', '["x"]', '["x", 2, 3]', '{"$1": "x"}', '{"$1": "x", "$3": 2}', '{"1": "x", "2": 2}', '{"status": "x", "id": 2}',
	'{"$2": 2, "$1": "named"}', '["x", "two"]', '["x", 1.5]', '["x", "2"]', '["x", true]', '["x", [2]]', '["x", {"a": 2}]', '["x", null]', '[null, 2]']) AS p;
SELECT a('UpdateRows', 'UPDATE users SET status = $1 WHERE id = $2');
SELECT a('QueryRows', 'SELECT 1 AS a', '[1]');
SELECT a('QueryRows', 'SELECT $2 AS a', '[1, "only the second"]');
-- In a literal, a comment or a name, $1 is no parameter.
SELECT a('QueryRows', 'SELECT ''$1'' AS a, $$ $1 $$ AS b, $x$ $2 $x$ AS c, 1 AS "$1" /* $1 */ -- $1');
SELECT a('QueryRows', 'SELECT ''$1'' AS a', '["x"]');
SELECT a('QueryRows', 'SELECT $1 || ''$1'' AS a', '["$1"]');
-- The text of an engine's template that was not filled in is a value, too.
SELECT a('QueryRows', 'SELECT count(*) FROM users WHERE name = $1', '["{{trigger.name}}"]');
SELECT a('UpdateRows', 'UPDATE users SET id = $1 WHERE name = ''Ada''', '["{{trigger.id}}"]');
SELECT a('ExecuteQuery', 'INSERT INTO users (name) VALUES ($1) RETURNING name', '["Robert''); DROP TABLE users; --"]');
-- Values keep what they are.
SELECT a('Query', 'SELECT $1::bigint AS a, $2::numeric AS b, $3::jsonb AS c, $4::text[] AS d, $5::timestamptz AS e, $6::bytea AS f', '[9223372036854775807, 12345678901234567890.12345678901234567890, {"a": [null, "x"]}, ["a,b", "\"", null], "2026-01-15T10:30:00+01:00", "\\xdeadbeef"]');
SELECT a('Execute', 'SELECT $1 AS a, $2 AS b', '["", null]');
-- A single row by itself may have any columns.
SELECT connector.call('task/Execute', '{"query": "SELECT 1 AS \"rowCount\", ''x'' AS error"}');
SELECT a('Execute', 'INSERT INTO gone (id, name) VALUES (7, ''x'') RETURNING *');
SELECT a('Execute', 'SELECT');
SELECT a('QueryRows', 'SELECT u.id, g.id FROM users u, gone g');

--
-- InsertRow
--
CREATE TABLE "Odd ""Table""" ("Col" int, "se.lect" text, "a""b" text, kept text DEFAULT 'default', twice int GENERATED ALWAYS AS (2) STORED);
SELECT said(connector.try_call('actions/InsertRow', '{"table": ["actions_hostile", "Odd \"Table\""], "columns": {"Col": 1, "se.lect": "x", "a\"b": null}}'));
SELECT * FROM "Odd ""Table""";
SELECT r || '  =>  ' || said(connector.try_call('actions/InsertRow', r)) FROM unnest(ARRAY['{}', '{"table": "users"}', '{"columns": {"name": "x"}}', '{"table": "users", "columns": []}', '{"table": "users", "columns": [{"name": "x"}]}', '{"table": "users", "columns": null}',
	'{"table": "users", "columns": {"nmae": "x"}}', '{"table": "user", "columns": {"name": "x"}}', '{"table": "Users", "columns": {"name": "x"}}', '{"table": "users; DROP TABLE users", "columns": {"name": "x"}}', '{"table": "users", "columns": {"name) VALUES (1); --": "x"}}',
	'{"table": "users", "columns": {"id": "one"}}', '{"table": "users", "columns": {"id": 1}}', '{"table": "users", "columns": {"name": "x", "name": "y"}}', '{"table": "users", "row": {"name": "x"}}', '{"table": "users", "columns": {"name": "x"}, "returning": true}',
	'{"Table": "users", "columns": {}}', '[]', '"INSERT"', 'INSERT']) AS r;
SELECT said(connector.try_call('actions/InsertRow', '{"table": "Odd \"Table\"", "columns": {"twice": 1}}'));
-- no single primary key, no insertedId
SELECT said(connector.try_call('actions/InsertRow', '{"table": "gone", "columns": {"id": 8}}'));

--
-- Requests that are not what they should be
--
SELECT r || '  =>  ' || said(connector.try_call('actions/QueryRows', r)) FROM unnest(ARRAY['{}', '{"query": 1}', '{"query": null}', '{"query": ["SELECT 1"]}', '{"Query": "SELECT 1"}', '{"sql": "SELECT 1"}', '{"query": "SELECT 1", "params": []}', '{"query": "SELECT 1", "parameters": "active"}',
	'{"query": "SELECT 1", "parameters": null}', '{"query": "SELECT 1", "query": "SELECT 2"}', '{"query": "SELECT 1", "limit": 1}', '{"query": "SELECT 1", "result": "rows"}', '{"query": "SELECT 1\u0000"}', '']) AS r;
SELECT name || '  =>  ' || said(connector.try_call(name, '{"query": "SELECT 1"}')) FROM unnest(ARRAY['actions/queryrows', 'actions/Query', 'QueryRows', 'actions/Query Rows', 'actions/', 'task/query', 'task/QueryRows', '/task/Query', 'task/Query/']) AS name;
SELECT said(connector.try_call('task/Query', '{"query": "SELECT 1 AS a", "connector": "postgres_main"}'));
-- They are commands of call and try_call, and no functions.
SELECT count(*) FROM pg_proc WHERE pronamespace = 'connector'::regnamespace AND proname ~* 'action|task|/';

--
-- Batches: nothing that is bound becomes SQL.
--
SELECT name || '  =>  ' || said(connector.try_call('batch', json_build_object('commands', json_build_array(json_build_object('command', 'task/Query', 'query', 'SELECT ''SELECT 1'' AS a'),
	json_build_object('command', name, 'query', 'SELECT 2 AS b', 'bind', json_build_object('/query', '/0/0/a'))))::text)) FROM unnest(ARRAY['actions/QueryRows', 'actions/ExecuteQuery', 'task/Query', 'task/Execute']) AS name;
SELECT said(connector.try_call('batch', '{"commands": [{"command": "task/Query", "query": "SELECT name, status FROM users WHERE id = 3"}, {"command": "actions/InsertRow", "table": "gone", "columns": {}, "bind": {"/columns": "/0/0"}},
	{"command": "task/Execute", "query": "SELECT name FROM gone WHERE name = $1", "parameters": [null], "bind": {"/parameters/0": "/0/0/name"}}]}'));
SELECT said(connector.try_call('batch', '{"on_error": "continue", "commands": [{"command": "actions/UpdateRows", "query": "DELETE FROM users"}, {"command": "task/Query", "query": "SELECT nosuch"}, {"command": "task/Execute", "query": "DELETE FROM gone"}]}') -> 'results' -> i) FROM generate_series(0, 2) AS i;

--
-- Members that all commands take. What is rows alone has no room for more, and a row gets no further column.
--
SELECT said(connector.try_call('actions/ExecuteQuery', '{"query": "DELETE FROM users", "dry_run": true}'));
SELECT said(connector.try_call('task/Execute', '{"query": "DELETE FROM users", "dry_run": true}'));
SELECT said(connector.try_call('task/Execute', '{"query": "DELETE FROM users WHERE id = 1 RETURNING id", "dry_run": true}'));
SELECT connector.execute('{"sql": "DELETE FROM users WHERE id = 1 RETURNING id", "result": "row_or_rows", "dry_run": true}');
SELECT count(*) FROM users;
SELECT said(connector.try_call('task/Execute', '{"query": "INSERT INTO gone (id) VALUES (20) RETURNING id", "idempotency_key": "actions_hostile 1"}')) FROM generate_series(1, 2);
SELECT said(connector.try_call('actions/InsertRow', '{"table": "gone", "columns": {"id": 21}, "idempotency_key": "actions_hostile 2"}')) FROM generate_series(1, 2);
-- one key, one request of one command
SELECT said(connector.try_call('task/Execute', '{"table": "gone", "query": "SELECT 1", "idempotency_key": "actions_hostile 2"}'));
SELECT said(connector.try_call('task/Execute', '{"query": "SELECT 1", "idempotency_key": "actions_hostile 2"}'));
SELECT count(*) FROM gone WHERE id IN (20, 21);
SELECT connector.call('actions/UpdateRows', '{"query": "UPDATE users SET status = $1 WHERE id = $2", "parameters": ["x", 1], "explain": true}')::jsonb - 'plan';
DELETE FROM connector.idempotency WHERE key LIKE 'actions_hostile %';

--
-- Policy: the kinds of a role, and its caps
--
SET pg_connector.allow = 'read, sql';
SELECT action || '  =>  ' || a(action, sql) FROM (VALUES ('QueryRows', 'SELECT 1 AS a'), ('UpdateRows', 'UPDATE users SET status = NULL WHERE id = 1'), ('DeleteRows', 'DELETE FROM users WHERE id = 1'), ('ExecuteQuery', 'UPDATE users SET status = NULL WHERE id = 1'),
	('ExecuteQuery', 'CREATE TABLE t (a int)'), ('ExecuteQuery', 'SELECT writes()'), ('Query', 'SELECT 1 AS a'), ('Execute', 'DELETE FROM users WHERE id = 1'), ('Execute', 'SELECT writes()'), ('Execute', 'WITH d AS (DELETE FROM users RETURNING id) SELECT * FROM d')) AS v (action, sql);
SELECT said(connector.try_call('actions/InsertRow', '{"table": "gone", "columns": {"id": 1}}'));
SET pg_connector.allow = 'read, write';
SELECT action || '  =>  ' || a(action, 'SELECT 1') FROM unnest(ARRAY['QueryRows', 'UpdateRows', 'DeleteRows', 'ExecuteQuery', 'Query', 'Execute']) AS action;
SELECT said(connector.try_call('actions/InsertRow', '{"table": "gone", "columns": {"id": 1}}'));
RESET pg_connector.allow;
-- pg_connector.require_where is about members of a request: SQL says which rows it means. affected_cap is about all.
SHOW pg_connector.require_where;
SELECT said(connector.try_call('actions/UpdateRows', '{"query": "UPDATE users SET status = status", "dry_run": true}'));
SET pg_connector.affected_cap = 3;
SELECT left(a('UpdateRows', 'UPDATE users SET status = ''capped'''), 5);
SELECT left(a('DeleteRows', 'DELETE FROM users'), 5);
SELECT left(a('Execute', 'DELETE FROM users'), 5);
SELECT left(a('UpdateRows', 'WITH u AS (UPDATE gone SET name = NULL RETURNING id) UPDATE gone SET name = NULL FROM u WHERE gone.id = u.id + 1'), 5);
SELECT a('UpdateRows', 'UPDATE users SET status = ''some'' WHERE id < 4');
RESET pg_connector.affected_cap;
-- A write is never cut: what would be over a cap is not done.
SET pg_connector.row_cap = 2;
SELECT a('DeleteRows', 'DELETE FROM users RETURNING id');
SELECT a('Execute', 'DELETE FROM users RETURNING id');
RESET pg_connector.row_cap;
SELECT count(*) FROM users;

--
-- Row-level security, and privileges on columns
--
CREATE ROLE regress_tenant;
GRANT USAGE ON SCHEMA actions_hostile TO regress_tenant;
GRANT SELECT, INSERT, UPDATE (status), DELETE ON users TO regress_tenant;
GRANT USAGE ON SEQUENCE users_id_seq TO regress_tenant;
ALTER TABLE users ENABLE ROW LEVEL SECURITY;
CREATE POLICY own ON users TO regress_tenant USING (name LIKE 'A%') WITH CHECK (name LIKE 'A%');
SET ROLE regress_tenant;
SELECT a('QueryRows', 'SELECT id, name FROM users');
SELECT a('UpdateRows', 'UPDATE users SET status = ''mine''');
SELECT a('UpdateRows', 'UPDATE users SET name = ''mine''');
SELECT a('DeleteRows', 'DELETE FROM users WHERE id = 2');
SELECT said(connector.try_call('actions/InsertRow', '{"table": "users", "columns": {"name": "Eve"}}'));
SELECT said(connector.try_call('actions/InsertRow', '{"table": "users", "columns": {"name": "Alan"}}'));
SELECT a('Query', 'SELECT name, status FROM users ORDER BY id');
RESET ROLE;
SELECT name, status FROM users ORDER BY id;

--
-- What is announced is produced. A lock takes another session to hold it (isolation, lock_holder).
--
CREATE FUNCTION produced(command text, code text, request text, setting text DEFAULT 'pg_connector.timeout', value text DEFAULT '30s') RETURNS text LANGUAGE plpgsql AS $$
DECLARE
	e json;
BEGIN
	PERFORM set_config(produced.setting, value, false);
	e := connector.try_call(command, request) -> 'error';
	PERFORM set_config(s.name, s.boot_val, false) FROM pg_settings AS s WHERE s.name = produced.setting;
	IF e ->> 'code' IS DISTINCT FROM code OR e ->> 'kind' = 'internal' THEN
		RAISE INFO '% %: %', command, left(request, 200), e;
	END IF;
	RETURN e ->> 'code';
END $$;
CREATE TABLE strict (n int NOT NULL DEFAULT 1 CHECK (n > 0), day date, short varchar(3), refers int REFERENCES users);
CREATE TABLE valid (name text, request text);
INSERT INTO valid VALUES ('actions/QueryRows', '{"query": "SELECT id FROM users"%s}'), ('actions/InsertRow', '{"table": "users", "columns": {"name": "x"}%s}'), ('actions/UpdateRows', '{"query": "UPDATE users SET status = NULL RETURNING id"%s}'),
	('actions/DeleteRows', '{"query": "DELETE FROM users RETURNING id"%s}'), ('actions/ExecuteQuery', '{"query": "DELETE FROM users RETURNING id"%s}'), ('task/Query', '{"query": "SELECT id FROM users"%s}'), ('task/Execute', '{"query": "DELETE FROM users RETURNING id"%s}');
CREATE TABLE codes AS
SELECT name, produced(name, v.code, v.request, v.setting, v.value) AS code FROM valid,
	LATERAL (VALUES ('42601', format(request, ', "x": 1'), 'pg_connector.timeout', '30s'), ('22P05', format(request, ', "x\u0000": 1'), 'pg_connector.timeout', '30s'), ('54001', repeat('[', 70000), 'pg_connector.timeout', '30s'), ('54000', rpad(format(request, ''), 1025), 'pg_connector.request_cap', '1kB'),
		('57014', rpad(format(request, ''), 30000000), 'pg_connector.timeout', '1ms'), ('22023', format(request, ', "timeout_ms": 0'), 'pg_connector.timeout', '30s'), ('54000', format(request, ', "timeout_ms": 60001'), 'pg_connector.timeout', '30s'),
		('42501', format(request, ''), 'pg_connector.allow', '')) AS v (code, request, setting, value)
UNION ALL
SELECT name, produced(name, '54000', format(request, ''), 'pg_connector.row_cap', '1') FROM valid WHERE name <> 'actions/InsertRow'
UNION ALL
SELECT name, produced(name, v.code, v.request) FROM valid, LATERAL (VALUES ('42601', '{"query": "SELEC 1"}'), ('42601', '{"query": "SELECT 1; SELECT 2"}'), ('22023', '{"query": "COMMIT"}'), ('22023', replace(format(request, ', "parameters": [1]'), 'id', 'id AS a'))) AS v (code, request) WHERE name <> 'actions/InsertRow'
UNION ALL
SELECT name, produced(name, '42701', replace(format(request, ''), 'id', 'id, id')) FROM valid WHERE name <> 'actions/InsertRow'
UNION ALL
SELECT name, produced(name, '22023', format(request, ', "idempotency_key": ""')) FROM valid WHERE name NOT LIKE '%Query%Rows' AND name <> 'task/Query'
UNION ALL
SELECT name, produced(name, '22023', '{"query": "SHOW TimeZone", "explain": true}') FROM valid WHERE name <> 'actions/InsertRow'
UNION ALL
SELECT name, produced(name, '25006', '{"query": "DELETE FROM users"}') FROM valid WHERE name IN ('actions/QueryRows', 'task/Query')
UNION ALL
SELECT 'actions/InsertRow', produced('actions/InsertRow', v.code, v.request) FROM (VALUES ('42P01', '{"table": "user", "columns": {}}'), ('42703', '{"table": "users", "columns": {"nmae": "x"}}'), ('22P02', '{"table": "users", "columns": {"id": "x"}}'), ('23505', '{"table": "users", "columns": {"id": 1}}'),
	('428C9', '{"table": "Odd \"Table\"", "columns": {"twice": 1}}'), ('3F000', '{"table": "nosuch.users", "columns": {}}'), ('42622', '{"table": "' || repeat('x', 64) || '", "columns": {}}'), ('22003', '{"table": "strict", "columns": {"n": 3000000000}}'),
	('22007', '{"table": "strict", "columns": {"day": "x"}}'), ('22008', '{"table": "strict", "columns": {"day": "2026-02-31"}}'), ('22001', '{"table": "strict", "columns": {"short": "long"}}'), ('23502', '{"table": "strict", "columns": {"n": null}}'),
	('23503', '{"table": "strict", "columns": {"refers": 99}}'), ('23514', '{"table": "strict", "columns": {"n": 0}}')) AS v (code, request);
SELECT name, string_agg(DISTINCT code, ' ' ORDER BY code) FROM codes GROUP BY name ORDER BY name;
SELECT c ->> 'name', r ->> 'code' FROM json_array_elements(connector.commands() -> 'commands') AS c, json_array_elements(c -> 'refusals') AS r WHERE c ->> 'name' ~ '^(actions|task)/' AND r ->> 'code' <> '55P03' EXCEPT TABLE codes;
SELECT count(*) FROM users;
SELECT jsonb_pretty(connector.commands('{"name": "task/Execute"}')::jsonb #> '{commands,0,result}');
SELECT connector.commands('{"name": "actions/QueryRows"}') #> '{commands,0,result}';

DROP SCHEMA actions_hostile CASCADE;
DROP ROLE regress_tenant;

-- query and execute: exactly one statement of the caller's own SQL
\set VERBOSITY terse
\pset format unaligned
\pset tuples_only on
CREATE SCHEMA qe;
SET search_path = qe;

-- A reply in one line; a position only where there is one.
CREATE FUNCTION said(reply json) RETURNS text LANGUAGE sql AS $$
	SELECT CASE WHEN reply -> 'error' IS NULL THEN reply::text
		ELSE concat_ws(' ', e ->> 'code', e ->> 'kind', 'at "' || (e ->> 'path') || '":', e ->> 'message', 'POSITION: ' || (e ->> 'position'),
			'DETAIL: ' || (e ->> 'detail'), 'HINT: ' || (e ->> 'hint')) END
	FROM (SELECT reply -> 'error' AS e) AS error
$$;
CREATE FUNCTION q(sql text, params json DEFAULT NULL, more jsonb DEFAULT '{}') RETURNS text LANGUAGE sql AS $$
	SELECT qe.said(connector.try_call('query', (json_strip_nulls(json_build_object('sql', sql))::jsonb || CASE WHEN params IS NULL THEN '{}' ELSE jsonb_build_object('params', params) END || more)::text))
$$;
CREATE FUNCTION x(sql text, params json DEFAULT NULL, more jsonb DEFAULT '{}') RETURNS text LANGUAGE sql AS $$
	SELECT qe.said(connector.try_call('execute', (json_strip_nulls(json_build_object('sql', sql))::jsonb || CASE WHEN params IS NULL THEN '{}' ELSE jsonb_build_object('params', params) END || more)::text))
$$;

CREATE TABLE users (id int PRIMARY KEY, name text NOT NULL, age int, status text DEFAULT 'new', data jsonb);
INSERT INTO users VALUES (1, 'Ada', 36, 'active', '{"a": 1}'), (2, 'Grace', 85, 'active', NULL), (3, 'Edsger', 72, 'retired', '[1]');

--
-- Reading
--
SELECT connector.query('{"sql": "SELECT status, count(*), avg(age) FROM users WHERE age > $1 GROUP BY status ORDER BY status", "params": [30]}');
SELECT connector.query('{"sql": "SELECT * FROM users ORDER BY id"}'::json);
SELECT connector.query('{"sql": "SELECT id FROM users WHERE name = $1", "params": {"$1": "Ada"}}'::jsonb);
SELECT sql || '  =>  ' || q(sql) FROM unnest(ARRAY['SELECT 1 AS a', 'SELECT 1 AS a;', E'  SELECT 1 AS a -- one\n;;', '(SELECT 1 AS a)', 'SELECT', 'SELECT FROM users', 'VALUES (1, ''a''), (2, NULL)', 'TABLE users',
	'WITH w AS (SELECT 1 AS a) SELECT * FROM w', 'WITH RECURSIVE r(n) AS (VALUES (1) UNION ALL SELECT n + 1 FROM r WHERE n < 3) TABLE r', 'SELECT 1 AS a UNION SELECT 2 ORDER BY 1',
	'SHOW search_path', 'SHOW pg_connector.default_limit', 'EXPLAIN (COSTS OFF) SELECT * FROM users', 'EXPLAIN (COSTS OFF) DELETE FROM users',
	 'SELECT NULL AS n, ''x'' AS u, 1.50 AS d, true AS b, ARRAY[1,2] AS a, ROW(1,''x'') AS r', 'SELECT NULL AS "we""ird name"']) AS sql;
SELECT json_typeof(connector.query('{"sql": "EXPLAIN (COSTS OFF, FORMAT JSON) SELECT 1"}') #> '{rows,0,QUERY PLAN,0,Plan}');
SELECT (connector.query('{"sql": "EXPLAIN (ANALYZE, COSTS OFF, TIMING OFF, SUMMARY OFF) SELECT 1"}') #>> '{rows,0,QUERY PLAN}') ~ '^Result \(actual rows=1';
-- Limits stop a query where they stop, and EXPLAIN as well.
SELECT q('SELECT n FROM generate_series(1, 1000000) AS n', NULL, '{"limit": 2}');
SELECT q('SELECT n FROM generate_series(1, 2) AS n', NULL, '{"limit": 2}');
SELECT q('SELECT n FROM generate_series(1, 2) AS n', NULL, '{"limit": 0}');
SELECT q('EXPLAIN (COSTS OFF) SELECT * FROM users ORDER BY name', NULL, '{"limit": 1}');

--
-- Not exactly one statement, or none that parses: positions count characters of the caller's text
--
SELECT coalesce(sql, 'NULL') || '  =>  ' || q(sql) FROM unnest(ARRAY['', ' ', ';', ';;', '-- nothing', '/* nothing */', 'SELECT 1; SELECT 2', 'SELECT 1; DROP TABLE users', 'SELECT 1; ; SELECT 2',
	'SELCT 1', 'SELECT 1 +', 'SELECT ''x', 'SELECT nosuch FROM users', 'SELECT * FROM nosuch', 'SELECT nosuch(1)', 'SELECT ''日本'', nosuch', E'SELECT 1,\n\tnosuch', 'SELECT ''x''::int', 'SELECT $0',
	'SELECT 1 FROM users u, users u', 'SELECT id FROM users GROUP BY name', 'SELECT U&''\zzzz''', NULL]) AS sql;
-- Errors while it runs have no position, or that in a function's own text: then it is not told.
CREATE FUNCTION broken() RETURNS int LANGUAGE plpgsql AS $$ BEGIN RETURN (SELECT nosuch FROM users); END $$;
CREATE FUNCTION fails() RETURNS int LANGUAGE sql AS $$ SELECT 1 / 0 $$;
SELECT q('SELECT 1 / 0 AS a');
SELECT q('SELECT broken()');
SELECT q('SELECT fails()');

--
-- Parameters: their types are those that the parser infers
--
SELECT q('SELECT $1 AS a, $2::int AS b, $3 + 1 AS c, $4 = age AS d, $5::date AS e FROM users WHERE id = $6', '["x", 2, 3, 36, "2024-02-03", 1]');
SELECT q('SELECT id FROM users WHERE id = ANY ($1) AND data @> $2', '[[1, 2, 3], {"a": 1}]');
SELECT q('SELECT $1::jsonb AS a, $2::json AS b, $3::jsonb AS c, $4::jsonb IS NULL AS d', '["x", [1, {"y": null}], 1e2, null]');
SELECT q('SELECT $1::bigint AS a, $2::numeric AS b, $3::float8 AS c', '[9223372036854775807, 123456789012345678901234567890.123456789, "-Infinity"]');
SELECT q('SELECT $1::users AS a', '[{"id": 9, "name": "Barbara"}]');
SELECT q('SELECT ($1::users).name AS a, $2::text[] AS b', '[[9, "Barbara", null, null, [1]], ["a", null]]');
SELECT q('SELECT $2 AS a', '["unused", "used"]');
SELECT q('SELECT $1 AS a, $1 AS b', '["twice"]');
SELECT q('SELECT n FROM generate_series(1, 5) AS n LIMIT $1 OFFSET $2', '[2, 1]');
SELECT q('SELECT name FROM users WHERE name LIKE $1 || ''%''', '["G"]');
SELECT q('SELECT coalesce($1, 7) AS a', '[null]');
SELECT q('SELECT $1 AS a, $2::int AS b', '{"$2": 2, "$1": "one"}');
SELECT p || '  =>  ' || q('SELECT $1::int AS a, $2::text AS b', p::json) FROM unnest(ARRAY['[]', '{}', '[1]', '[1, "x", null]', '{"$1": 1}', '{"$1": 1, "$3": 2}', '{"$1": 1, "$2": 2, "$3": 3}', '{"$0": 1, "$1": 2}',
	'{"1": 1, "2": 2}', '{"$01": 1, "$2": 2}', '{"$1 ": 1, "$2": 2}', '{"$-1": 1, "$2": 2}', '{"$99999999999999999999": 1, "$2": 2}', '{"a": 1, "$2": 2}', '["x", "y"]', '[1.5, "y"]', '[true, "y"]', '[{"a": 1}, "y"]', '[[1], "y"]', '[1, {"a": 1}]',
	'["2147483648", "y"]', '[null, null]']) AS p;
SELECT q('SELECT 1 AS a', '[1]');
SELECT q('SELECT $1::int AS a');
SELECT q('SELECT $1 + $2 AS a', '[1, 2]');
SELECT q('SELECT $65536', '[1]');
SELECT q('SELECT sum(n) FROM unnest($1::int[]) AS n', (SELECT json_build_array(json_agg(n)) FROM generate_series(1, 10000) AS n));
SELECT q('SHOW search_path', '[1]');
SELECT q('EXPLAIN (COSTS OFF) SELECT $1::int', '[1]');
SELECT x('CREATE TABLE t AS SELECT $1::int AS a', '[1]');
SELECT x('DROP TABLE t');
SELECT x('DO $x$ BEGIN PERFORM $1; END $x$', '[1]');

--
-- Two columns of one name
--
SELECT sql || '  =>  ' || q(sql) FROM unnest(ARRAY['SELECT 1 AS a, 2 AS a', 'SELECT 1, 2', 'SELECT * FROM users AS u JOIN users AS v USING (id)', 'SELECT 1 AS a, 2 AS "A"', 'SELECT 1 AS a, 2 AS a WHERE false']) AS sql;
SELECT x('UPDATE users SET age = age RETURNING id, id');

--
-- query does not write, whatever the statement says
--
CREATE SEQUENCE counter;
CREATE FUNCTION writes() RETURNS int LANGUAGE plpgsql AS $$ BEGIN INSERT INTO users VALUES (99, 'by function'); RETURN 1; END $$;
CREATE TEMP TABLE scratch (a int);
CREATE FUNCTION writes_temp() RETURNS int LANGUAGE plpgsql AS $$ BEGIN INSERT INTO scratch VALUES (1); RETURN (SELECT count(*) FROM scratch); END $$;
CREATE FUNCTION stops_read_only() RETURNS int LANGUAGE plpgsql AS $$ BEGIN SET transaction_read_only = off; RETURN writes(); END $$;
CREATE FUNCTION stops_by_config() RETURNS int LANGUAGE plpgsql AS $$ BEGIN PERFORM set_config('transaction_read_only', 'off', true); RETURN writes(); END $$;
CREATE FUNCTION swallows() RETURNS text LANGUAGE plpgsql AS $$ BEGIN PERFORM writes(); RETURN 'written'; EXCEPTION WHEN OTHERS THEN RETURN sqlstate; END $$;
SELECT sql || '  =>  ' || q(sql) FROM unnest(ARRAY['INSERT INTO users VALUES (9, ''x'')', 'UPDATE users SET age = 1', 'DELETE FROM users', 'TRUNCATE users', 'DROP TABLE users', 'CREATE TABLE t (a int)', 'CREATE TEMP TABLE t (a int)',
	'WITH d AS (DELETE FROM users RETURNING id) SELECT * FROM d', 'WITH i AS (INSERT INTO users VALUES (9, ''x'')) SELECT 1 AS a', 'SELECT 1 AS a INTO t', 'SELECT 1 AS a INTO TEMP t UNION SELECT 2', 'SELECT * FROM users FOR UPDATE',
	'SELECT * FROM users FOR KEY SHARE', 'SELECT * FROM (SELECT id FROM users FOR UPDATE) AS u', 'EXPLAIN ANALYZE DELETE FROM users', 'EXPLAIN (ANALYZE, COSTS OFF) WITH d AS (DELETE FROM users RETURNING id) SELECT * FROM d',
	'EXPLAIN ANALYZE SELECT 1 AS a INTO t', 'EXPLAIN ANALYZE CREATE TABLE t AS SELECT 1 AS a', 'LOCK TABLE users', 'NOTIFY x', 'DO $$ BEGIN END $$', 'CALL nosuch()', 'SET work_mem = ''1MB''', 'RESET work_mem', 'SET CONSTRAINTS ALL DEFERRED', 'ANALYZE users', 'CHECKPOINT',
	'REINDEX TABLE users', 'GRANT SELECT ON users TO PUBLIC', 'REFRESH MATERIALIZED VIEW users', 'MERGE INTO users USING users u ON false WHEN NOT MATCHED THEN DO NOTHING',
	'SELECT writes()', 'SELECT stops_read_only()', 'SELECT stops_by_config()', 'SELECT swallows()', 'SELECT nextval(''counter'')', 'SELECT setval(''counter'', 9)', 'SELECT lo_from_bytea(0, ''x'') AS oid WHERE false',
	'SELECT * FROM users WHERE writes() > 0']) AS sql;
-- What read-only mode lets through is undone all the same.
SELECT q('SELECT writes_temp()'), (SELECT count(*) FROM scratch);
SELECT q('SELECT set_config(''work_mem'', ''123kB'', false) AS a, set_config(''qe.setting'', ''x'', false)'), current_setting('work_mem') <> '123kB', current_setting('qe.setting', true);
SELECT q('SELECT count(lo_from_bytea(0, ''x'')) AS made'), (SELECT count(*) FROM pg_largeobject_metadata);
SELECT q('SELECT set_config(''role'', ''pg_monitor'', false)'), current_user = session_user;
LISTEN qe;
SELECT q('SELECT pg_notify(''qe'', ''from query'') IS NULL AS a');
BEGIN;
SELECT x('NOTIFY qe, ''from execute''');
ROLLBACK;
UNLISTEN qe;
SELECT * FROM users ORDER BY id;
SELECT count(*) FROM pg_class WHERE relname = 't';
-- What the caller's own transaction wrote, it sees.
BEGIN;
INSERT INTO users VALUES (4, 'Barbara');
SELECT q('SELECT count(*) FROM users');
SAVEPOINT s;
SELECT q('SELECT writes()');
SELECT q('SELECT count(*) FROM users');
ROLLBACK TO s;
SELECT q('SELECT count(*) FROM users');
ROLLBACK;
SHOW transaction_read_only;

--
-- execute
--
SELECT connector.execute('{"sql": "UPDATE users SET age = age + $1 WHERE id = $2 RETURNING age", "params": [1, 1]}');
SELECT connector.execute('{"sql": "CREATE INDEX IF NOT EXISTS users_name ON users (name)"}'::json);
SELECT connector.execute('{"sql": "DELETE FROM users WHERE id > 100"}'::jsonb);
SELECT sql || '  =>  ' || x(sql) FROM unnest(ARRAY['INSERT INTO users VALUES (4, ''Barbara''), (5, ''Leslie'')', 'INSERT INTO users VALUES (4, ''x'') ON CONFLICT DO NOTHING', 'INSERT INTO users VALUES (6, ''Tony'') RETURNING *',
	'UPDATE users SET status = NULL WHERE id >= 4', 'UPDATE users SET status = NULL WHERE id = 0 RETURNING id', 'DELETE FROM users WHERE id = 6', 'DELETE FROM users WHERE id >= 4 RETURNING id, name', 'TABLE users', 'SELECT id FROM users WHERE false',
	'SELECT id FROM users FOR UPDATE', 'WITH d AS (DELETE FROM users WHERE id = 3 RETURNING *), i AS (INSERT INTO users SELECT id + 10, name FROM d RETURNING id) SELECT * FROM i',
	'WITH d AS (DELETE FROM users WHERE id = 13) INSERT INTO users VALUES (3, ''Edsger'')',
	'MERGE INTO users USING (VALUES (3, 72), (7, 1)) AS v(id, age) ON users.id = v.id WHEN MATCHED THEN UPDATE SET age = v.age WHEN NOT MATCHED THEN INSERT VALUES (v.id, ''new'')', 'DELETE FROM users WHERE id = 7',
	'CREATE TABLE t (a int)', 'INSERT INTO t SELECT generate_series(1, 3)', 'CREATE TABLE t2 AS TABLE t', 'SELECT a INTO t3 FROM t', 'SELECT a INTO t4 FROM t UNION ALL SELECT 4', 'SELECT (SELECT count(*) FROM t3) + (SELECT count(*) FROM t4) AS n',
	'ALTER TABLE t ADD b int', 'TRUNCATE t', 'ANALYZE t', 'DROP TABLE t, t2, t3, t4', 'EXPLAIN (COSTS OFF) DELETE FROM users', 'SHOW search_path',
	'SET qe.setting = ''x''', 'SHOW qe.setting', 'RESET qe.setting', 'SET LOCAL work_mem = ''2MB''', 'SET CONSTRAINTS ALL IMMEDIATE', 'LOCK TABLE users', 'CREATE PROCEDURE nothing() LANGUAGE sql AS ''SELECT 1''', 'CALL nothing()',
	'CREATE PROCEDURE increment(INOUT a int) LANGUAGE plpgsql AS ''BEGIN a := a + 1; END''', 'CALL increment(1)', 'CREATE PROCEDURE commits() LANGUAGE plpgsql AS ''BEGIN COMMIT; END''', 'CALL commits()', 'DO ''BEGIN PERFORM 1; END''', 'COMMENT ON TABLE users IS ''x''',
	'SELECT writes()', 'DELETE FROM users WHERE id = 99']) AS sql;
-- EXPLAIN ANALYZE does what it explains.
SELECT x('EXPLAIN (ANALYZE, COSTS OFF, TIMING OFF, SUMMARY OFF) DELETE FROM users WHERE id = 3') LIKE '{"success":true,"rows":[{"QUERY PLAN":"Delete on users%', x('SELECT count(*) FROM users');
-- A read is never cut here.
SELECT x('SELECT count(*) FROM (SELECT generate_series(1, 3000)) AS s'), json_array_length(connector.execute('{"sql": "SELECT generate_series(1, 3000) AS n"}') -> 'rows');

--
-- Statements that are no command's business
--
SELECT sql || '  =>  ' || x(sql), x(sql) = q(sql) FROM unnest(ARRAY['BEGIN', 'START TRANSACTION', 'COMMIT', 'END', 'ROLLBACK', 'ABORT', 'SAVEPOINT s', 'RELEASE s', 'ROLLBACK TO s', 'PREPARE TRANSACTION ''x''', 'COMMIT PREPARED ''x''', 'COPY users TO STDOUT',
	'COPY users FROM STDIN', 'COPY users TO PROGRAM ''true''', 'PREPARE p AS SELECT 1', 'EXECUTE p', 'EXPLAIN EXECUTE p', 'EXPLAIN ANALYZE EXECUTE p', 'CREATE TABLE t AS EXECUTE p', 'EXPLAIN CREATE TABLE t AS EXECUTE p', 'DEALLOCATE p', 'DECLARE c CURSOR FOR SELECT 1', 'EXPLAIN DECLARE c CURSOR FOR SELECT 1', 'FETCH c', 'MOVE c', 'CLOSE c',
	'LISTEN x', 'UNLISTEN *', 'DISCARD ALL', 'LOAD ''x''', 'VACUUM users', 'CREATE DATABASE x', 'DROP DATABASE x', 'CREATE TABLESPACE x LOCATION ''/x''', 'DROP TABLESPACE x', 'ALTER SYSTEM SET work_mem = ''1MB''',
	'CREATE SUBSCRIPTION s CONNECTION ''x'' PUBLICATION p', 'DROP SUBSCRIPTION s', 'SET ROLE pg_monitor', 'SET LOCAL ROLE pg_monitor', 'SET role = ''pg_monitor''', 'RESET ROLE', 'SET SESSION AUTHORIZATION DEFAULT', 'SET session_authorization = ''x''', 'RESET ALL',
	'SET TRANSACTION READ WRITE', 'SET TRANSACTION ISOLATION LEVEL SERIALIZABLE', 'SET SESSION CHARACTERISTICS AS TRANSACTION READ WRITE', 'SET transaction_read_only = off', 'SET pg_connector.timeout = 0', 'SET "PG_Connector".allow = ''read''',
	'SET LOCAL pg_connector.row_cap = 1', 'RESET pg_connector.allow']) AS sql;
-- What PostgreSQL itself does not run here.
SELECT sql || '  =>  ' || x(sql) FROM unnest(ARRAY['CREATE INDEX CONCURRENTLY ON users (age)', 'DROP INDEX CONCURRENTLY users_name', 'REINDEX TABLE CONCURRENTLY users', 'REINDEX SCHEMA qe', 'CLUSTER']) AS sql;
-- SQL of the caller's may change our settings by a function; the call's limits were taken before.
SELECT x('SELECT set_config(''pg_connector.row_cap'', ''2'', false), n FROM generate_series(1, 3) AS n'), current_setting('pg_connector.row_cap');
RESET pg_connector.row_cap;

--
-- What a role may do is decided by the kind of statement
--
SET client_min_messages = warning;
DO $do$
DECLARE
	sql text;
	allowed text;
	reply json;
	done text;
	refused text[];
BEGIN
	FOREACH sql IN ARRAY ARRAY['SELECT id FROM users WHERE id = 1', 'UPDATE users SET age = 37 WHERE id = 1', 'CREATE TEMP TABLE made (a int)', 'SELECT 1 AS a INTO TEMP made', 'SELECT 1 AS a INTO TEMP made UNION SELECT 2',
		'WITH u AS (UPDATE users SET age = 37 WHERE id = 1 RETURNING age) SELECT * FROM u', 'EXPLAIN (COSTS OFF) UPDATE users SET age = 1', 'EXPLAIN (ANALYZE, COSTS OFF, TIMING OFF, SUMMARY OFF) UPDATE users SET age = 37 WHERE id = 1',
		'EXPLAIN (ANALYZE, COSTS OFF, TIMING OFF, SUMMARY OFF) WITH u AS (UPDATE users SET age = 37 WHERE id = 1 RETURNING age) SELECT * FROM u',
		'SELECT id FROM users WHERE id = 1 FOR UPDATE', 'SELECT id INTO TEMP made FROM users WHERE id = 1 FOR UPDATE', 'CREATE TEMP TABLE made AS SELECT id FROM users WHERE id = 1', 'CREATE TEMP TABLE made AS SELECT id FROM users WHERE id = 1 FOR UPDATE',
		'CREATE TEMP TABLE made AS WITH u AS (UPDATE users SET age = 37 WHERE id = 1 RETURNING age) SELECT * FROM u', 'SELECT age INTO TEMP made FROM users WHERE id = 0', 'EXPLAIN (ANALYZE, COSTS OFF, TIMING OFF, SUMMARY OFF) CREATE TEMP TABLE made AS SELECT 1 AS a',
		'DO ''BEGIN END''', 'CALL nothing()', 'SET qe.setting = ''x''', 'RESET qe.setting', 'SET LOCAL qe.setting = ''x''', 'SET TIME ZONE ''UTC''', 'SET CONSTRAINTS ALL IMMEDIATE', 'SHOW qe.setting', 'LOCK TABLE users IN ACCESS SHARE MODE', 'NOTIFY qe',
		'TRUNCATE scratch', 'ANALYZE scratch', 'COMMENT ON TABLE users IS ''x''', 'SELECT writes()', 'SELECT writes_temp()'] LOOP
		done := '';
		refused := '{}';
		FOREACH allowed IN ARRAY ARRAY['sql', 'read, sql', 'write, sql', 'ddl, sql', 'read, write, sql', 'read, ddl, sql', 'read, write, ddl, sql'] LOOP
			PERFORM set_config('pg_connector.allow', allowed, false);
			reply := connector.try_call('execute', json_build_object('sql', sql)::text);
			IF reply -> 'error' IS NULL THEN
				done := done || format(' "%s"', allowed);
			ELSE
				refused := refused || format('%s: %s', allowed, coalesce('no ' || substring(reply #>> '{error,detail}' from '"(.*)";'), reply #>> '{error,message}'));
			END IF;
			IF (SELECT count(*) FROM scratch) > 0 THEN
				done := done || ' (which wrote)';
				DELETE FROM scratch;
			END IF;
			DROP TABLE IF EXISTS made;
			DELETE FROM users WHERE id = 99;
		END LOOP;
		RAISE INFO '% => done with% => not with %', sql, done, refused;
	END LOOP;
END $do$;
RESET client_min_messages;
RESET pg_connector.allow;
-- Neither is for a role without the kind "sql".
SET pg_connector.allow = 'read, write, ddl';
SELECT q('SELECT 1 AS a');
SELECT x('SELECT 1 AS a');
SET pg_connector.allow = 'write, sql';
SELECT q('SELECT 1 AS a');
RESET pg_connector.allow;

--
-- Errors of functions and triggers pass through as they are
--
SELECT connector.try_call('execute', json_build_object('sql', $sql$DO $$ BEGIN RAISE EXCEPTION 'no more than % of these', 3 USING ERRCODE = 'AB123', DETAIL = 'why', HINT = 'what to do', SCHEMA = 's', TABLE = 't', COLUMN = 'c', CONSTRAINT = 'k', DATATYPE = 'd'; END $$$sql$)::text);
SELECT x(format('DO $$ BEGIN RAISE EXCEPTION %L USING ERRCODE = %L; END $$', 'message of ' || code, code)) FROM unnest(ARRAY['P0001', '23505', '40001', '42501', '22012', '25006', '54000', 'XX000', 'ZZZZZ']) AS code;
-- A cancel and a failed assertion are no answers, so they are raised, as they are past WHEN OTHERS in PL/pgSQL.
SELECT x('DO $$ BEGIN RAISE query_canceled; END $$');
SELECT x('DO $$ BEGIN ASSERT false, ''asserted''; END $$');
SELECT q('SELECT * FROM users WHERE id = 1 / (age - age)');

--
-- CONTEXT has the place or the functions on the way, and no statement
--
\set VERBOSITY default
CREATE FUNCTION check_name() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN IF NEW.name = 'bad' THEN RAISE EXCEPTION 'bad name'; END IF; RETURN NEW; END $$;
CREATE TRIGGER check_name BEFORE INSERT OR UPDATE ON users FOR EACH ROW EXECUTE FUNCTION check_name();
SELECT connector.query('{"sql": "SELECT nosuch FROM users"}');
SELECT connector.query('{"sql": "SELECT broken()"}');
SELECT connector.query('{"sql": "SELECT fails()"}');
SELECT connector.execute('{"sql": "INSERT INTO users VALUES ($1, $2)", "params": [50, "bad"]}');
SELECT connector.execute('{"sql": "INSERT INTO users VALUES ($1, $2)", "params": ["x", "bad"]}');
SELECT connector.insert_rows('{"table": "users", "rows": [{"id": 50, "name": "good"}, {"id": 51, "name": "bad"}]}');
SELECT connector.update_rows('{"table": "users", "set": {"name": "bad"}, "where": [["id", "=", 1]]}');
SELECT connector.delete_rows('{"table": "users", "where": [["id", "=", "one"]]}');
-- A command inside another: its own place is none in the outer request.
SELECT connector.query('{"sql": "SELECT connector.select_rows($1)", "params": ["{\"table\": \"users\", \"wher\": []}"]}');
SELECT connector.query('{"sql": "SELECT connector.try_call($1, $2) AS reply", "params": ["select_rows", "{\"table\": \"users\", \"wher\": []}"]}');
SELECT connector.query('{"sql": "SELECT connector.query($1) AS reply", "params": ["{\"sql\": \"SELECT 1 AS a\"}"]}');
\set VERBOSITY terse

SET client_min_messages = warning;
DROP SCHEMA qe CASCADE;

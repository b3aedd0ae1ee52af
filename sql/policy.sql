-- Policy: which kinds of command a role may use, what a role that may only read cannot do by any detour, and that
-- nobody but an administrator changes that.
\set VERBOSITY terse
SET client_min_messages = warning;
SELECT current_user AS super \gset
CREATE ROLE regress_policy_user LOGIN;
CREATE SCHEMA policy;
GRANT USAGE, CREATE ON SCHEMA policy TO regress_policy_user;
ALTER ROLE regress_policy_user SET search_path = policy;
SET search_path = policy;
CREATE TABLE items (id int PRIMARY KEY, name text);
INSERT INTO items VALUES (1, 'one'), (2, 'two');
CREATE SEQUENCE numbers;
GRANT ALL ON items TO regress_policy_user;
GRANT ALL ON SEQUENCE numbers TO regress_policy_user;

-- What comes of each command: "ok", or the error's code and kind
CREATE FUNCTION outcome(command text, request text) RETURNS text LANGUAGE sql VOLATILE SET search_path FROM CURRENT AS $$
SELECT coalesce((r #>> '{error,code}') || ' ' || (r #>> '{error,kind}') || ': ' || (r #>> '{error,message}'), 'ok')
FROM connector.try_call(command, request) AS r;
$$;
CREATE VIEW outcomes AS
SELECT n, command, left(request, 70) AS request, outcome(command, request) AS outcome
FROM (VALUES
	(1, 'select_rows', '{"table": "items"}'),
	(2, 'describe', '{"table": "items"}'),
	(3, 'test_connection', '{}'),
	(4, 'commands', '{}'),
	(5, 'insert_rows', '{"table": "items", "row": {"id": 3}}'),
	(6, 'update_rows', '{"table": "items", "set": {"name": "x"}, "where": [["id", "=", 1]]}'),
	(7, 'delete_rows', '{"table": "items", "where": [["id", "=", 1]]}'),
	(8, 'create_table', '{"table": "more", "columns": [{"name": "id", "type": "integer"}]}'),
	(9, 'create_table', '{"table": "more2", "columns": [{"name": "d", "type": "date", "default_expression": "now()"}]}'),
	(10, 'create_table', '{"table": "more3", "columns": [{"name": "d", "type": "date DEFAULT now()"}]}'),
	(11, 'create_table', '{"table": "more4", "columns": [{"name": "d", "type": "int CHECK (d > 0)"}]}'),
	(12, 'create_table', '{"table": "more5", "columns": [{"name": "d", "type": "int DEFAULT 7 NOT NULL"}]}'),
	(13, 'drop_table', '{"table": "more", "if_exists": true}'),
	(14, 'query', '{"sql": "SELECT 1"}'),
	(15, 'query', '{"sql": "EXPLAIN SELECT 1"}'),
	(16, 'query', '{"sql": "DELETE FROM items"}'),
	(17, 'execute', '{"sql": "SELECT 1"}'),
	(18, 'execute', '{"sql": "SHOW work_mem"}'),
	(19, 'execute', '{"sql": "UPDATE items SET name = name"}'),
	(20, 'execute', '{"sql": "WITH d AS (DELETE FROM items RETURNING *) SELECT * FROM d"}'),
	(21, 'execute', '{"sql": "EXPLAIN (ANALYZE, COSTS off) DELETE FROM items"}'),
	(22, 'execute', '{"sql": "SELECT * FROM items FOR UPDATE"}'),
	(23, 'execute', '{"sql": "CREATE TABLE made AS SELECT 1 AS one"}'),
	(24, 'execute', '{"sql": "SELECT 1 AS one INTO made2"}'),
	(25, 'execute', '{"sql": "DO $$BEGIN NULL; END$$"}'),
	(26, 'execute', '{"sql": "NOTIFY policy"}'),
	(27, 'execute', '{"sql": "LOCK TABLE items IN SHARE MODE"}'),
	(28, 'execute', '{"sql": "CREATE VIEW made3 AS SELECT 1 AS one"}'),
	(29, 'no_such', '{}')
) AS c(n, command, request);
GRANT SELECT ON outcomes TO regress_policy_user;

-- Each kind by itself. The role owns nothing here, so 42501 with no word of "allowed here" is a matter of GRANTs.
ALTER ROLE regress_policy_user SET pg_connector.allow = 'read';
\c - regress_policy_user
BEGIN; SELECT * FROM outcomes ORDER BY n; ROLLBACK;
-- Why, and who can change it
\set VERBOSITY default
SELECT connector.insert_rows('{"table": "items", "row": {"id": 3}}');
SELECT connector.query('{"sql": "SELECT 1"}');
\set VERBOSITY terse
\c - :super
ALTER ROLE regress_policy_user SET pg_connector.allow = 'write';
\c - regress_policy_user
BEGIN; SELECT n, command, outcome FROM outcomes ORDER BY n; ROLLBACK;
\c - :super
ALTER ROLE regress_policy_user SET pg_connector.allow = 'ddl';
\c - regress_policy_user
BEGIN; SELECT n, command, outcome FROM outcomes ORDER BY n; ROLLBACK;
\c - :super
ALTER ROLE regress_policy_user SET pg_connector.allow = 'sql';
\c - regress_policy_user
BEGIN; SELECT n, command, outcome FROM outcomes ORDER BY n; ROLLBACK;
\c - :super
ALTER ROLE regress_policy_user SET pg_connector.allow = 'sql, read';
\c - regress_policy_user
BEGIN; SELECT n, command, outcome FROM outcomes WHERE n >= 14 ORDER BY n; ROLLBACK;
\c - :super
-- Nothing at all: where the caller is and what there is can still be asked.
ALTER ROLE regress_policy_user SET pg_connector.allow = '';
\c - regress_policy_user
BEGIN; SELECT n, command, outcome FROM outcomes ORDER BY n; ROLLBACK;
\c - :super
ALTER ROLE regress_policy_user RESET pg_connector.allow;
\c - regress_policy_user
BEGIN; SELECT n, command, outcome FROM outcomes ORDER BY n; ROLLBACK;
SELECT count(*) FROM items;

-- A role that may only read, by tables or with SQL of its own, writes through nothing.
\c - :super
SET search_path = policy;
SET client_min_messages = warning;
CREATE TABLE log (id serial, t text);
GRANT ALL ON log TO regress_policy_user;
GRANT ALL ON SEQUENCE log_id_seq TO regress_policy_user;
CREATE FUNCTION writes(t text) RETURNS text LANGUAGE plpgsql SET search_path FROM CURRENT AS
$$ BEGIN INSERT INTO log (t) VALUES ($1); RETURN 'wrote'; END $$;
CREATE FUNCTION writes_as_owner(t text) RETURNS text LANGUAGE plpgsql SECURITY DEFINER SET search_path FROM CURRENT AS
$$ BEGIN INSERT INTO log (t) VALUES ($1); RETURN 'wrote'; END $$;
CREATE FUNCTION lets_down() RETURNS text LANGUAGE plpgsql AS
$$ BEGIN SET transaction_read_only = off; RETURN 'done'; END $$;
CREATE FUNCTION through_connector() RETURNS json LANGUAGE sql AS
$$ SELECT connector.insert_rows('{"table": "policy.log", "row": {"t": "nested"}}') $$;
CREATE FUNCTION makes_temporary() RETURNS text LANGUAGE plpgsql AS
$$ BEGIN EXECUTE 'CREATE TEMPORARY TABLE leftover (a int)'; RETURN 'made'; END $$;
CREATE FUNCTION writes_temporary() RETURNS text LANGUAGE plpgsql AS
$$ BEGIN EXECUTE 'INSERT INTO pg_temp.mine VALUES (1)'; RETURN 'wrote'; END $$;
CREATE FUNCTION sets_local() RETURNS text LANGUAGE plpgsql AS
$$ BEGIN SET work_mem = '1234kB'; RETURN current_setting('work_mem'); END $$;
CREATE VIEW by_function AS SELECT writes('view') AS a;
CREATE VIEW by_owners_function AS SELECT writes_as_owner('view') AS a;
CREATE VIEW by_sequence AS SELECT nextval('numbers') AS a;
CREATE VIEW by_setval AS SELECT setval('numbers', 100) AS a;
CREATE VIEW by_setting AS SELECT set_config('work_mem', '4321kB', false) AS a;
CREATE VIEW by_function_setting AS SELECT sets_local() AS a;
CREATE VIEW by_notify AS SELECT pg_notify('policy', 'x')::text AS a;
CREATE VIEW by_temporary AS SELECT makes_temporary() AS a;
CREATE VIEW by_own_temporary AS SELECT writes_temporary() AS a;
CREATE VIEW by_letting_down AS SELECT lets_down() || writes('view') AS a;
CREATE VIEW by_connector AS SELECT through_connector() AS a;
GRANT SELECT ON ALL TABLES IN SCHEMA policy TO regress_policy_user;
CREATE FUNCTION left_behind() RETURNS text LANGUAGE sql SET search_path FROM CURRENT AS $$
SELECT format('log %s, numbers %s, large objects %s, temporary tables %s, work_mem %s, listening %s', (SELECT count(*) FROM log),
	(SELECT last_value FROM numbers), (SELECT count(*) FROM pg_largeobject_metadata WHERE oid = 4711),
	(SELECT count(*) FROM pg_class WHERE relname = 'leftover'), current_setting('work_mem') <> '4MB', (SELECT count(*) FROM pg_listening_channels())) $$;

ALTER ROLE regress_policy_user SET pg_connector.allow = 'read, sql';
ALTER ROLE regress_policy_user SET work_mem = '4MB';
\c - regress_policy_user
CREATE TEMPORARY TABLE mine (a int);
LISTEN policy;
SELECT v, outcome('select_rows', format('{"table": "%s"}', v)) AS select_rows,
	outcome('query', format('{"sql": "SELECT * FROM %s"}', v)) AS query,
	outcome('execute', format('{"sql": "SELECT * FROM %s"}', v)) AS execute
FROM unnest('{by_function,by_owners_function,by_sequence,by_setval,by_setting,by_function_setting,by_notify,by_temporary,by_own_temporary,by_letting_down,by_connector}'::text[]) AS v;
SELECT left_behind(), (SELECT count(*) FROM mine) AS mine;
-- The same without try_call's subtransaction
SELECT connector.select_rows('{"table": "by_function"}');
SELECT connector.select_rows('{"table": "by_setting"}');
SELECT connector.select_rows('{"table": "by_notify"}');
SELECT connector.query('{"sql": "SELECT set_config(''work_mem'', ''4321kB'', false), makes_temporary()"}');
SELECT connector.query('{"sql": "SELECT nextval(''policy.numbers'')"}');
SELECT connector.query('{"sql": "EXPLAIN (ANALYZE, COSTS off, TIMING off, SUMMARY off) SELECT writes(''explain'')"}');
SELECT connector.query('{"sql": "SELECT connector.execute(''{\"sql\": \"SELECT policy.writes(1::text)\"}'')"}');
SELECT connector.execute('{"sql": "SELECT writes_temporary()"}');
-- Large objects are refused from PostgreSQL 16, and rolled back before.
SELECT count(connector.try_call('query', '{"sql": "SELECT lo_create(4711)"}'));
SELECT count(connector.try_call('execute', '{"sql": "SELECT lo_from_bytea(4711, ''x'')"}'));
SELECT left_behind(), (SELECT count(*) FROM mine) AS mine;
-- Nor does the read-only mode stay on behind it.
BEGIN;
SELECT connector.select_rows('{"table": "by_setting"}');
SHOW transaction_read_only;
INSERT INTO mine VALUES (2);
SELECT connector.try_call('select_rows', '{"table": "by_function"}') #>> '{error,code}' AS code;
SHOW transaction_read_only;
COMMIT;
SELECT * FROM mine;
-- A savepoint of the caller's is none of ours.
BEGIN;
SAVEPOINT a;
INSERT INTO mine VALUES (3);
SELECT connector.query('{"sql": "SELECT count(*) FROM pg_temp.mine"}');
ROLLBACK TO a;
SELECT connector.query('{"sql": "SELECT count(*) FROM pg_temp.mine"}');
COMMIT;
-- query does not write either where the role could.
\c - :super
ALTER ROLE regress_policy_user RESET pg_connector.allow;
\c - regress_policy_user
SELECT v, outcome('query', format('{"sql": "SELECT * FROM %s"}', v)) AS query
FROM unnest('{by_function,by_owners_function,by_sequence,by_setting,by_temporary,by_connector}'::text[]) AS v;
SELECT left_behind();
SELECT connector.query('{"sql": "WITH i AS (INSERT INTO log (t) VALUES (1) RETURNING *) SELECT * FROM i"}');
SELECT connector.query('{"sql": "SELECT * FROM items FOR UPDATE"}');
SELECT connector.query('{"sql": "SELECT * FROM (SELECT * FROM items FOR UPDATE) AS i"}');
SELECT connector.query('{"sql": "SELECT 1 AS one INTO made"}');
SELECT connector.query('{"sql": "EXPLAIN ANALYZE DELETE FROM items"}');
SELECT connector.query('{"sql": "VACUUM"}');
SELECT connector.query('{"sql": "SET work_mem = 64"}');
-- select_rows of such a role is PostgreSQL's SELECT, functions of views included.
BEGIN;
SELECT connector.select_rows('{"table": "by_function"}');
SELECT left_behind();
ROLLBACK;

-- require_where
SELECT connector.delete_rows('{"table": "items"}');
SELECT connector.update_rows('{"table": "items", "set": {"name": "x"}, "where": []}');
SELECT connector.update_rows('{"table": "items", "set": {"name": "x"}, "where": [{"not": ["id", "in", []]}]}');
SELECT connector.delete_rows('{"table": "items", "where": [["id", "=", 1]], "all_rows": true}');
SELECT connector.delete_rows('{"table": "items", "all_rows": false}');
BEGIN;
SELECT connector.update_rows('{"table": "items", "set": {"name": "x"}, "all_rows": true}');
SELECT connector.delete_rows('{"table": "items", "all_rows": true}');
ROLLBACK;
\c - :super
ALTER ROLE regress_policy_user SET pg_connector.require_where = off;
\c - regress_policy_user
BEGIN;
SELECT connector.update_rows('{"table": "items", "set": {"name": "x"}}');
SELECT connector.delete_rows('{"table": "items", "where": []}');
ROLLBACK;
\c - :super
ALTER ROLE regress_policy_user RESET pg_connector.require_where;

-- affected_cap: what cannot be counted is refused.
ALTER ROLE regress_policy_user SET pg_connector.affected_cap = 1;
\c - regress_policy_user
SELECT connector.insert_rows('{"table": "items", "rows": [{"id": 11}, {"id": 12}]}');
SELECT connector.insert_rows('{"table": "items", "rows": [{"id": 11}, {"id": 12, "name": "other columns"}]}');
SELECT connector.update_rows('{"table": "items", "set": {"name": "x"}, "where": [["id", "<", 10]]}');
SELECT connector.delete_rows('{"table": "items", "all_rows": true, "returning": ["id"]}');
SELECT connector.execute('{"sql": "DELETE FROM items"}');
SELECT connector.execute('{"sql": "WITH d AS (DELETE FROM items) SELECT 1"}');
SELECT connector.execute('{"sql": "DO $$BEGIN DELETE FROM items; END$$"}');
SELECT connector.execute('{"sql": "EXPLAIN ANALYZE DELETE FROM items"}');
SELECT connector.execute('{"sql": "EXPLAIN ANALYZE CREATE TABLE copied AS TABLE items"}');
SELECT connector.execute('{"sql": "TRUNCATE items"}');
SELECT connector.execute('{"sql": "REFRESH MATERIALIZED VIEW nosuch"}');
SELECT connector.execute('{"sql": "CREATE TABLE copied AS WITH d AS (DELETE FROM items RETURNING id) SELECT count(*) FROM d"}');
SELECT connector.execute('{"sql": "COPY items FROM STDIN"}');
-- A table made of rows has them counted.
SELECT connector.execute('{"sql": "CREATE TEMP TABLE copied AS TABLE items"}');
SELECT connector.execute('{"sql": "CREATE TEMP TABLE copied AS TABLE items LIMIT 1"}');
SELECT connector.execute('{"sql": "SELECT id INTO TEMP selected FROM items"}');
SELECT connector.execute('{"sql": "CREATE TEMP TABLE empty AS TABLE items WITH NO DATA"}');
SELECT connector.execute('{"sql": "DROP TABLE copied, empty"}');
SELECT connector.delete_rows('{"table": "items", "where": [["id", "=", 99]]}');
SELECT * FROM items ORDER BY id;
\c - :super
ALTER ROLE regress_policy_user RESET pg_connector.affected_cap;

-- error_detail: terse leaves out what may hold values of rows.
ALTER ROLE regress_policy_user SET pg_connector.error_detail = terse;
\c - regress_policy_user
\set VERBOSITY default
SELECT connector.insert_rows('{"table": "items", "row": {"id": 1}}');
SELECT connector.insert_rows('{"table": "items", "row": {"id": "private"}}');
SELECT connector.update_rows('{"table": "items", "set": {"id": null}, "where": [["id", "=", 1]]}');
SELECT connector.query('{"sql": "SELECT name::int FROM items"}');
SELECT connector.try_call('query', '{"sql": "SELECT name::int FROM items"}');
SELECT connector.try_call('insert_rows', '{"table": "items", "row": {"id": 2}}');
\set VERBOSITY terse
\c - :super
ALTER ROLE regress_policy_user RESET pg_connector.error_detail;

-- A setting made before the module is loaded, in a transaction that ends
ALTER ROLE regress_policy_user SET pg_connector.allow = 'read';
\c - regress_policy_user
BEGIN;
SET LOCAL pg_connector.allow = 'read, write';
SAVEPOINT a;
SET pg_connector.allow = 'write';
SELECT connector.delete_rows('{"table": "items", "where": [["id", "=", 1]]}');
ROLLBACK TO a;
SHOW pg_connector.allow;
ROLLBACK;
SHOW pg_connector.allow;
SELECT connector.delete_rows('{"table": "items", "where": [["id", "=", 1]]}');
\c - :super
ALTER ROLE regress_policy_user RESET pg_connector.allow;

-- Who may set what. Before the module is loaded its settings are names like any other, ...
\c - regress_policy_user
ALTER ROLE regress_policy_user SET pg_connector.allow = 'read, write, ddl, sql';
CREATE FUNCTION sets_it() RETURNS json LANGUAGE sql SET pg_connector.row_cap = '1000000' AS $$ SELECT connector.test_connection() $$;
SET pg_connector.row_cap = 1000000;
SET pg_connector.require_where = off;
SET pg_connector.default_limit = 7;
-- ... but with the first call an ordinary role's values are dropped, and its own settings taken over.
SELECT connector.test_connection() -> 'limits' -> 'rowCap' AS row_cap;
SHOW pg_connector.row_cap;
SHOW pg_connector.require_where;
SHOW pg_connector.default_limit;
-- Once it is loaded:
SET pg_connector.row_cap = 5;
SET pg_connector.response_cap = '1MB';
SET pg_connector.request_cap = '1MB';
SET pg_connector.timeout_cap = 0;
SET pg_connector.affected_cap = 0;
SET pg_connector.allow = 'read';
SET pg_connector.require_where = off;
SET pg_connector.error_detail = full;
SET LOCAL pg_connector.allow = 'read';
SELECT set_config('pg_connector.allow', 'read', false);
RESET pg_connector.allow;
ALTER ROLE regress_policy_user SET pg_connector.allow = 'read';
CREATE FUNCTION sets_it() RETURNS json LANGUAGE sql SET pg_connector.row_cap = '1000000' AS $$ SELECT connector.test_connection() $$;
SELECT connector.execute('{"sql": "SET pg_connector.default_limit = 8"}');
SELECT connector.execute('{"sql": "SELECT set_config(''pg_connector.allow'', ''read'', false)"}');
SET pg_connector.default_limit = 8;
SET pg_connector.timeout = '5s';
SET pg_connector.plan_cache = 10;
-- Values that make no sense
SET pg_connector.default_limit = 0;
SET pg_connector.timeout = -1;
SET pg_connector.plan_cache = -1;
-- A session that is reset has the administrator's values.
DISCARD ALL;
SELECT connector.test_connection() -> 'limits' -> 'defaultLimit' AS default_limit;

\c - :super
SELECT connector.commands() IS NOT NULL AS loaded;
\set VERBOSITY default
SET pg_connector.allow = 'read, wirte';
SET pg_connector.allow = 'read write';
SET pg_connector.allow = 'all';
\set VERBOSITY terse
SET pg_connector.row_cap = 0;
SET pg_connector.response_cap = '1GB';
SET pg_connector.response_cap = '10';
SET pg_connector.request_cap = '2GB';
SET pg_connector.timeout_cap = -1;
SET pg_connector.affected_cap = -1;
SET pg_connector.require_where = 'perhaps';
SET pg_connector.error_detail = 'none';
SET pg_connector.allow = read, "write", DDL;
SHOW pg_connector.allow;
SELECT connector.test_connection() -> 'limits' ->> 'allow' AS allow;
-- The login role's settings stay in force whoever the session plays.
SET pg_connector.allow = 'read';
SET ROLE regress_policy_user;
SELECT connector.insert_rows('{"table": "policy.items", "row": {"id": 3}}');
RESET pg_connector.allow;
RESET ROLE;
RESET pg_connector.allow;
SHOW pg_connector.allow;

-- A start-up option takes the place of what is stored for the role. An administrator may do that, ...
\set administrator 'user=' :super ' options=''-c pg_connector.row_cap=70 -c pg_connector.allow=read,sql'''
\c -reuse-previous=on :administrator
SELECT connector.test_connection() -> 'limits' -> 'rowCap' AS row_cap, connector.test_connection() #>> '{limits,allow}' AS allow;
SHOW pg_connector.allow;
-- ... anybody else is told so by every function, in try_call as well.
\set administrator 'user=' :super ' options='''''
\c -reuse-previous=on :administrator
ALTER ROLE regress_policy_user SET pg_connector.allow = 'read';
\c -reuse-previous=on "user=regress_policy_user options='-c pg_connector.allow=read,write'"
\set VERBOSITY default
SELECT connector.select_rows('{"table": "items"}');
\set VERBOSITY sqlstate
SELECT connector.insert_rows('{"table": "items", "row": {"id": 3}}');
SELECT connector.update_rows('{}');
SELECT connector.delete_rows('{}');
SELECT connector.create_table('{}');
SELECT connector.drop_table('{}');
SELECT connector.query('{"sql": "SELECT 1"}');
SELECT connector.execute('{"sql": "SELECT 1"}');
SELECT connector.describe();
SELECT connector.test_connection();
SELECT connector.commands();
SELECT connector.call('commands', '{}');
SELECT connector.try_call('commands', '{}');
SELECT connector.select_rows('{}'::json);
SELECT connector.select_rows('{}'::jsonb);
SHOW pg_connector.allow;
-- Settings of the session do not help.
DISCARD ALL;
SELECT connector.commands();
\set VERBOSITY terse
-- Every administrator's setting, whatever the value, the stored one included
\c -reuse-previous=on "user=regress_policy_user options='-c pg_connector.row_cap=100000'"
SELECT connector.test_connection();
\c -reuse-previous=on "user=regress_policy_user options='-c PG_Connector.Response_Cap=1MB'"
SELECT connector.test_connection();
\c -reuse-previous=on "user=regress_policy_user options='-c pg_connector.request_cap=1MB'"
SELECT connector.test_connection();
\c -reuse-previous=on "user=regress_policy_user options='-c pg_connector.timeout_cap=0'"
SELECT connector.test_connection();
\c -reuse-previous=on "user=regress_policy_user options='--pg_connector.affected-cap=0'"
SELECT connector.test_connection();
\c -reuse-previous=on "user=regress_policy_user options='-c pg_connector.allow=read'"
SELECT connector.test_connection();
\c -reuse-previous=on "user=regress_policy_user options='-c pg_connector.require_where=on'"
SELECT connector.test_connection();
\c -reuse-previous=on "user=regress_policy_user options='-c pg_connector.error_detail=full'"
SELECT connector.test_connection();
\c -reuse-previous=on "user=regress_policy_user options='-c pg_connector.allow=nonsense'"
SELECT connector.test_connection();
-- Anyone's settings are anyone's.
\c -reuse-previous=on "user=regress_policy_user options='-c pg_connector.default_limit=5 -c pg_connector.timeout=5s -c pg_connector.plan_cache=0'"
SELECT connector.test_connection() -> 'limits' -> 'defaultLimit' AS default_limit;
SELECT connector.insert_rows('{"table": "items", "row": {"id": 3}}');

-- A stored value that is not valid is not taken for the default, which would allow more.
\c -reuse-previous=on :administrator
ALTER ROLE regress_policy_user SET pg_connector.allow = 'reed';
\c - regress_policy_user
SELECT connector.insert_rows('{"table": "items", "row": {"id": 3}}');
\c - :super
ALTER ROLE regress_policy_user SET pg_connector.allow = 'read';
ALTER ROLE regress_policy_user SET pg_connector.row_cap = 'few';
\c - regress_policy_user
SELECT connector.try_call('select_rows', '{"table": "items"}');
\c - :super
ALTER ROLE regress_policy_user RESET pg_connector.row_cap;
DO $$BEGIN EXECUTE format('ALTER DATABASE %I SET pg_connector.affected_cap = ''-5''', current_database()); END$$;
\c - regress_policy_user
SELECT connector.select_rows('{"table": "items"}');
\c - :super
-- The role's value stands before the database's, which then does not matter.
ALTER ROLE regress_policy_user SET pg_connector.affected_cap = 5;
\c - regress_policy_user
SELECT connector.select_rows('{"table": "items"}');
SELECT connector.test_connection() #> '{limits,affectedCap}' AS affected_cap;
\c - :super
DO $$BEGIN EXECUTE format('ALTER DATABASE %I RESET pg_connector.affected_cap', current_database()); END$$;
DO $$BEGIN EXECUTE format('ALTER ROLE regress_policy_user IN DATABASE %I SET pg_connector.row_cap = 1', current_database()); END$$;
\c - regress_policy_user
SELECT connector.select_rows('{"table": "items"}');

\c - :super
SET client_min_messages = warning;
DROP SCHEMA policy CASCADE;
DROP ROLE regress_policy_user;

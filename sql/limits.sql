-- Limits: rows, bytes, rows written, time, and what errors may tell
\set VERBOSITY terse
\pset format unaligned
\pset tuples_only on
CREATE SCHEMA lim;
SET search_path = lim;

-- A reply in one line; long ones by their length and the rows in them. Places between pages hold OIDs.
CREATE FUNCTION said(reply json) RETURNS text LANGUAGE sql AS $$
	SELECT CASE WHEN reply -> 'error' IS NULL THEN
			regexp_replace(CASE WHEN length(reply::text) > 300 THEN
					format('%s bytes with %s rows %s', octet_length(reply::text), json_array_length(reply -> 'rows'), reply::jsonb - 'rows')
				ELSE reply::text END, '("next": ?)"[A-Za-z0-9_-]+"', '\1"..."')
		ELSE concat_ws(' ', e ->> 'code', e ->> 'kind', 'at "' || (e ->> 'path') || '":', e ->> 'message',
			'DETAIL: ' || (e ->> 'detail'), 'HINT: ' || (e ->> 'hint')) END
	FROM (SELECT reply -> 'error' AS e) AS error
$$;
CREATE FUNCTION c(command text, request text) RETURNS text LANGUAGE sql AS $$ SELECT lim.said(connector.try_call(command, request)) $$;

CREATE TABLE numbers (n int PRIMARY KEY, s text);
INSERT INTO numbers SELECT n, 'row ' || n FROM generate_series(1, 3000) AS n;

--
-- Rows
--
SELECT connector.test_connection() ->> 'ok';
SHOW pg_connector.default_limit;
SHOW pg_connector.row_cap;
SELECT c('select_rows', '{"table": "numbers"}');
SELECT c('query', '{"sql": "TABLE numbers"}');
SELECT c('select_rows', '{"table": "numbers", "limit": 2999}');
SELECT c('select_rows', '{"table": "numbers", "limit": 3000}');
SELECT c('select_rows', '{"table": "numbers", "limit": 3001}');
SELECT c('select_rows', '{"table": "numbers", "limit": 0}');
SELECT c('select_rows', '{"table": "numbers", "where": [["n", ">", 9000]], "limit": 0}');
SELECT c('select_rows', '{"table": "numbers", "columns": ["n"], "order_by": ["n"], "limit": 2, "offset": 2}');
SELECT c('select_rows', '{"table": "numbers", "columns": ["n"], "order_by": ["n"], "limit": 2, "offset": 2998}');
SELECT c('select_rows', '{"table": "numbers", "columns": ["n"], "offset": 3000}');
SET pg_connector.default_limit = 2;
SELECT c('select_rows', '{"table": "numbers", "columns": ["n"], "order_by": ["n"]}');
SELECT c('query', '{"sql": "SELECT n FROM numbers ORDER BY n"}');
SELECT c('select_rows', '{"table": "numbers", "columns": ["n"], "order_by": ["n"], "limit": 3}');
SELECT c('select_rows', '{"table": "numbers", "columns": ["n"], "where": [["n", "<", 3]]}');
SET pg_connector.default_limit = 0;
RESET pg_connector.default_limit;

-- The cap holds whatever is asked for, and says that it was the cap.
SET pg_connector.row_cap = 2;
SELECT c('select_rows', '{"table": "numbers", "columns": ["n"], "order_by": ["n"]}');
SELECT c('select_rows', '{"table": "numbers", "columns": ["n"], "order_by": ["n"], "limit": 1}');
SELECT c('select_rows', '{"table": "numbers", "columns": ["n"], "order_by": ["n"], "limit": 2}');
SELECT c('select_rows', '{"table": "numbers", "columns": ["n"], "order_by": ["n"], "limit": 3}');
SELECT c('select_rows', '{"table": "numbers", "columns": ["n"], "where": [["n", "<", 3]], "limit": 3}');
SELECT c('query', '{"sql": "SELECT n FROM numbers ORDER BY n", "limit": 3}');
SELECT c('query', '{"sql": "EXPLAIN (COSTS OFF) SELECT * FROM numbers ORDER BY s", "limit": 3}');
SELECT json_array_length(connector.describe('{"schema": "pg_catalog", "limit": 5}') -> 'tables');
-- A write is not cut: what returns more is undone.
SELECT c('update_rows', '{"table": "numbers", "set": {"s": "x"}, "where": [["n", "<=", 2]], "returning": ["n"]}');
SELECT c('update_rows', '{"table": "numbers", "set": {"s": "y"}, "where": [["n", "<=", 3]], "returning": ["n"]}');
SELECT c('update_rows', '{"table": "numbers", "set": {"s": "z"}, "where": [["n", "<=", 3]]}');
SELECT c('delete_rows', '{"table": "numbers", "where": [["n", "<=", 3]], "returning": true}');
SELECT c('insert_rows', '{"table": "numbers", "rows": [{"n": -1}, {"n": -2}, {"n": -3}], "returning": ["n"]}');
SELECT c('insert_rows', '{"table": "numbers", "rows": [{"n": -1}, {"n": -2, "s": "other"}, {"n": -3}], "returning": ["n"]}');
SELECT c('insert_rows', '{"table": "numbers", "rows": [{"n": -1}, {"n": -2}, {"n": -3}]}');
SELECT c('execute', '{"sql": "DELETE FROM numbers WHERE n < 0 RETURNING n"}');
SELECT c('execute', '{"sql": "DELETE FROM numbers WHERE n < 0"}');
SELECT c('execute', '{"sql": "SELECT n FROM numbers ORDER BY n LIMIT 2"}');
SELECT c('execute', '{"sql": "SELECT n FROM numbers ORDER BY n LIMIT 3"}');
SELECT n, s FROM numbers WHERE n < 5 ORDER BY n;
RESET pg_connector.row_cap;

--
-- Bytes
--
SET pg_connector.response_cap = '1kB';
-- Rows up to the cap; the length is that of the whole reply, but for its end.
SELECT c('select_rows', '{"table": "numbers"}');
SELECT octet_length(connector.select_rows('{"table": "numbers", "order_by": ["n"]}')::text) BETWEEN 900 AND 1024;
-- Wherever the cap falls, the place of the last row fits as well, and little room is left.
DO $$
DECLARE
	request text;
	len int;
	n int := 0;
BEGIN
	FOREACH request IN ARRAY ARRAY['["n"]', '["s"]', '[["s", "desc"], "n"]'] LOOP
		request := format('{"table": "numbers", "order_by": %s}', request);
		FOR cap IN 1024 .. 1100 LOOP
			PERFORM set_config('pg_connector.response_cap', cap::text, false);
			len := octet_length(connector.select_rows(request)::text);
			IF len > cap OR len < cap - 60 THEN
				RAISE INFO '%: % bytes of %', request, len, cap;
			END IF;
			n := n + 1;
		END LOOP;
	END LOOP;
	RAISE INFO '% pages', n;
END $$;
-- To the byte: what fits is whole, whatever follows the rows; what does not is cut, or refused if it is no read.
CREATE TABLE exact (n int PRIMARY KEY, s text, d numeric);
INSERT INTO exact SELECT n, repeat(chr(97 + n), n * 7 % 40), n * 10.0 ^ (n % 20) FROM generate_series(1, 40) AS n;
DO $$
DECLARE
	r record;
	whole text;
	reply text;
	largest int;
	failed text;
BEGIN
	FOR r IN SELECT * FROM (VALUES
		('select_rows', '{"table": "exact"}', true), ('select_rows', '{"table": "exact", "order_by": [["s", "desc"]]}', true), ('select_rows', '{"table": "exact", "order_by": ["d"], "count": "exact"}', true),
		('select_rows', '{"table": "exact", "order_by": ["n"], "metadata": true, "format": "arrays", "offset": 1, "count": "exact"}', true), ('select_rows', '{"table": "exact", "distinct": true, "columns": ["s", "d"], "order_by": ["s", "d"]}', true),
		('select_rows', '{"table": "exact", "group_by": ["s", "n"], "aggregates": {"total": ["sum", "d"]}, "order_by": ["n", "s"], "metadata": true}', true), ('select_rows', '{"table": "exact", "order_by": ["n"], "limit": 20}', true),
		('query', '{"sql": "TABLE exact ORDER BY n", "metadata": true}', true), ('query', '{"sql": "TABLE exact", "result": "rows"}', false),
		('describe', '{"schema": "lim"}', true), ('execute', '{"sql": "TABLE exact", "metadata": true}', false), ('update_rows', '{"table": "exact", "set": {"d": 1}, "all_rows": true, "returning": true, "metadata": true}', false),
		('delete_rows', '{"table": "exact", "all_rows": true, "returning": ["n", "s"], "dry_run": true}', false), ('insert_rows', '{"table": "exact", "rows": [{"n": 31, "s": "x"}, {"n": 1, "s": "x"}, {"n": 2}, {"n": 3}], "on_error": "continue", "returning": true}', false),
		('upsert_rows', '{"table": "exact", "rows": ' || (SELECT json_agg(json_build_object('n', n, 's', repeat('y', 30))) FROM generate_series(15, 35) AS n) || ', "returning": true}', false),
		('update_rows', '{"table": "exact", "set": {"d": 1}, "all_rows": true, "returning": true, "idempotency_key": "exact"}', false), ('delete_rows', '{"table": "exact", "where": [["s", "=", "a"], {"or": [["d", ">", 1], ["d", "<", 2], ["d", "in", [1, 2, 3]], ["s", "like", "x%"]]}], "explain": true}', false),
		('batch', '{"commands": [{"command": "query", "sql": "SELECT 1 AS a"}, {"command": "select_rows", "table": "exact", "order_by": ["n"]}]}', true), ('batch', '{"commands": [{"command": "select_rows", "table": "exact", "order_by": ["n"]}], "dry_run": true}', true),
		('batch', '{"commands": [{"command": "delete_rows", "table": "exact", "all_rows": true, "returning": true}], "idempotency_key": "exact"}', false)) AS v(command, request, may_cut)
	LOOP
		PERFORM set_config('pg_connector.response_cap', '10MB', false);
		BEGIN
			whole := connector.call(r.command, r.request);
			RAISE SQLSTATE 'AB000';
		EXCEPTION WHEN SQLSTATE 'AB000' THEN
		END;
		largest := octet_length(whole) + CASE WHEN r.request ~ 'idempotency_key' THEN octet_length(',"replayed":true') ELSE 0 END;
		failed := '';
		FOR cap IN greatest(1024, largest - 320) .. greatest(1025, largest + 3) LOOP
			PERFORM set_config('pg_connector.response_cap', cap::text, false);
			BEGIN
				reply := connector.call(r.command, r.request);
				IF octet_length(reply) > cap OR reply <> whole AND (NOT r.may_cut OR cap >= largest + CASE WHEN r.request ~ 'count' THEN 18 WHEN r.request ~ 'limit' THEN 7 ELSE 0 END) OR cap < largest AND reply = whole THEN
					failed := failed || format(' %s:%s', cap, octet_length(reply));
				END IF;
				IF r.request ~ 'idempotency_key' AND octet_length(connector.call(r.command, r.request)::text) > cap THEN
					failed := failed || format(' %s:replay', cap);
				END IF;
				RAISE SQLSTATE 'AB000';
			EXCEPTION WHEN SQLSTATE 'AB000' THEN
			WHEN program_limit_exceeded THEN
				IF r.may_cut OR cap >= largest THEN
					failed := failed || format(' %s:%s', cap, sqlerrm);
				END IF;
			END;
		END LOOP;
		RAISE INFO '% % => %', r.command, left(r.request, 80), CASE WHEN largest < 1024 THEN 'too small to tell' WHEN failed = '' THEN 'exact' ELSE failed END;
	END LOOP;
END $$;
DROP TABLE exact;
SET pg_connector.response_cap = '1kB';
SELECT c('query', '{"sql": "SELECT repeat(''x'', 300) AS x FROM generate_series(1, 5)"}');
-- The first row alone is too large; a later one.
SELECT c('query', '{"sql": "SELECT repeat(''x'', 1100) AS x"}');
SELECT c('query', '{"sql": "SELECT 1 AS n, repeat(''x'', 1100) AS x, 2 AS m"}');
SELECT c('query', '{"sql": "SELECT n, repeat(''x'', n * 400) AS x FROM generate_series(1, 5) AS n"}');
SELECT c('query', '{"sql": "SELECT n, CASE WHEN n = 3 THEN repeat(''x'', 2000) END AS x FROM generate_series(1, 5) AS n"}');
SELECT c('query', '{"sql": "SELECT n, repeat(''\u0001'', 200) AS x FROM generate_series(1, 5) AS n"}');
SELECT c('query', '{"sql": "SELECT decode(repeat(''00'', 600), ''hex'') AS x"}');
SELECT c('query', '{"sql": "SELECT array_agg(n) AS x FROM generate_series(1, 1000) AS n"}');
SELECT c('query', '{"sql": "SELECT 1 AS n", "limit": 0}');
CREATE TABLE wide (id int PRIMARY KEY, body text, plain text);
ALTER TABLE wide ALTER plain SET STORAGE EXTERNAL;
INSERT INTO wide SELECT id, repeat('compressible', id * 10000), repeat('stored as it is', id * 10000) FROM generate_series(1, 5) AS id;
SELECT c('select_rows', '{"table": "wide"}');
SELECT c('select_rows', '{"table": "wide", "columns": ["id"]}');
RESET pg_connector.response_cap;
SET pg_connector.response_cap = '300kB';
SELECT c('select_rows', '{"table": "wide", "order_by": ["id"]}');
SELECT c('select_rows', '{"table": "wide", "order_by": ["id"], "columns": ["body"]}');
SELECT c('select_rows', '{"table": "wide", "order_by": [["id", "desc"]]}');
SET pg_connector.response_cap = '1kB';
-- Never part of a write.
SELECT c('update_rows', '{"table": "wide", "set": {"body": "new"}, "where": [["id", "<", 3]], "returning": ["plain"]}');
SELECT c('update_rows', '{"table": "wide", "set": {"body": "new"}, "where": [["id", "<", 3]], "returning": ["id"]}');
SELECT c('insert_rows', json_build_object('table', 'wide', 'rows', json_agg(json_build_object('id', n, 'body', repeat('x', 100))), 'returning', true)::text) FROM generate_series(11, 30) AS n;
SELECT c('delete_rows', '{"table": "numbers", "where": [["n", ">", 100]], "returning": ["n"]}');
SELECT c('execute', '{"sql": "DELETE FROM numbers WHERE n > 100 RETURNING n"}');
SELECT c('execute', '{"sql": "SELECT n FROM numbers"}');
SELECT count(*), sum(length(body)) FROM wide;
SELECT count(*) FROM numbers;
-- Not the size of an error, nor of the catalogue.
SELECT c('commands', '{"name": "insert_rows"}') ~ '^[0-9]+ bytes';
SELECT (connector.try_call('describe', '{"schema": "pg_catalog"}') ->> 'next') IS NOT NULL OR connector.try_call('describe', '{"schema": "pg_catalog"}') -> 'error' IS NOT NULL;
RESET pg_connector.response_cap;

--
-- Rows written
--
SET pg_connector.affected_cap = 2;
SELECT c('insert_rows', '{"table": "wide", "rows": [{"id": 6}, {"id": 7}]}');
SELECT c('insert_rows', '{"table": "wide", "rows": [{"id": 8}, {"id": 9}, {"id": 10}]}');
SELECT c('insert_rows', '{"table": "wide", "rows": [{"id": 8}, {"id": 9, "body": "x"}, {"id": 10}]}');
SELECT c('update_rows', '{"table": "wide", "set": {"plain": "x"}, "where": [["id", ">", 5]]}');
SELECT c('update_rows', '{"table": "wide", "set": {"plain": "y"}, "where": [["id", ">", 4]]}');
SELECT c('delete_rows', '{"table": "wide", "where": [["id", ">", 4]], "returning": ["id"]}');
SELECT c('delete_rows', '{"table": "wide", "all_rows": true}');
SELECT c('execute', '{"sql": "DELETE FROM wide WHERE id > 5"}');
SELECT c('execute', '{"sql": "DELETE FROM wide"}');
SELECT c('execute', '{"sql": "INSERT INTO wide SELECT generate_series(20, 22) RETURNING id"}');
SELECT c('execute', '{"sql": "UPDATE wide SET id = id"}');
SELECT c('execute', '{"sql": "MERGE INTO wide USING generate_series(1, 3) AS n ON id = n WHEN MATCHED THEN DELETE"}');
-- What cannot be counted is refused; reads and definitions are not concerned.
SELECT sql || '  =>  ' || c('execute', json_build_object('sql', sql)::text) FROM unnest(ARRAY['WITH d AS (DELETE FROM wide RETURNING id) SELECT count(*) FROM d', 'WITH d AS (DELETE FROM wide) INSERT INTO wide VALUES (30)',
	'EXPLAIN ANALYZE DELETE FROM wide', 'EXPLAIN ANALYZE WITH d AS (DELETE FROM wide RETURNING id) SELECT * FROM d', 'EXPLAIN (COSTS OFF) DELETE FROM wide', 'DO ''BEGIN DELETE FROM wide; END''', 'CALL nosuch()',
	'SELECT id FROM wide WHERE id < 3 FOR UPDATE', 'SELECT id FROM wide FOR UPDATE', 'SELECT count(*) FROM wide', 'LOCK TABLE wide', 'CREATE TABLE made (a int)', 'DROP TABLE made', 'SET work_mem = ''4MB''']) AS sql;
CREATE PROCEDURE removes() LANGUAGE sql AS 'DELETE FROM lim.wide';
SELECT c('execute', '{"sql": "CALL removes()"}');
SELECT count(*) FROM wide;
RESET pg_connector.affected_cap;

--
-- All rows
--
SELECT c('delete_rows', '{"table": "wide"}');
SELECT c('delete_rows', '{"table": "wide", "where": []}');
SELECT c('delete_rows', '{"table": "wide", "where": [{"and": []}]}');
SELECT c('delete_rows', '{"table": "wide", "where": [{"not": {"or": []}}]}');
SELECT c('delete_rows', '{"table": "wide", "where": [{"not": ["id", "in", []]}]}');
SELECT c('delete_rows', '{"table": "wide", "where": [{"or": [["id", "=", 1], {"and": []}]}]}');
SELECT c('delete_rows', '{"table": "wide", "all_rows": false}');
SELECT c('delete_rows', '{"table": "wide", "where": [["id", "=", 1]], "all_rows": true}');
SELECT c('delete_rows', '{"table": "wide", "where": [["id", "=", 99]], "all_rows": false}');
SELECT c('delete_rows', '{"table": "wide", "where": [{"or": []}]}');
SELECT c('delete_rows', '{"table": "wide", "where": [["id", "in", []]]}');
SELECT c('update_rows', '{"table": "wide", "set": {"plain": "x"}}');
SELECT c('update_rows', '{"table": "wide", "set": {"plain": "x"}, "where": []}');
SELECT c('update_rows', '{"table": "wide", "set": {"plain": "x"}, "all_rows": true}');
SET pg_connector.require_where = off;
SELECT c('update_rows', '{"table": "wide", "set": {"plain": "y"}}');
SELECT c('update_rows', '{"table": "wide", "set": {"plain": "z"}, "where": []}');
SELECT c('delete_rows', '{"table": "wide", "where": [{"and": []}]}');
RESET pg_connector.require_where;

--
-- Time
--
SHOW pg_connector.timeout;
SHOW pg_connector.timeout_cap;
CREATE FUNCTION took(command text, request text, OUT ms int, OUT reply text) LANGUAGE plpgsql AS $$
DECLARE
	start timestamptz := clock_timestamp();
BEGIN
	reply := c(command, request);
	ms := extract(epoch FROM clock_timestamp() - start) * 1000;
END $$;
-- Stopped at the limit, promptly, and told as JSON.
SELECT ms BETWEEN 99 AND 2000 AS in_time, reply FROM took('query', '{"sql": "SELECT pg_sleep(10)", "timeout_ms": 100}');
SELECT ms BETWEEN 99 AND 2000 AS in_time, reply FROM took('execute', '{"sql": "SELECT pg_sleep(10)", "timeout_ms": 100}');
SELECT ms BETWEEN 99 AND 2000 AS in_time, reply FROM took('query', '{"sql": "SELECT count(*) FROM generate_series(1, 1000000000)", "timeout_ms": 100}');
SELECT ms BETWEEN 99 AND 2000 AS in_time, reply FROM took('execute', '{"sql": "DO ''BEGIN LOOP END LOOP; END''", "timeout_ms": 100}');
SELECT ms < 1000 AS in_time, reply FROM took('query', '{"sql": "SELECT 1 AS n", "timeout_ms": 60000}');
SELECT connector.query('{"sql": "SELECT pg_sleep(10)", "timeout_ms": 100}');
SELECT connector.try_call('query', '{"sql": "SELECT pg_sleep(10)", "timeout_ms": 100}');
-- It is over with the command: nothing is left to hit what comes next.
SELECT c('query', '{"sql": "SELECT 1 AS n", "timeout_ms": 50}'), pg_sleep(0.15) IS NOT NULL;
BEGIN;
SELECT c('query', '{"sql": "SELECT pg_sleep(10)", "timeout_ms": 50}');
SELECT pg_sleep(0.15), c('query', '{"sql": "SELECT 1 AS n"}');
COMMIT;
-- Nothing of what was stopped is left.
CREATE FUNCTION slow() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN IF NEW.id > 100 THEN PERFORM pg_sleep(0.04); END IF; RETURN NEW; END $$;
CREATE TRIGGER slow BEFORE INSERT ON wide FOR EACH ROW EXECUTE FUNCTION slow();
SELECT regexp_replace(c('insert_rows', '{"table": "wide", "rows": [{"id": 101}, {"id": 102}, {"id": 103}, {"id": 104}, {"id": 105}, {"id": 106}, {"id": 107}, {"id": 108}], "timeout_ms": 120}'), '/rows/\d', '/rows/n');
SELECT count(*) FROM wide WHERE id > 100;
-- The settings: the command's own limit, that of commands which name none, the longest.
SET pg_connector.timeout = '100ms';
SELECT ms BETWEEN 99 AND 2000 AS in_time, reply FROM took('query', '{"sql": "SELECT pg_sleep(10)"}');
SELECT c('query', '{"sql": "SELECT pg_sleep(0.2) IS NOT NULL AS slept", "timeout_ms": 5000}');
SELECT c('query', '{"sql": "SELECT 1 AS n", "timeout_ms": 60000}');
SELECT c('query', '{"sql": "SELECT 1 AS n", "timeout_ms": 60001}');
SET pg_connector.timeout = '10min';
SELECT connector.test_connection() #>> '{limits,timeout}';
SET pg_connector.timeout = 0;
SELECT connector.test_connection() #>> '{limits,timeout}';
SET pg_connector.timeout_cap = '100ms';
SELECT ms BETWEEN 99 AND 2000 AS in_time, reply FROM took('query', '{"sql": "SELECT pg_sleep(10)"}');
SELECT c('query', '{"sql": "SELECT pg_sleep(10)", "timeout_ms": 101}');
SET pg_connector.timeout_cap = 0;
SELECT connector.test_connection() #>> '{limits,timeout}';
SELECT c('query', '{"sql": "SELECT 1 AS n", "timeout_ms": 2147483647}');
SELECT c('query', '{"sql": "SELECT pg_sleep(0.2) IS NOT NULL AS slept"}');
RESET pg_connector.timeout;
RESET pg_connector.timeout_cap;
-- A function that catches the cancel and goes on is stopped all the same, also if it never comes to an end by itself.
CREATE FUNCTION stubborn(times int) RETURNS int LANGUAGE plpgsql AS $$
BEGIN
	FOR i IN 1 .. times LOOP
		BEGIN
			PERFORM pg_sleep(30);
		EXCEPTION WHEN query_canceled THEN
			-- so what
		END;
	END LOOP;
	RETURN times;
END $$;
CREATE FUNCTION endless() RETURNS int LANGUAGE plpgsql AS $$
BEGIN
	LOOP
		BEGIN
			LOOP END LOOP;
		EXCEPTION WHEN query_canceled OR OTHERS THEN
			-- so what
		END;
	END LOOP;
END $$;
SET statement_timeout = '20s';
SELECT ms BETWEEN 99 AND 5000 AS in_time, reply FROM took('query', '{"sql": "SELECT stubborn(1)", "timeout_ms": 100}');
SELECT ms BETWEEN 99 AND 5000 AS in_time, reply FROM took('execute', '{"sql": "SELECT stubborn(3)", "timeout_ms": 100}');
SELECT ms BETWEEN 99 AND 5000 AS in_time, reply FROM took('query', '{"sql": "SELECT stubborn(1000000)", "timeout_ms": 100}');
SELECT ms BETWEEN 99 AND 5000 AS in_time, reply FROM took('execute', '{"sql": "SELECT endless()", "timeout_ms": 100}');
-- PostgreSQL's own limit, if it is the shorter one, is its own error, also to try_call.
SET statement_timeout = '100ms';
SELECT c('query', '{"sql": "SELECT pg_sleep(10)", "timeout_ms": 5000}');
SELECT connector.query('{"sql": "SELECT pg_sleep(10)"}');
SET statement_timeout = '30s';
SELECT c('query', '{"sql": "SELECT pg_sleep(10)", "timeout_ms": 100}');
RESET statement_timeout;
-- A command inside another can make the time shorter and not longer; whose limit it was decides who tells.
SELECT c('query', json_build_object('sql', 'SELECT connector.query($1) AS a', 'params', json_build_array('{"sql": "SELECT pg_sleep(10)", "timeout_ms": 30000}'), 'timeout_ms', 100)::text);
SELECT c('query', json_build_object('sql', 'SELECT connector.try_call(''query'', $1) AS a', 'params', json_build_array('{"sql": "SELECT pg_sleep(10)", "timeout_ms": 30000}'), 'timeout_ms', 100)::text);
SELECT c('query', json_build_object('sql', 'SELECT connector.query($1) AS a', 'params', json_build_array('{"sql": "SELECT pg_sleep(10)", "timeout_ms": 100}'), 'timeout_ms', 30000)::text);
SELECT c('query', json_build_object('sql', 'SELECT connector.try_call(''query'', $1) #>> ''{error,message}'' AS a', 'params', json_build_array('{"sql": "SELECT pg_sleep(10)", "timeout_ms": 100}'), 'timeout_ms', 30000)::text);
-- After the inner one's, the outer one's is in force again.
SELECT c('query', json_build_object('sql', 'SELECT connector.try_call(''query'', $1) #>> ''{error,code}'' AS a, pg_sleep(10)', 'params', json_build_array('{"sql": "SELECT pg_sleep(10)", "timeout_ms": 50}'), 'timeout_ms', 200)::text);
SELECT c('query', json_build_object('sql', 'SELECT connector.query($1) ->> ''rowCount'' AS a, pg_sleep(10)', 'params', json_build_array('{"sql": "SELECT 1 AS n", "timeout_ms": 50}'), 'timeout_ms', 200)::text);

--
-- Settings of a role are in force for its sessions
--
CREATE ROLE regress_lim LOGIN;
GRANT USAGE ON SCHEMA lim TO regress_lim;
GRANT SELECT ON numbers TO regress_lim;
GRANT EXECUTE ON ALL FUNCTIONS IN SCHEMA lim TO regress_lim;
ALTER ROLE regress_lim SET search_path = lim;
ALTER ROLE regress_lim SET pg_connector.row_cap = 3;
ALTER ROLE regress_lim SET pg_connector.default_limit = 2;
ALTER ROLE regress_lim SET pg_connector.timeout_cap = '2s';
ALTER ROLE regress_lim SET pg_connector.allow = 'read, sql';
ALTER ROLE regress_lim SET pg_connector.error_detail = 'terse';
SELECT current_user AS admin \gset
\c - regress_lim
SELECT connector.test_connection() -> 'limits';
SELECT c('select_rows', '{"table": "numbers", "columns": ["n"], "order_by": ["n"]}');
SELECT c('select_rows', '{"table": "numbers", "columns": ["n"], "order_by": ["n"], "limit": 5}');
SELECT c('query', '{"sql": "SELECT 1 AS n", "timeout_ms": 2001}');
SELECT c('delete_rows', '{"table": "numbers", "all_rows": true}');
-- It may change what is anybody's, and nothing else.
SET pg_connector.default_limit = 1;
SELECT c('select_rows', '{"table": "numbers", "columns": ["n"], "order_by": ["n"]}');
SET pg_connector.timeout = '10min';
SET pg_connector.row_cap = 1;
SET pg_connector.row_cap = 1000000;
SET pg_connector.response_cap = '100MB';
SET pg_connector.request_cap = '100MB';
SET pg_connector.timeout_cap = 0;
SET pg_connector.affected_cap = 0;
SET pg_connector.allow = 'read, write, ddl, sql';
SET pg_connector.require_where = off;
SET pg_connector.error_detail = full;
SELECT set_config('pg_connector.allow', 'read, write, ddl, sql', false);
RESET pg_connector.row_cap;
RESET ALL;
SELECT connector.test_connection() -> 'limits';
\c - :admin
SET search_path = lim;
SELECT connector.test_connection() #>> '{limits,rowCap}';
-- Of the login role: SET ROLE changes nothing.
SET ROLE regress_lim;
SELECT connector.test_connection() #>> '{limits,rowCap}';
RESET ROLE;
-- What is no value of a setting.
SET pg_connector.allow = 'read, writ';
SET pg_connector.allow = '';
SELECT c('select_rows', '{"table": "numbers"}');
SELECT connector.test_connection() #>> '{limits,allow}' = '';
SET pg_connector.allow = '"READ"';
SET pg_connector.allow = 'Read,WRITE , sql, read';
SELECT connector.test_connection() #>> '{limits,allow}';
RESET pg_connector.allow;
SET pg_connector.row_cap = 0;
SET pg_connector.response_cap = '1023B';
SET pg_connector.response_cap = '1GB';
SET pg_connector.timeout = '-1';
SET pg_connector.nosuch = 1;

--
-- Errors without values of rows
--
CREATE TYPE mood AS ENUM ('sad');
CREATE DOMAIN positive AS int CHECK (VALUE > 0);
CREATE TABLE kept (id int PRIMARY KEY, s text CHECK (s <> 'SECRET-check'), n int NOT NULL, v varchar(5), r regclass, m mood, p positive, a int[], j jsonb, d date, u uuid, f int REFERENCES numbers,
	ro regrole, rp regprocedure, rt regtype, ts tsquery, jp jsonpath, x xml, ip inet, e text, EXCLUDE (e WITH =), UNIQUE (v));
INSERT INTO kept (id, n, v, e) VALUES (1, 1, 'SECR', 'SECRET-excluded');
CREATE TABLE parts (k text, v text) PARTITION BY LIST (k);
CREATE TABLE part_a PARTITION OF parts FOR VALUES IN ('a');
CREATE VIEW checked AS SELECT id, n, s FROM kept WHERE n < 10 WITH CHECK OPTION;
CREATE TABLE attempts (command text, request text);
INSERT INTO attempts
	SELECT 'insert_rows', format('{"table": "kept", "row": {"id": 2, "n": 2, %s}}', member) FROM unnest(ARRAY['"s": "SECRET-check"', '"v": "SECRET"', '"v": "SECR"', '"r": "SECRET"', '"m": "SECRET"', '"p": "SECRET"', '"p": -5377',
		'"a": ["SECRET"]', '"a": "SECRET"', '"a": {"SECRET": 1}', '"j": "SECRET\u0000"', '"d": "SECRET"', '"d": "2024-02-5377"', '"u": "SECRET"', '"f": 5377', '"ro": "SECRET"', '"rp": "SECRET"', '"rp": "SECRET()"', '"rt": "SECRET"', '"rt": "SECRET("',
		'"ts": "SECRET &"', '"jp": "$.SECRET("', '"x": "<SECRET"', '"ip": "SECRET"', '"e": "SECRET-excluded"']) AS member
	UNION ALL VALUES ('insert_rows', '{"table": "kept", "row": {"id": "SECRET"}}'), ('insert_rows', '{"table": "kept", "row": {"id": 1, "n": 5377}}'), ('insert_rows', '{"table": "kept", "row": {"id": 2, "s": "SECRET"}}'),
		('insert_rows', '{"table": "kept", "row": {"id": 5377000000, "n": 1}}'), ('insert_rows', '{"table": "parts", "row": {"k": "SECRET", "v": "SECRET"}}'), ('insert_rows', '{"table": "checked", "row": {"id": 3, "n": 5377, "s": "SECRET"}}'),
		('update_rows', '{"table": "kept", "set": {"n": null, "s": "SECRET"}, "all_rows": true}'), ('update_rows', '{"table": "kept", "set": {"n": "SECRET"}, "all_rows": true}'),
		('update_rows', '{"table": "kept", "set": {"s": "SECRET-check"}, "where": [["id", "=", 1]]}'), ('delete_rows', '{"table": "kept", "where": [["id", "=", "SECRET"]]}'), ('delete_rows', '{"table": "kept", "where": [["r", "=", "SECRET"]]}'),
		('delete_rows', '{"table": "kept", "where": [["d", "in", ["SECRET"]]]}'), ('select_rows', '{"table": "kept", "where": [["m", "=", "SECRET"]]}'), ('query', '{"sql": "SELECT $1::int", "params": ["SECRET"]}'),
		('query', '{"sql": "SELECT $1::text::int", "params": ["SECRET"]}'), ('query', '{"sql": "SELECT $1::regclass", "params": ["SECRET"]}'), ('query', '{"sql": "SELECT s::int FROM (SELECT max(e) AS s FROM kept) AS x"}'),
		('query', '{"sql": "SELECT max(e)::regclass FROM kept"}'), ('query', '{"sql": "SELECT to_date(max(e), ''YYYY'') FROM kept"}'), ('query', '{"sql": "SELECT ''x'' ~ (''('' || max(e)) FROM kept"}'),
		('execute', '{"sql": "UPDATE kept SET n = $1", "params": ["SECRET"]}'), ('execute', '{"sql": "INSERT INTO kept (id, n) VALUES (1, 1)"}'), ('execute', '{"sql": "DELETE FROM numbers WHERE n = 5"}'),
		('create_table', '{"table": "t", "columns": [{"name": "a", "type": "int", "default": "SECRET"}]}');
CREATE TABLE referring (n int REFERENCES numbers);
INSERT INTO referring VALUES (5);
-- In full, each tells.  In terse form none does, in no member, and the code, the place and the names remain.
CREATE FUNCTION tell() RETURNS TABLE (code text, tells bool, path text, message text) LANGUAGE sql AS $$
	SELECT e ->> 'code', (e - 'path')::text ~* 'SECR|5377|\(5\)', e ->> 'path', e ->> 'message'
	FROM attempts AS a, LATERAL (SELECT connector.try_call(a.command, request)::jsonb -> 'error' AS e) AS error
$$;
SELECT count(*), count(*) FILTER (WHERE tells) AS telling FROM tell();
SET pg_connector.error_detail = terse;
SELECT count(*), count(*) FILTER (WHERE tells) AS telling, count(*) FILTER (WHERE code IS NULL) AS answered FROM tell();
SELECT code, path, message FROM tell() WHERE tells;
SELECT DISTINCT code, message FROM tell() WHERE code ~ '^(2|4400)' ORDER BY 1, 2;
SELECT connector.try_call('insert_rows', '{"table": "kept", "row": {"id": 1, "n": 5377}}');
SELECT connector.try_call('insert_rows', '{"table": "kept", "rows": [{"id": 7, "n": 5377}, {"id": "SECRET", "n": 7}]}');
\set VERBOSITY default
SELECT connector.insert_rows('{"table": "kept", "row": {"id": 2, "s": "SECRET"}}');
SELECT connector.insert_rows('{"table": "kept", "row": {"id": 2, "n": "SECRET"}}');
RESET pg_connector.error_detail;
SELECT connector.insert_rows('{"table": "kept", "row": {"id": 2, "s": "SECRET"}}');
SELECT connector.insert_rows('{"table": "kept", "row": {"id": 2, "n": "SECRET"}}');
\set VERBOSITY terse

SET client_min_messages = warning;
DROP SCHEMA lim CASCADE;
DROP ROLE regress_lim;

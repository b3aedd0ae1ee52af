-- create_index
\set VERBOSITY terse
\pset format unaligned
\pset tuples_only on
SET client_min_messages = warning;
CREATE SCHEMA indexing;
SET search_path = indexing;

-- A reply in one line.
CREATE FUNCTION said(command text, request text) RETURNS text LANGUAGE sql AS $$
	SELECT CASE WHEN reply -> 'error' IS NULL THEN reply::text
		ELSE concat_ws(' ', e ->> 'code', e ->> 'kind', 'at "' || (e ->> 'path') || '"' || coalesce(' position ' || (e ->> 'position'), '') || ':', e ->> 'message',
			'DETAIL: ' || (e ->> 'detail'), 'HINT: ' || (e ->> 'hint')) END
	FROM connector.try_call(command, request) AS reply, LATERAL (SELECT reply -> 'error' AS e) AS error
$$;
CREATE FUNCTION indexed(members text, tab text DEFAULT 'users') RETURNS text LANGUAGE sql AS $$ SELECT indexing.said('create_index', format('{"table": "%s", %s}', tab, members)) $$;
CREATE TABLE users (id int PRIMARY KEY, name text, email text, age int, tags text[], profile jsonb, place point, joined timestamptz);
INSERT INTO users VALUES (1, 'Ada', 'a@example.com', 36), (2, 'ada', 'b@example.com', 36);

-- Of every form.
SELECT indexed(m) FROM unnest(ARRAY['"columns": ["email"], "unique": true, "name": "i01"', '"columns": ["name", ["age", "desc"]], "name": "i02"', '"columns": [["name", "asc"], {"column": "age", "order": "desc", "nulls": "last"}], "name": "i03"',
	'"columns": [{"expression": "lower(name)"}, {"expression": "age + 1", "nulls": "first"}], "name": "i04"', '"columns": [{"column": "name", "operator_class": "text_pattern_ops"}], "name": "i05"', '"columns": ["tags"], "method": "gin", "name": "i06"',
	'"columns": [{"column": "profile", "operator_class": "jsonb_path_ops"}], "method": "gin", "name": "i07"', '"columns": ["place"], "method": "gist", "name": "i08"', '"columns": ["name"], "method": "hash", "name": "i09"',
	'"columns": [{"column": "joined", "operator_class": ["pg_catalog", "timestamptz_minmax_ops"]}], "method": "brin", "name": "i10"', '"columns": ["age"], "include": ["name", "email"], "name": "i11"', '"columns": ["name"], "unique": true, "where_expression": "age > 40", "name": "i12"', '"columns": ["id", "age"]']) AS m;
SELECT indexrelid::regclass || ': ' || pg_get_indexdef(indexrelid) FROM pg_index WHERE indrelid = 'users'::regclass ORDER BY 1;
SELECT connector.create_index('{"table": "users", "columns": ["age"], "name": "json"}'::json), connector.create_index('{"table": "indexing.users", "columns": ["age"], "name": "jsonb"}'::jsonb);
-- Only where there is none of that name.
SELECT indexed('"columns": ["email"], "name": "i01"');
SELECT indexed('"columns": ["email"], "name": "i01", "if_not_exists": true');
SELECT indexed('"columns": ["email"], "name": "users", "if_not_exists": false');
SELECT indexed('"columns": ["email"], "if_not_exists": true');
SELECT indexed('"columns": ["nosuch"], "name": "i01", "if_not_exists": true');

-- Refused, each at its place.
SELECT indexed(m) FROM unnest(ARRAY['"name": "x"', '"columns": []', '"columns": "name"', '"columns": ["nam"]', '"columns": ["ID"]', '"columns": [1]', '"columns": [["name"]]', '"columns": [["name", "up"]]', '"columns": [["name", "desc", "last"]]', '"columns": [{}]', '"columns": [{"column": "name", "expression": "1"}]',
	'"columns": [{"column": "name", "ordr": "asc"}]', '"columns": [{"column": "name", "nulls": "ignored"}]', '"columns": [{"column": "name", "operator_class": "nosuch_ops"}]', '"columns": [{"expression": "lower(nam)"}]', '"columns": [{"expression": "random()"}]', '"columns": [{"expression": 1}]',
	'"columns": ["name"], "method": "gim"', '"columns": ["name"], "method": "nosuch"', '"columns": ["name"], "method": "gin"', '"columns": ["place"]', '"columns": ["name"], "method": "hash", "unique": true', '"columns": [["name", "desc"]], "method": "hash"', '"columns": ["name"], "include": []', '"columns": ["name"], "include": ["nam"]', '"columns": ["name"], "include": [{"expression": "1"}]',
	'"columns": ["name"], "where_expression": "agee > 1"', '"columns": ["name"], "where_expression": "age"', '"columns": ["name"], "where_expression": "age > random()"', '"columns": ["name"], "where_expression": true', '"columns": [{"expression": "lower(name)"}], "unique": true', '"columns": ["name"], "name": ""', '"columns": ["name"], "concurrently": true', '"columns": ["name"], "where": [["age", ">", 1]]']) AS m;
SELECT indexed(format('"columns": ["name"], "name": "%s"', repeat('x', 64)));
SELECT indexed(format('"columns": [%s]', string_agg('"name"', ','))) FROM generate_series(1, 33);
SELECT count(*) FROM pg_index WHERE indrelid = 'users'::regclass;

-- On whichever kind of table.
CREATE VIEW seen AS SELECT 1 AS a;
CREATE MATERIALIZED VIEW kept AS SELECT 1 AS a;
CREATE TABLE parted (a int, b int) PARTITION BY LIST (a);
CREATE TABLE part (b int, gone int, a int);
ALTER TABLE part DROP gone;
ALTER TABLE parted ATTACH PARTITION part DEFAULT;
SELECT t, indexed('"columns": ["a"]', t) FROM unnest(ARRAY['seen', 'kept', 'parted', 'part', 'nosuch', 'user', 'nosuch.users', 'users_pkey', 'pg_catalog.pg_class']) AS t;
SELECT indexed('"columns": ["b"], "unique": true', 'parted'), indexed('"columns": ["a", "b"], "unique": true, "name": "both"', 'parted');
SELECT indexrelid::regclass || ': ' || pg_get_indexdef(indexrelid) FROM pg_index WHERE indrelid IN ('kept'::regclass, 'parted'::regclass, 'part'::regclass) ORDER BY 1;
CREATE TEMPORARY TABLE users (a int);
SELECT indexed('"columns": ["a"], "name": "mine"'), indexed('"columns": ["age"], "name": "theirs"', 'indexing.users');
SELECT indexrelid::regclass, indrelid::regclass FROM pg_index WHERE indexrelid IN ('pg_temp.mine'::regclass, 'theirs'::regclass) ORDER BY indexrelid::regclass::text;
DROP TABLE pg_temp.users;

-- The caller's privileges; a table that others may read meanwhile.
BEGIN;
SELECT indexed('"columns": ["joined"]');
SELECT mode FROM pg_locks WHERE relation = 'users'::regclass AND pid = pg_backend_pid() AND mode <> 'AccessShareLock';
ROLLBACK;
CREATE ROLE regress_indexing;
GRANT USAGE, CREATE ON SCHEMA indexing TO regress_indexing;
GRANT ALL ON users TO regress_indexing;
SET ROLE regress_indexing;
SELECT indexed('"columns": ["name"]');
RESET ROLE;
DROP SCHEMA indexing CASCADE;
DROP ROLE regress_indexing;

-- Records that are given to sink_apply do what staged ones do: each scene is played both ways.
\pset format unaligned
SET client_min_messages = warning;
SET timezone = 'UTC';
CREATE SCHEMA sink_given;
SET search_path = sink_given;
CREATE COLLATION ci (provider = icu, locale = 'und-u-ks-level2', deterministic = false);
CREATE TYPE mood AS ENUM ('sad', 'ok', 'happy');
CREATE DOMAIN positive AS int CHECK (VALUE > 0);

-- Keys of many types: an expression of a number from 0 to 19, so that each comes many times.
CREATE TABLE types (n serial, type text, key text);
INSERT INTO types (type, key) VALUES
  ('int', 'k - 10'), ('bigint', 'k * 461168601842738790 - 4611686018427387904'), ('smallint', 'k'), ('numeric', 'k / 7.0'), ('float8', '-k / 3.0'), ('positive', 'k + 1'),
  ('text', $$chr(200 + k) || k$$), ('text COLLATE "C"', $$chr(200 + k) || repeat('x', k)$$), ('varchar(8)', 'k::text'), ('char(4)', 'k::text'), ('name', 'k::text'),
  ('uuid', $$md5(k::text)::uuid$$), ('timestamptz', $$timestamptz '2026-01-01' - k * interval '25 hours'$$), ('date', $$date '2026-01-01' + k * 7$$), ('interval', $$k * interval '1 day 1 minute'$$),
  ('boolean', 'k % 2 = 0'), ('mood', $$(enum_range(NULL::mood))[1 + k % 3]$$), ('bytea', $$decode(md5(k::text), 'hex')$$), ('inet', $$inet '10.0.0.0' + k$$), ('int[]', 'ARRAY[k % 4, k]'),
  ('text COLLATE ci', $$CASE WHEN k % 2 = 0 THEN 'KEY' ELSE 'key' END || k / 2$$);
CREATE FUNCTION play(way text, request json, target text) RETURNS json LANGUAGE plpgsql AS $$
DECLARE
  columns text;
  result json;
BEGIN
  IF way = 'given' THEN
    RETURN connector.try_call('sink_apply', request::text);
  END IF;
  SELECT string_agg('c' || attnum, ',' ORDER BY n) INTO columns
  FROM json_array_elements_text(request->'columns') WITH ORDINALITY AS c (name, n) JOIN pg_attribute ON attrelid = target::regclass AND attname = c.name;
  EXECUTE format('INSERT INTO %s (ordinal, record_group, %s) SELECT x.n - 1, 0, %s FROM json_array_elements($1->''values'') WITH ORDINALITY AS x (v, n)',
      connector.sink_stage(json_build_object('table', target)) ->> 'sql', columns,
      (SELECT string_agg(format('(json_populate_record(NULL::%s, json_build_object(%L, v->%s))).%I', target, c.name, c.n - 1, c.name), ',' ORDER BY n)
       FROM json_array_elements_text(request->'columns') WITH ORDINALITY AS c (name, n)))
    USING request;
  result := connector.try_call('sink_apply', ((request::jsonb - 'values') || jsonb_build_object('from', 0, 'to', json_array_length(request->'values'), 'merge', true))::text);
  EXECUTE 'DELETE FROM ' || (connector.sink_stage(json_build_object('table', target)) ->> 'sql');
  RETURN result;
END $$;
CREATE FUNCTION play_both(type text, key text, operation text, shuffle int) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
  way text;
  request json;
  results text[];
  seen text;
BEGIN
  EXECUTE format('SELECT json_build_object(''table'', ''t'', ''operation'', %1$L, ''columns'', CASE WHEN %1$L = ''delete'' THEN ARRAY[''k''] ELSE ARRAY[''v'', ''k''] END, ''key'', ARRAY[''k''],
      ''values'', json_agg(CASE WHEN %1$L = ''delete'' THEN json_build_array(%2$s) ELSE json_build_array(''v'' || i, %2$s) END ORDER BY i))
    FROM (SELECT i, (i * 7919 + %3$s * i * i) %% 20 AS k FROM generate_series(1, 60) i WHERE i %% 5 < 3) AS s', operation, key, shuffle) INTO request;
  FOREACH way IN ARRAY ARRAY['staged', 'given'] LOOP
    EXECUTE format('CREATE TABLE t (v text, k %s UNIQUE, n serial)', type);
    EXECUTE format('INSERT INTO t SELECT DISTINCT ON (%1$s) ''old'', %1$s FROM generate_series(0, 19) k WHERE k %% 3 <> 1 ON CONFLICT DO NOTHING', key);
    seen := play(way, request, 't')::text;
    results := results || (seen || (SELECT json_agg(t ORDER BY n, v)::text FROM t));
    DROP TABLE t;
  END LOOP;
  IF results[1] IS DISTINCT FROM results[2] THEN
    RETURN format('staged %s, given %s', results[1], results[2]);
  END IF;
  RETURN seen;
END $$;
SELECT type, operation, string_agg(DISTINCT play_both(type, key, operation, shuffle), ' ') AS result
FROM types, unnest(ARRAY['upsert', 'update', 'delete']) WITH ORDINALITY AS o (operation, m), generate_series(0, 3) AS shuffle
GROUP BY n, type, operation, m ORDER BY n, m;

-- Two columns, which may be NULL, in another order than the table's; rows that look different; columns that are updated, or none.
CREATE TABLE pairs (a int, b text, v text, w int DEFAULT 7, n serial, UNIQUE (a, b));
INSERT INTO pairs VALUES (1, 'x', 'old'), (1, 'y', 'old'), (2, 'x', 'old'), (3, NULL, 'old');
BEGIN;
SELECT connector.sink_apply('{"table": "pairs", "operation": "upsert", "columns": ["b", "v", "a"], "key": ["b", "a"],
  "values": [["x", "lost", 1], [null, "one", 3], ["y","two",2], [ "x" , "k\u0065pt" ,1], [null, "three", 3],
    ["a", null, null], ["a", "", null]]}');
SELECT * FROM pairs ORDER BY n;
SELECT connector.sink_apply('{"table": "pairs", "operation": "upsert", "columns": ["b", "v", "w", "a"], "key": ["a", "b"], "update": ["w"], "values": [["x", "new", 1, 1], ["z", "new", 2, 9]]}');
SELECT connector.sink_apply('{"table": "pairs", "operation": "upsert", "columns": ["b", "v", "a"], "key": ["a", "b"], "update": [], "values": [["x", "not", 1], ["zz", "new", 9]]}');
SELECT connector.sink_apply('{"table": "pairs", "operation": "update", "columns": ["v", "a"], "key": ["a"], "values": [["all of nine", 9], ["none", 99]]}');
SELECT connector.sink_apply('{"table": "pairs", "operation": "delete", "columns": ["b", "a"], "key": ["a", "b"], "values": [["y", 2], [null, 3], ["none", 4]]}');
SELECT connector.sink_apply('{"table": "pairs", "operation": "delete", "columns": ["b", "a"], "key": ["a", "b"], "values": []}');
SELECT * FROM pairs ORDER BY n;
ROLLBACK;

-- They are counted whichever way they are joined, though a join may end before all of them are read.
CREATE TABLE few (id int PRIMARY KEY, v int);
CREATE FUNCTION join_few(way text, nrows int, nrecords int, OUT result json, OUT sum bigint) LANGUAGE plpgsql AS $$
DECLARE
  others text[] := array_remove(ARRAY['enable_nestloop', 'enable_hashjoin', 'enable_mergejoin'], way);
BEGIN
  PERFORM set_config(way, 'on', true), set_config(others[1], 'off', true), set_config(others[2], 'off', true);
  DELETE FROM few;
  INSERT INTO few SELECT id, 0 FROM generate_series(1, nrows) id;
  result := connector.sink_apply(json_build_object('table', 'few', 'operation', 'update', 'columns', ARRAY['id', 'v'], 'key', ARRAY['id'],
    'values', (SELECT json_agg(json_build_array(n / 2, n)) FROM generate_series(0, nrecords - 1) n)));
  SELECT sum(v) INTO sum FROM few;
END $$;
BEGIN;
SELECT way, nrows, nrecords, result, sum
FROM unnest(ARRAY['enable_nestloop', 'enable_hashjoin', 'enable_mergejoin']) AS way,
  (VALUES (0, 1000), (3, 1000), (2000, 3), (2000, 4000)) AS sizes (nrows, nrecords), LATERAL join_few(way, nrows, nrecords);
ROLLBACK;

-- Errors are at their record, as it was given.
CREATE TABLE strict (id int PRIMARY KEY, v positive, w varchar(3) NOT NULL, u int UNIQUE, always int GENERATED ALWAYS AS (1) STORED, ref int REFERENCES few, CHECK (u < 100));
INSERT INTO strict VALUES (1, 1, 'a', 1), (2, 2, 'b', 2), (3, 3, 'c', 3);
CREATE FUNCTION place(operation text, columns text, "values" text, key text DEFAULT 'id') RETURNS text LANGUAGE sql AS $$
  SELECT COALESCE((r->'error'->>'code') || ' ' || COALESCE(r->'error'->>'path', '-'), r::text) FROM connector.try_call('sink_apply',
    json_build_object('table', 'strict', 'operation', operation, 'columns', string_to_array(columns, ','), 'key', string_to_array(key, ','), 'values', "values"::json)::text) AS r
$$;
SELECT place('update', 'id,v', '[[3, 1], [2, "x"], [1, 1]]') AS "value", place('update', 'id,v', '[[3, 1], ["x", 1]]') AS key, place('update', 'id,v', '[[3, 1], [2, -1], [1, 1]]') AS domain,
  place('update', 'id,w', '[[3, "d"], [1, null]]') AS "null", place('update', 'id,w', '[[3, "d"], [1, "too long"]]') AS long, place('update', 'id,u', '[[3, 4], [1, 100]]') AS "check",
  place('update', 'id,u', '[[3, 4], [2, 1], [1, 5]]') AS "unique", place('upsert', 'id,w,u', '[[9, "z", 9], [8, "z", 3]]') AS inserted, place('update', 'id,ref', '[[3, 4], [2, 1], [1, 5]]') AS ref;
SELECT place('update', 'id,v', '[[3, 1], [2]]') AS short, place('update', 'id,v', '[[3, 1], [2, 1, 1]]') AS long, place('update', 'id,v', '[[3, 1], {"id": 2}]') AS object,
  place('update', 'id,v', '[[3, 1], 7]') AS number, place('update', 'id,v', '7') AS none, place('update', 'id,always', '[[3, 1]]') AS generated, place('update', 'id,nobody', '[[3, 1]]') AS "column",
  place('update', 'v,w', '[[3, "a"]]') AS keyless, place('update', 'id', '[[3]]') AS nothing, place('update', 'id,id', '[[3, 3]]') AS twice, place('insert', 'id,w', '[[3, "a"]]') AS "insert",
  place('upsert', 'w,id', '[["a", 3]]', 'w') AS "not a key";
SELECT m, r->'error'->>'code' AS code, r->'error'->>'path' AS path
FROM unnest(ARRAY['"from": 0', '"to": 1', '"merge": true', '"group": 0', '"count_keys": true']) AS m,
  connector.try_call('sink_apply', format('{"table": "strict", "operation": "delete", "columns": ["id"], "key": ["id"], "values": [[1]], %s}', m)) AS r;
SELECT connector.try_call('sink_apply', '{"table": "strict", "operation": "delete", "columns": ["id"], "key": ["id"], "from": 1}')->'error'->>'hint' AS hint;
CREATE TABLE unordered (id xid, v text);
SELECT connector.try_call('sink_apply', '{"table": "unordered", "operation": "update", "columns": ["id", "v"], "key": ["id"], "values": [["1", "a"]]}')->'error'->>'message' AS unordered;
SELECT id, v, w, u FROM strict ORDER BY id;

-- Nobody else reads them: not by the function itself, and not from a trigger, or with somebody else's rights.
SELECT connector.sink_rows(NULL::strict);
SELECT connector.request_row_number();
CREATE FUNCTION spy() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  BEGIN
    RAISE WARNING 'read %', (SELECT count(*) FROM connector.sink_rows(NULL::few));
  EXCEPTION WHEN OTHERS THEN
    RAISE WARNING '%', SQLERRM;
  END;
  BEGIN
    PERFORM connector.request_row_at(0, 1);
  EXCEPTION WHEN OTHERS THEN
    RAISE WARNING '%', SQLERRM;
  END;
  PERFORM connector.sink_apply('{"table": "pairs", "operation": "update", "columns": ["a", "v"], "key": ["a"], "values": [[2, "from the trigger"], [1, "too"]]}');
  RETURN NULL;
END $$;
CREATE TRIGGER spy AFTER UPDATE ON strict FOR EACH STATEMENT EXECUTE FUNCTION spy();
SELECT place('update', 'id,v', '[[3, 30], [1, 10], [77, 1]]');
SELECT id, v FROM strict ORDER BY id;
SELECT a, v FROM pairs ORDER BY n;
CREATE ROLE regress_sink_given;
GRANT USAGE ON SCHEMA sink_given TO regress_sink_given;
CREATE TABLE owned (id int PRIMARY KEY, owner name, v text, secret text);
INSERT INTO owned VALUES (1, 'regress_sink_given', 'mine'), (2, 'another', 'not mine');
GRANT SELECT (id, v), INSERT (id, v), UPDATE (v) ON owned TO regress_sink_given;
CREATE FUNCTION owned_apply(operation text, columns text, "values" text) RETURNS text LANGUAGE sql AS $$
  SELECT COALESCE((r->'error'->>'code') || ' ' || COALESCE(r->'error'->>'path', '-'), r::text) FROM connector.try_call('sink_apply',
    json_build_object('table', 'owned', 'operation', operation, 'columns', string_to_array(columns, ','), 'key', ARRAY['id'], 'values', "values"::json)::text) AS r
$$;
SET ROLE regress_sink_given;
SELECT owned_apply('update', 'id,v', '[[2, "a"], [1, "b"]]') AS allowed, owned_apply('update', 'id,secret', '[[1, "b"]]') AS secret, owned_apply('delete', 'id', '[[1]]') AS deleted;
RESET ROLE;
GRANT SELECT ON owned TO regress_sink_given;
ALTER TABLE owned ENABLE ROW LEVEL SECURITY;
CREATE POLICY own ON owned USING (owner = current_user);
SET ROLE regress_sink_given;
SELECT owned_apply('update', 'id,v', '[[2, "c"], [1, "d"]]') AS unseen, owned_apply('upsert', 'id,v', '[[3, "e"]]') AS not_mine;
RESET ROLE;
SELECT id, v FROM owned ORDER BY id;

-- Many rows, among them long ones, and in the order of their keys though they come in another.
CREATE TABLE many (id int PRIMARY KEY, v text, n serial);
INSERT INTO many (id, v) SELECT i, 'old' FROM generate_series(1, 20000, 2) i;
SELECT connector.sink_apply(json_build_object('table', 'many', 'operation', 'upsert', 'columns', ARRAY['id', 'v'], 'key', ARRAY['id'],
  'values', (SELECT json_agg(json_build_array(id, repeat('v' || id, CASE WHEN id % 1000 = 0 THEN 2000 ELSE 1 END)) ORDER BY md5(id::text)) FROM generate_series(1, 20000) id)));
SELECT count(*), count(*) FILTER (WHERE v <> repeat('v' || id, CASE WHEN id % 1000 = 0 THEN 2000 ELSE 1 END)) AS wrong FROM many;
SELECT count(*) FILTER (WHERE n < before) AS out_of_order FROM (SELECT n, lag(n) OVER (ORDER BY id) AS before FROM many WHERE id % 2 = 0) AS inserted;
DROP SCHEMA sink_given CASCADE;
DROP ROLE regress_sink_given;

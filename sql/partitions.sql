-- Partitioned tables and their partitions
\set VERBOSITY terse
\pset format unaligned
\pset tuples_only on
SET client_min_messages = warning;
CREATE SCHEMA parts;
SET search_path = parts;

-- A reply in one line.
CREATE FUNCTION said(command text, request text) RETURNS text LANGUAGE sql AS $$
	SELECT CASE WHEN reply -> 'error' IS NULL THEN reply::text
		ELSE concat_ws(' ', e ->> 'code', e ->> 'kind', 'at "' || (e ->> 'path') || '"' || coalesce(' position ' || (e ->> 'position'), '') || ':', e ->> 'message',
			'DETAIL: ' || (e ->> 'detail'), 'HINT: ' || (e ->> 'hint')) END
	FROM connector.try_call(command, request) AS reply, LATERAL (SELECT reply -> 'error' AS e) AS error
$$;
CREATE FUNCTION created(request text) RETURNS text LANGUAGE sql AS $$ SELECT parts.said('create_table', request) $$;
CREATE FUNCTION partition(parent text, bounds text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
	reply text := created(format('{"table": "p", "partition_of": {"table": "%s", %s}}', parent, bounds));
BEGIN
	IF reply LIKE '{"success":true%' THEN
		reply := (SELECT pg_get_expr(relpartbound, oid) FROM pg_class WHERE oid = 'p'::regclass);
		DROP TABLE p;
	END IF;
	RETURN reply;
END $$;
CREATE FUNCTION partitions_of(parent regclass) RETURNS SETOF text LANGUAGE sql AS $$
	SELECT inhrelid::regclass || ' ' || pg_get_expr(relpartbound, c.oid) || coalesce(' ' || pg_get_partkeydef(c.oid), '') FROM pg_inherits JOIN pg_class c ON c.oid = inhrelid WHERE inhparent = parent ORDER BY 1
$$;

-- By range, by list, by hash, by several columns, by an expression; a partition may be partitioned itself.
SELECT created('{"table": "events", "columns": [{"name": "id", "type": "bigserial", "nullable": false}, {"name": "day", "type": "date"}, {"name": "what", "type": "text", "default": "x"}],
	"partition_by": {"range": ["day"]}, "comment": "by day"}');
SELECT created('{"table": "events_01", "partition_of": {"table": "events", "from": ["2026-01-01"], "to": ["2026-02-01"]}, "comment": "January"}');
SELECT created('{"table": "events_02", "partition_of": {"table": "events", "from": ["2026-02-01"], "to": ["2026-03-01"]}, "partition_by": {"list": ["what"]}, "constraints": [{"name": "late", "check": "day > ''2026-02-03''"}]}');
SELECT created('{"table": "events_02_x", "partition_of": {"table": ["parts", "events_02"], "in": ["x", "y", null]}}');
SELECT created('{"table": "events_rest", "partition_of": {"table": "events", "default": true}}');
SELECT partitions_of('events');
SELECT partitions_of('events_02');
SELECT pg_get_partkeydef('events'::regclass), obj_description('events'::regclass), obj_description('events_01'::regclass);
SELECT connector.insert_rows('{"table": "events", "rows": [{"day": "2026-01-15"}, {"day": "2026-02-15"}, {"day": "2027-01-01"}], "returning": ["id"]}');
SELECT tableoid::regclass, day, what FROM events ORDER BY day;
SELECT said('insert_rows', '{"table": "events", "row": {"day": "2026-02-03"}}');
SELECT said('insert_rows', '{"table": "events", "row": {"day": "2026-02-13", "what": "z"}}');
SELECT created('{"table": "by_hash", "columns": [{"name": "id", "type": "int", "primary_key": true}, {"name": "t", "type": "text"}], "partition_by": {"hash": ["id"]}}');
SELECT created(format('{"table": "by_hash_%s", "partition_of": {"table": "by_hash", "modulus": 3, "remainder": %s}}', r, r)) FROM generate_series(0, 2) AS r;
SELECT partitions_of('by_hash');
SELECT said('insert_rows', json_build_object('table', 'by_hash', 'rows', json_agg(json_build_object('id', n)))::text) FROM generate_series(1, 20) AS n;
SELECT count(*), count(DISTINCT tableoid) FROM by_hash;
SELECT created('{"table": "by_two", "columns": [{"name": "a", "type": "int"}, {"name": "b", "type": "text"}], "partition_by": {"range": ["a", "b"]}}');
SELECT created('{"table": "by_expression", "columns": [{"name": "a", "type": "text"}], "partition_by": {"list": [{"expression": "lower(a)"}]}}');
SELECT partition('by_expression', '"in": ["a", "B"]');
SELECT pg_get_partkeydef(t::regclass) FROM unnest(ARRAY['by_hash', 'by_two', 'by_expression']) AS t;

-- Bounds are values of the key's type.
SELECT partition('by_two', b) FROM unnest(ARRAY['"from": [1, "a"], "to": [1, "b"]', '"from": [{"minvalue": true}, {"minvalue": true}], "to": [0, "it''s"]', '"from": [5, {"maxvalue": true}], "to": [{"maxvalue": true}, {"maxvalue": true}]', '"default": true', '"from": [1, "minvalue"], "to": [2, "null"]']) AS b;
CREATE DOMAIN positive AS int CHECK (VALUE > 0);
CREATE TYPE mood AS ENUM ('sad', 'happy');
CREATE TYPE pair AS (a int, b text);
SET DateStyle = 'German';
SET TimeZone = 'America/St_Johns';
SET extra_float_digits = -10;
CREATE TABLE bounds (type text, low text, high text, wrong text);
INSERT INTO bounds VALUES ('int', '-2147483648', '2147483647', '2147483648'), ('bigint', '"1"', '9223372036854775807', '1.5'), ('numeric(5,1)', '1.26', '1000', '10000'), ('float8', '1.0000000000000002', '"Infinity"', '"x"'),
	('text', '"a\"''\\"', '"b"', null), ('date', '"2026-01-02"', '"2026-02-01"', '"2026-02-30"'), ('timestamptz', '"2026-01-02T03:04:05.678Z"', '"infinity"', '"soon"'), ('timestamp', '"2026-01-02T03:04:05"', '"2026-01-02T03:04:06"', '1'),
	('boolean', 'false', 'true', '"maybe"'), ('uuid', '"00000000-0000-0000-0000-000000000000"', '"a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11"', '"a0"'), ('jsonb', '1', '{"a": 1}', null), ('int[]', '[1, 2]', '[1, 3]', '[1, "x"]'),
	('mood', '"sad"', '"happy"', '"glad"'), ('positive', '1', '2', '0'), ('bytea', '"\\x00"', '"\\xff"', '"\\xf"'), ('interval', '"-1 day +02:00"', '"1 mon"', '"1 moon"'), ('pair', '{"a": 1, "b": "x"}', '{"a": 2}', '{"c": 1}'), ('varchar(3)', '"abc"', '"abd"', '"abcd"');
DO $$
DECLARE
	b bounds;
	reply text;
	good int := 0;
BEGIN
	FOR b IN SELECT * FROM bounds LOOP
		reply := created(format('{"table": "typed", "columns": [{"name": "k", "type": "%s"}], "partition_by": {"range": ["k"]}}', b.type));
		reply := created(format('{"table": "typed_1", "partition_of": {"table": "typed", "from": [%s], "to": [%s]}}', b.low, b.high));
		IF reply NOT LIKE '{"success":true%' THEN
			RAISE INFO '%: %', b.type, reply;
		ELSE
			-- The first value is in, the last is not.
			IF said('insert_rows', format('{"table": "typed", "row": {"k": %s}}', b.low)) NOT LIKE '{"rowCount":1}' OR said('insert_rows', format('{"table": "typed", "row": {"k": %s}}', b.high)) NOT LIKE '23514%' THEN
				RAISE INFO '%: %', b.type, (SELECT pg_get_expr(relpartbound, oid) FROM pg_class WHERE oid = 'typed_1'::regclass);
			END IF;
			-- And there is no difference to what was asked for.
			reply := created(format('{"table": "typed_1", "if_not_exists": true, "partition_of": {"table": "typed", "from": [%s], "to": [%s]}}', b.low, b.high));
			IF reply <> '{"success":true,"created":false,"differences":[]}' THEN
				RAISE INFO '%: %', b.type, reply;
			END IF;
			good := good + 1;
		END IF;
		IF b.wrong IS NOT NULL THEN
			RAISE INFO '% %: %', b.type, b.wrong, partition('typed', format('"from": [%s], "to": [%s]', b.low, b.wrong));
		END IF;
		DROP TABLE typed;
	END LOOP;
	RAISE INFO '% of %', good, (SELECT count(*) FROM bounds);
END $$;
RESET DateStyle;
RESET TimeZone;
RESET extra_float_digits;

-- Refused, each at its place.
SELECT created(format('{"table": "t", "columns": [{"name": "aa", "type": "int"}, {"name": "b", "type": "point"}], "partition_by": %s}', b)) FROM unnest(ARRAY['{}', '{"range": []}', '{"range": "aa"}', '{"range": ["aaa"]}', '{"range": ["b"]}', '{"range": ["aa"], "list": ["aa"]}',
	'{"rage": ["aa"]}', '{"list": ["aa", "aa"]}', '{"range": [{"expression": "aa + x"}]}', '{"range": [{"expression": "random()"}]}', '{"range": [{"column": "aa"}]}', '{"range": [1]}', '"range"', '{"hash": ["ctid"]}']) AS b;
SELECT created('{"table": "t", "columns": [{"name": "a", "type": "int", "primary_key": true}, {"name": "b", "type": "int"}], "partition_by": {"range": ["b"]}}');
SELECT partition('events', b) FROM unnest(ARRAY['"from": ["2026-05-01"]', '"to": ["2026-05-01"]', '"from": [], "to": []', '"from": ["2026-05-01", 1], "to": ["2026-06-01", 1]', '"from": "2026-05-01", "to": ["2026-06-01"]', '"from": [null], "to": ["2026-06-01"]',
	'"from": ["2026-05-01"], "to": ["2026-05-01"]', '"from": ["2026-06-01"], "to": ["2026-05-01"]', '"from": ["2026-01-31"], "to": ["2026-06-01"]', '"from": ["May"], "to": ["2026-06-01"]', '"from": [{"minimum": true}], "to": ["2026-06-01"]', '"from": [{"minvalue": false}], "to": ["2026-06-01"]',
	'"in": ["2026-05-01"]', '"modulus": 2, "remainder": 0', '"default": true', '"default": false', '"from": ["2026-05-01"], "to": ["2026-06-01"], "default": true', '"form": ["2026-05-01"], "to": ["2026-06-01"]', '"from": ["2027-01-01"], "to": ["2027-02-01"]']) AS b;
SELECT partition('events_02', b) FROM unnest(ARRAY['"in": []', '"in": ["x"]', '"in": ["q", "q"]', '"in": [1]', '"in": "z"', '"in": [{"maxvalue": true}]', '"from": ["a"], "to": ["b"]']) AS b;
SELECT partition('by_hash', b) FROM unnest(ARRAY['"modulus": 3', '"modulus": 0, "remainder": 0', '"modulus": 3, "remainder": 3', '"modulus": 3, "remainder": -1', '"modulus": 3, "remainder": 1', '"modulus": 4, "remainder": 1', '"modulus": 1.5, "remainder": 1', '"default": true']) AS b;
SELECT partition(p, '"default": true') FROM unnest(ARRAY['evnts', 'events_01', 'nosuch.events', 'pg_tables', 'by_hash_pkey']) AS p;
SELECT created('{"table": "t", "partition_of": "events"}');
SELECT created('{"table": "t", "partition_of": {"from": [1], "to": [2]}}');
SELECT created('{"table": "t", "partition_of": {"table": "by_two", "default": true}, "columns": []}');
SELECT created('{"table": "t", "partition_of": {"table": "by_two", "default": true}, "primary_key": ["a", "c"]}');
SELECT created('{"table": "t"}');
SELECT to_regclass('t');

-- How an existing one differs.
SELECT created('{"table": "events_01", "if_not_exists": true, "partition_of": {"table": "events", "from": ["2026-01-01"], "to": ["2026-02-01"]}}');
SELECT created('{"table": "events_01", "if_not_exists": true, "partition_of": {"table": "events", "from": ["2026-01-01"], "to": ["2026-02-02"]}}');
SELECT created('{"table": "events_01", "if_not_exists": true, "partition_of": {"table": "events_02", "default": true}}');
SELECT created('{"table": "by_two", "if_not_exists": true, "partition_of": {"table": "events_02", "default": true}}');
SELECT created('{"table": "events_02", "if_not_exists": true, "columns": [{"name": "id", "type": "bigserial", "nullable": false}, {"name": "day", "type": "date", "nullable": false}, {"name": "what", "type": "text", "default": "x"}]}');
SELECT d, created(format('{"table": "by_two", "if_not_exists": true, "columns": [{"name": "a", "type": "int"}, {"name": "b", "type": "text"}]%s}', d)) FROM unnest(ARRAY['', ', "partition_by": {"range": ["a", "b"]}', ', "partition_by": {"range": ["b", "a"]}', ', "partition_by": {"list": ["a"]}']) AS d;

-- Only the owner of a table adds to it; nobody else waits for a lock on it.
CREATE ROLE regress_parts;
GRANT USAGE, CREATE ON SCHEMA parts TO regress_parts;
GRANT ALL ON ALL TABLES IN SCHEMA parts TO regress_parts;
SET ROLE regress_parts;
SELECT created('{"table": "mine", "partition_of": {"table": "by_two", "default": true}}');
RESET ROLE;
DROP SCHEMA parts CASCADE;
DROP ROLE regress_parts;

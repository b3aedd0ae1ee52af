-- select_rows: columns, conditions, order, limits.
CREATE SCHEMA select_test;
SET search_path = select_test;

CREATE TYPE mood AS ENUM ('sad', 'ok', 'happy');
CREATE TYPE pair AS (x int, y text);
CREATE DOMAIN short AS varchar(5);
CREATE TABLE t (
	id int PRIMARY KEY, i int, n numeric(10,2), f float8, b boolean, s text, v varchar(10), c char(5), d date, ts timestamp, tz timestamptz,
	u uuid, e mood, a int[], p pair, r int4range, j jsonb, k json, dom short, by bytea, ip inet, m money, xy point, iv interval, nm name
);
INSERT INTO t VALUES
(1, 10, 1.50, 0.1, true, 'one', 'One', 'a', '2024-01-01', '2024-01-01 12:00', '2024-01-01 12:00+00', '00000000-0000-0000-0000-000000000001', 'sad', '{1,2}', '(1,a)', '[1,5)', '{"k": 1}', '{"k": 1}', 'one', '\x01', '10.0.0.1', 1.5, '(1,2)', '1 day', 'one'),
(2, 20, 2.00, 'NaN', false, 'two%', 'Two', 'b', '2024-01-02', '2024-01-02 12:00', '2024-01-02 12:00+00', '00000000-0000-0000-0000-000000000002', 'ok', '{}', '(2,)', 'empty', '"s"', '"s"', 'two', '\x02', '10.0.0.0/8', 2, '(2,3)', '24:00:00', 'two'),
(3, 30, 3.00, 'Infinity', true, 'thr_ee', 'Three', 'c', '0044-03-15 BC', '0044-03-15 00:00 BC', '0044-03-15 00:00+00 BC', '00000000-0000-0000-0000-000000000003', 'happy', '{NULL}', '(,)', '(,)', 'null', 'null', 'three', '\x', '::1', -3, '(3,4)', '-1 mon', 'three'),
(4, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL),
(5, 50, 1.50, '-0', true, '', '', '', 'infinity', 'infinity', '-infinity', '00000000-0000-0000-0000-000000000005', 'ok', '{{1},{2}}', '(1,a)', '[5,6)', '[1, 2]', '[1,2]', '', '\x00ff', '10.0.0.2', 0, '(0,0)', '0', '');

-- The ids of the rows that meet conditions, or the error.
CREATE FUNCTION ids(conditions text) RETURNS text LANGUAGE sql AS $$
	SELECT coalesce(
		(reply->'error'->>'code') || coalesce(' at ' || (reply->'error'->>'path'), '') || ': ' || (reply->'error'->>'message')
			|| coalesce(E'\nHINT:  ' || (reply->'error'->>'hint'), ''),
		(SELECT string_agg(row->>'id', ',') FROM json_array_elements(reply->'rows') row),
		'none')
	FROM connector.try_call('select_rows', '{"table": "t", "columns": ["id"], "order_by": ["id"], "where": ' || conditions || '}') reply
$$;
CREATE FUNCTION each(VARIADIC list text[]) RETURNS TABLE (conditions text, ids text) LANGUAGE sql AS $$
	SELECT c, select_test.ids(c) FROM unnest(list) WITH ORDINALITY u(c, n) ORDER BY n
$$;

-- The cursor itself is not for reading: show whether it is there.
CREATE FUNCTION shown(result json) RETURNS json LANGUAGE sql AS $$
	SELECT regexp_replace(result::text, '"next":"[A-Za-z0-9_-]+"', '"next":"..."')::json
$$;

-- The whole row, chosen columns in their order, no column at all.
SELECT connector.select_rows('{"table": "t", "where": [["id", "=", 1]]}');
SELECT connector.select_rows('{"table": "t", "where": [["id", "in", [4, 5]]]}');
SELECT connector.select_rows('{"table": "t", "columns": ["s", "id"], "where": [["id", "<", 3]], "order_by": ["id"]}');
SELECT connector.select_rows('{"table": "t", "columns": [], "limit": 2}');
SELECT connector.select_rows('{"table": "t", "where": [["id", "=", 99]]}');

--
-- Conditions
--
SELECT * FROM each('[["i", "=", 20]]', '[["i", "!=", 20]]', '[["i", "<>", 20]]', '[["i", "<", 20]]', '[["i", "<=", 20]]', '[["i", ">", 20]]', '[["i", ">=", 20]]',
	'[["i", "is_null"]]', '[["i", "is_not_null"]]', '[["i", "=", null]]', '[["i", "!=", null]]', '[["i", "<>", null]]');

-- A list matches its elements, null among them those that are null; an empty
-- one matches nothing.
SELECT * FROM each('[["i", "in", [10, 30, 99]]]', '[["i", "in", [10, null]]]', '[["i", "in", [null]]]', '[["i", "in", []]]', '[["i", "in", ["10", 1e1]]]', '[["i", "in", ["10", "020"]]]',
	'[["s", "in", ["one", "", "x"]]]', '[["s", "in", ["NULL"]]]', '[["e", "in", ["sad", "happy"]]]', '[["b", "in", [true, null]]]', '[["n", "in", [1.5]]]', '[["u", "in", ["00000000-0000-0000-0000-000000000001"]]]',
	'[["r", "in", ["[1,5)"]]]', '[["p", "in", [{"x": 1, "y": "a"}]]]', '[["j", "in", ["s", [1, 2], {"k": 1}]]]', '[["dom", "in", ["one"]]]', '[["c", "in", ["a", "b    "]]]', '[["a", "in", [[1, 2]]]]', '[["k", "in", [{"k": 1.0}, "s"]]]', '[["xy", "in", ["(1,2)"]]]', '[["i", "in", 10]]', '[["i", "in", null]]', '[["i", "in", [10, "x"]]]', '[["i", "in", {}]]');
SELECT length(ids(format('[["i", "in", %s]]', json_agg(i)))) FROM generate_series(1, 10000) i;

-- Groups, one in the other, and negation with SQL's three values.
SELECT * FROM each('[]', '[{"and": []}]', '[{"or": []}]', '[{"not": {"or": []}}]', '[{"not": {"and": []}}]',
	'[["i", ">", 10], ["b", "=", true]]', '[{"or": [["i", "=", 10], ["i", "=", 50]]}]', '[{"and": [["i", ">=", 20], {"or": [["b", "=", false], ["s", "=", ""]]}]}]',
	'[{"not": ["i", "=", 10]}]', '[{"not": ["i", "is_null"]}]', '[{"not": {"not": ["i", "=", 10]}}]', '[{"not": {"or": [["i", "=", 10], ["i", "is_null"]]}}]', '[{"not": {"and": [["i", "=", 10], ["b", "=", true]]}}]', '[{"not": ["i", "in", [10, null]]}]', '[{"not": ["i", "in", []]}]', '[{"or": [{"and": [["i", "=", 10], ["b", "=", true]]}, {"and": []}]}]');

-- Patterns.
SELECT * FROM each('[["s", "like", "t%"]]', '[["s", "like", "two\\%"]]', '[["s", "like", "thr\\_%"]]', '[["s", "like", "%"]]', '[["s", "like", ""]]', '[["v", "like", "T%"]]', '[["c", "like", "a%"]]', '[["dom", "like", "t__"]]', '[["nm", "like", "o%"]]', '[["s", "like", null]]', '[["s", "like", 1]]', '[["s", "like", "x\\"]]', '[["i", "like", "1%"]]', '[["e", "like", "s%"]]', '[["j", "like", "s%"]]');

-- Values are of the column's type, whatever that is.
SELECT * FROM each('[["n", "=", 1.5]]', '[["n", "=", 1.500]]', '[["n", "=", "1.5"]]', '[["n", "<", 1.501]]', '[["f", "=", 0.1]]', '[["f", "=", "NaN"]]', '[["f", ">", 1e308]]', '[["f", "=", 0]]', '[["b", "=", true]]', '[["b", "!=", true]]', '[["b", "=", "f"]]',
	'[["s", "=", ""]]', '[["s", "=", "two%"]]', '[["s", ">", "s"]]', '[["v", "=", "One"]]', '[["v", "=", "One   "]]', '[["v", "=", "longer than the column is"]]', '[["c", "=", "a"]]', '[["c", "=", "a       "]]', '[["dom", "=", "three"]]', '[["dom", "=", "longer than the domain"]]', '[["nm", "=", "two"]]',
	'[["d", "=", "2024-01-01"]]', '[["d", "<", "0001-01-01"]]', '[["d", "=", "infinity"]]', '[["ts", "=", "2024-01-01T12:00:00"]]', '[["tz", "=", "2024-01-01T12:00:00Z"]]', '[["tz", "=", "2024-01-01T17:30:00+05:30"]]', '[["tz", "=", "-infinity"]]', '[["iv", "=", "1 day"]]', '[["iv", "<", "00:00"]]',
	'[["u", "=", "00000000-0000-0000-0000-000000000003"]]', '[["e", "=", "ok"]]', '[["e", ">", "sad"]]', '[["a", "=", [1, 2]]]', '[["a", "=", []]]', '[["a", "=", [null]]]', '[["a", "=", [[1], [2]]]]', '[["a", ">", [1]]]', '[["p", "=", {"x": 1, "y": "a"}]]', '[["p", "=", [1, "a"]]]', '[["p", "=", {}]]', '[["r", "=", "[1,4]"]]', '[["r", "=", "empty"]]',
	'[["j", "=", "s"]]', '[["j", "=", {"k": 1.0}]]', '[["j", "=", [1, 2]]]', '[["k", "=", {"k": 1.0}]]', '[["k", "=", [1, 2]]]', '[["j", "=", null]]', '[["j", "is_null"]]', '[["by", "=", "\\x00ff"]]', '[["by", "=", "\\x"]]', '[["ip", "=", "10.0.0.1"]]', '[["ip", "<", "10.0.0.1"]]', '[["m", "=", 1.5]]', '[["m", "=", "-3.00"]]');

-- A composite whose attributes are all NULL is a value nevertheless, as it is
-- for "=" and as it is returned; SQL's IS NULL says otherwise.
SELECT * FROM each('[["p", "is_null"]]', '[["p", "is_not_null"]]', '[["p", "=", null]]', '[["p", "=", {}]]');

-- What is refused, and where.
SELECT * FROM each('[["xy", "=", "(1,2)"]]', '[["b", "<", true]]', '[["xy", "<", "(1,2)"]]', '[["b", "~", "t"]]', '[["i", "=", "x"]]', '[["i", "=", 99999999999]]', '[["i", "=", [1]]]', '[["i", "<", null]]', '[["i", ">=", null]]', '[["e", "=", "glad"]]', '[["d", "=", "2024-02-30"]]', '[["a", "=", [1, "x"]]]', '[["p", "=", {"z": 1}]]', '[["s", "=", "\u0000"]]',
	'[["nope", "=", 1]]', '[["I", "=", 1]]', '[["i", "==", 1]]', '[["i", "LIKE", 1]]', '[["i", "is null"]]', '[["i", "= 1 OR 1", 1]]', '[["i", "equals", 1]]', '[["i", 1, 1]]', '[[1, "=", 1]]', '[["i"]]', '[[]]', '[["i", "="]]', '[["i", "=", 1, 2]]', '[["i", "is_null", null]]', '[["i", "is_not_null", true]]', '["i", "=", 1]', '{"i": 1}', '{"and": []}', '[1]', '[null]', '[{}]', '[{"xor": []}]', '[{"and": [], "or": []}]', '[{"and": {}}]', '[{"or": ["i", "=", 1]}]', '[{"not": [["i", "=", 1]]}]', '[{"not": 1}]', '[{"or": [["i", "=", 1], {"not": ["i", "in", [1, "y"]]}]}]', 'null', 'true');
SELECT connector.select_rows('{"table": "t", "where": [["id", "=", 1], ["stat", "=", "x"]]}');
SELECT connector.select_rows('{"table": "t", "where": [["id", "=", "one"]]}');

-- Nested as deep as a request may be, and one deeper.
SELECT ids('[' || repeat('{"not": ', 60) || '["id", "=", 1]' || repeat('}', 60) || ']');
SELECT left(ids('[' || repeat('{"not": ', 64) || '["id", "=", 1]' || repeat('}', 64) || ']'), 60);

--
-- Order, limit, offset
--
CREATE FUNCTION ordered(members text) RETURNS text LANGUAGE sql AS $$
	SELECT coalesce(
		(reply->'error'->>'code') || coalesce(' at ' || (reply->'error'->>'path'), '') || ': ' || (reply->'error'->>'message'),
		(SELECT coalesce(string_agg(row->>'id', ','), 'none') FROM json_array_elements(reply->'rows') row)
			|| coalesce(', more by ' || (reply->>'limitedBy'), ''))
	FROM connector.try_call('select_rows', '{"table": "t", ' || members || '}') reply
$$;
SELECT members, ordered(members) FROM (VALUES
	(1, '"order_by": ["id"]'),
	(2, '"order_by": [["id", "asc"]]'),
	(3, '"order_by": [["id", "desc"]]'),
	(4, '"order_by": ["i"]'),
	(5, '"order_by": [["i", "desc"]]'),
	(6, '"order_by": ["n", ["id", "desc"]]'),
	(7, '"order_by": [["b", "desc"], "n", "id"]'),
	(8, '"order_by": ["e", "id"]'),
	(9, '"order_by": ["f"]'),
	(10, '"columns": ["id"], "order_by": ["d"]'),
	(11, '"order_by": [["i", "asc", "nulls_first"], ["id", "desc"]]'),
	(12, '"order_by": []'),
	(13, '"order_by": ["id"], "limit": 2'),
	(14, '"order_by": ["id"], "limit": 2, "offset": 2'),
	(15, '"order_by": ["id"], "limit": 2, "offset": 3'),
	(16, '"order_by": ["id"], "limit": 5'),
	(17, '"order_by": ["id"], "limit": 0'),
	(18, '"order_by": ["id"], "offset": 4'),
	(19, '"order_by": ["id"], "offset": 5'),
	(20, '"order_by": ["id"], "offset": 0'),
	(21, '"order_by": ["id"], "limit": 2147483646, "offset": 2147483646'),
	(22, '"columns": ["id"], "distinct": true, "order_by": ["id"], "limit": 2'),
	(23, '"columns": ["id"], "numbers": "string", "order_by": ["id"], "limit": 2'),
	(24, '"columns": ["id"], "group_by": ["id"], "order_by": ["id"], "limit": 2'),
	(29, '"order_by": ["id", "id"]'),
	(30, '"order_by": "id"'),
	(31, '"order_by": ["nope"]'),
	(32, '"order_by": [["id", "DESC"]]'),
	(33, '"order_by": [["id"]]'),
	(34, '"order_by": [["id", "desc", "nulls first"]]'),
	(35, '"order_by": ["id desc"]'),
	(36, '"order_by": [{"id": "desc"}]'),
	(37, '"order_by": [["id", "; DROP TABLE t"]]'),
	(38, '"order_by": [1]'),
	(39, '"order_by": ["k"]'),
	(40, '"limit": -1'),
	(41, '"limit": "10"'),
	(42, '"limit": 1.5'),
	(43, '"limit": 1e2'),
	(44, '"limit": null'),
	(45, '"limit": 99999999999'),
	(46, '"offset": -1'),
	(47, '"columns": ["id", "nope"]'),
	(48, '"columns": ["id", "s", "id"]'),
	(49, '"columns": "id"'),
	(50, '"columns": ["*"]'),
	(51, '"columns": ["count(*)"]'),
	(52, '"columns": [null]'),
	(53, '"columns": ["ctid"]'),
	(54, '"group_by": "id"'),
	(55, '"format": "csv"'),
	(56, '"numbers": 1'),
	(57, '"distinct": true'),
	(58, '"after": "x"'),
	(59, '"wher": []'),
	(60, '"having": []')
) v(n, members) ORDER BY n;

-- A read that is cut says so: by the request's limit, the default, the caps.
SET pg_connector.default_limit = 3;
SELECT ordered('"order_by": ["id"]'), ordered('"order_by": ["id"], "limit": 4'), ordered('"order_by": ["id"], "limit": 5');
SET pg_connector.row_cap = 2;
SELECT ordered('"order_by": ["id"]'), ordered('"order_by": ["id"], "limit": 2'), ordered('"order_by": ["id"], "limit": 3'), ordered('"order_by": ["id"], "limit": 1');
RESET pg_connector.default_limit;
RESET pg_connector.row_cap;
SELECT shown(connector.select_rows('{"table": "t", "columns": ["id"], "order_by": ["id"], "limit": 4}'));
CREATE TABLE wide (id int, s text);
INSERT INTO wide SELECT i, repeat('é', 10000) FROM generate_series(1, 10) i;
INSERT INTO wide VALUES (11, repeat('x', 100000));
SET pg_connector.response_cap = '65kB';
SELECT reply->'rowCount' AS "rowCount", reply->'more' AS more, reply->'limitedBy' AS "limitedBy", json_array_length(reply->'rows') AS rows, octet_length(reply::text) > 60000 AS filled, octet_length(reply::text) <= 65 * 1024 + 100 AS within
FROM connector.select_rows('{"table": "wide", "order_by": ["id"]}') reply;
SELECT connector.select_rows('{"table": "wide", "where": [["id", "=", 11]]}');
SELECT connector.select_rows('{"table": "wide", "where": [["id", "=", 11]], "columns": ["id"]}');
RESET pg_connector.response_cap;

--
-- What can be read
--
CREATE TABLE parent (id int, a text);
CREATE TABLE child (extra int) INHERITS (parent);
INSERT INTO parent VALUES (1, 'parent');
INSERT INTO child VALUES (2, 'child', 3);
CREATE TABLE parts (id int, kind text) PARTITION BY LIST (kind);
CREATE TABLE parts_a PARTITION OF parts FOR VALUES IN ('a');
CREATE TABLE parts_b (kind text, id int);
ALTER TABLE parts ATTACH PARTITION parts_b FOR VALUES IN ('b');
INSERT INTO parts VALUES (1, 'a'), (2, 'b');
CREATE VIEW v AS SELECT id, upper(s) AS "Upper s", ROW(id, s)::pair AS r, ARRAY[id] AS list FROM t WHERE id < 3;
CREATE MATERIALIZED VIEW mv AS SELECT count(*) AS n FROM t;
CREATE SEQUENCE seq;
CREATE TABLE "Weird ""name"".x" ("a.b" int, "select" text);
CREATE TABLE nothing ();
INSERT INTO nothing DEFAULT VALUES;
CREATE TABLE dropped (a int, b int, c int);
INSERT INTO dropped VALUES (1, 2, 3);
ALTER TABLE dropped DROP COLUMN b;
INSERT INTO "Weird ""name"".x" VALUES (1, 'x');
SELECT connector.select_rows('{"table": "parent", "order_by": ["id"]}');
SELECT connector.select_rows('{"table": "parts", "order_by": ["id"]}');
SELECT connector.select_rows('{"table": "v", "order_by": ["id"]}');
SELECT connector.select_rows('{"table": "v", "where": [["Upper s", "=", "ONE"]], "columns": ["Upper s", "list"]}');
SELECT connector.select_rows('{"table": "mv"}');
SELECT connector.select_rows('{"table": "select_test.mv"}');
SELECT connector.select_rows('{"table": ["select_test", "mv"]}');
SELECT connector.select_rows('{"table": "\"Weird \"\"name\"\".x\"", "where": [["a.b", "=", 1], ["select", "like", "x"]], "order_by": ["select", ["a.b", "desc"]]}');
SELECT connector.select_rows('{"table": ["select_test", "Weird \"name\".x"], "columns": ["select"]}');
SELECT connector.select_rows('{"table": "nothing"}');
SELECT connector.select_rows('{"table": "dropped"}');
SELECT connector.select_rows('{"table": "pg_catalog.pg_type", "columns": ["typname", "typlen"], "where": [["typname", "=", "int8"]]}');
SELECT connector.select_rows('{"table": "seq"}');
SELECT connector.select_rows('{"table": "T"}');
SELECT connector.select_rows('{"table": "no_schema.t"}');
SELECT connector.select_rows('{"table": "mood"}');
CREATE TEMP TABLE t (id int, note text);
INSERT INTO pg_temp.t VALUES (1, 'temporary');
SELECT connector.select_rows('{"table": "t"}');
SELECT shown(connector.select_rows('{"table": "select_test.t", "columns": ["id"], "limit": 1, "order_by": ["id"]}'));
DROP TABLE pg_temp.t;
SELECT shown(connector.select_rows('{"table": "t", "columns": ["id"], "limit": 1, "order_by": ["id"]}'));

-- The same request after the table has changed.
SELECT connector.select_rows('{"table": "dropped", "where": [["c", "=", 3]]}');
ALTER TABLE dropped ALTER COLUMN c TYPE text USING 'c' || c;
SELECT connector.select_rows('{"table": "dropped", "where": [["c", "=", 3]]}');
SELECT connector.select_rows('{"table": "dropped", "where": [["c", "=", "c3"]]}');
ALTER TABLE dropped RENAME COLUMN c TO z;
SELECT connector.select_rows('{"table": "dropped", "where": [["c", "=", "c3"]]}');
SELECT connector.select_rows('{"table": "dropped"}');

-- The ways to call.
SELECT connector.select_rows('{"table": "mv"}'::json);
SELECT connector.select_rows('{"table": "mv"}'::jsonb);
SELECT connector.call('select_rows', '{"table": "mv"}');
SELECT connector.try_call('select_rows', '{"table": "mv"}');
SELECT connector.select_rows(NULL::text);
SELECT connector.select_rows(NULL::jsonb);
SELECT connector.select_rows(format('{"table": "t", "columns": ["s"], "where": [["id", "=", %s]]}', i)) FROM generate_series(1, 3) i;
SELECT pg_typeof(connector.select_rows('{"table": "mv"}')), pg_typeof(connector.try_call('select_rows', '{"table": "mv"}'));

-- Names, values and errors are valid JSON, whatever they contain.
CREATE TABLE "ctl
	""\" ("x
""\	y" text);
INSERT INTO "ctl
	""\" VALUES (E'\x01"\\\n');
SELECT (connector.select_rows('{"table": "\"ctl\n\t\"\"\\\""}')::jsonb->'rows'->0);
SELECT (connector.try_call('select_rows', '{"table": "\"ctl\n\t\"\"\\\"", "columns": ["x\n\"\\\tz"]}')::jsonb->'error') - 'retryable';

SET client_min_messages = warning;
DROP SCHEMA select_test CASCADE;

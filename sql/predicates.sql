-- The conditions of "where": every operator, on every class of type.
SET client_min_messages = warning;
CREATE EXTENSION citext;
CREATE EXTENSION hstore;
CREATE SCHEMA tree;
CREATE EXTENSION ltree SCHEMA tree;
RESET client_min_messages;

-- The ids of the rows that meet conditions, and how conditions are refused.
CREATE FUNCTION ids(tab text, conditions text) RETURNS text LANGUAGE sql AS $$
  SELECT coalesce(string_agg(r->>'id', ' '), '-')
  FROM json_array_elements(connector.select_rows(format(
    '{"table": %s, "columns": ["id"], "order_by": ["id"], "where": [%s]}',
    CASE WHEN starts_with(tab, '[') THEN tab ELSE to_json(tab)::text END, conditions))->'rows') AS r
$$;
CREATE FUNCTION refused(tab text, conditions text) RETURNS text LANGUAGE sql AS $$
  SELECT concat_ws(E'\n', e->>'code' || ' ' || (e->>'message'), 'HINT: ' || (e->>'hint'), 'at ' || (e->>'path'))
  FROM connector.try_call('select_rows', format(
    '{"table": "%s", "columns": ["id"], "where": [%s]}', tab, conditions)) AS t, json_extract_path(t, 'error') AS e
$$;

CREATE TABLE people (id int PRIMARY KEY, name text, n int, amount numeric, born date, seen timestamptz, ok boolean);
INSERT INTO people VALUES
  (1, 'Ada', 10, 1.50, '1815-12-10', '2026-01-01T00:00:00Z', true),
  (2, 'ada', 20, 1.5, '1906-12-09', '2026-01-01T12:00:00+02', false),
  (3, 'Grace_H%', -5, 1e30, '1912-06-23', 'infinity', NULL),
  (4, 'a\b', NULL, 'NaN', NULL, NULL, true),
  (5, NULL, 20, NULL, '1815-12-10', '2026-06-01', NULL);

-- comparisons
SELECT op, ids('people', format('["n", "%s", 10]', op)) AS n, ids('people', format('["name", "%s", "ada"]', op)) AS name,
       ids('people', format('["amount", "%s", 1.500]', op)) AS amount,
       ids('people', format('["born", "%s", "1906-12-09"]', op)) AS born,
       ids('people', format('["seen", "%s", "2026-01-01T10:00:00Z"]', op)) AS seen,
       ids('people', format('["ok", "%s", false]', op)) AS ok
FROM unnest(ARRAY['=', '!=', '<>', '<', '<=', '>', '>=', 'is_distinct_from', 'is_not_distinct_from']) AS op;

-- null
SELECT op, ids('people', format('["n", "%s", null]', op)) AS n
FROM unnest(ARRAY['=', '!=', '<>', 'is_distinct_from', 'is_not_distinct_from']) AS op;
SELECT ids('people', '["n", "is_null"]'), ids('people', '["n", "is_not_null"]');
SELECT refused('people', format('["n", "%s", null]', op))
FROM unnest(ARRAY['<', '<=', '>', '>=', 'like', '~', 'starts_with', 'contains', 'contained_in', 'overlaps', 'has_key']) AS op;

-- lists: not_in is true wherever in is not
SELECT list, ids('people', format('["n", "in", %s]', list)) AS "in", ids('people', format('["n", "not_in", %s]', list)) AS not_in,
       ids('people', format('{"not": ["n", "in", %s]}', list)) AS "not in",
       ids('people', format('{"not": ["n", "not_in", %s]}', list)) AS "not not_in"
FROM unnest(ARRAY['[]', '[20]', '[10, 20]', '[10, 20, null]', '[null]', '[20, 20, 21]']) AS list;
SELECT ids('people', format('["id", "in", %s]', (SELECT json_agg(i) FROM generate_series(-50000, 3) AS i)));

-- between
SELECT ids('people', '["n", "between", [10, 20]]'), ids('people', '["n", "between", [20, 10]]'),
       ids('people', '{"not": ["n", "between", [10, 20]]}'), ids('people', '["born", "between", ["1815-01-01", "1906-12-09"]]');
SELECT refused('people', format('["n", "between", %s]', bounds))
FROM unnest(ARRAY['[1]', '[1, 2, 3]', '5', '[1, null]', '[null, 1]', '[1, "x"]']) AS bounds;

-- patterns
SELECT op, pattern, ids('people', json_build_array('name', op, pattern)::text)
FROM (VALUES ('like', 'a%'), ('not_like', 'a%'), ('ilike', 'A%'), ('not_ilike', 'A%'), ('like', 'a\\b'), ('like', '%\_H\%'),
  ('~', '^[Aa]d'), ('~', 'd.$'), ('~*', '^ADA$'), ('starts_with', 'a'), ('starts_with', 'Grace_'), ('starts_with', 'Grace%'),
  ('starts_with', 'Grace_H%'), ('starts_with', 'a\'), ('starts_with', 'a\b'), ('starts_with', '')) AS v (op, pattern);
SELECT refused('people', '["name", "~", "("]');
SELECT refused('people', '["name", "like", 5]');
SELECT refused('people', '["name", "starts_with", ["a"]]');
SELECT refused('people', '["n", "like", "1%"]');

-- groups
SELECT ids('people', '{"or": []}'), ids('people', '{"and": []}'), ids('people', '{"not": {"or": []}}'),
       ids('people', '{"or": [["n", "=", 10], {"and": [["n", "=", 20], {"not": ["name", "is_null"]}]}]}'),
       ids('people', '{"not": ["n", "=", 20]}'), ids('people', '');

-- two columns
CREATE TABLE pairs (id int PRIMARY KEY, a int, b int, c bigint, d numeric, e text, f varchar(5), g date, h timestamptz, i json, j jsonb);
INSERT INTO pairs VALUES
  (1, 1, 1, 1, 1.0, 'x', 'x', '2026-01-01', '2026-01-01', '{"k": 1}', '{"k": 1.0}'),
  (2, 1, 2, 2, 1.5, 'x', 'y', '2026-01-01', '2026-01-02', '{"k": 1}', '{"k": "1"}'),
  (3, 2, 1, NULL, NULL, NULL, 'x', NULL, '2026-01-01', '{"k": null}', '{"k": null}'),
  (4, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, '{}', NULL);
SELECT op, ids('pairs', format('{"columns": ["a", "%s", "b"]}', op)) AS ab, ids('pairs', format('{"columns": ["a", "%s", "c"]}', op)) AS ac,
       ids('pairs', format('{"columns": ["d", "%s", "a"]}', op)) AS da, ids('pairs', format('{"columns": ["e", "%s", "f"]}', op)) AS ef,
       ids('pairs', format('{"columns": ["g", "%s", "h"]}', op)) AS gh, ids('pairs', format('{"columns": ["i", "%s", "j"]}', op)) AS ij,
       ids('pairs', format('{"columns": [["i", "k"], "%s", ["j", "k"]]}', op)) AS "ikjk",
       ids('pairs', format('{"not": {"columns": ["a", "%s", "b"]}}', op)) AS "not ab"
FROM unnest(ARRAY['=', '!=', '<', '<=', '>', '>=', 'is_distinct_from', 'is_not_distinct_from']) AS op;
SELECT refused('pairs', c) FROM unnest(ARRAY['{"columns": ["a", "<", "e"]}', '{"columns": ["a", "in", "b"]}', '{"columns": ["a", "<"]}',
  '{"columns": "a"}', '{"columns": ["a", "=", "z"]}', '{"columns": ["a", "=", 5]}', '{"columns": ["a", "=", "b"], "and": []}',
  '{"columns": ["i", "<", "a"]}', '{"columns": [["a", "k"], "<", "b"]}']) AS c;

-- json and jsonb, and paths into them
CREATE TABLE docs (id int PRIMARY KEY, j json, b jsonb);
INSERT INTO docs SELECT id, d::json, d::jsonb FROM (VALUES
  (1, '{"address": {"city": "Bern", "zip": 3000}, "tags": ["a", "b"], "n": 5}'),
  (2, '{"address": {"city": "Berlin", "zip": "3000"}, "tags": [], "n": "5"}'),
  (3, '{"address": {"city": null}, "n": 50, "tags": ["b", null]}'),
  (4, '{"address": "Bern", "n": true, "tags": {"a": 1}}'),
  (5, '"text"'), (6, '7'), (7, 'null'), (8, NULL)) AS v (id, d);
SELECT c AS condition, ids('docs', replace(c, '@', 'b')) AS jsonb, ids('docs', replace(c, '@', 'j')) AS json,
       ids('docs', replace(format('{"not": %s}', c), '@', 'b')) AS "not jsonb", ids('docs', replace(format('{"not": %s}', c), '@', 'j')) AS "not json"
FROM unnest(ARRAY[
  '[["@", "address", "city"], "=", "Bern"]', '[["@", "address", "city"], "!=", "Bern"]',
  '[["@", "address", "city"], "=", null]', '[["@", "address", "city"], "!=", null]',
  '[["@", "address", "city"], "is_null"]', '[["@", "address", "city"], "is_not_null"]',
  '[["@", "address", "city"], "is_distinct_from", "Bern"]', '[["@", "address", "city"], "is_not_distinct_from", "Bern"]',
  '[["@", "address", "city"], "is_distinct_from", null]', '[["@", "address", "city"], "is_not_distinct_from", null]',
  '[["@", "address", "city"], "in", ["Bern", 3000]]', '[["@", "address", "city"], "in", ["Bern", null]]',
  '[["@", "address", "city"], "not_in", ["Bern", 3000]]', '[["@", "address", "city"], "not_in", ["Bern", null]]',
  '[["@", "address", "city"], "between", ["Bern", "Berz"]]', '[["@", "address", "city"], "like", "Ber%"]',
  '[["@", "address", "city"], "not_ilike", "bern"]', '[["@", "address", "city"], "~", "n$"]',
  '[["@", "address", "city"], "starts_with", "Ber"]', '[["@", "address", "zip"], "=", 3000.0]',
  '[["@", "address", "zip"], "starts_with", "30"]', '[["@", "n"], "<", 50]', '[["@", "n"], ">=", 5]', '[["@", "n"], ">", "4"]',
  '[["@", "n"], "<=", true]', '[["@", "n"], "between", [5, "5"]]', '[["@", "tags", 0], "=", "a"]', '[["@", "tags", -1], "=", "b"]',
  '[["@", "tags", "0"], "=", "a"]', '[["@", "tags"], "=", ["a", "b"]]', '[["@", "tags"], "contains", ["b"]]',
  '[["@", "tags"], "contains", "b"]', '[["@", "tags"], "contained_in", ["a", "b", "c"]]',
  '[["@", "address", "city"], "contained_in", ["Bern", null]]', '[["@", "tags"], "has_key", "a"]', '[["@", "address"], "has_key", "zip"]',
  '["@", "is_null"]', '["@", "=", "text"]', '["@", "=", 7]', '["@", "<", 8]', '["@", ">", "tex"]', '["@", "in", [7, "text", [1]]]',
  '["@", "in", [7, null]]', '["@", "not_in", [7, "text"]]', '["@", "like", "te%"]', '["@", "contains", {"n": 5}]', '["@", "has_key", "n"]',
  '["@", "contained_in", [7, 8]]']) AS c;
SELECT refused('docs', c) FROM unnest(ARRAY['[["b"], "=", 1]', '[[], "=", 1]', '[["b", null], "=", 1]', '[["b", 1.5], "=", 1]',
  '[["b", {}], "=", 1]', '[["b", 99999999999], "=", 1]', '[["id", "x"], "=", 1]', '[["x", "y"], "=", 1]', '[[1, "y"], "=", 1]',
  '["b", "overlaps", ["a"]]', '[["b", "n"], "<", null]', '[["b", "\u0000"], "=", 1]', '["b", "has_key", 5]']) AS c;

-- arrays
CREATE TABLE lists (id int PRIMARY KEY, n int[], t text[]);
INSERT INTO lists VALUES (1, '{1,2,3}', '{red,"{x}"}'), (2, '{}', '{red}'), (3, NULL, NULL), (4, '{2,NULL}', '{NULL}'), (5, '{{1,2},{3,4}}', '{"a,b"}');
SELECT c AS condition, ids('lists', c), ids('lists', format('{"not": %s}', c)) AS "not"
FROM unnest(ARRAY['["n", "=", [1, 2, 3]]', '["n", "=", "{1,2,3}"]', '["n", "=", []]', '["n", "=", [2, null]]', '["n", "=", [[1, 2], [3, 4]]]',
  '["n", "<", [2]]', '["n", "between", [[1], [2]]]', '["n", "contains", [2]]', '["n", "contains", []]', '["n", "contains", "{3,4}"]',
  '["n", "contained_in", [1, 2, 3, 4]]', '["n", "overlaps", [2, 9]]', '["t", "contains", ["{x}"]]', '["t", "overlaps", ["a,b", "red"]]',
  '["n", "in", [[1, 2, 3], []]]', '["n", "in", ["{1,2,3}", null]]', '["n", "in", []]', '["n", "in", [null]]', '["n", "in", [[]]]',
  '["n", "not_in", [[1, 2, 3], []]]', '["n", "not_in", [[1, 2, 3], [], null]]', '["n", "not_in", []]', '["n", "not_in", [null]]',
  '["n", "is_distinct_from", [1, 2, 3]]', '["n", "is_null"]']) AS c;
SELECT refused('lists', c) FROM unnest(ARRAY['["n", "in", [1, 2]]', '["n", "contains", 2]', '["n", "contains", ["x"]]',
  '["n", "in", [[1], ["x"]]]', '["n", "like", "1"]', '["n", "has_key", "1"]', '["t", "overlaps", "red"]']) AS c;

-- ranges and multiranges: an element, a range or several, by how the value is written
CREATE TABLE spans (id int PRIMARY KEY, r int4range, m int4multirange, p tstzrange);
INSERT INTO spans VALUES
  (1, '[1,10)', '{[1,3),[5,8)}', '[2026-01-01,2026-02-01)'), (2, 'empty', '{}', 'empty'), (3, NULL, NULL, NULL), (4, '[5,)', '{[5,)}', '[2026-01-15,)');
SELECT c AS condition, ids('spans', c), ids('spans', format('{"not": %s}', c)) AS "not"
FROM unnest(ARRAY['["r", "=", "[1,9]"]', '["r", "contains", 5]', '["r", "contains", "5"]', '["r", "contains", "[2,4]"]', '["r", "contains", "empty"]',
  '["r", "contains", "{[1,2),[3,4)}"]', '["r", "contained_in", "[0,20]"]', '["r", "contained_in", " {[0,20],[30,40]}"]',
  '["r", "overlaps", "[9,9]"]', '["r", "overlaps", "{[9,9]}"]', '["m", "contains", 6]', '["m", "contains", "[5,7]"]', '["m", "contains", "{[1,2),[6,7)}"]',
  '["m", "contained_in", "[0,20]"]', '["m", "contained_in", "{[0,20]}"]', '["m", "overlaps", "(2,6)"]', '["m", "overlaps", "{[2,4]}"]',
  '["p", "contains", "2026-01-20T00:00:00Z"]', '["p", "overlaps", "[2026-01-31,2026-03-01]"]', '["r", "in", ["[1,10)", "empty"]]',
  '["r", "not_in", ["[1,10)", null]]']) AS c;
SELECT refused('spans', c) FROM unnest(ARRAY['["r", "contains", "x"]', '["r", "overlaps", 5]', '["r", "contains", "[5,1]"]', '["m", "contains", true]']) AS c;

-- enum, domain, composite, name, "char", bytea, xml and geometry
CREATE TYPE mood AS ENUM ('sad', 'fine', 'happy');
CREATE DOMAIN small AS int NOT NULL CHECK (VALUE < 100);
CREATE DOMAIN mark AS text CHECK (VALUE <> 'x');
CREATE DOMAIN smalls AS int[] CHECK (cardinality(VALUE) < 3);
CREATE TYPE point3 AS (x int, y int, z text);
CREATE TABLE odd (id int PRIMARY KEY, m mood, s small, l smalls, ms mark[], c point3, n name, k "char", b bytea, x xml, p point, box box, circle circle, ip inet);
INSERT INTO odd VALUES
  (1, 'sad', 1, '{1,2}', '{a,b}', '(1,2,a)', 'abc', 'a', '\x00ff', '<a/>', '(1,1)', '(0,0),(2,2)', '<(0,0),2>', '10.0.0.1'),
  (2, 'happy', 99, '{3}', '{b}', '(1,,)', repeat('n', 63), 'b', 'abc', NULL, '(5,5)', '(4,4),(6,6)', '<(5,5),1>', '10.1.0.0/16'),
  (3, NULL, 50, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL),
  (4, 'fine', 50, '{}', '{}', '(,,)', '', '', '', NULL, '(1,5)', '(0,0),(1,1)', '<(1,1),1>', '::1');
SELECT c AS condition, ids('odd', c), ids('odd', format('{"not": %s}', c)) AS "not"
FROM unnest(ARRAY['["m", "=", "sad"]', '["m", ">=", "fine"]', '["m", "in", ["sad", "happy", null]]', '["s", ">", 1000]', '["s", "<", 1000]',
  '["s", "in", [1, 500]]', '["s", "not_in", [1, null]]', '["l", "contains", [1]]', '["l", "=", [1, 2, 3, 4]]', '["l", "in", [[3], [1, 2, 3, 4]]]',
  '["ms", "overlaps", ["x", "b"]]', '["ms", "in", [["x"], ["b"]]]', '["ms", "=", ["a", "b"]]',
  '["c", "=", {"x": 1, "y": 2, "z": "a"}]', '["c", "in", [{"x": 1}, [1, 2, "a"]]]', '["c", "is_null"]', '["c", "is_not_null"]', '["c", "=", null]',
  '["c", "is_distinct_from", {"x": 1}]', '["c", "<", [1, 2, "b"]]', '{"columns": ["c", "is_not_distinct_from", "c"]}',
  '["n", "=", "abc"]', format('["n", "=", "%s"]', repeat('n', 64)), format('["n", "in", ["abc", "%s"]]', repeat('n', 64)), '["n", "starts_with", "nn"]',
  '["k", "=", "a"]', '["k", "=", "ab"]', '["b", "=", "\\x00ff"]', '["b", "like", "a%"]', '["x", "is_null"]',
  '["p", "contained_in", "(0,0),(2,2)"]', '["p", "contained_in", "<(5,5),1>"]', '["p", "contained_in", "((0,4),(6,4),(6,6),(0,6))"]',
  '["box", "contains", "(0.5,0.5)"]', '["box", "contains", "(0,0),(1,1)"]', '["box", "overlaps", "(2,2),(4,4)"]', '["circle", "contains", "<(5,5),0.5>"]',
  '["circle", "contains", "(0,0)"]', '["ip", "overlaps", "10.0.0.0/8"]', '["ip", "<", "10.1.0.0"]']) AS c;
SELECT refused('odd', c) FROM unnest(ARRAY['["m", "=", "glad"]', '["m", "like", "s%"]', '["c", "=", {"w": 1}]', '["x", "=", "<a/>"]', '["p", "=", "(1,1)"]',
  '["b", "starts_with", "a"]', '["ip", "contains", "10.0.0.1"]', '["s", "=", "x"]', '["m", "has_key", "x"]']) AS c;

-- Types of extensions are compared by their own operators, whatever the search path.
CREATE TABLE extended (id int PRIMARY KEY, c citext, h hstore, t tree.ltree);
INSERT INTO extended VALUES (1, 'Foo', 'a=>1,b=>2', 'top.science.astronomy'), (2, 'bar', 'a=>2', 'top.science'), (3, NULL, NULL, NULL);
SET search_path = pg_catalog;
SELECT c AS condition, public.ids('public.extended', c), public.ids('public.extended', format('{"not": %s}', c)) AS "not"
FROM unnest(ARRAY['["c", "=", "FOO"]', '["c", "in", ["foo", "x"]]', '["c", "not_in", ["foo", "x"]]', '["c", "like", "f%"]', '["c", "starts_with", "FO"]',
  '["c", "~", "^B"]', '["c", "between", ["A", "C"]]', '["h", "contains", "a=>1"]', '["h", "contained_in", "a=>2,b=>2"]', '["h", "has_key", "b"]',
  '["h", "=", "b=>2,a=>1"]', '["t", "contained_in", "top.science"]', '["t", "contains", "top.science.astronomy"]', '["t", "~", "top.*{1}"]',
  '["t", "<", "top.science.b"]', '{"columns": ["c", "=", "c"]}']) AS c;
SELECT public.refused('public.extended', c) FROM unnest(ARRAY['["h", "overlaps", "a=>1"]', '["t", "like", "top%"]',
  '["t", "starts_with", "top"]', '["t", "has_key", "top"]', '["h", "<", "x"]']) AS c;
RESET search_path;
ALTER EXTENSION citext SET SCHEMA tree;
SELECT ids('extended', '["c", "=", "FOO"]');

-- An operator somebody put in the way is not used.
CREATE SCHEMA trap;
CREATE FUNCTION trap.always(int, int) RETURNS boolean IMMUTABLE LANGUAGE sql AS 'SELECT true';
CREATE FUNCTION trap.always(text, text) RETURNS boolean IMMUTABLE LANGUAGE sql AS 'SELECT true';
CREATE OPERATOR trap.= (FUNCTION = trap.always, LEFTARG = int, RIGHTARG = int);
CREATE OPERATOR trap.= (FUNCTION = trap.always, LEFTARG = text, RIGHTARG = text);
CREATE OPERATOR trap.~~ (FUNCTION = trap.always, LEFTARG = text, RIGHTARG = text);
CREATE OPERATOR trap.<> (FUNCTION = trap.always, LEFTARG = int, RIGHTARG = int);
SET search_path = trap, pg_catalog, public;
SELECT ids('people', c) FROM unnest(ARRAY['["n", "=", 10]', '["n", "in", [10]]', '["n", "not_in", [10, 20, null]]', '["name", "like", "x"]', '["n", "is_distinct_from", 10]',
  '["n", "is_not_distinct_from", 10]', '{"columns": ["n", "=", "id"]}']) AS c;
SELECT ids('docs', '[["b", "address", "city"], "<", "Bern"]');
RESET search_path;

-- hostile names, partitions whose columns stand in another order, views, column privileges
CREATE TABLE "hos"".tile" (id int, "a"" OR true --" int, "where" jsonb, "\" int[]) PARTITION BY LIST (id);
CREATE TABLE part1 ("\" int[], "where" jsonb, gone text, "a"" OR true --" int, id int);
ALTER TABLE part1 DROP gone;
ALTER TABLE "hos"".tile" ATTACH PARTITION part1 FOR VALUES IN (1, 2);
CREATE TABLE part2 PARTITION OF "hos"".tile" DEFAULT;
INSERT INTO "hos"".tile" VALUES (1, 1, '{"''; DROP": 1}', '{1}'), (2, 2, '{"\"": {"%s": 2}}', '{2}'), (3, NULL, NULL, NULL);
CREATE VIEW people_view AS SELECT id, upper(name) AS upper_name, n * 2 AS double FROM people;
SELECT c AS condition, ids('["public", "hos\".tile"]', c), ids('["public", "hos\".tile"]', format('{"not": %s}', c)) AS "not"
FROM unnest(ARRAY['["a\" OR true --", "=", 1]', '["a\" OR true --", "in", [2, null]]', '[["where", "''; DROP"], "=", 1]', '[["where", "\"", "%s"], "between", [1, 3]]',
  '["\\", "in", [[1], [3]]]', '["\\", "contains", [2]]', '{"columns": ["id", "=", "a\" OR true --"]}']) AS c;
SELECT ids('people_view', '["upper_name", "starts_with", "AD"], ["double", "in", [40]]');
CREATE ROLE regress_predicates;
GRANT SELECT (id, n) ON people TO regress_predicates;
SET ROLE regress_predicates;
SELECT ids('people', '["n", "=", 10]');
SELECT refused('people', c) FROM unnest(ARRAY['["name", "=", "Ada"]', '["nam", "=", "Ada"]', '["m", "=", 1]', '{"columns": ["n", "<", "amount"]}']) AS c;
RESET ROLE;

-- Names elsewhere, and names mistyped.
SELECT op, refused('people', format('["n", %s, 1]', to_json(op)))
FROM unnest(ARRAY['eq', '==', 'gte', '$gt', '_lt', 'notIn', 'NOT IN', 'nin', 'is not null', 'IS NULL', 'isNull', 'Like', 'not like', 'regex', 'startsWith',
  'begins with', '@>', '<@', '&&', '?', '^@', 'IS DISTINCT FROM', '<=>', 'betwen', 'contain', 'frobnicate', '', '= 1 OR true --']) AS op;
SELECT refused('people', c) FROM unnest(ARRAY['["n"]', '[]', '"n"', '5', 'null', '{}', '{"xor": []}', '{"or": ["n", "=", 1]}', '["n", "=", 1, 2]', '["n", "="]',
  '["n", "is_null", true]', '["n", 5, 1]', '[5, "=", 1]', '["nn", "=", 1]', '["n", "=", "x"]', '["n", "in", [1, 2, "x"]]', '["n", "in", 1]', '["n", "=", [1]]',
  '["n", "=", 99999999999]', '{"not": [["n", "=", 1]]}', '{"or": ["n", "is_null"]}', '["born", "=", "yesterday noon"]']) AS c;

SELECT refused('people', repeat('{"not": ', 70) || '["n", "=", 1]' || repeat('}', 70)) ~ '^54001 request is nested too deeply' AS too_deep;

-- What is true of every row needs all_rows; nothing else does.
CREATE FUNCTION deletes(conditions text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE result json = connector.try_call('delete_rows', format('{"table": "nobody", "where": [%s]}', conditions));
BEGIN
  RETURN coalesce(result->>'rowCount', result->'error'->>'code');
END $$;
CREATE TABLE nobody (id int, n int, t text, d jsonb, l int[]);
SELECT c AS condition, deletes(c), deletes(format('{"not": %s}', c)) AS "not"
FROM unnest(ARRAY['["n", "not_in", []]', '["l", "not_in", []]', '["n", "in", []]', '[["d", "k"], "not_in", []]', '["n", "not_in", [null]]', '["n", "in", [null]]',
  '{"and": []}', '{"or": []}', '{"or": [{"and": []}, ["n", "=", 1]]}', '{"and": [{"and": []}, ["n", "=", 1]]}', '{"not": {"or": []}}', '{"or": [["n", "=", 1], {"not": ["n", "in", []]}]}',
  '["n", "between", [1, 0]]', '["n", "is_not_null"]', '["t", "starts_with", ""]', '{"columns": ["n", "=", "n"]}', '{"columns": ["n", "is_not_distinct_from", "\u006e"]}',
  '{"columns": ["n", "is_distinct_from", "n"]}', '{"columns": ["n", "is_not_distinct_from", "id"]}', '{"columns": [["d", "k"], "is_not_distinct_from", ["d",  "k"]]}',
  '{"columns": [["d", "k"], "is_not_distinct_from", ["d", "l"]]}']) AS c;

-- The plain form is what an index serves.
CREATE TABLE indexed (id int PRIMARY KEY, t text COLLATE "C", d jsonb, l int[]);
CREATE INDEX ON indexed (t);
CREATE INDEX ON indexed ((d #> '{k}'));
CREATE INDEX ON indexed USING gin (l);
CREATE INDEX ON indexed USING gin (d);
INSERT INTO indexed SELECT i, 'k' || i, json_build_object('k', i), ARRAY[i] FROM generate_series(1, 5000) AS i;
VACUUM ANALYZE indexed;
CREATE FUNCTION scans(condition text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE before record; found text;
BEGIN
  SELECT seq_scan, idx_scan INTO before FROM pg_stat_xact_user_tables WHERE relname = 'indexed';
  found := ids('indexed', condition);
  RETURN (SELECT format('%s: %s', found, CASE WHEN seq_scan = before.seq_scan THEN 'index' ELSE 'sequential' END) FROM pg_stat_xact_user_tables WHERE relname = 'indexed');
END $$;
SELECT c AS condition, scans(c)
FROM unnest(ARRAY['["t", "=", "k77"]', '["t", "in", ["k77", "k78", "nothing"]]', '["t", "between", ["k77", "k770"]]', '["t", "starts_with", "k77"]',
  '["t", "is_not_distinct_from", "k77"]', '[["d", "k"], "=", 77]', '[["d", "k"], "<", 3]', '[["d", "k"], "in", [77, 78]]', '[["d", "k"], "between", [77, 79]]',
  '["l", "contains", [77]]', '["l", "overlaps", [77, 78]]', '["d", "contains", {"k": 77}]', '["d", "has_key", "nothing"]']) AS c;

DROP VIEW people_view;
DROP FUNCTION ids, refused, deletes, scans;
DROP TABLE people, pairs, docs, lists, spans, odd, extended, nobody, indexed, "hos"".tile";
DROP ROLE regress_predicates;
DROP TYPE mood, point3;
DROP DOMAIN small, mark, smalls;
SET client_min_messages = warning;
DROP SCHEMA trap CASCADE;
DROP EXTENSION citext, hstore, ltree;
DROP SCHEMA tree;

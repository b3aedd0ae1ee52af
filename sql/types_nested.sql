-- Types: arrays, composites, domains, enums and ranges survive the way out and in again, one inside the other.
-- types_scalar makes survives() and takes().
SET search_path = types_test;

-- Arrays are JSON arrays, with their dimensions and NULLs.
SELECT * FROM survives('integer[]', '{}', '{1}', '{1,NULL,3}', '{{1,2},{3,4}}', '{{{1,NULL}},{{3,4}}}', '{{{{{{1}}}}}}', '{NULL}', NULL);
SELECT * FROM survives('text[]', '{}', '{"",NULL,"NULL","null"}', '{"a,b","c\"d","e\\f","{g}"," h ","é漢😀"}', '{{a,b},{c,NULL}}', E'{"\n\t"}', NULL);
SELECT * FROM survives('varchar(3)[]', '{abc,""}');
SELECT * FROM survives('char(3)[]', '{abc,a}');
SELECT * FROM survives('boolean[]', '{t,f,NULL}');
SELECT * FROM survives('bigint[]', '{9223372036854775807,-9223372036854775808}');
SELECT * FROM survives('real[]', '{0.1,-0,NaN,Infinity,-Infinity}');
SELECT * FROM survives('double precision[]', '{5e-324,0.30000000000000004,NaN}');
SELECT * FROM survives('numeric[]', '{1.10,1234567890123456789012345678901234567890,NaN}');
SELECT * FROM survives('numeric(6,2)[]', '{1.10,NULL}');
SELECT * FROM survives('money[]', '{1.5,-0.01}');
SELECT * FROM survives('bytea[]', $${"\\x00ff",""}$$);
SELECT * FROM survives('"char"[]', $${a,"\\377"}$$);
SELECT * FROM survives('name[]', '{a,"b c"}');
SELECT * FROM survives('date[]', '{2024-02-03,"0044-03-15 BC",infinity}');
SELECT * FROM survives('timestamp[]', '{"2024-02-03 04:05:06.7","0044-03-15 00:00:00 BC"}');
SELECT * FROM survives('timestamptz[]', '{"2024-02-03 04:05:06.7+00",-infinity}');
SELECT * FROM survives('timestamptz(2)[]', '{"2024-02-03 04:05:06.78+00"}');
SELECT * FROM survives('time[]', '{24:00}');
SELECT * FROM survives('timetz[]', '{04:05:06+05:30}');
SELECT * FROM survives('interval[]', '{"-1 mon +1 day -00:00:01","1 day"}');
SELECT * FROM survives('uuid[]', '{a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11}');
SELECT * FROM survives('inet[]', '{10.0.0.1/8}');
SELECT * FROM survives('bit(3)[]', '{101,010}');
SELECT * FROM survives('point[]', '{"(1,2)","(3,4)"}', '{{"(1,2)"},{"(3,4)"}}');
SELECT * FROM survives('box[]', '{(2,2),(1,1);(4,4),(3,3)}');
SELECT * FROM survives('tsvector[]', $${"'a':1 'b':2"}$$);
SELECT * FROM survives('regclass[]', '{pg_class,pg_type}');
SELECT * FROM survives('int2vector[]', '{"1 2","3"}', '{{"1 2"},{"3"}}');
SELECT * FROM survives('oidvector[]', '{"1 2",""}');

-- Elements that are JSON themselves; with several dimensions they stand in
-- PostgreSQL's array syntax, because a JSON array could be an element.
SELECT * FROM survives('json[]', '{}', $${"{\"a\" : 1}","[1, 2]","\"s\"",1.50,NULL}$$, $${{"[1]","[2]"},{"{}",NULL}}$$);
SELECT * FROM survives('jsonb[]', '{}', $${"{\"a\" : 1}","[1, 2]","\"s\"",1.50,NULL}$$, $${{"[1]","[2]"},{"{}",NULL}}$$);

-- Lower bounds are not kept.
SELECT * FROM survives('integer[]', '[0:1]={1,2}', '[5:5]={1}');

-- Enums.
CREATE TYPE mood AS ENUM ('', 'sad', 'very "happy", truly', 'ü');
SELECT * FROM survives('mood', '', 'sad', 'very "happy", truly', 'ü', NULL);
SELECT * FROM survives('mood[]', '{"","very \"happy\", truly",NULL}');
SELECT * FROM takes('mood', '"sad"', '"SAD"', '1', 'null');

-- Ranges and multiranges.
CREATE TYPE float_range AS RANGE (subtype = float8);
CREATE TYPE text_range AS RANGE (subtype = text, collation = "C");
SELECT * FROM survives('int4range', 'empty', '[1,5)', '(,5)', '[1,)', '(,)', NULL);
SELECT * FROM survives('int8range', '[-9223372036854775808,9223372036854775807)');
SELECT * FROM survives('numrange', '[1.10,2.0]', '(NaN,)', '[-Infinity,1)');
SELECT * FROM survives('daterange', '[2024-01-02,2024-03-04)', '["0044-03-15 BC",infinity)');
SELECT * FROM survives('tsrange', '["2024-01-02 03:04:05.6","2024-03-04 00:00:00")', '["0044-03-15 00:00:00 BC",infinity]');
SELECT * FROM survives('tstzrange', '["2024-01-02 03:04:05.6+00","2024-03-04 00:00:00+00"]', '(,"0044-03-15 00:00:00+00 BC")');
SELECT * FROM survives('float_range', '[0.1,0.30000000000000004)');
SELECT * FROM survives('text_range', '["a,b","c\"d")', '["","\\"]', '(,é]');
SELECT * FROM survives('int4multirange', '{}', '{[1,5),[7,9)}', '{(,)}', NULL);
SELECT * FROM survives('int8multirange', '{[1,9223372036854775807)}');
SELECT * FROM survives('nummultirange', '{[1.10,2.0],(3,)}');
SELECT * FROM survives('datemultirange', '{[2024-01-02,2024-03-04)}');
SELECT * FROM survives('tsmultirange', '{["2024-01-02 03:04:05.6","2024-03-04 00:00:00")}');
SELECT * FROM survives('tstzmultirange', '{["2024-01-02 03:04:05.6+00","2024-03-04 00:00:00+00"],["2025-01-02 00:00:00+00",)}');
SELECT * FROM survives('float_multirange', '{[0.1,0.2)}');
SELECT * FROM survives('tstzrange[]', '{"[2024-01-02 03:04:05.6+00,)",empty,NULL}');
SELECT * FROM survives('tstzmultirange[]', '{"{[2024-01-02 03:04:05.6+00,)}","{}"}');
SELECT * FROM takes('int4range', '"[1,5]"', '[1, 5]', '"[5,1]"', '{"lower": 1}');

-- Composites are objects by attribute.
CREATE TYPE inner_type AS (n numeric(6,2), at timestamptz, "Odd "" name" text, j jsonb);
CREATE TYPE outer_type AS (i inner_type, list inner_type[], m money, b bytea, d interval);
SELECT * FROM survives('inner_type', '(1.5,"2024-01-02 00:00:00+00","a ""quoted"", \\ text","{""k"": [1, null]}")', '(,,,)', '(1,-infinity,"",0)', NULL);
SELECT * FROM survives('inner_type[]', $${"(1.5,,x,)",NULL,"(,,,)"}$$, $${{"(1,,,)"},{"(2,,,)"}}$$, '{}');
SELECT * FROM survives('outer_type', $$("(1,infinity,x,[])","{""(2,,\\""q\\"",)"",NULL}",1.25,"\\x00ff","-1 mon +1 day")$$, '(,,,,)', '(,{},,,)');

-- So are the rows of a table, without the columns that were dropped; a value
-- stored before that has the column's remains, which are not copied.
CREATE TABLE row_type (a int, gone text, b text, gone_too int);
CREATE TABLE row_holder (id int, v row_type, list row_type[]);
INSERT INTO row_holder VALUES (1, '(1,x,"b,c",2)', '{"(1,x,b,2)",NULL,"(,,,)"}');
ALTER TABLE row_type DROP COLUMN gone, DROP COLUMN gone_too, ADD COLUMN d date;
INSERT INTO row_holder VALUES (2, '(1,x,2024-02-03)', NULL);
SELECT connector.select_rows('{"table": "row_holder", "order_by": ["id"]}');
SELECT connector.insert_rows(format('{"table": "row_holder", "rows": %s}', connector.select_rows('{"table": "row_holder"}')->'rows'));
SELECT count(*), count(DISTINCT v::text), count(DISTINCT list::text), count(DISTINCT v), min(v::text), min(list::text) FROM row_holder GROUP BY id ORDER BY id;
SELECT * FROM survives('row_type', '(1,x,0044-03-15 BC)', '(,,)');
ALTER TABLE row_type RENAME COLUMN a TO z;
SELECT connector.select_rows('{"table": "row_holder", "where": [["id", "=", 2]], "columns": ["v"], "limit": 1}');

-- Forms to write a composite in: an object, any of whose members may be
-- missing; a list; an object by position; PostgreSQL's own syntax.
CREATE TYPE pair AS (x int, f2 text);
CREATE TYPE swapped AS (f2 int, f1 text);
CREATE TYPE no_attributes AS ();
SELECT * FROM takes('pair', '{"x": 1, "f2": "b"}', '{"f2": "b"}', '{}', '[1, "b"]', '[null, null]', '{"f1": 1, "f2": "b"}', '"(1,b)"', 'null',
	'[1]', '[1, "b", 2]', '[]', '{"y": 1}', '{"X": 1}', '{"f3": 1}', '{"x": 1, "x": 2}', '{"x": 1, "f1": 2}', '{"x": "one"}', '1', 'true', '"(1)"', '""');
SELECT * FROM takes('swapped', '{"f2": 1, "f1": "a"}', '{"f1": "a"}', '[1, "a"]');
SELECT * FROM takes('row_type', '[1, "b", "2024-02-03"]', '{"f1": 1, "f2": "b", "f3": "2024-02-03"}', '{"gone": 1}', '{"f4": 1}', '[1, "b"]', '{"z": 7}');
SELECT * FROM takes('no_attributes', '{}', '[]', '[1]', '{"a": 1}', '"()"');
SELECT * FROM takes('pair[]', '[{"x": 1}, null, "(2,b)"]', '[[{"x": 1}], [{"x": 2}]]', '[[1, "b"]]', '{"x": 1}', '"{\"(1,b)\"}"');

-- Forms to write an array in.
SELECT * FROM takes('integer[]', '[]', '[[], []]', '[[[]]]', '["1", 2, null]', '[[1, 2], [3, 4]]', '"{1,2}"', '"[2:3]={1,2}"', '[[1], [2, 3]]', '[[1], 2]', '[1, [2]]', '[null, [1]]', '[[], [1]]', '[[1], []]', '[[[[[[1]]]]]]', '[[[[[[[1]]]]]]]', '[1.5]', '[true]', '[{}]', '1', '{}', '"1"', '""', 'true');
SELECT * FROM takes('text[]', '[1, 1.50, true, {"a": 1}, "x"]', '["NULL", null, ""]', '[["a"], [null]]');
SELECT * FROM takes('jsonb[]', '[[1, 2], {"a": [1]}, "s", null]', '[]', '"{{1,2},{3,4}}"', '{"a": 1}');
SELECT * FROM takes('int2vector', '"1 2"', '[1, 2]');
SELECT * FROM takes('integer[3]', '[1, 2, 3, 4]', '[[1]]');

-- Domains: over a base type, an array, a composite, a domain; their checks
-- and NOT NULL hold wherever they stand.
CREATE FUNCTION is_even(int) RETURNS boolean LANGUAGE plpgsql IMMUTABLE AS $$
BEGIN
	IF $1 = 13 THEN
		RAISE EXCEPTION 'not that number' USING HINT = 'Take another.';
	END IF;
	RETURN $1 % 2 = 0;
END $$;
CREATE DOMAIN even AS int CONSTRAINT even_check CHECK (is_even(VALUE));
CREATE DOMAIN small_even AS even CHECK (VALUE < 100);
CREATE DOMAIN present AS text NOT NULL;
CREATE DOMAIN short AS varchar(3);
CREATE DOMAIN price AS numeric(6,2) CHECK (VALUE >= 0);
CREATE DOMAIN at AS timestamptz(0);
CREATE DOMAIN document AS jsonb CHECK (jsonb_typeof(VALUE) = 'object');
CREATE DOMAIN triple AS int[] CHECK (cardinality(VALUE) = 3);
CREATE DOMAIN evens AS even[];
CREATE DOMAIN good_pair AS pair CHECK ((VALUE).x > 0);
CREATE TYPE of_domains AS (e even, p present, t triple);
SELECT * FROM survives('even', '2', NULL);
SELECT * FROM survives('small_even', '2');
SELECT * FROM survives('short', 'abc');
SELECT * FROM survives('price', '1.5');
SELECT * FROM survives('at', '2024-01-02 00:00:00+00');
SELECT * FROM survives('document', '{"a": [1.50]}');
SELECT * FROM survives('triple', '{1,2,3}');
SELECT * FROM survives('evens', '{2,4}', '{{2},{NULL}}');
SELECT * FROM survives('good_pair', '(1,b)');
SELECT * FROM survives('of_domains', '(2,x,"{1,2,3}")');
SELECT * FROM survives('even[]', '{2,4,NULL}');
SELECT * FROM survives('price[]', '{1.50}');
SELECT * FROM survives('document[]', $${"{\"a\": 1}",NULL}$$);
SELECT * FROM survives('triple[]', $${"{1,2,3}","{4,5,6}"}$$, $${{"{1,2,3}"},{"{4,5,6}"}}$$);
SELECT * FROM survives('good_pair[]', '{"(1,b)",NULL}');
SELECT * FROM takes('even', '2', '"4"', '3', '13', 'null', '"x"', '2');
SELECT * FROM takes('small_even', '98', '100', '99');
SELECT * FROM takes('present', '"x"', 'null', '""');
SELECT * FROM takes('short', '"abc"', '"abcd"');
SELECT * FROM takes('price', '1.005', '-1', '"NaN"', '100000');
SELECT * FROM takes('document', '{}', '[]', '"{}"');
SELECT * FROM takes('triple', '[1, 2, 3]', '[1, 2]', '"{1,2,3}"', 'null');
SELECT * FROM takes('evens', '[2, null]', '[2, 3]');
SELECT * FROM takes('good_pair', '{"x": 1}', '[1, "b"]', '{"x": 0}', '{"y": 1}', '"(0,)"');
SELECT * FROM takes('of_domains', '{"e": 2, "p": "x", "t": [1, 2, 3]}', '{"p": "x"}', '{"e": 2}', '{"p": null}', '{"p": "", "e": 1}', '["2", "", [1, 2]]');
SELECT * FROM takes('even[]', '[2, 4]', '[2, 3]', '[[2], [null]]');
SELECT * FROM takes('present[]', '["x"]', '["x", null]');
SELECT * FROM takes('triple[]', '[[1, 2, 3], [4, 5, 6]]', '[[1, 2, 3], [4, 5]]', '[1, 2, 3]');

-- A domain whose check changes is checked anew, also for a statement that was
-- run before.
CREATE TABLE of_even (v even);
SELECT connector.insert_rows('{"table": "of_even", "row": {"v": 2}}');
ALTER DOMAIN even ADD CONSTRAINT not_four CHECK (VALUE <> 4);
SELECT connector.insert_rows('{"table": "of_even", "row": {"v": 4}}');
ALTER DOMAIN even DROP CONSTRAINT even_check;
SELECT connector.insert_rows('{"table": "of_even", "row": {"v": 5}}');
ALTER DOMAIN even SET NOT NULL;
SELECT connector.insert_rows('{"table": "of_even", "row": {"v": null}}');
SELECT * FROM of_even ORDER BY v;

-- A type of the same name that replaces another.
CREATE TYPE replaced AS (a int);
CREATE TABLE of_replaced (v replaced);
SELECT connector.insert_rows('{"table": "of_replaced", "row": {"v": {"a": 1}}}');
ALTER TYPE replaced ADD ATTRIBUTE b text;
SELECT connector.insert_rows('{"table": "of_replaced", "row": {"v": {"a": 2, "b": "two"}}}');
ALTER TYPE replaced DROP ATTRIBUTE a;
SELECT connector.insert_rows('{"table": "of_replaced", "row": {"v": {"b": "three"}}}');
SELECT connector.insert_rows('{"table": "of_replaced", "row": {"v": {"a": 4}}}');
SELECT connector.select_rows('{"table": "of_replaced"}');
DROP TABLE of_replaced;
DROP TYPE replaced;
CREATE TYPE replaced AS ENUM ('a');
CREATE TABLE of_replaced (v replaced);
SELECT connector.insert_rows('{"table": "of_replaced", "row": {"v": "a"}}');
ALTER TYPE replaced ADD VALUE 'b';
SELECT connector.insert_rows('{"table": "of_replaced", "row": {"v": "b"}}');
SELECT connector.select_rows('{"table": "of_replaced"}');

-- Rows that have no type of their own can be read.
SELECT connector.query('{"sql": "SELECT ROW(1, ''a'', NULL) AS r, ARRAY[ROW(1, 2.50), ROW(3, 4.0)] AS list, ROW(ROW(date ''2024-02-03''), ''{1,2}''::int[]) AS nested"}');

-- Values deep in each other, more than any stack holds.
CREATE TYPE deeper AS (j json, a text[]);
SELECT r->'error'->>'code' AS code, coalesce(r->'error'->>'message', r->>'rowCount') AS message
FROM unnest(ARRAY[1000, 60000]) depth,
	LATERAL (SELECT connector.try_call('query', '{"sql": "SELECT 1 AS one WHERE $1::types_test.deeper IS NOT NULL", "params": [{"j": ' || repeat('[', depth) || repeat(']', depth) || ', "a": []}]}')::jsonb) t(r);

SET client_min_messages = warning;
DROP SCHEMA types_test CASCADE;

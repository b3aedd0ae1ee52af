-- Values in their usual spelling are converted by code of our own, and rows that look alike are read in one go. Both
-- are held to what PostgreSQL makes of the same texts: the same value to the last bit, or the same error.
SET client_min_messages = warning;

-- Each spelling stands in a request once as it is, where it is JSON, and once as a string.
CREATE TABLE spelling (id int PRIMARY KEY GENERATED ALWAYS AS IDENTITY, text text);
INSERT INTO spelling (text) VALUES
  (''), (' '), ('-'), ('+'), ('.'), ('0'), ('-0'), ('+1'), ('00'), ('007'), ('-007.50'), ('0.0'), ('-0.0'), ('0.000'), ('.5'), ('5.'),
  ('-.5'), ('- 5'), (' 5'), ('5 '), ('1e3'), ('1E-3'), ('1.5e300'), ('-1e400'), ('1e-400'), ('1_000'), ('0x10'), ('NaN'), ('inf'), ('-Infinity'),
  ('1..2'), ('1.2.3'), ('--1'), ('1-'), ('1.-5'), ('12a'), ('null'), ('true'), ('false'), ('t'), ('yes'), ('off'), ('TRUE'), ('2'),
  ('32767'), ('32768'), ('-32768'), ('-32769'), ('2147483647'), ('2147483648'), ('-2147483648'), ('-2147483649'),
  ('999999999999999999'), ('-999999999999999999'), ('1000000000000000000'), ('9223372036854775807'), ('9223372036854775808'),
  ('-9223372036854775808'), ('-9223372036854775809'), ('99999999999999999999999999999.99'),
  ('9007199254740991'), ('9007199254740993'), ('0.1'), ('0.30000000000000004'), ('123456789012345'), ('1234567890123456'), ('0.000000000000001'),
  ('0.00000000000000000001'), ('9999999999.99'), ('99999999999.99'), ('9999999999.994'), ('9999999999.995'), ('-9999999999.99'), ('10000000000'),
  ('99999'), ('100000'), ('99999.4'), ('99999.5'), ('1.5'), ('2.5'), ('0.005'), ('12345.6789'), ('9.99999999999999999'), ('99.999999999999999'),
  ('1.000000000000000000'), ('12.000000000000000000'), ('0.1234567890'), ('12345678901234567890.1234567890'), ('0.00999'), ('0.01'), ('990'), ('994'), ('995'), ('-4.9'),
  ('2026-01-02'), ('0001-01-01'), ('0000-01-01'), ('9999-12-31'), ('10000-01-01'), ('2024-02-29'), ('2023-02-29'), ('2000-02-29'), ('1900-02-29'), ('2026-00-10'),
  ('2026-13-10'), ('2026-10-00'), ('2026-04-31'), ('2026-1-2'), ('26-01-02'), ('2026/01/02'), ('20260102'), ('2026-01-02 '), ('2026-01-02 BC'), ('infinity'), ('epoch'),
  ('2026-01-02T'), ('2026-01-02T03'), ('2026-01-02T03:04'), ('2026-01-02T03:04:05'), ('2026-01-02 03:04:05'), ('2026-01-02t03:04:05'), ('2026-01-02T03:04:05Z'),
  ('2026-01-02T03:04:05z'), ('2026-01-02T03:04:05 Z'), ('2026-01-02T24:00:00'), ('2026-01-02T24:00:01'), ('2026-01-02T23:59:60'), ('2026-01-02T23:60:00'), ('2026-01-02T23:59:61'),
  ('2026-01-02T03:04:05.'), ('2026-01-02T03:04:05.Z'), ('2026-01-02T03:04:05.1'), ('2026-01-02T03:04:05.12Z'), ('2026-01-02T03:04:05.123456+01:30'), ('2026-01-02T03:04:05.1234567Z'),
  ('2026-01-02T03:04:05.9999999Z'), ('2026-01-02T03:04:05.000001-12'), ('2026-01-02T03:04:05,5Z'), ('2026-01-02T03:04:05+00'), ('2026-01-02T03:04:05+0530'), ('2026-01-02T03:04:05-0530'),
  ('2026-01-02T03:04:05+05:30'), ('2026-01-02T03:04:05-00:00'), ('2026-01-02T03:04:05+15:59'), ('2026-01-02T03:04:05+16:00'), ('2026-01-02T03:04:05+15:60'), ('2026-01-02T03:04:05-15:59:59'),
  ('2026-01-02T03:04:05+1'), ('2026-01-02T03:04:05+100'), ('2026-01-02T03:04:05+12:3'), ('2026-01-02T03:04:05+12:'), ('2026-01-02T03:04:05 +02'), ('2026-01-02T03:04:05 Europe/Paris'),
  ('2026-01-02T03:04:05EST'), ('2026-01-02T03:04:05ZZ'), ('0001-01-01T00:00:00+15:59'), ('9999-12-31T23:59:59.999999-15:59'), ('2026-01-02X03:04:05'), ('2026-01-02T03-04-05'),
  ('a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11'), ('A0EEBC99-9C0B-4EF8-BB6D-6BB9BD380A11'), ('{a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11}'), ('a0eebc999c0b4ef8bb6d6bb9bd380a11'),
  ('a0ee-bc99-9c0b-4ef8-bb6d-6bb9-bd38-0a11'), ('a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a1'), ('a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a1g'), ('a0eebc99x9c0b-4ef8-bb6d-6bb9bd380a11'),
  ('a0eebc9-99c0b-4ef8-bb6d-6bb9bd380a111'), ('abcde'), ('abcdef'), ('abc  '), ('abcde   '), ('äöüßé'), ('äöüßéa'), ('äöüßé  '), ('日本語テキスト'), ('quote"backslash\'), (E'tab\tnewline\n');
SELECT setseed(0.5);
INSERT INTO spelling (text)
SELECT CASE WHEN random() < 0.3 THEN '-' ELSE '' END || left(digits.a, 1 + (random() * 18)::int) ||
  CASE WHEN random() < 0.7 THEN '.' || left(digits.b, 1 + (random() * random() * 18)::int) ELSE '' END ||
  CASE WHEN random() < 0.05 THEN 'e' || (random() * 40 - 20)::int ELSE '' END
FROM generate_series(1, 200) i,
  LATERAL (SELECT (random() * 1e9 + i)::bigint::text || (random() * 1e12)::bigint AS a, (random() * 1e9)::bigint::text || (random() * 1e12)::bigint AS b) digits;
INSERT INTO spelling (text)
SELECT to_char(random() * 9999, 'FM0000') || '-' || to_char(random() * 13, 'FM00') || '-' || to_char(random() * 32, 'FM00') ||
  (ARRAY['T', ' ', 'T', ' ', ''])[1 + (random() * 4)::int] || to_char(random() * 24, 'FM00') || ':' || to_char(random() * 60, 'FM00') || ':' || to_char(random() * 60, 'FM00') ||
  CASE WHEN random() < 0.5 THEN '.' || left(to_char(random() * 1e7, 'FM0000000'), 1 + (random() * 6)::int) ELSE '' END ||
  (ARRAY['', 'Z', '+00:00', '-07', '+0530', '+13:45', ' UTC'])[1 + (random() * 6)::int]
FROM generate_series(1, 250) i;

-- What our insert, and what PostgreSQL's, makes of a spelling: the value's binary form and its size, or the error.
CREATE FUNCTION ours(target text, value text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
  answer json;
  result text;
BEGIN
  answer := connector.try_call('insert_rows', '{"table": "' || target || '", "columns": ["v"], "values": [[' || value || ']]}');
  IF answer -> 'error' IS NOT NULL THEN
    RETURN (answer #>> '{error,code}') || ' ' || (answer #>> '{error,message}');
  END IF;
  EXECUTE format('DELETE FROM %I AS t RETURNING record_send(t)::text || pg_column_size(v)', target) INTO result;
  RETURN result;
END $$;
CREATE FUNCTION theirs(target text, type text, value text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
  result text;
BEGIN
  EXECUTE format('INSERT INTO %I (v) VALUES (%L)', target, value);
  EXECUTE format('DELETE FROM %I AS t RETURNING record_send(t)::text || pg_column_size(v)', target) INTO result;
  RETURN result;
EXCEPTION WHEN OTHERS THEN
  RETURN SQLSTATE || ' ' || SQLERRM;
END $$;

CREATE TABLE difference (type text, value text, ours text, theirs text);
CREATE TABLE outcome (type text, kept bigint, refused bigint);
CREATE PROCEDURE compare(VARIADIC types text[]) LANGUAGE plpgsql AS $$
DECLARE
  target text;
BEGIN
  FOREACH target IN ARRAY types LOOP
    EXECUTE format('CREATE TABLE %I (v %s)', target, target);
    WITH value AS MATERIALIZED (
      SELECT text, to_json(text)::text AS json FROM spelling
      UNION ALL
      SELECT text, text FROM spelling WHERE text ~ '^(-?(0|[1-9]\d*)(\.\d+)?([eE][+-]?\d+)?|true|false)$'
    ), answer AS MATERIALIZED (
      SELECT json, ours(target, json), theirs(target, target, text) FROM value
    ), differing AS (
      INSERT INTO difference SELECT target, json, ours, theirs FROM answer WHERE ours IS DISTINCT FROM theirs
    )
    INSERT INTO outcome SELECT target, count(*) FILTER (WHERE left(ours, 2) = '\x'), count(*) FILTER (WHERE left(ours, 2) <> '\x') FROM answer;
    EXECUTE format('DROP TABLE %I', target);
    COMMIT;
  END LOOP;
END $$;

CALL compare('int2', 'int4', 'int8', 'float4', 'float8', 'numeric', 'numeric(12,2)', 'numeric(5,0)', 'numeric(20,18)', 'numeric(38,10)', 'numeric(18,18)',
  'bool', 'text', 'varchar', 'varchar(5)', 'char', 'char(5)', 'bpchar', 'uuid');
CALL compare('date', 'timestamp', 'timestamp(0)', 'timestamp(3)', 'timestamp(6)', 'timestamptz', 'timestamptz(0)', 'timestamptz(6)', 'interval', 'time');
SET DateStyle = 'SQL, DMY';
SET TimeZone = 'America/St_Johns';
CALL compare('date', 'timestamp', 'timestamptz');
SET DateStyle = 'German';
SET TimeZone = 'Asia/Kathmandu';
CALL compare('date', 'timestamp', 'timestamptz');
RESET DateStyle;
RESET TimeZone;

-- Nothing differs, and each type has taken and refused something (a text takes anything).
SELECT * FROM difference;
SELECT DISTINCT type FROM outcome WHERE kept = 0 OR refused = 0 ORDER BY 1;

-- A domain's values are its base type's, with the domain's own modifier and constraints.
CREATE DOMAIN price AS numeric(6,2) CHECK (VALUE < 1000);
CREATE TABLE priced (v price);
SELECT ours('priced', '12.3') = theirs('priced', '', '12.3') AS same, ours('priced', '1000') AS over, ours('priced', '12345') AS too_large;

-- Rows that look alike, nearly alike and not at all: other spellings of a name, other orders, space, other members. The same
-- rows by json_to_recordset.
CREATE TABLE wide (a int DEFAULT -1, "b c" text DEFAULT '-', "ü" numeric DEFAULT -1, d timestamptz, e int[], f jsonb, g bool);
CREATE TABLE wide_theirs (LIKE wide);
CREATE FUNCTION random_row(i int) RETURNS text LANGUAGE sql VOLATILE AS $$
  WITH s AS MATERIALIZED (SELECT (ARRAY['', '', '', '', '', '', ' ', E'\n  ', E'\t \r\n                      '])[1 + (random() * 8)::int] AS x,
                            random() < 0.8 AS straight, random() AS width)
  SELECT '{' || x || string_agg(member, x || ',' || x ORDER BY CASE WHEN straight THEN n ELSE random() END) || x || '}'
  FROM s, LATERAL (SELECT n, name || x || ':' || x || CASE WHEN random() < 0.1 THEN 'null' ELSE value END AS member
                   FROM (VALUES
                     (1, '"a"', i::text),
                     (2, (ARRAY['"b c"', '"b c"', '"b c"', '"b\u0020c"'])[1 + (random() * 3)::int], to_json((ARRAY['x', '', 'quote " here', E'back\\slash', 'ünï', E'a\nb', repeat('long ', 20)])[1 + (random() * 6)::int])::text),
                     (3, (ARRAY['"ü"', '"ü"', '"\u00fc"'])[1 + (random() * 2)::int], round((random() * 1000)::numeric, (random() * 6)::int)::text),
                     (4, '"d"', '"2026-01-02T03:04:05Z"'),
                     (5, '"e"', (ARRAY['[1, 2]', '[]', '"{3}"', '[[1], [2]]'])[1 + (random() * 3)::int]),
                     (6, '"f"', (ARRAY['{"a": [1, "}"]}', '[]', '"text"', '1.50'])[1 + (random() * 3)::int]),
                     (7, '"g"', (ARRAY['true', 'false', '"t"'])[1 + (random() * 2)::int])) m(n, name, value)
                   WHERE n = 1 OR width < 0.9 OR random() < 0.5) members
  GROUP BY x, straight, width;
$$;
CREATE TABLE request_text AS
  SELECT set, json, '{"table": "wide", "rows": ' || json || '}' AS request
  FROM (SELECT i % 20 AS set, '[' || string_agg(random_row(i), ', ' ORDER BY i) || ']' AS json FROM generate_series(1, 4000) i GROUP BY i % 20) t;
SELECT sum((connector.insert_rows(request) ->> 'rowCount')::int) FROM request_text;
INSERT INTO wide_theirs
  SELECT r.a, CASE WHEN row::jsonb ? 'b c' THEN r."b c" ELSE '-' END, CASE WHEN row::jsonb ? 'ü' THEN r."ü" ELSE -1 END, r.d, r.e,
    nullif(row::jsonb -> 'f', 'null'), r.g
  FROM request_text, json_array_elements(json::json) row,
    json_to_record(row) AS r(a int, "b c" text, "ü" numeric, d timestamptz, e int[], f jsonb, g bool);
SELECT count(*) FROM (SELECT w::text FROM wide w EXCEPT ALL SELECT t::text FROM wide_theirs t) differing;

-- Rows are read ahead of the executor, which nobody can tell: not by which error comes first,
CREATE TABLE ahead (a int CHECK (a <> 40), b text, c numeric(6,2), d jsonb);
CREATE FUNCTION ahead_rows(bad text, VARIADIC at int[] DEFAULT '{}') RETURNS text LANGUAGE sql AS $$
  SELECT '[' || string_agg('{"a": ' || CASE WHEN i = ANY (at) THEN bad ELSE i::text END || ', "b": "' || i || CASE i % 3 WHEN 0 THEN '\t' ELSE '' END ||
    '", "c": ' || i / 100.0 || ', "d": [' || i || ']}', ', ' ORDER BY i) || ']'
  FROM generate_series(0, 99) i WHERE i <> 40 OR i = ANY (at);
$$;
SELECT what, error ->> 'code' AS code, error ->> 'path' AS path, error ->> 'column' AS "column"
FROM (VALUES
  ('malformed', ahead_rows('"x"', 70)), ('out of range', ahead_rows('3000000000', 33)), ('refused first', ahead_rows('40', 5, 6)),
  ('refused, then malformed', replace(ahead_rows('40', 35), '"a": 36,', '"a": "x",')),
  ('malformed, then refused', replace(ahead_rows('40', 36), '"a": 35,', '"a": "x",')),
  ('json that is none', replace(ahead_rows('1'), '[64]', '"\u0000"')), ('an unknown member', replace(ahead_rows('1'), '"a": 50,', '"x": 50,')),
  ('no row', replace(ahead_rows('1'), '{"a": 60, "b": "60\t", "c": 0.60000000000000000000, "d": [60]}', '60'))) t(what, rows),
  LATERAL (SELECT connector.try_call('insert_rows', '{"table": "ahead", "rows": ' || rows || '}') -> 'error' AS error) e;
TABLE ahead;
SELECT answer ->> 'rowCount' AS written, (SELECT json_agg(e ->> 'path') FROM json_array_elements(answer -> 'errors') e) AS failed
FROM connector.insert_rows('{"table": "ahead", "on_error": "continue", "rows": ' || replace(ahead_rows('40', 0, 31, 32, 33, 64, 65), '"a": 66,', '"a": "x",') || '}') answer;
SELECT count(*), sum(a), sum(c), sum((d ->> 0)::int), count(*) FILTER (WHERE b = a::text || CASE a % 3 WHEN 0 THEN E'\t' ELSE '' END) AS texts FROM ahead;

-- not by what a trigger on one row changes for the next,
CREATE TABLE zoned (id int, at timestamptz, on_day date);
CREATE FUNCTION turn() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  PERFORM set_config('TimeZone', CASE NEW.id % 2 WHEN 0 THEN 'UTC' ELSE 'Asia/Tokyo' END, false), set_config('DateStyle', CASE NEW.id % 2 WHEN 0 THEN 'DMY' ELSE 'MDY' END, false);
  RETURN NEW;
END $$;
CREATE TRIGGER turn BEFORE INSERT ON zoned FOR EACH ROW EXECUTE FUNCTION turn();
SELECT connector.insert_rows(format('{"table": "zoned", "rows": [%s]}', string_agg(format('{"id": %s, "at": "2026-01-02T12:00:00", "on_day": "%s"}', i,
  CASE WHEN i % 4 = 0 THEN '2026-02-01' ELSE '1/2/2026' END), ',' ORDER BY i))) FROM generate_series(1, 80) i;
RESET TimeZone;
RESET DateStyle;
SELECT id % 4 AS which, at AT TIME ZONE 'UTC' AS at, on_day, count(*) FROM zoned WHERE id > 1 GROUP BY 1, 2, 3 ORDER BY 1;

-- not where rows of a statement must not have a key twice,
CREATE TABLE keyed (k int PRIMARY KEY, v text, n int DEFAULT 0);
SELECT connector.upsert_rows(format('{"table": "keyed", "rows": [%s]}', string_agg(format('{"k": %s, "v": "%s"}', i * i % 101, i), ',' ORDER BY i))) FROM generate_series(1, 400) i;
SELECT count(*), sum(v::int) = (SELECT sum(max) FROM (SELECT max(i) FROM generate_series(1, 400) i GROUP BY i * i % 101) t) AS last_ones FROM keyed;
SELECT connector.update_rows(format('{"table": "keyed", "key": ["k"], "rows": [%s]}', string_agg(format('{"k": %s, "n": %s}', i * i % 103, i), ',' ORDER BY i))) FROM generate_series(1, 400) i;
SELECT count(*) AS differing FROM keyed WHERE n <> coalesce((SELECT max(i) FROM generate_series(1, 400) i WHERE i * i % 103 = k), 0);

-- and not by their size.
CREATE TABLE sized (id int, t text);
SELECT connector.insert_rows(format('{"table": "sized", "columns": ["id", "t"], "values": [%s]}', string_agg(format('[%s, "%s"]', i, repeat('x', 1 << i % 18)), ', ' ORDER BY i))) FROM generate_series(1, 100) i;
SELECT count(*) FROM sized WHERE length(t) = 1 << id % 18;
DO $$ BEGIN EXECUTE 'CREATE TABLE many (' || (SELECT string_agg('c' || i || ' int', ', ') FROM generate_series(1, 1500) i) || ')'; END $$;
SELECT connector.insert_rows(format('{"table": "many", "rows": [%1$s, %1$s, %1$s]}', '{' || string_agg(format('"c%s": %s', i, i), ', ') || '}')) FROM generate_series(1, 1500) i;
SELECT c1, c750, c1500 FROM many;

-- As lists: the same rows, and those with too few or too many values are named.
SELECT connector.insert_rows('{"table": "wide", "columns": ["a", "g"], "values": [[1, true], [ 2 , false ], [3, null]], "returning": ["a", "g"]}');
SELECT connector.try_call('insert_rows', '{"table": "wide", "columns": ["a", "g"], "values": [[1, true], [2]]}') #>> '{error,path}' AS too_few,
  connector.try_call('insert_rows', '{"table": "wide", "columns": ["a", "g"], "values": [[1, true], [2, true, 3]]}') #>> '{error,path}' AS too_many,
  connector.try_call('insert_rows', '{"table": "wide", "columns": ["a", "g"], "values": [[1, true], {"a": 2, "g": true}]}') #>> '{error,path}' AS an_object,
  connector.try_call('insert_rows', '{"table": "wide", "rows": [{"a": 1, "g": true}, [2, true]]}') #>> '{error,path}' AS a_list,
  connector.try_call('insert_rows', '{"table": "wide", "rows": [{"a": 1}, {"a": 2, "a": 3}]}') #>> '{error,path}' AS twice,
  connector.try_call('insert_rows', '{"table": "wide", "rows": [{"a": 1}, {"a": "x"}]}') #>> '{error,path}' AS malformed;

-- A request that is malformed at its end has no effect, however well it begins.
CREATE TABLE untouched (a int);
SELECT connector.try_call('insert_rows', '{"table": "untouched", "rows": [{"a": 1}, {"a": 2}' || tail) -> 'error' ->> 'message' AS refusal
FROM (VALUES (']'), ('}'), (']}}'), (']} x'), (', {"a": 3 }], "table": "untouched"}'), (', {"a": 03}]}'), (', {"a": "\x"}]}')) t(tail);
TABLE untouched;

-- A single row is parameters of its statement, which makes no difference to what becomes of it.
CREATE DOMAIN code AS varchar(4) CHECK (VALUE <> 'none');
CREATE TABLE single (id int GENERATED ALWAYS AS IDENTITY PRIMARY KEY, c code, n numeric(6,2), ts timestamp(0), v varchar(3)[], i interval(0), b bit(3), j json, p char(4));
SELECT connector.insert_rows('{"table": "single", "row": {"c": "abcd", "n": 1.005, "ts": "2026-01-02T03:04:05.5", "v": ["abc", null], "i": "1.6 s", "b": "101", "j": "text", "p": "x"}, "returning": true}');
SELECT connector.insert_rows('{"table": "single", "rows": [{"c": "abcd", "n": 1.005, "ts": "2026-01-02T03:04:05.5", "v": ["abc", null], "i": "1.6 s", "b": "101", "j": "text", "p": "x"}], "returning": true}');
SELECT connector.insert_rows('{"table": "single", "row": {"j": null, "c": null}}');
SELECT connector.insert_rows('{"table": "single", "row": {}}');
SELECT value, (connector.try_call('insert_rows', '{"table": "single", "row": {' || value || '}}') -> 'error')::jsonb - '{kind,retryable,http_status,hint}'::text[] AS error
FROM (VALUES ('"c": "none"'), ('"c": "abcde"'), ('"n": 10000'), ('"v": ["abcd"]'), ('"b": "1"'), ('"id": 1'), ('"x": 1'), ('"n": 1, "n": 2'), ('"n": {"a": 1}')) v(value);
SELECT connector.insert_rows('{"table": "single", "row": {"n": 1, "c": "a"}, "explain": true}') -> 'sql' AS sql;

-- Views, rules and partitions take it as they take a fed one.
CREATE VIEW single_view AS SELECT id, n, c FROM single;
CREATE TABLE noted (what text);
CREATE FUNCTION note() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN INSERT INTO noted VALUES (TG_OP || ' ' || NEW::text); RETURN NEW; END $$;
CREATE TRIGGER note INSTEAD OF INSERT ON single_view FOR EACH ROW EXECUTE FUNCTION note();
SELECT connector.insert_rows('{"table": "single_view", "row": {"n": 7, "c": "b"}}');
CREATE TABLE ruled (a int, b int);
CREATE RULE twice AS ON INSERT TO ruled DO INSTEAD (INSERT INTO noted VALUES (NEW.a || ' first'); INSERT INTO noted VALUES (NEW.b || ' second'));
SELECT connector.insert_rows('{"table": "ruled", "row": {"b": 2, "a": 1}}');
CREATE TABLE parted (k int, t text) PARTITION BY LIST (k);
CREATE TABLE parted_1 PARTITION OF parted FOR VALUES IN (1);
SELECT connector.insert_rows('{"table": "parted", "row": {"t": "x", "k": 1}}');
SELECT connector.try_call('insert_rows', '{"table": "parted", "row": {"t": "x", "k": 2}}') #>> '{error,path}' AS path;
SELECT * FROM noted;
SELECT tableoid::regclass, * FROM parted;

-- In another encoding, with and without escapes.
CREATE DATABASE fast_paths_latin1 ENCODING 'LATIN1' TEMPLATE template0 LC_COLLATE 'C' LC_CTYPE 'C';
\set regress_db :DBNAME
\c fast_paths_latin1
SET client_min_messages = warning;
SET client_encoding = 'UTF8';
CREATE EXTENSION pg_connector;
CREATE TABLE "größe" ("ü" text, n int);
SELECT connector.insert_rows('{"table": "größe", "rows": [{"ü": "Zoë", "n": 1}, {"ü": "Zo\u00eb", "n": 2}, {"\u00fc": "Zoë", "n": 3}, {"ü": "Zoë", "n": 4}]}');
SELECT *, octet_length("ü") FROM "größe" ORDER BY n;
SELECT connector.try_call('insert_rows', '{"table": "größe", "rows": [{"ü": "Zoë", "n": 1}, {"ü": "\u20ac", "n": 2}]}') #>> '{error,path}' AS untranslatable;
\c :regress_db
DROP DATABASE fast_paths_latin1;

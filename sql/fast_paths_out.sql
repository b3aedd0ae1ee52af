-- What is written by code of our own is what PostgreSQL's general functions write, to the last byte, for values of
-- all kinds, common and rare.
SET timezone = 'UTC';
SET datestyle = 'SQL, DMY';
SELECT setseed(0.5) IS NOT NULL AS seeded;
CREATE SCHEMA fast_out;
SET search_path = fast_out, public;

-- Values that differ from what to_json() makes of them, but for the zone, which we write as Z.
CREATE FUNCTION differences(value_type text, "values" text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
	n bigint;
	nrows bigint;
	example text;
BEGIN
	EXECUTE format('CREATE TABLE v AS SELECT row_number() OVER ()::int AS id, v::%1$s AS v, ARRAY[v, NULL]::%1$s[] AS a FROM (%2$s) s(v)',
				   value_type, "values");
	WITH received AS (
		SELECT (r ->> 'id')::int AS id, (r -> 'v')::text AS v, (r -> 'a')::text AS a
		FROM json_array_elements(connector.select_rows('{"table": "v", "columns": ["id", "v", "a"], "limit": 100000}') -> 'rows') AS r),
	expected AS (
		SELECT id, coalesce(replace(to_json(v)::text, '+00:00', 'Z'), 'null') AS v, replace(to_json(a)::text, '+00:00', 'Z') AS a FROM v)
	SELECT count(*) FILTER (WHERE r.v IS DISTINCT FROM e.v OR r.a IS DISTINCT FROM e.a), count(r.id),
		min(r.v || ' instead of ' || e.v) FILTER (WHERE r.v IS DISTINCT FROM e.v)
	INTO n, nrows, example FROM expected e LEFT JOIN received r USING (id);
	DROP TABLE v;
	RETURN format('%s: %s of %s', value_type, n, nrows) || coalesce(', as in ' || example, '');
END $$;

-- A number between 0 and 2^bits, and digits in a row.
CREATE FUNCTION bits(bits float8) RETURNS numeric LANGUAGE sql AS 'SELECT trunc(random()::numeric * 2::numeric ^ bits::numeric)';
CREATE FUNCTION digits(n int) RETURNS text LANGUAGE sql AS
	$$SELECT coalesce(string_agg(CASE WHEN random() < 0.3 THEN '0' ELSE trunc(random() * 10)::text END, ''), '') FROM generate_series(1, n)$$;

SELECT differences('boolean', 'VALUES (true), (false), (NULL)');
SELECT differences('smallint', 'SELECT generate_series(-32768, 32767, 7) UNION ALL VALUES (32767), (0)');
SELECT differences('int', $$SELECT (CASE WHEN g % 2 = 0 THEN 1 ELSE -1 END * bits(g % 32))::bigint % 2147483648 FROM generate_series(1, 5000) g
	UNION ALL VALUES (-2147483648), (2147483647), (0), (-1)$$);
SELECT differences('bigint', $$SELECT CASE WHEN g % 2 = 0 THEN 1 ELSE -1 END * bits(g % 63) FROM generate_series(1, 5000) g
	UNION ALL VALUES (-9223372036854775808), (9223372036854775807), (0)$$);
SELECT differences('real', $$SELECT CASE WHEN g % 2 = 0 THEN 1 ELSE -1 END * random() * 10 ^ (random() * 70 - 35) FROM generate_series(1, 5000) g
	UNION ALL VALUES ('NaN'::float8), ('Infinity'), ('-Infinity'), ('-0'), (1.4e-45), (3.4028235e38), (16777216), (1e15), (1e-5)$$);
SELECT differences('float8', $$SELECT CASE WHEN g % 2 = 0 THEN 1 ELSE -1 END * random() * 10 ^ (random() * 600 - 300) FROM generate_series(1, 5000) g
	UNION ALL SELECT round(bits(30) / 10::numeric ^ (g % 9), g % 7)::float8 FROM generate_series(1, 5000) g
	UNION ALL VALUES ('NaN'::float8), ('Infinity'), ('-Infinity'), ('-0'), (5e-324), (1.7976931348623157e308), (9007199254740993), (1e15), (1e-5)$$);

-- numeric: as many digits before and behind the point as there can be
SELECT differences('numeric', $$SELECT CASE WHEN g % 3 = 0 THEN '-' ELSE '' END || digits(1 + g % 25) || '.' || digits(g % 23) FROM generate_series(1, 5000) g
	UNION ALL SELECT digits(1 + g % 90) || '.' || digits(g % 97) FROM generate_series(1, 2000) g
	UNION ALL SELECT '0.' || repeat('0', g % 70) || digits(g % 11) FROM generate_series(1, 2000) g
	UNION ALL SELECT digits(g % 11) || '1e' || g - 150 FROM generate_series(1, 300) g
	UNION ALL VALUES ('NaN'), ('Infinity'), ('-Infinity'), ('0'), ('0.000'), ('-0.0'), ('1e-63'), ('1e-64'), ('1e-1000'), ('1e1000'), ('1e131071'),
		('9999'), ('10000'), ('99999999'), ('100000000'), ('0.0001'), ('0.00010000'), ('10000.0001'), ('-1')$$);
SELECT differences('numeric(12,2)', $$SELECT bits(33) / 100 FROM generate_series(1, 5000) g$$);
SELECT differences('numeric(40,0)', $$SELECT bits(g % 130) FROM generate_series(1, 2000) g$$);

-- Days and times: those around the ends of what is written the short way, and all over
SELECT differences('date', $$SELECT date '2000-01-01' + bits(22)::int - 2451545 FROM generate_series(1, 5000) g
	UNION ALL SELECT date '2000-01-01' + bits(15)::int - 16000 FROM generate_series(1, 5000) g
	UNION ALL VALUES ('infinity'::date), ('-infinity'), ('0001-01-01'), ('0001-12-31 BC'), ('9999-12-31'), ('10000-01-01'), ('4713-01-01 BC'), ('5874897-12-31')$$);
SELECT differences(type, $$SELECT timestamp '2000-01-01' + CASE WHEN g % 2 = 0 THEN 1 ELSE -1 END * bits(g % 53)::float8 * interval '1 us' FROM generate_series(1, 10000) g
	UNION ALL SELECT timestamp '2000-01-01' + (bits(33)::float8 - 4e9) * interval '1 s' FROM generate_series(1, 5000) g
	UNION ALL SELECT timestamp '2000-01-01' + (bits(40)::float8 - 2e11) * interval '1 s' FROM generate_series(1, 5000) g
	UNION ALL SELECT timestamp '2024-02-29 23:59:59' + 10 ^ (g % 7) * g * interval '1 us' FROM generate_series(1, 1000) g
	UNION ALL VALUES ('infinity'::timestamp), ('-infinity'), ('0001-01-01 00:00:00'), ('0001-12-31 23:59:59.999999 BC'), ('9999-12-31 23:59:59.999999'),
		('10000-01-01 00:00:00'), ('4713-11-24 00:00:00 BC'), ('294276-12-31 23:59:59.999999'), ('1999-12-31 23:59:59.999999'), ('2000-01-01 00:00:00.1')$$)
FROM (VALUES ('timestamp'), ('timestamptz'), ('timestamptz(3)')) t(type);
SELECT differences('uuid', $$SELECT md5(g::text)::uuid FROM generate_series(1, 2000) g$$);

-- Texts of any length, any character in any place, short, compressed and stored elsewhere
CREATE FUNCTION letters(n int, plain float8) RETURNS text LANGUAGE sql AS
	$$SELECT coalesce(string_agg(CASE WHEN random() < plain THEN chr(97 + trunc(random() * 26)::int) WHEN random() < 0.3 THEN (ARRAY['"', '\', E'\n', E'\t', '/'])[1 + g % 5]
		ELSE chr(1 + trunc(random() * 127)::int) END, ''), '') FROM generate_series(1, n) g$$;
SELECT differences(type, $$SELECT letters(g % 70, 0.5) FROM generate_series(1, 2000) g
	UNION ALL SELECT letters(g % 70, 0.95) FROM generate_series(1, 2000) g
	UNION ALL SELECT repeat('x', g) || chr(c) || repeat('y', 33 - g) FROM generate_series(0, 33) g, generate_series(1, 127) c
	UNION ALL SELECT repeat('x', 4090 + g) || '"' || repeat(chr(g + 5), 4096) || letters(100, 0.9) FROM generate_series(1, 10) g
	UNION ALL SELECT letters(20000, 0.9) FROM generate_series(1, 3) g UNION ALL SELECT repeat(letters(30, 0.9), 1000) FROM generate_series(1, 3) g
	UNION ALL SELECT substr('Zoë Łukasz 日本語 🙂 "quoted" \ é', g, g % 9) || repeat('é', g) FROM generate_series(1, 40) g$$)
FROM (VALUES ('text'), ('varchar')) t(type);
SELECT differences('char(40)', 'SELECT letters(g % 40, 0.9) FROM generate_series(1, 500) g');

-- Numbers as strings are what they would be as numbers.
CREATE TABLE numbers AS SELECT g AS id, ('-' || digits(1 + g % 17))::bigint AS b, (digits(1 + g % 30) || '.' || digits(g % 30))::numeric AS n FROM generate_series(1, 1000) g;
SELECT count(*), count(*) FILTER (WHERE (r -> 'b')::text <> to_json(b::text)::text OR (r -> 'n')::text <> to_json(n::text)::text) AS differences
FROM json_array_elements(connector.select_rows('{"table": "numbers", "numbers": "string"}') -> 'rows') AS r, numbers WHERE id = (r ->> 'id')::int;

-- An encoding of its own: bytes of a letter are never taken for something else.
CREATE DATABASE regress_fast_out_euc_jp ENCODING 'EUC_JP' LOCALE 'C' TEMPLATE template0;
\set regress_database :DBNAME
\c regress_fast_out_euc_jp
CREATE EXTENSION pg_connector;
CREATE TABLE t AS SELECT g AS id, string_agg(CASE WHEN (g + i) % 5 = 0 THEN chr(32 + (g * i) % 95)
	ELSE convert_from(set_byte(set_byte('\x0000', 0, 164), 1, 161 + (g * 7919 + i) % 83), 'EUC_JP') END, '' ORDER BY i) AS v
FROM generate_series(1, 500) g, LATERAL generate_series(1, 1 + g % 50) i GROUP BY g;
SELECT count(*), sum(octet_length(v)), count(*) FILTER (WHERE (r -> 'v')::text <> to_json(v)::text) AS differences
FROM json_array_elements(connector.select_rows('{"table": "t"}') -> 'rows') AS r, t WHERE id = (r ->> 'id')::int;
\c :regress_database
DROP DATABASE regress_fast_out_euc_jp;
SET client_min_messages = warning;
DROP SCHEMA fast_out CASCADE;

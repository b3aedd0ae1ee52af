-- connector.to_json: a value as the results of commands have it, whatever the session's settings.
\pset format unaligned
\pset tuples_only on
SET datestyle = german;
SET timezone = 'Asia/Tokyo';
SET intervalstyle = iso_8601;
SET bytea_output = escape;
SET extra_float_digits = -3;
CREATE TYPE place AS (city text, at point);
CREATE TABLE all_kinds (id bigint, n numeric, f float8, ok boolean, ts timestamptz, local timestamp, b bytea, i interval, j json, a int[], p place);
INSERT INTO all_kinds VALUES
	(9223372036854775807, 1234567890.1234567890, 0.1, true, '2026-01-15 10:30:00+02', '2026-01-15 10:30', '\xdead', '1 day 02:00', '{"x": 1.50}', '{{1,2},{3,NULL}}', ROW('a"b', '(1,2)')),
	(1, 'NaN', '-Infinity', NULL, NULL, 'infinity', '', NULL, NULL, '{}', NULL);
SELECT connector.to_json(t) FROM all_kinds AS t;
-- The rows of any query, and as select_rows gives them.
SELECT connector.to_json(q) FROM (SELECT id AS "Id", j -> 'x' AS x FROM all_kinds) AS q;
SELECT connector.select_rows('{"table": "all_kinds"}') -> 'rows' ->> 0 = (SELECT connector.to_json(t)::text FROM all_kinds AS t LIMIT 1);
-- Other values.
SELECT connector.to_json(id), connector.to_json(ts), connector.to_json(a), connector.to_json(p) FROM all_kinds;
SELECT connector.to_json(NULL::int) IS NULL, connector.to_json('a'::text), connector.to_json(int4range(1, 5)), connector.to_json(ROW(1, 'two'::text));
SELECT connector.to_json('untyped');
DROP TABLE all_kinds;
DROP TYPE place;

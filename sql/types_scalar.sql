-- Types: every scalar type survives the way out and in again, whatever the session's settings are.

-- types_nested uses what is made here.
CREATE SCHEMA types_test;
SET search_path = types_test;

-- Sessions as different as they can be.
CREATE TABLE session_settings (id int, settings jsonb);
INSERT INTO session_settings VALUES
(1, '{"DateStyle": "ISO, MDY", "IntervalStyle": "postgres", "TimeZone": "UTC", "extra_float_digits": "1", "bytea_output": "hex", "quote_all_identifiers": "off", "lc_monetary": "C"}'),
(2, '{"DateStyle": "German", "IntervalStyle": "sql_standard", "TimeZone": "Asia/Kolkata", "extra_float_digits": "-15", "bytea_output": "escape", "quote_all_identifiers": "on", "lc_monetary": "de_DE.UTF-8"}'),
(3, '{"DateStyle": "SQL, DMY", "IntervalStyle": "iso_8601", "TimeZone": "America/St_Johns", "extra_float_digits": "3", "bytea_output": "escape", "lc_monetary": "en_US.UTF-8"}'),
(4, '{"DateStyle": "Postgres, YMD", "IntervalStyle": "postgres_verbose", "TimeZone": "Pacific/Kiritimati", "extra_float_digits": "0"}'),
(5, '{"DateStyle": "SQL, MDY", "IntervalStyle": "sql_standard", "TimeZone": "<-07>+07:30", "extra_float_digits": "-5"}');

CREATE PROCEDURE use_session(which int) LANGUAGE plpgsql AS $$
DECLARE
	setting record;
BEGIN
	FOR setting IN SELECT s.* FROM session_settings, jsonb_each_text(settings) s WHERE id = which LOOP
		BEGIN
			PERFORM set_config(setting.key, setting.value, true);
		EXCEPTION WHEN invalid_parameter_value THEN
			NULL;				-- this system does not have that locale
		END;
	END LOOP;
END $$;

-- Writes each literal by plain SQL, reads it with select_rows under every
-- session, and writes what was read with insert_rows and update_rows under
-- every session. "survives" says in what sense each copy is the same as the
-- original: the same bytes ("image"), or else the same text ("text").
CREATE FUNCTION survives(type text, VARIADIC literals text[])
RETURNS TABLE (json text, survives text) LANGUAGE plpgsql AS $$
DECLARE
	baseline json;
	again json;
	request text;
	literal text;
	bad text;
BEGIN
	CALL use_session(1);
	EXECUTE format('CREATE TEMP TABLE original (id int, v %s)', type);
	EXECUTE format('CREATE TEMP TABLE copy (session int, id int, v %s)', type);
	EXECUTE format('CREATE TEMP TABLE changed (session int, id int, v %s)', type);
	FOR i IN 1 .. cardinality(literals) LOOP
		EXECUTE format('INSERT INTO original VALUES (%s, %L)', i, literals[i]);
	END LOOP;

	baseline := connector.select_rows('{"table": "pg_temp.original", "order_by": ["id"]}');
	PERFORM baseline::text::json;
	FOR session IN 1 .. (SELECT max(s.id) FROM session_settings s) LOOP
		CALL use_session(session);
		again := connector.select_rows('{"table": "pg_temp.original", "order_by": ["id"]}');
		IF again::text <> baseline::text THEN
			RAISE EXCEPTION 'output depends on session %: %', session, again;
		END IF;

		PERFORM connector.insert_rows(format('{"table": "pg_temp.copy", "rows": %s}', baseline->'rows'));
		PERFORM connector.update_rows(format('{"table": "pg_temp.copy", "set": {"session": %s}, "where": [["session", "is_null"]]}', session));
		FOR request IN
			SELECT format('{"table": "pg_temp.changed", "set": {"v": %s}, "where": [["id", "=", %s], ["session", "=", %s]]}',
						  r->'v', r->'id', session)
			FROM json_array_elements(baseline->'rows') r
		LOOP
			IF (request::json #>> '{where,0,2}')::int = 1 THEN
				INSERT INTO changed SELECT session, generate_series(1, cardinality(literals));
			END IF;
			PERFORM connector.update_rows(request);
		END LOOP;
	END LOOP;

	CALL use_session(1);
	RETURN QUERY EXECUTE $query$
		SELECT (r->'v')::text, CASE
			WHEN (SELECT count(*) = 2 * (SELECT max(id) FROM session_settings) AND bool_and(record_image_eq(row(c.v), row(o.v)))
				  FROM (SELECT * FROM copy UNION ALL SELECT * FROM changed) c WHERE c.id = o.id) THEN 'image'
			WHEN (SELECT count(*) = 2 * (SELECT max(id) FROM session_settings)
						 AND bool_and(c.v::text IS NOT DISTINCT FROM o.v::text)
				  FROM (SELECT * FROM copy UNION ALL SELECT * FROM changed) c WHERE c.id = o.id) THEN 'text'
			ELSE 'NO' END
		FROM (SELECT r.value AS r FROM json_array_elements($1->'rows') r) rows
		JOIN original o ON o.id = (r->>'id')::int
		ORDER BY o.id
	$query$ USING baseline;
	DROP TABLE original, copy, changed;
END $$;

-- What becomes of each JSON value in a column of the type: its text, or the
-- error.
CREATE FUNCTION takes(type text, VARIADIC jsons text[])
RETURNS TABLE (json text, becomes text) LANGUAGE plpgsql AS $$
DECLARE
	reply jsonb;
BEGIN
	EXECUTE format('CREATE TEMP TABLE taker (v %s)', type);
	FOREACH json IN ARRAY jsons LOOP
		reply := connector.try_call('insert_rows', '{"table": "pg_temp.taker", "rows": [{"v": ' || json || '}]}');
		becomes := coalesce((reply->'error'->>'code') || ' at ' || (reply->'error'->>'path') || ': ' || (reply->'error'->>'message')
							|| coalesce(E'\nDETAIL:  ' || (reply->'error'->>'detail'), ''), 'nothing');
		IF reply ? 'rowCount' THEN
			EXECUTE 'SELECT coalesce(quote_literal(v::text), ''NULL'') FROM taker' INTO STRICT becomes;
		END IF;
		EXECUTE 'DELETE FROM taker';
		RETURN NEXT;
	END LOOP;
	DROP TABLE taker;
END $$;

-- Numbers: every digit, and no digit that was not there.
SELECT * FROM survives('boolean', 'true', 'false', NULL);
SELECT * FROM survives('smallint', '-32768', '0', '32767', NULL);
SELECT * FROM survives('integer', '-2147483648', '0', '2147483647', NULL);
SELECT * FROM survives('bigint', '-9223372036854775808', '-999999999999999999', '999999999999999999', '-1000000000000000000', '9007199254740993', '9223372036854775807', NULL);
SELECT * FROM survives('real', '0', '-0', '0.1', '1.1754944e-38', '1e-45', '3.4028235e38', '-3.4028235e38', '16777216', '1e6', '1e22', 'NaN', 'Infinity', '-Infinity', NULL);
SELECT * FROM survives('double precision', '0', '-0', '0.1', '0.30000000000000004', '2.2250738585072014e-308', '5e-324', '4.4501477170144023e-308', '1.7976931348623157e308', '9007199254740993', '1e15', '1e16', '-1.5e-7', 'NaN', 'Infinity', '-Infinity', NULL);
SELECT * FROM survives('numeric', '0', '0.00', '1.10', '-0.0000000000000000000000000000000000000001', '1234567890123456789012345678901234567890', '-1234567890123456789012345678901234567890.1234567890123456789012345678901234567890', '1e30', '1e-30', 'NaN', 'Infinity', '-Infinity', NULL);
SELECT * FROM survives('numeric(12,4)', '12345678.1234', '-0.1', '7', 'NaN');
SELECT * FROM survives('money', '0', '0.01', '1234.5', '-92233720368547758.08', '92233720368547758.07', NULL);

-- Text: nothing is trimmed, folded or taken for something else; an empty
-- string is not NULL.
SELECT * FROM survives('text', '', ' ', 'null', 'true', '1e3', '{}', '[1]', '{a,b}', '"', '\', '\n', '\x41', E'a\tb\nc\rd\be\ff', E'\x01\x1f\x7f', ''';--', '</script>', 'a,b', 'é ü ß 漢字 😀', E'\u2028\u200d\ufeff', NULL);
SELECT * FROM survives('varchar', '', '  a  ', '漢', NULL);
SELECT * FROM survives('varchar(5)', '', '  a  ', '漢字漢字漢', NULL);
SELECT * FROM survives('char(5)', '', 'a', 'abcde', '漢字', NULL);
SELECT * FROM survives('char', 'a', '', '漢', NULL);
SELECT * FROM survives('name', 'a', '', 'A "quoted" name', repeat('n', 63), NULL);
SELECT * FROM survives('"char"', 'a', '', '"', '\', '\200', '\377', NULL);
SELECT * FROM survives('bytea', '', '\x00', '\x00ff80275c22', '\x5c78', NULL);

-- Dates and times: ISO 8601, the zone where the type has one.
SELECT * FROM survives('date', '2024-02-29', '0001-01-01', '0001-01-01 BC', '0044-03-15 BC', '4714-11-24 BC', '0099-12-31', '10000-01-01', '5874897-12-31', 'infinity', '-infinity', NULL);
SELECT * FROM survives('timestamp', '2024-02-29 23:59:59.999999', '2024-01-02 03:04:05', '2024-01-02 03:04:05.1', '2024-01-02 03:04:05.000001', '0001-01-01 00:00:00', '0001-12-31 23:59:59.5 BC', '4714-11-24 00:00:00 BC', '10000-01-01 00:00:00', '294276-12-31 23:59:59.999999', 'infinity', '-infinity', NULL);
SELECT * FROM survives('timestamp(0)', '2024-02-29 23:59:59', 'infinity');
SELECT * FROM survives('timestamptz', '2024-02-29 23:59:59.999999+00', '2024-07-01 03:04:05+05:30', '1900-01-01 00:00:00+00', '0001-01-01 00:00:00+00', '0001-12-31 23:59:59.5+00 BC', '4714-11-24 00:00:00+00 BC', '10000-01-01 00:00:00+00', '294276-12-31 23:59:59.999999+00', 'infinity', '-infinity', NULL);
SELECT * FROM survives('timestamptz(3)', '2024-02-29 23:59:59.999+00');
SELECT * FROM survives('time', '00:00:00', '03:04:05.000001', '23:59:59.999999', '24:00:00', NULL);
SELECT * FROM survives('time(2)', '03:04:05.67');
SELECT * FROM survives('timetz', '00:00:00+00', '03:04:05.000001-03:30', '23:59:59.999999+15:59:59', '24:00:00-15:59:59', NULL);
SELECT * FROM survives('interval', '0', '1 year 2 mons 3 days 04:05:06.789', '-1 year', '-1 mon +1 day -00:00:00.000001', '1 mon -1 day', '-1 day +00:00:01', '-1 day -00:00:01', '-00:00:01', '1 day', '-1 day', '1 year -1 day +01:00:00', '-178000000 years', '178000000 years', '-2147483648 days', '2562047788:00:54.775807', '-2562047788:00:54.775807', '-1 year -1 mon -1 day -00:00:01', NULL);
SELECT * FROM survives('interval year to month', '1 year 2 mons', '-1 year -2 mons');
SELECT * FROM survives('interval second(3)', '-00:00:01.234');

-- JSON is embedded: a json value keeps its own spelling.
SELECT * FROM survives('json', '{"b": 1, "a": [1, 2.50, 1e40, -0, 0.10]}', '{"a":1,"a":2}', '""', '"null"', '"é 漢 😀"', '"\u00e9\ud83d\ude00\/\b\f\n\r\t\\\""', '[]', '{}', 'true', '1234567890123456789012345678901234567890', E'{\n\t"a" : [ 1 , 2 ]\r\n}', NULL);
SELECT * FROM survives('jsonb', '{"b": 1, "a": [1, 2.50, 1e40, -0, 0.10]}', '{"a":1,"a":2}', '""', '"null"', '"é 漢 😀"', '"\u00e9\ud83d\ude00\/\b\f\n\r\t\\\"\u0001"', '[]', '{}', 'true', '1234567890123456789012345678901234567890', '{"": {"a b": [null, {"c": null}]}}', NULL);

-- White space around a json value is not part of it.
SELECT * FROM survives('json', E' \n 1 \t');

-- A stored JSON null is the one value that does not survive: null is NULL.
SELECT * FROM survives('json', 'null');
SELECT * FROM survives('jsonb', 'null');

-- Everything else is a string, in the type's own syntax.
SELECT * FROM survives('uuid', '00000000-0000-0000-0000-000000000000', 'A0EEBC99-9C0B-4EF8-BB6D-6BB9BD380A11', NULL);
SELECT * FROM survives('inet', '192.168.0.1', '192.168.0.1/24', '::1', '::ffff:1.2.3.4/128', '2001:db8::/32', NULL);
SELECT * FROM survives('cidr', '192.168.0.0/24', '10.0.0.0/8', '2001:db8::/32', NULL);
SELECT * FROM survives('macaddr', '08:00:2b:01:02:03', NULL);
SELECT * FROM survives('macaddr8', '08:00:2b:01:02:03:04:05', NULL);
SELECT * FROM survives('bit(5)', '10101', '00000', NULL);
SELECT * FROM survives('varbit', '', '1', '101010101', NULL);
SELECT * FROM survives('varbit(9)', '101010101');
SELECT * FROM survives('point', '(0.1,-0)', '(1e300,-1e-300)', '(NaN,Infinity)', NULL);
SELECT * FROM survives('line', '{1,-2,0.30000000000000004}', NULL);
SELECT * FROM survives('lseg', '[(0,0),(1.1,2.2)]', NULL);
SELECT * FROM survives('box', '(3,4),(1,2)', NULL);
SELECT * FROM survives('path', '[(0,0),(1,1),(2,0)]', '((0,0),(1,1),(2,0.1))', NULL);
SELECT * FROM survives('polygon', '((0,0),(1,1),(2,0.1))', NULL);
SELECT * FROM survives('circle', '<(1,2.2),3.3>', NULL);
SELECT * FROM survives('tsvector', '', 'a:1A fat:2B,4C cat:5', $$'it''s' 'a b':3 '\\'$$, NULL);
SELECT * FROM survives('tsquery', '', $$'fat' & ( 'rat':AB* | !'c''at' ) <2> 'x'$$, NULL);
SELECT * FROM survives('pg_lsn', '0/0', 'FFFFFFFF/FFFFFFFF', NULL);
SELECT * FROM survives('oid', '0', '4294967295', NULL);
SELECT * FROM survives('xid', '4294967295', NULL);
SELECT * FROM survives('xid8', '18446744073709551615', NULL);
SELECT * FROM survives('cid', '7', NULL);
SELECT * FROM survives('tid', '(4294967295,65535)', NULL);
SELECT * FROM survives('txid_snapshot', '10:20:10,14,15', '10:20:', NULL);
SELECT * FROM survives('pg_snapshot', '10:20:10,14,15', NULL);
SELECT * FROM survives('int2vector', '1 2 -3', '', NULL);
SELECT * FROM survives('oidvector', '1 2 4294967295', '', NULL);
SELECT * FROM survives('regclass', 'pg_class', 'information_schema.tables', '-', '4294967295', NULL);
SELECT * FROM survives('regtype', 'integer', 'timestamp with time zone', 'text[]', '"char"', '-', NULL);
SELECT * FROM survives('regproc', 'now', '-', NULL);
SELECT * FROM survives('regprocedure', 'abs(bigint)', '-', NULL);
SELECT * FROM survives('regoper', '*<=', '0', NULL);
SELECT * FROM survives('regoperator', '+(integer,integer)', '-(NONE,numeric)', NULL);
SELECT * FROM survives('regnamespace', 'pg_catalog', NULL);
SELECT * FROM survives('regcollation', '"C"', NULL);
SELECT * FROM survives('regconfig', 'simple', NULL);
SELECT * FROM survives('regdictionary', 'simple', NULL);
SELECT * FROM survives('regrole', 'pg_monitor', NULL);
SELECT * FROM survives('aclitem', '=r/pg_monitor', NULL);
SELECT * FROM survives('refcursor', 'c 1', NULL);
SELECT * FROM survives('jsonpath', '$', 'strict $."a"[*]?(@.b > 1.50)', NULL);

-- xml, where the server has it.  Its output function, as in a dump, leaves
-- out a declaration that says no more than version and encoding.
DO $$
DECLARE
	outcome text;
	reply text;
BEGIN
	SELECT string_agg(survives, ', ') INTO outcome
	FROM survives('xml', '<a b="1">é &amp; <![CDATA[<]]></a>', 'text <b/>', '', '<?xml version="1.0" standalone="yes"?><a/>', NULL);
	IF outcome <> 'image, image, image, image, image' THEN
		RAISE WARNING 'xml: %', outcome;
	END IF;
	reply := connector.query('{"sql": "SELECT $1::xml AS x", "params": ["<?xml version=''1.0'' encoding=''UTF-8''?><a/>"]}');
	IF reply <> '{"rows":[{"x":"<a/>"}],"rowCount":1}' THEN
		RAISE WARNING 'xml: %', reply;
	END IF;
EXCEPTION WHEN feature_not_supported THEN
	NULL;
END $$;

-- What a value may be written as.  A number or a boolean for a type that is
-- written as a string is its own text.
SELECT * FROM takes('boolean', 'true', '"t"', '"off"', '1', '0', '""', '"maybe"', '2', '[]', '{}', 'null');
SELECT * FROM takes('smallint', '"-32768"', '-0', '" 7 "', '"\u0037"', '32768', '-32769', '1.0', '1e2', 'true', '""', '"x"', '[1]');
SELECT * FROM takes('integer', '"2147483647"', '2147483648', '-2147483648', '-2147483649', '99999999999999999999');
SELECT * FROM takes('bigint', '"9223372036854775807"', '9223372036854775807', '9223372036854775808', '-9223372036854775808', '-9223372036854775809', '"-"', '{"a": 1}');
SELECT * FROM takes('real', '"1.5"', '16777217', '1e39', '1e-50', '"nan"', '"inf"', 'true');
SELECT * FROM takes('double precision', '123456789012345678', '1e308', '1e309', '-1e-400', '"-infinity"', '""');
SELECT * FROM takes('numeric', '1.50', '-0', '1e5', '1E+2', '-1.5e-3', '"  12 "', '"infinity"', '"abc"', '1e200000');
SELECT * FROM takes('numeric(5,2)', '123.456', '-0.005', '999.994', '999.995', '"NaN"', '"Infinity"');
SELECT * FROM takes('money', '12.345', '-0.5', '"1,234.50"', '"$7"', '92233720368547758.08', '1e2', '"x"');
SELECT * FROM takes('text', '""', '"null"', '1.50', '-1e+05', 'true', '[1, "a"]', '{"a" : null}', '"\u00e9\ud83d\ude00"', '"\u0000"', '"a\u0000b"', '"\ud800"', '"\ude00\ud83d"');
SELECT * FROM takes('varchar(3)', '"abc"', '"ab  "', '"abc   "', '"abcd"', '"漢字漢"', '1234');
SELECT * FROM takes('char(3)', '"a"', '""', '"abc "', '"abcd"');
SELECT * FROM takes('bytea', '"\\x00ff"', '"\\X0F"', '"\\x0"', '"abc"', '"\\000\\\\"', '"\\9"');
SELECT * FROM takes('date', '"2024-02-29"', '"2023-02-29"', '"2024-02-29T23:00:00Z"', '"infinity"', '20240229', '""', 'true');
SELECT * FROM takes('timestamp', '"2024-02-29 12:00"', '"2024-02-29T12:00:00.123456789"', '"2024-02-29T12:00:00+05:30"', '"294277-01-01"', '"noon"');
SELECT * FROM takes('timestamp(0)', '"2024-02-29T12:00:00.5"', '"2024-02-29T12:00:00.51"');
SELECT * FROM takes('interval(0)', '"1.6 seconds"');
SELECT * FROM takes('interval hour', '"2 hours 59 minutes"');
SELECT * FROM takes('time', '"24:00:01"', '"12:00"', '"12:00 PM"');
SELECT * FROM takes('uuid', '"{a0eebc999c0b4ef8bb6d6bb9bd380a11}"', '"a0eebc99"', '1');
SELECT * FROM takes('bit(3)', '"101"', '"10"', '"1010"', '101', '"x5"');
SELECT * FROM takes('varbit(3)', '"10"', '"1010"', '""');
SELECT * FROM takes('inet', '"10.1"', '"10.0.0.0/33"');
SELECT * FROM takes('cidr', '"10.0.0.1/8"');
SELECT * FROM takes('point', '"(1,2)"', '[1, 2]', '{"x": 1, "y": 2}');
SELECT * FROM takes('oid', '4294967295', '"7"', '-1', '4294967296');
SELECT * FROM takes('regclass', '"pg_class"', '"no_such_table"');
SELECT * FROM takes('name', '"' || repeat('n', 63) || '"', '"' || repeat('n', 64) || '"');

-- For json and jsonb every value is itself, a string included.
SELECT * FROM takes('json', '"{}"', '"1"', '1.50', '-0', '1e400', 'false', E'[ 1,\t2 ]', '{"a":1, "a":2}', '"\u0000"', '"\ud800"');
SELECT * FROM takes('jsonb', '"{}"', '"1"', '1.50', '-0', '1e3', 'false', E'[ 1,\t2 ]', '{"a":1, "a":2}', '"\u0000"', '"\ud800"');

-- A json value may hold what no text can.
CREATE TABLE holder (id int, j json);
INSERT INTO holder VALUES (1, '["\u0000", "\ud800", 1e400]');
SELECT connector.select_rows('{"table": "holder"}');
SELECT connector.insert_rows('{"table": "holder", "rows": ' || substring(connector.select_rows('{"table": "holder"}')::text FROM '"rows":(\[.*\]),"rowCount"') || '}');
SELECT count(*), count(DISTINCT j::text) FROM holder;

-- Nested as deep as the type takes it, in both directions.
CREATE TABLE deep (id int, j json, b jsonb);
SELECT connector.insert_rows(format('{"table": "deep", "row": {"id": %s, "j": %s, "b": %2$s}}', depth,
	repeat('[{"a": ', depth) || '1' || repeat('}]', depth)))
FROM unnest(ARRAY[1, 100, 1000]) depth;
SELECT connector.insert_rows('{"table": "deep", "rows": ' || substring(connector.select_rows('{"table": "deep"}')::text FROM '"rows":(\[.*\]),"rowCount"') || '}');
SELECT id, count(*), count(DISTINCT j::text), count(DISTINCT b), min(length(j::text)), bool_and(j::jsonb = b)
FROM deep GROUP BY id ORDER BY id;

-- Deeper than that is an error, not a crash.
SELECT r->'error'->>'code' AS code, r->'error'->>'message' AS message
FROM unnest(ARRAY[30000, 100000]) depth,
	LATERAL (SELECT connector.try_call('insert_rows', '{"table": "deep", "row": {"b": ' || repeat('[', depth) || repeat(']', depth) || '}}')::jsonb) t(r);

-- The overload for jsonb changes what jsonb does, and nothing else: a
-- repeated key is gone, -0 is 0, digits stay.
CREATE TABLE through_jsonb (n numeric, f float8, i bigint, t text, j json, d date);
SELECT connector.insert_rows('{"table": "through_jsonb", "row": {"n": 1.50, "f": -0, "i": 9223372036854775807, "t": "\u00e9", "j": {"b": 1, "a": 2, "b": 3}, "d": "0044-03-15 BC"}}'::jsonb);
SELECT connector.insert_rows('{"table": "through_jsonb", "row": {"n": 1.50, "f": -0, "i": 9223372036854775807, "t": "\u00e9", "j": {"b": 1, "a": 2, "b": 3}, "d": "0044-03-15 BC"}}'::json);
SELECT * FROM through_jsonb;

-- An empty string, NULL and a column's default are three things.
CREATE TABLE three (id int, t text DEFAULT 'default', c char(3) DEFAULT 'd');
SELECT connector.insert_rows('{"table": "three", "rows": [{"id": 1, "t": "", "c": ""}, {"id": 2, "t": null, "c": null}, {"id": 3}]}');
SELECT connector.select_rows('{"table": "three", "order_by": ["id"]}');
SELECT id, t = '' AS empty, t IS NULL AS null FROM three ORDER BY id;

-- The statement runs under the session's settings, and they are as they were
-- afterwards.
SET DateStyle = 'SQL, DMY';
SET IntervalStyle = 'sql_standard';
SET TimeZone = 'Asia/Kolkata';
SET extra_float_digits = -3;
SET bytea_output = 'escape';
SELECT connector.query('{"sql": "SELECT daterange(''2024-01-02'', ''2024-03-04'') AS r, 1.23456789::float8::text AS f, date ''1.2.2024''::text AS d, ''\\x00''::bytea::text AS b"}');
SELECT date '2024-01-02', interval '1 day -1 hour', timestamptz '2024-01-02 00:00+00', 0.1234567890123456::float8, '\x00'::bytea;
RESET DateStyle;
RESET IntervalStyle;
RESET TimeZone;
RESET extra_float_digits;
RESET bytea_output;

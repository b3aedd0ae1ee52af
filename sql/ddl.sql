-- create_table and drop_table
\set VERBOSITY terse
\pset format unaligned
\pset tuples_only on
CREATE SCHEMA ddl;
SET search_path = ddl;

-- A reply in one line.
CREATE FUNCTION said(reply json) RETURNS text LANGUAGE sql AS $$
	SELECT CASE WHEN reply -> 'error' IS NULL THEN reply::text
		ELSE concat_ws(' ', e ->> 'code', e ->> 'kind', 'at "' || (e ->> 'path') || '":', e ->> 'message',
			'DETAIL: ' || (e ->> 'detail'), 'HINT: ' || (e ->> 'hint')) END
	FROM (SELECT reply -> 'error' AS e) AS error
$$;
CREATE FUNCTION create_said(request text) RETURNS text LANGUAGE sql AS $$ SELECT ddl.said(connector.try_call('create_table', request)) $$;
CREATE FUNCTION drop_said(request text) RETURNS text LANGUAGE sql AS $$ SELECT ddl.said(connector.try_call('drop_table', request)) $$;
-- A table's columns and constraints, in one line each.
CREATE FUNCTION columns_of(tab regclass) RETURNS SETOF text LANGUAGE sql AS $$
	SELECT concat_ws(' ', attname, format_type(atttypid, atttypmod), CASE WHEN attnotnull THEN 'not null' END,
		CASE attidentity WHEN 'a' THEN 'identity always' WHEN 'd' THEN 'identity' END,
		CASE WHEN attgenerated <> '' THEN 'generated' END, 'default ' || pg_get_expr(adbin, adrelid))
	FROM pg_attribute LEFT JOIN pg_attrdef ON adrelid = attrelid AND adnum = attnum
	WHERE attrelid = tab AND attnum > 0 ORDER BY attnum
$$;
CREATE FUNCTION constraints_of(tab regclass) RETURNS SETOF text LANGUAGE sql AS $$
	SELECT conname || ': ' || pg_get_constraintdef(oid) FROM pg_constraint WHERE conrelid = tab AND contype <> 'n' ORDER BY conname
$$;

--
-- create_table
--
SELECT connector.create_table('{
	"table": "users",
	"columns": [
		{"name": "id", "type": "serial", "primary_key": true},
		{"name": "name", "type": "varchar(255)", "nullable": false},
		{"name": "email", "type": "text", "unique": true},
		{"name": "status", "type": "text", "default": "active"},
		{"name": "age", "type": "integer", "nullable": true},
		{"name": "score", "type": "numeric(5, 2)", "default": 1.5},
		{"name": "tags", "type": "text[]", "default": ["a", "b, c", "\"", null]},
		{"name": "profile", "type": "jsonb", "default": {"a": [1, "x"], "b": null}},
		{"name": "token", "type": "text", "default_expression": "md5(''x'' || 1)"},
		{"name": "created_at", "type": "timestamptz DEFAULT now() NOT NULL"}
	]}');
SELECT * FROM columns_of('users');
SELECT * FROM constraints_of('users');
SELECT connector.insert_rows('{"table": "users", "row": {"name": "Ada"}, "returning": ["id", "name", "email", "status", "age", "score", "tags", "profile", "token"]}');

-- By json, by jsonb, by name.
SELECT connector.create_table('{"table": "a", "columns": []}'::json);
SELECT connector.create_table('{"table": "b", "columns": [{"name": "x", "type": "int"}]}'::jsonb);
SELECT connector.call('create_table', '{"table": "c", "columns": [{"name": "x", "type": "int"}]}');

-- Keys: of one column or several, named with the columns or behind them.
SELECT create_said('{"table": "k1", "columns": [{"name": "a", "type": "int"}, {"name": "b", "type": "text"}, {"name": "c", "type": "int"}], "primary_key": ["b", "a"]}');
SELECT create_said('{"table": "k2", "columns": [{"name": "a", "type": "int PRIMARY KEY"}, {"name": "b", "type": "int UNIQUE REFERENCES users"}]}');
SELECT create_said('{"table": "k3", "columns": [{"name": "a", "type": "int", "primary_key": false, "unique": false}]}');
SELECT t || ' ' || c FROM unnest(ARRAY['k1', 'k2', 'k3']) AS t, constraints_of(t::regclass) AS c;
SELECT create_said('{"table": "k4", "columns": [{"name": "a", "type": "int", "primary_key": true}], "primary_key": ["a"]}');
SELECT create_said('{"table": "k4", "columns": [{"name": "a", "type": "int", "primary_key": true}, {"name": "b", "type": "int PRIMARY KEY"}]}');
SELECT create_said('{"table": "k4", "columns": [{"name": "a", "type": "int"}], "primary_key": ["a", "a"]}');
SELECT create_said('{"table": "k4", "columns": [{"name": "account", "type": "int"}], "primary_key": ["acount"]}');
SELECT create_said('{"table": "k4", "columns": [{"name": "a", "type": "int"}], "primary_key": []}');
SELECT create_said('{"table": "k4", "columns": [{"name": "a", "type": "int", "nullable": true}], "primary_key": ["a"]}');
SELECT create_said('{"table": "k5", "columns": [{"name": "a", "type": "point", "primary_key": true}]}');

-- What is said twice, or against itself.
SELECT create_said('{"table": "d", "columns": [{"name": "a", "type": "int"}, {"name": "A", "type": "int"}]}');
SELECT create_said('{"table": "d2", "columns": [{"name": "a", "type": "int"}, {"name": "a", "type": "text"}]}');
SELECT create_said('{"table": "d2", "columns": [{"name": "a", "type": "int", "default": 1, "default_expression": "1"}]}');
SELECT create_said('{"table": "d2", "columns": [{"name": "a", "type": "int DEFAULT 1", "default": 1}]}');
SELECT create_said('{"table": "d2", "columns": [{"name": "a", "type": "int NOT NULL", "nullable": true}]}');
SELECT create_said('{"table": "d2", "columns": [{"name": "a", "type": "serial", "nullable": true}]}');
SELECT create_said('{"table": "d2", "columns": [{"name": "a", "type": "serial", "default": 1}]}');
SELECT create_said('{"table": "d2", "columns": [{"name": "a", "type": "int GENERATED ALWAYS AS IDENTITY", "default": 1}]}');
SELECT create_said('{"table": "d2", "columns": [{"name": "a", "type": "int", "nullable": false, "default": null}]}');
SELECT create_said('{"table": "d3", "columns": [{"name": "ctid", "type": "int"}]}');
SELECT create_said('{"table": "d3", "columns": [{"name": "a"}]}');
SELECT create_said('{"table": "d3", "columns": [{"type": "int"}]}');
SELECT create_said('{"table": "d3", "columns": ["a int"]}');
SELECT create_said('{"table": "d3"}');
SELECT create_said('{"columns": []}');
SELECT create_said('{"table": "d3", "columns": [{"name": "a", "type": "int", "comment": "x"}]}');
SELECT create_said('{"table": "d3", "columns": [{"name": "a", "type": "int", "reference": "users"}]}');
SELECT create_said('{"table": "d3", "columns": [{"name": "a", "type": "int"}], "partitioned_by": "a"}');
SELECT create_said('{"table": "d3", "columns": [{"name": "a", "type": "int"}], "partition_by": "a"}');
SELECT create_said(json_build_object('table', 'd3', 'columns', json_agg(json_build_object('name', 'c' || n, 'type', 'int')))::text) FROM generate_series(1, 1601) AS n;
SELECT create_said(json_build_object('table', 'd3', 'columns', json_agg(json_build_object('name', 'c' || n, 'type', 'int')))::text) FROM generate_series(1, 1600) AS n;

-- If it exists: the name counts, whatever has it, in the schema where the table would be.
SELECT create_said('{"table": "users", "columns": []}');
SELECT create_said('{"table": "users", "columns": [], "if_not_exists": false}');
SELECT create_said('{"table": "users", "columns": [], "if_not_exists": true}');
SELECT create_said('{"table": "ddl.users", "columns": [{"name": "x", "type": "nosuch"}], "if_not_exists": true}');
CREATE VIEW seen AS SELECT 1 AS a;
SELECT create_said('{"table": "seen", "columns": [], "if_not_exists": true}');
SELECT create_said('{"table": "users_pkey", "columns": []}');
CREATE SCHEMA "ddl.2";
SET search_path = "ddl.2", ddl;
SELECT ddl.create_said('{"table": "users", "columns": [{"name": "x", "type": "int"}], "if_not_exists": true}');
SELECT ddl.create_said('{"table": "pg_class", "columns": [{"name": "x", "type": "int"}], "if_not_exists": true}');
SELECT c.oid::regclass FROM pg_class c WHERE relnamespace = '"ddl.2"'::regnamespace ORDER BY 1;
SET search_path = ddl;

-- Schemas.
SELECT create_said('{"table": "\"ddl.2\".t", "columns": [{"name": "x", "type": "int"}]}');
SELECT create_said('{"table": ["ddl.2", "t"], "columns": []}');
SELECT create_said('{"table": "nosuch.t", "columns": []}');
SELECT create_said('{"table": "nosuch.t", "columns": [], "if_not_exists": true}');
SELECT create_said('{"table": "pg_catalog.t", "columns": []}');
SELECT create_said('{"table": "pg_temp.t", "columns": [{"name": "x", "type": "int"}]}');
SELECT relpersistence FROM pg_class WHERE oid = 'pg_temp.t'::regclass;
SET search_path = nosuch;
SELECT ddl.create_said('{"table": "t", "columns": []}');
SET search_path = ddl;

--
-- Defaults are values, converted now and kept to the last digit, whatever the session's settings
--
SET DateStyle = 'Postgres, DMY';
SET IntervalStyle = 'sql_standard';
SET extra_float_digits = -15;
SET TimeZone = 'America/St_Johns';
SET bytea_output = 'escape';
CREATE TYPE mood AS ENUM ('sad', 'so "so"', 'it''s');
CREATE TYPE pair AS (a int, b text);
CREATE DOMAIN positive AS int CHECK (VALUE > 0);
CREATE TABLE defaults (type text, value json);
INSERT INTO defaults VALUES ('bool', 'true'), ('int8', '9223372036854775807'), ('int8', '"-9223372036854775808"'), ('float8', '1.0000000000000002'), ('float4', '1.1754944e-38'),
	('float8', '"NaN"'), ('float8', '"-Infinity"'), ('numeric', '1234567890123456789012345678901234567890.0123456789'), ('numeric(6,2)', '1.239'), ('numeric', '1e-7'), ('money', '12.34'),
	('text', '"x"'), ('text', '""'), ('text', '"it''s \"q\" \\ E''\\n \n"'), ('text', '12'), ('text', '{"a": 1}'), ('varchar(3)', '"abc"'), ('char(5)', '"ab"'), ('"char"', '"x"'), ('name', '"n"'),
	('date', '"2024-02-03"'), ('date', '"infinity"'), ('timestamp', '"2024-02-03T04:05:06.789"'), ('timestamptz', '"2024-07-03T04:05:06.789123Z"'), ('timestamptz', '"0044-03-15 12:00:00+00 BC"'),
	('time', '"01:02:03.004"'), ('timetz', '"01:02:03+05:30"'), ('interval', '"-1 year -2 months +3 days -04:05:06.7"'), ('interval', '"1 day -1 second"'),
	('bytea', '"\\x00ff5c27"'), ('uuid', '"a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11"'), ('inet', '"10.0.0.1/8"'), ('json', '"a string"'), ('json', '{"b": 1, "a": [true]}'), ('jsonb', 'null'), ('jsonb', '"it''s"'),
	('int[]', '[[1, 2], [3, null]]'), ('text[]', '[]'), ('text[]', '["a,b", "{}", "null", null, "\"", "\\"]'), ('jsonb[]', '[[1], {"a": 2}]'), ('timestamptz[]', '["2024-07-03T04:05:06Z"]'),
	('pair', '{"b": "x, (y)", "a": 1}'), ('pair', '[2, null]'), ('pair[]', '[{"a": 1, "b": "z"}]'), ('mood', '"so \"so\""'), ('mood[]', '["it''s", "sad"]'), ('positive', '7'),
	('int4range', '"[1,5)"'), ('tstzrange', '"[2024-01-01T00:00:00Z,infinity)"'), ('point', '"(1.1,2.0000000000000004)"'), ('bit(4)', '"1010"'), ('regclass', '"users"'), ('tsvector', '"a:1 b"'), ('xid', '5');
-- The default of a row is what the value itself would have been.
DO $$
DECLARE
	d defaults;
	reply json;
	good int := 0;
BEGIN
	FOR d IN SELECT * FROM defaults LOOP
		reply := connector.try_call('create_table', json_build_object('table', 'def', 'columns', json_build_array(
			json_build_object('name', 'id', 'type', 'int'),
			json_build_object('name', 'a', 'type', d.type, 'default', d.value)))::text);
		IF reply ->> 'created' IS NULL THEN
			RAISE INFO '% %: %', d.type, d.value, said(reply);
			CONTINUE;
		END IF;
		reply := connector.insert_rows(json_build_object('table', 'def', 'rows', json_build_array('{"id": 1}'::json, json_build_object('id', 2, 'a', d.value)), 'returning', true));
		IF (reply #> '{rows,0,a}')::text IS DISTINCT FROM (reply #> '{rows,1,a}')::text THEN
			RAISE INFO '% %: default %', d.type, d.value, reply;
		ELSE
			good := good + 1;
		END IF;
		DROP TABLE def;
	END LOOP;
	RAISE INFO '% of % defaults are the value', good, (SELECT count(*) FROM defaults);
END $$;
RESET DateStyle;
RESET IntervalStyle;
RESET extra_float_digits;
RESET TimeZone;
RESET bytea_output;
-- One that its type does not accept is refused now, not with the first row.
SELECT t, v, create_said(json_build_object('table', 'd4', 'columns', json_build_array('{"name": "x", "type": "int"}'::json, json_build_object('name', 'a', 'type', t, 'default', v::json)))::text)
FROM (VALUES ('int', '"x"'), ('int', '1.5'), ('int2', '32768'), ('bool', '2'), ('varchar(3)', '"abcd"'), ('date', '"2024-02-30"'), ('int[]', '{"a": 1}'), ('int[]', '[1, [2]]'), ('pair', '{"c": 1}'), ('mood', '"glad"'),
	('positive', '-1'), ('positive', 'null'), ('uuid', '1'), ('regclass', '"nosuch"'), ('record', '1'), ('nosuch', '1')) AS v(t, v);

--
-- drop_table
--
SELECT drop_said('{"table": "a"}');
SELECT drop_said('{"table": "a"}');
SELECT drop_said('{"table": "a", "if_exists": false}');
SELECT drop_said('{"table": "a", "if_exists": true}');
SELECT drop_said('{"table": "nosuch.a", "if_exists": true}');
SELECT drop_said('{"table": "nosuch.a"}');
SELECT drop_said('{"table": "Users"}');
SELECT drop_said('{"table": "usres"}');
SELECT drop_said('{"table": "ddl.usres"}');
SELECT drop_said('{"table": ["ddl.2", "t"]}');
SELECT connector.drop_table('{"table": "b"}'::json);
SELECT connector.drop_table('{"table": "ddl.c"}'::jsonb);
SELECT drop_said('{"table": "pg_temp.t"}');
-- What depends on it stays, and is told, unless it is to go as well.
SELECT drop_said('{"table": "users"}');
SELECT drop_said('{"table": "users", "cascade": false}');
SET client_min_messages = warning;
SELECT drop_said('{"table": "users", "cascade": true}');
RESET client_min_messages;
SELECT constraints_of('k2');
-- Tables of every kind, and what is none.
CREATE TABLE parted (a int) PARTITION BY LIST (a);
CREATE TABLE part PARTITION OF parted DEFAULT;
CREATE MATERIALIZED VIEW kept AS SELECT 1 AS a;
CREATE SEQUENCE counter;
CREATE TYPE composite AS (a int);
SELECT t, drop_said(json_build_object('table', t)::text), drop_said(json_build_object('table', t, 'if_exists', true)::text)
FROM unnest(ARRAY['part', 'parted', 'seen', 'kept', 'counter', 'composite', 'k1_pkey']) AS t;
SELECT drop_said('{"table": "pg_class"}');
SELECT drop_said('{"table": "pg_catalog.pg_class", "cascade": true}');

--
-- Both are part of the transaction
--
BEGIN;
SELECT connector.create_table('{"table": "undone", "columns": [{"name": "a", "type": "int"}]}');
SELECT connector.insert_rows('{"table": "undone", "row": {"a": 1}}');
SELECT connector.drop_table('{"table": "k1"}');
SELECT connector.create_table('{"table": "k1", "columns": [{"name": "other", "type": "int"}]}');
SELECT connector.select_rows('{"table": "k1"}');
ROLLBACK;
SELECT to_regclass('undone'), to_regclass('k1');
SELECT * FROM columns_of('k1');
-- What fails half-way leaves nothing.
SELECT create_said('{"table": "half", "columns": [{"name": "id", "type": "serial"}, {"name": "a", "type": "int REFERENCES nosuch"}]}');
SELECT count(*) FROM pg_class WHERE relname LIKE 'half%';
-- In a read-only transaction, and inside a query.
BEGIN READ ONLY;
SELECT create_said('{"table": "t", "columns": []}');
SELECT drop_said('{"table": "k1"}');
ROLLBACK;
SELECT said(connector.try_call('query', '{"sql": "SELECT connector.create_table($1)", "params": ["{\"table\": \"t\", \"columns\": []}"]}'));
SELECT said(connector.try_call('query', '{"sql": "SELECT connector.drop_table($1)", "params": ["{\"table\": \"k1\"}"]}'));
-- While the table is in use.
CREATE FUNCTION drop_in_trigger() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN PERFORM connector.drop_table('{"table": "k3"}'); RETURN NEW; END $$;
CREATE TRIGGER t BEFORE INSERT ON k3 FOR EACH ROW EXECUTE FUNCTION drop_in_trigger();
SELECT said(connector.try_call('insert_rows', '{"table": "k3", "row": {"a": 1}}'));
-- Event triggers see them.
CREATE FUNCTION note() RETURNS event_trigger LANGUAGE plpgsql AS $$ BEGIN RAISE NOTICE '% in %', tg_tag, current_query() ~ '^SELECT connector'; END $$;
CREATE EVENT TRIGGER ddl_note ON ddl_command_end EXECUTE FUNCTION note();
SELECT connector.create_table('{"table": "noted", "columns": [{"name": "id", "type": "serial"}]}');
SELECT connector.drop_table('{"table": "noted"}');
DROP EVENT TRIGGER ddl_note;

--
-- Privileges are the caller's
--
CREATE ROLE regress_ddl;
GRANT USAGE ON SCHEMA ddl TO regress_ddl;
GRANT EXECUTE ON ALL FUNCTIONS IN SCHEMA ddl TO regress_ddl;
SET ROLE regress_ddl;
SELECT create_said('{"table": "t", "columns": [{"name": "a", "type": "int"}]}');
SELECT create_said('{"table": "t", "columns": [{"name": "a", "type": "int"}], "if_not_exists": true}');
SELECT drop_said('{"table": "k1"}');
SELECT drop_said('{"table": "k1", "if_exists": true, "cascade": true}');
SELECT drop_said('{"table": "ddl.2.t"}');
SELECT create_said('{"table": ["ddl.2", "t"], "columns": []}');
RESET ROLE;
GRANT CREATE ON SCHEMA ddl TO regress_ddl;
SET ROLE regress_ddl;
SELECT create_said('{"table": "mine", "columns": [{"name": "a", "type": "int REFERENCES k2"}]}');
SELECT create_said('{"table": "mine", "columns": [{"name": "a", "type": "int"}]}');
RESET ROLE;
SELECT relowner::regrole FROM pg_class WHERE oid = 'mine'::regclass;
SET ROLE regress_ddl;
SELECT drop_said('{"table": "mine"}');
RESET ROLE;
-- And so is the policy.
SET pg_connector.allow = 'read, write, sql';
SELECT create_said('{"table": "t", "columns": []}');
SELECT drop_said('{"table": "k1"}');
RESET pg_connector.allow;

SET client_min_messages = warning;
DROP SCHEMA ddl, "ddl.2" CASCADE;
DROP ROLE regress_ddl;

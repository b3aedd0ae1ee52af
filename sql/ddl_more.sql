-- create_table beyond columns and types: constraints, identity and generated columns, how an existing table differs; truncate_table; names and
-- types that try to break out of each of the commands that define tables
\set VERBOSITY terse
\pset format unaligned
\pset tuples_only on
SET client_min_messages = warning;
CREATE SCHEMA ddl_more;
SET search_path = ddl_more;

-- A reply in one line.
CREATE FUNCTION said(command text, request text) RETURNS text LANGUAGE sql AS $$
	SELECT CASE WHEN reply -> 'error' IS NULL THEN reply::text
		ELSE concat_ws(' ', e ->> 'code', e ->> 'kind', 'at "' || (e ->> 'path') || '"' || coalesce(' position ' || (e ->> 'position'), '') || ':', e ->> 'message',
			'DETAIL: ' || (e ->> 'detail'), 'HINT: ' || (e ->> 'hint')) END
	FROM connector.try_call(command, request) AS reply, LATERAL (SELECT reply -> 'error' AS e) AS error
$$;
CREATE FUNCTION created(request text) RETURNS text LANGUAGE sql AS $$ SELECT ddl_more.said('create_table', request) $$;
-- One column or one constraint in a table that has "id" and "n".
CREATE FUNCTION with_column(members text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
	reply text := created(format('{"table": "t", "columns": [{"name": "id", "type": "int", "primary_key": true}, {"name": "n", "type": "int"}, %s]}', members));
BEGIN
	DROP TABLE IF EXISTS t;
	RETURN reply;
END $$;
CREATE FUNCTION with_constraint(members text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
	reply text := created(format('{"table": "t", "columns": [{"name": "id", "type": "int", "primary_key": true}, {"name": "n", "type": "int"}], "constraints": [%s]}', members));
BEGIN
	DROP TABLE IF EXISTS t;
	RETURN reply;
END $$;
CREATE FUNCTION columns_of(tab regclass) RETURNS SETOF text LANGUAGE sql AS $$
	SELECT concat_ws(' ', attname, format_type(atttypid, atttypmod), CASE WHEN attnotnull THEN 'not null' END,
		CASE attidentity WHEN 'a' THEN 'identity always' WHEN 'd' THEN 'identity by default' END,
		CASE WHEN attgenerated = '' THEN 'default ' ELSE 'generated ' END || pg_get_expr(adbin, adrelid))
	FROM pg_attribute LEFT JOIN pg_attrdef ON adrelid = attrelid AND adnum = attnum
	WHERE attrelid = tab AND attnum > 0 AND NOT attisdropped ORDER BY attnum
$$;
CREATE FUNCTION constraints_of(tab regclass) RETURNS SETOF text LANGUAGE sql AS $$
	SELECT conname || ': ' || pg_get_constraintdef(oid) FROM pg_constraint WHERE conrelid = tab AND contype NOT IN ('n', 't') ORDER BY conname
$$;

--
-- Everything at once
--
SELECT created('{"table": "people", "comment": "Who it is about",
	"columns": [{"name": "id", "type": "bigint", "identity": "always", "primary_key": true}, {"name": "tenant", "type": "int", "nullable": false},
		{"name": "email", "type": "text"}, {"name": "login", "type": "text", "unique": true}],
	"unique": [["tenant", "email"], ["tenant", "id"]]}');
SELECT created('{"table": "orders",
	"columns": [{"name": "id", "type": "int", "identity": "by_default"}, {"name": "tenant", "type": "int"}, {"name": "person", "type": "bigint"},
		{"name": "buyer", "type": "bigint", "references": {"table": "people", "column": "id", "on_delete": "set_null", "on_update": "cascade"}},
		{"name": "seller", "type": "text", "references": {"table": ["ddl_more", "people"], "column": "login", "on_delete": "restrict"}},
		{"name": "previous", "type": "int", "references": "orders"},
		{"name": "amount", "type": "numeric(10,2)", "nullable": false, "default": 5, "check": "amount >= 0"},
		{"name": "with_tax", "type": "numeric", "generated": "round(amount * 1.2, 2)"}],
	"primary_key": ["id"],
	"constraints": [{"name": "sane", "check": "amount < 1000 OR person IS NOT NULL"}, {"unique": ["tenant", "person"], "deferrable": true, "initially_deferred": true},
		{"name": "whose", "foreign_key": ["tenant", "person"], "references": {"table": "people", "columns": ["tenant", "id"], "on_delete": "cascade"}, "deferrable": true}]}');
SELECT columns_of('people');
SELECT constraints_of('people');
SELECT obj_description('people'::regclass);
SELECT columns_of('orders');
SELECT constraints_of('orders');
SELECT connector.insert_rows('{"table": "people", "row": {"tenant": 1, "login": "ada"}}');
SELECT connector.insert_rows('{"table": "orders", "row": {"seller": "ada", "amount": 10}, "returning": ["id", "with_tax"]}');
SELECT said('insert_rows', '{"table": "orders", "row": {"seller": "nobody"}}');
SELECT said('insert_rows', '{"table": "orders", "row": {"amount": 1000}}');
SELECT said('delete_rows', '{"table": "people", "where": [["login", "=", "ada"]]}');

--
-- Columns that are refused, each at its place
--
SELECT with_column(c) FROM unnest(ARRAY[
	'{"name": "a", "type": "int", "check": "b > 0"}',
	'{"name": "a", "type": "int", "check": "a + n > idd"}',
	'{"name": "a", "type": "int", "check": "a"}',
	'{"name": "a", "type": "int", "check": "a > 0 AND"}',
	'{"name": "a", "type": "int", "check": "a > 0) OR (a < 0"}',
	'{"name": "a", "type": "int", "check": "a > 0, true"}',
	'{"name": "a", "type": "int", "check": "a > 0 --"}',
	'{"name": "a", "type": "int", "check": "a > (SELECT 1)"}',
	'{"name": "a", "type": "int", "check": "grüße(a) > x"}',
	'{"name": "a", "type": "int", "check": "''ß'' = ''ß'' AND x"}',
	'{"name": "a", "type": "int", "check": ""}',
	'{"name": "a", "type": "int", "check": true}',
	'{"name": "a", "type": "int", "default_expression": "n"}',
	'{"name": "a", "type": "int", "default_expression": "now()"}',
	'{"name": "a", "type": "int", "default": 1, "default_expression": "2"}',
	'{"name": "a", "type": "int", "generated": "n * 2", "default": 1}',
	'{"name": "a", "type": "int", "generated": "n * random()"}',
	'{"name": "a", "type": "int", "generated": "a + 1"}',
	'{"name": "a", "type": "int", "generated": "nosuch(n)"}',
	'{"name": "a", "type": "int", "generated": "n", "identity": "always"}',
	'{"name": "a", "type": "int", "identity": "sometimes"}',
	'{"name": "a", "type": "int", "identity": true}',
	'{"name": "a", "type": "text", "identity": "always"}',
	'{"name": "a", "type": "serial", "identity": "always"}',
	'{"name": "a", "type": "int", "identity": "always", "default": 1}',
	'{"name": "a", "type": "int", "identity": "always", "nullable": true}',
	'{"name": "a", "type": "int", "primary_key": true}',
	'{"name": "a", "type": "int", "chek": "a > 0"}',
	'{"name": "a", "type": "int", "references": "poeple"}',
	'{"name": "a", "type": "int", "references": "people"}',
	'{"name": "a", "type": "text", "references": "people"}',
	'{"name": "a", "type": "int", "references": {"table": "people", "column": "tenat"}}',
	'{"name": "a", "type": "int", "references": {"table": "people", "column": "tenant"}}',
	'{"name": "a", "type": "int", "references": {"table": "people", "columns": ["tenant", "id"]}}',
	'{"name": "a", "type": "int", "references": {"table": "people", "column": "id", "columns": ["id"]}}',
	'{"name": "a", "type": "int", "references": {"table": "people", "on_delete": "CASCADE"}}',
	'{"name": "a", "type": "int", "references": {"table": "people", "on_delete": "nothing"}}',
	'{"name": "a", "type": "int", "references": {"table": "people", "ondelete": "cascade"}}',
	'{"name": "a", "type": "int", "references": {"column": "id"}}',
	'{"name": "a", "type": "int", "references": null}',
	'{"name": "a", "type": "int", "references": "pg_tables"}',
	'{"name": "a", "type": "int REFERENCES nosuch"}']) AS c;
-- Constraints likewise.
SELECT with_constraint(c) FROM unnest(ARRAY[
	'{}', '"n > 0"',
	'{"name": "c"}',
	'{"unique": ["n"], "check": "n > 0"}',
	'{"unique": []}', '{"unique": "n"}', '{"unique": [["n"]]}', '{"unique": ["m"]}', '{"unique": ["n", "n"]}', '{"unique": ["idd"]}',
	'{"primary_key": ["n"]}',
	'{"check": "nn > 0"}', '{"check": 1}', '{"check": "n > 0", "deferrable": true}', '{"check": "n > 0", "initially_deferred": true}',
	'{"unique": ["n"], "deferrable": false, "initially_deferred": true}',
	'{"unique": ["n"], "name": ""}', '{"unique": ["n"], "name": 1}', '{"unique": ["n"], "name": "people"}', '{"check": "n > 0", "named": "x"}',
	'{"foreign_key": ["n"]}', '{"references": "people"}', '{"check": "n > 0", "references": "people"}',
	'{"foreign_key": ["n", "id"], "references": "people"}', '{"foreign_key": ["m"], "references": "people"}',
	'{"foreign_key": ["n"], "references": {"table": "people", "columns": ["tenant", "id"]}}',
	'{"foreign_key": ["n"], "references": {"table": "people", "columns": ["ID"]}}', '{"foreign_key": [], "references": "people"}']) AS c;
SELECT with_constraint('{"name": "c", "check": "n > 0"}, {"name": "c", "check": "n < 9"}');
SELECT with_constraint(json_build_object('check', 'n > 0', 'name', repeat('x', 64))::text);
SELECT created('{"table": "t", "columns": [{"name": "a", "type": "int"}], "unique": ["a"]}');
SELECT created('{"table": "t", "columns": [{"name": "a", "type": "int"}], "unique": [["a"], ["b"]]}');
SELECT created('{"table": "t", "columns": [{"name": "a", "type": "int"}], "comment": null}');
SELECT to_regclass('t');
-- Whatever has the name already in other schemas, it is the new table that is meant.
CREATE TEMPORARY TABLE shadowed (id int);
SELECT created('{"table": "ddl_more.shadowed", "comment": "the new one", "columns": [{"name": "id", "type": "int", "primary_key": true}, {"name": "up", "type": "int", "references": "ddl_more.shadowed"}]}');
SELECT created('{"table": "pg_class", "comment": "not the catalog", "columns": [{"name": "id", "type": "int", "primary_key": true}, {"name": "up", "type": "int", "references": "ddl_more.pg_class"}]}');
SELECT obj_description('ddl_more.shadowed'::regclass), obj_description('ddl_more.pg_class'::regclass);
DROP TABLE pg_temp.shadowed, ddl_more.shadowed, ddl_more.pg_class;

--
-- if_not_exists tells how the table that is there differs
--
CREATE FUNCTION differs(definition text, request text) RETURNS SETOF text LANGUAGE plpgsql AS $$
DECLARE
	reply json;
BEGIN
	EXECUTE 'CREATE TABLE have (' || definition || ')';
	reply := connector.try_call('create_table', '{"table": "have", "if_not_exists": true, ' || request || '}');
	DROP TABLE have;
	IF json_array_length(reply -> 'differences') > 0 THEN
		RETURN QUERY SELECT d::text FROM json_array_elements(reply -> 'differences') AS d;
	ELSE
		RETURN NEXT reply::text;
	END IF;
END $$;
-- None: what plain SQL and a request say in different ways is the same.
SELECT differs(d, '"columns": [' || c || ']') FROM (VALUES
	('a int', '{"name": "a", "type": "integer"}'),
	('a serial', '{"name": "a", "type": "serial"}'),
	('a int NOT NULL DEFAULT 7', '{"name": "a", "type": "int4", "nullable": false, "default": 7}'),
	('a numeric(6,2) DEFAULT 5', '{"name": "a", "type": "numeric(6,2)", "default": 5}'),
	('a varchar(9) DEFAULT ''x''', '{"name": "a", "type": "varchar(9)", "default": "x"}'),
	('a timestamptz DEFAULT now()', '{"name": "a", "type": "timestamptz DEFAULT now()"}'),
	('a timestamptz DEFAULT now()', '{"name": "a", "type": "timestamptz", "default_expression": "now ( )"}'),
	('a jsonb DEFAULT ''{"x":  1}''', '{"name": "a", "type": "jsonb", "default": {"x": 1}}'),
	('a text[] DEFAULT ''{}''', '{"name": "a", "type": "text[]", "default": []}'),
	('a int GENERATED BY DEFAULT AS IDENTITY PRIMARY KEY', '{"name": "a", "type": "int", "identity": "by_default", "primary_key": true}'),
	('a int, b int GENERATED ALWAYS AS (a+1) STORED', '{"name": "a", "type": "int"}, {"name": "b", "type": "int", "generated": "a + 1"}'),
	('a int CHECK (a>0) UNIQUE', '{"name": "a", "type": "int", "check": "a > 0", "unique": true}'),
	('a int REFERENCES orders ON DELETE CASCADE', '{"name": "a", "type": "int", "references": {"table": "orders", "on_delete": "cascade"}}'),
	('a int REFERENCES orders', '{"name": "a", "type": "int", "references": {"table": "orders", "column": "id"}}'),
	('a text COLLATE "C"', '{"name": "a", "type": "text COLLATE \"C\""}'),
	('b int, a int', '{"name": "a", "type": "int"}, {"name": "b", "type": "int"}')) AS v(d, c);
-- Some.
SELECT differs(d, '"columns": [' || c || ']') FROM (VALUES
	('a int', '{"name": "a", "type": "int"}, {"name": "b", "type": "text"}'),
	('a int, b text', '{"name": "a", "type": "int"}'),
	('a int', '{"name": "A", "type": "int"}'),
	('a text DEFAULT ''x''', '{"name": "a", "type": "int", "default": 1}'),
	('a varchar(9)', '{"name": "a", "type": "varchar(10)"}'),
	('a int', '{"name": "a", "type": "int", "nullable": false}'),
	('a int NOT NULL', '{"name": "a", "type": "int"}'),
	('a int DEFAULT 1', '{"name": "a", "type": "int", "default": 2}'),
	('a int DEFAULT 1', '{"name": "a", "type": "int"}'),
	('a int', '{"name": "a", "type": "int", "default": null}'),
	('a timestamptz DEFAULT now()', '{"name": "a", "type": "timestamptz", "default_expression": "clock_timestamp()"}'),
	('a int', '{"name": "a", "type": "serial"}'),
	('a serial', '{"name": "a", "type": "int", "nullable": false}'),
	('a int GENERATED ALWAYS AS IDENTITY', '{"name": "a", "type": "int", "identity": "by_default"}'),
	('a int GENERATED ALWAYS AS IDENTITY', '{"name": "a", "type": "int", "nullable": false}'),
	('a int, b int', '{"name": "a", "type": "int"}, {"name": "b", "type": "int", "generated": "a + 1"}'),
	('a int, b int GENERATED ALWAYS AS (a + 1) STORED', '{"name": "a", "type": "int"}, {"name": "b", "type": "int", "default": 1}'),
	('a int, b int GENERATED ALWAYS AS (a + 1) STORED', '{"name": "a", "type": "int"}, {"name": "b", "type": "int", "generated": "a + 2"}'),
	('b int', '{"name": "a", "type": "int"}, {"name": "b", "type": "int", "generated": "a + 1", "check": "a > b"}'),
	('a int PRIMARY KEY', '{"name": "a", "type": "int", "nullable": false}'),
	('a int', '{"name": "a", "type": "int", "primary_key": true, "unique": true}'),
	('a int CHECK (a > 0)', '{"name": "a", "type": "int", "check": "a > 1"}'),
	('a int REFERENCES orders', '{"name": "a", "type": "int", "references": {"table": "orders", "on_delete": "cascade"}}'),
	('a bigint REFERENCES people', '{"name": "a", "type": "bigint", "references": "orders"}'),
	('a text', '{"name": "a", "type": "text COLLATE \"C\""}')) AS v(d, c);
SELECT differs('a int, b int, PRIMARY KEY (a, b), UNIQUE (b)', '"columns": [{"name": "a", "type": "int"}, {"name": "b", "type": "int"}], "primary_key": ["a"], "unique": [["b"], ["a", "b"]], "comment": "x"');
SELECT differs('a int, b int, CHECK (a < b), UNIQUE (b, a)', '"columns": [{"name": "a", "type": "int"}, {"name": "b", "type": "int"}], "unique": [["a", "b"]], "constraints": [{"name": "c", "check": "a < b"}]');
-- What is wrong in itself is wrong all the same.
SELECT differs('a int', '"columns": [{"name": "a", "type": "nosuch"}]');
-- A default that is somebody's function is not run for it.
CREATE FUNCTION bomb() RETURNS int LANGUAGE plpgsql IMMUTABLE AS $$ BEGIN RAISE EXCEPTION 'run'; END $$;
SELECT differs('a int DEFAULT bomb()', '"columns": [{"name": "a", "type": "int", "default": 1}]');
-- Another kind of relation.
CREATE VIEW seen AS SELECT 1 AS a;
CREATE SEQUENCE counter;
SELECT r, created(format('{"table": "%s", "columns": [], "if_not_exists": true}', r)) FROM unnest(ARRAY['seen', 'counter', 'people_pkey', 'people']) AS r;
-- Nothing is told of a table that is none of the caller's business.
CREATE ROLE regress_ddl_more;
GRANT USAGE, CREATE ON SCHEMA ddl_more TO regress_ddl_more;
SET ROLE regress_ddl_more;
SELECT created('{"table": "people", "columns": [{"name": "id", "type": "int"}], "if_not_exists": true}');
SELECT created('{"table": "mine", "columns": [{"name": "id", "type": "bigint", "references": "people"}]}');
SELECT said('truncate_table', '{"table": "people"}');
RESET ROLE;
GRANT SELECT ON people TO regress_ddl_more;
SET ROLE regress_ddl_more;
SELECT created('{"table": "people", "columns": [{"name": "id", "type": "bigint"}], "if_not_exists": true}');
RESET ROLE;

--
-- What a request makes is what it says, and a second one finds nothing to differ: random definitions
--
DO $$
DECLARE
	types text[] := ARRAY['int', 'bigint', 'text', 'varchar(20)', 'numeric(8,3)', 'boolean', 'date', 'timestamptz', 'jsonb', 'text[]'];
	defaults text[] := ARRAY['1', '"-5"', '"it''s"', '"\\"', '12345.678', 'true', '"2026-02-03"', '"2026-02-03T04:05:06.7Z"', '{"a": [1, null]}', '["x", "y,z"]'];
	request json;
	reply json;
	k int;
	good int := 0;
BEGIN
	PERFORM setseed(0.5);
	FOR round IN 1..60 LOOP
		request := json_build_object('table', 'random', 'if_not_exists', true, 'columns',
			(SELECT json_agg(json_strip_nulls(json_build_object('name', 'c' || i, 'type', types[t], 'nullable', n > 0.3,
				'default', CASE WHEN d < 0.5 THEN defaults[t]::json END, 'unique', CASE WHEN t <> 9 AND u < 0.2 THEN true END,
				'check', CASE WHEN u > 0.8 THEN format('c%s IS NOT NULL OR c1 IS NULL', i) END)))
			FROM (SELECT i, 1 + floor(random() * 10)::int AS t, random() AS n, random() AS d, random() AS u FROM generate_series(1, 1 + floor(random() * 8)::int) AS i) AS c),
			'constraints', CASE WHEN random() < 0.5 THEN '[{"name": "named", "check": "c1 IS NOT NULL"}]'::json ELSE '[]' END);
		reply := connector.try_call('create_table', request::text);
		IF reply ->> 'created' IS DISTINCT FROM 'true' THEN
			RAISE INFO '%: %', request, reply;
			CONTINUE;
		END IF;
		reply := connector.try_call('create_table', request::text);
		IF reply::jsonb <> '{"success": true, "created": false, "differences": []}' THEN
			RAISE INFO '%: %', request, reply;
		END IF;
		FOR k IN SELECT i FROM json_array_elements(request -> 'columns') WITH ORDINALITY AS c(c, i)
			LEFT JOIN pg_attribute ON attrelid = 'random'::regclass AND attnum = i AND attname = c ->> 'name'
				AND format_type(atttypid, atttypmod) = format_type((c ->> 'type')::regtype, atttypmod) AND attnotnull <> (c ->> 'nullable')::bool AND atthasdef = (c -> 'default' IS NOT NULL)
			WHERE attname IS NULL LOOP
			RAISE INFO 'column % of %', k, request;
		END LOOP;
		good := good + 1;
		PERFORM connector.drop_table('{"table": "random"}');
	END LOOP;
	RAISE INFO '% of 60', good;
END $$;

--
-- truncate_table
--
CREATE TABLE logs (id serial, t text);
CREATE TABLE parents (id int PRIMARY KEY);
CREATE TABLE children (parent int REFERENCES parents);
INSERT INTO logs (t) VALUES ('a'), ('b');
INSERT INTO parents VALUES (1);
INSERT INTO children VALUES (1);
SELECT connector.truncate_table('{"table": "logs"}');
SELECT connector.insert_rows('{"table": "logs", "row": {"t": "c"}}');
SELECT said('insert_rows', '{"table": "logs", "row": {"t": "d"}, "returning": ["id"]}');
SELECT connector.truncate_table('{"table": "logs", "restart_identity": true}'::jsonb);
SELECT said('insert_rows', '{"table": "logs", "row": {"t": "e"}, "returning": ["id"]}');
SELECT said('truncate_table', r) FROM unnest(ARRAY['{"table": "log"}', '{"table": "parents"}', '{"table": "parents", "cascade": false}', '{"table": "parents", "cascade": true}', '{"table": "seen"}', '{"table": "counter"}',
	'{"table": "nosuch.logs"}', '{"tables": ["logs"]}', '{"table": "logs", "cascade": 1}', '{"table": "pg_catalog.pg_class"}']) AS r;
SELECT count(*) FROM children;
SET pg_connector.affected_cap = 100;
SELECT said('truncate_table', '{"table": "logs"}');
RESET pg_connector.affected_cap;
SELECT count(*) FROM logs;

--
-- Names that need care, through all commands; nothing else may change
--
CREATE TABLE victim (id int PRIMARY KEY);
DO $do$
DECLARE
	n text;
	r text;
	bad int := 0;
	k int := 0;
	step record;
	before text := (SELECT string_agg(relname || relnatts || relchecks, ',' ORDER BY relname) FROM pg_class WHERE relnamespace = 'ddl_more'::regnamespace);
BEGIN
	FOREACH n IN ARRAY ARRAY['a"; DROP TABLE victim; --', '''; DROP TABLE victim; --', 'a"b', 'a.b', ' ', 'select', 'Größe', E'line\nbreak', '%s%n$1', '\', '$$', 'NULL', '*/ /*', repeat('x', 63), repeat('ü', 31)] LOOP
		FOR step IN SELECT * FROM (VALUES
			(1, 'create_table', json_build_object('table', json_build_array('ddl_more', n), 'columns', json_build_array(json_build_object('name', n, 'type', 'int', 'primary_key', true, 'default', 1), json_build_object('name', 'other', 'type', 'int')), 'comment', n,
				'constraints', json_build_array(json_build_object('foreign_key', json_build_array('other'), 'references', json_build_object('table', json_build_array(n), 'column', n), 'name', left(n, 10) || 'fk')))),
			(2, 'create_index', json_build_object('table', json_build_array(n), 'columns', json_build_array(n, json_build_array('other', 'desc')), 'name', left(n, 10) || 'i')),
			(3, 'alter_table', json_build_object('table', json_build_array(n), 'rename_columns', json_build_object(n, 'other', 'other', n), 'drop_constraints', json_build_array(left(n, 10) || 'fk'))),
			(4, 'alter_table', json_build_object('table', json_build_array(n), 'alter_columns', json_build_array(json_build_object('name', n, 'type', 'text', 'default', n)), 'add_constraints', json_build_array(json_build_object('name', left(n, 10) || 'u', 'unique', json_build_array(n))))),
			(5, 'alter_table', json_build_object('table', json_build_array(n), 'drop_columns', json_build_array(n), 'rename_to', json_build_array(left(n, 10) || 'renamed'))),
			(6, 'truncate_table', json_build_object('table', json_build_array(left(n, 10) || 'renamed'))),
			(7, 'drop_table', json_build_object('table', json_build_array('ddl_more', left(n, 10) || 'renamed')))) AS s(i, command, request) ORDER BY i LOOP
			r := said(step.command, step.request::text);
			k := k + 1;
			IF r NOT LIKE '{"success":true%' THEN
				RAISE INFO '% %', step.command, r;
				bad := bad + 1;
			END IF;
		END LOOP;
	END LOOP;
	RAISE INFO '% of % refused, unchanged: %', bad, k, before = (SELECT string_agg(relname || relnatts || relchecks, ',' ORDER BY relname) FROM pg_class WHERE relnamespace = 'ddl_more'::regnamespace);
END $do$;
-- Types and expressions that are more than that.
SELECT t, said('alter_table', json_build_object('table', 'victim', 'add_columns', json_build_array(json_build_object('name', 'x', 'type', t)))::text),
	said('alter_table', json_build_object('table', 'victim', 'alter_columns', json_build_array(json_build_object('name', 'id', 'type', t)))::text)
FROM unnest(ARRAY['int); DROP TABLE victim; --', 'int, y int', 'int DEFAULT 1, y int', 'int USING 1', 'int; SELECT 1', 'int) INHERITS (victim', '', 'int /*', 'int NOT NULL', 'serial']) AS t;
SELECT e, said('create_index', json_build_object('table', 'victim', 'columns', json_build_array(json_build_object('expression', e)))::text),
	said('alter_table', json_build_object('table', 'victim', 'add_constraints', json_build_array(json_build_object('check', e)))::text)
FROM unnest(ARRAY['id); DROP TABLE victim; --', 'id, id', 'id FROM victim', 'id AS x', '', '1; SELECT 1', '(SELECT max(id) FROM victim) > 1', 'count(*) > 1', '*', 'victim.* IS NULL', 'DEFAULT']) AS e;
SELECT columns_of('victim');
SELECT constraints_of('victim');

-- Without the kind sql there are values and names, but no expressions.
SET pg_connector.allow = 'ddl';
SELECT with_column(c) FROM unnest(ARRAY['{"name": "a", "type": "int", "check": "a > 0"}', '{"name": "a", "type": "int", "generated": "1"}', '{"name": "a", "type": "int", "default_expression": "1"}',
	'{"name": "a", "type": "int GENERATED ALWAYS AS (1) STORED"}', '{"name": "a", "type": "int", "identity": "always", "references": "people", "unique": true}']) AS c;
SELECT with_constraint('{"check": "n > 0"}');
SELECT said(c, r) FROM (VALUES
	('create_index', '{"table": "victim", "columns": [{"expression": "id + 1"}]}'),
	('create_index', '{"table": "victim", "columns": ["id"], "where_expression": "id > 1"}'),
	('alter_table', '{"table": "victim", "alter_columns": [{"name": "id", "type": "bigint", "using_expression": "id"}]}'),
	('alter_table', '{"table": "victim", "alter_columns": [{"name": "id", "default_expression": "1"}]}'),
	('create_table', '{"table": "t2", "columns": [{"name": "a", "type": "int"}], "partition_by": {"range": [{"expression": "a + 1"}]}}')) AS v(c, r);
SET pg_connector.allow = 'read, write, sql';
SELECT said(c, r) FROM (VALUES ('alter_table', '{"table": "victim", "rename_to": "x"}'), ('truncate_table', '{"table": "victim"}'), ('create_index', '{"table": "victim", "columns": ["id"]}')) AS v(c, r);
RESET pg_connector.allow;

DROP SCHEMA ddl_more CASCADE;
DROP ROLE regress_ddl_more;

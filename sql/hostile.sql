-- Hostile input: names, values, types and JSON that try to break out, or to break things
\set VERBOSITY terse
\pset format unaligned
\pset tuples_only on
SET client_min_messages = warning;
CREATE SCHEMA hostile;
SET search_path = hostile;

-- A reply in one line.
CREATE FUNCTION said(reply json) RETURNS text LANGUAGE sql AS $$
	SELECT CASE WHEN reply -> 'error' IS NULL THEN reply::text
		ELSE concat_ws(' ', e ->> 'code', e ->> 'kind', 'at "' || (e ->> 'path') || '":', e ->> 'message',
			'DETAIL: ' || (e ->> 'detail'), 'HINT: ' || (e ->> 'hint')) END
	FROM (SELECT reply -> 'error' AS e) AS error
$$;

-- What must not change: every relation of the schema, and the rows of one of them.
CREATE TABLE victim (id int PRIMARY KEY, secret text);
INSERT INTO victim VALUES (1, 'one'), (2, 'two');
CREATE FUNCTION fingerprint() RETURNS text LANGUAGE sql AS $$
	SELECT md5(concat(
		(SELECT string_agg(concat(oid, relname, relkind, relnatts, relchecks, relacl), ' ' ORDER BY oid)
		 FROM pg_class WHERE relnamespace = 'hostile'::regnamespace),
		(SELECT count(*) FROM pg_namespace WHERE nspname !~ '^pg_'), (SELECT count(*) FROM pg_proc), (SELECT count(*) FROM pg_authid),
		(SELECT string_agg(id || secret, ' ' ORDER BY id) FROM victim)))
$$;

--
-- Names that need care, as table, schema, column and value, through a whole life
--
CREATE TABLE names (n serial, name text);
INSERT INTO names (name) VALUES
	('plain'), ('Upper'), ('a"b'), ('"'), ('""'), ('"a"'), ('a''b'), (''''''), ('a;b'), ('a--b'), ('a/*b*/'), ('a\b'), ('\'), ('\\'), ('\"'),
	(E'a\tb'), (E'a\nb'), (E'a\rb'), (E'\x01'), (E'\x1b[31m'), (E'\x7f'), (' '), (' a '), ('.'), ('a.b'), ('.a'), ('a.'), ('a"."b'),
	('select'), ('table'), ('user'), ('primary'), ('null'), ('true'), ('all'), ('public'), ('pg_catalog'), ('$1'), ('$$'), ('$x$'), ('%s'), ('%n'),
	('%1$s'), (':x'), ('?'), ('{}'), ('[]'), ('[1]'), ('{"a":1}'), ('0'), ('-1'), ('1e5'), ('U&"x"'), ('\u0041'), ('\u0000'), ('&amp;'), ('<b>'),
	('"; DROP TABLE victim; --'), ('x" int); DROP TABLE victim; --'), ('victim"'), ('naïve'), ('日本語'), ('Ω'), ('é'), ('🐘'),
	(U&'\202Eabc'), (U&'\200B'), (U&'\FEFF'), (U&'\0130'), (repeat('x', 63)), (repeat('é', 31) || 'x'), (repeat('日', 21)), (repeat('"', 63));

DO $$
DECLARE
	name text;
	quoted text;
	tab json;
	sorted json;
	reply json;
	got text[] := '{}';
	lives int := 0;
BEGIN
	FOR name IN SELECT names.name FROM names ORDER BY n LOOP
		quoted := '"' || replace(name, '"', '""') || '"';
		EXECUTE format('CREATE SCHEMA %I', 'hostile ' || left(name, 10));

		FOREACH tab IN ARRAY ARRAY[to_json(quoted), json_build_array(name), json_build_array('hostile', name), to_json('hostile.' || quoted),
			json_build_array('hostile ' || left(name, 10), name)] LOOP
			reply := connector.try_call('create_table', json_build_object('table', tab, 'columns', json_build_array(
				json_build_object('name', name, 'type', 'text', 'default', name), json_build_object('name', name || '2', 'type', 'int')))::text);
			IF octet_length(name) = 63 THEN
				-- There is no room for the 2.
				IF reply #>> '{error,code}' IS DISTINCT FROM '42622' OR reply #>> '{error,path}' <> '/columns/1/name' THEN
					RAISE INFO 'create_table % %: %', tab, name, said(reply);
				END IF;
				reply := connector.try_call('create_table', json_build_object('table', tab, 'columns', json_build_array(
					json_build_object('name', name, 'type', 'text', 'default', name), json_build_object('name', '2', 'type', 'int')),
					'primary_key', json_build_array(name))::text);
			END IF;
			got := got || said(reply);
			got := got || said(connector.try_call('create_table', json_build_object('table', tab, 'columns', '[]'::json)::text));
			got := got || said(connector.try_call('insert_rows', json_build_object('table', tab, 'row', '{}'::json)::text));
			got := got || said(connector.try_call('insert_rows', json_build_object('table', tab,
				'columns', json_build_array(name), 'values', json_build_array(json_build_array('x')), 'returning', true)::text));
			got := got || said(connector.try_call('update_rows', json_build_object('table', tab, 'set', json_build_object(name, 'y'),
				'where', json_build_array(json_build_array(name, '=', 'x')), 'returning', json_build_array(name))::text));
			FOREACH sorted IN ARRAY ARRAY[to_json(name), json_build_array(name, 'desc')] LOOP
				reply := connector.try_call('select_rows', json_build_object('table', tab, 'columns', json_build_array(name),
					'where', json_build_array(json_build_array(name, 'in', json_build_array(name, 'x'))),
					'order_by', json_build_array(sorted))::text);
				IF reply ->> 'rowCount' IS DISTINCT FROM '1' OR reply #>> ARRAY['rows', '0', name] IS DISTINCT FROM name THEN
					RAISE INFO 'select_rows % % by %: %', tab, name, sorted, said(reply);
				END IF;
			END LOOP;
			reply := connector.try_call('select_rows', json_build_object('table', tab,
				'order_by', json_build_array(name, json_build_array(name, 'desc')))::text);
			IF reply #>> '{error,code}' IS DISTINCT FROM '42701' OR reply #>> '{error,path}' <> '/order_by/1/0' THEN
				RAISE INFO 'select_rows % % twice: %', tab, name, said(reply);
			END IF;
			reply := connector.try_call('describe', json_build_object('table', tab)::text);
			IF reply #>> '{tables,0,name}' IS DISTINCT FROM name OR reply #>> '{tables,0,columns,0,name}' IS DISTINCT FROM name THEN
				RAISE INFO 'describe % %: %', tab, name, said(reply);
			END IF;
			got := got || said(connector.try_call('delete_rows', json_build_object('table', tab,
				'where', json_build_array(json_build_array(name, '=', 'y')))::text));
			got := got || said(connector.try_call('drop_table', json_build_object('table', tab)::text));

			IF array_length(got, 1) <> 7 OR got[1] <> '{"success":true,"created":true}' OR got[2] NOT LIKE '42P07 already_exists at "/table":%'
				OR got[3] NOT LIKE '%"rowCount":1}' OR got[4] NOT LIKE '{"rows":[{%}],%"rowCount":1}' OR got[5] NOT LIKE '{"rows":[{%}],"rowCount":1}'
				OR got[6] <> '{"rowCount":1}' OR got[7] <> '{"success":true,"dropped":true}' THEN
				RAISE INFO '% %: %', tab, name, got;
			END IF;
			got := '{}';
			lives := lives + 1;
		END LOOP;

		-- And back and forth as a value, whichever way it is given.
		reply := connector.try_call('query', json_build_object('sql', 'SELECT $1 AS a, $2::jsonb AS b, $3::text[] AS c, $4::name AS d, $5 = $1 AS e',
			'params', json_build_array(name, name, json_build_array(name, name), name, name))::text);
		IF reply #>> '{rows,0,a}' IS DISTINCT FROM name OR reply #>> '{rows,0,b}' IS DISTINCT FROM name OR reply #>> '{rows,0,c,1}' IS DISTINCT FROM name
			OR reply #>> '{rows,0,d}' IS DISTINCT FROM name OR (reply #>> '{rows,0,e}')::bool IS DISTINCT FROM true THEN
			RAISE INFO 'as a value %: %', name, said(reply);
		END IF;
		EXECUTE format('DROP SCHEMA %I', 'hostile ' || left(name, 10));
	END LOOP;
	RAISE INFO '% names, % tables lived and died', (SELECT count(*) FROM names), lives;
END $$;

--
-- What is no name at all, or too long for one
--
SELECT t || '  =>  ' || said(connector.try_call('select_rows', '{"table": ' || t || '}'))
FROM unnest(ARRAY['""', '"\"\""', '"."', '"a."', '".a"', '"a..b"', '"a.b.c"', '"\"a"', '"\"a\"b"', '"\"a\".\"b"', '"\"a\" .b"', '[]', '[""]', '["a", ""]',
	'["a", "b", "c"]', '[1]', '["a", null]', '[["a"]]', '"a\u0000b"', '["\ud800"]', '"victim "', '"VICTIM"', '"hostile.Victim"', '"pg_temp.victim"', '"hostil.victim"']) AS t;

-- 64 bytes are never cut to 63.
SELECT said(connector.try_call('create_table', json_build_object('table', repeat('x', 63), 'columns',
	json_build_array(json_build_object('name', repeat('c', 63), 'type', 'text')))::text));
SELECT said(connector.try_call('create_table', json_build_object('table', repeat('x', 64), 'columns', '[]'::json)::text));
SELECT said(connector.try_call('create_table', json_build_object('table', json_build_array(repeat('x', 64), 'a'), 'columns', '[]'::json)::text));
SELECT said(connector.try_call('create_table', json_build_object('table', repeat('日', 22), 'columns', '[]'::json)::text));
SELECT said(connector.try_call('create_table', json_build_object('table', 'a', 'columns',
	json_build_array(json_build_object('name', repeat('é', 32), 'type', 'text')))::text));
SELECT said(connector.try_call('select_rows', json_build_object('table', repeat('x', 64))::text));
SELECT said(connector.try_call('select_rows', json_build_object('table', repeat('x', 63), 'columns', json_build_array(repeat('c', 64)))::text));
SELECT said(connector.try_call('insert_rows', json_build_object('table', repeat('x', 63), 'row', json_build_object(repeat('c', 64), 1))::text));
SELECT said(connector.try_call('drop_table', json_build_object('table', repeat('x', 63))::text));

--
-- Break-outs at every place of a name or a word, and of a value
--
CREATE TABLE target (id serial PRIMARY KEY, name text, n int);
CREATE TABLE payloads (n serial, p text);
INSERT INTO payloads (p) VALUES
	('victim; DROP TABLE victim; --'), ('victim"; DROP TABLE victim; --'), ('"; DROP TABLE hostile.victim; --'), ('target"; DELETE FROM victim WHERE "1" = "1'),
	('x'' OR ''1''=''1'), (''' OR true; --'), (''') ; DROP TABLE victim; --'), ('= 1 OR true --'), ('= ANY (SELECT 1)'), ('OPERATOR(pg_catalog.=)'),
	('asc; DROP TABLE victim'), ('desc NULLS FIRST, (SELECT 1/0)'), ('asc, pg_sleep(10)'), ('id = 1, secret'), ('name" = (SELECT secret FROM victim LIMIT 1), "n'),
	('id) VALUES (1); DROP TABLE victim; --'), ('*'), ('count(*)'), ('(SELECT secret FROM victim LIMIT 1)'), ('id::text'), ('id, secret'), ('ctid'), ('tableoid'),
	('$1'), ('$1; DROP TABLE victim'), ('$$; DROP TABLE victim; $$'), ('E''\'''), ('\'''), ('U&"\0022victim"'), ('/* */'), ('--'), (E'\n; DROP TABLE victim'), (E'x\\'),
	('%s%s%n'), ('{"columns": ["id"]}'), ('victim" CASCADE; --'), ('victim UNION SELECT 1'), ('target t, victim'), ('ONLY victim'), ('victim*'), ('victim TABLESAMPLE SYSTEM (1)'),
	('pg_read_file(''/etc/passwd'')'), ('!~'), ('=$1 OR id>'), ('in (1); --'), ('is_null OR true'), ('is null'), ('OR'), ('and'), ('not');

CREATE TABLE places (n serial, command text, request text, codes text);
INSERT INTO places (command, request, codes) VALUES
	('select_rows', '{"table": %s}', '42P01 42601 42622 3F000'),
	('select_rows', '{"table": [%s, "victim"]}', '3F000'),
	('select_rows', '{"table": ["hostile", %s]}', '42P01'),
	('select_rows', '{"table": "target", "columns": [%s]}', '42703'),
	('select_rows', '{"table": "target", "columns": ["id", %s, "name"]}', '42703'),
	('select_rows', '{"table": "target", "where": [[%s, "=", 1]]}', '42703'),
	('select_rows', '{"table": "target", "where": [["id", %s, 1]]}', '22023'),
	('select_rows', '{"table": "target", "where": [{%s: [["id", "=", 1]]}]}', '42601'),
	('select_rows', '{"table": "target", "order_by": [%s]}', '42703'),
	('select_rows', '{"table": "target", "order_by": [[%s, "asc"]]}', '42703'),
	('select_rows', '{"table": "target", "order_by": [["id", %s]]}', '42601'),
	('select_rows', '{"table": "target", %s: 1}', '42601'),
	('select_rows', '{"table": "target", "limit": %s}', '42601'),
	('insert_rows', '{"table": %s, "row": {"id": 1}}', '42P01 42601 42622 3F000'),
	('insert_rows', '{"table": "target", "row": {%s: 1}}', '42703'),
	('insert_rows', '{"table": "target", "rows": [{"n": 1}, {%s: 1}]}', '42703'),
	('insert_rows', '{"table": "target", "columns": ["n", %s], "values": [[1, 2]]}', '42703'),
	('insert_rows', '{"table": "target", "row": {"n": 1}, "returning": [%s]}', '42703'),
	('insert_rows', '{"table": "target", "row": {"n": %s}}', '22P02'),
	('update_rows', '{"table": %s, "set": {"n": 1}, "all_rows": true}', '42P01 42601 42622 3F000'),
	('update_rows', '{"table": "target", "set": {%s: 1}, "all_rows": true}', '42703'),
	('update_rows', '{"table": "target", "set": {"n": 1}, "where": [[%s, "is_null"]]}', '42703'),
	('update_rows', '{"table": "target", "set": {"n": 1}, "where": [["id", %s]]}', '22023 42601'),
	('update_rows', '{"table": "target", "set": {"n": 1}, "all_rows": true, "returning": [%s]}', '42703'),
	('update_rows', '{"table": "target", "set": {"n": %s}, "all_rows": true}', '22P02'),
	('delete_rows', '{"table": %s, "all_rows": true}', '42P01 42601 42622 3F000'),
	('delete_rows', '{"table": "target", "where": [["id", "in", [1, %s]]]}', '22P02'),
	('delete_rows', '{"table": "target", "where": [["id", "=", %s]]}', '22P02'),
	('delete_rows', '{"table": "target", "where": [["name", "=", %s]]}', 'ok'),
	('delete_rows', '{"table": "target", "where": [["name", "like", %s]]}', 'ok 22025'),
	('delete_rows', '{"table": "target", "where": [["name", "in", [%s]]]}', 'ok'),
	('create_table', '{"table": "a", "columns": [{"name": "c", "type": %s}]}', '42601 42704'),
	('create_table', '{"table": "a", "columns": [{"name": "c", "type": "int", "default": %s}]}', '22P02'),
	('create_table', '{"table": "a", "columns": [{"name": "c", "type": "text", %s: 1}]}', '42601'),
	('create_table', '{"table": "a", "columns": [{"name": "c", "type": "text"}], "primary_key": [%s]}', '42703 0A000'),
	('create_table', '{"table": [%s, "a"], "columns": []}', '3F000'),
	('drop_table', '{"table": %s}', '42P01 42601 42622 3F000'),
	('drop_table', '{"table": %s, "if_exists": true}', 'ok 42601'),
	('drop_table', '{"table": [%s, "a"], "if_exists": true}', 'ok'),
	('query', '{"sql": "SELECT $1::int AS a", "params": [%s]}', '22P02'),
	('query', '{"sql": "SELECT $1::int AS a", "params": {%s: 1}}', '42601'),
	('query', '{"sql": "SELECT name FROM target WHERE name = $1", "params": [%s]}', 'ok'),
	('describe', '{"table": %s}', '42P01 42601 42622 3F000'),
	('describe', '{"schema": %s}', '3F000'),
	('describe', '{"after": ["a", %s], "limit": 0}', 'ok'),
	('commands', '{"name": %s}', '42883');

-- {"$1": 1} is what it should be, a table of that name can be asked for, and a predicate by these words exists.
DO $$
DECLARE
	payload text;
	place places;
	reply json;
	code text;
	before text := fingerprint();
	tried int := 0;
BEGIN
	FOR payload IN SELECT p FROM payloads ORDER BY n LOOP
		FOR place IN SELECT * FROM places ORDER BY n LOOP
			reply := connector.try_call(place.command, replace(place.request, '%s', to_json(payload)::text));
			code := reply #>> '{error,code}';
			tried := tried + 1;
			CONTINUE WHEN code IS NULL AND (place.codes ~ 'ok' OR
				payload = '$1' AND place.request LIKE '%{\%s: 1}}' OR
				payload IN ('and', 'not') AND place.request LIKE '%{\%s: [[%');
			IF code IS NULL OR code <> ALL (string_to_array(place.codes, ' ')) OR reply #>> '{error,kind}' NOT IN ('request', 'not_found', 'data')
				OR reply #>> '{error,path}' IS NULL OR reply #>> '{error,message}' ~ '[^ -~]' AND payload !~ '[^ -~]' THEN
				RAISE INFO 'wrong: % % %: %', place.command, place.request, payload, said(reply);
			END IF;
		END LOOP;
	END LOOP;
	RAISE INFO '% attempts, % changed anything', tried, CASE WHEN fingerprint() = before THEN 'none has' ELSE 'SOME HAVE' END;
END $$;

-- As a value each is just a value.
SELECT connector.insert_rows(json_build_object('table', 'target', 'rows', (SELECT json_agg(json_build_object('name', p) ORDER BY n) FROM payloads))) ->> 'rowCount' =
	count(*)::text AS inserted FROM payloads;
SELECT count(*) AS altered FROM payloads FULL JOIN target ON p = name WHERE p IS NULL OR name IS NULL;

-- Each is told as a person would want it.
SELECT said(connector.try_call('select_rows', '{"table": "victim; DROP TABLE victim; --"}'));
SELECT said(connector.try_call('delete_rows', '{"table": "victim", "where": [["id", "= 1 OR true --", 1]]}'));
SELECT said(connector.try_call('create_table', '{"table": "a", "columns": [{"name": "c", "type": "int); DROP TABLE victim; --"}]}'));
SELECT said(connector.try_call('select_rows', '{"table": "target", "order_by": [["id", "desc; DROP TABLE victim"]]}'));

--
-- Types that are more than a type; those that are one are shown as what they became
--
CREATE TABLE types (n serial, t text);
INSERT INTO types (t) VALUES
	('int'), ('int); DROP TABLE victim; --'), ('int); DROP TABLE victim; CREATE TABLE x (c int'), ('int, d int'), ('int, d int) --'), ('int, after_it int)--'),
	('int,'), ('int) INHERITS (victim'), ('int) INHERITS (victim) --'), ('int) WITH (fillfactor = 10'), ('int) TABLESPACE pg_default --'), ('int) USING heap --'),
	('int) PARTITION BY LIST (c'), ('int) ON COMMIT DROP --'), ('int) WITHOUT OIDS --'), ('int --'), ('int) --'), ('int /*'), ('int) /*'), ('int /* comment */'), ('int;'), ('int; '),
	('int);'), (E'int\n'), (E'int)\n;--'), ('int) AS SELECT 1 --'), ('int CHECK (true'), ('int, CHECK (true)'), ('int, UNIQUE (c)'), ('int, PRIMARY KEY (c'), ('int, LIKE victim'),
	('LIKE victim'), ('int, LIKE victim INCLUDING ALL'), ('SETOF int'), ('hostile.victim.id%TYPE'), ('victim.id%TYPE'), ('victim%ROWTYPE'), ('TABLE (a int)'), ('VARIADIC int[]'),
	('U&"\0069nt4"'), ('U&"\0022x"'), ('U&"!0069nt4" UESCAPE ''!'''), ('U&"\zzzz"'), ('$$int$$'), ('''int'''), ('E''int'''), ('int DEFAULT E''\x31'''),
	('int DEFAULT $$1$$'), ('text DEFAULT ''a''''; DROP TABLE victim; --'''), ('int DEFAULT (SELECT max(id) FROM victim)'), ('int DEFAULT 1; DROP TABLE victim'),
	('int DEFAULT $1'), ('int DEFAULT c'), ('int DEFAULT 1 + 1'), ('int CHECK (c > 0)'), ('int CHECK (EXISTS (SELECT 1 FROM victim))'),
	('int CONSTRAINT named CHECK (c > 0) NO INHERIT'), ('int GENERATED ALWAYS AS (1) STORED'), ('int GENERATED ALWAYS AS (nextval(''target_id_seq'')) STORED'),
	('int GENERATED BY DEFAULT AS IDENTITY (START 5)'), ('int REFERENCES victim'), ('int REFERENCES victim (id) ON DELETE CASCADE DEFERRABLE INITIALLY DEFERRED'),
	('int REFERENCES nosuch'), ('int REFERENCES pg_class (oid)'), ('text COLLATE "C"'), ('text COLLATE "nosuch"'), ('text COLLATE pg_catalog."C" NOT NULL'), ('int COLLATE "C"'),
	('int OPTIONS (a ''b'')'), ('int PRIMARY KEY USING INDEX TABLESPACE pg_default'), ('int PRIMARY KEY WITH (fillfactor = 50)'), ('int UNIQUE PRIMARY KEY NOT NULL DEFAULT 3'),
	('int NOT NULL NULL'), ('int DEFAULT 1 DEFAULT 2'), ('int DEFERRABLE'), ('int UNIQUE DEFERRABLE'), ('serial'), ('bigserial PRIMARY KEY'), ('serial DEFAULT 3'), ('serial[]'), ('pg_catalog.serial'),
	('varchar(20)'), ('varchar(0)'), ('varchar((SELECT 1))'), ('varchar(20); --)'), ('numeric(10, 2)'), ('numeric(10, x)'), ('numeric(-1)'), ('int(3)'), ('int[]'), ('int[3][]'), ('int ARRAY[4]'),
	('timestamp(3) with time zone'), ('interval day to second(3)'), ('double precision'), ('national character varying(5)'), ('bit varying(3)'), ('"char"'), ('"int"'), ('"int4"'), ('INT4'),
	('"INT4"'), ('int4range'), ('victim'), ('victim[]'), ('_int4'), ('regclass'), ('name'), ('pg_catalog.int4'), ('hostile.int4'), ('nosuch'), ('nosuch.int4'), ('inger'), ('a.b.c.d'), ('record'), ('void'),
	('anyelement'), ('cstring'), ('trigger'), ('unknown'), (''), (' '), ('"'), (''''), ('\'), ('c'), ('select'), ('(int)'), ('int)'), ('(int'), ('int::text'), ('%s'), ('int' || chr(1)), ('日本'), (repeat('x', 1000));

-- The types' texts are long or ugly; what is told about them is shown in full where it says something.
CREATE FUNCTION became() RETURNS text LANGUAGE sql AS $$
	SELECT concat_ws(' ', format_type(a.atttypid, a.atttypmod), CASE WHEN attnotnull THEN 'not null' END, CASE attgenerated WHEN 's' THEN 'generated' END,
		CASE WHEN attidentity <> '' THEN 'identity' END, 'default ' || pg_get_expr(adbin, adrelid),
		(SELECT string_agg(pg_get_constraintdef(k.oid), ' ' ORDER BY contype) FROM pg_constraint k WHERE conrelid = to_regclass('a') AND contype <> 'n'))
	FROM pg_attribute a LEFT JOIN pg_attrdef ON adrelid = attrelid AND adnum = attnum WHERE attrelid = to_regclass('a') AND attnum > 0
$$;
DO $$
DECLARE
	type types;
	reply json;
	before text := fingerprint();
	shown text;
BEGIN
	FOR type IN SELECT * FROM types ORDER BY n LOOP
		reply := connector.try_call('create_table', json_build_object('table', 'a', 'columns', json_build_array(json_build_object('name', 'c', 'type', type.t)))::text);
		shown := translate(left(type.t, 100), E'\n\x01', '||');
		IF reply -> 'error' IS NULL THEN
			RAISE INFO '%  =>  %', shown, became();
			IF (SELECT relnatts <> 1 OR relhassubclass OR relispartition OR relkind <> 'r' OR reloptions IS NOT NULL OR reltablespace <> 0
				OR EXISTS (SELECT FROM pg_inherits WHERE inhrelid = oid) FROM pg_class WHERE oid = to_regclass('a')) THEN
				RAISE INFO 'that is not one column of a plain table';
			END IF;
			DROP TABLE a;
		ELSIF reply #>> '{error,message}' LIKE '% is not a column''s type' AND reply #>> '{error,path}' = '/columns/0/type' AND reply #>> '{error,kind}' = 'request' THEN
			RAISE INFO '%  =>  % not a type%', shown, reply #>> '{error,code}', coalesce('; ' || (reply #>> '{error,detail}'), '');
		ELSE
			RAISE INFO '%  =>  %', shown, replace(said(reply), repeat('x', 1000), 'xxx');
		END IF;
	END LOOP;
	RAISE INFO 'nothing else changed: %', fingerprint() = before;
END $$;

-- Without the kind "sql" a type may carry constants, and no expression.
SET pg_connector.allow = 'read, write, ddl';
SELECT t || '  =>  ' || said(connector.try_call('create_table', json_build_object('table', 'b' || row_number() OVER (), 'columns',
	json_build_array(json_build_object('name', 'c', 'type', t)))::text))
FROM unnest(ARRAY['int NOT NULL DEFAULT -1', 'text DEFAULT ''x''', 'numeric DEFAULT +1.5', 'date DEFAULT ''2024-01-01''::date', 'bool DEFAULT true', 'text DEFAULT NULL', 'text DEFAULT CAST(1 AS text)',
	'timestamptz DEFAULT now()', 'timestamptz DEFAULT current_timestamp', 'text DEFAULT current_user', 'int DEFAULT 1 + 1', 'int DEFAULT (1)', 'int DEFAULT - (-1)', 'text DEFAULT (now())::text',
	'text DEFAULT pg_read_file(''x'')::text', 'int DEFAULT - pg_backend_pid()', 'int DEFAULT ~ 1', 'int DEFAULT OPERATOR(pg_catalog.-) 1', 'int[] DEFAULT ARRAY[1]', 'int CHECK (c > 0)', 'int CHECK (true)',
	'int GENERATED ALWAYS AS (1) STORED', 'int DEFAULT 1 CHECK (true)', 'int GENERATED ALWAYS AS IDENTITY', 'serial']) AS t;
SELECT said(connector.try_call('create_table', '{"table": "b", "columns": [{"name": "c", "type": "int", "default_expression": "1"}]}'));
RESET pg_connector.allow;

--
-- Expressions that are more than an expression
--
DO $do$
DECLARE
	expression text;
	reply json;
	before text;
BEGIN
	PERFORM connector.drop_table(json_build_object('table', relname)) FROM pg_class WHERE relnamespace = 'hostile'::regnamespace AND relname ~ '^b\d+$';
	before := fingerprint();
	FOREACH expression IN ARRAY ARRAY['now()::text', '''a'' || ''b''', '''a''; DROP TABLE victim', '''a''; DROP TABLE victim; --', '''a'' --', '''a'';', '''a'' /* b */', '''a'' /*', '1, 2', '''a'' AS b',
		'''a'' b', 'secret FROM victim', '''a'' FROM victim', '''a'' WHERE true', '''a'' UNION SELECT ''b''', '''a'' INTO x', '''a'' FOR UPDATE', '''a'' LIMIT 1', '''a'' ORDER BY 1', '''a'' OFFSET 0',
		'''a'' GROUP BY 1', '''a'' HAVING true', '''a'' WINDOW w AS ()', 'DISTINCT ''a''', 'ALL ''a''', 'ON (a)', '*', 'victim.*', 'c', '(SELECT secret FROM victim)', '(TABLE victim)', 'count(*)::text',
		'row_number() OVER ()', 'generate_series(1, 2)::text', '$1', '', ' ', ')', '(', '''', '"', '$$', '1) ; DROP TABLE victim; SELECT (1', 'DEFAULT', 'NULL', 'current_user', 'nosuch()', 'unnest(ARRAY[1])',
		'EXISTS (SELECT)', '1/0', 'pg_sleep(0)::text', 'U&''\0041''', 'CASE WHEN true THEN ''x'' END', 'E''\x41''', 'grouping(1)', '''a'' COLLATE "C"'] LOOP
		reply := connector.try_call('create_table', json_build_object('table', 'a', 'columns', json_build_array(
			json_build_object('name', 'c', 'type', 'text', 'default_expression', expression)))::text);
		RAISE INFO '%  =>  %', expression, CASE WHEN reply -> 'error' IS NULL THEN became() ELSE said(reply) END;
		DROP TABLE IF EXISTS a;
	END LOOP;
	RAISE INFO 'nothing else changed: %', fingerprint() = before;
END $do$;

--
-- JSON that ends too soon: at every byte of a request of each command
--
CREATE TABLE requests (n serial, command text, request text);
INSERT INTO requests (command, request) VALUES
	('select_rows', '{"table": "target", "columns": ["id", "name"], "where": [["name", "=", "x\u00e9\""], {"or": [["n", ">", -1.5e1], ["n", "is_null"]]}, {"not": ["id", "in", [1, null]]}], "order_by": [["name", "desc"], "id"], "limit": 10, "offset": 0, "timeout_ms": 20000}'),
	('insert_rows', '{"table": ["hostile", "target"], "rows": [{"name": "x", "n": 1}, {"n": null}], "returning": true, "timeout_ms": 20000}'),
	('insert_rows', '{"table": "target", "columns": ["name", "n"], "values": [["x", 1], [null, 2]], "returning": ["id"]}'),
	('insert_rows', '{"table": "target", "row": {"name": "x"}}'),
	('update_rows', '{"table": "target", "set": {"name": "y", "n": 1}, "where": [["id", "<=", 1]], "returning": ["id", "n"], "timeout_ms": 20000}'),
	('update_rows', '{"table": "target", "set": {"name": "y"}, "all_rows": true}'),
	('delete_rows', '{"table": "target", "where": [["id", "=", 1], ["name", "like", "x%"]], "returning": true}'),
	('create_table', '{"table": "a", "columns": [{"name": "c", "type": "int", "nullable": false, "default": 1, "unique": true}, {"name": "d", "type": "text", "default_expression": "now()", "primary_key": true}, {"name": "e", "type": "text"}], "if_not_exists": false, "timeout_ms": 20000}'),
	('create_table', '{"table": "a", "columns": [{"name": "c", "type": "int"}], "primary_key": ["c"], "if_not_exists": true}'),
	('drop_table', '{"table": "target", "if_exists": true, "cascade": false, "timeout_ms": 20000}'),
	('query', '{"sql": "SELECT id FROM target WHERE name = $1 AND n = $2::int", "params": ["x", 2], "limit": 5, "timeout_ms": 20000}'),
	('query', '{"sql": "SELECT $1 AS a", "params": {"$1": "x"}}'),
	('execute', '{"sql": "DELETE FROM target WHERE name = $1 RETURNING id", "params": ["x"], "timeout_ms": 20000}'),
	('describe', '{"table": "target", "schema": "hostile", "after": ["hostile", "a"], "limit": 5, "timeout_ms": 20000}'),
	('test_connection', '{"timeout_ms": 20000}'),
	('commands', '{"name": "query", "timeout_ms": 20000}');

DO $$
DECLARE
	r requests;
	reply json;
	before text := fingerprint() || (SELECT md5(string_agg(target::text, '')) FROM target);
	tried int := 0;
BEGIN
	FOR r IN SELECT * FROM requests ORDER BY n LOOP
		FOR len IN 0 .. length(r.request) - 1 LOOP
			reply := connector.try_call(r.command, left(r.request, len));
			tried := tried + 1;
			IF reply #>> '{error,code}' IS DISTINCT FROM '42601' OR reply #>> '{error,kind}' <> 'request'
				OR reply #>> '{error,detail}' IS DISTINCT FROM format('At byte %s of the text.', len + 1) THEN
				RAISE INFO '% %: %', r.command, left(r.request, len), said(reply);
			END IF;
			-- Something else in the place of a byte, or something too much.
			FOR i IN 1 .. 2 LOOP
				CONTINUE WHEN i = 2 AND substr(r.request, len + 1, 1) = ' ';
				reply := connector.try_call(r.command, CASE i WHEN 1 THEN left(r.request, len) || E'\x02' || right(r.request, -len - 1)
					ELSE r.request || substr(r.request, len + 1, 1) END);
				tried := tried + 1;
				IF reply #>> '{error,code}' IS DISTINCT FROM '42601' THEN
					RAISE INFO '% %: %', r.command, left(r.request, len), said(reply);
				END IF;
			END LOOP;
		END LOOP;
	END LOOP;
	RAISE INFO '% broken texts, % changed anything', tried,
		CASE WHEN fingerprint() || (SELECT md5(string_agg(target::text, '')) FROM target) = before THEN 'none' ELSE 'SOME' END;
END $$;

--
-- Nesting
--
CREATE TABLE documents (id int, j json, b jsonb, a int[]);
-- 100,000 levels at each place, closed or not, and in turns.
DO $$
DECLARE
	place text[];
	deep text;
	reply json;
	before text := fingerprint();
	tried int := 0;
BEGIN
	FOREACH place SLICE 1 IN ARRAY ARRAY[['select_rows', '%s'], ['select_rows', '{"table": %s}'], ['select_rows', '{"table": "target", "where": %s}'],
		['select_rows', '{"table": "target", "where": [{"not": %s}]}'], ['delete_rows', '{"table": "target", "where": [["id", "=", %s]]}'],
		['select_rows', '{"table": "target", "order_by": %s}'], ['select_rows', '{"table": "target", "nosuch": %s}'],
		['insert_rows', '{"table": "documents", "rows": %s}'], ['insert_rows', '{"table": "documents", "row": {"j": %s}}'], ['insert_rows', '{"table": "documents", "row": {"b": %s}}'],
		['insert_rows', '{"table": "documents", "row": {"a": %s}}'], ['update_rows', '{"table": "documents", "set": {"b": %s}, "all_rows": true}'],
		['create_table', '{"table": "a", "columns": %s}'], ['create_table', '{"table": "a", "columns": [{"name": "c", "type": "jsonb", "default": %s}]}'],
		['query', '{"sql": "SELECT $1::jsonb AS a", "params": [%s]}'], ['query', '{"sql": "SELECT 1 AS a", "params": %s}'], ['commands', '{"name": %s}'], ['nosuch', '%s']] LOOP
		FOREACH deep IN ARRAY ARRAY[repeat('[', 100000), repeat('[', 100000) || repeat(']', 100000), repeat('{"a":', 100000) || '1' || repeat('}', 100000),
			repeat('[{"and":', 50000) || '1' || repeat('}]', 50000)] LOOP
			reply := connector.try_call(place[1], replace(place[2], '%s', deep));
			tried := tried + 1;
			IF reply #>> '{error,code}' IS DISTINCT FROM (CASE place[1] WHEN 'nosuch' THEN '42883' ELSE '54001' END) OR length(reply::text) > 1000 THEN
				RAISE INFO '% % %: %', place[1], place[2], left(deep, 10), left(said(reply), 500);
			END IF;
		END LOOP;
	END LOOP;
	RAISE INFO '% deep requests, % changed anything', tried, CASE WHEN fingerprint() = before AND NOT EXISTS (SELECT FROM documents) THEN 'none' ELSE 'SOME' END;
END $$;
SELECT said(connector.try_call('select_rows', repeat('[', 100000)));
-- Conditions may be nested as deep as a request may, and no deeper.
SELECT n, said(connector.try_call('delete_rows', '{"table": "documents", "where": [' || repeat('{"not": ', n) || '["id", "=", 1]' || repeat('}', n) || ']}'))
FROM unnest(ARRAY[1, 60, 61, 62, 63]) AS n;
-- A value is as deep as its type lets it be.
SELECT connector.insert_rows('{"table": "documents", "row": {"id": 1, "j": ' || repeat('[', 1000) || repeat(']', 1000) || ', "b": ' || repeat('[', 1000) || repeat(']', 1000) || '}}');
SELECT (connector.select_rows('{"table": "documents"}') #>> '{rows,0,b}') = repeat('[', 1000) || repeat(']', 1000) AS same;
DELETE FROM documents;
SELECT said(connector.try_call('insert_rows', '{"table": "documents", "row": {"a": [[[[[[[1]]]]]]]}}'));

--
-- Everything in the place of everything
--
-- Each value in each request above is replaced by one of each kind of JSON value.  Columns and parameters take more than one
-- kind, some members do: those are left alone.  Nowhere else may a wrong kind be taken, and nothing at all may be our fault.
CREATE FUNCTION places_in(value jsonb, path text[] DEFAULT '{}') RETURNS SETOF text[] LANGUAGE sql AS $$
	SELECT path
	UNION ALL
	SELECT p FROM jsonb_each(CASE jsonb_typeof(value) WHEN 'object' THEN value ELSE '{}' END) AS e, places_in(e.value, path || e.key) AS p
	UNION ALL
	SELECT p FROM jsonb_array_elements(CASE jsonb_typeof(value) WHEN 'array' THEN value ELSE '[]' END) WITH ORDINALITY AS e(v, i),
		places_in(e.v, path || (i - 1)::text) AS p
$$;
DO $$
DECLARE
	r requests;
	place text[];
	instead text;
	old text;
	reply json;
	code text;
	tried int := 0;
	answered int := 0;
BEGIN
	FOR r IN SELECT * FROM requests ORDER BY n LOOP
		FOR place IN SELECT p FROM places_in(r.request::jsonb) AS p LOOP
			old := jsonb_typeof(r.request::jsonb #> place);
			FOREACH instead IN ARRAY ARRAY['null', 'true', 'false', '0', '-1', '1.5', '2147483648', '1e400', '"x"', '""', '[]', '{}', '[null]', '[[]]', '["x"]', '{"x": 1}', '[{}]'] LOOP
				CONTINUE WHEN jsonb_typeof(instead::jsonb) = old AND old IN ('boolean', 'string');
				BEGIN
					reply := connector.try_call(r.command, CASE WHEN place = '{}' THEN instead ELSE jsonb_set(r.request::jsonb, place, instead::jsonb)::text END);
					tried := tried + 1;
					code := reply #>> '{error,code}';
					IF code IS NULL THEN
						answered := answered + 1;
						IF jsonb_typeof(instead::jsonb) <> old
							AND NOT (r.command = 'insert_rows' AND place[1] IN ('row', 'rows', 'values') AND place[3] IS NOT NULL)
							AND NOT (r.command = 'insert_rows' AND place[1] = 'row' AND place[2] IS NOT NULL)
							AND NOT (place[1] IN ('set', 'params') AND place[2] IS NOT NULL)
							AND NOT (place[1] = 'where' AND place[array_length(place, 1)] = '2')
							AND NOT (place[1] = 'where' AND place[array_length(place, 1) - 1] = '2')
							AND NOT (place[1] = 'columns' AND place[3] = 'default')
							-- Nobody looks at an empty list or object twice; and these two have several kinds.
							AND NOT (place[1] = 'returning' AND (instead = 'true' OR instead = '[]'))
							AND NOT (place[1] = 'params' AND jsonb_typeof(instead::jsonb) IN ('array', 'object'))
							AND NOT (place[1] IN ('table', 'after') AND place[2] IS NULL AND instead IN ('"x"', '["x"]')) THEN
							RAISE INFO '% % %: %', r.command, place, instead, said(reply);
						END IF;
					ELSE
						IF reply #>> '{error,kind}' NOT IN ('request', 'not_found', 'data', 'constraint', 'limit') OR code ~ '^XX'
							OR code NOT IN ('42601', '42703', '42P01', '3F000', '22P02', '22023', '22003', '21000', '54000', '42883', '23502', '42804', '42704')
							OR reply #>> '{error,path}' IS NULL AND r.command NOT IN ('query', 'execute')
							OR reply #>> '{error,hint}' ~ 'psql' THEN
							RAISE INFO '% % %: %', r.command, place, instead, said(reply);
						END IF;
					END IF;
					RAISE EXCEPTION USING ERRCODE = 'HX001';
				EXCEPTION WHEN SQLSTATE 'HX001' THEN
					-- Each starts from the same.
				END;
			END LOOP;
		END LOOP;
	END LOOP;
	RAISE INFO '% requests, % of them answered', tried, CASE WHEN answered < tried / 5 THEN 'few' ELSE 'too many' END;
END $$;

--
-- Members twice, unknown, by other spellings
--
SELECT t || '  =>  ' || said(connector.try_call('select_rows', t)) FROM unnest(ARRAY[
	'{"table": "victim", "table": "target"}', '{"table": "victim", "t\u0061ble": "target"}', '{"t\u0061ble": "victim", "\u0074able": "target"}',
	'{"t\u0061bl\u0065": "victim", "limit": 0}', '{"Table": "victim"}', '{"table ": "victim"}', '{"table": "victim", "wher": []}', '{"table": "victim", "": 1}',
	'{"table": "victim", "\u0000": 1}', '{"table": "victim", "table\u0000": 1}', '{"table": "victim", "\ud800": 1}', '{"table": "victim", "\udc00\ud800": 1, "\ud83d\ude00": 1}',
	'{"table": "victim", "a/b~c": 1}', '{"table": "victim", "a\"b": 1}', '{"table": "victim", "a\nb": 1}', '{"table": "victim", "🐘": 1}', '{"table": "victim", "upsert": true}',
	'{"table": "victim", "where": [{"and": [], "and": []}]}', '{"table": "victim", "where": [{"and": [], "or": []}]}', '{"table": "victim", "where": [{}]}', '{"table": "victim", "where": [{"\u006fr": []}]}',
	'{"table": "victim", "where": [["id", "\u003d", 7]]}', '{"table": "victim", "where": [["\u0069d", "=", 7]]}', '{"table": "victim", "where": [["id", "=", 7, 8]]}', '{"table": "victim", "where": [["id"]]}',
	'{"table": "victim", "where": [[]]}', '{"table": "victim", "where": ["id", "=", 7]}', '{"table": "victim", "where": [["id", "=", null]]}', '{"table": "victim", "where": [["id", "<", null]]}',
	'{"table": "victim", "where": [["id", "is_null", null]]}', '{"table": "victim", "where": [["id", "in", 7]]}', '{"table": "victim", "where": [["id", "in", []]]}', '{"table": "victim", "where": [["id", "IN", [7]]]}',
	'{"table": "victim", "where": [["id", "beetween", [7, 8]]]}', '{"table": "victim", "where": [["secret", "=", "a\u0000b"]]}', '{"table": "victim", "where": [["secret", "=", "\ud83d"]]}',
	'{"table": "victim", "where": [["secret", "=", "\ud83d\udc18"]]}', '{"table": "victim", "columns": ["id", "id"]}', '{"table": "victim", "columns": ["id", "\u0069d"]}', '{"table": "victim", "order_by": [["id", "ASC"]]}',
	'{"table": "victim", "order_by": [["id", "asc", "nulls_first"]]}', '{"table": "victim", "order_by": [["id", "asc", "NULLS FIRST"]]}', '{"table": "victim", "order_by": [["id", "nulls_first"]]}', '{"table": "victim", "order_by": [[]]}', '{"table": "victim", "cursor": null}', '{}', '[]', '"table"', 'null', '', ' ', '{"table"}', '{''table'': "x"}',
	'{table: "x"}', '{"table": "x",}', '{"table": "victim"} {}', '{"table": "victim"} -- no', '/* no */ {"table": "victim"}', '{"table": NaN}', '{"table": "victim", "limit": +1}', '{"table": "victim", "limit": 01}',
	'{"table": "victim", "limit": 1.}', '{"table": "victim", "limit": .5}', '{"table": "victim", "limit": 1e2}', '{"table": "victim", "limit": 1.0}', '{"table": "victim", "limit": -0}', '{"table": "victim", "limit": -1}',
	'{"table": "victim", "limit": 2147483646}', '{"table": "victim", "limit": 2147483647}', '{"table": "victim", "limit": 99999999999999999999999999999999999999999999}', '{"table": "victim", "offset": 18446744073709551616}',
	'{"table": "victim", "timeout_ms": 0}', '{"table": "victim", "timeout_ms": 60001}', '{"table": "victim", "limit": "1"}', '{"table": "victim", "limit": null}', E'{"table": "vic\ttim"}', E'\uFEFF{"table": "victim"}', E'{"table":\u00a0"victim"}']) AS t;
-- Twice among many.
SELECT said(connector.try_call('insert_rows', '{"table": "target", "row": {' || string_agg(format('"%s": 1', n), ', ') || ', "\u0037": 2}}')) FROM generate_series(1, 50) AS n;
SELECT said(connector.try_call('update_rows', '{"table": "target", "set": {' || string_agg(format('"%s": 1', n), ', ') || ', "\u0037": 2}, "all_rows": true}')) FROM generate_series(1, 50) AS n;
SELECT said(connector.try_call('update_rows', '{"table": "target", "set": {"n": 1, "\u006e": 2}, "all_rows": true}'));
SELECT said(connector.try_call('insert_rows', '{"table": "target", "rows": [{"n": 1}, {"n": 1, "\u006e": 2}]}'));
SELECT said(connector.try_call('insert_rows', '{"table": "target", "columns": ["n", "\u006e"], "values": []}'));
SELECT said(connector.try_call('create_table', '{"table": "a", "columns": [{"name": "c", "type": "int", "type": "text"}]}'));
SELECT said(connector.try_call('create_table', '{"table": "a", "columns": [{"name": "c", "type": "int", "nulable": true}]}'));
SELECT said(connector.try_call('create_table', '{"table": "a", "columns": [{"name": "c", "type": "int"}, {"name": "\u0063", "type": "int"}]}'));
SELECT said(connector.try_call('query', '{"sql": "SELECT $1::int AS a", "params": {"$1": 1, "\u00241": 2}}'));

-- An error is never as long as what it is about, and whole characters all the same.
SELECT command, octet_length(convert_from(convert_to(reply::text, 'UTF8'), 'UTF8')) < 3000 AS short, reply::jsonb #>> '{error,code}' AS code, left(reply #>> '{error,message}', 60)
FROM (SELECT command, connector.try_call(command, replace(request, '%s', repeat('é', 150001))) AS reply
	FROM (VALUES ('select_rows', '{"table": "%s"}'), ('select_rows', '{"%s": 1}'), ('select_rows', '{"x%s": 1, "x%s": 2}'), ('select_rows', '{"table": "target", "columns": ["%s"]}'),
		('select_rows', '{"table": "target", "where": [["%s", "=", 1]]}'), ('select_rows', '{"table": "target", "where": [["id", "%s", 1]]}'), ('select_rows', '{"table": "target", "where": [{"%s": []}]}'),
		('select_rows', '{"table": "target", "order_by": [["id", "%s"]]}'), ('insert_rows', '{"table": "target", "row": {"%s": 1}}'), ('insert_rows', '{"table": "target", "row": {"%s": 1, "%s": 2}}'),
		('update_rows', '{"table": "target", "set": {"%s": 1}, "all_rows": true}'), ('create_table', '{"table": "a", "columns": [{"name": "c", "type": "int %s"}]}'),
		('create_table', '{"table": "a", "columns": [{"name": "c", "type": "%s"}]}'), ('create_table', '{"table": "a", "columns": [{"%s": 1}]}'),
		('create_table', '{"table": "a", "columns": [{"name": "c", "type": "text", "default_expression": "1 %s"}]}'), ('create_table', '{"table": "a", "columns": [], "primary_key": ["%s"]}'),
		('query', '{"sql": "SELECT $1 AS a", "params": {"%s": 1}}'), ('describe', '{"schema": "%s"}'), ('commands', '{"name": "%s"}')) AS v(command, request)) AS replies;
SELECT octet_length(reply::text) < 3000 AS short, reply #>> '{error,code}' AS code FROM (SELECT connector.try_call(repeat('é', 150001), '{}') AS reply) AS replies;

-- More of anything than there can be.
SELECT command, said(connector.try_call(command, format(request, (SELECT string_agg(replace(item, '%', n::text), ', ') FROM generate_series(1, 100000) AS n))))
FROM (VALUES ('select_rows', '{"table": "target", "columns": [%s]}', '"c%"'), ('select_rows', '{"table": "target", "columns": [%s]}', '"id"'), ('select_rows', '{"table": "target", "order_by": [%s]}', '"c%"'),
	('select_rows', '{"table": "target", "where": [["id", "=", %s]]}', '%'), ('select_rows', '{%s}', '"c%": 1'), ('insert_rows', '{"table": "target", "row": {%s}}', '"c%": 1'),
	('insert_rows', '{"table": "target", "columns": [%s], "values": []}', '"c%"'), ('insert_rows', '{"table": "target", "columns": ["n"], "values": [[%s]]}', '1'), ('insert_rows', '{"table": "target", "row": {"n": 1}, "returning": [%s]}', '"c%"'),
	('update_rows', '{"table": "target", "set": {%s}, "all_rows": true}', '"c%": 1'), ('create_table', '{"table": "a", "columns": [%s]}', '{"name": "c%", "type": "int"}'), ('create_table', '{"table": "a", "columns": [], "primary_key": [%s]}', '"c%"'),
	('query', '{"sql": "SELECT 1 AS a", "params": [%s]}', '%'), ('query', '{"sql": "SELECT 1 AS a", "params": {%s}}', '"$%": 1'), ('query', '{"sql": "SELECT 1 AS a, %s"}', '1 AS a')) AS v(command, request, item);

--
-- Size
--
SET pg_connector.request_cap = '1kB';
SELECT said(connector.try_call('select_rows', rpad('{"table": "victim", "limit": 1}', 1024)));
SELECT said(connector.try_call('select_rows', rpad('{"table": "victim", "limit": 1}', 1025)));
SELECT connector.select_rows(rpad('{"table": "victim", "limit": 1}', 1025));
SELECT connector.select_rows(rpad('{"table": "victim", "limit": 1}', 1025)::json);
SELECT connector.select_rows(jsonb_build_object('table', repeat('x', 1025)));
RESET pg_connector.request_cap;
SELECT said(connector.try_call('insert_rows', '{"table": "target", "row": {"name": "' || repeat('x', 64 * 1024 * 1024) || '"}}'));
SELECT said(connector.try_call('select_rows', '{"table": "victim", "where": [["secret", "in", [' || repeat('"one", ', 200000) || '"two"]]], "order_by": ["id"]}'));
SELECT connector.insert_rows(json_build_object('table', 'target', 'row', json_build_object('name', repeat(E'\\"\n', 1000000)))) ->> 'rowCount';
SELECT count(*) FROM target WHERE name = repeat(E'\\"\n', 1000000);

SELECT * FROM victim ORDER BY id;
DROP SCHEMA hostile CASCADE;

-- alter_table: what each member does, in which order, and that it does everything or nothing
\set VERBOSITY terse
\pset format unaligned
\pset tuples_only on
SET client_min_messages = warning;
CREATE SCHEMA altering;
SET search_path = altering;

-- A reply in one line.
CREATE FUNCTION said(command text, request text) RETURNS text LANGUAGE sql AS $$
	SELECT CASE WHEN reply -> 'error' IS NULL THEN reply::text
		ELSE concat_ws(' ', e ->> 'code', e ->> 'kind', 'at "' || (e ->> 'path') || '"' || coalesce(' position ' || (e ->> 'position'), '') || ':', e ->> 'message',
			'DETAIL: ' || (e ->> 'detail'), 'HINT: ' || (e ->> 'hint')) END
	FROM connector.try_call(command, request) AS reply, LATERAL (SELECT reply -> 'error' AS e) AS error
$$;
CREATE FUNCTION columns_of(tab regclass) RETURNS SETOF text LANGUAGE sql AS $$
	SELECT concat_ws(' ', attname, format_type(atttypid, atttypmod), CASE WHEN attnotnull THEN 'not null' END,
		CASE WHEN attgenerated = '' THEN 'default ' ELSE 'generated ' END || pg_get_expr(adbin, adrelid))
	FROM pg_attribute LEFT JOIN pg_attrdef ON adrelid = attrelid AND adnum = attnum
	WHERE attrelid = tab AND attnum > 0 AND NOT attisdropped ORDER BY attnum
$$;
CREATE FUNCTION constraints_of(tab regclass) RETURNS SETOF text LANGUAGE sql AS $$
	SELECT conname || ': ' || pg_get_constraintdef(oid) FROM pg_constraint WHERE conrelid = tab AND contype NOT IN ('n', 't') ORDER BY conname
$$;
CREATE FUNCTION altered(members text, tab text DEFAULT 'users') RETURNS text LANGUAGE sql AS $$ SELECT altering.said('alter_table', format('{"table": "%s", %s}', tab, members)) $$;
-- What comes of it, and nothing left behind.
CREATE FUNCTION tried(members text, tab text DEFAULT 'users') RETURNS SETOF text LANGUAGE plpgsql AS $$
DECLARE
	reply text;
	list text[];
BEGIN
	BEGIN
		reply := altered(members, tab);
		IF reply LIKE '{"success":true%' THEN
			list := ARRAY(SELECT columns_of(tab::regclass)) || ARRAY(SELECT constraints_of(tab::regclass));
		END IF;
		RAISE EXCEPTION USING ERRCODE = 'HX001';
	EXCEPTION WHEN SQLSTATE 'HX001' THEN
		RETURN NEXT reply;
		RETURN QUERY SELECT '  ' || l FROM unnest(list) AS l;
	END;
END $$;

CREATE TABLE people (id int PRIMARY KEY, name text UNIQUE);
INSERT INTO people VALUES (1, 'one');
CREATE TABLE users (id int PRIMARY KEY, name varchar(20) DEFAULT 'nobody', age text, score int NOT NULL DEFAULT 0, CONSTRAINT sane CHECK (score >= 0));
INSERT INTO users VALUES (1, 'Ada', '36', 1), (2, NULL, '85', 2);

-- Each member.
SELECT tried('"drop_constraints": ["sane", "users_pkey"]');
SELECT tried('"drop_columns": ["age", "name"]');
SELECT tried('"rename_columns": {"age": "years"}');
SELECT tried('"rename_columns": {"age": "name", "name": "age"}');
SELECT tried('"rename_columns": {"id": "name", "name": "age", "age": "id", "score": "score"}');
SELECT tried('"rename_columns": {"age": "pg_connector_1", "name": "age", "id": "name", "score": "id"}');
SELECT tried('"alter_columns": [{"name": "age", "type": "int", "using_expression": "age::int + 1", "nullable": false, "default": 18}, {"name": "score", "nullable": true, "drop_default": true}]');
SELECT tried('"alter_columns": [{"name": "name", "type": "text COLLATE \"C\""}, {"name": "score", "default_expression": "1 + 1"}]');
SELECT tried('"alter_columns": [{"name": "score", "type": "text", "default": "none"}]');
SELECT tried('"alter_columns": [{"name": "score", "type": "timestamptz", "using_expression": "to_timestamp(score)", "default_expression": "now()"}], "drop_constraints": ["sane"]');
SELECT tried('"add_columns": [{"name": "phone", "type": "varchar(9)", "default": "none", "nullable": false, "unique": false}, {"name": "boss", "type": "int", "references": "users"}, {"name": "no", "type": "int", "identity": "always", "unique": true}, {"name": "double", "type": "int", "generated": "score * 2", "check": "double >= 0"}]');
SELECT tried('"add_constraints": [{"name": "whole", "check": "score < 100"}, {"unique": ["name", "age"]}, {"foreign_key": ["id"], "references": {"table": "users", "column": "id"}, "deferrable": true}]');
SELECT altered('"rename_to": "accounts"'), altered('"rename_to": "users"', 'accounts');

-- All of them, whatever their order in the request: drop, rename, alter, add columns, add constraints, rename the table.
SELECT altered('"rename_to": "members", "add_constraints": [{"check": "points >= 0 AND (years > 17 OR born IS NOT NULL)", "name": "sane"}, {"unique": ["born", "years"]}], "add_columns": [{"name": "born", "type": "date"}, {"name": "name", "type": "text", "references": {"table": "people", "column": "name"}}],
	"alter_columns": [{"name": "years", "type": "smallint", "using_expression": "years::smallint"}, {"name": "points", "type": "bigint", "default": 5}], "rename_columns": {"age": "years", "score": "points"}, "drop_columns": ["name"], "drop_constraints": ["sane"]');
SELECT columns_of('members');
SELECT constraints_of('members');
SELECT * FROM members ORDER BY id;
ALTER TABLE members RENAME TO users;

-- Refused, each at its place.
SELECT altered(m) FROM unnest(ARRAY[
	'"if_exists": false', '"cascade": true',
	'"drop_columns": "name"', '"drop_columns": [1]', '"drop_columns": ["nam"]', '"drop_columns": ["name", "name"]', '"drop_columns": ["ctid"]',
	'"drop_constraints": ["sain"]', '"drop_constraints": ["sane", "sane"]', '"drop_constraints": ["people_pkey"]',
	'"rename_columns": {"years": "points"}', '"rename_columns": {"yeers": "y"}', '"rename_columns": {"years": ""}', '"rename_columns": {"years": 1}', '"rename_columns": {"years": "x", "years": "y"}', '"rename_columns": {"years": "x", "points": "x"}',
	'"rename_columns": {"years": "ctid"}', '"rename_columns": [["years", "x"]]',
	'"alter_columns": [{"name": "years"}]', '"alter_columns": [{"type": "int"}]', '"alter_columns": [{"name": "year", "type": "int"}]', '"alter_columns": [{"name": "years", "typ": "int"}]', '"alter_columns": [{"name": "years", "drop_default": false}]',
	'"alter_columns": [{"name": "years", "type": "nosuch"}]', '"alter_columns": [{"name": "years", "type": "date"}]', '"alter_columns": [{"name": "years", "type": "date", "using_expression": "now() + yers"}]',
	'"alter_columns": [{"name": "years", "using_expression": "1"}]', '"alter_columns": [{"name": "years", "default": "x"}]', '"alter_columns": [{"name": "years", "default": 1, "default_expression": "2"}]', '"alter_columns": [{"name": "years", "default": 1, "drop_default": true}]',
	'"alter_columns": [{"name": "born", "nullable": false}]', '"alter_columns": [{"name": "points", "type": "smallint", "using_expression": "40000"}]', '"alter_columns": [{"name": "years", "type": "int"}, {"name": "years", "type": "bigint"}]',
	'"add_columns": [{"name": "years", "type": "int"}]', '"add_columns": [{"name": "a", "type": "int"}, {"name": "a", "type": "int"}]', '"add_columns": [{"name": "a", "type": "int", "nullable": false}]', '"add_columns": [{"name": "a", "type": "int", "check": "b > 0"}]',
	'"add_columns": [{"name": "a", "type": "int", "references": "peeple"}]', '"add_columns": [{"name": "a", "type": "int", "primary_key": true}]', '"add_columns": [{"name": "a", "type": "int", "default": 1, "unique": true}]',
	'"add_constraints": [{"check": "points > 5"}]', '"add_constraints": [{"unique": ["name"]}, {"check": "pints > 0"}]', '"add_constraints": [{"unique": ["pints"]}]', '"add_constraints": [{"name": "sane", "check": "true"}]', '"add_constraints": [{"primary_key": ["years"]}]',
	'"add_constraints": [{"foreign_key": ["points"], "references": "people"}]', '"add_constraints": [{"foreign_key": ["id"], "references": {"table": "people", "column": "nam"}}]', '"add_constraints": [{"foreign_key": ["id"], "references": {"table": "people", "column": "name"}}]',
	'"rename_to": "people"', '"rename_to": ""', '"rename_to": 1', '"rename_to": "nosuch.x"', '"renam_to": "x"']) AS m;
SELECT altered(format('"rename_to": "%s"', repeat('x', 64)));
SELECT altered('"rename_to": "\"a.b\""'), altered('"rename_to": ["altering", "x"]', '\"a.b\"'), altered('"rename_to": "altering.users"', 'x');
-- All or nothing: what went before the failure is undone.
SELECT altered('"drop_columns": ["born"], "rename_columns": {"years": "y"}, "add_columns": [{"name": "z", "type": "int"}], "rename_to": "people"');
SELECT columns_of('users');
-- What depends on it goes only when asked.
CREATE VIEW names AS SELECT name FROM users;
SELECT altered('"drop_columns": ["name"]');
SELECT altered('"alter_columns": [{"name": "name", "type": "varchar(9)"}]');
CREATE TABLE refers (to_user int REFERENCES users);
SELECT altered('"drop_constraints": ["users_pkey"]');
SELECT altered('"drop_constraints": ["users_pkey"], "drop_columns": ["name"], "cascade": true');
SELECT to_regclass('names'), (SELECT count(*) FROM pg_constraint WHERE conrelid = 'refers'::regclass);

-- Of whichever kind the table is.
SELECT altered('"rename_to": "x"', t) FROM unnest(ARRAY['nosuch', 'user', 'nosuch.users', 'pg_catalog.pg_class', 'users_born_years_key']) AS t;
SELECT said('alter_table', '{"table": "nosuch", "if_exists": true, "drop_columns": ["a"]}');
SELECT said('alter_table', '{"table": "nosuch.users", "if_exists": true, "drop_columns": ["a"]}');
CREATE VIEW seen AS SELECT 1 AS a;
CREATE MATERIALIZED VIEW kept AS SELECT 1 AS a;
SELECT altered('"rename_columns": {"a": "b"}', t) FROM unnest(ARRAY['seen', 'kept']) AS t;
CREATE FOREIGN DATA WRAPPER regress_altering_fdw;
CREATE SERVER regress_altering_server FOREIGN DATA WRAPPER regress_altering_fdw;
CREATE FOREIGN TABLE elsewhere (a int, b int) SERVER regress_altering_server;
SELECT tried('"drop_columns": ["b"], "rename_columns": {"a": "c"}, "alter_columns": [{"name": "c", "type": "bigint", "nullable": false}], "add_columns": [{"name": "d", "type": "text"}], "add_constraints": [{"check": "c > 0"}]', 'elsewhere');
CREATE TABLE parted (a int, b int) PARTITION BY LIST (a);
CREATE TABLE part (b int, gone int, a int);
ALTER TABLE part DROP gone;
ALTER TABLE parted ATTACH PARTITION part DEFAULT;
INSERT INTO parted VALUES (1, 2);
SELECT altered('"rename_columns": {"b": "c"}, "alter_columns": [{"name": "c", "type": "text", "default": "x"}], "add_columns": [{"name": "d", "type": "int", "default": 3}], "add_constraints": [{"primary_key": ["a", "d"]}]', 'parted');
SELECT columns_of('part');
SELECT * FROM parted;
SELECT altered(m, 'parted') FROM unnest(ARRAY['"drop_columns": ["a"]', '"alter_columns": [{"name": "a", "type": "text"}]', '"add_constraints": [{"unique": ["c"]}]']) AS m;
SELECT altered(m, 'part') FROM unnest(ARRAY['"drop_columns": ["c"]', '"rename_columns": {"c": "b"}', '"alter_columns": [{"name": "a", "nullable": true}]']) AS m;

-- Requests whose plans are kept go by the table as it now is.
CREATE TABLE shifting (id int PRIMARY KEY, a int, b int);
INSERT INTO shifting VALUES (1, 10, 20);
CREATE FUNCTION shown() RETURNS text LANGUAGE sql AS $$ SELECT altering.said('select_rows', '{"table": "shifting", "columns": ["id", "a"]}') || ' ' || altering.said('update_rows', '{"table": "shifting", "set": {"a": 10}, "where": [["a", "=", 10]]}') $$;
SELECT shown();
SELECT altered('"rename_columns": {"a": "b", "b": "a"}', 'shifting'), shown();
SELECT altered('"alter_columns": [{"name": "a", "type": "text"}]', 'shifting'), shown();
SELECT altered('"drop_columns": ["a"]', 'shifting'), shown();
SELECT altered('"add_columns": [{"name": "a", "type": "jsonb", "default": {"x": 1}}]', 'shifting'), shown();
SELECT altered('"rename_to": "shifted"', 'shifting'), shown();
SELECT said('create_table', '{"table": "shifting", "columns": [{"name": "id", "type": "int"}, {"name": "a", "type": "int"}]}'), shown();
-- In use by the very statement that calls.
CREATE FUNCTION alters() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN PERFORM connector.alter_table('{"table": "shifted", "rename_to": "other"}'); PERFORM connector.alter_table('{"table": "other", "drop_columns": ["b"]}'); RETURN NEW; END $$;
CREATE TRIGGER t BEFORE INSERT ON shifted FOR EACH ROW EXECUTE FUNCTION alters();
SELECT said('insert_rows', '{"table": "shifted", "row": {"id": 2}}');

-- A foreign key alone lets others read on; nobody but the owner gets as far as a lock.
BEGIN;
SELECT altered('"add_constraints": [{"foreign_key": ["to_user"], "references": {"table": "people", "column": "id"}}]', 'refers');
SELECT mode FROM pg_locks WHERE relation = 'refers'::regclass AND pid = pg_backend_pid() ORDER BY mode;
ROLLBACK;
CREATE ROLE regress_altering;
GRANT USAGE, CREATE ON SCHEMA altering TO regress_altering;
GRANT ALL ON ALL TABLES IN SCHEMA altering TO regress_altering;
BEGIN;
SET LOCAL ROLE regress_altering;
SELECT altered('"drop_columns": ["born"]'), altered('"add_constraints": [{"foreign_key": ["to_user"], "references": "people"}]', 'refers');
SELECT said('create_index', '{"table": "users", "columns": ["years"]}');
SELECT said('drop_table', '{"table": "users"}');
RESET ROLE;
SELECT mode FROM pg_locks WHERE relation = 'users'::regclass AND pid = pg_backend_pid() AND mode <> 'AccessShareLock' ORDER BY mode;
ROLLBACK;
BEGIN READ ONLY;
SELECT altered('"drop_columns": ["born"]');
ROLLBACK;

-- Against plain SQL: random changes of one table, made by both.
DO $do$
DECLARE
	types text[] := ARRAY['int', 'bigint', 'text', 'numeric(9,2)'];
	c text;
	request text;
	statements text[];
	reply text;
	error text;
	same int := 0;
	failed int := 0;
BEGIN
	PERFORM setseed(0.25);
	CREATE TABLE one (a int, b text, c int NOT NULL DEFAULT 1, d numeric, CHECK (a > 0));
	CREATE TABLE two (a int, b text, c int NOT NULL DEFAULT 1, d numeric, CHECK (a > 0));
	INSERT INTO one VALUES (1, '2', 3, 4);
	INSERT INTO two VALUES (1, '2', 3, 4);
	FOR i IN 1..150 LOOP
		c := chr(97 + floor(random() * 6)::int);
		CASE floor(random() * 7)::int
			WHEN 0 THEN request := format('"drop_columns": ["%s"]', c); statements := ARRAY[format('DROP COLUMN %I', c)];
			WHEN 1 THEN request := format('"add_columns": [{"name": "%s", "type": "%s", "default": 7}]', c, types[1 + i % 4]); statements := ARRAY[format('ADD COLUMN %I %s DEFAULT ''7''::%s', c, types[1 + i % 4], types[1 + i % 4])];
			WHEN 2 THEN request := format('"rename_columns": {"%s": "%s"}', c, chr(97 + i % 6)); statements := ARRAY[format('RENAME COLUMN %I TO %I', c, chr(97 + i % 6))];
			WHEN 3 THEN request := format('"alter_columns": [{"name": "%s", "type": "%s", "using_expression": "%s::%s"}]', c, types[1 + i % 4], c, types[1 + i % 4]); statements := ARRAY[format('ALTER COLUMN %I TYPE %s USING %I::%s', c, types[1 + i % 4], c, types[1 + i % 4])];
			WHEN 4 THEN request := format('"alter_columns": [{"name": "%s", "nullable": %s, "default": 5}]', c, CASE i % 2 WHEN 0 THEN 'true' ELSE 'false' END); statements := ARRAY[format('ALTER COLUMN %I SET DEFAULT ''5''::%s, ALTER COLUMN %I %s NOT NULL', c, coalesce((SELECT format_type(atttypid, atttypmod) FROM pg_attribute WHERE attrelid = 'two'::regclass AND attname = c), 'text'), c, CASE i % 2 WHEN 0 THEN 'DROP' ELSE 'SET' END)];
			WHEN 5 THEN request := format('"add_constraints": [{"name": "k%s", "unique": ["%s"]}]', i % 9, c); statements := ARRAY[format('ADD CONSTRAINT j%s UNIQUE (%I)', i % 9, c)];
			ELSE request := format('"drop_constraints": ["k%s"], "add_columns": [{"name": "%s", "type": "text"}]', i % 9, c); statements := ARRAY[format('DROP CONSTRAINT j%s', i % 9), format('ADD COLUMN %I text', c)];
		END CASE;
		CONTINUE WHEN request ~ '"(.)": "\1"';
		reply := altered(request, 'one');
		error := NULL;
		BEGIN
			FOR k IN 1..array_length(statements, 1) LOOP
				EXECUTE 'ALTER TABLE two ' || statements[k];
			END LOOP;
		EXCEPTION WHEN OTHERS THEN
			error := SQLSTATE;
		END;
		IF error IS DISTINCT FROM substr(reply, 1, 5) AND (error IS NOT NULL OR reply NOT LIKE '{"success":true%') THEN
			RAISE INFO '%: %, but %', request, reply, error;
		END IF;
		IF ARRAY(SELECT regexp_replace(x, '::numeric\(9,2\)|::\w+|[()'']|\.00', '', 'g') FROM columns_of('one') AS x) <> ARRAY(SELECT regexp_replace(x, '::numeric\(9,2\)|::\w+|[()'']|\.00', '', 'g') FROM columns_of('two') AS x)
			OR (SELECT one::text FROM one) <> (SELECT two::text FROM two) THEN
			RAISE INFO '%: % %', request, ARRAY(SELECT columns_of('one')), ARRAY(SELECT columns_of('two'));
		END IF;
		same := same + (error IS NULL)::int;
		failed := failed + (error IS NOT NULL)::int;
	END LOOP;
	RAISE INFO '% done, % refused by both', same, failed;
END $do$;

DROP FOREIGN DATA WRAPPER regress_altering_fdw CASCADE;
DROP SCHEMA altering CASCADE;
DROP ROLE regress_altering;

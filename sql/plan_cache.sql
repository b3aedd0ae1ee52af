-- Kept plans: a request gets the answer it would get if nothing were kept, whatever happened since the last one.
\set VERBOSITY terse
SET client_min_messages = warning;
CREATE SCHEMA plans;
SET search_path = plans;

-- The same requests again and again. Often enough, and PostgreSQL's own generic plan is behind them.
CREATE FUNCTION ask(command text, request text, times int DEFAULT 8) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
	answer json;
BEGIN
	FOR i IN 1..times LOOP
		answer := connector.try_call(command, request);
	END LOOP;
	-- Rows come in no certain order.
	RETURN coalesce(answer #>> '{error,code}' || ' ' || (answer #>> '{error,message}'),
		(SELECT string_agg(r::text, ' ' ORDER BY r::text) FROM json_array_elements(answer -> 'rows') AS r),
		answer::text);
END $$;
CREATE FUNCTION rows_of(t text) RETURNS text LANGUAGE sql AS $$ SELECT plans.ask('select_rows', format('{"table": "%s"}', t)) $$;
CREATE FUNCTION by_sql(sql text, params text DEFAULT '[]') RETURNS text LANGUAGE sql AS
$$ SELECT plans.ask('query', format('{"sql": %s, "params": %s}', to_json(sql), params)) $$;
CREATE FUNCTION add(t text, r text) RETURNS text LANGUAGE sql AS $$ SELECT plans.ask('insert_rows', format('{"table": "%s", "row": %s, "returning": true}', t, r), 1) $$;
CREATE FUNCTION change(t text, s text) RETURNS text LANGUAGE sql AS
$$ SELECT plans.ask('update_rows', format('{"table": "%s", "set": %s, "where": [["id", "=", 1]], "returning": true}', t, s)) $$;

-- Dropped and made again, with other columns
CREATE TABLE t (id int, a text);
INSERT INTO t VALUES (1, 'first');
SELECT rows_of('t'), by_sql('SELECT * FROM t');
SELECT add('t', '{"id": 2, "a": "added"}');
SELECT change('t', '{"a": "changed"}');
DROP TABLE t;
SELECT rows_of('t'), by_sql('SELECT * FROM t'), add('t', '{"id": 2, "a": "x"}'), change('t', '{"a": "x"}');
CREATE TABLE t (a int, id bigint, b date DEFAULT '2000-01-01');
INSERT INTO t VALUES (1, 1);
SELECT rows_of('t'), by_sql('SELECT * FROM t');
SELECT add('t', '{"id": 2, "a": 5}');
SELECT change('t', '{"a": 6}');
SELECT change('t', '{"a": "text"}');

-- Two tables change names: by name, not by what once had it.
CREATE TABLE u (id int, a text);
INSERT INTO u VALUES (1, 'was u');
SELECT rows_of('u'), rows_of('t'), by_sql('SELECT a FROM u'), by_sql('SELECT a FROM t');
SELECT change('u', '{"a": "u changed"}'), change('t', '{"a": 7}');
ALTER TABLE t RENAME TO x;
ALTER TABLE u RENAME TO t;
ALTER TABLE x RENAME TO u;
SELECT rows_of('u'), rows_of('t'), by_sql('SELECT a FROM u'), by_sql('SELECT a FROM t');
SELECT change('u', '{"a": 8}'), change('t', '{"a": "was u, changed"}');
SELECT add('u', '{"id": 10, "a": 10}'), add('t', '{"id": 10, "a": "t"}');
DROP TABLE t, u;

-- Columns renamed, swapped, dropped, added
CREATE TABLE t (id int PRIMARY KEY, a text, b text);
INSERT INTO t VALUES (1, 'in a', 'in b');
SELECT rows_of('t'), ask('select_rows', '{"table": "t", "columns": ["a"], "where": [["b", "=", "in b"]]}'), by_sql('SELECT a FROM t'), change('t', '{"a": "a1"}');
SELECT add('t', '{"id": 2, "a": "a2"}');
ALTER TABLE t RENAME a TO x;
ALTER TABLE t RENAME b TO a;
ALTER TABLE t RENAME x TO b;
SELECT rows_of('t'), ask('select_rows', '{"table": "t", "columns": ["a"], "where": [["b", "=", "a1"]]}'), by_sql('SELECT a FROM t'), change('t', '{"a": "in the new a"}');
SELECT add('t', '{"id": 3, "a": "a3"}');
ALTER TABLE t DROP b;
SELECT rows_of('t'), ask('select_rows', '{"table": "t", "columns": ["a"], "where": [["b", "=", "a1"]]}'), by_sql('SELECT b FROM t');
ALTER TABLE t ADD b int DEFAULT 7, ADD c bool;
SELECT rows_of('t'), ask('select_rows', '{"table": "t", "columns": ["a"], "where": [["b", "=", 7]]}'), by_sql('SELECT * FROM t');
SELECT add('t', '{"id": 4, "a": "a4"}');
ALTER TABLE t ALTER b SET DEFAULT 8;
SELECT add('t', '{"id": 5, "a": "a5"}');
-- The primary key moves elsewhere.
SELECT ask('insert_rows', '{"table": "t", "row": {"id": 6, "a": "a6"}}', 1);
DELETE FROM t WHERE a IS NULL;
ALTER TABLE t DROP CONSTRAINT t_pkey, ADD PRIMARY KEY (a);
SELECT ask('insert_rows', '{"table": "t", "row": {"id": 7, "a": "a7"}}', 1);
ALTER TABLE t DROP CONSTRAINT t_pkey;
SELECT ask('insert_rows', '{"table": "t", "row": {"id": 8, "a": "a8"}}', 1);

-- Types
CREATE TABLE v (id int, a int);
INSERT INTO v VALUES (1, 10), (2, 20);
SELECT rows_of('v'), ask('select_rows', '{"table": "v", "where": [["a", "in", [10, 11]]]}'), ask('select_rows', '{"table": "v", "where": [["a", ">", 9]], "order_by": ["a"]}'), by_sql('SELECT a FROM v WHERE a = $1', '[10]');
SELECT change('v', '{"a": 11}');
SELECT add('v', '{"id": 3, "a": 30}');
ALTER TABLE v ALTER a TYPE text;
SELECT rows_of('v'), ask('select_rows', '{"table": "v", "where": [["a", "in", [10, 11]]]}'), ask('select_rows', '{"table": "v", "where": [["a", ">", 9]], "order_by": ["a"]}'), by_sql('SELECT a FROM v WHERE a = $1', '[11]');
SELECT by_sql('SELECT a FROM v WHERE a = $1', '["text"]');
SELECT change('v', '{"a": "text"}');
SELECT add('v', '{"id": 4, "a": "text"}');
ALTER TABLE v ALTER a TYPE varchar(3) USING left(a, 3);
SELECT change('v', '{"a": "text"}');
SELECT add('v', '{"id": 5, "a": "text"}');
ALTER TABLE v ALTER a TYPE jsonb USING to_jsonb(a);
SELECT rows_of('v');
SELECT change('v', '{"a": "text"}');
SELECT add('v', '{"id": 5, "a": {"n": [1]}}');
ALTER TABLE v ALTER a TYPE int[] USING '{1}';
SELECT add('v', '{"id": 6, "a": [1, 2]}'), change('v', '{"a": [3]}'), ask('select_rows', '{"table": "v", "where": [["a", "=", [3]]]}');

-- Enum, domain and composite change beneath the table.
CREATE TYPE mood AS ENUM ('sad');
CREATE DOMAIN positive AS int CHECK (VALUE > 0);
CREATE TYPE pair AS (x int, y int);
CREATE TABLE w (id int, m mood, p positive, c pair, cs pair[]);
SELECT add('w', '{"id": 1, "m": "sad", "p": 1, "c": {"x": 1, "y": 2}, "cs": [{"x": 1}]}');
SELECT add('w', '{"id": 2, "m": "happy"}');
SELECT change('w', '{"p": -1}');
SELECT by_sql('SELECT $1::mood', '["happy"]'), by_sql('SELECT $1::positive', '[-1]');
SELECT ask('select_rows', '{"table": "w", "where": [["c", "=", {"x": 1, "y": 2}]]}');
ALTER TYPE mood ADD VALUE 'happy';
ALTER DOMAIN positive DROP CONSTRAINT positive_check;
ALTER DOMAIN positive ADD CHECK (VALUE < 0) NOT VALID;
ALTER TYPE pair ADD ATTRIBUTE z text;
SELECT add('w', '{"id": 2, "m": "happy"}');
SELECT change('w', '{"p": -1}');
SELECT change('w', '{"p": 1}');
SELECT by_sql('SELECT $1::mood', '["happy"]'), by_sql('SELECT $1::positive', '[-1]');
SELECT ask('select_rows', '{"table": "w", "where": [["c", "=", {"x": 1, "y": 2}]]}');
SELECT change('w', '{"c": {"x": 3, "z": "new"}}');
SELECT add('w', '{"id": 3, "c": {"z": "new"}, "cs": [{"z": "new"}]}');
ALTER TYPE pair DROP ATTRIBUTE x;
SELECT rows_of('w');
SELECT change('w', '{"c": {"x": 3, "z": "new"}}');
SELECT change('w', '{"c": {"y": 3, "z": "new"}}');
ALTER TYPE mood RENAME VALUE 'happy' TO 'glad';
SELECT add('w', '{"id": 4, "m": "happy"}'), add('w', '{"id": 4, "m": "glad"}');

-- Views replaced
CREATE TABLE base (id int, a text);
INSERT INTO base VALUES (1, 'x'), (2, 'y');
CREATE VIEW vw AS SELECT id, a FROM base;
SELECT rows_of('vw'), by_sql('SELECT * FROM vw');
SELECT change('vw', '{"a": "x1"}');
CREATE OR REPLACE VIEW vw AS SELECT id, upper(a) AS a, 1 AS one FROM base WHERE id = 2;
SELECT rows_of('vw'), by_sql('SELECT * FROM vw');
SELECT change('vw', '{"a": "x1"}');
DROP VIEW vw;
CREATE TABLE vw (id int, b text);
SELECT rows_of('vw'), by_sql('SELECT * FROM vw');
ALTER TABLE base RENAME a TO renamed;
CREATE VIEW vw2 AS SELECT * FROM base;
SELECT rows_of('vw2');
ALTER TABLE base ALTER renamed SET DEFAULT 'dflt';
SELECT add('vw2', '{"id": 3}');
-- Rules: the statement may become another one, several, or none.
CREATE TABLE ruled (id int, a text);
CREATE TABLE ruled_log (id int, a text);
SELECT add('ruled', '{"id": 1, "a": "x"}');
CREATE RULE also AS ON INSERT TO ruled DO ALSO INSERT INTO ruled_log VALUES (NEW.id, NEW.a);
SELECT ask('insert_rows', '{"table": "ruled", "rows": [{"id": 2, "a": "y"}, {"id": 3, "a": "z"}]}', 1);
DROP RULE also ON ruled;
CREATE RULE instead AS ON INSERT TO ruled DO INSTEAD INSERT INTO ruled_log VALUES (NEW.id, 'instead');
SELECT ask('insert_rows', '{"table": "ruled", "rows": [{"id": 4, "a": "y"}, {"id": 5, "a": "z"}]}', 1);
DROP RULE instead ON ruled;
CREATE RULE nothing AS ON INSERT TO ruled DO INSTEAD NOTHING;
CREATE RULE nothing_deleted AS ON DELETE TO ruled DO INSTEAD NOTHING;
SELECT ask('insert_rows', '{"table": "ruled", "rows": [{"id": 6, "a": "y"}, {"id": 7}]}', 1);
SELECT ask('delete_rows', '{"table": "ruled", "all_rows": true}', 2);
SELECT rows_of('ruled'), rows_of('ruled_log');

-- Schemas renamed and swapped
CREATE SCHEMA one;
CREATE SCHEMA two;
CREATE TABLE one.t (id int, a text);
CREATE TABLE two.t (id int, a text);
INSERT INTO one.t VALUES (1, 'one');
INSERT INTO two.t VALUES (1, 'two');
SELECT rows_of('one.t'), rows_of('two.t'), by_sql('SELECT a FROM one.t'), change('one.t', '{"a": "one!"}');
SELECT add('one.t', '{"id": 2, "a": "one"}');
ALTER SCHEMA one RENAME TO three;
SELECT rows_of('one.t'), rows_of('three.t'), by_sql('SELECT a FROM one.t');
ALTER SCHEMA two RENAME TO one;
SELECT rows_of('one.t'), rows_of('three.t'), by_sql('SELECT a FROM one.t'), change('one.t', '{"a": "two!"}');
SELECT add('one.t', '{"id": 2, "a": "two"}');
ALTER SCHEMA three RENAME TO two;
SELECT rows_of('one.t'), rows_of('two.t'), by_sql('SELECT a FROM two.t WHERE id = $1', '[2]');
-- Moved
CREATE TABLE two.m (a int);
INSERT INTO two.m VALUES (1);
SELECT by_sql('SELECT a FROM two.m'), rows_of('two.m');
ALTER TABLE two.m SET SCHEMA plans;
SELECT by_sql('SELECT a FROM two.m'), rows_of('two.m'), rows_of('m');

-- search_path
SET search_path = one, plans;
SELECT rows_of('t'), by_sql('SELECT count(*) FROM t'), change('t', '{"a": "by path"}');
SET search_path = plans;
SELECT rows_of('t'), by_sql('SELECT count(*) FROM t'), change('t', '{"a": "not by that path"}');
-- A table that stands before another goes and comes, and a temporary one.
SET search_path = two, one, plans;
SELECT rows_of('t'), by_sql('SELECT a FROM t'), ask('execute', '{"sql": "UPDATE t SET a = a RETURNING a"}');
DROP TABLE two.t;
SELECT rows_of('t'), by_sql('SELECT a FROM t'), ask('execute', '{"sql": "UPDATE t SET a = a RETURNING a"}');
CREATE TABLE two.t (id int, a text);
INSERT INTO two.t VALUES (1, 'in two');
SELECT rows_of('t'), by_sql('SELECT a FROM t'), ask('execute', '{"sql": "UPDATE t SET a = a RETURNING a"}');
CREATE TEMPORARY TABLE t (id int, a text);
INSERT INTO t VALUES (1, 'temporary');
SELECT rows_of('t'), by_sql('SELECT a FROM t'), ask('execute', '{"sql": "UPDATE t SET a = a RETURNING a"}'), change('t', '{"a": "temporary, changed"}');
SELECT rows_of('two.t');
DROP TABLE pg_temp.t;
SELECT rows_of('t'), by_sql('SELECT a FROM t');
-- The temporary schema is there by now.
BEGIN;
CREATE TEMPORARY TABLE t (other int) ON COMMIT DROP;
SELECT rows_of('t'), by_sql('SELECT * FROM t');
COMMIT;
SELECT rows_of('t'), by_sql('SELECT * FROM t');
-- Functions and operators of the caller's SQL are found anew, too.
CREATE FUNCTION one.f(numeric) RETURNS text LANGUAGE sql AS $$ SELECT 'numeric' $$;
SELECT by_sql('SELECT f(1) AS f');
CREATE FUNCTION two.f(int) RETURNS text LANGUAGE sql AS $$ SELECT 'int' $$;
SELECT by_sql('SELECT f(1) AS f');
DROP FUNCTION two.f(int);
SELECT by_sql('SELECT f(1) AS f');
CREATE OR REPLACE FUNCTION one.f(numeric) RETURNS text LANGUAGE sql AS $$ SELECT 'replaced' $$;
SELECT by_sql('SELECT f(1) AS f');

-- How the session reads constants
SET search_path = plans;
SET DateStyle = 'ISO, DMY';
SET TimeZone = 'UTC';
SELECT by_sql('SELECT date ''01-02-2003'' AS d, timestamptz ''2000-01-01 00:00'' AS t, interval ''-1 1:0'' AS i');
SET DateStyle = 'ISO, MDY';
SET TimeZone = 'Europe/Paris';
SELECT by_sql('SELECT date ''01-02-2003'' AS d, timestamptz ''2000-01-01 00:00'' AS t, interval ''-1 1:0'' AS i');
SET IntervalStyle = sql_standard;
SELECT by_sql('SELECT date ''01-02-2003'' AS d, timestamptz ''2000-01-01 00:00'' AS t, interval ''-1 1:0'' AS i');
RESET DateStyle;
RESET TimeZone;
RESET IntervalStyle;
SELECT by_sql('SELECT ''a\\b'' AS s');
SET standard_conforming_strings = off;
SET escape_string_warning = off;
SELECT by_sql(E'SELECT ''a\\\\b'' AS s');
RESET standard_conforming_strings;
-- These are times, not constants.
SELECT connector.query('{"sql": "SELECT timestamp ''now'' = localtimestamp AS now, date ''today'' = current_date AS today"}');
SELECT connector.query('{"sql": "SELECT timestamp ''now'' = localtimestamp AS now, date ''today'' = current_date AS today"}');

-- DDL and requests in one transaction, and undone
CREATE TABLE y (id int, a text);
INSERT INTO y VALUES (1, 'kept');
SELECT rows_of('y'), change('y', '{"a": "kept"}');
BEGIN;
ALTER TABLE y RENAME a TO b;
SELECT rows_of('y'), change('y', '{"b": "in transaction"}');
SAVEPOINT s;
DROP TABLE y;
CREATE TABLE y (other int);
SELECT rows_of('y'), by_sql('SELECT * FROM y');
ROLLBACK TO s;
SELECT rows_of('y'), by_sql('SELECT * FROM y');
ROLLBACK;
SELECT rows_of('y'), change('y', '{"a": "kept"}'), by_sql('SELECT * FROM y');
-- A plan kept by a call that is undone
BEGIN;
SELECT ask('select_rows', '{"table": "y", "columns": ["a"], "where": [["id", "=", 1]]}');
CREATE TABLE z (id int);
SELECT rows_of('z'), by_sql('SELECT * FROM z');
ROLLBACK;
SELECT ask('select_rows', '{"table": "y", "columns": ["a"], "where": [["id", "=", 1]]}'), rows_of('z'), by_sql('SELECT * FROM z');

-- Partitions come and go.
CREATE TABLE parts (id int, a text) PARTITION BY RANGE (id);
CREATE TABLE parts_1 PARTITION OF parts FOR VALUES FROM (0) TO (10);
SELECT add('parts', '{"id": 1, "a": "x"}'), rows_of('parts'), change('parts', '{"a": "y"}'), add('parts', '{"id": 10}');
CREATE TABLE parts_2 PARTITION OF parts FOR VALUES FROM (10) TO (20);
SELECT add('parts', '{"id": 10, "a": "x"}'), rows_of('parts');
ALTER TABLE parts DETACH PARTITION parts_1;
SELECT rows_of('parts'), rows_of('parts_1'), change('parts', '{"a": "y"}');

-- Few plans or none
SET search_path = plans;
CREATE FUNCTION rounds() RETURNS text LANGUAGE plpgsql AS $$
DECLARE
	total bigint := 0;
BEGIN
	FOR i IN 1..40 LOOP
		total := total + (connector.select_rows(format('{"table": "y", "columns": ["id", "a"], "where": [["id", ">=", %s]], "limit": %s}', i % 3, 1 + i % 5)) ->> 'rowCount')::int;
		total := total + (connector.query(format('{"sql": "SELECT %s AS n FROM y WHERE id = $1", "params": [1]}', i % 7)) #>> '{rows,0,n}')::int;
		total := total + (connector.insert_rows(format('{"table": "ruled_log", "rows": [{"id": %1$s}, {"a": "%1$s"}, {"id": %1$s}, {}, {"a": "%1$s", "id": %1$s}]}', i)) ->> 'rowCount')::int;
		total := total + (connector.update_rows(format('{"table": "y", "set": {"a": "r%s"}, "where": [["id", "=", 1]]}', i)) ->> 'rowCount')::int;
		total := total + (connector.delete_rows(format('{"table": "ruled_log", "where": [["id", "=", %s], {"or": [["a", "is_null"], ["a", "!=", "q"]]}]}', i)) ->> 'rowCount')::int;
		PERFORM connector.try_call('query', format('{"sql": "SELECT 1 / (id - 1) AS x%s FROM y"}', i % 4));
	END LOOP;
	RETURN total || ', ' || (SELECT a FROM y);
END $$;
SELECT rounds();
SET pg_connector.plan_cache = 3;
SELECT rounds();
SET pg_connector.plan_cache = 1;
SELECT rounds();
SET pg_connector.plan_cache = 0;
SELECT rounds();
RESET pg_connector.plan_cache;
SELECT rounds();

-- Calls within calls: triggers that call commands on the same and on other tables, for each size of the cache
CREATE TABLE deep (n int PRIMARY KEY, via text, a text);
CREATE FUNCTION deeper() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
	IF NEW.n > 0 THEN
		PERFORM connector.insert_rows(format('{"table": "plans.deep", "row": {"n": %s, "via": "trigger"}}', NEW.n - 1));
		PERFORM connector.query(format('{"sql": "SELECT %s AS x FROM plans.deep LIMIT 1"}', NEW.n));
		PERFORM connector.select_rows(format('{"table": "plans.y", "limit": 1, "columns": ["%s"]}', CASE WHEN NEW.n % 2 = 0 THEN 'id' ELSE 'a' END));
		PERFORM connector.update_rows(format('{"table": "plans.deep", "set": {"a": "%s"}, "where": [["n", "=", %s]]}', NEW.n, NEW.n - 1));
		PERFORM connector.try_call('insert_rows', format('{"table": "plans.deep", "row": {"n": %s, "via": "again"}}', NEW.n - 1));
	END IF;
	RETURN NEW;
END $$;
CREATE TRIGGER deeper BEFORE INSERT ON deep FOR EACH ROW EXECUTE FUNCTION deeper();
SELECT ask('insert_rows', '{"table": "deep", "rows": [{"n": 8, "via": "request"}, {"n": 20, "via": "request", "a": "other columns"}, {"n": 30, "via": "request"}]}', 1);
TRUNCATE deep;
SELECT ask('insert_rows', '{"table": "deep", "rows": [{"n": 8, "via": "request"}]}', 1);
SELECT count(*), min(n), max(n), count(a), count(*) FILTER (WHERE via = 'trigger') FROM deep;
SET pg_connector.plan_cache = 1;
TRUNCATE deep;
SELECT ask('insert_rows', '{"table": "deep", "rows": [{"n": 8, "via": "request"}]}', 1);
SET pg_connector.plan_cache = 2;
TRUNCATE deep;
SELECT ask('insert_rows', '{"table": "deep", "rows": [{"n": 8, "via": "request"}]}', 1);
SET pg_connector.plan_cache = 0;
TRUNCATE deep;
SELECT ask('insert_rows', '{"table": "deep", "rows": [{"n": 8, "via": "request"}]}', 1);
RESET pg_connector.plan_cache;
SELECT count(*), min(n), max(n), count(a), count(*) FILTER (WHERE via = 'trigger') FROM deep;
-- The plan that is running goes stale beneath it.
CREATE TABLE outer_table (id int, a text);
CREATE TABLE side (id int);
CREATE FUNCTION changes_side() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
	EXECUTE format('ALTER TABLE plans.side ADD c%s int', NEW.id);
	PERFORM connector.insert_rows(format('{"table": "plans.side", "row": {"id": %1$s, "c%1$s": 1}}', NEW.id));
	EXECUTE 'CREATE SCHEMA passing';
	PERFORM connector.select_rows('{"table": "plans.outer_table"}');
	PERFORM connector.query('{"sql": "SELECT count(*) FROM plans.outer_table"}');
	EXECUTE 'DROP SCHEMA passing';
	RETURN NEW;
END $$;
CREATE TRIGGER t BEFORE INSERT ON outer_table FOR EACH ROW EXECUTE FUNCTION changes_side();
SELECT ask('insert_rows', '{"table": "outer_table", "rows": [{"id": 1}, {"id": 2}, {"id": 3, "a": "x"}, {"id": 4}], "returning": true}', 1);
SELECT rows_of('side');
-- A query that calls commands that run the very same query
CREATE FUNCTION again(n int) RETURNS int LANGUAGE plpgsql AS $$
BEGIN
	IF n = 0 THEN RETURN 0; END IF;
	RETURN 1 + (connector.query(format('{"sql": "SELECT plans.again($1::int) AS n", "params": [%s]}', n - 1)) #>> '{rows,0,n}')::int;
END $$;
SELECT again(10);
SET pg_connector.plan_cache = 1;
SELECT again(10);
RESET pg_connector.plan_cache;

-- Of one shape: values, lists of any length, nulls where they make no other condition
SELECT ask('select_rows', '{"table": "y", "where": [["id", "in", [1]]]}', 1), ask('select_rows', '{"table": "y", "where": [["id", "in", [3, 2, 1]]]}', 1),
	ask('select_rows', '{"table": "y", "where": [["id", "in", []]]}', 1), ask('select_rows', '{"table": "y", "where": [["id", "in", [1, null]]]}', 1);
INSERT INTO y VALUES (NULL, NULL);
SELECT ask('select_rows', '{"table": "y", "where": [["id", "in", [null]]]}', 1), ask('select_rows', '{"table": "y", "where": [["id", "in", [5, null]]]}', 1),
	ask('select_rows', '{"table": "y", "where": [["id", "=", null]]}', 1), ask('select_rows', '{"table": "y", "where": [["id", "=", 1]]}', 1),
	ask('select_rows', '{"table": "y", "where": [["id", "!=", null]]}', 1);
-- Of different shape, though their parts run together in the same characters
CREATE TABLE names ("a" int, "b" int, "ab" int, "a,b" int);
INSERT INTO names VALUES (1, 2, 3, 4);
SELECT ask('select_rows', '{"table": "names", "columns": ["a", "b"]}'), ask('select_rows', '{"table": "names", "columns": ["ab"]}'), ask('select_rows', '{"table": "names", "columns": ["a,b"]}'),
	ask('select_rows', '{"table": "names", "columns": ["a"], "order_by": ["b"]}'), ask('select_rows', '{"table": "names", "columns": ["a"], "where": [["b", "is_not_null"]]}');
SELECT ask('insert_rows', '{"table": "names", "row": {"a": 1, "b": 2}, "returning": ["a"]}', 1), ask('insert_rows', '{"table": "names", "row": {"a,b": 1}, "returning": ["a", "b"]}', 1), ask('insert_rows', '{"table": "names", "row": {"ab": 1}, "returning": ["ab"]}', 1);
SELECT ask('update_rows', '{"table": "names", "set": {"a": 5}, "where": [["b", "=", 2]], "returning": ["a"]}', 1), ask('update_rows', '{"table": "names", "set": {"b": 5}, "where": [["a", "=", 5]], "returning": ["b"]}', 1),
	ask('delete_rows', '{"table": "names", "where": [["a", "=", 5]], "returning": ["b"]}', 1);
SELECT by_sql('SELECT $1::int AS a', '[1]'), by_sql('SELECT $1::int AS a', '{"$1": 2}'), by_sql('SELECT $1::text AS a', '[1]');

-- Of more shapes in turn than there is room for, those that came first stay. One that comes again soon takes the place of the one
-- that was not used for the longest time.
CREATE TABLE kept (a int, b int, c int, d int, e int, f int);
CREATE FUNCTION read(columns text) RETURNS text LANGUAGE plpgsql AS $$
BEGIN
	FOR i IN 1 .. length(columns) LOOP
		PERFORM connector.select_rows(format('{"table": "kept", "columns": ["%s"]}', substr(columns, i, 1)));
	END LOOP;
	RETURN (SELECT string_agg(c, '' ORDER BY c) FROM (SELECT substring(ident FROM '^SELECT kept.(.) ') FROM pg_backend_memory_contexts WHERE name = 'CachedPlanSource') AS s(c));
END $$;
SET pg_connector.plan_cache = 0;
SELECT read('a');
SET pg_connector.plan_cache = 3;
SELECT read('abc'), read('abcdef'), read('abcdefabcdef'), read('a'), read('ee'), read('aeff'), read('fdbdb');
SET pg_connector.plan_cache = 1;
SELECT read('e'), read('abcdef'), read('aabb'), read('c');
RESET pg_connector.plan_cache;
SELECT read('abcdef');

SET client_min_messages = warning;
RESET search_path;
DROP SCHEMA plans, one, two CASCADE;

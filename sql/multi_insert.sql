-- Rows go into a table many at once where nobody can tell. Each scene is played twice: as it is, and in a session whose executor
-- is watched, where all is left to the executor.
\pset format unaligned
\pset footer off
\pset tuples_only
SET client_min_messages = warning;
SET timezone = 'UTC';
CREATE ROLE regress_multi_insert;
CREATE SCHEMA multi_insert;
GRANT USAGE ON SCHEMA multi_insert TO regress_multi_insert;
SET search_path = multi_insert;
CREATE TABLE scenes (
  n serial, name text, setup text, rows text, rest text DEFAULT '', as_role name DEFAULT session_user, seen text DEFAULT 'SELECT json_agg(t) FROM t');
CREATE TABLE plays (watched bool, n int, answer text, seen text);

-- Rows of 1 to n, each from a format with its number and a few digits.
CREATE FUNCTION many(n int, row_format text) RETURNS text LANGUAGE sql AS $$
  SELECT '[' || string_agg(format(row_format, i, i % 7), ',' ORDER BY i) || ']' FROM generate_series(1, n) i
$$;
CREATE FUNCTION play(is_watched bool) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
  scene multi_insert.scenes;
  answer text;
  seen text;
BEGIN
  FOR scene IN SELECT * FROM multi_insert.scenes ORDER BY n LOOP
    CREATE SCHEMA scene;
    GRANT USAGE ON SCHEMA scene TO regress_multi_insert;
    SET LOCAL search_path = scene, multi_insert;
    EXECUTE scene.setup;
    EXECUTE format('SET LOCAL ROLE %I', scene.as_role);
    answer := connector.try_call('insert_rows', format('{"table": "t", "rows": %s %s}', scene.rows, scene.rest));
    RESET ROLE;
    EXECUTE scene.seen INTO seen;
    INSERT INTO multi_insert.plays VALUES (is_watched, scene.n, answer, seen);
    DROP SCHEMA scene CASCADE;
  END LOOP;
END $$;

INSERT INTO scenes (name, setup, rows, rest) VALUES
  ('many rows', $$CREATE TABLE t (id int PRIMARY KEY, a text UNIQUE, b numeric(8,2), c timestamptz DEFAULT '2026-01-01Z', d int DEFAULT 7)$$,
   many(1000, '{"a": "text %1$s", "id": %1$s, "b": %2$s.5}'), ', "returning": true'),
  ('serial', 'CREATE TABLE t (id bigserial PRIMARY KEY, v text)', many(600, '{"v": "v%s"}'), ', "returning": ["v", "id"]'),
  ('identity', 'CREATE TABLE t (v text, id int GENERATED ALWAYS AS IDENTITY PRIMARY KEY)', many(300, '{"v": "v%s"}'), ''),
  ('no index', 'CREATE TABLE t (a int, b text)', many(700, '{"a": %s, "b": null}'), ''),
  ('several groups', 'CREATE TABLE t (a int PRIMARY KEY, b text)', '[{"a": 1}, {"a": 2}, {"a": 3, "b": "x"}, {"b": "y", "a": 4}, {"a": 5}]', ', "returning": true'),
  ('all kinds of indexes', $$CREATE TABLE t (a int, b text, c int[], d int); CREATE INDEX ON t USING hash (b); CREATE INDEX ON t USING gin (c);
   CREATE INDEX ON t USING brin (a); CREATE INDEX ON t (lower(b)) WHERE a > 50; CREATE UNIQUE INDEX ON t (a) INCLUDE (d)$$,
   many(200, '{"a": %1$s, "b": "B%1$s", "c": [%1$s, %2$s]}'), ''),
  ('a dropped column, and one added', 'CREATE TABLE t (gone int, a int NOT NULL, b text); ALTER TABLE t DROP gone; ALTER TABLE t ADD z int DEFAULT 5', many(100, '{"b": "%s", "a": 1}'), ''),
  ('long values', 'CREATE TABLE t (id int PRIMARY KEY, v text, w text)',
   many(40, '{"v": "' || (SELECT string_agg(md5(i::text), '') FROM generate_series(1, 2000) i) || '%1$s", "id": %1$s, "w": "short"}'), ''),
  ('a domain', 'CREATE DOMAIN d AS int CHECK (VALUE < 90) NOT NULL; CREATE TABLE t (a int PRIMARY KEY, b d, c d DEFAULT 1)', many(100, '{"a": %1$s, "b": %1$s}'), ''),
  ('unlogged', 'CREATE UNLOGGED TABLE t (a int PRIMARY KEY)', many(300, '{"a": %s}'), ''),
  ('a generated column', 'CREATE TABLE t (a int, b int GENERATED ALWAYS AS (100 / (a - 50)) STORED)', many(100, '{"a": %s}'), ''),
  ('a generated column, of rows that are kept', 'CREATE TABLE t (a int, b int GENERATED ALWAYS AS (a + 1) STORED)', many(100, '{"a": %s}'), ', "returning": ["b"]'),
  ('a check', 'CREATE TABLE t (a int PRIMARY KEY, CHECK (a <> 77))', many(100, '{"a": %s}'), ''),
  ('a check that looks at the table', $$CREATE FUNCTION rows() RETURNS bigint LANGUAGE plpgsql AS 'BEGIN RETURN (SELECT count(*) FROM t); END';
   CREATE TABLE t (a int, CHECK (rows() < 30))$$, many(100, '{"a": %s}'), ''),
  ('a default that looks at the table', $$CREATE FUNCTION rows() RETURNS bigint LANGUAGE plpgsql AS 'BEGIN RETURN (SELECT count(*) FROM t); END';
   CREATE TABLE t (a int, b bigint DEFAULT rows())$$, many(20, '{"a": %s}'), ', "returning": true'),
  -- The first row that fails is named, whatever is wrong with a later one.
  ('a key twice', 'CREATE TABLE t (a int PRIMARY KEY, b int)', many(90, '{"a": %s, "b": 1}') , ''),
  ('a key twice, then a value of another type', 'CREATE TABLE t (a int PRIMARY KEY)', '[{"a": 1}, {"a": 2}, {"a": 1}, {"a": 3}, {"a": "x"}, {"a": 4}]', ''),
  ('a key twice, then a value out of range', 'CREATE TABLE t (a int PRIMARY KEY)', '[{"a": 1}, {"a": 1}, {"a": 3000000000}]', ''),
  ('a key twice, then a null', 'CREATE TABLE t (a int PRIMARY KEY)', '[{"a": 1}, {"a": 1}, {"a": null}]', ''),
  ('a key twice, then a row that is none', 'CREATE TABLE t (a int PRIMARY KEY)', '[{"a": 1}, {"a": 1}, 7]', ''),
  ('a key twice, then a member twice', 'CREATE TABLE t (a int PRIMARY KEY)', '[{"a": 1}, {"a": 1}, {"a": 3, "a": 4}]', ''),
  ('a key twice, then an unknown member', 'CREATE TABLE t (a int PRIMARY KEY)', '[{"a": 1}, {"a": 1}, {"b": 3}]', ''),
  ('a key twice, then a refused check', 'CREATE TABLE t (a int PRIMARY KEY CHECK (a < 3))', '[{"a": 1}, {"a": 1}, {"a": 5}]', ''),
  ('an overlap', 'CREATE TABLE t (a int4range, EXCLUDE USING gist (a WITH &&))', '[{"a": "[1,3)"}, {"a": "[5,7)"}, {"a": "[2,4)"}, {"a": "[8,9)"}]', ''),
  ('an index that refuses', 'CREATE TABLE t (a int); CREATE INDEX ON t ((1 / a))', '[{"a": 1}, {"a": 2}, {"a": 0}, {"a": 4}, {"a": "x"}]', ''),
  ('a row too long for an index', 'CREATE TABLE t (a text PRIMARY KEY)',
   '[{"a": "short"}, {"a": "' || (SELECT string_agg(md5(i::text), '') FROM generate_series(1, 300) i) || '"}, {"a": "short"}]', ''),
  ('a row too long for a page', (SELECT 'CREATE TABLE t (id int, ' || string_agg(format('n%s name', i), ',') || ')' FROM generate_series(1, 140) i),
   (SELECT '[{"id": 1, ' || string_agg(format('"n%s": null', i), ',') || '}, {"id": 2, ' || string_agg(format('"n%s": "x"', i), ',') || '}, {"id": 3, ' ||
   string_agg(format('"n%s": null', i), ',') || '}]' FROM generate_series(1, 140) i), ''),
  ('a foreign key', 'CREATE TABLE p (id int PRIMARY KEY); INSERT INTO p SELECT generate_series(0, 6); CREATE TABLE t (a int PRIMARY KEY, p int REFERENCES p)',
   many(100, '{"a": %s, "p": %s}'), ''),
  ('a foreign key without its row', 'CREATE TABLE p (id int PRIMARY KEY); INSERT INTO p SELECT generate_series(0, 5); CREATE TABLE t (a int PRIMARY KEY, p int REFERENCES p)',
   many(100, '{"a": %s, "p": %s}'), ''),
  ('a deferred foreign key', 'CREATE TABLE p (id int PRIMARY KEY); CREATE TABLE t (a int, p int REFERENCES p DEFERRABLE INITIALLY DEFERRED)', many(3, '{"a": %s, "p": %s}'), ''),
  ('a key that is checked at the end', 'CREATE TABLE t (a int UNIQUE DEFERRABLE)', '[{"a": 1}, {"a": 2}, {"a": 1}, {"a": 3}]', ''),
  ('a before trigger', $$CREATE FUNCTION f() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN IF new.a % 2 = 0 THEN RETURN NULL; END IF; new.a := -new.a; RETURN new; END';
   CREATE TABLE t (a int PRIMARY KEY); CREATE TRIGGER f BEFORE INSERT ON t FOR EACH ROW EXECUTE FUNCTION f()$$, many(9, '{"a": %s}'), ', "returning": true'),
  ('a partitioned table', 'CREATE TABLE t (a int, b text) PARTITION BY LIST (a); CREATE TABLE t1 PARTITION OF t FOR VALUES IN (1, 2, 3); CREATE TABLE t2 PARTITION OF t DEFAULT',
   many(20, '{"a": %s, "b": "x"}'), ''),
  ('a partition', 'CREATE TABLE whole (a int, b text) PARTITION BY RANGE (a); CREATE TABLE t PARTITION OF whole FOR VALUES FROM (1) TO (15)', many(20, '{"a": %s, "b": "x"}'), ''),
  ('a view', 'CREATE TABLE base (a int, b int DEFAULT 3); CREATE VIEW t AS SELECT a FROM base WHERE a < 10 WITH CHECK OPTION', many(20, '{"a": %s}'), ''),
  ('going on after errors', 'CREATE TABLE t (a int PRIMARY KEY, b int NOT NULL CHECK (b <> 4), c text UNIQUE)',
   (SELECT '[' || string_agg(CASE WHEN i % 19 = 0 THEN '{"a": 1, "b": 1, "c": "again"}' WHEN i % 23 = 0 THEN '{"a": -1, "b": null, "c": "x"}' WHEN i % 29 = 0 THEN '{"a": "no", "b": 1, "c": "y"}'
    ELSE format('{"a": %s, "b": %s, "c": "c%1$s"}', i, i % 7) END, ',' ORDER BY i) || ']' FROM generate_series(1, 300) i), ', "on_error": "continue", "returning": ["c"]');
-- What makes "a key twice" one.
UPDATE scenes SET rows = replace(rows, '"a": 61,', '"a": 17,') WHERE name = 'a key twice';
INSERT INTO scenes (name, setup, rows, seen) VALUES
  ('an after trigger', $$CREATE TABLE log (n serial, a int, rows bigint); CREATE FUNCTION f() RETURNS trigger LANGUAGE plpgsql AS
   'BEGIN INSERT INTO log (a, rows) SELECT new.a, count(*) FROM t; RETURN NULL; END';
   CREATE TABLE t (a int PRIMARY KEY); CREATE TRIGGER f AFTER INSERT ON t FOR EACH ROW WHEN (new.a % 3 = 0) EXECUTE FUNCTION f()$$, many(20, '{"a": %s}'), 'SELECT json_agg(log) FROM log'),
  ('an after trigger that inserts rows likewise', $$CREATE TABLE log (n serial PRIMARY KEY, a int); CREATE FUNCTION f() RETURNS trigger LANGUAGE plpgsql AS
   'BEGIN PERFORM connector.insert_rows(''{"table": "log", "rows": ['' || repeat(''{"a": 1},'', new.a) || ''{"a": 0}]}''); RETURN NULL; END';
   CREATE TABLE t (a int PRIMARY KEY); CREATE TRIGGER f AFTER INSERT ON t FOR EACH ROW EXECUTE FUNCTION f()$$, many(20, '{"a": %s}'), 'SELECT json_agg(log) FROM log'),
  ('an after trigger that fails', $$CREATE FUNCTION f() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RAISE ''not %'', new.a; END';
   CREATE TABLE t (a int PRIMARY KEY); CREATE TRIGGER f AFTER INSERT ON t FOR EACH ROW WHEN (new.a = 5) EXECUTE FUNCTION f()$$, many(20, '{"a": %s}'), DEFAULT),
  ('a trigger that sees all rows', $$CREATE TABLE log (rows bigint); CREATE FUNCTION f() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN INSERT INTO log SELECT count(*) FROM fresh; RETURN NULL; END';
   CREATE TABLE t (a int); CREATE TRIGGER f AFTER INSERT ON t REFERENCING NEW TABLE AS fresh FOR EACH STATEMENT EXECUTE FUNCTION f()$$, many(20, '{"a": %s}'), 'SELECT json_agg(log) FROM log'),
  ('a rule besides', 'CREATE TABLE log (a int); CREATE TABLE t (a int); CREATE RULE also AS ON INSERT TO t DO ALSO INSERT INTO log VALUES (new.a)', many(20, '{"a": %s}'),
   'SELECT json_build_array((SELECT json_agg(t) FROM t), (SELECT json_agg(log) FROM log))'),
  ('a rule instead', 'CREATE TABLE log (a int); CREATE TABLE t (a int); CREATE RULE instead AS ON INSERT TO t DO INSTEAD INSERT INTO log VALUES (new.a)', many(20, '{"a": %s}'),
   'SELECT json_build_array((SELECT json_agg(t) FROM t), (SELECT json_agg(log) FROM log))');
INSERT INTO scenes (name, setup, rows, as_role) VALUES
  ('nothing granted', 'CREATE TABLE t (a int)', many(2, '{"a": %s}'), 'regress_multi_insert'),
  ('insert granted', 'CREATE TABLE t (a int PRIMARY KEY, b int DEFAULT 1); GRANT INSERT ON t TO regress_multi_insert', many(2, '{"a": %s}'), 'regress_multi_insert'),
  ('a column granted', 'CREATE TABLE t (a int, b int); GRANT INSERT (a) ON t TO regress_multi_insert', many(2, '{"a": %s}'), 'regress_multi_insert'),
  ('another column granted', 'CREATE TABLE t (a int, b int); GRANT INSERT (b) ON t TO regress_multi_insert', many(2, '{"a": %s}'), 'regress_multi_insert'),
  ('values that may not be read', 'CREATE TABLE t (a int PRIMARY KEY, b text); GRANT INSERT ON t TO regress_multi_insert; INSERT INTO t VALUES (2, $$secret$$)',
   many(2, '{"a": %s}'), 'regress_multi_insert'),
  ('a policy', 'CREATE TABLE t (a int); GRANT INSERT ON t TO regress_multi_insert; ALTER TABLE t ENABLE ROW LEVEL SECURITY; CREATE POLICY p ON t WITH CHECK (a < 4)',
   many(5, '{"a": %s}'), 'regress_multi_insert'),
  ('a default that may not be called', $$CREATE FUNCTION f() RETURNS int LANGUAGE sql IMMUTABLE AS 'SELECT 1'; REVOKE ALL ON FUNCTION f FROM public;
   CREATE TABLE t (a int, b int DEFAULT f()); GRANT INSERT ON t TO regress_multi_insert$$, many(5, '{"a": %s}'), 'regress_multi_insert');

SELECT play(false);
-- While it is loaded, executions are watched.
LOAD 'auto_explain';
SELECT play(true);
SELECT s.name, d.answer, w.answer AS watched, left(d.seen, 200) AS seen, left(w.seen, 200) AS watched_seen
FROM scenes s JOIN plays d USING (n) JOIN plays w USING (n)
WHERE NOT d.watched AND w.watched AND (d.answer IS DISTINCT FROM w.answer OR d.seen IS DISTINCT FROM w.seen);
SELECT name, CASE WHEN length(answer) < 400 THEN answer ELSE 'md5 ' || md5(answer) END AS answer, length(p.seen) AS seen
FROM scenes JOIN plays p USING (n) WHERE NOT watched ORDER BY n;
\c -
SET client_min_messages = warning;
SET search_path = multi_insert;

-- That rows go many at once shows in what is logged: one record for a page of them, and one for each index entry.
CREATE TABLE logged (a int PRIMARY KEY, b text);
CREATE FUNCTION records(request text) RETURNS int LANGUAGE plpgsql AS $$
DECLARE
  plan json;
BEGIN
  EXECUTE format('EXPLAIN (ANALYZE, WAL, FORMAT json) SELECT connector.insert_rows(%L)', request) INTO plan;
  RETURN plan #>> '{0,Plan,WAL Records}';
END $$;
SELECT n BETWEEN 1000 AND 1100 AS many_at_once FROM records(format('{"table": "logged", "rows": %s}', many(1000, '{"a": %s, "b": "x"}'))) n;
LOAD 'auto_explain';
SELECT n BETWEEN 2000 AND 2100 AS one_by_one FROM records(format('{"table": "logged", "rows": %s}', many(1000, '{"a": -%s, "b": "x"}'))) n;
\c -
SET client_min_messages = warning;
SET search_path = multi_insert;

-- A transaction that may not write; limits on the whole.
CREATE TABLE written (a int);
BEGIN READ ONLY;
SELECT connector.try_call('insert_rows', '{"table": "written", "rows": [{"a": -1}, {"a": -2}]}');
COMMIT;
SET pg_connector.affected_cap = 10;
SELECT connector.try_call('insert_rows', format('{"table": "written", "rows": %s}', many(11, '{"a": -%s}')));
SET pg_connector.affected_cap = 1000;
SET pg_connector.row_cap = 10;
SELECT connector.try_call('insert_rows', format('{"table": "written", "rows": %s, "returning": ["a"]}', many(11, '{"a": -%s}')));
SELECT count(*) FROM written;
RESET pg_connector.affected_cap;
RESET pg_connector.row_cap;

-- A plan that is kept does what the table says by now.
CREATE TABLE changing (a int PRIMARY KEY);
SELECT connector.insert_rows('{"table": "changing", "rows": [{"a": 1}, {"a": 2}]}');
ALTER TABLE changing ADD CHECK (a < 10);
SELECT connector.try_call('insert_rows', '{"table": "changing", "rows": [{"a": 3}, {"a": 11}]}');
CREATE UNIQUE INDEX ON changing ((a % 5));
SELECT connector.try_call('insert_rows', '{"table": "changing", "rows": [{"a": 3}, {"a": 7}]}');
ALTER TABLE changing ADD b text DEFAULT 'new' NOT NULL;
SELECT connector.insert_rows('{"table": "changing", "rows": [{"a": 3}, {"a": 4}]}');
CREATE FUNCTION negate() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN new.a := -new.a; RETURN new; END';
CREATE TRIGGER negate BEFORE INSERT ON changing FOR EACH ROW EXECUTE FUNCTION negate();
SELECT connector.insert_rows('{"table": "changing", "rows": [{"a": 3}, {"a": 4}]}');
TABLE changing;
DROP SCHEMA multi_insert CASCADE;
DROP ROLE regress_multi_insert;

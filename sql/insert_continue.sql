-- insert_rows with on_error "continue": rows that can be inserted are, the others are reported.
\pset format unaligned
\pset tuples_only on
\set VERBOSITY default

CREATE TABLE person (
	id int PRIMARY KEY,
	name text NOT NULL,
	age int CHECK (age >= 0),
	boss int REFERENCES person
);
-- What went wrong, by place: one line for each row that was left out.
CREATE FUNCTION insert_good(request text) RETURNS SETOF text LANGUAGE sql AS $$
	WITH result AS MATERIALIZED (SELECT connector.insert_rows(request)::jsonb AS r)
	SELECT (r - 'errors')::text FROM result
	UNION ALL
	SELECT concat_ws(' ', e ->> 'path', e ->> 'code', e ->> 'column', e ->> 'constraint', '- ' || (e ->> 'message'))
	FROM result, jsonb_array_elements(r -> 'errors') e
$$;

SELECT connector.insert_rows('{"table": "person", "on_error": "continue", "rows": [{"id": 1, "name": "Ada"}, {"id": "two", "name": "x"}, {"id": 3, "name": "Grace"}]}');
SELECT connector.insert_rows('{"table": "person", "on_error": "continue", "rows": [{"id": 4, "name": "Linus"}]}');
SELECT connector.insert_rows('{"table": "person", "on_error": "continue", "rows": []}');
SELECT connector.insert_rows('{"table": "person", "on_error": "continue", "row": {"id": 1, "name": "again"}}');
SELECT connector.insert_rows('{"table": "person", "on_error": "abort", "row": {"id": 1, "name": "again"}}');

-- Every way to fail, in one request; the rows come back in the order of the request.
SELECT insert_good('{"table": "person", "on_error": "continue", "returning": ["id", "name"], "rows": [
  {"id": 10, "name": "a"},
  {"id": 11, "name": null},
  {"id": 10, "name": "b"},
  {"id": 12, "name": "c", "boss": 99},
  {"id": 13, "name": "d", "boss": 10},
  {"id": 14, "nome": "e"},
  7,
  {"id": 15, "id": 16, "name": "f"},
  {"id": 17, "name": "g", "age": -1},
  {"id": 99999999999, "name": "h"},
  {},
  {"id": 18, "name": "i\u0000"},
  {"id": 19, "name": "j"}]}');
SELECT insert_good('{"table": "person", "on_error": "continue", "columns": ["id", "name"], "values": [
  [20, "a"], [21], [20, "b"], {"id": 22}, [23, "c"], [24, null]]}');
SELECT connector.select_rows('{"table": "person", "columns": ["id", "name"], "order_by": ["id"]}');

-- A row is judged by the rows that are kept before it, not by those that are left out:
-- 30 is not taken by a row whose foreign key fails, and 32's boss is not there.
SELECT insert_good('{"table": "person", "on_error": "continue", "rows": [
  {"id": 30, "name": "a", "boss": 99}, {"id": 30, "name": "b", "boss": 1}, {"id": 31, "name": "c", "boss": 99}, {"id": 32, "name": "d", "boss": 31}]}');

-- All fail; none is inserted; nothing to name.
SELECT insert_good('{"table": "person", "on_error": "continue", "returning": true, "rows": [{"id": 1, "name": "a"}, {"id": 3, "name": "b"}]}');

-- Not about a row, so nothing goes on.
SELECT connector.insert_rows('{"table": "people", "on_error": "continue", "rows": [{"id": 1}]}');
SELECT connector.insert_rows('{"table": "person", "on_error": "continue", "columns": ["id", "nome"], "values": [[1, 2]]}');
SELECT connector.insert_rows('{"table": "person", "on_error": "ignore", "rows": [{"id": 1}]}');
SELECT connector.insert_rows('{"table": "person", "on_error": true, "rows": [{"id": 1}]}');
SELECT connector.insert_rows('{"table": "person", "max_errors": 1, "rows": [{"id": 1}]}');
SELECT connector.insert_rows('{"table": "person", "max_errors": 1, "on_error": "abort", "rows": [{"id": 1}]}');
SELECT connector.insert_rows('{"table": "person", "max_errors": -1, "on_error": "continue", "rows": [{"id": 1}]}');
CREATE ROLE regress_continue;
GRANT INSERT (id, name) ON person TO regress_continue;
SET ROLE regress_continue;
SELECT connector.insert_rows('{"table": "person", "on_error": "continue", "rows": [{"id": 40, "name": "a"}, {"id": 40, "name": "b"}]}');
SELECT connector.insert_rows('{"table": "person", "on_error": "continue", "rows": [{"id": 41, "name": "a"}, {"id": 42, "name": "b", "age": 3}]}');
RESET ROLE;
REVOKE INSERT (id, name) ON person FROM regress_continue;
SET ROLE regress_continue;
SELECT connector.insert_rows('{"table": "person", "on_error": "continue", "rows": [{"id": 40, "name": "a"}]}');
SELECT connector.insert_rows('{"table": "person", "on_error": "continue", "rows": [{}]}');
RESET ROLE;
BEGIN READ ONLY;
SELECT connector.insert_rows('{"table": "person", "on_error": "continue", "rows": [{"id": 40, "name": "a"}]}');
ROLLBACK;

-- Row-level security is about rows.
CREATE TABLE owned (owner name DEFAULT current_user, v int);
-- Explained it is not tried, also where rows give nothing.
SELECT connector.insert_rows('{"table": "owned", "columns": [], "values": [[], []], "on_error": "continue", "explain": true}') -> 'params' AS params;
ALTER TABLE owned ENABLE ROW LEVEL SECURITY;
CREATE POLICY own ON owned USING (owner = current_user);
GRANT INSERT, SELECT ON owned TO regress_continue;
SET ROLE regress_continue;
SELECT insert_good('{"table": "owned", "on_error": "continue", "rows": [{"v": 1}, {"v": 2, "owner": "postgres"}, {"v": 3, "owner": "regress_continue"}]}');
RESET ROLE;
DROP TABLE owned;
DROP ROLE regress_continue;

-- Too many errors, and other limits: nothing is kept.
SELECT connector.insert_rows('{"table": "person", "on_error": "continue", "max_errors": 1, "rows": [{"id": 50, "name": "a"}, {"id": 1, "name": "a"}, {"id": 3, "name": "b"}]}');
SELECT connector.insert_rows('{"table": "person", "on_error": "continue", "max_errors": 0, "rows": [{"id": 50, "name": "a"}, {"id": 51, "name": null}]}');
SELECT connector.insert_rows(json_build_object('table', 'person', 'on_error', 'continue', 'rows',
	(SELECT json_agg(json_build_object('id', 1, 'name', i)) FROM generate_series(1, 1001) i)));
SET pg_connector.affected_cap = 2;
SELECT connector.insert_rows('{"table": "person", "on_error": "continue", "rows": [{"id": 50, "name": "a"}, {"id": 51, "name": "b"}, {"id": 52, "name": "b"}]}');
SELECT insert_good('{"table": "person", "on_error": "continue", "rows": [{"id": 60, "name": "a"}, {"id": 60, "name": "b"}, {"id": 61, "name": "b"}]}');
RESET pg_connector.affected_cap;
SET pg_connector.response_cap = 1024;
SELECT connector.insert_rows(json_build_object('table', 'person', 'on_error', 'continue', 'returning', json_build_array('id', 'name'), 'rows',
	(SELECT json_agg(json_build_object('id', 100 + i, 'name', repeat('x', 100))) FROM generate_series(1, 20) i)));
SELECT connector.insert_rows(json_build_object('table', 'person', 'on_error', 'continue', 'rows',
	(SELECT json_agg(json_build_object('id', 1, 'name', i)) FROM generate_series(1, 20) i)));
RESET pg_connector.response_cap;
SET pg_connector.error_detail = terse;
SELECT connector.insert_rows('{"table": "person", "on_error": "continue", "rows": [{"id": "private", "name": "a"}, {"id": 1, "name": "private"}]}');
RESET pg_connector.error_detail;
SELECT count(*) FROM person WHERE id BETWEEN 50 AND 59 OR id > 99;

-- Time limit and what cannot be a row's fault, in the middle of the rows.
CREATE FUNCTION slow() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
	IF NEW.name = 'slow' THEN PERFORM pg_sleep(10);
	ELSIF NEW.name = 'deadlock' THEN RAISE EXCEPTION 'made up' USING ERRCODE = '40P01';
	ELSIF NEW.name = 'own' THEN RAISE EXCEPTION 'not this one' USING ERRCODE = 'ZZ001', HINT = 'Another.';
	ELSIF NEW.name = 'late' AND TG_WHEN = 'AFTER' THEN RAISE EXCEPTION 'too late';
	ELSIF NEW.name = 'gone' THEN RETURN NULL;
	END IF;
	RETURN NEW;
END $$;
CREATE TRIGGER slow BEFORE INSERT ON person FOR EACH ROW EXECUTE FUNCTION slow();
CREATE TRIGGER late AFTER INSERT ON person FOR EACH ROW EXECUTE FUNCTION slow();
SELECT connector.insert_rows('{"table": "person", "on_error": "continue", "timeout_ms": 100, "rows": [{"id": 70, "name": "a"}, {"id": 71, "name": "slow"}]}');
SELECT connector.insert_rows('{"table": "person", "on_error": "continue", "rows": [{"id": 70, "name": "a"}, {"id": 71, "name": "deadlock"}]}');
SELECT connector.try_call('insert_rows', '{"table": "person", "on_error": "continue", "rows": [{"id": 70, "name": "a"}, {"id": 71, "name": "deadlock"}]}');
-- After a statement's rows no row is known: it is found by halves.
SELECT insert_good('{"table": "person", "on_error": "continue", "rows": [
  {"id": 70, "name": "a"}, {"id": 71, "name": "own"}, {"id": 72, "name": "gone"}, {"id": 73, "name": "b"}, {"id": 74, "name": "late"},
  {"id": 75, "name": "late"}, {"id": 76, "name": "c"}, {"id": 77, "name": "d", "age": 1}, {"id": 78, "name": "late", "age": 1}, {"id": 79, "name": "e", "age": 1}]}');
DROP TRIGGER slow ON person;
DROP TRIGGER late ON person;
DROP FUNCTION slow;

-- Deferred constraints: checked before a row is reported kept, unless a transaction block of the caller's goes on.
CREATE TABLE later (id int PRIMARY KEY, person int REFERENCES person DEFERRABLE INITIALLY DEFERRED);
SELECT insert_good('{"table": "later", "on_error": "continue", "rows": [{"id": 1, "person": 1}, {"id": 2, "person": 98}, {"id": 3}, {"id": 4, "person": 98}]}');
SELECT connector.try_call('insert_rows', '{"table": "later", "row": {"id": 6, "person": 98}}') -> 'error' ->> 'code';
BEGIN;
SELECT insert_good('{"table": "later", "on_error": "continue", "rows": [{"id": 5, "person": 98}]}');
COMMIT;
SELECT * FROM later;
DROP TABLE later;

-- A view with a trigger; a rule that makes nothing of it; partitions.
CREATE VIEW person_view AS SELECT id, name FROM person;
CREATE FUNCTION insert_person() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
	INSERT INTO person (id, name) VALUES (NEW.id, NEW.name);
	RETURN NEW;
END $$;
CREATE TRIGGER insert_person INSTEAD OF INSERT ON person_view FOR EACH ROW EXECUTE FUNCTION insert_person();
SELECT insert_good('{"table": "person_view", "on_error": "continue", "rows": [{"id": 80, "name": "a"}, {"id": 80, "name": "b"}, {"id": 81, "name": "c"}], "returning": true}');
DROP TRIGGER insert_person ON person_view;
DROP FUNCTION insert_person;
CREATE RULE nothing AS ON INSERT TO person_view DO INSTEAD NOTHING;
SELECT insert_good('{"table": "person_view", "on_error": "continue", "rows": [{"id": 82, "name": "a"}, {"id": "x", "name": "b"}]}');
DROP VIEW person_view;
CREATE TABLE part (v text, id int PRIMARY KEY) PARTITION BY LIST (id);
CREATE TABLE part1 (id int NOT NULL, v text);
ALTER TABLE part ATTACH PARTITION part1 FOR VALUES IN (1, 2);
SELECT insert_good('{"table": "part", "on_error": "continue", "rows": [{"id": 3, "v": "a"}, {"id": 1, "v": "b"}, {"id": 1}, {"id": 2}], "returning": true}');
DROP TABLE part;

-- Few bad rows among many cost little; so does a foreign key.
CREATE TABLE many (id int PRIMARY KEY, boss int REFERENCES person);
SELECT insert_good(json_build_object('table', 'many', 'on_error', 'continue', 'columns', array['id', 'boss'], 'values',
	(SELECT json_agg(json_build_array(CASE WHEN i % 4000 = 77 THEN 1 ELSE i END, CASE WHEN i % 5000 = 3333 THEN 98 ELSE 1 END)) FROM generate_series(1, 20000) i))::text);
SELECT count(*) FROM many;
DROP TABLE many;

-- Against a model, row by row.
CREATE TABLE real (id int PRIMARY KEY, v numeric(4, 1) CHECK (v <> 13), w text NOT NULL DEFAULT 'w', p int REFERENCES person);
CREATE TABLE model (LIKE real INCLUDING ALL, FOREIGN KEY (p) REFERENCES person);
CREATE FUNCTION pick(VARIADIC choices text[]) RETURNS jsonb LANGUAGE sql VOLATILE AS
	$$ SELECT choices[1 + floor(random() * cardinality(choices))]::jsonb $$;
DO $$
DECLARE
	request jsonb;
	result jsonb;
	expected text;
	actual text;
	r jsonb;
	i int;
	bad int := 0;
BEGIN
	PERFORM setseed(0.25);
	FOR n IN 1..200 LOOP
		SELECT jsonb_build_object('table', 'real', 'on_error', 'continue', 'returning', '["id"]'::jsonb, 'rows', jsonb_agg(rows)) INTO request
		FROM (SELECT (SELECT coalesce(jsonb_object_agg(k, v), '{}') FROM (VALUES
				('id', to_jsonb(CASE WHEN random() < 0.1 THEN 1 ELSE n * 100 + m END)), ('v', pick('1', '2', '2', '13', '"x"', 'null', '12345')),
				('w', pick('"a"', '"b"', '"c"', 'null')), ('p', pick('1', '1', '3', '3', '98', 'null'))) AS c (k, v) WHERE random() < 0.9 AND m > 0) AS rows
			FROM generate_series(1, (1 + random() * 30)::int) m) AS t;
		expected := '';
		i := 0;
		FOR r IN SELECT * FROM jsonb_array_elements(request -> 'rows') LOOP
			BEGIN
				EXECUTE CASE WHEN r = '{}' THEN 'INSERT INTO model DEFAULT VALUES' ELSE (
					SELECT format('INSERT INTO model (%s) VALUES (%s)', string_agg(key, ', '), string_agg(quote_nullable(value), ', '))
					FROM jsonb_each_text(r)) END;
			EXCEPTION WHEN OTHERS THEN
				expected := expected || format('/rows/%s %s ', i, SQLSTATE);
			END;
			i := i + 1;
		END LOOP;
		result := connector.insert_rows(request);
		SELECT coalesce(string_agg(format('%s %s ', e ->> 'path', e ->> 'code'), ''), '') INTO actual FROM jsonb_array_elements(result -> 'errors') e;
		bad := bad + jsonb_array_length(result -> 'errors');
		IF actual <> expected OR (result ->> 'rowCount')::int <> jsonb_array_length(result -> 'rows') OR
			(result ->> 'rowCount')::int + jsonb_array_length(result -> 'errors') <> i OR
			EXISTS (TABLE real EXCEPT ALL TABLE model) OR EXISTS (TABLE model EXCEPT ALL TABLE real) THEN
			RAISE EXCEPTION 'differs: % gives %, not %', request, result, expected;
		END IF;
		TRUNCATE real, model;
	END LOOP;
	RAISE NOTICE 'the model agrees, bad rows: %', bad > 1000;
END $$;
DROP TABLE real, model, person;
DROP FUNCTION pick, insert_good;

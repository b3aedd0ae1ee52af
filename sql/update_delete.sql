-- update_rows and delete_rows: what is changed, what is not, and what is refused.
CREATE SCHEMA update_test;
SET search_path = update_test;

CREATE TYPE pair AS (x int, y text);
CREATE DOMAIN positive AS int CHECK (VALUE > 0);
CREATE TABLE t (id int PRIMARY KEY, a int, s text DEFAULT 'default', n numeric(6,2), p positive, list int[], pair pair, j jsonb, at timestamptz, v varchar(3), must int NOT NULL DEFAULT 0);
CREATE PROCEDURE refill() LANGUAGE sql AS $$
	TRUNCATE t;
	INSERT INTO t (id, a, s) SELECT i, i * 10, 's' || i FROM generate_series(1, 5) i;
	INSERT INTO t (id) VALUES (6);
$$;
CALL refill();

-- Values take the type of their column; null is NULL.
SELECT connector.update_rows('{"table": "t", "set": {"a": 11, "s": "new", "n": 1.005, "p": 7, "list": [1, null], "pair": {"x": 1, "y": "b"}, "j": "text", "at": "2024-01-02T05:30:00+05:30", "v": "abc"}, "where": [["id", "=", 1]], "returning": true}');
SELECT connector.update_rows('{"table": "t", "set": {"s": null, "a": null}, "where": [["id", "=", 2]], "returning": ["s", "id", "a"]}');
SELECT connector.update_rows('{"table": "t", "set": {"s": ""}, "where": [["id", "=", 3]]}');
SELECT connector.update_rows('{"table": "t", "set": {"s": "changed"}, "where": [["a", ">=", 40]], "returning": ["id"]}');
SELECT connector.update_rows('{"table": "t", "set": {"s": "x"}, "where": [["id", "=", 99]]}');
SELECT connector.update_rows('{"table": "t", "set": {"s": "x"}, "where": [["id", "=", 99]], "returning": ["id"]}');
SELECT connector.update_rows('{"table": "t", "set": {"id": 7}, "where": [["id", "=", 6]], "returning": ["id"]}');
SELECT id, a, s, n, p, list, pair, j, v FROM t ORDER BY id;

-- The value that a condition compares with and the new value of the same
-- column are two.
SELECT connector.update_rows('{"table": "t", "set": {"id": 1001, "a": 1}, "where": [["id", "=", 1], {"or": [["a", "=", 11], ["a", "in", [1, 2]]]}], "returning": ["id", "a"]}');
SELECT connector.update_rows('{"table": "t", "set": {"a": 2, "id": 1}, "where": [["id", "=", 1001], {"or": [["a", "=", 1], ["a", "in", [3]]]}], "returning": ["id", "a"]}');

-- Deleting.
SELECT connector.delete_rows('{"table": "t", "where": [["id", "=", 1]], "returning": ["a", "id"]}');
SELECT connector.delete_rows('{"table": "t", "where": [["a", "is_null"]]}');
SELECT connector.delete_rows('{"table": "t", "where": [["id", "=", 99]], "returning": true}');
SELECT connector.delete_rows('{"table": "t", "where": [{"or": [["id", "in", [3]], ["s", "like", "chan%"]]}], "returning": ["id"]}');
SELECT count(*) FROM t;
CALL refill();

-- All rows only where that is said.
SELECT connector.update_rows('{"table": "t", "set": {"a": 0}}');
SELECT connector.delete_rows('{"table": "t"}');
CREATE FUNCTION refused(command text, members text) RETURNS text LANGUAGE sql AS $$
	SELECT coalesce(
		(r->'error'->>'code') || coalesce(' at ' || (r->'error'->>'path'), '') || ': ' || (r->'error'->>'message')
			|| coalesce(E'\nHINT:  ' || (r->'error'->>'hint'), ''),
		'NO ERROR: ' || r::text)
	FROM connector.try_call(command, '{"table": "t", ' || members || '}') r
$$;
SELECT members, refused('update_rows', '"set": {"a": 0}, ' || members) AS "update", refused('delete_rows', members) AS "delete" FROM (VALUES
	(1, '"where": []'),
	(2, '"where": [{"and": []}]'),
	(3, '"where": [{"not": {"or": []}}]'),
	(4, '"where": [{"or": [["id", "=", 1], {"and": []}]}]'),
	(5, '"where": [{"not": ["id", "in", []]}]'),
	(6, '"where": [{"not": {"and": [["id", "=", 1], {"or": []}]}}]'),
	(7, '"all_rows": false'),
	(8, '"all_rows": false, "where": []'),
	(9, '"all_rows": true, "where": [["id", "=", 1]]'),
	(10, '"all_rows": true, "where": []'),
	(11, '"all_rows": 1'),
	(12, '"all_rows": "true"'),
	(13, '"wher": [["id", "=", 1]]'),
	(14, '"where": {"id": 1}'),
	(15, '"where": [["id", "=", "x"]]'),
	(16, '"where": [["idd", "=", 1]]'),
	(17, '"where": "id = 1"'),
	(18, '"where": [["id", "=", 1]], "where": []'),
	(19, '"where": [["id", "=", 1]], "limits": 1'),
	(20, '"where": [["id", "=", 1]], "max_affected": 0'),
	(21, '"where": [["id", "=", 1]], "returning": ["nope"]'),
	(22, '"where": [["id", "=", 1]], "returning": false')
) v(n, members) ORDER BY n;
SELECT count(*), sum(a), count(DISTINCT s) FROM t;

-- Conditions that no row meets, as far as one can tell without looking.
SELECT connector.update_rows('{"table": "t", "set": {"a": 0}, "where": [{"or": []}]}');
SELECT connector.delete_rows('{"table": "t", "where": [["id", "in", []]]}');
SELECT connector.update_rows('{"table": "t", "set": {"a": 0}, "where": [["id", "=", 1], ["id", "in", []]]}');

-- Said.
SELECT connector.update_rows('{"table": "t", "set": {"a": 0}, "all_rows": true}');
SELECT connector.delete_rows('{"table": "t", "all_rows": true, "returning": ["id", "a"]}');
CALL refill();
SET pg_connector.require_where = off;
SELECT connector.update_rows('{"table": "t", "set": {"a": 1}}');
SELECT connector.update_rows('{"table": "t", "set": {"a": 2}, "where": []}');
SELECT connector.delete_rows('{"table": "t", "all_rows": false}');
RESET pg_connector.require_where;
CALL refill();

-- What is refused of new values, and where.
SELECT members, refused('update_rows', members) FROM (VALUES
	(1, '"where": [["id", "=", 1]]'),
	(2, '"set": {}, "where": [["id", "=", 1]]'),
	(3, '"set": [], "where": [["id", "=", 1]]'),
	(4, '"set": null, "where": [["id", "=", 1]]'),
	(5, '"set": {"nope": 1}, "where": [["id", "=", 1]]'),
	(6, '"set": {"A": 1}, "where": [["id", "=", 1]]'),
	(7, '"set": {"a": 1, "a": 2}, "where": [["id", "=", 1]]'),
	(8, '"set": {"a": 1, "\u0061": 2}, "where": [["id", "=", 1]]'),
	(9, '"set": {"a": "x"}, "where": [["id", "=", 1]]'),
	(10, '"set": {"s": "ok", "n": 100000}, "where": [["id", "=", 1]]'),
	(11, '"set": {"p": 0}, "where": [["id", "=", 1]]'),
	(12, '"set": {"p": 0}, "where": [["id", "=", 99]]'),
	(13, '"set": {"list": [[1], 2]}, "where": [["id", "=", 1]]'),
	(14, '"set": {"pair": {"z": 1}}, "where": [["id", "=", 1]]'),
	(15, '"set": {"v": "abcd"}, "where": [["id", "=", 1]]'),
	(16, '"set": {"must": null}, "where": [["id", "=", 1]]'),
	(17, '"set": {"id": 2}, "where": [["id", "=", 1]]'),
	(18, '"set": {"a": 1}, "where": [["id", "=", 1]], "increment": {"a": 1}'),
	(19, '"set": {"ctid": "(0,1)"}, "where": [["id", "=", 1]]')
) v(n, members) ORDER BY n;
SELECT connector.update_rows('{"table": "t", "set": {"must": null}, "where": [["id", "=", 1]]}');
SELECT connector.update_rows('{"table": "t", "set": {"n": "x"}, "where": [["id", "=", 1]]}');
SELECT connector.update_rows('{"table": "no_such", "set": {"n": "x"}, "where": [["id", "=", 1]]}');
SELECT connector.delete_rows('{"table": "no_such", "where": [["id", "=", 1]]}');
SELECT sum(a), string_agg(s, ',' ORDER BY id) FROM t;

-- Foreign keys, and rows that go with others.
CREATE TABLE parent (id int PRIMARY KEY, note text);
CREATE TABLE child (id int PRIMARY KEY, parent_id int REFERENCES parent ON DELETE RESTRICT ON UPDATE CASCADE);
CREATE TABLE follower (parent_id int REFERENCES parent ON DELETE CASCADE ON UPDATE CASCADE);
INSERT INTO parent VALUES (1, 'has a child'), (2, 'is followed'), (3, 'alone');
INSERT INTO child VALUES (1, 1);
INSERT INTO follower VALUES (2), (2);
SELECT connector.delete_rows('{"table": "parent", "where": [["id", "in", [1, 3]]]}');
SELECT connector.delete_rows('{"table": "parent", "where": [["id", "in", [2, 3]]], "returning": ["note"]}');
SELECT count(*) FROM follower;
SELECT connector.update_rows('{"table": "parent", "set": {"id": 10}, "where": [["id", "=", 1]]}');
SELECT connector.update_rows('{"table": "child", "set": {"parent_id": 99}, "where": [["id", "=", 1]]}');
SELECT connector.try_call('delete_rows', '{"table": "parent", "all_rows": true}');
SELECT * FROM child;

-- Generated columns follow; they cannot be set.
CREATE TABLE generated (id int GENERATED ALWAYS AS IDENTITY PRIMARY KEY, a int, double int GENERATED ALWAYS AS (a * 2) STORED);
INSERT INTO generated (a) VALUES (1);
SELECT connector.update_rows('{"table": "generated", "set": {"a": 5}, "all_rows": true, "returning": true}');
SELECT connector.update_rows('{"table": "generated", "set": {"double": 5}, "all_rows": true}');
SELECT connector.update_rows('{"table": "generated", "set": {"id": 5}, "all_rows": true}');

-- Partitions: a row may move to another.
CREATE TABLE parts (id int, kind text, s text) PARTITION BY LIST (kind);
CREATE TABLE parts_a PARTITION OF parts FOR VALUES IN ('a');
CREATE TABLE parts_b (s text, kind text, id int);
ALTER TABLE parts ATTACH PARTITION parts_b FOR VALUES IN ('b');
INSERT INTO parts VALUES (1, 'a', 'x'), (2, 'b', 'y');
SELECT connector.update_rows('{"table": "parts", "set": {"kind": "b"}, "where": [["id", "=", 1]], "returning": true}');
SELECT connector.update_rows('{"table": "parts", "set": {"kind": "c"}, "where": [["id", "=", 1]]}');
SELECT connector.delete_rows('{"table": "parts", "where": [["kind", "=", "b"]], "returning": ["id"]}');

-- Inheritance: the children's rows as well, as in SQL.
CREATE TABLE base (id int, s text);
CREATE TABLE derived (more int) INHERITS (base);
INSERT INTO base VALUES (1, 'base');
INSERT INTO derived VALUES (2, 'derived', 3);
SELECT connector.update_rows('{"table": "base", "set": {"s": "new"}, "where": [["id", ">", 0]], "returning": true}');
SELECT connector.delete_rows('{"table": "base", "where": [["id", "=", 2]], "returning": true}');

-- Views, with triggers and rules.
CREATE VIEW simple AS SELECT id, a AS alpha FROM t WHERE a < 40;
CREATE VIEW checked AS SELECT id, a FROM t WHERE a < 40 WITH CHECK OPTION;
CREATE VIEW counted AS SELECT count(*) AS n FROM t;
SELECT connector.update_rows('{"table": "simple", "set": {"alpha": 35}, "where": [["alpha", ">", 10]], "returning": true}');
SELECT connector.update_rows('{"table": "checked", "set": {"a": 45}, "where": [["id", "=", 1]]}');
SELECT connector.update_rows('{"table": "counted", "set": {"n": 45}, "where": [["n", "=", 1]]}');
SELECT connector.delete_rows('{"table": "counted", "where": [["n", "=", 1]]}');
SELECT connector.delete_rows('{"table": "simple", "where": [["id", "in", [2, 4]]]}');
CREATE FUNCTION instead() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
	RAISE NOTICE '% % to %', TG_OP, OLD, NEW;
	IF TG_OP = 'DELETE' THEN
		RETURN OLD;
	END IF;
	RETURN NEW;
END $$;
CREATE TRIGGER instead INSTEAD OF UPDATE OR DELETE ON counted FOR EACH ROW EXECUTE FUNCTION instead();
SELECT connector.update_rows('{"table": "counted", "set": {"n": 45}, "where": [["n", ">", 1]], "returning": true}');
SELECT connector.delete_rows('{"table": "counted", "where": [["n", ">", 1]], "returning": true}');
CREATE TABLE ruled (id int PRIMARY KEY, a int);
INSERT INTO ruled VALUES (1, 1), (2, 2);
CREATE TABLE log (what text, old int, new int);
CREATE RULE u AS ON UPDATE TO ruled DO ALSO INSERT INTO log VALUES ('update', OLD.a, NEW.a);
CREATE RULE d AS ON DELETE TO ruled DO INSTEAD NOTHING;
SELECT connector.update_rows('{"table": "ruled", "set": {"a": 7}, "where": [["id", "=", 1]]}');
SELECT connector.delete_rows('{"table": "ruled", "where": [["id", "=", 1]]}');
SELECT connector.delete_rows('{"table": "ruled", "where": [["id", "=", 1]], "returning": true}');
SELECT * FROM ruled ORDER BY id;
SELECT * FROM log;

-- Triggers that change, drop and refuse rows; statement triggers with
-- transition tables.
CREATE TABLE triggered (id int PRIMARY KEY, a int);
INSERT INTO triggered VALUES (1, 1), (2, 2), (3, 3);
CREATE FUNCTION row_trigger() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
	IF OLD.id = 2 THEN
		RETURN NULL;
	ELSIF TG_OP = 'DELETE' THEN
		RETURN OLD;
	ELSIF NEW.a < 0 THEN
		RAISE EXCEPTION 'row % refuses', OLD.id;
	END IF;
	NEW.a := NEW.a + 100;
	RETURN NEW;
END $$;
CREATE FUNCTION statement_trigger() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
	RAISE NOTICE '% of %', TG_OP, (SELECT json_agg(old_rows ORDER BY id) FROM old_rows);
	RETURN NULL;
END $$;
CREATE TRIGGER r BEFORE UPDATE OR DELETE ON triggered FOR EACH ROW EXECUTE FUNCTION row_trigger();
CREATE TRIGGER u AFTER UPDATE ON triggered REFERENCING OLD TABLE AS old_rows FOR EACH STATEMENT EXECUTE FUNCTION statement_trigger();
CREATE TRIGGER d AFTER DELETE ON triggered REFERENCING OLD TABLE AS old_rows FOR EACH STATEMENT EXECUTE FUNCTION statement_trigger();
SELECT connector.update_rows('{"table": "triggered", "set": {"a": 5}, "where": [["id", "<=", 3]], "returning": true}');
SELECT connector.update_rows('{"table": "triggered", "set": {"a": -5}, "where": [["id", "<=", 3]]}');
SELECT connector.delete_rows('{"table": "triggered", "all_rows": true, "returning": ["id"]}');
SELECT * FROM triggered;

-- A deferred constraint is checked before success is reported outside a
-- transaction block, and left to the caller inside one.
CREATE TABLE deferred (id int UNIQUE DEFERRABLE INITIALLY DEFERRED, a int);
INSERT INTO deferred VALUES (1, 1), (2, 2);
SELECT connector.update_rows('{"table": "deferred", "set": {"id": 2}, "where": [["a", "=", 1]]}');
BEGIN;
SELECT connector.update_rows('{"table": "deferred", "set": {"id": 2}, "where": [["a", "=", 1]]}');
SELECT connector.update_rows('{"table": "deferred", "set": {"id": 1}, "where": [["a", "=", 2]]}');
COMMIT;
SELECT * FROM deferred ORDER BY id;

-- Caps: nothing of a write is cut, it is refused whole.
CALL refill();
SET pg_connector.affected_cap = 2;
SELECT connector.update_rows('{"table": "t", "set": {"s": "capped"}, "where": [["id", "<=", 2]]}');
SELECT connector.update_rows('{"table": "t", "set": {"s": "capped"}, "where": [["id", "<=", 3]]}');
SELECT connector.delete_rows('{"table": "t", "all_rows": true}');
RESET pg_connector.affected_cap;
SET pg_connector.row_cap = 2;
SELECT connector.update_rows('{"table": "t", "set": {"s": "returned"}, "where": [["id", "<=", 3]], "returning": ["id"]}');
SELECT connector.delete_rows('{"table": "t", "where": [["id", "<=", 3]], "returning": ["id"]}');
SELECT connector.update_rows('{"table": "t", "set": {"s": "uncapped"}, "where": [["id", ">=", 4]]}');
RESET pg_connector.row_cap;
SET pg_connector.response_cap = '65kB';
UPDATE t SET s = repeat('x', 40000) WHERE id IN (1, 2);
SELECT connector.delete_rows('{"table": "t", "where": [["id", "<=", 2]], "returning": ["s"]}');
RESET pg_connector.response_cap;
SELECT id, left(s, 10) FROM t ORDER BY id;

-- The ways to call.
SELECT connector.update_rows('{"table": "t", "set": {"s": "x"}, "where": [["id", "=", 1]]}'::json);
SELECT connector.update_rows('{"table": "t", "set": {"s": "y"}, "where": [["id", "=", 1]]}'::jsonb);
SELECT connector.call('update_rows', '{"table": "t", "set": {"s": "z"}, "where": [["id", "=", 1]]}');
SELECT connector.try_call('update_rows', '{"table": "t", "set": {"s": "z"}, "where": [["id", "=", "x"]]}');
SELECT connector.update_rows(NULL::text);
SELECT connector.delete_rows('{"table": "t", "where": [["id", "=", 1]]}'::json);
SELECT connector.delete_rows('{"table": "t", "where": [["id", "=", 2]]}'::jsonb);
SELECT connector.call('delete_rows', '{"table": "t", "where": [["id", "=", 3]]}');
SELECT connector.try_call('delete_rows', '{"table": "t", "where": [["id", "=", 4]]}');
SELECT connector.delete_rows(NULL::jsonb);
SELECT connector.update_rows(format('{"table": "t", "set": {"a": %s}, "where": [["id", "=", %s]], "returning": ["id", "a"]}', i * 2, i)) FROM generate_series(5, 6) i;

SET client_min_messages = warning;
DROP SCHEMA update_test CASCADE;

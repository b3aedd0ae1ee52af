-- upsert_rows: insert rows, or update those that exist.
\pset format unaligned
\pset tuples_only on
\set VERBOSITY default

CREATE TABLE account (
	id int PRIMARY KEY,
	email text UNIQUE,
	name text,
	visits int NOT NULL DEFAULT 1,
	seen date
);

-- The primary key decides, and a row updates the columns that it gives.
SELECT connector.upsert_rows('{"table": "account", "rows": [
  {"id": 1, "name": "Ada", "visits": 5}, {"id": 2, "name": "Grace"}]}');
SELECT connector.upsert_rows('{"table": "account", "rows": [
  {"id": 1, "email": "ada@x"}, {"id": 3, "email": "linus@x"}], "returning": true}');
SELECT connector.upsert_rows('{"table": "account", "row": {"id": 2, "name": null}, "returning": ["id", "name", "visits"]}');
SELECT connector.upsert_rows('{"table": "account", "columns": ["name", "id"], "values": [["Grace", 2], ["Edsger", 4]], "returning": ["name"]}');

-- Rows are applied one after the other, whatever their keys.
SELECT connector.upsert_rows('{"table": "account", "rows": [
  {"id": 5, "name": "a"}, {"id": 5, "name": "b"}, {"id": 5, "visits": 9}, {"id": 6}, {"id": 5, "name": "c"}],
  "returning": ["id", "name", "visits"]}');

-- A row that gives nothing but its key updates nothing.
SELECT connector.upsert_rows('{"table": "account", "rows": [{"id": 5}, {"id": 7}], "returning": ["id"]}');
SELECT connector.upsert_rows('{"table": "account", "rows": []}');
SELECT connector.upsert_rows('{"table": "account", "rows": [], "on_conflict": {"where": [["id", "=", 1], []]}}');

-- Another key, by columns or by name; which columns to update; nothing at all.
SELECT connector.upsert_rows('{"table": "account", "row": {"id": 99, "email": "ada@x", "name": "Lovelace"},
  "on_conflict": {"columns": ["email"], "update": ["name"]}, "returning": ["id", "name"]}');
SELECT connector.upsert_rows('{"table": "account", "row": {"id": 99, "email": "ada@x", "name": "Byron"},
  "on_conflict": {"constraint": "account_email_key", "update": ["name"]}, "returning": ["id", "name"]}');
SELECT connector.upsert_rows('{"table": "account", "rows": [{"id": 1, "name": "no"}, {"id": 8}, {"id": 8}],
  "on_conflict": {"action": "nothing"}, "returning": ["id"]}');
-- A column to update that the row does not give gets what it would have got in a new row.
SELECT connector.upsert_rows('{"table": "account", "row": {"id": 1, "name": "Ada"},
  "on_conflict": {"update": ["name", "visits"]}, "returning": ["name", "visits"]}');
-- Another key than the one meant is an error.
SELECT connector.upsert_rows('{"table": "account", "rows": [{"id": 1, "name": "x"}, {"id": 50, "email": "ada@x"}]}');
SELECT connector.upsert_rows('{"table": "account", "row": {"id": 1, "visits": null}}');

-- Only if: the new row stands left, the existing one right.
UPDATE account SET seen = '2026-02-01' WHERE id = 1;
SELECT connector.upsert_rows('{"table": "account", "rows": [
  {"id": 1, "seen": "2026-01-31"}, {"id": 1, "seen": "2026-02-02"}, {"id": 1, "seen": "2026-02-02"},
  {"id": 1, "seen": null}, {"id": 2, "seen": "2026-02-02"}, {"id": 9, "seen": "2026-01-01"}],
  "on_conflict": {"if": [["seen", ">", "seen"]]}, "returning": ["id", "seen"]}');
SELECT connector.upsert_rows('{"table": "account", "rows": [
  {"id": 2, "seen": null}, {"id": 2, "seen": "2026-02-02"}, {"id": 2, "seen": "2026-02-02"}, {"id": 2, "seen": null}],
  "on_conflict": {"if": [["seen", "is_distinct_from", "seen"]]}, "returning": ["id", "seen"]}');
SELECT connector.upsert_rows('{"table": "account", "rows": [{"id": 2, "seen": null, "visits": 3}, {"id": 2, "seen": "2026-02-02"}],
  "on_conflict": {"if": [["seen", "is_not_distinct_from", "seen"]]}, "returning": ["id", "visits"]}');
SELECT connector.upsert_rows('{"table": "account", "row": {"id": 2, "visits": 1},
  "on_conflict": {"if": [["visits", ">", "id"]]}, "returning": ["visits"]}');
SELECT connector.select_rows('{"table": "account", "order_by": ["id"]}');

-- What is refused.
SELECT connector.upsert_rows('{"table": "account"}');
SELECT connector.upsert_rows('{"table": "account", "row": {"id": 1, "nam": "x"}}');
SELECT connector.upsert_rows('{"table": "account", "row": {"id": "one"}}');
SELECT connector.upsert_rows('{"table": "account", "row": {"id": 1}, "on_conflict": []}');
SELECT connector.upsert_rows('{"table": "account", "row": {"id": 1}, "on_conflict": {"column": ["id"]}}');
SELECT connector.upsert_rows('{"table": "account", "row": {"id": 1}, "on_conflict": {"columns": "id"}}');
SELECT connector.upsert_rows('{"table": "account", "row": {"id": 1}, "on_conflict": {"columns": []}}');
SELECT connector.upsert_rows('{"table": "account", "row": {"id": 1}, "on_conflict": {"columns": ["idd"]}}');
SELECT connector.upsert_rows('{"table": "account", "row": {"id": 1}, "on_conflict": {"columns": ["id", "id"]}}');
SELECT connector.upsert_rows('{"table": "account", "row": {"id": 1}, "on_conflict": {"columns": ["name"]}}');
SELECT connector.upsert_rows('{"table": "account", "row": {"id": 1}, "on_conflict": {"columns": ["id", "email"]}}');
SELECT connector.upsert_rows('{"table": "account", "row": {"id": 1}, "on_conflict": {"constraint": "account_visits_check"}}');
SELECT connector.upsert_rows('{"table": "account", "row": {"id": 1}, "on_conflict": {"columns": ["id"], "constraint": "account_pkey"}}');
SELECT connector.upsert_rows('{"table": "account", "row": {"id": 1}, "on_conflict": {"constraint": "account_pkey", "where": []}}');
SELECT connector.upsert_rows('{"table": "account", "row": {"id": 1}, "on_conflict": {"action": "ignore"}}');
SELECT connector.upsert_rows('{"table": "account", "row": {"id": 1}, "on_conflict": {"action": "nothing", "update": ["name"]}}');
SELECT connector.upsert_rows('{"table": "account", "row": {"id": 1}, "on_conflict": {"action": "nothing", "if": []}}');
SELECT connector.upsert_rows('{"table": "account", "row": {"id": 1}, "on_conflict": {"update": ["nome"]}}');
SELECT connector.upsert_rows('{"table": "account", "row": {"id": 1, "name": ""}, "on_conflict": {"if": [["seen", "newer", "seen"]]}}');
SELECT connector.upsert_rows('{"table": "account", "row": {"id": 1, "name": ""}, "on_conflict": {"if": [["seen", ">"]]}}');
SELECT connector.upsert_rows('{"table": "account", "row": {"id": 1, "name": ""}, "on_conflict": {"if": [["seen", ">", "2026-01-01"]]}}');
SELECT connector.upsert_rows('{"table": "account", "row": {"id": 1, "name": ""}, "on_conflict": {"if": [["seen", ">", "name"]]}}');
SELECT connector.upsert_rows('{"table": "account", "row": {"id": 1, "name": ""}, "on_conflict": {"if": {"or": []}}}');
SELECT connector.request_row_conflict(1, true);
SELECT connector.request_row_conflict(NULL, NULL);

-- Partial, deferrable and expression indexes, exclusion constraints, no key at all.
CREATE TABLE keys (a int, b text, c int, gone bool NOT NULL DEFAULT false, span int4range,
	CONSTRAINT keys_c UNIQUE (c) DEFERRABLE,
	CONSTRAINT keys_span EXCLUDE USING gist (span WITH &&),
	CHECK (a > 0));
CREATE UNIQUE INDEX keys_a ON keys (a) WHERE NOT gone AND b = 'x';
CREATE UNIQUE INDEX keys_b ON keys (lower(b));
SELECT connector.upsert_rows('{"table": "keys", "row": {"a": 1}}');
SELECT connector.upsert_rows('{"table": "keys", "row": {"a": 1}, "on_conflict": {"columns": ["a"]}}');
SELECT connector.upsert_rows('{"table": "keys", "row": {"a": 1}, "on_conflict": {"columns": ["a"], "where": [["gone", "=", false]]}}');
SELECT connector.upsert_rows('{"table": "keys", "row": {"a": 1}, "on_conflict": {"columns": ["c"]}}');
SELECT connector.upsert_rows('{"table": "keys", "row": {"a": 1}, "on_conflict": {"constraint": "keys_c"}}');
SELECT connector.upsert_rows('{"table": "keys", "row": {"a": 1}, "on_conflict": {"constraint": "keys_b"}}');
SELECT connector.upsert_rows('{"table": "keys", "row": {"a": 1}, "on_conflict": {"constraint": "keys_a_check"}}');
SELECT connector.upsert_rows('{"table": "keys", "row": {"a": 1}, "on_conflict": {"constraint": "keys_span"}}');
SELECT connector.upsert_rows('{"table": "keys", "rows": [{"span": "[1,5)"}, {"span": "[3,9)"}, {"span": "[5,9)"}],
  "on_conflict": {"constraint": "keys_span", "action": "nothing"}, "returning": ["span"]}');
DROP INDEX keys_a;
DROP INDEX keys_b;
CREATE UNIQUE INDEX keys_ab ON keys (a) WHERE b = 'x';
-- The condition's value is looked at each time: no plan is kept that does without.
SELECT connector.upsert_rows('{"table": "keys", "rows": [{"a": 1, "b": "x", "c": 1}, {"a": 1, "b": "x", "c": 2}],
  "on_conflict": {"columns": ["a"], "where": [["b", "=", "x"]]}}') FROM generate_series(1, 7);
SELECT connector.upsert_rows('{"table": "keys", "row": {"a": 1, "b": "x", "c": 1}, "on_conflict": {"columns": ["a"], "where": [["b", "=", "y"]]}}');
SELECT a, b, c FROM keys WHERE a IS NOT NULL;
DROP TABLE keys;

-- A key holding NULL equals no other, unless the index says so; keys compare as their index does.
CREATE COLLATION nocase (provider = icu, locale = 'und-u-ks-level2', deterministic = false);
CREATE TABLE tenant (t int, k text COLLATE nocase, v int, UNIQUE (t, k));
SELECT connector.upsert_rows('{"table": "tenant", "rows": [{"t": 1, "k": null, "v": 1}, {"t": 1, "k": null, "v": 2}, {"k": "a", "v": 3}, {"k": "a", "v": 4},
  {"t": 1, "k": "A", "v": 5}, {"t": 1, "k": "a", "v": 6}, {"t": "1", "k": "\u0041", "v": 7}, {"t": 2, "k": "a", "v": 8}], "on_conflict": {"columns": ["k", "t"]}, "returning": ["v"]}');
SELECT * FROM tenant ORDER BY v;
DROP TABLE tenant;
DROP COLLATION nocase;

-- Triggers: one that leaves rows out, one that changes the key, one that looks and calls by hand.
CREATE TABLE watched (id int PRIMARY KEY, v int);
CREATE FUNCTION watch() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
	IF NEW.v = 0 THEN RETURN NULL; END IF;
	NEW.id := abs(NEW.id);
	RETURN NEW;
END $$;
CREATE TRIGGER watch BEFORE INSERT OR UPDATE ON watched FOR EACH ROW EXECUTE FUNCTION watch();
SELECT connector.upsert_rows('{"table": "watched", "rows": [{"id": 1, "v": 1}, {"id": -1, "v": 2}, {"id": 1, "v": 0}, {"id": 2, "v": 0}, {"id": 1, "v": 3}], "returning": true}');
DROP TRIGGER watch ON watched;
CREATE TRIGGER watch BEFORE UPDATE ON watched FOR EACH ROW EXECUTE FUNCTION watch();
SELECT connector.upsert_rows('{"table": "watched", "rows": [{"id": 1, "v": 0}, {"id": 2, "v": 0}, {"id": 1, "v": 4}], "returning": true}');
CREATE FUNCTION meddle() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
	PERFORM connector.request_row_conflict(0, true);
	RETURN NEW;
END $$;
CREATE TRIGGER meddle BEFORE INSERT ON watched FOR EACH ROW EXECUTE FUNCTION meddle();
SELECT connector.upsert_rows('{"table": "watched", "row": {"id": 3, "v": 1}}');
-- A trigger that runs a command of its own.
CREATE OR REPLACE FUNCTION meddle() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
	IF NEW.id < 10 THEN
		PERFORM connector.upsert_rows(json_build_object('table', 'watched', 'rows', json_build_array(
			json_build_object('id', NEW.id + 10, 'v', 1), json_build_object('id', NEW.id + 10, 'v', 2))));
	END IF;
	RETURN NEW;
END $$;
SELECT connector.upsert_rows('{"table": "watched", "rows": [{"id": 3, "v": 1}, {"id": 3, "v": 2}], "returning": true}');
SELECT * FROM watched ORDER BY id;
DROP TABLE watched;
DROP FUNCTION watch, meddle;

-- Identity, generated columns, defaults in the key, domains, names that want quotes.
CREATE DOMAIN positive AS int CHECK (VALUE > 0);
CREATE TABLE "Odd "" name" (
	"select" int GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
	"excluded" positive DEFAULT 1,
	"existing" text,
	twice int GENERATED ALWAYS AS ("excluded" * 2) STORED,
	UNIQUE ("excluded", "existing"));
SELECT connector.upsert_rows('{"table": "Odd \" name", "rows": [{"existing": "a"}, {"existing": "b"}], "returning": true}');
SELECT connector.upsert_rows('{"table": "Odd \" name", "row": {"select": 1, "existing": "a"}}');
SELECT connector.upsert_rows('{"table": "Odd \" name", "row": {"existing": "a", "twice": 3}}');
SELECT connector.upsert_rows('{"table": "Odd \" name", "rows": [{"existing": "a", "excluded": 0}]}');
SELECT connector.upsert_rows('{"table": "Odd \" name", "rows": [{"existing": "a"}, {"existing": "a"}, {"existing": "a", "excluded": 7}, {"existing": "a", "excluded": 7}, {}, {}],
  "on_conflict": {"columns": ["excluded", "existing"], "update": ["excluded"], "if": [["excluded", "=", "excluded"], ["existing", "=", "existing"]]}, "returning": true}');
DROP TABLE "Odd "" name";
DROP DOMAIN positive;

-- A serial key that rows leave out is no reason to write them one by one, and each is new.
CREATE TABLE made (id serial PRIMARY KEY, v text);
SELECT connector.upsert_rows('{"table": "made", "rows": [{"v": "a"}, {"v": "b"}, {"id": 2, "v": "c"}], "returning": true}');
DROP TABLE made;

-- Partitions with another order of columns.
CREATE TABLE part (id int, day date, v text, n int DEFAULT 0, PRIMARY KEY (day, id)) PARTITION BY RANGE (day);
CREATE TABLE part1 (v text, n int DEFAULT 0, gone int, id int NOT NULL, day date NOT NULL);
ALTER TABLE part1 DROP COLUMN gone;
ALTER TABLE part ATTACH PARTITION part1 FOR VALUES FROM ('2026-01-01') TO ('2026-02-01');
CREATE TABLE part2 PARTITION OF part FOR VALUES FROM ('2026-02-01') TO ('2026-03-01');
SELECT connector.upsert_rows('{"table": "part", "rows": [
  {"id": 1, "day": "2026-01-05", "v": "a"}, {"id": 1, "day": "2026-02-05", "v": "b"}, {"id": 1, "day": "2026-01-05", "n": 4},
  {"id": 1, "day": "2026-01-05", "n": 3}], "on_conflict": {"if": [["n", ">", "n"]]}, "returning": true}');
SELECT connector.upsert_rows('{"table": "part", "row": {"id": 1, "day": "2027-01-05"}}');

-- A partition's own trigger that makes two keys one: as if the rows came one after the other.
CREATE FUNCTION one_key() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN NEW.id := 5; RETURN NEW; END $$;
CREATE TRIGGER one_key BEFORE INSERT ON part2 FOR EACH ROW EXECUTE FUNCTION one_key();
SELECT connector.upsert_rows('{"table": "part", "rows": [{"id": 2, "day": "2026-02-05", "n": 1}, {"id": 3, "day": "2026-02-05", "n": 2}], "returning": true}');
DROP TRIGGER one_key ON part2;
DROP FUNCTION one_key;

-- Views.
CREATE VIEW part_view AS SELECT id AS number, day, v FROM part WHERE id < 10 WITH CHECK OPTION;
SELECT connector.upsert_rows('{"table": "part_view", "rows": [
  {"number": 1, "day": "2026-01-05", "v": "x"}, {"number": 1, "day": "2026-01-05", "v": "y"}, {"number": 2, "day": "2026-02-05", "v": "z"}],
  "on_conflict": {"columns": ["number", "day"]}, "returning": ["number", "v"]}');
SELECT connector.upsert_rows('{"table": "part_view", "row": {"number": 11, "day": "2026-01-05"}, "on_conflict": {"columns": ["number", "day"]}}');
SELECT connector.upsert_rows('{"table": "part_view", "row": {"number": 1, "day": "2026-01-05"}}');
SELECT connector.upsert_rows('{"table": "part_view", "row": {"number": 1, "day": "2026-01-05"}, "on_conflict": {"columns": ["number"]}}');
SELECT connector.upsert_rows('{"table": "part_view", "row": {"number": 1}, "on_conflict": {"constraint": "part_pkey"}}');
SELECT * FROM part ORDER BY day, id;
DROP VIEW part_view;
DROP TABLE part;

-- Privileges: the key's columns must be readable, those of the update writable.
CREATE ROLE regress_upsert;
CREATE TABLE secret (id int PRIMARY KEY, a text, b text UNIQUE, c text);
INSERT INTO secret VALUES (1, 'a', 'b', 'c');
GRANT SELECT (id), INSERT (id, a), UPDATE (a) ON secret TO regress_upsert;
SET ROLE regress_upsert;
SELECT connector.upsert_rows('{"table": "secret", "rows": [{"id": 1, "a": "A"}, {"id": 2, "a": "B"}], "returning": ["id"]}');
RESET ROLE;
GRANT SELECT (a) ON secret TO regress_upsert;
SET ROLE regress_upsert;
SELECT connector.upsert_rows('{"table": "secret", "rows": [{"id": 1, "a": "A"}, {"id": 2, "a": "B"}], "returning": ["id", "a"]}');
SELECT connector.upsert_rows('{"table": "secret", "row": {"id": 1, "a": "A"}, "returning": ["b"]}');
SELECT connector.upsert_rows('{"table": "secret", "row": {"id": 1, "a": "A"}, "on_conflict": {"update": ["c"]}}');
SELECT connector.upsert_rows('{"table": "secret", "row": {"id": 1, "a": "A"}, "on_conflict": {"if": [["a", "<>", "a"]]}}');
SELECT connector.upsert_rows('{"table": "secret", "row": {"id": 1, "a": "A"}, "on_conflict": {"columns": ["b"]}}');
-- It may not see the key on b.
SELECT connector.upsert_rows('{"table": "secret", "row": {"id": 1, "a": "A"}, "on_conflict": {"columns": ["a"]}}');
RESET ROLE;
ALTER TABLE secret ENABLE ROW LEVEL SECURITY;
GRANT SELECT, INSERT, UPDATE ON secret TO regress_upsert;
CREATE POLICY mine ON secret TO regress_upsert USING (c IS NULL);
SET ROLE regress_upsert;
SELECT connector.upsert_rows('{"table": "secret", "rows": [{"id": 2, "a": "X"}, {"id": 3, "a": "Y"}], "returning": ["id", "a"]}');
SELECT connector.upsert_rows('{"table": "secret", "rows": [{"id": 3, "a": "Z"}, {"id": 1, "a": "Z"}]}');
SELECT connector.upsert_rows('{"table": "secret", "row": {"id": 4, "c": "c"}}');
RESET ROLE;
DROP TABLE secret;
DROP ROLE regress_upsert;

-- Limits.
SET pg_connector.affected_cap = 2;
SELECT connector.upsert_rows('{"table": "account", "rows": [{"id": 1, "name": "a"}, {"id": 2, "name": "a"}, {"id": 1, "name": "b"}]}');
RESET pg_connector.affected_cap;
SET pg_connector.response_cap = 1024;
SELECT connector.upsert_rows(json_build_object('table', 'account', 'returning', json_build_array('id'),
	'rows', (SELECT json_agg(json_build_object('id', i, 'name', 'a')) FROM generate_series(1, 60) i)));
SELECT connector.upsert_rows(json_build_object('table', 'account', 'returning', json_build_array('id', 'name', 'email', 'seen', 'visits'),
	'rows', (SELECT json_agg(json_build_object('id', i, 'name', repeat('a', 200))) FROM generate_series(1, 6) i)));
RESET pg_connector.response_cap;
SELECT count(*) FROM account WHERE name LIKE 'a%' OR name = 'b';

-- One statement for all, whatever the plan cache; a key that comes back after many rows.
SET pg_connector.plan_cache = 0;
CREATE TABLE many (id bigint PRIMARY KEY, v int);
SELECT connector.upsert_rows(json_build_object('table', 'many', 'rows',
	(SELECT json_agg(json_build_object('id', i % 69999, 'v', i)) FROM generate_series(0, 70002) i)));
SELECT count(*), sum(v) FROM many;
RESET pg_connector.plan_cache;
DROP TABLE many;
DROP TABLE account;

-- Against a model: random rows, keys that repeat and are NULL, columns that differ from row to row.
CREATE TABLE real (a int, b text, v int DEFAULT 5, w text, UNIQUE (a, b));
CREATE TABLE model (a int, b text, v int DEFAULT 5, w text, UNIQUE (a, b));
CREATE FUNCTION upsert_model(request jsonb) RETURNS jsonb LANGUAGE plpgsql AS $$
DECLARE
	r jsonb;
	c jsonb := coalesce(request -> 'on_conflict', '{}');
	names text;
	vals text;
	sets text;
	test text;
	was bool;
	hit int;
	inserted int := 0;
	updated int := 0;
	skipped int := 0;
	superseded int := 0;
BEGIN
	SELECT string_agg(format('excluded.%I %s model.%I', t ->> 0, t ->> 1, t ->> 2), ' AND ')
		INTO test FROM jsonb_array_elements(c -> 'if') t;
	FOR r IN SELECT * FROM jsonb_array_elements(request -> 'rows') LOOP
		SELECT string_agg(quote_ident(key), ', '), string_agg(quote_nullable(value), ', '),
			string_agg(format('%I = excluded.%I', key, key), ', ') FILTER (WHERE key NOT IN ('a', 'b'))
			INTO names, vals, sets FROM jsonb_each_text(r);
		IF c ? 'update' THEN
			SELECT string_agg(format('%I = excluded.%I', x, x), ', ') INTO sets FROM jsonb_array_elements_text(c -> 'update') x;
		ELSIF c ->> 'action' = 'nothing' THEN
			sets := NULL;
		END IF;
		was := NULL;
		EXECUTE format('INSERT INTO model %s ON CONFLICT (a, b) DO %s RETURNING xmax <> 0',
			CASE WHEN names IS NULL THEN 'DEFAULT VALUES' ELSE format('(%s) VALUES (%s)', names, vals) END,
			CASE WHEN sets IS NULL THEN 'NOTHING' ELSE 'UPDATE SET ' || sets || coalesce(' WHERE ' || test, '') END) INTO was;
		GET DIAGNOSTICS hit = ROW_COUNT;
		IF hit = 0 AND sets IS NULL THEN skipped := skipped + 1;
		ELSIF hit = 0 THEN superseded := superseded + 1;
		ELSIF was THEN updated := updated + 1;
		ELSE inserted := inserted + 1;
		END IF;
	END LOOP;
	RETURN jsonb_build_object('rowCount', inserted + updated, 'inserted', inserted, 'updated', updated,
		'skipped', skipped, 'superseded', superseded);
END $$;
CREATE FUNCTION pick(VARIADIC choices text[]) RETURNS jsonb LANGUAGE sql VOLATILE AS
	$$ SELECT choices[1 + floor(random() * cardinality(choices))]::jsonb $$;
DO $$
DECLARE
	request jsonb;
	expected jsonb;
	actual jsonb;
	updates int := 0;
BEGIN
	PERFORM setseed(0.5);
	FOR i IN 1..400 LOOP
		SELECT jsonb_build_object('table', 'real', 'rows', jsonb_agg(rows),
			'on_conflict', '{"columns": ["a", "b"]}' || pick('{}', '{}', '{}', '{"action": "nothing"}', '{"update": ["v"]}', '{"update": ["w", "v"]}')) INTO request
		FROM (SELECT (SELECT coalesce(jsonb_object_agg(k, v), '{}') FROM (VALUES
				('a', pick('1', '2', '3', 'null')), ('b', pick('"x"', '"y"', '"z"', '"z"', 'null')),
				('v', pick('1', '2', '3', 'null')), ('w', pick('"p"', '"q"'))) AS c (k, v) WHERE random() < 0.85 AND n > 0) AS rows
			FROM generate_series(1, (1 + random() * 25)::int) n) AS r;
		IF NOT (request -> 'on_conflict') ? 'action' AND random() < 0.4 THEN
			request := jsonb_set(request, '{on_conflict,if}', pick('[["v", ">=", "v"]]', '[["v", "<", "a"]]', '[["w", "!=", "w"], ["v", "<>", "v"]]'));
		END IF;
		actual := connector.upsert_rows(request);
		expected := upsert_model(request);
		updates := updates + (actual ->> 'updated')::int;
		IF actual <> expected OR EXISTS (TABLE real EXCEPT ALL TABLE model) OR EXISTS (TABLE model EXCEPT ALL TABLE real) THEN
			RAISE EXCEPTION 'differs: % gives %, not %', request, actual, expected;
		END IF;
		IF i % 10 = 0 THEN
			TRUNCATE real, model;
		END IF;
	END LOOP;
	RAISE NOTICE 'the model agrees, updates: %', updates > 500;
END $$;
DROP TABLE real, model;
DROP FUNCTION upsert_model, pick;

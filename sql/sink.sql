-- The server's side of a sink: what sink_open tells, and staged records on their way into the table.
CREATE TYPE sink_point AS (lat float8, lon float8);
CREATE DOMAIN sink_tags AS text[] CHECK (cardinality(VALUE) < 4);
CREATE TABLE sink_users (
	id integer PRIMARY KEY,
	name text NOT NULL DEFAULT 'nobody',
	visits bigint CHECK (visits >= 0),
	data jsonb,
	tags sink_tags,
	at sink_point[],
	serial bigint GENERATED ALWAYS AS IDENTITY,
	twice bigint GENERATED ALWAYS AS (visits * 2) STORED
);
SELECT jsonb_pretty(connector.sink_open('{"table": "sink_users", "write_mode": "upsert", "update_columns": ["visits"], "unknown_keys": "data"}')::jsonb);
SELECT r->>'copy' AS copy, r->>'staging' AS staging, r->>'merge' AS merge
FROM connector.sink_open('{"table": "sink_users"}') AS r;

-- What does not go together.
SELECT connector.try_call('sink_open', '{"table": "sink_users", "write_mode": "insert", "conflict_columns": ["id"]}');
SELECT connector.try_call('sink_open', '{"table": "sink_users", "write_mode": "upsert", "key_columns": ["id"]}');
SELECT connector.try_call('sink_open', '{"table": "sink_users", "write_mode": "delete", "update_columns": ["visits"]}');
SELECT connector.try_call('sink_open', '{"table": "sink_users", "write_mode": "upsert", "conflict_columns": ["name"]}');
SELECT connector.try_call('sink_open', '{"table": "sink_users", "write_mode": "upsert", "update_columns": ["twice"]}');
SELECT connector.try_call('sink_open', '{"table": "sink_users", "write_mode": "merge"}');
SELECT connector.try_call('sink_open', '{"table": "sink_users", "unknown_keys": "name"}');
SELECT connector.try_call('sink_open', '{"table": "sink_users", "unknown_keys": "eror"}');
SELECT connector.try_call('sink_open', '{"table": "sink_user"}');
CREATE TABLE sink_keyless (a integer, b integer);
SELECT connector.try_call('sink_open', '{"table": "sink_keyless", "write_mode": "upsert"}');
SELECT connector.try_call('sink_open', '{"table": "sink_keyless", "write_mode": "update"}');
SELECT r->'columns' AS columns FROM connector.sink_open('{"table": "sink_keyless", "write_mode": "update", "key_columns": ["a"]}') AS r;
SELECT r->>'staging' AS staging FROM connector.sink_open('{"table": "sink_keyless", "write_mode": "insert_ignore"}') AS r;
SET pg_connector.affected_cap = 100;
SELECT connector.try_call('sink_open', '{"table": "sink_users", "batch_size": 101}')->'error'->>'code' AS code;
RESET pg_connector.affected_cap;

-- Where COPY would not do what INSERT does.
CREATE TABLE sink_ruled (id integer PRIMARY KEY);
CREATE RULE none AS ON INSERT TO sink_ruled DO INSTEAD NOTHING;
CREATE VIEW sink_view AS SELECT id, name FROM sink_users;
CREATE TABLE sink_triggered (id integer PRIMARY KEY, v text);
CREATE FUNCTION sink_trigger() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
	IF NEW.v = 'drop' THEN RETURN NULL; END IF;
	IF NEW.v = 'bad' THEN RAISE EXCEPTION 'bad record %', NEW.id; END IF;
	RETURN NEW;
END $$;
CREATE TRIGGER look BEFORE INSERT OR UPDATE ON sink_triggered FOR EACH ROW EXECUTE FUNCTION sink_trigger();
CREATE COLLATION sink_ci (provider = icu, locale = 'und-u-ks-level2', deterministic = false);
CREATE TABLE sink_ci (name text COLLATE sink_ci PRIMARY KEY);
CREATE TABLE sink_parts (id integer PRIMARY KEY, v text) PARTITION BY RANGE (id);
CREATE TABLE sink_parts_1 PARTITION OF sink_parts FOR VALUES FROM (0) TO (100);
SELECT t.name, r->>'copy' AS copy, r->>'staging' AS staging, r->>'merge' AS merge
FROM (VALUES ('sink_ruled'), ('sink_view'), ('sink_triggered'), ('sink_parts')) AS t (name),
	connector.sink_open(json_build_object('table', t.name)) AS r;
SELECT t.name, r->>'copy' AS copy, r->>'staging' AS staging, r->>'merge' AS merge
FROM (VALUES ('sink_triggered'), ('sink_parts'), ('sink_ci')) AS t (name),
	connector.sink_open(json_build_object('table', t.name, 'write_mode', 'upsert')) AS r;
CREATE TRIGGER look BEFORE UPDATE ON sink_parts_1 FOR EACH ROW EXECUTE FUNCTION sink_trigger();
SELECT r->>'merge' AS merge FROM connector.sink_open('{"table": "sink_parts", "write_mode": "upsert"}') AS r;
SELECT connector.try_call('sink_open', '{"table": "sink_ruled", "use_copy": "true"}');
SELECT connector.try_call('sink_open', '{"table": "sink_view", "use_copy": "true", "write_mode": "upsert", "conflict_columns": ["id"]}');

-- Staging: inserts, with the place of what fails.
SELECT connector.try_call('sink_apply', '{"table": "sink_users", "columns": ["id"], "from": 0, "to": 1}');
CREATE FUNCTION stage(name text, rows text DEFAULT NULL) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
	staging text := connector.sink_stage(json_build_object('table', name))->>'sql';
BEGIN
	ASSERT staging = 'pg_temp.pg_connector_stage_' || name::regclass::oid;
	IF rows IS NULL THEN
		EXECUTE 'CREATE TEMP VIEW staged AS SELECT * FROM ' || staging;
	ELSE
		EXECUTE 'INSERT INTO ' || staging || ' VALUES ' || rows;
	END IF;
	RETURN 'staged';
END $$;
BEGIN;
SELECT stage('sink_users');
\d staged
INSERT INTO staged (ordinal, record_group, c1, c2, c3) VALUES (0, 0, 1, 'ada', 1), (1, 0, 2, 'grace', 2), (2, 1, 3, 'later', 3);
SELECT connector.sink_apply('{"table": "sink_users", "columns": ["id", "name", "visits"], "group": 0, "from": 0, "to": 100}');
SELECT id, name, visits, twice FROM sink_users ORDER BY id;
-- insert_ignore
INSERT INTO staged (ordinal, record_group, c1, c2) VALUES (10, 0, 2, 'new grace'), (11, 0, 4, 'edsger'), (12, 0, 4, 'again');
SELECT connector.sink_apply('{"table": "sink_users", "operation": "insert_ignore", "columns": ["id", "name"], "from": 10, "to": 13}');
-- upsert: the last of several, in one statement
INSERT INTO staged (ordinal, record_group, c1, c3) VALUES (20, 0, 2, 20), (21, 0, 2, 21), (22, 0, 5, 50), (23, 0, 5, 51), (24, 0, 1, 10);
SELECT connector.sink_apply('{"table": "sink_users", "operation": "upsert", "columns": ["id", "visits"], "key": ["id"], "from": 20, "to": 25, "count_keys": true}');
SELECT connector.sink_apply('{"table": "sink_users", "operation": "upsert", "columns": ["id", "visits"], "key": ["id"], "from": 20, "to": 25, "merge": true}');
SELECT connector.sink_apply('{"table": "sink_users", "operation": "upsert", "columns": ["id", "visits"], "key": ["id"], "update": [], "from": 20, "to": 22, "merge": true}');
SELECT id, name, visits, twice FROM sink_users ORDER BY id;
-- update and delete
INSERT INTO staged (ordinal, record_group, c1, c2) VALUES (30, 0, 1, 'A'), (31, 0, 1, 'Ada'), (32, 0, 99, 'nobody');
SELECT connector.sink_apply('{"table": "sink_users", "operation": "update", "columns": ["id", "name"], "key": ["id"], "from": 30, "to": 33, "merge": true}');
SELECT connector.try_call('sink_apply', '{"table": "sink_users", "operation": "update", "columns": ["id"], "key": ["id"], "from": 30, "to": 33}');
INSERT INTO staged (ordinal, record_group, c1) VALUES (40, 0, 4), (41, 0, 4), (42, 0, 98);
SELECT connector.sink_apply('{"table": "sink_users", "operation": "delete", "columns": ["id"], "key": ["id"], "from": 40, "to": 43, "merge": true}');
-- a key that is not unique
UPDATE sink_users SET name = 'same';
INSERT INTO staged (ordinal, record_group, c2, c3) VALUES (50, 0, 'same', 7), (51, 0, 'other', 7);
SELECT connector.sink_apply('{"table": "sink_users", "operation": "update", "columns": ["name", "visits"], "key": ["name"], "from": 50, "to": 52}');
SELECT id, name, visits, twice FROM sink_users ORDER BY id;
COMMIT;
SELECT count(*) AS staged FROM staged;
-- The records are counted whichever way they are joined, though a join may end before all of them are read.
CREATE TABLE sink_few (id integer PRIMARY KEY, v integer);
CREATE FUNCTION join_few(way text, nrows integer, nrecords integer, OUT result json, OUT sum bigint) LANGUAGE plpgsql AS $$
DECLARE
	others text[] := array_remove(ARRAY['enable_nestloop', 'enable_hashjoin', 'enable_mergejoin'], way);
BEGIN
	PERFORM set_config(way, 'on', true), set_config(others[1], 'off', true), set_config(others[2], 'off', true);
	DELETE FROM sink_few;
	INSERT INTO sink_few SELECT id, 0 FROM generate_series(1, nrows) id;
	PERFORM connector.sink_stage('{"table": "sink_few"}');
	EXECUTE format('INSERT INTO pg_temp.pg_connector_stage_%s SELECT n, 0, n, n FROM generate_series(0, %s) n',
		'sink_few'::regclass::oid, nrecords - 1);
	result := connector.sink_apply(json_build_object('table', 'sink_few', 'operation', 'update', 'columns', ARRAY['id', 'v'],
		'key', ARRAY['id'], 'from', 0, 'to', nrecords, 'merge', true));
	SELECT sum(v) INTO sum FROM sink_few;
END $$;
BEGIN;
SELECT way, nrows, nrecords, result, sum
FROM unnest(ARRAY['enable_nestloop', 'enable_hashjoin', 'enable_mergejoin']) AS way,
	(VALUES (0, 1000), (3, 1000), (2000, 3), (2000, 2000)) AS sizes (nrows, nrecords), LATERAL join_few(way, nrows, nrecords);
ROLLBACK;

-- Errors are at their record, wherever it stands in the order of keys.
CREATE FUNCTION place(request text) RETURNS text LANGUAGE sql AS $$
	SELECT (e->>'code') || ' ' || COALESCE(e->>'path', '-') FROM (SELECT connector.try_call('sink_apply', request)->'error' AS e) AS t
$$;
BEGIN;
INSERT INTO staged (ordinal, record_group, c1, c2, c3, c5)
VALUES (0, 0, 14, 'x', 1, NULL), (1, 0, 13, 'x', -1, NULL), (2, 0, 12, NULL, 1, NULL), (3, 0, 11, 'x', 1, '{1,2,3,4}'), (4, 0, 1, 'x', 1, NULL), (5, 0, 10, 'x', 1, NULL);
SELECT place('{"table": "sink_users", "columns": ["id", "name", "visits", "tags"], "from": 0, "to": 2}') AS "check",
	place('{"table": "sink_users", "columns": ["id", "name", "visits", "tags"], "from": 2, "to": 3}') AS "not null",
	place('{"table": "sink_users", "columns": ["id", "name", "visits", "tags"], "from": 3, "to": 4}') AS domain,
	place('{"table": "sink_users", "columns": ["id", "name", "visits", "tags"], "from": 4, "to": 6}') AS "unique",
	place('{"table": "sink_users", "operation": "upsert", "columns": ["id", "name", "visits"], "key": ["id"], "from": 0, "to": 2, "merge": true}') AS upsert,
	place('{"table": "sink_users", "columns": ["serial"], "from": 0, "to": 1}') AS generated;
ROLLBACK;
CREATE TABLE sink_orders (id integer PRIMARY KEY, user_id integer REFERENCES sink_users);
BEGIN;
SELECT stage('sink_orders', '(0, 0, 1, 1), (1, 0, 2, 77), (2, 0, 3, 1)');
SELECT place('{"table": "sink_orders", "columns": ["id", "user_id"], "from": 0, "to": 3}') AS "foreign key";
ROLLBACK;

-- Triggers that drop a record or refuse it.
BEGIN;
SELECT stage('sink_triggered', format('(0, 0, 1, %L), (1, 0, 2, %L), (2, 0, 3, %L)', 'good', 'drop', 'bad'));
SELECT connector.sink_apply('{"table": "sink_triggered", "columns": ["id", "v"], "from": 0, "to": 2}');
SELECT place('{"table": "sink_triggered", "columns": ["id", "v"], "from": 1, "to": 3}') AS "trigger";
SELECT connector.sink_apply('{"table": "sink_triggered", "operation": "upsert", "columns": ["id", "v"], "key": ["id"], "from": 0, "to": 2}');
ROLLBACK;

-- A key with a NULL is like no other.
CREATE TABLE sink_nulls (a integer, b integer, v text, UNIQUE (a, b));
BEGIN;
SELECT stage('sink_nulls', format('(0, 0, 1, NULL, %L), (1, 0, 1, NULL, %L), (2, 0, 1, 1, %L), (3, 0, 1, 1, %L)', 'x', 'y', 'lost', 'kept'));
SELECT connector.sink_apply('{"table": "sink_nulls", "operation": "upsert", "columns": ["a", "b", "v"], "key": ["a", "b"], "from": 0, "to": 4, "merge": true}');
SELECT * FROM sink_nulls ORDER BY b, v;
COMMIT;

-- Partitions, and records without columns.
BEGIN;
SELECT stage('sink_parts', format('(0, 0, 1, %L), (1, 0, 200, %L)', 'a', 'b'));
SELECT place('{"table": "sink_parts", "columns": ["id", "v"], "from": 0, "to": 2}') AS "no partition";
SELECT connector.sink_apply('{"table": "sink_parts", "operation": "upsert", "columns": ["id", "v"], "key": ["id"], "from": 0, "to": 1, "merge": true}');
COMMIT;
CREATE TABLE sink_defaults (id integer GENERATED ALWAYS AS IDENTITY, v text DEFAULT 'given');
BEGIN;
SELECT stage('sink_defaults', '(0, 0), (1, 0)');
SELECT connector.sink_apply('{"table": "sink_defaults", "columns": [], "from": 0, "to": 2}');
SELECT * FROM sink_defaults;
COMMIT;

-- These are nobody else's.
SELECT connector.sink_row(1, 1);
SELECT connector.sink_read(1);

-- Privileges: told at once, with what would help.
CREATE ROLE regress_sink;
GRANT SELECT, INSERT ON sink_users TO regress_sink;
GRANT INSERT (a) ON sink_nulls TO regress_sink;
SET ROLE regress_sink;
SELECT r->>'copy' AS copy FROM connector.sink_open('{"table": "sink_users"}') AS r;
SELECT connector.try_call('sink_open', '{"table": "sink_users", "write_mode": "upsert"}');
SELECT connector.try_call('sink_open', '{"table": "sink_keyless"}')->'error'->>'hint' AS hint;
SELECT r->>'copy' AS copy FROM connector.sink_open('{"table": "sink_nulls"}') AS r;
-- The ledger and the metrics: each role's own.
SELECT connector.batch('{"commands": [
	{"command": "upsert_rows", "table": "connector.sink_ledger", "row": {"sink": "s", "input": "file a"}, "on_conflict": {"columns": ["role", "sink", "worker"], "action": "nothing"}},
	{"command": "update_rows", "table": "connector.sink_ledger", "increment": {"epoch": 1}, "where": [["sink", "=", "s"]], "returning": ["epoch", "position", "input"]}]}')->'results'->1;
SELECT connector.upsert_rows('{"table": "connector.sink_metrics", "row": {"connection_name": "s", "rows_written": 10}, "on_conflict": {"columns": ["role", "connection_name", "worker"]}}');
SELECT connector.upsert_rows('{"table": "connector.sink_metrics", "row": {"connection_name": "s", "rows_written": 20}, "on_conflict": {"columns": ["role", "connection_name", "worker"]}}');
RESET ROLE;
CREATE ROLE regress_sink_2;
SET ROLE regress_sink_2;
SELECT count(*) FROM connector.sink_ledger;
SELECT count(*) FROM connector.sink_metrics;
INSERT INTO connector.sink_ledger (role, sink, input) VALUES ('regress_sink', 'forged', '');
RESET ROLE;
GRANT pg_monitor TO regress_sink_2;
SET ROLE regress_sink_2;
SELECT connection_name, rows_written, batches_sent, avg_batch_size, avg_write_latency_ms, failed_writes, retry_count, last_error FROM connector.sink_metrics;
RESET ROLE;
DELETE FROM connector.sink_ledger;
DELETE FROM connector.sink_metrics;
DROP OWNED BY regress_sink, regress_sink_2;
DROP ROLE regress_sink, regress_sink_2;
DROP VIEW staged;
DROP TABLE sink_orders, sink_users CASCADE;

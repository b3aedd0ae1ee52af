-- Sinks as an administrator and as an attacker sees them: whose staging table it is, whose operators, which rows and columns.
CREATE FUNCTION put_staged(name text, rows text) RETURNS text LANGUAGE plpgsql AS $$
BEGIN
	EXECUTE 'INSERT INTO ' || (connector.sink_stage(json_build_object('table', name))->>'sql') || ' ' || rows;
	RETURN 'staged';
END $$;
CREATE FUNCTION applied(request text) RETURNS text LANGUAGE sql AS $$
	SELECT COALESCE(r->'error'->>'code' || ' ' || COALESCE(r->'error'->>'path', '-'), r::text) FROM connector.try_call('sink_apply', request) AS r
$$;
CREATE ROLE regress_sink_a;
CREATE ROLE regress_sink_b;
CREATE SCHEMA sink_access;
GRANT CREATE, USAGE ON SCHEMA sink_access TO regress_sink_a;
CREATE TABLE sink_access.t (id integer PRIMARY KEY, v text, secret text);
INSERT INTO sink_access.t VALUES (1, 'old', 'secret');
GRANT SELECT, INSERT, UPDATE, DELETE ON sink_access.t TO regress_sink_a;

-- What has the staging table's name but is something else is not read: a view, a table whose ordinals only look like numbers.
SET ROLE regress_sink_a;
CREATE TYPE sink_access.liar AS (a text);
CREATE FUNCTION sink_access.lie(sink_access.liar) RETURNS bigint LANGUAGE sql AS 'SELECT 1::bigint';
CREATE CAST (sink_access.liar AS bigint) WITH FUNCTION sink_access.lie(sink_access.liar) AS IMPLICIT;
SELECT 'sink_access.t'::regclass::oid AS oid \gset
CREATE TEMP TABLE pg_connector_stage_:oid (ordinal sink_access.liar, record_group integer, c1 integer, c2 text);
INSERT INTO pg_connector_stage_:oid VALUES (ROW('x'), 0, 1, 'a');
SELECT applied('{"table": "sink_access.t", "operation": "update", "columns": ["id", "v"], "key": ["id"], "from": 0, "to": 10}');
ALTER TABLE pg_connector_stage_:oid RENAME TO other;
CREATE TEMP VIEW pg_connector_stage_:oid AS SELECT (random() * 1000000)::bigint AS ordinal, 0 AS record_group, 1 AS c1, 'a' AS c2;
SELECT applied('{"table": "sink_access.t", "operation": "update", "columns": ["id", "v"], "key": ["id"], "from": 0, "to": 10}');
SELECT connector.try_call('sink_stage', '{"table": "sink_access.t"}')->'error'->>'code' AS not_dropped;
DROP VIEW pg_connector_stage_:oid;
-- Nor another role's.
SELECT put_staged('sink_access.t', format('VALUES (0, 0, 1, %L)', 'a'));
RESET ROLE;
SELECT applied('{"table": "sink_access.t", "columns": ["id", "v"], "from": 0, "to": 10}');

-- Rights to some columns are enough, where those are all that is named.
REVOKE ALL ON sink_access.t FROM regress_sink_a;
GRANT SELECT (id, v), INSERT (id, v), UPDATE (v) ON sink_access.t TO regress_sink_a;
GRANT USAGE ON SCHEMA sink_access TO regress_sink_b;
GRANT INSERT ON sink_access.t TO regress_sink_b;
SET ROLE regress_sink_a;
BEGIN;
SELECT put_staged('sink_access.t', format('VALUES (0, 0, 1, %1$L, %2$L), (1, 0, 2, %1$L, %2$L)', 'a', 's'));
SELECT applied('{"table": "sink_access.t", "operation": "upsert", "columns": ["id", "v"], "key": ["id"], "from": 0, "to": 10, "merge": true}');
SELECT applied('{"table": "sink_access.t", "operation": "update", "columns": ["id", "v"], "key": ["id"], "from": 0, "to": 10, "merge": true}');
SELECT applied('{"table": "sink_access.t", "operation": "upsert", "columns": ["id", "v", "secret"], "key": ["id"], "from": 0, "to": 10, "merge": true}') AS secret;
SELECT applied('{"table": "sink_access.t", "operation": "update", "columns": ["id", "v"], "key": ["secret"], "from": 0, "to": 10}') AS by_secret;
SELECT applied('{"table": "sink_access.t", "operation": "delete", "columns": ["id"], "key": ["id"], "from": 0, "to": 10}') AS "delete";
COMMIT;
SET ROLE regress_sink_b;
SELECT connector.try_call('sink_open', '{"table": "sink_access.t", "write_mode": "upsert"}')->'error'->>'detail' AS needs;
SELECT r->>'copy' AS copy FROM connector.sink_open('{"table": "sink_access.t"}') AS r;
RESET ROLE;

-- Row-level security: through the staging table, with what it says about each record.
CREATE TABLE sink_access.owned (id integer PRIMARY KEY, owner name NOT NULL, v text);
INSERT INTO sink_access.owned VALUES (1, 'regress_sink_a', 'mine'), (2, 'regress_sink_b', 'not mine');
ALTER TABLE sink_access.owned ENABLE ROW LEVEL SECURITY;
CREATE POLICY own ON sink_access.owned USING (owner = current_user);
GRANT SELECT, INSERT, UPDATE, DELETE ON sink_access.owned TO regress_sink_a;
SET ROLE regress_sink_a;
SELECT r->>'copy' AS copy, r->>'staging' AS staging FROM connector.sink_open('{"table": "sink_access.owned"}') AS r;
BEGIN;
SELECT put_staged('sink_access.owned', format('VALUES (0, 0, 1, %1$L, %3$L), (1, 0, 2, %1$L, %3$L), (2, 0, 3, %1$L, %3$L), (3, 0, 4, %2$L, %3$L)',
	'regress_sink_a', 'regress_sink_b', 'new'));
SELECT applied('{"table": "sink_access.owned", "operation": "update", "columns": ["id", "v"], "key": ["id"], "from": 0, "to": 2, "merge": true}') AS unseen;
SELECT applied('{"table": "sink_access.owned", "operation": "upsert", "columns": ["id", "owner", "v"], "key": ["id"], "from": 0, "to": 2, "merge": true}') AS somebody_elses;
SELECT applied('{"table": "sink_access.owned", "columns": ["id", "owner", "v"], "from": 2, "to": 4}') AS for_somebody_else;
SELECT applied('{"table": "sink_access.owned", "operation": "delete", "columns": ["id"], "key": ["id"], "from": 0, "to": 2, "merge": true}') AS deleted;
COMMIT;
RESET ROLE;
SELECT * FROM sink_access.owned;

-- Operators and functions of others, wherever they are looked for.
CREATE SCHEMA sink_evil;
CREATE FUNCTION sink_evil.no(bigint, bigint) RETURNS boolean LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'caught'; END $$;
CREATE FUNCTION sink_evil.no(integer, integer) RETURNS boolean LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'caught'; END $$;
CREATE OPERATOR sink_evil.= (FUNCTION = sink_evil.no, LEFTARG = integer, RIGHTARG = integer);
CREATE OPERATOR sink_evil.>= (FUNCTION = sink_evil.no, LEFTARG = bigint, RIGHTARG = bigint);
CREATE OPERATOR sink_evil.< (FUNCTION = sink_evil.no, LEFTARG = bigint, RIGHTARG = bigint);
BEGIN;
SELECT put_staged('sink_access.t', format('VALUES (0, 0, 1, %1$L, %2$L), (1, 0, 1, %1$L, %2$L)', 'b', 's'));
SET LOCAL search_path = sink_evil, pg_catalog, public;
SELECT applied('{"table": "sink_access.t", "operation": "upsert", "columns": ["id", "v"], "key": ["id"], "from": 0, "to": 10, "merge": true}');
SELECT applied('{"table": "sink_access.t", "operation": "update", "columns": ["id", "v"], "key": ["id"], "from": 0, "to": 10, "merge": true}');
COMMIT;
-- Beside an extension's type stands its operator; one for a domain of it, which would fit better, is not taken.
CREATE SCHEMA sink_types;
CREATE EXTENSION citext SCHEMA sink_types;
CREATE DOMAIN sink_access.word AS sink_types.citext;
CREATE FUNCTION sink_evil.no(sink_access.word, sink_types.citext) RETURNS boolean LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'caught'; END $$;
CREATE OPERATOR sink_types.= (FUNCTION = sink_evil.no, LEFTARG = sink_access.word, RIGHTARG = sink_types.citext);
CREATE TABLE sink_access.words (w sink_access.word PRIMARY KEY, n integer);
INSERT INTO sink_access.words VALUES ('Word', 1);
BEGIN;
SELECT put_staged('sink_access.words', format('VALUES (0, 0, %L, 2), (1, 0, %L, 3)', 'WORD', 'word'));
SELECT applied('{"table": "sink_access.words", "operation": "update", "columns": ["w", "n"], "key": ["w"], "from": 0, "to": 10, "merge": true}');
SELECT applied('{"table": "sink_access.words", "operation": "upsert", "columns": ["w", "n"], "key": ["w"], "from": 0, "to": 1, "merge": true}');
SELECT * FROM sink_access.words;
COMMIT;

-- The administrator's limit holds for what is written, and nothing of more stays.
BEGIN;
SELECT put_staged('sink_access.t', 'SELECT i, 0, 100 + i FROM generate_series(0, 4) AS i');
SET LOCAL pg_connector.affected_cap = 4;
SELECT applied('{"table": "sink_access.t", "columns": ["id"], "from": 0, "to": 5}') AS too_many, applied('{"table": "sink_access.t", "columns": ["id"], "from": 0, "to": 4}') AS as_many;
SET LOCAL pg_connector.allow = 'read';
SELECT applied('{"table": "sink_access.t", "columns": ["id"], "from": 4, "to": 5}') AS not_allowed;
SELECT count(*) FROM sink_access.t WHERE id >= 100;
ROLLBACK;

-- Partitions with their columns in another order, dropped columns, domains, generated and identity columns.
CREATE DOMAIN sink_access.short AS text CHECK (length(VALUE) < 5);
CREATE TABLE sink_access.parts (gone text, id integer, v sink_access.short, twice integer GENERATED ALWAYS AS (id * 2) STORED,
	serial bigint GENERATED ALWAYS AS IDENTITY, PRIMARY KEY (id)) PARTITION BY RANGE (id);
ALTER TABLE sink_access.parts DROP COLUMN gone;
CREATE TABLE sink_access.part (v sink_access.short, serial bigint NOT NULL, gone integer, twice integer GENERATED ALWAYS AS (id * 2) STORED, id integer NOT NULL);
ALTER TABLE sink_access.part DROP COLUMN gone;
ALTER TABLE sink_access.parts ATTACH PARTITION sink_access.part FOR VALUES FROM (0) TO (100);
BEGIN;
SELECT put_staged('sink_access.parts', format('(ordinal, record_group, c2, c3) VALUES (0, 0, 1, %1$L), (1, 0, 2, %1$L), (2, 0, 3, %2$L), (3, 0, 100, %1$L)', 'v', 'too long'));
SELECT applied('{"table": "sink_access.parts", "columns": ["id", "v"], "from": 0, "to": 2}') AS inserted,
	applied('{"table": "sink_access.parts", "operation": "upsert", "columns": ["id", "v"], "key": ["id"], "from": 1, "to": 3, "merge": true}') AS domain,
	applied('{"table": "sink_access.parts", "columns": ["id", "v"], "from": 3, "to": 4}') AS no_partition,
	applied('{"table": "sink_access.parts", "columns": ["id", "twice"], "from": 0, "to": 1}') AS generated;
SELECT applied('{"table": "sink_access.parts", "operation": "update", "columns": ["id", "v"], "key": ["id"], "from": 0, "to": 2, "merge": true}') AS updated,
	applied('{"table": "sink_access.parts", "operation": "update", "columns": ["id", "v"], "key": ["id"], "from": 1, "to": 3, "merge": true}') AS unmatched;
SELECT id, v, twice, serial, tableoid::regclass FROM sink_access.parts ORDER BY id;
COMMIT;

-- A table that was small when the statement was planned, and is not any more: it is not read from end to end.
CREATE TABLE sink_access.grows (id integer PRIMARY KEY, v text) WITH (autovacuum_enabled = off);
INSERT INTO sink_access.grows SELECT i, 'old' FROM generate_series(1, 5) AS i;
VACUUM ANALYZE sink_access.grows;
BEGIN;
SELECT put_staged('sink_access.grows', format('SELECT i, 0, i, %L FROM generate_series(0, 99) AS i', 'new'));
SELECT DISTINCT applied('{"table": "sink_access.grows", "operation": "update", "columns": ["id", "v"], "key": ["id"], "from": 0, "to": 5, "merge": true}' || repeat(' ', i))
FROM generate_series(1, 8) AS i;
INSERT INTO sink_access.grows SELECT i, 'old' FROM generate_series(6, 20000) AS i;
SELECT seq_tup_read AS before FROM pg_stat_xact_all_tables WHERE relid = 'sink_access.grows'::regclass \gset
SELECT applied('{"table": "sink_access.grows", "operation": "update", "columns": ["id", "v"], "key": ["id"], "from": 0, "to": 100, "merge": true}');
SELECT seq_tup_read - :before AS read_in_order FROM pg_stat_xact_all_tables WHERE relid = 'sink_access.grows'::regclass;
COMMIT;

SET client_min_messages = warning;
DROP SCHEMA sink_types, sink_evil, sink_access CASCADE;
DROP FUNCTION put_staged, applied;
DROP OWNED BY regress_sink_a, regress_sink_b;
DROP ROLE regress_sink_a, regress_sink_b;

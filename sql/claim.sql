-- claiming work: order_by, limit, skip_locked (what two sessions see of each other is an isolation test)
CREATE SCHEMA claim;
SET search_path = claim, public;
\pset format unaligned
\pset tuples_only on

CREATE TABLE job (id int PRIMARY KEY, prio int, state text DEFAULT 'ready', payload jsonb);
INSERT INTO job (id, prio) SELECT i, i % 3 FROM generate_series(1, 9) i;

SELECT connector.update_rows('{"table": "job", "set": {"state": "taken"}, "where": [["state", "=", "ready"]],
	"order_by": [["prio", "desc"], "id"], "limit": 2, "skip_locked": true, "returning": ["id", "prio", "state"]}');
SELECT connector.update_rows('{"table": "job", "set": {"state": "taken"}, "where": [["state", "=", "ready"]],
	"order_by": [["prio", "desc"], "id"], "limit": 2, "skip_locked": false, "returning": ["id"]}');
SELECT connector.update_rows('{"table": "job", "set": {"state": "taken"}, "where": [["state", "=", "ready"]], "limit": 1}');
SELECT connector.update_rows('{"table": "job", "set": {"state": "never"}, "all_rows": true, "limit": 0, "returning": true}');
SELECT connector.update_rows('{"table": "job", "set": {"id": 100}, "where": [["state", "=", "ready"]], "order_by": ["id"], "limit": 1, "returning": ["id"]}');
SELECT connector.delete_rows('{"table": "job", "where": [["state", "=", "taken"]], "order_by": ["id"], "limit": 2, "skip_locked": true, "returning": ["id"]}');
SELECT connector.delete_rows('{"table": "job", "all_rows": true, "order_by": [["id", "desc"]], "limit": 1, "returning": ["id", "state"]}');
SELECT connector.delete_rows('{"table": "job", "all_rows": true, "limit": 2, "expect_affected": 3}');
SELECT connector.delete_rows('{"table": "job", "all_rows": true, "limit": 2, "max_affected": 1}');
SELECT count(*), count(*) FILTER (WHERE state = 'taken') FROM job;

-- refusals
SELECT connector.update_rows('{"table": "job", "set": {"state": "x"}, "limit": 1}');
SELECT connector.update_rows('{"table": "job", "set": {"state": "x"}, "where": [], "limit": 1}');
SELECT connector.update_rows('{"table": "job", "set": {"state": "x"}, "all_rows": true, "order_by": ["id"]}');
SELECT connector.delete_rows('{"table": "job", "all_rows": true, "skip_locked": true}');
SELECT connector.delete_rows('{"table": "job", "all_rows": true, "limit": 100001}');
SELECT connector.delete_rows('{"table": "job", "all_rows": true, "limit": "1"}');
SELECT connector.delete_rows('{"table": "job", "all_rows": true, "limit": 1, "order_by": ["nr"]}');
SELECT connector.delete_rows('{"table": "job", "all_rows": true, "limit": 1, "order_by": [["id", "down"]]}');
SELECT connector.update_rows('{"table": "job", "set": {"payload": 1, "prio": "x"}, "all_rows": true, "limit": 1}');
-- nothing to claim hides no mistake
SELECT connector.update_rows('{"table": "job", "set": {"prio": "x"}, "where": [["id", "=", -1]], "limit": 1}');
CREATE VIEW ready AS SELECT * FROM job WHERE state = 'ready';
SELECT connector.update_rows('{"table": "ready", "set": {"state": "x"}, "all_rows": true, "limit": 1}');
CREATE FOREIGN DATA WRAPPER claim_wrapper;
CREATE SERVER claim_server FOREIGN DATA WRAPPER claim_wrapper;
CREATE FOREIGN TABLE far (id int) SERVER claim_server;
SELECT connector.delete_rows('{"table": "far", "all_rows": true, "limit": 1}');

-- tables without a usable key go by where the row is
CREATE TABLE bare (n int, note text);
INSERT INTO bare SELECT i, 'same' FROM generate_series(1, 4) i;
SELECT connector.update_rows('{"table": "bare", "set": {"note": "mine"}, "where": [["note", "=", "same"]], "order_by": ["n"], "limit": 2, "returning": true}');
SELECT connector.delete_rows('{"table": "bare", "where": [["note", "=", "same"]], "order_by": [["n", "desc"]], "limit": 1, "skip_locked": true, "returning": true}');
CREATE TABLE composite_key (k bare PRIMARY KEY, n int);
INSERT INTO composite_key VALUES ('(1,x)', 1), ('(2,y)', 2);
SELECT connector.update_rows('{"table": "composite_key", "increment": {"n": 5}, "all_rows": true, "order_by": [["n", "desc"]], "limit": 1, "returning": true}');
CREATE TABLE array_key (k int[] PRIMARY KEY, n int);
INSERT INTO array_key VALUES ('{1}', 1), ('{2}', 2);
SELECT connector.update_rows('{"table": "array_key", "increment": {"n": 5}, "all_rows": true, "order_by": ["n"], "limit": 1, "returning": true}');
CREATE DOMAIN code AS varchar(5);
CREATE TABLE pair (a code, b timestamptz, n int, PRIMARY KEY (a, b));
INSERT INTO pair VALUES ('x', '2026-01-01Z', 1), ('x', '2026-01-02Z', 2);
SELECT connector.update_rows('{"table": "pair", "increment": {"n": 5}, "all_rows": true, "order_by": [["n", "desc"]], "limit": 1, "skip_locked": true, "returning": true}');

-- children of a table may have its key again
CREATE TABLE parent (id int PRIMARY KEY, who text);
CREATE TABLE kid (extra int) INHERITS (parent);
INSERT INTO parent VALUES (1, 'parent'), (2, 'parent');
INSERT INTO kid VALUES (1, 'kid', 0), (2, 'kid', 0);
SELECT connector.update_rows('{"table": "parent", "set": {"who": "claimed"}, "all_rows": true, "order_by": ["id", "who"], "limit": 1, "returning": true}');
SELECT tableoid::regclass, id, who FROM parent ORDER BY 1, 2;

-- partitions
CREATE TABLE event (id int, at date, done bool DEFAULT false, PRIMARY KEY (at, id)) PARTITION BY RANGE (at);
CREATE TABLE event_1 PARTITION OF event FOR VALUES FROM ('2026-01-01') TO ('2026-02-01');
CREATE TABLE event_2 (done bool DEFAULT false, at date NOT NULL, id int NOT NULL);
ALTER TABLE event ATTACH PARTITION event_2 FOR VALUES FROM ('2026-02-01') TO ('2026-03-01');
INSERT INTO event SELECT i, date '2026-01-25' + i * 3 FROM generate_series(1, 5) i;
SELECT connector.update_rows('{"table": "event", "set": {"done": true}, "where": [["done", "=", false]], "order_by": ["at"], "limit": 3, "skip_locked": true, "returning": true}');
SELECT connector.delete_rows('{"table": "event", "where": [["done", "=", false]], "order_by": [["at", "desc"]], "limit": 1, "returning": ["id"]}');
CREATE TABLE keyless (id int, n int) PARTITION BY HASH (id);
CREATE TABLE keyless_0 PARTITION OF keyless FOR VALUES WITH (MODULUS 2, REMAINDER 0);
CREATE TABLE keyless_1 PARTITION OF keyless FOR VALUES WITH (MODULUS 2, REMAINDER 1);
INSERT INTO keyless SELECT i, i FROM generate_series(1, 20) i;
SELECT connector.update_rows('{"table": "keyless", "increment": {"n": 100}, "where": [["n", "<", 100]], "order_by": ["n"], "limit": 5, "returning": ["id"]}');
SELECT count(*), count(*) FILTER (WHERE n > 100) FROM keyless;
CREATE TABLE mixed (id int) PARTITION BY LIST (id);
CREATE FOREIGN TABLE mixed_far PARTITION OF mixed FOR VALUES IN (1) SERVER claim_server;
SELECT connector.update_rows('{"table": "mixed", "set": {"id": 1}, "all_rows": true, "limit": 1}');

-- a role with some columns' privileges uses the key; one without it is told
CREATE ROLE regress_claim;
GRANT USAGE ON SCHEMA claim TO regress_claim;
GRANT SELECT (id, state), UPDATE (state) ON job TO regress_claim;
GRANT SELECT (n), UPDATE (n) ON bare TO regress_claim;
SET ROLE regress_claim;
SELECT connector.update_rows('{"table": "job", "set": {"state": "mine"}, "all_rows": true, "order_by": ["id"], "limit": 1, "returning": ["id"]}');
SELECT connector.update_rows('{"table": "bare", "set": {"n": 1}, "all_rows": true, "limit": 1}');
RESET ROLE;
-- the plan that was made for one role is not used for the other
SELECT connector.update_rows('{"table": "bare", "set": {"n": 0}, "all_rows": true, "limit": 1}');
ALTER TABLE job DROP CONSTRAINT job_pkey;
SELECT connector.update_rows('{"table": "job", "set": {"state": "mine"}, "all_rows": true, "order_by": ["id"], "limit": 1, "returning": ["id"]}');

-- with no plans kept at all
SET pg_connector.plan_cache = 0;
SELECT connector.update_rows('{"table": "job", "set": {"state": "last"}, "all_rows": true, "order_by": [["id", "desc"]], "limit": 2, "returning": ["id"]}');
SET pg_connector.plan_cache = 1;
SELECT connector.update_rows('{"table": "job", "set": {"state": "last"}, "all_rows": true, "order_by": [["id", "desc"]], "limit": 2, "returning": ["id"]}');
SELECT connector.update_rows('{"table": "job", "set": {"state": "last"}, "all_rows": true, "order_by": [["id", "desc"]], "limit": 2, "returning": ["id"]}');
RESET pg_connector.plan_cache;

SET client_min_messages = warning;
DROP SCHEMA claim CASCADE;
DROP FOREIGN DATA WRAPPER claim_wrapper CASCADE;
DROP ROLE regress_claim;

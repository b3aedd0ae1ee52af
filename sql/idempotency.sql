-- idempotency_key: a request that is repeated is done once
SET client_min_messages = warning;
CREATE TABLE payments (id int GENERATED ALWAYS AS IDENTITY PRIMARY KEY, amount int CHECK (amount > 0));
CREATE ROLE payer;
CREATE ROLE other;
GRANT ALL ON payments TO payer, other;

SET ROLE payer;
SELECT connector.insert_rows('{"table": "payments", "row": {"amount": 10}, "returning": ["id", "amount"], "idempotency_key": "k1"}');
SELECT connector.insert_rows('{"table": "payments", "row": {"amount": 10}, "returning": ["id", "amount"], "idempotency_key": "k1"}');
-- how long to wait, and where the key stands, do not matter
SELECT connector.insert_rows('{"idempotency_key": "k1", "timeout_ms": 1000, "table": "payments", "lock_timeout_ms": 500, "row": {"amount": 10}, "returning": ["id", "amount"]}');
SELECT connector.call('insert_rows', '{"table": "payments", "row": {"amount": 10}, "returning": ["id", "amount"], "idempotency_key": "k1"}');
SELECT connector.try_call('insert_rows', '{"table": "payments", "row": {"amount": 10}, "returning": ["id", "amount"], "idempotency_key": "k1"}');
-- anything else does, and the command
SELECT connector.insert_rows('{"table": "payments", "row": {"amount": 11}, "returning": ["id", "amount"], "idempotency_key": "k1"}');
SELECT connector.delete_rows('{"table": "payments", "where": [["id", "=", 1]], "idempotency_key": "k1"}');
SELECT count(*) FROM payments;

-- another role's key is another key, and nobody sees or forges another's
SET ROLE other;
SELECT connector.insert_rows('{"table": "payments", "row": {"amount": 20}, "idempotency_key": "k1"}');
SELECT role, key, command, result FROM connector.idempotency;
UPDATE connector.idempotency SET role = 'payer';
INSERT INTO connector.idempotency (role, key, command, digest) VALUES ('payer', 'k2', 'x', '');
DELETE FROM connector.idempotency WHERE role = 'payer';
RESET ROLE;
SELECT role, key, command, result FROM connector.idempotency ORDER BY role, key;
-- not even where row-level security does not apply
SELECT connector.insert_rows('{"table": "payments", "row": {"amount": 30}, "idempotency_key": "k1"}') ->> 'replayed' AS replayed;

-- only successes are kept
SET ROLE payer;
SELECT connector.try_call('insert_rows', '{"table": "payments", "row": {"amount": -1}, "idempotency_key": "bad"}') -> 'error' ->> 'code' AS code;
SELECT connector.insert_rows('{"table": "payments", "row": {"amount": -1}, "idempotency_key": "bad"}');
SELECT count(*) FROM connector.idempotency WHERE key = 'bad';
SELECT connector.insert_rows('{"table": "payments", "row": {"amount": 1}, "idempotency_key": "bad"}') ->> 'rowCount' AS done;
-- a transaction that is rolled back takes the key along
BEGIN;
SELECT connector.insert_rows('{"table": "payments", "row": {"amount": 2}, "idempotency_key": "k3"}') ->> 'rowCount' AS done;
SELECT connector.insert_rows('{"table": "payments", "row": {"amount": 2}, "idempotency_key": "k3"}') ->> 'replayed' AS replayed;
ROLLBACK;
SELECT count(*) FROM connector.idempotency WHERE key = 'k3';

-- the other commands that take one
SELECT connector.update_rows('{"table": "payments", "set": {"amount": 5}, "where": [["id", "=", 1]], "idempotency_key": "u"}');
SELECT connector.update_rows('{"table": "payments", "set": {"amount": 5}, "where": [["id", "=", 1]], "idempotency_key": "u"}');
SELECT connector.execute('{"sql": "UPDATE payments SET amount = amount + $1 WHERE id = 1 RETURNING amount", "params": [1], "idempotency_key": "e"}');
SELECT connector.execute('{"sql": "UPDATE payments SET amount = amount + $1 WHERE id = 1 RETURNING amount", "params": [1], "idempotency_key": "e"}');
SELECT connector.batch('{"idempotency_key": "b", "on_error": "continue", "commands": [{"command": "update_rows", "table": "payments", "set": {"amount": 50}, "where": [["id", "=", 1]], "returning": ["amount"]}, {"command": "query", "sql": "SELECT nothing"}]}') #>> '{results,1,error,code}';
SELECT connector.batch('{"idempotency_key": "b", "on_error": "continue", "commands": [{"command": "update_rows", "table": "payments", "set": {"amount": 50}, "where": [["id", "=", 1]], "returning": ["amount"]}, {"command": "query", "sql": "SELECT nothing"}]}') ->> 'replayed' AS replayed;
SELECT connector.select_rows('{"table": "payments", "idempotency_key": "s"}');
SELECT connector.query('{"sql": "SELECT 1", "idempotency_key": "s"}');
SELECT connector.create_table('{"table": "t", "columns": [], "idempotency_key": "s"}');

-- keys
SELECT connector.update_rows('{"table": "payments", "set": {"amount": 5}, "where": [["id", "=", 1]], "idempotency_key": ""}');
SELECT connector.update_rows('{"table": "payments", "set": {"amount": 5}, "where": [["id", "=", 1]], "idempotency_key": 7}');
SELECT connector.update_rows(json_build_object('table', 'payments', 'set', json_build_object('amount', 5), 'where', '[["id", "=", 1]]'::json, 'idempotency_key', repeat('é', 256)));
SELECT connector.update_rows(json_build_object('table', 'payments', 'set', json_build_object('amount', 5), 'where', '[["id", "=", 1]]'::json, 'idempotency_key', repeat('é', 255))) ->> 'rowCount' AS updated;
SELECT connector.update_rows('{"table": "payments", "set": {"amount": 5}, "where": [["id", "=", 1]], "idempotency_key": "it''s \"quoted\""}') ->> 'rowCount' AS updated;
SELECT connector.update_rows('{"table": "payments", "set": {"amount": 5}, "where": [["id", "=", 1]], "idempotency_key": "it''s \u0022quoted\u0022"}') ->> 'replayed' AS replayed;
SELECT connector.update_rows('{"table": "payments", "set": {"amount": 5}, "where": [["id", "=", 1]], "idempotency_key": "d", "dry_run": true}');
SELECT connector.update_rows('{"table": "payments", "set": {"amount": 5}, "where": [["id", "=", 1]], "idempotency_key": "d", "explain": true}');
SELECT connector.update_rows('{"table": "payments", "set": {"amount": 5}, "where": [["id", "=", 1]], "idempotency_key": "d", "dry_run": false}') ->> 'rowCount' AS updated;

-- a command inside the command, with its key
RESET ROLE;
CREATE FUNCTION again() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN PERFORM connector.insert_rows('{"table": "payments", "row": {"amount": 99}, "idempotency_key": "loop"}'); RETURN new; END $$;
CREATE TRIGGER again BEFORE INSERT ON payments FOR EACH ROW WHEN (new.amount = 99) EXECUTE FUNCTION again();
SELECT connector.insert_rows('{"table": "payments", "row": {"amount": 99}, "idempotency_key": "loop"}');
DROP TRIGGER again ON payments;

-- old results are removed by later calls of their role, and no longer count
SET ROLE payer;
UPDATE connector.idempotency SET created_at = now() - interval '25 hours' WHERE key IN ('k1', 'u');
SELECT connector.insert_rows('{"table": "payments", "row": {"amount": 12}, "idempotency_key": "k1"}') ->> 'rowCount' AS done;
SELECT count(*) FILTER (WHERE key = 'u') AS old, count(*) FILTER (WHERE key = 'k1') AS new FROM connector.idempotency;
SET pg_connector.idempotency_retention = '1s';
RESET ROLE;
SHOW pg_connector.idempotency_retention;

-- where nothing can be written
BEGIN READ ONLY;
SELECT connector.insert_rows('{"table": "payments", "row": {"amount": 12}, "idempotency_key": "ro"}');
ROLLBACK;

-- a replay needs what the command needs
SET pg_connector.allow = 'read';
SELECT connector.insert_rows('{"table": "payments", "row": {"amount": 30}, "idempotency_key": "k1"}');
RESET pg_connector.allow;

DELETE FROM connector.idempotency;
DROP TABLE payments;
DROP FUNCTION again;
DROP ROLE payer, other;

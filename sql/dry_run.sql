-- dry_run, explain, check_constraints, lock_timeout_ms; hints; statements that carry passwords
SET client_min_messages = warning;
CREATE TABLE parts (id int PRIMARY KEY, parent int REFERENCES parts DEFERRABLE INITIALLY DEFERRED, name text);
INSERT INTO parts VALUES (1, NULL, 'whole');

-- everything happens, and is undone
SELECT connector.insert_rows('{"table": "parts", "row": {"id": 2, "parent": 1}, "returning": true, "dry_run": true}');
SELECT connector.update_rows('{"table": "parts", "set": {"name": "x"}, "where": [["id", "=", 1]], "dry_run": true}');
SELECT connector.delete_rows('{"table": "parts", "all_rows": true, "dry_run": true}');
SELECT connector.execute('{"sql": "INSERT INTO parts VALUES (3) RETURNING id", "dry_run": true}');
SELECT connector.create_table('{"table": "t", "columns": [{"name": "a", "type": "int"}], "dry_run": true}');
SELECT connector.drop_table('{"table": "parts", "dry_run": true}');
SELECT connector.batch('{"dry_run": true, "commands": [{"command": "delete_rows", "table": "parts", "all_rows": true}, {"command": "select_rows", "table": "parts"}]}');
SELECT connector.batch('{"dry_run": true, "commands": []}');
SELECT connector.try_call('insert_rows', '{"table": "parts", "row": {"id": 2}, "dry_run": true}');
SELECT connector.insert_rows('{"table": "parts", "row": {"id": 2}, "dry_run": false}');
DELETE FROM parts WHERE id = 2;
SELECT * FROM parts;
-- deferred constraints too
SELECT connector.insert_rows('{"table": "parts", "row": {"id": 2, "parent": 9}, "dry_run": true}');
BEGIN;
SELECT connector.insert_rows('{"table": "parts", "row": {"id": 2, "parent": 1}, "dry_run": true}');
SELECT connector.try_call('insert_rows', '{"table": "parts", "row": {"id": 2, "parent": 9}, "dry_run": true}') -> 'error' ->> 'code' AS code;
-- and they are as deferred as before
SELECT connector.insert_rows('{"table": "parts", "row": {"id": 3, "parent": 4}}');
SELECT connector.insert_rows('{"table": "parts", "row": {"id": 4}, "check_constraints": true}');
COMMIT;
SELECT connector.select_rows('{"table": "parts", "dry_run": true}');
SELECT connector.query('{"sql": "SELECT 1", "dry_run": true}');
SELECT connector.insert_rows('{"table": "parts", "row": {"id": 2}, "dry_run": 1}');

-- check_constraints: inside a caller's block, when asked
BEGIN;
SELECT connector.insert_rows('{"table": "parts", "row": {"id": 5, "parent": 9}}');
SAVEPOINT s;
SELECT connector.insert_rows('{"table": "parts", "row": {"id": 6}, "check_constraints": true}');
ROLLBACK TO s;
SELECT connector.try_call('insert_rows', '{"table": "parts", "row": {"id": 6}, "check_constraints": true}') -> 'error' ->> 'code' AS code;
SELECT connector.insert_rows('{"table": "parts", "row": {"id": 6}, "check_constraints": false}');
COMMIT;
-- outside one always, by try_call too
SELECT connector.try_call('insert_rows', '{"table": "parts", "row": {"id": 5, "parent": 9}}') -> 'error' ->> 'code' AS code;
SELECT connector.insert_rows('{"table": "parts", "row": {"id": 5, "parent": 9}}');
SELECT connector.select_rows('{"table": "parts", "check_constraints": true}');

-- explain: what would run, and how
SET enable_seqscan = off;
SELECT e ->> 'sql' AS sql, e -> 'params' AS params, e #>> '{plan,0,Plan,Node Type}' AS plan
FROM connector.select_rows('{"table": "parts", "columns": ["id"], "where": [["id", "=", 1]], "limit": 1, "explain": true}') AS e;
SELECT e ->> 'sql' AS sql, e -> 'params' AS params, e #>> '{plan,0,Plan,Operation}' AS plan
FROM connector.insert_rows('{"table": "parts", "rows": [{"id": 1}, {"name": "other"}], "returning": ["id"], "explain": true}') AS e;
SELECT e ->> 'sql' AS sql, e -> 'params' AS params, e #>> '{plan,0,Plan,Operation}' AS plan
FROM connector.update_rows('{"table": "parts", "set": {"name": "x"}, "where": [["id", "in", [1, 2]]], "explain": true}') AS e;
SELECT e ->> 'sql' AS sql, e -> 'params' AS params, e #>> '{plan,0,Plan,Operation}' AS plan
FROM connector.delete_rows('{"table": "parts", "all_rows": true, "explain": true}') AS e;
SELECT e ->> 'sql' AS sql, e -> 'params' AS params, e #>> '{plan,0,Plan,Node Type}' AS plan
FROM connector.query('{"sql": "(SELECT name FROM parts WHERE id = $1) -- really", "params": [1], "explain": true}') AS e;
SELECT e ->> 'sql' AS sql, e -> 'params' AS params, e #>> '{plan,0,Plan,Operation}' AS plan
FROM connector.execute('{"sql": "DELETE FROM parts WHERE id = $1;", "params": [1], "explain": true}') AS e;
SELECT connector.try_call('delete_rows', '{"table": "parts", "all_rows": true, "explain": true}') #>> '{plan,0,Plan,Operation}' AS plan;
RESET enable_seqscan;
SELECT count(*) FROM parts;
SELECT connector.insert_rows('{"table": "parts", "rows": [], "explain": true}');
SELECT connector.delete_rows('{"table": "parts", "explain": true}');
SELECT connector.delete_rows('{"table": "parts", "all_rows": true, "explain": true, "dry_run": true}');
SELECT connector.execute('{"sql": "CREATE TABLE t (a int)", "explain": true}');
SELECT connector.execute('{"sql": "EXPLAIN SELECT 1", "explain": true}');
SELECT connector.create_table('{"table": "t", "columns": [], "explain": true}');
SELECT connector.test_connection('{"explain": true}');
-- what ran before and what runs after is not disturbed
BEGIN;
SELECT connector.insert_rows('{"table": "parts", "row": {"id": 7}}');
SELECT connector.delete_rows('{"table": "parts", "all_rows": true, "explain": true}') #>> '{plan,0,Plan,Operation}' AS plan;
SELECT connector.delete_rows('{"table": "parts", "where": [["id", "=", 7]]}');
COMMIT;
-- nobody is shown the plan of what they may not do
CREATE ROLE visitor;
GRANT SELECT ON parts TO visitor;
SET ROLE visitor;
SELECT connector.delete_rows('{"table": "parts", "all_rows": true, "explain": true}');
SET pg_connector.allow = 'write';
RESET ROLE;

-- lock_timeout_ms is of the call only
SET lock_timeout = '7s';
SELECT connector.execute('{"sql": "SELECT current_setting(''lock_timeout'')", "lock_timeout_ms": 1234}') -> 'rows';
SELECT connector.query('{"sql": "SELECT current_setting(''lock_timeout'') AS t", "lock_timeout_ms": 1234}') -> 'rows';
SELECT connector.query('{"sql": "SELECT 1/0", "lock_timeout_ms": 1234}');
SELECT connector.try_call('query', '{"sql": "SELECT 1/0", "lock_timeout_ms": 1234}') #>> '{error,code}';
SELECT connector.batch('{"lock_timeout_ms": 50, "commands": [{"command": "query", "sql": "SELECT current_setting(''lock_timeout'') AS t", "lock_timeout_ms": 1234}, {"command": "query", "sql": "SELECT current_setting(''lock_timeout'') AS t"}]}');
SHOW lock_timeout;
RESET lock_timeout;
SELECT connector.query('{"sql": "SELECT 1", "lock_timeout_ms": 0}');
SELECT connector.test_connection('{"lock_timeout_ms": 10}');

-- old and misremembered names
SELECT connector.query('{"sql": "SELECT s.total_time FROM (SELECT 1 AS total_exec_time) AS s"}');
SELECT connector.query('{"sql": "SELECT ''é'', AVERAGE(id) FROM parts"}');
SELECT connector.execute('{"sql": "UPDATE parts SET name = nvl(name, ''x'')"}');
SELECT connector.query('{"sql": "SELECT nothing(1)"}');
SELECT connector.query('{"sql": "SELECT nothing FROM parts"}');
SELECT connector.batch('{"sql": "SELECT 1; SELECT getdate()"}');

-- statements that carry a password: the position, not the text
SELECT connector.try_call('execute', '{"sql": "CREATE ROLE secret_role PASSWORD hunter2"}');
SELECT connector.try_call('execute', '{"sql": "CREATE ROLE visitor PASSWORD ''hunter2''"}');
SELECT connector.try_call('execute', '{"sql": "ALTER ROLE visitor PASSWORD ''hunter2'' VALID UNTIL ''hunter3''"}');
SELECT connector.try_call('batch', '{"sql": "SELECT 1; ALTER ROLE visitor PASSWORD hunter2"}');
SELECT connector.execute('{"sql": "ALTER ROLE visitor PASSWORD ''hunter2''", "explain": true}');
SELECT connector.execute('{"sql": "CREATE SUBSCRIPTION s CONNECTION ''password=hunter2'' PUBLICATION p"}');
SELECT connector.execute('{"sql": "ALTER ROLE visitor PASSWORD ''hunter2''", "idempotency_key": "pw"}');
SELECT i::text ~ 'hunter' AS kept FROM connector.idempotency AS i;
DELETE FROM connector.idempotency;

-- slowest statements
SELECT connector.statements();
SELECT connector.statements('{"order_by": "total_time"}');
SELECT connector.statements('{"order_by": "calls", "limit": 5, "limits": 1}');

DROP TABLE parts;
DROP ROLE visitor;

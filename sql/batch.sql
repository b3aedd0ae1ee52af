-- batch: several commands, all or nothing, or continuing past failures
SET client_min_messages = warning;
CREATE TABLE orders (id int GENERATED ALWAYS AS IDENTITY PRIMARY KEY, customer text NOT NULL);
CREATE TABLE order_lines (order_id int REFERENCES orders DEFERRABLE INITIALLY DEFERRED, item text, at timestamptz DEFAULT now());
CREATE TABLE accounts (id int PRIMARY KEY, balance numeric NOT NULL CHECK (balance >= 0), name varchar(20));
INSERT INTO accounts VALUES (1, 100, 'a'), (2, 0, 'b');

-- results of earlier steps: a new member, an element, the end of a list
SELECT connector.batch('{"commands": [
  {"command": "insert_rows", "table": "orders", "row": {"customer": "Ada"}},
  {"command": "insert_rows", "table": "order_lines", "row": {"item": "engine"}, "bind": {"/row/order_id": "/0/insertedId"}},
  {"command": "insert_rows", "table": "order_lines", "columns": ["item", "order_id"], "values": [["mill", null], ["store"]],
   "bind": {"/values/0/1": "/0/insertedId", "/values/1/-": "/0/insertedId"}},
  {"command": "select_rows", "table": "order_lines", "columns": ["order_id", "item"], "order_by": ["item"]},
  {"command": "query", "sql": "SELECT $1 || $2 AS s", "params": [null, "!"], "bind": {"/params/0": "/3/rows/1/item"}}]}');

-- a whole row, as a value; into an empty object
SELECT connector.batch('{"commands": [
  {"command": "query", "sql": "SELECT ''Grace'' AS customer"},
  {"command": "insert_rows", "table": "orders", "row": {}, "bind": {"/row": "/0/rows/0"}},
  {"command": "insert_rows", "table": "orders", "row": {}, "bind": {"/row/customer": "/0/rows/0/customer"}, "returning": true}]}');

-- a bound value is a value, whatever is in it
SELECT connector.batch('{"commands": [
  {"command": "query", "sql": "SELECT ''\"}], \"all_rows\": true, /0/x''''; DROP TABLE orders'' AS hostile"},
  {"command": "update_rows", "table": "orders", "set": {"customer": null}, "where": [["id", "=", 1]],
   "bind": {"/set/customer": "/0/rows/0/hostile"}, "returning": ["customer"]}]}');

-- bindings that are not possible
SELECT connector.batch('{"commands": [{"command": "query", "sql": "SELECT 1 AS a"}, {"command": "query", "sql": "SELECT $1", "params": [1], "bind": {"/params/0": "/1/rows"}}]}');
SELECT connector.batch('{"commands": [{"command": "query", "sql": "SELECT 1 AS a"}, {"command": "query", "sql": "SELECT $1", "params": [1], "bind": {"/params/0": "/0/rows/1/a"}}]}');
SELECT connector.batch('{"commands": [{"command": "query", "sql": "SELECT 1 AS a"}, {"command": "query", "sql": "SELECT $1", "params": [1], "bind": {"/params/2": "/0/rows/0/a"}}]}');
SELECT connector.batch('{"commands": [{"command": "query", "sql": "SELECT 1 AS a"}, {"command": "query", "sql": "SELECT $1", "params": [1], "bind": {"/params/00": "/0/rows/0/a"}}]}');
SELECT connector.batch('{"commands": [{"command": "query", "sql": "SELECT 1 AS a"}, {"command": "query", "sql": "SELECT $1", "params": [1], "bind": {"/params/0/x": "/0/rows/0/a"}}]}');
SELECT connector.batch('{"commands": [{"command": "query", "sql": "SELECT ''SELECT 2'' AS a"}, {"command": "query", "sql": "", "bind": {"/sql": "/0/rows/0/a"}}]}');
SELECT connector.batch('{"commands": [{"command": "query", "sql": "SELECT 1 AS a"}, {"command": "query", "sql": "SELECT 1", "bind": {"": "/0"}}]}');
SELECT connector.batch('{"commands": [{"command": "query", "sql": "SELECT 1 AS a"}, {"command": "query", "sql": "SELECT 1", "bind": {"params": "/0"}}]}');
SELECT connector.batch('{"commands": [{"command": "query", "sql": "SELECT 1 AS a"}, {"command": "query", "sql": "SELECT 1", "bind": {"/params": "/0/~2"}}]}');
SELECT connector.batch('{"commands": [{"command": "query", "sql": "SELECT 1 AS a"}, {"command": "query", "sql": "SELECT 1", "bind": {"/params": 1}}]}');
SELECT connector.batch('{"commands": [{"command": "query", "sql": "SELECT 1 AS a"}, {"command": "drop_table", "table": "x", "bind": {"/table": "/0/rows/0/a"}}]}');
-- ~1 is a slash, ~0 a tilde
SELECT connector.batch('{"commands": [{"command": "query", "sql": "SELECT 1 AS \"a/b~\""}, {"command": "query", "sql": "SELECT $1 AS x", "params": {}, "bind": {"/params/$1": "/0/rows/0/a~1b~0"}}]}');

-- abort: all or nothing, with the step and its place
SELECT connector.batch('{"commands": [
  {"command": "insert_rows", "table": "orders", "row": {"customer": "gone"}},
  {"command": "insert_rows", "table": "orders", "rows": [{"customer": "gone"}, {"customer": null}]}]}');
SELECT connector.try_call('batch', '{"commands": [
  {"command": "insert_rows", "table": "orders", "row": {"customer": "gone"}},
  {"command": "insert_rows", "table": "orders", "rows": [{"customer": "gone"}, {"customer": null}]}]}');
SELECT connector.try_call('batch', '{"commands": [{"command": "query", "sql": "SELECT 1"}, {"command": "query", "sql": "SELECT nothing"}]}');
SELECT count(*) FROM orders WHERE customer = 'gone';

-- continue: each failure by itself
SELECT connector.batch('{"on_error": "continue", "commands": [
  {"command": "insert_rows", "table": "orders", "row": {"customer": "kept"}},
  {"command": "insert_rows", "table": "orders", "rows": [{"customer": "undone"}, {"customer": null}]},
  {"command": "insert_rows", "table": "order_lines", "row": {"item": "x"}, "bind": {"/row/order_id": "/1/insertedId"}},
  {"command": "insert_rows", "table": "order_lines", "row": {"order_id": 999, "item": "deferred"}},
  {"command": "nonsense"}, {"command": "query", "sql": "SELECT 1 AS one"}, 7,
  {"command": "update_rows", "table": "orders", "set": {"customer": "kept too"}, "where": [["customer", "=", "kept"]], "wher": 1},
  {"command": "select_rows", "table": "orders", "columns": ["customer"], "where": [["id", ">", 3]]}]}');

-- deferred constraints: at the end of the whole
SELECT connector.batch('{"commands": [
  {"command": "insert_rows", "table": "order_lines", "row": {"order_id": 1000, "item": "early"}},
  {"command": "execute", "sql": "INSERT INTO orders OVERRIDING SYSTEM VALUE VALUES (1000, ''late'')"}]}');
SELECT connector.batch('{"commands": [{"command": "insert_rows", "table": "order_lines", "row": {"order_id": 1001, "item": "orphan"}},
  {"command": "query", "sql": "SELECT 1"}]}');
SELECT connector.batch('{"commands": [{"command": "insert_rows", "table": "order_lines", "row": {"order_id": 1001, "item": "orphan"}, "check_constraints": true},
  {"command": "query", "sql": "SELECT 1"}]}');

-- shared parameters: a step uses some of them
SELECT connector.batch('{"params": [30, 1, 2], "commands": [
  {"command": "execute", "sql": "UPDATE accounts SET balance = balance - $1 WHERE id = $2"},
  {"command": "execute", "sql": "UPDATE accounts SET balance = balance + $1 WHERE id = $3"},
  {"command": "query", "sql": "SELECT $1 AS own", "params": ["own"]},
  {"command": "query", "sql": "SELECT id, balance FROM accounts ORDER BY id"}]}');
SELECT connector.batch('{"params": {"$1": 1, "$2": 2}, "commands": [{"command": "query", "sql": "SELECT $1::int AS a"}]}');
SELECT connector.batch('{"params": [1], "commands": [{"command": "query", "sql": "SELECT $1::int + $2 AS a"}]}');
SELECT connector.batch('{"params": [1], "commands": [{"command": "query", "sql": "SELECT 1"}]}');

-- statements as text
SELECT connector.batch('{"sql": "BEGIN; UPDATE accounts SET balance = balance - $1 WHERE id = $2; UPDATE accounts SET balance = balance + $1 WHERE id = $3; COMMIT;", "params": [20, 1, 2]}');
SELECT connector.batch('{"sql": "BEGIN; UPDATE accounts SET balance = balance - $1 WHERE id = $2; UPDATE accounts SET balance = balance + $1 WHERE id = $3; COMMIT;", "params": [20, 1, 2]}');
SELECT connector.batch('{"sql": "BEGIN TRANSACTION;\nUPDATE accounts SET balance = balance + $1 WHERE id = $3;\nUPDATE accounts SET balance = balance - $1 WHERE id = $2;\nEND", "params": [1000, 1, 2]}');
SELECT id, balance FROM accounts ORDER BY id;
SELECT connector.batch('{"sql": "-- a comment; with a semicolon\nSELECT '';'' AS a; /* ; */ SELECT $$;$$ AS b;;"}');
-- positions are those in the whole text, in characters
SELECT connector.try_call('batch', '{"sql": "SELECT ''é''; SELECT nowhere"}');
SELECT connector.try_call('batch', '{"sql": "SELECT 1; SELECT 1 FRM x"}');
SELECT connector.batch('{"sql": "SELECT 1 AS a; SELECT nowhere; SELECT 2 AS b", "on_error": "continue"}');
SELECT connector.batch('{"sql": "BEGIN; SELECT 1; COMMIT", "on_error": "continue"}');
SELECT connector.batch('{"sql": "BEGIN; SELECT 1; ROLLBACK"}');
SELECT connector.batch('{"sql": "BEGIN; SELECT 1"}');
SELECT connector.batch('{"sql": "SELECT 1; COMMIT"}');
SELECT connector.batch('{"sql": "BEGIN ISOLATION LEVEL SERIALIZABLE; SELECT 1; COMMIT"}');
SELECT connector.batch('{"sql": "BEGIN; SELECT 1; COMMIT; BEGIN; SELECT 2; COMMIT"}');
SELECT connector.batch('{"sql": "BEGIN; SAVEPOINT a; COMMIT"}');
SELECT connector.batch('{"sql": "BEGIN; COMMIT"}');
SELECT connector.batch('{"sql": " ; "}');
SELECT connector.batch('{"sql": "BEGIN; COPY accounts TO STDOUT; COMMIT"}');

-- now() stands still, and the steps see each other
SELECT connector.batch('{"commands": [{"command": "query", "sql": "SELECT now() AS n"}, {"command": "query", "sql": "SELECT pg_sleep(0.01)::text AS s"},
  {"command": "query", "sql": "SELECT now() = $1 AS stands_still", "params": [null], "bind": {"/params/0": "/0/rows/0/n"}}]}') #> '{results,2,rows,0}';

-- malformed
SELECT connector.batch('{}');
SELECT connector.batch('{"commands": [], "sql": "SELECT 1"}');
SELECT connector.batch('{"commands": []}');
SELECT connector.batch('{"commands": {}}');
SELECT connector.batch('{"commands": [{}]}');
SELECT connector.batch('{"commands": [{"command": 1}]}');
SELECT connector.batch('{"commands": [{"command": "insert_row", "table": "orders"}]}');
SELECT connector.batch('{"commands": [{"command": "batch", "commands": []}]}');
SELECT connector.batch('{"commands": [{"command": "query", "sql": "SELECT 1", "command": "query"}]}');
SELECT connector.batch('{"commands": [{"command": "query", "sql": "SELECT 1", "timeout_ms": 10}]}');
SELECT connector.batch('{"commands": [{"command": "insert_rows", "table": "orders", "row": {"customer": "x"}, "dry_run": true}]}');
SELECT connector.batch('{"commands": [{"command": "insert_rows", "table": "orders", "row": {"customer": "x"}, "idempotency_key": "k"}]}');
SELECT connector.batch('{"commands": [{"command": "select_rows", "table": "orders", "explain": true}]}');
SELECT connector.batch('{"commands": [], "on_error": "stop"}');
SELECT connector.batch('{"commands": [], "on_error": true}');
SELECT connector.batch('{"commands": [], "explain": true}');

-- limits
SELECT connector.batch(json_build_object('commands', (SELECT json_agg(json_build_object('command', 'test_connection')) FROM generate_series(1, 1001))));
SELECT json_array_length(connector.batch(json_build_object('on_error', 'continue', 'commands',
  (SELECT json_agg(json_build_object('command', 'query', 'sql', CASE WHEN i % 2 = 0 THEN 'SELECT 1' ELSE 'SELECT 1/0' END)) FROM generate_series(1, 1000) AS i))) -> 'results');
SELECT connector.batch('{"on_error": "continue", "timeout_ms": 50, "commands": [{"command": "query", "sql": "SELECT 1"}, {"command": "query", "sql": "SELECT pg_sleep(10)"}]}');
SELECT connector.try_call('batch', '{"on_error": "continue", "timeout_ms": 50, "commands": [{"command": "query", "sql": "SELECT 1"}, {"command": "query", "sql": "SELECT pg_sleep(10)"}]}');
SET pg_connector.response_cap = 1024;
SELECT connector.batch('{"commands": [{"command": "query", "sql": "SELECT repeat(''x'', 400) AS x"}, {"command": "query", "sql": "SELECT repeat(''x'', 400) AS x FROM generate_series(1, 3)"}]}') #>> '{results,1,limitedBy}';
SELECT connector.batch('{"commands": [{"command": "commands", "name": "select_rows"}, {"command": "query", "sql": "SELECT 1"}]}');
RESET pg_connector.response_cap;
SET pg_connector.affected_cap = 2;
SELECT connector.batch('{"commands": [{"command": "delete_rows", "table": "order_lines", "where": [["item", "=", "mill"]]}, {"command": "delete_rows", "table": "order_lines", "all_rows": true}]}');
RESET pg_connector.affected_cap;

-- policy is the steps'
SET pg_connector.allow = 'read';
SELECT connector.batch('{"commands": [{"command": "select_rows", "table": "accounts", "columns": ["id"]}, {"command": "delete_rows", "table": "accounts", "all_rows": true}]}');
SELECT connector.batch('{"sql": "SELECT 1"}');
SET pg_connector.allow = 'read, sql';
SELECT connector.batch('{"sql": "SELECT 1 AS a; SELECT 2 AS b"}');
SELECT connector.batch('{"sql": "SELECT 1 AS a; DELETE FROM accounts"}');
RESET pg_connector.allow;

-- no values of rows where they are not to be shown, but the place and the step
SET pg_connector.error_detail = 'terse';
SELECT connector.batch('{"commands": [{"command": "insert_rows", "table": "accounts", "row": {"id": 1, "balance": 1}}]}');
SELECT connector.batch('{"commands": [{"command": "insert_rows", "table": "accounts", "row": {"id": "secret", "balance": 1}}]}');
RESET pg_connector.error_detail;

-- a batch in a command in a batch: the outer one's place, not the inner one's
CREATE FUNCTION inner_batch() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN PERFORM connector.batch('{"commands": [{"command": "test_connection"}, {"command": "query", "sql": "SELECT 1/0"}]}'); RETURN new; END $$;
CREATE TRIGGER t BEFORE INSERT ON accounts FOR EACH ROW WHEN (new.id = 77) EXECUTE FUNCTION inner_batch();
SELECT connector.batch('{"commands": [{"command": "query", "sql": "SELECT 1"}, {"command": "query", "sql": "SELECT 1"}, {"command": "insert_rows", "table": "accounts", "rows": [{"id": 76, "balance": 1}, {"id": 77, "balance": 1}]}]}');
SELECT connector.try_call('insert_rows', '{"table": "accounts", "row": {"id": 77, "balance": 1}}') -> 'error' -> 'step';

-- subtransactions end as they should, and the session goes on
BEGIN;
SELECT connector.try_call('batch', '{"on_error": "continue", "commands": [{"command": "insert_rows", "table": "accounts", "row": {"id": 50, "balance": -1}}, {"command": "insert_rows", "table": "accounts", "row": {"id": 51, "balance": 1}}]}') #>> '{results,1,rowCount}';
SAVEPOINT s;
SELECT connector.batch('{"commands": [{"command": "insert_rows", "table": "accounts", "row": {"id": 52, "balance": 1}}, {"command": "query", "sql": "SELECT 1/0"}]}');
ROLLBACK TO s;
SELECT id FROM accounts WHERE id > 49 ORDER BY id;
SHOW transaction_read_only;
COMMIT;
DO $$
BEGIN
  FOR i IN 1 .. 3 LOOP
    BEGIN
      PERFORM connector.batch('{"commands": [{"command": "insert_rows", "table": "accounts", "row": {"id": 60, "balance": 1}}, {"command": "query", "sql": "SELECT 1/0"}]}');
    EXCEPTION WHEN division_by_zero THEN
      PERFORM connector.batch('{"commands": [{"command": "select_rows", "table": "accounts"}]}');
    END;
  END LOOP;
END $$;
SELECT count(*) FROM accounts WHERE id = 60;

-- a model of bind: random places in random documents, against jsonb_set
CREATE FUNCTION random_json(depth int) RETURNS jsonb LANGUAGE sql VOLATILE AS $$
  SELECT CASE WHEN depth = 0 OR random() < 0.2 THEN to_jsonb((random() * 100)::int)
    WHEN random() < 0.5 THEN (SELECT jsonb_agg(random_json(depth - 1)) FROM generate_series(1, 1 + (random() * 2)::int))
    ELSE (SELECT jsonb_object_agg(k, random_json(depth - 1)) FROM unnest(array['a', 'x/y', '~1', 'é "q" \', '']) AS k WHERE random() < 0.7 OR k = 'a') END $$;
DO $$
DECLARE
  doc jsonb; at jsonb; path text[]; value jsonb; result jsonb; expected jsonb;
BEGIN
  PERFORM setseed(0.3);
  FOR i IN 1 .. 300 LOOP
    doc := random_json(4);
    value := random_json(2);
    path := '{}';
    at := doc;
    WHILE jsonb_typeof(at) IN ('array', 'object') AND (path = '{}' OR random() < 0.7) LOOP
      IF jsonb_typeof(at) = 'array' THEN
        path := path || (random() * (jsonb_array_length(at) - 1))::int::text;
      ELSIF random() < 0.2 THEN
        path := path || 'new "~/'::text;
      ELSE
        path := path || (SELECT k FROM jsonb_object_keys(at) AS k ORDER BY random() LIMIT 1);
      END IF;
      at := at -> path[cardinality(path)];
      IF jsonb_typeof(doc #> path[1:cardinality(path) - 1]) = 'array' THEN
        at := doc #> path;
      END IF;
    END LOOP;
    expected := CASE WHEN path = '{}' THEN value ELSE jsonb_set(doc, path, value, true) END;
    result := connector.batch(jsonb_build_object('commands', jsonb_build_array(
      jsonb_build_object('command', 'query', 'sql', 'SELECT $1::jsonb AS v', 'params', jsonb_build_array(value)),
      jsonb_build_object('command', 'query', 'sql', 'SELECT $1::jsonb AS v', 'params', jsonb_build_array(doc), 'bind',
        jsonb_build_object('/params/0' || COALESCE((SELECT string_agg('/' || replace(replace(p, '~', '~0'), '/', '~1'), '' ORDER BY n) FROM unnest(path) WITH ORDINALITY AS u(p, n)), ''),
                           '/0/rows/0/v')))));
    IF result #> '{results,1,rows,0,v}' IS DISTINCT FROM expected THEN
      RAISE EXCEPTION 'bind % in % to %: %, expected %', value, doc, path, result, expected;
    END IF;
  END LOOP;
END $$;
DROP FUNCTION random_json;

DROP TABLE order_lines, orders, accounts;
DROP FUNCTION inner_batch;

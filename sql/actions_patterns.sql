-- actions/*: "Advanced Patterns" and "Example Workflows" of the guide "PostgreSQL Integration"
\pset format unaligned
\pset tuples_only on
SET client_min_messages = warning;
CREATE SCHEMA actions_patterns;
SET search_path = actions_patterns;

CREATE FUNCTION request(query text, parameters json DEFAULT NULL) RETURNS text LANGUAGE sql AS $$
	SELECT CASE WHEN parameters IS NULL THEN json_build_object('query', query) ELSE json_build_object('query', query, 'parameters', parameters) END::text
$$;

CREATE TABLE users (id int GENERATED ALWAYS AS IDENTITY PRIMARY KEY, email text UNIQUE NOT NULL, name text, status text, last_login timestamptz, updated_at timestamptz);
CREATE TABLE logs (id int GENERATED ALWAYS AS IDENTITY PRIMARY KEY, level text, message text, created_at timestamp);
CREATE TABLE orders (id int PRIMARY KEY, amount numeric(10,2), created_at timestamp, synced boolean NOT NULL DEFAULT false);
CREATE TABLE audit_logs (id bigserial PRIMARY KEY, user_id int, action text, details jsonb, ip_address inet, created_at timestamptz);

--
-- Advanced Patterns
--

-- Upsert (Insert or Update): an insert of that kind is for Execute Query
SELECT connector.call('actions/ExecuteQuery', request($$
INSERT INTO users (email, name, status)
VALUES ($1, $2, $3)
ON CONFLICT (email)
DO UPDATE SET
  name = EXCLUDED.name,
  status = EXCLUDED.status,
  updated_at = NOW()
$$, '{"$1": "ada@example.com", "$2": "Ada", "$3": "active"}'));
SELECT connector.call('actions/ExecuteQuery', request($$
INSERT INTO users (email, name, status)
VALUES ($1, $2, $3)
ON CONFLICT (email)
DO UPDATE SET
  name = EXCLUDED.name,
  status = EXCLUDED.status,
  updated_at = NOW()
$$, '["ada@example.com", "Ada Lovelace", "inactive"]'));
SELECT id, email, name, status, updated_at IS NOT NULL FROM users;

-- Bulk Insert
SELECT connector.call('actions/ExecuteQuery', request($$
INSERT INTO logs (level, message, created_at)
SELECT * FROM unnest(
  $1::text[],
  $2::text[],
  $3::timestamp[]
)
$$, '[["info", "warn", "error"], ["started", "it''s {\"odd\"}, \\ and, NULL", null], ["2026-01-15T10:30:00", "2026-01-15 10:30:01.5", null]]'));
SELECT connector.call('actions/QueryRows', request('SELECT level, message, created_at FROM logs ORDER BY id'));
SELECT connector.call('actions/ExecuteQuery', request('INSERT INTO logs (level, message, created_at) SELECT * FROM unnest($1::text[], $2::text[], $3::timestamp[])', '[[], [], []]'));

-- Conditional Updates
INSERT INTO users (email, status, last_login) VALUES ('old@example.com', 'active', now() - interval '91 days'), ('away@example.com', 'active', now() - interval '31 days'),
	('here@example.com', 'dormant', now()), ('gone@example.com', 'deleted', now() - interval '1 year');
SELECT connector.call('actions/UpdateRows', request($$
UPDATE users
SET status = CASE
  WHEN last_login < NOW() - INTERVAL '90 days' THEN 'inactive'
  WHEN last_login < NOW() - INTERVAL '30 days' THEN 'dormant'
  ELSE 'active'
END
WHERE status != 'deleted'
$$));
SELECT connector.call('actions/QueryRows', request('SELECT email, status FROM users ORDER BY id'));

-- Aggregation Queries
INSERT INTO orders (id, amount, created_at, synced) VALUES (1, 10.00, '2026-01-14 09:00', true), (2, 20.50, '2026-01-14 18:00', false), (3, 5.25, '2026-01-15 00:00', false), (4, 1.00, '2025-12-31 23:59', true);
SELECT connector.call('actions/QueryRows', request($$
SELECT
  DATE_TRUNC('day', created_at) as date,
  COUNT(*) as count,
  AVG(amount) as avg_amount
FROM orders
WHERE created_at >= $1
GROUP BY DATE_TRUNC('day', created_at)
ORDER BY date DESC
$$, '{"$1": "2026-01-01"}'));

--
-- Example Workflows
--

-- Daily User Report
SELECT connector.call('actions/QueryRows', request($$
   SELECT COUNT(*) as total,
          COUNT(*) FILTER (WHERE status = 'active') as active
   FROM users
$$));

-- Sync Data to External System: what is read is what is marked
CREATE TABLE workflow AS SELECT connector.call('actions/QueryRows', request($$
   SELECT * FROM orders
   WHERE synced = false
   LIMIT 100
$$)) AS read;
SELECT read FROM workflow;
SELECT connector.call('actions/UpdateRows', request($$
   UPDATE orders SET synced = true
   WHERE id = ANY($1)
$$, (SELECT json_build_array(json_agg(r -> 'id')) FROM workflow, json_array_elements(read -> 'rows') AS r)));
SELECT connector.call('actions/QueryRows', request('SELECT * FROM orders WHERE synced = false LIMIT 100'));
-- An hour later there is nothing to do.
SELECT connector.call('actions/UpdateRows', request('UPDATE orders SET synced = true WHERE id = ANY($1)', '[[]]'));

-- Audit Log Workflow: details as the webhook sent them, an object, a list or a string
SELECT connector.call('actions/InsertRow', '{
   "table": "audit_logs",
   "columns": {
     "user_id": 7,
     "action": "login",
     "details": {"browser": "x", "attempts": [1, 2], "note": null},
     "ip_address": "192.0.2.17",
     "created_at": "2026-01-15T10:30:00Z"
   }}');
SELECT connector.call('actions/InsertRow', '{"table": "audit_logs", "columns": {"user_id": 7, "action": "upload", "details": ["a", "b"], "ip_address": "2001:db8::1", "created_at": "2026-01-15T11:30:00+01:00"}}');
SELECT connector.call('actions/InsertRow', '{"table": "audit_logs", "columns": {"user_id": null, "action": "O''Reilly\"; DROP TABLE audit_logs; --", "details": "just text", "ip_address": null, "created_at": "2026-01-15T10:30:00.123456Z"}}');
SELECT connector.call('actions/QueryRows', request('SELECT * FROM audit_logs ORDER BY id'));

DROP SCHEMA actions_patterns CASCADE;

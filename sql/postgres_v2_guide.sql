-- The workflow connector's guide, section by section: what it shows, as its engine would send it but for the connection
\set VERBOSITY terse
\pset format unaligned
\pset tuples_only on
SET client_min_messages = warning;
CREATE SCHEMA v2;
SET search_path = v2;

-- Available Commands
SELECT c ->> 'name', c ->> 'summary' FROM json_array_elements(connector.commands() -> 'commands') AS c WHERE c ->> 'name' LIKE 'postgres_v2/%';

-- Database Connection: it is that of the session
SELECT connector.try_call('postgres_v2/DropTableV2', '{"database_connection_str": "dbname=postgres user=postgres password=secret host=192.168.1.89 port=1111", "table_name": "users"}');

-- CreateTableV2, Example: Create users table
SELECT connector.try_call('postgres_v2/CreateTableV2', '{"table_name": "users", "schema": {"column_definitions": [{"name": "id", "type": "serial PRIMARY KEY"}, {"name": "name", "type": "varchar(255)"}, {"name": "email", "type": "varchar(255)"}, {"name": "phone", "type": "varchar(50)"}, {"name": "created_at", "type": "timestamp DEFAULT NOW()"}]}}');
-- Supported PostgreSQL Data Types
SELECT connector.call('postgres_v2/CreateTableV2', '{"table_name": "every_type", "schema": {"column_definitions": [
	{"name": "a", "type": "int"}, {"name": "b", "type": "serial"}, {"name": "c", "type": "bigint"}, {"name": "d", "type": "decimal(10,2)"}, {"name": "e", "type": "numeric"}, {"name": "f", "type": "real"}, {"name": "g", "type": "double precision"},
	{"name": "h", "type": "varchar(10)"}, {"name": "i", "type": "char(3)"}, {"name": "j", "type": "text"},
	{"name": "k", "type": "date"}, {"name": "l", "type": "time"}, {"name": "m", "type": "timestamp"}, {"name": "n", "type": "interval"},
	{"name": "o", "type": "boolean"}, {"name": "p", "type": "json"}, {"name": "q", "type": "jsonb"}, {"name": "r", "type": "integer[]"}, {"name": "s", "type": "text[]"}]}}');
SELECT string_agg(attname || ' ' || format_type(atttypid, atttypmod), ', ' ORDER BY attnum) FROM pg_attribute WHERE attrelid = 'every_type'::regclass AND attnum > 0;
-- a value of each, written and read back
SELECT connector.call('postgres_v2/InsertValuesV2', '{"table_name": "every_type", "schema": {"columns": ["a", "c", "d", "e", "f", "g", "h", "i", "j", "k", "l", "m", "n", "o", "p", "q", "r", "s"],
	"values": [[1, 9223372036854775807, 12.30, 0.10, 1.5, "NaN", "é", "abc", "x", "2026-01-31", "12:30", "2026-01-31T12:30:00", "1 day", true, {"a": [1]}, [1, "b"], [1, 2], ["a", null]]]}}');
SELECT connector.call('postgres_v2/SelectValuesV2', '{"table_name": "every_type", "schema": {"columns": ["*"]}}');

-- InsertValuesV2, Example: Insert user from form
SELECT connector.try_call('postgres_v2/InsertValuesV2', '{"table_name": "users", "schema": {"columns": ["name", "email", "phone"], "values": [["Ada", "ada@example.com", "555-0000"]]}}');
-- Example: Insert multiple rows
SELECT connector.try_call('postgres_v2/InsertValuesV2', '{"table_name": "users", "schema": {"columns": ["name", "email", "phone"], "values": [["John Doe", "john@example.com", "555-1234"], ["Jane Smith", "jane@example.com", "555-5678"]]}}');
UPDATE users SET created_at = '2026-01-02 03:04:05';

-- SelectValuesV2, Example: Select all users; the original cannot return a timestamp
SELECT connector.try_call('postgres_v2/SelectValuesV2', '{"table_name": "users", "schema": {"columns": ["id", "name", "email", "phone", "created_at"]}}');
-- Example: Select specific user
SELECT connector.try_call('postgres_v2/SelectValuesV2', '{"table_name": "users", "schema": {"columns": ["id", "name", "email"], "where": [["email", "=", "john@example.com"]]}}');
-- Example: Select with numeric comparison
SELECT connector.try_call('postgres_v2/SelectValuesV2', '{"table_name": "users", "schema": {"columns": ["id", "name"], "where": [["id", ">", 10]]}}');
-- Supported WHERE operators
SELECT connector.call('postgres_v2/SelectValuesV2', '{"table_name": "users", "schema": {"columns": ["id"], "where": [["id", "!=", 1], ["id", ">", 0], ["id", "<", 3]]}}');

-- UpdateValuesV2, Example: Update user email, as the guide has it, and as the original does
SELECT connector.try_call('postgres_v2/UpdateValuesV2', '{"table_name": "users", "schema": {"columns": ["email"], "values": ["newemail@example.com"], "where": [["name", "=", "John Doe"]]}}');
SELECT connector.try_call('postgres_v2/UpdateValuesV2', '{"table_name": "users", "schema": {"set": {"email": "newer@example.com"}, "where": [["name", "=", "John Doe"]]}}');
SELECT name, email FROM users ORDER BY id;

-- DeleteValuesV2, Example: Delete specific user
SELECT connector.try_call('postgres_v2/DeleteValuesV2', '{"table_name": "users", "schema": {"where": [["email", "=", "newer@example.com"]]}}');
-- Caution: without "where", all rows
SELECT connector.try_call('postgres_v2/DeleteValuesV2', '{"table_name": "every_type", "schema": {}}');

-- DropTableV2, Example
SELECT connector.try_call('postgres_v2/DropTableV2', '{"table_name": "every_type"}');
SELECT connector.try_call('postgres_v2/DropTableV2', '{"table_name": "every_type"}');

-- DoSQL, Example: Create table with custom SQL
SELECT connector.try_call('postgres_v2/DoSQL', '{"schema": {"sql": "CREATE TABLE IF NOT EXISTS orders (id SERIAL PRIMARY KEY, customer VARCHAR(255), total DECIMAL(10,2))"}}');
-- Example: Complex query; the guide's own table has no user_id
SELECT connector.try_call('postgres_v2/DoSQL', '{"schema": {"sql": "SELECT u.name, COUNT(o.id) FROM users u LEFT JOIN orders o ON u.id = o.user_id GROUP BY u.name"}}');
ALTER TABLE orders ADD user_id int;
INSERT INTO orders (customer, total, user_id) VALUES ('Ada', 9.90, 1), ('Ada', 0.10, 1);
-- without "fetch_results" it is the number of rows
SELECT connector.try_call('postgres_v2/DoSQL', '{"schema": {"sql": "SELECT u.name, COUNT(o.id) FROM users u LEFT JOIN orders o ON u.id = o.user_id GROUP BY u.name"}}');
SELECT connector.try_call('postgres_v2/DoSQL', '{"schema": {"sql": "SELECT u.name, COUNT(o.id) FROM users u LEFT JOIN orders o ON u.id = o.user_id GROUP BY u.name ORDER BY u.name", "fetch_results": true}}');

-- Common Patterns, Pattern 1: User Registration Flow; the table may be there already
SELECT connector.call('postgres_v2/CreateTableV2', '{"table_name": "users", "schema": {"column_definitions": [{"name": "id", "type": "serial PRIMARY KEY"}, {"name": "name", "type": "varchar(255)"}]}}');
SELECT connector.call('postgres_v2/InsertValuesV2', '{"table_name": "users", "schema": {"columns": ["name", "email", "phone"], "values": [["Grace", "grace@example.com", "555-0001"]]}}');
-- Pattern 2: Data Query and Update
SELECT connector.call('postgres_v2/SelectValuesV2', '{"table_name": "users", "schema": {"columns": ["id", "phone"], "where": [["name", "=", "Grace"]]}}');
SELECT connector.call('postgres_v2/UpdateValuesV2', '{"table_name": "users", "schema": {"set": {"phone": "555-0002"}, "where": [["name", "=", "Grace"]]}}');
-- Pattern 3: Cleanup
SELECT connector.call('postgres_v2/DeleteValuesV2', '{"table_name": "users", "schema": {"where": [["created_at", "<", "2026-02-01"]]}}');

-- Troubleshooting, Syntax Error in schema parameter
SELECT connector.try_call('postgres_v2/SelectValuesV2', '{"table_name": "users", "schema": "{\"columns\": [\"id\"]}"}');
-- Connection Failed, Module not found: nothing connects here, and there is no module to be found
-- Table already exists: by DoSQL as by SQL; CreateTableV2 and IF NOT EXISTS leave it as it is
SELECT connector.try_call('postgres_v2/DoSQL', '{"schema": {"sql": "CREATE TABLE users (id int)"}}');
SELECT connector.try_call('postgres_v2/DoSQL', '{"schema": {"sql": "CREATE TABLE IF NOT EXISTS users (id int)"}}');
SELECT connector.call('postgres_v2/DropTableV2', '{"table_name": "users"}');

-- Example BPMN Workflow, Complete User Registration Example
SELECT connector.call('postgres_v2/CreateTableV2', '{"table_name": "users", "schema": {"column_definitions": [{"name": "id", "type": "serial PRIMARY KEY"}, {"name": "name", "type": "varchar(255)"}, {"name": "email", "type": "varchar(255)"}, {"name": "phone", "type": "varchar(50)"}, {"name": "created_at", "type": "timestamp DEFAULT NOW()"}]}}');
SELECT connector.call('postgres_v2/InsertValuesV2', '{"table_name": "users", "schema": {"columns": ["name", "email", "phone"], "values": [["Ada", "ada@example.com", null]]}}');
SELECT id, name, email, phone, created_at IS NOT NULL FROM users;

DROP SCHEMA v2 CASCADE;

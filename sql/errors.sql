-- Errors: every one that commands() announces, and every member of the error object
\set VERBOSITY terse
\pset format unaligned
\pset tuples_only on
SET client_min_messages = warning;
CREATE SCHEMA err;
SET search_path = err;

CREATE TABLE groups (id int PRIMARY KEY, name text);
CREATE DOMAIN email AS text CONSTRAINT has_at CHECK (VALUE LIKE '%@%');
CREATE TYPE mood AS ENUM ('sad', 'happy');
CREATE TABLE users (
	id int PRIMARY KEY, name varchar(10) NOT NULL, email email UNIQUE, age int CONSTRAINT adult CHECK (age >= 18), "group" int REFERENCES groups,
	mood mood, room int4range, data json, EXCLUDE USING gist (room WITH &&), UNIQUE (name, age) DEFERRABLE INITIALLY DEFERRED);
INSERT INTO groups VALUES (1, 'one');
INSERT INTO users VALUES (1, 'Ada', 'ada@example.com', 36, 1, 'happy', '[1,5)');
CREATE MATERIALIZED VIEW counted AS SELECT count(*) FROM users;
CREATE VIEW adults AS SELECT id, name FROM users WHERE age >= 18;
CREATE FUNCTION fingerprint() RETURNS text LANGUAGE sql AS $$
	SELECT md5(concat((SELECT string_agg(u::text, '') FROM users AS u), (SELECT string_agg(g::text, '') FROM groups AS g), (SELECT count(*) FROM pg_class)))
$$;

--
-- Every refusal that is announced
--
CREATE TABLE cases (n serial, command text, code text, request text, setting text, value text);
-- Those of every command; a limit of 1 ms is over before so much white space is read.
INSERT INTO cases (command, code, request, setting, value)
	SELECT name, v.* FROM (VALUES ('select_rows', '{"table": "users"%s}'), ('insert_rows', '{"table": "users", "row": {"id": 2, "name": "x"}%s}'), ('update_rows', '{"table": "users", "set": {"age": 40}, "all_rows": true%s}'),
			('delete_rows', '{"table": "users", "all_rows": true%s}'), ('create_table', '{"table": "made", "columns": []%s}'), ('drop_table', '{"table": "twice"%s}'), ('query', '{"sql": "SELECT 1 AS a"%s}'),
			('execute', '{"sql": "DELETE FROM users"%s}'), ('upsert_rows', '{"table": "users", "row": {"id": 2, "name": "x"}%s}'), ('alter_table', '{"table": "twice", "drop_columns": ["a"]%s}'), ('truncate_table', '{"table": "users"%s}'),
			('create_index', '{"table": "users", "columns": ["age"]%s}'), ('batch', '{"commands": [{"command": "delete_rows", "table": "users", "all_rows": true}]%s}'), ('statements', '{"limit": 5%s}'), ('describe', '{"limit": 5%s}'), ('test_connection', '{"timeout_ms": 5000%s}'), ('commands', '{"name": "query"%s}')) AS valid(name, request),
		LATERAL (VALUES ('42601', left(request, 5), NULL, NULL), ('42601', format(request, ', "x": 1'), NULL, NULL), ('42601', '[]', NULL, NULL), ('22P05', format(request, ', "x\u0000": 1'), NULL, NULL), ('42601', format(request, ', "' || substring(request from '"(.*?)"') || '": null'), NULL, NULL),
			('54001', repeat('[', 70000), NULL, NULL), ('54000', rpad(format(request, ''), 1025), 'pg_connector.request_cap', '1kB'), ('57014', rpad(format(request, ''), 30000000), 'pg_connector.timeout', '1ms')) AS v(code, request, setting, value)
	UNION ALL
	SELECT name, v.* FROM (VALUES ('select_rows', '{"table": "users", %s}'), ('insert_rows', '{"table": "users", "row": {"id": 2, "name": "x"}, %s}'), ('update_rows', '{"table": "users", "set": {"age": 40}, "all_rows": true, %s}'),
			('delete_rows', '{"table": "users", "all_rows": true, %s}'), ('create_table', '{"table": "made", "columns": [], %s}'), ('drop_table', '{"table": "users", %s}'), ('query', '{"sql": "SELECT 1 AS a", %s}'),
			('execute', '{"sql": "DELETE FROM users", %s}'), ('upsert_rows', '{"table": "users", "row": {"id": 2, "name": "x"}, %s}'), ('alter_table', '{"table": "twice", "drop_columns": ["a"], %s}'), ('truncate_table', '{"table": "users", %s}'),
			('create_index', '{"table": "users", "columns": ["age"], %s}'), ('batch', '{"commands": [{"command": "delete_rows", "table": "users", "all_rows": true}], %s}'), ('statements', '{"limit": 5, %s}'), ('describe', '{"limit": 5, %s}'), ('test_connection', '{%s}'), ('commands', '{"name": "query", %s}')) AS valid(name, request),
		LATERAL (VALUES ('22023', format(request, '"timeout_ms": 0'), NULL, NULL), ('54000', format(request, '"timeout_ms": 60001'), NULL, NULL)) AS v(code, request, setting, value)
	UNION ALL
	SELECT name, '42501', request, 'pg_connector.allow', value FROM (VALUES ('select_rows', '{"table": "users"}', 'write, ddl, sql'), ('insert_rows', '{"table": "users", "row": {"id": 2, "name": "x"}}', 'read, ddl, sql'),
			('update_rows', '{"table": "users", "set": {"age": 40}, "all_rows": true}', 'read, ddl, sql'), ('delete_rows', '{"table": "users", "all_rows": true}', 'read, ddl, sql'), ('create_table', '{"table": "made", "columns": []}', 'read, write, sql'),
			('drop_table', '{"table": "users"}', 'read, write, sql'), ('query', '{"sql": "SELECT 1 AS a"}', 'read, write, ddl'), ('execute', '{"sql": "DELETE FROM users"}', 'read, write, ddl'), ('execute', '{"sql": "DELETE FROM users"}', 'read, ddl, sql'), ('describe', '{}', 'write, ddl, sql'),
			('upsert_rows', '{"table": "users", "row": {"id": 2, "name": "x"}}', 'read, ddl, sql'), ('alter_table', '{"table": "twice", "drop_columns": ["a"]}', 'read, write, sql'), ('truncate_table', '{"table": "users"}', 'read, write, sql'),
			('create_index', '{"table": "users", "columns": ["age"]}', 'read, write, sql'), ('batch', '{"commands": [{"command": "delete_rows", "table": "users", "all_rows": true}]}', 'read, ddl, sql'), ('statements', '{}', 'write, ddl, sql'),
			('alter_table', '{"table": "twice", "add_constraints": [{"check": "a > 0"}]}', 'read, write, ddl'), ('create_index', '{"table": "twice", "columns": [{"expression": "a + 1"}]}', 'read, write, ddl'),
			('create_table', '{"table": "made", "columns": [{"name": "a", "type": "int DEFAULT random()"}]}', 'read, write, ddl'), ('create_table', '{"table": "made", "columns": [{"name": "a", "type": "int", "default_expression": "1"}]}', 'read, write, ddl')) AS denied(name, request, value);
-- Those of sinks.
INSERT INTO cases (command, code, request, setting, value)
	SELECT name, v.* FROM (VALUES ('sink_open', '{"table": "users"%s}'), ('sink_stage', '{"table": "users"%s}'), ('sink_apply', '{"table": "users", "columns": ["id"], "from": 0, "to": 1%s}')) AS c(name, request),
		LATERAL (VALUES ('42601', format(request, ', "x": 1'), NULL, NULL), ('22023', format(request, ', "timeout_ms": 0'), NULL, NULL), ('54000', format(request, ', "timeout_ms": 60001'), NULL, NULL), ('42501', format(request, ''), 'pg_connector.allow', 'read, ddl, sql'),
			('42P01', replace(format(request, ''), 'users', 'uesrs'), NULL, NULL), ('22P05', replace(format(request, ''), 'users', 'us\u0000ers'), NULL, NULL), ('3F000', replace(format(request, ''), 'users', 'nosuch.users'), NULL, NULL),
			('42622', replace(format(request, ''), 'users', repeat('u', 64)), NULL, NULL), ('54001', repeat('[', 70000), NULL, NULL), ('57014', rpad(format(request, ''), 30000000), 'pg_connector.timeout', '1ms')) AS v(code, request, setting, value);
INSERT INTO cases (command, code, request, setting, value) VALUES
	('sink_open', '42703', '{"table": "users", "write_mode": "delete", "key_columns": ["nosuch"]}', NULL, NULL),
	('sink_open', '42P10', '{"table": "users", "write_mode": "upsert", "conflict_columns": ["name"]}', NULL, NULL),
	('sink_open', '22023', '{"table": "users", "conflict_columns": ["id"]}', NULL, NULL),
	('sink_open', '22023', '{"table": "users", "unknown_keys": "name"}', NULL, NULL),
	('sink_open', '22023', '{"table": "adults", "use_copy": "true"}', NULL, NULL),
	('sink_open', '42809', '{"table": "counted"}', NULL, NULL),
	('sink_open', '54000', '{"table": "users", "batch_size": 11}', 'pg_connector.affected_cap', '10'),
	('sink_stage', '22023', '{"table": "users", "explain": true}', NULL, NULL),
	('sink_apply', '42P01', '{"table": "groups", "columns": ["id"], "from": 0, "to": 1}', NULL, NULL),
	('sink_open', '42701', '{"table": "users", "write_mode": "delete", "key_columns": ["id", "id"]}', NULL, NULL),
	('sink_apply', '42701', '{"table": "users", "columns": ["id", "id"], "from": 0, "to": 1}', NULL, NULL),
	('sink_apply', '42703', '{"table": "users", "columns": ["nosuch"], "from": 0, "to": 1}', NULL, NULL),
	('sink_apply', '42601', '{"table": "users", "operation": "delete", "columns": ["id"], "from": 0, "to": 1}', NULL, NULL),
	('sink_apply', '42601', '{"table": "users", "operation": "update", "columns": ["id"], "key": ["id"], "from": 0, "to": 1}', NULL, NULL),
	('sink_apply', '42P10', '{"table": "users", "operation": "upsert", "columns": ["id", "name"], "key": ["name"], "from": 0, "to": 1}', NULL, NULL),
	('sink_apply', '23505', '{"table": "users", "columns": ["id", "name"], "from": 0, "to": 1}', NULL, NULL),
	('sink_apply', '22P02', '{"table": "users", "operation": "update", "columns": ["id", "age"], "key": ["id"], "values": [[1, "x"]]}', NULL, NULL),
	('sink_apply', '22003', '{"table": "users", "operation": "update", "columns": ["id", "age"], "key": ["id"], "values": [[1, 2147483648]]}', NULL, NULL),
	('sink_apply', '22007', '{"table": "dated", "operation": "update", "columns": ["id", "day"], "key": ["id"], "values": [[1, "soon"]]}', NULL, NULL),
	('sink_apply', '22008', '{"table": "dated", "operation": "update", "columns": ["id", "day"], "key": ["id"], "values": [[1, "2026-02-30"]]}', NULL, NULL),
	('sink_apply', '22001', '{"table": "users", "operation": "update", "columns": ["id", "name"], "key": ["id"], "values": [[1, "a name that is long"]]}', NULL, NULL),
	('sink_apply', '23502', '{"table": "users", "operation": "update", "columns": ["id", "name"], "key": ["id"], "values": [[1, null]]}', NULL, NULL),
	('sink_apply', '23503', '{"table": "users", "operation": "update", "columns": ["id", "group"], "key": ["id"], "values": [[1, 7]]}', NULL, NULL),
	('sink_apply', '23514', '{"table": "users", "operation": "update", "columns": ["id", "age"], "key": ["id"], "values": [[1, 7]]}', NULL, NULL),
	('sink_apply', '42883', '{"table": "loose", "operation": "update", "columns": ["id", "v"], "key": ["id"], "values": [["1", 2]]}', NULL, NULL),
	('sink_apply', '428C9', '{"table": "computed", "operation": "update", "columns": ["id", "b"], "key": ["id"], "values": [[1, 2]]}', NULL, NULL),
	('sink_open', '428C9', '{"table": "computed", "write_mode": "upsert", "update_columns": ["b"]}', NULL, NULL),
	('sink_apply', '54000', '{"table": "users", "columns": ["id", "name"], "from": 1, "to": 3}', 'pg_connector.affected_cap', '1');
-- Those of one.
INSERT INTO cases (command, code, request, setting, value) VALUES
	('select_rows', '42P01', '{"table": "user"}', NULL, NULL),
	('select_rows', '42703', '{"table": "users", "columns": ["nmae"]}', NULL, NULL),
	('select_rows', '42703', '{"table": "users", "where": [["Name", "=", "x"]]}', NULL, NULL),
	('select_rows', '42703', '{"table": "users", "order_by": ["nosuch"]}', NULL, NULL),
	('select_rows', '22023', '{"table": "users", "where": [["name", "lik", "x"]]}', NULL, NULL),
	('select_rows', '22023', '{"table": "users", "where": [["data", "overlaps", "x"]]}', NULL, NULL),
	('select_rows', '22023', '{"table": "users", "where": [["id", "like", "x"]]}', NULL, NULL),
	('select_rows', '22P02', '{"table": "users", "where": [["id", "=", "x"]]}', NULL, NULL),
	('select_rows', '22P02', '{"table": "users", "where": [["mood", "in", ["happy", "glad"]]]}', NULL, NULL),
	('select_rows', '54000', '{"table": "long"}', 'pg_connector.response_cap', '1kB'),
	('insert_rows', '42P01', '{"table": "user", "row": {}}', NULL, NULL),
	('insert_rows', '42703', '{"table": "users", "rows": [{"id": 2, "name": "x"}, {"id": 3, "naem": "y"}]}', NULL, NULL),
	('insert_rows', '22P02', '{"table": "users", "rows": [{"id": 2, "name": "x"}, {"id": "3x", "name": "y"}]}', NULL, NULL),
	('insert_rows', '23505', '{"table": "users", "rows": [{"id": 2, "name": "x"}, {"id": 1, "name": "y"}]}', NULL, NULL),
	('insert_rows', '54000', '{"table": "users", "rows": [{"id": 2, "name": "x"}, {"id": 3, "name": "y"}]}', 'pg_connector.affected_cap', '1'),
	('insert_rows', '54000', '{"table": "users", "rows": [{"id": 2, "name": "x"}, {"id": 3, "name": "y"}], "returning": ["id"]}', 'pg_connector.row_cap', '1'),
	('update_rows', '21000', '{"table": "users", "set": {"age": 40}}', NULL, NULL),
	('update_rows', '42P01', '{"table": "nosuch", "set": {"age": 40}, "all_rows": true}', NULL, NULL),
	('update_rows', '42703', '{"table": "users", "set": {"aeg": 40}, "all_rows": true}', NULL, NULL),
	('update_rows', '22023', '{"table": "users", "set": {"age": 40}, "where": [["age", "contain", 1]]}', NULL, NULL),
	('update_rows', '22P02', '{"table": "users", "set": {"age": "forty"}, "all_rows": true}', NULL, NULL),
	('update_rows', '54000', '{"table": "groups", "set": {"name": "x"}, "all_rows": true, "returning": ["long"]}', 'pg_connector.response_cap', '1kB'),
	('delete_rows', '21000', '{"table": "users", "where": []}', NULL, NULL),
	('delete_rows', '42P01', '{"table": "err.user", "where": [["id", "=", 1]]}', NULL, NULL),
	('delete_rows', '42703', '{"table": "users", "where": [["idd", "=", 1]]}', NULL, NULL),
	('delete_rows', '22023', '{"table": "users", "where": [["id", "==", 1]]}', NULL, NULL),
	('delete_rows', '22P02', '{"table": "users", "where": [["id", "=", "one"]]}', NULL, NULL),
	('delete_rows', '54000', '{"table": "twice", "where": [["a", ">", 0]]}', 'pg_connector.affected_cap', '1'),
	('create_table', '42P07', '{"table": "users", "columns": []}', NULL, NULL),
	('create_table', '3F000', '{"table": "nosuch.made", "columns": []}', NULL, NULL),
	('create_table', '42704', '{"table": "made", "columns": [{"name": "a", "type": "intger"}]}', NULL, NULL),
	('create_table', '42601', '{"table": "made", "columns": [{"name": "a", "type": "int, b int"}]}', NULL, NULL),
	('create_table', '42701', '{"table": "made", "columns": [{"name": "a", "type": "int"}, {"name": "a", "type": "int"}]}', NULL, NULL),
	('create_table', '42703', '{"table": "made", "columns": [{"name": "number", "type": "int"}], "primary_key": ["nmber"]}', NULL, NULL),
	('create_table', '42622', '{"table": "a234567890123456789012345678901234567890123456789012345678901234", "columns": []}', NULL, NULL),
	('create_table', '54011', (SELECT json_build_object('table', 'made', 'columns', json_agg(json_build_object('name', 'c' || n, 'type', 'int'))) FROM generate_series(1, 1601) AS n), NULL, NULL),
	('create_table', '22P02', '{"table": "made", "columns": [{"name": "a", "type": "int", "default": "x"}]}', NULL, NULL),
	('drop_table', '42P01', '{"table": "uers"}', NULL, NULL),
	('drop_table', '3F000', '{"table": "nosuch.users"}', NULL, NULL),
	('drop_table', '42809', '{"table": "adults"}', NULL, NULL),
	('drop_table', '2BP01', '{"table": "groups"}', NULL, NULL),
	('query', '25006', '{"sql": "DELETE FROM users"}', NULL, NULL),
	('query', '25006', '{"sql": "SELECT remove_all()"}', NULL, NULL),
	('query', '42601', '{"sql": "SELEC 1"}', NULL, NULL),
	('query', '42601', '{"sql": "SELECT 1; SELECT 2"}', NULL, NULL),
	('query', '22023', '{"sql": "SELECT $1::int AS a"}', NULL, NULL),
	('query', '42701', '{"sql": "SELECT 1 AS a, 2 AS a"}', NULL, NULL),
	('query', '54000', '{"sql": "SELECT repeat(''x'', 2000)"}', 'pg_connector.response_cap', '1kB'),
	('execute', '42601', '{"sql": ""}', NULL, NULL),
	('execute', '22023', '{"sql": "COMMIT"}', NULL, NULL),
	('execute', '22023', '{"sql": "DELETE FROM users WHERE id = $1", "params": [1, 2]}', NULL, NULL),
	('execute', '42701', '{"sql": "DELETE FROM users RETURNING id, id"}', NULL, NULL),
	('execute', '54000', '{"sql": "DELETE FROM twice"}', 'pg_connector.affected_cap', '1'),
	('execute', '42501', '{"sql": "DO ''BEGIN DELETE FROM err.users; END''"}', 'pg_connector.affected_cap', '1'),
	('describe', '42P01', '{"table": "uers"}', NULL, NULL),
	('describe', '3F000', '{"schema": "erro"}', NULL, NULL),
	('describe', '42809', '{"table": "users_pkey"}', NULL, NULL),
	('select_rows', '42701', '{"table": "users", "columns": ["id", "id"]}', NULL, NULL),
	('select_rows', '22023', '{"table": "users", "order_by": ["id"], "after": "x"}', NULL, NULL),
	('select_rows', '22023', '{"table": "users", "aggregates": {"n": ["cuont"]}}', NULL, NULL),
	('insert_rows', '428C9', '{"table": "computed", "row": {"id": 1}}', NULL, NULL),
	('insert_rows', '22023', '{"table": "users", "row": {"id": 2, "name": "x"}, "on_error": "ignore"}', NULL, NULL),
	('insert_rows', '54000', '{"table": "users", "rows": [{"id": "x"}, {"id": "y"}], "on_error": "continue", "max_errors": 1}', NULL, NULL),
	('insert_rows', '22023', '{"table": "users", "row": {"id": 2, "name": "x"}, "idempotency_key": ""}', NULL, NULL),
	('update_rows', '21000', '{"table": "users", "set": {"age": 40}, "where": [["id", "=", 1]], "expect_affected": 2}', NULL, NULL),
	('update_rows', '42701', '{"table": "users", "set": {"age": 40}, "increment": {"age": 1}, "all_rows": true}', NULL, NULL),
	('update_rows', '42809', '{"table": "adults", "set": {"name": "x"}, "all_rows": true, "limit": 1}', NULL, NULL),
	('update_rows', '22023', '{"table": "users", "key": ["id"], "rows": [{"id": null, "age": 40}]}', NULL, NULL),
	('update_rows', '22023', '{"table": "users", "increment": {"name": 1}, "all_rows": true}', NULL, NULL),
	('update_rows', '54000', '{"table": "twice", "set": {"a": 0}, "all_rows": true, "max_affected": 1}', NULL, NULL),
	('update_rows', '54000', '{"table": "twice", "set": {"a": 0}, "all_rows": true, "limit": 100001}', NULL, NULL),
	('update_rows', '428C9', '{"table": "computed", "set": {"b": 1}, "all_rows": true}', NULL, NULL),
	('delete_rows', '21000', '{"table": "twice", "where": [["a", "=", 1]], "expect_affected": 0}', NULL, NULL),
	('delete_rows', '42701', '{"table": "users", "key": ["id", "id"], "rows": [{"id": 1}]}', NULL, NULL),
	('delete_rows', '42809', '{"table": "adults", "all_rows": true, "limit": 1}', NULL, NULL),
	('delete_rows', '22023', '{"table": "users", "key": ["id"], "rows": [{"id": null}]}', NULL, NULL),
	('delete_rows', '54000', '{"table": "twice", "all_rows": true, "max_affected": 1}', NULL, NULL),
	('delete_rows', '54000', '{"table": "twice", "all_rows": true, "limit": 100001}', NULL, NULL),
	('upsert_rows', '42P01', '{"table": "user", "row": {}}', NULL, NULL),
	('upsert_rows', '42703', '{"table": "users", "row": {"id": 1, "naem": "x"}}', NULL, NULL),
	('upsert_rows', '42P10', '{"table": "users", "row": {"id": 1, "name": "x"}, "on_conflict": {"columns": ["age"]}}', NULL, NULL),
	('upsert_rows', '22023', '{"table": "users", "row": {"id": 1, "name": "x"}, "on_conflict": {"columns": ["id"], "action": "replace"}}', NULL, NULL),
	('upsert_rows', '22P02', '{"table": "users", "rows": [{"id": 1, "name": "x"}, {"id": "x", "name": "x"}]}', NULL, NULL),
	('upsert_rows', '23505', '{"table": "users", "row": {"id": 2, "name": "x", "email": "ada@example.com"}, "on_conflict": {"columns": ["id"]}}', NULL, NULL),
	('upsert_rows', '428C9', '{"table": "computed", "row": {"id": 1, "b": 1}}', NULL, NULL),
	('upsert_rows', '54000', '{"table": "groups", "rows": [{"id": 1, "name": "x"}, {"id": 2, "name": "y"}]}', 'pg_connector.affected_cap', '1'),
	('create_table', '42P01', '{"table": "made", "columns": [{"name": "a", "type": "int", "references": {"table": "uesrs"}}]}', NULL, NULL),
	('create_table', '42P01', '{"table": "made", "partition_of": {"table": "nosuch", "from": [1], "to": [2]}}', NULL, NULL),
	('create_table', '42809', '{"table": "made", "partition_of": {"table": "users", "from": [1], "to": [2]}}', NULL, NULL),
	('create_table', '42830', '{"table": "made", "columns": [{"name": "a", "type": "int", "references": {"table": "users", "columns": ["age"]}}]}', NULL, NULL),
	('create_table', '42804', '{"table": "made", "columns": [{"name": "a", "type": "int", "default_expression": "now()"}]}', NULL, NULL),
	('create_table', '42P16', '{"table": "made", "columns": [{"name": "a", "type": "int PRIMARY KEY"}, {"name": "b", "type": "int PRIMARY KEY"}]}', NULL, NULL),
	('create_table', '42P17', '{"table": "made", "partition_of": {"table": "parts", "from": [5], "to": [6]}}', NULL, NULL),
	('create_table', '0A000', '{"table": "made", "columns": [{"name": "a", "type": "int", "primary_key": true}, {"name": "b", "type": "int"}], "partition_by": {"range": ["b"]}}', NULL, NULL),
	('create_table', '22023', '{"table": "made", "columns": [{"name": "a", "type": "int", "identity": "sometimes"}]}', NULL, NULL),
	('create_table', '22P02', '{"table": "made", "partition_of": {"table": "parts", "from": ["x"], "to": [60]}}', NULL, NULL),
	('alter_table', '42P01', '{"table": "uesrs", "drop_columns": ["id"]}', NULL, NULL),
	('alter_table', '3F000', '{"table": "nosuch.users", "drop_columns": ["id"]}', NULL, NULL),
	('alter_table', '42703', '{"table": "users", "drop_columns": ["aeg"]}', NULL, NULL),
	('alter_table', '42704', '{"table": "users", "drop_constraints": ["adutl"]}', NULL, NULL),
	('alter_table', '42704', '{"table": "users", "alter_columns": [{"name": "age", "type": "intger"}]}', NULL, NULL),
	('alter_table', '42601', '{"table": "users"}', NULL, NULL),
	('alter_table', '42701', '{"table": "users", "add_columns": [{"name": "age", "type": "int"}]}', NULL, NULL),
	('alter_table', '42710', '{"table": "users", "add_constraints": [{"name": "adult", "check": "age > 0"}]}', NULL, NULL),
	('alter_table', '42P07', '{"table": "users", "rename_to": "groups"}', NULL, NULL),
	('alter_table', '42P16', '{"table": "parts", "drop_columns": ["id"]}', NULL, NULL),
	('alter_table', '42804', '{"table": "users", "alter_columns": [{"name": "email", "type": "int"}]}', NULL, NULL),
	('alter_table', '42830', '{"table": "twice", "add_constraints": [{"foreign_key": ["a"], "references": {"table": "users", "columns": ["age"]}}]}', NULL, NULL),
	('alter_table', '2BP01', '{"table": "groups", "drop_columns": ["id"]}', NULL, NULL),
	('alter_table', '0A000', '{"table": "users", "alter_columns": [{"name": "name", "type": "text"}]}', NULL, NULL),
	('alter_table', '23502', '{"table": "holes", "alter_columns": [{"name": "a", "nullable": false}]}', NULL, NULL),
	('alter_table', '23505', '{"table": "holes", "add_constraints": [{"unique": ["b"]}]}', NULL, NULL),
	('alter_table', '23514', '{"table": "twice", "add_constraints": [{"check": "a > 1"}]}', NULL, NULL),
	('alter_table', '23503', '{"table": "twice", "add_constraints": [{"foreign_key": ["a"], "references": {"table": "groups", "columns": ["id"]}}]}', NULL, NULL),
	('alter_table', '22P02', '{"table": "long", "alter_columns": [{"name": "a", "type": "int", "using_expression": "a::int"}]}', NULL, NULL),
	('alter_table', '42809', '{"table": "adults", "drop_columns": ["id"]}', NULL, NULL),
	('alter_table', '42622', '{"table": "users", "rename_columns": {"age": "a234567890123456789012345678901234567890123456789012345678901234"}}', NULL, NULL),
	('alter_table', '54011', (SELECT json_build_object('table', 'twice', 'add_columns', json_agg(json_build_object('name', 'c' || n, 'type', 'int'))) FROM generate_series(1, 1600) AS n), NULL, NULL),
	('alter_table', '22023', '{"table": "users", "rename_to": "public.users"}', NULL, NULL),
	('truncate_table', '42P01', '{"table": "uesrs"}', NULL, NULL),
	('truncate_table', '3F000', '{"table": "nosuch.users"}', NULL, NULL),
	('truncate_table', '42809', '{"table": "adults"}', NULL, NULL),
	('truncate_table', '0A000', '{"table": "groups"}', NULL, NULL),
	('truncate_table', '42501', '{"table": "twice"}', 'pg_connector.affected_cap', '10'),
	('create_index', '42P01', '{"table": "uesrs", "columns": ["id"]}', NULL, NULL),
	('create_index', '3F000', '{"table": "nosuch.users", "columns": ["id"]}', NULL, NULL),
	('create_index', '42809', '{"table": "adults", "columns": ["id"]}', NULL, NULL),
	('create_index', '42703', '{"table": "users", "columns": ["aeg"]}', NULL, NULL),
	('create_index', '42704', '{"table": "users", "columns": ["age"], "method": "bteee"}', NULL, NULL),
	('create_index', '42704', '{"table": "users", "columns": ["data"]}', NULL, NULL),
	('create_index', '42601', '{"table": "users", "columns": ["age"], "if_not_exists": true}', NULL, NULL),
	('create_index', '42P17', '{"table": "users", "columns": [{"expression": "random()"}]}', NULL, NULL),
	('create_index', '0A000', '{"table": "parts", "columns": ["a"], "unique": true}', NULL, NULL),
	('create_index', '42622', '{"table": "users", "columns": ["age"], "name": "a234567890123456789012345678901234567890123456789012345678901234"}', NULL, NULL),
	('create_index', '54011', (SELECT json_build_object('table', 'twice', 'columns', json_agg('a'::text)) FROM generate_series(1, 33) AS n), NULL, NULL),
	('create_index', '42P07', '{"table": "users", "columns": ["age"], "name": "users_pkey"}', NULL, NULL),
	('create_index', '23505', '{"table": "holes", "columns": ["b"], "unique": true}', NULL, NULL),
	('create_index', '22023', '{"table": "users", "columns": [["age", "down"]]}', NULL, NULL),
	('query', '22023', '{"sql": "SHOW TimeZone", "explain": true}', NULL, NULL),
	('batch', '22023', '{"commands": [{"command": "batch", "commands": []}]}', NULL, NULL),
	('batch', '22023', '{"commands": [{"command": "delete_rows", "table": "users", "all_rows": true, "bind": {"/table": "/7/table"}}]}', NULL, NULL),
	('batch', '42883', '{"commands": [{"command": "delete_row", "table": "users"}]}', NULL, NULL),
	('batch', '54000', (SELECT json_build_object('commands', json_agg(json_build_object('command', 'test_connection'))) FROM generate_series(1, 1001) AS n), NULL, NULL),
	('statements', '22023', '{"order_by": "mean_time"}', NULL, NULL),
	('statements', '42P01', '{}', NULL, NULL),
	('select_rows', '3F000', '{"table": "nosuch.users", "where": [["age", "=", 1]]}', NULL, NULL),
	('select_rows', '42622', '{"table": "a234567890123456789012345678901234567890123456789012345678901234", "where": [["age", "=", 1]]}', NULL, NULL),
	('select_rows', '22003', '{"table": "users", "where": [["age", "=", 2147483648]]}', NULL, NULL),
	('select_rows', '22007', '{"table": "dated", "where": [["day", "=", "soon"]]}', NULL, NULL),
	('select_rows', '22008', '{"table": "dated", "where": [["day", "=", "2026-02-30"]]}', NULL, NULL),
	('insert_rows', '3F000', '{"table": "nosuch.users", "row": {"id": 2, "name": "x", "age": 1}}', NULL, NULL),
	('insert_rows', '42622', '{"table": "a234567890123456789012345678901234567890123456789012345678901234", "row": {"id": 2, "name": "x", "age": 1}}', NULL, NULL),
	('insert_rows', '22003', '{"table": "users", "row": {"id": 2, "name": "x", "age": 2147483648}}', NULL, NULL),
	('insert_rows', '22007', '{"table": "dated", "row": {"id": 2, "day": "soon"}}', NULL, NULL),
	('insert_rows', '22008', '{"table": "dated", "row": {"id": 2, "day": "2026-02-30"}}', NULL, NULL),
	('upsert_rows', '3F000', '{"table": "nosuch.users", "row": {"id": 2, "name": "x", "age": 1}}', NULL, NULL),
	('upsert_rows', '42622', '{"table": "a234567890123456789012345678901234567890123456789012345678901234", "row": {"id": 2, "name": "x", "age": 1}}', NULL, NULL),
	('upsert_rows', '22003', '{"table": "users", "row": {"id": 2, "name": "x", "age": 2147483648}}', NULL, NULL),
	('upsert_rows', '22007', '{"table": "dated", "row": {"id": 2, "day": "soon"}}', NULL, NULL),
	('upsert_rows', '22008', '{"table": "dated", "row": {"id": 2, "day": "2026-02-30"}}', NULL, NULL),
	('update_rows', '3F000', '{"table": "nosuch.users", "set": {"age": 1}, "where": [["id", "=", 1]]}', NULL, NULL),
	('update_rows', '42622', '{"table": "a234567890123456789012345678901234567890123456789012345678901234", "set": {"age": 1}, "where": [["id", "=", 1]]}', NULL, NULL),
	('update_rows', '22003', '{"table": "users", "set": {"age": 2147483648}, "where": [["id", "=", 1]]}', NULL, NULL),
	('update_rows', '22007', '{"table": "dated", "set": {"day": "soon"}, "where": [["id", "=", 1]]}', NULL, NULL),
	('update_rows', '22008', '{"table": "dated", "set": {"day": "2026-02-30"}, "where": [["id", "=", 1]]}', NULL, NULL),
	('delete_rows', '3F000', '{"table": "nosuch.users", "where": [["age", "=", 1]]}', NULL, NULL),
	('delete_rows', '42622', '{"table": "a234567890123456789012345678901234567890123456789012345678901234", "where": [["age", "=", 1]]}', NULL, NULL),
	('delete_rows', '22003', '{"table": "users", "where": [["age", "=", 2147483648]]}', NULL, NULL),
	('delete_rows', '22007', '{"table": "dated", "where": [["day", "=", "soon"]]}', NULL, NULL),
	('delete_rows', '22008', '{"table": "dated", "where": [["day", "=", "2026-02-30"]]}', NULL, NULL),
	('insert_rows', '22001', '{"table": "users", "row": {"id": 2, "name": "a name that is long"}}', NULL, NULL),
	('insert_rows', '23502', '{"table": "users", "row": {"id": 2, "name": null}}', NULL, NULL),
	('insert_rows', '23503', '{"table": "users", "row": {"id": 2, "name": "x", "group": 7}}', NULL, NULL),
	('insert_rows', '23514', '{"table": "users", "row": {"id": 2, "name": "x", "age": 7}}', NULL, NULL),
	('upsert_rows', '22001', '{"table": "users", "row": {"id": 2, "name": "a name that is long"}}', NULL, NULL),
	('upsert_rows', '23502', '{"table": "users", "row": {"id": 2, "name": null}}', NULL, NULL),
	('upsert_rows', '23503', '{"table": "users", "row": {"id": 2, "name": "x", "group": 7}}', NULL, NULL),
	('upsert_rows', '23514', '{"table": "users", "row": {"id": 2, "name": "x", "age": 7}}', NULL, NULL),
	('update_rows', '22001', '{"table": "users", "set": {"name": "a name that is long"}, "where": [["id", "=", 1]]}', NULL, NULL),
	('update_rows', '23502', '{"table": "users", "set": {"name": null}, "where": [["id", "=", 1]]}', NULL, NULL),
	('update_rows', '23503', '{"table": "users", "set": {"group": 7}, "where": [["id", "=", 1]]}', NULL, NULL),
	('update_rows', '23514', '{"table": "users", "set": {"age": 7}, "where": [["id", "=", 1]]}', NULL, NULL),
	('insert_rows', '42701', '{"table": "users", "columns": ["id", "id"], "values": [[1, 2]]}', NULL, NULL),
	('upsert_rows', '42701', '{"table": "users", "columns": ["id", "id"], "values": [[1, 2]]}', NULL, NULL),
	('update_rows', '23505', '{"table": "dated", "set": {"id": 1}, "all_rows": true}', NULL, NULL),
	('delete_rows', '23503', '{"table": "groups", "where": [["id", "=", 1]]}', NULL, NULL),
	('create_table', '22001', '{"table": "made", "columns": [{"name": "c", "type": "varchar(2)", "default": "long"}]}', NULL, NULL),
	('create_table', '22003', '{"table": "made", "columns": [{"name": "c", "type": "int", "default": 2147483648}]}', NULL, NULL),
	('create_table', '22007', '{"table": "made", "columns": [{"name": "c", "type": "date", "default": "soon"}]}', NULL, NULL),
	('create_table', '22008', '{"table": "made", "columns": [{"name": "c", "type": "date", "default": "2026-02-30"}]}', NULL, NULL),
	('create_table', '42803', '{"table": "made", "columns": [{"name": "c", "type": "int", "check": "count(*) > 0"}]}', NULL, NULL),
	('create_table', '42P20', '{"table": "made", "columns": [{"name": "c", "type": "int", "check": "rank() OVER () > 1"}]}', NULL, NULL),
	('create_table', '42P02', '{"table": "made", "columns": [{"name": "c", "type": "int", "check": "c > $1"}]}', NULL, NULL),
	('alter_table', '22001', '{"table": "twice", "add_columns": [{"name": "c", "type": "varchar(2)", "default": "long"}]}', NULL, NULL),
	('alter_table', '22003', '{"table": "twice", "add_columns": [{"name": "c", "type": "int", "default": 2147483648}]}', NULL, NULL),
	('alter_table', '22007', '{"table": "twice", "add_columns": [{"name": "c", "type": "date", "default": "soon"}]}', NULL, NULL),
	('alter_table', '22008', '{"table": "twice", "add_columns": [{"name": "c", "type": "date", "default": "2026-02-30"}]}', NULL, NULL),
	('alter_table', '42803', '{"table": "twice", "add_columns": [{"name": "c", "type": "int", "check": "count(*) > 0"}]}', NULL, NULL),
	('alter_table', '42P20', '{"table": "twice", "add_columns": [{"name": "c", "type": "int", "check": "rank() OVER () > 1"}]}', NULL, NULL),
	('alter_table', '42P02', '{"table": "twice", "add_columns": [{"name": "c", "type": "int", "check": "c > $1"}]}', NULL, NULL),
	('create_index', '42803', '{"table": "twice", "columns": [{"expression": "count(*)"}]}', NULL, NULL),
	('create_index', '22P02', '{"table": "twice", "columns": ["a"], "where_expression": "''maybe''"}', NULL, NULL),
	('create_index', '42P20', '{"table": "twice", "columns": [{"expression": "rank() OVER ()"}]}', NULL, NULL),
	('create_index', '42P02', '{"table": "twice", "columns": [{"expression": "a + $1"}]}', NULL, NULL),
	('create_index', '42804', '{"table": "twice", "columns": ["a"], "where_expression": "a"}', NULL, NULL),
	('drop_table', '42622', '{"table": "a234567890123456789012345678901234567890123456789012345678901234"}', NULL, NULL),
	('truncate_table', '42622', '{"table": "a234567890123456789012345678901234567890123456789012345678901234"}', NULL, NULL),
	('describe', '42622', '{"table": "a234567890123456789012345678901234567890123456789012345678901234"}', NULL, NULL),
	('commands', '42883', '{"name": "select"}', NULL, NULL),
	('insert_rows', '22023', '{"table": "holes", "row": {"a": 2}, "idempotency_key": "used"}', NULL, NULL),
	('delete_rows', '22023', '{"table": "holes", "where": [["a", "=", 2]], "idempotency_key": "used"}', NULL, NULL),
	('execute', '22023', '{"sql": "DELETE FROM holes", "idempotency_key": "used"}', NULL, NULL),
	('batch', '22023', '{"commands": [], "idempotency_key": "used"}', NULL, NULL);
CREATE TABLE computed (id int GENERATED ALWAYS AS IDENTITY PRIMARY KEY, a int, b int GENERATED ALWAYS AS (a) STORED);
CREATE TABLE holes (a int, b int);
INSERT INTO holes VALUES (NULL, 1), (1, 1);
SELECT connector.delete_rows('{"table": "holes", "where": [["a", "=", 9]], "idempotency_key": "used"}');
CREATE TABLE parts (id int PRIMARY KEY, a int) PARTITION BY RANGE (id);
CREATE TABLE parts_first PARTITION OF parts FOR VALUES FROM (0) TO (10);
CREATE TABLE long AS SELECT repeat('x', 2000) AS a;
CREATE TABLE loose (id xid, v int);
CREATE TABLE dated (id int PRIMARY KEY, day date);
INSERT INTO dated VALUES (1, '2026-01-01'), (9, '2026-01-09');
CREATE TABLE twice AS SELECT generate_series(1, 2) AS a;
ALTER TABLE groups ADD long text DEFAULT repeat('x', 2000);
CREATE FUNCTION remove_all() RETURNS int LANGUAGE plpgsql AS $$ BEGIN DELETE FROM users; RETURN 1; END $$;

-- Each is produced, with a place where there is one to be told, and changes nothing; and the error that call() raises is the one that try_call() returns.
CREATE TABLE produced (command text, code text, kind text, path text, message text, hint text);
BEGIN;
DO $$ BEGIN EXECUTE format('INSERT INTO %s (ordinal, record_group, c1, c2) VALUES (0, 0, 1, ''x''), (1, 0, 2, ''x''), (2, 0, 3, ''x'')', connector.sink_stage('{"table": "users"}') ->> 'sql'); END $$;
DO $$
DECLARE
	c cases;
	e json;
	before text := fingerprint();
	code text;
	message text;
	detail text;
	hint text;
	context text;
	schema text;
	tab text;
	col text;
	con text;
	datatype text;
BEGIN
	FOR c IN SELECT * FROM cases ORDER BY n LOOP
		IF c.setting IS NOT NULL THEN
			PERFORM set_config(c.setting, c.value, false);
		END IF;
		BEGIN
			e := connector.try_call(c.command, c.request) -> 'error';
			IF e ->> 'code' IS DISTINCT FROM c.code THEN
				RAISE INFO '% % gives %', c.command, left(c.request, 200), e;
			END IF;
			PERFORM connector.call(c.command, c.request);
			RAISE INFO '% % raises nothing', c.command, left(c.request, 200);
		EXCEPTION WHEN OTHERS OR query_canceled THEN
			GET STACKED DIAGNOSTICS code = RETURNED_SQLSTATE, message = MESSAGE_TEXT, detail = PG_EXCEPTION_DETAIL, hint = PG_EXCEPTION_HINT, context = PG_EXCEPTION_CONTEXT,
				schema = SCHEMA_NAME, tab = TABLE_NAME, col = COLUMN_NAME, con = CONSTRAINT_NAME, datatype = PG_DATATYPE_NAME;
			IF (code, message, detail) IS DISTINCT FROM (e ->> 'code', e ->> 'message', coalesce(e ->> 'detail', ''))
				OR hint <> '' AND hint <> e ->> 'hint'
				OR (schema, tab, col, con, datatype) IS DISTINCT FROM (coalesce(e ->> 'schema', ''), coalesce(e ->> 'table', ''), coalesce(e ->> 'column', ''), coalesce(e ->> 'constraint', ''), coalesce(e ->> 'datatype', ''))
				OR code <> '57014' AND split_part(context, E'\n', 1) IS DISTINCT FROM (CASE WHEN e ->> 'path' = '' THEN 'at the request' WHEN e ->> 'path' IS NOT NULL THEN 'at ' || (e ->> 'path') ELSE split_part(context, E'\n', 1) END) THEN
				RAISE INFO '% %: % is not % % % % % %', c.command, left(c.request, 200), e, code, message, detail, hint, ROW(schema, tab, col, con, datatype), context;
			END IF;
		END;
		IF c.setting IS NOT NULL THEN
			PERFORM set_config(c.setting, boot_val, false) FROM pg_settings WHERE name = c.setting;
		END IF;
		INSERT INTO produced VALUES (c.command, e ->> 'code', e ->> 'kind', e ->> 'path', e ->> 'message', e ->> 'hint');
		IF fingerprint() <> before THEN
			RAISE INFO '% % changed something', c.command, left(c.request, 200);
			before := fingerprint();
		END IF;
	END LOOP;
	RAISE INFO '% errors', (SELECT count(*) FROM produced);
END $$;
COMMIT;
RESET pg_connector.request_cap;
-- What is announced and was not produced: a lock takes another session to hold it (isolation, lock_holder), commands and test_connection
-- need no kind of command, commands in other systems' forms have tests of their own, and only a server with pg_stat_statements can fail to load it (tap, 002_statements).
SELECT c ->> 'name', r ->> 'code' FROM json_array_elements(connector.commands() -> 'commands') AS c, json_array_elements(c -> 'refusals') AS r
WHERE c ->> 'name' NOT LIKE '%/%' EXCEPT SELECT command, code FROM produced ORDER BY 1, 2;
-- Kinds, with the codes of each.
SELECT kind, string_agg(DISTINCT code, ' ' ORDER BY code) FROM produced GROUP BY kind ORDER BY kind;
-- A key that another request has.
SELECT command, path, message, hint FROM produced WHERE message LIKE '%"used"%';
-- Errors that have no place.
SELECT DISTINCT code, regexp_replace(message, '\d{4,}', 'n') FROM produced WHERE path IS NULL AND code <> '57014' ORDER BY 1, 2;
-- The nearest name, where there is one.
SELECT DISTINCT command, path, message, hint FROM produced WHERE hint LIKE 'Perhaps%' ORDER BY 1, 2, 3;

--
-- Members of the error object
--
-- All that there is, in this order; what is not known is left out.
SELECT connector.try_call('insert_rows', '{"table": "users", "rows": [{"id": 2, "name": "x"}, {"id": 1, "name": "y"}]}');
-- Each of a constraint's kinds names schema, table, column, type, constraint, as PostgreSQL knows them, and the row where the executor stopped at it.
CREATE FUNCTION names(request json, command text DEFAULT 'insert_rows') RETURNS text LANGUAGE sql AS $$
	SELECT concat_ws(' ', e ->> 'code', e ->> 'condition', e ->> 'kind', e ->> 'http_status', e ->> 'path', 'schema', e ->> 'schema', 'table', e ->> 'table', 'column', e ->> 'column', 'datatype', e ->> 'datatype', 'constraint', e ->> 'constraint', '|', e ->> 'message', '|', e ->> 'detail')
	FROM (SELECT connector.try_call(command, request::text) -> 'error' AS e) AS error
$$;
SELECT names('{"table": "users", "rows": [{"id": 2, "name": "x"}, {"id": 3, "name": "y", "email": "ada@example.com"}]}');
SELECT names('{"table": "users", "rows": [{"id": 2, "name": "x"}, {"id": 3, "name": null}]}');
SELECT names('{"table": "users", "rows": [{"id": 2, "name": "x"}, {"id": 3}]}');
SELECT names('{"table": "users", "rows": [{"id": 2, "name": "x"}, {"id": 3, "name": "y", "age": 17}]}');
SELECT names('{"table": "users", "rows": [{"id": 2, "name": "x"}, {"id": 3, "name": "y", "email": "nobody"}]}');
SELECT names('{"table": "users", "rows": [{"id": 2, "name": "x"}, {"id": 3, "name": "y", "group": 7}]}');
SELECT names('{"table": "users", "rows": [{"id": 2, "name": "x"}, {"id": 3, "name": "y", "room": "[4,8)"}]}');
SELECT names('{"table": "users", "rows": [{"id": 2, "name": "x"}, {"id": 3, "name": "y", "mood": "glad"}]}');
SELECT names('{"table": "users", "rows": [{"id": 2, "name": "x"}, {"id": 3, "name": "more than ten"}]}');
SELECT names('{"table": "users", "rows": [{"id": 2, "name": "x"}, {"id": 3000000000, "name": "y"}]}');
SELECT names('{"table": "users", "columns": ["id", "name", "age"], "values": [[2, "x", 20], [3, "y", "old"]]}');
SELECT names('{"table": "users", "row": {"id": 2, "name": "x", "age": 1}}');
SELECT names('{"table": "users", "set": {"age": 1}, "all_rows": true}', 'update_rows');
SELECT names('{"table": "users", "set": {"age": 1.5}, "all_rows": true}', 'update_rows');
SELECT names('{"table": "users", "set": {"group": 9}, "all_rows": true}', 'update_rows');
SELECT names('{"table": "users", "set": {"id": null}, "all_rows": true}', 'update_rows');
SELECT names('{"table": "groups", "all_rows": true}', 'delete_rows');
SELECT names('{"table": "users", "row": {"id": 4, "name": "Ada", "age": 36}}');
SELECT names('{"sql": "INSERT INTO users VALUES (1, ''x'')"}', 'execute');
SELECT names('{"sql": "INSERT INTO users (id, name, age) VALUES (2, ''x'', 3)"}', 'execute');
SELECT names('{"sql": "SELECT ''nobody''::email"}', 'query');
-- A position, in SQL of the caller's; and none elsewhere.
SELECT connector.try_call('query', '{"sql": "SELECT id\nFROM users\nWHERE nmae = $1", "params": ["x"]}');
SELECT connector.try_call('query', '{"sql": "SELECT * FROM users WHERE id == 1"}');
SELECT connector.try_call('execute', '{"sql": "UPDATE users SET age = ''x''"}');
SELECT connector.try_call('create_table', '{"table": "made", "columns": [{"name": "a", "type": "int CHECK (nosuch > 0)"}]}');
-- What may be tried again, and what it is like in HTTP.
CREATE FUNCTION fail(code text) RETURNS int LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION USING ERRCODE = code, MESSAGE = 'failed'; END $$;
SELECT e ->> 'code', e ->> 'condition', e ->> 'kind', e ->> 'retryable', e ->> 'http_status', e ->> 'hint'
FROM unnest(ARRAY['40001', '40P01', '55P03', '53200', '53100', '55006', '25006', '42501', '23505', '23514', '22012', '54000', '0A000', '08006', '28000', 'P0001', 'XX000', 'AB123']) AS code,
	LATERAL (SELECT connector.try_call('query', json_build_object('sql', 'SELECT err.fail($1)', 'params', json_build_array(code))::text) -> 'error' AS e) AS error;

SELECT fingerprint() IS NOT NULL;
DELETE FROM connector.idempotency WHERE key = 'used';
DROP SCHEMA err CASCADE;

-- postgres_v2/...: every refusal that is announced, and roles that may not do everything
\pset format unaligned
\pset tuples_only on
SET client_min_messages = warning;
CREATE SCHEMA v2_hostile;
SET search_path = v2_hostile;
CREATE TABLE strict (id int PRIMARY KEY, n int NOT NULL DEFAULT 1 CHECK (n > 0), day date, short varchar(3), twice int GENERATED ALWAYS AS (2) STORED);
CREATE TABLE refers (id int REFERENCES strict, n int);
CREATE VIEW seen AS SELECT * FROM strict;
INSERT INTO strict (id) VALUES (1), (2), (3);
INSERT INTO refers VALUES (1);

-- the reply to a command
CREATE FUNCTION v2(command text, request text) RETURNS text LANGUAGE sql AS $$
	SELECT CASE WHEN reply -> 'error' = 'null' THEN reply #>> '{command_response,body}'
		ELSE concat_ws(' ', reply #>> '{error,error_code}', reply #>> '{command_response,http_status}', regexp_replace(reply #>> '{error,message}', '(CONTEXT:  )?SQL function "v2" statement 1\n', '')) END
	FROM (SELECT connector.try_call('postgres_v2/' || command, request)::jsonb AS reply) AS r
$$;
-- the SQLSTATE that call raises where try_call has an error of a name and a message
CREATE FUNCTION produced(command text, code text, request text, setting text DEFAULT NULL, value text DEFAULT NULL) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
	reply json;
	raised text;
	message text;
BEGIN
	IF setting IS NOT NULL THEN
		PERFORM set_config(setting, value, false);
	END IF;
	reply := connector.try_call(command, request);
	BEGIN
		PERFORM connector.call(command, request);
	EXCEPTION WHEN OTHERS OR query_canceled THEN
		GET STACKED DIAGNOSTICS raised = RETURNED_SQLSTATE, message = MESSAGE_TEXT;
	END;
	PERFORM set_config(s.name, s.boot_val, false) FROM pg_settings AS s WHERE s.name = produced.setting;
	IF raised IS DISTINCT FROM code OR position(message IN reply #>> '{error,message}') NOT IN (1, length('Error executing sql statement: ') + 1) OR reply #>> '{error,error_code}' !~ '^[A-Z][A-Za-z]+$' THEN
		RAISE INFO '% %: % % %', command, left(request, 200), raised, message, reply;
	END IF;
	RETURN raised;
END $$;

CREATE TABLE valid (name text, request text);
INSERT INTO valid SELECT 'postgres_v2/' || name, request FROM (VALUES ('CreateTableV2', '{"table_name": "made", "schema": {"column_definitions": [{"name": "a", "type": "int"}]}%s}'), ('DropTableV2', '{"table_name": "refers"%s}'),
	('InsertValuesV2', '{"table_name": "strict", "schema": {"columns": ["id"], "values": [[10], [11]]}%s}'), ('SelectValuesV2', '{"table_name": "strict", "schema": {"columns": ["id"]}%s}'), ('UpdateValuesV2', '{"table_name": "strict", "schema": {"set": {"n": 2}}%s}'),
	('DeleteValuesV2', '{"table_name": "refers", "schema": {}%s}'), ('DoSQL', '{"schema": {"sql": "DELETE FROM refers"}%s}')) AS v (name, request);
CREATE TABLE codes AS
SELECT name, produced(name, v.code, v.request, v.setting, v.value) AS code FROM valid,
	LATERAL (VALUES ('42601', format(request, ', "x": 1'), NULL, NULL), ('22P05', format(request, ', "x\u0000": 1'), NULL, NULL), ('54001', repeat('[', 70000), NULL, NULL), ('54000', rpad(format(request, ''), 1025), 'pg_connector.request_cap', '1kB'),
		('57014', rpad(format(request, ''), 30000000), 'pg_connector.timeout', '1ms'), ('22023', format(request, ', "timeout_ms": 0'), NULL, NULL), ('54000', format(request, ', "timeout_ms": 60001'), NULL, NULL),
		('42501', format(request, ''), 'pg_connector.allow', ''), ('22023', format(request, ', "database_connection_str": "password=secret"'), NULL, NULL)) AS v (code, request, setting, value)
UNION ALL
SELECT name, produced(name, '22023', format(request, ', "idempotency_key": ""')) FROM valid WHERE name !~ 'Select|Table'
UNION ALL
SELECT 'postgres_v2/' || v.name, produced('postgres_v2/' || v.name, v.code, v.request, v.setting, v.value) FROM (VALUES
	('CreateTableV2', '3F000', '{"table_name": "nosuch.made", "schema": {"column_definitions": []}}', NULL, NULL),
	('CreateTableV2', '42704', '{"table_name": "made", "schema": {"column_definitions": [{"name": "a", "type": "nosuch"}]}}', NULL, NULL),
	('CreateTableV2', '42701', '{"table_name": "made", "schema": {"column_definitions": [{"name": "a", "type": "int"}, {"name": "A", "type": "int"}]}}', NULL, NULL),
	('CreateTableV2', '42622', '{"table_name": "' || repeat('x', 64) || '", "schema": {"column_definitions": []}}', NULL, NULL),
	('CreateTableV2', '42501', '{"table_name": "made", "schema": {"column_definitions": [{"name": "a", "type": "int DEFAULT random()"}]}}', 'pg_connector.allow', 'read, write, ddl'),
	('CreateTableV2', '42P16', '{"table_name": "made", "schema": {"column_definitions": [{"name": "a", "type": "record"}]}}', NULL, NULL),
	('DropTableV2', '42622', '{"table_name": "' || repeat('x', 64) || '"}', NULL, NULL),
	('DropTableV2', '42809', '{"table_name": "seen"}', NULL, NULL), ('DropTableV2', '2BP01', '{"table_name": "strict"}', NULL, NULL), ('DropTableV2', '42501', '{"table_name": "pg_catalog.pg_class"}', NULL, NULL),
	('InsertValuesV2', '42P01', '{"table_name": "nosuch.strict", "schema": {"columns": [], "values": []}}', NULL, NULL),
	('InsertValuesV2', '42703', '{"table_name": "strict", "schema": {"columns": ["nosuch"], "values": []}}', NULL, NULL),
	('InsertValuesV2', '42701', '{"table_name": "strict", "schema": {"columns": ["id", "ID"], "values": []}}', NULL, NULL),
	('InsertValuesV2', '23502', '{"table_name": "strict", "schema": {"columns": ["id", "n"], "values": [[10, null]]}}', NULL, NULL),
	('InsertValuesV2', '23503', '{"table_name": "refers", "schema": {"columns": ["id"], "values": [[99]]}}', NULL, NULL),
	('InsertValuesV2', '23505', '{"table_name": "strict", "schema": {"columns": ["id"], "values": [[10], [1]]}}', NULL, NULL),
	('InsertValuesV2', '428C9', '{"table_name": "strict", "schema": {"columns": ["id", "twice"], "values": [[10, 2]]}}', NULL, NULL),
	('InsertValuesV2', '54000', '{"table_name": "strict", "schema": {"columns": ["id"], "values": [[10], [11]]}}', 'pg_connector.affected_cap', '1'),
	('SelectValuesV2', '54000', '{"table_name": "strict", "schema": {"columns": ["id"]}}', 'pg_connector.row_cap', '2'),
	('UpdateValuesV2', '42701', '{"table_name": "strict", "schema": {"set": {"n": 1, "N": 2}}}', NULL, NULL),
	('UpdateValuesV2', '23502', '{"table_name": "strict", "schema": {"set": {"n": null}}}', NULL, NULL),
	('UpdateValuesV2', '23503', '{"table_name": "refers", "schema": {"set": {"id": 99}}}', NULL, NULL),
	('UpdateValuesV2', '23505', '{"table_name": "strict", "schema": {"set": {"id": 2}}}', NULL, NULL),
	('UpdateValuesV2', '428C9', '{"table_name": "strict", "schema": {"set": {"twice": 1}}}', NULL, NULL),
	('DeleteValuesV2', '23503', '{"table_name": "strict", "schema": {}}', NULL, NULL),
	('DoSQL', '42601', '{"schema": {"sql": "SELECT 1; SELECT 2"}}', NULL, NULL), ('DoSQL', '22023', '{"schema": {"sql": "SELECT %s"}}', NULL, NULL), ('DoSQL', '02000', '{"schema": {"sql": "DELETE FROM refers", "fetch_results": true}}', NULL, NULL),
	('DoSQL', '54000', '{"schema": {"sql": "UPDATE strict SET n = 2"}}', 'pg_connector.affected_cap', '1')) AS v (name, code, request, setting, value)
UNION ALL
SELECT name, produced(name, code, replace(request, '?', value)) FROM (VALUES ('postgres_v2/InsertValuesV2', '{"table_name": "strict", "schema": {"columns": ["id", ?]]}}'), ('postgres_v2/UpdateValuesV2', '{"table_name": "strict", "schema": {"columns": [?}}')) AS w (name, request),
	LATERAL (VALUES ('22P02', '"n"], "values": ?"x"'), ('22003', '"n"], "values": ?3000000000'), ('22007', '"day"], "values": ?"x"'), ('22008', '"day"], "values": ?"2026-02-31"'), ('22001', '"short"], "values": ?"long"'), ('23514', '"n"], "values": ?0')) AS v (code, template),
	LATERAL (SELECT CASE WHEN name ~ 'Insert' THEN replace(template, '?', '[[10, ') ELSE replace(template, '?', '[') || ']' END) AS u (value)
UNION ALL
SELECT 'postgres_v2/' || name, produced('postgres_v2/' || name, code, replace(request, '?', condition)) FROM (VALUES ('SelectValuesV2', '{"table_name": "strict", "schema": {"columns": ["id"], "where": [?]}}'), ('UpdateValuesV2', '{"table_name": "strict", "schema": {"set": {"n": 2}, "where": [?]}}'),
		('DeleteValuesV2', '{"table_name": "strict", "schema": {"where": [?]}}')) AS w (name, request),
	LATERAL (VALUES ('42703', '["nosuch", "=", 1]'), ('22023', '["id", "nosuch", 1]'), ('22P02', '["id", "=", "x"]'), ('22003', '["id", "=", 3000000000]'), ('22007', '["day", "=", "x"]'), ('22008', '["day", "=", "2026-02-31"]'), ('42622', '["' || repeat('x', 64) || '", "=", 1]')) AS v (code, condition)
UNION ALL
SELECT name, produced(name, '42P01', replace(replace(format(request, ''), 'strict', 'nosuch'), 'refers', 'nosuch')) FROM valid WHERE name ~ 'Values'
UNION ALL
SELECT name, produced(name, '42622', replace(replace(format(request, ''), 'strict', repeat('x', 64)), 'refers', repeat('x', 64))) FROM valid WHERE name ~ 'Values'
UNION ALL
SELECT name, produced(name, '21000', replace(replace(format(request, ''), '"set"', '"where": [], "set"'), '{}', '{"where": []}')) FROM valid WHERE name ~ '(Update|Delete)Values'
UNION ALL
SELECT name, produced(name, '54000', format(request, ''), 'pg_connector.affected_cap', '1') FROM valid WHERE name ~ 'UpdateValues'
UNION ALL
SELECT 'postgres_v2/DeleteValuesV2', produced('postgres_v2/DeleteValuesV2', '54000', '{"table_name": "strict", "schema": {"where": [["id", ">", 1]]}}', 'pg_connector.affected_cap', '1');
-- What is announced and was not produced. A lock takes another session to hold it (isolation, lock_holder).
SELECT c ->> 'name', r ->> 'code' FROM json_array_elements(connector.commands() -> 'commands') AS c, json_array_elements(c -> 'refusals') AS r
WHERE c ->> 'name' LIKE 'postgres_v2/%' AND r ->> 'code' <> '55P03' EXCEPT TABLE codes ORDER BY 1, 2;
SELECT count(*), sum(n) FROM strict;

--
-- A connection string is refused where it comes, and appears nowhere; a schema in quotes says so.
--
SELECT v2('SelectValuesV2', '{"database_connection_str": "dbname=x password=secret", "table_name": "strict", "schema": {"columns": ["id"]}}');
SELECT v2('SelectValuesV2', '{"database_connection_str": null, "table_name": "strict", "schema": {"columns": ["id"]}}');
SELECT v2('SelectValuesV2', '{"table_name": "strict", "schema": "{\"columns\": [\"id\"]}"}');

--
-- Roles: nothing that the role could not do by hand
--
CREATE ROLE regress_engine;
CREATE FUNCTION attempts() RETURNS SETOF text LANGUAGE sql AS $$
	SELECT name || '  =>  ' || v2_hostile.v2(name, request) FROM (VALUES ('CreateTableV2', '{"table_name": "v2_hostile.made", "schema": {"column_definitions": [{"name": "a", "type": "int"}]}}'), ('DropTableV2', '{"table_name": "v2_hostile.refers"}'),
		('InsertValuesV2', '{"table_name": "v2_hostile.strict", "schema": {"columns": ["id"], "values": [[4]]}}'), ('InsertValuesV2', '{"table_name": "v2_hostile.strict", "schema": {"columns": ["id", "n"], "values": [[14, 5]]}}'),
		('SelectValuesV2', '{"table_name": "v2_hostile.strict", "schema": {"columns": ["id"]}}'), ('SelectValuesV2', '{"table_name": "v2_hostile.strict", "schema": {"columns": ["*"]}}'), ('SelectValuesV2', '{"table_name": "v2_hostile.strict", "schema": {"columns": ["id"], "where": [["n", "=", 1]]}}'),
		('UpdateValuesV2', '{"table_name": "v2_hostile.strict", "schema": {"set": {"n": 7}}}'), ('UpdateValuesV2', '{"table_name": "v2_hostile.strict", "schema": {"set": {"short": "x"}, "where": [["id", "=", 1]]}}'),
		('DeleteValuesV2', '{"table_name": "v2_hostile.strict", "schema": {"where": [["id", ">", 1]]}, "dry_run": true}'), ('DeleteValuesV2', '{"table_name": "v2_hostile.refers", "schema": {}}'),
		('DoSQL', '{"schema": {"sql": "SELECT n FROM v2_hostile.strict", "fetch_results": true}}'), ('DoSQL', '{"schema": {"sql": "SET ROLE NONE"}}'), ('DoSQL', '{"schema": {"sql": "SET pg_connector.row_cap = 1"}}'), ('DoSQL', '{"schema": {"sql": "RESET SESSION AUTHORIZATION"}}')) AS v (name, request)
$$;
-- without any right but to find the tables
GRANT USAGE ON SCHEMA v2_hostile TO regress_engine;
SET ROLE regress_engine;
SELECT attempts();
RESET ROLE;
-- with some columns, of rows that a policy lets through
GRANT SELECT (id, short), INSERT (id), UPDATE (short), DELETE ON strict TO regress_engine;
ALTER TABLE strict ENABLE ROW LEVEL SECURITY;
CREATE POLICY few ON strict TO regress_engine USING (id < 3);
SET ROLE regress_engine;
SELECT attempts();
RESET ROLE;
SELECT id, n, short FROM strict ORDER BY id;
-- kinds of commands, and what stands in the way of a write without conditions
SET pg_connector.allow = 'read';
SELECT left(attempts(), 60);
SET pg_connector.allow = 'read, write';
SELECT left(attempts(), 60);
RESET pg_connector.allow;
SET pg_connector.v2_allow_unfiltered = off;
SELECT v2('DeleteValuesV2', '{"table_name": "refers", "schema": {}}');
SELECT v2('UpdateValuesV2', '{"table_name": "refers", "schema": {"set": {"n": 1}, "where": [{"and": []}]}}');
RESET pg_connector.v2_allow_unfiltered;

--
-- With terse errors no value of a row is in one.
--
SET pg_connector.error_detail = terse;
SELECT v2('InsertValuesV2', '{"table_name": "strict", "schema": {"columns": ["id", "n"], "values": [[4711, -4711]]}}');
SELECT v2('InsertValuesV2', '{"table_name": "strict", "schema": {"columns": ["id"], "values": [["4711x"]]}}');
SELECT v2('InsertValuesV2', '{"table_name": "strict", "schema": {"columns": ["id"], "values": [[1]]}}');
SELECT v2('DoSQL', '{"schema": {"sql": "INSERT INTO strict (id) SELECT id FROM strict"}}');
RESET pg_connector.error_detail;

--
-- A table that exists is fine, whatever it would refer to; one that does not says where.
--
SELECT v2('CreateTableV2', '{"table_name": "refers", "schema": {"column_definitions": [{"name": "id", "type": "int REFERENCES nosuch"}]}}');
SELECT v2('CreateTableV2', '{"table_name": "made", "schema": {"column_definitions": [{"name": "id", "type": "int PRIMARY KEY"}, {"name": "up", "type": "int REFERENCES made"}, {"name": "other", "type": "int REFERENCES srtict"}]}}');

--
-- Values belong to queries; what is no query says so before it is done.
--
SELECT v2('DoSQL', '{"schema": {"sql": "ALTER TABLE refers ALTER n SET DEFAULT %s", "values": [1]}}');
SELECT v2('DoSQL', '{"schema": {"sql": "CREATE TABLE made AS SELECT %s AS a, %s AS b", "values": [1, "x"]}}');
SELECT v2('DoSQL', '{"schema": {"sql": "DROP TABLE made"}}');
-- Places next to each other, in names, behind quotes of every kind
SELECT sql || '  =>  ' || v2('DoSQL', json_build_object('schema', json_build_object('sql', sql, 'values', values::json, 'fetch_results', true))::text) FROM (VALUES ('SELECT %s%s', '[1, 2]'), ('SELECT 5%%%s', '[3]'), ('SELECT %%s', '[]'), ('SELECT %S', '["x"]'),
	('SELECT %(a', '{"a": 1}'), ('SELECT %(a b)s', '{"a b": 1}'), ('SELECT %(x''; DROP TABLE strict; --)s', '{"x''; DROP TABLE strict; --": "v"}'), ('SELECT %(a)s', '{"a": 1, "a": 2}'), ('SELECT ''$1'', %s', '["x"]'), ('SELECT $$ $1 %s $$, $a$ $1 $b$ %s $a$, %s', '["x"]'),
	('SELECT "a$1" FROM (SELECT 1 AS a$1) AS b WHERE 1=%s', '[1]'), ('SELECT $1, %s', '["x"]'), ('SELECT /* $1 */ %s -- $1', '["x"]'), ('SELECT E''\'' || %s', '["x"]'), ('SELECT E''\''$1'' || %s', '["x"]'), ('SELECT U&''\0061'' || %s', '["x"]'),
	('SELECT ''{"a": 1}''::jsonb ? %s', '["a"]'), ('SELECT %s + 1', '["1; DROP TABLE strict"]'), ('SELECT * FROM %s', '["strict"]'), ('SELECT %s', '["\u0000"]'), ('SELECT %s', '["\ud800"]')) AS v (sql, values);

--
-- Deep and large
--
SELECT left(v2('SelectValuesV2', format('{"table_name": "strict", "schema": {"columns": ["id"], "where": [%s["id", "=", 1]%s]}}', repeat('{"not": ', n), repeat('}', n))), 120) FROM unnest(ARRAY[10, 50, 100, 10000, 1000000]) AS n;
SELECT left(v2('DoSQL', format('{"schema": {"sql": "SELECT %s%%s", "values": [1], "fetch_results": true}}', repeat('/* %s */ ', 100000))), 120);
SELECT left(v2('DoSQL', json_build_object('schema', json_build_object('sql', 'SELECT ' || repeat('%s, ', 70000) || '1', 'values', '[]'::json))::text), 160);
SELECT v2('InsertValuesV2', json_build_object('table_name', 'refers', 'schema', json_build_object('columns', '["n"]'::json, 'values', (SELECT json_agg(json_build_array(i)) FROM generate_series(1, 50000) AS i)))::text);
SELECT count(*), sum(n) FROM refers;

DROP SCHEMA v2_hostile CASCADE;
DROP ROLE regress_engine;

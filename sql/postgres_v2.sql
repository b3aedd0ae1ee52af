-- postgres_v2/...: odd and hostile requests, errors as an engine sees them
\set VERBOSITY terse
\pset format unaligned
\pset tuples_only on
SET client_min_messages = warning;
CREATE SCHEMA v2;
SET search_path = v2;
CREATE TABLE users (id serial PRIMARY KEY, name varchar(20), email text UNIQUE, age int, doc jsonb, seen timestamptz);
CREATE TABLE "Mixed" ("Id" int PRIMARY KEY, "order" int);
CREATE FUNCTION v2(command text, request text) RETURNS text LANGUAGE sql AS $$
	SELECT CASE WHEN reply -> 'error' = 'null' THEN reply #>> '{command_response,body}'
		ELSE concat_ws(' ', reply #>> '{error,error_code}', reply #>> '{command_response,http_status}', regexp_replace(reply #>> '{error,message}', '(CONTEXT:  )?SQL function "v2" statement 1\n', '')) END
	FROM (SELECT connector.try_call('postgres_v2/' || command, request)::jsonb AS reply) AS r
$$;

-- Names are folded as SQL does, but for what stands in double quotes
SELECT v2('InsertValuesV2', '{"table_name": "USERS", "schema": {"columns": ["NAME", "\"email\""], "values": [["a", "a@x"], ["b", "b@x"], ["c", null]]}}');
SELECT v2('InsertValuesV2', '{"table_name": " v2 . \"Mixed\" ", "schema": {"columns": ["\"Id\"", "Order"], "values": [[1, 2]]}}');
SELECT v2('SelectValuesV2', '{"table_name": "\"Mixed\"", "schema": {"columns": ["\"Id\"", "order", "order"], "where": [{"not": {"or": [["\"Id\"", ">", 1], {"columns": ["\"Id\"", "=", "ORDER"]}]}}]}}');
SELECT v2('SelectValuesV2', '{"table_name": "Mixed", "schema": {"columns": ["Id"]}}');
SELECT v2('SelectValuesV2', '{"table_name": "\"Mixed\"", "schema": {"columns": ["Id"]}}');
SELECT v2('SelectValuesV2', '{"table_name": "nope.users", "schema": {"columns": ["id"]}}');
SELECT v2('CreateTableV2', '{"table_name": "nope.users", "schema": {"column_definitions": []}}');
SELECT v2('SelectValuesV2', '{"table_name": "a.b.c", "schema": {"columns": ["id"]}}');
SELECT v2('SelectValuesV2', '{"table_name": "", "schema": {"columns": ["id"]}}');
SELECT v2('SelectValuesV2', '{"table_name": "\"users", "schema": {"columns": ["id"]}}');
SELECT v2('SelectValuesV2', '{"table_name": "\"\"", "schema": {"columns": ["id"]}}');

-- Nothing of a name becomes SQL
SELECT v2('SelectValuesV2', '{"table_name": "users; DROP TABLE users; --", "schema": {"columns": ["id"]}}');
SELECT v2('DropTableV2', '{"table_name": "users, \"Mixed\""}');
SELECT v2('DeleteValuesV2', '{"table_name": "users", "schema": {"where": [["1=1 OR name", "=", "x"]]}}');
SELECT v2('SelectValuesV2', '{"table_name": "users", "schema": {"columns": ["count(*)"]}}');
SELECT v2('UpdateValuesV2', '{"table_name": "users", "schema": {"set": {"name = ''x'', age": 1}}}');
SELECT v2('InsertValuesV2', '{"table_name": "users", "schema": {"columns": ["name) VALUES (''x'') --"], "values": [["y"]]}}');
SELECT v2('CreateTableV2', '{"table_name": "t", "schema": {"column_definitions": [{"name": "a", "type": "int); DROP TABLE users; --"}]}}');
SELECT v2('CreateTableV2', '{"table_name": "t", "schema": {"column_definitions": [{"name": "a", "type": "int, b int"}]}}');
SELECT v2('CreateTableV2', '{"table_name": "t", "schema": {"column_definitions": [{"name": "PRIMARY KEY (a)", "type": ""}]}}');
SELECT v2('CreateTableV2', '{"table_name": "t", "schema": {"column_definitions": [{"name": "a", "type": "int", "primary_key": true}]}}');

-- Which rows: nothing is taken for "all" but that "where" is left out
SELECT v2('DeleteValuesV2', '{"table_name": "users", "schema": {"wher": [["id", "=", 1]]}}');
SELECT v2('DeleteValuesV2', '{"table_name": "users", "schema": {"where": []}}');
SELECT v2('DeleteValuesV2', '{"table_name": "users", "schema": {"where": null}}');
SELECT v2('UpdateValuesV2', '{"table_name": "users", "schema": {"set": {"age": 1}, "where": [["id", "not_in", []]]}}');
SELECT v2('DeleteValuesV2', '{"table_name": "users"}');
SELECT v2('SelectValuesV2', '{"table_name": "users", "schema": {"columns": ["id"], "where": []}}');
SELECT v2('UpdateValuesV2', '{"table_name": "users", "schema": {"set": {"age": 1}}}');
SET pg_connector.v2_allow_unfiltered = off;
SELECT v2('UpdateValuesV2', '{"table_name": "users", "schema": {"set": {"age": 1}}}');
SELECT v2('DeleteValuesV2', '{"table_name": "users", "schema": {}}');
SELECT v2('DeleteValuesV2', '{"table_name": "users", "schema": {"where": []}}');
RESET pg_connector.v2_allow_unfiltered;
-- null, which the original never finds
SELECT v2('SelectValuesV2', '{"table_name": "users", "schema": {"columns": ["name"], "where": [["email", "=", null]]}}');
SELECT v2('SelectValuesV2', '{"table_name": "users", "schema": {"columns": ["name"], "where": [["email", "!=", null], ["name", "in", ["a", "c"]]]}}');
SELECT v2('SelectValuesV2', '{"table_name": "users", "schema": {"columns": ["name"], "where": [["name", "~*", "^[AB]$"], ["id", ">=", 2]]}}');
SELECT v2('SelectValuesV2', '{"table_name": "users", "schema": {"columns": ["name"], "where": [["id", "; DROP TABLE users", 2]]}}');
SELECT v2('SelectValuesV2', '{"table_name": "users", "schema": {"columns": ["name"], "where": [["id", ">"]]}}');

-- Values, as they were as constants: for jsonb a string is JSON text, anything else is itself
SELECT v2('UpdateValuesV2', '{"table_name": "users", "schema": {"columns": ["DOC", "age"], "values": ["[1, {\"a\": null}]", 5.0], "where": [["id", "=", 1.0]]}}');
SELECT v2('UpdateValuesV2', '{"table_name": "users", "schema": {"set": {"doc": [1, "b"], "seen": "2026-01-31T12:30:00+02:00"}, "where": [["id", "=", 2]]}}');
SELECT v2('UpdateValuesV2', '{"table_name": "users", "schema": {"set": {"doc": {"a": "b"}}, "where": [["id", "=", 3]]}}');
SELECT v2('SelectValuesV2', '{"table_name": "users", "schema": {"columns": ["id", "age", "doc", "seen"]}}');
-- but to be compared with, a string is a string
SELECT v2('SelectValuesV2', '{"table_name": "users", "schema": {"columns": ["id"], "where": [[["Doc", "a"], "=", "b"]]}}');
SELECT v2('UpdateValuesV2', '{"table_name": "users", "schema": {"set": {"doc": "{\"a\": \"b\"}"}, "where": [[["Doc", "a"], "=", "b"]]}}');
SELECT v2('UpdateValuesV2', '{"table_name": "users", "schema": {"set": {"doc": "no JSON"}, "where": [["id", "=", 1]]}}');
SELECT v2('UpdateValuesV2', '{"table_name": "users", "schema": {"set": {"age": 1.5}, "where": [["id", "=", 1]]}}');
-- but not so in the commands of ours
SELECT connector.update_rows('{"table": "users", "set": {"doc": "[1]"}, "where": [["id", "=", 1]], "returning": ["doc"]}');
SELECT connector.try_call('update_rows', '{"table": "users", "set": {"age": 5.0}, "where": [["id", "=", 1]]}') #>> '{error,code}';

-- Both forms of new values
SELECT v2('UpdateValuesV2', '{"table_name": "users", "schema": {"set": {"age": 1}, "columns": ["age"], "values": [1]}}');
SELECT v2('UpdateValuesV2', '{"table_name": "users", "schema": {"columns": ["age"]}}');
SELECT v2('UpdateValuesV2', '{"table_name": "users", "schema": {"columns": ["age"], "values": [1, 2]}}');
SELECT v2('UpdateValuesV2', '{"table_name": "users", "schema": {"columns": ["age", "AGE"], "values": [1, 2]}}');
SELECT v2('UpdateValuesV2', '{"table_name": "users", "schema": {"set": {}}}');
SELECT v2('UpdateValuesV2', '{"table_name": "users", "schema": {"columns": ["name", "age"], "values": ["x", "old"], "where": [["id", "=", 1]]}}');

-- Errors say which row
SELECT v2('InsertValuesV2', '{"table_name": "users", "schema": {"columns": ["id", "name"], "values": [[10, "x"], [1, "y"]]}}');
SELECT v2('InsertValuesV2', '{"table_name": "users", "schema": {"columns": ["id", "name"], "values": [[10, "x"], [11]]}}');
SELECT v2('InsertValuesV2', '{"table_name": "users", "schema": {"columns": ["id", "name"], "values": [[10, "x"], [11, "longer than twenty characters"]]}}');
SELECT v2('InsertValuesV2', '{"table_name": "users", "schema": {"columns": ["nmae"], "values": []}}');
SELECT v2('InsertValuesV2', '{"table_name": "users", "schema": {"columns": ["name"], "values": []}}');
SELECT count(*) FROM users;

-- DoSQL: where values go
SELECT v2('DoSQL', '{"schema": {"sql": "SELECT name FROM users WHERE name=%s OR id=%s ORDER BY 1", "values": ["a", 2], "fetch_results": true}}');
SELECT v2('DoSQL', '{"schema": {"sql": "SELECT %(b)s, %(a)s, %(b)s", "values": {"a": "x", "b": 1}, "fetch_results": true}}');
SELECT v2('DoSQL', '{"schema": {"sql": "SELECT $2::text, $1::int, ''100%%''", "values": [1, "x"], "fetch_results": true}}');
SELECT v2('DoSQL', '{"schema": {"sql": "SELECT $1::int", "values": {"$1": 1}, "fetch_results": true}}');
SELECT v2('DoSQL', '{"schema": {"sql": "SELECT %s, %s, %s, %s, %s, %s, %s, %s, %s, %s", "values": [1, 3000000000, 1e3, 1.50, 99999999999999999999, true, null, "it''s", {"a": 1}, -1], "fetch_results": true}}');
SELECT v2('DoSQL', '{"schema": {"sql": "SELECT substring(''abcdef'', %s), date ''2026-01-01'' + %s, id FROM users WHERE id = ANY(%s)", "values": [3, 7, [1, 9]], "fetch_results": true}}');
SELECT v2('DoSQL', '{"schema": {"sql": "INSERT INTO users (name, doc, age) VALUES (%s, %s, %s), (%s, %s, %s) RETURNING doc, age", "values": ["j", "{\"a\": 1}", 1.0, "k", [1], 2], "fetch_results": true}}');
-- what is no place for a value, and per cent signs
SELECT v2('DoSQL', '{"schema": {"sql": "SELECT ''%s'', E''\\''%s'', \"%s\".c, $$%s$$, $a$ $$%s$a$, 7 %% 4, 7 % 4, ''a%%b'', ''a%b'' /* %s /* %s */ */ FROM (SELECT 1 AS c) AS \"%s\" -- %s", "fetch_results": true}}');
SELECT v2('DoSQL', '{"schema": {"sql": "SELECT count(*) FROM users WHERE name LIKE ''a%''", "fetch_results": true}}');
SELECT v2('DoSQL', '{"schema": {"sql": "SELECT interval ''%s days''", "values": [1], "fetch_results": true}}');
SELECT v2('DoSQL', '{"schema": {"sql": "SELECT %s, %s", "values": [1]}}');
SELECT v2('DoSQL', '{"schema": {"sql": "SELECT %s", "values": [1, 2]}}');
SELECT v2('DoSQL', '{"schema": {"sql": "SELECT %s"}}');
SELECT v2('DoSQL', '{"schema": {"sql": "SELECT %(a)s", "values": [1]}}');
SELECT v2('DoSQL', '{"schema": {"sql": "SELECT %(a)s", "values": {"b": 1}}}');
SELECT v2('DoSQL', '{"schema": {"sql": "SELECT %(a)s", "values": {"a": 1, "b": 1}}}');
SELECT v2('DoSQL', '{"schema": {"sql": "SELECT %s", "values": {"a": 1}}}');
SELECT v2('DoSQL', '{"schema": {"sql": "SELECT %s", "values": "x"}}');
-- a value stays a value
SELECT v2('DoSQL', '{"schema": {"sql": "SELECT count(*) FROM users WHERE name = %s", "values": ["'' OR 1=1; DROP TABLE users; --"], "fetch_results": true}}');
-- what there is to tell
SELECT v2('DoSQL', '{"schema": {"sql": "SELECT * FROM users"}}');
SELECT v2('DoSQL', '{"schema": {"sql": "UPDATE users SET age = 2 WHERE id < %s", "values": [3]}}');
SELECT v2('DoSQL', '{"schema": {"sql": "CREATE TABLE copy AS SELECT * FROM users WHERE id < 3"}}');
SELECT v2('DoSQL', '{"schema": {"sql": "CREATE TABLE empty AS SELECT * FROM users WITH NO DATA"}}');
SELECT v2('DoSQL', '{"schema": {"sql": "SELECT id INTO into_table FROM users WHERE id < 3"}}');
SELECT v2('DoSQL', '{"schema": {"sql": "SHOW search_path"}}');
SELECT v2('DoSQL', '{"schema": {"sql": "SET LOCAL work_mem = ''1MB''"}}');
SELECT v2('DoSQL', '{"schema": {"sql": "SELECT 1 WHERE false", "fetch_results": true}}');
SELECT v2('DoSQL', '{"schema": {"sql": "SELECT 1 AS a, 2 AS a", "fetch_results": true}}');
-- no rows to fetch: the original has already done it when it says so
SELECT v2('DoSQL', '{"schema": {"sql": "UPDATE users SET age = age + 1", "fetch_results": true}}');
SELECT v2('DoSQL', '{"schema": {"sql": "UPDATE users SET age = age + 1 WHERE id = 1 RETURNING age", "fetch_results": true}}');
-- what execute refuses
SELECT v2('DoSQL', '{"schema": {"sql": "SELECT 1; SELECT 2"}}');
SELECT v2('DoSQL', '{"schema": {"sql": "COMMIT"}}');
SELECT v2('DoSQL', '{"schema": {"sql": "VACUUM"}}');
SELECT v2('DoSQL', '{"schema": {"sql": ""}}');
SELECT v2('DoSQL', '{"schema": {"sql": "SELECT 1", "fetch": true}}');
SELECT v2('DoSQL', '{"schema": {"sql": "SELECT 1", "fetch_results": "true"}}');
SET pg_connector.allow = 'read, sql';
SELECT v2('DoSQL', '{"schema": {"sql": "DELETE FROM users"}}');
SELECT v2('DeleteValuesV2', '{"table_name": "users", "schema": {}}');
RESET pg_connector.allow;
-- an error's line, in the text as it was sent
SELECT v2('DoSQL', '{"schema": {"sql": "SELECT nope"}}');
SELECT v2('DoSQL', '{"schema": {"sql": "SELECT %s, ''%%'',\n\t''é'', %s, %s, %s, %s, %s, %s, %s, %s, %s, %s + nope\nFROM users", "values": [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11]}}');
SELECT v2('DoSQL', '{"schema": {"sql": "SELECT a_rather_long_column_name, another_rather_long_column_name, a_third_long_name FROM users"}}');
SELECT v2('DoSQL', '{"schema": {"sql": "SELECT id, id, id, id, id, id, id, id, id, id, id, id, id, id, id, id, id, id, id, id, id, nope, id, id, id, id FROM users"}}');
SELECT v2('DoSQL', '{"schema": {"sql": "SELECT ''oops"}}');
SELECT v2('DoSQL', '{"schema": {"sql": "SELEC %s", "values": [1]}}');
SET pg_connector.error_detail = terse;
SELECT v2('DoSQL', '{"schema": {"sql": "SELECT nope"}}');
SELECT v2('InsertValuesV2', '{"table_name": "users", "schema": {"columns": ["id"], "values": [[1]]}}');
RESET pg_connector.error_detail;
SELECT v2('DoSQL', '{"schema": {"sql": "ALTER ROLE nobody PASSWORD ''secret'' oops"}}');

-- Codes: the class that psycopg2 has for every SQLSTATE; the status says whether trying again can help
CREATE FUNCTION fail(code text) RETURNS int LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION USING ERRCODE = code, MESSAGE = 'failed', DETAIL = 'a detail', HINT = 'a hint'; END $$;
SELECT v2('DoSQL', '{"schema": {"sql": "SELECT v2.fail(''P0001'')"}}');
SELECT code, reply #>> '{error,error_code}', reply #>> '{command_response,http_status}'
FROM unnest(ARRAY['01000', '02000', '08006', '0A000', '20000', '21000', '22001', '22P02', '23502', '23503', '23505', '23514', '25006', '28P01', '38002', '38003', '38004', '39004', '3F000', '40001', '40P01', '42501', '42601', '42703', '42P01', '42P07',
	'53100', '53300', '54000', '55P03', '58030', 'F0000', 'HV000', 'P0001', 'P0002', 'XX000', '08ZZZ', '0AZZZ', '22ZZZ', '23ZZZ', '25ZZZ', '28ZZZ', '3DZZZ', '40ZZZ', '42ZZZ', '57ZZZ', 'HVZZZ', 'P0ZZZ', 'UE001']) AS code,
	LATERAL (SELECT connector.try_call('postgres_v2/DoSQL', json_build_object('schema', json_build_object('sql', 'SELECT v2.fail(%s)', 'values', json_build_array(code)))::text)) AS r(reply);

-- Malformed requests
SELECT v2('SelectValuesV2', '{"table_name": "users", "schema": {"columns": ["id"]}, "limit": 1}');
SELECT v2('SelectValuesV2', '{"table_name": "users", "schema": {"columns": ["id"], "limit": 1}}');
SELECT v2('SelectValuesV2', '{"table_name": "users", "schema": {}}');
SELECT v2('SelectValuesV2', '{"table_name": "users", "schema": []}');
SELECT v2('SelectValuesV2', '{"schema": {"columns": ["id"]}}');
SELECT v2('SelectValuesV2', '{"table_name": ["v2", "users"], "schema": {"columns": ["id"]}}');
SELECT v2('SelectValuesV2', 'x');
SELECT connector.try_call('postgres_v2/SelectValues', '{}');
-- call() raises what try_call() tells, and gives the bare result
\set VERBOSITY default
SELECT connector.call('postgres_v2/SelectValuesV2', '{"table_name": "users", "schema": {"columns": ["id"], "where": [["id", "<", 3]]}}');
SELECT connector.call('postgres_v2/InsertValuesV2', '{"table_name": "users", "schema": {"columns": ["id"], "values": [[50], [1]]}}');
SELECT connector.call('postgres_v2/DoSQL', '{"schema": {"sql": "SELECT %%, %s", "values": [1]}}');
\set VERBOSITY terse

-- Limits: no default of rows, an error at a cap
SET pg_connector.default_limit = 1;
SELECT v2('SelectValuesV2', '{"table_name": "users", "schema": {"columns": ["id"]}}');
SET pg_connector.row_cap = 2;
SELECT v2('SelectValuesV2', '{"table_name": "users", "schema": {"columns": ["id"]}}');
SELECT v2('DoSQL', '{"schema": {"sql": "SELECT id FROM users", "fetch_results": true}}');
SELECT v2('DoSQL', '{"schema": {"sql": "SELECT id FROM users"}}');
RESET pg_connector.row_cap;
RESET pg_connector.default_limit;
SET pg_connector.response_cap = 1024;
-- no response is larger, with all that stands around it
SELECT n, length(reply::text) <= 1024 AS within, reply -> 'error' ->> 'error_code' FROM unnest(ARRAY[880, 890, 895, 900, 905, 910, 920, 1020]) AS n,
	LATERAL (SELECT connector.try_call('postgres_v2/DoSQL', json_build_object('schema', json_build_object('sql', 'SELECT repeat(''x'', %s)', 'values', json_build_array(n), 'fetch_results', true))::text)) AS r(reply)
WHERE reply -> 'error' ->> 'error_code' IS NULL OR n > 905;
RESET pg_connector.response_cap;

-- The members that all commands of the kind take
SELECT v2('DeleteValuesV2', '{"table_name": "users", "schema": {}, "dry_run": true}');
SELECT v2('InsertValuesV2', '{"table_name": "users", "schema": {"columns": ["name"], "values": [["once"]]}, "idempotency_key": "postgres_v2"}');
SELECT v2('InsertValuesV2', '{"table_name": "users", "schema": {"columns": ["name"], "values": [["once"]]}, "idempotency_key": "postgres_v2"}');
SELECT v2('SelectValuesV2', '{"table_name": "users", "schema": {"columns": ["ID"], "where": [["ID", "=", 1]]}, "explain": true}')::json ->> 'sql';
-- as steps of a batch; nothing can be bound to SQL text
SELECT connector.batch('{"commands": [{"command": "postgres_v2/InsertValuesV2", "table_name": "users", "schema": {"columns": ["name", "age"], "values": [["step", 0]]}, "bind": {}},
	{"command": "query", "sql": "SELECT 77 AS n"}, {"command": "postgres_v2/UpdateValuesV2", "table_name": "users", "schema": {"set": {"age": 0}, "where": [["name", "=", "step"]]}, "bind": {"/schema/set/age": "/1/rows/0/n"}},
	{"command": "postgres_v2/SelectValuesV2", "table_name": "users", "schema": {"columns": ["age"], "where": [["name", "=", "step"]]}}]}');
SELECT connector.try_call('batch', '{"commands": [{"command": "query", "sql": "SELECT ''SELECT 1'' AS s"}, {"command": "postgres_v2/DoSQL", "schema": {"sql": "SELECT 2"}, "bind": {"/schema/sql": "/0/rows/0/s"}}]}') #>> '{error,message}';
SELECT connector.try_call('batch', '{"commands": [{"command": "query", "sql": "SELECT ''{}''::json AS s"}, {"command": "postgres_v2/DoSQL", "schema": {"sql": "SELECT 2"}, "bind": {"/schema": "/0/rows/0/s"}}]}') #>> '{error,message}';

DROP SCHEMA v2 CASCADE;

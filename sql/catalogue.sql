-- What the connector tells about itself: commands, describe, test_connection
\set VERBOSITY terse
\pset format unaligned
\pset tuples_only on
SET client_min_messages = warning;
CREATE SCHEMA cat;
SET search_path = cat;

CREATE FUNCTION said(reply json) RETURNS text LANGUAGE sql AS $$
	SELECT CASE WHEN reply -> 'error' IS NULL THEN reply::text
		ELSE concat_ws(' ', e ->> 'code', e ->> 'kind', 'at "' || (e ->> 'path') || '":', e ->> 'message',
			'DETAIL: ' || (e ->> 'detail'), 'HINT: ' || (e ->> 'hint')) END
	FROM (SELECT reply -> 'error' AS e) AS error
$$;

--
-- commands
--
CREATE TABLE commands AS SELECT n, c ->> 'name' AS name, c FROM jsonb_array_elements(connector.commands()::jsonb -> 'commands') WITH ORDINALITY AS list(c, n);
SELECT name, c ->> 'kinds' AS kinds, c ->> 'summary' AS summary, (SELECT string_agg(m || CASE WHEN c #> '{request,required}' ? m THEN '!' ELSE '' END, ' ' ORDER BY m) FROM jsonb_object_keys(c #> '{request,properties}') AS m) AS members
FROM commands ORDER BY n;
SELECT jsonb_pretty(c) FROM commands WHERE name = 'drop_table';
-- One of them.
SELECT connector.commands('{"name": "query"}')::jsonb #> '{commands,0}' = c FROM commands WHERE name = 'query';
SELECT said(connector.try_call('commands', '{"name": "qurey"}'));
SELECT said(connector.try_call('commands', '{"name": "connector.query"}'));
SELECT said(connector.try_call('qurey', '{}'));
SELECT said(connector.try_call('', '{}'));
SELECT said(connector.try_call('SELECT 1', '{}'));
-- For each command there are three functions, but for those in another system's form, and no others.
SELECT proname, string_agg(pg_get_function_identity_arguments(oid), ' | ' ORDER BY oid), bool_and(provolatile = 'v' AND proparallel = 'u' AND NOT prosecdef AND prorettype = 'json'::regtype AND obj_description(oid) <> '')
FROM pg_proc WHERE pronamespace = 'connector'::regnamespace AND proname <> 'request_rows' GROUP BY proname ORDER BY proname;
SELECT name FROM commands WHERE (SELECT count(*) FROM pg_proc WHERE pronamespace = 'connector'::regnamespace AND proname = name) <> CASE WHEN name LIKE '%/%' THEN 0 ELSE 3 END;

-- A schema is sound: keywords of JSON Schema with values of their kind, references that lead somewhere, definitions that are used.
CREATE FUNCTION unsound(s jsonb, root jsonb, at text) RETURNS SETOF text LANGUAGE sql AS $$
	SELECT at || ': neither an object nor a boolean' WHERE jsonb_typeof(s) <> 'object' AND (jsonb_typeof(s) <> 'boolean' OR at !~ '/')
	UNION ALL
	SELECT at || ': ' || k FROM jsonb_each(CASE jsonb_typeof(s) WHEN 'object' THEN s ELSE '{}' END) AS e(k, v) WHERE NOT CASE k
		WHEN '$schema' THEN v = '"https://json-schema.org/draft/2020-12/schema"' AND at !~ '/'
		WHEN 'type' THEN CASE jsonb_typeof(v) WHEN 'array' THEN v <@ '["null", "boolean", "integer", "number", "string", "array", "object"]'
			ELSE '["null", "boolean", "integer", "number", "string", "array", "object"]' ? (v #>> '{}') END
		WHEN 'description' THEN jsonb_typeof(v) = 'string' AND v <> '""'
		WHEN 'properties' THEN jsonb_typeof(v) = 'object'
		WHEN '$defs' THEN jsonb_typeof(v) = 'object' AND at !~ '/'
		WHEN 'required' THEN jsonb_typeof(v) = 'array' AND v <@ (SELECT jsonb_agg(p) FROM jsonb_object_keys(s -> 'properties') AS p)
		WHEN 'additionalProperties' THEN v = 'false' OR jsonb_typeof(v) = 'object'
		WHEN 'items' THEN v = 'false' OR jsonb_typeof(v) = 'object'
		WHEN 'not' THEN jsonb_typeof(v) = 'object'
		WHEN 'prefixItems' THEN jsonb_typeof(v) = 'array'
		WHEN 'anyOf' THEN jsonb_typeof(v) = 'array' AND jsonb_array_length(v) > 1
		WHEN 'enum' THEN jsonb_typeof(v) = 'array' AND jsonb_array_length(v) > 0
		WHEN 'const' THEN true
		WHEN '$ref' THEN v #>> '{}' ~ '^#/\$defs/\w+$' AND root #> string_to_array(substr(v #>> '{}', 3), '/') IS NOT NULL
		WHEN 'minimum' THEN jsonb_typeof(v) = 'number' WHEN 'maximum' THEN jsonb_typeof(v) = 'number'
		WHEN 'minItems' THEN jsonb_typeof(v) = 'number' WHEN 'maxItems' THEN jsonb_typeof(v) = 'number'
		ELSE false END
	UNION ALL
	SELECT at || '/$defs/' || d || ': not used' FROM jsonb_object_keys(s -> '$defs') AS d WHERE s::text !~ ('"#/\$defs/' || d || '"')
	UNION ALL
	SELECT unsound(v, root, at || '/properties/' || k) FROM jsonb_each(s -> 'properties') AS p(k, v)
	UNION ALL
	SELECT unsound(v, root, at || '/$defs/' || k) FROM jsonb_each(s -> '$defs') AS p(k, v)
	UNION ALL
	SELECT unsound(s -> k, root, at || '/' || k) FROM unnest(ARRAY['items', 'additionalProperties', 'not']) AS k WHERE s ? k
	UNION ALL
	SELECT unsound(v, root, at || '/prefixItems') FROM jsonb_array_elements(s -> 'prefixItems') AS v
	UNION ALL
	SELECT unsound(v, root, at || '/anyOf') FROM jsonb_array_elements(s -> 'anyOf') AS v
$$;
-- A value fits a schema.
CREATE FUNCTION fits(v jsonb, s jsonb, root jsonb) RETURNS bool LANGUAGE plpgsql AS $$
DECLARE
	t text := jsonb_typeof(v);
BEGIN
	IF jsonb_typeof(s) = 'boolean' THEN
		RETURN s::bool;
	END IF;
	IF s ? '$ref' AND NOT fits(v, root #> string_to_array(substr(s ->> '$ref', 3), '/'), root) THEN
		RETURN false;
	END IF;
	IF t = 'number' AND v::numeric = trunc(v::numeric) THEN
		t := 'integer';
	END IF;
	RETURN (NOT s ? 'type' OR CASE jsonb_typeof(s -> 'type') WHEN 'array' THEN s -> 'type' ? t OR t = 'integer' AND s -> 'type' ? 'number' ELSE s ->> 'type' = t OR t = 'integer' AND s ->> 'type' = 'number' END)
		AND (NOT s ? 'not' OR NOT fits(v, s -> 'not', root))
		AND (NOT s ? 'const' OR s -> 'const' = v)
		AND (NOT s ? 'enum' OR s -> 'enum' @> jsonb_build_array(v))
		AND (NOT s ? 'anyOf' OR EXISTS (SELECT FROM jsonb_array_elements(s -> 'anyOf') AS o WHERE fits(v, o, root)))
		AND (t <> 'integer' OR (NOT s ? 'minimum' OR v::numeric >= (s ->> 'minimum')::numeric) AND (NOT s ? 'maximum' OR v::numeric <= (s ->> 'maximum')::numeric))
		AND (t <> 'array' OR (NOT s ? 'minItems' OR jsonb_array_length(v) >= (s ->> 'minItems')::int) AND (NOT s ? 'maxItems' OR jsonb_array_length(v) <= (s ->> 'maxItems')::int)
			AND NOT EXISTS (SELECT FROM jsonb_array_elements(v) WITH ORDINALITY AS e(item, i) WHERE NOT fits(item, CASE WHEN i <= coalesce(jsonb_array_length(s -> 'prefixItems'), 0) THEN s #> ARRAY['prefixItems', (i - 1)::text]
				ELSE coalesce(s -> 'items', 'true') END, root)))
		AND (t <> 'object' OR (NOT s ? 'required' OR v ?& ARRAY(SELECT jsonb_array_elements_text(s -> 'required')))
			AND NOT EXISTS (SELECT FROM jsonb_each(v) AS m(k, val) WHERE CASE WHEN s -> 'properties' ? k THEN NOT fits(val, s #> ARRAY['properties', k], root) ELSE NOT fits(val, coalesce(s -> 'additionalProperties', 'true'), root) END));
END $$;
SELECT name, unsound(c -> 'request', c -> 'request', 'request') FROM commands;
SELECT name, unsound(c -> 'result', c -> 'result', 'result') FROM commands;
-- The rest of an entry: kinds, refusals, examples; everything that is prose ends where prose ends.
SELECT name FROM commands WHERE NOT (c ?& ARRAY['name', 'summary', 'kinds', 'request', 'result', 'refusals', 'examples'] AND (SELECT count(*) FROM jsonb_object_keys(c)) = 7
	AND c ->> 'summary' ~ '^[A-Z].*\.$' AND c -> 'kinds' <@ '["read", "write", "ddl", "sql"]' AND jsonb_array_length(c -> 'examples') > 0 AND c #> '{request,additionalProperties}' = 'false');
SELECT name, m.k, m.v ->> 'description' FROM commands, jsonb_each(c #> '{request,properties}') AS m(k, v) WHERE m.v ->> 'description' IS NULL OR m.v ->> 'description' !~ '^([A-Z]|"[a-z_]+").*\.$';
SELECT name, r FROM commands, jsonb_array_elements(c -> 'refusals') AS r WHERE r ->> 'code' !~ '^[0-9A-Z]{5}$' OR r ->> 'when' !~ '^[a-z"].*[^.]$' OR (SELECT count(*) FROM jsonb_object_keys(r)) <> 2;
SELECT name, r ->> 'code', count(*) FROM commands, jsonb_array_elements(c -> 'refusals') AS r GROUP BY 1, 2 HAVING count(*) > 1 AND r ->> 'code' NOT IN ('21000', '22023', '42501', '42601', '54000');
-- Every example fits its schema and does its work, and its result fits the result's schema and has no member that is not declared.
-- That of statements needs a module that is not here, and says so.
CREATE TABLE accounts (id int PRIMARY KEY, balance int);
INSERT INTO accounts VALUES (1, 100), (2, 0);
CREATE TABLE sessions (id int, expires_at timestamptz);
INSERT INTO sessions VALUES (1, '2025-01-01Z'), (2, '2026-07-01Z'), (3, '2027-01-01Z'), (4, 'infinity');
CREATE TABLE orders (id serial PRIMARY KEY, customer text);
CREATE TABLE order_lines (order_id int REFERENCES orders, item text);
DO $$
DECLARE
	command commands;
	example jsonb;
	reply jsonb;
	run int := 0;
BEGIN
	FOR command IN SELECT * FROM commands ORDER BY name <> 'create_table', name <> 'insert_rows', name = 'drop_table', n LOOP
		FOR example IN SELECT jsonb_array_elements(command.c -> 'examples') LOOP
			run := run + 1;
			IF NOT fits(example, command.c -> 'request', command.c -> 'request') THEN
				RAISE INFO '% %: does not fit', command.name, example;
			END IF;
			reply := connector.try_call(command.name, replace(example::text, '"public"', '"cat"'));
			IF command.name LIKE 'postgres_v2/%' AND reply -> 'error' = 'null' THEN
				reply := reply #> '{command_response,body}';
			END IF;
			IF reply ? 'error' OR NOT fits(reply, command.c -> 'result', command.c -> 'result')
				OR EXISTS (SELECT FROM jsonb_object_keys(CASE jsonb_typeof(reply) WHEN 'object' THEN reply ELSE '{}' END) AS k WHERE NOT command.c #> '{result,properties}' ? k) THEN
				RAISE INFO '% %: %', command.name, example, reply;
			END IF;
		END LOOP;
	END LOOP;
	RAISE INFO '% examples', run;
END $$;
SELECT * FROM accounts;
SELECT id FROM sessions;
SELECT order_id = currval('orders_id_seq'), customer, item FROM orders JOIN order_lines ON order_id = id;

-- What the schema refuses, the command refuses; what the command finds malformed, the schema refuses, but for what no schema says:
-- what members mean together, what a column's or parameter's type wants, what is inside SQL text and names, and the members of a batch's steps.
CREATE TABLE target (id serial PRIMARY KEY, name text, n int, doc jsonb, list int[]);
INSERT INTO target VALUES (1, 'x', 1, '{"a": [1]}', '{1}');
ALTER SEQUENCE target_id_seq RESTART 2;
CREATE TABLE parted (c int) PARTITION BY RANGE (c);
CREATE TABLE requests (n serial, command text, request jsonb);
INSERT INTO requests (command, request) VALUES
	('select_rows', '{"table": ["cat", "target"], "columns": ["id", "name"], "where": [["name", "=", "x"], {"or": [["n", ">", -1], ["n", "is_null"]]}, {"not": ["id", "in", [1, null]]}], "order_by": [["name", "desc"], "id"], "limit": 10, "offset": 0, "timeout_ms": 20000}'),
	('insert_rows', '{"table": "target", "rows": [{"name": "x", "n": 1}, {"n": null}], "returning": true, "timeout_ms": 20000}'),
	('insert_rows', '{"table": "target", "columns": ["name", "n"], "values": [["x", 1], [null, 2]], "returning": ["id"]}'),
	('insert_rows', '{"table": "target", "row": {"name": "x"}}'),
	('update_rows', '{"table": "target", "set": {"name": "y", "n": 1}, "where": [["id", "<=", 1]], "returning": ["id", "n"], "timeout_ms": 20000}'),
	('update_rows', '{"table": "target", "set": {"name": "y"}, "all_rows": true}'),
	('delete_rows', '{"table": "target", "where": [["id", "=", 1], ["name", "like", "x%"]], "returning": true}'),
	('delete_rows', '{"table": "target", "all_rows": true}'),
	('create_table', '{"table": "a", "columns": [{"name": "c", "type": "int", "nullable": false, "default": 1, "unique": true}, {"name": "d", "type": "text", "default_expression": "now()", "primary_key": true}], "if_not_exists": false, "timeout_ms": 20000}'),
	('create_table', '{"table": "a", "columns": [{"name": "c", "type": "int"}], "primary_key": ["c"], "if_not_exists": true}'),
	('select_rows', '{"table": "target", "where": [["doc", "is_not_distinct_from", null], ["n", "between", [1, 2]], [["doc", "a", 0], "=", 1], {"columns": ["id", "<", "n"]}], "group_by": ["name"], "aggregates": {"k": ["count"], "m": ["max", "n"]}, "order_by": [["k", "desc", "nulls_last"]], "format": "arrays", "numbers": "string", "metadata": true, "lock_timeout_ms": 1000}'),
	('select_rows', '{"table": "target", "distinct": true, "columns": ["name"], "count": "exact", "explain": true}'),
	('insert_rows', '{"table": "target", "rows": [{"id": 50}], "on_error": "continue", "max_errors": 5, "check_constraints": true, "idempotency_key": "k", "timeout_ms": 20000}'),
	('upsert_rows', '{"table": "target", "rows": [{"id": 1, "name": "x"}], "on_conflict": {"columns": ["id"], "action": "update", "update": ["name"], "if": [["n", ">", "n"]]}, "returning": ["id"]}'),
	('upsert_rows', '{"table": "target", "columns": ["id", "n"], "values": [[1, 2]], "on_conflict": {"constraint": "target_pkey", "action": "nothing"}, "returning": true}'),
	('update_rows', '{"table": "target", "increment": {"n": 1}, "merge": {"doc": {"a": 1}}, "append": {"list": [1]}, "where": [["id", "=", 1]], "order_by": ["id"], "limit": 1, "skip_locked": true, "max_affected": 5}'),
	('update_rows', '{"table": "target", "key": ["id"], "rows": [{"id": 1, "n": 2}], "expect_affected": 1}'),
	('delete_rows', '{"table": "target", "key": ["id"], "rows": [{"id": 1}], "max_affected": 1}'),
	('create_table', '{"table": "a", "columns": [{"name": "c", "type": "int", "identity": "always"}, {"name": "d", "type": "int", "references": {"table": "target", "columns": ["id"], "on_delete": "cascade", "on_update": "restrict"}, "check": "d > 0"}, {"name": "e", "type": "int", "generated": "d + 1"}], "unique": [["d", "e"]], "constraints": [{"name": "k", "check": "d < 9"}], "comment": "x"}'),
	('create_table', '{"table": "a", "columns": [{"name": "c", "type": "int"}], "partition_by": {"range": ["c"]}}'),
	('create_table', '{"table": "a", "partition_of": {"table": "parted", "from": [1], "to": [2]}}'),
	('alter_table', '{"table": "target", "add_columns": [{"name": "c", "type": "int"}], "drop_columns": ["list"], "rename_columns": {"name": "called"}, "alter_columns": [{"name": "n", "type": "bigint", "nullable": true, "default": 1}], "add_constraints": [{"name": "k", "unique": ["n"]}], "rename_to": "renamed", "if_exists": false, "cascade": false}'),
	('alter_table', '{"table": "target", "drop_constraints": ["target_pkey"], "dry_run": true}'),
	('truncate_table', '{"table": "target", "restart_identity": true, "cascade": false}'),
	('create_index', '{"table": "target", "name": "i", "columns": ["n", ["name", "desc"], {"expression": "lower(name)", "order": "asc", "nulls": "first"}], "include": ["id"], "method": "btree", "unique": false, "where_expression": "n > 0", "if_not_exists": true}'),
	('batch', '{"commands": [{"command": "insert_rows", "table": "target", "row": {"name": "x"}}, {"command": "update_rows", "table": "target", "set": {"n": 1}, "where": [["id", "=", 1]], "bind": {"/where/0/2": "/0/insertedId"}}], "on_error": "abort", "dry_run": true}'),
	('statements', '{"order_by": "calls", "limit": 5, "lock_timeout_ms": 1000}'),
	('batch', '{"sql": "SELECT $1::int AS a; SELECT $1::int AS b", "params": [1]}'),
	('query', '{"sql": "SELECT id FROM target", "result": "rows", "format": "objects"}'),
	('drop_table', '{"table": "target", "if_exists": true, "cascade": false, "timeout_ms": 20000}'),
	('query', '{"sql": "SELECT id FROM target WHERE name = $1 AND n = $2::int", "params": ["x", 2], "limit": 5, "timeout_ms": 20000}'),
	('query', '{"sql": "SELECT $1 AS a", "params": {"$1": "x"}}'),
	('execute', '{"sql": "DELETE FROM target WHERE name = $1 RETURNING id", "params": ["x"], "timeout_ms": 20000}'),
	('describe', '{"table": "target", "schema": "cat", "after": ["cat", "a"], "limit": 5, "timeout_ms": 20000}'),
	('test_connection', '{"timeout_ms": 20000}'),
	('commands', '{"name": "query", "timeout_ms": 20000}');
CREATE FUNCTION places_in(value jsonb, path text[] DEFAULT '{}') RETURNS SETOF text[] LANGUAGE sql AS $$
	SELECT path
	UNION ALL
	SELECT p FROM jsonb_each(CASE jsonb_typeof(value) WHEN 'object' THEN value ELSE '{}' END) AS e, places_in(e.value, path || e.key) AS p
	UNION ALL
	SELECT p FROM jsonb_array_elements(CASE jsonb_typeof(value) WHEN 'array' THEN value ELSE '[]' END) WITH ORDINALITY AS e(v, i), places_in(e.v, path || (i - 1)::text) AS p
$$;
DO $$
DECLARE
	r requests;
	place text[];
	schema jsonb;
	altered jsonb;
	reply jsonb;
	refusal jsonb;
	fit bool;
	tried int := 0;
	found text;
	malformed text[] := '{}';
BEGIN
	FOR r IN SELECT * FROM requests ORDER BY n LOOP
		schema := (SELECT c -> 'request' FROM commands WHERE name = r.command);
		BEGIN
			reply := connector.try_call(r.command, r.request::text);
			IF NOT fits(r.request, schema, schema) OR reply ? 'error' THEN
				RAISE INFO '% %: % %', r.command, r.request, fits(r.request, schema, schema), reply;
			END IF;
			RAISE EXCEPTION USING ERRCODE = 'HX001';
		EXCEPTION WHEN SQLSTATE 'HX001' THEN
		END;
		FOR place IN SELECT p FROM places_in(r.request) AS p LOOP
			FOR altered IN
				SELECT CASE WHEN place = '{}' THEN instead ELSE jsonb_set(r.request, place, instead) END
				FROM unnest(ARRAY['null', 'true', 'false', '0', '-1', '1.5', '2147483648', '1e400', '"x"', '""', '[]', '{}', '[null]', '[[]]', '["x"]', '["x", "y"]', '[1, 2, 3, 4]', '{"x": 1}', '[{}]']::jsonb[]) AS instead
				UNION ALL
				SELECT jsonb_set(r.request, place, (r.request #> place) || '{"extra": 1}') WHERE jsonb_typeof(r.request #> place) = 'object' AND place <> '{}'
				UNION ALL
				SELECT jsonb_set(r.request, place, (r.request #> place) || '["extra"]') WHERE jsonb_typeof(r.request #> place) = 'array'
				UNION ALL
				SELECT r.request #- place WHERE place <> '{}'
				UNION ALL
				SELECT r.request || '{"extra": 1}' WHERE place = '{}' LOOP
				BEGIN
					reply := connector.try_call(r.command, altered::text);
					fit := fits(altered, schema, schema);
					-- A row that is passed over is refused, too.
					refusal := coalesce(reply -> 'error', reply #> '{errors,0}');
					tried := tried + 1;
					IF NOT fit AND refusal IS NULL THEN
						RAISE INFO 'taken although the schema refuses it: % %: %', r.command, altered, left(reply::text, 200);
					ELSIF NOT fit AND refusal ->> 'kind' NOT IN ('request', 'limit') THEN
						RAISE INFO 'refused, but not as malformed: % %: %', r.command, altered, said(json_build_object('error', refusal));
					ELSIF refusal ->> 'kind' = 'internal' THEN
						RAISE INFO 'refused, but not for what it is: % %: %', r.command, altered, said(json_build_object('error', refusal));
					ELSIF fit AND reply #>> '{error,code}' = '42601' THEN
						found := r.command || ': ' || (reply #>> '{error,message}');
					END IF;
					RAISE EXCEPTION USING ERRCODE = 'HX001';
				EXCEPTION WHEN SQLSTATE 'HX001' THEN
					-- Each starts from the same.
				END;
				IF found IS NOT NULL AND found <> ALL (malformed) THEN
					malformed := malformed || found;
				END IF;
				found := NULL;
			END LOOP;
		END LOOP;
	END LOOP;
	FOREACH found IN ARRAY malformed LOOP
		RAISE INFO '%', found;
	END LOOP;
	RAISE INFO '% requests', tried;
END $$;

--
-- describe
--
CREATE ROLE regress_cat;
GRANT USAGE ON SCHEMA cat TO regress_cat;
CREATE SCHEMA shop;
COMMENT ON SCHEMA shop IS 'x';
CREATE DOMAIN shop.positive AS int CHECK (VALUE > 0);
CREATE TABLE shop.customers (
	id int GENERATED ALWAYS AS IDENTITY PRIMARY KEY, gone text, name varchar(40) NOT NULL DEFAULT 'nobody', email text UNIQUE, "Odd ""name""" text COLLATE "C", upper_name text GENERATED ALWAYS AS (upper(name)) STORED,
	tags text[], rating shop.positive, joined timestamptz(3) DEFAULT now(), CONSTRAINT sane CHECK (length(name) < 100));
ALTER TABLE shop.customers DROP COLUMN gone;
COMMENT ON TABLE shop.customers IS 'Who buys';
COMMENT ON COLUMN shop.customers.email IS 'Where to write';
CREATE TABLE shop.orders (customer int REFERENCES shop.customers ON DELETE CASCADE, number int GENERATED BY DEFAULT AS IDENTITY, period tsrange, PRIMARY KEY (number, customer), EXCLUDE USING gist (period WITH &&)) WITH (autovacuum_enabled = off);
CREATE INDEX orders_even ON shop.orders (customer) WHERE number % 2 = 0;
CREATE TABLE shop.events (at date NOT NULL, what text) PARTITION BY RANGE (at);
CREATE TABLE shop.events_2024 PARTITION OF shop.events FOR VALUES FROM ('2024-01-01') TO ('2025-01-01');
CREATE VIEW shop.good AS SELECT id, name FROM shop.customers WHERE rating > 3;
CREATE MATERIALIZED VIEW shop.counts AS SELECT count(*) AS n FROM shop.customers;
CREATE FOREIGN DATA WRAPPER regress_cat_fdw;
CREATE SERVER regress_cat_server FOREIGN DATA WRAPPER regress_cat_fdw;
CREATE FOREIGN TABLE shop.elsewhere (a int) SERVER regress_cat_server;
CREATE SEQUENCE shop.counter;
CREATE TYPE shop.pair AS (a int, b text);
CREATE TABLE shop."Empty.one" ();
SELECT jsonb_pretty(connector.describe('{"table": "shop.customers"}')::jsonb);
SELECT t ->> 'name', t ->> 'kind', t -> 'estimatedRows', t -> 'comment', t -> 'columns', t -> 'keys', t -> 'indexes', t -> 'privileges' FROM json_array_elements(connector.describe('{"schema": "shop"}') -> 'tables') AS t WHERE t ->> 'name' <> 'customers';
-- Estimates are there once they were made.
INSERT INTO shop.orders OVERRIDING SYSTEM VALUE SELECT NULL, n FROM generate_series(1, 0) AS n;
INSERT INTO shop.customers (name) SELECT 'c' || n FROM generate_series(1, 25) AS n;
ANALYZE shop.customers;
SELECT connector.describe('{"table": "shop.customers"}') #> '{tables,0,estimatedRows}', connector.describe('{"table": "shop.orders"}') #> '{tables,0,estimatedRows}';
-- One table, by each of its names; what is none.
SELECT t, said(connector.try_call('describe', json_build_object('table', t)::text)) !~ 'error|^[0-9]' AS described, json_array_length(connector.try_call('describe', json_build_object('table', t)::text) -> 'tables') AS n
FROM unnest(ARRAY['shop.events', 'shop."Empty.one"', 'pg_class', 'pg_catalog.pg_tables', 'information_schema.tables']) AS t;
SELECT said(connector.try_call('describe', json_build_object('table', t)::text)) FROM unnest(ARRAY['shop.counter', 'shop.pair', 'shop.orders_pkey', 'shop.customer', 'shp.customers', 'customers']) AS t;
SELECT said(connector.try_call('describe', r)) FROM unnest(ARRAY['{"schema": "shp"}', '{"schema": ""}', '{"schema": "shop", "table": "cat.accounts"}', '{"after": "events"}', '{"after": ["a", "b", "c"]}', '{"limit": -1}', '{"schema": ["shop"]}']) AS r;
-- Without anything: all that is not the system's.
SELECT count(*) FILTER (WHERE t ->> 'schema' = 'shop') AS shop, count(*) FILTER (WHERE t ->> 'schema' ~ '^(pg_|information_schema)') AS system FROM json_array_elements(connector.describe() -> 'tables') AS t;
SELECT json_array_length(connector.describe('{"schema": "pg_catalog"}') -> 'tables') > 50, json_array_length(connector.describe('{"schema": "information_schema"}') -> 'tables') > 50;
-- Page by page, with a table created and one dropped on the way.
DO $$
DECLARE
	reply jsonb;
	request jsonb := '{"schema": "shop", "limit": 2}';
	pages int := 0;
BEGIN
	LOOP
		reply := connector.describe(request);
		pages := pages + 1;
		RAISE INFO 'page %: % next %', pages, (SELECT string_agg(t ->> 'name', ', ') FROM jsonb_array_elements(reply -> 'tables') AS t), reply -> 'next';
		EXIT WHEN NOT reply ? 'next' OR pages > 10;
		request := request || jsonb_build_object('after', reply -> 'next');
		IF pages = 1 THEN
			DROP TABLE shop.customers CASCADE;
			CREATE TABLE shop.more ();
		END IF;
	END LOOP;
END $$;
SELECT connector.describe('{"schema": "shop", "limit": 0}');
SELECT connector.describe('{"schema": "shop", "after": ["shop", "zzz"]}');
SET pg_connector.default_limit = 3;
SELECT json_array_length(connector.describe('{"schema": "shop"}') -> 'tables'), connector.describe('{"schema": "shop"}') -> 'next';
RESET pg_connector.default_limit;
-- Each sees what it may use, and of each column what it may do with it.
CREATE TABLE shop.staff (id int PRIMARY KEY, name text, salary int CHECK (salary > 0), note text DEFAULT 'secret default');
CREATE INDEX ON shop.staff (salary);
SET ROLE regress_cat;
SELECT connector.describe('{"schema": "cat"}') -> 'tables', connector.describe() -> 'tables';
SELECT said(connector.try_call('describe', '{"schema": "shop"}'));
SELECT said(connector.try_call('describe', '{"table": "shop.staff"}'));
RESET ROLE;
GRANT USAGE ON SCHEMA shop TO regress_cat;
GRANT SELECT (id, name), UPDATE (name) ON shop.staff TO regress_cat;
GRANT INSERT ON shop.more TO regress_cat;
SET ROLE regress_cat;
SELECT connector.describe('{"schema": "shop"}') -> 'tables';
SELECT connector.describe('{"table": "shop.events"}');
RESET ROLE;
-- Operators in the search path that fit its types better than PostgreSQL's own are not used.
CREATE FUNCTION cat.trap(name, name) RETURNS bool LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'trapped'; END $$;
CREATE FUNCTION cat.trap(oid, int) RETURNS bool LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'trapped'; END $$;
CREATE FUNCTION cat.trap(real, int) RETURNS bool LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'trapped'; END $$;
CREATE FUNCTION cat.trap("char", text) RETURNS bool LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'trapped'; END $$;
CREATE FUNCTION cat.trap(smallint, int) RETURNS bool LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'trapped'; END $$;
DO $$
DECLARE
	operator text;
	types text;
BEGIN
	FOREACH operator IN ARRAY ARRAY['=', '<>', '<', '>', '<=', '>=', '~', '!~', '~~'] LOOP
		FOREACH types IN ARRAY ARRAY['name, rightarg = name', 'oid, rightarg = int', 'real, rightarg = int', '"char", rightarg = text', 'smallint, rightarg = int'] LOOP
			EXECUTE format('CREATE OPERATOR cat.%s (leftarg = %s, function = cat.trap)', operator, types);
		END LOOP;
	END LOOP;
END $$;
SELECT json_array_length(connector.describe() -> 'tables') > 0, json_array_length(connector.describe('{"schema": "shop", "after": ["shop", "a"]}') -> 'tables') > 0, connector.describe('{"table": "shop.more"}') #>> '{tables,0,name}',
	connector.test_connection() ->> 'ok';

--
-- test_connection
--
SELECT k, json_typeof(v) FROM json_each(connector.test_connection()) AS e(k, v);
SELECT r ->> 'ok', r ->> 'serverVersion' = current_setting('server_version'), r ->> 'extensionVersion' = (SELECT extversion FROM pg_extension WHERE extname = 'pg_connector'), r ->> 'database' = current_database(),
	r ->> 'role' = current_user, r ->> 'loginRole' = session_user, r ->> 'encoding', r ->> 'tls', r ->> 'tlsVersion', r ->> 'readOnly', r ->> 'standby' FROM connector.test_connection() AS r;
SELECT jsonb_pretty(connector.test_connection()::jsonb -> 'limits');
SET ROLE regress_cat;
BEGIN READ ONLY;
SELECT r ->> 'role', r ->> 'loginRole' = session_user, r ->> 'readOnly' FROM connector.test_connection() AS r;
ROLLBACK;
RESET ROLE;
-- It is for everybody, whatever is allowed; so is the list of commands.
SET pg_connector.allow = '';
SELECT connector.test_connection() #>> '{limits,allow}', json_array_length(connector.commands() -> 'commands') = (SELECT count(*) FROM commands);
SELECT said(connector.try_call('describe', '{}'));
RESET pg_connector.allow;
SET pg_connector.row_cap = 1;
SET pg_connector.response_cap = '1kB';
SET pg_connector.default_limit = 1;
SELECT connector.test_connection() ->> 'ok', json_array_length(connector.commands() -> 'commands') = (SELECT count(*) FROM commands);
RESET pg_connector.row_cap;
RESET pg_connector.response_cap;
RESET pg_connector.default_limit;

DROP SCHEMA cat, shop CASCADE;
DROP FOREIGN DATA WRAPPER regress_cat_fdw CASCADE;
DROP ROLE regress_cat;

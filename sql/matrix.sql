-- Each command that reads or writes rows, on each kind of table, next to the same in plain SQL on a twin of the table:
-- what is in the table afterwards, the number of rows, what is returned, and the SQLSTATE are the same.
\set VERBOSITY terse
\pset format unaligned
\pset tuples_only on
SET client_min_messages = warning;
CREATE SCHEMA matrix;
SET search_path = matrix;
CREATE ROLE regress_matrix;
GRANT USAGE ON SCHEMA matrix TO regress_matrix;
CREATE EXTENSION postgres_fdw;
DO $$ BEGIN
	EXECUTE format('CREATE SERVER here FOREIGN DATA WRAPPER postgres_fdw OPTIONS (host %L, port %L, dbname %L)',
		split_part(current_setting('unix_socket_directories'), ',', 1), current_setting('port'), current_database());
	EXECUTE format('CREATE USER MAPPING FOR CURRENT_USER SERVER here OPTIONS (user %L)', current_user);
END $$;

-- What foreign tables lead to has to be committed, to be seen by the session that they open.
CREATE TABLE ours_far (id int PRIMARY KEY, k text NOT NULL, v int);
CREATE TABLE theirs_far (LIKE ours_far INCLUDING ALL);

CREATE FUNCTION skip_odd() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN IF coalesce(NEW.id, OLD.id) % 2 = 1 THEN RETURN NULL; END IF; RETURN coalesce(NEW, OLD); END $$;
CREATE FUNCTION instead() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
	IF TG_OP <> 'INSERT' THEN
		EXECUTE format('DELETE FROM %I WHERE id = $1.id', TG_TABLE_NAME || '_base') USING OLD;
	END IF;
	IF TG_OP <> 'DELETE' THEN
		EXECUTE format('INSERT INTO %I VALUES ($1.*)', TG_TABLE_NAME || '_base') USING NEW;
	END IF;
	RETURN coalesce(NEW, OLD);
END $$;

-- Every kind twice: "ours" and "theirs".
CREATE FUNCTION make(kind text, name text) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
	columns text := '(id int PRIMARY KEY, k text NOT NULL, v int DEFAULT 5)';
BEGIN
	CASE kind
		WHEN 'table' THEN
			EXECUTE format('CREATE TABLE %I %s', name, columns);
		WHEN 'partitioned' THEN
			EXECUTE format('CREATE TABLE %I %s PARTITION BY RANGE (id)', name, columns);
			EXECUTE format('CREATE TABLE %I (gone date, v int DEFAULT 5, k text NOT NULL, id int NOT NULL)', name || '_1');
			EXECUTE format('ALTER TABLE %I DROP gone', name || '_1');
			EXECUTE format('ALTER TABLE %I ATTACH PARTITION %I FOR VALUES FROM (0) TO (3)', name, name || '_1');
			EXECUTE format('CREATE TABLE %I PARTITION OF %I FOR VALUES FROM (3) TO (100)', name || '_2', name);
		WHEN 'inherited' THEN
			EXECUTE format('CREATE TABLE %I %s', name, columns);
			EXECUTE format('CREATE TABLE %I (more int, PRIMARY KEY (id)) INHERITS (%I)', name || '_child', name);
		WHEN 'view' THEN
			EXECUTE format('CREATE TABLE %I %s', name || '_base', columns);
			EXECUTE format('CREATE VIEW %I AS SELECT k, id, v FROM %I WHERE id < 100 WITH CHECK OPTION', name, name || '_base');
		WHEN 'view with triggers' THEN
			EXECUTE format('CREATE TABLE %I %s', name || '_base', columns);
			EXECUTE format('CREATE VIEW %I AS SELECT DISTINCT id, k, v FROM %I', name, name || '_base');
			EXECUTE format('CREATE TRIGGER instead INSTEAD OF INSERT OR UPDATE OR DELETE ON %I FOR EACH ROW EXECUTE FUNCTION instead()', name);
		WHEN 'view with rules' THEN
			EXECUTE format('CREATE TABLE %I %s', name || '_base', columns);
			EXECUTE format('CREATE VIEW %I AS SELECT DISTINCT id, k, v FROM %I', name, name || '_base');
			EXECUTE format('CREATE RULE i AS ON INSERT TO %I DO INSTEAD INSERT INTO %I VALUES (NEW.id, NEW.k, NEW.v) RETURNING id, k, v', name, name || '_base');
			EXECUTE format('CREATE RULE u AS ON UPDATE TO %I DO INSTEAD UPDATE %I SET k = NEW.k, v = NEW.v WHERE id = OLD.id RETURNING id, k, v', name, name || '_base');
			EXECUTE format('CREATE RULE d AS ON DELETE TO %I DO INSTEAD DELETE FROM %I WHERE id = OLD.id RETURNING id, k, v', name, name || '_base');
		WHEN 'foreign' THEN
			EXECUTE format('CREATE FOREIGN TABLE %I (id int, k text NOT NULL, v int DEFAULT 5) SERVER here OPTIONS (schema_name ''matrix'', table_name %L)', name, name || '_far');
		WHEN 'BEFORE returns NULL' THEN
			EXECUTE format('CREATE TABLE %I %s', name, columns);
			EXECUTE format('CREATE TRIGGER skip BEFORE INSERT OR UPDATE OR DELETE ON %I FOR EACH ROW EXECUTE FUNCTION skip_odd()', name);
		WHEN 'generated' THEN
			EXECUTE format('CREATE TABLE %I (g int GENERATED ALWAYS AS (v * 2) STORED, id int PRIMARY KEY, k text NOT NULL, v int DEFAULT 5, n int GENERATED ALWAYS AS IDENTITY)', name);
		WHEN 'granted columns' THEN
			EXECUTE format('CREATE TABLE %I (id int PRIMARY KEY, hidden int DEFAULT 0, k text NOT NULL, v int DEFAULT 5)', name);
			EXECUTE format('GRANT SELECT (id, k, v), INSERT (id, k, v), UPDATE (k, v), DELETE ON %I TO regress_matrix', name);
		WHEN 'row security' THEN
			EXECUTE format('CREATE TABLE %I %s', name, columns);
			EXECUTE format('GRANT ALL ON %I TO regress_matrix', name);
			EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY', name);
			EXECUTE format('CREATE POLICY even ON %I USING (id %% 2 = 0)', name);
	END CASE;
END $$;

CREATE TABLE operations (n serial, command text, request text, sql text);
INSERT INTO operations (command, request, sql) VALUES
	('select_rows', '{"columns": ["id", "k", "v"], "where": [["id", ">", 1]], "order_by": ["id"]}', 'SELECT id, k, v FROM %I WHERE id > 1 ORDER BY id'),
	('select_rows', '{"columns": ["k"], "distinct": true, "order_by": ["k"]}', 'SELECT DISTINCT k FROM %I ORDER BY k'),
	('select_rows', '{"group_by": ["k"], "aggregates": {"n": ["count"], "total": ["sum", "v"]}, "order_by": ["k"]}', 'SELECT k, count(*) AS n, sum(v) AS total FROM %I GROUP BY k ORDER BY k'),
	('insert_rows', '{"row": {"id": 10, "k": "new"}, "returning": ["id", "k", "v"]}', 'INSERT INTO %I (id, k) VALUES (10, ''new'') RETURNING id, k, v'),
	('insert_rows', '{"row": {"id": 11, "k": "new"}}', 'INSERT INTO %I (id, k) VALUES (11, ''new'')'),
	('insert_rows', '{"rows": [{"id": 12, "k": "x", "v": 1}, {"id": 13, "k": "y", "v": 2}], "returning": ["v", "id"]}', 'INSERT INTO %I (id, k, v) VALUES (12, ''x'', 1), (13, ''y'', 2) RETURNING v, id'),
	('insert_rows', '{"columns": ["v", "k", "id"], "values": [[null, "x", 14], [2, "y", 16]]}', 'INSERT INTO %I (v, k, id) VALUES (NULL, ''x'', 14), (2, ''y'', 16)'),
	('insert_rows', '{"rows": [{"id": 18, "k": "x"}, {"id": 2, "k": "twice"}]}', 'INSERT INTO %I (id, k) VALUES (18, ''x''), (2, ''twice'')'),
	('insert_rows', '{"rows": [{"id": 20, "k": null}]}', 'INSERT INTO %I (id, k) VALUES (20, NULL)'),
	('insert_rows', '{"rows": [{"id": 200, "k": "far"}]}', 'INSERT INTO %I (id, k) VALUES (200, ''far'')'),
	('upsert_rows', '{"rows": [{"id": 2, "k": "up", "v": 22}, {"id": 22, "k": "in", "v": 23}], "on_conflict": {"columns": ["id"]}}', 'INSERT INTO %I AS t (id, k, v) VALUES (2, ''up'', 22), (22, ''in'', 23) ON CONFLICT (id) DO UPDATE SET k = excluded.k, v = excluded.v'),
	('upsert_rows', '{"rows": [{"id": 4, "k": "kept"}, {"id": 24, "k": "in"}], "on_conflict": {"columns": ["id"], "action": "nothing"}, "returning": ["id", "k"]}', 'INSERT INTO %I (id, k) VALUES (4, ''kept''), (24, ''in'') ON CONFLICT (id) DO NOTHING RETURNING id, k'),
	('update_rows', '{"set": {"v": 7, "k": "set"}, "where": [["id", "in", [1, 2, 4]]]}', 'UPDATE %I SET v = 7, k = ''set'' WHERE id IN (1, 2, 4)'),
	('update_rows', '{"set": {"v": 8}, "where": [["id", "=", 4]], "returning": ["id", "v"]}', 'UPDATE %I SET v = 8 WHERE id = 4 RETURNING id, v'),
	('update_rows', '{"increment": {"v": 10}, "all_rows": true}', 'UPDATE %I SET v = v + 10'),
	('update_rows', '{"key": ["id"], "rows": [{"id": 2, "v": 32}, {"id": 3, "v": 33}, {"id": 99, "v": 0}]}', 'UPDATE %I AS t SET v = r.v FROM (VALUES (2, 32), (3, 33), (99, 0)) AS r(id, v) WHERE t.id = r.id'),
	('update_rows', '{"set": {"v": 40}, "where": [["id", ">", 0]], "order_by": [["id", "desc"]], "limit": 2, "returning": ["id", "v"]}', 'UPDATE %I SET v = 40 WHERE id IN (SELECT id FROM %1$I WHERE id > 0 ORDER BY id DESC LIMIT 2) RETURNING id, v'),
	('update_rows', '{"set": {"id": 50}, "where": [["id", "=", 2]]}', 'UPDATE %I SET id = 50 WHERE id = 2'),
	('update_rows', '{"set": {"k": null}, "where": [["id", "=", 4]]}', 'UPDATE %I SET k = NULL WHERE id = 4'),
	('delete_rows', '{"where": [["id", "=", 4]], "returning": ["id", "k"]}', 'DELETE FROM %I WHERE id = 4 RETURNING id, k'),
	('delete_rows', '{"where": [["v", ">", 0]]}', 'DELETE FROM %I WHERE v > 0'),
	('delete_rows', '{"key": ["id"], "rows": [{"id": 2}, {"id": 3}]}', 'DELETE FROM %I WHERE id IN (2, 3)'),
	('delete_rows', '{"where": [["id", ">", 0]], "order_by": ["id"], "limit": 1}', 'DELETE FROM %I WHERE id IN (SELECT id FROM %1$I WHERE id > 0 ORDER BY id LIMIT 1)');

CREATE FUNCTION content(name text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
	result text;
BEGIN
	EXECUTE format('SELECT string_agg(t::text, '' '' ORDER BY id) FROM %I AS t', name) INTO result;
	RETURN result;
END $$;

-- One operation on both; the difference, or NULL.
CREATE FUNCTION compare(kind text, op operations, INOUT agreed int, OUT difference text) LANGUAGE plpgsql AS $$
DECLARE
	role text := CASE WHEN kind IN ('granted columns', 'row security') THEN 'regress_matrix' ELSE 'none' END;
	ours json;
	theirs text;
	rows json := '[]';
	returns bool := op.sql ~ 'RETURNING|^SELECT';
	code text;
	n bigint;
	name text;
BEGIN
	FOREACH name IN ARRAY ARRAY['ours', 'theirs'] LOOP
		PERFORM make(kind, name);
		EXECUTE format('INSERT INTO %I (id, k, v) VALUES (1, ''a'', 1), (2, ''b'', 2), (3, ''b'', NULL), (4, ''c'', 4)', CASE WHEN kind ~ 'view' THEN name || '_base' ELSE name END);
		IF kind = 'inherited' THEN
			EXECUTE format('INSERT INTO %I (id, k, v) VALUES (6, ''d'', 6)', name || '_child');
		END IF;
	END LOOP;
	PERFORM set_config('role', role, false);
	ours := connector.try_call(op.command, (jsonb_build_object('table', 'matrix.ours') || op.request::jsonb)::text);
	BEGIN
		IF returns AND op.sql ~ '^SELECT' THEN
			EXECUTE format('SELECT coalesce(json_agg(t), ''[]''), count(*) FROM (%s) AS t', format(op.sql, 'theirs')) INTO rows, n;
		ELSIF returns THEN
			EXECUTE format('WITH t AS (%s) SELECT coalesce(json_agg(t), ''[]''), count(*) FROM t', format(op.sql, 'theirs')) INTO rows, n;
		ELSE
			EXECUTE format(op.sql, 'theirs');
			GET DIAGNOSTICS n = ROW_COUNT;
		END IF;
	EXCEPTION WHEN OTHERS THEN
		code := sqlstate;
		theirs := sqlerrm;
	END;
	PERFORM set_config('role', 'none', false);
	difference := concat_ws('; ',
		CASE WHEN ours #>> '{error,code}' IS DISTINCT FROM code THEN format('%s, not %s', coalesce((ours #>> '{error,code}') || ' ' || (ours #>> '{error,message}'), 'success'), coalesce(code || ' ' || theirs, 'success')) END,
		CASE WHEN code IS NULL AND ours -> 'error' IS NULL AND (ours ->> 'rowCount')::bigint <> n THEN format('rowCount %s, not %s', ours ->> 'rowCount', n) END,
		CASE WHEN code IS NULL AND ours -> 'error' IS NULL AND returns AND (SELECT jsonb_agg(r ORDER BY r) FROM jsonb_array_elements((ours -> 'rows')::jsonb) AS r) IS DISTINCT FROM (SELECT jsonb_agg(r ORDER BY r) FROM jsonb_array_elements(rows::jsonb) AS r)
			THEN format('rows %s, not %s', ours -> 'rows', rows::jsonb) END,
		CASE WHEN content('ours') IS DISTINCT FROM content('theirs') THEN format('there is %s, not %s', content('ours'), content('theirs')) END);
	agreed := agreed + CASE WHEN difference = '' THEN 1 ELSE 0 END;
END $$;

-- Views and foreign tables are the ones that cannot be claimed from, which takes the locks of a table's rows.
DO $do$
DECLARE
	kind text;
	op operations;
	result record;
	agreed int;
BEGIN
	FOREACH kind IN ARRAY ARRAY['table', 'partitioned', 'inherited', 'view', 'view with triggers', 'view with rules', 'foreign', 'BEFORE returns NULL', 'generated', 'granted columns', 'row security'] LOOP
		agreed := 0;
		FOR op IN SELECT * FROM operations ORDER BY n LOOP
			BEGIN
				result := compare(kind, op, agreed);
				RAISE EXCEPTION SQLSTATE 'AB000';
			EXCEPTION WHEN SQLSTATE 'AB000' THEN
			END;
			agreed := result.agreed;
			IF result.difference <> '' THEN
				RAISE INFO '% % %: %', kind, op.command, op.request, result.difference;
			END IF;
		END LOOP;
		RAISE INFO '%: % agree', kind, agreed;
	END LOOP;
END $do$;

DROP SCHEMA matrix CASCADE;
DROP ROLE regress_matrix;

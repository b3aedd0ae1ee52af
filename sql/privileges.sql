-- Privileges: everything runs as the caller and does nothing that the caller could not do by hand; what the caller has
-- no privilege on is not told either; and nobody can make another role's calls run code of theirs.
\set VERBOSITY default
SET client_min_messages = warning;
CREATE ROLE regress_priv_owner;
CREATE ROLE regress_priv_append;
CREATE ROLE regress_priv_columns;
CREATE ROLE regress_priv_alice;
CREATE ROLE regress_priv_nobody;
CREATE ROLE regress_priv_hostile;
CREATE SCHEMA priv AUTHORIZATION regress_priv_owner;
CREATE SCHEMA priv_hidden AUTHORIZATION regress_priv_owner;
GRANT USAGE ON SCHEMA priv TO PUBLIC;
SET search_path = priv;
SET ROLE regress_priv_owner;
CREATE TABLE events (id serial PRIMARY KEY, at int NOT NULL, secret text DEFAULT 'dflt', UNIQUE (at));
INSERT INTO events (at, secret) VALUES (1, 'classified');
CREATE TABLE priv_hidden.papers (id int PRIMARY KEY, secret text);

-- An append-only role: it inserts, and is not told the key it may not read.
GRANT INSERT ON events TO regress_priv_append;
GRANT USAGE ON SEQUENCE events_id_seq TO regress_priv_append;
SET ROLE regress_priv_append;
SELECT connector.insert_rows('{"table": "events", "row": {"at": 2}}');
SELECT connector.insert_rows('{"table": "events", "columns": ["at", "secret"], "values": [[3, "three"], [4, null]]}');
SELECT connector.insert_rows('{"table": "events", "row": {"at": 5}, "returning": ["id"]}');
SELECT connector.insert_rows('{"table": "events", "row": {"at": 5}, "returning": true}');
SELECT connector.select_rows('{"table": "events"}');
SELECT connector.update_rows('{"table": "events", "set": {"secret": "x"}, "where": [["id", "=", 1]]}');
SELECT connector.delete_rows('{"table": "events", "where": [["id", "=", 1]]}');
SELECT connector.drop_table('{"table": "events"}');
SELECT connector.query('{"sql": "SELECT secret FROM events"}');
-- A key that exists: the detail PostgreSQL gives to those who may read the key
SELECT connector.insert_rows('{"table": "events", "rows": [{"at": 6}, {"at": 1}]}');
SELECT connector.insert_rows('{"table": "events", "row": {"at": null, "secret": "own value"}}');
SELECT connector.try_call('insert_rows', '{"table": "events", "rows": [{"at": 6}, {"at": 1}]}') -> 'error' -> 'detail' AS detail;
-- The same statement, kept, for one who may
SET ROLE regress_priv_owner;
SELECT connector.insert_rows('{"table": "events", "row": {"at": 7}}');
SELECT connector.insert_rows('{"table": "events", "row": {"at": 7}}');
SET ROLE regress_priv_append;
SELECT connector.insert_rows('{"table": "events", "row": {"at": 8}}');
SET ROLE regress_priv_owner;
SELECT connector.select_rows('{"table": "events", "columns": ["at", "secret"], "order_by": ["at"]}');

-- Grants on columns
GRANT SELECT (id, at), INSERT (at), UPDATE (at) ON events TO regress_priv_columns;
GRANT USAGE ON SEQUENCE events_id_seq TO regress_priv_columns;
SET ROLE regress_priv_columns;
SELECT connector.select_rows('{"table": "events", "columns": ["at", "id"], "where": [["at", "<=", 3]], "order_by": [["at", "desc"]]}');
SELECT connector.select_rows('{"table": "events", "where": [["at", "=", 1]]}');
SELECT connector.select_rows('{"table": "events", "columns": ["secret"]}');
SELECT connector.select_rows('{"table": "events", "columns": ["at"], "where": [["secret", "=", "classified"]]}');
SELECT connector.select_rows('{"table": "events", "columns": ["at"], "order_by": ["secret"]}');
SELECT connector.insert_rows('{"table": "events", "row": {"at": 10}}') ->> 'rowCount' AS inserted;
SELECT connector.insert_rows('{"table": "events", "row": {"at": 11}, "returning": ["at"]}') -> 'rows' AS rows;
SELECT connector.insert_rows('{"table": "events", "row": {"at": 12}, "returning": true}');
SELECT connector.insert_rows('{"table": "events", "row": {"at": 12, "secret": "x"}}');
SELECT connector.update_rows('{"table": "events", "set": {"at": 110}, "where": [["at", "=", 11]], "returning": ["at"]}');
SELECT connector.update_rows('{"table": "events", "set": {"secret": "x"}, "where": [["at", "=", 10]]}');
SELECT connector.update_rows('{"table": "events", "set": {"at": 111}, "where": [["secret", "=", "classified"]]}');
SELECT connector.delete_rows('{"table": "events", "where": [["at", "=", 10]]}');
-- A key whose column cannot be read is left out.
SET ROLE regress_priv_owner;
REVOKE SELECT (id) ON events FROM regress_priv_columns;
SET ROLE regress_priv_columns;
SELECT connector.insert_rows('{"table": "events", "row": {"at": 13}}');

-- Row-level security: rows of one's own are seen, changed and deleted, new ones must be one's own.
SET ROLE regress_priv_owner;
CREATE TABLE notes (id int PRIMARY KEY, who text DEFAULT CURRENT_USER, body text);
INSERT INTO notes VALUES (1, 'regress_priv_alice', 'mine'), (2, 'regress_priv_owner', 'not hers');
GRANT ALL ON notes TO regress_priv_alice;
SET ROLE regress_priv_alice;
-- Kept before the policy is there
SELECT connector.select_rows('{"table": "notes", "order_by": ["id"]}');
SELECT connector.update_rows('{"table": "notes", "set": {"body": "before"}, "where": [["id", "in", [1, 2]]]}');
SELECT connector.insert_rows('{"table": "notes", "row": {"id": 3, "body": "new"}}');
SET ROLE regress_priv_owner;
CREATE POLICY own ON notes USING (who = CURRENT_USER);
ALTER TABLE notes ENABLE ROW LEVEL SECURITY;
SET ROLE regress_priv_alice;
SELECT connector.select_rows('{"table": "notes", "order_by": ["id"]}');
SELECT connector.update_rows('{"table": "notes", "set": {"body": "after"}, "where": [["id", "in", [1, 2]]]}');
SELECT connector.update_rows('{"table": "notes", "set": {"body": "x"}, "where": [["id", "=", 2]], "returning": true}');
SELECT connector.update_rows('{"table": "notes", "set": {"who": "regress_priv_owner"}, "where": [["id", "=", 1]]}');
SELECT connector.delete_rows('{"table": "notes", "where": [["id", "=", 2]]}');
SELECT connector.delete_rows('{"table": "notes", "where": [["id", "=", 3]], "returning": ["id", "who"]}');
-- No insertedId, which would take a SELECT policy to let the row pass; RETURNING that is asked for is as ever.
SELECT connector.insert_rows('{"table": "notes", "row": {"id": 4, "body": "new"}}');
SELECT connector.insert_rows('{"table": "notes", "row": {"id": 5}, "returning": ["id", "who"]}');
SELECT connector.insert_rows('{"table": "notes", "row": {"id": 6, "who": "regress_priv_owner"}}');
-- The key of a row that is not seen is taken all the same.
SELECT connector.insert_rows('{"table": "notes", "row": {"id": 2}}');
SELECT connector.query('{"sql": "SELECT id FROM notes ORDER BY id"}');
SELECT connector.update_rows('{"table": "notes", "set": {"body": "all"}, "all_rows": true}');
-- The owner is not held by it, and back again the plans are still good for each.
SET ROLE regress_priv_owner;
SELECT connector.select_rows('{"table": "notes", "order_by": ["id"]}');
SELECT connector.query('{"sql": "SELECT id FROM notes ORDER BY id"}');
SELECT connector.insert_rows('{"table": "notes", "row": {"id": 7, "body": "new"}}');
SET ROLE regress_priv_alice;
SELECT connector.select_rows('{"table": "notes", "order_by": ["id"]}');
SELECT connector.query('{"sql": "SELECT id FROM notes ORDER BY id"}');
SET row_security = off;
SELECT connector.select_rows('{"table": "notes", "order_by": ["id"]}');
RESET row_security;
SET ROLE regress_priv_owner;
ALTER TABLE notes FORCE ROW LEVEL SECURITY;
SELECT connector.select_rows('{"table": "notes", "columns": ["id"], "order_by": ["id"]}');
SELECT connector.insert_rows('{"table": "notes", "row": {"id": 8, "body": "new"}}');
-- Policies that let one write what one cannot see
ALTER TABLE notes NO FORCE ROW LEVEL SECURITY;
DROP POLICY own ON notes;
CREATE POLICY append ON notes FOR INSERT WITH CHECK (true);
SET ROLE regress_priv_alice;
SELECT connector.insert_rows('{"table": "notes", "row": {"id": 9}}');
SELECT connector.insert_rows('{"table": "notes", "row": {"id": 10}, "returning": ["id"]}');

-- A schema without USAGE: nothing is told of what is in it, though its tables be granted and its plans kept.
SET ROLE regress_priv_owner;
GRANT ALL ON priv_hidden.papers TO PUBLIC;
SELECT connector.select_rows('{"table": "priv_hidden.papers"}');
SELECT connector.insert_rows('{"table": "priv_hidden.papers", "row": {"id": 1}}');
SELECT connector.query('{"sql": "SELECT * FROM priv_hidden.papers"}');
SET ROLE regress_priv_nobody;
SELECT connector.select_rows('{"table": "priv_hidden.papers"}');
SELECT connector.select_rows('{"table": "priv_hidden.papres"}');
SELECT connector.insert_rows('{"table": "priv_hidden.papers", "row": {"id": 1}}');
SELECT connector.query('{"sql": "SELECT * FROM priv_hidden.papers"}');
SELECT connector.execute('{"sql": "SELECT * FROM priv_hidden.papers"}');
SELECT connector.drop_table('{"table": "priv_hidden.papers"}');
SELECT connector.create_table('{"table": "priv_hidden.more", "columns": [{"name": "id", "type": "int"}]}');
SELECT connector.describe('{"schema": "priv_hidden"}');
SELECT connector.describe('{"table": "priv_hidden.papers"}');
SET search_path = priv_hidden, priv;
SELECT connector.select_rows('{"table": "papers"}');
SELECT connector.select_rows('{"table": "papres"}');
SET search_path = priv;
SELECT connector.select_rows('{"table": "papers"}');

-- No names for those without privileges: not in hints, ...
SELECT connector.select_rows('{"table": "event"}');
SELECT connector.select_rows('{"table": "priv.event"}');
SELECT connector.insert_rows('{"table": "events", "row": {"secrt": 1}}');
SELECT connector.select_rows('{"table": "events", "columns": ["secrt"]}');
SELECT connector.update_rows('{"table": "events", "set": {"secrt": 1}, "where": [["att", "=", 1]]}');
SET ROLE regress_priv_columns;
SELECT connector.select_rows('{"table": "event"}');
SELECT connector.select_rows('{"table": "events", "columns": ["secrt"]}');
SELECT connector.select_rows('{"table": "events", "columns": ["att"]}');
-- ... nor in what is described.
SELECT jsonb_pretty(connector.describe('{"schema": "priv"}')::jsonb #- '{tables,0,estimatedRows}');
SET ROLE regress_priv_append;
SELECT connector.describe('{"schema": "priv"}') #> '{tables,0,privileges}' AS privileges,
	(SELECT json_agg(c -> 'privileges') FROM json_array_elements(connector.describe('{"schema": "priv"}') #> '{tables,0,columns}') AS c) AS columns;
SET ROLE regress_priv_nobody;
SELECT connector.describe('{"schema": "priv"}');
SELECT connector.describe('{"table": "events"}');
SELECT connector.select_rows('{"table": "events"}');
SELECT connector.select_rows('{"table": "events", "columns": ["at"], "where": [["at", "=", 1]]}');
SELECT connector.insert_rows('{"table": "events", "row": {"at": 1}}');
SELECT connector.update_rows('{"table": "events", "set": {"at": 1}, "where": [["id", "=", 1]]}');
SELECT connector.delete_rows('{"table": "events", "where": [["id", "=", 1]]}');
SELECT connector.drop_table('{"table": "events"}');
SELECT connector.drop_table('{"table": "events", "if_exists": true, "cascade": true}');
SELECT connector.create_table('{"table": "mine", "columns": [{"name": "id", "type": "int"}]}');
SELECT connector.create_table('{"table": "events", "columns": [{"name": "id", "type": "int"}], "if_not_exists": true}');

-- A view's owner reads the view's table, its user does not.
SET ROLE regress_priv_owner;
CREATE VIEW early AS SELECT id, at FROM events WHERE at < 3;
GRANT SELECT, UPDATE ON early TO regress_priv_nobody;
SET ROLE regress_priv_nobody;
SELECT connector.select_rows('{"table": "early", "order_by": ["at"]}');
SELECT connector.update_rows('{"table": "early", "set": {"at": 0}, "where": [["at", "=", 1]], "returning": ["at"]}');
SELECT connector.insert_rows('{"table": "early", "row": {"at": 2}}');
SELECT connector.select_rows('{"table": "events"}');

-- Security definer wrappers: the caller of one acts as its owner, through the same plans, and is itself again behind it.
SET ROLE regress_priv_owner;
CREATE FUNCTION read_events(n int) RETURNS json LANGUAGE sql SECURITY DEFINER SET search_path = priv
AS $$ SELECT connector.select_rows(json_build_object('table', 'events', 'columns', '["at"]'::json, 'where', json_build_array(json_build_array('at', '=', n)))) $$;
CREATE FUNCTION query_events() RETURNS json LANGUAGE sql SECURITY DEFINER SET search_path = priv
AS $$ SELECT connector.query('{"sql": "SELECT count(*) > 0 AS any, current_user AS me FROM events"}') $$;
CREATE FUNCTION insert_event(n int) RETURNS json LANGUAGE sql SECURITY DEFINER SET search_path = priv
AS $$ SELECT connector.insert_rows(json_build_object('table', 'events', 'row', json_build_object('at', n))) $$;
SELECT read_events(2);
SET ROLE regress_priv_nobody;
SELECT read_events(2);
SELECT connector.select_rows('{"table": "events", "columns": ["at"], "where": [["at", "=", 2]]}');
SELECT query_events();
SELECT connector.query('{"sql": "SELECT count(*) > 0 AS any, current_user AS me FROM events"}');
SELECT insert_event(20) ->> 'rowCount' AS inserted;
SELECT insert_event(20);
-- No longer once the privilege of its owner is gone
RESET ROLE;
ALTER FUNCTION read_events(int) OWNER TO regress_priv_append;
SET ROLE regress_priv_nobody;
SELECT read_events(2);

-- EXECUTE on functions of the caller's own SQL is checked for each role, plans kept or not.
SET ROLE regress_priv_owner;
CREATE FUNCTION confidential() RETURNS text LANGUAGE sql STABLE AS $$ SELECT 'confidential' $$;
REVOKE ALL ON FUNCTION confidential() FROM PUBLIC;
SELECT connector.query('{"sql": "SELECT confidential()"}');
SET ROLE regress_priv_nobody;
SELECT connector.query('{"sql": "SELECT confidential()"}');

-- A column's default and a trigger run as the caller as well, and what they raise comes through.
SET ROLE regress_priv_owner;
CREATE TABLE defaults (id int DEFAULT length(confidential()), a int);
GRANT INSERT ON defaults TO regress_priv_nobody;
SET ROLE regress_priv_nobody;
SELECT connector.insert_rows('{"table": "defaults", "row": {"a": 1}}');
SELECT connector.insert_rows('{"table": "defaults", "row": {"a": 1, "id": 1}}');

-- A hostile role, which may create in a schema of the victim's search path and in the schema of a column's type, and
-- knows which of the operators and functions of ours it would have to come before.
RESET ROLE;
CREATE SCHEMA priv_shared;
GRANT USAGE, CREATE ON SCHEMA priv_shared TO regress_priv_hostile, regress_priv_owner;
GRANT USAGE ON SCHEMA priv_shared TO PUBLIC;
SET ROLE regress_priv_owner;
SET search_path = priv_shared;
CREATE TYPE mood AS ENUM ('sad', 'happy');
CREATE TYPE pair AS (a int, b int);
CREATE DOMAIN email AS text;
CREATE TABLE people (id int PRIMARY KEY, name text, big bigint, mood mood, pair pair, email email, moods mood[], doc json);
INSERT INTO people VALUES (1, 'one', 1, 'sad', (1, 2), 'a@b', '{sad}', '{}');
SET ROLE regress_priv_hostile;
DO $$
DECLARE
	types text[] := '{integer,bigint,smallint,text,name,oid,real,"char",boolean,json,mood,pair,email,mood[],anyelement,anyenum,record,name[],smallint[],int2vector,oidvector}';
	l text;
	r text;
	op text;
BEGIN
	CREATE FUNCTION run_hostile_code() RETURNS bool LANGUAGE plpgsql AS $f$ BEGIN RAISE 'hostile code runs as %', current_user; END $f$;
	FOREACH l IN ARRAY types LOOP
		FOREACH r IN ARRAY types LOOP
			CONTINUE WHEN (l LIKE 'any%') <> (r LIKE 'any%') OR l LIKE 'any%' AND l <> r;
			EXECUTE format('CREATE FUNCTION hostile(%s, %s) RETURNS bool LANGUAGE plpgsql AS ''BEGIN RETURN priv_shared.run_hostile_code(); END''', l, r);
			FOREACH op IN ARRAY '{=,<>,<,<=,>,>=,~~,!~,~}'::text[] LOOP
				EXECUTE format('CREATE OPERATOR %s (LEFTARG = %s, RIGHTARG = %s, FUNCTION = hostile)', op, l, r);
			END LOOP;
		END LOOP;
	END LOOP;
	CREATE FUNCTION hostile_state(bool, anyelement) RETURNS bool LANGUAGE plpgsql AS 'BEGIN RETURN priv_shared.run_hostile_code(); END';
	FOREACH l IN ARRAY '{integer,text,json,mood,pair,mood[]}'::text[] LOOP
		FOREACH op IN ARRAY '{count,sum,avg,min,max}'::text[] LOOP
			EXECUTE format('CREATE AGGREGATE %s(%s) (SFUNC = hostile_state, STYPE = bool)', op, l);
		END LOOP;
	END LOOP;
END $$;
CREATE FUNCTION lower(text) RETURNS text LANGUAGE sql AS $$ SELECT run_hostile_code()::text $$;
CREATE FUNCTION format_type(oid, int) RETURNS text LANGUAGE sql AS $$ SELECT run_hostile_code()::text $$;
CREATE FUNCTION request_rows(people) RETURNS SETOF people LANGUAGE sql AS $$ SELECT (NULL::people).* FROM run_hostile_code() $$;
CREATE FUNCTION select_rows(text) RETURNS json LANGUAGE sql AS $$ SELECT to_json(run_hostile_code()) $$;
CREATE TABLE pg_class (hostile int);
CREATE TABLE pg_namespace (hostile int);
CREATE TABLE pg_stat_ssl (hostile int);
-- It may not create in ours.
CREATE FUNCTION connector.request_rows(priv_shared.people) RETURNS SETOF priv_shared.people LANGUAGE sql AS $$ SELECT NULL::priv_shared.people $$;

SET ROLE regress_priv_owner;
-- It would work, were it written by hand:
SELECT count(*) FROM people WHERE mood = 'sad';
-- Ours, under search paths that lead there early, late and not at all
CREATE FUNCTION victim(path text) RETURNS SETOF text LANGUAGE plpgsql AS $$
DECLARE
	c text[];
	i int := 0;
BEGIN
	PERFORM set_config('search_path', path, false);
	FOREACH c SLICE 1 IN ARRAY ARRAY[
		ARRAY['describe', '{"schema": "priv_shared"}'], ARRAY['describe', '{"table": "priv_shared.people"}'], ARRAY['describe', '{"limit": 1, "after": "a.b"}'],
		ARRAY['test_connection', '{}'], ARRAY['commands', '{}'],
		ARRAY['select_rows', '{"table": "priv_shared.people", "where": [["id", "=", 1], ["name", "=", "one"], ["big", "<>", 2], ["email", "=", "a@b"], ["name", "like", "o%"]]}'],
		ARRAY['select_rows', '{"table": "priv_shared.people", "where": [["id", ">=", 1], ["name", "<=", "one"], ["big", ">", 0], ["email", "<", "b"], ["email", "like", "a%"]]}'],
		ARRAY['select_rows', '{"table": "priv_shared.people", "where": [["id", "in", [1]], ["name", "in", ["one"]], ["big", "in", [1]], ["email", "in", ["a@b"]]], "order_by": ["mood", "pair", "email", "moods"]}'],
		ARRAY['select_rows', '{"table": "priv_shared.people", "where": [["mood", "=", "sad"]]}'], ARRAY['select_rows', '{"table": "priv_shared.people", "where": [["mood", "in", ["sad"]]]}'],
		ARRAY['select_rows', '{"table": "priv_shared.people", "where": [["mood", "<", "happy"], ["mood", "<=", "sad"], ["mood", ">=", "sad"], ["mood", "!=", "happy"]]}'],
		ARRAY['select_rows', '{"table": "priv_shared.people", "where": [["pair", "=", {"a": 1, "b": 2}]]}'], ARRAY['select_rows', '{"table": "priv_shared.people", "where": [["pair", ">", [1, 1]]]}'],
		ARRAY['select_rows', '{"table": "priv_shared.people", "where": [["moods", "=", ["sad"]]]}'],
		ARRAY['select_rows', '{"table": "priv_shared.people", "where": [["mood", "like", "s%"]]}'], ARRAY['select_rows', '{"table": "priv_shared.people", "where": [["doc", "=", {}]]}'],
		ARRAY['update_rows', '{"table": "priv_shared.people", "set": {"mood": "sad", "pair": [1, 2]}, "where": [["mood", "=", "sad"], ["id", "=", 1]]}'],
		ARRAY['insert_rows', '{"table": "priv_shared.people", "row": {"id": 2, "mood": "sad", "pair": {"a": 1}}}'],
		ARRAY['delete_rows', '{"table": "priv_shared.people", "where": [["id", "=", 2], ["mood", "=", "sad"]]}'],
		ARRAY['create_table', '{"table": "priv_shared.made", "columns": [{"name": "m", "type": "priv_shared.mood", "default": "sad"}]}'],
		ARRAY['drop_table', '{"table": "priv_shared.made"}'],
		ARRAY['upsert_rows', '{"table": "priv_shared.people", "row": {"id": 1, "name": "one", "mood": "sad", "pair": [1, 2]}, "on_conflict": {"columns": ["id"], "if": [["mood", "=", "mood"], ["pair", "<=", "pair"]]}}'],
		ARRAY['upsert_rows', '{"table": "priv_shared.people", "row": {"id": 1, "mood": "sad", "pair": [1, 2]}, "on_conflict": {"columns": ["id"], "if": [["pair", "<", "mood"]]}}'],
		ARRAY['upsert_rows', '{"table": "priv_shared.people", "row": {"id": 1, "moods": []}, "on_conflict": {"columns": ["id"], "if": [["moods", "is_distinct_from", "name"]]}}'],
		ARRAY['upsert_rows', '{"table": "priv_shared.people", "row": {"id": 1, "doc": {}}, "on_conflict": {"columns": ["id"], "if": [["doc", "=", "mood"]]}}'],
		ARRAY['select_rows', '{"table": "priv_shared.people", "aggregates": {"least": ["min", "mood"], "most": ["max", "moods"], "n": ["count", "pair"], "kinds": ["count_distinct", "mood"]}}'],
		ARRAY['select_rows', '{"table": "priv_shared.people", "aggregates": {"most": ["max", "pair"]}}'],
		ARRAY['select_rows', '{"table": "priv_shared.people", "aggregates": {"total": ["sum", "mood"]}}'],
		ARRAY['select_rows', '{"table": "priv_shared.people", "aggregates": {"mean": ["avg", "pair"]}}']] LOOP
		i := i + 1;
		RETURN NEXT i || ' ' || c[1] || ': ' || coalesce(e ->> 'message', 'ok' || coalesce(', rowCount ' || (r ->> 'rowCount'), ''))
			FROM (SELECT r, r -> 'error' AS e FROM connector.try_call(c[1], c[2]) AS r) AS s;
	END LOOP;
END $$;
SELECT * FROM priv_shared.victim('priv_shared, pg_catalog');
SELECT * FROM priv_shared.victim('pg_catalog');
SELECT * FROM priv_shared.victim('priv_shared') AS v WHERE v !~ 'ok';
-- A kept plan, made by one role and used by another under another path
SET search_path = priv_shared, pg_catalog;
SET ROLE regress_priv_hostile;
SELECT connector.select_rows('{"table": "pg_catalog.pg_am", "columns": ["amname"], "where": [["amname", "=", "heap"]]}');
RESET ROLE;
SELECT connector.select_rows('{"table": "pg_catalog.pg_am", "columns": ["amname"], "where": [["amname", "=", "heap"]]}');
RESET search_path;
-- What the owner of the type has put beside it may run.
DROP OPERATOR priv_shared.>(priv_shared.pair, priv_shared.mood);
DROP AGGREGATE priv_shared.sum(priv_shared.pair);
SET ROLE regress_priv_owner;
CREATE FUNCTION priv_shared.pair_is_sad(priv_shared.pair, priv_shared.mood) RETURNS bool LANGUAGE sql IMMUTABLE AS $$ SELECT ($1).a = 1 $$;
CREATE OPERATOR priv_shared.> (LEFTARG = priv_shared.pair, RIGHTARG = priv_shared.mood, FUNCTION = priv_shared.pair_is_sad);
CREATE FUNCTION priv_shared.add_pair(int, priv_shared.pair) RETURNS int LANGUAGE sql AS $$ SELECT $1 + ($2).a $$;
CREATE AGGREGATE priv_shared.sum(priv_shared.pair) (SFUNC = priv_shared.add_pair, STYPE = int, INITCOND = 0);
SELECT connector.upsert_rows('{"table": "priv_shared.people", "row": {"id": 1, "mood": "sad", "pair": [1, 2]}, "on_conflict": {"columns": ["id"], "if": [["pair", ">", "mood"]]}}');
SELECT connector.select_rows('{"table": "priv_shared.people", "aggregates": {"total": ["sum", "pair"]}}');

-- The rows of a request are for the statement that writes them only: a cursor of a trigger's reads them no longer.
SET ROLE regress_priv_owner;
SET search_path = priv_shared;
CREATE TABLE spied (id int, a text);
SELECT connector.request_rows(NULL::spied);
CREATE FUNCTION spy() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE c refcursor := 'rows'; r spied;
BEGIN
	IF NEW.id = 1 THEN
		OPEN c FOR SELECT (connector.request_rows(NULL::priv_shared.spied)).*;
		FETCH c INTO r;
	END IF;
	RETURN NEW;
END $$;
CREATE TRIGGER spy BEFORE INSERT ON spied FOR EACH ROW EXECUTE FUNCTION spy();
CREATE TABLE other_spied (id int, a text);
CREATE FUNCTION fetch_again() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE c refcursor := 'rows'; r spied;
BEGIN FETCH c INTO r; RAISE NOTICE 'fetched %', r; RETURN NEW; END $$;
CREATE TRIGGER spy BEFORE INSERT ON other_spied FOR EACH ROW EXECUTE FUNCTION fetch_again();
BEGIN;
SELECT connector.insert_rows('{"table": "spied", "rows": [{"id": 1, "a": "x"}, {"id": 2, "a": "y"}, {"id": 3, "a": "z"}]}');
FETCH ALL FROM rows;
ROLLBACK;
-- Nor the rows of another request
BEGIN;
SELECT connector.insert_rows('{"table": "spied", "rows": [{"id": 1, "a": "x"}, {"id": 2, "a": "y"}, {"id": 3, "a": "z"}]}');
SELECT connector.insert_rows('{"table": "other_spied", "rows": [{"id": 1, "a": "secret"}, {"id": 2, "a": "secret"}]}');
ROLLBACK;
SELECT connector.select_rows('{"table": "spied"}');

RESET ROLE;
RESET search_path;
DROP SCHEMA priv, priv_hidden, priv_shared CASCADE;
DROP ROLE regress_priv_owner, regress_priv_append, regress_priv_columns, regress_priv_alice, regress_priv_nobody, regress_priv_hostile;

-- Beside an extension's type stand its operators.  One that somebody made there for a domain of it would fit better, and is not taken.
CREATE SCHEMA priv_types;
CREATE EXTENSION citext SCHEMA priv_types;
CREATE ROLE regress_priv_maker;
GRANT USAGE, CREATE ON SCHEMA priv_types TO regress_priv_maker;
CREATE DOMAIN priv_types.word AS priv_types.citext;
SET ROLE regress_priv_maker;
CREATE FUNCTION priv_types.hostile(priv_types.word, priv_types.citext) RETURNS boolean LANGUAGE plpgsql AS $$ BEGIN RAISE 'hostile code runs as %', current_user; END $$;
CREATE FUNCTION priv_types.hostile(priv_types.word, priv_types.word) RETURNS boolean LANGUAGE plpgsql AS $$ BEGIN RAISE 'hostile code runs as %', current_user; END $$;
CREATE OPERATOR priv_types.= (FUNCTION = priv_types.hostile, LEFTARG = priv_types.word, RIGHTARG = priv_types.citext);
CREATE OPERATOR priv_types.= (FUNCTION = priv_types.hostile, LEFTARG = priv_types.word, RIGHTARG = priv_types.word);
CREATE OPERATOR priv_types.< (FUNCTION = priv_types.hostile, LEFTARG = priv_types.word, RIGHTARG = priv_types.citext);
CREATE OPERATOR priv_types.< (FUNCTION = priv_types.hostile, LEFTARG = priv_types.word, RIGHTARG = priv_types.word);
CREATE OPERATOR priv_types.~~ (FUNCTION = priv_types.hostile, LEFTARG = priv_types.word, RIGHTARG = priv_types.citext);
RESET ROLE;
CREATE TABLE priv_words (w priv_types.word PRIMARY KEY, x priv_types.word, n integer);
INSERT INTO priv_words VALUES ('Word', 'word', 1);
SELECT command, connector.try_call(command, request) FROM (VALUES
	('select_rows', '{"table": "priv_words", "columns": ["n"], "where": [["w", "=", "word"]]}'),
	('select_rows', '{"table": "priv_words", "columns": ["n"], "where": [["w", "in", ["word"]]]}'),
	('select_rows', '{"table": "priv_words", "columns": ["n"], "where": [["w", "<", "x"], ["w", "between", ["a", "z"]]]}'),
	('select_rows', '{"table": "priv_words", "columns": ["n"], "where": [["w", "like", "WO%"]]}'),
	('select_rows', '{"table": "priv_words", "columns": ["n"], "where": [{"columns": ["w", "=", "x"]}, {"columns": ["w", "is_not_distinct_from", "x"]}]}'),
	('select_rows', '{"table": "priv_words", "group_by": ["w"], "aggregates": {"m": ["max", "x"]}, "order_by": ["w"]}'),
	('update_rows', '{"table": "priv_words", "key": ["w"], "rows": [{"w": "WORD", "n": 2}]}'),
	('update_rows', '{"table": "priv_words", "set": {"n": 3}, "where": [["w", "=", "word"]], "order_by": ["w"], "limit": 1}'),
	('upsert_rows', '{"table": "priv_words", "row": {"w": "WORD", "x": "w", "n": 4}, "on_conflict": {"if": [["x", "<", "w"]]}}'),
	('upsert_rows', '{"table": "priv_words", "row": {"w": "WORD", "x": "w", "n": 5}, "on_conflict": {"if": [["x", "is_distinct_from", "w"]]}}'),
	('delete_rows', '{"table": "priv_words", "key": ["w"], "rows": [{"w": "WORD"}]}')) AS v(command, request);
DROP TABLE priv_words;
DROP SCHEMA priv_types CASCADE;
DROP ROLE regress_priv_maker;

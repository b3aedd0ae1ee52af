-- Requests that differ only in their values are not read again from the third on; nothing about them may be different.
SET client_min_messages = warning;
CREATE SCHEMA templates;
SET search_path = templates;
CREATE TABLE t (id int PRIMARY KEY, name text, amount numeric(8,2), at timestamptz, ok bool, tags text[], doc jsonb, span int4range);
INSERT INTO t SELECT i, 'name ' || i, i * 1.5, timestamptz '2026-01-01 00:00:00Z' + i * interval '1 day', i % 2 = 0,
  ARRAY['t' || i], jsonb_build_object('n', i), int4range(i, i + 10)
FROM generate_series(1, 30) i;

-- A request like others that came before, with another value: its result, or its error.
CREATE FUNCTION ask(request text, value text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
  code text;
  message text;
  context text;
BEGIN
  RETURN connector.select_rows(replace(request, '?', value));
EXCEPTION WHEN OTHERS THEN
  GET STACKED DIAGNOSTICS code = RETURNED_SQLSTATE, message = MESSAGE_TEXT, context = PG_EXCEPTION_CONTEXT;
  RETURN code || ' ' || message || ' ' || split_part(context, E'\n', 1);
END $$;
-- The same, after three of its kind.
CREATE FUNCTION ask_often(request text, usual text, value text) RETURNS text LANGUAGE plpgsql AS $$
BEGIN
  FOR i IN 1 .. 3 LOOP
    PERFORM ask(request, usual);
  END LOOP;
  RETURN ask(request, value);
END $$;

-- Each kind of value, and what is no value or not a good one: the same as of a request that is read for the first time
-- by a session that keeps no plans.
CREATE TABLE questions AS
SELECT r.request, r.usual, v.value
FROM (VALUES
    ('{"table":"t","columns":["id","name"],"where":[["id","=",?]]}', '3'),
    ('{"table":"t","columns":["id","name"],"where":[["id",">",?],["id","<",9]],"limit":3}', '3'),
    ('{"table":"t","columns":["id","name"],"where":[["name","=",?]]}', '"name 3"'),
    ('{"table":"t","columns":["id","name"],"where":[["name","like",?]]}', '"name 3%"'),
    ('{"table":"t","columns":["id","name"],"where":[["name","starts_with",?]]}', '"name 3"'),
    ('{"table":"t","columns":["id","amount"],"where":[{"or":[["amount","=",?],["id","=",7]]}]}', '4.5'),
    ('{"table":"t","columns":["id","at"],"where":[["at","<=",?]]}', '"2026-01-02T00:00:00Z"'),
    ('{"table":"t","columns":["id","at"],"where":[["ok","=",?],["id","<",4]]}', 'true'),
    ('{"table":"t","columns":["id","at"],"where":[["id","between",[2,?]]]}', '4'),
    ('{"table":"t","columns":["id","at"],"where":[["id","in",[2,?]]]}', '4'),
    ('{"table":"t","columns":["id","tags"],"where":[["tags","in",[?]]]}', '"{t3}"'),
    ('{"table":"t","columns":["id","tags"],"where":[["tags","contains",?]]}', '["t3"]'),
    ('{"table":"t","columns":["id","span"],"where":[["span","contains",?],["id","<",5]]}', '3'),
    ('{"table":"t","columns":["id","doc"],"where":[["doc","=",?]]}', '{"n":3}'),
    ('{"table":"t","columns":["id","doc"],"where":[[["doc","n"],"=",?]]}', '3')
  ) r(request, usual),
  (VALUES ('3'), ('4.50'), ('4.0'), ('-1'), ('1e1'), ('01'), ('1 2'), (''), ('1]]} '), ('1,2'), ('99999999999999999999'), ('null'), ('true'), ('false'),
    ('"3"'), ('"name 4"'), ('"n\u0061me 5"'), ('"na\"me"'), ('"name 6'), ('"\u0000"'), ('"\ud800"'), ('"name%"'), ('"{t4}"'), ('"[1,5)"'), ('"empty"'),
    ('"2026-01-03T12:00:00+05:00"'), ('"yesterday, or so"'), ('[3]'), ('["t4"]'), ('{"n":4}'), ('{"columns":["id","id"]}'), ('  4  '), (E'"a\tb"')) v(value);
CREATE TABLE answers AS SELECT *, ask_often(request, usual, value) AS answer FROM questions;
SET pg_connector.plan_cache = 0;
SELECT count(*) AS questions, count(*) FILTER (WHERE answer LIKE '{%') AS rows, count(*) FILTER (WHERE answer LIKE '{%}],%') AS some,
  count(*) FILTER (WHERE answer IS DISTINCT FROM ask(request, value)) AS differ FROM answers;
RESET pg_connector.plan_cache;
-- What became of a few.
SELECT ask_often('{"table":"t","columns":["id"],"where":[["id","=",?]]}', '1', '2');
SELECT ask_often('{"table":"t","columns":["id"],"where":[["id","=",?]]}', '1', '"x"');
SELECT ask_often('{"table":"t","columns":["id"],"where":[["id","=",?]]}', '1', 'null');
SELECT ask_often('{"table":"t","columns":["id"],"where":[["id","=",?]]}', '1', '2]],"wher":[[1');
SELECT ask_often('{"table":"t","columns":["id"],"where":[["id","=",?]]} ', '1', '2');
SELECT ask('{"table":"t","columns":["id"],"where":[["id","=",?]]} x', '1');
SELECT ask('{"table":"t","columns":["id"],"where":[["id","=",?]]', '1');

-- Settings are those of the call.
SELECT ask_often('{"table":"t","columns":["id"],"where":[["id",">",?]]}', '1', '28');
SET pg_connector.default_limit = 1;
SELECT ask('{"table":"t","columns":["id"],"where":[["id",">",?]]}', '27');
RESET pg_connector.default_limit;
SET pg_connector.row_cap = 2;
SELECT ask('{"table":"t","columns":["id"],"where":[["id",">",?]]}', '27');
RESET pg_connector.row_cap;
SET pg_connector.allow = 'write';
SELECT ask('{"table":"t","columns":["id"],"where":[["id",">",?]]}', '27');
RESET pg_connector.allow;
SET pg_connector.request_cap = 1024;
SELECT left(ask('{"table":"t","columns":["id"],"where":[["id",">",?]]}', '27' || repeat(' ', 1000)), 60);
RESET pg_connector.request_cap;

-- The table is the one that the name means now, as it is now.
CREATE TABLE u (id int PRIMARY KEY, v text);
INSERT INTO u VALUES (1, 'one'), (2, 'two');
SELECT ask_often('{"table":"u","columns":["id","v"],"where":[["id","=",?]]}', '1', '2');
ALTER TABLE u RENAME TO u_old;
SELECT ask('{"table":"u","columns":["id","v"],"where":[["id","=",?]]}', '2');
CREATE TABLE u (id text, v int);
INSERT INTO u VALUES ('2', 22);
SELECT ask('{"table":"u","columns":["id","v"],"where":[["id","=",?]]}', '2');
SELECT ask_often('{"table":"u","columns":["id","v"],"where":[["id","=",?]]}', '1', '2');
ALTER TABLE u DROP COLUMN v;
SELECT ask('{"table":"u","columns":["id","v"],"where":[["id","=",?]]}', '2');
ALTER TABLE u ADD COLUMN v text DEFAULT 'new';
SELECT ask_often('{"table":"u","columns":["id","v"],"where":[["id","=",?]]}', '1', '2');
CREATE TEMP TABLE u (id int, v text);
INSERT INTO u VALUES (2, 'temporary');
SELECT ask('{"table":"u","columns":["id","v"],"where":[["id","=",?]]}', '2');
DROP TABLE pg_temp.u;
SELECT ask('{"table":"u","columns":["id","v"],"where":[["id","=",?]]}', '2');
CREATE SCHEMA other;
CREATE TABLE other.u (id int, v text);
INSERT INTO other.u VALUES (2, 'other');
SET search_path = other, templates;
SELECT ask('{"table":"u","columns":["id","v"],"where":[["id","=",?]]}', '2');
SET search_path = templates;
SELECT ask('{"table":"u","columns":["id","v"],"where":[["id","=",?]]}', '2');
SELECT ask_often('{"table":"other.u","columns":["id","v"],"where":[["id","=",?]]}', '2', '2');
ALTER SCHEMA other RENAME TO another;
SELECT ask('{"table":"other.u","columns":["id","v"],"where":[["id","=",?]]}', '2');

-- The role is the one of the call.
CREATE ROLE regress_template;
GRANT USAGE ON SCHEMA templates TO regress_template;
GRANT EXECUTE ON FUNCTION ask(text, text), ask_often(text, text, text) TO regress_template;
GRANT SELECT (id) ON t TO regress_template;
SELECT ask_often('{"table":"t","columns":["name"],"where":[["id","=",?]]}', '1', '2');
SELECT ask_often('{"table":["another","u"],"columns":["id"],"where":[["id","=",?]]}', '1', '2');
SET ROLE regress_template;
SELECT ask('{"table":"t","columns":["name"],"where":[["id","=",?]]}', '2');
SELECT ask('{"table":["another","u"],"columns":["id"],"where":[["id","=",?]]}', '2');
SELECT ask_often('{"table":"t","columns":["id"],"where":[["id","<=",?]]}', '1', '2');
RESET ROLE;
ALTER TABLE t ENABLE ROW LEVEL SECURITY;
CREATE POLICY p ON t TO regress_template USING (id <> 2);
SET ROLE regress_template;
SELECT ask('{"table":"t","columns":["id"],"where":[["id","<=",?]]}', '3');
RESET ROLE;
SELECT ask('{"table":"t","columns":["id"],"where":[["id","<=",?]]}', '3');

-- Members that are no part of it; the same text for another command; inside itself; more requests than are remembered.
SELECT ask_often('{"table":"t","columns":["id"],"where":[["id","=",?]],"count":"exact"}', '1', '2');
SELECT ask_often('{"table":"t","columns":["id"],"order_by":["id"],"where":[["id",">",?]],"limit":1}', '1', '2') LIKE '{"rows":[{"id":3}],"rowCount":1,"more":true,"limitedBy":"limit","next":"%';
SELECT ask_often('{"table":"t","columns":["id"],"where":[["id",">",?]],"limit":1,"offset":1}', '1', '2');
SELECT ask_often('{"table":"t","columns":["id"],"where":[["id",">",?]],"limit":1,"numbers":"string"}', '1', '2');
SELECT ask_often('{"table":"t","columns":["id"],"where":[["id",">",?]],"limit":1,"metadata":true}', '1', '2');
SELECT ask_often('{"table":"t","columns":["id"],"where":[["id","=",?]],"timeout_ms":1000}', '1', '2');
SELECT ask_often('{"table":"t","columns":["id"],"where":[["id","=",?]]}', '1', '2');
SELECT connector.try_call('delete_rows', '{"table":"t","columns":["id"],"where":[["id","=",2]]}') #>> '{error,message}';
SELECT connector.try_call('select_rows', '{"table":"t","columns":["id"],"where":[["id","=",2]]}');
SELECT connector.try_call('select_rows', '{"table":"t","columns":["id"],"where":[["id","=","x"]]}') #>> '{error,path}';
SELECT connector.batch('{"commands":[{"command":"select_rows","table":"t","columns":["id"],"where":[["id","=",2]]},{"command":"select_rows","table":"t","columns":["id"],"where":[["id","=",3]]}]}');
CREATE FUNCTION inner_name(i int) RETURNS text LANGUAGE sql VOLATILE AS
  $$ SELECT connector.select_rows('{"table":"t","columns":["name"],"where":[["id","=",' || i || ']]}') #>> '{rows,0,name}' $$;
CREATE VIEW outer_view AS SELECT id, inner_name(id) AS name FROM t;
SELECT ask_often('{"table":"outer_view","columns":["id","name"],"where":[["id","<",?]]}', '2', '5');
SELECT count(*) FILTER (WHERE ask_often('{"table":"t","columns":["id"],"where":[["id","=",?],["id","<>",' || i || ']]}', '1', '2') = '{"rows":[{"id":2}],"rowCount":1}')
FROM generate_series(1001, 1100) i;
SET pg_connector.plan_cache = 3;
SELECT count(*) FILTER (WHERE ask_often('{"table":"t","columns":["id","name"],"where":[["id","=",?],["id","<>",' || i || ']]}', '1', '2') = '{"rows":[{"id":2,"name":"name 2"}],"rowCount":1}')
FROM generate_series(1001, 1100) i;
RESET pg_connector.plan_cache;
DROP OWNED BY regress_template;
DROP ROLE regress_template;
DROP SCHEMA templates, another CASCADE;

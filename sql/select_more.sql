-- Rows of one table: order, limit, groups, counts, formats.

CREATE SCHEMA sel;
SET search_path = sel;

CREATE TABLE sale (
  id bigint PRIMARY KEY,
  region text,
  product varchar(20) NOT NULL,
  amount numeric(10,2),
  price float8,
  sold date,
  span interval,
  ok boolean,
  info json,
  xid xid
);
INSERT INTO sale VALUES
  (1, 'north', 'pen', 1.50, 0.1, '2026-01-05', '1 day', true, '{"big": 12345678901234567890}', '1'),
  (2, 'north', 'ink', 20.00, 0.2, '2026-01-06', '2 days', false, '[1]', '2'),
  (3, 'south', 'pen', NULL, 0.3, NULL, NULL, NULL, NULL, NULL),
  (4, NULL, 'pen', 3.25, 'NaN', '2026-01-05', '1 mon', true, '"x"', '1'),
  (9007199254740993, 'south', 'ink', 12345678.90, '-Infinity', '2025-12-31', '-1 day', true, '1', '3');

-- Direction and NULLs.
SELECT connector.select_rows('{"table": "sale", "columns": ["region", "id"], "order_by": ["region", ["id", "desc"]]}');
SELECT connector.select_rows('{"table": "sale", "columns": ["region", "id"], "order_by": [["region", "desc"], "id"]}');
SELECT connector.select_rows('{"table": "sale", "columns": ["region", "id"], "order_by": [["region", "asc", "nulls_first"], ["amount", "desc", "nulls_last"]], "offset": 1, "limit": 3}')::jsonb - 'next' AS page;

SELECT connector.select_rows('{"table": "sale", "order_by": [["id", "down"]]}');
SELECT connector.select_rows('{"table": "sale", "order_by": [["id"]]}');
SELECT connector.select_rows('{"table": "sale", "order_by": [["id", "asc", "nulls_middle"]]}');
SELECT connector.select_rows('{"table": "sale", "order_by": [["id", "asc", "nulls_last", "x"]]}');
SELECT connector.select_rows('{"table": "sale", "order_by": [1]}');
SELECT connector.select_rows('{"table": "sale", "order_by": "id"}');
SELECT connector.select_rows('{"table": "sale", "order_by": ["idd"]}');
SELECT connector.select_rows('{"table": "sale", "order_by": ["id", ["id", "desc"]]}');
SELECT connector.select_rows('{"table": "sale", "order_by": ["info"]}');
SELECT connector.select_rows('{"table": "sale", "offset": -1}');
SELECT connector.select_rows('{"table": "sale", "limit": 1.5}');

-- distinct
SELECT connector.select_rows('{"table": "sale", "columns": ["product"], "distinct": true, "order_by": ["product"]}');
SELECT connector.select_rows('{"table": "sale", "columns": ["product", "region"], "distinct": true, "order_by": [["region", "desc", "nulls_last"], "product"], "limit": 2, "count": "exact"}');
SELECT connector.select_rows('{"table": "sale", "columns": ["product"], "distinct": false, "limit": 1}');
SELECT connector.select_rows('{"table": "sale", "columns": ["product"], "distinct": true, "order_by": ["id"]}');
SELECT connector.select_rows('{"table": "sale", "columns": ["product", "info"], "distinct": true}');
SELECT connector.select_rows('{"table": "sale", "columns": [], "distinct": true}');
SELECT connector.select_rows('{"table": "sale", "columns": ["xid"], "distinct": true, "where": [["id", "<", 3]], "order_by": ["xid"]}');

SELECT connector.select_rows('{"table": "sale", "columns": ["xid"], "distinct": true, "where": [["id", "in", [1, 4]]]}');

-- Groups and aggregates.
SELECT connector.select_rows('{"table": "sale", "group_by": ["region"], "aggregates": {"n": ["count"], "with amount": ["count", "amount"],
  "total": ["sum", "amount"], "mean": ["avg", "amount"], "first": ["min", "sold"], "last": ["max", "product"], "products": ["count_distinct", "product"]},
  "order_by": [["total", "desc", "nulls_last"], "region"], "metadata": true}');
SELECT connector.select_rows('{"table": "sale", "aggregates": {"n": ["count"], "span": ["sum", "span"], "price": ["min", "price"]}, "where": [["id", "in", [1, 2]]]}');
SELECT connector.select_rows('{"table": "sale", "aggregates": {"n": ["count"], "total": ["sum", "amount"]}, "where": [["id", "<", 0]], "count": "exact"}');
SELECT connector.select_rows('{"table": "sale", "group_by": ["product", "region"], "order_by": ["region", "product"], "limit": 3, "count": "exact"}');
-- "columns" chooses among the groups' columns; the order may name any of them.
SELECT connector.select_rows('{"table": "sale", "columns": ["product"], "group_by": ["region", "product"], "aggregates": {"count": ["count"]}, "order_by": [["count", "desc"], ["region", "desc"], "product"]}');
-- Names of aggregates are the request's, whatever they are, and no part of the statement.
SELECT connector.select_rows('{"table": "sale", "aggregates": {"\"; DROP TABLE sale; --": ["count"], "a name that is longer than a name in PostgreSQL may be, which does not matter": ["max", "id"]}}');
-- A column called like a function.
CREATE TABLE named (count int, sum int, id int);
INSERT INTO named VALUES (1, 5, 1), (2, 4, 2), (2, 3, 3);
SELECT connector.select_rows('{"table": "named", "columns": ["sum"], "group_by": ["sum", "count"], "aggregates": {"x": ["count"], "y": ["sum", "id"]}, "order_by": ["count", "sum"]}');

SELECT connector.select_rows('{"table": "sale", "aggregates": {"x": ["median", "amount"]}}');
SELECT connector.select_rows('{"table": "sale", "aggregates": {"x": ["summ", "amount"]}}');
SELECT connector.select_rows('{"table": "sale", "aggregates": {"x": ["sum"]}}');
SELECT connector.select_rows('{"table": "sale", "aggregates": {"x": "count"}}');
SELECT connector.select_rows('{"table": "sale", "aggregates": {"x": []}}');
SELECT connector.select_rows('{"table": "sale", "aggregates": {"x": ["sum", "amountt"]}}');
SELECT connector.select_rows('{"table": "sale", "aggregates": {"x": ["sum", "product"]}}');
SELECT connector.select_rows('{"table": "sale", "aggregates": {"x": ["max", "ok"]}}');
SELECT connector.select_rows('{"table": "sale", "aggregates": {"x": ["count_distinct", "info"]}}');
SELECT connector.select_rows('{"table": "sale", "aggregates": {"x": ["count"], "x": ["count"]}}');
SELECT connector.select_rows('{"table": "sale", "aggregates": {}}');
SELECT connector.select_rows('{"table": "sale", "group_by": []}');
SELECT connector.select_rows('{"table": "sale", "group_by": ["info"]}');
SELECT connector.select_rows('{"table": "sale", "group_by": ["region", "region"]}');
SELECT connector.select_rows('{"table": "sale", "group_by": ["region"], "aggregates": {"region": ["count"]}}');
SELECT connector.select_rows('{"table": "sale", "columns": ["id"], "group_by": ["region"]}');
SELECT connector.select_rows('{"table": "sale", "group_by": ["region"], "order_by": ["id"]}');
SELECT connector.select_rows('{"table": "sale", "aggregates": {"n": ["count"]}, "order_by": ["n", ["n", "desc"]]}');
SELECT connector.select_rows('{"table": "sale", "group_by": ["xid"], "order_by": ["xid"]}');
SELECT connector.select_rows('{"table": "sale", "group_by": ["region"], "distinct": true}');

-- Aggregates of an extension's own type are beside it.
CREATE SCHEMA elsewhere;
CREATE TYPE elsewhere.pair AS (a int, b int);
CREATE FUNCTION elsewhere.keep(elsewhere.pair, elsewhere.pair) RETURNS elsewhere.pair LANGUAGE sql IMMUTABLE AS 'SELECT COALESCE($1, $2)';
CREATE AGGREGATE elsewhere.max(elsewhere.pair) (SFUNC = elsewhere.keep, STYPE = elsewhere.pair);
CREATE TABLE pairs (p elsewhere.pair);
INSERT INTO pairs VALUES ((1, 2)), ((3, 4));
SELECT connector.select_rows('{"table": "pairs", "aggregates": {"m": ["max", "p"]}}');
SELECT connector.select_rows('{"table": "pairs", "aggregates": {"m": ["min", "p"]}}');

-- Random groups against plain SQL.
DO $$
DECLARE
  fs text[] := ARRAY['count', 'count_distinct', 'sum', 'avg', 'min', 'max'];
  cols text[] := ARRAY['a', 'b', 'c'];
  f text;
  col text;
  groups text[];
  aggregates jsonb;
  list text;
  low int;
  expected jsonb;
  result jsonb;
BEGIN
  PERFORM setseed(0.1);
  CREATE TABLE facts AS SELECT (random() * 4)::int AS a, nullif((random() * 3)::int, 0) AS b, (random() * 100)::numeric(6,2) AS c
    FROM generate_series(1, 300);
  FOR round IN 1..150 LOOP
    groups := ARRAY(SELECT c FROM unnest(cols) AS c WHERE random() < 0.4);
    aggregates := '{}';
    low := floor(random() * 5);
    list := (SELECT COALESCE(string_agg(g, ', ' ORDER BY n), '') FROM unnest(groups) WITH ORDINALITY AS s(g, n));
    FOR i IN 1..3 LOOP
      f := fs[1 + floor(random() * 6)::int];
      col := cols[1 + floor(random() * 3)::int];
      aggregates := aggregates || jsonb_build_object('x' || i, jsonb_build_array(f, col));
      list := list || CASE WHEN list <> '' THEN ', ' ELSE '' END ||
        CASE WHEN f = 'count_distinct' THEN format('count(DISTINCT %I)', col) ELSE format('%I(%I)', f, col) END;
    END LOOP;
    EXECUTE format('SELECT COALESCE(jsonb_agg(s ORDER BY s), ''[]'') FROM (SELECT jsonb_build_array(%s) AS s FROM facts WHERE a >= $1 %s) AS q', list,
      CASE WHEN groups <> '{}' THEN 'GROUP BY ' || array_to_string(groups, ', ') ELSE '' END) INTO expected USING low;
    result := connector.select_rows(jsonb_build_object('table', 'facts', 'group_by', groups, 'aggregates', aggregates, 'format', 'arrays',
      'where', jsonb_build_array(jsonb_build_array('a', '>=', low)), 'count', 'exact'))::jsonb;
    IF (SELECT COALESCE(jsonb_agg(r ORDER BY r), '[]') FROM jsonb_array_elements(result->'rows') AS r) IS DISTINCT FROM expected OR
      (result->>'count')::int <> jsonb_array_length(expected) THEN
      RAISE EXCEPTION 'round %: % % gives %, not %', round, groups, aggregates, result, expected;
    END IF;
  END LOOP;
  DROP TABLE facts;
END
$$;

-- count: the rows there are, whatever the limit and offset.
SELECT connector.select_rows('{"table": "sale", "columns": ["id"], "limit": 1, "count": "exact", "where": [["region", "=", "north"]]}');
SELECT connector.select_rows('{"table": "sale", "columns": ["id"], "offset": 7, "count": "exact"}');
SELECT connector.select_rows('{"table": "sale", "columns": ["id"], "where": [["id", "=", 1]], "count": "estimated"}');
SELECT connector.select_rows('{"table": "sale", "columns": ["id"], "where": [["id", "=", 1]], "count": "none"}');
SELECT connector.select_rows('{"table": "sale", "count": "exactly"}');
SELECT connector.select_rows('{"table": "sale", "count": true}');
CREATE TABLE counted AS SELECT i, i % 4 AS part FROM generate_series(1, 4000) AS i;
ANALYZE counted;
SELECT part, round((connector.select_rows(jsonb_build_object('table', 'counted', 'limit', 1, 'count', 'estimated',
  'where', jsonb_build_array(jsonb_build_array('part', '=', part))))::jsonb->>'count')::numeric, -3) AS near
FROM unnest(ARRAY[1, 3, 9]) AS part;
SELECT (connector.select_rows('{"table": "counted", "limit": 1, "count": "estimated"}')::jsonb->>'count')::numeric AS all_of_them;
SELECT (connector.select_rows('{"table": "counted", "limit": 1, "group_by": ["part"], "count": "estimated"}')::jsonb->>'count')::numeric AS groups;

-- format, numbers, metadata
SELECT connector.select_rows('{"table": "sale", "columns": ["id", "amount", "price", "info"], "order_by": ["id"], "format": "arrays", "numbers": "string", "metadata": true}');
SELECT connector.select_rows('{"table": "sale", "columns": ["id", "id", "product"], "format": "arrays", "limit": 1, "where": [["id", "=", 1]]}');
SELECT connector.select_rows('{"table": "sale", "columns": ["id", "id", "product"], "format": "objects", "limit": 1}');
SELECT connector.select_rows('{"table": "sale", "columns": ["product"], "where": [["id", "=", 0]], "metadata": true, "format": "arrays"}');
SELECT connector.select_rows('{"table": "sale", "columns": [], "limit": 2, "format": "arrays", "metadata": true}');
SELECT connector.select_rows('{"table": "sale", "columns": [], "limit": 2}');
SELECT connector.select_rows('{"table": "sale", "format": "array"}');
SELECT connector.select_rows('{"table": "sale", "format": 1}');
SELECT connector.select_rows('{"table": "sale", "numbers": "text"}');
CREATE DOMAIN big AS bigint;
CREATE TYPE money_of AS (amount numeric, n int, deep bigint[]);
CREATE TABLE numbers (a bigint[], b big, c money_of, d money_of[], e jsonb, f int8range, g oid, h numeric);
INSERT INTO numbers VALUES ('{{1,2},{3,NULL}}', 5, (1.50, 2, '{7}'), ARRAY[(0.10, 1, NULL)::money_of], '{"n": 12345678901234567890}', '[1,5)', 9, 'NaN');
SELECT connector.select_rows('{"table": "numbers", "numbers": "string"}');
SELECT connector.select_rows('{"table": "numbers", "numbers": "exact"}');

-- The same of SQL and of what writes return.
SELECT connector.query('{"sql": "SELECT 1::bigint AS a, 2.50 AS a", "format": "arrays", "numbers": "string", "metadata": true}');
SELECT connector.query('{"sql": "SELECT 1::bigint AS a, 2.50 AS a"}');
SELECT connector.query('{"sql": "SHOW server_encoding", "format": "arrays", "metadata": true}');
SELECT connector.insert_rows('{"table": "named", "row": {"count": 7, "sum": 8, "id": 9}, "returning": ["sum", "id"], "format": "arrays", "metadata": true}');
SELECT connector.update_rows('{"table": "sale", "set": {"ok": true}, "where": [["id", "=", 1]], "returning": ["id", "amount"], "numbers": "string"}');
SELECT connector.delete_rows('{"table": "named", "where": [["id", "=", 9]], "returning": true, "format": "arrays"}');
SELECT connector.insert_rows('{"table": "sale", "row": {"id": 11, "product": "cap"}, "numbers": "string"}');
SELECT connector.execute('{"sql": "DELETE FROM sale WHERE id = 11 RETURNING id, product", "format": "arrays", "metadata": true}');

-- result: the rows alone.
SELECT connector.query('{"sql": "SELECT i FROM generate_series(1, 3) AS i", "result": "rows"}');
SELECT connector.query('{"sql": "SELECT i FROM generate_series(1, 3) AS i", "result": "row_or_rows"}');
SELECT connector.query('{"sql": "SELECT 1 AS i", "result": "rows"}');
SELECT connector.query('{"sql": "SELECT 1 AS i", "result": "row_or_rows"}');
SELECT connector.query('{"sql": "SELECT 1 AS i", "result": "row_or_rows", "format": "arrays"}');
SELECT connector.query('{"sql": "SELECT 1 AS i WHERE false", "result": "row_or_rows"}');
SELECT connector.query('{"sql": "SELECT i FROM generate_series(1, 3) AS i", "result": "rows", "limit": 2}');
SELECT connector.execute('{"sql": "SELECT 1 AS i", "result": "row_or_rows"}');
SELECT connector.execute('{"sql": "UPDATE sale SET ok = true WHERE id = 2 RETURNING id", "result": "rows"}');
SELECT connector.execute('{"sql": "UPDATE sale SET ok = true WHERE id < 3", "result": "row_or_rows"}');
SELECT connector.try_call('query', '{"sql": "SELECT 1 AS i", "result": "row_or_rows"}');
SELECT connector.query('{"sql": "SELECT 1 AS i", "result": "rows", "metadata": true}');
SELECT connector.query('{"sql": "SELECT 1 AS i", "result": "row"}');
-- They have no room to say that rows were left out, so none are.
SELECT json_array_length(connector.query('{"sql": "SELECT i FROM generate_series(1, 1500) AS i", "result": "rows"}'));
SET pg_connector.row_cap = 2;
SELECT connector.query('{"sql": "SELECT i FROM generate_series(1, 3) AS i", "result": "rows"}');
SELECT connector.query('{"sql": "SELECT i FROM generate_series(1, 3) AS i", "result": "rows", "limit": 2}');
SELECT connector.execute('{"sql": "SELECT i FROM generate_series(1, 3) AS i", "result": "rows"}');
RESET pg_connector.row_cap;
SET pg_connector.response_cap = 1024;
SELECT connector.query('{"sql": "SELECT repeat(''x'', 400) AS x FROM generate_series(1, 3) AS i", "result": "row_or_rows"}');
RESET pg_connector.response_cap;

-- Views, materialized, partitioned and foreign tables.
CREATE VIEW sale_view AS SELECT region, sum(amount) AS total FROM sale GROUP BY region;
SELECT connector.select_rows('{"table": "sale_view", "order_by": [["total", "desc", "nulls_last"]], "limit": 1, "count": "exact", "metadata": true}');
CREATE MATERIALIZED VIEW sale_stored AS SELECT id, product FROM sale;
SELECT connector.select_rows('{"table": "sale_stored", "group_by": ["product"], "aggregates": {"n": ["count"]}, "order_by": ["product"]}');
CREATE TABLE parted (a int, b text) PARTITION BY RANGE (a);
CREATE TABLE parted_low (b text, a int);
ALTER TABLE parted ATTACH PARTITION parted_low FOR VALUES FROM (0) TO (10);
CREATE TABLE parted_high PARTITION OF parted FOR VALUES FROM (10) TO (20);
INSERT INTO parted VALUES (1, 'x'), (11, 'y'), (12, 'x');
SELECT connector.select_rows('{"table": "parted", "order_by": [["a", "desc"]], "limit": 2, "count": "exact"}');
SELECT connector.select_rows('{"table": "parted", "group_by": ["b"], "aggregates": {"s": ["sum", "a"]}, "order_by": ["b"]}');
CREATE EXTENSION file_fdw;
CREATE SERVER files FOREIGN DATA WRAPPER file_fdw;
CREATE FOREIGN TABLE far (a int, b text) SERVER files OPTIONS (program 'printf "1,x\n2,y\n3,x\n"', format 'csv');
SELECT connector.select_rows('{"table": "far", "order_by": [["a", "desc"]], "limit": 2, "count": "exact"}');
SELECT connector.select_rows('{"table": "far", "group_by": ["b"], "aggregates": {"s": ["sum", "a"]}, "order_by": ["b"]}');
SELECT connector.select_rows('{"table": "far", "columns": ["b"], "distinct": true, "order_by": ["b"], "where": [["a", ">", 1]]}');

-- Privileges: what is counted, grouped or ordered by must be readable; row-level security holds for counts, too.
CREATE ROLE sel_reader;
GRANT USAGE ON SCHEMA sel TO sel_reader;
GRANT SELECT (product, region) ON sale TO sel_reader;
SET ROLE sel_reader;
SELECT connector.select_rows('{"table": "sale", "group_by": ["product"], "aggregates": {"n": ["count"]}, "order_by": ["product"]}');
SELECT connector.select_rows('{"table": "sale", "group_by": ["product"], "aggregates": {"n": ["sum", "amount"]}}');
SELECT connector.select_rows('{"table": "sale", "columns": ["product"], "order_by": ["amount"]}');
SELECT connector.select_rows('{"table": "sale", "columns": ["product"], "where": [["amount", ">", 1]], "limit": 0, "count": "estimated"}');
SELECT connector.select_rows('{"table": "sale", "columns": ["product"], "limit": 1, "offset": 1, "order_by": ["product"], "count": "exact"}');
RESET ROLE;
ALTER TABLE sale ENABLE ROW LEVEL SECURITY;
CREATE POLICY north ON sale USING (region = 'north');
SET ROLE sel_reader;
SELECT connector.select_rows('{"table": "sale", "columns": ["product"], "limit": 1, "order_by": ["product"], "count": "exact"}');
SELECT connector.select_rows('{"table": "sale", "aggregates": {"n": ["count"]}}');
RESET ROLE;

-- A kept plan under changes: another type, another column of the name, another role, another key.
SELECT connector.select_rows('{"table": "named", "columns": ["id"], "order_by": [["sum", "desc"]], "limit": 1}');
ALTER TABLE named ALTER sum TYPE text;
SELECT connector.select_rows('{"table": "named", "columns": ["id"], "order_by": [["sum", "desc"]], "limit": 1}');
ALTER TABLE named ADD PRIMARY KEY (id);
SELECT connector.select_rows('{"table": "named", "columns": ["id"], "order_by": [["sum", "desc"]], "limit": 1}')::jsonb ? 'next' AS has_next;
SELECT connector.select_rows('{"table": "named", "group_by": ["count"], "aggregates": {"n": ["count"]}, "order_by": ["n"]}');
ALTER TABLE named RENAME count TO kount;
SELECT connector.select_rows('{"table": "named", "group_by": ["count"], "aggregates": {"n": ["count"]}, "order_by": ["n"]}');
SELECT connector.select_rows('{"table": "named", "group_by": ["kount"], "aggregates": {"n": ["count"]}, "order_by": ["n"]}');

-- Operators that the search path would find first are not the ones that are used.
CREATE FUNCTION never(int, int) RETURNS boolean LANGUAGE sql AS 'SELECT false';
CREATE OPERATOR sel.> (LEFTARG = int, RIGHTARG = int, FUNCTION = never);
CREATE FUNCTION sel.count(text) RETURNS int LANGUAGE sql AS 'SELECT 0';
SET search_path = sel, pg_catalog;
SELECT connector.select_rows(json_build_object('table', 'named', 'columns', '["id"]'::json, 'order_by', '["kount"]'::json,
  'after', connector.select_rows('{"table": "named", "columns": ["id"], "order_by": ["kount"], "limit": 1}')::json->>'next'));
SELECT connector.select_rows('{"table": "named", "aggregates": {"n": ["count", "sum"]}}');

REVOKE ALL ON SCHEMA sel FROM sel_reader;
REVOKE SELECT (product, region) ON sale FROM sel_reader;
DROP ROLE sel_reader;
SET client_min_messages = warning;
DROP SCHEMA elsewhere, sel CASCADE;

-- The catalogue knows all of it.
SELECT c->'request'->'$defs'->'order' AS "order", c->'request'->'$defs'->'aggregate' AS aggregate, c->'request'->'properties'->'count' AS count
FROM json_array_elements(connector.commands('{"name": "select_rows"}')->'commands') AS c;
SELECT c->'result' AS result FROM json_array_elements(connector.commands('{"name": "execute"}')->'commands') AS c;

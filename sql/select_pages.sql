-- Pages by keyset: "next" of one page is "after" of the next.

CREATE SCHEMA pages;
SET search_path = pages;

-- The cursor itself is not for reading: show whether it is there.
CREATE FUNCTION shown(result json) RETURNS json LANGUAGE sql AS
$$ SELECT regexp_replace(result::text, '"next":"[A-Za-z0-9_-]+"', '"next":"..."')::json $$;

-- All pages of a request, put together; sizes change from page to page.
CREATE FUNCTION walk(request jsonb, sizes int[]) RETURNS jsonb LANGUAGE plpgsql AS
$$
DECLARE
  result jsonb;
  rows jsonb := '[]';
  after jsonb := '{}';
  page int := 0;
BEGIN
  LOOP
    result := connector.select_rows(request || after ||
      jsonb_build_object('limit', sizes[1 + page % cardinality(sizes)]))::jsonb;
    rows := rows || (result->'rows');
    page := page + 1;
    EXIT WHEN NOT result ? 'more';
    ASSERT result ? 'next', 'a page that was cut has no next';
    ASSERT result->>'next' ~ '^[A-Za-z0-9_-]+$';
    after := jsonb_build_object('after', result->'next');
    ASSERT page < 1000, 'no end';
  END LOOP;
  RETURN rows;
END
$$;

CREATE TYPE weather AS ENUM ('sun', 'rain', 'a, "b"');
CREATE TYPE pair AS (at timestamptz, note text);
CREATE DOMAIN short AS varchar(5) CHECK (VALUE <> 'never');
CREATE TABLE event (
  id bigint PRIMARY KEY,
  kind text,
  at timestamptz,
  day date,
  score float8,
  amount numeric,
  span interval,
  tags text[],
  raw bytea,
  mood varchar(10),
  rel regclass,
  cost money,
  sky weather,
  net cidr,
  two pair,
  doc jsonb,
  during tstzrange,
  brief short,
  clock timetz
);
SELECT setseed(0.5);
INSERT INTO event
SELECT i,
  CASE WHEN random() < 0.8 THEN (ARRAY['a', 'B', E'tab\t"q"\\ \n', '', 'ä€', 'NULL'])[1 + floor(random() * 6)::int] END,
  CASE WHEN random() < 0.8 THEN '2026-01-01 00:00:00.000001Z'::timestamptz + floor(random() * 9)::int * interval '0.000001 second' END,
  (ARRAY['infinity', '-infinity', '0044-03-15 BC', '2026-02-03', NULL])[1 + floor(random() * 5)::int]::date,
  (ARRAY['NaN', 'Infinity', '-Infinity', '0.1', '1e-300', '0.30000000000000004', NULL])[1 + floor(random() * 7)::int]::float8,
  (ARRAY['NaN', '1.10', '1.1', '-12345678901234567890.123456789', NULL])[1 + floor(random() * 5)::int]::numeric,
  (ARRAY['-1 mon +2 days -00:00:01', '1 year', '-1 day', NULL])[1 + floor(random() * 4)::int]::interval,
  (ARRAY['{}', '{a,NULL}', '[0:1]={a,b}', '{{a},{b}}', NULL])[1 + floor(random() * 5)::int]::text[],
  (ARRAY['\x', '\x00', '\xff00', NULL])[1 + floor(random() * 4)::int]::bytea,
  (ARRAY['x', 'x ', 'y', NULL])[1 + floor(random() * 4)::int],
  (ARRAY['pg_class', 'pages.event', NULL])[1 + floor(random() * 3)::int]::regclass,
  (ARRAY['1.10', '-5', NULL])[1 + floor(random() * 3)::int]::numeric::money,
  (ARRAY['sun', 'rain', 'a, "b"', NULL])[1 + floor(random() * 4)::int]::weather,
  (ARRAY['10.0.0.0/8', '10.0.0.0/16', '::/0', NULL])[1 + floor(random() * 4)::int]::cidr,
  (ARRAY['("2026-01-02 03:04:05+06",)', '(,"a ""b"", (c)")', NULL])[1 + floor(random() * 3)::int]::pair,
  (ARRAY['null', '{"a": 1.10}', '[]', '"x"', NULL])[1 + floor(random() * 5)::int]::jsonb,
  (ARRAY['empty', '[2026-01-02 03:04:05+06,)', '(,"2026-01-02 03:04:05.5Z"]', NULL])[1 + floor(random() * 4)::int]::tstzrange,
  (ARRAY['x', 'y ', '', NULL])[1 + floor(random() * 4)::int]::short,
  (ARRAY['01:02:03.000004+05', '24:00:00-01', NULL])[1 + floor(random() * 3)::int]::timetz
FROM generate_series(1, 60) AS i;

-- A page, and all of them; the order's columns need not be selected.
SELECT shown(connector.select_rows('{"table": "event", "columns": ["id"], "order_by": [["id", "desc"]], "limit": 2}'));
SELECT walk('{"table": "event", "columns": ["id"], "where": [["id", "<", 6]], "order_by": [["kind", "desc"], "score"]}', '{2}') =
  (SELECT jsonb_agg(jsonb_build_object('id', id) ORDER BY kind DESC, score, id) FROM event WHERE id < 6) AS same;

-- Walking all pages is the plain order: any columns, directions, places of NULLs and sizes of pages. The order is made
-- total by the key, in the direction of the last column.
DO $$
DECLARE
  columns text[] := ARRAY['id', 'kind', 'at', 'day', 'score', 'amount', 'span', 'tags', 'raw', 'mood', 'rel', 'cost',
    'sky', 'net', 'two', 'doc', 'during', 'brief', 'clock'];
  chosen text[];
  order_by jsonb;
  order_sql text;
  direction text;
  nulls text;
  sizes int[];
  request jsonb;
  expected jsonb;
  walked jsonb;
BEGIN
  PERFORM setseed(0.25);
  FOR round IN 1..300 LOOP
    SELECT array_agg(c) INTO chosen FROM (SELECT c FROM unnest(columns) AS c ORDER BY random() LIMIT 1 + round % 4) AS s;
    order_by := '[]';
    order_sql := '';
    FOR i IN 1..cardinality(chosen) LOOP
      direction := (ARRAY['asc', 'desc'])[1 + floor(random() * 2)::int];
      nulls := (ARRAY['nulls_first', 'nulls_last', NULL])[1 + floor(random() * 3)::int];
      -- Half of the rounds have one direction.
      IF round % 2 = 0 THEN direction := (ARRAY['asc', 'desc'])[1 + round / 2 % 2]; END IF;
      order_by := order_by || jsonb_build_array(CASE
        WHEN nulls IS NOT NULL THEN jsonb_build_array(chosen[i], direction, nulls)
        ELSE jsonb_build_array(chosen[i], direction) END);
      order_sql := order_sql || format('%I %s %s, ', chosen[i], direction, replace(COALESCE(nulls, ''), '_', ' '));
    END LOOP;
    order_sql := order_sql || 'id ' || direction;
    sizes := ARRAY(SELECT 1 + floor(random() * 12)::int FROM generate_series(1, 5));
    request := jsonb_build_object('table', 'event', 'columns', '["id"]'::jsonb, 'format', 'arrays', 'order_by', order_by,
      'where', '[["id", "!=", 7]]'::jsonb);
    EXECUTE 'SELECT jsonb_agg(jsonb_build_array(id) ORDER BY ' || order_sql || ') FROM event WHERE id <> 7' INTO expected;
    -- The session's settings have no part in it.
    PERFORM set_config('IntervalStyle', (ARRAY['sql_standard', 'iso_8601'])[1 + round % 2], true),
      set_config('DateStyle', (ARRAY['German', 'SQL, DMY', 'Postgres, MDY'])[1 + round % 3], true),
      set_config('TimeZone', (ARRAY['Asia/Kolkata', 'UTC', 'America/St_Johns'])[1 + round % 3], true),
      set_config('extra_float_digits', (round % 3 - 5)::text, true),
      set_config('search_path', (ARRAY['pages', 'pages, public'])[1 + round % 2], true);
    walked := walk(request, sizes);
    IF walked IS DISTINCT FROM expected THEN
      RAISE EXCEPTION 'round %: % gives %, not %', round, request, walked, expected;
    END IF;
  END LOOP;
END
$$;

-- Settings may change between two pages, too.
SET IntervalStyle = iso_8601;
SELECT connector.select_rows('{"table": "event", "columns": ["id"], "order_by": ["span", "day"], "limit": 30}')::json->>'next' AS next \gset
SET IntervalStyle = sql_standard;
SET DateStyle = 'SQL, DMY';
SELECT jsonb_array_length(connector.select_rows(json_build_object('table', 'event', 'columns', '["id"]'::json,
  'order_by', '["span", "day"]'::json, 'after', :'next'))::jsonb->'rows') AS rest;
RESET IntervalStyle;
RESET DateStyle;

-- Rows that come and go between pages: those that stay are seen once each.
DO $$
DECLARE
  seen int[] := '{}';
  result jsonb;
  after jsonb := '{}';
BEGIN
  CREATE TABLE busy (id int PRIMARY KEY, a int);
  INSERT INTO busy SELECT i, nullif(i % 4, 0) FROM generate_series(10, 400, 10) AS i;
  PERFORM setseed(0.75);
  LOOP
    result := connector.select_rows('{"table": "busy", "order_by": [["a", "desc", "nulls_last"], "id"], "limit": 3}'::jsonb || after)::jsonb;
    seen := seen || ARRAY(SELECT (r->>'id')::int FROM jsonb_array_elements(result->'rows') AS r);
    EXIT WHEN NOT result ? 'more';
    after := jsonb_build_object('after', result->'next');
    -- Also the very row that the page ended with may go.
    DELETE FROM busy WHERE id % 10 <> 0;
    INSERT INTO busy SELECT id, a FROM (SELECT floor(random() * 400)::int AS id, nullif(floor(random() * 4)::int, 0) AS a FROM generate_series(1, 20)) AS s
      WHERE id % 10 <> 0 ON CONFLICT DO NOTHING;
  END LOOP;
  ASSERT (SELECT array_agg(id ORDER BY id) FROM unnest(seen) AS id WHERE id % 10 = 0) =
    (SELECT array_agg(id ORDER BY id) FROM busy WHERE id % 10 = 0), 'a row was skipped or repeated';
  ASSERT (SELECT count(*) = count(DISTINCT id) FROM unnest(seen) AS id WHERE id % 10 = 0);
  DROP TABLE busy;
END
$$;

-- A page deep in a large table costs no more than the first: the condition begins in the index.
CREATE TABLE large (id int PRIMARY KEY, a int, b int NOT NULL, c int);
INSERT INTO large SELECT i, CASE WHEN i % 10 > 0 THEN i / 3 END, i / 5, i % 7 FROM generate_series(1, 20000) AS i;
CREATE INDEX ON large (a, id);
CREATE INDEX ON large (b, id);
CREATE INDEX ON large (a DESC NULLS LAST, b DESC, id DESC);
VACUUM ANALYZE large;
CREATE FUNCTION rows_read(request jsonb, skip int) RETURNS text LANGUAGE plpgsql AS
$$
DECLARE
  result jsonb;
  before bigint;
  read bigint;
BEGIN
  result := connector.select_rows(request || jsonb_build_object('limit', skip))::jsonb;
  SELECT seq_tup_read + idx_tup_fetch INTO before FROM pg_stat_xact_user_tables WHERE relname = 'large';
  result := connector.select_rows(request || jsonb_build_object('limit', 10, 'after', result->'next'))::jsonb;
  SELECT seq_tup_read + idx_tup_fetch - before INTO read FROM pg_stat_xact_user_tables WHERE relname = 'large';
  RETURN CASE WHEN read < 200 THEN 'few' ELSE read::text END || ' rows read for ' || (result->>'rowCount');
END
$$;
SELECT rows_read('{"table": "large", "order_by": ["id"]}', 15000);
SELECT rows_read('{"table": "large", "order_by": [["id", "desc"]]}', 15000);
SELECT rows_read('{"table": "large", "order_by": ["b"]}', 15000);
SELECT rows_read('{"table": "large", "order_by": [["b", "desc"]]}', 15000);
SELECT rows_read('{"table": "large", "order_by": ["a"]}', 15000);
SELECT rows_read('{"table": "large", "order_by": ["a"]}', 17995);
SELECT rows_read('{"table": "large", "order_by": ["a"]}', 19000);
SELECT rows_read('{"table": "large", "order_by": [["a", "desc"]]}', 15000);
SELECT rows_read('{"table": "large", "order_by": [["a", "desc"]]}', 1990);
SELECT rows_read('{"table": "large", "order_by": [["a", "desc", "nulls_last"], ["b", "desc"]]}', 15000);
SELECT rows_read('{"table": "large", "order_by": ["b", ["id", "desc"]]}', 15000);
DROP TABLE large;

-- What a cursor is bound to: table, conditions, order. White space and how the same order is said are not part of it.
CREATE TABLE other (LIKE event INCLUDING ALL);
SELECT connector.select_rows('{"table": "event", "where": [["id", ">", 3], ["id", "<", 50]], "order_by": ["id"], "limit": 1}')::json->>'next' AS next \gset
CREATE FUNCTION resume(request jsonb, next text) RETURNS json LANGUAGE sql AS
$$ SELECT shown(connector.try_call('select_rows', (request || jsonb_build_object('after', next, 'limit', 1))::text)) $$;
SELECT resume('{"table": "event", "columns": ["id"], "where": [["id", ">", 3], ["id", "<", 50]], "order_by": [["id", "asc", "nulls_last"], "kind"]}', :'next');
SELECT resume('{"table": "other", "where": [["id", ">", 3], ["id", "<", 50]], "order_by": ["id"]}', :'next');
SELECT resume('{"table": "event", "where": [["id", ">", 4], ["id", "<", 50]], "order_by": ["id"]}', :'next');
SELECT resume('{"table": "event", "order_by": ["id"]}', :'next');
SELECT resume('{"table": "event", "where": [["id", ">", 3], ["id", "<", 50]], "order_by": [["id", "desc"]]}', :'next');
SELECT resume('{"table": "event", "where": [["id", ">", 3], ["id", "<", 50]], "order_by": ["kind"]}', :'next');
SELECT resume('{"table": "event", "order_by": ["id"]}', bad) FROM unnest(ARRAY['', 'A', '!', 'AAAAAAAAAAAAAAAA', :'next' || 'A', left(:'next', -1), upper(:'next')]) AS bad;
-- A column of another type is another order.
ALTER TABLE event ALTER id TYPE numeric;
SELECT resume('{"table": "event", "where": [["id", ">", 3], ["id", "<", 50]], "order_by": ["id"]}', :'next');
ALTER TABLE event ALTER id TYPE bigint;
DROP TABLE other;

-- What does not go with a cursor.
SELECT connector.select_rows(json_build_object('table', 'event', 'order_by', '["id"]'::json, 'after', :'next', 'offset', 1));
SELECT connector.select_rows(json_build_object('table', 'event', 'after', :'next'));
SELECT connector.select_rows(json_build_object('table', 'event', 'columns', '["id"]'::json, 'distinct', true, 'order_by', '["id"]'::json, 'after', :'next'));
SELECT connector.select_rows('{"table": "event", "order_by": ["id"], "after": null}');

-- There is a "next" where the order is total, and no other: no order, no key, a key with NULLs, one for some rows only,
-- one that is checked later, children of which the key knows nothing, views; a unique index will do.
CREATE TABLE keys (a int NOT NULL, b int NOT NULL, c int, d int NOT NULL);
INSERT INTO keys SELECT i, 10 - i, i, i FROM generate_series(1, 4) AS i;
CREATE FUNCTION has_next(request jsonb) RETURNS boolean LANGUAGE sql AS
$$ SELECT connector.select_rows(request || '{"limit": 2}')::jsonb ? 'next' $$;
SELECT has_next('{"table": "event"}') AS no_order, has_next('{"table": "event", "order_by": []}') AS empty_order,
  has_next('{"table": "keys", "order_by": ["a"]}') AS no_key;
CREATE UNIQUE INDEX ON keys (c);
CREATE UNIQUE INDEX ON keys (a) WHERE a > 0;
CREATE UNIQUE INDEX ON keys (abs(a));
ALTER TABLE keys ADD UNIQUE (d) DEFERRABLE;
SELECT has_next('{"table": "keys", "order_by": ["a"]}');
CREATE UNIQUE INDEX ON keys (b);
SELECT has_next('{"table": "keys", "order_by": ["a"]}');
SELECT walk('{"table": "keys", "columns": ["b"], "order_by": [["a", "desc"]]}', '{1}');
CREATE TABLE child () INHERITS (keys);
INSERT INTO child SELECT * FROM keys;
SELECT has_next('{"table": "keys", "order_by": ["a"]}');
DROP TABLE child;
SELECT has_next('{"table": "keys", "order_by": ["a"]}');
CREATE VIEW seen AS SELECT * FROM keys;
SELECT shown(connector.select_rows('{"table": "seen", "columns": ["a"], "order_by": ["a"], "limit": 1}'));
CREATE MATERIALIZED VIEW stored AS SELECT * FROM keys;
CREATE UNIQUE INDEX ON stored (a);
SELECT shown(connector.select_rows('{"table": "stored", "columns": ["a"], "order_by": ["a"], "limit": 1, "offset": 1, "count": "exact"}'));
-- A limit of 0 has no last row to go on behind.
SELECT shown(connector.select_rows('{"table": "event", "order_by": ["id"], "limit": 0, "count": "exact"}'));

-- A collation that takes different strings for the same: the key decides.
CREATE COLLATION nocase (provider = icu, locale = 'und-u-ks-level2', deterministic = false);
CREATE TABLE cased (name text COLLATE nocase, id int, UNIQUE (id));
ALTER TABLE cased ALTER id SET NOT NULL;
INSERT INTO cased SELECT (ARRAY['a', 'A', 'b', 'B'])[1 + i % 4], i FROM generate_series(1, 12) AS i;
SELECT walk('{"table": "cased", "columns": ["id"], "order_by": ["name"], "format": "arrays"}', '{1, 2}') =
  (SELECT jsonb_agg(jsonb_build_array(id) ORDER BY name, id) FROM cased) AS same;
-- A key that knows more values apart than the order does is no key to it.
CREATE TABLE cased2 (name text COLLATE nocase NOT NULL);
CREATE UNIQUE INDEX ON cased2 (name COLLATE "C");
INSERT INTO cased2 VALUES ('a'), ('A'), ('b');
SELECT has_next('{"table": "cased2", "order_by": ["name"]}');

-- Catalogs are tables like others.
SELECT walk('{"table": "pg_catalog.pg_am", "columns": ["amname"], "where": [["oid", "<", 16384]], "order_by": [["amtype", "desc"]], "format": "arrays"}', '{2, 1}') =
  (SELECT jsonb_agg(jsonb_build_array(amname) ORDER BY amtype DESC, oid DESC) FROM pg_am WHERE oid < 16384) AS same;

-- Partitions, with columns in another order, and a key of two columns.
CREATE TABLE parted (region text, id int, note text, PRIMARY KEY (region, id)) PARTITION BY LIST (region);
CREATE TABLE parted_a PARTITION OF parted FOR VALUES IN ('a');
CREATE TABLE parted_b (note text, dropped int, id int NOT NULL, region text NOT NULL);
ALTER TABLE parted_b DROP dropped;
ALTER TABLE parted ATTACH PARTITION parted_b FOR VALUES IN ('b');
INSERT INTO parted SELECT (ARRAY['a', 'b'])[1 + i % 2], i, nullif('n' || i % 3, 'n0') FROM generate_series(1, 20) AS i;
SELECT walk('{"table": "parted", "columns": ["id"], "order_by": [["note", "desc"]], "format": "arrays"}', '{3, 1}') =
  (SELECT jsonb_agg(jsonb_build_array(id) ORDER BY note DESC, region DESC, id DESC) FROM parted) AS same;

-- Column grants: only a key that the caller may read makes an order total. Row-level security holds on every page.
CREATE ROLE pages_reader;
GRANT USAGE ON SCHEMA pages TO pages_reader;
CREATE TABLE guarded (secret int PRIMARY KEY, code text NOT NULL UNIQUE, name text, owner text);
INSERT INTO guarded SELECT i, 'c' || i, 'n' || i % 2, (ARRAY['pages_reader', 'else'])[1 + i % 2] FROM generate_series(1, 8) AS i;
GRANT SELECT (name, owner) ON guarded TO pages_reader;
SET ROLE pages_reader;
SELECT shown(connector.select_rows('{"table": "guarded", "columns": ["name"], "order_by": ["name"], "limit": 1}'));
RESET ROLE;
GRANT SELECT (code) ON guarded TO pages_reader;
ALTER TABLE guarded ENABLE ROW LEVEL SECURITY;
CREATE POLICY own ON guarded USING (owner = current_user);
SET ROLE pages_reader;
SELECT walk('{"table": "guarded", "columns": ["code"], "order_by": ["name"]}', '{1, 2}');
SELECT shown(connector.select_rows('{"table": "guarded", "columns": ["code"], "order_by": ["name"], "limit": 1, "count": "exact"}'));
SELECT connector.select_rows('{"table": "guarded", "columns": ["code"], "order_by": ["secret"]}');
-- A role that may not write reads in a subtransaction; pages work there, too.
RESET ROLE;
SET pg_connector.allow = 'read';
SELECT jsonb_array_length(walk('{"table": "guarded", "columns": ["code"], "order_by": ["name"]}', '{3}'));
RESET pg_connector.allow;
-- The same request, kept plan and all, by one who may read another key.
SELECT walk('{"table": "guarded", "columns": ["code"], "order_by": ["name"]}', '{3}');

-- Caps cut as limits do, and say so; a page can go on from there.
SET pg_connector.row_cap = 3;
SELECT shown(connector.select_rows('{"table": "guarded", "columns": ["secret"], "order_by": ["name"], "limit": 5}'));
RESET pg_connector.row_cap;
CREATE TABLE wide (id int PRIMARY KEY, body text NOT NULL);
INSERT INTO wide SELECT i, repeat(chr(96 + i), 300) FROM generate_series(1, 9) AS i;
SET pg_connector.response_cap = 2000;
DO $$
DECLARE
  result text;
  after text;
  n int := 0;
BEGIN
  LOOP
    result := connector.select_rows(json_strip_nulls(json_build_object('table', 'wide', 'order_by', '["body"]'::json, 'after', after)));
    ASSERT octet_length(result) <= 2000;
    n := n + (result::json->>'rowCount')::int;
    after := result::json->>'next';
    EXIT WHEN after IS NULL;
    RAISE NOTICE 'cut by %', result::json->>'limitedBy';
  END LOOP;
  RAISE NOTICE '% rows', n;
END
$$;
-- A cursor that does not fit.
INSERT INTO wide VALUES (0, repeat('A', 1500));
SELECT connector.select_rows('{"table": "wide", "order_by": ["body"], "limit": 1}');
RESET pg_connector.response_cap;

REVOKE ALL ON SCHEMA pages FROM pages_reader;
DROP TABLE guarded;
DROP ROLE pages_reader;
SET client_min_messages = warning;
DROP SCHEMA pages CASCADE;

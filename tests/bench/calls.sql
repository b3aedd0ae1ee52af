-- Key lookup, and the hand-written functions that pg_connector is measured against: what a careful person writes in
-- PL/pgSQL for the same request and the same answer.
CREATE TABLE bench_users (
  id bigint PRIMARY KEY,
  name text NOT NULL,
  email text NOT NULL,
  created_at timestamptz NOT NULL
);
INSERT INTO bench_users
SELECT i, 'user ' || i, 'user' || i || '@example.org', timestamptz '2026-01-01 00:00:00Z' + i * interval '1 minute'
FROM generate_series(1, 100000) i;

-- Any table, any columns: SQL made from the request each time.
CREATE FUNCTION bench_lookup_dynamic(request text) RETURNS json
LANGUAGE plpgsql AS $$
DECLARE
  r json := request;
  columns text;
  result json;
BEGIN
  IF r #>> '{where,0,1}' <> '=' THEN
    RAISE EXCEPTION 'unrecognized operator "%"', r #>> '{where,0,1}';
  END IF;
  SELECT string_agg(quote_ident(c), ', ') INTO columns FROM json_array_elements_text(r -> 'columns') c;
  EXECUTE format('SELECT json_build_object(''rows'', coalesce(json_agg(t), ''[]''), ''rowCount'', count(*)) '
                 'FROM (SELECT %s FROM %I WHERE %I = %L LIMIT 1000) t',
                 columns, r ->> 'table', r #>> '{where,0,0}', r #>> '{where,0,2}')
    INTO result;
  RETURN result;
END $$;

-- This table and these columns only: the plan is kept.
CREATE FUNCTION bench_lookup_static(request text) RETURNS json
LANGUAGE plpgsql AS $$
DECLARE
  key bigint := request::json #>> '{where,0,2}';
  result json;
BEGIN
  SELECT json_build_object('rows', coalesce(json_agg(t), '[]'), 'rowCount', count(*)) INTO result
  FROM (SELECT id, name FROM bench_users WHERE id = key LIMIT 1000) t;
  RETURN result;
END $$;

-- One loop for each contestant. The keys wander, so that no page stays hot by order alone.
CREATE PROCEDURE bench_loop_connector(calls int) LANGUAGE plpgsql AS $$
DECLARE result json;
BEGIN
  FOR i IN 1 .. calls LOOP
    result := connector.select_rows('{"table":"bench_users","columns":["id","name"],"where":[["id","=",'
                                    || i::bigint * 7919 % 100000 + 1 || ']]}');
  END LOOP;
END $$;
CREATE PROCEDURE bench_loop_dynamic(calls int) LANGUAGE plpgsql AS $$
DECLARE result json;
BEGIN
  FOR i IN 1 .. calls LOOP
    result := bench_lookup_dynamic('{"table":"bench_users","columns":["id","name"],"where":[["id","=",'
                                   || i::bigint * 7919 % 100000 + 1 || ']]}');
  END LOOP;
END $$;
CREATE PROCEDURE bench_loop_static(calls int) LANGUAGE plpgsql AS $$
DECLARE result json;
BEGIN
  FOR i IN 1 .. calls LOOP
    result := bench_lookup_static('{"table":"bench_users","columns":["id","name"],"where":[["id","=",'
                                  || i::bigint * 7919 % 100000 + 1 || ']]}');
  END LOOP;
END $$;

-- Keys whose answers differ between the three; missing keys are among them.
CREATE FUNCTION bench_lookup_differences() RETURNS bigint LANGUAGE sql AS $$
  SELECT count(*)
  FROM (SELECT '{"table":"bench_users","columns":["id","name"],"where":[["id","=",' || k || ']]}' AS q
        FROM generate_series(0, 101000, 101) k) requests,
    LATERAL (SELECT connector.select_rows(q)::jsonb AS ours, bench_lookup_dynamic(q)::jsonb AS dyn,
               bench_lookup_static(q)::jsonb AS sta) a
  WHERE ours <> dyn OR ours <> sta;
$$;

-- A thousand requests that differ in the columns they ask for
CREATE TABLE bench_wide AS
SELECT i AS id, i AS c1, 'c2 ' || i AS c2, i * 2 AS c3, 'c4 ' || i AS c4, i * 1.5 AS c5, i % 2 = 0 AS c6, i AS c7, 'c8 ' || i AS c8, i AS c9, i AS c10
FROM generate_series(1, 10000) i;
ALTER TABLE bench_wide ADD PRIMARY KEY (id);
CREATE TABLE bench_shapes AS
SELECT s AS n, '{"table":"bench_wide","columns":["id"' ||
  (SELECT string_agg(CASE WHEN s & 1 << c - 1 <> 0 THEN ',"c' || c || '"' ELSE '' END, '' ORDER BY c) FROM generate_series(1, 10) c) ||
  '],"where":[["id","=",' || s || ']]}' AS request
FROM generate_series(1, 1000) s;
CREATE PROCEDURE bench_loop_shapes(times int) LANGUAGE plpgsql AS $$
DECLARE
  requests text[] := (SELECT array_agg(request ORDER BY n) FROM bench_shapes);
  q text;
  result json;
BEGIN
  FOR i IN 1 .. times LOOP
    FOREACH q IN ARRAY requests LOOP
      result := connector.select_rows(q);
    END LOOP;
  END LOOP;
END $$;

-- Answers that are not what the request asks for
CREATE FUNCTION bench_shape_differences() RETURNS bigint LANGUAGE sql AS $$
  SELECT count(*)
  FROM bench_shapes, LATERAL (SELECT connector.select_rows(request)::jsonb) ours(answer),
    LATERAL (SELECT jsonb_object_agg(key, value) FROM bench_wide w, jsonb_each(to_jsonb(w))
             WHERE w.id = n AND request::jsonb -> 'columns' ? key) theirs(r)
  WHERE answer <> jsonb_build_object('rows', jsonb_build_array(r), 'rowCount', 1);
$$;

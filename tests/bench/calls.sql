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

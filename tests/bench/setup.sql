-- What several themes of the benchmarks use; each has its own in a file of its name.
SET client_min_messages = warning;
CREATE EXTENSION IF NOT EXISTS pg_connector;

-- Rows: text with quotes, backslashes and letters beyond ASCII, as real text has.
CREATE TABLE bench_rows (
  id int PRIMARY KEY,
  name text,
  note text,
  amount numeric(12,2),
  at timestamptz,
  active bool
);
INSERT INTO bench_rows
SELECT i,
  'Customer ' || i || CASE i % 5 WHEN 0 THEN ' "Zoë"' WHEN 1 THEN ' Łukasz' ELSE '' END,
  CASE WHEN i % 50 = 0 THEN NULL ELSE md5(i::text) || CASE i % 7 WHEN 0 THEN E' a\\b\n' ELSE ' and more' END END,
  (i * 37 % 1000000) / 100.0,
  timestamptz '2026-01-01 00:00:00Z' + i * interval '61.137 seconds',
  i % 3 = 0
FROM generate_series(1, 50000) i;
CREATE TABLE bench_back (LIKE bench_rows);

-- Rows of a JSON array that bench_rows has not, and the other way round.
CREATE FUNCTION bench_row_differences(rows json) RETURNS bigint LANGUAGE sql AS $$
  WITH received AS MATERIALIZED (
    SELECT * FROM json_to_recordset(rows)
      AS x(id int, name text, note text, amount numeric(12,2), at timestamptz, active bool))
  SELECT (SELECT count(*) FROM (TABLE received EXCEPT ALL TABLE bench_rows) a)
       + (SELECT count(*) FROM (TABLE bench_rows EXCEPT ALL TABLE received) b);
$$;

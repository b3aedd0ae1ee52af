-- Random conditions, as JSON for select_rows and as plain SQL, find the same rows.
SELECT setseed(0.42);
CREATE TABLE sample (id int PRIMARY KEY, n int, t text, m numeric, s timestamptz, b boolean, a int[], d jsonb, r int4range);

-- A random value of a column as JSON, mostly one that occurs, from few enough that many rows share it.
CREATE FUNCTION any_json(depth int) RETURNS jsonb LANGUAGE sql VOLATILE AS $$
  SELECT CASE WHEN depth = 0 OR random() < 0.7
    THEN (ARRAY['1', '2', '10', '1.0', '"1"', '"a"', '"ab"', 'true', 'false', 'null', 'null', '[]', '{}']::jsonb[])[1 + floor(random() * 13)::int]
    WHEN random() < 0.4 THEN jsonb_build_array(any_json(depth - 1), any_json(depth - 1))
    ELSE jsonb_build_object('k', any_json(depth - 1), (ARRAY['a', 'l', '1'])[1 + floor(random() * 3)::int], any_json(depth - 1)) END
$$;
CREATE FUNCTION any_value(col text) RETURNS jsonb LANGUAGE plpgsql VOLATILE AS $$
DECLARE v int = floor(random() * 8);
BEGIN
  RETURN CASE col
    WHEN 'n' THEN to_jsonb(v)
    WHEN 't' THEN to_jsonb((ARRAY['', 'a', 'ab', 'a%', 'A_', 'b\c', 'it''s', '{x}'])[v + 1])
    WHEN 'm' THEN (ARRAY['0', '1.5', '1.50', '-2', '1e20', '"NaN"', '"Infinity"', '0.1'])[v + 1]::jsonb
    WHEN 's' THEN to_jsonb((ARRAY['2026-01-01T00:00:00Z', '2026-01-01T01:00:00+01', '2025-12-31', '2026-06-01 12:00', 'infinity', '-infinity', '2026-01-02', '1999-01-01T00:00:00.000001Z'])[v + 1])
    WHEN 'b' THEN to_jsonb(v % 2 = 0)
    WHEN 'a' THEN (ARRAY['[]', '[1]', '[1, 2]', '[2, 1]', '[null]', '[3, null, 1]', '[[1, 2], [3, 4]]', '"{4,5}"'])[v + 1]::jsonb
    WHEN 'r' THEN to_jsonb((ARRAY['empty', '[1,3]', '[2,6)', '(,3)', '[4,)', '(,)', '[5,5]', '(0,2)'])[v + 1])
    WHEN 'd' THEN (SELECT CASE WHEN j = 'null' THEN '"null"' ELSE j END FROM any_json(floor(random() * 3)::int) AS j)
  END;
END $$;
CREATE FUNCTION literal(col text, value jsonb) RETURNS text LANGUAGE sql AS $$
  SELECT CASE WHEN col = 'd' THEN format('%L::jsonb', value)
    WHEN col = 'a' AND jsonb_typeof(value) = 'array' THEN format('%L::int[]', translate(replace(value::text, 'null', 'NULL'), '[]', '{}'))
    ELSE format('%L::%s', value #>> '{}', (ARRAY['int', 'text', 'numeric', 'timestamptz', 'boolean', 'int[]', 'int4range'])[strpos('ntmsbar', col)]) END
$$;
DO $$
DECLARE list text; col text;
BEGIN
  FOR i IN 1 .. 100 LOOP
    list := i::text;
    FOREACH col IN ARRAY ARRAY['n', 't', 'm', 's', 'b', 'a', 'd', 'r'] LOOP
      list := list || ', ' || CASE WHEN random() < 0.25 THEN 'NULL' ELSE literal(col, any_value(col)) END;
    END LOOP;
    EXECUTE format('INSERT INTO sample VALUES (%s)', list);
  END LOOP;
END $$;
UPDATE sample SET d = jsonb_build_object('k', any_json(1), 'a', CASE WHEN random() < 0.3 THEN 'null' ELSE any_json(1) END,
  'l', jsonb_build_object('k', any_json(0))) WHERE id % 5 > 0;

-- Order among JSON values of one type only.
CREATE FUNCTION json_order(x jsonb, op text, y jsonb) RETURNS boolean LANGUAGE plpgsql STRICT AS $$
DECLARE result boolean;
BEGIN
  EXECUTE format('SELECT $1 %s $2', op) INTO result USING x, y;
  RETURN jsonb_typeof(x) = jsonb_typeof(y) AND result;
END $$;

CREATE FUNCTION any_test(OUT j jsonb, OUT q text) LANGUAGE plpgsql VOLATILE AS $$
DECLARE
  col text = substr('ntmsbadrdd', 1 + floor(random() * 10)::int, 1);
  x text = col; -- what is compared, in SQL
  textual text = col;
  name jsonb = to_jsonb(col);
  op text;
  sql text;
  value jsonb;
  other jsonb;
  pattern text;
  list text;
  has_null boolean;
  keys text;
BEGIN
  IF col = 'd' AND random() < 0.7 THEN
    keys := (ARRAY['k', 'a', '0', 'l,k', 'k,0', 'a,-1'])[1 + floor(random() * 6)::int];
    name := (SELECT jsonb_agg(CASE WHEN k ~ '^-?\d$' AND random() < 0.5 THEN k::jsonb ELSE to_jsonb(k) END) FROM unnest(string_to_array('d,' || keys, ',')) AS k);
    x := format('nullif(d #> %L, ''null'')', '{' || keys || '}');
  END IF;
  IF col = 'd' THEN
    textual := format('(d #>> %L)', '{' || coalesce(keys, '') || '}');
  END IF;

  CASE floor(random() * 8)::int
  WHEN 0, 1 THEN -- a value
    op := (ARRAY['=', '!=', '<>', '<', '<=', '>', '>='])[1 + floor(random() * 7)::int];
    value := any_value(col);
    IF col = 'd' AND op NOT IN ('=', '!=', '<>') THEN
      q := format('json_order(%s, %L, %s)', x, op, literal(col, value));
    ELSIF op IN ('=', '!=', '<>') AND random() < 0.1 THEN
      value := 'null';
      q := format('(%s) IS %s NULL', x, CASE WHEN op = '=' THEN '' ELSE 'NOT' END);
    ELSE
      q := format('%s %s %s', x, op, literal(col, value));
    END IF;
    j := jsonb_build_array(name, op, value);
  WHEN 2 THEN -- null-safe
    sql := (ARRAY['IS NOT DISTINCT FROM', 'IS DISTINCT FROM'])[1 + floor(random() * 2)::int];
    value := CASE WHEN random() < 0.2 THEN 'null' ELSE any_value(col) END;
    q := format('(%s) %s %s', x, sql, CASE WHEN value = 'null' THEN 'NULL' ELSE literal(col, value) END);
    j := jsonb_build_array(name, lower(replace(sql, ' ', '_')), value);
  WHEN 3 THEN -- NULL
    sql := (ARRAY['IS NULL', 'IS NOT NULL'])[1 + floor(random() * 2)::int];
    q := format('(%s) %s', x, sql);
    j := jsonb_build_array(name, lower(replace(sql, ' ', '_')));
  WHEN 4 THEN -- a list
    value := (SELECT coalesce(jsonb_agg(CASE WHEN random() < 0.15 THEN 'null' ELSE any_value(col) END), '[]') FROM generate_series(1, floor(random() * 5)::int));
    list := (SELECT string_agg(literal(col, e), ', ') FROM jsonb_array_elements(value) AS e WHERE e <> 'null');
    has_null := EXISTS (SELECT FROM jsonb_array_elements(value) AS e WHERE e = 'null');
    q := format('%s IN (%s)', x, list);
    IF list IS NULL THEN
      q := 'false';
    END IF;
    IF has_null THEN
      q := format('(%s OR (%s) IS NULL)', q, x);
    END IF;
    IF random() < 0.5 THEN
      j := jsonb_build_array(name, 'in', value);
    ELSE
      q := format('coalesce((%s), false) IS NOT TRUE', q);
      j := jsonb_build_array(name, 'not_in', value);
    END IF;
  WHEN 5 THEN -- bounds
    value := any_value(col);
    other := any_value(col);
    IF col = 'd' THEN
      q := format('(json_order(%1$s, ''>='', %2$s) AND json_order(%1$s, ''<='', %3$s))', x, literal(col, value), literal(col, other));
    ELSE
      q := format('%s BETWEEN %s AND %s', x, literal(col, value), literal(col, other));
    END IF;
    j := jsonb_build_array(name, 'between', jsonb_build_array(value, other));
  WHEN 6 THEN -- what only some types have
    CASE col
    WHEN 't', 'd' THEN
      IF col = 'd' AND random() < 0.5 THEN
        value := any_value(col);
        op := (ARRAY['contains', 'contained_in', 'has_key'])[1 + floor(random() * 3)::int];
        IF op = 'has_key' THEN
          value := to_jsonb((ARRAY['k', 'a', '1'])[1 + floor(random() * 3)::int]);
          q := format('jsonb_exists(%s, %L)', x, value #>> '{}');
        ELSE
          q := format('%s %s %s', x, CASE op WHEN 'contains' THEN '@>' ELSE '<@' END, literal(col, value));
        END IF;
        j := jsonb_build_array(name, op, value);
      ELSE
        pattern := (ARRAY['a%', '%', '_', 'A\_', 'b\\c', '1%', '', '%x%'])[1 + floor(random() * 8)::int];
        op := (ARRAY['like', 'not_like', 'ilike', 'not_ilike', 'starts_with', '~', '~*'])[1 + floor(random() * 7)::int];
        IF op = 'starts_with' THEN
          q := format('starts_with(%s, %L)', textual, pattern);
        ELSIF op LIKE '~%' THEN
          pattern := (ARRAY['^a', 'b.c$', '[%x1]', '^$'])[1 + floor(random() * 4)::int];
          q := format('%s %s %L', textual, op, pattern);
        ELSE
          q := format('%s %s %L', textual, upper(replace(op, '_', ' ')), pattern);
        END IF;
        IF x <> col THEN
          q := format('CASE WHEN (%s) IS NOT NULL THEN %s END', x, q);
        END IF;
        j := jsonb_build_array(name, op, pattern);
      END IF;
    WHEN 'a', 'r' THEN
      op := (ARRAY['contains', 'contained_in', 'overlaps'])[1 + floor(random() * 3)::int];
      value := any_value(col);
      list := literal(col, value);
      IF col = 'r' AND random() < 0.3 AND op = 'contains' THEN
        value := any_value('n');
        list := literal('n', value);
      ELSIF col = 'r' AND random() < 0.3 THEN
        value := to_jsonb('{[1,2],[4,6)}'::text);
        list := '''{[1,2],[4,6)}''::int4multirange';
      END IF;
      q := format('%s %s %s', x, CASE op WHEN 'contains' THEN '@>' WHEN 'overlaps' THEN '&&' ELSE '<@' END, list);
      j := jsonb_build_array(name, op, value);
    ELSE
      q := format('(%s) IS NULL', x);
      j := jsonb_build_array(name, 'is_null');
    END CASE;
  WHEN 7 THEN -- two columns
    sql := (ARRAY['=', '!=', '<', '<=', '>', '>=', 'IS DISTINCT FROM', 'IS NOT DISTINCT FROM'])[1 + floor(random() * 8)::int];
    col := (ARRAY['id', 'n', 'm'])[1 + floor(random() * 3)::int];
    name := to_jsonb((ARRAY['id', 'n', 'm'])[1 + floor(random() * 3)::int]);
    q := format('%s %s %s', col, sql, name #>> '{}');
    j := jsonb_build_object('columns', jsonb_build_array(col, lower(replace(sql, ' ', '_')), name));
  END CASE;
END $$;

CREATE FUNCTION any_condition(depth int, OUT j jsonb, OUT q text) LANGUAGE plpgsql VOLATILE AS $$
DECLARE kind int = floor(random() * 6); arg record; joined text;
BEGIN
  IF depth = 0 OR kind < 2 THEN
    SELECT * INTO j, q FROM any_test();
  ELSIF kind < 4 THEN
    SELECT * INTO arg FROM any_condition(depth - 1);
    j := jsonb_build_object('not', arg.j);
    q := format('NOT (%s)', arg.q);
  ELSE
    j := '[]';
    FOR i IN 1 .. floor(random() * 4)::int LOOP
      SELECT * INTO arg FROM any_condition(depth - 1);
      j := j || jsonb_build_array(arg.j);
      joined := concat_ws(CASE kind WHEN 4 THEN ' AND ' ELSE ' OR ' END, joined, format('(%s)', arg.q));
    END LOOP;
    j := jsonb_build_object(CASE kind WHEN 4 THEN 'and' ELSE 'or' END, j);
    q := coalesce(joined, CASE kind WHEN 4 THEN 'true' ELSE 'false' END);
  END IF;
END $$;

DO $$
DECLARE condition record; found int[]; expected int[]; result json; matched int = 0; somewhere int = 0;
BEGIN
  FOR i IN 1 .. 4000 LOOP
    SELECT * INTO condition FROM any_condition(2);
    result := connector.try_call('select_rows', json_build_object('table', 'sample', 'columns', json_build_array('id'), 'where', json_build_array(condition.j))::text);
    SELECT array_agg((row->>'id')::int ORDER BY (row->>'id')::int) INTO found FROM json_array_elements(result->'rows') AS row;
    EXECUTE format('SELECT array_agg(id ORDER BY id) FROM sample WHERE %s', condition.q) INTO expected;
    IF result->'error' IS NOT NULL OR found IS DISTINCT FROM expected THEN
      RAISE NOTICE E'%\n%\n% instead of %', condition.j, condition.q, coalesce(result->>'error', found::text), expected;
    ELSE
      matched := matched + 1;
      somewhere := somewhere + (coalesce(cardinality(found), 0) BETWEEN 1 AND 99)::int;
    END IF;
  END LOOP;
  RAISE NOTICE '% conditions agree; enough of them tell rows apart: %', matched, somewhere > 2000;
END $$;

DROP FUNCTION any_json, any_value, literal, json_order, any_test, any_condition;
DROP TABLE sample;

-- Databases of other encodings: an escape stands for the character of the database, wherever it is written, and values
-- and names come and go as they are.
SELECT current_database() AS main \gset
SET client_min_messages = warning;
CREATE DATABASE pgc_latin1 ENCODING 'LATIN1' TEMPLATE template0 LC_COLLATE 'C' LC_CTYPE 'C';
CREATE DATABASE pgc_euc_jp ENCODING 'EUC_JP' TEMPLATE template0 LC_COLLATE 'C' LC_CTYPE 'C';
CREATE DATABASE pgc_sql_ascii ENCODING 'SQL_ASCII' TEMPLATE template0 LC_COLLATE 'C' LC_CTYPE 'C';

\c pgc_latin1
SET client_encoding = 'UTF8';
CREATE EXTENSION pg_connector;
CREATE TABLE t (id int PRIMARY KEY, "é" text, v varchar(3));

-- A name that is written with an escape, which is how many libraries write it, is the column's in every row.
SELECT connector.insert_rows('{"table": "t", "rows": [{"id": 1, "\u00e9": "a"}, {"id": 2, "é": "b"}, {"\u00e9": "\u00fc", "id": 3}]}');
SELECT connector.insert_rows('{"table": "t", "columns": ["id", "\u00e9", "v"], "values": [[4, "ß", "ä\u00f6ü"]]}');
SELECT connector.update_rows('{"table": "t", "set": {"\u00e9": "\u00e7"}, "where": [["\u00e9", "=", "\u00fc"]], "returning": ["é"]}');
SELECT connector.upsert_rows('{"table": "t", "rows": [{"id": 1, "\u00e9": "A"}, {"id": 5, "\u00e9": "é"}], "on_conflict": {"columns": ["id"]}}');
SELECT connector.select_rows('{"table": "t", "order_by": ["id"]}');
SELECT connector.batch('{"commands": [{"command": "query", "sql": "SELECT id AS \"\u00e9\" FROM t WHERE \"é\" = $1", "params": ["\u00e7"]},
  {"command": "select_rows", "table": "t", "where": [["id", "=", null]], "bind": {"/where/0/2": "/0/rows/0/\u00e9"}}]}');
SELECT connector.call('postgres_v2/DoSQL', '{"schema": {"sql": "SELECT %(é)s::text AS x", "values": {"\u00e9": "ü"}, "fetch_results": true}}');

-- The same name twice is an error in either order.
SELECT connector.try_call('insert_rows', '{"table": "t", "rows": [{"id": 6, "é": "a", "\u00e9": "b"}]}') #>> '{error,message}' AS escaped_last,
  connector.try_call('insert_rows', '{"table": "t", "rows": [{"id": 6, "\u00e9": "a", "é": "b"}]}') #>> '{error,message}' AS escaped_first,
  connector.try_call('insert_rows', '{"table": "t", "rows": [{"id": 6, "\u00e9": "a"}, {"id": 7, "\u00e9": "b", "\u00E9": "c"}]}') #>> '{error,path}' AS in_a_later_row,
  connector.try_call('update_rows', '{"table": "t", "set": {"\u00e9": "1", "é": "2"}, "where": [["id", "=", 1]]}') #>> '{error,message}' AS in_set;

-- A character that the encoding does not have
SELECT connector.try_call('insert_rows', '{"table": "t", "row": {"id": 6, "é": "\u20ac"}}');
SELECT connector.try_call('insert_rows', '{"table": "t", "rows": [{"id": 6, "\u20ac": "x"}]}') #>> '{error,message}' AS as_a_name;

-- Characters, not bytes, are counted; and every character goes in and out, escaped or not.
SELECT connector.try_call('insert_rows', '{"table": "t", "row": {"id": 6, "v": "äöüß"}}') #>> '{error,code}' AS too_long;
CREATE TABLE every (id int, plain text, escaped text, mixed text);
SELECT connector.insert_rows(json_build_object('table', 'every', 'rows', json_agg(json_build_object('id', i, 'plain', chr(i)))::text::json)::text) ->> 'rowCount' AS rows
FROM generate_series(1, 255) i WHERE i < 128 OR i >= 160;
SELECT count(connector.update_rows(format('{"table": "every", "set": {"escaped": "\u00%1$s", "mixed": "%2$s\u00%1$s%3$s"}, "where": [["id", "=", %4$s]]}',
    lpad(to_hex(id), 2, '0'), repeat('é', id % 20), repeat('ü', id % 18), id)))
FROM every;
SELECT count(*) FILTER (WHERE plain = chr(id)) AS plain, count(*) FILTER (WHERE escaped = chr(id)) AS escaped,
  count(*) FILTER (WHERE mixed = repeat('é', id % 20) || chr(id) || repeat('ü', id % 18)) AS mixed
FROM every;
SELECT count(*) AS "read back" FROM json_array_elements(connector.select_rows('{"table": "every"}') -> 'rows') r JOIN every e ON e.id = (r ->> 'id')::int
WHERE (r ->> 'plain', r ->> 'escaped', r ->> 'mixed') = (e.plain, e.escaped, e.mixed);

\c pgc_euc_jp
SET client_encoding = 'UTF8';
CREATE EXTENSION pg_connector;
CREATE TABLE t ("日本" int PRIMARY KEY, v text, c varchar(4));
SELECT connector.insert_rows('{"table": "t", "rows": [{"\u65e5\u672c": 1, "v": "\u8a9e語表予"}, {"日本": 2, "c": "テキスト"}, {"v": "\uff76\u00e9", "\u65e5本": 3}]}');
SELECT connector.insert_rows('{"table": "t", "rows": [{"\u65e5\u672c": 4}, {"日本": 5, "\u65e5\u672c": 6}]}');
SELECT connector.select_rows('{"table": "t", "order_by": ["\u65e5\u672c"]}');
SELECT connector.select_rows('{"table": "t", "where": [["v", "like", "%\u8a9e\u8868%"]], "columns": ["日本"]}');

-- Where no encoding is known, bytes are bytes, and only an ASCII escape can stand for something.
\c pgc_sql_ascii
CREATE EXTENSION pg_connector;
CREATE TABLE t (id int PRIMARY KEY, "é" text);
SELECT connector.insert_rows('{"table": "t", "rows": [{"id": 1, "é": "ü"}, {"\u0069d": 2, "é": "\u0041"}], "returning": ["é"]}');
SELECT connector.try_call('insert_rows', '{"table": "t", "rows": [{"id": 3, "é": "\u00fc"}]}');

\c :main
DROP DATABASE pgc_latin1;
DROP DATABASE pgc_euc_jp;
DROP DATABASE pgc_sql_ascii;

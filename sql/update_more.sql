-- update_rows and delete_rows beyond "set" and "where": operations, rows by key, numbers of rows
CREATE SCHEMA more;
SET search_path = more, public;
\pset format unaligned
\pset tuples_only on

CREATE DOMAIN positive AS int CHECK (value > 0);
CREATE TABLE item (
	id int PRIMARY KEY,
	name varchar(10),
	i2 int2, i4 int, i8 bigint, f4 real, f8 float8, num numeric(10,2), pos positive,
	price money, span interval, day date, moment timestamp, at timestamptz, clock time,
	j jsonb, js json, arr int[], names text[], js_list jsonb[],
	twice int GENERATED ALWAYS AS (i4 * 2) STORED
);
INSERT INTO item SELECT n, 'item ' || n, n, n, n, n, n, n, n, n, n * interval '1 day',
	date '2026-01-01' + n, timestamp '2026-01-01' + n * interval '1 hour', timestamptz '2026-01-01Z', time '10:00',
	'{"a": 1}', '{"a": 1}', '{1}', '{x}', '{}'
	FROM generate_series(1, 3) n;
INSERT INTO item (id) VALUES (4);

-- increment, in each type that has it
SELECT connector.update_rows('{"table": "item", "where": [["id", "=", 1]],
	"increment": {"i2": 1, "i4": -2, "i8": 9007199254740993, "f4": 0.5, "f8": "1e2", "num": 0.015, "pos": 4, "price": 1.5,
		"span": "1 hour", "day": 3, "moment": "90 min", "at": "1 month", "clock": "00:30"},
	"returning": ["i2", "i4", "i8", "f4", "f8", "num", "pos", "price", "span", "day", "moment", "at", "clock", "twice"]}');
-- NULL stays NULL
SELECT connector.update_rows('{"table": "item", "where": [["id", "=", 4]], "increment": {"i4": 1, "day": 1}, "returning": ["i4", "day"]}');
-- merge and append: NULL is empty
SELECT connector.update_rows('{"table": "item", "where": [["id", "in", [1, 4]]], "merge": {"j": {"b": [2], "a": null}, "js": {"c": {"d": "e"}}},
	"append": {"arr": [2, null, 3], "names": ["y", "null", "a,b"], "js_list": [[1], "s", null]}, "set": {"name": "both"},
	"returning": ["id", "name", "j", "js", "arr", "names", "js_list"]}');
UPDATE item SET j = '[1]', js = 'null' WHERE id = 2;
SELECT connector.update_rows('{"table": "item", "where": [["id", "=", 2]], "append": {"j": ["two", [3], null], "js": [{}]}, "returning": ["j", "js"]}');
SELECT connector.update_rows('{"table": "item", "where": [["id", "=", 3]], "append": {"arr": [], "names": []}, "merge": {"j": {}}, "returning": ["arr", "names", "j"]}');
-- what does not go together is not put together
SELECT connector.update_rows('{"table": "item", "where": [["id", "=", 2]], "merge": {"j": {"a": 1}}}');
SELECT connector.update_rows('{"table": "item", "where": [["id", "=", 3]], "append": {"j": [1]}}');
UPDATE item SET j = '"s"' WHERE id = 3;
SELECT connector.update_rows('{"table": "item", "where": [["id", "=", 3]], "merge": {"j": {"a": 1}}}');
SELECT connector.update_rows('{"table": "item", "where": [["id", "=", 3]], "append": {"j": [1]}}');
-- results that the column does not hold
SELECT connector.update_rows('{"table": "item", "where": [["id", "=", 1]], "increment": {"pos": -100}}');
SELECT connector.update_rows('{"table": "item", "where": [["id", "=", 1]], "increment": {"i2": 32767}}');

-- refusals, each with its place
SELECT connector.update_rows('{"table": "item", "all_rows": true}');
SELECT connector.update_rows('{"table": "item", "all_rows": true, "set": {}}');
SELECT connector.update_rows('{"table": "item", "all_rows": true, "set": {"i4": 1}, "increment": {"i2": 1, "i4": 1}}');
SELECT connector.update_rows('{"table": "item", "all_rows": true, "increment": {"i4": 1, "i\u0034": 1}}');
SELECT connector.update_rows('{"table": "item", "all_rows": true, "increment": {"i5": 1}}');
SELECT connector.update_rows('{"table": "item", "all_rows": true, "increment": {"i4": null}}');
SELECT connector.update_rows('{"table": "item", "all_rows": true, "increment": {"i4": 1.5}}');
SELECT connector.update_rows('{"table": "item", "all_rows": true, "increment": {"i4": [1]}}');
SELECT connector.update_rows('{"table": "item", "all_rows": true, "increment": {"name": 1}}');
SELECT connector.update_rows('{"table": "item", "all_rows": true, "increment": {"moment": 1}}');
SELECT connector.update_rows('{"table": "item", "all_rows": true, "merge": {"j": [1]}}');
SELECT connector.update_rows('{"table": "item", "all_rows": true, "merge": {"arr": {"a": 1}}}');
SELECT connector.update_rows('{"table": "item", "all_rows": true, "merge": {"j": null}}');
SELECT connector.update_rows('{"table": "item", "all_rows": true, "append": {"arr": 1}}');
SELECT connector.update_rows('{"table": "item", "all_rows": true, "append": {"arr": ["x"]}}');
SELECT connector.update_rows('{"table": "item", "all_rows": true, "append": {"name": ["x"]}}');
SELECT connector.update_rows('{"table": "item", "all_rows": true, "set": {"twice": 1}}');
SELECT connector.update_rows('{"table": "item", "all_rows": true, "increment": {"twice": 1}}');
SELECT connector.update_rows('{"table": "item", "all_rows": true, "set": [1]}');
SELECT connector.update_rows('{"table": "item", "increment": {"i4": 1}}');

-- rows by key: in their order, also where a key is repeated; a row that finds none is counted
CREATE TABLE stock (shop text, sku int, n int CHECK (n >= 0), note text, seen int GENERATED ALWAYS AS IDENTITY, PRIMARY KEY (shop, sku));
INSERT INTO stock (shop, sku, n) SELECT s, k, 0 FROM unnest('{north,south}'::text[]) s, generate_series(1, 3) k;
SELECT connector.update_rows('{"table": "stock", "key": ["shop", "sku"], "returning": ["shop", "sku", "n", "note"], "rows": [
	{"shop": "south", "sku": 3, "n": 33}, {"sku": 1, "n": 11, "shop": "north"}, {"shop": "east", "sku": 1, "n": 1},
	{"shop": "north", "sku": 1, "note": "other columns"}, {"shop": "north", "sku": 1, "n": 12}, {"shop": "north", "sku": 1, "n": 13}]}');
SELECT connector.update_rows('{"table": "stock", "key": ["sku", "shop"], "rows": [{"shop": "east", "sku": 1, "n": 1}]}');
SELECT connector.update_rows('{"table": "stock", "key": ["sku", "shop"], "rows": []}');
-- a key that is not unique finds them all
SELECT connector.update_rows('{"table": "stock", "key": ["shop"], "rows": [{"shop": "north", "note": "N"}, {"shop": "south", "note": "S"}, {"shop": "west", "note": "W"}]}');
SELECT * FROM stock ORDER BY 1, 2;
-- the place of an error is the row, whichever way the rows are joined
SELECT connector.update_rows('{"table": "stock", "key": ["shop", "sku"], "rows": [{"shop": "south", "sku": 3, "n": 1}, {"shop": "south", "sku": 2, "n": -1}]}');
SET enable_hashjoin = off; SET enable_mergejoin = off;
SELECT connector.update_rows('{"table": "stock", "key": ["shop", "sku"], "rows": [{"shop": "south", "sku": 3, "n": 1}, {"shop": "south", "sku": 2, "n": -1}]}');
SET enable_nestloop = off; SET enable_mergejoin = on; SET enable_hashjoin = off;
SELECT connector.update_rows('{"table": "stock", "key": ["shop", "sku"], "returning": ["shop", "sku"], "rows": [{"shop": "south", "sku": 3, "n": 1}, {"shop": "north", "sku": 2, "n": 1}]}');
SELECT connector.update_rows('{"table": "stock", "key": ["shop", "sku"], "rows": [{"shop": "south", "sku": 3, "n": 1}, {"shop": "south", "sku": 2, "n": -1}]}');
RESET enable_hashjoin; RESET enable_mergejoin; RESET enable_nestloop;
SELECT connector.update_rows('{"table": "stock", "key": ["shop", "sku"], "rows": [{"shop": "south", "sku": 3, "n": 1}, {"shop": "south", "sku": 2, "n": "x"}]}');
SELECT connector.update_rows('{"table": "stock", "key": ["shop", "sku"], "rows": [{"shop": "south", "sku": 3, "n": 1}, {"shop": "south", "sku": null, "n": 1}]}');
SELECT connector.update_rows('{"table": "stock", "key": ["shop", "sku"], "rows": [{"shop": "south", "sku": 3, "n": 1}, {"shop": "south", "n": 1}]}');
SELECT connector.update_rows('{"table": "stock", "key": ["shop", "sku"], "rows": [{"shop": "south", "sku": 3}]}');
SELECT connector.update_rows('{"table": "stock", "key": ["shop", "sku"], "rows": [{"shop": "south", "sku": 3, "m": 1}]}');
SELECT connector.update_rows('{"table": "stock", "key": ["shop", "sku"], "rows": [{"shop": "south", "sku": 3, "seen": 1}]}');
SELECT connector.update_rows('{"table": "stock", "key": ["shop", "sku"], "rows": [[1, 2]]}');
SELECT connector.update_rows('{"table": "stock", "key": ["shop", "skew"], "rows": []}');
SELECT connector.update_rows('{"table": "stock", "key": ["shop", "shop"], "rows": []}');
SELECT connector.update_rows('{"table": "stock", "key": [], "rows": []}');
SELECT connector.update_rows('{"table": "item", "key": ["js"], "rows": [{"js": 1, "i4": 1}]}');
-- members that do not go together
SELECT connector.update_rows('{"table": "stock", "rows": [{"sku": 1, "n": 1}]}');
SELECT connector.update_rows('{"table": "stock", "key": ["sku"], "set": {"n": 1}, "all_rows": true}');
SELECT connector.update_rows('{"table": "stock", "key": ["sku"], "rows": [{"sku": 1, "n": 1}], "where": [["sku", "=", 1]]}');
SELECT connector.update_rows('{"table": "stock", "key": ["sku"], "rows": [{"sku": 1, "n": 1}], "all_rows": true}');
SELECT connector.update_rows('{"table": "stock", "key": ["sku"], "rows": [{"sku": 1, "n": 1}], "limit": 1}');
SELECT connector.update_rows('{"table": "stock", "key": ["sku"], "rows": [{"sku": 1, "n": 1}], "increment": {"n": 1}}');

-- delete by key
SELECT connector.delete_rows('{"table": "stock", "key": ["shop", "sku"], "returning": ["sku", "shop"],
	"rows": [{"shop": "south", "sku": 2}, {"sku": 1, "shop": "north"}, {"shop": "south", "sku": 2}, {"shop": "west", "sku": 9}]}');
SELECT connector.delete_rows('{"table": "stock", "key": ["sku"], "rows": [{"sku": 1}, {"sku": 1, "n": 1}]}');
SELECT connector.delete_rows('{"table": "stock", "key": ["sku"], "rows": [{}]}');
SELECT connector.delete_rows('{"table": "stock", "key": ["sku"], "rows": [{"sku": 3}]}');
SELECT shop, sku FROM stock ORDER BY 1, 2;

-- max_affected and expect_affected: all or nothing
SELECT connector.update_rows('{"table": "item", "all_rows": true, "set": {"name": "n"}, "max_affected": 3}');
SELECT connector.update_rows('{"table": "item", "all_rows": true, "set": {"name": "n"}, "max_affected": 4, "expect_affected": 4}');
SELECT connector.update_rows('{"table": "item", "where": [["id", "=", 77]], "set": {"name": "m"}, "expect_affected": 1}');
SELECT connector.update_rows('{"table": "item", "where": [["id", "=", 77]], "set": {"name": "m"}, "expect_affected": 0, "max_affected": 0}');
SELECT connector.update_rows('{"table": "item", "where": [["id", "=", 1]], "set": {"name": "m"}, "returning": true, "max_affected": 0}');
SELECT connector.delete_rows('{"table": "item", "all_rows": true, "expect_affected": 3}');
SELECT connector.delete_rows('{"table": "item", "all_rows": true, "max_affected": 3}');
SELECT connector.update_rows('{"table": "item", "key": ["id"], "rows": [{"id": 1, "i4": 0}, {"id": 2, "i2": 0}, {"id": 3, "i2": 0}], "max_affected": 1}');
SELECT connector.update_rows('{"table": "item", "key": ["id"], "rows": [{"id": 1, "i4": 0}, {"id": 9, "i4": 0}], "expect_affected": 2}');
SELECT connector.delete_rows('{"table": "item", "key": ["id"], "rows": [{"id": 1}, {"id": 9}], "expect_affected": 2}');
SELECT connector.update_rows('{"table": "item", "all_rows": true, "set": {"name": "n"}, "max_affected": -1}');
SELECT connector.update_rows('{"table": "item", "all_rows": true, "set": {"name": "n"}, "expect_affected": 1.5}');
SET pg_connector.affected_cap = 1;
SELECT connector.update_rows('{"table": "item", "key": ["id"], "rows": [{"id": 1, "i4": 0}, {"id": 2, "i4": 0}]}');
RESET pg_connector.affected_cap;
SELECT count(*), count(*) FILTER (WHERE name = 'n'), sum(i4) FROM item;

-- the names of the statement's own are no column's, and columns may be called anything
CREATE TABLE "tar.get" (n int PRIMARY KEY, "source" int, target int, "c1" int, k1 int, r int, "done" int, "a""b" text, "Ä" int[]);
INSERT INTO "tar.get" VALUES (1, 1, 1, 1, 1, 1, 1, 'x', '{1}'), (2, 2, 2, 2, 2, 2, 2, 'y', '{2}');
SELECT connector.update_rows('{"table": ["more", "tar.get"], "where": [["n", "=", 1]], "increment": {"source": 1, "target": 1, "r": 1}, "append": {"Ä": [2]}, "returning": true}');
SELECT connector.update_rows('{"table": ["more", "tar.get"], "key": ["n"], "rows": [{"n": 2, "source": 9, "c1": 8, "a\"b": "z"}, {"n": 1, "source": 7, "c1": 6, "a\"b": "w"}], "returning": true}');
SELECT connector.update_rows('{"table": ["more", "tar.get"], "key": ["r", "target"], "rows": [{"r": 2, "target": 2, "n": 20}], "returning": ["c1", "n", "done"]}');
SELECT connector.update_rows('{"table": ["more", "tar.get"], "all_rows": true, "order_by": [["c1", "desc"]], "limit": 2, "increment": {"k1": 1}, "returning": ["c1", "n", "k1"]}');

-- partitions, one with its columns in another order; rows move between them
CREATE TABLE part (id int, region text, n int, j jsonb, PRIMARY KEY (region, id)) PARTITION BY LIST (region);
CREATE TABLE part_a PARTITION OF part FOR VALUES IN ('a');
CREATE TABLE part_b (j jsonb, gone int, n int, region text NOT NULL, id int NOT NULL);
ALTER TABLE part_b DROP gone;
ALTER TABLE part ATTACH PARTITION part_b FOR VALUES IN ('b');
INSERT INTO part SELECT i, CASE WHEN i % 2 = 0 THEN 'a' ELSE 'b' END, i FROM generate_series(1, 6) i;
SELECT connector.update_rows('{"table": "part", "key": ["id"], "rows": [{"id": 1, "region": "a"}, {"id": 2, "region": "b"}, {"id": 3, "region": "b"}], "returning": ["region", "id", "n"]}');
SELECT connector.update_rows('{"table": "part", "where": [["n", "<=", 3]], "increment": {"n": 10}, "merge": {"j": {"k": 1}}, "set": {"region": "a"}}');
SELECT connector.update_rows('{"table": "part", "all_rows": true, "order_by": [["n", "desc"]], "limit": 3, "set": {"region": "b"}, "returning": ["n", "region"]}');
SELECT connector.update_rows('{"table": "part", "key": ["id"], "rows": [{"id": 1, "region": "c"}]}');
SELECT connector.delete_rows('{"table": "part", "key": ["region", "id"], "rows": [{"region": "b", "id": 3}, {"region": "a", "id": 3}]}');
SELECT tableoid::regclass, id, region, n, j FROM part ORDER BY id;

-- views: what they let through, and what not
CREATE VIEW few AS SELECT id, n, region, n + 1 AS more FROM part WHERE n < 100 WITH CHECK OPTION;
SELECT connector.update_rows('{"table": "few", "key": ["id"], "rows": [{"id": 4, "n": 40}, {"id": 5, "n": 50}], "returning": ["id", "more"]}');
SELECT connector.update_rows('{"table": "few", "key": ["id"], "rows": [{"id": 4, "n": 44}, {"id": 5, "n": 500}]}');
SELECT connector.update_rows('{"table": "few", "key": ["id"], "rows": [{"id": 4, "more": 40}]}');
SELECT connector.update_rows('{"table": "few", "where": [["id", "=", 4]], "set": {"more": 1}}');
SELECT connector.update_rows('{"table": "few", "where": [["id", "=", 4]], "increment": {"n": 1}, "returning": true}');
CREATE VIEW both_ways AS SELECT id, max(n) AS n FROM part GROUP BY id;
CREATE FUNCTION both_ways() RETURNS trigger LANGUAGE plpgsql AS
$$ BEGIN UPDATE part SET n = new.n WHERE id = old.id; IF new.n = 0 THEN RAISE 'zero'; END IF; RETURN new; END $$;
CREATE TRIGGER both_ways INSTEAD OF UPDATE ON both_ways FOR EACH ROW EXECUTE FUNCTION both_ways();
SELECT connector.update_rows('{"table": "both_ways", "key": ["id"], "rows": [{"id": 5, "n": 5}, {"id": 4, "n": 4}, {"id": 44, "n": 4}], "returning": true}');
SELECT connector.update_rows('{"table": "both_ways", "key": ["id"], "rows": [{"id": 4, "n": 4}, {"id": 5, "n": 0}]}');
SELECT connector.delete_rows('{"table": "both_ways", "key": ["id"], "rows": [{"id": 4}]}');

-- a row that a trigger leaves alone was found, and is not counted as written
CREATE TABLE guarded (id int PRIMARY KEY, n int);
INSERT INTO guarded VALUES (1, 1), (2, 2), (3, 3);
CREATE FUNCTION guarded() RETURNS trigger LANGUAGE plpgsql AS
$$ BEGIN IF old.id = 2 THEN RETURN NULL; END IF; IF TG_OP = 'DELETE' THEN RETURN old; END IF;
   IF new.n < 0 THEN RAISE 'negative' USING ERRCODE = 'P1234'; END IF; RETURN new; END $$;
CREATE TRIGGER guarded BEFORE UPDATE OR DELETE ON guarded FOR EACH ROW EXECUTE FUNCTION guarded();
SELECT connector.update_rows('{"table": "guarded", "key": ["id"], "rows": [{"id": 1, "n": 10}, {"id": 2, "n": 20}, {"id": 4, "n": 40}], "returning": true}');
SELECT connector.update_rows('{"table": "guarded", "all_rows": true, "increment": {"n": 1}, "expect_affected": 2}');
SELECT connector.update_rows('{"table": "guarded", "all_rows": true, "order_by": ["id"], "limit": 3, "increment": {"n": 1}, "returning": ["id"]}');
SELECT connector.update_rows('{"table": "guarded", "key": ["id"], "rows": [{"id": 1, "n": 10}, {"id": 3, "n": -1}]}');
SELECT connector.delete_rows('{"table": "guarded", "key": ["id"], "rows": [{"id": 1}, {"id": 2}, {"id": 4}]}');
-- foreign keys are checked at the end, so that is about all rows
CREATE TABLE child (id int PRIMARY KEY, parent int REFERENCES guarded);
INSERT INTO child VALUES (1, 3), (2, 3);
SELECT connector.update_rows('{"table": "child", "key": ["id"], "rows": [{"id": 1, "parent": 2}, {"id": 2, "parent": 99}]}');
SELECT connector.delete_rows('{"table": "guarded", "key": ["id"], "rows": [{"id": 3}]}');

-- rules: rows are applied all the same, but come back in any order
CREATE TABLE ruled (id int PRIMARY KEY, n int);
CREATE TABLE ruled_log (n int);
INSERT INTO ruled VALUES (1, 1), (2, 2);
CREATE RULE ruled AS ON UPDATE TO ruled DO ALSO INSERT INTO ruled_log VALUES (new.n);
CREATE RULE ruled_keep AS ON DELETE TO ruled DO INSTEAD NOTHING;
SELECT connector.update_rows('{"table": "ruled", "key": ["id"], "rows": [{"id": 1, "n": 10}, {"id": 2, "n": 20}, {"id": 3, "n": 30}]}');
SELECT connector.delete_rows('{"table": "ruled", "key": ["id"], "rows": [{"id": 1}, {"id": 2}]}');
SELECT connector.update_rows('{"table": "ruled", "key": ["id"], "rows": [{"id": 2, "n": 21}], "returning": true}');
SELECT connector.update_rows('{"table": "ruled", "all_rows": true, "order_by": ["id"], "limit": 1, "increment": {"n": 1}, "returning": true}');
TABLE ruled ORDER BY id;
SELECT n FROM ruled_log ORDER BY n;

-- privileges: those of a plain UPDATE or DELETE, by column
CREATE ROLE regress_more;
GRANT USAGE ON SCHEMA more TO regress_more;
CREATE TABLE secret (id int PRIMARY KEY, n int, hidden text DEFAULT 'h');
INSERT INTO secret SELECT i, i FROM generate_series(1, 5) i;
GRANT SELECT (id), UPDATE (n) ON secret TO regress_more;
SET ROLE regress_more;
SELECT connector.update_rows('{"table": "secret", "key": ["id"], "rows": [{"id": 1, "n": 10}], "returning": ["id"]}');
SELECT connector.update_rows('{"table": "secret", "where": [["id", "=", 1]], "set": {"n": 11}, "returning": ["id"]}');
SELECT connector.update_rows('{"table": "secret", "all_rows": true, "order_by": ["id"], "limit": 2, "set": {"n": 12}, "returning": ["id"]}');
-- an increment reads the column
SELECT connector.update_rows('{"table": "secret", "where": [["id", "=", 1]], "increment": {"n": 1}}');
SELECT connector.update_rows('{"table": "secret", "key": ["id"], "rows": [{"id": 1, "hidden": "x"}]}');
SELECT connector.update_rows('{"table": "secret", "key": ["n"], "rows": [{"n": 1, "n ": 1}]}');
SELECT connector.update_rows('{"table": "secret", "key": ["id"], "rows": [{"id": 1, "n": 10}], "returning": true}');
SELECT connector.delete_rows('{"table": "secret", "key": ["id"], "rows": [{"id": 1}]}');
SELECT connector.delete_rows('{"table": "secret", "all_rows": true, "limit": 1}');
RESET ROLE;
ALTER TABLE secret ENABLE ROW LEVEL SECURITY;
CREATE POLICY odd ON secret TO regress_more USING (id % 2 = 1) WITH CHECK (n <> 13);
GRANT SELECT, DELETE ON secret TO regress_more;
SET ROLE regress_more;
SELECT connector.update_rows('{"table": "secret", "key": ["id"], "rows": [{"id": 1, "n": 100}, {"id": 2, "n": 100}, {"id": 3, "n": 100}], "returning": ["id"]}');
SELECT connector.update_rows('{"table": "secret", "key": ["id"], "rows": [{"id": 1, "n": 1}, {"id": 3, "n": 13}]}');
SELECT connector.update_rows('{"table": "secret", "all_rows": true, "order_by": ["id"], "limit": 2, "increment": {"n": 5}, "returning": ["id", "n"]}');
SELECT connector.delete_rows('{"table": "secret", "key": ["id"], "rows": [{"id": 1}, {"id": 2}], "returning": ["id"]}');
RESET ROLE;
SELECT id, n FROM secret ORDER BY id;

-- the functions of our statements are of no use to others
SELECT connector.request_row_number();
SELECT connector.request_row_at(0, 1);

-- many rows, more than one group of them; an unindexed key; repeated keys all along
CREATE TABLE many (id int PRIMARY KEY, alias int, n int);
INSERT INTO many SELECT i, -i, 0 FROM generate_series(1, 12000) i;
SELECT connector.update_rows(json_build_object('table', 'many', 'key', array['id'], 'rows',
	(SELECT json_agg(json_build_object('id', i, 'n', i)) FROM generate_series(1, 12500) i)));
SELECT connector.update_rows(json_build_object('table', 'many', 'key', array['alias'], 'rows',
	(SELECT json_agg(json_build_object('alias', -i, 'n', i + 1)) FROM generate_series(1, 12500) i)));
SELECT count(*) FROM many WHERE n = id + 1;
SELECT connector.update_rows(json_build_object('table', 'many', 'key', array['id'], 'rows',
	(SELECT json_agg(json_build_object('id', i % 3, 'n', i)) FROM generate_series(1, 100) i)));
SELECT * FROM many WHERE id < 4 ORDER BY id;
SELECT connector.delete_rows(json_build_object('table', 'many', 'key', array['id'], 'rows',
	(SELECT json_agg(json_build_object('id', i)) FROM generate_series(1, 12500) i)));

-- keys of any type that has an equality; one that repeats in other words is the same key
CREATE TYPE mood AS ENUM ('good', 'bad');
CREATE TABLE keyed (num numeric, price money, mood mood, code varchar(4), tags text[], at timestamptz, pos positive, n int);
INSERT INTO keyed VALUES (1, 1, 'good', 'a', '{x,y}', '2026-01-01Z', 1, 0), (2, 2, 'bad', 'b', '{}', '2026-01-02Z', 2, 0);
SELECT connector.update_rows('{"table": "keyed", "key": ["num"], "rows": [{"num": 1, "n": 1}, {"num": "1.00", "n": 2}, {"num": 1e0, "n": 3}], "returning": ["n"]}');
SELECT connector.update_rows('{"table": "keyed", "key": ["price"], "rows": [{"price": 1, "n": 4}, {"price": "2.00", "n": 5}, {"price": "1.0", "n": 6}], "returning": ["n"]}');
SELECT connector.update_rows('{"table": "keyed", "key": ["mood", "tags"], "rows": [{"mood": "bad", "tags": [], "n": 7}, {"mood": "good", "tags": ["x", "y"], "n": 8}], "returning": ["n"]}');
SELECT connector.update_rows('{"table": "keyed", "key": ["at", "code", "pos"], "rows": [{"\u0061t": "2026-01-01T01:00:00+01", "code": "a", "pos": 1, "n": 9}, {"at": "2026-01-02Z", "code": "b", "pos": 3, "n": 10}], "returning": ["n"]}');
SELECT connector.update_rows('{"table": "keyed", "key": ["mood"], "rows": [{"mood": "ugly", "n": 1}]}');
SELECT connector.update_rows('{"table": "keyed", "key": ["pos"], "rows": [{"pos": 0, "n": 1}]}');

-- random requests against plain SQL that does the same
CREATE TABLE ours (id int PRIMARY KEY, grp int, n int, d numeric, j jsonb, arr int[]);
CREATE TABLE theirs (LIKE ours INCLUDING ALL);
CREATE FUNCTION same_after(ours_result json, count bigint, what text) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
	IF (ours_result ->> 'rowCount')::bigint <> count THEN
		RAISE EXCEPTION '%: % instead of % rows', what, ours_result ->> 'rowCount', count;
	END IF;
	IF EXISTS ((TABLE ours EXCEPT TABLE theirs) UNION ALL (TABLE theirs EXCEPT TABLE ours)) THEN
		RAISE EXCEPTION '%: other rows', what;
	END IF;
END $$;
DO $$
DECLARE
	result json; request jsonb; set_part jsonb; rows jsonb; item jsonb; count bigint; one bigint; unmatched bigint; low int; n int; kind int;
BEGIN
	PERFORM setseed(0.42);
	FOR round IN 1..300 LOOP
		IF round % 20 = 1 THEN
			DELETE FROM ours; DELETE FROM theirs;
			INSERT INTO ours SELECT i, i % 4, CASE WHEN i % 7 > 0 THEN i END, i * 1.5,
				CASE i % 3 WHEN 0 THEN '{"a": 1}'::jsonb WHEN 1 THEN '{}' END, CASE WHEN i % 5 > 0 THEN array[i] END
				FROM generate_series(1, 30) i;
			INSERT INTO theirs TABLE ours;
		END IF;
		low := (random() * 30)::int; n := (random() * 5)::int; kind := round % 5;
		IF kind = 0 THEN
			request := jsonb_build_object('table', 'ours', 'where', jsonb_build_array(jsonb_build_array('id', '>', low)),
				'increment', jsonb_build_object('n', n, 'd', n + 0.25), 'set', jsonb_build_object('grp', n));
			result := connector.update_rows(request);
			UPDATE theirs SET n = theirs.n + same.n, d = d + same.n + 0.25, grp = same.n FROM (SELECT n) same WHERE id > low;
			GET DIAGNOSTICS count = ROW_COUNT;
		ELSIF kind = 1 THEN
			request := jsonb_build_object('table', 'ours', 'where', jsonb_build_array(jsonb_build_array('grp', '=', n)),
				'merge', jsonb_build_object('j', jsonb_build_object(chr(97 + n), low)), 'append', jsonb_build_object('arr', array[n, low]));
			result := connector.update_rows(request);
			UPDATE theirs SET j = coalesce(j, '{}') || jsonb_build_object(chr(97 + same.n), low), arr = coalesce(arr, '{}') || array[same.n, low]
				FROM (SELECT n) same WHERE grp = same.n;
			GET DIAGNOSTICS count = ROW_COUNT;
		ELSIF kind = 2 THEN
			request := jsonb_build_object('table', 'ours', 'where', jsonb_build_array(jsonb_build_array('grp', '!=', n)),
				'order_by', '[["id", "desc"]]'::jsonb, 'limit', low, 'increment', jsonb_build_object('n', 1), 'skip_locked', round % 2 = 0);
			result := connector.update_rows(request);
			UPDATE theirs SET n = theirs.n + 1 FROM (SELECT t.id FROM theirs t, (SELECT n) same WHERE grp <> same.n ORDER BY t.id DESC LIMIT low) c WHERE theirs.id = c.id;
			GET DIAGNOSTICS count = ROW_COUNT;
		ELSE
			-- a row after the other
			SELECT jsonb_agg(CASE (random() * 2)::int
				WHEN 0 THEN jsonb_build_object('id', k, 'n', i)
				WHEN 1 THEN jsonb_build_object('n', NULL, 'id', k, 'd', i)
				ELSE jsonb_build_object('id', k, 'arr', array[i]) END) INTO rows
				FROM (SELECT i, (random() * 35)::int AS k FROM generate_series(1, 1 + low) i) s;
			count := 0; unmatched := 0;
			IF kind = 3 THEN
				result := connector.update_rows(jsonb_build_object('table', 'ours', 'key', array['id'], 'rows', rows));
			ELSE
				SELECT jsonb_agg(jsonb_build_object('id', r -> 'id')) INTO rows FROM (SELECT r FROM jsonb_array_elements(rows) r LIMIT n + 1) l;
				result := connector.delete_rows(jsonb_build_object('table', 'ours', 'key', array['id'], 'rows', rows));
			END IF;
			FOR item IN SELECT value FROM jsonb_array_elements(rows) LOOP
				IF kind = 4 THEN
					DELETE FROM theirs WHERE id = (item ->> 'id')::int;
				ELSE
					UPDATE theirs SET n = CASE WHEN item ? 'n' THEN (item ->> 'n')::int ELSE theirs.n END,
						d = CASE WHEN item ? 'd' THEN (item ->> 'd')::numeric ELSE d END,
						arr = CASE WHEN item ? 'arr' THEN array[(item -> 'arr' ->> 0)::int] ELSE arr END
						WHERE id = (item ->> 'id')::int;
				END IF;
				GET DIAGNOSTICS one = ROW_COUNT;
				count := count + one; unmatched := unmatched + (one = 0)::int;
			END LOOP;
			IF (result ->> 'unmatched')::bigint <> unmatched THEN
				RAISE EXCEPTION '% unmatched instead of %', result ->> 'unmatched', unmatched;
			END IF;
		END IF;
		PERFORM same_after(result, count, format('round %s, kind %s', round, kind));
	END LOOP;
END $$;

SET client_min_messages = warning;
DROP SCHEMA more CASCADE;
DROP ROLE regress_more;

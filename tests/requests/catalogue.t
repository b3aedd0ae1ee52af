#!/usr/bin/python3
"""The catalogue against a real validator: its schemas, its examples and their results, and that a request which a
schema refuses is refused by the command, and a request which it takes is not malformed."""
import json
import os
import sys

sys.dont_write_bytecode = True
sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))

from jsonschema import Draft202012Validator
from jsonschema.exceptions import SchemaError

import connector

# What the examples work on, beside what they create themselves.
EXAMPLE_TABLES = """
    CREATE TABLE accounts (id int PRIMARY KEY, balance int); INSERT INTO accounts VALUES (1, 100), (2, 0);
    CREATE TABLE sessions (id int, expires_at timestamptz);
    INSERT INTO sessions VALUES (1, '2025-01-01Z'), (2, '2026-07-01Z'), (3, '2027-01-01Z'), (4, 'infinity');
    CREATE TABLE orders (id serial PRIMARY KEY, customer text); CREATE TABLE order_lines (order_id int REFERENCES orders, item text)"""

TABLES = """
    CREATE TABLE target (id serial PRIMARY KEY, name text, n int, doc jsonb, list int[]);
    INSERT INTO target VALUES (1, 'x', 1, '{"a": [1]}', '{1}'); ALTER SEQUENCE target_id_seq RESTART 2;
    CREATE TABLE parted (c int) PARTITION BY RANGE (c)"""

# Every member of every command, right; altered at every place they are wrong.
REQUESTS = [line.strip().split(' ', 1) for line in r"""
select_rows {"table": ["public", "target"], "columns": ["id", "name"], "where": [["name", "=", "x"], {"or": [["n", ">", -1], ["n", "is_null"]]}, {"not": ["id", "in", [1, null]]}], "order_by": [["name", "desc"], "id"], "limit": 10, "offset": 0, "timeout_ms": 20000}
insert_rows {"table": "target", "rows": [{"name": "x", "n": 1}, {"n": null}], "returning": true, "timeout_ms": 20000}
insert_rows {"table": "target", "columns": ["name", "n"], "values": [["x", 1], [null, 2]], "returning": ["id"]}
insert_rows {"table": "target", "row": {"name": "x"}}
update_rows {"table": "target", "set": {"name": "y", "n": 1}, "where": [["id", "<=", 1]], "returning": ["id", "n"], "timeout_ms": 20000}
update_rows {"table": "target", "set": {"name": "y"}, "all_rows": true}
delete_rows {"table": "target", "where": [["id", "=", 1], ["name", "like", "x%"]], "returning": true}
delete_rows {"table": "target", "all_rows": true}
create_table {"table": "a", "columns": [{"name": "c", "type": "int", "nullable": false, "default": 1, "unique": true}, {"name": "d", "type": "text", "default_expression": "now()", "primary_key": true}], "if_not_exists": false, "timeout_ms": 20000}
create_table {"table": "a", "columns": [{"name": "c", "type": "int"}], "primary_key": ["c"], "if_not_exists": true}
select_rows {"table": "target", "where": [["doc", "is_not_distinct_from", null], ["n", "between", [1, 2]], [["doc", "a", 0], "=", 1], {"columns": ["id", "<", "n"]}], "group_by": ["name"], "aggregates": {"k": ["count"], "m": ["max", "n"]}, "order_by": [["k", "desc", "nulls_last"]], "format": "arrays", "numbers": "string", "metadata": true, "lock_timeout_ms": 1000}
select_rows {"table": "target", "distinct": true, "columns": ["name"], "count": "exact", "explain": true}
insert_rows {"table": "target", "rows": [{"id": 50}], "on_error": "continue", "max_errors": 5, "check_constraints": true, "idempotency_key": "k", "timeout_ms": 20000}
upsert_rows {"table": "target", "rows": [{"id": 1, "name": "x"}], "on_conflict": {"columns": ["id"], "action": "update", "update": ["name"], "if": [["n", ">", "n"]]}, "returning": ["id"]}
upsert_rows {"table": "target", "columns": ["id", "n"], "values": [[1, 2]], "on_conflict": {"constraint": "target_pkey", "action": "nothing"}, "returning": true}
update_rows {"table": "target", "increment": {"n": 1}, "merge": {"doc": {"a": 1}}, "append": {"list": [1]}, "where": [["id", "=", 1]], "order_by": ["id"], "limit": 1, "skip_locked": true, "max_affected": 5}
update_rows {"table": "target", "key": ["id"], "rows": [{"id": 1, "n": 2}], "expect_affected": 1}
delete_rows {"table": "target", "key": ["id"], "rows": [{"id": 1}], "max_affected": 1}
create_table {"table": "a", "columns": [{"name": "c", "type": "int", "identity": "always"}, {"name": "d", "type": "int", "references": {"table": "target", "columns": ["id"], "on_delete": "cascade", "on_update": "restrict"}, "check": "d > 0"}, {"name": "e", "type": "int", "generated": "d + 1"}], "unique": [["d", "e"]], "constraints": [{"name": "k", "check": "d < 9"}], "comment": "x"}
create_table {"table": "a", "columns": [{"name": "c", "type": "int"}], "partition_by": {"range": ["c"]}}
create_table {"table": "a", "partition_of": {"table": "parted", "from": [1], "to": [2]}}
alter_table {"table": "target", "add_columns": [{"name": "c", "type": "int"}], "drop_columns": ["list"], "rename_columns": {"name": "called"}, "alter_columns": [{"name": "n", "type": "bigint", "nullable": true, "default": 1}], "add_constraints": [{"name": "k", "unique": ["n"]}], "rename_to": "renamed", "if_exists": false, "cascade": false}
alter_table {"table": "target", "drop_constraints": ["target_pkey"], "dry_run": true}
truncate_table {"table": "target", "restart_identity": true, "cascade": false}
create_index {"table": "target", "name": "i", "columns": ["n", ["name", "desc"], {"expression": "lower(name)", "order": "asc", "nulls": "first"}], "include": ["id"], "method": "btree", "unique": false, "where_expression": "n > 0", "if_not_exists": true}
batch {"commands": [{"command": "insert_rows", "table": "target", "row": {"name": "x"}}, {"command": "update_rows", "table": "target", "set": {"n": 1}, "where": [["id", "=", 1]], "bind": {"/where/0/2": "/0/insertedId"}}], "on_error": "abort", "dry_run": true}
statements {"order_by": "calls", "limit": 5, "lock_timeout_ms": 1000}
batch {"sql": "SELECT $1::int AS a; SELECT $1::int AS b", "params": [1]}
query {"sql": "SELECT id FROM target", "result": "rows", "format": "objects"}
drop_table {"table": "target", "if_exists": true, "cascade": false, "timeout_ms": 20000}
query {"sql": "SELECT id FROM target WHERE name = $1 AND n = $2::int", "params": ["x", 2], "limit": 5, "timeout_ms": 20000}
query {"sql": "SELECT $1 AS a", "params": {"$1": "x"}}
execute {"sql": "DELETE FROM target WHERE name = $1 RETURNING id", "params": ["x"], "timeout_ms": 20000}
describe {"table": "target", "schema": "public", "after": ["public", "a"], "limit": 5, "timeout_ms": 20000}
test_connection {"timeout_ms": 20000}
commands {"name": "query", "timeout_ms": 20000}
actions/QueryRows {"query": "SELECT id FROM target WHERE name = $1", "parameters": ["x"], "timeout_ms": 20000}
actions/InsertRow {"table": "target", "columns": {"name": "x", "n": 1}, "idempotency_key": "k"}
actions/UpdateRows {"query": "UPDATE target SET name = $1 RETURNING id", "parameters": {"$1": "y"}, "dry_run": true}
actions/DeleteRows {"query": "DELETE FROM target WHERE id = $1", "parameters": [1], "lock_timeout_ms": 1000}
actions/ExecuteQuery {"query": "CREATE TABLE a (c int)", "parameters": [], "dry_run": true}
task/Query {"query": "SELECT id FROM target", "explain": true}
task/Execute {"query": "INSERT INTO target (name) VALUES ($1) RETURNING id, name", "parameters": ["x"], "timeout_ms": 20000}
postgres_v2/CreateTableV2 {"table_name": "a", "schema": {"column_definitions": [{"name": "c", "type": "serial PRIMARY KEY"}, {"name": "d", "type": "timestamp DEFAULT NOW()"}]}, "timeout_ms": 20000}
postgres_v2/DropTableV2 {"table_name": "target", "dry_run": true}
postgres_v2/InsertValuesV2 {"table_name": "public.target", "schema": {"columns": ["name", "n"], "values": [["x", 1], [null, 2]]}, "idempotency_key": "k"}
postgres_v2/SelectValuesV2 {"table_name": "target", "schema": {"columns": ["id", "name"], "where": [["id", "<", 10], {"or": [["n", "=", 1], ["n", "is_null"]]}]}, "lock_timeout_ms": 1000}
postgres_v2/UpdateValuesV2 {"table_name": "target", "schema": {"set": {"name": "y", "n": 1}, "where": [["id", "<=", 1]]}}
postgres_v2/UpdateValuesV2 {"table_name": "target", "schema": {"columns": ["name", "n"], "values": ["y", 1], "where": [["id", "<=", 1]]}, "explain": true}
postgres_v2/DeleteValuesV2 {"table_name": "target", "schema": {"where": [["id", "=", 1], ["name", "like", "x%"]]}, "timeout_ms": 20000}
postgres_v2/DoSQL {"schema": {"sql": "SELECT id FROM target WHERE name = %s AND n = %s", "values": ["x", 2], "fetch_results": true}}
postgres_v2/DoSQL {"schema": {"sql": "DELETE FROM target WHERE name = %(name)s", "values": {"name": "x"}, "fetch_results": false}, "dry_run": true}
""".strip().splitlines()]

INSTEAD = [None, True, False, 0, -1, 1.5, 2147483648, 'x', '', [], {}, [None], [[]], ['x'], ['x', 'y'], [1, 2, 3, 4], {'x': 1}, [{}]]

def test_schemas(tap, commands):
    for command in commands.values():
        complaints = []
        for part in ('request', 'result'):
            try:
                Draft202012Validator.check_schema(command.entry[part])
            except SchemaError as error:
                complaints.append('%s: %s' % (part, error))
            for path in connector.places(command.entry[part]):
                schema = connector.at(command.entry[part], path)
                if path and path[-1] == '$ref' and schema.rsplit('/', 1)[1] not in command.entry[part]['$defs']:
                    complaints.append('%s: %s leads nowhere' % (part, schema))
        used = json.dumps(command.request)
        complaints += ['%s is not used' % name for name in command.request.get('$defs', {}) if '"#/$defs/%s"' % name not in used]
        tap.ok(complaints, 'the schemas of %s are JSON Schema' % command.name)


def test_examples(tap, session, commands):
    session.ask(EXAMPLE_TABLES)
    for command in sorted(commands.values(), key=lambda command: (command.name != 'create_table', command.name != 'insert_rows', command.name == 'drop_table')):
        complaints = []
        for example in command.entry['examples']:
            complaints += ['%s: %s' % (json.dumps(example), error.message) for error in command.takes.iter_errors(example)]
            reply = session.call(command.name, example, undone=False)
            if 'error' in reply:
                # The module it needs may not be there.
                if command.name != 'statements' or reply['error']['code'] not in ('42P01', '55000'):
                    complaints.append('%s: %s' % (json.dumps(example), json.dumps(reply)))
            else:
                complaints += check_reply(command, example, reply)
        tap.ok(complaints, 'the examples of %s are valid, run, and give what they should' % command.name)
    left = session.ask("""SELECT string_agg(id || ' has ' || balance, ', ' ORDER BY id) FROM accounts; SELECT string_agg(id::text, ', ') FROM sessions;
        SELECT customer || ' buys ' || item FROM orders JOIN order_lines ON order_id = id""")
    tap.ok([] if left == ['1 has -10, 2 has 100', '4', 'Ada buys engine'] else [str(left)], 'what the examples leave in the tables is what they say')
    session.ask('DROP SCHEMA public CASCADE; CREATE SCHEMA public')


def check_reply(command, request, reply):
    complaints = ['%s: %s: %s' % (json.dumps(request), json.dumps(reply)[:300], error.message) for error in command.gives.iter_errors(reply)]
    bare = 'anyOf' in command.entry['result'] and ('result' not in command.request['properties'] or request.get('result', 'full') != 'full')
    if isinstance(reply, dict) and not bare:
        complaints += ['%s: %s is not declared' % (json.dumps(request), name) for name in reply if name not in command.result_members]
    return complaints


def alterations(request):
    for place in connector.places(request):
        value = connector.at(request, place)
        for instead in INSTEAD:
            yield connector.replaced(request, place, instead)
        if isinstance(value, dict):
            yield connector.replaced(request, place, dict(value, extra=1))
        if isinstance(value, list):
            yield connector.replaced(request, place, value + ['extra'])
        if place:
            yield connector.without(request, place)


def test_alterations(tap, session, commands):
    session.ask(TABLES)
    for name, text in REQUESTS:
        command = commands[name]
        request = json.loads(text)
        complaints = ['refused by its schema: ' + error.message for error in command.takes.iter_errors(request)]
        reply = session.call(name, request)
        if 'error' in reply and not (name == 'statements' and reply['error']['code'] in ('42P01', '55000')):
            complaints.append('%s: %s' % (text, reply))
        elif 'error' not in reply:
            complaints += check_reply(command, request, reply)
        tried = 0
        for altered in alterations(request):
            tried += 1
            fits = command.takes.is_valid(altered)
            reply = session.call(name, altered)
            refusal = connector.refusal(reply)
            said = '%s: %s' % (json.dumps(altered), json.dumps(refusal or reply)[:300])
            if not fits and refusal is None:
                complaints.append('taken although the schema refuses it: ' + said)
            elif not fits and not connector.as_malformed(refusal):
                complaints.append('refused, but not as malformed: ' + said)
            elif refusal is not None and refusal['kind'] == 'internal':
                complaints.append('refused, but not for what it is: ' + said)
            elif fits and isinstance(reply, dict) and 'error' in reply and refusal['code'] == '42601':
                if not connector.beyond_schemas(command, refusal):
                    complaints.append('malformed, although the schema takes it: ' + said)
            elif fits and refusal is None:
                complaints += check_reply(command, altered, reply)
        tap.ok(complaints, '%s, altered in %d ways' % (name, tried))


def main():
    tap = connector.Tap()
    session = connector.create_database()
    commands = connector.catalogue(session)
    test_schemas(tap, commands)
    test_examples(tap, session, commands)
    test_alterations(tap, session, commands)
    tap.done()


main()

#!/usr/bin/python3
"""Requests made at random from the schemas of the catalogue, right ones and altered ones, for every command: whatever
they hold, the reply is a result or a refusal for what it is, and an error leaves nothing behind.

    SEED=n tests/requests/random.t        the same requests again; CHECK_LONG=1 makes many, of another seed each time
"""
import json
import os
import random
import re
import sys

sys.dont_write_bytecode = True
sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))

import connector

sys.setrecursionlimit(20000)

LONG = os.environ.get('CHECK_LONG') == '1'
PER_COMMAND = 10000 if LONG else 300

TABLES = r"""
    CREATE SCHEMA "odd ""schema";
    CREATE TABLE plain (id int PRIMARY KEY, name text, n numeric, flag bool, at timestamptz, doc jsonb, list int[], other int DEFAULT 7);
    CREATE TABLE "odd ""schema"."t;--'.""x" ("select" serial PRIMARY KEY, "a""b" text UNIQUE, "$1" int, "';drop" date, "é %s \x" json, "A.b" int GENERATED ALWAYS AS (1) STORED);
    CREATE TABLE parted (id int, kind text, n int, PRIMARY KEY (id, kind)) PARTITION BY LIST (kind);
    CREATE TABLE parted_a PARTITION OF parted FOR VALUES IN ('a', 'b');
    CREATE TABLE parted_rest PARTITION OF parted DEFAULT;
    CREATE VIEW few AS SELECT id, name FROM plain WHERE id < 5;
    CREATE TABLE refers (id int GENERATED ALWAYS AS IDENTITY PRIMARY KEY, plain int REFERENCES plain ON DELETE CASCADE DEFERRABLE INITIALLY DEFERRED, span int4range, pair point);
    INSERT INTO plain SELECT i, chr(96 + i), i / 3.0, i % 2 = 0, '2026-01-01Z'::timestamptz + i * interval '1 day', jsonb_build_object('k', i), ARRAY[i, NULL] FROM generate_series(1, 9) AS i;
    INSERT INTO "odd ""schema"."t;--'.""x" ("a""b", "$1") VALUES ('x', 1), (NULL, 2), ('é', NULL);
    INSERT INTO parted VALUES (1, 'a', 1), (2, 'b', NULL), (3, 'z', 3);
    INSERT INTO refers (plain) VALUES (1), (NULL);
    CREATE FUNCTION contents() RETURNS text LANGUAGE plpgsql AS $$
    BEGIN
        RETURN md5(concat((SELECT string_agg(t::text, '|' ORDER BY t::text) FROM plain AS t), (SELECT string_agg(t::text, '|' ORDER BY t::text) FROM "odd ""schema"."t;--'.""x" AS t),
            (SELECT string_agg(t::text, '|' ORDER BY t::text) FROM parted AS t), (SELECT string_agg(t::text, '|' ORDER BY t::text) FROM refers AS t),
            (SELECT string_agg(concat(oid, relname, relnatts, relkind), '|' ORDER BY oid) FROM pg_class WHERE relnamespace <> 'pg_toast'::regnamespace)));
    EXCEPTION WHEN undefined_table OR undefined_column THEN
        RETURN 'other tables';
    END $$"""

COLUMNS = {
    'plain': ['id', 'name', 'n', 'flag', 'at', 'doc', 'list', 'other'],
    '"odd ""schema"."t;--\'.""x"': ['select', 'a"b', '$1', "';drop", 'é %s \\x', 'A.b'],
    'parted': ['id', 'kind', 'n'], 'parted_a': ['id', 'kind', 'n'], 'few': ['id', 'name'], 'refers': ['id', 'plain', 'span', 'pair'],
}

SUITABLE = {
    'id': [1, 2, 3, 11, 12, 13, '14'], 'name': ['a', '', None, "'; --"], 'n': [0, 1, None, '3'], 'flag': [True, False, None], 'at': ['2026-01-01Z', 'infinity', None],
    'doc': [None, 1, 'x', {'k': [1]}, []], 'list': [[1, None], [], None], 'other': [7, None], 'select': [1, 2, 50], 'a"b': ['x', 'y', None], '$1': [1, None], "';drop": ['2026-02-03', None],
    'é %s \\x': [{'k': 1}, None], 'kind': ['a', 'b', 'z'], 'plain': [1, 2, None, 99], 'span': ['[1,3)', 'empty', None], 'pair': ['(1,2)', None],
}
HOSTILE = ["'", '"', "''; DROP TABLE plain; --", '$1', '$$', '\\', '%s%n', '*', 'a.b', '""', '"', ' ', '\u00e9\u4e2d\U0001f600', 'x' * 70, '\n\t', 'NULL', '\u202e', '/*', 'ctid',
           'tableoid', 'public', '..', 'a"."b', '\x7f', "E'\\n'", '\ud800', '\x00', 'select', 'x\x00y']
VALUES = [None, True, False, 0, 1, -1, 2, 3, 9, 2147483647, 2147483648, 9223372036854775808, 0.5, 1e300, 'a', 'b', 'x', '', '1', 'true', '2026-02-03', '2026-01-01T00:00:00Z', 'infinity',
          'NaN', '{1,2}', '[1,3)', '(1,2)', [], [1, 2], [[1], [2]], ['a', None], {}, {'k': 1}, {'k': {'k': [None]}}, {'': ''}]
SQL = ['SELECT 1', 'SELECT $1::int AS a', 'SELECT $1 AS a, $2 AS b', 'SELECT * FROM plain', 'SELECT 1 AS a, 2 AS a', 'SELECT 1/0', 'VALUES (1), (2)', 'TABLE plain', 'SHOW work_mem', '', ';', '--',
       'EXPLAIN SELECT 1', 'SELECT', 'SELECT 1; SELECT 2', 'BEGIN', 'COMMIT', 'ROLLBACK', 'BEGIN; SELECT 1; COMMIT', 'SAVEPOINT s', 'UPDATE plain SET n = n + 1', 'DELETE FROM plain RETURNING id', 'SELEC',
       "INSERT INTO plain (id) VALUES ($1) RETURNING *", 'WITH d AS (DELETE FROM plain RETURNING 1) SELECT * FROM d', 'CREATE TABLE made (a int)', 'DROP TABLE plain CASCADE', 'TRUNCATE plain CASCADE',
       'DO $$ BEGIN END $$', "DO $$ BEGIN RAISE EXCEPTION 'no'; END $$", 'SET work_mem = 100', 'RESET ALL', 'SET ROLE NONE', 'VACUUM', 'COPY plain TO STDOUT', "COPY plain TO '/nowhere'", 'LISTEN x', 'PREPARE p AS SELECT 1',
       'DECLARE c CURSOR FOR SELECT 1', 'DEALLOCATE ALL', 'LOCK plain', 'SELECT pg_advisory_xact_lock(1)', "SELECT '\u00e9' || $1", 'SELECT connector.commands()', "SELECT connector.call('delete_rows', '{\"table\": \"plain\", \"all_rows\": true}')",
       'SELECT generate_series(1, 3) AS g', "CREATE ROLE x PASSWORD 'y'", "SELECT set_config('pg_connector.row_cap', '1', false)", 'CALL nothing()', 'DISCARD ALL', 'SELECT * FROM pg_class', "SELECT '{\"a\"'::json", 'CHECKPOINT',
       'SELECT ARRAY[[1,2],[3,4]] AS a, ROW(1, NULL) AS r', "SELECT 'x'::name, '\\x00'::bytea, 1::oid, '1'::\"char\"", 'SELECT repeat($1, 3)', 'REFRESH MATERIALIZED VIEW few', 'SELECT * FROM plain FOR UPDATE', 'SELECT 1 INTO made']
TYPES = ['int', 'text', 'varchar(5)', 'numeric(5,2)', 'serial', 'serial PRIMARY KEY', 'int[]', 'timestamp DEFAULT now()', 'int NOT NULL', 'nothing', 'text COLLATE "C"', 'int CHECK (true)', 'int; DROP TABLE plain',
         'int, x int', 'jsonb', 'int4range', 'bigint GENERATED ALWAYS AS IDENTITY', 'text DEFAULT', 'int)', 'plain', 'record', 'pg_catalog.int4', 'setof int', '"char"', 'anyelement', 'int REFERENCES plain']
EXPRESSIONS = ['1', 'now()', 'id + 1', 'n > 0', 'true', 'lower(name)', '(SELECT 1)', '1; DROP TABLE plain', 'c', 'nothing', '1)', 'random()', 'count(*)', "'x'", 'NULL', 'x -- y', 'sum(1) OVER ()', 'generate_series(1, 2)', 'name', '1, 2']


class Maker:
    """Makes values that fit a schema, mostly about one table."""

    def __init__(self, chance, command):
        self.chance = chance
        self.definitions = command.request.get('$defs', {})
        self.table = chance.choice(list(COLUMNS))
        self.depth = 0

    def text(self, name, schema):
        chance = self.chance
        about = schema.get('description', '')
        if name in ('sql', 'query'):
            return chance.choice(SQL)
        if name == 'command':
            return chance.choice(['insert_rows', 'select_rows', 'update_rows', 'query', 'batch', 'x'])
        if 'expression' in about or name in ('check', 'generated'):
            return chance.choice(EXPRESSIONS)
        if name == 'type':
            return chance.choice(TYPES)
        if name == 'method':
            return chance.choice(['btree', 'hash', 'gin', 'gist', 'brin', 'x'])
        if 'schema.name' in about:
            return self.word()
        if name == 'table_name':
            return self.table if chance.random() < 0.9 else self.word()
        if name == 'schema':
            return chance.choice(['public', 'odd "schema', 'pg_catalog', self.word()])
        if name == 'after':
            return chance.choice(['x', 'e30', 'AAAA', self.word()])
        if name == 'bind':
            return chance.choice(['/0', '/0/rowCount', '/0/rows/0/id', '', '/9', 'x', '/~1'])
        if name == 'constraint':
            return chance.choice(['plain_pkey', 'parted_pkey', 'x'])
        return chance.choice(COLUMNS[self.table]) if chance.random() < 0.9 else self.word()

    def word(self):
        return self.chance.choice(HOSTILE)

    def value(self):
        chance = self.chance
        pick = chance.random()
        if pick < 0.1:
            return self.word()
        if pick < 0.12:
            nested = 1
            for _ in range(chance.choice([5, 60, 70, 400])):
                nested = [nested] if chance.random() < 0.5 else {'k': nested}
            return nested
        return chance.choice(VALUES)

    def row(self):
        chance = self.chance
        columns = chance.sample(COLUMNS[self.table], chance.randint(0, len(COLUMNS[self.table])))
        row = {column: chance.choice(SUITABLE[column]) if column in SUITABLE and chance.random() < 0.9 else self.value()
               for column in columns if column != 'A.b' or chance.random() < 0.1}
        if chance.random() < 0.7 and 'id' in COLUMNS[self.table] and self.table != 'refers':
            row['id'] = chance.randint(1, 20)
        if chance.random() < 0.05:
            row[self.word()] = self.value()
        return row

    def make(self, schema, name=''):
        chance = self.chance
        self.depth += 1
        try:
            if schema is True:
                return self.value()
            if '$ref' in schema:
                if schema['$ref'].endswith('/table') and chance.random() < 0.9:
                    return self.table if name != 'after' else ['public', 'few']
                return self.make(self.definitions[schema['$ref'].rsplit('/', 1)[1]], name)
            if 'anyOf' in schema and 'properties' not in schema:
                choices = schema['anyOf'] if self.depth < 12 else schema['anyOf'][:1]
                return self.make(chance.choice(choices), name)
            if 'const' in schema:
                return schema['const']
            if 'enum' in schema:
                return chance.choice(schema['enum'])
            if 'not' in schema:
                return self.value() or 1
            kind = schema.get('type')
            if isinstance(kind, list):
                kind = chance.choice(kind)
            if kind == 'boolean':
                return chance.random() < 0.5
            if kind == 'integer':
                if name.endswith('timeout_ms'):
                    return chance.choice([5000, 30000, 60000, 2147483647])
                return max(schema.get('minimum', 0), min(schema.get('maximum', 100), chance.choice([0, 1, 2, 3, 10, 1000, 2147483646])))
            if kind == 'string':
                return self.text(name, schema)
            if kind == 'array':
                return self.list(schema, name)
            if kind == 'object':
                return self.object(schema, name)
            return self.value()
        finally:
            self.depth -= 1

    def list(self, schema, name):
        chance = self.chance
        first = schema.get('prefixItems', [])
        items = schema.get('items', True if not first else None)
        least = schema.get('minItems', 0)
        most = min(schema.get('maxItems', 4), 4 if items is not None else len(first))
        length = chance.randint(least, max(least, most))
        if self.depth > 10:
            length = least
        return [self.make(first[i] if i < len(first) else items, name) for i in range(length)]

    def object(self, schema, name):
        chance = self.chance
        if 'properties' not in schema:
            rest = schema.get('additionalProperties')
            if name == 'bind':
                return {chance.choice(['/row/n', '/where/0/2', '/table', '/x']): self.make(rest, name)}
            if isinstance(rest, dict):
                return {self.text('', {}) if chance.random() < 0.8 else self.word(): self.make(rest, name) for _ in range(chance.randint(0, 3))}
            return self.row()
        required = set(schema.get('required', []))
        for alternatives in ('oneOf', 'anyOf'):
            if alternatives in schema:
                required |= set(chance.choice(schema[alternatives])['required'])
        for member in list(required):
            required |= set(schema.get('dependentRequired', {}).get(member, []))
        likely = chance.choice([0, 0.1, 0.3])
        made = {}
        if 'all_rows' in schema['properties'] and 'rows' not in required and chance.random() < 0.9:
            required.add(chance.choice(['where', 'where', 'all_rows']))
        for member, inner in schema['properties'].items():
            if inner.get('not') != {} and (member in required or chance.random() < likely):
                made[member] = self.make(inner, member)
        if made.get('values') is not None and 'columns' in made and chance.random() < 0.9:
            rows = [[self.value() for _ in made['columns']] for _ in made['values'] + [None]]
            made['values'] = rows[0] if 'set' in schema['properties'] else rows[1:]
        for member in ('key',):
            if member in made and 'rows' in made and chance.random() < 0.9:
                for row in made['rows']:
                    row.update({column: self.value() for column in made['key']})
        if 'command' in made and name == 'commands':
            made.update({'table': self.table, 'row': self.row()} if made['command'] == 'insert_rows' else {'sql': 'SELECT 1'} if made['command'] == 'query' else {'table': self.table})
        return made


def request_for(chance, command):
    """One that fits the schema; what does not is made anew."""
    while True:
        made = Maker(chance, command).make(command.request)
        if command.takes.is_valid(made):
            return made


def alter(chance, request):
    """Something else at a place or two; it may fit all the same."""
    for _ in range(chance.choice([1, 1, 1, 2, 3])):
        place = chance.choice(list(connector.places(request))) if chance.random() < 0.9 else ()
        if not isinstance(request, dict):
            return request
        value = connector.at(request, place)
        pick = chance.random()
        if isinstance(value, dict) and pick < 0.3:
            request = connector.replaced(request, place, dict(value, **{chance.choice(['extra', 'wher', 'limit', 'where', 'rows', 'sql', 'table']): chance.choice(VALUES)}))
        elif isinstance(value, list) and pick < 0.3:
            request = connector.replaced(request, place, value + [chance.choice(VALUES)])
        elif place and pick < 0.5:
            request = connector.without(request, place)
        elif pick < 0.6:
            request = connector.replaced(request, place, [value])
        elif place or pick > 0.98:
            request = connector.replaced(request, place, chance.choice(VALUES + HOSTILE))
    return request


def is_open(command):
    """Whether it runs SQL of the caller's, which may fail for any reason."""
    return command.name == 'batch' or 'sql' in command.entry['kinds']


def judge(command, request, reply, left, untouched):
    """What is wrong about the reply, or None."""
    fits = command.takes.is_valid(request)
    refusal = connector.refusal(reply)
    failed = isinstance(reply, dict) and set(reply) == {'error'}
    if refusal is not None and (refusal['kind'] == 'internal' or refusal['code'].startswith('XX')):
        return 'refused, but not for what it is'
    if not fits and refusal is None and 'plan' not in reply and reply.get('altered', True):
        # (Of rows only those are looked at that are needed for the plan, and nothing of what a table would be that is not there.)
        return 'taken although the schema refuses it'
    if fits and failed and refusal['code'] == '42601' and not connector.beyond_schemas(command, refusal):
        return 'malformed although the schema takes it'
    if refusal is not None and refusal['code'] not in command.refuses and not is_open(command):
        return 'not a refusal that the catalogue announces'
    if fits and refusal is None:
        errors = [error.message for error in command.gives.iter_errors(reply)]
        if errors:
            return 'the result is not what its schema says: ' + errors[0][:200]
    if failed and left != untouched:
        return 'an error left something behind'
    return None


def main():
    seed = int(os.environ.get('SEED') or (random.randrange(1 << 32) if LONG else 1))
    tap = connector.Tap()
    print('# SEED=%d' % seed)
    session = connector.create_database()
    session.ask(TABLES)
    commands = connector.catalogue(session)
    untouched = session.ask('SELECT contents()')[0]
    for command in commands.values():
        # Each command by itself, so that one can be run again without the others.
        chance = random.Random('%d %s' % (seed, command.name))
        complaints = []
        outcomes = {}
        for number in range(PER_COMMAND):
            request = request_for(chance, command)
            if number % 2:
                request = alter(chance, request)
            text = json.dumps(request)
            try:
                reply, left = session.ask('BEGIN; SELECT connector.try_call(%s, %s); SELECT contents(); ROLLBACK'
                                          % (connector.literal(command.name), connector.literal(text)))
                reply = session.opened(command.name, text, reply)
            except (connector.LostConnection, RuntimeError, ValueError) as error:
                complaints.append('%s: %r' % (text, error))
                session = connector.Session()
                continue
            wrong = judge(command, request, reply, left, untouched)
            refusal = connector.refusal(reply)
            outcome = refusal['code'] if refusal else 'done'
            outcomes[outcome] = outcomes.get(outcome, 0) + 1
            if wrong:
                complaints.append('%s: %s: %s' % (wrong, text[:2000], json.dumps(reply)[:500]))
        tap.ok(complaints, '%s: %d requests, %s' % (command.name, PER_COMMAND, ', '.join('%d %s' % (n, what) for what, n in sorted(outcomes.items(), key=lambda item: -item[1]))))
    tap.done()


main()

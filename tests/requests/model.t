#!/usr/bin/python3
"""select_rows, insert_rows, upsert_rows, update_rows and delete_rows against a model that does the same in plain SQL, one
row after the other, on tables of its own: the results are the same, the tables hold the same, and what fails in one
fails in the other. One table has hostile names, one is partitioned with its columns in another order.

    SEED=n tests/requests/model.t        the same requests again; CHECK_LONG=1 makes many, of another seed each time
"""
import json
import os
import random
import sys

sys.dont_write_bytecode = True
sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))

import connector
from connector import identifier, literal

LONG = os.environ.get('CHECK_LONG') == '1'
REQUESTS = 60000 if LONG else 3000

# The columns of each table: what they are called and their types. Keys are id, and together a and b.
TYPES = {'id': 'int', 'a': 'int', 'b': 'text', 'n': 'numeric', 'flag': 'boolean', 'at': 'timestamptz', 'doc': 'jsonb', 'list': 'text[]', 'given': 'int'}
NAMES = {
    'plain': {role: role for role in TYPES},
    'odd "t;--': {'id': 'select', 'a': 'A b', 'b': '$1', 'n': 'n"n', 'flag': "';--", 'at': '%s', 'doc': 'd.o', 'list': '\u00e9\u4e2d', 'given': 'excluded'},
    'parted': {role: role for role in TYPES},
}

RUN = r"""
    CREATE FUNCTION run(statements text[]) RETURNS jsonb LANGUAGE plpgsql AS $$
    DECLARE
        results jsonb := '[]';
        result jsonb;
        statement text;
    BEGIN
        FOREACH statement IN ARRAY statements LOOP
            EXECUTE format('WITH q(r) AS (%s) SELECT coalesce(jsonb_agg(r), ''[]'') FROM q', statement) INTO result;
            results := results || jsonb_build_array(result);
        END LOOP;
        RETURN results;
    EXCEPTION WHEN OTHERS THEN
        RETURN jsonb_build_object('error', SQLSTATE);
    END $$"""


def definition(schema, table):
    names = {role: identifier(name) for role, name in NAMES[table].items()}
    columns = ['%s %s' % (names[role], TYPES[role]) for role in TYPES]
    columns[-1] += " DEFAULT 7"
    whole = '%s.%s' % (schema, identifier(table))
    if table != 'parted':
        return 'CREATE TABLE %s (%s, PRIMARY KEY (%s), UNIQUE (%s, %s))' % (whole, ', '.join(columns), names['id'], names['a'], names['b'])
    made = 'CREATE TABLE %s (%s, PRIMARY KEY (id)) PARTITION BY RANGE (id);' % (whole, ', '.join(columns))
    made += 'CREATE TABLE %s.low (%s);' % (schema, ', '.join(reversed(columns)))
    made += 'ALTER TABLE %s.low ALTER id SET NOT NULL; ALTER TABLE %s ATTACH PARTITION %s.low FOR VALUES FROM (MINVALUE) TO (9);' % (schema, whole, schema)
    return made + 'CREATE TABLE %s.rest PARTITION OF %s DEFAULT' % (schema, whole)


class Model:
    """Requests about one table, and the same in SQL."""

    def __init__(self, chance, table):
        self.chance = chance
        self.table = table
        self.names = NAMES[table]
        self.sql_table = 'model.' + identifier(table)
        # Where its columns are not unique together, they are no key.
        self.keys = [['id']] if table == 'parted' else [['id'], ['a', 'b']]

    def column(self, role):
        return identifier(self.names[role])

    # Values, as JSON and as SQL of the column's type

    def value(self, role, null=0.1):
        chance = self.chance
        if chance.random() < null:
            return None
        kind = TYPES[role]
        if kind == 'int':
            made = chance.randint(1, 99 if role == 'id' else 14)
            if chance.random() < 0.1:
                made = chance.choice(['5', -2147483648, 2147483647])
            if chance.random() < 0.01:
                made = chance.choice(['five', 2147483648, 1.5, '', True])
            return made
        if kind == 'text':
            return chance.choice(['x', 'y', '', "'", '"', '\\', '%', '_', "x'; DROP TABLE plain; --", '$1', '\u00e9', '\U0001f600', 'xy', 'X', 'null', '{}', '\n', 'x%', '1'])
        if kind == 'numeric':
            return chance.choice([0, 1, -1, '1.50', 0.1, 12345678901234567890123, 'NaN', 'Infinity', 1e20, '-0.000', 7, 8]) if chance.random() > 0.01 else 'many'
        if kind == 'boolean':
            return chance.choice([True, False, 'yes', 'off']) if chance.random() > 0.01 else 'perhaps'
        if kind == 'timestamptz':
            return chance.choice(['2026-01-01T00:00:00Z', '2026-01-01T01:00:00+01', '2025-12-31T23:59:59.999999Z', 'infinity', '-infinity', '0044-03-15 BC', '2026-06-01']) if chance.random() > 0.01 else 'soon'
        if kind == 'jsonb':
            return chance.choice([1, 'x', '', True, [], {}, {'k': 1}, {'k': {'l': [1, 2]}}, [1, 'x', None], {"'": '"'}, 1.50, {'k': 'x', 'm': None}])
        return chance.choice([[], ['x'], ['x', 'y'], ['x', None], ["'", '"', '\\', ','], ['null']])

    def sql(self, role, value):
        kind = TYPES[role]
        if value is None:
            return 'NULL::' + kind
        if kind == 'jsonb':
            return literal(json.dumps(value)) + '::jsonb'
        if kind == 'text[]':
            return 'ARRAY[%s]::text[]' % ', '.join('NULL' if item is None else literal(item) for item in value)
        text = value if isinstance(value, str) else json.dumps(value)
        return '%s::%s' % (literal(text), kind)

    # Conditions

    def test(self, aliased=''):
        chance = self.chance
        role = chance.choice(list(TYPES))
        kind = TYPES[role]
        name, column = self.names[role], aliased + self.column(role)
        others = [one for one in TYPES if TYPES[one] == kind and one != role]
        operators = ['=', '!=', '<>', 'is_null', 'is_not_null', 'in', 'not_in', 'is_distinct_from', 'is_not_distinct_from', '<', '<=', '>', '>=', 'between'] + ['columns'] * bool(others)
        if kind == 'text':
            operators += ['like', 'not_like', 'ilike', 'starts_with', 'like', 'starts_with']
        if kind == 'jsonb':
            operators = ['=', '!=', 'is_null', 'is_not_null', 'contains', 'contained_in', 'has_key', 'in', 'is_distinct_from']
        if kind == 'text[]':
            operators = ['=', 'is_null', 'contains', 'contained_in', 'overlaps', 'is_not_distinct_from']
        operator = chance.choice(operators)
        if operator in ('is_null', 'is_not_null'):
            return [name, operator], '%s %s' % (column, operator.replace('_', ' '))
        if operator == 'columns':
            # Not with itself: what is true for every row is refused where rows are written.
            other = chance.choice(others)
            sign = chance.choice(['=', '<', '>=', 'is_distinct_from'])
            return {'columns': [name, sign, self.names[other]]}, '%s %s %s' % (column, sign.replace('_', ' '), aliased + self.column(other))
        if operator in ('in', 'not_in'):
            values = [self.value(role) for _ in range(chance.choice([1, 2, 3, 40]))]
            parts = ['%s IS NULL' % column] if None in values else []
            listed = [self.sql(role, value) for value in values if value is not None]
            if listed:
                parts.append('%s IN (%s)' % (column, ', '.join(listed)))
            text = '(%s)' % ' OR '.join(parts)
            return [name, operator, values], 'NOT coalesce(%s, false)' % text if operator == 'not_in' else text
        if operator == 'between':
            low, high = self.value(role, 0), self.value(role, 0)
            return [name, operator, [low, high]], '(%s >= %s AND %s <= %s)' % (column, self.sql(role, low), column, self.sql(role, high))
        if operator in ('like', 'not_like', 'ilike'):
            pattern = chance.choice(['x%', '%', '_', '', '%y', '\\%', "'%", 'X%'])
            return [name, operator, pattern], '%s %s %s' % (column, operator.replace('_', ' '), literal(pattern))
        if operator == 'starts_with':
            prefix = chance.choice(['x', '', '%', "'", '_', '\\'])
            return [name, operator, prefix], 'starts_with(%s, %s)' % (column, literal(prefix))
        if operator == 'has_key':
            key = chance.choice(['k', '', "'", 'x'])
            return [name, operator, key], '%s ? %s' % (column, literal(key))
        value = self.value(role, 0.1 if operator in ('=', '!=', '<>', 'is_distinct_from', 'is_not_distinct_from') else 0)
        if value is None and operator in ('=', '!=', '<>'):
            return [name, operator, None], '%s IS %sNULL' % (column, '' if operator == '=' else 'NOT ')
        sign = {'contains': '@>', 'contained_in': '<@', 'overlaps': '&&'}.get(operator, operator.replace('_', ' '))
        return [name, operator, value], '%s %s %s' % (column, sign, self.sql(role, value))

    def condition(self, depth=0):
        chance = self.chance
        pick = chance.random()
        if depth > 3 or pick < 0.7:
            return self.test()
        if pick < 0.8:
            made, sql = self.condition(depth + 1)
            return {'not': made}, 'NOT (%s)' % sql
        word = 'and' if pick < 0.9 else 'or'
        parts = [self.condition(depth + 1) for _ in range(chance.randint(1, 3))]
        return {word: [made for made, _ in parts]}, '(%s)' % (' %s ' % word.upper()).join(sql for _, sql in parts)

    def where(self):
        parts = [self.condition() for _ in range(self.chance.choice([1, 1, 2]))]
        return [made for made, _ in parts], ' AND '.join('(%s)' % sql for _, sql in parts)

    # Rows

    def given(self, must=()):
        roles = [role for role in TYPES if role in must or self.chance.random() < 0.5]
        self.chance.shuffle(roles)
        return roles

    def rows(self, must=(), null=0.1):
        """Members of the request that hold rows, and the rows: role to value."""
        chance = self.chance
        count = chance.choice([1, 1, 2, 3, 8])
        if chance.random() < 0.3:
            roles = self.given(must)
            rows = [{role: self.value(role, 0.01 if role in must else null) for role in roles} for _ in range(count)]
            return {'columns': [self.names[role] for role in roles], 'values': [[row[role] for role in roles] for row in rows]}, rows
        rows = [{role: self.value(role, 0.01 if role in must else null) for role in self.given(must)} for _ in range(count)]
        named = [{self.names[role]: value for role, value in row.items()} for row in rows]
        return ({'row': named[0]} if count == 1 and chance.random() < 0.5 else {'rows': named}), rows

    def shown(self, roles):
        """A row of a result, built by PostgreSQL's own conversions to JSON where ours are the same."""
        parts = []
        for role in roles:
            column = self.column(role)
            if TYPES[role] == 'timestamptz':
                column = "replace(to_jsonb(%s) #>> '{}', '+00:00', 'Z')" % column
            parts += [literal(self.names[role]), column]
        return 'jsonb_build_object(%s)' % ', '.join(parts)

    def returning(self, request):
        roles = self.chance.sample(list(TYPES), self.chance.randint(1, len(TYPES))) if self.chance.random() < 0.8 else list(TYPES)
        request['returning'] = True if len(roles) == len(TYPES) and self.chance.random() < 0.5 else [self.names[role] for role in roles]
        return self.shown(list(TYPES) if request['returning'] is True else roles)

    def insert_of(self, row):
        columns = ', '.join(self.column(role) for role in row)
        return 'INSERT INTO %s (%s) VALUES (%s)' % (self.sql_table, columns, ', '.join(self.sql(role, value) for role, value in row.items())) \
            if row else 'INSERT INTO %s DEFAULT VALUES' % self.sql_table

    # Each gives a command, a request, the statements of the model, and what makes of their results what the reply must be.

    def select(self):
        chance = self.chance
        request = {'table': self.table}
        where = 'true'
        if chance.random() < 0.8:
            request['where'], where = self.where()
        if chance.random() < 0.2:
            return self.select_groups(request, where)
        roles = chance.sample(list(TYPES), chance.randint(1, len(TYPES)))
        request['columns'] = [self.names[role] for role in roles]
        order = []
        for role in chance.sample([role for role in TYPES if TYPES[role] != 'text[]'], chance.randint(0, 2)):
            way = chance.choice(['asc', 'desc', None])
            nulls = chance.choice(['nulls_first', 'nulls_last', None]) if way else None
            request.setdefault('order_by', []).append(self.names[role] if way is None else [self.names[role], way] + ([nulls] if nulls else []))
            order.append('%s %s %s' % (self.column(role), way or '', (nulls or '').replace('_', ' ')))
        # The key completes the order.
        order.append(self.column('id'))
        request.setdefault('order_by', [])
        if self.names['id'] not in [one if isinstance(one, str) else one[0] for one in request['order_by']]:
            request['order_by'].append(self.names['id'])
        statement = 'SELECT %s FROM %s WHERE %s ORDER BY %s' % (self.shown(roles), self.sql_table, where, ', '.join(order))
        limit, offset = chance.choice([None, 0, 1, 3, 100]), chance.choice([None, 0, 2])
        if offset is not None:
            request['offset'] = offset
        if limit is not None:
            request['limit'] = limit
        counted = chance.random() < 0.3
        if counted:
            request['count'] = 'exact'

        def expected(results):
            rows = results[0][offset or 0:]
            kept = rows if limit is None else rows[:limit]
            reply = {'rows': kept, 'rowCount': len(kept)}
            if len(kept) < len(rows):
                reply.update(more=True, limitedBy='limit')
            if counted:
                reply['count'] = len(results[0])
            return reply
        return 'select_rows', request, [statement], expected

    def select_groups(self, request, where):
        chance = self.chance
        roles = chance.sample(['a', 'b', 'flag', 'given', 'at'], chance.randint(0, 2))
        if chance.random() < 0.3 and roles:
            request.update(distinct=True, columns=[self.names[role] for role in roles])
            statement = 'SELECT %s FROM (SELECT DISTINCT %s FROM %s WHERE %s) AS t' % (
                self.shown(roles), ', '.join(self.column(role) for role in roles), self.sql_table, where)
        else:
            values = [('rows', ['count'], 'count(*)')]
            for function, role in (('sum', 'a'), ('max', 'b'), ('min', 'id'), ('count_distinct', 'given'), ('count', 'at')):
                if chance.random() < 0.5:
                    column = self.column(role)
                    values.append((function + ' "', [function, self.names[role]], 'count(DISTINCT %s)' % column if function == 'count_distinct' else '%s(%s)' % (function, column)))
            request['aggregates'] = {name: made for name, made, _ in values}
            if roles:
                request['group_by'] = [self.names[role] for role in roles]
            statement = 'SELECT %s || jsonb_build_object(%s) FROM %s WHERE %s %s' % (
                self.shown(roles), ', '.join('%s, %s' % (literal(name), sql) for name, _, sql in values), self.sql_table, where,
                'GROUP BY ' + ', '.join(self.column(role) for role in roles) if roles else '')
        return 'select_rows', request, [statement], lambda results: {'rows': sorted(results[0], key=in_order), 'rowCount': len(results[0])}

    def insert(self):
        members, rows = self.rows(must=['id'] if self.chance.random() < 0.9 else [])
        request = dict(members, table=self.table)
        returned = self.returning(request) if self.chance.random() < 0.5 else None
        statements = ["%s RETURNING jsonb_build_object('id', %s, 'row', %s)" % (self.insert_of(row), self.column('id'), returned or 'NULL::jsonb') for row in rows]

        def expected(results):
            reply = {'rowCount': len(results)}
            reply['insertedId'] = results[0][0]['id']
            if returned:
                reply['rows'] = [result[0]['row'] for result in results]
            return reply
        return 'insert_rows', request, statements, expected

    def upsert(self):
        chance = self.chance
        key = chance.choice(self.keys)
        members, rows = self.rows(must=['id'] + key)
        request = dict(members, table=self.table)
        conflict = {}
        if key != ['id'] or chance.random() < 0.5:
            conflict['columns'] = [self.names[role] for role in key]
        update = None
        tests = ''
        if chance.random() < 0.2:
            conflict['action'] = 'nothing'
            update = []
        else:
            if chance.random() < 0.3:
                update = chance.sample([role for role in TYPES if role not in key], chance.randint(1, 3))
                conflict['update'] = [self.names[role] for role in update]
            if chance.random() < 0.3:
                role = chance.choice(['a', 'n', 'at', 'given'])
                sign = chance.choice(['>', '<=', '!=', 'is_distinct_from'])
                conflict['if'] = [[self.names[role], sign, self.names[role]]]
                tests = 'WHERE excluded.%s %s t.%s' % (self.column(role), sign.replace('_', ' '), self.column(role))
        if conflict:
            request['on_conflict'] = conflict
        returned = self.returning(request) if chance.random() < 0.5 else None
        statements = []
        for row in rows:
            same = ' AND '.join('%s = %s' % (self.column(role), self.sql(role, row[role])) for role in key)
            changed = [role for role in row if role not in key] if update is None else update
            # "returning" may name a column like the alias would be called.
            statement = self.insert_of(row).replace(self.sql_table, self.sql_table + ' AS t', 1) + ' ON CONFLICT (%s) ' % ', '.join(self.column(role) for role in key)
            statement += 'DO UPDATE SET %s %s' % (', '.join('%s = excluded.%s' % (self.column(role), self.column(role)) for role in changed), tests) if changed else 'DO NOTHING'
            statements += ['SELECT true FROM %s WHERE %s' % (self.sql_table, same), statement + ' RETURNING ' + self.qualified(returned)]

        def expected(results):
            reply = {'rowCount': 0, 'inserted': 0, 'updated': 0, 'skipped': 0, 'superseded': 0}
            kept, actions = [], []
            for i, row in enumerate(rows):
                there, written = results[2 * i], results[2 * i + 1]
                changed = [role for role in row if role not in key] if update is None else update
                outcome = ('updated' if there else 'inserted') if written else 'superseded' if changed else 'skipped'
                reply[outcome] += 1
                if written:
                    reply['rowCount'] += 1
                    kept += written
                    actions.append(outcome)
            if returned:
                reply.update(rows=kept, actions=actions)
            return reply
        return 'upsert_rows', request, statements, expected

    def qualified(self, shown):
        return shown or "'1'::jsonb"

    def filtered(self, request):
        """How the rows to write are told, and the statement's WHERE."""
        chance = self.chance
        if chance.random() < 0.03:
            request['all_rows'] = True
            where = 'true'
        else:
            request['where'], where = self.where()
        if chance.random() < 0.25:
            way = chance.choice(['', 'desc'])
            limit = chance.randint(0, 4)
            request.update(order_by=[self.names['id']] if not way else [[self.names['id'], way]], limit=limit)
            if chance.random() < 0.5:
                request['skip_locked'] = True
            where = '%s IN (SELECT %s FROM %s WHERE %s ORDER BY %s %s LIMIT %d)' % (
                self.column('id'), self.column('id'), self.sql_table, where, self.column('id'), way, limit)
        return where

    def bounded(self, request):
        """Bounds on the number of rows, and what they make of the reply."""
        if self.chance.random() < 0.2:
            request['max_affected'] = self.chance.randint(0, 5)
        if self.chance.random() < 0.1:
            request['expect_affected'] = self.chance.randint(0, 2)

        def fails(count):
            if count > request.get('max_affected', count):
                return {'error': '54000'}
            return {'error': '21000'} if count != request.get('expect_affected', count) else None
        return fails

    def written(self, name, request, statement, returned, fails):
        def expected(results):
            reply = fails(len(results[0])) or {'rowCount': len(results[0])}
            if returned and 'error' not in reply:
                reply['rows'] = sorted(results[0], key=in_order)
            return reply
        return name, request, ['%s RETURNING %s' % (statement, returned or "'1'::jsonb")], expected

    def update(self):
        chance = self.chance
        if chance.random() < 0.2:
            return self.keyed('update_rows')
        request = {'table': self.table}
        where = self.filtered(request)
        sets = []
        for role in self.given():
            name, column = self.names[role], self.column(role)
            value = self.value(role, 0)
            if role == 'id' and chance.random() < 0.8:
                continue
            if role in ('n', 'given') and chance.random() < 0.5 and isinstance(value, int):
                request.setdefault('increment', {})[name] = value
                sets.append('%s = %s + %s' % (column, column, self.sql(role, value)))
            elif role == 'doc' and chance.random() < 0.5:
                value = chance.choice([{}, {'k': 2}, {'new': {'x': None}}])
                request.setdefault('merge', {})[name] = value
                # What is there and no object is an error, which division tells.
                sets.append("%s = CASE WHEN %s IS NULL OR jsonb_typeof(%s) = 'object' THEN coalesce(%s, '{}') || %s ELSE jsonb_build_array(1 / (%s - %s)) END"
                            % (column, column, column, column, self.sql(role, value), self.column('id'), self.column('id')))
            elif role == 'list' and chance.random() < 0.5:
                request.setdefault('append', {})[name] = value
                sets.append("%s = coalesce(%s, '{}') || %s" % (column, column, self.sql(role, value)))
            else:
                value = self.value(role)
                request.setdefault('set', {})[name] = value
                sets.append('%s = %s' % (column, self.sql(role, value)))
        if not sets:
            request['set'] = {self.names['given']: 1}
            sets = ['%s = 1' % self.column('given')]
        returned = self.returning(request) if chance.random() < 0.5 else None
        return self.written('update_rows', request, 'UPDATE %s SET %s WHERE %s' % (self.sql_table, ', '.join(sets), where), returned, self.bounded(request))

    def delete(self):
        chance = self.chance
        if chance.random() < 0.3:
            return self.keyed('delete_rows')
        request = {'table': self.table}
        where = self.filtered(request)
        returned = self.returning(request) if chance.random() < 0.5 else None
        return self.written('delete_rows', request, 'DELETE FROM %s WHERE %s' % (self.sql_table, where), returned, self.bounded(request))

    def keyed(self, command):
        """Rows found by a key, one after the other."""
        chance = self.chance
        key = chance.choice([['id'], ['id'], ['a', 'b'], ['given']])
        rows = []
        for _ in range(chance.choice([1, 2, 5])):
            row = {role: self.value(role, 0) for role in key}
            if command == 'update_rows':
                others = [role for role in TYPES if role not in key and role != 'id']
                row.update({role: self.value(role) for role in chance.sample(others, chance.randint(1, 3))})
            rows.append(row)
        request = {'table': self.table, 'key': [self.names[role] for role in key], 'rows': [{self.names[role]: value for role, value in row.items()} for row in rows]}
        returned = self.returning(request) if chance.random() < 0.5 else None
        fails = self.bounded(request)
        statements = []
        for row in rows:
            same = ' AND '.join('%s = %s' % (self.column(role), self.sql(role, row[role])) for role in key)
            if command == 'delete_rows':
                statement = 'DELETE FROM %s WHERE %s' % (self.sql_table, same)
            else:
                statement = 'UPDATE %s SET %s WHERE %s' % (self.sql_table, ', '.join(
                    '%s = %s' % (self.column(role), self.sql(role, value)) for role, value in row.items() if role not in key), same)
            statements.append('%s RETURNING %s' % (statement, returned or "'1'::jsonb"))

        def expected(results):
            kept = [row for result in results for row in result]
            reply = fails(len(kept))
            if reply is None:
                reply = {'rowCount': len(kept)}
                unmatched = sum(not result for result in results)
                if unmatched:
                    reply['unmatched'] = unmatched
                if returned:
                    reply['rows'] = sorted(kept, key=in_order)
            return reply
        return command, request, statements, expected


def in_order(row):
    return json.dumps(row, sort_keys=True)


def load(text):
    """Numbers as they are written: a digit that is lost is a difference."""
    return json.loads(text, parse_int=str, parse_float=str)


def numbers_as_text(value):
    if isinstance(value, dict):
        return {key: numbers_as_text(member) for key, member in value.items()}
    if isinstance(value, list):
        return [numbers_as_text(item) for item in value]
    return str(value) if isinstance(value, int) and not isinstance(value, bool) else value


def differ(command, request, reply, expected):
    """How the reply is not what the model says, or None. Where both fail in a request of many parts, each may have met another part first."""
    if 'error' in reply or 'error' in expected:
        if 'error' not in reply or 'error' not in expected:
            return 'one fails'
        many = sum(len(request.get(member, [])) for member in ('rows', 'values', 'where', 'set')) > 1 or 'key' in request
        return None if many or reply['error']['code'] == expected['error'] or expected['error'] == '22012' else 'they fail differently'
    reply = {name: value for name, value in reply.items() if name != 'next'}
    if command in ('update_rows', 'delete_rows') or 'aggregates' in request or 'distinct' in request:
        if 'rows' in reply:
            reply['rows'] = sorted(reply['rows'], key=in_order)
            expected['rows'] = sorted(expected['rows'], key=in_order)
    if reply.get('unmatched') == '0':
        del reply['unmatched']
    return None if reply == numbers_as_text(expected) else 'the results differ'


def main():
    seed = int(os.environ.get('SEED') or (random.randrange(1 << 32) if LONG else 1))
    tap = connector.Tap()
    print('# SEED=%d' % seed)
    session = connector.create_database()
    session.ask('CREATE SCHEMA model; CREATE SCHEMA real; SET TimeZone = UTC; SET search_path = real, public; ' + RUN)
    for table in NAMES:
        session.ask('%s; %s' % (definition('real', table), definition('model', table)))
    chance = random.Random(seed)
    for table in NAMES:
        whole = identifier(table)
        same = 'SELECT (SELECT md5(string_agg(t::text, chr(10) ORDER BY t::text)) FROM real.%s AS t) IS NOT DISTINCT FROM (SELECT md5(string_agg(t::text, chr(10) ORDER BY t::text)) FROM model.%s AS t)' % (whole, whole)
        complaints = {}
        outcomes = {}
        for number in range(REQUESTS // len(NAMES)):
            model = Model(chance, table)
            make = chance.choice([model.select, model.select, model.insert, model.upsert, model.upsert, model.update, model.delete])
            command, request, statements, expected = make()
            text = json.dumps(request)
            try:
                reply, results, agree = session.ask('SELECT connector.try_call(%s, %s); SELECT run(ARRAY[%s]::text[]); %s' % (
                    literal(command), literal(text), ', '.join(literal(statement) for statement in statements), 'BEGIN; %s; COMMIT' % same))
            except (connector.LostConnection, RuntimeError) as error:
                complaints.setdefault(command, []).append('%s: %r' % (text, error))
                break
            reply, results = load(reply), load(results)
            wanted = results if isinstance(results, dict) else expected(results)
            if 'error' in wanted and not isinstance(results, dict):
                # It is the model that must not have done it.
                session.ask('TRUNCATE model.%s; INSERT INTO model.%s SELECT * FROM real.%s' % (whole, whole, whole))
                agree = 't'
            outcome = (command, 'failed' if 'error' in reply else 'done')
            outcomes[outcome] = outcomes.get(outcome, 0) + 1
            wrong = differ(command, request, reply, wanted) or (None if agree == 't' else 'the tables differ')
            if wrong:
                complaints.setdefault(command, []).append('%s: %s\nreply: %s\nmodel: %s\n%s' % (wrong, text[:1500], json.dumps(reply)[:1500], json.dumps(wanted)[:1500], '\n'.join(statements)[:1500]))
            if agree != 't' or number % 100 == 99:
                session.ask('TRUNCATE real.%s, model.%s' % (whole, whole))
        for command in ('select_rows', 'insert_rows', 'upsert_rows', 'update_rows', 'delete_rows'):
            tap.ok(complaints.get(command, []), '%s on %s: %d done, %d failed, all as in plain SQL'
                   % (command, table, outcomes.get((command, 'done'), 0), outcomes.get((command, 'failed'), 0)))
    tap.done()


main()

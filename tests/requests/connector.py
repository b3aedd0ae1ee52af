"""What the tests of requests share: a session that outlives errors, the catalogue with a validator for each schema, TAP."""
import atexit
import json
import os
import re
import subprocess
import sys

from jsonschema import Draft202012Validator

DATABASE = 'pgc_requests'
DONE = b'\x04done\n'


class LostConnection(Exception):
    pass


class Session:
    """psql, asked one statement at a time."""

    def __init__(self):
        self.psql = subprocess.Popen(['psql', '-XAtq0', '-d', DATABASE], stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                                     stderr=subprocess.STDOUT, env=dict(os.environ, PGOPTIONS='-c client_min_messages=error'))

    def ask(self, sql):
        """The rows of one column that the statements give."""
        try:
            self.psql.stdin.write(sql.encode() + b';\n\\echo \x04done\n')
            self.psql.stdin.flush()
            answer = bytearray()
            while not answer.endswith(DONE):
                some = os.read(self.psql.stdout.fileno(), 1 << 20)
                if not some:
                    raise LostConnection(answer.decode(errors='replace'))
                answer += some
        except BrokenPipeError:
            raise LostConnection('psql is gone') from None
        if b'\0' not in answer and len(answer) > len(DONE):
            raise RuntimeError('%s: %s' % (sql, answer[:-len(DONE)].decode()))
        return [row.decode() for row in answer[:-len(DONE)].split(b'\0')[:-1]]

    def call(self, command, request, undone=True):
        """The reply of try_call to a request that is text already, or will be made it."""
        text = request if isinstance(request, str) else json.dumps(request)
        sql = 'SELECT connector.try_call(%s, %s)' % (literal(command), literal(text))
        return self.opened(command, text, self.ask('BEGIN; %s; ROLLBACK' % sql if undone else sql)[0])

    def opened(self, command, text, reply):
        """What try_call replied; of an envelope what is in it, or the error as that of any command."""
        reply = json.loads(reply)
        if not command.startswith('postgres_v2/'):
            return reply
        outer = ['command_response', 'error', 'command_response_version']
        inner = ['body', 'mimetype'] + (['http_status'] if reply.get('error') else [])
        if list(reply) != outer or list(reply['command_response']) != inner or reply['command_response_version'] != 2:
            raise ValueError('not an envelope: %s' % json.dumps(reply))
        if reply['error'] is None:
            return reply['command_response']['body']
        message = reply['error']['message']
        if list(reply['error']) != ['error_code', 'message'] or reply['command_response']['body'] is not None:
            raise ValueError('not an error in an envelope: %s' % json.dumps(reply))
        raised = json.loads(self.ask('SELECT tests.raised(%s, %s)' % (literal(command), literal(text)))[0])
        code = raised['code']
        prefix = 'Error executing sql statement: '
        raised['kind'] = 'internal' if code.startswith('XX') else 'limit' if code.startswith('54') else \
            'request' if not message.startswith(prefix) else 'syntax' if code == '42601' else 'other'
        if not message.removeprefix(prefix).startswith(raised['message'] + '\n'):
            raise ValueError('call raises %s, and try_call says %s' % (json.dumps(raised), json.dumps(reply)))
        return {'error': raised}


def literal(text):
    return "'%s'" % text.replace("'", "''")


def identifier(name):
    return '"%s"' % name.replace('"', '""')


# What call raises for a request, undone, as an error object.
RAISED = """
    CREATE SCHEMA tests;
    CREATE FUNCTION tests.raised(command text, request text) RETURNS json LANGUAGE plpgsql AS $$
    DECLARE
        state text;
        said text;
        around text;
    BEGIN
        PERFORM connector.call(command, request);
        RETURN json_build_object('code', '00000', 'message', 'nothing was raised');
    EXCEPTION WHEN OTHERS OR query_canceled OR assert_failure THEN
        GET STACKED DIAGNOSTICS state = RETURNED_SQLSTATE, said = MESSAGE_TEXT, around = PG_EXCEPTION_CONTEXT;
        RETURN json_build_object('code', state, 'message', said, 'path', substring(around FROM '^at ([^\n]*)'));
    END $$"""


def create_database():
    subprocess.run(['createdb', '-T', 'template0', DATABASE], check=True)
    atexit.register(subprocess.run, ['dropdb', '-f', DATABASE])
    session = Session()
    session.ask('CREATE EXTENSION pg_connector')
    session.ask(RAISED)
    return session


class Command:
    def __init__(self, entry):
        self.name = entry['name']
        self.entry = entry
        self.request = entry['request']
        self.refuses = {refusal['code'] for refusal in entry['refusals']}
        self.takes = Draft202012Validator(entry['request'])
        self.gives = Draft202012Validator(entry['result'])
        result = entry['result']
        self.result_members = (result['anyOf'][0] if 'anyOf' in result else result)['properties']


def catalogue(session):
    entries = json.loads(session.ask('SELECT connector.commands()')[0])['commands']
    return {entry['name']: Command(entry) for entry in entries}


class Tap:
    """Counts, and says of a failure what it was; the first ones of a test, where there are many."""

    def __init__(self):
        self.number = 0
        self.failed = 0

    def ok(self, complaints, name):
        self.number += 1
        print('%sok %d - %s' % ('not ' if complaints else '', self.number, name))
        for complaint in complaints[:20]:
            for line in complaint.splitlines():
                print('# ' + line)
        if complaints:
            self.failed += 1
            if len(complaints) > 20:
                print('# and %d more' % (len(complaints) - 20))
        sys.stdout.flush()

    def done(self):
        print('1..%d' % self.number)
        sys.exit(self.failed > 0)


def places(value, path=()):
    """Every place in a value, the whole included."""
    yield path
    if isinstance(value, dict):
        for key, member in value.items():
            yield from places(member, path + (key,))
    elif isinstance(value, list):
        for i, item in enumerate(value):
            yield from places(item, path + (i,))


def at(value, path):
    for step in path:
        value = value[step]
    return value


def replaced(value, path, instead):
    """A copy with something else at that place."""
    if not path:
        return instead
    copy = value.copy()
    copy[path[0]] = replaced(copy[path[0]], path[1:], instead)
    return copy


def without(value, path):
    """A copy without what is at that place."""
    copy = value.copy()
    if len(path) == 1:
        del copy[path[0]]
    else:
        copy[path[0]] = without(copy[path[0]], path[1:])
    return copy


def refusal(reply):
    """The error of a reply, or of the first row or step that failed alone."""
    if isinstance(reply, dict):
        failed = [step['error'] for step in reply.get('results', []) if isinstance(step, dict) and 'error' in step]
        return reply.get('error') or (reply.get('errors') or failed or [None])[0]
    return None


# What is malformed although no schema says so.
BEYOND_SCHEMAS = [
    # how many and which members objects and lists have that depend on others
    r'row has \d+ values for \d+ columns', r'there are \d+ values for \d+ columns', r'row lacks the key column', r'row has no column to set beside its key', r'column ".*" is not one of "key"',
    r'there is nothing to update', r'there is no column to update', r'the records lack a column', r'nothing to change about column', r'neither "group_by" names a column nor "aggregates" a function',
    r'"distinct" needs a column', r'"max_errors" is for', r'"if_not_exists" needs', r'"using_expression" needs', r'member ".*" is given twice',
    r'a column cannot be changed to', r'"default", "default_expression" and "drop_default"', r'"after" n', r'a constraint that is initially deferred', r'parameters must be named',
    # what is inside SQL and names
    r'SQL text holds', r'".*" is not (an expression|a column\'s type|a (table|column) name)', r'name is empty', r'malformed table name',
    # what PostgreSQL finds out about definitions
    r'multiple default values', r'conflicting NULL/NOT NULL', r'(both|multiple) .* specified for', r'column ".*" .* is (a generated|an identity) column',
    # members that are given in the text of a type, too, or do not suit what they are for
    r'.*(contradict|exclude) each other', r'a partition of a table that is partitioned by',
]


def beyond_schemas(command, refusal):
    """Whether a malformed request may be one that fits its schema; a step of a batch has no schema."""
    return refusal['kind'] == 'syntax' or command.name == 'batch' and ('step' in refusal or refusal.get('path', '').startswith('/commands/')) \
        or any(re.match(pattern, refusal['message'], re.DOTALL) for pattern in BEYOND_SCHEMAS)


def as_malformed(refusal):
    """Whether a request that does not fit its schema is refused as it should; nothing has an empty name."""
    return refusal['kind'] in ('request', 'limit') or '""' in refusal['message']

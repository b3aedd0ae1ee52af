# The program: what it prints where, and how it ends.

use strict;
use warnings;
use utf8;

use Encode qw(encode_utf8);
use File::Basename qw(dirname);
use lib dirname(__FILE__) . '/lib';
use ClientTest;
use JSON::PP qw(decode_json);
use Test::More;

binmode Test::More->builder->$_, ':utf8' for qw(output failure_output todo_output);

# Run it and compare: exit status, output, errors (texts or patterns).
sub does
{
	my ($name, $arguments, $expected, %options) = @_;
	my $r = run([ $program, map { encode_utf8($_) } @$arguments ], %options);
	is($r->{status}, $expected->{status} // 0, "$name: exit status") or diag $r->{err};
	for my $stream (qw(out err))
	{
		my $wanted = $expected->{$stream} // ($stream eq 'err' ? '' : next);
		utf8::decode($r->{$stream});
		if (ref $wanted) { like($r->{$stream}, $wanted, "$name: $stream") }
		else { is($r->{$stream}, $wanted, "$name: $stream") }
	}
	return $r;
}

# Without a server: help and wrong usage
{
	local $ENV{PGHOST} = "$scratch/nowhere";

	does('--help', ['--help'], { out => qr/^pgconnector calls.*^Usage: .*^  call .*^  query .*^  tables .*^  commands .*^  test .*^   0  ok .*^  18  read_only /ms });
	does('help', ['help'], { out => qr/^pgconnector calls/ });
	for my $subcommand (qw(call query tables commands test))
	{
		my $help = does("$subcommand --help", [ $subcommand, '--help' ], { out => qr/^Usage: pgconnector \[OPTION\]\.\.\. $subcommand.*^Examples:$/ms });
		is(run([ $program, 'help', $subcommand ])->{out}, $help->{out}, "help $subcommand: the same");
	}
	does('--version', ['--version'], { out => qr/^pgconnector \(pg_connector\) \d+\.\d+\.\d+$/ });

	my @wrong = (
		[ [], 'no subcommand given' ],
		[ ['sing'], 'unrecognized subcommand "sing"' ],
		[ ['call'], 'call needs more arguments: COMMAND [REQUEST | - | @FILE]' ],
		[ ['query'], 'query needs more arguments: SQL|-|@FILE [PARAM]...' ],
		[ [ 'call', 'query', '{}', '{}' ], 'call does not take the argument "{}"' ],
		[ [ 'test', 'it' ], 'test does not take the argument "it"' ],
		[ [ 'test', '--colour' ], qr/^pgconnector: unrecognized option "--colour"/ ],
		[ [ 'test', '-x' ], qr/^pgconnector: unrecognized option "-x"/ ],
		[ [ 'test', '--jso' ], qr/^pgconnector: unrecognized option "--jso"/ ],
		[ [ 'test', '--json=yes' ], 'option "--json" takes no value' ],
		[ [ 'test', '--dsn' ], 'option "--dsn" needs a value' ],
		[ ['-h'], 'option "-h" needs a host (--help is the help)' ],
		[ [ 'test', '--limit', '5' ], 'test does not take the option "--limit"' ],
		[ [ 'query', 'SELECT 1', '--limit', '5 rows' ], 'option "--limit" needs a number of rows, not "5 rows"' ],
		[ [ 'query', 'SELECT $1', 'json:{"a"' ], qr/^pgconnector: parameter "json:\{"a"" is invalid JSON: / ],
		[ [ 'query', 'SELECT $1', 'json:' ], qr/is invalid JSON: / ],
		[ [ 'call', 'query', "\@$scratch/nothing" ], qr/^pgconnector: could not read .*: No such file or directory$/m ],
		[ [ 'call', 'query', "\@$scratch" ], qr/^pgconnector: could not read .*: Is a directory$/m ]);
	for (@wrong)
	{
		my ($arguments, $message) = @$_;
		does("wrong: @$arguments", $arguments, { status => 2, out => '',
				err => ref $message ? $message : "pgconnector: $message\nhint: See pgconnector --help.\n" });
	}
	does('zero byte in a request', [ 'call', 'query', '-' ], { status => 2, err => qr/zero byte/ }, in => "{}\0{}");
	does('help to a full disk', ['--help'], { status => 1, err => qr/No space left/ }, out => '/dev/full');
}

$ENV{PGDATABASE} = create_database('pgc_program');

# JSON: the reply, nothing else, every digit of it
my $digits = '1234567890' x 4;
my $r = does('JSON into a pipe', [ 'query', 'SELECT 9223372036854775807 AS big, $1::numeric AS num, 0.10 AS scale', $digits ],
	{ out => qr/\A\{.*\}\n\z/s });
like($r->{out}, qr/\b9223372036854775807\b/, 'bigint has every digit');
like($r->{out}, qr/\b$digits\b/, 'numeric has every digit');
like($r->{out}, qr/\b0\.10\b/, 'and its scale');
my $reply = decode_json($r->{out});
is($reply->{rowCount}, 1, 'it is the reply');
is(run([ $program, '--json', 'query', 'SELECT 1 AS a' ])->{out},
	run([ $program, 'query', 'SELECT 1 AS a' ])->{out}, '--json is the same');

# Requests from everywhere
my $request = '{"sql": "SELECT $1::text AS t", "params": ["é\u00e9"]}';
my $answer = qr/"éé"/;
does('request as an argument', [ 'call', 'query', $request ], { out => $answer });
does('request from standard input', [ 'call', 'query', '-' ], { out => $answer }, in => encode_utf8($request));
spew("$scratch/request.json", encode_utf8("$request\n"));
does('request from a file', [ 'call', 'query', "\@$scratch/request.json" ], { out => $answer });
does('no request', [ 'call', 'test_connection' ], { out => qr/"ok"/ });
does('empty request', [ 'call', 'query', '-' ], { status => 12, out => '', err => qr/^pgconnector: request: / });
does('SQL from standard input', [ 'query', '-', 'x' ], { out => qr/"x"/ }, in => "SELECT \$1::text\n  AS t\n");
spew("$scratch/report.sql", "SELECT 'from file' AS t");
does('SQL from a file', [ 'query', "\@$scratch/report.sql" ], { out => qr/"from file"/ });

# Parameters
sub value_of
{
	my ($sql, @params) = @_;
	my $run = run([ $program, 'query', "SELECT ($sql)::text AS v", @params ]);
	return $run->{status} eq '0' ? decode_json($run->{out})->{rows}[0]{v} : $run->{err};
}
is(value_of('$1::int + 1', '41'), '42', 'a number as text');
is(value_of('$1::int + 1', '-5'), '-4', 'a negative number');
is(value_of('$1::date', '2024-02-29'), '2024-02-29', 'a date');
is(value_of('$1::text', q{O'Hara "quoted" \\}), q{O'Hara "quoted" \\}, 'quotes and backslash');
is(value_of('$1::text', ''), '', 'the empty text');
is(value_of('$1::text IS NULL', 'null'), 'false', 'the word null is a text');
is(value_of('$1::text IS NULL', 'json:null'), 'true', 'json:null is NULL');
is(value_of('$1::numeric', "json:$digits.5"), "$digits.5", 'a JSON number has every digit');
is(value_of('$1::int[]', 'json:[1, 2, null]'), '{1,2,NULL}', 'an array');
is(value_of(q{$1::jsonb ->> 'a'}, 'json:{"a": "b"}'), 'b', 'an object');
is(value_of('$1::text', 'json:"json:x"'), 'json:x', 'a text that begins with json:');
is(value_of('$1::text', '--', '--help'), '--help', 'what looks like an option, after --');
is(value_of('$1::text || $2', 'a', 'b'), 'ab', 'two');

# Tables
does('a table', [ '--table', 'query', q{SELECT * FROM (VALUES
		(1, 'one', NULL, 1.50), (20, '日本', true, 300), (NULL, E'a\tb\n\x1b[31m', false, -0.25)) AS t(n, "name", b, "größe")} ],
	{ out => <<'END' });
    n | name           | b     | größe
------+----------------+-------+-------
    1 | one            | NULL  |  1.50
   20 | 日本           | true  |   300
 NULL | a\tb\n\x1b[31m | false | -0.25
(3 rows)
END
does('NULL and the word', [ '-t', 'query', q{SELECT NULL AS a, 'NULL' AS b, '"NULL"' AS c, '' AS d} ], { out => <<'END' });
 a    | b      | c        | d
------+--------+----------+---
 NULL | "NULL" | ""NULL"" | 
(1 row)
END
does('values within values', [ '-t', 'query', q{SELECT '{"a": [1, "x"]}'::jsonb AS j, ARRAY[1, 2] AS l} ],
	{ out => qr/^ \{"a": \[1, "x"\]\} \| \[1, ?2\]$/m });
does('no rows', [ '-t', 'query', 'SELECT 1 AS a WHERE false' ], { out => "(0 rows)\n" });
does('a table has every digit', [ '-t', 'query', 'SELECT 9223372036854775807 AS big, $1::numeric AS num', $digits ],
	{ out => qr/^ 9223372036854775807 \| $digits$/m });
does('more rows than asked for', [ '-t', 'query', '--limit', '2', 'SELECT generate_series(1, 5) AS n' ],
	{ out => qr/^\(2 rows, more available: limit reached\)$/m });
does('direction of writing', [ '-t', 'query', q{SELECT U&'a\202Eb' AS t} ], { out => qr/^ a\\u202eb$/m });

# The other subcommands
does('create', [ '-t', 'call', 'create_table', '{"table": "users", "columns": [{"name": "id", "type": "bigint", "primary_key": true}, {"name": "name", "type": "text"}]}' ],
	{ out => qr/^success: +true$/m });
does('insert', [ '-t', 'call', 'insert_rows', '{"table": "users", "rows": [{"id": 1, "name": "a"}, {"id": 2, "name": "b"}]}' ],
	{ out => qr/^rowCount: +2$/m });
does('test', [ 'test', '-t' ], { out => qr/^ok: +true$/m });
does('tables', [ 'tables', '-t' ], { out => qr/^ schema +\| name +\| kind .*^ public +\| users +\| table.*^\(1 table\)$/ms });
does('a table\'s description', [ 'tables', '-t', 'users' ], { out => qr/^name: +users\n.*^columns:\n name +\| type.*^ id +\| bigint.*^ name +\| text/ms });
is(decode_json(run([ $program, 'tables', 'public.users' ])->{out})->{tables}[0]{columns}[1]{name}, 'name', 'and as JSON');
does('an unknown table', [ 'tables', 'userz' ], { status => 8, err => qr/^pgconnector: not_found: .*\(42P01\)\nat: \/table\nhint: /m });
psql($ENV{PGDATABASE}, 'SET client_min_messages = error; DO $$ BEGIN FOR i IN 1..25 LOOP EXECUTE format(\'CREATE TABLE t%s (a int)\', i); END LOOP; END $$;'
	  . "ALTER DATABASE $ENV{PGDATABASE} SET pg_connector.default_limit = 10");
does('tables in pages are one list', [ 'tables', '-t' ], { out => qr/^\(26 tables\)$/m });
does('commands', [ 'commands', '-t' ], { out => qr/^ name +\| kinds +\| summary\n.*^ insert_rows +\| write +\| /ms });
does('what a command takes', [ 'commands', '-t', 'query' ], { out => qr/^request:\n member .*^ sql +\| string +\| yes .*^examples:\n  pgconnector call query '\{/ms });
is(decode_json(run([ $program, 'commands', 'query' ])->{out})->{name}, 'query', 'and as JSON');
does('an unknown command\'s description', [ 'commands', 'selekt' ], { status => 8, out => '', err => qr/^pgconnector: not_found: .*\(42883\)$/m });

# Each example of the catalogue is shown as a shell would take it
for my $name (map { $_->{name} } @{ decode_json(run([ $program, 'commands' ])->{out})->{commands} })
{
	my ($examples) = run([ $program, '-t', 'commands', $name ])->{out} =~ /^examples:\n(.*)\z/ms or next;
	my $script = join '', map { "$_ >/dev/null 2>&1; test \$? != 2 || echo '$name'\n" } split /\n/, $examples;
	$script =~ s/^  pgconnector call (\S+) /printf '%s\\n' /gm;
	is(run([ 'sh', '-n', '-c', $script ])->{status}, 0, "examples of $name");
}

# Errors
does('a misspelt member', [ 'call', 'delete_rows', '{"table": "users", "wher": []}' ],
	{ status => 12, out => '', err => qr/\Apgconnector: request: [^\n]*wher[^\n]* \(42601\)\nat: \/wher\nhint: [^\n]*where[^\n]*\n\z/ });
does('detail', [ 'call', 'insert_rows', '{"table": "users", "row": {"id": 1}}' ],
	{ status => 10, out => '', err => qr/\Apgconnector: constraint: [^\n]* \(23505\)\ndetail: [^\n]*\nat: \/row[^\n]*\n/ });
does('the request as a whole', [ 'call', 'select_rows', '[]' ], { status => 12, err => qr/^at: the request$/m });

# Commands in the form of other platforms: the result alone, and errors like those of any command
does('a write of another form', [ '-t', 'call', 'postgres_v2/InsertValuesV2', '{"table_name": "USERS", "schema": {"columns": ["id", "name"], "values": [[70, "v"]]}}' ],
	{ out => "result: 1 rows affected\n" });
does('rows as lists', [ '--json', 'call', 'postgres_v2/SelectValuesV2', '{"table_name": "users", "schema": {"columns": ["id", "name"], "where": [["id", "=", 70]]}}' ], { out => "[[70,\"v\"]]\n" });
does('a row by itself', [ '--json', 'call', 'task/Execute', '{"query": "DELETE FROM users WHERE id = $1 RETURNING id", "parameters": [70]}' ], { out => "{\"id\":70}\n" });
does('its error', [ 'call', 'postgres_v2/DoSQL', '{"schema": {"sql": "SELECT nope FROM users"}}' ], { status => 8, err => qr/^pgconnector: not_found: column "nope" does not exist \(42703\)$/m });
does('a connection string', [ 'call', 'postgres_v2/DropTableV2', '{"table_name": "users", "database_connection_str": "password=hunter2"}' ],
	{ status => 12, err => qr/\A(?!.*hunter2).*^at: \/database_connection_str$/ms });
does('SQL syntax', [ 'query', 'SELECT 1 FORM users WHERE' ], { status => 7, err => qr/^pgconnector: syntax: .*^position: character \d+ of the SQL text$/ms });
does('a message cannot steer the terminal', [ 'call', "a\e[31mb" ], { status => 8, err => qr/^pgconnector: not_found: unrecognized command "a\\x1b\[31mb" \(42883\)$/m });
for (
	[ 8, '42703', 'call', 'select_rows', '{"table": "users", "columns": ["nam"]}' ],
	[ 9, '42P07', 'call', 'create_table', '{"table": "users", "columns": [{"name": "id", "type": "int"}]}' ],
	[ 11, '22P02', 'call', 'insert_rows', '{"table": "users", "row": {"id": "five"}}' ],
	[ 11, '21000', 'call', 'delete_rows', '{"table": "users"}' ],
	[ 14, '57014', 'call', 'query', '{"sql": "SELECT pg_sleep(20)", "timeout_ms": 50}' ],
	[ 18, '25006', 'query', 'DELETE FROM users' ],
	[ 11, '22012', 'query', 'SELECT 1 / 0' ])
{
	my ($status, $code, @arguments) = @$_;
	my $run = run([ $program, @arguments ]);
	like($run->{err}, qr/\Apgconnector: \w+: [^\n]* \($code\)$/m, "@arguments: $code");
	like($run->{status}, $code eq '21000' ? qr/^(11|12)$/ : qr/^$status$/, 'exit status');
}

# Ctrl-C reaches the server, and the program says so
for my $signal (qw(INT TERM))
{
	my $running = start([ $program, 'query', "SELECT pg_sleep(30) /* $signal $$ */" ]);
	my $busy = "SELECT count(*) FROM pg_stat_activity WHERE application_name = 'pgconnector' AND state = 'active'";
	ok(wait_for(sub { psql('postgres', $busy) eq '1' }), 'a call is running');
	kill $signal => $running->{pid};
	finish($running, 10);
	is($running->{status}, 15, "SIG$signal: exit status");
	like($running->{err}, qr/\Apgconnector: cancelled: .*\(57014\)$/m, 'message');
	ok(wait_for(sub { psql('postgres', $busy) eq '0' }), 'the server has stopped');
}
my $hangs = fake_server(sub { sleep 60 });
my $connecting = start([ $program, '--dsn', "host=127.0.0.1 port=$hangs", 'test' ]);
select undef, undef, undef, 0.3;
kill INT => $connecting->{pid};
is(finish($connecting, 10)->{status}, 15, 'while connecting');

# The password does not stay in the process list
my $listed = start([ $program, '--dsn', "host=127.0.0.1 port=$hangs password=hunter2", 'test' ]);
ok(wait_for(sub { slurp("/proc/$listed->{pid}/cmdline") =~ /xxxx/ }), '--dsn is overwritten');
unlike(slurp("/proc/$listed->{pid}/cmdline"), qr/hunter2/, 'password and all');
kill KILL => $listed->{pid};
finish($listed);

# Output that does not arrive
my @large = ($program, 'query', q{SELECT repeat('x', 1000) AS x FROM generate_series(1, 1000)}, '--limit', '1000');
for my $form ('--json', '--table')
{
	my $full = run([ @large, $form ], out => '/dev/full');
	is($full->{status}, 1, "full disk, $form: exit status");
	is($full->{err}, "pgconnector: could not write the result: No space left on device\ndetail: The command itself has succeeded.\n", 'message');
	my $pipe = run([ 'sh', '-c', 'trap "" PIPE; { "$@"; echo $? >&2; } | :', 'sh', @large, $form ]);
	like($pipe->{err}, qr/Broken pipe\n.*\n1\n\z/, 'nobody reads');
}

# On a terminal: a table, and records where it would not fit
SKIP:
{
	skip 'no script(1)', 3 if run([ 'sh', '-c', 'command -v script' ])->{status} ne '0';
	my $terminal = sub {
		my ($columns, $sql) = @_;
		return run([ 'script', '-q', '-e', '-c', "stty cols $columns; exec $program query '$sql'", '/dev/null' ])->{out};
	};
	like($terminal->(80, 'SELECT 1 AS a'), qr/^ a\r\n---\r\n 1\r\n\(1 row\)\r$/m, 'a table on a terminal');
	my $wide = $terminal->(40, 'SELECT 1 AS a, repeat(chr(120), 50) AS long, 2 AS b');
	like($wide, qr/^-\[ 1 \]-+\r\na    \| 1\r\nlong \| x{50}\r\nb    \| 2\r\n\(1 row\)\r$/m, 'records on a narrow one');
	like(run([ 'script', '-q', '-e', '-c', "exec $program --json query 'SELECT 1 AS a'", '/dev/null' ])->{out}, qr/^\{.*\}\r$/m, '--json on a terminal');
}

done_testing();

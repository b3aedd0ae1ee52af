# Named connections: what their file may say, and what is refused, with the line.

use strict;
use warnings;

use File::Basename qw(dirname);
use lib dirname(__FILE__) . '/lib';
use ClientTest;
use Test::More;

build();
my $parse = "$client/build/tests/config_test";

# The file in JSON, as the library understands it
sub parses
{
	my ($name, $text, $expected) = @_;
	my $r = run([$parse], in => $text);
	is($r->{out}, $expected, $name) or diag $r->{err};

	# What was understood is understood again, and is the same.
	my $again = run([$parse], in => $r->{out});
	is($again->{out}, $r->{out}, "$name: read back");
}

sub refuses
{
	my ($name, $text, $code, $message, $hint) = @_;
	my $r = run([$parse], in => $text);
	my ($first, $rest) = split /\n/, $r->{err}, 2;
	is($first, "$code $message", $name);
	is($r->{out}, '', "$name: nothing comes of it");
	like($rest, $hint, "$name: hint") if $hint;
}

# A connection with this line, which is the third
sub refuses_option
{
	my ($name, $line, $message, $hint) = @_;
	refuses($name, "-- a file\nCREATE CONNECTION c TO postgresql (\n$line\n);\n", '22023', "line 3: $message", $hint);
}

# The documents' own forms
parses('all forms of a value', <<'SQL', <<'JSON');
-- A sink.
CREATE CONNECTION pg_main TO postgresql (
    host = 'db.example.com',   -- the host
    port = 5432, /* the port /* nested */ */
    database = 'analytics', username = 'O''Brien',
    password = '${secret:pg_password}',
    table = 'events', type = 'sink',
    write_mode = 'upsert', use_copy = true, batch_timeout_ms = 0,
    isolation_level = 'READ_COMMITTED', fire_triggers = 'ALWAYS', max_dead_letter_ratio = 0.05,
    session_variables = MAP {
        'app.current_tenant': 'tenant_123', 'app.level': 7, 'app.on': true
    }
);
create connection "Other One" to PostgreSQL (SSLMODE = 'verify-full', keepalives_idle = 5, port = '5432,5433', session_variables = MAP {});
CREATE CONNECTION empty TO postgresql ();
CREATE PIPELINE p AS
INSERT INTO pg_main
SELECT ';', "a;b", $$;'$$, $x$;$$;$x$, E'\';' -- ; '
FROM t /* ; */ WHERE a$1$ = 1;
CREATE PIPELINE last AS SELECT 1
SQL
{"connections":{
"pg_main":{"host":"db.example.com","port":5432,"database":"analytics","username":"O'Brien","password":"${secret:pg_password}","table":"events","type":"sink","write_mode":"upsert","use_copy":"true","batch_timeout_ms":0,"isolation_level":"read committed","fire_triggers":"always","max_dead_letter_ratio":0.05,"session_variables":{"app.current_tenant":"tenant_123","app.level":"7","app.on":"true"}},
"Other One":{"ssl_mode":"verify-full","keepalives_idle":5,"port":"5432,5433","session_variables":{}},
"empty":{}},
"pipelines":{
"p":"INSERT INTO pg_main\nSELECT ';', \"a;b\", $$;'$$, $x$;$$;$x$, E'\\';' -- ; '\nFROM t /* ; */ WHERE a$1$ = 1",
"last":"SELECT 1"}}
JSON
parses('an empty file', " -- nothing\n;" =~ s/;//r, "{\"connections\":{},\n\"pipelines\":{}}\n");
parses('JSON', qq({"pipelines": {"p": "SELECT 1"},\n"connections": {"a": {"host": "h\\u00e9", "port": 1, "create_partitions": false}}}),
	qq({"connections":{\n"a":{"host":"h\x{c3}\x{a9}","port":1,"create_partitions":false}},\n"pipelines":{\n"p":"SELECT 1"}}\n));
parses('text of several lines, and signs that mean nothing', "CREATE CONNECTION c TO postgresql (password = 'a\nb\\\"\$x{\$\${}')",
	qq({"connections":{\n"c":{"password":"a\\nb\\\\\\"\$x{\$\${}"}},\n"pipelines":{}}\n));

# Refused, with the line
refuses_option('unknown option', "hots = 'h'", 'unrecognized option "hots"');
refuses_option('option given twice', "host = 'a', HOST = 'b'", 'option "host" is given twice');
refuses_option('option given by both names', "database = 'a', dbname = 'b'", 'option "database" is given twice');
refuses_option('text for an integer', "batch_size = '1000'", 'option "batch_size" needs an integer, without quotes');
refuses_option('fraction for an integer', "batch_size = 1.5", 'option "batch_size" needs an integer, without quotes');
refuses_option('integer for text', "host = 5", 'option "host" needs a text, in quotes');
refuses_option('text for a boolean', "create_partitions = 'true'", 'option "create_partitions" needs true or false, without quotes');
refuses_option('boolean for text', "table = true", 'option "table" needs a text, in quotes');
refuses_option('integer too small', "batch_size = 0", 'option "batch_size" needs an integer from 1 to 2147483647');
refuses_option('integer too large', "port = 65536", 'option "port" needs an integer from 1 to 65535');
refuses_option('integer that no type holds', "port = 99999999999999999999", 'option "port" needs an integer, without quotes');
refuses_option('ratio too large', "max_dead_letter_ratio = 1.5", 'option "max_dead_letter_ratio" needs a number from 0 to 1');
refuses_option('no such choice', "write_mode = 'merge'", 'option "write_mode" has no such value',
	qr/^hint: It is one of insert, insert_ignore, upsert, update, delete, auto\.$/m);
refuses_option('another type than sink', "type = 'source'", 'option "type" has no such value');
refuses_option('text for a map', "session_variables = 'a'", q(option "session_variables" needs names and values: MAP {'name': 'value'}, or an object in JSON));
refuses_option('map for text', "host = MAP {'a': 'b'}", 'option "host" needs a text, in quotes');
refuses_option('map with a name twice', "session_variables = MAP {'a': 'b', 'a': 'c'}", 'MAP {...} has a name twice');
refuses_option('reference to something else', "password = 'a\${b}'", 'option "password" has a ${ that is no reference to a secret', qr/\$\$\{ for the two characters/);
refuses_option('secret by a path', "password = '\${secret:../x}'", 'option "password" refers to a secret by something that is no name');
refuses_option('uuid elsewhere', "table = '\${uuid}'", 'option "table" has a ${ that is no reference to a secret');
refuses('duplicate connection', "CREATE CONNECTION c TO postgresql ();\n\nCREATE CONNECTION C TO postgresql ();", '42710', 'line 3: connection "c" is defined already, in line 1');
refuses('duplicate pipeline', "CREATE PIPELINE p AS SELECT 1;\nCREATE PIPELINE p AS SELECT 2", '42710', 'line 2: pipeline "p" is defined already, in line 1');
refuses('other connector', "CREATE CONNECTION c\nTO kafka ()", '42601', 'line 2: expected postgresql, the only kind of connection there is');
refuses('other statement', "SELECT 1", '42601', 'line 1: expected CREATE CONNECTION or CREATE PIPELINE');
refuses('pipeline without a statement', "CREATE PIPELINE p AS ;", '42601', "line 1: expected the pipeline's statement after AS");
refuses('no semicolon', "CREATE CONNECTION a TO postgresql ()\nCREATE CONNECTION b TO postgresql ()", '42601', 'line 2: expected ";" after the statement');
refuses('text without end', "CREATE CONNECTION a TO postgresql (\nhost = 'h\n\n", '42601', 'line 2: text in quotes does not end');
refuses('comment without end', "/* /* */\n", '42601', 'line 1: comment does not end');
refuses('comma at the end', "CREATE CONNECTION a TO postgresql (host = 'h',\n)", '42601', 'line 2: expected the name of an option');
refuses('JSON: unknown member', qq({\n"connection": {}}), '22023', 'line 2: expected the members "connections" and "pipelines" only');
refuses('JSON: unknown option', qq({"connections": {"a": {\n"hots": "h"}}}), '22023', 'line 2: unrecognized option "hots"');
refuses('JSON: null', qq({"connections": {"a": {"host": null}}}), '22023', "line 1: an option's value is a string, a number, true or false");
refuses('JSON: name twice', qq({"connections": {"a": {},\n"a": {}}}), '42710', 'line 2: connection "a" is defined already, in line 1');
refuses('JSON that ends', qq({"connections":\n{"a": {}), '42601', 'line 2: invalid JSON: ' . 'unexpected end of the text');

# Misquoted: no piece of a password is told
for my $text ("password = 'hunter'2, x'", "password = 'hunter\\'2'", "password = hunter2", "password = 'a' hunter2", "password = \"hunter2\"")
{
	my $r = run([$parse], in => "CREATE CONNECTION c TO postgresql ($text)");
	unlike($r->{err}, qr/hunter/, "$text: no secret");
	like($r->{err}, qr/^42601 line 1: expected/, "$text: refused");
}

# Used to connect
my $database = create_database('pgc_config');
$ENV{PGCONNECTOR_SECRETS} = "$scratch/secrets";
mkdir $ENV{PGCONNECTOR_SECRETS};
spew("$scratch/secrets/db", "$database\n");
my $file = spew("$scratch/connections", <<"SQL");
CREATE CONNECTION main TO postgresql (host = '$ENV{PGHOST}', port = $ENV{PGPORT}, database = '\${secret:db}', username = '$ENV{PGUSER}', table = 't');
CREATE CONNECTION env TO postgresql (host = '$ENV{PGHOST}', port = $ENV{PGPORT}, database = '\${secret:other}');
CREATE CONNECTION role TO postgresql (host = '$ENV{PGHOST}', set_role = 'x');
SQL
chmod 0644, $file;
delete local @ENV{qw(PGDATABASE)};
sub connects
{
	my ($name, $options, $expected, %env) = @_;
	my $r = run([ $program, @$options, 'query', 'SELECT current_database() AS d' ], env => \%env);
	like($r->{out} . $r->{err}, $expected, $name);
}
connects('a named connection', [ '--connections', $file, '-c', 'main' ], qr/"d":"$database"/);
connects('by PGCONNECTOR_CONNECTIONS', [ '--connection', 'main' ], qr/"d":"$database"/, PGCONNECTOR_CONNECTIONS => $file);
connects('options take precedence', [ '--connections', $file, '-c', 'main', '-d', 'no_such' ], qr/database "no_such" does not exist/);
connects('a secret in the environment', [ '--connections', $file, '-c', 'env' ], qr/"d":"$database"/, PGCONNECTOR_SECRET_other => $database);
connects('no secret', [ '--connections', $file, '-c', 'env' ], qr/there is no secret "other" \(58P01\)\nhint: Put it into a file/);
connects('no connection', [ '--connections', $file, '-c', 'nowhere' ], qr/^pgconnector: not_found: there is no connection "nowhere" in "\Q$file\E"/);
connects('no file', [ '--connections', "$scratch/none", '-c', 'main' ], qr/could not read connections file ".*none": No such file or directory/);
connects('a role that nobody would set', [ '--connections', $file, '-c', 'role' ], qr/option "set_role" is not for a connection alone \(0A000\)/);
connects('two ways at once', [ '--dsn', '', '-c', 'main' ], qr/exclude each other/);
connects('JSON in place of a connection string', [ '--dsn', qq({"host": "$ENV{PGHOST}", "port": $ENV{PGPORT}, "database": "$database"}) ], qr/"d":"$database"/);
connects('JSON with an unknown option', [ '--dsn', '{"hots": "h"}' ], qr/^pgconnector: data: unrecognized option "hots" \(22023\)/);
connects('JSON that is none', [ '--dsn', '{"host": ' ], qr/^pgconnector: syntax: invalid JSON: unexpected end of the text \(42601\)/);
spew("$scratch/secrets/db", 'postgres');
psql('postgres', 'CREATE EXTENSION IF NOT EXISTS pg_connector');
connects('a secret that has changed', [ '--connections', $file, '-c', 'main' ], qr/"d":"postgres"/);

# A password in the file
spew($file, "CREATE CONNECTION main TO postgresql (host = '$ENV{PGHOST}', port = $ENV{PGPORT}, password = 'hunter\${secret:db}')");
connects('a password that others can read', [ '--connections', $file, '-c', 'main' ], qr/^pgconnector: data: connections file ".*" holds a password and is open to others \(22023\)\nhint: Run "chmod 600"/);
chmod 0600, $file;
connects('and that they cannot', [ '--connections', $file, '-c', 'main', '-d', $database ], qr/"d":"$database"/);

done_testing();

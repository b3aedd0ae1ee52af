# Where PostgreSQL decides what a session may do: on a hot standby, under another session authorization, with
# privileges on settings, with the module loaded beforehand, and in a database whose owner is no superuser.

use strict;
use warnings;

use IPC::Run;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

my $node = PostgreSQL::Test::Cluster->new('primary');
$node->init(allows_streaming => 1);
$node->append_conf('postgresql.conf', slurp_file($ENV{PGC_EXTRA_CONF}));
$node->start;
$node->safe_psql(
	'postgres', q{
	CREATE EXTENSION pg_connector;
	CREATE TABLE t (id int PRIMARY KEY, a text);
	INSERT INTO t VALUES (1, 'one'), (2, 'two');
	CREATE ROLE reader LOGIN;
	ALTER ROLE reader SET pg_connector.allow = 'read, sql';
	GRANT SELECT ON t TO reader;
	CREATE ROLE writer LOGIN;
	GRANT SELECT, INSERT ON t TO writer;
});

# A hot standby
$node->backup('backup');
my $standby = PostgreSQL::Test::Cluster->new('standby');
$standby->init_from_backup($node, 'backup', has_streaming => 1);
$standby->start;
$node->wait_for_catchup($standby);

sub on_standby
{
	my ($command, $request, $expected, $name, %params) = @_;
	$request =~ s/'/''/g;
	my ($out, $err);
	$standby->psql('postgres', "SELECT connector.try_call('$command', '$request')", stdout => \$out, stderr => \$err, %params);
	like($out . $err, $expected, "standby: $name");
}
my $refused = qr/^\{"error":\{"code":"25006","condition":"read_only_sql_transaction","kind":"read_only",.*"http_status":403\}\}$/;
on_standby('select_rows', '{"table": "t", "where": [["id", "=", 1]]}', qr/^\{"rows":\[\{"id":1,"a":"one"\}\],"rowCount":1\}$/, 'select_rows');
on_standby('query', '{"sql": "SELECT count(*) AS n FROM t"}', qr/^\{"rows":\[\{"n":2\}\],"rowCount":1\}$/, 'query');
on_standby('execute', '{"sql": "SELECT count(*) AS n FROM t"}', qr/"rows":\[\{"n":2\}\]/, 'execute that reads');
on_standby('describe', '{"table": "t"}', qr/"name":"t"/, 'describe');
on_standby('test_connection', '{}', qr/"readOnly":true,"standby":true/, 'test_connection says so');
on_standby('commands', '{}', qr/"select_rows"/, 'commands');
on_standby('insert_rows', '{"table": "t", "row": {"id": 3}}', $refused, 'insert_rows');
on_standby('update_rows', '{"table": "t", "set": {"a": "x"}, "where": [["id", "=", 1]]}', $refused, 'update_rows');
on_standby('delete_rows', '{"table": "t", "where": [["id", "=", 1]]}', $refused, 'delete_rows');
on_standby('create_table', '{"table": "new", "columns": [{"name": "id", "type": "int"}]}', $refused, 'create_table');
on_standby('drop_table', '{"table": "t"}', $refused, 'drop_table');
on_standby('execute', '{"sql": "INSERT INTO t VALUES (3)"}', $refused, 'execute that writes');
on_standby('execute', '{"sql": "TRUNCATE t"}', $refused, 'execute with DDL');
on_standby('query', '{"sql": "DELETE FROM t"}', $refused, 'query that would write');
on_standby('query', '{"sql": "SELECT pg_sleep(20)", "timeout_ms": 100}', qr/time limit of 100 ms exceeded/, 'a time limit');
on_standby('select_rows', '{"table": "t", "columns": ["id"], "where": [["id", "=", 2]]}', qr/^\{"rows":\[\{"id":2\}\],"rowCount":1\}$/,
	'a role that may only read', extra_params => [ '-U', 'reader' ]);
my ($out, $err);
$standby->psql('postgres', "\\set VERBOSITY verbose\nSELECT connector.insert_rows('{\"table\": \"t\", \"row\": {\"id\": 3}}')", stdout => \$out, stderr => \$err);
like($err, qr/25006: cannot execute INSERT in a read-only transaction/, 'standby: raised as it is');

# And through the library: reads work, writes are of the kind read_only, and who needs the primary is told so.
my @program = ('pgconnector', '--dsn', 'host=' . $standby->host . ' port=' . $standby->port . ' dbname=postgres');
IPC::Run::run([ @program, 'call', 'select_rows', '{"table": "t", "columns": ["id"], "where": [["id", "=", 1]]}' ], '<', \undef, '>', \$out, '2>', \$err);
is($out, qq({"rows":[{"id":1}],"rowCount":1}\n), 'standby: the program reads');
IPC::Run::run([ @program, 'call', 'insert_rows', '{"table": "t", "row": {"id": 3}}' ], '<', \undef, '>', \$out, '2>', \$err);
like($err, qr/^pgconnector: read_only: cannot execute INSERT in a read-only transaction \(25006\)$/m, 'standby: it does not write');
$program[2] .= ' target_session_attrs=read-write';
IPC::Run::run([ @program, 'test' ], '<', \undef, '>', \$out, '2>', \$err);
isnt($? >> 8, 0, 'standby: nor is it taken for the primary');

# DDL on the primary reaches plans kept on the standby.
my $kept = "SELECT connector.select_rows('{\"table\": \"t\", \"order_by\": [\"id\"]}');";
$node->safe_psql('postgres', 'CREATE TABLE old (id int, b text); INSERT INTO old VALUES (5, $$five$$)');
$node->wait_for_catchup($standby);
# What follows is done by the session on the standby, which runs a program on the primary and waits for it.
my $primary = $node->connstr('postgres');
my $rename = "psql -XAtq -d \"$primary\" -c 'ALTER TABLE t RENAME TO keep' -c 'ALTER TABLE old RENAME TO t'";
my $again = "psql -XAtq -d \"$primary\" -c 'ALTER TABLE t RENAME TO old' -c 'ALTER TABLE keep RENAME TO t'";
$standby->psql(
	'postgres', "$kept\n\\! $rename\nDO \$\$ BEGIN FOR i IN 1..1000 LOOP EXIT WHEN to_regclass('keep') IS NOT NULL; PERFORM pg_sleep(0.02); COMMIT; END LOOP; END \$\$;\n$kept",
	stdout => \$out);
is( $out,
	"{\"rows\":[{\"id\":1,\"a\":\"one\"},{\"id\":2,\"a\":\"two\"}],\"rowCount\":2}\n{\"rows\":[{\"id\":5,\"b\":\"five\"}],\"rowCount\":1}",
	'standby: a kept plan follows what the primary renamed');
system($again) == 0 or die;
$standby->stop;

# SET SESSION AUTHORIZATION, SET ROLE: whose privileges, and whose settings
$node->psql(
	'postgres', q{
	SET SESSION AUTHORIZATION reader;
	SELECT connector.select_rows('{"table": "t", "columns": ["id"], "limit": 1, "order_by": ["id"]}');
	SELECT connector.try_call('insert_rows', '{"table": "t", "row": {"id": 3}}') #>> '{error,message}';
	SELECT connector.test_connection() ->> 'role';
	SET pg_connector.allow = 'read';
	RESET SESSION AUTHORIZATION;
	SELECT connector.insert_rows('{"table": "t", "row": {"id": 3}}');
	SET ROLE writer;
	SELECT connector.try_call('delete_rows', '{"table": "t", "where": [["id", "=", 3]]}') #>> '{error,message}';
	SELECT connector.test_connection() ->> 'role';
}, stdout => \$out, stderr => \$err, on_error_stop => 0);
# Where the next page begins is a token of its own each time.
$out =~ s/,"next":"[\w-]+"//;
is( $out,
	join("\n",
		'{"rows":[{"id":1}],"rowCount":1,"more":true,"limitedBy":"limit"}',
		'permission denied for table t', 'reader', '{"insertedId":3,"rowCount":1}', 'permission denied for table t', 'writer'),
	'SET SESSION AUTHORIZATION and SET ROLE: the privileges are the role\'s that is set');
like($err, qr/^psql:<stdin>:6: ERROR:  permission denied to set parameter "pg_connector.allow"$/, 'and it sets no administrator\'s setting');

# GRANT SET ON PARAMETER
SKIP:
{
	skip 'privileges on settings exist from PostgreSQL 15', 6 if $node->pg_version < 15;
	$node->safe_psql('postgres', 'GRANT SET ON PARAMETER pg_connector.row_cap TO writer');
	my $cap = "SELECT connector.test_connection() #>> '{limits,rowCap}'";
	my $as_writer = sub {
		my ($sql, $options) = @_;
		local $ENV{PGOPTIONS} = $options // '';
		$node->psql('postgres', $sql, stdout => \$out, stderr => \$err, extra_params => [ '-U', 'writer' ], on_error_stop => 0);
	};
	$as_writer->("SET pg_connector.row_cap = 50; $cap; SET pg_connector.allow = 'read'");
	is($out, '50', 'a role with SET on a setting sets it');
	like($err, qr/permission denied to set parameter "pg_connector.allow"/, 'and no other');
	$as_writer->("ALTER ROLE writer SET pg_connector.row_cap = 60");
	$as_writer->($cap);
	is($out, '60', 'also for itself');
	$as_writer->($cap, '-c pg_connector.row_cap=70');
	is($out, '70', 'and at the start of a session');
	$as_writer->($cap, '-c pg_connector.row_cap=70 -c pg_connector.require_where=off');
	is($out, '', 'but not another\'s place');
	like($err, qr/the value given for setting "pg_connector.require_where" could not be put in force/, 'which is refused');
	$node->safe_psql('postgres', 'ALTER ROLE writer RESET ALL; REVOKE SET ON PARAMETER pg_connector.row_cap FROM writer');
}

# A database and an extension of a role that is no superuser: it owns neither the functions nor their schema.
$node->safe_psql('postgres', 'CREATE ROLE dbowner LOGIN; CREATE DATABASE owned OWNER dbowner');
$node->safe_psql('owned', 'CREATE EXTENSION pg_connector; CREATE TABLE public.t (id int)', extra_params => [ '-U', 'dbowner' ]);
is($node->safe_psql('owned', q{SELECT connector.insert_rows('{"table": "t", "row": {"id": 1}}')}, extra_params => [ '-U', 'dbowner' ]),
	'{"rowCount":1}', 'the owner of a database creates and uses the extension');
foreach my $sql (
	'CREATE FUNCTION connector.request_rows(public.t) RETURNS SETOF public.t LANGUAGE sql AS $$ SELECT 1 $$',
	'CREATE FUNCTION connector.select_rows(varchar) RETURNS json LANGUAGE sql AS $$ SELECT null::json $$',
	'CREATE OR REPLACE FUNCTION connector.select_rows(text) RETURNS json LANGUAGE sql AS $$ SELECT null::json $$',
	'ALTER FUNCTION connector.select_rows(text) SECURITY DEFINER',
	'ALTER SCHEMA connector RENAME TO mine')
{
	$node->psql('owned', $sql, stderr => \$err, extra_params => [ '-U', 'dbowner' ]);
	like($err, qr/ERROR:  (permission denied for schema|must be owner of (schema|function)) /, "but not: $sql");
}
$node->psql('owned', 'DROP EXTENSION pg_connector; CREATE SCHEMA connector; CREATE EXTENSION pg_connector', stderr => \$err, extra_params => [ '-U', 'dbowner' ]);
like($err, qr/ERROR:  schema "connector" already exists/, 'a schema that somebody made beforehand is not taken over');

# Loaded at the start of the server: the settings are real ones from the beginning.
my ($library) = glob("$ENV{PGC_STAGE}/stage/*/*/*/*/lib/pg_connector.so");
SKIP:
{
	skip 'the library is not in the stage', 3 unless $library && -r $library;
	$node->append_conf('postgresql.conf', "shared_preload_libraries = '$library'\npg_connector.row_cap = 80\n");
	$node->restart;
	is($node->safe_psql('postgres', "SELECT connector.test_connection() #>> '{limits,rowCap}'", extra_params => [ '-U', 'writer' ]), '80', 'preloaded: the server\'s setting');
	local $ENV{PGOPTIONS} = '-c pg_connector.row_cap=90';
	$node->psql('postgres', 'SELECT 1', stdout => \$out, stderr => \$err, extra_params => [ '-U', 'writer' ]);
	like($err, qr/FATAL:  permission denied to set parameter "pg_connector.row_cap"/, 'preloaded: a start-up option is refused at once');
	is($out, '', 'and the session with it');
}

$node->stop;
unlike(slurp_file($_->logfile), qr/TRAP|leak|XX000|PANIC/, $_->name . ': the log has nothing to complain of') foreach ($node, $standby);
done_testing();

# Twenty sessions at once, reading, writing, failing and changing tables beneath each other: nothing breaks, and what
# was written adds up.

use strict;
use warnings;

use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

my $node = PostgreSQL::Test::Cluster->new('main');
$node->init;
$node->append_conf('postgresql.conf', slurp_file($ENV{PGC_EXTRA_CONF}));
$node->append_conf(
	'postgresql.conf', "max_connections = 40\nshared_buffers = 32MB\nlog_statement = none\n"
	  . "log_line_prefix = '%m [%p] %e '\nlog_min_messages = warning\n");
$node->start;
$node->safe_psql(
	'postgres', q{
	CREATE EXTENSION pg_connector;
	CREATE TABLE accounts (id int PRIMARY KEY, n bigint NOT NULL, extra text);
	INSERT INTO accounts SELECT g, 0 FROM generate_series(1, 100) AS g;
	CREATE TABLE history (id bigserial PRIMARY KEY, account int REFERENCES accounts DEFERRABLE INITIALLY DEFERRED, delta int, j jsonb);
	CREATE TABLE outcomes (client int, what text, code text, message text);
	CREATE FUNCTION note(client int, what text, r json) RETURNS void LANGUAGE sql AS $$
		INSERT INTO outcomes SELECT client, what, coalesce(r #>> '{error,code}', 'ok'), r #>> '{error,message}' $$;
	CREATE FUNCTION again() RETURNS trigger LANGUAGE plpgsql AS $$
	BEGIN
		PERFORM connector.query('{"sql": "SELECT count(*) FROM accounts WHERE n > $1", "params": [5]}');
		RETURN NEW;
	END $$;
	CREATE TRIGGER again AFTER INSERT ON history FOR EACH ROW EXECUTE FUNCTION again();
});

my %scripts = (
	'transfer@8' => q{
\set a random(1, 100)
\set d random(1, 9)
BEGIN;
SELECT connector.call('execute', format('{"sql": "UPDATE accounts SET n = n + $1 WHERE id = $2", "params": [%s, %s]}', :d, :a));
SELECT connector.insert_rows(format('{"table": "history", "row": {"account": %s, "delta": %s, "j": {"client": %s}}}', :a, :d, :client_id));
COMMIT;
},
	'read@5' => q{
\set a random(1, 100)
SELECT note(:client_id, 'select', connector.try_call('select_rows', format('{"table": "accounts", "where": [["id", "in", [%s, 1, 2]]], "order_by": ["n"]}', :a)));
SELECT note(:client_id, 'query', connector.try_call('query', '{"sql": "SELECT account, sum(delta) AS s FROM history GROUP BY account"}'));
SELECT note(:client_id, 'describe', connector.try_call('describe', '{}'));
},
	'fail@4' => q{
\set a random(1, 100)
SELECT note(:client_id, 'duplicate', connector.try_call('insert_rows', format('{"table": "accounts", "rows": [{"id": %s, "n": 0}]}', :a)));
SELECT note(:client_id, 'deferred', connector.try_call('insert_rows', '{"table": "history", "row": {"account": 0, "delta": 0}}'));
SELECT note(:client_id, 'limit', connector.try_call('query', '{"sql": "SELECT pg_sleep(0.2)", "timeout_ms": 3}'));
SELECT note(:client_id, 'member', connector.try_call('select_rows', '{"table": "accounts", "wher": []}'));
},
	'table@3' => q{
SELECT note(:client_id, 'create', connector.try_call('create_table', format('{"table": "own_%s", "columns": [{"name": "id", "type": "int", "primary_key": true}, {"name": "a", "type": "text"}]}', :client_id)));
SELECT note(:client_id, 'insert', connector.try_call('insert_rows', format('{"table": "own_%s", "rows": [{"id": 1}, {"id": 2, "a": "x"}, {"id": 3}]}', :client_id)));
SELECT note(:client_id, 'delete', connector.try_call('delete_rows', format('{"table": "own_%s", "all_rows": true}', :client_id)));
SELECT note(:client_id, 'drop', connector.try_call('drop_table', format('{"table": "own_%s"}', :client_id)));
},
	'alter@1' => q{
SELECT note(:client_id, 'alter', connector.try_call('execute', '{"sql": "ALTER TABLE accounts DROP COLUMN IF EXISTS extra, ADD COLUMN extra_new text", "timeout_ms": 500}'));
SELECT note(:client_id, 'alter', connector.try_call('execute', '{"sql": "ALTER TABLE accounts RENAME extra_new TO extra", "timeout_ms": 500}'));
\sleep 50 ms
});
my @files;
foreach my $name (sort keys %scripts)
{
	my ($file, $weight) = split /@/, $name;
	my $path = $node->basedir . "/$file.sql";
	append_to_file($path, $scripts{$name});
	push @files, '-f', "$path\@$weight";
}
my $seconds = $ENV{CHECK_LONG} ? 120 : 8;
$node->command_ok([ 'pgbench', '-n', '-c', 20, '-j', 2, '-T', $seconds, @files, 'postgres' ], "20 sessions for $seconds seconds");

is( $node->safe_psql('postgres', 'SELECT sum(n) FROM accounts'),
	$node->safe_psql('postgres', 'SELECT sum(delta) FROM history'),
	'what was written adds up');
is($node->safe_psql('postgres', 'SELECT count(*) FROM accounts'), '100', 'and nothing was written that failed');

# Each kind of call ended as it should. An ALTER TABLE may lose against the time limit, or against another's.
my %expected = (
	'duplicate' => '23505', 'deferred' => '23503', 'limit' => '57014', 'member' => '42601',
	map { $_ => 'ok' } qw(select query create insert delete drop));
foreach my $what (sort keys %expected)
{
	is( $node->safe_psql('postgres', "SELECT DISTINCT code, CASE WHEN code <> '$expected{$what}' THEN message END FROM outcomes WHERE what = '$what'"),
		"$expected{$what}|", "$what: $expected{$what}");
}
is( $node->safe_psql('postgres', "SELECT DISTINCT code, message FROM outcomes WHERE what = 'describe' AND code NOT IN ('ok', '40001')"),
	'', 'describe: ok, or told to repeat it where tables changed meanwhile');
is( $node->safe_psql('postgres', "SELECT DISTINCT code, message FROM outcomes WHERE what = 'alter' AND code NOT IN ('ok', '57014', '42701', '42703')"),
	'', 'alter: nothing unexpected');
cmp_ok($node->safe_psql('postgres', 'SELECT count(*) FROM outcomes'), '>', 200, 'there were calls enough to tell');

$node->stop;
my $log = slurp_file($node->logfile);
unlike($log, qr/TRAP|leak|XX0|PANIC|FATAL|terminated by signal/, 'the log has nothing to complain of');
unlike($log, qr/WARNING/, 'nor warns of anything');
done_testing();

# The common errors of the guides of actions/... and task/... that need a server to be set up for them, through the
# program: each with its kind, and cause and way out in the hint. Those of a session are in sql/actions_guide.sql and
# sql/task_guide.sql.

use strict;
use warnings;

use IPC::Run;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

my $node = PostgreSQL::Test::Cluster->new('main');
$node->init;
my $data = $node->data_dir;
system('openssl', 'req', '-new', '-x509', '-days', '2', '-nodes', '-subj', '/CN=localhost', '-newkey', 'rsa:2048',
	'-out', "$data/server.crt", '-keyout', "$data/server.key", '-batch') == 0
	or BAIL_OUT('no certificate could be made');
chmod 0600, "$data/server.key" or die $!;
$node->append_conf('postgresql.conf', slurp_file($ENV{PGC_EXTRA_CONF}));
$node->append_conf('postgresql.conf', "listen_addresses = '127.0.0.1'\nssl = on\nmax_connections = 4\nsuperuser_reserved_connections = 0\nmax_wal_senders = 0\n");
unlink "$data/pg_hba.conf";
$node->append_conf('pg_hba.conf', "local all all trust\nhostssl all app 127.0.0.1/32 scram-sha-256\n");
$node->start;
$node->safe_psql('postgres', q{CREATE EXTENSION pg_connector; CREATE ROLE app LOGIN PASSWORD 'hunter2'; CREATE TABLE users (id int)});

my $port = $node->port;
my $tcp = "host=127.0.0.1 port=$port user=app dbname=postgres";
delete $ENV{PGPASSWORD};

# Run a command of the platforms; the exit status, the first line and the hint are as said.
sub ends
{
	my ($name, $dsn, $command, $request, $status, $first, $hint) = @_;
	my ($out, $err);
	IPC::Run::run([ 'pgconnector', '--dsn', $dsn, 'call', $command, $request ], '<', \undef, '>', \$out, '2>', \$err);
	is($? >> 8, $status, "$name: exit status");
	like($status == 0 ? $out : $err, $first, "$name: what is said");
	like($err, $hint, "$name: what to do") if $hint;
	unlike($err, qr/hunter/, "$name: no password");
}
my $one = '{"query": "SELECT 1 AS one"}';

ends('connection as it should be', "$tcp password=hunter2 sslmode=require", 'actions/QueryRows', $one, 0, qr/^\{"rows":\[\{"one":1\}\],"rowCount":1\}$/);
ends('the same for a task', "$tcp password=hunter2 sslmode=require", 'task/Query', $one, 0, qr/^\[\{"one":1\}\]$/);

# "Authentication failed", "Password Authentication Failed"
ends('authentication failed', "$tcp password=hunter3 sslmode=require", 'actions/QueryRows', $one,
	4, qr/^pgconnector: authentication: password authentication failed for user "app" \(28P01\)$/m, qr/^hint: Check the user name, the password and the database name, and that the role may log in\.$/m);

# "SSL connection required", "SSL Connection Error"
ends('SSL connection required', "$tcp password=hunter2 sslmode=disable", 'actions/QueryRows', $one,
	5, qr/^pgconnector: tls: no pg_hba\.conf entry for host "127\.0\.0\.1", user "app", database "postgres", no encryption \(08T01\)$/m, qr/^hint: .*sslmode=require/m);
ends('an unknown certificate', "$tcp password=hunter2 sslmode=verify-full sslrootcert=$data/pg_hba.conf", 'task/Query', $one, 5, qr/^pgconnector: tls: /, qr/^hint: /m);
ends('a certificate of another host', "$tcp password=hunter2 sslmode=verify-full sslrootcert=$data/server.crt", 'task/Query', $one,
	5, qr/^pgconnector: tls: .*does not match host name "127\.0\.0\.1" \(08T01\)$/m, qr/^hint: Check that sslrootcert .* host is the name in it\.$/m);

# "Permission denied for table", "Syntax error in SQL query", "Query timeout"
my $local = 'host=' . $node->host . " port=$port user=app dbname=postgres";
ends('permission denied', $local, 'actions/QueryRows', '{"query": "SELECT id FROM users"}', 6, qr/^pgconnector: permission: permission denied for table users \(42501\)$/m, qr/^hint: .*GRANT/m);
ends('syntax error', $local, 'task/Query', '{"query": "SELECT id FORM users"}', 7, qr/^pgconnector: syntax: syntax error at or near "users" \(42601\)$/m, qr/^hint: .*parameters/m);
ends('query timeout', $local, 'task/Execute', '{"query": "SELECT pg_sleep(60)", "timeout_ms": 50}', 14, qr/^pgconnector: timeout: time limit of 50 ms exceeded \(57014\)$/m, qr/^hint: .*an index, a limit/m);

# "Too many connections"
my @sessions;
for (1 .. 4)
{
	my ($in, $out) = ("SELECT 'connected';\n", '');
	my $session = IPC::Run::start([ 'psql', '-XAtq', '-d', $node->connstr('postgres') ], '<', \$in, '>', \$out, IPC::Run::timeout(60));
	$session->pump until $out =~ /connected/;
	push @sessions, $session;
}
ends('too many connections', $local, 'task/Query', $one, 17, qr/^pgconnector: capacity: sorry, too many clients already \(53300\)$/m, qr/^hint: .*max_connections/m);
$_->kill_kill for @sessions;

# "Connection refused"
$node->stop('fast');
ends('connection refused', "$tcp password=hunter2", 'actions/QueryRows', $one,
	3, qr/^pgconnector: connection: connection to server at "127\.0\.0\.1", port $port failed: Connection refused/m, qr/^hint: Check that host and port are right, that the server is running, and that no firewall/m);

done_testing();

# The network is cut without a word, and comes back: between a server of its own and clients in a network namespace of
# their own. A packet is then neither delivered nor refused, so that only time tells.

use strict;
use warnings;

use File::Basename qw(dirname);
use lib dirname(__FILE__) . '/lib';
use ClientTest;
use PoolLoad qw(check_rows);
use Test::More;

my $namespace = "pgc_$$";
my $link = "pgc$$";

sub ip
{
	return run([ 'ip', @_ ])->{status} eq '0';
}
plan skip_all => 'no network namespaces'
  unless $> == 0 && ip('netns', 'add', $namespace)
  && ip('link', 'add', $link, 'type', 'veth', 'peer', 'name', "${link}c", 'netns', $namespace);

my $server;
my $load;

END
{
	my $status = $?;
	kill KILL => $load->{pid} if $load && !defined $load->{status};
	run([ dirname(__FILE__) . '/../server', 'stop', $server ]) if $server;
	ip('netns', 'del', $namespace);
	$? = $status;
}

# Addresses for tests of networks, which nobody else uses
my $net = join('.', 198, 18 + $$ % 2, $$ / 2 % 256);
my $host = "$net.1";
ip('address', 'add', "$host/30", 'dev', $link) && ip('link', 'set', $link, 'up')
  && ip('-n', $namespace, 'address', 'add', "$net.2/30", 'dev', "${link}c") && ip('-n', $namespace, 'link', 'set', "${link}c", 'up')
  or BAIL_OUT('the namespace cannot be reached');

build();
chmod 0755, $scratch;
my $hba = spew("$scratch/hba", "local all all trust\nhost all all $host/30 trust\n");
my $started = finish(start([ dirname(__FILE__) . '/../server', 'start', '-c', "listen_addresses=$host", '-c', "hba_file=$hba" ]), 120);
($server) = $started->{out} =~ /stays up in (\S+?):/ or BAIL_OUT("no server: $started->{err}");
local %ENV = (%ENV, PGHOST => $server, PGDATABASE => 'postgres');
psql('postgres', 'CREATE EXTENSION pg_connector; CREATE TABLE added (id int)');

# A program on the other side
sub far
{
	return start([ 'ip', 'netns', 'exec', $namespace, @_ ]);
}
sub options
{
	my (%options) = @_;
	return qq({"host": "$host", "username": "postgres", "database": "postgres") . join('', map { qq(, "$_": $options{$_}) } sort keys %options) . '}';
}
sub cut { ip('link', 'set', $link, 'down') or die 'not cut' }
sub mend { ip('link', 'set', $link, 'up') or die 'not mended' }

is(finish(far($program, '--dsn', options(), 'query', 'SELECT 1 AS a'))->{status}, '0', 'the server is reached');

# Cut while a call is running: noticed by whatever limit there is, each by itself
for ([ 'call_timeout_ms', { call_timeout_ms => 1000, keepalives_idle => 60 }, 'The server did not answer in the time that the client allows' ],
	[ 'keepalives', { keepalives_idle => 1, keepalives_interval => 1, keepalives_count => 2 }, 'could not receive data from server: Connection timed out' ])
{
	my ($limit, $options, $detail) = @$_;
	my $call = far($program, '--dsn', options(%$options), 'query', "SELECT pg_sleep(50) AS $limit");
	ok(wait_for(sub { psql('postgres', "SELECT count(*) FROM pg_stat_activity WHERE wait_event = 'PgSleep'") == 1 }), "$limit: a call is running");
	cut();
	finish($call, 30);
	is($call->{status}, '3', "$limit: exit status");
	like($call->{err}, qr/^pgconnector: connection: connection lost while the command was running \(08007\)\ndetail: \Q$detail\E/, "$limit: the outcome is not known");
	mend();
	psql('postgres', "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE wait_event = 'PgSleep'");
}

# Cut in the middle of a stream
my $stream = far($program, '--dsn', options(call_timeout_ms => 1000), 'export',
	"SELECT repeat('x', 9000) AS x, pg_sleep(0.05)::text AS s FROM generate_series(1, 1000)");
ok(wait_for(sub { -s $stream->{out_file} }), 'stream: lines come');
cut();
finish($stream, 30);
is($stream->{status}, '3', 'stream: exit status');
like($stream->{err}, qr/^pgconnector: connection: the server did not answer in the time that the client allows \(08006\)$/m, 'stream: it is told that it was cut');
like($stream->{out}, qr/\A(\{"x":"x{9000}","s":""\}\n)+\z/, 'stream: the lines that came are whole');
mend();
psql('postgres', "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE query LIKE '%to_json%' AND pid <> pg_backend_pid()");

# Cut before connecting
cut();
my $connect = finish(far($program, '--dsn', options(connection_timeout_ms => 700), 'test'), 30);
is($connect->{status}, '3', 'connecting: exit status');
like($connect->{err}, qr/^pgconnector: connection: connection to server at "\Q$host\E", port \d+ failed: timeout expired \(08001\)$/m, 'connecting takes the time that is allowed');
mend();

# Cut several times under the load of many threads on a few connections: what they say is true, and they all come to an end.
# Cut during a call, during a commit, in a session that waits in the pool, and while one is opened.
{
	my $rows = sub { psql('postgres', 'SELECT count(*) FROM added') };
	$load = far("$client/build/tests/pool_load", 200, 1000000, "$scratch/stop",
		options(call_timeout_ms => 1000, connection_pool_size => 10, connection_timeout_ms => 30000), '{}');
	for my $cut (1 .. 3)
	{
		my $so_far = $rows->();
		ok(wait_for(sub { $rows->() > $so_far + 500 }), "work goes on, $cut");
		cut();
		# Whatever was on its way has arrived or is lost; then the clients' time runs out.
		my $before = -1;
		ok(wait_for(sub { my $now = $rows->(); my $same = $now == $before; $before = $now; select undef, undef, undef, 1.5; $same }), 'and stands still');
		mend();
	}
	my $so_far = $rows->();
	ok(wait_for(sub { $rows->() > $so_far + 500 }), 'and goes on in the end');
	spew("$scratch/stop", '');
	cmp_ok(check_rows(finish($load, 60), '200 threads, and a network that is cut'), '>', 1500, '... and most of it is done');
}

done_testing();

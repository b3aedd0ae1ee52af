# Nothing waits for ever: hosts that do not answer, servers that answer a byte at a time or stop in the middle.

use strict;
use warnings;

use File::Basename qw(dirname);
use lib dirname(__FILE__) . '/lib';
use ClientTest;
use FakeServer qw(message error_message startup log_in read_message);
use IO::Socket::INET;
use Test::More;

my $database = create_database('pgc_timeouts');
$ENV{PGDATABASE} = $database;
my $local = qq("$ENV{PGHOST}");

sub result_of
{
	my ($dsn, @command) = @_;
	@command = ('query', 'SELECT 1 AS a') unless @command;
	my $r = run([ $program, '--dsn', $dsn, @command ]);
	return $r->{out} . $r->{err};
}
sub gives
{
	my ($name, $dsn, $expected, @command) = @_;
	like(result_of($dsn, @command), $expected, $name);
}
my $right = qr/^\{"rows":\[\{"a":1\}\]/;
my $timeout = qr/^pgconnector: connection: connection to server at "127.0.0.1", port \d+ failed: timeout expired \(08001\)\nhint: The server, or something before it, does not answer/;

# Accepts, and says nothing
my $silent = fake_server(sub { sysread($_[0], my $request, 4096); sleep 60 });
gives('silent, by connect_timeout', "host=127.0.0.1 port=$silent connect_timeout=1", $timeout);
gives('silent, by connection_timeout_ms', qq({"host": "127.0.0.1", "port": $silent, "connection_timeout_ms": 500}), $timeout);
gives('silent, then one that answers', "host=127.0.0.1,$ENV{PGHOST} port=$silent,$ENV{PGPORT} connect_timeout=1", $right);
gives('silent, then one that answers, by their shares of the whole',
	qq({"host": "127.0.0.1,$ENV{PGHOST}", "port": "$silent,$ENV{PGPORT}", "connection_timeout_ms": 2000}), $right);
gives('refusing, silent, answering', "host=127.0.0.1,127.0.0.1,$ENV{PGHOST} port=1,$silent,$ENV{PGPORT} connect_timeout=1", $right);
gives('all silent', "host=127.0.0.1,127.0.0.1 port=$silent,$silent connect_timeout=1", $timeout);
gives('silent, and no standby', "host=127.0.0.1,$ENV{PGHOST} port=$silent,$ENV{PGPORT} connect_timeout=1 target_session_attrs=standby",
	qr/^pgconnector: .*server is not in hot standby mode/s);
gives('silent before the only primary', "host=127.0.0.1,$ENV{PGHOST} port=$silent,$ENV{PGPORT} connect_timeout=1 target_session_attrs=prefer-standby", $right);
gives('by hostaddr', "host=127.0.0.1 hostaddr=127.0.0.1 port=$silent connect_timeout=1", $timeout);

# A byte at a time, never to end
my $drip = fake_server(sub { startup($_[0]) or return; my $text = message('R', pack('N', 0)) . message('S', "a\0" . 'b' x 10000 . "\0");
		for my $byte (split //, $text) { syswrite($_[0], $byte) or return; select(undef, undef, undef, 0.05) } });
gives('a byte at a time', qq({"host": "127.0.0.1", "port": $drip, "connection_timeout_ms": 700}), $timeout);

# Where not even the connection is made: the queue of one who does not accept is full
my $full = IO::Socket::INET->new(LocalAddr => '127.0.0.1', Listen => 0, Proto => 'tcp') or die "listen: $!";
my @waiting;
for (1 .. 20)
{
	my $socket = IO::Socket::INET->new(Proto => 'tcp', Blocking => 0, PeerAddr => '127.0.0.1', PeerPort => $full->sockport);
	push @waiting, $socket if $socket;
}
my $full_port = $full->sockport;
gives('no answer at all', qq({"host": "127.0.0.1", "port": $full_port, "connection_timeout_ms": 900}), $timeout);
gives('no answer at all, then one that answers', "host=127.0.0.1,$ENV{PGHOST} port=$full_port,$ENV{PGPORT} connect_timeout=1", $right);

# Parameters that cannot be right
gives('a timeout that is no number', 'connect_timeout=soon', qr/^pgconnector: data: invalid integer value for connection option "connect_timeout" \(22023\)/);
gives('a timeout below 0', '{"connection_timeout_ms": -1}', qr/^pgconnector: data: option "connection_timeout_ms" needs an integer from 0 to/);

# Calls
sub after_call
{
	my ($do) = @_;
	return fake_server(sub {
		log_in($_[0], '15.4') or return;
		while (defined(my $type = read_message($_[0]))) { last if $type eq 'S' }
		$do->($_[0]);
	});
}
my $begin = message('1', '') . message('2', '') . message('T', pack('n', 1) . "call\0" . pack('NnNnNn', 0, 0, 114, 65535, 0xffffffff, 0));
sub limited
{
	my ($port) = @_;
	return qq({"host": "127.0.0.1", "port": $port, "call_timeout_ms": 500});
}
my $unknown = qr/^pgconnector: connection: connection lost while the command was running \(08007\)\ndetail: The server did not answer in the time that the client allows/;
gives('no answer to a call', limited(after_call(sub { sleep 60 })), $unknown);
gives('an answer a byte at a time', limited(after_call(sub {
			my ($socket) = @_;
			for my $byte (split //, $begin . message('D', pack('nN', 1, 100000) . ' ' x 100000)) { syswrite($socket, $byte) or return; select(undef, undef, undef, 0.05) }
		})), $unknown);
gives('an answer that stops in the middle', limited(after_call(sub { syswrite($_[0], $begin . 'D' . pack('NnN', 1000, 1, 990) . '{"ro') })),
	qr/^pgconnector: connection: connection lost while the command was running \(08007\)\ndetail: server closed the connection unexpectedly/);
gives('no answer to the Sync', limited(after_call(sub { syswrite($_[0], $begin . message('D', pack('nN', 1, 2) . '{}') . message('C', "SELECT 1\0")); sleep 60 })), $unknown);

# A request that the server does not take has no effect
my $deaf = fake_server(sub { log_in($_[0], '15.4'); sleep 60 });
my $big = spew("$scratch/big", '{"rows": "' . 'x' x 50_000_000 . '"}');
gives('a request that is not taken', limited($deaf), qr/^pgconnector: connection: the server did not take the command in the time that the client allows for a call \(08006\)/,
	'call', 'insert_rows', "\@$big");

# A server that is stopped, a real one
gives('within the limit', qq({"host": $local, "port": $ENV{PGPORT}, "call_timeout_ms": 60000}), $right);
gives('beyond it', qq({"host": $local, "port": $ENV{PGPORT}, "call_timeout_ms": 300}), $unknown, 'query', 'SELECT pg_sleep(20)');
gives('a stream beyond it', qq({"host": $local, "port": $ENV{PGPORT}, "call_timeout_ms": 300}),
	qr/^pgconnector: connection: the server did not answer in the time that the client allows \(08006\)/, 'export', 'SELECT pg_sleep(20)::text AS a');

done_testing();

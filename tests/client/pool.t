# Pools, retries and transactions: against a healthy server, one that is killed and restarted under load, PgBouncer, and
# connections that are cut at the worst moment; with the checkers of threads and memory, where there are any.

use strict;
use warnings;

use Cwd qw(abs_path);
use File::Basename qw(dirname);
use lib dirname(__FILE__) . '/lib';
use ClientTest;
use FakeServer qw(log_in read_message);
use IO::Select;
use IO::Socket::UNIX;
use PoolLoad qw(check_rows);
use Test::More;
use Time::HiRes qw(sleep);

build();
my $build = "$client/build";
my $root = abs_path("$client/..");
my %setting = slurp("$build/settings.mk") =~ /^override (\w+) := (.*)$/mg;
my $database = $ENV{PGDATABASE} = create_database('pgc_pool');

subtest_of('pool_test', "$build/tests/pool_test");
psql($database, 'DROP SEQUENCE attempts; DROP TABLE counted; DROP FUNCTION fail_until');
subtest_of('transaction_test', "$build/tests/transaction_test");

# A server that hangs up on every call, but not on what a pool asks before.
subtest_of('what may be repeated', "$build/tests/pool_test", '--unknown', 'host=127.0.0.1 sslmode=disable gssencmode=disable port='
	. fake_server(sub {
		log_in($_[0], '15.4') or return;
		while (defined(my $type = read_message($_[0]))) { return if $type eq 'S' }
	}));

# A way to the server that is cut when COMMIT goes by, before or after it is answered, or so that the server does not
# notice; then something may happen before the client learns it
my @kept;

sub proxy
{
	my ($mode, $host, $happens) = @_;
	return 'user=postgres sslmode=disable gssencmode=disable host=127.0.0.1 port=' . fake_server(
		sub
		{
			my ($from) = @_;
			my $to = IO::Socket::UNIX->new("$host/.s.PGSQL.$ENV{PGPORT}") or return;
			my $select = IO::Select->new($from, $to);
			my $committing;
			while (1)
			{
				for my $ready ($select->can_read)
				{
					sysread($ready, my $data, 65536) or return;
					$committing = 1 if $ready == $from && $data =~ /COMMIT\0/;
					return if $committing && $mode eq 'before';
					if ($committing && $mode eq 'hang') { push @kept, $to; return }
					# The answer has come, so it is committed.
					if ($committing && $ready == $to)
					{
						$happens->() if $happens;
						return;
					}
					syswrite($ready == $from ? $to : $from, $data);
				}
			}
		});
}

{
	my %proxy = map { $_ => proxy($_, $ENV{PGHOST}) } qw(after before hang);

	my $before = 0;
	my $ends = sub
	{
		my ($mode, $how, $rows, $name, @options) = @_;
		my $r = run([ "$build/tests/transaction_test", '--commit', $proxy{$mode}, @options ]);
		is($r->{out}, "$how\n", $name) or diag $r->{err};
		my $now = psql($database, "SELECT count(*) FROM kept WHERE what = 'one'");
		is($now - $before, $rows, '... which is true');
		$before = $now;
	};
	$ends->('after', 'committed', 1, 'lost after the commit: looked up');
	$ends->('before', '08006', 0, 'lost before the commit: looked up');
	$ends->('hang', '08006', 0, 'lost, and the server does not notice: its session is ended');
	$ends->('after', '08007', 1, 'not looked up where that is not wanted', '{"settle_timeout_ms": 0}');

	# A role that may neither see nor end much can still ask.
	psql($database, "CREATE ROLE plain_$$ LOGIN; GRANT INSERT ON kept TO plain_$$");
	$_ =~ s/user=postgres/user=plain_$$/ for values %proxy;
	$ends->('after', 'committed', 1, 'by a plain role');
	$ends->('hang', '08006', 0, 'which may end its own session');
	psql($database, "DROP OWNED BY plain_$$; DROP ROLE plain_$$");
}

# PgBouncer, which gives a session away after each transaction
SKIP:
{
	skip 'no pgbouncer', 6 if run([ 'sh', '-c', 'command -v pgbouncer' ])->{status} ne '0';
	my $owner = run([ "$root/tests/server", 'owner' ])->{out};
	chomp $owner;
	my $dir = "$scratch/bouncer";
	mkdir $dir;
	chmod 0755, $scratch;
	chown((getpwnam($owner))[ 2, 3 ], $dir) if $> == 0;
	spew("$scratch/bouncer.ini", join("\n", '[databases]', "* = host=$ENV{PGHOST} port=$ENV{PGPORT} user=postgres",
		'[pgbouncer]', 'listen_port = 6432', "unix_socket_dir = $dir", "pidfile = $dir/pid", "logfile = $dir/log",
		'auth_type = any', 'pool_mode = transaction', 'max_client_conn = 600', 'default_pool_size = 20', ''));
	my $bouncer = start([ "$root/tests/server", 'as-owner', 'pgbouncer', '-q', "$scratch/bouncer.ini" ]);
	psql($database, 'CREATE TABLE added (id int)');
	ok(wait_for(sub { -S "$dir/.s.PGSQL.6432" }), 'PgBouncer runs') or diag slurp("$dir/log");
	my $r = finish(start([ "$build/tests/pool_load", 500, 10, "$scratch/no", "host=$dir port=6432 user=postgres",
		'{"connection_pool_size": 500, "session_reset": "never"}' ]), 120);
	is(check_rows($r, '500 clients of PgBouncer'), 5000, '... everything is done');
	kill TERM => slurp("$dir/pid") + 0 if -s "$dir/pid";
	finish($bouncer);
	psql($database, 'DROP TABLE added');
}

# A server that is killed under load, several times, and comes up again; what a failure would leave is ended
my (@servers, $load);

END
{
	my $status = $?;
	kill KILL => $load->{pid} if $load && !defined $load->{status};
	run([ "$root/tests/server", 'stop', $_ ]) for @servers;
	$? = $status;
}

SKIP:
{
	# pg_ctl alone does not start a server that can load an extension made for the checker.
	skip 'made for AddressSanitizer', 1 if ($setting{SANITIZE} // '') =~ /address/;
	my $started = finish(start([ "$root/tests/server", 'start', '-c', 'synchronous_commit=on' ]), 120);
	my ($dir) = $started->{out} =~ /stays up in (\S+):/ or BAIL_OUT("no server: $started->{err}");
	push @servers, $dir;
	my $bindir = dirname(run([ 'sh', '-c', 'command -v pg_ctl' ])->{out});
	my %env = (PGHOST => $dir, PGDATABASE => 'postgres');
	{
		local @ENV{keys %env} = values %env;
		psql('postgres', 'CREATE EXTENSION pg_connector; CREATE TABLE added (id int)');
	}
	$load = start([ "$build/tests/pool_load", 20, 1000000, "$scratch/stop", "host=$dir user=postgres dbname=postgres",
		'{"connection_pool_size": 10}' ]);
	# While the server recovers, it cannot be asked.
	my $rows = sub
	{
		local @ENV{keys %env} = values %env;
		my $n;
		wait_for(sub { defined($n = eval { psql('postgres', 'SELECT count(*) FROM added') }) }) or die $@;
		return $n;
	};
	for my $what (qw(server backend server))
	{
		my $so_far = $rows->();
		wait_for(sub { $rows->() > $so_far + 200 }) or last;
		my ($pid) = slurp("$dir/data/postmaster.pid") =~ /^(\d+)/;
		my @children = split ' ', run([ 'ps', '-o', 'pid=', '--ppid', $pid ])->{out};
		if ($what eq 'server')
		{
			kill STOP => $pid;
			kill KILL => @children, $pid;
			my $up = 0;
			for (1 .. 20)
			{
				$up = run([ "$root/tests/server", 'as-owner', "$bindir/pg_ctl", '-D', "$dir/data", '-l', "$dir/server.log",
					'-w', 'start' ])->{status} eq '0' and last;
				sleep 0.2;
			}
			ok($up, 'the server is killed, and restarted');
		}
		else
		{
			local @ENV{keys %env} = values %env;
			kill KILL => psql('postgres', "SELECT pid FROM pg_stat_activity WHERE application_name = 'pgconnector' LIMIT 1");
			ok(wait_for(sub { eval { psql('postgres', 'SELECT 1') } }), 'a session is killed, and the server recovers');
		}
	}
	my $so_far = $rows->();
	ok(wait_for(sub { $rows->() > $so_far + 200 }), 'work goes on');
	spew("$scratch/stop", '');
	check_rows(finish($load, 60), 'a server killed under load', %env);

	# After a crash the server may know of a commit by our transaction's number that is not ours.
	{
		local @ENV{keys %env} = values %env;
		psql('postgres', 'CREATE TABLE kept (what text)');
		my $proxy = proxy('after', $dir, sub
			{
				my ($pid) = slurp("$dir/data/postmaster.pid") =~ /^(\d+)/;
				kill KILL => (split ' ', `ps -o pid= --ppid $pid`)[0];
			});
		is(run([ "$build/tests/transaction_test", '--commit', $proxy ])->{out}, "08007\n", 'committed, and crashed: not known');
		is(psql('postgres', "SELECT count(*) FROM kept WHERE what = 'one'"), 1, '... though it is there');
	}
	run([ "$root/tests/server", 'stop', pop @servers ]);
}

# The library built anew for a checker of threads
SKIP:
{
	skip 'instrumented', 1 if $setting{SANITIZE} || $setting{COVERAGE};
	my $cc = $setting{CC};
	my $pg_config = $setting{PG_CONFIG};
	chomp(my $includedir = run([ $pg_config, '--includedir' ])->{out});
	my $tsan = "$scratch/pool_test_tsan";
	my $empty = spew("$scratch/empty.c", "int main(void) { return 0; }\n");
	skip 'the compiler has no ThreadSanitizer', 1
	  if run([ split(' ', $cc), '-fsanitize=thread', $empty, '-o', "$scratch/empty" ])->{status} ne '0'
	  || run([ "$scratch/empty" ])->{status} ne '0';
	my $r = run([ split(' ', $cc), qw(-std=c11 -g -O1 -fsanitize=thread -D_POSIX_C_SOURCE=200809L -D_XOPEN_SOURCE=700),
		'-DPG_CONNECTOR_VERSION="0"', "-I$client/include", "-I$root/extension", "-I$includedir",
		"$root/tests/client/pool_test.c", glob("$client/src/*.c"), glob("$root/extension/core/*.c"),
		'-lpq', '-pthread', '-o', $tsan ]);
	is($r->{status}, 0, 'built for ThreadSanitizer') or diag $r->{err};
	local $ENV{TSAN_OPTIONS} = 'halt_on_error=1';
	subtest_of('pool_test in ThreadSanitizer', $tsan, '--threads');
}

SKIP:
{
	skip 'instrumented', 2 if $setting{SANITIZE} || $setting{COVERAGE};
	skip 'no valgrind', 2 if run([ 'sh', '-c', 'command -v valgrind' ])->{status} ne '0';
	my @valgrind = (qw(valgrind -q --error-exitcode=99 --leak-check=full), '--errors-for-leak-kinds=definite,indirect,possible');
	psql($database, 'DROP TABLE kept, counter, pair, child, parent; DROP SEQUENCE rendezvous');
	subtest_of('transaction_test in valgrind', @valgrind, "$build/tests/transaction_test");
	subtest_of('pool_test in valgrind', @valgrind, "$build/tests/pool_test");
}

done_testing();

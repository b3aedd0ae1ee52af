# A sink while everything around it fails, at random moments: whatever was read is written or a dead letter, nothing is
# lost, and with exactly_once nothing is there twice. SEED=n repeats a run; CHECK_LONG=1 takes longer.

use strict;
use warnings;

use Cwd qw(abs_path);
use File::Basename qw(dirname);
use lib dirname(__FILE__) . '/lib';
use ClientTest;
use IO::Select;
use IO::Socket::INET;
use IO::Socket::UNIX;
use JSON::PP;
use POSIX qw(:sys_wait_h);
use Test::More;
use Time::HiRes qw(sleep time);

my $long = $ENV{CHECK_LONG} // 0;
my $seed = $ENV{SEED} // time % 100000;
$seed = int($seed);
srand($seed);
diag("SEED=$seed");

# A server of its own, to be killed
my $tests = abs_path(dirname(__FILE__) . '/..');
my $started = run([ "$tests/server", 'start' ]);
my ($dir) = $started->{out} =~ /psql -h (\S+)/ or BAIL_OUT("no server: $started->{err}");
my $main = $$;
my @proxies;
END
{
	if ($main && $$ == $main && $dir)
	{
		my $status = $?;
		kill KILL => -$_ for @proxies;
		run([ "$tests/server", 'stop', $dir ]);
		$? = $status;
	}
}
@ENV{qw(PGHOST PGPORT PGUSER PGDATABASE)} = ($dir, 5432, 'postgres', 'postgres');

sub sql { return psql('postgres', $_[0]) }

# Through whatever happens to the server meanwhile
sub sql_at_last
{
	my ($sql) = @_;
	my $result;
	wait_for(sub { eval { $result = sql($sql); 1 } }) or die "in vain: $sql: $@";
	return $result;
}

sql(<<'SQL');
CREATE EXTENSION pg_connector;
CREATE TABLE slow (id int, v text, extra int);
CREATE TABLE keyed (id int PRIMARY KEY, v text, n int NOT NULL, at timestamptz DEFAULT now());
CREATE TABLE dead (data jsonb, code text, message text, position bigint);
CREATE FUNCTION wait() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN PERFORM pg_sleep(0.005); RETURN NULL; END $$;
CREATE TRIGGER wait BEFORE INSERT ON slow FOR EACH STATEMENT EXECUTE FUNCTION wait();
CREATE TRIGGER wait BEFORE INSERT ON keyed FOR EACH STATEMENT EXECUTE FUNCTION wait();
SQL

# What stands between the sink and the server. It lets everything through, except that by chance a connection is cut,
# or it is cut when the commit has been passed on, or the commit itself arrives when its sender believes the connection lost,
# or nothing more comes through.
sub proxy
{
	my (%chances) = @_;
	my $listen = IO::Socket::INET->new(LocalAddr => '127.0.0.1', Listen => 20, Proto => 'tcp') or die "listen: $!";
	my $pid = fork() // die "fork: $!";
	push @proxies, $pid;
	return ($pid, $listen->sockport) if $pid;
	$main = 0;
	setpgrp;
	# Whoever reads the test's output waits for nobody else
	open(STDOUT, '>', '/dev/null') or die;
	open(STDERR, '>', '/dev/null') or die;
	@SIG{qw(PIPE CHLD)} = ('IGNORE', 'IGNORE');
	while (my $client = $listen->accept)
	{
		my $number = int(rand(1 << 30));
		next if fork();
		srand($number);
		relay($client, %chances);
		POSIX::_exit(0);
	}
	POSIX::_exit(0);
}

# With all its connections
sub end_proxy
{
	my ($pid) = @_;
	kill KILL => -$pid;
	waitpid($pid, 0);
	@proxies = grep { $_ != $pid } @proxies;
	return;
}

sub relay
{
	my ($client, %chances) = @_;
	my $server = IO::Socket::UNIX->new(Peer => "$dir/.s.PGSQL.5432") or return;
	my $select = IO::Select->new($client, $server);
	while (1)
	{
		for my $from ($select->can_read)
		{
			my $to = $from == $client ? $server : $client;
			return unless sysread($from, my $data, 65536);
			my $commit = $from == $client && $data =~ /COMMIT(?:\0|; BEGIN)/;
			return if rand() < ($chances{cut} // 0);
			sleep 3600 if rand() < ($chances{stall} // 0);
			if ($commit && rand() < ($chances{hold} // 0))
			{
				close($client);
				sleep rand 0.3;
				syswrite($server, $data);
				sleep 0.3;
				return;
			}
			(syswrite($to, $data) // 0) == length $data or return;
			return if $commit && rand() < ($chances{deafen} // 0);
		}
	}
}

# The faults. Each leaves the server running, or starting.
my %faults = (
	terminate => sub { eval { sql(q(SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'pgconnector')) } },
	crash => sub {
		my $pid = eval { sql(q(SELECT pid FROM pg_stat_activity WHERE backend_type = 'client backend' ORDER BY application_name = 'pgconnector' DESC LIMIT 1)) };
		kill KILL => $pid if $pid;
	},
	kill_server => sub {
		my ($pid) = slurp("$dir/data/postmaster.pid") =~ /^(\d+)/;
		kill KILL => $pid;
		wait_for(sub { run([ "$tests/server", 'as-owner', 'pg_ctl', '-D', "$dir/data", '-l', "$dir/server.log", '-w', 'start' ])->{status} eq '0' }) or die 'the server does not start again';
	},
	restart => sub { run([ "$tests/server", 'as-owner', 'pg_ctl', '-D', "$dir/data", '-l', "$dir/server.log", '-m', 'fast', '-w', 'restart' ]) },
	lock => sub { eval { sql("BEGIN; SET LOCAL lock_timeout = '1s'; LOCK TABLE $_[0]; SELECT pg_sleep(" . rand(0.4) . '); COMMIT') } },
	add_column => sub { eval { sql("SET lock_timeout = '1s'; ALTER TABLE $_[0] ADD COLUMN c" . int(rand 1e9) . ' int DEFAULT 1') } },
	drop_column => sub { eval { sql("SET lock_timeout = '1s'; ALTER TABLE $_[0] DROP COLUMN IF EXISTS extra; ALTER TABLE $_[0] ADD COLUMN extra int") } },
	rename => sub { eval { sql("SET lock_timeout = '1s'; ALTER TABLE $_[0] RENAME v TO w") }; sleep rand 0.05; sql_at_last("ALTER TABLE $_[0] RENAME w TO v") if eval { sql("SELECT 1 FROM pg_attribute WHERE attrelid = '$_[0]'::regclass AND attname = 'w'") } // 1 },
	retype => sub { eval { sql("SET lock_timeout = '1s'; ALTER TABLE $_[0] ALTER v TYPE " . (rand() < 0.5 ? 'text' : 'varchar(100)')) } },
);
$faults{drop_column} = sub { eval { sql("SET lock_timeout = '1s'; BEGIN; ALTER TABLE $_[0] DROP COLUMN IF EXISTS extra; ALTER TABLE $_[0] ADD COLUMN extra int; COMMIT") } };

my $most = $long ? 300 : 25;

# A file of n records, some of them bad, and what an upsert of all leaves of each key. With so much space in each that a
# batch begins to be written before it is full, and is committed with the beginning of the next one.
my $files = 0;
sub records
{
	my ($n, $keys, $pad) = @_;
	my $text = '';
	$pad = ' ' x ($pad // 0);
	for my $i (1 .. $n)
	{
		my $id = $keys ? $i % $keys : $i;
		$text .= $i % 97 == 0 ? qq({"id": $id, "v": "bad", "n": "x$i", "extra": "x"$pad}\n) : qq({"id": $id, "v": "v $i", "n": $i, "extra": 1$pad}\n);
	}
	return spew("$scratch/records." . ++$files, $text);
}

# Run the sink over the file, with faults, so many that it comes to its end, as often as it takes; a sink that is killed or gives up is started again.
# Returns the last run, how many there were, and the faults.
sub work
{
	my ($port, $table, $file, $faults, @flags) = @_;
	my ($runs, @done, $r) = (0);
	my $again = grep { $_ eq '--exactly-once' } @flags;
	while (++$runs <= 60)
	{
		$r = start([ $program, 'sink', '--table', $table, '--dead-letter-table', 'dead', '--unknown-keys', $table eq 'slow' ? 'ignore' : 'error',
			'--retry-backoff-ms', 30, '--max-retries', 200, '--summary', 'json', @flags, $file ],
			env => { PGHOST => '127.0.0.1', PGPORT => $port });
		my $end = time + 120;
		while (waitpid($r->{pid}, WNOHANG) == 0 && time < $end)
		{
			sleep 0.02 + rand 0.3;
			my $fault = @done < $most ? $faults->[ rand @$faults ] // next : next;
			push @done, $fault;
			if ($fault eq 'kill_sink') { kill KILL => $r->{pid} }
			else { $faults{$fault}->($table) }
		}
		kill KILL => $r->{pid} if time >= $end;
		$r->{status} = $? & 127 ? 'signal ' . ($? & 127) : $? >> 8;
		($r->{out}, $r->{err}) = (slurp($r->{out_file}), slurp($r->{err_file}));
		note($r->{err}) if $r->{status} ne '0';
		last if !$again || $r->{status} eq '0' || $r->{err} =~ /22023/;
	}
	$r->{runs} = $runs;
	my %count;
	$count{$_}++ for @done;
	note("$runs runs; ", join(', ', map { "$_ $count{$_}" } sort keys %count));
	return $r;
}

sub check_sum
{
	my ($name, $r, $n) = @_;
	my $s = eval { decode_json($r->{out}) } // {};
	my $sum = 0;
	$sum += $s->{$_} // 0 for qw(written deduplicated skipped unmatched dead_lettered);
	ok($r->{status} eq '0' && $s->{read} == $sum, "$name: it ends and adds up") or diag("status $r->{status}\n$r->{err}$r->{out}");
	is($s->{read}, $n, "$name: read all") if $r->{runs} == 1;
}

# Inserts: each id is there once, or a dead letter once
sub check_inserts
{
	my ($name, $n) = @_;
	is(sql_at_last("SELECT count(*), count(DISTINCT id), min(id), max(id) FROM (SELECT id FROM slow UNION ALL SELECT (data->>'id')::int FROM dead) x"),
		"$n|$n|1|$n", "$name: nothing is lost, nothing is there twice");
	is(sql_at_last("SELECT count(*) FROM dead WHERE (data->>'id')::int % 97 <> 0 AND code <> '42703'"), 0, "$name: only bad ones are dead letters");
}

my $n = $long ? 20000 : 2500;
my @ddl = qw(add_column drop_column rename retype);
for my $round (1 .. ($long ? 12 : 2))
{
	my $pad = $round % 2 ? 0 : 500;
	# exactly_once, everything at once
	sql_at_last('TRUNCATE slow, dead, connector.sink_ledger');
	my ($pid, $port) = proxy(cut => 0.002, hold => 0.05, deafen => 0.05);
	my $file = records($n, undef, $pad);
	my $r = work($port, 'slow', $file, [ qw(kill_sink terminate crash kill_server restart lock), @ddl, qw(kill_sink terminate lock) ],
		'--exactly-once', 'true', '--name', 'faulty', '--batch-size', 60, '--use-copy', $round % 2 ? 'auto' : 'true');
	end_proxy($pid);
	check_sum('exactly once', $r, $n);
	check_inserts('exactly once', $n);
	is(sql_at_last('SELECT position FROM connector.sink_ledger'), -s $file, 'exactly once: the ledger is at the end');

	# Upserts have the state that the file leaves: through staging in a transaction of several batches, and given
	for my $way ([ 'staged', '--use-copy', 'true', '--transaction-size', 150 ], ['given'], [ 'given, several at once', '--transaction-size', 150 ])
	{
		my ($name, @options) = @$way;
		sql_at_last('TRUNCATE keyed, dead, connector.sink_ledger');
		($pid, $port) = proxy(cut => 0.002, hold => 0.05, deafen => 0.05);
		$file = records($n, 400, $pad);
		$r = work($port, 'keyed', $file, [qw(kill_sink terminate crash lock add_column terminate)],
			'--exactly-once', 'true', '--name', 'faulty', '--batch-size', 60, '--write-mode', 'upsert', '--unknown-keys', 'ignore', @options);
		end_proxy($pid);
		check_sum("upserts, $name", $r, $n);
		is(sql_at_last("SELECT count(*), count(DISTINCT position) FROM dead"), int($n / 97) . '|' . int($n / 97), "upserts, $name: each bad one is one dead letter");
		is(sql_at_last("SELECT count(*) FROM generate_series(1, $n) i LEFT JOIN keyed k ON k.id = i % 400 WHERE i % 97 <> 0 AND (k.n IS NULL OR k.n < i OR k.v <> 'v ' || k.n)"), 0,
			"upserts, $name: the last of each key is there");
	}

	# Without a ledger, unless the sink itself or the server is killed
	sql_at_last('TRUNCATE slow, dead');
	($pid, $port) = proxy(cut => 0.002, hold => 0.1, deafen => 0.1);
	$r = work($port, 'slow', records($n, undef, $pad), [qw(terminate lock restart terminate add_column)], '--batch-size', 60, '--use-copy', $round % 2 ? 'true' : 'auto');
	end_proxy($pid);
	check_sum('without a ledger', $r, $n);
	check_inserts('without a ledger', $n);
}

# A proxy that stalls: the client has a time limit of its own, also for COPY
sql_at_last('TRUNCATE slow, dead, connector.sink_ledger');
my ($pid, $port) = proxy(stall => 0.005);
my $r = work($port, 'slow', records(2000), [undef], '--exactly-once', 'true', '--name', 'stalled', '--batch-size', 60, '--use-copy', 'true', '--call-timeout-ms', 300,
	'--connection-timeout-ms', 1000);
end_proxy($pid);
check_sum('stalled', $r, 2000);
check_inserts('stalled', 2000);

# One that was stopped and comes to life again when another has done its work
sql_at_last('TRUNCATE slow, dead, connector.sink_ledger');
my $file = records(2000);
my @command = ($program, 'sink', '--table', 'slow', '--unknown-keys', 'ignore', '--dead-letter-table', 'dead', '--exactly-once', 'true', '--name', 'zombie', '--batch-size', 50, $file);
my $zombie = start(\@command);
wait_for(sub { sql('SELECT count(*) FROM slow') > 200 });
kill STOP => $zombie->{pid};
sql(q(SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity WHERE backend_type = 'client backend' AND pid <> pg_backend_pid()));
is(run(\@command)->{status}, 0, 'another takes over');
kill CONT => $zombie->{pid};
finish($zombie);
isnt($zombie->{status}, 0, 'the first ends');
like($zombie->{err}, qr/another writer of sink "zombie" was started after this one \(55000\)/, 'because it is fenced off');
check_inserts('zombie', 2000);

# A lock that is held for longer than a command may take
sql("ALTER DATABASE postgres SET pg_connector.timeout = '" . ($long ? '20s' : '400ms') . "'");
sql('TRUNCATE keyed, dead');
sql("INSERT INTO keyed VALUES (7, 'old', 0)");
my $lock = start([ 'psql', '-X', '-q', '-d', 'postgres', '-c', "BEGIN; SELECT 'locked' FROM keyed FOR UPDATE", '-c', 'SELECT pg_sleep(' . ($long ? 60 : 2) . ')' ], env => { PGAPPNAME => 'locker' });
wait_for(sub { sql(q(SELECT count(*) FROM pg_stat_activity WHERE application_name = 'locker' AND query LIKE '%pg_sleep%')) });
$r = start([ $program, 'sink', '--table', 'keyed', '--write-mode', 'upsert', '--summary', 'json', '--max-retries', 30, '--retry-backoff-ms', 20 ], in => join('', map { qq({"id": $_, "v": "x", "n": 1}\n) } 1 .. 200));
finish($_, 150) for $lock, $r;
is($r->{status}, 0, 'a lock held for long') or diag($r->{err});
cmp_ok(eval { decode_json($r->{out})->{retries} } // 0, '>', 0, 'was waited for more than once');
is(sql('SELECT count(*), sum(n) FROM keyed'), '200|200', 'and all are written');
sql('ALTER DATABASE postgres RESET pg_connector.timeout');

# Two that write the same keys in different orders, by each way. Where all that a transaction writes is in the order of the
# keys there is no deadlock; where it is not, one may be chosen to give way, but never twice for the same records.
sql('DROP TRIGGER wait ON keyed');
my @several = ('--batch-size', 20, '--transaction-size', 200);
for my $way (
	[ 0, 1, '--write-mode', 'upsert' ],
	[ 0, 1, '--write-mode', 'upsert', '--use-copy', 'true' ],
	[ 0, 1, '--write-mode', 'insert_ignore' ],
	[ 0, 1, '--write-mode', 'update' ],
	[ 1, 1, '--write-mode', 'upsert', @several ],
	[ 1, 1, '--write-mode', 'upsert', '--use-copy', 'true', @several ],
	[ 1, 1, '--write-mode', 'upsert', '--use-copy', 'false', @several ],
	[ 1, 1, '--write-mode', 'update', @several ],
	[ 1, 2, '--write-mode', 'upsert' ],
	[ 1, 2, '--write-mode', 'auto', '--operation-column', 'op' ])
{
	my ($retries, $shapes, @flags) = @$way;
	my $m = $long ? 200000 : 10000;
	my @sinks = map {
		my $by = $_;
		my $records = join('', map {
			my $k = ($_ * $by) % 401;
			my $op = $flags[1] ne 'auto' ? '' : ', "op": "' . qw(create update delete)[ $_ % 3 ] . '"';
			my $v = $_ % $shapes ? '' : qq(, "v": "by $by");
			qq({"id": $k, "n": $_$v$op}\n)
		} 1 .. $m);
		start([ $program, 'sink', '--table', 'keyed', '--summary', 'json', '--batch-size', 100, '--retry-backoff-ms', 20, '--max-retries', $retries,
			@flags, spew("$scratch/two.$by", $records) ])
	} 7, 394;
	finish($_, 300) for @sinks;
	is(join(' ', map { $_->{status} } @sinks), '0 0', "two writers, shapes: $shapes, @flags") or diag($sinks[0]{err}, $sinks[1]{err});
	is(sql("SELECT count(*) FROM keyed WHERE id < 401"), 401, 'all keys are there') if $flags[1] eq 'upsert';
}

done_testing();

# Time limits and cancels: ours is told apart from the user's, who is never kept waiting or told something else, and
# none is left over for the next statement. A backend that is ended or killed at work leaves nothing half-done.

use strict;
use warnings;

use IPC::Run qw(start finish);
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;
use Time::HiRes qw(time usleep);

my $node = PostgreSQL::Test::Cluster->new('main');
$node->init;
$node->append_conf('postgresql.conf', slurp_file($ENV{PGC_EXTRA_CONF}));
$node->append_conf('postgresql.conf', "restart_after_crash = on\nmax_connections = 20\n");
$node->start;
$node->safe_psql(
	'postgres', q{
	CREATE EXTENSION pg_connector;
	CREATE TABLE t (id int PRIMARY KEY, a text);
	CREATE TABLE slow (id int PRIMARY KEY, a text);
	INSERT INTO slow VALUES (1, 'one'), (2, 'two');
	CREATE FUNCTION sleep_row() RETURNS trigger LANGUAGE plpgsql AS
	$$ BEGIN PERFORM pg_sleep(CASE WHEN NEW.id % 5 = 0 THEN 20 ELSE 0 END); RETURN NEW; END $$;
	CREATE TRIGGER sleep_row BEFORE INSERT OR UPDATE ON slow FOR EACH ROW EXECUTE FUNCTION sleep_row();
	CREATE TABLE late (id int);
	CREATE FUNCTION sleep_late() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN PERFORM pg_sleep(20); RETURN NULL; END $$;
	CREATE CONSTRAINT TRIGGER sleep_late AFTER INSERT ON late DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION sleep_late();
	CREATE VIEW sleeper AS SELECT 1 AS a FROM pg_sleep(20);
	CREATE FUNCTION stubborn() RETURNS int LANGUAGE plpgsql AS $$
	DECLARE
		caught int := 0;
	BEGIN
		FOR i IN 1..20 LOOP
			BEGIN
				PERFORM pg_sleep(0.05);
			EXCEPTION WHEN query_canceled THEN
				caught := caught + 1;
			END;
		END LOOP;
		RETURN caught;
	END $$;
});

my $n = 0;
my $scripts = PostgreSQL::Test::Utils::tempdir;

# psql at work on a script in the background; its backend is found by the application's name.
sub background
{
	my ($sql) = @_;
	my %job = (name => 'job' . ++$n, out => '', err => '');
	my $file = "$scripts/$job{name}";
	append_to_file($file, $sql);
	local $ENV{PGAPPNAME} = $job{name};
	$job{run} = start([ 'psql', '-XAtq', '-v', 'VERBOSITY=verbose', '-d', $node->connstr('postgres'), '-f', $file ],
		'<', '/dev/null', '>', \$job{out}, '2>', \$job{err});
	return \%job;
}

sub wait_until_asleep
{
	my ($job) = @_;
	$node->poll_query_until('postgres',
		"SELECT EXISTS (SELECT FROM pg_stat_activity WHERE application_name = '$job->{name}' AND wait_event = 'PgSleep')")
	  or die "$job->{name} does not sleep";
	return $node->safe_psql('postgres', "SELECT pid FROM pg_stat_activity WHERE application_name = '$job->{name}'");
}

sub psql
{
	my ($sql) = @_;
	my ($out, $err);
	$node->psql('postgres', "\\set VERBOSITY verbose\n$sql", stdout => \$out, stderr => \$err, on_error_stop => 0);
	return ($out, $err);
}

# What sleeps for 20 seconds in each command
my %asleep = (
	'select_rows' => q({"table": "sleeper"}),
	'query' => q({"sql": "SELECT pg_sleep(20)"}),
	'execute' => q({"sql": "SELECT pg_sleep(20)"}),
	'insert_rows' => q({"table": "slow", "rows": [{"id": 3}, {"id": 4}, {"id": 5}]}),
	'update_rows' => q({"table": "slow", "set": {"id": 5}, "where": [["id", "=", 1]]}),
	'execute ' => q({"sql": "SELECT connector.try_call('query', '{\"sql\": \"SELECT pg_sleep(20)\"}')"}));

# A user's cancel is the user's: it comes through call and try_call alike, at once.
foreach my $command (sort keys %asleep)
{
	foreach my $function ('call', 'try_call')
	{
		(my $name = $command) =~ s/ //;
		(my $request = $asleep{$command}) =~ s/'/''/g;
		my $job = background("SELECT connector.$function('$name', '$request');\nSELECT 'next statement';");
		my $pid = wait_until_asleep($job);
		my $start = time;
		$node->safe_psql('postgres', "SELECT pg_cancel_backend($pid)");
		finish $job->{run};
		cmp_ok(time - $start, '<', 10, "$function('$command'): a user's cancel is obeyed");
		like($job->{err}, qr/ERROR:  57014: canceling statement due to user request\n/, 'and says what it was');
		is($job->{out}, "next statement\n", 'and nothing is made of it');
	}
}

# So is the caller's own statement_timeout.
my ($out, $err) = psql(q{
	SET statement_timeout = '200ms';
	SELECT connector.try_call('query', '{"sql": "SELECT pg_sleep(20)"}')});
is($out, '', 'statement_timeout: nothing returned');
like($err, qr/57014: canceling statement due to statement timeout/, 'but its own error');

# Our limit: an error of its own, prompt, and the next statement has its time.
foreach my $command (sort keys %asleep)
{
	(my $name = $command) =~ s/ //;
	(my $request = $asleep{$command}) =~ s/'/''/g;
	$request =~ s/\}$/, "timeout_ms": 150}/;
	my $start = time;
	($out, $err) = psql(
		"SELECT connector.try_call('$name', '$request');\nSELECT pg_sleep(0.3);\nSELECT connector.call('$name', '$request');\nSELECT pg_sleep(0.3);\n");
	cmp_ok(time - $start, '<', 10, "$command: stopped at its limit");
	like($out, qr/"code":"57014".*"kind":"timeout","message":"time limit of 150 ms exceeded"/, 'try_call returns it');
	like($err, qr/57014: time limit of 150 ms exceeded/, 'call raises it');
	unlike($err, qr/user request/, 'nobody asked for it');
}
is($node->safe_psql('postgres', 'SELECT count(*) FROM slow'), '2', 'nothing was written');

# A deferred trigger runs before success is reported, so within the limit.
($out, $err) = psql(q{SELECT connector.try_call('insert_rows', '{"table": "late", "row": {"id": 1}, "timeout_ms": 150}')});
like($out, qr/time limit of 150 ms exceeded/, 'deferred triggers are within the limit');
is($node->safe_psql('postgres', 'SELECT count(*) FROM late'), '0', 'and undone with the rest');

# Limits within limits: the sooner one ends, each tells its own.
($out, $err) = psql(q{SELECT connector.try_call('execute', '{"sql": "SELECT connector.try_call(''query'', ''{\"sql\": \"SELECT pg_sleep(20)\", \"timeout_ms\": 100}'') -> ''error'' ->> ''message'' AS inner_error, pg_sleep(0.3)", "timeout_ms": 10000}')});
like($out, qr/^\{"success":true,"rows":\[\{"inner_error":"time limit of 100 ms exceeded"/, 'an inner limit is no failure of the outer call');
($out, $err) = psql(q{SELECT connector.try_call('execute', '{"sql": "SELECT connector.try_call(''query'', ''{\"sql\": \"SELECT pg_sleep(20)\", \"timeout_ms\": 10000}'')", "timeout_ms": 100}')});
like($out, qr/time limit of 100 ms exceeded/, 'an inner call does not outlast the outer limit');
($out, $err) = psql(q{SELECT connector.try_call('execute', '{"sql": "SELECT connector.query(''{\"sql\": \"SELECT pg_sleep(20)\", \"timeout_ms\": 100}'')", "timeout_ms": 10000}')});
like($out, qr/^\{"error":\{"code":"57014".*time limit of 100 ms exceeded/, 'an inner limit that is raised is an error of the outer call like any other');

# A function that catches the cancel and goes on does not get around it.
my $start = time;
($out, $err) = psql(q{SELECT connector.try_call('query', '{"sql": "SELECT stubborn()", "timeout_ms": 120}')});
like($out, qr/"code":"57014".*"message":"time limit of 120 ms exceeded"/, 'a limit that is caught is one all the same');

# Calls that end near their limit, many times: whatever becomes of them, the statement behind is never hit.
my $rounds = $ENV{CHECK_LONG} ? 5000 : 150;
my $script = '';
foreach my $i (1 .. $rounds)
{
	my $sleep = 0.009 + 0.0001 * ($i % 20);
	$script .=
	  $i % 3 == 0
	  ? qq{SELECT 'call', connector.try_call('query', '{"sql": "SELECT pg_sleep($sleep)", "timeout_ms": 10}') IS NOT NULL;\n}
	  : $i % 3 == 1 ? qq{SELECT 'call', connector.query('{"sql": "SELECT pg_sleep($sleep)", "timeout_ms": 10}') IS NOT NULL;\n}
	  : qq{SELECT 'call', connector.try_call('execute', '{"sql": "SELECT pg_sleep($sleep), 1 / (random() * 0)::int", "timeout_ms": 10}') IS NOT NULL;\n};
	$script .= "SELECT 'behind', pg_sleep(0.002);\n";
}
($out, $err) = psql($script);
is(scalar(() = $out =~ /^behind/mg), $rounds, 'no statement is hit by a limit of the call before it');
unlike($err, qr/user request/, 'and no limit is called a cancel');
is(scalar(() = $err =~ /ERROR: /g), scalar(() = $err =~ /ERROR:  57014: time limit of 10 ms exceeded/g), 'there are no other errors');

# The limit passes while nobody serves interrupts, then the command fails of itself: the cancel that was sent by then
# must not reach the caller.
($out, $err) = psql(q{
	CREATE TEMPORARY TABLE long AS SELECT repeat('x', 20000000) AS x;
	CREATE FUNCTION pg_temp.fail() RETURNS int LANGUAGE plpgsql AS $$
	DECLARE v text;
	BEGIN
		SELECT x INTO v FROM pg_temp.long;
		RETURN 1 / (length(md5(v) || md5(v) || md5(v) || md5(v) || md5(v) || md5(v) || md5(v) || md5(v)) - 32 * 8);
	END $$;
	SELECT connector.try_call('execute', '{"sql": "SELECT pg_temp.fail()", "timeout_ms": 50}') #>> '{error,message}', pg_sleep(0.01);
	DO $$ BEGIN
		PERFORM connector.execute('{"sql": "SELECT pg_temp.fail()", "timeout_ms": 50}');
	EXCEPTION WHEN division_by_zero THEN
		PERFORM pg_sleep(0.01);
	END $$;
	SELECT 'behind';
});
is($out, "division by zero|\nbehind", 'an error that comes before its late limit');
is($err, '', 'and nothing behind it');

# The end of the session is no error to return.
my $job = background(q{SELECT connector.try_call('insert_rows', '{"table": "slow", "rows": [{"id": 3}, {"id": 4}, {"id": 5}]}');});
my $pid = wait_until_asleep($job);
$node->safe_psql('postgres', "SELECT pg_terminate_backend($pid)");
finish $job->{run};
like($job->{err}, qr/57P01: terminating connection due to administrator command/, 'pg_terminate_backend ends try_call');
is($job->{out}, '', 'and it returns nothing');
is($node->safe_psql('postgres', 'SELECT count(*) FROM slow'), '2', 'and nothing was written');

# Killed in the middle of 1,000 rows, some already in the table
my $rows = join(', ', map { qq({"id": $_}) } map { 5 * $_ + 1 } 1 .. 1000);
$job = background(qq{SELECT connector.insert_rows('{"table": "slow", "rows": [$rows, {"id": 10000}]}');});
$pid = wait_until_asleep($job);
kill 'KILL', $pid;
finish $job->{run};
$node->poll_query_until('postgres', 'SELECT true');
is($node->safe_psql('postgres', 'SELECT count(*) FROM slow'), '2', 'a killed backend leaves nothing half-done');
is( $node->safe_psql('postgres', q{SELECT connector.insert_rows('{"table": "t", "row": {"id": 1}}')}),
	'{"insertedId":1,"rowCount":1}',
	'and the server goes on');

$node->stop;
my $log = slurp_file($node->logfile);
unlike($log, qr/TRAP|leak|XX000|PANIC/, 'the log has nothing to complain of');
done_testing();

# Watching pgconnector sink, ending it, and what becomes of its dead letters.

use strict;
use warnings;

use File::Basename qw(dirname);
use lib dirname(__FILE__) . '/lib';
use ClientTest;
use SinkTest;
use POSIX qw(mkfifo);
use Test::More;

$database = $ENV{PGDATABASE} = create_database('pgc_sink_watch');
sql(q{CREATE TABLE t (id int PRIMARY KEY, n int CHECK (n > 0));
	CREATE TABLE letters (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, data jsonb, code text, connection text)});
my $config = spew("$scratch/config", "CREATE CONNECTION one TO postgresql (table = 't', connection_pool_size = 3)");
my @one = ('--config', $config);

# The summary, for people
my $text = run([ $program, 'sink', @one ], in => qq({"id":1}\n));
is($text->{out}, '', 'nothing on standard output');
like($text->{err}, qr/^pgconnector: 1 read, 1 written, 0 deduplicated, 0 skipped, 0 unmatched, 0 dead letters, 0 retries, \d+\.\d s\n$/, 'the summary as text');
is(run([ $program, 'sink', @one, '--summary', 'none' ], in => qq({"id":2}\n))->{err}, '', 'no summary');
is(run([ $program, 'sink', @one, '--summary', 'xml' ])->{status}, 2, 'a summary that is none');

# In the database
is(sql(q{SELECT connection_name, rows_written, batches_sent, avg_batch_size, avg_write_latency_ms > 0, failed_writes, retry_count, last_error, running FROM connector.sink_metrics}),
	'one|1|1|1|t|0|0||f', 'connector.sink_metrics');
is(sql(q{SELECT connection_name, pool_size, active_connections, idle_connections, waiting_requests, connection_wait_time_ms > 0 FROM connector.pool_stats}), 'one|3|0|0|0|t', 'connector.pool_stats');

# Progress in lines, metrics in a file, both while it runs
my $metrics = "$scratch/metrics.prom";
my $fifo = "$scratch/fifo";
mkfifo($fifo, 0600) or die $!;
my $r = start([ $program, 'sink', @one, '--progress', '0.05', '--metrics', $metrics, '--batch-timeout-ms', 20, '--dead-letter-table', 'letters', '--summary', 'json', $fifo ]);
open(my $pipe, '>', $fifo) or die $!;
syswrite($pipe, qq({"id":3}\n{"id":1}\n));
ok(wait_for(sub { slurp($r->{err_file}) =~ /^pgconnector: 2 records, \d+\/s, lag 0\.0 s, 1 dead letters$/m }), 'a line of progress') or diag slurp($r->{err_file});
ok(wait_for(sub { slurp($metrics) =~ /^pgconnector_sink_dead_letters_total\{connection_name="one"\} 1$/m }), 'metrics while it runs');
like(slurp($metrics), qr/^pgconnector_sink_running\{connection_name="one"\} 1$/m, 'and it says that it does');
like(slurp($metrics), qr/^# HELP pgconnector_sink_rows_written_total .+\n# TYPE pgconnector_sink_rows_written_total counter\npgconnector_sink_rows_written_total\{connection_name="one"\} 1$/m, 'a counter');
like(slurp($metrics), qr/condition="unique_violation"\} 1$/m, 'the last error');
is(join('', grep { !/^(# (HELP|TYPE) )?pgconnector_sink_[a-z_]+(\{(\w+="[^"]*",?)+\} -?[\d.e+-]+| .*)$/ } split /^/, slurp($metrics)), '', 'every line is as Prometheus wants it');
ok(wait_for(sub { sql(q{SELECT running, active_connections FROM connector.sink_metrics JOIN connector.pool_stats USING (connection_name)}) eq 't|1' }), 'the connection while it runs');

# SIGTERM: what was read is written, what was not is not, and it is said so.
syswrite($pipe, qq({"id":4}\n{"id":));
ok(wait_for(sub { sql('SELECT count(*) FROM t') eq '4' }), 'before the signal');
kill TERM => $r->{pid};
finish($r);
is($r->{status}, 15, 'SIGTERM: exit status');
like($r->{err}, qr/^pgconnector: stopped by a signal; what had been read is written$/m, 'SIGTERM');
is($json->decode($r->{out})->{written}, 2, 'SIGTERM: the summary');
is($json->decode($r->{out})->{last_error}, 'unique_violation', 'SIGTERM: the last error');
like(slurp($metrics), qr/^pgconnector_sink_running\{connection_name="one"\} 0$/m, 'the last metrics');
ok(!-e "$metrics.tmp", 'nothing else is left');
close($pipe);
for my $signal ('INT', 'TERM')
{
	sql('TRUNCATE t');
	$r = start([ $program, 'sink', @one, '--batch-timeout-ms', 0, '--progress', '0.02', $fifo ]);
	open($pipe, '>', $fifo) or die $!;
	syswrite($pipe, join('', map { qq({"id":$_}\n) } 1 .. 500));
	ok(wait_for(sub { slurp($r->{err_file}) =~ /500 records/ }), "SIG$signal in the middle of a batch");
	is(sql('SELECT count(*) FROM t'), '0', 'of which nothing is written yet');
	kill $signal => $r->{pid};
	finish($r);
	is($r->{status}, 15, "SIG$signal: exit status");
	is(sql('SELECT count(*) FROM t'), '500', "SIG$signal: all of it is written");
	close($pipe);
}
like(run([ $program, 'sink', @one, '--metrics', "$scratch/none/metrics" ])->{err}, qr/^pgconnector: could not write "\Q$scratch\E\/none\/metrics": No such file/, 'metrics that cannot be written');
is(run([ $program, 'sink', @one, '--progress', 'often' ])->{status}, 2, 'progress that is no number');

# Percent and time left, where the size is known
sql('TRUNCATE t; CREATE TABLE slow (id int); CREATE FUNCTION wait() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN PERFORM pg_sleep(0.01); RETURN NEW; END $$; CREATE TRIGGER wait BEFORE INSERT ON slow EXECUTE FUNCTION wait()');
my $file = spew("$scratch/many.ndjson", join('', map { qq({"id":$_}\n) } 1 .. 100000));
my $progress = run([ $program, 'sink', @one, '--table', 'slow', '--progress', '0.02', $file ]);
like($progress->{err}, qr/^pgconnector: \d+ records, \d+\/s, lag \d+\.\d s, \d+ %, \d+:\d\d left$/m, 'percent and time left');

SKIP:
{
	skip('no script', 1) if run([ 'sh', '-c', 'command -v script' ])->{status} ne '0';
	my $terminal = run([ 'script', '-qec', "$program sink --config $config --table slow --progress 0.02 --summary none $file", '/dev/null' ])->{out};
	like($terminal, qr/^(?:pgconnector: \d+ records[^\n]*? %(?:, \d+:\d\d left)?\e\[K\r)+\e\[K$/, 'on a terminal, lines take each other\'s place');
	sql('TRUNCATE slow');
}

# Dead letters in a table
@one = (@one, '--dead-letter-table', 'letters');
sub replay { return run([ $program, 'deadletters', 'replay', '--summary', 'json', @one, @_ ]) }
sub sum { my $s = $json->decode($_[0]{out}); return join('/', map { $s->{$_} } qw(read written dead_lettered)) }
sub table { return sql('SELECT (SELECT string_agg(id::text, \',\' ORDER BY id) FROM t), (SELECT count(*) FROM letters)') }
sql('TRUNCATE letters; TRUNCATE t');
sink([ @one ], lines('{"id":1}', (map { qq({"id":$_,"n":-$_}) } 2 .. 4), 'no json', '{"id":5}'));
is(table(), '1,5|4', 'dead letters');
my $list = run([ $program, 'deadletters', 'list', @one ]);
is($json->decode($list->{out})->{rowCount}, 4, 'list: all of them') or diag $list->{err};
is($json->encode($json->decode($list->{out})->{rows}[0]{data}), '{"id":2,"n":-2}', 'list: the first');
is($json->decode(run([ $program, 'deadletters', 'list', @one, '--limit', 1 ])->{out})->{more}, JSON::PP::true, 'list: that there are more');
my $bad = replay();
is($bad->{status}, 0, 'replay of what is bad still') or diag $bad->{err};
is(sum($bad), '4/0/4', 'replay of what is bad still: counts');
is(table(), '1,5|4', 'they remain, once');
sql('ALTER TABLE t DROP CONSTRAINT t_n_check');
is(sum(replay()), '4/3/1', 'replay of what is good now');
is(table(), '1,2,3,4,5|1', 'it is written, and no dead letter any more');
sql(q{INSERT INTO letters (data, connection) VALUES ('{"id": 6}', 'another'), ('"{\"id\": 7}"', 'one'), (NULL, 'one')});
is(sum(replay()), '2/1/1', "another sink's are its own, and a record that came as a text is one");
is(table(), '1,2,3,4,5,7|3', 'both remain, as does one without data');
sql('TRUNCATE letters; TRUNCATE t');
for my $filler (0, 50)
{
	sql(qq{TRUNCATE t; INSERT INTO letters (data, connection) SELECT jsonb_build_object('id', g, 'v', repeat('x', $filler)), 'one' FROM generate_series(1, 2500) AS g});
	is(sum(replay('--batch-size', 700, '--unknown-keys', 'ignore')), '2500/2500/0', 'many');
	is(sql('SELECT (SELECT count(*) FROM t), (SELECT count(*) FROM letters)'), '2500|0', 'all of them');
}

# Somebody has taken one away meanwhile: nothing of that transaction is written.
sql('TRUNCATE letters; TRUNCATE t');
sql(q{INSERT INTO letters (data, connection) VALUES ('{"id": 1}', 'one'), ('{"id": 2}', 'one');
	CREATE FUNCTION steal() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN DELETE FROM letters WHERE data->>'id' = '1'; RETURN NULL; END $$; CREATE TRIGGER steal AFTER INSERT ON t EXECUTE FUNCTION steal()});
$bad = replay();
isnt($bad->{status}, 0, 'a dead letter that is gone');
like($bad->{err}, qr/\(21000\)/, 'and why it fails');
is(table(), '|2', 'nothing is written');
sql('DROP TRIGGER steal ON t; TRUNCATE letters');

# Killed in between: nothing lost, nothing twice.
sql('TRUNCATE slow; ALTER TABLE slow ADD CHECK (id > 0)');
for my $how ('table', 'file')
{
	my $letter_file = "$scratch/slow.letters";
	my @where = $how eq 'table' ? ('--dead-letter-table', 'letters') : ('--dead-letter-file', $letter_file);
	my @options = ('--config', $config, '--table', 'slow', @where, '--batch-size', 10);
	sql('TRUNCATE slow');
	if ($how eq 'table') { sql(q{INSERT INTO letters (data, connection) SELECT jsonb_build_object('id', g), 'one' FROM generate_series(-4, 4000) AS g}) }
	else { spew($letter_file, join('', map { qq({"data":{"id":$_},"code":"22P02"}\n) } -4 .. 4000)) }
	for my $n (1 .. 2)
	{
		my $before = sql('SELECT count(*) FROM slow');
		$r = start([ $program, 'deadletters', 'replay', @options ]);
		ok(wait_for(sub { sql('SELECT count(*) FROM slow') > $before + 100 }), "replay from a $how, killed the $n. time");
		kill KILL => $r->{pid};
		finish($r);
	}
	$r = run([ $program, 'deadletters', 'replay', @options, '--summary', 'json' ]);
	is($r->{status}, 0, "replay from a $how, to its end") or diag $r->{err};
	is(sql('SELECT count(*), count(DISTINCT id) FROM slow'), '4000|4000', "replay from a $how: every record, each once");
	my @left = $how eq 'table' ? split(/\n/, sql(q{SELECT DISTINCT data FROM letters})) : map { $json->encode($json->decode($_)->{data}) } split /\n/, slurp($letter_file);
	my %left = map { s/ //gr => 1 } @left;
	is(join(' ', sort keys %left), join(' ', sort map { qq({"id":$_}) } -4 .. 0), "replay from a $how: those that are bad remain");
	ok(!-e "$letter_file.replaying", 'nothing else is left');
	is(sql(q{SELECT count(*) FROM connector.sink_ledger}), '0', 'in the ledger neither');
}

# Dead letters in a file
my @file = ('--config', $config, '--dead-letter-file', "$scratch/letters");
sql('TRUNCATE t');
sink([ @file ], lines('{"id":1}', '{"id":"x"}', 'no json'));
is(scalar(() = run([ $program, 'deadletters', 'list', @file ])->{out} =~ /\n/g), 2, 'list of a file');
like(run([ $program, 'deadletters', 'list', @file, '--limit', 1 ])->{err}, qr/there are more/, 'list of a file: that there are more');
sql('ALTER TABLE t ALTER id TYPE text');
is(sum(run([ $program, 'deadletters', 'replay', '--summary', 'json', @file ])), '2/1/1', 'replay from a file');
is(sum(run([ $program, 'deadletters', 'replay', '--summary', 'json', @file ])), '1/0/1', 'and once more');
is($json->decode(slurp("$scratch/letters"))->{data}, 'no json', 'what is bad still');
spew("$scratch/letters", slurp("$scratch/letters") . qq({"data":{"id":"cut"));
is(sum(run([ $program, 'deadletters', 'replay', '--summary', 'json', @file ])), '2/0/2', 'a line that was cut short is not lost');
is(run([ $program, 'deadletters', 'replay', '--summary', 'json', '--config', $config, '--dead-letter-file', "$scratch/nothing" ])->{status}, 0, 'nothing to replay');
$r = start([ $program, 'sink', @file, $fifo ]);
open($pipe, '>', $fifo) or die $!;
syswrite($pipe, "\n");
ok(wait_for(sub { sql(q{SELECT count(*) FROM pg_stat_activity WHERE application_name = 'pgconnector'}) > 0 }), 'a sink that may write dead letters');
my $busy = run([ $program, 'deadletters', 'replay', @file ]);
is($busy->{status}, 2, 'its file is not replayed: exit status');
like($busy->{err}, qr/is in use\nhint: /, 'its file is not replayed');
close($pipe);
finish($r);

# Refused
my @cases = (
	[ 'no place', [ 'list' ], 2, qr/it is not said where the dead letters are/ ],
	[ 'no word', [], 2, qr/needs one word, list or replay/ ],
	[ 'another word', [ 'delete', @file ], 2, qr/needs one word, list or replay/ ],
	[ 'a query', [ 'replay', @file, '--query', 'SELECT 1' ], 2, qr/takes none of --query/ ],
	[ 'a limit that is none', [ 'list', @file, '--limit', 'x' ], 2, qr/is a number of dead letters/ ],
	[ 'a table that is not there', [ 'list', '--config', $config, '--dead-letter-table', 'nowhere' ], 8, qr/nowhere/ ],
);
for my $case (@cases)
{
	my ($name, $options, $status, $message) = @$case;
	my $refused = run([ $program, 'deadletters', @$options ]);
	is($refused->{status}, $status, "$name: exit status");
	like($refused->{err}, $message, $name);
}
sql('ALTER TABLE letters DROP COLUMN id');
$bad = replay();
is($bad->{status}, 11, 'a table without a primary key: exit status');
like($bad->{err}, qr/has no primary key \(22023\)\ndetail: .*\nhint: ALTER TABLE letters ADD COLUMN id bigint GENERATED/, 'a table without a primary key');
for my $subcommand ('sink', 'deadletters')
{
	my $help = run([ $program, $subcommand, '--help' ]);
	like($help->{out}, qr/^Usage: pgconnector $subcommand /, "$subcommand --help");
	is(join('', grep { length > 81 } split /^/, $help->{out}), '', "$subcommand --help fits into 80 columns");
}

done_testing();

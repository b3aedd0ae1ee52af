# What a sink does about errors that pass, about those that do not, and when its table becomes another one.

use strict;
use warnings;

use File::Basename qw(dirname);
use lib dirname(__FILE__) . '/lib';
use ClientTest;
use IO::Handle;
use JSON::PP;
use POSIX qw(mkfifo);
use Test::More;

my $database = create_database('pgc_retry');
$ENV{PGDATABASE} = $database;

sub sql { return psql($database, $_[0]) }
sub summary { my ($r) = @_; return eval { decode_json($r->{out}) } // {} }
sub rows { my ($n, $more) = @_; return join('', map { qq({"id": $_$more}\n) } 1 .. $n) }

sql(<<'SQL');
CREATE TABLE t (id int PRIMARY KEY, v text);
CREATE TABLE dead (data jsonb, code text);
CREATE ROLE pgc_retry_role LOGIN CONNECTION LIMIT 1;
GRANT ALL ON t TO pgc_retry_role;
SQL

# The sink with few and short pauses
my @sink = ($program, 'sink', '--table', 't', '--retry-backoff-ms', 50, '--summary', 'json');

# Hold something in a session of psql until told to let go.
sub hold
{
	my ($sql, %env) = @_;
	my $r = start([ 'psql', '-X', '-q', '-d', $database, '-c', $sql, '-c', "SELECT 'held', pg_sleep(100)" ], env => { PGAPPNAME => 'holder', %env });
	wait_for(sub { sql(q(SELECT count(*) FROM pg_stat_activity WHERE application_name = 'holder' AND query LIKE '%held%')) > 0 }) or die 'nothing is held';
	return $r;
}
sub let_go
{
	my ($r) = @_;
	sql(q(SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity WHERE application_name = 'holder'));
	finish($r);
	return;
}

# A server that is not there, and comes
my $directory = "$scratch/s";
mkdir $directory;
my $r = run([ @sink, '--max-retries', 2 ], in => rows(3, ''), env => { PGHOST => $directory });
like($r->{err}, qr/\(08001\)/, 'no server');
isnt($r->{status}, 0, 'fails in the end');
my $waiting = start([ @sink, '--max-retries', 200 ], in => rows(3, ''), env => { PGHOST => $directory });
select(undef, undef, undef, 0.3);
symlink("$ENV{PGHOST}/.s.PGSQL.$ENV{PGPORT}", "$directory/.s.PGSQL.$ENV{PGPORT}") or die "symlink: $!";
finish($waiting);
is($waiting->{status}, 0, 'a server that comes later') or diag($waiting->{err});
is(sql('SELECT count(*) FROM t'), 3, 'all are there');

# No connection is left
my $held = hold('SELECT 1', PGUSER => 'pgc_retry_role');
$r = run([ @sink, '--write-mode', 'upsert', '--max-retries', 0 ], in => rows(3, ''), env => { PGUSER => 'pgc_retry_role' });
like($r->{err}, qr/too many connections for role .*\(53300\)/, 'too many connections');
$waiting = start([ @sink, '--write-mode', 'upsert', '--max-retries', 200 ], in => rows(3, ''), env => { PGUSER => 'pgc_retry_role' });
select(undef, undef, undef, 0.2);
let_go($held);
finish($waiting);
is($waiting->{status}, 0, 'there is one again') or diag($waiting->{err});

# A lock, within lock_timeout
$held = hold('BEGIN; SELECT FROM t FOR UPDATE');
my @limited = (@sink, '--write-mode', 'upsert', '--session-variables', '{"lock_timeout": "30ms"}');
$r = run([ @limited, '--max-retries', 3 ], in => rows(100, ', "v": "w"'));
like($r->{err}, qr/\(55P03\)/, 'lock_timeout');
is(summary($r)->{retries}, 3, 'after three retries');
is(sql('SELECT last_error FROM connector.sink_metrics WHERE role = current_user'), 'lock_not_available', 'which the metrics tell');
$waiting = start([ @limited, '--max-retries', 300 ], in => rows(100, ', "v": "w"'));
select(undef, undef, undef, 0.2);
let_go($held);
finish($waiting);
is($waiting->{status}, 0, 'a lock that is released') or diag($waiting->{err});
cmp_ok(summary($waiting)->{retries}, '>', 0, 'with retries');
is(sql('SELECT count(*) FROM t'), 100, 'all are there');

# A time limit that all records at once exceed: fewer do not
sql(<<'SQL');
CREATE FUNCTION slow() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN PERFORM pg_sleep(0.01); RETURN NEW; END $$;
CREATE TRIGGER slow BEFORE INSERT ON t FOR EACH ROW EXECUTE FUNCTION slow();
TRUNCATE t;
SQL
my @slow = (@sink, '--session-variables', '{"statement_timeout": "400ms"}');
$r = run([ @slow ], in => rows(100, ''));
is($r->{status}, 0, 'statement_timeout: in smaller steps') or diag($r->{err});
is(sql('SELECT count(*) FROM t'), 100, 'all are there');
sql('TRUNCATE t');
$r = run([ @slow, '--retry-on-errors', 'deadlock' ], in => rows(100, ''));
like($r->{err}, qr/canceling statement due to statement timeout .*\(57014\)/, 'unless other errors are to be retried');
is(sql('SELECT count(*) FROM t'), 0, 'nothing is there');

# Whoever cancels means it
$waiting = start([ @sink, '--use-copy', 'true' ], in => rows(500, ''));
wait_for(sub { sql(q(SELECT count(*) FROM pg_stat_activity WHERE application_name = 'pgconnector' AND state = 'active' AND query LIKE 'COPY%' AND query_start < clock_timestamp() - interval '50 ms' AND pg_cancel_backend(pid))) > 0 });
finish($waiting);
like($waiting->{err}, qr/canceling statement due to user request .*\(57014\)/, 'a cancel ends it');
is(summary($waiting)->{retries}, 0, 'without a retry');
sql('DROP TRIGGER slow ON t');

# What will not pass is not repeated, and what is bad is nobody's business
$r = run([ @sink, '--dead-letter-table', 'dead' ], in => qq({"id": 1, "v": "a"}\n{"id": 1, "v": "secret"}\n));
is(join(' ', @{ summary($r) }{qw(written dead_lettered retries)}), '1 1 0', 'a bad record is no retry');
is(sql('SELECT last_error FROM connector.sink_metrics WHERE role = current_user'), 'unique_violation', 'of an error only the name is told');

# Serialization failures, of two that write the same
sql('TRUNCATE t');
for my $level ('repeatable read', 'SERIALIZABLE')
{
	my @two = map { start([ @sink, '--write-mode', 'upsert', '--isolation-level', $level, '--batch-size', 100, '--max-retries', 100, '--retry-backoff-ms', 10 ],
			in => join('', map { sprintf(qq({"id": %d, "v": "%d"}\n), $_ % 50, $_) } 1 .. 3000)) } 1 .. 2;
	finish($_) for @two;
	is("$two[0]{status} $two[1]{status}", '0 0', "two at $level") or diag($two[0]{err}, $two[1]{err});
}

# The table becomes another while records come in, few or many at once, straight in or through staging
mkfifo("$scratch/fifo", 0600) or die "mkfifo: $!";
for my $case ([ 'insert', 3 ], [ 'insert', 60 ], [ 'upsert', 3 ], [ 'upsert', 60 ], [ 'upsert', 60, '--use-copy', 'true' ])
{
	my ($mode, $n, @options) = @$case;
	my ($id, $name) = (0, join(' ', "$mode of $n", @options));
	sql('DROP TABLE t; CREATE TABLE t (id int PRIMARY KEY, v text)');
	sql('TRUNCATE dead');
	my $sink = start([ @sink, '--write-mode', $mode, '--dead-letter-table', 'dead', '--batch-timeout-ms', 30, '--batch-size', 1000, @options, "$scratch/fifo" ]);
	open(my $to, '>', "$scratch/fifo") or die "fifo: $!";
	$to->autoflush(1);
	my $write = sub { my ($members) = @_; print $to map { $id++; qq({"id": $id$members}\n) } 1 .. $n; return };
	my $arrives = sub { my ($sql, $what) = @_; ok(wait_for(sub { sql($sql) == $n }), "$name: $what") or diag(sql('SELECT * FROM dead LIMIT 3'), slurp($sink->{err_file})); return };

	$write->(', "v": "first"');
	$arrives->(q(SELECT count(*) FROM t WHERE v = 'first'), 'as it was');
	sql('ALTER TABLE t ADD COLUMN c int');
	$write->(', "c": 1');
	$arrives->('SELECT count(*) FROM t WHERE c = 1', 'a column more');
	sql('ALTER TABLE t DROP COLUMN c');
	$write->(', "v": "no c"');
	$arrives->(q(SELECT count(*) FROM t WHERE v = 'no c'), 'a column less');
	sql('ALTER TABLE t RENAME v TO w');
	$write->(', "w": "renamed"');
	$arrives->(q(SELECT count(*) FROM t WHERE w = 'renamed'), 'another name');
	sql('ALTER TABLE t ADD COLUMN d int[]');
	sql('ALTER TABLE t ALTER w TYPE jsonb USING to_jsonb(w)');
	$write->(', "w": {"a": 1}, "d": [1]');
	$arrives->(q(SELECT count(*) FROM t WHERE w = '{"a": 1}' AND d = '{1}'), 'another type');
	sql('DROP TABLE t; CREATE TABLE t (id int PRIMARY KEY, x text)');
	$write->(', "x": "new"');
	$arrives->(q(SELECT count(*) FROM t WHERE x = 'new'), 'another table');
	$write->(', "w": 1');
	$arrives->(q(SELECT count(*) FROM dead WHERE code = '42703'), 'what is unknown now is so to everybody');
	sql('ALTER TABLE t ADD COLUMN e int');
	ok(wait_for(sub { sql('ALTER TABLE t ALTER e SET DEFAULT 5'); $write->(''); sql('SELECT count(*) FROM t WHERE e = 5') > 0 }), "$name: a new default is seen soon");
	close($to);
	finish($sink);
	is($sink->{status}, 0, "$name: and it adds up") or diag($sink->{err});
	is(summary($sink)->{read}, $id, "$name: all were read");
	is(summary($sink)->{dead_lettered}, $n, "$name: no more dead letters than those");
}

# A key that is gone cannot be written by
sql('TRUNCATE t');
my $sink = start([ @sink, '--write-mode', 'upsert', '--batch-timeout-ms', 30, "$scratch/fifo" ]);
open(my $to, '>', "$scratch/fifo") or die "fifo: $!";
$to->autoflush(1);
print $to qq({"id": 1, "x": "a"}\n);
wait_for(sub { sql('SELECT count(*) FROM t') == 1 });
sql('ALTER TABLE t DROP CONSTRAINT t_pkey');
print $to qq({"id": 2, "x": "a"}\n);
finish($sink);
close($to);
like($sink->{err}, qr/"t" has no primary key \(42P10\)/, 'a key that is gone');
is(sql('SELECT count(*) FROM t'), 1, 'and nothing is written without');

# A full disk
SKIP:
{
	my $space = "$scratch/space";
	my $owner = (stat "$ENV{PGHOST}")[4];
	mkdir $space;
	chmod 0755, $scratch;
	skip('no file system can be mounted here', 5) if $> != 0 || run([ 'mount', '-t', 'tmpfs', '-o', "size=4m,mode=700,uid=$owner", 'tmpfs', $space ])->{status} ne '0';
	sql("CREATE TABLESPACE pgc_retry_space LOCATION '$space'");
	sql('CREATE TABLE big (id int, v text) TABLESPACE pgc_retry_space');
	my $file = spew("$scratch/big", rows(20000, ', "v": "' . 'x' x 500 . '"'));
	my @big = ($program, 'sink', '--table', 'big', '--dead-letter-table', 'dead', '--exactly-once', 'true', '--name', 'big', '--max-retries', 1, '--retry-backoff-ms', 10, $file);
	sql('TRUNCATE dead');
	$r = run(\@big);
	like($r->{err}, qr/No space left on device .*\(53100\)/, 'a full disk');
	my $written = sql('SELECT count(*) FROM big');
	cmp_ok($written, '>', 0, "$written fitted");
	is(sql('SELECT count(*) FROM dead'), 0, 'nobody is to blame');
	run([ 'mount', '-o', 'remount,size=64m', $space ]);
	is(run(\@big)->{status}, 0, 'goes on with a larger one');
	is(sql('SELECT count(*), count(DISTINCT id) FROM big'), '20000|20000', 'all are there, once');
	sql('DROP TABLE big');
	sql('DROP TABLESPACE pgc_retry_space');
	run([ 'umount', $space ]);
}

sql('DROP OWNED BY pgc_retry_role; DROP ROLE pgc_retry_role');
done_testing();

# How a sink commits while records come fast: with the beginning of the next batch. What is bad only then is found all the
# same, and nothing else comes to harm; and when the input falls silent, the commit does not wait for more.

use strict;
use warnings;

use File::Basename qw(dirname);
use lib dirname(__FILE__) . '/lib';
use ClientTest;
use IO::Handle;
use JSON::PP;
use POSIX qw(mkfifo);
use Test::More;

my $database = create_database('pgc_fast');
$ENV{PGDATABASE} = $database;

sub sql { return psql($database, $_[0]) }
sub summary { my ($r) = @_; return eval { decode_json($r->{out}) } // {} }

sql(<<'SQL');
CREATE TABLE parent (id int PRIMARY KEY);
INSERT INTO parent VALUES (1);
CREATE TABLE late (id int PRIMARY KEY, parent int REFERENCES parent DEFERRABLE INITIALLY DEFERRED);
CREATE TABLE dead (data jsonb, code text);
CREATE TABLE queries (query text);
CREATE FUNCTION note_query() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN INSERT INTO queries VALUES (current_query()); RETURN NULL; END $$;
CREATE TRIGGER note AFTER INSERT ON late FOR EACH STATEMENT EXECUTE FUNCTION note_query();
SQL
my $records = join('', map { sprintf(qq({"id": %d, "parent": %d%s}\n), $_, $_ % 250 ? 1 : 2, ' ' x 500) } 1 .. 1000);
for my $case (['insert'], [ 'insert', '--use-copy', 'true' ], ['upsert'], [ 'upsert', '--use-copy', 'true' ])
{
	my ($write_mode, @options) = @$case;
	my $mode = join('', @$case);
	my @late = ($program, 'sink', '--table', 'late', '--write-mode', $write_mode, @options, '--batch-size', 100, '--batch-timeout-ms', 60000, '--summary', 'json');
	sql('TRUNCATE late, queries, dead');
	my $r = run([ @late, '--dead-letter-table', 'dead' ], in => $records);
	is(join(' ', @{ summary($r) }{qw(read written dead_lettered transactions)}), '1000 996 4 10', "$mode, fast, bad at COMMIT") or diag($r->{err});
	is(sql(q(SELECT count(*), (SELECT string_agg(code || ' ' || (data->>'id'), ', ' ORDER BY (data->>'id')::int) FROM dead) FROM late)),
		'996|23503 250, 23503 500, 23503 750, 23503 1000', 'exactly those are bad');
	is(sql(q(SELECT count(*) > 0 FROM queries WHERE query LIKE 'COMMIT; BEGIN%; COPY %')), 't', 'a commit comes with the next COPY') if $mode =~ /^insert-/;

	sql('TRUNCATE late, dead');
	$r = run(\@late, in => $records);
	like($r->{err}, qr/violates foreign key.*\(23503\)/, "$mode, fast, bad at COMMIT, no place for dead letters");
	is(sql('SELECT count(*), max(id) FROM late'), '200|200', 'what came before is there');

	sql('TRUNCATE late, dead');
	$r = run([ @late, '--dead-letter-table', 'dead', '--max-dead-letters', 1 ], in => $records);
	like($r->{err}, qr/2 of 500 records are bad.*\(54000\)/, "$mode, fast, bad at COMMIT, too many");
	is(sql('SELECT count(*), max(id), (SELECT count(*) FROM dead) FROM late'), '399|400|1', 'what came before is there');

	sql('TRUNCATE late');
	mkfifo("$scratch/late.$mode", oct(600)) or die "mkfifo: $!";
	my $waiting = start([ @late, "$scratch/late.$mode" ]);
	open(my $fifo, '>', "$scratch/late.$mode") or die "fifo: $!";
	$fifo->autoflush(1);
	print {$fifo} map { sprintf(qq({"id": %d, "parent": 1%s}\n), $_, " " x 500) } 1 .. 200;
	ok(wait_for(sub { sql('SELECT count(*) FROM late') == 200 }), "$mode: committed as soon as the input is silent");
	close($fifo);
	finish($waiting);
	is($waiting->{status}, 0, 'and it ends') or diag($waiting->{err});
}

done_testing();

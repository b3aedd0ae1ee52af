# A zoo of records that cannot be written: exactly these become dead letters, each with the right code, and everything
# else is written, whichever way the records take into the table.

use strict;
use warnings;

use File::Basename qw(dirname);
use lib dirname(__FILE__) . '/lib';
use ClientTest;
use JSON::PP;
use Test::More;

my $database = create_database('pgc_poison');
$ENV{PGDATABASE} = $database;

sub sql { return psql($database, $_[0]) }
sub summary { my ($r) = @_; return eval { decode_json($r->{out}) } // {} }

sql(<<'SQL');
CREATE TABLE ref (id int PRIMARY KEY);
INSERT INTO ref SELECT generate_series(1, 3);
CREATE TYPE mood AS ENUM ('happy', 'sad');
CREATE DOMAIN small AS int CHECK (VALUE < 10);
CREATE TYPE pair AS (a int, b text);
CREATE TABLE zoo (
	id bigint PRIMARY KEY, name text NOT NULL, n int CHECK (n < 100), u text UNIQUE, v varchar(5), d date, j jsonb, k json,
	r int4range, fk int REFERENCES ref, dfk int REFERENCES ref DEFERRABLE INITIALLY DEFERRED, du int UNIQUE DEFERRABLE INITIALLY DEFERRED,
	a int[], m mood, s small, p pair, t timestamptz, b bytea, x numeric(6, 2), g int GENERATED ALWAYS AS (1) STORED,
	EXCLUDE USING gist (r WITH &&));
CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
	IF NEW.name = TG_ARGV[0] || ' raise' THEN RAISE 'not that one'; END IF;
	IF NEW.name = TG_ARGV[0] || ' own' THEN RAISE 'nor that' USING ERRCODE = 'ZOO42'; END IF;
	IF NEW.name = TG_ARGV[0] || ' division' THEN NEW.n := 1 / (NEW.n - NEW.n); END IF;
	RETURN NEW;
END $$;
CREATE TRIGGER before BEFORE INSERT OR UPDATE ON zoo FOR EACH ROW EXECUTE FUNCTION refuse('before');
CREATE TRIGGER after AFTER INSERT OR UPDATE ON zoo FOR EACH ROW EXECUTE FUNCTION refuse('after');
CREATE CONSTRAINT TRIGGER late AFTER INSERT OR UPDATE ON zoo DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION refuse('late');
CREATE TABLE dead (data jsonb, error_type text, error_time timestamptz, code text, message text, "constraint" text, connection text, position bigint);
SQL

# What is wrong, and the code of that. ID is replaced by a number of its own.
my @bad = (
	['{"id": ID, "name": "x"', '22P02'], ['nonsense', '22P02'], ['{"id": ID, "name": "x"} {', '22P02'], ['{"id": ID, "name": "x",}', '22P02'],
	["{\"id\": ID, \"name\": \"x\"}\0", '22P02'], ['{"id": 01, "name": "x"}', '22P02'], ["{\"id\": ID, \"name\": \"a\tb\"}", '22P02'],
	['[{"id": ID, "name": "x"}]', '22023'], ['17', '22023'], ['null', '22023'], ['"text"', '22023'],
	['{"id": ID, "name": "a\u0000b"}', '22P05'], ['{"id": ID, "name": "\ud800"}', '22P05'], ['{"id": ID, "name": "\udc00\ud800"}', '22P05'],
	['{"id": ID, "name": "x", "j": "a\u0000"}', '22P05'], ['{"id": ID, "name": "x", "j": {"\ud800": 1}}', '22P02'],
	["{\"id\": ID, \"name\": \"\xff\"}", '22021'], ["{\"id\": ID, \"name\": \"\xc0\x80\"}", '22021'], ["{\"id\": ID, \"name\": \"x\", \"j\": \"\xed\xa0\x80\"}", '22021'],
	["{\"id\": ID, \"name\": \"x\", \"\xff\xfe\": 1}", '42703'], ['{"id": ID, "name": "x", "' . 'a' . "\xc3\xa9" x 200 . '": 1}', '42703'],
	['{"id": ID, "name": "x", "v": "too long"}', '22001'], ['{"id": "x", "name": "x"}', '22P02'], ['{"id": 1.5, "name": "x"}', '22P02'],
	['{"id": 1e400, "name": "x"}', '22P02'], ['{"id": 99999999999999999999, "name": "x"}', '22003'], ['{"id": {}, "name": "x"}', '22P02'],
	['{"id": ID, "name": "x", "n": 4294967296}', '22003'], ['{"id": ID, "name": "x", "d": "2026-02-30"}', '22008'], ['{"id": ID, "name": "x", "d": "soon"}', '22007'],
	['{"id": ID, "name": "x", "a": [1, "x"]}', '22P02'], ['{"id": ID, "name": "x", "a": 1}', '22P02'], ['{"id": ID, "name": "x", "m": "angry"}', '22P02'],
	['{"id": ID, "name": "x", "p": {"a": 1, "c": 2}}', '42703'], ['{"id": ID, "name": "x", "p": {"a": "y"}}', '22P02'], ['{"id": ID, "name": "x", "b": "\\\\xzz"}', '22023'],
	['{"id": ID, "name": "x", "x": 12345.6}', '22003'], ['{"id": ID, "name": "x", "t": "2026-13-01"}', '22008'], ['{"id": ID, "name": "x", "r": "[2,1]"}', '22000'],
	['{"id": ID, "name": "x", "s": 10}', '23514'], ['{"id": ID, "name": "x", "n": 100}', '23514'], ['{"id": null, "name": "x"}', '23502'], ['{"name": "x"}', '23502'],
	['{"id": ID, "name": null}', '23502'], ['{"id": ID}', '23502'], ['{}', '23502'], ['{"id": ID, "id": ID, "name": "x"}', '42601'],
	['{"id": ID, "name": "x", "u": "taken"}', '23505'], ['{"id": ID, "name": "x", "r": "[5,6]"}', '23P01'], ['{"id": ID, "name": "x", "fk": 9}', '23503'],
	['{"id": ID, "name": "x", "dfk": 9}', '23503'], ['{"id": ID, "name": "x", "du": 1}', '23505'], ['{"id": ID, "name": "x", "g": 1}', '428C9'], ['{"id": ID, "name": "x", "nosuch": 1}', '42703'],
	['{"id": ID, "name": "before raise"}', 'P0001'], ['{"id": ID, "name": "before own"}', 'ZOO42'], ['{"id": ID, "name": "before division", "n": 1}', '22012'],
	['{"id": ID, "name": "after raise"}', 'P0001'], ['{"id": ID, "name": "after own"}', 'ZOO42'], ['{"id": ID, "name": "after division", "n": 1}', '22012'],
	['{"id": ID, "name": "late raise"}', 'P0001'], ['{"id": ID, "name": "late own"}', 'ZOO42'],
	['{"id": ID, "name": "x", "j": ' . '[' x 20000 . ']' x 20000 . '}', '54001'], ['{"id": ID, "name": "x", "j": ' . '[' x 70000 . ']' x 70000 . '}', '22P02'],
	['{"id": ID, "name": "x", "j": {"a": 1e200000}}', '22003'],
);

# The zoo among good records: its text, what is expected of dead letters, and the ids that must be there.
sub zoo
{
	my ($every, %options) = @_;
	my ($text, $id, @dead, %good) = ('', 1000);
	my @left = @bad;
	my $first = sub { $text .= qq({"id": $_[0], "name": "first", "u": "taken", "r": "[1,10]", "du": 1}\n); $good{ $_[0] } = 1 };
	$first->(1);
	while (@left)
	{
		for (1 .. $every)
		{
			my $n = ++$id;
			$text .= $n % 3 ? qq({"id": $n, "name": "good \\u00e9 $n", "n": 5, "a": [1, null], "p": {"b": "x\\"y"}, "j": {"k": [1.50, "\\\\"]}, "dfk": 2, "fk": 1, "k": "a\\u0000"}\n)
			  : qq({"id": "$n", "name": "good $n", "d": "2026-02-28"}\n);
			$good{$n} = 1;
		}
		my ($record, $code) = @{ shift @left };
		my $n = ++$id;
		$record =~ s/ID/$n/g;
		$text .= "$record\n";
		push @dead, length($text) . " $code";
	}
	return ($text, \@dead, [ sort { $a <=> $b } keys %good ]);
}

sub check_zoo
{
	my ($name, $every, @flags) = @_;
	my ($text, $dead, $good) = zoo($every);
	my $file = spew("$scratch/zoo.ndjson", $text);
	sql('TRUNCATE zoo, dead');
	my $r = run([ $program, 'sink', '--table', 'zoo', '--dead-letter-table', 'dead', '--summary', 'json', @flags, $file ]);
	is($r->{status}, 0, "$name: done") or diag($r->{err});
	my $summary = summary($r);
	is($summary->{read}, @$dead + @$good, "$name: all were read");
	is_deeply([ @$summary{qw(written deduplicated skipped unmatched dead_lettered)} ], [ scalar @$good, 0, 0, 0, scalar @$dead ], "$name: the summary")
	  or diag($r->{out});
	is(sql('SELECT position || \' \' || code FROM dead ORDER BY position'), join("\n", @$dead), "$name: dead letters");
	is(sql('SELECT id FROM zoo ORDER BY id'), join("\n", @$good), "$name: everything else is there");
	return;
}

check_zoo('given to insert', 4);
check_zoo('given to insert, more bad than good', 1, '--batch-size', 60);
check_zoo('given to insert, in one transaction of many', 3, '--transaction-size', 100000, '--batch-size', 100);
check_zoo('by COPY', 4, '--use-copy', 'true');
check_zoo('by COPY, a large batch', 4, '--batch-size', 10000);
check_zoo('by COPY, more bad than good', 1, '--use-copy', 'true', '--batch-size', 60);
check_zoo('by COPY, in one transaction of many', 3, '--use-copy', 'true', '--transaction-size', 100000, '--batch-size', 100);
check_zoo('as rows', 2, '--use-copy', 'false');
check_zoo('as rows, few at once', 2, '--batch-size', 7);
check_zoo('through staging', 4, '--write-mode', 'upsert', '--use-copy', 'true');
check_zoo('through staging, more bad than good', 1, '--write-mode', 'upsert', '--use-copy', 'true', '--batch-size', 60);
check_zoo('given', 4, '--write-mode', 'upsert');
check_zoo('given, more bad than good', 1, '--write-mode', 'upsert', '--batch-size', 60);
check_zoo('an upsert as rows', 2, '--write-mode', 'upsert', '--use-copy', 'false');
check_zoo('with a ledger', 4, '--exactly-once', 'true', '--name', 'zoo');
check_zoo('with a ledger, by COPY', 4, '--exactly-once', 'true', '--name', 'zoo copied', '--use-copy', 'true');

# Letters that jsonb cannot hold are strings, their neighbours are not
is(sql(q(SELECT jsonb_typeof(data), count(*) FROM dead WHERE code IN ('22P05', '23514', 'P0001', '54001') GROUP BY 1 ORDER BY 1)), "object|5\nstring|5",
	'letters that jsonb does not take');
is(sql(q(SELECT data #>> '{}' FROM dead WHERE code = '22P05' ORDER BY position LIMIT 1)) =~ /^\{"id": \d+, "name": "a\\u0000b"\}$/ ? 1 : 0, 1, 'are what they came as');
is(sql(q(SELECT data ->> 'name', "constraint", connection, message FROM dead WHERE code = '23505' AND data ? 'u')),
	'x|zoo_u_key|zoo copied|duplicate key value violates unique constraint "zoo_u_key"', 'and all have their reason');

# All are bad, and nothing is the matter with that; but it may be said to be
my $all = join('', map { qq({"id": $_, "name": null}\n) } reverse 1 .. 3000);
sub all_bad
{
	sql('TRUNCATE zoo, dead');
	return run([ $program, 'sink', '--table', 'zoo', '--dead-letter-table', 'dead', '--summary', 'json', '--batch-size', '1000', @_ ], in => $all);
}
for my $mode ('insert', 'upsert')
{
	my $r = all_bad('--write-mode', $mode);
	is(summary($r)->{dead_lettered}, 3000, "$mode: all are bad") or diag($r->{err});
	is(sql('SELECT count(*), count(DISTINCT position), min(code), max(code) FROM dead'), '3000|3000|23502|23502', "$mode: 3000 letters");
}
my $r = all_bad('--max-dead-letters', 100);
isnt($r->{status}, 0, 'too many are bad');
like($r->{err}, qr/1000 of 1000 records are bad, which is more than allowed \(54000\)/, 'and it says so');
is(sql('SELECT count(*) FROM dead'), 0, 'none of the transaction is there');
$r = run([ $program, 'sink', '--table', 'zoo' ], in => qq({"id": 1, "name": "x"}\n{"id": 2, "name": null}\n{"id": 3, "name": "x"}\n));
like($r->{err}, qr/null value in column "name" of relation "zoo" violates not-null constraint \(23502\)/, 'with no place for dead letters it is the error');
is(sql('SELECT count(*) FROM zoo'), 0, 'and nothing of the transaction is written');

# Values, and triggers, whose errors seem to be about the table
sql(<<'SQL');
CREATE TABLE odd (id int PRIMARY KEY, q tsquery, p jsonpath, c regclass, a int[]);
CREATE FUNCTION odd() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
	IF NEW.id % 10 = 1 THEN PERFORM 1 FROM nosuch; END IF;
	IF NEW.id % 10 = 2 THEN RAISE insufficient_privilege; END IF;
	RETURN NEW;
END $$;
CREATE TRIGGER odd BEFORE INSERT ON odd FOR EACH ROW WHEN (NEW.id > 1000) EXECUTE FUNCTION odd();
SQL
for my $way ([ 5 ], [ 100 ], [ 100, '--use-copy', 'true' ], [ 100, '--use-copy', 'false' ], [ 100, '--write-mode', 'upsert' ], [ 100, '--write-mode', 'upsert', '--use-copy', 'true' ])
{
	my ($n, @flags) = @$way;
	sql('TRUNCATE odd, dead');
	my $r = run([ $program, 'sink', '--table', 'odd', '--dead-letter-table', 'dead', '--summary', 'json', @flags ], in =>
		join('', map { qq({"id": $_}\n) } 1 .. $n) . join('', map { "$_\n" } '{"id": 501, "q": "a &"}', '{"id": 502, "p": "$."}', '{"id": 503, "c": "nosuch"}',
			'{"id": 504, "c": "nosuch.nosuch"}', '{"id": 505, "a": {}}', '{"id": 1001}', '{"id": 1002}', '{"id": 1003}'));
	is(sql('SELECT data ->> \'id\', code FROM dead ORDER BY 1'), "1001|42P01\n1002|42501\n501|42601\n502|42601\n503|42P01\n504|3F000\n505|22P02", "odd errors, $n @flags")
	  or diag($r->{err});
	is(summary($r)->{written}, $n + 1, 'and the others are written');
}

# A record that conflicts with one that is itself bad is good
sql('CREATE TABLE redone (id int UNIQUE, p int REFERENCES ref)');
for my $way ([], [ '--use-copy', 'true' ], [ '--use-copy', 'false' ], [ '--batch-size', 1 ])
{
	sql('TRUNCATE redone, dead');
	run([ $program, 'sink', '--table', 'redone', '--dead-letter-table', 'dead', @$way ], in => qq({"id":5,"p":999}\n{"id":5,"p":1}\n{"id":5,"p":2}\n));
	is(sql('SELECT * FROM redone') . ' ' . sql('SELECT data, code FROM dead ORDER BY position'), qq(5|1 {"p": 999, "id": 5}|23503\n{"p": 2, "id": 5}|23505), "only the bad one is bad, @$way");
}

# Records that a trigger gives the same key
sql(<<'SQL');
CREATE TABLE shifted (id int PRIMARY KEY, a int);
CREATE FUNCTION shift() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN IF NEW.id = 3 THEN NEW.id := 2; END IF; RETURN NEW; END $$;
CREATE TRIGGER shift BEFORE INSERT ON shifted FOR EACH ROW EXECUTE FUNCTION shift();
SQL
for my $way ([], [ '--use-copy', 'true' ], [ '--use-copy', 'false' ])
{
	sql('TRUNCATE shifted, dead');
	run([ $program, 'sink', '--table', 'shifted', '--write-mode', 'upsert', '--dead-letter-table', 'dead', @$way ], in => join('', map { qq({"id":$_,"a":$_}\n) } 0 .. 59));
	is(sql('SELECT (SELECT count(*) FROM shifted), (SELECT a FROM shifted WHERE id = 2), (SELECT count(*) FROM dead)'), '59|3|0', "each is written, @$way");
}

# Conflicts in the first batch of a transaction, and batches of several shapes behind it that begin while they come
sql('CREATE TABLE behind (id int PRIMARY KEY, a int UNIQUE, b text)');
my $behind = join('', map { my $i = $_; (grep { $_ == $i } 50, 80, 120, 200) ? qq({"id":$i,"a":10001}\n) : $i % 2 ? qq({"id":$i,"a":$i}\n) : qq({"id":$i,"b":"x"}\n) } 0 .. 5999);
for my $way ([ 'upsert' ], [ 'upsert', '--use-copy', 'true' ], [ 'insert_ignore' ], [ 'insert' ], [ 'insert', '--use-copy', 'true' ])
{
	my ($mode, @copy) = @$way;
	sql('TRUNCATE behind, dead; INSERT INTO behind VALUES (-1, 10001)');
	my $r = run([ $program, 'sink', '--table', 'behind', '--write-mode', $mode, '--dead-letter-table', 'dead', '--transaction-size', 5000, '--batch-size', 500,
		'--summary', 'json', @copy, spew("$scratch/behind", $behind) ]);
	is($r->{status}, 0, "conflicts in the first batch, $mode @copy") or diag($r->{err});
	is(join(' ', summary($r)->{written}, sql('SELECT count(*), (SELECT count(*) FROM dead) FROM behind')), $mode eq 'insert_ignore' ? '5996 5997|0' : '5996 5997|4', 'all others are written');
}

# What is no record is none either when it is read again, nor when it is replayed
sql('CREATE TABLE lines (id int PRIMARY KEY, n int CHECK (n > 0)); TRUNCATE dead');
$r = run([ $program, 'sink', '--table', 'lines', '--dead-letter-table', 'dead', spew("$scratch/lines.csv", qq(id,n\n1,1\n{"id":5}\n2,-1\n3\n4,4\n)) ]);
is(sql('SELECT data, code, message FROM dead ORDER BY position'),
	qq("{\\"id\\":5}"|22P02|the line has fewer fields than the header\n{"n": "-1", "id": "2"}|23514|new row for relation "lines" violates check constraint "lines_n_check"\n) .
	'"3"|22P02|the line has fewer fields than the header', 'lines that are no records') or diag($r->{err});
is(sql('SELECT * FROM lines ORDER BY id'), "1|1\n4|4", 'are not written');
sql('TRUNCATE dead');
run([ $program, 'deadletters', 'replay', '--table', 'lines', '--dead-letter-file', spew("$scratch/none", qq({"id":73}\n{"data":{"id":74,"n":-1}}\n)) ]);
is(sql('SELECT * FROM lines ORDER BY id'), "1|1\n4|4", 'what is no dead letter is not written');
$r = run([ $program, 'deadletters', 'replay', '--table', 'lines', '--dead-letter-file', $scratch ]);
like($r->{err}, qr/is not a regular file/, 'a directory is not replayed');
ok(-d $scratch, 'and stays where it is');

# A record of several lines is a letter of one; one that gives a member twice is kept whole
$r = run([ $program, 'sink', '--table', 'lines', '--dead-letter-file', "$scratch/folded", spew("$scratch/folded.json", qq([\n{"id":6,\r\n "n":-6}])) ]);
is(scalar(() = slurp("$scratch/folded") =~ /\n/g), 1, 'a letter is a line') or diag($r->{err});
sql('ALTER TABLE lines DROP CONSTRAINT lines_n_check');
run([ $program, 'deadletters', 'replay', '--table', 'lines', '--dead-letter-file', "$scratch/folded" ]);
is(sql('SELECT * FROM lines WHERE id = 6'), '6|-6', 'that can be replayed');
sql('TRUNCATE dead');
my @auto = ('--table', 'lines', '--write-mode', 'auto', '--operation-column', 'op', '--dead-letter-table', 'dead');
run([ $program, 'sink', @auto ], in => qq({"op":"c","op":"d","id":4}\n));
is(sql('SELECT data, code FROM dead'), '"{\"op\":\"c\",\"op\":\"d\",\"id\":4}"|42601', 'a member given twice');
run([ $program, 'deadletters', 'replay', @auto ]);
is(sql('SELECT (SELECT count(*) FROM lines WHERE id = 4), (SELECT count(*) FROM dead)'), '1|1', 'is as bad when it is replayed');

# A database whose encoding lacks characters: they cost the records that have them
psql('postgres', "CREATE DATABASE pgc_poison_latin ENCODING latin1 TEMPLATE template0 LC_COLLATE 'C' LC_CTYPE 'C'");
psql('pgc_poison_latin', 'CREATE EXTENSION pg_connector; CREATE TABLE l (id int PRIMARY KEY, v text); CREATE TABLE dead (n serial PRIMARY KEY, data jsonb, code text, message text)');
my @latin = ('-d', 'pgc_poison_latin', '--table', 'l', '--dead-letter-table', 'dead');
$r = run([ $program, 'sink', @latin ], in => qq({"id":1,"v":"\xc3\xa9"}\n{"id":2,"v":"\xf0\x9f\x98\x80 \xc4\x80"}\n{"id":3,"\xc4\x80":1}\n{"id":4,"v":"\xff"}\n{"id":5}\n));
is($r->{status}, 0, 'characters that the database does not have') or diag($r->{err});
is(psql('pgc_poison_latin', 'SELECT id FROM l ORDER BY 1'), "1\n5", 'the others are written');
is(psql('pgc_poison_latin', q(SELECT data #>> '{}', code FROM dead ORDER BY 1)),
	qq({"id":2,"v":"\\ud83d\\ude00 \\u0100"}|22P05\n{"id":3,"\\u0100":1}|42703\n{"id":4,"v":"\\ufffd"}|22021), 'and these are dead letters');
psql('pgc_poison_latin', 'ALTER TABLE l ALTER v TYPE json USING to_json(v)');
run([ $program, 'deadletters', 'replay', @latin ]);
is(psql('pgc_poison_latin', 'SELECT v FROM l WHERE id = 2'), '"\ud83d\ude00 \u0100"', 'that hold what the record held');
psql('postgres', 'DROP DATABASE pgc_poison_latin');

# Letters whose table does not take them
sql('CREATE TABLE strict (data jsonb, code text, other int NOT NULL)');
$r = run([ $program, 'sink', '--table', 'zoo', '--dead-letter-table', 'strict' ], in => "nonsense\n");
like($r->{err}, qr/dead letters cannot be written to their table \(55000\)/, 'a table that does not take dead letters');

# A file of letters, whose last line somebody left half written
my $letters = spew("$scratch/letters", qq({"data": 1}\n{"da));
$r = run([ $program, 'sink', '--table', 'zoo', '--dead-letter-file', $letters ], in => "nonsense\n{\"id\": 1}\n" . "{\"id\": 2, \"\xff\": 1}\n");
is($r->{status}, 0, 'letters in a file') or diag($r->{err});
my @lines = split /\n/, slurp($letters);
is(@lines, 5, 'none is lost in the half line');
is_deeply([ map { my $l = eval { decode_json($_) }; $l ? "$l->{code} " . (ref $l->{data} ? 'object' : $l->{data}) : 'not JSON' } @lines[ 2 .. 4 ] ],
	[ '22P02 nonsense', '23502 object', "42703 {\"id\": 2, \"\x{fffd}\": 1}" ], 'each is whole');

# Rows of other tables: no partition, row-level security, conflicts without a named key
sql(<<'SQL');
CREATE TABLE part (id int, at date) PARTITION BY RANGE (at);
CREATE TABLE part_2026 PARTITION OF part FOR VALUES FROM ('2026-01-01') TO ('2027-01-01');
CREATE ROLE pgc_poison_role LOGIN;
CREATE TABLE mine (id int PRIMARY KEY, owner text);
ALTER TABLE mine ENABLE ROW LEVEL SECURITY;
CREATE POLICY own ON mine USING (owner = current_user) WITH CHECK (owner = current_user);
GRANT ALL ON mine, dead TO pgc_poison_role;
CREATE TABLE twice (id int PRIMARY KEY, u int UNIQUE, d int DEFAULT 7);
TRUNCATE dead;
SQL
my $dates = join('', map { sprintf(qq({"id": %d, "at": "20%02d-01-01"}\n), $_, $_ % 20 == 7 ? 25 : 26) } 1 .. 200);
$r = run([ $program, 'sink', '--table', 'part', '--dead-letter-table', 'dead' ], in => $dates);
is(sql('SELECT count(*), (SELECT string_agg(data->>\'id\', \' \' ORDER BY position) FROM dead), (SELECT min(code) FROM dead) FROM part'),
	'190|7 27 47 67 87 107 127 147 167 187|23514', 'no partition');
for my $mode (qw(insert upsert))
{
	sql('TRUNCATE mine, dead');
	my $rows = join('', map { sprintf(qq({"id": %d, "owner": "%s"}\n), $_, $_ % 50 == 3 ? 'postgres' : 'pgc_poison_role') } 1 .. 200);
	$r = run([ $program, 'sink', '--table', 'mine', '--dead-letter-table', 'dead', '--write-mode', $mode ], in => $rows, env => { PGUSER => 'pgc_poison_role' });
	is($r->{status}, 0, "$mode under row-level security") or diag($r->{err});
	is(sql('SELECT count(*), (SELECT string_agg(data->>\'id\', \' \' ORDER BY position) FROM dead), (SELECT min(code) FROM dead) FROM mine'),
		'196|3 53 103 153|42501', "$mode: exactly those that the policy refuses");
}
for my $n (4, 200)
{
	sql('TRUNCATE twice, dead');
	my $rows = join('', map { sprintf($_ % 2 ? qq({"id": %d, "u": %d}\n) : qq({"id": %d, "u": %d, "d": 1}\n), $_, $_ % 4 == 3 ? 1 : $_) } 1 .. $n);
	$r = run([ $program, 'sink', '--table', 'twice', '--dead-letter-table', 'dead', '--write-mode', 'insert_ignore', '--summary', 'json' ], in => $rows);
	is($r->{status}, 0, "insert_ignore of $n records with and without a default") or diag($r->{err});
	is(join(' ', @{ summary($r) }{qw(written skipped dead_lettered)}), $n * 3 / 4 . ' ' . $n / 4 . ' 0', 'what conflicts with whatever is skipped');
	is(sql('SELECT count(*), count(*) FILTER (WHERE d = 7), min(id) FILTER (WHERE u = 1) FROM twice'), $n * 3 / 4 . '|' . $n / 4 . '|1', 'the first is there');
}
sql('DROP OWNED BY pgc_poison_role; DROP ROLE pgc_poison_role');

# Records that refer to ones behind them are not bad, unless those are; whether that is checked at once or in the end
for my $when ('NOT DEFERRABLE', 'DEFERRABLE INITIALLY DEFERRED')
{
	sql("DROP TABLE IF EXISTS node; CREATE TABLE node (id int PRIMARY KEY, parent int REFERENCES node $when); TRUNCATE dead");
	my @nodes = map { ({ id => $_, parent => $_ - 1 }, $_ % 20 ? () : { id => 1000 + $_, parent => 9999 }) } reverse 2 .. 200;
	my $rows = join('', map { qq({"id": $_->{id}, "parent": $_->{parent}}\n) } @nodes) . qq({"id": 1}\n);
	$r = run([ $program, 'sink', '--table', 'node', '--dead-letter-table', 'dead', $when =~ /NOT/ ? () : ('--batch-size', 70), '--transaction-size', 1000 ], in => $rows);
	is($r->{status}, 0, "references, $when") or diag($r->{err});
	is(sql('SELECT count(*), max(id), (SELECT count(*) FROM dead), (SELECT string_agg(DISTINCT code || (data->>\'parent\'), \' \') FROM dead) FROM node'), '200|200|10|235039999',
		'exactly those are bad that refer to nothing');
}

# As many kinds of records as there are columns, without a key
sql('CREATE TABLE wide (id int UNIQUE, ' . join(', ', map { "c$_ int DEFAULT $_" } 1 .. 10) . ')');
my $wide = join('', map { my $n = $_; "{\"id\": $n" . join('', map { $n >> $_ & 1 ? ", \"c$_\": 0" : '' } 1 .. 10) . "}\n" } 1 .. 1000, 1 .. 10);
$r = run([ $program, 'sink', '--table', 'wide', '--write-mode', 'insert_ignore', '--summary', 'json', '--batch-size', 2000 ], in => $wide);
is(join(' ', @{ summary($r) }{qw(written skipped)}), '1000 10', 'a thousand kinds of records') or diag($r->{err});
is(sql('SELECT sum(c5), count(*) FROM wide'), 5 * 511 . '|1000', 'each with its defaults');

# Very long ones, which no request takes, though COPY does
my $long = join('', map { qq({"id": $_, "name": ") . 'x' x 30_000_000 . qq("}\n) } 1 .. 3);
sql('TRUNCATE zoo, dead');
$r = run([ $program, 'sink', '--table', 'zoo', '--dead-letter-table', 'dead', '--batch-bytes', 100_000_000 ], in => $long);
is(sql('SELECT count(*), sum(length(name)), (SELECT count(*) FROM dead) FROM zoo'), '3|90000000|0', 'long records') or diag($r->{err});

done_testing();

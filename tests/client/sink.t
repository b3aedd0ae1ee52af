# pgconnector sink: what each option does, seen from outside; and that what was read and what became of it add up.

use strict;
use warnings;

use File::Basename qw(dirname);
use lib dirname(__FILE__) . '/lib';
use ClientTest;
use SinkTest;
use Encode qw(decode_utf8);
use POSIX qw(mkfifo);
use Test::More;

$database = $ENV{PGDATABASE} = create_database('pgc_sink');

# Write modes, in few records and in many, and through a staging table: they take different ways.
for my $case ([ 'few records', 0 ], [ 'many records', 200 ], [ 'many records, copied', 200, '--use-copy', 'true' ])
{
	my ($way, $filler, @copy) = @$case;
	my @more = map { qq({"id": $_, "v": "filler"}) } 1001 .. 1000 + $filler;
	my $in = sub { lines(@_, @more) };
	sql('DROP TABLE IF EXISTS t; CREATE TABLE t (id int PRIMARY KEY, v text, n int DEFAULT 7)');

	works("insert, $way", [ @copy, '--table', 't' ], $in->('{"id":1,"v":"a"}', '{"id":2}', '{"id":3,"n":null,"v":null}'),
		(3 + $filler) . '/' . (3 + $filler) . '/0/0/0/0', 'SELECT * FROM t WHERE id < 1000 ORDER BY id', "1|a|7\n2||7\n3||");
	works("insert_ignore, $way", [ @copy, '--table', 't', '--write-mode', 'insert_ignore' ], $in->('{"id":1,"v":"x"}', '{"id":4,"v":"d"}', '{"id":4,"v":"e"}'),
		(3 + $filler) . '/1/0/' . (2 + $filler) . '/0/0', 'SELECT * FROM t WHERE id IN (1, 4) ORDER BY id', "1|a|7\n4|d|7");
	works("upsert, $way", [ @copy, '--table', 't', '--write-mode', 'upsert' ], $in->('{"id":1,"v":"A"}', '{"id":2,"n":2}', '{"id":5,"v":"f"}'),
		(3 + $filler) . '/' . (3 + $filler) . '/0/0/0/0', 'SELECT * FROM t WHERE id < 1000 ORDER BY id', "1|A|7\n2||2\n3||\n4|d|7\n5|f|7");
	works("upsert of a key twice, $way", [ @copy, '--table', 't', '--write-mode', 'upsert' ], $in->('{"id":1,"v":"x"}', '{"id":1,"v":"y"}'),
		(2 + $filler) . '/' . (1 + $filler) . '/1/0/0/0', 'SELECT * FROM t WHERE id = 1', '1|y|7');
	works("upsert of a key twice with other members, $way", [ @copy, '--table', 't', '--write-mode', 'upsert' ], $in->('{"id":1,"v":"p"}', '{"id":1,"n":1}'),
		(2 + $filler) . '/' . (2 + $filler) . '/0/0/0/0', 'SELECT * FROM t WHERE id = 1', '1|p|1');
	works("upsert with update_columns, $way", [ @copy, '--table', 't', '--write-mode', 'upsert', '--update-columns', 'n' ], $in->('{"id":1,"v":"no","n":8}'),
		(1 + $filler) . '/' . 1 . '/0/' . $filler . '/0/0', 'SELECT * FROM t WHERE id = 1', '1|p|8') if !$filler;
	works("update, $way", [ @copy, '--table', 't', '--write-mode', 'update' ], $in->('{"id":1,"v":"u"}', '{"id":99,"v":"u"}', '{"id":2,"v":null,"n":3}'),
		(3 + $filler) . '/' . (2 + $filler) . '/0/0/1/0', 'SELECT * FROM t WHERE id IN (1, 2) ORDER BY id', ($filler ? "1|u|1" : "1|u|8") . "\n2||3");
	works("delete, $way", [ @copy, '--table', 't', '--write-mode', 'delete' ], $in->('{"id":1,"v":"of no account"}', '{"id":99}'),
		(2 + $filler) . '/' . (1 + $filler) . '/0/0/1/0', 'SELECT id FROM t ORDER BY id', "2\n3\n4\n5");
	@more = map { qq({"id": $_, "v": "filler", "op": "create"}) } 1001 .. 1000 + $filler;
	works("auto, $way", [ @copy, '--table', 't', '--write-mode', 'auto', '--operation-column', 'op' ],
		$in->('{"op":"c","id":10,"v":"new"}', '{"op":"update","id":2,"v":"b"}', '{"op":"d","id":3}', '{"op":"u","id":98,"v":"b"}'),
		(4 + $filler) . '/' . (3 + $filler) . '/0/0/1/0', 'SELECT id, v FROM t WHERE id < 1000 ORDER BY id', "2|b\n4|d\n5|f\n10|new");
	works("auto, the same key several times, $way", [ @copy, '--table', 't', '--write-mode', 'auto', '--operation-column', 'op' ],
		$in->('{"op":"c","id":20,"v":"new"}', '{"op":"d","id":20}', '{"op":"c","id":20,"v":"again"}', '{"op":"u","id":20,"n":1}'),
		(4 + $filler) . '/' . (4 + $filler) . '/0/0/0/0', 'SELECT * FROM t WHERE id = 20', '20|again|1');
}

# Keys
sql('CREATE TABLE keys (a int, b text, v text, UNIQUE (a, b))');
works('a key of two columns', [ '--table', 'keys', '--write-mode', 'upsert', '--conflict-columns', 'a, b' ],
	lines('{"a":1,"b":"x","v":"1"}', '{"a":1,"b":"y","v":"2"}', '{"a":1,"b":"x","v":"3"}', '{"a":1,"b":null,"v":"4"}', '{"a":1,"b":null,"v":"5"}'),
	'5/4/1/0/0/0', 'SELECT * FROM keys ORDER BY b, v', "1|x|3\n1|y|2\n1||4\n1||5");
works('update by a key that is not unique', [ '--table', 'keys', '--write-mode', 'update', '--key-columns', 'a' ], lines('{"a":1,"v":"all"}'),
	'1/1/0/0/0/0', 'SELECT DISTINCT v FROM keys', 'all');
sql('CREATE TABLE letters (data jsonb, code text, message text, path text, "constraint" text, connection text, position bigint, error_type text, error_time timestamptz)');
my @letters = ('--dead-letter-table', 'letters');
sub letters
{
	my ($columns) = @_;
	my $rows = sql('SELECT ' . ($columns // "data, code") . ' FROM letters ORDER BY position');
	sql('TRUNCATE letters');
	return $rows;
}
works('a key that is NULL or missing', [ '--table', 'keys', '--write-mode', 'delete', '--key-columns', 'a,b', @letters ],
	lines('{"a":1,"b":null}', '{"a":1}', '{"a":1,"b":"x"}'), '3/1/0/0/0/2', 'SELECT count(*) FROM keys', '3');
is(letters(), qq({"a": 1, "b": null}|23502\n{"a": 1}|23502), 'they are dead letters');

sub many { my ($n, $record) = @_; return join('', map { $record =~ s/N/$_/gr . "\n" } 1 .. $n) }

# Rows that a trigger keeps as they are
sql(<<'SQL');
CREATE TABLE kept (id int PRIMARY KEY, n int);
CREATE FUNCTION keep() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN IF OLD.id = 1 THEN RETURN NULL; END IF; RETURN coalesce(NEW, OLD); END $$;
CREATE TRIGGER keep BEFORE UPDATE OR DELETE ON kept FOR EACH ROW EXECUTE FUNCTION keep();
SQL
for my $way ([ 3 ], [ 100 ], [ 100, '--use-copy', 'true' ], [ 100, '--use-copy', 'false' ])
{
	my ($n, @copy) = @$way;
	my $written = $n - 2;
	my $in = join('', map { qq({"id":$_,"n":7}\n) } 1 .. $n - 1, 9999);
	sql('TRUNCATE kept; INSERT INTO kept SELECT i, 0 FROM generate_series(1, 100) i');
	for my $mode (qw(update delete))
	{
		works("$mode, a row that is kept, $n records @copy", [ '--table', 'kept', '--write-mode', $mode, @copy ], $in, "$n/$written/0/1/1/0");
	}
	is(sql('SELECT n FROM kept WHERE id = 1'), 0, 'it is kept');
}

# Keys of types that cannot be sorted, or not even compared
sql(q(CREATE TABLE strange (x xid, j json, n int); INSERT INTO strange SELECT i::text::xid, '{}', 0 FROM generate_series(1, 100) i));
for my $mode (qw(update delete))
{
	works("$mode by a key that has no order", [ '--table', 'strange', '--write-mode', $mode, '--key-columns', 'x' ], many(100, '{"x":"N","n":7}'),
		'100/100/0/0/0/0', q(SELECT count(*) FILTER (WHERE n <> 7) FROM strange), 0);
	refuses("$mode by a key that cannot be compared", [ '--table', 'strange', '--write-mode', $mode, '--key-columns', 'j' ], 12,
		qr/column "j" of type json cannot be a key \(22023\)/);
}

# A limit on requests is none on batches
sql("CREATE TABLE large (id int PRIMARY KEY, v text); ALTER DATABASE $database SET pg_connector.request_cap = 20000");
for my $way ([ 'insert' ], [ 'upsert' ], [ 'update' ], [ 'update', '--batch-size', 20000, '--use-copy', 'false' ])
{
	my ($mode, @more) = @$way;
	my $r = works("$mode, more than a request may have, @more", [ '--table', 'large', '--write-mode', $mode, @more ], many(1000, '{"id":N,"v":"' . 'x' x 50 . '"}'),
		'1000/1000/0/0/0/0', 'SELECT count(*) FROM large', 1000);
	is($r->{summary}{failed_writes}, 0, 'nothing was tried in vain');
}
sql("ALTER DATABASE $database RESET pg_connector.request_cap");

# NULLs that are the same
if (sql('SHOW server_version_num') >= 150000)
{
	sql('CREATE TABLE nulls (a int, v text, UNIQUE NULLS NOT DISTINCT (a))');
	works('a key of NULLs that are equal', [ '--table', 'nulls', '--write-mode', 'upsert', '--conflict-columns', 'a' ],
		lines(map { qq({"a":null,"v":"$_"}) } 1 .. 100), '100/100/0/0/0/0', 'SELECT * FROM nulls', '|100');
	works('the same, one ignored', [ '--table', 'nulls', '--write-mode', 'insert_ignore', '--conflict-columns', 'a' ],
		lines('{"a":null,"v":"x"}', '{"a":1,"v":"y"}', '{"a":1,"v":"z"}'), '3/1/0/2/0/0', 'SELECT * FROM nulls ORDER BY a', "1|y\n|100");
}

# Keys that the table fills in: no two records have the same
sql('CREATE TABLE serial (id serial PRIMARY KEY, n int); CREATE TABLE half (a int, b serial, n int, PRIMARY KEY (a, b))');
for my $n (1, 60, 3000)
{
	for my $way ([], [ '--use-copy', 'true' ], [ '--use-copy', 'false' ], [ '--batch-size', 20000 ])
	{
		sql('TRUNCATE serial, half');
		works("$n records without a key, upsert @$way", [ '--table', 'serial', '--write-mode', 'upsert', @$way ], many($n, '{"n":N}'),
			"$n/$n/0/0/0/0", 'SELECT count(DISTINCT id), count(DISTINCT n) FROM serial', "$n|$n");
		works("$n records with half of a key, upsert @$way", [ '--table', 'half', '--write-mode', 'upsert', @$way ], many($n, '{"a":1,"n":N}'),
			"$n/$n/0/0/0/0", 'SELECT count(DISTINCT b), count(DISTINCT n) FROM half', "$n|$n");
	}
	works("$n records without a key, insert_ignore", [ '--table', 'serial', '--write-mode', 'insert_ignore' ], many($n, '{"n":N}'), "$n/$n/0/0/0/0");
	works("$n records without a key, auto", [ '--table', 'serial', '--write-mode', 'auto', '--operation-column', 'op' ], many($n, '{"op":"c","n":N}'),
		"$n/$n/0/0/0/0", 'SELECT count(*) FROM serial', 3 * $n);
}
works('records without anything, upsert', [ '--table', 'serial', '--write-mode', 'upsert' ], lines('{}', '{}'), '2/2/0/0/0/0');
sql('CREATE TABLE u0 (id int PRIMARY KEY, v int)');
works('records without a key that they need, upsert', [ '--table', 'u0', '--write-mode', 'upsert', @letters ], lines('{"v":1}', '{}', '{"id":1}'), '3/1/0/0/0/2');
is(letters(), qq({"v": 1}|23502\n{}|23502), 'are dead letters');

# What is not given has its default, also that of a domain, and needs no privilege
sql(<<'SQL');
CREATE DOMAIN five AS int DEFAULT 5;
CREATE TABLE fives (id int PRIMARY KEY, v five, w int);
CREATE ROLE pgc_sink_columns;
GRANT INSERT (id, v) ON fives TO pgc_sink_columns;
SQL
sql('CREATE TABLE below (id int PRIMARY KEY, v five, i int GENERATED BY DEFAULT AS IDENTITY, s int GENERATED ALWAYS AS (id) STORED); CREATE VIEW above AS TABLE below');
for my $n (2, 100)
{
	sql('TRUNCATE below RESTART IDENTITY');
	works("defaults of the table of a view, $n records", [ '--table', 'above' ], many($n, '{"id":N}'), "$n/$n/0/0/0/0", 'SELECT count(*) FROM below WHERE v = 5 AND i = id AND s = id', $n);
}
for my $way ([ 3 ], [ 100 ], [ 100, '--use-copy', 'true' ])
{
	my ($n, @copy) = @$way;
	sql('TRUNCATE fives');
	works("the default of a domain, $n records @copy", [ '--table', 'fives', @copy ], many($n, '{"id":N}'), "$n/$n/0/0/0/0", 'SELECT DISTINCT v, w FROM fives', '5|');
	sql('TRUNCATE fives');
	works("columns that may be written, $n records @copy", [ '--table', 'fives', @copy, '--set-role', 'pgc_sink_columns' ], many($n, '{"id":N,"v":N}'), "$n/$n/0/0/0/0",
		'SELECT count(*) FROM fives WHERE v = id', $n);
}
sql('DROP TABLE fives; DROP ROLE pgc_sink_columns');
works('to delete, other members are of no account', [ '--table', 'u0', '--write-mode', 'delete' ], lines('{"id":1,"nosuch":1}'), '1/1/0/0/0/0');
works('in mode auto, too', [ '--table', 'u0', '--write-mode', 'auto', '--operation-column', 'op', @letters ],
	lines('{"nosuch":1,"id":1,"op":"c"}', '{"nosuch":1,"id":1,"op":"d"}'), '2/0/0/0/1/1');
is(letters(), '{"id": 1, "op": "c", "nosuch": 1}|42703', 'but only then');

# Unknown members
sql('CREATE TABLE u (id int PRIMARY KEY, data jsonb)');
works('unknown members: collected', [ '--table', 'u', '--unknown-keys', 'data' ], lines('{"id":1,"x":{"y":[1]},"z":"\u00e9"}', '{"id":2}'),
	'2/2/0/0/0/0', 'SELECT * FROM u ORDER BY id', qq(1|{"x": {"y": [1]}, "z": "\x{c3}\x{a9}"}\n2|));
works('unknown members: ignored', [ '--table', 'u', '--unknown-keys', 'ignore' ], lines('{"id":3,"x":1}'), '1/1/0/0/0/0');
works('unknown members: dead letters', [ '--table', 'u', @letters ], lines('{"id":4,"x":1}', '{"id":5}'), '2/1/0/0/0/1', 'SELECT count(*) FROM u', '4');
is(letters('data, code, message'), '{"x": 1, "id": 4}|42703|the table has no column "x"', 'the reason');
{
	my $r = sink([ '--table', 'u' ], lines('{"id":6,"x":1}', '{"id":7}'));
	is($r->{status}, 8, 'a bad record without a place for dead letters: exit status');
	like($r->{err}, qr/^pgconnector: not_found: the table has no column "x" \(42703\)/, 'and why');
	is($r->{summary}{written}, 0, 'nothing of its batch is written');
}

# Records of many different shapes in one batch
sql('CREATE TABLE shapes (id int PRIMARY KEY, ' . join(', ', map { "c$_ int DEFAULT $_" } 1 .. 8) . ')');
my @shapes = map { my $n = $_; '{"id":' . $n . join('', map { $n >> ($_ - 1) & 1 ? qq(,"c$_":$n) : '' } 1 .. 8) . '}' } 0 .. 255;
my $expected = sub { my ($f) = @_; join("\n", map { my $n = $_; join('|', $n, map { $n >> ($_ - 1) & 1 ? $f->($n) : $_ } 1 .. 8) } 0 .. 255) };
works('256 shapes, insert', [ '--table', 'shapes' ], lines(@shapes), '256/256/0/0/0/0', 'SELECT * FROM shapes ORDER BY id', $expected->(sub { $_[0] }));
works('256 shapes, upsert', [ '--table', 'shapes', '--write-mode', 'upsert' ], lines(@shapes), '256/255/0/1/0/0', 'SELECT * FROM shapes ORDER BY id', $expected->(sub { $_[0] }));
works('256 shapes, update', [ '--table', 'shapes', '--write-mode', 'update', @letters ], lines(@shapes), '256/255/0/0/0/1', 'SELECT * FROM shapes ORDER BY id', $expected->(sub { $_[0] }));
is(letters('data, message'), '{"id": 0}|the record has nothing to update beside its key', 'a record that updates nothing');

# Types: what is written and read back is the same, whichever way it takes.
sql(<<'SQL');
CREATE TYPE mood AS ENUM ('fine', 'so, so', 'b"ad\');
CREATE TYPE spot AS (x int, label text, tags text[]);
CREATE DOMAIN percent AS int CHECK (VALUE BETWEEN 0 AND 100);
CREATE DOMAIN spots AS spot[];
CREATE TABLE kinds (id int PRIMARY KEY, j json, jb jsonb, a int[], aa text[], m mood, ma mood[], s spot, sa spots, p percent, b bytea, n numeric, f float8,
	ok boolean, t text, ts timestamptz, d date, i interval, r int4range, u uuid, bx box[], c char(5), js jsonb[],
	always bigint GENERATED ALWAYS AS IDENTITY, by_default bigint GENERATED BY DEFAULT AS IDENTITY, twice int GENERATED ALWAYS AS (id * 2) STORED);
SQL
my @kinds = split /\n/, <<'RECORDS';
{"id":1,"j":{"b": 1,  "a": [1.0, "\u0000"]},"jb":"text","a":[1,null,-3],"aa":[["a","b,{}\"\\"],["NULL",null]],"m":"so, so","ma":["fine","b\"ad\\"],"s":{"x":1,"label":"a \"b\" (c), \\ d","tags":["x y",null,""]},"sa":[{"x":null,"label":null,"tags":null},null,{"x":2,"label":"","tags":[]}],"p":100,"b":"\\xdeadbeef","n":12345678901234567890.123456789,"f":"NaN","ok":true,"t":"tab\tnewline\nreturn\rback\\slash \\N \\. \u20ac \ud83d\ude00","ts":"2026-01-15T10:30:00Z","d":"infinity","i":"1 day 02:00:00","r":"[1,5)","u":"00000000-0000-0000-0000-000000000001","bx":["(1,1),(0,0)","(3,3),(2,2)"],"c":"ab","js":[{"a": 1},"x",null,[1]]}
{"id":2,"j":"s","jb":null,"a":[],"aa":[[]],"m":null,"ma":[],"s":[7,null,["z"]],"sa":[],"p":0,"b":"","n":"-Infinity","f":1e-300,"ok":false,"t":"","ts":"infinity","d":"2026-01-15","i":"-1 mons","r":"empty","u":null,"bx":[],"c":"","js":[],"by_default":77}
{"id":3,"j":null,"s":{"f1":5,"f2":"by position","f3":null},"t":"\\N"}
RECORDS
my %by_way;
for my $way ([ 'copy', 200, '--use-copy', 'true' ], [ 'given to insert', 200 ], [ 'given', 200, '--write-mode', 'upsert' ], [ 'staging', 200, '--write-mode', 'upsert', '--use-copy', 'true' ], [ 'rows', 0 ], [ 'rows without copy', 200, '--use-copy', 'false' ])
{
	my ($name, $filler, @options) = @$way;
	sql('TRUNCATE kinds RESTART IDENTITY');
	my $n = 3 + $filler;
	works("types, $name", [ '--table', 'kinds', @options ], lines(@kinds, map { qq({"id":$_}) } 1001 .. 1000 + $filler), "$n/$n/0/0/0/0");
	$by_way{$name} = run([ $program, 'export', 'SELECT * FROM kinds WHERE id < 1000 ORDER BY id' ])->{out};
}
my @read = map { $json->decode(decode_utf8($_)) } split /\n/, $by_way{copy};
for my $i (0 .. 2)
{
	my $wrote = $json->decode($kinds[$i]);
	$wrote->{s} = { x => 7, label => undef, tags => ['z'] } if $i == 1;
	$wrote->{s} = { x => 5, label => 'by position', tags => undef } if $i == 2;
	$wrote->{aa} = [] if $i == 1;
	$wrote->{b} = '\\x' if $i == 1;
	$wrote->{c} = sprintf '%-5s', $wrote->{c} if defined $wrote->{c};
	is($json->encode({ map { $_ => $read[$i]{$_} } keys %$wrote }), $json->encode($wrote), 'types: record ' . ($i + 1) . ' is read back as it was written');
}
is(sql('SELECT twice FROM kinds WHERE id = 1'), '2', 'a generated column');
for my $way (sort keys %by_way)
{
	is($by_way{$way} =~ s/"(always|by_default)":\d+,?//gr, $by_way{copy} =~ s/"(always|by_default)":\d+,?//gr, "types: $way writes what copy does");
}
works('values of generated columns, and attributes that are none', [ '--table', 'kinds', @letters ],
	lines('{"id":10,"always":1}', '{"id":11,"twice":22}', '{"id":12,"s":{"x":1,"z":2}}', '{"id":13,"s":[1]}', '{"id":14,"p":101}', '{"id":15,"m":"none"}', '{"id":16}'), '7/1/0/0/0/6');
is(letters(q(data->>'id', code)), "10|428C9\n11|428C9\n12|42703\n13|22P02\n14|23514\n15|22P02", 'are dead letters');

# Timestamps in all spellings are what the server makes of them, and a text stays what it is.
my @times = ('2026-01-15T10:30:00Z', '2026-01-15T10:30:00.123456+05:30', '2026-01-15T10:30:00', '2026-01-15t10:30:00z', '2026-01-15 10:30:00-08',
	'2026-01-15T10:30Z', '2026-01-15', '20260115T103000', '2026-01-15T24:00:00Z', '0044-03-15T12:00:00 BC', '2026-01-15T10:30:00 America/New_York',
	'2026-01-15T10:30:00   ', '12026-01-15T10:30:00Z', '2026-01-15T23:59:60Z', '2026-01-15TT10:30:00', '2026-01-15T10:30:0', '-infinity');
my @bad_times = ('2026-02-30T00:00:00Z', '2026-01-15T25:00:00Z', '2026-01-15T10:30:00Zebra', '2026-01-15T10:61:00Z');
sql(q(CREATE DOMAIN moment AS timestamptz CHECK (VALUE > '-infinity' OR VALUE = '-infinity')));
for my $way ([ 'copy', 'insert', 200 ], [ 'staging', 'upsert', 200 ], [ 'rows', 'insert', 0 ])
{
	my ($name, $mode, $filler) = @$way;
	my @good = map { my $id = $_; my $time = $json->encode($times[$id]); qq({"id":$id,"t":$time,"z":$time,"p":$time,"m":$time,"a":[[$time,null]]}) } 0 .. $#times;
	my @bad = map { qq({"id":-1,"z":"$_"}) } @bad_times;
	my ($read, $good) = ($filler + @times + @bad, $filler + @times);
	sql('DROP TABLE IF EXISTS times; CREATE TABLE times (id int PRIMARY KEY, t text, z timestamptz, p timestamp(2), m moment, a timestamptz[])');
	works("timestamps, $name", [ '--table', 'times', '--write-mode', $mode, @letters ], lines(@good, @bad, map { qq({"id":$_}) } 1001 .. 1000 + $filler),
		"$read/$good/0/0/0/" . @bad, 'SELECT t FROM times WHERE id BETWEEN 0 AND 999 ORDER BY id', join("\n", @times));
	is(sql('SELECT t FROM times WHERE id < 1000 AND (z, p, m, a) IS DISTINCT FROM (t::timestamptz, t::timestamp(2), t::moment, ARRAY[[t::timestamptz, NULL]])'), '', 'as the server reads them');
	is(letters(q(data->>'z')), join("\n", @bad_times), 'those that it cannot read are dead letters');
}

# Roles, row-level security, session variables
my $role = "pgc_sink_writer_$$";
sql(<<SQL);
CREATE ROLE $role;
CREATE TABLE tenants (id int PRIMARY KEY, tenant text DEFAULT current_setting('app.tenant'), writer text DEFAULT current_user);
GRANT SELECT, INSERT, UPDATE ON tenants TO $role;
ALTER TABLE tenants ENABLE ROW LEVEL SECURITY;
CREATE POLICY own ON tenants USING (tenant = current_setting('app.tenant')) WITH CHECK (tenant = current_setting('app.tenant'));
SQL
my @as = ('--set-role', $role, '--session-variables', '{"app.tenant": "a"}');
works('set_role and session_variables', [ '--table', 'tenants', @as ], lines('{"id":1}', '{"id":2,"tenant":"a"}'), '2/2/0/0/0/0', 'SELECT * FROM tenants ORDER BY id', "1|a|$role\n2|a|$role");
works('rows that the policy refuses', [ '--table', 'tenants', @as, @letters ], lines((map { qq({"id":$_}) } 3 .. 102), '{"id":200,"tenant":"b"}', '{"id":201}'), '102/101/0/0/0/1');
is(letters('data, code'), '{"id": 200, "tenant": "b"}|42501', 'are dead letters, written as the login role');
refuses('a role that may not', [ '--table', 'kinds', '--set-role', $role ], 6, qr/^pgconnector: permission: permission denied for table kinds \(42501\)\ndetail: .*INSERT.*\n.*hint: GRANT INSERT ON public.kinds TO/s);
refuses('a role as a variable', [ '--table', 'tenants', '--session-variables', '{"role": "postgres"}' ], 12, qr/role/);
sql("DROP OWNED BY $role; DROP ROLE $role");

# Isolation levels
sql('CREATE TABLE levels (id int PRIMARY KEY, level text DEFAULT current_setting(\'transaction_isolation\'))');
for my $level ('read committed', 'REPEATABLE_READ', 'Serializable')
{
	sql('TRUNCATE levels');
	works("isolation level $level", [ '--table', 'levels', '--isolation-level', $level ], lines('{"id":1}'), '1/1/0/0/0/0', 'SELECT level FROM levels', lc($level) =~ s/_/ /r);
}
refuses('an isolation level that is none', [ '--table', 'levels', '--isolation-level', 'none' ], 11, qr/isolation_level/);

# Views, rules, partitioned tables, triggers
sql(<<'SQL');
CREATE TABLE base (id int PRIMARY KEY, v text);
CREATE VIEW seen AS SELECT id, v FROM base WHERE id < 1000 WITH CHECK OPTION;
CREATE TABLE ruled (id int PRIMARY KEY, v text);
CREATE TABLE log (id int);
CREATE RULE also AS ON INSERT TO ruled DO ALSO INSERT INTO log VALUES (NEW.id);
CREATE TABLE parts (id int PRIMARY KEY, v text) PARTITION BY RANGE (id);
CREATE TABLE parts_1 PARTITION OF parts FOR VALUES FROM (0) TO (100);
CREATE TABLE parts_2 PARTITION OF parts FOR VALUES FROM (100) TO (1000);
CREATE TABLE fired (id int PRIMARY KEY, v text);
CREATE FUNCTION fire() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
	IF NEW.v = 'drop' THEN RETURN NULL; END IF;
	IF NEW.v = 'bad' THEN RAISE EXCEPTION 'record % is bad', NEW.id USING CONSTRAINT = 'fire'; END IF;
	NEW.v := upper(NEW.v);
	RETURN NEW;
END $$;
CREATE TRIGGER fire BEFORE INSERT ON fired FOR EACH ROW EXECUTE FUNCTION fire();
SQL
my @hundred = map { qq({"id":$_,"v":"v"}) } 50 .. 149;
works('a view', [ '--table', 'seen', @letters ], lines(@hundred, '{"id":1000}'), '101/100/0/0/0/1', 'SELECT count(*) FROM base', '100');
is(letters(), '{"id": 1000}|44000', 'a record that the view would not show');
works('a table with rules', [ '--table', 'ruled' ], lines(@hundred), '100/100/0/0/0/0', 'SELECT count(*), (SELECT count(*) FROM log) FROM ruled', '100|100');
for my $mode ('insert', 'upsert', 'update')
{
	works("partitions, $mode", [ '--table', 'parts', '--write-mode', $mode ], lines(@hundred), '100/100/0/0/0/0', 'SELECT (SELECT count(*) FROM parts_1), (SELECT count(*) FROM parts_2)', '50|50');
}
works('records without a partition', [ '--table', 'parts', @letters ], lines((map { qq({"id":$_}) } 150 .. 250), '{"id":1000}'), '102/101/0/0/0/1');
is(letters(), '{"id": 1000}|23514', 'are dead letters');
works('triggers', [ '--table', 'fired', @letters ], lines(@hundred, '{"id":1,"v":"drop"}', '{"id":2,"v":"bad"}'), '102/100/0/1/0/1', 'SELECT DISTINCT v FROM fired', 'V');
is(letters('data, code, message, "constraint", error_type, connection, position'), '{"v": "bad", "id": 2}|P0001|record 2 is bad|fire|raise_exception|fired|' . length(lines(@hundred, '{"id":1,"v":"drop"}', '{"id":2,"v":"bad"}')), 'a trigger that objects');
refuses('use_copy for a view', [ '--table', 'seen', '--use-copy', 'true' ], 12, qr/^pgconnector: request: records cannot be copied into "seen" \(22023\)\ndetail: .*\n(at: .*\n)?hint: Leave "use_copy" at "auto"\./);
sql('TRUNCATE parts');
works('use_copy true', [ '--table', 'parts', '--use-copy', 'true', '--write-mode', 'upsert' ], lines(@hundred), '100/100/0/0/0/0');
sql('TRUNCATE parts');
works('use_copy false', [ '--table', 'parts', '--use-copy', 'false' ], lines(@hundred), '100/100/0/0/0/0');

# Batches and transactions: xmin tells which records were committed together.
sub groups { return sql('SELECT string_agg(n::text, \',\' ORDER BY first) FROM (SELECT min(id) AS first, count(*) AS n FROM t2 GROUP BY xmin) AS g') }
my @ten = map { qq({"id":$_}) } 1 .. 10;
my @batches = (
	[ 'one batch', [], '10', 1 ],
	[ 'batch_size', [ '--batch-size', 4 ], '4,4,2', 3 ],
	[ 'batch_bytes', [ '--batch-bytes', 20 ], '3,3,3,1', 4 ],
	[ 'transaction_size of several batches', [ '--batch-size', 2, '--transaction-size', 6 ], '6,4', 5 ],
	[ 'transaction_size that cuts the batch', [ '--transaction-size', 3 ], '3,3,3,1', 4 ],
	[ 'copy_batch_size', [ '--copy-batch-size', 5, '--batch-size', 2 ], '5,5', 2 ],
);
for my $batch (@batches)
{
	my ($name, $options, $groups, $n) = @$batch;
	sql('DROP TABLE IF EXISTS t2; CREATE TABLE t2 (id int PRIMARY KEY)');
	my $r = works($name, [ '--table', 't2', '--batch-timeout-ms', 0, @$options ], lines(@ten), '10/10/0/0/0/0');
	is(groups(), $groups, "$name: commits");
	is($r->{summary}{batches}, $n, "$name: batches");
}

# A silent input: what there is is written when its time has come, and without a limit of time when it ends.
for my $timeout (100, 0)
{
	sql('TRUNCATE t2');
	my $fifo = "$scratch/fifo.$timeout";
	mkfifo($fifo, 0600) or die $!;
	my $r = start([ $program, 'sink', '--table', 't2', '--batch-timeout-ms', $timeout, $fifo ]);
	open(my $out, '>', $fifo) or die $!;
	syswrite($out, qq({"id":1}\n{"id":2}\n{"id":));
	ok(wait_for(sub { sql('SELECT count(*) FROM t2') eq '2' }), 'a silent input: what came is written') if $timeout;
	syswrite($out, qq(3}\n));
	close($out);
	finish($r);
	is($r->{status}, 0, "and the rest at the end, limit $timeout");
	is(sql('SELECT count(*) FROM t2'), '3', 'all of it');
}

# Dead letters: the reasons, each exactly those
sql('CREATE TABLE zoo (id int PRIMARY KEY, n int NOT NULL DEFAULT 1 CHECK (n > 0), s varchar(3) UNIQUE, ref int REFERENCES t2 DEFERRABLE INITIALLY DEFERRED, j jsonb, t text)');
my @zoo = (
	[ 'no json', '22P02' ], [ '{"id":1', '22P02' ], [ '[1]', '22023' ], [ '{"id":2} x', '22P02' ], [ "{\"id\":3,\"t\":\"\xff\"}", '22021' ], [ '{"id":4,"t":"\u0000"}', '22P05' ],
	[ '{"id":5,"j":{"a":"\u0000"}}', '22P05' ], [ '{"id":6,"t":"\ud800"}', '22P05' ], [ '{"id":"seven"}', '22P02' ], [ '{"id":8,"n":null}', '23502' ], [ '{"id":9,"n":0}', '23514' ],
	[ '{"id":10,"s":"long"}', '22001' ], [ '{"id":100}', '23505' ], [ '{"id":11,"s":"s"}', '23505' ], [ '{"id":12,"ref":99}', '23503' ], [ '{"id":99999999999}', '22003' ],
	[ '{"id":13,"id":14}', '42601' ], [ '{"id":15,"T":1}', '42703' ], [ '{"n":1}', '23502' ], [ '{"id":null}', '23502' ], [ '{"id":16,"t":' . '[' x 70 . ']' x 70 . '}', '' ], [ '{}', '23502' ],
);
my @good = map { qq({"id":$_}) } 101 .. 400;
for my $way ([ 'insert', [] ], [ 'upsert', [ '--write-mode', 'upsert' ] ], [ 'upsert, copied', [ '--write-mode', 'upsert', '--use-copy', 'true' ] ], [ 'few at once', [ '--batch-size', 10 ] ], [ 'without copy', [ '--use-copy', 'false' ] ], [ 'one transaction', [ '--batch-size', 50, '--transaction-size', 1000 ] ])
{
	my ($name, $options) = @$way;
	my @records = ('{"id":100,"s":"s"}');
	my @reasons;
	for my $i (0 .. $#good)
	{
		push @records, $good[$i];
		my $bad = $zoo[ $i / 10 ] if $i % 10 == 5;
		next unless $bad && $bad->[1] ne '';
		next if $name =~ /^upsert/ && $bad->[0] eq '{"id":100}';
		push @records, $bad->[0];
		push @reasons, $bad->[1];
	}
	sql('TRUNCATE zoo');
	my ($read, $dead) = (scalar @records, scalar @reasons);
	works("a zoo, $name", [ '--table', 'zoo', @letters, @$options ], lines(@records), "$read/301/0/0/0/$dead", 'SELECT count(*), count(*) FILTER (WHERE id >= 100) FROM zoo', '301|301');
	is(letters('code'), join("\n", @reasons), "a zoo, $name: reasons");
}

# Dead letters in a file, and the brake
my $file = "$scratch/letters.ndjson";
sql('TRUNCATE zoo');
works('dead letters in a file', [ '--table', 'zoo', '--dead-letter-file', $file ], lines('{"id":1}', "bad\xff", '{"id":2,"n":-1}', '{"id":1}'), '4/1/0/0/0/3');
my @in_file = map { $json->decode(decode_utf8($_)) } split /\n/, slurp($file);
is(join(' ', map { $_->{code} } @in_file), '22P02 23514 23505', 'their reasons');
is($in_file[0]{data}, "bad\x{fffd}", 'a text that is no JSON');
is($json->encode($in_file[1]{data}), '{"id":2,"n":-1}', 'a record');
is($in_file[1]{constraint}, 'zoo_n_check', 'a constraint');
is((stat $file)[2] & 0777, 0600, 'for nobody else to read');
unlink $file;
{
	my $r = sink([ '--table', 'zoo', '--dead-letter-file', $file, '--max-dead-letters', 2, '--batch-size', 2 ], lines('{"id":3}', 'a', '{"id":4}', 'b', 'c', '{"id":5}'));
	is($r->{status}, 13, 'the brake: exit status');
	like($r->{err}, qr/^pgconnector: limit: 3 of 6 records are bad, which is more than allowed \(54000\)\ndetail: invalid JSON.*\nhint: /, 'the brake');
	is(sql('SELECT string_agg(id::text, \',\' ORDER BY id) FROM zoo WHERE id IN (3, 4, 5)'), '3,4', 'what was committed before stays');
	$r = sink([ '--table', 'zoo', @letters, '--max-dead-letter-ratio', '0.05' ], lines((map { qq({"id":$_}) } 1001 .. 1100), ('x') x 6));
	is($r->{status}, 13, 'the brake by ratio');
	is(sql('SELECT count(*) FROM zoo WHERE id > 1000'), '0', 'its batch is not written');
}
is(sql('SELECT count(*) FROM letters'), '0', 'nor are its dead letters');
works('as many as allowed', [ '--table', 'zoo', @letters, '--max-dead-letter-ratio', '0.1', '--max-dead-letters', 6 ], lines((map { qq({"id":$_}) } 1001 .. 1100), ('x') x 6), '106/100/0/0/0/6');
letters('1');

# Exactly once: what was written is not written again, and a file that goes on is read on.
my $input = spew("$scratch/once.ndjson", lines('{"id":1}', '{"id":2}'));
sql('CREATE TABLE once (id int)');
my @once = ('--table', 'once', '--exactly-once', 'true', '--config', spew("$scratch/once.json", '{"connections": {"once": {"type": "sink"}}}'));
works('exactly once', [ @once, $input ], '', '2/2/0/0/0/0');
works('exactly once, again', [ @once, $input ], '', '0/0/0/0/0/0', 'SELECT count(*) FROM once', '2');
spew($input, lines('{"id":1}', '{"id":2}', '{"id":3}'));
works('exactly once, more', [ @once, $input ], '', '1/1/0/0/0/0', 'SELECT string_agg(id::text, \',\') FROM once', '1,2,3');
{
	# Half of a line, as of a file that is being written: neither half becomes a bad record.
	spew($input, lines('{"id":1}', '{"id":2}', '{"id":3}', '{"id":4}') . '{"id":');
	my $half = sink([ @once, $input ]);
	is($half->{status}, 2, 'exactly once, half a line: exit status');
	like($half->{err}, qr/its last line is not complete, and is left to be read when it is/, 'exactly once, half a line');
	spew($input, lines('{"id":1}', '{"id":2}', '{"id":3}', '{"id":4}') . '{"id":5}');
	works('exactly once, the whole line', [ @once, $input ], '', '1/1/0/0/0/0');
	spew($input, lines('{"id":1}', '{"id":2}', '{"id":3}', '{"id":4}', '{"id":5}', '{"id":6}'));
	works('exactly once, its end and another line', [ @once, $input ], '', '1/1/0/0/0/0', 'SELECT string_agg(id::text, \',\') FROM once', '1,2,3,4,5,6');
}
{
	my $log = spew("$scratch/log.ndjson", lines('{"id":1}', '{"id":2}'));
	my @log = ('--table', 'once_log', '--exactly-once', 'true', '--name', 'log', $log);
	sql('CREATE TABLE once_log (id int)');
	works('a log', \@log, '', '2/2/0/0/0/0');
	rename($log, "$log.1") && spew($log, lines('{"id":3}', '{"id":4}', '{"id":5}')) or die $!;
	refuses('another log of the same name', \@log, 11, qr/has read .* before.*\n.*hint: /s);
}
refuses('exactly once, another file', [ @once, spew("$scratch/twice.ndjson", "{}\n") ], 11, qr/has read .* before.*\n.*hint: /s);
refuses('exactly once from a pipe', \@once, 11, qr/^pgconnector: data: "exactly_once" needs an input that can be read again from any position \(22023\)\nhint: Read from a file/);
spew($input, lines('{"id":1}'));
is(sink([ @once, $input ])->{status}, 2, 'exactly once, a file that is another');

# A connection by flags
works('a connection by letters', [ '-h', $ENV{PGHOST}, '-p', $ENV{PGPORT} // 5432, '-d', $database, '-U', $ENV{PGUSER}, '--table', 'u' ], qq({"id":90}\n), '1/1/0/0/0/0');
works('a connection by names', [ "--host=$ENV{PGHOST}", '--database', $database, '--username', $ENV{PGUSER}, '--table', 'u' ], qq({"id":91}\n), '1/1/0/0/0/0');
refuses('a letter that is none', [ '-x', 'u' ], 2, qr/unrecognized option "-x"/);
refuses('a summary that is none', [ '--table', 'u', '--summary', 'xml' ], 2, qr/is json, text or none/);
refuses('a format that is none', [ '--table', 'u', '--format', 'xml' ], 2, qr/is auto, ndjson, json or csv/);

# What is refused at open, with the fix
refuses('no table', [], 11, qr/the option "table" is missing/);
refuses('a table that is not there', [ '--table', 'tt' ], 8, qr/^pgconnector: not_found: table "public.tt" does not exist \(42P01\)\n(at: .*\n)?hint: Perhaps you meant "/);
refuses('a schema that is not there', [ '--table', 't', '--schema', 'nowhere' ], 8, qr/nowhere/);
refuses('a write mode that is none', [ '--table', 't', '--write-mode', 'merge' ], 11, qr/write_mode/);
refuses('auto without an operation', [ '--table', 't', '--write-mode', 'auto' ], 11, qr/needs the option "operation_column"/);
refuses('an operation without auto', [ '--table', 't', '--operation-column', 'op' ], 11, qr/is for write mode "auto"/);
refuses('a key for inserts', [ '--table', 't', '--key-columns', 'id' ], 12, qr/"key_columns" does not go with write mode "insert".*\n.*hint: /s);
refuses('conflicts of no key', [ '--table', 't', '--write-mode', 'upsert', '--conflict-columns', 'v' ], 12, qr/\(42P10\)/);
refuses('no key to upsert by', [ '--table', 'once', '--write-mode', 'upsert' ], 12, qr/\(42P10\)/);
refuses('a column that is not there', [ '--table', 't', '--write-mode', 'upsert', '--update-columns', 'vv' ], 8, qr/column "vv".*\(42703\)/);
refuses('unknown keys into no json', [ '--table', 't', '--unknown-keys', 'v' ], 12, qr/cannot collect unknown keys.*\n.*hint: Name a column of type json or jsonb/s);
refuses('COPY and none', [ '--table', 't', '--use-copy', 'false', '--copy-batch-size', 5 ], 11, qr/goes with COPY/);
refuses('two places for dead letters', [ '--table', 't', @letters, '--dead-letter-file', $file ], 11, qr/contradict each other/);
refuses('a brake without dead letters', [ '--table', 't', '--max-dead-letters', 1 ], 11, qr/no place for dead letters.*\nhint: Name a dead_letter_table or a dead_letter_file/);
refuses('dead letters in a table without data', [ '--table', 't', '--dead-letter-table', 'once' ], 11, qr/has no column "data"/);
refuses('dead letters in a table that is not there', [ '--table', 't', '--dead-letter-table', 'nowhere' ], 8, qr/nowhere/);
refuses('an option of later', [ '--table', 't', '--parallelism', 2 ], 11, qr/unknown option "parallelism"/);
refuses('an error that is none', [ '--table', 't', '--retry-on-errors', 'connection_failure,luck' ], 12, qr/"retry_on_errors" holds a name that is not known.*\n.*hint: Known are/s);
refuses('batches larger than allowed', [ '--table', 't', '--batch-size', 0 ], 11, qr/batch_size/);
refuses('a number that is none', [ '--table', 't', '--batch-size', 'many' ], 11, qr/batch_size/);
refuses('an option that is none', [ '--table', 't', '--speed', 'high' ], 2, qr/unrecognized option "--speed"/);
refuses('an option without its value', [ '--table', 't', '--batch-size' ], 2, qr/needs a value/);
refuses('a database that is not there', [ '--table', 't', '--database', 'pgc_nowhere', '--max-retries', 0 ], 8, qr/pgc_nowhere/);
refuses('a file that is not there', [ '--table', 't', "$scratch/nothing" ], 2, qr/could not open "\Q$scratch\E\/nothing": No such file/);

done_testing();

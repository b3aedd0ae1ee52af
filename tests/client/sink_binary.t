# COPY's binary format: what it writes is what its text format writes, value by value, and what it cannot say is left to
# that. SEED=n repeats a run; CHECK_LONG=1 takes longer.

use strict;
use warnings;

use File::Basename qw(dirname);
use lib dirname(__FILE__) . '/lib';
use ClientTest;
use SinkTest;
use Test::More;

$database = $ENV{PGDATABASE} = create_database('pgc_binary');
my $seed = int($ENV{SEED} // time % 100000);
srand($seed);
diag("SEED=$seed");

my %types = (
	b => 'boolean', i2 => 'int2', i4 => 'int4', i8 => 'int8', f4 => 'float4', f8 => 'float8', n => 'numeric', n2 => 'numeric(12, 3)', t => 'text',
	v => 'varchar(5)', c => 'char(5)', j => 'json', jb => 'jsonb', u => 'uuid', d => 'date', ts => 'timestamp', ts3 => 'timestamp(3)',
	tz => 'timestamptz', tz0 => 'timestamptz(0)');
my @columns = sort keys %types;

# Two tables that differ in a column of which no binary form is known, and which nobody gives; both tell how each row came.
sql("CREATE TABLE as_binary (id int PRIMARY KEY, " . join(', ', map { "$_ $types{$_}" } @columns) . ", how text DEFAULT 'other')");
sql(<<'SQL');
CREATE FUNCTION how() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
	NEW.how := CASE WHEN current_query() ~ 'COPY.*FORMAT binary' THEN 'binary' WHEN current_query() ~ 'COPY' THEN 'text' ELSE 'rows' END;
	RETURN NEW;
END $$;
CREATE TABLE as_text (LIKE as_binary INCLUDING ALL, other inet);
CREATE TRIGGER how BEFORE INSERT ON as_binary FOR EACH ROW EXECUTE FUNCTION how();
CREATE TRIGGER how BEFORE INSERT ON as_text FOR EACH ROW EXECUTE FUNCTION how();
CREATE TABLE binary_letters (data jsonb, code text, message text, position bigint);
CREATE TABLE text_letters (LIKE binary_letters);
SQL

# The same records into both tables; the number of them. What is written and what is a dead letter, and why, must be the same.
sub both
{
	my ($name, @records) = @_;
	my $n = 0;
	my $in = join('', map { '{"id":' . ++$n . ",$_}\n" } @records);
	sql('TRUNCATE as_binary, as_text, binary_letters, text_letters');
	my %sum = map { $_ => sink([ '--table', "as_$_", '--use-copy', 'true', '--dead-letter-table', "${_}_letters" ], $in) } qw(binary text);
	is($sum{binary}{status}, 0, $name) or diag($sum{binary}{err});
	is($sum{binary}{sum}, $sum{text}{sum}, "$name: the same summary");
	my $written = join(', ', 'id', map { "$_\::text AS $_" } @columns);
	is(sql("SELECT * FROM (SELECT $written FROM as_binary) one FULL JOIN (SELECT $written FROM as_text) two ON one.id = two.id WHERE one.id IS NULL OR two.id IS NULL OR " .
			join(' OR ', map { "one.$_ IS DISTINCT FROM two.$_" } @columns) . ' ORDER BY one.id LIMIT 5'), '', "$name: the same rows");
	is(sql('SELECT position, data, code, message FROM binary_letters ORDER BY 1'), sql('SELECT position, data, code, message FROM text_letters ORDER BY 1'), "$name: the same dead letters");
	is(sql("SELECT count(*) FROM as_text WHERE how = 'binary'"), 0, "$name: the other table is not written so");
	return;
}

sub ways { return sql('SELECT how, count(*) FROM as_binary GROUP BY 1 ORDER BY 1') }

# What there is a binary form for
my %plain = (
	b => [qw(true false "true" "false" null)],
	i2 => [qw(0 -0 1 -1 32767 -32768 "12" "-7" "007" null)],
	i4 => [qw(0 1 -1 2147483647 -2147483648 "2147483647")],
	i8 => [qw(0 -1 999999999999999999 -999999999999999999 "42")],
	f4 => [qw(0 -0 1 -1.5 0.1 3.4028235e38 1.17549435e-38 16777217 123456.789 "1e10" 1E+5)],
	f8 => [qw(0 -0 -0.0 0.1 0.30000000000000004 1.7976931348623157e308 2.2250738585072014e-308 9007199254740993 1e23 5e-300 123456789.123456789 "2.5")],
	n => [qw(0 0.0 -0 -0.00 1 10 100 1000 9999 10000 10001 99999999 0.1 0.0001 0.00001 0.00010000 12345.6789 123456789012345678901234567890.123456789 1.50 "3.14" -1234.5), '1' . '0' x 150, '0.' . '0' x 150 . '1'],
	n2 => [qw(0 1.2345 1.2355 -1.2345 123456789.999 "0.0005" 0.00049)],
	t => ['""', '"a"', '"a\tb\n\\\\N \"x\""', '"\u00e9\ud83d\ude00"', "\"Zo\xc3\xab\"", '1.50', 'true', '{"a": [1, 2]}', '"\\\\."', 'null'],
	v => ['""', '"12345"', '"abc     "', '"\u00e9\u00e9\u00e9\u00e9\u00e9"'],
	c => ['""', '"ab"', '"abcde"'],
	j => ['{"b": 1,  "a": [1.0]}', '"text"', '[]', '1.50', 'true', 'null', '"\u0000"'],
	jb => ['{"b": 1,  "a": [1.0], "b": 2}', '"text"', '[]', '1.50', 'false', 'null', '"\u00e9"'],
	u => [qw("00000000-0000-0000-0000-000000000001" "ABCDEF01-2345-6789-abcd-ef0123456789")],
	d => [qw("2026-01-15" "0001-01-01" "9999-12-31" "2000-02-29" "1900-02-28" "1999-12-31" "2000-01-01" "2024-12-31")],
	ts => ['"2026-01-15T10:30:00"', '"2026-01-15 10:30:00.123456"', '"0001-01-01T00:00:00"', '"9999-12-31T23:59:59.999999"', '"2026-01-15T10:30:00Z"', '"2026-01-15T10:30:00.5+05:30"'],
	ts3 => ['"2026-01-15T10:30:00.1234"', '"2026-01-15T10:30:00.1235"', '"1999-12-31T23:59:59.9995"'],
	tz => ['"2026-01-15T10:30:00Z"', '"2026-01-15T10:30:00.123456+05:30"', '"2026-01-15 10:30:00-08"', '"2026-01-15 10:30:00+0545"', '"0001-01-01T00:00:00+15:59"', '"1969-12-31T23:59:59.000001-15"'],
	tz0 => ['"2026-01-15T10:30:00.5Z"', '"2026-01-15T10:30:00.499999Z"', '"1999-12-31T23:59:59.5Z"']);
my @plain = map { my $c = $_; map { qq("$c":$_) } @{ $plain{$c} } } sort keys %plain;
both('plain values', @plain);
is(ways(), 'binary|' . @plain, 'all of them go that way');
both('rows of all columns', map { my $i = $_; join(',', map { my $v = $plain{$_}; qq("$_":$v->[$i % @$v]) } @columns) } 0 .. 199);
is(ways(), 'binary|200', 'they, too');

# What there is none for, good and bad
my %odd = (
	b => [qw(1 0 "t" "yes" "off" "" "maybe" 2 [] {})],
	i2 => [qw(32768 -32769 1.0 1e2 1.5 "" " 7 " "+7" "0x10" "1_000" "x" true [1] 99999999999999999999)],
	i4 => [qw(2147483648 -2147483649 1.5 "1e3" "--1" "-")],
	i8 => [qw(9223372036854775807 -9223372036854775808 9223372036854775808 1000000000000000000 "x")],
	f4 => [qw(1e39 1e-46 "NaN" "-Infinity" "inf" "x" "" "1." ".5" true "1e" "0x1p3" 1e-45)],
	f8 => [qw(1e309 1e-400 4.9e-324 "nan" "infinity" "1e5x" " 1" "1.")],
	n => [qw(1e5 1.5e-3 "NaN" "Infinity" "x" "" "1." ".5" "+1" " 1 " 1e200000), '1' x 201, '"1_000"'],
	n2 => [qw(1000000000 -999999999.9995 1e9 1e-9)],
	t => ['"a\u0000b"', '"\ud800"', "\"\xff\"", "\"\xc0\x80\""],
	v => ['"123456"', '"12345x"', '123456'],
	c => ['"abcdef"', '"abcde "', 'false'],
	j => ['"\ud800"', '{"a": "\udc00"}'],
	jb => ['"\u0000"', '"\ud800"', '{"a": 1e200000}'],
	u => ['"{00000000-0000-0000-0000-000000000001}"', '"00000000000000000000000000000001"', '"0000-00000000-0000-0000-0000-00000001"', '"x"', '1', '"g0000000-0000-0000-0000-000000000001"'],
	d => [qw("2026-02-29" "2100-02-29" "2026-13-01" "2026-00-10" "2026-01-00" "0000-01-01" "infinity" "-infinity" "epoch" "soon" "20260115" "2026-1-5" "2026-01-15T10:00:00Z" 20260115 "10000-01-01"), '"0044-03-15 BC"', '"2026-01-15 "', '"Jan 5 2026"'],
	ts => ['"2026-01-15"', '"2026-01-15T24:00:00"', '"2026-01-15T23:59:60"', '"2026-01-15T10:30"', '"infinity"', '"2026-01-15T10:30:00.1234567"', '"2026-01-15T10:30:00 America/New_York"',
		'"2026-01-15T25:00:00"', '"2026-01-15T10:60:00"', '"2026-02-30T00:00:00"', '"2026-01-15T10:30:00."', '"2026-01-15t10:30:00"', '"2026-01-15T10:30:00z"', '"2026-01-15TT10:30:00"', '"2026-01-15T10:30:00+5"', '"now"'],
	tz => ['"2026-01-15T10:30:00"', '"2026-01-15"', '"2026-01-15T10:30:00+16"', '"2026-01-15T10:30:00+05:60"', '"2026-01-15T10:30:00+05:30:15"', '"2026-01-15T10:30:00 UTC"', '"-infinity"',
		'"2026-07-15T10:30:00 Europe/Berlin"', '"2026-01-15T10:30:00Z "', '"2026-01-15T10:30:00--05"', '"2026-01-15T10:30:00+05:3"', '"294277-01-01T00:00:00Z"', '"0044-03-15T12:00:00Z BC"'],
	tz0 => ['1768473000', '"yesterday noon"']);
$odd{ts} = [ grep { !/"now"/ } @{ $odd{ts} } ];
$odd{tz0} = ['1768473000'];
my @odd = map { my $c = $_; map { qq("$c":$_) } @{ $odd{$c} } } sort keys %odd;
both('odd values', @odd);
# Each by itself, as what follows one in its batch is text
for my $odd (@odd)
{
	my $in = join('', map { qq({"id":$_,"i4":$_}\n) } 1 .. 60) . "{\"id\":61,$odd}\n" . join('', map { qq({"id":$_}\n) } 62 .. 70);
	my %result;
	for my $table (qw(binary text))
	{
		sql('TRUNCATE as_binary, as_text, binary_letters, text_letters');
		my $r = sink([ '--table', "as_$table", '--use-copy', 'true', '--dead-letter-table', "${table}_letters" ], $in);
		$result{$table} = join("\n", $r->{sum} // $r->{err}, sql("SELECT @{[ join(', ', map { qq($_\::text) } 'id', @columns) ]} FROM as_$table WHERE id > 60 UNION ALL " .
				"SELECT data::text, code, message @{[ ', NULL' x (@columns - 2) ]} FROM ${table}_letters ORDER BY 1"));
	}
	is($result{binary}, $result{text}, "odd value $odd");
}

# In their order: numbers that the table gives count up with the records
sql('CREATE TABLE counted (n serial PRIMARY KEY, v numeric)');
for my $odd (0, 1, 50, 99, 100, 1000)
{
	sql('TRUNCATE counted RESTART IDENTITY');
	works("an odd value at $odd", [ '--table', 'counted', '--use-copy', 'true', '--batch-size', 100 ], join('', map { $_ == $odd || $_ == $odd + 150 ? qq({"v":${_}e0}\n) : qq({"v":$_}\n) } 1 .. 2000),
		'2000/2000/0/0/0/0', 'SELECT count(*) FROM counted WHERE n = v', 2000);
}

# At random
my @digits = ('0' .. '9');
my $digits = sub { join('', map { $digits[ rand 10 ] } 1 .. 1 + rand $_[0]) };
my $whole = sub { my $d = $digits->($_[0]) =~ s/^0+(?=.)//r; (rand() < 0.5 ? '-' : '') . $d };
my $time = sub { sprintf '%04d-%02d-%02dT%02d:%02d:%02d%s', 1 + rand 9999, 1 + rand 12, 1 + rand 31, rand 24, rand 60, rand 60, rand() < 0.5 ? '' : '.' . $digits->(6) };
my $zone = sub { rand() < 0.3 ? 'Z' : sprintf '%s%02d%s', rand() < 0.5 ? '+' : '-', rand 16, rand() < 0.3 ? '' : sprintf(rand() < 0.5 ? ':%02d' : '%02d', rand 60) };
my %random = (
	b => sub { rand() < 0.5 ? 'true' : 'false' }, i2 => sub { $whole->(5) }, i4 => sub { $whole->(10) }, i8 => sub { $whole->(19) },
	f4 => sub { sprintf '%.9g', unpack('f', pack('L', rand 2**32)) }, f8 => sub { sprintf '%.17g', unpack('d', pack('Q', int(rand 2**53) << 11 | int rand 2**11)) },
	n => sub { $whole->(30) . (rand() < 0.5 ? '' : '.' . $digits->(30)) }, n2 => sub { $whole->(9) . '.' . $digits->(8) },
	d => sub { '"' . substr($time->(), 0, 10) . '"' }, ts => sub { '"' . $time->() . '"' }, ts3 => sub { '"' . $time->() . '"' },
	tz => sub { '"' . $time->() . $zone->() . '"' }, tz0 => sub { '"' . $time->() . $zone->() . '"' });
for my $round (1 .. ($ENV{CHECK_LONG} ? 50 : 3))
{
	my @names = sort keys %random;
	both("at random, $round", map { my $c = $names[ rand @names ]; qq("$c":) . $random{$c}->() =~ s/^-?(?:nan|inf)$/null/ir } 1 .. 3000);
}

# Settings that change what text means leave a binary value alone; and other encodings are served
for my $set ('DateStyle = "SQL, DMY"', 'TimeZone = "America/St_Johns"', 'IntervalStyle = iso_8601', 'extra_float_digits = -5', 'bytea_output = escape')
{
	sql("ALTER DATABASE $database SET $set");
	both("with $set", @plain, map { qq("tz":"2026-0$_-15 10:30:00") } 1 .. 9);
}
done_testing();

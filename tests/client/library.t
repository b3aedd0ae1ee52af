# The library as a thing to build with: header, symbols, pkg-config file, examples; then the C tests, again under
# valgrind where there is one.

use strict;
use warnings;

use File::Basename qw(basename dirname);
use lib dirname(__FILE__) . '/lib';
use ClientTest;
use FakeServer qw(log_in read_message);
use Test::More;

build();
my $build = "$client/build";
my %setting = slurp("$build/settings.mk") =~ /^override (\w+) := (.*)$/mg;
my $cc = $setting{CC};
my $header = slurp("$client/include/pgconnector.h");

sub compiles
{
	my ($name, $compiler, $file, $text, @flags) = @_;
	my $source = spew("$scratch/$file", $text);
	my $r = run([ split(' ', $compiler), '-Wall', '-Wextra', '-Werror', '-pedantic', "-I$client/include", $source, @flags ]);
	is($r->{status}, 0, $name) or diag $r->{err};
}

# The header
my $program_text = qq{#include "pgconnector.h"\nint main(void) { return pgc_version_num() == PGC_VERSION_NUM ? 0 : 1; }\n};
compiles('the header is C99', $cc, 'c99.c', $program_text, '-std=c99', '-c', '-o', "$scratch/c99.o");
SKIP:
{
	my $cxx = $cc =~ s/\bclang\b/clang++/r =~ s/\bg?cc\b/c++/r;
	skip "no $cxx", 1 if run([ 'sh', '-c', "command -v $cxx" ])->{status} ne '0';
	compiles('the header is C++', $cxx, 'cxx.cc', $program_text, '-std=c++98', '-Wno-long-long', '-c', '-o', "$scratch/cxx.o");
}

# The example in the header's comment is a program
my ($example) = $header =~ /^ \*\n((?: \*\t.*\n| \*\n)+) \*\n \* Text\./m;
$example =~ s/^ \*\t? ?//mg;
compiles('the header\'s example', $cc, 'example.c',
	"#include <stdio.h>\n#include <pgconnector.h>\nvoid f(void);\nvoid f(void)\n{\n$example}\n", '-std=c99', '-c', '-o', "$scratch/example.o");

# Symbols
my %declared = map { $_ => 1 } $header =~ /^PGC_API [^;(]*?\b(pgc_\w+)\(/mg;
my @exported = grep { !/^PGCONNECTOR_/ && !/^(_|__gcov|mangle_path)/ } map { (split)[2] =~ s/@.*//r } grep { / [TDBR] / }
  split /\n/, run([ 'nm', '-D', '--defined-only', "$build/libpgconnector.so" ])->{out};
is_deeply([ sort @exported ], [ sort keys %declared ], 'the library exports what the header declares, and nothing else');
SKIP:
{
	skip 'instrumented', 1 if $setting{SANITIZE} || $setting{COVERAGE};
	my @global = map { (split)[2] } grep { / [A-TV-Z] / } split /\n/, run([ 'nm', '--defined-only', "$build/libpgconnector.a" ])->{out};
	is_deeply([ sort @global ], [ sort keys %declared ], 'nor does the static one');
	my @undefined = map { (split)[1] =~ s/@.*//r } split /\n/, run([ 'nm', '-D', '--undefined-only', "$build/libpgconnector.so" ])->{out};
	my @unwanted = grep { /^_?_?(exit|_exit|abort|printf|puts|putchar|perror|setlocale|signal|sigaction|stdout|stderr|fputs|fwrite)(_chk)?$/ } @undefined;
	is_deeply(\@unwanted, [], 'it neither ends the process nor writes, nor touches signals or locale');
}
like(run([ 'readelf', '-d', "$build/libpgconnector.so" ])->{out}, qr/SONAME.*\[libpgconnector\.so\.0\]/, 'SONAME');

# Installed, the way a packager does
my $stage = "$scratch/stage";
{
	local %ENV = (%ENV, map { $_ => $setting{$_} } grep { $setting{$_} } qw(WERROR SANITIZE COVERAGE));
	delete @ENV{qw(MAKEFLAGS MAKELEVEL MFLAGS)};
	my @make = ('make', '-s', '-C', $client, "DESTDIR=$stage", 'prefix=/opt/pgc', map { "$_=$setting{$_}" } qw(CC PG_CONFIG CPPFLAGS CFLAGS LDFLAGS));
	my $installed = run([ @make, 'install' ]);
	is($installed->{status}, 0, 'make install') or diag $installed->{err};
	my $pc = slurp("$stage/opt/pgc/lib/pkgconfig/libpgconnector.pc");
	my ($version) = slurp("$client/../extension/pg_connector.control") =~ /^default_version\s*=\s*'(.*?)'/m;
	like($pc, qr/^Version: \Q$version\E$/m, 'pkg-config file has the extension\'s version');
	like(run([ $program, '--version' ])->{out}, qr/ \Q$version\E$/, 'so has the program');
	for my $page (qw(man1/pgconnector.1 man1/pgconnector-sink.1 man3/libpgconnector.3))
	{
		like(slurp("$stage/opt/pgc/share/man/$page"), qr/^\.TH .*\Q$version\E/m, "so has $page");
	}

  SKIP:
	{
		skip 'no pkg-config', 1 if run([ 'sh', '-c', 'command -v pkg-config' ])->{status} ne '0';
		my $flags = run([ 'pkg-config', '--cflags', '--libs', 'libpgconnector' ],
			env => { PKG_CONFIG_PATH => "$stage/opt/pgc/lib/pkgconfig", PKG_CONFIG_SYSROOT_DIR => $stage })->{out};
		my @sanitize = $setting{SANITIZE} ? "-fsanitize=$setting{SANITIZE}" : ();
		my $r = run([ split(' ', $cc), @sanitize, "$client/examples/select_rows.c", split(' ', $flags), '-o', "$scratch/select_rows" ]);
		is($r->{status}, 0, 'the example builds with what pkg-config says') or diag $r->{err};
	}
	run([ @make, 'uninstall' ]);
	is(run([ 'find', $stage, '!', '-type', 'd' ])->{out}, '', 'make uninstall leaves nothing');
}

# Manual pages
my @man3 = map { basename($_) } glob("$client/man/*.3");
for my $page ('pgconnector.1', 'pgconnector-sink.1', @man3)
{
  SKIP:
	{
		skip 'no groff', 1 if run([ 'sh', '-c', 'command -v groff' ])->{status} ne '0';
		my $r = run([ 'groff', '-man', '-t', '-Tutf8', '-ww', '-z', "$client/man/$page" ]);
		is($r->{err}, '', "$page is well formed");
	}
}
my %page = map { $_ => slurp("$client/man/$_") } @man3;
my $man3 = join('', values %page);
is_deeply([ grep { $man3 !~ /\b$_\b/ } sort keys %declared ], [], 'the pages of section 3 name every function');
for my $example ([ 'libpgconnector.3', 'select_rows.c' ], [ 'pgc_pipeline.3', 'pipeline.c' ], [ 'pgc_transaction.3', 'transaction.c' ])
{
	my ($shown) = $page{ $example->[0] } =~ /^\.SH EXAMPLE\n.*?^\.EX\n(.*?)^\.EE$/ms;
	$shown =~ s/\\e/\\/g;
	is($shown, slurp("$client/examples/$example->[1]") =~ s/\A\/\*.*?\*\/\n//sr =~ s/\t/    /gr, "the example of $example->[0] is the one in examples/");
}
my $man1 = slurp("$client/man/pgconnector.1");
my $help = run([ $program, '--help' ])->{out};
for my $line ($help =~ /^ +\d+  (\w+ .*)$/mg)
{
	my ($kind, $meaning) = $line =~ /^(\w+) +(.*)$/;
	like($man1, qr/\b$kind\b.*\t?\Q$meaning\E/s, "pgconnector.1 has the exit status $kind");
}
for my $option ($help =~ /(--[a-z]+)/g)
{
	(my $escaped = $option) =~ s/-/\\-/g;
	like($man1, qr/\Q$escaped\E/, "pgconnector.1 has $option");
}

my $man_sink = slurp("$client/man/pgconnector-sink.1");
my ($of_later) = slurp("$client/sink/sink.c") =~ /unknown\[\] = \{(.*?)\}/s;
my @sink_options = grep { $of_later !~ /"$_"/ } slurp("$client/src/config_option.c") =~ /^\t(?:\{|[A-Z]+\()"(\w+)", OWNER_(?:SINK|POOL)/mg;
cmp_ok(scalar @sink_options, '>', 20, 'options of sinks');
is_deeply([ grep { $man_sink !~ /\b$_\b/ } @sink_options ], [], 'pgconnector-sink.1 has every one');

# A database with the extension, and servers that hang up: on every call, and before
$ENV{PGDATABASE} = create_database('pgc_library');
psql($ENV{PGDATABASE}, q{
	CREATE TABLE fault_sink (id int PRIMARY KEY, v text);
	CREATE TABLE fault_dead (data text, error_type text, code text, message text)});
my $connections = spew("$scratch/connections", q({"connections": {"fault": {"host": "h", "password": "x"}}}));
chmod 0600, $connections;
my @fault = ("$build/tests/fault_test", $connections, map { "host=127.0.0.1 sslmode=disable gssencmode=disable port=$_" }
	fake_server(sub {
		log_in($_[0], '15.4') or return;
		while (defined(my $type = read_message($_[0]))) { return if $type eq 'S' }
	}),
	fake_server(sub { log_in($_[0], '15.4') }));

psql($ENV{PGDATABASE}, q{CREATE TABLE users (id int PRIMARY KEY); INSERT INTO users VALUES (1)});
my $r = run([ "$build/tests/select_rows", '{"table": "users"}' ]);
like($r->{out}, qr/^\{"rows": ?\[\{"id": ?1\}\]/, 'the example selects rows');
is(run([ "$build/tests/transaction" ])->{status}, 0, 'the other adds rows in a transaction');
is(psql($ENV{PGDATABASE}, 'SELECT count(*) FROM users'), 3, 'which are there');
is(run([ "$build/tests/transaction" ])->{err} =~ /\(23505\)$/m, 1, 'once');
$r = run([ "$build/tests/select_rows", '{"table": "user"}' ]);
like($r->{err}, qr/^not_found: .*\(42P01\)\nat: \/table\n/, 'and reports an error');
psql($ENV{PGDATABASE}, q{CREATE TABLE lines (id int PRIMARY KEY); INSERT INTO lines VALUES (1)});
my $lines = join('', map { "{\"id\": $_}\n" } 2 .. 500, 7, 501 .. 1000);
$r = run([ "$build/tests/pipeline", 'lines' ], in => $lines);
is($r->{out}, "999 inserted, 1 failed\n", 'the other sends rows in a pipeline');
is($r->{err}, "line 500: duplicate key value violates unique constraint \"lines_pkey\" (23505)\n", 'and says which failed');
is(psql($ENV{PGDATABASE}, 'SELECT count(*) FROM lines'), 1000, 'each was a transaction of its own');

subtest_of('api_test', "$build/tests/api_test");
subtest_of('fault_test', @fault, $ENV{CHECK_LONG} ? 1 : 3);

SKIP:
{
	skip 'instrumented', 3 if $setting{SANITIZE} || $setting{COVERAGE};
	skip 'no valgrind', 3 if run([ 'sh', '-c', 'command -v valgrind' ])->{status} ne '0';
	my @valgrind = (qw(valgrind -q --error-exitcode=99 --leak-check=full), '--errors-for-leak-kinds=definite,indirect,possible');
	subtest_of('api_test in valgrind', @valgrind, "$build/tests/api_test");
	subtest_of('fault_test in valgrind', @valgrind, @fault, $ENV{CHECK_LONG} ? 10 : 40);
	$r = run([ @valgrind, $program, '--table', 'query', 'SELECT g, g::text AS t, NULL AS n FROM generate_series(1, 100) AS g' ]);
	is($r->{status}, 0, 'pgconnector in valgrind') or diag $r->{err};
}

done_testing();

# Streams: all rows of a query, in the form that select_rows gives them, in constant memory.

use strict;
use warnings;

use File::Basename qw(dirname);
use lib dirname(__FILE__) . '/lib';
use ClientTest;
use IO::Select;
use IO::Socket::UNIX;
use POSIX ();
use Test::More;

$ENV{PGDATABASE} = create_database('pgc_export');
psql($ENV{PGDATABASE}, q{
	CREATE SEQUENCE numbers;
	CREATE TYPE place AS (city text, at point);
	CREATE TABLE all_kinds (id int PRIMARY KEY, big bigint, n numeric, f float8, ok boolean, t text, ts timestamptz, local timestamp, d date,
		b bytea, i interval, j json, jb jsonb, a int[], p place, r int4range, u uuid);
	INSERT INTO all_kinds VALUES
		(1, 9223372036854775807, 1234567890.1234567890, 0.1, true, E'a,"b"\n\\\\c\t\u00e9', '2026-01-15 10:30:00+02', '2026-01-15 10:30', '2026-01-15',
		 '\xdead', '1 day 02:00', E'{"x":\n [1,\r\n 2]}', '{"y": "\u00e9,"}', '{{1,2},{3,NULL}}', ROW('O''Brien', '(1,2)'), '[1,5)', '00000000-0000-0000-0000-000000000001'),
		(2, NULL, 'NaN', '-Infinity', false, '', NULL, 'infinity', NULL, '', NULL, 'null', '"s"', '{}', NULL, 'empty', NULL)});

my $rows = run([ $program, 'export', 'TABLE all_kinds' ], env => { PGOPTIONS => '-c datestyle=german -c intervalstyle=iso_8601 -c timezone=Asia/Tokyo -c bytea_output=escape' });
is($rows->{err}, '', 'no error');
my $selected = run([ $program, 'call', 'select_rows', '{"table": "all_kinds", "order_by": ["id"]}' ])->{out};
my $joined = join(',', split /\n/, $rows->{out});
chomp $selected;
is("{\"rows\":[$joined],\"rowCount\":2}", $selected =~ tr/\r\n/  /r, 'each row is what select_rows gives');
is(scalar(() = $rows->{out} =~ /\n/g), 2, 'in one line each');

my $csv = run([ $program, 'export', '--format', 'csv', 'SELECT * FROM all_kinds ORDER BY id DESC;' ])->{out};
is($csv, <<"CSV", 'CSV');
id,big,n,f,ok,t,ts,local,d,b,i,j,jb,a,p,r,u
2,,NaN,-Infinity,false,"",,infinity,,\\x,,,"""s""",[],,empty,
1,9223372036854775807,1234567890.1234567890,0.1,true,"a,""b""
\\c	\x{c3}\x{a9}",2026-01-15T08:30:00Z,2026-01-15T10:30:00,2026-01-15,\\xdead,1 day 02:00:00,"{""x"":
 [1,\r
 2]}","{""y"": ""\x{c3}\x{a9},""}","[[1,2],[3,null]]","{""city"":""O'Brien"",""at"":""(1,2)""}","[1,5)",00000000-0000-0000-0000-000000000001
CSV
is(run([ $program, 'export', '--format', 'csv', 'SELECT 1 AS "a,b", 2 AS c WHERE false' ])->{out}, "\"a,b\",c\n", 'CSV of no rows');
is(run([ $program, 'export', 'SELECT 1 WHERE false' ])->{out}, '', 'no rows');

# Parameters
is(run([ $program, 'export', 'SELECT $1::int + 1 AS a, $2::text AS b, $3::jsonb AS c, $4::int AS d', '41', "O'Hara", 'json:{"x":1}', 'json:null' ])->{out},
	qq({"a":42,"b":"O'Hara","c":{"x": 1},"d":null}\n), 'parameters');

# Refused
sub refuses
{
	my ($name, $sql, $status, $message) = @_;
	my $r = run([ $program, 'export', $sql ]);
	is($r->{status}, $status, "$name: exit status");
	like($r->{err}, $message, $name);
	is($r->{out}, '', "$name: no rows");
}
refuses('a statement that writes', 'DELETE FROM all_kinds RETURNING id', 7, qr/syntax error/);
refuses('one that writes within', 'WITH gone AS (DELETE FROM all_kinds RETURNING id) TABLE gone', 12, qr/must be at the top level \(0A000\)/);
refuses('a function that writes', q{SELECT nextval('numbers')}, 18, qr/read-only transaction/);
refuses('two statements', 'SELECT 1; SELECT 2', 7, qr/cannot insert multiple commands/);
refuses('what is a query only with parentheses', 'SELECT 1) AS q UNION ALL SELECT (2', 7, qr/syntax error at or near "\)".*\nposition: character 9 /s);
refuses('comment that would take the rest', "SELECT 1 /*", 7, qr/unterminated/);
refuses('no rows at all', 'CREATE TABLE x (id int)', 7, qr/the statement returns no rows/);
refuses('two columns of one name', 'SELECT 1 AS a, 2 AS a', 9, qr/two columns of the result are named "a" \(42701\)/);
refuses('unknown column', 'SELECT nothing FROM all_kinds', 8, qr/column "nothing" does not exist \(42703\)\n.*position: character 8 /s);
refuses('unknown function', 'SELECT nothing(1)', 8, qr/function nothing\(integer\) does not exist \(42883\)/);
refuses('error of the first row', 'SELECT 1/0 AS a', 11, qr/division by zero/);
is(run([ $program, 'export', "SELECT 1 AS a -- the end" ])->{out}, "{\"a\":1}\n", 'comment at the end');
run([ $program, 'export', 'SELECT lo_create(0)' ]);
is(psql($ENV{PGDATABASE}, 'SELECT count(*), (SELECT count(*) FROM pg_largeobject_metadata) FROM all_kinds'), '2|0', 'nothing was written');
my $late = run([ $program, 'export', 'SELECT 1 / (3 - g) AS a FROM generate_series(1, 5) AS g' ]);
is($late->{status}, 11, 'error after some rows: exit status');
is($late->{out}, "{\"a\":0}\n{\"a\":1}\n", 'error after some rows: those before it');
my $plain = create_database('pgc_export_plain', plain => 1);
like(run([ $program, '-d', $plain, 'export', 'SELECT 1 AS a' ])->{err}, qr/^pgconnector: not_found: extension "pg_connector" is not installed in database "$plain" \(42704\)/, 'no extension');
is(run([ $program, 'export', '--format', 'xml', 'SELECT 1' ])->{status}, 2, 'unknown format');
is(run([ $program, 'query', '--format', 'csv', 'SELECT 1' ])->{status}, 2, 'another subcommand');

# More than any cap allows, in little memory: what the program may take is limited to what a small result needs.
psql($ENV{PGDATABASE}, q{ALTER ROLE postgres IN DATABASE } . $ENV{PGDATABASE} . q{ SET pg_connector.row_cap = 10});
SKIP:
{
	# Which takes terabytes of addresses
	skip 'made for AddressSanitizer', 1 if slurp("$client/build/settings.mk") =~ /^override SANITIZE := .*address/m;
	my $large = run([ 'sh', '-c', "ulimit -v 200000; exec $program export \"SELECT g, repeat('x', 1000) AS t FROM generate_series(1, 300000) AS g\" | wc -lc" ]);
	like($large->{out}, qr/^ *300000 +[0-9]{9}$/, '300 MB in constant memory') or diag $large->{err};
}

# A reader that has enough, and Ctrl-C
my $head = run([ 'sh', '-c', "$program export 'SELECT g FROM generate_series(1, 10000000) AS g' | head -n 1" ]);
is($head->{out} . $head->{err}, "{\"g\":1}\n", 'a reader that goes away');
my $r = start([ $program, 'export', 'SELECT g, pg_sleep(0.01)::text AS t FROM generate_series(1, 100000) AS g' ]);
wait_for(sub { psql('postgres', q{SELECT count(*) FROM pg_stat_activity WHERE query LIKE '%to_json%pg_sleep%' AND state = 'active' AND pid <> pg_backend_pid()}) });
kill INT => $r->{pid};
finish($r);
is($r->{status}, 15, 'Ctrl-C cancels');

# A server that has not begun with the query takes no notice of a cancel request.
{
	my $sent = "$scratch/sent";
	my $port = fake_server(sub {
		my ($client) = @_;
		return if fork() != 0;
		my $server = IO::Socket::UNIX->new(Peer => "$ENV{PGHOST}/.s.PGSQL.$ENV{PGPORT}") or die "connect: $!";
		my $select = IO::Select->new($client, $server);
		while (1)
		{
			for my $from ($select->can_read)
			{
				my $n = sysread($from, my $data, 65536);
				POSIX::_exit(0) if !$n;
				if ($data =~ /pg_sleep/ && $from == $client && !-e $sent)
				{
					spew($sent, '');
					wait_for(sub { -e "$sent.cancelled" });
				}
				syswrite($from == $client ? $server : $client, $data);
			}
		}
	});
	$r = start([ $program, '--dsn', "host=127.0.0.1 port=$port sslmode=disable gssencmode=disable dbname=$ENV{PGDATABASE} user=$ENV{PGUSER}", 'export', 'SELECT pg_sleep(100)::text AS t' ]);
	wait_for(sub { -e $sent });
	kill INT => $r->{pid};
	select(undef, undef, undef, 0.5);
	spew("$sent.cancelled", '');
	finish($r);
	is($r->{status}, 15, 'Ctrl-C cancels a query that is only just sent') or diag $r->{err};
}

done_testing();

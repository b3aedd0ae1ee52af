# What pgconnector sink reads: NDJSON, JSON arrays, CSV, compressed or not, the rows of queries, and pipelines.

use strict;
use warnings;

use File::Basename qw(dirname);
use lib dirname(__FILE__) . '/lib';
use ClientTest;
use SinkTest;
use Test::More;

$database = $ENV{PGDATABASE} = create_database('pgc_sink_input');
sql('CREATE TABLE t (id int, v text); CREATE TABLE letters (data jsonb, message text, position bigint)');
my @letters = ('--dead-letter-table', 'letters');
my $files = 0;

sub ids { my $ids = sql(q(SELECT string_agg(COALESCE(id::text, 'null'), ',' ORDER BY id) FROM t)); sql('TRUNCATE t'); return $ids }
sub letters { my $rows = sql('SELECT data, message FROM letters ORDER BY position'); sql('TRUNCATE letters'); return $rows }

# A file of that name, read with these options
sub reads
{
	my ($name, $text, $ids, $dead, %more) = @_;
	my $file = spew("$scratch/" . ++$files . ($more{tail} // '.ndjson'), $text);
	my $r = sink([ '--table', 't', @letters, @{ $more{options} // [] }, $file ]);
	is($r->{status}, $more{status} // 0, $name) or diag $r->{err};
	like($r->{err}, $more{err} // qr/^$/, "$name: messages");
	is(ids(), $ids, "$name: records");
	is(letters(), $dead // '', "$name: dead letters");
}
my $id = sub { join('', map { qq({"id":$_}\n) } @_) };

# NDJSON
reads('no record', '', '');
reads('nothing but white space', " \n\r\n\t\n", '');
reads('empty lines, blanks and CRLF', qq({"id":1}\r\n\r\n\n  {"id":2}\t \r\n), '1,2');
reads('a last line without its end', qq({"id":1}\n{"id":2}), '1,2');
reads('a byte order mark', qq(\xef\xbb\xbf{"id":1}\n{"id":2}\n), '1,2');
reads('bytes that are no UTF-8', qq~{"id":1,"v":"\xc3("}\n~ . qq({"id":2,"v":"\xc3\xa9"}\n), '2', qq~"{\\"id\\":1,\\"v\\":\\"\xef\xbf\xbd(\\"}"|invalid byte sequence for encoding "UTF8": 0xc3 0x28~);
reads('a zero byte', qq({"id":1,"v":"\0"}\n{"id":2}\n), '2', qq("{\\"id\\":1,\\"v\\":\\"\xef\xbf\xbd\\"}"|invalid JSON: control character in a string is not escaped));
my $long = 'x' x 5_000_000;
reads('long records', qq({"id":1,"v":"$long"}\n{"id":2,"v":"$long"}\n{"id":3}), '1,2,3');
reads('an array in a line, as NDJSON', "[1]\n{\"id\":1}\n", '1', '[1]|a record is a JSON object', options => [ '--format', 'ndjson' ]);
is(sink([ '--table', 't', spew("$scratch/a.ndjson", $id->(1, 2)), '-', spew("$scratch/b.json", '[{"id":5}]') ], $id->(3, 4))->{sum}, '5/5/0/0/0/0', 'several files, standard input among them');
is(ids(), '1,2,3,4,5', 'all of them');

# Arrays
reads('an array', qq( [{"id":1,"v":"],[{\\"}"}\n,\n {"id":2,"v":"\\\\"} ] \n), '1,2');
reads('an empty array', " [ ]\n", '');
reads('an array of arrays and more', '[{"id":1},[{"id":9}],"id",null,{"id":2}]', '1,2', "[{\"id\": 9}]|a record is a JSON object\n\"id\"|a record is a JSON object\n|a record is a JSON object");
reads('garbage between elements', '[{"id":1} x {"id":9},}{"id":8},{"id":2}]', '2', qq~"{\\"id\\":1} x {\\"id\\":9}"|invalid JSON: text after the value\n"}{\\"id\\":8}"|invalid JSON: unexpected character~);
reads('commas too many', '[{"id":1},,{"id":2},]', '1,2', "\"\"|nothing is where an element of the array should be\n\"\"|nothing is where an element of the array should be");
reads('an array that ends too early', '[{"id":1},{"id":2}', '1', '', status => 2, err => qr/its array ends too early/);
reads('an array that ends within a string', '[{"id":1},{"id":2,"v":"', '1', '', status => 2, err => qr/its array ends too early/);
reads('something behind the array', '[{"id":1}] {"id":2}', '1', '', status => 2, err => qr/something follows the end of its array/);
reads('no array where one should be', '{"id":1}', '', '', status => 2, err => qr/it is not a JSON array/, options => [ '--format', 'json' ]);

# CSV
sql('CREATE TYPE spot AS (x int, y int); CREATE TABLE c (id int PRIMARY KEY, "the name" text, j jsonb, a int[], aa text[], s spot, b bytea, ok boolean)');
works('CSV', [ '--table', 'c', '--format', 'csv' ], qq(\xef\xbb\xbfid,"the name",j,a,s,b,ok\r\n1,plain,"{""k"": [1, ""x""]}","{1,2}","(1,2)",\\x00ff,t\r\n2,"a ""b"", c\nd",3,"[1,null]","{""x"": 3}",,false\r\n\n3,"",,,,,\n4,,"""s""",{},"[5,6]","",yes),
	'4/4/0/0/0/0', q(SELECT id, "the name", j, a, s, b, ok, "the name" IS NULL FROM c ORDER BY id),
	qq(1|plain|{"k": [1, "x"]}|{1,2}|(1,2)|\\x00ff|t|f\n2|a "b", c\nd|3|{1,NULL}|(3,)||f|f\n3||||||||f\n4||"s"|{}|(5,6)|\\x|t|t) =~ s/3\|\|\|\|\|\|\|\|f/3|||||||f/r);
sub csv { my ($name, $text, $ids, $dead, %more) = @_; reads($name, $text, $ids, $dead, tail => '.csv', %more) }
csv('a header alone', "id,v\n", '');
csv('one column', "id\n1\n\n2\n", '1,2,null');
csv('lines that are none', "id,v\n1\n2,b,c\n3,\"x\"y\n4,ok\n5,\"never ends", '4',
	qq~"1"|the line has fewer fields than the header\n"2,b,c"|the line has more fields than the header\n"3,\\"x\\"y"|something follows a quoted field\n"5,\\"never ends"|a quoted field does not end~);
csv('a quote within a field', "id,v\n1,5\" wide\n2,x\n", '1,2');
csv('nothing', '', '', '', status => 2, err => qr/has no line that names its columns/);
csv('a column that is not there', "id,w\n1,2\n", '', '', status => 2, err => qr/^pgconnector: not_found: the table has no column "w", which the CSV file has \(42703\)\nhint: /);
csv('a column that is not there and does not matter', "id,w\n1,2\n", '1', '', options => [ '--unknown-keys', 'ignore' ]);
csv('a column twice', "id,id\n1,2\n", '', '', status => 2, err => qr/names a column twice/);
csv('a column without a name', "id,\n1,2\n", '', '', status => 2, err => qr/does not name all its columns/);
works('CSV with text for json', [ '--table', 'c', '--format', 'csv', '--write-mode', 'upsert', @letters ], "id,j\n1,text\n2,\"{} {}\"\n3,null\n", '3/1/0/0/0/2', 'SELECT j IS NULL FROM c WHERE id = 3', 't');
letters();
my $exported = run([ $program, 'export', '--format', 'csv', 'TABLE c ORDER BY id' ])->{out};
sql('CREATE TABLE c2 (LIKE c INCLUDING ALL)');
works('what was exported as CSV', [ '--table', 'c2', '--format', 'csv' ], $exported, '4/4/0/0/0/0', 'SELECT count(*) FROM (TABLE c INTERSECT TABLE c2) AS same', '4') or diag $exported;
works('delete by CSV', [ '--table', 'c', '--format', 'csv', '--write-mode', 'delete' ], "id\n1\n9\n", '2/1/0/0/1/0');

# gzip
SKIP:
{
	skip('no gzip', 1) if run([ 'sh', '-c', 'command -v gzip' ])->{status} ne '0';
	my $gzip = sub { my ($text) = @_; spew("$scratch/plain", $text); run([ 'gzip', '-c', "$scratch/plain" ])->{out} };
	reads('gzip', $gzip->($id->(1 .. 3)), '1,2,3');
	reads('gzip, by no name', $gzip->($id->(1 .. 3)), '1,2,3', '', tail => '');
	reads('gzip, several members', $gzip->($id->(1)) . $gzip->($id->(2)), '1,2');
	reads('gzip of CSV', $gzip->("id\n1\n"), '1', '', tail => '.csv.gz');
	my $cut = sink([ '--table', 't', spew("$scratch/cut.gz", substr($gzip->($id->(1 .. 10000)), 0, 5000)) ]);
	is($cut->{status}, 2, 'gzip cut short: exit status');
	like($cut->{err}, qr/the compressed data ends too early/, 'gzip cut short');
	is($cut->{summary}{written}, sql('SELECT count(*) FROM t'), 'what there was is written');
	sql('TRUNCATE t');
	my $bad = $gzip->($id->(1 .. 10000));
	substr($bad, 2000, 4) = 'XXXX';
	like(sink([ '--table', 't', @letters, spew("$scratch/bad.gz", $bad) ])->{err}, qr/the compressed data is damaged/, 'gzip that is damaged');
	sql('TRUNCATE t, letters');

	# Exactly once goes on in the middle of any of them.
	my @records = map { qq({"id":$_}) } 1 .. 10;
	my $n = 0;
	for my $case ([ 'once.json', sub { '[' . join(',', @_) . ']' } ], [ 'once.csv', sub { join("\n", 'id', map { /:"?(\w+)/ } @_) } ], [ 'once.ndjson.gz', sub { $gzip->(lines(@_)) } ], [ 'once.ndjson', sub { lines(@_) } ])
	{
		my ($name, $make) = @$case;
		my $config = spew("$scratch/once.config", 'CREATE CONNECTION once_' . ++$n . ' TO postgresql (exactly_once = true)');
		my $file = spew("$scratch/$name", $make->(@records[ 0 .. 5 ], '{"id":"bad"}', @records[ 6 .. 9 ]));
		my $r = sink([ '--config', $config, '--table', 't', '--batch-size', 3, '--max-retries', 0, $file ]);
		isnt($r->{status}, 0, "$name: stopped by a bad record");
		is(ids(), '1,2,3,4,5,6', "$name: the batches before it");
		$r = sink([ '--config', $config, '--table', 't', '--batch-size', 3, @letters, $file ]);
		is($r->{sum}, '5/4/0/0/0/1', "$name: the rest, and nothing twice") or diag $r->{err};
		is(ids(), '7,8,9,10', "$name: records");
		letters();
	}
}

# Queries
my $other = create_database('pgc_sink_from');
psql($other, q{CREATE TABLE source_users (user_id bigint, name text, at timestamptz, data jsonb, tags text[]);
	INSERT INTO source_users VALUES (1, 'Ada', '2026-01-15 10:30+00', '{"a": 12345678901234567890.1}', '{a,"b,c"}'), (9007199254740993, NULL, 'infinity', '"s"', NULL);
	CREATE FUNCTION good(jsonb) RETURNS boolean LANGUAGE sql AS $$ SELECT jsonb_typeof($1) = 'object' $$; CREATE SEQUENCE s;});
sql('CREATE TABLE users (user_id bigint PRIMARY KEY, name text, at timestamptz, data jsonb, tags text[], extra int DEFAULT 5); CREATE TABLE error_log (data jsonb, error_type text, error_time timestamptz)');
my $config = spew("$scratch/config.sql", <<SQL);
CREATE CONNECTION shop TO postgresql (database = '$other');
CREATE CONNECTION users TO postgresql (database = '$database', table = 'users', write_mode = 'upsert');
CREATE CONNECTION "Error Log" TO postgresql (database = '$database', table = 'error_log');
CREATE PIPELINE copy_users AS
-- INSERT INTO nowhere
INSERT INTO users SELECT * FROM source_users WHERE name IS DISTINCT FROM 'INSERT INTO x';
CREATE PIPELINE unknown AS INSERT INTO users SELECT user_id, name AS nam FROM source_users;
CREATE PIPELINE with_dlq AS
WITH validated AS (SELECT *, good(data) AS is_valid FROM source_users)
INSERT INTO Users
SELECT user_id, data FROM validated WHERE is_valid UNION ALL SELECT user_id + 1, data FROM validated WHERE is_valid
UNION ALL
INSERT INTO "Error Log" SELECT data, 'validation_failed' AS error_type, NOW() AS error_time FROM validated WHERE NOT is_valid;
CREATE PIPELINE second_unknown AS INSERT INTO users SELECT 5 AS user_id UNION ALL INSERT INTO "Error Log" SELECT 1 AS dat;
CREATE PIPELINE writes AS INSERT INTO users SELECT nextval('s') AS user_id;
CREATE PIPELINE nothing AS SELECT 1;
CREATE PIPELINE nowhere AS INSERT INTO nowhere SELECT 1;
SQL
my @shop = ('--config', $config, '--from', 'shop');
works('a pipeline', [ @shop, '--pipeline', 'copy_users' ], '', '2/2/0/0/0/0', 'SELECT * FROM users ORDER BY user_id',
	qq(1|Ada|2026-01-15 10:30:00+00|{"a": 12345678901234567890.1}|{a,"b,c"}|5\n9007199254740993||infinity|"s"||5));
works('a pipeline with two branches', [ @shop, '--pipeline', 'with_dlq' ], '', '3/3/0/0/0/0', 'SELECT (SELECT string_agg(user_id::text, \',\' ORDER BY user_id) FROM users), (SELECT count(*) FROM error_log)', '1,2,9007199254740993|1');
works('a query on the same connection', [ '--table', 't', '--query', 'SELECT user_id AS id, name AS v FROM users WHERE user_id < 10 ORDER BY 1' ], '', '2/2/0/0/0/0', 'SELECT * FROM t ORDER BY id', "1|Ada\n2|");
works('a query of another connection', [ @shop, '-c', 'users', '--query', "SELECT user_id, 'Grace' AS name FROM source_users" ], '', '2/2/0/0/0/0', 'SELECT count(*) FROM users WHERE name = \'Grace\'', '2');
works('many rows', [ '--table', 't', '--query', 'SELECT g AS id FROM generate_series(1, 100000) AS g' ], '', '100000/100000/0/0/0/0', 'SELECT count(*), sum(id::bigint) FROM t WHERE v IS NULL AND id > 2', '99998|5000049997');
sql('TRUNCATE t');
sub refused { my ($name, $options, $status, $message) = @_; my $r = sink($options); is($r->{status}, $status, "$name: exit status"); like($r->{err}, $message, $name); is($r->{summary}{written} // 0, 0, "$name: nothing is written") }
refused('an output column that is not there', [ @shop, '--pipeline', 'unknown' ], 8, qr/^pgconnector: not_found: the table has no column "nam", which the query has \(42703\)\nhint: /);
refused('one of the second branch', [ @shop, '--pipeline', 'second_unknown' ], 8, qr/no column "dat"/);
refused('a pipeline that writes to its source', [ @shop, '--pipeline', 'writes' ], 18, qr/read-only transaction/);
refused('a pipeline that goes nowhere', [ @shop, '--pipeline', 'nothing' ], 2, qr/does not say INSERT INTO/);
refused('a pipeline into no connection', [ @shop, '--pipeline', 'nowhere' ], 8, qr/no connection "nowhere"/);
refused('a pipeline that is not there', [ @shop, '--pipeline', 'none' ], 8, qr/no pipeline "none"/);
refused('a source that is not there', [ '--config', $config, '--from', 'none', '--pipeline', 'copy_users' ], 8, qr/no connection "none"/);
refused('which of several connections', [ '--config', $config, '--table', 't' ], 2, qr/say which with --connection/);
refused('a query and files', [ '--table', 't', '--query', 'SELECT 1', 'file' ], 2, qr/instead of files/);
refused('exactly once of a query', [ '--table', 't', '--query', 'SELECT 1 AS id', '--exactly-once', 'true' ], 11, qr/input that can be read again/);
refused('a query that is none', [ '--table', 't', '--query', 'SELEC 1' ], 7, qr/syntax error/);
refused('a password for all to see', [ '--table', 't', '--password', 'secret' ], 2, qr/^pgconnector: a password on the command line can be seen by others/);
my $late = sink([ '--table', 't', '--batch-size', 2, '--query', 'SELECT 1 / (6 - g) AS id FROM generate_series(1, 9) AS g' ]);
is($late->{status}, 11, 'a query that fails late: exit status');
is($late->{sum}, '5/5/0/0/0/0', 'the rows before it are written, and it is said how many');

# A query whose rows come slowly: they do not wait for one another longer than allowed, and a signal ends it.
sql('TRUNCATE t');
my $slow = start([ $program, 'sink', '--table', 't', '--batch-timeout-ms', 50, '--query', 'SELECT g AS id, pg_sleep(CASE g WHEN 3 THEN 100 ELSE 0 END)::text || repeat($$x$$, 20000) AS v FROM generate_series(1, 3) AS g' ]);
ok(wait_for(sub { sql('SELECT count(*) FROM t') ge '1' }), 'rows that came are written while others do not come');
kill TERM => $slow->{pid};
finish($slow);
is($slow->{status}, 15, 'and a signal ends it');

done_testing();

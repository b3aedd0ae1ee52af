# A backend's memory does not grow with the number of calls, whether they succeed or fail, nor with the size of the
# tables they read.

use strict;
use warnings;

use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

my $node = PostgreSQL::Test::Cluster->new('main');
$node->init;
$node->append_conf('postgresql.conf', slurp_file($ENV{PGC_EXTRA_CONF}));
# Chance has no part in it: nothing in the background, no statements in the log.
$node->append_conf('postgresql.conf', "autovacuum = off\nlog_statement = none\nlog_min_messages = log\nlog_min_error_statement = log\n");
$node->start;
$node->safe_psql(
	'postgres', q{
	CREATE EXTENSION pg_connector;
	CREATE TYPE pair AS (x int, y text);
	CREATE TYPE mood AS ENUM ('sad', 'happy');
	CREATE DOMAIN positive AS int CHECK (VALUE > 0);
	CREATE TABLE kinds (id int PRIMARY KEY, a text, n numeric, f float8, t timestamptz, j jsonb, arr int[], p pair, ps pair[],
		m mood, d positive, r int4range, i interval, b bytea, u uuid);
	INSERT INTO kinds SELECT g, 'some text', 1.5, 2.5, '2000-01-01', '{"a": [1, "x"]}', '{1,2}', ROW(1, 'x'::text)::pair, ARRAY[ROW(1, 'y'::text)::pair], 'sad', 5, '[1,5)', '1 day',
		'\x00', '00000000-0000-0000-0000-000000000001' FROM generate_series(1, 10) AS g;
	CREATE TABLE sink (id int, a text, b text, c text, d text);
	CREATE TABLE keyed (id int PRIMARY KEY, a text NOT NULL);
	INSERT INTO keyed VALUES (1, 'x');
	CREATE TABLE counters (id int PRIMARY KEY, n int);
	INSERT INTO counters VALUES (1, 0);
	CREATE FUNCTION nested() RETURNS trigger LANGUAGE plpgsql AS $$
	BEGIN
		PERFORM connector.select_rows('{"table": "keyed"}');
		PERFORM connector.try_call('insert_rows', '{"table": "keyed", "row": {"id": 1}}');
		RETURN NULL;
	END $$;
	CREATE TABLE nesting (id int);
	CREATE TRIGGER nested BEFORE INSERT ON nesting FOR EACH ROW EXECUTE FUNCTION nested();
});

# Name, calls relative to the others, the call, and its error if it has one; %s is the call's number.
my @cases = (
	[ 'select_rows', 1, 'select_rows', '{"table": "kinds", "where": [["id", ">", 3], ["m", "=", "sad"]], "order_by": [["id", "desc"]]}' ],
	[ 'select_rows, lists', 1, 'select_rows', '{"table": "kinds", "columns": ["p", "ps", "arr"], "where": [["id", "in", [1, %s, 3, null]]]}' ],
	[ 'insert_rows', 1, 'insert_rows', '{"table": "sink", "row": {"id": %s, "a": "x"}, "returning": true}' ],
	[ 'insert_rows, groups', 0.3, 'insert_rows', '{"table": "sink", "rows": [{"id": 1}, {"a": "x"}, {}, {"id": 2, "b": "y"}, {"id": 3}]}' ],
	[ 'insert_rows, types', 0.5, 'insert_rows', '{"table": "kinds", "row": {"id": -%s, "n": "1.23", "t": "2000-01-01", "j": {"x": [1]}, "arr": [1], "p": {"x": 1}, "ps": [{"y": "z"}], "m": "happy", "d": 3, "r": "[1,2)", "i": "1 h", "b": "\\\\x01"}}' ],
	[ 'update_rows', 1, 'update_rows', '{"table": "counters", "set": {"n": %s}, "where": [["id", "=", 1]], "returning": ["n"]}' ],
	[ 'delete_rows', 1, 'delete_rows', '{"table": "sink", "where": [["id", "=", %s]]}' ],
	[ 'create_table and drop_table', 0.1, 'execute', q({"sql": "SELECT connector.create_table('{\"table\": \"made\", \"columns\": [{\"name\": \"id\", \"type\": \"int\", \"primary_key\": true}, {\"name\": \"p\", \"type\": \"pair\"}]}'), connector.insert_rows('{\"table\": \"made\", \"row\": {\"id\": 1, \"p\": {\"x\": 1}}}'), connector.drop_table('{\"table\": \"made\"}')"}) ],
	[ 'query', 1, 'query', '{"sql": "SELECT * FROM kinds WHERE id = $1 AND a = $2", "params": [%s, "some text"]}' ],
	[ 'query, not kept', 0.5, 'query', q({"sql": "SHOW work_mem"}) ],
	[ 'query, many texts', 0.5, 'query', '{"sql": "SELECT %s AS n"}' ],
	[ 'execute', 1, 'execute', '{"sql": "UPDATE counters SET n = $1 WHERE id = 1 RETURNING *", "params": {"$1": %s}}' ],
	[ 'execute, utility', 0.3, 'execute', '{"sql": "COMMENT ON TABLE sink IS NULL"}' ],
	[ 'describe', 0.2, 'describe', '{"table": "kinds"}' ],
	[ 'test_connection', 0.3, 'test_connection', '{}' ],
	[ 'commands', 0.3, 'commands', '{}' ],
	[ 'actions/QueryRows', 0.3, 'actions/QueryRows', '{"query": "SELECT * FROM kinds WHERE id = $1", "parameters": [%s]}' ],
	[ 'actions/InsertRow', 0.3, 'actions/InsertRow', '{"table": "sink", "columns": {"id": %s, "a": "x"}}' ],
	[ 'actions/UpdateRows, refused', 0.3, 'actions/UpdateRows', '{"query": "WITH d AS (DELETE FROM sink RETURNING id) UPDATE counters SET n = $1", "parameters": [%s]}', '22023' ],
	[ 'task/Execute', 0.3, 'task/Execute', '{"query": "UPDATE counters SET n = $1 WHERE id = 1 RETURNING *", "parameters": {"$1": %s}}' ],
	[ 'nested calls', 0.3, 'insert_rows', '{"table": "nesting", "row": {"id": 1}}' ],
	[ 'no such command', 0.5, 'selct_rows', '{}', '42883' ],
	[ 'malformed JSON', 1, 'select_rows', '{"table": "kinds", "where": [["id", "=", ', '42601' ],
	[ 'no such member', 1, 'select_rows', '{"table": "kinds", "wher": []}', '42601' ],
	[ 'no such table', 0.3, 'select_rows', '{"table": "kindz"}', '42P01' ],
	[ 'no such column', 1, 'update_rows', '{"table": "kinds", "set": {"aa": 1}, "where": [["id", "=", 1]]}', '42703' ],
	[ 'no such operator', 1, 'select_rows', '{"table": "kinds", "where": [["id", "==", 1]]}', '22023' ],
	[ 'a value that does not fit', 1, 'select_rows', '{"table": "kinds", "where": [["id", "=", "x"]]}', '22P02' ],
	[ 'a row that does not fit', 1, 'insert_rows', '{"table": "kinds", "rows": [{"id": 99}, {"id": 98, "p": {"z": 1}}]}', '42703' ],
	[ 'a key that exists', 1, 'insert_rows', '{"table": "keyed", "rows": [{"id": 2, "a": "x"}, {"id": 1, "a": "x"}], "returning": true}', '23505' ],
	[ 'a null', 1, 'insert_rows', '{"table": "keyed", "row": {"id": 1, "a": null}}', '23502' ],
	[ 'no where', 1, 'delete_rows', '{"table": "keyed"}', '21000' ],
	[ 'an error while rows come out', 1, 'query', '{"sql": "SELECT id, a, n / (id - 10) AS q FROM kinds WHERE id > 5"}', '22012' ],
	[ 'an error in select_rows', 1, 'select_rows', '{"table": "failing"}', '22012' ],
	[ 'an error in SQL', 1, 'query', '{"sql": "SELECT nothing FROM kinds"}', '42703' ],
	[ 'an SQL text that is none', 1, 'query', '{"sql": "SELEC 1"}', '42601' ],
	[ 'a write in query', 1, 'query', '{"sql": "DELETE FROM keyed WHERE id = %s"}', '25006' ],
	[ 'names given twice', 1, 'query', '{"sql": "SELECT 1 AS a, 2 AS a"}', '42701' ],
	[ 'too large a result', 0.3, 'execute', q({"sql": "SELECT repeat('x', 3000) AS a"}), '54000' ],
	[ 'a table that exists', 0.3, 'create_table', '{"table": "sink", "columns": [{"name": "id", "type": "int"}]}', '42P07' ],
	[ 'no such type', 0.3, 'create_table', '{"table": "new", "columns": [{"name": "id", "type": "itn"}]}', '42704' ],
	[ 'a table that is not there', 0.3, 'drop_table', '{"table": "sinkk"}', '42P01' ],
	[ 'a time limit', 0.02, 'query', '{"sql": "SELECT pg_sleep(10)", "timeout_ms": 2}', '57014' ]);
$node->safe_psql('postgres', 'CREATE VIEW failing AS SELECT id, n / (id - 10) AS q FROM kinds');

# Calls in statements of 100 each, memory before and after. What is used is counted, in bytes; what the system gave
# the backend, in kB, is told by /proc.
my $calls = $ENV{CHECK_LONG} ? 100000 : 1000;
my $script = "SET pg_connector.plan_cache = 30;\nSET pg_connector.response_cap = 2048;\n";
$script .= q{
CREATE FUNCTION pg_temp.used() RETURNS text LANGUAGE plpgsql AS $$
DECLARE
	anonymous text := '0';
BEGIN
	BEGIN
		anonymous := substring(pg_read_file('/proc/self/smaps_rollup') FROM 'Anonymous: +(\d+)');
	EXCEPTION WHEN OTHERS THEN
		NULL;
	END;
	RETURN anonymous || ' ' || (SELECT sum(used_bytes) FROM pg_backend_memory_contexts WHERE name NOT IN ('ExecutorState', 'ExprContext', 'MessageContext', 'PortalContext'));
END $$;
SELECT pg_temp.used() IS NULL;
};
foreach my $case (@cases)
{
	my ($name, $part, $command, $request, $code) = @$case;
	my $n = int($calls * $part / 100 + 0.99);
	$n = 1 if $n < 1;
	my $size = $calls * $part < 100 ? int($calls * $part) : 100;
	my $cap = $name eq 'too large a result' ? '' : "SET pg_connector.response_cap = '10MB';\n";
	$request =~ s/'/''/g;
	$request =~ s/%(?!s)/%%/g;
	$script .= $cap . "SELECT 'outcome', '$name', coalesce(connector.try_call('$command', format('$request', 1000000)) #>> '{error,code}', 'ok');\n";
	foreach my $function ('call', 'try_call')
	{
		my $round = sub {
			my ($from) = @_;
			# Failing calls are raised by "call"; a handler of the caller's takes them.
			return $function eq 'try_call'
			  ? "SELECT count(connector.try_call('$command', format('$request', $from + g))) FROM generate_series(1, $size) AS g;\n"
			  : "DO \$do\$ BEGIN FOR g IN 1..$size LOOP BEGIN PERFORM connector.call('$command', format('$request', $from + g)); EXCEPTION WHEN OTHERS OR query_canceled THEN NULL; END; END LOOP; END \$do\$;\n";
		};
		$script .= $cap . "DELETE FROM kinds WHERE id < 0;\n";
		$script .= $round->(0) . $round->($size);
		$script .= "DELETE FROM kinds WHERE id < 0;\n";
		$script .= "SELECT 'memory', '$function: $name', 'before', pg_temp.used();\n";
		$script .= $round->($_ * $size) for (2 .. $n + 1);
		$script .= "SELECT 'memory', '$function: $name', 'after', pg_temp.used();\n";
		$script .= "DELETE FROM kinds WHERE id < 0;\nTRUNCATE sink;\n";
	}
	$script .= "SET pg_connector.response_cap = 2048;\n" if $cap;
}
my ($out, $err);
$node->psql('postgres', $script, stdout => \$out, stderr => \$err, on_error_stop => 0);
is($err, '', 'all of them ran');

my %memory;
while ($out =~ /^memory\|([^|]+)\|(before|after)\|(\d+) (\d+)$/mg)
{
	$memory{$1}{$2} = [ $3, $4 ];
}
my %outcome = $out =~ /^outcome\|(.*)\|(.*)$/mg;
is_deeply(\%outcome, { map { $_->[0] => $_->[4] // 'ok' } @cases }, 'and with the outcome they should have');
is(scalar keys %memory, 2 * @cases, 'memory was measured for each case');
foreach my $case (@cases)
{
	foreach my $function ('call', 'try_call')
	{
		my $of = $memory{"$function: $case->[0]"} or next;
		my $count = $calls * $case->[1];
		my $used = $of->{after}[1] - $of->{before}[1];
		my $anonymous = $of->{after}[0] - $of->{before}[0];
		# Catalog caches breathe a little. PostgreSQL keeps what it knows of a table's row type even when that is gone.
		my $each = $case->[0] =~ /^create_table/ ? 1000 : 8;
		cmp_ok($used, '<', 40000 + $each * $count, "$function, $case->[0]: $used bytes more in use after $count calls");
		cmp_ok($anonymous, '<', 4096 + $each * $count / 1024, "and $anonymous kB more in all");
	}
}

# A big table
my $big = $ENV{CHECK_LONG} ? 10_000_000 : 1_000_000;
$node->safe_psql('postgres', "CREATE TABLE big AS SELECT g AS id, 'row number ' || g AS a, g % 1000 AS k FROM generate_series(1, $big) AS g");
$node->safe_psql('postgres', "CREATE TABLE wide AS SELECT g AS id, repeat(md5(g::text), 3000) AS a FROM generate_series(1, 500) AS g");
my $members = "r ->> 'rowCount', r ->> 'more', r ->> 'limitedBy', json_array_length(r -> 'rows')";
my $measure = "SELECT 'memory', pg_temp.used();\n";
$script = "$1\n" if $script =~ /(CREATE FUNCTION pg_temp.used.*?END \$\$;)/s;
my @reads = (
	[ 'select_rows', '{"table": "big"}', '1000|true|limit|1000' ],
	[ 'select_rows', '{"table": "big", "order_by": [["a", "desc"]]}', '1000|true|limit|1000' ],
	[ 'select_rows', '{"table": "big", "where": [["k", "<", 500]], "limit": 5000}', '5000|true|limit|5000' ],
	[ 'query', '{"sql": "SELECT * FROM big"}', '1000|true|limit|1000' ],
	[ 'query', '{"sql": "SELECT a, count(*) AS n FROM big GROUP BY a ORDER BY a"}', '1000|true|limit|1000' ],
	[ 'select_rows', '{"table": "wide"}', undef ]);
foreach my $read (@reads)
{
	$script .= "SELECT 'result', $members FROM connector.call('$read->[0]', '$read->[1]') AS r;\n" x 2;
	$script .= $measure;
	$script .= "SELECT 'result', $members FROM connector.call('$read->[0]', '$read->[1]') AS r;\n" x 4;
	$script .= $measure;
}
# All of it, over the cap
$script .= "SELECT 'result', $members FROM connector.select_rows('{\"table\": \"big\", \"limit\": 2000000000, \"columns\": [\"k\"]}') AS r;\n";
$script .= "SELECT connector.try_call('execute', '{\"sql\": \"UPDATE big SET k = k WHERE id <= 200000 RETURNING id\"}') #>> '{error,code}';\n";
$node->psql('postgres', $script, stdout => \$out, stderr => \$err, on_error_stop => 0);
is($err, '', 'a big table is read');
my @results = $out =~ /^result\|(.*)$/mg;
my @memory = map { [ split ' ' ] } $out =~ /^memory\|(.*)$/mg;
foreach my $i (0 .. $#reads)
{
	my $anonymous = $memory[ 2 * $i + 1 ][0] - $memory[ 2 * $i ][0];
	my $used = $memory[ 2 * $i + 1 ][1] - $memory[ 2 * $i ][1];
	is($results[ 6 * $i ], $reads[$i][2], "$reads[$i][1]") if defined $reads[$i][2];
	# What malloc gives back when is its own affair; the table has hundreds of megabytes.
	cmp_ok($anonymous, '<', 16384, "in the same memory each time ($anonymous kB more)");
	cmp_ok($used, '<', 20000, "($used bytes)");
}
like($results[ 6 * $#reads ], qr/^\d+\|true\|response_cap\|\d+$/, 'wide rows are cut at the size of the response');
like($results[-1], qr/^100000\|true\|row_cap\|100000$/, 'no read returns more than the cap');
like($out, qr/^54000$/m, 'nor a write');
cmp_ok($memory[-1][0], '<', 120_000, 'and all that in ' . int($memory[-1][0] / 1024) . ' MB');

$node->stop;
unlike(slurp_file($node->logfile), qr/TRAP|leak|XX000|PANIC/, 'the log has nothing to complain of');
done_testing();

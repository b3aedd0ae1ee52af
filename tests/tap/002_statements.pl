# statements: what pg_stat_statements has, as PostgreSQL lets the role see it, and no passwords
use strict;
use warnings;

use JSON::PP;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

my $node = PostgreSQL::Test::Cluster->new('main');
$node->init;
$node->append_conf('postgresql.conf', "shared_preload_libraries = 'pg_stat_statements'\n" . slurp_file($ENV{PGC_EXTRA_CONF}));
$node->start;
$node->safe_psql('postgres', q{
	CREATE EXTENSION pg_connector;
	CREATE SCHEMA "Stats";
	CREATE EXTENSION pg_stat_statements SCHEMA "Stats";
	CREATE ROLE visitor LOGIN;
	GRANT USAGE ON SCHEMA "Stats" TO visitor;
	CREATE TABLE t (id int);
	CREATE ROLE someone PASSWORD 'hunter2';
	/* in front */ ALTER ROLE someone PASSWORD 'hunter3';
	INSERT INTO t VALUES (1);
	INSERT INTO t VALUES (2);
	INSERT INTO t VALUES (3);
	SELECT count(*) FROM t});

my $text = $node->safe_psql('postgres', q{SELECT connector.statements('{"order_by": "calls"}')});
my $statements = decode_json($text)->{statements};
is($statements->[0]{query}, 'INSERT INTO t VALUES ($1)', 'most called first');
is($statements->[0]{calls}, 3, 'calls');
ok($statements->[0]{total_exec_time} > 0, 'time');
unlike($text, qr/hunter/, 'no password');
ok((grep { !defined $_->{query} } @$statements) >= 2, 'the texts that had one are null');

$statements = decode_json($node->safe_psql('postgres', q{SELECT connector.statements('{"limit": 1}')}));
is(scalar @{ $statements->{statements} }, 1, 'limit');
is($statements->{limitedBy}, 'limit', 'which it says');

$text = $node->safe_psql('postgres', q{SELECT connector.statements()}, extra_params => [ '-U', 'visitor' ]);
unlike($text, qr/INSERT INTO t/, 'another role does not see the texts');

# Each statement of a command is there, those too that the executor would not be needed for.
$node->safe_psql('postgres', q{
	CREATE TABLE keys (id int PRIMARY KEY, v text);
	INSERT INTO keys VALUES (1, 'one');
	SET pg_stat_statements.track = 'all';
	SELECT connector.select_rows('{"table": "keys", "where": [["id", "=", 1]]}') FROM generate_series(1, 20)});
is($node->safe_psql('postgres', q{SELECT calls FROM "Stats".pg_stat_statements WHERE query LIKE 'SELECT keys.id%'}), 20, 'key lookups');

# The monitoring query that guides show is one for PostgreSQL before 13, which the hint tells; and what to ask since.
sub slowest
{
	my ($column) = @_;
	my $query = "SELECT query, calls, $column FROM \\\"Stats\\\".pg_stat_statements ORDER BY $column DESC LIMIT 10";
	return decode_json($node->safe_psql('postgres', qq{SELECT connector.try_call('task/Query', '{"query": "$query"}')}));
}
my $reply = slowest('total_time');
is($reply->{error}{code}, '42703', 'total_time is no more');
like($reply->{error}{hint}, qr/^In pg_stat_statements it is total_exec_time since PostgreSQL 13/, 'and which it is');
$reply = slowest('total_exec_time');
is(ref $reply, 'ARRAY', 'the list of rows alone');
is(scalar @$reply, 10, 'ten of them');
is(join(' ', sort keys %{ $reply->[0] }), 'calls query total_exec_time', 'with what was asked for');

# Installed, but not loaded
$node->append_conf('postgresql.conf', "shared_preload_libraries = ''\n");
$node->restart;
my $error = decode_json($node->safe_psql('postgres', q{SELECT connector.try_call('statements', '{}')}))->{error};
is($error->{code}, '55000', 'not loaded');
like($error->{message}, qr/shared_preload_libraries/, 'and how it is');

$node->stop;
done_testing();

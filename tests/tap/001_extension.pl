# The extension as a packaged thing: its version is the same wherever it is written, it comes and goes without a
# trace, and a database that holds it survives dump and restore.

use strict;
use warnings;

use JSON::PP;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

my $node = PostgreSQL::Test::Cluster->new('main');
$node->init;
$node->append_conf('postgresql.conf', slurp_file($ENV{PGC_EXTRA_CONF}));
$node->start;

# Versions
my ($version) =
  slurp_file("$ENV{PGC_SOURCE}/pg_connector.control") =~ /^default_version\s*=\s*'(.*?)'/m;
my $meta = decode_json(slurp_file("$ENV{PGC_SOURCE}/META.json"));
is($meta->{version}, $version, 'META.json has the control file\'s version');
is($meta->{provides}{pg_connector}{version}, $version, 'and says that it provides it');

my ($out) = run_command([ 'pgconnector', '--version' ]);
like($out, qr/\b\Q$version\E\b/, 'so does pgconnector --version');

# What an object count sees, CREATE EXTENSION to DROP EXTENSION
my $objects = q{
	SELECT (SELECT count(*) FROM pg_proc), (SELECT count(*) FROM pg_class), (SELECT count(*) FROM pg_type),
		(SELECT count(*) FROM pg_namespace), (SELECT count(*) FROM pg_depend), (SELECT count(*) FROM pg_policy)};
my $before = $node->safe_psql('postgres', $objects);
$node->safe_psql('postgres', 'CREATE EXTENSION pg_connector');
is($node->safe_psql('postgres', "SELECT extversion FROM pg_extension WHERE extname = 'pg_connector'"),
	$version, 'CREATE EXTENSION gives that version');
is( $node->safe_psql(
		'postgres',
		"SELECT DISTINCT nspname FROM pg_depend d JOIN pg_extension e ON e.oid = refobjid JOIN pg_proc p ON p.oid = objid
		 JOIN pg_namespace n ON n.oid = pronamespace
		 WHERE extname = 'pg_connector' AND deptype = 'e' AND classid = 'pg_proc'::regclass"),
	'connector',
	'its functions are in schema connector');
$node->safe_psql('postgres', 'DROP EXTENSION pg_connector');
is($node->safe_psql('postgres', $objects), $before, 'DROP EXTENSION leaves nothing');

# A trusted extension: whoever may create in a database may have it
$node->safe_psql('postgres',
	'CREATE ROLE owner LOGIN; CREATE DATABASE owned OWNER owner');
$node->safe_psql('owned', 'CREATE EXTENSION pg_connector', extra_params => [ '-U', 'owner' ]);
pass('the owner of a database creates the extension');

# Dump and restore, by that owner, who may not see the rows that keys keep for other roles
$node->safe_psql('owned', 'CREATE TABLE t (id int PRIMARY KEY, j json)');
my $insert = q{SELECT connector.insert_rows('{"table": "t", "rows": [{"id": 1, "j": {"a": [1, 2]}}, {"id": 2}]}')};
my $select = q{SELECT connector.select_rows('{"table": "t", "where": [["id", "=", 1]]}')};
$node->safe_psql('owned', $insert);
$node->safe_psql('owned',
	q{SELECT connector.insert_rows('{"table": "t", "row": {"id": 3}, "idempotency_key": "k"}')});
$node->command_ok([ 'pg_dump', '-d', $node->connstr('owned'), '-f', $node->basedir . '/owner.sql', '-U', 'owner', '-T', 't' ],
	'pg_dump by the owner of the database');
my $answer = $node->safe_psql('owned', $select);
my $dump = $node->basedir . '/dump.sql';
$node->command_ok([ 'pg_dump', '-d', $node->connstr('owned'), '-f', $dump ], 'pg_dump');
$node->safe_psql('postgres', 'CREATE DATABASE restored');
$node->command_ok(
	[ 'psql', '-X', '-q', '-v', 'ON_ERROR_STOP=1', '-d', $node->connstr('restored'), '-f', $dump ],
	'and restore');
is($node->safe_psql('restored', $select), $answer, 'the restored database answers the same');

$node->stop;
done_testing();

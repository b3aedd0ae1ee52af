# Real data: the index of all Debian packages, loaded, loaded again with changes, updated and deleted, and each time
# compared with the source value by value. The source is read by psql and PostgreSQL's own JSON functions.

use strict;
use warnings;

use File::Basename qw(dirname);
use lib dirname(__FILE__) . '/lib';
use ClientTest;
use JSON::PP;
use Test::More;

my $available = run([ 'apt-cache', 'dumpavail' ]);
plan skip_all => 'there is no index of packages here' if $available->{status} ne '0' || length($available->{out}) < 1_000_000;

my $database = create_database('pgc_data');
$ENV{PGDATABASE} = $database;

sub sql { return psql($database, $_[0]) }

sub string
{
	my ($text) = @_;
	$text =~ s/(["\\])/\\$1/g;
	$text =~ s/([\0-\x1f])/sprintf('\\u%04x', ord $1)/ge;
	return qq("$text");
}
sub list { return '[' . join(', ', map { string($_) } @_) . ']' }

# A record of a package: some columns by their types, the other fields as they are
my (%seen, @packages);
for my $stanza (split /\n\n+/, $available->{out})
{
	my %field;
	my $name;
	for my $line (split /\n/, $stanza)
	{
		if ($line =~ /^([A-Za-z0-9-]+):\s*(.*)/) { $name = $1; $field{$name} = $2 }
		elsif (defined $name) { $field{$name} .= "\n$line" }
	}
	my $id = join(' ', map { $field{$_} // '' } qw(Package Version Architecture));
	next if !defined $field{Package} || $seen{$id}++;
	my @members = ('"id": ' . string($id), '"name": ' . string(delete $field{Package}), '"version": ' . string(delete $field{Version}));
	push @members, '"size": ' . delete $field{Size} if ($field{Size} // '') =~ /^\d+$/;
	push @members, '"installed": "' . delete($field{'Installed-Size'}) . '"' if ($field{'Installed-Size'} // '') =~ /^\d+$/;
	push @members, '"depends": ' . list(split /, */, delete $field{Depends}) if defined $field{Depends};
	push @members, '"tags": ' . list(split /,\s*/, delete $field{Tag}) if defined $field{Tag};
	push @members, '"sha256": "\\\\x' . delete($field{SHA256}) . '"' if ($field{SHA256} // '') =~ /^[0-9a-f]{64}$/;
	push @members, '"description": ' . string(delete $field{Description}) if defined $field{Description};
	push @members, map { string($_) . ': ' . string($field{$_}) } sort keys %field;
	push @packages, [ $id, \@members ];
}
my $n = @packages;
cmp_ok($n, '>', 1000, "packages: $n");

sql(<<'SQL');
CREATE TABLE package (id text PRIMARY KEY, name text NOT NULL, version text NOT NULL, size bigint, installed int DEFAULT -1, depends text[],
	tags text[], sha256 bytea, description text, fields jsonb, changed int);
CREATE INDEX ON package (name);
CREATE TABLE source (line bigserial, record jsonb);
CREATE TABLE dead (data jsonb, code text, message text);
-- What the last record of each package says, by columns
CREATE VIEW wanted AS SELECT DISTINCT ON (record->>'id') record->>'id' AS id, record->>'name' AS name, record->>'version' AS version,
	(record->>'size')::bigint AS size, CASE WHEN record ? 'installed' THEN (record->>'installed')::int ELSE -1 END AS installed,
	CASE WHEN record ? 'depends' THEN ARRAY(SELECT jsonb_array_elements_text(record->'depends')) END AS depends,
	CASE WHEN record ? 'tags' THEN ARRAY(SELECT jsonb_array_elements_text(record->'tags')) END AS tags,
	decode(substr(record->>'sha256', 3), 'hex') AS sha256, record->>'description' AS description,
	nullif(record - '{id,name,version,size,installed,depends,tags,sha256,description,changed}'::text[], '{}') AS fields, (record->>'changed')::int AS changed
FROM source ORDER BY record->>'id', line DESC;
SQL

# Write the records to a file, and to the table of what is wanted, unless told otherwise
sub records
{
	my ($name, $lines, %options) = @_;
	my $file = spew("$scratch/$name.ndjson", join('', map { "$_\n" } @$lines));
	run([ 'psql', '-X', '-q', '-d', $database, '-c', "\\copy source (record) from '$file' (format csv, quote e'\\x01', delimiter e'\\x02')" ]) unless $options{only};
	return $file;
}
sub line { my ($package, @more) = @_; return '{' . join(', ', @{ $package->[1] }, @more) . '}' }

sub load
{
	my ($name, $file, $expected, @flags) = @_;
	my $r = run([ $program, 'sink', '--table', 'package', '--unknown-keys', 'fields', '--dead-letter-table', 'dead', '--summary', 'json', @flags, $file ]);
	my $summary = eval { decode_json($r->{out}) } // {};
	is_deeply([ $r->{status}, @$summary{qw(read written deduplicated skipped unmatched dead_lettered)} ], [ 0, @$expected ], "$name: the summary")
	  or diag($r->{err}, $r->{out});
	return;
}
sub compare
{
	my ($name) = @_;
	is(sql('SELECT count(*) FROM package'), sql('SELECT count(*) FROM wanted'), "$name: as many");
	is(sql('SELECT count(*) FROM (SELECT * FROM wanted EXCEPT SELECT * FROM package) x'), 0, "$name: all values are those of the source");
	return;
}

load('load', records('all', [ map { line($_) } @packages ]), [ $n, $n, 0, 0, 0, 0 ], '--batch-size', 5000);
is(sql('SELECT count(*) FROM source'), $n, 'the source is whole');
compare('load');
is(sql(q(SELECT count(*) FROM package WHERE depends IS NOT NULL AND tags IS NOT NULL AND fields ? 'Filename' AND sha256 IS NOT NULL)) > 1000 ? 1 : 0, 1, 'there is something to compare');

# Again: half of it is there and the same, some is new, some comes twice
my @half = map { $packages[$_] } grep { $_ % 2 } 0 .. $#packages;
my @twice = @half[ map { $_ * 7 } 0 .. $#half / 7 ];
sql(q(DELETE FROM package WHERE hashtext(id) % 10 = 0));
sql(q(DELETE FROM source WHERE hashtext(record->>'id') % 10 = 0));
my @again = ((map { line($_, '"changed": 1') } @half), (map { line($_, '"changed": 2') } @twice));
my $r = run([ $program, 'sink', '--table', 'package', '--unknown-keys', 'fields', '--write-mode', 'upsert', '--summary', 'json', records('again', \@again) ]);
my $s = eval { decode_json($r->{out}) } // {};
is($r->{status}, 0, 'upsert: done') or diag($r->{err});
is(($s->{written} // 0) + ($s->{deduplicated} // 0), @again, 'upsert: all');
compare('upsert');

# Updates and deletes by key, some of what is not there
my @updates = map { '{"id": ' . string($_->[0]) . ', "changed": 3, "description": null}' } @packages;
my $there = sql('SELECT count(*) FROM package');
load('update', records('updates', \@updates, only => 1), [ $n, $there, 0, 0, $n - $there, 0 ], '--write-mode', 'update', '--batch-size', 3000);
is(sql(q(SELECT count(*) FILTER (WHERE changed = 3 AND description IS NULL), count(*) FROM package)), "$there|$there", 'update: all are updated');
is(sql('SELECT count(*) FROM (SELECT id, name, version, size, installed, depends, tags, sha256, fields FROM wanted EXCEPT SELECT id, name, version, size, installed, depends, tags, sha256, fields FROM package) x'),
	0, 'update: the rest is as it was');
my @deletes = map { '{"id": ' . string($_->[0]) . ', "whatever": 1}' } grep { $_->[0] =~ /^[^m-z]/ } @packages;
my $gone = sql('CREATE TABLE going AS SELECT p.id FROM package p WHERE p.id COLLATE "C" !~ \'^[m-z]\'; SELECT count(*) FROM going');
load('delete', records('deletes', \@deletes, only => 1), [ scalar @deletes, $gone, 0, 0, @deletes - $gone, 0 ], '--write-mode', 'delete', '--unknown-keys', 'ignore');
is(sql('SELECT count(*), (SELECT count(*) FROM package JOIN going USING (id)) FROM package'), $there - $gone . '|0', 'delete: those and no others');

# The whole through a crash in the middle, with a ledger
sql('TRUNCATE package, source, dead');
my $all = records('all', [ map { line($_) } @packages ]);
my @command = ($program, 'sink', '--table', 'package', '--unknown-keys', 'fields', '--exactly-once', 'true', '--connection', 'packages', '--batch-size', 2000, $all);
my $killed = start(\@command);
wait_for(sub { sql('SELECT count(*) FROM package') > 0 });
kill KILL => $killed->{pid};
finish($killed);
my $before = sql('SELECT count(*) FROM package');
is(run(\@command)->{status}, 0, "goes on after $before");
compare('after a crash');
is(sql('SELECT count(*) FROM dead'), 0, 'no dead letters in all that');

done_testing();

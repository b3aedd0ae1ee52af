package PoolLoad;

# The load of tests/client/pool_load.c, and whether what it says is true.

use strict;
use warnings;

use ClientTest;
use Exporter qw(import);
use Test::More;

our @EXPORT_OK = qw(check_rows);

# What pool_load, which has ended, says against what is in the table; returns how many rows it has committed.
sub check_rows
{
	my ($r, $name, %more) = @_;
	my %psql = (PGHOST => $ENV{PGHOST}, PGDATABASE => $ENV{PGDATABASE}, %more);
	local @ENV{keys %psql} = values %psql;
	is($r->{status}, '0', "$name: ends") or diag $r->{err};
	unlike($r->{out}, qr/^leaked/m, '... with all connections back');
	my %count = map { split /\|/ } split /\n/, psql($ENV{PGDATABASE}, 'SELECT id, count(*) FROM added GROUP BY 1');
	my %said = (committed => [], nothing => [], unknown => []);
	push @{ $said{$1} }, $2 while $r->{out} =~ /^(committed|nothing|unknown) (\d+)/mg;
	is_deeply([ grep { ($count{$_} // 0) != 1 } @{ $said{committed} } ], [], '... what is committed is there, once');
	is_deeply([ grep { $count{$_} } @{ $said{nothing} } ], [], '... what failed is not');
	is_deeply([ grep { ($count{$_} // 0) > 1 } @{ $said{unknown} } ], [], '... what is unknown is there once at most');
	my %known = map { $_ => 1 } map { @$_ } values %said;
	is_deeply([ grep { !$known{$_} } keys %count ], [], '... and there is nothing else');
	note "$name: " . join(', ', map { scalar(@{ $said{$_} }) . " $_" } sort keys %said);
	diag join("\n", grep { /^nothing/ } split /\n/, $r->{out}) if @{ $said{nothing} };
	return scalar @{ $said{committed} };
}

1;

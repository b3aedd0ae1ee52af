package SinkTest;

# Running pgconnector sink, and what is expected of every run.

use strict;
use warnings;

use ClientTest;
use Exporter qw(import);
use JSON::PP;
use Test::More ();

our @EXPORT = qw($database $json sql sink works refuses lines);

our $database;
our $json = JSON::PP->new->canonical->allow_nonref;

sub sql { return psql($database, $_[0]) }

# Run it; the result has the summary, which must add up, as "sum": "read/written/deduplicated/skipped/unmatched/dead_lettered".
sub sink
{
	my ($options, $in, %more) = @_;
	my $r = run([ $program, 'sink', '--summary', 'json', @$options ], in => $in // '', %more);
	if ($r->{out} ne '')
	{
		my $s = $r->{summary} = $json->decode($r->{out});
		$r->{sum} = join('/', map { $s->{$_} } qw(read written deduplicated skipped unmatched dead_lettered));
		my $left = $s->{read} - $s->{written} - $s->{deduplicated} - $s->{skipped} - $s->{unmatched} - $s->{dead_lettered};
		Test::More::is($left, 0, "what was read is accounted for: $r->{sum}") if $r->{status} eq '0';
	}
	return $r;
}

sub works
{
	my ($name, $options, $in, $sum, $query, $rows) = @_;
	my $r = sink($options, $in);
	Test::More::is($r->{status}, '0', $name) or Test::More::diag($r->{err});
	Test::More::is($r->{err}, '', "$name: nothing else is said");
	Test::More::is($r->{sum}, $sum, "$name: counts");
	Test::More::is(sql($query), $rows, "$name: rows") if defined $query;
	return $r;
}

# Refused at open: before a record is read, so that one that is none does not matter.
sub refuses
{
	my ($name, $options, $status, $message) = @_;
	my $r = sink($options, "no record\n");
	Test::More::is($r->{status}, $status, "$name: exit status");
	Test::More::like($r->{err}, $message, $name);
	Test::More::is($r->{out}, '', "$name: nothing was begun");
}

sub lines { return join('', map { "$_\n" } @_) }

1;

package ClientTest;

# What the tests of the client share: a database of their own on the server that the environment names (PGHOST,
# PGPORT, PGUSER), running programs, and a server that is none.

use strict;
use warnings;

use Cwd qw(abs_path);
use Exporter qw(import);
use File::Basename qw(dirname);
use File::Temp qw(tempdir);
use IO::Socket::INET;
use Test::More ();
use POSIX qw(:sys_wait_h dup2);
use Time::HiRes qw(sleep time);

our @EXPORT = qw($client $program $scratch build psql create_database run start finish wait_for subtest_of slurp spew fake_server);

my $root = abs_path(dirname(__FILE__) . '/../../..');
our $client  = "$root/client";
our $program = "$client/build/pgconnector";
our $scratch = tempdir('pg_connector.XXXXXX', TMPDIR => 1, CLEANUP => 1);

my @databases;
my @servers;
my $main = $$;

# Nothing of the caller's but where the server is may decide how a test ends.
for my $name (grep { /^PG[A-Z]+$/ } keys %ENV)
{
	delete $ENV{$name} unless $name =~ /^PG(HOST|PORT|USER|DATABASE)$/;
}
$ENV{PGUSER}     //= 'postgres';
$ENV{PGDATABASE} //= 'postgres';
$ENV{PGPASSFILE} = "$scratch/pgpass";
$ENV{LC_ALL}     = 'C';
delete $ENV{COLUMNS};

# Build the test programs with the flags of the build that is there.
sub build
{
	local %ENV = %ENV;
	delete @ENV{qw(MAKEFLAGS MAKELEVEL MFLAGS)};
	my $r = run([ 'make', '-s', '-C', $client, 'tests' ]);
	die "could not build the test programs:\n$r->{err}" if $r->{status} != 0;
}

sub slurp
{
	my ($file) = @_;
	open(my $fh, '<:raw', $file) or die "$file: $!";
	local $/;
	return scalar <$fh> // '';
}

sub spew
{
	my ($file, $text) = @_;
	open(my $fh, '>:raw', $file) or die "$file: $!";
	print $fh $text;
	close($fh) or die "$file: $!";
	return $file;
}

# Start a program: start([program, argument...], in => text, out => file, env => {...}).
my $runs = 0;

sub start
{
	my ($command, %options) = @_;
	my $n = ++$runs;
	my $r = { out_file => $options{out} // "$scratch/out.$n", err_file => "$scratch/err.$n" };
	my $in = spew("$scratch/in.$n", $options{in} // '');

	$r->{pid} = fork() // die "fork: $!";
	if ($r->{pid} == 0)
	{
		local $SIG{__DIE__} = sub { print STDERR @_; POSIX::_exit(126) };
		open(my $i, '<', $in) or die "$in: $!";
		open(my $o, '>', $r->{out_file}) or die "$r->{out_file}: $!";
		open(my $e, '>', $r->{err_file}) or die "$r->{err_file}: $!";
		dup2(fileno($i), 0);
		dup2(fileno($o), 1);
		dup2(fileno($e), 2);
		my $env = $options{env} // {};
		for my $name (keys %$env)
		{
			if (defined $env->{$name}) { $ENV{$name} = $env->{$name} }
			else { delete $ENV{$name} }
		}
		exec { $command->[0] } @$command or POSIX::_exit(127);
	}
	return $r;
}

# Wait for it; sets out, err, status (exit status, or "signal N"). A program that does not end is a failure.
sub finish
{
	my ($r, $seconds) = @_;
	my $deadline = time + ($seconds // 60);
	my $reaped = 0;
	while (($reaped = waitpid($r->{pid}, WNOHANG)) == 0)
	{
		if (time > $deadline)
		{
			kill KILL => $r->{pid};
			waitpid($r->{pid}, 0);
			$r->{status} = 'did not end';
			last;
		}
		sleep 0.005;
	}
	$r->{status} //= $? & 127 ? 'signal ' . ($? & 127) : $? >> 8;
	$r->{out} = -f $r->{out_file} ? slurp($r->{out_file}) : '';
	$r->{err} = slurp($r->{err_file});
	return $r;
}

sub run
{
	return finish(start(@_));
}

# The TAP of a program, as a part of ours
sub subtest_of
{
	my ($name, @command) = @_;
	my $run = finish(start([@command]), 150);
	my @failed = $run->{out} =~ /^(not ok .*(?:\n#.*)*)/mg;
	Test::More::ok($run->{status} eq '0' && !@failed && $run->{out} =~ /^1\.\.\d+$/m, $name)
	  or Test::More::diag("exit status $run->{status}\n", join("\n", @failed), "\n$run->{err}", $run->{out} =~ /^(Bail out.*)/m);
}

# Run SQL as the superuser; returns what it prints, unaligned.
sub psql
{
	my ($database, $sql) = @_;
	my $r = run([ 'psql', '-X', '-q', '-A', '-t', '-v', 'ON_ERROR_STOP=1', '-d', $database, '-f', '-' ], in => $sql);
	die "psql failed: $r->{err}" if $r->{status} ne '0';
	chomp $r->{out};
	return $r->{out};
}

# A new database, with the extension unless told otherwise; becomes PGDATABASE. Dropped at the end.
sub create_database
{
	my ($name, %options) = @_;
	$name = "${name}_$$";
	psql($ENV{PGDATABASE}, "CREATE DATABASE $name");
	push @databases, $name;
	psql($name, 'CREATE EXTENSION pg_connector') unless $options{plain};
	return $name;
}

# Poll until the condition holds.
sub wait_for
{
	my ($condition) = @_;
	my $deadline = time + 30;
	while (!$condition->())
	{
		return 0 if time > $deadline;
		sleep 0.02;
	}
	return 1;
}

# A TCP server on 127.0.0.1 that answers each connection with the handler, which gets the socket; returns the port.
sub fake_server
{
	my ($handler) = @_;
	my $listen = IO::Socket::INET->new(LocalAddr => '127.0.0.1', Listen => 5, Proto => 'tcp')
	  or die "listen: $!";
	my $pid = fork() // die "fork: $!";
	if ($pid == 0)
	{
		$SIG{PIPE} = 'IGNORE';
		while (my $socket = $listen->accept)
		{
			$handler->($socket);
			close($socket);
		}
		POSIX::_exit(0);
	}
	push @servers, $pid;
	return $listen->sockport;
}

END
{
	my $status = $?;
	if ($$ == $main)
	{
		for my $pid (@servers) { kill KILL => $pid; waitpid($pid, 0) }
		for my $database (@databases)
		{
			eval { psql('postgres', "DROP DATABASE IF EXISTS $database WITH (FORCE)"); 1 } or warn $@;
		}
	}
	$? = $status;
}

1;

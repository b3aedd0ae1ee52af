#!/usr/bin/env perl
# The examples of README.md, run from top to bottom against the server of the environment: what they print must be what
# README says. In an sql block "-->" begins a line of the result and "--!" a line of the error; in an sh block "$" begins
# a command and what follows is its output. A console block is not for this test: it installs, builds or tests. A cursor
# ("next") is another one each time, so README has "..." there. In a python or js block "# -->" or "// -->" is a line of
# the output; without psycopg or node-postgres it is skipped, as java blocks are.
use strict;
use warnings;
use Test::More;
use File::Basename;
use File::Temp;

my $readme = dirname(__FILE__) . '/../../README.md';
open(my $fh, '<', $readme) or die "$readme: $!";
my $text = do { local $/; <$fh> };

sub without_cursor
{
	my ($output) = @_;
	$output =~ s/"next":"[\w-]+"/"next":"..."/g;
	return $output;
}

my $dir = File::Temp->newdir;
my $database = 'pgc_readme';
$ENV{PGOPTIONS} = '-c client_min_messages=warning';
system('createdb', $database) == 0 or die "createdb failed";
$ENV{PGDATABASE} = $database;
system('psql', '-Xqc', 'CREATE EXTENSION pg_connector', '-c', 'CREATE ROLE app') == 0 or die "psql failed";

sub sql
{
	my ($statement) = @_;
	open(my $out, '>', "$dir/statement.sql") or die $!;
	print $out "$statement\n";
	close $out;
	my $result = `psql -XAtq -f $dir/statement.sql 2>&1`;
	$result =~ s/^psql:\S+: //mg;
	chomp $result;
	return without_cursor($result);
}

# The command that runs a Python program which uses psycopg, or nothing
sub python
{
	for my $python ('python3', '/usr/bin/python3')
	{
		return $python if system("$python -c 'import psycopg' >$dir/log 2>&1") == 0;
	}
	return;
}

# The same for node-postgres: where node looks, where Debian has it, or from npm
sub node
{
	return if system("command -v node >$dir/log") != 0;
	for my $path ($ENV{NODE_PATH} // '', '/usr/share/nodejs', "$dir/node_modules")
	{
		system("cd $dir && command -v npm >log && timeout 60 npm install --silent --no-audit --no-fund pg\@8 >log 2>&1")
		  if $path eq "$dir/node_modules";
		return "env NODE_PATH=$path node" if system("NODE_PATH=$path node -e 'require(\"pg\")' >$dir/log 2>&1") == 0;
	}
	return;
}

sub program
{
	my ($kind, $command, $block) = @_;
  SKIP:
	{
		skip "no driver for $kind", 1 unless $command;
		my $expected = join('', map { "$_\n" } $block =~ m{^(?:#|//) --> (.*)$}mg);
		open(my $out, '>', "$dir/program.$kind") or die $!;
		print $out $block;
		close $out;
		is(scalar `$command $dir/program.$kind 2>&1`, $expected, "the $kind program");
	}
}

while ($text =~ /^```(\w+)\n(.*?)^```$/msg)
{
	my ($kind, $block) = ($1, $2);

	if ($kind eq 'sql')
	{
		# A statement ends with a line that ends in a semicolon; what it gives follows.
		while ($block =~ /\G\s*(.+?;)[ ]*\n((?:--[>!][^\n]*\n)*)/gs)
		{
			my ($statement, $expected) = ($1, $2);
			$expected =~ s/^--[>!] //mg;
			chomp $expected;
			is(sql($statement), $expected, (split /\n/, $statement)[0]);
		}
	}
	elsif ($kind eq 'sh')
	{
		while ($block =~ /^\$ (.+)\n((?:(?!\$ ).*\n)*)/mg)
		{
			my ($command, $expected) = ($1, $2);
			open(my $out, '>', "$dir/command") or die $!;
			print $out "$command\n";
			close $out;
			is(without_cursor(scalar `bash $dir/command 2>&1`), $expected, $command);
		}
	}
	elsif ($kind eq 'python')
	{
		program($kind, python(), $block);
	}
	elsif ($kind eq 'js')
	{
		program($kind, node(), $block);
	}
	elsif ($kind ne 'java')
	{
		is($kind, 'console', "block of kind $kind is known");
	}
}

system('psql', '-Xqd', 'postgres', '-c', "DROP DATABASE $database", '-c', 'DROP ROLE app');
done_testing();

package FakeServer;

# The server's side of PostgreSQL's protocol, as far as a test wants to go.

use strict;
use warnings;

use Exporter qw(import);

our @EXPORT_OK = qw(message error_message startup refuse_tls log_in read_message);

sub message
{
	my ($type, $body) = @_;
	return $type . pack('N', 4 + length $body) . $body;
}

# error_message(C => '28P01', M => 'text', ...)
sub error_message
{
	my (%fields) = @_;
	%fields = (S => 'FATAL', V => 'FATAL', %fields);
	return message('E', join('', map { "$_$fields{$_}\0" } sort keys %fields) . "\0");
}

sub read_exactly
{
	my ($socket, $n) = @_;
	my $data = '';
	while (length $data < $n)
	{
		my $got = sysread($socket, $data, $n - length $data, length $data);
		return undef unless $got;
	}
	return $data;
}

# Read the start-up packet, TLS refused if asked for; true unless the client went away.
sub startup
{
	my ($socket) = @_;
	while (defined(my $head = read_exactly($socket, 8)))
	{
		my ($len, $code) = unpack('NN', $head);
		read_exactly($socket, $len - 8) if $len > 8;
		return 1 unless $code == 80877103 || $code == 80877104;
		syswrite($socket, 'N');
	}
	return 0;
}

# Everything until the server is ready for a command.
sub log_in
{
	my ($socket, $version) = @_;
	return 0 unless startup($socket);
	syswrite($socket,
		  message('R', pack('N', 0))
		. message('S', "server_version\0$version\0")
		. message('S', "client_encoding\0UTF8\0")
		. message('K', pack('NN', 1, 2))
		. message('Z', 'I'));
	return 1;
}

# The next message's type, undef at the end.
sub read_message
{
	my ($socket) = @_;
	my $head = read_exactly($socket, 5) // return undef;
	my ($type, $len) = unpack('a1N', $head);
	read_exactly($socket, $len - 4) if $len > 4;
	return $type;
}

1;

# TLS, passwords and full servers, against a server of its own with certificates of its own.

use strict;
use warnings;

use File::Basename qw(dirname);
use lib dirname(__FILE__) . '/lib';
use ClientTest;
use IO::Socket::INET;
use Test::More;

my $tests = dirname(__FILE__) . '/..';
plan skip_all => 'no openssl' if run([ 'sh', '-c', 'command -v openssl' ])->{status} ne '0';
plan skip_all => 'no TLS in this libpq' if run([ $program, '--dsn', "host=127.0.0.1 port=1 sslmode=require", 'test' ])->{err} =~ /not compiled/;

# An authority, what it signs, and one that nobody trusts
my $dir = "$scratch/tls";
mkdir $dir;
chmod 0755, $scratch, $dir;
sub openssl
{
	my $r = run([ 'openssl', @_ ]);
	die "openssl @_: $r->{err}" if $r->{status} ne '0';
}
for my $ca (qw(ca other))
{
	openssl(qw(req -x509 -newkey rsa:2048 -nodes -days 3650 -subj), "/CN=pg_connector test $ca", '-keyout', "$dir/$ca.key", '-out', "$dir/$ca.crt");
}
sub certificate
{
	my ($name, $subject, %options) = @_;
	my $extensions = spew("$dir/$name.ext", $options{host} ? "subjectAltName=DNS:$options{host}\n" : "basicConstraints=CA:FALSE\n");
	openssl(qw(req -newkey rsa:2048 -nodes -subj), "/CN=$subject", '-keyout', "$dir/$name.key", '-out', "$dir/$name.csr");
	openssl('x509', '-req', '-in', "$dir/$name.csr", '-CA', "$dir/ca.crt", '-CAkey', "$dir/ca.key", '-CAcreateserial', '-extfile', $extensions,
		@{ $options{days} // [ '-days', '3650' ] }, '-out', "$dir/$name.crt");
	chmod 0600, "$dir/$name.key";
}
certificate('server', 'localhost', host => 'localhost');
certificate('expired', 'localhost', host => 'localhost', days => [ '-days', '-1' ]);
certificate('app', 'cert_user');
certificate('stranger', 'somebody');

spew("$dir/hba", <<'HBA');
local all all trust
hostssl all cert_user 127.0.0.1/32 cert
hostssl all tls_user 127.0.0.1/32 trust
host all pw_user 127.0.0.1/32 scram-sha-256
host all few_user 127.0.0.1/32 trust
HBA

# A free port; between looking and using it somebody else may come, so try again.
my ($server, $port);
for (1 .. 3)
{
	my $probe = IO::Socket::INET->new(LocalAddr => '127.0.0.1', Listen => 1, Proto => 'tcp') or die "listen: $!";
	$port = $probe->sockport;
	close $probe;
	chomp(my $owner = run([ "$tests/server", 'owner' ])->{out});
	my $uid = getpwnam($owner);
	chown $uid, -1, "$dir/server.key", "$dir/expired.key", "$dir/hba" if $> == 0;
	my $r = run([ "$tests/server", 'start', '-c', 'listen_addresses=127.0.0.1', '-c', "port=$port", '-c', 'ssl=on', '-c', "ssl_ca_file=$dir/ca.crt",
			'-c', "ssl_cert_file=$dir/server.crt", '-c', "ssl_key_file=$dir/server.key", '-c', "hba_file=$dir/hba", '-c', 'max_connections=12',
			'-c', 'superuser_reserved_connections=3', '-c', 'max_wal_senders=0' ]);
	($server) = $r->{out} =~ /stays up in (\S+?):/;
	last if $server;
	diag $r->{err};
}
plan skip_all => 'no server' unless $server;
local %ENV = (%ENV, PGHOST => $server, PGPORT => $port, PGDATABASE => 'postgres');
psql('postgres', q{
	CREATE EXTENSION pg_connector;
	CREATE ROLE cert_user LOGIN; CREATE ROLE tls_user LOGIN; CREATE ROLE few_user LOGIN;
	CREATE ROLE pw_user LOGIN PASSWORD 'it''s a $ecret\\ "x" ${y}@/:%&'});

sub json
{
	my (%options) = @_;
	%options = (host => '127.0.0.1', database => 'postgres', username => 'tls_user', %options);
	my $text = join(', ', map { my $v = $options{$_}; $v =~ s/(["\\])/\\$1/g; qq("$_": "$v") } sort keys %options);
	return qq({"port": $port, $text});
}
sub connects
{
	my ($name, %options) = @_;
	my $r = run([ $program, '--dsn', json(%options), 'call', 'test_connection' ]);
	is($r->{status}, 0, $name) or diag $r->{err};
	return $r->{out};
}
sub fails
{
	my ($name, $status, $message, %options) = @_;
	my $r = run([ $program, '--dsn', json(%options), 'test' ]);
	is($r->{status}, $status, "$name: exit status");
	like($r->{err}, $message, $name);
	unlike($r->{err}, qr/ecret/, "$name: no password");
}
my @root = (ssl_root_cert => "$dir/ca.crt");

# Every mode
for my $mode (qw(allow prefer require))
{
	like(connects("ssl_mode $mode", ssl_mode => $mode), qr/"tls": ?true/, "ssl_mode $mode: encrypted");
}
like(connects('verify-ca', ssl_mode => 'verify-ca', @root), qr/"tls": ?true/, 'verify-ca: encrypted');
like(connects('verify-full', ssl_mode => 'verify-full', host => 'localhost', @root), qr/"tls": ?true/, 'verify-full: encrypted');
like(connects('disable', ssl_mode => 'disable', username => 'few_user'), qr/"tls": ?false/, 'disable: not encrypted');

# What is wrong
fails('TLS required', 5, qr/^pgconnector: tls: no pg_hba.conf entry .*no encryption \(08T01\)\n.*hint: The server may accept encrypted connections only: connect with sslmode=require/s, ssl_mode => 'disable');
fails('no entry at all', 4, qr/^pgconnector: authentication: no pg_hba.conf entry/, username => 'nobody_at_all');
fails('wrong host', 5, qr/^pgconnector: tls: .*server certificate for "localhost"(?: \(and 1 other name\))? does not match host name "127.0.0.1" \(08T01\)\n.*hint: Check that sslrootcert/s, ssl_mode => 'verify-full', @root);
fails('another authority', 5, qr/^pgconnector: tls: .*certificate verify failed \(08T01\)/, ssl_mode => 'verify-ca', ssl_root_cert => "$dir/other.crt");
fails('another authority, with require', 5, qr/^pgconnector: tls: .*certificate verify failed/, ssl_mode => 'require', ssl_root_cert => "$dir/other.crt");
fails('no such file', 5, qr/^pgconnector: tls: /, ssl_mode => 'verify-ca', ssl_root_cert => "$dir/none.crt");

# Client certificates
my @app = (username => 'cert_user', ssl_mode => 'verify-ca', @root);
connects('client certificate', @app, ssl_cert => "$dir/app.crt", ssl_key => "$dir/app.key");
fails('no client certificate', 4, qr/^pgconnector: authentication: connection requires a valid client certificate \(28000\)/, @app);
fails('somebody else\'s', 4, qr/^pgconnector: authentication: certificate authentication failed for user "cert_user" \(28000\)/, @app,
	ssl_cert => "$dir/stranger.crt", ssl_key => "$dir/stranger.key");
fails('a key that is not the certificate\'s', 5, qr/^pgconnector: tls: .*key values mismatch \(08T01\)/, @app, ssl_cert => "$dir/app.crt", ssl_key => "$dir/stranger.key");
chmod 0644, "$dir/app.key";
fails('a key that others can read', 5, qr/^pgconnector: tls: .*(group or world access|permissions)/s, @app, ssl_cert => "$dir/app.crt", ssl_key => "$dir/app.key");

# Passwords: any characters, in every form
my $password = q{it's a $ecret\ "x" ${y}@/:%&};
fails('wrong password', 4, qr/^pgconnector: authentication: password authentication failed for user "pw_user" \(28P01\)\n.*hint: Check the user name, the password/s, username => 'pw_user', password => 'ecret');
fails('no password', 4, qr/^pgconnector: authentication: .*no password supplied \(28P01\)/, username => 'pw_user');
connects('a password in JSON', username => 'pw_user', password => $password =~ s/\$\{/\$\$\{/r);
mkdir "$scratch/secrets";
spew("$scratch/secrets/pw", "$password\n");
{
	local $ENV{PGCONNECTOR_SECRETS} = "$scratch/secrets";
	connects('a password that is a secret', username => 'pw_user', password => '${secret:pw}');
	my $file = spew("$scratch/connections", "CREATE CONNECTION a TO postgresql (host = '127.0.0.1', port = $port, database = 'postgres', username = 'pw_user', password = '"
		. ($password =~ s/'/''/gr =~ s/\$\{/\$\$\{/r) . "')");
	chmod 0600, $file;
	is(run([ $program, '--connections', $file, '-c', 'a', 'call', 'test_connection' ])->{status}, 0, 'a password in CREATE CONNECTION');
}
my $quoted = $password =~ s/([\\'])/\\$1/gr;
is(run([ $program, '--dsn', "host=127.0.0.1 port=$port user=pw_user password='$quoted'", 'call', 'test_connection' ])->{status}, 0, 'a password in a connection string');
my $encoded = $password =~ s/([^a-z])/sprintf('%%%02x', ord $1)/ger;
is(run([ $program, '--dsn', "postgresql://pw_user:$encoded\@127.0.0.1:$port/postgres", 'call', 'test_connection' ])->{status}, 0, 'a password in a URI');

# The server's certificate has expired
psql('postgres', qq{ALTER SYSTEM SET ssl_cert_file = '$dir/expired.crt'});
psql('postgres', qq{ALTER SYSTEM SET ssl_key_file = '$dir/expired.key'});
psql('postgres', 'SELECT pg_reload_conf()');
ok(wait_for(sub { run([ $program, '--dsn', json(ssl_mode => 'verify-ca', @root), 'test' ])->{status} eq '5' }), 'an expired certificate is refused');
fails('expired', 5, qr/^pgconnector: tls: .*certificate verify failed \(08T01\)/, ssl_mode => 'verify-ca', @root);

# A full server
my @sleepers;
my $waits = 0;
ok(wait_for(sub {
	# A session of before may still have been there, and be gone now.
	push @sleepers, start([ 'psql', '-X', '-d', "host=127.0.0.1 user=few_user dbname=postgres", '-c', 'SELECT pg_sleep(60)' ])
	  if @sleepers < 9 || ++$waits % 20 == 0;
	return psql('postgres', q{SELECT count(*) FROM pg_stat_activity WHERE query LIKE '%pg_sleep(60)%' AND usename = 'few_user'}) == 9;
}), 'the server is full');
fails('too many connections', 17, qr/^pgconnector: capacity: (remaining connection slots|sorry, too many clients).* \(53300\)\n.*hint: Close connections that are no longer used/s, username => 'few_user');
psql('postgres', q{SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = 'few_user'});
finish($_) for @sleepers;
connects('room again', username => 'few_user');

END
{
	my $status = $?;
	run([ "$tests/server", 'stop', $server ]) if $server;
	$? = $status;
}
done_testing();

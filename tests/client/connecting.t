# Errors of connecting, each with its kind, code and exit status: real ones where the server can be made to give
# them, otherwise PostgreSQL's own messages from a server that only acts as one.

use strict;
use warnings;

use File::Basename qw(dirname);
use lib dirname(__FILE__) . '/lib';
use ClientTest;
use FakeServer qw(message error_message startup log_in read_message);
use Test::More;
use Time::HiRes qw(time);

# Connect with these options and see the error: the first line as a whole or a pattern, and the exit status.
sub fails
{
	my ($name, $options, $status, $first, %more) = @_;
	my $r = run([ $program, @$options, 'test' ], env => $more{env});
	my ($line, $rest) = split /\n/, $r->{err}, 2;
	is($r->{status}, $status, "$name: exit status");
	if (ref $first) { like($line, $first, "$name: message") }
	else { is($line, "pgconnector: $first", "$name: message") }
	like($rest, $more{rest}, "$name: what follows") if $more{rest};
	unlike($r->{err}, $more{never}, "$name: no secret") if $more{never};
	is($r->{out}, '', "$name: no output");
}

my $database = create_database('pgc_connecting', plain => 1);
my $role = "pgc_role_$$";
psql('postgres', qq{
	CREATE ROLE $role NOLOGIN;
	CREATE ROLE ${role}_full LOGIN CONNECTION LIMIT 0;
	CREATE ROLE ${role}_out LOGIN;
	REVOKE CONNECT ON DATABASE $database FROM PUBLIC});

# The real server
fails('unknown database', [ '-d', 'no_such_database' ],
	8, 'not_found: database "no_such_database" does not exist (3D000)', rest => qr/^hint: /m);
fails('unknown role', [ '-U', 'no_such_role' ], 4, 'authentication: role "no_such_role" does not exist (28000)');
fails('role that may not log in', [ '-U', $role ], 4, "authentication: role \"$role\" is not permitted to log in (28000)");
fails('too many connections', [ '-U', "${role}_full" ], 17, "capacity: too many connections for role \"${role}_full\" (53300)");
fails('no privilege for the database', [ '-U', "${role}_out", '-d', $database ],
	6, "permission: permission denied for database \"$database\" (42501)");
fails('no extension', [ '-d', $database ], 8,
	"not_found: extension \"pg_connector\" is not installed in database \"$database\" (42704)",
	rest => qr/^hint: Run "CREATE EXTENSION pg_connector;"/m);
psql($database, 'CREATE SCHEMA connector');
fails('someone else\'s schema of that name', [ '-d', $database ], 8,
	"not_found: extension \"pg_connector\" is not installed in database \"$database\" (42704)");
psql($database, q{
	CREATE FUNCTION connector.call(text, text) RETURNS json LANGUAGE sql AS 'SELECT NULL::json'});
fails('someone else\'s function', [ '-d', $database ], 3, 'connection: unexpected kind of reply (08P01)');

# An extension of another version
for ([ '0.0.9', qr/^hint: The database has pg_connector 0\.0\.9, older than this client, [0-9.]+: run "ALTER EXTENSION pg_connector UPDATE;" there/m ],
	[ '9.9.9', qr/^hint: The database has pg_connector 9\.9\.9, newer than this client, [0-9.]+: upgrade the client\.$/m ])
{
	my ($version, $hint) = @$_;
	psql($database, qq{
		CREATE OR REPLACE FUNCTION connector.call(command text, request text) RETURNS json LANGUAGE plpgsql AS \$\$
		BEGIN
			IF command = 'test_connection' THEN RETURN '{"ok": true, "extensionVersion": "$version"}'; END IF;
			RAISE EXCEPTION 'unrecognized command "%"', command USING ERRCODE = 'undefined_function';
		END \$\$});
	my $r = run([ $program, '-d', $database, 'call', 'from_the_future' ]);
	like($r->{err}, qr/^pgconnector: not_found: unrecognized command "from_the_future" \(42883\)$/m, "extension $version: message");
	like($r->{err}, $hint, "extension $version: hint");
}

# A privilege that is missing
my $with = create_database('pgc_grants');
psql($with, qq{CREATE TABLE orders (id int); CREATE TABLE "Odd ""one" (id int); CREATE SCHEMA hidden; CREATE TABLE hidden.t (id int);
	GRANT CONNECT ON DATABASE $with TO ${role}_out});
for ([ 'orders', 'select_rows', '{"table": "orders"}', 'SELECT ON TABLE orders' ],
	[ 'orders', 'delete_rows', '{"table": "orders", "where": [["id", "=", 1]]}', 'SELECT, DELETE ON TABLE orders' ],
	[ 'odd', 'insert_rows', '{"table": "Odd \\"one", "row": {"id": 1}}', 'INSERT ON TABLE "Odd ""one"' ],
	[ 'public', 'create_table', '{"table": "n", "columns": [{"name": "id", "type": "int"}]}', 'CREATE ON SCHEMA public' ],
	[ 'hidden', 'query', '{"sql": "TABLE hidden.t"}', 'USAGE ON SCHEMA hidden' ])
{
	my ($name, $command, $request, $grant) = @$_;
	my $r = run([ $program, '-U', "${role}_out", '-d', $with, 'call', $command, $request ]);
	is($r->{status}, 6, "$name, $command: exit status");
	like($r->{err}, qr/^hint: Its owner can allow this: GRANT \Q$grant TO ${role}_out;\E$/m, "$name, $command: the GRANT");
}
psql($with, "DROP OWNED BY ${role}_out");
psql('postgres', "DROP ROLE $role, ${role}_full, ${role}_out");

# No server
fails('nothing listens', [ '--dsn', 'host=127.0.0.1 port=1' ],
	3, 'connection: connection to server at "127.0.0.1", port 1 failed: Connection refused (08001)', rest => qr/^hint: Check that host and port/m);
fails('no socket', [ '-h', "$scratch/nowhere" ], 3, qr/^pgconnector: connection: .*: No such file or directory \(08001\)$/);
fails('unknown host', [ '-h', 'no-such-host.invalid' ], 3, qr/^pgconnector: connection: could not translate host name "no-such-host.invalid"/);

my $web = fake_server(sub { sysread($_[0], my $request, 4096); syswrite($_[0], "HTTP/1.1 400 Bad Request\r\n\r\n") });
fails('a server of another kind', [ '--dsn', "host=127.0.0.1 port=$web sslmode=disable" ], 3, qr/^pgconnector: connection: .* \(08P01\)$/);
fails('a server of another kind, asked for TLS', [ '--dsn', "host=127.0.0.1 port=$web" ], 3, qr/^pgconnector: connection: .* \(08P01\)$/);

my $silent = fake_server(sub { sysread($_[0], my $request, 4096); sleep 60 });
my $begin = time;
fails('connect timeout', [ '--dsn', "host=127.0.0.1 port=$silent connect_timeout=2" ], 3, qr/timeout expired \(08001\)$/);
spew("$scratch/services", "[slow]\nhost=127.0.0.1\nport=$silent\nconnect_timeout=2\n");
fails('connect timeout of a service', [ '--dsn', 'service=slow' ], 3, qr/timeout expired \(08001\)$/,
	env => { PGSERVICEFILE => "$scratch/services", PGHOST => undef, PGPORT => undef });
cmp_ok(time - $begin, '<', 15, 'both were kept');

# What servers say, in PostgreSQL's words
for (
	[ 4, 'authentication', '28P01', 'password authentication failed for user "app"' ],
	[ 4, 'authentication', '28000', 'no pg_hba.conf entry for host "10.0.0.1", user "app", database "shop", no encryption' ],
	[ 4, 'authentication', '28000', 'pg_hba.conf rejects connection for host "10.0.0.1", user "app", database "shop", no encryption' ],
	[ 4, 'authentication', '28000', 'Peer authentication failed for user "app"' ],
	[ 17, 'capacity', '53300', 'sorry, too many clients already' ],
	[ 17, 'capacity', '53300', 'remaining connection slots are reserved for non-replication superuser connections' ],
	[ 17, 'capacity', '53300', 'remaining connection slots are reserved for roles with the SUPERUSER attribute' ],
	[ 17, 'capacity', '53300', 'too many connections for database "shop"' ],
	[ 3, 'connection', '57P03', 'the database system is starting up' ],
	[ 3, 'connection', '57P03', 'the database system is shutting down' ],
	[ 3, 'connection', '57P03', 'the database system is not accepting connections' ],
	[ 3, 'connection', '08004', 'something nobody has ever said' ])
{
	my ($status, $kind, $code, $text) = @$_;
	my $port = fake_server(sub { syswrite($_[0], error_message(C => $code, M => $text)) if startup($_[0]) });
	fails($text, [ '--dsn', "host=127.0.0.1 port=$port" ], $status, "$kind: $text ($code)",
		rest => qr/^detail: connection to server at "127.0.0.1", port $port failed$/m);
}

my $asks = fake_server(sub { syswrite($_[0], message('R', pack('N', 3))) if startup($_[0]); sysread($_[0], my $x, 100) });
fails('password asked for, none given', [ '--dsn', "host=127.0.0.1 port=$asks" ], 4, qr/^pgconnector: authentication: .*no password supplied \(28P01\)$/);
fails('TLS wanted, none offered', [ '--dsn', "host=127.0.0.1 port=$asks sslmode=require" ],
	5, qr/^pgconnector: tls: .*server does not support SSL, but SSL was required \(08T01\)$/, rest => qr/^hint: The server offers no TLS/m);
fails('no root certificate', [ '--dsn', "host=127.0.0.1 port=$asks sslmode=verify-full sslrootcert=$scratch/none.crt" ],
	5, qr/^pgconnector: tls: /);

my $old = fake_server(sub { log_in($_[0], '13.14'); sysread($_[0], my $x, 100) });
fails('server too old', [ '--dsn', "host=127.0.0.1 port=$old" ], 12, 'request: server version 13 is too old (0A000)',
	rest => qr/^hint: pg_connector needs PostgreSQL 14 or later\.$/m);

# Secrets: what cannot be understood may be a piece of a password, so it is never quoted
my $secret = qr/hunter|nter2/;
fails('password with a space', [ '--dsn', 'host=h password=hunter nter2' ], 11, 'data: could not understand the connection string (22023)', never => $secret);
fails('password with @ in a URI', [ '--dsn', 'postgresql://app:hunter@nter2@h/db' ], 11, 'data: could not understand the connection string (22023)', never => $secret);
fails('password with / in a URI', [ '--dsn', 'postgresql://app:hunter/nter2@h/db' ], 11, 'data: could not understand the connection string (22023)', never => $secret);
fails('password with : in a URI', [ '--dsn', "postgresql://app:hunter:nter2\@127.0.0.1:1/db" ], 3, qr/Connection refused/, never => $secret);
fails('password with / and digits in a URI', [ '--dsn', 'postgresql://127.0.0.1:1/nter2@127.0.0.1/db' ], 3, qr/connection: could not connect with these parameters/, never => $secret);
fails('password with # and ? in a URI', [ '--dsn', 'postgresql://app:hunter#?nter2@127.0.0.1:1/db' ], 3, qr/Connection refused/, never => $secret);
fails('password with % in a URI', [ '--dsn', 'postgresql://app:hunter%nter2@h/db' ], 11, qr/could not understand/, never => $secret);
fails('password in the URI\'s query', [ '--dsn', 'postgresql://127.0.0.1:1/db?password=hunter@nter2' ], 3, qr/Connection refused/, never => $secret);
fails('refused password', [ '--dsn', "host=127.0.0.1 port=" . fake_server(sub {
		syswrite($_[0], error_message(C => '28P01', M => 'password authentication failed for user "app"')) if startup($_[0]) })
	. ' user=app password=hunter2' ], 4, qr/^pgconnector: authentication: /, never => $secret);

# Parameters that cannot be right
fails('unknown parameter', [ '--dsn', 'hots=localhost' ], 11, 'data: could not understand the connection string (22023)',
	rest => qr/^detail: invalid connection option "hots"$/m);
fails('ill-typed parameter', [ '-p', 'five' ], 11, 'data: invalid integer value "five" for connection option "port" (22023)');
fails('unknown service', [ '--dsn', 'service=nowhere' ], 11, 'data: definition of service "nowhere" not found (22023)');

# Lost in the middle: the outcome is unknown unless the server said that it gave up
my $dies = fake_server(sub {
	log_in($_[0], '15.4') or return;
	while (defined(my $type = read_message($_[0]))) { return if $type eq 'S' }
});
fails('connection lost during a call', [ '--dsn', "host=127.0.0.1 port=$dies" ],
	3, 'connection: connection lost while the command was running (08007)', rest => qr/^hint: It is not known whether the command took effect/m);
my $ends = fake_server(sub {
	log_in($_[0], '15.4') or return;
	while (defined(my $type = read_message($_[0]))) { last if $type eq 'S' }
	syswrite($_[0], error_message(C => '57P01', M => 'terminating connection due to administrator command'));
});
fails('session terminated during a call', [ '--dsn', "host=127.0.0.1 port=$ends" ],
	3, 'connection: terminating connection due to administrator command (57P01)');

# The reply arrives, and then the commit fails: that is what a deferred constraint does
my $late = fake_server(sub {
	log_in($_[0], '15.4') or return;
	while (defined(my $type = read_message($_[0]))) { last if $type eq 'S' }
	syswrite($_[0], message('1', '') . message('2', '')
		. message('T', pack('n', 1) . "call\0" . pack('NnNnNn', 0, 0, 114, 65535, 0xffffffff, 0))
		. message('D', pack('nN', 1, 2) . '{}') . message('C', "SELECT 1\0")
		. error_message(S => 'ERROR', V => 'ERROR', C => '23503', M => 'violates foreign key constraint')
		. message('Z', 'I'));
	read_message($_[0]);
});
fails('failure after the reply', [ '--dsn', "host=127.0.0.1 port=$late" ], 10, 'constraint: violates foreign key constraint (23503)');

done_testing();

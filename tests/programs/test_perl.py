#!/usr/bin/python3
"""Perl's $^F decides which sockets a command gets, also under the shim.

Perl marks every new descriptor above $^F close-on-exec and takes the flag off
those up to $^F: the program's own choice.
"""

import harness

PERL = "/usr/bin/perl"

START = """
use strict; use warnings; use Fcntl; use IO::Handle; use IO::Socket::INET;
use Socket;
$| = 1;
my $look = '%(look)s';
sub sockets {
    my $listener = IO::Socket::INET->new(
        Listen => 5, LocalAddr => '127.0.0.1') or die;
    my $client = IO::Socket::INET->new(
        PeerAddr => '127.0.0.1', PeerPort => $listener->sockport) or die;
    return ($listener, $client, $listener->accept);
}
"""

ABOVE = """
my ($listener, $client, $server) = sockets();
socketpair(my $left, my $right, AF_UNIX, SOCK_STREAM, PF_UNSPEC);
system($look);
print `$look`;
open(my $pipe, '-|', $look);
print <$pipe>;
$client->print("hello\\n");
print $server->getline;
"""

UP_TO = """
$^F = 99;
my ($listener, $client, $server) = sockets();
socketpair(my $left, my $right, AF_UNIX, SOCK_STREAM, PF_UNSPEC);
open(my $copy, '>&', $client);
system($look);
"""

# fork and exec of perl itself, with the number as an argument.
PASSED = """
if (@ARGV) {
    open(my $client, '>&=', $ARGV[0]) or die "no descriptor $ARGV[0]: $!";
    $client->print("hello\\n");
    exit;
}
local $^F = 99;
my ($listener, $client, $server) = sockets();
if (!(my $pid = fork)) {
    exec($^X, $0, fileno $client);
}
wait;
print $server->getline;
system($^X, $0, fileno $client);
print $server->getline;
system($^X, '-e', 'open(my $c, ">&=", $ARGV[0]) or die $!; print $c "hi\\n"',
       fileno $client);
print $server->getline;
"""

BY_FCNTL = """
my ($listener, $client, $server) = sockets();
fcntl($client, F_SETFD, 0);
system($look);
system($^X, '-e', 'open(my $c, ">&=", $ARGV[0]) or die $!; print $c "hi\\n"',
       fileno $client);
print $server->getline;
open(my $copy, '>&', $client);
system($look);
"""

STREAMS = """
my ($listener, $client, $server) = sockets();
open(my $out, '>&', \\*STDOUT);
open(STDOUT, '>&', $client);
system($look);
system('echo a line');
open(STDOUT, '>&', $out);
print $server->getline;
print $server->getline;
system($look);
"""


def running(text):
    def scenario(run):
        script = run.script("script", START % {"look": run.look} + text)
        return run.command([PERL, script], preload=True)
    return scenario


def is_client(descriptor):
    return descriptor.what.startswith("tcp CONNECTED 127.0.0.1")


harness.main([
    harness.Case(name, running(text), meant=meant, looks=looks, shows=shows)
    for name, text, meant, looks, shows in (
        ("above $^F", ABOVE, None, 3, ""),
        ("up to $^F", UP_TO, lambda descriptor: True, 1, ""),
        ("a number passed to perl itself", PASSED, None, 0, "hello.*hi"),
        ("fcntl", BY_FCNTL, is_client, 2, "hi"),
        ("standard streams", STREAMS, None, 2, "a line"),
    )
], needs={PERL: "perl-base", "/usr/share/perl": "perl"})

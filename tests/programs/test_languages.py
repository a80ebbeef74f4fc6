#!/usr/bin/python3
"""What a script runs gets none of the script's sockets, in whichever way it is
run."""

import crossing
import harness
import peer

LUA = """
local socket = require("socket")
local listener = assert(socket.bind("127.0.0.1", 0))
local host, port = listener:getsockname()
local client = assert(socket.connect(host, port))
local server = assert(listener:accept())
os.execute("%(look)s")
local pipe = io.popen("%(look)s")
print(pipe:read("a"))
pipe:close()
client:send("hello\\n")
print(server:receive())
"""

TCL = """
set listener [socket -server accepted -myaddr 127.0.0.1 0]
proc accepted {channel host port} { set ::server $channel }
set client [socket 127.0.0.1 [lindex [fconfigure $listener -sockname] 2]]
vwait server
puts [exec %(look)s]
puts [exec %(look)s | cat]
set pipe [open "| %(look)s" r+]
puts [read $pipe]
close $pipe
puts $client hello
flush $client
puts [gets $server]
"""

RUBY = """
require "socket"
listener = TCPServer.new("127.0.0.1", 0)
client = TCPSocket.new("127.0.0.1", listener.addr[1])
server = listener.accept
pair = UNIXSocket.pair
$stdout.sync = true
system("%(look)s")
puts `%(look)s`
puts IO.popen("%(look)s").read
Process.wait(spawn("%(look)s"))
Process.wait(fork { exec("%(look)s") })
client.puts "hello"
puts server.gets
pair[0].puts "hello"
puts pair[1].gets
"""

# The child is told the number in Ruby's way of passing descriptors.
RUBY_MEANT = """
require "socket"
listener = TCPServer.new("127.0.0.1", 0)
client = TCPSocket.new("127.0.0.1", listener.addr[1])
server = listener.accept
$stdout.sync = true
system("%(look)s", 9 => client)
system("echo hello >&%%d" %% client.fileno, client => client)
puts server.gets
client.close_on_exec = false
system("%(look)s", close_others: false)
"""

# Rhino is JavaScript on the Java virtual machine, and uses Java's classes.
JAVA = """
importPackage(java.lang, java.net, java.util);
var loopback = InetAddress.getByName("127.0.0.1");
var listener = new ServerSocket(0, 5, loopback);
var client = new Socket(loopback, listener.getLocalPort());
var server = listener.accept();
var channel = java.nio.channels.ServerSocketChannel.open();
channel.bind(new InetSocketAddress(loopback, 0));
function run(process) {
    print(new Scanner(process.getInputStream()).nextLine());
    process.waitFor();
}
run(new ProcessBuilder(["%(fdlook)s", "%(report)s"]).start());
run(Runtime.getRuntime().exec("%(look)s"));
client.getOutputStream().write(65);
print(server.getInputStream().read());
"""

GAWK = """
BEGIN {
    service = "/inet/tcp/0/127.0.0.1/%(port)d"
    print "hello" |& service
    service |& getline line
    system("%(look)s")
    "%(look)s" | getline word
    print word, line
    close(service)
}
"""

# The connection stays open for the next request to the same server. (Python's
# extension, for test_deepbind.py has PHP's.)
PYCURL = """
import os, pycurl
request = pycurl.Curl()
request.setopt(pycurl.URL, "http://127.0.0.1:%(http)d/")
print(request.perform_rs(), flush=True)
os.system("%(look)s")
print(os.popen("%(look)s").read(), flush=True)
print(request.perform_rs(), request.getinfo(pycurl.NUM_CONNECTS))
"""

PHP = """<?php
$listener = stream_socket_server("tcp://127.0.0.1:0");
$name = stream_socket_get_name($listener, false);
$client = stream_socket_client("tcp://$name");
$server = stream_socket_accept($listener);
echo shell_exec("%(look)s");
$child = proc_open(["%(fdlook)s", "%(report)s"], [], $pipes);
proc_close($child);
fwrite($client, "hello\\n");
echo fgets($server);
"""

CONNECTION = ["tcp LISTEN", "tcp CONNECTED", "tcp CONNECTED"]

# Name, interpreter, its package, script, sockets that every child gets
# natively.
ROWS = (
    ("luasocket", ["/usr/bin/lua5.4"], "lua5.4", LUA, CONNECTION * 2),
    ("Tcl", ["/usr/bin/tclsh8.6"], "tcl8.6", TCL, []),
    ("Ruby", ["/usr/bin/ruby"], "ruby", RUBY, []),
    ("Java, by Rhino", ["/usr/bin/rhino"], "rhino", JAVA, []),
    ("gawk /inet", ["/usr/bin/gawk", "-f"], "gawk", GAWK, []),
    ("libcurl in Python", ["/usr/bin/python3"], "python3", PYCURL,
     ["tcp CONNECTED"]),
    ("PHP's streams", ["/usr/bin/php8.2"], "php8.2-cli", PHP, CONNECTION * 2),
)


def running(interpreter, text):
    def scenario(run):
        script = run.script("script", text % {
            "look": run.look, "fdlook": run.fdlook, "report": run.report,
            "port": run.peer(),
            "http": run.peer(answer=peer.page)})
        return run.command(interpreter + [script], preload=True)
    return scenario


def reported_of_java(report):
    """jspawnhelper is told the numbers of its pipes in one argument: 7:11:9."""
    found = crossing.into(report, "jspawnhelper")
    told = {int(number) for finding in found
            for number in finding["to"]["argv"][-1].split(":")}
    harness.check(told, "no number is in the argument: %s" % found)
    passed = [finding for finding in found if finding["kind"] == "passed"]
    crossing.check_passed(passed, "number is in the argument")
    harness.check({finding["fd"] for finding in passed} <= told and
                  not {finding["fd"] for finding in found
                       if finding["kind"] == "leak"} & told,
                  "passed should be what was told, %s: %s" % (told, found))


REPORTED = {"Java, by Rhino": reported_of_java}

harness.main([
    harness.Case(name, running(interpreter, text), leaks=leaks,
                 reported=REPORTED.get(name))
    for name, interpreter, _, text, leaks in ROWS
] + [
    harness.Case("Ruby, a number that is meant",
                 running(["/usr/bin/ruby"], RUBY_MEANT),
                 meant=lambda d: d.what.startswith("tcp CONNECTED")),
], needs={
    **{interpreter[0]: package for _, interpreter, package, _, _ in ROWS},
    "/usr/lib/x86_64-linux-gnu/lua/5.4/socket/core.so": "lua-socket",
    "/usr/share/doc/python3-pycurl": "python3-pycurl"})

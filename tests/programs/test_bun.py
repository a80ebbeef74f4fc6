#!/usr/bin/python3
"""bun: its servers and the programs that they spawn, with npm's builds for
glibc and for musl."""

import subprocess
import sys
import unittest

import harness
from fetched import npm, place

import foreign  # the toolkit's: variant.py has found it

VERSION = "1.4.5"

HTTP = """
const child = require("child_process");
const look = "%(look)s";
Bun.serve({hostname: "127.0.0.1", port: %(port)d, async fetch() {
    const spawned = Bun.spawn(["sh", "-c", look], {stdout: "pipe"});
    const said = [await new Response(spawned.stdout).text()];
    said.push(Bun.spawnSync(["sh", "-c", look]).stdout.toString());
    said.push(child.execSync(look).toString());
    said.push(child.spawnSync("sh", ["-c", look]).stdout.toString());
    said.push(await Bun.$`sh -c ${look}`.text());
    return new Response(said.join(""));
}});
"""

# A listener of node's API and one of bun's own, each with a connection.
STREAMS = """
const child = require("child_process"), net = require("net");
const unix = "%(dir)s/socket";
Bun.listen({unix, socket: {data() {}}});
net.createServer((connection) => {
    Bun.connect({unix, socket: {data() {}, open() {
        connection.end(child.execSync("%(look)s"));
    }}});
}).listen(%(port)d, "127.0.0.1");
"""

# Messages are passed to the child, another bun, over the channel, which is
# itself a socket.
FORK = """
const child = require("child_process"), net = require("net");
if (process.argv[2]) {
    process.on("message", (message) => {
        process.send(message + child.execSync("%(look)s"));
        process.disconnect();
    });
} else {
    net.createServer((connection) => {
        const worker = child.fork(__filename, ["child"]);
        worker.on("message", (said) => connection.end(said));
        worker.send("hello ");
    }).listen(%(port)d, "127.0.0.1");
}
"""


def glibc():
    return npm("@oven/bun-linux-x64@" + VERSION, "package/bin/bun"), {}


def musl():
    """This build needs a libstdc++ for musl, which Debian does not have."""
    foreign.need_musl()
    program = npm("@oven/bun-linux-x64-musl@" + VERSION, "package/bin/bun")
    environment = {"LD_LIBRARY_PATH":
                   foreign.musl_libstdcxx(place("musl-libstdc++"))}
    started = subprocess.run([program, "--version"], check=False, text=True,
                             env=environment, capture_output=True)
    if started.returncode:
        raise harness.Skipped("it does not start with Debian's libstdc++: " +
                              started.stderr[-200:])
    return program, environment


def serving(build, text, ask):
    program, environment = build

    def scenario(run):
        port = run.port()
        script = run.script("script.js", text % {
            "look": run.look, "port": port, "dir": run.dir})
        server = run.start([program, script], listens=port, env=environment)
        answers = [ask(run, port), ask(run, port)]
        run.held(server)
        return answers
    return scenario


def is_channel(descriptor):
    """The channel, which a worker gets as 3 and may still have open."""
    return descriptor.fd == 3 and descriptor.what == "unix CONNECTED"


def cases(build, name):
    return [harness.Case("%s, for %s" % (what, name),
                         serving(build, text, ask), looks=looks,
                         keeps=is_channel)
            for what, text, ask, looks in (
                ("Bun.serve", HTTP, lambda run, port: run.http(port), 10),
                ("listeners and connections", STREAMS,
                 lambda run, port: run.exchange(port, half_close=False), 2),
                ("fork", FORK,
                 lambda run, port: run.exchange(port, half_close=False), 2))]


def all_cases():
    found = []
    for name, get in (("glibc", glibc), ("musl", musl)):
        try:
            found += cases(get(), name)
        except (harness.Skipped, unittest.SkipTest) as why:
            print("skipped case: bun for %s: %s" % (name, why), flush=True)
    return found or sys.exit(77)


harness.main(all_cases(), needs={})

#!/usr/bin/python3
"""node's children get the sockets that node passes to them, and no others."""

import harness

NODE = "/usr/bin/node"

START = """
const child = require("child_process"), net = require("net");
const look = "%(look)s", tool = "%(fdlook)s", report = "%(report)s";
"""

CHILD_PROCESS = """
const server = net.createServer((connection) => {
    console.log(child.execSync(look).toString());
    console.log(child.spawnSync(tool, [report]).stdout.toString());
    child.exec(look, (error, output) => {
        console.log(error, output);
        child.spawn(tool, [report], {stdio: "inherit"}).on("exit", () => {
            connection.end("done");
            server.close();
        });
    });
});
server.listen(0, "127.0.0.1", () => {
    net.connect(server.address().port, "127.0.0.1")
        .on("data", (data) => console.log(data.toString()));
});
"""

# Descriptor 3 of the child is a pipe or a socket that the program asked for.
EXTRA_STREAMS = """
const spawned = child.spawn("sh", ["-c", look + "; echo hello >&3"],
    {stdio: ["ignore", "inherit", "inherit", "pipe"]});
spawned.stdio[3].on("data", (data) => console.log(data.toString()));
"""

# A connection is passed to the child over the channel, which is itself a
# socket.
FORK = """
if (process.argv[2]) {
    process.on("message", (message, connection) => {
        console.log(message, child.execSync(look).toString());
        connection.end("from the child");
        process.disconnect();
    });
} else {
    const worker = child.fork(__filename, ["child"]);
    const server = net.createServer((connection) => {
        worker.send("take it", connection);
        server.close();
    });
    server.listen(0, "127.0.0.1", () => {
        net.connect(server.address().port, "127.0.0.1")
            .on("data", (data) => console.log(data.toString()));
    });
}
"""

# A worker is node itself, with other variables in its environment.
CLUSTER = """
const cluster = require("cluster");
if (cluster.isPrimary) {
    cluster.fork();
    cluster.on("listening", (worker, address) => {
        net.connect(address.port, "127.0.0.1").on("data", (data) => {
            console.log(data.toString());
            worker.disconnect();
        });
    });
} else {
    net.createServer((connection) => {
        connection.end(child.execSync(look));
    }).listen(0, "127.0.0.1");
}
"""


def running(text):
    def scenario(run):
        script = run.script("script.js", (START + text) % {
            "look": run.look, "fdlook": run.fdlook, "report": run.report})
        return run.command([NODE, script], preload=True)
    return scenario


harness.main([
    harness.Case(name, running(text), meant=meant)
    for name, text, meant in (
        ("child_process", CHILD_PROCESS, None),
        ("extra streams", EXTRA_STREAMS, lambda descriptor: descriptor.fd == 3),
        ("fork with a channel", FORK, None),
        ("cluster", CLUSTER, None),
    )
], needs={NODE: "nodejs"})

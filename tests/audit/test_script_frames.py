#!/usr/bin/python3
"""With script-frames, a stack continues through code that was generated at run
time, and the runtime's own map names that code; whatever such code keeps in
the frame pointer register, no unmapped memory is read."""

import os
import shutil
import sys

import recording
from recording import Recording, check

JITTED = os.path.join(recording.HELPERS, "jitted")

SERVER = """
const net = require('net');
const path = process.argv[2];
function connectOften() {
    for (let i = 0; i < 20; i++) net.connect(path);
    process.exit(0);
}
function startServer() {
    net.createServer().listen(path, connectOften);
}
startServer();
"""

CLIENT = """
import java.io.*;
import java.net.*;

public class Client {
    static Socket connectOnce(int port) throws IOException {
        return new Socket("127.0.0.1", port);
    }

    public static void main(String[] arguments) throws IOException {
        ServerSocket server = new ServerSocket(0, 50,
            InetAddress.getByName("127.0.0.1"));
        connectOnce(server.getLocalPort());
        System.exit(0);
    }
}
"""


SCRIPT = """
import os, socket
def open_listener():
    return socket.create_server(("127.0.0.1", 0))
kept = open_listener()
os.set_inheritable(kept.fileno(), True)
os.system("true")
"""


def stacks(report, call):
    """The creation stacks of the sockets left open, as names of functions."""
    return [[frame["function"] for frame in finding["created"]]
            for finding in report["findings"]
            if finding["kind"] == "unclosed" and finding["call"] == call]


def named_stack(record):
    found = stacks(record.report(), "socket")
    check("one socket was left open", len(found) == 1, found)
    return found[0]


def map_of(pid):
    return "/tmp/perf-%d.map" % int(pid)


def remove_maps(record):
    for _, _, names in os.walk(record.directory):
        for name in names:
            path = map_of(name.split(".")[0]) if name.endswith(".trace") else ""
            if os.path.lexists(path):
                os.unlink(path)


def test_a_stack_goes_on_through_code_without_tables():
    for how in "named", "stubs":
        check_stack_through(how)


def check_stack_through(how):
    with Recording("script-frames") as record:
        record.run(JITTED, how)
        try:
            names = named_stack(record)
            check("functions of both kinds are named, the last line of a map "
                  "counts", names[:5] == [
                      "leave_open", "JS:inner \033[31m /srv/app.js:3:9",
                      "JS:outer /srv/app.js:7:1", "run_scripts", "named"],
                  names)
            check("the stack reaches main", "main" in names, names)
            fix = record.report()["findings"][0]["fix"]
            check("the script is told, not what runs it",
                  fix.endswith("/srv/app.js:3:9"), fix)
        finally:
            remove_maps(record)


def test_without_the_option_it_ends_there():
    with Recording() as record:
        record.run(JITTED, "named")
        try:
            names = named_stack(record)
            check("the first address is kept", len(names) == 2, names)
        finally:
            remove_maps(record)


def test_only_the_process_itself_names_its_code():
    with Recording("script-frames") as record:
        path = map_of(record.run(JITTED, "named").stdout)
        try:
            os.utime(path, (1, 1))
            check("an older file is not used", named_stack(record)[1] is None)
            os.utime(path)
            check("a newer file is used", named_stack(record)[1] is not None)
            os.rename(path, path + ".moved")
            os.symlink(path + ".moved", path)
            check("a link is not followed", named_stack(record)[1] is None)
            os.unlink(path)
            os.mkfifo(path)
            check("a fifo is not waited for", named_stack(record)[1] is None)
            if os.getuid() == 0:
                os.unlink(path)
                os.rename(path + ".moved", path)
                os.chown(path, 65534, -1)
                check("another user's is not used",
                      named_stack(record)[1] is None)
        finally:
            remove_maps(record)
            if os.path.exists(path + ".moved"):
                os.unlink(path + ".moved")


def test_no_register_leads_a_walk_astray():
    with Recording("script-frames,size=65536") as record:
        record.run(JITTED, "garbage")
        check("every socket was seen", sum(
            int(site["inheritable"]) for site in record.records("site")) > 2000)


class Audited(Recording):
    """The report on commands of a script, made with --script-frames."""

    def __init__(self, name, text):
        super().__init__()
        self.place = self.directory
        self.script = os.path.join(self.place, name)
        with open(self.script, "w") as file:
            file.write(text)

    def __exit__(self, *unused):
        remove_maps(self)
        shutil.rmtree(self.place)

    def audit(self, *command, **variables):
        environment = {name: value for name, value in self.environment.items()
                       if name != "LD_PRELOAD" and
                       not name.startswith("NOINHERIT")}
        self.environment = dict(environment, **variables)
        made = os.path.join(self.place, "made")
        self.run(recording.NOINHERIT, "audit", "--script-frames",
                 "--record-only", "--output=" + made, "--", *command,
                 cwd=self.place)
        self.directory = made
        return self.report("unclosed")


def is_named(found, name):
    """Is there a function of that name in one of the stacks?"""
    return any(function and name in function
               for functions in found for function in functions)


def test_node_names_its_functions():
    if not shutil.which("node"):
        print("# SKIPPED: nodejs is not installed")
        return
    with Audited("server.js", SERVER) as record:
        found = stacks(record.audit("node", record.script,
                                    record.place + "/socket",
                                    NODE_OPTIONS="--no-warnings"), "socket")
        check("the function that connects is named",
              is_named(found, "connectOften " + record.script), found)
        fixes = [finding["fix"] for finding in record.report()["findings"]
                 if finding["kind"] == "unclosed" and
                 finding["call"] == "socket"]
        check("the fix names the function of the script", any(
            "connectOften " + record.script in fix for fix in fixes), fixes)
        check("the functions that called the scripts are named",
              is_named(found, "node::Start("), found)


def test_python_names_its_functions():
    if sys.version_info < (3, 12):
        print("# SKIPPED: no Python that writes a map of its functions")
        return
    with Audited("script.py", SCRIPT) as record:
        record.audit(sys.executable, record.script)
        found = [[frame["function"] for frame in finding["created"]]
                 for finding in record.report("inheritable,race,leak,"
                                              "passed")["findings"]]
        check("the script's function is named",
              is_named(found, "py::open_listener:" + record.script), found)


def test_java_names_its_methods():
    if not shutil.which("javac"):
        print("# SKIPPED: there is no javac")
        return
    with Audited("Client.java", CLIENT) as record:
        record.run("javac", record.script)
        # Only compiled methods have names: compile those of Client at once.
        found = stacks(record.audit(
            "java", "-Xbatch", "-cp", record.place,
            "-XX:CompileThreshold=1", "-Xcomp", "-XX:CompileCommand=quiet",
            "-XX:CompileCommand=compileonly,Client::*", "Client"), "socket")
        # The method's own frame, or that of main if it is inlined there.
        check("the method that connects is named",
              is_named(found, "Client."), found)


if __name__ == "__main__":
    recording.run_tests(sys.modules[__name__])

"""Static programs, and Go programs: where each comes from, how it is started
and made to execute something, and what is known about its sockets.

They come from Debian's and npm's packages; some are built here.
"""

import json
import os
import shutil
import subprocess
import unittest
from collections import namedtuple

import dropbear
import harness
import kernel
from fetched import FOLDER, debian, npm, place

import foreign  # the toolkit's: variant.py has found it

HERE = os.path.dirname(os.path.abspath(__file__))

# "net" uses the standard package; "raw" makes a socket by system calls, as
# netlink libraries do.
GO_SERVER = """
package main
import ("net/http"; "os"; "os/exec"; "syscall")
func main() {
	if os.Args[2] == "raw" {
		fd, _ := syscall.Socket(syscall.AF_NETLINK, syscall.SOCK_RAW, 0)
		syscall.Bind(fd, &syscall.SockaddrNetlink{Family: syscall.AF_NETLINK})
	}
	http.HandleFunc("/", func(w http.ResponseWriter, r *http.Request) {
		out, _ := exec.Command("sh", "-c", os.Args[3]).Output()
		w.Write(out)
	})
	http.ListenAndServe(os.Args[1], nil)
}
"""


# ---- where they come from ----------------------------------------------------

def built_dropbear():
    folder = os.path.join(FOLDER, "..", "musl")
    status = subprocess.run([os.path.join(HERE, "../../scripts/foreign"),
                             "musl", folder, "dropbear"],
                            check=False).returncode
    if status == 77:
        raise harness.Skipped("the source of dropbear cannot be fetched")
    harness.check(not status, "dropbear does not build")
    return os.path.join(folder, "bin/dropbear-static")


def emulator():
    try:
        return foreign.qemu("x86_64")
    except unittest.SkipTest as why:
        raise harness.Skipped(why) from why


def built_go():
    program = os.path.join(place("go"), "server")
    if not shutil.which("go"):
        raise harness.Skipped("no go here (package golang-go)")
    with open(program + ".go", "w", encoding="ascii") as file:
        file.write(GO_SERVER)
    subprocess.run(["go", "build", "-o", program, program + ".go"], check=True,
                   env=dict(os.environ, CGO_ENABLED="0", GO111MODULE="off",
                            GOFLAGS="", GOCACHE=place("go-cache")))
    return program


# ---- what each does ------------------------------------------------------------

def busybox_httpd(run, program):
    port = run.port()
    run.hook("cgi-bin/look",
             before="printf 'Content-Type: text/plain\\r\\n\\r\\n'")
    server = run.start([program, "httpd", "-f", "-p", "127.0.0.1:%d" % port,
                        "-h", run.dir], listens=port)
    run.http(port, "/cgi-bin/look")
    return server


def busybox_nc(run, program):
    port = run.port()
    server = run.start([program, "nc", "-ll", "-p", str(port), "-e",
                        run.hook("look")], listens=port)
    run.exchange(port, b"")
    run.wait_look()
    return server


def bash_redirection(run, program):
    script = "exec 3<>/dev/udp/127.0.0.1/9; %s; sleep 300" % run.hook()
    server = run.start([program, "-c", script])
    run.wait_look()
    return server


def dropbear_session(run, program):
    if not harness.am_root():
        raise harness.Skipped("needs root")
    beside = os.path.dirname(program)
    server, port = dropbear.start(run, program,
                                  os.path.join(beside, "dropbearkey"))
    run.command(dropbear.client(run, os.path.join(beside, "dbclient"), port) +
                [run.look], stderr=subprocess.DEVNULL)
    return server


def qemu_gdb(run, program):
    """A debugger connects and lets the emulated shell run."""
    port = run.port()
    server = run.start([program, "-g", str(port), "/bin/sh", "-c",
                        run.look + "; exec sleep 300"], listens=port)
    with run.connect(port) as debugger:
        debugger.sendall(b"$vCont;c#a8")
        run.wait_look()
        harness.check(kernel.descriptors(server.pid), "the emulator has ended")
    return server


def esbuild(run, program):
    port = run.port()
    return run.start([program, "--serve=127.0.0.1:%d" % port, "--servedir=" +
                      run.dir], listens=port, stdin=subprocess.PIPE)


def go_server(how):
    def start(run, program):
        port = run.port()
        server = run.start([program, "127.0.0.1:%d" % port, how, run.look],
                           listens=port)
        run.http(port)
        return server
    return start


def caddy(run, program):
    port = run.port()
    config = run.file("Caddyfile", "{\n\tadmin off\n}\n"
                      "http://127.0.0.1:%d {\n\tfile_server\n}\n" % port)
    return run.start([program, "run", "--adapter", "caddyfile", "--config",
                      config], listens=port)


def webhook(run, program):
    port = run.port()
    hooks = run.file("hooks.json", json.dumps([
        {"id": "look", "execute-command": run.hook("look"),
         "include-command-output-in-response": True}]))
    server = run.start([program, "-hooks", hooks, "-ip", "127.0.0.1", "-port",
                        str(port)], listens=port)
    run.http(port, "/hooks/look")
    return server


def biome(run, program):
    run.directory(".cache/biome")
    server = run.start([program, "__run_server"])
    harness.until(lambda: kernel.listeners(server.pid), "biome's listener")
    return server


def pagefind(run, program):
    run.file("index.html", "<html><body>a page</body></html>\n")
    server = run.start([program, "--site", run.dir, "--serve"])
    harness.until(lambda: kernel.listeners(server.pid), "pagefind's listener")
    return server


def turbo(run, program, *command):
    """In a repository whose task is run by a script in place of the package
    manager, which looks."""
    for name, content in (
            ("package.json", {"name": "root", "packageManager": "npm@10.0.0",
                              "workspaces": ["one"]}),
            ("package-lock.json", {"lockfileVersion": 3, "packages": {}}),
            ("turbo.json", {"tasks": {"look": {"cache": False}}}),
            ("one/package.json", {"name": "one", "scripts": {"look": "-"}})):
        run.file(name, json.dumps(content))
    manager = os.path.dirname(run.hook("bin/npm"))
    return run.start([program, "--skip-infer", *command], env={
        "PATH": manager + ":" + os.environ["PATH"], "DO_NOT_TRACK": "1",
        "TURBO_TELEMETRY_DISABLED": "1", "TURBO_NO_UPDATE_NOTIFIER": "1"})


def turbo_daemon(run, program):
    server = turbo(run, program, "daemon")
    harness.until(lambda: kernel.listeners(server.pid), "turbo's listener")
    return server


def turbo_watch(run, program):
    server = turbo(run, program, "watch", "look")
    run.wait_look()
    return server


# start(run, program) starts a server and makes it execute something if it can;
# inheritable: its inheritable sockets; arrived: the sockets that its child
# got, or None if it starts no child.
Row = namedtuple("Row", "name language linked get start inheritable arrived")

ROWS = (
    Row("busybox `httpd`, a CGI program", "C", "statically",
        lambda: debian("busybox-static", "bin/busybox"), busybox_httpd,
        ["tcp LISTEN"], []),
    Row("busybox `nc -ll -e`", "C", "statically",
        lambda: debian("busybox-static", "bin/busybox"), busybox_nc, [], []),
    Row("bash-static, `exec 3<>/dev/udp/...`", "C", "statically",
        lambda: debian("bash-static", "bin/bash-static"), bash_redirection,
        ["udp"], ["udp"]),
    Row("dropbear, built with musl, a session", "C", "statically",
        built_dropbear, dropbear_session, ["tcp LISTEN"], []),
    Row("qemu-x86_64 `-g`, a command of its program", "C", "statically",
        emulator, qemu_gdb, [], []),
    Row("esbuild `--serve`", "Go", "statically",
        lambda: npm("@esbuild/linux-x64", "package/bin/esbuild"), esbuild,
        [], None),
    Row("a server of `net/http`, a command", "Go", "statically", built_go,
        go_server("net"), [], []),
    Row("the same with `syscall.Socket`", "Go", "statically", built_go,
        go_server("raw"), ["netlink"], ["netlink"]),
    Row("caddy `run`", "Go", "dynamically",
        lambda: debian("caddy", "usr/bin/caddy"), caddy, [], None),
    Row("webhook, a command", "Go", "dynamically",
        lambda: debian("webhook", "usr/bin/webhook"), webhook, [], []),
    Row("biome's daemon", "Rust", "statically",
        lambda: npm("@biomejs/cli-linux-x64-musl", "package/biome"), biome,
        [], None),
    Row("pagefind `--serve`", "Rust", "statically",
        lambda: npm("@pagefind/linux-x64", "package/bin/pagefind_extended"),
        pagefind, [], None),
    Row("turbo `daemon`", "Rust", "statically",
        lambda: npm("turbo-linux-64", "turbo-linux-x64/bin/turbo"),
        turbo_daemon, [], None),
    Row("turbo `watch`, a task", "Rust", "statically",
        lambda: npm("turbo-linux-64", "turbo-linux-x64/bin/turbo"),
        turbo_watch, [], []),
)

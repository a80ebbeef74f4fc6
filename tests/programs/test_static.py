#!/usr/bin/python3
"""Which static programs let their children have sockets? No preload gets into
them: what is inheritable in each is what the kernel says while it serves, and
what arrived is what a child of it says that it executed.

Prints the table of doc/static-programs.md and holds it to what is seen here;
`noinherit check` must tell what each is, and `noinherit scan` what it holds.
The programs come from Debian's and npm's packages, unpacked in a folder, and
one is built here; one that cannot be fetched is skipped by name.
"""

import glob
import json
import os
import shutil
import subprocess
import sys

import harness
import kernel
from run import Run
from variant import COMMAND

HERE = os.path.dirname(os.path.abspath(__file__))
FOLDER = os.path.join(os.path.dirname(COMMAND), "foreign", "static")
TABLE = os.path.join(HERE, "../../doc/static-programs.md")

# "net" is what everybody uses; "raw" makes a socket as libraries for netlink do.
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

def fetch(command, pattern, folder):
    if not shutil.which(command[0]):
        raise harness.Skipped("no %s here" % command[0])
    done = subprocess.run(command, cwd=folder, check=False, text=True,
                          capture_output=True)
    found = glob.glob(os.path.join(folder, pattern))
    if done.returncode or not found:
        raise harness.Skipped("cannot fetch: " + done.stderr.strip()[-200:])
    return found[0]


def place(name):
    folder = os.path.join(FOLDER, name.replace("/", "_"))
    os.makedirs(folder, exist_ok=True)
    return folder


def debian(package, path):
    program = os.path.join(place(package), path)
    if not os.path.exists(program):
        archive = fetch(["apt-get", "download", "-qq", package], "*.deb",
                        place(package))
        subprocess.run(["dpkg-deb", "-x", archive, place(package)], check=True)
    return program


def npm(package, path):
    program = os.path.join(place(package), path)
    if not os.path.exists(program):
        archive = fetch(["npm", "pack", "-s", package], "*.tgz",
                        place(package))
        subprocess.run(["tar", "-xzf", archive, "-C", place(package)],
                       check=True)
    return program


def built_dropbear():
    folder = os.path.join(FOLDER, "..", "musl")
    status = subprocess.run([os.path.join(HERE, "../../scripts/foreign"),
                             "musl", folder, "dropbear"],
                            check=False).returncode
    if status == 77:
        raise harness.Skipped("cannot build it")
    harness.check(not status, "dropbear does not build")
    return os.path.join(folder, "bin/dropbear-static")


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
    script = "exec 3<>/dev/udp/127.0.0.1/9; %s; sleep 300" % run.look
    server = run.start([program, "-c", script])
    run.wait_look()
    return server


def dropbear(run, program):
    port, key = run.port(), run.path("host")
    run.command([os.path.join(os.path.dirname(program), "dropbearkey"), "-t",
                 "ed25519", "-f", key])
    return run.start([program, "-F", "-E", "-r", key, "-p",
                      "127.0.0.1:%d" % port], listens=port)


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


# (name, language, where it is from, what it does, {sockets that are
# inheritable in it}, {sockets that its child got, or None: it starts none})
ROWS = (
    ("busybox `httpd`, a CGI program", "C", lambda: debian(
        "busybox-static", "bin/busybox"), busybox_httpd,
     ["tcp LISTEN"], []),
    ("busybox `nc -ll -e`", "C", lambda: debian(
        "busybox-static", "bin/busybox"), busybox_nc, [], []),
    ("bash-static, `exec 3<>/dev/udp/...`", "C", lambda: debian(
        "bash-static", "bin/bash-static"), bash_redirection,
     ["udp"], ["udp"]),
    ("dropbear, built statically with musl", "C", built_dropbear, dropbear,
     ["tcp LISTEN"], None),
    ("esbuild `--serve`", "Go", lambda: npm(
        "@esbuild/linux-x64", "package/bin/esbuild"), esbuild, [], None),
    ("a server of `net/http`, a command", "Go", built_go, go_server("net"),
     [], []),
    ("the same with `syscall.Socket`", "Go", built_go, go_server("raw"),
     ["netlink"], ["netlink"]),
    ("caddy `run`", "Go", lambda: debian("caddy", "usr/bin/caddy"), caddy,
     [], None),
    ("biome's daemon", "Rust", lambda: npm(
        "@biomejs/cli-linux-x64-musl", "package/biome"), biome, [], None),
    ("pagefind `--serve`", "Rust", lambda: npm(
        "@pagefind/linux-x64", "package/bin/pagefind_extended"), pagefind,
     [], None),
)


# ---- what is seen ------------------------------------------------------------

def above_streams(descriptors):
    return [d for d in descriptors if d.kind == "socket" and d.fd > 2]


def kinds(descriptors):
    """"tcp LISTEN", "udp": no more of their state."""
    words = [d.what.split() for d in descriptors]
    return sorted(" ".join(word for word in each[:2] if word not in (
        kernel.CONNECTED, kernel.UNCONNECTED)) for each in words)


def check_tells(program, language):
    said = subprocess.run([COMMAND, "check", program], check=False, text=True,
                          capture_output=True).stdout
    word = {"C": "in C or the like"}.get(language, "a %s program" % language)
    harness.check(": not reached: " in said and word in said, said)


def scan_tells(pid, expected):
    done = subprocess.run([COMMAND, "scan", "--json", str(pid)], check=False,
                          text=True, capture_output=True)
    harness.check(done.returncode in (0, 1), done.stderr)
    found = [f for f in json.loads(done.stdout)["findings"]
             if f["kind"] == "inheritable"]
    harness.check(bool(found) == bool(expected),
                  "scan says %s" % done.stdout)


def see(row):
    """(inheritable, arrived or None)."""
    _, language, get, start, _, arrived = row
    program = get()
    check_tells(program, language)
    run = Run(harness.VARIANTS["native"])
    try:
        server = start(run, program)
        inheritable = [d for d in
                       above_streams(kernel.descriptors(server.pid))
                       if d.inheritable]
        scan_tells(server.pid, inheritable)
        looks = run.looks()
        got = above_streams([d for look in looks for d in look.descriptors])
        harness.check(arrived is None or looks, "no child looked")
        return inheritable, None if arrived is None else got
    finally:
        run.end()


def line_of(row, seen):
    inheritable, arrived = seen
    return "| %s | %s | %s | %s |" % (
        row[0], row[1], ", ".join(kinds(inheritable)) or "none",
        "-" if arrived is None else ", ".join(kinds(arrived)) or "none")


def check_row(row, documented):
    try:
        seen = see(row)
    except harness.Skipped as why:
        print("skipped case: %s: %s" % (row[0], why), flush=True)
        return None
    line = line_of(row, seen)
    print(line, flush=True)
    harness.check(kinds(seen[0]) == row[4], "%s: inheritable are %s, not %s"
                  % (row[0], kinds(seen[0]), row[4]))
    harness.check(seen[1] is None or kinds(seen[1]) == row[5],
                  "%s: its child got %s, not %s"
                  % (row[0], kinds(seen[1] or []), row[5]))
    harness.check(line in documented, "doc/static-programs.md has not: " + line)
    return line


def main():
    with open(TABLE, encoding="utf-8") as file:
        documented = file.read().splitlines()
    seen, failed = 0, []
    harness.adopt_orphans()
    for row in ROWS:
        try:
            seen += check_row(row, documented) is not None
        except harness.Failed as error:
            print("FAILED %s: %s" % (row[0], error), flush=True)
            failed.append(row[0])
    if failed:
        sys.exit("failed: " + ", ".join(failed))
    if not seen:
        print("none of the programs can be fetched here", file=sys.stderr)
        sys.exit(77)


if __name__ == "__main__":
    main()

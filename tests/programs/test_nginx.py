#!/usr/bin/python3
"""nginx serves, and upgrades its binary without losing its listener.

On USR2 the master execs the file at its own path, which is a new file by then:
the listeners are passed by number in NGINX=, in a clean environment. The
upgrade is done twice, because the second time the listeners are adopted ones.
nginx refuses an upgrade while the process that started it lives, so it runs as
a daemon here.
"""

import filecmp
import os
import shutil
import signal

import harness
import kernel
import nginx

NGINX = harness.program("/usr/sbin/nginx")
# nginx for another C library: it may take over from the first, and back.
OTHER = os.environ.get("OTHER_NGINX", NGINX)


def renamed_over(binary):
    shutil.copy(NGINX, binary + ".new")
    os.rename(binary + ".new", binary)


def moved_away(binary):
    os.rename(binary, binary + ".old")
    shutil.copy(NGINX, binary)


def other_renamed_over(binary):
    """The other one's turn: first it is OTHER's, then NGINX's."""
    is_other = filecmp.cmp(binary, NGINX, shallow=False)
    shutil.copy(OTHER if is_other else NGINX, binary + ".new")
    os.rename(binary + ".new", binary)


def in_place(binary):
    pass


def start(run, name="nginx"):
    """nginx execs the name by which it was called: a link has another path."""
    port = run.port()
    binary = run.path("nginx")
    shutil.copy(NGINX, binary)
    os.symlink("nginx", run.path("link"))
    files = run.directory("files")
    run.file("files/page", "a page\n")
    config = run.file("nginx.conf", nginx.configuration(
        run.dir, port, "worker_processes 2;",
        "listen unix:%s/socket; root %s;" % (run.dir, files),
        user=harness.user("www-data") if harness.am_root() else None))
    run.start([run.path(name)] + nginx.arguments(run.dir, config),
              listens=port, executable=binary)
    master = int(run.wait_file("pid"))
    harness.until(lambda: len(kernel.descendants(master)) == 2, "two workers")
    run.check_preloaded(master)
    return master, port, binary


def listeners(pid):
    return sorted(descriptor.inode for descriptor in kernel.descriptors(pid)
                  if " LISTEN " in descriptor.what)


def upgrade(run, master, replace, binary):
    """Returns the new master, after the old one and its workers have ended."""
    before = listeners(master)
    replace(binary)
    run.send_signal(master, signal.SIGUSR2)
    harness.until(lambda: os.path.exists(run.path("pid.oldbin")),
                  "the old master's pid file")
    new = int(run.wait_file("pid"))
    harness.until(lambda: len(kernel.descendants(new)) == 2,
                  "two workers of the new master")
    run.check_preloaded(new)
    run.send_signal(master, signal.SIGQUIT)
    run.wait_gone(master)
    harness.check(listeners(new) == before,
                  "the new master has made listeners of its own")
    for pid in kernel.tree(new):
        run.check_preloaded(pid)
    return new


def serving(run):
    master, port, _ = start(run)
    run.held(master)
    return run.http(port, "/page")


def upgrading(replace, name="nginx"):
    def scenario(run):
        master, port, binary = start(run, name)
        answers = [run.http(port, "/page")]
        for _ in range(2):
            master = upgrade(run, master, replace, binary)
            run.held(master)
            answers.append(run.http(port, "/page"))
        return answers
    return scenario


UPGRADES = (
    ("same file", upgrading(in_place)),
    ("new file renamed over the old one", upgrading(renamed_over)),
    ("old file moved away first", upgrading(moved_away)),
    ("by a link, new file renamed over the old one",
     upgrading(renamed_over, "link")),
    ("by a link, old file moved away first", upgrading(moved_away, "link")),
)
if OTHER != NGINX:
    UPGRADES += (("to another C library and back",
                  upgrading(other_renamed_over)),)
LISTENERS = ["tcp LISTEN", "unix LISTEN"]

harness.main([harness.Case("serving", serving, holds=LISTENERS, looks=0)] + [
    # Both the old and the new master have them.
    harness.Case("upgrade, " + name, scenario, holds=LISTENERS * 2, looks=0)
    for name, scenario in UPGRADES
], needs={NGINX: "nginx-light", OTHER: "nginx-light"})

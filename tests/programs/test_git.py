#!/usr/bin/python3
"""git daemon's hooks get no socket, though git execs itself in between."""

import harness

GIT = "/usr/bin/git"

IDENTITY = {"GIT_AUTHOR_NAME": "A", "GIT_AUTHOR_EMAIL": "a@example.org",
            "GIT_COMMITTER_NAME": "A", "GIT_COMMITTER_EMAIL": "a@example.org",
            "GIT_CONFIG_COUNT": "2", "GIT_CONFIG_KEY_0": "init.defaultBranch",
            "GIT_CONFIG_VALUE_0": "main", "GIT_CONFIG_KEY_1": "safe.directory",
            "GIT_CONFIG_VALUE_1": "*"}


def git(run, *words, more=None, **options):
    return run.command([GIT, *words], env=dict(IDENTITY, **(more or {})),
                       **options)


def start(run):
    port = run.port()
    git(run, "init", "-q", "--bare", "served/files.git")
    run.hook("served/files.git/hooks/pre-receive")
    run.hook("served/files.git/hooks/post-receive")
    hook = run.hook("access", after="exit 0")
    server = run.start([
        GIT, "daemon", "--listen=127.0.0.1", "--port=%d" % port,
        "--base-path=" + run.path("served"), "--export-all", "--reuseaddr",
        "--enable=receive-pack", "--access-hook=" + hook], env=IDENTITY,
        listens=port)
    return server, "git://127.0.0.1:%d/files.git" % port


def pushing_and_cloning(run):
    server, url = start(run)
    run.held(server)
    git(run, "init", "-q", "work")
    run.file("work/file", "content\n")
    git(run, "-C", "work", "add", "file")
    git(run, "-C", "work", "commit", "-q", "-m", "first")
    said = git(run, "-C", "work", "push", "-q", url, "main")
    git(run, "clone", "-q", url, "copy")
    with open(run.path("copy/file")) as file:
        return said.count("looked"), file.read()


# The client execs the helpers of git fetch-pack while the connection is open.
def cloning(run):
    _, url = start(run)
    template = run.directory("template/hooks")
    run.hook("template/hooks/post-checkout")
    git(run, "init", "-q", "work")
    run.file("work/file", "content\n")
    git(run, "-C", "work", "add", "file")
    git(run, "-C", "work", "commit", "-q", "-m", "first")
    git(run, "-C", "work", "push", "-q", url, "main")
    git(run, "clone", "-q", "--template", template.removesuffix("/hooks"),
        url, "copy", preload=True)
    with open(run.path("copy/file")) as file:
        return file.read()


# The client reads the pack through index-pack, which gets the connection as
# its standard input, and also under the number that the connection had before.
def fetching(run):
    _, url = start(run)
    git(run, "init", "-q", "work")
    run.file("work/file", "content\n")
    git(run, "-C", "work", "add", "file")
    git(run, "-C", "work", "commit", "-q", "-m", "first")
    git(run, "-C", "work", "push", "-q", url, "main")
    looked = len(run.looks())
    # git looks for its own commands in this folder first.
    real = git(run, "--exec-path").strip()
    run.script("path/git", "#!/bin/sh\n[ \"$1\" != index-pack ] || %s >&2\nexec %s/git \"$@\"\n"
               % (run.look, real))
    git(run, "-c", "fetch.unpackLimit=1", "clone", "-q", url, "copy",
        preload=True, more={"GIT_EXEC_PATH": run.path("path")})
    run.wait_look(looked + 1)
    with open(run.path("copy/file")) as file:
        return file.read()


harness.main([
    harness.Case("git daemon", pushing_and_cloning),
    harness.Case("git clone", cloning),
    harness.Case("git clone, index-pack", fetching,
                 leaks=["tcp CONNECTED 127.0.0.1"]),
], needs={GIT: "git"})

"""Runs programs under the recorder, and reads what was recorded."""

import os
import re
import shutil
import subprocess
import sys
import tempfile

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)),
                                "..", "toolkit"))
import schema  # noqa: E402
from toolkit import (BUILD, NOINHERIT, RECORDER, SHIM,  # noqa: E402
                     helper)

HELPERS = helper("")
PLANTED = helper("planted")
SOURCE = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..",
                      "helpers", "planted.c")


class Failed(Exception):
    """A check failed."""


def check(claim, holds, *details):
    if not holds:
        raise Failed("\n    ".join([claim] + [str(d) for d in details]))


class Recording:
    """A directory for traces, to be used in a 'with' statement."""

    def __init__(self, options="", shim=False, directory=None):
        self.own = directory is None
        self.directory = directory or tempfile.mkdtemp(prefix="noinherit-")
        os.chmod(self.directory, 0o1777)
        self.environment = dict(os.environ, NOINHERIT_AUDIT_DIR=self.directory,
                                LD_PRELOAD=RECORDER)
        if shim:
            self.environment["LD_PRELOAD"] += ":" + SHIM
        if options:
            self.environment["NOINHERIT_AUDIT_OPTIONS"] = options

    def __enter__(self):
        return self

    def __exit__(self, *unused):
        if self.own:
            shutil.rmtree(self.directory, ignore_errors=True)

    def run(self, *command, status=0, **options):
        """Runs a command to its end; fails unless it exits with @status (None:
        any)."""
        done = subprocess.run(command, env=self.environment, text=True,
                              stdin=subprocess.DEVNULL, timeout=300,
                              stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                              **options)
        if status is not None and done.returncode == 77:
            print(done.stderr.strip(), file=sys.stderr)
            sys.exit(77)
        check("%s ends with %s" % (command, status),
              status is None or done.returncode == status,
              done.returncode, done.stdout[-2000:], done.stderr[-2000:])
        return done

    def start(self, *command, **options):
        return subprocess.Popen(command, env=self.environment, text=True,
                                stdin=subprocess.DEVNULL,
                                stdout=subprocess.PIPE, **options)

    def report(self, kinds="all"):
        """The findings of `noinherit report`."""
        done = subprocess.run([NOINHERIT, "report",
                               "--kinds=" + kinds, "--format=json",
                               self.directory],
                              stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                              text=True, timeout=300)
        check("report succeeds", done.returncode == 0, done.stderr)
        return schema.read(done.stdout)

    def files(self):
        return [os.path.join(self.directory, name)
                for name in sorted(os.listdir(self.directory))
                if name.endswith(".trace")]

    def records(self, kind=None, of=""):
        """The raw records of that kind, as dictionaries; with @pid, of that
        process."""
        files = [f for f in self.files()
                 if os.path.basename(f).startswith(str(of))]
        done = subprocess.run([os.path.join(HELPERS, "tracedump")] + files,
                              stdout=subprocess.PIPE, text=True, check=True,
                              timeout=300)
        parsed = (parse(line) for line in done.stdout.splitlines())
        return [r for r in parsed if kind in (None, r["kind"])]


def parse(line):
    kind, _, rest = line.partition(" ")
    record = {"kind": kind}
    # A value extends to the next word that looks like "name=".
    for name, value in re.findall(r"([a-z_0-9]+)=(.*?)(?= [a-z_0-9]+=|$)",
                                  rest):
        record.setdefault(name, value)
    return record


def run_tests(module):
    """Runs every function called test_*, and prints which failed."""
    failed = 0
    names = [n for n in vars(module) if n.startswith("test_")]
    for name in names:
        try:
            getattr(module, name)()
        except Failed as error:
            failed += 1
            print("not ok - %s: %s" % (name, error))
        else:
            print("ok - %s" % name)
    sys.exit(1 if failed or not names else 0)

"""What the tests of tests/guest share. They change kernel settings, so they
run only in a virtual machine of scripts/guest."""

import os
import subprocess
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)),
                                "..", "live"))
import live  # noqa: E402
import toolkit  # noqa: E402
from live import BUILD, COMPAT, SHIM, LiveTest, helper  # noqa: E402

__all__ = ["BUILD", "COMPAT", "SHIM", "GuestTest", "NOBODY", "NOINHERIT",
           "helper", "main", "set_once"]

NOBODY = 65534
NOINHERIT = os.path.join(BUILD, "noinherit")


class GuestTest(LiveTest):

    def set(self, name, value):
        """Changes a setting below /proc/sys for this test."""
        path = "/proc/sys/" + name.replace(".", "/")
        try:
            with open(path) as file:
                before = file.read()
            self.addCleanup(self.write, path, before)
            self.write(path, str(value))
        except OSError as error:
            self.skipTest(f"{name} cannot be set on this kernel: {error}")

    @staticmethod
    def write(path, text):
        with open(path, "w") as file:
            file.write(text)

    def mounted(self, *commands, program):
        """The output of a shell command in a separate mount namespace, after
        others that change the mounts."""
        script = "\n".join(["set -e", "mount --make-rprivate /", *commands,
                            program])
        result = subprocess.run(
            ["unshare", "--mount", "sh", "-c", script], text=True, timeout=600,
            env=self.environment, stdin=subprocess.DEVNULL, check=False,
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
        return result.returncode, result.stdout.strip()

    def as_nobody(self, *command, **options):
        return self.run_program(*command, preload=None, status=None,
                                user=NOBODY, group=NOBODY, extra_groups=[],
                                **options)

    def another_program(self):
        """Starts a program of the user nobody that holds a socket and keeps
        running."""
        process = subprocess.Popen(
            [sys.executable, "-c", "import socket, sys\n"
             "s = socket.create_server(('127.0.0.1', 0))\n"
             "s.set_inheritable(True)\nprint('ready', flush=True)\n"
             "sys.stdin.read()"], user=NOBODY, group=NOBODY,
            extra_groups=[], text=True, stdin=subprocess.PIPE,
            stdout=subprocess.PIPE)
        self.addCleanup(process.wait)
        for stream in (process.stdout, process.stdin):
            self.addCleanup(stream.close)
        self.assertEqual(process.stdout.readline(), "ready\n")
        return process


def set_once(name, value):
    """Changes a setting below /proc/sys for the rest of the run."""
    GuestTest.write("/proc/sys/" + name, str(value))


def main():
    with open("/proc/cmdline") as file:
        if "init=/guest/init" not in file.read():
            toolkit.skip("only in a virtual machine: scripts/kernels")
    live.main()



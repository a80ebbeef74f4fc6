#!/usr/bin/python3
"""Services: systemd understands the units that the README shows, and the shim
works in a service's sandbox. The test installs the same filters, made from
systemd's own lists of system calls, and executes the same program under them.
"""

import os
import re
import shutil
import subprocess
import sys
import tempfile
import unittest

HERE = os.path.dirname(os.path.realpath(__file__))
sys.path.insert(0, os.path.join(HERE, "../toolkit"))
import toolkit  # noqa: E402

SHIM = os.path.join(toolkit.BUILD, "libnoinherit-preload.so")
COMMAND = os.path.join(toolkit.BUILD, "noinherit")
PROBE = toolkit.helper("probe")


def drop_in_of_readme():
    with open(os.path.join(toolkit.ROOT, "README.md")) as file:
        return re.search(r"^    (\[Service\]\n)    (Environment=.*\n)",
                         file.read(), re.M).expand(r"\1\2")


UNITS = {
    "run": ("[Service]\nExecStart=%s run /bin/sleep 1\n" % COMMAND, None),
    "drop-in": ("[Service]\nExecStart=/bin/sleep 1\n", drop_in_of_readme()),
    "sandboxed run": ("[Service]\nExecStart=%s run /bin/sleep 1\n"
                      "NoNewPrivileges=yes\n"
                      "SystemCallFilter=@system-service\n"
                      "MemoryDenyWriteExecute=yes\n" % COMMAND, None),
    "sandboxed": ("[Service]\nExecStart=/bin/sleep 1\nNoNewPrivileges=yes\n"
                  "SystemCallFilter=@system-service\n"
                  "MemoryDenyWriteExecute=yes\n",
                  "[Service]\nEnvironment=LD_PRELOAD=%s\n" % SHIM),
}

PROT_WRITE, PROT_EXEC, SHM_EXEC = 2, 4, 0o100000


def calls_of(group):
    """The system calls of one of systemd's groups."""
    said = subprocess.run(["systemd-analyze", "syscall-filter", group],
                          check=True, text=True, capture_output=True).stdout
    calls = set()
    for line in said.splitlines():
        word = line.strip()
        if word.startswith("@") and word != group:
            calls |= calls_of(word)
        elif word and not word.startswith(("#", "@")):
            calls.add(word)
    return calls


def allow_only(*groups):
    """As SystemCallFilter=GROUP...: any other call kills."""
    import seccomp
    filtered = seccomp.SyscallFilter(defaction=seccomp.KILL_PROCESS)
    # Besides the groups, systemd allows the exec that starts the service.
    for call in set().union(*map(calls_of, groups)) | {"execve"}:
        try:
            filtered.add_rule(seccomp.ALLOW, call)
        except (RuntimeError, ValueError):
            pass            # does not exist on this architecture
    filtered.load()


def deny_write_execute():
    """As MemoryDenyWriteExecute=yes."""
    import errno
    import seccomp
    filtered = seccomp.SyscallFilter(defaction=seccomp.ALLOW)
    refuse = seccomp.ERRNO(errno.EPERM)
    both = PROT_WRITE | PROT_EXEC
    for call, argument, mask in (("mmap", 2, both), ("mprotect", 2, PROT_EXEC),
                                 ("pkey_mprotect", 2, PROT_EXEC),
                                 ("shmat", 2, SHM_EXEC)):
        filtered.add_rule(refuse, call, seccomp.Arg(
            argument, seccomp.MASKED_EQ, mask, mask))
    filtered.load()


def no_new_privileges():
    """As NoNewPrivileges=yes."""
    import ctypes
    if ctypes.CDLL(None).prctl(38, 1, 0, 0, 0):
        raise OSError("no_new_privs")


def everything():
    no_new_privileges()
    deny_write_execute()
    allow_only("@system-service")


SANDBOXES = {
    "NoNewPrivileges": no_new_privileges,
    "SystemCallFilter": lambda: allow_only("@system-service"),
    "MemoryDenyWriteExecute": deny_write_execute,
    "all three": everything,
}


class Units(unittest.TestCase):

    def test_systemd_understands_them(self):
        if not shutil.which("systemd-analyze"):
            self.skipTest("no systemd-analyze here (systemd)")
        for name, (unit, drop_in) in UNITS.items():
            with self.subTest(name), tempfile.TemporaryDirectory() as folder:
                path = os.path.join(folder, "leaky.service")
                with open(path, "w") as file:
                    file.write(unit)
                if drop_in:
                    os.mkdir(path + ".d")
                    with open(path + ".d/noinherit.conf", "w") as file:
                        file.write(drop_in)
                result = subprocess.run(
                    ["systemd-analyze", "verify", path], text=True,
                    env={**os.environ, "SYSTEMD_UNIT_PATH": folder + ":"},
                    stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                    check=False)
                self.assertEqual(result.returncode, 0, result.stdout)
                self.assertNotIn("leaky.service", result.stdout)

    def test_a_mistake_would_be_found(self):
        if not shutil.which("systemd-analyze"):
            self.skipTest("no systemd-analyze here (systemd)")
        with tempfile.TemporaryDirectory() as folder:
            path = os.path.join(folder, "leaky.service")
            with open(path, "w") as file:
                file.write("[Service]\nExecStart=/nowhere/noinherit run x\n")
            result = subprocess.run(["systemd-analyze", "verify", path],
                                    capture_output=True, check=False)
            self.assertNotEqual(result.returncode, 0)


class Sandbox(unittest.TestCase):

    @classmethod
    def setUpClass(cls):
        try:
            import seccomp  # noqa: F401
        except ImportError:
            raise unittest.SkipTest("no python3-seccomp here")
        if not shutil.which("systemd-analyze"):
            raise unittest.SkipTest("no systemd-analyze here (systemd)")

    def probe(self, confine, *command, **environment):
        """What the probe reports as non-inheritable."""
        result = subprocess.run(command or [PROBE], preexec_fn=confine,
                                env={"PATH": "/usr/bin:/bin", **environment},
                                text=True, capture_output=True, check=False)
        self.assertEqual((result.returncode, result.stderr), (0, ""))
        return result.stdout

    def test_the_same_is_enforced_as_outside(self):
        outside = self.probe(None, LD_PRELOAD=SHIM)
        self.assertIn("socket", outside)
        for name, confine in SANDBOXES.items():
            with self.subTest(name):
                self.assertEqual(self.probe(confine).strip(), "")
                self.assertEqual(self.probe(confine, LD_PRELOAD=SHIM), outside)
                self.assertEqual(self.probe(confine, COMMAND, "run", PROBE),
                                 outside)

    def test_a_filter_kills_for_other_calls(self):
        def forbid_sockets():
            allow_only("@basic-io", "@file-system", "@process", "@default")
        result = subprocess.run([PROBE], preexec_fn=forbid_sockets,
                                capture_output=True, check=False)
        self.assertLess(result.returncode, 0)


if __name__ == "__main__":
    toolkit.main()

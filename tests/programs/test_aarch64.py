#!/usr/bin/python3
"""Debian's own AArch64 packages, run by qemu: the same tests as for the host's
packages, natively, under the shim and recorded.

The packages are unpacked in a separate tree, and the kernel is told about qemu
in a user namespace: nothing is installed. What they execute (a shell, the
child that looks) is the host's, so a recording ends there.
"""

import os
import subprocess
import sys
import unittest

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(HERE, "..", "toolkit"))
import foreign  # noqa: E402
from toolkit import BUILD, NOINHERIT, ROOT, helper, skip  # noqa: E402

PROGRAMS = {"nginx": "usr/sbin/nginx", "php8.2": "usr/bin/php8.2"}
PACKAGES = ("nginx-light", "php8.2-cli")
TESTS = ("nginx", "php_server")
SHIM = "libnoinherit-preload.so"
FOLDER = os.path.join(BUILD, "foreign", "arm64")


def link(target, name):
    os.makedirs(os.path.dirname(name), exist_ok=True)
    if not os.path.lexists(name):
        os.symlink(target, name)


def fetch():
    status = subprocess.run([os.path.join(ROOT, "scripts/foreign"), "arm64",
                             FOLDER, *PACKAGES], check=False).returncode
    if status:
        sys.exit(status)
    for name, path in PROGRAMS.items():
        link(os.path.join(FOLDER, "root", path),
             os.path.join(FOLDER, "programs", name))


def build():
    """A build directory for the harness: the objects to preload are AArch64's,
    the command and fdlook are the host's."""
    built = os.path.join(FOLDER, "build")
    foreign.build_for_aarch64(built, SHIM, "libnoinherit-audit.so")
    link(NOINHERIT, os.path.join(built, "noinherit"))
    link(helper("fdlook"), os.path.join(built, "tests/helpers/fdlook"))
    return built


def main():
    try:
        foreign.need_aarch64()
        start = foreign.emulated(os.path.join(FOLDER, "root"))
    except unittest.SkipTest as why:
        skip(why)
    fetch()
    built = build()
    environment = dict(os.environ, BUILD=built,
                       PRELOAD=os.path.join(built, SHIM),
                       FOREIGN_PROGRAMS=os.path.join(FOLDER, "programs"))
    failed = [name for name in TESTS if subprocess.run(
        [*start, os.path.join(HERE, f"test_{name}.py")], env=environment,
        check=False).returncode]
    if failed:
        sys.exit(f"failed: {', '.join(failed)}")


if __name__ == "__main__":
    main()

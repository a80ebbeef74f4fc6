#!/usr/bin/python3
"""Debian's source packages built with musl-gcc: the same tests as for Debian's
binaries, natively, under the shim and recorded. nginx is upgraded to Debian's,
and back.

MUSL_PROGRAMS names a folder with the programs; scripts/foreign makes one.
"""

import os
import subprocess
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
BUILD = os.path.realpath(os.environ.get("BUILD",
                                        os.path.join(HERE, "../../build")))
TESTS = ("busybox", "dropbear", "lua", "nginx", "socat")


def build():
    folder = os.path.join(BUILD, "foreign", "musl")
    status = subprocess.run([os.path.join(HERE, "../../scripts/foreign"),
                             "musl", folder, *TESTS], check=False).returncode
    if status:
        sys.exit(status)
    return os.path.join(folder, "bin")


def main():
    environment = dict(os.environ, FOREIGN_PROGRAMS=os.environ.get(
        "MUSL_PROGRAMS") or build(), OTHER_NGINX="/usr/sbin/nginx")
    failed, skipped = [], 0
    for name in TESTS:
        status = subprocess.run([os.path.join(HERE, f"test_{name}.py")],
                                env=environment, check=False).returncode
        if status == 77:
            skipped += 1
            print(f"skipped case: {name}: see above", flush=True)
        elif status:
            failed.append(name)
    if failed:
        sys.exit(f"failed: {', '.join(failed)}")
    if skipped == len(TESTS):
        sys.exit(77)


if __name__ == "__main__":
    main()

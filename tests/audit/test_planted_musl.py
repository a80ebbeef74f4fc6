#!/usr/bin/python3
"""The recorder in programs linked with musl: the same planted faults are
found, with function and line; the programs that receive the leaks use glibc."""

import os
import shutil
import sys
import tempfile

import recording

if not shutil.which("musl-gcc"):
    print("no musl-gcc here (package musl-tools)", file=sys.stderr)
    sys.exit(77)

import foreign  # noqa: E402

FOLDER = tempfile.mkdtemp(prefix="noinherit-")
OPTIONS = ["-w", *foreign.musl_lacks(FOLDER)]
recording.PLANTED = foreign.compile_helper(foreign.MUSL, "planted", FOLDER,
                                           *OPTIONS)
for library in ("libplugin_planted", "libearly_planted"):
    os.rename(foreign.compile_helper(foreign.MUSL, library, FOLDER, "-shared",
                                     "-fPIC", *OPTIONS),
              os.path.join(FOLDER, library + ".so"))

from test_planted import (  # noqa: E402,F401  # pylint: disable=unused-import
    test_each_fault_by_itself_is_found,
    test_the_shim_stops_the_leaks_of_sockets)

if __name__ == "__main__":
    try:
        recording.run_tests(sys.modules[__name__])
    finally:
        shutil.rmtree(FOLDER)

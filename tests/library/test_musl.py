#!/usr/bin/python3
"""The library does not need glibc: it is built, linked and run with musl."""

import unittest

import tree

SOURCE = tree.ROOT / "tests/library/every_call.c"


class Musl(tree.Tree):
    def test_it_is_built_linked_statically_and_run(self):
        build = self.work / "musl"
        archive = build / "libnoinherit.a"
        tree.run("make", "-s", "-C", tree.ROOT, f"BUILD={build}",
                 "CC=musl-gcc", "CFLAGS=-O2 -Werror", archive)
        program = self.build(SOURCE, "-static", archive, compiler="musl-gcc")
        self.assertNotIn("GLIBC", tree.run("strings", program).stdout)
        self.assertIn(" 0 wrong", tree.run(program).stdout)


if __name__ == "__main__":
    tree.need("musl-gcc", "pkg-config")
    unittest.main()

"""Programs of the tests, built for another C library or another machine."""

import os
import subprocess

import live

ROOT = os.path.realpath(os.path.join(os.path.dirname(__file__), "../.."))
HELPERS = os.path.join(ROOT, "tests/helpers")

# The kernel's headers lie among glibc's: these come behind all of musl's own.
MUSL = ("musl-gcc", "-idirafter", "/usr/include", "-idirafter",
        f"/usr/include/{os.uname().machine}-linux-gnu")


def need_musl():
    live.need("musl-gcc")


def compile_for(compiler, source, program, *options):
    subprocess.run([*compiler, "-std=gnu11", "-D_GNU_SOURCE", "-O2", "-g",
                    "-I", HELPERS, "-I", os.path.join(ROOT, "shim"), "-o",
                    program, source, *options], check=True)
    return program


def compile_helper(compiler, name, folder, *options):
    return compile_for(compiler, os.path.join(HELPERS, name + ".c"),
                       os.path.join(folder, name), *options)

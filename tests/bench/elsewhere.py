#!/usr/bin/python3
"""The shim's cost under musl and on AArch64, in instructions of the program.

qemu counts those of AArch64, one line of its log for each instruction: like
valgrind's count, the same in every run. Where qemu or a compiler is missing,
its part is left out.
"""

import os
import subprocess
import sys
import tempfile
import unittest

import measure
from measure import SHIM

import foreign

# As in shim.py: the call, and the other call in its loop.
CALLS = (("socket", None), ("socketpair", None), ("accept", "connect"),
         ("accept4", "connect"), ("dup", None), ("recvmsg", "send"),
         ("socket+close", None))
EMPTY = "int main(void) { return 0; }\n"


class Musl:
    name = "musl"
    few, many = 100, 500

    def __init__(self, folder):
        foreign.need_musl()
        self.shim = SHIM
        self.workload = foreign.compile_helper(foreign.MUSL, "workload",
                                               folder, "-w")
        self.empty = compile_empty(["musl-gcc"], folder, "empty-musl")

    def count(self, command, preload):
        return measure.instructions(command, preload)


class AArch64:
    name = "AArch64, glibc"
    few, many = 10, 60

    def __init__(self, folder):
        foreign.need_aarch64()
        self.qemu = foreign.qemu()
        self.shim = os.path.join(folder, "libnoinherit-preload.so")
        foreign.build_for_aarch64(folder, "libnoinherit-preload.so")
        self.workload = foreign.compile_helper(
            (foreign.AARCH64,), "workload", folder, "-w")
        self.empty = compile_empty([foreign.AARCH64], folder, "empty-aarch64")

    def count(self, command, preload):
        options = ["-E", f"LD_PRELOAD={preload}"] if preload else []
        with tempfile.NamedTemporaryFile() as log:
            measure.run([self.qemu, "-L", foreign.LIBRARIES,
                         "-one-insn-per-tb", "-d", "exec,nochain", "-D",
                         log.name, *options, *command])
            return sum(line.startswith(b"Trace") for line in log)


def compile_empty(compiler, folder, name):
    program = os.path.join(folder, name)
    subprocess.run([*compiler, "-o", program, "-x", "c", "-"], input=EMPTY,
                   text=True, check=True)
    return program


class Counted:
    """Instructions per call; each is measured only once."""

    def __init__(self, machine):
        self.machine, self.known = machine, {}

    def per_call(self, call, preload):
        if (call, preload) not in self.known:
            low, high = (self.machine.count(
                [self.machine.workload, call, str(rounds)], preload)
                for rounds in (self.machine.few, self.machine.many))
            self.known[call, preload] = (high - low) / (self.machine.many -
                                                        self.machine.few)
        return self.known[call, preload]

    def net(self, call, besides, preload):
        cost = self.per_call(call, preload)
        return cost - (self.per_call(besides, preload) if besides else 0)


def print_costs(machine):
    counted = Counted(machine)
    print(f"\n{machine.name}: instructions per call, native and added")
    for call, besides in CALLS:
        native = counted.net(call, besides, None)
        added = counted.net(call, besides, machine.shim) - native
        print(f"{call:<14} {native:>10.1f} {added:>+10.1f}", flush=True)
    native = machine.count([machine.empty], None)
    added = machine.count([machine.empty], machine.shim) - native
    print(f"{'start, exit':<14} {native:>10} {added:>+10}", flush=True)


def main():
    with tempfile.TemporaryDirectory() as folder:
        print("The shim elsewhere")
        for kind in (Musl, AArch64):
            try:
                print_costs(kind(folder))
            except unittest.SkipTest as why:
                print(f"\n{kind.name}: left out: {why}")
    return 0


sys.exit(main())

#!/usr/bin/python3
"""The parsers accept any bytes: each fuzz target runs on a bounded number of
inputs.

With the tests' own driver, built by gcc, the inputs are the same each time;
where clang is installed, libFuzzer searches for new ones as well, from a fixed
seed. `scripts/fuzz` runs one target without end.
"""

import glob
import os
import pathlib
import shutil
import struct
import subprocess
import tempfile
import unittest

import tree

COUNT = int(os.environ.get("FUZZ_COUNT", "20000"))
LIBRARY = [pathlib.Path(path)
           for path in glob.glob(str(tree.ROOT / "shim/lib/*.c"))]
SANITIZE = ["-fsanitize=address,undefined", "-fno-sanitize-recover=all"]
FLAGS = ["-g", "-O1", "-std=c11", "-D_GNU_SOURCE", f"-I{tree.ROOT}/include",
         f"-I{tree.ROOT}/shim", "-lpthread"]


def control(length, kind, *numbers, level=1):
    return struct.pack(f"=QII{len(numbers)}i", length, level, kind, *numbers)


# First inputs, one of each kind that the parser knows.
SEEDS = {
    "address": [b"\0127.0.0.1|80", b"\0<broadcast>|65535", b"\0|0",
                b"\x01::1|443", b"\x01fe80::1%lo|65536", b"\x02/tmp/x|",
                b"\x02\0name|", b"\0host.example|http",
                b"\0" + b"a" * 1024 + b"|1", b"\x02" + b"/" * 107 + b"|",
                b"\x02" + b"/" * 108 + b"|",
                b"\0('127.0.0.1', 80)|", b"\x01('::1', 80, 3, 4)|",
                b"\x04(12, 3)|", b"\x05(4294967295, 80)|",
                b"\x06('lo', 3, 0, 772, b'\\x00abc')|", b"\x07('lo',)|",
                b"\x07('', 1, 2)|", b"\x07('', 1, 2, 3)|",
                b"\x08(1, 2, 3, 4, 5)|", b"\x08(3, 2, 3, 4)|",
                b"\x09(1, 2)|", b"\0('" + b"a" * 1100 + b"', 1)|"],
    "repr": [b"\x50" + struct.pack("=HH4s8x", 2, 0x5000, b"\x7f\0\0\1"),
             b"\x60" + struct.pack("=HHI16sI", 10, 80, 0, bytes(16), 3),
             b"\x20\x01\0/tmp/socket\0", b"\x20\x01\0\0abstract'\"\n",
             b"\x20" + struct.pack("=HHII", 16, 0, 42, 1),
             b"\x20" + struct.pack("=HHiHBB8s", 17, 8, 1, 772, 0, 6, bytes(8)),
             b"\x20" + struct.pack("=HHIIII", 40, 0, 1, 2, 0, 0),
             b"\x06" + struct.pack("=HHiII8x", 29, 0, 1, 17, 34),
             b"\x07" + struct.pack("=HHiQIB3x", 29, 0, 1, 17, 34, 5),
             b"\x20" + struct.pack("=HBbIII", 30, 2, 2, 17, 34, 5),
             b"\x20" + struct.pack("=HHII", 42, 0, 1, 2)],
    "reader": [b"\x08one\ntwo\nthree", b"\x01\n\n\n", b"\x40" + b"a" * 90],
    "control": [b"\x02" + control(16 + 8, 1, 5, 6),
                b"\x01" + control(16 + 12, 1, 5, 6, 7, 0) +
                control(16 + 4, 4, 9, 0),
                b"\x05" + control(16 + 12, 2, 1, 2, 3, 0) +
                control(16 + 8, 1, 5, 6),
                b"\x05" + control(1 << 40, 1, 5, 6), b"\x05" + control(3, 1)],
    "options": [struct.pack("=Q8x", 16), struct.pack("=QQ4x", 20, 1),
                struct.pack("=QQQQ", 32, 1, 0, 0), bytes(8),
                struct.pack("=Q", 96) + bytes(88),
                struct.pack("=Q", 1 << 40) + b"more"],
    # Sharer, receiver, number, family, type, protocol, cookie.
    "shared": [b"\x01" + b"NIshare1" + struct.pack("=6iQ24x", 1, 0, 3, 1, 1, 0,
                                                  77),
               b"\x00" + b"NIshare1" + struct.pack("=6iQ24x", 1, 2, 3, 1, 1, 0,
                                                  77), b"\x01NIshare2"],
}

# A bug in each parser, which shows that the inputs would find it.
BUGS = {
    "address": ("address_tuple.c",
                "source->texts_size == sizeof(source->texts)", "0"),
    "repr": ("text.c", "text->size - text->length : 0",
             "text->size - text->length + 1 : 0"),
    "reader": ("reader.c", "size - searched", "size - searched + 1"),
    "options": ("sized_struct.c", "covered = given < size ? given : size",
                "covered = size"),
    "shared": ("share.c", "cookie != from->cookie", "0"),
    "control": ("passing.c", "(bytes < room ? bytes : room)", "bytes"),
}


class Fuzz(unittest.TestCase):
    def setUp(self):
        directory = tempfile.TemporaryDirectory(prefix="noinherit-fuzz-")
        self.addCleanup(directory.cleanup)
        self.work = pathlib.Path(directory.name)

    def seeds(self, name):
        folder = self.work / f"seeds-{name}"
        folder.mkdir()
        for number, seed in enumerate(SEEDS[name]):
            (folder / str(number)).write_bytes(seed)
        return folder

    def driver(self, name, sources):
        program = self.work / f"driver-{name}"
        tree.run("gcc", tree.ROOT / f"tests/fuzz/fuzz_{name}.c",
                 tree.ROOT / "tests/fuzz/driver.c", *sources, *SANITIZE,
                 *FLAGS, "-o", program)
        return [program, str(COUNT), "1", *sorted(self.seeds(name).iterdir())]

    def test_every_input_is_survived(self):
        for name in SEEDS:
            with self.subTest(name):
                result = tree.run(*self.driver(name, LIBRARY))
                self.assertEqual(result.stdout, f"{COUNT} inputs\n")

    def test_a_bug_would_be_found(self):
        for name, (file, right, wrong) in BUGS.items():
            original = tree.ROOT / "shim/lib" / file
            text = original.read_text()
            self.assertIn(right, text)
            copy = self.work / file
            copy.write_text(text.replace(right, wrong))
            sources = [copy if path == original else path for path in LIBRARY]
            command = self.driver(name, [*sources,
                                         f"-I{tree.ROOT}/shim/lib"])
            with self.subTest(name):
                result = subprocess.run(command, text=True,
                                        capture_output=True)
                self.assertNotEqual(result.returncode, 0)
                self.assertRegex(result.stderr, "Sanitizer|Assertion|"
                                       "runtime error")

    @unittest.skipUnless(shutil.which("clang"), "clang is not installed")
    def test_libfuzzer_finds_none_either(self):
        for name in SEEDS:
            program = self.work / f"fuzz-{name}"
            with self.subTest(name):
                tree.run("clang", "-fsanitize=fuzzer", *SANITIZE,
                         tree.ROOT / f"tests/fuzz/fuzz_{name}.c", *LIBRARY,
                         *FLAGS, "-o", program)
                tree.run(program, f"-runs={COUNT}", "-seed=1", "-max_len=2048",
                         self.seeds(name), cwd=self.work)


if __name__ == "__main__":
    tree.need("gcc")
    unittest.main()

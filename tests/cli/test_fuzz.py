#!/usr/bin/python3
"""The readers of foreign files accept any bytes: each fuzz target is run on a
bounded number of inputs, and would find a planted bug.

The inputs are those of the driver in tests/fuzz, the same each time;
`scripts/fuzz` searches for new ones without end.
"""

import glob
import os
import re
import shutil
import subprocess

import command

ROOT = os.path.realpath(os.path.join(os.path.dirname(__file__), "..", ".."))
COUNT = int(os.environ.get("FUZZ_COUNT", "20000"))
FLAGS = ["-g", "-O1", "-std=c11", "-D_GNU_SOURCE", f"-I{ROOT}/shim",
         "-fsanitize=address,undefined", "-fno-sanitize-recover=all"]
# Small enough for the driver to read them whole.
SMALL = ["-nostdlib", "-s", "-Wl,-z,max-page-size=16,-z,noseparate-code",
         "-Wl,--build-id=none"]
TCP = ("   0: 0100007F:1F90 00000000:0000 0A 00000000:00000000 00:00000000 "
       "00000000  1000        0 4242 1 0 100 0 0 10 0\n")
SIX = TCP.replace("0100007F:", "0" * 24 + "01000000:").replace(
    "00000000:0000 0A", "0" * 32 + ":0000 0A")
STAT = "12 (a) b) S 7 7 7 0 -1 4194304 1 2 3 4 5 6 7 8 20 0 1 0 9876 1\n"
SEEDS = {
    "proc": [
        TCP, SIX, STAT,
        "00000000b4e75794: 00000002 00000000 00010000 0001 01 1451 "
        + "/run/x" * 18 + "\n",
        "00000000b26aad40 15  812  00000002 0 0 0 2 0 31\n",
        "ffff8a0 3      3    0003   2     1 0      0      8888\n",
        "0::/lxc.payload.a/" + "a" * 260 + ".service/docker-" + "0" * 64
        + ".scope\n1:name=systemd:/b.scope\n",
        "1-2 r-xp 0 08:01 4    /usr/lib/x.so\n", "Name:\tx\nUid:\t1\t2\t3\t4\n",
        "pos:\t0\nflags:\t02004002\n", "socket:[4242]", "UNIX-STREAM",
        "LISTEN_PID=7\0LISTEN_FDS=2\0", "#!/usr/bin/env -S -i A=b python3 -u\n",
        "#! /bin/sh -e\n", "#!/bin/sh " + "x" * 400 + "\n", "gr\xfc\xdf \u202e\U0001f40d \x1b[31m\n"],
    "perf_map": [
        "1000 100 old\n1080 10 JS:*f /srv/app.js:3:9\n",
        "0x00007f70f963cd80 0x0000000000000010 void A.b()\nfffffffffffffff0 f x",
        "1000 10 " + "x" * 1500 + "\n",
    ],
}
# A bug in each reader, which shows that the inputs would find it.
BUGS = (
    ("elf", "elf_facts.c", "if (length == size)", "if (0)"),
    ("elf", "elf_facts.c", "size > NI_ELF_NAME_MAX", "size > 65536"),
    ("proc", "socket_table.c", "length > sizeof(local.sun_path)", "0"),
    ("proc", "cgroup.c", "name.length >= NI_CGROUP_NAME_MAX", "0"),
    ("proc", "script.c", "if (size > NI_SCRIPT_HEAD)", "if (0)"),
    ("proc", "proc_text.c", "if (!nul)", "if (0)"),
    ("perf_map", "perf_map.c", "*at < end && digit", "digit"),
    ("perf_map", "perf_map.c", "length < LONGEST_NAME", "1"),
    ("perf_map", "perf_map.c", "strnlen(at, (size_t)(end - at))", "strlen(at)"),
    ("proc", "printable.c", "!length || length > size", "!length"),
)


class Fuzz(command.CommandTest):

    def setUp(self):
        super().setUp()
        os.makedirs(self.path("elf"))
        for name, flags in (
                ("dynamic", ["-pie", "-Wl,--dynamic-linker=/lib/ld.so"]),
                ("long", ["-pie", f"-Wl,--dynamic-linker=/{'l' * 300}"]),
                ("static", ["-static"]), ("narrow", ["-static", "-m32"]),
                ("library", ["-shared", "-fPIC", "-Wl,-soname,libx.so",
                             f"-Wl,--version-script={self.version_script()}"])):
            source = self.file("source.c", "void _start(void) {}\n")
            subprocess.run(["gcc", *SMALL, *flags, "-o",
                            self.path(f"elf/{name}"), source], check=True)
            self.assertLess(os.path.getsize(self.path(f"elf/{name}")), 4096)
        for name, texts in SEEDS.items():
            for number, text in enumerate(texts):
                self.file(f"{name}/{number}", text)

    def version_script(self):
        return self.file("versions", "V1 { global: *; };\n")

    def links(self, name):
        """The files that the target's comment lists to link with."""
        with open(f"{ROOT}/tests/fuzz/fuzz_{name}.c", encoding="ascii") as file:
            return re.search(r"Links with: (.*)", file.read())[1].split()

    def run_target(self, name, links, *flags):
        program = self.path(f"driver-{name}")
        subprocess.run(["gcc", *flags, *FLAGS, "-o", program,
                        f"{ROOT}/tests/fuzz/fuzz_{name}.c",
                        f"{ROOT}/tests/fuzz/driver.c", *links],
                       check=True, cwd=ROOT)
        return subprocess.run(
            [program, str(COUNT), "1", *sorted(glob.glob(self.path(f"{name}/*")))],
            capture_output=True, text=True, check=False,
            # A target that crashes on purpose leaves its files there.
            env=dict(os.environ, TMPDIR=self.folder))

    def test_every_input_is_survived(self):
        for name in ("elf", *SEEDS):
            with self.subTest(name):
                result = self.run_target(name, self.links(name))
                self.assertEqual((result.stdout, result.stderr),
                                 (f"{COUNT} inputs\n", ""))

    def test_a_bug_would_be_found(self):
        for name, file, right, wrong in BUGS:
            place = next(link for link in self.links(name)
                         if os.path.basename(link) == file)
            with open(f"{ROOT}/{place}", encoding="utf-8") as source:
                text = source.read()
            self.assertIn(right, text)
            changed = self.file(file, text.replace(right, wrong))
            links = [changed if os.path.basename(link) == file else link
                     for link in self.links(name)]
            with self.subTest(right):
                result = self.run_target(name, links, f"-I{ROOT}/{os.path.dirname(place)}")
                self.assertNotEqual(result.returncode, 0)
                self.assertRegex(result.stderr,
                                 "Sanitizer|Assertion|runtime error")


if __name__ == "__main__":
    if not shutil.which("gcc"):
        command.skip("gcc is not installed")
    command.main()

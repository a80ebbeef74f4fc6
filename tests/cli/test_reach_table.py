#!/usr/bin/python3
"""What noinherit check says about each kind of program is true when the
program is run and when it is audited: (library, machine, linkage) x (run,
audit)."""

import json
import os
import shutil
import subprocess

import command

# Prints whether a new socket is non-inheritable, leaves one open, and exits
# with 7.
PROGRAM = """
    #include <fcntl.h>
    #include <stdio.h>
    #include <sys/socket.h>
    #include <unistd.h>
    int main(void)
    {
        int fd = socket(AF_UNIX, SOCK_STREAM, 0);
        printf("%d\\n", fcntl(fd, F_GETFD));
        return 7;
    }"""

# Without a C library, as there is no 32-bit one; exits with 7.
BARE = """
    void _start(void)
    {
        __asm__("movl $1, %eax; movl $7, %ebx; int $0x80");
    }"""

GO_NOTE = """
    __asm__(".pushsection .note.go.buildid, \\"a\\", @note\\n.balign 4\\n"
            ".long 4, 4, 4\\n.ascii \\"Go\\\\0\\\\0id\\\\0\\\\0\\"\\n.popsection");
"""

# What Go's linker leaves in a program whose note was stripped: function names.
GO_TEXT = 'const char function[] = "runtime.goexit";\n'

# What Rust's standard library leaves: the paths of its sources.
RUST_TEXT = 'const char panic_file[] = "/rustc/0123abc/library/std/src/io.rs";\n'

STATIC = "statically linked, in C or the like"

# kind: (compiler, source, is it reached, what else check says)
CELLS = {
    "glibc, dynamic": (["cc"], PROGRAM, True, ""),
    "glibc, fixed address": (["cc", "-no-pie"], PROGRAM, True, ""),
    "glibc, static": (["cc", "-static"], PROGRAM, False, STATIC),
    "glibc, static-pie": (["cc", "-static-pie"], PROGRAM, False, STATIC),
    "musl, dynamic": (["musl-gcc"], PROGRAM, True, ""),
    "musl, fixed address": (["musl-gcc", "-no-pie"], PROGRAM, True, ""),
    "musl, static": (["musl-gcc", "-static"], PROGRAM, False, STATIC),
    "Go's note, static": (["cc", "-static"], GO_NOTE + PROGRAM, False,
                          "a Go program, statically linked"),
    "Go's text, static": (["cc", "-static"], GO_TEXT + PROGRAM, False,
                          "a Go program, statically linked"),
    "Rust's text, static": (["cc", "-static"], RUST_TEXT + PROGRAM, False,
                            "a Rust program, statically linked"),
    "Rust's text, dynamic": (["cc"], RUST_TEXT + PROGRAM, True, ""),
    "i386, static": (["cc", "-m32", "-nostdlib", "-static"], BARE, False,
                     "a 32-bit i386 program"),
}

FOREIGN = "aarch64-linux-gnu-gcc"

# Programs that cannot run here: kind: (compiler, source, what check says).
NOT_HERE = {
    "AArch64, dynamic": ([FOREIGN], PROGRAM, "a 64-bit aarch64 program"),
    "AArch64, static": ([FOREIGN, "-static"], PROGRAM,
                        "a 64-bit aarch64 program"),
    "AArch64, musl's loader": (
        [FOREIGN, "-Wl,--dynamic-linker=/lib/ld-musl-aarch64.so.1"], PROGRAM,
        "a 64-bit aarch64 program"),
    "i386, dynamic": (
        ["cc", "-m32", "-nostdlib", "-pie", "-fPIE",
         "-Wl,--dynamic-linker=/lib/ld-linux.so.2"], BARE,
        "a 32-bit i386 program"),
    "i386, musl's loader": (
        ["cc", "-m32", "-nostdlib", "-pie", "-fPIE",
         "-Wl,--dynamic-linker=/lib/ld-musl-i386.so.1"], BARE,
        "a 32-bit i386 program"),
}


class Table(command.CommandTest):

    def build(self, name, compiler, source):
        if not shutil.which(compiler[0]):
            self.skipTest(f"no {compiler[0]} here")
        text = self.file(f"{name}.c", source)
        target = self.path(name)
        done = subprocess.run([*compiler, "-w", "-o", target, text],
                              capture_output=True, text=True, check=False)
        self.assertEqual(done.returncode, 0, done.stderr)
        return target

    def check_says(self, target, is_reached, says):
        result = self.noinherit("check", target)
        self.assertEqual((result.returncode, result.stderr),
                         (0 if is_reached else 1, ""))
        self.assertTrue(result.stdout.startswith(
            f"{target}: {'reached' if is_reached else 'not reached: '}"),
            result.stdout)
        self.assertIn(says, result.stdout)

    def is_true(self, target, is_reached):
        result = self.noinherit("run", target)
        self.assertEqual(result.returncode, 7, result.stderr)
        if result.stdout:
            self.assertEqual(result.stdout.strip(), "1" if is_reached else "0")
        out = self.path("report")
        result = self.noinherit("audit", "--format=json", "-o", out, target)
        self.assertEqual(result.returncode, 7, result.stderr)
        recorded = []
        if os.path.exists(out):
            with open(out, encoding="utf-8") as file:
                recorded = json.load(file)["processes"]
        self.assertEqual(target in [process["exe"] for process in recorded],
                         is_reached)

    def test_each_cell(self):
        for number, (kind, cell) in enumerate(CELLS.items()):
            compiler, source, is_reached, says = cell
            with self.subTest(kind):
                target = self.build(f"program{number}", compiler, source)
                self.check_says(target, is_reached, says)
                self.is_true(target, is_reached)

    def test_what_cannot_run_here(self):
        """Neither the shim nor the recorder reaches them: one line says so."""
        for number, (kind, cell) in enumerate(NOT_HERE.items()):
            compiler, source, says = cell
            with self.subTest(kind):
                target = self.build(f"foreign{number}", compiler, source)
                self.check_says(target, False, says)
                self.assertEqual(self.noinherit("check", target).stdout.count(
                    "\n"), 1)

    def test_a_glibc_program_that_names_musls_loader(self):
        """The program was built for glibc but runs with musl: check describes
        musl."""
        self.build("musl", ["musl-gcc"], PROGRAM)
        target = self.build("liar", [
            "cc", "-Wl,--dynamic-linker=/lib/ld-musl-x86_64.so.1"], PROGRAM)
        self.check_says(target, True, "")
        self.is_true(target, True)

    def test_what_links_liburing_is_told_what_is_not_reached(self):
        self.build("liburing.so.2", ["cc", "-shared", "-fPIC",
                                     "-Wl,-soname,liburing.so.2"],
                   "int io_uring_queue_init;")
        target = self.build("ring", [
            "cc", "-Wl,--no-as-needed", self.path("liburing.so.2"),
            f"-Wl,-rpath,{self.folder}"], PROGRAM)
        self.check_says(target, True, "reached but for descriptors that "
                        "io_uring makes: it links liburing")
        self.is_true(target, True)


if __name__ == "__main__":
    command.main()

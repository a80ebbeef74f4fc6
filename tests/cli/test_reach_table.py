#!/usr/bin/python3
"""What noinherit check says about each kind of program is true when the
program is run and when it is audited: (library, machine, linkage) x (run,
audit)."""

import command

import reaching
from reaching import PROGRAM

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


class Table(reaching.ReachTest):

    def test_each_cell(self):
        self.check_cells(CELLS)

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

    def test_for_liburing_check_says_what_is_not_reached(self):
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

#!/usr/bin/python3
"""noinherit check: which programs preloading reaches, and why others are not
reached.

Its answers are compared with what happens: the program is run with a preloaded
test library, which says whether it was loaded.
"""

import os
import shutil
import struct
import subprocess

import command
from command import NOINHERIT

EM_AARCH64 = 183
NOBODY = 65534
PROGRAM = "int main(void) { return 0; }\n"
GO_NOTE = r"""__asm__(".pushsection .note.go.buildid, \"a\", @note\n.balign 4\n"
        ".long 4, 4, 4\n.ascii \"Go\\0\\0id\\0\\0\"\n.popsection");
"""
# Needs no C library: no 32-bit one is installed.
BARE = "void _start(void) { __asm__(\"movl $1,%eax; movl $0,%ebx; int $0x80\"); }\n"


class CheckTest(command.CommandTest):

    def compile(self, name, *flags, source=PROGRAM, compiler="gcc"):
        command.need_compiler(compiler, *flags)
        text = self.file(f"{name}.c", source, 0o644)
        target = self.path(name)
        subprocess.run([compiler, "-o", target, text, *flags], check=True)
        return target

    def script(self, name, first_line):
        return self.file(name, first_line + "\n")

    def own_witness(self):
        """A library that writes to standard error when it is loaded."""
        path = self.path("witness.so")
        if not os.path.exists(path):
            text = self.file("witness.c", """
                #include <unistd.h>
                __attribute__((constructor)) static void start(void)
                { if (write(2, "loaded", 6)) {} }""", 0o644)
            subprocess.run(["gcc", "-shared", "-fPIC", "-o", path, text],
                           check=True)
            os.chmod(self.folder, 0o755)
        return path

    def is_loaded_into(self, target, **options):
        """How often the library was really loaded when the target ran."""
        environment = dict(self.environment, LD_PRELOAD=self.own_witness())
        done = subprocess.run([target], env=environment, capture_output=True,
                              text=True, check=False, timeout=60,
                              stdin=subprocess.DEVNULL, **options)
        return done.stderr.count("loaded")

    def assert_reached(self, target, **options):
        result = self.noinherit("check", target, **options)
        self.assertEqual((result.stdout, result.stderr, result.returncode),
                         (f"{target}: reached\n", "", 0))

    def assert_not_reached(self, target, *parts, **options):
        result = self.noinherit("check", target, **options)
        self.assertEqual((result.stderr, result.returncode), ("", 1),
                         result.stdout)
        self.assertEqual(result.stdout.count("\n"), 1)
        self.assertTrue(result.stdout.startswith(f"{target}: not reached: "),
                        result.stdout)
        for part in parts:
            self.assertIn(part, result.stdout)

    def assert_warned(self, target, part, status=0):
        """run warns in one line, and runs the command nevertheless."""
        result = self.noinherit("run", target)
        self.assertEqual(result.returncode, status, result.stderr)
        line = result.stderr.splitlines()[0]
        self.assertTrue(line.startswith(f"noinherit: run: '{target}' is not reached: "),
                        line)
        self.assertIn(part, line)


class Programs(CheckTest):

    def test_a_dynamic_program_is_reached(self):
        target = self.compile("dynamic")
        self.assert_reached(target)
        self.assertEqual(self.is_loaded_into(target), 1)
        self.assertEqual(self.noinherit("run", target).stderr, "")

    def test_a_program_of_fixed_address_is_reached(self):
        self.assert_reached(self.compile("fixed", "-no-pie"))

    def test_a_command_is_found_by_its_name(self):
        result = self.noinherit("check", "cat")
        self.assertRegex(result.stdout, r"^/.*/cat: reached\n$")

    def test_arguments_are_not_looked_at(self):
        result = self.noinherit("check", "cat", "--no-such-option")
        self.assertEqual((result.returncode, result.stderr), (0, ""))

    def test_static_programs_are_not_reached(self):
        for flag in ("-static", "-static-pie"):
            with self.subTest(flag):
                target = self.compile(f"program{flag}", flag)
                self.assertEqual(self.is_loaded_into(target), 0)
                self.assert_not_reached(target, "statically linked")
                self.assert_warned(target, "statically linked")

    def test_the_loader_as_a_command_is_reached(self):
        loader = subprocess.run(
            ["sh", "-c", "readelf -lW /bin/sh | sed -n 's/.*interpreter: \\(.*\\)]/\\1/p'"],
            capture_output=True, text=True, check=True).stdout.strip()
        self.assert_reached(loader)

    def test_another_library_is_named_by_its_loader(self):
        target = self.compile("other", "-Wl,--dynamic-linker=/opt/ld-other.so")
        self.assert_not_reached(target, "another C library", "/opt/ld-other.so")

    def test_a_program_without_its_loader_gives_127(self):
        target = self.compile(
            "lost", "-Wl,--dynamic-linker=/no/where/ld-linux-x86-64.so.2")
        result = self.noinherit("check", target)
        self.assert_refused(result, 127, "/no/where/ld-linux-x86-64.so.2")
        result = self.noinherit("run", target)
        self.assert_refused(result, 127, "/no/where/ld-linux-x86-64.so.2")

    def other_tree(self):
        """A program that names a copy of the system's loader."""
        loader = self.path("tree/ld-linux-x86-64.so.2")
        os.makedirs(self.path("tree"))
        shutil.copy("/lib64/ld-linux-x86-64.so.2", loader)
        return self.compile("moved", f"-Wl,--dynamic-linker={loader}")

    def test_another_tree_of_the_same_library_is_reached(self):
        target = self.other_tree()
        self.assert_reached(target)
        self.assertEqual(self.is_loaded_into(target), 1)
        library = subprocess.run(["gcc", "-print-file-name=libc.so.6"],
                                 capture_output=True, text=True, check=True)
        shutil.copy(library.stdout.strip(), self.path("tree/libc.so.6"))
        self.assert_reached(target)

    def test_another_tree_that_is_too_old_is_told(self):
        target = self.other_tree()
        names = self.file("names", "GLIBC_0.1 { global: *; };\n")
        self.compile("tree/libc.so.6", "-shared", "-fPIC", "-nostdlib",
                     "-Wl,-soname,libc.so.6", f"-Wl,--version-script={names}")
        self.assert_not_reached(target, self.path("tree/libc.so.6"),
                                "too old", "GLIBC_2.")
        self.assert_warned(target, "too old")

    def test_a_32_bit_program_is_not_reached(self):
        target = self.compile("narrow", "-m32", "-nostdlib", "-static",
                              source=BARE)
        self.assert_not_reached(target, "32-bit i386", "64-bit x86-64")
        self.assert_warned(target, "32-bit i386")

    def test_a_program_of_another_machine_is_not_reached(self):
        with open(self.compile("native"), "rb") as file:
            image = bytearray(file.read())
        image[18:20] = struct.pack("<H", EM_AARCH64)
        target = self.file("foreign", bytes(image))
        self.assert_not_reached(target, "64-bit aarch64", "64-bit x86-64")
        self.assert_refused(self.noinherit("run", target), 126,
                            "64-bit aarch64")

    def test_a_go_program_is_told_by_its_note(self):
        target = self.compile("go", source=GO_NOTE + PROGRAM)
        self.assert_not_reached(target, "Go program")
        self.assert_warned(target, "Go program")

    def test_an_address_sanitizer_program_needs_an_option(self):
        target = self.compile("asan", "-fsanitize=address")
        self.assert_not_reached(target, "ASAN_OPTIONS=verify_asan_link_order=0")
        self.assertEqual(self.is_loaded_into(target), 0)
        self.assert_warned(target, "must be loaded first")
        self.environment["ASAN_OPTIONS"] = "verify_asan_link_order=0"
        self.assert_reached(target)
        result = self.noinherit("run", target)
        self.assertEqual((result.returncode, result.stderr), (0, ""))

    def test_an_address_sanitizer_that_is_preloaded_first_is_enough(self):
        target = self.compile("asan", "-fsanitize=address")
        runtime = subprocess.run(["gcc", "-print-file-name=libasan.so"],
                                 capture_output=True, text=True,
                                 check=True).stdout.strip()
        self.environment["LD_PRELOAD"] = os.path.realpath(runtime)
        # The command itself would be instrumented, too, and its leaks
        # reported.
        self.environment["ASAN_OPTIONS"] = "detect_leaks=0"
        self.assert_reached(target)
        result = self.noinherit("run", target)
        self.assertEqual((result.returncode, result.stderr), (0, ""))


class Ids(CheckTest):
    """Programs that the kernel starts with AT_SECURE."""

    def setUp(self):
        super().setUp()
        if os.geteuid():
            self.skipTest("changing owners needs root")
        os.chmod(self.folder, 0o755)
        self.own_witness()

    def with_mode(self, mode, owner=-1, group=-1):
        target = self.compile("target")
        os.chown(target, owner, group)
        os.chmod(target, mode)
        return target

    def test_a_set_user_id_program_of_another_is_not_reached(self):
        target = self.with_mode(0o4755, owner=NOBODY)
        self.assertEqual(self.is_loaded_into(target), 0)
        self.assert_not_reached(target, "set-user-ID")
        self.assert_warned(target, "set-user-ID")

    def test_a_set_group_id_program_of_another_is_not_reached(self):
        target = self.with_mode(0o2755, group=NOBODY)
        self.assertEqual(self.is_loaded_into(target), 0)
        self.assert_not_reached(target, "set-group-ID")

    def test_for_its_owner_a_set_user_id_program_is_like_any_other(self):
        target = self.with_mode(0o4755, owner=0)
        self.assertEqual(self.is_loaded_into(target), 1)
        self.assert_reached(target)

    def test_a_set_group_id_bit_without_execution_means_nothing(self):
        target = self.with_mode(0o2745, group=NOBODY)
        self.assertEqual(self.is_loaded_into(target), 1)
        self.assert_reached(target)

    def test_file_capabilities_keep_it_out_except_for_root(self):
        target = self.with_mode(0o755)
        done = subprocess.run(["setcap", "cap_net_raw+ep", target],
                              capture_output=True, text=True, check=False)
        if done.returncode:
            self.skipTest(f"setcap: {done.stderr}")
        self.assertEqual(self.is_loaded_into(target), 1)
        self.assert_reached(target)
        self.assertEqual(self.is_loaded_into(target, user=NOBODY), 0)
        self.assert_not_reached(target, "file capabilities", user=NOBODY,
                                command=self.public_noinherit())

    def test_without_new_privileges_the_bit_means_nothing(self):
        target = self.with_mode(0o4755, owner=NOBODY)
        result = self.noinherit("--no-new-privs", NOINHERIT, "check", target,
                                command="setpriv")
        self.assertEqual(result.stdout, f"{target}: reached\n", result.stderr)


class Scripts(CheckTest):

    def test_a_script_is_as_reached_as_its_interpreter(self):
        dynamic = self.compile("dynamic")
        static = self.compile("static", "-static")
        self.assert_reached(self.script("good", f"#!{dynamic}"))
        bad = self.script("bad", f"#! {static} -x")
        self.assertEqual(self.is_loaded_into(bad), 0)
        self.assert_not_reached(bad, f"{static}: it is statically linked")
        self.assert_warned(bad, f"{static}: it is statically linked")
        self.assert_not_reached(self.script("worse", f"#!{bad}"), static)

    def test_env_is_followed_to_what_it_runs(self):
        static = self.compile("static-tool", "-static")
        self.compile("dynamic-tool")
        self.environment["PATH"] = f"{self.folder}:{os.environ['PATH']}"
        for line in ("#!/usr/bin/env static-tool",
                     "#!/usr/bin/env -S static-tool -x",
                     "#!/usr/bin/env -S A=b static-tool"):
            with self.subTest(line):
                self.assert_not_reached(self.script("script", line), static)
        for line in ("#!/usr/bin/env dynamic-tool",
                     "#!/usr/bin/env -S dynamic-tool -x"):
            with self.subTest(line):
                self.assert_reached(self.script("script", line))

    def test_env_that_clears_the_environment_is_seen(self):
        self.compile("dynamic-tool")
        script = self.script("script", f"#!/usr/bin/env -S -i {self.path('dynamic-tool')}")
        # env itself is reached; the program that it executes is not.
        self.assertEqual(self.is_loaded_into(script), 1)
        self.assert_not_reached(script, "clear the environment")

    def test_a_text_without_a_first_line_is_its_shells(self):
        self.assert_reached(self.file("text", "echo\n"))
        self.assert_reached(self.file("empty", ""))

    def test_an_interpreter_that_is_missing_gives_127(self):
        for line, name in (("#!/no/such/thing", "/no/such/thing"),
                           ("#!/bin/sh\r", "/bin/sh\\x0d"),
                           ("#!/usr/bin/env no-such-tool", "no-such-tool")):
            with self.subTest(line):
                script = self.script("script", line)
                self.assert_refused(self.noinherit("check", script), 127, name)
                result = self.noinherit("run", script)
                self.assertEqual(result.returncode, 127, result.stderr)

    def test_an_interpreter_that_may_not_run_gives_126(self):
        plain = self.file("plain", "", 0o644)
        script = self.script("script", f"#!{plain}")
        for verb in ("check", "run"):
            self.assert_refused(self.noinherit(verb, script), 126, plain)

    def test_scripts_in_a_circle_are_refused(self):
        script = self.script("circle", "#!" + self.path("circle"))
        for verb in ("check", "run"):
            self.assert_refused(self.noinherit(verb, script), 126, "script")
        script = self.script("by-env", "#!/usr/bin/env " + self.path("by-env"))
        self.assert_refused(self.noinherit("check", script), 126, "circle")

    def test_as_deep_as_the_kernel_goes(self):
        """A fourth and a fifth script are decided as the kernel decides."""
        last = self.compile("dynamic")
        for number in range(1, 7):
            last = self.script(f"script{number}", f"#!{last}")
            runs = self.noinherit("run", last).returncode == 0
            self.assertEqual(runs, number < 6)
            self.assertEqual(self.noinherit("check", last).returncode,
                             0 if runs else 126)


class Bad(CheckTest):

    def test_what_is_not_there_or_may_not_run_is_said(self):
        for name, status, why in (
                ("no-such-command-at-all", 127, "No such file"),
                (self.folder, 126, "Is a directory"),
                (self.file("plain", "", 0o644), 126, "Permission denied"),
                ("/dev/null", 126, "Permission denied")):
            with self.subTest(name):
                self.assert_refused(self.noinherit("check", name), status, why)

    def test_what_is_no_program_is_said(self):
        with open(self.compile("whole"), "rb") as file:
            image = file.read()
        self.compile("object.o", "-c")
        for name, target, why in (
                ("a header only", self.file("cut", image[:64]), "damaged"),
                ("a magic only", self.file("magic", image[:4]), "damaged"),
                ("a picture", self.file("png", b"\x89PNG\0\n"), "neither"),
                ("an object", self.path("object.o"), "object file")):
            with self.subTest(name):
                os.chmod(target, 0o755)
                self.assert_refused(self.noinherit("check", target), 126, why)
                self.assert_refused(self.noinherit("run", target), 126, why)

    def test_a_program_that_is_cut_in_the_middle_is_damaged(self):
        with open(self.compile("whole"), "rb") as file:
            image = file.read()
        target = self.file("half", image[:len(image) // 8])
        self.assert_refused(self.noinherit("check", target), 126, "damaged")

    def test_a_library_is_not_a_program(self):
        library = self.compile("libx.so", "-shared", "-fPIC",
                               "-Wl,-soname,libx.so")
        self.assert_refused(self.noinherit("check", library), 126,
                            "shared library")

    def test_a_program_that_may_not_be_read_cannot_be_judged(self):
        if os.geteuid():
            self.skipTest("running as another user needs root")
        target = self.compile("secret")
        os.chmod(target, 0o711)
        result = self.noinherit("check", target, user=NOBODY,
                                command=self.public_noinherit())
        self.assert_refused(result, 125, "cannot be judged",
                            "Permission denied")

    def test_wrong_use_is_reported(self):
        self.assert_refused(self.noinherit("check"), 125, "no command given")
        self.assert_refused(self.noinherit("check", "--all"), 125, "'--all'")

    def test_an_answer_that_cannot_be_written_is_trouble(self):
        with open("/dev/full", "w", encoding="ascii") as full:
            result = subprocess.run([NOINHERIT, "check", "cat"], stdout=full,
                                    stderr=subprocess.PIPE, text=True,
                                    env=self.environment, check=False)
        self.assertEqual(result.returncode, 125)


if __name__ == "__main__":
    command.main()

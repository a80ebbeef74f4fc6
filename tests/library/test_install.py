#!/usr/bin/python3
"""What `make install` installs can be compiled against, linked and run."""

import errno
import os
import re
import subprocess
import unittest

import tree

SOURCE = tree.ROOT / "tests/library/every_call.c"
HEADER = tree.ROOT / "include/noinherit.h"


def declared():
    """The functions of the header."""
    return set(re.findall(r"\b(noinherit_\w+)\(",
                          re.sub(r"/\*.*?\*/", "", HEADER.read_text(),
                                 flags=re.DOTALL)))


class Install(tree.Tree):
    def test_everything_is_in_place(self):
        for path in (self.prefix / "include/noinherit.h",
                     self.prefix / "include/noinherit.hpp",
                     self.lib / "libnoinherit.so.1",
                     self.lib / "libnoinherit.so",
                     self.lib / "libnoinherit.a",
                     self.lib / "pkgconfig/noinherit.pc"):
            with self.subTest(path):
                self.assertTrue(path.exists())
        self.assertEqual(os.readlink(self.lib / "libnoinherit.so"),
                         "libnoinherit.so.1")

    def test_each_function_has_a_page_of_its_name(self):
        man = self.prefix / "share/man/man3"
        for name in declared() | {"noinherit"}:
            with self.subTest(name):
                text = (man / f"{name}.3").read_text()
                link = re.fullmatch(r"\.so man3/(\w+\.3)\n", text)
                if link:
                    text = (man / link[1]).read_text()
                self.assertRegex(text, rf"\n\.SH NAME\n.*\b{name}\b")
        self.assertEqual(len(list(man.iterdir())), len(declared()) + 1)

    def test_pkg_config_knows_the_version_of_the_header(self):
        version = re.search(r'NOINHERIT_VERSION "(.*)"', HEADER.read_text())[1]
        self.assertEqual(self.pkg_config("--modversion"), [version])

    def test_a_program_is_linked_shared(self):
        program = self.build_shared(SOURCE)
        self.assertIn("NEEDED               libnoinherit.so.1",
                      tree.run("objdump", "-p", program).stdout)
        self.assertIn(" 0 wrong", tree.run(program).stdout)

    def test_a_program_is_linked_with_the_archive(self):
        program = self.build(SOURCE, self.lib / "libnoinherit.a", "-lpthread")
        self.assertNotIn("libnoinherit",
                         tree.run("objdump", "-p", program).stdout)
        self.assertIn(" 0 wrong", tree.run(program).stdout)

    def test_a_program_is_linked_statically(self):
        # The linker warns that getaddrinfo needs the shared libc at run time.
        program = self.build(SOURCE, "-static",
                             *self.pkg_config("--libs", "--static"))
        self.assertNotIn("NEEDED", tree.run("objdump", "-p", program).stdout)
        self.assertIn(" 0 wrong", tree.run(program).stdout)

    def test_every_function_is_called_by_that_program(self):
        called = set(re.findall(r"\b(noinherit_\w+)\(", SOURCE.read_text()))
        self.assertEqual(declared() - called, set())

    def test_exactly_the_header_is_exported_and_versioned(self):
        lines = tree.run("nm", "-D", "--defined-only",
                         self.lib / "libnoinherit.so.1").stdout.splitlines()
        names = [line.split()[-1] for line in lines if " T " in line]
        self.assertEqual({name.partition("@@")[0] for name in names},
                         declared())
        for name in names:
            self.assertRegex(name, r"@@NOINHERIT_\d+\.\d+$")
        others = [line for line in lines if " T " not in line]
        self.assertTrue(all(" A NOINHERIT_" in line for line in others), others)

    def test_the_library_needs_libc_alone(self):
        needed = re.findall(r"NEEDED +(\S+)", tree.run(
            "objdump", "-p", self.lib / "libnoinherit.so.1").stdout)
        # libc's own loader, which provides the thread-local buffer of
        # noinherit_strerror().
        self.assertEqual([name for name in needed
                          if not name.startswith("ld-linux")], ["libc.so.6"])

    @unittest.skipUnless(tree.PRELOAD.exists(), "the shim is not built")
    def test_it_works_under_the_shim(self):
        program = self.build_shared(SOURCE)
        for mode in ("compat", "strict", "off"):
            with self.subTest(mode):
                result = tree.run(program, env=dict(
                    os.environ, LD_PRELOAD=str(tree.PRELOAD),
                    NOINHERIT_MODE=mode))
                self.assertIn(" 0 wrong", result.stdout)

    @unittest.skipUnless(tree.PRELOAD.exists(), "the shim is not built")
    def test_the_shim_adds_no_system_call(self):
        def calls(**extra):
            log = self.work / "strace"
            environment = [f"-E{name}={value}"
                           for name, value in extra.items()]
            tree.run("strace", "-f", "-o", log, "-e", "trace=%net,%desc",
                     *environment, program)
            text = re.sub(r"\b\d{4,}\b|[\"].*?[\"]", "N", log.read_text())
            # The calls from the first socket on; those before are the
            # loader's.
            return re.findall(r" (\w+)\(", text[text.index("socket(AF_INET"):])

        program = self.build_shared(SOURCE)
        self.assertEqual(calls(LD_PRELOAD=tree.PRELOAD), calls())

    def run_version(self, members, value):
        """Runs a program whose struct of options is of another version; its
        status."""
        source = self.work / "version.c"
        source.write_text("""
            #include <errno.h>
            #include <stddef.h>
            struct noinherit_socket { long long members[8]; };
            struct options {
                size_t size; int family; unsigned flags;
                const int *backlog; MEMBERS
            };
            int noinherit_create_server(struct noinherit_socket *,
                                        const char *, const char *,
                                        const struct options *);
            int main(void)
            {
                int backlog = 5;
                struct noinherit_socket s;
                struct options options[2] = {
                    { .size = sizeof(struct options), .backlog = &backlog VALUE },
                    /* What follows an older struct is not to be read. */
                    { (size_t)-1, -1, -1u, &backlog },
                };
                return -noinherit_create_server(&s, "127.0.0.1", "0", options);
            }""".replace("MEMBERS", members).replace("VALUE", value))
        program = self.work / "version"
        tree.run("cc", source, f"-L{self.lib}", "-lnoinherit",
                 f"-Wl,-rpath,{self.lib}", "-o", program)
        return subprocess.run([program]).returncode

    def test_binaries_of_other_versions_run_with_this_library(self):
        # Before options.address existed; as in this library; and with a member
        # of a later version, zero and not zero.
        known = "void *address; unsigned size2; char *message; size_t size3;"
        later = known + "char *later;"
        self.assertEqual(self.run_version("", ""), 0)
        self.assertEqual(self.run_version(known, ""), 0)
        self.assertEqual(self.run_version(later, ""), 0)
        self.assertEqual(self.run_version(later, ', .later = "set"'),
                         errno.E2BIG)

    def test_cpp_links_it(self):
        tree.need("g++")
        source = self.work / "main.cpp"
        source.write_text("""
            #include <noinherit.h>
            int main()
            {
                noinherit_socket s = NOINHERIT_SOCKET_CLOSED;
                noinherit_server_options options = {};
                options.size = sizeof options;
                int r = noinherit_create_server(&s, "127.0.0.1", "0", &options);
                return r != 0 || noinherit_close(&s) != 0;
            }""")
        tree.run(self.build_shared(source, compiler="g++"))

    def test_the_archive_shows_its_own_names_alone(self):
        archive = self.lib / "libnoinherit.a"
        shown = {line.split()[-1] for line in tree.run(
            "nm", "-g", "--defined-only", archive).stdout.splitlines()
            if len(line.split()) == 3}
        self.assertEqual(shown, declared())

    def test_nothing_of_the_shim_is_in_it(self):
        def functions(*files):
            return set(re.findall(r" [tT] (ni_\w+)", tree.run(
                "nm", "--defined-only", *files).stdout))

        shim = list((tree.BUILD / "obj/guest").rglob("*.o"))
        if not shim:
            self.skipTest("the shim is not built")
        self.assertGreater(len(functions(*shim)), 50)
        self.assertEqual(functions(self.lib / "libnoinherit.a") &
                         functions(*shim), set())

    def test_no_call_inside_passes_the_plt(self):
        text = tree.run("objdump", "-d", "--no-show-raw-insn",
                        self.lib / "libnoinherit.so.1").stdout
        self.assertEqual(re.findall(r"<(noinherit_\w+@plt)>", text), [])
        relocations = tree.run("objdump", "-R",
                               self.lib / "libnoinherit.so.1").stdout
        self.assertEqual(re.findall(r"noinherit_\w+", relocations.partition(
            "DYNAMIC RELOCATION")[2]), [])


class HeaderAlone(unittest.TestCase):
    """The header compiles without feature macros and other headers, with every
    warning."""

    def test_it_compiles_in_each_language(self):
        for compiler, language, standard in (
                ("gcc", "c", "c11"), ("gcc", "c", "gnu17"),
                ("clang", "c", "c11"), ("g++", "c++", "c++17"),
                ("g++", "c++", "c++11"), ("g++", "c++", "c++20"),
                ("clang++", "c++", "c++17")):
            if subprocess.run(["which", compiler],
                              capture_output=True).returncode:
                print(f"{compiler} is not installed: {standard} not tried")
                continue
            with self.subTest(f"{compiler} {standard}"):
                tree.run(compiler, f"-std={standard}", *tree.WARNINGS,
                         "-Wshadow", "-Wconversion", "-fsyntax-only",
                         "-x", language, HEADER)

    def test_an_interrupt_that_may_throw_is_refused_by_cpp(self):
        source = ("#include <noinherit.h>\nint stop(void *) MAY;\n"
                  "void f() { noinherit_set_interrupt(stop, nullptr); }")
        command = ["g++", "-std=c++17", "-fsyntax-only", f"-I{HEADER.parent}",
                   "-x", "c++", "-"]
        tree.run(*command, input=source.replace("MAY", "noexcept"))
        with self.assertRaises(AssertionError):
            tree.run(*command, input=source.replace("MAY", ""))

    def test_a_program_with_a_warning_would_be_refused(self):
        with self.assertRaises(AssertionError):
            tree.run("gcc", "-std=c11", *tree.WARNINGS, "-fsyntax-only",
                     "-x", "c", "-", input="int f(void) { int unused; }")

    def test_zeroed_options_are_python_s_defaults(self):
        text = HEADER.read_text()
        for struct in re.findall(r"struct (noinherit_\w+_options) \{", text):
            members = re.search(rf"struct {struct} {{\n\t(.*?);", text)[1]
            self.assertEqual(members, "size_t size", struct)


if __name__ == "__main__":
    tree.need("pkg-config", "objdump", "nm", "strace")
    unittest.main()

#!/usr/bin/python3
"""A host name in UTF-8 is found in every locale, as Python finds it."""

import os
import pathlib
import shutil
import socket
import subprocess
import tempfile
import unittest

import tree

SOURCE = """
#include <locale.h>
#include <noinherit.h>
#include <stdio.h>

int main(int argc, char **argv)
{
	struct noinherit_socket s;
	int r;

	if (argc > 3 && !setlocale(LC_ALL, argv[3]))
		puts("no such locale");
	r = noinherit_create_connection(&s, argv[1], argv[2], NULL);
	printf("%s; %s\\n", noinherit_strerror(r), setlocale(LC_ALL, NULL));
	return 0;
}
"""
HOST = "bücher.test"
NOT_FOUND = "Name or service not known"


def in_own_etc(folder, *words):
    """Runs a command with an /etc in which HOST is known, and without any
    network."""
    (folder / "nsswitch.conf").write_text("hosts: files\n")
    (folder / "hosts").write_text(
        f"127.0.0.1 {HOST.encode('idna').decode()}\n")
    own = ["unshare", "--mount"] if os.geteuid() == 0 else \
        ["unshare", "--user", "--map-root-user", "--mount"]
    script = 'mount --bind "$0" /etc && exec "$@"'
    return tree.run(*own, "sh", "-c", script, folder, *words).stdout


class Names(tree.Tree):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        source = cls.work / "names.c"
        source.write_text(SOURCE)
        cls.program = cls.build_shared(source)
        cls.etc = cls.work / "etc"
        cls.etc.mkdir()
        listener = socket.create_server(("127.0.0.1", 0))
        cls.addClassCleanup(listener.close)
        cls.port = listener.getsockname()[1]

    def test_python_finds_it(self):
        script = ("import socket, sys; "
                  "socket.create_connection(tuple(sys.argv[1:])).close()")
        in_own_etc(self.etc, "/usr/bin/python3", "-I", "-S", "-c", script,
                   HOST, self.port)

    def test_it_is_found_in_any_locale(self):
        for name in ("C", "C.UTF-8"):
            with self.subTest(name):
                self.assertEqual(
                    in_own_etc(self.etc, self.program, HOST, self.port, name),
                    f"Success; {name}\n")

    def test_it_is_found_before_any_locale_is_set(self):
        self.assertEqual(in_own_etc(self.etc, self.program, HOST, self.port),
                         "Success; C\n")

    def test_bytes_that_are_no_text_are_no_name(self):
        said = in_own_etc(self.etc, self.program, b"b\xfccher.test".decode(
            errors="surrogateescape"), self.port)
        self.assertNotIn("Success", said)


# Included before all other headers: makes glibc look like a libc that cannot
# encode names.
WITHOUT_IDN = "#include <netdb.h>\n#undef AI_IDN\n"
# The encoding of HOST by libidn2.
PLAYED = """
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

int idn2_lookup_u8(const uint8_t *source, uint8_t **encoded, int flags);
void idn2_free(void *memory);

int idn2_lookup_u8(const uint8_t *source, uint8_t **encoded, int flags)
{
	if (flags != 8 || strcmp((const char *)source, "HOST"))
		return -1;
	*encoded = (uint8_t *)strdup("ENCODED");
	return 0;
}

void idn2_free(void *memory)
{
	free(memory);
}
"""


class WithoutLibc(Names):
    """If libc does not encode names, libidn2 does, provided the program has
    it."""

    def library(self, folder, *words):
        tree.run("make", "-s", "-C", tree.ROOT, f"BUILD={folder}", *words,
                 folder / "libnoinherit.a")
        return folder / "libnoinherit.a"

    def said(self, program, host=HOST):
        return in_own_etc(self.etc, program, host, self.port)

    # The cases with glibc are run above.
    test_python_finds_it = test_it_is_found_in_any_locale = None
    test_it_is_found_before_any_locale_is_set = None
    test_bytes_that_are_no_text_are_no_name = None

    def test_libidn2_encodes(self):
        header = self.work / "without_idn.h"
        header.write_text(WITHOUT_IDN)
        archive = self.library(self.work / "no-idn", "CFLAGS=-O1",
                               f"CPPFLAGS=-include {header}")
        source = self.work / "names.c"
        without = self.build(source, archive, "-lpthread",
                             output=self.work / "without")
        self.assertTrue(self.said(without).startswith(NOT_FOUND),
                        self.said(without))
        program = self.build(source, archive, "-lpthread", "-Wl,--no-as-needed",
                             "-l:libidn2.so.0", output=self.work / "with")
        self.assertEqual(self.said(program), "Success; C\n")
        # A name that libidn2 rejects is not found.
        self.assertTrue(self.said(program, b"b\xfccher.test".decode(
            errors="surrogateescape")).startswith(NOT_FOUND))

    @unittest.skipUnless(shutil.which("musl-gcc"), "musl-gcc is missing")
    def test_musl_finds_what_was_encoded(self):
        archive = self.library(self.work / "musl-idn", "CC=musl-gcc",
                               "CFLAGS=-O1")
        source = self.work / "names.c"
        played = self.work / "played.c"
        played.write_text(PLAYED.replace("HOST", HOST).replace(
            "ENCODED", HOST.encode("idna").decode()))
        for more, says in (((), "Name does not resolve"),
                           ((played,), "Success")):
            program = self.build(source, *more, "-static", archive,
                                 compiler="musl-gcc",
                                 output=self.work / "musl-names")
            self.assertEqual(self.said(program).split(";")[0], says)


if __name__ == "__main__":
    tree.need("unshare", "pkg-config")
    with tempfile.TemporaryDirectory() as scratch:
        try:
            in_own_etc(pathlib.Path(scratch), "true")
        except (AssertionError, subprocess.SubprocessError) as refusal:
            tree.skip(f"no mount namespace here: {refusal}")
    unittest.main()

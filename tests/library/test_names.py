#!/usr/bin/python3
"""A host in UTF-8 is found in any locale, as Python finds it."""

import os
import pathlib
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


def in_own_etc(folder, *words):
    """Runs a command that finds HOST in its own /etc, and asks no network."""
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


if __name__ == "__main__":
    tree.need("unshare", "pkg-config")
    with tempfile.TemporaryDirectory() as scratch:
        try:
            in_own_etc(pathlib.Path(scratch), "true")
        except (AssertionError, subprocess.SubprocessError) as refusal:
            tree.skip(f"no mount namespace here: {refusal}")
    unittest.main()

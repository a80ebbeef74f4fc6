#!/usr/bin/python3
"""scripts/borders finds what it forbids, planted in a separate tree."""

import os
import subprocess
import tempfile
import unittest

HERE = os.path.dirname(os.path.realpath(__file__))
BORDERS = os.path.join(HERE, "../../scripts/borders")


class Borders(unittest.TestCase):
    def verdict(self, files):
        with tempfile.TemporaryDirectory() as tree:
            for name, text in files.items():
                path = os.path.join(tree, "shim", name)
                os.makedirs(os.path.dirname(path), exist_ok=True)
                with open(path, "w", encoding="utf-8") as file:
                    file.write(text)
            run = subprocess.run([BORDERS, tree], capture_output=True,
                                 text=True)
            return run.returncode, run.stderr

    def test_files_that_stand_on_each_other_in_one_order(self):
        self.assertEqual(self.verdict({
            "lib/high.c": '#include "lib/low.h"\nint ni_high(void)\n'
                          '{ return ni_low(); }\n',
            "lib/low.h": "int ni_low(void);\n",
            "lib/low.c": "/* Not ni_high(). */\nint ni_low(void)\n"
                         '{ return *"ni_high"; }\n',
        }), (0, ""))

    def test_headers_in_a_circle(self):
        status, said = self.verdict({
            "cli/one.h": '#include "cli/two.h"\n',
            "cli/two.h": "struct ni_two;\n",
            "cli/two.c": '#include "cli/three.h"\n',
            "cli/three.h": '#include "cli/one.h"\n',
        })
        self.assertEqual(status, 1)
        self.assertIn("shim/cli/one -> shim/cli/two -> shim/cli/three -> "
                      "shim/cli/one", said)

    def test_calls_in_a_circle_behind_one_header(self):
        status, said = self.verdict({
            "lib/both.h": "int ni_one(int n);\nint ni_two(int n);\n",
            "lib/one.c": '#include "lib/both.h"\nint ni_one(int n)\n'
                         "{ return ni_two(n); }\n",
            "lib/two.c": '#include "lib/both.h"\nint ni_two(int n)\n'
                         "{ if (n) { return 0; } return ni_one(n); }\n",
        })
        self.assertEqual(status, 1)
        self.assertIn("shim/lib/one -> shim/lib/two -> shim/lib/one", said)

    def test_another_artefact(self):
        status, said = self.verdict({
            "audit/a.c": '#include "preload/next.h"\n',
            "preload/next.h": "",
        })
        self.assertEqual(status, 1)
        self.assertIn("shim/audit/a.c includes preload/next.h", said)

    def test_nothing_to_look_at(self):
        self.assertEqual(self.verdict({}),
                         (1, "borders: no source files here\n"))


if __name__ == "__main__":
    unittest.main()

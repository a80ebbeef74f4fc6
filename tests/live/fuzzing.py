"""Runs a fuzz target of the shim's readers on a bounded number of inputs, and
again with planted bugs, each of which the inputs must find.

FUZZ_COUNT=1000000 is the long run; `scripts/fuzz NAME` searches for new inputs
with libFuzzer without end.
"""

import glob
import os
import re
import subprocess

import live
from toolkit import ROOT

COUNT = int(os.environ.get("FUZZ_COUNT", "20000"))
SHIM_SOURCE = os.path.join(ROOT, "shim")
FLAGS = ["-g", "-O1", "-std=c11", "-D_GNU_SOURCE",
         "-fsanitize=address,undefined", "-fno-sanitize-recover=all"]


class FuzzTest(live.LiveTest):
    """NAME: of the target. SETTINGS: environments to run it in. BUGS: (file,
    the correct text, the planted bug)."""

    NAME = ""
    SETTINGS = ({},)
    BUGS = ()

    def setUp(self):
        super().setUp()
        live.need("gcc")
        self.target = os.path.join(ROOT, "tests", "fuzz",
                                   f"fuzz_{self.NAME}.c")

    def links(self):
        """The files that the target's comment lists to link with, if any."""
        with open(self.target, encoding="ascii") as file:
            listed = re.search(r"Links with: (.*)", file.read())
        return listed[1].split() if listed else []

    def build(self, *folders, instead=None):
        """Builds the target. Headers are searched in @folders first; of
        @instead, the first file is linked in place of the second."""
        program = self.path("target")
        linked = [instead[0] if instead and link.endswith(instead[1]) else link
                  for link in self.links()]
        subprocess.run(
            ["gcc", *FLAGS, *(f"-I{folder}" for folder in folders),
             f"-I{SHIM_SOURCE}", "-o", program, self.target,
             os.path.join(ROOT, "tests", "fuzz", "driver.c"), *linked],
            check=True, cwd=ROOT)
        return program

    def run_target(self, program, settings):
        return subprocess.run(
            [program, str(COUNT), "1", *sorted(glob.glob(
                self.path("seeds/*")))],
            capture_output=True, text=True, check=False,
            env=dict(self.environment, **settings))

    def check_inputs(self):
        program = self.build()
        for settings in self.SETTINGS:
            with self.subTest(settings):
                result = self.run_target(program, settings)
                self.assertEqual((result.stdout, result.stderr),
                                 (f"{COUNT} inputs\n", ""))

    def check_bugs(self):
        for name, right, wrong in self.BUGS:
            with open(os.path.join(SHIM_SOURCE, name),
                      encoding="utf-8") as file:
                text = file.read()
            self.assertIn(right, text)
            changed = self.file("changed/" + name, text.replace(right, wrong))
            with self.subTest(right):
                program = self.build(self.path("changed"),
                                     instead=(changed, name))
                results = [self.run_target(program, settings)
                           for settings in self.SETTINGS]
                self.assertTrue([result for result in results if re.search(
                    "Sanitizer|Assertion|runtime error", result.stderr)],
                    "not found")
            os.unlink(changed)

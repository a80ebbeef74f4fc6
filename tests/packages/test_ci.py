#!/usr/bin/python3
"""action.yml and doc/gitlab-ci.yml do what they say: their shell steps are run
exactly as they are written. Meanwhile /usr/local is a folder of the test."""

import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
import unittest

sys.path.insert(0, os.path.join(os.path.dirname(os.path.realpath(__file__)),
                                "../toolkit"))
import toolkit  # noqa: E402
from toolkit import ROOT  # noqa: E402

yaml = toolkit.module("yaml", "python3-yaml")


class Project(unittest.TestCase):
    """A project whose `make test` may leak."""

    def setUp(self):
        self.folder = tempfile.mkdtemp(dir="/var/tmp")
        self.addCleanup(shutil.rmtree, self.folder)

    def path(self, name):
        return os.path.join(self.folder, name)

    def make_test(self, does):
        """@does: the code after SOCK_STREAM."""
        with open(self.path("leaky.c"), "w") as file:
            file.write("#include <stdlib.h>\n#include <sys/socket.h>\n"
                       "int main(void) { int fd = socket(AF_INET, SOCK_STREAM"
                       f"{does}, 0); listen(fd, 1);"
                       " return fd < 0 || system(\"true\"); }\n")
        with open(self.path("Makefile"), "w") as file:
            file.write("test: leaky\n\t./leaky\n")

    def foreign_script(self):
        """A script that leaks, outside the project."""
        script = tempfile.NamedTemporaryFile("w", dir="/var/tmp")
        self.addCleanup(script.close)
        script.write("exec 5</etc/passwd\n/bin/true\n")
        script.flush()
        return script.name

    def shell(self, script, **environment):
        return subprocess.run(["bash", "--noprofile", "--norc", "-eo",
                               "pipefail", "-c", script], cwd=self.folder,
                              env={**os.environ, **environment}, text=True,
                              stdin=subprocess.DEVNULL, check=False,
                              stdout=subprocess.PIPE,
                              stderr=subprocess.STDOUT)


class Action(Project):

    def run_steps(self, **inputs):
        """Runs steps in order, as a CI runner does; returns the name, status
        and output of the last one run. The name is None if all succeed."""
        with open(os.path.join(ROOT, "action.yml")) as file:
            action = yaml.safe_load(file)
        values = {f"inputs.{name}": inputs.get(name, row.get("default", ""))
                  for name, row in action["inputs"].items()}
        self.uploaded = None
        for step in action["runs"]["steps"]:
            if "if" in step:
                name, refused = re.fullmatch(r"(\S+) != '(\w+)'",
                                             step["if"]).groups()
                if values[name] == refused:
                    continue
            if "run" not in step:
                self.uploaded = self.filled(step["with"], values)
                continue
            result = self.run_step(step, values)
            if result.returncode:
                return step["name"], result.returncode, result.stdout
        return None, 0, result.stdout

    @staticmethod
    def filled(texts, values):
        return {name: re.sub(r"\$\{\{ (\S+) \}\}",
                             lambda match: values[match[1]], text)
                for name, text in texts.items()}

    def run_step(self, step, values):
        # What a runner would put into a script could be a command of its own.
        self.assertNotIn("${{", step["run"])
        told = self.path("told")
        with open(told, "w"):
            pass
        result = self.shell(step["run"], GITHUB_ACTION_PATH=ROOT,
                            RUNNER_TEMP=self.folder, GITHUB_OUTPUT=told,
                            **self.filled(step.get("env", {}), values))
        with open(told) as file:
            for name, value in (line.rstrip("\n").split("=", 1)
                                for line in file):
                values[f"steps.{step['id']}.outputs.{name}"] = value
        return result

    def test_a_leak_fails_the_job_and_is_in_the_report(self):
        self.make_test("")
        name, status, said = self.run_steps(run="make test")
        self.assertEqual((name, status), ("gate", 99), said)
        self.assertIn("LEAK  tcp", said)
        with open(self.uploaded["sarif_file"]) as file:
            results = json.load(file)["runs"][0]["results"]
        self.assertTrue(results)

    def test_what_others_leak_is_left_out(self):
        command = "bash " + self.foreign_script()
        result = self.run_steps(run=command)
        self.assertEqual(result[:2], (None, 0), result[2])
        self.assertEqual(self.run_steps(run=command, only="")[:2],
                         ("gate", 99))

    def test_a_leak_need_not_fail_the_job(self):
        self.make_test("")
        self.assertEqual(self.run_steps(run="make test", fail="false")[:2],
                         (None, 0))

    def test_without_a_leak_it_passes(self):
        self.make_test(" | SOCK_CLOEXEC")
        result = self.run_steps(run="make test")
        self.assertEqual(result[:2], (None, 0), result[2])

    def test_a_command_that_fails_fails_the_job(self):
        self.make_test("")
        for command in ("exit 3", "(exit 3)\ntrue", "(exit 3) | true"):
            self.assertEqual(self.run_steps(run=command)[:2], ("watch", 3))

    def test_no_command_is_a_mistake(self):
        self.assertEqual(self.run_steps(run="")[0], "watch")

    def test_the_command_is_not_changed(self):
        command = "printf '%s\\n' \"$0\" \"a  b\" 'q' '$(x)' `echo y` \\\n" \
                  "  ${COMMAND-z} >said"
        self.assertEqual(self.run_steps(run=command)[:2], (None, 0))
        with open(self.path("said")) as file:
            self.assertEqual(file.read(), "bash\na  b\nq\n$(x)\ny\nz\n")

    def test_a_baseline_with_any_name(self):
        self.make_test("")
        name = "it's $(a) \"baseline\".json"
        subprocess.run([os.path.join(toolkit.BUILD, "noinherit"), "audit",
                        "--format=json", "-o", self.path(name), "make", "test"],
                       cwd=self.folder, check=True, capture_output=True)
        result = self.run_steps(run="make test", baseline=name)
        self.assertEqual(result[:2], (None, 0), result[2])


class GitLab(Project):

    def run_job(self):
        with open(os.path.join(ROOT, "doc/gitlab-ci.yml")) as file:
            job = yaml.safe_load(file)["leaks"]
        for line in job["script"]:
            result = self.shell(line)
            if result.returncode:
                break
        return result.returncode, [os.path.exists(self.path(path))
                                   for path in job["artifacts"]["paths"]]

    def test_a_leak_fails_the_job_and_leaves_the_page(self):
        self.make_test("")
        self.assertEqual(self.run_job(), (99, [True]))

    def test_without_a_leak_it_passes(self):
        self.make_test(" | SOCK_CLOEXEC")
        self.assertEqual(self.run_job(), (0, [True]))

    def test_what_others_leak_is_left_out(self):
        self.make_test(" | SOCK_CLOEXEC")
        with open(self.path("Makefile"), "a") as file:
            file.write(f"\tbash {self.foreign_script()}\n")
        self.assertEqual(self.run_job(), (0, [True]))


def main():
    if "OWN_USR_LOCAL" not in os.environ:
        if os.geteuid():
            toolkit.skip("an own /usr/local takes root")
        os.environ["OWN_USR_LOCAL"] = "1"
        os.execvp("unshare", [
            "unshare", "--mount", "sh", "-c",
            'mount -t tmpfs tmpfs /usr/local && exec "$@"', "sh",
            sys.executable, os.path.realpath(__file__), *sys.argv[1:]])
    for name in ("CFLAGS", "CPPFLAGS", "LDFLAGS", "MAKEFLAGS", "MAKELEVEL"):
        os.environ.pop(name, None)
    toolkit.main()


if __name__ == "__main__":
    main()

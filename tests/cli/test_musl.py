#!/usr/bin/python3
"""noinherit check and run with a program built by musl-gcc."""

import os
import subprocess

import command
import schema

LEAKS = """
    #include <sys/socket.h>
    #include <sys/wait.h>
    #include <unistd.h>
    static int leak(void) { return socket(AF_UNIX, SOCK_STREAM, 0) < 0; }
    int main(void)
    {
        if (leak())
            return 1;
        if (!fork())
            execl("/bin/true", "true", NULL);
        wait(NULL);
        return 0;
    }
"""


class Musl(command.CommandTest):

    def compile_musl(self, name, text):
        source = self.file(name + ".c", text)
        target = self.path(name)
        try:
            subprocess.run(["musl-gcc", "-w", "-o", target, source], check=True)
        except FileNotFoundError:
            self.skipTest("musl-gcc is not installed (package musl-tools)")
        return target

    def test_a_musl_program_is_reached_by_both(self):
        target = self.compile_musl("program", "int main(void) { return 7; }\n")
        result = self.noinherit("check", target)
        self.assertEqual((result.returncode, result.stderr), (0, ""))
        self.assertIn(": reached", result.stdout)
        result = self.noinherit("run", target)
        self.assertEqual((result.returncode, result.stderr), (7, ""))
        result = self.noinherit("audit", target)
        self.assertEqual(result.returncode, 7)
        self.assertIn("SUMMARY: nothing found in 1 process", result.stderr)

    def test_a_loader_that_is_not_there(self):
        target = self.compile_musl("program", "int main(void) { return 7; }\n")
        with open(target, "rb") as file:
            content = file.read()
        target = self.file("lost", content.replace(b"/lib/ld-musl-x86_64",
                                                   b"/lob/ld-musl-x86_64"))
        self.assert_refused(self.noinherit("check", target), 127,
                            "its loader '/lob/ld-musl-x86_64.so.1'")

    def test_one_report_of_both_libraries(self):
        """sh, which uses glibc, leaks a file into a program that uses musl,
        and that program leaks a socket into /bin/true."""
        target = self.compile_musl("program", LEAKS)
        result = self.noinherit("audit", "--format=json", "--kinds=all", "sh",
                                "-c", f"exec 5</dev/null; {target}; true")
        findings = schema.read(result.stderr)["findings"]
        seen = {(finding["kind"], finding["exe"], finding["what"]["type"],
                 finding["to"]["exe"]): finding["created"][0]["function"]
                for finding in findings if finding["to"]}
        true, shell = map(os.path.realpath, ("/bin/true", "/bin/sh"))
        self.assertEqual(seen[("leak", target, "unix", true)], "leak")
        self.assertIn(("leak", shell, "device", target), seen)


if __name__ == "__main__":
    command.main()

#!/usr/bin/python3
"""Static programs in a recorded tree: a leak into one is reported by the
program that hands it over, a leak out of one by the program that receives it.
"""

import os
import shutil
import subprocess
import sys
import tempfile

import recording
from recording import Recording, check

# Creates a descriptor or not, starts the given command and waits.
PROGRAM = """
    #include <fcntl.h>
    #include <string.h>
    #include <sys/socket.h>
    #include <sys/wait.h>
    #include <unistd.h>
    int main(int argc, char **argv)
    {
        int status;
        pid_t child;
        if (!strcmp(argv[1], "socket"))
            socket(AF_UNIX, SOCK_STREAM, 0);
        if (!strcmp(argv[1], "file"))
            open("/dev/null", O_RDONLY);
        if (!strcmp(argv[1], "become")) {
            socket(AF_UNIX, SOCK_STREAM, 0);
            execv(argv[2], argv + 2);
        }
        child = fork();
        if (!child)
            execv(argv[2], argv + 2);
        waitpid(child, &status, 0);
        return argc < 3 || status;
    }
"""


def build(folder, name, *options):
    program = os.path.join(folder, name)
    source = os.path.join(folder, "program.c")
    with open(source, "w", encoding="ascii") as file:
        file.write(PROGRAM)
    subprocess.run(["cc", "-w", "-o", program, source, *options], check=True)
    return program


def seen(first, second):
    """The findings where a dynamic program starts a static one that starts
    true."""
    with Recording() as record:
        record.run(DYNAMIC, first, STATIC, second, TRUE)
        return record.report()["findings"]


def ways(findings, kind="leak"):
    return [(f["exe"], f["what"]["type"], f["to"] and f["to"]["exe"])
            for f in findings if f["kind"] == kind]


def test_what_arrives_in_a_static_program():
    found = seen("socket", "none")
    check("the leak into it is named, with its stack",
          ways(found) == [(DYNAMIC, "unix", STATIC)] and
          [f["created"][0]["function"] for f in found
           if f["kind"] == "leak"] == ["main"], found)
    notes = [f["note"] for f in found if f["kind"] == "arrived" and
             f["exe"] == TRUE]
    check("the note names the static program", len(notes) == 1 and
          STATIC in notes[0], found)


def test_what_comes_from_a_static_program():
    found = seen("none", "socket")
    check("its socket is its leak", ways(found) == [(STATIC, "unix", TRUE)],
          found)
    leak = [f for f in found if f["kind"] == "leak"][0]
    check("it has no stack", not leak["created"] and not leak["at"], leak)
    check("the note says why there is none",
          "left no trace" in leak["note"], leak)


def test_what_a_static_program_becomes():
    found = seen("none", "become")
    check("its socket is its leak, not that of who started it",
          ways(found) == [(STATIC, "unix", TRUE)], found)


def test_a_file_that_a_static_program_leaves_open_is_no_leak():
    found = seen("none", "file")
    check("the file is not called a leak", not ways(found), found)
    check("the file is named as arrived", (TRUE, "device") in
          [way[:2] for way in ways(found, "arrived")], found)


if __name__ == "__main__":
    FOLDER = tempfile.mkdtemp(prefix="noinherit-")
    TRUE = os.path.realpath("/bin/true")
    try:
        DYNAMIC = build(FOLDER, "dynamic")
        STATIC = build(FOLDER, "static", "-static")
        recording.run_tests(sys.modules[__name__])
    finally:
        shutil.rmtree(FOLDER)

#!/usr/bin/python3
"""A descriptor that io_uring makes is not seen by any library when it is made:
when it crosses an exec the report says so, and says it of no other descriptor.
"""

import os
import shutil
import subprocess
import sys
import tempfile

import recording
from recording import Failed, Recording, check

# Accepts a connection through io_uring, by a request with or without the flag,
# and executes true.
PROGRAM = """
    #include <arpa/inet.h>
    #include <liburing.h>
    #include <string.h>
    #include <sys/wait.h>
    #include <unistd.h>
    static int accept_by_ring(struct io_uring *ring, int listener, int flags)
    {
        struct io_uring_sqe *request = io_uring_get_sqe(ring);
        struct io_uring_cqe *answer;
        int fd;
        io_uring_prep_accept(request, listener, NULL, NULL, flags);
        io_uring_submit(ring);
        if (io_uring_wait_cqe(ring, &answer))
            return -1;
        fd = answer->res;
        io_uring_cqe_seen(ring, answer);
        return fd;
    }
    int main(int argc, char **argv)
    {
        struct sockaddr_in here = { .sin_family = AF_INET };
        socklen_t size = sizeof(here);
        int flags = !strcmp(argv[1], "flagged") ? SOCK_CLOEXEC : 0;
        int listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
        int client = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
        struct io_uring ring;
        here.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
        if (bind(listener, (void *)&here, size) || listen(listener, 1) ||
            getsockname(listener, (void *)&here, &size) ||
            connect(client, (void *)&here, size))
            return 1;
        if (io_uring_queue_init(8, &ring, 0))
            return 77;
        if (accept_by_ring(&ring, listener, flags) < 0)
            return 2;
        if (!fork())
            execl("/bin/true", "true", NULL);
        return wait(NULL) < 0 || argc != 2;
    }
"""

NOTE = "most likely made by io_uring"


def build(folder):
    program = os.path.join(folder, "ring")
    source = program + ".c"
    with open(source, "w", encoding="ascii") as file:
        file.write(PROGRAM)
    done = subprocess.run(["cc", "-g", "-o", program, source, "-luring"],
                          capture_output=True, text=True, check=False)
    if "liburing.h" in done.stderr:
        print("no liburing here (package liburing-dev)", file=sys.stderr)
        sys.exit(77)
    check("the program can be compiled", done.returncode == 0, done.stderr)
    tried = subprocess.run([program, "flagged"], check=False).returncode
    if tried == 77:
        print("no io_uring here (sysctl kernel.io_uring_disabled, or a filter)",
              file=sys.stderr)
        sys.exit(77)
    return program


def leaks(*command):
    with Recording() as record:
        record.run(*command)
        return record.report("leak")["findings"]


def test_a_connection_that_a_ring_accepted():
    found = leaks(PROGRAM_FILE, "plain")
    check("the connection leaks",
          [f["what"]["type"] for f in found] == ["tcp"],
          found)
    check("it has no stack of its making", not found[0]["created"], found)
    check("the report says how it was made", NOTE in found[0]["note"], found)


def test_a_request_with_the_flag_leaks_nothing():
    found = leaks(PROGRAM_FILE, "flagged")
    check("nothing leaks", not found, found)


def test_without_a_ring_nobody_is_named():
    found = leaks(recording.PLANTED, "leak_unseen")
    check("the note does not mention io_uring", [f["note"] for f in found] ==
          ["its creation was not seen"], found)


if __name__ == "__main__":
    FOLDER = tempfile.mkdtemp(prefix="noinherit-")
    try:
        PROGRAM_FILE = build(FOLDER)
        recording.run_tests(sys.modules[__name__])
    except Failed as error:
        sys.exit(str(error))
    finally:
        shutil.rmtree(FOLDER)

#!/usr/bin/python3
"""Each row of creators.def does what it says, and no number ever changes its
meaning.

tests/helpers/creators.c creates a descriptor with each row, and the kernel's
answer shows which flag it has.
"""

import gzip
import os
import re
import shutil
import sys
import tempfile

import recording
from recording import Recording, check
from test_exports import interposed, symbols, LIBC

HERE = os.path.dirname(os.path.abspath(__file__))
TABLE = os.path.join(HERE, "..", "..", "shim", "common", "creators.def")
CREATORS = os.path.join(recording.HELPERS, "creators")

# The meaning of the numbers 1, 2, 3 ... in the first version of the format.
FIRST = """socket socketpair accept accept4 recvmsg recvmmsg dup dup2 dup3 fcntl
ioctl open openat openat2 creat open_by_handle_at fopen freopen fdopen fclose
tmpfile popen pclose mkstemp mkostemp mkstemps mkostemps opendir fdopendir
closedir shm_open mq_open mq_close openpty forkpty posix_openpt getpt pipe pipe2
eventfd epoll_create epoll_create1 memfd_create memfd_secret timerfd_create
signalfd inotify_init inotify_init1 fanotify_init userfaultfd pidfd_open
pidfd_getfd pidfd_spawn pidfd_spawnp io_uring_setup bpf perf_event_open
open_tree fsopen fsmount fspick rcmd rcmd_af rexec rexec_af rresvport
rresvport_af close close_range closefrom fcloseall execve execv execvp execvpe
execl execlp execle fexecve execveat posix_spawn posix_spawnp system exit
syscall""".split()

# libc makes these of other calls and a network server, or the systems tested
# do not have them yet.
NOT_MADE = {"rcmd", "rcmd_af", "rexec", "rexec_af", "rresvport",
            "rresvport_af", "pidfd_spawn", "pidfd_spawnp"}

# The kernel may refuse these, or refuse them to users other than root. The
# others must succeed.
MAY_FAIL = {"memfd_secret", "userfaultfd", "fanotify_init", "bpf",
            "io_uring_setup", "perf_event_open", "open_tree", "fsopen",
            "fsmount", "fspick", "open_by_handle_at", "mq_open",
            "pidfd_getfd", "pidfd_open"}


def rows(*macros):
    """(first, second) of each row of one of the macros."""
    with open(TABLE, encoding="utf-8") as table:
        text = re.sub(r"/\*.*?\*/", "", table.read(), flags=re.DOTALL)
    return re.findall(r"(?m)^(?:%s)\((\w+), (\w+)" % "|".join(macros), text)


def numbered():
    return rows("CREATOR", "NUMBERED", "CALL", "NAME")


def makers():
    return [name for _, name in rows("CREATOR", "NUMBERED")] + \
        ["SYS_" + name for name, _ in rows("SYSTEM", "OLD_SYSTEM")]


def base(name):
    """The function in whose row a system call stands."""
    system = dict(rows("SYSTEM", "OLD_SYSTEM"))
    return system[name[4:]] if name.startswith("SYS_") else name


def made(lines):
    for line in lines.splitlines():
        name, fd, what = line.split()
        if fd != "-":
            yield name, int(fd), what


def test_numbers_are_given_out_once_and_for_ever():
    check("the numbers are 1, 2, 3 and so on",
          [int(n) for n, _ in numbered()] ==
          list(range(1, len(numbered()) + 1)), numbered())
    names = [name for _, name in numbered()]
    check("no name stands twice", len(set(names)) == len(names))
    check("old numbers mean the same", names[:len(FIRST)] == FIRST,
          names[:len(FIRST)])


def test_each_row_has_a_test_row():
    with Recording() as record:
        tried = {line.split()[0]
                 for line in record.run(CREATORS).stdout.splitlines()}
    missing = set(makers()) - tried - NOT_MADE
    check("each is tried", not missing, missing)
    check("nothing else is tried",
          not tried - set(makers()), tried - set(makers()))


def test_each_creator_is_recorded_with_its_name_and_flag():
    with Recording() as record:
        seen = list(made(record.run(CREATORS).stdout))
        failed = set(makers()) - NOT_MADE - {name for name, _, _ in seen}
        check("only what may fail fails",
              not {base(name) for name in failed} - MAY_FAIL, failed)
        sites = record.records("site")
    for name in sorted({base(name) for name, _, _ in seen}):
        wanted = {what: 0 for what in ("inheritable", "atomic")}
        for other, _, what in seen:
            if base(other) == name:
                wanted[what] = 1
        for what, count in wanted.items():
            counted = sum(int(site[what]) for site in sites
                          if site["stack"].startswith(name + ":"))
            check("%s made %s is recorded as such" % (name, what),
                  bool(counted) == bool(count), counted, count)


def test_what_the_table_names_is_interposed():
    exported = interposed()
    known = {name for name, _, _ in symbols(LIBC, True)}
    listed = {name for _, name in rows("CREATOR", "CALL")}
    check("each function with a row has its hook",
          not (listed & known) - exported, (listed & known) - exported)
    with open(TABLE, encoding="utf-8") as table:
        unnamed = re.findall(r"(?m)^UNNAMED\((\w+)", table.read())
    check("each passed on in no trace, too", set(unnamed) & known <= exported)


def test_an_old_recording_reads():
    place = tempfile.mkdtemp(prefix="noinherit-")
    try:
        for name in os.listdir(os.path.join(HERE, "recordings")):
            with gzip.open(os.path.join(HERE, "recordings", name)) as packed, \
                    open(os.path.join(place, name[:-3]), "wb") as plain:
                shutil.copyfileobj(packed, plain)
        report = Recording(directory=place).report()
    finally:
        shutil.rmtree(place)
    kinds = {}
    for finding in report["findings"]:
        kinds.setdefault(finding["kind"], set()).add(finding["call"])
    check("its calls have their names", kinds["leak"] == {
        "socket", "accept", "socketpair", "fcntl", "fopen", "epoll_create",
        "userfaultfd"}, kinds)
    check("every kind of finding is there", kinds.keys() >= {
        "leak", "race", "unclosed", "double-close", "wrong-flag", "passed",
        "inheritable"}, kinds)
    check("what was created is described",
          [f["what"]["laddr"] for f in report["findings"]
           if f["kind"] == "unclosed"][0].startswith("127.0.0.1:"), report)



if __name__ == "__main__":
    recording.run_tests(sys.modules[__name__])

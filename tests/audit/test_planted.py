#!/usr/bin/python3
"""Every planted fault is found, with function and line, and nothing else is
reported.

tests/helpers/planted.c has a function for each fault. A comment on a line
there says which part the line plays; the report must name that line.
"""

import os
import subprocess
import sys

import recording
from recording import Recording, check

TRUE = os.path.realpath("/bin/true")
SHELL = os.path.realpath("/bin/sh")
FORKED = 8          # NI_HELD_FORKED

# name: the findings, each (kind, what it is, how many, who receives it). "tcp
# LISTEN" is the type and the state; "?" means that the creation was not
# recorded.
PLANTED = {
    "leak_by_fork": [("leak", "tcp LISTEN", 1, TRUE)],
    "leak_by_vfork": [("leak", "udp", 1, TRUE)],
    "leak_by_spawn": [("leak", "unix", 1, TRUE)],
    "leak_by_system": [("leak", "tcp LISTEN", 1, SHELL)],
    "leak_by_popen": [("leak", "pipe", 1, SHELL), ("race", "pipe", 1, None)],
    "leak_by_grandchild": [("leak", "file", 1, TRUE)],
    "leak_through_shell": [("leak", "eventfd", 1, SHELL),
                           ("leak", "eventfd", 1, TRUE)],
    "leak_by_thread": [("leak", "file", 1, TRUE)],
    "leak_by_self_exec": [("leak", "tcp CLOSED", 1, TRUE),
                          ("leak", "tcp CLOSED", 1, TRUE)],
    "leak_with_clean_environment": [("leak", "unix", 1, TRUE)],
    "leak_dup": [("leak", "tcp CLOSED", 1, TRUE)],
    "leak_fcntl_dup": [("leak", "directory", 1, TRUE)],
    "leak_socketpair": [("leak", "unix ESTABLISHED", 2, TRUE)],
    "leak_accept": [("leak", "tcp ESTABLISHED", 1, TRUE)],
    "leak_received": [("leak", "file", 1, TRUE)],
    "leak_fopen": [("leak", "file", 1, TRUE)],
    "leak_freopen": [("leak", "file", 1, TRUE),
                     ("inheritable", "device", 1, None)],
    "leak_tmpfile": [("leak", "file", 1, TRUE)],
    "leak_mkstemp": [("leak", "file", 1, TRUE)],
    "leak_openpty": [("leak", "terminal", 2, TRUE)],
    "leak_posix_openpt": [("leak", "terminal", 1, TRUE)],
    "leak_epoll": [("leak", "epoll", 1, TRUE)],
    "leak_memfd": [("leak", "memfd", 1, TRUE)],
    "leak_timerfd": [("leak", "timerfd", 1, TRUE)],
    "leak_signalfd": [("leak", "signalfd", 1, TRUE)],
    "leak_inotify": [("leak", "inotify", 1, TRUE)],
    "leak_creat": [("leak", "device", 1, TRUE)],
    "leak_openat": [("leak", "directory", 1, TRUE)],
    "leak_by_syscall": [("leak", "unix", 1, TRUE)],
    "leak_userfaultfd": [("leak", "userfaultfd", 1, TRUE)],
    "leak_unseen": [("leak", "? eventfd", 1, TRUE)],
    "leak_reused_unseen": [("leak", "? file", 1, TRUE),
                           ("inheritable", "tcp", 1, None)],
    "leak_with_bare_number": [("leak", "eventfd", 1, TRUE)],
    "race_by_fcntl": [("race", "tcp CLOSED", 3, None)],
    "race_by_ioctl": [("race", "file", 1, None)],
    "unclosed_socket": [("unclosed", "tcp LISTEN", 1, None)],
    "unclosed_stream": [("unclosed", "file", 1, None)],
    "double_close": [("double-close", "file", 1, None)],
    "double_close_of_stream": [("double-close", "file", 1, None)],
    "wrong_flag": [("wrong-flag", "tcp", 1, None),
                   ("inheritable", "tcp CLOSED", 1, None)],
    "wrong_flag_by_status": [("wrong-flag", "file", 1, None),
                             ("inheritable", "file", 1, None)],
    "inheritable_only": [("inheritable", "tcp CLOSED", 1, None)],
    "clean_second_popen": [("inheritable", "pipe", 1, None)] * 2,
    "passed_by_flag": [("passed", "tcp CLOSED", 1, TRUE)],
    "passed_by_dup2": [("passed", "tcp CLOSED", 1, TRUE)],
    "passed_by_environment": [("passed", "eventfd", 1, TRUE)],
    "passed_by_argument": [("passed", "eventfd", 1, TRUE)],
    "passed_by_listen_fds": [("passed", "unix", 1, TRUE),
                             ("inheritable", "device", 1, None)],
    "passed_by_spawn_action": [("passed", "unix", 1, TRUE)],
}

# The parts that the innermost line of each stack may play.
CREATES = ("creates", "copies")
AT = {"leak": ("execs",), "passed": ("execs", "passes"), "race": ("marks",),
      "wrong-flag": ("marks wrongly",), "double-close": ("closes again",)}

# The creating stack begins in another function than the planted one.
HELPERS = {"leak_by_thread": "open_in_thread"}

with open(recording.SOURCE) as source:
    LINES = source.read().splitlines()


def names():
    listed = subprocess.run([recording.PLANTED, "--list"], text=True,
                            stdout=subprocess.PIPE, check=True).stdout.split()
    check("each planted function is in the table",
          set(listed) == set(PLANTED) | {n for n in listed
                                         if n.startswith("clean_")}, listed)
    return listed


def text_of(frame):
    if not frame["file"] or not frame["file"].endswith("planted.c"):
        return ""
    return LINES[frame["line"] - 1]


def role_is(stack, roles):
    """Whether the innermost frame is a line of planted.c with one of these
    roles."""
    if not stack:
        return False
    return any("/* %s */" % role in text_of(stack[0]) for role in roles)


def shape(finding):
    what = finding["what"]
    words = ["?"] if not finding["created"] else []
    words += [what["type"]] + ([what["state"]] if what["state"] else [])
    return (finding["kind"], " ".join(words), finding["count"],
            finding["to"] and os.path.realpath(finding["to"]["exe"]))


def owner(finding):
    """The planted function that appears in the stacks of this finding."""
    for stack in (finding["created"], finding["at"]):
        for frame in stack or []:
            if frame["function"] in PLANTED:
                return frame["function"]
    return HELPERS_BY_FUNCTION.get((finding["created"] or [{}])[0]
                                   .get("function"))


HELPERS_BY_FUNCTION = {function: name for name, function in HELPERS.items()}


def check_finding(name, finding):
    details = (name, finding)
    created = finding["created"]
    if created and finding["kind"] != "inheritable":
        check("the creating line is named", role_is(created, CREATES), *details)
        check("the creating function is named",
              created[0]["function"] == HELPERS.get(name, name), *details)
    if finding["kind"] not in AT or finding["at"] is None:
        return
    # Frames of the shell have no source here.
    if finding["at"][0]["module"].endswith("planted"):
        check("the line where it happens is named",
              role_is(finding["at"], AT[finding["kind"]] + ("execs",))
              or name == "passed_by_spawn_action", *details)


def check_name(name, findings):
    found = sorted(map(str, map(shape, findings)))
    wanted = sorted(map(str, PLANTED.get(name, [])))
    check("what is planted is found and nothing else", found == wanted,
          name, "found  %s" % found, "wanted %s" % wanted)
    for finding in findings:
        check_finding(name, finding)


def test_each_fault_by_itself_is_found():
    for name in names():
        with Recording() as record:
            record.run(recording.PLANTED, name)
            check_name(name, record.report()["findings"])


def test_all_faults_together_are_told_apart():
    with Recording() as record:
        record.run(recording.PLANTED, *sorted(
            names(), key=lambda n: (n != "passed_by_listen_fds",
                                    n.startswith("unclosed"))))
        findings = record.report()["findings"]
        for name in names():
            check_name(name, [f for f in findings if owner(f) == name])
        check("every finding belongs to a fault",
              all(owner(f) for f in findings),
              [f for f in findings if not owner(f)])


def test_the_same_mistake_again_is_counted():
    with Recording() as record:
        record.run(recording.PLANTED, "wrong_flag", "wrong_flag")
        counts = [r["count"] for r in record.records("wrong-flag")]
        check("one record counts both", counts == ["2"], counts)


def test_what_a_process_has_from_its_parent_is_told_from_its_own():
    for fault, parents in (("leak_by_self_exec", [True, False]),
                           ("leak_by_vfork", [True])):
        with Recording() as record:
            record.run(recording.PLANTED, fault)
            held = [h for h in record.records("held")
                    if h["type"] == "socket" and h["created"] != "-"]
            check("created before the fork, or after it",
                  [bool(int(h["flags"]) & FORKED) for h in held] == parents,
                  fault, held)


def test_the_shim_stops_the_leaks_of_sockets():
    stopped = ["leak_by_fork", "leak_by_vfork", "leak_by_spawn",
               "leak_by_system", "leak_dup", "leak_socketpair", "leak_accept"]
    for name in stopped:
        with Recording(shim=True) as record:
            record.run(recording.PLANTED, name)
            findings = record.report()["findings"]
            held = record.records("held")
            check("what would have leaked is reported as stopped",
                  [f["suppressed_by"] for f in findings
                   if f["kind"] == "leak"] == ["stopped by the shim"],
                  name, findings)
            check("the stopped descriptor is recorded as enforced",
                  held and all(int(h["flags"]) & 1 for h in held), name, held)


if __name__ == "__main__":
    recording.run_tests(sys.modules[__name__])

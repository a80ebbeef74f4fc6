#!/usr/bin/python3
"""What the recorder counts as open is what /proc/PID/fd lists.

tests/helpers/holder.c obeys commands; after each one, the counts of its
process are read from the trace while it runs and compared with the kernel's
list.
"""

import os
import signal
import subprocess
import sys

import recording
from recording import Recording, check

HOLDER = os.path.join(recording.HELPERS, "holder")


class Holder:
    """A recorded holder that obeys commands."""

    def __init__(self, record, *prefix):
        self.record = record
        self.process = subprocess.Popen(
            [*prefix, HOLDER], env=record.environment, stdin=subprocess.PIPE,
            stdout=subprocess.PIPE, text=True, bufsize=1, close_fds=True)
        self.pid = int(self.process.stdout.readline())

    def __enter__(self):
        return self

    def __exit__(self, *unused):
        self.process.stdin.close()
        self.process.stdout.close()
        self.process.wait()

    def tell(self, command):
        self.process.stdin.write(command + "\n")
        self.pid = int(self.process.stdout.readline())

    def rows(self, pid=None):
        return rows_of(self.record, pid or self.pid)


def rows_of(record, pid):
    """{number of the creating site: (open, peak)} of a process, as in trace.h.
    """
    live = [r for r in record.records("open")
            if int(r["pid"]) == pid and r["state"] == "live"]
    latest = max((int(r["time"]) for r in live), default=0)
    rows = {}
    for record_ in live:
        if int(record_["time"]) == latest:
            for name, value in record_.items():
                if name[0] == "n" and name[1:].isdigit():
                    rows[int(name[1:])] = tuple(map(int, value.split("/")))
    return rows


def by_call(holder):
    """{name of the creating function: how many are open now}"""
    names = {int(s["number"]): s["stack"].split(":")[0]
             for s in holder.record.records("site")
             if int(s["number"])}
    found = {}
    for number, row in holder.rows().items():
        if row[0]:
            call = names.get(number, "arrived")
            found[call] = found.get(call, 0) + row[0]
    return found


def kernel(pid):
    """{call: how many} of the descriptors that holder makes, from the kernel's
    list."""
    found = {}
    zero = os.readlink("/proc/%d/fd/0" % pid)
    for name in os.listdir("/proc/%d/fd" % pid):
        if int(name) < 3:
            continue
        target = os.readlink("/proc/%d/fd/%s" % (pid, name))
        call = ("dup" if target == zero else
                "socket" if target.startswith("socket:") else
                "pipe" if target.startswith("pipe:") else "open")
        found[call] = found.get(call, 0) + 1
    return found


def check_counts(holder, step, calls=None):
    wanted = kernel(holder.pid)
    if calls:
        wanted = calls(wanted)
    counted = by_call(holder)
    check("after '%s' the counts are the kernel's" % step, counted == wanted,
          counted, wanted, holder.rows())


STEPS = """sockets 5|standard|files 40|dups 3|pipes 10|close 7|files 100|close 90|
vfork|failed_exec|children 20|threads|sockets 1|fork|dups 2|close 4|files 9|
bare_clone|sockets 6|close 2|fork|files 1|sweep|files 2""".replace("\n", "")


def test_after_each_step_the_counts_are_the_kernels():
    with Recording() as record, Holder(record) as holder:
        looked = 0
        for step in STEPS.split("|"):
            holder.tell(step)
            if step == "bare_clone":
                continue    # its effect shows with the next step
            check_counts(holder, step)
            looked += bool(kernel(holder.pid))
        check("there was something to see", looked > 15, looked)


def test_a_fork_child_counts_apart_from_its_parent():
    with Recording() as record, Holder(record) as holder:
        holder.tell("files 10")
        parent = holder.pid
        holder.tell("fork")
        holder.tell("close 4")
        holder.tell("sockets 2")
        check("the child's counts are those of the kernel", by_call(holder) ==
              {"open": 6, "socket": 2} == kernel(holder.pid), by_call(holder))
        check("the parent's counts are unchanged", rows_of(record, parent) and
              sum(r[0] for r in rows_of(record, parent).values()) == 10)


def test_what_a_dup2_replaces_is_open_no_more():
    with Recording() as record, Holder(record) as holder:
        holder.tell("files 5")
        holder.tell("replace 2")
        check("two files became copies", by_call(holder) ==
              {"open": 3, "dup2": 2}, by_call(holder))


def test_a_new_program_begins_with_what_arrives():
    with Recording() as record, Holder(record) as holder:
        holder.tell("sockets 3")
        holder.tell("files 4")
        holder.tell("exec")
        holder.tell("files 2")
        check("what the kernel kept back is not counted", by_call(holder) ==
              {"arrived": 3, "open": 2}, by_call(holder))
        traces = len(record.records("image"))
        check("these are two images of one process", traces == 2, traces)


def test_the_peak_is_kept():
    with Recording() as record, Holder(record) as holder:
        holder.tell("files 50")
        holder.tell("close 45")
        holder.tell("files 10")
        check("fifty were open once",
              [r[:2] for r in holder.rows().values() if r[1]] == [(15, 50)],
              holder.rows())


def test_the_counts_survive_sigkill():
    with Recording() as record, Holder(record) as holder:
        holder.tell("sockets 30")
        holder.tell("files 3")
        wanted = kernel(holder.pid)
        os.kill(holder.pid, signal.SIGKILL)
        holder.process.wait()
        check("the counts are those before the kill",
              by_call(holder) == wanted, by_call(holder), wanted)


def test_rows_of_children_that_ended_are_used_again():
    with Recording() as record, Holder(record) as holder:
        holder.tell("children 300")
        states = [r["state"] for r in record.records("open",
                                                     "%d." % holder.pid)]
        check("one record for the parent, one for its children in turn",
              sorted(states) == ["free", "live"], states)


def test_what_is_open_at_exit_is_counted_by_its_stack():
    with Recording() as record:
        with Holder(record) as holder:
            holder.tell("files 3")
            holder.tell("sockets 2")
        found = sorted(r["count"] for r in record.records("unclosed"))
        check("three files and two sockets are counted",
              found == ["2", "3"], found)


def test_what_a_range_marks_is_counted_at_its_creator():
    with Recording() as record, Holder(record) as holder:
        holder.tell("sockets 2")
        holder.tell("mark")
        marked = [r["marked"] for r in record.records("site")
                  if r["stack"].startswith("socket:")]
        check("both descriptors are counted as marked",
              marked == ["2"], marked)


def test_more_creators_than_one_record_has_rows():
    with Recording() as record:
        record.run(os.path.join(recording.HELPERS, "creators"))
        rows = record.records("open")
        check("there are several records",
              len({r["first"] for r in rows}) > 2, rows)


def test_who_holds_the_numbers_when_there_are_none():
    with Recording() as record, Holder(record) as holder:
        holder.tell("files 20")
        holder.tell("sockets 30")
        holder.tell("limit 64")
        holder.tell("dups 50")
        found = record.records("exhausted")
        check("it is one finding, counted", len(found) == 1 and
              found[0]["count"] != "0", found)
        found = found[0]
        sites = {s["id"]: s["stack"].split(":")[0]
                 for s in record.records("site")}
        holders = [(sites.get(h.split("*")[0]), int(h.split("*")[1]))
                   for n, h in sorted(found.items()) if n[0] == "h"]
        check("the holders are sorted, the largest first",
              holders == [("socket", 30), ("open", 20), ("dup", 11)],
              holders)
        check("the limit, the error and the sum are right",
              (found["limit"], found["error"], found["open"]) ==
              ("64", "24", "61"), found)
        check("the call that failed is named",
              found["site"].startswith("dup:"), found)


def test_every_creator_says_that_there_is_none():
    with Recording() as record:
        tried = record.run(os.path.join(recording.HELPERS, "creators"),
                           "--exhaust").stdout.splitlines()
        refused = {line.split()[0] for line in tried
                   if line.endswith(" EMFILE")}
        said = {r["site"].split(":")[0] for r in record.records("exhausted")}
        missing = {n for n in refused if not n.startswith("SYS_")} - said
        # recvmsg receives the message and drops the descriptor; freopen has no
        # stream to reopen.
        check("every creator that failed is recorded",
              not missing - {"recvmsg", "recvmmsg", "freopen"}, missing)
        check("more than forty creators failed",
              len(refused) > 40, len(refused))


def test_too_many_of_something_else_is_not_taken_for_it():
    with Recording() as record, Holder(record) as holder:
        with open("/proc/sys/fs/inotify/max_user_instances",
                  encoding="ascii") as most:
            instances = int(most.read())
        if instances > 900:
            print("skipped case: inotify: a user may have", instances)
            return
        holder.tell("inotifies %d" % (instances + 1))
        check("the kernel refused", kernel(holder.pid)["open"] <= instances)
        check("nothing is exhausted", not record.records("exhausted"),
              record.records("exhausted"))


if __name__ == "__main__":
    recording.run_tests(sys.modules[__name__])

#!/usr/bin/python3
"""The recorder's cost, compared with native runs and with installed tools."""

import os
import re
import shutil
import statistics
import subprocess
import sys
import tempfile

import measure

RECORDER = f"{measure.BUILD}/libnoinherit-audit.so"
DEEP = f"{measure.BUILD}/tests/helpers/deep"
MANY = f"{measure.BUILD}/tests/helpers/mannered"
DUMP = f"{measure.BUILD}/tests/helpers/tracedump"
FRAMES = "16"


class Traces:
    """A directory for the traces of one run."""

    def __enter__(self):
        self.path = tempfile.mkdtemp(prefix="noinherit-")
        return self

    def __exit__(self, *unused):
        shutil.rmtree(self.path)

    def environment(self):
        return dict(measure.environment(RECORDER),
                    NOINHERIT_AUDIT_DIR=self.path)

    def run(self, *command):
        return subprocess.run(command, env=self.environment(), check=True,
                              stdin=subprocess.DEVNULL, capture_output=True,
                              text=True)


def deep(recorded, *arguments):
    """The figures that the workload prints: ns and resident KiB."""
    command = [DEEP, *map(str, arguments)]
    if not recorded:
        return measure.run(command).stdout.split()
    with Traces() as traces:
        return traces.run(*command).stdout.split()


def nanoseconds(recorded, *arguments):
    return float(deep(recorded, *arguments)[0])


def net(*arguments, rounds=7):
    """What recording adds: the median difference of alternating runs."""
    return statistics.median(nanoseconds(True, *arguments) -
                             nanoseconds(False, *arguments)
                             for _ in range(rounds))


def instructions(count, recorded):
    command = [DEEP, str(count), FRAMES]
    if not recorded:
        return measure.instructions(command)
    with Traces() as traces, tempfile.NamedTemporaryFile() as out:
        result = traces.run("valgrind", "--tool=callgrind",
                            f"--callgrind-out-file={out.name}", *command)
        return int(re.search(r"Collected : (\d+)", result.stderr).group(1))


def instructions_added():
    batches, few, many = 50, 20, 120
    slope = {recorded: (instructions(many, recorded) -
                        instructions(few, recorded)) / (many - few) / batches
             for recorded in (False, True)}
    return slope[True] - slope[False]


def row(name, *cells):
    print(f"{name:<58}", *(f"{cell:>14}" for cell in cells))


def per_call():
    print("\nNet cost of one create and close, each with its stack of 16 frames"
          "\n(code without frame pointers; ns, best of 50 batches, median of 7)")
    row("", "noinherit")
    row("process alone", f"{net(5000, FRAMES):.0f} ns")
    row("with a second thread", f"{net(5000, FRAMES, 0, 'thread'):.0f} ns")
    row("after a fork", f"{net(5000, FRAMES, 0, 'fork'):.0f} ns")
    row("stack of 4 frames", f"{net(5000, 6):.0f} ns")
    row("stack of 30 frames", f"{net(5000, 30):.0f} ns")
    row("user instructions", f"{instructions_added():.0f}")
    row("for comparison: glibc backtrace(), 16 frames, one",
        f"{nanoseconds(False, 'backtrace', 500, FRAMES):.0f} ns")


def other_tools():
    native = nanoseconds(False, 5000, FRAMES)
    tools = [("valgrind --track-fds", ["valgrind", "-q", "--tool=none",
                                       "--track-fds=yes"]),
             ("strace -k (stacks)", ["strace", "-k", "-e", "dup,close", "-o",
                                     "/dev/null"]),
             ("strace", ["strace", "-e", "dup,close", "-o", "/dev/null"])]
    print("\nOther tools on the same loop, net ns per create and close")
    for name, wrapper in tools:
        if not measure.has(wrapper[0]):
            continue
        try:
            took = measure.run([*wrapper, DEEP, "20", FRAMES])
        except subprocess.CalledProcessError:
            row(name, "refuses")
            continue
        row(name, f"{float(took.stdout.split()[0]) - native:.0f} ns")


def heaptrack():
    """heaptrack records malloc instead of descriptors, with the same stacks."""
    if not measure.has("heaptrack"):
        return
    native = nanoseconds(False, "malloc", 5000, FRAMES)
    with tempfile.TemporaryDirectory() as place:
        took = measure.run(["heaptrack", "-o", f"{place}/out", DEEP, "malloc",
                            "5000", FRAMES])
    each, = re.findall(r"(?m)^(\d+\.\d) \d+$", took.stdout)
    row("heaptrack, per malloc and free", f"{float(each) - native:.0f} ns")


def as_descriptors_grow():
    print("\nThe same with so many descriptors open (net ns)")
    for held in (10, 1000, 19000):
        try:
            row(f"{held}", f"{net(5000, FRAMES, held, rounds=3):.0f} ns")
        except subprocess.CalledProcessError:
            row(f"{held}", "not allowed")


def resident_added(held):
    """The bytes that recording adds to a process with that many descriptors."""
    return statistics.median(
        int(deep(True, 1, FRAMES, held)[1]) -
        int(deep(False, 1, FRAMES, held)[1]) for _ in range(7)) * 1024


def sizes():
    print("\nMemory and disk")
    try:
        each = (resident_added(19000) - resident_added(100)) / 18900
        row("resident bytes per open descriptor", f"{each:.0f}")
    except subprocess.CalledProcessError:
        row("resident bytes per open descriptor", "not allowed")
    row("resident at 100 descriptors",
        f"+{resident_added(100) / 1024:.0f} KiB")
    with Traces() as traces:
        traces.run(MANY, "errno_of_successes")
        files = os.listdir(traces.path)
        used = subprocess.run([DUMP, *(f"{traces.path}/{f}" for f in files)],
                              capture_output=True, text=True, check=True)
        cells = [int(n) for n in re.findall(r"cells=(\d+)/", used.stdout)]
        sites = used.stdout.count("\nsite ")
        row("trace file per image, on disk",
            f"{os.stat(f'{traces.path}/{files[0]}').st_blocks // 2} KiB")
        row(f"of it used, by {sites} sites in {len(files)} images",
            f"{sum(cells) * 32 // 1024} KiB")


def start_up():
    true = ["/bin/true"]
    with Traces() as traces, tempfile.NamedTemporaryFile() as out, \
            tempfile.NamedTemporaryFile("r") as log:
        result = traces.run("valgrind", "--tool=callgrind",
                            f"--callgrind-out-file={out.name}", *true)
        counted = int(re.search(r"Collected : (\d+)", result.stderr).group(1))
        env = traces.environment()
        subprocess.run(["strace", "-o", log.name,
                        "-E", f"LD_PRELOAD={env['LD_PRELOAD']}",
                        "-E", f"NOINHERIT_AUDIT_DIR={traces.path}", *true],
                       env=measure.environment(None), check=True)
        calls = sum(1 for line in log if re.match(r"\w+\(", line))
    print("\nStart-up, /bin/true: what it adds")
    row("instructions", f"+{counted - measure.instructions(true)}")
    row("system calls", f"+{calls - measure.system_calls(true)}")


def main():
    if not os.path.exists(RECORDER):
        print("bench: no recorder", file=sys.stderr)
        return 0
    if not measure.has("valgrind") or not measure.has("strace"):
        print("bench: valgrind and strace are needed", file=sys.stderr)
        return 125
    print("The recorder")
    per_call()
    other_tools()
    heaptrack()
    as_descriptors_grow()
    sizes()
    start_up()
    return 0


sys.exit(main())

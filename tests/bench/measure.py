"""How the bench measures: instructions, system calls, paired times.

Instructions are valgrind's count, which is the same in every run; per call,
they are the slope between two loop lengths. Times are only given as ratios of
runs that alternate. Nothing here passes or fails.
"""

import functools
import os
import re
import shutil
import statistics
import subprocess
import sys
import tempfile
import time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)),
                                "..", "toolkit"))
from toolkit import BUILD, SHIM, helper  # noqa: E402

WORKLOAD = helper("workload")


def environment(preload):
    """A small environment, the same on every machine."""
    env = {"PATH": "/usr/bin:/bin", "LC_ALL": "C"}
    if preload:
        env["LD_PRELOAD"] = preload
    return env


def run(command, preload=None, **options):
    return subprocess.run(command, env=environment(preload), check=True,
                          stdin=subprocess.DEVNULL, capture_output=True,
                          text=True, **options)


def instructions(command, preload=None):
    """The user instructions of a whole process."""
    with tempfile.NamedTemporaryFile() as out:
        result = run(["valgrind", "--tool=callgrind",
                      f"--callgrind-out-file={out.name}", *command], preload)
    return int(re.search(r"Collected : (\d+)", result.stderr).group(1))


@functools.cache
def instructions_per_call(name, preload=None, few=100, many=500):
    """The slope: the cost of one more round of the loop."""
    low = instructions([WORKLOAD, name, str(few)], preload)
    high = instructions([WORKLOAD, name, str(many)], preload)
    return (high - low) / (many - few)


def system_calls(command, preload=None):
    """How many system calls the command makes after its execve."""
    with tempfile.NamedTemporaryFile("r") as out:
        pre = ["-E", f"LD_PRELOAD={preload}"] if preload else []
        run(["strace", "-o", out.name, *pre, *command])
        return sum(1 for line in out if re.match(r"\w+\(", line))


@functools.cache
def system_calls_per_call(name, preload=None, few=10, many=110):
    low = system_calls([WORKLOAD, name, str(few)], preload)
    high = system_calls([WORKLOAD, name, str(many)], preload)
    return (high - low) / (many - few)


def page_faults(command, preload=None, rounds=20):
    """Minor page faults, the median of some runs."""
    counts = []
    for _ in range(rounds):
        pid = os.posix_spawn(command[0], command, environment(preload))
        _, _, usage = os.wait4(pid, 0)
        counts.append(usage.ru_minflt)
    return statistics.median(counts)


def seconds(command, preload):
    start = time.perf_counter()
    run(command, preload)
    return time.perf_counter() - start


def ratio(command, preload, wrapper=(), pairs=9):
    """Median, minimum and maximum of time(with)
    time(native), in alternation."""
    ratios = []
    seconds(command, None)
    for _ in range(pairs):
        native = seconds(command, None)
        ratios.append(seconds([*wrapper, *command], preload) / native)
    return statistics.median(ratios), min(ratios), max(ratios)


def compile_object(folder, name, source):
    """A shared object built with the compiler's default options."""
    path = f"{folder}/{name}.so"
    subprocess.run(["cc", "-O2", "-shared", "-fPIC", "-x", "c", "-", "-o",
                    path, "-ldl"], input=source, text=True, check=True)
    return path


def find_library(*names):
    """An installed preload library, or None."""
    for name in names:
        for folder in ("/usr/lib/x86_64-linux-gnu", "/usr/lib",
                       "/usr/lib/x86_64-linux-gnu/torsocks",
                       "/usr/lib/x86_64-linux-gnu/faketime",
                       "/usr/lib/aarch64-linux-gnu"):
            if os.path.exists(f"{folder}/{name}"):
                return f"{folder}/{name}"
    return None


def has(tool):
    return shutil.which(tool) is not None

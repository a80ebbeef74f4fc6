"""Other projects' tests: how each suite is built from its Debian source
package, which of its parts are run, how, and how its output is read.

A part is what a suite can run by itself: a file, a test, a keyword. The script
of a suite runs in the folder of its sources, with the parts as arguments, and
prints "=== part" before each part that it runs by itself.
"""

import os
import re

EACH = 'for part in "$@"; do echo "=== $part"; timeout -k 5 240 %s; done 2>&1'


class Suite:
    """The tests of one package."""

    def __init__(self, name, package, script, chosen, every, outcomes,
                 build="", needs=(), user=None, is_alone=False):
        self.name, self.package = name, package
        self.build = build          # run once, in the folder of the sources
        self.script = script        # runs the parts given as arguments
        self.chosen = chosen        # those about sockets and exec
        self.every = every          # a command that prints all parts
        self.outcomes = outcomes    # output: {(part, test): outcome}
        self.needs = needs          # programs
        self.user = user            # the user, if not root
        self.is_alone = is_alone    # two runs at once would disturb each other


def plain(text):
    """The text without colours, and without what a terminal would overwrite."""
    return re.sub(r"\x1b\[[0-9;]*m", "", text).replace("\r", "\n")


def sections(text):
    """(part, its output) for each line "=== part"."""
    pieces = re.split(r"^=== (.*)$", text, flags=re.MULTILINE)[1:]
    return zip(pieces[::2], pieces[1::2])


def socat_outcomes(text):
    """test  17 NAME: what it is... OK; each test is a part. If it cannot run
    here, the reason follows its name."""
    found = {}
    for match in re.finditer(r"^test +(\d+) (\w+):(.*)((?:\n(?!test ).*)*)",
                             text, re.MULTILINE):
        number, name, line, more = match.groups()
        said = re.search(r"\b(OK|FAILED|failed|not available|hang|removed)\b",
                         line + more)
        found[number, name] = said.group(1) if said else line.strip()[-60:]
    return found


def apr_outcomes(text):
    """The tests of a part have no names: a failed one is identified by its
    line."""
    found = {}
    for part, output in sections(text):
        result = re.search(r"SUCCESS|FAILED \d+ of \d+", output)
        lines = re.findall(r"Line \d+", output)
        found[part, "all"] = " ".join(
            [result.group(0) if result else "no end"] + sorted(set(lines)))
    return found


def libuv_outcomes(text):
    """One line for each test: ok 1 - name # SKIP why"""
    found = {}
    for part, output in sections(text):
        result = re.search(r"^((?:not )?ok) 1 - \S+( # SKIP)?", output,
                           re.MULTILINE)
        found[part, part] = result.group(1) + (result.group(2) or "") \
            if result else "no end"
    return found


def tcl_outcomes(text):
    found = {}
    for part, output in sections(text):
        for name, outcome in re.findall(
                r"^\+\+\+\+ (\S+) (PASSED|SKIPPED)", output, re.MULTILINE):
            found[part, name] = outcome
        for name in re.findall(r"^==== (\S+) .*FAILED$", output,
                               re.MULTILINE):
            found[part, name] = "FAILED"
        found[part, "its end"] = "yes" if "Tests ended at" in output else "no"
    return found


def zsh_outcomes(text):
    """A test is identified by its place in the part and its description."""
    found = {}
    for part, output in sections(text):
        pieces = re.split(r"^Running test: (.*)$", output,
                          flags=re.MULTILINE)[1:]
        for number, (name, said) in enumerate(zip(pieces[::2], pieces[1::2])):
            found[part, "%d: %s" % (number, name)] = \
                "passed" if "Test successful." in said else "failed"
        end = re.search(r": (?:all )?tests? (successful|failed|skipped)",
                        output)
        found[part, "its end"] = end.group(1) if end else "none"
    return found


SUITES = [
    Suite("socat", "socat",
          "SOCAT=/usr/bin/socat FILAN=/usr/bin/filan PROCAN=/usr/bin/procan "
          "bash ./test.sh \"$@\" 2>&1",
          chosen=["17", "23", "exec", "system", "fork", "unix", "listen",
                  "filan"],
          every="echo consistency functions filan",
          outcomes=socat_outcomes,
          needs={"/usr/bin/socat": "socat"}),
    Suite("APR", "apr",
          "cd test && " + EACH % './testall -v "$part" </dev/null',
          chosen=["testsock", "testsockets", "testsockopt", "testproc",
                  "testpipe", "testpoll", "testdup", "testflock", "testoc",
                  "testshm"],
          every="test/testall -l",
          outcomes=apr_outcomes,
          build="CFLAGS=-O0 ./configure && make -j2 && make -j2 -C test all",
          # testsock puts a socket with a fixed name into /tmp.
          is_alone=True,
          needs={"/usr/bin/make": "make"}),
    Suite("libuv", "libuv1",
          EACH % './tests "$part" </dev/null',
          chosen="^(accept|connect|fork|ipc|pipe_|poll|process|shutdown|signal"
                 "|spawn|stdio|socket|tcp_(bind|close|connect|flags|open|oob"
                 "|unexpected|write)|tcp4|tcp_ping|udp_(bind|open|connect"
                 "|multicast|dgram|send)|multiple_listen|getsockname|emfile)",
          every="./tests --list",
          outcomes=libuv_outcomes,
          build="cmake -S . -B b -DCMAKE_C_FLAGS=-O0 -DBUILD_TESTING=ON && "
                "make -j2 -C b uv_run_tests_a && cp b/uv_run_tests_a tests",
          # Its pipes have fixed names, /tmp/uv-test-sock and others.
          is_alone=True,
          needs={"/usr/bin/cmake": "cmake"}, user="nobody"),
    Suite("Tcl", "tcl8.6",
          "cd tests && " + EACH % 'tclsh8.6 all.tcl -file "$part" '
          '-verbose "pass skip error" </dev/null',
          chosen=["socket.test", "exec.test", "pid.test", "chan.test",
                  "unixForkEvent.test", "event.test"],
          every="cd tests && ls *.test",
          outcomes=tcl_outcomes,
          needs={"/usr/bin/tclsh8.6": "tcl8.6"}),
    Suite("zsh", "zsh",
          "cd Test && export ZTST_verbose=1 ZTST_continue=1 && "
          + EACH % 'zsh +Z -f ./ztst.zsh "$part" </dev/null',
          chosen=["A04redirect.ztst", "A05execution.ztst", "B11kill.ztst",
                  "D03procsubst.ztst", "D08cmdsubst.ztst", "V01zmodload.ztst",
                  "V08zpty.ztst", "V14system.ztst", "W02jobs.ztst"],
          every="cd Test && ls *.ztst",
          outcomes=zsh_outcomes,
          # The tests execute the zsh that was built.
          build="ln -sfn /bin/zsh Src/zsh",
          needs={"/bin/zsh": "zsh"}),
]


def source_folder(work, suite):
    return os.path.join(work, "src", suite.package)

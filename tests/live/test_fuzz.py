#!/usr/bin/python3
"""What the shim reads may contain any bytes: the fuzz target of its readers is
run on a bounded number of inputs, as an ordinary and as a set-id program, and
would find a planted bug.
"""

import fuzzing
import live

ENTRY = "/opt/libnoinherit-preload.so"

# The arguments and the environment of a start, then those of an exec. The
# first argument is the target of /proc/self/exe, the second the path given to
# exec.
SEEDS = [
    (["/bin/me", "/bin/me"],
     ["LISTEN_FDS=3", "LISTEN_PID=77", "NOINHERIT_ADOPT=77:3-9"],
     ["/bin/me"], ["LISTEN_FDS=4", "A=b"]),
    (["/bin/it", "/bin/me"],
     ["NOINHERIT_KEEP=env=XFD,argv=--x=,fd=3-5,family=AF_UNIX,"
      "type=SOCK_DGRAM,program=me", "NOINHERIT_MODE=compat",
      "NOINHERIT_SCOPE=socket,-dup", "NOINHERIT_DEBUG=1",
      "LD_PRELOAD=%s:b" % ENTRY],
     ["/bin/x", "--x=3", "--x=", "4", "--fd=4"], ["XFD=3 4", "LD_PRELOAD=c"]),
    (["/usr/bin/socat", "fdin=3,fdout=4"],
     ["NOINHERIT_ADOPT=p78:3,8-9", "WAYLAND_SOCKET=3"],
     ["/bin/x", "--initial-client-fd", "3"],
     ["WAYLAND_SOCKET=4", "PROTO=TCP"]),
    (["/usr/bin/php", "-r"], ["NOINHERIT_ADOPT=77:8"],
     ["/proc/self/exe", "-r"], ["NOINHERIT_ADOPT=77:8", "VPNFD=3"]),
    # Lists that are longer than the room for them, of each kind.
    (["/bin/me"], ["NOINHERIT_ADOPT=77:" + "8-65535," * 40], [], []),
    (["/bin/me"], ["NOINHERIT_ADOPT=77:8,9-99999999999999999999"], [], []),
    (["/bin/me"], ["LISTEN_FDS=3"] * 70, [], ["LISTEN_FDS=3"]),
    (["/bin/me"], ["NOINHERIT_KEEP=" + "fd=3," * 40 + "fd=4"], [], []),
    (["/bin/me"], ["NOINHERIT_MODE=" + "x" * 400, "NOINHERIT_DEBUG=1"],
     [], []),
    (["/bin/" + "x" * 700, "/bin/y"], [], ["/bin/z", "x"], []),
    (["/bin/me", "/bin/me"], ["LD_PRELOAD=" + ENTRY], ["/bin/me"],
     ["LD_PRELOAD=" + "y" * 1400]),
]

# A bug in each reader, which shows that the inputs would find it.
BUGS = (
    ("preload/environment.c", "if (first < next)", "if (0)"),
    ("preload/environment.c", "first < NI_MARKS_SIZE; first++", "1; first++"),
    ("preload/environment.c", "(flags & FD_CLOEXEC)", "0"),
    ("preload/environment.c",
     "writer->is_full || length >= (size_t)(writer->end - writer->to)",
     "writer->is_full"),
    ("preload/environment.c", "&& !ni_program_is_set_id()", ""),
    ("preload/inherited.c", "if (inherited.count < INHERITED_MAX)", "if (1)"),
    ("preload/inherited.c", "if (inherited.hashes[i] == hash)", "if (0)"),
    ("preload/handover.c", "ni_peer(fd) == NI_PEER_OTHER", "1"),
    ("preload/handover.c", "else if (!ni_program_is_set_id())", "else"),
    ("preload/program.c", "|| length == LINK_SIZE", ""),
    ("preload/policy.c", "if (size > sizeof(line) - length)", "if (0)"),
    ("common/settings.c", "if (count == NI_KEEP_MAX)", "if (0)"),
    ("common/announced.c", "run == start || ", ""),
)


class Fuzz(fuzzing.FuzzTest):

    NAME = "shim"
    SETTINGS = ({}, {"FUZZ_SECURE": "1"})
    BUGS = BUGS

    def setUp(self):
        super().setUp()
        for number, lists in enumerate(SEEDS):
            self.file(f"seeds/{number:02}", b"\1".join(
                b"\0".join(text.encode() for text in texts)
                for texts in lists))

    def test_every_input_is_survived(self):
        self.check_inputs()

    def test_a_bug_would_be_found(self):
        self.check_bugs()


if __name__ == "__main__":
    live.main()

"""The system calls between two marks of a strace log, made comparable.

What differs from run to run becomes a label in the order of appearance: ports
and names that the kernel chose, pointers. Descriptors keep their numbers: both
sides begin with 0, 1 and 2, and the kernel gives the lowest that is free. The
size of a buffer for an address is left out: a C library has one for every
family (S-32).
"""

import re

MARK = 2147480000

# Neither side's business: memory, signals, the timer and the handler of cases.
NOISE = ("brk", "mmap", "munmap", "mprotect", "mremap", "madvise", "futex",
         "rt_sigreturn", "rt_sigaction", "rt_sigprocmask", "rt_sigpending",
         "rt_sigtimedwait", "setitimer")

ADDRESS_CALLS = ("accept", "accept4", "getsockname", "getpeername", "recvfrom")
SEND_CALLS = ("sendto", "sendmsg", "sendmmsg")


def between_marks(log):
    """The lines from the first mark to the second."""
    lines = log.splitlines()
    ends = [index for index, line in enumerate(lines)
            if re.match(rf"getsid\({MARK + 1}\)|getsid\({MARK + 2}\)", line)]
    if len(ends) != 2:
        return None
    return lines[ends[0] + 1:ends[1]]


class Labels:
    """The same thing gets the same label, in the order of appearance."""

    def __init__(self, prefix):
        self.prefix = prefix
        self.known = {}

    def of(self, thing):
        return self.known.setdefault(
            thing, f"{self.prefix}{len(self.known) + 1}")


class Normal:
    """Lines of one process, in order, into comparable ones."""

    def __init__(self, rests=False):
        self.ports = Labels("PORT")
        self.names = Labels("NAME")
        self.rests = rests
        self.polled = {}

    def line(self, text):
        text = re.sub(r"\s+= ", " = ", text)
        text = re.sub(r" \([A-Z][^()]*\)( \(INJECTED\))?$", "", text)
        text = re.sub(r" \((To be restarted|Interrupted)[^()]*\)$", "", text)
        text = re.sub(r"AT_FDCWD<[^<>]*>", "AT_FDCWD", text)
        text = re.sub(r"\b(\d+)<(?:[^<>]|->)*>", r"fd\1", text)
        text = re.sub(r"htons\((\d{4,5})\)",
                      lambda found: f"htons({self.ports.of(found[1])})", text)
        text = re.sub(r'sun_path=@"([0-9a-f]{5})"',
                      lambda found: f"sun_path=@{self.names.of(found[1])}",
                      text)
        text = re.sub(r"\b(nl_)?pid=[1-9]\d*", r"\1pid=PID", text)
        text = re.sub(r"0x[0-9a-f]{7,}|(?<=, )0x[0-9a-f]{6}(?=, \d+\))",
                      "PTR", text)
        name = text.split("(", 1)[0]
        if "nlmsg_len=" in text:
            return f"{name}(the resolver's netlink message)"
        if name in ADDRESS_CALLS:
            text = re.sub(r"\[\d+(?: => (\d+))?\]",
                          lambda found: f"[{found[1]}]" if found[1]
                          else "[SIZE]", text)
            text = re.sub(r"\[\d+\]|\[SIZE\]", "[SIZE]", text)
        text = re.sub(r"msg_namelen=\d+(?: => \d+)?", "msg_namelen=SIZE",
                      text)
        if name == "poll":
            text = re.sub(r"\{fd=(\d+), revents", r"{fd=fd\1, revents", text)
            text = self.rest(text)
        return text

    def rest(self, text):
        """A later poll of the same descriptor, if the deadline is shared."""
        found = re.match(r"poll\((\[.*?\]), 1, (-?\d+)\)(.*)", text)
        if not found:
            return text
        asked, milliseconds = found[1], int(found[2])
        first = self.polled.get(asked)
        if first is None:
            self.polled[asked] = milliseconds
        elif self.rests and 0 <= milliseconds <= first:
            return f"poll({asked}, 1, REST){found[3]}"
        return text


    def text(self, text):
        """Addresses in Python's words, with the labels of the calls."""
        text = re.sub(r"(', )(\d+)", lambda found: found[1] +
                      self.ports.known.get(found[2], found[2]), text)
        return re.sub(r"x00([0-9a-f]{5})'", lambda found: "x00" +
                      self.names.known.get(found[1], found[1]) + "'", text)


def without_sigpipe(call):
    """MSG_NOSIGNAL must be there (S-67), and is taken out."""
    if (call.split("(", 1)[0] not in SEND_CALLS
            or "the resolver's" in call):
        return call
    if "MSG_NOSIGNAL" not in call:
        return call + " LACKS MSG_NOSIGNAL"
    call = re.sub(r"\|MSG_NOSIGNAL|MSG_NOSIGNAL\|", "", call)
    return call.replace("MSG_NOSIGNAL", "0")


def without_adoption(calls):
    """O-16: CPython's upper layer adopts what its lower one has made, which
    asks for the address of each new descriptor."""
    made, kept = set(), []
    for call in calls:
        found = re.match(r"accept4?\(.* = (fd\d+)$", call)
        pair = re.match(r"socketpair\(.*\[(fd\d+), (fd\d+)\]\) = 0$", call)
        asked = re.match(r"getsockname\((fd\d+), ", call)
        if found:
            made.add(found[1])
        elif pair:
            made.update(pair.groups())
        elif asked and asked[1] in made:
            made.remove(asked[1])
            continue
        kept.append(call)
    return kept


def collapse(calls):
    """How often signals interrupt a wait, and whether the last of them comes
    before or after the deadline, is chance."""
    kept = []
    for call in calls:
        by_chance = re.search(r"REST\) = (0|\? ERESTART\w+|-1 EINTR)$", call)
        if not by_chance and (not kept or call != kept[-1]):
            kept.append(call)
    return kept


def calls(log, is_ours, normal):
    """The comparable calls of a log, or None if the marks are missing."""
    lines = between_marks(log)
    if lines is None:
        return None
    found = [normal.line(line) for line in lines
             if re.match(r"\w+\(", line)
             and line.split("(", 1)[0] not in NOISE]
    if normal.rests:
        found = collapse(found)
    if is_ours:
        return [without_sigpipe(call) for call in found]
    return without_adoption(found)

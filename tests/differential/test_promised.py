#!/usr/bin/python3
"""Each call of the header that Python has, too, is compared with Python's."""

import pathlib
import re
import sys

ROOT = pathlib.Path(__file__).parents[2]
HELPERS = ROOT / "tests/helpers"

# What has no row, and why. The rest of the header says "in spirit": Python has
# deadlines for asyncio alone.
WITHOUT = {
    "noinherit_version": "a number of this library",
    "noinherit_set_try_first": "Python waits first, always",
    "noinherit_wait": "poll() with a timeout that Python's poll() has not",
    "noinherit_recv_exact": "Python has it for streams of asyncio alone",
    "noinherit_share": "Python has it on Windows alone",
    "noinherit_share_permit": "Python has it nowhere",
    "noinherit_fromshare": "Python has it on Windows alone",
}


def main():
    header = (ROOT / "include/noinherit.h").read_text()
    comments = dict(re.findall(r"/\*\*\n \* (noinherit_\w+) - (.*?)\*/", header,
                               flags=re.DOTALL))
    driver = "".join(path.read_text() for path in HELPERS.glob("api_*.[ch]")
                     if path.name != "api_bench.c")
    called = set(re.findall(r"\b(noinherit_\w+)\(", driver))
    in_spirit = {name for name, comment in comments.items()
                 if re.search(r"Python: .*in spirit", comment)}
    wrong = [f"{name} has no row" for name in comments
             if name not in called | in_spirit | set(WITHOUT)]
    wrong += [f"{name} has a row by now" for name in WITHOUT if name in called]
    print("\n".join(wrong) or
          f"{len(set(comments) & called)} of {len(comments)} calls have rows")
    sys.exit(1 if wrong else 0)


main()

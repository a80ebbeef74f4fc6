"""Checks of a report's findings about descriptors that crossed an exec."""

import os

from claim import check


def into(report, receiver, fd=None):
    """The findings that the program of that name received; with fd, those on
    that number."""
    found = [finding for finding in report["findings"]
             if os.path.basename(finding["to"]["exe"]) == receiver and
             fd in (None, finding["fd"])]
    check(found, "the report has no finding about %s, fd %s: %s"
          % (receiver, fd, report["findings"]))
    return found


def check_passed(findings, word):
    """All findings are passed, their creation was seen, and their notes
    contain the word."""
    for finding in findings:
        check(finding["kind"] == "passed" and finding["created"] and
              word in finding["note"], "not passed, not seen created, "
              "or no %r in its note: %s" % (word, finding))


def check_all_were_seen_created(report):
    for finding in report["findings"]:
        check(finding["created"], "its creation was not seen: %s" % finding)


def check_names(report, name):
    """Every program of the tree has that name."""
    names = {process["name"] for process in report["processes"]}
    check(names == {name}, "the report names the programs %s, not %s"
          % (names, name))

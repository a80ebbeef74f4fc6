"""What the recorder says crossed an exec: claims about the findings of a report."""

import os

from claim import check


def into(report, receiver, fd=None):
    """The findings about a program of that name, or about one number in it."""
    found = [finding for finding in report["findings"]
             if os.path.basename(finding["to"]["exe"]) == receiver and
             fd in (None, finding["fd"])]
    check(found, "the report has nothing about %s, fd %s: %s"
          % (receiver, fd, report["findings"]))
    return found


def check_passed(findings, word):
    """All are passed on purpose, their creation was seen, and the notes say
    why by that word."""
    for finding in findings:
        check(finding["kind"] == "passed" and finding["created"] and
              word in finding["note"], "passed (%s)? %s" % (word, finding))


def check_all_were_seen_created(report):
    for finding in report["findings"]:
        check(finding["created"], "nobody was seen to create it: %s" % finding)


def check_names(report, name):
    """Every program of the tree is called that."""
    names = {process["name"] for process in report["processes"]}
    check(names == {name}, "the report calls the programs %s" % names)

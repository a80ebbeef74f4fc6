"""Cases, and what may differ on purpose.

A case is the same call in Python and in C. A difference that is meant is an
edit: it turns what Python did into what the API is to do, and names the rule
that wants it. An edit that finds nothing to change fails the case: nothing is
excused that does not happen.
"""

import dataclasses
import re


@dataclasses.dataclass
class Seen:
    """What one side did: the system calls and what was there afterwards."""

    calls: list
    errors: list
    variables: dict
    open: list
    complaints: list


@dataclasses.dataclass
class Case:
    """One row. `inject` is for strace, one or more; `rests`: later polls share
    a deadline; `silent`: no system call at all is right."""

    name: str
    rules: str
    python: str
    c: str
    prepare_python: str = ""
    prepare_c: str = ""
    differs: tuple = ()
    inject: str = ""
    rests: bool = False
    silent: bool = False
    needs: object = None


@dataclasses.dataclass
class Edit:
    """A difference that `rule` allows, for the reason `why`. A version of
    CPython shows it that lacks all of `until` and has all of `since`: changes,
    each as the first releases that have it, one for each series."""

    rule: str
    why: str
    apply: object
    until: tuple = ()
    since: tuple = ()

    def shows(self, version):
        return (not any(has(version, change) for change in self.until) and
                all(has(version, change) for change in self.since))


def has(version, change):
    """Whether a version, three numbers, has a change; series that begin after
    the last release named have it."""
    for release in change:
        if release[:2] == version[:2]:
            return version >= release
    return version > max(change)


def until(change, *edits):
    """The same edits, of CPythons without the change."""
    return tuple(dataclasses.replace(edit, until=(*edit.until, change))
                 for edit in edits)


def since(change, *edits):
    """The same edits, of CPythons with the change."""
    return tuple(dataclasses.replace(edit, since=(*edit.since, change))
                 for edit in edits)


class Stale(Exception):
    """A declared difference that did not show."""


def drop_calls(rule, why, pattern):
    """Python makes calls that the API does not."""
    def apply(seen):
        kept = [call for call in seen.calls if not re.search(pattern, call)]
        if kept == seen.calls:
            raise Stale(f"no call matches {pattern!r}")
        seen.calls = kept

    return Edit(rule, why, apply)


def replace_calls(rule, why, pattern, replacement):
    """The API makes the same calls with other arguments."""
    def apply(seen):
        edited = [re.sub(pattern, replacement, call) for call in seen.calls]
        if edited == seen.calls:
            raise Stale(f"no call matches {pattern!r}")
        seen.calls = [call for call in edited if call]

    return Edit(rule, why, apply)


def other_calls(rule, why, *calls):
    """The API makes these calls instead of all of Python's."""
    def apply(seen):
        if seen.calls == list(calls):
            raise Stale("the calls are the same")
        seen.calls = list(calls)

    return Edit(rule, why, apply)


def append_calls(rule, why, *calls):
    """The API makes more calls at the end."""
    def apply(seen):
        seen.calls += calls

    return Edit(rule, why, apply)


def error(rule, why, theirs, ours):
    """Another word for the same failure; `theirs` is a pattern. Without
    `ours` the API succeeds."""
    def apply(seen):
        edited = [ours if re.search(theirs, each) else each
                  for each in seen.errors]
        if edited == seen.errors:
            raise Stale(f"no error matches {theirs!r}: {seen.errors}")
        seen.errors = [each for each in edited if each]

    return Edit(rule, why, apply)


def error_added(rule, why, ours):
    """The API fails where Python succeeds."""
    return Edit(rule, why, lambda seen: seen.errors.append(ours))


def value(rule, why, name, *ours):
    """The API has something else in the variable `name`."""
    def apply(seen):
        if seen.variables.get(name) == list(ours):
            raise Stale(f"{name} is the same")
        seen.variables[name] = list(ours)

    return Edit(rule, why, apply)


def member(rule, why, name, index, ours):
    """The API has something else in one member of the socket `name`."""
    def apply(seen):
        if seen.variables[name][index] == ours:
            raise Stale(f"{name} is the same")
        seen.variables[name][index] = ours

    return Edit(rule, why, apply)


def descriptors(rule, why, fewer=0, fewer_inheritable=0):
    """The API leaves fewer descriptors open, or fewer inheritable."""
    def apply(seen):
        seen.open = [seen.open[0] - fewer, seen.open[1] - fewer_inheritable]

    return Edit(rule, why, apply)


FAMILY, TYPE, PROTO, TIMEOUT, INHERITABLE, NONBLOCK = range(1, 7)

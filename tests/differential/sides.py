"""Runs cases in CPython and in C, each under strace, and says what was seen."""

import ast
import collections
import errno
import glob
import json
import os
import re
import signal
import socket
import subprocess
import sys
import tempfile

import names
import syscalls
from case import Seen

HERE = os.path.dirname(os.path.realpath(__file__))
sys.path.insert(0, os.path.join(HERE, "..", "toolkit"))
from toolkit import helper  # noqa: E402

DRIVER = helper("api_driver")
PYTHON = "/usr/bin/python3"
LIMIT_S = 60


# ---- C in the words of tests/helpers/script.h -------------------------------

def word(node):
    """One argument; constants are computed, other names are variables."""
    if isinstance(node, ast.Name) and node.id not in names.CONSTANTS:
        return node.id
    value = eval(compile(ast.Expression(node), "c", "eval"),
                 dict(names.CONSTANTS))
    if value is None:
        return "NULL"
    if isinstance(value, (str, bytes)):
        value = value.encode() if isinstance(value, str) else value
        return '"' + value.hex()
    return str(int(value))


def script(text):
    """Statements that look like C, as lines for the driver."""
    lines = []
    for statement in ast.parse(text).body:
        outputs = []
        if isinstance(statement, ast.Assign):
            target = statement.targets[0]
            outputs = [name.id for name in getattr(target, "elts", [target])]
        call = statement.value
        words = [word(argument) for argument in call.args]
        words += [f"{key.arg}:{word(key.value)}" for key in call.keywords]
        lines.append(" ".join([*outputs, "=", call.func.id, *words]))
    return lines


# ---- what was seen ----------------------------------------------------------

def error_name(number, eai=0):
    if number == names.KERNEL_TIMEOUT:
        return "the kernel's ETIMEDOUT"
    if number == errno.EOPNOTSUPP:
        return "EOPNOTSUPP"
    return names.EAI[eai] if eai else errno.errorcode[number]


def address_of(data):
    """A sockaddr as Python has it."""
    if not data:
        return repr(None)
    family = int.from_bytes(data[:2], "little")
    port = int.from_bytes(data[2:4], "big")
    if family == socket.AF_INET:
        return repr((socket.inet_ntop(family, data[4:8]), port))
    if family == socket.AF_INET6:
        return repr((socket.inet_ntop(family, data[8:24]), port,
                     int.from_bytes(data[4:8], "big"),
                     int.from_bytes(data[24:28], "little")))
    path = data[2:]
    if path[:1] == b"\0":
        return repr(path)
    return repr(path.split(b"\0")[0].decode())


def variable(kind, name, values):
    if kind == "bytes":
        data = values[0] if values else ""
        if name.startswith("text"):
            return ["text", bytes.fromhex(data).decode()]
        if name.startswith("addr"):
            return ["address", address_of(bytes.fromhex(data))]
        return ["bytes", data]
    numbers = [int(value) for value in values]
    if kind == "list" and name == "errors":
        return ["list", *(error_name(-number, names.eai_of(number))
                          for number in numbers)]
    return [kind, *numbers]


def said_in_c(output):
    """The driver's lines, by case, as the Python side's JSON."""
    said = collections.OrderedDict()
    now = None
    for line in output.splitlines():
        kind, *rest = line.split(" ")
        if kind == "case":
            now = said.setdefault(rest[0], {
                "errors": [], "variables": {}, "open": None, "pid": None,
                "complaints": []})
        elif kind == "complaint":
            now["complaints"].append(" ".join(rest))
        elif kind == "error":
            now["errors"].append(error_name(*map(int, rest)))
        elif kind == "open":
            now["open"] = [int(number) for number in rest]
        elif kind == "pid":
            now["pid"] = int(rest[0])
        elif not rest[0].startswith(("_", "port")):
            now["variables"][rest[0]] = variable(kind, rest[0], rest[1:])
    return said


def said_in_python(output):
    said = collections.OrderedDict()
    now = None
    for line in output.splitlines():
        fact = json.loads(line)
        if "case" in fact:
            now = said.setdefault(fact["case"], {
                "errors": [], "variables": {}, "open": None, "pid": None,
                "complaints": []})
        elif "complaint" in fact:
            now["complaints"].append(fact["complaint"])
        else:
            now.update(fact)
    return said


# ---- running ----------------------------------------------------------------

def spent(inject):
    """The first calls of each name, which are injected into: the processes
    that prepare make as many that do nothing."""
    return [(name, int(last)) for name, last in re.findall(
        r"(?:^| )(\w+):(?!poke)\S*when=(?:\d+\.\.)?(\d+)", inject)]


def finished(command, text, folder):
    """The standard output of a command that says nothing else and ends well;
    what hangs is ended with all of its children."""
    with subprocess.Popen(command, stdin=subprocess.PIPE, text=True,
                          stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                          cwd=folder, start_new_session=True) as running:
        try:
            output, complaint = running.communicate(text, LIMIT_S)
        except subprocess.TimeoutExpired:
            os.killpg(running.pid, signal.SIGKILL)
            output, complaint = running.communicate()
            complaint += f"no end after {LIMIT_S} s"
    if running.returncode or complaint:
        raise RuntimeError(f"{command[-1]}: {running.returncode}: {complaint};"
                           f" the last it said: {output[-200:]}")
    return output


def traced(command, text, folder, inject):
    """The standard output of a command, and its strace logs by pid."""
    log = os.path.join(folder, "log")
    options = [option for each in inject.split()
               for option in ("-e", f"inject={each}")]
    start = [word for name, times in spent(inject)
             for word in (name, str(times))]
    output = finished(
        ["strace", "-ff", "-y", "-s", "64", "-o", log,
         "-e", "trace=!" + ",".join(syscalls.NOISE), *options,
         DRIVER, *start, "--", *command], text, folder)
    logs = {}
    for path in glob.glob(log + ".*"):
        with open(path, encoding="latin-1") as file:
            logs[int(path.rsplit(".", 1)[1])] = file.read()
    return output, logs


def observe(said, logs, is_ours, case):
    if said["open"] is None:
        return Seen([], [], {}, [], said["complaints"] or ["said nothing"])
    normal = syscalls.Normal(case.rests)
    calls = syscalls.calls(logs.get(said["pid"], ""), is_ours, normal)
    for value in said["variables"].values():
        if value[0] in ("address", "text"):
            value[1] = normal.text(value[1])
    complaints = list(said["complaints"])
    if calls is None:
        complaints.append("no marks in the log")
    elif not calls and not case.silent:
        complaints.append("no system call at all")
    return Seen(calls or [], said["errors"], said["variables"],
                list(said["open"]), complaints)


def run_python(cases, inject=""):
    """What CPython did, in the order of the cases."""
    rows = [{"name": str(index), "prepare": case.prepare_python,
             "call": case.python, "spend": spent(inject)}
            for index, case in enumerate(cases)]
    with tempfile.TemporaryDirectory() as folder:
        for row in rows:
            os.mkdir(os.path.join(folder, row["name"]))
        output, logs = traced(
            [PYTHON, "-I", "-S", "-B", os.path.join(HERE, "cpython.py")],
            json.dumps(rows), folder, inject)
    said = said_in_python(output)
    return [observe(said[str(index)], logs, False, case)
            for index, case in enumerate(cases)]


def run_c(cases, inject=""):
    """What the API did, in the order of the cases."""
    lines = []
    with tempfile.TemporaryDirectory() as folder:
        for index, case in enumerate(cases):
            os.mkdir(os.path.join(folder, str(index)))
            lines += [f"case {index}",
                      *script("".join(f"spend({name!r}, {times});"
                                      for name, times in spent(inject))),
                      *script(case.prepare_c), "call",
                      *script(case.c), "end"]
        output, logs = traced([DRIVER], "\n".join(lines) + "\n", folder,
                              inject)
    said = said_in_c(output)
    return [observe(said[str(index)], logs, True, case)
            for index, case in enumerate(cases)]

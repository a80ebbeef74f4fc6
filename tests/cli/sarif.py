"""Checks that a document is SARIF 2.1.0.

It checks field by field what noinherit writes: each property must be in these
rows with a value of its type, and no required one may be missing. If Debian's
python3-sarif-python-om is installed, whose classes were generated from the
official schema, every object is checked against those classes, too.
"""

import re
import sys
from urllib.parse import urlparse

URI_REFERENCE = re.compile(r"^[A-Za-z0-9\-._~:/?#\[\]@!$&'()*+,;=%]*$")


def text(value):
    return isinstance(value, str)


def uri(value):
    return (text(value) and URI_REFERENCE.match(value) is not None and
            not re.search(r"%(?![0-9A-Fa-f]{2})", value) and
            urlparse(value) is not None)


def positive(value):
    return isinstance(value, int) and not isinstance(value, bool) and value > 0


def count(value):
    return isinstance(value, int) and not isinstance(value, bool) and value >= 0


def boolean(value):
    return isinstance(value, bool)


def one_of(*words):
    return lambda value: value in words


def exactly(word):
    return lambda value: value == word


def list_of(kind):
    return ["list", kind]


def map_of(kind):
    return ["map", kind]


LEVEL = one_of("none", "note", "warning", "error")

# Kind: {property: (is it required, what it holds)}. A string names another
# kind.
KINDS = {
    "SarifLog": {
        "$schema": (False, uri),
        "version": (True, exactly("2.1.0")),
        "runs": (True, list_of("Run")),
    },
    "Run": {
        "tool": (True, "Tool"),
        "invocations": (False, list_of("Invocation")),
        "originalUriBaseIds": (False, map_of("ArtifactLocation")),
        "columnKind": (False, one_of("utf16CodeUnits", "unicodeCodePoints")),
        "results": (False, list_of("Result")),
    },
    "Tool": {"driver": (True, "ToolComponent")},
    "ToolComponent": {
        "name": (True, text),
        "version": (False, text),
        "semanticVersion": (False, text),
        "rules": (False, list_of("ReportingDescriptor")),
    },
    "ReportingDescriptor": {
        "id": (True, text),
        "shortDescription": (False, "MultiformatMessageString"),
        "fullDescription": (False, "MultiformatMessageString"),
        "help": (False, "MultiformatMessageString"),
        "defaultConfiguration": (False, "ReportingConfiguration"),
        "properties": (False, "PropertyBag"),
    },
    "MultiformatMessageString": {"text": (True, text)},
    "ReportingConfiguration": {"level": (False, LEVEL)},
    "Invocation": {
        "executionSuccessful": (True, boolean),
        "commandLine": (False, text),
        "toolExecutionNotifications": (False, list_of("Notification")),
    },
    "Notification": {
        "message": (True, "Message"),
        "level": (False, LEVEL),
    },
    "Result": {
        "ruleId": (False, text),
        "ruleIndex": (False, count),
        "level": (False, LEVEL),
        "message": (True, "Message"),
        "locations": (False, list_of("Location")),
        "codeFlows": (False, list_of("CodeFlow")),
        "occurrenceCount": (False, positive),
        "partialFingerprints": (False, map_of(text)),
        "suppressions": (False, list_of("Suppression")),
    },
    "Message": {"text": (True, text)},
    "Suppression": {
        "kind": (True, one_of("inSource", "external")),
        "justification": (False, text),
    },
    "Location": {
        "physicalLocation": (False, "PhysicalLocation"),
        "logicalLocations": (False, list_of("LogicalLocation")),
        "message": (False, "Message"),
    },
    "PhysicalLocation": {
        "artifactLocation": (True, "ArtifactLocation"),
        "region": (False, "Region"),
    },
    "ArtifactLocation": {"uri": (False, uri), "uriBaseId": (False, text)},
    "Region": {"startLine": (True, positive)},
    "LogicalLocation": {
        "fullyQualifiedName": (False, text),
        "kind": (False, text),
    },
    "CodeFlow": {"threadFlows": (True, list_of("ThreadFlow"))},
    "ThreadFlow": {"locations": (True, list_of("ThreadFlowLocation"))},
    "ThreadFlowLocation": {
        "location": (False, "Location"),
        "stack": (False, "Stack"),
        "executionOrder": (False, count),
    },
    "Stack": {
        "message": (False, "Message"),
        "frames": (True, list_of("StackFrame")),
    },
    "StackFrame": {"location": (False, "Location"), "module": (False, text)},
}


def check(document):
    """The mistakes, one line each; an empty list if it is SARIF."""
    return list(problems("SarifLog", document, "$"))


def problems(kind, value, path):
    if callable(kind):
        if not kind(value):
            yield f"{path}: {value!r} cannot be there"
    elif isinstance(kind, list):
        yield from problems_of_many(kind, value, path)
    elif kind == "PropertyBag":
        if not isinstance(value, dict):
            yield f"{path}: no object"
    else:
        yield from problems_of_object(kind, value, path)


def problems_of_many(kind, value, path):
    shape, of = kind
    if not isinstance(value, list if shape == "list" else dict):
        yield f"{path}: not a {shape}"
        return
    rows = enumerate(value) if shape == "list" else value.items()
    for key, row in rows:
        yield from problems(of, row, f"{path}[{key}]")


def problems_of_object(kind, value, path):
    rows = KINDS[kind]
    if not isinstance(value, dict):
        yield f"{path}: no object"
        return
    for name, (is_required, _) in rows.items():
        if is_required and name not in value:
            yield f"{path}: {kind} lacks {name}"
    for name, part in value.items():
        if name not in rows:
            yield f"{path}: {kind} has no {name}"
        else:
            yield from problems(rows[name][1], part, f"{path}.{name}")


def generated_classes():
    """The package of generated classes, or None."""
    sys.path.append("/usr/lib/python3/dist-packages")
    try:
        import sarif_om  # pylint: disable=import-outside-toplevel
        return sarif_om
    except ImportError:
        return None


def check_rows(package):
    """Where the rows above allow what the schema does not, or miss what it
    needs."""
    for kind, rows in KINDS.items():
        allowed, required = {"$schema"}, set()
        for field in getattr(package, kind).__attrs_attrs__:
            name = field.metadata["schema_property_name"]
            allowed.add(name)
            if field.default.__class__.__name__ == "_Nothing" or \
                    "NOTHING" in repr(field.default):
                required.add(name)
        for name in set(rows) - allowed:
            yield f"{kind} has no {name} in the schema"
        for name in required:
            if name not in rows or not rows[name][0]:
                yield f"{kind} needs {name} in the schema"

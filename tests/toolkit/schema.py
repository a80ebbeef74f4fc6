"""Reads the JSON that the command prints, and checks it against its schema.

The schemas are open: readers ignore keys that they do not know. Here they are
closed, so that a printed key that the schema does not describe is an error.
"""

import functools
import json
import os
import sys

from toolkit import ROOT

FILES = {
    "noinherit-report/1": "shim/cli/report/noinherit-report.schema.json",
    "noinherit-scan/1": "shim/cli/scan/noinherit-scan.schema.json",
}


def closed(schema):
    """The schema, with every object restricted to the keys that it names."""
    if isinstance(schema, list):
        return [closed(part) for part in schema]
    if not isinstance(schema, dict):
        return schema
    parts = {key: closed(part) for key, part in schema.items()}
    if isinstance(schema.get("properties"), dict) and "type" in schema:
        parts["additionalProperties"] = False
    return parts


def load(name):
    with open(os.path.join(ROOT, FILES[name]), encoding="utf-8") as file:
        return json.load(file)


@functools.lru_cache(None)
def validator(name):
    """A validator; None, and a message, if python3-jsonschema is missing."""
    try:
        import jsonschema
    except ImportError:
        print("skipped case: the schema of JSON reports: "
              "python3-jsonschema is not installed", file=sys.stderr)
        return None
    schema = load(name)
    jsonschema.Draft7Validator.check_schema(schema)
    return jsonschema.Draft7Validator(closed(schema))


def check(document):
    """Raises jsonschema's error if the document is not valid."""
    found = validator(document["schema"])
    if found:
        found.validate(document)
    return document


def read(text):
    """The value of a report or a scan; it must be valid."""
    return check(json.loads(text))

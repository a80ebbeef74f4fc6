#!/usr/bin/python3
"""The schemas of the JSON formats are sound, and strict enough to detect
mistakes.

Every report and scan that a test reads is checked against them (schema.py).
"""

import copy
import os
import unittest

import command
import recording
import schema


def errors(document):
    found = schema.validator(document["schema"])
    if not found:
        raise unittest.SkipTest("python3-jsonschema is not installed")
    return list(found.iter_errors(document))


class Report(recording.RecordingTest):

    def test_what_is_wrong_is_found(self):
        good = self.json("--kinds=all")
        self.assertGreater(len(good["findings"]), 4)
        self.assertEqual(errors(good), [])
        for wrong in self.spoilt(good):
            self.assertNotEqual(errors(wrong), [])

    def spoilt(self, good):
        """Copies of a report, each with one mistake."""
        leak = next(i for i, finding in enumerate(good["findings"])
                    if finding["kind"] == "leak" and finding["created"])
        for change in (
                lambda report: report.pop("losses"),
                lambda report: report.update(more=1),
                lambda report: report["summary"].update(leak=-1),
                lambda report: report["processes"][0].update(pid="1"),
                lambda report: report["findings"][leak].pop("fix"),
                lambda report: report["findings"][leak].update(count=0),
                lambda report: report["findings"][leak].update(fingerprint="x"),
                lambda report: report["findings"][leak]["what"].update(more=1),
                lambda report: report["findings"][leak]["to"].pop("argv"),
                lambda report: report["findings"][leak]["created"][0].update(
                    line=0)):
            wrong = copy.deepcopy(good)
            change(wrong)
            yield wrong

    def test_the_published_schema_is_open(self):
        """A reader that knows this schema accepts the reports of later
        versions."""
        good = self.json("--kinds=all")
        if not schema.validator(good["schema"]):
            self.skipTest("python3-jsonschema is not installed")
        import jsonschema
        good["more"] = good["findings"][0]["what"]["more"] = 1
        good["findings"][0]["kind"] = "a later kind"
        jsonschema.validate(good, schema.load(good["schema"]))


class Installed(command.CommandTest):

    def test_the_schemas_are_installed(self):
        """They are installed with the other files of the command."""
        with open(os.path.join(schema.ROOT, "scripts/install"),
                  encoding="utf-8") as file:
            text = file.read()
        for name in schema.FILES.values():
            self.assertTrue(os.path.basename(name) in text
                            or "schema.json" in text, name)
            self.assertTrue(os.path.exists(os.path.join(schema.ROOT, name)))


if __name__ == "__main__":
    command.main()

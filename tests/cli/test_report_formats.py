#!/usr/bin/python3
"""noinherit report: the formats that programs read."""

import json
import os

import command
import sarif
from recording import RecordingTest

# What "noinherit-report/1" promises: these properties, with these types.
NUMBER, TEXT, LIST, OBJECT, NONE = int, str, list, dict, type(None)
FINDING = {
    "kind": (TEXT,), "count": (NUMBER,), "pid": (NUMBER,), "exe": (TEXT,),
    "fd": (NUMBER, NONE), "what": (OBJECT,), "created": (LIST,),
    "at": (LIST,), "to": (OBJECT, NONE), "note": (TEXT, NONE),
    "fix": (TEXT, NONE), "suppressed": (bool,),
}
WHAT = {
    "type": (TEXT,), "family": (TEXT, NONE), "laddr": (TEXT, NONE),
    "raddr": (TEXT, NONE), "state": (TEXT, NONE), "path": (TEXT, NONE),
}
FRAME = {
    "function": (TEXT, NONE), "file": (TEXT, NONE), "line": (NUMBER, NONE),
    "module": (TEXT, NONE), "offset": (NUMBER,),
}
PROCESS = {"pid": (NUMBER,), "ppid": (NUMBER,), "exe": (TEXT,),
           "argv": (LIST,)}
ROOT = {"schema": (TEXT,), "command": (LIST,), "processes": (LIST,),
        "findings": (LIST,), "summary": (OBJECT,)}
TO = {"exe": (TEXT,), "argv": (LIST,), "pid": (NUMBER,)}


class Json(RecordingTest):
    def assert_shape(self, shape, value):
        for key, types in shape.items():
            self.assertIn(key, value)
            self.assertIs(type(value[key]) in types, True,
                          (key, value[key]))

    def test_the_schema_is_kept(self):
        report = self.json("--kinds=all")
        self.assert_shape(ROOT, report)
        self.assertEqual(report["schema"], "noinherit-report/1")
        for process in report["processes"]:
            self.assert_shape(PROCESS, process)
        for finding in report["findings"]:
            self.assert_shape(FINDING, finding)
            self.assert_shape(WHAT, finding["what"])
            for frame in finding["created"] + finding["at"]:
                self.assert_shape(FRAME, frame)
            if finding["to"]:
                self.assert_shape(TO, finding["to"])

    def test_a_leak_is_joined(self):
        report = self.json()
        leak = self.only([finding for finding in report["findings"]
                          if finding["to"] and
                          finding["to"]["exe"] == "/bin/sh"],
                         kind="leak", call="socket", at_call="execve",
                         count=1, pid=100, fd=4, exe="/usr/bin/server")
        self.assertEqual(leak["what"], {
            "type": "tcp", "family": "AF_INET", "laddr": "127.0.0.1:8080",
            "raddr": None, "state": "LISTEN", "path": None,
            "socktype": "SOCK_STREAM", "proto": 6})
        self.assertEqual([frame["function"] for frame in leak["created"]],
                         ["open_listener", "finish"])
        self.assertEqual([frame["function"] for frame in leak["at"]],
                         ["start_helper", "finish"])
        self.assertEqual(leak["to"]["argv"], ["sh", "-c", "cat; true"])
        self.assertRegex(leak["fix"], r"^SOCK_CLOEXEC at \S+:\d+$")
        self.assertFalse(leak["suppressed"])

    def test_json_has_the_tree_of_processes(self):
        processes = self.json()["processes"]
        self.assertEqual(
            [(row["pid"], row["ppid"], row["exe"], row["parent"])
             for row in processes],
            [(100, 1, "/usr/bin/server", None), (101, 100, "/bin/sh", 0),
             (102, 101, "/bin/cat", 1), (103, 100, "/usr/bin/helper", 0)])
        self.assertIsNotNone(processes[3]["unfollowed"])

    def test_who_started_it_and_when_is_told_where_it_is_known(self):
        self.assertEqual(
            [(row["uid"], row["started"]) for row in self.json()["processes"]],
            [(33, "2023-11-14T22:13:20Z"), (0, None), (0, None),
             (None, None)])

    def test_the_summary_counts_the_chosen_that_are_left(self):
        self.assertEqual(self.json()["summary"], {
            "leak": 6, "exhausted": 0, "double-close": 1, "race": 1,
            "wrong-flag": 1, "unclosed": 1})
        rules = self.file("rules", "leak:open_log\n")
        self.assertEqual(self.json("--kinds=leak,passed",
                                   f"--suppressions={rules}")["summary"],
                         {"leak": 2, "passed": 1})

    def test_bytes_that_are_no_utf8_are_escaped(self):
        self.assertEqual(self.json()["command"],
                         ["server", "\033[31m</script><b>\"'\n\\xff"])

    def test_the_order_is_the_same_in_every_run(self):
        def without_numbers(report):
            for process in report["processes"]:
                del process["pid"], process["ppid"]
            for finding in report["findings"]:
                del finding["pid"]
                if finding["to"]:
                    del finding["to"]["pid"]
                finding["note"] = None
            return report

        first = self.json("--kinds=all")
        again = self.json("--kinds=all")
        later = self.json("--kinds=all", recording=self.record(seed=5))
        self.assertEqual(json.dumps(first), json.dumps(again))
        self.assertEqual(without_numbers(first), without_numbers(later))


class Sarif(RecordingTest):
    def sarif(self, *options, **more):
        document = json.loads(self.report("--format=sarif", *options, **more))
        self.assertEqual(sarif.check(document), [])
        return document["runs"][0]

    def test_the_rows_of_the_check_agree_with_the_official_schema(self):
        package = sarif.generated_classes()
        if not package:
            self.skipTest("package python3-sarif-python-om is not installed")
        self.assertEqual(list(sarif.check_rows(package)), [])

    def test_the_check_finds_what_is_wrong(self):
        document = json.loads(self.report("--format=sarif"))
        spoilt = json.loads(json.dumps(document))
        spoilt["runs"][0]["results"][0]["occurrenceCount"] = 0
        self.assertEqual(len(sarif.check(spoilt)), 1)
        spoilt = json.loads(json.dumps(document))
        spoilt["runs"][0]["results"][0]["colour"] = "red"
        self.assertEqual(len(sarif.check(spoilt)), 1)
        spoilt = json.loads(json.dumps(document))
        del spoilt["runs"][0]["tool"]["driver"]["name"]
        self.assertEqual(len(sarif.check(spoilt)), 1)

    def test_it_is_sarif(self):
        self.sarif("--kinds=all")
        self.sarif("--kinds=inheritable")

    def test_rules_carry_their_cwe(self):
        rules = self.sarif()["tool"]["driver"]["rules"]
        tags = {rule["id"]: rule["properties"]["tags"] for rule in rules}
        self.assertEqual(tags["leak"], ["security", "external/cwe/cwe-403"])
        self.assertEqual(tags["race"], ["security", "external/cwe/cwe-362"])
        self.assertIn("external/cwe/cwe-775", tags["unclosed"])
        self.assertIn("external/cwe/cwe-1341", tags["double-close"])

    def test_results_name_their_rules(self):
        run = self.sarif("--kinds=all")
        for result in run["results"]:
            rule = run["tool"]["driver"]["rules"][result["ruleIndex"]]
            self.assertEqual(rule["id"], result["ruleId"])

    def test_a_result_lies_where_the_fix_goes(self):
        run = self.sarif()
        place = run["results"][0]["locations"][0]["physicalLocation"]
        self.assertEqual(place["artifactLocation"],
                         {"uri": "tests/helpers/sample_traces.c",
                          "uriBaseId": "SRCROOT"})
        self.assertGreater(place["region"]["startLine"], 1)
        root = run["originalUriBaseIds"]["SRCROOT"]["uri"]
        self.assertEqual(root, f"file://{os.getcwd()}/")

    def test_the_code_flow_leads_from_the_creation_to_the_exec(self):
        result = self.sarif()["results"][0]
        steps = result["codeFlows"][0]["threadFlows"][0]["locations"]
        self.assertEqual([step["location"]["logicalLocations"][0]
                          ["fullyQualifiedName"] for step in steps],
                         ["open_listener", "start_helper"])
        self.assertIn("created by socket: tcp LISTEN",
                      steps[0]["location"]["message"]["text"])
        self.assertIn("fd 4 goes to /bin/sh",
                      steps[1]["location"]["message"]["text"])
        self.assertEqual(len(steps[0]["stack"]["frames"]), 2)

    def test_suppressed_results_say_so(self):
        rules = self.file("rules", "leak:*\n")
        results = self.sarif(f"--suppressions={rules}")["results"]
        for result in results:
            self.assertEqual(bool(result["suppressions"]),
                             result["ruleId"] == "leak")

    def test_fingerprints_are_the_same_in_every_run(self):
        def fingerprints(run):
            return [result["partialFingerprints"]["noinherit/1"]
                    for result in run["results"]]

        first = fingerprints(self.sarif())
        self.assertEqual(first,
                         fingerprints(self.sarif(recording=self.record(2))))
        self.assertEqual(len(set(first)), len(first))

    def test_losses_are_notifications(self):
        invocation = self.sarif()["invocations"][0]
        self.assertEqual(
            [row["message"]["text"]
             for row in invocation["toolExecutionNotifications"]],
            ["2 stacks for which a trace had no room"])


class Html(RecordingTest):
    def test_the_page_needs_no_other_file(self):
        page = self.report("--format=html")
        for word in ("http://", "https://", "src=", "@import", "url("):
            self.assertNotIn(word, page)

    def test_foreign_text_cannot_end_the_script(self):
        page = self.report("--format=html")
        data = page.split('id="report">')[1].split("</script>")[0]
        self.assertEqual(json.loads(data)["command"][1],
                         "\033[31m</script><b>\"'\n\\xff")

    def test_what_flowed_into_each_program_is_in_it(self):
        page = self.report("--format=html", "--kinds=all")
        data = json.loads(page.split('id="report">')[1].split("</script>")[0])
        flows = {(flow["to"], flow["fd"], flow["text"])
                 for flow in data["flows"]}
        self.assertEqual(flows, {
            (1, 3, "file /etc/outer"), (1, 4, "tcp LISTEN 127.0.0.1:8080"),
            (1, 5, "file /var/log/server.log"),
            (1, 8, "file /var/log/other.log"),
            (2, 3, "file /etc/outer"), (2, 4, "tcp LISTEN 127.0.0.1:8080"),
            (2, 5, "file /var/log/server.log"),
            (2, 8, "file /var/log/other.log"), (3, 7, "pipe")})


if __name__ == "__main__":
    command.main()

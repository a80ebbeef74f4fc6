#!/usr/bin/python3
"""The page of `noinherit report --format=html` in a real browser: every
descriptor can be clicked, and the page then shows who created it and who
handed it over.

The browser is Debian's chromium, headless. A script that is added to a copy of
the page clicks what a reader would click and writes down what is shown then.
Pictures are kept as build/page*.png.
"""

import html
import json
import os
import re
import shutil
import struct
import subprocess
import sys
import tempfile
import unittest
import zlib

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)),
                                "..", "toolkit"))
from toolkit import BUILD, NOINHERIT, RECORDER, helper  # noqa: E402

SAMPLE = helper("sample_traces")

READER = """
<script>
"use strict";
const seen = { errors: [], rows: [], pills: [], receivers: [], chips: [] };
window.addEventListener("error", event => seen.errors.push(event.message));
function tell() {
	const box = document.getElementById("detail");
	return {
		heading: box.querySelector("h2").textContent,
		fix: box.querySelector(".fix") && box.querySelector(".fix").textContent,
		holders: [...box.querySelectorAll(".holder")].map(part => part.textContent),
		titles: [...box.querySelectorAll("h3")].map(part => part.textContent),
		stacks: [...box.querySelectorAll(".stack")].map(stack =>
			[...stack.querySelectorAll(".function")].map(part => part.textContent)),
		received: [...box.querySelectorAll(".received li")].map(part => part.textContent),
		picked: document.querySelectorAll(".picked").length,
		isBelow: box.previousElementSibling !== null,
	};
}
function all(selector) {
	return [...document.querySelectorAll(selector)];
}
async function click(element) {
	element.click();
	await new Promise(done => setTimeout(done, 20));
}
async function search(text) {
	const box = document.getElementById("search");
	box.value = text;
	box.dispatchEvent(new Event("input"));
	await new Promise(done => setTimeout(done, 20));
	return all(".row").map(row => row.textContent);
}
function size() {
	return { page: document.documentElement.scrollWidth, window: innerWidth,
		elements: all("*").length, more: all(".more:not([hidden])").length };
}
async function readChips() {
	for (const chip of all(".chip")) {
		const kind = chip.classList[2];
		const before = all(".row." + kind).length;
		await click(chip);
		const hidden = all(".row." + kind).length;
		await click(chip);
		seen.chips.push([kind, before, hidden, all(".row." + kind).length]);
	}
}
async function read() {
	seen.groups = all(".group").map(group => [group.open,
		group.querySelector("summary").textContent,
		[...group.querySelectorAll(".row")].map(row => row.textContent)]);
	seen.places = size();
	for (const number of all(".row").slice(0, 50).map(row => row.dataset.finding)) {
		const row = document.querySelector('.row[data-finding="' + number + '"]');
		await click(row);
		seen.rows.push({ text: row.textContent, kind: row.classList[1], ...tell() });
	}
	await readChips();
	seen.found = { listener: await search("8080"), function: await search("start_helper"),
		nothing: await search("no such text") };
	await search("");
	await click(document.getElementById("by-program"));
	seen.nodes = all(".node").map(node => node.querySelector(".exe").textContent);
	for (let i = 0; i < Math.min(50, all(".pill").length); i++) {
		const pill = all(".pill")[i];
		await click(pill);
		seen.pills.push({ text: pill.textContent, kind: pill.classList[2], ...tell() });
	}
	await click(document.querySelector(".pill.leak"));
	for (const link of all(".received a").slice(0, 5)) {
		for (const old of all(".target"))
			old.classList.remove("target");
		await click(link);
		while (!document.querySelector(".target"))
			await new Promise(done => setTimeout(done, 20));
		seen.receivers.push(document.querySelector(".target .exe").textContent);
	}
	document.getElementById("all").click();
	seen.programs = { count: all(".node").length, ...size() };
	const more = document.querySelector(".more:not([hidden])");
	if (more)
		await click(more);
	seen.moreNodes = all(".node").length;
	document.getElementById("by-place").click();
	const last = report.findings.length - 1;
	const linked = '.row.picked[data-finding="' + last + '"]';
	scrollTo(0, 0);
	location.hash = "#f" + last;
	while (!document.querySelector(linked))
		await new Promise(done => setTimeout(done, 20));
	const picked = document.querySelector(linked);
	seen.linked = { finding: picked.dataset.finding, top: picked.getBoundingClientRect().top,
		bottom: innerHeight, isOpen: picked.closest("details").open, last: last };
	const result = document.createElement("pre");
	result.id = "seen";
	result.textContent = JSON.stringify(seen);
	document.body.append(result);
}
read();
</script>
"""
# In a frame as narrow as a telephone; a browser's window cannot be as narrow.
PHONE = """<!DOCTYPE html><body style="margin: 0; background: #888">
<iframe src="%s" style="width: 390px; height: 844px; border: 0"></iframe>"""


def pixels(path):
    """The colours of a PNG, row by row: 8 bits per channel, not interlaced."""
    with open(path, "rb") as file:
        data = file.read()
    offset, packed = 8, b""
    while offset < len(data):
        size, kind = struct.unpack_from(">I4s", data, offset)
        body = data[offset + 8:offset + 8 + size]
        if kind == b"IHDR":
            width, height, _, colours = struct.unpack_from(">IIBB", body)
        elif kind == b"IDAT":
            packed += body
        offset += size + 12
    depth = {2: 3, 6: 4}[colours]
    rows = zlib.decompress(packed)
    line = width * depth
    previous = bytearray(line)
    for y in range(height):
        row = bytearray(rows[y * (line + 1) + 1:(y + 1) * (line + 1)])
        unfilter(rows[y * (line + 1)], row, previous, depth)
        yield [bytes(row[x:x + 3]) for x in range(0, line, depth)]
        previous = row


def unfilter(kind, row, above, depth):
    for x, byte in enumerate(row):
        left = row[x - depth] if x >= depth else 0
        corner = above[x - depth] if x >= depth else 0
        if kind == 1:
            byte += left
        elif kind == 2:
            byte += above[x]
        elif kind == 3:
            byte += (left + above[x]) // 2
        elif kind == 4:
            guess = left + above[x] - corner
            byte += min((left, above[x], corner),
                        key=lambda part, to=guess: abs(to - part))
        row[x] = byte & 255


def report_of(page):
    """The data that the page contains."""
    return json.loads(page.split('id="report">')[1].split("</script>")[0])


def with_report(page, report):
    before, rest = page.split('id="report">')
    after = rest.split("</script>", 1)[1]
    data = json.dumps(report).replace("<", "\\u003c")
    return f'{before}id="report">{data}</script>{after}'


def enlarged(page, programs, is_chain):
    """The same report with many more programs, each the child of the last or
    all side by side; each of them received a descriptor."""
    report = report_of(page)
    first = len(report["processes"])
    leak = next(number for number, finding in enumerate(report["findings"])
                if finding["kind"] == "leak")
    for i in range(programs):
        report["processes"].append({
            "pid": 5000 + i, "ppid": 1, "exe": f"/usr/bin/program-{i}",
            "name": f"program-{i}", "argv": [f"program-{i}", "x" * 300],
            "parent": first + i - 1 if is_chain and i else 0,
            "unfollowed": None})
        report["flows"].append({"to": first + i, "fd": 4, "finding": leak,
                                "text": "tcp LISTEN 127.0.0.1:8080"})
    for i in range(programs):
        finding = dict(report["findings"][leak], text=f"file /tmp/{i}",
                       place=dict(report["findings"][leak]["place"], line=i + 1))
        report["findings"].append(finding)
    return with_report(page, report)


class Browser(unittest.TestCase):
    """What all pages need: the browser, and the page of the sample."""

    @classmethod
    def setUpClass(cls):
        cls.folder = tempfile.mkdtemp()
        cls.addClassCleanup(shutil.rmtree, cls.folder, ignore_errors=True)
        cls.page = os.path.join(cls.folder, "page.html")
        cls.write_page()
        with open(cls.page, encoding="utf-8") as file:
            cls.text = file.read()

    @classmethod
    def write_page(cls):
        recording = os.path.join(cls.folder, "recording")
        os.mkdir(recording)
        subprocess.run([SAMPLE, recording], check=True, timeout=60)
        subprocess.run([NOINHERIT, "report", "--format=html", "--kinds=all",
                        "-o", cls.page, recording], check=True, timeout=60)

    @classmethod
    def browser(cls, *arguments):
        return subprocess.run(
            ["chromium", "--headless", "--no-sandbox", "--disable-gpu",
             f"--user-data-dir={cls.folder}/profile", "--hide-scrollbars",
             "--window-size=1400,1000", "--enable-logging=stderr",
             "--allow-file-access-from-files",
             *arguments], capture_output=True, timeout=240, check=True,
            text=True, stdin=subprocess.DEVNULL)

    @classmethod
    def file(cls, name, text):
        path = os.path.join(cls.folder, name)
        with open(path, "w", encoding="utf-8") as file:
            file.write(text)
        return path

    @classmethod
    def read_in_browser(cls, text, is_phone=False):
        """What the script saw in the page, and the errors of the browser. In a
        frame, the script's answer is copied out of the frame."""
        path = cls.file("read.html", text.replace("</body>", READER + "</body>"))
        if is_phone:
            path = cls.file("phone.html", PHONE % "read.html" + """<script>
const timer = setInterval(() => {
	const inner = document.querySelector("iframe").contentDocument;
	const found = inner && inner.getElementById("seen");
	if (!found)
		return;
	clearInterval(timer);
	document.body.append(document.importNode(found, true));
}, 50);</script>""")
        done = cls.browser("--virtual-time-budget=60000", "--dump-dom",
                           "file://" + path)
        found = re.search(r'<pre id="seen">(.*?)</pre>', done.stdout, re.S)
        if not found:
            raise AssertionError("the page was not read to its end:\n" +
                                 done.stderr[-3000:])
        return json.loads(html.unescape(found[1])), [
            line for line in done.stderr.split("\n") if "CONSOLE" in line]

    def picture(self, name, path):
        """Saves a picture of a page beside the build."""
        file = os.path.join(BUILD, name)
        self.browser("--virtual-time-budget=10000", f"--screenshot={file}",
                     f"file://{path}")
        rows = list(pixels(file))
        self.assertEqual((len(rows[0]), len(rows)), (1400, 1000))
        return rows


class Page(Browser):
    is_phone = False

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.seen, cls.messages = cls.read_in_browser(cls.text, cls.is_phone)

    def test_nothing_goes_wrong_in_its_script(self):
        self.assertEqual(self.seen["errors"], [])
        self.assertEqual(self.messages, [])

    def test_it_opens_with_what_matters(self):
        """Findings by the place to change, the listener first."""
        first = self.seen["groups"][0]
        self.assertTrue(first[0])
        self.assertRegex(first[1], r"^\S+:\d+")
        self.assertRegex(first[2][0],
                         r"^leak tcp LISTEN 127\.0\.0\.1:8080 \u2192 sh")
        order = [kind for _, _, rows in self.seen["groups"] for row in rows
                 for kind in [row.split()[0]]]
        self.assertEqual(order.index("leak"), 0)
        self.assertLess(order.index("leak"), order.index("race"))

    def test_it_is_no_wider_than_the_window(self):
        for where in ("places", "programs"):
            size = self.seen[where]
            self.assertEqual(size["window"], 390 if self.is_phone else 1400)
            self.assertLessEqual(size["page"], size["window"], where)

    def test_the_search_finds_addresses_and_functions(self):
        found = self.seen["found"]
        self.assertTrue(found["listener"])
        for row in found["listener"]:
            self.assertIn("8080", row)
        self.assertTrue(found["function"])
        self.assertLess(len(found["function"]), len(self.seen["rows"]))
        self.assertEqual(found["nothing"], [])

    def test_a_click_shows_both_stacks_and_the_fix(self):
        row = next(row for row in self.seen["rows"]
                   if "tcp LISTEN" in row["text"] and row["kind"] == "leak")
        self.assertEqual(row["heading"], "LEAK  tcp LISTEN 127.0.0.1:8080")
        self.assertRegex(row["fix"], r"^fix: SOCK_CLOEXEC at \S+:\d+$")
        self.assertEqual(row["titles"], ["Created by socket",
                                         "Handed over by execve",
                                         "Received by"])
        self.assertEqual(row["stacks"], [["open_listener", "finish"],
                                         ["start_helper", "finish"]])
        self.assertEqual(row["received"],
                         ["sh (pid 101) as fd 4 tcp LISTEN 127.0.0.1:8080: "
                          "sh -c 'cat; true'"])

    def test_every_click_shows_its_own_finding(self):
        for clicked in (self.seen["rows"], self.seen["pills"]):
            kinds = {one["kind"] for one in clicked}
            self.assertLessEqual({"leak", "double-close", "race", "wrong-flag",
                                  "unclosed", "arrived", "passed"}, kinds)
            for one in clicked:
                self.assertTrue(one["heading"].startswith(one["kind"].upper()),
                                one)
                self.assertGreaterEqual(one["picked"], 1)
                # On a narrow screen the details stand below what was clicked.
                self.assertEqual(one["isBelow"], self.is_phone)

    def test_the_programs_are_those_with_findings(self):
        self.assertEqual(self.seen["nodes"], ["server", "sh", "cat", "helper"])
        self.assertEqual(self.seen["programs"]["count"], 4)
        texts = [pill["text"] for pill in self.seen["pills"]]
        self.assertEqual(texts.count("fd 4 tcp LISTEN 127.0.0.1:8080"), 2)
        self.assertEqual(texts.count("fd 7 pipe"), 1)

    def test_receivers_lead_back_to_the_programs(self):
        self.assertEqual(self.seen["receivers"], ["sh"])

    def test_chips_hide_and_show_their_kind(self):
        kinds = {chip[0] for chip in self.seen["chips"]}
        self.assertLessEqual({"leak", "race", "unclosed", "passed"}, kinds)
        for kind, before, hidden, after in self.seen["chips"]:
            if kind != "minor":
                self.assertGreater(before, 0, kind)
            self.assertEqual((hidden, after), (0, before), kind)

    def test_a_picture_of_it_is_not_empty(self):
        path = self.page
        if self.is_phone:
            path = self.file("phone-picture.html", PHONE % "page.html#f0")
        rows = self.picture("page-phone.png" if self.is_phone else "page.png",
                            path)
        colours = {colour for row in rows for colour in row[:390]}
        self.assertGreater(len(colours), 100)
        self.assertIn(bytes([0xf6, 0xf7, 0xf9]), colours)
        self.assertIn(bytes([0xc0, 0x26, 0x38]), colours)


class Phone(Page):
    is_phone = True


@unittest.skipUnless(os.path.exists(RECORDER), "no recorder is built")
class Exhausted(Browser):
    """A program that has no descriptor left, beside one that leaks."""

    @classmethod
    def write_page(cls):
        subprocess.run([NOINHERIT, "audit", "--kinds=all", "--format=html",
                        "-o", cls.page, "--", "sh", "-c",
                        '"$0" leak_by_fork; ulimit -n 200; "$1" 2000; :',
                        helper("planted"), helper("loses")], check=True,
                       timeout=60, stdin=subprocess.DEVNULL,
                       capture_output=True)

    def test_a_click_shows_who_held_them(self):
        seen, messages = self.read_in_browser(self.text)
        self.assertEqual((seen["errors"], messages), ([], []))
        row, = [row for row in seen["rows"] if row["kind"] == "exhausted"]
        self.assertIn("Held then: 197 from 3 up; the limit was 200",
                      row["titles"])
        lost = 200 - 3 - 4 - 2
        for function, what in (("dial", f"{lost} tcp created by socket"),
                               ("keep", "4 file created by open"),
                               ("talk", "2 pipe created by pipe2")):
            self.assertIn(what, row["holders"])
            self.assertIn(function, [stack[0] for stack in row["stacks"]])


class Large(Browser):
    """Thousands of programs: side by side, and each the child of the last. A
    link leads to the last of the findings."""

    def test_thousands_are_drawn_a_page_at_a_time(self):
        for is_chain, is_phone in ((False, False), (True, True)):
            with self.subTest(is_chain=is_chain, is_phone=is_phone):
                text = enlarged(self.text, 3000, is_chain)
                seen, messages = self.read_in_browser(text, is_phone)
                self.assertEqual((seen["errors"], messages), ([], []))
                self.assertEqual(len(seen["groups"]), 100)
                self.assertEqual(seen["places"]["more"], 1)
                self.assertFalse(seen["groups"][99][0])
                self.assertEqual(seen["programs"]["count"], 100)
                self.assertEqual(seen["moreNodes"], 200)
                linked = seen["linked"]
                self.assertEqual(int(linked["finding"]), linked["last"])
                self.assertTrue(linked["isOpen"])
                self.assertTrue(0 <= linked["top"] < linked["bottom"], linked)
                for size in (seen["places"], seen["programs"]):
                    self.assertLess(size["elements"], 4000)
                    self.assertLessEqual(size["page"], size["window"])

    def test_pictures_of_the_large_pages(self):
        for is_chain, name in ((False, "many"), (True, "chain")):
            self.file(f"{name}.html", enlarged(self.text, 3000, is_chain))
            path = self.file("phone.html", PHONE % f"{name}.html#p50")
            self.picture(f"page-{name}.png", path)


if __name__ == "__main__":
    if not shutil.which("chromium"):
        print("package chromium is not installed", file=sys.stderr)
        sys.exit(77)
    unittest.main()

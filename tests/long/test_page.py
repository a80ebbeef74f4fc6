#!/usr/bin/python3
"""The page of `noinherit report --format=html`, in a real browser: every
descriptor can be clicked, and shows who created it and who handed it over.

The browser is Debian's chromium, headless. A script that is added to a copy of
the page clicks what a reader would click and writes down what is then there.
The picture is kept as build/page.png.
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
from toolkit import BUILD, NOINHERIT, helper  # noqa: E402

SAMPLE = helper("sample_traces")
PICTURE = os.path.join(BUILD, "page.png")

READER = """
<script>
"use strict";
const seen = { errors: [], pills: [], receivers: [], chips: [] };
window.addEventListener("error", event => seen.errors.push(event.message));
function tell() {
	const box = document.getElementById("detail");
	return {
		heading: box.querySelector("h2").textContent,
		fix: box.querySelector(".fix") && box.querySelector(".fix").textContent,
		titles: [...box.querySelectorAll("h3")].map(part => part.textContent),
		stacks: [...box.querySelectorAll(".stack")].map(stack =>
			[...stack.querySelectorAll(".function")].map(part => part.textContent)),
		received: [...box.querySelectorAll(".received li")].map(part => part.textContent),
		picked: document.querySelectorAll(".pill.picked").length,
	};
}
function isVisible(element) {
	return element.getClientRects().length > 0;
}
async function click(element) {
	element.click();
	await new Promise(done => setTimeout(done, 20));
}
async function read() {
	seen.nodes = [...document.querySelectorAll(".node")].map(node =>
		node.querySelector(".exe").textContent);
	for (const pill of document.querySelectorAll(".pill")) {
		await click(pill);
		seen.pills.push({ text: pill.textContent, kind: pill.classList[1], ...tell() });
	}
	await click(document.querySelector(".pill.leak"));
	for (const link of document.querySelectorAll(".received a")) {
		await click(link);
		seen.receivers.push(document.querySelector(":target .exe").textContent);
	}
	for (const chip of document.querySelectorAll(".chip")) {
		const kind = chip.classList[1];
		const before = [...document.querySelectorAll(".pill." + kind)].filter(isVisible).length;
		await click(chip);
		const hidden = [...document.querySelectorAll(".pill." + kind)].filter(isVisible).length;
		await click(chip);
		const after = [...document.querySelectorAll(".pill." + kind)].filter(isVisible).length;
		seen.chips.push([kind, before, hidden, after]);
	}
	const result = document.createElement("pre");
	result.id = "seen";
	result.textContent = JSON.stringify(seen);
	document.body.append(result);
}
read();
</script>
"""


def pixels(path):
    """The colours of a PNG, row by row: 8 bits, not interlaced."""
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


class Page(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.folder = tempfile.mkdtemp()
        cls.addClassCleanup(shutil.rmtree, cls.folder, ignore_errors=True)
        recording = os.path.join(cls.folder, "recording")
        os.mkdir(recording)
        subprocess.run([SAMPLE, recording], check=True, timeout=60)
        cls.page = os.path.join(cls.folder, "page.html")
        subprocess.run([NOINHERIT, "report", "--format=html", "--kinds=all",
                        "-o", cls.page, recording], check=True, timeout=60)
        with open(cls.page, encoding="utf-8") as file:
            text = file.read()
        read = os.path.join(cls.folder, "read.html")
        with open(read, "w", encoding="utf-8") as file:
            file.write(text.replace("</body>", READER + "</body>"))
        cls.seen, cls.messages = cls.read_in_browser(read)

    @classmethod
    def browser(cls, *arguments):
        return subprocess.run(
            ["chromium", "--headless", "--no-sandbox", "--disable-gpu",
             f"--user-data-dir={cls.folder}/profile", "--hide-scrollbars",
             "--window-size=1400,1000", "--enable-logging=stderr",
             *arguments], capture_output=True, timeout=180, check=True,
            text=True, stdin=subprocess.DEVNULL)

    @classmethod
    def read_in_browser(cls, path):
        done = cls.browser("--virtual-time-budget=60000", "--dump-dom",
                           "file://" + path)
        found = re.search(r'<pre id="seen">(.*?)</pre>', done.stdout, re.S)
        if not found:
            raise AssertionError("the page was not read to its end:\n" +
                                 done.stderr[-3000:])
        return json.loads(html.unescape(found[1])), [
            line for line in done.stderr.split("\n") if "CONSOLE" in line]

    def test_nothing_goes_wrong_in_its_script(self):
        self.assertEqual(self.seen["errors"], [])
        self.assertEqual(self.messages, [])

    def test_the_tree_shows_every_program(self):
        self.assertEqual(self.seen["nodes"], ["server", "sh", "cat", "helper"])

    def test_the_descriptors_stand_at_who_received_them(self):
        texts = [pill["text"] for pill in self.seen["pills"]]
        self.assertEqual(texts.count("fd 4 tcp LISTEN 127.0.0.1:8080"), 2)
        self.assertEqual(texts.count("fd 5 file /var/log/server.log"), 2)
        self.assertEqual(texts.count("fd 3 file /etc/outer"), 2)
        self.assertEqual(texts.count("fd 7 pipe"), 1)

    def test_a_click_shows_both_stacks_and_the_fix(self):
        pill = next(pill for pill in self.seen["pills"]
                    if pill["text"].startswith("fd 4"))
        self.assertEqual(pill["heading"],
                         "LEAK  tcp LISTEN 127.0.0.1:8080")
        self.assertRegex(pill["fix"], r"^fix: SOCK_CLOEXEC at \S+:\d+$")
        self.assertEqual(pill["titles"], ["Created by socket",
                                          "Handed over by execve",
                                          "Received by"])
        self.assertEqual(pill["stacks"], [["open_listener", "finish"],
                                          ["start_helper", "finish"]])
        self.assertEqual(pill["received"],
                         ["sh (pid 101) as fd 4 tcp LISTEN 127.0.0.1:8080: "
                          "sh -c 'cat; true'"])

    def test_every_click_shows_its_own_finding(self):
        kinds = {pill["kind"] for pill in self.seen["pills"]}
        self.assertEqual(kinds, {"leak", "double-close", "race", "wrong-flag",
                                 "unclosed", "arrived", "passed"})
        for pill in self.seen["pills"]:
            self.assertTrue(pill["heading"].startswith(pill["kind"].upper()),
                            pill)
            self.assertGreaterEqual(pill["picked"], 1)

    def test_receivers_lead_back_to_the_tree(self):
        self.assertEqual(self.seen["receivers"], ["sh"])

    def test_chips_hide_and_show_their_kind(self):
        self.assertEqual(len(self.seen["chips"]), 7)
        for kind, before, hidden, after in self.seen["chips"]:
            self.assertGreater(before, 0, kind)
            self.assertEqual((hidden, after), (0, before), kind)

    def test_a_picture_of_it_is_not_empty(self):
        self.browser("--virtual-time-budget=10000",
                     f"--screenshot={PICTURE}", f"file://{self.page}#f0")
        rows = list(pixels(PICTURE))
        self.assertEqual((len(rows[0]), len(rows)), (1400, 1000))
        colours = {colour for row in rows for colour in row}
        self.assertGreater(len(colours), 100)
        page, leak = bytes([0xf6, 0xf7, 0xf9]), bytes([0xc0, 0x26, 0x38])
        self.assertIn(page, colours)
        self.assertIn(leak, colours)


if __name__ == "__main__":
    if not shutil.which("chromium"):
        print("package chromium is not installed", file=sys.stderr)
        sys.exit(77)
    unittest.main()

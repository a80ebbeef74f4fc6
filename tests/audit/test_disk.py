#!/usr/bin/python3
"""A recording takes little room on the disk, and a full disk does not harm the
program."""

import os
import shutil
import subprocess
import sys
import tempfile

import recording
from recording import Recording, check

FULL = 128          # NI_TRACE_FULL
DISK_FULL = 256     # NI_TRACE_DISK_FULL


def kib(path):
    return os.stat(path).st_blocks // 2


def in_small_file_system(size, script, *arguments):
    """Runs a shell script with the path of a small tmpfs in $0 and the
    recorder's in $R. None if that is not permitted."""
    if subprocess.run(["unshare", "-rm", "true"],
                      capture_output=True).returncode:
        print("skipped case: no mount namespace here")
        return None
    place = tempfile.mkdtemp(prefix="noinherit-")
    try:
        return subprocess.run(
            ["unshare", "-rm", "sh", "-c",
             'mount -t tmpfs -o size=%s,mode=1777 none "$0" || exit 99\n%s' %
             (size, script), place, *arguments],
            env=dict(os.environ, R=recording.RECORDER, TMPDIR=place,
                     B=recording.BUILD, H=recording.HELPERS),
            capture_output=True, text=True, timeout=300)
    finally:
        os.rmdir(place)


def run_holder(record, commands):
    """The image record of a holder that ran the commands, and its file's size.
    """
    subprocess.run([os.path.join(recording.HELPERS, "holder")],
                   input=commands, env=record.environment, check=True,
                   stdout=subprocess.DEVNULL, text=True, timeout=300)
    image, = [i for i in record.records("image")
              if i["exe"].endswith("/holder")]
    path, = [f for f in record.files()
             if os.path.basename(f).startswith(image["pid"] + ".")]
    return image, kib(path)


def test_a_small_program_takes_little():
    with Recording() as record:
        record.run("sh", "-c", "i=0; while [ $i -lt 100 ]; do i=$((i+1));"
                   "/bin/true; done")
        sizes = sorted(kib(path) for path in record.files())
        check("there are 101 traces", len(sizes) == 101, len(sizes))
        check("each takes at most 16 KiB, except that of the shell",
              sizes[-2] <= 16, sizes)
        check("the trace of the shell stays below 100 KiB", sizes[-1] <=
              100, sizes)


def test_a_large_recording_grows_and_loses_nothing():
    with Recording() as record:
        image, size = run_holder(record, "children 600\n")
        check("nothing was dropped", not [n for n in image if "dropped" in n],
              image)
        check("it grew, and not much beyond what it holds",
              30 < size < 48 + int(image["cells"].split("/")[0]) // 32,
              size, image)


def test_a_limit_is_kept_and_reported():
    with Recording("size=16") as record:
        image, size = run_holder(record, "children 300\n")
        losses = [loss["what"] for loss in record.report()["losses"]]
        check("the file is no larger", size <= 16, size)
        check("what was dropped is counted, with the reason",
              int(image["flags"]) & (FULL | DISK_FULL) == FULL and
              any("dropped" in name for name in image), image)
        check("the report names the option to change",
              any("--trace-size" in what for what in losses), losses)


def test_a_compiler_never_fails_for_the_recording():
    if not shutil.which("cc"):
        print("skipped case: no compiler")
        return
    done = in_small_file_system("12m", """
        mkdir -m 1777 "$0/rec"; cd "$0"
        echo 'int main(void) { return 0; }' >a.c
        head -c 5800k /dev/zero >ballast
        export NOINHERIT_AUDIT_DIR=$0/rec LD_PRELOAD=$R
        for i in 1 2 3 4 5 6 7 8; do
            cc -o a a.c || { echo "compiler failed"; exit 1; }
        done
        unset LD_PRELOAD
        echo "$(find rec -name '*.trace' -size 0 | wc -l)" \\
             "$(find rec -name '*.trace' -size +0 | wc -l)" \\
             "$(df -k --output=avail "$0" | tail -n 1)"
    """)
    if not done:
        return
    check("each compilation succeeds", done.returncode == 0, done)
    lost, kept, left = map(int, done.stdout.split())
    check("some programs were recorded, and then no more", lost and kept,
          lost, kept)
    check("half of the file system is left", 4096 < left <= 6200, left)


def test_a_program_that_finds_the_disk_full_runs_on():
    done = in_small_file_system("1m", """
        mkdir -m 1777 "$0/rec"
        head -c 460k /dev/zero >"$0/ballast"
        NOINHERIT_AUDIT_DIR=$0/rec LD_PRELOAD=$R \\
            "$H/mannered" errno_of_successes >"$0/out" || exit 1
        cat "$0/out"
        printf 'children 600\\nfiles 3\\n' |
            NOINHERIT_AUDIT_DIR=$0/rec LD_PRELOAD=$R "$H/holder" |
            tail -n +2 | wc -l || exit 1
        "$H/tracedump" "$0"/rec/*.trace | grep "^image.*holder"
    """)
    if not done:
        return
    native = subprocess.run([os.path.join(recording.HELPERS, "mannered"),
                             "errno_of_successes"],
                            capture_output=True, text=True)
    check("it does what it does natively", done.returncode == 0 and
          done.stdout.startswith(native.stdout), done)
    answers, image = done.stdout[len(native.stdout):].splitlines()
    check("both commands were done", answers.strip() == "2", done)
    image = recording.parse(image)
    check("the flag says that the disk was full",
          int(image["flags"]) & DISK_FULL, image)
    check("what was dropped is counted",
          any("dropped" in name for name in image), image)


if __name__ == "__main__":
    recording.run_tests(sys.modules[__name__])

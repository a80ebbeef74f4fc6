#!/usr/bin/python3
"""A recorded program notices nothing, and the recording survives what the
program does.

tests/helpers/mannered.c has programs that would notice; each prints what it
sees, which must be the same natively and recorded.
"""

import os
import resource
import shutil
import signal
import subprocess
import sys
import tempfile

import recording
from recording import Recording, check

MANNERED = os.path.join(recording.HELPERS, "mannered")


def natively(*command):
    return subprocess.run(command, text=True, stdin=subprocess.DEVNULL,
                          stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                          timeout=300)


def same(record, *arguments):
    """Runs a command natively and recorded; the output must not differ."""
    native = natively(MANNERED, *arguments)
    recorded = record.run(MANNERED, *arguments, status=None)
    for what in ("returncode", "stdout", "stderr"):
        check("the program sees the same", getattr(native, what) ==
              getattr(recorded, what), arguments, what,
              getattr(native, what), getattr(recorded, what))
    check("the program ran", native.returncode >= 0, native.returncode)
    return recorded


def sites(record, call):
    return [s for s in record.records("site")
            if s["stack"].startswith(call + ":")]


def total(rows, name):
    return sum(int(row[name]) for row in rows)


def closed(rows):
    """How many descriptors of these sites were closed, at any place."""
    partners = 0
    for row in rows:
        for part in row.get("closer", "").split():
            partners += int(part.split("*")[1])
    return partners


# ---- what the program sees --------------------------------------------------

def test_results_and_errno_of_failures_are_native():
    with Recording() as record:
        same(record, "results_of_failures")


def test_numbers_and_errno_of_successes_are_native():
    with Recording() as record:
        same(record, "errno_of_successes")


def test_a_sweep_may_be_the_first_that_a_program_does():
    with Recording() as record:
        same(record, "close_first")


def test_a_program_has_the_posix_spawn_that_it_was_linked_with():
    with Recording() as record:
        same(record, "old_spawn")


def test_closing_everything_changes_nothing_and_recording_goes_on():
    with Recording() as record:
        same(record, "close_everything")
        groups = [s for s in sites(record, "open") if s["type"] == "file"]
        check("the files opened after each sweep are there",
              total(groups, "inheritable") >= 8, groups)
        check("no close of a sweep is called a double close",
              not record.records("double-close"),
              record.records("double-close"))


def test_signal_handlers_may_interrupt_it_anywhere():
    with Recording() as record:
        same(record, "signal_storm", "3000")
        opened = total(sites(record, "open"), "inheritable")
        check("thousands of calls were recorded", opened > 10000, opened)
        check("each copy was marked once",
              total(sites(record, "dup"), "marked") ==
              total(sites(record, "dup"), "inheritable"),
              sites(record, "dup"))
        everything = record.records("site")
        check("what the handler does ends at the signal",
              any(s["stack"].endswith(",signal") for s in everything))
        check("there are not many sites",
              len(everything) < 100, len(everything))


def test_a_handler_needs_no_larger_stack():
    # The smallest size at which it works natively.
    for size in range(3072, 65536, 512):
        if natively(MANNERED, "small_signal_stack", str(size)).returncode == 0:
            break
    with Recording() as record:
        same(record, "small_signal_stack", str(size + 2048))


def test_stacks_of_coroutines_end_where_they_end():
    with Recording() as record:
        same(record, "coroutine")
        check("its calls were recorded", sites(record, "dup"))


def test_threads_count_exactly():
    rounds = 3000
    levels = 8 * sum(i % 5 + 1 for i in range(rounds))
    with Recording() as record:
        same(record, "threads", str(rounds))
        for call in "open", "dup":
            made = total(sites(record, call), "inheritable")
            check("every %s was counted once" % call, made == levels,
                  made, levels)
        copies = sites(record, "dup")
        check("every mark was counted", total(copies, "marked") == levels ==
              total(copies, "threaded"), copies)
        check("nothing was dropped", "dropped0" not in record.records(
            "image")[0], record.records("image"))


def test_fork_children_of_threads_go_on():
    with Recording() as record:
        same(record, "forking_threads", "50")
        check("each child is known", len(record.records("fork")) == 200,
              len(record.records("fork")))
        made = total(sites(record, "open"), "inheritable")
        check("their calls were counted", made == 200 * 4 + 200 * 3, made)


def test_a_blocked_accept_can_be_cancelled():
    with Recording() as record:
        check("the thread ends", same(record, "cancelled_accept").stdout ==
              "cancelled\n")


def test_unloaded_code_is_not_taken_for_what_lies_there_now():
    place = tempfile.mkdtemp(prefix="noinherit-")
    try:
        copies = [shutil.copy(os.path.join(recording.HELPERS,
                                           "libplugin_planted.so"),
                              os.path.join(place, name))
                  for name in ("first.so", "second.so")]
        with Recording() as record:
            seen = same(record, "plugins", *copies, copies[0])
            check("one was loaded where the other had been",
                  "elsewhere" not in seen.stdout, seen.stdout)
            made = {name: total([s for s in sites(record, "eventfd")
                                 if "/%s+" % name in s["stack"]],
                                "inheritable")
                    for name in ("first.so", "second.so")}
            check("each call is that of its library",
                  made == {"first.so": 6, "second.so": 3}, made)
    finally:
        shutil.rmtree(place)


# ---- processes -----------------------------------------------------------------

def test_a_vfork_child_leaves_the_parents_table_alone():
    with Recording() as record:
        same(record, "vfork_child")
        findings = record.report("all,-arrived")["findings"]
        kinds = sorted((f["kind"], f["what"]["type"]) for f in findings)
        check("what the children changed is theirs",
              kinds == [("leak", "unix"), ("passed", "file"),
                        ("passed", "file")], kinds)


def test_vfork_may_fail_or_be_nested():
    with Recording() as record:
        same(record, "vfork_oddities")


def test_a_tree_of_a_thousand_processes_is_one_report():
    with Recording() as record:
        same(record, "tree", "9")
        processes = record.report()["processes"]
        check("all processes are in the report", len(processes) == 1023,
              len(processes))
        check("each has its user", {p["uid"] for p in processes} ==
              {os.geteuid()}, processes[:2])
        check("each has the date of its start",
              all("2000" <= p["started"] < "2100" for p in processes),
              processes[:2])


def test_a_cleaned_environment_is_completed():
    for options, followed in ("", True), ("no-follow", False):
        with Recording(options) as record:
            record.run(recording.PLANTED, "leak_with_clean_environment")
            images = [i["exe"] for i in record.records("image")]
            check("the new image is recorded, unless that is not wanted",
                  any(i.endswith("/true") for i in images) == followed, images)
            flags = int(record.records("exec")[0]["flags"])
            check("the record says so", flags & 3 == (1 if followed else 2),
                  flags)


def test_a_shell_that_libc_spawns_without_environment_is_said():
    with Recording() as record:
        same(record, "shell_without_environment")
        flags = int(record.records("exec")[0]["flags"])
        check("it is not followed, and the record says so", flags & 2, flags)


def test_an_exec_that_just_fits_still_fits():
    with Recording() as record:
        same(record, "full_environment")


def test_twenty_thousand_descriptors():
    with Recording() as record:
        hard = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
        many = 20000 if hard < 0 else min(20000, hard - 100)
        if many != 20000:
            print("# the limit allows only %d" % many)
        same(record, "many_descriptors", str(many))
        leaks = record.report("leak")["findings"]
        check("each of them leaked", sum(f["count"] for f in leaks) == many,
              [f["count"] for f in leaks])
        check("each was closed", closed(sites(record, "dup")) == many,
              sites(record, "dup"))


# ---- accidents -------------------------------------------------------------------

def test_what_was_recorded_survives_sigkill():
    for _ in range(10):
        with Recording() as record:
            process = record.start(MANNERED, "create_for_ever")
            check("the program has leaked a socket",
                  process.stdout.readline() == "leaked\n")
            process.send_signal(signal.SIGKILL)
            process.wait()
            process.stdout.close()
            leaks = record.report("leak")["findings"]
            check("the leak is reported", [f["what"]["type"] for f in leaks]
                  == ["unix"], leaks)


def on_full_disk(*command):
    """Runs in a mount namespace with a full tmpfs as the trace directory."""
    script = """
        set -e
        mount -t tmpfs -o size=256k,mode=1777 none "$0"
        head -c 250k /dev/zero >"$0/ballast" 2>/dev/null || :
        NOINHERIT_AUDIT_DIR=$0 LD_PRELOAD=$1 "$2" "$3"
        ls -l "$0" >&2
        "$4" report "$0"
    """
    directory = tempfile.mkdtemp(prefix="noinherit-")
    try:
        return natively("unshare", "-rm", "sh", "-c", script, directory,
                        recording.RECORDER, *command,
                        os.path.join(recording.BUILD, "noinherit"))
    finally:
        os.rmdir(directory)


def test_a_full_disk_stops_the_recording_and_nothing_else():
    if natively("unshare", "-rm", "true").returncode:
        print("# no mount namespace here: the full disk was not tried")
        return
    native = natively(MANNERED, "errno_of_successes").stdout
    done = on_full_disk(MANNERED, "errno_of_successes")
    check("the program runs on", done.stdout.startswith(native), done.stdout,
          done.stderr, native)
    report = done.stdout[len(native):]
    check("the report says that something was dropped",
          done.returncode == 0 and "no space" in report, report, done.stderr)


def test_a_stack_of_128_kib_is_enough():
    def limit():
        resource.setrlimit(resource.RLIMIT_STACK, (131072, 131072))

    with Recording() as record:
        record.run(recording.PLANTED, "leak_by_fork", "leak_by_vfork",
                   "leak_by_spawn", "leak_by_system",
                   "leak_with_clean_environment", preexec_fn=limit)
        leaks = record.report("leak")["findings"]
        check("each leak is there", sum(f["count"] for f in leaks) >= 5,
              leaks)


def test_a_limit_on_file_sizes_kills_nothing():
    def limit():
        resource.setrlimit(resource.RLIMIT_FSIZE, (1024, 1024))

    with Recording() as record:
        record.run("/bin/true", preexec_fn=limit)


def test_without_a_free_number_nothing_is_recorded():
    def limit():
        resource.setrlimit(resource.RLIMIT_NOFILE, (3, 3))

    with Recording() as record:
        # The loader itself needs a number to open libc: set the limit after
        # exec.
        record.run("/bin/sh", "-c", "ulimit -n 3; echo still here")


def test_useless_settings_are_survived():
    for directory in "relative", "/no/such/directory", "/proc", "", "/" * 5000:
        with Recording() as record:
            record.environment["NOINHERIT_AUDIT_DIR"] = directory
            record.run("/bin/true")
    for options in "size=0", "size=99999999999999999999", "frames=", ",,,x=y":
        with Recording(options) as record:
            record.run("/bin/true")
            check("the defaults hold", record.records("image")[0]["cells"]
                  .endswith("/126720"), record.records("image"))


def test_options_are_obeyed():
    with Recording("size=16,frames=2") as record:
        record.run(recording.PLANTED, "leak_by_fork", "leak_fopen")
        check("files are as large as asked",
              all(os.path.getsize(f) == 16384 for f in record.files()))
        check("stacks are as short as asked",
              all(s["stack"].count("+0x") <= 2 for s in record.records("site")),
              record.records("site"))


def test_a_small_trace_counts_what_it_drops():
    with Recording("size=16") as record:
        record.run(recording.PLANTED, *subprocess.run(
            [recording.PLANTED, "--list"], stdout=subprocess.PIPE, text=True,
            check=True).stdout.split()[:40])
        images = [i for i in record.records("image")
                  if i["exe"].endswith("/planted")]
        check("sites were dropped", images and "dropped0" in images[0], images)


def test_the_programs_own_filter_is_obeyed():
    for how in "0", "1", "2":
        with Recording() as record:
            same(record, "filter", how)
            check("what came before is recorded", sites(record, "open"),
                  record.records("site"))
            check("the record says that it ends there",
                  record.records("stopped"), record.records())
            check("the new image is left alone, too",
                  len(record.files()) == 1, record.files())


def test_calls_before_the_constructor_are_recorded():
    with Recording() as record:
        record.environment["LD_PRELOAD"] += ":" + os.path.join(
            recording.HELPERS, "libearly_planted.so")
        record.run(recording.PLANTED, "leak_by_fork")
        made = sites(record, "eventfd")
        check("another library's constructor came first",
              made and "libearly_planted.so" in made[0]["stack"],
              record.records("site"))
        leaks = [f["what"]["type"] for f in record.report("leak")["findings"]]
        check("its descriptor leaks, too", sorted(leaks) == ["eventfd", "tcp"],
              leaks)


def test_a_child_of_another_libc_goes_on():
    if not shutil.which("musl-gcc"):
        print("# no musl-gcc (package musl-tools): not tried")
        return
    place = tempfile.mkdtemp(prefix="noinherit-")
    try:
        program = os.path.join(place, "plain")
        subprocess.run(["musl-gcc", "-D_GNU_SOURCE", "-o", program,
                        os.path.join(os.path.dirname(recording.SOURCE),
                                     "plain.c")], check=True)
        for others in [], [recording.SHIM]:
            alone = subprocess.run(
                ["sh", "-c", program + "; exit $?"], text=True,
                stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, timeout=300,
                env=dict(os.environ, LD_PRELOAD=":".join(others)))
            with Recording() as record:
                record.environment["LD_PRELOAD"] = ":".join(
                    [recording.RECORDER] + others)
                done = record.run("sh", "-c", program + "; exit $?",
                                  status=None)
                check("it does what it does without the recorder",
                      (done.stdout, done.returncode) ==
                      (alone.stdout, alone.returncode), others, alone, done)
    finally:
        shutil.rmtree(place)


def test_a_process_that_dropped_privileges_writes_its_own_file():
    if os.geteuid() != 0 or not shutil.which("setpriv"):
        print("# not root, or no setpriv: dropping privileges was not tried")
        return
    place = tempfile.mkdtemp(prefix="noinherit-")
    os.chmod(place, 0o755)
    library = shutil.copy(recording.RECORDER, place)
    try:
        with Recording() as record:
            record.environment["LD_PRELOAD"] = library
            record.run("setpriv", "--reuid=65534", "--regid=65534",
                       "--clear-groups", "/bin/true")
            owners = sorted(os.stat(f).st_uid for f in record.files())
            check("one file each", owners == [0, 65534], owners)
    finally:
        shutil.rmtree(place)


if __name__ == "__main__":
    recording.run_tests(sys.modules[__name__])

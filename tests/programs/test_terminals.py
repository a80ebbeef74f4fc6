#!/usr/bin/python3
"""What runs in tmux and screen gets none of their sockets."""

import glob

import harness

TMUX, SCREEN = "/usr/bin/tmux", "/usr/bin/screen"
UTEMPTER = next(iter(glob.glob("/usr/lib/*/utempter/utempter")), "")
# A mount namespace needs root.
CAN_REPLACE = harness.am_root() and UTEMPTER


def tmux(run):
    path = run.path("tmux.socket")
    control = [TMUX, "-S", path, "-f", "/dev/null"]
    run.command(control + ["new-session", "-d", "-s", "one",
                           run.look + "; exec cat"], preload=True,
                env={"TERM": "xterm"})
    run.wait_look()
    server = int(run.command(control + ["display-message", "-p", "#{pid}"]))
    run.check_preloaded(server)
    run.held(server)
    said = [run.command(control + ["run-shell", run.look])]
    run.command(control + ["new-window", run.look + "; exec cat"])
    run.wait_look(3)
    run.command(control + ["pipe-pane", run.look + " >&2; exec cat >/dev/null"])
    run.wait_look(4)
    run.command(control + ["if-shell", run.look, "set -g @if yes"])
    said.append(run.command(control + ["show", "-gv", "@if"]))
    return said, len(run.command(control + ["list-windows"]).splitlines())


# The helper that writes utmp is set-group-id, so nothing is preloaded into it.
# A script in its place has the same path and no privileges.
def utempter(run):
    harness.replace_program(UTEMPTER, run.hook("utempter"))
    path = run.path("tmux.socket")
    control = [TMUX, "-S", path, "-f", "/dev/null"]
    run.command(control + ["new-session", "-d", "-s", "one", "exec cat"],
                preload=True, env={"TERM": "xterm"})
    run.wait_look()
    server = int(run.command(control + ["display-message", "-p", "#{pid}"]))
    run.held(server)
    return True


def screen(run):
    env = {"SCREENDIR": run.directory("screens", mode=0o700), "TERM": "xterm"}
    run.command([SCREEN, "-c", "/dev/null", "-d", "-m", "-S", "one", "sh",
                 "-c", run.look + "; exec cat"], preload=True, env=env)
    run.wait_look()
    control = [SCREEN, "-S", "one", "-X"]
    run.command(control + ["screen", "sh", "-c", run.look + "; exec cat"],
                env=env)
    run.wait_look(2)
    # exec puts a program between the window and its terminal.
    run.command(control + ["exec", ".!.", "sh", "-c", run.look], env=env)
    run.wait_look(3)
    listed = run.command([SCREEN, "-ls"], env=env, status=None)
    server = int(listed.split(".one")[0].split()[-1])
    run.check_preloaded(server)
    run.held(server)
    return "1 Socket" in listed


harness.main([
    harness.Case("tmux", tmux, holds=["unix LISTEN"]),
    *([harness.Case("tmux, utempter", utempter, leaks=["unix"],
                    holds=["unix LISTEN"])] if CAN_REPLACE else []),
    harness.Case("screen", screen, holds=["unix LISTEN"]),
], needs={TMUX: "tmux", SCREEN: "screen"})

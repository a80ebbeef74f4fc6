#!/usr/bin/python3
"""vim's commands get none of its channels."""

import harness

VIM = "/usr/bin/vim.basic"

SCRIPT = """
let channel = ch_open("127.0.0.1:%(port)d", {"mode": "nl"})
call writefile([ch_evalraw(channel, "hello\\n")], "said", "a")
call writefile([system("%(look)s")], "said", "a")
silent !%(look)s
let job = job_start(["%(fdlook)s", "%(report)s"])
while job_status(job) == "run"
    sleep 1m
endwhile
call writefile([ch_evalraw(channel, "again\\n")], "said", "a")
call ch_close(channel)
qall!
"""


def scenario(run):
    script = run.file("script.vim", SCRIPT % {
        "look": run.look, "fdlook": run.fdlook, "report": run.report,
        "port": run.peer()})
    run.command([VIM, "-u", "NONE", "-N", "-es", "-S", script], preload=True)
    with open(run.path("said")) as file:
        return file.read()


harness.main([
    harness.Case("vim with a channel", scenario,
                 leaks=["tcp CONNECTED"] * 2),
], needs={VIM: "vim"})

#!/usr/bin/python3
"""apache's CGI programs and piped logs get no socket, also after a graceful
restart, with either kind of CGI module."""

import signal

import harness

APACHE = "/usr/sbin/apache2"

CONFIG = """
ServerRoot "%(dir)s"
ServerName localhost
Listen 127.0.0.1:%(port)d
PidFile "%(dir)s/pid"
DefaultRuntimeDir "%(dir)s"
Mutex file:%(dir)s
%(user)s
%(modules)s
ErrorLog "%(dir)s/error.log"
LogLevel info
CustomLog "|%(log)s" "%%r"
DocumentRoot "%(dir)s/cgi"
<Directory "%(dir)s/cgi">
	Require all granted
	Options +ExecCGI
	SetHandler cgi-script
</Directory>
"""

MODULES = "/usr/lib/apache2/modules"


def start(run, modules):
    port = run.port()
    run.directory("cgi")
    run.hook("cgi/look", before="printf 'Content-Type: text/plain\\n\\n'")
    names = ["authz_core", *modules]
    config = run.file("apache.conf", CONFIG % {
        "dir": run.dir, "port": port,
        # Apache starts it twice; only the second time it gets lines.
        "log": run.hook("log", before="read -r line || exit 0",
                        after="exec cat >/dev/null"),
        "user": "User www-data\nGroup www-data" if harness.am_root() else "",
        "modules": "\n".join("LoadModule %s_module %s/mod_%s.so"
                             % (name, MODULES, name) for name in names)
                   + "\n<IfModule cgid_module>\nScriptSock %s/cgisock\n"
                     "</IfModule>" % run.dir})
    server = run.start([APACHE, "-D", "FOREGROUND", "-f",
                        config], listens=port)
    run.wait_line(run.path("error.log"), "resuming normal operations")
    return server, port


def serving(modules):
    def scenario(run):
        server, port = start(run, modules)
        run.held(server)
        answers = [run.http(port, "/look")]
        run.wait_look(2)        # one is the log's program's
        return answers + [run.http(port, "/look")]
    return scenario


def restarting(modules):
    def scenario(run):
        server, port = start(run, modules)
        answers = [run.http(port, "/look")]
        run.wait_look(2)
        run.send_signal(server, signal.SIGUSR1)
        run.wait_line(run.path("error.log"),
                      "(?s)(resuming normal operations.*){2}")
        run.check_preloaded(server.pid)
        run.held(server)
        answers.append(run.http(port, "/look"))
        run.wait_look(4)
        return answers
    return scenario


KINDS = (
    ("mod_cgi, prefork", ["mpm_prefork", "cgi"]),
    ("mod_cgid, event", ["mpm_event", "cgid"]),
)

harness.main([
    harness.Case("%s, %s" % (what, name), how(modules))
    for name, modules in KINDS
    for what, how in (("serving", serving), ("graceful restart", restarting))
], needs={APACHE: "apache2-bin"})

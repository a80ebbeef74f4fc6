"""What every test of apache needs: the paths of its files, and the beginning
of its configuration."""

import harness

PROGRAM = "/usr/sbin/apache2"
MODULES = "/usr/lib/apache2/modules"

CONFIG = """
ServerRoot %(dir)s
ServerName localhost
Listen 127.0.0.1:%(port)d
PidFile %(dir)s/pid
DefaultRuntimeDir %(dir)s
ErrorLog %(dir)s/error.log
LogLevel notice
%(user)s
LoadModule mpm_%(mpm)s_module %(modules)s/mod_mpm_%(mpm)s.so
LoadModule authz_core_module %(modules)s/mod_authz_core.so
"""


def configuration(run, port, mpm, lines):
    """A configuration file that ends with these lines, in which %(dir)s and
    %(modules)s are replaced."""
    user = "User www-data\nGroup www-data" if harness.am_root() else ""
    return run.file("apache.conf", (CONFIG + lines) % {
        "dir": run.dir, "port": port, "user": user, "mpm": mpm,
        "modules": MODULES})

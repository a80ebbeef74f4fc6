"""Programs from Debian's and npm's packages, unpacked in a folder: nothing is
installed. harness.Skipped says why a program cannot be fetched."""

import os
import subprocess

import harness
from variant import COMMAND

FOLDER = os.path.join(os.path.dirname(COMMAND), "foreign", "fetched")

# What fetches the package $0 into the current folder, and unpacks it there.
DEBIAN = 'apt-get download -qq "$0" || exit 77; dpkg-deb -x ./*.deb .'
NPM = 'npm pack --loglevel=error "$0" || exit 77; tar -xzf ./*.tgz'


def place(name):
    """A new folder for the package."""
    folder = os.path.join(FOLDER, name.replace("/", "_"))
    os.makedirs(folder, exist_ok=True)
    return folder


def _fetched(how, package, path):
    program = os.path.join(place(package), path)
    if os.path.exists(program):
        return program
    done = subprocess.run(["sh", "-c", how, package], cwd=place(package),
                          check=False, text=True, capture_output=True)
    if done.returncode == 77:
        raise harness.Skipped("cannot fetch %s: %s" % (
            package, done.stderr.strip()[-200:]))
    harness.check(not done.returncode, "%s cannot be unpacked: %s" % (
        package, done.stderr))
    return program


def debian(package, path):
    return _fetched(DEBIAN, package, path)


def npm(package, path):
    """package may include a version."""
    return _fetched(NPM, package, path)

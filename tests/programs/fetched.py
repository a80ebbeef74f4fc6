"""Programs from Debian's and npm's packages, unpacked in a folder: nothing is
installed. harness.Skipped says why a program cannot be fetched."""

import glob
import os
import shutil
import subprocess

import harness
from variant import COMMAND

FOLDER = os.path.join(os.path.dirname(COMMAND), "foreign", "fetched")


def _fetch(command, pattern, folder):
    if not shutil.which(command[0]):
        raise harness.Skipped("no %s here" % command[0])
    done = subprocess.run(command, cwd=folder, check=False, text=True,
                          capture_output=True)
    found = glob.glob(os.path.join(folder, pattern))
    if done.returncode or not found:
        raise harness.Skipped("cannot fetch: " + done.stderr.strip()[-200:])
    return found[0]


def place(name):
    """A new folder for the package."""
    folder = os.path.join(FOLDER, name.replace("/", "_"))
    os.makedirs(folder, exist_ok=True)
    return folder


def debian(package, path):
    program = os.path.join(place(package), path)
    if not os.path.exists(program):
        archive = _fetch(["apt-get", "download", "-qq", package], "*.deb",
                         place(package))
        subprocess.run(["dpkg-deb", "-x", archive, place(package)], check=True)
    return program


def npm(package, path):
    """package may include a version."""
    program = os.path.join(place(package), path)
    if not os.path.exists(program):
        archive = _fetch(["npm", "pack", "-s", package], "*.tgz",
                         place(package))
        subprocess.run(["tar", "-xzf", archive, "-C", place(package)],
                       check=True)
    return program

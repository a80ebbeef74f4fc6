#!/usr/bin/python3
"""doc/containers.md does what it says: its images are built with its commands,
from Debian's packages and this project's only, and run with bubblewrap; the
commands of the pod are run as they are written. DEBS=FOLDER has packages that
are already built."""

import functools
import glob
import json
import os
import re
import shlex
import shutil
import subprocess
import sys
import tempfile
import unittest

sys.path.insert(0, os.path.join(os.path.dirname(os.path.realpath(__file__)),
                                "../toolkit"))
import toolkit  # noqa: E402
from toolkit import ROOT  # noqa: E402

yaml = toolkit.module("yaml", "python3-yaml")

DOC = os.path.join(ROOT, "doc/containers")
# The latest version that runs with Node.js 20.
VALIDATOR = "kubernetes-models@4.5.1"
NOBODY = 65534

# Images that are imported under the names of the registry's.
DEBIAN = "docker.io/library/debian:trixie-slim"
PHP = "docker.io/library/php:cli"

PAGE = """<?php
echo shell_exec('find /proc/self/fd -lname "socket:*" -printf "%l\\n"') ?? '';
"""

# Starts the server, requests the page, and ends the server.
SERVER = ["php", "-S", "0.0.0.0:8080", "-t", "/srv"]
ASK = """
"$@" >/tmp/said 2>&1 &
until php -r 'exit(@readfile("http://127.0.0.1:8080/") === false ? 1 : 0);'
do
	kill -0 $! || { cat /tmp/said; exit 1; }
	sleep 0.1
done
kill $!
"""

# Leaks its listener into /look, which lists the sockets that it got.
LEAKY = """
#include <sys/socket.h>
#include <unistd.h>

int main(void)
{
	int fd = socket(AF_INET, SOCK_STREAM, 0);

	if (fd < 0 || listen(fd, 1) < 0)
		return 1;
	execl("/look", "look", (char *)NULL);
	return 1;
}
"""
LOOK = """
#include <stdio.h>
#include <sys/stat.h>

int main(void)
{
	struct stat s;

	for (int fd = 3; fd < 64; fd++)
		if (fstat(fd, &s) == 0 && S_ISSOCK(s.st_mode))
			printf("socket %d\\n", fd);
	return 0;
}
"""


def run(*command, **options):
    """The output of a command; an AssertionError with the reason if it fails.
    """
    result = subprocess.run(command, text=True, stdin=subprocess.DEVNULL,
                            stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                            check=False, **options)
    if result.returncode:
        raise AssertionError(f"{' '.join(command)}: {result.returncode}\n"
                             f"{result.stdout[-2000:]}{result.stderr[-2000:]}")
    return result.stdout


class Workshop:
    """A separate storage of images, and the files that go into images."""

    def __init__(self):
        self.folder = tempfile.mkdtemp(dir="/var/tmp")
        # Only the loopback interface, and limits that every machine permits.
        self.write("containers.conf", '[containers]\nnetns = "none"\n'
                   'default_ulimits = ["nofile=1024:1024", "nproc=1024:1024"]\n'
                   '[engine]\nruntime = "runc"\nevents_logger = "none"\n'
                   'cgroup_manager = "cgroupfs"\n')
        self.environment = toolkit.clean_environment(
            CONTAINERS_STORAGE_CONF=self.path("storage.conf"),
            CONTAINERS_CONF=self.path("containers.conf"),
            # apt can be run without a container runtime.
            BUILDAH_ISOLATION="chroot")
        for name in ("CFLAGS", "CPPFLAGS", "LDFLAGS", "MAKEFLAGS",
                     "MAKELEVEL", "BUILD"):
            self.environment.pop(name, None)
        if not self.stores("overlay") and not self.stores("vfs"):
            toolkit.skip("podman cannot keep images here")

    def stores(self, driver):
        """Whether podman works with this driver. vfs, which copies layers,
        works everywhere but is slow."""
        self.write("storage.conf", f'[storage]\ndriver = "{driver}"\n'
                   f'graphroot = "{self.path(driver)}"\n'
                   f'runroot = "{self.path("run")}"\n')
        return not subprocess.run(
            ["podman", "info"], env=self.environment, check=False,
            capture_output=True).returncode

    def close(self):
        subprocess.run(["podman", "image", "unmount", "--all", "--force"],
                       env=self.environment, check=False, capture_output=True)
        shutil.rmtree(self.folder)

    def path(self, name):
        return os.path.join(self.folder, name)

    def write(self, name, text):
        with open(self.path(name), "w") as file:
            file.write(text)

    def sources(self):
        """The sources, and the packages in the folder above them."""
        tree = self.path("noinherit")
        os.mkdir(tree)
        run("sh", "-c", 'scripts/dist "$0.tar.gz" && tar -xzf "$0.tar.gz" '
            '-C "$0" --strip-components=1', tree, cwd=ROOT)
        if "DEBS" in os.environ:
            for deb in glob.glob(os.environ["DEBS"] + "/*.deb"):
                shutil.copy(deb, self.folder)
        else:
            run("dpkg-buildpackage", "-b", "-us", "-uc", cwd=tree,
                env=dict(self.environment, DEB_BUILD_OPTIONS="nocheck "
                         f"parallel={os.cpu_count()}"))
        return tree

    def import_as(self, system, image):
        run("sh", "-c", 'tar --exclude=./var/cache/apt/archives/\\*.deb '
            '--exclude=./proc/\\* -C "$0" -c . | podman import - "$1"',
            system, image, env=self.environment)

    def registry(self):
        """Imports the two base images: plain Debian, and Debian with PHP."""
        system = self.path("system")
        made = subprocess.run(["scripts/root", "make", "trixie", system],
                              cwd=ROOT, text=True, check=False,
                              capture_output=True)
        if made.returncode == 77:
            toolkit.skip(made.stderr.strip())
        made.check_returncode()
        self.import_as(system, DEBIAN)
        run("scripts/root", "run", system, "sh", "-ec", "apt-get -qq update;"
            "apt-get -qq -y --no-install-recommends install php-cli",
            cwd=ROOT)
        self.import_as(system, PHP)
        shutil.rmtree(system)

    @functools.lru_cache(None)
    def mounted(self, image):
        return run("podman", "image", "mount", image,
                   env=self.environment).strip()

    def variables(self, image):
        """The variables that the ENV lines of an image set."""
        said = json.loads(run("podman", "image", "inspect", image,
                              env=self.environment))
        return dict(row.split("=", 1) for row in
                    said[0]["Config"].get("Env") or [])


def commands(verb):
    """The podman commands of doc/containers.md with this verb."""
    with open(os.path.join(ROOT, "doc/containers.md")) as file:
        return re.findall(rf"^    (podman {verb} .*)$", file.read(), re.M)


def tree_of(root):
    """The options that show the image as a runtime does: mount points can be
    created."""
    for name in sorted(set(os.listdir(root)) - {"dev", "proc", "tmp"}):
        path = os.path.join(root, name)
        if os.path.islink(path):
            yield from ("--symlink", os.readlink(path), "/" + name)
        else:
            yield from ("--ro-bind", path, "/" + name)


def contained(root, command, environment, *options):
    """A command line that runs another one in an image, without any privilege.
    """
    settings = [word for name, value in environment.items()
                for word in ("--setenv", name, value)]
    return ["bwrap", *tree_of(root), "--dev", "/dev", "--proc", "/proc",
            "--tmpfs", "/tmp", "--unshare-user", "--uid", str(NOBODY),
            "--unshare-pid", "--cap-drop", "ALL", "--die-with-parent",
            "--clearenv", *settings, *options, "--", *command]


class Containers(unittest.TestCase):

    @classmethod
    def setUpClass(cls):
        cls.shop = Workshop()
        cls.addClassCleanup(cls.shop.close)
        cls.tree = cls.shop.sources()
        cls.shop.registry()
        for line in commands("build"):
            run("sh", "-ec", line, cwd=cls.tree, env=cls.shop.environment)
        with open(os.path.join(DOC, "pod.yaml")) as file:
            cls.pod = yaml.safe_load(file)
        cls.site = cls.shop.path("site")
        os.mkdir(cls.site)
        with open(os.path.join(cls.site, "index.php"), "w") as file:
            file.write(PAGE)

    def page(self, image, environment, *options, command=SERVER):
        """The sockets that the command of a page has when the image's server
        runs."""
        said = run(*contained(
            self.shop.mounted(image), ["sh", "-c", ASK, "sh", *command],
            {"PATH": "/usr/bin:/bin", **environment}, "--unshare-net",
            "--ro-bind", self.site, "/srv", *options))
        return said.split()

    def copy_as_the_pod_does(self):
        """Runs the init container; returns its volume."""
        volume = tempfile.mkdtemp(dir=self.shop.folder)
        os.chmod(volume, 0o777)
        first = self.pod["spec"]["initContainers"][0]
        run(*contained(self.shop.mounted(first["image"]), first["command"],
                       {"PATH": "/usr/bin:/bin"}, "--bind", volume,
                       first["volumeMounts"][0]["mountPath"]))
        return volume

    def test_the_image_of_a_user(self):
        self.assertTrue(self.page(PHP, {}), "natively there is no leak")
        variables = self.shop.variables("pages")
        self.assertIn("LD_PRELOAD", variables)
        self.assertEqual(self.page("pages", variables), [])

    def test_a_pod(self):
        volume = self.copy_as_the_pod_does()
        size = sum(os.path.getsize(os.path.join(volume, name))
                   for name in os.listdir(volume))
        self.assertLess(size, 1 << 20, "more than the volume may hold")
        program = self.pod["spec"]["containers"][0]
        place = program["volumeMounts"][0]["mountPath"]
        variables = {row["name"]: row["value"] for row in program["env"]}
        for wanted, environment in ((True, {}), (False, variables)):
            got = self.page(PHP, environment, "--ro-bind", volume, place,
                            command=program["command"])
            self.assertEqual(bool(got), wanted, got)

    def test_podman_runs_an_image_that_stays_as_it_is(self):
        try:
            run("podman", "run", "--rm", PHP, "true",
                env=self.shop.environment)
        except AssertionError as error:
            self.skipTest(f"podman runs nothing here: {error}")
        line, = commands("run")
        line = line.replace("run ", f"run --rm -v {self.site}:/srv:ro ", 1)
        line += " " + shlex.join(["sh", "-c", ASK, "sh", *SERVER])
        natively = re.sub("-e LD_PRELOAD=[^ ]*", "", line)
        volume = self.copy_as_the_pod_does()
        for wanted, command in ((True, natively), (False, line)):
            got = run("sh", "-ec", command, cwd=volume,
                      env=self.shop.environment)
            self.assertEqual("socket:" in got, wanted, got)

    def test_the_command_is_in_the_image(self):
        said = run(*contained(self.shop.mounted("noinherit"),
                              ["noinherit", "check", "/bin/true"],
                              {"PATH": "/usr/bin:/bin"}))
        self.assertIn("/bin/true", said)

    def test_an_image_of_musl_takes_the_same_file(self):
        toolkit.need("musl-gcc")
        root = self.shop.path("musl")
        for folder in ("lib", "dev", "proc", "tmp", "noinherit"):
            os.makedirs(os.path.join(root, folder))
        for name, source in (("leaky", LEAKY), ("look", LOOK)):
            path = os.path.join(root, name)
            run("sh", "-c", 'printf %s "$1" | musl-gcc -x c -o "$0" -', path,
                source)
        loader = re.search(r"interpreter: (\S+?)\]",
                           run("readelf", "-lW", path))[1]
        shutil.copy(loader, root + loader)
        volume = self.copy_as_the_pod_does()
        preload = {"LD_PRELOAD": "/noinherit/libnoinherit-preload.so"}
        for environment, got in (({}, "socket 3\n"), (preload, "")):
            self.assertEqual(
                run(*contained(root, ["/leaky"], environment, "--ro-bind",
                               volume, "/noinherit")), got)


class Restricted(unittest.TestCase):

    def test_the_pod_security_standard_admits_the_pod(self):
        """What "restricted" demands of this pod."""
        with open(os.path.join(DOC, "pod.yaml")) as file:
            pod = yaml.safe_load(file)["spec"]
        everywhere = pod["securityContext"]
        self.assertIs(everywhere["runAsNonRoot"], True)
        self.assertNotEqual(everywhere["runAsUser"], 0)
        self.assertEqual(everywhere["seccompProfile"]["type"], "RuntimeDefault")
        for container in pod["initContainers"] + pod["containers"]:
            own = container["securityContext"]
            self.assertIs(own["allowPrivilegeEscalation"], False)
            self.assertEqual(own["capabilities"], {"drop": ["ALL"]})
            self.assertFalse(set(own) & set(everywhere))
        self.assertEqual([set(volume) for volume in pod["volumes"]],
                         [{"name", "emptyDir"}])


class Manifest(unittest.TestCase):
    """Checks against Kubernetes' own schema, from npm."""

    @classmethod
    def setUpClass(cls):
        toolkit.need("node", "npm")
        cls.folder = tempfile.mkdtemp(dir="/var/tmp")
        cls.addClassCleanup(shutil.rmtree, cls.folder)
        got = subprocess.run(
            ["npm", "install", "--silent", "--no-audit", "--no-fund",
             "--prefix", cls.folder, VALIDATOR], capture_output=True,
            text=True, check=False, stdin=subprocess.DEVNULL)
        if got.returncode:
            raise unittest.SkipTest(f"npm does not get {VALIDATOR}: "
                                    f"{got.stderr[-300:]}")
        with open(os.path.join(DOC, "pod.yaml")) as file:
            cls.pod = yaml.safe_load(file)

    def complaint(self, pod):
        program = ('const { Pod } = require("kubernetes-models/v1");'
                   'new Pod(JSON.parse(process.argv[1])).validate();')
        result = subprocess.run(["node", "-e", program, json.dumps(pod)],
                                cwd=self.folder, text=True, check=False,
                                capture_output=True)
        return result.stderr if result.returncode else ""

    def test_the_pod_is_valid(self):
        self.assertEqual(self.complaint(self.pod), "")

    def test_a_mistake_would_be_found(self):
        pod = json.loads(json.dumps(self.pod))
        pod["spec"]["volumes"][0]["emptyDir"] = "1Mi"
        self.assertIn("emptyDir", self.complaint(pod))
        pod = json.loads(json.dumps(self.pod))
        del pod["spec"]["containers"][0]["name"]
        self.assertIn("name", self.complaint(pod))


def main():
    if os.geteuid():
        toolkit.skip("making images takes root")
    for tool in ("podman", "bwrap", "debootstrap", "dpkg-buildpackage"):
        if not shutil.which(tool):
            toolkit.skip(f"no {tool} here: scripts/dependencies packages")
    toolkit.main()


if __name__ == "__main__":
    main()

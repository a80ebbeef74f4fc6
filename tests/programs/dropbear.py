"""A dropbear server and a login to it. dropbear reads the keys in root's home,
so a folder of the test is mounted there in a mount namespace."""

IN_ITS_HOME = "mount --bind %s /root && exec \"$@\""


def at_home(run, *command):
    return ["unshare", "--mount", "--propagation", "private", "sh", "-c",
            IN_ITS_HOME % run.path("home"), "sh", *command]


def start(run, server, key_maker):
    """Starts the server; returns the process and its port."""
    port = run.port()
    run.directory("home/.ssh", mode=0o700)
    run.command([key_maker, "-t", "ed25519", "-f", run.path("host")])
    said = run.command([key_maker, "-t", "ed25519", "-f", run.path("key")])
    run.file("home/.ssh/authorized_keys",
             "".join(line + "\n" for line in said.splitlines()
                     if line.startswith("ssh-")), mode=0o600)
    process = run.start(at_home(run, server, "-F", "-E", "-r",
                                run.path("host"), "-p",
                                "127.0.0.1:%d" % port), listens=port)
    return process, port


def client(run, program, port, *options):
    return at_home(run, program, "-y", "-i", run.path("key"), "-p", str(port),
                   *options, "root@127.0.0.1")

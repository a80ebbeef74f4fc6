#!/usr/bin/python3
"""Families that few kernels have loaded: VSOCK, CAN with its protocols, TIPC.
The API binds and names them as Python does, over the kernel's own answers; under
the shim no descriptor of theirs is inheritable."""

import os
import re
import socket
import subprocess
import unittest

import guest
import toolkit
from guest import SHIM

MODULES = ("vsock_loopback", "vcan", "can-raw", "can-isotp", "can-j1939", "tipc")
TIPC = 30
VSOCK_ANY, VSOCK_LOCAL = 4294967295, 1
ISOTP, J1939 = 6, 7
RAW, DGRAM, STREAM, RDM, SEQPACKET = (
    socket.SOCK_RAW, socket.SOCK_DGRAM, socket.SOCK_STREAM, socket.SOCK_RDM,
    socket.SOCK_SEQPACKET)

# Family, type, protocol and what it is bound to.
BOUND = (
    (socket.AF_VSOCK, STREAM, 0, (VSOCK_ANY, 5555)),
    (socket.AF_VSOCK, SEQPACKET, 0, (VSOCK_LOCAL, 5556)),
    (socket.AF_CAN, RAW, 1, ("vcan0",)),
    (socket.AF_CAN, RAW, 1, ("",)),
    (socket.AF_CAN, DGRAM, ISOTP, ("vcan0", 17, 34)),
    (socket.AF_CAN, DGRAM, J1939, ("vcan0", 0, 262144, 128)),
    (TIPC, STREAM, 0, (1, 18888, 17, 17)),
    (TIPC, RDM, 0, (1, 18889, 1, 5)),
    (TIPC, SEQPACKET, 0, (1, 18890, 2, 2)),
)

BINDER = r"""
#include <noinherit.h>
#include <stdio.h>
#include <stdlib.h>

int main(int argc, char **argv)
{
	struct sockaddr_storage address;
	struct noinherit_socket s;
	char text[512];
	ssize_t r;

	r = noinherit_create_socket(&s, atoi(argv[1]), atoi(argv[2]),
				    atoi(argv[3]));
	if (r >= 0)
		r = noinherit_address(&address, s.family, argv[4],
				      NOINHERIT_STRING, NULL);
	if (r >= 0)
		r = noinherit_bind(&s, (struct sockaddr *)&address,
				   (socklen_t)r);
	if (r >= 0)
		r = noinherit_repr(&s, text, sizeof(text));
	puts(r < 0 ? noinherit_strerror((int)r) : text);
	return r < 0;
}
"""

# Prints which descriptors are inheritable, of those that each call makes.
MAKER = r"""
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <linux/vm_sockets.h>
#include <unistd.h>

static void look(const char *what, int fd)
{
	if (fd < 0)
		perror(what);
	else
		printf("%s %s\n", what, fcntl(fd, F_GETFD) & FD_CLOEXEC ?
		       "closed" : "inheritable");
}

int main(int argc, char **argv)
{
	int family = atoi(argv[1]), type = atoi(argv[2]);
	int fd = socket(family, type, atoi(argv[3])), peer;
	struct sockaddr_vm at = { .svm_family = AF_VSOCK,
				  .svm_cid = VMADDR_CID_LOCAL,
				  .svm_port = 7777 };

	look("socket", fd);
	look("dup", dup(fd));
	if (family != AF_VSOCK)
		return 0;
	if (bind(fd, (struct sockaddr *)&at, sizeof(at)) < 0 ||
	    listen(fd, 1) < 0)
		perror("listen");
	peer = socket(family, type, 0);
	if (connect(peer, (struct sockaddr *)&at, sizeof(at)) < 0)
		perror("connect");
	look("accept", accept(fd, NULL, NULL));
	return 0;
}
"""


def name(text):
    """The address in it; TIPC gives each socket a number of its own."""
    return re.sub(r"\(3, 0, \d+,", "(3, 0, own,", text.split("laddr=")[1])


class Families(guest.GuestTest):

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        for module in MODULES:
            if subprocess.call(["modprobe", module],
                               stderr=subprocess.DEVNULL):
                raise unittest.SkipTest(
                    f"this kernel has no {module}: PACKAGED=linux-image-amd64")
        subprocess.run("ip link show vcan0 >/dev/null 2>&1 || "
                       "ip link add vcan0 type vcan; ip link set vcan0 up",
                       shell=True, check=True)

    def test_bound_and_named_as_python_does(self):
        program = self.compile(
            "binder", BINDER, "-I" + os.path.join(toolkit.ROOT, "include"),
            os.path.join(guest.BUILD, "libnoinherit.a"), "-pthread")
        for family, kind, protocol, address in BOUND:
            with self.subTest(family=family, type=kind, protocol=protocol):
                with socket.socket(family, kind, protocol) as bound:
                    bound.bind(address)
                    wanted = name(repr(bound))
                here = self.says(program, str(family), str(int(kind)),
                                 str(protocol), str(address), preload=None)
                self.assertEqual(name(here), wanted)

    def test_nothing_is_inheritable(self):
        program = self.compile("maker", MAKER, "-w")
        for family, kind, protocol, _ in BOUND:
            with self.subTest(family=family, type=kind, protocol=protocol):
                words = str(int(family)), str(int(kind)), str(protocol)
                natively = self.says(program, *words, preload=None)
                self.assertNotIn("closed", natively)
                self.assertEqual(self.says(program, *words, preload=SHIM),
                                 natively.replace("inheritable", "closed"))


if __name__ == "__main__":
    guest.main()

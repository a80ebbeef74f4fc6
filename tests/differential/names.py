"""The names that cases may use on both sides, as numbers."""

import fcntl
import os
import socket

MSG_CMSG_CLOEXEC = 0x40000000

CONSTANTS = {
    name: int(value)
    for module in (os, fcntl, socket)
    for name, value in vars(module).items()
    if isinstance(value, int) and not isinstance(value, bool)
    and name.replace("_", "").isupper() and not name.startswith("_")
}
CONSTANTS["MSG_CMSG_CLOEXEC"] = MSG_CMSG_CLOEXEC

EAI = {int(value): name for name, value in vars(socket).items()
       if name.startswith("EAI_")}

# Where noinherit.h puts the resolver's codes, as noinherit_eai() has it.
RESOLVER = 100000
# And the kernel's own ETIMEDOUT, without its sign.
KERNEL_TIMEOUT = 200001


def eai_of(error):
    return error + RESOLVER if error < -RESOLVER else 0

#!/usr/bin/python3
"""A socket that a C module of Lua makes leaks into what a script executes, but
not under the shim. (luasocket: test_languages.py.)"""

import os
import subprocess

import harness

LUA = harness.program("/usr/bin/lua5.4")
MUSL = os.path.join(os.path.dirname(LUA), "../musl-cc")
COMPILER = MUSL if os.path.exists(MUSL) else "cc"

# Not every Lua comes with lua.h; these are the declarations that are needed.
MODULE = """
    #include <netinet/in.h>
    #include <sys/socket.h>
    void lua_pushinteger(void *state, long long number);
    int luaopen_listener(void *state)
    {
        struct sockaddr_in here = { .sin_family = AF_INET };
        int fd = socket(AF_INET, SOCK_STREAM, 0);
        here.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
        bind(fd, (void *)&here, sizeof(here));
        listen(fd, 1);
        lua_pushinteger(state, fd);
        return 1;
    }
"""

SCRIPT = """
package.cpath = "%(dir)s/?.so"
local listener = require("listener")
os.execute("%(look)s")
local pipe = io.popen("%(look)s")
print(pipe:read("a"))
pipe:close()
"""


def scenario(run):
    source = run.file("listener.c", MODULE)
    subprocess.run([COMPILER, "-w", "-shared", "-fPIC", "-o",
                    run.path("listener.so"), source], check=True)
    script = run.script("script", SCRIPT % {"look": run.look, "dir": run.dir})
    return run.command([LUA, script], preload=True)


harness.main([harness.Case("a C module", scenario, leaks=["tcp LISTEN"] * 2,
                           looks=2)], needs={LUA: "lua5.4"})

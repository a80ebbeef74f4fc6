#!/usr/bin/python3
"""Python's ways of passing a socket to a child work: the program says which.

Python's own sockets are non-inheritable. A socket that it passes is named by
number and made inheritable, in the parent (set_inheritable) or in the forked
child (pass_fds).
"""

import harness

PYTHON = "/usr/bin/python3"

START = """
import os, socket, subprocess, sys
listener = socket.create_server(("127.0.0.1", 0))
client = socket.create_connection(listener.getsockname())
server, _ = listener.accept()
look = %(look)r

def say_hello(number):
    return "import socket; " \\
        "socket.socket(fileno=%%d).sendall(b'hello')" %% number

def heard():
    print(server.recv(99), flush=True)
"""

PASS_FDS = """
number = client.fileno()
subprocess.run(look, shell=True, pass_fds=[number])
subprocess.run([sys.executable, "-c", say_hello(number)], pass_fds=[number])
heard()
subprocess.run(look, shell=True)
subprocess.run(look, shell=True, close_fds=False)
"""

STANDARD_STREAMS = """
subprocess.run(look, shell=True, stdin=server, stdout=client)
heard()
subprocess.run("echo hello", shell=True, stdout=client)
heard()
"""

SET_INHERITABLE = """
client.set_inheritable(True)
os.system(look)
subprocess.run(look, shell=True, close_fds=False)
subprocess.run([sys.executable, "-c", say_hello(client.fileno())],
               close_fds=False)
heard()
number = os.dup2(client.fileno(), 9)
os.spawnv(os.P_WAIT, sys.executable,
          [sys.executable, "-c", say_hello(9)])
heard()
os.close(9)
copy = os.dup(client.fileno())
os.set_inheritable(copy, True)
client.set_inheritable(False)
os.posix_spawn("/bin/sh", ["sh", "-c", look], os.environ)
os.wait()
os.posix_spawn(sys.executable, [sys.executable, "-c", say_hello(copy)],
               os.environ)
os.wait()
heard()
"""

POSIX_SPAWN = """
os.posix_spawn("/bin/sh", ["sh", "-c", look], os.environ, file_actions=[
    (os.POSIX_SPAWN_DUP2, client.fileno(), 8)])
os.wait()
os.posix_spawn(sys.executable, [sys.executable, "-c", say_hello(8)],
               os.environ, file_actions=[
    (os.POSIX_SPAWN_DUP2, client.fileno(), 8)])
os.wait()
heard()
"""

# The script execs itself, and then has the sockets that it made inheritable
# and no others.
EXEC_OF_ITSELF = """
if len(sys.argv) == 1:
    client.set_inheritable(True)
    server.set_inheritable(True)
    os.execv(sys.argv[0], [sys.argv[0], str(client.fileno()),
                           str(server.fileno())])
client, server = (socket.socket(fileno=int(word)) for word in sys.argv[1:])
client.sendall(b"hello")
heard()
"""

# "spawn" passes the numbers on a command line and makes the descriptors
# inheritable; "forkserver" passes descriptors over a socket, and they are
# inheritable where they arrive, natively.
MULTIPROCESSING = """
import multiprocessing, multiprocessing.reduction

def child(connection, pipe, queue):
    os.system(look)
    connection.sendall(b"hello")
    pipe.send("by pipe")
    queue.put("by queue")

if __name__ == "__main__":
    context = multiprocessing.get_context("%s")
    here, there = context.Pipe()
    queue = context.Queue()
    process = context.Process(target=child, args=(client, there, queue))
    process.start()
    heard()
    print(here.recv(), queue.get(), flush=True)
    process.join()
    print(process.exitcode, flush=True)
    with context.Pool(2) as pool:
        print(pool.map(abs, [-1, 2]), flush=True)
"""

ASYNCIO = """
import asyncio

async def main():
    async def serve(reader, writer):
        process = await asyncio.create_subprocess_shell(
            look, stdout=asyncio.subprocess.PIPE)
        writer.write((await process.communicate())[0])
        await writer.drain()
        writer.close()
    service = await asyncio.start_server(serve, "127.0.0.1", 0)
    reader, writer = await asyncio.open_connection(
        *service.sockets[0].getsockname())
    print(await reader.read(), flush=True)
    process = await asyncio.create_subprocess_exec(
        "cat", stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE)
    print(await process.communicate(b"through cat"), flush=True)
asyncio.run(main())
"""

PASS_OVER_UNIX = """
pair = socket.socketpair()
socket.send_fds(pair[0], [b"x"], [client.fileno(), listener.fileno()])
data, numbers, flags, _ = socket.recv_fds(pair[1], 9, 9)
print(data, len(numbers), flags, flush=True)
os.system(look)
"""


def running(text):
    def scenario(run):
        script = run.script("script.py", "#!%s\n%s%s" % (
            PYTHON, START % {"look": run.look}, text))
        return run.command([script], preload=True)
    return scenario


def is_tcp(descriptor):
    return descriptor.what.startswith("tcp CONNECTED 127.0.0.1")


harness.main([
    harness.Case(name, running(text), leaks=leaks, meant=meant)
    for name, text, leaks, meant in (
        ("pass_fds", PASS_FDS, [], is_tcp),
        ("sockets as standard streams", STANDARD_STREAMS, [], None),
        ("set_inheritable, dup2, dup", SET_INHERITABLE, [], is_tcp),
        ("posix_spawn, dup2 action", POSIX_SPAWN, [], is_tcp),
                ("multiprocessing, fork", MULTIPROCESSING % "fork", [], None),
        ("multiprocessing, spawn", MULTIPROCESSING % "spawn", [],
         lambda descriptor: True),
        ("multiprocessing, forkserver", MULTIPROCESSING % "forkserver",
         ["tcp CONNECTED", "unix CONNECTED"], None),
        ("asyncio", ASYNCIO, [], None),
        ("descriptors passed over a socket", PASS_OVER_UNIX,
         ["tcp CONNECTED", "tcp LISTEN"], None),
    )
] + [
    harness.Case("exec of the script itself", running(EXEC_OF_ITSELF),
                 looks=0, shows="hello"),
], needs={PYTHON: "python3"})

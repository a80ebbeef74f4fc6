#!/usr/bin/python3
"""Erlang's os:cmd works, and the child gets no socket.

The command is a child of erl_child_setup, to which the pipes are passed with
SCM_RIGHTS.
"""

import harness

PROGRAM = """
{ok, L} = gen_tcp:listen(0, [{ip, {127,0,0,1}}]),
{ok, Port} = inet:port(L),
{ok, _} = gen_tcp:connect({127,0,0,1}, Port, []),
io:put_chars(os:cmd("%s")),
P = open_port({spawn, "/bin/cat"}, [use_stdio]),
P ! {self(), {command, "there"}},
receive {P, {data, Data}} -> io:put_chars(Data) end,
halt().
"""


def scenario(run):
    return run.command(["erl", "-noshell", "-eval", PROGRAM % run.look],
                       preload=True)


harness.main([
    harness.Case("os:cmd and a port", scenario),
], needs={"/usr/bin/erl": "erlang-base"})

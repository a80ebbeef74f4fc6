#!/usr/bin/python3
"""php -S leaks its sockets into whatever a script executes."""

import harness

PHP = harness.program("/usr/bin/php8.2")

PAGE = """<?php
$own = stream_socket_client('tcp://127.0.0.1:' . $_SERVER['SERVER_PORT']);
$look = '%s';
switch ($_GET['how']) {
case 'shell_exec':
    echo shell_exec($look);
    break;
case 'exec':
    echo exec($look), "\\n";
    break;
case 'proc_open':
    $child = proc_open($look, [1 => ['pipe', 'w']], $pipes);
    echo stream_get_contents($pipes[1]);
    proc_close($child);
    break;
}
"""

# The listener, the request's connection and the script's own socket.
LEAKS = ["tcp LISTEN", "tcp CONNECTED", "tcp CONNECTED"]


def asking_for(how):
    def scenario(run):
        port = run.port()
        run.file("page.php", PAGE % run.look)
        server = run.start([PHP, "-S", "127.0.0.1:%d" % port, "-t",
                            run.dir], listens=port)
        run.held(server)
        return run.http(port, "/page.php?how=" + how)
    return scenario


harness.main([
    harness.Case("php -S, " + how, asking_for(how), leaks=LEAKS,
                 holds=["tcp LISTEN"])
    for how in ("shell_exec", "exec", "proc_open")
], needs={PHP: "php8.2-cli"})

#!/usr/bin/python3
"""The programs that a monitoring agent runs for a request get none of its
sockets."""

import struct
import zlib

import harness

NRPE, ZABBIX = "/usr/sbin/nrpe", "/usr/sbin/zabbix_agentd"
SNMPD = "/usr/sbin/snmpd"

NRPE_CONFIG = """
server_port=%(port)d
server_address=127.0.0.1
pid_file=%(dir)s/nrpe.pid
log_file=%(dir)s/nrpe.log
nrpe_user=%(user)s
nrpe_group=%(user)s
allowed_hosts=127.0.0.1
command[look]=%(look)s
"""

ZABBIX_CONFIG = """
PidFile=%(dir)s/zabbix.pid
LogType=console
Server=127.0.0.1
ListenIP=127.0.0.1
ListenPort=%(port)d
StartAgents=1
AllowRoot=1
UserParameter=look,%(look)s
"""

SNMPD_CONFIG = """
agentaddress tcp:127.0.0.1:%(port)d
rocommunity public 127.0.0.1
extend look %(look)s
pass_persist .1.3.6.1.4.1.8072.9999.1 %(persistent)s
"""

# Answers snmpd line by line, without end.
PERSISTENT = """#!/bin/sh
%(look)s >/dev/null
while read -r word; do
    case $word in
    PING) echo PONG ;;
    get) read -r name; echo "$name"; echo string; echo persistent ;;
    *) echo NONE ;;
    esac
done
"""


def ask_nrpe(run, port, command):
    """The answer to one request of version 2, sent as check_nrpe does."""
    def packet(kind, checksum):
        return struct.pack(">hhIh1024sxx", 2, kind, checksum, 0,
                           command.encode())
    request = packet(1, zlib.crc32(packet(1, 0)))
    with run.connect(port) as client:
        client.sendall(request)
        answer = client.makefile("rb").read(len(request))
    return answer[10:].split(b"\0", 1)[0].decode()


def nrpe(run):
    port = run.port()
    config = run.file("nrpe.cfg", NRPE_CONFIG % {
        "port": port, "dir": run.dir, "look": run.hook(),
        "user": "nagios" if harness.am_root() else ""})
    run.file("nrpe.pid", "", owner="nagios")
    run.file("nrpe.log", "", owner="nagios")
    server = run.start([NRPE, "-c", config, "-f", "-n"], listens=port)
    run.held(server)
    return [ask_nrpe(run, port, "look") for _ in range(2)]


def zabbix(run):
    port = run.port(low=True)
    config = run.file("zabbix.conf", ZABBIX_CONFIG % {
        "port": port, "dir": run.dir, "look": run.look})
    server = run.start([ZABBIX, "-f", "-c", config], listens=port,
                       says="listener #1")
    run.held(server)
    answers = []
    for key in ("agent.ping", "look", "look"):
        request = b"ZBXD\1" + struct.pack("<Q", len(key)) + key.encode()
        with run.connect(port) as client:
            client.sendall(request)
            answers.append(client.makefile("rb").read())
    return answers


def snmpd(run):
    env = {"SNMP_PERSISTENT_DIR": run.directory("state"), "MIBS": ""}
    port = run.port()
    config = run.file("snmpd.conf", SNMPD_CONFIG % {
        "port": port, "look": run.look,
        "persistent": run.script("persistent", PERSISTENT % {
            "look": run.look})})
    server = run.start([SNMPD, "-f", "-Lo", "-C", "-c", config, "-I",
                        "-smux,ifTable,ifXTable,ip-mib"],
                       listens=port, says="NET-SNMP version", env=env)
    run.held(server)
    return [run.command(["snmpget", "-v2c", "-c", "public", "-On",
                         "tcp:127.0.0.1:%d" % port, name], env=env)
            for name in (
                ".1.3.6.1.4.1.8072.1.3.2.3.1.1.4.108.111.111.107",
                ".1.3.6.1.4.1.8072.9999.1.1")]


harness.main([
    harness.Case("nrpe", nrpe, leaks=["tcp CONNECTED"] * 2,
                 holds=["tcp LISTEN"]),
    harness.Case("zabbix agent", zabbix, leaks=["tcp CONNECTED"] * 2),
    harness.Case("snmpd", snmpd, holds=["tcp LISTEN"]),
], needs={NRPE: "nagios-nrpe-server", ZABBIX: "zabbix-agent",
          SNMPD: "snmpd", "/usr/bin/snmpget": "snmp"})

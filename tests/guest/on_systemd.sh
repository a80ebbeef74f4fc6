#!/bin/bash
# Runs in a machine that systemd has booted, says how it is, and switches it off.
# scripts/kernels --systemd compares what this prints on a machine with the shim
# in /etc/ld.so.preload with what it prints on one without.
#   on_systemd.sh prepare    in the root, before it is booted
#   on_systemd.sh look       as a service of it
set -u
units=/etc/systemd/system
noinherit=/home/build/noinherit
# Not below /home, which units may hide from themselves.
shim=/usr/lib/libnoinherit-preload.so
probe=/home/build/tests/helpers/probe
services="systemd-journald systemd-logind systemd-udevd dbus cron ssh nginx"

unit() { # name; its text is standard input
	cat >"$units/$1"
}

prepare() {
	cp /home/build/libnoinherit-preload.so $shim
	unit look.service <<-EOF
	[Unit]
	After=multi-user.target cron.service
	[Service]
	ExecStart=/bin/bash /home/tests/guest/on_systemd.sh look
	StandardOutput=tty
	StandardError=tty
	TTYPath=/dev/ttyS1
	[Install]
	WantedBy=multi-user.target
	EOF
	unit handed.socket <<-EOF
	[Socket]
	ListenStream=127.0.0.1:7000
	[Install]
	WantedBy=sockets.target
	EOF
	unit handed.service <<-EOF
	[Service]
	ExecStart=/usr/bin/python3 /etc/handed.py
	EOF
	cat >/etc/handed.py <<-EOF
	import os, socket
	told = os.environ["LISTEN_FDS"], int(os.environ["LISTEN_PID"]) == os.getpid()
	listener = socket.socket(fileno=3)
	while True:
	    peer = listener.accept()[0]
	    peer.sendall(f"{told} {listener.getsockname()}\n".encode())
	    peer.close()
	EOF
	unit confined.service <<-EOF
	[Service]
	Type=oneshot
	ExecStart=$probe
	StandardOutput=file:/run/confined
	NoNewPrivileges=yes
	SystemCallFilter=@system-service
	MemoryDenyWriteExecute=yes
	ProtectSystem=strict
	EOF
	mkdir -p "$units/confined.service.d"
	unit confined.service.d/noinherit.conf <<-EOF
	[Service]
	Environment=LD_PRELOAD=$shim
	EOF
	echo '@reboot root echo ran >/run/cron-ran' >/etc/cron.d/look
	systemctl -q enable look.service handed.socket
}

say() { # what command...
	local what=$1
	shift
	echo "== $what"
	"$@" 2>&1
	echo "-- $?"
}

greeting() { # port [request]
	exec 9<>"/dev/tcp/127.0.0.1/$1" || return
	[ $# -lt 2 ] || printf '%s\r\n\r\n' "$2" >&9
	head -n 1 <&9
	exec 9>&-
}

wait_for() { # file
	for _ in $(seq 600); do
		[ ! -s "$1" ] || { cat "$1"; return; }
		sleep 0.5
	done
	return 1
}

running() {
	systemctl list-units --plain --no-legend --state=active \
		--type=service,socket,target | awk '{ print $1 }' | sort
}

listeners() {
	systemctl list-sockets --plain --no-legend | awk '{ print $1, $2 }' | sort
}

state() {
	say "activated by a socket" greeting 7000
	running
	listeners
	say "nginx" greeting 80 'GET / HTTP/1.0'
	say "ssh" greeting 22
	say "bus" busctl --no-pager call org.freedesktop.login1 \
		/org/freedesktop/login1 org.freedesktop.login1.Manager CanPowerOff
	for service in $services; do
		say "$service" systemctl show -P ActiveState -P NRestarts -P Result "$service"
	done
}

# Not compared: in which of them the library is.
loaded() {
	local pid service
	for service in init $services; do
		pid=1
		[ $service = init ] || pid=$(systemctl show -P MainPID "$service")
		grep -q libnoinherit-preload "/proc/$pid/maps" &&
			echo "loaded in $service" || echo "not loaded in $service"
	done
}

look() {
	say "system" systemctl is-system-running --wait
	say "failed units" systemctl --failed --no-legend --plain
	say "cron" wait_for /run/cron-ran
	state >/run/before
	cat /run/before
	say "run" systemd-run -q --pipe --wait "$noinherit" run -- "$probe"
	say "confined" systemctl start confined
	wait_for /run/confined
	say "reexec" systemctl daemon-reexec
	state >/run/after
	say "as before" diff /run/before /run/after
	say "restart" systemctl restart nginx cron ssh systemd-journald
	say "nginx again" greeting 80 'GET / HTTP/1.0'
	say "journal" bash -c 'journalctl -q -b -u nginx.service | grep -o -m 1 Started'
	say "failed units" systemctl --failed --no-legend --plain
	loaded
	echo "guest: exit 0"
	systemctl --no-block poweroff
}

"$1"

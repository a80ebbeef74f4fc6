#!/usr/bin/env bash
# A whole machine with the library in /etc/ld.so.preload does what one without
# it does: ten servers are installed, started, queried and stopped, people log
# in and work. The output and the status of each step are the same on both.
#   RELEASES="bookworm trixie"    by default the second
# shellcheck source=tests/packages/common.sh
. "$(dirname "$0")/common.sh"
need debootstrap ip
make -s shim
servers="nginx-light apache2 lighttpd haproxy redis-server memcached vsftpd
	openssh-server rsync dnsmasq"
tools="cron sudo man-db git gcc libc6-dev make openssh-client netcat-openbsd
	procps passwd"

# In a network namespace, where all ports are free.
alone() { # root command...
	# shellcheck disable=SC2016
	unshare --net sh -c 'ip link set lo up && exec scripts/root run "$@"' sh "$@"
}

machine() { # release kind
	local root=$work/$1.$2
	scripts/root make "$1" "$root"
	scripts/root run "$root" sh -c "apt-get -qq update &&
		apt-get -qq -y --no-install-recommends --download-only install $(echo $servers $tools)"
	mkdir "$root/try"
	cp build/libnoinherit-preload.so tests/packages/on_the_machine.sh "$root/try"
	alone "$root" env SERVERS="$(echo $servers)" TOOLS="$(echo $tools)" \
		bash /try/on_the_machine.sh "$2"
	cp "$root/try/outcome" "$work/$1.$2.outcome"
	rm -rf "$root"
}

ended() { # release kind status
	[ "$3" != 0 ] || return 0
	tail -n 30 "$work/$2.log" >&2
	[ "$3" != 77 ] || exit 77
	fail "$1, $2: not done"
}

for release in ${RELEASES:-trixie}; do
	machine "$release" natively >"$work/natively.log" 2>&1 &
	first=$!
	machine "$release" preloaded >"$work/preloaded.log" 2>&1 &
	natively=0 preloaded=0
	wait $first || natively=$?
	wait $! || preloaded=$?
	ended "$release" natively $natively
	ended "$release" preloaded $preloaded
	# A step that fails natively, too, would show little; only one is meant
	# to fail.
	sed -n '/^== .*: 0$/d; /^== ssh with a terminal: 7$/d; /^== /p' \
		"$work/$release.natively.outcome" >"$work/failed"
	[ ! -s "$work/failed" ] || fail "$release, natively: $(cat "$work/failed")"
	diff "$work/$release".{natively,preloaded}.outcome ||
		fail "$release: preloaded, something is otherwise"
	echo "$release: $(grep -c '^== ' "$work/$release.natively.outcome") steps, all as natively"
done

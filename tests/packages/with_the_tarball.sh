#!/bin/sh
# Run by test_tarball.sh as root in a separate system, in which /try has the
# tarball, the README's commands and a program that leaks its listener into the
# command in DO. Prints the version of the C library.
set -eu
cd /try

fail() {
	echo "$*" >&2
	cat said >&2
	exit 1
}

export DO=true
sockets='find /proc/self/fd -lname "socket:*"'

# All lines but the last install it, the last one removes it.
sed '$d' block >install
sed -n '$p' block >remove
sh -eux ./install >said 2>&1 || fail "not installed"

DO=$sockets ./leaky | grep -q . || fail "natively there is no leak"
[ -z "$(DO=$sockets noinherit run ./leaky 2>said)" ] || fail "it leaks under noinherit run"
[ ! -s said ] || fail "noinherit run says something"

noinherit audit -o audit -- ./leaky >said 2>&1 || fail "no audit"
noinherit audit --record-only -o recording -- ./leaky >said 2>&1 || fail "nothing recorded"
noinherit report recording >said 2>&1 || fail "no report"
grep -q '^LEAK  tcp.* leaked into ' said || fail "the leak is not in the report"
grep -q '#.* open_the_listener  .*/leaky.c:' said || fail "functions have no names"
noinherit report --format=json recording | grep -q '"kind"' || fail "no JSON"

# The child reports that it runs, and ends when told through the pipe.
mkfifo ready end
DO='echo >ready; read x <end' ./leaky &
read -r _ <ready
noinherit scan $! >said 2>&1 || fail "no scan"
grep -q 'tcp' said || fail "the listener is not found"
echo >end
wait

noinherit check /bin/true >said 2>&1 || fail "no check"
getconf GNU_LIBC_VERSION

sh -eux ./remove >said 2>&1 || fail "not removed"
rm -r /try
[ -z "$(find / -xdev -name '*noinherit*')" ] || { find / -xdev -name '*noinherit*' >&2; exit 1; }

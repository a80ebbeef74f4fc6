#!/bin/sh
# Run by test_ld_so_preload.sh as root in a separate system; /try has the
# library and a program that leaks. Where no program starts, only the shell's
# builtins are used.
set -eu
cd /try
place=/usr/local/lib/libnoinherit-preload.so
line=/etc/ld.so.preload
sockets='find /proc/self/fd -lname "socket:*"'

fail() {
	: >$line
	echo "$*" >&2
	cat said >&2
	exit 1
}

put() { # file; renamed into place, as make install does
	cp "$1" $place.new
	mv $place.new $place
}

as_natively() { # when
	cat /etc/debian_version >said 2>&1 || fail "$1: cat fails"
	[ "$(grep -c . said)" = 1 ] || fail "$1: something is said"
}

in_force() { # when
	as_natively "$1"
	[ -z "$(DO=$sockets ./leaky)" ] || fail "$1: it leaks"
}

# With a file that cannot be loaded: the loader says so, and the program runs.
only_said() { # what
	status=0
	cat /etc/debian_version >said 2>&1 || status=$?
	[ $status = 0 ] || fail "$1: status $status"
	grep -q 'cannot be preloaded.*ignored' said || fail "$1: nothing is said"
}

DO=$sockets ./leaky >said
[ -s said ] || fail "natively there is no leak"

# ---- installing -----------------------------------------------------------------

put libnoinherit-preload.so
echo $place >$line
in_force "put in"
grep -q libnoinherit-preload /proc/self/maps || fail "it is not loaded"

# ---- an upgrade while a program runs --------------------------------------------

mkfifo go
DO="read x <go; $sockets >found; grep -c 'preload.so.*deleted' /proc/\$PPID/maps >old" \
	./leaky &
exec 3>go # returns once the command reads
put libnoinherit-preload.so
echo >&3
exec 3>&-
wait $! || fail "an upgrade ends the program that runs"
[ -s old ] && [ "$(cat old)" != 0 ] || fail "the program did not run with the old file"
[ ! -s found ] || fail "the program leaks after an upgrade"
in_force "upgraded"

# ---- what may go wrong ----------------------------------------------------------------

printf %s "${place%load.so}" >$line
only_said "half a line"
echo $place >$line

rm $place
only_said "no file"
put libnoinherit-preload.so

: >$line
: >empty
put empty
echo $place >$line
only_said "an empty file"

# The machine number of s390 in the ELF header, put in place while nothing is
# preloaded.
: >$line
cp libnoinherit-preload.so other
printf '\000\026' | dd of=other bs=1 seek=18 conv=notrunc 2>/dev/null
put other
echo $place >$line
only_said "another machine's file"

# A truncated file kills every program that starts; the shell's builtins start
# none.
size=$(stat -c %s libnoinherit-preload.so)
for part in 1000 $((size / 2)) $((size - 4096)); do
	: >$line
	head -c $part libnoinherit-preload.so >half
	put half
	echo $place >$line
	status=0
	/bin/true 2>said || status=$?
	: >$line
	[ $status -gt 128 ] || fail "$part of $size bytes: status $status"
	/bin/true || fail "the line of rescue does not help"
done

# ---- removing -------------------------------------------------------------------

put libnoinherit-preload.so
echo $place >$line
in_force "put in again"
DO='read x <go' ./leaky &
exec 3>go
: >$line
rm $place $line
as_natively "taken out"
echo >&3
exec 3>&-
wait $! || fail "removal ends the program that runs"
DO=$sockets ./leaky >said
[ -s said ] || fail "it is still in force"

#!/bin/sh
# Rule 0, never weaker than native: random programs run natively and under the
# shim, and nothing arrives in a new image that does not arrive natively.
#
# RULE_ZERO_PROGRAMS=100000 is the long run; SEED is the first seed. A failure
# prints the shortest program that fails: SEED=N PRINT=1 prints the original
# one.
cd "$(dirname "$0")/../.." || exit 125
BUILD=${BUILD:-build}
fuzzer=$BUILD/tests/helpers/rule_zero
programs=${RULE_ZERO_PROGRAMS:-4000}
work=$(mktemp -d) || exit 125
group=
# A program may leave a child that waits for ever: all of them are killed here.
end_group() {
	[ -z "$group" ] || kill -KILL -- "-$group" 2>/dev/null
	group=
}
trap 'end_group; rm -rf "$work"' EXIT
trap 'exit 143' TERM INT

fuzz() { # name shim; the settings are in the environment
	mkdir "$work/$1" || exit 125
	setsid "$fuzzer" "$2" "$BUILD/tests/helpers/rule_zero_other" "$work/$1" &
	group=$!
	wait "$group"
	status=$?
	end_group
	return $status
}

COUNT=$programs fuzz shim "$BUILD/libnoinherit-preload.so" || exit 1
# With system calls that no library can see, sockets may arrive that natively
# do not, and nothing else.
COUNT=$((programs / 8)) INLINE=1 fuzz inline "$BUILD/libnoinherit-preload.so" ||
	exit 1
# Without the shim, sockets leak into other programs: the fuzzer must report
# it.
if COUNT=300 fuzz native "$work/no.so" >"$work/said" 2>&1; then
	cat "$work/said"
	echo "nothing was found without the shim: the fuzzer finds nothing" >&2
	exit 1
fi
grep -q 'nobody made inheritable' "$work/said" || { cat "$work/said"; exit 1; }

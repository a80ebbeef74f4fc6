#!/usr/bin/env bash
# A program of another C library, started by one that the shim reaches, inherits
# LD_PRELOAD: it must behave as if the shim were not there.
set -u
cd "$(dirname "$0")/../.." || exit 125
command -v musl-gcc >/dev/null || { echo "musl-gcc is not installed (package musl-tools)" >&2; exit 77; }
work=$(mktemp -d) || exit 125
trap 'rm -rf "$work"' EXIT

musl-gcc -D_GNU_SOURCE -o "$work/plain" tests/helpers/plain.c || exit 1
natively=$("$work/plain"; echo "exit $?")
reached=$(LD_PRELOAD=$PRELOAD sh -c "$work/plain; echo \"exit \$?\"" 2>&1)
expected='socket 0 dup 0
received 1
spawned 3
forked 0
exit 7'

[ "$natively" = "$expected" ] || { echo "natively: $natively"; exit 1; }
[ "$reached" = "$expected" ] || { echo "under the shim's LD_PRELOAD: $reached"; exit 1; }

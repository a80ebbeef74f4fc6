#!/usr/bin/env bash
# One archive of binaries serves every system since Debian 11: the README's
# commands are run in a minimal system of each release, with a program that
# leaks.
#   RELEASES="bullseye bookworm trixie sid"    by default the two in the middle
#   TARBALL=FILE                               a tarball that already exists
# shellcheck source=tests/packages/common.sh
. "$(dirname "$0")/common.sh"
need debootstrap
file=${TARBALL:-$work/binaries.tar.gz}
[ -n "${TARBALL-}" ] || scripts/tarball "$file" >"$work/log" 2>&1 ||
	{ status=$?; tail -n 20 "$work/log"; exit $status; }
! grep -s ' warning: .*\[-W' "$work/log" || fail "Debian 11's compiler warns"
blocks_of_readme Install "$work/blocks"
block=$(grep -l '^tar -xzf noinherit-' "$work/blocks"/*) || fail "README.md shows no tarball"

leaky "$work/leaky"

for release in ${RELEASES:-bookworm trixie}; do
	root=$work/$release
	scripts/root make "$release" "$root"
	mkdir "$root/try"
	cp "$file" "$root/try/$(sed -n 's/^tar -xzf \([^ ]*\).*/\1/p' "$block")"
	cp "$block" "$root/try/block"
	cp tests/packages/with_the_tarball.sh "$work/leaky" "$root/try"
	libc=$(scripts/root run "$root" sh /try/with_the_tarball.sh)
	echo "$release: all of it works ($libc)"
	rm -rf "$root"
done

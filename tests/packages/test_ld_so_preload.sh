#!/usr/bin/env bash
# /etc/ld.so.preload, used as noinherit-preload(7) says: the library is put
# there and taken away, and everything that may go wrong is tried, in a minimal
# system of each release.
#   RELEASES="bullseye bookworm trixie sid"    by default the two in the middle
# shellcheck source=tests/packages/common.sh
. "$(dirname "$0")/common.sh"
need debootstrap
make -s shim
leaky "$work/leaky"

for release in ${RELEASES:-bookworm trixie}; do
	root=$work/$release
	scripts/root make "$release" "$root"
	mkdir "$root/try"
	cp build/libnoinherit-preload.so tests/packages/with_ld_so_preload.sh \
		"$work/leaky" "$root/try"
	scripts/root run "$root" sh /try/with_ld_so_preload.sh
	echo "$release: all as the manual says"
	rm -rf "$root"
done

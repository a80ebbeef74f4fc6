#!/usr/bin/env bash
# The Debian packages: two builds in different places give the same bytes,
# lintian has no complaint, and the packages' own tests pass in a minimal
# system.
#   RELEASES="bookworm trixie sid"    built and installed in each of these; by
#                                     default built here, installed in the next
# shellcheck source=tests/packages/common.sh
. "$(dirname "$0")/common.sh"
root=$work/root
scripts/dist "$work/tree.tar.gz"

build_in() { # release
	local tools="dpkg-dev debhelper lintian"
	scripts/root make "$1" "$root"
	unpack "$root/src"
	cp "$work/tree.tar.gz" "$root"
	scripts/root run "$root" sh -ec "cd /src
		apt-get -qq update
		apt-get -qq -y --no-install-recommends install $tools >/tmp/log 2>&1
		apt-get -qq -y --no-install-recommends build-dep ./ >/tmp/log 2>&1
		tests/packages/build_twice.sh /tree.tar.gz /built"
	mv "$root/built" "$work/$1"
	rm -rf "$root"
}

install_in() { # release directory
	scripts/root make "$1" "$root"
	mkdir "$root/debs"
	find "$2/one" -maxdepth 1 -name '*.deb' ! -name '*dbgsym*' -exec cp {} "$root/debs" \;
	unpack "$root/src"
	scripts/root run "$root" sh /src/tests/packages/in_a_clean_system.sh
	rm -rf "$root"
}

need debootstrap
for release in ${RELEASES-}; do
	build_in "$release"
	install_in "$release" "$work/$release"
	echo "$release: built, installed, removed"
done
if [ -z "${RELEASES-}" ]; then
	need dpkg-buildpackage dh lintian
	tests/packages/build_twice.sh "$work/tree.tar.gz" "$work/here"
	install_in trixie "$work/here"
fi

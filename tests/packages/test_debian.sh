#!/usr/bin/env bash
# The Debian packages: two builds in different places give the same bytes,
# lintian has no complaint, and the packages' own tests pass in a minimal
# system.
# shellcheck source=tests/packages/common.sh
. "$(dirname "$0")/common.sh"
need dpkg-buildpackage dh lintian debootstrap
root=$work/root

build() { # directory
	unpack "$1/noinherit"
	(cd "$1/noinherit" && DEB_BUILD_OPTIONS="nocheck parallel=$(nproc)" \
		dpkg-buildpackage -b -us -uc) >"$work/log" 2>&1 ||
		{ tail -n 20 "$work/log"; fail "no packages"; }
}

# The packages do not depend on the place or the time of the build.
build "$work/one"
build "$work/another/place"
for package in "$work"/one/*.deb; do
	cmp "$package" "$work/another/place/${package##*/}"
done

(cd "$work/one" && lintian --allow-root --pedantic --fail-on error,warning ./*.changes)

# Built here, and installed in the next release.
scripts/root make trixie "$root"
mkdir "$root/debs"
find "$work/one" -maxdepth 1 -name '*.deb' ! -name '*dbgsym*' -exec cp {} "$root/debs" \;
unpack "$root/src"
scripts/root run "$root" sh /src/tests/packages/in_a_clean_system.sh

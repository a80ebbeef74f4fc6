#!/usr/bin/env bash
# Used by test_debian.sh, here or as root in a system of another release:
#   build_twice.sh TREE.tar.gz DIRECTORY
# Leaves the packages in DIRECTORY/one. They do not depend on the place or the
# time of the build, and lintian has no complaint.
set -eu
tree=$1 work=$2

build() { # directory
	mkdir -p "$1/noinherit"
	tar -xzf "$tree" -C "$1/noinherit" --strip-components=1
	(cd "$1/noinherit" && DEB_BUILD_OPTIONS="nocheck parallel=$(nproc)" \
		dpkg-buildpackage -b -us -uc) >"$work/log" 2>&1 ||
		{ tail -n 20 "$work/log"; echo "no packages"; exit 1; }
	! grep ' warning: .*\[-W' "$work/log" || { echo "the compiler warns"; exit 1; }
}

mkdir -p "$work"
build "$work/one"
build "$work/another/place"
for package in "$work"/one/*.deb; do
	cmp "$package" "$work/another/place/${package##*/}"
done
# What crashes a preloaded program must have function names.
for package in libnoinherit-preload noinherit; do
	dpkg-deb -c "$work/one/$package"-dbgsym_*.deb | grep -c '\.debug$' >"$work/log" ||
		{ echo "no symbols of $package"; exit 1; }
done

(cd "$work/one" && lintian --allow-root --pedantic --fail-on error,warning ./*.changes)

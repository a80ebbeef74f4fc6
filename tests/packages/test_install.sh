#!/usr/bin/env bash
# `make install` where it cannot succeed: nothing is half-installed, and what
# was installed before stays as it was, byte for byte.
# shellcheck source=tests/packages/common.sh
. "$(dirname "$0")/common.sh"
[ "$(id -u)" = 0 ] || skip "small and read-only file systems take root"
if [ -z "${OWN_MOUNTS-}" ]; then
	OWN_MOUNTS=1 unshare --mount "$0"
	exit
fi
place=$work/place
mkdir "$place"
make -s -j"$(nproc)" PREFIX=/usr

install_there() {
	make -s install PREFIX=/usr DESTDIR="$place" >"$work/said" 2>&1
}

state() { # every file with its kind, mode and content
	(cd "$place" && find . -printf '%p %y %m %l\n' | sort &&
		find . -type f -exec sha256sum {} + | sort)
}

# The installation fails and changes nothing, except that it may leave empty
# directories.
refused() { # why
	state | grep -v '^\./.* d ' >"$work/before"
	! install_there || fail "$1: it succeeded"
	state | grep -v '^\./.* d ' >"$work/after"
	diff "$work/before" "$work/after" || fail "$1: that has changed"
	echo "$1: $(grep -m 1 -iE 'space|read-only' "$work/said" || fail "$1: no reason is given")"
}

whole=$(du -sk build/noinherit build/*.so build/*.so.1 build/*.a | awk '{ sum += $1 } END { print sum }')
for part in 10 50 90; do
	mount -t tmpfs -o size=$((whole * part / 100))k tmpfs "$place"
	refused "a full disk ($part %)"
	umount "$place"
done

# Over an earlier version, for which it needs the space twice for a moment.
mount -t tmpfs -o size=$((whole * 3))k tmpfs "$place"
install_there || { cat "$work/said"; fail "not installed where there is room"; }
printf 'an earlier version' >"$place/usr/bin/noinherit"
mount -o remount,size=$((whole * 12 / 10))k "$place"
refused "a full disk over an earlier version"
mount -o remount,ro "$place"
refused "a read-only disk"
mount -o "remount,rw,size=$((whole * 3))k" "$place"
install_there || { cat "$work/said"; fail "not installed afterwards"; }
cmp build/noinherit "$place/usr/bin/noinherit"
[ -z "$(find "$place" -name '.*.new')" ] || fail "copies are left"
umount "$place"

# No half-written archive.
mount -t tmpfs -o size=100k tmpfs "$place"
! scripts/dist "$place/tree.tar.gz" 2>"$work/said" || fail "packed on a full disk"
[ -z "$(ls "$place")" ] || fail "a part of the archive is left: $(ls "$place")"
umount "$place"

# Directories from which it could not work, in an unexpanded ~ for example.
# shellcheck disable=SC2088 # as dash leaves it
for prefix in out '~/local' '/usr/with a space' /usr/with:colon; do
	! make -s install PREFIX="$prefix" DESTDIR="$work/odd" >"$work/said" 2>&1 ||
		fail "$prefix: it succeeded"
	grep '^install: ' "$work/said" || fail "$prefix: no reason is given"
	[ ! -e "$work/odd" ] || fail "$prefix: something is installed"
done

# What is removed may be removed again, and a slash more is no other directory.
there=(PREFIX=/usr/ DESTDIR="$work/odd/")
make -s install "${there[@]}" >/dev/null

# Nothing is removed while every program would miss it.
mkdir "$work/odd/etc"
for line in /usr/lib/libnoinherit-preload.so "/first.so:libnoinherit-preload.so"; do
	echo "$line" >"$work/odd/etc/ld.so.preload"
	! make -s uninstall "${there[@]}" >"$work/said" 2>&1 || fail "$line: it is removed"
	grep '^install: first ' "$work/said" || fail "$line: no reason is given"
	[ -e "$work/odd/usr/bin/noinherit" ] || fail "$line: half of it is removed"
done
echo "# /usr/lib/libnoinherit-preload.so" >"$work/odd/etc/ld.so.preload"
for _ in 1 2; do
	make -s uninstall "${there[@]}"
	[ -z "$(find "$work/odd/usr" ! -type d)" ] || fail "make uninstall leaves something"
done

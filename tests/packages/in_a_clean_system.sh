#!/bin/sh
# Run by test_debian.sh as root in a separate system; /debs has the packages.
set -eu
apt="apt-get -qq -y --no-install-recommends"
shim=libnoinherit-preload
cd /src

fails() { # command that must fail
	if "$@" >/tmp/log 2>&1; then
		echo "succeeded: $*"
		exit 1
	fi
}

nothing_is_left() { # after what
	left=$(find /usr /etc -name '*noinherit*' ! -path '*/src/*')
	[ -z "$left" ] || { echo "after $1 there is: $left"; exit 1; }
}

# ---- a package that cannot be installed leaves nothing behind ---------------

mount --bind /usr /usr
mount -o remount,bind,ro /usr
fails dpkg -i /debs/$shim*.deb
mount -o remount,bind,rw /usr
dpkg --purge --force-all $shim >/dev/null 2>&1
nothing_is_left "a read-only /usr"

folder=$(dpkg-deb -c /debs/$shim*.deb | sed -n 's,.*\./\(usr/lib/.*\)/libnoin.*,/\1,p')
mkdir /small
mount -t tmpfs -o size=24k tmpfs /small
mkdir /small/upper /small/work
mount -t overlay -o "lowerdir=$folder,upperdir=/small/upper,workdir=/small/work" \
	overlay "$folder"
fails dpkg -i /debs/$shim*.deb
umount -l "$folder"
umount -l /small
dpkg --purge --force-all $shim >/dev/null 2>&1
nothing_is_left "a full /usr"

dpkg-deb -R /debs/$shim*.deb /tmp/other
sed -i 's/^Architecture: .*/Architecture: s390x/' /tmp/other/DEBIAN/control
dpkg-deb -b /tmp/other /tmp/other.deb >/dev/null
fails dpkg -i /tmp/other.deb
nothing_is_left "another architecture"

# ---- the packages' own tests ------------------------------------------------------

$apt update
$apt install autopkgtest >/dev/null
autopkgtest /debs/*.deb /src -- null >/tmp/log 2>&1 || {
	status=$?
	# 2: some were skipped, as removal is, which breaks the test bed
	[ $status = 2 ] || { tail -n 60 /tmp/log; exit 1; }
}
sed -n '/@@@ summary/,/Binaries/p' /tmp/log | grep -E ' (PASS|FAIL)'

# ---- an upgrade under a running program, and removal ---------------------------------

$apt install /debs/*.deb php-cli >/dev/null
. debian/tests/server
serve noinherit run
dpkg -i /debs/*.deb >/dev/null
[ -z "$(ask)" ] || { echo "the running program leaks after an upgrade"; exit 1; }
stop
debian/tests/removal
nothing_is_left "removal"

#!/usr/bin/env bash
# The commands under "Install" in README.md are run as they are written in a
# minimal system; what they install works, and is removed again.
# shellcheck source=tests/packages/common.sh
. "$(dirname "$0")/common.sh"
need debootstrap
root=$work/root
scripts/root make trixie "$root"
unpack "$root/home/noinherit"
# Nobody can answer questions.
echo 'APT::Get::Assume-Yes "true";' >"$root/etc/apt/apt.conf.d/91yes"

blocks_of_readme Install "$root/home/blocks"
# test_tarball.sh runs the block on the tarball.
rm "$(grep -l '^tar -xzf noinherit-' "$root/home/blocks"/*)"

cat >"$root/home/try" <<'TRY'
set -eu
cd /home/noinherit
apt-get -qq update
works() {
	hash -r
	noinherit run true
	# The loader complains on standard error.
	said=$(LD_PRELOAD=$(sed -n 's/^    Environment=LD_PRELOAD=//p' README.md) /bin/true 2>&1)
	[ -z "$said" ] || { echo "the drop-in: $said"; exit 1; }
	[ "$(noinherit check "$(command -v dash)")" ]
	man=$(find /usr -name noinherit.1\*)
	[ "$man" ]
}
gone() {
	left=$(find /usr -name '*noinherit*')
	[ -z "$left" ] || { echo "left: $left"; exit 1; }
}
for block in /home/blocks/*; do
	while read -r line; do
		case $line in
		*purge* | *uninstall*) works ;;
		esac
		echo "+ $line"
		sh -c "$line" </dev/null
	done <"$block"
	gone
done
TRY
scripts/root run "$root" sh /home/try >"$work/log" 2>&1 || { tail -n 30 "$work/log"; exit 1; }
grep '^+' "$work/log"

#!/bin/sh
# The shim's symbols, size and segments; and scripts/exports finds the faults of
# a library that wraps a few calls carelessly, and of one that musl cannot load.
cd "$(dirname "$0")/../.." || exit 125
command -v readelf >/dev/null || { echo "no readelf here (binutils)" >&2; exit 77; }
scripts/exports "$PRELOAD" || exit 1

libc=$(ldd /bin/sh | sed -n 's/.*=> \(.*libc\.so\.6\) .*/\1/p')
musl=/usr/lib/$(uname -m)-linux-musl/libc.so
if [ -e "$musl" ]; then
	scripts/exports "$PRELOAD" "$libc" "$musl" || exit 1
else
	echo "skipped case: what musl's own library has: no $musl (musl-dev)"
	musl=
fi

work=$(mktemp -d) || exit 125
trap 'rm -rf "$work"' EXIT
echo 'long __getauxval(long); long gnu_get_libc_version(void);
	long ask(void) { return __getauxval(16) + gnu_get_libc_version(); }' |
	${CC:-cc} -shared -fPIC -o "$work/refused.so" -x c - || exit 1

finds() { # library complaint...
	said=$(scripts/exports "$1" "$libc" ${musl:+"$musl"} 2>&1)
	shift
	for complaint; do
		case $said in
		*"$complaint"*) ;;
		*) echo "the gate does not say: $complaint" >&2; exit 1 ;;
		esac
	done
}
finds "$BUILD/tests/helpers/libcounter.so" "recvmsg is not exported" \
	"__close is not exported" "fcntl64 is not exported" \
	"posix_spawn@GLIBC_2.2.5 is not exported" \
	"dlsym is imported" "dlsym needs GLIBC_2.34" "LOAD segments"
finds "$work/refused.so" "__getauxval is imported: a program may have its own" \
	"gnu_get_libc_version is imported, and musl has none"
# Later versions of musl have this function.
if [ -n "$musl" ] && ! readelf -W --dyn-syms "$musl" | grep -q ' __getauxval$'; then
	finds "$work/refused.so" "__getauxval is imported, and musl has none"
fi

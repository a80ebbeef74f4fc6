#!/bin/sh
# The shim's symbols, size and segments; and the gate finds what is wrong in a
# library that wraps a few calls carelessly.
cd "$(dirname "$0")/../.." || exit 125
command -v readelf >/dev/null || { echo "no readelf here (binutils)" >&2; exit 77; }
scripts/exports "$PRELOAD" || exit 1

careless=$(scripts/exports "$BUILD/tests/helpers/libcounter.so" 2>&1)
for complaint in "recvmsg is not exported" "__close is not exported" \
	"fcntl64 is not exported" "dlsym is imported" "dlsym needs GLIBC_2.34" \
	"LOAD segments"; do
	case $careless in
	*"$complaint"*) ;;
	*) echo "the gate does not say: $complaint" >&2; exit 1 ;;
	esac
done

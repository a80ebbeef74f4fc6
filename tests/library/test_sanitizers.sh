#!/usr/bin/env bash
# The library's own tests, built with AddressSanitizer and
# UndefinedBehaviorSanitizer: any report ends the program that made it.
set -eu
cd "$(dirname "$0")/../.."
build=${BUILD:-build}/sanitized

echo 'int main(void) { return 0; }' |
	"${CC:-cc}" -fsanitize=address,undefined -x c - -o /dev/null 2>/dev/null ||
	{ echo "${CC:-cc} has no sanitizers here" >&2; exit 77; }

export ASAN_OPTIONS=detect_leaks=1 UBSAN_OPTIONS=halt_on_error=1
programs=$(grep -l '"api.h"' tests/unit/test_*.c | sed "s|\(.*\)\.c|$build/\1|")
# shellcheck disable=SC2086 # a list of programs
make -s BUILD="$build" SAN=address,undefined $programs >/dev/null
for program in $programs; do
	"$program" </dev/null >"$build/out" 2>&1 || { cat "$build/out"; exit 1; }
done

# They would speak: a test program that reads past an array.
sed 's/^int main(void)$/&\n{ volatile int i = 9; static int a[3]; return a[i]; }\nint unused(void)/' \
	tests/unit/test_text.c >"$build/broken.c"
cc -Iinclude -Ishim -Itests/toolkit -D_GNU_SOURCE -fsanitize=address,undefined \
	"$build/broken.c" shim/lib/text.c -lcmocka -o "$build/broken" 2>"$build/out" ||
	{ cat "$build/out"; exit 1; }
if "$build/broken" >/dev/null 2>&1; then
	echo "an access past an array was not reported"
	exit 1
fi

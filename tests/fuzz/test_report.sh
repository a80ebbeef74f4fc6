#!/usr/bin/env bash
# The readers of the report accept any bytes: traces, starting from real ones,
# suppressions, and what /proc says to report --open. Each runs on a bounded
# number of inputs, FUZZ_RUNS (50000).
set -u
cd "$(dirname "$0")/../.." || exit 125
BUILD=$(realpath "${BUILD:-build}")
runs=${FUZZ_RUNS:-50000}
work=$(mktemp -d) || exit 125
trap 'rm -rf "$work"' EXIT

skip() {
	echo "$1" >&2
	exit 77
}

command -v clang >/dev/null || skip "clang is not installed"
echo 'int LLVMFuzzerTestOneInput(const char *b, long s) { return !b && s; }' >"$work/try.c"
clang -fsanitize=fuzzer -o "$work/try" "$work/try.c" 2>/dev/null ||
	skip "clang has no libFuzzer here (package libclang-rt-dev)"

build() {
	make -s CC=clang BUILD="$work/build" CFLAGS='-O1 -g -w' \
		SAN=fuzzer-no-link,address,undefined "$work/build/obj/unit.a" >/dev/null || return 1
	for name in fuzz_traces fuzz_suppressions fuzz_open_now; do
		clang -std=c11 -D_GNU_SOURCE -Iinclude -Ishim -g -O1 \
			-fsanitize=fuzzer,address,undefined -o "$work/$name" \
			"tests/fuzz/$name.c" "$work/build/obj/unit.a" \
			-ldw -lelf -ljansson || return 1
	done
}

# Two traces in a row: the size of the first, then both, each without the cells
# that nobody used.
corpus() { # directory output
	/usr/bin/python3 - "$1" "$2" <<'END'
import os, struct, sys

def used_part(path):
    with open(path, "rb") as file:
        data = file.read()
    if len(data) < 44:
        return data
    offset, _, used = struct.unpack_from("<III", data, 32)
    return data[:offset + 32 * used]

directory, output = sys.argv[1:]
names = sorted(os.path.join(folder, name)
               for folder, _, names in os.walk(directory)
               for name in names if name.endswith(".trace"))
traces = [used_part(name) for name in names]
for number, first in enumerate(traces):
    second = traces[(number + 1) % len(traces)]
    with open(os.path.join(output, os.path.basename(directory) +
                           str(number)), "wb") as file:
        file.write(struct.pack("<I", len(first)) + first + second)
END
}

record() { # name command...
	local name=$1
	shift
	"$BUILD/noinherit" audit --record-only -o "$work/$name" -- "$@" \
		>/dev/null 2>&1 </dev/null
	[ -d "$work/$name" ] || return 1
	corpus "$work/$name" "$work/traces"
}

build || exit 1
mkdir "$work/traces" "$work/rules" "$work/sample" "$work/proc"
"$BUILD/tests/helpers/sample_traces" "$work/sample" || exit 1
corpus "$work/sample" "$work/traces"
if [ -e "$BUILD/libnoinherit-audit.so" ]; then
	record shell sh -c 'exec 5</etc/passwd; ls | cat; (cat <&5) ; true' || exit 1
	record python /usr/bin/python3 -c 'import socket, subprocess, os
s = socket.create_server(("127.0.0.1", 0)); os.set_inheritable(s.fileno(), True)
subprocess.run(["ls"], close_fds=False); os.dup(0); open("/etc/passwd")' || exit 1
else
	echo "no recorder is built: the corpus is the sample alone"
fi
"$BUILD/noinherit" report --gen-suppressions "$work/sample" >"$work/rules/generated" || exit 1
printf 'leak:*\n{\na\nrace,leak\nfun:x*\n...\nsrc:*.c:1\nat:\nobj:*\nexe:a\nto:b\nwhat:c\n}\n# x\n' >"$work/rules/all"

{
	printf '7f00-7f01 rw-s 0 08:01 7 /tmp/r/1.aaaaaa.trace (deleted)\n\0'
	printf '1 (a) b) S 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20 21\0'
	printf 'Max open files            1024                 4096  files\n'
} >"$work/proc/one"

fuzz() { # name corpus longest
	echo "$1: $(find "$2" -type f | wc -l) inputs to start from"
	(cd "$work" && "./$1" -runs="$runs" -max_len="$3" -timeout=20 -rss_limit_mb=2048 \
		-print_final_stats=1 -artifact_prefix="$work/" "$2") >"$work/log" 2>&1 && {
		grep -E 'stat::number_of_executed_units|cov: .* DONE' "$work/log" | tail -2
		return 0
	}
	tail -60 "$work/log"
	for found in "$work"/crash-* "$work"/timeout-* "$work"/oom-*; do
		[ -e "$found" ] || continue
		cp "$found" "$BUILD/"
		echo "kept as $BUILD/$(basename "$found")"
	done
	return 1
}

fuzz fuzz_traces "$work/traces" 65536 && fuzz fuzz_suppressions "$work/rules" 4096 &&
	fuzz fuzz_open_now "$work/proc" 4096

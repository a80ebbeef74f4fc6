# Sourced by the tests here: a folder that goes away, and the tree as a user
# has it.
# shellcheck shell=bash
set -eu
cd "$(dirname "$0")/../.."
work=$(mktemp -d -p /var/tmp)
trap 'rm -rf "$work"' EXIT

# Nothing of the shim's, of make's or of this tree's is in what is built here: a
# package is cleaned first, and BUILD says where.
unset LD_PRELOAD BUILD PRELOAD CFLAGS CPPFLAGS LDFLAGS MAKEFLAGS MAKELEVEL

skip() {
	echo "$*" >&2
	exit 77
}

fail() {
	echo "$*" >&2
	exit 1
}

need() { # command...
	local tool
	for tool; do
		command -v "$tool" >/dev/null || skip "no $tool here: scripts/dependencies packages"
	done
}

# The sources, unpacked in the folder named.
unpack() { # directory
	mkdir -p "$1"
	[ -e "$work/tree.tar.gz" ] || scripts/dist "$work/tree.tar.gz"
	tar -xzf "$work/tree.tar.gz" -C "$1" --strip-components=1
}

# The blocks of commands under a heading of README.md, one file each.
blocks_of_readme() { # heading directory
	mkdir -p "$2"
	awk -v heading="## $1" -v to="$2" '
	/^##* / { wanted = $0 == heading }
	!wanted { next }
	/^    / { if (!inside) block++; inside = 1; print substr($0, 5) > (to "/" block); next }
	{ inside = 0 }' README.md
	[ -e "$2/1" ] || fail "README.md has no commands under $1"
}

# A program that leaks its listener into the command in DO. It runs with any C
# library of glibc's: it has not the compiler's start-up code, which needs this one.
leaky() { # program
	cat >"$work/leaky.c" <<'C'
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

__attribute__((noinline)) static int open_the_listener(void)
{
	int fd = socket(AF_INET, SOCK_STREAM, 0);

	return fd < 0 ? fd : listen(fd, 1);
}

__attribute__((noinline, used)) static void run(void)
{
	_exit(open_the_listener() != 0 || system(getenv("DO")) == -1);
}

#ifdef __x86_64__
__asm__(".globl _start\n_start: call run");
#else
__asm__(".globl _start\n_start: bl run");
#endif
C
	cc -g -O1 -nostartfiles -o "$1" "$work/leaky.c"
}

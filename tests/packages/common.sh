# Sourced by the tests here: a folder that is removed at the end, and the
# sources as a user gets them.
# shellcheck shell=bash
set -eu
cd "$(dirname "$0")/../.."
work=$(mktemp -d -p /var/tmp)
trap 'rm -rf "$work"' EXIT

# What is built here must not depend on the shim, on make's variables or on
# this tree: a package is cleaned first, and BUILD would say where.
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

# Unpacks the sources into a folder.
unpack() { # directory
	mkdir -p "$1"
	[ -e "$work/tree.tar.gz" ] || scripts/dist "$work/tree.tar.gz"
	tar -xzf "$work/tree.tar.gz" -C "$1" --strip-components=1
}

# Writes each block of commands under a heading of README.md to a file.
blocks_of_readme() { # heading directory
	mkdir -p "$2"
	awk -v heading="## $1" -v to="$2" '
	/^##* / { wanted = $0 == heading }
	!wanted { next }
	/^    / { if (!inside) block++; inside = 1; print substr($0, 5) > (to "/" block); next }
	{ inside = 0 }' README.md
	[ -e "$2/1" ] || fail "README.md has no commands under $1"
}

# Builds a program that leaks its listener into the command in DO. It runs with
# every glibc, because it is linked without the compiler's start-up code, which
# would need this version.
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

/*
 * scan_party.h - a process that holds a socket, and what is known of it.
 */
#ifndef NI_CLI_SCAN_PARTY_H
#define NI_CLI_SCAN_PARTY_H

#include <time.h>

#include "cli/report/arena.h"
#include "cli/scan/snapshot.h"

struct ni_scan_party {
	pid_t pid;
	int fd;			/* one of the numbers by which it holds it */
	const char *exe;	/* its path; "?" where that cannot be read */
	const char *const *argv;	/* ends with NULL */
	const char *user;	/* its name, or its number; NULL: unknown */
	time_t start;
	const char *unit, *container;	/* of systemd; NULL: none */
};

/* Looks the process up. proc is an open directory, /proc. */
struct ni_scan_party ni_scan_party_find(struct ni_arena *arena, int proc,
					const struct ni_process *process,
					int fd);

/* The user's name, or the number where it has none. */
const char *ni_scan_user_name(struct ni_arena *arena, uid_t user);

/* The program's file name, without directories. */
const char *ni_scan_party_program(const struct ni_scan_party *party);

#endif

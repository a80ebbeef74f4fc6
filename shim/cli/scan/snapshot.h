/*
 * snapshot.h - which process holds which sockets, as /proc shows it now.
 *
 * Processes come and go meanwhile: what vanishes is left out and counted, and
 * so is what this user may not read.
 */
#ifndef NI_CLI_SNAPSHOT_H
#define NI_CLI_SNAPSHOT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

/* A process that holds a socket. */
struct ni_process {
	pid_t pid, parent;
	uint64_t start;		/* in clock ticks since boot */
	dev_t device;		/* the program: /proc/PID/exe; 0, 0 unknown */
	ino_t inode;
};

struct ni_held_socket {
	uint64_t inode;
	size_t process;		/* its place in the snapshot */
	int fd;
	bool is_inheritable;
};

struct ni_snapshot {
	struct ni_process *processes;
	size_t process_count, process_room;
	struct ni_held_socket *held;
	size_t held_count, held_room;
	size_t seen, vanished, denied;	/* processes */
	bool is_hidden;		/* /proc shows only some (hidepid) */
};

/*
 * Looks at every process under an open directory that is /proc. Returns 0, or
 * a negative errno where /proc itself cannot be read. Free it on success only.
 */
int ni_snapshot_take(int proc, struct ni_snapshot *snapshot);

void ni_snapshot_free(struct ni_snapshot *snapshot);

#endif

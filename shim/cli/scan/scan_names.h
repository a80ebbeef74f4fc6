/*
 * scan_names.h - the addresses of the sockets that a snapshot found.
 */
#ifndef NI_CLI_SCAN_NAMES_H
#define NI_CLI_SCAN_NAMES_H

#include <stdbool.h>

#include "cli/scan/snapshot.h"
#include "cli/scan/socket_table.h"

/* Ascending by inode; a socket of family 0 could not be found. */
struct ni_scan_names {
	struct ni_listed_socket *sockets;
	size_t count;
	/* On the ports that were asked for, but of no process of the snapshot:
	 * it may not be read, or is the kernel itself. */
	struct ni_listed_socket *strangers;
	size_t stranger_count, stranger_room;
	const unsigned *ports;
	size_t port_count;
	bool is_any_bound;	/* to one of them */
};

/*
 * Looks up the snapshot's sockets in the lists of every network namespace that
 * its processes are in. proc is an open directory, /proc. In new memory.
 */
void ni_scan_names_find(int proc, const struct ni_snapshot *snapshot,
			const unsigned *ports, size_t port_count,
			struct ni_scan_names *names);

/*
 * Whether it has one of the ports that were asked for: bound to it, or, where
 * no socket is, connected by it. A server's port has many connections, and they
 * say nothing about who has it.
 */
bool ni_scan_is_asked(const struct ni_scan_names *names,
			const struct ni_listed_socket *socket);

void ni_scan_names_free(struct ni_scan_names *names);

/* For an inode of the snapshot. */
const struct ni_listed_socket *
ni_scan_name(const struct ni_scan_names *names, uint64_t inode);

/* What a descriptor itself tells of a socket that no list has. */
void ni_scan_name_ask(int proc, pid_t pid, int fd, struct ni_listed_socket *socket);

#endif

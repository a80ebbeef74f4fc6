/*
 * scan_names.h - the addresses of sockets of which the inodes are known.
 */
#ifndef NI_CLI_SCAN_NAMES_H
#define NI_CLI_SCAN_NAMES_H

#include "cli/scan/scan_findings.h"
#include "cli/scan/socket_table.h"

/* Ascending by inode; a socket of family 0 could not be found. */
struct ni_scan_names {
	struct ni_socket *sockets;
	size_t count;
};

/*
 * Looks up the sockets of the findings in the lists of every network namespace
 * that their processes are in. proc is an open directory, /proc. In new memory.
 */
void ni_scan_names_find(int proc, const struct ni_snapshot *snapshot,
			const struct ni_scan_finding *findings, size_t count,
			struct ni_scan_names *names);

void ni_scan_names_free(struct ni_scan_names *names);

/* For an inode that one of the findings had. */
const struct ni_socket *ni_scan_name(const struct ni_scan_names *names,
				     uint64_t inode);

#endif

/*
 * scan_findings.h - what a snapshot of processes and sockets means.
 *
 * Pure. A socket belongs to the program that has held it longest; another
 * program that holds it, too, got it through exec, or was given it.
 */
#ifndef NI_CLI_SCAN_FINDINGS_H
#define NI_CLI_SCAN_FINDINGS_H

#include "cli/report/kinds.h"
#include "cli/scan/snapshot.h"

struct ni_scan_finding {
	enum ni_kind kind;	/* leak, passed or inheritable */
	uint64_t inode;		/* of the socket */
	size_t owner;		/* places of processes in the snapshot */
	int owner_fd;
	size_t holder;		/* the other program's; owner where there is none */
	int holder_fd;
	size_t count;		/* processes of the holder's program with it */
	const char *note;	/* why it counts as passed, or NULL */
};

struct ni_scan_question {
	const pid_t *pids;	/* only what these hold; ascending */
	size_t pid_count;	/* 0: everything */
	/* Whether the process was given this number on purpose. */
	bool (*is_listen_fd)(pid_t pid, int fd, void *data);
	void *data;
};

/*
 * The findings, worst first, in an order that depends on the snapshot alone.
 * Sorts the snapshot's sockets. New memory in *findings, NULL for none.
 */
size_t ni_scan_findings(struct ni_snapshot *snapshot,
			const struct ni_scan_question *question,
			struct ni_scan_finding **findings);

#endif

/*
 * scan_findings.h - what a snapshot of processes and sockets means.
 *
 * Pure. A socket belongs to the program that has held it longest; another
 * program that holds it, too, got it through exec, or was given it. A listener
 * held only by programs that cannot have made it is an orphan: it leaked into
 * them, and the program that it belonged to has ended.
 */
#ifndef NI_CLI_SCAN_FINDINGS_H
#define NI_CLI_SCAN_FINDINGS_H

#include "cli/report/kinds.h"
#include "cli/scan/snapshot.h"

struct ni_scan_finding {
	enum ni_kind kind;	/* leak, passed or inheritable */
	uint64_t inode;		/* of the socket */
	bool is_orphan;		/* a leak whose owner is gone: it has no owner */
	size_t owner;		/* places of processes in the snapshot */
	int owner_fd;
	size_t holder;		/* the other program's; owner where there is none */
	int holder_fd;
	size_t count;		/* processes of the holder's program with it */
	const char *note;	/* why it counts as passed, or NULL */
};

struct ni_scan_question {
	/* Only what these processes hold, and these sockets; everything where
	 * there are no processes and inodes is NULL. */
	const pid_t *pids;
	size_t pid_count;
	const uint64_t *inodes;
	size_t inode_count;
	/* Whether the process was given this number on purpose. */
	bool (*is_listen_fd)(pid_t pid, int fd, void *data);
	bool (*is_listener)(uint64_t inode, void *data);
	/* Whether its program can have made a listener. */
	bool (*can_listen)(pid_t pid, void *data);
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

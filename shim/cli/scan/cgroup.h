/*
 * cgroup.h - which systemd unit and which container a process belongs to.
 *
 * Pure. Reads /proc/PID/cgroup, in which users choose the names of groups that
 * were delegated to them.
 */
#ifndef NI_CLI_CGROUP_H
#define NI_CLI_CGROUP_H

enum { NI_CGROUP_NAME_MAX = 256 };

struct ni_cgroup {
	char unit[NI_CGROUP_NAME_MAX];		/* "nginx.service"; "": none */
	char container[NI_CGROUP_NAME_MAX];	/* its id or name; "": none */
};

/* For any text; names that are too long are left out. */
void ni_cgroup_read(const char *text, struct ni_cgroup *cgroup);

#endif

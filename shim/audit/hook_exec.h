/*
 * hook_exec.h - exec by whichever name, for the exec family and for syscall.
 */
#ifndef NI_AUDIT_HOOK_EXEC_H
#define NI_AUDIT_HOOK_EXEC_H

#include "audit/exec_record.h"

enum ni_exec_via { NI_VIA_PATH, NI_VIA_SEARCH, NI_VIA_FD, NI_VIA_AT };

struct ni_exec_call {
	struct ni_exec exec;
	enum ni_exec_via via;
	int fd, flags;		/* of fexecve, execveat */
};

/* Records, completes the environment, execs. Return: as exec. */
int ni_exec_run(struct ni_exec_call *call);

#endif

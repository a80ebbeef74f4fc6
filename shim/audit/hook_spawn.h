/*
 * hook_spawn.h - the shells that libc spawns by itself.
 */
#ifndef NI_AUDIT_HOOK_SPAWN_H
#define NI_AUDIT_HOOK_SPAWN_H

#include "audit/exec_record.h"

/* Before system or popen runs "/bin/sh -c command". libc takes the program's
 * environ, which cannot be completed for it. */
struct ni_exec_note ni_shell_begin(const struct ni_caller *caller,
				   const char *command);

#endif

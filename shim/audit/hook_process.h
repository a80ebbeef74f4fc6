/*
 * hook_process.h - around a call that installs a seccomp filter, for prctl and
 * for syscall.
 */
#ifndef NI_AUDIT_HOOK_PROCESS_H
#define NI_AUDIT_HOOK_PROCESS_H

#include <stdbool.h>
#include <stdint.h>

struct ni_filter { bool installs; uint64_t time_ns; };

void ni_filter_begin(struct ni_filter *filter, bool installs);
void ni_filter_end(const struct ni_filter *filter, bool is_installed);

#endif

/*
 * system_log.h - libc's own socket to the system log.
 *
 * syslog() closes and opens it internally, where we see no call: it can take
 * the number of a descriptor that was ours. Asks the kernel; for use by exec.
 */
#ifndef NI_PRELOAD_SYSTEM_LOG_H
#define NI_PRELOAD_SYSTEM_LOG_H

#include <stdbool.h>

#pragma GCC visibility push(hidden)

/* Is this socket connected to where syslog() writes? */
bool ni_is_system_log(int fd);

#pragma GCC visibility pop

#endif

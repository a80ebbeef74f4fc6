/*
 * seccomp.h - noticing when the process installs a filter of its own (rule 11).
 */
#ifndef NI_PRELOAD_SECCOMP_H
#define NI_PRELOAD_SECCOMP_H

#pragma GCC visibility push(hidden)

/* To be called after the calls of these names, however they were made. @filter:
 * their argument, where they have one. */
void ni_seccomp_after_prctl(long option, long mode, long filter, long result);
void ni_seccomp_after_seccomp(long operation, long flags, long filter,
			      long result);

#pragma GCC visibility pop

#endif

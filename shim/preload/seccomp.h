/*
 * seccomp.h - when the process gets a filter of its own (rule 11).
 */
#ifndef NI_PRELOAD_SECCOMP_H
#define NI_PRELOAD_SECCOMP_H

#pragma GCC visibility push(hidden)

/* After the calls of these names, whichever way they were made. */
void ni_seccomp_after_prctl(long option, long result);
void ni_seccomp_after_seccomp(long operation, long flags, long result);

#pragma GCC visibility pop

#endif

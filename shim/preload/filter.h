/*
 * filter.h - what a seccomp filter will answer, found by reading it as it is
 * installed. Nothing is tried: a filter may kill for the attempt.
 */
#ifndef NI_PRELOAD_FILTER_H
#define NI_PRELOAD_FILTER_H

#include <stdbool.h>

#pragma GCC visibility push(hidden)

struct sock_fprog;

/* Does it allow every call that a hand-over makes, whatever the descriptors and
 * the paths are? */
bool ni_filter_allows_handover(const struct sock_fprog *filter);

/* Does it kill for no call that carries our flag? If it looks at the argument,
 * that is not known, and the answer is no. */
bool ni_filter_spares_flag(const struct sock_fprog *filter);

#pragma GCC visibility pop

#endif

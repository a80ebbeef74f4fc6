/*
 * readable.h - may a list of texts be read? exec answers EFAULT where a program
 * passes it a bad pointer, and so must we: the kernel is asked first.
 */
#ifndef NI_PRELOAD_READABLE_H
#define NI_PRELOAD_READABLE_H

#include <stdbool.h>

#pragma GCC visibility push(hidden)

/* Are the pointers up to NULL, and the texts? A list may be NULL. */
bool ni_list_is_readable(char *const *list);

#pragma GCC visibility pop

#endif

/*
 * readable.h - can a list of strings be read? exec fails with EFAULT if a
 * program passes it a bad pointer, and so must we: the kernel is asked first.
 */
#ifndef NI_PRELOAD_READABLE_H
#define NI_PRELOAD_READABLE_H

#include <stdbool.h>

#pragma GCC visibility push(hidden)

/* Can the pointers up to NULL, and the strings, be read? @list may be NULL. */
bool ni_list_is_readable(char *const *list);

#pragma GCC visibility pop

#endif

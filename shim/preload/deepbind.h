/*
 * deepbind.h - shared by dlopen.S and deepbind.c.
 *
 * A library loaded with RTLD_DEEPBIND finds libc's functions before ours. Once
 * it is loaded, its imports of what we replace, and those of the libraries that
 * it brings along, are redirected to us; everything else stays bound as it was.
 */
#ifndef NI_PRELOAD_DEEPBIND_H
#define NI_PRELOAD_DEEPBIND_H

#include <stdint.h>

#pragma GCC visibility push(hidden)

typedef void *ni_dlopen(const char *file, int mode);

/* The next definition of dlopen; NULL before the first call. */
extern ni_dlopen *ni_dlopen_next;

/* Where dlopen has to jump when it is called from @caller, for the first time
 * or with RTLD_DEEPBIND. */
ni_dlopen *ni_dlopen_choose(const char *file, int mode, uintptr_t caller);

#pragma GCC visibility pop

#endif

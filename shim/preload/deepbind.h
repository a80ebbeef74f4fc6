/*
 * deepbind.h - between dlopen.S and deepbind.c.
 *
 * A library loaded with RTLD_DEEPBIND finds libc's functions before ours. Its
 * imports of what we replace, and those of the libraries that it brings, are
 * turned to us once it is loaded; everything else stays bound as it asked.
 */
#ifndef NI_PRELOAD_DEEPBIND_H
#define NI_PRELOAD_DEEPBIND_H

#include <stdint.h>

#pragma GCC visibility push(hidden)

typedef void *ni_dlopen(const char *file, int mode);

/* dlopen behind us; NULL before the first call. */
extern ni_dlopen *ni_dlopen_next;

/* Where dlopen is to jump: it is called at @caller, for the first time or with
 * RTLD_DEEPBIND. */
ni_dlopen *ni_dlopen_choose(const char *file, int mode, uintptr_t caller);

#pragma GCC visibility pop

#endif

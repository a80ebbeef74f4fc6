/*
 * next.h - the functions behind the hooks: libc's, or those of another object
 * that is preloaded after this one.
 */
#ifndef NI_AUDIT_NEXT_H
#define NI_AUDIT_NEXT_H

#include <dirent.h>
#include <fcntl.h>
#include <mqueue.h>
#include <signal.h>
#include <spawn.h>
#include <stdbool.h>
#include <stdio.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/types.h>
#include <termios.h>

#include "recorder.h"

struct ni_next {
#define CALL(name, result, parameters) result (*name) parameters;
#include "calls.def"
#undef CALL
};

extern struct ni_next ni_next __attribute__((visibility("hidden")));

/* For the assembly hooks, which jump there. NULL: not yet known. */
extern void *ni_next_vfork __attribute__((visibility("hidden")));
extern void *ni_next_syscall __attribute__((visibility("hidden")));

/* Looks all of them up; may be repeated, and gives the same again. */
void ni_next_resolve(void);

/* First in every hook: the table, ready to be called through. */
static inline const struct ni_next *ni_next_get(void)
{
	ni_hook_enter();
	return &ni_next;
}

/* An address in libc, by name; NULL if there is none. */
void *ni_next_in_libc(const char *name);

/* libutil and librt were files of their own before glibc 2.34 and may be loaded
 * later than this one: looks again for what was missing. */
void ni_next_look_again(void **function, const char *name);

#define NI_NEXT_LATE(name) ni_next_look_again((void **)&ni_next.name, #name)

#endif

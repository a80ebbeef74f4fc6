/*
 * beyond.h - the functions that the hooks call in turn: libc's, or those of
 * another object that is preloaded after this one.
 */
#ifndef NI_AUDIT_BEYOND_H
#define NI_AUDIT_BEYOND_H

#include <dirent.h>
#include <fcntl.h>
#include <mqueue.h>
#include <spawn.h>
#include <stdio.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/types.h>
#include <termios.h>

#pragma GCC visibility push(hidden)

struct ni_beyond {
#define CREATOR(number, name, result, parameters, ...) result (*name) parameters;
#define CALL(number, name, result, parameters) result (*name) parameters;
#define UNNAMED(name, result, parameters) result (*name) parameters;
#include "common/creators.def"
};

extern struct ni_beyond ni_beyond;

/* The functions to which a program linked with glibc before 2.15 is bound. */
extern __typeof__(posix_spawn) *ni_beyond_old_posix_spawn,
	*ni_beyond_old_posix_spawnp;

/* For the assembly hooks, which jump there. NULL: not known yet. */
extern void *ni_beyond_vfork, *ni_beyond_syscall;

/* Looks all of them up; repeating it gives the same result. */
void ni_beyond_resolve(void);

/* An address in libc, by name; NULL if there is none. */
void *ni_beyond_in_libc(const char *name);

/* libutil and librt were files of their own before glibc 2.34 and may be loaded
 * later than this one: looks again for what was missing. */
void ni_beyond_look_again(void **function, const char *name);

#define NI_BEYOND_LATE(name) \
	ni_beyond_look_again((void **)&ni_beyond.name, #name)

#pragma GCC visibility pop

#endif

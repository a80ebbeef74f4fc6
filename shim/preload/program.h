/*
 * program.h - which program this process was started as, and whether an exec
 * runs the same one again (rule 9a).
 *
 * No system call is made at the start (a filter may already be in force),
 * unless the kernel was given a relative path. Programs overwrite their
 * arguments and environment, so hashes and copies are kept and no pointers into
 * them. In a set-id program, what the user chose (path and arguments) is
 * ignored.
 */
#ifndef NI_PRELOAD_PROGRAM_H
#define NI_PRELOAD_PROGRAM_H

#include <stdbool.h>
#include <stddef.h>

#pragma GCC visibility push(hidden)

/* Copies what identifies the program. @argv, which only constructors are given,
 * may be NULL, and be passed by a later call. */
void ni_program_start(char *const *argv);

/* AT_SECURE: does it have more rights than its user? */
bool ni_program_is_set_id(void);

/* Is this the basename of the executable? It has @length bytes and need not be
 * terminated. */
bool ni_program_is_called(const char *name, size_t length);

/* The file of an exec, as the system calls name it. */
struct ni_file {
	int directory;		/* AT_FDCWD, or what execveat was given */
	const char *path;
	int flags;		/* AT_EMPTY_PATH, AT_SYMLINK_NOFOLLOW */
};

/* Will executing @file with @argv run this program again? Asks the kernel. */
bool ni_program_is_same(const struct ni_file *file, char *const *argv);

/* valgrind puts its launcher between a program and its new image, of whatever
 * version: what is handed over is for that one. */
bool ni_program_is_launcher(void);

#pragma GCC visibility pop

#endif

/*
 * program.h - which program this process runs, as it was at its start, and
 * whether an exec runs the same one again (rule 9a).
 *
 * The start makes no system call (a filter may be in force already) unless the
 * kernel was given a relative path. Programs overwrite their arguments and
 * environment: hashes and copies are kept, and no text of those. In a set-id
 * program what the user chose (the path and the arguments) says nothing.
 */
#ifndef NI_PRELOAD_PROGRAM_H
#define NI_PRELOAD_PROGRAM_H

#include <stdbool.h>
#include <stddef.h>

#pragma GCC visibility push(hidden)

/* Copies what identifies the program. The arguments, which only constructors
 * are told, may be NULL, and come later. */
void ni_program_start(char *const *argv);

/* AT_SECURE: it has more rights than its user. */
bool ni_program_is_set_id(void);

/* Is this the basename of the executable? @length bytes, not terminated. */
bool ni_program_is_called(const char *name, size_t length);

/* The file of an exec, as the system calls name it. */
struct ni_file {
	int directory;		/* AT_FDCWD, or what execveat was given */
	const char *path;
	int flags;		/* AT_EMPTY_PATH, AT_SYMLINK_NOFOLLOW */
};

/* Will executing @file with @argv run this program again? Asks the kernel. */
bool ni_program_is_same(const struct ni_file *file, char *const *argv);

#pragma GCC visibility pop

#endif

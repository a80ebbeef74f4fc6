/*
 * same_program.h - does a program execute itself?
 *
 * The same file is the same program, unless the file can be many programs; then
 * the arguments decide. Pure: no state, no allocation, no system call; usable
 * in a preloaded object and in the command.
 */
#ifndef NI_COMMON_SAME_PROGRAM_H
#define NI_COMMON_SAME_PROGRAM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#pragma GCC visibility push(hidden)

/* What has to be the same. Each kind requires more than the one before. */
enum ni_program_kind {
	NI_PROGRAM_PLAIN,		/* the file */
	NI_PROGRAM_INTERPRETER,		/* also the script */
	NI_PROGRAM_MULTICALL,		/* also the name in argv[0] */
};

/* By the basename of @path; a version may follow: php8.2, python3.11. */
enum ni_program_kind ni_program_kind(const char *path);

/* Is this the loader, which may be run as a program? Its first argument is what
 * it loads. */
bool ni_program_is_loader(const char *path);

/* The arguments that tell which program it is, as hashes, because programs
 * overwrite the strings. */
struct ni_program_arguments {
	uint64_t script, called_as;
};

/* @argv ends with NULL, or after @count if that comes first. */
struct ni_program_arguments
ni_program_arguments(char *const *argv, size_t count);

/**
 * ni_program_is_again - the file is the same; is the program, too?
 * @kind: the highest kind of all names by which the file is known
 */
bool ni_program_is_again(enum ni_program_kind kind,
			 const struct ni_program_arguments *before,
			 const struct ni_program_arguments *now);

/* @text may be NULL, which gives the same hash as "". */
uint64_t ni_text_hash(const char *text);

#pragma GCC visibility pop

#endif

/*
 * same_program.h - is what is executed the program that executes it?
 *
 * The same file is the same program, unless the file runs many: then its
 * arguments tell. Pure: no state, no allocation, no system call; usable in a
 * preloaded object and in the command.
 */
#ifndef NI_COMMON_SAME_PROGRAM_H
#define NI_COMMON_SAME_PROGRAM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#pragma GCC visibility push(hidden)

/* What tells which program a file is. Each asks for more than the one before. */
enum ni_program_kind {
	NI_PROGRAM_PLAIN,		/* the file */
	NI_PROGRAM_INTERPRETER,		/* and the script */
	NI_PROGRAM_MULTICALL,		/* and the name that it is called by */
};

/* By the basename of @path; a version may follow: php8.2, python3.11. */
enum ni_program_kind ni_program_kind(const char *path);

/* The loader itself, run as a program: its first argument is what it loads. */
bool ni_program_is_loader(const char *path);

/* A program's arguments as far as they tell which it is: hashes, for programs
 * overwrite the texts. */
struct ni_program_arguments {
	uint64_t script, called_as;
};

/* @argv ends with NULL, or after @count if that comes first. */
struct ni_program_arguments
ni_program_arguments(char *const *argv, size_t count);

/**
 * ni_program_is_again - given that the file is the same, is the program?
 * @kind: the highest of all names that the file is known by
 */
bool ni_program_is_again(enum ni_program_kind kind,
			 const struct ni_program_arguments *before,
			 const struct ni_program_arguments *now);

/* Of a text that may be NULL: the same as for "". */
uint64_t ni_text_hash(const char *text);

#pragma GCC visibility pop

#endif

/*
 * announced.h - how a program is told the numbers of descriptors that it gets:
 * by socket activation, by a known variable or by a known argument.
 *
 * Pure: no state, no allocation, no system call; usable in a preloaded object
 * and in the command. The time taken grows only with the length of the strings,
 * which are not trusted.
 */
#ifndef NI_COMMON_ANNOUNCED_H
#define NI_COMMON_ANNOUNCED_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#pragma GCC visibility push(hidden)

/* ---- numbers in text ---- */

/**
 * ni_number_next - find the next number that stands by itself
 * @text: advanced past what was read
 * @start: where the text began, because what precedes a number matters
 * @number: receives it
 *
 * A run of digits that touches no letter, '.', '/' or '-', has no leading zero
 * and fits an int: in "/run/php8.2-fpm.sock=8" only 8 is one.
 *
 * Return: false at the end of the text.
 */
bool ni_number_next(const char **text, const char *start, unsigned *number);

/* Does @text hold @number, standing by itself? */
bool ni_number_stands_in(const char *text, unsigned number);

/**
 * ni_number_read - read the decimal number that @text begins with
 *
 * Return: the number of digits; 0 if there is none. A number that is too large
 * is read as LONG_MAX.
 */
size_t ni_number_read(const char *text, long *number);

/* ---- what a new image is told ---- */

/* The value in "NAME=value" if NAME is @name, or NULL. */
const char *ni_variable_value(const char *variable, const char *name);

struct ni_announced_to {
	char *const *argv;		/* either list may be NULL */
	char *const *environment;
	long pid;			/* of the new image; 0: not known yet */
	/* Did the program set this "NAME=value" itself? A variable inherited
	 * unchanged says nothing about its descriptors. NULL: it set all. */
	bool (*is_own)(const char *variable);
};

enum ni_announced_by {
	NI_ANNOUNCED_BY_LISTEN_FDS,
	NI_ANNOUNCED_BY_VARIABLE,
	NI_ANNOUNCED_BY_ARGUMENT,
};

struct ni_announcement {
	enum ni_announced_by by;
	unsigned first, last;		/* descriptors */
	const char *text;		/* the variable or the argument */
	size_t name_length;		/* of the name at its start */
};

typedef void ni_announced_visit(void *data, const struct ni_announcement *what);

/* Visits the numbers that socket activation and the table announce. */
void ni_announced_each(const struct ni_announced_to *to,
		       ni_announced_visit *visit, void *data);

/* Visits the numbers in one more variable, or after one more prefix in the
 * arguments (in the next argument if nothing follows the prefix). @name need
 * not be terminated. */
void ni_announced_in_variable(const struct ni_announced_to *to,
			      const char *name, size_t length,
			      ni_announced_visit *visit, void *data);
void ni_announced_in_arguments(const struct ni_announced_to *to,
			       const char *prefix, size_t length,
			       ni_announced_visit *visit, void *data);

/* Is "NAME=value" a variable of the table, or one of socket activation's? */
bool ni_announced_is_variable(const char *variable);

/* The first letters of their names, as bits: ni_letter_bit(). So most of an
 * environment need not be compared. */
uint32_t ni_announced_letters(void);

static inline uint32_t ni_letter_bit(char letter)
{
	return UINT32_C(1) << (letter & 31);
}

#pragma GCC visibility pop

#endif

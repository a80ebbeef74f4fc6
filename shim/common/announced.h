/*
 * announced.h - how a program is told the numbers of descriptors that it gets:
 * by socket activation, by a known variable or by a known argument.
 *
 * Pure: no state, no allocation, no system call; usable in a preloaded object
 * and in the command. Time grows with the length of the texts alone. The texts
 * are untrusted.
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
 * @text: moved behind what was read
 * @start: where the text began; what stands before a number counts
 * @number: receives it
 *
 * A run of digits that touches no letter, '.', '/' or '-', has no leading zero
 * and fits an int: "/run/php8.2-fpm.sock=8" holds 8 alone.
 *
 * Return: false at the end of the text.
 */
bool ni_number_next(const char **text, const char *start, unsigned *number);

/* Does @number stand in @text by itself? */
bool ni_number_stands_in(const char *text, unsigned number);

/**
 * ni_number_read - read the decimal number that @text begins with
 *
 * Return: how many digits; 0 if there is none. A number that is too large is
 * read as LONG_MAX.
 */
size_t ni_number_read(const char *text, long *number);

/* ---- what a new image is told ---- */

/* The value's place in "NAME=value" if that is @name's, or NULL. */
const char *ni_variable_value(const char *variable, const char *name);

struct ni_announced_to {
	char *const *argv;		/* either list may be NULL */
	char *const *environment;
	long pid;			/* of the new image; 0: not known yet */
	/* Did the program set this "NAME=value" itself? One that it inherited
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

/* Visits what socket activation and the table name. */
void ni_announced_each(const struct ni_announced_to *to,
		       ni_announced_visit *visit, void *data);

/* Visits the numbers in one more variable, or behind one more prefix of
 * arguments (in the next argument, where nothing stands behind it). @name need
 * not be terminated. */
void ni_announced_in_variable(const struct ni_announced_to *to,
			      const char *name, size_t length,
			      ni_announced_visit *visit, void *data);
void ni_announced_in_arguments(const struct ni_announced_to *to,
			       const char *prefix, size_t length,
			       ni_announced_visit *visit, void *data);

/* Is "NAME=value" a variable of the table, or one of socket activation's? */
bool ni_announced_is_variable(const char *variable);

/* What their names begin with, as bits: ni_letter_bit(). Most of an environment
 * need not be compared. */
uint32_t ni_announced_letters(void);

static inline uint32_t ni_letter_bit(char letter)
{
	return UINT32_C(1) << (letter & 31);
}

#pragma GCC visibility pop

#endif

/*
 * collision.c - looks for the numbers of redirections in the arguments at
 * start.
 */
#include "preload/collision.h"

#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "common/announced.h"
#include "preload/program.h"

/* UCSPI clients pass the connection to the program that they run on these
 * numbers, and announce it by PROTO and related variables. */
enum { UCSPI_FIRST = 6, UCSPI_LAST = 7, NUMBERS = 64 };

static struct {
	/* Named in socat's own arguments. socat runs commands by system(),
	 * during which nothing can be handed over: such a result is left as it
	 * would be without the shim. */
	uint64_t asked_for;
	bool runs_clients;	/* PROTO was not there at start */
} start;

static bool has_variable(char *const *environment, const char *name)
{
	for (; environment && *environment; environment++)
		if (ni_variable_value(*environment, name))
			return true;
	return false;
}

/* fdin=6 or fdout=7, anywhere in an address. */
static void note_numbers_after(const char *word, const char *text)
{
	size_t length = strlen(word);
	long number;

	for (; *text; text++)
		if (!strncmp(text, word, length) &&
		    ni_number_read(text + length, &number) &&
		    number < NUMBERS)
			start.asked_for |= UINT64_C(1) << number;
}

bool ni_collision_start(char *const *argv, char *const *environment)
{
	if (ni_program_is_set_id())
		return false;
	start.runs_clients = !has_variable(environment, "PROTO");
	if (!ni_program_is_called("socat", 5) &&
	    !ni_program_is_called("socat1", 6))
		return false;
	for (; argv && *argv; argv++) {
		note_numbers_after("fdin=", *argv);
		note_numbers_after("fdout=", *argv);
	}
	return start.asked_for != 0;
}

bool ni_collision_keeps(int fd)
{
	return fd >= 0 && fd < NUMBERS && (start.asked_for >> fd & 1);
}

void ni_collision_each(char *const *environment,
		       void (*visit)(void *data, unsigned fd), void *data)
{
	if (!start.runs_clients || !has_variable(environment, "PROTO"))
		return;
	for (unsigned fd = UCSPI_FIRST; fd <= UCSPI_LAST; fd++)
		visit(data, fd);
}

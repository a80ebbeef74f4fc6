/*
 * message.h - what the command says when something is wrong.
 *
 * One line on standard error: "noinherit: what: where: why; what to do".
 */
#ifndef NI_CLI_MESSAGE_H
#define NI_CLI_MESSAGE_H

/* As in env(1) and timeout(1): distinct from a command's usual statuses. */
enum ni_exit {
	NI_EXIT_TROUBLE = 125,		/* noinherit itself failed */
	NI_EXIT_CANNOT_RUN = 126,	/* the command exists but cannot run */
	NI_EXIT_NOT_FOUND = 127,	/* no such command */
};

/* Prints the line, with what is unprintable in it escaped; returns status. */
__attribute__((format(printf, 2, 3)))
int ni_error(int status, const char *format, ...);

/* The same for what is worth saying but stops nothing. */
__attribute__((format(printf, 1, 2)))
void ni_warning(const char *format, ...);

/*
 * For the end of a verb that prints: a result that could not be written (a
 * full disk, a closed pipe) is trouble, not success. Returns status otherwise.
 */
int ni_flush_output(int status);

#endif

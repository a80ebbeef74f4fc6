/*
 * message.c - what the command says when something is wrong.
 */
#include "cli/message.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli/printable.h"

/* One write for the whole line: the streams of several processes often meet
 * in one file, and nobody could read half lines of each. */
static void say(const char *format, va_list arguments)
{
	char *text = NULL, *line = NULL;

	if (vasprintf(&text, format, arguments) < 0)
		return;
	line = ni_printable_copy(text);
	if (line)
		fprintf(stderr, "noinherit: %s\n", line);
	free(line);
	free(text);
}

int ni_error(int status, const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	say(format, arguments);
	va_end(arguments);
	return status;
}

void ni_warning(const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	say(format, arguments);
	va_end(arguments);
}

int ni_flush_output(int status)
{
	if (fflush(stdout) == 0 && !ferror(stdout))
		return status;
	return ni_error(NI_EXIT_TROUBLE, "cannot write standard output: %s",
			strerror(errno));
}

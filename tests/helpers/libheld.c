/*
 * libheld.so - holds a program between its exec and its first record.
 * Preloaded behind the recorder: the loader starts the last one first.
 *
 *	HELD=name	the program, by the name of its file
 *	HELD_FIFO	held until nobody has it open for writing; without it, by
 *			a signal that stops the process
 */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>

#include "common/raw.h"

/* Raw calls, because the first call that the recorder hooks would start it. */
static void hold(void)
{
	const char *fifo = getenv("HELD_FIFO");
	char byte;
	long fd;

	if (!fifo) {
		raise(SIGSTOP);
		return;
	}
	fd = ni_raw6(SYS_openat, AT_FDCWD, (long)fifo, O_RDONLY | O_CLOEXEC, 0,
		     0, 0);
	while (ni_raw3(SYS_read, fd, (long)&byte, 1) > 0)
		;
	ni_raw3(SYS_close, fd, 0, 0);
}

__attribute__((constructor)) static void start(void)
{
	const char *name = getenv("HELD");

	if (name && !strcmp(name, program_invocation_short_name))
		hold();
}

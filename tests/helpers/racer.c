/*
 * racer: exits with the number of sockets that it was given; see race.c.
 *
 * Static and without libc: it starts fast, and nothing can be preloaded into
 * it.
 */
#include <sys/stat.h>

#include "common/raw.h"

enum { LOWEST = 3, HIGHEST = 127, MOST = 100 };

__attribute__((noreturn, used)) static void look(void)
{
	struct stat status;
	long sockets = 0;

	for (long fd = LOWEST; fd <= HIGHEST; fd++)
		if (ni_raw3(SYS_fstat, fd, (long)&status, 0) == 0 &&
		    S_ISSOCK(status.st_mode))
			sockets++;
	ni_raw3(SYS_exit_group, sockets < MOST ? sockets : MOST, 0, 0);
	for (;;)
		;
}

/* The stack must be aligned as for a call. */
#if defined(__x86_64__)
__asm__(".globl _start\n_start: and $-16, %rsp\n call look\n");
#else
__asm__(".globl _start\n_start: bl look\n");
#endif

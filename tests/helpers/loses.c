/*
 * loses.c - a program that keeps some descriptors and loses many: loses COUNT
 *
 * dial() loses COUNT sockets, or as many as it can create; keep() and talk()
 * use a few. It prints "ready" and continues until the end of its input; for
 * each byte of input it loses one more and prints how many it has lost.
 */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

static __attribute__((noinline)) int dial(void)
{
	volatile int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

	/* Without this it would be a tail call, and the frame would be missing. */
	return fd;
}

static __attribute__((noinline)) void keep(void)
{
	for (int i = 0; i < 4; i++)
		if (open("/etc/passwd", O_RDONLY | O_CLOEXEC) < 0)
			exit(1);
}

static __attribute__((noinline)) void talk(void)
{
	int pair[2];

	for (int i = 0; i < 100; i++) {
		if (pipe2(pair, O_CLOEXEC) < 0)
			exit(1);
		if (i < 1)
			continue;
		close(pair[0]);
		close(pair[1]);
	}
}

int main(int argc, char **argv)
{
	int wanted = argc > 1 ? atoi(argv[1]) : 0, lost = 0;
	char byte;

	keep();
	talk();
	while (lost < wanted && dial() >= 0)
		lost++;
	printf("ready %d\n", lost);
	fflush(stdout);
	while (read(0, &byte, 1) == 1) {
		lost += dial() >= 0;
		printf("lost %d\n", lost);
		fflush(stdout);
	}
	return 0;
}

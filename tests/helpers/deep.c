/*
 * deep.c - creates and closes a descriptor below a stack of known depth: what
 * the bench of the recorder measures.
 *
 *	deep COUNT FRAMES [HELD] [fork|thread]
 *
 * Prints nanoseconds per create and close: the best of 50 batches of COUNT,
 * that a busy machine disturbed least; and resident KiB of the process. HELD
 * descriptors are open meanwhile. With "fork" a child has been forked before,
 * with "thread" a second thread exists. "deep backtrace COUNT FRAMES" measures
 * glibc's backtrace() instead, "deep malloc COUNT FRAMES" malloc and free, for
 * tools that record those.
 */
#include <execinfo.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum { BATCHES = 50, OWN_FRAMES = 6, FRAMES_MAX = 64 };

static long count;
static void (*work)(void);
static volatile int sink;
static void *volatile memory;
static double best = 1e18;

static double now(void)
{
	struct timespec time;

	clock_gettime(CLOCK_MONOTONIC, &time);
	return (double)time.tv_sec * 1e9 + (double)time.tv_nsec;
}

static void create_and_close(void)
{
	for (long i = 0; i < count; i++)
		close(dup(0));
}

static void take_backtraces(void)
{
	void *frames[FRAMES_MAX];

	for (long i = 0; i < count; i++)
		sink = backtrace(frames, FRAMES_MAX);
}

static void allocate_and_free(void)
{
	for (long i = 0; i < count; i++) {
		memory = malloc(64);
		free(memory);
	}
}

/* Each level has its own frame, because the call is not a tail call. */
static __attribute__((noinline)) int descend(int frames)
{
	if (frames > 0) {
		sink = descend(frames - 1) + 1;
		return sink;
	}
	for (int batch = 0; batch < BATCHES; batch++) {
		double start = now(), each;

		work();
		each = (now() - start) / (double)count;
		if (each < best)
			best = each;
	}
	return 0;
}

static void *wait_for_ever(void *unused)
{
	pause();
	return unused;
}

static void prepare(const char *what)
{
	pthread_t thread;
	pid_t child;

	if (!strcmp(what, "thread"))
		pthread_create(&thread, NULL, wait_for_ever, NULL);
	if (strcmp(what, "fork"))
		return;
	child = fork();
	if (child == 0)
		_exit(0);
	waitpid(child, NULL, 0);
}

static long resident_kib(void)
{
	FILE *file = fopen("/proc/self/statm", "re");
	long pages = 0;

	if (!file || fscanf(file, "%*d %ld", &pages) != 1)
		pages = 0;
	if (file)
		fclose(file);
	return pages * (sysconf(_SC_PAGESIZE) / 1024);
}

int main(int argc, char **argv)
{
	work = create_and_close;
	if (argc > 1 && !strcmp(argv[1], "backtrace"))
		work = take_backtraces;
	if (argc > 1 && !strcmp(argv[1], "malloc"))
		work = allocate_and_free;
	argv += work != create_and_close;
	argc -= work != create_and_close;
	if (argc < 3) {
		fprintf(stderr, "deep: COUNT FRAMES [HELD] [fork|thread]\n");
		return 125;
	}
	count = atol(argv[1]);
	for (long held = argc > 3 ? atol(argv[3]) : 0; held > 0; held--)
		if (dup(0) < 0)
			return 77;
	if (argc > 4)
		prepare(argv[4]);
	descend(atoi(argv[2]) - OWN_FRAMES);
	printf("%.1f %ld\n", best, resident_kib());
	return 0;
}

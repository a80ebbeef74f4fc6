/*
 * jitted: makes code at run time, as runtimes of scripts do, and a socket is
 * created below it.
 *
 *   jitted named     two functions that keep a frame pointer, named in
 *                    /tmp/perf-PID.map; the process leaves a socket open
 *   jitted stubs     the same, with functions that keep no frame
 *   jitted garbage   a function that keeps anything in that register: on a
 *                    stack with a hole in it, addresses in and around the hole,
 *                    records with return addresses that are not any
 *
 * 77: not for this machine.
 */
#include <pthread.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <ucontext.h>
#include <unistd.h>

enum { PAGE = 4096, STACK = 64 * PAGE, HOLE = STACK, WHOLE = 512 * PAGE };
enum { RANDOM = 2000 };

typedef void callback(void);

static void *code_of(const uint8_t *bytes, size_t size)
{
	uint8_t *code = mmap(NULL, PAGE, PROT_READ | PROT_WRITE | PROT_EXEC,
			     MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	if (code == MAP_FAILED)
		exit(1);
	memcpy(code, bytes, size);
	return code;
}

#if defined(__x86_64__)

/* push %rbp; mov %rsp,%rbp; mov %rdi,%rax; mov %rsi,%rdi; call *%rax;
 * pop %rbp; ret */
static const uint8_t with_record[] = {
	0x55, 0x48, 0x89, 0xe5, 0x48, 0x89, 0xf8, 0x48, 0x89, 0xf7, 0xff, 0xd0,
	0x5d, 0xc3
};

/* sub $8,%rsp; mov %rdi,%rax; mov %rsi,%rdi; call *%rax; add $8,%rsp; ret */
static const uint8_t stub[] = {
	0x48, 0x83, 0xec, 0x08, 0x48, 0x89, 0xf8, 0x48, 0x89, 0xf7, 0xff, 0xd0,
	0x48, 0x83, 0xc4, 0x08, 0xc3
};

/* push %rbp; mov %rsi,%rbp; call *%rdi; pop %rbp; ret */
static const uint8_t without_record[] = {
	0x55, 0x48, 0x89, 0xf5, 0xff, 0xd7, 0x5d, 0xc3
};

/* ---- named ------------------------------------------------------------------ */

static __attribute__((noinline)) void leave_open(void)
{
	if (socket(AF_INET, SOCK_STREAM, 0) < 0)
		exit(1);
	__asm__ volatile("");
}

static __attribute__((noinline)) void run_scripts(void *outer, void *inner)
{
	((void (*)(void *, callback *))outer)(inner, leave_open);
	__asm__ volatile("");
}

static void write_map(const void *outer, const void *inner)
{
	char path[64];
	FILE *file;

	snprintf(path, sizeof(path), "/tmp/perf-%d.map", getpid());
	file = fopen(path, "wex");
	if (!file)
		exit(1);
	fprintf(file, "%lx e JS:~outer /srv/app.js:7:1\n", (long)outer);
	fprintf(file, "%lx e thrown away\n", (long)inner);
	fprintf(file, "%lx e JS:*inner \033[31m /srv/app.js:3:9\n", (long)inner);
	fclose(file);
}

static int named(bool has_stubs)
{
	const uint8_t *bytes = has_stubs ? stub : with_record;
	size_t size = has_stubs ? sizeof(stub) : sizeof(with_record);
	void *outer = code_of(bytes, size);
	void *inner = code_of(bytes, size);

	write_map(outer, inner);
	run_scripts(outer, inner);
	printf("%d\n", getpid());
	return 0;
}

/* ---- garbage ------------------------------------------------------------------ */

static ucontext_t thread_context, own_context;
static uint8_t *whole;

static void create_and_close(void)
{
	int fd = socket(AF_INET, SOCK_STREAM, 0);

	if (fd < 0)
		exit(1);
	close(fd);
}

static void try_record(void *code, uintptr_t bp)
{
	((void (*)(callback *, uintptr_t))code)(create_and_close, bp);
}

static void try_return_addresses(void *code, uintptr_t above)
{
	const uintptr_t addresses[] = {
		0, 1, 8, 4096, UINTPTR_MAX, UINTPTR_MAX - 7, 1ull << 47,
		(uintptr_t)whole + HOLE + 8, (uintptr_t)whole + 64,
		(uintptr_t)code + 2, (uintptr_t)&exit + 1, (uintptr_t)&exit,
		(uintptr_t)&whole,
	};
	uintptr_t *record = (uintptr_t *)above;

	for (size_t i = 0; i < sizeof(addresses) / sizeof(addresses[0]); i++) {
		record[0] = (uintptr_t)whole + HOLE;
		record[1] = addresses[i];
		try_record(code, above);
	}
}

static void run_garbage(void)
{
	void *code = code_of(without_record, sizeof(without_record));
	uintptr_t hole = (uintptr_t)whole + HOLE, here = (uintptr_t)&hole & ~7ull;
	const uintptr_t values[] = {
		0, 1, 8, 4096, UINTPTR_MAX, UINTPTR_MAX - 7, UINTPTR_MAX - 15,
		here - 4096, here - 8, here, here + 1, here + 8,
		hole - 16, hole - 8, hole, hole + 8, hole + PAGE - 8, hole + PAGE,
		(uintptr_t)whole + WHOLE, 1ull << 47,
	};

	for (size_t i = 0; i < sizeof(values) / sizeof(values[0]); i++)
		try_record(code, values[i]);
	try_return_addresses(code, hole + PAGE + 64);
	srandom(1);
	for (unsigned i = 0; i < RANDOM; i++)
		try_record(code, here + 8 * ((uintptr_t)random() % (WHOLE / 8)));
	/* A chain of records that crosses the hole and returns to its start. */
	((uintptr_t *)(hole + PAGE))[0] = hole + PAGE;
	((uintptr_t *)(hole + PAGE))[1] = (uintptr_t)code + 6;
	try_record(code, hole + PAGE);
	swapcontext(&own_context, &thread_context);
}

static void *in_thread(void *unused)
{
	getcontext(&own_context);
	own_context.uc_stack.ss_sp = whole;
	own_context.uc_stack.ss_size = STACK;
	makecontext(&own_context, run_garbage, 0);
	swapcontext(&thread_context, &own_context);
	return unused;
}

/* From low to high addresses: the stack that is used, the hole, random words,
 * the stack of a thread. */
static int garbage(void)
{
	pthread_attr_t attributes;
	pthread_t thread;

	whole = mmap(NULL, WHOLE, PROT_READ | PROT_WRITE,
		     MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	if (whole == MAP_FAILED || mprotect(whole + HOLE, PAGE, PROT_NONE))
		return 1;
	for (size_t i = HOLE / 8 + PAGE / 8; i < WHOLE / 8; i++)
		((uintptr_t *)whole)[i] = (uintptr_t)whole +
					  (uintptr_t)random() % WHOLE / 8 * 8;
	pthread_attr_init(&attributes);
	pthread_attr_setstack(&attributes, whole + WHOLE / 2, WHOLE / 2);
	if (pthread_create(&thread, &attributes, in_thread, NULL))
		return 1;
	return pthread_join(thread, NULL);
}

#else

static int named(bool has_stubs)
{
	return code_of(NULL, has_stubs) ? 77 : 1;
}

static int garbage(void)
{
	return 77;
}

#endif

int main(int argc, char **argv)
{
	if (argc > 1 && !strcmp(argv[1], "garbage"))
		return garbage();
	return named(argc > 1 && !strcmp(argv[1], "stubs"));
}

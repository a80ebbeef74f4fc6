/*
 * mannered.c - programs that would notice a recorder that behaves badly.
 *
 *	mannered NAME [ARGUMENT]
 *
 * Each prints what it sees; a test compares that with what it sees natively.
 * What must not be interposed is done by raw system calls.
 */
#include <arpa/inet.h>
#include <dirent.h>
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <mqueue.h>
#include <pthread.h>
#include <pty.h>
#include <signal.h>
#include <spawn.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/fanotify.h>
#include <sys/inotify.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <sys/timerfd.h>
#include <sys/wait.h>
#include <ucontext.h>
#include <unistd.h>

#include "common/array.h"
#include "die.h"

extern char **environ;

static long argument;
static char **arguments;

static void list_descriptors(const char *when)
{
	printf("%s:", when);
	for (int fd = 0; fd < 70000; fd++) {
		long flags = syscall(SYS_fcntl, fd, F_GETFD, 0);

		if (flags >= 0)
			printf(" %d%s", fd, flags ? "c" : "");
	}
	putchar('\n');
}

/* ---- results, errno, numbers ---------------------------------------------------- */

static void say(const char *call, long result)
{
	int error = errno;

	printf("%s -> %ld", call, result);
	if (result < 0)
		printf(" %s", strerrorname_np(error));
	else if (error != 4242)
		printf(" (errno became %d)", error);
	putchar('\n');
	errno = 4242;
}

#define SAY(call) (errno = 4242, say(#call, (long)(call)))

static char *const no_arguments[] = { "x", NULL };

static void results_of_failures(void)
{
	struct msghdr message = { 0 };
	sigset_t none = { 0 };
	int pair[2] = { -7, -7 }, status;
	pid_t child;
	FILE *stream;

	SAY(socket(-1, SOCK_STREAM, 0));
	SAY(socket(AF_INET, 99, 0));
	SAY(socket(AF_INET, SOCK_STREAM | 0x40000000, 0));
	SAY(socketpair(AF_INET, SOCK_STREAM, 0, pair));
	SAY(accept(-1, NULL, NULL));
	SAY(accept4(0, NULL, NULL, 0x40000000));
	SAY(recvmsg(-1, &message, 0));
	SAY(dup(-1));
	SAY(dup(1000000));
	SAY(dup2(-1, 5));
	SAY(dup2(0, -1));
	SAY(dup3(0, 0, 0));
	SAY(dup3(0, 60, 1));
	SAY(fcntl(-1, F_SETFD, FD_CLOEXEC));
	SAY(fcntl(0, F_DUPFD, -1));
	SAY(fcntl(0, 9999, 0));
	SAY(ioctl(-1, FIOCLEX));
	SAY(open("/no/such/file", O_RDONLY));
	SAY(open("/", O_WRONLY));
	SAY(open("/etc/passwd", O_RDONLY | O_DIRECTORY));
	SAY(openat(-1, "x", O_RDONLY));
	SAY(creat("/no/such/file", 0600));
	SAY(pipe2(pair, 0x40000000));
	SAY(eventfd(0, 0x40000000));
	SAY(epoll_create(0));
	SAY(epoll_create1(0x40000000));
	SAY(memfd_create("x", 0x40000000));
	SAY(timerfd_create(99, 0));
	SAY(signalfd(-1, &none, 0x40000000));
	SAY(inotify_init1(0x40000000));
	SAY(posix_openpt(O_RDWR | O_NOCTTY | O_TRUNC));
	SAY(close(-1));
	SAY(close(777));
	SAY(close_range(9, 3, 0));
	SAY(close_range(3, 9, 0x40));
	SAY(shm_open("/no/such/memory", O_RDONLY, 0));
	SAY((long)fopen("/no/such/file", "r"));
	SAY((long)fopen("/etc/passwd", "z"));
	SAY((long)opendir("/no/such"));
	SAY((long)fdopendir(-1));
	SAY((long)popen("true", "z"));
	SAY(execve("/no/such/program", no_arguments, environ));
	SAY(execv("/etc/passwd", no_arguments));
	SAY(execvp("no-such-program", no_arguments));
	SAY(execlp("no-such-program", "x", NULL));
	SAY(execle("/no/such/program", "x", NULL, environ));
	SAY(fexecve(-1, no_arguments, environ));
	SAY(posix_spawn(&child, "/no/such/program", NULL, NULL, no_arguments, environ));
	SAY(syscall(SYS_socket, -1, 0, 0));
	SAY(syscall(SYS_close, 777));
	SAY(syscall(9999));
	SAY(prctl(PR_SET_SECCOMP, 99));
	SAY(system(NULL) != 0);
	status = system("exit 3");
	SAY(WEXITSTATUS(status));
	stream = popen("exit 4", "r");
	status = pclose(stream);
	SAY(WEXITSTATUS(status));
}

static void errno_of_successes(void)
{
	int pair[2];
	FILE *stream;

	SAY(socket(AF_INET, SOCK_STREAM, 0));
	SAY(socketpair(AF_UNIX, SOCK_STREAM, 0, pair));
	SAY(dup(0));
	SAY(dup2(0, 60));
	SAY(dup2(60, 60));
	SAY(dup3(0, 61, O_CLOEXEC));
	SAY(fcntl(0, F_DUPFD, 30));
	SAY(fcntl(0, F_DUPFD_CLOEXEC, 30));
	SAY(fcntl(30, F_SETFD, FD_CLOEXEC));
	SAY(fcntl(30, F_SETFD, O_CLOEXEC));
	SAY(ioctl(30, FIOCLEX));
	SAY(ioctl(30, FIONCLEX));
	SAY(open("/etc/passwd", O_RDONLY));
	SAY(open64("/etc/passwd", O_RDONLY));
	SAY(openat(AT_FDCWD, "/etc/passwd", O_RDONLY));
	SAY(pipe(pair));
	SAY(pipe2(pair, O_CLOEXEC));
	SAY(eventfd(0, 0));
	SAY(epoll_create(1));
	SAY(memfd_create("x", 0));
	SAY(timerfd_create(CLOCK_REALTIME, 0));
	SAY(inotify_init());
	SAY(posix_openpt(O_RDWR | O_NOCTTY));
	SAY((stream = fopen("/etc/passwd", "r")) != NULL);
	SAY((stream = freopen("/etc/group", "r", stream)) != NULL);
	SAY(fileno(stream));
	SAY(fclose(stream));
	SAY(syscall(SYS_dup, 0));
	SAY(close(60));
	SAY(close_range(61, 65, 0));
	SAY(close_range(50, 65, CLOSE_RANGE_CLOEXEC));
	list_descriptors("at the end");
}

/* ---- closing everything ---------------------------------------------------------- */

static void close_by_loop(void)
{
	for (int fd = 3; fd < 65536; fd++)
		close(fd);
}

static void close_by_range(void)
{
	close_range(3, UINT_MAX, 0);
}

static void close_by_from(void)
{
	closefrom(3);
}

static void close_by_listing(void)
{
	DIR *directory = opendir("/proc/self/fd");
	struct dirent *entry;

	while (directory && (entry = readdir(directory)))
		if (atoi(entry->d_name) > 2 &&
		    atoi(entry->d_name) != dirfd(directory))
			close(atoi(entry->d_name));
	if (directory)
		closedir(directory);
}

/* These are the first calls of the program that the recorder sees. */
static void close_first(void)
{
	close_range(3, INT_MAX, CLOSE_RANGE_CLOEXEC);
	close_range(3, INT_MAX, 0);
	closefrom(3);
	printf("close_range: %d\n", close_range(3, ~0U, 0));
	printf("open: %d\n", open("/dev/null", O_RDONLY));
}

static void close_everything(void)
{
	static void (*const ways[])(void) = {
		close_by_loop, close_by_range, close_by_from, close_by_listing
	};

	for (size_t i = 0; i < ARRAY_LEN(ways); i++) {
		open("/etc/passwd", O_RDONLY);
		dup2(0, 100);
		list_descriptors("before");
		ways[i]();
		list_descriptors("after");
		printf("next number: %d\n", open("/etc/group", O_RDONLY));
	}
}

/* ---- signals ------------------------------------------------------------------------ */

static volatile sig_atomic_t signals;

static __attribute__((noinline)) int churn(int depth)
{
	int fd = open("/dev/null", O_RDONLY), copy = dup(fd);

	fcntl(copy, F_SETFD, FD_CLOEXEC);
	close(copy);
	close(fd);
	return depth ? churn(depth - 1) + 1 : 0;
}

static void churn_in_handler(int number)
{
	int saved = errno;

	(void)number;
	churn(3);
	signals++;
	errno = saved;
}

/* With enough signals, every instruction of the recorder is interrupted. */
static void signal_storm(void)
{
	struct sigaction action = { .sa_handler = churn_in_handler };
	struct itimerval often = { { 0, 50 }, { 0, 50 } }, never = { 0 };

	sigaction(SIGALRM, &action, NULL);
	setitimer(ITIMER_REAL, &often, NULL);
	while (signals < argument)
		churn(7);
	setitimer(ITIMER_REAL, &never, NULL);
	list_descriptors("after");
}

static void exec_in_handler(int number)
{
	pid_t child;
	int status;

	(void)number;
	churn(2);
	child = fork();
	if (child == 0) {
		execl("/bin/true", "true", NULL);
		_exit(126);
	}
	waitpid(child, &status, 0);
	signals += status == 0;
}

/* The smallest stack that a program may give to a handler that calls fork. */
static void small_signal_stack(void)
{
	size_t size = (size_t)argument;
	char *memory = mmap(NULL, size + 8192, PROT_NONE,
			    MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	stack_t stack = { .ss_sp = memory + 4096, .ss_size = size };
	struct sigaction action = { .sa_handler = exec_in_handler,
				    .sa_flags = SA_ONSTACK };

	checked(mprotect(memory + 4096, size, PROT_READ | PROT_WRITE),
		"mprotect");
	checked(sigaltstack(&stack, NULL), "sigaltstack");
	sigaction(SIGUSR1, &action, NULL);
	raise(SIGUSR1);
	printf("handled %d\n", (int)signals);
}

static ucontext_t back, there;

static void on_own_stack(void)
{
	churn(4);
	swapcontext(&there, &back);
}

static void coroutine(void)
{
	size_t size = 16384;
	char *memory = mmap(NULL, size + 8192, PROT_NONE,
			    MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	checked(mprotect(memory + 4096, size, PROT_READ | PROT_WRITE),
		"mprotect");
	getcontext(&there);
	there.uc_stack.ss_sp = memory + 4096;
	there.uc_stack.ss_size = size;
	makecontext(&there, on_own_stack, 0);
	swapcontext(&back, &there);
	puts("came back");
}

/* ---- threads --------------------------------------------------------------------------- */

static void *churn_in_thread(void *unused)
{
	for (long i = 0; i < argument; i++)
		churn((int)(i % 5));
	return unused;
}

static void threads(void)
{
	pthread_t all[8];

	for (size_t i = 0; i < ARRAY_LEN(all); i++)
		if (pthread_create(&all[i], NULL, churn_in_thread, NULL))
			die("pthread_create");
	for (size_t i = 0; i < ARRAY_LEN(all); i++)
		pthread_join(all[i], NULL);
	list_descriptors("after");
}

/* A thread that forks children, each of which makes and closes descriptors. */
static void *fork_in_thread(void *unused)
{
	for (long i = 0; i < argument; i++) {
		pid_t child = fork();

		if (child == 0) {
			churn(3);
			_exit(0);
		}
		waitpid(child, NULL, 0);
		churn(2);
	}
	return unused;
}

static void forking_threads(void)
{
	pthread_t all[4];

	for (size_t i = 0; i < ARRAY_LEN(all); i++)
		if (pthread_create(&all[i], NULL, fork_in_thread, NULL))
			die("pthread_create");
	for (size_t i = 0; i < ARRAY_LEN(all); i++)
		pthread_join(all[i], NULL);
	list_descriptors("after");
}

static void *accept_for_ever(void *listener)
{
	accept((int)(long)listener, NULL, NULL);
	return NULL;
}

static void cancelled_accept(void)
{
	struct sockaddr_in address = { .sin_family = AF_INET };
	int listener = socket(AF_INET, SOCK_STREAM, 0);
	pthread_t thread;
	void *result;

	address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	checked(bind(listener, (void *)&address, sizeof(address)), "bind");
	checked(listen(listener, 1), "listen");
	if (pthread_create(&thread, NULL, accept_for_ever,
			   (void *)(long)listener))
		die("pthread_create");
	pthread_cancel(thread);
	pthread_join(thread, &result);
	puts(result == PTHREAD_CANCELED ? "cancelled" : "not cancelled");
}

/* ---- processes -------------------------------------------------------------------------- */

static void wait_for(pid_t child)
{
	int status;

	checked(waitpid(child, &status, 0), "waitpid");
	if (status)
		printf("child ended with %#x\n", status);
}

/* Argument: levels. Each process starts two others, down to that depth; each of
 * them execs. */
static void tree(void)
{
	char level[24];

	snprintf(level, sizeof(level), "%ld", argument - 1);
	for (int i = 0; i < 2 && argument > 0; i++) {
		pid_t child = checked(fork(), "fork");

		if (child == 0) {
			execl("/proc/self/exe", "mannered", "tree", level,
			      NULL);
			_exit(126);
		}
		wait_for(child);
	}
}

/* A vfork child changes its own descriptors; the parent's stay as they are. */
static void vfork_child(void)
{
	int a = open("/etc/passwd", O_RDONLY | O_CLOEXEC);
	int b = open("/etc/group", O_RDONLY | O_CLOEXEC);
	pid_t child;

	for (int i = 0; i < 3; i++) {
		child = vfork();
		if (child == 0) {
			close(a);
			dup2(b, 20);
			fcntl(b, F_SETFD, 0);
			socket(AF_UNIX, SOCK_STREAM, 0);
			execl("/bin/true", "true", NULL);
			_exit(126);
		}
		wait_for(child);
	}
	list_descriptors("parent");
	printf("%d %d\n", close(a), close(b));
}

/* A vfork that fails, and a vfork in a vfork child. */
static void vfork_oddities(void)
{
	struct rlimit none = { 0, 0 };
	pid_t child = vfork(), grandchild;

	if (child == 0) {
		grandchild = vfork();
		if (grandchild == 0)
			_exit(0);
		_exit(grandchild > 0 ? 0 : 1);
	}
	wait_for(child);
	if (geteuid() == 0) {
		checked(setgid(65534), "setgid");
		checked(setuid(65534), "setuid");
	}
	checked(setrlimit(RLIMIT_NPROC, &none), "setrlimit");
	child = vfork();
	if (child == 0)
		_exit(9);
	printf("vfork -> %d %s\n", (int)child,
	       child < 0 ? strerrorname_np(errno) : "");
}

/* Argument: a number. Opens that many inheritable descriptors, execs a program
 * and closes them. */
static void many_descriptors(void)
{
	struct rlimit limit;
	pid_t child;

	checked(getrlimit(RLIMIT_NOFILE, &limit), "getrlimit");
	limit.rlim_cur = (rlim_t)argument + 100;
	if (limit.rlim_max < limit.rlim_cur)
		limit.rlim_max = limit.rlim_cur;
	if (setrlimit(RLIMIT_NOFILE, &limit) < 0) {
		fprintf(stderr, "mannered: %ld descriptors are not allowed\n",
			argument);
		exit(77);
	}
	for (long i = 0; i < argument; i++)
		checked(dup(0), "dup");
	child = checked(fork(), "fork");
	if (child == 0) {
		execl("/bin/true", "true", NULL);
		_exit(126);
	}
	wait_for(child);
	for (int fd = 3; fd < argument + 3; fd++)
		checked(close(fd), "close");
	puts("closed all");
}

/* Creates inheritable sockets until it is killed. */
static void create_for_ever(void)
{
	int fd = socket(AF_UNIX, SOCK_STREAM, 0);
	pid_t child = checked(fork(), "fork");

	if (child == 0) {
		execl("/bin/true", "true", NULL);
		_exit(126);
	}
	wait_for(child);
	puts("leaked");
	fflush(stdout);
	for (;;) {
		churn((int)(fd % 8));
		fd++;
	}
}

/* Arguments: libraries, each loaded at the address of the one before it. */
static void plugins(void)
{
	uintptr_t first = 0;

	for (char **path = arguments; *path; path++) {
		void *library = dlopen(*path, RTLD_NOW);
		int (*make)(void);

		if (!library)
			die(dlerror());
		*(void **)&make = dlsym(library, "plugin_make");
		for (int i = 0; i < 3; i++)
			make();
		if (!first)
			first = (uintptr_t)make;
		printf("%s\n", (uintptr_t)make == first ? "there again"
							: "elsewhere");
		dlclose(library);
	}
}

/* For the shell, libc passes the environment in environ. */
static void shell_without_environment(void)
{
	clearenv();
	printf("system -> %d\n", system("exit 0"));
}

/* An environment of the greatest size that an exec accepts. */
static void full_environment(void)
{
	const size_t chunk = 100000;
	static char *variables[32];
	pid_t child;
	size_t i;

	for (i = 0; i + 1 < ARRAY_LEN(variables); i++) {
		char *memory = malloc(chunk + 1);

		memset(memory, 'x', chunk);
		memcpy(memory, "V=", 2);
		memory[chunk] = '\0';
		variables[i] = memory;
		child = checked(fork(), "fork");
		if (child == 0) {
			execle("/bin/true", "true", NULL, variables);
			_exit(errno == E2BIG ? 7 : 126);
		}
		int status;
		waitpid(child, &status, 0);
		if (status)
			break;
	}
	/* Fill the last bytes, so that one byte more would not fit. */
	for (size_t length = chunk; length > 1; length = length * 3 / 4) {
		variables[i][length] = '\0';
		child = checked(fork(), "fork");
		if (child == 0) {
			execle("/bin/true", "true", NULL, variables);
			_exit(errno == E2BIG ? 7 : 126);
		}
		int status;
		waitpid(child, &status, 0);
		printf("%zu: %d\n", length, WEXITSTATUS(status));
		if (!status)
			return;
	}
}

/* ---- filters --------------------------------------------------------------------------- */

#define ALLOW(name) \
	BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_##name, 0, 1), \
	BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW)

/* The calls that this program makes from then on, and no others. */
static void filter(void)
{
	struct sock_filter rules[] = {
		BPF_STMT(BPF_LD | BPF_W | BPF_ABS,
			 offsetof(struct seccomp_data, nr)),
		ALLOW(write), ALLOW(exit_group), ALLOW(openat), ALLOW(close),
		ALLOW(dup), ALLOW(fcntl), ALLOW(socket), ALLOW(execve),
		ALLOW(mmap), ALLOW(munmap), ALLOW(mprotect), ALLOW(read),
		ALLOW(pread64), ALLOW(newfstatat), ALLOW(brk), ALLOW(access),
		ALLOW(arch_prctl), ALLOW(set_tid_address),
		ALLOW(set_robust_list), ALLOW(rseq), ALLOW(prlimit64),
		ALLOW(getrandom), ALLOW(fstat), ALLOW(madvise), ALLOW(lseek),
		ALLOW(fadvise64), ALLOW(futex),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_KILL_PROCESS),
	};
	struct sock_fprog program = { ARRAY_LEN(rules), rules };
	uint32_t action = SECCOMP_RET_ALLOW;
	char name[16];
	int before;

	/* These install nothing: what comes after them is recorded. */
	syscall(SYS_prctl, PR_GET_NAME, name);
	syscall(SYS_seccomp, SECCOMP_GET_ACTION_AVAIL, 0, &action);
	before = open("/etc/group", O_RDONLY);
	setvbuf(stdout, NULL, _IONBF, 0);
	checked(prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0), "prctl");
	if (argument == 0)
		checked(prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program),
			"prctl");
	else if (argument == 1)
		checked((int)syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, 0,
				     &program), "seccomp");
	else
		checked((int)syscall(SYS_prctl, PR_SET_SECCOMP,
				     SECCOMP_MODE_FILTER, &program), "prctl");
	for (int i = 0; i < 3; i++) {
		int fd = open("/etc/passwd", O_RDONLY), copy = dup(fd);

		fcntl(copy, F_SETFD, FD_CLOEXEC);
		close(copy);
		close(copy);
		close(fd);
	}
	close(before);
	socket(AF_UNIX, SOCK_STREAM, 0);
	execl("/bin/true", "true", NULL);
}

/* As a program that was linked before glibc 2.15: what is no program is run by
 * sh. */
#if defined(__x86_64__) && defined(__GLIBC__)
extern __typeof__(posix_spawn) old_posix_spawn, old_posix_spawnp;
__asm__(".symver old_posix_spawn, posix_spawn@GLIBC_2.2.5");
__asm__(".symver old_posix_spawnp, posix_spawnp@GLIBC_2.2.5");
#else
#define old_posix_spawn posix_spawn
#define old_posix_spawnp posix_spawnp
#endif

static void old_spawn(void)
{
	__typeof__(posix_spawn) *const ways[] = {
		old_posix_spawn, old_posix_spawnp, posix_spawn, posix_spawnp,
	};
	char path[] = "/tmp/mannered-text-XXXXXX";
	char *again[] = { "text", "word", NULL };
	int fd = mkostemp(path, O_CLOEXEC);

	checked((int)write(fd, "echo it ran: $1\n", 16), "write");
	checked(fchmod(fd, 0755), "fchmod");
	close(fd);
	for (size_t i = 0; i < ARRAY_LEN(ways); i++) {
		pid_t child;
		int error = ways[i](&child, path, NULL, NULL, again, environ);

		if (!error)
			waitpid(child, NULL, 0);
		printf("%zu: %s\n", i, strerror(error));
		fflush(stdout);
	}
	unlink(path);
}

#define ROW(name) { #name, name }

static const struct { const char *name; void (*run)(void); } all[] = {
	ROW(results_of_failures), ROW(errno_of_successes),
	ROW(close_first), ROW(close_everything), ROW(signal_storm), ROW(small_signal_stack),
	ROW(coroutine), ROW(threads), ROW(forking_threads),
	ROW(cancelled_accept), ROW(tree), ROW(vfork_child),
	ROW(vfork_oddities), ROW(many_descriptors), ROW(create_for_ever),
	ROW(plugins), ROW(shell_without_environment), ROW(full_environment), ROW(filter),
	ROW(old_spawn),
};

int main(int argc, char **argv)
{
	if (argc > 2)
		argument = atol(argv[2]);
	arguments = argv + (argc > 1 ? 2 : argc);
	for (size_t i = 0; argc > 1 && i < ARRAY_LEN(all); i++) {
		if (strcmp(argv[1], all[i].name))
			continue;
		all[i].run();
		return 0;
	}
	fprintf(stderr, "mannered: no such test\n");
	return 125;
}

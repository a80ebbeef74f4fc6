/*
 * planted.c - a program with planted faults, one per function, and clean ones.
 *
 *	planted NAME...        runs these, in this order
 *	planted --list         names all of them
 *
 * Tests look in the report for the function that has the fault, and for the
 * text of the line that creates the descriptor: a line whose comment names a
 * role (creates, execs, closes ...) has that role in the test.
 */
#include <arpa/inet.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <pthread.h>
#include <pty.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/inotify.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/timerfd.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include "common/array.h"
#include "common/raw.h"
#include "die.h"

extern char **environ;

#define PLANTED static __attribute__((noinline)) void
static char *const true_argv[] = { "true", "an argument", NULL };

static void wait_for(pid_t child)
{
	int status;

	checked(waitpid(child, &status, 0), "waitpid");
	if (!WIFEXITED(status) || WEXITSTATUS(status)) {
		fprintf(stderr, "planted: a child ended with %#x\n", status);
		exit(125);
	}
}

/* A separate function, because the stack of the exec goes through it. */
static __attribute__((noinline)) void fork_and_exec(void)
{
	pid_t child = checked(fork(), "fork");

	if (child == 0) {
		execve("/bin/true", true_argv, environ);	/* execs */
		_exit(126);
	}
	wait_for(child);
}

static void listen_on_loopback(int fd, int family)
{
	struct sockaddr_in6 v6 = { .sin6_family = AF_INET6,
				   .sin6_addr = IN6ADDR_LOOPBACK_INIT };
	struct sockaddr_in v4 = { .sin_family = AF_INET };

	v4.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	if (family == AF_INET)
		checked(bind(fd, (void *)&v4, sizeof(v4)), "bind");
	else
		checked(bind(fd, (void *)&v6, sizeof(v6)), "bind");
	checked(listen(fd, 1), "listen");
}

/* ---- leaks, by way of starting the program ------------------------------------ */

PLANTED leak_by_fork(void)
{
	int fd = socket(AF_INET, SOCK_STREAM, 0);	/* creates */

	listen_on_loopback(fd, AF_INET);
	fork_and_exec();
	close(fd);
}

PLANTED leak_by_vfork(void)
{
	int fd = socket(AF_INET, SOCK_DGRAM, 0);	/* creates */
	pid_t child = vfork();

	if (child == 0) {
		execl("/bin/true", "true", NULL);	/* execs */
		_exit(126);
	}
	wait_for(child);
	close(fd);
}

PLANTED leak_by_spawn(void)
{
	int fd = socket(AF_UNIX, SOCK_STREAM, 0);	/* creates */
	pid_t child;

	posix_spawn(&child, "/bin/true", NULL, NULL, true_argv, environ); /* execs */
	wait_for(child);
	close(fd);
}

PLANTED leak_by_system(void)
{
	int fd = socket(AF_INET6, SOCK_STREAM, 0);	/* creates */

	listen_on_loopback(fd, AF_INET6);
	checked(system("exit 0"), "system");		/* execs */
	close(fd);
}

PLANTED leak_by_popen(void)
{
	int ends[2];
	FILE *stream;

	checked(pipe(ends), "pipe");			/* creates */
	fcntl(ends[1], F_SETFD, FD_CLOEXEC);		/* marks */
	stream = popen("exit 0", "re");			/* execs */
	if (!stream || pclose(stream))
		die("popen");
	close(ends[0]);
	close(ends[1]);
}

PLANTED leak_by_grandchild(void)
{
	int fd = open("/etc/passwd", O_RDONLY);		/* creates */
	pid_t child = checked(fork(), "fork");

	if (child == 0) {
		fork_and_exec();
		_exit(0);
	}
	wait_for(child);
	close(fd);
}

/* The receiver is a shell, which hands it on to a third program. */
PLANTED leak_through_shell(void)
{
	int fd = eventfd(0, 0);				/* creates */
	pid_t child = checked(fork(), "fork");

	if (child == 0) {
		execlp("sh", "sh", "-c", "/bin/true; :", NULL);	/* execs */
		_exit(126);
	}
	wait_for(child);
	close(fd);
}

static void *start_true(void *unused)
{
	(void)unused;
	fork_and_exec();
	return NULL;
}

static void *open_in_thread(void *unused)
{
	(void)unused;
	return (void *)(long)open("/etc/group", O_RDONLY);	/* creates */
}

/* One thread creates it, another one execs. */
PLANTED leak_by_thread(void)
{
	pthread_t creator, starter;
	void *fd = NULL;

	if (pthread_create(&creator, NULL, open_in_thread, NULL) ||
	    pthread_join(creator, &fd) ||
	    pthread_create(&starter, NULL, start_true, NULL) ||
	    pthread_join(starter, NULL))
		die("pthread");
	close((int)(long)fd);
}

PLANTED leak_by_self_exec(void)
{
	int fd = socket(AF_INET, SOCK_STREAM, 0);	/* creates */
	pid_t child = checked(fork(), "fork");

	if (child == 0) {
		/* Without a fork: the process that created it execs. */
		fd = dup(fd);				/* copies */
		execvp("true", true_argv);		/* execs */
		_exit(126);
	}
	wait_for(child);
	close(fd);
}

static char *const cleaned[] = { NULL };

PLANTED leak_with_clean_environment(void)
{
	int fd = socket(AF_UNIX, SOCK_DGRAM, 0);	/* creates */
	pid_t child = checked(fork(), "fork");

	if (child == 0) {
		execve("/bin/true", true_argv, cleaned);	/* execs */
		_exit(126);
	}
	wait_for(child);
	close(fd);
}

/* ---- leaks, by kind of descriptor -------------------------------------------------- */

static void leak(int fd)
{
	checked(fd, "create");
	fork_and_exec();
	close(fd);
}

PLANTED leak_dup(void)
{
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

	leak(dup(fd));					/* creates */
	close(fd);
}

PLANTED leak_fcntl_dup(void)
{
	int fd = open("/", O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	leak(fcntl(fd, F_DUPFD, 50));			/* creates */
	close(fd);
}

PLANTED leak_socketpair(void)
{
	int pair[2];

	checked(socketpair(AF_UNIX, SOCK_STREAM, 0, pair), "socketpair"); /* creates */
	fork_and_exec();
	close(pair[0]);
	close(pair[1]);
}

PLANTED leak_accept(void)
{
	struct sockaddr_in address;
	socklen_t size = sizeof(address);
	int listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	int client = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

	listen_on_loopback(listener, AF_INET);
	checked(getsockname(listener, (void *)&address, &size), "getsockname");
	checked(connect(client, (void *)&address, size), "connect");
	leak(accept(listener, NULL, NULL));		/* creates */
	close(client);
	close(listener);
}

PLANTED leak_received(void)
{
	union { struct cmsghdr header; char bytes[CMSG_SPACE(sizeof(int))]; } control;
	char byte = 'x';
	struct iovec part = { &byte, 1 };
	struct msghdr message = { .msg_iov = &part, .msg_iovlen = 1,
				  .msg_control = &control,
				  .msg_controllen = sizeof(control) };
	int pair[2], sent = open("/etc/hosts", O_RDONLY | O_CLOEXEC), fd;

	checked(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair), "socketpair");
	control.header = (struct cmsghdr){ .cmsg_len = CMSG_LEN(sizeof(int)),
					   .cmsg_level = SOL_SOCKET,
					   .cmsg_type = SCM_RIGHTS };
	memcpy(CMSG_DATA(&control.header), &sent, sizeof(sent));
	checked((int)sendmsg(pair[0], &message, 0), "sendmsg");
	checked((int)recvmsg(pair[1], &message, 0), "recvmsg");	/* creates */
	memcpy(&fd, CMSG_DATA(&control.header), sizeof(fd));
	leak(fd);
	close(sent);
	close(pair[0]);
	close(pair[1]);
}

PLANTED leak_fopen(void)
{
	FILE *stream = fopen("/etc/passwd", "r");	/* creates */

	if (!stream)
		die("fopen");
	fork_and_exec();
	fclose(stream);
}

PLANTED leak_freopen(void)
{
	FILE *stream = fopen("/dev/null", "r");

	if (!stream || !freopen("/etc/group", "r", stream))	/* creates */
		die("freopen");
	fork_and_exec();
	fclose(stream);
}

PLANTED leak_tmpfile(void)
{
	FILE *stream = tmpfile();			/* creates */

	if (!stream)
		die("tmpfile");
	fork_and_exec();
	fclose(stream);
}

PLANTED leak_mkstemp(void)
{
	char name[] = "/tmp/planted-XXXXXX";
	int fd = mkstemp(name);				/* creates */

	unlink(name);
	leak(fd);
}

PLANTED leak_openpty(void)
{
	int master, slave;

	checked(openpty(&master, &slave, NULL, NULL, NULL), "openpty"); /* creates */
	fork_and_exec();
	close(master);
	close(slave);
}

PLANTED leak_posix_openpt(void)
{
	leak(posix_openpt(O_RDWR | O_NOCTTY));		/* creates */
}

PLANTED leak_epoll(void)
{
	leak(epoll_create(1));				/* creates */
}

PLANTED leak_memfd(void)
{
	leak(memfd_create("planted", 0));		/* creates */
}

PLANTED leak_timerfd(void)
{
	leak(timerfd_create(CLOCK_MONOTONIC, 0));	/* creates */
}

PLANTED leak_signalfd(void)
{
	sigset_t none;

	sigemptyset(&none);
	leak(signalfd(-1, &none, 0));			/* creates */
}

PLANTED leak_inotify(void)
{
	leak(inotify_init());				/* creates */
}

PLANTED leak_creat(void)
{
	leak(creat("/dev/null", 0600));			/* creates */
}

PLANTED leak_openat(void)
{
	leak(openat(AT_FDCWD, "/etc", O_RDONLY | O_DIRECTORY)); /* creates */
}

PLANTED leak_by_syscall(void)
{
	leak((int)syscall(SYS_socket, AF_UNIX, SOCK_STREAM, 0)); /* creates */
}

PLANTED leak_userfaultfd(void)
{
	leak((int)syscall(SYS_userfaultfd, 1));		/* creates */
}

/* A raw call, which the recorder does not see: no stack may be invented. */
PLANTED leak_unseen(void)
{
	long fd;

	fd = ni_raw3(SYS_eventfd2, 0, 0, 0);		/* unseen */
	leak((int)fd);
}

/* The number of a recorded socket becomes that of a file by raw calls. */
PLANTED leak_reused_unseen(void)
{
	int fd = socket(AF_INET, SOCK_STREAM, 0);
	long r;

	ni_raw3(SYS_close, fd, 0, 0);
	r = ni_raw3(SYS_openat, AT_FDCWD, (long)"/etc/passwd",
		    O_RDONLY);				/* unseen */
	leak((int)r);
}

/* ---- other faults ----------------------------------------------------------------- */

static void *pause_until(void *mutex)
{
	pthread_mutex_lock(mutex);
	pthread_mutex_unlock(mutex);
	return NULL;
}

static pthread_mutex_t gate = PTHREAD_MUTEX_INITIALIZER;

static pthread_t hold_second_thread(void)
{
	pthread_t thread;

	pthread_mutex_lock(&gate);
	if (pthread_create(&thread, NULL, pause_until, &gate))
		die("pthread_create");
	return thread;
}

static void let_go(pthread_t thread)
{
	pthread_mutex_unlock(&gate);
	pthread_join(thread, NULL);
}

PLANTED race_by_fcntl(void)
{
	pthread_t second = hold_second_thread();

	for (int i = 0; i < 3; i++) {
		int fd = socket(AF_INET, SOCK_STREAM, 0);	/* creates */

		fcntl(fd, F_SETFD, FD_CLOEXEC);			/* marks */
		close(fd);
	}
	let_go(second);
}

PLANTED race_by_ioctl(void)
{
	int fd = open("/etc/passwd", O_RDONLY);		/* creates */

	ioctl(fd, FIOCLEX);				/* marks */
	close(fd);
}

PLANTED unclosed_socket(void)
{
	int fd;

	for (int i = 0; i < 3; i++) {
		fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0); /* creates */
		if (i < 2)
			close(fd);			/* closes */
	}
	listen_on_loopback(fd, AF_INET);
}

PLANTED unclosed_stream(void)
{
	if (!fopen("/etc/passwd", "re"))		/* creates */
		die("fopen");
}

/* So that none of the calls before it is a tail call, whose frame would be
 * missing. */
static volatile int done;

static __attribute__((noinline)) void close_first(int fd)
{
	close(fd);					/* closes */
	done = 1;
}

static __attribute__((noinline)) void close_again(int fd)
{
	close(fd);					/* closes again */
	done = 2;
}

PLANTED double_close(void)
{
	int fd = open("/etc/passwd", O_RDONLY | O_CLOEXEC);	/* creates */

	close_first(fd);
	close_again(fd);
	done = 3;
}

PLANTED double_close_of_stream(void)
{
	FILE *stream = fopen("/etc/passwd", "re");	/* creates */

	if (!stream)
		die("fopen");
	close_first(fileno(stream));
	fclose(stream);					/* closes again */
	done = 1;
}

PLANTED wrong_flag(void)
{
	int fd = socket(AF_INET, SOCK_STREAM, 0);	/* creates */

	fcntl(fd, F_SETFD, O_CLOEXEC);			/* marks wrongly */
	close(fd);
}

PLANTED wrong_flag_by_status(void)
{
	int fd = open("/etc/passwd", O_RDONLY);		/* creates */

	fcntl(fd, F_SETFL, O_NONBLOCK | O_CLOEXEC);	/* marks wrongly */
	close(fd);
}

PLANTED inheritable_only(void)
{
	int fd = socket(AF_INET, SOCK_STREAM, 0);	/* creates */

	close(fd);
}

/* ---- on purpose ------------------------------------------------------------------- */

PLANTED passed_by_flag(void)
{
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0); /* creates */

	fcntl(fd, F_SETFD, 0);				/* passes */
	fork_and_exec();
	close(fd);
}

PLANTED passed_by_dup2(void)
{
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

	dup2(fd, 20);					/* creates */
	fork_and_exec();
	close(20);
	close(fd);
}

PLANTED passed_by_environment(void)
{
	int fd = eventfd(0, 0);				/* creates */
	char value[16];

	snprintf(value, sizeof(value), "%d", fd);
	setenv("PLANTED_FD", value, 1);
	fork_and_exec();
	unsetenv("PLANTED_FD");
	close(fd);
}

PLANTED passed_by_argument(void)
{
	int fd = eventfd(0, 0);				/* creates */
	char argument[32];
	pid_t child;

	snprintf(argument, sizeof(argument), "--notify=%d", fd);
	child = checked(fork(), "fork");
	if (child == 0) {
		execl("/bin/true", "true", argument, NULL);	/* execs */
		_exit(126);
	}
	wait_for(child);
	close(fd);
}

/* A bare number does not announce a descriptor, but the report mentions it. */
PLANTED leak_with_bare_number(void)
{
	int fd = eventfd(0, 0);				/* creates */
	char argument[16];
	pid_t child;

	snprintf(argument, sizeof(argument), "%d", fd);
	child = checked(fork(), "fork");
	if (child == 0) {
		execl("/bin/true", "true", argument, NULL);	/* execs */
		_exit(126);
	}
	wait_for(child);
	close(fd);
}

PLANTED passed_by_listen_fds(void)
{
	int low = dup(0), fd;	/* closed again: 3 may be the caller's */
	pid_t child;

	close(low);
	if (low != 3) {
		fprintf(stderr, "planted: 3 is not free\n");
		exit(77);
	}
	fd = socket(AF_UNIX, SOCK_STREAM, 0);		/* creates */
	child = checked(fork(), "fork");
	if (child == 0) {
		setenv("LISTEN_FDS", "1", 1);
		execl("/bin/true", "true", NULL);	/* execs */
		_exit(126);
	}
	wait_for(child);
	close(fd);
}

PLANTED passed_by_spawn_action(void)
{
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0); /* creates */
	posix_spawn_file_actions_t actions;
	pid_t child;

	posix_spawn_file_actions_init(&actions);
	posix_spawn_file_actions_adddup2(&actions, fd, 9);
	posix_spawn(&child, "/bin/true", &actions, NULL, true_argv, environ);
	posix_spawn_file_actions_destroy(&actions);
	wait_for(child);
	close(fd);
}

/* ---- clean -------------------------------------------------------------------------- */

PLANTED clean_atomic(void)
{
	int ends[2], fds[] = {
		socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0),
		open("/etc/passwd", O_RDONLY | O_CLOEXEC),
		eventfd(0, EFD_CLOEXEC),
		epoll_create1(EPOLL_CLOEXEC),
		memfd_create("clean", MFD_CLOEXEC),
		timerfd_create(CLOCK_MONOTONIC, TFD_CLOEXEC),
		inotify_init1(IN_CLOEXEC),
		fcntl(0, F_DUPFD_CLOEXEC, 3),
	};
	FILE *stream = fopen("/etc/passwd", "re");
	DIR *directory = opendir("/");

	checked(pipe2(ends, O_CLOEXEC), "pipe2");
	fork_and_exec();
	for (size_t i = 0; i < ARRAY_LEN(fds); i++)
		close(checked(fds[i], "create"));
	close(ends[0]);
	close(ends[1]);
	fclose(stream);
	closedir(directory);
}

static int some_descriptors(void)
{
	int fd = open("/etc/passwd", O_RDONLY | O_CLOEXEC);

	checked(dup3(fd, 40, O_CLOEXEC), "dup3");
	close(fd);
	return fcntl(40, F_DUPFD_CLOEXEC, 30);
}

static void in_child_that_closes(void (*close_all)(void))
{
	pid_t child;

	some_descriptors();
	child = checked(fork(), "fork");
	if (child == 0) {
		close_all();
		execve("/bin/true", true_argv, environ);
		_exit(126);
	}
	wait_for(child);
	close(30);
	close(40);
}

static void close_by_loop(void)
{
	for (int fd = 3; fd < 2000; fd++)
		close(fd);
}

static void close_by_loop_down(void)
{
	for (int fd = 2000; fd > 2; fd--)
		close(fd);
}

static void close_twice_by_loop(void)
{
	close_by_loop();
	close_by_loop();
}

static void close_by_range(void)
{
	close_range(3, UINT_MAX, 0);
}

static void close_by_from(void)
{
	closefrom(3);
}

static void mark_by_range(void)
{
	close_range(3, UINT_MAX, CLOSE_RANGE_CLOEXEC);
}

PLANTED clean_close_everything(void)
{
	in_child_that_closes(close_by_loop);
	in_child_that_closes(close_by_loop_down);
	in_child_that_closes(close_twice_by_loop);
	in_child_that_closes(close_by_range);
	in_child_that_closes(close_by_from);
	in_child_that_closes(mark_by_range);
}

/* Each end becomes a standard stream of the child, or is closed there. */
PLANTED clean_redirection(void)
{
	int ends[2];
	char byte;
	pid_t child;

	checked(pipe2(ends, O_CLOEXEC), "pipe2");
	child = checked(fork(), "fork");
	if (child == 0) {
		dup2(ends[1], 1);
		execl("/bin/echo", "echo", NULL);
		_exit(126);
	}
	close(ends[1]);
	checked((int)read(ends[0], &byte, 1), "read");
	close(ends[0]);
	wait_for(child);
}

PLANTED clean_spawn_actions(void)
{
	int ends[2];
	posix_spawn_file_actions_t actions;
	pid_t child;

	checked(pipe2(ends, O_CLOEXEC), "pipe2");
	posix_spawn_file_actions_init(&actions);
	posix_spawn_file_actions_adddup2(&actions, ends[1], 1);
	posix_spawn(&child, "/bin/true", &actions, NULL, true_argv, environ);
	posix_spawn_file_actions_destroy(&actions);
	wait_for(child);
	close(ends[0]);
	close(ends[1]);
}

/* In the child of the second popen, libc closes the first stream. */
PLANTED clean_second_popen(void)
{
	FILE *first = popen("exit 0", "r"), *second = popen("exit 0", "r");

	if (!first || !second || pclose(first) || pclose(second))
		die("popen");
}

/* A vfork child that changes its own descriptors, as that of CPython does. */
PLANTED clean_vfork_child(void)
{
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	int kept = open("/etc/passwd", O_RDONLY | O_CLOEXEC);
	pid_t child = vfork();

	if (child == 0) {
		dup2(kept, 0);
		close(fd);
		close(kept);
		execve("/bin/true", true_argv, environ);
		_exit(126);
	}
	wait_for(child);
	/* The parent's descriptors are still open, and each is closed once. */
	close(fd);
	close(kept);
}

PLANTED clean_failed_closes(void)
{
	for (int i = 0; i < 3; i++) {
		close(-1);
		close(900);
	}
}

PLANTED clean_second_open(void)
{
	int fd = open("/etc/passwd", O_RDONLY | O_CLOEXEC);

	close(fd);
	fd = open("/etc/passwd", O_RDONLY | O_CLOEXEC);
	close(fd);
}

#define ROW(name) { #name, name }

static const struct { const char *name; void (*run)(void); } all[] = {
	ROW(leak_by_fork), ROW(leak_by_vfork), ROW(leak_by_spawn),
	ROW(leak_by_system), ROW(leak_by_popen), ROW(leak_by_grandchild),
	ROW(leak_through_shell), ROW(leak_by_thread), ROW(leak_by_self_exec),
	ROW(leak_with_clean_environment),
	ROW(leak_dup), ROW(leak_fcntl_dup), ROW(leak_socketpair),
	ROW(leak_accept), ROW(leak_received), ROW(leak_fopen),
	ROW(leak_freopen), ROW(leak_tmpfile), ROW(leak_mkstemp),
	ROW(leak_openpty), ROW(leak_posix_openpt), ROW(leak_epoll),
	ROW(leak_memfd), ROW(leak_timerfd), ROW(leak_signalfd),
	ROW(leak_inotify), ROW(leak_creat), ROW(leak_openat),
	ROW(leak_by_syscall), ROW(leak_userfaultfd), ROW(leak_unseen),
	ROW(leak_reused_unseen), ROW(leak_with_bare_number),
	ROW(race_by_fcntl), ROW(race_by_ioctl),
	ROW(unclosed_socket), ROW(unclosed_stream),
	ROW(double_close), ROW(double_close_of_stream),
	ROW(wrong_flag), ROW(wrong_flag_by_status), ROW(inheritable_only),
	ROW(passed_by_flag), ROW(passed_by_dup2), ROW(passed_by_environment),
	ROW(passed_by_argument), ROW(passed_by_listen_fds),
	ROW(passed_by_spawn_action),
	ROW(clean_atomic), ROW(clean_close_everything), ROW(clean_redirection),
	ROW(clean_spawn_actions), ROW(clean_second_popen),
	ROW(clean_vfork_child),
	ROW(clean_failed_closes), ROW(clean_second_open),
};

static void run(const char *name)
{
	for (size_t i = 0; i < ARRAY_LEN(all); i++) {
		if (strcmp(all[i].name, name))
			continue;
		all[i].run();
		return;
	}
	fprintf(stderr, "planted: nothing is called '%s'\n", name);
	exit(125);
}

int main(int argc, char **argv)
{
	if (argc == 2 && !strcmp(argv[1], "--list")) {
		for (size_t i = 0; i < ARRAY_LEN(all); i++)
			puts(all[i].name);
		return 0;
	}
	for (int i = 1; i < argc; i++)
		run(argv[i]);
	return 0;
}
